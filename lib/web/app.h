/* SPDX-License-Identifier: MIT */
/*
 * The application behind the gateway: modules at their mounts, routes, and the call of a handler.
 *
 * One struct cadre__app per process. It is filled while the process starts (mounts, then their
 * state) and does not change while it serves. It runs on the loop's thread; a sync handler runs in
 * the loop's thread pool while the request's coroutine waits.
 *
 * A request goes: longest mount whose path is a prefix at a segment border → first route, in order
 * of declaration, that matches method and whole path → handler → response. See <cadre/route.h> for
 * 404, 405, HEAD, OPTIONS and slashes; "/shop" of a mount "/shop" is answered by 307 to "/shop/".
 *
 * Next: web/pattern.h (route patterns), web/request.h (the object that handlers see),
 * web/lifespan.h (what fills the state).
 */
#ifndef CADRE_WEB_APP_H
#define CADRE_WEB_APP_H

#include "gateway/gateway.h"
#include <cadre/module.h>

struct cadre_conf;
struct cadre_dependency_override;
struct cadre__app;
struct cadre__mount;
struct cadre__typed_ops;

/* Whether a handler may run. */
enum cadre__app_ticket {
    CADRE__APP_ADMITTED,
    CADRE__APP_TRIED,   /* it may: on_tried() follows */
    CADRE__APP_REFUSED, /* the request is answered 503 with Retry-After */
};

/* What the process wants to know of the application. Each may be NULL. */
struct cadre__app_hooks {
    /*
     * An async handler is about to run (module and handler named), or has returned (both NULL).
     * The strings live as long as the module. While it runs its coroutine bears its name. Must not
     * suspend.
     */
    void (*on_handler)(void *arg, const char *module, const char *handler);
    /* Tasks behind a response begin, or have ended, those of one request together: the process
     * shall not end meanwhile. Must not suspend. */
    void (*on_background)(void *arg, bool begins);
    /*
     * May a handler run? *ret_wait_s, for one that may not: seconds until it is worth a try, at
     * least 1. NULL: each may. Must not suspend.
     */
    enum cadre__app_ticket (*admit)(void *arg, const char *module, const char *handler,
                                    unsigned *ret_wait_s);
    /* One that was admitted as CADRE__APP_TRIED has returned. */
    void (*on_tried)(void *arg, const char *module, const char *handler);
};

struct cadre__form_conf;

struct cadre__app_options {
    const struct cadre__app_hooks *hooks; /* borrowed for the app's life; NULL: none */
    void *hooks_arg;
    const struct cadre__form_conf *form; /* copied, its directory borrowed; NULL: the defaults */
    bool debug;                /* unexpected errors are answered by a page that shows them */
    uint64_t queue_timeout_ns; /* a sync handler waits for a thread so long at most; 0: no limit */
};

/* A module at its mount. All is borrowed for the app's life. */
struct cadre__mount_options {
    const char *name;                 /* of the module in the conf */
    const char *path;                 /* "/", "/shop"; a slash at the end is dropped */
    const struct cadre_route *routes; /* ended by a row without method; NULL: none */
    const struct cadre_conf *settings;
    const void *settings_value; /* as the struct of the module's model; NULL: it has none */
    const struct cadre_converter *converters;           /* of the module; NULL: none */
    const struct cadre_error_handler *errors;           /* of the module; NULL: none */
    const struct cadre_middleware *around;              /* of the conf, outside; NULL: none */
    const struct cadre_middleware *middleware;          /* of the module; NULL: none */
    unsigned flags;                                     /* of the module */
    const struct cadre_dependency *const *dependencies; /* of the module; NULL: none */
    const struct cadre__typed_ops *typed; /* web/typed.h; NULL: rows' functions only */
    const struct cadre_module *module;    /* as it is described; NULL: it is not documented */
    const struct cadre_dependency_override *overrides; /* of tests; NULL: none */
};

/* Makes an empty app. options may be NULL. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__app_new(const struct cadre__app_options *options,
                                    struct cadre__app **ret);
void cadre__app_free(struct cadre__app *app);

/*
 * Adds a module. 0; -EEXIST: there is one on this mount; -EINVAL: the path or a route is not valid;
 * -ENOMEM. The errors found are written to why as lines that end in '\n' but for the last one,
 * each beginning with the place in the module's source where there is one
 * ("shop.c:12: route \"GET /items/{id\": ..."). ret may be NULL. Nothing was added on an error.
 */
CADRE_MUST_CHECK int cadre__app_mount(struct cadre__app *app,
                                      const struct cadre__mount_options *options, char *why,
                                      size_t why_size, struct cadre__mount **ret);

/* The mount of that module name, or NULL. */
struct cadre__mount *cadre__app_find_mount(struct cadre__app *app, const char *name);

/* What cadre_state(req) is for its handlers. */
void cadre__mount_set_state(struct cadre__mount *mount, void *state);

/* What cadre_server_state(req) is; borrowed for the app's life. */
void cadre__mount_set_server_state(struct cadre__mount *mount, const void *ptr, size_t len);

/* Why a text is no path from '/' on that a browser leaves as it is, "it holds \"//\""; NULL: it is
 * one. */
const char *cadre__mount_path_misfit(const char *path);

/* Checks a mount's path: 0, or -EINVAL with the reason in why. Never suspends. */
CADRE_MUST_CHECK int cadre__mount_path_check(const char *path, char *why, size_t why_size);

/* Cancels the work behind responses, for good: see web/background.h. Never suspends. */
void cadre__app_cancel_background(struct cadre__app *app);

/*
 * Answers one request: a cadre__app_fn, `app` is the struct cadre__app. May suspend. 0; a negative
 * errno as the gateway says; what a handler did wrong is logged here.
 */
int cadre__app_call(void *app, const struct cadre__scope *scope, struct cadre__channel *channel);

#endif
