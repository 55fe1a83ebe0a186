/* SPDX-License-Identifier: MIT */
/*
 * lib/async/fd_wait.c: waiting for one descriptor. See fd_wait.h.
 *
 * A wait lies on the stack of the coroutine that waits, in a small table of the thread by the
 * number of its descriptor. Whatever ends it (readiness, the deadline, a cancel, a close) resumes
 * or wakes the coroutine, which then takes the wait apart itself.
 */
#include "config.h"

#include <errno.h>

#include "async/coroutine.h"
#include "async/fd_wait.h"
#include "async/loop.h"

enum {
    BUCKETS = 64,
    BUDGET = 128, /* calls of one turn that need not wait, before one yields */
};

struct fd_wait {
    struct fd_wait *next, **prev; /* in its bucket */
    struct cadre__io io;
    struct cadre__coroutine *co;
};

static _Thread_local struct fd_wait *buckets[BUCKETS];

static struct fd_wait **bucket_of(int fd)
{
    return &buckets[(unsigned)fd % BUCKETS];
}

static void on_ready(int events, void *arg)
{
    struct fd_wait *wait = arg;

    (void)cadre__coroutine_resume(wait->co, events);
}

static void enlist(struct fd_wait *wait)
{
    struct fd_wait **head = bucket_of(wait->io.fd);

    wait->next = *head;
    wait->prev = head;
    if (wait->next)
        wait->next->prev = &wait->next;
    *head = wait;
}

static void delist(struct fd_wait *wait)
{
    *wait->prev = wait->next;
    if (wait->next)
        wait->next->prev = wait->prev;
}

int cadre__fd_enter(const char *call)
{
    static _Thread_local struct {
        uint64_t turn_ns;
        unsigned calls;
    } budget;
    uint64_t now_ns;
    int r = cadre__coroutine_check(call);

    if (r < 0)
        return r;
    now_ns = cadre__loop_now(cadre__coroutine_loop(cadre__coroutine_current()));
    if (budget.turn_ns != now_ns) {
        budget.turn_ns = now_ns;
        budget.calls = 0;
    } else if (++budget.calls >= BUDGET) {
        budget.calls = 0;
        return cadre__coroutine_yield(call);
    }
    return 0;
}

int cadre__fd_wait(int fd, int events, uint64_t deadline_ns, const char *call)
{
    struct fd_wait wait = {.co = cadre__coroutine_current()};
    int r;

    if ((r = cadre__coroutine_check(call)) < 0)
        return r;
    if (fd < 0)
        return -EBADF;
    cadre__io_init(&wait.io, cadre__coroutine_loop(wait.co), fd, on_ready, &wait);
    if ((r = cadre__io_start(&wait.io, events, false)) < 0)
        return r;
    enlist(&wait);
    r = cadre__suspend_until(call, deadline_ns);
    delist(&wait);
    cadre__io_stop(&wait.io);
    return r;
}

int cadre__suspend_until(const char *call, uint64_t deadline_ns)
{
    struct cadre__coroutine *co = cadre__coroutine_current();
    uint64_t now_ns;

    if (!co || deadline_ns == CADRE__NEVER)
        return cadre__coroutine_suspend(call);
    now_ns = cadre__loop_clock(cadre__coroutine_loop(co));
    return cadre__coroutine_suspend_for(call, deadline_ns > now_ns ? deadline_ns - now_ns : 0);
}

void cadre__fd_forget(int fd)
{
    if (fd < 0)
        return;
    for (struct fd_wait *wait = *bucket_of(fd); wait; wait = wait->next)
        if (wait->io.fd == fd) {
            cadre__io_stop(&wait->io);
            (void)cadre__coroutine_wake(wait->co, -EBADF);
        }
}

uint64_t cadre__fd_deadline(uint64_t timeout_ms)
{
    struct cadre__loop *loop = cadre__coroutine_loop(cadre__coroutine_current());

    if (timeout_ms > UINT64_MAX / CADRE__NSEC_PER_MSEC)
        return CADRE__NEVER;
    return cadre__deadline(cadre__loop_clock(loop), timeout_ms * CADRE__NSEC_PER_MSEC);
}
