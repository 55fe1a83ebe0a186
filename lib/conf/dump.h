/* SPDX-License-Identifier: MIT */
/*
 * conf/dump: `cadre -T`, every effective value and where it comes from.
 *
 * The result is a conf that can be read back and means the same: defaults and expanded variables
 * included, includes taken in. Master only (part of libconfload.la).
 */
#ifndef CADRE__CONF_DUMP_H
#define CADRE__CONF_DUMP_H

#include "conf/server_conf.h"
#include "conf/tree.h"

/* The text, which the caller frees; NULL: out of memory. */
CADRE_MUST_CHECK char *cadre__conf_dump(const struct cadre__conf_tree *tree,
                                        const struct cadre__server_conf *conf);

#endif
