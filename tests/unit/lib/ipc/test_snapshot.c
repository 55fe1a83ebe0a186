/* SPDX-License-Identifier: MIT */
/*
 * Tests of ipc/snapshot: what is gathered, in which order, and whether the server is ready.
 */
#include "config.h"

#include "ipc/snapshot.h"

#include <string.h>
#include <unistd.h>

#include "tests/unit/lib/ipc/areas.h"
#include "tests/unit/unit.h"

static struct areas areas;
static struct cadre__snapshot snapshot;

static void make(void)
{
    const struct cadre__status_server server = areas_server();

    areas_make(&areas);
    cadre__status_write_server(areas.status, &server);
}

static void take(void)
{
    cadre__snapshot_done(&snapshot);
    snapshot = areas_take(&areas);
}

static void done(void)
{
    cadre__snapshot_done(&snapshot);
    areas_done(&areas);
}

START_TEST(of_nobody_it_is_empty)
{
    areas_make(&areas);
    take();
    ck_assert_uint_eq(snapshot.n_seats, 0);
    ck_assert_uint_eq(snapshot.n_barred, 0);
    ck_assert_uint_eq(snapshot.total.requests, 0);
    ck_assert_str_eq(cadre__snapshot_not_ready(&snapshot), "the server starts");
    ck_assert_str_eq(cadre__snapshot_not_started(&snapshot), "the server starts");
    done();
}
END_TEST

static void make_older(struct cadre__status_seat *seat)
{
    seat->spawned_ns -= 5;
}

START_TEST(seats_are_newest_generation_first_then_by_number_then_by_age)
{
    static const uint32_t order[] = {5, 9, 4, 0, 2, 7};

    make();
    areas_add_worker(&areas, 0, 3, 2);
    areas_add_worker(&areas, 2, 2, 0);
    areas_add_worker(&areas, 4, 3, 1);
    areas_add_worker(&areas, 5, 3, 0);
    areas_add_worker(&areas, 7, 2, 1);
    areas_add_worker(&areas, 9, 3, 1); /* recycled: its successor is 4 */
    areas_change_seat(&areas, 9, make_older);
    take();
    ck_assert_uint_eq(snapshot.n_seats, 6);
    for (size_t i = 0; i < 6; i++)
        ck_assert_uint_eq(snapshot.seats[i].slot, order[i]);
    done();
}
END_TEST

START_TEST(what_workers_say_is_gathered)
{
    struct cadre__score *a, *b;

    make();
    a = areas_add_worker(&areas, 0, 3, 0);
    b = areas_add_worker(&areas, 1, 3, 1);
    atomic_store(&a->connections, 3);
    atomic_store(&a->in_flight, 1);
    atomic_store(&b->connections, 4);
    atomic_store(&b->gated, 1);
    atomic_store(&b->lag_ns, 5);
    cadre__score_set_text(&b->phase, "shutdown of module shop");
    cadre__traffic_count(&areas.traffic->slot[1].now.responses[2], 9);
    take();
    ck_assert_uint_eq(snapshot.connections, 7);
    ck_assert_uint_eq(snapshot.in_flight, 1);
    ck_assert_uint_eq(snapshot.total.requests, 9);
    ck_assert_uint_eq(snapshot.seats[1].traffic.requests, 9);
    ck_assert(snapshot.seats[1].gated);
    ck_assert_uint_eq(snapshot.seats[1].lag_ns, 5);
    ck_assert_str_eq(snapshot.seats[1].phase, "shutdown of module shop");
    ck_assert_uint_gt(snapshot.seats[0].rss_bytes, 4096); /* this process */
    done();
}
END_TEST

static void hold(struct cadre__score *score, uint64_t since_ns, const char *handler)
{
    atomic_store(&score->waiting, 0);
    atomic_store(&score->turn_ns, since_ns);
    cadre__score_set_text(&score->handler, handler);
}

START_TEST(a_loop_in_one_turn_is_held_and_lags)
{
    struct cadre__score *score;

    make();
    score = areas_add_worker(&areas, 0, 3, 0);
    hold(score, AREAS_NOW - 70, "shop:hold");
    take();
    ck_assert_uint_eq(snapshot.seats[0].held_ns, 70);
    ck_assert_uint_eq(snapshot.seats[0].lag_ns, 70);
    ck_assert_str_eq(snapshot.seats[0].handler, "shop:hold");
    atomic_store(&score->waiting, 1); /* what is left of it is no more true */
    take();
    ck_assert_uint_eq(snapshot.seats[0].held_ns, 0);
    ck_assert_str_eq(snapshot.seats[0].handler, "");
    hold(score, AREAS_NOW + 5, "shop:hold"); /* began after we looked at the clock */
    take();
    ck_assert_uint_eq(snapshot.seats[0].held_ns, 0);
    done();
}
END_TEST

START_TEST(ready_is_a_server_of_which_one_worker_turns)
{
    struct cadre__status_server server = areas_server();
    struct cadre__score *a, *b;

    make();
    a = areas_add_worker(&areas, 0, 3, 0);
    b = areas_add_worker(&areas, 1, 3, 1);
    take();
    ck_assert_str_eq(cadre__snapshot_not_ready(&snapshot), "");
    ck_assert_str_eq(cadre__snapshot_not_started(&snapshot), "");
    hold(a, AREAS_NOW - CADRE__SNAPSHOT_STUCK_NS, "shop:hold");
    take();
    ck_assert_str_eq(cadre__snapshot_not_ready(&snapshot), "");
    hold(b, AREAS_NOW - CADRE__SNAPSHOT_STUCK_NS, "shop:hold");
    take();
    ck_assert_str_eq(cadre__snapshot_not_ready(&snapshot), "every worker is stuck");
    server.serving = 0;
    cadre__status_write_server(areas.status, &server);
    take();
    ck_assert_str_eq(cadre__snapshot_not_ready(&snapshot), "no worker serves");
    server.stopping = 1;
    cadre__status_write_server(areas.status, &server);
    take();
    ck_assert_str_eq(cadre__snapshot_not_ready(&snapshot), "the server stops");
    done();
}
END_TEST

static void make_steward(struct cadre__status_seat *seat)
{
    seat->kind = CADRE__CHILD_STEWARD;
}

static void without_process(struct cadre__status_seat *seat)
{
    seat->pid = 0;
    seat->spawned_ns = 0;
}

START_TEST(only_workers_are_summed_up_and_the_dead_say_nothing)
{
    struct cadre__score *a, *b;

    make();
    a = areas_add_worker(&areas, 0, 3, 0);
    b = areas_add_worker(&areas, 1, 3, 1);
    atomic_store(&a->connections, 3);
    atomic_store(&b->connections, 4);
    areas_change_seat(&areas, 0, make_steward);
    areas_change_seat(&areas, 1, without_process);
    take();
    ck_assert_uint_eq(snapshot.n_seats, 2);
    ck_assert_uint_eq(snapshot.connections, 0);
    ck_assert_uint_eq(snapshot.seats[1].rss_bytes, 0);
    done();
}
END_TEST

START_TEST(handlers_in_quarantine_are_in_it_by_name)
{
    make();
    ck_assert_ptr_nonnull(cadre__quarantine_bar(areas.quarantine, 3, "shop", "sell", 100));
    ck_assert_ptr_nonnull(cadre__quarantine_bar(areas.quarantine, 3, "blog", "write", 100));
    ck_assert_ptr_nonnull(cadre__quarantine_bar(areas.quarantine, 3, "shop", "buy", 100));
    take();
    ck_assert_uint_eq(snapshot.n_barred, 3);
    ck_assert_str_eq(snapshot.barred[0].handler, "write");
    ck_assert_str_eq(snapshot.barred[1].handler, "buy");
    ck_assert_str_eq(snapshot.barred[2].handler, "sell");
    areas.sources.quarantine = NULL;
    take();
    ck_assert_uint_eq(snapshot.n_barred, 0);
    done();
}
END_TEST

UNIT_MAIN("ipc/snapshot", UNIT_CASE(of_nobody_it_is_empty),
          UNIT_CASE(seats_are_newest_generation_first_then_by_number_then_by_age),
          UNIT_CASE(what_workers_say_is_gathered), UNIT_CASE(a_loop_in_one_turn_is_held_and_lags),
          UNIT_CASE(ready_is_a_server_of_which_one_worker_turns),
          UNIT_CASE(only_workers_are_summed_up_and_the_dead_say_nothing),
          UNIT_CASE(handlers_in_quarantine_are_in_it_by_name))
