/* SPDX-License-Identifier: MIT */
/*
 * What the system refuses, and tasks that do not do as they are told: one clear error, nothing that
 * hangs, and all works again afterwards. Memory is refused by RLIMIT_AS, which the stacks of
 * coroutines and threads run into.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cadre/gather.h>
#include <cadre/group.h>
#include <cadre/sync.h>
#include <cadre/task.h>
#include <cadre/task_list.h>
#include <cadre/test.h>
#include <cadre/thread.h>

#include "async/sanitizer.h"
#include "base/log.h"

enum { MANY = 200 };

static int log_fd;

static void keep_log(void)
{
    log_fd = memfd_create("log", MFD_CLOEXEC);
    ck_assert_int_eq(cadre__log_set_fd(log_fd), 0);
}

static const char *log_text(void)
{
    static char text[16384];
    ssize_t n = pread(log_fd, text, sizeof(text) - 1, 0);

    ck_assert_int_ge(n, 0);
    text[n] = '\0';
    return text;
}

static int count_in_log(const char *what)
{
    int n = 0;

    for (const char *at = log_text(); (at = strstr(at, what)); at++)
        n++;
    return n;
}

static int nap(void *arg)
{
    (void)arg;
    return cadre_sleep(10);
}

#if !defined(CADRE__ASAN) && !defined(CADRE__TSAN) /* they need room without bounds */
/* valgrind's own memory counts too. */
static bool has_limits(void)
{
#ifdef CADRE__VALGRIND
    return !RUNNING_ON_VALGRIND;
#else
    return true;
#endif
}

/* Lets the process have `bytes` more than it has. */
static void limit_memory(long bytes)
{
    struct rlimit limit;
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "%ld", &pages), 1);
    (void)fclose(file);
    ck_assert_int_eq(getrlimit(RLIMIT_AS, &limit), 0);
    limit.rlim_cur = bytes < 0 ? limit.rlim_max : (rlim_t)(pages * sysconf(_SC_PAGESIZE) + bytes);
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
}

static int spawns_without_memory(void *arg)
{
    struct cadre_task *tasks[MANY];
    int refused = 0, results[MANY], failed;

    (void)arg;
    limit_memory(64 * 1024);
    for (int i = 0; i < MANY; i++) {
        tasks[i] = cadre_spawn(nap, NULL);
        refused += tasks[i] == NULL;
    }
    ck_assert_int_gt(refused, 0);
    ck_assert_int_lt(refused, MANY); /* some stacks there are */
    failed = cadre_gather_n(tasks, MANY, CADRE_GATHER_ALL, results);
    limit_memory(-1);
    ck_assert_int_eq(failed, refused);
    for (int i = 0; i < MANY; i++)
        ck_assert_int_eq(results[i], tasks[i] ? 0 : -EAGAIN);
    ck_assert_int_eq(count_in_log("the system refuses memory"), 1);
    /* As if nothing had been. */
    for (int i = 0; i < MANY; i++)
        ck_assert_ptr_nonnull(tasks[i] = cadre_spawn(nap, NULL));
    return cadre_gather_n(tasks, MANY, 0, NULL);
}

START_TEST(without_memory_for_stacks_spawns_fail_and_are_told_once)
{
    keep_log();
    if (has_limits())
        ck_assert_int_eq(cadre_test_run(spawns_without_memory, NULL), 0);
}
END_TEST

static int work(void *arg)
{
    ++*(int *)arg;
    return 4;
}

static int threads_without_memory(void *arg)
{
    int calls = 0, r;

    (void)arg;
    limit_memory(64 * 1024);
    r = cadre_to_thread(work, &calls);
    limit_memory(-1);
    ck_assert_int_eq(r, -EAGAIN);
    ck_assert_int_eq(calls, 0);
    ck_assert_int_eq(cadre_to_thread(work, &calls), 4);
    ck_assert_int_eq(calls, 1);
    return 0;
}

START_TEST(without_memory_for_threads_work_is_refused)
{
    keep_log();
    if (has_limits())
        ck_assert_int_eq(cadre_test_run(threads_without_memory, NULL), 0);
}
END_TEST
#endif

static int fills(void *arg)
{
    struct cadre_task *tasks[8];
    int n = 0;

    (void)arg;
    for (int i = 0; i < 8; i++)
        n += (tasks[i] = cadre_spawn(nap, NULL)) != NULL;
    ck_assert_int_eq(n, 3); /* and main */
    ck_assert_int_eq(cadre_task_join(tasks[7]), -EAGAIN);
    ck_assert_int_eq(cadre_gather_n(tasks, 8, CADRE_GATHER_ALL, NULL), 5);
    ck_assert_int_eq(count_in_log("no coroutine for \"nap\": 4 of at most 4 are live, raise "
                                  "coroutines_max"),
                     1);
    ck_assert_int_eq(cadre_task_join(cadre_spawn(nap, NULL)), 0);
    return 0;
}

START_TEST(beyond_coroutines_max_spawns_fail_and_are_told_once)
{
    const struct cadre_test_options options = {.coroutines_max = 4};

    keep_log();
    ck_assert_int_eq(cadre_test_run_with(&options, fills, NULL), 0);
}
END_TEST

/* ---- tasks that swallow their cancel ---- */

static int swallow(void *arg)
{
    int *left = arg;

    while (--*left > 0)
        if (cadre_sleep(1000) == 0)
            ck_abort_msg("nobody cancelled it");
    return 8;
}

static int cancels_many_times(void *arg)
{
    int left = 4;
    struct cadre_task *task = cadre_spawn(swallow, &left);

    (void)arg;
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(cadre_yield(), 0);
        ck_assert(cadre_task_cancel(task));
    }
    ck_assert_uint_eq(cadre_task_cancelling(task), 3);
    ck_assert_int_eq(cadre_task_join(task), 8);
    ck_assert(!cadre_task_cancelled(task));
    return 0;
}

START_TEST(a_task_that_swallows_its_cancels_gives_its_result)
{
    ck_assert_int_eq(cadre_test_run(cancels_many_times, NULL), 0);
}
END_TEST

static int never_end(void *arg)
{
    (void)arg;
    for (;;)
        if (cadre_sleep(1000) == -EDEADLK)
            return 0;
    return 0;
}

static int leaves_stubborn(void *arg)
{
    (void)arg;
    ck_assert_int_eq(cadre_spawn_detached_named(never_end, NULL, NULL, "stubborn"), 0);
    return cadre_sleep(1);
}

START_TEST(a_task_that_will_not_end_is_named_and_left_behind)
{
    keep_log();
    ck_assert_int_eq(cadre_test_run(leaves_stubborn, NULL), 0);
    ck_assert_int_eq(count_in_log("\"stubborn\""), 1);
    ck_assert_ptr_nonnull(strstr(log_text(), "cadre_sleep"));
}
END_TEST

static int fails(void *arg)
{
    (void)arg;
    return -EPROTO;
}

static int forgets(void *arg)
{
    (void)arg;
    ck_assert_ptr_nonnull(cadre_spawn(fails, NULL));
    return cadre_sleep(1);
}

START_TEST(a_failure_that_nobody_joins_is_logged_once)
{
    keep_log();
    ck_assert_int_eq(cadre_test_run(forgets, NULL), 0);
    ck_assert_int_eq(count_in_log("fails"), 1);
}
END_TEST

UNIT_MAIN("async/faults",
#if !defined(CADRE__ASAN) && !defined(CADRE__TSAN)
          UNIT_CASE(without_memory_for_stacks_spawns_fail_and_are_told_once),
          UNIT_CASE(without_memory_for_threads_work_is_refused),
#endif
          UNIT_CASE(beyond_coroutines_max_spawns_fail_and_are_told_once),
          UNIT_CASE(a_task_that_swallows_its_cancels_gives_its_result),
          UNIT_CASE(a_task_that_will_not_end_is_named_and_left_behind),
          UNIT_CASE(a_failure_that_nobody_joins_is_logged_once))
