/* SPDX-License-Identifier: MIT */
/*
 * model/duration: lengths of time from text and numbers (ISO 8601 §5.5.2, and as Python prints
 * them).
 *
 * They are summed up in whole microseconds as integers of 128 bits; fractions are the only doubles.
 */
#include "config.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/moment.h"
#include "model/number.h"

#define TOO_SHORT  "input is too short"
#define TOO_LARGE  "a numeric value in the duration is too large"
#define TOO_MANY   "durations may not exceed 999,999,999 days"
#define BAD_DAYS   "\"day\" identifier in duration not correctly formatted"
#define NUMBER_MAX UINT32_MAX
#define SECOND_US  1000000
#define DAY_US     (INT64_C(86400) * SECOND_US)
#define DAYS_MAX   999999999
#define MAX_US     ((__extension__(__int128) DAYS_MAX + 1) * DAY_US - 1)

__extension__ typedef __int128 wide;

/* Where a parser is. */
struct cursor {
    struct cadre_str text;
    size_t at;
};

static char peek(const struct cursor *cursor)
{
    return cursor->at < cursor->text.len ? cursor->text.ptr[cursor->at] : '\0';
}

static bool is_end(const struct cursor *cursor)
{
    return cursor->at >= cursor->text.len;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Skips the letter, in any case. Whether it was there. */
static bool skip_letter(struct cursor *cursor, char small)
{
    if ((peek(cursor) | 0x20) != small)
        return false;
    cursor->at++;
    return true;
}

static bool skip_char(struct cursor *cursor, char c)
{
    if (peek(cursor) != c || is_end(cursor))
        return false;
    cursor->at++;
    return true;
}

/* Digits. */
static const char *take_number(struct cursor *cursor, uint64_t *ret)
{
    uint64_t number = 0;

    if (!is_digit(peek(cursor)))
        return "invalid digit in duration";
    for (; is_digit(peek(cursor)); cursor->at++) {
        number = number * 10 + (uint64_t)(peek(cursor) - '0');
        if (number > NUMBER_MAX)
            return TOO_LARGE;
    }
    *ret = number;
    return NULL;
}

/* Digits behind a point, as a part of one. */
static double take_fraction(struct cursor *cursor)
{
    double fraction = 0, unit = 0.1;

    for (; is_digit(peek(cursor)); cursor->at++, unit /= 10)
        fraction += unit * (peek(cursor) - '0');
    return fraction;
}

/* A unit of the date or of the time part, in microseconds; 0: there is none of that letter. */
static int64_t unit_of(char letter, bool in_time)
{
    switch (letter) {
    case 'Y':
        return in_time ? 0 : 365 * DAY_US;
    case 'M':
        return in_time ? INT64_C(60) * SECOND_US : 30 * DAY_US;
    case 'W':
        return in_time ? 0 : 7 * DAY_US;
    case 'D':
        return in_time ? 0 : DAY_US;
    case 'H':
        return in_time ? INT64_C(3600) * SECOND_US : 0;
    case 'S':
        return in_time ? SECOND_US : 0;
    default:
        return 0;
    }
}

/* What follows the 'P'. */
static const char *take_iso(struct cursor *cursor, wide *ret)
{
    bool in_time = false, had_fraction = false;
    size_t begin = cursor->at;
    wide sum = 0;

    while (!is_end(cursor)) {
        uint64_t number;
        double fraction = 0;
        if (peek(cursor) == 'T') {
            if (in_time)
                return "`t` character repeated in duration";
            in_time = true;
            cursor->at++;
            continue;
        }
        const char *why = take_number(cursor, &number);
        if (why)
            return why;
        if (had_fraction)
            return "quantity fraction invalid in duration";
        if (skip_char(cursor, '.') || skip_char(cursor, ',')) {
            had_fraction = true;
            fraction = take_fraction(cursor);
        }
        int64_t unit = unit_of(peek(cursor), in_time);
        if (unit == 0)
            return in_time ? "quantity invalid in time part of duration"
                           : "quantity invalid in date part of duration";
        cursor->at++;
        sum += (wide)number * unit + (wide)round(fraction * (double)unit);
        if (sum > MAX_US)
            return TOO_MANY;
    }
    if (cursor->at - begin < 2)
        return TOO_SHORT;
    *ret = sum;
    return NULL;
}

/* HH:MM[:SS[.f]], to the end. */
static const char *take_clock(struct cursor *cursor, wide *ret)
{
    struct cadre_str rest = {cursor->text.ptr + cursor->at, cursor->text.len - cursor->at};
    struct cadre_time time;
    const char *why = cadre__time_parse(rest, &time);

    if (!why && time.has_offset)
        why = "unexpected extra characters at the end of the input";
    if (!why)
        *ret = (wide)(time.hour * 3600 + time.minute * 60 + time.second) * SECOND_US +
               time.microsecond;
    return why;
}

/* "1 day, 02:00:00" and what is shorter. */
static const char *take_days(struct cursor *cursor, wide *ret)
{
    uint64_t days;
    wide clock = 0;
    const char *why = is_end(cursor) ? TOO_SHORT : take_number(cursor, &days);

    if (why)
        return why;
    (void)skip_char(cursor, ' ');
    if (!skip_letter(cursor, 'd'))
        return BAD_DAYS;
    if (skip_letter(cursor, 'a')) {
        if (!skip_letter(cursor, 'y'))
            return BAD_DAYS;
        (void)skip_letter(cursor, 's');
    }
    (void)skip_char(cursor, ',');
    (void)skip_char(cursor, ' ');
    if (!is_end(cursor))
        why = take_clock(cursor, &clock);
    if (days > DAYS_MAX)
        return TOO_MANY;
    if (!why)
        *ret = (wide)days * DAY_US + clock;
    return why;
}

static const char *store(wide micros, struct cadre_duration *ret)
{
    wide seconds = micros / SECOND_US, rest = micros % SECOND_US;

    if (micros > MAX_US || micros < -(wide)DAYS_MAX * DAY_US)
        return TOO_MANY;
    if (rest < 0) {
        rest += SECOND_US;
        seconds--;
    }
    *ret = (struct cadre_duration){(int64_t)seconds, (uint32_t)rest};
    return NULL;
}

const char *cadre__duration_parse(struct cadre_str text, struct cadre_duration *ret)
{
    struct cursor cursor = {text, 0};
    bool negative = peek(&cursor) == '-';
    wide micros = 0;
    const char *why;

    if (is_end(&cursor))
        return TOO_SHORT;
    if (negative || peek(&cursor) == '+')
        cursor.at++;
    if (skip_char(&cursor, 'P'))
        why = take_iso(&cursor, &micros);
    else if (cursor.at + 2 < text.len && text.ptr[cursor.at + 2] == ':')
        why = take_clock(&cursor, &micros);
    else
        why = take_days(&cursor, &micros);
    return why ? why : store(negative ? -micros : micros, ret);
}

const char *cadre__duration_from_number(struct cadre_str number, struct cadre_duration *ret)
{
    struct cadre__integer whole;
    double seconds;

    if (cadre__integer_from_text(number, &whole) == CADRE__NUMBER_OK)
        return store((wide)whole.magnitude * SECOND_US * (whole.negative ? -1 : 1), ret);
    if (cadre__real_from_text(number, &seconds) != CADRE__NUMBER_OK || !isfinite(seconds) ||
        fabs(seconds) > 1e15)
        return TOO_MANY;
    return store((wide)round(seconds * SECOND_US), ret);
}
