/* SPDX-License-Identifier: MIT */
/*
 * <cadre/cors.h>: middleware that lets scripts of other origins use a module (CORS, the Fetch
 * standard §3.2).
 *
 *     static const struct cadre_cors_options cors = {
 *         .allow_origins = CADRE_STRINGS("https://app.example.org"),
 *         .allow_methods = CADRE_STRINGS("GET", "POST"),
 *     };
 *     static const struct cadre_middleware middleware[] = {
 *         CADRE_MIDDLEWARE_OF(cadre_cors, &cors),
 *         CADRE_MIDDLEWARE_END
 *     };
 *
 * As Starlette's CORSMiddleware: a preflight (OPTIONS with Origin and
 * Access-Control-Request-Method) is answered before routing, 200 "OK" or 400 "Disallowed CORS
 * origin, method, headers" with what it is; every other request runs, and its response names the
 * origin where that is allowed. Responses to errors have the fields too, so that a page's script
 * can read what went wrong. Where it depends on the origin what a response says, every one of them
 * has "Vary: Origin", also one to a request that has none, so that caches keep them apart (Fetch
 * §3.2.5).
 */
#ifndef CADRE_CORS_H
#define CADRE_CORS_H

#include <cadre/macros.h>
#include <cadre/middleware.h>
#include <cadre/str.h>
#include <stdbool.h>
#include <stdint.h>

CADRE_BEGIN_DECLS

/* What is left out is as said. */
struct cadre_cors_options {
    /* "https://app.example.org", as browsers write it: without a path and the scheme's own port, in
     * small letters; "*": all. None: no origin */
    struct cadre_strings allow_origins CADRE_OPTIONAL;
    /* a pattern (PCRE2) that the whole origin matches; NULL: none */
    const char *allow_origin_regex CADRE_OPTIONAL;
    struct cadre_strings allow_methods CADRE_OPTIONAL; /* "*": all; GET */
    /* "*": all that are asked for. Accept, Accept-Language, Content-Language and Content-Type
     * always are */
    struct cadre_strings allow_headers CADRE_OPTIONAL;
    struct cadre_strings expose_headers CADRE_OPTIONAL; /* that scripts may read of responses */
    bool allow_credentials CADRE_OPTIONAL;              /* cookies may come along */
    bool allow_private_network CADRE_OPTIONAL; /* of a public page, to this server in a private one
                                                */
    uint32_t max_age_s CADRE_OPTIONAL;         /* a preflight holds; 600. UINT32_MAX: not at all */
};

/* The type; its options are never NULL. */
extern CADRE_API const struct cadre_middleware_type cadre_cors;

CADRE_END_DECLS

#endif
