/* SPDX-License-Identifier: MIT */
/*
 * A module at its mount: web/mount.h. The checks of a module's table are here, so that a bad one
 * is refused with the place in its source before the server starts. The search that each request
 * makes is in web/mount_find.c.
 */
#include "web/mount.h"

#include "base/str.h"
#include "web/converter.h"
#include "web/errors.h"
#include "web/middleware.h"
#include "web/mount_row.h"
#include "web/typed.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* --- checks while the process starts --- */

const char *cadre__mount_path_misfit(const char *path)
{
    const char *wrong = NULL;

    if (path[0] != '/')
        wrong = "it does not begin with '/'";
    else if (strstr(path, "//") != NULL)
        wrong = "it holds \"//\"";
    for (const char *part = path; wrong == NULL && part[0] == '/';
         part += 1 + strcspn(part + 1, "/")) {
        size_t len = strcspn(part + 1, "/");

        if ((len == 1 && part[1] == '.') || (len == 2 && part[1] == '.' && part[2] == '.'))
            wrong = "it holds \".\" or \"..\"";
    }
    for (const char *c = path; wrong == NULL && *c != '\0'; c++) {
        if ((unsigned char)*c <= 0x20 || *c == 0x7f || strchr("{}?#%\"\\<>^`|", *c) != NULL)
            wrong = "it holds a character that has no place there";
    }
    return wrong;
}

int cadre__mount_path_check(const char *path, char *why, size_t why_size)
{
    const char *wrong = cadre__mount_path_misfit(path);

    if (wrong == NULL)
        return 0;
    snprintf(why, why_size, "mount \"%s\" is not a path: %s; write \"/\" or \"/name\"", path,
             wrong);
    return -EINVAL;
}

/* "shop.c:12: route \"GET /items\": " in front of what is wrong with a row. */
static void add_row_error(struct cadre__buf *errors, const struct cadre_route *row, size_t index,
                          const char *text)
{
    const char *pattern = row->pattern != NULL ? row->pattern : "";

    if (row->file != NULL)
        cadre__buf_line(errors, "%s:%u: route \"%s %s\": %s", row->file, row->line, row->method,
                        pattern, text);
    else
        cadre__buf_line(errors, "row %zu of the routes: route \"%s %s\": %s", index + 1,
                        row->method, pattern, text);
}

static void check_method(struct cadre__buf *errors, const struct cadre_route *row, size_t index)
{
    char text[200];
    const char *nearest;

    if (strcmp(row->method, "*") == 0 || cadre__route_is_websocket(row) ||
        cadre__mount_method_index(cadre_str_from(row->method)) >= 0)
        return;
    nearest = cadre__str_nearest(row->method, cadre__mount_methods);
    if (nearest != NULL)
        snprintf(text, sizeof(text), "\"%.40s\" is not a method: did you mean \"%s\"?", row->method,
                 nearest);
    else
        snprintf(text, sizeof(text),
                 "\"%.40s\" is not a method: it is one of GET, HEAD, POST, PUT, PATCH, DELETE, "
                 "OPTIONS",
                 row->method);
    add_row_error(errors, row, index, text);
}

/* An earlier one that takes all that this one would match; NULL: none. */
static const struct cadre__mount_route *find_same(const struct cadre__mount *mount, size_t index)
{
    const struct cadre__mount_route *route = &mount->routes[index];

    for (size_t i = 0; i < index; i++) {
        const struct cadre__mount_route *other = &mount->routes[i];

        if (cadre_str_eq(route->method, other->method) && route->has_host == other->has_host &&
            (!route->has_host || cadre__pattern_is_same(&route->host, &other->host)) &&
            cadre__pattern_is_same(&route->pattern, &other->pattern))
            return other;
    }
    return NULL;
}

/* A row that can never be reached. */
static void check_duplicate(struct cadre__buf *errors, const struct cadre__mount *mount,
                            size_t index)
{
    const struct cadre__mount_route *other = find_same(mount, index);
    char text[400];

    if (other == NULL)
        return;
    if (other->is_own)
        snprintf(text, sizeof(text),
                 "the module has its documentation on that path: remove the route, or give "
                 "openapi_url, docs_url or redoc_url another path");
    else if (other->row->file != NULL)
        snprintf(text, sizeof(text),
                 "it is there already, at %s:%u: it would never be reached; remove one",
                 other->row->file, other->row->line);
    else
        snprintf(text, sizeof(text),
                 "it is there already, as row %zu: it would never be reached; remove one",
                 (size_t)(other - mount->routes) + 1);
    add_row_error(errors, mount->routes[index].row, index, text);
}

/* --- tables in tables --- */

/* What is around a row: the prefixes, names and host of the mounts that it is in. */
struct around {
    const struct around *outer; /* NULL: the module's own table */
    const struct cadre_route *row;
    const char *host;   /* NULL: none */
    bool is_deprecated; /* it, or one around it */
};

struct builder {
    struct cadre__mount *mount;
    const struct cadre__mount_options *options;
    const struct cadre_converter *converters;
    struct cadre__buf errors;
};

static size_t depth_of(const struct around *around)
{
    return around == NULL ? 0 : 1 + depth_of(around->outer);
}

static size_t count_routes(const struct cadre_route *rows, unsigned depth)
{
    size_t n = 0;

    for (; rows != NULL && rows->method != NULL; rows++) {
        if (rows->routes == NULL)
            n++;
        else if (depth < CADRE__MOUNT_DEPTH)
            n += count_routes(rows->routes, depth + 1);
    }
    return n;
}

/* The prefixes, from the outermost; one's '/' at its end gives way to that of what follows. */
static void put_prefix(struct cadre__buf *buf, const struct around *around)
{
    const char *prefix;
    size_t len;

    if (around == NULL)
        return;
    put_prefix(buf, around->outer);
    prefix = around->row->pattern != NULL ? around->row->pattern : "";
    len = strlen(prefix);
    cadre__buf_append(buf, prefix, len > 0 && prefix[len - 1] == '/' ? len - 1 : len);
}

static void put_names(struct cadre__buf *buf, const struct around *around)
{
    if (around == NULL)
        return;
    put_names(buf, around->outer);
    if (around->row->name != NULL)
        cadre__buf_printf(buf, "%s:", around->row->name);
}

/* Sets the texts of a route: its whole pattern, its name. 0; -ENOMEM. */
static int set_texts(struct cadre__mount_route *route, const struct around *around)
{
    const struct cadre_route *row = route->row;
    const char *name = row->name != NULL ? row->name : row->handler_name;
    struct cadre__buf buf;

    cadre__buf_init(&buf);
    put_names(&buf, around);
    cadre__buf_puts(&buf, name != NULL ? name : "");
    route->name = cadre__buf_take(&buf);
    route->text = row->pattern;
    if (around != NULL && row->pattern != NULL) {
        put_prefix(&buf, around);
        cadre__buf_puts(&buf, row->pattern);
        route->text = route->own_text = cadre__buf_take(&buf);
        if (route->own_text == NULL)
            return -ENOMEM;
    }
    return route->name != NULL ? 0 : -ENOMEM;
}

static bool shares_a_name(const struct cadre__pattern *a, const struct cadre__pattern *b)
{
    for (size_t i = 0; i < a->n_params; i++) {
        for (size_t k = 0; k < b->n_params; k++) {
            if (strcmp(cadre__pattern_param_name(a, i), cadre__pattern_param_name(b, k)) == 0)
                return true;
        }
    }
    return false;
}

static int parse_host(struct builder *builder, struct cadre__mount_route *route, size_t index)
{
    char why[300], text[400];
    int r = cadre__pattern_parse_host(route->host_text, builder->converters, why, sizeof(why),
                                      &route->host);

    if (r == -EINVAL) {
        snprintf(text, sizeof(text), "host \"%.40s\": %s", route->host_text, why);
        add_row_error(&builder->errors, route->row, index, text);
    }
    if (r < 0)
        return r == -EINVAL ? 0 : r;
    route->has_host = builder->mount->has_hosts = true;
    if (shares_a_name(&route->pattern, &route->host))
        add_row_error(&builder->errors, route->row, index,
                      "its path and its host have a parameter of the same name");
    if (route->pattern.n_params + route->host.n_params > CADRE__PATTERN_PARAMS_MAX)
        add_row_error(&builder->errors, route->row, index, "it has too many parameters");
    return 0;
}

/* Notes the rows of the tables around it. 0; -ENOMEM. */
static int note_mounts(struct cadre__mount_route *route, const struct around *around)
{
    route->n_mounts = depth_of(around);
    if (around == NULL)
        return 0;
    route->mounts = calloc(route->n_mounts, sizeof(*route->mounts));
    if (route->mounts == NULL)
        return -ENOMEM;
    for (size_t i = route->n_mounts; around != NULL; around = around->outer)
        route->mounts[--i] = around->row;
    return 0;
}

/* What else the row declares; each thing that is wrong with it is an error of the row. */
static int add_plan(struct builder *builder, struct cadre__mount_route *route, size_t index)
{
    struct cadre__typed_route typed = {
        .row = route->row,
        .mounts = route->mounts,
        .n_mounts = route->n_mounts,
        .pattern = &route->pattern,
        .host = route->has_host ? &route->host : NULL,
        .options = builder->options,
    };
    struct cadre__buf errors;
    char *rest, *line;
    int r;

    if (builder->options->typed == NULL)
        return 0;
    cadre__buf_init(&errors);
    r = builder->options->typed->plan(&typed, &errors, &route->plan);
    if (r == -EINVAL) {
        rest = errors.data;
        while ((line = strsep(&rest, "\n")) != NULL)
            add_row_error(&builder->errors, route->row, index, line);
        r = 0;
    }
    cadre__buf_done(&errors);
    return r;
}

static int add_route(struct builder *builder, const struct cadre_route *row,
                     const struct around *around)
{
    struct cadre__mount *mount = builder->mount;
    size_t index = mount->n_routes++;
    struct cadre__mount_route *route = &mount->routes[index];
    char why[300];
    int r;

    route->row = row;
    route->method = cadre_str_from(row->method);
    route->is_any = strcmp(row->method, "*") == 0;
    if (cadre__route_is_websocket(row)) {
        route->method = CADRE__METHOD_WEBSOCKET;
        route->is_websocket = mount->has_websockets = true;
    }
    check_method(&builder->errors, row, index);
    if (row->handler == NULL)
        add_row_error(&builder->errors, row, index, "it has no handler");
    if (route->is_websocket && row->sync)
        add_row_error(&builder->errors, row, index,
                      "the handler of a WebSocket is async: remove `.sync`, and have "
                      "cadre_to_thread do what blocks");
    r = set_texts(route, around);
    if (r == 0)
        r = note_mounts(route, around);
    if (r < 0)
        return r;
    /* An empty one is the prefix itself. */
    if (around != NULL && row->pattern != NULL && row->pattern[0] != '/' && row->pattern[0] != '\0')
        r = cadre__pattern_parse(row->pattern, builder->converters, why, sizeof(why),
                                 &route->pattern);
    else
        r = cadre__pattern_parse(route->text, builder->converters, why, sizeof(why),
                                 &route->pattern);
    if (r == -EINVAL) {
        add_row_error(&builder->errors, row, index, why);
        return 0;
    }
    if (r < 0)
        return r;
    route->is_deprecated = row->deprecated || (around != NULL && around->is_deprecated);
    route->host_text = row->host != NULL ? row->host : around != NULL ? around->host : NULL;
    if (route->host_text != NULL)
        r = parse_host(builder, route, index);
    if (r == 0)
        r = add_plan(builder, route, index);
    check_duplicate(&builder->errors, mount, index);
    return r;
}

/* A row that is a mount; a line for each thing that is wrong with it. */
static bool check_mount_row(struct builder *builder, const struct cadre_route *row,
                            const struct around *around)
{
    size_t index = builder->mount->n_routes;
    struct cadre__buf why;
    bool is_right = false;

    cadre__buf_init(&why);
    if (row->pattern != NULL && row->pattern[0] != '\0' && row->pattern[0] != '/')
        add_row_error(&builder->errors, row, index,
                      "the prefix of a mount does not begin with '/'");
    else if (depth_of(around) >= CADRE__MOUNT_DEPTH)
        add_row_error(&builder->errors, row, index,
                      "tables are mounted in one another too deeply: does one hold itself?");
    else if (!cadre__mount_row_check(row, &why))
        add_row_error(&builder->errors, row, index, cadre__buf_text(&why));
    else
        is_right = true;
    cadre__buf_done(&why);
    return is_right;
}

static int add_table(struct builder *builder, const struct cadre_route *rows,
                     const struct around *around)
{
    int r = 0;

    for (; r == 0 && rows->method != NULL; rows++) {
        const struct around inner = {
            .outer = around,
            .row = rows,
            .host = rows->host != NULL ? rows->host
                    : around != NULL   ? around->host
                                       : NULL,
            .is_deprecated = rows->deprecated || (around != NULL && around->is_deprecated),
        };

        if (rows->routes == NULL)
            r = add_route(builder, rows, around);
        else if (check_mount_row(builder, rows, around))
            r = add_table(builder, rows->routes, &inner);
    }
    return r;
}

/* --- Cadre's own --- */

static void free_route(const struct cadre__mount *mount, struct cadre__mount_route *route)
{
    cadre__pattern_done(&route->pattern);
    cadre__pattern_done(&route->host);
    if (route->plan != NULL)
        mount->typed->plan_free(route->plan);
    free(route->name);
    free(route->own_text);
    free(route->mounts);
    *route = (struct cadre__mount_route){0};
}

/* Rows of Cadre's own, whose paths were checked; one that is there already is left out. */
static int add_own(struct builder *builder, const struct cadre_route *rows)
{
    struct cadre__mount *mount = builder->mount;
    char why[300];
    int r = 0;

    for (; r == 0 && rows != NULL && rows->method != NULL; rows++) {
        struct cadre__mount_route *route = &mount->routes[mount->n_routes++];

        *route = (struct cadre__mount_route){
            .row = rows, .method = cadre_str_from(rows->method), .is_own = true};
        r = set_texts(route, NULL);
        if (r == 0)
            r = cadre__pattern_parse(rows->pattern, NULL, why, sizeof(why), &route->pattern);
        if (r == 0 && find_same(mount, mount->n_routes - 1) != NULL)
            free_route(mount, &mount->routes[--mount->n_routes]);
    }
    return r;
}

/* What of the module as a whole is wrong with its documentation. */
static int make_docs(struct builder *builder, struct cadre__own_rows *ret_rows)
{
    const struct cadre__mount_options *options = builder->options;

    if (options->typed == NULL || options->typed->docs_new == NULL)
        return 0;
    return options->typed->docs_new(options, &builder->errors, ret_rows, &builder->mount->docs);
}

/* --- the index --- */

/* Above so many in one chain, all bytes of a path are hashed. */
#define CHAIN_MAX 4

/* Chains the literal routes, from the last to the first, so that each goes in front. The longest
 * chain. */
static size_t chain_literals(struct cadre__mount *mount)
{
    size_t longest = 0;

    memset(mount->by_path, 0, ((size_t)mount->path_mask + 1) * sizeof(*mount->by_path));
    for (size_t i = mount->n_routes; i > 0; i--) {
        struct cadre__mount_route *route = &mount->routes[i - 1];
        uint32_t *chain;
        size_t len = 1;

        if (route->literal.ptr == NULL)
            continue;
        chain = &mount->by_path[cadre__mount_hash(mount, route->literal)];
        route->next = *chain;
        *chain = (uint32_t)i;
        for (uint32_t at = route->next; at > 0; at = mount->routes[at - 1].next)
            len += !cadre_str_eq(mount->routes[at - 1].literal, route->literal);
        longest = len > longest ? len : longest;
    }
    return longest;
}

static int index_routes(struct cadre__mount *mount)
{
    size_t size = 8;
    int r = 0;

    while (size < 2 * mount->n_routes)
        size *= 2;
    mount->by_path = calloc(size, sizeof(*mount->by_path));
    if (mount->by_path == NULL)
        return -ENOMEM;
    mount->path_mask = (uint32_t)size - 1;
    for (size_t i = 0; r == 0 && i < mount->n_routes; i++) {
        struct cadre__mount_route *route = &mount->routes[i];

        if (route->pattern.n_params == 0 && !route->has_host && !route->is_any) {
            route->literal = cadre_str_from(route->text);
            continue;
        }
        if (mount->first_open == 0)
            mount->first_open = (uint32_t)i + 1;
        r = cadre__router_add(&mount->router, &route->pattern, (uint32_t)i + 1);
    }
    if (r == 0 && chain_literals(mount) > CHAIN_MAX) {
        mount->hashes_all = true;
        chain_literals(mount);
    }
    return r;
}

static int add_routes(struct cadre__mount *mount, const struct cadre__mount_options *options,
                      char *why, size_t why_size)
{
    struct builder builder = {
        .mount = mount, .options = options, .converters = options->converters};
    struct cadre__own_rows own = {0};
    size_t n;
    int r;

    r = cadre__converters_check(options->converters, why, why_size);
    if (r == 0)
        r = cadre__errors_check(options->errors, why, why_size);
    if (r < 0 || options->routes == NULL)
        return r;
    cadre__buf_init(&builder.errors);
    r = make_docs(&builder, &own);
    n = count_routes(own.before, 0) + count_routes(options->routes, 0) +
        count_routes(own.behind, 0);
    if (r == 0 || r == -EINVAL) {
        mount->routes = calloc(n + 1, sizeof(*mount->routes));
        r = mount->routes == NULL ? -ENOMEM : 0;
    }
    if (r == 0)
        r = add_own(&builder, own.before);
    if (r == 0)
        r = add_table(&builder, options->routes, NULL);
    if (r == 0)
        r = add_own(&builder, own.behind);
    if (r == 0 && builder.errors.error < 0)
        r = builder.errors.error;
    if (r == 0 && builder.errors.len > 0) {
        snprintf(why, why_size, "%s", cadre__buf_text(&builder.errors));
        r = -EINVAL;
    }
    cadre__buf_done(&builder.errors);
    return r < 0 || n == 0 ? r : index_routes(mount);
}

static int add_layers(struct cadre__mount *mount, const struct cadre__mount_options *options,
                      char *why, size_t why_size)
{
    struct cadre_middleware_setup setup = {
        .module = mount->name, .mount = mount->path, .why = why, .why_size = why_size};

    return cadre__layers_new(options->around, options->middleware, &setup, &mount->layers);
}

int cadre__mount_new(const struct cadre__mount_options *options, char *why, size_t why_size,
                     struct cadre__mount **ret)
{
    struct cadre__mount *mount;
    int r = cadre__mount_path_check(options->path, why, why_size);

    if (r < 0)
        return r;
    mount = calloc(1, sizeof(*mount));
    if (mount == NULL)
        return -ENOMEM;
    mount->name = options->name;
    mount->settings = options->settings;
    mount->settings_value = options->settings_value;
    mount->errors = options->errors;
    mount->typed = options->typed;
    mount->keep_slashes = (options->flags & CADRE_KEEP_SLASHES) != 0;
    cadre__router_init(&mount->router);
    mount->path_len = strlen(options->path);
    if (options->path[mount->path_len - 1] == '/')
        mount->path_len--;
    mount->path = strndup(options->path, mount->path_len);
    r = mount->path == NULL ? -ENOMEM : 0;
    if (r == 0)
        r = add_routes(mount, options, why, why_size);
    if (r == 0)
        r = add_layers(mount, options, why, why_size);
    if (r < 0) {
        cadre__mount_free(mount);
        return r;
    }
    *ret = mount;
    return 0;
}

void cadre__mount_free(struct cadre__mount *mount)
{
    if (mount == NULL)
        return;
    for (size_t i = 0; i < mount->n_routes; i++)
        free_route(mount, &mount->routes[i]);
    if (mount->docs != NULL)
        mount->typed->docs_free(mount->docs);
    cadre__layers_free(mount->layers);
    cadre__router_done(&mount->router);
    free(mount->by_path);
    free(mount->routes);
    free(mount->path);
    free(mount);
}

void cadre__mount_set_state(struct cadre__mount *mount, void *state)
{
    mount->state = state;
}

void cadre__mount_set_server_state(struct cadre__mount *mount, const void *ptr, size_t len)
{
    mount->server_state = ptr;
    mount->server_state_len = len;
}
