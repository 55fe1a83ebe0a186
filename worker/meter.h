/* SPDX-License-Identifier: MIT */
/*
 * Counts what a worker answers, and how fast, into its record of the traffic area (ipc/traffic.h).
 *
 * Time is that of the loop's turns: a request that ends in the turn in which it began has taken as
 * long as that turn, which is known when the turn is over. So no request reads the clock; a loop
 * that goes to sleep does, once. All counts are plain stores of this thread.
 */
#ifndef WORKER_METER_H
#define WORKER_METER_H

#include <stdint.h>

#include "ipc/scoreboard.h"
#include "ipc/traffic.h"

struct meter {
    struct cadre__traffic_counts *counts; /* borrowed */
    struct cadre__score *score;           /* borrowed; gets the lag */
    uint64_t n_turn;                      /* requests that began and ended in this turn */
    uint64_t lag_ns, lag_before_ns;       /* the longest turn of this window, of the one before */
    uint64_t window_ns;                   /* when this window began */
};

/* Prepares a meter; both are borrowed for its life. */
void meter_init(struct meter *meter, struct cadre__traffic_counts *counts,
                struct cadre__score *score);

/* For a request that took longer than a turn. */
void meter_add(struct meter *meter, uint64_t ns, uint64_t n);

/* A turn that began at `began_ns` is over. */
void meter_turn(struct meter *meter, uint64_t began_ns, uint64_t now_ns);

/* A request has ended with a status (0: no answer was sent). Times are those of the turns in which
 * it began and ended. */
static inline void meter_request(struct meter *meter, uint64_t began_ns, uint64_t now_ns,
                                 unsigned status)
{
    unsigned class = status / 100;

    cadre__traffic_count(&meter->counts->responses[class < 6 ? class : 0], 1);
    if (began_ns == now_ns)
        meter->n_turn++;
    else
        meter_add(meter, now_ns - began_ns, 1);
}

#endif
