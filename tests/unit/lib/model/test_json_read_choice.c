/* SPDX-License-Identifier: MIT */
/* Unions of JSON that no discriminator tells apart: which choice a value is. Each row was asked of
 * Pydantic. */
#include "config.h"

#include "json_check.h"

#include "choice_models.h"

static const struct {
    const struct cadre_model *model;
    const char *json, *tag, *written; /* NULL: as it came */
} fits[] = {
    {&int_str, "1", "int", NULL},
    {&int_str, "\"1\"", "str", NULL},
    {&int_str, "\"x\\u0041\"", "str", "\"xA\""},
    {&int_str, "1.0", "int", "1"},
    {&int_str, "true", "int", "1"},
    {&str_int, "1", "int", NULL},
    {&str_int, "\"1\"", "str", NULL},
    {&int_float, "1", "int", NULL},
    {&int_float, "1.0", "float", NULL},
    {&int_float, "1e0", "float", "1.0"},
    {&int_float, "\"1\"", "int", "1"},
    {&int_float, "\"1.5\"", "float", "1.5"},
    {&int_float, "true", "int", "1"},
    {&float_int, "1", "int", NULL},
    {&float_int, "1.0", "float", NULL},
    {&float_int, "\"1\"", "float", "1.0"},
    {&float_int, "true", "float", "1.0"},
    {&bool_int, "1", "int", NULL},
    {&bool_int, "true", "bool", NULL},
    {&bool_int, "\"yes\"", "bool", "true"},
    {&bool_int, "\"2\"", "int", "2"},
    {&int_bool, "true", "bool", NULL},
    {&int_bool, "\"true\"", "bool", "true"},
    {&int_bool, "0", "int", NULL},
    {&date_str, "\"2026-01-01\"", "str", NULL},
    {&date_datetime, "\"2026-01-01\"", "date", NULL},
    {&date_datetime, "\"2026-01-01T10:00:00\"", "datetime", NULL},
    {&datetime_date, "\"2026-01-01\"", "datetime", "\"2026-01-01T00:00:00\""},
    {&uuid_int, "\"123e4567-e89b-12d3-a456-426614174000\"", "uuid", NULL},
    {&uuid_int, "\"12\"", "int", "12"},
    {&decimal_float, "1", "float", "1.0"},
    {&decimal_float, "1.5", "float", NULL},
    {&decimal_float, "\"1.5\"", "decimal", NULL},
    {&color_str, "\"red\"", "str", NULL},
    {&color_int, "\"red\"", "color", NULL},
    {&color_int, "\"3\"", "int", "3"},
    {&literal_str, "\"red\"", "literal", NULL},
    {&literal_str, "\"pink\"", "str", NULL},
    {&int_any, "1", "int", NULL},
    {&int_any, "\"1\"", "any", NULL},
    {&int_any, "{\"a\":[1]}", "any", NULL},
    {&int_ints, "5", "int", NULL},
    {&int_ints, "[1,2]", "ints", NULL},
    {&int_ints, "[\"1\"]", "ints", "[1]"},
    {&strs_ints, "[1]", "ints", NULL},
    {&strs_ints, "[\"1\",\"long enough to be decoded elsewhere\"]", "strs", NULL},
    {&strs_ints, "[]", "strs", NULL},
    {&ints_floats, "[1]", "ints", NULL},
    {&ints_floats, "[1.0]", "floats", NULL},
    {&ints_floats, "[1,2.5]", "floats", "[1.0,2.5]"},
    {&ints_floats, "[\"1\"]", "ints", "[1]"},
    {&set_ints, "[1,1]", "ints", NULL},
    {&spot_ints, "[1,2]", "ints", NULL},
    {&spot_ints, "[1,2,3]", "ints", NULL},
    {&numbers_words, "{\"a\":1}", "numbers", NULL},
    {&numbers_words, "{\"a\":\"1\"}", "words", NULL},
    {&kitten_puppy, "{\"name\":\"x\"}", "kitten", "{\"name\":\"x\",\"lives\":9}"},
    {&kitten_puppy, "{\"name\":\"x\",\"barks\":true}", "puppy", NULL},
    {&kitten_puppy, "{\"barks\":true,\"name\":\"x\",\"lives\":3}", "kitten",
     "{\"name\":\"x\",\"lives\":3}"},
    {&kitten_puppy, "{\"name\":\"x\",\"lives\":\"3\",\"barks\":true}", "puppy",
     "{\"name\":\"x\",\"barks\":true}"},
    {&kitten_puppy, "{\"name\":\"x\",\"lives\":\"q\"}", "puppy",
     "{\"name\":\"x\",\"barks\":false}"},
    {&kitten_beast, "{\"name\":\"x\",\"a\":1}", "beast", NULL},
    {&kitten_beast, "{\"name\":\"x\",\"lives\":1,\"c\":2}", "kitten",
     "{\"name\":\"x\",\"lives\":1}"},
    {&kitten_beast, "{\"name\":\"x\",\"lives\":1,\"c\":2,\"d\":3}", "beast", NULL},
    {&kitten_beast, "{\"name\":\"x\"}", "kitten", "{\"name\":\"x\",\"lives\":9}"},
    {&puppy_numbers, "{\"name\":\"x\"}", "puppy", "{\"name\":\"x\",\"barks\":false}"},
    {&puppy_numbers, "{\"name\":1}", "numbers", NULL},
    {&kitten_any, "{\"name\":\"x\",\"lives\":1}", "kitten", NULL},
    {&kitten_any, "{\"name\":\"x\",\"lives\":\"1\"}", "any", NULL},
    {&kittens_puppies, "[{\"name\":\"x\",\"barks\":true}]", "puppies", NULL},
    {&kittens_puppies, "[{\"name\":\"a\",\"lives\":1},{\"name\":\"x\",\"barks\":true}]", "kittens",
     "[{\"name\":\"a\",\"lives\":1},{\"name\":\"x\",\"lives\":9}]"},
    {&strict_int_bool, "true", "bool", NULL},
    {&bounded, "7", "int", NULL},
    {&bounded, "\"ab\"", "str", NULL},
    {&bounded, "\"77\"", "str", NULL},
    {&bounded, "\"777\"", "int", "777"},
};

START_TEST(a_value_is_the_choice_that_it_fits_best)
{
    char json[256], wanted[256];
    struct picked picked;

    snprintf(json, sizeof(json), "{\"v\": %s }", fits[_i].json);
    snprintf(wanted, sizeof(wanted), "{\"v\":%s}",
             fits[_i].written ? fits[_i].written : fits[_i].json);
    check_same(fits[_i].model, json, wanted);
    ck_assert_int_eq(read_into(fits[_i].model, json, &picked), 0);
    const struct cadre__type *type = &cadre__plan_of(fits[_i].model)->members[0].type;
    const struct cadre__choice *choice = cadre__choice_of(type, &picked.v);
    ck_assert_ptr_nonnull(choice);
    ck_assert_str_eq(choice->tag.ptr, fits[_i].tag);
    ck_assert(!validation.is_quiet && !validation.match);
}
END_TEST

START_TEST(all_choices_tell_why_they_do_not_take_it)
{
    check_wrong(&int_str, "{\"v\":null}",
                "{\"type\":\"int_type\",\"loc\":[\"v\",\"int\"],\"msg\":\"Input should be a valid "
                "integer\",\"input\":null},{\"type\":\"string_type\",\"loc\":[\"v\",\"str\"],"
                "\"msg\":\"Input should be a valid string\",\"input\":null}");
    check_wrong(&bounded, "{\"v\":\"abc\"}",
                "{\"type\":\"int_parsing\",\"loc\":[\"v\",\"int\"],\"msg\":\"Input should be a "
                "valid integer, unable to parse string as an integer\",\"input\":\"abc\"},"
                "{\"type\":\"string_too_long\",\"loc\":[\"v\",\"str\"],\"msg\":\"String should "
                "have at most 2 characters\",\"input\":\"abc\",\"ctx\":{\"max_length\":2}},"
                "{\"type\":\"model_attributes_type\",\"loc\":[\"v\",\"kitten\"],\"msg\":\"Input "
                "should be a valid dictionary or object to extract fields from\",\"input\":"
                "\"abc\"}");
    check_wrong(
        &kitten_puppy, "{\"v\":{\"lives\":\"q\\u0041\",\"barks\":\"zz\\u0042\"}}",
        "{\"type\":\"missing\",\"loc\":[\"v\",\"kitten\",\"name\"],\"msg\":\"Field "
        "required\",\"input\":{\"lives\":\"q\\u0041\",\"barks\":\"zz\\u0042\"}},{\"type\":\"int_"
        "parsing\",\"loc\":[\"v\",\"kitten\",\"lives\"],\"msg\":\"Input should be a valid "
        "integer, unable to parse string as an integer\",\"input\":\"qA\"},"
        "{\"type\":\"missing\",\"loc\":[\"v\",\"puppy\",\"name\"],\"msg\":\"Field "
        "required\",\"input\":{\"lives\":\"q\\u0041\",\"barks\":\"zz\\u0042\"}},{\"type\":\"bool_"
        "parsing\",\"loc\":[\"v\",\"puppy\",\"barks\"],\"msg\":\"Input should be a valid "
        "boolean, unable to interpret input\",\"input\":\"zzB\"}");
    check_wrong(&numbers_words, "{\"v\":{\"k\\u0041\":[],\"b\":1}}",
                "{\"type\":\"int_type\",\"loc\":[\"v\",\"numbers\",\"kA\"],\"msg\":\"Input should "
                "be a valid integer\",\"input\":[]},{\"type\":\"string_type\",\"loc\":[\"v\","
                "\"words\",\"kA\"],\"msg\":\"Input should be a valid string\",\"input\":[]},"
                "{\"type\":\"string_type\",\"loc\":[\"v\",\"words\",\"b\"],\"msg\":\"Input should "
                "be a valid string\",\"input\":1}");
    check_wrong(&strict_int_bool, "{\"v\":\"1\"}",
                "{\"type\":\"int_type\",\"loc\":[\"v\",\"int\"],\"msg\":\"Input should be a valid "
                "integer\",\"input\":\"1\"},{\"type\":\"bool_type\",\"loc\":[\"v\",\"bool\"],"
                "\"msg\":\"Input should be a valid boolean\",\"input\":\"1\"}");
    ck_assert(!validation.is_quiet && !validation.match);
}
END_TEST

static void check_no_json(const struct cadre_model *model, const char *json, const char *wanted)
{
    struct picked picked;

    ck_assert_int_eq(read_into(model, json, &picked), -EBADMSG);
    check_issues(json, wanted);
}

START_TEST(what_is_no_json_is_that_alone)
{
    check_no_json(
        &int_str, "{\"v\":1x}",
        "{\"type\":\"json_invalid\",\"loc\":[6],\"msg\":\"JSON decode error\",\"input\":{},"
        "\"ctx\":{\"error\":\"Expecting ',' delimiter\"}}");
    check_no_json(
        &kitten_puppy, "{\"v\":{\"lives\":true,}}",
        "{\"type\":\"json_invalid\",\"loc\":[19],\"msg\":\"JSON decode error\",\"input\":{}"
        ",\"ctx\":{\"error\":\"Expecting property name enclosed in double quotes\"}}");
    ck_assert(!validation.is_quiet && !validation.match);
}
END_TEST

/* A value deep in others: open and close many times around the inner one. */
static int read_deep(const char *open, const char *inner, const char *close, unsigned depth)
{
    static struct cadre__buf json;
    struct left left;

    cadre__buf_clear(&json);
    put_times(&json, open, depth);
    cadre__buf_puts(&json, inner);
    put_times(&json, close, depth);
    n_knobs = 0;
    return read_into(&left_model, cadre__buf_text(&json), &left);
}

START_TEST(unions_in_unions_cost_no_powers)
{
    /* All of them fit: two choices at each level would be some 65,536. */
    ck_assert_int_eq(read_deep("{\"next\":", "true", ",\"n\":1}", 15), 0);
    ck_assert_uint_le(n_knobs, 15 * 16);
    ck_assert_int_eq(read_deep("{\"n\":1.5,\"next\":", "true", ",\"n\":1}", 15), 0);
    ck_assert_uint_le(n_knobs, 15 * 16);
    /* What is wrong is at the innermost: it would be told 32,767 times. */
    ck_assert_int_eq(read_deep("{\"next\":", "7", "}", 14), CADRE__INVALID);
    ck_assert_uint_eq(validation.issues.n, CADRE__ISSUES_MAX);
    ck_assert_uint_eq(n_knobs, 0);
    ck_assert_int_eq(read_deep("{\"next\":", "7", "}", 3), CADRE__INVALID);
    ck_assert_uint_eq(validation.issues.n, 15);
    ck_assert_uint_eq(validation.issues.dropped, 0);
}
END_TEST

START_TEST(the_deeper_choice_tells_at_its_place)
{
    ck_assert_int_eq(read_deep("{\"next\":", "{\"next\":5,\"m\":1}", "}", 1), CADRE__INVALID);
    check_issues("",
                 "{\"type\":\"model_attributes_type\",\"loc\":[\"next\",\"left\",\"next\",\"left\"]"
                 ",\"msg\":\"Input should be a valid dictionary or object to extract fields from\","
                 "\"input\":5},{\"type\":\"model_attributes_type\",\"loc\":[\"next\",\"left\","
                 "\"next\",\"right\"],\"msg\":\"Input should be a valid dictionary or object to "
                 "extract fields from\",\"input\":5},{\"type\":\"bool_type\",\"loc\":[\"next\","
                 "\"left\",\"next\",\"end\"],\"msg\":\"Input should be a valid boolean\",\"input\":"
                 "5},{\"type\":\"model_attributes_type\",\"loc\":[\"next\",\"right\",\"next\","
                 "\"left\"],\"msg\":\"Input should be a valid dictionary or object to extract "
                 "fields from\",\"input\":5},{\"type\":\"model_attributes_type\",\"loc\":[\"next\","
                 "\"right\",\"next\",\"right\"],\"msg\":\"Input should be a valid dictionary or "
                 "object to extract fields from\",\"input\":5},{\"type\":\"bool_type\",\"loc\":["
                 "\"next\",\"right\",\"next\",\"end\"],\"msg\":\"Input should be a valid boolean\","
                 "\"input\":5},{\"type\":\"bool_type\",\"loc\":[\"next\",\"end\"],\"msg\":\"Input "
                 "should be a valid boolean\",\"input\":{\"next\":5,\"m\":1}}");
}
END_TEST

UNIT_MAIN("model/json_read_choice",
          UNIT_LOOP(a_value_is_the_choice_that_it_fits_best, sizeof(fits) / sizeof(fits[0])),
          UNIT_CASE(all_choices_tell_why_they_do_not_take_it),
          UNIT_CASE(what_is_no_json_is_that_alone), UNIT_CASE(unions_in_unions_cost_no_powers),
          UNIT_CASE(the_deeper_choice_tells_at_its_place))
