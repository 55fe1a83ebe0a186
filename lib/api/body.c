/* SPDX-License-Identifier: MIT */
/*
 * The JSON body into the structs that have a part of it (api/call.h): once for each of them,
 * straight from the bytes. Before anything else is done for the request, since a body that is no
 * JSON is all that is said of it.
 */
#include "api/call.h"

#include "gateway/field.h"
#include "model/json_check.h"
#include "model/json_read.h"
#include "web/parameters.h"
#include <errno.h>

enum body_kind {
    BODY_NOTHING, /* empty, or null */
    BODY_JSON,
    BODY_TEXT, /* of another type: it is no more than a text */
};

struct body {
    enum body_kind kind;
    struct cadre_str text; /* ends in NUL */
};

/* --- what was sent --- */

/* application/json, application/problem+json. */
static bool is_json_type(struct cadre_str field)
{
    static const struct cadre_str prefix = {"application/", 12}, suffix = {"+json", 5};
    struct cadre_str type = cadre__parameters_value(field);
    struct cadre_str end;

    if (cadre_str_eq_nocase(type, CADRE_STR("application/json")))
        return true;
    if (type.len <= prefix.len + suffix.len ||
        !cadre_str_eq_nocase((struct cadre_str){type.ptr, prefix.len}, prefix))
        return false;
    end = (struct cadre_str){type.ptr + type.len - suffix.len, suffix.len};
    return cadre_str_eq_nocase(end, suffix);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Without white space at its ends, as JSON has it. */
static struct cadre_str trim(struct cadre_str text)
{
    while (text.len > 0 && is_space(text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && is_space(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

static int receive(struct cadre__api_call *call, struct body *ret)
{
    const struct cadre__header *type =
        cadre__scope_header(call->req->scope, cadre__field_name(CADRE__FIELD_CONTENT_TYPE));
    int r = cadre_body(call->req, &ret->text);

    if (r < 0)
        return r;
    if (ret->text.len == 0)
        ret->kind = BODY_NOTHING;
    else if (type == NULL || !is_json_type(type->value))
        ret->kind = BODY_TEXT;
    else
        ret->kind = cadre_str_eq(trim(ret->text), CADRE_STR("null")) ? BODY_NOTHING : BODY_JSON;
    if (ret->kind == BODY_TEXT)
        ret->text = cadre__api_utf8(call, ret->text);
    return ret->text.ptr == NULL ? -ENOMEM : 0;
}

/* --- into the structs --- */

/* What the reader returned: an issue is none of an error. */
static int read_result(struct cadre__api_call *call, int r)
{
    if (r == -EBADMSG)
        return cadre__api_invalid(call);
    if (r == -EILSEQ)
        return cadre_fail(call->req, 400, "There was an error parsing the body");
    return r < 0 ? r : 0;
}

/* The issue that a text, not JSON, is not of that type; or its conversion, of a scalar. */
static int take_text(struct cadre__api_call *call, const struct cadre__type *type,
                     struct cadre_str text, void *value)
{
    struct cadre_input input = {.type = CADRE_INPUT_STRING, .text = text};

    return cadre__convert(&call->validation, type, &input, value);
}

/* A body that is one member of the struct. */
static int take_whole(struct cadre__api_call *call, const struct cadre__api_params *params,
                      const struct body *body, void *object)
{
    const struct cadre__member *member = params->body_member;
    char *value = (char *)object + member->offset;
    int r;

    if (body->kind == BODY_NOTHING && !member->is_required)
        return cadre__member_default(member, call->req->arena, object);
    if (body->kind == BODY_NOTHING)
        r = cadre__issue_missing(&call->validation, NULL);
    else if (body->kind == BODY_TEXT)
        r = take_text(call, &member->type, body->text, value);
    else
        r = cadre__json_read(&call->validation, &member->type, body->text, NULL, value);
    if (r == 0)
        cadre__member_given(params->plan, member, object, CADRE_GIVEN);
    return r;
}

/* No object: each member that must be given is missing. */
static int take_none(struct cadre__api_call *call, const struct cadre__plan *plan, void *object)
{
    int r = 0;

    for (uint32_t i = 0; i < plan->n_members && r >= 0; i++) {
        const struct cadre__member *member = &plan->members[i];
        struct cadre__loc step = {
            .up = call->validation.loc, .name = member->key, .rank = member->index};

        if (!member->is_required) {
            r = cadre__member_default(member, call->req->arena, object);
            continue;
        }
        call->validation.loc = &step;
        r = cadre__issue_missing(&call->validation, NULL);
        call->validation.loc = step.up;
    }
    return r;
}

/* JSON that is no object has to be JSON all the same. */
static int check_json(struct cadre__api_call *call, struct cadre_str text)
{
    struct cadre__json_problem problem;
    int r = cadre__json_check(text, CADRE__JSON_DEPTH, &problem);

    if (r != -EBADMSG)
        return r;
    r = cadre__issue_json(&call->validation, problem.offset, problem.what);
    return r < 0 ? r : -EBADMSG;
}

/* A part of a body that is missing has no object around it that would be of interest. */
static void forget_inputs(struct cadre__issues *issues)
{
    for (struct cadre__issue *issue = issues->first; issue != NULL; issue = issue->next) {
        if (issue->n_loc == 2 && strcmp(issue->type, "missing") == 0)
            issue->input = (struct cadre_input){.type = CADRE_INPUT_NULL};
    }
}

/* A body whose members are some of the struct's. */
static int take_members(struct cadre__api_call *call, const struct cadre__api_params *params,
                        const struct body *body, void *object)
{
    bool is_object = body->kind == BODY_JSON && trim(body->text).ptr[0] == '{';
    int r;

    if (is_object) {
        r = cadre__json_read_model(&call->validation, params->body_plan, body->text, NULL, object);
        forget_inputs(&call->validation.issues);
        return r;
    }
    r = body->kind == BODY_JSON ? check_json(call, body->text) : 0;
    return r < 0 ? r : take_none(call, params->body_plan, object);
}

/* One struct that has a part of the body: *object is made. */
static int take(struct cadre__api_call *call, const struct cadre__api_params *params,
                const struct body *body, void **object)
{
    struct cadre__loc loc = {.name = CADRE_STR("body"),
                             .rank = CADRE__API_RANK(params->set, CADRE_IN_BODY)};
    int r;

    if (params->body == CADRE__API_NO_BODY)
        return 0;
    *object = cadre__api_params_alloc(call, params);
    if (*object == NULL)
        return -ENOMEM;
    call->validation.loc = &loc;
    r = params->body == CADRE__API_WHOLE ? take_whole(call, params, body, *object)
                                         : take_members(call, params, body, *object);
    call->validation.loc = NULL;
    return read_result(call, r);
}

/* The route's `.body`. */
static int take_route_body(struct cadre__api_call *call, const struct body *body)
{
    const struct cadre__plan *plan = call->plan->body;
    const struct cadre_input input = {.type = CADRE_INPUT_STRING, .text = body->text};
    const struct cadre__type type = {.kind = CADRE_KIND_MODEL, .model = plan};
    struct cadre__loc loc = {
        .name = CADRE_STR("body"),
        .rank = CADRE__API_RANK(call->plan->n_nodes, CADRE_IN_BODY),
    };
    void *object = cadre__arena_calloc(call->req->arena, plan->size);
    int r;

    if (object == NULL)
        return -ENOMEM;
    call->body = object;
    call->validation.loc = &loc;
    if (body->kind == BODY_NOTHING)
        r = cadre__issue_missing(&call->validation, NULL);
    else if (body->kind == BODY_TEXT)
        r = cadre__issue_wrong_type(&call->validation, &type, &input);
    else
        r = cadre__json_read_model(&call->validation, plan, body->text, NULL, object);
    call->validation.loc = NULL;
    return read_result(call, r);
}

int cadre__api_read_body(struct cadre__api_call *call)
{
    const struct cadre__api_plan *plan = call->plan;
    struct body body = {.kind = BODY_NOTHING};
    int r = receive(call, &body);

    for (size_t i = 0; i < plan->n_nodes && r == 0; i++) {
        struct cadre__api_state *state = &call->states[i];
        size_t before = cadre__api_issues(call);

        if (state->node->params != NULL)
            r = take(call, state->node->params, &body, &state->params);
        state->is_invalid = cadre__api_issues(call) != before;
    }
    if (r == 0 && plan->params != NULL) {
        size_t before = cadre__api_issues(call);

        r = take(call, plan->params, &body, &call->params);
        call->is_invalid = cadre__api_issues(call) != before;
    }
    if (r == 0 && plan->body != NULL)
        r = take_route_body(call, &body);
    return r;
}
