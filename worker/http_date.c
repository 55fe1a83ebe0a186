/* SPDX-License-Identifier: MIT */
/*
 * IMF-fixdate (RFC 9110 §5.6.7), independent of locale and time zone. worker/http_date.h has the
 * contract.
 */
#include "worker/http_date.h"

#include <string.h>

#include "base/clock.h"

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

void http_date_format(char out[HTTP_DATE_LEN + 1], uint64_t second)
{
    static const char days[] = "ThuFriSatSunMonTueWed";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    uint64_t day = second / 86400;
    unsigned in_day = (unsigned)(second % 86400);
    unsigned year, month, mday;

    civil(day, &year, &month, &mday);
    memcpy(out, "???, ?? ??? ???? ??:??:?? GMT", HTTP_DATE_LEN + 1);
    memcpy(out, days + day % 7 * 3, 3);
    put2(out + 5, mday);
    memcpy(out + 8, months + (size_t)(month - 1) * 3, 3);
    put2(out + 12, year / 100);
    put2(out + 14, year % 100);
    put2(out + 17, in_day / 3600);
    put2(out + 20, in_day / 60 % 60);
    put2(out + 23, in_day % 60);
}

void http_date_renew(struct http_date *date, uint64_t now_ns)
{
    static const char server[] = "\r\nserver: cadre\r\n";
    uint64_t wall_ms = cadre__clock_wall_ms();

    _Static_assert(6 + HTTP_DATE_LEN + sizeof(server) - 1 == HTTP_DATE_LINES_LEN, "the lines");
    memcpy(date->lines, "date: ", 6);
    http_date_format(date->lines + 6, wall_ms / 1000);
    memcpy(date->lines + 6 + HTTP_DATE_LEN, server, sizeof(server) - 1);
    date->stale_ns = now_ns + (1000 - wall_ms % 1000) * CADRE__NSEC_PER_MSEC;
}
