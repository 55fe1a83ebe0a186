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
#include "web/router.h"

struct cadre__layers;

/* A row of the module's table, or of one that is mounted in it, ready to be matched. */
struct cadre__mount_route {
    /* what a search looks at, in one cache line */
    struct cadre_str literal; /* text, where it has no parameters, nor a host; absent else */
    struct cadre_str method;  /* row->method; CADRE__METHOD_WEBSOCKET */
    uint32_t next;            /* the next one of the same hash; 0: none */
    bool is_any;              /* the row takes any method */
    bool is_websocket;        /* it takes handshakes, and nothing else */
    bool has_host;
    const struct cadre_route *row; /* borrowed from the module */
    const char *text; /* of the pattern, below the module's mount; row's, or own_text */

    struct cadre__pattern pattern;
    struct cadre__pattern host;
    const char *host_text;             /* borrowed; NULL without */
    char *name;                        /* for cadre_url_for, "org:read_item"; heap */
    char *own_text;                    /* heap; NULL: the row's pattern is all of it */
    void *plan;                        /* of the typed API; NULL: it declares nothing */
    bool is_own;                       /* Cadre's own, not the module's */
    bool is_deprecated;                /* its row is, or a mount that it is in */
    const struct cadre_route **mounts; /* the rows of the tables around it, outermost first; heap */
    size_t n_mounts;
};

/* What is asked for. */
struct cadre__mount_query {
    struct cadre_str method;
    struct cadre_str path; /* below the mount */
    struct cadre_str host; /* as sent; empty without */
};

struct cadre__mount {
    /* set at mounting */
    const char *name;                         /* of the module in the conf; borrowed */
    char *path;                               /* "/shop", "" for the root; heap */
    size_t path_len;                          /* of path */
    struct cadre__app *app;                   /* where it is mounted */
    const struct cadre_error_handler *errors; /* of the module; may be NULL */
    bool debug;                               /* errors are answered by the debug page */
    struct cadre__layers *layers;             /* its middleware; NULL: none */
    const struct cadre__typed_ops *typed;     /* what its plans are for; NULL: there are none */
    const struct cadre_conf *settings;
    const void *settings_value;          /* as a struct; NULL: none */
    const struct cadre__form_conf *form; /* what forms may have; the app's */
    void *docs;                          /* of the typed API; NULL: it is not documented */
    struct cadre__mount_route *routes;   /* heap */
    size_t n_routes;
    bool has_hosts;      /* some are for certain hosts */
    bool has_websockets; /* some are for handshakes */
    bool keep_slashes;   /* no redirect to a path with a '/' more or less */

    /*
     * Numbers of routes, which begin with 1: chains in order of declaration of those that are
     * literal paths, by their hash; all others are in the router, of which first_open is the least.
     */
    uint32_t first_open; /* 0: none */
    bool hashes_all;     /* the quick hash would put too many into one chain */
    uint32_t *by_path;   /* heap */
    uint32_t path_mask;  /* its size, a power of two, less 1 */
    struct cadre__router router;

    /* set when the lifespans are up */
    void *state;
    const void *server_state;
    size_t server_state_len;
};

/* How deeply tables may be mounted in one another. */
#define CADRE__MOUNT_DEPTH 8

/* What a path and a method led to. */
enum cadre__mount_outcome {
    CADRE__MOUNT_FOUND,
    CADRE__MOUNT_NO_PATH,   /* 404 */
    CADRE__MOUNT_NO_METHOD, /* 405, or OPTIONS to be answered with Allow */
    CADRE__MOUNT_SLASH,     /* there is one with a '/' more, or less, at its end */
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
 * Finds the route. On FOUND *ret_route and params, of path and then host, are set. On NO_METHOD
 * allow holds the methods of all routes that match, "GET, HEAD, OPTIONS".
 */
enum cadre__mount_outcome cadre__mount_find(const struct cadre__mount *mount,
                                            const struct cadre__mount_query *query,
                                            const struct cadre__mount_route **ret_route,
                                            struct cadre_str params[CADRE__PATTERN_PARAMS_MAX],
                                            char allow[CADRE__ALLOW_SIZE]);

/*
 * The route of a handshake, and what its parameters matched; NULL: there is none. The query's
 * method is not looked at.
 */
const struct cadre__mount_route *cadre__mount_find_websocket(
    const struct cadre__mount *mount, const struct cadre__mount_query *query,
    struct cadre_str params[CADRE__PATTERN_PARAMS_MAX]);

/* The method of routes for handshakes in the index: no request's, which is a token. */
#define CADRE__METHOD_WEBSOCKET CADRE_STR("(websocket)")

/* Whether a row is one of CADRE_WEBSOCKET. */
static inline bool cadre__route_is_websocket(const struct cadre_route *row)
{
    return strcmp(row->method, "WEBSOCKET") == 0;
}

/* The methods that a row may have; NULL at the end. */
extern const char *const cadre__mount_methods[];
#define CADRE__N_METHODS 7

/* The place of a method in it; -1: none of them. */
int cadre__mount_method_index(struct cadre_str method);

/* A hash of all bytes, eight at a time. */
static inline uint32_t cadre__mount_hash_all(struct cadre_str path)
{
    const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15); /* 2^64 by the golden ratio */
    uint64_t hash = path.len, piece = 0;
    size_t i = 0;

    for (; i + sizeof(piece) <= path.len; i += sizeof(piece)) {
        memcpy(&piece, path.ptr + i, sizeof(piece));
        hash = (hash ^ piece) * factor;
        hash ^= hash >> 32;
    }
    if (i > 0) { /* the last eight, some of them again */
        memcpy(&piece, path.ptr + path.len - sizeof(piece), sizeof(piece));
    } else {
        for (piece = 0; i < path.len; i++)
            piece = piece << 8 | (unsigned char)path.ptr[i];
    }
    hash = (hash ^ piece) * factor;
    return (uint32_t)(hash >> 32);
}

/* Where a literal path is in by_path. The quick way looks at its length and two bytes of it, which
 * tell most paths apart. */
static inline uint32_t cadre__mount_hash(const struct cadre__mount *mount, struct cadre_str path)
{
    uint32_t hash = (uint32_t)path.len * 31;

    if (__builtin_expect(mount->hashes_all, 0))
        hash = cadre__mount_hash_all(path);
    else if (path.len > 0)
        hash += (unsigned char)path.ptr[path.len - 1] + (unsigned char)path.ptr[path.len / 2] * 7u;
    return hash & mount->path_mask;
}

#endif
