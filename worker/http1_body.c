/* SPDX-License-Identifier: MIT */
/*
 * The states of a body. A chunk is: digits, extensions, CR, LF, data, CR, LF; the chunk of size
 * zero is followed by trailers and an empty line.
 *
 * No I/O, no allocation, no suspension. worker/http1_body.h has the contract.
 */
#include "worker/http1_body.h"

#include <errno.h>
#include <string.h>

#include "worker/http1_chars.h"

enum state {
    LENGTH,    /* a body by length: data */
    SIZE,      /* digits of a chunk's size */
    EXTENSION, /* after the first ';' of the line */
    SIZE_LF,   /* the LF that ends the line of the size */
    DATA,      /* data of a chunk */
    DATA_CR,   /* the CRLF behind the data */
    DATA_LF,
    TRAILER, /* at the first byte of a line of trailers */
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LF, /* the LF that ends a trailer */
    END_LF,     /* the LF that ends the body */
    DONE,
    REFUSED,
};

static void init(struct http1_body *b, enum state state)
{
    memset(b, 0, sizeof(*b));
    b->state = (uint8_t)state;
}

void http1_body_init_none(struct http1_body *b)
{
    init(b, DONE);
}

void http1_body_init_length(struct http1_body *b, uint64_t length)
{
    init(b, length == 0 ? DONE : LENGTH);
    b->left = length;
}

void http1_body_init_chunked(struct http1_body *b, const struct http1_body_limits *limits)
{
    init(b, SIZE);
    b->limits = *limits;
}

bool http1_body_is_done(const struct http1_body *b)
{
    return b->state == DONE;
}

uint64_t http1_body_left(const struct http1_body *b)
{
    return b->left;
}

static void bad(struct http1_body *b, int error, const char *reason)
{
    b->state = REFUSED;
    b->error = error;
    b->reason = reason;
}

/* A byte of a chunk's size, or what ends it. */
static void take_size(struct http1_body *b, char c)
{
    int digit = http1_hex(c);

    if (digit >= 0) {
        if (b->left > (uint64_t)INT64_MAX >> 4) {
            bad(b, -EBADMSG, "a chunk size that is too large");
            return;
        }
        b->left = b->left << 4 | (unsigned)digit;
        b->any_digit = true;
        return;
    }
    if (!b->any_digit)
        bad(b, -EBADMSG, "a chunk size that is not a hexadecimal number");
    else if (c == '\r')
        b->state = SIZE_LF;
    else if (c == ';')
        b->state = EXTENSION;
    else
        bad(b, -EBADMSG, "a chunk size that is not a hexadecimal number");
}

static void take_extension(struct http1_body *b, char c)
{
    if (c == '\r')
        b->state = SIZE_LF;
    else if (!http1_char_is(c, HTTP1_CHAR_VALUE))
        bad(b, -EBADMSG, "a control byte in a chunk extension");
    else if (++b->spent > b->limits.extensions)
        bad(b, -EBADMSG, "chunk extensions that are too long");
}

static void end_size(struct http1_body *b)
{
    if (b->left == 0) {
        b->state = TRAILER;
        b->spent = 0;
    } else if (b->left > b->limits.data - b->total) {
        bad(b, -EMSGSIZE, "the body is too large");
    } else {
        b->state = DATA;
    }
}

static void take_trailer(struct http1_body *b, char c)
{
    if (++b->spent > b->limits.trailers) {
        bad(b, -EBADMSG, "trailers that are too long");
        return;
    }
    switch ((enum state)b->state) {
    case TRAILER:
        if (c == '\r')
            b->state = END_LF;
        else if (http1_char_is(c, HTTP1_CHAR_TOKEN))
            b->state = TRAILER_NAME;
        else
            bad(b, -EBADMSG, "malformed trailer");
        break;
    case TRAILER_NAME:
        if (c == ':')
            b->state = TRAILER_VALUE;
        else if (!http1_char_is(c, HTTP1_CHAR_TOKEN))
            bad(b, -EBADMSG, "malformed trailer");
        break;
    default: /* TRAILER_VALUE */
        if (c == '\r')
            b->state = TRAILER_LF;
        else if (!http1_char_is(c, HTTP1_CHAR_VALUE))
            bad(b, -EBADMSG, "a control byte in a trailer");
        break;
    }
}

/* A CR or LF that must be just that, and where it leads. */
static void expect(struct http1_body *b, char c, char wanted, enum state next)
{
    if (c == wanted)
        b->state = (uint8_t)next;
    else
        bad(b, -EBADMSG, "a chunk that does not end in CRLF");
}

/* One byte of framing: any state but LENGTH, DATA, DONE and REFUSED. */
static void take_framing(struct http1_body *b, char c)
{
    switch ((enum state)b->state) {
    case SIZE:
        take_size(b, c);
        break;
    case EXTENSION:
        take_extension(b, c);
        break;
    case SIZE_LF:
        expect(b, c, '\n', DATA);
        if (b->state == DATA)
            end_size(b);
        break;
    case DATA_CR:
        expect(b, c, '\r', DATA_LF);
        break;
    case DATA_LF:
        expect(b, c, '\n', SIZE);
        b->any_digit = false;
        break;
    case TRAILER_LF:
        expect(b, c, '\n', TRAILER);
        break;
    case END_LF:
        expect(b, c, '\n', DONE);
        break;
    default:
        take_trailer(b, c);
        break;
    }
}

/* Takes data at in[at..len) and adds it to the piece. */
static size_t take_data(struct http1_body *b, char *in, size_t at, size_t len,
                        struct http1_body_piece *ret)
{
    size_t n = len - at < b->left ? len - at : (size_t)b->left;

    if (ret->len == 0)
        ret->data = in + at;
    else if (ret->data + ret->len != in + at)
        memmove(ret->data + ret->len, in + at, n);
    ret->len += n;
    b->left -= n;
    b->total += n;
    if (b->left == 0)
        b->state = b->state == LENGTH ? DONE : DATA_CR;
    return n;
}

/* Takes lines of trailers at in[at..len). */
static size_t take_trailers(struct http1_body *b, const char *in, size_t at, size_t len,
                            struct http1_body_piece *ret)
{
    ret->trailers = in + at;
    while (at < len && b->state >= TRAILER && b->state <= TRAILER_LF)
        take_framing(b, in[at++]);
    ret->trailers_len = (size_t)(in + at - ret->trailers);
    return at;
}

enum http1_body_step http1_body_decode(struct http1_body *b, char *in, size_t len,
                                       struct http1_body_piece *ret)
{
    size_t at = 0;

    *ret = (struct http1_body_piece){.data = in};
    while (at < len && b->state != DONE && b->state != REFUSED) {
        if (b->state == LENGTH || b->state == DATA)
            at += take_data(b, in, at, len, ret);
        else if (b->state < TRAILER || b->state > TRAILER_LF)
            take_framing(b, in[at++]);
        else
            at = take_trailers(b, in, at, len, ret);
    }
    if (b->state == REFUSED) {
        ret->len = 0;
        ret->used = at;
        return HTTP1_BODY_BAD;
    }
    ret->used = at;
    return b->state == DONE ? HTTP1_BODY_END : HTTP1_BODY_MORE;
}
