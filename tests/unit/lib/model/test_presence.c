/* SPDX-License-Identifier: MIT */
/*
 * Tests of presence, names and flags of models, through JSON: what may be left out or null, under
 * which name a field is given, what strict and read_only do; each with the exact errors.
 */
#include "config.h"

#include <cadre/model_json.h>
#include <errno.h>
#include <string.h>

#include "tests/unit/unit.h"

struct plain {
    int n;
};
static const struct cadre_field required_fields[] = {CADRE_FIELD(struct plain, n),
                                                     CADRE_FIELDS_END};
static const struct cadre_field default_fields[] = {
    CADRE_FIELD(struct plain, n, CADRE_DEFAULT(-1), CADRE_GE(0)), CADRE_FIELDS_END};
static const struct cadre_field alias_fields[] = {CADRE_FIELD(struct plain, n, .alias = "number"),
                                                  CADRE_FIELDS_END};
static const struct cadre_field read_only_fields[] = {
    CADRE_FIELD(struct plain, n, .read_only = true), CADRE_FIELDS_END};
static const struct cadre_field write_only_fields[] = {
    CADRE_FIELD(struct plain, n, .write_only = true), CADRE_FIELDS_END};
CADRE_MODEL(required, struct plain, required_fields);
CADRE_MODEL(forbid, struct plain, required_fields, .extra = CADRE_EXTRA_FORBID);
CADRE_MODEL(strict, struct plain, required_fields, .strict = true);
CADRE_MODEL(with_default, struct plain, default_fields);
CADRE_MODEL(alias, struct plain, alias_fields);
CADRE_MODEL(by_name, struct plain, alias_fields, .by_name = true);
CADRE_MODEL(read_only, struct plain, read_only_fields);
CADRE_MODEL(read_only_forbid, struct plain, read_only_fields, .extra = CADRE_EXTRA_FORBID);
CADRE_MODEL(write_only, struct plain, write_only_fields);

struct maybe {
    struct cadre_opt_int n;
};
static const struct cadre_field optional_fields[] = {CADRE_FIELD(struct maybe, n),
                                                     CADRE_FIELDS_END};
static const struct cadre_field nullable_fields[] = {CADRE_FIELD(struct maybe, n, .required = true),
                                                     CADRE_FIELDS_END};
static const struct cadre_field not_null_fields[] = {CADRE_FIELD(struct maybe, n, .not_null = true),
                                                     CADRE_FIELDS_END};
static const struct cadre_field preset_fields[] = {CADRE_FIELD(struct maybe, n, CADRE_DEFAULT(7)),
                                                   CADRE_FIELDS_END};
CADRE_MODEL(optional, struct maybe, optional_fields);
CADRE_MODEL(nullable, struct maybe, nullable_fields);
CADRE_MODEL(not_null, struct maybe, not_null_fields);
CADRE_MODEL(preset, struct maybe, preset_fields);

struct text {
    const char *s;
    CADRE_LIST_OF(const char *) list;
};
static const struct cadre_field text_fields[] = {
    CADRE_FIELD(struct text, s, .optional = true),
    CADRE_LIST(struct text, list, .optional = true, .max_items = 2), CADRE_FIELDS_END};
static const struct cadre_field strip_fields[] = {
    CADRE_FIELD(struct text, s, .min_length = 1),
    CADRE_LIST(struct text, list, CADRE_DEFAULT_EMPTY), CADRE_FIELDS_END};
static const struct cadre_field secret_fields[] = {CADRE_FIELD(struct text, s, .secret = true),
                                                   CADRE_FIELDS_END};
CADRE_MODEL(pointers, struct text, text_fields);
CADRE_MODEL(strip, struct text, strip_fields, .strip = true);
CADRE_MODEL(secret, struct text, secret_fields);

#define MISSING(name_, input_)                                                                     \
    "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"" name_ "\"],\"msg\":\"Field required\","       \
    "\"input\":" input_ "}]}"
#define EXTRA(name_, input_)                                                                       \
    "{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"" name_                                 \
    "\"],\"msg\":\"Extra inputs are not permitted\",\"input\":" input_ "}]}"
#define NO_INT(input_)                                                                             \
    "{\"detail\":[{\"type\":\"int_type\",\"loc\":[\"n\"],\"msg\":\"Input should be a valid "       \
    "integer\",\"input\":" input_ "}]}"

static const struct {
    const struct cadre_model *model;
    const char *in;
    const char *out;      /* written again; NULL: it is wrong */
    const char *problems; /* what is */
} rows[] = {
    {&required, "{\"n\":1}", "{\"n\":1}", NULL},
    {&required, "{\"n\":\"1\"}", "{\"n\":1}", NULL},
    {&required, "{}", NULL, MISSING("n", "{}")},
    {&required, "{\"n\":null}", NULL, NO_INT("null")},
    {&required, "{\"n\":1,\"m\":[{}]}", "{\"n\":1}", NULL},
    {&required, "{\"n\":\"x\",\"n\":2}", "{\"n\":2}", NULL},
    {&forbid, "{\"n\":1}", "{\"n\":1}", NULL},
    {&forbid, "{\"m\":true,\"n\":1}", NULL, EXTRA("m", "true")},
    {&strict, "{\"n\":1}", "{\"n\":1}", NULL},
    {&strict, "{\"n\":\"1\"}", NULL, NO_INT("\"1\"")},
    {&strict, "{\"n\":true}", NULL, NO_INT("true")},
    {&with_default, "{}", "{\"n\":-1}", NULL},
    {&with_default, "{\"n\":0}", "{\"n\":0}", NULL},
    {&with_default, "{\"n\":null}", NULL, NO_INT("null")},
    {&with_default, "{\"n\":-1}", NULL,
     "{\"detail\":[{\"type\":\"greater_than_equal\",\"loc\":[\"n\"],\"msg\":\"Input should be "
     "greater than or equal to 0\",\"input\":-1,\"ctx\":{\"ge\":0}}]}"},
    {&alias, "{\"number\":1}", "{\"number\":1}", NULL},
    {&alias, "{\"n\":1}", NULL, MISSING("number", "{\"n\":1}")},
    {&by_name, "{\"n\":1}", "{\"number\":1}", NULL},
    {&by_name, "{\"number\":1}", "{\"number\":1}", NULL},
    {&by_name, "{}", NULL, MISSING("number", "{}")},
    {&read_only, "{\"n\":5}", "{\"n\":0}", NULL},
    {&read_only, "{}", "{\"n\":0}", NULL},
    {&read_only_forbid, "{\"n\":5}", NULL, EXTRA("n", "5")},
    {&write_only, "{\"n\":5}", "{}", NULL},
    {&write_only, "{}", NULL, MISSING("n", "{}")},
    {&optional, "{}", "{\"n\":null}", NULL},
    {&optional, "{\"n\":null}", "{\"n\":null}", NULL},
    {&optional, "{\"n\":3}", "{\"n\":3}", NULL},
    {&nullable, "{\"n\":null}", "{\"n\":null}", NULL},
    {&nullable, "{}", NULL, MISSING("n", "{}")},
    {&not_null, "{}", "{\"n\":null}", NULL},
    {&not_null, "{\"n\":null}", NULL, NO_INT("null")},
    {&preset, "{}", "{\"n\":7}", NULL},
    {&preset, "{\"n\":null}", "{\"n\":null}", NULL},
    {&pointers, "{}", "{\"s\":null,\"list\":null}", NULL},
    {&pointers, "{\"s\":null,\"list\":null}", "{\"s\":null,\"list\":null}", NULL},
    {&pointers, "{\"s\":\"\",\"list\":[]}", "{\"s\":\"\",\"list\":[]}", NULL},
    {&pointers, "{\"list\":[\"a\",\"b\",\"c\"]}", NULL,
     "{\"detail\":[{\"type\":\"too_long\",\"loc\":[\"list\"],\"msg\":\"List should have at most 2 "
     "items after validation, not 3\",\"input\":[\"a\",\"b\",\"c\"],\"ctx\":{\"field_type\":"
     "\"List\",\"max_length\":2,\"actual_length\":3}}]}"},
    {&strip, "{\"s\":\" a \",\"list\":[\" b \"]}", "{\"s\":\"a\",\"list\":[\"b\"]}", NULL},
    {&strip, "{\"s\":\"  \"}", NULL,
     "{\"detail\":[{\"type\":\"string_too_short\",\"loc\":[\"s\"],\"msg\":\"String should have at "
     "least 1 character\",\"input\":\"  \",\"ctx\":{\"min_length\":1}}]}"},
    {&secret, "{\"s\":\"word\"}", "{\"s\":\"**********\"}", NULL},
    {&required, "[]", NULL,
     "{\"detail\":[{\"type\":\"model_attributes_type\",\"loc\":[],\"msg\":\"Input should be a valid "
     "dictionary or object to extract fields from\",\"input\":[]}]}"},
};

START_TEST(each_document_is_taken_or_refused_as_the_table_says)
{
    struct cadre_arena *arena = cadre_arena_new();
    union {
        struct plain plain;
        struct maybe maybe;
        struct text text;
    } object;
    const char *problems = NULL;
    struct cadre_str out;

    int r = cadre_model_from_json(rows[_i].model, cadre_str_from(rows[_i].in), arena, &object,
                                  &problems);
    if (rows[_i].out) {
        ck_assert_msg(r == 0, "%s: %d %s", rows[_i].in, r, problems ? problems : "");
        ck_assert_int_eq(cadre_model_to_json(rows[_i].model, &object, 0, arena, &out), 0);
        ck_assert_str_eq(out.ptr, rows[_i].out);
    } else {
        ck_assert_msg(r == -EINVAL, "%s: %d", rows[_i].in, r);
        ck_assert_str_eq(problems, rows[_i].problems);
    }
    cadre_arena_free(arena);
}
END_TEST

UNIT_MAIN("model/presence", UNIT_LOOP(each_document_is_taken_or_refused_as_the_table_says,
                                      sizeof(rows) / sizeof(rows[0])))
