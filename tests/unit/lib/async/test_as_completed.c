/* SPDX-License-Identifier: MIT */
/*
 * as_completed: tasks in the order in which they end.
 */
#include "config.h"

#include "tests/unit/lib/async/tasks.h"

#include <cadre/gather.h>

ON_LOOP(tasks_come_in_the_order_of_their_ends)
{
    struct nap naps[] = {{.ms = 30, .c = 'c', .result = 30},
                         {.ms = 10, .c = 'a', .result = 10},
                         {.ms = 20, .c = 'b', .result = -EIO}};
    struct cadre_task *tasks[4] = {NULL};
    struct cadre_task *done[4];
    struct cadre_as_completed each;
    int n = 0;

    for (int i = 0; i < 3; i++)
        tasks[i] = cadre_spawn(nap, &naps[i]);
    ck_assert_int_eq(cadre_as_completed_begin(&each, tasks, 4, CADRE_FOREVER), 0);
    while (n < 4 && cadre_as_completed_next(&each, &done[n]) == 1)
        n++;
    ck_assert_int_eq(n, 4);
    ck_assert_int_eq(cadre_as_completed_next(&each, &done[0]), 0);
    cadre_as_completed_end(&each);
    cadre_as_completed_end(&each);
    ck_assert_ptr_null(done[0]); /* could not be spawned: has failed before */
    ck_assert_ptr_eq(done[1], tasks[1]);
    ck_assert_ptr_eq(done[2], tasks[2]);
    ck_assert_ptr_eq(done[3], tasks[0]);
    ck_assert_int_eq(cadre_task_result(done[2]), -EIO);
    ck_assert_uint_eq(elapsed_ms(), 30);
    return 0;
}

ON_LOOP(they_are_kept_while_nobody_asks)
{
    struct nap naps[] = {{.ms = 20, .c = 'b'}, {.ms = 10, .c = 'a'}};
    struct cadre_task *tasks[] = {cadre_spawn(nap, &naps[0]), cadre_spawn(nap, &naps[1])};
    struct cadre_as_completed each;
    struct cadre_task *task;

    ck_assert_int_eq(cadre_as_completed_begin(&each, tasks, 2, CADRE_FOREVER), 0);
    ck_assert_int_eq(cadre_sleep(100), 0);
    ck_assert_int_eq(cadre_as_completed_next(&each, &task), 1);
    ck_assert_ptr_eq(task, tasks[1]);
    ck_assert_int_eq(cadre_as_completed_next(&each, &task), 1);
    ck_assert_ptr_eq(task, tasks[0]);
    cadre_as_completed_end(&each);
    ck_assert_uint_eq(elapsed_ms(), 100);
    return 0;
}

ON_LOOP(the_limit_is_for_the_whole)
{
    struct nap naps[] = {{.ms = 10, .c = 'a'}, {.ms = 100, .c = 'b'}};
    struct cadre_task *tasks[] = {cadre_spawn(nap, &naps[0]), cadre_spawn(nap, &naps[1])};
    struct cadre_as_completed each;
    struct cadre_task *task;

    ck_assert_int_eq(cadre_as_completed_begin(&each, tasks, 2, 30), 0);
    ck_assert_int_eq(cadre_as_completed_next(&each, &task), 1);
    ck_assert_int_eq(cadre_as_completed_next(&each, &task), -ETIMEDOUT);
    ck_assert_uint_eq(elapsed_ms(), 30);
    ck_assert_int_eq(cadre_as_completed_next(&each, &task), -ETIMEDOUT);
    cadre_as_completed_end(&each);
    /* Ended in the midst; the task goes on. */
    ck_assert_int_eq(cadre_task_join(tasks[1]), 0);
    return 0;
}

static int next_of_it(void *arg)
{
    struct cadre_task *task = arg;
    struct cadre_as_completed each;
    int r = cadre_as_completed_begin(&each, &task, 1, CADRE_FOREVER);

    if (r == 0)
        r = cadre_as_completed_next(&each, &task);
    cadre_as_completed_end(&each);
    return r;
}

ON_LOOP(a_cancelled_one_leaves_the_tasks_alone)
{
    struct nap n = {.ms = 100, .c = 'n'};
    struct cadre_task *inner = cadre_spawn(nap, &n);
    struct cadre_task *outer = cadre_spawn(next_of_it, inner);

    ck_assert_int_eq(cadre_sleep(1), 0);
    (void)cadre_task_cancel(outer);
    ck_assert_int_eq(cadre_task_join(outer), -ECANCELED);
    return cadre_task_join(inner);
}

UNIT_MAIN("async/as_completed", UNIT_CASE(tasks_come_in_the_order_of_their_ends),
          UNIT_CASE(they_are_kept_while_nobody_asks), UNIT_CASE(the_limit_is_for_the_whole),
          UNIT_CASE(a_cancelled_one_leaves_the_tasks_alone))
