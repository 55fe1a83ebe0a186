/* SPDX-License-Identifier: MIT */
/*
 * One struct for the process and one function for each event of its life; worker/worker.h has the
 * figure. Runs on the worker's one loop; no function here suspends.
 *
 * Next: worker/server.h (what serves), worker/acceptor.h, worker/drain.h, web/lifespan.h.
 */
#include "config.h"

#include "worker/worker.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "async/loop.h"
#include "async/signal.h"
#include "async/watchdog.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/fd.h"
#include "base/log.h"
#include "conf/server_conf.h"
#include "web/app.h"
#include "web/form.h"
#include "web/lifespan.h"
#include "web/server_state.h"
#include "worker/acceptor.h"
#include "worker/access_log.h"
#include "worker/child.h"
#include "worker/crash.h"
#include "worker/drain.h"
#include "worker/handover.h"
#include "worker/master_link.h"
#include "worker/meter.h"
#include "worker/module.h"
#include "worker/quarantine_guard.h"
#include "worker/queue_intake.h"
#include "worker/score.h"
#include "worker/server.h"
#include "worker/slow.h"
#include "worker/task_teller.h"
#include <cadre/error.h>

/* How long after a SIGTERM the master's word is waited for. */
#define TERMINATE_WAIT_NS (250 * CADRE__NSEC_PER_MSEC)

/* What the kernel takes of an answer beyond what the network has room for, of each connection: a
 * crowd of clients that do not read would fill its memory, and stall all of its connections. */
#define UNSENT_MAX 131072

_Static_assert(CADRE__MSG_ADDRESS_SIZE == CADRE__LISTEN_ADDRESS, "an address travels whole");
_Static_assert(CADRE__MSG_LISTENERS_MAX == CADRE__LISTEN_MAX, "a place in the heritage is one");

enum worker_state {
    WORKER_BOOTING,
    WORKER_WAITING,
    WORKER_STARTING,
    WORKER_READY,
    WORKER_SERVING,
    WORKER_DRAINING,
    WORKER_STOPPING,
    WORKER_GONE,
};

struct worker {
    struct child *child;
    enum worker_state state;
    int exit_code;
    bool left_behind; /* handlers still run: nothing that they use may be freed */

    struct cadre__loop *loop;
    struct master_link link;
    struct cadre__signal terminate;
    struct cadre__timer alone; /* armed by SIGTERM */
    struct slow_watch slow;
    struct module_set *modules;
    struct cadre__server_state *server_state;
    struct cadre__app *app;
    struct cadre__lifespan_runner *lifespans;
    struct score_watch watch;
    struct meter meter;

    /* serving */
    struct cadre__endpoint endpoints[CADRE__LISTEN_MAX];
    bool proxy_protocol[CADRE__LISTEN_MAX]; /* the conf\'s, by the same numbers */
    char addresses[CADRE__LISTEN_MAX][CADRE__MSG_ADDRESS_SIZE]; /* as bound, for the handover */
    int fds[CADRE__LISTEN_MAX];
    bool queued[CADRE__LISTEN_MAX]; /* its queues come by on_queue */
    struct quarantine_guard guard;
    struct access_log *access_log; /* NULL: off */
    struct server *server;
    struct acceptor *acceptor;
    struct queue_intake queues;
    struct handover handover;
    struct drain drain;
};

/* --- the end --- */

static void leave(struct worker *w, int exit_code)
{
    w->state = WORKER_GONE;
    w->exit_code = exit_code;
    cadre__loop_stop(w->loop);
}

static void fail(struct worker *w, enum cadre__child_phase phase, const char *text)
{
    master_link_tell_failed(&w->link, phase, text);
    leave(w, CHILD_EXIT_STARTUP);
}

static void stop_lifespans(struct worker *w)
{
    w->state = WORKER_STOPPING;
    score_set_state(w->child->score, CADRE__SCORE_STOPPING);
    cadre__lifespan_stop(w->lifespans);
}

/* --- drain --- */

static void close_listeners(struct worker *w)
{
    struct cadre__heritage *heritage = &w->child->heritage;

    for (uint32_t i = 0; i < heritage->n_listeners; i++)
        cadre__fd_close(&heritage->listener[i].fd);
}

static void on_drained(void *arg, uint32_t left_behind)
{
    struct worker *w = arg;

    w->left_behind = left_behind > 0;
    if (w->handover.n_given > 0 || w->handover.n_kept > 0)
        cadre__log(CADRE_LOG_DEBUG, "%u connections were handed over, %u were not taken",
                   w->handover.n_given, w->handover.n_kept);
    master_link_tell_plain(&w->link, CADRE__MSG_DRAINED);
    stop_lifespans(w);
}

static void on_cut(void *arg)
{
    struct worker *w = arg;

    cadre__app_cancel_background(w->app);
}

static void begin_drain(struct worker *w, enum cadre__drain_mode mode, uint64_t timeout_ns)
{
    switch (w->state) {
    case WORKER_BOOTING:
    case WORKER_WAITING:
        leave(w, CHILD_EXIT_OK);
        break;
    case WORKER_STARTING:
    case WORKER_READY:
        stop_lifespans(w);
        break;
    case WORKER_SERVING:
    case WORKER_DRAINING:
        w->state = WORKER_DRAINING;
        score_set_state(w->child->score, CADRE__SCORE_DRAINING);
        drain_begin(&w->drain, mode, timeout_ns);
        close_listeners(w);
        break;
    case WORKER_STOPPING:
    case WORKER_GONE:
        break;
    }
}

/* Connections inherit it: one call a listener, none a connection. A UNIX socket has none. */
static void tune_listener(int fd)
{
    const int on = 1, unsent = UNSENT_MAX;

    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent));
}

static void on_adopt(void *arg, const struct cadre__msg_handover *note, int fd)
{
    struct worker *w = arg;

    if (w->state == WORKER_SERVING || w->state == WORKER_DRAINING)
        handover_adopt(&w->handover, note, fd);
    else
        handover_pass_on(&w->link, note, fd);
}

static void on_queue(void *arg, const struct cadre__msg_queue *queue, int fd)
{
    struct worker *w = arg;

    if (w->state != WORKER_SERVING || queue->listener >= w->child->heritage.n_listeners) {
        cadre__fd_close(&fd);
        return;
    }
    tune_listener(fd);
    queue_intake_take(&w->queues, queue, fd);
}

static void on_leave(void *arg, const struct cadre__msg_queue *queue)
{
    struct worker *w = arg;

    if (w->state == WORKER_SERVING && queue->listener < w->child->heritage.n_listeners)
        queue_intake_drop(&w->queues, queue);
}

static void on_handed(void *arg, bool taken)
{
    struct worker *w = arg;

    if (w->server)
        handover_answered(&w->handover, taken);
}

static void on_access_log(void *arg, int fd)
{
    struct worker *w = arg;
    int r = 0;

    if (w->access_log) {
        r = access_log_reopen(w->access_log, fd);
    } else { /* not yet: then it begins with this one */
        cadre__fd_close(&w->child->heritage.access_fd);
        w->child->heritage.access_fd = fd;
    }
    if (r < 0)
        cadre__log(CADRE_LOG_ERROR, "the reopened access log cannot be used: %s",
                   cadre_strerror(r));
}

static void on_tasks(void *arg, uint32_t id, int fd)
{
    struct worker *w = arg;

    task_teller_answer(&w->link, w->loop, id, fd);
}

static void on_drain(void *arg, enum cadre__drain_mode mode, uint64_t timeout_ns)
{
    begin_drain(arg, mode, timeout_ns);
}

/* Nobody is left to say so: what was accepted is answered, then there is nothing to live for. */
static void on_gone(void *arg)
{
    struct worker *w = arg;

    cadre__log(CADRE_LOG_WARNING, "the master is gone: finishing and leaving");
    if (w->server)
        handover_lost(&w->handover);
    begin_drain(w, CADRE__DRAIN_STOP, w->child->conf->graceful_timeout_ns);
}

/* Sent to the whole group, SIGTERM reaches the master too, which says what to do; there is time for
 * that. */
static void on_terminate(int signo, void *arg)
{
    struct worker *w = arg;

    (void)signo;
    cadre__loop_timer_start(w->loop, &w->alone, TERMINATE_WAIT_NS);
}

/* The master says nothing: somebody means this worker alone. Its siblings go on, and the master
 * replaces it. */
static void on_terminate_alone(struct cadre__timer *timer)
{
    struct worker *w = CADRE__CONTAINER_OF(timer, struct worker, alone);

    if (w->state >= WORKER_DRAINING)
        return;
    cadre__log(CADRE_LOG_NOTICE, "SIGTERM: finishing and leaving");
    begin_drain(w, CADRE__DRAIN_RELOAD, w->child->conf->graceful_timeout_ns);
}

static void on_worn(void *arg)
{
    struct worker *w = arg;
    const struct cadre__msg msg = {.type = CADRE__MSG_WORN, .worn.requests = w->server->n_requests};

    master_link_tell(&w->link, &msg, -1);
}

/* After how many requests this worker is to be replaced; 0: never. Drawn, so that workers of the
 * same age are not due together. */
static uint64_t draw_worn_at(const struct cadre__server_conf *conf)
{
    uint64_t random = 0, jitter = (uint64_t)conf->max_requests_jitter;

    if (conf->max_requests == 0)
        return 0;
    if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
        random = cadre__clock_now(cadre__clock_system()) ^ (uint64_t)getpid() << 20;
    return (uint64_t)conf->max_requests + random % (jitter + 1);
}

static void on_connection_closed(void *arg)
{
    struct worker *w = arg;

    acceptor_on_connection_closed(w->acceptor);
    drain_on_work_ended(&w->drain);
}

/* --- lifespans --- */

static void on_lifespans_ready(void *arg)
{
    struct worker *w = arg;

    if (w->state != WORKER_STARTING)
        return;
    w->state = WORKER_READY;
    score_set_state(w->child->score, CADRE__SCORE_READY);
    master_link_tell_plain(&w->link, CADRE__MSG_READY);
}

static void on_lifespans_failed(void *arg, const char *text)
{
    fail(arg, CADRE__PHASE_STARTUP, text);
}

static void on_shutdown_failed(void *arg, const char *text)
{
    struct worker *w = arg;

    if (w->link.fd < 0)
        cadre__log(CADRE_LOG_ERROR, "%s", text);
    else
        master_link_tell_failed(&w->link, CADRE__PHASE_SHUTDOWN, text);
}

static void on_lifespans_stopped(void *arg)
{
    struct worker *w = arg;

    leave(w, w->exit_code);
}

static void on_phase(void *arg, const char *phase)
{
    struct worker *w = arg;

    child_set_phase(w->child, phase);
}

static int make_lifespans(struct worker *w)
{
    const struct cadre__lifespan_options options = {
        .loop = w->loop,
        .scope = CADRE__LIFESPAN_WORKER,
        .startup_timeout_ns = w->child->conf->startup_timeout_ns,
        .shutdown_timeout_ns = w->child->conf->shutdown_timeout_ns,
        .callbacks =
            {
                .on_phase = on_phase,
                .on_ready = on_lifespans_ready,
                .on_failed = on_lifespans_failed,
                .on_shutdown_failed = on_shutdown_failed,
                .on_stopped = on_lifespans_stopped,
            },
        .callbacks_arg = w,
    };
    int r = cadre__lifespan_runner_new(&options, &w->lifespans);
    if (r < 0)
        return r;
    return module_set_add_lifespans(w->modules, CADRE__LIFESPAN_WORKER, w->server_state, w->app,
                                    w->lifespans);
}

static void on_handler(void *arg, const char *module, const char *handler)
{
    struct worker *w = arg;

    score_watch_handler(&w->watch, module, handler);
}

static void on_background(void *arg, bool begins)
{
    struct worker *w = arg;

    if (!w->server)
        return; /* the loop ends: what it cancels ends now */
    w->server->n_background += begins ? 1 : -1u;
    if (!begins)
        drain_on_work_ended(&w->drain);
}

static enum cadre__app_ticket admit(void *arg, const char *module, const char *handler,
                                    unsigned *ret_wait_s)
{
    struct worker *w = arg;

    return quarantine_guard_admit(&w->guard, module, handler, ret_wait_s);
}

static void on_tried(void *arg, const char *module, const char *handler)
{
    struct worker *w = arg;

    quarantine_guard_tried(&w->guard, module, handler);
}

static int make_app(struct worker *w)
{
    static const struct cadre__app_hooks free_hooks = {.on_handler = on_handler,
                                                       .on_background = on_background};
    static const struct cadre__app_hooks guarded_hooks = {
        .on_handler = on_handler,
        .on_background = on_background,
        .admit = admit,
        .on_tried = on_tried,
    };
    const struct cadre__server_conf *conf = w->child->conf;
    const struct cadre__form_conf form = {
        .limits = {.max_fields = (size_t)conf->max_form_fields,
                   .max_files = (size_t)conf->max_form_files,
                   .max_field_bytes = conf->max_form_field_size},
        .memory = conf->form_memory,
        .directory = conf->form_directory,
    };
    const struct cadre__app_options options = {
        .hooks = quarantine_guard_open(&w->guard, w->child) ? &guarded_hooks : &free_hooks,
        .hooks_arg = w,
        .form = &form,
        .queue_timeout_ns = conf->queue_timeout_ns,
        .debug = conf->debug,
    };
    int r = cadre__app_new(&options, &w->app);

    return r < 0 ? r : module_set_mount(w->modules, w->server_state, w->app);
}

/* --- serving --- */

/* "127.0.0.1:80", "[::1]:80", "unix:/run/x.sock": the address without brackets and prefix. */
static struct cadre__endpoint parse_endpoint(char *text)
{
    struct cadre__endpoint end = {.address = {text, strlen(text)}};
    char *colon = strrchr(text, ':');

    if (strncmp(text, "unix:", 5) == 0) {
        end.address = cadre_str_from(text + 5);
        return end;
    }
    if (!colon)
        return end;
    end.port = (uint16_t)strtoul(colon + 1, NULL, 10);
    *colon = '\0';
    end.address.len = (size_t)(colon - text);
    if (text[0] == '[' && colon > text + 1 && colon[-1] == ']') {
        colon[-1] = '\0';
        end.address.ptr++;
        end.address.len -= 2;
    }
    return end;
}

static bool has_proxy_protocol(const struct cadre__server_conf *conf, const char *name)
{
    for (size_t i = 0; i < conf->n_listen; i++) {
        if (strcmp(conf->listen[i].name, name) == 0)
            return conf->listen[i].proxy_protocol;
    }
    return false;
}

static void take_listeners(struct worker *w)
{
    struct cadre__heritage *heritage = &w->child->heritage;

    for (uint32_t i = 0; i < heritage->n_listeners; i++) {
        w->fds[i] = heritage->listener[i].fd;
        memcpy(w->addresses[i], heritage->listener[i].address, sizeof(w->addresses[i]));
        w->endpoints[i] = parse_endpoint(heritage->listener[i].address);
        w->proxy_protocol[i] = has_proxy_protocol(w->child->conf, heritage->listener[i].name);
        w->queued[i] = heritage->listener[i].queued != 0;
        tune_listener(w->fds[i]);
    }
}

_Static_assert((int)CADRE__WHOSE_NOBODYS == CADRE__IDS_FROM_NOBODY &&
                   (int)CADRE__WHOSE_TRUSTED == CADRE__IDS_FROM_TRUSTED &&
                   (int)CADRE__WHOSE_ANYBODYS == CADRE__IDS_FROM_ANYBODY,
               "the conf's words are passed on as they are");

static int make_access_log(struct worker *w)
{
    const struct cadre__server_conf *conf = w->child->conf;
    struct cadre__heritage *heritage = &w->child->heritage;

    if (heritage->access_fd < 0)
        return 0;
    const struct access_log_options options = {
        .loop = w->loop,
        .fd = cadre__fd_take(&heritage->access_fd),
        .format = conf->access_log_format,
        .json = conf->access_log_escape != 0,
        .buffer = conf->access_log_buffer,
        .flush_ns = conf->access_log_flush_ns,
        .worker = heritage->index + 1,
        .counters = w->child->counters.area ? &w->child->counters : NULL,
    };
    return access_log_new(&options, &w->access_log);
}

static int make_server(struct worker *w)
{
    struct child *child = w->child;
    struct server_limits limits;

    take_listeners(w);
    server_limits_from_conf(child->conf, &limits);
    const struct server_options options = {
        .loop = w->loop,
        .limits = &limits,
        .app_fn = cadre__app_call,
        .app = w->app,
        .listeners = w->endpoints,
        .n_listeners = child->heritage.n_listeners,
        .proxy_protocol = w->proxy_protocol,
        .trusted_proxies = &child->conf->trusted_proxies,
        .forwarded_headers = &child->conf->forwarded_headers,
        .root_path = child->conf->root_path,
        .request_id = (enum cadre__ids_from)child->conf->request_id,
        .trace_context = (enum cadre__ids_from)child->conf->trace_context,
        .access_log = w->access_log,
        .score = child->score,
        .meter = &w->meter,
        .on_connection_closed = on_connection_closed,
        .worn_at = draw_worn_at(child->conf),
        .on_worn = on_worn,
        .arg = w,
    };
    int r = server_new(&options, &w->server);
    if (r < 0)
        return r;

    const struct acceptor_options acceptor_options = {
        .server = w->server,
        .fds = w->fds,
        .queued = w->queued,
        .n_fds = child->heritage.n_listeners,
        .board = child->board,
        .own_slot = child->heritage.slot,
    };
    r = acceptor_new(&acceptor_options, &w->acceptor);
    if (r < 0)
        return r;
    w->queues =
        (struct queue_intake){.acceptor = w->acceptor, .link = &w->link, .addresses = w->addresses};
    handover_init(&w->handover, w->server, &w->link, w->addresses);
    drain_init(&w->drain, w->server, w->acceptor, &w->handover,
               child->conf->shutdown_timeout_ns / 2, on_drained, w);
    w->drain.on_cut = on_cut;
    return 0;
}

/* --- what the master says --- */

/* Maps what the steward published; the descriptor goes. */
static int take_server_state(struct worker *w, int fd)
{
    int r = 0;

    if (fd >= 0)
        r = cadre__server_state_map(fd, &w->server_state);
    cadre__fd_close(&fd);
    return r;
}

static void on_start(void *arg, int fd)
{
    struct worker *w = arg;
    char why[256];

    if (w->state != WORKER_WAITING) {
        cadre__fd_close(&fd);
        return;
    }
    w->state = WORKER_STARTING;
    int r = take_server_state(w, fd);
    if (r == 0)
        r = make_app(w);
    if (r == 0)
        r = make_access_log(w);
    if (r == 0)
        r = make_server(w);
    if (r == 0)
        r = make_lifespans(w);
    if (r < 0) {
        snprintf(why, sizeof(why), "the application cannot be set up: %s", cadre_strerror(r));
        fail(w, CADRE__PHASE_STARTUP, why);
        return;
    }
    cadre__lifespan_start(w->lifespans);
}

static void on_accept(void *arg)
{
    struct worker *w = arg;
    char why[256];

    if (w->state != WORKER_READY)
        return;
    int r = acceptor_start(w->acceptor);
    if (r < 0) {
        snprintf(why, sizeof(why), "the listening sockets cannot be watched: %s",
                 cadre_strerror(r));
        master_link_tell_failed(&w->link, CADRE__PHASE_STARTUP, why);
        w->exit_code = CHILD_EXIT_STARTUP;
        stop_lifespans(w);
        return;
    }
    w->state = WORKER_SERVING;
    score_set_state(w->child->score, CADRE__SCORE_ACCEPTING);
}

/* --- the process --- */

/* The files of modules that nobody of this generation has loaded before. */
static void tell_modules(struct worker *w)
{
    for (size_t i = 0; i < w->modules->n_modules; i++) {
        struct module *module = w->modules->modules[i];
        const struct cadre__msg msg = {.type = CADRE__MSG_MODULE,
                                       .module = {.module = (uint32_t)i, .id = module->id}};

        if (module->fd >= 0)
            master_link_tell(&w->link, &msg, module->fd);
        cadre__fd_close(&module->fd);
    }
}

static int boot(struct worker *w)
{
    static const struct master_link_callbacks callbacks = {
        .on_start = on_start,
        .on_accept = on_accept,
        .on_drain = on_drain,
        .on_adopt = on_adopt,
        .on_handed = on_handed,
        .on_queue = on_queue,
        .on_leave = on_leave,
        .on_access_log = on_access_log,
        .on_tasks = on_tasks,
        .on_gone = on_gone,
    };
    struct child *child = w->child;
    char why[CADRE__MSG_TEXT_SIZE];

    int r = child_make_loop(child, &w->loop);
    if (r == 0)
        r = master_link_open(&w->link, w->loop, cadre__fd_take(&child->heritage.channel_fd),
                             &callbacks, w);
    if (r < 0) {
        cadre__log(CADRE_LOG_ERROR, "the loop cannot be made: %s", cadre_strerror(r));
        return r;
    }
    cadre__signal_init(&w->terminate, w->loop, SIGTERM, on_terminate, w);
    r = cadre__signal_start(&w->terminate);
    if (r < 0) {
        snprintf(why, sizeof(why), "SIGTERM cannot be watched: %s", cadre_strerror(r));
        master_link_tell_failed(&w->link, CADRE__PHASE_BOOT, why);
        return r;
    }
    child_watch_crashes(child, w->loop);
    meter_init(&w->meter, child->traffic, child->score);
    score_watch_init(&w->watch, child->score);
    score_watch_meter(&w->watch, &w->meter);
    score_watch_loop(&w->watch, w->loop);
    r = child_load_modules(child, &w->modules, why, sizeof(why));
    if (r < 0) {
        master_link_tell_failed(&w->link, r == -ESTALE ? CADRE__PHASE_STALE : CADRE__PHASE_MODULES,
                                why);
        return r;
    }
    w->state = WORKER_WAITING;
    tell_modules(w);
    master_link_tell_loaded(&w->link, (uint32_t)w->modules->n_modules,
                            module_set_wants_steward(w->modules));
    return 0;
}

/* The loop, watched. It serves without the watchdog where that cannot be had. */
static int run(struct worker *w)
{
    int r = slow_watch(&w->slow, w->child, w->loop, w->link.fd);

    if (r < 0)
        cadre__log(CADRE_LOG_WARNING, "slow handlers will not be named: %s", cadre_strerror(r));
    r = cadre__loop_run(w->loop);
    slow_unwatch(&w->slow);
    return r;
}

static void unboot(struct worker *w)
{
    acceptor_free(w->acceptor);
    master_link_close(&w->link);
    if (w->loop) {
        cadre__signal_stop(&w->terminate);
        signal(SIGTERM, SIG_IGN); /* it is leaving as it is */
        cadre__loop_timer_stop(w->loop, &w->alone);
    }
    cadre__lifespan_runner_free(w->lifespans);
    server_free(w->server);
    w->server = NULL; /* work behind responses may end after it */
    access_log_free(w->access_log);
    crash_forget_loop();
    quarantine_guard_close(&w->guard);
    cadre__loop_free(w->loop);
    cadre__app_free(w->app);
    module_set_free(w->modules);
    cadre__server_state_free(w->server_state);
}

int worker_run(struct child *child)
{
    struct worker *w = calloc(1, sizeof(*w));

    if (!w)
        return CHILD_EXIT_STARTUP;
    w->child = child;
    w->link.fd = -1;
    cadre__timer_init(&w->alone, on_terminate_alone);
    w->exit_code = CHILD_EXIT_STARTUP;
    if (boot(w) == 0) {
        w->exit_code = CHILD_EXIT_OK;
        int r = run(w);
        if (r < 0) {
            cadre__log(CADRE_LOG_CRITICAL, "the loop has failed: %s", cadre_strerror(r));
            _exit(CHILD_EXIT_STARTUP);
        }
    }

    int exit_code = w->exit_code;
    if (w->server)
        server_cancel(w->server);
    if (w->left_behind || (w->server && !server_is_empty(w->server))) {
        access_log_free(w->access_log);
        _exit(exit_code);
    }
    unboot(w);
    free(w);
    return exit_code;
}
