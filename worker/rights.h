/* SPDX-License-Identifier: MIT */
/*
 * Giving up rights, before any code of a module is loaded.
 *
 * The order is fixed: capabilities that must not come back (bounding set), groups, group, user,
 * then what is left of capabilities, and no new privileges. A process that changes its user is not
 * dumpable any more; that is restored, so that core dumps and /proc/PID work as ever.
 *
 * Once per process, before threads; may block (user database). Nothing is logged.
 */
#ifndef WORKER_RIGHTS_H
#define WORKER_RIGHTS_H

#include <cadre/macros.h>
#include <stddef.h>

struct cadre__conf_owner;

/* Becomes that user and group; neither set: stays who it is. 0, or a negative errno with one line
 * in `why`. After an error the process must end. */
CADRE_MUST_CHECK int rights_drop(const struct cadre__conf_owner *owner, char *why, size_t why_size);

#endif
