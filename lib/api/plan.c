/* SPDX-License-Identifier: MIT */
/*
 * The plan of a route: its dependencies in the order in which they are resolved (api/plan.h). While
 * the process starts; does not log, says what is wrong in lines.
 */
#include "api/plan.h"

#include "api/call.h"
#include "api/described.h"
#include "api/docs.h"
#include "api/security.h"
#include "web/mount.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PLAN_CHUNK_BYTES 512

void cadre__api_complain(struct cadre__api_maker *maker, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    cadre__buf_vline(maker->errors, fmt, args);
    va_end(args);
}

const struct cadre__plan *cadre__api_prepare(struct cadre__api_maker *maker,
                                             const struct cadre_model *model, int *ret_error)
{
    const char *why = "";
    int r = cadre_model_prepare(model, &why);

    if (r == -EINVAL)
        cadre__api_complain(maker, "%s", why);
    else if (r < 0)
        *ret_error = r;
    return r < 0 ? NULL : cadre__plan_of(model);
}

/* --- dependencies --- */

const struct cadre_dependency *cadre__api_overridden(const struct cadre__api_maker *maker,
                                                     const struct cadre_dependency *of)
{
    const struct cadre_dependency_override *row = maker->route->options->overrides;

    for (; row != NULL && row->by != NULL; row++) {
        if (row->of == of || (row->name != NULL && strcmp(row->name, of->name) == 0))
            return row->by;
    }
    return of;
}

static const char *name_of(const struct cadre_dependency *dependency)
{
    return dependency->name != NULL ? dependency->name : "?";
}

/* Whether it may be looked at. */
static bool check_made(struct cadre__api_maker *maker, const struct cadre_dependency *dependency)
{
    if (dependency->size == sizeof(*dependency))
        return true;
    cadre__api_complain(maker,
                        "dependency \"%s\": it was not made by CADRE_DEPENDENCY, or with other "
                        "headers: build it anew",
                        name_of(dependency));
    return false;
}

/* Whether it can run at all. */
static bool check(struct cadre__api_maker *maker, const struct cadre_dependency *dependency)
{
    const char *wrong = NULL;

    if (!check_made(maker, dependency))
        return false;
    if (dependency->scheme != NULL)
        wrong = cadre__security_misfit(dependency);
    else if (dependency->resolve == NULL)
        wrong = dependency->of != NULL ? "it stands for others that stand for it: break the circle"
                                       : "it has no function";
    else if (dependency->sync && dependency->concurrent)
        wrong = "it is both sync and concurrent: a thread has the request for itself; take one";
    for (unsigned i = 0; wrong == NULL && i < maker->depth; i++) {
        if (maker->stack[i] == dependency)
            wrong = "it needs itself, by what it needs: break the circle";
    }
    if (wrong == NULL && maker->depth >= CADRE__API_NODES_MAX / 4)
        wrong = "it is nested too deeply";
    if (wrong != NULL)
        cadre__api_complain(maker, "dependency \"%s\": %s", name_of(dependency), wrong);
    return wrong == NULL;
}

static int add_node(struct cadre__api_maker *maker, const struct cadre_dependency *named,
                    uint16_t *ret_node);

/* Notes that a node needs another. 0; -ENOMEM. */
static int add_need(struct cadre__api_node *node, uint16_t other)
{
    uint16_t *grown;

    for (size_t i = 0; i < node->n_needs; i++) {
        if (node->needs[i] == other)
            return 0;
    }
    grown = reallocarray(node->needs, node->n_needs + 1, sizeof(*grown));
    if (grown == NULL)
        return -ENOMEM;
    node->needs = grown;
    node->needs[node->n_needs++] = other;
    return 0;
}

/* Adds the nodes of a list; where something is wrong with one, which was said, it has none. `node`
 * (may be NULL) needs them. 0; -ENOMEM. */
static int add_list(struct cadre__api_maker *maker, const struct cadre_dependency *const *list,
                    struct cadre__api_node *node)
{
    int r = 0;

    for (; r == 0 && list != NULL && *list != NULL; list++) {
        uint16_t other;

        r = add_node(maker, *list, &other);
        if (r == 0 && other != CADRE__API_NO_NODE && node != NULL)
            r = add_need(node, other);
    }
    return r;
}

/* Adds the nodes that parameters name, and has the struct know them. 0; -ENOMEM. */
static int add_links(struct cadre__api_maker *maker, struct cadre__api_params *params,
                     struct cadre__api_node *node)
{
    const struct cadre__plan *plan = params->plan;
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < plan->n_members; i++) {
        const struct cadre__member *member = &plan->members[i];
        unsigned source = member->type.rules->source;
        struct cadre__api_link *grown;
        uint16_t other = CADRE__API_NO_NODE;

        if (source != CADRE_IN_DEPENDENCY && source != CADRE_IN_SCOPES)
            continue;
        if (source == CADRE_IN_DEPENDENCY && member->type.rules->depends == NULL) {
            cadre__api_complain(maker, "parameter \"%s\" names no dependency", member->name.ptr);
            continue;
        }
        if (source == CADRE_IN_DEPENDENCY)
            r = add_node(maker, member->type.rules->depends, &other);
        if (r < 0 || (source == CADRE_IN_DEPENDENCY && other == CADRE__API_NO_NODE))
            continue;
        grown = reallocarray(params->links, params->n_links + 1, sizeof(*grown));
        if (grown == NULL)
            return -ENOMEM;
        params->links = grown;
        params->links[params->n_links++] =
            (struct cadre__api_link){.offset = member->offset, .node = other};
        if (node != NULL && other != CADRE__API_NO_NODE)
            r = add_need(node, other);
    }
    return r;
}

/* What it needs, then itself. */
static int build_node(struct cadre__api_maker *maker, struct cadre__api_node *node)
{
    const struct cadre_dependency *dependency = node->dependency;
    int r = add_list(maker, dependency->dependencies, node);

    if (r == 0 && dependency->params != NULL)
        r = cadre__api_params_new(maker, dependency->params, &node->params);
    if (r == 0 && node->params != NULL)
        r = add_links(maker, node->params, node);
    return r;
}

static void free_node(struct cadre__api_node *node)
{
    cadre__api_params_free(node->params);
    free(node->needs);
    free(node->scopes.items);
}

/* Notes where one that stands for another is found. 0; -ENOMEM. */
static int add_stand_in(struct cadre__api_plan *plan, const struct cadre_dependency *dependency,
                        uint16_t node)
{
    struct cadre__api_stand_in *grown =
        reallocarray(plan->stand_ins, plan->n_stand_ins + 1, sizeof(*grown));

    if (grown == NULL)
        return -ENOMEM;
    plan->stand_ins = grown;
    plan->stand_ins[plan->n_stand_ins++] = (struct cadre__api_stand_in){dependency, node};
    return 0;
}

/* Makes the node that was not there; *ret_node stays where something is wrong. 0; -ENOMEM. */
static int make_node(struct cadre__api_maker *maker, struct cadre__api_node node,
                     uint16_t *ret_node)
{
    struct cadre__api_plan *plan = maker->plan;
    int r = cadre__api_scopes_copy(maker, &node.scopes);

    maker->stack[maker->depth++] = node.dependency;
    if (r == 0)
        r = build_node(maker, &node);
    maker->depth--;
    if (r == 0 && plan->n_nodes == CADRE__API_NODES_MAX) {
        if (!maker->is_full)
            cadre__api_complain(maker, "it has more than %d dependencies", CADRE__API_NODES_MAX);
        maker->is_full = true;
    }
    if (r < 0 || maker->is_full) {
        free_node(&node);
        return r;
    }
    if (node.params != NULL)
        node.params->set = (uint32_t)plan->n_nodes;
    plan->has_sync |= node.dependency->sync;
    plan->has_function_scope |=
        node.dependency->scope == CADRE_SCOPE_FUNCTION && node.dependency->release != NULL;
    *ret_node = (uint16_t)plan->n_nodes;
    plan->nodes[plan->n_nodes++] = node;
    return 0;
}

/* The node of that one, with the scopes that are asked by now. 0; -ENOMEM. */
static int find_node(struct cadre__api_maker *maker, const struct cadre_dependency *of,
                     uint16_t *ret_node)
{
    const struct cadre__api_plan *plan = maker->plan;
    struct cadre__api_node node = {.of = of, .dependency = cadre__api_overridden(maker, of)};
    bool by_scopes;

    if (!check(maker, node.dependency))
        return 0;
    by_scopes = cadre__api_uses_scopes(maker, node.dependency);
    for (size_t i = 0; i < plan->n_nodes; i++) {
        const struct cadre__api_node *other = &plan->nodes[i];

        if (other->of != of || other->dependency->no_cache ||
            (by_scopes && !cadre__api_scopes_are(maker, &other->scopes)))
            continue;
        *ret_node = (uint16_t)i;
        return 0;
    }
    return make_node(maker, node, ret_node);
}

static int add_node(struct cadre__api_maker *maker, const struct cadre_dependency *named,
                    uint16_t *ret_node)
{
    const struct cadre_dependency *of = named;
    size_t n_scopes = maker->n_scopes;
    bool is_right;
    int r = 0;

    *ret_node = CADRE__API_NO_NODE;
    if (maker->is_full)
        return 0;
    is_right = check_made(maker, of) && cadre__api_scopes_ask(maker, of);
    for (unsigned i = 0; is_right && of->of != NULL && i < CADRE__API_STAND_INS_MAX; i++) {
        of = of->of;
        is_right = check_made(maker, of) && cadre__api_scopes_ask(maker, of);
    }
    if (is_right)
        r = find_node(maker, of, ret_node);
    if (r == 0 && of != named && *ret_node != CADRE__API_NO_NODE)
        r = add_stand_in(maker->plan, named, *ret_node);
    maker->n_scopes = n_scopes;
    return r;
}

/* --- the plan --- */

static bool declares_something(const struct cadre__typed_route *route)
{
    const struct cadre_route *row = route->row;

    for (size_t i = 0; i < route->n_mounts; i++) {
        if (route->mounts[i]->dependencies != NULL ||
            (route->mounts[i]->responses != NULL && !cadre__route_is_websocket(row)))
            return true;
    }
    return row->params != NULL || row->body != NULL || row->response != NULL ||
           row->dependencies != NULL || row->status != 0 || row->respond_flags != 0 ||
           row->responses != NULL || row->respond_include != NULL || row->respond_exclude != NULL ||
           route->options->dependencies != NULL;
}

static int add_dependencies(struct cadre__api_maker *maker)
{
    const struct cadre__typed_route *route = maker->route;
    int r = add_list(maker, route->options->dependencies, NULL);

    for (size_t i = 0; r == 0 && i < route->n_mounts; i++)
        r = add_list(maker, route->mounts[i]->dependencies, NULL);
    return r < 0 ? r : add_list(maker, route->row->dependencies, NULL);
}

static int add_params(struct cadre__api_maker *maker)
{
    struct cadre__api_plan *plan = maker->plan;
    int r;

    if (plan->row->params == NULL)
        return 0;
    r = cadre__api_params_new(maker, plan->row->params, &plan->params);
    if (r < 0 || plan->params == NULL)
        return r;
    r = add_links(maker, plan->params, NULL);
    plan->params->set = (uint32_t)plan->n_nodes;
    return r;
}

static int settle(struct cadre__api_maker *maker)
{
    struct cadre__api_plan *plan = maker->plan;
    int r = 0;

    for (size_t i = 0; r == 0 && i < plan->n_nodes; i++) {
        if (plan->nodes[i].params != NULL)
            r = cadre__api_params_settle(maker, plan->nodes[i].params);
    }
    if (r == 0 && plan->params != NULL)
        r = cadre__api_params_settle(maker, plan->params);
    return r;
}

/* `.body`. */
static int add_body(struct cadre__api_maker *maker)
{
    struct cadre__api_plan *plan = maker->plan;
    const struct cadre_route *row = plan->row;
    int r = 0;

    if (row->body != NULL)
        plan->body = cadre__api_prepare(maker, row->body, &r);
    plan->reads_json |= row->body != NULL;
    if (row->body != NULL && maker->n_bodies > 0)
        cadre__api_complain(maker, "it has a `.body` and parameters from the body: make it one of "
                                   "the parameters, by CADRE_BODY");
    if (plan->reads_json && plan->reads_form)
        cadre__api_complain(maker,
                            "it reads both a form and a JSON body: a request has one of them");
    if (row->status != 0 && (row->status < 200 || row->status > 599))
        cadre__api_complain(maker, "status %d is not within 200..599", row->status);
    return r;
}

/* A WebSocket has parameters and dependencies; no body, and nothing that is answered. */
static void check_websocket(struct cadre__api_maker *maker)
{
    const struct cadre__api_plan *plan = maker->plan;
    const struct cadre_route *row = plan->row;

    if (!cadre__route_is_websocket(row))
        return;
    if (plan->reads_json || plan->reads_form)
        cadre__api_complain(maker, "a WebSocket's handshake has no body and no form: take it from "
                                   "the query, or from the first message");
    if (row->response != NULL || row->responses != NULL || row->status != 0 ||
        row->respond_flags != 0)
        cadre__api_complain(maker, "a WebSocket has no `.response`, `.responses`, `.status` or "
                                   "`.respond_flags`: its handler sends messages");
}

static void free_plan(void *plan_)
{
    struct cadre__api_plan *plan = plan_;

    if (plan == NULL)
        return;
    for (size_t i = 0; plan->nodes != NULL && i < plan->n_nodes; i++)
        free_node(&plan->nodes[i]);
    free(plan->nodes);
    free(plan->stand_ins);
    cadre__api_params_free(plan->params);
    cadre__arena_done(&plan->arena);
    free(plan);
}

/* Gives back the room that dependencies have not taken. */
static void shrink(struct cadre__api_plan *plan)
{
    struct cadre__api_node *nodes;

    if (plan->n_nodes == 0) {
        free(plan->nodes);
        plan->nodes = NULL;
        return;
    }
    nodes = reallocarray(plan->nodes, plan->n_nodes, sizeof(*nodes));
    if (nodes != NULL)
        plan->nodes = nodes;
}

static int make_plan(const struct cadre__typed_route *route, struct cadre__buf *errors, void **ret)
{
    struct cadre__api_maker maker = {.route = route, .errors = errors};
    int r;

    *ret = NULL;
    r = cadre__described_check_row(&maker);
    if (r == 0 && errors->len > 0 && !declares_something(route))
        r = -EINVAL;
    if (r < 0 || !declares_something(route))
        return r;
    maker.plan = calloc(1, sizeof(*maker.plan));
    if (maker.plan == NULL)
        return -ENOMEM;
    cadre__arena_init(&maker.plan->arena, PLAN_CHUNK_BYTES);
    maker.plan->row = route->row;
    maker.plan->has_sync = route->row->sync;
    maker.plan->nodes = calloc(CADRE__API_NODES_MAX, sizeof(*maker.plan->nodes));
    r = maker.plan->nodes == NULL ? -ENOMEM : add_dependencies(&maker);
    if (r == 0)
        r = add_params(&maker);
    if (r == 0)
        r = settle(&maker);
    if (r == 0)
        r = add_body(&maker);
    if (r == 0)
        r = cadre__api_add_responses(&maker);
    if (r == 0)
        check_websocket(&maker);
    if (r == 0 && errors->error < 0)
        r = errors->error;
    if (r == 0 && errors->len > 0)
        r = -EINVAL;
    if (r < 0) {
        free_plan(maker.plan);
        return r;
    }
    shrink(maker.plan);
    *ret = maker.plan;
    return 0;
}

const struct cadre__typed_ops cadre__api_ops = {
    .plan = make_plan,
    .plan_free = free_plan,
    .enter = cadre__api_enter,
    .returned = cadre__api_returned,
    .leave = cadre__api_leave,
    .held = cadre__api_held,
    .docs_new = cadre__docs_new,
    .docs_free = cadre__docs_free,
    .write = cadre__api_write,
};
