/* SPDX-License-Identifier: MIT */
/*
 * <cadre/session.h>: middleware that keeps a JSON object with the client, in a signed cookie.
 *
 *     static const struct cadre_session_options options = {
 *         .keys_env = "SHOP_SESSION_KEYS",
 *     };
 *     ...
 *         CADRE_MIDDLEWARE_OF(cadre_sessions, &options),
 *
 *     static int sign_in(struct cadre_request *req)
 *     {
 *         json_t *session = cadre_session(req);
 *
 *         if (session == NULL || json_object_set_new(session, "user", json_string("ada")) < 0)
 *             return -ENOMEM;
 *         return cadre_redirect(req, 303, "/");
 *     }
 *
 * As Starlette's SessionMiddleware, by HMAC-SHA256 (RFC 2104): signed, so that a client cannot
 * change it, and not encrypted, so that it can read it. A cookie that is forged, too old or no
 * session is an empty one. The cookie is sent only where the session has changed; one that was
 * emptied is taken away. Vary names Cookie where a handler has looked. What a client has once seen
 * it can send again until it is too old: nothing that is worth something only once belongs there.
 *
 * Keys: the first one signs, all of them are good for reading. To change it, put a new one first,
 * and drop the old one when max_age_s has passed.
 */
#ifndef CADRE_SESSION_H
#define CADRE_SESSION_H

#include <cadre/macros.h>
#include <cadre/middleware.h>
#include <cadre/response.h>
#include <cadre/str.h>
#include <stdbool.h>
#include <stdint.h>

CADRE_BEGIN_DECLS

struct cadre_request;
struct json_t; /* jansson's, by <jansson.h> */

/* What is left out is as said. */
struct cadre_session_options {
    struct cadre_strings keys CADRE_OPTIONAL; /* each of at least 16 bytes, better 32 random ones */
    /* or the variable of the environment that holds them, separated by spaces or commas */
    const char *keys_env CADRE_OPTIONAL;
    const char *cookie CADRE_OPTIONAL; /* its name; "session" */
    const char *path CADRE_OPTIONAL;   /* "/" */
    const char *domain CADRE_OPTIONAL; /* NULL: this host alone */
    int64_t max_age_s CADRE_OPTIONAL;  /* two weeks; below 0: until the browser ends */
    enum cadre_same_site same_site CADRE_OPTIONAL;
    bool secure CADRE_OPTIONAL; /* over TLS alone */
};

/* Its options are never NULL. */
extern CADRE_API const struct cadre_middleware_type cadre_sessions;

/*
 * The session of the request, to be read and changed: a JSON object of jansson's, which belongs to
 * the request. What is changed when the response has begun is lost. Never suspends. NULL: memory is
 * short (errno ENOMEM), or there is no such middleware around the route (ENOENT).
 */
CADRE_API struct json_t *cadre_session(struct cadre_request *req);

/* A session of more bytes than this, signed and encoded, is not sent: browsers would drop it. */
#define CADRE_SESSION_BYTES_MAX 4000

CADRE_END_DECLS

#endif
