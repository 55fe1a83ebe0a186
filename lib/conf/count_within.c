/* SPDX-License-Identifier: MIT */
/*
 * Parses "5 in 60s"; see count_within.h.
 */
#include "conf/count_within.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/units.h"

#define BLANKS     " \t"
#define NUMBER_MAX 16
#define WINDOW_MAX (24 * 3600 * CADRE__NSEC_PER_SEC)

int cadre__count_within_parse(const char *text, struct cadre__count_within *ret)
{
    size_t len = strcspn(text, BLANKS);
    char number[NUMBER_MAX];
    uint64_t count = 0, window_ns = 0;
    int r;

    if (len == 0 || len >= sizeof(number))
        return -EINVAL;
    memcpy(number, text, len);
    number[len] = '\0';
    text += len;
    text += strspn(text, BLANKS);
    len = strcspn(text, BLANKS);
    if (len != 2 || memcmp(text, "in", 2) != 0)
        return -EINVAL;
    text += len;
    text += strspn(text, BLANKS);
    r = cadre__parse_uint64(number, &count);
    if (r == 0)
        r = cadre__parse_duration(text, &window_ns);
    if (r < 0)
        return r;
    if (count < 1 || count > CADRE__COUNT_WITHIN_MAX || window_ns < CADRE__NSEC_PER_SEC ||
        window_ns > WINDOW_MAX)
        return -ERANGE;
    *ret = (struct cadre__count_within){.count = (unsigned)count, .window_ns = window_ns};
    return 0;
}
