/* SPDX-License-Identifier: MIT */
/*
 * lib/async/signal.c: the cover of libevent's signal events. See signal.h.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>

#include <event2/event.h>

#include "async/loop_internal.h"
#include "async/signal.h"

static void on_signal(evutil_socket_t signo, short what, void *arg)
{
    struct cadre__signal *sig = arg;

    (void)what;
    cadre__loop_note_callback(sig->loop);
    sig->fn((int)signo, sig->arg);
}

void cadre__signal_init(struct cadre__signal *sig, struct cadre__loop *loop, int signo,
                        cadre__signal_fn fn, void *arg)
{
    *sig = (struct cadre__signal){.loop = loop, .fn = fn, .arg = arg, .signo = signo};
}

int cadre__signal_start(struct cadre__signal *sig)
{
    if (sig->started)
        return 0;
    if (sig->signo <= 0 || sig->signo >= NSIG || sig->signo == SIGKILL || sig->signo == SIGSTOP)
        return -EINVAL;
    errno = 0;
    if (event_assign(&sig->ev, sig->loop->base, sig->signo, EV_SIGNAL | EV_PERSIST, on_signal,
                     sig) < 0)
        return -EINVAL;
    if (event_add(&sig->ev, NULL) < 0)
        return errno > 0 ? -errno : -ENOMEM;
    sig->started = true;
    return 0;
}

void cadre__signal_stop(struct cadre__signal *sig)
{
    if (!sig->started)
        return;
    (void)event_del(&sig->ev);
    sig->started = false;
}
