/* SPDX-License-Identifier: MIT */
/*
 * lib/async/owner.c: the end of an owner, which is the end of its tasks. See owner.h.
 *
 * The wait for them cannot be cut short: they may use whatever is on the owner's stack. One that
 * does not end when it is asked to gets some time, then fails in every call that may suspend; the
 * owner waits on all the same.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>

#include "async/coroutine_internal.h"
#include "async/loop_internal.h"
#include "async/owner.h"
#include "async/task.h"
#include "base/log.h"

void cadre__owner_init(struct cadre__owner *owner, struct cadre__coroutine *co)
{
    owner->co = co;
    owner->outer = NULL;
    cadre__list_init(&owner->tasks);
    owner->live = 0;
    owner->scopes_open = 0;
    owner->waiting = false;
}

void cadre__owner_begin(struct cadre__owner *owner)
{
    struct cadre__coroutine *co = cadre__coroutine_here();

    cadre__owner_init(owner, co);
    if (!co)
        return;
    owner->outer = co->owner;
    owner->scopes_open = co->scopes_open;
    co->owner = owner;
}

void cadre__owner_check_scopes(const struct cadre__owner *owner)
{
    if (owner->co->scopes_open == owner->scopes_open)
        return;
    cadre__log(CADRE_LOG_CRITICAL,
               "\"%s\" has returned from inside a cancel scope or task group: "
               "cadre_scope_end() or cadre_group_join() is missing on a way out of it",
               owner->co->name);
    abort();
}

struct patience {
    struct cadre__timer timer;
    struct cadre__owner *owner;
};

static void on_patience(struct cadre__timer *timer)
{
    struct cadre__owner *owner = CADRE__CONTAINER_OF(timer, struct patience, timer)->owner;

    CADRE__LIST_FOREACH(link, &owner->tasks)
    {
        struct cadre_task *task = CADRE__CONTAINER_OF(link, struct cadre_task, link);

        if (!task->co)
            continue;
        cadre__log(CADRE_LOG_ERROR,
                   "task \"%s\" goes on in spite of being cancelled (in %s); "
                   "its owner \"%s\" waits for it",
                   task->name, task->co->where ? task->co->where : "no call", owner->co->name);
        cadre__coroutine_doom(task->co);
    }
}

static void await(struct cadre__owner *owner)
{
    struct cadre__loop *loop = owner->co->loop;
    struct patience patience = {.owner = owner};

    cadre__timer_init(&patience.timer, on_patience);
    cadre__timer_start(&loop->timers, &patience.timer,
                       cadre__deadline(cadre__loop_clock(loop), loop->end_ns));
    owner->waiting = true;
    while (owner->live > 0)
        cadre__coroutine_suspend_shielded("the end of its tasks");
    owner->waiting = false;
    cadre__timer_stop(&loop->timers, &patience.timer);
}

void cadre__owner_end_tasks(struct cadre__owner *owner)
{
    struct cadre__list *link;

    CADRE__LIST_FOREACH(it, &owner->tasks)
    (void)cadre_task_cancel(CADRE__CONTAINER_OF(it, struct cadre_task, link));
    if (owner->live > 0)
        await(owner);
    while ((link = cadre__list_first(&owner->tasks)))
        cadre__task_free(CADRE__CONTAINER_OF(link, struct cadre_task, link));
}

void cadre__owner_end(struct cadre__owner *owner)
{
    if (!owner->co)
        return;
    assert(owner->co == cadre__coroutine_here() && owner->co->owner == owner);
    cadre__owner_check_scopes(owner);
    if (!cadre__owner_is_empty(owner))
        cadre__owner_end_tasks(owner);
    owner->co->owner = owner->outer;
}

void cadre__owner_note_end(struct cadre__owner *owner)
{
    if (--owner->live == 0 && owner->waiting)
        (void)cadre__coroutine_wake(owner->co, 0);
}
