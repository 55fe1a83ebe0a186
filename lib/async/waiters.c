/* SPDX-License-Identifier: MIT */
/*
 * lib/async/waiters.c: linking, suspending, waking. See waiters.h for the rule that nothing is
 * lost. Runs on the loop; allocates nothing.
 */
#include "config.h"

#include "async/coroutine.h"
#include "async/coroutine_internal.h"
#include "async/waiters.h"

static void link_last(struct cadre_waiters *list, struct cadre__waiter *waiter)
{
    waiter->list = list;
    waiter->next = NULL;
    waiter->prev = list->last_;
    if (list->last_)
        list->last_->next = waiter;
    else
        list->first_ = waiter;
    list->last_ = waiter;
}

static void unlink_from(struct cadre_waiters *list, struct cadre__waiter *waiter)
{
    if (waiter->prev)
        waiter->prev->next = waiter->next;
    else
        list->first_ = waiter->next;
    if (waiter->next)
        waiter->next->prev = waiter->prev;
    else
        list->last_ = waiter->prev;
    waiter->list = NULL;
}

/* After its coroutine was resumed: not woken by us, it is linked still. */
static void leave(struct cadre__waiter *waiter)
{
    if (waiter->list)
        unlink_from(waiter->list, waiter);
}

int cadre__waiters_wait(struct cadre_waiters *list, const void *key, void *data, const char *call)
{
    struct cadre__waiter waiter = {
        .co = cadre__coroutine_current(),
        .key = key,
        .data = data,
    };
    int r;

    link_last(list, &waiter);
    r = cadre__coroutine_suspend(call);
    leave(&waiter);
    return r;
}

int cadre__waiters_wait_shielded(struct cadre_waiters *list, const char *call)
{
    struct cadre__waiter waiter = {.co = cadre__coroutine_current()};
    int r;

    link_last(list, &waiter);
    r = cadre__coroutine_suspend_shielded(call);
    leave(&waiter);
    return r;
}

/* Wakes this one, if it can be, and unlinks it in any case. Returns whether. */
static bool wake(struct cadre_waiters *list, struct cadre__waiter *waiter, int result)
{
    unlink_from(list, waiter);
    return cadre__coroutine_wake(waiter->co, result);
}

struct cadre__waiter *cadre__waiters_wake_first(struct cadre_waiters *list, int result)
{
    struct cadre__waiter *waiter;

    while ((waiter = list->first_))
        if (wake(list, waiter, result))
            return waiter;
    return NULL;
}

size_t cadre__waiters_wake_all(struct cadre_waiters *list, int result)
{
    return cadre__waiters_wake_key(list, NULL, result);
}

size_t cadre__waiters_wake_key(struct cadre_waiters *list, const void *key, int result)
{
    size_t n = 0;

    for (struct cadre__waiter *waiter = list->first_, *next; waiter; waiter = next) {
        next = waiter->next;
        if (!key || waiter->key == key)
            n += wake(list, waiter, result);
    }
    return n;
}

bool cadre__waiters_is_waiting(const struct cadre__waiter *waiter)
{
    return waiter->co->state == CADRE__COROUTINE_SUSPENDED;
}

size_t cadre__waiters_count(const struct cadre_waiters *list)
{
    size_t n = 0;

    for (const struct cadre__waiter *waiter = list->first_; waiter; waiter = waiter->next)
        n += cadre__waiters_is_waiting(waiter);
    return n;
}
