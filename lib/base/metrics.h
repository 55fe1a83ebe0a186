/* SPDX-License-Identifier: MIT */
/*
 * base/metrics: where <cadre/metrics.h> counts: the shared area of the server, or memory of this
 * process alone until it is told of one.
 */
#ifndef CADRE_BASE_METRICS_H
#define CADRE_BASE_METRICS_H

struct cadre__counters;

/* What is made from now on is in `counters`, attached with a slot, which is borrowed until the next
 * call; NULL: in memory of this process. Before other threads run. */
void cadre__metrics_use(struct cadre__counters *counters);

#endif
