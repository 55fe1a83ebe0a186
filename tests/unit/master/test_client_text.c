/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/client_text: numbers as a table shows them.
 */
#include "config.h"

#include "master/client_text.h"

#include "tests/unit/unit.h"

static const struct {
    double s;
    const char *text;
} ages[] = {{-1, "0s"},        {0, "0s"},        {59.9, "59s"},     {60, "1m00s"},
            {192, "3m12s"},    {3599, "59m59s"}, {3600, "1h00m"},   {7380, "2h03m"},
            {86399, "23h59m"}, {86400, "1d00h"}, {439200, "5d02h"}, {86400.0 * 400, "400d00h"}};

START_TEST(ages_have_two_units)
{
    char buf[CLIENT_TEXT_SIZE];

    ck_assert_str_eq(client_age(ages[_i].s, buf), ages[_i].text);
}
END_TEST

static const struct {
    double ms;
    const char *text;
} spans[] = {{0, "-"},        {-1, "-"},      {0.85, "850us"}, {1, "1.0ms"},
             {1.24, "1.2ms"}, {35.2, "35ms"}, {999, "999ms"},  {1500, "1.5s"}};

START_TEST(spans_have_a_unit_that_fits)
{
    char buf[CLIENT_TEXT_SIZE];

    ck_assert_str_eq(client_span(spans[_i].ms, buf), spans[_i].text);
}
END_TEST

START_TEST(bytes_are_mebibytes)
{
    char buf[CLIENT_TEXT_SIZE];

    ck_assert_str_eq(client_bytes(0, buf), "-");
    ck_assert_str_eq(client_bytes(13107200, buf), "12.5M");
}
END_TEST

START_TEST(members_that_are_not_there_are_nothing)
{
    json_t *object = json_pack("{s:i, s:f, s:s}", "n", 7, "x", 1.5, "s", "text");

    ck_assert_int_eq(client_number(object, "n"), 7);
    ck_assert_int_eq(client_number(object, "s"), 0);
    ck_assert_int_eq(client_number(object, "none"), 0);
    ck_assert(client_real(object, "x") > 1.4 && client_real(object, "n") > 6.9);
    ck_assert(client_real(object, "none") == 0);
    ck_assert_str_eq(client_string(object, "s"), "text");
    ck_assert_str_eq(client_string(object, "n"), "");
    ck_assert_str_eq(client_string(NULL, "s"), "");
    json_decref(object);
}
END_TEST

UNIT_MAIN("master/client_text", UNIT_LOOP(ages_have_two_units, sizeof(ages) / sizeof(ages[0])),
          UNIT_LOOP(spans_have_a_unit_that_fits, sizeof(spans) / sizeof(spans[0])),
          UNIT_CASE(bytes_are_mebibytes), UNIT_CASE(members_that_are_not_there_are_nothing))
