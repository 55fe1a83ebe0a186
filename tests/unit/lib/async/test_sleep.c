/* SPDX-License-Identifier: MIT */
/*
 * <cadre/task.h>: sleeping and yielding, on the test clock.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cadre/task.h>

#include "async/coroutine.h"
#include "async/loop.h"

#define MS CADRE__NSEC_PER_MSEC

static struct cadre__loop *loop;
static struct cadre__test_clock clock_;
static char trace[64];

static void note(char c)
{
    size_t n = strlen(trace);

    ck_assert_uint_lt(n, sizeof(trace) - 1);
    trace[n] = c;
}

static void run_main(int (*fn)(void *arg), void *arg, int expected)
{
    cadre__test_clock_init(&clock_, 1000 * MS);
    ck_assert_int_eq(cadre__loop_new(&(struct cadre__loop_options){.test_clock = &clock_}, &loop),
                     0);
    ck_assert_int_eq(cadre__loop_run_main(loop, fn, arg), expected);
    cadre__loop_free(loop);
}

static uint64_t slept_ns(uint64_t ms, int expected)
{
    uint64_t begin = clock_.now_ns;

    ck_assert_int_eq(cadre_sleep(ms), expected);
    return clock_.now_ns - begin;
}

static int sleep_some(void *arg)
{
    (void)arg;
    ck_assert_uint_eq(slept_ns(1, 0), 1 * MS);
    ck_assert_uint_eq(slept_ns(86400000, 0), 86400000 * MS);
    ck_assert_uint_eq(slept_ns(0, 0), 0);
    return 3;
}

START_TEST(sleep_lasts_as_long_as_asked)
{
    run_main(sleep_some, NULL, 3);
}
END_TEST

static int sleep_after_work(void *arg)
{
    uint64_t begin;

    (void)arg;
    /* The turn's time is old by now: what counts is when sleep was called. */
    cadre__test_clock_advance(&clock_, 400 * MS);
    begin = clock_.now_ns;
    ck_assert_int_eq(cadre_sleep(100), 0);
    ck_assert_uint_ge(clock_.now_ns, begin + 100 * MS);
    return 0;
}

START_TEST(sleep_counts_from_the_call)
{
    run_main(sleep_after_work, NULL, 0);
}
END_TEST

struct napper {
    uint64_t ms;
    char c;
    int result;
    struct cadre__coroutine *co;
};

static void nap(void *arg)
{
    struct napper *napper = arg;

    napper->result = cadre_sleep(napper->ms);
    note(napper->c);
}

static int many_nap(void *arg)
{
    struct napper *nappers = arg;

    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(cadre__coroutine_start(loop, nap, &nappers[i], "nap", NULL), 0);
    return cadre_sleep(1001);
}

START_TEST(three_sleep_as_long_as_the_longest)
{
    struct napper nappers[] = {
        {.ms = 1000, .c = 'l'}, {.ms = 500, .c = 'm'}, {.ms = 200, .c = 's'}};

    run_main(many_nap, nappers, 0);
    ck_assert_str_eq(trace, "sml");
    ck_assert_uint_eq(clock_.now_ns, 1000 * MS + 1001 * MS);
}
END_TEST

static int cancel_napper(void *arg)
{
    struct napper *napper = arg;
    int r;

    ck_assert_int_eq(cadre__coroutine_start(loop, nap, napper, "nap", &napper->co), 0);
    if ((r = cadre_sleep(10)) < 0)
        return r;
    cadre__coroutine_cancel(napper->co);
    return cadre_yield();
}

START_TEST(a_cancelled_sleep_ends_at_once)
{
    struct napper napper = {.ms = 1000, .c = 'x'};

    run_main(cancel_napper, &napper, 0);
    ck_assert_int_eq(napper.result, -ECANCELED);
    ck_assert_str_eq(trace, "x");
    ck_assert_uint_eq(clock_.now_ns, 1010 * MS);
}
END_TEST

START_TEST(a_sleep_without_end_is_possible_and_can_be_cancelled)
{
    struct napper napper = {.ms = UINT64_MAX, .c = 'x'};

    run_main(cancel_napper, &napper, 0);
    ck_assert_int_eq(napper.result, -ECANCELED);
}
END_TEST

static int sleep_when_cancelled(void *arg)
{
    uint64_t begin = clock_.now_ns;

    (void)arg;
    cadre__coroutine_cancel(cadre__coroutine_current());
    ck_assert_int_eq(cadre_sleep(1000), -ECANCELED);
    cadre__coroutine_cancel(cadre__coroutine_current());
    ck_assert_int_eq(cadre_yield(), -ECANCELED);
    ck_assert_uint_eq(clock_.now_ns, begin);
    /* One request, one failure. */
    return cadre_sleep(1);
}

START_TEST(one_that_is_cancelled_already_does_not_sleep)
{
    run_main(sleep_when_cancelled, NULL, 0);
}
END_TEST

struct spinner {
    char c;
    int results[3];
    struct cadre__coroutine *co;
};

static void spin(void *arg)
{
    struct spinner *spinner = arg;

    for (int i = 0; i < 3; i++) {
        note(spinner->c);
        spinner->results[i] = cadre_yield();
    }
}

static int two_spin(void *arg)
{
    struct spinner *spinners = arg;

    ck_assert_int_eq(cadre__coroutine_start(loop, spin, &spinners[0], "a", NULL), 0);
    ck_assert_int_eq(cadre__coroutine_start(loop, spin, &spinners[1], "b", NULL), 0);
    return cadre_sleep(1);
}

START_TEST(two_that_yield_alternate)
{
    struct spinner spinners[2] = {{.c = 'a'}, {.c = 'b'}};

    run_main(two_spin, spinners, 0);
    ck_assert_str_eq(trace, "ababab");
    ck_assert_int_eq(spinners[1].results[2], 0);
}
END_TEST

static int cancel_spinner(void *arg)
{
    struct spinner *spinner = arg;

    ck_assert_int_eq(cadre__coroutine_start(loop, spin, spinner, "a", &spinner->co), 0);
    cadre__coroutine_cancel(spinner->co);
    return cadre_sleep(1);
}

START_TEST(a_cancelled_yield_fails_in_the_same_call)
{
    struct spinner spinner = {.c = 'a'};

    run_main(cancel_spinner, &spinner, 0);
    ck_assert_int_eq(spinner.results[0], -ECANCELED);
    ck_assert_int_eq(spinner.results[1], 0);
}
END_TEST

static bool fired;

static void on_time(struct cadre__timer *timer)
{
    (void)timer;
    fired = true;
}

/* Computes and yields until a timer has fired: possible only if a yield lets timers run. */
static int compute(void *arg)
{
    struct cadre__timer timer;
    uint64_t n = 0;

    (void)arg;
    cadre__timer_init(&timer, on_time);
    cadre__loop_timer_start(loop, &timer, 2 * MS);
    while (!fired) {
        int r = cadre_yield();

        if (r < 0)
            return r;
        n++;
    }
    return n > 0;
}

START_TEST(yielding_lets_timers_run)
{
    ck_assert_int_eq(cadre__loop_new(NULL, &loop), 0);
    ck_assert_int_eq(cadre__loop_run_main(loop, compute, NULL), 1);
    cadre__loop_free(loop);
}
END_TEST

enum { SLEEPERS = 1000 };

static int awake;

static void sleep_500(void *arg)
{
    (void)arg;
    ck_assert_int_eq(cadre_sleep(500), 0);
    awake++;
}

static int many_sleep(void *arg)
{
    (void)arg;
    for (int i = 0; i < SLEEPERS; i++)
        ck_assert_int_eq(cadre__coroutine_start(loop, sleep_500, NULL, "sleeper", NULL), 0);
    return cadre_sleep(501);
}

START_TEST(a_thousand_sleep_together)
{
    run_main(many_sleep, NULL, 0);
    ck_assert_int_eq(awake, SLEEPERS);
    ck_assert_uint_eq(clock_.now_ns, 1501 * MS);
}
END_TEST

START_TEST(nothing_is_cancelled_off_any_coroutine)
{
    ck_assert(!cadre_cancelled());
}
END_TEST

UNIT_MAIN("async/sleep", UNIT_CASE(sleep_lasts_as_long_as_asked),
          UNIT_CASE(sleep_counts_from_the_call), UNIT_CASE(three_sleep_as_long_as_the_longest),
          UNIT_CASE(a_cancelled_sleep_ends_at_once),
          UNIT_CASE(a_sleep_without_end_is_possible_and_can_be_cancelled),
          UNIT_CASE(one_that_is_cancelled_already_does_not_sleep),
          UNIT_CASE(two_that_yield_alternate), UNIT_CASE(a_cancelled_yield_fails_in_the_same_call),
          UNIT_CASE(yielding_lets_timers_run), UNIT_CASE(a_thousand_sleep_together),
          UNIT_CASE(nothing_is_cancelled_off_any_coroutine))
