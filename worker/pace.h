/* SPDX-License-Identifier: MIT */
/*
 * How long a slow client is waited for: each pause has a limit, and so have all pauses together.
 *
 * A client that sends, or reads, a few bytes before each pause runs out holds a request for ever.
 * So it must also keep a rate: in all it may be waited for as long as one pause may be, plus the
 * time that the bytes moved so far take at that rate. Only time spent waiting for the client
 * counts. Pure; times in nanoseconds of one clock.
 */
#ifndef WORKER_PACE_H
#define WORKER_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

/* Zeroed is a client that was not waited for. */
struct pace {
    uint64_t waited_ns; /* in pauses that are over */
    uint64_t since_ns;  /* when the present one began */
    bool waiting;
};

/* The wait is over, or bytes moved in between. */
static inline void pace_end(struct pace *pace, uint64_t now_ns)
{
    if (!pace->waiting)
        return;
    pace->waited_ns += now_ns - pace->since_ns;
    pace->waiting = false;
}

/* A wait begins, or goes on after `bytes` have moved so far: returns when it is over. `rate` is in
 * bytes a second, 0: none is asked for. */
static inline uint64_t pace_begin(struct pace *pace, uint64_t now_ns, uint64_t bytes, uint32_t rate,
                                  uint64_t pause_ns)
{
    uint64_t left_ns = pause_ns;

    pace_end(pace, now_ns);
    pace->waiting = true;
    pace->since_ns = now_ns;
    if (rate > 0 && bytes < UINT64_MAX / 2 / CADRE__NSEC_PER_SEC) {
        uint64_t allowed_ns = pause_ns + bytes * CADRE__NSEC_PER_SEC / rate;
        uint64_t rest_ns = allowed_ns > pace->waited_ns ? allowed_ns - pace->waited_ns : 0;

        if (rest_ns < left_ns)
            left_ns = rest_ns;
    }
    return cadre__deadline(now_ns, left_ns);
}

#endif
