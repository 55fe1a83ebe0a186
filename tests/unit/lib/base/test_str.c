/* SPDX-License-Identifier: MIT */
/*
 * Tests of <cadre/str.h> and base/str. The source is compiled in, with a heap that fails on demand.
 */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static bool heap_fails;

static void *failing_realloc(void *p, size_t n)
{
    return heap_fails ? NULL : realloc(p, n);
}

#define realloc(p, n) failing_realloc(p, n)
#include "base/str.c"
#undef realloc

START_TEST(strings_compare_by_bytes_and_length)
{
    static const struct cadre_str absent;
    ck_assert(cadre_str_eq(CADRE_STR("abc"), cadre_str_from("abc")));
    ck_assert(!cadre_str_eq(CADRE_STR("abc"), CADRE_STR("abd")));
    ck_assert(!cadre_str_eq(CADRE_STR("abc"), CADRE_STR("ab")));
    ck_assert(!cadre_str_eq(CADRE_STR("a\0b"), CADRE_STR("a\0c")));
    ck_assert(cadre_str_eq(absent, CADRE_STR("")));
    ck_assert_ptr_null(cadre_str_from(NULL).ptr);
    ck_assert(cadre_str_has_prefix(CADRE_STR("/shop/x"), CADRE_STR("/shop")));
    ck_assert(cadre_str_has_prefix(CADRE_STR("x"), absent));
    ck_assert(!cadre_str_has_prefix(CADRE_STR("/sh"), CADRE_STR("/shop")));
}
END_TEST

START_TEST(case_is_that_of_ascii_letters_alone)
{
    ck_assert(cadre_str_eq_nocase(CADRE_STR("Content-LENGTH"), CADRE_STR("content-length")));
    ck_assert(!cadre_str_eq_nocase(CADRE_STR("a"), CADRE_STR("b")));
    ck_assert(!cadre_str_eq_nocase(CADRE_STR("a"), CADRE_STR("aa")));
    /* Neighbours of the letters, and letters of Latin-1. */
    ck_assert(!cadre_str_eq_nocase(CADRE_STR("@"), CADRE_STR("`")));
    ck_assert(!cadre_str_eq_nocase(CADRE_STR("["), CADRE_STR("{")));
    ck_assert(!cadre_str_eq_nocase(CADRE_STR("\xc4"), CADRE_STR("\xe4")));
    ck_assert(!cadre_str_eq_nocase(CADRE_STR("\x01"), CADRE_STR("\x21")));
}
END_TEST

/* Wherever the one byte is that differs. */
START_TEST(case_is_seen_in_texts_of_all_lengths)
{
    char a[40], b[40];

    for (size_t len = 1; len < sizeof(a); len++) {
        for (size_t i = 0; i < len; i++) {
            memset(a, 'm', len);
            memset(b, 'm', len);
            a[i] = 'N', b[i] = 'n';
            ck_assert(cadre_str_eq_nocase((struct cadre_str){a, len}, (struct cadre_str){b, len}));
            b[i] = 'o';
            ck_assert(!cadre_str_eq_nocase((struct cadre_str){a, len}, (struct cadre_str){b, len}));
        }
    }
}
END_TEST

START_TEST(a_buffer_grows_and_always_ends_in_nul)
{
    struct cadre__buf buf;
    cadre__buf_init(&buf);
    ck_assert_str_eq(cadre__buf_text(&buf), "");
    ck_assert_uint_eq(cadre__buf_str(&buf).len, 0);
    size_t len = 0;
    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(cadre__buf_printf(&buf, "%d,", i), 0);
        len += i < 10 ? 2 : i < 100 ? 3 : 4;
        if (buf.len != len || strlen(buf.data) != len)
            ck_abort_msg("after %d: %zu bytes", i, buf.len);
    }
    ck_assert_int_eq(memcmp(buf.data, "0,1,2,3,", 8), 0);
    cadre__buf_clear(&buf);
    ck_assert_str_eq(cadre__buf_text(&buf), "");
    ck_assert_int_eq(cadre__buf_append(&buf, "a\0b", 3), 0);
    ck_assert_int_eq(cadre__buf_putc(&buf, 'c'), 0);
    ck_assert_int_eq(cadre__buf_puts(&buf, "de"), 0);
    ck_assert(cadre_str_eq(cadre__buf_str(&buf), CADRE_STR("a\0bcde")));
    cadre__buf_done(&buf);
    cadre__buf_done(&buf);
    cadre__buf_done(NULL);
}
END_TEST

START_TEST(formatting_fits_at_every_fill_of_the_buffer)
{
    for (size_t fill = 0; fill < 130; fill++) {
        struct cadre__buf buf = {0};
        for (size_t i = 0; i < fill; i++)
            ck_assert_int_eq(cadre__buf_putc(&buf, 'x'), 0);
        ck_assert_int_eq(cadre__buf_printf(&buf, "%s", "0123456789"), 0);
        ck_assert_uint_eq(buf.len, fill + 10);
        ck_assert_str_eq(buf.data + fill, "0123456789");
        cadre__buf_done(&buf);
    }
}
END_TEST

START_TEST(a_line_is_one_line_whatever_it_quotes)
{
    struct cadre__buf buf;

    cadre__buf_init(&buf);
    cadre__buf_line(&buf, "%d: \"%s\"", 1, "a\nb\t\x1b[31m\xc3\xa4\x7f");
    ck_assert_str_eq(cadre__buf_text(&buf), "1: \"a?b??[31m\xc3\xa4\x7f\"");
    cadre__buf_line(&buf, "two");
    ck_assert_str_eq(cadre__buf_text(&buf), "1: \"a?b??[31m\xc3\xa4\x7f\"\ntwo");
    cadre__buf_done(&buf);
    buf.error = -ENOMEM;
    cadre__buf_line(&buf, "dropped");
    ck_assert_uint_eq(buf.len, 0);
    cadre__buf_done(&buf);
}
END_TEST

START_TEST(the_first_error_sticks_and_what_was_there_stays)
{
    struct cadre__buf buf = {0};
    ck_assert_int_eq(cadre__buf_puts(&buf, "kept"), 0);
    heap_fails = true;
    char large[1000];
    memset(large, 'x', sizeof(large));
    ck_assert_int_eq(cadre__buf_append(&buf, large, sizeof(large)), -ENOMEM);
    heap_fails = false;
    ck_assert_int_eq(cadre__buf_puts(&buf, "!"), -ENOMEM);
    ck_assert_int_eq(cadre__buf_printf(&buf, "!"), -ENOMEM);
    ck_assert_int_eq(buf.error, -ENOMEM);
    ck_assert_str_eq(cadre__buf_text(&buf), "kept");
    ck_assert_ptr_null(cadre__buf_take(&buf));
    ck_assert_int_eq(buf.error, 0);
    ck_assert_int_eq(cadre__buf_puts(&buf, "again"), 0);
    heap_fails = true;
    ck_assert_int_eq(cadre__buf_printf(&buf, "%0500d", 1), -ENOMEM);
    ck_assert_str_eq(cadre__buf_text(&buf), "again");
    heap_fails = false;
    cadre__buf_done(&buf);
}
END_TEST

START_TEST(a_length_that_overflows_is_out_of_memory)
{
    struct cadre__buf buf = {0};
    ck_assert_int_eq(cadre__buf_puts(&buf, "x"), 0);
    ck_assert_int_eq(cadre__buf_reserve(&buf, SIZE_MAX), -ENOMEM);
    cadre__buf_clear(&buf);
    ck_assert_int_eq(cadre__buf_reserve(&buf, SIZE_MAX - 1), -ENOMEM);
    cadre__buf_clear(&buf);
    ck_assert_int_eq(cadre__buf_reserve(&buf, SIZE_MAX / 4 + 1), -ENOMEM);
    cadre__buf_done(&buf);
}
END_TEST

START_TEST(taking_hands_the_text_over)
{
    struct cadre__buf buf = {0};
    char *empty = cadre__buf_take(&buf);
    ck_assert_str_eq(empty, "");
    free(empty);
    ck_assert_int_eq(cadre__buf_puts(&buf, "text"), 0);
    char *text = cadre__buf_take(&buf);
    ck_assert_str_eq(text, "text");
    ck_assert_ptr_null(buf.data);
    free(text);
}
END_TEST

static const struct {
    const char *word, *nearest;
} near_table[] = {
    {"worker", "workers"},
    {"wrokers", "workers"}, /* neighbours swapped: one step */
    {"WORKERS", "workers"},
    {"lsiten", "listen"},
    {"umaks", "umask"},
    {"kepalive_timeout", "keepalive_timeout"},
    {"keep_alive_timeout", "keepalive_timeout"},
    {"usr", "user"},
    {"group", "group"},
    {"", NULL},
    {"x", NULL},
    {"us", NULL},
    {"zebra", NULL},
    {"completely_other_word", NULL},
    {"uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu", NULL},
};

START_TEST(the_nearest_word_is_what_was_meant)
{
    static const char *const names[] = {
        "workers", "user",
        "group",   "listen",
        "umask",   "keepalive_timeout",
        "workerz", "a_name_that_is_much_longer_than_what_is_compared_because_nobody_types_that",
        NULL};
    const char *found = cadre__str_nearest(near_table[_i].word, names);
    if (near_table[_i].nearest)
        ck_assert_pstr_eq(found, near_table[_i].nearest);
    else
        ck_assert_ptr_null(found);
}
END_TEST

START_TEST(copying_cuts_and_zeroes_the_rest)
{
    char text[8];
    memset(text, 'x', sizeof(text));
    ck_assert(cadre__str_copy(text, sizeof(text), "abc"));
    ck_assert_int_eq(memcmp(text, "abc\0\0\0\0\0", 8), 0);
    ck_assert(cadre__str_copy(text, sizeof(text), "1234567"));
    ck_assert(!cadre__str_copy(text, sizeof(text), "12345678"));
    ck_assert_str_eq(text, "1234567");
    ck_assert(!cadre__str_copy(text, 1, "x"));
    ck_assert_str_eq(text, "");
}
END_TEST

static const struct {
    const char *text;
    size_t len;
} sequences[] = {
    {"a", 1},
    {"\x7f", 1},
    {"\x80", 0},
    {"\xc1\x80", 0},
    {"\xc2\x80", 2},
    {"\xc2", 0},
    {"\xc2\xc0", 0},
    {"\xe0\xa0\x80", 3},
    {"\xe0\x9f\xbf", 0},
    {"\xed\x9f\xbf", 3},
    {"\xed\xa0\x80", 0},
    {"\xef\xbf\xbf", 3},
    {"\xef\xbf", 0},
    {"\xf0\x90\x80\x80", 4},
    {"\xf0\x8f\xbf\xbf", 0},
    {"\xf4\x8f\xbf\xbf", 4},
    {"\xf4\x90\x80\x80", 0},
    {"\xf5\x80\x80\x80", 0},
    {"\xf0\x90\x80\x7f", 0},
    {"\xc3\xa4rger", 2},
};

START_TEST(a_sequence_of_utf8_is_well_formed_or_none)
{
    ck_assert_uint_eq(cadre__utf8_sequence_len(cadre_str_from(sequences[_i].text)),
                      sequences[_i].len);
}
END_TEST

START_TEST(a_text_is_utf8_to_its_end)
{
    ck_assert(cadre__utf8_is_valid(CADRE_STR("")));
    ck_assert(cadre__utf8_is_valid(CADRE_STR("a plain text of some length")));
    ck_assert(cadre__utf8_is_valid(CADRE_STR("gr\xc3\xbc\xc3\x9f"
                                             "e, \xe2\x82\xac and \xf0\x9f\x98\x80")));
    ck_assert(!cadre__utf8_is_valid(CADRE_STR("a plain text of some length\xff")));
    ck_assert(!cadre__utf8_is_valid(CADRE_STR("\xc3")));
    ck_assert(!cadre__utf8_is_valid(CADRE_STR("1234567\xe2\x82")));
    ck_assert(!cadre__utf8_is_valid(CADRE_STR("\xed\xa0\x80"))); /* a surrogate */
    ck_assert(cadre__utf8_is_valid((struct cadre_str){"\0", 1}));
}
END_TEST

UNIT_MAIN(
    "base/str", UNIT_CASE(a_text_is_utf8_to_its_end),
    UNIT_LOOP(a_sequence_of_utf8_is_well_formed_or_none, sizeof(sequences) / sizeof(sequences[0])),
    UNIT_CASE(strings_compare_by_bytes_and_length), UNIT_CASE(case_is_that_of_ascii_letters_alone),
    UNIT_CASE(case_is_seen_in_texts_of_all_lengths),
    UNIT_CASE(a_buffer_grows_and_always_ends_in_nul),
    UNIT_CASE(formatting_fits_at_every_fill_of_the_buffer),
    UNIT_CASE(a_line_is_one_line_whatever_it_quotes),
    UNIT_CASE(the_first_error_sticks_and_what_was_there_stays),
    UNIT_CASE(a_length_that_overflows_is_out_of_memory), UNIT_CASE(taking_hands_the_text_over),
    UNIT_LOOP(the_nearest_word_is_what_was_meant, sizeof(near_table) / sizeof(near_table[0])),
    UNIT_CASE(copying_cuts_and_zeroes_the_rest))
