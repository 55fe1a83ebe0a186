/* SPDX-License-Identifier: MIT */
/*
 * model/moment: dates and times (RFC 3339 §5.6, ISO 8601). Durations are in model/duration.c.
 */
#include "config.h"

#include "model/moment.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/number.h"
#include "model/value.h"

/* A number of seconds beyond it is one of milliseconds. */
#define SECONDS_MAX 20000000000.0
/* 1600-01-01 and 9999-12-31T23:59:59, in seconds from 1970. */
#define UNIX_MIN (-11676096000.0)
#define UNIX_MAX 253402300799.0

#define TOO_SHORT "input is too short"
#define EXTRA     "unexpected extra characters at the end of the input"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Two digits at that index, or -1. The text may end before. */
static int two_digits(struct cadre_str text, size_t at)
{
    if (at + 2 > text.len || !is_digit(text.ptr[at]) || !is_digit(text.ptr[at + 1]))
        return -1;
    return (text.ptr[at] - '0') * 10 + (text.ptr[at + 1] - '0');
}

/* The character at that index, NUL behind the end. */
static char char_at(struct cadre_str text, size_t at)
{
    return at < text.len ? text.ptr[at] : '\0';
}

/* ---- dates ---- */

/* The first ten characters as a date. */
static const char *take_date(struct cadre_str text, struct cadre_date *ret)
{
    if (text.len < 10)
        return TOO_SHORT;
    int high = two_digits(text, 0), low = two_digits(text, 2);
    if (high < 0 || low < 0)
        return "invalid character in year";
    if (text.ptr[4] != '-')
        return "invalid date separator, expected `-`";
    int month = two_digits(text, 5);
    if (month < 0)
        return "invalid character in month";
    if (text.ptr[7] != '-')
        return "invalid date separator, expected `-`";
    int day = two_digits(text, 8);
    if (day < 0)
        return "invalid character in day";
    int year = high * 100 + low;
    if (year < 1)
        return "year 0 is out of range";
    if (month < 1 || month > 12)
        return "month value is outside expected range of 1-12";
    if (day < 1 || (unsigned)day > cadre__days_in_month((unsigned)year, (unsigned)month))
        return "day value is outside expected range";
    *ret = (struct cadre_date){(uint16_t)year, (uint8_t)month, (uint8_t)day};
    return NULL;
}

const char *cadre__date_parse(struct cadre_str text, struct cadre_date *ret)
{
    struct cadre_date date;
    const char *why = take_date(text, &date);

    if (!why && text.len > 10)
        why = EXTRA;
    if (!why)
        *ret = date;
    return why;
}

/* ---- times ---- */

/* A fraction from *at on, of which six digits count. */
static const char *take_fraction(struct cadre_str text, size_t *at, uint32_t *ret)
{
    uint32_t micros = 0;
    size_t n = 0;

    for (; is_digit(char_at(text, *at)); ++*at, n++) {
        if (n < 6)
            micros = micros * 10 + (uint32_t)(text.ptr[*at] - '0');
    }
    if (n == 0)
        return "second fraction digits missing after `.`";
    for (; n < 6; n++)
        micros *= 10;
    *ret = micros;
    return NULL;
}

/* An offset from *at on: 'Z', or a sign with hours and minutes. */
static const char *take_offset(struct cadre_str text, size_t *at, struct cadre_time *time)
{
    char c = char_at(text, *at);
    bool negative = c == '-';

    if (c == 'Z' || c == 'z') {
        ++*at;
        time->has_offset = true;
        return NULL;
    }
    if (c == '+' || c == '-') {
        *at += 1;
    } else if (cadre_str_has_prefix((struct cadre_str){text.ptr + *at, text.len - *at},
                                    CADRE_STR("\xe2\x88\x92"))) {
        negative = true; /* U+2212, the minus of typographers */
        *at += 3;
    } else {
        return EXTRA;
    }
    int hours = two_digits(text, *at);
    if (hours < 0)
        return "invalid timezone hour";
    *at += 2;
    if (char_at(text, *at) == ':')
        ++*at;
    int minutes = two_digits(text, *at);
    if (minutes < 0)
        return "invalid timezone minute";
    *at += 2;
    if (minutes > 59)
        return "timezone minute value is outside expected range of 0-59";
    if (hours > 23)
        return "timezone offset must be less than 24 hours";
    time->has_offset = true;
    time->offset_s = (hours * 3600 + minutes * 60) * (negative ? -1 : 1);
    return NULL;
}

/* A time from `at` to the end of the text. */
static const char *take_time(struct cadre_str text, size_t at, struct cadre_time *ret)
{
    struct cadre_time time = {0};
    const char *why = NULL;

    if (text.len < at + 5)
        return TOO_SHORT;
    int hour = two_digits(text, at);
    if (hour < 0)
        return "invalid character in hour";
    if (text.ptr[at + 2] != ':')
        return "invalid time separator, expected `:`";
    int minute = two_digits(text, at + 3), second = 0;
    if (minute < 0)
        return "invalid character in minute";
    if (hour > 23)
        return "hour value is outside expected range of 0-23";
    if (minute > 59)
        return "minute value is outside expected range of 0-59";
    at += 5;
    if (char_at(text, at) == ':') {
        second = two_digits(text, at + 1);
        if (second < 0)
            return "invalid character in second";
        if (second > 59)
            return "second value is outside expected range of 0-59";
        at += 3;
        if (char_at(text, at) == '.' || char_at(text, at) == ',') {
            at++;
            why = take_fraction(text, &at, &time.microsecond);
        }
    }
    time.hour = (uint8_t)hour;
    time.minute = (uint8_t)minute;
    time.second = (uint8_t)second;
    if (!why && at < text.len)
        why = take_offset(text, &at, &time);
    if (!why && at < text.len)
        why = EXTRA;
    if (!why)
        *ret = time;
    return why;
}

const char *cadre__time_from_number(struct cadre_str number, struct cadre_time *ret)
{
    double seconds;

    if (cadre__real_from_text(number, &seconds) != CADRE__NUMBER_OK || !isfinite(seconds))
        return TOO_SHORT;
    if (seconds < 0)
        return "time in seconds should be positive";
    double micros = round(seconds * 1e6);
    if (micros >= 86400e6)
        return "numeric times may not exceed 86,399 seconds";
    uint64_t all = (uint64_t)micros;
    unsigned rest = (unsigned)(all / 1000000);
    *ret = (struct cadre_time){
        .hour = (uint8_t)(rest / 3600),
        .minute = (uint8_t)(rest / 60 % 60),
        .second = (uint8_t)(rest % 60),
        .microsecond = (uint32_t)(all % 1000000),
    };
    return NULL;
}

const char *cadre__time_parse(struct cadre_str text, struct cadre_time *ret)
{
    double unused;
    const char *why = take_time(text, 0, ret);

    if (why && cadre__real_from_text(text, &unused) == CADRE__NUMBER_OK && isfinite(unused))
        return cadre__time_from_number(text, ret);
    return why;
}

/* ---- both ---- */

/* A whole number of `units` a second, and what is left as microseconds. */
static void split_whole(int64_t number, int64_t units, int64_t *seconds, uint32_t *micros)
{
    int64_t rest = number % units;

    if (rest < 0)
        rest += units;
    *seconds = (number - rest) / units;
    *micros = (uint32_t)(rest * (1000000 / units));
}

/* The same of a number with a fraction, as near as a double is. */
static void split_real(double number, int64_t *seconds, uint32_t *micros)
{
    double down = floor(number), rest = round((number - down) * 1e6);

    if (rest >= 1e6) {
        down += 1;
        rest = 0;
    }
    *seconds = (int64_t)down;
    *micros = (uint32_t)rest;
}

const char *cadre__datetime_from_number(struct cadre_str number, struct cadre_datetime *ret)
{
    struct cadre__integer whole;
    double real;
    int64_t seconds;
    uint32_t micros;

    if (cadre__real_from_text(number, &real) != CADRE__NUMBER_OK || !isfinite(real))
        return TOO_SHORT;
    int64_t units = fabs(real) > SECONDS_MAX ? 1000 : 1;
    if (real / (double)units < UNIX_MIN)
        return "dates before 1600 are not supported as unix timestamps";
    if (real / (double)units >= UNIX_MAX + 1)
        return "dates after 9999 are not supported as unix timestamps";
    if (cadre__integer_from_text(number, &whole) == CADRE__NUMBER_OK)
        split_whole(whole.negative ? -(int64_t)whole.magnitude : (int64_t)whole.magnitude, units,
                    &seconds, &micros);
    else
        split_real(real / (double)units, &seconds, &micros);
    if (cadre_datetime_from_unix(seconds, micros, ret) < 0)
        return "dates after 9999 are not supported as unix timestamps";
    return NULL;
}

const char *cadre__datetime_parse(struct cadre_str text, struct cadre_datetime *ret)
{
    struct cadre_datetime datetime;
    double unused;
    const char *why = take_date(text, &datetime.date);

    if (!why) {
        char separator = char_at(text, 10);
        if (separator != 'T' && separator != 't' && separator != ' ' && separator != '_')
            why = "invalid datetime separator, expected `T`, `t`, `_` or space";
        else
            why = take_time(text, 11, &datetime.time);
    }
    if (!why) {
        *ret = datetime;
        return NULL;
    }
    if (cadre__real_from_text(text, &unused) == CADRE__NUMBER_OK && isfinite(unused))
        return cadre__datetime_from_number(text, ret);
    return why;
}
