/* SPDX-License-Identifier: MIT */
/*
 * A module at its mount: web/mount.h. The checks of a module's table are here, so that a bad one
 * is refused with the place in its source before the server starts; and the search that each
 * request makes.
 */
#include "web/mount.h"

#include "base/bytes.h"

#include "base/str.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* The methods that a route may have; of these OPTIONS and HEAD have an answer of their own too. */
static const char *const methods[] = {
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", NULL,
};

#define N_METHODS (sizeof(methods) / sizeof(methods[0]) - 1)

static int method_index(struct cadre_str method)
{
    for (int i = 0; methods[i] != NULL; i++) {
        if (cadre_str_eq(method, cadre_str_from(methods[i])))
            return i;
    }
    return -1;
}

/* --- checks while the process starts --- */

int cadre__mount_path_check(const char *path, char *why, size_t why_size)
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
            wrong = "it holds a character that a mount cannot have";
    }
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
    size_t begin;

    if (errors->len > 0)
        cadre__buf_putc(errors, '\n');
    begin = errors->len;
    if (row->file != NULL)
        cadre__buf_printf(errors, "%s:%u: ", row->file, row->line);
    else
        cadre__buf_printf(errors, "row %zu of the routes: ", index + 1);
    cadre__buf_printf(errors, "route \"%s %s\": %s", row->method,
                      row->pattern != NULL ? row->pattern : "", text);
    for (size_t i = begin; i < errors->len; i++) {
        if ((unsigned char)errors->data[i] < 0x20)
            errors->data[i] = '?'; /* an error is one line, whatever a pattern holds */
    }
}

static void check_method(struct cadre__buf *errors, const struct cadre_route *row, size_t index)
{
    char text[200];
    const char *nearest;

    if (method_index(cadre_str_from(row->method)) >= 0)
        return;
    nearest = cadre__str_nearest(row->method, methods);
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

/* A row that can never be reached, since an earlier one takes all that it would match. */
static void check_duplicate(struct cadre__buf *errors, const struct cadre__mount *mount,
                            size_t index)
{
    const struct cadre__mount_route *route = &mount->routes[index];
    char text[400];

    for (size_t i = 0; i < index; i++) {
        const struct cadre__mount_route *other = &mount->routes[i];

        if (!cadre_str_eq(route->method, other->method) ||
            !cadre__pattern_is_same(&route->pattern, &other->pattern))
            continue;
        if (other->row->file != NULL)
            snprintf(text, sizeof(text),
                     "it is there already, at %s:%u: it would never be reached; remove one",
                     other->row->file, other->row->line);
        else
            snprintf(text, sizeof(text),
                     "it is there already, as row %zu: it would never be reached; remove one",
                     i + 1);
        add_row_error(errors, route->row, index, text);
        return;
    }
}

static int add_route(struct cadre__buf *errors, struct cadre__mount *mount,
                     const struct cadre_route *row, size_t index)
{
    struct cadre__mount_route *route = &mount->routes[index];
    char why[300];
    int r;

    route->row = row;
    route->method = cadre_str_from(row->method);
    check_method(errors, row, index);
    if (row->handler == NULL)
        add_row_error(errors, row, index, "it has no handler");
    r = cadre__pattern_parse(row->pattern, why, sizeof(why), &route->pattern);
    if (r == -EINVAL)
        add_row_error(errors, row, index, why);
    else if (r < 0)
        return r;
    else
        check_duplicate(errors, mount, index);
    return 0;
}

/* Where a path is in the table. Its length and its last bytes tell most paths apart. */
static uint32_t hash_path(const struct cadre__mount *mount, struct cadre_str path)
{
    uint32_t hash = (uint32_t)path.len * 31;

    if (path.len > 0)
        hash += (unsigned char)path.ptr[path.len - 1] + (unsigned char)path.ptr[path.len / 2] * 7u;
    return hash & mount->path_mask;
}

/* Chains the routes. From the last to the first, so that each goes in front. */
static int index_routes(struct cadre__mount *mount)
{
    size_t size = 8;

    while (size < 2 * mount->n_routes)
        size *= 2;
    mount->by_path = calloc(size, sizeof(*mount->by_path));
    if (mount->by_path == NULL)
        return -ENOMEM;
    mount->path_mask = (uint32_t)size - 1;
    for (size_t i = mount->n_routes; i > 0; i--) {
        struct cadre__mount_route *route = &mount->routes[i - 1];
        uint32_t *chain = &mount->first_open;

        if (route->pattern.n_params == 0) {
            route->literal = cadre_str_from(route->row->pattern);
            chain = &mount->by_path[hash_path(mount, route->literal)];
        }
        route->next = *chain;
        *chain = (uint32_t)i;
    }
    return 0;
}

static int add_routes(struct cadre__mount *mount, const struct cadre_route *rows, char *why,
                      size_t why_size)
{
    struct cadre__buf errors;
    size_t n = 0;
    int r = 0;

    while (rows[n].method != NULL)
        n++;
    if (n == 0)
        return 0;
    mount->routes = calloc(n, sizeof(*mount->routes));
    if (mount->routes == NULL)
        return -ENOMEM;
    mount->n_routes = n;
    cadre__buf_init(&errors);
    for (size_t i = 0; i < n && r == 0; i++)
        r = add_route(&errors, mount, &rows[i], i);
    if (r == 0 && errors.error < 0)
        r = errors.error;
    if (r == 0 && errors.len > 0) {
        snprintf(why, why_size, "%s", cadre__buf_text(&errors));
        r = -EINVAL;
    }
    cadre__buf_done(&errors);
    return r < 0 ? r : index_routes(mount);
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
    mount->path_len = strlen(options->path);
    if (options->path[mount->path_len - 1] == '/')
        mount->path_len--;
    mount->path = strndup(options->path, mount->path_len);
    r = mount->path == NULL ? -ENOMEM : 0;
    if (r == 0 && options->routes != NULL)
        r = add_routes(mount, options->routes, why, why_size);
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
        cadre__pattern_done(&mount->routes[i].pattern);
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

/* --- for each request --- */

/* All methods that the path can be asked by: those of its routes, HEAD with GET, OPTIONS always. */
static void write_allow(char allow[CADRE__ALLOW_SIZE], const bool has[N_METHODS])
{
    size_t len = 0;

    for (size_t i = 0; i < N_METHODS; i++) {
        bool is_there = has[i] || strcmp(methods[i], "OPTIONS") == 0 ||
                        (strcmp(methods[i], "HEAD") == 0 && has[0]);

        if (is_there)
            len += (size_t)snprintf(allow + len, CADRE__ALLOW_SIZE - len, "%s%s",
                                    len > 0 ? ", " : "", methods[i]);
    }
}

/* The slow way, once no row has answered: which methods would have. */
static enum cadre__mount_outcome find_methods(const struct cadre__mount *mount,
                                              struct cadre_str path, char allow[CADRE__ALLOW_SIZE])
{
    struct cadre_str params[CADRE__PATTERN_PARAMS_MAX];
    bool has[N_METHODS] = {false};
    bool has_any = false;

    for (size_t i = 0; i < mount->n_routes; i++) {
        const struct cadre__mount_route *route = &mount->routes[i];

        if (!cadre__pattern_match(&route->pattern, path, params))
            continue;
        has[method_index(route->method)] = true;
        has_any = true;
    }
    if (!has_any)
        return CADRE__MOUNT_NO_PATH;
    write_allow(allow, has);
    return CADRE__MOUNT_NO_METHOD;
}

/* The number of the first route whose path is just this one; 0: none. */
static inline uint32_t find_literal(const struct cadre__mount *mount, struct cadre_str method,
                                    struct cadre_str path)
{
    uint32_t found = mount->by_path[hash_path(mount, path)];

    while (found > 0) {
        const struct cadre__mount_route *route = &mount->routes[found - 1];

        if (cadre__same_text(route->literal, path) && cadre__same_text(route->method, method))
            break;
        found = route->next;
    }
    return found;
}

const struct cadre__mount_route *cadre__mount_find_literal(const struct cadre__mount *mount,
                                                           struct cadre_str method,
                                                           struct cadre_str path)
{
    if (mount->n_routes == 0)
        return NULL;
    uint32_t found = find_literal(mount, method, path);

    return found > 0 && (mount->first_open == 0 || found < mount->first_open)
               ? &mount->routes[found - 1]
               : NULL;
}

/* The first route that takes both: of those whose path is just this one, or, before it, of those
 * with parameters. */
static const struct cadre__mount_route *find_route(const struct cadre__mount *mount,
                                                   struct cadre_str method, struct cadre_str path,
                                                   struct cadre_str *params)
{
    const struct cadre__mount_route *route;
    uint32_t found = find_literal(mount, method, path);

    for (uint32_t at = mount->first_open; at > 0 && (found == 0 || at < found); at = route->next) {
        route = &mount->routes[at - 1];
        if (cadre__same_text(route->method, method) &&
            cadre__pattern_match(&route->pattern, path, params))
            return route;
    }
    return found > 0 ? &mount->routes[found - 1] : NULL;
}

enum cadre__mount_outcome cadre__mount_find(const struct cadre__mount *mount,
                                            struct cadre_str method, struct cadre_str path,
                                            const struct cadre__mount_route **ret_route,
                                            struct cadre_str params[CADRE__PATTERN_PARAMS_MAX],
                                            char allow[CADRE__ALLOW_SIZE])
{
    const struct cadre__mount_route *route;

    if (mount->n_routes == 0)
        return CADRE__MOUNT_NO_PATH;
    route = find_route(mount, method, path, params);
    if (route == NULL && cadre_str_eq(method, CADRE_STR("HEAD")))
        route = find_route(mount, CADRE_STR("GET"), path, params);
    if (route == NULL)
        return find_methods(mount, path, allow);
    *ret_route = route;
    return CADRE__MOUNT_FOUND;
}
