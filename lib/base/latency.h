/* SPDX-License-Identifier: MIT */
/*
 * base/latency: buckets for times, from a microsecond to a minute.
 *
 * Four buckets to each doubling, so that a value is known to an eighth of itself; the first takes
 * all below 1.024 us, the last all from 68.7 s on. Nothing but arithmetic: who counts and where is
 * the caller's business (ipc/traffic.h). Pure, any thread.
 */
#ifndef CADRE_BASE_LATENCY_H
#define CADRE_BASE_LATENCY_H

#include <stdint.h>

#define CADRE__LATENCY_FIRST_BIT 10 /* 2^10 ns is the lower end of the second bucket */
#define CADRE__LATENCY_LAST_BIT  36 /* 2^36 ns is that of the last */
#define CADRE__LATENCY_SUB_BITS  2  /* four buckets an octave */
#define CADRE__LATENCY_BUCKETS                                                                     \
    (((CADRE__LATENCY_LAST_BIT - CADRE__LATENCY_FIRST_BIT) << CADRE__LATENCY_SUB_BITS) + 2)

/* The bucket that counts a time. */
static inline unsigned cadre__latency_bucket(uint64_t ns)
{
    if (ns >> CADRE__LATENCY_FIRST_BIT == 0)
        return 0;
    if (ns >> CADRE__LATENCY_LAST_BIT != 0)
        return CADRE__LATENCY_BUCKETS - 1;
    unsigned bit = 63U - (unsigned)__builtin_clzll(ns);
    unsigned sub =
        (unsigned)(ns >> (bit - CADRE__LATENCY_SUB_BITS)) & ((1U << CADRE__LATENCY_SUB_BITS) - 1);

    return ((bit - CADRE__LATENCY_FIRST_BIT) << CADRE__LATENCY_SUB_BITS) + sub + 1;
}

/* The end of a bucket, in ns: all that it counts is below. UINT64_MAX for the last. */
static inline uint64_t cadre__latency_end(unsigned bucket)
{
    if (bucket >= CADRE__LATENCY_BUCKETS - 1)
        return UINT64_MAX;
    unsigned bit = CADRE__LATENCY_FIRST_BIT + (bucket >> CADRE__LATENCY_SUB_BITS);
    unsigned sub = bucket & ((1U << CADRE__LATENCY_SUB_BITS) - 1);

    return (UINT64_C(1) << bit) + ((uint64_t)sub << (bit - CADRE__LATENCY_SUB_BITS));
}

/* The time below which `per_mille` of a thousand of the counted ones are, in ns, to the end of its
 * bucket (the last one's is given as its beginning); 0 where nothing is counted. */
static inline uint64_t cadre__latency_quantile(const uint64_t count[CADRE__LATENCY_BUCKETS],
                                               unsigned per_mille)
{
    uint64_t total = 0, below = 0;

    for (unsigned i = 0; i < CADRE__LATENCY_BUCKETS; i++)
        total += count[i];
    for (unsigned i = 0; total > 0 && i < CADRE__LATENCY_BUCKETS; i++) {
        below += count[i];
        if ((double)below * 1000.0 >= (double)total * per_mille)
            return i == CADRE__LATENCY_BUCKETS - 1 ? cadre__latency_end(i - 1)
                                                   : cadre__latency_end(i);
    }
    return 0;
}

#endif
