/* SPDX-License-Identifier: MIT */
/*
 * Bodies without their framing: each row is decoded whole, byte by byte, and split at each
 * boundary.
 */
#include "worker/http1_body.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

#define MAX 64

#define LINES_MAX 8192

static void init_chunked(struct http1_body *body, uint64_t max)
{
    const struct http1_body_limits limits = {
        .data = max, .extensions = LINES_MAX, .trailers = LINES_MAX};

    http1_body_init_chunked(body, &limits);
}

static const struct row {
    const char *what;
    const char *bytes;
    const char *data; /* what comes out; NULL: refused */
    int error;        /* where refused */
    size_t rest;      /* bytes at the end that belong to the next request */
} rows[] = {
    {"no chunk", "0\r\n\r\n", "", 0, 0},
    {"one chunk", "5\r\nhello\r\n0\r\n\r\n", "hello", 0, 0},
    {"several chunks", "1\r\na\r\n2\r\nbc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n",
     "abc0123456789abcdef", 0, 0},
    {"sizes in both cases", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
     "01234567890123456789", 0, 0},
    {"leading zeros", "0005\r\nhello\r\n000\r\n\r\n", "hello", 0, 0},
    {"data that looks like framing", "7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n", "\r\n0\r\n\r\n", 0, 0},
    {"RFC 9112 §7.1.1: extensions", "5;a\r\nhello\r\n0;b=c;d=\"e;\xff\"\r\n\r\n", "hello", 0, 0},
    {"RFC 9112 §7.1.2: trailers", "5\r\nhello\r\n0\r\nA: b\r\nC-d:\t e \r\n\r\n", "hello", 0, 0},
    {"what follows is left alone", "5\r\nhello\r\n0\r\n\r\nGET", "hello", 0, 3},
    {"as much as allowed",
     "40\r\n0123456789012345678901234567890123456789012345678901234567890123\r\n0\r\n\r\n",
     "0123456789012345678901234567890123456789012345678901234567890123", 0, 0},

    {"too much in one chunk", "41\r\n", NULL, -EMSGSIZE, 0},
    {"too much in two chunks",
     "3f\r\n012345678901234567890123456789012345678901234567890123456789012\r\n2\r\n", NULL,
     -EMSGSIZE, 0},
    {"a size that overflows", "fffffffffffffffff\r\n", NULL, -EBADMSG, 0},
    {"a size with the sign bit", "8000000000000000\r\n", NULL, -EBADMSG, 0},
    {"no size", "\r\n", NULL, -EBADMSG, 0},
    {"a size with a sign", "+5\r\n", NULL, -EBADMSG, 0},
    {"a negative size", "-5\r\n", NULL, -EBADMSG, 0},
    {"a size with 0x", "0x5\r\n", NULL, -EBADMSG, 0},
    {"a size behind a space", " 5\r\n", NULL, -EBADMSG, 0},
    {"a space behind the size", "5 \r\n", NULL, -EBADMSG, 0},
    {"a letter behind the size", "5g\r\n", NULL, -EBADMSG, 0},
    {"an extension without a size", ";a\r\n", NULL, -EBADMSG, 0},
    {"a size line with a bare LF", "5\nhello", NULL, -EBADMSG, 0},
    {"a size line with a bare CR", "5\rhello", NULL, -EBADMSG, 0},
    {"an extension with a bare LF", "5;a\nhello", NULL, -EBADMSG, 0},
    {"an extension with a control byte", "5;\x01\r\n", NULL, -EBADMSG, 0},
    {"a chunk that is longer than it says", "5\r\nhellox\r\n", NULL, -EBADMSG, 0},
    {"a chunk that ends in a bare LF", "5\r\nhello\n0\r\n\r\n", NULL, -EBADMSG, 0},
    {"a chunk that ends in a bare CR", "5\r\nhello\r0\r\n\r\n", NULL, -EBADMSG, 0},
    {"a trailer with a space before the colon", "0\r\nA : b\r\n\r\n", NULL, -EBADMSG, 0},
    {"a trailer that is folded", "0\r\nA: b\r\n c\r\n\r\n", NULL, -EBADMSG, 0},
    {"a trailer without a name", "0\r\n: b\r\n\r\n", NULL, -EBADMSG, 0},
    {"a trailer without a colon", "0\r\nAb\r\n\r\n", NULL, -EBADMSG, 0},
    {"a trailer with a bare LF", "0\r\nA: b\n\r\n", NULL, -EBADMSG, 0},
    {"a trailer with a control byte", "0\r\nA: \x01\r\n\r\n", NULL, -EBADMSG, 0},
    {"an end with a bare LF", "0\r\n\n", NULL, -EBADMSG, 0},
    {"an end with a bare CR", "0\r\n\rX", NULL, -EBADMSG, 0},
};

struct decode {
    struct http1_body body;
    char data[1024];
    size_t len;
    size_t used;
    enum http1_body_step step;
};

/* Feeds a copy, so that nothing is read or written beyond it. */
static void feed(struct decode *d, const char *bytes, size_t len)
{
    char *copy = malloc(len > 0 ? len : 1);
    struct http1_body_piece piece;

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, bytes, len);
    d->step = http1_body_decode(&d->body, copy, len, &piece);
    ck_assert_uint_le(piece.used, len);
    if (d->step == HTTP1_BODY_MORE)
        ck_assert_uint_eq(piece.used, len);
    if (piece.len > 0) {
        ck_assert(piece.data >= copy && piece.data + piece.len <= copy + piece.used);
        memcpy(d->data + d->len, piece.data, piece.len);
        d->len += piece.len;
    }
    d->used += piece.used;
    free(copy);
}

static void check(const struct row *row, const struct decode *d)
{
    if (!row->data) {
        ck_assert_msg(d->step == HTTP1_BODY_BAD, "%s: was not refused", row->what);
        ck_assert_msg(d->body.error == row->error, "%s: %d", row->what, d->body.error);
        ck_assert_ptr_nonnull(d->body.reason);
        return;
    }
    ck_assert_msg(d->step == HTTP1_BODY_END, "%s: step %d %s", row->what, d->step,
                  d->body.reason ? d->body.reason : "");
    ck_assert_msg(d->len == strlen(row->data) && memcmp(d->data, row->data, d->len) == 0,
                  "%s: \"%.*s\"", row->what, (int)d->len, d->data);
    ck_assert_uint_eq(d->used, strlen(row->bytes) - row->rest);
    ck_assert_uint_eq(d->body.total, d->len);
    ck_assert(http1_body_is_done(&d->body));
}

START_TEST(chunks_fed_whole)
{
    struct decode d = {.step = HTTP1_BODY_MORE};

    init_chunked(&d.body, MAX);
    feed(&d, rows[_i].bytes, strlen(rows[_i].bytes));
    check(&rows[_i], &d);
}
END_TEST

START_TEST(chunks_fed_byte_by_byte)
{
    struct decode d = {.step = HTTP1_BODY_MORE};

    init_chunked(&d.body, MAX);
    for (size_t i = 0; i < strlen(rows[_i].bytes) && d.step == HTTP1_BODY_MORE; i++)
        feed(&d, rows[_i].bytes + i, 1);
    check(&rows[_i], &d);
}
END_TEST

START_TEST(chunks_split_at_each_boundary)
{
    const char *bytes = rows[_i].bytes;
    size_t len = strlen(bytes);

    for (size_t at = 0; at <= len; at++) {
        struct decode d = {.step = HTTP1_BODY_MORE};

        init_chunked(&d.body, MAX);
        feed(&d, bytes, at);
        if (d.step == HTTP1_BODY_MORE)
            feed(&d, bytes + at, len - at);
        check(&rows[_i], &d);
    }
}
END_TEST

START_TEST(a_body_by_length_ends_where_it_says)
{
    for (size_t at = 0; at <= 8; at++) {
        struct decode d = {.step = HTTP1_BODY_MORE};

        http1_body_init_length(&d.body, 5);
        ck_assert_uint_eq(http1_body_left(&d.body), 5);
        feed(&d, "helloGET", at);
        if (d.step == HTTP1_BODY_MORE)
            feed(&d, &"helloGET"[at], 8 - at);
        ck_assert_int_eq(d.step, HTTP1_BODY_END);
        ck_assert_uint_eq(d.used, 5);
        ck_assert_mem_eq(d.data, "hello", 5);
        ck_assert_uint_eq(http1_body_left(&d.body), 0);
    }
}
END_TEST

START_TEST(no_body_and_length_0_end_at_once)
{
    struct decode d = {.step = HTTP1_BODY_MORE};

    http1_body_init_none(&d.body);
    ck_assert(http1_body_is_done(&d.body));
    feed(&d, "GET", 3);
    ck_assert_int_eq(d.step, HTTP1_BODY_END);
    ck_assert_uint_eq(d.used, 0);

    http1_body_init_length(&d.body, 0);
    ck_assert(http1_body_is_done(&d.body));
}
END_TEST

START_TEST(extensions_and_trailers_are_limited)
{
    struct decode d = {.step = HTTP1_BODY_MORE};

    /* Many small ones, each within the limit. */
    init_chunked(&d.body, UINT64_MAX);
    for (int i = 0; i < LINES_MAX / 100 && d.step == HTTP1_BODY_MORE; i++) {
        char line[256];
        int n = snprintf(line, sizeof(line), "1;%0100d\r\nx\r\n", 0);
        d.len = 0;
        feed(&d, line, (size_t)n);
    }
    ck_assert_int_eq(d.step, HTTP1_BODY_MORE);
    char more[256];
    snprintf(more, sizeof(more), "1;%0200d\r\nx\r\n", 0);
    feed(&d, more, strlen(more));
    ck_assert_int_eq(d.step, HTTP1_BODY_BAD);
    ck_assert_int_eq(d.body.error, -EBADMSG);

    init_chunked(&d.body, UINT64_MAX);
    d.step = HTTP1_BODY_MORE;
    feed(&d, "0\r\n", 3);
    for (int i = 0; i < LINES_MAX / 7 + 1 && d.step == HTTP1_BODY_MORE; i++)
        feed(&d, "a: bcd\r\n", 8);
    ck_assert_int_eq(d.step, HTTP1_BODY_BAD);
    ck_assert_int_eq(d.body.error, -EBADMSG);
}
END_TEST

START_TEST(without_a_limit_the_largest_size_is_taken)
{
    struct decode d = {.step = HTTP1_BODY_MORE};

    init_chunked(&d.body, UINT64_MAX);
    feed(&d, "7fffffffffffffff\r\nx", 19);
    ck_assert_int_eq(d.step, HTTP1_BODY_MORE);
    ck_assert_uint_eq(http1_body_left(&d.body), UINT64_C(0x7ffffffffffffffe));
}
END_TEST

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

UNIT_MAIN("worker/http1_body", UNIT_LOOP(chunks_fed_whole, N_ROWS),
          UNIT_LOOP(chunks_fed_byte_by_byte, N_ROWS),
          UNIT_LOOP(chunks_split_at_each_boundary, N_ROWS),
          UNIT_CASE(a_body_by_length_ends_where_it_says),
          UNIT_CASE(no_body_and_length_0_end_at_once),
          UNIT_CASE(extensions_and_trailers_are_limited),
          UNIT_CASE(without_a_limit_the_largest_size_is_taken))
