/* SPDX-License-Identifier: MIT */
/* Tests of model/json_merge: tables of texts and what becomes of them. */
#include "config.h"

#include "model/json_merge.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/unit.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
    const char *base, *extra, *is;
} merged[] = {
    {"{}", "{}", "{}"},
    {"{\"a\":1}", "{}", "{\"a\":1}"},
    {"{}", "{\"a\":1}", "{\"a\":1}"},
    {"{\"a\":1}", "{\"b\":2}", "{\"a\":1,\"b\":2}"},
    {"{\"a\":1,\"b\":2}", "{\"a\":[3]}", "{\"a\":[3],\"b\":2}"},
    {"{\"a\":{\"b\":{\"c\":1},\"d\":2}}", "{\"a\":{\"b\":{\"c\":3,\"e\":4}}}",
     "{\"a\":{\"b\":{\"c\":3,\"e\":4},\"d\":2}}"},
    {"{\"a\":[1,2]}", "{\"a\":[2,3]}", "{\"a\":[1,2,2,3]}"},
    {"{\"a\":[]}", "{\"a\":[ ]}", "{\"a\":[]}"},
    {"{\"a\":[]}", "{\"a\":[1]}", "{\"a\":[1]}"},
    {"{\"a\":[1]}", "{\"a\":[\n]}", "{\"a\":[1]}"},
    {"{\"a\":{\"b\":1}}", "{\"a\":null}", "{\"a\":null}"},
    {"{\"a\":null}", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}"},
    {"{\"a\":\"}\"}", "{\"b\":\"{\\\"\"}", "{\"a\":\"}\",\"b\":\"{\\\"\"}"},
    {" {\"a\" : 1 } ", "\n{ \"b\" :\t2\n}\n", "{\"a\":1,\"b\":2}"},
    {"{\"a\":1}", "{\"\\u0061\":2}", "{\"a\":2}"},
    {"{\"a\\u0000b\":1}", "{\"a\":2}", "{\"a\\u0000b\":1,\"a\":2}"},
    {"{}", "{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}"},
    {"{\"\":1}", "{\"\":2}", "{\"\":2}"},
};

START_TEST(objects_are_merged_name_by_name)
{
    struct cadre__buf out;

    cadre__buf_init(&out);
    ck_assert_int_eq(
        cadre__json_merge(cadre_str_from(merged[_i].base), cadre_str_from(merged[_i].extra), &out),
        0);
    ck_assert_str_eq(cadre__buf_text(&out), merged[_i].is);
    cadre__buf_done(&out);
}
END_TEST

static const struct {
    const char *text, *why; /* NULL: it is right */
} checked[] = {
    {"{}", NULL},
    {" {\"a\": [1, {\"b\": null}]}\n", NULL},
    {"{\"a\":1,\"a\":2}", NULL},
    {"", "it is not a JSON object, {...}"},
    {"[]", "it is not a JSON object, {...}"},
    {"null", "it is not a JSON object, {...}"},
    {"x-a: 1", "it is not a JSON object, {...}"},
    {"{\"a\"}", "it is not JSON: Expecting ':' delimiter, at character 5"},
    {"{'a': 1}",
     "it is not JSON: Expecting property name enclosed in double quotes, at character 2"},
    {"{\"a\": 1,}",
     "it is not JSON: Expecting property name enclosed in double quotes, at character 9"},
    {"{} {}", "it is not JSON: Extra data, at character 4"},
    {"{\"a\": \"\xff\"}", "it is not UTF-8"},
};

START_TEST(what_is_no_object_is_told)
{
    char why[CADRE__JSON_MERGE_WHY] = "";

    ck_assert_int_eq(cadre__json_merge_check(checked[_i].text, why),
                     checked[_i].why == NULL ? 0 : -EINVAL);
    ck_assert_str_eq(why, checked[_i].why == NULL ? "" : checked[_i].why);
}
END_TEST

/* Appends a text some times. */
static void repeat(struct cadre__buf *buf, const char *text, unsigned n)
{
    while (n-- > 0)
        cadre__buf_puts(buf, text);
}

START_TEST(depth_is_bounded)
{
    char why[CADRE__JSON_MERGE_WHY] = "";
    struct cadre__buf text, out;

    for (unsigned depth = CADRE__JSON_MERGE_DEPTH; depth <= CADRE__JSON_MERGE_DEPTH + 1; depth++) {
        bool fits = depth == CADRE__JSON_MERGE_DEPTH;

        cadre__buf_init(&text);
        cadre__buf_init(&out);
        repeat(&text, "{\"a\":", depth - 1);
        cadre__buf_puts(&text, "{\"a\":1}");
        repeat(&text, "}", depth - 1);
        ck_assert_int_eq(cadre__json_merge_check(cadre__buf_text(&text), why), fits ? 0 : -EINVAL);
        ck_assert_int_eq(cadre__json_merge(cadre__buf_str(&text), cadre__buf_str(&text), &out),
                         fits ? 0 : -EINVAL);
        ck_assert(!fits || strcmp(cadre__buf_text(&out), cadre__buf_text(&text)) == 0);
        cadre__buf_done(&text);
        cadre__buf_done(&out);
    }
    ck_assert_str_eq(why, "it is not JSON: Nesting too deep, at character 321");
}
END_TEST

START_TEST(what_was_not_checked_does_no_harm)
{
    static const char *const broken[] = {"", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{a}", " "};
    struct cadre__buf out;

    for (size_t i = 0; i < COUNT(broken); i++) {
        cadre__buf_init(&out);
        ck_assert_int_eq(cadre__json_merge(CADRE_STR("{}"), cadre_str_from(broken[i]), &out),
                         -EINVAL);
        ck_assert(!cadre__json_merge_has(broken[i], "a"));
        cadre__buf_done(&out);
    }
}
END_TEST

START_TEST(a_name_is_found_at_the_top_alone)
{
    ck_assert(cadre__json_merge_has(" {\"b\":{\"c\":1},\"\\u0061\":2}", "a"));
    ck_assert(!cadre__json_merge_has("{\"b\":{\"a\":1}}", "a"));
    ck_assert(!cadre__json_merge_has("{}", "a"));
}
END_TEST

UNIT_MAIN("model/json_merge", UNIT_LOOP(objects_are_merged_name_by_name, COUNT(merged)),
          UNIT_LOOP(what_is_no_object_is_told, COUNT(checked)), UNIT_CASE(depth_is_bounded),
          UNIT_CASE(what_was_not_checked_does_no_harm), UNIT_CASE(a_name_is_found_at_the_top_alone))
