/* SPDX-License-Identifier: MIT */
/*
 * <cadre/test.h> and <cadre/task_list.h>: time that jumps, deadlocks that are told, and who is
 * alive.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include <cadre/scope.h>
#include <cadre/sync.h>
#include <cadre/task.h>
#include <cadre/task_list.h>
#include <cadre/test.h>
#include <cadre/thread.h>

#include "base/log.h"

#define HOUR_MS (UINT64_C(3600) * 1000)

static int naps(void *arg)
{
    (void)arg;
    ck_assert_uint_eq(cadre_test_elapsed_ms(), 0);
    ck_assert_int_eq(cadre_sleep(HOUR_MS), 0);
    ck_assert_uint_eq(cadre_test_elapsed_ms(), HOUR_MS);
    ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_uint_eq(cadre_test_elapsed_ns(), HOUR_MS * 1000000);
    return 7;
}

START_TEST(an_hour_takes_a_moment)
{
    time_t begin = time(NULL);

    ck_assert_int_eq(cadre_test_run(naps, NULL), 7);
    ck_assert_int_lt(time(NULL) - begin, 60);
    ck_assert_uint_eq(cadre_test_elapsed_ms(), 0);
}
END_TEST

/* A task that wakes every so often for a day. */
struct period {
    uint64_t ms;
    uint64_t woken;
};

static int wakes(void *arg)
{
    struct period *period = arg;

    while (cadre_test_elapsed_ms() + period->ms <= 24 * HOUR_MS) {
        int r = cadre_sleep(period->ms);

        if (r < 0)
            return r;
        period->woken++;
        ck_assert_uint_eq(cadre_test_elapsed_ms(), period->woken * period->ms);
    }
    return 0;
}

static struct period periods[] = {{.ms = 250},   {.ms = 1000},  {.ms = 7000},
                                  {.ms = 30000}, {.ms = 60000}, {.ms = 3600000}};

#define PERIODS (sizeof(periods) / sizeof(periods[0]))

static int passes_a_day(void *arg)
{
    struct cadre_task *tasks[PERIODS];

    (void)arg;
    for (size_t i = 0; i < PERIODS; i++)
        tasks[i] = cadre_spawn(wakes, &periods[i]);
    for (size_t i = 0; i < PERIODS; i++)
        ck_assert_int_eq(cadre_task_join(tasks[i]), 0);
    return 0;
}

START_TEST(in_a_day_each_task_wakes_the_exact_number_of_times)
{
    time_t begin = time(NULL);

    ck_assert_int_eq(cadre_test_run(passes_a_day, NULL), 0);
    for (size_t i = 0; i < PERIODS; i++)
        ck_assert_uint_eq(periods[i].woken, 24 * HOUR_MS / periods[i].ms);
    ck_assert_int_lt(time(NULL) - begin, 60);
}
END_TEST

static int computes(void *arg)
{
    (void)arg;
    cadre_test_advance(250);
    ck_assert_uint_eq(cadre_test_elapsed_ms(), 250);
    ck_assert_int_eq(cadre_sleep(100), 0);
    ck_assert_uint_eq(cadre_test_elapsed_ms(), 350);
    return 0;
}

START_TEST(time_passes_when_told)
{
    cadre_test_advance(1000); /* nothing, without a loop */
    ck_assert_int_eq(cadre_test_run(computes, NULL), 0);
}
END_TEST

static int work(void *arg)
{
    const struct timespec some = {.tv_nsec = 20000000};

    (void)arg;
    while (nanosleep(&some, NULL) < 0 && errno == EINTR)
        ;
    return 5;
}

static int sleeps_beside(void *arg)
{
    (void)arg;
    return cadre_sleep(1);
}

static int waits_for_thread(void *arg)
{
    struct cadre_task *task = cadre_spawn(sleeps_beside, NULL);

    (void)arg;
    ck_assert_int_eq(cadre_to_thread(work, NULL), 5);
    ck_assert_uint_eq(cadre_test_elapsed_ms(), 0); /* the deadline did not overtake the thread */
    ck_assert_int_eq(cadre_task_join(task), 0);
    ck_assert_uint_eq(cadre_test_elapsed_ms(), 1);
    return 0;
}

START_TEST(time_does_not_jump_while_a_thread_works)
{
    ck_assert_int_eq(cadre_test_run(waits_for_thread, NULL), 0);
}
END_TEST

static int nested(void *arg)
{
    (void)arg;
    return cadre_test_run(naps, NULL);
}

START_TEST(a_thread_has_one_loop)
{
    ck_assert_int_eq(cadre_test_run(nested, NULL), -EBUSY);
}
END_TEST

static int waits_for_ever(void *arg)
{
    struct cadre_event never = CADRE_EVENT_INIT;
    int r = cadre_event_wait(&never);

    ck_assert_int_eq(r, -ECANCELED);
    *(bool *)arg = true;
    return r;
}

START_TEST(a_deadlock_is_told_and_ended)
{
    bool unwound = false;

    ck_assert_int_eq(cadre_test_run(waits_for_ever, &unwound), -EDEADLK);
    ck_assert(unwound);
}
END_TEST

/* Takes no notice so often. */
static int waits_again(void *arg)
{
    struct cadre_event never = CADRE_EVENT_INIT;
    int *n = arg, r = 0;

    while ((*n)-- > 0)
        r = cadre_event_wait(&never);
    return r;
}

START_TEST(a_task_that_waits_again_is_cancelled_again)
{
    int n = 50;

    ck_assert_int_eq(cadre_test_run(waits_again, &n), -EDEADLK);
    ck_assert_int_eq(n, -1);
}
END_TEST

START_TEST(a_task_that_waits_for_ever_ends_the_process)
{
    int n = 100000;

    cadre__log_set_level(CADRE_LOG_CRITICAL + 1);
    (void)!cadre_test_run(waits_again, &n);
}
END_TEST

static int counts_tasks(void *arg)
{
    *(size_t *)arg = cadre_tasks(NULL, NULL);
    return 0;
}

START_TEST(options_are_taken)
{
    const struct cadre_test_options options = {.coroutines_max = 1};
    size_t n = 0;

    ck_assert_int_eq(cadre_test_run_with(&options, counts_tasks, &n), 0);
    ck_assert_uint_eq(n, 1);
}
END_TEST

/* ---- the list ---- */

struct list {
    size_t n;
    struct cadre_task_info info[8];
    char name[8][48];
};

static void add(const struct cadre_task_info *info, void *arg)
{
    struct list *list = arg;

    ck_assert_uint_lt(list->n, 8);
    strncpy(list->name[list->n], info->name, sizeof(list->name[0]) - 1);
    list->info[list->n++] = *info;
}

static const struct cadre_task_info *find(const struct list *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->name[i], name) == 0)
            return &list->info[i];
    ck_abort_msg("no task \"%s\" in the list", name);
    return NULL;
}

static int long_sleep(void *arg)
{
    (void)arg;
    return cadre_sleep(HOUR_MS);
}

static int lists_tasks(void *arg)
{
    struct cadre_task *task = cadre_spawn(long_sleep, NULL);
    struct list list = {0};
    const struct cadre_task_info *info;

    (void)arg;
    ck_assert_int_eq(cadre_sleep(2000), 0);
    ck_assert_uint_eq(cadre_tasks(add, &list), 2);
    ck_assert_uint_eq(list.n, 2);
    info = find(&list, "long_sleep");
    ck_assert_str_eq(info->where, "cadre_sleep");
    ck_assert_uint_eq(info->waiting_ns, UINT64_C(2000) * 1000000);
    ck_assert_uint_eq(info->cancels, 0);
    info = find(&list, "main");
    ck_assert_ptr_null(info->where);
    ck_assert_uint_eq(info->waiting_ns, 0);
    cadre_tasks_log();
    ck_assert(cadre_task_cancel(task));
    list.n = 0;
    ck_assert_uint_eq(cadre_tasks(add, &list), 2);
    ck_assert_uint_eq(find(&list, "long_sleep")->cancels, 1);
    ck_assert_int_eq(cadre_task_join(task), -ECANCELED);
    ck_assert_uint_eq(cadre_tasks(NULL, NULL), 1);
    return 0;
}

START_TEST(the_list_tells_who_waits_in_what_and_since_when)
{
    ck_assert_int_eq(cadre_test_run(lists_tasks, NULL), 0);
    ck_assert_uint_eq(cadre_tasks(add, NULL), 0);
}
END_TEST

/* On the loop, for a thread that is at work. */
static int lets_an_hour_pass(void *arg)
{
    (void)arg;
    cadre_test_advance(HOUR_MS);
    return 0;
}

/* In a thread: until the call is asked to end, which the deadline does. */
static int waits_for_the_end(void *arg)
{
    int r = cadre_from_thread(lets_an_hour_pass, arg);

    while (r == 0)
        r = cadre_from_thread_check_cancelled();
    return r;
}

static int times_out_beside_a_thread(void *arg)
{
    struct cadre_scope scope;
    int r;

    cadre_fail_after(&scope, HOUR_MS / 2);
    r = cadre_to_thread(waits_for_the_end, arg);
    ck_assert(cadre_scope_expired(&scope));
    ck_assert_int_eq(cadre_scope_end(&scope, r), -ETIMEDOUT);
    return 0;
}

/* Time does not jump meanwhile; when it is told to pass, deadlines are due. */
START_TEST(time_that_is_told_passes_while_a_thread_works)
{
    ck_assert_int_eq(cadre_test_run(times_out_beside_a_thread, NULL), 0);
}
END_TEST

UNIT_MAIN("async/test_clock", UNIT_CASE(an_hour_takes_a_moment),
          UNIT_CASE(in_a_day_each_task_wakes_the_exact_number_of_times),
          UNIT_CASE(time_passes_when_told), UNIT_CASE(time_does_not_jump_while_a_thread_works),
          UNIT_CASE(time_that_is_told_passes_while_a_thread_works),
          UNIT_CASE(a_thread_has_one_loop), UNIT_CASE(a_deadlock_is_told_and_ended),
          UNIT_CASE(a_task_that_waits_again_is_cancelled_again),
          UNIT_SIGNAL(a_task_that_waits_for_ever_ends_the_process, SIGABRT),
          UNIT_CASE(options_are_taken), UNIT_CASE(the_list_tells_who_waits_in_what_and_since_when))
