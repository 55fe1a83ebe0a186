/* SPDX-License-Identifier: MIT */
/* Tuples, and strings that hold JSON: read, written, verified, compared. */
#include "config.h"

#include "json_check.h"

struct point {
    double x, y;
};
static const struct cadre_field point_fields[] = {
    CADRE_FIELD(struct point, x),
    CADRE_FIELD(struct point, y, CADRE_LT(100)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(point_model, struct point, point_fields);

struct entry {
    const char *name;
    struct cadre_opt_int rank;
    int weight;
    struct point *at;
};
static int entry_after(struct cadre_validation *v, void *value)
{
    const struct entry *entry = value;

    return entry->weight == 13 ? cadre_invalid(v, "no %d", entry->weight) : 0;
}
static const struct cadre_field entry_fields[] = {
    CADRE_FIELD(struct entry, name, .min_length = 1),
    CADRE_FIELD(struct entry, rank),
    CADRE_FIELD(struct entry, weight, CADRE_DEFAULT(1)),
    CADRE_OPT_TUPLE(struct entry, at, point_model),
    CADRE_FIELDS_END,
};
CADRE_MODEL(entry_model, struct entry, entry_fields, .after = entry_after);

struct shape {
    struct point from;
    struct point *to;
    CADRE_LIST_OF(struct point) path;
    CADRE_MAP_OF(struct point) named;
    struct entry entry;
};
static const struct cadre_field shape_fields[] = {
    CADRE_TUPLE(struct shape, from, point_model),
    CADRE_OPT_TUPLE(struct shape, to, point_model),
    CADRE_LIST_TUPLE(struct shape, path, point_model, .set = true, .optional = true),
    CADRE_MAP_TUPLE(struct shape, named, point_model, .optional = true),
    CADRE_TUPLE(struct shape, entry, entry_model, CADRE_DEFAULT_JSON("[\"none\"]")),
    CADRE_FIELDS_END,
};
CADRE_MODEL(shape_model, struct shape, shape_fields);

START_TEST(a_tuple_is_an_array_of_its_fields)
{
    struct shape shape;

    check_same(
        &shape_model,
        "{\"from\":[1.5,2.5],\"to\":null,\"path\":[[1.0,2.0],[3.0,4.0]],\"named\":{\"a\":[5.0,"
        "6.0]},\"entry\":[\"x\",3,4,[7.0,8.0]]}",
        NULL);
    check_same(
        &shape_model,
        " {\"from\" : [ \"1\" , true ] , \"entry\":[\"x\",null] , \"path\":[[1,2],[1,2]]}",
        "{\"from\":[1.0,1.0],\"to\":null,\"path\":[[1.0,2.0]],\"named\":null,\"entry\":[\"x\","
        "null,1,null]}");
    ck_assert_int_eq(read_into(&shape_model, "{\"from\":[1,2],\"to\":[3,4]}", &shape), 0);
    ck_assert(shape.from.x == 1 && shape.from.y == 2);
    ck_assert(shape.to && shape.to->x == 3 && shape.to->y == 4);
    ck_assert_str_eq(shape.entry.name, "none");
    ck_assert_int_eq(shape.entry.rank.given, CADRE_ABSENT);
    ck_assert_int_eq(read_into(&shape_model, "{\"from\":[1,2],\"entry\":[\"a\",null]}", &shape), 0);
    ck_assert_int_eq(shape.entry.rank.given, CADRE_NULL);
    ck_assert_int_eq(shape.entry.weight, 1);
}
END_TEST

#define LESS_THAN_100                                                                              \
    "\"msg\":\"Input should be less than 100\",\"input\":100,\"ctx\":{\"lt\":100.0}}"

static const struct {
    const char *json, *issues;
} wrong[] = {
    {"{\"from\":[1]}",
     "{\"type\":\"missing\",\"loc\":[\"from\",1],\"msg\":\"Field required\",\"input\":[1]}"},
    {"{\"from\":[]}",
     "{\"type\":\"missing\",\"loc\":[\"from\",0],\"msg\":\"Field required\",\"input\":[]},"
     "{\"type\":\"missing\",\"loc\":[\"from\",1],\"msg\":\"Field required\",\"input\":[]}"},
    {"{\"from\":[1,2,{},4]}",
     "{\"type\":\"too_long\",\"loc\":[\"from\"],\"msg\":\"Tuple should have at most 2 items after "
     "validation, not 4\",\"input\":[1,2,{},4],\"ctx\":{\"field_type\":\"Tuple\",\"max_length\":2,"
     "\"actual_length\":4}}"},
    {"{\"from\":[\"a\",2,3]}",
     "{\"type\":\"too_long\",\"loc\":[\"from\"],\"msg\":\"Tuple should have at most 2 items after "
     "validation, not 3\",\"input\":[\"a\",2,3],\"ctx\":{\"field_type\":\"Tuple\",\"max_length\":2,"
     "\"actual_length\":3}}"},
    {"{\"from\":{\"x\":1,\"y\":2}}",
     "{\"type\":\"tuple_type\",\"loc\":[\"from\"],\"msg\":\"Input should be a valid tuple\",\"input\":{"
     "\"x\":1,\"y\":2}}"},
    {"{\"from\":null}", "{\"type\":\"tuple_type\",\"loc\":[\"from\"],\"msg\":\"Input should be a "
                        "valid tuple\",\"input\":null}"},
    {"{\"from\":[1,100]}", "{\"type\":\"less_than\",\"loc\":[\"from\",1]," LESS_THAN_100},
    {"{\"from\":[1,2],\"path\":[[1,2],[1,100]],\"named\":{\"a\":[3,100]}}",
     "{\"type\":\"less_than\",\"loc\":[\"path\",1,1]," LESS_THAN_100
     ",{\"type\":\"less_than\",\"loc\":[\"named\",\"a\",1]," LESS_THAN_100},
    {"{\"from\":[1,2],\"entry\":[\"\",\"x\",null,[1,100]]}",
     "{\"type\":\"string_too_short\",\"loc\":[\"entry\",0],\"msg\":\"String should have at least 1 "
     "character\",\"input\":\"\",\"ctx\":{\"min_length\":1}},"
     "{\"type\":\"int_parsing\",\"loc\":[\"entry\",1],\"msg\":\"Input should be a valid integer, "
     "unable to parse string as an integer\",\"input\":\"x\"},"
     "{\"type\":\"int_type\",\"loc\":[\"entry\",2],\"msg\":\"Input should be a valid integer\","
     "\"input\":null},"
     "{\"type\":\"less_than\",\"loc\":[\"entry\",3,1]," LESS_THAN_100},
    {"{\"from\":[1,2],\"entry\":[\"a\",1,13]}",
     "{\"type\":\"value_error\",\"loc\":[\"entry\"],\"msg\":\"Value error, no 13\",\"input\":[\"a\",1,13],"
     "\"ctx\":{\"error\":{}}}"},
};

START_TEST(what_is_wrong_with_a_tuple_is_told)
{
    check_wrong(&shape_model, wrong[_i].json, wrong[_i].issues);
}
END_TEST

START_TEST(a_tuple_that_goes_out_is_checked)
{
    struct shape shape = {.from = {1, 100}, .entry = {.name = "a", .weight = 1}};
    const char *why;

    ck_assert_int_eq(cadre_model_prepare(&shape_model, &why), 0);
    cadre__arena_init(&arena, 1024);
    validation = (struct cadre_validation){.arena = &arena};
    ck_assert_int_eq(cadre__verify(&validation, cadre__plan_of(&shape_model), &shape),
                     CADRE__INVALID);
    check_issues("",
                 "{\"type\":\"less_than\",\"loc\":[\"from\",1],\"msg\":\"Input should be less than "
                 "100\",\"input\":null,\"ctx\":{\"lt\":100.0}}");
    shape.from.y = 2;
    validation = (struct cadre_validation){.arena = &arena};
    ck_assert_int_eq(cadre__verify(&validation, cadre__plan_of(&shape_model), &shape), 0);
}
END_TEST

/* ---- tables that are none ---- */

struct bad {
    int a, b;
};
struct holds_bad {
    struct bad bad;
};
#define BAD(name_, row_a_, row_b_, ...)                                                            \
    static const struct cadre_field name_##_fields[] = {row_a_, row_b_, CADRE_FIELDS_END};         \
    CADRE_MODEL(name_##_model, struct bad, name_##_fields, __VA_ARGS__);                           \
    static const struct cadre_field name_##_tuple_fields[] = {                                     \
        CADRE_TUPLE(struct holds_bad, bad, name_##_model), CADRE_FIELDS_END};                      \
    CADRE_MODEL(name_##_tuple, struct holds_bad, name_##_tuple_fields);
BAD(gap, CADRE_FIELD(struct bad, a, CADRE_DEFAULT(1)), CADRE_FIELD(struct bad, b), .title = "gap")
BAD(shy, CADRE_FIELD(struct bad, a, .write_only = true), CADRE_FIELD(struct bad, b), .title = "shy")
BAD(closed_tuple, CADRE_FIELD(struct bad, a), CADRE_FIELD(struct bad, b),
    .extra = CADRE_EXTRA_FORBID)

static const struct {
    const struct cadre_model *model;
    const char *why;
} bad[] = {
    {&gap_tuple,
     "field bad: gap_model is no tuple: field b must be given, and a before it need not"},
    {&shy_tuple,
     "field bad: shy_model is no tuple: its field a has no place in both input and output"},
    {&closed_tuple_tuple,
     "field bad: closed_tuple_model is no tuple: it has a word on extra fields"},
};

START_TEST(a_model_that_is_no_tuple_is_refused)
{
    const char *why = "";

    ck_assert_int_eq(cadre_model_prepare(bad[_i].model, &why), -EINVAL);
    ck_assert_msg(strstr(why, bad[_i].why) != NULL, "%s", why);
}
END_TEST

/* ---- strings that hold JSON ---- */

static int not_empty(struct cadre_validation *v, void *value)
{
    CADRE_LIST_OF(int) list;

    memcpy(&list, value, sizeof(list));
    return list.len == 0 ? cadre_invalid(v, "nothing in it") : 0;
}

struct letter {
    CADRE_LIST_OF(int) list;
    struct line *line;
    struct cadre_any any;
};
static const struct cadre_field letter_fields[] = {
    CADRE_LIST(struct letter, list, .json = true, .after = not_empty, CADRE_DEFAULT_JSON("[1, 2]")),
    CADRE_OPT_NESTED(struct letter, line, line_model, .json = true),
    CADRE_FIELD(struct letter, any, .json = true, .optional = true),
    CADRE_FIELDS_END,
};
CADRE_MODEL(letter_model, struct letter, letter_fields);

START_TEST(a_string_may_hold_json)
{
    check_same(&letter_model,
               "{\"list\":\" [1, \\\"2\\\"] \",\"line\":\"{\\\"product\\\":\\\"t\\\\u00e9a\\\","
               "\\\"count\\\":1}\",\"any\":\"[1,{}]\"}",
               "{\"list\":[1,2],\"line\":{\"product\":\"t\xc3\xa9"
               "a\",\"count\":1},\"any\":[1,{}]}");
    check_same(&letter_model, "{\"line\":null}", "{\"list\":[1,2],\"line\":null,\"any\":null}");
}
END_TEST

static const struct {
    const char *json, *issues;
} wrong_letters[] = {
    {"{\"list\":[1]}", "{\"type\":\"json_type\",\"loc\":[\"list\"],\"msg\":\"JSON input should be "
                       "string, bytes or bytearray\",\"input\":[1]}"},
    {"{\"list\":\"[1,]\",\"line\":7}",
     "{\"type\":\"json_invalid\",\"loc\":[\"list\"],\"msg\":\"Invalid JSON: Expecting value at "
     "character 3\",\"input\":\"[1,]\",\"ctx\":{\"error\":\"Expecting value at character 3\"}},"
     "{\"type\":\"json_type\",\"loc\":[\"line\"],\"msg\":\"JSON input should be string, bytes or "
     "bytearray\",\"input\":7}"},
    {"{\"list\":\"{}\"}",
     "{\"type\":\"list_type\",\"loc\":[\"list\"],\"msg\":\"Input should be a valid "
     "list\",\"input\":{}}"},
    {"{\"list\":\"[]\"}",
     "{\"type\":\"value_error\",\"loc\":[\"list\"],\"msg\":\"Value error, nothing "
     "in it\",\"input\":[],\"ctx\":{\"error\":{}}}"},
    {"{\"line\":\"{\\\"count\\\":0}\"}",
     "{\"type\":\"missing\",\"loc\":[\"line\",\"product\"],\"msg\":\"Field required\",\"input\":{"
     "\"count\":0}},"
     "{\"type\":\"greater_than\",\"loc\":[\"line\",\"count\"],\"msg\":\"Input should be greater than "
     "0\",\"input\":0,\"ctx\":{\"gt\":0}}"},
};

START_TEST(what_is_wrong_in_a_string_of_json_is_told)
{
    check_wrong(&letter_model, wrong_letters[_i].json, wrong_letters[_i].issues);
}
END_TEST

/* As a parameter has it. */
START_TEST(a_text_of_json_is_converted)
{
    const char *why;
    struct letter letter;
    struct cadre_input input = {CADRE_INPUT_STRING, CADRE_STR_INIT("[5]")};

    ck_assert_int_eq(cadre_model_prepare(&letter_model, &why), 0);
    const struct cadre__type *type = &cadre__plan_of(&letter_model)->members[0].type;
    cadre__arena_init(&arena, 1024);
    validation = (struct cadre_validation){.arena = &arena};
    memset(&letter, 0, sizeof(letter));
    ck_assert_int_eq(cadre__convert(&validation, type, &input, &letter.list), 0);
    ck_assert_uint_eq(letter.list.len, 1);
    ck_assert_int_eq(letter.list.items[0], 5);
    input.text = CADRE_STR("[");
    ck_assert_int_eq(cadre__convert(&validation, type, &input, &letter.list), CADRE__INVALID);
    input.type = CADRE_INPUT_NUMBER;
    ck_assert_int_eq(cadre__convert(&validation, type, &input, &letter.list), CADRE__INVALID);
    check_issues("",
                 "{\"type\":\"json_invalid\",\"loc\":[],\"msg\":\"Invalid JSON: Expecting value at "
                 "character 1\",\"input\":\"[\",\"ctx\":{\"error\":\"Expecting value at character "
                 "1\"}},{\"type\":\"json_type\",\"loc\":[],\"msg\":\"JSON input should be string, "
                 "bytes or bytearray\",\"input\":[}");
}
END_TEST

#define ROWS(table_) (sizeof(table_) / sizeof((table_)[0]))

UNIT_MAIN("model/json_read_tuple", UNIT_CASE(a_tuple_is_an_array_of_its_fields),
          UNIT_LOOP(what_is_wrong_with_a_tuple_is_told, ROWS(wrong)),
          UNIT_CASE(a_tuple_that_goes_out_is_checked),
          UNIT_LOOP(a_model_that_is_no_tuple_is_refused, ROWS(bad)),
          UNIT_CASE(a_string_may_hold_json),
          UNIT_LOOP(what_is_wrong_in_a_string_of_json_is_told, ROWS(wrong_letters)),
          UNIT_CASE(a_text_of_json_is_converted))
