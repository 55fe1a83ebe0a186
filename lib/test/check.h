/* SPDX-License-Identifier: MIT */
/* What an assertion of the test client says when it does not hold: test/check.c, test/json.c. */
#ifndef CADRE_LIB_TEST_CHECK_H
#define CADRE_LIB_TEST_CHECK_H

#include <cadre/macros.h>
#include <cadre/str.h>

struct cadre_test_response;

/*
 * "GET http://testserver/: " and what is asked about, formatted; both sides; the response. The text
 * is the thread's, and overwritten by the next one. Never NULL.
 */
const char *cadre__test_differ(const struct cadre_test_response *res, const char *expected,
                               const char *got, const char *what, ...) CADRE_PRINTF(4, 5);

/* test/json.c: NULL where the text is the same JSON document as the expected one, else what to say.
 */
const char *cadre__test_differ_json(const struct cadre_test_response *res, const char *expected,
                                    struct cadre_str text);

#endif
