/* SPDX-License-Identifier: MIT */
/*
 * conf/load: from files to a tree. The only part that knows libconfig (libconfload.la, linked
 * by `cadre` alone).
 *
 * Reads the main file, its @include lines and its `include` globs; merges groups over files (a
 * scalar set twice is an error that names both places); expands ${NAME} and ${NAME:-default}
 * in strings; applies --set; finds out what the system decides (user ids, number of workers).
 * Runs in the master, at start and at each reload; may block on files and the user database.
 * Never exits, never logs; everything that is wrong goes to the list of errors.
 */
#ifndef CADRE__CONF_LOAD_H
#define CADRE__CONF_LOAD_H

#include "conf/errors.h"
#include "conf/tree.h"

/* One --set NAME=VALUE; a list of them is ended by NULL. Kept by whoever may reload. */
struct cadre__conf_set {
    const struct cadre__conf_set *next; /* in the order of the command line; the last wins */
    const char *text;                   /* "workers=4", "listen.web.address=:8080" */
};

/*
 * Loads PATH. ERRS may already have entries. 0 with *RET set, which the caller frees by
 * cadre__conf_tree_free. -EINVAL when ERRS got an entry; -ENOMEM.
 */
CADRE_MUST_CHECK int cadre__conf_load(const char *path, const struct cadre__conf_set *sets,
                                      struct cadre__conf_tree **ret,
                                      struct cadre__conf_errors *errs);

/*
 * Loads, binds and checks against the system, as `cadre` does at start and the master at a
 * reload: goes on over errors, so that one run tells all, and gives tree and conf or neither.
 * ERRS is in file order afterwards. 0, -EINVAL with ERRS filled, -ENOMEM.
 */
struct cadre__server_conf;
CADRE_MUST_CHECK int cadre__conf_read(const char *path, const struct cadre__conf_set *sets,
                                      struct cadre__conf_tree **ret_tree,
                                      struct cadre__server_conf **ret_conf,
                                      struct cadre__conf_errors *errs);

/*
 * The same in spite of errors, as far as it can be read: what is wrong has its default. Not for
 * serving: for a look at where a server that runs has its things. 0; -EINVAL (there is no such
 * file, or its syntax is wrong), -ENOMEM.
 */
CADRE_MUST_CHECK int cadre__conf_glance(const char *path, const struct cadre__conf_set *sets,
                                        struct cadre__conf_tree **ret_tree,
                                        struct cadre__server_conf **ret_conf);

#endif
