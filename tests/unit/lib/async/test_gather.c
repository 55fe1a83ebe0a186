/* SPDX-License-Identifier: MIT */
/*
 * gather and wait: as long as the longest, in the order of the arguments, and nothing left behind.
 */
#include "config.h"

#include "tests/unit/lib/async/tasks.h"

#include <cadre/gather.h>
#include <cadre/scope.h>

#include "async/coroutine.h"

ON_LOOP(three_take_as_long_as_the_longest)
{
    struct nap naps[] = {{.ms = 1000, .c = 'a'}, {.ms = 500, .c = 'b'}, {.ms = 200, .c = 'c'}};

    ck_assert_int_eq(cadre_gather(cadre_spawn(nap, &naps[0]), cadre_spawn(nap, &naps[1]),
                                  cadre_spawn(nap, &naps[2])),
                     0);
    ck_assert_str_eq(trace, "cba");
    ck_assert_uint_eq(elapsed_ms(), 1000);
    return 0;
}

ON_LOOP(results_come_in_the_order_of_the_list)
{
    struct nap naps[] = {{.ms = 30, .c = 'a', .result = 1},
                         {.ms = 10, .c = 'b', .result = 2},
                         {.ms = 20, .c = 'c', .result = 3}};
    struct cadre_task *tasks[4];
    int results[4];

    for (int i = 0; i < 3; i++)
        tasks[i] = cadre_spawn(nap, &naps[i]);
    tasks[3] = tasks[1]; /* twice: runs once */
    ck_assert_int_eq(cadre_gather_n(tasks, 4, 0, results), 0);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(results[i], i + 1);
    ck_assert_int_eq(results[3], 2);
    ck_assert_str_eq(trace, "bca");
    /* Once more: all have ended. */
    memset(results, 0, sizeof(results));
    ck_assert_int_eq(cadre_gather_n(tasks, 4, 0, results), 0);
    ck_assert_int_eq(results[2], 3);
    return 0;
}

ON_LOOP(nothing_to_gather_is_no_error)
{
    return cadre_gather_n(NULL, 0, 0, NULL);
}

ON_LOOP(the_first_error_cancels_the_others_and_awaits_them)
{
    struct nap slow = {.ms = 1000, .c = 's', .cleans = 30};
    struct nap failing = {.ms = 10, .c = 'f', .result = -EIO};
    struct nap quick = {.ms = 5, .c = 'q', .result = 2};
    struct cadre_task *tasks[] = {cadre_spawn(nap, &slow), cadre_spawn(nap, &failing),
                                  cadre_spawn(nap, &quick)};
    int results[3];

    ck_assert_int_eq(cadre_gather_n(tasks, 3, 0, results), -EIO);
    ck_assert(slow.ended);
    ck_assert(cadre_task_cancelled(tasks[0]));
    ck_assert_int_eq(results[0], -ECANCELED);
    ck_assert_int_eq(results[1], -EIO);
    ck_assert_int_eq(results[2], 2);
    ck_assert_str_eq(trace, "qfS");
    ck_assert_uint_eq(elapsed_ms(), 40);
    return 0;
}

ON_LOOP(an_error_from_before_cancels_at_once)
{
    struct nap failing = {.ms = 1, .c = 'f', .result = -EIO};
    struct nap slow = {.ms = 1000, .c = 's'};
    struct cadre_task *failed = cadre_spawn(nap, &failing);

    ck_assert_int_eq(cadre_sleep(5), 0);
    ck_assert_int_eq(cadre_gather(cadre_spawn(never_run, NULL), failed), -EIO);
    ck_assert_int_eq(cadre_gather(cadre_spawn(nap, &slow), NULL), -EAGAIN);
    ck_assert_uint_eq(elapsed_ms(), 5);
    ck_assert_str_eq(trace, "f");
    return 0;
}

ON_LOOP(a_child_that_somebody_cancelled_is_an_error)
{
    struct nap naps[] = {{.ms = 1000, .c = 'a'}, {.ms = 1000, .c = 'b'}};
    struct cadre_task *a = cadre_spawn(nap, &naps[0]);

    (void)cadre_task_cancel(a);
    ck_assert_int_eq(cadre_gather(a, cadre_spawn(nap, &naps[1])), -ECANCELED);
    ck_assert_uint_eq(elapsed_ms(), 0);
    return cadre_sleep(1); /* the caller was not */
}

ON_LOOP(with_gather_all_errors_are_results)
{
    struct nap naps[] = {{.ms = 30, .c = 'a', .result = 1}, {.ms = 10, .c = 'b', .result = -EIO}};
    struct cadre_task *tasks[] = {cadre_spawn(nap, &naps[0]), cadre_spawn(nap, &naps[1]), NULL};
    int results[3];

    ck_assert_int_eq(cadre_gather_n(tasks, 3, CADRE_GATHER_ALL, results), 2);
    ck_assert_int_eq(results[0], 1);
    ck_assert_int_eq(results[1], -EIO);
    ck_assert_int_eq(results[2], -EAGAIN);
    ck_assert_uint_eq(elapsed_ms(), 30);
    return 0;
}

static int gather_two(void *arg)
{
    struct nap *naps = arg;

    return cadre_gather(cadre_spawn(nap, &naps[0]), cadre_spawn(nap, &naps[1]));
}

ON_LOOP(a_cancelled_gather_cancels_all_and_waits)
{
    struct nap naps[] = {{.ms = 1000, .c = 'a', .cleans = 10}, {.ms = 1000, .c = 'b'}};
    struct cadre_task *task = cadre_spawn(gather_two, naps);

    ck_assert_int_eq(cadre_sleep(1), 0);
    (void)cadre_task_cancel(task);
    ck_assert_int_eq(cadre_task_join(task), -ECANCELED);
    ck_assert(naps[0].ended && naps[1].ended);
    ck_assert_str_eq(trace, "AB");
    ck_assert_uint_eq(elapsed_ms(), 11);
    return 0;
}

ON_LOOP(a_gather_in_a_cancelled_scope_cancels_all_and_waits)
{
    struct nap naps[] = {{.ms = 1000, .c = 'a'}, {.ms = 1000, .c = 'b', .cleans = 10}};
    struct cadre_task *a = cadre_spawn(nap, &naps[0]);
    struct cadre_task *b = cadre_spawn(nap, &naps[1]);
    struct cadre_scope scope;

    cadre_move_on_after(&scope, 5);
    ck_assert_int_eq(cadre_gather(a, b), -ECANCELED);
    ck_assert(naps[0].ended && naps[1].ended);
    ck_assert_uint_eq(elapsed_ms(), 15);
    return cadre_scope_end(&scope, -ECANCELED);
}

enum { MANY = 1000 };

static int quiet_nap(void *arg)
{
    const struct nap *self = arg;
    int r = cadre_sleep(self->ms);

    return r < 0 ? r : self->result;
}

ON_LOOP(a_thousand_sleep_together)
{
    static struct nap naps[MANY];
    static struct cadre_task *tasks[MANY];
    static int results[MANY];

    for (int i = 0; i < MANY; i++) {
        naps[i] = (struct nap){.ms = 500, .c = 'x', .result = i};
        tasks[i] = cadre_spawn(quiet_nap, &naps[i]);
    }
    ck_assert_int_eq(cadre_gather_n(tasks, MANY, 0, results), 0);
    for (int i = 0; i < MANY; i++)
        ck_assert_int_eq(results[i], i);
    ck_assert_uint_eq(elapsed_ms(), 500);
    return 0;
}

static int gather_self(void *arg)
{
    (void)arg;
    ck_assert_int_eq(
        cadre_wait((struct cadre_task *[]){cadre_task_current()}, 1, CADRE_ALL_COMPLETED, 5),
        -EDEADLK);
    return cadre_gather(cadre_task_current());
}

ON_LOOP(a_task_cannot_gather_itself)
{
    ck_assert_int_eq(cadre_task_join(cadre_spawn(gather_self, NULL)), -EDEADLK);
    return 0;
}

START_TEST(outside_any_coroutine_only_what_has_ended_can_be_gathered)
{
    ck_assert_int_eq(cadre_gather_n(NULL, 0, 0, NULL), 0);
    ck_assert_int_eq(cadre_gather(NULL), -EAGAIN);
}
END_TEST

/* --- wait --- */

ON_LOOP(wait_for_the_first_to_end)
{
    struct nap naps[] = {{.ms = 30, .c = 'a'}, {.ms = 10, .c = 'b'}};
    struct cadre_task *tasks[] = {cadre_spawn(nap, &naps[0]), cadre_spawn(nap, &naps[1])};

    ck_assert_int_eq(cadre_wait(tasks, 2, CADRE_FIRST_COMPLETED, CADRE_FOREVER), 1);
    ck_assert(!cadre_task_is_done(tasks[0]) && cadre_task_is_done(tasks[1]));
    ck_assert_uint_eq(elapsed_ms(), 10);
    /* It is so already. */
    ck_assert_int_eq(cadre_wait(tasks, 2, CADRE_FIRST_COMPLETED, CADRE_FOREVER), 1);
    ck_assert_int_eq(cadre_wait(tasks, 2, CADRE_ALL_COMPLETED, CADRE_FOREVER), 2);
    ck_assert_uint_eq(elapsed_ms(), 30);
    return 0;
}

ON_LOOP(wait_for_the_first_to_fail)
{
    struct nap naps[] = {
        {.ms = 5, .c = 'a'}, {.ms = 10, .c = 'b', .result = -EIO}, {.ms = 50, .c = 'c'}};
    struct cadre_task *tasks[3];

    for (int i = 0; i < 3; i++)
        tasks[i] = cadre_spawn(nap, &naps[i]);
    ck_assert_int_eq(cadre_wait(tasks, 3, CADRE_FIRST_EXCEPTION, CADRE_FOREVER), 2);
    ck_assert_uint_eq(elapsed_ms(), 10);
    ck_assert_int_eq(cadre_task_result(tasks[1]), -EIO);
    /* Without a failure: all. */
    tasks[1] = tasks[0];
    ck_assert_int_eq(cadre_wait(tasks, 3, CADRE_FIRST_EXCEPTION, CADRE_FOREVER), 3);
    ck_assert_uint_eq(elapsed_ms(), 50);
    return 0;
}

ON_LOOP(the_limit_of_a_wait_is_no_error_and_cancels_nothing)
{
    struct nap n = {.ms = 100, .c = 'n'};
    struct cadre_task *task = cadre_spawn(nap, &n);

    ck_assert_int_eq(cadre_wait(&task, 1, CADRE_ALL_COMPLETED, 20), 0);
    ck_assert_uint_eq(elapsed_ms(), 20);
    ck_assert_int_eq(cadre_wait(&task, 1, CADRE_ALL_COMPLETED, 0), 0);
    ck_assert_uint_eq(elapsed_ms(), 20);
    ck_assert_int_eq(cadre_task_join(task), 0);
    ck_assert_str_eq(trace, "n");
    return 0;
}

ON_LOOP(there_is_no_waiting_for_nothing)
{
    ck_assert_int_eq(cadre_wait(NULL, 0, CADRE_ALL_COMPLETED, CADRE_FOREVER), -EINVAL);
    ck_assert_int_eq(
        cadre_wait((struct cadre_task *[]){NULL}, 1, CADRE_ALL_COMPLETED, CADRE_FOREVER), 1);
    return 0;
}

static int wait_for_it(void *arg)
{
    struct cadre_task *task = arg;

    return cadre_wait(&task, 1, CADRE_ALL_COMPLETED, CADRE_FOREVER);
}

ON_LOOP(a_cancelled_wait_leaves_the_tasks_alone)
{
    struct nap n = {.ms = 100, .c = 'n'};
    struct cadre_task *inner = cadre_spawn(nap, &n);
    struct cadre_task *outer = cadre_spawn(wait_for_it, inner);

    ck_assert_int_eq(cadre_sleep(1), 0);
    (void)cadre_task_cancel(outer);
    ck_assert_int_eq(cadre_task_join(outer), -ECANCELED);
    ck_assert_int_eq(cadre_task_join(inner), 0);
    ck_assert_str_eq(trace, "n");
    return 0;
}

UNIT_MAIN("async/gather", UNIT_CASE(three_take_as_long_as_the_longest),
          UNIT_CASE(results_come_in_the_order_of_the_list),
          UNIT_CASE(nothing_to_gather_is_no_error),
          UNIT_CASE(the_first_error_cancels_the_others_and_awaits_them),
          UNIT_CASE(an_error_from_before_cancels_at_once),
          UNIT_CASE(a_child_that_somebody_cancelled_is_an_error),
          UNIT_CASE(with_gather_all_errors_are_results),
          UNIT_CASE(a_cancelled_gather_cancels_all_and_waits),
          UNIT_CASE(a_gather_in_a_cancelled_scope_cancels_all_and_waits),
          UNIT_CASE(a_thousand_sleep_together), UNIT_CASE(a_task_cannot_gather_itself),
          UNIT_CASE(outside_any_coroutine_only_what_has_ended_can_be_gathered),
          UNIT_CASE(wait_for_the_first_to_end), UNIT_CASE(wait_for_the_first_to_fail),
          UNIT_CASE(the_limit_of_a_wait_is_no_error_and_cancels_nothing),
          UNIT_CASE(there_is_no_waiting_for_nothing),
          UNIT_CASE(a_cancelled_wait_leaves_the_tasks_alone))
