/* SPDX-License-Identifier: MIT */
/*
 * The steward process: runs the server lifespans of a generation, once for all of its workers.
 *
 * Life: modules loaded: LOADED → START → lifespans up: SERVING with what they publish → DRAIN, or
 * the master is gone → lifespans down → exit 0. It serves no requests. SIGTERM does nothing: the
 * master says when the last worker is gone.
 */
#ifndef WORKER_STEWARD_H
#define WORKER_STEWARD_H

#include <cadre/macros.h>

struct child;

/* Lives the whole life. Returns the exit code. */
CADRE_MUST_CHECK int steward_run(struct child *child);

#endif
