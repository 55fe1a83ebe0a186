/* SPDX-License-Identifier: MIT */
/*
 * lib/async/task.c: tasks. See <cadre/task.h> for the promises, task.h for the struct, owner.h for
 * whose they are.
 *
 * A task ends in this order: its function returns, its own tasks end, its memory goes, then the
 * world is told. The struct cadre_task lives on, with its result, for as long as the owner does.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "async/coroutine_internal.h"
#include "async/group.h"
#include "async/local.h"
#include "async/loop_internal.h"
#include "async/scope.h"
#include "async/task.h"
#include "base/log.h"

#define MAGIC 0x7a5c7a5c

enum { FREE_TASKS_MAX = 256 };

/* --- handles --- */

static struct cadre_task *alloc(struct cadre__loop *loop)
{
    struct cadre_task *task = loop->free_tasks;

    if (!task)
        return malloc(sizeof(*task));
    loop->free_tasks = task->next_free;
    loop->n_free_tasks--;
    return task;
}

static void recycle(struct cadre_task *task)
{
    struct cadre__loop *loop = task->loop;

    cadre__list_remove(&task->all_link);
    task->magic = 0;
    if (loop->n_free_tasks >= FREE_TASKS_MAX) {
        free(task);
        return;
    }
    task->next_free = loop->free_tasks;
    loop->free_tasks = task;
    loop->n_free_tasks++;
}

static void unref(struct cadre_task *task)
{
    if (--task->refs > 0)
        return;
    if (task->result < 0 && task->result != -ECANCELED && !task->seen)
        cadre__loop_report(task->loop,
                           task->detached ? "detached task failed"
                                          : "task failed and nobody joined it",
                           task->name, task->result);
    recycle(task);
}

void cadre__task_free(struct cadre_task *task)
{
    cadre__list_remove(&task->link);
    unref(task);
}

void cadre__tasks_free(struct cadre__loop *loop)
{
    struct cadre__list *link;

    while ((link = cadre__list_pop_front(&loop->tasks)))
        free(CADRE__CONTAINER_OF(link, struct cadre_task, all_link));
    while (loop->free_tasks) {
        struct cadre_task *next = loop->free_tasks->next_free;

        free(loop->free_tasks);
        loop->free_tasks = next;
    }
}

static void set_name(struct cadre_task *task, const char *name)
{
    size_t n = strnlen(name, sizeof(task->name) - 1);

    memcpy(task->name, name, n);
    task->name[n] = '\0';
}

static bool is_done(const struct cadre_task *task)
{
    return !task || task->completion.done;
}

/* --- the life of one --- */

static void end(struct cadre_task *task, int result)
{
    struct cadre__owner *owner = task->owner;

    task->co->name = "ended task";
    task->co->task = NULL;
    task->co = NULL;
    task->result = result;
    cadre__completion_finish(&task->completion, task->loop);
    if (task->group)
        cadre__group_note_end(task);
    if (!owner || task->released)
        cadre__task_free(task);
    if (owner)
        cadre__owner_note_end(owner);
}

static void run(void *arg)
{
    struct cadre_task *task = arg;
    int r = -ECANCELED;

    if (!cadre__coroutine_is_cancelled(task->co))
        r = task->fn(task->arg);
    cadre__coroutine_unwind();
    if (task->free_arg)
        task->free_arg(task->arg);
    end(task, r);
}

int cadre__task_new(struct cadre__loop *loop, const struct cadre__task_spec *spec,
                    struct cadre_task **ret)
{
    const struct cadre__coroutine *spawner = cadre__coroutine_here();
    struct cadre_task *task = alloc(loop);
    int r = -ENOMEM;

    if (!task) {
        cadre__log(CADRE_LOG_WARNING, "no memory for the task \"%s\"", spec->name);
        goto fail;
    }
    task->magic = MAGIC;
    task->seen = false;
    task->detached = false;
    task->released = false;
    task->result = -EINPROGRESS;
    task->refs = 1;
    cadre__completion_init(&task->completion);
    task->loop = loop;
    task->fn = spec->fn;
    task->arg = spec->arg;
    task->free_arg = NULL;
    task->owner = NULL;
    task->group = NULL;
    task->starter = NULL;
    cadre__list_init(&task->link);
    cadre__list_init(&task->all_link);
    cadre__list_push_back(&loop->tasks, &task->all_link);
    set_name(task, spec->name);
    r = cadre__coroutine_start_soon(loop, run, task, task->name, &task->co);
    if (r < 0) {
        recycle(task);
        goto fail;
    }
    task->co->task = task;
    task->co->handler = spawner ? spawner->handler : NULL;
    task->co->data = spec->data;
    task->co->locals = spec->locals;
    if (spec->scope)
        cadre__scope_join(spec->scope, task->co);
    *ret = task;
    return 0;

fail:
    cadre__locals_unref(spec->locals);
    return r;
}

struct cadre_task *cadre_spawn_named(int (*fn)(void *arg), void *arg, const char *name)
{
    struct cadre__coroutine *co = cadre__coroutine_here();
    struct cadre_task *task;

    if (!co) {
        cadre__log(CADRE_LOG_ERROR,
                   "cadre_spawn() of \"%s\" was called outside any coroutine, where nobody can own "
                   "the task",
                   name);
        return NULL;
    }
    if (cadre__task_new(co->loop,
                        &(struct cadre__task_spec){.fn = fn,
                                                   .arg = arg,
                                                   .name = name,
                                                   .data = co->data,
                                                   .scope = co->scope,
                                                   .locals = cadre__locals_ref(co->locals)},
                        &task) < 0)
        return NULL;
    task->owner = co->owner;
    task->owner->live++;
    cadre__list_push_back(&task->owner->tasks, &task->link);
    return task;
}

static int spawn_detached(int (*fn)(void *arg), void *arg, void (*free_arg)(void *arg),
                          const char *name)
{
    struct cadre__loop *loop = cadre__loop_here;
    const struct cadre__coroutine *co = cadre__coroutine_here();
    struct cadre__task_spec spec = {.fn = fn, .arg = arg, .name = name};
    struct cadre_task *task;
    int r;

    if (!loop) {
        cadre__log(CADRE_LOG_ERROR,
                   "cadre_spawn_detached() of \"%s\" was called in a thread without a loop", name);
        return -EDEADLK;
    }
    if (co && (r = cadre__locals_detach(co->locals, &spec.locals)) < 0)
        return r;
    if ((r = cadre__task_new(loop, &spec, &task)) < 0)
        return r;
    task->free_arg = free_arg;
    task->detached = true;
    return 0;
}

int cadre_spawn_detached_named(int (*fn)(void *arg), void *arg, void (*free_arg)(void *arg),
                               const char *name)
{
    int r = spawn_detached(fn, arg, free_arg, name);

    if (r < 0 && free_arg)
        free_arg(arg);
    return r;
}

/* --- joining --- */

/* Has what the result is; the task's error counts as seen. */
static int see(struct cadre_task *task)
{
    task->seen = true;
    return task->result;
}

/* Suspends until the task has ended; each time the caller is cancelled the task is. Returns whether
 * that happened. */
static bool await_or_cancel(struct cadre_task *task, const char *call, bool cancelled)
{
    const struct cadre__coroutine *co = cadre__coroutine_here();
    struct cadre__waiter waiter;

    if (cancelled)
        (void)cadre_task_cancel(task);
    while (!task->completion.done) {
        int r = 0;

        cadre__completion_wait(&task->completion, &waiter);
        if (cancelled && cadre__coroutine_is_in_cancelled_scope(co))
            cadre__coroutine_suspend_shielded(call);
        else
            r = cadre__coroutine_suspend(call);
        cadre__completion_unwatch(&waiter.watcher);
        if (r == 0)
            continue;
        cancelled = true;
        (void)cadre_task_cancel(task);
    }
    return cancelled;
}

int cadre__task_join(struct cadre_task *task, const char *call)
{
    struct cadre__coroutine *co = cadre__coroutine_here();
    int r;

    if (task->completion.done)
        return see(task);
    if (co && co == task->co)
        return -EDEADLK;
    r = cadre__coroutine_check(call);
    if (r == -EDEADLK)
        return r;
    if (await_or_cancel(task, call, r < 0) && task->result != -ECANCELED)
        cadre__coroutine_put_back_cancel(co);
    return see(task);
}

int cadre_task_join(struct cadre_task *task)
{
    return task ? cadre__task_join(task, "cadre_task_join") : -EAGAIN;
}

/* Waits for the task at most so long, and leaves it alone. 0, -ETIMEDOUT, -ECANCELED, -EDEADLK. */
static int await_for(struct cadre_task *task, const char *call, uint64_t timeout_ns)
{
    struct cadre__waiter waiter;
    int r;

    if (task->completion.done)
        return 0;
    if (task->co == cadre__coroutine_here())
        return -EDEADLK;
    if ((r = cadre__coroutine_check(call)) < 0)
        return r;
    if (timeout_ns == 0)
        return -ETIMEDOUT;
    cadre__completion_wait(&task->completion, &waiter);
    r = cadre__coroutine_suspend_for(call, timeout_ns);
    cadre__completion_unwatch(&waiter.watcher);
    return r;
}

int cadre_shield(struct cadre_task *task)
{
    int r;

    if (!task)
        return -EAGAIN;
    r = await_for(task, "cadre_shield", CADRE__NEVER);
    return r < 0 ? r : see(task);
}

int cadre_join_timeout(struct cadre_task *task, uint64_t timeout_ms)
{
    uint64_t ns = timeout_ms > UINT64_MAX / CADRE__NSEC_PER_MSEC
                      ? CADRE__NEVER
                      : timeout_ms * CADRE__NSEC_PER_MSEC;
    struct cadre__coroutine *co = cadre__coroutine_here();
    int r;

    if (!task)
        return -EAGAIN;
    r = await_for(task, "cadre_join_timeout", ns);
    if (r == 0)
        return see(task);
    if (r == -EDEADLK)
        return r;
    (void)await_or_cancel(task, "cadre_join_timeout", true);
    if (r == -ECANCELED && task->result != -ECANCELED)
        cadre__coroutine_put_back_cancel(co);
    return r == -ETIMEDOUT && see(task) == -ECANCELED ? -ETIMEDOUT : see(task);
}

/* --- the rest --- */

bool cadre_task_is_done(const struct cadre_task *task)
{
    return is_done(task);
}

int cadre_task_result(struct cadre_task *task)
{
    if (!task)
        return -EAGAIN;
    return task->completion.done ? see(task) : -EINPROGRESS;
}

bool cadre_task_cancel(struct cadre_task *task)
{
    if (is_done(task))
        return false;
    assert(task->magic == MAGIC);
    cadre__coroutine_cancel(task->co);
    return true;
}

bool cadre_task_cancelled(const struct cadre_task *task)
{
    return task && task->completion.done && task->result == -ECANCELED;
}

unsigned cadre_task_cancelling(const struct cadre_task *task)
{
    return task && task->co ? task->co->cancels : 0;
}

const char *cadre_task_name(const struct cadre_task *task)
{
    return task ? task->name : "";
}

void cadre_task_set_name(struct cadre_task *task, const char *name)
{
    if (task)
        set_name(task, name);
}

void cadre_task_release(struct cadre_task *task)
{
    if (!task)
        return;
    assert(task->magic == MAGIC && task->owner && !task->released);
    task->released = true;
    if (task->completion.done)
        cadre__task_free(task);
}

struct cadre_task *cadre_task_current(void)
{
    const struct cadre__coroutine *co = cadre__coroutine_here();

    return co ? co->task : NULL;
}

unsigned cadre_cancelling(void)
{
    const struct cadre__coroutine *co = cadre__coroutine_here();

    return co ? co->cancels : 0;
}

unsigned cadre_uncancel(void)
{
    struct cadre__coroutine *co = cadre__coroutine_here();

    if (!co)
        return 0;
    cadre__coroutine_uncancel(co);
    return co->cancels;
}

/* --- callbacks --- */

static void call_callback(void *subject, void (*fn)(void), void *arg)
{
    ((void (*)(struct cadre_task *, void *))fn)(subject, arg);
}

/* A callback may use what is the owner's, so the owner waits for it too. */
static void ref_for_callback(void *subject)
{
    struct cadre_task *task = subject;

    task->refs++;
    if (task->owner)
        task->owner->live++;
}

static void unref_after_callback(void *subject)
{
    struct cadre_task *task = subject;
    struct cadre__owner *owner = task->owner;

    unref(task);
    if (owner)
        cadre__owner_note_end(owner);
}

static const struct cadre__completion_kind task_kind = {
    .call = call_callback,
    .ref = ref_for_callback,
    .unref = unref_after_callback,
};

int cadre_task_add_done_callback(struct cadre_task *task,
                                 void (*fn)(struct cadre_task *task, void *arg), void *arg)
{
    return task ? cadre__completion_add_callback(&task->completion, task->loop, &task_kind, task,
                                                 (void (*)(void))fn, arg)
                : -EAGAIN;
}

size_t cadre_task_remove_done_callback(struct cadre_task *task,
                                       void (*fn)(struct cadre_task *task, void *arg),
                                       const void *arg)
{
    return task ? cadre__completion_remove_callback(&task->completion, (void (*)(void))fn, arg) : 0;
}

/* --- memory of the caller's --- */

static struct cadre__arena *arena(void)
{
    struct cadre__coroutine *co = cadre__coroutine_here();

    if (!co)
        return NULL;
    if (!co->has_arena) {
        cadre__arena_init_pooled(&co->arena, &co->loop->arenas);
        co->has_arena = true;
    }
    return &co->arena;
}

void *cadre_task_alloc(size_t size)
{
    struct cadre__arena *own = arena();

    return own ? cadre__arena_alloc(own, size) : NULL;
}

int cadre_task_defer(void (*fn)(void *arg), void *arg)
{
    struct cadre__arena *own = arena();

    return own ? cadre__arena_defer(own, fn, arg) : -EDEADLK;
}
