/* SPDX-License-Identifier: MIT */
/*
 * Counting. worker/meter.h has the contract.
 */
#include "worker/meter.h"

#include "base/clock.h"
#include "base/latency.h"
#include "worker/score.h"

/* The longest turn is that of the last one or two such windows. */
#define WINDOW_NS (2 * CADRE__NSEC_PER_SEC)

void meter_init(struct meter *meter, struct cadre__traffic_counts *counts,
                struct cadre__score *score)
{
    *meter = (struct meter){.counts = counts, .score = score};
}

void meter_add(struct meter *meter, uint64_t ns, uint64_t n)
{
    cadre__traffic_count(&meter->counts->time_ns, ns * n);
    cadre__traffic_count(&meter->counts->latency[cadre__latency_bucket(ns)], n);
}

/* Tells the longest turn of late, where that has changed. */
static void tell_lag(struct meter *meter)
{
    uint64_t lag_ns = meter->lag_ns > meter->lag_before_ns ? meter->lag_ns : meter->lag_before_ns;

    if (atomic_load_explicit(&meter->score->lag_ns, memory_order_relaxed) != lag_ns)
        score_set64(&meter->score->lag_ns, lag_ns);
}

void meter_turn(struct meter *meter, uint64_t began_ns, uint64_t now_ns)
{
    uint64_t took_ns = now_ns - began_ns;

    if (meter->n_turn > 0) {
        meter_add(meter, took_ns, meter->n_turn);
        meter->n_turn = 0;
    }
    if (now_ns - meter->window_ns >= WINDOW_NS) {
        meter->lag_before_ns = now_ns - meter->window_ns < 2 * WINDOW_NS ? meter->lag_ns : 0;
        meter->lag_ns = 0;
        meter->window_ns = now_ns;
        tell_lag(meter);
    }
    if (took_ns > meter->lag_ns) {
        meter->lag_ns = took_ns;
        tell_lag(meter);
    }
}
