/* SPDX-License-Identifier: MIT */
/*
 * How a worker stops serving: nothing that was accepted is lost without need.
 *
 * RELOAD: others go on. Stops accepting, what is queued is left to siblings. Every connection goes
 * on with another worker as soon as nothing of it is in flight (worker/handover.h). One that
 * nobody takes stays until its next request (answered, then closed) or its time-out.
 * STOP: nobody goes on. Takes the queue a last time, then closes idle connections at once and
 * gives fresh ones a short grace for their first request; what is in flight is answered.
 * FAST: cancels what is in flight now.
 *
 * After the time-out of the drain what is left is cancelled: a client gets 503, or a cut where its
 * answer had begun; work behind responses too. They then get some time to unwind, so that none of
 * it runs while the lifespans shut down; whoever does not is left behind, and the lifespans shut
 * down all the same. A drain can become stricter, never milder.
 */
#ifndef WORKER_DRAIN_H
#define WORKER_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "async/loop.h"
#include "base/timer.h"
#include "ipc/channel.h"

struct acceptor;
struct handover;
struct server;

enum drain_state {
    DRAIN_NONE,
    DRAIN_FINISHING, /* what is in flight goes on */
    DRAIN_UNWINDING, /* it was cancelled */
    DRAIN_DONE,
};

struct drain {
    struct server *server;
    struct acceptor *acceptor;
    struct handover *handover; /* NULL: nobody to hand connections to */
    enum drain_state state;
    enum cadre__drain_mode mode;
    uint64_t unwind_ns;        /* for cancelled handlers */
    struct cadre__timer timer; /* of the state */
    struct cadre__job job;     /* drain_check soon */
    bool posted;
    void (*on_done)(void *arg, uint32_t left_behind);
    /* What is in flight is cancelled now: so shall be what goes on behind responses. NULL from
     * drain_init, set by whoever has such work. */
    void (*on_cut)(void *arg);
    void *arg;
};

/* on_done is called once, from the loop, with the number of handlers, and of works behind
 * responses, that still run. All is borrowed; `handover` may be NULL. */
void drain_init(struct drain *d, struct server *server, struct acceptor *acceptor,
                struct handover *handover, uint64_t unwind_ns,
                void (*on_done)(void *arg, uint32_t left_behind), void *arg);

/* Begins, or becomes stricter. timeout_ns is from now, for what is in flight; 0: none. */
void drain_begin(struct drain *d, enum cadre__drain_mode mode, uint64_t timeout_ns);

/* A connection has ended, or work behind responses: perhaps it was the last one. */
void drain_on_work_ended(struct drain *d);

#endif
