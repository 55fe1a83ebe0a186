/* SPDX-License-Identifier: MIT */
/*
 * <cadre/dependency.h>: what handlers need before they run: the user who asks, a connection to the
 * database, a page of a list.
 *
 *     static int find_user(struct cadre_request *req, const void *params, void **ret)
 *     {
 *         const struct token_params *p = params;
 *         struct user *user = user_by_token(p->x_token);
 *         if (user == NULL)
 *             return cadre_fail(req, 401, "Not authenticated");
 *         *ret = user;
 *         return 0;
 *     }
 *     static CADRE_DEPENDENCY(current_user, find_user, .params = &token_params);
 *     static CADRE_DEPENDENCY(admin, must_be_admin,
 *                             .dependencies = CADRE_DEPENDENCIES(&current_user));
 *
 *     CADRE_GET("/me", me, .dependencies = CADRE_DEPENDENCIES(&current_user)),
 *     CADRE_MOUNT("/admin", admin_routes, .dependencies = CADRE_DEPENDENCIES(&admin)),
 *
 * A handler gets the value by cadre_dependency_value(req, &current_user), or as a member of its
 * parameters (CADRE_DEPENDS of <cadre/params.h>), and so does another dependency.
 *
 * Order: those of the module, of mounts from the outermost, of the route, then those that its
 * parameters name, as written; each behind those that it needs itself. One that several need is
 * resolved once for a request. When the response is out, middleware has returned and the work
 * behind it is done (<cadre/background.h>), they are released, the last one first, whatever became
 * of the request. Neither the answer nor the next request over the connection waits for one that
 * suspends. The first that fails ends it: the handler does not run. Errors in parameters are not
 * such a failure: all of them, of dependencies and route, are collected for one answer, 422; a
 * dependency whose own parameters, or those of what it needs, are wrong does not run, the others
 * do.
 *
 * Those of a WebSocket last as long as its socket: its handler runs on behind the accept.
 *
 * Tests put others in their place: `.overrides` of struct cadre_test_app.
 */
#ifndef CADRE_DEPENDENCY_H
#define CADRE_DEPENDENCY_H

#include <cadre/macros.h>
#include <cadre/str.h>
#include <stdbool.h>
#include <stdint.h>

CADRE_BEGIN_DECLS

struct cadre_model;
struct cadre_request;
struct cadre_security_scheme;

/* Until when a value is there. */
enum cadre_dependency_scope {
    CADRE_SCOPE_REQUEST,  /* until the response is out and the work behind it done */
    CADRE_SCOPE_FUNCTION, /* until the response begins, or the handler has returned without one: a
                             failed release can not be told to the client any more, but a client
                             that has its answer knows that the release is done */
};

/*
 * Makes the value: runs as the handlers do, on the loop, or in a thread with `.sync`. `params` is
 * the struct of `.params`, NULL without. *ret is NULL until it is set; its memory is of the request
 * (cadre_alloc), or given back by the release.
 *
 * 0: it is there. A negative errno: as a handler's; `return cadre_fail(req, 403, "...")`. One that
 * has answered the request itself returns 0: the handler does not run then.
 */
typedef int (*cadre_resolve_fn)(struct cadre_request *req, const void *params, void **ret);

/*
 * Releases a value that was made. `error` is what the request failed with, a negative errno, or
 * else the first task behind its response that failed; 0: nothing. Runs as the resolve did; may
 * suspend; tasks that it spawns end with it. The request may be looked at, but for its body, and no
 * longer answered. A stop of the server waits for it as for the work behind responses. Of a request
 * that was cancelled all that may suspend returns -ECANCELED; what has to be done all the same goes
 * in a shield (<cadre/scope.h>).
 */
typedef void (*cadre_release_fn)(struct cadre_request *req, void *value, int error);

/* All that it points to lives as long as the module. Its address is what it is known by. */
struct cadre_dependency {
    uint32_t size CADRE_OPTIONAL;    /* of this struct; the macro sets it */
    const char *name CADRE_OPTIONAL; /* for messages; the macro sets it */
    cadre_resolve_fn resolve CADRE_OPTIONAL;
    cadre_release_fn release CADRE_OPTIONAL;         /* NULL: nothing is to be released */
    const struct cadre_model *params CADRE_OPTIONAL; /* as a route's; NULL: none */
    /* what has to be resolved before it, ended by NULL: CADRE_DEPENDENCIES */
    const struct cadre_dependency *const *dependencies CADRE_OPTIONAL;
    enum cadre_dependency_scope scope CADRE_OPTIONAL;
    bool sync CADRE_OPTIONAL;     /* in a thread of the pool, where it may block */
    bool no_cache CADRE_OPTIONAL; /* made anew for each that needs it, though it be one request;
                                     cadre_dependency gives the first */
    /* in a task of its own: those behind it that do not need it go on meanwhile. The first error of
     * such tasks cancels the others. Tasks that it spawns end with it. Not with `.sync` */
    bool concurrent CADRE_OPTIONAL;
    /* of <cadre/security.h> */
    const struct cadre_security_scheme *scheme CADRE_OPTIONAL; /* it is one, and has no resolve */
    const struct cadre_dependency *of CADRE_OPTIONAL; /* it stands for that one, with its scopes */
    struct cadre_strings scopes CADRE_OPTIONAL;       /* asked of it and of all that it needs */
};

/* Defines one; further members follow. C only. */
#define CADRE_DEPENDENCY(symbol_, ...) CADRE__DEPENDENCY(symbol_, __VA_ARGS__, )
#define CADRE__DEPENDENCY(symbol_, resolve_, ...)                                                  \
    const struct cadre_dependency symbol_ = {.size = sizeof(struct cadre_dependency),              \
                                             .name = #symbol_,                                     \
                                             .resolve = (resolve_),                                \
                                             __VA_ARGS__}

/* A list of them: CADRE_DEPENDENCIES(&current_user, &database). C only. */
#define CADRE_DEPENDENCIES(...)                                                                    \
    ((const struct cadre_dependency *const[]){__VA_ARGS__, (const struct cadre_dependency *)0})

/*
 * The value of a dependency of this request, also where a test has put another in its place. NULL
 * where it has none, was not resolved (yet), or is not one of the route's. Never suspends.
 */
CADRE_API void *cadre_dependency_value(const struct cadre_request *req,
                                       const struct cadre_dependency *dependency);

/* What a test puts in the place of a dependency; a row without `by` ends a list. */
struct cadre_dependency_override {
    const struct cadre_dependency *of CADRE_OPTIONAL; /* that one; or */
    const char *name CADRE_OPTIONAL;                  /* all of that name, "current_user" */
    const struct cadre_dependency *by CADRE_OPTIONAL; /* runs instead, with needs of its own */
};

CADRE_END_DECLS

#endif
