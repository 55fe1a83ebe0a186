/* SPDX-License-Identifier: MIT */
/*
 * Task groups: the join waits for all, the first failure cancels the rest, no error is lost.
 */
#include "config.h"

#include "tests/unit/lib/async/tasks.h"

#include <cadre/group.h>
#include <cadre/loop.h>

#include "async/coroutine.h"

ON_LOOP(the_join_waits_for_all)
{
    struct nap naps[] = {{.ms = 30, .c = 'c'}, {.ms = 10, .c = 'a'}, {.ms = 20, .c = 'b'}};
    struct cadre_group group;

    cadre_group_begin(&group);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(cadre_group_spawn(&group, nap, &naps[i]), 0);
    ck_assert_uint_eq(cadre_group_running(&group), 3);
    ck_assert_int_eq(cadre_group_join(&group, 4), 4);
    ck_assert_str_eq(trace, "abc");
    ck_assert_uint_eq(elapsed_ms(), 30);
    ck_assert_uint_eq(cadre_group_running(&group), 0);
    /* Nothing can be added any more. */
    ck_assert_int_eq(cadre_group_spawn(&group, never_run, NULL), -EINVAL);
    return 0;
}

ON_LOOP(an_empty_group_ends_at_once)
{
    struct cadre_group group;

    cadre_group_begin(&group);
    return cadre_group_join(&group, 0);
}

ON_LOOP(the_first_failure_cancels_the_rest_and_the_body)
{
    struct nap failing = {.ms = 10, .c = 'f', .result = -EIO};
    struct nap other = {.ms = 1000, .c = 'o'};
    struct cadre_group group;
    int r;

    cadre_group_begin(&group);
    ck_assert_int_eq(cadre_group_spawn(&group, nap, &failing), 0);
    ck_assert_int_eq(cadre_group_spawn(&group, nap, &other), 0);
    r = cadre_sleep(1000);
    ck_assert_int_eq(r, -ECANCELED);
    ck_assert_int_eq(cadre_sleep(1000), -ECANCELED);
    ck_assert_int_eq(cadre_group_spawn(&group, never_run, NULL), -ECANCELED);
    ck_assert_int_eq(cadre_group_join(&group, r), -EIO);
    ck_assert_uint_eq(cadre_group_failures(&group), 1);
    ck_assert_str_eq(trace, "fO");
    ck_assert_uint_eq(elapsed_ms(), 10);
    return cadre_sleep(1);
}

ON_LOOP(a_failure_cancels_while_the_join_waits_too)
{
    struct nap failing = {.ms = 10, .c = 'f', .result = -EIO};
    struct nap other = {.ms = 1000, .c = 'o'};
    struct cadre_group group;

    cadre_group_begin(&group);
    ck_assert_int_eq(cadre_group_spawn(&group, nap, &other), 0);
    ck_assert_int_eq(cadre_group_spawn(&group, nap, &failing), 0);
    ck_assert_int_eq(cadre_group_join(&group, 0), -EIO);
    ck_assert_uint_eq(elapsed_ms(), 10);
    return 0;
}

static int fail_in_cleanup(void *arg)
{
    return cadre_sleep(1000) < 0 ? *(int *)arg : 0;
}

ON_LOOP(every_error_is_reported)
{
    struct nap failing = {.ms = 10, .c = 'f', .result = -EIO};
    int second = -EPERM;
    int third = -ENOENT;
    struct cadre_group_error errors[4] = {{.error = 0}};
    struct cadre_group group;

    capture_log();
    cadre_group_begin(&group);
    cadre_group_collect(&group, errors, 4);
    ck_assert_int_eq(cadre_group_spawn(&group, fail_in_cleanup, &second), 0);
    ck_assert_int_eq(cadre_group_spawn_named(&group, fail_in_cleanup, &third, "third"), 0);
    ck_assert_int_eq(cadre_group_spawn(&group, nap, &failing), 0);
    ck_assert_int_eq(cadre_group_join(&group, 0), -EIO);
    ck_assert_uint_eq(cadre_group_failures(&group), 3);
    ck_assert_int_eq(errors[0].error, -EIO);
    ck_assert_str_eq(errors[0].name, "nap");
    ck_assert_int_eq(errors[1].error, -EPERM);
    ck_assert_int_eq(errors[2].error, -ENOENT);
    ck_assert_str_eq(errors[2].name, "third");
    ck_assert_uint_eq(count_in_log("\n"), 0);
    return 0;
}

ON_LOOP(errors_without_room_are_logged)
{
    struct nap failing = {.ms = 10, .c = 'f', .result = -EIO};
    int second = -EPERM;
    struct cadre_group group;

    capture_log();
    cadre_group_begin(&group);
    ck_assert_int_eq(cadre_group_spawn(&group, fail_in_cleanup, &second), 0);
    ck_assert_int_eq(cadre_group_spawn(&group, nap, &failing), 0);
    ck_assert_int_eq(cadre_group_join(&group, 0), -EIO);
    ck_assert_uint_eq(count_in_log("\"fail_in_cleanup\""), 1);
    ck_assert_uint_eq(count_in_log("\n"), 1);
    return 0;
}

ON_LOOP(a_body_that_fails_cancels_the_tasks)
{
    struct nap n = {.ms = 1000, .c = 'n'};
    struct cadre_group_error errors[1];
    struct cadre_group group;

    cadre_group_begin(&group);
    cadre_group_collect(&group, errors, 1);
    ck_assert_int_eq(cadre_group_spawn(&group, nap, &n), 0);
    ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_int_eq(cadre_group_join(&group, -ENOENT), -ENOENT);
    ck_assert_str_eq(errors[0].name, "");
    ck_assert_str_eq(trace, "N");
    ck_assert_uint_eq(elapsed_ms(), 0);
    return 0;
}

static int cancel_self(void *arg)
{
    (void)arg;
    (void)cadre_task_cancel(cadre_task_current());
    return cadre_sleep(1);
}

ON_LOOP(a_task_that_was_cancelled_by_itself_is_no_failure)
{
    struct nap n = {.ms = 20, .c = 'n'};
    struct cadre_group group;

    cadre_group_begin(&group);
    ck_assert_int_eq(cadre_group_spawn(&group, cancel_self, NULL), 0);
    ck_assert_int_eq(cadre_group_spawn(&group, nap, &n), 0);
    ck_assert_int_eq(cadre_group_join(&group, 0), 0);
    ck_assert_str_eq(trace, "n");
    return 0;
}

ON_LOOP(a_group_can_be_cancelled)
{
    struct nap n = {.ms = 1000, .c = 'n'};
    struct cadre_group group;
    int r;

    cadre_group_begin(&group);
    ck_assert_int_eq(cadre_group_spawn(&group, nap, &n), 0);
    ck_assert_int_eq(cadre_yield(), 0);
    cadre_group_cancel(&group);
    r = cadre_sleep(1);
    ck_assert_int_eq(r, -ECANCELED);
    ck_assert_int_eq(cadre_group_join(&group, r), 0);
    ck_assert_str_eq(trace, "N");
    return cadre_sleep(1);
}

static int in_a_group(void *arg)
{
    struct cadre_group group;

    cadre_group_begin(&group);
    ck_assert_int_eq(cadre_group_spawn(&group, nap, arg), 0);
    return cadre_group_join(&group, 0);
}

ON_LOOP(a_cancelled_join_cancels_the_tasks_and_waits)
{
    struct nap n = {.ms = 1000, .c = 'n'};
    struct cadre_task *task = cadre_spawn(in_a_group, &n);

    ck_assert_int_eq(cadre_sleep(1), 0);
    (void)cadre_task_cancel(task);
    ck_assert_int_eq(cadre_task_join(task), -ECANCELED);
    ck_assert(n.ended);
    ck_assert_str_eq(trace, "N");
    return 0;
}

static int cancelled_body(void *arg)
{
    struct cadre_group group;
    int r;

    cadre_group_begin(&group);
    ck_assert_int_eq(cadre_group_spawn(&group, nap, arg), 0);
    r = cadre_sleep(1000);
    r = cadre_group_join(&group, r);
    ck_assert_int_eq(cadre_sleep(1), 0);
    return r;
}

ON_LOOP(a_cancelled_body_is_a_cancelled_task)
{
    struct nap n = {.ms = 1000, .c = 'n'};
    struct cadre_task *task = cadre_spawn(cancelled_body, &n);

    ck_assert_int_eq(cadre_sleep(1), 0);
    (void)cadre_task_cancel(task);
    ck_assert_int_eq(cadre_task_join(task), -ECANCELED);
    ck_assert_str_eq(trace, "N");
    return 0;
}

static int cancelled_before_the_group(void *arg)
{
    struct cadre_group group;

    (void)cadre_task_cancel(cadre_task_current());
    cadre_group_begin(&group);
    ck_assert_int_eq(cadre_group_spawn(&group, nap, arg), 0);
    return cadre_group_join(&group, 0);
}

ON_LOOP(a_request_from_before_the_group_is_not_lost)
{
    struct nap n = {.ms = 1000, .c = 'n'};

    ck_assert_int_eq(cadre_task_join(cadre_spawn(cancelled_before_the_group, &n)), -ECANCELED);
    ck_assert_str_eq(trace, ""); /* the nap never ran */
    return 0;
}

ON_LOOP(a_scope_around_cancels_the_group)
{
    struct nap n = {.ms = 1000, .c = 'n'};
    struct cadre_scope scope;
    struct cadre_group group;
    int r;

    cadre_fail_after(&scope, 10);
    cadre_group_begin(&group);
    ck_assert_int_eq(cadre_group_spawn(&group, nap, &n), 0);
    r = cadre_group_join(&group, 0);
    ck_assert_int_eq(r, -ECANCELED);
    ck_assert(n.ended);
    ck_assert_int_eq(cadre_scope_end(&scope, r), -ETIMEDOUT);
    ck_assert_uint_eq(elapsed_ms(), 10);
    return 0;
}

ON_LOOP(a_group_can_have_a_deadline)
{
    struct nap n = {.ms = 1000, .c = 'n'};
    struct cadre_group group;

    cadre_group_begin(&group);
    cadre_scope_reschedule(cadre_group_scope(&group), 10);
    ck_assert_int_eq(cadre_group_spawn(&group, nap, &n), 0);
    ck_assert_int_eq(cadre_group_join(&group, 0), 0);
    ck_assert(cadre_scope_expired(cadre_group_scope(&group)));
    ck_assert_str_eq(trace, "N");
    return 0;
}

ON_LOOP(a_body_that_returns_a_cancel_nobody_asked_for_keeps_it)
{
    struct cadre_group group;

    cadre_group_begin(&group);
    ck_assert_int_eq(cadre_group_join(&group, -ECANCELED), -ECANCELED);
    return 0;
}

static int spawn_more(void *arg)
{
    static struct nap late = {.ms = 10, .c = 'l'};

    note('s');
    return cadre_group_spawn(arg, nap, &late);
}

ON_LOOP(a_task_may_spawn_into_its_group)
{
    struct cadre_group group;

    cadre_group_begin(&group);
    ck_assert_int_eq(cadre_group_spawn(&group, spawn_more, &group), 0);
    ck_assert_int_eq(cadre_group_join(&group, 0), 0);
    ck_assert_str_eq(trace, "sl");
    return 0;
}

/* --- start --- */

static int server(void *arg)
{
    int r = cadre_sleep(10);

    if (r < 0)
        return r;
    ck_assert_int_eq(cadre_group_started(arg), 0);
    ck_assert_int_eq(cadre_group_started(arg), -EINVAL);
    note('u');
    r = cadre_sleep(10);
    note('d');
    return r < 0 ? r : -EIO;
}

ON_LOOP(start_waits_until_the_task_is_ready)
{
    struct cadre_group group;
    void *value = NULL;
    int x;

    ck_assert_int_eq(cadre_group_started(NULL), -EINVAL);
    cadre_group_begin(&group);
    ck_assert_int_eq(cadre_group_start(&group, server, &x, &value), 0);
    ck_assert_ptr_eq(value, &x);
    ck_assert_str_eq(trace, "u");
    ck_assert_uint_eq(elapsed_ms(), 10);
    /* Its later failure is the group's. */
    ck_assert_int_eq(cadre_group_join(&group, 0), -EIO);
    ck_assert_str_eq(trace, "ud");
    return 0;
}

ON_LOOP(start_of_a_task_that_never_gets_ready_fails_and_the_group_goes_on)
{
    struct nap failing = {.ms = 1, .c = 'f', .result = -EIO};
    struct nap quiet = {.ms = 1, .c = 'q'};
    struct cadre_group group;

    cadre_group_begin(&group);
    ck_assert_int_eq(cadre_group_start(&group, nap, &failing, NULL), -EIO);
    ck_assert_int_eq(cadre_group_start(&group, nap, &quiet, NULL), -ENODATA);
    ck_assert_int_eq(cadre_sleep(1), 0);
    return cadre_group_join(&group, 0);
}

static int start_forever(void *arg)
{
    struct cadre_group group;
    int r;

    cadre_group_begin(&group);
    r = cadre_group_start(&group, nap, arg, NULL);
    note('s');
    return cadre_group_join(&group, r);
}

ON_LOOP(a_cancelled_start_cancels_and_awaits_its_task)
{
    struct nap n = {.ms = 1000, .c = 'n', .cleans = 5};
    struct cadre_task *task = cadre_spawn(start_forever, &n);

    ck_assert_int_eq(cadre_sleep(1), 0);
    (void)cadre_task_cancel(task);
    ck_assert_int_eq(cadre_task_join(task), -ECANCELED);
    ck_assert_str_eq(trace, "Ns");
    ck_assert_uint_eq(elapsed_ms(), 6);
    return 0;
}

ON_LOOP(a_start_in_a_scope_that_is_cancelled_awaits_its_task)
{
    struct nap n = {.ms = 1000, .c = 'n'};
    struct cadre_scope scope;

    cadre_move_on_after(&scope, 3);
    ck_assert_int_eq(start_forever(&n), -ECANCELED);
    ck_assert_str_eq(trace, "Ns");
    return cadre_scope_end(&scope, -ECANCELED);
}

START_TEST(outside_any_coroutine_a_group_does_nothing)
{
    struct cadre_group group;

    capture_log();
    cadre_group_begin(&group);
    ck_assert_int_eq(cadre_group_spawn(&group, never_run, NULL), -EINVAL);
    ck_assert_int_eq(cadre_group_start(&group, never_run, NULL, NULL), -EDEADLK);
    cadre_group_cancel(&group);
    ck_assert_int_eq(cadre_group_join(&group, 0), -EDEADLK);
    ck_assert_uint_eq(count_in_log("cadre_group_begin()"), 1);
}
END_TEST

static int forget_to_join(void *arg)
{
    struct cadre_group *group = cadre_task_alloc(sizeof(*group));

    (void)arg;
    cadre_group_begin(group);
    return 0;
}

START_TEST(returning_without_the_join_is_the_end)
{
    ck_assert_int_eq(cadre__run(NULL, forget_to_join, NULL), 1000); /* not reached */
}
END_TEST

static int no_room(void *arg)
{
    struct nap n = {.ms = 1, .c = 'n'};
    struct cadre_group group;

    (void)arg;
    cadre_group_begin(&group);
    ck_assert_int_eq(cadre_group_spawn(&group, nap, &n), 0);
    ck_assert_int_eq(cadre_group_spawn(&group, never_run, NULL), -EAGAIN);
    ck_assert_int_eq(cadre_group_join(&group, 0), 0);
    return 0;
}

START_TEST(without_room_spawning_fails_and_the_group_goes_on)
{
    capture_log();
    ck_assert_int_eq(cadre__run(&(struct cadre__loop_options){.coroutines_max = 2}, no_room, NULL),
                     0);
    ck_assert_str_eq(trace, "n");
}
END_TEST

UNIT_MAIN("async/group", UNIT_CASE(the_join_waits_for_all), UNIT_CASE(an_empty_group_ends_at_once),
          UNIT_CASE(the_first_failure_cancels_the_rest_and_the_body),
          UNIT_CASE(a_failure_cancels_while_the_join_waits_too), UNIT_CASE(every_error_is_reported),
          UNIT_CASE(errors_without_room_are_logged), UNIT_CASE(a_body_that_fails_cancels_the_tasks),
          UNIT_CASE(a_task_that_was_cancelled_by_itself_is_no_failure),
          UNIT_CASE(a_group_can_be_cancelled),
          UNIT_CASE(a_cancelled_join_cancels_the_tasks_and_waits),
          UNIT_CASE(a_cancelled_body_is_a_cancelled_task),
          UNIT_CASE(a_request_from_before_the_group_is_not_lost),
          UNIT_CASE(a_scope_around_cancels_the_group), UNIT_CASE(a_group_can_have_a_deadline),
          UNIT_CASE(a_body_that_returns_a_cancel_nobody_asked_for_keeps_it),
          UNIT_CASE(a_task_may_spawn_into_its_group),
          UNIT_CASE(start_waits_until_the_task_is_ready),
          UNIT_CASE(start_of_a_task_that_never_gets_ready_fails_and_the_group_goes_on),
          UNIT_CASE(a_cancelled_start_cancels_and_awaits_its_task),
          UNIT_CASE(a_start_in_a_scope_that_is_cancelled_awaits_its_task),
          UNIT_CASE(outside_any_coroutine_a_group_does_nothing),
          UNIT_SIGNAL(returning_without_the_join_is_the_end, SIGABRT),
          UNIT_CASE(without_room_spawning_fails_and_the_group_goes_on))
