/* SPDX-License-Identifier: MIT */
/*
 * Status lines and fields of responses that were made before.
 *
 * What a handler answers differs in its body and hardly in its fields: a page's type, an API's type
 * and cache rule. Where status and fields are, byte by byte, those of a response that was checked
 * and written before, they are valid, and their lines are copied from here as one. Fields that the
 * protocol looks at itself (a length, a Date, Connection ...) are never remembered.
 *
 * Pure: no I/O, no allocation. One memo serves one thread.
 */
#ifndef WORKER_RESPONSE_MEMO_H
#define WORKER_RESPONSE_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "gateway/gateway.h"

/* Responses with more fields, or more bytes of them, are not remembered. */
#define RESPONSE_MEMO_FIELDS 6
#define RESPONSE_MEMO_BYTES  384
/* How many are, each in the place that its status and fields choose. */
#define RESPONSE_MEMO_PLACES 8
/* So many others may come to its place before it gives way. */
#define RESPONSE_MEMO_PATIENCE 16

struct response_lines {
    uint16_t status; /* 0: nothing is remembered */
    uint16_t len;    /* of `text` */
    uint16_t n_headers;
    uint16_t misses; /* others that came since it was remembered */
    struct cadre__header headers[RESPONSE_MEMO_FIELDS]; /* known names, and parts of `text` */
    char text[RESPONSE_MEMO_BYTES];                     /* the status line and the fields' lines */
};

/* All bytes 0: remembers nothing. */
struct response_memo {
    struct response_lines places[RESPONSE_MEMO_PLACES];
};

/* The place of a response with that status and fields. */
static inline struct response_lines *response_memo_place(struct response_memo *memo, int status,
                                                         const struct cadre__header *headers,
                                                         size_t n_headers)
{
    size_t n = (size_t)status + n_headers;

    if (n_headers > 0)
        n += headers[n_headers - 1].value.len;
    return &memo->places[n % RESPONSE_MEMO_PLACES];
}

/* Whether these are its status and fields. */
static inline bool response_lines_are(const struct response_lines *lines, int status,
                                      const struct cadre__header *headers, size_t n_headers)
{
    if (lines->status != status || lines->n_headers != n_headers)
        return false;
    for (size_t i = 0; i < n_headers; i++) {
        const struct cadre__header *a = &lines->headers[i], *b = &headers[i];

        if (a->name.len != b->name.len || a->value.len != b->value.len)
            return false;
        if (a->name.ptr != b->name.ptr && !cadre__same_bytes(a->name.ptr, b->name.ptr, b->name.len))
            return false;
        if (!cadre__same_bytes(a->value.ptr, b->value.ptr, b->value.len))
            return false;
    }
    return true;
}

/* Another response was checked and has been written: `text` begins with its status line, behind
 * which its fields take `fields_size` bytes. Remembers it, unless it is too long or the one before
 * still has patience. */
void response_lines_note(struct response_lines *lines, int status,
                         const struct cadre__header *headers, size_t n_headers, size_t fields_size,
                         const char *text);

#endif
