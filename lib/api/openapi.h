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
 * time. openapi.c has the document, openapi_operation.c its operations.
 */
#ifndef CADRE_API_OPENAPI_H
#define CADRE_API_OPENAPI_H

#include "model/schema.h"
#include "web/mount.h"
#include <cadre/module.h>

/* A route and method of the document. */
struct cadre__operation {
    const struct cadre__mount_route *route;
    const char *method; /* "get" */
    char *path;         /* "/items/{item_id}"; heap */
    char *id;           /* heap */
};

struct cadre__openapi {
    char *begin; /* up to the servers; heap */
    char *rest;  /* from there on; heap */
};

/* The document of a mount; `module` says title, version and description. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__openapi_make(const struct cadre__mount *mount,
                                         const struct cadre_module *module,
                                         struct cadre__openapi *ret);
void cadre__openapi_done(struct cadre__openapi *openapi);

/* Appends the document for clients that have `root` in front of its paths ("/shop"; "": nothing).
 * Errors are the buffer's. */
void cadre__openapi_text(const struct cadre__openapi *openapi, struct cadre_str root,
                         struct cadre__buf *out);

/* --- what the files share --- */

/* Adds the models of an operation. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__operation_add_models(const struct cadre__operation *operation,
                                                 struct cadre__schemas *schemas);

/* Writes an operation. Its body may be one more schema. True: it refers to HTTPValidationError. */
bool cadre__operation_put(const struct cadre__operation *operation, struct cadre__schemas *schemas,
                          struct cadre__json_out *out);

#endif
