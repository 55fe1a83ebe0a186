/* SPDX-License-Identifier: MIT */
/* The parameters of an operation in the OpenAPI document. */
#include "config.h"

#include "api/openapi_parts.h"

#include <stdio.h>
#include <string.h>

#include "web/pattern.h"

static bool is_required(const struct cadre__api_param *param, enum cadre_source source)
{
    return source == CADRE_IN_PATH || param->member->is_required;
}

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
    for (size_t i = 0; (set = cadre__operation_set(plan, i)) != NULL; i++) {
        const struct cadre__api_range *range = &set->range[source];

        for (uint32_t k = 0; k < range->n; k++) {
            const struct cadre__api_param *param = &set->params[range->first + k];

            if (cadre__operation_hides(param->member) || !cadre_str_eq(param->match, like->match))
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

static void put_param(const struct cadre__api_param *param, const char *name,
                      enum cadre_source source, const struct cadre__schemas *schemas,
                      struct cadre__json_out *out)
{
    const struct cadre_field *rules = param->member->type.rules;

    cadre__json_open(out, '{');
    cadre__json_put_text(out, "name", name);
    cadre__json_put_text(out, "in", places[source]);
    cadre__json_key(out, "required");
    cadre__json_bool(out, is_required(param, source));
    cadre__json_key(out, "schema");
    cadre__schema_put_member(schemas, param->member, name, CADRE__SCHEMA_INPUT,
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

    for (size_t i = 0; (set = cadre__operation_set(plan, i)) != NULL; i++) {
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
static void put_bare_param(const struct cadre__pattern_segment *segment, const char *name,
                           struct cadre__json_out *out)
{
    const char *type = segment->converter != NULL ? segment->converter->name : NULL;
    bool is_int = type != NULL && strcmp(type, "int") == 0;
    bool is_float = type != NULL && strcmp(type, "float") == 0;
    struct cadre__buf title;

    cadre__buf_init(&title);
    cadre__schema_title(name, &title);
    cadre__json_open(out, '{');
    cadre__json_put_text(out, "name", name);
    cadre__json_put_text(out, "in", "path");
    cadre__json_put_true(out, "required", true);
    cadre__json_key(out, "schema");
    cadre__json_open(out, '{');
    cadre__json_put_text(out, "type", is_int ? "integer" : is_float ? "number" : "string");
    if (type != NULL && strcmp(type, "uuid") == 0)
        cadre__json_put_text(out, "format", "uuid");
    cadre__json_put_buf(out, "title", &title);
    cadre__json_close(out, '}');
    cadre__json_close(out, '}');
}

/* Those of the path, in its order. */
static void put_path_params(const struct cadre__operation *operation,
                            const struct cadre__schemas *schemas, struct cadre__json_out *out,
                            bool *is_open)
{
    const struct cadre__pattern *pattern = &operation->route->pattern;

    for (size_t i = 0; i < pattern->n_params; i++) {
        const struct cadre__api_param *param = path_param_at(cadre__operation_plan(operation), i);
        const char *name = cadre__pattern_param_name(operation->names, i);

        open_params(out, is_open);
        if (param != NULL)
            put_param(param, name, CADRE_IN_PATH, schemas, out);
        else
            put_bare_param(cadre__pattern_param(pattern, i), name, out);
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

        if (best == NULL || cadre__operation_hides(param->member) || !is_first)
            continue;
        open_params(out, is_open);
        put_param(best, best->name.ptr, source, schemas, out);
    }
}

void cadre__operation_put_params(const struct cadre__operation *operation,
                                 const struct cadre__schemas *schemas, struct cadre__json_out *out)
{
    const struct cadre__api_plan *plan = cadre__operation_plan(operation);
    const struct cadre__api_params *set;
    bool is_open = false;

    put_path_params(operation, schemas, out, &is_open);
    for (unsigned source = CADRE_IN_QUERY; source <= CADRE_IN_COOKIE; source++) {
        for (size_t i = 0; (set = cadre__operation_set(plan, i)) != NULL; i++)
            put_params_of(plan, set, (enum cadre_source)source, schemas, out, &is_open);
    }
    if (is_open)
        cadre__json_close(out, ']');
}
