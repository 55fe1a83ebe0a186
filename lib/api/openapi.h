/* SPDX-License-Identifier: MIT */
/*
 * The OpenAPI 3.1.0 document of a module at its mount (https://spec.openapis.org/oas/v3.1.0): what
 * its tables say, from the plans that check requests (api/plan.h), so that both are the same.
 *
 * Names are FastAPI's: operation ids of name, path and method, Body_<operationId>,
 * HTTPValidationError. Paths are those below the mount; what is in front of them, the mount's and
 * what a proxy has cut off, is the document's server, so that a document for another root path
 * differs in that alone (cadre__openapi_text).
 *
 * Made once, when it is asked for first (api/docs.h). Allocates, never suspends; one thread at a
 * time. openapi.c has the document, openapi_collect.c which operations it has, openapi_operation.c
 * what they say (api/openapi_parts.h), openapi_security.c who may call them, openapi_info.c what
 * the module says besides.
 */
#ifndef CADRE_API_OPENAPI_H
#define CADRE_API_OPENAPI_H

#include "model/schema.h"
#include "web/mount.h"
#include <cadre/module.h>

/* A route and method of the document. */
struct cadre__operation {
    enum cadre__operation_place {
        CADRE__OPERATION_PATH,
        CADRE__OPERATION_WEBHOOK,
        CADRE__OPERATION_CALLBACK,
    } place;
    size_t parent; /* of a callback: the index of the operation whose it is */
    const struct cadre__mount_route *route;
    const char *method; /* "get" */
    char *path;         /* "/items/{item_id}"; of others their name or URL; heap */
    /* by which the parameters of the path are named: an earlier one that differs in names alone,
     * since a document has one path for both; else the route's own */
    const struct cadre__pattern *names;
    char *id; /* heap */
};

struct cadre__openapi {
    char *begin;                      /* up to the servers; heap */
    char *rest;                       /* from there on; heap */
    const struct cadre_openapi *more; /* of the module; borrowed; NULL: nothing */
    struct cadre__roots {
        size_t *all; /* places in `rest`, in strings, where the root goes; ascending; heap */
        size_t n;
    } roots;
};

/* The document of a mount; `module`, which must outlive it, says what is known of it as a whole,
 * and its webhooks. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__openapi_make(const struct cadre__mount *mount,
                                         const struct cadre_module *module,
                                         struct cadre__openapi *ret);
void cadre__openapi_done(struct cadre__openapi *openapi);

/* Appends the document for clients that have `root` in front of its paths ("/shop"; "": nothing).
 * Errors are the buffer's. */
void cadre__openapi_text(const struct cadre__openapi *openapi, struct cadre_str root,
                         struct cadre__buf *out);

/* --- what the files share --- */

struct cadre_security_scheme;

/* The security schemes of a document, in the order in which operations ask for them. */
struct cadre__schemes {
    struct cadre__named_scheme {
        const struct cadre_security_scheme *scheme; /* borrowed */
        char *name;                                 /* of its own; heap */
    } * all;                                        /* heap */
    size_t n;
};

/* What operations refer to. */
struct cadre__components {
    struct cadre__schemas *schemas;
    struct cadre__schemes schemes;
    struct cadre__roots roots;
    bool refers_to_errors; /* an operation does, to HTTPValidationError */
};

/* Notes a place for the root, behind all that were noted. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__roots_add(struct cadre__roots *roots, size_t at);

/* Adds the models of an operation. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__operation_add_models(const struct cadre__operation *operation,
                                                 struct cadre__schemas *schemas);
/* Adds its schemes. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__schemes_add(struct cadre__schemes *schemes,
                                        const struct cadre__operation *operation);
void cadre__schemes_done(struct cadre__schemes *schemes);

/* Writes the members of an operation but its callbacks and servers. Its body may be one more
 * schema.
 */
void cadre__operation_put(const struct cadre__operation *operation,
                          struct cadre__components *components, struct cadre__json_out *out);

/* Writes the member `servers` of one for a host: that server, behind the root of all paths. */
void cadre__operation_put_host(const struct cadre__operation *operation, struct cadre__roots *roots,
                               struct cadre__json_out *out);

/* Writes its `security`, where it asks for any: all that it asks for at once; of those that may be
 * left out each is a way in, and none of them is one. */
void cadre__operation_put_security(const struct cadre__operation *operation,
                                   const struct cadre__schemes *schemes,
                                   struct cadre__json_out *out);

/* Writes all schemes as the members of an object. */
void cadre__schemes_put(const struct cadre__schemes *schemes, struct cadre__json_out *out);

#endif
