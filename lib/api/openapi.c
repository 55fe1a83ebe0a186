/* SPDX-License-Identifier: MIT */
/* The OpenAPI document as a whole: which operations it has, their ids, paths and schemas. */
#include "config.h"

#include "api/openapi.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/unique.h"

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

struct document {
    struct cadre__operation *operations; /* heap */
    size_t n, size;
    struct cadre__components components;
};

/* --- operations --- */

static bool is_documented(const struct cadre__mount_route *route)
{
    if (route->is_own || route->is_websocket || route->row->not_in_schema)
        return false;
    for (size_t i = 0; i < route->n_mounts; i++) {
        if (route->mounts[i]->not_in_schema)
            return false;
    }
    return true;
}

/* The pattern without the types of its parameters. NULL: no memory. */
static char *path_of(const struct cadre__mount_route *route)
{
    struct cadre__buf buf;
    bool is_type = false;

    cadre__buf_init(&buf);
    for (const char *c = route->text; *c != '\0'; c++) {
        bool is_inside = false;

        if (*c == '}')
            is_type = false;
        else if (*c == ':' && buf.len > 0) {
            const char *open = strrchr(cadre__buf_text(&buf), '{');

            is_inside = open != NULL && strchr(open, '}') == NULL;
        }
        is_type |= is_inside;
        if (!is_type)
            cadre__buf_putc(&buf, *c);
    }
    return cadre__buf_take(&buf);
}

static bool is_id_taken(const void *document_, const char *id)
{
    const struct document *document = document_;

    for (size_t i = 0; i < document->n; i++) {
        if (strcmp(document->operations[i].id, id) == 0)
            return true;
    }
    return false;
}

/* Its own, or name, path and method with '_' for all else; with a number where that is taken.
 * NULL: no memory. */
static char *id_of(const struct document *document, const struct cadre__operation *operation)
{
    const struct cadre_route *row = operation->route->row;
    const char *name = row->name != NULL ? row->name : row->handler_name;
    struct cadre__buf buf;

    cadre__buf_init(&buf);
    if (row->operation_id != NULL) {
        cadre__buf_puts(&buf, row->operation_id);
    } else {
        cadre__buf_printf(&buf, "%s%s_%s", name != NULL ? name : "", operation->path,
                          operation->method);
        for (size_t i = 0; i < buf.len; i++) {
            if (!isalnum((unsigned char)buf.data[i]))
                buf.data[i] = '_';
        }
    }
    cadre__unique_name(&buf, is_id_taken, document);
    return cadre__buf_take(&buf);
}

static bool is_there(const struct document *document, const char *path, const char *method)
{
    for (size_t i = 0; i < document->n; i++) {
        if (strcmp(document->operations[i].path, path) == 0 &&
            strcmp(document->operations[i].method, method) == 0)
            return true;
    }
    return false;
}

/* Whether two paths differ at most in the names of their parameters. */
static bool is_same_template(const char *a, const char *b)
{
    while (*a == *b && *a != '\0') {
        if (*a == '{') {
            a += strcspn(a, "}");
            b += strcspn(b, "}");
            continue;
        }
        a++;
        b++;
    }
    return *a == *b;
}

/* Sets path and names. 0; -ENOMEM. */
static int set_path(const struct document *document, struct cadre__operation *operation)
{
    operation->names = &operation->route->pattern;
    operation->path = path_of(operation->route);
    for (size_t i = 0; operation->path != NULL && i < document->n; i++) {
        const struct cadre__operation *other = &document->operations[i];

        if (!is_same_template(other->path, operation->path))
            continue;
        free(operation->path);
        operation->path = strdup(other->path);
        operation->names = other->names;
        break;
    }
    return operation->path != NULL ? 0 : -ENOMEM;
}

/* Adds one, unless an earlier row takes its requests. */
static int add_operation(struct document *document, const struct cadre__mount_route *route,
                         const char *method)
{
    struct cadre__operation operation = {.route = route, .method = method};
    struct cadre__operation *grown;

    if (document->n == document->size) {
        size_t size = document->size == 0 ? 32 : 2 * document->size;

        grown = reallocarray(document->operations, size, sizeof(*grown));
        if (grown == NULL)
            return -ENOMEM;
        document->operations = grown;
        document->size = size;
    }
    if (set_path(document, &operation) < 0)
        return -ENOMEM;
    if (is_there(document, operation.path, method)) {
        free(operation.path);
        return 0;
    }
    operation.id = id_of(document, &operation);
    if (operation.id == NULL) {
        free(operation.path);
        return -ENOMEM;
    }
    document->operations[document->n++] = operation;
    return 0;
}

/* The methods that a path item can have and a row may have, with the ones that "*" stands for. */
static const struct {
    const char *upper, *lower;
    bool is_of_any;
} methods[] = {
    {"GET", "get", true},       {"PUT", "put", true},          {"POST", "post", true},
    {"DELETE", "delete", true}, {"OPTIONS", "options", false}, {"HEAD", "head", false},
    {"PATCH", "patch", true},
};

static int add_route(struct document *document, const struct cadre__mount_route *route)
{
    int r = 0;

    if (!is_documented(route))
        return 0;
    for (size_t i = 0; r == 0 && i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (route->is_any ? methods[i].is_of_any
                          : strcmp(route->row->method, methods[i].upper) == 0)
            r = add_operation(document, route, methods[i].lower);
    }
    return r;
}

static int collect(struct document *document, const struct cadre__mount *mount)
{
    int r = cadre__schemas_new(SCHEMA_PREFIX, &document->components.schemas);

    for (size_t i = 0; r == 0 && i < mount->n_routes; i++)
        r = add_route(document, &mount->routes[i]);
    for (size_t i = 0; r == 0 && i < document->n; i++) {
        r = cadre__operation_add_models(&document->operations[i], document->components.schemas);
        if (r == 0)
            r = cadre__schemes_add(&document->components.schemes, &document->operations[i]);
    }
    return r < 0 ? r : cadre__schemas_settle(document->components.schemas);
}

static void free_document(struct document *document)
{
    for (size_t i = 0; i < document->n; i++) {
        free(document->operations[i].path);
        free(document->operations[i].id);
    }
    free(document->operations);
    cadre__schemas_free(document->components.schemas);
    cadre__schemes_done(&document->components.schemes);
    free(document->components.roots.all);
}

/* --- writing --- */

static void put_begin(const struct cadre__mount *mount, const struct cadre_module *module,
                      struct cadre__json_out *out)
{
    cadre__json_open(out, '{');
    cadre__json_put_text(out, "openapi", "3.1.0");
    cadre__json_key(out, "info");
    cadre__json_open(out, '{');
    cadre__json_put_text(out, "title", module->title != NULL ? module->title : mount->name);
    cadre__json_put_text(out, "description", module->description);
    cadre__json_put_text(out, "version", module->version != NULL ? module->version : "0.1.0");
    cadre__json_close(out, '}');
}

/* The operations of one path, each path where its first one stands. */
static bool put_paths(struct document *document, struct cadre__json_out *out)
{
    bool refers = false;

    cadre__json_key(out, "paths");
    cadre__json_open(out, '{');
    for (size_t i = 0; i < document->n; i++) {
        const char *path = document->operations[i].path;
        size_t k = 0;

        while (strcmp(document->operations[k].path, path) != 0)
            k++;
        if (k < i)
            continue;
        cadre__json_key(out, path);
        cadre__json_open(out, '{');
        for (; k < document->n; k++) {
            const struct cadre__operation *operation = &document->operations[k];

            if (strcmp(operation->path, path) != 0)
                continue;
            cadre__json_key(out, operation->method);
            refers |= cadre__operation_put(operation, &document->components, out);
        }
        cadre__json_close(out, '}');
    }
    cadre__json_close(out, '}');
    return refers;
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

static void put_rest(struct document *document, struct cadre__json_out *out)
{
    int r = put_paths(document, out) ? add_errors(document->components.schemas) : 0;

    if (r < 0)
        out->buf->error = r;
    put_components(&document->components, out);
    cadre__json_close(out, '}');
}

int cadre__openapi_make(const struct cadre__mount *mount, const struct cadre_module *module,
                        struct cadre__openapi *ret)
{
    struct document document = {0};
    struct cadre__buf begin, rest;
    struct cadre__json_out out = {.buf = &begin};
    int r = collect(&document, mount);

    cadre__buf_init(&begin);
    cadre__buf_init(&rest);
    if (r == 0) {
        put_begin(mount, module, &out);
        out.buf = &rest;
        put_rest(&document, &out);
        r = begin.error < 0 ? begin.error : rest.error;
    }
    if (r == 0) {
        *ret = (struct cadre__openapi){cadre__buf_take(&begin), cadre__buf_take(&rest),
                                       document.components.roots};
        document.components.roots.all = NULL; /* taken */
    }
    cadre__buf_done(&begin);
    cadre__buf_done(&rest);
    free_document(&document);
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

void cadre__openapi_text(const struct cadre__openapi *openapi, struct cadre_str root,
                         struct cadre__buf *out)
{
    struct cadre__json_out json = {.buf = out, .wants_comma = true};

    cadre__buf_puts(out, openapi->begin);
    if (root.len > 0) {
        cadre__json_key(&json, "servers");
        cadre__json_open(&json, '[');
        cadre__json_open(&json, '{');
        cadre__json_key(&json, "url");
        cadre__json_str(&json, root);
        cadre__json_close(&json, '}');
        cadre__json_close(&json, ']');
    }
    put_rooted(openapi, root, out);
}
