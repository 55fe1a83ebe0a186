/* SPDX-License-Identifier: MIT */
/*
 * lib/async/barrier.c: cadre_barrier of <cadre/sync.h>. The last of a round wakes the others with
 * their numbers and so empties the list; the next round may begin before they have run. Runs on the
 * loop; allocates nothing.
 */
#include "config.h"

#include <errno.h>

#include <cadre/sync.h>

#include "async/coroutine.h"
#include "async/waiters.h"

int cadre_barrier_init(struct cadre_barrier *barrier, unsigned parties)
{
    if (parties == 0 || parties > INT32_MAX)
        return -EINVAL;
    *barrier = (struct cadre_barrier){.parties_ = parties};
    return 0;
}

int cadre_barrier_wait(struct cadre_barrier *barrier)
{
    int r = cadre__coroutine_check("cadre_barrier_wait");
    int number = 0;

    if (r < 0)
        return r;
    if (barrier->broken_)
        return -EPIPE;
    if (cadre_barrier_waiting(barrier) + 1 < barrier->parties_)
        return cadre__waiters_wait(&barrier->waiters_, NULL, NULL, "cadre_barrier_wait");
    while (cadre__waiters_wake_first(&barrier->waiters_, number))
        number++;
    return number;
}

void cadre_barrier_abort(struct cadre_barrier *barrier)
{
    barrier->broken_ = true;
    (void)cadre__waiters_wake_all(&barrier->waiters_, -EPIPE);
}

void cadre_barrier_reset(struct cadre_barrier *barrier)
{
    barrier->broken_ = false;
    (void)cadre__waiters_wake_all(&barrier->waiters_, -EPIPE);
}

unsigned cadre_barrier_waiting(const struct cadre_barrier *barrier)
{
    return (unsigned)cadre__waiters_count(&barrier->waiters_);
}

bool cadre_barrier_is_broken(const struct cadre_barrier *barrier)
{
    return barrier->broken_;
}
