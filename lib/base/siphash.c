/* SPDX-License-Identifier: MIT */
/*
 * SipHash-2-4 as its paper has it: words are little-endian, two rounds for each, four at the end.
 * base/siphash.h has the contract.
 */
#include "config.h"

#include "base/siphash.h"

#include <sys/random.h>

#include "base/clock.h"

/* --- keys --- */

void cadre__siphash_key_make(struct cadre__siphash_key *ret)
{
    if (getrandom(ret, sizeof(*ret), GRND_NONBLOCK) == (ssize_t)sizeof(*ret))
        return;
    ret->k[0] = cadre__clock_wall_ms() ^ (uint64_t)(uintptr_t)ret << 20;
    ret->k[1] = cadre__clock_now(cadre__clock_system()) ^ (uint64_t)(uintptr_t)&cadre__siphash;
}

/* --- hash --- */

struct state {
    uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static inline void sip_round(struct state *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 = rotate(s->v2, 32);
}

static inline void absorb(struct state *s, uint64_t word)
{
    s->v3 ^= word;
    sip_round(s);
    sip_round(s);
    s->v0 ^= word;
}

/* Up to 8 bytes as a word; those that are missing are 0. */
static inline uint64_t word_of(const unsigned char *at, size_t len)
{
    uint64_t word = 0;

    for (size_t i = 0; i < len; i++)
        word |= (uint64_t)at[i] << (8 * i);
    return word;
}

uint64_t cadre__siphash(const struct cadre__siphash_key *key, const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    size_t left = len;
    struct state s = {
        .v0 = key->k[0] ^ UINT64_C(0x736f6d6570736575),
        .v1 = key->k[1] ^ UINT64_C(0x646f72616e646f6d),
        .v2 = key->k[0] ^ UINT64_C(0x6c7967656e657261),
        .v3 = key->k[1] ^ UINT64_C(0x7465646279746573),
    };

    for (; left >= 8; left -= 8, at += 8)
        absorb(&s, word_of(at, 8));
    absorb(&s, word_of(at, left) | (uint64_t)len << 56);
    s.v2 ^= 0xff;
    for (int i = 0; i < 4; i++)
        sip_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
