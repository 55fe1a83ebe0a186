/* SPDX-License-Identifier: MIT */
/*
 * Dates of HTTP (RFC 9110 §5.6.7), independent of locale and time zone. Pure; any thread.
 */
#ifndef CADRE_GATEWAY_HTTP_DATE_H
#define CADRE_GATEWAY_HTTP_DATE_H

#include <cadre/macros.h>
#include <cadre/str.h>
#include <stdbool.h>
#include <stdint.h>

#define CADRE__HTTP_DATE_LEN 29 /* "Fri, 20 Nov 2026 23:11:30 GMT" */

/* Formats a second of the epoch (1970 to 9999) as IMF-fixdate, with a NUL behind. */
void cadre__http_date_format(char out[CADRE__HTTP_DATE_LEN + 1], uint64_t second);

/*
 * Reads a date in any of the three forms: IMF-fixdate, and the obsolete ones of RFC 850 and
 * asctime(). A year of two digits that would be more than 50 years after now_s, in seconds of the
 * epoch, is of the century before. The weekday is not compared. False: it is none, or before 1970.
 */
CADRE_MUST_CHECK bool cadre__http_date_parse(struct cadre_str text, uint64_t now_s,
                                             uint64_t *ret_second);

#endif
