/* SPDX-License-Identifier: MIT */
/*
 * base/bytes: comparing and copying texts that are mostly short, without a call.
 *
 * A call of memcmp or memcpy costs more than it does for a name of a dozen bytes. These do such
 * ones by two loads that overlap. Pure; any thread.
 */
#ifndef CADRE_BASE_BYTES_H
#define CADRE_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cadre/str.h>

static inline uint32_t cadre__load32(const char *at)
{
    uint32_t word;

    memcpy(&word, at, sizeof(word));
    return word;
}

static inline uint64_t cadre__load64(const char *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof(word));
    return word;
}

/* Whether two texts of that length hold the same bytes. */
static inline bool cadre__same_bytes(const char *a, const char *b, size_t len)
{
    if (len > 16)
        return memcmp(a, b, len) == 0;
    if (len >= 8)
        return ((cadre__load64(a) ^ cadre__load64(b)) |
                (cadre__load64(a + len - 8) ^ cadre__load64(b + len - 8))) == 0;
    if (len >= 4)
        return ((cadre__load32(a) ^ cadre__load32(b)) |
                (cadre__load32(a + len - 4) ^ cadre__load32(b + len - 4))) == 0;
    for (size_t i = 0; i < len; i++) {
        if (a[i] != b[i])
            return false;
    }
    return true;
}

/* cadre_str_eq for names. */
static inline bool cadre__same_text(struct cadre_str a, struct cadre_str b)
{
    return a.len == b.len && cadre__same_bytes(a.ptr, b.ptr, a.len);
}

/* Copies `len` bytes, which do not overlap, and returns what is behind the copy. */
static inline char *cadre__put_bytes(char *at, const char *bytes, size_t len)
{
    if (len > 32) {
        memcpy(at, bytes, len);
    } else if (len >= 16) {
        memcpy(at, bytes, 16);
        memcpy(at + len - 16, bytes + len - 16, 16);
    } else if (len >= 8) {
        memcpy(at, bytes, 8);
        memcpy(at + len - 8, bytes + len - 8, 8);
    } else {
        for (size_t i = 0; i < len; i++)
            at[i] = bytes[i];
    }
    return at + len;
}

/* Sets `len` bytes, a constant, to 0 by stores of sixteen. (Compilers choose `rep stos` for what is
 * above 64 bytes, which takes longer to begin than these take.) */
static inline __attribute__((always_inline)) void cadre__zero(void *at, size_t len)
{
    typedef long long sixteen __attribute__((vector_size(16), aligned(1), may_alias));
    char *bytes = at;

    if (len < 16) {
        memset(at, 0, len);
        return;
    }
#pragma GCC unroll 32
    for (size_t i = 0; i + 16 < len; i += 16)
        *(sixteen *)(void *)(bytes + i) = (sixteen){0};
    *(sixteen *)(void *)(bytes + len - 16) = (sixteen){0};
}

#endif
