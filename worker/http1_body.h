/* SPDX-License-Identifier: MIT */
/*
 * The body of an HTTP/1.x request: takes the framing off (RFC 9112 §6 and §7).
 *
 * One decoder for all three kinds: none, by length, chunked. Bytes in, bytes out: no I/O, no
 * allocation, no suspension. Chunked bodies are decoded in place: the pieces of several chunks in
 * one buffer are moved together, so that many small chunks come out as one piece. Trailers are
 * left where they are, for whoever wants them.
 *
 * Chunk sizes are strict: hexadecimal digits, no sign, no overflow, no white space; extensions and
 * trailers are checked and limited.
 */
#ifndef WORKER_HTTP1_BODY_H
#define WORKER_HTTP1_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a chunked body may take. */
struct http1_body_limits {
    uint64_t data;       /* bytes of data in all; beyond is -EMSGSIZE */
    uint32_t extensions; /* bytes of the lines of all chunk sizes, but for digits and CRLF */
    uint32_t trailers;   /* bytes of them */
};

enum http1_body_step {
    HTTP1_BODY_MORE, /* all input was used (or nothing can be made of it yet); feed more */
    HTTP1_BODY_END,  /* the body is complete; what follows `used` is the next request */
    HTTP1_BODY_BAD,  /* malformed, or larger than its limit: .error says which */
};

struct http1_body {
    uint64_t left;  /* by length: bytes to come; chunked: of this chunk */
    uint64_t total; /* data bytes that came out so far */
    struct http1_body_limits limits;
    uint32_t spent;     /* extension or trailer bytes so far */
    uint8_t state;      /* enum state in the .c file */
    bool any_digit;     /* in a chunk size: a digit came */
    int error;          /* -EBADMSG malformed, -EMSGSIZE too large; 0 while fine */
    const char *reason; /* one line without end, static; set with .error */
};

/* What one call gave. */
struct http1_body_piece {
    size_t used; /* input bytes that were consumed */
    char *data;  /* decoded bytes, inside the input */
    size_t len;  /* their number; 0 is possible */

    /* What came of the lines of trailers, in the input behind the data, their CRLFs and that of the
     * empty line included (the last LF may be missing). */
    const char *trailers;
    size_t trailers_len;
};

/* No body at all: END at once. */
void http1_body_init_none(struct http1_body *b);
/* `length` bytes. The caller has compared it with the limit already. */
void http1_body_init_length(struct http1_body *b, uint64_t length);
/* Chunks. */
void http1_body_init_chunked(struct http1_body *b, const struct http1_body_limits *limits);

/* Decodes what it can of in[0..len). The bytes in[0..used) are the decoder's to overwrite. Data may
 * come with any step; with BAD there is none. Call again with what follows `used`. */
enum http1_body_step http1_body_decode(struct http1_body *b, char *in, size_t len,
                                       struct http1_body_piece *ret);

/* True once END came (for no body: from the start). */
bool http1_body_is_done(const struct http1_body *b);

/* The data bytes surely still to come: exact for a length, a lower bound for chunks. */
uint64_t http1_body_left(const struct http1_body *b);

#endif
