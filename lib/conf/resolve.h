/* SPDX-License-Identifier: MIT */
/*
 * conf/resolve: what the system says about a conf. Part of the loader, master only.
 *
 * What children must see as the master saw it goes into the tree under `*resolved`: the folder
 * of the conf file, user and group ids, the number of workers and its reason, the module path.
 * May block on the user database and on file systems.
 */
#ifndef CADRE__CONF_RESOLVE_H
#define CADRE__CONF_RESOLVE_H

#include "conf/errors.h"
#include "conf/raw.h"
#include "conf/server_conf.h"

/* Appends `*resolved` to ROOT, the whole conf that was read from PATH. 0 or -ENOMEM. */
CADRE_MUST_CHECK int cadre__resolve(struct cadre__raw *root, const char *path,
                                    struct cadre__arena *arena, struct cadre__conf_errors *errs);

/*
 * Checks a bound conf against the system: rights that `user` needs, folders that must exist.
 * Adds to ERRS.
 */
void cadre__resolve_check(const struct cadre__conf_tree *tree,
                          const struct cadre__server_conf *conf, struct cadre__conf_errors *errs);

#endif
