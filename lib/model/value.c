/* SPDX-License-Identifier: MIT */
/*
 * model/value: values of <cadre/value.h> as text, and the calendar.
 *
 * Days are counted in the proleptic Gregorian calendar from 1970-01-01, by eras of 400 years.
 */
#include "config.h"

#include "model/value.h"

#include <cadre/value.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#define DAY_S 86400

/* ---- the calendar ---- */

bool cadre__is_leap_year(unsigned year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

unsigned cadre__days_in_month(unsigned year, unsigned month)
{
    static const uint8_t days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && cadre__is_leap_year(year) ? 29 : days[month];
}

int64_t cadre__date_to_days(const struct cadre_date *date)
{
    /* The year begins in March, so that the day of the leap year is its last one. */
    int64_t year = date->year - (date->month <= 2);
    int64_t era = year / 400, of_era = year % 400;
    int64_t of_year = (153 * ((date->month + 9) % 12) + 2) / 5 + date->day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int cadre__date_from_days(int64_t days, struct cadre_date *ret)
{
    if (days < CADRE__DAYS_MIN || days > CADRE__DAYS_MAX)
        return -ERANGE;
    int64_t all = days + 719468, era = all / 146097, of_era = all % 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;

    ret->day = (uint8_t)(of_year - (153 * month + 2) / 5 + 1);
    ret->month = (uint8_t)(month < 10 ? month + 3 : month - 9);
    ret->year = (uint16_t)(year + era * 400 + (ret->month <= 2));
    return 0;
}

int64_t cadre_datetime_to_unix(const struct cadre_datetime *datetime)
{
    const struct cadre_time *time = &datetime->time;

    return cadre__date_to_days(&datetime->date) * DAY_S + time->hour * 3600 + time->minute * 60 +
           time->second - (time->has_offset ? time->offset_s : 0);
}

int cadre_datetime_from_unix(int64_t seconds, uint32_t microseconds, struct cadre_datetime *ret)
{
    int64_t days = seconds / DAY_S - (seconds % DAY_S < 0);
    unsigned rest = (unsigned)(seconds % DAY_S + (seconds % DAY_S < 0 ? DAY_S : 0));
    struct cadre_date date;

    if (microseconds > 999999 || cadre__date_from_days(days, &date) < 0)
        return -ERANGE;
    *ret = (struct cadre_datetime){
        .date = date,
        .time = {.hour = (uint8_t)(rest / 3600),
                 .minute = (uint8_t)(rest / 60 % 60),
                 .second = (uint8_t)(rest % 60),
                 .has_offset = true,
                 .microsecond = microseconds},
    };
    return 0;
}

/* ---- text ---- */

/* Writes the number with that many digits, zeros in front. Returns what is behind. */
static char *put_digits(char *at, unsigned number, unsigned n)
{
    for (unsigned i = n; i > 0; i--, number /= 10)
        at[i - 1] = (char)('0' + number % 10);
    return at + n;
}

static char *put_number(char *at, uint64_t number)
{
    unsigned n = 1;
    for (uint64_t rest = number; rest >= 10; rest /= 10)
        n++;
    for (unsigned i = n; i > 0; i--, number /= 10)
        at[i - 1] = (char)('0' + number % 10);
    return at + n;
}

static char *put_date(char *at, const struct cadre_date *date)
{
    at = put_digits(at, date->year, 4);
    *at++ = '-';
    at = put_digits(at, date->month, 2);
    *at++ = '-';
    return put_digits(at, date->day, 2);
}

static char *put_time(char *at, const struct cadre_time *time)
{
    at = put_digits(at, time->hour, 2);
    *at++ = ':';
    at = put_digits(at, time->minute, 2);
    *at++ = ':';
    at = put_digits(at, time->second, 2);
    if (time->microsecond) {
        *at++ = '.';
        at = put_digits(at, time->microsecond, 6);
    }
    if (!time->has_offset)
        return at;
    if (time->offset_s == 0) {
        *at++ = 'Z';
        return at;
    }
    unsigned offset_s = (unsigned)(time->offset_s < 0 ? -time->offset_s : time->offset_s);
    *at++ = time->offset_s < 0 ? '-' : '+';
    at = put_digits(at, offset_s / 3600, 2);
    *at++ = ':';
    return put_digits(at, offset_s / 60 % 60, 2);
}

static size_t end(const char *buf, char *at)
{
    *at = '\0';
    return (size_t)(at - buf);
}

size_t cadre_date_format(const struct cadre_date *date, char buf[CADRE_VALUE_TEXT_MAX])
{
    return end(buf, put_date(buf, date));
}

size_t cadre_time_format(const struct cadre_time *time, char buf[CADRE_VALUE_TEXT_MAX])
{
    return end(buf, put_time(buf, time));
}

size_t cadre_datetime_format(const struct cadre_datetime *datetime, char buf[CADRE_VALUE_TEXT_MAX])
{
    char *at = put_date(buf, &datetime->date);

    *at++ = 'T';
    return end(buf, put_time(at, &datetime->time));
}

/* ISO 8601 with days, hours, minutes and seconds: each has the same length everywhere. */
size_t cadre_duration_format(const struct cadre_duration *duration, char buf[CADRE_VALUE_TEXT_MAX])
{
    bool negative = duration->seconds < 0;
    uint64_t seconds = (uint64_t)duration->seconds;
    uint32_t micros = duration->microseconds;
    char *at = buf;

    if (negative) {
        *at++ = '-';
        seconds = 0 - seconds;
        if (micros) {
            seconds--;
            micros = 1000000 - micros;
        }
    }
    *at++ = 'P';
    if (seconds >= DAY_S) {
        at = put_number(at, seconds / DAY_S);
        *at++ = 'D';
    }
    unsigned rest = (unsigned)(seconds % DAY_S);
    if (rest == 0 && micros == 0 && seconds > 0)
        return end(buf, at);
    *at++ = 'T';
    if (rest >= 3600) {
        at = put_number(at, rest / 3600);
        *at++ = 'H';
    }
    if (rest / 60 % 60) {
        at = put_number(at, rest / 60 % 60);
        *at++ = 'M';
    }
    if (rest % 60 || micros || rest == 0) {
        at = put_number(at, rest % 60);
        if (micros) {
            *at++ = '.';
            at = put_digits(at, micros, 6);
            while (at[-1] == '0')
                at--;
        }
        *at++ = 'S';
    }
    return end(buf, at);
}

size_t cadre_ip_format(const struct cadre_ip *ip, char buf[CADRE_VALUE_TEXT_MAX])
{
    int family = ip->version == 4 ? AF_INET : ip->version == 6 ? AF_INET6 : AF_UNSPEC;

    if (!inet_ntop(family, ip->bytes, buf, CADRE_VALUE_TEXT_MAX))
        buf[0] = '\0';
    return strlen(buf);
}

size_t cadre_uuid_format(const struct cadre_uuid *uuid, char buf[CADRE_VALUE_TEXT_MAX])
{
    static const char hex[] = "0123456789abcdef";
    char *at = buf;

    for (size_t i = 0; i < sizeof(uuid->bytes); i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = hex[uuid->bytes[i] >> 4];
        *at++ = hex[uuid->bytes[i] & 15];
    }
    return end(buf, at);
}

size_t cadre__value_format(enum cadre_kind kind, const void *value, char buf[CADRE_VALUE_TEXT_MAX])
{
    switch (kind) {
    case CADRE_KIND_DATE:
        return cadre_date_format(value, buf);
    case CADRE_KIND_TIME:
        return cadre_time_format(value, buf);
    case CADRE_KIND_DATETIME:
        return cadre_datetime_format(value, buf);
    case CADRE_KIND_DURATION:
        return cadre_duration_format(value, buf);
    case CADRE_KIND_UUID:
        return cadre_uuid_format(value, buf);
    case CADRE_KIND_IP:
        return cadre_ip_format(value, buf);
    default:
        return 0;
    }
}
