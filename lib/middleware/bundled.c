/* SPDX-License-Identifier: MIT */
/* Types by name: middleware/bundled.h. */
#include "middleware/bundled.h"

#include <cadre/compress.h>
#include <cadre/cors.h>
#include <cadre/guards.h>
#include <cadre/rate_limit.h>
#include <cadre/session.h>
#include <errno.h>
#include <string.h>

#define TYPES(X)                                                                                   \
    X(cors)                                                                                        \
    X(compress)                                                                                    \
    X(sessions)                                                                                    \
    X(rate_limit)                                                                                  \
    X(time_limit)                                                                                  \
    X(trusted_hosts)                                                                               \
    X(https_redirect)                                                                              \
    X(networks)                                                                                    \
    X(security_headers)                                                                            \
    X(request_ids)

#define NAME(name) #name,
#define TYPE(name) &cadre_##name,

const char *const cadre__bundled_names[] = {TYPES(NAME) NULL};

static const struct cadre_middleware_type *const types[] = {TYPES(TYPE) NULL};

int cadre__bundled_find(const char *name, struct cadre__bundled *ret)
{
    *ret = (struct cadre__bundled){.type = NULL};
    for (size_t i = 0; types[i] != NULL; i++) {
        if (strcmp(cadre__bundled_names[i], name) == 0)
            ret->type = types[i];
    }
    for (const struct cadre__layer_options *row = cadre__layer_options; row->name != NULL; row++) {
        if (strcmp(row->name, name) == 0)
            ret->options = row;
    }
    return ret->type != NULL && ret->options != NULL ? 0 : -ENOENT;
}
