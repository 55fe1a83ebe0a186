/* SPDX-License-Identifier: MIT */
/*
 * <cadre/module.h>: what a handler module exports.
 *
 * A module is a shared object that defines CADRE_MODULE once, at file scope:
 *
 *     CADRE_MODULE = {
 *         .title = "Shop",
 *         .version = "1.0.0",
 *         .settings = &settings_model,
 *         .lifespan = lifespan,
 *         .routes = routes,
 *     };
 *
 * It is built by `cc -shared -fPIC $(pkg-config --cflags cadre) shop.c -o shop.so` and links
 * nothing of Cadre: the functions are found in the worker that loads it.
 *
 * The ABI: the macro exports a descriptor, `cadre_module`, that tells the version of these headers
 * and the sizes of the structs. A module that was built with an older minor version of the same
 * major one loads; a newer one, or another major, is refused with both versions named. Fields are
 * only ever added at the end of struct cadre_module and struct cadre_route.
 */
#ifndef CADRE_MODULE_H
#define CADRE_MODULE_H

#include <cadre/errors.h>
#include <cadre/lifespan.h>
#include <cadre/macros.h>
#include <cadre/middleware.h>
#include <cadre/route.h>
#include <stdint.h>

CADRE_BEGIN_DECLS

struct cadre_openapi; /* <cadre/openapi.h> */

/* The version of the module ABI that these headers are. */
#define CADRE_ABI_MAJOR 0
#define CADRE_ABI_MINOR 4

/* What a module says about itself. All that it points to lives as long as the module. */
struct cadre_module {
    const char *title CADRE_OPTIONAL;       /* for people: "Shop" */
    const char *version CADRE_OPTIONAL;     /* of the module, "1.0.0" */
    const char *description CADRE_OPTIONAL; /* a sentence or two */

    /* The names that `settings` in the conf may hold, ended by NULL; NULL: it takes none. For those
     * that it reads itself, by <cadre/conf.h>; with `.settings` below the model says them. */
    const char *const *setting_names CADRE_OPTIONAL;

    cadre_lifespan_fn lifespan CADRE_OPTIONAL;        /* once in every worker; may be NULL */
    cadre_lifespan_fn server_lifespan CADRE_OPTIONAL; /* once per generation; may be NULL */

    const struct cadre_route *routes CADRE_OPTIONAL; /* ended by CADRE_ROUTES_END */

    /* since ABI 0.2 */
    const struct cadre_converter *converters CADRE_OPTIONAL; /* its own types of parameters */
    const struct cadre_error_handler *errors CADRE_OPTIONAL; /* <cadre/errors.h>; NULL: none */
    unsigned flags CADRE_OPTIONAL;                           /* CADRE_KEEP_SLASHES, or 0 */

    /* since ABI 0.3 */
    const struct cadre_middleware *middleware CADRE_OPTIONAL; /* <cadre/middleware.h>; NULL: none */
    /* resolved before every handler, ended by NULL: CADRE_DEPENDENCIES (<cadre/dependency.h>) */
    const struct cadre_dependency *const *dependencies CADRE_OPTIONAL;
    /*
     * What `settings` in the conf holds, as a struct: checked when the module is loaded, also by
     * `cadre -t`, each error with its line; then cadre_settings_value (<cadre/request.h>). Names
     * that the model does not know are errors, also where it ignores them. NULL: none.
     */
    const struct cadre_model *settings CADRE_OPTIONAL;
    /* With it: "SHOP_" has the environment variable SHOP_CURRENCY go before what the conf says of
     * `currency`, SHOP_CACHE__SIZE before `size` in the group `cache`; lists, maps and models are
     * JSON there. NULL: the environment has no say. */
    const char *settings_env CADRE_OPTIONAL;

    /*
     * since ABI 0.4: where its documentation is, below the mount: the document, in OpenAPI 3.1, and
     * two pages that show it. NULL: "/openapi.json", "/docs" and "/redoc". "": it is not there;
     * without the document there are no pages. A module none of whose routes is documented, and
     * that has no webhooks, has none of them. One that is given goes before the routes; else a
     * route that matches its path does.
     */
    const char *openapi_url CADRE_OPTIONAL;
    const char *docs_url CADRE_OPTIONAL;  /* Swagger UI */
    const char *redoc_url CADRE_OPTIONAL; /* ReDoc */
    /* what the document says besides: CADRE_OPENAPI of <cadre/openapi.h>; NULL: nothing. And the
     * requests that the module sends of itself, described as routes that are never called */
    const struct cadre_openapi *openapi CADRE_OPTIONAL;
    const struct cadre_route *webhooks CADRE_OPTIONAL; /* ended by CADRE_ROUTES_END; NULL: none */
};

/* A path with a '/' too much or too little is 404, not redirected. */
#define CADRE_KEEP_SLASHES 1u

/* The exported symbol. Its layout is the same for all versions. */
struct cadre_module_descriptor {
    uint16_t abi_major;                /* CADRE_ABI_MAJOR of the headers */
    uint16_t abi_minor;                /* CADRE_ABI_MINOR */
    uint32_t size;                     /* of this descriptor */
    uint32_t module_size;              /* of struct cadre_module */
    uint32_t route_size;               /* of struct cadre_route */
    const char *built_with;            /* the compiler, "gcc 12.2.0"; for messages only */
    const struct cadre_module *module; /* what follows CADRE_MODULE = */
};

#if defined(__clang_version__)
#define CADRE_COMPILER "clang " __clang_version__
#else
#define CADRE_COMPILER "gcc " __VERSION__
#endif

/* Exports the descriptor; what follows is the initialiser of a struct cadre_module. */
#define CADRE_MODULE                                                                               \
    extern __attribute__((visibility("hidden"))) const struct cadre_module cadre_module_body;      \
    extern CADRE_API const struct cadre_module_descriptor cadre_module;                            \
    __attribute__((used)) const struct cadre_module_descriptor cadre_module = {                    \
        CADRE_ABI_MAJOR,                                                                           \
        CADRE_ABI_MINOR,                                                                           \
        (uint32_t)sizeof(struct cadre_module_descriptor),                                          \
        (uint32_t)sizeof(struct cadre_module),                                                     \
        (uint32_t)sizeof(struct cadre_route),                                                      \
        CADRE_COMPILER,                                                                            \
        &cadre_module_body,                                                                        \
    };                                                                                             \
    const struct cadre_module cadre_module_body

CADRE_END_DECLS

#endif
