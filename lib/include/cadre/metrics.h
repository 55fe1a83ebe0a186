/* SPDX-License-Identifier: MIT */
/*
 * <cadre/metrics.h>: counters, gauges and histograms of a module's own, which the server tells with
 * its own on /metrics (status_listen). A lifespan makes them, handlers add to them:
 *
 *     static struct cadre_counter *orders;
 *
 *     r = cadre_counter_new("shop_orders_total", "Orders that were taken.", &orders);
 *     ...
 *     cadre_counter_add(orders, 1);
 *
 * Each process of the server adds to a place of its own, without a lock, and what is told is the
 * sum of all. Counters and histograms outlive their process: their sums never go back, over deaths
 * of workers, reloads and upgrades. A gauge says what living processes have, and goes with them.
 *
 * A name is [a-zA-Z_:][a-zA-Z0-9_:]*, below 64 bytes; begin it with the module's name. Whoever
 * makes one of a name that is there gets the same one. They live as long as the process; there is
 * room for 1,000 in a server, of which a histogram takes as many as it has bounds, and two. Outside
 * of a server they count too (room for 256), and nobody is told.
 *
 * NULL is taken by all that add, and counts nothing. Nothing here suspends.
 */
#ifndef CADRE_METRICS_H
#define CADRE_METRICS_H

#include <cadre/macros.h>
#include <stddef.h>
#include <stdint.h>

CADRE_BEGIN_DECLS

struct cadre_counter;
struct cadre_gauge;
struct cadre_histogram;

/*
 * Makes a counter, which only goes up; by custom its name ends in "_total". `help` is a sentence
 * for people, cut at 127 bytes. 0; -EINVAL: the name is not good, or begins with "cadre_", as
 * Cadre's own do; -EEXIST: it is there as something else; -ENOSPC: the server has no room for more;
 * -ENOMEM. Any thread; waits for other processes that make one.
 */
CADRE_API CADRE_MUST_CHECK int cadre_counter_new(const char *name, const char *help,
                                                 struct cadre_counter **ret);

/* Adds to it. Any thread, wait-free. */
CADRE_API void cadre_counter_add(struct cadre_counter *counter, uint64_t n);

/* What this process and the ones before it in its place have counted. Any thread. */
CADRE_API uint64_t cadre_counter_value(const struct cadre_counter *counter);

/* Makes a gauge, which goes up and down. As cadre_counter_new. */
CADRE_API CADRE_MUST_CHECK int cadre_gauge_new(const char *name, const char *help,
                                               struct cadre_gauge **ret);

/* Adds to what this process says, or takes from it. Any thread, wait-free. */
CADRE_API void cadre_gauge_add(struct cadre_gauge *gauge, int64_t n);

/* Sets what this process says. Any thread, wait-free. */
CADRE_API void cadre_gauge_set(struct cadre_gauge *gauge, int64_t n);

/* What this process says. Any thread. */
CADRE_API int64_t cadre_gauge_value(const struct cadre_gauge *gauge);

/*
 * Makes a histogram: it counts values in buckets, one for each bound and one above all, and sums
 * them up. By custom its name says the unit: "shop_order_seconds". A value is in the first bucket
 * whose bound is not below it. `bounds`, copied, ascend; at most 62. NULL: those that suit seconds
 * of requests, 0.005 to 10. As cadre_counter_new; -EINVAL also: the bounds do not ascend, are too
 * many or not finite; -EEXIST also: it is there with other bounds (until the server starts anew),
 * or a name that it is told under, with "_bucket", "_sum" or "_count" behind it, is taken.
 */
CADRE_API CADRE_MUST_CHECK int cadre_histogram_new(const char *name, const char *help,
                                                   const double *bounds, size_t n,
                                                   struct cadre_histogram **ret);

/* Counts a value; one that is not finite is not counted. Any thread, lock-free. */
CADRE_API void cadre_histogram_add(struct cadre_histogram *histogram, double value);

/* How many values this process and the ones before it in its place have counted, and their sum. Any
 * thread. */
CADRE_API uint64_t cadre_histogram_count(const struct cadre_histogram *histogram);
CADRE_API double cadre_histogram_sum(const struct cadre_histogram *histogram);

CADRE_END_DECLS

#endif
