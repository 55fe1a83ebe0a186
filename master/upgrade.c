/* SPDX-License-Identifier: MIT */
/*
 * The decisions of a binary upgrade; see upgrade.h. Pure: emits actions only.
 */
#include "config.h"

#include <stdio.h>

#include "base/clock.h"
#include "master/child.h"
#include "master/generation.h"
#include "master/signals.h"
#include "master/upgrade.h"

void upgrade_by_signal(struct machine *m, const struct signal_row *row)
{
    if (m->state == MACHINE_STOPPING || m->state == MACHINE_UPGRADING) {
        machine_log(m, CADRE_LOG_NOTICE, "%s is ignored: %s", row->name,
                    m->state == MACHINE_STOPPING ? "the server stops" : "an upgrade goes on");
        return;
    }
    if (m->state != MACHINE_SERVING && !m->upgrade_waiting)
        machine_log(m, CADRE_LOG_NOTICE, "%s: the upgrade follows when the %s is over", row->name,
                    m->state == MACHINE_RELOADING ? "reload" : "start");
    m->upgrade_waiting = true;
}

/* How long the new master may take: its steward, its pilot, then as many at a time as may be. */
static uint64_t time_to_boot(const struct machine_plan *plan)
{
    uint64_t each = cadre__deadline(plan->startup_ns, MACHINE_MARGIN_NS);
    uint64_t waves = 3 + plan->workers / plan->surge;

    return plan->startup_ns == 0 || each > UINT64_MAX / waves ? 0 : each * waves;
}

static void end(struct machine *m, const char *why)
{
    m->upgrade_deadline_ns = 0;
    machine_actions_add(m->out, ACTION_UPGRADE_ENDED)->text =
        machine_actions_text(m->out, "%s", why);
}

static void fail(struct machine *m, const char *why)
{
    const struct machine_generation *current = generation_current(m);

    m->state = MACHINE_SERVING;
    snprintf(m->trouble, sizeof(m->trouble), "upgrade failed: %s", why);
    machine_log(m, CADRE_LOG_ERROR, "upgrade failed: %s; generation %u goes on", why,
                current != NULL ? current->id : 0);
    machine_actions_add(m->out, ACTION_UPGRADE_ABORT);
    machine_actions_add(m->out, ACTION_READY);
    end(m, why);
}

void upgrade_settle(struct machine *m)
{
    const struct machine_generation *current = generation_current(m);
    uint64_t limit_ns;

    if (!m->upgrade_waiting || m->state != MACHINE_SERVING || current == NULL)
        return;
    limit_ns = time_to_boot(&current->plan);
    m->upgrade_waiting = false;
    m->state = MACHINE_UPGRADING;
    m->trouble[0] = '\0';
    m->upgrade_deadline_ns = limit_ns == 0 ? 0 : cadre__deadline(m->now_ns, limit_ns);
    machine_log(m, CADRE_LOG_NOTICE, "upgrade: a new master is started");
    machine_actions_add(m->out, ACTION_RELOADING);
    machine_actions_add(m->out, ACTION_UPGRADE)->generation = m->last_generation;
}

void upgrade_ready(struct machine *m, const struct machine_event *e)
{
    if (m->state != MACHINE_UPGRADING)
        return;
    machine_log(m, CADRE_LOG_NOTICE,
                "upgrade: process %d serves; this one ends when its connections have gone over",
                (int)e->pid);
    end(m, "");
    m->state = MACHINE_STOPPING;
    m->succeeded = true;
    m->reload_waiting = false;
    machine_actions_add(m->out, ACTION_GIVE);
    machine_actions_add(m->out, ACTION_UNLISTEN);
    FOR_EACH_GENERATION(m, g)
    {
        if (g->state != GENERATION_DRAINING)
            generation_drain(m, g, DRAIN_RELOAD);
        generation_drain_reporter(m, g); /* the new master's waits for its end */
    }
}

void upgrade_reports(struct machine *m, const struct machine_event *e)
{
    (void)e;
    m->mute = false;
    FOR_EACH_CHILD(m, c)
    if (c->kind == CADRE__CHILD_REPORTER && c->state == CHILD_READY)
        child_accept(m, c);
}

void upgrade_failed(struct machine *m, const struct machine_event *e)
{
    if (m->state == MACHINE_UPGRADING)
        fail(m, e->text != NULL ? e->text : "?");
}

void upgrade_deadline(struct machine *m)
{
    if (m->state == MACHINE_UPGRADING)
        fail(m, "the new master was not ready in time (startup_timeout)");
}

void upgrade_call_off(struct machine *m)
{
    m->upgrade_waiting = false;
    if (m->state != MACHINE_UPGRADING)
        return;
    machine_actions_add(m->out, ACTION_UPGRADE_ABORT);
    end(m, "the server stops");
}
