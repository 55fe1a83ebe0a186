/* SPDX-License-Identifier: MIT */
/*
 * Generations of the state machine: who of them starts when, and when one is over.
 *
 * See generation.h, and machine.h for the whole life. Pure: emits actions only.
 */
#include "config.h"

#include <string.h>

#include "master/child.h"
#include "master/generation.h"
#include "master/scale.h"

struct machine_generation *generation_find(struct machine *m, uint32_t id)
{
    FOR_EACH_GENERATION(m, g)
    if (g->id == id)
        return g;
    return NULL;
}

static struct machine_generation *find_state(struct machine *m, enum generation_state state)
{
    FOR_EACH_GENERATION(m, g)
    if (g->state == state)
        return g;
    return NULL;
}

struct machine_generation *generation_current(struct machine *m)
{
    return find_state(m, GENERATION_CURRENT);
}

struct machine_generation *generation_starting(struct machine *m)
{
    return find_state(m, GENERATION_STARTING);
}

static unsigned free_slots(const struct machine *m)
{
    unsigned n = 0;

    for (uint32_t slot = 0; slot < MACHINE_SLOTS_MAX; slot++)
        n += m->children[slot].state == CHILD_NONE;
    return n;
}

struct machine_generation *generation_new(struct machine *m, const struct machine_plan *plan,
                                          const char **ret_why)
{
    struct machine_generation *g = NULL;

    for (unsigned i = 0; i < MACHINE_GENERATIONS_MAX && g == NULL; i++)
        if (m->generations[i].state == GENERATION_NONE)
            g = &m->generations[i];
    if (g == NULL) {
        *ret_why = "too many generations still drain; try again when they are gone";
        return NULL;
    }
    /* Three slots more: for the steward that it may want, for a worker that relieves another, for
     * the reporter. */
    if (free_slots(m) < plan->workers + plan->spares + 3) {
        *ret_why = "too many workers of old generations still drain; try again when they are gone";
        return NULL;
    }
    *g = (struct machine_generation){.state = GENERATION_STARTING,
                                     .id = ++m->last_generation,
                                     .plan = *plan,
                                     .target = plan->workers,
                                     .since_ns = m->now_ns};
    for (unsigned i = 0; i < plan->workers; i++)
        child_new(m, CADRE__CHILD_WORKER, g->id, i);
    if (plan->reporter)
        child_spawn(m, child_new(m, CADRE__CHILD_REPORTER, g->id, 0));
    return g;
}

unsigned generation_count(const struct machine *m, const struct machine_generation *g,
                          enum child_state state)
{
    unsigned n = 0;

    for (const struct machine_child *c = m->children; c < m->children + m->high_water; c++)
        n += c->state == state && c->generation == g->id && c->kind == CADRE__CHILD_WORKER;
    return n;
}

static unsigned count_workers(const struct machine *m, const struct machine_generation *g)
{
    unsigned n = 0;

    for (const struct machine_child *c = m->children; c < m->children + m->high_water; c++)
        n += c->state != CHILD_NONE && c->generation == g->id && c->kind == CADRE__CHILD_WORKER;
    return n;
}

struct machine_child *generation_steward(struct machine *m, const struct machine_generation *g)
{
    FOR_EACH_CHILD_OF(m, g, c)
    if (c->kind == CADRE__CHILD_STEWARD)
        return c;
    return NULL;
}

void generation_loaded(struct machine *m, struct machine_generation *g, bool wants_steward)
{
    struct machine_child *steward;

    if (!wants_steward || g->state == GENERATION_DRAINING || generation_steward(m, g) != NULL)
        return;
    steward = child_new(m, CADRE__CHILD_STEWARD, g->id, 0);
    if (steward != NULL)
        child_spawn(m, steward);
    else /* cannot be: generation_new left a slot for it */
        machine_log(m, CADRE_LOG_ERROR, "no slot is left for the steward of generation %u", g->id);
}

void generation_published(struct machine *m, struct machine_generation *g)
{
    g->published = true;
    FOR_EACH_CHILD_OF(m, g, c)
    if (c->state == CHILD_LOADED && c->kind == CADRE__CHILD_WORKER)
        child_start(m, c);
}

void generation_drain(struct machine *m, struct machine_generation *g, enum machine_drain drain)
{
    struct machine_child *steward = generation_steward(m, g);

    if (g->state != GENERATION_DRAINING)
        g->draining_ns = m->now_ns;
    g->state = GENERATION_DRAINING;
    FOR_EACH_CHILD_OF(m, g, c)
    if (c->kind == CADRE__CHILD_WORKER)
        child_drain(m, c, drain, &g->plan);
    /* A steward that has no process has nothing to shut down; one that drains may have to hurry. */
    if (steward != NULL && (!child_has_process(steward) || steward->leaving))
        child_drain(m, steward, drain, &g->plan);
}

/* Starts who may start for the first time: the pilot alone, then as many at a time as may be. */
static void fill(struct machine *m, struct machine_generation *g)
{
    unsigned starting = 0;

    FOR_EACH_CHILD_OF(m, g, c)
    starting += c->kind == CADRE__CHILD_WORKER && child_is_starting(c);
    FOR_EACH_CHILD_OF(m, g, c)
    {
        if (starting >= g->plan.surge)
            return;
        if (c->kind != CADRE__CHILD_WORKER || c->state != CHILD_WAITING || c->deadline_ns != 0)
            continue;
        if (c->index != 0 && !g->pilot_ready)
            continue;
        if (g->state == GENERATION_STARTING && m->state == MACHINE_BOOTING && g->pilot_ready &&
            !m->succeeding)
            continue; /* at boot the sockets listen before the others start */
        child_spawn(m, c);
        starting++;
    }
}

/* At boot the sockets listen for the pilot; at a reload, and where another master still serves,
 * only for a whole generation. */
static void ask_to_listen(struct machine *m, struct machine_generation *g)
{
    unsigned ready = generation_count(m, g, CHILD_READY);

    if (g->state != GENERATION_STARTING || g->listening)
        return;
    if (m->state == MACHINE_BOOTING && !m->succeeding ? ready == 0 : ready < g->plan.workers)
        return;
    g->listening = true;
    machine_actions_add(m->out, ACTION_LISTEN)->generation = g->id;
}

bool generation_drain_reporter(struct machine *m, struct machine_generation *g)
{
    FOR_EACH_CHILD_OF(m, g, c)
    if (c->kind == CADRE__CHILD_REPORTER) {
        if (!c->leaving)
            child_drain(m, c, DRAIN_FAST, &g->plan);
        return c->state == CHILD_NONE;
    }
    return true;
}

static void finish(struct machine *m, struct machine_generation *g)
{
    struct machine_child *steward = generation_steward(m, g);

    if (count_workers(m, g) > 0)
        return;
    if (steward != NULL) {
        if (!steward->leaving)
            child_drain(m, steward, DRAIN_STOP, &g->plan);
        if (generation_steward(m, g) != NULL)
            return;
    }
    if (!generation_drain_reporter(m, g)) /* there is nothing left to tell */
        return;
    machine_log(m, CADRE_LOG_INFO, "generation %u has ended", g->id);
    machine_actions_add(m->out, ACTION_RETIRE)->generation = g->id;
    g->state = GENERATION_NONE;
}

void generation_settle(struct machine *m, struct machine_generation *g)
{
    if (g->state == GENERATION_DRAINING) {
        finish(m, g);
        return;
    }
    if (g->state == GENERATION_CURRENT)
        scale_settle(m, g);
    fill(m, g);
    ask_to_listen(m, g);
}
