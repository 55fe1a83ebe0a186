/* SPDX-License-Identifier: MIT */
/*
 * Whether this process drains, and who wants to be told: responses that would go on for ever end
 * then. One state a process, on its loop.
 */
#ifndef CADRE_WEB_DRAINING_H
#define CADRE_WEB_DRAINING_H

#include "base/list.h"
#include <stdbool.h>

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

#endif
