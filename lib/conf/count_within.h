/* SPDX-License-Identifier: MIT */
/*
 * conf/count_within: so many of something within a time, as "5 in 60s".
 */
#ifndef CADRE__CONF_COUNT_WITHIN_H
#define CADRE__CONF_COUNT_WITHIN_H

#include <stdint.h>

#include <cadre/macros.h>

#define CADRE__COUNT_WITHIN_MAX 100

struct cadre__count_within {
    unsigned count;     /* 1 to CADRE__COUNT_WITHIN_MAX */
    uint64_t window_ns; /* a second to a day */
};

/* Parses a number, "in" and a duration (base/units.h), separated by blanks. 0; -EINVAL: it is not
 * written so; -ERANGE: too few or too many, too short or too long. */
CADRE_MUST_CHECK int cadre__count_within_parse(const char *text, struct cadre__count_within *ret);

#endif
