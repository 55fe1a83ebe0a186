/* SPDX-License-Identifier: MIT */
/*
 * base/clock: the system's clock and the test clock.
 *
 * CLOCK_MONOTONIC and CLOCK_REALTIME cannot fail on Linux and are read without entering the kernel.
 */
#include "config.h"

#include "base/clock.h"

#include <time.h>

/* 2026-01-01T00:00:00Z */
#define TEST_WALL_MS UINT64_C(1767225600000)

static uint64_t system_now(const struct cadre__clock *clock)
{
    (void)clock;
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * CADRE__NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
}

static uint64_t system_wall_ms(const struct cadre__clock *clock)
{
    (void)clock;
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / CADRE__NSEC_PER_MSEC;
}

static const struct cadre__clock system_clock = {
    .now = system_now,
    .wall_ms = system_wall_ms,
};

const struct cadre__clock *cadre__clock_system(void)
{
    return &system_clock;
}

uint64_t cadre__clock_wall_ms(void)
{
    return system_wall_ms(&system_clock);
}

static const struct cadre__test_clock *as_test_clock(const struct cadre__clock *clock)
{
    return (const struct cadre__test_clock *)(const void *)clock;
}

static uint64_t test_now(const struct cadre__clock *clock)
{
    return as_test_clock(clock)->now_ns;
}

static uint64_t test_wall_ms(const struct cadre__clock *clock)
{
    const struct cadre__test_clock *test = as_test_clock(clock);
    return test->wall_at_zero_ms + test->now_ns / CADRE__NSEC_PER_MSEC;
}

void cadre__test_clock_init(struct cadre__test_clock *clock, uint64_t now_ns)
{
    *clock = (struct cadre__test_clock){
        .clock = {.now = test_now, .wall_ms = test_wall_ms},
        .now_ns = now_ns,
        .wall_at_zero_ms = TEST_WALL_MS,
    };
}

void cadre__test_clock_advance(struct cadre__test_clock *clock, uint64_t by_ns)
{
    clock->now_ns = cadre__deadline(clock->now_ns, by_ns);
}

void cadre__test_clock_advance_to(struct cadre__test_clock *clock, uint64_t now_ns)
{
    if (now_ns > clock->now_ns)
        clock->now_ns = now_ns;
}
