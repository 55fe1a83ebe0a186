/* SPDX-License-Identifier: MIT */
/*
 * What the master writes of its state machine, and what is made of it: the snapshot's verdicts,
 * JSON and metrics, from areas without any process.
 */
#include "config.h"

#include "master/status_writer.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/counter.h"
#include "ipc/snapshot.h"
#include "tests/unit/master/rig.h"
#include "tests/unit/unit.h"

#define KILLED_BY(signo) (signo)

static struct cadre__shm board_shm, traffic_shm, status_shm, counter_shm;
static struct cadre__scoreboard *board;
static struct cadre__traffic_area *traffic;
static struct cadre__status_area *area;
static struct cadre__counters counters;
static struct status_writer writer;
static struct rig *rig;

static void set_up(unsigned workers)
{
    ck_assert_int_eq(cadre__scoreboard_create(&board_shm, &board), 0);
    ck_assert_int_eq(cadre__traffic_create(&traffic_shm, &traffic), 0);
    ck_assert_int_eq(cadre__status_create(&status_shm, &area), 0);
    ck_assert_int_eq(cadre__shm_create(&counter_shm, "counters", cadre__counters_size(8, 8)), 0);
    ck_assert_int_eq(cadre__counters_create(&counters, &counter_shm, 8, 8), 0);
    rig = rig_new(workers, false);
    status_writer_init(&writer, area, board, "/etc/cadre/cadre.conf", rig->now_ns);
}

static void update(void)
{
    for (uint32_t slot = 0; slot < rig->m->high_water; slot++)
        cadre__scoreboard_claim(board, slot, 0, 1, slot, rig->now_ns);
    status_writer_update(&writer, rig->m, rig->now_ns);
}

static struct cadre__snapshot take(void)
{
    const struct cadre__snapshot_sources sources = {
        .board = board, .traffic = traffic, .status = area, .counters = &counters};
    struct cadre__snapshot snapshot;

    update();
    ck_assert_int_eq(cadre__snapshot_take(&sources, rig->now_ns + RIG_SEC, &snapshot), 0);
    return snapshot;
}

START_TEST(a_server_that_starts_is_neither_ready_nor_started)
{
    struct cadre__snapshot snapshot;

    set_up(2);
    rig_feed(rig, (struct machine_event){.type = EVENT_BOOT, .plan = &rig->plan});
    snapshot = take();
    ck_assert_str_eq(snapshot.server.state, "starting");
    ck_assert_str_eq(snapshot.server.conf_path, "/etc/cadre/cadre.conf");
    ck_assert_str_eq(cadre__snapshot_not_ready(&snapshot), "the server starts");
    ck_assert_str_eq(cadre__snapshot_not_started(&snapshot), "the server starts");
    cadre__snapshot_done(&snapshot);
    rig_free(rig);
}
END_TEST

START_TEST(one_that_serves_is_ready)
{
    struct cadre__snapshot snapshot;

    set_up(2);
    rig_serve(rig);
    snapshot = take();
    ck_assert_str_eq(snapshot.server.state, "serving");
    ck_assert_str_eq(cadre__snapshot_not_ready(&snapshot), "");
    ck_assert_str_eq(cadre__snapshot_not_started(&snapshot), "");
    ck_assert_uint_eq(snapshot.server.generation, 1);
    ck_assert_uint_eq(snapshot.server.serving, 2);
    ck_assert_uint_eq(snapshot.n_seats, 2);
    ck_assert_str_eq(snapshot.seats[1].seat.state, "serving");
    cadre__snapshot_done(&snapshot);

    rig_signal(rig, SIGTERM);
    snapshot = take();
    ck_assert_str_eq(cadre__snapshot_not_ready(&snapshot), "the server stops");
    cadre__snapshot_done(&snapshot);
    rig_free(rig);
}
END_TEST

START_TEST(every_worker_stuck_is_not_ready)
{
    struct cadre__snapshot snapshot;

    set_up(2);
    rig_serve(rig);
    update();
    for (uint32_t slot = 0; slot < 2; slot++)
        board->slot[slot].turn_ns = 1; /* in one turn ever since */
    cadre__score_set_text(&board->slot[0].handler, "shop:blocks");
    status_writer_update(&writer, rig->m, rig->now_ns);
    const struct cadre__snapshot_sources sources = {
        .board = board, .traffic = traffic, .status = area, .counters = &counters};
    ck_assert_int_eq(cadre__snapshot_take(&sources, 1 + 5 * RIG_SEC, &snapshot), 0);
    ck_assert_str_eq(cadre__snapshot_not_ready(&snapshot), "every worker is stuck");
    ck_assert_str_eq(snapshot.seats[0].handler, "shop:blocks");
    ck_assert_uint_eq(snapshot.seats[0].held_ns, 5 * RIG_SEC);
    board->slot[1].waiting = 1;
    cadre__snapshot_done(&snapshot);
    ck_assert_int_eq(cadre__snapshot_take(&sources, 1 + 5 * RIG_SEC, &snapshot), 0);
    ck_assert_str_eq(cadre__snapshot_not_ready(&snapshot), "");
    cadre__snapshot_done(&snapshot);
    rig_free(rig);
}
END_TEST

static void kill_worker(uint32_t slot)
{
    const struct machine_event event = {
        .type = EVENT_EXITED, .slot = slot, .wait_status = KILLED_BY(SIGSEGV)};

    status_writer_note(&writer, rig->m, &event);
    rig_exit(rig, slot, KILLED_BY(SIGSEGV));
}

START_TEST(deaths_and_what_was_lost_with_them_are_counted)
{
    struct cadre__snapshot snapshot;

    set_up(2);
    rig_serve(rig);
    update();
    board->slot[1].in_flight = 3;
    kill_worker(1);
    rig_settle(rig);
    snapshot = take();
    ck_assert_uint_eq(snapshot.server.deaths[CADRE__DEATH_SIGNAL], 1);
    ck_assert_uint_eq(snapshot.server.lost, 3);
    cadre__snapshot_done(&snapshot);
    rig_free(rig);
}
END_TEST

START_TEST(totals_stay_when_their_process_goes)
{
    struct cadre__snapshot snapshot;

    set_up(1);
    rig_serve(rig);
    update();
    cadre__traffic_count(&traffic->slot[0].now.responses[2], 5);
    cadre__traffic_count(&traffic->slot[0].now.latency[7], 5);
    cadre__traffic_claim(traffic, 0); /* the next one comes */
    cadre__traffic_count(&traffic->slot[0].now.responses[4], 2);
    snapshot = take();
    ck_assert_uint_eq(snapshot.total.requests, 7);
    ck_assert_uint_eq(snapshot.seats[0].traffic.requests, 2);
    ck_assert_uint_eq(snapshot.seats[0].traffic.responses[2], 0);
    ck_assert_uint_eq(snapshot.total.latency[7], 5);
    cadre__snapshot_done(&snapshot);
    rig_free(rig);
}
END_TEST

START_TEST(reloads_are_counted_and_the_last_reason_is_kept)
{
    struct cadre__snapshot snapshot;

    set_up(1);
    rig_serve(rig);
    update();
    rig_signal(rig, SIGHUP);
    rig->load_asked = false;
    rig_feed(rig, (struct machine_event){.type = EVENT_CONF_BAD, .text = "cadre.conf:4: no"});
    snapshot = take();
    ck_assert_uint_eq(snapshot.server.reloads_failed, 1);
    ck_assert_str_eq(snapshot.server.reload_reason, "cadre.conf:4: no");
    cadre__snapshot_done(&snapshot);
    rig_signal(rig, SIGHUP);
    rig_settle(rig);
    snapshot = take();
    ck_assert_uint_eq(snapshot.server.reloads_done, 1);
    ck_assert_str_eq(snapshot.server.reload_reason, "");
    ck_assert_uint_eq(snapshot.server.reload_failed, 0);
    cadre__snapshot_done(&snapshot);
    rig_free(rig);
}
END_TEST

START_TEST(texts_that_are_no_utf8_are_told_all_the_same)
{
    struct cadre__snapshot snapshot;
    json_t *status, *worker;

    set_up(1);
    rig_serve(rig);
    update();
    cadre__score_set_text(&board->slot[0].phase, "\xff\xfe odd \x1b[2J");
    snapshot = take(); /* clears it: claimed again */
    cadre__snapshot_done(&snapshot);
    cadre__score_set_text(&board->slot[0].phase, "\xff\xfe odd \x1b[2J");
    status_writer_update(&writer, rig->m, rig->now_ns);
    const struct cadre__snapshot_sources sources = {
        .board = board, .traffic = traffic, .status = area, .counters = &counters};
    ck_assert_int_eq(cadre__snapshot_take(&sources, rig->now_ns, &snapshot), 0);
    status = cadre__snapshot_json(&snapshot, true);
    ck_assert_ptr_nonnull(status);
    worker = json_array_get(json_object_get(status, "workers"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(worker, "phase")),
                     "\xef\xbf\xbd\xef\xbf\xbd odd ?[2J");
    ck_assert_uint_eq(
        json_array_size(json_object_get(json_object_get(worker, "latency"), "buckets")),
        CADRE__LATENCY_BUCKETS);
    json_decref(status);
    cadre__snapshot_done(&snapshot);
    rig_free(rig);
}
END_TEST

START_TEST(metrics_have_each_family_once)
{
    struct cadre__snapshot snapshot;
    char *text;
    size_t len;

    set_up(2);
    rig_serve(rig);
    update();
    cadre__traffic_count(&traffic->slot[0].now.latency[cadre__latency_bucket(50000)], 3);
    snapshot = take();
    text = cadre__snapshot_metrics(&snapshot, &len);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(strlen(text), len);
    for (const char *line = text; (line = strstr(line, "# TYPE ")) != NULL; line++) {
        char name[128];

        ck_assert_int_eq(sscanf(line, "%127[^\n]", name), 1);
        ck_assert_ptr_null(strstr(line + 1, name));
    }
    ck_assert_ptr_nonnull(strstr(text, "cadre_request_duration_seconds_bucket{le=\"+Inf\"} 3\n"));
    ck_assert_ptr_nonnull(
        strstr(text, "cadre_request_duration_seconds_bucket{le=\"3.2768e-05\"} 0\n"));
    ck_assert_ptr_nonnull(
        strstr(text, "cadre_request_duration_seconds_bucket{le=\"6.5536e-05\"} 3\n"));
    free(text);
    cadre__snapshot_done(&snapshot);
    rig_free(rig);
}
END_TEST

START_TEST(what_was_inherited_is_counted_once)
{
    struct cadre__totals totals = {.starts = 10, .lost = 2, .deaths = {[CADRE__DEATH_SIGNAL] = 3}};
    struct cadre__snapshot snapshot;

    set_up(1);
    status_writer_inherit(&writer, &totals);
    rig_serve(rig);
    writer.server.starts += 1; /* as a start is noted */
    totals.starts = 12;
    totals.deaths[CADRE__DEATH_SIGNAL] = 4;
    status_writer_inherit(&writer, &totals);
    status_writer_inherit(&writer, &totals);
    totals.lost = 1;
    status_writer_inherit(&writer, &totals);
    totals.lost = 2;
    status_writer_inherit(&writer, &totals);
    snapshot = take();
    ck_assert_uint_eq(snapshot.server.starts, 13);
    ck_assert_uint_eq(snapshot.server.lost, 2);
    ck_assert_uint_eq(snapshot.server.deaths[CADRE__DEATH_SIGNAL], 4);
    cadre__snapshot_done(&snapshot);
    rig_free(rig);
}
END_TEST

START_TEST(one_that_was_succeeded_is_told_as_it_was)
{
    struct cadre__snapshot snapshot;

    set_up(1);
    rig_serve(rig);
    update();
    rig_signal(rig, SIGUSR2);
    update();
    rig_feed(rig, (struct machine_event){.type = EVENT_UPGRADE_READY, .pid = 7});
    writer.server.lost++;
    snapshot = take();
    ck_assert_str_eq(cadre__snapshot_not_ready(&snapshot), "");
    ck_assert_str_eq(cadre__snapshot_not_started(&snapshot), "");
    ck_assert_uint_eq(snapshot.server.lost, 1);
    cadre__snapshot_done(&snapshot);
    rig_free(rig);
}
END_TEST

UNIT_MAIN("master/status_writer", UNIT_CASE(what_was_inherited_is_counted_once),
          UNIT_CASE(one_that_was_succeeded_is_told_as_it_was),
          UNIT_CASE(a_server_that_starts_is_neither_ready_nor_started),
          UNIT_CASE(one_that_serves_is_ready), UNIT_CASE(every_worker_stuck_is_not_ready),
          UNIT_CASE(deaths_and_what_was_lost_with_them_are_counted),
          UNIT_CASE(totals_stay_when_their_process_goes),
          UNIT_CASE(reloads_are_counted_and_the_last_reason_is_kept),
          UNIT_CASE(texts_that_are_no_utf8_are_told_all_the_same),
          UNIT_CASE(metrics_have_each_family_once))
