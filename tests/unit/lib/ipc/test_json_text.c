/* SPDX-License-Identifier: MIT */
/*
 * Tests of ipc/json_text: any bytes become a JSON string.
 */
#include "config.h"

#include "ipc/json_text.h"

#include <jansson.h>
#include <string.h>

#include "tests/unit/unit.h"

static const struct {
    const char *text, *is;
} rows[] = {
    {"", ""},
    {"plain", "plain"},
    {"caf\xc3\xa9", "caf\xc3\xa9"},
    {"caf\xe9", "caf\xef\xbf\xbd"},
    {"caf\xc3", "caf\xef\xbf\xbd"}, /* cut */
    {"\xff\xfe!", "\xef\xbf\xbd\xef\xbf\xbd!"},
    {"\xe2\x82\xac \xe9 \xf0\x9f\x8d\x8b", "\xe2\x82\xac \xef\xbf\xbd \xf0\x9f\x8d\x8b"},
    {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* a surrogate */
    {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},                 /* longer than need be */
};

START_TEST(a_text_is_utf8_or_made_so)
{
    json_t *string = cadre__json_of_text(rows[_i].text);
    char *written;

    ck_assert_str_eq(json_string_value(string), rows[_i].is);
    written = json_dumps(string, JSON_ENCODE_ANY);
    ck_assert_ptr_nonnull(written);
    free(written);
    json_decref(string);
}
END_TEST

START_TEST(one_that_is_empty_may_be_null)
{
    json_t *null = cadre__json_of_text_or_null(""), *string = cadre__json_of_text_or_null("\xe9");

    ck_assert(json_is_null(null));
    ck_assert_str_eq(json_string_value(string), "\xef\xbf\xbd");
    json_decref(null);
    json_decref(string);
}
END_TEST

UNIT_MAIN("ipc/json_text", UNIT_LOOP(a_text_is_utf8_or_made_so, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(one_that_is_empty_may_be_null))
