/* SPDX-License-Identifier: MIT */
/*
 * Runs lifespans: web/lifespan.h, and what modules see of them, <cadre/lifespan.h>.
 *
 * Each struct cadre_lifespan is one coroutine. The runner itself is a small machine that makes one
 * step in a job of the loop: whatever happens (a lifespan reached cadre_serving, one ended, the
 * time is over, a stop was asked for) is noted and the job is posted; step() looks at what is
 * noted. So no callback runs on a lifespan's stack, and the owner may free the runner from one.
 *
 * A lifespan that does not end when it is cancelled is left behind after a grace: it is taken off
 * the runner and frees itself if it ever ends.
 */
#include "web/lifespan.h"

#include "async/coroutine.h"
#include "async/loop.h"
#include "base/units.h"
#include "web/app.h"
#include "web/server_state.h"
#include <assert.h>
#include <cadre/error.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC 0x434c4946u /* "CLIF" */

/* A cancelled lifespan is cancelled again at this pace, since one request ends one call only ... */
#define CANCEL_AGAIN_NS (100 * UINT64_C(1000000))
/* ... and left behind after so many. */
#define CANCELS_MAX 10

enum ls_phase {
    LS_NEW,
    LS_STARTUP,
    LS_SERVING,  /* suspended in cadre_serving */
    LS_SHUTDOWN, /* cadre_serving has returned */
    LS_ENDED,    /* its function has returned */
    LS_LOST,     /* left behind */
};

struct cadre_lifespan {
    uint32_t magic;
    enum ls_phase phase;
    struct cadre__lifespan_runner *runner; /* NULL once left behind */
    struct cadre__lifespan_entry entry;
    char *name;                  /* heap: that of the entry, which one left behind outlives */
    struct cadre__coroutine *co; /* while its function runs */
    int result;                  /* of its function; once ENDED */
    unsigned n_cancels;          /* in this phase */
    void *state;                 /* of cadre_serving */
    char *published;             /* of cadre_serving_with; heap */
    size_t published_len;
    char fail_text[400]; /* of cadre_lifespan_fail; "" without */
};

struct cadre__lifespan_runner {
    struct cadre__lifespan_options options;
    struct cadre_lifespan **list; /* heap, in the order of adding */
    size_t n;
    size_t at; /* the one whose startup or shutdown is at hand; STARTING: < n is next */
    enum cadre__lifespan_phase phase;
    struct cadre__job job;
    struct cadre__timer timer; /* the time of the phase at hand, then the pace of cancelling */
    uint64_t deadline_ns;      /* of all startups, or of all shutdowns; 0: none */
    bool is_posted;
    bool is_stopping;  /* asked to stop */
    bool is_cancelled; /* no shutdown may wait */
    bool is_timed_out; /* the one at hand was cancelled for its time */
    char failure[600]; /* why a startup failed; "" while none has */
};

static void step(struct cadre__job *job);
static void on_timer(struct cadre__timer *timer);

static void post(struct cadre__lifespan_runner *runner)
{
    if (runner->is_posted)
        return;
    runner->is_posted = true;
    cadre__loop_post(runner->options.loop, &runner->job);
}

/* --- the life of a runner --- */

int cadre__lifespan_runner_new(const struct cadre__lifespan_options *options,
                               struct cadre__lifespan_runner **ret)
{
    struct cadre__lifespan_runner *runner = calloc(1, sizeof(*runner));

    if (runner == NULL)
        return -ENOMEM;
    runner->options = *options;
    runner->job.fn = step;
    cadre__timer_init(&runner->timer, on_timer);
    *ret = runner;
    return 0;
}

static void free_lifespan(struct cadre_lifespan *ls)
{
    ls->magic = 0;
    free(ls->published);
    free(ls->name);
    free(ls);
}

void cadre__lifespan_runner_free(struct cadre__lifespan_runner *runner)
{
    if (runner == NULL)
        return;
    assert(runner->phase == CADRE__LIFESPAN_NEW || runner->phase == CADRE__LIFESPAN_DONE);
    assert(!runner->is_posted);
    cadre__loop_timer_stop(runner->options.loop, &runner->timer);
    for (size_t i = 0; i < runner->n; i++) {
        if (runner->list[i]->phase == LS_LOST)
            runner->list[i]->runner = NULL; /* frees itself */
        else
            free_lifespan(runner->list[i]);
    }
    free(runner->list);
    free(runner);
}

int cadre__lifespan_add(struct cadre__lifespan_runner *runner,
                        const struct cadre__lifespan_entry *entry)
{
    struct cadre_lifespan **grown;
    struct cadre_lifespan *ls;

    assert(runner->phase == CADRE__LIFESPAN_NEW);
    grown = reallocarray(runner->list, runner->n + 1, sizeof(*grown));
    if (grown == NULL)
        return -ENOMEM;
    runner->list = grown;
    ls = calloc(1, sizeof(*ls));
    if (ls == NULL)
        return -ENOMEM;
    ls->name = strdup(entry->name);
    if (ls->name == NULL) {
        free(ls);
        return -ENOMEM;
    }
    ls->magic = MAGIC;
    ls->runner = runner;
    ls->entry = *entry;
    ls->entry.name = ls->name;
    runner->list[runner->n++] = ls;
    return 0;
}

enum cadre__lifespan_phase cadre__lifespan_runner_phase(const struct cadre__lifespan_runner *runner)
{
    return runner->phase;
}

/* --- what it tells its owner --- */

static void tell_phase(const struct cadre__lifespan_runner *runner, const char *what,
                       const struct cadre_lifespan *ls)
{
    char text[128];

    if (runner->options.callbacks.on_phase == NULL)
        return;
    if (ls == NULL) {
        runner->options.callbacks.on_phase(runner->options.callbacks_arg, NULL);
        return;
    }
    snprintf(text, sizeof(text), "%s of module %s", what, ls->entry.name);
    runner->options.callbacks.on_phase(runner->options.callbacks_arg, text);
}

static const char *scope_word(const struct cadre__lifespan_runner *runner)
{
    return runner->options.scope == CADRE__LIFESPAN_SERVER ? "server lifespan" : "lifespan";
}

/* "module \"shop\": lifespan startup failed: no database" */
static void describe_failure(const struct cadre__lifespan_runner *runner,
                             const struct cadre_lifespan *ls, const char *what, char *buf,
                             size_t size)
{
    bool is_startup = strcmp(what, "startup") == 0;
    uint64_t limit =
        is_startup ? runner->options.startup_timeout_ns : runner->options.shutdown_timeout_ns;
    int len =
        snprintf(buf, size, "module \"%s\": %s %s ", ls->entry.name, scope_word(runner), what);

    if (len < 0 || (size_t)len >= size)
        return;
    buf += len;
    size -= (size_t)len;
    if (runner->is_timed_out) {
        char duration[CADRE__UNITS_TEXT_SIZE];

        cadre__format_duration(limit, duration);
        snprintf(buf, size, "took longer than %s_timeout (%s)%s", what, duration,
                 ls->phase == LS_LOST ? " and does not end when it is cancelled" : "");
    } else if (ls->phase == LS_LOST) {
        snprintf(buf, size, "does not end when it is cancelled");
    } else if (is_startup && ls->result >= 0) {
        snprintf(buf, size,
                 "failed: it returned without calling %s: call that where the module is ready "
                 "to serve",
                 runner->options.scope == CADRE__LIFESPAN_SERVER ? "cadre_serving_with"
                                                                 : "cadre_serving");
    } else {
        snprintf(buf, size, "failed: %s",
                 ls->fail_text[0] != '\0' ? ls->fail_text : cadre_strerror(ls->result));
    }
}

/* --- time limits --- */

/* Cancels the one at hand. */
static void cancel_current(struct cadre__lifespan_runner *runner, struct cadre_lifespan *ls)
{
    ls->n_cancels++;
    cadre__coroutine_cancel(ls->co);
    cadre__loop_timer_start(runner->options.loop, &runner->timer, CANCEL_AGAIN_NS);
}

static bool is_at_work(const struct cadre_lifespan *ls)
{
    return ls->phase == LS_STARTUP || ls->phase == LS_SHUTDOWN;
}

static void on_timer(struct cadre__timer *timer)
{
    struct cadre__lifespan_runner *runner =
        (struct cadre__lifespan_runner *)((char *)timer -
                                          offsetof(struct cadre__lifespan_runner, timer));
    struct cadre_lifespan *ls = runner->list[runner->at];

    if (!is_at_work(ls))
        return;
    if (ls->n_cancels == 0)
        runner->is_timed_out = true;
    if (ls->n_cancels < CANCELS_MAX) {
        cancel_current(runner, ls);
        return;
    }
    ls->result = -ETIMEDOUT;
    ls->phase = LS_LOST;
    post(runner);
}

/* Arms the timer for the one at hand: until the common deadline, less what is kept back for those
 * behind it; at least for `least_ns`. */
static void arm(struct cadre__lifespan_runner *runner, uint64_t kept_back_ns, uint64_t least_ns)
{
    uint64_t now = cadre__loop_now(runner->options.loop);
    uint64_t until = runner->deadline_ns - kept_back_ns;

    runner->is_timed_out = false;
    if (runner->deadline_ns == 0)
        return;
    if (until < now + least_ns)
        until = now + least_ns;
    cadre__loop_timer_start(runner->options.loop, &runner->timer, until - now);
}

static uint64_t deadline_of(const struct cadre__lifespan_runner *runner, uint64_t timeout_ns)
{
    return timeout_ns > 0 ? cadre__loop_now(runner->options.loop) + timeout_ns : 0;
}

/* --- startup --- */

static void lifespan_main(void *arg)
{
    struct cadre_lifespan *ls = arg;

    ls->co = cadre__coroutine_current();
    ls->phase = LS_STARTUP;
    ls->result = ls->entry.fn(ls);
    cadre__coroutine_unwind();
    ls->co = NULL;
    if (ls->phase == LS_LOST) {
        if (ls->runner == NULL)
            free_lifespan(ls);
        else
            ls->phase = LS_ENDED; /* late, but nobody waits any more */
        return;
    }
    ls->phase = LS_ENDED;
    assert(ls->runner != NULL); /* it goes only once the lifespan is lost */
    post(ls->runner);
}

static void begin_startup(struct cadre__lifespan_runner *runner, struct cadre_lifespan *ls)
{
    int r;

    tell_phase(runner, "startup", ls);
    arm(runner, 0, 0);
    r = cadre__coroutine_start(runner->options.loop, lifespan_main, ls, ls->entry.name, NULL);
    if (r < 0) {
        ls->result = r;
        ls->phase = LS_ENDED;
        post(runner);
    }
}

static void begin_stopping(struct cadre__lifespan_runner *runner)
{
    runner->phase = CADRE__LIFESPAN_STOPPING;
    runner->deadline_ns = deadline_of(runner, runner->options.shutdown_timeout_ns);
    runner->at = runner->n;
    post(runner);
}

/* A startup failed or was cut by a stop: shut down those that are up. */
static void give_up(struct cadre__lifespan_runner *runner, struct cadre_lifespan *ls)
{
    if (!runner->is_stopping)
        describe_failure(runner, ls, "startup", runner->failure, sizeof(runner->failure));
    begin_stopping(runner);
}

static void on_up(struct cadre__lifespan_runner *runner, struct cadre_lifespan *ls)
{
    if (ls->entry.mount != NULL)
        cadre__mount_set_state(ls->entry.mount, ls->state);
    runner->at++;
}

/* True when there is more to do at once. */
static bool step_starting(struct cadre__lifespan_runner *runner)
{
    struct cadre_lifespan *ls;

    if (runner->at == runner->n && !runner->is_stopping) {
        runner->phase = CADRE__LIFESPAN_SERVING;
        tell_phase(runner, NULL, NULL);
        if (runner->options.callbacks.on_ready != NULL)
            runner->options.callbacks.on_ready(runner->options.callbacks_arg);
        return false;
    }
    if (runner->at == runner->n) {
        begin_stopping(runner);
        return true;
    }
    ls = runner->list[runner->at];
    switch (ls->phase) {
    case LS_NEW:
        if (runner->is_stopping) {
            begin_stopping(runner);
            return true;
        }
        if (ls->entry.fn == NULL) {
            runner->at++;
            return true;
        }
        begin_startup(runner, ls);
        return false;
    case LS_STARTUP:
        if (runner->is_stopping && ls->n_cancels == 0)
            cancel_current(runner, ls);
        return false;
    case LS_SERVING:
        cadre__loop_timer_stop(runner->options.loop, &runner->timer);
        on_up(runner, ls);
        return true;
    case LS_SHUTDOWN:
    case LS_ENDED:
    case LS_LOST:
        break;
    }
    cadre__loop_timer_stop(runner->options.loop, &runner->timer);
    give_up(runner, ls);
    return true;
}

/* --- shutdown --- */

static size_t count_serving(const struct cadre__lifespan_runner *runner)
{
    size_t n = 0;

    for (size_t i = 0; i < runner->n; i++)
        n += runner->list[i]->phase == LS_SERVING;
    return n;
}

/*
 * The shutdowns share their time: a quarter of it is kept back, in equal parts, for those that are
 * still to come, and each has its part even when one before it took more than was left.
 */
static void begin_shutdown(struct cadre__lifespan_runner *runner, struct cadre_lifespan *ls)
{
    uint64_t part = runner->options.shutdown_timeout_ns / 4 / runner->n;

    tell_phase(runner, "shutdown", ls);
    ls->phase = LS_SHUTDOWN;
    ls->n_cancels = 0;
    ls->fail_text[0] = '\0';
    arm(runner, part * count_serving(runner), part);
    cadre__coroutine_resume(ls->co, 0);
    if (runner->is_cancelled && ls->phase == LS_SHUTDOWN)
        cancel_current(runner, ls);
}

/* Goes on to the next one that is up. */
static bool next_shutdown(struct cadre__lifespan_runner *runner)
{
    while (runner->at > 0) {
        struct cadre_lifespan *ls = runner->list[--runner->at];

        if (ls->phase == LS_SERVING) {
            begin_shutdown(runner, ls);
            return true;
        }
    }
    return false;
}

static void end_shutdown(struct cadre__lifespan_runner *runner, const struct cadre_lifespan *ls)
{
    char text[600];
    bool has_failed = ls->phase == LS_LOST || (ls->result < 0 && ls->result != -ECANCELED) ||
                      runner->is_timed_out;

    cadre__loop_timer_stop(runner->options.loop, &runner->timer);
    if (!has_failed || runner->options.callbacks.on_shutdown_failed == NULL)
        return;
    describe_failure(runner, ls, "shutdown", text, sizeof(text));
    runner->options.callbacks.on_shutdown_failed(runner->options.callbacks_arg, text);
}

static void step_stopping(struct cadre__lifespan_runner *runner)
{
    struct cadre_lifespan *ls = runner->at < runner->n ? runner->list[runner->at] : NULL;
    const struct cadre__lifespan_callbacks *callbacks = &runner->options.callbacks;

    if (ls != NULL && ls->phase == LS_SHUTDOWN) {
        if (runner->is_cancelled && ls->n_cancels == 0)
            cancel_current(runner, ls);
        return;
    }
    if (ls != NULL)
        end_shutdown(runner, ls);
    if (next_shutdown(runner))
        return;
    runner->phase = CADRE__LIFESPAN_DONE;
    tell_phase(runner, NULL, NULL);
    if (runner->failure[0] != '\0') {
        if (callbacks->on_failed != NULL)
            callbacks->on_failed(runner->options.callbacks_arg, runner->failure);
    } else if (callbacks->on_stopped != NULL) {
        callbacks->on_stopped(runner->options.callbacks_arg);
    }
}

static void step(struct cadre__job *job)
{
    struct cadre__lifespan_runner *runner =
        (struct cadre__lifespan_runner *)((char *)job -
                                          offsetof(struct cadre__lifespan_runner, job));

    runner->is_posted = false;
    switch (runner->phase) {
    case CADRE__LIFESPAN_STARTING:
        while (runner->phase == CADRE__LIFESPAN_STARTING && step_starting(runner))
            ;
        break;
    case CADRE__LIFESPAN_STOPPING:
        step_stopping(runner);
        break;
    case CADRE__LIFESPAN_SERVING:
        if (runner->is_stopping)
            begin_stopping(runner);
        break;
    case CADRE__LIFESPAN_NEW:
    case CADRE__LIFESPAN_DONE:
        break;
    }
}

/* --- the owner's calls --- */

void cadre__lifespan_start(struct cadre__lifespan_runner *runner)
{
    assert(runner->phase == CADRE__LIFESPAN_NEW);
    runner->phase = CADRE__LIFESPAN_STARTING;
    runner->deadline_ns = deadline_of(runner, runner->options.startup_timeout_ns);
    post(runner);
}

void cadre__lifespan_stop(struct cadre__lifespan_runner *runner)
{
    if (runner->is_stopping || runner->phase == CADRE__LIFESPAN_DONE)
        return;
    runner->is_stopping = true;
    if (runner->phase == CADRE__LIFESPAN_NEW)
        runner->phase = CADRE__LIFESPAN_STARTING; /* nothing will start */
    post(runner);
}

void cadre__lifespan_cancel(struct cadre__lifespan_runner *runner)
{
    if (runner->phase == CADRE__LIFESPAN_DONE)
        return;
    runner->is_cancelled = true;
    if (runner->phase == CADRE__LIFESPAN_STOPPING)
        post(runner);
}

static const struct cadre_lifespan *find(const struct cadre__lifespan_runner *runner,
                                         const char *name)
{
    for (size_t i = 0; i < runner->n; i++) {
        if (strcmp(runner->list[i]->entry.name, name) == 0)
            return runner->list[i];
    }
    return NULL;
}

void *cadre__lifespan_state(const struct cadre__lifespan_runner *runner, const char *name)
{
    const struct cadre_lifespan *ls = find(runner, name);

    return ls != NULL ? ls->state : NULL;
}

const void *cadre__lifespan_published(const struct cadre__lifespan_runner *runner, const char *name,
                                      size_t *ret_len)
{
    const struct cadre_lifespan *ls = find(runner, name);

    *ret_len = ls != NULL ? ls->published_len : 0;
    return ls != NULL ? ls->published : NULL;
}

int cadre__lifespan_publish(const struct cadre__lifespan_runner *runner)
{
    struct cadre__server_state_part *parts;
    size_t n = 0;
    int fd;

    parts = calloc(runner->n + 1, sizeof(*parts));
    if (parts == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < runner->n; i++) {
        const struct cadre_lifespan *ls = runner->list[i];

        if (ls->published != NULL)
            parts[n++] =
                (struct cadre__server_state_part){ls->entry.name, ls->published, ls->published_len};
    }
    fd = cadre__server_state_seal(parts, n);
    free(parts);
    return fd;
}

/* --- the module's calls --- */

static void check(const struct cadre_lifespan *ls)
{
    assert(ls != NULL && ls->magic == MAGIC);
}

/* The yield of a lifespan. */
static int serve(struct cadre_lifespan *ls, const char *call)
{
    int r;

    if (cadre__coroutine_current() == NULL || cadre__coroutine_current() != ls->co)
        return -EDEADLK;
    if (ls->phase == LS_LOST || ls->n_cancels > 0)
        return -ECANCELED; /* too late */
    assert(ls->runner != NULL);
    ls->phase = LS_SERVING;
    post(ls->runner);
    r = cadre__coroutine_suspend(call);
    if (ls->phase == LS_SERVING) /* not by the runner: the loop is being torn down */
        ls->phase = LS_SHUTDOWN;
    return r;
}

int cadre_serving(struct cadre_lifespan *ls, void *state)
{
    check(ls);
    if (ls->phase != LS_STARTUP && ls->phase != LS_LOST)
        return -EINVAL;
    if (ls->runner != NULL && ls->runner->options.scope != CADRE__LIFESPAN_WORKER)
        return -EINVAL;
    ls->state = state;
    return serve(ls, "cadre_serving");
}

int cadre_serving_with(struct cadre_lifespan *ls, const void *buf, size_t len)
{
    check(ls);
    if (ls->phase != LS_STARTUP && ls->phase != LS_LOST)
        return -EINVAL;
    if (ls->runner != NULL && ls->runner->options.scope != CADRE__LIFESPAN_SERVER)
        return -EINVAL;
    free(ls->published);
    ls->published = malloc(len > 0 ? len : 1);
    if (ls->published == NULL)
        return -ENOMEM;
    if (len > 0)
        memcpy(ls->published, buf, len);
    ls->published_len = len;
    return serve(ls, "cadre_serving_with");
}

int cadre_lifespan_fail(struct cadre_lifespan *ls, const char *fmt, ...)
{
    va_list args;

    check(ls);
    va_start(args, fmt);
    vsnprintf(ls->fail_text, sizeof(ls->fail_text), fmt, args);
    va_end(args);
    return -CADRE_ESTARTUP;
}

const struct cadre_conf *cadre_lifespan_settings(const struct cadre_lifespan *ls)
{
    check(ls);
    return ls->entry.settings;
}

const void *cadre_lifespan_settings_value(const struct cadre_lifespan *ls)
{
    return ls->entry.settings_value;
}

const char *cadre_lifespan_module(const struct cadre_lifespan *ls)
{
    check(ls);
    return ls->entry.name;
}

const void *cadre_lifespan_server_state(const struct cadre_lifespan *ls, size_t *ret_len)
{
    check(ls);
    *ret_len = ls->entry.server_state_len;
    return ls->entry.server_state;
}
