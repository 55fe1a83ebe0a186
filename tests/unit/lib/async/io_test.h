/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/lib/async/io_test.h: what the tests of sockets, streams, files, processes and names
 * share: a loop around the body of a case, helpers beside it, and a look at the descriptors, none
 * of which may be left over.
 */
#ifndef CADRE_TESTS_IO_TEST_H
#define CADRE_TESTS_IO_TEST_H

#include "tests/unit/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cadre/task.h>

#include "async/coroutine.h"
#include "async/loop.h"
#include "async/sanitizer.h"
#include "base/clock.h"

#define MS CADRE__NSEC_PER_MSEC

static struct cadre__test_clock io_clock;
static uint64_t io_begin_ns;

/* Does a limit on descriptors hold? valgrind keeps some above it for itself, and for us. */
static inline bool io_limits_hold(void)
{
#ifdef CADRE__VALGRIND
    return !RUNNING_ON_VALGRIND;
#else
    return true;
#endif
}

static inline void io_run_on(struct cadre__test_clock *clock, int (*body)(void *arg), void *arg)
{
    const struct cadre__loop_options options = {.test_clock = clock};
    struct cadre__loop *loop;
    int before = unit_open_fds();

    ck_assert_int_eq(cadre__loop_new(&options, &loop), 0);
    ck_assert_int_eq(cadre__loop_run_main(loop, body, arg), 0);
    cadre__loop_free(loop);
    ck_assert_int_eq(unit_open_fds(), before);
}

/* Runs body(arg), which returns 0, on a loop with a test clock; nothing may be left open. */
static inline void io_run(int (*body)(void *arg), void *arg)
{
    io_begin_ns = 1000 * CADRE__NSEC_PER_SEC;
    cadre__test_clock_init(&io_clock, io_begin_ns);
    io_run_on(&io_clock, body, arg);
}

/* The same with the system's clock: for what happens outside, whose time does not jump. */
static inline void io_run_real(int (*body)(void *arg), void *arg)
{
    io_run_on(NULL, body, arg);
}

/* Milliseconds on the test clock since the body began. */
static inline uint64_t io_elapsed_ms(void)
{
    return (cadre__loop_clock(cadre__loop_current()) - io_begin_ns) / MS;
}

/* Starts fn(arg) beside the caller; it runs at once, to its first suspension. */
static inline struct cadre__coroutine *io_go(void (*fn)(void *arg), void *arg)
{
    struct cadre__coroutine *co;

    ck_assert_int_eq(cadre__coroutine_start(cadre__loop_current(), fn, arg, "helper", &co), 0);
    return co;
}

/* Lets all that is ready run. */
static inline void io_settle(void)
{
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(cadre_yield(), 0);
}

static inline bool io_is_cloexec(int fd)
{
    return fcntl(fd, F_GETFD) & FD_CLOEXEC;
}

static inline bool io_is_nonblock(int fd)
{
    return fcntl(fd, F_GETFL) & O_NONBLOCK;
}

#endif
