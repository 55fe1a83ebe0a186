/* SPDX-License-Identifier: MIT */
/* Defaults of a table: what nothing becomes, and which are none. */
#include "config.h"

#include "json_check.h"

static int make_name(struct cadre_arena *own, void *value)
{
    static int n;

    *(const char **)value = cadre_arena_printf(own, "name %d", ++n);
    return 0;
}

struct kinds {
    int8_t small;
    uint64_t large;
    double real;
    bool flag;
    const char *text, *made;
    struct cadre_str view;
    enum color color;
    struct cadre_date date;
    struct cadre_datetime datetime;
    struct cadre_duration duration;
    struct cadre_ip ip;
    struct cadre_decimal decimal;
    struct cadre_uri url;
    struct cadre_opt_int maybe, none;
    CADRE_LIST_OF(int) list, empty;
    CADRE_MAP_OF(int) map;
    struct options nested;
    struct line line, *pointer;
    struct pet pet;
    struct cadre_any any;
};
static const struct cadre_field kinds_fields[] = {
    CADRE_FIELD(struct kinds, small, CADRE_DEFAULT(-128)),
    CADRE_FIELD(struct kinds, large, CADRE_DEFAULT(UINT64_MAX)),
    CADRE_FIELD(struct kinds, real, CADRE_DEFAULT(0.1)),
    CADRE_FIELD(struct kinds, flag, CADRE_DEFAULT(true)),
    CADRE_FIELD(struct kinds, text, CADRE_DEFAULT("long"), .max_length = 2),
    CADRE_FIELD(struct kinds, made, .default_fn = make_name),
    CADRE_FIELD(struct kinds, view, CADRE_DEFAULT("")),
    CADRE_ENUM(struct kinds, color, colors, CADRE_DEFAULT(BLUE)),
    CADRE_FIELD(struct kinds, date, CADRE_DEFAULT("2026-02-28")),
    CADRE_FIELD(struct kinds, datetime, CADRE_DEFAULT("2026-02-28T00:00Z")),
    CADRE_FIELD(struct kinds, duration, CADRE_DEFAULT(90)),
    CADRE_FIELD(struct kinds, ip, CADRE_DEFAULT("127.0.0.1")),
    CADRE_FIELD(struct kinds, decimal, CADRE_DEFAULT("1.50")),
    CADRE_FIELD(struct kinds, url, CADRE_DEFAULT("http://A.B")),
    CADRE_FIELD(struct kinds, maybe, CADRE_DEFAULT(3)),
    CADRE_FIELD(struct kinds, none),
    CADRE_LIST(struct kinds, list, CADRE_DEFAULT_JSON("[1, 2]")),
    CADRE_LIST(struct kinds, empty, CADRE_DEFAULT_EMPTY),
    CADRE_MAP(struct kinds, map, CADRE_DEFAULT_JSON("{\"a\": 1}")),
    CADRE_NESTED(struct kinds, nested, options_model, CADRE_DEFAULT_EMPTY),
    CADRE_NESTED(struct kinds, line, line_model,
                 CADRE_DEFAULT_JSON("{\"product\": \"tea\", \"count\": 1}")),
    CADRE_OPT_NESTED(struct kinds, pointer, line_model,
                     CADRE_DEFAULT_JSON("{\"product\": \"x\", \"count\": 2}")),
    CADRE_UNION(struct kinds, pet, pets,
                CADRE_DEFAULT_JSON("{\"pet_type\": \"cat\", \"lives\": 9}")),
    CADRE_FIELD(struct kinds, any, CADRE_DEFAULT_JSON("[null]")),
    CADRE_FIELDS_END,
};
CADRE_MODEL(kinds_model, struct kinds, kinds_fields);

START_TEST(nothing_becomes_each_default)
{
    check_same(
        &kinds_model, "{\"made\":\"given\"}",
        "{\"small\":-128,\"large\":18446744073709551615,\"real\":0.1,\"flag\":true,\"text\":"
        "\"long\",\"made\":\"given\",\"view\":\"\",\"color\":\"blue\",\"date\":\"2026-02-28\","
        "\"datetime\":\"2026-02-28T00:00:00Z\",\"duration\":\"PT1M30S\",\"ip\":\"127.0.0.1\","
        "\"decimal\":\"1.50\",\"url\":\"http://a.b/\",\"maybe\":3,\"none\":null,\"list\":[1,2],"
        "\"empty\":[],\"map\":{\"a\":1},\"nested\":{\"limit\":10,\"sort\":\"name\",\"made\":77,"
        "\"empty\":[],\"none\":null,\"text\":null},\"line\":{\"product\":\"tea\",\"count\":1},"
        "\"pointer\":{\"product\":\"x\",\"count\":2},\"pet\":{\"pet_type\":\"cat\",\"lives\":9},"
        "\"any\":[null]}");
}
END_TEST

START_TEST(a_function_makes_it_anew_each_time)
{
    struct kinds first, second;

    ck_assert_int_eq(read_into(&kinds_model, "{}", &first), 0);
    ck_assert_str_eq(first.made, "name 1");
    ck_assert_int_eq(read_into(&kinds_model, "{}", &second), 0);
    ck_assert_str_eq(second.made, "name 2");
}
END_TEST

/* ---- defaults that are none ---- */

struct one {
    int8_t small;
    enum color color;
    struct cadre_date date;
    struct cadre_uri url;
    CADRE_LIST_OF(int) list;
    struct line line;
    struct cadre_any any;
};
#define WRONG(name_, row_)                                                                         \
    static const struct cadre_field name_##_fields[] = {row_, CADRE_FIELDS_END};                   \
    CADRE_MODEL(name_, struct one, name_##_fields)
WRONG(too_small, CADRE_FIELD(struct one, small, CADRE_DEFAULT(-129)));
WRONG(no_color, CADRE_ENUM(struct one, color, colors, CADRE_DEFAULT(9)));
WRONG(no_date, CADRE_FIELD(struct one, date, CADRE_DEFAULT("2026-02-30")));
WRONG(no_url, CADRE_FIELD(struct one, url, CADRE_DEFAULT("a")));
WRONG(no_list, CADRE_LIST(struct one, list, CADRE_DEFAULT_JSON("{}")));
WRONG(no_items, CADRE_LIST(struct one, list, CADRE_DEFAULT_JSON("[1]"), .min_items = 2));
WRONG(no_json, CADRE_FIELD(struct one, any, CADRE_DEFAULT_JSON("[1,]")));
WRONG(no_utf8, CADRE_FIELD(struct one, any, CADRE_DEFAULT_JSON("\"\xff\"")));
WRONG(no_count,
      CADRE_NESTED(struct one, line, line_model, CADRE_DEFAULT_JSON("{\"product\":\"a\"}")));
WRONG(not_empty, CADRE_NESTED(struct one, line, line_model, CADRE_DEFAULT_EMPTY));

static const struct {
    const struct cadre_model *model;
    const char *why;
} wrong[] = {
    {&too_small,
     "field small: its default is wrong: Input should be greater than or equal to -128"},
    {&no_color, "field color: its default is wrong: no name has that value"},
    {&no_date, "field date: its default is wrong: "},
    {&no_url, "field url: its default is wrong: Input should be a valid URL, relative URL"},
    {&no_list, "field list: its default is wrong: Input should be a valid list"},
    {&no_items, "field list: its default is wrong: List should have at least 2 items"},
    {&no_json, "field any: its default is wrong: {\"error\":\"Expecting value\"}"},
    {&no_utf8, "field any: its default is wrong: it is not UTF-8"},
    {&no_count, "field line: its default is wrong: Field required"},
    {&not_empty, "field line: CADRE_DEFAULT_EMPTY: field product of line_model is required"},
};

START_TEST(a_wrong_default_is_refused_by_name)
{
    const char *why = "";

    ck_assert_int_eq(cadre_model_prepare(wrong[_i].model, &why), -EINVAL);
    ck_assert_msg(strstr(why, wrong[_i].why) != NULL, "%s", why);
}
END_TEST

UNIT_MAIN("model/default", UNIT_CASE(nothing_becomes_each_default),
          UNIT_CASE(a_function_makes_it_anew_each_time),
          UNIT_LOOP(a_wrong_default_is_refused_by_name, sizeof(wrong) / sizeof(wrong[0])))
