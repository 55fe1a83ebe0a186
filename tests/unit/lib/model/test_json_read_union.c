/* SPDX-License-Identifier: MIT */
/* Unions of JSON: the tag tells what is in them. */
#include "config.h"

#include "json_check.h"

START_TEST(a_tag_tells_what_is_in_a_union)
{
    check_same(&owner_model, "{\"pet\":{\"pet_type\":\"cat\",\"lives\":9}}", NULL);
    check_same(&owner_model, "{\"pet\":{\"lives\":9,\"pet_type\":\"cat\"}}",
               "{\"pet\":{\"pet_type\":\"cat\",\"lives\":9}}");
    check_same(&owner_model, "{\"pet\":{\"pet_type\":\"cat\",\"barks\":1,\"pet_type\":\"dog\"}}",
               "{\"pet\":{\"pet_type\":\"dog\",\"barks\":1}}");
    check_wrong(&owner_model, "{\"pet\":{\"lives\":9}}",
                "{\"type\":\"union_tag_not_found\",\"loc\":[\"pet\"],\"msg\":\"Unable to extract "
                "tag using discriminator "
                "'pet_type'\",\"input\":{\"lives\":9},\"ctx\":{\"discriminator\":\"'pet_type'\"}}");
    check_wrong(
        &owner_model, "{\"pet\":{\"pet_type\":\"cow\"}}",
        "{\"type\":\"union_tag_invalid\",\"loc\":[\"pet\"],\"msg\":\"Input tag 'cow' found "
        "using 'pet_type' does not match any of the expected tags: 'cat', "
        "'dog'\",\"input\":{\"pet_type\":\"cow\"},\"ctx\":{\"discriminator\":\"'pet_type'\","
        "\"tag\":\"cow\",\"expected_tags\":\"'cat', 'dog'\"}}");
    check_wrong(&owner_model, "{\"pet\":7}",
                "{\"type\":\"model_attributes_type\",\"loc\":[\"pet\"],\"msg\":\"Input should be a "
                "valid dictionary or object to extract fields from\",\"input\":7}");
    check_wrong(
        &owner_model, "{\"pet\":{\"pet_type\":\"dog\",\"barks\":\"x\",\"pet_type\":\"cat\"}}",
        "{\"type\":\"missing\",\"loc\":[\"pet\",\"cat\",\"lives\"],\"msg\":\"Field "
        "required\",\"input\":{\"pet_type\":\"dog\",\"barks\":\"x\",\"pet_type\":\"cat\"}}");
}
END_TEST

/* What is said of a tag that is none. */
static void check_tag(const char *tag, const char *in_message, const char *in_ctx)
{
    char json[128], wanted[1024];

    snprintf(json, sizeof(json), "{\"pet\":{\"pet_type\":%s}}", tag);
    snprintf(wanted, sizeof(wanted),
             "{\"type\":\"union_tag_invalid\",\"loc\":[\"pet\"],\"msg\":\"Input tag '%s' found "
             "using 'pet_type' does not match any of the expected tags: 'cat', "
             "'dog'\",\"input\":{\"pet_type\":%s},\"ctx\":{\"discriminator\":\"'pet_type'\","
             "\"tag\":\"%s\",\"expected_tags\":\"'cat', 'dog'\"}}",
             in_message, tag, in_ctx);
    check_wrong(&owner_model, json, wanted);
}

START_TEST(a_tag_that_is_none_is_told)
{
    check_tag("\"cow\"", "cow", "cow");
    check_tag("\"\"", "", "");
    check_tag("\"c\\u0000w\"", "c\xef\xbf\xbdw", "c\\u0000w");
    check_tag("\"\\\"\"", "\\\"", "\\\"");
    check_tag("7", "7", "7");
    check_tag("null", "None", "None");
    check_tag("true", "True", "True");
    check_tag("false", "False", "False");
    check_tag("[1]", "[1]", "[1]");
}
END_TEST

START_TEST(of_several_tags_the_last_counts)
{
    check_same(&owner_model,
               "{\"pet\":{\"lives\":1,\"pet_type\":\"cat\",\"barks\":1,\"pet_type\":\"dog\"}}",
               "{\"pet\":{\"pet_type\":\"dog\",\"barks\":1}}");
    check_same(&owner_model,
               "{\"pet\":{\"pet_type\":7,\"lives\":1,\"pet_type\":\"cow\",\"pet_type\":\"cat\"}}",
               "{\"pet\":{\"pet_type\":\"cat\",\"lives\":1}}");
    check_same(&owner_model, "{\"pet\":{\"pet_type\":\"cat\",\"pet_type\":\"cat\",\"lives\":1}}",
               "{\"pet\":{\"pet_type\":\"cat\",\"lives\":1}}");
    check_wrong(&owner_model,
                "{\"pet\":{\"pet_type\":\"cat\",\"lives\":\"x\",\"pet_type\":\"dog\",\"barks\":"
                "\"y\"}}",
                "{\"type\":\"int_parsing\",\"loc\":[\"pet\",\"dog\",\"barks\"],\"msg\":\"Input "
                "should be a valid integer, unable to parse string as an integer\",\"input\":"
                "\"y\"}");
    check_wrong(&owner_model, "{\"pet\":{\"pet_type\":\"cat\",\"lives\":1,\"pet_type\":null}}",
                "{\"type\":\"union_tag_invalid\",\"loc\":[\"pet\"],\"msg\":\"Input tag 'None' "
                "found using 'pet_type' does not match any of the expected tags: 'cat', 'dog'\","
                "\"input\":{\"pet_type\":\"cat\",\"lives\":1,\"pet_type\":null},\"ctx\":{"
                "\"discriminator\":\"'pet_type'\",\"tag\":\"None\",\"expected_tags\":\"'cat', "
                "'dog'\"}}");
}
END_TEST

/* Unions in one another, each with its tag more than once: where that is, and what it is. */
static const struct {
    const char *open, *close;
    unsigned n_read; /* at most so many times as many sticks are read as there are */
} twice[] = {
    {"{\"which\":\"stick\",\"twig\":", "}", 1},
    {"{\"twig\":", ",\"which\":\"stick\"}", 1},
    {"{\"which\":\"stick\",\"twig\":", ",\"which\":\"stick\"}", 2},
    {"{\"which\":\"log\",\"which\":\"stick\",\"twig\":", "}", 2},
    {"{\"which\":\"stick\",\"which\":\"log\",\"twig\":", ",\"which\":\"stick\"}", 2},
};

START_TEST(a_tag_that_is_there_twice_costs_no_powers)
{
    struct stick stick;
    struct cadre__buf json;

    cadre__buf_init(&json);
    cadre__buf_puts(&json, "{\"twig\":");
    put_times(&json, twice[_i].open, 23);
    cadre__buf_puts(&json, "null");
    put_times(&json, twice[_i].close, 23);
    cadre__buf_puts(&json, "}");
    n_sticks = 0;
    ck_assert_int_eq(read_into(&stick_model, cadre__buf_text(&json), &stick), 0);
    unsigned depth = 0;
    for (const struct twig *at = stick.twig; at; at = at->stick.twig)
        depth++;
    ck_assert_uint_eq(depth, 23);
    ck_assert_uint_le(n_sticks, twice[_i].n_read * 24);
    cadre__buf_done(&json);
}
END_TEST

UNIT_MAIN("model/json_read_union", UNIT_CASE(a_tag_tells_what_is_in_a_union),
          UNIT_CASE(a_tag_that_is_none_is_told), UNIT_CASE(of_several_tags_the_last_counts),
          UNIT_LOOP(a_tag_that_is_there_twice_costs_no_powers, sizeof(twice) / sizeof(twice[0])))
