/* SPDX-License-Identifier: MIT */
/* The Date field of responses: worker/http_date.h. */
#include "worker/http_date.h"

#include <string.h>

#include "base/clock.h"

void http_date_renew(struct http_date *date, uint64_t now_ns)
{
    static const char server[] = "\r\nserver: cadre\r\n";
    uint64_t wall_ms = cadre__clock_wall_ms();

    _Static_assert(6 + HTTP_DATE_LEN + sizeof(server) - 1 == HTTP_DATE_LINES_LEN, "the lines");
    memcpy(date->lines, "date: ", 6);
    cadre__http_date_format(date->lines + 6, wall_ms / 1000);
    memcpy(date->lines + 6 + HTTP_DATE_LEN, server, sizeof(server) - 1);
    date->stale_ns = now_ns + (1000 - wall_ms % 1000) * CADRE__NSEC_PER_MSEC;
}
