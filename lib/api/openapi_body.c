/* SPDX-License-Identifier: MIT */
/* The request body of an operation in the OpenAPI document: JSON or a form. */
#include "config.h"

#include "api/openapi_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/unique.h"

/* What a body is made of, where it is more than one value: a schema of its own. */
struct object {
    struct property {
        const char *name;
        const struct cadre__member *member;
    } * all; /* heap */
    size_t n;
};

/* A value that several sets have is told once: where the first one stands, and as one that must be
 * given, if it is for any of them. 0; -ENOMEM. */
static int add_property(struct object *object, const struct cadre__member *member, const char *name)
{
    struct property *grown;

    if (cadre__operation_hides(member))
        return 0;
    for (size_t i = 0; i < object->n; i++) {
        struct property *other = &object->all[i];

        if (strcmp(other->name, name) != 0)
            continue;
        if (!other->member->is_required)
            other->member = member;
        return 0;
    }
    grown = reallocarray(object->all, object->n + 1, sizeof(*grown));
    if (grown == NULL)
        return -ENOMEM;
    object->all = grown;
    object->all[object->n++] = (struct property){name, member};
    return 0;
}

static int add_fields(struct object *object, const struct cadre__api_params *set,
                      enum cadre_source source)
{
    const struct cadre__api_range *range = &set->range[source];
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < range->n; i++) {
        const struct cadre__api_param *param = &set->params[range->first + i];

        r = add_property(object, param->member, param->name.ptr);
    }
    return r;
}

/* Collects the fields of a form, or the members of a JSON body of several. */
static int fill_object(struct object *object, const struct cadre__api_plan *plan)
{
    const struct cadre__api_params *set;
    int r = 0;

    for (size_t i = 0; r == 0 && (set = cadre__operation_set(plan, i)) != NULL; i++) {
        uint32_t n = set->body == CADRE__API_EMBEDDED ? set->body_plan->n_members : 0;

        r = add_fields(object, set, CADRE_IN_FORM);
        if (r == 0)
            r = add_fields(object, set, CADRE_IN_FILE);
        for (uint32_t k = 0; r == 0 && k < n; k++)
            r = add_property(object, &set->body_plan->members[k],
                             set->body_plan->members[k].key.ptr);
    }
    return r;
}

/* Whether something in it must be given. */
static bool is_object_required(const struct object *object)
{
    for (size_t i = 0; i < object->n; i++) {
        if (object->all[i].member->is_required)
            return true;
    }
    return false;
}

/* Writes the schema. */
static void write_object(const struct object *object, const char *title,
                         const struct cadre__schemas *schemas, struct cadre__json_out *out)
{
    cadre__json_open(out, '{');
    cadre__json_key(out, "properties");
    cadre__json_open(out, '{');
    for (size_t i = 0; i < object->n; i++) {
        cadre__json_key(out, object->all[i].name);
        cadre__schema_put_member(schemas, object->all[i].member, object->all[i].name,
                                 CADRE__SCHEMA_INPUT, CADRE__SCHEMA_ALL_WORDS, out);
    }
    cadre__json_close(out, '}');
    cadre__json_put_text(out, "type", "object");
    if (is_object_required(object)) {
        cadre__json_key(out, "required");
        cadre__json_open(out, '[');
        for (size_t i = 0; i < object->n; i++) {
            if (object->all[i].member->is_required)
                cadre__json_text(out, object->all[i].name);
        }
        cadre__json_close(out, ']');
    }
    cadre__json_put_text(out, "title", title);
    cadre__json_close(out, '}');
}

static bool is_taken(const void *schemas, const char *name)
{
    return cadre__schemas_has(schemas, name);
}

/* Body_<id>, or with a number where that is taken. */
static void name_object(const struct cadre__operation *operation,
                        const struct cadre__schemas *schemas, struct cadre__buf *name)
{
    cadre__buf_puts(name, "Body_");
    cadre__schema_name_part(cadre_str_from(operation->id), name);
    cadre__unique_name(name, is_taken, schemas);
}

/* Adds the schema Body_<id> and refers to it. 0; -ENOMEM. */
static int put_object(const struct cadre__operation *operation, const struct object *object,
                      struct cadre__schemas *schemas, struct cadre__json_out *out)
{
    struct cadre__buf name, text;
    struct cadre__json_out json = {.buf = &text};
    int r;

    cadre__buf_init(&name);
    cadre__buf_init(&text);
    name_object(operation, schemas, &name);
    write_object(object, cadre__buf_text(&name), schemas, &json);
    r = name.error < 0 ? name.error : text.error;
    if (r == 0)
        r = cadre__schemas_add_text(schemas, cadre__buf_text(&name), cadre__buf_str(&text));
    cadre__json_open(out, '{');
    cadre__schema_put_place(schemas, "$ref", cadre__buf_text(&name), out);
    cadre__json_close(out, '}');
    cadre__buf_done(&name);
    cadre__buf_done(&text);
    return r;
}

static bool has_files(const struct cadre__api_plan *plan)
{
    const struct cadre__api_params *set;

    for (size_t i = 0; (set = cadre__operation_set(plan, i)) != NULL; i++) {
        if (set->range[CADRE_IN_FILE].n > 0)
            return true;
    }
    return false;
}

/* The set whose one member is the whole body; NULL: there is none. */
static const struct cadre__api_params *whole_of(const struct cadre__api_plan *plan)
{
    const struct cadre__api_params *set;

    for (size_t i = 0; (set = cadre__operation_set(plan, i)) != NULL; i++) {
        if (set->body == CADRE__API_WHOLE)
            return set;
    }
    return NULL;
}

/* Writes what is there of a body: `object`, where it is made of several values. */
static void put_body(const struct cadre__operation *operation, const struct object *object,
                     struct cadre__schemas *schemas, struct cadre__json_out *out)
{
    const struct cadre__api_plan *plan = cadre__operation_plan(operation);
    const struct cadre__api_params *whole = whole_of(plan);
    bool is_required = true;

    cadre__json_key(out, "requestBody");
    cadre__json_open(out, '{');
    if (whole != NULL)
        cadre__json_put_text(out, "description", whole->body_member->type.rules->description);
    cadre__json_key(out, "content");
    cadre__json_open(out, '{');
    cadre__json_key(out, plan->reads_json  ? "application/json"
                         : has_files(plan) ? "multipart/form-data"
                                           : "application/x-www-form-urlencoded");
    cadre__json_open(out, '{');
    cadre__json_key(out, "schema");
    if (plan->body != NULL) {
        cadre__schema_put_model(schemas, plan->body, CADRE__SCHEMA_INPUT, out);
    } else if (whole != NULL) {
        cadre__schema_put_member(schemas, whole->body_member, whole->body_member->key.ptr,
                                 CADRE__SCHEMA_INPUT, CADRE__SCHEMA_ALL_WORDS, out);
        is_required = whole->body_is_required;
    } else {
        int r = put_object(operation, object, schemas, out);

        if (r < 0)
            out->buf->error = r;
        is_required = is_object_required(object);
    }
    cadre__json_close(out, '}');
    cadre__json_close(out, '}');
    cadre__json_put_true(out, "required", is_required);
    cadre__json_close(out, '}');
}

void cadre__operation_put_body(const struct cadre__operation *operation,
                               struct cadre__schemas *schemas, struct cadre__json_out *out)
{
    const struct cadre__api_plan *plan = cadre__operation_plan(operation);
    const struct cadre__api_params *whole = whole_of(plan);
    struct object object = {0};
    int r;

    if (plan == NULL || (!plan->reads_json && !plan->reads_form))
        return;
    r = fill_object(&object, plan);
    if (r < 0)
        out->buf->error = r;
    if (plan->body != NULL || object.n > 0 ||
        (whole != NULL && !cadre__operation_hides(whole->body_member)))
        put_body(operation, &object, schemas, out);
    free(object.all);
}
