/* SPDX-License-Identifier: MIT */
/*
 * The layers around a mount's routes (<cadre/middleware.h>): set up at mounting, and the passage of
 * a request through them. What layers ask to be told on the way out is in web/taps.h. On the loop.
 */
#ifndef CADRE_WEB_MIDDLEWARE_H
#define CADRE_WEB_MIDDLEWARE_H

#include "web/mount.h"
#include <cadre/middleware.h>

struct cadre__layers;

/* What is inside of all layers: finds the route and has it answer; returns what the protocol is to
 * know, and in *ret_error what the handler returned, where that is negative, else 0. */
typedef int (*cadre__inside_fn)(const struct cadre__app *app, struct cadre_request *req,
                                int *ret_error);

/* A request on its way through the layers. */
struct cadre__passage {
    const struct cadre__app *app;
    cadre__inside_fn inside;
    const struct cadre__layers *layers;
    size_t at;          /* the layer that runs */
    bool has_turned;    /* it is on its way back */
    const char *turned; /* the layer that did not go on; NULL: none */
    bool has_arrived;   /* `inside` was called */
    int outcome;        /* what that returned */
    int error;          /* of the handler; 0: none */
    const char *failed; /* the layer that has returned an error of its own; NULL: none */
};

/*
 * Sets up the layers of two tables that end with a row without a name, or NULL: those of `outer`
 * stand outside of those of `inner`. *ret is NULL where there are none. 0; -EINVAL with a line for
 * people in setup->why; -ENOMEM.
 */
CADRE_MUST_CHECK int cadre__layers_new(const struct cadre_middleware *outer,
                                       const struct cadre_middleware *inner,
                                       struct cadre_middleware_setup *setup,
                                       struct cadre__layers **ret);
void cadre__layers_free(struct cadre__layers *layers);

/*
 * Sends a request through them. May suspend. What the outermost returned; passage->outcome stands
 * where that is only what came from inside.
 */
int cadre__passage_run(struct cadre__passage *passage, struct cadre_request *req);

#endif
