/* SPDX-License-Identifier: MIT */
/*
 * Trailers of a request, as the decoder of the body passes them by: each row goes through both,
 * whole, byte by byte, and split at each boundary.
 */
#include "worker/http1_trailers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "gateway/field.h"
#include "gateway/gateway.h"
#include "tests/unit/unit.h"
#include "worker/http1_body.h"

static const struct row {
    const char *what;
    const char *bytes; /* of the body */
    const char *fields;
} rows[] = {
    {"none", "3\r\nabc\r\n0\r\n\r\n", NULL},
    {"one", "0\r\nA: b\r\n\r\n", "a=b;"},
    {"behind data", "3\r\nabc\r\n2\r\nde\r\n0\r\nx-sum: 42\r\n\r\n", "x-sum=42;"},
    {"several of a name, in order", "0\r\nX: 1\r\nY: 2\r\nx: 3\r\n\r\n", "x=1;y=2;x=3;"},
    {"white space around the value", "0\r\na:\t b  c \t\r\nd:  \r\ne:\r\n\r\n", "a=b  c;d=;e=;"},
    {"a colon in the value", "0\r\na: b:c\r\n\r\n", "a=b:c;"},
    {"what follows is none", "0\r\na: b\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "a=b;"},
    {"known names", "0\r\nETag: \"1\"\r\nServer: s\r\n\r\n", "etag=\"1\";server=s;"},
    {"fields of a header are left out (RFC 9110 §6.5.1)",
     "0\r\nContent-Length: 5\r\nx: 1\r\nTransfer-Encoding: chunked\r\nHOST: evil\r\nCookie: a\r\n"
     "X-Forwarded-For: 1.2.3.4\r\nTrailer: x\r\n\r\n",
     "x=1;"},
};

static const char *decode(const struct row *row, struct cadre__arena *arena, size_t first,
                          size_t step)
{
    const struct http1_body_limits limits = {.data = 100, .extensions = 100, .trailers = 200};
    enum http1_body_step got = HTTP1_BODY_MORE;
    struct http1_trailers *trailers = NULL;
    const struct cadre__header *fields = NULL;
    struct http1_body_piece piece;
    struct http1_body body;
    size_t len = strlen(row->bytes), n = 0, used = 0;
    char *in = cadre__arena_strndup(arena, row->bytes, len), *text;

    http1_body_init_chunked(&body, &limits);
    for (size_t at = 0, end = first; got == HTTP1_BODY_MORE; at = end, end += step) {
        end = end < len ? end : len;
        got = http1_body_decode(&body, in + at, end - at, &piece);
        used += piece.used;
        ck_assert_int_eq(http1_trailers_add(&trailers, arena, piece.trailers, piece.trailers_len),
                         0);
    }
    ck_assert_int_eq(got, HTTP1_BODY_END);
    if (!trailers)
        return NULL;
    memset(in, '#', used); /* nothing of them is there any more */
    ck_assert_int_eq(http1_trailers_finish(trailers, arena, &fields, &n), 0);
    text = cadre__arena_printf(arena, "%s", "");
    for (size_t i = 0; i < n; i++) {
        ck_assert_uint_eq(strlen(fields[i].name.ptr), fields[i].name.len);
        ck_assert_uint_eq(strlen(fields[i].value.ptr), fields[i].value.len);
        ck_assert_int_eq(cadre__field_of(fields[i].name), cadre__field_know(fields[i].name));
        text =
            cadre__arena_printf(arena, "%s%s=%s;", text, fields[i].name.ptr, fields[i].value.ptr);
    }
    return text;
}

static void check(const struct row *row, size_t first, size_t step)
{
    struct cadre__arena arena;

    cadre__arena_init(&arena, 4096);
    const char *got = decode(row, &arena, first, step);
    if (row->fields)
        ck_assert_msg(got && strcmp(got, row->fields) == 0, "%s: got %s", row->what, got);
    else
        ck_assert_msg(!got, "%s", row->what);
    cadre__arena_done(&arena);
}

START_TEST(fed_whole)
{
    check(&rows[_i], strlen(rows[_i].bytes), 1);
}
END_TEST

START_TEST(fed_byte_by_byte)
{
    check(&rows[_i], 1, 1);
}
END_TEST

START_TEST(split_at_each_boundary)
{
    for (size_t at = 1; at < strlen(rows[_i].bytes); at++)
        check(&rows[_i], at, strlen(rows[_i].bytes));
}
END_TEST

START_TEST(many_small_pieces_take_memory_in_proportion)
{
    struct cadre__arena arena;
    struct http1_trailers *trailers = NULL;
    const struct cadre__header *fields;
    size_t n;

    cadre__arena_init(&arena, 4096);
    for (int i = 0; i < 8192; i += 4) {
        ck_assert_int_eq(http1_trailers_add(&trailers, &arena, "a", 1), 0);
        ck_assert_int_eq(http1_trailers_add(&trailers, &arena, ":", 1), 0);
        ck_assert_int_eq(http1_trailers_add(&trailers, &arena, "\r", 1), 0);
        ck_assert_int_eq(http1_trailers_add(&trailers, &arena, "\n", 1), 0);
    }
    ck_assert_uint_le(arena.held_bytes, 6 * 8192);
    ck_assert_int_eq(http1_trailers_finish(trailers, &arena, &fields, &n), 0);
    ck_assert_uint_eq(n, 2048);
    cadre__arena_done(&arena);
}
END_TEST

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

UNIT_MAIN("worker/http1_trailers", UNIT_LOOP(fed_whole, N_ROWS),
          UNIT_LOOP(fed_byte_by_byte, N_ROWS), UNIT_LOOP(split_at_each_boundary, N_ROWS),
          UNIT_CASE(many_small_pieces_take_memory_in_proportion))
