/* SPDX-License-Identifier: MIT */
/*
 * lib/async/as_completed.c: tasks in the order in which they end. See <cadre/gather.h>.
 *
 * One piece of memory holds a watcher for each task. A watcher whose task has ended goes into the
 * list of those to be given out.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include <cadre/gather.h>

#include "async/coroutine_internal.h"
#include "async/loop_internal.h"
#include "async/task.h"

struct entry {
    struct cadre__watcher watcher;
    struct cadre__list link; /* in `ended` */
    struct cadre_task *task;
    struct completed *completed;
};

struct completed {
    uint64_t deadline_ns; /* CADRE__NEVER: none */
    size_t n_left;        /* not given out */
    struct cadre__coroutine *waiting;
    struct cadre__list ended; /* to be given out, the first to end first */
    size_t n;
    struct entry entries[];
};

static void on_end(struct cadre__watcher *watcher)
{
    struct entry *entry = CADRE__CONTAINER_OF(watcher, struct entry, watcher);

    cadre__list_push_back(&entry->completed->ended, &entry->link);
    if (entry->completed->waiting)
        (void)cadre__coroutine_wake(entry->completed->waiting, 0);
}

int cadre_as_completed_begin(struct cadre_as_completed *each, struct cadre_task *const *tasks,
                             size_t n, uint64_t timeout_ms)
{
    const struct cadre__loop *loop = cadre__loop_here;
    struct completed *completed = NULL;

    each->private_[0] = NULL;
    each->private_[1] = NULL;
    if (n <= (SIZE_MAX - sizeof(*completed)) / sizeof(completed->entries[0]))
        completed = malloc(sizeof(*completed) + n * sizeof(completed->entries[0]));
    if (!completed)
        return -ENOMEM;
    completed->deadline_ns = CADRE__NEVER;
    if (loop && timeout_ms <= UINT64_MAX / CADRE__NSEC_PER_MSEC)
        completed->deadline_ns =
            cadre__deadline(cadre__loop_clock(loop), timeout_ms * CADRE__NSEC_PER_MSEC);
    completed->n_left = completed->n = n;
    completed->waiting = NULL;
    cadre__list_init(&completed->ended);
    for (size_t i = 0; i < n; i++) {
        struct entry *entry = &completed->entries[i];

        entry->task = tasks[i];
        entry->completed = completed;
        cadre__list_init(&entry->link);
        cadre__list_init(&entry->watcher.link);
        if (cadre_task_is_done(tasks[i]))
            cadre__list_push_back(&completed->ended, &entry->link);
        else
            cadre__completion_watch(&tasks[i]->completion, &entry->watcher, on_end);
    }
    each->private_[0] = completed;
    return 0;
}

/* Until one is there to be given out. */
static int await_one(struct completed *completed)
{
    int r = cadre__coroutine_check("cadre_as_completed_next");
    uint64_t left = CADRE__NEVER;

    if (r < 0)
        return r;
    completed->waiting = cadre__coroutine_here();
    if (completed->deadline_ns != CADRE__NEVER) {
        uint64_t now = cadre__loop_clock(completed->waiting->loop);

        if (completed->deadline_ns <= now)
            r = -ETIMEDOUT;
        left = completed->deadline_ns - now;
    }
    if (r == 0)
        r = cadre__coroutine_suspend_for("cadre_as_completed_next", left);
    completed->waiting = NULL;
    return r;
}

int cadre_as_completed_next(struct cadre_as_completed *each, struct cadre_task **ret)
{
    struct completed *completed = each->private_[0];
    struct cadre__list *link;
    struct entry *entry;

    if (!completed)
        return -ENOMEM;
    if (completed->n_left == 0)
        return 0;
    if (cadre__list_is_empty(&completed->ended)) {
        int r = await_one(completed);

        if (r < 0)
            return r;
    }
    link = cadre__list_pop_front(&completed->ended);
    if (!link)
        return -EAGAIN;
    entry = CADRE__CONTAINER_OF(link, struct entry, link);
    completed->n_left--;
    if (entry->task)
        entry->task->seen = true;
    *ret = entry->task;
    return 1;
}

void cadre_as_completed_end(struct cadre_as_completed *each)
{
    struct completed *completed = each->private_[0];

    if (!completed)
        return;
    for (size_t i = 0; i < completed->n; i++)
        cadre__completion_unwatch(&completed->entries[i].watcher);
    free(completed);
    each->private_[0] = NULL;
}
