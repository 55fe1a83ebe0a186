/* SPDX-License-Identifier: MIT */
/*
 * lib/async/waiters.h: coroutines that wait in a row; what all primitives are made of.
 *
 * A waiter lies on its coroutine's stack and is linked into the list of what it waits for, the
 * first come first. Whoever has something to give wakes waiters by these calls and gives it to the
 * one that comes back, and to nobody else. A waiter whose coroutine was cancelled before is never
 * that one: it is passed over, though it may be linked until its coroutine runs and leaves. A
 * waiter that was woken has what it was given: a cancel that comes later fails its coroutine's next
 * call. So nothing is given to one who will not take it, and nothing is taken by one who reports
 * failure; tokens and wake-ups cannot be lost.
 *
 * A woken coroutine runs with the loop's next jobs. Until then, which is for as long as the caller
 * does not suspend or return to the loop, the waiter that came back may be written to.
 */
#ifndef CADRE_ASYNC_WAITERS_H
#define CADRE_ASYNC_WAITERS_H

#include <stdbool.h>
#include <stddef.h>

#include <cadre/macros.h>
#include <cadre/sync.h>

struct cadre__coroutine;

struct cadre__waiter {
    struct cadre__waiter *prev, *next; /* in the list; NULL at its ends */
    struct cadre_waiters *list;        /* where it is linked, or NULL */
    struct cadre__coroutine *co;       /* who waits */
    const void *key;                   /* the primitive's: what distinguishes this one */
    void *data;                        /* the primitive's: what goes to it, or comes from it */
};

/*
 * Waits at the end of the list on behalf of the public call `call`; the caller has asked
 * cadre__coroutine_check(). `key` and `data` are what the waiter shows to whoever wakes it. Returns
 * the `result` that it was woken with, or -ECANCELED: then nobody has been told of it. May suspend.
 */
CADRE_MUST_CHECK int cadre__waiters_wait(struct cadre_waiters *list, const void *key, void *data,
                                         const char *call);

/* The same for a wait that a cancel does not end; that stays for the next call. May suspend. */
int cadre__waiters_wait_shielded(struct cadre_waiters *list, const char *call);

/* Wakes the first one that can be, with `result`, and unlinks it, and those before it. NULL when
 * there is none. */
struct cadre__waiter *cadre__waiters_wake_first(struct cadre_waiters *list, int result);

/* Wakes all that can be, or all of these with that key, and unlinks the others too. Returns how
 * many it woke. */
size_t cadre__waiters_wake_all(struct cadre_waiters *list, int result);
size_t cadre__waiters_wake_key(struct cadre_waiters *list, const void *key, int result);

/* Can it be woken? Not if it was cancelled. */
bool cadre__waiters_is_waiting(const struct cadre__waiter *waiter);

/* How many can be woken? Walks the list. */
size_t cadre__waiters_count(const struct cadre_waiters *list);

/* The same as cadre__waiters_wake_first(), without a call where nobody waits. */
static inline struct cadre__waiter *cadre__waiters_give(struct cadre_waiters *list, int result)
{
    return list->first_ ? cadre__waiters_wake_first(list, result) : NULL;
}

#endif
