/* SPDX-License-Identifier: MIT */
/*
 * Character classes of HTTP (RFC 9110 §5.5 and §5.6.2, RFC 9112 §3.2), one table of bits a byte.
 *
 * Shared by the parser of heads, the decoder of bodies, the reader of targets and the writer of
 * responses, so that all of them agree on what a byte is. Constant data only.
 */
#ifndef WORKER_HTTP1_CHARS_H
#define WORKER_HTTP1_CHARS_H

#include <stdbool.h>
#include <stdint.h>

enum http1_char {
    HTTP1_CHAR_TOKEN = 1 << 0,  /* tchar: names, methods */
    HTTP1_CHAR_VALUE = 1 << 1,  /* in a field's value: VCHAR, obs-text, space, tab */
    HTTP1_CHAR_TARGET = 1 << 2, /* in a request target: VCHAR but '#' */
    HTTP1_CHAR_HOST = 1 << 3,   /* in a reg-name: unreserved, sub-delims, '%' */
    HTTP1_CHAR_UPPER = 1 << 4,  /* A to Z */
    HTTP1_CHAR_PATH = 1 << 5,   /* in a request target, but '?' and '%' */
};

extern const uint8_t http1_chars[256];

static inline bool http1_char_is(char c, unsigned kinds)
{
    return (http1_chars[(unsigned char)c] & kinds) != 0;
}

/* The value of a hexadecimal digit, or -1. */
static inline int http1_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

#endif
