/* SPDX-License-Identifier: MIT */
/* The layers around a mount's routes: web/middleware.h. */
#include "web/middleware.h"

#include "web/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct layer {
    const char *name; /* borrowed from the row */
    cadre_middleware_fn call;
    union {
        void *self;
        const void *options; /* in its stead */
    };
    void (*done)(void *self); /* NULL: nothing to free */
};

struct cadre__layers {
    size_t n;
    struct layer layers[]; /* the outermost first */
};

/* --- while the process starts --- */

static void refuse(const struct cadre_middleware_setup *setup, const struct cadre_middleware *row,
                   const char *why)
{
    snprintf(setup->why, setup->why_size, "%s:%u: middleware \"%s\": %s",
             row->file != NULL ? row->file : "?", row->line, row->name, why);
}

static int set_up(const struct cadre_middleware *row, const struct cadre_middleware_setup *setup,
                  struct layer *layer)
{
    const struct cadre_middleware_type *type = row->type;
    char reason[512] = "its options are refused, and its setup does not say why";
    const struct cadre_middleware_setup inner = {
        .module = setup->module, .mount = setup->mount, .why = reason, .why_size = sizeof(reason)};
    int r;

    *layer = (struct layer){.name = row->name, .call = row->call, .self = row->self};
    if (type == NULL && row->call == NULL) {
        refuse(setup, row, "it has neither a function nor a type: give one by CADRE_MIDDLEWARE");
        return -EINVAL;
    }
    if (type == NULL)
        return 0;
    layer->name = type->name;
    layer->call = type->call;
    if (type->setup == NULL) {
        layer->options = row->options;
        return 0;
    }
    layer->self = NULL;
    r = type->setup(&inner, row->options, &layer->self);
    if (r == 0 && layer->self == NULL)
        layer->options = row->options;
    else if (r == 0)
        layer->done = type->done;
    else if (r == -EINVAL)
        refuse(setup, row, reason);
    return r;
}

static size_t count(const struct cadre_middleware *rows)
{
    size_t n = 0;

    while (rows != NULL && rows[n].name != NULL)
        n++;
    return n;
}

int cadre__layers_new(const struct cadre_middleware *outer, const struct cadre_middleware *inner,
                      struct cadre_middleware_setup *setup, struct cadre__layers **ret)
{
    const size_t n_outer = count(outer), n = n_outer + count(inner);
    struct cadre__layers *layers;
    int r = 0;

    *ret = NULL;
    if (n == 0)
        return 0;
    layers = calloc(1, sizeof(*layers) + n * sizeof(layers->layers[0]));
    if (layers == NULL)
        return -ENOMEM;
    for (; r == 0 && layers->n < n; layers->n++) {
        const struct cadre_middleware *row =
            layers->n < n_outer ? &outer[layers->n] : &inner[layers->n - n_outer];

        r = set_up(row, setup, &layers->layers[layers->n]);
    }
    if (r < 0) {
        cadre__layers_free(layers);
        return r;
    }
    *ret = layers;
    return 0;
}

void cadre__layers_free(struct cadre__layers *layers)
{
    if (layers == NULL)
        return;
    for (size_t i = layers->n; i-- > 0;) {
        if (layers->layers[i].done != NULL)
            layers->layers[i].done(layers->layers[i].self);
    }
    free(layers);
}

/* --- a request --- */

static int run_layer(struct cadre__passage *passage, struct cadre_request *req, size_t at)
{
    const struct layer *layer = &passage->layers->layers[at];
    int r;

    passage->at = at;
    r = layer->call(req, layer->self);
    if (r < 0 && r != passage->error && passage->failed == NULL) {
        passage->failed = layer->name;
        passage->error = r;
    }
    if (!passage->has_turned)
        passage->turned = layer->name;
    passage->has_turned = true;
    return r;
}

int cadre_next(struct cadre_request *req)
{
    struct cadre__passage *passage;
    size_t at;
    int r;

    cadre__request_check(req);
    passage = req->passage;
    if (passage == NULL || req->route != NULL)
        return passage != NULL && passage->has_turned ? -EALREADY : -EDEADLK;
    if (passage->has_turned)
        return -EALREADY;
    at = passage->at;
    if (at + 1 < passage->layers->n) {
        r = run_layer(passage, req, at + 1);
    } else {
        passage->has_arrived = true;
        passage->outcome = passage->inside(passage->app, req, &passage->error);
        r = passage->error < 0 ? passage->error : passage->outcome;
        if (r < 0)
            passage->error = r;
    }
    passage->has_turned = true;
    passage->at = at;
    return r;
}

int cadre__passage_run(struct cadre__passage *passage, struct cadre_request *req)
{
    req->passage = passage;
    return run_layer(passage, req, 0);
}
