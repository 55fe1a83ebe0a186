/* SPDX-License-Identifier: MIT */
/*
 * The turn of the heirs; see heir.h. Pure: reads and writes the machine's state alone.
 */
#include "config.h"

#include "master/generation.h"
#include "master/heir.h"

static bool is_heir(const struct machine_generation *current, const struct machine_child *c)
{
    return c->state == CHILD_SERVING && c->kind == CADRE__CHILD_WORKER && !c->gives &&
           c->generation == current->id;
}

static const struct machine_generation *find_current(const struct machine *m)
{
    for (unsigned i = 0; i < MACHINE_GENERATIONS_MAX; i++)
        if (m->generations[i].state == GENERATION_CURRENT)
            return &m->generations[i];
    return NULL;
}

void heir_leaves(struct machine *m, uint32_t from)
{
    if (from < m->high_water)
        m->children[from].gives = true;
}

bool heir_is(const struct machine *m, uint32_t slot)
{
    const struct machine_generation *current = find_current(m);

    return current != NULL && slot < m->high_water && is_heir(current, &m->children[slot]);
}

unsigned heir_count(const struct machine *m)
{
    const struct machine_generation *current = find_current(m);
    unsigned n = 0;

    for (uint32_t slot = 0; current != NULL && slot < m->high_water; slot++)
        n += is_heir(current, &m->children[slot]);
    return n;
}

uint32_t heir_next(struct machine *m)
{
    const struct machine_generation *current = find_current(m);

    for (uint32_t i = 1; current != NULL && i <= m->high_water; i++) {
        uint32_t slot = (m->last_heir + i) % m->high_water;

        if (is_heir(current, &m->children[slot])) {
            m->last_heir = slot;
            return slot;
        }
    }
    return HEIR_NONE;
}
