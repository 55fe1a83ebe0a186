/* SPDX-License-Identifier: MIT */
/* What assertions say when they do not hold (lib/test/check.c). */
#include "config.h"

#include "tests/unit/lib/test/answers.h"

static void expect_has(const char *said, const char *part)
{
    ck_assert_ptr_nonnull(said);
    ck_assert_msg(strstr(said, part) != NULL, "\"%s\" is not in\n%s", part, said);
}

START_TEST(what_holds_says_nothing)
{
    struct cadre_test_response *res = answer(200, "slept");

    ck_assert_ptr_null(cadre_test_check_status(res, 200));
    ck_assert_ptr_null(cadre_test_check_header(res, "Content-Type", "text/x"));
    ck_assert_ptr_null(cadre_test_check_header(res, "etag", NULL));
    ck_assert_ptr_null(cadre_test_check_body(res, "slept"));
    ck_assert_ptr_null(cadre_test_check_body_has(res, "lep"));
    ck_assert_ptr_null(cadre_test_check_body_has(res, ""));
    cadre__test_response_free(res);
}
END_TEST

START_TEST(both_sides_and_the_response_are_shown)
{
    struct cadre_test_response *res = answer(200, "slept");

    ck_assert_str_eq(cadre_test_check_status(res, 404), "GET http://h/x: the status\n"
                                                        "  expected: 404 Not Found\n"
                                                        "  got:      200 OK\n\n"
                                                        "200 OK\n"
                                                        "content-type: text/x\n\n"
                                                        "slept");
    expect_has(cadre_test_check_header(res, "etag", "x"), "the header field etag\n"
                                                          "  expected: x\n"
                                                          "  got:      no such field\n");
    expect_has(cadre_test_check_header(res, "content-type", NULL), "  expected: no such field\n"
                                                                   "  got:      text/x\n");
    expect_has(cadre_test_check_body(res, "sleep"), "differs at byte 3\n");
    expect_has(cadre_test_check_body(res, "slept "), "differs at byte 5\n");
    expect_has(cadre_test_check_body_has(res, "leap"), "the body does not have this\n");
    cadre__test_response_free(res);
}
END_TEST

START_TEST(bytes_that_cannot_be_shown_are_written_out)
{
    struct cadre_test_response *res = answer_of(200, "a\0b\x1b\xc3\xa4", 6);

    expect_has(cadre_test_check_body(res, "a"), "\n\na\\x00b\\x1b\xc3\xa4");
    expect_has(cadre_test_check_body_has(res, "c"), "got:      a\n");
    ck_assert_ptr_null(cadre_test_check_body_has(res, "b"));
    cadre__test_response_free(res);
}
END_TEST

START_TEST(a_long_body_is_cut)
{
    static char body[5000];
    struct cadre_test_response *res;

    memset(body, 'x', sizeof(body));
    res = answer_of(200, body, sizeof(body));
    expect_has(cadre_test_check_status(res, 404), "xxx... (5000 bytes in all)");
    ck_assert_uint_lt(strlen(cadre_test_check_status(res, 404)), 2000);
    ck_assert_uint_lt(strlen(cadre_test_check_body(res, "y")), 4000);
    cadre__test_response_free(res);
}
END_TEST

START_TEST(without_a_response_the_failure_is_shown)
{
    struct cadre_test_response *res = cadre__test_response_new("GET", "http://h/x");

    cadre__test_response_fail(res, "the %s", "wire");
    cadre__test_response_fail(res, "too late");
    ck_assert_str_eq(cadre_test_check_status(res, 200), "GET http://h/x: the status\n"
                                                        "  expected: 200 OK\n"
                                                        "  got:      no response\n"
                                                        "  failure:  the wire");
    cadre__test_response_free(res);
}
END_TEST

UNIT_MAIN("test/check", UNIT_CASE(what_holds_says_nothing),
          UNIT_CASE(both_sides_and_the_response_are_shown),
          UNIT_CASE(bytes_that_cannot_be_shown_are_written_out), UNIT_CASE(a_long_body_is_cut),
          UNIT_CASE(without_a_response_the_failure_is_shown))
