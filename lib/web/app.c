/* SPDX-License-Identifier: MIT */
/*
 * The application behind the gateway: web/app.h. Mounting is done while the process starts;
 * cadre__app_call is on the way of every request. It is the one that gives up on a request, so
 * what a handler did wrong is logged here, once.
 */
#include "web/app.h"

#include "async/coroutine.h"
#include "async/owner.h"
#include "async/thread.h"
#include "base/clock.h"
#include "base/log.h"
#include "web/background.h"
#include "web/errors.h"
#include "web/finish.h"
#include "web/form.h"
#include "web/middleware.h"
#include "web/mount.h"
#include "web/outcome.h"
#include "web/request.h"
#include "web/typed.h"
#include "web/websocket.h"
#include <cadre/error.h>
#include <cadre/thread.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct cadre__app {
    const struct cadre__app_hooks *hooks; /* borrowed; may be NULL */
    void *hooks_arg;
    bool debug;
    bool admits;               /* hooks->admit is asked */
    uint64_t queue_timeout_ns; /* CADRE__NEVER: no limit */
    struct cadre__form_conf form;
    struct cadre__mount **mounts; /* heap; the longest path first */
    size_t n_mounts;
    struct cadre__background_set background;
};

/* --- while the process starts --- */

int cadre__app_new(const struct cadre__app_options *options, struct cadre__app **ret)
{
    struct cadre__app *app = calloc(1, sizeof(*app));

    if (app == NULL)
        return -ENOMEM;
    app->queue_timeout_ns = CADRE__NEVER;
    app->form =
        options != NULL && options->form != NULL ? *options->form : cadre__form_conf_default();
    if (options != NULL) {
        app->hooks = options->hooks;
        app->hooks_arg = options->hooks_arg;
        app->debug = options->debug;
        app->admits = options->hooks != NULL && options->hooks->admit != NULL;
        if (options->queue_timeout_ns > 0)
            app->queue_timeout_ns = options->queue_timeout_ns;
    }
    cadre__background_set_init(&app->background, app->hooks, app->hooks_arg);
    cadre__log_set_request_describer(cadre__request_describe);
    *ret = app;
    return 0;
}

void cadre__app_free(struct cadre__app *app)
{
    if (app == NULL)
        return;
    for (size_t i = 0; i < app->n_mounts; i++)
        cadre__mount_free(app->mounts[i]);
    free(app->mounts);
    free(app);
}

static int insert_mount(struct cadre__app *app, struct cadre__mount *mount)
{
    size_t at = app->n_mounts;
    struct cadre__mount **grown =
        reallocarray(app->mounts, app->n_mounts + 1, sizeof(*app->mounts));

    if (grown == NULL)
        return -ENOMEM;
    app->mounts = grown;
    while (at > 0 && grown[at - 1]->path_len < mount->path_len) {
        grown[at] = grown[at - 1];
        at--;
    }
    grown[at] = mount;
    app->n_mounts++;
    return 0;
}

int cadre__app_mount(struct cadre__app *app, const struct cadre__mount_options *options, char *why,
                     size_t why_size, struct cadre__mount **ret)
{
    struct cadre__mount *mount;
    int r = cadre__mount_new(options, why, why_size, &mount);

    if (r < 0)
        return r;
    for (size_t i = 0; i < app->n_mounts; i++) {
        if (strcmp(app->mounts[i]->path, mount->path) != 0)
            continue;
        snprintf(why, why_size,
                 "mount \"%s\" is taken by the module \"%s\": give one of them another mount",
                 options->path, app->mounts[i]->name);
        cadre__mount_free(mount);
        return -EEXIST;
    }
    r = insert_mount(app, mount);
    if (r < 0) {
        cadre__mount_free(mount);
        return r;
    }
    mount->form = &app->form;
    mount->debug = app->debug;
    mount->app = app;
    if (ret != NULL)
        *ret = mount;
    return 0;
}

struct cadre__mount *cadre__app_find_mount(struct cadre__app *app, const char *name)
{
    for (size_t i = 0; i < app->n_mounts; i++) {
        if (strcmp(app->mounts[i]->name, name) == 0)
            return app->mounts[i];
    }
    return NULL;
}

/* --- the call of a handler --- */

static void tell_handler(const struct cadre__app *app, const char *module, const char *handler)
{
    if (app->hooks != NULL && app->hooks->on_handler != NULL)
        app->hooks->on_handler(app->hooks_arg, module, handler);
}

static inline __attribute__((always_inline)) int run_async(const struct cadre__app *app,
                                                           struct cadre_request *req)
{
    struct cadre__coroutine *co = cadre__coroutine_current();
    const char *outer = co != NULL ? cadre__coroutine_name(co) : NULL;
    const char *name = cadre__request_handler_name(req);
    int r;

    if (co != NULL) {
        cadre__coroutine_set_name(co, name);
        cadre__coroutine_set_handler(co, name);
        cadre__coroutine_set_data(co, req);
    }
    tell_handler(app, req->mount->name, name);
    r = req->route->row->handler(req);
    tell_handler(app, NULL, NULL);
    if (co != NULL)
        cadre__coroutine_set_name(co, outer);
    return r;
}

/* A function on its way through the pool. */
struct sync_call {
    int (*fn)(void *arg);
    void *arg;
    int result;
    bool ran;
};

static int call_in_thread(void *arg)
{
    struct sync_call *call = arg;

    call->ran = true;
    call->result = call->fn(call->arg);
    return 0;
}

/* No thread was free in time, or the handler is kept from running. */
static int respond_later(struct cadre_request *req, unsigned wait_s)
{
    char seconds[16];
    int r;

    (void)snprintf(seconds, sizeof(seconds), "%u", wait_s);
    r = cadre_header_set(req, "retry-after", seconds);

    return r < 0 ? r : cadre__request_respond_status(req, 503);
}

/* Runs it in a thread while the request is the thread's; cleanup has threads of its own. */
static int run_in_thread(struct cadre_request *req, const char *name, struct sync_call *call,
                         bool is_cleanup)
{
    struct cadre__coroutine *co = cadre__coroutine_current();
    const char *outer = co != NULL ? cadre__coroutine_name(co) : NULL;
    int r;

    if (co != NULL) {
        cadre__coroutine_set_name(co, name);
        cadre__coroutine_set_handler(co, name);
        cadre__coroutine_set_data(co, req);
    }
    cadre__request_enter_sync(req);
    r = is_cleanup
            ? cadre_to_thread_cleanup(call_in_thread, call)
            : cadre__to_thread_within(call_in_thread, call, req->mount->app->queue_timeout_ns);
    cadre__request_leave_sync(req);
    if (co != NULL)
        cadre__coroutine_set_name(co, outer);
    return r == 0 ? call->result : r;
}

int cadre__request_run_sync(struct cadre_request *req, const char *name, int (*fn)(void *arg),
                            void *arg)
{
    struct sync_call call = {.fn = fn, .arg = arg};
    struct cadre_str body;
    int r = cadre_body(req, &body);

    if (r < 0)
        return r;
    r = run_in_thread(req, name, &call, false);
    if (r == -ETIMEDOUT && !call.ran)
        return respond_later(req, 1);
    if (r < 0) {
        cadre__request_discard(req); /* nothing of it has gone out */
        return r;
    }
    return cadre__request_flush_sync(req);
}

int cadre__request_run_cleanup(struct cadre_request *req, const char *name, int (*fn)(void *arg),
                               void *arg)
{
    struct sync_call call = {.fn = fn, .arg = arg};

    return run_in_thread(req, name, &call, true);
}

static int call_sync_handler(void *arg)
{
    struct cadre_request *req = arg;

    return req->route->row->handler(req);
}

static inline int run_route(const struct cadre__app *app, struct cadre_request *req, bool is_sync)
{
    return is_sync ? cadre__request_run_sync(req, cadre__request_handler_name(req),
                                             call_sync_handler, req)
                   : run_async(app, req);
}

/* With what its row declares: the handler runs when all of that is there. */
static __attribute__((noinline)) int run_typed(const struct cadre__app *app,
                                               struct cadre_request *req, bool is_sync)
{
    int r;

    tell_handler(app, req->mount->name, cadre__request_handler_name(req));
    r = req->mount->typed->enter(req, req->route->plan);
    tell_handler(app, NULL, NULL);
    return r < 0 || req->phase != CADRE__REQUEST_OPEN ? r : run_route(app, req, is_sync);
}

static inline int run_handler(const struct cadre__app *app, struct cadre_request *req, bool is_sync)
{
    if (__builtin_expect(req->route->plan != NULL, 0))
        return run_typed(app, req, is_sync);
    return run_route(app, req, is_sync);
}

/* The same where handlers may be kept from running. */
static __attribute__((noinline)) int run_admitted(const struct cadre__app *app,
                                                  struct cadre_request *req, bool is_sync)
{
    const char *module = req->mount->name, *name = cadre__request_handler_name(req);
    unsigned wait_s = 1;
    int r;

    switch (app->hooks->admit(app->hooks_arg, module, name, &wait_s)) {
    case CADRE__APP_REFUSED:
        return respond_later(req, wait_s);
    case CADRE__APP_TRIED:
        r = run_handler(app, req, is_sync);
        app->hooks->on_tried(app->hooks_arg, module, name);
        return r;
    case CADRE__APP_ADMITTED:
        break;
    }
    return run_handler(app, req, is_sync);
}

/* The handler's own error goes to *ret_error; what became of it is returned. */
static inline int call_handler(const struct cadre__app *app, struct cadre_request *req,
                               int *ret_error)
{
    bool is_sync = req->route->row->sync;
    struct cadre__owner owner;
    int r;

    if (req->route->row->cancel_on_disconnect && req->channel->ops->cancel_on_disconnect != NULL)
        req->channel->ops->cancel_on_disconnect(req->channel);

    /* Tasks of the request end with its handler: they may use all that is the request's. */
    cadre__owner_begin(&owner);
    r = app->admits ? run_admitted(app, req, is_sync) : run_handler(app, req, is_sync);
    cadre__owner_end(&owner);
    *ret_error = r < 0 ? r : 0;
    if (req->typed != NULL)
        req->mount->typed->returned(req, *ret_error);
    if (r >= 0 && req->phase == CADRE__REQUEST_COMPLETE)
        return 0;
    return cadre__outcome(req, cadre__culprit_handler(req), r);
}

/* --- finding the handler --- */

/* 404, 405: also the module's to answer. */
static int respond_no_route(struct cadre_request *req, int status)
{
    const struct cadre_problem problem = {.status = status};

    return cadre__errors_answer(req, &problem);
}

/* A WebSocket's route is nothing to a request; one that wants to become a WebSocket is told why it
 * does not. */
static int respond_no_path(struct cadre_request *req, const struct cadre__mount *mount)
{
    const struct cadre_problem problem = {.status = 501,
                                          .detail = "WebSocket is not served over this connection"};

    if (mount->has_websockets && cadre__websocket_is_missed(req, mount))
        return cadre__errors_answer(req, &problem);
    return respond_no_route(req, 404);
}

static int respond_no_method(struct cadre_request *req, const char *allow)
{
    bool is_options = cadre_str_eq(req->scope->method, CADRE_STR("OPTIONS"));
    int r = cadre_header_set(req, "allow", allow);

    if (r < 0)
        return r;
    return is_options ? cadre_respond_empty(req, 204) : respond_no_route(req, 405);
}

/* These find the route of a request: ROUTE_FOUND, and it is noted; or they answer in its stead, and
 * return what became of that. */
enum { ROUTE_FOUND = 1 };

/* All but the plain case: parameters, no such path, no such method. */
static int route_otherwise(struct cadre_request *req, const struct cadre__mount *mount,
                           struct cadre_str path)
{
    struct cadre_str params[CADRE__PATTERN_PARAMS_MAX];
    struct cadre__mount_query query = {.method = req->scope->method, .path = path};
    const struct cadre__mount_route *route;
    char allow[CADRE__ALLOW_SIZE];
    bool is_bare = path.len == 0;
    int r;

    if (is_bare)
        query.path = CADRE_STR("/");
    if (mount->has_hosts)
        query.host = cadre__scope_host(req->scope);
    switch (cadre__mount_find(mount, &query, &route, params, allow)) {
    case CADRE__MOUNT_NO_PATH:
        return respond_no_path(req, mount);
    case CADRE__MOUNT_NO_METHOD:
        return is_bare ? cadre__request_redirect_slash(req) : respond_no_method(req, allow);
    case CADRE__MOUNT_SLASH:
        return cadre__request_redirect_slash(req);
    case CADRE__MOUNT_FOUND:
        break;
    }
    if (is_bare) /* "/shop" of the mount "/shop": to "/shop/", where relative links are right */
        return cadre__request_redirect_slash(req);
    r = cadre__request_set_route(req, mount, route, params);
    return r < 0 ? r : ROUTE_FOUND;
}

static inline int route_in_mount(struct cadre_request *req, const struct cadre__mount *mount)
{
    struct cadre_str path = req->scope->path;
    const struct cadre__mount_route *route = NULL;
    int r;

    path = (struct cadre_str){path.ptr + mount->path_len, path.len - mount->path_len};
    if (path.len > 0)
        route = cadre__mount_find_literal(mount, req->scope->method, path);
    if (route == NULL)
        return route_otherwise(req, mount, path);
    r = cadre__request_note_route(req, mount, route);
    return r < 0 ? r : ROUTE_FOUND;
}

static inline int serve(const struct cadre__app *app, struct cadre_request *req, int *ret_error)
{
    int r = route_in_mount(req, req->mount);

    return r == ROUTE_FOUND ? call_handler(app, req, ret_error) : r;
}

static int serve_inside(const struct cadre__app *app, struct cadre_request *req, int *ret_error)
{
    return serve(app, req, ret_error);
}

static int serve_websocket(const struct cadre__app *app, struct cadre_request *req, int *ret_error)
{
    int r = cadre__websocket_route(req);

    return r == ROUTE_FOUND ? call_handler(app, req, ret_error) : r;
}

/* Through the mount's middleware. */
static __attribute__((noinline)) int pass_through(const struct cadre__app *app,
                                                  struct cadre_request *req,
                                                  cadre__inside_fn inside, int *ret_error)
{
    struct cadre__passage passage = {.app = app, .inside = inside, .layers = req->mount->layers};
    struct cadre__owner owner;
    int r;

    cadre__owner_begin(&owner);
    r = cadre__passage_run(&passage, req);
    cadre__owner_end(&owner);
    *ret_error = passage.error;
    return cadre__passage_outcome(&passage, req, r);
}

/* No mount's: the server as a whole, or nothing. */
static int serve_nowhere(struct cadre_request *req)
{
    if (cadre_str_eq(req->scope->path, CADRE_STR("*")) &&
        cadre_str_eq(req->scope->method, CADRE_STR("OPTIONS")))
        return cadre_respond_empty(req, 204);
    return cadre__errors_answer(req, &(const struct cadre_problem){.status = 404});
}

static inline const struct cadre__mount *find_mount(const struct cadre__app *app,
                                                    struct cadre_str path)
{
    for (size_t i = 0; i < app->n_mounts; i++) {
        if (cadre__mount_covers(app->mounts[i], path))
            return app->mounts[i];
    }
    return NULL;
}

void cadre__app_cancel_background(struct cadre__app *app)
{
    cadre__background_cancel(&app->background);
}

static __attribute__((noinline)) void finish(struct cadre__app *app, struct cadre_request *req,
                                             int result, int error)
{
    cadre__finish(req, &app->background, result, error);
}

/* A handshake and its socket. */
static __attribute__((noinline)) int call_websocket(struct cadre__app *app,
                                                    const struct cadre__scope *scope,
                                                    struct cadre__channel *channel)
{
    struct cadre_request req;
    int r, error = 0;

    if (scope->type != CADRE__SCOPE_WEBSOCKET)
        return -ENOSYS;
    cadre__request_init(&req, scope, channel);
    r = cadre__websocket_begin(&req);
    req.mount = find_mount(app, scope->path);
    if (r == 0)
        r = req.mount == NULL || req.mount->layers == NULL
                ? serve_websocket(app, &req, &error)
                : pass_through(app, &req, serve_websocket, &error);
    if (cadre__finish_is_needed(&req))
        finish(app, &req, r, error);
    cadre__request_done(&req);
    return r;
}

int cadre__app_call(void *app, const struct cadre__scope *scope, struct cadre__channel *channel)
{
    struct cadre_request req;
    int r, error = 0;

    if (__builtin_expect(scope->type != CADRE__SCOPE_HTTP, 0))
        return call_websocket(app, scope, channel);
    cadre__request_init(&req, scope, channel);
    req.mount = find_mount(app, scope->path);
    if (req.mount == NULL)
        r = serve_nowhere(&req);
    else if (req.mount->layers == NULL)
        r = serve(app, &req, &error);
    else
        r = pass_through(app, &req, serve_inside, &error);
    if (cadre__finish_is_needed(&req))
        finish(app, &req, r, error);
    cadre__request_done(&req);
    return r;
}
