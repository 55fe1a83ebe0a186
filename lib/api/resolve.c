/* SPDX-License-Identifier: MIT */
/*
 * Runs dependencies, and releases what they made (api/call.h).
 *
 * They have their turns in the plan's order. Most run there and then, in the request's coroutine or
 * in a thread; a concurrent one gets a task, and others that need it wait for it when their turn
 * has come. Parameters are converted at the turn of a dependency, so that the order of issues does
 * not hang on who is quick.
 */
#include "api/call.h"

#include "api/security.h"
#include "async/coroutine.h"
#include "async/owner.h"
#include <errno.h>

/* --- one dependency --- */

static int call_resolve(void *state_)
{
    struct cadre__api_state *state = state_;

    const struct cadre_dependency *dependency = state->node->dependency;
    struct cadre_request *req = state->call->req;

    state->result = dependency->scheme != NULL
                        ? cadre__security_resolve(req, dependency->scheme, &state->value)
                        : dependency->resolve(req, state->params, &state->value);
    state->ran = true;
    return state->result;
}

/*
 * Notes what came of it. The result of a resolve, or of its thread: a value counts that was made,
 * also where the request was cancelled meanwhile; where no thread was free in time there is none.
 */
static int note_result(struct cadre__api_state *state, int r)
{
    struct cadre__api_call *call = state->call;

    if (!state->ran || state->result < 0) {
        state->phase = CADRE__API_FAILED;
        state->value = NULL;
        return r;
    }
    state->phase = CADRE__API_MADE;
    call->made[call->n_made++] = (uint16_t)(state - call->states);
    return r < 0 ? r : 0;
}

static int run_here(struct cadre__api_state *state)
{
    const struct cadre_dependency *dependency = state->node->dependency;
    struct cadre__coroutine *co = cadre__coroutine_current();
    const char *outer = co != NULL ? cadre__coroutine_name(co) : NULL;
    int r;

    if (dependency->sync)
        return note_result(state, cadre__request_run_sync(state->call->req, dependency->name,
                                                          call_resolve, state));
    if (co != NULL) {
        cadre__coroutine_set_name(co, dependency->name);
        cadre__coroutine_set_handler(co, dependency->name);
        cadre__coroutine_set_data(co, state->call->req);
    }
    r = call_resolve(state);
    if (co != NULL)
        cadre__coroutine_set_name(co, outer);
    return note_result(state, r);
}

/* --- in tasks --- */

static int run_task(void *state_)
{
    struct cadre__api_state *state = state_;
    struct cadre__api_call *call = state->call;
    int r = note_result(state, call_resolve(state));

    cadre_event_set(call->settled);
    if (r == 0 && call->req->phase != CADRE__REQUEST_OPEN)
        cadre_group_cancel(call->group); /* it has answered: the others are for nothing */
    return r;
}

static int start_task(struct cadre__api_state *state)
{
    struct cadre__api_call *call = state->call;
    int r;

    if (call->group == NULL) {
        call->group = cadre__arena_alloc(call->req->arena, sizeof(*call->group));
        call->settled = cadre__arena_calloc(call->req->arena, sizeof(*call->settled));
        if (call->group == NULL || call->settled == NULL)
            return -ENOMEM;
    }
    if (!call->has_group) {
        cadre_group_begin(call->group);
        call->has_group = true;
    }
    state->phase = CADRE__API_RUNS;
    r = cadre_group_spawn_named(call->group, run_task, state, state->node->dependency->name);
    if (r < 0)
        state->phase = CADRE__API_FAILED;
    return r;
}

/* Waits for all tasks; r: what the others have come to. The first error of all. */
static int join(struct cadre__api_call *call, int r)
{
    if (!call->has_group)
        return r;
    call->has_group = false;
    return cadre_group_join(call->group, r);
}

/* Waits until a node that runs in a task has ended. */
static int await(struct cadre__api_call *call, const struct cadre__api_state *state)
{
    int r = 0;

    while (r == 0 && state->phase == CADRE__API_RUNS) {
        cadre_event_clear(call->settled);
        r = cadre_event_wait(call->settled);
    }
    return r;
}

/* --- the turn of each --- */

/* Whether what it needs is there; waits for those that run. 1: yes; 0: no, it does not run. */
static int has_needs(struct cadre__api_call *call, const struct cadre__api_node *node)
{
    int r = 0, all = 1;

    for (size_t i = 0; i < node->n_needs && r == 0; i++) {
        const struct cadre__api_state *state = &call->states[node->needs[i]];

        r = await(call, state);
        if (state->phase != CADRE__API_MADE)
            all = 0;
    }
    return r < 0 ? r : all;
}

/* Converts its parameters, also of one that will not run: for the issues. */
static int fill(struct cadre__api_state *state)
{
    struct cadre__api_call *call = state->call;
    const struct cadre__api_params *params = state->node->params;
    size_t before = cadre__api_issues(call);
    int r;

    if (params == NULL)
        return 0;
    if (state->params == NULL)
        state->params = cadre__api_params_alloc(call, params);
    if (state->params == NULL)
        return -ENOMEM;
    r = cadre__api_fill(call, params, state->is_invalid, state->params);
    state->is_invalid |= cadre__api_issues(call) != before;
    return r;
}

static int take_turn(struct cadre__api_state *state)
{
    struct cadre__api_call *call = state->call;
    const struct cadre_dependency *dependency = state->node->dependency;
    int ready = has_needs(call, state->node);
    int r = ready < 0 ? ready : 0;

    if (r == 0 && call->req->phase == CADRE__REQUEST_OPEN)
        r = fill(state);
    if (r < 0 || call->req->phase != CADRE__REQUEST_OPEN)
        return r;
    if (ready == 0 || state->is_invalid) {
        state->phase = CADRE__API_INVALID;
        return 0;
    }
    if (dependency->concurrent)
        return start_task(state);
    /* A thread has the request for itself. */
    if (dependency->sync)
        r = join(call, 0);
    if (r < 0 || call->req->phase != CADRE__REQUEST_OPEN)
        return r;
    return run_here(state);
}

int cadre__api_resolve(struct cadre__api_call *call)
{
    int r = 0;

    for (size_t i = 0; i < call->plan->n_nodes && r == 0; i++) {
        r = take_turn(&call->states[i]);
        if (call->req->phase != CADRE__REQUEST_OPEN) {
            if (call->has_group)
                cadre_group_cancel(call->group);
            break;
        }
    }
    r = join(call, r);
    /* Those that an answer has cut short have not failed. */
    return r == -ECANCELED && call->req->phase != CADRE__REQUEST_OPEN ? 0 : r;
}

static void *value_of(const struct cadre__api_state *state)
{
    return state->phase == CADRE__API_MADE ? state->value : NULL;
}

void *cadre_dependency_value(const struct cadre_request *req,
                             const struct cadre_dependency *dependency)
{
    const struct cadre__api_call *call;

    cadre__request_check(req);
    call = cadre__api_call_of(req);
    for (size_t i = 0; call != NULL && dependency->of != NULL && i < call->plan->n_stand_ins; i++) {
        if (call->plan->stand_ins[i].dependency == dependency)
            return value_of(&call->states[call->plan->stand_ins[i].node]);
    }
    for (size_t i = 0; call != NULL && i < call->plan->n_nodes; i++) {
        const struct cadre__api_state *state = &call->states[i];

        if (state->node->of == dependency || state->node->dependency == dependency)
            return value_of(state);
    }
    return NULL;
}

/* --- releasing --- */

static int call_release(void *state_)
{
    struct cadre__api_state *state = state_;

    state->node->dependency->release(state->call->req, state->value, state->call->error);
    return 0;
}

/* Tasks that a release spawns end with it: they may use the value and the request, which go. */
static void release_one(struct cadre__api_state *state)
{
    const struct cadre_dependency *dependency = state->node->dependency;
    struct cadre__coroutine *co = cadre__coroutine_current();
    struct cadre__owner owner;

    state->phase = CADRE__API_RELEASED;
    if (co != NULL)
        cadre__coroutine_set_handler(co, dependency->name);
    if (dependency->sync &&
        cadre__request_run_cleanup(state->call->req, dependency->name, call_release, state) == 0)
        return;
    /* On the loop; or there is no thread: what was made must be given back all the same, and here
     * it can only block. */
    cadre__owner_begin(&owner);
    (void)call_release(state);
    cadre__owner_end(&owner);
}

void cadre__api_release(struct cadre__api_call *call, enum cadre_dependency_scope scope, int error)
{
    call->error = error;
    for (size_t i = call->n_made; i-- > 0;) {
        struct cadre__api_state *state = &call->states[call->made[i]];
        const struct cadre_dependency *dependency = state->node->dependency;

        if (state->phase == CADRE__API_MADE && dependency->scope == scope &&
            dependency->release != NULL)
            release_one(state);
    }
}
