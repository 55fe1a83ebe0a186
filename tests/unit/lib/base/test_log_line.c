/* SPDX-License-Identifier: MIT */
/*
 * Tests of base/log_line: what is escaped, and where a line that is full ends. How lines come out
 * of the log is test_log.c.
 */
#include "config.h"

#include "base/log_line.h"

#include <string.h>

#include "tests/unit/unit.h"

static struct cadre__log_line line;

static void begin(size_t max)
{
    cadre__log_line_begin(&line, max);
}

static const char *text(void)
{
    line.data[line.len] = '\0';
    return line.data;
}

static const struct {
    const char *raw, *plain, *quoted;
} escapes[] = {
    {"plain", "plain", "plain"},
    {"tab\tline\nend\r", "tab\\tline\\nend\\r", "tab\\tline\\nend\\r"},
    {"say \"x\\y\"", "say \"x\\y\"", "say \\\"x\\\\y\\\""},
    {"\x1b[2J\x7f", "\\x1b[2J\\x7f", "\\x1b[2J\\x7f"},
    {"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8d\xb5", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8d\xb5",
     "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8d\xb5"},
    {"\xe9", "\\xe9", "\\xe9"},                                           /* no UTF-8 */
    {"\xc0\xaf", "\\xc0\\xaf", "\\xc0\\xaf"},                             /* longer than needed */
    {"\xed\xa0\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80"},               /* a surrogate */
    {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "\\xf4\\x90\\x80\\x80"}, /* above all */
    {"\xc2\x85", "\\xc2\\x85", "\\xc2\\x85"},                             /* C1: next line */
    {"\xe2\x80\xa8", "\\xe2\\x80\\xa8", "\\xe2\\x80\\xa8"},               /* line separator */
    {"\xe2\x80\xae", "\\xe2\\x80\\xae", "\\xe2\\x80\\xae"},               /* right to left */
    {"\xe2\x82", "\\xe2\\x82", "\\xe2\\x82"},                             /* cut */
};

START_TEST(what_is_not_safe_to_show_is_escaped)
{
    begin(sizeof(line.data));
    cadre__log_line_put_escaped(&line, escapes[_i].raw, strlen(escapes[_i].raw), false);
    ck_assert_str_eq(text(), escapes[_i].plain);
    begin(sizeof(line.data));
    cadre__log_line_put_escaped(&line, escapes[_i].raw, strlen(escapes[_i].raw), true);
    ck_assert_str_eq(text(), escapes[_i].quoted);
}
END_TEST

START_TEST(fields_are_quoted_where_they_have_to_be)
{
    const struct cadre_log_field fields[] = {
        cadre_log_text("path", "/items"), cadre_log_text("name", "two words"),
        cadre_log_text("none", ""),       cadre_log_text("sum", "a=b"),
        cadre_log_int("n", -7),           cadre_log_uint("u", 7),
        cadre_log_double("d", 1.5),       cadre_log_bool("ok", true),
        cadre_log_text("bad key\n", "x"), cadre_log_text("null", NULL),
    };

    begin(sizeof(line.data));
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        cadre__log_line_put_field(&line, &fields[i]);
    ck_assert_str_eq(text(), " path=/items name=\"two words\" none=\"\" sum=\"a=b\" n=-7 u=7 d=1.5"
                             " ok=true bad_key_=x");
}
END_TEST

START_TEST(a_full_line_takes_nothing_more)
{
    begin(10 + CADRE__LOG_LINE_TAIL);
    cadre__log_line_puts(&line, "12345");
    ck_assert(!line.cut);
    cadre__log_line_puts(&line, "678901");
    ck_assert(line.cut);
    cadre__log_line_puts(&line, "6"); /* would fit: the text would have a hole */
    ck_assert_str_eq(text(), "12345");
}
END_TEST

START_TEST(no_character_and_no_escape_is_cut_in_two)
{
    begin(6 + CADRE__LOG_LINE_TAIL);
    cadre__log_line_put_escaped(&line, "12345\xe2\x82\xac", 8, false);
    ck_assert_str_eq(text(), "12345");
    begin(6 + CADRE__LOG_LINE_TAIL);
    cadre__log_line_put_escaped(&line, "123\x01", 4, false);
    ck_assert_str_eq(text(), "123");
    begin(7 + CADRE__LOG_LINE_TAIL);
    cadre__log_line_put_escaped(&line, "123\x01", 4, false);
    ck_assert_str_eq(text(), "123\\x01");
    ck_assert(!line.cut);
}
END_TEST

UNIT_MAIN("base/log_line",
          UNIT_LOOP(what_is_not_safe_to_show_is_escaped, sizeof(escapes) / sizeof(escapes[0])),
          UNIT_CASE(fields_are_quoted_where_they_have_to_be),
          UNIT_CASE(a_full_line_takes_nothing_more),
          UNIT_CASE(no_character_and_no_escape_is_cut_in_two))
