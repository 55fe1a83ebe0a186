/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/lib/async/tasks.h: for tests of tasks, scopes and groups: a case that runs as the main
 * coroutine of a loop with a test clock, a trace, what is in the log, and some tasks.
 */
#ifndef CADRE_TESTS_UNIT_ASYNC_TASKS_H
#define CADRE_TESTS_UNIT_ASYNC_TASKS_H

#include "tests/unit/unit.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cadre/log.h>
#include <cadre/task.h>

#include "async/loop.h"
#include "base/log.h"

static struct cadre__test_clock test_clock;
static char trace[256];
static int log_fd = -1;

static inline void note(char c)
{
    size_t n = strlen(trace);

    ck_assert_uint_lt(n, sizeof(trace) - 1);
    trace[n] = c;
}

/* An argument that is a letter; it lives for ever. */
static inline char *letter(char c)
{
    static char letters[128];

    letters[(unsigned char)c] = c;
    return &letters[(unsigned char)c];
}

/* Milliseconds since the loop began. */
static inline uint64_t elapsed_ms(void)
{
    return test_clock.now_ns / CADRE__NSEC_PER_MSEC - 1000;
}

static inline void capture_log(void)
{
    log_fd = memfd_create("log", MFD_CLOEXEC);
    ck_assert_int_ge(log_fd, 0);
    ck_assert_int_eq(cadre__log_open(&(struct cadre__log_options){.fd = log_fd}), 0);
}

static inline unsigned count_in_log(const char *text)
{
    static char buf[16384];
    ssize_t n = pread(log_fd, buf, sizeof(buf) - 1, 0);
    unsigned count = 0;

    ck_assert_int_ge(n, 0);
    buf[n] = '\0';
    for (const char *at = buf; (at = strstr(at, text)); at++)
        count++;
    return count;
}

/* Runs fn(NULL) as the main coroutine of a loop whose time jumps. */
static inline int run_with_clock(int (*fn)(void *arg))
{
    cadre__test_clock_init(&test_clock, 1000 * CADRE__NSEC_PER_MSEC);
    return cadre__run(&(struct cadre__loop_options){.test_clock = &test_clock}, fn, NULL);
}

/* A case whose body is the main coroutine's function; it returns 0. */
#define ON_LOOP(name)                                                                              \
    static int name##_main(void *arg_);                                                            \
    START_TEST(name)                                                                               \
    {                                                                                              \
        ck_assert_int_eq(run_with_clock(name##_main), 0);                                          \
    }                                                                                              \
    END_TEST                                                                                       \
    static int name##_main(void *arg_ __attribute__((unused)))

/* A task that sleeps, notes its letter, and returns its result; when it is cancelled it notes the
 * capital, if told to cleans up for a while, and returns what it is told to. */
struct nap {
    uint64_t ms;
    char c;
    int result;      /* after the sleep */
    uint64_t cleans; /* ms, after being cancelled */
    int swallows;    /* 0: -ECANCELED is what it returns when cancelled; else this */
    bool ended;
};

static inline int nap(void *arg)
{
    struct nap *self = arg;
    int r = cadre_sleep(self->ms);

    if (r < 0) {
        note((char)(self->c - 'a' + 'A'));
        if (self->cleans && cadre_sleep(self->cleans) < 0)
            note('!');
        if (self->swallows)
            r = self->swallows;
    } else {
        note(self->c);
        r = self->result;
    }
    self->ended = true;
    return r;
}

static inline int never_run(void *arg)
{
    (void)arg;
    note('#');
    return 0;
}

#endif
