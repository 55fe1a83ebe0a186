/* SPDX-License-Identifier: MIT */
/*
 * What a worker counts of its requests: classes of status, times by turns, the lag.
 */
#include "config.h"

#include "worker/meter.h"

#include "async/loop.h"
#include "base/clock.h"
#include "tests/unit/unit.h"
#include "worker/score.h"
#include <cadre/task.h>

#define MS CADRE__NSEC_PER_MSEC

static struct cadre__traffic_counts counts;
static struct cadre__score score;
static struct meter meter;

static uint64_t in_bucket(uint64_t ns)
{
    return counts.latency[cadre__latency_bucket(ns)];
}

START_TEST(answers_are_counted_by_class)
{
    meter_init(&meter, &counts, &score);
    meter_request(&meter, 1, 2, 200);
    meter_request(&meter, 1, 2, 204);
    meter_request(&meter, 1, 2, 404);
    meter_request(&meter, 1, 2, 0);
    meter_request(&meter, 1, 2, 999);
    ck_assert_uint_eq(counts.responses[2], 2);
    ck_assert_uint_eq(counts.responses[4], 1);
    ck_assert_uint_eq(counts.responses[0], 2);
}
END_TEST

START_TEST(a_request_within_a_turn_takes_as_long_as_the_turn)
{
    meter_init(&meter, &counts, &score);
    meter_request(&meter, 100 * MS, 100 * MS, 200);
    meter_request(&meter, 100 * MS, 100 * MS, 200);
    ck_assert_uint_eq(counts.time_ns, 0);
    meter_turn(&meter, 100 * MS, 103 * MS);
    ck_assert_uint_eq(in_bucket(3 * MS), 2);
    ck_assert_uint_eq(counts.time_ns, 6 * MS);
    meter_turn(&meter, 103 * MS, 105 * MS); /* nobody ended in this one */
    ck_assert_uint_eq(counts.time_ns, 6 * MS);
}
END_TEST

START_TEST(a_request_over_turns_takes_the_time_between_them)
{
    meter_init(&meter, &counts, &score);
    meter_request(&meter, 100 * MS, 150 * MS, 200);
    ck_assert_uint_eq(in_bucket(50 * MS), 1);
    ck_assert_uint_eq(counts.time_ns, 50 * MS);
}
END_TEST

START_TEST(the_lag_is_the_longest_turn_of_late)
{
    uint64_t now = 10000 * MS;

    meter_init(&meter, &counts, &score);
    meter_turn(&meter, now, now + 30 * MS);
    ck_assert_uint_eq(score.lag_ns, 30 * MS);
    meter_turn(&meter, now + 40 * MS, now + 50 * MS);
    ck_assert_uint_eq(score.lag_ns, 30 * MS);
    meter_turn(&meter, now + 3000 * MS, now + 3001 * MS); /* the next window */
    ck_assert_uint_eq(score.lag_ns, 30 * MS);
    meter_turn(&meter, now + 6000 * MS, now + 6001 * MS);
    ck_assert_uint_eq(score.lag_ns, 1 * MS);
    meter_turn(&meter, now + 60000 * MS, now + 60000 * MS); /* long idle: forgotten */
    ck_assert_uint_eq(score.lag_ns, 0);
}
END_TEST

static int works_and_sleeps(void *arg)
{
    uint64_t until;

    ck_assert_int_eq(cadre_sleep(1), 0); /* a turn begins with a wait */
    until = cadre__loop_clock(arg) + 20 * MS;
    while (cadre__loop_clock(arg) < until)
        ;
    return cadre_sleep(50);
}

START_TEST(a_loop_tells_its_turns_and_not_its_waits)
{
    struct score_watch watch;
    struct cadre__loop *loop;

    meter_init(&meter, &counts, &score);
    ck_assert_int_eq(cadre__loop_new(NULL, &loop), 0);
    score_watch_init(&watch, &score);
    score_watch_meter(&watch, &meter);
    score_watch_loop(&watch, loop);
    ck_assert_int_eq(cadre__loop_run_main(loop, works_and_sleeps, loop), 0);
    cadre__loop_free(loop);
    ck_assert_uint_ge(score.lag_ns, 20 * MS);
}
END_TEST

UNIT_MAIN("worker/meter", UNIT_CASE(answers_are_counted_by_class),
          UNIT_CASE(a_request_within_a_turn_takes_as_long_as_the_turn),
          UNIT_CASE(a_request_over_turns_takes_the_time_between_them),
          UNIT_CASE(the_lag_is_the_longest_turn_of_late),
          UNIT_CASE(a_loop_tells_its_turns_and_not_its_waits))
