/* SPDX-License-Identifier: MIT */
/*
 * base/counter: counters that all processes of a server share.
 *
 * One area ("counters") holds a registry of names and, for each slot, a value for each name, on
 * cache lines of that slot alone. A process adds to its own slot without a lock; whoever wants
 * the sum reads all slots. A counter outlives the process that added to it: the slot's next one
 * goes on from there, so a sum never goes back, over deaths and reloads too. A gauge says what a
 * living process has, so the master forgets it with the process.
 *
 * A histogram is several rows: base/histogram.h.
 *
 * The master trusts nothing but its own sizes: a process that scribbles over the area can make
 * numbers wrong, and no more. Never blocks but for the lock of the registry, never suspends.
 */
#ifndef CADRE_BASE_COUNTER_H
#define CADRE_BASE_COUNTER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cadre/macros.h>

#include "base/shm.h"

#define CADRE__COUNTERS_AREA     "counters"
#define CADRE__COUNTER_NAME_SIZE 64
#define CADRE__COUNTER_HELP_SIZE 128

/* The slot of a process that only reads. */
#define CADRE__COUNTERS_NO_SLOT UINT32_MAX

enum cadre__counter_kind {
    CADRE__COUNTER_COUNTER = 1, /* only goes up; outlives its process */
    CADRE__COUNTER_GAUGE = 2,   /* up and down, signed; goes with its process */
};

struct cadre__counters_area; /* as it lies in shared memory; see counter.c */

/* A process's view of the area. */
struct cadre__counters {
    struct cadre__counters_area *area; /* borrowed from the shm */
    uint32_t slots, capacity;          /* checked once against the size of the mapping */
    uint32_t slot;                     /* ours, or CADRE__COUNTERS_NO_SLOT */
};

/* One counter of this process: a place to add to. All bytes zero is one that counts nothing. */
struct cadre__counter {
    _Atomic uint64_t *value; /* in our slot; NULL: nothing is counted */
};

/* How many bytes an area for so many slots and names takes. */
size_t cadre__counters_size(uint32_t slots, uint32_t capacity);

/* Lays out a fresh, zeroed, writable area of cadre__counters_size() bytes. 0 or -EINVAL. */
int cadre__counters_create(struct cadre__counters *counters, const struct cadre__shm *shm,
                           uint32_t slots, uint32_t capacity) CADRE_MUST_CHECK;

/* Opens an area that was laid out. `slot` is the caller's own one. -EPROTO where the area is no
 * such area, -EINVAL for a slot beyond it, -EACCES for a slot in a read-only mapping. */
int cadre__counters_attach(struct cadre__counters *counters, const struct cadre__shm *shm,
                           uint32_t slot) CADRE_MUST_CHECK;

/* Finds the counter `name`, or makes it. Names are [a-zA-Z_:][a-zA-Z0-9_:]*, below 64 bytes, as in
 * Prometheus; `help` is cut to 127. 0; -EINVAL (bad name), -EEXIST (known with another kind),
 * -ENOSPC (the area is full), -EACCES (no slot). Any thread. The master does so only before its
 * first child starts: a child can die with the lock, which costs nothing, or break it. */
int cadre__counter_define(struct cadre__counters *counters, const char *name, const char *help,
                          enum cadre__counter_kind kind,
                          struct cadre__counter *ret) CADRE_MUST_CHECK;

/* Adds to a counter; wait-free. Any thread. */
static inline void cadre__counter_add(struct cadre__counter counter, uint64_t n)
{
    if (counter.value)
        atomic_fetch_add_explicit(counter.value, n, memory_order_relaxed);
}

/* Adds to a gauge. Any thread. */
static inline void cadre__gauge_add(struct cadre__counter gauge, int64_t n)
{
    if (gauge.value)
        atomic_fetch_add_explicit(gauge.value, (uint64_t)n, memory_order_relaxed);
}

/* Sets a gauge. Any thread. */
static inline void cadre__gauge_set(struct cadre__counter gauge, int64_t n)
{
    if (gauge.value)
        atomic_store_explicit(gauge.value, (uint64_t)n, memory_order_relaxed);
}

/* One row of the registry, copied out. */
struct cadre__counter_info {
    char name[CADRE__COUNTER_NAME_SIZE];
    char help[CADRE__COUNTER_HELP_SIZE];
    enum cadre__counter_kind kind;
};

/* How many names there are; they keep their order and never go. Any thread. */
uint32_t cadre__counters_count(const struct cadre__counters *counters);

/* The row `i` < count. -ENOENT beyond and where it is a histogram's (base/histogram.h), -EPROTO
 * where it is damaged. */
int cadre__counters_info(const struct cadre__counters *counters, uint32_t i,
                         struct cadre__counter_info *ret) CADRE_MUST_CHECK;

/* The sum of row `i` over all slots; a gauge's as an int64_t. Any thread, any process. 0 beyond
 * the count. */
uint64_t cadre__counters_sum(const struct cadre__counters *counters, uint32_t i);

/*
 * Notes what an earlier server had counted under `info->name`: `value` is part of the sum from now
 * on, in the place of what was noted before; less than that is ignored. The master only, which
 * takes the lock, so with `may_add` only before its first child starts. 0; -ENOENT (no such
 * counter, and none may be added), -EEXIST (known with another kind), -ENOSPC, -EINVAL (bad name,
 * no counter).
 */
int cadre__counter_inherit(struct cadre__counters *counters, const struct cadre__counter_info *info,
                           uint64_t value, bool may_add) CADRE_MUST_CHECK;

/* Writes all names and sums in the text format of Prometheus, version 0.0.4. Any process. */
void cadre__counters_format(const struct cadre__counters *counters, FILE *out);

/* Sets the gauges that a slot's dead process left to nothing. The master only, after the process
 * was reaped and before the slot is used again. */
void cadre__counters_forget_gauges(struct cadre__counters *counters, uint32_t slot);

#endif
