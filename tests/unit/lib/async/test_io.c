/* SPDX-License-Identifier: MIT */
/*
 * Readiness of descriptors, and signals, as callbacks of the loop.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "async/io.h"
#include "async/loop.h"
#include "async/signal.h"
#include "base/fd.h"

static struct cadre__loop *loop;
static int fds[2];

static void open_pair(void)
{
    ck_assert_int_eq(cadre__loop_new(NULL, &loop), 0);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
}

static void close_pair(void)
{
    cadre__fd_close(&fds[0]);
    cadre__fd_close(&fds[1]);
    cadre__loop_free(loop);
}

static void on_stop(struct cadre__job *job)
{
    (void)job;
    cadre__loop_stop(loop);
}

/* One turn: what is ready now has its callback, and nothing is waited for. */
static void turn(void)
{
    struct cadre__job stop = {.fn = on_stop};

    cadre__loop_post(loop, &stop);
    ck_assert_int_eq(cadre__loop_run(loop), 0);
}

struct watch {
    struct cadre__io io;
    int calls;
    int events;
    bool stops; /* itself, in the callback */
};

static void on_ready(int events, void *arg)
{
    struct watch *watch = arg;

    watch->calls++;
    watch->events = events;
    if (watch->stops)
        cadre__io_stop(&watch->io);
}

static void watch_init(struct watch *watch, int fd)
{
    *watch = (struct watch){0};
    cadre__io_init(&watch->io, loop, fd, on_ready, watch);
}

START_TEST(readiness_is_told_as_long_as_it_lasts)
{
    struct watch w;
    char byte;

    open_pair();
    watch_init(&w, fds[0]);
    ck_assert(!cadre__io_is_started(&w.io));
    ck_assert_int_eq(cadre__io_start(&w.io, CADRE__IO_READ, true), 0);
    ck_assert(cadre__io_is_started(&w.io));
    turn();
    ck_assert_int_eq(w.calls, 0);
    ck_assert_int_eq(write(fds[1], "x", 1), 1);
    turn();
    turn();
    ck_assert_int_eq(w.calls, 2);
    ck_assert_int_eq(w.events, CADRE__IO_READ);
    ck_assert_int_eq(read(fds[0], &byte, 1), 1);
    turn();
    ck_assert_int_eq(w.calls, 2);
    cadre__io_stop(&w.io);
    cadre__io_stop(&w.io);
    close_pair();
}
END_TEST

START_TEST(one_shot_is_told_once_and_can_be_started_again)
{
    struct watch w;

    open_pair();
    watch_init(&w, fds[0]);
    ck_assert_int_eq(cadre__io_start(&w.io, CADRE__IO_WRITE, false), 0);
    turn();
    turn();
    ck_assert_int_eq(w.calls, 1);
    ck_assert_int_eq(w.events, CADRE__IO_WRITE);
    ck_assert(!cadre__io_is_started(&w.io));
    ck_assert_int_eq(cadre__io_start(&w.io, CADRE__IO_WRITE, false), 0);
    turn();
    ck_assert_int_eq(w.calls, 2);
    close_pair();
}
END_TEST

START_TEST(nothing_is_told_after_stop)
{
    struct watch w;

    open_pair();
    watch_init(&w, fds[0]);
    w.stops = true;
    ck_assert_int_eq(cadre__io_start(&w.io, CADRE__IO_WRITE, true), 0);
    turn();
    turn();
    ck_assert_int_eq(w.calls, 1);
    close_pair();
}
END_TEST

static struct watch first, second;

static void on_either(int events, void *arg)
{
    struct watch *self = arg;

    (void)events;
    self->calls++;
    cadre__io_stop(&(self == &first ? &second : &first)->io);
}

START_TEST(a_callback_may_stop_another_that_is_ready_too)
{
    open_pair();
    cadre__io_init(&first.io, loop, fds[0], on_either, &first);
    cadre__io_init(&second.io, loop, fds[1], on_either, &second);
    ck_assert_int_eq(cadre__io_start(&first.io, CADRE__IO_WRITE, false), 0);
    ck_assert_int_eq(cadre__io_start(&second.io, CADRE__IO_WRITE, false), 0);
    turn();
    turn();
    ck_assert_int_eq(first.calls + second.calls, 1);
    close_pair();
}
END_TEST

START_TEST(what_is_watched_can_be_changed)
{
    struct watch w;

    open_pair();
    watch_init(&w, fds[0]);
    ck_assert_int_eq(cadre__io_start(&w.io, CADRE__IO_READ, true), 0);
    ck_assert_int_eq(cadre__io_start(&w.io, CADRE__IO_READ, true), 0);
    ck_assert_int_eq(cadre__io_start(&w.io, CADRE__IO_WRITE, true), 0);
    turn();
    ck_assert_int_eq(w.events, CADRE__IO_WRITE);
    ck_assert_int_eq(cadre__io_start(&w.io, CADRE__IO_READ | CADRE__IO_WRITE, true), 0);
    ck_assert_int_eq(write(fds[1], "x", 1), 1);
    turn();
    ck_assert_int_eq(w.events, CADRE__IO_READ | CADRE__IO_WRITE);
    cadre__io_stop(&w.io);
    close_pair();
}
END_TEST

START_TEST(two_may_watch_one_descriptor)
{
    struct watch reads, writes;

    open_pair();
    watch_init(&reads, fds[0]);
    watch_init(&writes, fds[0]);
    ck_assert_int_eq(cadre__io_start(&reads.io, CADRE__IO_READ, true), 0);
    ck_assert_int_eq(cadre__io_start(&writes.io, CADRE__IO_WRITE, false), 0);
    turn();
    ck_assert_int_eq(reads.calls, 0);
    ck_assert_int_eq(writes.calls, 1);
    ck_assert_int_eq(write(fds[1], "x", 1), 1);
    turn();
    ck_assert_int_eq(reads.calls, 1);
    ck_assert_int_eq(writes.calls, 1);
    cadre__io_stop(&reads.io);
    close_pair();
}
END_TEST

START_TEST(a_peer_that_stops_sending_is_seen_without_reading)
{
    struct watch w;

    open_pair();
    watch_init(&w, fds[0]);
    ck_assert_int_eq(write(fds[1], "x", 1), 1);
    ck_assert_int_eq(cadre__io_start(&w.io, CADRE__IO_CLOSED, true), 0);
    turn();
    ck_assert_int_eq(w.calls, 0);
    ck_assert_int_eq(shutdown(fds[1], SHUT_WR), 0);
    turn();
    ck_assert_int_eq(w.events, CADRE__IO_CLOSED);
    cadre__io_stop(&w.io);
    close_pair();
}
END_TEST

START_TEST(by_edge_each_arrival_is_told_once)
{
    const int events = CADRE__IO_READ | CADRE__IO_CLOSED | CADRE__IO_EDGE;
    struct watch w;

    open_pair();
    watch_init(&w, fds[0]);
    ck_assert_int_eq(write(fds[1], "x", 1), 1);
    ck_assert_int_eq(cadre__io_start(&w.io, events, true), 0);
    for (int i = 0; i < 3; i++)
        turn();
    ck_assert_int_eq(w.calls, 1); /* it is there already */
    ck_assert_int_eq(write(fds[1], "x", 1), 1);
    for (int i = 0; i < 3; i++)
        turn();
    ck_assert_int_eq(w.calls, 2);
    ck_assert_int_eq(shutdown(fds[1], SHUT_WR), 0);
    for (int i = 0; i < 3; i++)
        turn();
    ck_assert_int_eq(w.calls, 3);
    ck_assert_int_eq(w.events & CADRE__IO_CLOSED, CADRE__IO_CLOSED);
    cadre__io_stop(&w.io);
    close_pair();
}
END_TEST

START_TEST(a_descriptor_that_cannot_be_watched_is_an_error)
{
    struct watch w;
    char name[] = "/tmp/cadre-test-XXXXXX";
    int file;

    open_pair();
    watch_init(&w, 9999);
    ck_assert_int_eq(cadre__io_start(&w.io, CADRE__IO_READ, true), -EBADF);
    ck_assert(!cadre__io_is_started(&w.io));
    file = mkstemp(name);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(unlink(name), 0);
    watch_init(&w, file);
    ck_assert_int_eq(cadre__io_start(&w.io, CADRE__IO_READ, true), -EPERM);
    close(file);
    close_pair();
}
END_TEST

static int caught;

static void on_signal(int signo, void *arg)
{
    ck_assert_int_eq(*(int *)arg, signo);
    caught++;
    cadre__loop_stop(loop);
}

START_TEST(a_signal_is_told_on_the_loop)
{
    struct cadre__signal sig;
    int signo = SIGUSR1;

    open_pair();
    cadre__signal_init(&sig, loop, signo, on_signal, &signo);
    ck_assert_int_eq(cadre__signal_start(&sig), 0);
    ck_assert_int_eq(raise(signo), 0);
    ck_assert_int_eq(caught, 0);
    ck_assert_int_eq(cadre__loop_run(loop), 0);
    ck_assert_int_eq(caught, 1);
    ck_assert_int_eq(raise(signo), 0);
    ck_assert_int_eq(cadre__loop_run(loop), 0);
    ck_assert_int_eq(caught, 2);
    cadre__signal_stop(&sig);
    cadre__signal_stop(&sig);
    close_pair();
}
END_TEST

START_TEST(a_signal_does_what_it_did_after_stop)
{
    struct cadre__signal sig;
    int signo = SIGUSR1;

    open_pair();
    cadre__signal_init(&sig, loop, signo, on_signal, &signo);
    ck_assert_int_eq(cadre__signal_start(&sig), 0);
    cadre__signal_stop(&sig);
    (void)raise(signo);
}
END_TEST

START_TEST(no_such_signal_is_an_error)
{
    static const int none[] = {0, -1, SIGKILL, SIGSTOP, 1000};
    struct cadre__signal sig;

    open_pair();
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        cadre__signal_init(&sig, loop, none[i], on_signal, NULL);
        ck_assert_int_eq(cadre__signal_start(&sig), -EINVAL);
    }
    close_pair();
}
END_TEST

UNIT_MAIN("async/io", UNIT_CASE(readiness_is_told_as_long_as_it_lasts),
          UNIT_CASE(one_shot_is_told_once_and_can_be_started_again),
          UNIT_CASE(nothing_is_told_after_stop),
          UNIT_CASE(a_callback_may_stop_another_that_is_ready_too),
          UNIT_CASE(what_is_watched_can_be_changed), UNIT_CASE(two_may_watch_one_descriptor),
          UNIT_CASE(a_peer_that_stops_sending_is_seen_without_reading),
          UNIT_CASE(by_edge_each_arrival_is_told_once),
          UNIT_CASE(a_descriptor_that_cannot_be_watched_is_an_error),
          UNIT_CASE(a_signal_is_told_on_the_loop),
          UNIT_SIGNAL(a_signal_does_what_it_did_after_stop, SIGUSR1),
          UNIT_CASE(no_such_signal_is_an_error))
