/* SPDX-License-Identifier: MIT */
/* base64url: middleware/base64url.h. */
#include "middleware/base64url.h"

#include <errno.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char *cadre__base64url_encode(char *out, const void *bytes, size_t len)
{
    const uint8_t *in = bytes;
    uint32_t bits = 0;
    unsigned n_bits = 0;

    for (size_t i = 0; i < len; i++) {
        bits = bits << 8 | in[i];
        for (n_bits += 8; n_bits >= 6; n_bits -= 6)
            *out++ = digits[bits >> (n_bits - 6) & 63];
    }
    if (n_bits > 0)
        *out++ = digits[bits << (6 - n_bits) & 63];
    return out;
}

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

ssize_t cadre__base64url_decode(struct cadre_str text, void *out, size_t size)
{
    uint8_t *to = out;
    uint32_t bits = 0;
    unsigned n_bits = 0;
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        int value = value_of(text.ptr[i]);

        if (value < 0)
            return -EBADMSG;
        bits = bits << 6 | (uint32_t)value;
        n_bits += 6;
        if (n_bits < 8)
            continue;
        if (n == size)
            return -EBADMSG;
        n_bits -= 8;
        to[n++] = (uint8_t)(bits >> n_bits);
    }
    /* one form for each text: what is left must be zeros, of less than a digit */
    return n_bits >= 6 || (bits & ((1u << n_bits) - 1)) != 0 ? -EBADMSG : (ssize_t)n;
}
