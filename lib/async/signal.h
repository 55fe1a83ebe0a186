/* SPDX-License-Identifier: MIT */
/*
 * lib/async/signal.h: signals as callbacks of the loop.
 *
 * The callback runs on the loop, where everything is allowed, and not in signal context. Signals
 * belong to the process: one loop of it may use this, and a signal has one struct at a time.
 */
#ifndef CADRE_ASYNC_SIGNAL_H
#define CADRE_ASYNC_SIGNAL_H

#include <stdbool.h>

#include <event2/event_struct.h>

#include <cadre/macros.h>

struct cadre__loop;

typedef void (*cadre__signal_fn)(int signo, void *arg);

struct cadre__signal {
    struct event ev;          /* libevent's; touched by signal.c only */
    struct cadre__loop *loop; /* borrowed */
    cadre__signal_fn fn;      /* called on the loop, once for deliveries that coincide */
    void *arg;                /* for fn */
    int signo;                /* which */
    bool started;             /* is the handler in place? */
};

/* Prepares `sig`; catches nothing yet. */
void cadre__signal_init(struct cadre__signal *sig, struct cadre__loop *loop, int signo,
                        cadre__signal_fn fn, void *arg);

/* Catches the signal from now on, until stopped. Errors: -EINVAL (no such signal), -ENOMEM. */
CADRE_MUST_CHECK int cadre__signal_start(struct cadre__signal *sig);

/* Puts back what the signal did before. Safe if stopped. */
void cadre__signal_stop(struct cadre__signal *sig);

#endif
