/* SPDX-License-Identifier: MIT */
/*
 * The steward's events. One loop; no function here suspends. worker/steward.h has the contract.
 */
#include "worker/steward.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "async/loop.h"
#include "async/signal.h"
#include "base/fd.h"
#include "base/log.h"
#include "conf/server_conf.h"
#include "web/lifespan.h"
#include "worker/child.h"
#include "worker/crash.h"
#include "worker/master_link.h"
#include "worker/module.h"
#include "worker/score.h"
#include <cadre/error.h>
#include <sys/stat.h>

enum steward_state {
    STEWARD_BOOTING,
    STEWARD_WAITING,
    STEWARD_STARTING,
    STEWARD_SERVING,
    STEWARD_STOPPING,
    STEWARD_GONE,
};

struct steward {
    struct child *child;
    enum steward_state state;
    int exit_code;
    struct cadre__loop *loop;
    struct master_link link;
    struct score_watch watch;
    struct cadre__signal terminate;
    struct module_set *modules;
    struct cadre__lifespan_runner *lifespans;
};

static void leave(struct steward *s, int exit_code)
{
    s->state = STEWARD_GONE;
    s->exit_code = exit_code;
    cadre__loop_stop(s->loop);
}

static void stop(struct steward *s)
{
    if (s->state >= STEWARD_STOPPING)
        return;
    if (s->state <= STEWARD_WAITING) {
        leave(s, CHILD_EXIT_OK);
        return;
    }
    s->state = STEWARD_STOPPING;
    score_set_state(s->child->score, CADRE__SCORE_STOPPING);
    cadre__lifespan_stop(s->lifespans);
}

/* --- lifespans --- */

static void on_ready(void *arg)
{
    struct steward *s = arg;
    struct stat status;
    char why[256];

    if (s->state != STEWARD_STARTING)
        return;
    int fd = cadre__lifespan_publish(s->lifespans);
    if (fd < 0) {
        snprintf(why, sizeof(why), "what the server lifespans published cannot be handed on: %s",
                 cadre_strerror(fd));
        master_link_tell_failed(&s->link, CADRE__PHASE_STARTUP, why);
        s->exit_code = CHILD_EXIT_STARTUP;
        stop(s);
        return;
    }

    struct cadre__msg msg = {.type = CADRE__MSG_SERVING};
    if (fstat(fd, &status) == 0)
        msg.serving.len = (uint64_t)status.st_size;
    s->state = STEWARD_SERVING;
    score_set_state(s->child->score, CADRE__SCORE_READY);
    master_link_tell(&s->link, &msg, fd);
    cadre__fd_close(&fd);
}

static void on_failed(void *arg, const char *text)
{
    struct steward *s = arg;

    master_link_tell_failed(&s->link, CADRE__PHASE_STARTUP, text);
    leave(s, CHILD_EXIT_STARTUP);
}

static void on_shutdown_failed(void *arg, const char *text)
{
    struct steward *s = arg;

    if (s->link.fd < 0)
        cadre__log(CADRE_LOG_ERROR, "%s", text);
    else
        master_link_tell_failed(&s->link, CADRE__PHASE_SHUTDOWN, text);
}

static void on_stopped(void *arg)
{
    struct steward *s = arg;

    leave(s, s->exit_code);
}

static void on_phase(void *arg, const char *phase)
{
    struct steward *s = arg;

    child_set_phase(s->child, phase);
}

static int make_lifespans(struct steward *s)
{
    const struct cadre__lifespan_options options = {
        .loop = s->loop,
        .scope = CADRE__LIFESPAN_SERVER,
        .startup_timeout_ns = s->child->conf->startup_timeout_ns,
        .shutdown_timeout_ns = s->child->conf->shutdown_timeout_ns,
        .callbacks =
            {
                .on_phase = on_phase,
                .on_ready = on_ready,
                .on_failed = on_failed,
                .on_shutdown_failed = on_shutdown_failed,
                .on_stopped = on_stopped,
            },
        .callbacks_arg = s,
    };
    int r = cadre__lifespan_runner_new(&options, &s->lifespans);
    if (r < 0)
        return r;
    return module_set_add_lifespans(s->modules, CADRE__LIFESPAN_SERVER, NULL, NULL, s->lifespans);
}

/* --- what the master says --- */

static void on_start(void *arg, int fd)
{
    struct steward *s = arg;
    char why[256];

    cadre__fd_close(&fd);
    if (s->state != STEWARD_WAITING)
        return;
    s->state = STEWARD_STARTING;
    int r = make_lifespans(s);
    if (r < 0) {
        snprintf(why, sizeof(why), "the server lifespans cannot be set up: %s", cadre_strerror(r));
        master_link_tell_failed(&s->link, CADRE__PHASE_STARTUP, why);
        leave(s, CHILD_EXIT_STARTUP);
        return;
    }
    cadre__lifespan_start(s->lifespans);
}

static void on_drain(void *arg, enum cadre__drain_mode mode, uint64_t timeout_ns)
{
    (void)mode;
    (void)timeout_ns;
    stop(arg);
}

static void on_gone(void *arg)
{
    cadre__log(CADRE_LOG_WARNING, "the master is gone: leaving");
    stop(arg);
}

/* Sent to the whole group it must not end the lifespans before the workers are gone: that order is
 * the master's. */
static void on_terminate(int signo, void *arg)
{
    (void)signo;
    (void)arg;
    cadre__log(CADRE_LOG_INFO, "SIGTERM: the master ends the steward, after the last worker");
}

/* --- the process --- */

static int boot(struct steward *s)
{
    static const struct master_link_callbacks callbacks = {
        .on_start = on_start,
        .on_drain = on_drain,
        .on_gone = on_gone,
    };
    struct child *child = s->child;
    char why[CADRE__MSG_TEXT_SIZE];

    int r = child_make_loop(child, &s->loop);
    if (r == 0)
        r = master_link_open(&s->link, s->loop, cadre__fd_take(&child->heritage.channel_fd),
                             &callbacks, s);
    if (r < 0) {
        cadre__log(CADRE_LOG_ERROR, "the loop cannot be made: %s", cadre_strerror(r));
        return r;
    }
    cadre__signal_init(&s->terminate, s->loop, SIGTERM, on_terminate, s);
    r = cadre__signal_start(&s->terminate);
    if (r < 0) {
        snprintf(why, sizeof(why), "SIGTERM cannot be watched: %s", cadre_strerror(r));
        master_link_tell_failed(&s->link, CADRE__PHASE_BOOT, why);
        return r;
    }
    child_watch_crashes(child, s->loop);
    score_watch_init(&s->watch, child->score);
    score_watch_loop(&s->watch, s->loop);
    r = child_load_modules(child, &s->modules, why, sizeof(why));
    if (r < 0) {
        master_link_tell_failed(&s->link, r == -ESTALE ? CADRE__PHASE_STALE : CADRE__PHASE_MODULES,
                                why);
        return r;
    }
    s->state = STEWARD_WAITING;
    master_link_tell_loaded(&s->link, (uint32_t)s->modules->n_modules,
                            module_set_wants_steward(s->modules));
    return 0;
}

static void unboot(struct steward *s)
{
    master_link_close(&s->link);
    if (s->loop)
        cadre__signal_stop(&s->terminate);
    cadre__lifespan_runner_free(s->lifespans);
    crash_forget_loop();
    cadre__loop_free(s->loop);
    module_set_free(s->modules);
}

int steward_run(struct child *child)
{
    struct steward s = {.child = child, .link = {.fd = -1}};

    if (boot(&s) == 0) {
        int r = cadre__loop_run(s.loop);
        if (r < 0) {
            cadre__log(CADRE_LOG_CRITICAL, "the loop has failed: %s", cadre_strerror(r));
            _exit(CHILD_EXIT_STARTUP);
        }
    } else {
        s.exit_code = CHILD_EXIT_STARTUP;
    }
    unboot(&s);
    return s.exit_code;
}
