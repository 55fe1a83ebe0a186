/* SPDX-License-Identifier: MIT */
/*
 * Exponential backoff with jitter; see backoff.h. Pure: no clock, no state.
 */
#include "config.h"

#include "master/backoff.h"

uint64_t backoff_delay(unsigned failures, uint64_t delay_ns, uint64_t max_ns, uint32_t random)
{
    uint64_t wait = delay_ns > BACKOFF_DELAY_MIN_NS ? delay_ns : BACKOFF_DELAY_MIN_NS;
    uint64_t share;

    if (failures <= 1)
        return 0;
    if (max_ns < wait)
        max_ns = wait;
    for (unsigned i = 2; i < failures && wait < max_ns; i++)
        wait = wait > max_ns / 2 ? max_ns : wait * 2;
    /* share * random never overflows: it is scaled to 32 bits first. */
    share = wait / 5;
    return wait - ((share >> 32) * random + (((share & UINT32_MAX) * random) >> 32));
}
