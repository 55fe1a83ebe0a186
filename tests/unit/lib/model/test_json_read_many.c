/* SPDX-License-Identifier: MIT */
/* Lists and maps of JSON: how many, keys, and what they may take. */
#include "config.h"

#include "json_check.h"

START_TEST(long_lists_grow)
{
    struct numbers numbers;
    char *json = NULL;
    size_t size;
    FILE *out = open_memstream(&json, &size);

    fputs("{\"list\":[", out);
    for (int i = 0; i < 10000; i++)
        fprintf(out, "%s%d", i ? ", " : "", i);
    fputs("]}", out);
    fclose(out);
    ck_assert_int_eq(read_into(&numbers_model, json, &numbers), 0);
    ck_assert_uint_eq(numbers.list.len, 10000);
    for (size_t i = 0; i < numbers.list.len; i++)
        ck_assert_int_eq(numbers.list.items[i], (int)i);
    free(json);
}
END_TEST

/* More than are searched one by one. */
START_TEST(of_many_keys_the_last_of_each_counts)
{
    static struct bag bag;
    char *json = NULL;
    size_t size;
    FILE *out = open_memstream(&json, &size);

    fputs("{\"items\":{", out);
    for (int i = 0; i < 3000; i++)
        fprintf(out, "%s\"k%d\":%d", i ? "," : "", i % 1000, i);
    fputs("}}", out);
    fclose(out);
    ck_assert_int_eq(read_into(&bag_model, json, &bag), 0);
    ck_assert_uint_eq(bag.items.len, 1000);
    for (size_t i = 0; i < bag.items.len; i++) {
        char key[24];
        snprintf(key, sizeof(key), "k%zu", i);
        ck_assert_str_eq(bag.items.items[i].key, key);
        ck_assert_int_eq(bag.items.items[i].value, 2000 + (int)i);
    }
    free(json);
}
END_TEST

START_TEST(keys_have_their_first_place_and_their_last_value)
{
    check_same(&bag_model, "{\"items\":{\"a\":\"x\",\"b\":2,\"c\":3,\"a\":4,\"b\":[],\"b\":5}}",
               "{\"items\":{\"a\":4,\"b\":5,\"c\":3}}");
    check_wrong(&bag_model,
                "{\"items\":{\"a\":1,\"b\":{},\"c\":[],\"b\":\"y\",\"a\":\"x\",\"c\":1}}",
                "{\"type\":\"int_parsing\",\"loc\":[\"items\",\"a\"],\"msg\":\"Input should be a "
                "valid integer, unable to parse string as an integer\",\"input\":\"x\"},"
                "{\"type\":\"int_parsing\",\"loc\":[\"items\",\"b\"],\"msg\":\"Input should be a "
                "valid integer, unable to parse string as an integer\",\"input\":\"y\"}");
    check_same(&atlas_model, "{\"maps\":{\"a\":{\"atlas\":{\"maps\":{\"b\":{}}}},\"a\":{}}}",
               "{\"maps\":{\"a\":{\"atlas\":null}}}");
}
END_TEST

/* All of a map is wrong first, and right then. */
START_TEST(of_many_wrong_keys_the_last_value_counts)
{
    struct cadre__buf json;
    struct bag bag;

    cadre__buf_init(&json);
    cadre__buf_puts(&json, "{\"items\":{");
    for (int i = 0; i < 200000; i++)
        cadre__buf_printf(&json, "%s\"%d\":%s", i ? "," : "", i % 100000, i < 100000 ? "[]" : "1");
    cadre__buf_puts(&json, "}}");
    ck_assert_int_eq(read_into(&bag_model, cadre__buf_text(&json), &bag), 0);
    ck_assert_uint_eq(bag.items.len, 100000);
    cadre__buf_done(&json);
}
END_TEST

START_TEST(a_list_may_be_too_long)
{
    check_wrong(&pair_model, "{\"pair\":[1,2,\"x\",[]]}",
                "{\"type\":\"too_long\",\"loc\":[\"pair\"],\"msg\":\"List should have at most 2 "
                "items after validation, not 4\",\"input\":[1,2,\"x\",[]],\"ctx\":{\"field_type\":"
                "\"List\",\"max_length\":2,\"actual_length\":4}}");
    check_wrong(&pair_model, "{\"pair\":[\"x\",1,2]}",
                "{\"type\":\"too_long\",\"loc\":[\"pair\"],\"msg\":\"List should have at most 2 "
                "items after validation, not 3\",\"input\":[\"x\",1,2],\"ctx\":{\"field_type\":"
                "\"List\",\"max_length\":2,\"actual_length\":3}}");
    check_wrong(&pair_model, "{\"pair\":[]}",
                "{\"type\":\"too_short\",\"loc\":[\"pair\"],\"msg\":\"List should have at least 1 "
                "item after validation, not 0\",\"input\":[],\"ctx\":{\"field_type\":\"List\","
                "\"min_length\":1,\"actual_length\":0}}");
    check_same(&pair_model, "{\"pair\":[1,2]}", NULL);
}
END_TEST

START_TEST(a_string_with_a_nul_is_no_c_string)
{
    check_wrong(&line_model, "{\"product\":\"a\\u0000b\",\"count\":1}",
                "{\"type\":\"value_error\",\"loc\":[\"product\"],\"msg\":\"Value error, NUL "
                "characters are not allowed\",\"input\":\"a\\u0000b\",\"ctx\":{\"error\":{}}}");
    check_wrong(&bag_model, "{\"items\":{\"a\\u0000\":1}}",
                "{\"type\":\"value_error\",\"loc\":[\"items\",\"a\\u0000\",\"[key]\"],\"msg\":"
                "\"Value error, NUL characters are not allowed\",\"input\":\"a\\u0000\",\"ctx\":{"
                "\"error\":{}}}");
}
END_TEST

struct sets {
    CADRE_LIST_OF(struct open) objects;
    CADRE_LIST_OF(double) numbers;
};
static const struct cadre_field sets_fields[] = {
    CADRE_LIST_NESTED(struct sets, objects, open_model, .set = true),
    CADRE_LIST(struct sets, numbers, .set = true),
    CADRE_FIELDS_END,
};
CADRE_MODEL(sets_model, struct sets, sets_fields);

START_TEST(a_set_tells_apart_what_differs)
{
    check_same(&sets_model,
               "{\"objects\":[{\"a\":1},{\"a\":1,\"x\":1},{\"a\":1,\"x\":2},{\"a\":1,\"x\":2}],"
               "\"numbers\":[0.0,-0.0,1.0]}",
               "{\"objects\":[{\"a\":1},{\"a\":1,\"x\":1},{\"a\":1,\"x\":2}],"
               "\"numbers\":[0.0,1.0]}");
}
END_TEST

struct few {
    CADRE_LIST_OF(int) set;
};
static const struct cadre_field few_fields[] = {
    CADRE_LIST(struct few, set, .set = true, .max_items = 2),
    CADRE_FIELDS_END,
};
CADRE_MODEL(few_model, struct few, few_fields);

#define LONG_SET(input_)                                                                           \
    "{\"type\":\"too_long\",\"loc\":[\"set\"],\"msg\":\"Set should have at most 2 items after "    \
    "validation, not more\",\"input\":" input_                                                     \
    ",\"ctx\":{\"field_type\":\"Set\",\"max_length\":2,"                                           \
    "\"actual_length\":null}}"
#define NOT_INT(index_, input_)                                                                    \
    "{\"type\":\"int_parsing\",\"loc\":[\"set\"," index_ "],\"msg\":\"Input should be a valid "    \
    "integer, unable to parse string as an integer\",\"input\":" input_ "}"

/* Each row was asked of Pydantic. */
START_TEST(a_set_that_is_too_long_is_told_alone)
{
    check_same(&few_model, "{\"set\":[1,1,2,2,1]}", "{\"set\":[1,2]}");
    check_wrong(&few_model, "{\"set\":[1,2,3]}", LONG_SET("[1,2,3]"));
    check_wrong(&few_model, "{\"set\":[1,\"x\",2,3]}", LONG_SET("[1,\"x\",2,3]"));
    check_wrong(&few_model, "{\"set\":[1,2,3,\"x\"]}", LONG_SET("[1,2,3,\"x\"]"));
    check_wrong(&few_model, "{\"set\":[\"x\",1,\"y\",1,2]}",
                NOT_INT("0", "\"x\"") "," NOT_INT("2", "\"y\""));
}
END_TEST

/* ---- limits ---- */

struct wide {
    char room[4096];
    int n;
};
static const struct cadre_field wide_fields[] = {
    CADRE_FIELD(struct wide, n, CADRE_DEFAULT(1)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(wide_model, struct wide, wide_fields);
struct wides {
    CADRE_LIST_OF(struct wide) list;
};
static const struct cadre_field wides_fields[] = {
    CADRE_LIST_NESTED(struct wides, list, wide_model),
    CADRE_FIELDS_END,
};
CADRE_MODEL(wides_model, struct wides, wides_fields);

/* Three bytes of JSON each would be 4 KiB of memory. */
START_TEST(what_lists_take_has_a_limit)
{
    static char json[100000];
    struct wides wides;
    struct cadre__json_limits limits = {.max_memory = 32 * sizeof(struct wide)};
    size_t len;

    strcpy(json, "{\"list\":[{},{},{},{},{},{},{},{}]}");
    ck_assert_int_eq(read_into(&wides_model, json, &wides), 0);
    ck_assert_uint_eq(wides.list.len, 8);
    len = (size_t)sprintf(json, "{\"list\":[{}");
    for (int i = 0; i < 30000; i++)
        len += (size_t)sprintf(json + len, ",{}");
    strcpy(json + len, "]}");
    ck_assert_int_eq(read_into(&wides_model, json, &wides), -EMSGSIZE);
    strcpy(json, "{\"list\":[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]}");
    validation = (struct cadre_validation){.arena = &arena};
    memset(&wides, 0, sizeof(wides));
    ck_assert_int_eq(cadre__json_read_model(&validation, cadre__plan_of(&wides_model),
                                            cadre_str_from(json), &limits, &wides),
                     0);
    limits.max_memory--;
    limits.max_memory -= 4 * sizeof(struct wide);
    ck_assert_int_eq(cadre__json_read_model(&validation, cadre__plan_of(&wides_model),
                                            cadre_str_from(json), &limits, &wides),
                     -EMSGSIZE);
}
END_TEST

#define MANY (1024 * 1024)

START_TEST(a_list_of_a_million_wrong_items_is_told_in_part)
{
    static const char *const wrong[] = {",\"x\"", ",{}", ",[]", ",null"};
    struct cadre__buf json;
    struct numbers numbers;

    cadre__buf_init(&json);
    cadre__buf_puts(&json, "{\"list\":[true");
    for (size_t i = 0; i < 4; i++)
        put_times(&json, wrong[i], MANY / 4);
    cadre__buf_puts(&json, "]}");
    ck_assert_int_eq(read_into(&numbers_model, cadre__buf_text(&json), &numbers), CADRE__INVALID);
    ck_assert_uint_eq(validation.issues.n, CADRE__ISSUES_MAX);
    ck_assert_uint_eq(validation.issues.dropped, MANY - CADRE__ISSUES_MAX);
    cadre__buf_clear(&json);
    cadre__buf_puts(&json, "{\"list\":[0");
    put_times(&json, ",1", MANY - 1);
    cadre__buf_puts(&json, "]}");
    ck_assert_int_eq(read_into(&numbers_model, cadre__buf_text(&json), &numbers), 0);
    ck_assert_uint_eq(numbers.list.len, MANY);
    cadre__buf_done(&json);
}
END_TEST

/* A list of structs that are larger than their JSON ends at the limit of memory. */
START_TEST(a_list_of_a_million_models_is_read_or_is_too_large)
{
    struct cadre__buf json;
    struct wides wides;

    cadre__buf_init(&json);
    cadre__buf_puts(&json, "{\"list\":[{}");
    put_times(&json, ",{}", MANY - 1);
    cadre__buf_puts(&json, "]}");
    ck_assert_int_eq(read_into(&wides_model, cadre__buf_text(&json), &wides), -EMSGSIZE);
    cadre__buf_done(&json);
}
END_TEST

UNIT_MAIN("model/json_read_many", UNIT_CASE(long_lists_grow),
          UNIT_CASE(of_many_keys_the_last_of_each_counts), UNIT_CASE(a_list_may_be_too_long),
          UNIT_CASE(a_string_with_a_nul_is_no_c_string), UNIT_CASE(a_set_tells_apart_what_differs),
          UNIT_CASE(a_set_that_is_too_long_is_told_alone), UNIT_CASE(what_lists_take_has_a_limit),
          UNIT_CASE(keys_have_their_first_place_and_their_last_value),
          UNIT_CASE(of_many_wrong_keys_the_last_value_counts),
          UNIT_CASE(a_list_of_a_million_wrong_items_is_told_in_part),
          UNIT_CASE(a_list_of_a_million_models_is_read_or_is_too_large))
