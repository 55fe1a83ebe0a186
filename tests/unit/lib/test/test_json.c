/* SPDX-License-Identifier: MIT */
/* JSON in responses of the test client (lib/test/json.c). */
#include "config.h"

#include "tests/unit/lib/test/answers.h"

#include <jansson.h>
#include <stdio.h>

#define BODY                                                                                       \
    "{\"id\": 7, \"price\": 1.0, \"tags\": [\"a\", \"b\"], \"who\": {\"na/me\": \"x\", \"~\": "    \
    "null}, \"\": true}"

/* place: where they part; NULL: they do not. */
static const struct {
    const char *at, *expected, *place;
} rows[] = {
    {"", BODY, NULL},
    {"",
     "{\"tags\":[\"a\",\"b\"],\"id\":7.0,\"price\":1,\"\":true,\"who\":{\"~\":null,\"na/me\":"
     "\"x\"}}",
     NULL},
    {"/id", "7", NULL},
    {"/tags", "[\"a\", \"b\"]", NULL},
    {"/tags/0", "\"a\"", NULL},
    {"/tags/2", NULL, NULL},
    {"/tags/00", NULL, NULL},
    {"/tags/-", NULL, NULL},
    {"/tags/x", NULL, NULL},
    {"/id/x", NULL, NULL},
    {"/none/at/all", NULL, NULL},
    {"/", "true", NULL},
    {"/who/na~1me", "\"x\"", NULL},
    {"/who/~0", "null", NULL},
    {"", "[]", "its root"},
    {"", "{\"id\": 7}", "/price"},
    {"", "{\"id\": 8, \"price\": 1, \"tags\": []}", "/id"},
    {"/id", "8", "/id"},
    {"/id", "\"7\"", "/id"},
    {"/price", "1.5", "/price"},
    {"/tags", "[\"a\"]", "/tags/1"},
    {"/tags", "[\"a\", \"b\", \"c\"]", "/tags/2"},
    {"/tags", "[\"b\", \"a\"]", "/tags/0"},
    {"/who", "{\"na/me\": \"y\", \"~\": null}", "/who/na~1me"},
    {"/who", "{\"na/me\": \"x\", \"~\": 0}", "/who/~0"},
    {"/who", "{\"na/me\": \"x\", \"~\": null, \"more\": 1}", "/who/more"},
    {"/who/~0", NULL, "/who/~0"},
    {"/none", "null", "/none"},
};

START_TEST(documents_are_compared_as_such)
{
    struct cadre_test_response *res = answer(200, BODY);
    const char *said = cadre_test_check_json_at(res, rows[_i].at, rows[_i].expected);
    char part[200];

    if (rows[_i].place == NULL) {
        ck_assert_msg(said == NULL, "%s", said);
    } else {
        snprintf(part, sizeof(part), "which differs at %s\n", rows[_i].place);
        ck_assert_ptr_nonnull(said);
        ck_assert_msg(strstr(said, part) != NULL, "\"%s\" is not in\n%s", part, said);
    }
    cadre__test_response_free(res);
}
END_TEST

static void expect_has(const char *said, const char *part)
{
    ck_assert_ptr_nonnull(said);
    ck_assert_msg(strstr(said, part) != NULL, "\"%s\" is not in\n%s", part, said);
}

START_TEST(what_is_wrong_is_said)
{
    struct cadre_test_response *res = answer(200, "{\"a\": 1"), *none = answer(200, "");

    expect_has(cadre_test_check_json(res, "{}"), "the body is no JSON (line 1, column 7)");
    ck_assert_ptr_null(cadre_test_json(res));
    expect_has(cadre_test_check_json(none, "{}"), "the body is no JSON");
    cadre__test_response_free(res);
    cadre__test_response_free(none);
    res = answer(200, "{\"a\": 1}");
    expect_has(cadre_test_check_json(res, "{a: 1}"), "the test is wrong");
    expect_has(cadre_test_check_json_at(res, "a", "1"), "the test is wrong");
    expect_has(cadre_test_check_json_at(res, "/~2", "1"), "the test is wrong");
    expect_has(cadre_test_check_json_at(res, "/b", "1"), "got:      nothing is there\n");
    cadre__test_response_free(res);
}
END_TEST

START_TEST(the_document_is_there)
{
    struct cadre_test_response *res = answer(200, BODY);
    json_t *json = cadre_test_json(res);

    ck_assert_int_eq(json_integer_value(json_object_get(json, "id")), 7);
    ck_assert_ptr_eq(cadre_test_json(res), json);
    cadre_assert_json(res, BODY);
    cadre_assert_json_at(res, "/tags/1", "\"b\"");
    cadre_assert_json_at(res, "/tags/2", NULL);
    cadre__test_response_free(res);
    res = answer(200, "1.5");
    cadre_assert_json(res, "1.5");
    cadre__test_response_free(res);
}
END_TEST

UNIT_MAIN("test/json", UNIT_LOOP(documents_are_compared_as_such, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(what_is_wrong_is_said), UNIT_CASE(the_document_is_there))
