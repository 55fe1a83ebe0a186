/* SPDX-License-Identifier: MIT */
/*
 * What to say when an address cannot be listened on: what, who holds it, how to mend it.
 * Master only; looks into /proc, never fails.
 */
#ifndef CADRE_MASTER_BIND_ERROR_H
#define CADRE_MASTER_BIND_ERROR_H

#include <cadre/macros.h>

#include "conf/errors.h"
#include "conf/server_conf.h"

struct listener_set;

/*
 * Adds the error of a listener, with its place in the conf. `error` is the negative errno of
 * listener_set_bind's steps; `own`, or NULL, is what this server listens on already.
 */
void bind_error_add(struct cadre__conf_errors *errs, const struct cadre__listen_conf *conf,
                    int error, const struct listener_set *own);

#endif
