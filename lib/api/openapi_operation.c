/* SPDX-License-Identifier: MIT */
/* One operation of the OpenAPI document: what it refers to, its words, its responses. */
#include "config.h"

#include "api/openapi_parts.h"

#include <stdio.h>

#include "gateway/status.h"
#include "web/pattern.h"

/* --- what a route has --- */

const struct cadre__api_params *cadre__operation_set(const struct cadre__api_plan *plan,
                                                     size_t index)
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

/* --- schemas --- */

/* Adds what a member refers to, unless it is left out. */
static int add_member(struct cadre__schemas *schemas, const struct cadre__member *member)
{
    return cadre__operation_hides(member)
               ? 0
               : cadre__schemas_add(schemas, &member->type, CADRE__SCHEMA_INPUT);
}

static int add_set(struct cadre__schemas *schemas, const struct cadre__api_params *set)
{
    size_t n_path = set->range[CADRE_IN_PATH].n;
    int r = 0;

    /* Those of the path, which come first, are there all the same. */
    for (size_t i = 0; r == 0 && i < n_path; i++)
        r = cadre__schemas_add(schemas, &set->params[i].member->type, CADRE__SCHEMA_INPUT);
    for (size_t i = n_path; r == 0 && i < set->n_params; i++)
        r = add_member(schemas, set->params[i].member);
    if (r == 0 && set->body == CADRE__API_WHOLE)
        r = add_member(schemas, set->body_member);
    for (uint32_t i = 0;
         r == 0 && set->body == CADRE__API_EMBEDDED && i < set->body_plan->n_members; i++)
        r = add_member(schemas, &set->body_plan->members[i]);
    return r;
}

int cadre__operation_add_models(const struct cadre__operation *operation,
                                struct cadre__schemas *schemas)
{
    const struct cadre__api_plan *plan = cadre__operation_plan(operation);
    const struct cadre__api_params *set;
    int r = 0;

    for (size_t i = 0; r == 0 && (set = cadre__operation_set(plan, i)) != NULL; i++)
        r = add_set(schemas, set);
    if (r == 0 && plan != NULL && plan->body != NULL)
        r = cadre__schemas_add_model(schemas, plan->body, CADRE__SCHEMA_INPUT);
    if (r == 0 && plan != NULL && plan->response != NULL)
        r = cadre__schemas_add_model(schemas, plan->response, CADRE__SCHEMA_OUTPUT);
    for (size_t i = 0; r == 0 && plan != NULL && i < plan->n_responses; i++) {
        if (plan->responses[i].model != NULL)
            r = cadre__schemas_add_model(schemas, plan->responses[i].model, CADRE__SCHEMA_OUTPUT);
    }
    return r;
}

/* --- responses --- */

/* The further one of that status; NULL: none. */
static const struct cadre__api_response *response_of(const struct cadre__api_plan *plan, int status)
{
    for (size_t i = 0; plan != NULL && i < plan->n_responses; i++) {
        if (plan->responses[i].status == status)
            return &plan->responses[i];
    }
    return NULL;
}

/* The schema of a list of them, with FastAPI's title. */
static void put_list(const struct cadre__operation *operation, const struct cadre__plan *model,
                     const struct cadre__schemas *schemas, struct cadre__json_out *out)
{
    struct cadre__buf title;

    cadre__buf_init(&title);
    cadre__buf_puts(&title, "Response ");
    cadre__schema_title(operation->id, &title);
    cadre__json_open(out, '{');
    cadre__json_key(out, "items");
    cadre__schema_put_model(schemas, model, CADRE__SCHEMA_OUTPUT, out);
    cadre__json_put_text(out, "type", "array");
    cadre__json_put_buf(out, "title", &title);
    cadre__json_close(out, '}');
}

/* `list_of` is the operation, where it answers a list of the model. */
static void put_content(const char *type, const struct cadre__plan *model,
                        const struct cadre__operation *list_of,
                        const struct cadre__schemas *schemas, struct cadre__json_out *out)
{
    cadre__json_key(out, "content");
    cadre__json_open(out, '{');
    cadre__json_key(out, type != NULL ? type : "application/json");
    cadre__json_open(out, '{');
    if (model != NULL) {
        cadre__json_key(out, "schema");
        if (list_of != NULL)
            put_list(list_of, model, schemas, out);
        else
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
    const struct cadre__api_plan *plan = cadre__operation_plan(operation);
    const struct cadre_route *row = operation->route->row;
    int status = plan != NULL ? plan->status : row->status != 0 ? row->status : 200;
    const struct cadre__api_response *more = response_of(plan, status);
    const struct cadre__plan *model = plan != NULL ? plan->response : NULL;
    bool is_other = more != NULL && more->model != NULL;

    if (is_other)
        model = more->model;
    put_status(status, out);
    cadre__json_put_text(out, "description",
                         more != NULL && more->row->description != NULL ? more->row->description
                                                                        : "Successful Response");
    if (status != 204 && status != 205 && status != 304 &&
        (model != NULL || (more != NULL && more->row->type != NULL)))
        put_content(more != NULL ? more->row->type : NULL, model,
                    row->response_list && !is_other ? operation : NULL, schemas, out);
    cadre__json_close(out, '}');
}

static void put_further(const struct cadre__api_response *response,
                        const struct cadre__schemas *schemas, struct cadre__json_out *out)
{
    const struct cadre_response *row = response->row;

    put_status(response->status, out);
    cadre__json_put_text(out, "description",
                         row->description != NULL ? row->description
                                                  : cadre__status_reason(response->status));
    if (response->model != NULL || row->type != NULL)
        put_content(row->type, response->model, NULL, schemas, out);
    cadre__json_close(out, '}');
}

static bool checks_something(const struct cadre__api_plan *plan)
{
    const struct cadre__api_params *set;

    if (plan == NULL)
        return false;
    for (size_t i = 0; (set = cadre__operation_set(plan, i)) != NULL; i++) {
        if (set->n_params > 0)
            return true;
    }
    return plan->reads_json || plan->reads_form;
}

/* True: 422 is described by HTTPValidationError. */
static bool put_responses(const struct cadre__operation *operation,
                          const struct cadre__schemas *schemas, struct cadre__json_out *out)
{
    const struct cadre__api_plan *plan = cadre__operation_plan(operation);
    const struct cadre_route *row = operation->route->row;
    int own = plan != NULL ? plan->status : row->status != 0 ? row->status : 200;
    bool is_checked = checks_something(plan) && response_of(plan, 422) == NULL;

    cadre__json_key(out, "responses");
    cadre__json_open(out, '{');
    put_success(operation, schemas, out);
    for (size_t i = 0; plan != NULL && i < plan->n_responses; i++) {
        if (plan->responses[i].status != own)
            put_further(&plan->responses[i], schemas, out);
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
    cadre__json_put_buf(out, "summary", &title);
}

void cadre__operation_put_host(const struct cadre__operation *operation, struct cadre__roots *roots,
                               struct cadre__json_out *out)
{
    const struct cadre__mount_route *route = operation->route;
    struct cadre__buf url;
    int r;

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
    cadre__json_put_buf(out, "url", &url);
    r = cadre__roots_add(roots, out->buf->len - 1); /* before the quote */
    if (r < 0)
        out->buf->error = r;
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
}

void cadre__operation_put(const struct cadre__operation *operation,
                          struct cadre__components *components, struct cadre__json_out *out)
{
    const struct cadre_route *row = operation->route->row;

    put_tags(operation->route, out);
    put_summary(row, out);
    cadre__json_put_text(out, "description", row->description);
    cadre__json_put_text(out, "operationId", operation->id);
    cadre__json_put_true(out, "deprecated", operation->route->is_deprecated);
    cadre__operation_put_params(operation, components->schemas, out);
    cadre__operation_put_body(operation, components->schemas, out);
    components->refers_to_errors |= put_responses(operation, components->schemas, out);
    cadre__operation_put_security(operation, &components->schemes, out);
}
