/* SPDX-License-Identifier: MIT */
/*
 * Scaling, recycling, spares; see scale.h. Pure: emits actions only.
 */
#include "config.h"

#include "master/child.h"
#include "master/generation.h"
#include "master/scale.h"
#include "master/signals.h"

/* The seats of workers of G in a role, without those that leave. */
#define FOR_EACH_SEAT(m, g, r, c)                                                                  \
    FOR_EACH_CHILD_OF(m, g, c)                                                                     \
    if (c->kind == CADRE__CHILD_WORKER && !c->leaving && c->role == (r))

static unsigned count_seats(struct machine *m, const struct machine_generation *g,
                            enum child_role role)
{
    unsigned n = 0;

    FOR_EACH_SEAT(m, g, role, c)
    n++;
    return n;
}

static struct machine_child *find_seat(struct machine *m, const struct machine_generation *g,
                                       enum child_role role, uint32_t index)
{
    FOR_EACH_SEAT(m, g, role, c)
    if (c->index == index)
        return c;
    return NULL;
}

/* --- Who asks --- */

const char *scale_refusal(const struct machine *m, unsigned workers)
{
    if (m->state == MACHINE_STOPPING || m->state == MACHINE_STOPPED)
        return "the server stops";
    if (m->state == MACHINE_UPGRADING)
        return "an upgrade goes on";
    if (m->state != MACHINE_SERVING && m->state != MACHINE_RELOADING)
        return "the server starts";
    if (workers > SCALE_WORKERS_MAX)
        return "there can be 500 workers";
    return NULL;
}

static void set_target(struct machine *m, const char *who, unsigned workers)
{
    struct machine_generation *g = generation_current(m);
    const char *refusal = scale_refusal(m, workers);

    if (g == NULL || refusal != NULL) {
        machine_log(m, CADRE_LOG_NOTICE, "%s is ignored: %s", who,
                    refusal != NULL ? refusal : "the server starts");
        return;
    }
    machine_log(m, CADRE_LOG_NOTICE, "%s: %u worker%s instead of %u, until the next reload", who,
                workers, workers == 1 ? "" : "s", g->target);
    g->target = workers;
}

void scale_asked(struct machine *m, const struct machine_event *e)
{
    if (m->state != MACHINE_NEW)
        set_target(m, "the number of workers", e->workers);
}

void scale_by_signal(struct machine *m, const struct signal_row *row)
{
    const struct machine_generation *g = generation_current(m);
    unsigned target = g != NULL ? g->target : 0;

    if (row->request == SIGNAL_NONE)
        set_target(m, row->name, 0);
    else if (row->request == SIGNAL_MORE)
        set_target(m, row->name, target + 1);
    else if (g != NULL && target <= 1)
        machine_log(m, CADRE_LOG_NOTICE,
                    "%s is ignored: the last worker stays (SIGWINCH drains them all)", row->name);
    else
        set_target(m, row->name, target - 1);
}

void scale_worn(struct machine *m, struct machine_child *c, const char *why)
{
    char name[CHILD_NAME_SIZE];

    if (c->state != CHILD_SERVING || c->kind != CADRE__CHILD_WORKER || c->worn || c->leaving)
        return;
    c->worn = true;
    c->worn_ns = m->now_ns;
    machine_log(m, CADRE_LOG_INFO, "%s is recycled: %s", child_name(c, name), why);
}

/* --- How many --- */

static void drain_seat(struct machine *m, const struct machine_generation *g,
                       struct machine_child *c)
{
    child_drain(m, c, DRAIN_RELOAD, &g->plan);
}

/* The one that is missed least: one that does not serve, then the one of the highest number. */
static struct machine_child *least_needed(struct machine *m, const struct machine_generation *g,
                                          enum child_role role)
{
    struct machine_child *found = NULL;

    FOR_EACH_SEAT(m, g, role, c)
    {
        bool up = c->ready, found_up = found != NULL && found->ready;

        if (found == NULL || (found_up && !up) || (found_up == up && c->index > found->index))
            found = c;
    }
    return found;
}

/* A number that no worker of G has, but for those that leave. */
static uint32_t free_index(struct machine *m, const struct machine_generation *g)
{
    uint32_t index = 0;

    while (find_seat(m, g, ROLE_SERVES, index) != NULL ||
           find_seat(m, g, ROLE_SPARE, index) != NULL)
        index++;
    return index;
}

/* Adds seats of a role or lets some go, until there are `want`. New ones start by generation.c. */
static void keep(struct machine *m, const struct machine_generation *g, enum child_role role,
                 unsigned want)
{
    unsigned have = count_seats(m, g, role);
    struct machine_child *c;

    for (; have > want; have--)
        drain_seat(m, g, least_needed(m, g, role));
    for (; have < want; have++) {
        c = child_new(m, CADRE__CHILD_WORKER, g->id, free_index(m, g));
        if (c == NULL) /* old generations have them all: again when one has gone */
            return;
        c->role = role;
    }
}

/* --- Spares --- */

static struct machine_child *ready_spare(struct machine *m, const struct machine_generation *g)
{
    FOR_EACH_SEAT(m, g, ROLE_SPARE, c)
    if (c->state == CHILD_READY)
        return c;
    return NULL;
}

/* Where one that is to serve does not, a spare that is ready changes roles with it. */
static void stand_in(struct machine *m, const struct machine_generation *g)
{
    char name[CHILD_NAME_SIZE];

    FOR_EACH_SEAT(m, g, ROLE_SERVES, c)
    {
        struct machine_child *spare;

        if (c->state == CHILD_SERVING && !c->lost)
            continue;
        spare = ready_spare(m, g);
        if (spare == NULL)
            return;
        c->role = ROLE_SPARE;
        spare->role = ROLE_SERVES;
        child_accept(m, spare);
        machine_log(m, CADRE_LOG_NOTICE, "%s, which stood by, serves in the place of worker %u",
                    child_name(spare, name), c->index + 1);
    }
}

/* --- Recycling --- */

static struct machine_child *longest_worn(struct machine *m, const struct machine_generation *g)
{
    struct machine_child *found = NULL;

    FOR_EACH_SEAT(m, g, ROLE_SERVES, c)
    if (c->worn && c->state == CHILD_SERVING && (found == NULL || c->worn_ns < found->worn_ns))
        found = c;
    return found;
}

static void relieve(struct machine *m, const struct machine_generation *g)
{
    const struct machine_child *worn;
    struct machine_child *relief;

    if (count_seats(m, g, ROLE_RELIEF) > 0)
        return;
    worn = longest_worn(m, g);
    if (worn == NULL)
        return;
    relief = child_new(m, CADRE__CHILD_WORKER, g->id, worn->index);
    if (relief != NULL)
        relief->role = ROLE_RELIEF;
}

/* A relief whose worker is no longer to serve has nobody to relieve. */
static void drop_relief(struct machine *m, const struct machine_generation *g)
{
    FOR_EACH_SEAT(m, g, ROLE_RELIEF, c)
    if (find_seat(m, g, ROLE_SERVES, c->index) == NULL)
        drain_seat(m, g, c);
}

bool scale_ready(struct machine *m, struct machine_generation *g, struct machine_child *c)
{
    struct machine_child *worn = NULL;

    if (c->role == ROLE_SPARE)
        return false;
    if (c->role == ROLE_RELIEF) {
        worn = find_seat(m, g, ROLE_SERVES, c->index);
        c->role = ROLE_SERVES;
    }
    child_accept(m, c);
    if (worn != NULL)
        drain_seat(m, g, worn);
    return true;
}

void scale_settle(struct machine *m, struct machine_generation *g)
{
    if (m->state != MACHINE_SERVING && m->state != MACHINE_RELOADING &&
        m->state != MACHINE_UPGRADING)
        return;
    keep(m, g, ROLE_SERVES, g->target);
    stand_in(m, g);
    drop_relief(m, g);
    if (m->state != MACHINE_SERVING) /* the next generation needs neither */
        return;
    relieve(m, g);
    keep(m, g, ROLE_SPARE, g->target > 0 ? g->plan.spares : 0);
}
