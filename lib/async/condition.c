/* SPDX-License-Identifier: MIT */
/*
 * lib/async/condition.c: cadre_condition of <cadre/sync.h>. Who waits gives the lock back and takes
 * it again before he returns; that he takes it again is shielded, so that a caller knows that he
 * holds it. Runs on the loop; allocates nothing.
 */
#include "config.h"

#include <errno.h>

#include <cadre/sync.h>

#include "async/coroutine.h"
#include "async/lock.h"
#include "async/waiters.h"

void cadre_condition_init(struct cadre_condition *condition, struct cadre_lock *lock)
{
    *condition = (struct cadre_condition)CADRE_CONDITION_INIT(lock);
}

static int wait_as(struct cadre_condition *condition, const char *call)
{
    int r;

    (void)cadre_lock_release(condition->lock_);
    r = cadre__waiters_wait(&condition->waiters_, NULL, NULL, call);
    cadre__lock_acquire_shielded(condition->lock_, call);
    return r;
}

int cadre_condition_wait(struct cadre_condition *condition)
{
    int r = cadre__coroutine_check("cadre_condition_wait");

    if (r < 0)
        return r;
    if (!cadre__lock_is_mine(condition->lock_))
        return -EPERM;
    return wait_as(condition, "cadre_condition_wait");
}

int cadre_condition_wait_for(struct cadre_condition *condition, bool (*predicate)(void *arg),
                             void *arg)
{
    int r = cadre__coroutine_check("cadre_condition_wait_for");

    if (r < 0)
        return r;
    if (!cadre__lock_is_mine(condition->lock_))
        return -EPERM;
    while (r == 0 && !predicate(arg))
        r = wait_as(condition, "cadre_condition_wait_for");
    return r;
}

int cadre_condition_notify(struct cadre_condition *condition, size_t n)
{
    if (!cadre__lock_is_mine(condition->lock_))
        return -EPERM;
    while (n-- > 0 && cadre__waiters_give(&condition->waiters_, 0))
        ;
    return 0;
}

int cadre_condition_notify_all(struct cadre_condition *condition)
{
    return cadre_condition_notify(condition, SIZE_MAX);
}
