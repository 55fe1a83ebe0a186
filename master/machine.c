/* SPDX-License-Identifier: MIT */
/*
 * The state machine of the master: the server as a whole. See machine.h.
 *
 * Here: boot, reload, stop, signals, what systemd is told. The children's lives are in child.c,
 * their generations in generation.c. Pure: no I/O, no clock; memory only in machine_new.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "master/child.h"
#include "master/generation.h"
#include "master/scale.h"
#include "master/signals.h"
#include "master/upgrade.h"

#define LINE_SIZE (MACHINE_REASON_MAX + 256)

struct machine *machine_new(bool terminal)
{
    struct machine *m = calloc(1, sizeof(*m));

    if (m != NULL)
        m->terminal = terminal;
    return m;
}

void machine_free(struct machine *m)
{
    free(m);
}

void machine_log(struct machine *m, enum cadre_log_level level, const char *fmt, ...)
{
    struct machine_action *action = machine_actions_add(m->out, ACTION_LOG);
    va_list args;

    action->level = level;
    va_start(args, fmt);
    action->text = machine_actions_vtext(m->out, fmt, args);
    va_end(args);
}

static struct machine_action *act_generation(struct machine *m, enum machine_action_type type,
                                             uint32_t generation)
{
    struct machine_action *action = machine_actions_add(m->out, type);

    action->generation = generation;
    return action;
}

/* --- Status --- */

static unsigned count_loops(const struct machine *m, const struct machine_generation *g)
{
    unsigned n = 0;

    for (const struct machine_child *c = m->children; c < m->children + m->high_water; c++)
        n += c->state != CHILD_NONE && c->generation == g->id &&
             c->failures >= MACHINE_CRASH_LOOP && !c->ready;
    return n;
}

static unsigned count_processes(const struct machine *m)
{
    unsigned n = 0;

    for (const struct machine_child *c = m->children; c < m->children + m->high_water; c++)
        n += child_has_process(c);
    return n;
}

static unsigned count_draining(struct machine *m)
{
    unsigned n = 0;

    FOR_EACH_GENERATION(m, g)
    n += g->state == GENERATION_DRAINING;
    return n;
}

/* "3 of 4 workers serve, generation 2, 1 in a crash loop; 1 old generation drains" */
static void describe_serving(struct machine *m, char *buf, size_t size)
{
    struct machine_generation *g = generation_current(m);
    unsigned loops, old = count_draining(m);
    char loop[48] = "";
    char drain[48] = "";

    if (g == NULL)
        g = generation_starting(m);
    if (g == NULL)
        return;
    loops = count_loops(m, g);
    if (loops > 0)
        snprintf(loop, sizeof(loop), ", %u in a crash loop", loops);
    if (old > 0)
        snprintf(drain, sizeof(drain), "; %u old generation%s", old,
                 old == 1 ? " drains" : "s drain");
    snprintf(buf, size, "%u of %u workers serve, generation %u%s%s",
             generation_count(m, g, CHILD_SERVING), g->target, g->id, loop, drain);
}

/* Tells systemd how things are, where that has changed. */
static void tell_status(struct machine *m)
{
    char status[sizeof(m->status)] = "";
    char serving[160] = "";
    const struct machine_generation *next = generation_starting(m);

    describe_serving(m, serving, sizeof(serving));
    switch (m->state) {
    case MACHINE_BOOTING:
        snprintf(status, sizeof(status), "starting: %s", serving);
        break;
    case MACHINE_SERVING:
        snprintf(status, sizeof(status), "%s%s%s", serving, m->trouble[0] != '\0' ? "; " : "",
                 m->trouble);
        break;
    case MACHINE_RELOADING:
        snprintf(status, sizeof(status), "reloading: %s; %u of %u workers of the next are ready",
                 serving, next != NULL ? generation_count(m, next, CHILD_READY) : 0,
                 next != NULL ? next->plan.workers : 0);
        break;
    case MACHINE_UPGRADING:
        snprintf(status, sizeof(status), "upgrading: %s", serving);
        break;
    case MACHINE_STOPPING:
        snprintf(status, sizeof(status), "stopping: %u processes left", count_processes(m));
        break;
    default:
        return;
    }
    if (strcmp(status, m->status) == 0)
        return;
    memcpy(m->status, status, sizeof(status));
    machine_actions_add(m->out, ACTION_STATUS)->text = machine_actions_text(m->out, "%s", status);
}

/* Tells who asked for it how a reload ended: WHY it failed, "" if it has not. */
static void end_reload(struct machine *m, uint32_t generation, const char *why)
{
    m->reloads_ended++;
    snprintf(m->reload_reason, sizeof(m->reload_reason), "%s", why);
    act_generation(m, ACTION_RELOAD_ENDED, generation)->text =
        machine_actions_text(m->out, "%s", why);
}

/* --- Stop --- */

/* How long a stop may take until all that is left was killed; for systemd. */
static uint64_t time_to_stop(struct machine *m, enum machine_drain drain)
{
    uint64_t longest = 0;

    FOR_EACH_GENERATION(m, g)
    {
        uint64_t ns = cadre__deadline(drain == DRAIN_FAST ? 0 : g->plan.graceful_ns,
                                      cadre__deadline(g->plan.shutdown_ns, g->plan.shutdown_ns));

        if (ns > longest)
            longest = ns;
    }
    return cadre__deadline(longest, 3 * MACHINE_MARGIN_NS + MACHINE_KILL_NS);
}

void machine_stop(struct machine *m, enum machine_drain drain, int code, const char *text)
{
    if (m->state == MACHINE_RELOADING)
        end_reload(m, m->last_generation, "the server stops");
    upgrade_call_off(m);
    m->state = MACHINE_STOPPING;
    m->exit_code = code;
    snprintf(m->exit_text, sizeof(m->exit_text), "%s", text);
    m->reload_waiting = false;
    machine_actions_add(m->out, ACTION_STOPPING)->timeout_ns = time_to_stop(m, drain);
    machine_actions_add(m->out, ACTION_UNLISTEN);
    FOR_EACH_GENERATION(m, g)
    generation_drain(m, g, drain);
}

static void force(struct machine *m)
{
    m->forced = true;
    FOR_EACH_CHILD(m, c)
    if (c->state != CHILD_DYING)
        child_kill(m, c);
}

static void end_if_empty(struct machine *m)
{
    struct machine_action *action;

    FOR_EACH_GENERATION(m, g)
    return;
    m->state = MACHINE_STOPPED;
    action = machine_actions_add(m->out, ACTION_EXIT);
    action->code = m->exit_code;
    action->text = machine_actions_text(m->out, "%s", m->exit_text);
}

/* --- Boot --- */

static void fail_boot(struct machine *m, const char *reason)
{
    char text[LINE_SIZE];

    snprintf(text, sizeof(text), "startup failed: %s", reason);
    machine_stop(m, DRAIN_STOP, 3, text);
}

static void boot(struct machine *m, const struct machine_event *e)
{
    const char *why;

    if (m->state != MACHINE_NEW || e->plan == NULL)
        return;
    m->state = MACHINE_BOOTING;
    m->last_generation = e->after;
    m->succeeding = m->mute = e->after != 0;
    if (generation_new(m, e->plan, &why) == NULL)
        fail_boot(m, why);
}

static void say_ready(struct machine *m, const struct machine_generation *g)
{
    machine_log(m, CADRE_LOG_NOTICE, "ready: %u worker%s, generation %u", g->plan.workers,
                g->plan.workers == 1 ? "" : "s", g->id);
    machine_actions_add(m->out, ACTION_READY);
}

/* The first generation is up when each of its workers has served: who dies from then on has not
 * failed to start. */
static void end_boot(struct machine *m)
{
    struct machine_generation *g = generation_current(m);

    if (g == NULL)
        return;
    FOR_EACH_CHILD_OF(m, g, c)
    if (c->kind == CADRE__CHILD_WORKER && !c->proven)
        return;
    m->state = MACHINE_SERVING;
    say_ready(m, g);
}

static void accept_ready(struct machine *m, struct machine_generation *g)
{
    g->state = GENERATION_CURRENT;
    m->failed_starts = 0;
    FOR_EACH_CHILD_OF(m, g, c)
    if (c->kind == CADRE__CHILD_WORKER && c->state == CHILD_READY)
        child_accept(m, c);
}

/* --- Reload --- */

static void begin_reload(struct machine *m)
{
    m->reload_waiting = false;
    m->loading = true;
    m->state = MACHINE_RELOADING;
    m->reloads_begun++;
    m->trouble[0] = '\0';
    machine_log(m, CADRE_LOG_NOTICE, "reload: generation %u is prepared", m->last_generation + 1);
    machine_actions_add(m->out, ACTION_RELOADING);
    act_generation(m, ACTION_LOAD_CONF, m->last_generation + 1);
}

/* The reload is over without effect: says why, to the log and to systemd. */
static void fail_reload(struct machine *m, int code, const char *reason)
{
    const struct machine_generation *current = generation_current(m);

    m->state = MACHINE_SERVING;
    m->loading = false;
    m->reload_code = code;
    snprintf(m->trouble, sizeof(m->trouble), "reload failed: %s", reason);
    machine_log(m, CADRE_LOG_ERROR, "reload failed: %s; generation %u goes on", reason,
                current != NULL ? current->id : 0);
    machine_actions_add(m->out, ACTION_READY);
    end_reload(m, current != NULL ? current->id : 0, reason);
}

static void abort_reload(struct machine *m, struct machine_generation *g, const char *reason)
{
    fail_reload(m, 3, reason);
    act_generation(m, ACTION_DISCARD, g->id);
    generation_drain(m, g, DRAIN_FAST);
}

/* Ends the oldest generations early, where too many are alive. */
static void cap_generations(struct machine *m, const struct machine_generation *current)
{
    unsigned alive = 0;

    FOR_EACH_GENERATION(m, g)
    alive += !g->hurried;
    while (alive > 1 && alive > current->plan.max_generations) {
        struct machine_generation *oldest = NULL;

        FOR_EACH_GENERATION(m, g)
        if (!g->hurried && (oldest == NULL || g->id < oldest->id))
            oldest = g;
        oldest->hurried = true;
        alive--;
        machine_log(m, CADRE_LOG_WARNING,
                    "generation %u is ended early: more than %u are alive (max_generations)",
                    oldest->id, current->plan.max_generations);
        generation_drain(m, oldest, DRAIN_FAST);
    }
}

/* The new generation takes over; the old one drains. */
static void take_over(struct machine *m, struct machine_generation *g)
{
    struct machine_generation *old = generation_current(m);

    m->state = MACHINE_SERVING;
    m->reload_code = 0;
    accept_ready(m, g);
    act_generation(m, ACTION_ADOPT, g->id);
    if (old != NULL)
        generation_drain(m, old, DRAIN_RELOAD);
    cap_generations(m, g);
    say_ready(m, g);
    end_reload(m, g->id, "");
}

static void conf_ok(struct machine *m, const struct machine_event *e)
{
    const char *why;

    if (!m->loading || e->plan == NULL)
        return;
    m->loading = false;
    if (m->state != MACHINE_RELOADING) { /* a stop came between */
        act_generation(m, ACTION_RETIRE, m->last_generation + 1);
        return;
    }
    if (generation_new(m, e->plan, &why) != NULL)
        return;
    fail_reload(m, 3, why);
    act_generation(m, ACTION_DISCARD, m->last_generation + 1);
    act_generation(m, ACTION_RETIRE, m->last_generation + 1);
}

static void conf_bad(struct machine *m, const struct machine_event *e)
{
    if (!m->loading)
        return;
    m->loading = false;
    if (m->state == MACHINE_RELOADING)
        fail_reload(m, 1, e->text != NULL ? e->text : "?");
}

static void listened(struct machine *m, const struct machine_event *e)
{
    struct machine_generation *g = generation_starting(m);

    if (g == NULL || !g->listening)
        return;
    if (m->state == MACHINE_BOOTING) {
        if (e->text != NULL) {
            fail_boot(m, e->text);
            return;
        }
        m->listening = true;
        accept_ready(m, g);
        act_generation(m, ACTION_ADOPT, g->id);
    } else if (m->state == MACHINE_RELOADING) {
        if (e->text != NULL)
            abort_reload(m, g, e->text);
        else
            take_over(m, g);
    }
}

bool machine_start_failed(struct machine *m, struct machine_generation *g,
                          const struct machine_child *c, const char *reason)
{
    /* Nobody is served by it: it is tried again, and the server goes on. */
    if (c->kind == CADRE__CHILD_REPORTER)
        return false;
    if (m->state == MACHINE_BOOTING &&
        (!m->listening || (!c->ready && (c->failed || c->failures + 1 >= MACHINE_BOOT_FAILURES)))) {
        fail_boot(m, reason);
        return true;
    }
    if (m->state == MACHINE_RELOADING && g->state == GENERATION_STARTING) {
        abort_reload(m, g, reason);
        return true;
    }
    return false;
}

/* --- Signals --- */

/* What asked for it, for lines: the command, or the signal. */
static const char *who(const struct signal_row *row, const struct machine_event *e)
{
    return e->text != NULL ? e->text : row->name;
}

static void stop_by_signal(struct machine *m, const struct signal_row *row,
                           const struct machine_event *e)
{
    /* On a terminal SIGINT is Ctrl-C; a command is what it says. */
    bool fast = row->request == SIGNAL_STOP_FAST && (!m->terminal || e->text != NULL);

    if (m->succeeded) {
        machine_log(m, CADRE_LOG_NOTICE, "%s: leaving without waiting for idle connections",
                    row->name);
        m->succeeded = false;
        FOR_EACH_GENERATION(m, g)
        generation_drain(m, g, fast ? DRAIN_FAST : DRAIN_STOP);
        return;
    }
    if (m->state == MACHINE_STOPPING) {
        if (!m->forced)
            machine_log(m, CADRE_LOG_WARNING, "%s again: %u processes are killed", who(row, e),
                        count_processes(m));
        force(m);
        return;
    }
    machine_log(m, CADRE_LOG_NOTICE, "%s: stopping%s", who(row, e),
                fast ? ", what is in flight is cancelled" : "");
    machine_stop(m, fast ? DRAIN_FAST : DRAIN_STOP, 0, "");
}

static void reload_by_signal(struct machine *m, const struct signal_row *row,
                             const struct machine_event *e)
{
    if (m->state == MACHINE_STOPPING) {
        machine_log(m, CADRE_LOG_NOTICE, "%s is ignored: the server stops", who(row, e));
        return;
    }
    if (m->state != MACHINE_SERVING && !m->reload_waiting)
        machine_log(m, CADRE_LOG_NOTICE, "%s: the reload follows when %s is over", who(row, e),
                    m->state == MACHINE_RELOADING   ? "this one"
                    : m->state == MACHINE_UPGRADING ? "the upgrade"
                                                    : "the start");
    m->reload_waiting = true;
}

static void signal_came(struct machine *m, const struct machine_event *e)
{
    const struct signal_row *row = signal_find(e->signo);

    if (row == NULL || m->state == MACHINE_NEW)
        return;
    switch (row->request) {
    case SIGNAL_STOP:
    case SIGNAL_STOP_FAST:
        stop_by_signal(m, row, e);
        return;
    case SIGNAL_RELOAD:
        reload_by_signal(m, row, e);
        return;
    case SIGNAL_REOPEN_LOG:
        machine_actions_add(m->out, ACTION_REOPEN_LOGS);
        return;
    case SIGNAL_UPGRADE:
        upgrade_by_signal(m, row);
        return;
    case SIGNAL_MORE:
    case SIGNAL_FEWER:
    case SIGNAL_NONE:
        scale_by_signal(m, row);
        return;
    }
}

/* --- Time --- */

static void timer(struct machine *m, const struct machine_event *e)
{
    FOR_EACH_CHILD(m, c)
    if (c->deadline_ns != 0 && c->deadline_ns <= e->now_ns)
        child_deadline(m, c);
    if (m->upgrade_deadline_ns != 0 && m->upgrade_deadline_ns <= e->now_ns)
        upgrade_deadline(m);
}

uint64_t machine_deadline(const struct machine *m)
{
    uint64_t deadline = m->upgrade_deadline_ns != 0 ? m->upgrade_deadline_ns : CADRE__NEVER;

    for (const struct machine_child *c = m->children; c < m->children + m->high_water; c++)
        if (c->state != CHILD_NONE && c->deadline_ns != 0 && c->deadline_ns < deadline)
            deadline = c->deadline_ns;
    return deadline;
}

/* --- The step --- */

typedef void (*server_fn)(struct machine *m, const struct machine_event *e);
typedef void (*child_fn)(struct machine *m, struct machine_child *c, const struct machine_event *e);

/* What takes which event: the server as a whole, or one of its children. */
static const struct event_row {
    const char *name;
    server_fn server;
    child_fn child;
} event_rows[EVENT_TYPES] = {
    [EVENT_BOOT] = {.name = "BOOT", .server = boot},
    [EVENT_SPAWNED] = {.name = "SPAWNED", .child = child_spawned},
    [EVENT_SPAWN_FAILED] = {.name = "SPAWN_FAILED", .child = child_spawn_failed},
    [EVENT_LOADED] = {.name = "LOADED", .child = child_loaded},
    [EVENT_READY] = {.name = "READY", .child = child_is_ready},
    [EVENT_SERVING] = {.name = "SERVING", .child = child_serving},
    [EVENT_FAILED] = {.name = "FAILED", .child = child_failed},
    [EVENT_LOST] = {.name = "LOST", .child = child_lost},
    [EVENT_DRAINED] = {.name = "DRAINED", .child = child_drained},
    [EVENT_BROKEN] = {.name = "BROKEN", .child = child_broken},
    [EVENT_SILENT] = {.name = "SILENT", .child = child_silent},
    [EVENT_EXITED] = {.name = "EXITED", .child = child_exited},
    [EVENT_LISTENED] = {.name = "LISTENED", .server = listened},
    [EVENT_CONF_OK] = {.name = "CONF_OK", .server = conf_ok},
    [EVENT_CONF_BAD] = {.name = "CONF_BAD", .server = conf_bad},
    [EVENT_SIGNAL] = {.name = "SIGNAL", .server = signal_came},
    [EVENT_SCALE] = {.name = "SCALE", .server = scale_asked},
    [EVENT_WORN] = {.name = "WORN", .child = child_worn},
    [EVENT_UPGRADE_READY] = {.name = "UPGRADE_READY", .server = upgrade_ready},
    [EVENT_UPGRADE_FAILED] = {.name = "UPGRADE_FAILED", .server = upgrade_failed},
    [EVENT_REPORTS] = {.name = "REPORTS", .server = upgrade_reports},
    [EVENT_TIMER] = {.name = "TIMER", .server = timer},
};

/* What follows from where we are now, without another event. */
static void settle(struct machine *m)
{
    if (m->state == MACHINE_BOOTING)
        end_boot(m);
    FOR_EACH_GENERATION(m, g)
    generation_settle(m, g);
    upgrade_settle(m);
    if (m->state == MACHINE_SERVING && m->reload_waiting)
        begin_reload(m);
    tell_status(m);
    if (m->state == MACHINE_STOPPING && !m->loading)
        end_if_empty(m);
}

void machine_step(struct machine *m, const struct machine_event *event, struct machine_actions *out)
{
    const struct event_row *row;

    if ((unsigned)event->type >= EVENT_TYPES || m->state == MACHINE_STOPPED)
        return;
    row = &event_rows[event->type];
    m->now_ns = event->now_ns;
    m->random = event->random;
    m->out = out;
    if (row->server != NULL)
        row->server(m, event);
    else if (event->slot < MACHINE_SLOTS_MAX)
        row->child(m, &m->children[event->slot], event);
    if (m->state != MACHINE_NEW)
        settle(m);
    m->out = NULL;
}

const char *machine_event_name(enum machine_event_type type)
{
    return (unsigned)type < EVENT_TYPES ? event_rows[type].name : "?";
}

const char *machine_state_name(enum machine_state state)
{
    static const char *const names[MACHINE_STATES] = {
        [MACHINE_NEW] = "NEW",
        [MACHINE_BOOTING] = "BOOTING",
        [MACHINE_SERVING] = "SERVING",
        [MACHINE_RELOADING] = "RELOADING",
        [MACHINE_UPGRADING] = "UPGRADING",
        [MACHINE_STOPPING] = "STOPPING",
        [MACHINE_STOPPED] = "STOPPED",
    };

    return (unsigned)state < MACHINE_STATES ? names[state] : "?";
}
