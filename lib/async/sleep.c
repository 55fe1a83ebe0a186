/* SPDX-License-Identifier: MIT */
/*
 * lib/async/sleep.c: what a coroutine does with time and with its turn. See <cadre/task.h>.
 */
#include "config.h"

#include <errno.h>

#include <cadre/task.h>

#include "async/coroutine.h"
#include "async/loop.h"
#include "async/thread_pool.h"

int cadre_sleep(uint64_t ms)
{
    uint64_t ns = ms > UINT64_MAX / CADRE__NSEC_PER_MSEC ? CADRE__NEVER : ms * CADRE__NSEC_PER_MSEC;
    int r;

    if (ms == 0)
        return cadre_yield();
    if ((r = cadre__coroutine_check("cadre_sleep")) < 0)
        return r;
    r = cadre__coroutine_suspend_for("cadre_sleep", ns);
    return r == -ETIMEDOUT ? 0 : r;
}

int cadre_yield(void)
{
    return cadre__coroutine_yield("cadre_yield");
}

bool cadre_cancelled(void)
{
    const struct cadre__coroutine *co = cadre__coroutine_current();

    return co ? cadre__coroutine_is_cancelled(co) : cadre__thread_pool_is_cancelled();
}
