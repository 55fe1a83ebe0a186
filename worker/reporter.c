/* SPDX-License-Identifier: MIT */
/*
 * The reporter's events. One loop; no function here suspends. worker/reporter.h has the contract.
 */
#include "config.h"

#include "worker/reporter.h"

#include <errno.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "async/loop.h"
#include "async/signal.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/fd.h"
#include "base/log.h"
#include "conf/server_conf.h"
#include "worker/acceptor.h"
#include "worker/child.h"
#include "worker/drain.h"
#include "worker/master_link.h"
#include "worker/meter.h"
#include "worker/report_app.h"
#include "worker/score.h"
#include "worker/server.h"
#include <cadre/error.h>

#define CONNECTIONS_MAX 256
/* How long its clients may take at its end. */
#define DRAIN_NS (2 * CADRE__NSEC_PER_SEC)

struct reporter {
    struct child *child;
    int exit_code;
    struct cadre__loop *loop;
    struct master_link link;
    struct score_watch watch;
    struct cadre__signal terminate;

    /* what it tells */
    struct cadre__shm status_area, counter_area, quarantine_area;
    struct cadre__counters counters;
    struct report_app app;

    /* what it serves with */
    struct cadre__traffic_counts counts; /* its own pages are not among the server's requests */
    struct cadre__score score;           /* nor its connections */
    struct meter meter;
    struct cadre__endpoint endpoints[CADRE__LISTEN_MAX];
    int fds[CADRE__LISTEN_MAX];
    struct server *server;
    struct acceptor *acceptor;
    struct drain drain;
};

static uint64_t now(void)
{
    return cadre__clock_now(cadre__clock_system());
}

static void leave(struct reporter *r, int exit_code)
{
    r->exit_code = exit_code;
    cadre__loop_stop(r->loop);
}

/* --- what the master says --- */

static void fail(struct reporter *r, int error)
{
    char why[256];

    snprintf(why, sizeof(why), "the pages of status_listen cannot be served: %s",
             cadre_strerror(error));
    master_link_tell_failed(&r->link, CADRE__PHASE_STARTUP, why);
    leave(r, CHILD_EXIT_STARTUP);
}

static void on_connection_closed(void *arg)
{
    struct reporter *r = arg;

    acceptor_on_connection_closed(r->acceptor);
    drain_on_work_ended(&r->drain);
}

static void on_drained(void *arg, uint32_t left_behind)
{
    (void)left_behind;
    leave(arg, CHILD_EXIT_OK);
}

static int make_server(struct reporter *r)
{
    const struct cadre__heritage *heritage = &r->child->heritage;
    struct server_limits limits;
    int error;

    for (uint32_t i = 0; i < heritage->n_listeners; i++)
        r->fds[i] = heritage->listener[i].fd;
    meter_init(&r->meter, &r->counts, &r->score);
    server_limits_from_conf(r->child->conf, &limits);
    limits.max_connections = CONNECTIONS_MAX;
    limits.max_per_client = 0;
    limits.concurrency = 0;
    limits.queue_timeout_ns = 0;
    const struct server_options options = {
        .loop = r->loop,
        .limits = &limits,
        .app_fn = report_app_call,
        .app = &r->app,
        .listeners = r->endpoints,
        .n_listeners = heritage->n_listeners,
        .score = &r->score,
        .meter = &r->meter,
        .on_connection_closed = on_connection_closed,
        .arg = r,
    };
    error = server_new(&options, &r->server);
    if (error < 0)
        return error;
    const struct acceptor_options acceptor_options = {
        .server = r->server, .fds = r->fds, .n_fds = heritage->n_listeners};
    error = acceptor_new(&acceptor_options, &r->acceptor);
    if (error < 0)
        return error;
    drain_init(&r->drain, r->server, r->acceptor, NULL, DRAIN_NS, on_drained, r);
    return 0;
}

static void on_start(void *arg, int fd)
{
    struct reporter *r = arg;
    int error;

    cadre__fd_close(&fd);
    if (r->server)
        return;
    error = make_server(r);
    if (error < 0) {
        fail(r, error);
        return;
    }
    score_set_state(r->child->score, CADRE__SCORE_READY);
    master_link_tell_plain(&r->link, CADRE__MSG_READY);
}

static void on_accept(void *arg)
{
    struct reporter *r = arg;
    int error = acceptor_start(r->acceptor);

    if (error < 0)
        fail(r, error);
    else
        score_set_state(r->child->score, CADRE__SCORE_ACCEPTING);
}

/* Whoever has been accepted is answered, unless it takes its time. */
static void finish(struct reporter *r)
{
    score_set_state(r->child->score, CADRE__SCORE_DRAINING);
    if (r->server)
        drain_begin(&r->drain, CADRE__DRAIN_STOP, DRAIN_NS);
    else
        leave(r, CHILD_EXIT_OK);
}

static void on_drain(void *arg, enum cadre__drain_mode mode, uint64_t timeout_ns)
{
    (void)mode;
    (void)timeout_ns;
    finish(arg);
}

static void on_gone(void *arg)
{
    finish(arg);
}

/* Sent to the whole group it must not end what tells how the others leave: the master ends it. */
static void on_terminate(int signo, void *arg)
{
    (void)signo;
    (void)arg;
}

/* --- the process --- */

static int attach(struct reporter *r, const char *name, struct cadre__shm *ret)
{
    const struct cadre__heritage_shm *area = cadre__heritage_find_shm(&r->child->heritage, name);

    return area ? cadre__shm_attach(ret, name, area->fd, false) : -ENOENT;
}

static int attach_areas(struct reporter *r)
{
    struct cadre__snapshot_sources *sources = &r->app.sources;
    struct cadre__traffic_area *traffic;
    struct cadre__status_area *status;
    struct cadre__quarantine *quarantine;
    int error = r->child->board ? 0 : -ENOENT;

    if (error == 0)
        error = attach(r, CADRE__STATUS_AREA, &r->status_area);
    if (error == 0)
        error = cadre__status_open(&r->status_area, &status);
    if (error == 0)
        error = attach(r, CADRE__COUNTERS_AREA, &r->counter_area);
    if (error == 0)
        error = cadre__counters_attach(&r->counters, &r->counter_area, CADRE__COUNTERS_NO_SLOT);
    if (error == 0)
        error = attach(r, CADRE__QUARANTINE_AREA, &r->quarantine_area);
    if (error == 0)
        error = cadre__quarantine_open(&r->quarantine_area, &quarantine);
    if (error == 0)
        error = cadre__traffic_open(&r->child->traffic_shm, &traffic);
    if (error < 0)
        return error;
    *sources = (struct cadre__snapshot_sources){.board = r->child->board,
                                                .traffic = traffic,
                                                .status = status,
                                                .counters = &r->counters,
                                                .quarantine = quarantine};
    r->app.now = now;
    return 0;
}

static int boot(struct reporter *r)
{
    static const struct master_link_callbacks callbacks = {
        .on_start = on_start,
        .on_accept = on_accept,
        .on_drain = on_drain,
        .on_gone = on_gone,
    };
    struct child *child = r->child;
    char why[CADRE__MSG_TEXT_SIZE];
    int error = child_make_loop(child, &r->loop);

    if (error == 0)
        error = master_link_open(&r->link, r->loop, cadre__fd_take(&child->heritage.channel_fd),
                                 &callbacks, r);
    if (error < 0) {
        cadre__log(CADRE_LOG_ERROR, "the loop cannot be made: %s", cadre_strerror(error));
        return error;
    }
    cadre__signal_init(&r->terminate, r->loop, SIGTERM, on_terminate, r);
    error = cadre__signal_start(&r->terminate);
    if (error == 0)
        error = attach_areas(r);
    if (error < 0) {
        snprintf(why, sizeof(why), "the shared areas cannot be used: %s", cadre_strerror(error));
        master_link_tell_failed(&r->link, CADRE__PHASE_BOOT, why);
        return error;
    }
    score_watch_init(&r->watch, child->score);
    score_watch_loop(&r->watch, r->loop);
    master_link_tell_loaded(&r->link, 0, false);
    return 0;
}

static void unboot(struct reporter *r)
{
    acceptor_free(r->acceptor);
    master_link_close(&r->link);
    if (r->loop)
        cadre__signal_stop(&r->terminate);
    server_free(r->server);
    cadre__loop_free(r->loop);
    cadre__shm_done(&r->status_area);
    cadre__shm_done(&r->counter_area);
    cadre__shm_done(&r->quarantine_area);
}

int reporter_run(struct child *child)
{
    struct reporter *r = calloc(1, sizeof(*r));

    if (!r)
        return CHILD_EXIT_STARTUP;
    r->child = child;
    r->link.fd = -1;
    r->status_area.fd = r->counter_area.fd = r->quarantine_area.fd = -1;
    r->exit_code = CHILD_EXIT_STARTUP;
    if (boot(r) == 0) {
        r->exit_code = CHILD_EXIT_OK;
        int error = cadre__loop_run(r->loop);
        if (error < 0) {
            cadre__log(CADRE_LOG_CRITICAL, "the loop has failed: %s", cadre_strerror(error));
            r->exit_code = CHILD_EXIT_STARTUP;
        }
    }
    /* Connections are cut as they are: who asks, asks again. */
    int exit_code = r->exit_code;
    if (r->server)
        server_cancel(r->server);
    if (r->server && !server_is_empty(r->server))
        _exit(exit_code);
    unboot(r);
    free(r);
    return exit_code;
}
