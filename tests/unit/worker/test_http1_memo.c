/* SPDX-License-Identifier: MIT */
/*
 * What is remembered of a head's fields, and when. That it means what it meant is shown beside the
 * parser's own cases, in test_http1_parser.c.
 */
#include "worker/http1_memo.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

#define LINE "GET / HTTP/1.1\r\n"

static struct http1_memo memo;
static struct http1_parser parser;
static struct http1_field fields[64];
static char bytes[8192 + HTTP1_PARSER_PAD];

static void setup(void)
{
    const struct http1_limits limits = {.head_max = 8192, .line_max = 8192, .fields_max = 64};

    memset(&memo, 0, sizeof(memo));
    http1_parser_init(&parser, &limits, fields);
    parser.memo = &memo;
}

/* True where the fields came from the memo. */
static bool hits(const char *line, const char *rest)
{
    memset(bytes, 0, sizeof(bytes));
    int n = snprintf(bytes, sizeof(bytes), "%s%s", line, rest);

    http1_parser_reset(&parser);
    ck_assert_int_eq(http1_parser_feed(&parser, bytes, (size_t)n), HTTP1_HEAD);
    return memo.misses == 0;
}

START_TEST(the_same_fields_behind_another_line_hit)
{
    static const char rest[] = "Host: somewhere\r\nX-Own: Aa\r\n\r\n";

    setup();
    ck_assert(!hits(LINE, rest));
    ck_assert(hits(LINE, rest));
    ck_assert(hits("POST /a/longer/one?with=query HTTP/1.1\r\n", rest));
    ck_assert_uint_eq(parser.n_fields, 2);
    ck_assert_int_eq(memcmp(bytes + fields[1].name_at, "x-own: Aa", 9), 0);
    ck_assert_int_eq(memcmp(bytes + fields[0].value_at, "somewhere", 9), 0);
}
END_TEST

START_TEST(one_other_byte_anywhere_does_not)
{
    static const char rest[] = "Host: somewhere\r\nX-Own: 0123456789abcdef\r\n\r\n";
    char other[sizeof(rest)];

    setup();
    for (size_t i = 6; i < sizeof(rest) - 4; i++) {
        memcpy(other, rest, sizeof(rest));
        other[i] = other[i] == 'a' ? 'b' : 'a';
        if (memcmp(rest + i, "\r\n", 2) == 0 || memcmp(rest + i - 1, "\r\n", 2) == 0 ||
            rest[i] == ':')
            continue;
        setup();
        ck_assert(!hits(LINE, rest));
        ck_assert(hits(LINE, rest));
        ck_assert_msg(!hits(LINE, other), "byte %zu", i);
        ck_assert(hits(LINE, other));
    }
}
END_TEST

START_TEST(a_shorter_or_longer_head_does_not)
{
    static const char rest[] = "Host: somewhere\r\nAccept: */*\r\n\r\n";
    static const char longer[] = "Host: somewhere\r\nAccept: */*\r\nX: y\r\n\r\n";
    static const char shorter[] = "Host: somewhere\r\n\r\n";

    setup();
    ck_assert(!hits(LINE, rest));
    ck_assert(!hits(LINE, longer));
    ck_assert_uint_eq(parser.n_fields, 3);
    setup();
    ck_assert(!hits(LINE, rest));
    ck_assert(!hits(LINE, shorter));
    ck_assert_uint_eq(parser.n_fields, 1);
}
END_TEST

START_TEST(what_never_comes_again_is_tried_ever_less_often)
{
    char rest[64];
    int tried = 0;

    setup();
    for (int i = 0; i < 1000; i++) {
        snprintf(rest, sizeof(rest), "Host: somewhere\r\nX-Id: %d\r\n\r\n", i);
        tried += memo.rest == 0;
        ck_assert(!hits(LINE, rest));
    }
    ck_assert_int_ge(tried, 10);
    ck_assert_int_le(tried, 25);
    /* And is found again when it does. */
    for (int i = 0; i < 130; i++)
        hits(LINE, rest);
    ck_assert(hits(LINE, rest));
}
END_TEST

START_TEST(what_is_too_long_is_not_remembered)
{
    char rest[2048];

    setup();
    snprintf(rest, sizeof(rest), "Host: somewhere\r\nX: %0*d\r\n\r\n", HTTP1_MEMO_BYTES, 1);
    ck_assert(!hits(LINE, rest));
    ck_assert(!hits(LINE, rest));
    ck_assert_uint_eq(memo.len, 0);
    setup();
    size_t n = (size_t)snprintf(rest, sizeof(rest), "Host: somewhere\r\n");
    for (int i = 0; i < HTTP1_MEMO_FIELDS; i++)
        n += (size_t)snprintf(rest + n, sizeof(rest) - n, "x: %d\r\n", i);
    snprintf(rest + n, sizeof(rest) - n, "\r\n");
    ck_assert(!hits(LINE, rest));
    ck_assert_uint_eq(memo.len, 0);
    ck_assert_uint_eq(parser.n_fields, HTTP1_MEMO_FIELDS + 1);
}
END_TEST

/* A head that the memo knows is refused all the same where its line makes it too long. */
START_TEST(the_limit_of_the_head_holds)
{
    static const char rest[] = "Host: somewhere\r\n\r\n";
    char line[256];

    setup();
    parser.limits.head_max = 128;
    ck_assert(!hits(LINE, rest));
    memset(bytes, 0, sizeof(bytes));
    int n = snprintf(line, sizeof(line), "GET /%0100d HTTP/1.1\r\n", 1);
    n = snprintf(bytes, sizeof(bytes), "%s%s", line, rest);
    http1_parser_reset(&parser);
    ck_assert_int_eq(http1_parser_feed(&parser, bytes, (size_t)n), HTTP1_BAD);
    ck_assert_int_eq(parser.status, 431);
}
END_TEST

/* HTTP/1.0 asks no Host of a client and knows no keep-alive by itself. */
START_TEST(another_version_asks_nothing_of_it)
{
    static const char rest[] = "Host: somewhere\r\n\r\n";

    setup();
    ck_assert(!hits(LINE, rest));
    ck_assert(hits(LINE, rest));
    memset(bytes, 0, sizeof(bytes));
    int n = snprintf(bytes, sizeof(bytes), "GET / HTTP/1.0\r\n%s", rest);
    http1_parser_reset(&parser);
    ck_assert_int_eq(http1_parser_feed(&parser, bytes, (size_t)n), HTTP1_HEAD);
    ck_assert_int_eq(parser.version, 10);
    ck_assert(!parser.meaning.keep_alive);
}
END_TEST

UNIT_MAIN("worker/http1_memo", UNIT_CASE(the_same_fields_behind_another_line_hit),
          UNIT_CASE(one_other_byte_anywhere_does_not), UNIT_CASE(a_shorter_or_longer_head_does_not),
          UNIT_CASE(what_never_comes_again_is_tried_ever_less_often),
          UNIT_CASE(what_is_too_long_is_not_remembered), UNIT_CASE(the_limit_of_the_head_holds),
          UNIT_CASE(another_version_asks_nothing_of_it))
