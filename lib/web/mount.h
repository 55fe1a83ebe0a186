/* SPDX-License-Identifier: MIT */
/*
 * A module at its mount: its parsed routes, its state, and the search for the route of a request.
 * Made by web/app.c while the process starts; constant while it serves.
 */
#ifndef CADRE_WEB_MOUNT_H
#define CADRE_WEB_MOUNT_H

#include <stdint.h>

#include "web/app.h"
#include "web/pattern.h"

/* A row of the module's table, ready to be matched. */
struct cadre__mount_route {
    const struct cadre_route *row; /* borrowed from the module */
    struct cadre_str method;       /* row->method */
    struct cadre__pattern pattern;
    struct cadre_str literal; /* row->pattern, where it has no parameters; absent else */
    uint32_t next;            /* the next one to look at, see struct cadre__mount; 0: none */
};

struct cadre__mount {
    /* set at mounting */
    const char *name; /* of the module in the conf; borrowed */
    char *path;       /* "/shop", "" for the root; heap */
    size_t path_len;  /* of path */
    const struct cadre_conf *settings;
    const struct cadre__form_conf *form; /* what forms may have; the app's */
    struct cadre__mount_route *routes;   /* heap */
    size_t n_routes;

    /*
     * Chains of routes in order of declaration, as numbers that begin with 1: one of those with
     * parameters, and a table by the hash of the path for the rest.
     */
    uint32_t first_open;
    uint32_t *by_path;  /* heap */
    uint32_t path_mask; /* its size, a power of two, less 1 */

    /* set when the lifespans are up */
    void *state;
    const void *server_state;
    size_t server_state_len;
};

/* What a path and a method led to. */
enum cadre__mount_outcome {
    CADRE__MOUNT_FOUND,
    CADRE__MOUNT_NO_PATH,   /* 404 */
    CADRE__MOUNT_NO_METHOD, /* 405, or OPTIONS to be answered with Allow */
};

/* The methods of a path, for Allow. */
#define CADRE__ALLOW_SIZE 256

/* 0; -EINVAL with lines in why (see cadre__app_mount); -ENOMEM. */
CADRE_MUST_CHECK int cadre__mount_new(const struct cadre__mount_options *options, char *why,
                                      size_t why_size, struct cadre__mount **ret);
void cadre__mount_free(struct cadre__mount *mount);

/*
 * Whether a request for that path is this mount's: it begins with the mount's, followed by '/' or
 * nothing.
 */
static inline bool cadre__mount_covers(const struct cadre__mount *mount, struct cadre_str path)
{
    size_t len = mount->path_len;

    if (path.len < len || (len > 0 && memcmp(path.ptr, mount->path, len) != 0))
        return false;
    return path.len == len || path.ptr[len] == '/';
}

/*
 * The route whose path and method are just these, where no route with parameters comes before it:
 * what most requests ask for. NULL: cadre__mount_find tells more.
 */
const struct cadre__mount_route *cadre__mount_find_literal(const struct cadre__mount *mount,
                                                           struct cadre_str method,
                                                           struct cadre_str path);

/*
 * Finds the route for the path below the mount. On FOUND *ret_route and params are set. On
 * NO_METHOD allow holds the methods of all routes that match the path, "GET, HEAD, OPTIONS".
 */
enum cadre__mount_outcome cadre__mount_find(const struct cadre__mount *mount,
                                            struct cadre_str method, struct cadre_str path,
                                            const struct cadre__mount_route **ret_route,
                                            struct cadre_str params[CADRE__PATTERN_PARAMS_MAX],
                                            char allow[CADRE__ALLOW_SIZE]);

#endif
