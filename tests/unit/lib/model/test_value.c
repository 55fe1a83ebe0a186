/* SPDX-License-Identifier: MIT */
/* Tests of lib/model/value.c: the calendar, and values as text. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "model/moment.h"
#include "model/value.h"
#include "tests/unit/unit.h"

START_TEST(every_day_of_the_calendar_goes_there_and_back)
{
    struct cadre_date date, next;
    unsigned long n = 0;

    ck_assert_int_eq(cadre__date_from_days(CADRE__DAYS_MIN, &date), 0);
    ck_assert(date.year == 1 && date.month == 1 && date.day == 1);
    for (int64_t day = CADRE__DAYS_MIN; day < CADRE__DAYS_MAX; day++, n++) {
        if (cadre__date_to_days(&date) != day || cadre__date_from_days(day + 1, &next) < 0)
            ck_abort_msg("day %ld", (long)day);
        /* The next one is what a calendar says. */
        struct cadre_date wanted = date;
        if (++wanted.day > cadre__days_in_month(date.year, date.month)) {
            wanted.day = 1;
            if (++wanted.month > 12) {
                wanted.month = 1;
                wanted.year++;
            }
        }
        if (memcmp(&wanted, &next, sizeof(next)) != 0)
            ck_abort_msg("day %ld", (long)day);
        date = next;
    }
    ck_assert_uint_eq(n, 3652058);
    ck_assert(date.year == 9999 && date.month == 12 && date.day == 31);
    ck_assert_int_eq(cadre__date_from_days(CADRE__DAYS_MIN - 1, &date), -ERANGE);
    ck_assert_int_eq(cadre__date_from_days(CADRE__DAYS_MAX + 1, &date), -ERANGE);
}
END_TEST

START_TEST(unix_time_is_that_of_the_c_library)
{
    for (int64_t seconds = -60000000000; seconds < 250000000000; seconds += 12345678901) {
        struct cadre_datetime datetime;
        struct tm tm;
        time_t at = seconds;
        ck_assert_int_eq(cadre_datetime_from_unix(seconds, 0, &datetime), 0);
        ck_assert_ptr_nonnull(gmtime_r(&at, &tm));
        ck_assert_int_eq(datetime.date.year, tm.tm_year + 1900);
        ck_assert_int_eq(datetime.date.month, tm.tm_mon + 1);
        ck_assert_int_eq(datetime.date.day, tm.tm_mday);
        ck_assert_int_eq(datetime.time.hour, tm.tm_hour);
        ck_assert_int_eq(datetime.time.second, tm.tm_sec);
        ck_assert_int_eq(cadre_datetime_to_unix(&datetime), seconds);
    }
    struct cadre_datetime none;
    ck_assert_int_eq(cadre_datetime_from_unix(0, 1000000, &none), -ERANGE);
    ck_assert_int_eq(cadre_datetime_from_unix(INT64_MAX, 0, &none), -ERANGE);
    ck_assert_int_eq(cadre_datetime_from_unix(INT64_MIN, 0, &none), -ERANGE);
}
END_TEST

START_TEST(an_offset_counts)
{
    struct cadre_datetime datetime;

    ck_assert_ptr_null(cadre__datetime_parse(CADRE_STR("1970-01-01T02:00:00+02:00"), &datetime));
    ck_assert_int_eq(cadre_datetime_to_unix(&datetime), 0);
    ck_assert_ptr_null(cadre__datetime_parse(CADRE_STR("1970-01-01T02:00:00"), &datetime));
    ck_assert_int_eq(cadre_datetime_to_unix(&datetime), 7200);
}
END_TEST

static const char *const durations[] = {
    "PT0S",          "P1D",     "-P1D",   "PT1H",        "PT1M",         "PT1S",
    "PT0.000001S",   "-PT0.5S", "P1DT1S", "P999999999D", "-P999999999D", "PT23H59M59.999999S",
    "-P1DT2H3M4.5S",
};

START_TEST(durations_go_there_and_back)
{
    struct cadre_duration duration;
    char text[CADRE_VALUE_TEXT_MAX];

    ck_assert_ptr_null(cadre__duration_parse(cadre_str_from(durations[_i]), &duration));
    ck_assert_uint_lt(duration.microseconds, 1000000);
    ck_assert_uint_eq(cadre_duration_format(&duration, text), strlen(durations[_i]));
    ck_assert_str_eq(text, durations[_i]);
}
END_TEST

START_TEST(a_negative_half_is_a_floor_and_a_rest)
{
    struct cadre_duration duration;

    ck_assert_ptr_null(cadre__duration_parse(CADRE_STR("-PT0.5S"), &duration));
    ck_assert_int_eq(duration.seconds, -1);
    ck_assert_uint_eq(duration.microseconds, 500000);
}
END_TEST

UNIT_MAIN("model/value", UNIT_CASE(every_day_of_the_calendar_goes_there_and_back),
          UNIT_CASE(unix_time_is_that_of_the_c_library), UNIT_CASE(an_offset_counts),
          UNIT_LOOP(durations_go_there_and_back, sizeof(durations) / sizeof(durations[0])),
          UNIT_CASE(a_negative_half_is_a_floor_and_a_rest))
