/* SPDX-License-Identifier: MIT */
/*
 * base/histogram: histograms that all processes of a server share, in the registry of counters
 * (base/counter.h).
 *
 * A histogram of n bounds counts values in n + 1 buckets: the first one whose bound is not below
 * the value, or the last, which has none. It takes n + 2 rows of the registry: its own, whose value
 * is the sum of all values, and one for each bucket. As counters they outlive their processes.
 *
 * Never blocks but for the lock of the registry, never suspends.
 */
#ifndef CADRE_BASE_HISTOGRAM_H
#define CADRE_BASE_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cadre/macros.h>

#include "base/counter.h"

#define CADRE__HISTOGRAM_BOUNDS_MAX 62

/* A histogram of the registry, copied out: its values are sums over all slots. */
struct cadre__histogram_info {
    char name[CADRE__COUNTER_NAME_SIZE];
    char help[CADRE__COUNTER_HELP_SIZE];
    uint32_t n_bounds;
    double bounds[CADRE__HISTOGRAM_BOUNDS_MAX];       /* ascending, finite */
    uint64_t counts[CADRE__HISTOGRAM_BOUNDS_MAX + 1]; /* n_bounds + 1: not cumulative */
    double sum;
};

/* One histogram of this process: places to add to. All bytes zero is one that counts nothing. */
struct cadre__histogram {
    _Atomic uint64_t *values; /* in our slot: the sum, the counts; NULL: nothing is counted */
};

/*
 * Finds the histogram `name`, or makes it, with `n` bounds that ascend. As cadre__counter_define();
 * -EEXIST also where it is known with other bounds, or where a name that it needs (NAME_bucket,
 * NAME_sum, NAME_count) is taken; -EINVAL also for bounds that do not ascend, are not finite, or
 * are too many.
 */
int cadre__histogram_define(struct cadre__counters *counters, const char *name, const char *help,
                            const double *bounds, size_t n,
                            struct cadre__histogram *ret) CADRE_MUST_CHECK;

/* Counts a value; `bounds` are those that it was defined with. One that is not finite is not
 * counted. Any thread, lock-free. */
void cadre__histogram_add(struct cadre__histogram histogram, const double *bounds, size_t n,
                          double value);

/* What this slot has counted: how many values, and their sum. Any thread. */
uint64_t cadre__histogram_count(struct cadre__histogram histogram, size_t n);
double cadre__histogram_sum(struct cadre__histogram histogram);

/* The histogram of row `i`. -ENOENT: that row is none; -EPROTO: it is damaged. Any process. */
int cadre__histogram_read(const struct cadre__counters *counters, uint32_t i,
                          struct cadre__histogram_info *ret) CADRE_MUST_CHECK;

/* As cadre__counter_inherit(), for the counts and the sum of `info`. -EEXIST also for other bounds.
 */
int cadre__histogram_inherit(struct cadre__counters *counters,
                             const struct cadre__histogram_info *info,
                             bool may_add) CADRE_MUST_CHECK;

/* Writes it in the text format of Prometheus, version 0.0.4. */
void cadre__histogram_format(const struct cadre__histogram_info *info, FILE *out);

#endif
