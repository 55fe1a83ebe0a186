/* SPDX-License-Identifier: MIT */
/*
 * The scopes that are asked of dependencies (<cadre/security.h>): collected from the outermost one
 * that says some to the scheme that needs them (api/plan.h). While the process starts.
 */
#include "api/call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool has(const char *const *scopes, size_t n, const char *scope)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(scopes[i], scope) == 0)
            return true;
    }
    return false;
}

bool cadre__api_scopes_ask(struct cadre__api_maker *maker,
                           const struct cadre_dependency *dependency)
{
    const struct cadre_strings *own = &dependency->scopes;

    for (size_t i = 0; i < own->len; i++) {
        if (has(maker->scopes, maker->n_scopes, own->items[i]))
            continue;
        if (maker->n_scopes == CADRE__API_SCOPES_MAX) {
            cadre__api_complain(maker, "dependency \"%s\": more than %d scopes are asked of it",
                                dependency->name != NULL ? dependency->name : "?",
                                CADRE__API_SCOPES_MAX);
            return false;
        }
        maker->scopes[maker->n_scopes++] = own->items[i];
    }
    return true;
}

int cadre__api_scopes_copy(const struct cadre__api_maker *maker, struct cadre_strings *ret)
{
    size_t n = maker->n_scopes;

    if (n == 0)
        return 0;
    ret->items = calloc(n, sizeof(*ret->items));
    if (ret->items == NULL)
        return -ENOMEM;
    memcpy(ret->items, maker->scopes, n * sizeof(*ret->items));
    ret->len = n;
    return 0;
}

bool cadre__api_scopes_are(const struct cadre__api_maker *maker, const struct cadre_strings *scopes)
{
    if (scopes->len != maker->n_scopes)
        return false;
    for (size_t i = 0; i < scopes->len; i++) {
        if (!has(maker->scopes, maker->n_scopes, scopes->items[i]))
            return false;
    }
    return true; /* each stands once in both */
}

/* Whether it is so of what its parameters name. */
static bool params_use_scopes(const struct cadre__api_maker *maker,
                              const struct cadre_model *params, unsigned depth)
{
    const struct cadre__plan *plan = cadre__plan_of(params);

    for (uint32_t i = 0; i < plan->n_members; i++) {
        const struct cadre_field *rules = plan->members[i].type.rules;

        if (rules->source == CADRE_IN_SCOPES ||
            (rules->source == CADRE_IN_DEPENDENCY && rules->depends != NULL &&
             cadre__api_uses_scopes(maker, rules->depends, depth)))
            return true;
    }
    return false;
}

bool cadre__api_uses_scopes(const struct cadre__api_maker *maker,
                            const struct cadre_dependency *dependency, unsigned depth)
{
    const struct cadre_dependency *const *needs;
    const char *why;

    dependency = cadre__api_overridden(maker, dependency);
    /* What is wrong, or a circle, is refused elsewhere. */
    if (dependency->size != sizeof(*dependency) || depth >= CADRE__API_NODES_MAX / 4)
        return false;
    if (dependency->scheme != NULL)
        return true;
    if (dependency->of != NULL)
        return cadre__api_uses_scopes(maker, dependency->of, depth + 1);
    for (needs = dependency->dependencies; needs != NULL && *needs != NULL; needs++) {
        if (cadre__api_uses_scopes(maker, *needs, depth + 1))
            return true;
    }
    return dependency->params != NULL && cadre_model_prepare(dependency->params, &why) == 0 &&
           params_use_scopes(maker, dependency->params, depth + 1);
}

const struct cadre_strings *cadre__api_asked(const struct cadre__api_call *call,
                                             const struct cadre__api_params *params)
{
    static const struct cadre_strings none;

    /* The last set is the route's own, of which nothing is asked. */
    return params->set < call->plan->n_nodes ? &call->plan->nodes[params->set].scopes : &none;
}
