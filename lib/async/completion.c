/* SPDX-License-Identifier: MIT */
/*
 * lib/async/completion.c: telling that something is done. See completion.h.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "async/completion.h"
#include "async/loop_internal.h"

struct callback {
    struct cadre__list link; /* until it is posted */
    struct cadre__job job;
    const struct cadre__completion_kind *kind;
    void *subject; /* held */
    void (*fn)(void);
    void *arg;
};

static void run_callback(struct cadre__job *job)
{
    struct callback *callback = CADRE__CONTAINER_OF(job, struct callback, job);

    callback->kind->call(callback->subject, callback->fn, callback->arg);
    callback->kind->unref(callback->subject);
    free(callback);
}

void cadre__completion_finish(struct cadre__completion *completion, struct cadre__loop *loop)
{
    struct cadre__list *link;

    completion->done = true;
    while ((link = cadre__list_pop_front(&completion->watchers))) {
        struct cadre__watcher *watcher = CADRE__CONTAINER_OF(link, struct cadre__watcher, link);

        watcher->fn(watcher);
    }
    while ((link = cadre__list_pop_front(&completion->callbacks)))
        cadre__loop_post(loop, &CADRE__CONTAINER_OF(link, struct callback, link)->job);
}

static void wake(struct cadre__watcher *watcher)
{
    (void)cadre__coroutine_wake(CADRE__CONTAINER_OF(watcher, struct cadre__waiter, watcher)->co, 0);
}

void cadre__completion_wait(struct cadre__completion *completion, struct cadre__waiter *waiter)
{
    waiter->co = cadre__coroutine_here();
    cadre__completion_watch(completion, &waiter->watcher, wake);
}

int cadre__completion_add_callback(struct cadre__completion *completion, struct cadre__loop *loop,
                                   const struct cadre__completion_kind *kind, void *subject,
                                   void (*fn)(void), void *arg)
{
    struct callback *callback = calloc(1, sizeof(*callback));

    if (!callback)
        return -ENOMEM;
    callback->job.fn = run_callback;
    callback->kind = kind;
    callback->subject = subject;
    callback->fn = fn;
    callback->arg = arg;
    cadre__list_init(&callback->link);
    kind->ref(subject);
    if (completion->done)
        cadre__loop_post(loop, &callback->job);
    else
        cadre__list_push_back(&completion->callbacks, &callback->link);
    return 0;
}

size_t cadre__completion_remove_callback(struct cadre__completion *completion, void (*fn)(void),
                                         const void *arg)
{
    size_t n = 0;

    CADRE__LIST_FOREACH_SAFE(link, &completion->callbacks)
    {
        struct callback *callback = CADRE__CONTAINER_OF(link, struct callback, link);

        if (callback->fn != fn || callback->arg != arg)
            continue;
        cadre__list_remove(link);
        callback->kind->unref(callback->subject);
        free(callback);
        n++;
    }
    return n;
}
