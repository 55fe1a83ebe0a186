/* SPDX-License-Identifier: MIT */
/*
 * Tests of ipc/totals: what one server has counted is what the next one goes on from, whatever
 * either knows more than the other; text that is none is refused.
 */
#include "config.h"

#include "ipc/totals.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/shm.h"
#include "ipc/scoreboard.h"
#include "ipc/snapshot.h"
#include "tests/unit/unit.h"

static struct cadre__shm board_shm, traffic_shm, status_shm, counter_shm;
static struct cadre__scoreboard *board;
static struct cadre__traffic_area *traffic;
static struct cadre__status_area *status;
static struct cadre__counters counters;

static void make_areas(void)
{
    ck_assert_int_eq(cadre__scoreboard_create(&board_shm, &board), 0);
    for (uint32_t slot = 0; slot < 10; slot++)
        cadre__scoreboard_claim(board, slot, 0, 1, slot, 1);
    ck_assert_int_eq(cadre__traffic_create(&traffic_shm, &traffic), 0);
    ck_assert_int_eq(cadre__status_create(&status_shm, &status), 0);
    ck_assert_int_eq(cadre__shm_create(&counter_shm, "counters", cadre__counters_size(8, 8)), 0);
    ck_assert_int_eq(cadre__counters_create(&counters, &counter_shm, 8, 8), 0);
}

static struct cadre__totals take(void)
{
    const struct cadre__snapshot_sources sources = {
        .board = board, .traffic = traffic, .status = status, .counters = &counters};
    struct cadre__totals totals;

    ck_assert_int_eq(cadre__totals_take(&sources, &totals), 0);
    return totals;
}

/* Over the wire and back. */
static struct cadre__totals send(const struct cadre__totals *totals)
{
    struct cadre__totals got;
    int fd = cadre__totals_seal(totals);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(cadre__totals_read(fd, &got), 0);
    close(fd);
    return got;
}

static void count(const char *name, enum cadre__counter_kind kind, const char *help, uint64_t n)
{
    struct cadre__counters mine;
    struct cadre__counter counter;

    ck_assert_int_eq(cadre__counters_attach(&mine, &counter_shm, 3), 0);
    ck_assert_int_eq(cadre__counter_define(&mine, name, help, kind, &counter), 0);
    cadre__counter_add(counter, n);
}

START_TEST(all_that_is_counted_arrives)
{
    struct cadre__status_server server = {.starts = 12,
                                          .lost = 3,
                                          .reloads_done = 5,
                                          .reloads_failed = UINT64_MAX,
                                          .deaths = {[CADRE__DEATH_MEMORY] = 7}};
    struct cadre__totals sent, got;

    make_areas();
    cadre__status_write_server(status, &server);
    cadre__traffic_count(&traffic->slot[0].now.responses[2], 40);
    cadre__traffic_count(&traffic->slot[9].now.responses[2], 2);
    cadre__traffic_count(&traffic->slot[9].now.responses[5], 1);
    cadre__traffic_count(&traffic->slot[1].now.lost, 6);
    cadre__traffic_count(&traffic->slot[1].now.accepted, 44);
    cadre__traffic_count(&traffic->slot[1].now.time_ns, 123456789012345);
    cadre__traffic_count(&traffic->slot[1].now.latency[CADRE__LATENCY_BUCKETS - 1], 8);
    count("shop_orders_total", CADRE__COUNTER_COUNTER, "Orders,\nof all  sorts.", 17);
    count("shop_open", CADRE__COUNTER_GAUGE, "", 9);
    count("shop_plain", CADRE__COUNTER_COUNTER, "", 0);
    sent = take();
    got = send(&sent);
    ck_assert_uint_eq(got.starts, 12);
    ck_assert_uint_eq(got.lost, 3);
    ck_assert_uint_eq(got.reloads_done, 5);
    ck_assert_uint_eq(got.reloads_failed, UINT64_MAX);
    ck_assert_uint_eq(got.deaths[CADRE__DEATH_MEMORY], 7);
    ck_assert_uint_eq(got.traffic.responses[2], 42);
    ck_assert_uint_eq(got.traffic.requests, 43);
    ck_assert_uint_eq(got.traffic.lost, 6);
    ck_assert_uint_eq(got.traffic.accepted, 44);
    ck_assert_uint_eq(got.traffic.time_ns, 123456789012345);
    ck_assert_uint_eq(got.traffic.latency[CADRE__LATENCY_BUCKETS - 1], 8);
    ck_assert_uint_eq(got.n_counters, 2);
    ck_assert_str_eq(got.counters[0].info.name, "shop_orders_total");
    ck_assert_str_eq(got.counters[0].info.help, "Orders, of all  sorts.");
    ck_assert_uint_eq(got.counters[0].value, 17);
    ck_assert_str_eq(got.counters[1].info.name, "shop_plain");
    cadre__totals_done(&sent);
    cadre__totals_done(&got);
}
END_TEST

START_TEST(reports_of_crashes_arrive_in_their_order)
{
    struct cadre__totals sent, got;

    make_areas();
    sent = take();
    ck_assert_int_eq(cadre__totals_add_crash(&sent, "{\"n\":1}"), 0);
    ck_assert_int_eq(cadre__totals_add_crash(&sent, "{\"n\":2,\"a\":\" counter x 1 y\"}"), 0);
    ck_assert_int_eq(cadre__totals_add_crash(&sent, "{\"n\":\n3}"), 0); /* no line */
    ck_assert_int_eq(cadre__totals_add_crash(&sent, "3"), 0);
    ck_assert_uint_eq(sent.n_crashes, 2);
    got = send(&sent);
    ck_assert_uint_eq(got.n_crashes, 2);
    ck_assert_str_eq(got.crashes[0], "{\"n\":1}");
    ck_assert_str_eq(got.crashes[1], sent.crashes[1]);
    ck_assert_uint_eq(got.n_counters, sent.n_counters);
    cadre__totals_done(&sent);
    cadre__totals_done(&got);
}
END_TEST

START_TEST(histograms_arrive_with_their_bounds)
{
    static const double bounds[] = {-0.1, 1e-9, 2.5};
    struct cadre__totals sent, got;
    struct cadre__counters mine;
    struct cadre__histogram h;

    make_areas();
    ck_assert_int_eq(cadre__counters_attach(&mine, &counter_shm, 3), 0);
    ck_assert_int_eq(
        cadre__histogram_define(&mine, "shop_seconds", "Time\nto order.", bounds, 3, &h), 0);
    cadre__histogram_add(h, bounds, 3, 0.1);
    cadre__histogram_add(h, bounds, 3, 7);
    ck_assert_int_eq(cadre__histogram_define(&mine, "shop_sum_only", "", NULL, 0, &h), 0);
    count("shop_orders_total", CADRE__COUNTER_COUNTER, "", 17);
    sent = take();
    got = send(&sent);
    ck_assert_uint_eq(got.n_counters, 1);
    ck_assert_uint_eq(got.n_histograms, 2);
    ck_assert_str_eq(got.histograms[0].name, "shop_seconds");
    ck_assert_str_eq(got.histograms[0].help, "Time to order.");
    ck_assert_uint_eq(got.histograms[0].n_bounds, 3);
    ck_assert_mem_eq(got.histograms[0].bounds, bounds, sizeof(bounds));
    ck_assert_uint_eq(got.histograms[0].counts[2], 1);
    ck_assert_uint_eq(got.histograms[0].counts[3], 1);
    ck_assert_mem_eq(&got.histograms[0].sum, &sent.histograms[0].sum, sizeof(double));
    ck_assert_str_eq(got.histograms[1].name, "shop_sum_only");
    ck_assert_uint_eq(got.histograms[1].n_bounds, 0);
    cadre__totals_done(&sent);
    cadre__totals_done(&got);
}
END_TEST

START_TEST(what_was_inherited_is_told_on_and_never_goes_back)
{
    struct cadre__traffic_sum more = {.responses = {[2] = 100}, .accepted = 5};
    struct cadre__traffic_sum less = {.responses = {[2] = 90}, .accepted = 6};
    struct cadre__totals totals;

    make_areas();
    cadre__traffic_count(&traffic->slot[0].now.responses[2], 1);
    cadre__traffic_inherit(traffic, &more);
    cadre__traffic_inherit(traffic, &less);
    totals = take();
    ck_assert_uint_eq(totals.traffic.responses[2], 101);
    ck_assert_uint_eq(totals.traffic.accepted, 6);
    cadre__totals_done(&totals);
}
END_TEST

static const struct {
    const char *text;
    int r;
} texts[] = {
    {"", -EPROTO},
    {"cadre-totals 2\n", -EPROTO},
    {"starts 3\n", -EPROTO},
    {"cadre-totals 1", 0},
    {"cadre-totals 1\n", 0},
    {"cadre-totals 1\nstarts 3\nstarted 99\nsomething else 7\n", 0},
    {"cadre-totals 1\nlatency 100000 3\ndeaths 99 1\nstarts 3", 0},
    {"cadre-totals 1\nstarts\nstarts 3\n", 0},
    {"cadre-totals 1\nstarts x\n", -EPROTO},
    {"cadre-totals 1\nstarts -3\n", -EPROTO},
    {"cadre-totals 1\nstarts 99999999999999999999\n", -EPROTO},
    {"cadre-totals 1\nstarts 3x\n", -EPROTO},
    {"cadre-totals 1\nlatency 3\n", -EPROTO},
    {"cadre-totals 1\ncounter x\n", -EPROTO},
    {"cadre-totals 1\ncounter x y z\n", -EPROTO},
    {"cadre-totals 1\ncounter "
     "a2345678901234567890123456789012345678901234567890123456789012345 1 x\n",
     -EPROTO},
    {"cadre-totals 1\nstarts 3\nhistogram x 1 0.5 7 1 3.25 Help.\n", 0},
    {"cadre-totals 1\nstarts 3\nhistogram x 0 1 3.25\n", 0},
    {"cadre-totals 1\nstarts 3\nhistogram x 63 whatever\n", 0},
    {"cadre-totals 1\nhistogram x\n", -EPROTO},
    {"cadre-totals 1\nhistogram x 2 0.5 7 1 3.25 Help.\n", -EPROTO},
    {"cadre-totals 1\nhistogram x 1 y 7 1 3.25 Help.\n", -EPROTO},
    {"cadre-totals 1\nhistogram x 1 0.5 -7 1 3.25 Help.\n", -EPROTO},
    {"cadre-totals 1\nstarts 3\ncounter x 1\ncounter y 2 \n", 0},
};

START_TEST(text_is_checked_and_what_is_not_known_is_skipped)
{
    struct cadre__totals got = {.starts = 1};
    int fd = cadre__memfd_sealed("test", texts[_i].text, strlen(texts[_i].text));

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(cadre__totals_read(fd, &got), texts[_i].r);
    if (texts[_i].r < 0)
        ck_assert_uint_eq(got.starts, 1);
    else
        ck_assert_uint_eq(got.starts, strstr(texts[_i].text, "starts 3") != NULL ? 3 : 0);
    if (texts[_i].r == 0)
        cadre__totals_done(&got);
    close(fd);
}
END_TEST

START_TEST(what_is_not_sealed_is_refused)
{
    struct cadre__totals got;
    int pipes[2];

    ck_assert_int_eq(pipe(pipes), 0);
    ck_assert_int_lt(cadre__totals_read(pipes[0], &got), 0);
}
END_TEST

UNIT_MAIN("ipc/totals", UNIT_CASE(all_that_is_counted_arrives),
          UNIT_CASE(reports_of_crashes_arrive_in_their_order),
          UNIT_CASE(histograms_arrive_with_their_bounds),
          UNIT_CASE(what_was_inherited_is_told_on_and_never_goes_back),
          UNIT_LOOP(text_is_checked_and_what_is_not_known_is_skipped,
                    sizeof(texts) / sizeof(texts[0])),
          UNIT_CASE(what_is_not_sealed_is_refused))
