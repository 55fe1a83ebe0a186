/* SPDX-License-Identifier: MIT */
/* What of JSON (RFC 8259) jansson alone refuses: for targets that compare with it. */
#ifndef CADRE_TESTS_FUZZ_JANSSON_LIMITS_H
#define CADRE_TESTS_FUZZ_JANSSON_LIMITS_H

#include <stdbool.h>
#include <string.h>

/* Whether its error is about a number that it cannot hold, NUL in a name, or how deep it goes. */
static inline bool jansson_is_limit(const char *error)
{
    return strstr(error, "too big") || strstr(error, "overflow") || strstr(error, "NUL byte") ||
           strstr(error, "depth");
}

#endif
