/* SPDX-License-Identifier: MIT */
/*
 * model/default: what members are when nothing is given.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "model/plan.h"

int cadre__member_default(const struct cadre__member *member, struct cadre__arena *arena,
                          void *object)
{
    const struct cadre_field *rules = member->type.rules;
    char *place = (char *)object + member->offset;

    if (!member->has_default)
        return 0; /* zero is none */
    if (member->initial) {
        memcpy(place, member->initial, member->type.size);
        return 0;
    }
    if (rules->default_fn) {
        int r = rules->default_fn((struct cadre_arena *)(void *)arena, place);
        return r > 0 ? 0 : r;
    }
    if (member->type.pointer) {
        void *target = cadre__arena_calloc(arena, member->type.size);
        if (!target)
            return -ENOMEM;
        memcpy(place, &target, sizeof(target));
        place = target;
    }
    if (member->type.kind == CADRE_KIND_MODEL)
        return cadre__plan_defaults(member->type.model, arena, place);
    /* An empty list or map is one that is there: its items are no NULL. */
    void *nothing = cadre__arena_alloc(arena, 0);
    if (!nothing)
        return -ENOMEM;
    memcpy(place, &nothing, sizeof(nothing));
    return 0;
}

int cadre__plan_defaults(const struct cadre__plan *plan, struct cadre__arena *arena, void *object)
{
    if (plan->is_default_cheap)
        return 0;
    for (uint32_t i = 0; i < plan->n_members; i++) {
        int r = cadre__member_default(&plan->members[i], arena, object);
        if (r < 0)
            return r;
    }
    return 0;
}
