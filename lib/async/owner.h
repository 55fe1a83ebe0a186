/* SPDX-License-Identifier: MIT */
/*
 * lib/async/owner.h: whose tasks they are.
 *
 * Every coroutine owns the tasks that it spawns; when its function returns they are cancelled and
 * awaited. Where something shorter than the coroutine is their owner, the call of a handler for
 * example, it puts an owner of its own in front for as long as that lasts:
 *
 *     cadre__owner_begin(&owner);
 *     r = handler(req);
 *     cadre__owner_end(&owner);
 *
 * The struct is on the stack of the coroutine. All calls come from the loop's thread.
 */
#ifndef CADRE_ASYNC_OWNER_H
#define CADRE_ASYNC_OWNER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"

struct cadre__coroutine;

struct cadre__owner {
    struct cadre__coroutine *co; /* whose stack it is on; NULL: begun off any coroutine */
    struct cadre__owner *outer;  /* who owned before */
    struct cadre__list tasks;    /* whose handles are alive; struct cadre_task.link */
    size_t live;                 /* of these, not ended; and callbacks of theirs to be called */
    unsigned scopes_open;        /* of the coroutine, when it began */
    bool waiting;                /* the coroutine waits for `live` to become 0 */
};

/* The outermost owner of a coroutine. */
void cadre__owner_init(struct cadre__owner *owner, struct cadre__coroutine *co);

/* From here on tasks that the calling coroutine spawns belong to `owner`. Off any coroutine it does
 * nothing. */
void cadre__owner_begin(struct cadre__owner *owner);

/*
 * Cancels and awaits its tasks, frees their handles, and gives way to the owner before it. Aborts,
 * with a line in the log, where a cancel scope that began inside is open. May suspend where there
 * are tasks; cannot be cancelled. A task that goes on for 5 s is named in the log, and every call
 * of its that may suspend fails from then on.
 */
void cadre__owner_end(struct cadre__owner *owner);

/* Has it no tasks? */
static inline bool cadre__owner_is_empty(const struct cadre__owner *owner)
{
    return cadre__list_is_empty(&owner->tasks) && owner->live == 0;
}

/* The parts of the end: aborts where scopes are open; does the rest. */
void cadre__owner_check_scopes(const struct cadre__owner *owner);
void cadre__owner_end_tasks(struct cadre__owner *owner);

/* One less of what it waits for. */
void cadre__owner_note_end(struct cadre__owner *owner);

#endif
