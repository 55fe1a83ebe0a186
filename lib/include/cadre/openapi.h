/* SPDX-License-Identifier: MIT */
/*
 * <cadre/openapi.h>: what the OpenAPI document of a module says besides what its tables tell.
 *
 *     CADRE_MODULE = {
 *         .title = "Shop",
 *         .openapi = CADRE_OPENAPI(
 *             .contact = {.name = "The shop", .email = "shop@example.com"},
 *             .license = {.name = "MIT", .identifier = "MIT"},
 *             .tags = CADRE_OPENAPI_TAGS(
 *                 {.name = "items", .description = "All that is for sale"},
 *                 {.name = "orders", .description = "What was bought"})),
 *         .webhooks = webhooks,
 *         .routes = routes,
 *     };
 *
 * Callbacks and webhooks are requests that the module sends, described for those who will answer
 * them: tables of routes that are never called. What such a row says of its parameters, body,
 * answers, tags and words is described as that of any route; module and mounts give it nothing.
 *
 *     static const struct cadre_route webhooks[] = {
 *         CADRE_WEBHOOK("POST", "new-item", new_item, .body = &item_model),
 *         CADRE_ROUTES_END
 *     };
 *     static const struct cadre_route paid[] = {
 *         CADRE_CALLBACK("POST", "{$request.body#/callback_url}", invoice_paid,
 *                        .body = &event_model),
 *         CADRE_ROUTES_END
 *     };
 *     ...
 *     CADRE_POST("/invoices", create_invoice, .body = &invoice_model, .callbacks = paid),
 *
 * `.openapi_extra` of a route is JSON for what the tables have no words for: an object that is
 * merged into the operation, objects name by name at any depth, arrays behind those that are there,
 * all else in the place of what is there.
 *
 *     CADRE_POST("/raw", take_raw, .openapi_extra = "{\"x-cost\": 3, \"requestBody\":
 * {\"content\":"
 *                "{\"application/yaml\": {}}, \"required\": true}}"),
 *
 * All of it is checked when the module is loaded; what is wrong is told with its place. Strings are
 * UTF-8 and live as long as the module.
 */
#ifndef CADRE_OPENAPI_H
#define CADRE_OPENAPI_H

#include <cadre/macros.h>
#include <cadre/route.h>
#include <stdbool.h>
#include <stdint.h>

CADRE_BEGIN_DECLS

/* Whom to ask. */
struct cadre_openapi_contact {
    const char *name CADRE_OPTIONAL;
    const char *url CADRE_OPTIONAL; /* "https://..." */
    const char *email CADRE_OPTIONAL;
};

/* What one may do with the API. */
struct cadre_openapi_license {
    const char *name CADRE_OPTIONAL;       /* NULL: there is none */
    const char *identifier CADRE_OPTIONAL; /* of SPDX, "Apache-2.0"; or: */
    const char *url CADRE_OPTIONAL;        /* where it is to be read */
};

/* What there is to read elsewhere. */
struct cadre_openapi_link {
    const char *url CADRE_OPTIONAL; /* "https://..."; NULL: there is none */
    const char *description CADRE_OPTIONAL;
};

/* A tag of operations. One without a name ends the list. */
struct cadre_openapi_tag {
    const char *name CADRE_OPTIONAL;
    const char *description CADRE_OPTIONAL; /* in Markdown */
    struct cadre_openapi_link external_docs CADRE_OPTIONAL;
};

/* What stands in braces in the URL of a server. One without a name ends the list. */
struct cadre_openapi_variable {
    const char *name CADRE_OPTIONAL;
    const char *value CADRE_OPTIONAL; /* which it has by default */
    const char *description CADRE_OPTIONAL;
    const char *const *values CADRE_OPTIONAL; /* that it may have, CADRE_NAMES
                                                 (<cadre/model_json.h>); NULL: any */
};

/* Where the API is. One without a URL ends the list. */
struct cadre_openapi_server {
    const char *url CADRE_OPTIONAL; /* absolute, or relative to the document's; may hold {name} */
    const char *description CADRE_OPTIONAL;
    const struct cadre_openapi_variable *variables CADRE_OPTIONAL; /* CADRE_OPENAPI_VARIABLES */
};

/* Made by CADRE_OPENAPI. */
struct cadre_openapi {
    uint32_t size CADRE_OPTIONAL;                /* of this struct; the macro sets it */
    const char *summary CADRE_OPTIONAL;          /* of the API, a few words */
    const char *terms_of_service CADRE_OPTIONAL; /* "https://..." */
    struct cadre_openapi_contact contact CADRE_OPTIONAL;
    struct cadre_openapi_license license CADRE_OPTIONAL;
    struct cadre_openapi_link external_docs CADRE_OPTIONAL;
    /* in this order; tags of routes need not be among them */
    const struct cadre_openapi_tag *tags CADRE_OPTIONAL; /* CADRE_OPENAPI_TAGS */
    /* behind the one of the root path and the mount, where a request has any */
    const struct cadre_openapi_server *servers CADRE_OPTIONAL; /* CADRE_OPENAPI_SERVERS */
    bool no_root_server CADRE_OPTIONAL; /* `servers` alone, without that one */
};

CADRE_END_DECLS

/* A row of a table of webhooks, or of callbacks: the method, the name of the webhook or the URL of
 * the callback (a runtime expression of OpenAPI: "{$request.body#/url}"), and as a word, without
 * quotes, what it is called: as the name of a handler elsewhere. Further members of struct
 * cadre_route follow. */
#define CADRE_WEBHOOK(method_, name_, ...) CADRE__DESCRIBED(method_, name_, __VA_ARGS__, )
#define CADRE_CALLBACK(method_, url_, ...) CADRE__DESCRIBED(method_, url_, __VA_ARGS__, )
#define CADRE__DESCRIBED(method_, pattern_, called_, ...)                                          \
    {                                                                                              \
        .method = (method_), .pattern = (pattern_), .handler_name = #called_, .file = __FILE__,    \
        .line = __LINE__, __VA_ARGS__                                                              \
    }

#ifndef __cplusplus

/* .openapi = CADRE_OPENAPI(.tags = ..., ...) of CADRE_MODULE, at file scope. */
#define CADRE_OPENAPI(...)                                                                         \
    (&(const struct cadre_openapi){.size = sizeof(struct cadre_openapi), __VA_ARGS__})

#define CADRE_OPENAPI_TAGS(...)                                                                    \
    ((const struct cadre_openapi_tag[]){__VA_ARGS__, {.name = (const char *)0}})
#define CADRE_OPENAPI_SERVERS(...)                                                                 \
    ((const struct cadre_openapi_server[]){__VA_ARGS__, {.url = (const char *)0}})
#define CADRE_OPENAPI_VARIABLES(...)                                                               \
    ((const struct cadre_openapi_variable[]){__VA_ARGS__, {.name = (const char *)0}})

#endif /* __cplusplus */

#endif
