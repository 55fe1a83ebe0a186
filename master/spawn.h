/* SPDX-License-Identifier: MIT */
/*
 * Starts a child: fork, then exec of cadre-worker by its descriptor, with a sealed heritage.
 *
 * Between fork and exec the child gets its working directory, umask, limits, environment and
 * signals; its rights it drops itself (worker/rights), because it may first read what only the
 * master's rights open. What fails there comes back as the child's own FAILED message, so every
 * start has one end: a message, or an exit. Master only; blocks for the time of a fork.
 */
#ifndef CADRE_MASTER_SPAWN_H
#define CADRE_MASTER_SPAWN_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cadre/macros.h>

#include "ipc/heritage.h"

struct cadre__server_conf;

struct spawn_request {
    const struct cadre__heritage *heritage; /* all but the channel is filled in */
    int worker_fd;                          /* cadre-worker, O_PATH */
    const struct cadre__server_conf *conf;  /* working directory, umask, limits */
    char *const *environment;
};

struct spawned {
    pid_t pid;
    int pid_fd;     /* readable once it has ended; -1 where the kernel has no such thing */
    int channel_fd; /* our end */
};

/*
 * Starts it. 0 with *ret, whose descriptors are the caller's. A negative errno with one line in
 * `why`: nothing was started.
 */
CADRE_MUST_CHECK int spawn_child(const struct spawn_request *request, struct spawned *ret,
                                 char *why, size_t why_size);

#endif
