/* SPDX-License-Identifier: MIT */
/*
 * The Date field of responses (RFC 9110 §6.6.1), formatted once a second.
 *
 * Monotonic time decides when it is stale, so that asking costs a comparison; the system's wall
 * clock says what it is. One thread; no allocation, no suspension.
 */
#ifndef WORKER_HTTP_DATE_H
#define WORKER_HTTP_DATE_H

#include "gateway/http_date.h"
#include <stdint.h>

#define HTTP_DATE_LEN CADRE__HTTP_DATE_LEN

/* The lines that most responses begin with, Date and Server, and how much of that is Date. */
#define HTTP_DATE_LINE_LEN  (6 + HTTP_DATE_LEN + 2)
#define HTTP_DATE_LINES_LEN (HTTP_DATE_LINE_LEN + 15)

struct http_date {
    char lines[64];    /* HTTP_DATE_LINES_LEN bytes count; more, to be copied in few steps */
    uint64_t stale_ns; /* when the second is over, monotonic; 0: never formatted */
};

_Static_assert(sizeof(((struct http_date *)0)->lines) >= HTTP_DATE_LINES_LEN, "there is room");

/* Formats the lines of the time that it is; http_date_get calls it. */
void http_date_renew(struct http_date *date, uint64_t now_ns);

/* The date for a response made at now_ns; borrowed, of use until the next call. */
static inline const struct http_date *http_date_get(struct http_date *date, uint64_t now_ns)
{
    if (now_ns >= date->stale_ns)
        http_date_renew(date, now_ns);
    return date;
}

#endif
