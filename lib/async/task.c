/* SPDX-License-Identifier: MIT */
/*
 * lib/async/task.c: what <cadre/task.h> offers, on coroutines and the loop's timers. Runs on the
 * loop, but for cadre_cancelled(), which any thread may call.
 */
#include "config.h"

#include <errno.h>

#include <cadre/task.h>

#include "async/coroutine.h"
#include "async/loop.h"
#include "async/thread_pool.h"

struct sleeper {
    struct cadre__timer timer;
    struct cadre__coroutine *co;
};

static void on_time(struct cadre__timer *timer)
{
    (void)cadre__coroutine_resume(CADRE__CONTAINER_OF(timer, struct sleeper, timer)->co, 0);
}

int cadre_sleep(uint64_t ms)
{
    struct sleeper sleeper;
    struct cadre__loop *loop;
    uint64_t ns;
    int r;

    if (ms == 0)
        return cadre_yield();
    if ((r = cadre__coroutine_check("cadre_sleep")) < 0)
        return r;
    sleeper.co = cadre__coroutine_current();
    loop = cadre__coroutine_loop(sleeper.co);
    ns = ms > UINT64_MAX / CADRE__NSEC_PER_MSEC ? UINT64_MAX : ms * CADRE__NSEC_PER_MSEC;
    cadre__timer_init(&sleeper.timer, on_time);
    /* From now, and not from the turn's beginning: the caller may have been computing since. */
    cadre__timer_start(cadre__loop_timers(loop), &sleeper.timer,
                       cadre__deadline(cadre__loop_clock(loop), ns));
    r = cadre__coroutine_suspend("cadre_sleep");
    cadre__loop_timer_stop(loop, &sleeper.timer);
    return r;
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
