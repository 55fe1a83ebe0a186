/* SPDX-License-Identifier: MIT */
/* Dates of HTTP: gateway/http_date.h. */
#include "gateway/http_date.h"

#include <string.h>

#define SECONDS_A_DAY 86400

static const char days[] = "ThuFriSatSunMonTueWed"; /* 1970-01-01 was a Thursday */
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* --- formatting --- */

static void put2(char *out, unsigned n)
{
    out[0] = (char)('0' + n / 10 % 10);
    out[1] = (char)('0' + n % 10);
}

/* Civil date of a day since 1970-01-01, by eras of 400 years that begin in March. */
static void civil(uint64_t day, unsigned *ret_year, unsigned *ret_month, unsigned *ret_day)
{
    uint64_t z = day + 719468;
    uint64_t era = z / 146097;
    unsigned doe = (unsigned)(z - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned mp = (5 * doy + 2) / 153;

    *ret_day = doy - (153 * mp + 2) / 5 + 1;
    *ret_month = mp < 10 ? mp + 3 : mp - 9;
    *ret_year = (unsigned)(yoe + era * 400) + (*ret_month <= 2);
}

void cadre__http_date_format(char out[CADRE__HTTP_DATE_LEN + 1], uint64_t second)
{
    uint64_t day = second / SECONDS_A_DAY;
    unsigned in_day = (unsigned)(second % SECONDS_A_DAY);
    unsigned year, month, mday;

    civil(day, &year, &month, &mday);
    memcpy(out, "???, ?? ??? ???? ??:??:?? GMT", CADRE__HTTP_DATE_LEN + 1);
    memcpy(out, days + day % 7 * 3, 3);
    put2(out + 5, mday);
    memcpy(out + 8, months + (size_t)(month - 1) * 3, 3);
    put2(out + 12, year / 100);
    put2(out + 14, year % 100);
    put2(out + 17, in_day / 3600);
    put2(out + 20, in_day / 60 % 60);
    put2(out + 23, in_day % 60);
}

/* --- parsing --- */

/* A date as it is read. */
struct fields {
    unsigned year, month, day, hour, minute, second;
};

/* A pattern of one form: digits of a field each are its letter (Y year, y year of two digits, D day
 * with a space for its first digit allowed, h, m, s), NNN is a month's name, the rest is itself. */
static bool match(const char *pattern, struct cadre_str text, struct fields *f)
{
    unsigned *const of[] = {
        ['Y'] = &f->year, ['y'] = &f->year,   ['D'] = &f->day,   ['d'] = &f->day,
        ['h'] = &f->hour, ['m'] = &f->minute, ['s'] = &f->second};

    if (strlen(pattern) != text.len)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char p = pattern[i], c = text.ptr[i];

        if (p == 'N') {
            for (f->month = 1; f->month <= 12; f->month++) {
                if (memcmp(text.ptr + i, months + (size_t)(f->month - 1) * 3, 3) == 0)
                    break;
            }
            if (f->month > 12)
                return false;
            i += 2;
        } else if (of[(unsigned char)p] != NULL) {
            unsigned *value = of[(unsigned char)p];

            if (p == 'D' && c == ' ')
                c = '0';
            if (c < '0' || c > '9')
                return false;
            *value = *value * 10 + (unsigned)(c - '0');
        } else if (p != c) {
            return false;
        }
    }
    return true;
}

/* Takes a weekday's name off, short or long. */
static bool take_weekday(struct cadre_str *text)
{
    static const char *const rests[] = {"rsday", "day", "urday", "day", "day", "sday", "nesday"};

    for (size_t i = 0; text->len > 9 && i < 7; i++) {
        struct cadre_str rest = cadre_str_from(rests[i]);

        if (memcmp(text->ptr, days + i * 3, 3) != 0)
            continue;
        *text = (struct cadre_str){text->ptr + 3, text->len - 3};
        if (cadre_str_has_prefix(*text, rest))
            *text = (struct cadre_str){text->ptr + rest.len, text->len - rest.len};
        return true;
    }
    return false;
}

/* Days since 1970-01-01. */
static uint64_t days_from_civil(unsigned year, unsigned month, unsigned day)
{
    unsigned y = year - (month <= 2);
    unsigned yoe = y % 400;
    unsigned doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

    return (uint64_t)(y / 400) * 146097 + doe - 719468;
}

static bool is_date(const struct fields *f)
{
    static const unsigned char lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = f->year % 4 == 0 && (f->year % 100 != 0 || f->year % 400 == 0);

    if (f->year < 1970 || f->day < 1 || f->day > lengths[f->month - 1])
        return false;
    if (f->month == 2 && f->day == 29 && !is_leap)
        return false;
    return f->hour < 24 && f->minute < 60 && f->second <= 60; /* 60: a leap second */
}

bool cadre__http_date_parse(struct cadre_str text, uint64_t now_s, uint64_t *ret_second)
{
    /* Behind the weekday. */
    static const char imf[] = ", dd NNN YYYY hh:mm:ss GMT", rfc850[] = ", dd-NNN-yy hh:mm:ss GMT",
                      ctime[] = " NNN DD hh:mm:ss YYYY";
    struct fields f = {0};
    unsigned year, month, day;

    if (!take_weekday(&text))
        return false;
    if (text.len == sizeof(rfc850) - 1) {
        if (!match(rfc850, text, &f))
            return false;
        civil(now_s / SECONDS_A_DAY, &year, &month, &day);
        f.year += year / 100 * 100;
        if (f.year > year + 50)
            f.year -= 100;
    } else if (!match(text.len == sizeof(imf) - 1 ? imf : ctime, text, &f)) {
        return false;
    }
    if (!is_date(&f))
        return false;
    *ret_second = days_from_civil(f.year, f.month, f.day) * SECONDS_A_DAY + f.hour * 3600 +
                  f.minute * 60 + f.second;
    return true;
}
