/* SPDX-License-Identifier: MIT */
/* A response of the test client made by hand, for tests of what is asked about one. */
#ifndef TESTS_UNIT_LIB_TEST_ANSWERS_H
#define TESTS_UNIT_LIB_TEST_ANSWERS_H

#include "tests/unit/unit.h"

#include "test/response.h"
#include <string.h>

/* "GET http://h/x" with that status and body, and one field content-type. Freed by
 * cadre__test_response_free. */
static inline struct cadre_test_response *answer_of(int status, const void *body, size_t len)
{
    static const struct cadre__header type = {CADRE_STR("content-type"), CADRE_STR("text/x")};
    struct cadre_test_response *res = cadre__test_response_new("GET", "http://h/x");

    ck_assert_ptr_nonnull(res);
    res->status = status;
    ck_assert_int_eq(cadre__test_fields_copy(&res->arena, &type, 1, &res->header), 0);
    ck_assert_int_eq(cadre__buf_append(&res->body, body, len), 0);
    return res;
}

static inline struct cadre_test_response *answer(int status, const char *body)
{
    return answer_of(status, body, strlen(body));
}

#endif
