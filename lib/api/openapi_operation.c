/* SPDX-License-Identifier: MIT */
/* One operation of the OpenAPI document: parameters, body, responses of a route (api/openapi.h). */
#include "config.h"

#include "api/openapi.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "api/plan.h"
#include "gateway/status.h"
#include "web/pattern.h"

/* --- what a route has --- */

static const struct cadre__api_plan *plan_of(const struct cadre__operation *operation)
{
    return operation->route->plan;
}

/* The sets of parameters of a route: its own, then those of its dependencies. NULL behind the last
 * one. */
static const struct cadre__api_params *set_at(const struct cadre__api_plan *plan, size_t index)
{
    if (plan == NULL)
        return NULL;
    if (plan->params != NULL && index-- == 0)
        return plan->params;
    for (size_t i = 0; i < plan->n_nodes; i++) {
        if (plan->nodes[i].params != NULL && index-- == 0)
            return plan->nodes[i].params;
    }
    return NULL;
}

static bool is_hidden(const struct cadre__api_param *param)
{
    return param->member->type.rules->hidden;
}

static bool is_required(const struct cadre__api_param *param, enum cadre_source source)
{
    return source == CADRE_IN_PATH || param->member->is_required;
}

/* --- schemas --- */

static int add_set(struct cadre__schemas *schemas, const struct cadre__api_params *set)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < set->n_params; i++)
        r = cadre__schemas_add(schemas, &set->params[i].member->type, CADRE__SCHEMA_INPUT);
    if (r == 0 && set->body == CADRE__API_WHOLE)
        r = cadre__schemas_add(schemas, &set->body_member->type, CADRE__SCHEMA_INPUT);
    for (uint32_t i = 0;
         r == 0 && set->body == CADRE__API_EMBEDDED && i < set->body_plan->n_members; i++)
        r = cadre__schemas_add(schemas, &set->body_plan->members[i].type, CADRE__SCHEMA_INPUT);
    return r;
}

int cadre__operation_add_models(const struct cadre__operation *operation,
                                struct cadre__schemas *schemas)
{
    const struct cadre__api_plan *plan = plan_of(operation);
    const struct cadre_response *more = operation->route->row->responses;
    const struct cadre__api_params *set;
    int r = 0;

    for (size_t i = 0; r == 0 && (set = set_at(plan, i)) != NULL; i++)
        r = add_set(schemas, set);
    if (r == 0 && plan != NULL && plan->body != NULL)
        r = cadre__schemas_add_model(schemas, plan->body, CADRE__SCHEMA_INPUT);
    if (r == 0 && plan != NULL && plan->response != NULL)
        r = cadre__schemas_add_model(schemas, plan->response, CADRE__SCHEMA_OUTPUT);
    for (; r == 0 && more != NULL && more->status != 0; more++) {
        const struct cadre__plan *model = more->model != NULL ? cadre__plan_of(more->model) : NULL;

        if (model != NULL)
            r = cadre__schemas_add_model(schemas, model, CADRE__SCHEMA_OUTPUT);
    }
    return r;
}

/* --- parameters --- */

static const char *const places[] = {
    [CADRE_IN_PATH] = "path",
    [CADRE_IN_QUERY] = "query",
    [CADRE_IN_HEADER] = "header",
    [CADRE_IN_COOKIE] = "cookie",
};

/* A parameter that several sets have is told once: where the first one stands, and as one that
 * must be given, if it is for any of them. */
static const struct cadre__api_param *find_param(const struct cadre__api_plan *plan,
                                                 enum cadre_source source,
                                                 const struct cadre__api_param *like,
                                                 bool *ret_is_first)
{
    const struct cadre__api_param *found = NULL;
    const struct cadre__api_params *set;

    *ret_is_first = true;
    for (size_t i = 0; (set = set_at(plan, i)) != NULL; i++) {
        const struct cadre__api_range *range = &set->range[source];

        for (uint32_t k = 0; k < range->n; k++) {
            const struct cadre__api_param *param = &set->params[range->first + k];

            if (is_hidden(param) || !cadre_str_eq(param->match, like->match))
                continue;
            if (found == NULL)
                *ret_is_first = param == like;
            if (found == NULL || (!is_required(found, source) && is_required(param, source)))
                found = param;
        }
    }
    return found;
}

static void put_param_examples(const char *const *examples, struct cadre__json_out *out)
{
    char name[24];

    if (examples == NULL || examples[0] == NULL)
        return;
    if (examples[1] == NULL) {
        cadre__json_key(out, "example");
        cadre__json_raw(out, cadre_str_from(examples[0]));
        return;
    }
    cadre__json_key(out, "examples");
    cadre__json_open(out, '{');
    for (size_t i = 0; examples[i] != NULL; i++) {
        (void)snprintf(name, sizeof(name), "%zu", i + 1);
        cadre__json_key(out, name);
        cadre__json_open(out, '{');
        cadre__json_key(out, "value");
        cadre__json_raw(out, cadre_str_from(examples[i]));
        cadre__json_close(out, '}');
    }
    cadre__json_close(out, '}');
}

/* Opens the list before the first one. */
static void open_params(struct cadre__json_out *out, bool *is_open)
{
    if (*is_open)
        return;
    cadre__json_key(out, "parameters");
    cadre__json_open(out, '[');
    *is_open = true;
}

static void put_param(const struct cadre__api_param *param, enum cadre_source source,
                      const struct cadre__schemas *schemas, struct cadre__json_out *out)
{
    const struct cadre_field *rules = param->member->type.rules;

    cadre__json_open(out, '{');
    cadre__json_put_text(out, "name", param->name.ptr);
    cadre__json_put_text(out, "in", places[source]);
    cadre__json_key(out, "required");
    cadre__json_bool(out, is_required(param, source));
    cadre__json_key(out, "schema");
    cadre__schema_put_member(schemas, param->member, param->name.ptr, CADRE__SCHEMA_INPUT,
                             CADRE__SCHEMA_PARAMETER, out);
    cadre__json_put_text(out, "description", rules->description);
    cadre__json_put_true(out, "deprecated", rules->deprecated);
    put_param_examples(rules->examples, out);
    cadre__json_close(out, '}');
}

/* The parameter of that place in the path, as the first table that has it says it; NULL: it is in
 * the pattern alone. */
static const struct cadre__api_param *path_param_at(const struct cadre__api_plan *plan,
                                                    size_t path_index)
{
    const struct cadre__api_params *set;

    for (size_t i = 0; (set = set_at(plan, i)) != NULL; i++) {
        const struct cadre__api_range *range = &set->range[CADRE_IN_PATH];

        for (uint32_t k = 0; k < range->n; k++) {
            const struct cadre__api_param *param = &set->params[range->first + k];

            if (param->path_index == path_index)
                return param;
        }
    }
    return NULL;
}

/* Of what is in the pattern alone its type is known. */
static void put_bare_param(const struct cadre__pattern_segment *segment,
                           struct cadre__json_out *out)
{
    const char *type = segment->converter != NULL ? segment->converter->name : NULL;
    bool is_int = type != NULL && strcmp(type, "int") == 0;
    bool is_float = type != NULL && strcmp(type, "float") == 0;
    struct cadre__buf title;

    cadre__buf_init(&title);
    cadre__schema_title(segment->name, &title);
    cadre__json_open(out, '{');
    cadre__json_put_text(out, "name", segment->name);
    cadre__json_put_text(out, "in", "path");
    cadre__json_put_true(out, "required", true);
    cadre__json_key(out, "schema");
    cadre__json_open(out, '{');
    cadre__json_put_text(out, "type", is_int ? "integer" : is_float ? "number" : "string");
    if (type != NULL && strcmp(type, "uuid") == 0)
        cadre__json_put_text(out, "format", "uuid");
    cadre__json_put_text(out, "title", cadre__buf_text(&title));
    cadre__json_close(out, '}');
    cadre__json_close(out, '}');
    cadre__buf_done(&title);
}

/* Those of the path, in its order. */
static void put_path_params(const struct cadre__operation *operation,
                            const struct cadre__schemas *schemas, struct cadre__json_out *out,
                            bool *is_open)
{
    const struct cadre__pattern *pattern = &operation->route->pattern;

    for (size_t i = 0; i < pattern->n_params; i++) {
        const struct cadre__api_param *param = path_param_at(plan_of(operation), i);

        open_params(out, is_open);
        if (param != NULL)
            put_param(param, CADRE_IN_PATH, schemas, out);
        else
            put_bare_param(cadre__pattern_param(pattern, i), out);
    }
}

/* Those of another source that one set has. */
static void put_params_of(const struct cadre__api_plan *plan, const struct cadre__api_params *set,
                          enum cadre_source source, const struct cadre__schemas *schemas,
                          struct cadre__json_out *out, bool *is_open)
{
    const struct cadre__api_range *range = &set->range[source];

    for (uint32_t i = 0; i < range->n; i++) {
        const struct cadre__api_param *param = &set->params[range->first + i];
        bool is_first;
        const struct cadre__api_param *best = find_param(plan, source, param, &is_first);

        if (best == NULL || is_hidden(param) || !is_first)
            continue;
        open_params(out, is_open);
        put_param(best, source, schemas, out);
    }
}

static void put_params(const struct cadre__operation *operation,
                       const struct cadre__schemas *schemas, struct cadre__json_out *out)
{
    const struct cadre__api_plan *plan = plan_of(operation);
    const struct cadre__api_params *set;
    bool is_open = false;

    put_path_params(operation, schemas, out, &is_open);
    for (unsigned source = CADRE_IN_QUERY; source <= CADRE_IN_COOKIE; source++) {
        for (size_t i = 0; (set = set_at(plan, i)) != NULL; i++)
            put_params_of(plan, set, (enum cadre_source)source, schemas, out, &is_open);
    }
    if (is_open)
        cadre__json_close(out, ']');
}

/* --- body --- */

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

        if (!is_hidden(param))
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
    for (size_t i = 0; (set = set_at(plan, i)) != NULL; i++) {
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
    fill_object(&object, plan_of(operation), schemas);
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

    for (size_t i = 0; (set = set_at(plan, i)) != NULL; i++) {
        if (set->range[CADRE_IN_FILE].n > 0)
            return true;
    }
    return false;
}

/* The set whose one member is the whole body; NULL: there is none. */
static const struct cadre__api_params *whole_of(const struct cadre__api_plan *plan)
{
    const struct cadre__api_params *set;

    for (size_t i = 0; (set = set_at(plan, i)) != NULL; i++) {
        if (set->body == CADRE__API_WHOLE)
            return set;
    }
    return NULL;
}

static void put_body(const struct cadre__operation *operation, struct cadre__schemas *schemas,
                     struct cadre__json_out *out)
{
    const struct cadre__api_plan *plan = plan_of(operation);
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

/* --- responses --- */

static const struct cadre_response *response_of(const struct cadre_route *row, int status)
{
    const struct cadre_response *more = row->responses;

    while (more != NULL && more->status != 0 && more->status != status)
        more++;
    return more != NULL && more->status != 0 ? more : NULL;
}

static void put_content(const char *type, const struct cadre__plan *model,
                        const struct cadre__schemas *schemas, struct cadre__json_out *out)
{
    cadre__json_key(out, "content");
    cadre__json_open(out, '{');
    cadre__json_key(out, type != NULL ? type : "application/json");
    cadre__json_open(out, '{');
    if (model != NULL) {
        cadre__json_key(out, "schema");
        cadre__schema_put_model(schemas, model, CADRE__SCHEMA_OUTPUT, out);
    }
    cadre__json_close(out, '}');
    cadre__json_close(out, '}');
}

static void put_status(int status, struct cadre__json_out *out)
{
    char name[16];

    (void)snprintf(name, sizeof(name), "%d", status);
    cadre__json_key(out, name);
    cadre__json_open(out, '{');
}

/* The one of the route itself; a row of `.responses` for the same status has more to say. */
static void put_success(const struct cadre__operation *operation,
                        const struct cadre__schemas *schemas, struct cadre__json_out *out)
{
    const struct cadre__api_plan *plan = plan_of(operation);
    const struct cadre_route *row = operation->route->row;
    int status = plan != NULL ? plan->status : row->status != 0 ? row->status : 200;
    const struct cadre_response *more = response_of(row, status);
    const struct cadre__plan *model = plan != NULL ? plan->response : NULL;

    if (more != NULL && more->model != NULL)
        model = cadre__plan_of(more->model);
    put_status(status, out);
    cadre__json_put_text(out, "description",
                         more != NULL && more->description != NULL ? more->description
                                                                   : "Successful Response");
    if (status != 204 && status != 205 && status != 304 &&
        (model != NULL || (more != NULL && more->type != NULL)))
        put_content(more != NULL ? more->type : NULL, model, schemas, out);
    cadre__json_close(out, '}');
}

static bool checks_something(const struct cadre__api_plan *plan)
{
    const struct cadre__api_params *set;

    if (plan == NULL)
        return false;
    for (size_t i = 0; (set = set_at(plan, i)) != NULL; i++) {
        if (set->n_params > 0)
            return true;
    }
    return plan->reads_json || plan->reads_form;
}

/* True: 422 is described by HTTPValidationError. */
static bool put_responses(const struct cadre__operation *operation,
                          const struct cadre__schemas *schemas, struct cadre__json_out *out)
{
    const struct cadre__api_plan *plan = plan_of(operation);
    const struct cadre_route *row = operation->route->row;
    const struct cadre_response *more = row->responses;
    int own = plan != NULL ? plan->status : row->status != 0 ? row->status : 200;
    bool is_checked = checks_something(plan) && response_of(row, 422) == NULL;

    cadre__json_key(out, "responses");
    cadre__json_open(out, '{');
    put_success(operation, schemas, out);
    for (; more != NULL && more->status != 0; more++) {
        if (more->status == own || response_of(row, more->status) != more)
            continue;
        put_status(more->status, out);
        cadre__json_put_text(out, "description",
                             more->description != NULL ? more->description
                                                       : cadre__status_reason(more->status));
        if (more->model != NULL || more->type != NULL)
            put_content(more->type, more->model != NULL ? cadre__plan_of(more->model) : NULL,
                        schemas, out);
        cadre__json_close(out, '}');
    }
    if (is_checked) {
        put_status(422, out);
        cadre__json_put_text(out, "description", "Validation Error");
        cadre__json_key(out, "content");
        cadre__json_raw(out, CADRE_STR("{\"application/json\":{\"schema\":{\"$ref\":"
                                       "\"#/components/schemas/HTTPValidationError\"}}}"));
        cadre__json_close(out, '}');
    }
    cadre__json_close(out, '}');
    return is_checked;
}

/* --- the operation --- */

static void put_tags(const struct cadre__mount_route *route, struct cadre__json_out *out)
{
    bool is_open = false;

    for (size_t i = 0; i <= route->n_mounts; i++) {
        const struct cadre_route *row = i < route->n_mounts ? route->mounts[i] : route->row;

        for (const char *const *tag = row->tags; tag != NULL && *tag != NULL; tag++) {
            if (!is_open) {
                cadre__json_key(out, "tags");
                cadre__json_open(out, '[');
                is_open = true;
            }
            cadre__json_text(out, *tag);
        }
    }
    if (is_open)
        cadre__json_close(out, ']');
}

static void put_summary(const struct cadre_route *row, struct cadre__json_out *out)
{
    const char *name = row->name != NULL ? row->name : row->handler_name;
    struct cadre__buf title;

    if (row->summary != NULL || name == NULL) {
        cadre__json_put_text(out, "summary", row->summary);
        return;
    }
    cadre__buf_init(&title);
    cadre__schema_title(name, &title);
    cadre__json_put_text(out, "summary", cadre__buf_text(&title));
    cadre__buf_done(&title);
}

/* A route of one host alone is at that server. */
static void put_host(const struct cadre__mount_route *route, struct cadre__json_out *out)
{
    struct cadre__buf url;

    if (!route->has_host)
        return;
    cadre__buf_init(&url);
    cadre__buf_puts(&url, "//");
    for (const char *c = route->host_text; *c != '\0'; c++) {
        if (*c == ':')
            c += strcspn(c, "}"); /* the type of a parameter */
        if (*c != '\0')
            cadre__buf_putc(&url, *c);
    }
    cadre__json_key(out, "servers");
    cadre__json_open(out, '[');
    cadre__json_open(out, '{');
    cadre__json_put_text(out, "url", cadre__buf_text(&url));
    if (route->host.n_params > 0) {
        cadre__json_key(out, "variables");
        cadre__json_open(out, '{');
        for (size_t i = 0; i < route->host.n_params; i++) {
            const char *name = cadre__pattern_param_name(&route->host, i);

            cadre__json_key(out, name);
            cadre__json_open(out, '{');
            cadre__json_put_text(out, "default", name);
            cadre__json_close(out, '}');
        }
        cadre__json_close(out, '}');
    }
    cadre__json_close(out, '}');
    cadre__json_close(out, ']');
    cadre__buf_done(&url);
}

bool cadre__operation_put(const struct cadre__operation *operation,
                          struct cadre__components *components, struct cadre__json_out *out)
{
    const struct cadre_route *row = operation->route->row;
    bool refers;

    cadre__json_open(out, '{');
    put_tags(operation->route, out);
    put_summary(row, out);
    cadre__json_put_text(out, "description", row->description);
    cadre__json_put_text(out, "operationId", operation->id);
    cadre__json_put_true(out, "deprecated", operation->route->is_deprecated);
    put_params(operation, components->schemas, out);
    put_body(operation, components->schemas, out);
    refers = put_responses(operation, components->schemas, out);
    cadre__operation_put_security(operation, &components->schemes, out);
    put_host(operation->route, out);
    cadre__json_close(out, '}');
    return refers;
}
