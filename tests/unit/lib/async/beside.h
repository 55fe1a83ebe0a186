/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/lib/async/beside.h: for tests of what coroutines wait with: functions that run beside
 * the test's own coroutine, on a loop with a test clock, and a trace of who did what when.
 */
#ifndef CADRE_TESTS_UNIT_ASYNC_BESIDE_H
#define CADRE_TESTS_UNIT_ASYNC_BESIDE_H

#include "tests/unit/unit.h"

#include <stdbool.h>
#include <string.h>

#include <cadre/task.h>

#include "async/coroutine.h"
#include "async/loop.h"

static struct cadre__loop *loop;
static struct cadre__test_clock test_clock;
static char trace[128];

/* A function that runs in a coroutine of its own. */
struct beside {
    int (*fn)(const void *arg);
    const void *arg;
    int result;                  /* of fn, when it has ended */
    bool ended;                  /* it has */
    struct cadre__coroutine *co; /* NULL when it has ended */
};

static void beside_call(void *arg)
{
    struct beside *beside = arg;

    beside->co = cadre__coroutine_current();
    beside->result = beside->fn(beside->arg);
    beside->ended = true;
    beside->co = NULL;
}

/* Starts fn(arg) beside; it has run up to its first suspension when this returns. */
static inline void beside_start(struct beside *beside, int (*fn)(const void *arg), const void *arg)
{
    *beside = (struct beside){.fn = fn, .arg = arg, .result = -1000};
    ck_assert_int_eq(cadre__coroutine_start(loop, beside_call, beside, "beside", NULL), 0);
}

static inline void beside_cancel(struct beside *beside)
{
    ck_assert(!beside->ended);
    cadre__coroutine_cancel(beside->co);
}

/* Lets all run that can. */
static inline void settle(void)
{
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(cadre_yield(), 0);
}

/* Lets all run that can; that one has ended with this result then. */
static inline void beside_ends(const struct beside *beside, int result)
{
    settle();
    ck_assert(beside->ended);
    ck_assert_int_eq(beside->result, result);
}

static inline void beside_waits(const struct beside *beside)
{
    settle();
    ck_assert(!beside->ended);
}

static inline void note(char c)
{
    size_t n = strlen(trace);

    ck_assert_uint_lt(n, sizeof(trace) - 1);
    trace[n] = c;
}

/* Runs fn(NULL) as the main coroutine of a loop. */
static inline void run_in_loop(int (*fn)(void *arg))
{
    const struct cadre__loop_options options = {.test_clock = &test_clock};

    cadre__test_clock_init(&test_clock, CADRE__NSEC_PER_SEC);
    ck_assert_int_eq(cadre__loop_new(&options, &loop), 0);
    ck_assert_int_eq(cadre__loop_run_main(loop, fn, NULL), 0);
    cadre__loop_free(loop);
}

/* A case whose body runs in a coroutine. */
#define ON_LOOP(name)                                                                              \
    static int name##_on_loop(void *unused);                                                       \
    START_TEST(name)                                                                               \
    {                                                                                              \
        run_in_loop(name##_on_loop);                                                               \
    }                                                                                              \
    END_TEST                                                                                       \
    static int name##_on_loop(__attribute__((unused)) void *unused)

#endif
