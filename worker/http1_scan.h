/* SPDX-License-Identifier: MIT */
/*
 * Runs of bytes in a request's head, sixteen at a time where the processor can.
 *
 * Each function says how far a run goes at least: it stops at, or before, the first byte that does
 * not belong. Who calls it goes on by worker/http1_chars.h, which has the last word on each byte;
 * so without SSE2 (every x86-64 has it) these do nothing and nothing else changes. A byte 0 stops
 * each of them; up to fifteen bytes behind it are read.
 */
#ifndef WORKER_HTTP1_SCAN_H
#define WORKER_HTTP1_SCAN_H

#ifdef __SSE2__
#include <emmintrin.h>

static inline __m128i http1_scan_load(const char *s)
{
    return _mm_loadu_si128((const __m128i *)(const void *)s);
}

/* Control bytes: below ' ', and DEL; `low` is the highest of the former. */
static inline __m128i http1_scan_controls(__m128i v, char low)
{
    return _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(low)), v),
                        _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f)));
}
#endif

/* The end of a run in a field's value that begins at s: all but control bytes. */
static inline char *http1_scan_value(char *s)
{
#ifdef __SSE2__
    for (;; s += 16) {
        unsigned mask = (unsigned)_mm_movemask_epi8(http1_scan_controls(http1_scan_load(s), 0x1f));

        if (mask != 0)
            return s + __builtin_ctz(mask);
    }
#endif
    return s;
}

/* The end of a run in the path of a target: all that may be in a target but '?' and '%'. */
static inline char *http1_scan_path(char *s)
{
#ifdef __SSE2__
    for (;; s += 16) {
        __m128i v = http1_scan_load(s);
        __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('#')),
                                     _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('?')),
                                                  _mm_cmpeq_epi8(v, _mm_set1_epi8('%'))));
        /* The highest bit of a byte counts by itself. */
        unsigned mask = (unsigned)_mm_movemask_epi8(
            _mm_or_si128(_mm_or_si128(http1_scan_controls(v, 0x20), marks), v));

        if (mask != 0)
            return s + __builtin_ctz(mask);
    }
#endif
    return s;
}

#endif
