/* SPDX-License-Identifier: MIT */
/*
 * base/timer: the wheel.
 *
 * Invariant, between any two calls: an armed timer with tick T is at the level of the highest six
 * bits in which T differs from the wheel's tick, in the slot that these bits of T name. All of a
 * level come before all of the next one, so the first pending slot of the lowest level is the
 * next one. When the wheel's tick enters a slot above level 0, its timers are placed anew, oldest
 * first, into lower slots; these are empty then (who sat there would have been placed above), so
 * the order of starting holds within each tick.
 *
 * Most turns of a loop have nothing due. For these there is a lower bound of the next expiry:
 * starting lowers it, stopping leaves it, and an advance to a time before it only notes the time
 * and leaves the wheel where it stands. So a timer that is stopped in time, as most are, is never
 * moved at all.
 *
 * Eight levels of six bits hold 2^48 ticks; 2^64 ns are less than 2^45.
 */
#include "config.h"

#include "base/timer.h"

#include <assert.h>
#include <stddef.h>

#define LEVEL_BITS 6
#define SLOT_MASK  63u

/* Marks in cadre__timer.slot that name no slot. */
#define SLOT_NONE UINT16_MAX       /* not armed */
#define SLOT_DUE  (UINT16_MAX - 1) /* among the due */

/* The tick of nothing: behind all others. */
#define NO_TICK UINT64_MAX

static struct cadre__timer *timer_of(struct cadre__list *link)
{
    return CADRE__CONTAINER_OF(link, struct cadre__timer, link);
}

/* The first tick at or after the deadline. */
static uint64_t tick_of(uint64_t deadline_ns)
{
    return deadline_ns / CADRE__TIMER_TICK_NS + (deadline_ns % CADRE__TIMER_TICK_NS != 0);
}

/* When a tick is; CADRE__NEVER for the one behind the end of time. */
static uint64_t time_of(uint64_t tick)
{
    return tick > UINT64_MAX / CADRE__TIMER_TICK_NS ? CADRE__NEVER : tick * CADRE__TIMER_TICK_NS;
}

void cadre__timers_init(struct cadre__timers *timers, uint64_t now_ns)
{
    timers->tick = timers->now_tick = now_ns / CADRE__TIMER_TICK_NS;
    timers->bound_tick = NO_TICK;
    for (unsigned level = 0; level < CADRE__TIMER_LEVELS; level++) {
        timers->pending[level] = 0;
        for (unsigned i = 0; i <= SLOT_MASK; i++)
            cadre__list_init(&timers->slot[level][i]);
    }
    cadre__list_init(&timers->due);
    timers->count = 0;
    timers->advancing = false;
}

void cadre__timer_init(struct cadre__timer *timer, cadre__timer_fn fn)
{
    cadre__list_init(&timer->link);
    timer->tick = 0;
    timer->deadline_ns = 0;
    timer->fn = fn;
    timer->slot = SLOT_NONE;
}

/* Puts a timer that is in no list into the slot for its tick. */
static void place(struct cadre__timers *timers, struct cadre__timer *timer)
{
    uint64_t differs = timer->tick ^ timers->tick;
    unsigned level = differs ? (63u - (unsigned)__builtin_clzll(differs)) / LEVEL_BITS : 0;
    assert(level < CADRE__TIMER_LEVELS);
    unsigned i = (unsigned)(timer->tick >> (level * LEVEL_BITS)) & SLOT_MASK;
    timer->slot = (uint16_t)(level << LEVEL_BITS | i);
    timers->pending[level] |= UINT64_C(1) << i;
    cadre__list_push_back(&timers->slot[level][i], &timer->link);
}

void cadre__timer_start(struct cadre__timers *timers, struct cadre__timer *timer,
                        uint64_t deadline_ns)
{
    cadre__timer_stop(timers, timer);
    timer->deadline_ns = deadline_ns;
    timer->tick = tick_of(deadline_ns);
    if (timer->tick <= timers->now_tick)
        timer->tick = timers->now_tick + 1;
    if (timer->tick < timers->bound_tick)
        timers->bound_tick = timer->tick;
    timers->count++;
    place(timers, timer);
}

void cadre__timer_stop(struct cadre__timers *timers, struct cadre__timer *timer)
{
    if (!cadre__timer_is_armed(timer))
        return;
    assert(timer->slot != SLOT_NONE && timers->count > 0);
    cadre__list_remove(&timer->link);
    timers->count--;
    if (timer->slot != SLOT_DUE) {
        unsigned level = timer->slot >> LEVEL_BITS, i = timer->slot & SLOT_MASK;
        if (cadre__list_is_empty(&timers->slot[level][i]))
            timers->pending[level] &= ~(UINT64_C(1) << i);
    }
    timer->slot = SLOT_NONE;
}

/* The next slot that the wheel's tick will enter, and the tick at which it does. */
static bool next_slot(const struct cadre__timers *timers, unsigned *ret_level, unsigned *ret_i,
                      uint64_t *ret_tick)
{
    for (unsigned level = 0; level < CADRE__TIMER_LEVELS; level++) {
        unsigned shift = level * LEVEL_BITS;
        unsigned here = (unsigned)(timers->tick >> shift) & SLOT_MASK;
        uint64_t ahead = timers->pending[level] & (~UINT64_C(1) << here);
        if (!ahead)
            continue;
        *ret_level = level;
        *ret_i = (unsigned)__builtin_ctzll(ahead);
        uint64_t above = timers->tick >> (shift + LEVEL_BITS) << LEVEL_BITS;
        *ret_tick = (above | *ret_i) << shift;
        return true;
    }
    return false;
}

/* What the wheel itself knows of the next expiry. */
static uint64_t find_bound(const struct cadre__timers *timers)
{
    unsigned level, i;
    uint64_t tick;
    if (!next_slot(timers, &level, &i, &tick))
        return NO_TICK;
    /* Alone in the slot, as mostly: then its own tick spares the turns on the way down to it. */
    const struct cadre__list *slot = &timers->slot[level][i];
    return slot->next == slot->prev ? timer_of(slot->next)->tick : tick;
}

bool cadre__timers_next(const struct cadre__timers *timers, uint64_t *ret_deadline_ns)
{
    uint64_t tick = timers->bound_tick;
    if (tick <= timers->now_tick) /* in a callback: the bound is from before this turn */
        tick = timers->now_tick + 1;
    uint64_t when = time_of(tick);
    if (timers->count == 0 || when == CADRE__NEVER)
        return false;
    *ret_deadline_ns = when;
    return true;
}

/* Empties a slot into `to`, and clears its bit. */
static void take_slot(struct cadre__timers *timers, unsigned level, unsigned i,
                      struct cadre__list *to)
{
    timers->pending[level] &= ~(UINT64_C(1) << i);
    cadre__list_splice_back(to, &timers->slot[level][i]);
}

/* The wheel's tick has entered this slot above level 0: its timers move down. */
static void cascade(struct cadre__timers *timers, unsigned level, unsigned i)
{
    struct cadre__list moving, *link;
    cadre__list_init(&moving);
    take_slot(timers, level, i, &moving);
    while ((link = cadre__list_pop_front(&moving)))
        place(timers, timer_of(link));
}

/* Fires all timers of the wheel's tick. */
static unsigned fire(struct cadre__timers *timers)
{
    unsigned fired = 0;
    take_slot(timers, 0, (unsigned)timers->tick & SLOT_MASK, &timers->due);
    CADRE__LIST_FOREACH(link, &timers->due)
    timer_of(link)->slot = SLOT_DUE;
    struct cadre__list *link;
    while ((link = cadre__list_pop_front(&timers->due))) {
        struct cadre__timer *timer = timer_of(link);
        timer->slot = SLOT_NONE;
        timers->count--;
        fired++;
        timer->fn(timer); /* may have freed it */
    }
    return fired;
}

/* Turns the wheel up to `now`, and fires. */
static unsigned turn(struct cadre__timers *timers, uint64_t now)
{
    unsigned fired = 0, level, i;
    uint64_t tick;
    timers->advancing = true;
    while (next_slot(timers, &level, &i, &tick) && tick <= now) {
        timers->tick = timers->now_tick = tick;
        if (level > 0)
            cascade(timers, level, i);
        fired += fire(timers);
    }
    timers->tick = timers->now_tick = now;
    timers->bound_tick = find_bound(timers);
    timers->advancing = false;
    return fired;
}

unsigned cadre__timers_advance(struct cadre__timers *timers, uint64_t now_ns)
{
    assert(!timers->advancing);
    uint64_t now = now_ns / CADRE__TIMER_TICK_NS;
    if (now <= timers->now_tick)
        return 0;
    if (now >= timers->bound_tick)
        return turn(timers, now);
    timers->now_tick = now;
    return 0;
}
