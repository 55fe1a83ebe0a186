/* SPDX-License-Identifier: MIT */
/*
 * The worker process: its life, from loaded modules to the last lifespan's end.
 *
 *   BOOTING ──modules loaded: LOADED──> WAITING ──START──> STARTING ──lifespans up: READY──> READY
 *      READY ──ACCEPT──> SERVING ──DRAIN, or the master is gone──> DRAINING ──nothing in flight:
 *      DRAINED──> STOPPING ──lifespans down──> GONE
 *
 * A drain that comes earlier skips what there is not: from WAITING to GONE, from STARTING and READY
 * to STOPPING. A startup that fails: FAILED, and GONE. Exit code 0 after an ordered end.
 */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include <cadre/macros.h>

struct child;

/* Lives the whole life. Returns the exit code. The process must exit with it at once: handlers that
 * did not end may still run in threads. */
CADRE_MUST_CHECK int worker_run(struct child *child);

#endif
