/* SPDX-License-Identifier: MIT */
/* The access log as a whole: when lines are written, its counter, and being opened anew. */
#include "config.h"

#include "worker/access_log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "async/loop.h"
#include "base/clock.h"
#include "tests/unit/unit.h"
#include <cadre/task.h>

#define MSEC CADRE__NSEC_PER_MSEC

static int out; /* the test's descriptor of the log's file */
static struct access_log *the_log;

static struct access_log_options options_of(const char *format, uint64_t flush_ns)
{
    out = memfd_create("access", MFD_CLOEXEC);
    return (struct access_log_options){
        .loop = cadre__loop_current(),
        .fd = dup(out),
        .format = format,
        .buffer = 4096,
        .flush_ns = flush_ns,
        .worker = 2,
    };
}

static const char *lines(int fd)
{
    static char text[4096];
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void add(int status)
{
    const struct access_entry entry = {.status = status};

    access_log_add(the_log, &entry);
}

/* On a loop whose clock jumps. */
static void run(int (*main_fn)(void *arg))
{
    struct cadre__test_clock clock;
    const struct cadre__loop_options options = {.test_clock = &clock};

    cadre__test_clock_init(&clock, CADRE__NSEC_PER_SEC);
    ck_assert_int_eq(cadre__run(&options, main_fn, NULL), 0);
}

static int lines_in_time(void *arg)
{
    const struct access_log_options options = options_of("$status $worker", 100 * MSEC);

    (void)arg;
    ck_assert_int_eq(access_log_new(&options, &the_log), 0);
    add(200);
    ck_assert_int_eq(cadre_sleep(50), 0);
    add(404);
    ck_assert_str_eq(lines(out), "");
    ck_assert_int_eq(cadre_sleep(60), 0);
    ck_assert_str_eq(lines(out), "200 2\n404 2\n");
    ck_assert_int_eq(cadre_sleep(1000), 0);
    add(500);
    access_log_free(the_log);
    ck_assert_str_eq(lines(out), "200 2\n404 2\n500 2\n");
    close(out);
    return 0;
}

START_TEST(a_line_waits_as_long_as_it_may)
{
    run(lines_in_time);
}
END_TEST

static int full_disk(void *arg)
{
    struct access_log_options options = options_of("$status", 10 * CADRE__NSEC_PER_SEC);
    struct cadre__counters master, counters;
    struct cadre__shm shm;

    (void)arg;
    ck_assert_int_eq(cadre__shm_create(&shm, CADRE__COUNTERS_AREA, cadre__counters_size(2, 8)), 0);
    ck_assert_int_eq(cadre__counters_create(&master, &shm, 2, 8), 0);
    ck_assert_int_eq(cadre__counters_attach(&counters, &shm, 1), 0);
    close(options.fd);
    options.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    options.counters = &counters;
    ck_assert_int_eq(access_log_new(&options, &the_log), 0);
    for (int i = 0; i < 3; i++)
        add(200);
    ck_assert_int_eq(cadre_sleep(11000), 0); /* tried again, once a second */
    ck_assert_int_lt(the_log->file.error, 0);
    access_log_free(the_log);
    struct cadre__counter_info info;
    ck_assert_int_eq(cadre__counters_info(&master, 0, &info), 0);
    ck_assert_str_eq(info.name, ACCESS_LOG_LOST);
    ck_assert_uint_eq(cadre__counters_sum(&master, 0), 3);
    cadre__shm_done(&shm);
    close(out);
    return 0;
}

START_TEST(lost_lines_are_counted_for_all_to_see)
{
    run(full_disk);
}
END_TEST

static int other_file(void *arg)
{
    const struct access_log_options options = options_of("$status", CADRE__NSEC_PER_SEC);
    int other = memfd_create("other", MFD_CLOEXEC);

    (void)arg;
    ck_assert_int_eq(access_log_new(&options, &the_log), 0);
    add(200);
    ck_assert_int_eq(access_log_reopen(the_log, dup(other)), 0);
    add(201);
    access_log_free(the_log);
    ck_assert_str_eq(lines(out), "200\n");
    ck_assert_str_eq(lines(other), "201\n");
    close(other);
    close(out);
    return 0;
}

START_TEST(it_goes_on_in_another_file)
{
    run(other_file);
}
END_TEST

static int refused(void *arg)
{
    struct access_log_options options = options_of("$statuss", CADRE__NSEC_PER_SEC);
    int fd = options.fd;

    (void)arg;
    ck_assert_int_eq(access_log_new(&options, &the_log), -EINVAL);
    ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
    options.fd = 1000;
    options.format = "$status";
    ck_assert_int_eq(access_log_new(&options, &the_log), -EBADF);
    access_log_free(NULL);
    close(out);
    return 0;
}

START_TEST(what_is_refused_leaves_nothing_open)
{
    run(refused);
}
END_TEST

UNIT_MAIN("worker/access_log", UNIT_CASE(a_line_waits_as_long_as_it_may),
          UNIT_CASE(lost_lines_are_counted_for_all_to_see), UNIT_CASE(it_goes_on_in_another_file),
          UNIT_CASE(what_is_refused_leaves_nothing_open))
