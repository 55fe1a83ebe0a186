/* SPDX-License-Identifier: MIT */
/* How often a header field stands in a response of the test client. */
#ifndef CADRE_TESTS_UNIT_WEB_COUNT_FIELDS_H
#define CADRE_TESTS_UNIT_WEB_COUNT_FIELDS_H

#include <cadre/test.h>
#include <strings.h>

static inline size_t count_fields(const struct cadre_test_response *res, const char *name)
{
    const char *at, *value;
    size_t n = 0;

    for (size_t i = 0; cadre_test_header_at(res, i, &at, &value); i++)
        n += strcasecmp(at, name) == 0;
    return n;
}

#endif
