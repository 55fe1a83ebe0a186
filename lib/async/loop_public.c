/* SPDX-License-Identifier: MIT */
/*
 * lib/async/loop_public.c: what <cadre/loop.h> offers, on the loop of loop.h.
 */
#include "config.h"

#include <errno.h>

#include <cadre/error.h>
#include <cadre/loop.h>

#include "async/coroutine.h"
#include "async/fd_wait.h"
#include "async/io.h"
#include "async/loop_internal.h"
#include "base/log.h"

/* struct cadre_call, inside. */
struct call {
    struct cadre__loop *loop; /* while it waits, else NULL */
    int (*fn)(void *arg);
    void *arg;
    struct cadre__timer timer; /* for later; */
    struct cadre__job job;     /* for soon */
    bool is_timed;             /* which of the two */
} __attribute__((__may_alias__));

_Static_assert(sizeof(struct call) <= sizeof(struct cadre_call), "a call fits");
_Static_assert(_Alignof(struct call) <= _Alignof(struct cadre_call), "and lies right");

int cadre_run(int (*main_fn)(void *arg), void *arg)
{
    return cadre__run(NULL, main_fn, arg);
}

struct cadre_loop *cadre_loop_current(void)
{
    return (struct cadre_loop *)cadre__loop_current();
}

uint64_t cadre_time_ns(void)
{
    const struct cadre__loop *loop = cadre__loop_here;

    return loop ? cadre__loop_clock(loop) : cadre__clock_now(cadre__clock_system());
}

/* --- callbacks --- */

/* The struct may be used again, or go, from within fn. */
static void run(struct call *call)
{
    struct cadre__loop *loop = call->loop;
    int r;

    call->loop = NULL;
    r = call->fn(call->arg);
    if (r < 0)
        cadre__loop_report(loop, "callback failed", "", r);
}

static void on_job(struct cadre__job *job)
{
    run(CADRE__CONTAINER_OF(job, struct call, job));
}

static void on_timer(struct cadre__timer *timer)
{
    run(CADRE__CONTAINER_OF(timer, struct call, timer));
}

static void prepare(struct call *call, struct cadre__loop *loop, int (*fn)(void *arg), void *arg)
{
    *call = (struct call){.loop = loop, .fn = fn, .arg = arg, .job.fn = on_job};
}

/* Prepares a call by the calling thread's loop. */
static int begin(struct cadre_call *call, int (*fn)(void *arg), void *arg, struct call **ret)
{
    struct call *c = (struct call *)(void *)call;
    struct cadre__loop *loop = cadre__loop_here;

    if (!loop) {
        cadre__log(CADRE_LOG_ERROR, "a call was scheduled in a thread without a loop: there is "
                                    "cadre_call_soon_threadsafe() for that");
        return -EPERM;
    }
    if (c->loop)
        return -EBUSY;
    prepare(c, loop, fn, arg);
    *ret = c;
    return 0;
}

int cadre_call_soon(struct cadre_call *call, int (*fn)(void *arg), void *arg)
{
    struct call *c;
    int r = begin(call, fn, arg, &c);

    if (r < 0)
        return r;
    cadre__loop_post(c->loop, &c->job);
    return 0;
}

int cadre_call_at(struct cadre_call *call, uint64_t at_ns, int (*fn)(void *arg), void *arg)
{
    struct call *c;
    int r = begin(call, fn, arg, &c);

    if (r < 0)
        return r;
    c->is_timed = true;
    cadre__timer_init(&c->timer, on_timer);
    cadre__timer_start(&c->loop->timers, &c->timer, at_ns);
    return 0;
}

int cadre_call_later(struct cadre_call *call, uint64_t ms, int (*fn)(void *arg), void *arg)
{
    uint64_t at_ns = CADRE__NEVER;

    if (ms <= UINT64_MAX / CADRE__NSEC_PER_MSEC)
        at_ns = cadre__deadline(cadre_time_ns(), ms * CADRE__NSEC_PER_MSEC);
    return cadre_call_at(call, at_ns, fn, arg);
}

bool cadre_call_cancel(struct cadre_call *call)
{
    struct call *c = (struct call *)(void *)call;
    struct cadre__loop *loop = c->loop;

    if (!loop)
        return false;
    c->loop = NULL;
    if (c->is_timed)
        cadre__timer_stop(&loop->timers, &c->timer);
    else
        (void)cadre__loop_unpost(loop, &c->job);
    return true;
}

void cadre_call_soon_threadsafe(struct cadre_loop *loop, struct cadre_call *call,
                                int (*fn)(void *arg), void *arg)
{
    struct call *c = (struct call *)(void *)call;

    prepare(c, (struct cadre__loop *)loop, fn, arg);
    cadre__loop_post_from_thread(c->loop, &c->job);
}

/* --- descriptors --- */

int cadre_wait_fd(int fd, unsigned events, uint64_t timeout_ms)
{
    int what = (events & CADRE_FD_READ ? CADRE__IO_READ : 0) |
               (events & CADRE_FD_WRITE ? CADRE__IO_WRITE : 0);
    int r;

    if (what == 0)
        return -EINVAL;
    if (fd < 0)
        return -EBADF;
    if ((r = cadre__fd_enter("cadre_wait_fd")) < 0)
        return r;
    r = cadre__fd_wait(fd, what, cadre__fd_deadline(timeout_ms), "cadre_wait_fd");
    if (r < 0)
        return r;
    return (r & CADRE__IO_READ ? CADRE_FD_READ : 0) | (r & CADRE__IO_WRITE ? CADRE_FD_WRITE : 0);
}

/* --- errors that nobody waits for --- */

void cadre_set_error_hook(void (*fn)(const struct cadre_error_context *context, void *arg),
                          void *arg)
{
    struct cadre__loop *loop = cadre__loop_here;

    if (!loop)
        return;
    loop->error_hook = fn;
    loop->error_hook_arg = arg;
}

void cadre__loop_report(struct cadre__loop *loop, const char *message, const char *name, int error)
{
    const struct cadre_error_context context = {.message = message, .name = name, .error = error};

    if (loop->error_hook)
        loop->error_hook(&context, loop->error_hook_arg);
    else
        cadre__log(CADRE_LOG_ERROR, "%s%s%s%s: %s", message, name[0] ? ": \"" : "", name,
                   name[0] ? "\"" : "", cadre_strerror(error));
}
