/* SPDX-License-Identifier: MIT */
/* The file behind an access log: whole lines, full disks, readers who stop, other files. */
#include "config.h"

#include "worker/access_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "tests/unit/unit.h"

#define SEC CADRE__NSEC_PER_SEC

static struct access_file file;
static int log_fd;
static _Atomic uint64_t lost;
static uint64_t now_ns = 1000 * SEC;

/* Files begin with a hole, so that their growth can be limited and that of Check's own cannot. */
#define HOLE (64 << 20)

static int make_file(int *ret_append)
{
    char path[] = "/tmp/cadre-access-XXXXXX";
    int fd = mkstemp(path);

    ck_assert(fd >= 0 && ftruncate(fd, HOLE) == 0);
    *ret_append = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    ck_assert_int_ge(*ret_append, 0);
    unlink(path);
    return fd;
}

/* A file of the disk for the log; the test's own descriptor. */
static int make_regular(size_t buffer)
{
    int append;
    int fd = make_file(&append);

    ck_assert_int_eq(access_file_init(&file, append, buffer, (struct cadre__counter){&lost}), 0);
    return fd;
}

static void catch_log(void)
{
    log_fd = memfd_create("log", MFD_CLOEXEC);
    ck_assert_int_eq(cadre__log_set_fd(log_fd), 0);
}

/* What the log was told. */
static const char *told(void)
{
    static char text[4096];
    ssize_t n = pread(log_fd, text, sizeof(text) - 1, 0);

    text[n > 0 ? n : 0] = '\0';
    return text;
}

static int count(const char *text, const char *part)
{
    int n = 0;

    for (const char *at = text; (at = strstr(at, part)); at++)
        n++;
    return n;
}

/* One line of `len` bytes, its number first. Whether there was room. */
static bool add(int number, size_t len)
{
    char *room = access_file_reserve(&file, now_ns);

    if (!room)
        return false;
    memset(room, 'x', len);
    room[snprintf(room, len, "%05d", number)] = 'x';
    room[len - 1] = '\n';
    access_file_commit(&file, len, now_ns);
    return true;
}

/* The bytes of the file so far. */
static const char *written(int fd, size_t *ret_len)
{
    static char bytes[1 << 20];
    ssize_t n = pread(fd, bytes, sizeof(bytes) - 1, HOLE);

    ck_assert_int_ge(n, 0);
    bytes[n] = '\0';
    *ret_len = (size_t)n;
    return bytes;
}

/* Lines of `len` bytes, numbered from `first`, and nothing else. */
static void holds_lines(int fd, int first, int n, size_t len)
{
    size_t size;
    const char *bytes = written(fd, &size);

    ck_assert_uint_eq(size, (size_t)n * len);
    for (int i = 0; i < n; i++) {
        const char *line = bytes + (size_t)i * len;

        ck_assert_int_eq(atoi(line), first + i);
        ck_assert_int_eq(line[len - 1], '\n');
    }
}

START_TEST(lines_wait_until_enough_is_gathered)
{
    int fd = make_regular(1000);

    for (int i = 0; i < 9; i++)
        ck_assert(add(i, 100));
    holds_lines(fd, 0, 0, 100);
    ck_assert(add(9, 100));
    holds_lines(fd, 0, 10, 100);
    ck_assert(add(10, 100));
    ck_assert(access_file_flush(&file, now_ns));
    holds_lines(fd, 0, 11, 100);
    ck_assert(add(11, 100));
    access_file_done(&file, now_ns);
    holds_lines(fd, 0, 12, 100);
    ck_assert_int_eq(file.fd, -1);
    access_file_done(&file, now_ns);
}
END_TEST

START_TEST(without_a_buffer_each_line_is_written_at_once)
{
    int fd = make_regular(0);

    for (int i = 0; i < 3; i++) {
        ck_assert(add(i, 50));
        holds_lines(fd, 0, i + 1, 50);
    }
    access_file_done(&file, now_ns);
}
END_TEST

START_TEST(the_longest_line_fits_behind_a_full_buffer)
{
    int fd = make_regular(1 << 17);

    ck_assert_uint_eq(access_file_line_max(&file), ACCESS_LINE_MAX);
    ck_assert(add(0, (1 << 17) - 1));
    ck_assert(add(1, ACCESS_LINE_MAX));
    size_t size;
    written(fd, &size);
    ck_assert_uint_eq(size, (1 << 17) - 1 + ACCESS_LINE_MAX);
    access_file_done(&file, now_ns);
}
END_TEST

START_TEST(a_line_that_does_not_fit_is_lost_and_counted)
{
    make_regular(0);
    ck_assert_ptr_nonnull(access_file_reserve(&file, now_ns));
    access_file_commit(&file, 0, now_ns);
    ck_assert_uint_eq(lost, 1);
    ck_assert_uint_eq(file.len, 0);
    access_file_done(&file, now_ns);
}
END_TEST

static void limit_size(rlim_t bytes)
{
    const struct rlimit limit = {bytes == RLIM_INFINITY ? bytes : HOLE + bytes, RLIM_INFINITY};

    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* The limit cuts a write at each place of a line in turn. */
START_TEST(a_cut_write_is_taken_back_to_a_whole_line)
{
    int fd = make_regular(0);

    file.flush_at = 1 << 20; /* by hand */
    for (int i = 0; i < 10; i++)
        ck_assert(add(i, 40));
    limit_size((rlim_t)(200 + _i));
    ck_assert(!access_file_flush(&file, now_ns));
    holds_lines(fd, 0, 5 + _i / 40, 40);
    ck_assert(!access_file_flush(&file, now_ns + SEC)); /* it stays so */
    holds_lines(fd, 0, 5 + _i / 40, 40);
    limit_size(RLIM_INFINITY);
    ck_assert(access_file_flush(&file, now_ns + 2 * SEC));
    holds_lines(fd, 0, 10, 40);
    ck_assert_uint_eq(lost, 0);
    access_file_done(&file, now_ns);
}
END_TEST

START_TEST(a_full_disk_costs_lines_and_is_told_once)
{
    int fd = make_regular(0);
    int kept = 0;

    catch_log();
    limit_size(0);
    while (add(kept, 1000))
        kept++;
    ck_assert_int_ge(kept, ACCESS_LINE_MAX / 1000);
    for (int i = 0; i < 9; i++)
        ck_assert(!add(-1, 1000));
    ck_assert_uint_eq(lost, 10);
    ck_assert_int_eq(count(told(), "cannot be written, lines are lost: "), 1);
    now_ns += 2 * SEC;
    ck_assert(!add(-1, 1000));
    ck_assert_int_eq(count(told(), "cannot be written"), 1);

    limit_size(RLIM_INFINITY);
    now_ns += 2 * SEC;
    ck_assert(access_file_flush(&file, now_ns));
    holds_lines(fd, 0, kept, 1000);
    ck_assert_int_eq(count(told(), "is written again; lines lost: 11"), 1);
    access_file_done(&file, now_ns);
    ck_assert_int_eq(count(told(), "\n"), 2);
}
END_TEST

START_TEST(it_is_tried_again_after_a_while_only)
{
    make_regular(0);
    limit_size(0);
    ck_assert(add(0, 100));
    limit_size(RLIM_INFINITY);
    ck_assert(add(1, 100));
    ck_assert_uint_eq(file.len, 200);
    now_ns += SEC;
    ck_assert(add(2, 100));
    ck_assert_uint_eq(file.len, 0);
    access_file_done(&file, now_ns);
}
END_TEST

START_TEST(what_is_left_at_the_end_is_counted)
{
    make_regular(0);
    catch_log();
    limit_size(0);
    for (int i = 0; i < 7; i++)
        ck_assert(add(i, 100));
    access_file_done(&file, now_ns);
    ck_assert_uint_eq(lost, 7);
    ck_assert_int_eq(count(told(), "the access log ends; lines lost: 7"), 1);
}
END_TEST

/* Reads a pipe or socket to where it is empty. */
static size_t drain(int fd, char *bytes, size_t size)
{
    size_t len = 0;
    ssize_t n;

    while ((n = recv(fd, bytes + len, size - len, MSG_DONTWAIT)) > 0 ||
           (n < 0 && errno == ENOTSOCK && (n = read(fd, bytes + len, size - len)) > 0))
        len += (size_t)n;
    return len;
}

static void make_ends(int ends[2], bool is_socket)
{
    if (is_socket)
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    else
        ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
    if (!is_socket)
        fcntl(ends[1], F_SETFL, 0); /* as a shell's: writing blocks */
}

/* _i: a pipe whose writes block, or a socket */
START_TEST(a_reader_who_stops_blocks_nobody_and_gets_whole_lines)
{
    static char bytes[1 << 20];
    int ends[2];
    int sent = 0;

    make_ends(ends, _i == 1);
    catch_log();
    ck_assert_int_eq(access_file_init(&file, ends[1], 0, (struct cadre__counter){&lost}), 0);
    ck_assert_uint_eq(access_file_line_max(&file), ACCESS_PIECE_MAX);
    while (add(sent, 700))
        sent++;
    ck_assert_int_gt(count(told(), "its reader does not read"), 0);
    size_t len = drain(ends[0], bytes, sizeof(bytes));
    while (!access_file_flush(&file, now_ns += SEC))
        len += drain(ends[0], bytes + len, sizeof(bytes) - len);
    len += drain(ends[0], bytes + len, sizeof(bytes) - len);
    ck_assert_uint_eq(len, (size_t)sent * 700);
    for (int i = 0; i < sent; i++)
        ck_assert_int_eq(atoi(bytes + (size_t)i * 700), i);
    ck_assert_uint_eq(lost, 1);
    access_file_done(&file, now_ns);
    close(ends[0]);
}
END_TEST

START_TEST(a_reader_who_has_gone_is_an_error)
{
    int ends[2];

    signal(SIGPIPE, SIG_IGN);
    make_ends(ends, _i == 1);
    close(ends[0]);
    catch_log();
    ck_assert_int_eq(access_file_init(&file, ends[1], 0, (struct cadre__counter){NULL}), 0);
    ck_assert(add(0, 100));
    ck_assert_uint_eq(file.len, 100);
    access_file_done(&file, now_ns);
    ck_assert_int_eq(count(told(), "lines lost: 1"), 1);
}
END_TEST

START_TEST(a_new_file_begins_where_the_old_one_ends)
{
    int old = make_regular(1000);
    int append;
    int fd = make_file(&append);

    ck_assert(add(0, 100));
    ck_assert_int_eq(access_file_reopen(&file, append, now_ns), 0);
    holds_lines(old, 0, 1, 100);
    ck_assert(add(1, 100));
    access_file_done(&file, now_ns);
    holds_lines(fd, 1, 1, 100);
    holds_lines(old, 0, 1, 100);
}
END_TEST

START_TEST(what_the_old_file_does_not_take_goes_to_the_new)
{
    int old = make_regular(0);
    int append;
    int fd = make_file(&append);

    limit_size(0);
    ck_assert(add(0, 100));
    limit_size(RLIM_INFINITY);
    close(file.fd); /* it cannot be written any more */
    file.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    ck_assert_int_eq(access_file_reopen(&file, append, now_ns), 0);
    ck_assert(access_file_flush(&file, now_ns + SEC));
    holds_lines(fd, 0, 1, 100);
    holds_lines(old, 0, 0, 100);
    access_file_done(&file, now_ns);
}
END_TEST

START_TEST(a_bad_descriptor_is_refused)
{
    int fd = make_regular(0);

    ck_assert_int_eq(access_file_reopen(&file, 1000, now_ns), -EBADF);
    ck_assert(add(0, 100));
    holds_lines(fd, 0, 1, 100);
    access_file_done(&file, now_ns);
    ck_assert_int_eq(access_file_init(&file, 1000, 0, (struct cadre__counter){NULL}), -EBADF);
    ck_assert_int_eq(file.fd, -1);
}
END_TEST

UNIT_MAIN("worker/access_file", UNIT_CASE(lines_wait_until_enough_is_gathered),
          UNIT_CASE(without_a_buffer_each_line_is_written_at_once),
          UNIT_CASE(the_longest_line_fits_behind_a_full_buffer),
          UNIT_CASE(a_line_that_does_not_fit_is_lost_and_counted),
          UNIT_LOOP(a_cut_write_is_taken_back_to_a_whole_line, 80),
          UNIT_CASE(a_full_disk_costs_lines_and_is_told_once),
          UNIT_CASE(it_is_tried_again_after_a_while_only),
          UNIT_CASE(what_is_left_at_the_end_is_counted),
          UNIT_LOOP(a_reader_who_stops_blocks_nobody_and_gets_whole_lines, 2),
          UNIT_LOOP(a_reader_who_has_gone_is_an_error, 2),
          UNIT_CASE(a_new_file_begins_where_the_old_one_ends),
          UNIT_CASE(what_the_old_file_does_not_take_goes_to_the_new),
          UNIT_CASE(a_bad_descriptor_is_refused))
