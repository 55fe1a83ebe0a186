/* SPDX-License-Identifier: MIT */
/*
 * One seat of the state machine: what its child says, does and dies of, and what that entails.
 *
 * See child.h, and machine.h for the states. Pure: emits actions, reads the time of the event.
 * Texts of children are used as they come; the log escapes them.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/units.h"
#include "master/backoff.h"
#include "master/child.h"
#include "master/generation.h"
#include "master/scale.h"
#include "master/signals.h"

#define LINE_SIZE (MACHINE_REASON_MAX + 256)

uint32_t child_slot(const struct machine *m, const struct machine_child *c)
{
    return (uint32_t)(c - m->children);
}

const char *child_name(const struct machine_child *c, char buf[static CHILD_NAME_SIZE])
{
    char pid[32] = "";

    if (c->pid > 0)
        snprintf(pid, sizeof(pid), " (pid %d)", (int)c->pid);
    if (c->kind == CADRE__CHILD_WORKER)
        snprintf(buf, CHILD_NAME_SIZE, "worker %u%s", c->index + 1, pid);
    else
        snprintf(buf, CHILD_NAME_SIZE, "%s%s", cadre__child_kind_name(c->kind), pid);
    return buf;
}

/* A duration for people: "0.3s", "12s", "1h5m". */
static const char *for_people(uint64_t ns, char buf[static CADRE__UNITS_TEXT_SIZE])
{
    uint64_t unit =
        ns < 10 * CADRE__NSEC_PER_SEC ? 100 * CADRE__NSEC_PER_MSEC : CADRE__NSEC_PER_SEC;

    if (ns >= CADRE__NSEC_PER_SEC)
        return cadre__format_duration(ns / unit * unit, buf);
    return cadre__format_duration(ns / CADRE__NSEC_PER_MSEC * CADRE__NSEC_PER_MSEC, buf);
}

static struct machine_action *act(struct machine *m, enum machine_action_type type,
                                  const struct machine_child *c)
{
    struct machine_action *action = machine_actions_add(m->out, type);

    action->slot = child_slot(m, c);
    action->generation = c->generation;
    return action;
}

/* Forgets the process of the seat, not the seat's past. */
static void forget_process(struct machine_child *c)
{
    c->pid = 0;
    c->ready = false;
    c->accepted = false;
    c->failed = false;
    c->stale = false;
    c->killed = false;
    c->lost = false;
    c->worn = false;
    c->gives = false;
    c->deadline_ns = 0;
    c->reason[0] = '\0';
}

static void set_reason(struct machine_child *c, const char *text)
{
    snprintf(c->reason, sizeof(c->reason), "%s", text != NULL && *text != '\0' ? text : "?");
}

struct machine_child *child_new(struct machine *m, enum cadre__child_kind kind, uint32_t generation,
                                uint32_t index)
{
    for (uint32_t slot = 0; slot < MACHINE_SLOTS_MAX; slot++) {
        struct machine_child *c = &m->children[slot];

        if (c->state != CHILD_NONE)
            continue;
        /* Not by a compound literal: the text of the reason would be cleared, and its page used. */
        forget_process(c);
        c->state = CHILD_WAITING;
        c->kind = kind;
        c->generation = generation;
        c->index = index;
        c->role = ROLE_SERVES;
        c->proven = false;
        c->leaving = false;
        c->failures = 0;
        c->spawned_ns = 0;
        c->serving_ns = 0;
        if (slot >= m->high_water)
            m->high_water = slot + 1;
        return c;
    }
    return NULL;
}

static void child_free(struct machine *m, struct machine_child *c)
{
    forget_process(c);
    c->state = CHILD_NONE;
    while (m->high_water > 0 && m->children[m->high_water - 1].state == CHILD_NONE)
        m->high_water--;
}

/* The limit of the phase that begins now, with the margin in which the child keeps it itself. */
static uint64_t limit(const struct machine *m, uint64_t after_ns)
{
    return cadre__deadline(cadre__deadline(m->now_ns, after_ns), MACHINE_MARGIN_NS);
}

static void limit_startup(struct machine *m, struct machine_child *c)
{
    const struct machine_generation *g = generation_find(m, c->generation);

    c->deadline_ns = g != NULL && g->plan.startup_ns != 0 ? limit(m, g->plan.startup_ns) : 0;
}

void child_spawn(struct machine *m, struct machine_child *c)
{
    forget_process(c);
    c->state = CHILD_LOADING;
    c->spawned_ns = m->now_ns;
    limit_startup(m, c);
    act(m, ACTION_SPAWN, c);
}

void child_accept(struct machine *m, struct machine_child *c)
{
    const struct machine_generation *g = generation_find(m, c->generation);
    uint64_t max_age_ns = g != NULL ? g->plan.max_age_ns : 0;

    c->state = CHILD_SERVING;
    c->accepted = true;
    c->proven = true;
    c->serving_ns = m->now_ns;
    c->deadline_ns = max_age_ns != 0 ? cadre__deadline(m->now_ns, max_age_ns) : 0;
    act(m, ACTION_ACCEPT, c);
}

void child_start(struct machine *m, struct machine_child *c)
{
    c->state = CHILD_STARTING;
    limit_startup(m, c);
    act(m, ACTION_START, c);
}

static void send_drain(struct machine *m, struct machine_child *c, enum machine_drain drain,
                       uint64_t timeout_ns, uint64_t shutdown_ns)
{
    struct machine_action *action = act(m, ACTION_DRAIN, c);
    uint64_t deadline =
        limit(m, timeout_ns > UINT64_MAX - shutdown_ns ? UINT64_MAX : timeout_ns + shutdown_ns);

    action->drain = drain;
    action->timeout_ns = timeout_ns;
    if (!c->leaving || deadline < c->deadline_ns)
        c->deadline_ns = deadline;
    c->leaving = true;
    c->drain = drain;
}

void child_drain(struct machine *m, struct machine_child *c, enum machine_drain drain,
                 const struct machine_plan *plan)
{
    if (!c->accepted)
        drain = DRAIN_FAST;
    switch (c->state) {
    case CHILD_NONE:
        return;
    case CHILD_WAITING:
        child_free(m, c);
        return;
    case CHILD_DYING:
        c->leaving = true;
        c->drain = DRAIN_FAST;
        if (c->deadline_ns == 0) /* it hangs in the kernel: not for ever */
            c->deadline_ns = cadre__deadline(m->now_ns, MACHINE_KILL_NS);
        return;
    case CHILD_ENDING:
        if (!c->leaving)
            c->drain = drain;
        c->leaving = true;
        return;
    case CHILD_DRAINING:
        if (drain <= c->drain)
            return;
        break;
    default:
        c->state = CHILD_DRAINING;
        break;
    }
    /* A steward has nothing in flight, and what a reporter has is asked again. */
    send_drain(m, c, drain,
               drain == DRAIN_FAST || c->kind != CADRE__CHILD_WORKER ? 0 : plan->graceful_ns,
               plan->shutdown_ns);
}

void child_kill(struct machine *m, struct machine_child *c)
{
    if (!child_has_process(c))
        return;
    act(m, ACTION_KILL, c)->signo = SIGKILL;
    c->state = CHILD_DYING;
    c->killed = true;
    c->deadline_ns = cadre__deadline(m->now_ns, MACHINE_KILL_NS);
}

/* Ends it for a reason that is kept and logged. */
static void condemn(struct machine *m, struct machine_child *c, const char *reason)
{
    char name[CHILD_NAME_SIZE];

    machine_log(m, CADRE_LOG_ERROR, "%s is killed: %s", child_name(c, name), reason);
    if (!c->failed)
        set_reason(c, reason);
    child_kill(m, c);
}

static void dying_deadline(struct machine *m, struct machine_child *c)
{
    char name[CHILD_NAME_SIZE];

    if (!c->killed) {
        child_kill(m, c);
        return;
    }
    c->deadline_ns = 0;
    if (m->state != MACHINE_STOPPING) {
        machine_log(m, CADRE_LOG_ERROR, "%s does not end after SIGKILL: it hangs in the kernel",
                    child_name(c, name));
        return;
    }
    machine_log(m, CADRE_LOG_ERROR,
                "%s does not end after SIGKILL: it hangs in the kernel and is left behind",
                child_name(c, name));
    act(m, ACTION_FORGET, c);
    child_free(m, c);
}

void child_deadline(struct machine *m, struct machine_child *c)
{
    const struct machine_generation *g = generation_find(m, c->generation);
    char time[CADRE__UNITS_TEXT_SIZE];
    char reason[MACHINE_REASON_MAX];

    switch (c->state) {
    case CHILD_WAITING:
        child_spawn(m, c);
        return;
    case CHILD_LOADING:
    case CHILD_STARTING:
        if (c->failed)
            snprintf(reason, sizeof(reason), "it does not exit after its failure");
        else
            snprintf(reason, sizeof(reason), "it was not ready within %s (startup_timeout)",
                     g != NULL ? for_people(g->plan.startup_ns, time) : "its time");
        condemn(m, c, reason);
        return;
    case CHILD_DRAINING:
        condemn(m, c, "it did not end within its time to drain (graceful_timeout)");
        return;
    case CHILD_ENDING:
        condemn(m, c, "its shutdown did not end in time (shutdown_timeout)");
        return;
    case CHILD_DYING:
        dying_deadline(m, c);
        return;
    default:
        c->deadline_ns = 0;
        if (c->failed)
            condemn(m, c, "it does not exit after its failure");
        else if (c->lost)
            condemn(m, c, "its channel to the master has closed, and it does not end");
        else if (g != NULL && g->plan.max_age_ns != 0)
            scale_worn(m, c, "it is old enough (max_age)");
        return;
    }
}

void child_spawned(struct machine *m, struct machine_child *c, const struct machine_event *e)
{
    char name[CHILD_NAME_SIZE];

    c->pid = e->pid;
    machine_log(m, CADRE_LOG_DEBUG, "%s of generation %u starts", child_name(c, name),
                c->generation);
}

void child_loaded(struct machine *m, struct machine_child *c, const struct machine_event *e)
{
    struct machine_generation *g = generation_find(m, c->generation);

    if (c->state != CHILD_LOADING || g == NULL)
        return;
    if (c->kind != CADRE__CHILD_WORKER) {
        child_start(m, c);
        return;
    }
    c->state = CHILD_LOADED;
    c->deadline_ns = 0;
    generation_loaded(m, g, e->wants_steward);
    if (generation_steward(m, g) == NULL || g->published)
        child_start(m, c);
}

void child_is_ready(struct machine *m, struct machine_child *c, const struct machine_event *e)
{
    struct machine_generation *g = generation_find(m, c->generation);
    char name[CHILD_NAME_SIZE];

    (void)e;
    if (c->state != CHILD_STARTING || c->kind == CADRE__CHILD_STEWARD || g == NULL)
        return;
    c->state = CHILD_READY;
    c->ready = true;
    c->deadline_ns = 0;
    if (c->kind == CADRE__CHILD_REPORTER) { /* its socket listens already */
        if (!m->mute)
            child_accept(m, c);
        return;
    }
    g->pilot_ready = true;
    if (g->state != GENERATION_CURRENT)
        return;
    m->failed_starts = 0;
    if (!scale_ready(m, g, c))
        return;
    if (c->failures > 0)
        machine_log(m, CADRE_LOG_NOTICE, "%s serves again", child_name(c, name));
}

void child_serving(struct machine *m, struct machine_child *c, const struct machine_event *e)
{
    struct machine_generation *g = generation_find(m, c->generation);
    char name[CHILD_NAME_SIZE];

    (void)e;
    if (c->state != CHILD_STARTING || c->kind != CADRE__CHILD_STEWARD || g == NULL)
        return;
    c->state = CHILD_SERVING;
    c->ready = true;
    c->accepted = true;
    c->serving_ns = m->now_ns;
    c->deadline_ns = 0;
    if (c->failures > 0)
        machine_log(m, CADRE_LOG_NOTICE, "%s serves again", child_name(c, name));
    generation_published(m, g);
}

void child_failed(struct machine *m, struct machine_child *c, const struct machine_event *e)
{
    char name[CHILD_NAME_SIZE];

    if (!child_has_process(c) || c->state == CHILD_DYING)
        return;
    if (c->leaving) {
        /* A start that was called off fails for any reason; a shutdown must not. */
        machine_log(m, c->ready ? CADRE_LOG_ERROR : CADRE_LOG_DEBUG, "%s failed while leaving: %s",
                    child_name(c, name), e->text != NULL ? e->text : "?");
        return;
    }
    c->failed = true;
    c->stale = e->stale;
    set_reason(c, e->text);
    c->deadline_ns = cadre__deadline(m->now_ns, MACHINE_MARGIN_NS);
}

void child_lost(struct machine *m, struct machine_child *c, const struct machine_event *e)
{
    const struct machine_generation *g = generation_find(m, c->generation);

    (void)e;
    if (c->state != CHILD_SERVING || c->kind != CADRE__CHILD_WORKER || g == NULL)
        return;
    /* What its end means is decided then; meanwhile nobody is sent there, and a spare may begin.
     * One that lives on drains by itself. */
    c->lost = c->gives = true;
    c->deadline_ns = limit(m, cadre__deadline(g->plan.graceful_ns, g->plan.shutdown_ns));
}

void child_drained(struct machine *m, struct machine_child *c, const struct machine_event *e)
{
    const struct machine_generation *g = generation_find(m, c->generation);
    uint64_t deadline;

    (void)e;
    if (!child_has_process(c) || c->state == CHILD_DYING || g == NULL)
        return;
    deadline = limit(m, g->plan.shutdown_ns);
    if (!c->leaving || deadline < c->deadline_ns)
        c->deadline_ns = deadline;
    c->state = CHILD_ENDING;
}

void child_worn(struct machine *m, struct machine_child *c, const struct machine_event *e)
{
    scale_worn(m, c, e->text != NULL ? e->text : "?");
}

void child_broken(struct machine *m, struct machine_child *c, const struct machine_event *e)
{
    if (child_has_process(c) && c->state != CHILD_DYING)
        condemn(m, c, e->text != NULL ? e->text : "it broke the protocol with the master");
}

void child_silent(struct machine *m, struct machine_child *c, const struct machine_event *e)
{
    char name[CHILD_NAME_SIZE];
    char time[CADRE__UNITS_TEXT_SIZE];
    char reason[MACHINE_REASON_MAX];

    if (c->state != CHILD_SERVING || c->kind != CADRE__CHILD_WORKER)
        return;
    snprintf(reason, sizeof(reason), "its loop has not turned for %s (worker_timeout)%s%s",
             for_people(e->silent_ns, time), e->text != NULL && *e->text != '\0' ? ", in " : "",
             e->text != NULL ? e->text : "");
    machine_log(m, CADRE_LOG_ERROR, "%s is killed: %s", child_name(c, name), reason);
    set_reason(c, reason);
    act(m, ACTION_KILL, c)->signo = SIGABRT;
    c->state = CHILD_DYING;
    c->deadline_ns = cadre__deadline(m->now_ns, MACHINE_ABORT_NS);
}

/* How the process ended, without its name: "was killed by signal 11 (SIGSEGV) after 12s". */
static void describe_end(const struct machine *m, const struct machine_child *c,
                         const struct machine_event *e, char *buf, size_t size)
{
    char time[CADRE__UNITS_TEXT_SIZE];
    char how[96];
    char requests[48] = "";
    char name[32];

    for_people(m->now_ns - c->spawned_ns, time);
    if (WIFSIGNALED(e->wait_status))
        snprintf(how, sizeof(how), "was killed by signal %d (%s)", WTERMSIG(e->wait_status),
                 signal_name(WTERMSIG(e->wait_status), name, sizeof(name)));
    else
        snprintf(how, sizeof(how), "exited with status %d", WEXITSTATUS(e->wait_status));
    if (c->accepted && c->kind == CADRE__CHILD_WORKER)
        snprintf(requests, sizeof(requests), ", %llu request%s", (unsigned long long)e->requests,
                 e->requests == 1 ? "" : "s");
    snprintf(buf, size, "%s after %s%s%s%s%s%s%s", how, time, requests,
             e->text != NULL && *e->text != '\0' ? ", in " : "", e->text != NULL ? e->text : "",
             e->out_of_memory ? "; the memory limit of its cgroup was reached" : "",
             c->reason[0] != '\0' ? ": " : "", c->reason);
}

bool child_trouble(const struct machine *m, uint32_t slot, struct child_trouble *ret)
{
    const struct machine_child *c = slot < MACHINE_SLOTS_MAX ? &m->children[slot] : NULL;

    if (c == NULL || c->state == CHILD_NONE || c->failures == 0)
        return false;
    *ret = (struct child_trouble){
        .failures = c->failures,
        .crash_loop = c->failures >= MACHINE_CRASH_LOOP,
        .starts_ns = c->state == CHILD_WAITING ? c->deadline_ns : 0,
        .text = c->trouble,
    };
    return true;
}

static unsigned count_serving(struct machine *m, const struct machine_generation *g)
{
    return generation_count(m, g, CHILD_SERVING);
}

/* Counts a start that failed with nobody serving. True: that was one too many. */
static bool gives_up(struct machine *m, const struct machine_generation *g,
                     const struct machine_child *c, const char *what)
{
    char text[LINE_SIZE];

    if (c->kind != CADRE__CHILD_WORKER || c->ready || count_serving(m, g) > 0)
        return false;
    m->failed_starts++;
    if (g->plan.restart_limit == 0 || m->failed_starts < g->plan.restart_limit)
        return false;
    snprintf(text, sizeof(text), "gave up after %u failed starts in a row (restart_limit): %s",
             m->failed_starts, what);
    machine_stop(m, DRAIN_FAST, 4, text);
    return true;
}

/* Starts the seat's next process, at once or after a wait. WHAT happened goes to the log. */
static void restart(struct machine *m, struct machine_child *c, enum cadre_log_level level,
                    const char *what)
{
    struct machine_generation *g = generation_find(m, c->generation);
    char name[CHILD_NAME_SIZE];
    char time[CADRE__UNITS_TEXT_SIZE];
    char loop[64] = "";
    uint64_t wait;

    if (c->accepted && m->now_ns - c->serving_ns >= MACHINE_STABLE_NS)
        c->failures = 0;
    c->failures++;
    snprintf(c->trouble, sizeof(c->trouble), "%s", what);
    wait = backoff_delay(c->failures, g->plan.restart_delay_ns, g->plan.restart_delay_max_ns,
                         m->random);
    if (c->accepted && m->now_ns - c->serving_ns >= MACHINE_SERVED_NS)
        wait = 0;
    if (c->kind == CADRE__CHILD_WORKER && c->accepted && wait > MACHINE_ALONE_NS &&
        count_serving(m, g) == 0)
        wait = MACHINE_ALONE_NS;
    if (c->failures >= MACHINE_CRASH_LOOP)
        snprintf(loop, sizeof(loop), "; crash loop, %u failures in a row", c->failures);
    child_name(c, name);
    if (wait == 0) {
        machine_log(m, level, "%s %s%s; starts again at once", name, what, loop);
        child_spawn(m, c);
        return;
    }
    machine_log(m, level, "%s %s%s; starts again in %s", name, what, loop, for_people(wait, time));
    forget_process(c);
    c->state = CHILD_WAITING;
    c->deadline_ns = cadre__deadline(m->now_ns, wait);
}

/* One that was not told to leave has gone. WHAT happened, and the REASON alone. */
static void ended(struct machine *m, struct machine_child *c, enum cadre_log_level level,
                  const char *what, const char *reason)
{
    struct machine_generation *g = generation_find(m, c->generation);
    struct machine_child gone = *c;
    char name[CHILD_NAME_SIZE];

    if (g == NULL || g->state == GENERATION_DRAINING) {
        machine_log(m, level, "%s %s", child_name(c, name), what);
        child_free(m, c);
        return;
    }
    /* It serves no more: whoever counts must not find it. */
    c->state = CHILD_WAITING;
    if (machine_start_failed(m, g, &gone, reason))
        return;
    if (gives_up(m, g, &gone, reason))
        return;
    restart(m, c, level, what);
}

/*
 * One cannot be started again with what its siblings run: a file was overwritten. Its seat waits
 * for a reload, or for the file to be what it was; one line says so. Where nobody of them is left,
 * the reload is ours to begin. False: that is a start that failed as any other.
 */
static bool park(struct machine *m, struct machine_child *c)
{
    struct machine_generation *g = generation_find(m, c->generation);
    char name[CHILD_NAME_SIZE];

    if (g == NULL || g->state != GENERATION_CURRENT || m->state == MACHINE_BOOTING)
        return false;
    machine_log(m, g->stale ? CADRE_LOG_DEBUG : CADRE_LOG_ERROR, "%s cannot be replaced: %s",
                child_name(c, name), c->reason);
    g->stale = true;
    c->failures = c->failures > 0 ? c->failures : 1;
    snprintf(c->trouble, sizeof(c->trouble), "%.190s", c->reason);
    forget_process(c);
    c->state = CHILD_WAITING;
    c->deadline_ns = cadre__deadline(m->now_ns, g->plan.restart_delay_max_ns);
    if (count_serving(m, g) > 0 || m->state != MACHINE_SERVING || m->reload_waiting)
        return true;
    machine_log(m, CADRE_LOG_NOTICE, "no worker is left that could serve: reload");
    m->reload_waiting = true;
    return true;
}

static void left(struct machine *m, struct machine_child *c, const struct machine_event *e)
{
    char name[CHILD_NAME_SIZE];
    char end[LINE_SIZE];

    describe_end(m, c, e, end, sizeof(end));
    child_name(c, name);
    if (c->killed || e->wait_status == 0 || !c->ready)
        machine_log(m, CADRE_LOG_DEBUG, "%s of generation %u has left: %s", name, c->generation,
                    end);
    else
        machine_log(m, CADRE_LOG_WARNING, "%s of generation %u did not leave in order: it %s", name,
                    c->generation, end);
    child_free(m, c);
}

void child_exited(struct machine *m, struct machine_child *c, const struct machine_event *e)
{
    char what[LINE_SIZE];
    char reason[LINE_SIZE + CHILD_NAME_SIZE];
    char name[CHILD_NAME_SIZE];

    if (!child_has_process(c))
        return;
    if (c->leaving) {
        left(m, c, e);
        return;
    }
    if (c->failed && c->stale && park(m, c))
        return;
    if (c->failed) {
        snprintf(what, sizeof(what), "failed%s: %s", c->ready ? "" : " to start", c->reason);
        ended(m, c, CADRE_LOG_ERROR, what, c->reason);
        return;
    }
    describe_end(m, c, e, what, sizeof(what));
    snprintf(reason, sizeof(reason), "%s %s", child_name(c, name), what);
    /* One that somebody told to leave is no accident. */
    ended(m, c, e->wait_status == 0 ? CADRE_LOG_NOTICE : CADRE_LOG_ERROR, what, reason);
}

void child_spawn_failed(struct machine *m, struct machine_child *c, const struct machine_event *e)
{
    const char *text = e->text != NULL ? e->text : "?";
    char what[LINE_SIZE];

    if (!child_has_process(c))
        return;
    if (c->leaving) {
        child_free(m, c);
        return;
    }
    snprintf(what, sizeof(what), "could not be started: %s", text);
    ended(m, c, CADRE_LOG_ERROR, what, text);
}
