/* SPDX-License-Identifier: MIT */
/*
 * base/timer: all timers of a loop, in one hierarchical wheel.
 *
 * A tick is 1 ms. Eight levels of 64 slots hold any deadline there is; a timer sits at the level
 * of the highest six bits in which its tick differs from the current one, and moves down when the
 * wheel comes to its slot. So starting and stopping are O(1) and allocate nothing, timers of one
 * tick are always in one slot, in the order in which they were started, and a bitmap a level tells
 * the next slot without a walk.
 *
 * A timer never fires early: it fires at the first advance whose time is at or after the deadline
 * rounded up to a tick. Nothing here asks what time it is, blocks or suspends. One thread.
 */
#ifndef CADRE_BASE_TIMER_H
#define CADRE_BASE_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/list.h"

#define CADRE__TIMER_TICK_NS CADRE__NSEC_PER_MSEC
#define CADRE__TIMER_LEVELS  8

struct cadre__timer;
typedef void (*cadre__timer_fn)(struct cadre__timer *timer);

/* Lives in its owner's struct; CADRE__CONTAINER_OF finds the owner. The owner stops it before the
 * memory goes. */
struct cadre__timer {
    struct cadre__list link; /* in a slot of the wheel, or among the due */
    uint64_t tick;           /* when it fires, in ticks */
    uint64_t deadline_ns;    /* as it was started; valid while armed */
    cadre__timer_fn fn;      /* called when it fires; it is not armed then */
    uint16_t slot;           /* level * 64 + index, or one of the marks of timer.c */
};

struct cadre__timers {
    uint64_t tick;                                    /* where the wheel stands: behind now_tick */
    uint64_t now_tick;                                /* of the last advance: all up to it fired */
    uint64_t bound_tick;                              /* no timer fires before; see timer.c */
    uint64_t pending[CADRE__TIMER_LEVELS];            /* a bit for each slot that holds timers */
    struct cadre__list slot[CADRE__TIMER_LEVELS][64]; /* oldest first */
    struct cadre__list due;                           /* the rest of the tick that is firing */
    unsigned count;                                   /* armed timers */
    bool advancing;                                   /* in cadre__timers_advance */
};

/* Makes an empty wheel that stands at `now_ns`. */
void cadre__timers_init(struct cadre__timers *timers, uint64_t now_ns);

/* Makes a timer that is not armed. */
void cadre__timer_init(struct cadre__timer *timer, cadre__timer_fn fn);

/* Arms it for `deadline_ns`; an armed one is stopped before (and goes behind those of its new
 * tick). A deadline that is past fires at the next tick, never in the current one. For
 * CADRE__NEVER it is armed and never fires. O(1). */
void cadre__timer_start(struct cadre__timers *timers, struct cadre__timer *timer,
                        uint64_t deadline_ns);

/* Disarms it; it does not fire any more, even where it was due in the same tick. Nothing where it
 * is not armed. O(1). */
void cadre__timer_stop(struct cadre__timers *timers, struct cadre__timer *timer);

/* Whether it is started and has neither fired nor been stopped. */
static inline bool cadre__timer_is_armed(const struct cadre__timer *timer)
{
    return cadre__list_is_linked(&timer->link);
}

/* When to call advance next: a time after the last advance's, and not after the first expiry. It
 * can be before it (where far timers move down a level, or the first was stopped), then advance
 * fires nothing. False when nothing is armed that ever fires. A few instructions. */
bool cadre__timers_next(const struct cadre__timers *timers, uint64_t *ret_deadline_ns);

/* Moves on to `now_ns` and fires all that is due: ticks in order, within a tick in the order of
 * starting. A timer's fn may start and stop any timer, itself too, and may free its owner; what
 * it starts for a tick up to `now_ns` fires in this call. How many fired. A time before the last
 * one does nothing. Not from within a timer's fn. With nothing due, a few instructions. */
unsigned cadre__timers_advance(struct cadre__timers *timers, uint64_t now_ns);

/* How many are armed. */
static inline unsigned cadre__timers_count(const struct cadre__timers *timers)
{
    return timers->count;
}

#endif
