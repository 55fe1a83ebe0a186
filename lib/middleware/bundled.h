/* SPDX-License-Identifier: MIT */
/* The bundled middleware by name, as a conf declares it. */
#ifndef CADRE_MIDDLEWARE_BUNDLED_H
#define CADRE_MIDDLEWARE_BUNDLED_H

#include "middleware/options.h"
#include <cadre/middleware.h>
#include <stddef.h>

struct cadre__bundled {
    const struct cadre_middleware_type *type;
    const struct cadre__layer_options *options;
};

/* What has that name: 0; -ENOENT. */
CADRE_MUST_CHECK int cadre__bundled_find(const char *name, struct cadre__bundled *ret);

/* All names, ended by NULL. */
extern const char *const cadre__bundled_names[];

#endif
