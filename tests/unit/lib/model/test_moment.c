/* SPDX-License-Identifier: MIT */
/* Dates and times from text: what they are, or why they are none. */
#include "config.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "model/moment.h"
#include "model/value.h"

enum what { DATE, TIME, DATETIME };

static const struct {
    enum what what;
    const char *text;
    const char *wanted; /* as it is written; NULL: it is none */
    const char *why;    /* then */
} rows[] = {
    {DATE, "2026-02-28", "2026-02-28", NULL},
    {DATE, "0001-01-01", "0001-01-01", NULL},
    {DATE, "9999-12-31", "9999-12-31", NULL},
    {DATE, "2024-02-29", "2024-02-29", NULL},
    {DATE, "2000-02-29", "2000-02-29", NULL},
    {DATE, "1900-02-29", NULL, "day value is outside expected range"},
    {DATE, "2026-04-31", NULL, "day value is outside expected range"},
    {DATE, "2026-01-00", NULL, "day value is outside expected range"},
    {DATE, "2026-00-01", NULL, "month value is outside expected range of 1-12"},
    {DATE, "2026-13-01", NULL, "month value is outside expected range of 1-12"},
    {DATE, "2026-1-1", NULL, "input is too short"},
    {DATE, "", NULL, "input is too short"},
    {DATE, "x026-01-01", NULL, "invalid character in year"},
    {DATE, "2026-x1-01", NULL, "invalid character in month"},
    {DATE, "2026-01-x1", NULL, "invalid character in day"},
    {DATE, "2026/01/01", NULL, "invalid date separator, expected `-`"},
    {DATE, "2026-01-01x", NULL, "unexpected extra characters at the end of the input"},
    {TIME, "13:30", "13:30:00", NULL},
    {TIME, "13:30:05", "13:30:05", NULL},
    {TIME, "13:30:05.5", "13:30:05.500000", NULL},
    {TIME, "13:30:05.1234567", "13:30:05.123456", NULL},
    {TIME, "00:00Z", "00:00:00Z", NULL},
    {TIME, "00:00z", "00:00:00Z", NULL},
    {TIME, "23:59:59.999999+23:59", "23:59:59.999999+23:59", NULL},
    {TIME, "12:00-0530", "12:00:00-05:30", NULL},
    {TIME, "24:00", NULL, "hour value is outside expected range of 0-23"},
    {TIME, "12:60", NULL, "minute value is outside expected range of 0-59"},
    {TIME, "12:00:60", NULL, "second value is outside expected range of 0-59"},
    {TIME, "1:00", NULL, "input is too short"},
    {TIME, "12:00:00.", NULL, "second fraction digits missing after `.`"},
    {TIME, "12:00+24:00", NULL, "timezone offset must be less than 24 hours"},
    {DATETIME, "2026-02-28T13:30:00Z", "2026-02-28T13:30:00Z", NULL},
    {DATETIME, "2026-02-28 13:30", "2026-02-28T13:30:00", NULL},
    {DATETIME, "2026-02-28t13:30", "2026-02-28T13:30:00", NULL},
    {DATETIME, "2026-02-28_13:30+01:00", "2026-02-28T13:30:00+01:00", NULL},
    {DATETIME, "2026-02-28T24:00", NULL, "hour value is outside expected range of 0-23"},
    {DATETIME, "0", "1970-01-01T00:00:00Z", NULL},
    {DATETIME, "-1", "1969-12-31T23:59:59Z", NULL},
    {DATETIME, "1767225600.25", "2026-01-01T00:00:00.250000Z", NULL},
    {DATETIME, "20000000000", "2603-10-11T11:33:20Z", NULL},
    {DATETIME, "20000000001", "1970-08-20T11:33:20.001000Z", NULL},
};

static const char *parse(enum what what, struct cadre_str text, char *buf)
{
    union {
        struct cadre_date date;
        struct cadre_time time;
        struct cadre_datetime datetime;
    } value;
    const char *why;

    switch (what) {
    case DATE:
        why = cadre__date_parse(text, &value.date);
        if (!why)
            cadre_date_format(&value.date, buf);
        break;
    case TIME:
        why = cadre__time_parse(text, &value.time);
        if (!why)
            cadre_time_format(&value.time, buf);
        break;
    default:
        why = cadre__datetime_parse(text, &value.datetime);
        if (!why)
            cadre_datetime_format(&value.datetime, buf);
        break;
    }
    return why;
}

START_TEST(a_text_is_a_moment_or_is_told_why_not)
{
    char text[CADRE_VALUE_TEXT_MAX];
    const char *why = parse(rows[_i].what, cadre_str_from(rows[_i].text), text);

    if (rows[_i].wanted) {
        ck_assert_msg(!why, "%s: %s", rows[_i].text, why);
        ck_assert_str_eq(text, rows[_i].wanted);
    } else {
        ck_assert_msg(why != NULL, "%s: %s", rows[_i].text, text);
        ck_assert_str_eq(why, rows[_i].why);
    }
}
END_TEST

START_TEST(every_minute_of_a_day_goes_there_and_back)
{
    char text[32], back[CADRE_VALUE_TEXT_MAX];

    for (unsigned minute = 0; minute < 24 * 60; minute++) {
        snprintf(text, sizeof(text), "%02u:%02u:00%s%02u:%02u", minute / 60, minute % 60,
                 minute % 2 ? "+" : "-", minute / 60, minute % 60);
        ck_assert_ptr_null(parse(TIME, cadre_str_from(text), back));
        ck_assert_str_eq(back, minute == 0 ? "00:00:00Z" : text);
    }
}
END_TEST

/* What is cut short is none, and nothing is read behind its end. */
START_TEST(a_moment_that_is_cut_is_none)
{
    static const char whole[] = "2026-02-28T13:30:00.25+01:30";
    char text[sizeof(whole)], back[CADRE_VALUE_TEXT_MAX];

    for (size_t len = 0; len < 16; len++) {
        memcpy(text, whole, len);
        memset(text + len, '1', sizeof(text) - len);
        struct cadre_str cut = {text, len};
        if (len == 10)
            ck_assert_ptr_null(parse(DATE, cut, back));
        else
            ck_assert_ptr_nonnull(parse(DATE, cut, back));
    }
    ck_assert_ptr_null(parse(DATETIME, cadre_str_from(whole), back));
    ck_assert_str_eq(back, "2026-02-28T13:30:00.250000+01:30");
}
END_TEST

UNIT_MAIN("model/moment",
          UNIT_LOOP(a_text_is_a_moment_or_is_told_why_not, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(every_minute_of_a_day_goes_there_and_back),
          UNIT_CASE(a_moment_that_is_cut_is_none))
