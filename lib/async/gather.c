/* SPDX-License-Identifier: MIT */
/*
 * lib/async/gather.c: waiting for several tasks. See <cadre/gather.h>.
 *
 * Each call has a watcher for each task in its list, on its stack for a few and on the heap for
 * many, and is woken once: by the end that it waits for. A gather without memory for its watchers
 * still keeps its promise that no task runs when it returns.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include <cadre/gather.h>

#include "async/coroutine_internal.h"
#include "async/loop_internal.h"
#include "async/task.h"

enum { WATCHERS_ON_STACK = 8 };

struct watch {
    struct cadre__watcher watcher;
    struct cadre_task *task;
    struct gather *gather;
};

struct gather {
    struct cadre__coroutine *co;
    struct cadre_task *const *tasks;
    size_t n;
    struct watch *watches; /* n of them */
    struct watch few[WATCHERS_ON_STACK];
    size_t n_running; /* not ended, each as often as it is in the list */
    size_t n_failed;
    int first_error; /* 0: none */
    /* set by the call, for on_end() */
    size_t enough_ended; /* wakes the caller: so many have ended; */
    bool wake_at_error;  /* one has failed */
    bool cancel_others;  /* a failure cancels the others */
};

static int result_of(struct cadre_task *task)
{
    return task ? task->result : -EAGAIN;
}

static void cancel_all(struct gather *gather)
{
    gather->cancel_others = false; /* one request each: their cleanups may wait */
    for (size_t i = 0; i < gather->n; i++)
        (void)cadre_task_cancel(gather->tasks[i]);
}

static void count_end(struct gather *gather, int result)
{
    if (result >= 0)
        return;
    gather->n_failed++;
    if (gather->first_error == 0)
        gather->first_error = result;
}

static bool is_enough(const struct gather *gather)
{
    return gather->n - gather->n_running >= gather->enough_ended ||
           (gather->wake_at_error && gather->first_error < 0);
}

static void on_end(struct cadre__watcher *watcher)
{
    struct watch *watch = CADRE__CONTAINER_OF(watcher, struct watch, watcher);
    struct gather *gather = watch->gather;
    bool first = gather->first_error == 0;

    gather->n_running--;
    count_end(gather, watch->task->result);
    if (first && gather->first_error < 0 && gather->cancel_others)
        cancel_all(gather);
    if (is_enough(gather))
        (void)cadre__coroutine_wake(gather->co, 0);
}

/* Counts what has ended, and watches the rest. Errors: -ENOMEM. */
static int begin(struct gather *gather, struct cadre_task *const *tasks, size_t n)
{
    *gather = (struct gather){
        .co = cadre__coroutine_here(),
        .tasks = tasks,
        .n = n,
        .watches = gather->few,
    };
    if (n > WATCHERS_ON_STACK && !(gather->watches = calloc(n, sizeof(*gather->watches))))
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        struct watch *watch = &gather->watches[i];

        cadre__list_init(&watch->watcher.link);
        if (cadre_task_is_done(tasks[i])) {
            count_end(gather, result_of(tasks[i]));
            continue;
        }
        watch->task = tasks[i];
        watch->gather = gather;
        gather->n_running++;
        cadre__completion_watch(&tasks[i]->completion, &watch->watcher, on_end);
    }
    return 0;
}

static void done(struct gather *gather)
{
    for (size_t i = 0; i < gather->n; i++)
        cadre__completion_unwatch(&gather->watches[i].watcher);
    if (gather->watches != gather->few)
        free(gather->watches);
}

static bool has_self(struct cadre_task *const *tasks, size_t n)
{
    const struct cadre_task *self = cadre_task_current();

    for (size_t i = 0; self && i < n; i++)
        if (tasks[i] == self)
            return true;
    return false;
}

/* Until all have ended; each time the caller is cancelled they are. Returns whether it was. */
static bool await_all(struct gather *gather, bool cancelled)
{
    if (cancelled)
        cancel_all(gather);
    while (gather->n_running > 0) {
        int r = 0;

        if (cancelled && cadre__coroutine_is_in_cancelled_scope(gather->co))
            cadre__coroutine_suspend_shielded("cadre_gather");
        else
            r = cadre__coroutine_suspend("cadre_gather");
        if (r == 0)
            continue;
        cancelled = true;
        cancel_all(gather);
    }
    return cancelled;
}

/* Without memory: cancels all, and waits for one after the other. */
static int give_up(struct cadre_task *const *tasks, size_t n)
{
    for (size_t i = 0; i < n; i++)
        (void)cadre_task_cancel(tasks[i]);
    for (size_t i = 0; i < n; i++)
        if (!cadre_task_is_done(tasks[i]) && cadre__task_join(tasks[i], "cadre_gather") == -EDEADLK)
            return -EDEADLK;
    return -ENOMEM;
}

static void see_all(struct cadre_task *const *tasks, size_t n, int *results)
{
    for (size_t i = 0; i < n; i++) {
        if (tasks[i])
            tasks[i]->seen = true;
        if (results)
            results[i] = result_of(tasks[i]);
    }
}

int cadre_gather_n(struct cadre_task *const *tasks, size_t n, unsigned flags, int *results)
{
    bool all = flags & CADRE_GATHER_ALL;
    struct gather gather;
    bool cancelled = false;
    int r;

    if (has_self(tasks, n))
        return -EDEADLK;
    if (begin(&gather, tasks, n) < 0)
        return give_up(tasks, n);
    gather.enough_ended = n;
    gather.cancel_others = !all;
    if (gather.n_running > 0) {
        r = cadre__coroutine_check("cadre_gather");
        if (r == -EDEADLK)
            goto out;
        if (!all && gather.first_error < 0)
            cancel_all(&gather);
        cancelled = await_all(&gather, r < 0);
    }
    see_all(tasks, n, results);
    if (cancelled)
        r = -ECANCELED;
    else
        r = all ? (int)gather.n_failed : gather.first_error;
out:
    done(&gather);
    return r;
}

int cadre_wait(struct cadre_task *const *tasks, size_t n, enum cadre_wait_until until,
               uint64_t timeout_ms)
{
    uint64_t ns = timeout_ms > UINT64_MAX / CADRE__NSEC_PER_MSEC
                      ? CADRE__NEVER
                      : timeout_ms * CADRE__NSEC_PER_MSEC;
    struct gather gather;
    int r;

    if (n == 0)
        return -EINVAL;
    if (has_self(tasks, n))
        return -EDEADLK;
    if ((r = begin(&gather, tasks, n)) < 0)
        return r;
    gather.enough_ended = until == CADRE_FIRST_COMPLETED ? 1 : n;
    gather.wake_at_error = until == CADRE_FIRST_EXCEPTION;
    if (!is_enough(&gather)) {
        r = cadre__coroutine_check("cadre_wait");
        if (r == 0)
            r = ns == 0 ? cadre__coroutine_yield("cadre_wait")
                        : cadre__coroutine_suspend_for("cadre_wait", ns);
    }
    if (r == 0 || r == -ETIMEDOUT)
        r = (int)(n - gather.n_running);
    done(&gather);
    return r;
}
