/* SPDX-License-Identifier: MIT */
/* The operations of a document: api/openapi_collect.h. */
#include "config.h"

#include "api/openapi_collect.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/unique.h"

#define SCHEMA_PREFIX "#/components/schemas/"

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
    const struct cadre__document *document = document_;

    for (size_t i = 0; i < document->n; i++) {
        if (strcmp(document->operations[i].id, id) == 0)
            return true;
    }
    return false;
}

/* Its own, or name, path and method with '_' for all else; with a number where that is taken.
 * NULL: no memory. */
static char *id_of(const struct cadre__document *document, const struct cadre__operation *operation)
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

static bool is_there(const struct cadre__document *document, const char *path, const char *method)
{
    for (size_t i = 0; i < document->n; i++) {
        if (document->operations[i].place == CADRE__OPERATION_PATH &&
            strcmp(document->operations[i].path, path) == 0 &&
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
static int set_path(const struct cadre__document *document, struct cadre__operation *operation)
{
    operation->names = &operation->route->pattern;
    if (operation->place != CADRE__OPERATION_PATH) {
        operation->path = strdup(operation->route->text);
        return operation->path != NULL ? 0 : -ENOMEM;
    }
    operation->path = path_of(operation->route);
    for (size_t i = 0; operation->path != NULL && i < document->n; i++) {
        const struct cadre__operation *other = &document->operations[i];

        if (other->place != CADRE__OPERATION_PATH ||
            !is_same_template(other->path, operation->path))
            continue;
        free(operation->path);
        operation->path = strdup(other->path);
        operation->names = other->names;
        break;
    }
    return operation->path != NULL ? 0 : -ENOMEM;
}

/* Adds one, of which id and path are not set; unless an earlier row takes its requests. 0; -ENOMEM.
 */
static int add_operation(struct cadre__document *document, struct cadre__operation operation)
{
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
    if (operation.place == CADRE__OPERATION_PATH &&
        is_there(document, operation.path, operation.method)) {
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

static int add_route(struct cadre__document *document, const struct cadre__mount_route *route)
{
    int r = 0;

    if (!is_documented(route))
        return 0;
    for (size_t i = 0; r == 0 && i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (route->is_any ? methods[i].is_of_any
                          : strcmp(route->row->method, methods[i].upper) == 0)
            r = add_operation(
                document, (struct cadre__operation){.route = route, .method = methods[i].lower});
    }
    return r;
}

/* --- what is described only --- */

static const char *lower_of(const char *method)
{
    size_t i = 0;

    while (i + 1 < sizeof(methods) / sizeof(methods[0]) && strcmp(methods[i].upper, method) != 0)
        i++;
    return methods[i].lower;
}

/* Adds a table of webhooks, or of the callbacks of an operation. 0; -ENOMEM. */
static int add_described(struct cadre__document *document, const struct cadre_route *rows,
                         enum cadre__operation_place place, size_t parent)
{
    static const enum cadre__described_kind kinds[] = {
        [CADRE__OPERATION_WEBHOOK] = CADRE__DESCRIBED_WEBHOOKS,
        [CADRE__OPERATION_CALLBACK] = CADRE__DESCRIBED_CALLBACKS,
    };
    struct cadre__described described, *grown;
    struct cadre__buf errors;
    int r;

    if (rows == NULL)
        return 0;
    grown = reallocarray(document->described, document->n_described + 1, sizeof(*grown));
    if (grown == NULL)
        return -ENOMEM;
    document->described = grown;
    cadre__buf_init(&errors);
    r = cadre__described_new(rows, kinds[place], &errors, &described); /* checked at load */
    cadre__buf_done(&errors);
    if (r < 0)
        return r;
    document->described[document->n_described++] = described;
    for (size_t i = 0; r == 0 && i < described.n; i++)
        r = add_operation(document, (struct cadre__operation){
                                        .place = place,
                                        .parent = parent,
                                        .route = &described.routes[i],
                                        .method = lower_of(described.routes[i].row->method)});
    return r;
}

static int add_callbacks(struct cadre__document *document)
{
    size_t n_paths = document->n;
    int r = 0;

    for (size_t i = 0; r == 0 && i < n_paths; i++)
        r = add_described(document, document->operations[i].route->row->callbacks,
                          CADRE__OPERATION_CALLBACK, i);
    return r;
}

/* --- all --- */

int cadre__document_collect(struct cadre__document *document, const struct cadre__mount *mount,
                            const struct cadre_module *module)
{
    int r = cadre__schemas_new(SCHEMA_PREFIX, &document->components.schemas);

    for (size_t i = 0; r == 0 && i < mount->n_routes; i++)
        r = add_route(document, &mount->routes[i]);
    if (r == 0)
        r = add_callbacks(document);
    if (r == 0)
        r = add_described(document, module->webhooks, CADRE__OPERATION_WEBHOOK, 0);
    for (size_t i = 0; r == 0 && i < document->n; i++) {
        r = cadre__operation_add_models(&document->operations[i], document->components.schemas);
        if (r == 0)
            r = cadre__schemes_add(&document->components.schemes, &document->operations[i]);
    }
    return r < 0 ? r : cadre__schemas_settle(document->components.schemas);
}

void cadre__document_done(struct cadre__document *document)
{
    for (size_t i = 0; i < document->n; i++) {
        free(document->operations[i].path);
        free(document->operations[i].id);
    }
    for (size_t i = 0; i < document->n_described; i++)
        cadre__described_done(&document->described[i]);
    free(document->operations);
    free(document->described);
    cadre__schemas_free(document->components.schemas);
    cadre__schemes_done(&document->components.schemes);
    free(document->components.roots.all);
}
