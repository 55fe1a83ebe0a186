/* SPDX-License-Identifier: MIT */
/*
 * The options of the bundled middleware as models, by which a conf gives them and its reference
 * tells them. A field has the name, the default and the meaning of the member of that struct in
 * <cadre/...>; what is a function there has none. Tables alone: they know no middleware.
 */
#ifndef CADRE_MIDDLEWARE_OPTIONS_H
#define CADRE_MIDDLEWARE_OPTIONS_H

#include <cadre/model.h>

struct cadre__layer_options {
    const char *name;                /* of the type, "cors" */
    const struct cadre_model *model; /* NULL: it has no options */
    const char *doc;                 /* what it does, one or two sentences */
    const char *example;             /* as one would write the options */
};

/* In the order of the documents; ended by a row without name. */
extern const struct cadre__layer_options cadre__layer_options[];

#endif
