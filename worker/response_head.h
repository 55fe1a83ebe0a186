/* SPDX-License-Identifier: MIT */
/*
 * Writes the head of an HTTP/1.1 response into a buffer (RFC 9112 §4 and §6).
 *
 * In two steps where the framing is known only when the first piece of the body comes: first the
 * status line and the fields of the application, then framing and connection. Else in one. The
 * fields were checked before (gateway/response.h); those that are the protocol's own
 * (hop-by-hop) are left out, Date, Server and X-Request-ID are added where the application gave
 * none.
 *
 * No I/O, no suspension; allocates from the buffer's pool only.
 */
#ifndef WORKER_RESPONSE_HEAD_H
#define WORKER_RESPONSE_HEAD_H

#include <cadre/macros.h>
#include <cadre/str.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "worker/buffer.h"

struct cadre__header;
struct http_date;

enum response_framing {
    RESPONSE_AS_GIVEN,    /* the application declared a length, or there is no body */
    RESPONSE_LENGTH,      /* a length that we know */
    RESPONSE_CHUNKED,     /* chunks */
    RESPONSE_UNTIL_CLOSE, /* the body ends where the connection ends */
};

struct response_start {
    int status;
    const struct cadre__header *headers; /* checked (gateway/response.h) */
    size_t n_headers;
    size_t fields_size;           /* what they take: struct cadre__response has counted */
    unsigned kinds;               /* enum cadre__field_kind, of all of them */
    const struct http_date *date; /* of now: http_date_get */
    struct cadre_str request_id; /* for X-Request-ID where the application has none; absent: none */
    bool server_header;          /* add Server */
    bool drop_length;            /* leave Content-Length out: 1xx, 204 (RFC 9110 §8.6) */
    bool keep_trailer;           /* leave Trailer in: trailers will follow */
};

/* Appends the status line and fields, without the empty line. 0; -ENOMEM: out is as before. */
CADRE_MUST_CHECK int response_head_start(struct buffer *out, struct buffer_pool *pool,
                                         const struct response_start *start);

/* What Connection says, if anything. */
enum response_connection {
    RESPONSE_SAY_NOTHING,
    RESPONSE_SAY_CLOSE,
    RESPONSE_SAY_KEEP_ALIVE, /* to an HTTP/1.0 client that asked for it */
};

/* Appends framing, connection and the empty line. 0; -ENOMEM: out is as before. */
CADRE_MUST_CHECK int response_head_end(struct buffer *out, struct buffer_pool *pool,
                                       enum response_framing framing, uint64_t length,
                                       enum response_connection connection);

/* The two steps at once, and the body behind them; `length` is what RESPONSE_LENGTH says. 0;
 * -ENOMEM: out is as before. */
CADRE_MUST_CHECK int response_head_whole(struct buffer *out, struct buffer_pool *pool,
                                         const struct response_start *start,
                                         enum response_framing framing, uint64_t length,
                                         enum response_connection connection,
                                         struct cadre_str body);

/* The same of a response whose status line and fields were made before: `lines`. Its own lines are
 * those of `date`, with Server or without. */
CADRE_MUST_CHECK int response_head_known(struct buffer *out, struct buffer_pool *pool,
                                         struct cadre_str lines, const struct http_date *date,
                                         bool server_header, uint64_t length,
                                         enum response_connection connection,
                                         struct cadre_str body);

/* As response_head_start, of a response whose status line and fields were made before. */
CADRE_MUST_CHECK int response_head_known_start(struct buffer *out, struct buffer_pool *pool,
                                               struct cadre_str lines, const struct http_date *date,
                                               bool server_header);

/* Appends an interim response (1xx): status line, fields, empty line; nothing of our own. 0;
 * -ENOMEM: out is as before. */
CADRE_MUST_CHECK int response_head_interim(struct buffer *out, struct buffer_pool *pool,
                                           const struct response_start *start);

/* Appends the end of a chunked body with these trailers, checked before, whose lines take
 * `fields_size` bytes (RFC 9112 §7.1.2). 0; -ENOMEM: out is as before. */
CADRE_MUST_CHECK int response_trailers(struct buffer *out, struct buffer_pool *pool,
                                       const struct cadre__header *headers, size_t n_headers,
                                       size_t fields_size);

/* The line in front of a chunk of `len` bytes: writes it to `out` (18 bytes at most) and returns
 * its length. */
#define RESPONSE_CHUNK_LINE_MAX 18
size_t response_chunk_line(char out[RESPONSE_CHUNK_LINE_MAX], uint64_t len);

/* An answer that the protocol gives itself. */
struct response_refusal {
    int status;
    const char *detail;          /* NULL: none */
    bool head_only;              /* leave the body out and keep its length: HEAD */
    bool retry_after;            /* the client may try again in a second */
    struct cadre_str request_id; /* for X-Request-ID; absent: none */
};

/* What a malformed request is told, as by uvicorn; the log has the detail. */
#define RESPONSE_BAD_REQUEST "Invalid HTTP request received."

/* Appends one whole: text/plain, Connection: close, body "REASON: detail\n" or "REASON"; of 400
 * RESPONSE_BAD_REQUEST. 0; -ENOMEM. */
CADRE_MUST_CHECK int response_refuse(struct buffer *out, struct buffer_pool *pool,
                                     const struct response_refusal *refusal, bool server_header,
                                     const struct http_date *date);

#endif
