/* SPDX-License-Identifier: MIT */
/*
 * Middleware that a conf declares for a mount, as rows of a table. Options are read by their models
 * (middleware/options.h), as settings are, and tried: what a setup would refuse is found here, with
 * its line. Made once in each process that loads the module.
 *
 *     middleware: { cors: { allow_origins = ["*"]; }; compress: {}; };
 *     middleware = ( { rate_limit: { requests = 10; }; }, { rate_limit: { ... }; } );
 */
#ifndef CADRE_API_CONF_LAYERS_H
#define CADRE_API_CONF_LAYERS_H

#include "api/settings.h"
#include <cadre/middleware.h>

struct cadre__conf_layers_source {
    const struct cadre_conf *conf; /* the group or list; NULL: none */
    const char *module;            /* its name in the conf */
    const char *mount;             /* "/shop" */
};

/*
 * 0, and *ret is a table that ends with CADRE_MIDDLEWARE_END, the outermost first, in the arena, or
 * NULL: there is none; -EINVAL: `on_wrong` was told of all that is; -ENOMEM. Never suspends.
 */
CADRE_MUST_CHECK int cadre__conf_layers_make(const struct cadre__conf_layers_source *source,
                                             struct cadre__arena *arena,
                                             cadre__settings_wrong_fn on_wrong, void *arg,
                                             const struct cadre_middleware **ret);

#endif
