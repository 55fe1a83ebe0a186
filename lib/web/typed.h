/* SPDX-License-Identifier: MIT */
/*
 * The seam to the typed API: what a route's row declares besides its function (parameters,
 * dependencies, models), made ready when it is mounted, and done before and after its handler.
 *
 * lib/api fills the table in; who mounts a module hands it over (struct cadre__mount_options). The
 * web layer itself knows no more than this, and a route that declares nothing has no plan and pays
 * one test.
 */
#ifndef CADRE_WEB_TYPED_H
#define CADRE_WEB_TYPED_H

#include <cadre/route.h>
#include <stdbool.h>
#include <stddef.h>

struct cadre__buf;
struct cadre__mount_options;
struct cadre__pattern;
struct cadre_request;

/* What a plan is made of. All is borrowed for the mount's life, but `mounts` for the call. */
struct cadre__typed_route {
    const struct cadre_route *row;
    const struct cadre_route *const *mounts; /* the rows of the tables around it, outermost first */
    size_t n_mounts;
    const struct cadre__pattern *pattern; /* of the whole path below the module's mount */
    const struct cadre__pattern *host;    /* NULL: any */
    const struct cadre__mount_options *options;
};

/* Rows of Cadre's own, tables as of a module; NULL: none. */
struct cadre__own_rows {
    const struct cadre_route *before; /* the module's */
    const struct cadre_route *behind; /* one whose path and method a row of the module has, too, is
                                         left out */
};

/* What a request still has of its dependencies. */
enum cadre__typed_held {
    CADRE__HOLDS_NOTHING,
    CADRE__HOLDS_VALUES,   /* in its memory, with nothing to be released */
    CADRE__HOLDS_RELEASES, /* some are to be released on the loop, which may suspend */
    CADRE__HOLDS_SYNC,     /* some in a thread, which suspends */
};

struct cadre__typed_ops {
    /*
     * Makes the plan of a route; *ret is NULL where it declares nothing. 0; -EINVAL: `errors` has
     * what is wrong, lines that end in '\n' but for the last one, without the place; -ENOMEM.
     */
    int (*plan)(const struct cadre__typed_route *route, struct cadre__buf *errors, void **ret);
    void (*plan_free)(void *plan);

    /*
     * Before the handler, on the loop: reads the body, resolves dependencies, converts parameters.
     * 0: the handler may run, or, where the response has begun, a dependency has answered in its
     * stead. A negative errno: as if the handler had returned it. May suspend.
     */
    int (*enter)(struct cadre_request *req, const void *plan);

    /* When the handler, or an enter that failed, has returned `error` (0: none), and before that is
     * answered: releases dependencies of the function's scope that are still there. May suspend. */
    void (*returned)(struct cadre_request *req, int error);

    /* Behind it, when the response is complete, or cut, and the work behind it is done: releases
     * all others. May suspend. What there is of them: */
    void (*leave)(struct cadre_request *req, int error);
    enum cadre__typed_held (*held)(const struct cadre_request *req);

    /*
     * What Cadre itself serves below the mount, its documentation: *ret_rows live as long as *ret.
     * All is left as it is where there is none. 0; -EINVAL: `errors` has what is wrong, lines as
     * above; -ENOMEM.
     */
    int (*docs_new)(const struct cadre__mount_options *options, struct cadre__buf *errors,
                    struct cadre__own_rows *ret_rows, void **ret);
    void (*docs_free)(void *docs);

    /* Appends a struct of a model as JSON of one line; `flags` of <cadre/model_json.h>. 0; -EINVAL,
     * also of no value, -ENOMEM and such: the buffer then has a part of it. Never suspends. */
    int (*write)(const struct cadre_model *model, const void *value, unsigned flags,
                 struct cadre__buf *out);
};

#endif
