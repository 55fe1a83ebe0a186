/* SPDX-License-Identifier: MIT */
/*
 * lib/async/semaphore.c: cadre_semaphore of <cadre/sync.h>. There are tokens only while nobody
 * waits: one that comes in goes to the first waiter. Runs on the loop; allocates nothing.
 */
#include "config.h"

#include <errno.h>

#include <cadre/sync.h>

#include "async/coroutine.h"
#include "async/waiters.h"

int cadre_semaphore_init(struct cadre_semaphore *semaphore, int value)
{
    return cadre_semaphore_init_bounded(semaphore, value, INT32_MAX);
}

int cadre_semaphore_init_bounded(struct cadre_semaphore *semaphore, int value, int max)
{
    if (value < 0 || value > max)
        return -EINVAL;
    *semaphore = (struct cadre_semaphore)CADRE_SEMAPHORE_INIT_BOUNDED(value, max);
    return 0;
}

int cadre_semaphore_acquire(struct cadre_semaphore *semaphore)
{
    int r = cadre__coroutine_check("cadre_semaphore_acquire");

    if (r < 0 || (r = cadre_semaphore_acquire_nowait(semaphore)) != -EAGAIN)
        return r;
    return cadre__waiters_wait(&semaphore->waiters_, NULL, NULL, "cadre_semaphore_acquire");
}

int cadre_semaphore_acquire_nowait(struct cadre_semaphore *semaphore)
{
    if (semaphore->value_ == 0)
        return -EAGAIN;
    semaphore->value_--;
    return 0;
}

int cadre_semaphore_release(struct cadre_semaphore *semaphore)
{
    if (semaphore->value_ >= semaphore->max_)
        return -EOVERFLOW;
    if (!cadre__waiters_give(&semaphore->waiters_, 0))
        semaphore->value_++;
    return 0;
}

int cadre_semaphore_value(const struct cadre_semaphore *semaphore)
{
    return semaphore->value_;
}
