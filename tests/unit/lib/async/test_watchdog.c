/* SPDX-License-Identifier: MIT */
/*
 * async/watchdog: steps that are too long are reported, with their name and frames, while they
 * hang; what is short is not; the watchdog sleeps while the loop waits. A step that hangs hangs
 * until the report has come, so that nothing here depends on how fast the machine is.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <cadre/task.h>

#include "async/coroutine.h"
#include "async/loop.h"
#include "async/sanitizer.h"
#include "async/watchdog.h"
#include "base/clock.h"

#define MS CADRE__NSEC_PER_MSEC

static struct cadre__loop *loop;
static struct cadre__watchdog *watchdog;

/* What was reported; written by the watchdog's thread before it rings. */
struct seen {
    char name[CADRE__WATCHDOG_NAME_SIZE];
    uint64_t held_ns;
    bool ended;
    bool in_hang; /* a frame is within hang() */
    char frames[1024];
};

static struct seen seen[64];
static _Atomic int n_seen;
static sem_t rung;

static void hang(void);

static void on_slow(const struct cadre__watchdog_report *report, void *arg)
{
    int n = atomic_load(&n_seen);
    struct seen *it = &seen[n % 64];

    ck_assert_ptr_eq(arg, &rung);
    *it = (struct seen){.held_ns = report->held_ns, .ended = report->ended};
    (void)snprintf(it->name, sizeof(it->name), "%s", report->name);
    for (size_t i = 0; i < report->n_frames; i++) {
        uintptr_t begin = (uintptr_t)hang, at = (uintptr_t)report->frames[i];

        it->in_hang |= at > begin && at < begin + 512;
    }
    (void)cadre__frames_format(report->frames, report->n_frames, it->frames, sizeof(it->frames));
    atomic_store(&n_seen, n + 1);
    ck_assert_int_eq(sem_post(&rung), 0);
}

/* Holds the loop until something is reported. */
static __attribute__((noinline)) void hang(void)
{
    while (sem_wait(&rung) < 0)
        ck_assert_int_eq(errno, EINTR);
}

static void start(uint64_t slow_ns)
{
    const struct cadre__watchdog_options options = {
        .loop = loop, .slow_ns = slow_ns, .on_slow = on_slow, .arg = &rung};

    ck_assert_int_eq(cadre__watchdog_start(&options, &watchdog), 0);
}

static void run_with(uint64_t slow_ns, int (*fn)(void *arg))
{
    ck_assert_int_eq(sem_init(&rung, 0, 0), 0);
    ck_assert_int_eq(cadre__loop_new(NULL, &loop), 0);
    start(slow_ns);
    ck_assert_int_eq(cadre__loop_run_main(loop, fn, NULL), 0);
    cadre__watchdog_stop(watchdog);
    cadre__loop_free(loop);
}

static int hang_in_main(void *arg)
{
    (void)arg;
    cadre__coroutine_set_name(cadre__coroutine_current(), "read_item");
    hang();
    /* The end is reported too, once somebody else has had the loop. */
    while (atomic_load(&n_seen) < 2)
        ck_assert_int_eq(cadre_sleep(1), 0);
    return 0;
}

START_TEST(a_step_that_hangs_is_reported_while_it_does_and_when_it_ends)
{
    run_with(20 * MS, hang_in_main);
    ck_assert_str_eq(seen[0].name, "read_item");
    ck_assert(!seen[0].ended);
    ck_assert_uint_ge(seen[0].held_ns, 20 * MS);
    ck_assert_str_eq(seen[1].name, "read_item");
    ck_assert(seen[1].ended);
    ck_assert_uint_ge(seen[1].held_ns, seen[0].held_ns);
}
END_TEST

#ifndef CADRE__TSAN /* it delays signals until after the call that blocks */
START_TEST(the_frames_are_those_of_the_step)
{
    run_with(20 * MS, hang_in_main);
    ck_assert_msg(seen[0].in_hang, "%s", seen[0].frames);
    ck_assert_ptr_nonnull(strstr(seen[0].frames, "+0x"));
}
END_TEST
#endif

static void hang_in_job(struct cadre__job *job)
{
    (void)job;
    hang();
}

static int post_hang(void *arg)
{
    static struct cadre__job job = {.fn = hang_in_job};

    (void)arg;
    cadre__loop_post(loop, &job);
    while (atomic_load(&n_seen) < 2)
        ck_assert_int_eq(cadre_sleep(1), 0);
    return 0;
}

START_TEST(a_callback_that_hangs_has_no_name)
{
    run_with(20 * MS, post_hang);
    ck_assert_str_eq(seen[0].name, "");
    ck_assert(seen[1].ended);
}
END_TEST

static int yield_for_long(void *arg)
{
    uint64_t end = cadre__loop_clock(loop) + 1500 * MS;

    (void)arg;
    while (cadre__loop_clock(loop) < end)
        ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_uint_eq(cadre__watchdog_count(watchdog), 0);
    return 0;
}

START_TEST(many_short_steps_are_none_that_is_long)
{
    run_with(1000 * MS, yield_for_long);
    ck_assert_int_eq(atomic_load(&n_seen), 0);
}
END_TEST

static int sleep_and_hang(void *arg)
{
    bool slept = false;

    (void)arg;
    for (int i = 0; i < 20 && !slept; i++) {
        /* The loop waits, and a second later the watchdog sleeps, until this turn wakes it. */
        ck_assert_int_eq(cadre_sleep(1600), 0);
        slept = cadre__watchdog_sleeps(watchdog) > 0;
    }
    ck_assert(slept);
    hang();
    return 0;
}

START_TEST(it_sleeps_while_the_loop_waits_and_sees_what_hangs_right_after)
{
    run_with(20 * MS, sleep_and_hang);
    ck_assert(!seen[0].ended);
    ck_assert_str_eq(seen[0].name, "main");
}
END_TEST

static int hang_twice(void *arg)
{
    (void)arg;
    for (int i = 1; i <= 2; i++) {
        hang();
        while (atomic_load(&n_seen) < 2 * i)
            ck_assert_int_eq(cadre_sleep(1), 0);
        while (sem_trywait(&rung) == 0)
            ;
    }
    ck_assert_uint_eq(cadre__watchdog_count(watchdog), 2);
    return 0;
}

START_TEST(each_one_is_counted_and_reported)
{
    run_with(20 * MS, hang_twice);
    ck_assert_int_eq(atomic_load(&n_seen), 4);
}
END_TEST

START_TEST(a_loop_has_one_watchdog)
{
    const struct cadre__watchdog_options options = {.slow_ns = MS, .on_slow = on_slow};
    struct cadre__watchdog_options again = options;
    struct cadre__watchdog *second;

    ck_assert_int_eq(cadre__loop_new(NULL, &loop), 0);
    start(100 * MS);
    again.loop = loop;
    ck_assert_int_eq(cadre__watchdog_start(&again, &second), -EBUSY);
    cadre__watchdog_stop(watchdog);
    start(100 * MS);
    cadre__watchdog_stop(watchdog);
    cadre__watchdog_stop(NULL);
    cadre__loop_free(loop);
}
END_TEST

START_TEST(it_leaves_signals_and_their_stack_as_they_were)
{
    struct sigaction before, after;
    stack_t stack;

    ck_assert_int_eq(sigaction(SIGURG, NULL, &before), 0);
    ck_assert_int_eq(cadre__loop_new(NULL, &loop), 0);
    start(100 * MS);
    cadre__watchdog_stop(watchdog);
    cadre__loop_free(loop);
    ck_assert_int_eq(sigaction(SIGURG, NULL, &after), 0);
    ck_assert(before.sa_handler == after.sa_handler);
    ck_assert_int_eq(sigaltstack(NULL, &stack), 0);
#if !defined(CADRE__ASAN) && !defined(CADRE__TSAN)
    ck_assert(stack.ss_flags & SS_DISABLE);
#endif
}
END_TEST

START_TEST(frames_are_whole_or_not_there)
{
    void *frames[] = {(void *)(uintptr_t)hang, (void *)(uintptr_t)&hang_in_job, (void *)16};
    char text[256], cut[256];
    size_t len = cadre__frames_format(frames, 3, text, sizeof(text));

    ck_assert_uint_eq(len, strlen(text));
    ck_assert_ptr_nonnull(strstr(text, "test_watchdog"));
    ck_assert_ptr_nonnull(strstr(text, " ?+0x10"));
    ck_assert_uint_eq(cadre__frames_format(frames, 3, cut, len), strlen(cut));
    ck_assert_uint_lt(strlen(cut), len);
    ck_assert_int_eq(strncmp(text, cut, strlen(cut)), 0);
    ck_assert_int_eq(text[strlen(cut)], ' ');
    ck_assert_uint_eq(cadre__frames_format(frames, 0, text, sizeof(text)), 0);
    ck_assert_str_eq(text, "");
}
END_TEST

UNIT_MAIN("async/watchdog", UNIT_CASE(a_step_that_hangs_is_reported_while_it_does_and_when_it_ends),
#ifndef CADRE__TSAN
          UNIT_CASE(the_frames_are_those_of_the_step),
#endif
          UNIT_CASE(a_callback_that_hangs_has_no_name),
          UNIT_CASE(many_short_steps_are_none_that_is_long),
          UNIT_CASE(it_sleeps_while_the_loop_waits_and_sees_what_hangs_right_after),
          UNIT_CASE(each_one_is_counted_and_reported), UNIT_CASE(a_loop_has_one_watchdog),
          UNIT_CASE(it_leaves_signals_and_their_stack_as_they_were),
          UNIT_CASE(frames_are_whole_or_not_there))
