/* SPDX-License-Identifier: MIT */
/*
 * lib/async/lock.c: cadre_lock of <cadre/sync.h>. Who gives a lock back makes the first waiter its
 * owner at once, so that nobody takes it in between. Runs on the loop; allocates nothing.
 */
#include "config.h"

#include <errno.h>

#include <cadre/sync.h>

#include "async/coroutine.h"
#include "async/lock.h"
#include "async/waiters.h"

void cadre_lock_init(struct cadre_lock *lock)
{
    *lock = (struct cadre_lock)CADRE_LOCK_INIT;
}

bool cadre__lock_is_mine(const struct cadre_lock *lock)
{
    return lock->owner_ && lock->owner_ == cadre__coroutine_current();
}

static int take_if_free(struct cadre_lock *lock)
{
    struct cadre__coroutine *self = cadre__coroutine_current();

    if (!self || lock->owner_ == self)
        return -EDEADLK;
    if (lock->owner_)
        return -EAGAIN;
    lock->owner_ = self;
    return 0;
}

int cadre_lock_acquire(struct cadre_lock *lock)
{
    int r = cadre__coroutine_check("cadre_lock_acquire");

    if (r < 0 || (r = take_if_free(lock)) != -EAGAIN)
        return r;
    return cadre__waiters_wait(&lock->waiters_, NULL, NULL, "cadre_lock_acquire");
}

int cadre_lock_acquire_nowait(struct cadre_lock *lock)
{
    return take_if_free(lock);
}

void cadre__lock_acquire_shielded(struct cadre_lock *lock, const char *call)
{
    if (take_if_free(lock) == -EAGAIN)
        (void)cadre__waiters_wait_shielded(&lock->waiters_, call);
}

int cadre_lock_release(struct cadre_lock *lock)
{
    struct cadre__waiter *waiter;

    if (!cadre__lock_is_mine(lock))
        return -EPERM;
    waiter = cadre__waiters_give(&lock->waiters_, 0);
    lock->owner_ = waiter ? waiter->co : NULL;
    return 0;
}

bool cadre_lock_is_held(const struct cadre_lock *lock)
{
    return lock->owner_ != NULL;
}
