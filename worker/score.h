/* SPDX-License-Identifier: MIT */
/*
 * What this worker writes about itself into its record of the scoreboard (ipc/scoreboard.h).
 *
 * Turns are stamped from the loop's hooks, numbers where they change. All are plain stores. The
 * master reads them for silence and status, the siblings for the evening gate.
 */
#ifndef WORKER_SCORE_H
#define WORKER_SCORE_H

#include <stdatomic.h>
#include <stdint.h>

#include "ipc/scoreboard.h"

struct cadre__loop;

/* Has each turn of the loop stamped into `score` from now on. `score` is borrowed for the loop's
 * life. */
void score_watch_loop(struct cadre__score *score, struct cadre__loop *loop);

/* For a turn before the loop runs, so that loading modules is not taken for silence. */
void score_stamp(struct cadre__score *score, uint64_t now_ns);

/* Names the handler that holds the loop, in the scoreboard's text. */
struct score_handler {
    struct cadre__score *score; /* borrowed */
    const char *module;         /* the last pair that was written out, compared by address */
    const char *handler;
    uint64_t first_word; /* of its text: the only one that coming and going changes */
};

void score_handler_init(struct score_handler *h, struct cadre__score *score);

/* This handler has the loop now; NULL, NULL: none. The strings are constant for the life of the
 * process; naming the same one again costs one store. */
void score_handler_set(struct score_handler *h, const char *module, const char *handler);

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
