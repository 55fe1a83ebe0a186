/* SPDX-License-Identifier: MIT */
/* Bounds of numbers: which does not hold, and what is said of it. */
#include "config.h"

#include "tests/unit/unit.h"

#include <string.h>

#include "model/bounds.h"
#include "model/number.h"

static int order_of(const void *number, const struct cadre_constant *bound)
{
    return cadre__integer_compare(*(const struct cadre__integer *)number, bound);
}

static int unordered(const void *number, const struct cadre_constant *bound)
{
    (void)number, (void)bound;
    return CADRE__UNORDERED;
}

static const struct {
    struct cadre_field rules;
    int64_t number;
    const char *type, *msg, *ctx; /* NULL: it holds */
} rows[] = {
    {{.name = NULL}, INT64_MIN, NULL, NULL, NULL},
    {{CADRE_GT(0)}, 1, NULL, NULL, NULL},
    {{CADRE_GT(0)}, 0, "greater_than", "Input should be greater than 0", "{\"gt\":0}"},
    {{CADRE_GE(0)}, 0, NULL, NULL, NULL},
    {{CADRE_GE(0)},
     -1,
     "greater_than_equal",
     "Input should be greater than or equal to 0",
     "{\"ge\":0}"},
    {{CADRE_LT(INT64_MAX)}, INT64_MAX - 1, NULL, NULL, NULL},
    {{CADRE_LT(INT64_MAX)},
     INT64_MAX,
     "less_than",
     "Input should be less than 9223372036854775807",
     "{\"lt\":9223372036854775807}"},
    {{CADRE_LE(-1)}, -1, NULL, NULL, NULL},
    {{CADRE_LE(-1)},
     0,
     "less_than_equal",
     "Input should be less than or equal to -1",
     "{\"le\":-1}"},
    {{CADRE_GE(UINT64_MAX)},
     INT64_MAX,
     "greater_than_equal",
     "Input should be greater than or equal to 18446744073709551615",
     "{\"ge\":18446744073709551615}"},
    {{CADRE_GT(0.5)}, 1, NULL, NULL, NULL},
    {{CADRE_LT(0.5)}, 1, "less_than", "Input should be less than 0.5", "{\"lt\":0.5}"},
};

START_TEST(a_bound_holds_or_is_told)
{
    struct cadre__arena arena;
    int64_t n = rows[_i].number;
    struct cadre__integer number = {n < 0, n < 0 ? 0 - (uint64_t)n : (uint64_t)n};
    struct cadre_input input = {CADRE_INPUT_NUMBER, CADRE_STR_INIT("1")};

    cadre__arena_init(&arena, 1024);
    struct cadre_validation validation = {.arena = &arena};
    int r = cadre__bounds_check(&validation, &rows[_i].rules, &input, order_of, &number, false);
    ck_assert_int_eq(r, rows[_i].type ? CADRE__INVALID : 0);
    if (rows[_i].type) {
        ck_assert_str_eq(validation.issues.first->type, rows[_i].type);
        ck_assert_str_eq(validation.issues.first->msg, rows[_i].msg);
        ck_assert_str_eq(validation.issues.first->ctx, rows[_i].ctx);
    }
    ck_assert_uint_eq(validation.issues.n, rows[_i].type != NULL);
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(what_has_no_order_is_within_no_bound)
{
    static const struct cadre_field each[] = {
        {CADRE_GT(0)}, {CADRE_GE(0)}, {CADRE_LT(0)}, {CADRE_LE(0)}};
    struct cadre__arena arena;
    struct cadre_input input = {CADRE_INPUT_STRING, CADRE_STR_INIT("nan")};

    cadre__arena_init(&arena, 1024);
    struct cadre_validation validation = {.arena = &arena};
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(cadre__bounds_check(&validation, &each[i], &input, unordered, NULL, true),
                         CADRE__INVALID);
    cadre__arena_done(&arena);
}
END_TEST

UNIT_MAIN("model/bounds", UNIT_LOOP(a_bound_holds_or_is_told, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(what_has_no_order_is_within_no_bound))
