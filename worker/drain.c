/* SPDX-License-Identifier: MIT */
/*
 * The states of a drain. Runs on the worker's loop, never suspends. worker/drain.h has the
 * contract.
 */
#include "worker/drain.h"

#include "base/clock.h"
#include "base/log.h"
#include "web/draining.h"
#include "worker/acceptor.h"
#include "worker/handover.h"
#include "worker/meter.h"
#include "worker/server.h"

/* For the first request of a connection that was accepted right before the stop. */
#define GRACE_NS CADRE__NSEC_PER_SEC

static void on_timer(struct cadre__timer *timer);
static void on_job(struct cadre__job *job);

void drain_init(struct drain *d, struct server *server, struct acceptor *acceptor,
                struct handover *handover, uint64_t unwind_ns,
                void (*on_done)(void *arg, uint32_t left_behind), void *arg)
{
    *d = (struct drain){
        .server = server,
        .acceptor = acceptor,
        .handover = handover,
        .unwind_ns = unwind_ns,
        .job = {.fn = on_job},
        .on_done = on_done,
        .arg = arg,
    };
    cadre__timer_init(&d->timer, on_timer);
}

static void finish(struct drain *d)
{
    cadre__loop_timer_stop(d->server->loop, &d->timer);
    d->state = DRAIN_DONE;
    d->on_done(d->arg, d->server->n_in_flight + d->server->n_background);
}

static void check_soon(struct drain *d)
{
    if (d->posted)
        return;
    d->posted = true;
    cadre__loop_post(d->server->loop, &d->job);
}

static void on_job(struct cadre__job *job)
{
    struct drain *d = CADRE__CONTAINER_OF(job, struct drain, job);

    d->posted = false;
    if (d->state == DRAIN_NONE || d->state == DRAIN_DONE)
        return;
    if (server_is_empty(d->server) && d->server->n_background == 0)
        finish(d);
}

void drain_on_work_ended(struct drain *d)
{
    if (d->state != DRAIN_NONE && d->state != DRAIN_DONE)
        check_soon(d);
}

/* Nothing more is given to others. */
static void keep_the_rest(struct drain *d)
{
    if (d->handover)
        handover_end(d->handover);
}

static void cut(struct drain *d)
{
    d->state = DRAIN_UNWINDING;
    cadre__traffic_count(&d->server->meter->counts->lost, d->server->n_in_flight);
    keep_the_rest(d);
    server_cancel(d->server);
    if (d->on_cut)
        d->on_cut(d->arg);
    cadre__loop_timer_start(d->server->loop, &d->timer, d->unwind_ns);
    check_soon(d);
}

static void log_cut(const struct server *server)
{
    if (server->n_in_flight > 0)
        cadre__log(CADRE_LOG_WARNING, "graceful_timeout is over: %u requests are cancelled",
                   server->n_in_flight);
    if (server->n_background > 0)
        cadre__log(CADRE_LOG_WARNING,
                   "graceful_timeout is over: the work behind %u responses is cancelled",
                   server->n_background);
}

static void log_left_behind(const struct server *server)
{
    if (server->n_in_flight > 0)
        cadre__log(CADRE_LOG_ERROR, "%u cancelled requests do not end: left behind",
                   server->n_in_flight);
    if (server->n_background > 0)
        cadre__log(CADRE_LOG_ERROR,
                   "the cancelled work behind %u responses does not end: left behind",
                   server->n_background);
}

static void on_timer(struct cadre__timer *timer)
{
    struct drain *d = CADRE__CONTAINER_OF(timer, struct drain, timer);

    if (d->state == DRAIN_FINISHING) {
        log_cut(d->server);
        cut(d);
    } else if (d->state == DRAIN_UNWINDING) {
        log_left_behind(d->server);
        finish(d);
    }
}

static void start_timer(struct drain *d, uint64_t timeout_ns)
{
    if (timeout_ns > 0)
        cadre__loop_timer_start(d->server->loop, &d->timer, timeout_ns);
}

void drain_begin(struct drain *d, enum cadre__drain_mode mode, uint64_t timeout_ns)
{
    bool first = d->state == DRAIN_NONE;

    if (d->state >= DRAIN_UNWINDING || (!first && mode < d->mode))
        return;
    d->mode = mode;
    d->state = DRAIN_FINISHING;
    if (first)
        cadre__draining_set(true); /* streams that would go on for ever end */
    cadre__loop_timer_stop(d->server->loop, &d->timer);
    if (mode == CADRE__DRAIN_STOP && first)
        acceptor_take_rest(d->acceptor);
    acceptor_stop(d->acceptor);
    if (mode == CADRE__DRAIN_RELOAD && d->handover && handover_begin(d->handover)) {
        start_timer(d, timeout_ns);
        check_soon(d);
        return;
    }
    keep_the_rest(d);
    server_drain(d->server);
    if (mode == CADRE__DRAIN_FAST) {
        cut(d);
        return;
    }
    if (mode == CADRE__DRAIN_STOP)
        server_stop(d->server, GRACE_NS);
    start_timer(d, timeout_ns);
    check_soon(d);
}
