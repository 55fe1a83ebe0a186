/* SPDX-License-Identifier: MIT */
/*
 * Trailers of a request (RFC 9112 §7.1.2): gathered as the body's decoder passes them by, and made
 * into fields when the body is complete.
 *
 * The decoder has judged and limited them (max_trailers_size). Those that may not stand behind a
 * body, since they frame, route, authenticate or describe it (RFC 9110 §6.5.1), are left out: they
 * came too late for whoever looked at the header. They are never merged with the header.
 *
 * Memory is the request's. No I/O, no suspension.
 */
#ifndef WORKER_HTTP1_TRAILERS_H
#define WORKER_HTTP1_TRAILERS_H

#include <cadre/macros.h>
#include <stddef.h>

struct cadre__arena;
struct cadre__header;

/* Lines so far. NULL: none. */
struct http1_trailers {
    size_t len, size; /* of bytes */
    char *bytes;
};

/* Adds what came of the lines, as http1_body_decode() gave it, the empty one at their end included;
 * nothing but that one takes no memory. 0; -ENOMEM. */
CADRE_MUST_CHECK int http1_trailers_add(struct http1_trailers **trailers,
                                        struct cadre__arena *arena, const char *bytes, size_t len);

/* Makes fields of the lines, in place: names lower-case, values without white space at their ends,
 * a NUL behind each. 0; -ENOMEM. */
CADRE_MUST_CHECK int http1_trailers_finish(struct http1_trailers *trailers,
                                           struct cadre__arena *arena,
                                           const struct cadre__header **ret, size_t *ret_n);

#endif
