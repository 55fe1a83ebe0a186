/* SPDX-License-Identifier: MIT */
/*
 * Every call that may suspend (suspending_calls.h), in every way that its wait can end. What a
 * cancelled call waited for is still there for the next one: no wake-up, token or byte is lost.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include "tests/unit/lib/async/suspending_calls.h"

#include <sys/syscall.h>

#include <cadre/task_list.h>
#include <cadre/test.h>

/* One task that makes the call of a row. */
struct caller {
    const struct suspending_call *row;
    struct world *w;
    int result; /* of the call */
    int next;   /* of the next call after it */
};

static int make_call(void *arg)
{
    struct caller *caller = arg;

    caller->result = caller->row->call(caller->w);
    caller->next = cadre_yield();
    return 0;
}

static int cancel_and_call(void *arg)
{
    ck_assert(cadre_task_cancel(cadre_task_current()));
    return make_call(arg);
}

struct search {
    const char *name;
    bool found;
};

static void find_parked(const struct cadre_task_info *info, void *arg)
{
    struct search *search = arg;

    search->found |= strcmp(info->name, search->name) == 0 && info->where &&
                     strcmp(info->where, "cadre_yield") != 0;
}

/* Starts the call and lets it come to its wait. */
static struct cadre_task *start(struct caller *caller)
{
    struct search search = {.name = caller->row->name};
    struct cadre_task *task = cadre_spawn_named(make_call, caller, caller->row->name);
    bool is_yield = strcmp(caller->row->name, "cadre_yield") == 0;

    ck_assert_ptr_nonnull(task);
    for (int i = 0; i < 1000 && !search.found && !is_yield; i++) {
        ck_assert_int_eq(cadre_yield(), 0);
        (void)cadre_tasks(find_parked, &search);
    }
    if (is_yield)
        ck_assert_int_eq(cadre_yield(), 0); /* it is in its own by now */
    ck_assert_msg(search.found || is_yield, "%s does not wait", caller->row->name);
    if (caller->row->flags & (WAITS | NEVER)) {
        struct cadre_thread_statistics threads;

        do {
            ck_assert_int_eq(cadre_yield(), 0);
            cadre_thread_get_statistics(&threads);
        } while (threads.running == 0);
    }
    return task;
}

static void wake(struct caller *caller)
{
    if (caller->row->wake)
        caller->row->wake(caller->w);
}

/* The call, made anew, is woken and succeeds: nothing was lost. */
static void expect_intact(const struct suspending_call *row, struct world *w)
{
    struct caller caller = {.row = row, .w = w};
    struct cadre_task *task;

    if (row->flags & (PASSES_ON | NO_WAKE))
        return;
    task = start(&caller);
    ck_assert(row->flags & BY_ITSELF || !cadre_task_is_done(task));
    wake(&caller);
    ck_assert_int_eq(cadre_task_join(task), 0);
    ck_assert_msg(caller.result == row->woken, "%s returned %d, not %d", row->name, caller.result,
                  row->woken);
    ck_assert_int_eq(caller.next, 0);
}

typedef void (*mode_fn)(const struct suspending_call *row, struct world *w);

struct run {
    const struct suspending_call *row;
    mode_fn mode;
};

static int run_mode(void *arg)
{
    const struct run *run = arg;
    struct world w = {0};

    if (run->row->setup)
        run->row->setup(&w);
    run->mode(run->row, &w);
    cadre_event_set(&w.event); /* whoever still waits may end */
    ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_int_eq(cadre_yield(), 0);
    if (run->row->teardown)
        run->row->teardown(&w);
    return 0;
}

static void run(int i, mode_fn mode)
{
    struct run it = {.row = &suspending_calls[i], .mode = mode};
    long fd = it.row->flags & PIDFD ? syscall(SYS_pidfd_open, getpid(), 0) : -1;

    if (it.row->flags & PIDFD && fd < 0)
        return;
    (void)close((int)fd);
    ck_assert_int_eq(cadre_test_run(run_mode, &it), 0);
}

static void woken(const struct suspending_call *row, struct world *w)
{
    if (!(row->flags & PASSES_ON)) {
        expect_intact(row, w);
    } else {
        struct caller caller = {.row = row, .w = w};
        struct cadre_task *task = start(&caller);

        ck_assert(!cadre_task_is_done(task));
        wake(&caller);
        ck_assert_int_eq(cadre_task_join(task), 0);
        ck_assert_int_eq(caller.result, row->woken);
        ck_assert_int_eq(caller.next, 0);
    }
}

START_TEST(a_call_that_is_woken_returns_its_result)
{
    run(_i, woken);
}
END_TEST

static void cancelled(const struct suspending_call *row, struct world *w)
{
    struct caller caller = {.row = row, .w = w};
    struct cadre_task *task = start(&caller);

    ck_assert(cadre_task_cancel(task));
    if (row->flags & (WAITS | NEVER)) {
        for (int i = 0; i < 10; i++)
            ck_assert_int_eq(cadre_yield(), 0);
        ck_assert_msg(!cadre_task_is_done(task), "%s left a thread behind", row->name);
        wake(&caller);
    }
    ck_assert_int_eq(cadre_task_join(task), 0);
    ck_assert_msg(caller.result == (row->flags & NEVER ? row->woken : -ECANCELED), "%s returned %d",
                  row->name, caller.result);
    ck_assert_int_eq(caller.next, row->flags & NEVER ? -ECANCELED : 0);
    expect_intact(row, w);
}

START_TEST(a_call_that_waits_is_cancelled_and_loses_nothing)
{
    run(_i, cancelled);
}
END_TEST

static void cancelled_before(const struct suspending_call *row, struct world *w)
{
    struct caller caller = {.row = row, .w = w};
    struct cadre_task *task = cadre_spawn(cancel_and_call, &caller);

    if (row->flags & NEVER)
        wake(&caller);
    ck_assert_int_eq(cadre_task_join(task), 0);
    ck_assert_msg(caller.result == (row->flags & NEVER ? row->woken : -ECANCELED), "%s returned %d",
                  row->name, caller.result);
    ck_assert_int_eq(caller.next, row->flags & NEVER ? -ECANCELED : 0);
    expect_intact(row, w);
}

START_TEST(a_call_of_a_cancelled_task_does_not_begin)
{
    run(_i, cancelled_before);
}
END_TEST

static void woken_and_cancelled(const struct suspending_call *row, struct world *w)
{
    struct caller caller = {.row = row, .w = w};
    struct cadre_task *task;

    if (row->flags & (WAITS | NEVER | BY_KERNEL | BY_ITSELF | PASSES_ON))
        return; /* no way to have both at the same moment */
    task = start(&caller);
    wake(&caller);
    ck_assert(cadre_task_cancel(task));
    ck_assert_int_eq(cadre_task_join(task), 0);
    /* One of the two came first. What it was given is its own; or it is there for another. */
    if (caller.result == row->woken) {
        ck_assert_int_eq(caller.next, -ECANCELED);
        return;
    }
    ck_assert_msg(caller.result == -ECANCELED, "%s returned %d", row->name, caller.result);
    ck_assert_int_eq(caller.next, 0);
    caller = (struct caller){.row = row, .w = w};
    task = cadre_spawn(make_call, &caller);
    ck_assert_int_eq(cadre_join_timeout(task, 1000), 0);
    ck_assert_msg(caller.result == row->woken, "%s lost what it was given", row->name);
}

START_TEST(a_call_that_was_woken_keeps_what_it_was_given)
{
    run(_i, woken_and_cancelled);
}
END_TEST

static int call_in_cancelled_scope(void *arg)
{
    struct caller *caller = arg;
    struct cadre_scope scope;

    cadre_scope_begin(&scope);
    cadre_scope_cancel(&scope);
    caller->result = caller->row->call(caller->w);
    caller->next = cadre_yield(); /* level-triggered: this one too */
    return cadre_scope_end(&scope, caller->next);
}

static void in_cancelled_scope(const struct suspending_call *row, struct world *w)
{
    struct caller caller = {.row = row, .w = w};
    struct cadre_task *task = cadre_spawn(call_in_cancelled_scope, &caller);

    if (row->flags & NEVER)
        wake(&caller);
    ck_assert_int_eq(cadre_task_join(task), 0);
    ck_assert_msg(caller.result == (row->flags & NEVER ? row->woken : -ECANCELED), "%s returned %d",
                  row->name, caller.result);
    ck_assert_int_eq(caller.next, -ECANCELED);
    expect_intact(row, w);
}

START_TEST(a_call_in_a_cancelled_scope_does_not_begin)
{
    run(_i, in_cancelled_scope);
}
END_TEST

static int call_with_deadline(void *arg)
{
    struct caller *caller = arg;
    struct cadre_scope scope;

    cadre_fail_after(&scope, 500);
    caller->result = cadre_scope_end(&scope, caller->row->call(caller->w));
    caller->next = cadre_yield();
    return 0;
}

static void with_deadline(const struct suspending_call *row, struct world *w)
{
    struct caller caller = {.row = row, .w = w};
    struct cadre_task *task;

    /* Time does not jump while a thread is at work, and a yield is over at once. */
    if (row->flags & (WAITS | NEVER) || row->call == call_yield)
        return;
    task = cadre_spawn(call_with_deadline, &caller);
    ck_assert_int_eq(cadre_task_join(task), 0);
    ck_assert_msg(caller.result == -ETIMEDOUT, "%s returned %d", row->name, caller.result);
    ck_assert_int_eq(caller.next, 0);
    ck_assert_uint_eq(cadre_test_elapsed_ms(), 500);
    expect_intact(row, w);
}

START_TEST(a_deadline_ends_every_wait)
{
    run(_i, with_deadline);
}
END_TEST

static int call_off(void *arg)
{
    struct caller *caller = arg;

    caller->result = caller->row->call(caller->w);
    cadre_event_set(&caller->w->event);
    return 0;
}

static void off_coroutine(const struct suspending_call *row, struct world *w)
{
    struct caller caller = {.row = row, .w = w};
    struct cadre_call call = {{0}};

    if (row->flags & NEEDS_TASK)
        return;
    ck_assert_int_eq(cadre_call_soon(&call, call_off, &caller), 0);
    ck_assert_int_eq(cadre_sleep(1), 0);
    ck_assert_msg(caller.result == -EDEADLK, "%s returned %d", row->name, caller.result);
}

START_TEST(off_any_coroutine_a_call_is_refused)
{
    run(_i, off_coroutine);
}
END_TEST

UNIT_MAIN("async/suspending_calls",
          UNIT_LOOP(a_call_that_is_woken_returns_its_result, SUSPENDING_CALLS),
          UNIT_LOOP(a_call_that_waits_is_cancelled_and_loses_nothing, SUSPENDING_CALLS),
          UNIT_LOOP(a_call_of_a_cancelled_task_does_not_begin, SUSPENDING_CALLS),
          UNIT_LOOP(a_call_that_was_woken_keeps_what_it_was_given, SUSPENDING_CALLS),
          UNIT_LOOP(a_call_in_a_cancelled_scope_does_not_begin, SUSPENDING_CALLS),
          UNIT_LOOP(a_deadline_ends_every_wait, SUSPENDING_CALLS),
          UNIT_LOOP(off_any_coroutine_a_call_is_refused, SUSPENDING_CALLS))
