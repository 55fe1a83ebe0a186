/* SPDX-License-Identifier: MIT */
/*
 * base/rates: how often things were done, for limits that all processes of a server share.
 *
 * One area ("rates") holds a table of keys, each with one moment: the theoretical arrival time of
 * the generic cell rate algorithm (ITU-T I.371), which says all of a token bucket in 64 bits. A
 * bucket holds `burst` tokens, gets one every `interval_ns`, and is full where its moment is past:
 * so a key of whom nothing is known is as good as one with a full bucket, and the table may forget
 * those at any time.
 *
 * A key is a hash, by a secret of the area: who does not know it cannot choose keys that meet. Each
 * belongs to one set of a few entries. Where all of them are in use the one whose bucket is
 * fullest goes, so the table never grows and an attacker with many addresses gains what he has
 * anyway: new buckets.
 *
 * There is no lock, only compare-and-swap of single words, so a process may die anywhere. What it
 * leaves is of one request. Two processes that meet at an entry that changes its key may count one
 * request to the wrong key. A process that scribbles over the area makes counts wrong, no more.
 * Never blocks, never suspends; any thread, any process.
 */
#ifndef CADRE_BASE_RATES_H
#define CADRE_BASE_RATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>
#include <cadre/str.h>

#include "base/siphash.h"

#define CADRE__RATES_AREA "rates"

/* Keys that an area may have at most: `rate_limit_keys` of the conf. */
#define CADRE__RATES_MAX (UINT32_C(1) << 24)

/* No bucket takes longer to fill: about 36 years. */
#define CADRE__RATE_FULL_NS_MAX (UINT64_C(1) << 60)

struct cadre__rates_set; /* entries on lines of the cache of their own; see rates.c */

/* A process's view of the area; borrowed memory. All bytes zero: there is none. */
struct cadre__rates {
    struct cadre__rates_set *sets;
    uint64_t n_sets; /* a power of two; checked once against the size of the mapping */
    struct cadre__siphash_key secret;
};

/* A limit. interval_ns and burst are at least 1, and their product at most
 * CADRE__RATE_FULL_NS_MAX. */
struct cadre__rate {
    uint64_t id; /* cadre__rates_id: equal keys of different limits do not meet */
    uint64_t interval_ns;
    uint64_t burst;
};

/* What became of a request. */
struct cadre__rate_answer {
    bool granted;
    uint64_t left;    /* tokens in the bucket now */
    uint64_t wait_ns; /* until it holds one again; 0: it does */
    uint64_t full_ns; /* until it is full */
};

/* Bytes of an area for at least so many keys, 1 to CADRE__RATES_MAX. */
size_t cadre__rates_size(uint32_t keys);

/* Lays out `size` zero bytes of cadre__rates_size(), aligned to 64, and draws the secret. 0 or
 * -EINVAL. */
CADRE_MUST_CHECK int cadre__rates_create(void *addr, size_t size);

/* Opens memory that was laid out. -EPROTO: it was not, or not for that size. */
CADRE_MUST_CHECK int cadre__rates_open(struct cadre__rates *rates, void *addr, size_t size);

/* The id of a limit, of all that tells it from others. */
uint64_t cadre__rates_id(const struct cadre__rates *rates, struct cadre_str text);

/* Takes a token of the key's bucket, at `now_ns` of the monotonic clock. Where none is there
 * nothing is written, but that no key owes more than its bucket holds: after a reload to a smaller
 * burst the rest is forgiven. */
void cadre__rates_take(const struct cadre__rates *rates, const struct cadre__rate *rate,
                       struct cadre_str key, uint64_t now_ns, struct cadre__rate_answer *ret);

#endif
