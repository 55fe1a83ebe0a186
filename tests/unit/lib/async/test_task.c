/* SPDX-License-Identifier: MIT */
/*
 * Tasks: when they run, what a join gives, how a cancel travels, whose they are.
 */
#include "config.h"

#include "tests/unit/lib/async/tasks.h"

#include <stdlib.h>

#include <cadre/gather.h>
#include <cadre/loop.h>
#include <cadre/scope.h>

#include "async/coroutine.h"

static int note_letter(void *arg)
{
    note(*(const char *)arg);
    return 7;
}

ON_LOOP(a_task_begins_when_its_creator_suspends_and_in_order)
{
    struct cadre_task *a = cadre_spawn(note_letter, letter('a'));
    struct cadre_task *b = cadre_spawn(note_letter, letter('b'));

    note('m');
    ck_assert(!cadre_task_is_done(a));
    ck_assert_int_eq(cadre_task_result(a), -EINPROGRESS);
    ck_assert_int_eq(cadre_task_join(b), 7);
    ck_assert(cadre_task_is_done(a));
    ck_assert_str_eq(trace, "mab");
    return 0;
}

static int join_it(void *arg)
{
    int r = cadre_task_join(arg);

    note('j');
    return r;
}

ON_LOOP(many_join_any_number_of_times)
{
    struct nap n = {.ms = 10, .c = 'n', .result = 5};
    struct cadre_task *task = cadre_spawn(nap, &n);
    struct cadre_task *joiners[3];

    for (int i = 0; i < 3; i++)
        joiners[i] = cadre_spawn(join_it, task);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(cadre_task_join(joiners[i]), 5);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(cadre_task_join(task), 5);
    ck_assert_int_eq(cadre_task_result(task), 5);
    ck_assert_str_eq(trace, "njjj");
    ck_assert_uint_eq(elapsed_ms(), 10);
    return 0;
}

ON_LOOP(a_task_that_could_not_be_spawned_has_failed)
{
    ck_assert_int_eq(cadre_task_join(NULL), -EAGAIN);
    ck_assert_int_eq(cadre_shield(NULL), -EAGAIN);
    ck_assert_int_eq(cadre_join_timeout(NULL, 1), -EAGAIN);
    ck_assert_int_eq(cadre_task_result(NULL), -EAGAIN);
    ck_assert(cadre_task_is_done(NULL));
    ck_assert(!cadre_task_cancel(NULL));
    ck_assert(!cadre_task_cancelled(NULL));
    ck_assert_str_eq(cadre_task_name(NULL), "");
    cadre_task_release(NULL);
    return 0;
}

static int spawn_too_many(void *arg)
{
    struct cadre_task *tasks[3];

    (void)arg;
    for (int i = 0; i < 3; i++)
        tasks[i] = cadre_spawn(note_letter, letter('x'));
    ck_assert_ptr_nonnull(tasks[0]);
    ck_assert_ptr_null(tasks[1]);
    ck_assert_ptr_null(tasks[2]);
    ck_assert_int_eq(cadre_gather(tasks[0], tasks[1]), -EAGAIN);
    ck_assert_uint_eq(count_in_log("coroutines_max"), 1);
    /* There is room again. */
    ck_assert_int_eq(cadre_task_join(cadre_spawn(note_letter, letter('y'))), 7);
    return 0;
}

START_TEST(one_too_many_is_null_and_logged_once)
{
    capture_log();
    ck_assert_int_eq(
        cadre__run(&(struct cadre__loop_options){.coroutines_max = 2}, spawn_too_many, NULL), 0);
}
END_TEST

START_TEST(outside_any_coroutine_nothing_can_be_spawned)
{
    struct cadre__loop *loop;

    capture_log();
    ck_assert_ptr_null(cadre_spawn(never_run, NULL));
    ck_assert_int_eq(cadre_spawn_detached(never_run, NULL, NULL), -EDEADLK);
    ck_assert_int_eq(cadre__loop_new(NULL, &loop), 0);
    ck_assert_ptr_null(cadre_spawn(never_run, NULL));
    ck_assert_uint_eq(count_in_log("never_run"), 3);
    cadre__loop_free(loop);
    ck_assert_str_eq(trace, "");
}
END_TEST

/* --- cancelling --- */

ON_LOOP(a_task_cancelled_before_its_first_step_never_runs)
{
    struct cadre_task *task = cadre_spawn(never_run, NULL);

    ck_assert(cadre_task_cancel(task));
    ck_assert(!cadre_task_cancelled(task));
    ck_assert_int_eq(cadre_task_join(task), -ECANCELED);
    ck_assert(cadre_task_cancelled(task));
    ck_assert_str_eq(trace, "");
    return 0;
}

ON_LOOP(cancel_fails_the_present_call_and_tells_whether_it_was_in_time)
{
    struct nap n = {.ms = 1000, .c = 'n'};
    struct cadre_task *task = cadre_spawn(nap, &n);

    ck_assert_int_eq(cadre_sleep(10), 0);
    ck_assert(cadre_task_cancel(task));
    ck_assert(!n.ended); /* not at once, at its suspension */
    ck_assert(!cadre_task_cancelled(task));
    ck_assert_int_eq(cadre_task_join(task), -ECANCELED);
    ck_assert(cadre_task_cancelled(task));
    ck_assert(!cadre_task_cancel(task));
    ck_assert_uint_eq(elapsed_ms(), 10);
    return 0;
}

static int cancel_self(void *arg)
{
    (void)arg;
    ck_assert(cadre_task_cancel(cadre_task_current()));
    ck_assert(cadre_cancelled());
    note('a');
    ck_assert_int_eq(cadre_sleep(1), -ECANCELED);
    ck_assert(!cadre_cancelled());
    /* One request, one failure. */
    ck_assert_int_eq(cadre_sleep(1), 0);
    return 4;
}

ON_LOOP(cancel_of_a_running_task_fails_its_next_call_once)
{
    ck_assert_int_eq(cadre_task_join(cadre_spawn(cancel_self, NULL)), 4);
    ck_assert_str_eq(trace, "a");
    return 0;
}

static int swallow(void *arg)
{
    (void)arg;
    ck_assert_int_eq(cadre_sleep(1000), -ECANCELED);
    ck_assert_uint_eq(cadre_cancelling(), 1);
    ck_assert_uint_eq(cadre_uncancel(), 0);
    return 42;
}

ON_LOOP(a_task_may_swallow_its_cancel)
{
    struct cadre_task *task = cadre_spawn(swallow, NULL);

    ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_uint_eq(cadre_task_cancelling(task), 0);
    ck_assert(cadre_task_cancel(task));
    ck_assert_uint_eq(cadre_task_cancelling(task), 1);
    ck_assert_int_eq(cadre_task_join(task), 42);
    ck_assert(!cadre_task_cancelled(task));
    return 0;
}

ON_LOOP(whoever_cleans_up_may_wait)
{
    struct nap n = {.ms = 1000, .c = 'n', .cleans = 50};
    struct cadre_task *task = cadre_spawn(nap, &n);

    ck_assert_int_eq(cadre_yield(), 0);
    ck_assert(cadre_task_cancel(task));
    ck_assert_int_eq(cadre_task_join(task), -ECANCELED);
    ck_assert_str_eq(trace, "N");
    ck_assert_uint_eq(elapsed_ms(), 50);
    return 0;
}

static int uncancel_before_the_call(void *arg)
{
    (void)arg;
    (void)cadre_task_cancel(cadre_task_current());
    (void)cadre_task_cancel(cadre_task_current());
    ck_assert_uint_eq(cadre_uncancel(), 1);
    ck_assert(cadre_cancelled());
    ck_assert_uint_eq(cadre_uncancel(), 0);
    ck_assert(!cadre_cancelled());
    ck_assert_uint_eq(cadre_uncancel(), 0);
    return cadre_sleep(1);
}

ON_LOOP(requests_are_counted_and_can_be_taken_back)
{
    return cadre_task_join(cadre_spawn(uncancel_before_the_call, NULL));
}

ON_LOOP(a_cancelled_joiner_cancels_what_it_joins)
{
    struct nap n = {.ms = 1000, .c = 'n', .cleans = 20};
    struct cadre_task *inner = cadre_spawn(nap, &n);
    struct cadre_task *outer = cadre_spawn(join_it, inner);

    ck_assert_int_eq(cadre_sleep(1), 0);
    ck_assert(cadre_task_cancel(outer));
    ck_assert_int_eq(cadre_task_join(outer), -ECANCELED);
    ck_assert(cadre_task_cancelled(inner));
    /* Not before the inner one has ended. */
    ck_assert_str_eq(trace, "Nj");
    ck_assert_uint_eq(elapsed_ms(), 21);
    return 0;
}

static int join_then_sleep(void *arg)
{
    int r = cadre_task_join(arg);

    ck_assert_int_eq(r, 9);
    ck_assert_uint_eq(cadre_cancelling(), 1);
    ck_assert_int_eq(cadre_sleep(1), -ECANCELED);
    return cadre_sleep(1);
}

ON_LOOP(a_joiner_gets_the_value_of_one_that_swallows_and_its_own_cancel_later)
{
    struct nap n = {.ms = 1000, .c = 'n', .swallows = 9};
    struct cadre_task *outer = cadre_spawn(join_then_sleep, cadre_spawn(nap, &n));

    ck_assert_int_eq(cadre_sleep(1), 0);
    ck_assert(cadre_task_cancel(outer));
    return cadre_task_join(outer);
}

static int join_twice_cancelled(void *arg)
{
    ck_assert_int_eq(cadre_task_join(arg), -ECANCELED);
    return 0;
}

ON_LOOP(a_second_cancel_of_the_joiner_is_passed_on_too)
{
    struct nap n = {.ms = 1000, .c = 'n', .cleans = 500};
    struct cadre_task *inner = cadre_spawn(nap, &n);
    struct cadre_task *outer = cadre_spawn(join_twice_cancelled, inner);

    ck_assert_int_eq(cadre_sleep(1), 0);
    (void)cadre_task_cancel(outer);
    ck_assert_int_eq(cadre_sleep(1), 0);
    (void)cadre_task_cancel(outer);
    ck_assert_int_eq(cadre_task_join(outer), 0);
    ck_assert_str_eq(trace, "N!");
    ck_assert_uint_eq(elapsed_ms(), 2);
    return 0;
}

static int join_self(void *arg)
{
    (void)arg;
    ck_assert_int_eq(cadre_shield(cadre_task_current()), -EDEADLK);
    ck_assert_int_eq(cadre_join_timeout(cadre_task_current(), 5), -EDEADLK);
    return cadre_task_join(cadre_task_current());
}

ON_LOOP(a_task_cannot_join_itself)
{
    ck_assert_int_eq(cadre_task_join(cadre_spawn(join_self, NULL)), -EDEADLK);
    return 0;
}

/* --- shield and time-outs --- */

static int shield_it(void *arg)
{
    return cadre_shield(arg);
}

ON_LOOP(a_shielded_task_outlives_the_cancel_of_who_waits)
{
    struct nap n = {.ms = 100, .c = 'n', .result = 3};
    struct cadre_task *inner = cadre_spawn(nap, &n);
    struct cadre_task *outer = cadre_spawn(shield_it, inner);

    ck_assert_int_eq(cadre_sleep(1), 0);
    ck_assert(cadre_task_cancel(outer));
    ck_assert_int_eq(cadre_task_join(outer), -ECANCELED);
    ck_assert_uint_eq(elapsed_ms(), 1);
    ck_assert_int_eq(cadre_shield(inner), 3);
    /* Its own cancel works as ever. */
    inner = cadre_spawn(nap, &n);
    outer = cadre_spawn(shield_it, inner);
    ck_assert_int_eq(cadre_sleep(1), 0);
    (void)cadre_task_cancel(inner);
    ck_assert_int_eq(cadre_task_join(outer), -ECANCELED);
    return 0;
}

ON_LOOP(a_join_with_a_limit_cancels_and_awaits)
{
    struct nap n = {.ms = 1000, .c = 'n', .cleans = 30};
    struct cadre_task *task = cadre_spawn(nap, &n);

    ck_assert_int_eq(cadre_join_timeout(task, 10), -ETIMEDOUT);
    ck_assert(cadre_task_cancelled(task));
    ck_assert_uint_eq(elapsed_ms(), 40); /* its cleanup counts */
    return 0;
}

ON_LOOP(a_join_with_a_limit_gives_what_comes_in_time_or_in_spite)
{
    struct nap n = {.ms = 5, .c = 'n', .result = 8};
    struct nap stubborn = {.ms = 1000, .c = 's', .swallows = 6};

    ck_assert_int_eq(cadre_join_timeout(cadre_spawn(nap, &n), 10), 8);
    ck_assert_int_eq(cadre_join_timeout(cadre_spawn(nap, &n), CADRE_FOREVER), 8);
    ck_assert_int_eq(cadre_join_timeout(cadre_spawn(nap, &stubborn), 10), 6);
    return 0;
}

ON_LOOP(a_join_with_no_time_gives_what_has_ended)
{
    struct nap n = {.ms = 5, .c = 'n', .result = 8};
    struct cadre_task *task = cadre_spawn(nap, &n);

    ck_assert_int_eq(cadre_join_timeout(cadre_spawn(never_run, NULL), 0), -ETIMEDOUT);
    ck_assert_int_eq(cadre_task_join(task), 8);
    ck_assert_int_eq(cadre_join_timeout(task, 0), 8);
    ck_assert_str_eq(trace, "n");
    return 0;
}

static int join_limited(void *arg)
{
    return cadre_join_timeout(arg, 500);
}

ON_LOOP(a_join_with_a_limit_passes_a_cancel_on)
{
    struct nap n = {.ms = 1000, .c = 'n'};
    struct cadre_task *inner = cadre_spawn(nap, &n);
    struct cadre_task *outer = cadre_spawn(join_limited, inner);

    ck_assert_int_eq(cadre_sleep(1), 0);
    (void)cadre_task_cancel(outer);
    ck_assert_int_eq(cadre_task_join(outer), -ECANCELED);
    ck_assert(cadre_task_cancelled(inner));
    ck_assert_uint_eq(elapsed_ms(), 1);
    return 0;
}

/* --- whose they are --- */

static int spawn_and_return(void *arg)
{
    struct nap *own = cadre_task_alloc(sizeof(*own)); /* gone when the owner is */

    ck_assert_ptr_nonnull(own);
    *own = *(const struct nap *)arg;
    ck_assert_ptr_nonnull(cadre_spawn(nap, own));
    ck_assert_int_eq(cadre_yield(), 0);
    return 11;
}

ON_LOOP(tasks_end_before_their_owner_has)
{
    struct nap n = {.ms = 1000, .c = 'n', .cleans = 25};

    ck_assert_int_eq(cadre_task_join(cadre_spawn(spawn_and_return, &n)), 11);
    ck_assert_str_eq(trace, "N");
    ck_assert_uint_eq(elapsed_ms(), 25);
    return 0;
}

static int grandparent(void *arg)
{
    static struct nap mine = {.ms = 1000, .c = 'g'};

    ck_assert_ptr_nonnull(cadre_spawn(nap, &mine));
    ck_assert_ptr_nonnull(cadre_spawn(spawn_and_return, arg));
    return cadre_sleep(1) < 0;
}

ON_LOOP(the_end_goes_down_the_generations)
{
    struct nap n = {.ms = 1000, .c = 'n'};

    ck_assert_int_eq(cadre_task_join(cadre_spawn(grandparent, &n)), 0);
    ck_assert_uint_eq(strlen(trace), 2);
    ck_assert_uint_eq(elapsed_ms(), 1);
    return 0;
}

static void call_spawn_and_return(void *arg)
{
    (void)spawn_and_return(arg);
}

ON_LOOP(a_raw_coroutine_owns_what_it_spawns)
{
    struct nap n = {.ms = 1000, .c = 'n'};
    struct cadre__coroutine *co;

    ck_assert_int_eq(
        cadre__coroutine_start(cadre__loop_current(), call_spawn_and_return, &n, "raw", &co), 0);
    ck_assert_int_eq(cadre_sleep(1), 0);
    ck_assert_str_eq(trace, "N");
    return 0;
}

static int leave_running(void *arg)
{
    ck_assert_ptr_nonnull(cadre_spawn(nap, arg));
    return cadre_sleep(1);
}

START_TEST(main_awaits_its_tasks)
{
    struct nap n = {.ms = 1000, .c = 'n', .cleans = 10};

    cadre__test_clock_init(&test_clock, 1000 * CADRE__NSEC_PER_MSEC);
    ck_assert_int_eq(
        cadre__run(&(struct cadre__loop_options){.test_clock = &test_clock}, leave_running, &n), 0);
    ck_assert(n.ended);
    ck_assert_str_eq(trace, "N");
    ck_assert_uint_eq(elapsed_ms(), 11);
}
END_TEST

static int cancelled_while_awaiting(void *arg)
{
    (void)cadre_task_cancel(cadre_task_current());
    ck_assert_ptr_nonnull(cadre_spawn(nap, arg));
    ck_assert_int_eq(cadre_yield(), -ECANCELED);
    ck_assert_int_eq(cadre_yield(), 0);
    return 2;
}

ON_LOOP(an_owner_that_is_cancelled_awaits_its_tasks_all_the_same)
{
    struct nap n = {.ms = 1000, .c = 'n', .cleans = 50};
    struct cadre_task *owner = cadre_spawn(cancelled_while_awaiting, &n);

    ck_assert_int_eq(cadre_sleep(10), 0);
    ck_assert(!cadre_task_is_done(owner));
    ck_assert(cadre_task_cancel(owner)); /* in the wait for its tasks */
    ck_assert_int_eq(cadre_task_join(owner), 2);
    ck_assert(n.ended);
    return 0;
}

static int ignore_cancels(void *arg)
{
    int *calls = arg;

    while (*calls >= 0)
        if (cadre_sleep(100) < 0 && ++*calls > 5)
            break;
    return 0;
}

static int own_a_stubborn_one(void *arg)
{
    ck_assert_ptr_nonnull(cadre_spawn(ignore_cancels, arg));
    return cadre_yield();
}

ON_LOOP(one_that_swallows_its_cancel_is_named_and_then_fails_in_every_call)
{
    int calls = 0;

    capture_log();
    ck_assert_int_eq(cadre_task_join(cadre_spawn(own_a_stubborn_one, &calls)), 0);
    ck_assert_int_eq(calls, 6);
    ck_assert_uint_eq(elapsed_ms(), 5000);
    ck_assert_uint_eq(count_in_log("ignore_cancels"), 1);
    ck_assert_uint_eq(count_in_log("own_a_stubborn_one"), 1);
    ck_assert_uint_eq(count_in_log("cadre_sleep"), 1);
    return 0;
}

static int spawn_and_release(void *arg)
{
    struct cadre_task *task = cadre_spawn(nap, arg);

    cadre_task_release(task);
    return cadre_sleep(1);
}

ON_LOOP(a_released_task_belongs_to_its_owner_still)
{
    struct nap n = {.ms = 1000, .c = 'n', .cleans = 9};
    struct nap short_one = {.ms = 1, .c = 's'};
    struct cadre_task *task = cadre_spawn(nap, &short_one);

    ck_assert_int_eq(cadre_task_join(cadre_spawn(spawn_and_release, &n)), 0);
    ck_assert_str_eq(trace, "sN");
    cadre_task_release(task); /* has ended: goes at once */
    return 0;
}

/* --- errors that nobody joins --- */

static int fail_at_once(void *arg)
{
    (void)arg;
    return -ENOENT;
}

static int fail_unjoined(void *arg)
{
    (void)arg;
    (void)cadre_spawn(fail_at_once, NULL);
    cadre_task_release(cadre_spawn(fail_at_once, NULL));
    return cadre_yield();
}

ON_LOOP(a_failure_that_nobody_joined_is_logged)
{
    capture_log();
    ck_assert_int_eq(cadre_task_join(cadre_spawn(fail_unjoined, NULL)), 0);
    ck_assert_uint_eq(count_in_log("task failed and nobody joined it: \"fail_at_once\""), 2);
    ck_assert_uint_eq(count_in_log("No such file"), 2);
    return 0;
}

static int fail_joined(void *arg)
{
    struct cadre_task *cancelled = cadre_spawn(fail_at_once, NULL);
    struct cadre_task *asked = cadre_spawn(fail_at_once, NULL);

    (void)arg;
    (void)cadre_task_cancel(cancelled);
    ck_assert_int_eq(cadre_task_join(cadre_spawn(fail_at_once, NULL)), -ENOENT);
    ck_assert_int_eq(cadre_task_result(asked), -ENOENT);
    return 0;
}

ON_LOOP(a_failure_that_was_seen_and_a_cancel_are_not)
{
    capture_log();
    ck_assert_int_eq(cadre_task_join(cadre_spawn(fail_joined, NULL)), 0);
    ck_assert_uint_eq(count_in_log("\n"), 0);
    return 0;
}

/* --- detached --- */

static int freed;

static void count_free(void *arg)
{
    free(arg);
    freed++;
}

static int detached(void *arg)
{
    char *text = cadre_task_alloc(100);

    ck_assert_ptr_nonnull(text);
    memset(text, 'x', 100);
    ck_assert_int_eq(cadre_task_defer(count_free, NULL), 0);
    note(*(char *)arg);
    if (cadre_sleep(50) < 0)
        note('!');
    note(*(char *)arg);
    return -EIO;
}

static int spawn_detached_one(void *arg)
{
    char *owned = malloc(1);

    (void)arg;
    ck_assert_ptr_nonnull(owned);
    *owned = 'd';
    return cadre_spawn_detached(detached, owned, count_free);
}

ON_LOOP(a_detached_task_outlives_its_creator_and_owns_its_argument)
{
    capture_log();
    ck_assert_int_eq(cadre_task_join(cadre_spawn(spawn_detached_one, NULL)), 0);
    ck_assert_int_eq(cadre_sleep(10), 0);
    ck_assert_str_eq(trace, "d");
    ck_assert_int_eq(freed, 0);
    ck_assert_int_eq(cadre_sleep(50), 0);
    ck_assert_str_eq(trace, "dd");
    ck_assert_int_eq(freed, 2);
    ck_assert_uint_eq(count_in_log("detached task failed: \"detached\""), 1);
    return 0;
}

START_TEST(the_loop_cancels_and_awaits_detached_ones)
{
    ck_assert_int_eq(run_with_clock(spawn_detached_one), 0);
    /* It never ran, and its argument is free. */
    ck_assert_str_eq(trace, "");
    ck_assert_int_eq(freed, 1);
}
END_TEST

ON_LOOP(a_detached_task_is_outside_the_scopes_of_its_creator)
{
    struct cadre_scope scope;

    cadre_scope_begin(&scope);
    ck_assert_int_eq(spawn_detached_one(NULL), 0);
    cadre_scope_cancel(&scope);
    ck_assert_int_eq(cadre_scope_end(&scope, -ECANCELED), 0);
    ck_assert_int_eq(cadre_sleep(60), 0);
    ck_assert_str_eq(trace, "dd");
    return 0;
}

static int spawn_detached_without_room(void *arg)
{
    (void)arg;
    ck_assert_int_eq(spawn_detached_one(NULL), -EAGAIN);
    ck_assert_int_eq(freed, 1);
    return 0;
}

START_TEST(the_argument_is_freed_where_there_is_no_room)
{
    capture_log();
    ck_assert_int_eq(cadre__run(&(struct cadre__loop_options){.coroutines_max = 1},
                                spawn_detached_without_room, NULL),
                     0);
}
END_TEST

/* --- names, memory, callbacks --- */

static int names_itself(void *arg)
{
    (void)arg;
    ck_assert_str_eq(cadre_task_name(cadre_task_current()), "names_itself");
    ck_assert_str_eq(cadre__coroutine_name(cadre__coroutine_current()), "names_itself");
    cadre_task_set_name(cadre_task_current(), "another");
    ck_assert_str_eq(cadre__coroutine_name(cadre__coroutine_current()), "another");
    return 0;
}

ON_LOOP(a_task_has_the_name_of_its_function_or_another)
{
    char name[] = "passing";
    struct cadre_task *task;

    ck_assert_ptr_null(cadre_task_current());
    ck_assert_int_eq(cadre_task_join(cadre_spawn(names_itself, NULL)), 0);
    task = cadre_spawn_named(never_run, NULL, name);
    name[0] = 'x';
    ck_assert_str_eq(cadre_task_name(task), "passing");
    cadre_task_set_name(task, "0123456789012345678901234567890123456789012345678901234567890");
    ck_assert_uint_eq(strlen(cadre_task_name(task)), 47);
    return cadre_task_join(task);
}

static void note_free(void *arg)
{
    note(*(const char *)arg);
}

static int allocates(void *arg)
{
    char *memory = cadre_task_alloc(5000);

    ck_assert_ptr_nonnull(memory);
    memset(memory, 'm', 5000);
    ck_assert_int_eq(cadre_task_defer(note_free, letter('1')), 0);
    ck_assert_int_eq(cadre_task_defer(note_free, letter('2')), 0);
    /* Its tasks may use it. */
    ck_assert_ptr_nonnull(cadre_spawn(nap, arg));
    return cadre_sleep(1);
}

ON_LOOP(memory_of_a_task_goes_after_its_tasks)
{
    struct nap n = {.ms = 1000, .c = 'n', .cleans = 5};

    ck_assert_int_eq(cadre_task_join(cadre_spawn(allocates, &n)), 0);
    ck_assert_str_eq(trace, "N21");
    return 0;
}

START_TEST(off_any_coroutine_there_is_no_memory_of_a_task)
{
    ck_assert_ptr_null(cadre_task_alloc(1));
    ck_assert_int_eq(cadre_task_defer(note_free, letter('1')), -EDEADLK);
    ck_assert_uint_eq(cadre_cancelling(), 0);
    ck_assert_uint_eq(cadre_uncancel(), 0);
    ck_assert_ptr_null(cadre_task_current());
}
END_TEST

static void on_done(struct cadre_task *task, void *arg)
{
    ck_assert(cadre_task_is_done(task));
    ck_assert_ptr_null(cadre__coroutine_current());
    note(*(const char *)arg);
}

ON_LOOP(callbacks_come_in_order_and_never_from_within)
{
    struct nap n = {.ms = 10, .c = 'n'};
    struct cadre_task *task = cadre_spawn(nap, &n);
    char one[] = "1";

    ck_assert_int_eq(cadre_task_add_done_callback(task, on_done, one), 0);
    ck_assert_int_eq(cadre_task_add_done_callback(task, on_done, letter('2')), 0);
    ck_assert_int_eq(cadre_task_add_done_callback(task, on_done, one), 0);
    ck_assert_int_eq(cadre_task_add_done_callback(task, on_done, letter('3')), 0);
    ck_assert_uint_eq(cadre_task_remove_done_callback(task, on_done, one), 2);
    ck_assert_uint_eq(cadre_task_remove_done_callback(task, on_done, one), 0);
    ck_assert_int_eq(cadre_sleep(20), 0);
    ck_assert_str_eq(trace, "n23");
    /* To one that has ended: soon. */
    ck_assert_int_eq(cadre_task_add_done_callback(task, on_done, letter('4')), 0);
    ck_assert_str_eq(trace, "n23");
    ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_str_eq(trace, "n234");
    ck_assert_int_eq(cadre_task_add_done_callback(NULL, on_done, letter('5')), -EAGAIN);
    return 0;
}

static int adds_callback_and_returns(void *arg)
{
    struct cadre_task *task = cadre_spawn(nap, arg);
    char *own = cadre_task_alloc(1);

    *own = 'c';
    ck_assert_int_eq(cadre_task_add_done_callback(task, on_done, own), 0);
    return cadre_yield();
}

ON_LOOP(an_owner_awaits_the_callbacks_of_its_tasks)
{
    struct nap n = {.ms = 1000, .c = 'n'};

    ck_assert_int_eq(cadre_task_join(cadre_spawn(adds_callback_and_returns, &n)), 0);
    ck_assert_str_eq(trace, "Nc");
    return 0;
}

enum { MANY = 2000 };

static int count_one(void *arg)
{
    ++*(int *)arg;
    return 0;
}

ON_LOOP(thousands_come_and_go)
{
    int n = 0;

    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MANY; i++)
            cadre_task_release(cadre_spawn(count_one, &n));
        ck_assert_int_eq(cadre_yield(), 0);
    }
    ck_assert_int_eq(n, 3 * MANY);
    return 0;
}

UNIT_MAIN("async/task", UNIT_CASE(a_task_begins_when_its_creator_suspends_and_in_order),
          UNIT_CASE(many_join_any_number_of_times),
          UNIT_CASE(a_task_that_could_not_be_spawned_has_failed),
          UNIT_CASE(one_too_many_is_null_and_logged_once),
          UNIT_CASE(outside_any_coroutine_nothing_can_be_spawned),
          UNIT_CASE(a_task_cancelled_before_its_first_step_never_runs),
          UNIT_CASE(cancel_fails_the_present_call_and_tells_whether_it_was_in_time),
          UNIT_CASE(cancel_of_a_running_task_fails_its_next_call_once),
          UNIT_CASE(a_task_may_swallow_its_cancel), UNIT_CASE(whoever_cleans_up_may_wait),
          UNIT_CASE(requests_are_counted_and_can_be_taken_back),
          UNIT_CASE(a_cancelled_joiner_cancels_what_it_joins),
          UNIT_CASE(a_joiner_gets_the_value_of_one_that_swallows_and_its_own_cancel_later),
          UNIT_CASE(a_second_cancel_of_the_joiner_is_passed_on_too),
          UNIT_CASE(a_task_cannot_join_itself),
          UNIT_CASE(a_shielded_task_outlives_the_cancel_of_who_waits),
          UNIT_CASE(a_join_with_a_limit_cancels_and_awaits),
          UNIT_CASE(a_join_with_a_limit_gives_what_comes_in_time_or_in_spite),
          UNIT_CASE(a_join_with_no_time_gives_what_has_ended),
          UNIT_CASE(a_join_with_a_limit_passes_a_cancel_on),
          UNIT_CASE(tasks_end_before_their_owner_has), UNIT_CASE(the_end_goes_down_the_generations),
          UNIT_CASE(a_raw_coroutine_owns_what_it_spawns), UNIT_CASE(main_awaits_its_tasks),
          UNIT_CASE(an_owner_that_is_cancelled_awaits_its_tasks_all_the_same),
          UNIT_CASE(one_that_swallows_its_cancel_is_named_and_then_fails_in_every_call),
          UNIT_CASE(a_released_task_belongs_to_its_owner_still),
          UNIT_CASE(a_failure_that_nobody_joined_is_logged),
          UNIT_CASE(a_failure_that_was_seen_and_a_cancel_are_not),
          UNIT_CASE(a_detached_task_outlives_its_creator_and_owns_its_argument),
          UNIT_CASE(the_loop_cancels_and_awaits_detached_ones),
          UNIT_CASE(a_detached_task_is_outside_the_scopes_of_its_creator),
          UNIT_CASE(the_argument_is_freed_where_there_is_no_room),
          UNIT_CASE(a_task_has_the_name_of_its_function_or_another),
          UNIT_CASE(memory_of_a_task_goes_after_its_tasks),
          UNIT_CASE(off_any_coroutine_there_is_no_memory_of_a_task),
          UNIT_CASE(callbacks_come_in_order_and_never_from_within),
          UNIT_CASE(an_owner_awaits_the_callbacks_of_its_tasks), UNIT_CASE(thousands_come_and_go))
