/* SPDX-License-Identifier: MIT */
/*
 * Parameters from a form, and files (api/call.h). A form is the whole body, so its issues are at
 * ["body", name].
 */
#include "api/call.h"

#include <cadre/form.h>
#include <errno.h>

/* The place of the body. */
static struct cadre__loc body_loc(const struct cadre__api_params *params)
{
    return (struct cadre__loc){.name = CADRE_STR("body"),
                               .rank = CADRE__API_RANK(params->set, CADRE_IN_FORM)};
}

/* --- fields --- */

/* The values of a field that are not empty: an empty one is how a browser sends nothing. A list
 * takes empty ones too. */
static size_t find_field(const struct cadre_form *form, const struct cadre__api_param *param,
                         struct cadre_str *values)
{
    struct cadre_str value;
    const char *name;
    size_t n = 0;

    for (size_t i = 0; cadre_form_field_at(form, i, &name, &value); i++) {
        if (!cadre_str_eq(cadre_str_from(name), param->match))
            continue;
        if (param->is_list)
            values[n++] = value;
        else
            values[0] = value, n = 1;
    }
    return !param->is_list && n == 1 && values[0].len == 0 ? 0 : n;
}

static size_t count_fields(const struct cadre_form *form)
{
    struct cadre_str value;
    const char *name;
    size_t n = 0;

    while (cadre_form_field_at(form, n, &name, &value))
        n++;
    return n;
}

static int fill_field(struct cadre__api_call *call, const struct cadre__api_params *params,
                      const struct cadre__api_param *param, struct cadre_str *values, void *object)
{
    size_t n = find_field(call->form, param, values);

    for (size_t i = 0; i < n; i++) {
        values[i] = cadre__api_utf8(call, values[i]);
        if (values[i].ptr == NULL)
            return -ENOMEM;
    }
    return cadre__api_convert(call, params, param, values, n, object);
}

/* --- files --- */

/* A text where a file should be. */
static int issue_no_file(struct cadre__api_call *call, struct cadre_str text)
{
    const struct cadre_input input = {.type = CADRE_INPUT_STRING,
                                      .text = cadre__api_utf8(call, text)};

    if (input.text.ptr == NULL)
        return -ENOMEM;
    return cadre__issue_text(&call->validation, "value_error", &input, "{\"error\":{}}",
                             "Value error, Expected a file, received a text field");
}

/* All of a file in memory of the request. */
static int read_bytes(struct cadre__api_call *call, const struct cadre_upload *upload,
                      struct cadre_bytes *ret)
{
    size_t size = (size_t)cadre_upload_size(upload), at = 0;
    unsigned char *bytes = cadre__arena_alloc(call->req->arena, size + 1);

    if (bytes == NULL)
        return -ENOMEM;
    while (at < size) {
        ssize_t n = cadre_upload_read(upload, bytes + at, size - at, at);

        if (n <= 0)
            return n < 0 ? (int)n : -EIO;
        at += (size_t)n;
    }
    bytes[size] = '\0';
    ret->ptr = bytes;
    ret->len = size;
    return 0;
}

/* All files of that name, in order. */
static int set_list(struct cadre__api_call *call, const struct cadre__api_param *param, size_t n,
                    void *value)
{
    const struct cadre__type *type = &param->member->type;
    const struct cadre_input whole = {.type = CADRE_INPUT_ARRAY, .text = CADRE_STR("[]")};
    const struct cadre_upload *upload;
    size_t k = 0;
    int r = cadre__list_alloc(call->req->arena, type, n, value);

    if (r != 0)
        return r;
    for (size_t i = 0; k < n && (upload = cadre_form_file_at(call->form, i)) != NULL; i++) {
        if (cadre_str_eq(cadre_str_from(cadre_upload_field(upload)), param->match))
            (*(const struct cadre_upload ***)value)[k++] = upload;
    }
    return cadre__convert_done(&call->validation, type, &whole, value);
}

static size_t count_files(const struct cadre_form *form, const struct cadre__api_param *param)
{
    const struct cadre_upload *upload;
    size_t n = 0;

    for (size_t i = 0; (upload = cadre_form_file_at(form, i)) != NULL; i++)
        n += cadre_str_eq(cadre_str_from(cadre_upload_field(upload)), param->match);
    return n;
}

/* What is there under its name: a file, several, or a text, which is none. */
static int take_file(struct cadre__api_call *call, const struct cadre__api_param *param, size_t n,
                     void *value)
{
    const struct cadre_upload *upload = cadre_form_file(call->form, param->match.ptr);
    const char *text = cadre_form_field(call->form, param->match.ptr);

    if (n == 0)
        return issue_no_file(call, cadre_str_from(text));
    if (param->is_list)
        return set_list(call, param, n, value);
    if (param->member->type.kind == CADRE_KIND_BYTES)
        return read_bytes(call, upload, value);
    *(const struct cadre_upload **)value = upload;
    return 0;
}

static int fill_file(struct cadre__api_call *call, const struct cadre__api_params *params,
                     const struct cadre__api_param *param, void *object)
{
    const struct cadre__api_group *group = &params->groups[param->group];
    const struct cadre__member *member = param->member;
    char *owner = (char *)object + group->offset;
    struct cadre__loc step = {.up = call->validation.loc, .name = param->name, .rank = param->rank};
    const char *text = cadre_form_field(call->form, param->match.ptr);
    size_t n = count_files(call->form, param);
    int r;

    if (n == 0 && (text == NULL || text[0] == '\0') && !member->is_required)
        return cadre__member_default(member, call->req->arena, owner);
    call->validation.loc = &step;
    if (n == 0 && (text == NULL || text[0] == '\0'))
        r = cadre__issue_missing(&call->validation, NULL);
    else
        r = take_file(call, param, n, owner + member->offset);
    call->validation.loc = step.up;
    if (r == 0)
        cadre__member_given(group->plan, member, owner, CADRE_GIVEN);
    else
        cadre__api_spoil(call, param->group);
    return r;
}

/* --- all --- */

static bool is_known(const struct cadre__api_params *params, const char *name)
{
    static const enum cadre_source sources[] = {CADRE_IN_FORM, CADRE_IN_FILE};

    for (size_t k = 0; k < 2; k++) {
        const struct cadre__api_range *range = &params->range[sources[k]];

        for (uint32_t i = range->first; i < range->first + range->n; i++) {
            if (cadre_str_eq(cadre_str_from(name), params->params[i].match))
                return true;
        }
    }
    return false;
}

static bool forbids_fields(const struct cadre__api_group *group)
{
    return group->forbids && (group->source == CADRE_IN_FORM || group->source == CADRE_IN_NOTHING);
}

/* Issues for fields that are not known, where the struct or a group of it forbids them. */
static int forbid(struct cadre__api_call *call, const struct cadre__api_params *params)
{
    struct cadre_str value;
    const char *name;
    size_t before = cadre__api_issues(call);
    bool forbids = false;
    int r = 0;

    for (size_t i = 0; i < params->n_groups; i++)
        forbids |= forbids_fields(&params->groups[i]);
    for (size_t i = 0; forbids && r >= 0 && cadre_form_field_at(call->form, i, &name, &value);
         i++) {
        if (!is_known(params, name))
            r = cadre__api_forbid(call, cadre__api_utf8(call, cadre_str_from(name)),
                                  cadre__api_utf8(call, value), i);
    }
    for (size_t i = 0; i < params->n_groups && cadre__api_issues(call) != before; i++) {
        if (forbids_fields(&params->groups[i]))
            cadre__api_spoil(call, i);
    }
    return r;
}

/* Reads the form. Who runs in a thread has the body in memory; so it is read whole first. */
static int read_form(struct cadre__api_call *call)
{
    struct cadre_str body;
    int r = call->plan->has_sync ? cadre_body(call->req, &body) : 0;

    if (r == 0)
        r = cadre_form_read(call->req, &call->form);
    if (r == -EBADMSG || r == -E2BIG)
        return cadre_fail(call->req, 400, cadre_refusal(call->req));
    return r;
}

int cadre__api_fill_form(struct cadre__api_call *call, const struct cadre__api_params *params,
                         void *object)
{
    const struct cadre__api_range *fields = &params->range[CADRE_IN_FORM];
    const struct cadre__api_range *files = &params->range[CADRE_IN_FILE];
    struct cadre__loc loc = body_loc(params);
    struct cadre_str *values;
    int r = call->form == NULL ? read_form(call) : 0;

    if (r < 0)
        return r;
    values = cadre__arena_alloc(call->req->arena, (count_fields(call->form) + 1) * sizeof(*values));
    if (values == NULL)
        return -ENOMEM;
    call->validation.loc = &loc;
    for (uint32_t i = fields->first; i < fields->first + fields->n && r >= 0; i++)
        r = fill_field(call, params, &params->params[i], values, object);
    for (uint32_t i = files->first; i < files->first + files->n && r >= 0; i++)
        r = fill_file(call, params, &params->params[i], object);
    if (r >= 0)
        r = forbid(call, params);
    call->validation.loc = NULL;
    return r < 0 ? r : 0;
}
