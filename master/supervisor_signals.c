/* SPDX-License-Identifier: MIT */
/*
 * The signals that the supervisor takes; see supervisor_state.h.
 */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <signal.h>

#include "master/crew.h"
#include "master/machine.h"
#include "master/signals.h"
#include "master/supervisor_state.h"

/* A signal to the whole group ends children too: it is taken before their ends are. */
#define PRIORITY_SIGNALS 0

/* The terminal that we ran on has gone: that is no wish for a reload. */
static bool terminal_is_gone(const struct supervisor *s)
{
    struct pollfd fd = {.fd = s->terminal_fd, .events = POLLIN};

    if (!s->terminal)
        return false;
    return poll(&fd, 1, 0) == 1 && (fd.revents & (POLLHUP | POLLERR)) != 0;
}

static void on_signal(evutil_socket_t signo, short what, void *arg)
{
    struct supervisor *s = arg;
    struct machine_event event = {.type = EVENT_SIGNAL, .signo = (int)signo};

    (void)what;
    if (signo == SIGHUP && terminal_is_gone(s))
        event.signo = SIGTERM;
    supervisor_feed(s, &event);
}

static void on_sigchld(evutil_socket_t signo, short what, void *arg)
{
    struct supervisor *s = arg;

    (void)signo;
    (void)what;
    crew_reap(s->crew);
}

int supervisor_catch_signals(struct supervisor *s)
{
    unsigned n = 0;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* of a log: lines are lost then */
    for (const struct signal_row *row = signal_rows; row->signo != 0 && n < SIGNALS_MAX - 1;
         row++) {
        if (row->job_control && s->terminal) {
            signal(row->signo, SIG_IGN);
            continue;
        }
        s->signals[n] = evsignal_new(s->base, row->signo, on_signal, s);
        if (s->signals[n] == NULL || event_priority_set(s->signals[n], PRIORITY_SIGNALS) < 0 ||
            event_add(s->signals[n], NULL) < 0)
            return -ENOMEM;
        n++;
    }
    if (!crew_needs_sigchld(s->crew))
        return 0;
    s->signals[n] = evsignal_new(s->base, SIGCHLD, on_sigchld, s);
    return s->signals[n] != NULL && event_add(s->signals[n], NULL) == 0 ? 0 : -ENOMEM;
}
