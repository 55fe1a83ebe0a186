/* SPDX-License-Identifier: MIT */
/*
 * The search for the route of a request in a module: web/mount.h. On the way of every request;
 * allocates nothing.
 */
#include "web/mount.h"

#include "base/bytes.h"
#include <stdio.h>

/* Of these OPTIONS and HEAD have an answer of their own too. */
const char *const cadre__mount_methods[] = {
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", NULL,
};

_Static_assert(sizeof(cadre__mount_methods) / sizeof(cadre__mount_methods[0]) ==
                   CADRE__N_METHODS + 1,
               "the number of methods");

int cadre__mount_method_index(struct cadre_str method)
{
    for (int i = 0; cadre__mount_methods[i] != NULL; i++) {
        if (cadre_str_eq(method, cadre_str_from(cadre__mount_methods[i])))
            return i;
    }
    return -1;
}

/* --- literal paths --- */

/* The number of the first route whose path is just this one; 0: none. */
static inline uint32_t find_literal(const struct cadre__mount *mount, struct cadre_str method,
                                    struct cadre_str path)
{
    uint32_t found = mount->by_path[cadre__mount_hash(mount, path)];

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

/* --- all others --- */

/* A search in the router. */
struct finding {
    const struct cadre__mount *mount;
    const struct cadre__mount_query *query;
    struct cadre_str method;    /* asked for; */
    bool is_websocket;          /* that is CADRE__METHOD_WEBSOCKET */
    bool has[CADRE__N_METHODS]; /* or without one: those that were found */
    bool has_any;
};

static bool takes_host(const struct finding *f, const struct cadre__mount_route *route)
{
    struct cadre_str params[CADRE__PATTERN_PARAMS_MAX];

    return cadre__pattern_match_host(&route->host, f->query->host, params);
}

/* A cadre__router_accept_fn: of the method. */
static bool accept_method(void *arg, uint32_t number)
{
    const struct finding *f = arg;
    const struct cadre__mount_route *route = &f->mount->routes[number - 1];

    return (route->is_any ? !f->is_websocket : cadre__same_text(route->method, f->method)) &&
           (!route->has_host || takes_host(f, route));
}

static void note_method(struct finding *f, const struct cadre__mount_route *route)
{
    if (route->is_websocket)
        return;
    f->has_any = true;
    for (size_t i = 0; route->is_any && i < CADRE__N_METHODS; i++)
        f->has[i] = true;
    if (!route->is_any)
        f->has[cadre__mount_method_index(route->method)] = true;
}

/* A cadre__router_accept_fn that takes none, and notes the methods of all. */
static bool note_all(void *arg, uint32_t number)
{
    struct finding *f = arg;
    const struct cadre__mount_route *route = &f->mount->routes[number - 1];

    if (!route->has_host || takes_host(f, route))
        note_method(f, route);
    return false;
}

/* The number of the first route that takes all, 0 for none: of those whose path is just this one,
 * or, before it, of the others. */
static uint32_t find_route(struct finding *f, struct cadre_str *params)
{
    const struct cadre__mount *mount = f->mount;
    uint32_t literal = find_literal(mount, f->method, f->query->path);
    uint32_t other = 0;

    if (mount->first_open > 0 && (literal == 0 || mount->first_open < literal))
        other = cadre__router_find(&mount->router, f->query->path,
                                   literal > 0 ? literal : UINT32_MAX, accept_method, f, params);
    if (other > 0 && mount->routes[other - 1].has_host)
        (void)cadre__pattern_match_host(&mount->routes[other - 1].host, f->query->host,
                                        params + mount->routes[other - 1].pattern.n_params);
    return other > 0 ? other : literal;
}

/* The methods of all routes that match the path. Whether there are any. */
static bool find_methods(struct finding *f, struct cadre_str path)
{
    struct cadre_str params[CADRE__PATTERN_PARAMS_MAX];
    const struct cadre__mount *mount = f->mount;
    uint32_t at = mount->by_path[cadre__mount_hash(mount, path)];

    for (; at > 0; at = mount->routes[at - 1].next) {
        if (cadre_str_eq(mount->routes[at - 1].literal, path))
            note_method(f, &mount->routes[at - 1]);
    }
    (void)cadre__router_find(&mount->router, path, UINT32_MAX, note_all, f, params);
    return f->has_any;
}

/* Those of the routes, HEAD with GET, OPTIONS always. */
static void write_allow(char allow[CADRE__ALLOW_SIZE], const bool has[CADRE__N_METHODS])
{
    size_t len = 0;

    for (size_t i = 0; i < CADRE__N_METHODS; i++) {
        const char *method = cadre__mount_methods[i];
        bool is_there =
            has[i] || strcmp(method, "OPTIONS") == 0 || (strcmp(method, "HEAD") == 0 && has[0]);

        if (is_there)
            len += (size_t)snprintf(allow + len, CADRE__ALLOW_SIZE - len, "%s%s",
                                    len > 0 ? ", " : "", method);
    }
}

/* Whether the path with a '/' less, or more, at its end has routes. */
static bool has_with_slash(struct finding *f)
{
    struct cadre_str path = f->query->path;
    char longer[1024];

    if (f->mount->keep_slashes || path.len <= 1)
        return false;
    if (path.ptr[path.len - 1] == '/') {
        path.len--;
        return path.ptr[path.len - 1] != '/' && find_methods(f, path);
    }
    if (path.len >= sizeof(longer))
        return false;
    memcpy(longer, path.ptr, path.len);
    longer[path.len] = '/';
    return find_methods(f, (struct cadre_str){longer, path.len + 1});
}

enum cadre__mount_outcome cadre__mount_find(const struct cadre__mount *mount,
                                            const struct cadre__mount_query *query,
                                            const struct cadre__mount_route **ret_route,
                                            struct cadre_str params[CADRE__PATTERN_PARAMS_MAX],
                                            char allow[CADRE__ALLOW_SIZE])
{
    struct finding f = {.mount = mount, .query = query, .method = query->method};
    uint32_t found;

    if (mount->n_routes == 0)
        return CADRE__MOUNT_NO_PATH;
    found = find_route(&f, params);
    if (found == 0 && cadre_str_eq(f.method, CADRE_STR("HEAD"))) {
        f.method = CADRE_STR("GET");
        found = find_route(&f, params);
    }
    if (found > 0) {
        *ret_route = &mount->routes[found - 1];
        return CADRE__MOUNT_FOUND;
    }
    if (find_methods(&f, query->path)) {
        write_allow(allow, f.has);
        return CADRE__MOUNT_NO_METHOD;
    }
    return has_with_slash(&f) ? CADRE__MOUNT_SLASH : CADRE__MOUNT_NO_PATH;
}

const struct cadre__mount_route *cadre__mount_find_websocket(
    const struct cadre__mount *mount, const struct cadre__mount_query *query,
    struct cadre_str params[CADRE__PATTERN_PARAMS_MAX])
{
    struct finding f = {
        .mount = mount, .query = query, .method = CADRE__METHOD_WEBSOCKET, .is_websocket = true};

    uint32_t found = mount->has_websockets ? find_route(&f, params) : 0;

    return found > 0 ? &mount->routes[found - 1] : NULL;
}
