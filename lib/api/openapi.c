/* SPDX-License-Identifier: MIT */
/* The OpenAPI document as a whole; which operations it has is told by openapi_collect.c. */
#include "config.h"

#include "api/openapi.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/openapi_collect.h"
#include "api/openapi_info.h"
#include "model/json_merge.h"

#define SCHEMA_PREFIX "#/components/schemas/"

/* What FastAPI answers and describes, word for word. */
#define HTTP_VALIDATION_ERROR                                                                      \
    "{\"properties\":{\"detail\":{\"items\":{\"$ref\":\"" SCHEMA_PREFIX "ValidationError\"},"      \
    "\"type\":\"array\",\"title\":\"Detail\"}},\"type\":\"object\","                               \
    "\"title\":\"HTTPValidationError\"}"
#define VALIDATION_ERROR                                                                           \
    "{\"properties\":{\"loc\":{\"items\":{\"anyOf\":[{\"type\":\"string\"},"                       \
    "{\"type\":\"integer\"}]},\"type\":\"array\",\"title\":\"Location\"},"                         \
    "\"msg\":{\"type\":\"string\",\"title\":\"Message\"},"                                         \
    "\"type\":{\"type\":\"string\",\"title\":\"Error Type\"},\"input\":{\"title\":\"Input\"},"     \
    "\"ctx\":{\"type\":\"object\",\"title\":\"Context\"}},\"type\":\"object\","                    \
    "\"required\":[\"loc\",\"msg\",\"type\"],\"title\":\"ValidationError\"}"

/* --- writing --- */

static void put_begin(const struct cadre__mount *mount, const struct cadre_module *module,
                      struct cadre__json_out *out)
{
    cadre__json_open(out, '{');
    cadre__json_put_text(out, "openapi", "3.1.0");
    cadre__openapi_info_put(module, mount->name, out);
}

static void put_callbacks(struct cadre__document *document, size_t parent,
                          struct cadre__json_out *out);

/* Writes an operation into which `.openapi_extra` is merged; servers of its own go before a host.
 */
static void put_merged(struct cadre__document *document, size_t index, struct cadre__json_out *out)
{
    const struct cadre__operation *operation = &document->operations[index];
    const char *extra = operation->route->row->openapi_extra;
    struct cadre__buf text, merged;
    struct cadre__json_out json = {.buf = &text};
    int r;

    cadre__buf_init(&text);
    cadre__buf_init(&merged);
    cadre__json_open(&json, '{');
    cadre__operation_put(operation, &document->components, &json);
    put_callbacks(document, index, &json);
    cadre__json_close(&json, '}');
    r = text.error < 0 ? text.error
                       : cadre__json_merge(cadre__buf_str(&text), cadre_str_from(extra), &merged);
    if (r < 0)
        out->buf->error = r;
    else
        cadre__json_raw(out, (struct cadre_str){merged.data, merged.len - 1});
    if (r == 0 && !cadre__json_merge_has(extra, "servers"))
        cadre__operation_put_host(operation, &document->components.roots, out);
    cadre__json_close(out, '}');
    cadre__buf_done(&text);
    cadre__buf_done(&merged);
}

static void put_operation(struct cadre__document *document, size_t index,
                          struct cadre__json_out *out)
{
    const struct cadre__operation *operation = &document->operations[index];

    cadre__json_key(out, operation->method);
    if (operation->route->row->openapi_extra != NULL) {
        put_merged(document, index, out);
        return;
    }
    cadre__json_open(out, '{');
    cadre__operation_put(operation, &document->components, out);
    put_callbacks(document, index, out);
    cadre__operation_put_host(operation, &document->components.roots, out);
    cadre__json_close(out, '}');
}

/* Operations that stand in one object. */
struct group {
    enum cadre__operation_place place;
    size_t parent;    /* of callbacks */
    const char *name; /* of callbacks */
};

static bool is_in(const struct cadre__operation *operation, const struct group *group)
{
    if (operation->place != group->place)
        return false;
    return group->place != CADRE__OPERATION_CALLBACK ||
           (operation->parent == group->parent &&
            strcmp(cadre__described_name(operation->route->row), group->name) == 0);
}

/* Writes a group as an object: the operations of one path, each path where its first one stands. */
static void put_group(struct cadre__document *document, const char *key, const struct group *group,
                      struct cadre__json_out *out)
{
    cadre__json_key(out, key);
    cadre__json_open(out, '{');
    for (size_t i = 0; i < document->n; i++) {
        const char *path = document->operations[i].path;
        size_t k = 0;

        if (!is_in(&document->operations[i], group))
            continue;
        while (strcmp(document->operations[k].path, path) != 0 ||
               !is_in(&document->operations[k], group))
            k++;
        if (k < i)
            continue;
        cadre__json_key(out, path);
        cadre__json_open(out, '{');
        for (; k < document->n; k++) {
            if (strcmp(document->operations[k].path, path) == 0 &&
                is_in(&document->operations[k], group))
                put_operation(document, k, out);
        }
        cadre__json_close(out, '}');
    }
    cadre__json_close(out, '}');
}

/* The first one of that group; document->n: there is none. */
static size_t first_in(const struct cadre__document *document, const struct group *group)
{
    size_t i = 0;

    while (i < document->n && !is_in(&document->operations[i], group))
        i++;
    return i;
}

static void put_callbacks(struct cadre__document *document, size_t parent,
                          struct cadre__json_out *out)
{
    const struct cadre_route *row = document->operations[parent].route->row->callbacks;

    if (row == NULL || row->method == NULL)
        return;
    cadre__json_key(out, "callbacks");
    cadre__json_open(out, '{');
    for (size_t i = parent + 1; i < document->n; i++) {
        const struct cadre__operation *operation = &document->operations[i];
        struct group group = {CADRE__OPERATION_CALLBACK, parent,
                              cadre__described_name(operation->route->row)};

        if (is_in(operation, &group) && first_in(document, &group) == i)
            put_group(document, group.name, &group, out);
    }
    cadre__json_close(out, '}');
}

static int add_errors(struct cadre__schemas *schemas)
{
    int r =
        cadre__schemas_add_text(schemas, "HTTPValidationError", CADRE_STR(HTTP_VALIDATION_ERROR));

    return r < 0 ? r
                 : cadre__schemas_add_text(schemas, "ValidationError", CADRE_STR(VALIDATION_ERROR));
}

static void put_components(const struct cadre__components *components, struct cadre__json_out *out)
{
    bool has_schemas = cadre__schemas_has_any(components->schemas);

    if (!has_schemas && components->schemes.n == 0)
        return;
    cadre__json_key(out, "components");
    cadre__json_open(out, '{');
    if (has_schemas) {
        cadre__json_key(out, "schemas");
        cadre__json_open(out, '{');
        cadre__schemas_put_all(components->schemas, out);
        cadre__json_close(out, '}');
    }
    if (components->schemes.n > 0) {
        cadre__json_key(out, "securitySchemes");
        cadre__json_open(out, '{');
        cadre__schemes_put(&components->schemes, out);
        cadre__json_close(out, '}');
    }
    cadre__json_close(out, '}');
}

static void put_rest(struct cadre__document *document, const struct cadre_module *module,
                     struct cadre__json_out *out)
{
    const struct group paths = {.place = CADRE__OPERATION_PATH};
    const struct group webhooks = {.place = CADRE__OPERATION_WEBHOOK};
    int r = 0;

    put_group(document, "paths", &paths, out);
    if (first_in(document, &webhooks) < document->n)
        put_group(document, "webhooks", &webhooks, out);
    if (document->components.refers_to_errors)
        r = add_errors(document->components.schemas);
    if (r < 0)
        out->buf->error = r;
    put_components(&document->components, out);
    cadre__openapi_info_put_tags(module->openapi, out);
    cadre__json_close(out, '}');
}

int cadre__openapi_make(const struct cadre__mount *mount, const struct cadre_module *module,
                        struct cadre__openapi *ret)
{
    struct cadre__document document = {0};
    struct cadre__buf begin, rest;
    struct cadre__json_out out = {.buf = &begin};
    int r = cadre__document_collect(&document, mount, module);

    cadre__buf_init(&begin);
    cadre__buf_init(&rest);
    if (r == 0) {
        put_begin(mount, module, &out);
        out.buf = &rest;
        put_rest(&document, module, &out);
        r = begin.error < 0 ? begin.error : rest.error;
    }
    if (r == 0) {
        *ret = (struct cadre__openapi){.begin = cadre__buf_take(&begin),
                                       .rest = cadre__buf_take(&rest),
                                       .more = module->openapi,
                                       .roots = document.components.roots};
        document.components.roots.all = NULL; /* taken */
    }
    cadre__buf_done(&begin);
    cadre__buf_done(&rest);
    cadre__document_done(&document);
    return r;
}

void cadre__openapi_done(struct cadre__openapi *openapi)
{
    free(openapi->begin);
    free(openapi->rest);
    free(openapi->roots.all);
    *openapi = (struct cadre__openapi){0};
}

int cadre__roots_add(struct cadre__roots *roots, size_t at)
{
    size_t *grown = reallocarray(roots->all, roots->n + 1, sizeof(*grown));

    if (grown == NULL)
        return -ENOMEM;
    roots->all = grown;
    roots->all[roots->n++] = at;
    return 0;
}

/* What is behind the servers, with the root in its places. */
static void put_rooted(const struct cadre__openapi *openapi, struct cadre_str root,
                       struct cadre__buf *out)
{
    struct cadre__buf quoted;
    struct cadre__json_out json = {.buf = &quoted};
    size_t at = 0;

    cadre__buf_init(&quoted);
    cadre__json_str(&json, root);
    for (size_t i = 0; quoted.error == 0 && i < openapi->roots.n; i++) {
        cadre__buf_append(out, openapi->rest + at, openapi->roots.all[i] - at);
        cadre__buf_append(out, quoted.data + 1, quoted.len - 2);
        at = openapi->roots.all[i];
    }
    cadre__buf_puts(out, openapi->rest + at);
    if (quoted.error < 0)
        out->error = quoted.error;
    cadre__buf_done(&quoted);
}

/* Where the API is: at the root, and where the module says. */
static void put_servers(const struct cadre_openapi *more, struct cadre_str root,
                        struct cadre__json_out *out)
{
    bool has_own = more != NULL && more->servers != NULL && more->servers->url != NULL;
    bool has_root = root.len > 0 && !(has_own && more->no_root_server) &&
                    !cadre__openapi_info_has_server(more, root);

    if (!has_root && !has_own)
        return;
    cadre__json_key(out, "servers");
    cadre__json_open(out, '[');
    if (has_root) {
        cadre__json_open(out, '{');
        cadre__json_key(out, "url");
        cadre__json_str(out, root);
        cadre__json_close(out, '}');
    }
    cadre__openapi_info_put_servers(more, out);
    cadre__json_close(out, ']');
}

void cadre__openapi_text(const struct cadre__openapi *openapi, struct cadre_str root,
                         struct cadre__buf *out)
{
    struct cadre__json_out json = {.buf = out, .wants_comma = true};

    cadre__buf_puts(out, openapi->begin);
    put_servers(openapi->more, root, &json);
    put_rooted(openapi, root, out);
}
