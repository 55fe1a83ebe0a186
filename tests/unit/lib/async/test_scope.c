/* SPDX-License-Identifier: MIT */
/*
 * Cancel scopes: a cancelled one fails every call inside until it is left, and takes away its own
 * cancel alone.
 */
#include "config.h"

#include "tests/unit/lib/async/tasks.h"

#include <cadre/gather.h>
#include <cadre/loop.h>
#include <cadre/scope.h>

#include "async/coroutine.h"

ON_LOOP(every_call_inside_fails_until_the_scope_is_left)
{
    struct cadre_scope scope;

    cadre_fail_after(&scope, 20);
    ck_assert_int_eq(cadre_sleep(10), 0);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(cadre_sleep(100), -ECANCELED);
    ck_assert_int_eq(cadre_yield(), -ECANCELED);
    ck_assert(cadre_cancelled());
    ck_assert_uint_eq(elapsed_ms(), 20);
    ck_assert_int_eq(cadre_scope_end(&scope, -ECANCELED), -ETIMEDOUT);
    ck_assert(cadre_scope_cancel_called(&scope));
    ck_assert(cadre_scope_cancelled_caught(&scope));
    ck_assert(cadre_scope_expired(&scope));
    ck_assert(!cadre_cancelled());
    ck_assert_uint_eq(cadre_cancelling(), 0);
    return cadre_sleep(1);
}

ON_LOOP(what_is_done_in_time_is_left_alone)
{
    struct cadre_scope scope;

    cadre_fail_after(&scope, 20);
    ck_assert_int_eq(cadre_sleep(10), 0);
    ck_assert_int_eq(cadre_scope_end(&scope, 5), 5);
    ck_assert(!cadre_scope_expired(&scope));
    ck_assert(!cadre_scope_cancel_called(&scope));
    ck_assert(!cadre_scope_cancelled_caught(&scope));
    /* Nor does the deadline come later. */
    return cadre_sleep(100);
}

ON_LOOP(moving_on_is_silent_and_tells)
{
    struct cadre_scope scope;

    cadre_move_on_after(&scope, 20);
    ck_assert_int_eq(cadre_sleep(100), -ECANCELED);
    ck_assert_int_eq(cadre_scope_end(&scope, -ECANCELED), 0);
    ck_assert(cadre_scope_cancelled_caught(&scope));
    ck_assert_uint_eq(elapsed_ms(), 20);
    cadre_move_on_at(&scope, cadre_time_ns() + 5 * CADRE__NSEC_PER_MSEC);
    ck_assert_int_eq(cadre_sleep(100), -ECANCELED);
    ck_assert_int_eq(cadre_scope_end(&scope, -ECANCELED), 0);
    ck_assert_uint_eq(elapsed_ms(), 25);
    return 0;
}

ON_LOOP(a_cancelled_scope_without_deadline_ends_well)
{
    struct cadre_scope scope;

    cadre_scope_begin(&scope);
    ck_assert_uint_eq(cadre_scope_deadline(&scope), CADRE_NO_DEADLINE);
    cadre_scope_cancel(&scope);
    ck_assert_int_eq(cadre_sleep(1), -ECANCELED);
    ck_assert_int_eq(cadre_scope_end(&scope, -ECANCELED), 0);
    ck_assert(!cadre_scope_expired(&scope));
    /* By fail_after(), but not by its deadline. */
    cadre_fail_after(&scope, 100);
    cadre_scope_cancel(&scope);
    ck_assert_int_eq(cadre_scope_end(&scope, -ECANCELED), 0);
    /* One that has ended cannot be cancelled. */
    cadre_scope_cancel(&scope);
    return cadre_sleep(1);
}

ON_LOOP(no_time_at_all_cancels_from_the_start_and_forever_never)
{
    struct cadre_scope scope;

    cadre_fail_after(&scope, 0);
    ck_assert_int_eq(cadre_sleep(1), -ECANCELED);
    ck_assert_int_eq(cadre_scope_end(&scope, -ECANCELED), -ETIMEDOUT);
    cadre_fail_at(&scope, cadre_time_ns() - 1);
    ck_assert_int_eq(cadre_yield(), -ECANCELED);
    ck_assert_int_eq(cadre_scope_end(&scope, -ECANCELED), -ETIMEDOUT);
    cadre_fail_after(&scope, CADRE_FOREVER);
    ck_assert_int_eq(cadre_sleep(UINT64_C(86400000) * 365), 0);
    return cadre_scope_end(&scope, 0);
}

ON_LOOP(a_result_in_spite_of_the_cancel_is_kept)
{
    struct cadre_scope scope;

    cadre_fail_after(&scope, 0);
    ck_assert_int_eq(cadre_sleep(1), -ECANCELED);
    ck_assert_int_eq(cadre_scope_end(&scope, 3), 3);
    ck_assert(cadre_scope_expired(&scope));
    ck_assert(!cadre_scope_cancelled_caught(&scope));
    cadre_fail_after(&scope, 0);
    ck_assert_int_eq(cadre_scope_end(&scope, -EIO), -EIO);
    return 0;
}

ON_LOOP(a_timeout_from_inside_is_told_from_its_own)
{
    struct cadre_scope scope;

    cadre_fail_after(&scope, 100);
    ck_assert_int_eq(cadre_scope_end(&scope, -ETIMEDOUT), -ETIMEDOUT);
    ck_assert(!cadre_scope_expired(&scope));
    return 0;
}

ON_LOOP(the_outer_deadline_passes_through_the_inner_scope)
{
    struct cadre_scope outer;
    struct cadre_scope inner;
    int r;

    cadre_fail_after(&outer, 10);
    cadre_fail_after(&inner, 100);
    r = cadre_sleep(1000);
    ck_assert_int_eq(r, -ECANCELED);
    r = cadre_scope_end(&inner, r);
    ck_assert_int_eq(r, -ECANCELED);
    ck_assert(!cadre_scope_cancelled_caught(&inner));
    ck_assert_int_eq(cadre_sleep(1), -ECANCELED);
    ck_assert_int_eq(cadre_scope_end(&outer, r), -ETIMEDOUT);
    ck_assert_uint_eq(elapsed_ms(), 10);
    return cadre_sleep(1);
}

ON_LOOP(the_inner_deadline_ends_at_the_inner_scope)
{
    struct cadre_scope outer;
    struct cadre_scope inner;

    cadre_fail_after(&outer, 100);
    cadre_fail_after(&inner, 10);
    ck_assert_int_eq(cadre_sleep(1000), -ECANCELED);
    ck_assert_int_eq(cadre_scope_end(&inner, -ECANCELED), -ETIMEDOUT);
    ck_assert_int_eq(cadre_sleep(10), 0);
    ck_assert_int_eq(cadre_scope_end(&outer, 0), 0);
    return 0;
}

ON_LOOP(when_both_are_over_the_outer_one_has_its_way)
{
    struct cadre_scope outer;
    struct cadre_scope inner;

    cadre_fail_after(&outer, 10);
    cadre_move_on_after(&inner, 10);
    ck_assert_int_eq(cadre_sleep(1000), -ECANCELED);
    ck_assert(cadre_scope_cancel_called(&inner));
    ck_assert_int_eq(cadre_scope_end(&inner, -ECANCELED), -ECANCELED);
    ck_assert_int_eq(cadre_scope_end(&outer, -ECANCELED), -ETIMEDOUT);
    return 0;
}

ON_LOOP(a_deadline_can_be_moved)
{
    struct cadre_scope scope;

    cadre_fail_after(&scope, 10);
    ck_assert_uint_eq(cadre_scope_deadline(&scope), cadre_time_ns() + 10 * CADRE__NSEC_PER_MSEC);
    cadre_scope_reschedule(&scope, 50);
    ck_assert_int_eq(cadre_sleep(30), 0);
    cadre_scope_reschedule(&scope, CADRE_FOREVER);
    ck_assert_uint_eq(cadre_scope_deadline(&scope), CADRE_NO_DEADLINE);
    ck_assert_int_eq(cadre_sleep(1000), 0);
    cadre_scope_set_deadline(&scope, cadre_time_ns() + CADRE__NSEC_PER_MSEC);
    ck_assert_int_eq(cadre_sleep(1000), -ECANCELED);
    ck_assert_uint_eq(elapsed_ms(), 1031);
    /* Too late. */
    cadre_scope_reschedule(&scope, 1000);
    ck_assert_int_eq(cadre_sleep(1), -ECANCELED);
    ck_assert_int_eq(cadre_scope_end(&scope, -ECANCELED), -ETIMEDOUT);
    return 0;
}

static struct cadre_scope *others;

static int cancel_others(void *arg)
{
    (void)arg;
    cadre_scope_cancel(others);
    return 0;
}

ON_LOOP(anybody_may_cancel_a_scope)
{
    struct cadre_scope scope;

    cadre_scope_begin(&scope);
    others = &scope;
    ck_assert_ptr_nonnull(cadre_spawn(cancel_others, NULL));
    ck_assert_int_eq(cadre_sleep(1000), -ECANCELED);
    ck_assert_uint_eq(elapsed_ms(), 0);
    return cadre_scope_end(&scope, -ECANCELED);
}

/* --- shields --- */

ON_LOOP(a_shield_keeps_the_outer_cancel_out_until_it_is_left)
{
    struct cadre_scope outer;
    struct cadre_scope inner;

    cadre_move_on_after(&outer, 10);
    cadre_scope_begin(&inner);
    cadre_scope_set_shield(&inner, true);
    ck_assert(cadre_scope_shield(&inner));
    ck_assert_int_eq(cadre_sleep(50), 0);
    ck_assert(!cadre_cancelled());
    ck_assert_int_eq(cadre_scope_end(&inner, 0), 0);
    ck_assert_uint_eq(elapsed_ms(), 50);
    ck_assert_int_eq(cadre_sleep(1), -ECANCELED);
    return cadre_scope_end(&outer, -ECANCELED);
}

ON_LOOP(a_cleanup_inside_a_cancelled_scope_is_shielded)
{
    struct cadre_scope outer;
    struct cadre_scope inner;

    cadre_move_on_after(&outer, 10);
    ck_assert_int_eq(cadre_sleep(50), -ECANCELED);
    cadre_move_on_after(&inner, 20);
    cadre_scope_set_shield(&inner, true);
    ck_assert_int_eq(cadre_sleep(5), 0);
    /* Its own deadline works. */
    ck_assert_int_eq(cadre_sleep(100), -ECANCELED);
    ck_assert_int_eq(cadre_scope_end(&inner, -ECANCELED), 0);
    ck_assert_uint_eq(elapsed_ms(), 30);
    return cadre_scope_end(&outer, -ECANCELED);
}

static int shielded_work(void *arg)
{
    struct cadre_scope scope;
    int r;

    (void)arg;
    cadre_scope_begin(&scope);
    cadre_scope_set_shield(&scope, true);
    ck_assert_int_eq(cadre_sleep(50), 0);
    note('w');
    ck_assert_int_eq(cadre_scope_end(&scope, 0), 0);
    r = cadre_sleep(50);
    note(r < 0 ? 'C' : 'c');
    return r;
}

ON_LOOP(a_shield_holds_a_request_to_the_task_too)
{
    struct cadre_task *task = cadre_spawn(shielded_work, NULL);

    ck_assert_int_eq(cadre_sleep(10), 0);
    ck_assert(cadre_task_cancel(task));
    ck_assert_int_eq(cadre_task_join(task), -ECANCELED);
    ck_assert_str_eq(trace, "wC");
    ck_assert_uint_eq(elapsed_ms(), 50);
    return 0;
}

static int lowers_shield_of_others(void *arg)
{
    (void)arg;
    cadre_scope_set_shield(others, false);
    return 0;
}

ON_LOOP(a_shield_that_is_lowered_lets_the_cancel_in)
{
    struct cadre_scope outer;
    struct cadre_scope inner;

    cadre_move_on_after(&outer, 0);
    cadre_scope_begin(&inner);
    cadre_scope_set_shield(&inner, true);
    others = &inner;
    ck_assert_ptr_nonnull(cadre_spawn(lowers_shield_of_others, NULL));
    ck_assert_int_eq(cadre_sleep(100), -ECANCELED);
    ck_assert_uint_eq(elapsed_ms(), 0);
    ck_assert_int_eq(cadre_scope_end(&inner, -ECANCELED), -ECANCELED);
    return cadre_scope_end(&outer, -ECANCELED);
}

static int waits_behind_a_shield(void *arg)
{
    struct cadre_scope scope;

    (void)arg;
    cadre_scope_begin(&scope);
    cadre_scope_set_shield(&scope, true);
    others = &scope;
    ck_assert_int_eq(cadre_sleep(1000), -ECANCELED);
    return cadre_scope_end(&scope, -ECANCELED);
}

ON_LOOP(a_shield_that_is_lowered_lets_a_request_in)
{
    struct cadre_task *task = cadre_spawn(waits_behind_a_shield, NULL);

    ck_assert_int_eq(cadre_sleep(1), 0);
    (void)cadre_task_cancel(task);
    ck_assert_int_eq(cadre_sleep(1), 0);
    ck_assert(!cadre_task_is_done(task));
    cadre_scope_set_shield(others, false);
    ck_assert_int_eq(cadre_task_join(task), -ECANCELED);
    ck_assert_uint_eq(elapsed_ms(), 2);
    return 0;
}

static int deadline_behind_a_shield(void *arg)
{
    struct cadre_scope shield;
    struct cadre_scope scope;

    (void)arg;
    cadre_scope_begin(&shield);
    cadre_scope_set_shield(&shield, true);
    cadre_move_on_after(&scope, 20);
    ck_assert_int_eq(cadre_sleep(1000), -ECANCELED);
    /* The request waits behind the shield: this is the deadline's. */
    ck_assert_int_eq(cadre_scope_end(&scope, -ECANCELED), 0);
    ck_assert_int_eq(cadre_sleep(10), 0);
    ck_assert_int_eq(cadre_scope_end(&shield, 0), 0);
    return cadre_sleep(1);
}

ON_LOOP(a_deadline_behind_a_shield_is_told_from_a_request_before_it)
{
    struct cadre_task *task = cadre_spawn(deadline_behind_a_shield, NULL);

    ck_assert_int_eq(cadre_sleep(1), 0);
    (void)cadre_task_cancel(task);
    ck_assert_int_eq(cadre_task_join(task), -ECANCELED);
    ck_assert_uint_eq(elapsed_ms(), 30);
    return 0;
}

/* --- scopes and tasks --- */

static int in_a_scope(void *arg)
{
    struct cadre_scope scope;
    int r;

    cadre_fail_after(&scope, 100);
    r = cadre_sleep(*(int *)arg);
    r = cadre_scope_end(&scope, r);
    ck_assert(!cadre_scope_cancelled_caught(&scope));
    ck_assert_int_eq(cadre_sleep(1), 0); /* reported once */
    return r;
}

ON_LOOP(a_request_to_the_task_passes_through)
{
    int ms = 1000;
    struct cadre_task *task = cadre_spawn(in_a_scope, &ms);

    ck_assert_int_eq(cadre_sleep(10), 0);
    (void)cadre_task_cancel(task);
    ck_assert_int_eq(cadre_task_join(task), -ECANCELED);
    return 0;
}

static int cancelled_both_ways(void *arg)
{
    struct cadre_scope scope;
    int r;

    (void)arg;
    cadre_fail_after(&scope, 10);
    r = cadre_sleep(1000);
    ck_assert_int_eq(r, -ECANCELED);
    /* While it unwinds, somebody asks the task to end. */
    (void)cadre_task_cancel(cadre_task_current());
    r = cadre_scope_end(&scope, r);
    ck_assert_int_eq(r, -ECANCELED);
    ck_assert_uint_eq(cadre_cancelling(), 1);
    ck_assert_int_eq(cadre_sleep(1), 0);
    return r;
}

ON_LOOP(a_request_beside_the_deadline_is_not_lost)
{
    ck_assert_int_eq(cadre_task_join(cadre_spawn(cancelled_both_ways, NULL)), -ECANCELED);
    return 0;
}

static int cancelled_before_the_scope(void *arg)
{
    struct cadre_scope scope;
    int r;

    (void)arg;
    (void)cadre_task_cancel(cadre_task_current());
    cadre_move_on_after(&scope, 0);
    r = cadre_sleep(1);
    r = cadre_scope_end(&scope, r);
    ck_assert_int_eq(cadre_sleep(1), 0);
    return r;
}

ON_LOOP(a_request_from_before_the_scope_is_not_lost)
{
    ck_assert_int_eq(cadre_task_join(cadre_spawn(cancelled_before_the_scope, NULL)), -ECANCELED);
    return 0;
}

static int swallow_then_time_out(void *arg)
{
    struct cadre_scope scope;

    (void)arg;
    cadre_fail_after(&scope, 50);
    ck_assert_int_eq(cadre_sleep(1000), -ECANCELED);
    ck_assert_uint_eq(cadre_uncancel(), 0);
    ck_assert_int_eq(cadre_sleep(1000), -ECANCELED);
    ck_assert_uint_eq(elapsed_ms(), 50);
    return cadre_scope_end(&scope, -ECANCELED);
}

ON_LOOP(a_request_that_was_taken_back_does_not_count)
{
    struct cadre_task *task = cadre_spawn(swallow_then_time_out, NULL);

    ck_assert_int_eq(cadre_sleep(10), 0);
    (void)cadre_task_cancel(task);
    ck_assert_int_eq(cadre_task_join(task), -ETIMEDOUT);
    return 0;
}

ON_LOOP(a_task_is_inside_the_scope_it_was_spawned_in)
{
    struct nap n = {.ms = 1000, .c = 'n', .cleans = 10};
    struct cadre_scope scope;
    struct cadre_task *task;

    cadre_move_on_after(&scope, 10);
    task = cadre_spawn(nap, &n);
    ck_assert_int_eq(cadre_task_join(task), -ECANCELED);
    ck_assert(cadre_task_cancelled(task));
    ck_assert_str_eq(trace, "N!"); /* level: its cleanup fails too */
    ck_assert_uint_eq(elapsed_ms(), 10);
    return cadre_scope_end(&scope, -ECANCELED);
}

static int spawn_a_nap(void *arg)
{
    return cadre_task_join(cadre_spawn(nap, arg));
}

ON_LOOP(so_are_the_tasks_of_that_task)
{
    struct nap n = {.ms = 1000, .c = 'n'};
    struct cadre_scope scope;

    cadre_move_on_after(&scope, 10);
    ck_assert_int_eq(cadre_task_join(cadre_spawn(spawn_a_nap, &n)), -ECANCELED);
    ck_assert_uint_eq(elapsed_ms(), 10);
    return cadre_scope_end(&scope, -ECANCELED);
}

ON_LOOP(a_task_spawned_into_a_cancelled_scope_never_runs)
{
    struct cadre_scope scope;
    struct cadre_task *task;

    cadre_move_on_after(&scope, 0);
    task = cadre_spawn(never_run, NULL);
    ck_assert_int_eq(cadre_scope_end(&scope, -ECANCELED), 0);
    ck_assert_int_eq(cadre_task_join(task), -ECANCELED);
    ck_assert_str_eq(trace, "");
    return 0;
}

ON_LOOP(a_task_that_outlives_its_scope_goes_to_the_one_around)
{
    struct nap n = {.ms = 1000, .c = 'n'};
    struct cadre_scope outer;
    struct cadre_scope inner;
    struct cadre_task *task;

    cadre_move_on_after(&outer, 50);
    cadre_fail_after(&inner, 10);
    task = cadre_spawn(nap, &n);
    ck_assert_int_eq(cadre_scope_end(&inner, 0), 0);
    ck_assert_int_eq(cadre_sleep(20), 0);
    ck_assert(!cadre_task_is_done(task));
    ck_assert_int_eq(cadre_sleep(1000), -ECANCELED);
    ck_assert_int_eq(cadre_scope_end(&outer, -ECANCELED), 0);
    ck_assert_int_eq(cadre_task_join(task), -ECANCELED);
    ck_assert_uint_eq(elapsed_ms(), 50);
    return 0;
}

static int sleep_in_a_scope(void *arg)
{
    struct cadre_scope scope;
    int r;

    cadre_fail_after(&scope, 10000);
    r = nap(arg);
    r = cadre_scope_end(&scope, r);
    ck_assert_int_eq(cadre_sleep(5), 0);
    return r;
}

ON_LOOP(one_that_outlives_a_cancelled_scope_is_cancelled)
{
    struct nap n = {.ms = 1000, .c = 'n'};
    struct nap m = {.ms = 1000, .c = 'm'};
    struct cadre_scope scope;
    struct cadre_task *plain;
    struct cadre_task *scoped;

    cadre_scope_begin(&scope);
    plain = cadre_spawn(nap, &n);
    scoped = cadre_spawn(sleep_in_a_scope, &m);
    ck_assert_int_eq(cadre_sleep(1), 0);
    cadre_scope_cancel(&scope);
    ck_assert_int_eq(cadre_scope_end(&scope, -ECANCELED), 0);
    ck_assert_int_eq(cadre_task_join(plain), -ECANCELED);
    ck_assert_int_eq(cadre_task_join(scoped), -ECANCELED);
    ck_assert_uint_eq(elapsed_ms(), 6);
    return 0;
}

ON_LOOP(a_join_in_a_cancelled_scope_still_waits_for_the_task)
{
    struct nap n = {.ms = 1000, .c = 'n', .cleans = 30};
    struct cadre_task *task = cadre_spawn(nap, &n); /* outside the scope */
    struct cadre_scope scope;

    cadre_move_on_after(&scope, 10);
    ck_assert_int_eq(cadre_task_join(task), -ECANCELED);
    ck_assert(n.ended);
    ck_assert_str_eq(trace, "N");
    ck_assert_uint_eq(elapsed_ms(), 40);
    return cadre_scope_end(&scope, -ECANCELED);
}

ON_LOOP(a_result_that_comes_with_the_cancel_is_not_lost)
{
    struct cadre_scope scope;
    struct nap n = {.ms = 10, .c = 'n', .result = 4};
    struct cadre_task *task = cadre_spawn(nap, &n);

    cadre_move_on_after(&scope, 10);
    /* Both come at 10 ms. */
    ck_assert_int_eq(cadre_task_join(task), 4);
    ck_assert_int_eq(cadre_sleep(1), -ECANCELED);
    return cadre_scope_end(&scope, -ECANCELED);
}

static int spin(void *arg)
{
    struct cadre_scope scope;
    int n = 0;

    cadre_fail_after(&scope, 0);
    while (!*(bool *)arg) {
        ck_assert_int_eq(cadre_sleep(1), -ECANCELED);
        n++;
    }
    ck_assert_int_gt(n, 0);
    return cadre_scope_end(&scope, 0);
}

static int let_it_end(void *arg)
{
    *(bool *)arg = true;
    return 0;
}

ON_LOOP(one_that_ignores_its_cancelled_scope_does_not_hold_up_the_others)
{
    bool end = false;
    struct cadre_task *spinner = cadre_spawn(spin, &end);
    struct cadre_task *other = cadre_spawn(let_it_end, &end);

    return cadre_gather(spinner, other);
}

ON_LOOP(the_nearest_deadline_counts_up_to_a_shield)
{
    struct cadre_scope outer;
    struct cadre_scope inner;
    uint64_t now = cadre_time_ns();

    ck_assert_uint_eq(cadre_current_deadline(), CADRE_NO_DEADLINE);
    cadre_fail_after(&outer, 10);
    cadre_fail_after(&inner, 20);
    ck_assert_uint_eq(cadre_current_deadline(), now + 10 * CADRE__NSEC_PER_MSEC);
    cadre_scope_set_shield(&inner, true);
    ck_assert_uint_eq(cadre_current_deadline(), now + 20 * CADRE__NSEC_PER_MSEC);
    cadre_scope_cancel(&inner);
    ck_assert_uint_eq(cadre_current_deadline(), 0);
    ck_assert_int_eq(cadre_scope_end(&inner, 0), 0);
    return cadre_scope_end(&outer, 0);
}

static int sleep_long(void *arg)
{
    return cadre_sleep(*(uint64_t *)arg);
}

ON_LOOP(a_call_can_have_a_limit)
{
    uint64_t ms = 5;

    ck_assert_int_eq(cadre_timeout_call(10, sleep_long, &ms), 0);
    ms = 1000;
    ck_assert_int_eq(cadre_timeout_call(10, sleep_long, &ms), -ETIMEDOUT);
    ck_assert_uint_eq(elapsed_ms(), 15);
    return 0;
}

static int many_short_deadlines(void *arg)
{
    struct cadre_scope scope;

    (void)arg;
    for (int i = 0; i < 20; i++) {
        uint64_t begin = cadre_time_ns();

        cadre_fail_after(&scope, 1);
        ck_assert_int_eq(cadre_sleep(1000), -ECANCELED);
        ck_assert_int_eq(cadre_scope_end(&scope, -ECANCELED), -ETIMEDOUT);
        ck_assert_uint_ge(cadre_time_ns(), begin + CADRE__NSEC_PER_MSEC);
    }
    return 0;
}

START_TEST(a_deadline_never_comes_early)
{
    ck_assert_int_eq(cadre__run(NULL, many_short_deadlines, NULL), 0);
}
END_TEST

START_TEST(outside_any_coroutine_a_scope_does_nothing)
{
    struct cadre_scope scope;

    capture_log();
    cadre_fail_after(&scope, 10);
    cadre_scope_cancel(&scope);
    cadre_scope_set_shield(&scope, true);
    cadre_scope_reschedule(&scope, 0);
    ck_assert_int_eq(cadre_scope_end(&scope, -ECANCELED), -ECANCELED);
    ck_assert_uint_eq(count_in_log("cadre_fail_after()"), 1);
}
END_TEST

static int forget_to_end(void *arg)
{
    struct cadre_scope *scope = cadre_task_alloc(sizeof(*scope));

    (void)arg;
    cadre_scope_begin(scope);
    return 0;
}

START_TEST(returning_from_inside_a_scope_is_the_end)
{
    ck_assert_int_eq(cadre__run(NULL, forget_to_end, NULL), 1000); /* not reached */
}
END_TEST

static int end_the_wrong_one(void *arg)
{
    struct cadre_scope outer;
    struct cadre_scope inner;

    (void)arg;
    cadre_scope_begin(&outer);
    cadre_scope_begin(&inner);
    return cadre_scope_end(&outer, 0);
}

START_TEST(ending_scopes_in_the_wrong_order_is_the_end)
{
    ck_assert_int_eq(cadre__run(NULL, end_the_wrong_one, NULL), 1000); /* not reached */
}
END_TEST

enum { DEEP = 300 };

static int nest(void *arg)
{
    int *depth = arg;
    struct cadre_scope scope;
    int r;

    if (--*depth == 0)
        return cadre_sleep(1000);
    cadre_scope_begin(&scope);
    r = cadre_task_join(cadre_spawn(nest, depth));
    return cadre_scope_end(&scope, r);
}

ON_LOOP(a_deep_tree_is_cancelled_from_its_root)
{
    struct cadre_scope scope;
    int depth = DEEP;

    cadre_move_on_after(&scope, 10);
    ck_assert_int_eq(cadre_task_join(cadre_spawn(nest, &depth)), -ECANCELED);
    ck_assert_int_eq(depth, 0);
    ck_assert_uint_eq(elapsed_ms(), 10);
    return cadre_scope_end(&scope, -ECANCELED);
}

UNIT_MAIN("async/scope", UNIT_CASE(every_call_inside_fails_until_the_scope_is_left),
          UNIT_CASE(what_is_done_in_time_is_left_alone), UNIT_CASE(moving_on_is_silent_and_tells),
          UNIT_CASE(a_cancelled_scope_without_deadline_ends_well),
          UNIT_CASE(no_time_at_all_cancels_from_the_start_and_forever_never),
          UNIT_CASE(a_result_in_spite_of_the_cancel_is_kept),
          UNIT_CASE(a_timeout_from_inside_is_told_from_its_own),
          UNIT_CASE(the_outer_deadline_passes_through_the_inner_scope),
          UNIT_CASE(the_inner_deadline_ends_at_the_inner_scope),
          UNIT_CASE(when_both_are_over_the_outer_one_has_its_way),
          UNIT_CASE(a_deadline_can_be_moved), UNIT_CASE(anybody_may_cancel_a_scope),
          UNIT_CASE(a_shield_keeps_the_outer_cancel_out_until_it_is_left),
          UNIT_CASE(a_cleanup_inside_a_cancelled_scope_is_shielded),
          UNIT_CASE(a_shield_holds_a_request_to_the_task_too),
          UNIT_CASE(a_shield_that_is_lowered_lets_the_cancel_in),
          UNIT_CASE(a_shield_that_is_lowered_lets_a_request_in),
          UNIT_CASE(a_deadline_behind_a_shield_is_told_from_a_request_before_it),
          UNIT_CASE(a_request_to_the_task_passes_through),
          UNIT_CASE(a_request_beside_the_deadline_is_not_lost),
          UNIT_CASE(a_request_from_before_the_scope_is_not_lost),
          UNIT_CASE(a_request_that_was_taken_back_does_not_count),
          UNIT_CASE(a_task_is_inside_the_scope_it_was_spawned_in),
          UNIT_CASE(so_are_the_tasks_of_that_task),
          UNIT_CASE(a_task_spawned_into_a_cancelled_scope_never_runs),
          UNIT_CASE(a_task_that_outlives_its_scope_goes_to_the_one_around),
          UNIT_CASE(one_that_outlives_a_cancelled_scope_is_cancelled),
          UNIT_CASE(a_join_in_a_cancelled_scope_still_waits_for_the_task),
          UNIT_CASE(a_result_that_comes_with_the_cancel_is_not_lost),
          UNIT_CASE(one_that_ignores_its_cancelled_scope_does_not_hold_up_the_others),
          UNIT_CASE(the_nearest_deadline_counts_up_to_a_shield), UNIT_CASE(a_call_can_have_a_limit),
          UNIT_CASE(a_deadline_never_comes_early),
          UNIT_CASE(outside_any_coroutine_a_scope_does_nothing),
          UNIT_SIGNAL(returning_from_inside_a_scope_is_the_end, SIGABRT),
          UNIT_SIGNAL(ending_scopes_in_the_wrong_order_is_the_end, SIGABRT),
          UNIT_CASE(a_deep_tree_is_cancelled_from_its_root))
