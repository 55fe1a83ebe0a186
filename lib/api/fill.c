/* SPDX-License-Identifier: MIT */
/*
 * Parameters of path, query, header and cookie into their struct (api/call.h), in the order in
 * which their issues are reported.
 */
#include "api/call.h"

#include "gateway/field.h"
#include <errno.h>
#include <string.h>

/* The names of sources in places of issues. */
static const struct cadre_str source_names[] = {
    [CADRE_IN_PATH] = {"path", 4},     [CADRE_IN_QUERY] = {"query", 5},
    [CADRE_IN_HEADER] = {"header", 6}, [CADRE_IN_COOKIE] = {"cookie", 6},
    [CADRE_IN_FORM] = {"body", 4},     [CADRE_IN_FILE] = {"body", 4},
};

/* Unknown names come behind all that are known. */
#define RANK_UNKNOWN (UINT32_C(1) << 30)

/* So many values of a list need no memory for their being collected. */
#define VALUES_INLINE 16

static struct cadre__loc source_loc(const struct cadre__api_params *params, unsigned source)
{
    /* A form and its files are one source: their issues come in the order of the table. */
    unsigned rank = source == CADRE_IN_FILE ? CADRE_IN_FORM : source;

    return (struct cadre__loc){.name = source_names[source],
                               .rank = CADRE__API_RANK(params->set, rank)};
}

/* --- one parameter --- */

static int convert_one(struct cadre__api_call *call, const struct cadre__type *type,
                       struct cadre_str text, void *value)
{
    struct cadre_input input = {.type = CADRE_INPUT_STRING, .text = text};

    return cadre__convert(&call->validation, type, &input, value);
}

/* The issues behind `before` (NULL: all) are about the whole list: shows it as it was sent. */
static int show_list(struct cadre__api_call *call, struct cadre__issue *before,
                     const struct cadre_str *values, size_t n)
{
    struct cadre__issue *issue = before != NULL ? before->next : call->validation.issues.first;
    struct cadre__buf text;
    char *copy = NULL;

    cadre__buf_init(&text);
    cadre__buf_putc(&text, '[');
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            cadre__buf_putc(&text, ',');
        cadre__json_write_string(&text, values[i]);
    }
    cadre__buf_putc(&text, ']');
    if (text.error == 0)
        copy = cadre__arena_strndup(call->req->arena, cadre__buf_text(&text), text.len);
    for (; issue != NULL && copy != NULL; issue = issue->next)
        issue->input.text = (struct cadre_str){copy, text.len};
    cadre__buf_done(&text);
    return copy != NULL ? CADRE__INVALID : -ENOMEM;
}

static int convert_list(struct cadre__api_call *call, const struct cadre__type *type,
                        const struct cadre_str *values, size_t n, void *value)
{
    struct cadre_validation *validation = &call->validation;
    const struct cadre_input whole = {.type = CADRE_INPUT_ARRAY, .text = CADRE_STR("[]")};
    struct cadre__loc step = {.up = validation->loc};
    struct cadre__issue_mark mark = cadre__issues_mark(&validation->issues);
    bool is_set = type->rules->set;
    /* That is told then, and nothing of its items. */
    bool is_invalid = false, is_too_long = !is_set && n > type->max_items;
    size_t n_right = 0;
    char *items;
    int r = cadre__list_alloc(call->req->arena, type, n, value);

    if (r != 0)
        return r;
    items = *(char **)value;
    validation->loc = &step;
    for (size_t i = 0; i < n && r >= 0 && !is_too_long; i++) {
        step.index = i;
        step.rank = (uint32_t)i;
        r = convert_one(call, type->items, values[i], items + n_right * type->stride);
        is_invalid |= r == CADRE__INVALID;
        n_right += r == 0 || !is_set;
    }
    validation->loc = step.up;
    if (r < 0)
        return r;
    if (!is_invalid) {
        r = cadre__convert_done(validation, type, &whole, value);
    } else if (is_set) {
        const struct {
            const char *items;
            size_t len;
        } right = {items, n_right};
        r = cadre__convert_wrong_set(validation, type, &whole, &mark, &right);
    }
    if (r == CADRE__INVALID && (!is_invalid || is_set))
        return show_list(call, mark.last, values, n);
    return r < 0 || !is_invalid ? r : CADRE__INVALID;
}

int cadre__api_convert(struct cadre__api_call *call, const struct cadre__api_params *params,
                       const struct cadre__api_param *param, const struct cadre_str *values,
                       size_t n, void *object)
{
    const struct cadre__api_group *group = &params->groups[param->group];
    const struct cadre__member *member = param->member;
    char *owner = (char *)object + group->offset;
    struct cadre__loc step = {.up = call->validation.loc, .name = param->name, .rank = param->rank};
    int r;

    if (n == 0 && !member->is_required)
        return cadre__member_default(member, call->req->arena, owner);
    call->validation.loc = &step;
    if (n == 0)
        r = cadre__issue_missing(&call->validation, NULL);
    else if (param->is_list)
        r = convert_list(call, &member->type, values, n, owner + member->offset);
    else
        r = convert_one(call, &member->type, values[n - 1], owner + member->offset);
    call->validation.loc = step.up;
    if (r == 0)
        cadre__member_given(group->plan, member, owner, CADRE_GIVEN);
    else
        cadre__api_spoil(call, param->group);
    return r;
}

/* --- where their values come from --- */

/* Finds the values of a parameter, in order; `room` of them fit. How many there are, which may be
 * more; -ENOMEM. */
static ssize_t find_path(struct cadre__api_call *call, const struct cadre__api_param *param,
                         struct cadre_str *values, size_t room)
{
    (void)room;
    values[0] = cadre__api_utf8(call, cadre_str_from(call->req->params[param->path_index]));
    return values[0].ptr == NULL ? -ENOMEM : 1;
}

static ssize_t find_query(struct cadre__api_call *call, const struct cadre__api_param *param,
                          struct cadre_str *values, size_t room)
{
    size_t n = 0;

    for (size_t i = 0; i < call->n_query; i++) {
        if (!cadre__api_pair_is(&call->query[i], param->match))
            continue;
        if (!param->is_list)
            n = 0; /* the last one counts */
        if (n < room)
            values[n] = call->query[i].value;
        n++;
    }
    for (size_t i = 0; i < n && i < room; i++) {
        values[i] = cadre__api_decode(call, values[i]);
        if (values[i].ptr == NULL)
            return -ENOMEM;
    }
    return (ssize_t)n;
}

static ssize_t find_header(struct cadre__api_call *call, const struct cadre__api_param *param,
                           struct cadre_str *values, size_t room)
{
    const struct cadre__scope *scope = call->req->scope;
    size_t n = 0;

    for (size_t i = 0; i < scope->n_headers; i++) {
        if (!cadre_str_eq(scope->headers[i].name, param->match))
            continue;
        if (n < room) {
            values[n] = cadre__api_latin1(call, scope->headers[i].value);
            if (values[n].ptr == NULL)
                return -ENOMEM;
        }
        n++;
        if (!param->is_list)
            break; /* the first one counts */
    }
    return (ssize_t)n;
}

static ssize_t find_cookie(struct cadre__api_call *call, const struct cadre__api_param *param,
                           struct cadre_str *values, size_t room)
{
    const char *value = cadre_cookie(call->req, param->match.ptr);

    (void)room;
    if (value == NULL)
        return 0;
    values[0] = cadre__api_utf8(call, cadre_str_from(value));
    return values[0].ptr == NULL ? -ENOMEM : 1;
}

typedef ssize_t (*find_fn)(struct cadre__api_call *call, const struct cadre__api_param *param,
                           struct cadre_str *values, size_t room);

static const find_fn finders[] = {
    [CADRE_IN_PATH] = find_path,
    [CADRE_IN_QUERY] = find_query,
    [CADRE_IN_HEADER] = find_header,
    [CADRE_IN_COOKIE] = find_cookie,
};

static int fill_one(struct cadre__api_call *call, const struct cadre__api_params *params,
                    const struct cadre__api_param *param, find_fn find, void *object)
{
    struct cadre_str few[VALUES_INLINE], *values = few;
    ssize_t n = find(call, param, values, VALUES_INLINE);

    if (n > VALUES_INLINE) {
        values = cadre__arena_alloc(call->req->arena, (size_t)n * sizeof(*values));
        if (values == NULL)
            return -ENOMEM;
        n = find(call, param, values, (size_t)n);
    }
    return n < 0 ? (int)n : cadre__api_convert(call, params, param, values, (size_t)n, object);
}

/* --- unknown names --- */

/* Whether a group that a source fills has a parameter of that name, which only a query encodes. */
static bool is_known(const struct cadre__api_params *params, unsigned source, size_t group,
                     const struct cadre__api_pair *pair)
{
    const struct cadre__api_range *range = &params->range[source];

    for (uint32_t i = range->first; i < range->first + range->n; i++) {
        const struct cadre__api_param *param = &params->params[i];

        /* The whole struct knows what its groups know. */
        if (group != 0 && param->group != group)
            continue;
        if (source == CADRE_IN_QUERY ? cadre__api_pair_is(pair, param->match)
                                     : cadre_str_eq(pair->name, param->match))
            return true;
    }
    return false;
}

int cadre__api_forbid(struct cadre__api_call *call, struct cadre_str name, struct cadre_str value,
                      size_t index)
{
    struct cadre_input input = {.type = CADRE_INPUT_STRING, .text = value};
    struct cadre__loc step = {
        .up = call->validation.loc, .name = name, .rank = RANK_UNKNOWN + (uint32_t)index};
    int r;

    if (name.ptr == NULL || value.ptr == NULL)
        return -ENOMEM;
    call->validation.loc = &step;
    r = cadre__issue_extra(&call->validation, &input);
    call->validation.loc = step.up;
    return r;
}

/* Issues for names in the query that a group which forbids them does not know. */
static int forbid_query(struct cadre__api_call *call, const struct cadre__api_params *params,
                        size_t group)
{
    int r = 0;

    for (size_t i = 0; i < call->n_query && r >= 0; i++) {
        const struct cadre__api_pair *pair = &call->query[i];

        if (!is_known(params, CADRE_IN_QUERY, group, pair))
            r = cadre__api_forbid(call, cadre__api_decode(call, pair->name),
                                  cadre__api_decode(call, pair->value), i);
    }
    return r < 0 ? r : 0;
}

static int forbid_headers(struct cadre__api_call *call, const struct cadre__api_params *params,
                          size_t group)
{
    const struct cadre__scope *scope = call->req->scope;
    int r = 0;

    for (size_t i = 0; i < scope->n_headers && r >= 0; i++) {
        const struct cadre__api_pair pair = {scope->headers[i].name, scope->headers[i].value};

        if (!is_known(params, CADRE_IN_HEADER, group, &pair))
            r = cadre__api_forbid(call, pair.name, cadre__api_latin1(call, pair.value), i);
    }
    return r < 0 ? r : 0;
}

static int forbid_cookies(struct cadre__api_call *call, const struct cadre__api_params *params,
                          size_t group)
{
    const char *name, *value;
    int r = 0;

    for (size_t i = 0; r >= 0 && cadre_cookie_at(call->req, i, &name, &value); i++) {
        const struct cadre__api_pair pair = {cadre_str_from(name), cadre_str_from(value)};

        if (!is_known(params, CADRE_IN_COOKIE, group, &pair))
            r = cadre__api_forbid(call, cadre__api_utf8(call, pair.name),
                                  cadre__api_utf8(call, pair.value), i);
    }
    return r < 0 ? r : 0;
}

static int forbid(struct cadre__api_call *call, const struct cadre__api_params *params,
                  unsigned source)
{
    size_t before = cadre__api_issues(call);
    int r = 0;

    for (size_t i = 0; i < params->n_groups && r == 0; i++) {
        const struct cadre__api_group *group = &params->groups[i];

        if (!group->forbids || (group->source != source && group->source != CADRE_IN_NOTHING))
            continue;
        if (source == CADRE_IN_QUERY)
            r = forbid_query(call, params, i);
        else if (source == CADRE_IN_HEADER && group->source == source)
            r = forbid_headers(call, params, i);
        else if (source == CADRE_IN_COOKIE && group->source == source)
            r = forbid_cookies(call, params, i);
        if (cadre__api_issues(call) != before)
            cadre__api_spoil(call, i);
        before = cadre__api_issues(call);
    }
    return r;
}

/* --- all --- */

static int fill_source(struct cadre__api_call *call, const struct cadre__api_params *params,
                       unsigned source, void *object)
{
    const struct cadre__api_range *range = &params->range[source];
    struct cadre__loc loc = source_loc(params, source);
    int r = source == CADRE_IN_QUERY ? cadre__api_query(call) : 0;

    if (r < 0)
        return r;
    call->validation.loc = &loc;
    for (uint32_t i = range->first; i < range->first + range->n && r >= 0; i++)
        r = fill_one(call, params, &params->params[i], finders[source], object);
    if (r >= 0)
        r = forbid(call, params, source);
    call->validation.loc = NULL;
    return r < 0 ? r : 0;
}

/* The validator of a group. 0, also where it has found something wrong. */
static int finish_group(struct cadre__api_call *call, const struct cadre__api_params *params,
                        const struct cadre__api_group *group, void *object)
{
    const struct cadre_input input = {.type = CADRE_INPUT_NULL};
    struct cadre__loc loc;
    int r;

    if (group->source != CADRE_IN_NOTHING) {
        loc = source_loc(params, group->source);
        call->validation.loc = &loc;
    }
    r = cadre__convert_object(&call->validation, group->plan, &input,
                              (char *)object + group->offset);
    call->validation.loc = NULL;
    return r < 0 ? r : 0;
}

/* The validators of groups, each where nothing in it was wrong; and of the whole, the first of
 * them, where nothing at all was since `before`. */
static int finish_groups(struct cadre__api_call *call, const struct cadre__api_params *params,
                         bool is_invalid, size_t before, void *object)
{
    int r = 0;

    for (size_t i = params->n_groups; i-- > 0 && r == 0;) {
        const struct cadre__api_group *group = &params->groups[i];
        bool is_valid = i > 0 ? !cadre__api_is_spoilt(call, i)
                              : !is_invalid && cadre__api_issues(call) == before;

        if (group->plan->after != NULL && is_valid)
            r = finish_group(call, params, group, object);
    }
    return r;
}

int cadre__api_fill(struct cadre__api_call *call, const struct cadre__api_params *params,
                    bool is_invalid, void *object)
{
    size_t before = cadre__api_issues(call);
    int r = 0;

    call->invalid_groups = 0;
    for (size_t i = 0; i < params->n_links; i++) {
        const struct cadre__api_link *link = &params->links[i];
        const void *value = link->node == CADRE__API_NO_NODE ? cadre__api_asked(call, params)
                                                             : call->states[link->node].value;

        memcpy((char *)object + link->offset, &value, sizeof(value));
        /* validators count on them */
        is_invalid |=
            link->node != CADRE__API_NO_NODE && call->states[link->node].phase != CADRE__API_MADE;
    }
    for (unsigned source = CADRE_IN_PATH; source <= CADRE_IN_COOKIE && r == 0; source++) {
        if (params->range[source].n > 0 || params->groups[0].forbids)
            r = fill_source(call, params, source, object);
    }
    if (r == 0 && (params->range[CADRE_IN_FORM].n > 0 || params->range[CADRE_IN_FILE].n > 0))
        r = cadre__api_fill_form(call, params, object);
    return r < 0 ? r : finish_groups(call, params, is_invalid, before, object);
}
