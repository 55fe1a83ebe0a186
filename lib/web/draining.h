/* SPDX-License-Identifier: MIT */
/*
 * Whether this process drains, and who wants to be told: responses that would go on for ever end
 * then. One state a process, on its loop.
 */
#ifndef CADRE_WEB_DRAINING_H
#define CADRE_WEB_DRAINING_H

#include "base/list.h"
#include <cadre/scope.h>
#include <stdbool.h>
#include <stdint.h>

/* Embedded in what wants to be told. */
struct cadre__drain_watch {
    struct cadre__list link;
    void (*fn)(struct cadre__drain_watch *watch); /* on the loop, once; must not suspend */
};

/* Sets it, and tells all that watch; or takes it back, for tests. */
void cadre__draining_set(bool is_draining);

/* Has watch->fn called at the drain; at once where it has begun. */
void cadre__drain_watch_start(struct cadre__drain_watch *watch);
void cadre__drain_watch_stop(struct cadre__drain_watch *watch);

/* A wait of the calling coroutine that ends at the drain. On its stack. */
struct cadre__drain_scope {
    struct cadre__drain_watch watch;
    struct cadre_scope scope;
};

/* From here on its calls are cancelled at the drain, and in `ms` milliseconds (CADRE_FOREVER:
 * not by time). */
void cadre__drain_scope_begin(struct cadre__drain_scope *scope, uint64_t ms);

/* Ends that. `result` is what was waited for, and returned, unless that was cut short: then 0, and
 * *ret_is_over is set. -ECANCELED: the coroutine was cancelled. */
CADRE_MUST_CHECK int cadre__drain_scope_end(struct cadre__drain_scope *scope, int result,
                                            bool *ret_is_over);

#endif
