/* SPDX-License-Identifier: MIT */
/*
 * Runs of bytes in a request's head, sixteen at a time where the processor can.
 *
 * Each function says how far a run goes at least: it stops at, or before, the first byte that does
 * not belong. Who calls it goes on by worker/http1_chars.h, which has the last word on each byte;
 * so without SSE2 (every x86-64 has it) these do nothing and nothing else changes. None reads
 * beyond `len`.
 */
#ifndef WORKER_HTTP1_SCAN_H
#define WORKER_HTTP1_SCAN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>

/* The sixteen bytes that begin at i, or, near the end, the last sixteen: *ret_skip are before i. */
static inline __m128i http1_scan_load(const char *s, uint32_t i, uint32_t len, uint32_t *ret_skip)
{
    uint32_t at = len - i >= 16 ? i : len - 16;

    *ret_skip = i - at;
    return _mm_loadu_si128((const __m128i *)(const void *)(s + at));
}
#endif

/* The end of a run in a field's value that begins at i: all but control bytes. */
static inline uint32_t http1_scan_value(const char *s, uint32_t i, uint32_t len)
{
#ifdef __SSE2__
    const __m128i low = _mm_set1_epi8(0x1f), del = _mm_set1_epi8(0x7f);

    while (i < len && len >= 16) {
        uint32_t skip;
        __m128i v = http1_scan_load(s, i, len, &skip);
        __m128i stops =
            _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(v, low), v), _mm_cmpeq_epi8(v, del));
        unsigned mask = (unsigned)_mm_movemask_epi8(stops) >> skip;

        if (mask != 0)
            return i + (uint32_t)__builtin_ctz(mask);
        i += 16 - skip;
    }
#else
    (void)s;
    (void)len;
#endif
    return i;
}

/* The end of a run in the path of a target: all that may be in a target but '?' and '%'. */
static inline uint32_t http1_scan_path(const char *s, uint32_t i, uint32_t len)
{
#ifdef __SSE2__
    const __m128i low = _mm_set1_epi8(0x20), del = _mm_set1_epi8(0x7f);
    const __m128i hash = _mm_set1_epi8('#'), mark = _mm_set1_epi8('?'),
                  percent = _mm_set1_epi8('%');

    while (i < len && len >= 16) {
        uint32_t skip;
        __m128i v = http1_scan_load(s, i, len, &skip);
        __m128i stops =
            _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(v, low), v), _mm_cmpeq_epi8(v, del));
        __m128i marks = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, hash), _mm_cmpeq_epi8(v, mark)),
                                     _mm_cmpeq_epi8(v, percent));
        /* The highest bit of a byte counts by itself. */
        unsigned mask =
            (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(stops, marks), v)) >> skip;

        if (mask != 0)
            return i + (uint32_t)__builtin_ctz(mask);
        i += 16 - skip;
    }
#else
    (void)s;
    (void)len;
#endif
    return i;
}

#endif
