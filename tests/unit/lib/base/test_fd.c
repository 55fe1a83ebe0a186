/* SPDX-License-Identifier: MIT */
/*
 * Tests of base/fd.
 */
#include "config.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/unit.h"

START_TEST(closing_sets_to_none_and_keeps_errno)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), number = fd;
    errno = EBUSY;
    cadre__fd_close(&fd);
    ck_assert_int_eq(fd, -1);
    ck_assert_int_eq(errno, EBUSY);
    cadre__fd_close(&fd);
    ck_assert_int_eq(fcntl(number, F_GETFD), -1);
}
END_TEST

START_TEST(taking_leaves_none)
{
    int fd = 42;
    ck_assert_int_eq(cadre__fd_take(&fd), 42);
    ck_assert_int_eq(fd, -1);
}
END_TEST

START_TEST(flags_go_on_and_off)
{
    int fd = open("/dev/null", O_RDONLY);
    ck_assert_int_eq(cadre__fd_cloexec(fd, true), 0);
    ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
    ck_assert_int_eq(cadre__fd_cloexec(fd, true), 0);
    ck_assert_int_eq(cadre__fd_cloexec(fd, false), 0);
    ck_assert_int_eq(fcntl(fd, F_GETFD), 0);
    ck_assert_int_eq(cadre__fd_nonblock(fd, true), 0);
    ck_assert_int_ne(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    ck_assert_int_eq(cadre__fd_nonblock(fd, false), 0);
    ck_assert_int_eq(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    int copy = cadre__fd_dup(fd);
    ck_assert_int_ge(copy, 3);
    ck_assert_int_eq(fcntl(copy, F_GETFD), FD_CLOEXEC);
    cadre__fd_close(&copy);
    cadre__fd_close(&fd);
    ck_assert_int_eq(cadre__fd_cloexec(-1, true), -EBADF);
    ck_assert_int_eq(cadre__fd_nonblock(-1, true), -EBADF);
    ck_assert_int_eq(cadre__fd_dup(-1), -EBADF);
}
END_TEST

static int pair[2];
static char sent[300000], received[300000];

static void on_signal(int signal)
{
    (void)signal;
}

static void *read_slowly(void *writer)
{
    size_t held = 0;
    while (held < sizeof(received)) {
        ssize_t n = read(pair[0], received + held, 1000);
        if (n <= 0)
            break;
        held += (size_t)n;
        if (held % 50000 < 1000)
            pthread_kill(*(pthread_t *)writer, SIGUSR1); /* EINTR, and short writes */
    }
    return NULL;
}

START_TEST(writing_goes_on_over_signals_and_short_writes)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGUSR1, &action, NULL);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    for (size_t i = 0; i < sizeof(sent); i++)
        sent[i] = (char)(i * 7 + i / 251);
    pthread_t self = pthread_self(), thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, read_slowly, &self), 0);
    ck_assert_int_eq(cadre__write_all(pair[1], sent, sizeof(sent)), 0);
    pthread_join(thread, NULL);
    ck_assert_int_eq(memcmp(sent, received, sizeof(sent)), 0);
}
END_TEST

START_TEST(reading_ends_at_the_end_or_when_full)
{
    int ends[2];
    char buf[8];
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    ck_assert_int_eq(cadre__write_all(ends[1], "hello world", 11), 0);
    cadre__fd_close(&ends[1]);
    ck_assert_int_eq(cadre__read_all(ends[0], buf, sizeof(buf)), 8);
    ck_assert_int_eq(cadre__read_all(ends[0], buf, sizeof(buf)), 3);
    ck_assert_int_eq(cadre__read_all(ends[0], buf, sizeof(buf)), 0);
    cadre__fd_close(&ends[0]);
    ck_assert_int_eq(cadre__read_all(-1, buf, sizeof(buf)), -EBADF);
}
END_TEST

START_TEST(a_full_descriptor_and_a_full_disk_are_errors)
{
    int ends[2];
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    ck_assert_int_eq(cadre__write_all(ends[1], sent, sizeof(sent)), -EAGAIN);
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    ck_assert_int_eq(cadre__write_all(full, "x", 1), -ENOSPC);
    ck_assert_int_eq(cadre__write_all(full, "", 0), 0);
}
END_TEST

UNIT_MAIN("base/fd", UNIT_CASE(closing_sets_to_none_and_keeps_errno), UNIT_CASE(taking_leaves_none),
          UNIT_CASE(flags_go_on_and_off), UNIT_CASE(writing_goes_on_over_signals_and_short_writes),
          UNIT_CASE(reading_ends_at_the_end_or_when_full),
          UNIT_CASE(a_full_descriptor_and_a_full_disk_are_errors))
