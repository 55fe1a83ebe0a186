/* SPDX-License-Identifier: MIT */
/*
 * ipc/traffic: what the workers have answered, and how fast, since the server started.
 *
 * A shared area ("traffic") of one record a slot. The process of the slot alone adds to it, by
 * plain stores and without a system call; whoever wants a total adds up all records. A record
 * stays when its process dies and the slot's next one goes on adding to it, so that no total ever
 * goes back, over deaths and reloads too. What was there before a process came is noted by the
 * master when it claims the slot (`before`), so its own share can be told. What the server had
 * answered before a binary upgrade is noted in a record of its own (`inherited`).
 *
 * Like the scoreboard: what a record says may be wrong after its process went mad. Never blocks,
 * allocates or suspends.
 */
#ifndef CADRE_IPC_TRAFFIC_H
#define CADRE_IPC_TRAFFIC_H

#include <stdatomic.h>
#include <stdint.h>

#include <cadre/macros.h>

#include "base/latency.h"
#include "base/shm.h"
#include "ipc/scoreboard.h"

#define CADRE__TRAFFIC_AREA  "traffic"
#define CADRE__TRAFFIC_MAGIC UINT32_C(0x43645472) /* "CdTr" */

/* What is counted; each only goes up. */
struct cadre__traffic_counts {
    _Atomic uint64_t responses[6]; /* by the first digit of the status; [0]: none was sent */
    _Atomic uint64_t lost;         /* requests that were cut off: cancelled, or died with */
    _Atomic uint64_t accepted;     /* connections */
    _Atomic uint64_t time_ns;      /* of all requests, from the head to the answer's end */
    _Atomic uint64_t latency[CADRE__LATENCY_BUCKETS];
};

struct cadre__traffic {
    _Alignas(64) struct cadre__traffic_counts now;    /* written by the slot's process */
    _Alignas(64) struct cadre__traffic_counts before; /* written by the master, at a claim */
};

struct cadre__traffic_area {
    uint32_t magic;                                      /* CADRE__TRAFFIC_MAGIC */
    uint32_t record_size;                                /* sizeof(struct cadre__traffic) */
    _Alignas(64) struct cadre__traffic_counts inherited; /* of an earlier server; the master's */
    struct cadre__traffic slot[CADRE__SLOTS_MAX];
};

/* Counts, copied out. */
struct cadre__traffic_sum {
    uint64_t responses[6];
    uint64_t requests; /* the sum of these */
    uint64_t lost;
    uint64_t accepted;
    uint64_t time_ns;
    uint64_t latency[CADRE__LATENCY_BUCKETS];
};

/* Makes and lays out the area: `shm` is the caller's. 0 or a negative errno. */
int cadre__traffic_create(struct cadre__shm *shm,
                          struct cadre__traffic_area **ret) CADRE_MUST_CHECK;

/* Looks at an area that is attached. -EPROTO where it is none of this build. */
int cadre__traffic_open(const struct cadre__shm *shm,
                        struct cadre__traffic_area **ret) CADRE_MUST_CHECK;

/* The master, before it forks: what is counted from now on in `slot` is the next process's. */
void cadre__traffic_claim(struct cadre__traffic_area *area, uint32_t slot);

/* Adds all that was counted in `slot` to `*sum`. */
void cadre__traffic_add(const struct cadre__traffic_area *area, uint32_t slot,
                        struct cadre__traffic_sum *sum);

/* Notes what an earlier server had counted, in the place of what was noted before; a count that is
 * less stays as it was. The master alone. */
void cadre__traffic_inherit(struct cadre__traffic_area *area, const struct cadre__traffic_sum *sum);

/* Adds what was inherited to `*sum`. */
void cadre__traffic_add_inherited(const struct cadre__traffic_area *area,
                                  struct cadre__traffic_sum *sum);

/* Adds what its present process, or the last one, has counted. */
void cadre__traffic_add_own(const struct cadre__traffic_area *area, uint32_t slot,
                            struct cadre__traffic_sum *sum);

/* Adds to a count of the caller's own slot, which nobody else writes. */
static inline void cadre__traffic_count(_Atomic uint64_t *count, uint64_t n)
{
    atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

#endif
