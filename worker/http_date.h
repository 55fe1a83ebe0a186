/* SPDX-License-Identifier: MIT */
/*
 * The Date field of responses (RFC 9110 §6.6.1), formatted once a second.
 *
 * Monotonic time decides when it is stale, so that asking costs a comparison; the system's wall
 * clock says what it is. One thread; no allocation, no suspension.
 */
#ifndef WORKER_HTTP_DATE_H
#define WORKER_HTTP_DATE_H

#include <stdint.h>

#define HTTP_DATE_LEN 29 /* "Fri, 20 Nov 2026 23:11:30 GMT" */

struct http_date {
    char text[HTTP_DATE_LEN + 1];
    uint64_t stale_ns; /* when the second is over, monotonic; 0: never formatted */
};

/* The date for a response made at now_ns; borrowed until the next call. */
const char *http_date_get(struct http_date *date, uint64_t now_ns);

/* Formats a second of the epoch (1970 to 9999) into HTTP_DATE_LEN bytes and a NUL. */
void http_date_format(char out[HTTP_DATE_LEN + 1], uint64_t second);

#endif
