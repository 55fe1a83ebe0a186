/* SPDX-License-Identifier: MIT */
/* The request body of an operation in the OpenAPI document: JSON or a form. */
#include "config.h"

#include "api/openapi_parts.h"

/* What a body is made of, where it is more than one value: a schema of its own. */
struct object {
    struct cadre__buf properties, required;
    struct cadre__json_out properties_out, required_out;
};

static void add_property(struct object *object, const struct cadre__member *member,
                         const char *name, bool required, const struct cadre__schemas *schemas)
{
    cadre__json_key(&object->properties_out, name);
    cadre__schema_put_member(schemas, member, name, CADRE__SCHEMA_INPUT, CADRE__SCHEMA_ALL_WORDS,
                             &object->properties_out);
    if (required)
        cadre__json_text(&object->required_out, name);
}

static void add_fields(struct object *object, const struct cadre__api_params *set,
                       enum cadre_source source, const struct cadre__schemas *schemas)
{
    const struct cadre__api_range *range = &set->range[source];

    for (uint32_t i = 0; i < range->n; i++) {
        const struct cadre__api_param *param = &set->params[range->first + i];

        if (!cadre__operation_hides(param))
            add_property(object, param->member, param->name.ptr, param->member->is_required,
                         schemas);
    }
}

/* Collects the fields of a form, or the members of a JSON body of several. */
static void fill_object(struct object *object, const struct cadre__api_plan *plan,
                        const struct cadre__schemas *schemas)
{
    const struct cadre__api_params *set;

    cadre__buf_init(&object->properties);
    cadre__buf_init(&object->required);
    object->properties_out = (struct cadre__json_out){.buf = &object->properties};
    object->required_out = (struct cadre__json_out){.buf = &object->required};
    for (size_t i = 0; (set = cadre__operation_set(plan, i)) != NULL; i++) {
        add_fields(object, set, CADRE_IN_FORM, schemas);
        add_fields(object, set, CADRE_IN_FILE, schemas);
        for (uint32_t k = 0; set->body == CADRE__API_EMBEDDED && k < set->body_plan->n_members;
             k++) {
            const struct cadre__member *member = &set->body_plan->members[k];

            add_property(object, member, member->key.ptr, member->is_required, schemas);
        }
    }
}

/* Adds the schema Body_<id> and refers to it. Whether something in it must be given. */
static bool put_object(const struct cadre__operation *operation, struct cadre__schemas *schemas,
                       struct cadre__json_out *out)
{
    struct cadre__buf name, text;
    struct cadre__json_out json = {.buf = &text};
    struct object object;
    bool is_required;
    int r;

    cadre__buf_init(&name);
    cadre__buf_init(&text);
    fill_object(&object, cadre__operation_plan(operation), schemas);
    is_required = object.required.len > 0;
    cadre__buf_printf(&name, "Body_%s", operation->id);
    cadre__buf_printf(&text, "{\"properties\":{%s},\"type\":\"object\"",
                      cadre__buf_text(&object.properties));
    if (is_required)
        cadre__buf_printf(&text, ",\"required\":[%s]", cadre__buf_text(&object.required));
    json.wants_comma = true;
    cadre__json_put_text(&json, "title", cadre__buf_text(&name));
    cadre__buf_putc(&text, '}');
    r = object.properties.error < 0 ? object.properties.error : text.error;
    if (r == 0)
        r = cadre__schemas_add_text(schemas, cadre__buf_text(&name), cadre__buf_str(&text));
    if (r < 0)
        out->buf->error = r;
    cadre__json_open(out, '{');
    cadre__buf_clear(&text);
    cadre__buf_printf(&text, "#/components/schemas/%s", cadre__buf_text(&name));
    cadre__json_put_text(out, "$ref", cadre__buf_text(&text));
    cadre__json_close(out, '}');
    cadre__buf_done(&object.properties);
    cadre__buf_done(&object.required);
    cadre__buf_done(&name);
    cadre__buf_done(&text);
    return is_required;
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

void cadre__operation_put_body(const struct cadre__operation *operation,
                               struct cadre__schemas *schemas, struct cadre__json_out *out)
{
    const struct cadre__api_plan *plan = cadre__operation_plan(operation);
    const struct cadre__api_params *whole = whole_of(plan);
    bool is_required = true;

    if (plan == NULL || (!plan->reads_json && !plan->reads_form))
        return;
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
        is_required = put_object(operation, schemas, out);
    }
    cadre__json_close(out, '}');
    cadre__json_close(out, '}');
    cadre__json_put_true(out, "required", is_required);
    cadre__json_close(out, '}');
}
