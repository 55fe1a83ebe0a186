/* SPDX-License-Identifier: MIT */
/*
 * <cadre/authentication.h>: middleware that finds out who asks, for all routes of a module, and
 * routes that are for some of them only.
 *
 *     static int find_user(struct cadre_request *req, void *arg, struct cadre_credentials *ret)
 *     {
 *         static const struct cadre_strings scopes = CADRE_STRINGS("member");
 *         const char *name = json_string_value(json_object_get(cadre_session(req), "user"));
 *
 *         if (name == NULL)
 *             return 0;
 *         *ret = (struct cadre_credentials){.scopes = scopes, .user_name = name};
 *         return 1;
 *     }
 *     static const struct cadre_authentication_options who = {.backend = find_user};
 *     ...
 *         CADRE_MIDDLEWARE_OF(cadre_sessions, &sessions),
 *         CADRE_MIDDLEWARE_OF(cadre_authentication, &who),
 *
 *     CADRE_REQUIRES(members_only, .scopes = CADRE_STRINGS("member"), .redirect = "sign_in");
 *     ...
 *     CADRE_GET("/sign-in", sign_in),
 *     CADRE_GET("/diary", diary, .dependencies = CADRE_DEPENDENCIES(&members_only)),
 *
 * As Starlette's AuthenticationMiddleware and requires(). A backend asks a session, a header field,
 * a database; it runs before every route below the mount, also of WebSockets. Routes that each say
 * in which way they are asked, so that it stands in their documentation, have the schemes of
 * <cadre/security.h>; one of those may set the credentials as well.
 */
#ifndef CADRE_AUTHENTICATION_H
#define CADRE_AUTHENTICATION_H

#include <cadre/macros.h>
#include <cadre/middleware.h>
#include <cadre/str.h>
#include <stdbool.h>

CADRE_BEGIN_DECLS

struct cadre_request;

/* Who asks, and what they may. All that it points to lives as long as the request, or longer. */
struct cadre_credentials {
    struct cadre_strings scopes CADRE_OPTIONAL; /* "member", "admin" ... */
    const char *user_name CADRE_OPTIONAL;       /* for people and logs */
    void *user CADRE_OPTIONAL;                  /* the module's own */
};

/*
 * Finds out who asks: 1: *ret, which is all 0 before, says it; 0: nobody who is known, which is no
 * error. What cadre_authentication_fail returned: what was sent is wrong; another negative errno:
 * as if a handler had returned it. On the loop; may suspend.
 */
typedef int (*cadre_authenticate_fn)(struct cadre_request *req, void *arg,
                                     struct cadre_credentials *ret);

/*
 * Answers a request whose credentials are wrong, `why` being what cadre_authentication_fail said.
 * As a handler, also of a WebSocket that is not accepted yet. May suspend.
 */
typedef int (*cadre_authentication_error_fn)(struct cadre_request *req, const char *why);

struct cadre_authentication_options {
    cadre_authenticate_fn backend CADRE_OPTIONAL; /* has to be there */
    void *arg CADRE_OPTIONAL;                     /* for it */
    /* NULL: 400 with `why` as text; a WebSocket is closed before the accept by 1000, so that its
     * client sees 403 */
    cadre_authentication_error_fn on_error CADRE_OPTIONAL;
};

/* The type; its options are never NULL. */
extern CADRE_API const struct cadre_middleware_type cadre_authentication;

/* For backends: says that what was sent is wrong, and why, in words for the client. The text is
 * copied. Returns -EACCES; -ENOMEM. Never suspends. */
CADRE_API CADRE_MUST_CHECK int cadre_authentication_fail(struct cadre_request *req,
                                                         const char *why);

/*
 * Who asks, as the middleware has found out or cadre_credentials_set has said; NULL: nobody who is
 * known. Never suspends.
 */
CADRE_API const struct cadre_credentials *cadre_credentials_get(const struct cadre_request *req);

/* Says who asks, from here on: for dependencies and layers that find out by themselves. Copied, but
 * not what it points to. NULL: nobody. Never suspends. 0; -ENOMEM. */
CADRE_API CADRE_MUST_CHECK int cadre_credentials_set(struct cadre_request *req,
                                                     const struct cadre_credentials *credentials);

/* Whether somebody asks who has all of these scopes; NULL or none: whether somebody is known. Never
 * suspends. */
CADRE_API bool cadre_has_scopes(const struct cadre_request *req,
                                const struct cadre_strings *scopes);

/* What a route asks of who asks. */
struct cadre_requirement {
    struct cadre_strings scopes CADRE_OPTIONAL; /* all of them; none: that somebody is known */
    int status CADRE_OPTIONAL;                  /* of the failure, 400..599; 403 */
    /* the name of a route (<cadre/path.h>) to which others are sent in place of that: 303, with the
     * path and query that they asked for as the parameter `next` */
    const char *redirect CADRE_OPTIONAL;
};

/*
 * Checks it: `int r = cadre_require(req, &admins); if (r != 0) return r;`. 0: it is so. 1: it is
 * not, and the client was sent elsewhere; a negative errno: it is not, or that failed: to be
 * returned. A WebSocket is never sent elsewhere: it fails. May suspend.
 */
CADRE_API CADRE_MUST_CHECK int cadre_require(struct cadre_request *req,
                                             const struct cadre_requirement *requirement);

/*
 * Defines a dependency (<cadre/dependency.h>) of this file that checks a requirement, whose members
 * follow: for routes, mounts and modules. Its value is the const struct cadre_credentials *. At
 * file scope; C only.
 */
#define CADRE_REQUIRES(symbol_, ...)                                                               \
    static const struct cadre_requirement symbol_##_requirement = {__VA_ARGS__};                   \
    static int symbol_##_resolve(struct cadre_request *req, const void *params, void **ret)        \
    {                                                                                              \
        int r = cadre_require(req, &symbol_##_requirement);                                        \
                                                                                                   \
        (void)params;                                                                              \
        *ret = (void *)(size_t)cadre_credentials_get(req);                                         \
        return r > 0 ? 0 : r;                                                                      \
    }                                                                                              \
    static const struct cadre_dependency symbol_ = {                                               \
        .size = sizeof(struct cadre_dependency), .name = #symbol_, .resolve = symbol_##_resolve}

CADRE_END_DECLS

#endif
