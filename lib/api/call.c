/* SPDX-License-Identifier: MIT */
/* The course of a call: api/call.h. */
#include "api/call.h"

#include <errno.h>

/* One piece of memory for the call and what is of it for each node. */
static struct cadre__api_call *new_call(struct cadre_request *req,
                                        const struct cadre__api_plan *plan)
{
    size_t states = plan->n_nodes * sizeof(struct cadre__api_state);
    struct cadre__api_call *call = cadre__arena_calloc(
        req->arena, sizeof(*call) + states + plan->n_nodes * sizeof(*call->made));

    if (call == NULL)
        return NULL;
    call->plan = plan;
    call->req = req;
    call->validation.arena = req->arena;
    call->states = (struct cadre__api_state *)(void *)(call + 1);
    call->made = (uint16_t *)(void *)((char *)call->states + states);
    for (size_t i = 0; i < plan->n_nodes; i++) {
        call->states[i].call = call;
        call->states[i].node = &plan->nodes[i];
    }
    return call;
}

void *cadre__api_params_alloc(struct cadre__api_call *call, const struct cadre__api_params *params)
{
    return cadre__arena_calloc(call->req->arena, params->plan->size);
}

/* The route's own parameters, when all that they depend on is there. */
static int fill_own(struct cadre__api_call *call)
{
    const struct cadre__api_params *params = call->plan->params;

    if (params == NULL)
        return 0;
    if (call->params == NULL)
        call->params = cadre__api_params_alloc(call, params);
    return call->params == NULL ? -ENOMEM
                                : cadre__api_fill(call, params, call->is_invalid, call->params);
}

int cadre__api_enter(struct cadre_request *req, const void *plan_)
{
    const struct cadre__api_plan *plan = plan_;
    struct cadre__api_call *call = new_call(req, plan);
    int r = 0;

    if (call == NULL)
        return -ENOMEM;
    req->typed = call;
    if (plan->has_function_scope)
        r = cadre__api_gate_open(call);
    if (r == 0 && plan->reads_json)
        r = cadre__api_read_body(call);
    if (r == 0 && plan->n_nodes > 0)
        r = cadre__api_resolve(call);
    if (r < 0 || req->phase != CADRE__REQUEST_OPEN)
        return r;
    r = fill_own(call);
    if (r == 0 && cadre__api_issues(call) > 0)
        r = cadre__api_invalid(call);
    return r;
}

void cadre__api_returned(struct cadre_request *req, int error)
{
    struct cadre__api_call *call = cadre__api_call_of(req);

    if (call->plan->has_function_scope)
        cadre__api_release(call, CADRE_SCOPE_FUNCTION, error);
}

static enum cadre__typed_held held_of(const struct cadre__api_state *state)
{
    const struct cadre_dependency *dependency = state->node->dependency;

    if (state->phase != CADRE__API_MADE)
        return CADRE__HOLDS_NOTHING;
    if (dependency->release == NULL)
        return CADRE__HOLDS_VALUES;
    return dependency->sync ? CADRE__HOLDS_SYNC : CADRE__HOLDS_RELEASES;
}

enum cadre__typed_held cadre__api_held(const struct cadre_request *req)
{
    const struct cadre__api_call *call = cadre__api_call_of(req);
    enum cadre__typed_held most = CADRE__HOLDS_NOTHING;

    for (size_t i = 0; i < call->n_made; i++) {
        enum cadre__typed_held held = held_of(&call->states[call->made[i]]);

        most = held > most ? held : most;
    }
    return most;
}

void cadre__api_leave(struct cadre_request *req, int error)
{
    struct cadre__api_call *call = cadre__api_call_of(req);

    if (call->n_made > 0)
        cadre__api_release(call, CADRE_SCOPE_REQUEST, error);
    cadre__api_gate_close(call);
}

const void *cadre_params(const struct cadre_request *req)
{
    cadre__request_check(req);
    return req->typed != NULL ? cadre__api_call_of(req)->params : NULL;
}

const void *cadre_body_value(const struct cadre_request *req)
{
    cadre__request_check(req);
    return req->typed != NULL ? cadre__api_call_of(req)->body : NULL;
}
