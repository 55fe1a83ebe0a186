/* SPDX-License-Identifier: MIT */
/* Conditional requests (web/precondition.c): the precedence of RFC 9110 §13.2.2, row by row. */
#include "config.h"

#include "tests/unit/unit.h"
#include "web/precondition.h"

#define NOW      UINT64_C(1795304533)
#define MODIFIED UINT64_C(784111777)
#define SAME     "Sun, 06 Nov 1994 08:49:37 GMT"
#define BEFORE   "Sun, 06 Nov 1994 08:49:36 GMT"
#define AFTER    "Sun, 06 Nov 1994 08:49:38 GMT"

enum { OK = 200, NOT_MODIFIED = 304, FAILED = 412 };

/* The validators are "a" and the time above. */
static const struct {
    const char *method, *match, *unmodified, *none_match, *modified;
    int wanted;
} rows[] = {
    {"GET", NULL, NULL, NULL, NULL, OK},
    {"GET", "\"a\"", NULL, NULL, NULL, OK},
    {"GET", "\"b\"", NULL, NULL, NULL, FAILED},
    {"GET", "\"b\", \"a\"", NULL, NULL, NULL, OK},
    {"GET", "*", NULL, NULL, NULL, OK},
    {"GET", "W/\"a\"", NULL, NULL, NULL, FAILED}, /* strong comparison */
    {"GET", "nonsense", NULL, NULL, NULL, FAILED},
    {"PUT", "\"b\"", NULL, NULL, NULL, FAILED},
    {"GET", NULL, SAME, NULL, NULL, OK},
    {"GET", NULL, AFTER, NULL, NULL, OK},
    {"GET", NULL, BEFORE, NULL, NULL, FAILED},
    {"GET", NULL, "nonsense", NULL, NULL, OK},
    {"GET", "\"a\"", BEFORE, NULL, NULL, OK}, /* If-Match comes first and alone */
    {"GET", NULL, NULL, "\"a\"", NULL, NOT_MODIFIED},
    {"HEAD", NULL, NULL, "\"a\"", NULL, NOT_MODIFIED},
    {"GET", NULL, NULL, "W/\"a\"", NULL, NOT_MODIFIED}, /* weak comparison */
    {"GET", NULL, NULL, "\"b\" , W/\"c\",\"a\"", NULL, NOT_MODIFIED},
    {"GET", NULL, NULL, "*", NULL, NOT_MODIFIED},
    {"GET", NULL, NULL, "\"b\"", NULL, OK},
    {"GET", NULL, NULL, "a", NULL, OK},
    {"GET", NULL, NULL, "\"a", NULL, OK},
    {"GET", NULL, NULL, "W/", NULL, OK},
    {"PUT", NULL, NULL, "\"a\"", NULL, FAILED},
    {"PUT", NULL, NULL, "*", NULL, FAILED},
    {"GET", NULL, NULL, NULL, SAME, NOT_MODIFIED},
    {"GET", NULL, NULL, NULL, AFTER, NOT_MODIFIED},
    {"GET", NULL, NULL, NULL, BEFORE, OK},
    {"GET", NULL, NULL, NULL, "nonsense", OK},
    {"POST", NULL, NULL, NULL, SAME, OK},
    {"GET", NULL, NULL, "\"b\"", SAME, OK}, /* If-None-Match comes first and alone */
    {"GET", NULL, NULL, "\"a\"", BEFORE, NOT_MODIFIED},
    {"GET", "\"b\"", NULL, "\"a\"", NULL, FAILED},
    {"GET", "\"a\"", NULL, "\"a\"", NULL, NOT_MODIFIED},
    {"GET", NULL, BEFORE, "\"a\"", NULL, FAILED},
};

static void add(struct cadre__scope *scope, struct cadre__header *headers, const char *name,
                const char *value)
{
    if (value != NULL)
        headers[scope->n_headers++] =
            (struct cadre__header){cadre_str_from(name), cadre_str_from(value)};
}

START_TEST(conditions_are_judged_in_their_order)
{
    static const int statuses[] = {OK, NOT_MODIFIED, FAILED};
    const struct cadre__validators validators = {CADRE_STR("\"a\""), true, MODIFIED};
    struct cadre__header headers[4];
    struct cadre__scope scope = {.method = cadre_str_from(rows[_i].method), .headers = headers};

    add(&scope, headers, "if-match", rows[_i].match);
    add(&scope, headers, "if-unmodified-since", rows[_i].unmodified);
    add(&scope, headers, "if-none-match", rows[_i].none_match);
    add(&scope, headers, "if-modified-since", rows[_i].modified);
    ck_assert_int_eq(statuses[cadre__precondition_judge(&scope, &validators, NOW)],
                     rows[_i].wanted);
}
END_TEST

START_TEST(several_fields_are_one_list)
{
    const struct cadre__validators validators = {CADRE_STR("\"a\""), true, MODIFIED};
    struct cadre__header headers[4];
    struct cadre__scope scope = {.method = CADRE_STR("GET"), .headers = headers};

    add(&scope, headers, "if-none-match", "\"x\"");
    add(&scope, headers, "if-none-match", "\"a\"");
    ck_assert_int_eq(cadre__precondition_judge(&scope, &validators, NOW),
                     CADRE__PRECONDITION_NOT_MODIFIED);
}
END_TEST

START_TEST(without_validators_little_can_be_judged)
{
    const struct cadre__validators none = {.etag = {NULL, 0}};
    struct cadre__header headers[4];
    struct cadre__scope scope = {.method = CADRE_STR("GET"), .headers = headers};

    add(&scope, headers, "if-modified-since", SAME);
    ck_assert_int_eq(cadre__precondition_judge(&scope, &none, NOW), CADRE__PRECONDITION_HOLDS);
    scope.n_headers = 0;
    add(&scope, headers, "if-none-match", "\"\"");
    ck_assert_int_eq(cadre__precondition_judge(&scope, &none, NOW), CADRE__PRECONDITION_HOLDS);
}
END_TEST

static const struct {
    const char *field, *etag;
    bool holds;
} if_ranges[] = {
    {NULL, "\"a\"", true},
    {"\"a\"", "\"a\"", true},
    {"\"b\"", "\"a\"", false},
    {"W/\"a\"", "\"a\"", false},
    {"\"a\"", "W/\"a\"", false},
    {"W/\"a\"", "W/\"a\"", false},
    {"\"a\", \"b\"", "\"a\"", false},
    {SAME, "\"a\"", true},
    {BEFORE, "\"a\"", false},
    {AFTER, "\"a\"", false},
    {"nonsense", "\"a\"", false},
    {"*", "\"a\"", false},
};

START_TEST(if_range_is_strict)
{
    const struct cadre__validators validators = {cadre_str_from(if_ranges[_i].etag), true,
                                                 MODIFIED};
    struct cadre__header headers[4];
    struct cadre__scope scope = {.method = CADRE_STR("GET"), .headers = headers};

    add(&scope, headers, "if-range", if_ranges[_i].field);
    ck_assert_int_eq(cadre__precondition_if_range(&scope, &validators, NOW), if_ranges[_i].holds);
    /* In the same second it may have changed again. */
    if (if_ranges[_i].field != NULL && strcmp(if_ranges[_i].field, SAME) == 0)
        ck_assert(!cadre__precondition_if_range(&scope, &validators, MODIFIED));
}
END_TEST

UNIT_MAIN("web/precondition",
          UNIT_LOOP(conditions_are_judged_in_their_order, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(several_fields_are_one_list),
          UNIT_CASE(without_validators_little_can_be_judged),
          UNIT_LOOP(if_range_is_strict, sizeof(if_ranges) / sizeof(if_ranges[0])))
