/* SPDX-License-Identifier: MIT */
/*
 * base/counter_area: the registry of counters as it lies in shared memory, for base/counter.c and
 * base/histogram.c alone. counter.c says how it is laid out.
 */
#ifndef CADRE_BASE_COUNTER_AREA_H
#define CADRE_BASE_COUNTER_AREA_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/counter.h"

#define CADRE__COUNTER_LINE 64 /* bytes of a cache line */

/* Kinds of rows besides those of enum cadre__counter_kind. */
enum {
    CADRE__COUNTER_HISTOGRAM = 3, /* its value is a double: the sum; `parts` rows follow */
    CADRE__COUNTER_PART = 4,      /* its value is a count; it has no name */
};

struct cadre__counter_row {
    _Alignas(CADRE__COUNTER_LINE) char name[CADRE__COUNTER_NAME_SIZE];
    char help[CADRE__COUNTER_HELP_SIZE];
    uint32_t kind;
    uint32_t parts; /* of a histogram; the last of them has no bound */
    double bound;   /* of a part */
};

struct cadre__counters_area {
    uint32_t magic, layout;
    uint32_t slots, capacity;
    _Atomic uint32_t count;                             /* published rows */
    _Atomic uint32_t used;                              /* one above the highest slot that ever
                                                           counted */
    _Alignas(CADRE__COUNTER_LINE) pthread_mutex_t lock; /* robust, shared; guards adding rows */
    struct cadre__counter_row row[];
};

/* The values of a slot, one a row. */
_Atomic uint64_t *cadre__counters_block(const struct cadre__counters *counters, uint32_t slot);

/* What an earlier server had counted: the block behind those of the slots. */
_Atomic uint64_t *cadre__counters_inherited(const struct cadre__counters *counters);

/* Whether it is a name as Prometheus has them, that fits. */
bool cadre__counters_name_is_good(const char *name);

/* The index of the row `name`, or the count where there is none. */
uint32_t cadre__counters_find(const struct cadre__counters *counters, const char *name);

/* Whether the samples of a new `name` would be taken for those of one that is there. */
bool cadre__counters_clash(const struct cadre__counters *counters, const char *name,
                           bool is_histogram);

/* Takes the registry's lock: pthread_mutex_unlock() gives it back. 0 or a negative errno. */
CADRE_MUST_CHECK int cadre__counters_lock(struct cadre__counters *counters);

/* This process's slot counts from now on. Under the lock. */
void cadre__counters_note_use(struct cadre__counters *counters);

/* One above the highest slot that ever counted; pages of others are not to be touched. */
uint32_t cadre__counters_used(const struct cadre__counters *counters);

/* Writes a help text: backslash and line feed are escaped. */
void cadre__counters_put_help(FILE *out, const char *help);

#endif
