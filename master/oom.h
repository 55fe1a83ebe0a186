/* SPDX-License-Identifier: MIT */
/*
 * Whether the kernel kills for memory in our cgroup: what a worker that vanished by SIGKILL may
 * have died of. Reads cgroup v2's memory.events; without it, never. Master only.
 */
#ifndef CADRE_MASTER_OOM_H
#define CADRE_MASTER_OOM_H

#include <stdint.h>

struct oom {
    char path[512]; /* memory.events of our cgroup; "": not there */
    uint64_t kills; /* as read last */
};

void oom_init(struct oom *oom);

/* How many processes were killed for memory since the last call (or since _init). */
uint64_t oom_new_kills(struct oom *oom);

#endif
