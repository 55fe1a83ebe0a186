/* SPDX-License-Identifier: MIT */
/*
 * Middleware that the conf declares for modules (api/conf_layers.h): made where a module is loaded,
 * and checked by itself where none is. In children; never suspends.
 */
#ifndef CADRE_WORKER_MODULE_LAYERS_H
#define CADRE_WORKER_MODULE_LAYERS_H

#include "base/arena.h"
#include "conf/errors.h"
#include "conf/server_conf.h"
#include <cadre/middleware.h>

/* That of one module, as a table in the arena; *ret is NULL where there is none, or it is wrong:
 * then `errors` say all that is. 0; -ENOMEM. */
CADRE_MUST_CHECK int module_layers_make(const struct cadre__module_conf *conf,
                                        struct cadre__conf_errors *errors,
                                        struct cadre__arena *arena,
                                        const struct cadre_middleware **ret);

/* That of one module, of which only `errors` are wanted. 0; -ENOMEM. */
CADRE_MUST_CHECK int module_layers_check(const struct cadre__module_conf *conf,
                                         struct cadre__conf_errors *errors);

#endif
