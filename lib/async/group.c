/* SPDX-License-Identifier: MIT */
/*
 * lib/async/group.c: task groups. See <cadre/group.h> for the promises.
 *
 * A group is a scope that counts. What goes wrong in it cancels the scope; the join waits until
 * nothing runs, and then leaves the scope. The wait is inside the scope, so once that is cancelled
 * the wait is shielded.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include <cadre/group.h>

#include "async/coroutine_internal.h"
#include "async/group.h"
#include "async/local.h"
#include "async/loop_internal.h"
#include "async/task.h"
#include "base/log.h"

#define MAGIC 0x96007096

_Static_assert(sizeof(struct cadre__group) <= sizeof(struct cadre_group), "a group fits");
_Static_assert(_Alignof(struct cadre__group) <= _Alignof(struct cadre_group), "and lies right");

static struct cadre__group *inner(struct cadre_group *group)
{
    struct cadre__group *g = (struct cadre__group *)(void *)group;

    assert(g->magic == MAGIC);
    return g;
}

static const struct cadre__group *inner_const(const struct cadre_group *group)
{
    const struct cadre__group *g = (const struct cadre__group *)(const void *)group;

    assert(g->magic == MAGIC);
    return g;
}

void cadre_group_begin(struct cadre_group *group)
{
    struct cadre__group *g = (struct cadre__group *)(void *)group;
    struct cadre__coroutine *co = cadre__coroutine_here();

    if (!co)
        cadre__log(CADRE_LOG_ERROR,
                   "cadre_group_begin() was called outside any coroutine, where nothing can wait");
    cadre__scope_begin(&g->scope, co);
    g->magic = MAGIC;
    g->joining = false;
    g->waiting = false;
    g->co = co;
    cadre__list_init(&g->tasks);
    g->running = 0;
    g->n_errors = 0;
    g->first_error = 0;
    g->errors = NULL;
    g->errors_max = 0;
}

void cadre_group_collect(struct cadre_group *group, struct cadre_group_error *errors, size_t max)
{
    struct cadre__group *g = inner(group);

    g->errors = errors;
    g->errors_max = errors ? max : 0;
}

/* One failure: the first cancels the rest; none goes unseen. */
static void fail(struct cadre__group *g, const char *name, int error)
{
    if (g->n_errors < g->errors_max) {
        struct cadre_group_error *e = &g->errors[g->n_errors];

        (void)snprintf(e->name, sizeof(e->name), "%s", name);
        e->error = error;
    } else if (g->n_errors > 0) {
        cadre__loop_report(g->co->loop, "task failed in a group that had failed before", name,
                           error);
    }
    if (g->n_errors++ == 0)
        g->first_error = error;
    cadre__scope_cancel(&g->scope);
}

void cadre__group_note_end(struct cadre_task *task)
{
    struct cadre__group *g = task->group;
    struct cadre__group_starter *starter = task->starter;

    task->seen = true;
    g->running--;
    if (starter) {
        task->starter = NULL;
        starter->ended = true;
        starter->result = task->result;
        (void)cadre__coroutine_wake(starter->co, 0);
    }
    if (task->result < 0 && task->result != -ECANCELED && (!starter || starter->started))
        fail(g, task->name, task->result);
    if (g->running == 0 && g->waiting)
        (void)cadre__coroutine_wake(g->co, 0);
}

static int spawn(struct cadre__group *g, int (*fn)(void *arg), void *arg, const char *name,
                 struct cadre_task **ret)
{
    const struct cadre__coroutine *co = cadre__coroutine_here();
    struct cadre__task_spec spec = {.fn = fn, .arg = arg, .name = name, .scope = &g->scope};
    int r;

    if (!g->co)
        return -EINVAL;
    if (g->scope.cancelled)
        return -ECANCELED;
    spec.data = g->co->data;
    spec.locals = co ? cadre__locals_ref(co->locals) : NULL;
    if ((r = cadre__task_new(g->co->loop, &spec, ret)) < 0)
        return r;
    (*ret)->group = g;
    g->running++;
    cadre__list_push_back(&g->tasks, &(*ret)->link);
    return 0;
}

int cadre_group_spawn_named(struct cadre_group *group, int (*fn)(void *arg), void *arg,
                            const char *name)
{
    struct cadre_task *task;

    return spawn(inner(group), fn, arg, name, &task);
}

int cadre_group_start_named(struct cadre_group *group, int (*fn)(void *arg), void *arg,
                            const char *name, void **ret_value)
{
    struct cadre__group_starter starter = {.co = cadre__coroutine_here()};
    bool cancelled = false;
    struct cadre_task *task;
    int r = cadre__coroutine_check("cadre_group_start");

    if (r < 0)
        return r;
    if ((r = spawn(inner(group), fn, arg, name, &task)) < 0)
        return r;
    task->starter = &starter;
    while (!starter.ended && (cancelled || !starter.started)) {
        r = 0;
        if (cancelled && cadre__coroutine_is_in_cancelled_scope(starter.co))
            cadre__coroutine_suspend_shielded("cadre_group_start");
        else
            r = cadre__coroutine_suspend("cadre_group_start");
        if (r == 0 || starter.ended)
            continue;
        cancelled = true;
        (void)cadre_task_cancel(task);
    }
    if (cancelled)
        return -ECANCELED;
    if (!starter.started)
        return starter.result < 0 ? starter.result : -ENODATA;
    if (!starter.ended)
        task->starter = NULL;
    if (ret_value)
        *ret_value = starter.value;
    return 0;
}

int cadre_group_started(void *value)
{
    const struct cadre_task *task = cadre_task_current();
    struct cadre__group_starter *starter = task ? task->starter : NULL;

    if (!starter || starter->started)
        return -EINVAL;
    starter->started = true;
    starter->value = value;
    (void)cadre__coroutine_wake(starter->co, 0);
    return 0;
}

/* Until nothing runs; a caller that is cancelled cancels the rest. */
static void await(struct cadre__group *g)
{
    g->waiting = true;
    while (g->running > 0) {
        if (g->scope.cancelled || cadre__coroutine_is_in_cancelled_scope(g->co))
            cadre__coroutine_suspend_shielded("cadre_group_join");
        else if (cadre__coroutine_suspend("cadre_group_join") < 0 && g->co->by_request)
            cadre__scope_cancel(&g->scope);
    }
    g->waiting = false;
}

int cadre_group_join(struct cadre_group *group, int result)
{
    struct cadre__group *g = inner(group);
    struct cadre__coroutine *co = g->co;
    bool cancelled;
    bool own_cancel;

    if (!co)
        return result < 0 ? result : -EDEADLK;
    own_cancel = g->scope.cancel_called; /* behind a body's -ECANCELED */
    if (result < 0 && result != -ECANCELED)
        fail(g, "", result);
    else if (result < 0)
        cadre__scope_cancel(&g->scope);
    await(g);
    cancelled = cadre__scope_is_cancelled_from_outside(&g->scope);
    (void)cadre__scope_end(&g->scope, -ECANCELED);
    g->co = NULL;
    if (g->n_errors > 0) {
        if (cancelled && co->cancels > g->scope.cancels)
            cadre__coroutine_put_back_cancel(co); /* this call reports something else */
        return g->first_error;
    }
    if (cancelled)
        return -ECANCELED;
    return result == -ECANCELED && own_cancel ? 0 : result;
}

void cadre_group_cancel(struct cadre_group *group)
{
    cadre__scope_cancel(&inner(group)->scope);
}

size_t cadre_group_failures(const struct cadre_group *group)
{
    return inner_const(group)->n_errors;
}

size_t cadre_group_running(const struct cadre_group *group)
{
    return inner_const(group)->running;
}

struct cadre_scope *cadre_group_scope(struct cadre_group *group)
{
    return &inner(group)->public;
}
