/* SPDX-License-Identifier: MIT */
/*
 * The scopes that are asked of dependencies (<cadre/security.h>): collected from the outermost one
 * that says some to the scheme that needs them (api/plan.h). While the process starts.
 */
#include "api/call.h"

#include "api/security.h"
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

static const char *name_of(const struct cadre_dependency *dependency)
{
    return dependency->name != NULL ? dependency->name : "?";
}

bool cadre__api_scopes_ask(struct cadre__api_maker *maker,
                           const struct cadre_dependency *dependency)
{
    const struct cadre_strings *own = &dependency->scopes;

    for (size_t i = 0; i < own->len; i++) {
        if (has(maker->scopes, maker->n_scopes, own->items[i]))
            continue;
        if (!cadre__security_scope_is_valid(own->items[i])) {
            cadre__api_complain(maker,
                                "dependency \"%s\": scope \"%s\" is none: visible ASCII but "
                                "'\"' and '\\', one byte at least (RFC 6749 §3.3)",
                                name_of(dependency), own->items[i]);
            return false;
        }
        if (maker->n_scopes == CADRE__API_SCOPES_MAX) {
            cadre__api_complain(maker, "dependency \"%s\": more than %d scopes are asked of it",
                                name_of(dependency), CADRE__API_SCOPES_MAX);
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

/* --- whether they make a difference --- */

/* A walk over what a dependency needs, each looked at once: of how many ways lead to it there may
 * be more than anybody can go. */
struct walk {
    const struct cadre__api_maker *maker;
    const struct cadre_dependency *seen[CADRE__API_NODES_MAX];
    size_t n_seen;
};

static bool was_seen(struct walk *walk, const struct cadre_dependency *dependency)
{
    for (size_t i = 0; i < walk->n_seen; i++) {
        if (walk->seen[i] == dependency)
            return true;
    }
    /* A route with more of them is refused elsewhere. */
    if (walk->n_seen == CADRE__API_NODES_MAX)
        return true;
    walk->seen[walk->n_seen++] = dependency;
    return false;
}

static bool uses_scopes(struct walk *walk, const struct cadre_dependency *dependency);

/* Whether it is so of what its parameters name. */
static bool params_use_scopes(struct walk *walk, const struct cadre_model *params)
{
    const struct cadre__plan *plan = cadre__plan_of(params);

    for (uint32_t i = 0; i < plan->n_members; i++) {
        const struct cadre_field *rules = plan->members[i].type.rules;

        if (rules->source == CADRE_IN_SCOPES ||
            (rules->source == CADRE_IN_DEPENDENCY && rules->depends != NULL &&
             uses_scopes(walk, rules->depends)))
            return true;
    }
    return false;
}

/* What runs in its place, behind all that stand for others; NULL: something is wrong, or a circle,
 * which is refused elsewhere. */
static const struct cadre_dependency *real_one(const struct cadre__api_maker *maker,
                                               const struct cadre_dependency *dependency)
{
    for (unsigned i = 0; i <= CADRE__API_STAND_INS_MAX; i++) {
        dependency = cadre__api_overridden(maker, dependency);
        if (dependency->size != sizeof(*dependency))
            return NULL;
        if (dependency->of == NULL)
            return dependency;
        dependency = dependency->of;
    }
    return NULL;
}

static bool uses_scopes(struct walk *walk, const struct cadre_dependency *dependency)
{
    const struct cadre_dependency *const *needs;
    const char *why;

    dependency = real_one(walk->maker, dependency);
    if (dependency == NULL || was_seen(walk, dependency))
        return false;
    if (dependency->scheme != NULL)
        return true;
    for (needs = dependency->dependencies; needs != NULL && *needs != NULL; needs++) {
        if (uses_scopes(walk, *needs))
            return true;
    }
    return dependency->params != NULL && cadre_model_prepare(dependency->params, &why) == 0 &&
           params_use_scopes(walk, dependency->params);
}

bool cadre__api_uses_scopes(const struct cadre__api_maker *maker,
                            const struct cadre_dependency *dependency)
{
    struct walk walk = {.maker = maker};

    return uses_scopes(&walk, dependency);
}

const struct cadre_strings *cadre__api_asked(const struct cadre__api_call *call,
                                             const struct cadre__api_params *params)
{
    static const struct cadre_strings none;

    /* The last set is the route's own, of which nothing is asked. */
    return params->set < call->plan->n_nodes ? &call->plan->nodes[params->set].scopes : &none;
}
