/* SPDX-License-Identifier: MIT */
/*
 * The fields of a head that was read before.
 *
 * What a client sends again and again differs in its request line and hardly in its fields: a
 * browser's dozen, an API client's five, a health check's one. Where all that is behind a request
 * line is, byte by byte, what was read and judged before, it means the same, and the parser takes
 * the fields from here: for a browser's request that is a tenth of the work.
 *
 * A memo has bytes of one client and is compared with those of another. The comparison looks at
 * all of them whatever they are, so its time tells nothing but whether all are the same. Where it
 * is in vain, it is tried ever less often, down to one head in 64.
 *
 * Pure: no I/O, no allocation. One memo serves one thread.
 */
#ifndef WORKER_HTTP1_MEMO_H
#define WORKER_HTTP1_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "worker/http1_parser.h"

/* Heads with more than this behind their request line, or more fields, are not remembered. */
#define HTTP1_MEMO_BYTES  1024
#define HTTP1_MEMO_FIELDS 32

/* All bytes 0: remembers nothing. */
struct http1_memo {
    uint32_t len;   /* of `bytes`; 0: nothing is remembered */
    uint32_t rest;  /* so many heads are passed over */
    uint8_t misses; /* in a row: the logarithm of what `rest` begins with */
    bool has_upper; /* a name that is not known has capital letters */
    uint32_t n_fields;
    struct http1_meaning meaning;
    struct http1_field fields[HTTP1_MEMO_FIELDS]; /* offsets from the first of `bytes` */
    char bytes[HTTP1_MEMO_BYTES]; /* as they came, from behind the request line to the last CRLF */
};

/* Is it this head's turn? One that is passed over is counted. */
static inline bool http1_memo_is_tried(struct http1_memo *memo)
{
    if (memo->rest == 0)
        return true;
    memo->rest--;
    return false;
}

/* Whether the `len` bytes at `at`, which lie behind a request line, begin with what is remembered.
 * Then p->fields and p->meaning are set, p->pos is behind the head, and names that are not known
 * are made lower-case in place. */
bool http1_memo_take(struct http1_memo *memo, struct http1_parser *p, char *at, size_t len);

/* What comes is another: notes its bytes before they are judged. */
void http1_memo_note(struct http1_memo *memo, const char *at, size_t len);

/* They were judged and are a whole head, the fields of which begin at `from` of `head`: from now on
 * it is remembered, unless it is too long. */
void http1_memo_keep(struct http1_memo *memo, const struct http1_parser *p, const char *head,
                     uint32_t from);

#endif
