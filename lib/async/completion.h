/* SPDX-License-Identifier: MIT */
/*
 * lib/async/completion.h: what tasks and futures share: those who are told when they are done.
 *
 * Watchers are ours: waiting coroutines, on whose stacks they are. They are called at once, in the
 * order of adding, and do no more than wake and count. Callbacks are the application's: they are
 * posted, in the order of adding, and called on the loop. All calls come from the loop's thread.
 */
#ifndef CADRE_ASYNC_COMPLETION_H
#define CADRE_ASYNC_COMPLETION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"
#include <cadre/macros.h>

struct cadre__coroutine;
struct cadre__loop;

struct cadre__completion {
    struct cadre__list watchers;  /* struct cadre__watcher.link */
    struct cadre__list callbacks; /* to be posted; callback.link */
    bool done;
};

struct cadre__watcher {
    struct cadre__list link;
    void (*fn)(struct cadre__watcher *watcher); /* the watcher is off the list already */
};

/* A watcher that wakes a coroutine. */
struct cadre__waiter {
    struct cadre__watcher watcher;
    struct cadre__coroutine *co;
};

/* What a callback is about, and what happens around it; one for tasks, one for futures. */
struct cadre__completion_kind {
    void (*call)(void *subject, void (*fn)(void), void *arg); /* fn, with its real type */
    void (*ref)(void *subject);                               /* a callback holds the subject */
    void (*unref)(void *subject);                             /* and lets it go after the call */
};

static inline void cadre__completion_init(struct cadre__completion *completion)
{
    cadre__list_init(&completion->watchers);
    cadre__list_init(&completion->callbacks);
    completion->done = false;
}

/* It is done: tells all. */
void cadre__completion_finish(struct cadre__completion *completion, struct cadre__loop *loop);

/* Adds a watcher of what is not done. */
static inline void cadre__completion_watch(struct cadre__completion *completion,
                                           struct cadre__watcher *watcher,
                                           void (*fn)(struct cadre__watcher *watcher))
{
    watcher->fn = fn;
    cadre__list_init(&watcher->link);
    cadre__list_push_back(&completion->watchers, &watcher->link);
}

/* Takes a watcher off; nothing where it is off already. */
static inline void cadre__completion_unwatch(struct cadre__watcher *watcher)
{
    cadre__list_remove(&watcher->link);
}

/* Adds a waiter for the calling coroutine. */
void cadre__completion_wait(struct cadre__completion *completion, struct cadre__waiter *waiter);

/* Adds a callback; posts it at once where it is done. 0 or -ENOMEM. */
CADRE_MUST_CHECK int cadre__completion_add_callback(struct cadre__completion *completion,
                                                    struct cadre__loop *loop,
                                                    const struct cadre__completion_kind *kind,
                                                    void *subject, void (*fn)(void), void *arg);

/* Takes back the callbacks with `fn` and `arg` that were not posted. How many. */
size_t cadre__completion_remove_callback(struct cadre__completion *completion, void (*fn)(void),
                                         const void *arg);

#endif
