/* SPDX-License-Identifier: MIT */
/* Strings that hold JSON, as parameters have them (model/convert_json.c). Those within documents
 * are the subject of test_json_read_value.c. */
#include "config.h"

#include "model/converters.h"

#include "json_check.h"

struct packed {
    CADRE_LIST_OF(int) list;
    struct line line;
    struct cadre_any any;
};
static const struct cadre_field packed_fields[] = {
    CADRE_LIST(struct packed, list, .json = true, .max_items = 3),
    CADRE_NESTED(struct packed, line, line_model, .json = true),
    CADRE_FIELD(struct packed, any, .json = true),
    CADRE_FIELDS_END,
};
CADRE_MODEL(packed_model, struct packed, packed_fields);

static struct packed packed;

static int convert(size_t member, struct cadre_input input)
{
    const char *why = "";

    ck_assert_msg(cadre_model_prepare(&packed_model, &why) == 0, "%s", why);
    cadre__arena_done(&arena);
    cadre__arena_init(&arena, 1024);
    validation = (struct cadre_validation){.arena = &arena};
    memset(&packed, 0, sizeof(packed));
    const struct cadre__member *of = &cadre__plan_of(&packed_model)->members[member];
    return cadre__convert_json(&validation, &of->type, &input, (char *)&packed + of->offset);
}

static int convert_text(size_t member, const char *text)
{
    return convert(member, (struct cadre_input){CADRE_INPUT_STRING, cadre_str_from(text)});
}

START_TEST(a_string_becomes_what_it_holds)
{
    ck_assert_int_eq(convert_text(0, " [1, \"2\", 3] "), 0);
    ck_assert_uint_eq(packed.list.len, 3);
    ck_assert_int_eq(packed.list.items[1], 2);
    ck_assert_int_eq(convert_text(1, "{\"product\":\"tea\",\"count\":2}"), 0);
    ck_assert_str_eq(packed.line.product, "tea");
    ck_assert_int_eq(packed.line.count, 2);
    ck_assert_int_eq(convert_text(2, "{\"a\":null}"), 0);
    ck_assert_str_eq(packed.any.text, "{\"a\":null}");
}
END_TEST

START_TEST(what_it_holds_is_checked)
{
    ck_assert_int_eq(convert_text(1, "{\"count\":0}"), CADRE__INVALID);
    check_issues("", "{\"type\":\"missing\",\"loc\":[\"product\"],\"msg\":\"Field required\","
                     "\"input\":{\"count\":0}},{\"type\":\"greater_than\",\"loc\":[\"count\"],"
                     "\"msg\":\"Input should be greater than 0\",\"input\":0,\"ctx\":{\"gt\":0}}");
    ck_assert_int_eq(convert_text(0, "[1,2,3,4]"), CADRE__INVALID);
    ck_assert_str_eq(validation.issues.first->type, "too_long");
}
END_TEST

START_TEST(what_is_no_json_is_told_with_its_place)
{
    ck_assert_int_eq(convert_text(0, "[1,]"), CADRE__INVALID);
    check_issues("",
                 "{\"type\":\"json_invalid\",\"loc\":[],\"msg\":\"Invalid JSON: Expecting value "
                 "at character 3\",\"input\":\"[1,]\",\"ctx\":{\"error\":\"Expecting value at "
                 "character 3\"}}");
    ck_assert_int_eq(convert_text(2, ""), CADRE__INVALID);
    ck_assert_str_eq(validation.issues.first->type, "json_invalid");
}
END_TEST

START_TEST(what_is_no_string_holds_none)
{
    ck_assert_int_eq(convert(2, (struct cadre_input){CADRE_INPUT_NUMBER, CADRE_STR("1")}),
                     CADRE__INVALID);
    check_issues("", "{\"type\":\"json_type\",\"loc\":[],\"msg\":\"JSON input should be string, "
                     "bytes or bytearray\",\"input\":1}");
}
END_TEST

UNIT_MAIN("model/convert_json", UNIT_CASE(a_string_becomes_what_it_holds),
          UNIT_CASE(what_it_holds_is_checked), UNIT_CASE(what_is_no_json_is_told_with_its_place),
          UNIT_CASE(what_is_no_string_holds_none))
