/* SPDX-License-Identifier: MIT */
/*
 * Values that are judged by a look (model/direct.c): what comes of them is what comes of the same
 * fields with a validator that does nothing, which go the way of the converters.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/direct.h"
#include "model/json_read.h"

struct values {
    int8_t small;
    uint8_t byte;
    int64_t whole;
    uint64_t natural;
    double real, above;
    const char *string, *pair;
    struct cadre_str text;
    bool flag;
};

static int pass(struct cadre_validation *validation, void *value)
{
    (void)validation, (void)value;
    return 0;
}

#define FIELDS(...)                                                                                \
    {                                                                                              \
        CADRE_FIELD(struct values, small, CADRE_GT(-3), CADRE_LE(100), __VA_ARGS__),               \
            CADRE_FIELD(struct values, byte, CADRE_GE(-1), CADRE_LT(300), __VA_ARGS__),            \
            CADRE_FIELD(struct values, whole, CADRE_GE(INT64_MIN + 1), CADRE_LT(INT64_MAX),        \
                        __VA_ARGS__),                                                              \
            CADRE_FIELD(struct values, natural, CADRE_GT(1), CADRE_LE(UINT64_C(1) << 63),          \
                        __VA_ARGS__),                                                              \
            CADRE_FIELD(struct values, real, CADRE_GE(-0.5), CADRE_LT(1), __VA_ARGS__),            \
            CADRE_FIELD(struct values, above, CADRE_GT(0), CADRE_LE(1e300), __VA_ARGS__),          \
            CADRE_FIELD(struct values, string, .min_length = 3, .max_length = 5, __VA_ARGS__),     \
            CADRE_FIELD(struct values, pair, .max_length = CADRE_NOTHING, __VA_ARGS__),            \
            CADRE_FIELD(struct values, text, .min_length = 1, __VA_ARGS__),                        \
            CADRE_FIELD(struct values, flag, __VA_ARGS__), CADRE_FIELDS_END                        \
    }

static const struct cadre_field direct_fields[] = FIELDS(.title = "Direct");
CADRE_MODEL(direct_model, struct values, direct_fields);
static const struct cadre_field slow_fields[] = FIELDS(.after = pass);
CADRE_MODEL(slow_model, struct values, slow_fields);

static const char *const numbers[] = {"-129",
                                      "-128",
                                      "-4",
                                      "-3",
                                      "-2",
                                      "-1",
                                      "-0",
                                      "0",
                                      "1",
                                      "2",
                                      "99",
                                      "100",
                                      "101",
                                      "127",
                                      "128",
                                      "255",
                                      "256",
                                      "299",
                                      "300",
                                      "-9223372036854775809",
                                      "-9223372036854775808",
                                      "-9223372036854775807",
                                      "9223372036854775806",
                                      "9223372036854775807",
                                      "9223372036854775808",
                                      "9223372036854775809",
                                      "18446744073709551615",
                                      "18446744073709551616",
                                      "1000000000000000000000000000000",
                                      "0.5",
                                      "1.0",
                                      "1.5",
                                      "-0.0",
                                      "-0.5",
                                      "-0.50000000000000011",
                                      "0.99999999999999994",
                                      "0.9999999999999999999",
                                      "1e0",
                                      "1e1",
                                      "1e2",
                                      "1e300",
                                      "1e301",
                                      "1e999",
                                      "-1e999",
                                      "5e-324",
                                      "1e-400",
                                      "-5e-324",
                                      "1E2",
                                      "1e-1",
                                      "true",
                                      "false",
                                      "null",
                                      "\"1\"",
                                      "\"0.5\"",
                                      "\" 7 \"",
                                      "\"x\"",
                                      "[]",
                                      "{}",
                                      "\"\""};
static const char *const texts[] = {"\"\"",
                                    "\"a\"",
                                    "\"ab\"",
                                    "\"abc\"",
                                    "\"abcde\"",
                                    "\"abcdef\"",
                                    "\"\\u00e4\"",
                                    "\"äöü\"",
                                    "\"äöüßé\"",
                                    "\"äöüßéé\"",
                                    "\"\\ud83d\\ude00\\ud83d\\ude00\\ud83d\\ude00\"",
                                    "\"😀\"",
                                    "\"😀😀\"",
                                    "\"😀😀😀\"",
                                    "\"a\\u0000b\"",
                                    "\"\\u0000\"",
                                    "\"\\n\\t\\\"\"",
                                    "1",
                                    "null",
                                    "true",
                                    "[\"abc\"]",
                                    "\"0123456789abcdef0123456789abcdef\""};

static struct cadre__arena arena;

/* What comes of an object with that one field, in a line. */
static const char *outcome(const struct cadre_model *model, const char *json)
{
    static char line[2][1000];
    static int which;
    struct cadre_validation validation = {.arena = &arena};
    struct values values;
    const struct cadre__issue *issue;
    char *text = line[which ^= 1];
    int r;

    memset(&values, 0, sizeof(values));
    r = cadre__json_read_model(&validation, cadre__plan_of(model), cadre_str_from(json), NULL,
                               &values);
    issue = validation.issues.first;
    while (issue != NULL && strcmp(issue->type, "missing") == 0) /* all others are */
        issue = issue->next;
    ck_assert_int_eq(r, CADRE__INVALID);
    snprintf(text, sizeof(line[0]), "%s %s %s %d %u %lld %llu %a %a %s %s %.*s(%zu) %d",
             issue ? issue->type : "", issue ? issue->msg : "",
             issue && issue->ctx ? issue->ctx : "", values.small, values.byte,
             (long long)values.whole, (unsigned long long)values.natural, values.real, values.above,
             values.string ? values.string : "-", values.pair ? values.pair : "-",
             (int)values.text.len, values.text.ptr ? values.text.ptr : "", values.text.len,
             values.flag);
    return text;
}

static void same_outcome(const char *name, const char *value)
{
    char json[200];

    snprintf(json, sizeof(json), "{\"%s\":%s}", name, value);
    ck_assert_msg(strcmp(outcome(&direct_model, json), outcome(&slow_model, json)) == 0,
                  "%s: %s, but by converters %s", json, outcome(&direct_model, json),
                  outcome(&slow_model, json));
}

/* _i is the field. */
START_TEST(a_look_finds_what_the_converters_find)
{
    const struct cadre__plan *plan;
    const char *why = "";

    cadre__arena_init(&arena, 4096);
    ck_assert_msg(cadre_model_prepare(&direct_model, &why) == 0, "%s", why);
    ck_assert_msg(cadre_model_prepare(&slow_model, &why) == 0, "%s", why);
    plan = cadre__plan_of(&direct_model);
    ck_assert(!cadre__plan_of(&slow_model)->members[_i].type.is_direct);
    /* A bound above INT64_MAX is for the converters. */
    ck_assert_int_eq(plan->members[_i].type.is_direct,
                     strcmp(plan->members[_i].name.ptr, "natural") != 0);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        same_outcome(plan->members[_i].name.ptr, numbers[i]);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        same_outcome(plan->members[_i].name.ptr, texts[i]);
    cadre__arena_done(&arena);
}
END_TEST

static const struct {
    struct cadre_field rules;
    bool is_direct;
    int64_t least, most;
} integers[] = {
    {{.name = NULL}, true, INT64_MIN, INT64_MAX},
    {{CADRE_GT(0)}, true, 1, INT64_MAX},
    {{CADRE_GT(5), CADRE_GE(7)}, true, 7, INT64_MAX},
    {{CADRE_GT(7), CADRE_GE(7)}, true, 8, INT64_MAX},
    {{CADRE_LT(7), CADRE_LE(7)}, true, INT64_MIN, 6},
    {{CADRE_LE(INT64_MAX), CADRE_GE(INT64_MIN)}, true, INT64_MIN, INT64_MAX},
    {{CADRE_GT(INT64_MAX)}, false, 0, 0},
    {{CADRE_LT(INT64_MIN)}, false, 0, 0},
    {{CADRE_LE(UINT64_MAX)}, false, 0, 0},
    {{CADRE_LE(0.5)}, false, 0, 0},
    {{CADRE_MULTIPLE_OF(2)}, false, 0, 0},
    {{.strict = true}, false, 0, 0},
    {{.after = pass}, false, 0, 0},
};

START_TEST(bounds_of_integers_are_within)
{
    struct cadre__type type = {.kind = CADRE_KIND_INT, .size = 8, .rules = &integers[_i].rules};

    cadre__direct_set(&type);
    ck_assert_int_eq(type.is_direct, integers[_i].is_direct);
    if (!type.is_direct)
        return;
    ck_assert_int_eq(type.least, integers[_i].least);
    ck_assert_int_eq(type.most, integers[_i].most);
    ck_assert(!cadre__direct_is_within(&type, true, (uint64_t)INT64_MAX + 1));
    ck_assert(!cadre__direct_is_within(&type, false, (uint64_t)INT64_MAX + 1));
    ck_assert(!cadre__direct_is_within(&type, false, UINT64_MAX));
}
END_TEST

static const struct {
    struct cadre_field rules;
    bool is_direct;
    double low, high;
} reals[] = {
    {{.name = NULL}, true, -INFINITY, INFINITY},
    {{CADRE_GE(0.5), CADRE_LE(2)}, true, 0.5, 2},
    {{CADRE_GT(0)}, true, 4.9406564584124654e-324, INFINITY},
    {{CADRE_LT(INT64_C(1) << 53)}, true, -INFINITY, 9007199254740991},
    {{CADRE_LT((INT64_C(1) << 53) + 1)}, false, 0, 0},
    {{CADRE_LE(INFINITY)}, false, 0, 0},
    {{CADRE_GE(NAN)}, false, 0, 0},
    {{.finite = true}, false, 0, 0},
};

START_TEST(bounds_of_doubles_are_within)
{
    struct cadre__type type = {.kind = CADRE_KIND_DOUBLE, .size = 8, .rules = &reals[_i].rules};

    cadre__direct_set(&type);
    ck_assert_int_eq(type.is_direct, reals[_i].is_direct);
    if (!type.is_direct)
        return;
    ck_assert(type.low == reals[_i].low && type.high == reals[_i].high);
}
END_TEST

START_TEST(no_other_kind_is_direct)
{
    static const struct cadre_field none;
    struct cadre__type type = {.kind = (enum cadre_kind)_i, .size = 8, .rules = &none};
    bool is_one = type.kind == CADRE_KIND_INT || type.kind == CADRE_KIND_UINT ||
                  type.kind == CADRE_KIND_DOUBLE || type.kind == CADRE_KIND_BOOL ||
                  type.kind == CADRE_KIND_STRING || type.kind == CADRE_KIND_TEXT;

    cadre__direct_set(&type);
    ck_assert_int_eq(type.is_direct, is_one);
}
END_TEST

UNIT_MAIN("model/direct", UNIT_LOOP(a_look_finds_what_the_converters_find, 10),
          UNIT_LOOP(bounds_of_integers_are_within, sizeof(integers) / sizeof(integers[0])),
          UNIT_LOOP(bounds_of_doubles_are_within, sizeof(reals) / sizeof(reals[0])),
          UNIT_LOOP(no_other_kind_is_direct, CADRE_KIND_END))
