/* SPDX-License-Identifier: MIT */
/*
 * What this worker writes about itself into its record of the scoreboard (ipc/scoreboard.h).
 *
 * Turns are stamped from the loop's hooks, numbers where they change. All are plain stores. The
 * master reads them for silence and status, the siblings for the evening gate. Who holds the loop
 * too long is named by worker/slow.h; one that never ends is the master's business.
 */
#ifndef WORKER_SCORE_H
#define WORKER_SCORE_H

#include <stdatomic.h>
#include <stdint.h>

#include "ipc/scoreboard.h"

struct cadre__loop;
struct meter;

/* Stamps for one loop. */
struct score_watch {
    struct cadre__score *score; /* borrowed */
    struct cadre__loop *loop;   /* borrowed; NULL before score_watch_loop */
    struct meter *meter;        /* told of each turn; NULL: nobody is */
    uint64_t turn_ns;           /* when the turn began that is not over; 0: the loop waits */

    /* the handler that holds the loop */
    const char *module; /* the last pair that was written out, compared by address */
    const char *handler;
    uint64_t first_word; /* of its text: the only one that coming and going changes */
};

/* Prepares `watch`; no turn has begun. */
void score_watch_init(struct score_watch *watch, struct cadre__score *score);

/* Has each turn of the loop stamped from now on; `watch` is borrowed for the loop's life. */
void score_watch_loop(struct score_watch *watch, struct cadre__loop *loop);

/* Has a meter told how long each turn took, from the next one on; borrowed. */
void score_watch_meter(struct score_watch *watch, struct meter *meter);

/* This handler has the loop now; NULL, NULL: none. The strings are constant for the life of the
 * process; naming the same one again costs one store. */
void score_watch_handler(struct score_watch *watch, const char *module, const char *handler);

/* For work before the loop runs, so that loading modules is not taken for silence. */
void score_stamp(struct cadre__score *score, uint64_t now_ns);

static inline void score_set_state(struct cadre__score *score, enum cadre__score_state state)
{
    atomic_store_explicit(&score->state, (uint32_t)state, memory_order_release);
}

static inline void score_set32(_Atomic uint32_t *field, uint32_t value)
{
    atomic_store_explicit(field, value, memory_order_relaxed);
}

static inline void score_set64(_Atomic uint64_t *field, uint64_t value)
{
    atomic_store_explicit(field, value, memory_order_relaxed);
}

#endif
