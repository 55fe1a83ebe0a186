/* SPDX-License-Identifier: MIT */
/*
 * ipc/totals: all that a server has counted and kept, as an old master tells it to its new one.
 *
 * Workers of both masters count at the same time, and the builds may differ, so no area is shared:
 * the old master says its sums now and then while it drains, and the new one keeps them beside its
 * own. They travel as text, a line a count, so that either side may know more than the other:
 *
 *   cadre-totals 1
 *   starts 12
 *   responses 2 4711               a count with an index
 *   counter shop_orders_total 3 Orders.
 *   histogram shop_order_seconds 2 0.1 4 1 2 0 1.25 Time to order.
 *                                  bounds, each with its count; the count above all; the sum
 *   crash {"time":"2026-..."}      a report of a crash, as JSON; the oldest first
 *
 * A line that is not known is skipped; what no line names is 0. In a sealed memfd (base/shm), so
 * that nobody can change what is read. Never suspends; allocates. Any process.
 */
#ifndef CADRE_IPC_TOTALS_H
#define CADRE_IPC_TOTALS_H

#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

#include "base/counter.h"
#include "base/histogram.h"
#include "ipc/status.h"
#include "ipc/traffic.h"

struct cadre__snapshot_sources;

/* A counter of the registry. */
struct cadre__totals_counter {
    struct cadre__counter_info info;
    uint64_t value;
};

/* The latencies' buckets are base/latency's; their lines need another name should those change. */
struct cadre__totals {
    uint64_t starts; /* as in struct cadre__status_server */
    uint64_t deaths[CADRE__DEATHS];
    uint64_t lost;
    uint64_t reloads_done;
    uint64_t reloads_failed;
    struct cadre__traffic_sum traffic;
    size_t n_counters;
    struct cadre__totals_counter *counters; /* gauges are not among them */
    size_t n_histograms;
    struct cadre__histogram_info *histograms;
    size_t n_crashes;
    char **crashes; /* heap; each a JSON object of one line */
};

/* Adds all up that the areas hold now. 0 or -ENOMEM. */
int cadre__totals_take(const struct cadre__snapshot_sources *sources,
                       struct cadre__totals *ret) CADRE_MUST_CHECK;

/* Adds a report, which is copied; what is no JSON object of one line, or one too many, is left out.
 * 0 or -ENOMEM. */
int cadre__totals_add_crash(struct cadre__totals *totals, const char *json) CADRE_MUST_CHECK;

void cadre__totals_done(struct cadre__totals *totals);

/* Writes them into a sealed memfd. The descriptor, the caller's, or a negative errno. */
int cadre__totals_seal(const struct cadre__totals *totals) CADRE_MUST_CHECK;

/* Reads what was written; `fd` stays the caller's. 0; -EPROTO (that is something else), -EINVAL (it
 * is not sealed), -ENOMEM, or another negative errno. */
int cadre__totals_read(int fd, struct cadre__totals *ret) CADRE_MUST_CHECK;

#endif
