/* SPDX-License-Identifier: MIT */
/*
 * The checker process: what `cadre -t` and `cadre routes` ask of modules, with rights dropped.
 *
 * Loads all modules as a worker would and reports each finding to the master, a line each; where
 * there are none, and they were asked for, all routes. It runs
 * no lifespan and serves nothing. A module may hang or crash it: the master has a time limit and
 * reads the exit status.
 */
#ifndef WORKER_CHECKER_H
#define WORKER_CHECKER_H

#include <cadre/macros.h>
#include <stdbool.h>

struct child;

/* Waits until the master has room for a message; not for ever: false then. Blocks. */
bool checker_wait(int fd);

/* Returns the exit code: 0 nothing found, 1 findings. */
CADRE_MUST_CHECK int checker_run(struct child *child);

#endif
