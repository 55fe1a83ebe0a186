/* SPDX-License-Identifier: MIT */
/*
 * base/clock: what time it is, and a clock that tests turn by hand.
 *
 * Time is a uint64_t of nanoseconds on CLOCK_MONOTONIC: the same for all processes of a machine,
 * never back, not zero. Code that waits or measures takes a struct cadre__clock and never asks the
 * system itself. Wall-clock time is for people (log lines, dates in headers) only.
 * Never blocks; any thread.
 */
#ifndef CADRE_BASE_CLOCK_H
#define CADRE_BASE_CLOCK_H

#include <stdint.h>

#define CADRE__NSEC_PER_USEC UINT64_C(1000)
#define CADRE__NSEC_PER_MSEC UINT64_C(1000000)
#define CADRE__NSEC_PER_SEC  UINT64_C(1000000000)

/* No deadline: later than all others. */
#define CADRE__NEVER UINT64_MAX

struct cadre__clock {
    uint64_t (*now)(const struct cadre__clock *clock);     /* monotonic, ns */
    uint64_t (*wall_ms)(const struct cadre__clock *clock); /* since 1970 UTC, ms */
};

/* The clock of the system. Lives for ever. */
const struct cadre__clock *cadre__clock_system(void);

/* The monotonic time of `clock`, in ns. */
static inline uint64_t cadre__clock_now(const struct cadre__clock *clock)
{
    return clock->now(clock);
}

/* The system's wall-clock time, in ms since 1970 UTC; for log lines. */
uint64_t cadre__clock_wall_ms(void);

/* The deadline `after_ns` from `now_ns`; CADRE__NEVER where the sum does not fit. */
static inline uint64_t cadre__deadline(uint64_t now_ns, uint64_t after_ns)
{
    return after_ns > UINT64_MAX - now_ns ? CADRE__NEVER : now_ns + after_ns;
}

/* A clock that stands still until it is told. */
struct cadre__test_clock {
    struct cadre__clock clock; /* give &clock away; first, so that it converts back */
    uint64_t now_ns;           /* monotonic */
    uint64_t wall_at_zero_ms;  /* the wall clock where now_ns is 0 */
};

/* Sets it to `now_ns`; the wall clock at 0 is 2026-01-01T00:00:00Z. */
void cadre__test_clock_init(struct cadre__test_clock *clock, uint64_t now_ns);

/* Moves it on by `by_ns`. */
void cadre__test_clock_advance(struct cadre__test_clock *clock, uint64_t by_ns);

/* Moves it on to `now_ns`; a time that is past leaves it as it is. */
void cadre__test_clock_advance_to(struct cadre__test_clock *clock, uint64_t now_ns);

#endif
