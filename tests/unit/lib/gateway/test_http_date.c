/* SPDX-License-Identifier: MIT */
/* Dates of HTTP, written and read (gateway/http_date.c). */
#include "config.h"

#include "gateway/http_date.h"
#include "tests/unit/unit.h"

#define NOW UINT64_C(1795304533) /* in November 2026 */

static const struct {
    uint64_t second;
    const char *text;
} dates[] = {
    {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
    {784111777, "Sun, 06 Nov 1994 08:49:37 GMT"}, /* RFC 9110 §5.6.7 */
    {951782400, "Tue, 29 Feb 2000 00:00:00 GMT"},
    {1709251199, "Thu, 29 Feb 2024 23:59:59 GMT"},
    {1709251200, "Fri, 01 Mar 2024 00:00:00 GMT"},
    {4107542400, "Mon, 01 Mar 2100 00:00:00 GMT"},
    {253402300799, "Fri, 31 Dec 9999 23:59:59 GMT"},
};

#define N_DATES (sizeof(dates) / sizeof(dates[0]))

START_TEST(dates_are_written_as_they_are_read)
{
    char text[CADRE__HTTP_DATE_LEN + 1];
    uint64_t second;

    cadre__http_date_format(text, dates[_i].second);
    ck_assert_str_eq(text, dates[_i].text);
    ck_assert(cadre__http_date_parse(cadre_str_from(text), NOW, &second));
    ck_assert_uint_eq(second, dates[_i].second);
}
END_TEST

START_TEST(every_day_of_four_hundred_years_comes_back)
{
    char text[CADRE__HTTP_DATE_LEN + 1];
    uint64_t second;

    for (uint64_t day = 0; day < 146097; day++) {
        cadre__http_date_format(text, day * 86400 + day % 86400);
        ck_assert(cadre__http_date_parse(cadre_str_from(text), NOW, &second));
        ck_assert_uint_eq(second, day * 86400 + day % 86400);
    }
}
END_TEST

START_TEST(obsolete_forms_are_read)
{
    static const struct {
        uint64_t second;
        const char *text;
    } rows[] = {
        {784111777, "Sunday, 06-Nov-94 08:49:37 GMT"}, /* RFC 9110 §5.6.7 */
        {784111777, "Sun Nov  6 08:49:37 1994"},         {1795304533, "Sat Nov 21 23:42:13 2026"},
        {3124224000, "Monday, 01-Jan-69 00:00:00 GMT"},  /* less than 50 years from now */
        {252460800, "Saturday, 01-Jan-78 00:00:00 GMT"}, /* more: the century before */
        {1483228800, "Sat, 31 Dec 2016 23:59:60 GMT"},   /* a leap second */
    };
    uint64_t second;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_msg(cadre__http_date_parse(cadre_str_from(rows[i].text), NOW, &second), "%s",
                      rows[i].text);
        ck_assert_msg(second == rows[i].second, "%s: %llu", rows[i].text,
                      (unsigned long long)second);
    }
}
END_TEST

START_TEST(what_is_no_date_is_refused)
{
    static const char *const rows[] = {
        "",
        "Sun",
        "0",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, 06 Nov 1994 08:49:37 CET",
        "Xun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nox 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Thu, 31 Nov 1994 08:49:37 GMT",
        "Wed, 29 Feb 2023 08:49:37 GMT",
        "Mon, 29 Feb 2100 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 1969 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT_____",
        "Sun Nov 06 08:49:37 199x",
    };
    uint64_t second = 4711;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(!cadre__http_date_parse(cadre_str_from(rows[i]), NOW, &second), "%s",
                      rows[i]);
    ck_assert_uint_eq(second, 4711);
}
END_TEST

UNIT_MAIN("gateway/http_date", UNIT_LOOP(dates_are_written_as_they_are_read, N_DATES),
          UNIT_CASE(every_day_of_four_hundred_years_comes_back), UNIT_CASE(obsolete_forms_are_read),
          UNIT_CASE(what_is_no_date_is_refused))
