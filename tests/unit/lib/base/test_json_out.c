/* SPDX-License-Identifier: MIT */
/* Tests of base/json_out: commas, strings, numbers. */
#include "config.h"

#include "base/json_out.h"

#include "tests/unit/unit.h"

#include <errno.h>

static struct cadre__buf buf;

static struct cadre__json_out begin(void)
{
    cadre__buf_clear(&buf);
    return (struct cadre__json_out){.buf = &buf};
}

START_TEST(commas_come_by_themselves)
{
    struct cadre__json_out out = begin();

    cadre__json_open(&out, '{');
    cadre__json_key(&out, "a");
    cadre__json_open(&out, '[');
    cadre__json_int(&out, INT64_MIN);
    cadre__json_uint(&out, UINT64_MAX);
    cadre__json_open(&out, '{');
    cadre__json_close(&out, '}');
    cadre__json_raw(&out, CADRE_STR("null"));
    cadre__json_close(&out, ']');
    cadre__json_put_text(&out, "b", "c");
    cadre__json_put_text(&out, "not there", NULL);
    cadre__json_put_true(&out, "d", true);
    cadre__json_put_true(&out, "not there either", false);
    cadre__json_put_uint(&out, "e", 1);
    cadre__json_key(&out, "f");
    cadre__json_bool(&out, false);
    cadre__json_close(&out, '}');
    ck_assert_str_eq(cadre__buf_text(&buf),
                     "{\"a\":[-9223372036854775808,18446744073709551615,{},null],\"b\":\"c\","
                     "\"d\":true,\"e\":1,\"f\":false}");
}
END_TEST

static const struct {
    struct cadre_str text;
    const char *json;
} strings[] = {
    {{"", 0}, "\"\""},
    {{"plain ~ text", 12}, "\"plain ~ text\""},
    {{"\"\\\b\t\n\f\r/", 8}, "\"\\\"\\\\\\b\\t\\n\\f\\r/\""},
    {{"\0\x1f\x7f", 3}, "\"\\u0000\\u001f\\u007f\""},
    {{"Zo\xc3\xab \xf0\x9f\x98\x80", 9}, "\"Zo\xc3\xab \xf0\x9f\x98\x80\""},
    {{"a\xff\x80"
      "b\xc3",
      5},
     "\"a\xef\xbf\xbd\xef\xbf\xbd"
     "b\xef\xbf\xbd\""},
};

START_TEST(strings_are_quoted)
{
    struct cadre__json_out out = begin();

    cadre__json_str(&out, strings[_i].text);
    ck_assert_str_eq(cadre__buf_text(&buf), strings[_i].json);
}
END_TEST

START_TEST(a_text_that_is_not_whole_spoils_the_document)
{
    struct cadre__json_out out = begin();
    struct cadre__buf text;

    cadre__buf_init(&text);
    cadre__buf_puts(&text, "a \"b\"");
    cadre__json_put_buf(&out, "c", &text);
    ck_assert_str_eq(cadre__buf_text(&buf), "\"c\":\"a \\\"b\\\"\"");
    ck_assert_int_eq(buf.error, 0);
    ck_assert_ptr_null(text.data);
    text.error = -ENOMEM;
    cadre__json_put_buf(&out, "d", &text);
    ck_assert_int_eq(buf.error, -ENOMEM);
}
END_TEST

UNIT_MAIN("base/json_out", UNIT_CASE(commas_come_by_themselves),
          UNIT_CASE(a_text_that_is_not_whole_spoils_the_document),
          UNIT_LOOP(strings_are_quoted, sizeof(strings) / sizeof(strings[0])))
