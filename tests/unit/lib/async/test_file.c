/* SPDX-License-Identifier: MIT */
/*
 * Files by way of threads: each call, its errors, and what a cancelled one leaves.
 */
#include "config.h"

#include "tests/unit/lib/async/io_test.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cadre/file.h>

static char folder[] = "/tmp/cadre-files-XXXXXX";

/* The path of a file in the case's folder; valid until the fourth call from now. */
static const char *in(const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % 4];

    (void)snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}

/* Runs a case in a folder of its own, which it leaves empty. */
static void run(int (*body)(void *arg))
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    io_run(body, NULL);
    ck_assert_int_eq(rmdir(folder), 0);
}

static int pieces(void *arg)
{
    char buf[16];
    struct stat st;
    int fd = cadre_file_open(in("a"), O_RDWR | O_CREAT | O_EXCL, 0640);

    (void)arg;
    ck_assert_int_ge(fd, 0);
    ck_assert(io_is_cloexec(fd));
    ck_assert_int_eq(cadre_file_pwrite(fd, "0123456789", 10, 0), 0);
    ck_assert_int_eq(cadre_file_pwrite(fd, "ab", 2, 12), 0);
    ck_assert_int_eq(cadre_file_pread(fd, buf, 4, 8), 4);
    ck_assert_int_eq(memcmp(buf, "89\0\0", 4), 0);
    ck_assert_int_eq(cadre_file_pread(fd, buf, 16, 10), 4);
    ck_assert_int_eq(cadre_file_pread(fd, buf, 16, 14), 0);
    ck_assert_int_eq(cadre_file_read(fd, buf, 3), 3); /* a position of its own */
    ck_assert_int_eq(cadre_file_write(fd, "XY", 2), 0);
    ck_assert_int_eq(cadre_file_read(fd, buf, 1), 1);
    ck_assert_int_eq(buf[0], '5');
    ck_assert_int_eq(cadre_file_truncate(fd, 5), 0);
    ck_assert_int_eq(cadre_file_fsync(fd), 0);
    ck_assert_int_eq(cadre_file_fstat(fd, &st), 0);
    ck_assert_int_eq(st.st_size, 5);
    ck_assert_int_eq(cadre_file_stat(in("a"), &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0640);
    ck_assert_int_eq(cadre_file_close(fd), 0);
    ck_assert_int_eq(cadre_file_unlink(in("a")), 0);
    ck_assert_int_eq(cadre_file_stat(in("a"), &st), -ENOENT);
    return 0;
}

START_TEST(files_are_read_and_written_in_pieces)
{
    (void)umask(0);
    run(pieces);
}
END_TEST

static int errors(void *arg)
{
    char buf[4] = "";
    char *text;
    char **names;
    size_t len;
    int fd;

    (void)arg;
    ck_assert_int_eq(cadre_file_open(in("none"), O_RDONLY, 0), -ENOENT);
    ck_assert_int_eq(cadre_file_pread(-1, buf, 4, 0), -EBADF);
    ck_assert_int_eq(cadre_file_read(-1, buf, 4), -EBADF);
    ck_assert_int_eq(cadre_file_pwrite(-1, buf, 4, 0), -EBADF);
    ck_assert_int_eq(cadre_file_write(-1, buf, 4), -EBADF);
    ck_assert_int_eq(cadre_file_fsync(-1), -EBADF);
    ck_assert_int_eq(cadre_file_truncate(-1, 0), -EBADF);
    ck_assert_int_eq(cadre_file_rename(in("none"), in("b")), -ENOENT);
    ck_assert_int_eq(cadre_file_unlink(in("none")), -ENOENT);
    ck_assert_int_eq(cadre_file_rmdir(in("none")), -ENOENT);
    ck_assert_int_eq(cadre_file_mkdir(folder, 0700), -EEXIST);
    ck_assert_int_eq(cadre_file_list(in("none"), &names), -ENOENT);
    ck_assert_int_eq(cadre_file_read_whole(in("none"), 10, &text, &len), -ENOENT);
    ck_assert_int_eq(cadre_file_read_whole(folder, 10, &text, &len), -EISDIR);
    ck_assert_int_eq(cadre_file_write_whole(in("no/such"), "x", 1, 0600, 0), -ENOENT);
    ck_assert_int_eq(cadre_file_write_whole(in("no/such"), "x", 1, 0600, CADRE_FILE_ATOMIC),
                     -ENOENT);
    ck_assert_int_eq(
        cadre_file_write_whole(in("a"), "x", 1, 0600, CADRE_FILE_ATOMIC | CADRE_FILE_APPEND),
        -EINVAL);
    fd = cadre_file_open("/dev/full", O_WRONLY, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(cadre_file_write(fd, "x", 1), -ENOSPC);
    ck_assert_int_eq(cadre_file_close(fd), 0);
    return 0;
}

START_TEST(errors_are_those_of_the_system)
{
    run(errors);
}
END_TEST

static int whole(void *arg)
{
    static char big[700001];
    char *text;
    size_t len;

    (void)arg;
    memset(big, 'b', sizeof(big));
    ck_assert_int_eq(cadre_file_write_whole(in("a"), "first", 5, 0600, 0), 0);
    ck_assert_int_eq(cadre_file_write_whole(in("a"), "+", 1, 0600, CADRE_FILE_APPEND), 0);
    ck_assert_int_eq(cadre_file_read_whole(in("a"), 6, &text, &len), 0);
    ck_assert_uint_eq(len, 6);
    ck_assert_str_eq(text, "first+");
    free(text);
    ck_assert_int_eq(cadre_file_read_whole(in("a"), 5, &text, &len), -EFBIG);
    ck_assert_int_eq(cadre_file_write_whole(in("a"), "", 0, 0600, CADRE_FILE_SYNC), 0);
    ck_assert_int_eq(cadre_file_read_whole(in("a"), 0, &text, &len), 0);
    ck_assert_uint_eq(len, 0);
    ck_assert_str_eq(text, "");
    free(text);
    ck_assert_int_eq(cadre_file_write_whole(in("a"), big, sizeof(big), 0600, 0), 0);
    ck_assert_int_eq(cadre_file_read_whole(in("a"), SIZE_MAX, &text, &len), 0);
    ck_assert_uint_eq(len, sizeof(big));
    ck_assert_int_eq(memcmp(text, big, len), 0);
    free(text);
    ck_assert_int_eq(cadre_file_unlink(in("a")), 0);
    /* One that does not know its size. */
    ck_assert_int_eq(cadre_file_read_whole("/proc/self/status", 100000, &text, &len), 0);
    ck_assert_uint_eq(strlen(text), len);
    ck_assert_int_eq(strncmp(text, "Name:", 5), 0);
    free(text);
    ck_assert_int_eq(cadre_file_read_whole("/dev/zero", 1000000, &text, &len), -EFBIG);
    return 0;
}

START_TEST(whole_files_are_read_up_to_a_bound)
{
    run(whole);
}
END_TEST

static int atomic(void *arg)
{
    const unsigned flags = CADRE_FILE_ATOMIC | CADRE_FILE_SYNC;
    struct stat st, after;
    char **names;
    char *text;
    size_t len;
    int fd;

    (void)arg;
    ck_assert_int_eq(cadre_file_write_whole(in("a"), "old", 3, 0640, flags), 0);
    ck_assert_int_eq(cadre_file_stat(in("a"), &st), 0);
    ck_assert_int_eq(st.st_mode & 07777, 0640);
    ck_assert_int_eq(chmod(in("a"), 0604), 0);
    fd = cadre_file_open(in("a"), O_RDONLY, 0);
    ck_assert_int_eq(cadre_file_write_whole(in("a"), "newer", 5, 0666, flags), 0);
    ck_assert_int_eq(cadre_file_fstat(fd, &st), 0); /* who reads the old one goes on with it */
    ck_assert_int_eq(st.st_size, 3);
    ck_assert_int_eq(cadre_file_stat(in("a"), &after), 0);
    ck_assert_uint_ne(after.st_ino, st.st_ino);
    ck_assert_int_eq(after.st_mode & 07777, 0604);
    ck_assert_int_eq(cadre_file_read_whole(in("a"), 99, &text, &len), 0);
    ck_assert_str_eq(text, "newer");
    free(text);
    ck_assert_int_eq(cadre_file_close(fd), 0);
    /* Where it cannot be put in place nothing is left beside. */
    ck_assert_int_eq(cadre_file_mkdir(in("d"), 0700), 0);
    ck_assert_int_eq(cadre_file_write_whole(in("d"), "x", 1, 0600, flags), -EISDIR);
    ck_assert_int_eq(cadre_file_list(folder, &names), 2);
    free(names);
    ck_assert_int_eq(cadre_file_rmdir(in("d")), 0);
    ck_assert_int_eq(cadre_file_unlink(in("a")), 0);
    return 0;
}

START_TEST(an_atomic_write_replaces_the_file)
{
    (void)umask(0);
    run(atomic);
}
END_TEST

static int folders(void *arg)
{
    char **names;

    (void)arg;
    ck_assert_int_eq(cadre_file_list(folder, &names), 0);
    ck_assert_ptr_null(names[0]);
    free(names);
    ck_assert_int_eq(cadre_file_write_whole(in("b"), "", 0, 0600, 0), 0);
    ck_assert_int_eq(cadre_file_mkdir(in("c"), 0700), 0);
    ck_assert_int_eq(cadre_file_write_whole(in("x"), "", 0, 0600, 0), 0);
    ck_assert_int_eq(cadre_file_rename(in("x"), in("a")), 0);
    ck_assert_int_eq(cadre_file_list(folder, &names), 3);
    ck_assert_str_eq(names[0], "a");
    ck_assert_str_eq(names[1], "b");
    ck_assert_str_eq(names[2], "c");
    ck_assert_ptr_null(names[3]);
    free(names);
    ck_assert_int_eq(cadre_file_unlink(in("a")), 0);
    ck_assert_int_eq(cadre_file_unlink(in("b")), 0);
    ck_assert_int_eq(cadre_file_rmdir(in("c")), 0);
    return 0;
}

START_TEST(a_folder_is_listed_in_order)
{
    run(folders);
}
END_TEST

struct opens {
    const char *path;
    int result;
    bool ended;
};

static void open_it(void *arg)
{
    struct opens *it = arg;

    it->result = cadre_file_open(it->path, O_RDONLY, 0);
    it->ended = true;
}

/* The thread hangs in open() until somebody opens the fifo's other end. */
static int cancelled_open(void *arg)
{
    struct opens it = {.path = in("fifo")};
    struct cadre__coroutine *co;
    int before = unit_open_fds();
    int other;

    (void)arg;
    ck_assert_int_eq(mkfifo(it.path, 0600), 0);
    co = io_go(open_it, &it);
    cadre__coroutine_cancel(co);
    io_settle();
    do { /* until the thread is in open() */
        other = open(it.path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        ck_assert_int_eq(cadre_yield(), 0);
    } while (other < 0 && !it.ended);
    while (!it.ended)
        ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_int_eq(it.result, -ECANCELED);
    if (other >= 0)
        (void)close(other);
    ck_assert_int_eq(unit_open_fds(), before);
    ck_assert_int_eq(unlink(it.path), 0);
    return 0;
}

START_TEST(a_cancelled_open_leaves_no_descriptor)
{
    run(cancelled_open);
}
END_TEST

struct closes {
    int fd;
    int result;
    bool ended;
};

static void close_it(void *arg)
{
    struct closes *it = arg;

    cadre__coroutine_cancel(cadre__coroutine_current());
    it->result = cadre_file_close(it->fd);
    it->ended = true;
}

static int cancelled_close(void *arg)
{
    struct closes it = {.fd = open("/dev/null", O_RDONLY | O_CLOEXEC)};

    (void)arg;
    io_go(close_it, &it);
    while (!it.ended)
        ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_int_eq(fcntl(it.fd, F_GETFD), -1);
    return 0;
}

START_TEST(a_cancelled_close_closes)
{
    run(cancelled_close);
}
END_TEST

static bool ticked;

static void tick(void *arg)
{
    (void)arg;
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(cadre_yield(), 0);
    ticked = true;
}

static int not_alone(void *arg)
{
    struct opens it = {.path = in("fifo")};
    int fd;

    (void)arg;
    ck_assert_int_eq(mkfifo(it.path, 0600), 0);
    io_go(open_it, &it); /* hangs */
    io_go(tick, NULL);
    io_settle();
    ck_assert(ticked && !it.ended);
    fd = cadre_file_open(it.path, O_WRONLY, 0);
    while (!it.ended)
        ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_int_ge(it.result, 0);
    ck_assert_int_eq(cadre_file_close(it.result), 0);
    ck_assert_int_eq(cadre_file_close(fd), 0);
    ck_assert_int_eq(unlink(it.path), 0);
    return 0;
}

START_TEST(a_file_that_hangs_stalls_nobody_else)
{
    run(not_alone);
}
END_TEST

UNIT_MAIN("async/file", UNIT_CASE(files_are_read_and_written_in_pieces),
          UNIT_CASE(errors_are_those_of_the_system), UNIT_CASE(whole_files_are_read_up_to_a_bound),
          UNIT_CASE(an_atomic_write_replaces_the_file), UNIT_CASE(a_folder_is_listed_in_order),
          UNIT_CASE(a_cancelled_open_leaves_no_descriptor), UNIT_CASE(a_cancelled_close_closes),
          UNIT_CASE(a_file_that_hangs_stalls_nobody_else))
