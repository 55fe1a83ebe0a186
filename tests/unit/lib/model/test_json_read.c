/* SPDX-License-Identifier: MIT */
/* JSON documents into structs: syntax, limits, scalars, and the calls for authors. */
#include "config.h"

#include "json_check.h"
#include "scalar_cases.h"

START_TEST(an_order_goes_to_its_struct)
{
    struct order order;

    ck_assert_int_eq(read_into(&order_model, ORDER_JSON, &order), 0);
    ck_assert_int_eq(order.id, 42);
    ck_assert_str_eq(order.customer, "Zo\xc3\xab \"Z\" \xf0\x9f\x98\x80");
    ck_assert(order.total == 99.5);
    ck_assert_int_eq(order.color, BLUE);
    ck_assert_int_eq(order.note.given, CADRE_NULL);
    ck_assert_int_eq(order.discount.given, CADRE_ABSENT);
    ck_assert_uint_eq(order.lines.len, 2);
    ck_assert_str_eq(order.lines.items[0].product, "tea");
    ck_assert_int_eq(order.lines.items[0].count, 2);
    ck_assert_str_eq(order.lines.items[1].product, "a much longer name of a product");
    ck_assert_int_eq(order.lines.items[1].count, 1);
    ck_assert_uint_eq(order.tags.len, 3);
    ck_assert_str_eq(order.tags.items[2], "c");
    ck_assert_uint_eq(order.matrix.len, 2);
    ck_assert_uint_eq(order.matrix.items[1].len, 1);
    ck_assert_int_eq(order.matrix.items[0].items[1], -2);
    ck_assert_uint_eq(order.prices.len, 2);
    ck_assert_str_eq(order.prices.items[1].key, "y");
    ck_assert(order.prices.items[1].value == 2.25);
    ck_assert_str_eq(order.address.city, "K\xc3\xb6ln");
    ck_assert_ptr_nonnull(order.delivery);
    ck_assert_str_eq(order.delivery->city, "Bonn");
    ck_assert_int_eq(order.pet.kind, PET_DOG);
    ck_assert_int_eq(order.pet.dog.barks, 3);
    ck_assert_str_eq(order.extra.text, "{\"a\": [1, 2,null]}");
    ck_assert_uint_eq(order.extra.len, strlen(order.extra.text));
    ck_assert(cadre_is_set(&order.set, 0));
    ck_assert(cadre_is_set(&order.set, 4));
    ck_assert(!cadre_is_set(&order.set, 5));
}
END_TEST

START_TEST(all_that_is_wrong_is_told_in_the_order_of_the_table)
{
    check_wrong(
        &order_model,
        "{\"tags\":[\"a\",1,\"b\",null],\"total\":\"x\",\"lines\":[{\"count\":0,\"product\":"
        "\"p\"},{\"product\":5}],\"address\":{},\"customer\":\"\",\"pet\":{\"pet_type\":"
        "\"dog\",\"barks\":1.5},\"prices\":{\"x\":true,\"y\":[]}}",
        "{\"type\":\"missing\",\"loc\":[\"id\"],\"msg\":\"Field "
        "required\",\"input\":{\"tags\":[\"a\",1,\"b\",null],\"total\":\"x\",\"lines\":[{"
        "\"count\":0,\"product\":\"p\"},{\"product\":5}],\"address\":{},\"customer\":\"\","
        "\"pet\":{\"pet_type\":\"dog\",\"barks\":1.5},\"prices\":{\"x\":true,\"y\":[]}}},"
        "{\"type\":\"string_too_short\",\"loc\":[\"customer\"],\"msg\":\"String should have "
        "at least 1 character\",\"input\":\"\",\"ctx\":{\"min_length\":1}},"
        "{\"type\":\"float_parsing\",\"loc\":[\"total\"],\"msg\":\"Input should be a valid "
        "number, unable to parse string as a number\",\"input\":\"x\"},"
        "{\"type\":\"greater_than\",\"loc\":[\"lines\",0,\"count\"],\"msg\":\"Input should "
        "be greater than 0\",\"input\":0,\"ctx\":{\"gt\":0}},"
        "{\"type\":\"string_type\",\"loc\":[\"lines\",1,\"product\"],\"msg\":\"Input should "
        "be a valid string\",\"input\":5},"
        "{\"type\":\"missing\",\"loc\":[\"lines\",1,\"count\"],\"msg\":\"Field "
        "required\",\"input\":{\"product\":5}},"
        "{\"type\":\"string_type\",\"loc\":[\"tags\",1],\"msg\":\"Input should be a valid "
        "string\",\"input\":1},"
        "{\"type\":\"string_type\",\"loc\":[\"tags\",3],\"msg\":\"Input should be a valid "
        "string\",\"input\":null},"
        "{\"type\":\"float_type\",\"loc\":[\"prices\",\"y\"],\"msg\":\"Input should be a "
        "valid number\",\"input\":[]},"
        "{\"type\":\"missing\",\"loc\":[\"address\",\"city\"],\"msg\":\"Field "
        "required\",\"input\":{}},"
        "{\"type\":\"int_from_float\",\"loc\":[\"pet\",\"dog\",\"barks\"],\"msg\":\"Input "
        "should be a valid integer, got a number with a fractional part\",\"input\":1.5}");
}
END_TEST

START_TEST(syntax_comes_before_all_else)
{
    struct line line;

    ck_assert_int_eq(read_into(&line_model, "{\"product\":5,\"count\":\"x\",}", &line), -EBADMSG);
    check_issues("",
                 "{\"type\":\"json_invalid\",\"loc\":[25],\"msg\":\"JSON decode "
                 "error\",\"input\":{},\"ctx\":{\"error\":\"Expecting property name enclosed in "
                 "double quotes\"}}");
    ck_assert_int_eq(read_into(&line_model, "{\"product\":\"\xc3\xa9\",\"count\":01}", &line),
                     -EBADMSG);
    check_issues("", "{\"type\":\"json_invalid\",\"loc\":[24],\"msg\":\"JSON decode "
                     "error\",\"input\":{},\"ctx\":{\"error\":\"Expecting ',' delimiter\"}}");
    ck_assert_int_eq(read_into(&line_model, "{\"product\":\"\xff\"}", &line), -EILSEQ);
    ck_assert_int_eq(read_into(&line_model, "", &line), -EBADMSG);
    ck_assert_int_eq(read_into(&line_model, "{\"count\" 5}", &line), -EBADMSG);
    ck_assert_int_eq(read_into(&line_model, "{\"count\":5 \"a\":1}", &line), -EBADMSG);
    ck_assert_int_eq(read_into(&line_model, "{\"a\":[}", &line), -EBADMSG);
    ck_assert_int_eq(read_into(&line_model, "{\"product\":\"a\",\"count\":5}]", &line), -EBADMSG);
}
END_TEST

/* Every beginning of a document is none, and nothing is read behind its end. */
START_TEST(a_document_that_is_cut_is_none)
{
    struct order order;
    char copy[sizeof(ORDER_JSON)];

    for (size_t len = 0; len + 1 < sizeof(ORDER_JSON); len++) {
        memcpy(copy, ORDER_JSON, len);
        copy[len] = '\0';
        int r = read_into(&order_model, copy, &order);
        ck_assert_msg(r == -EBADMSG || r == -EILSEQ, "%zu: %d", len, r);
    }
}
END_TEST

/* ---- the way without a converter ---- */

/* What is stored by the reader itself is what the converter makes of it. */
START_TEST(the_reader_agrees_with_the_converters)
{
    const struct scalar_case *row = &scalar_cases[_i];
    const struct cadre__plan *plan;
    const struct cadre__member *member = NULL;
    const char *why = "";
    union {
        struct every every;
        char bytes[256];
    } room;
    struct cadre__buf found;
    char wanted[2048];

    ck_assert_msg(cadre_model_prepare(&every_model, &why) == 0, "%s", why);
    plan = cadre__plan_of(&every_model);
    for (uint32_t i = 0; i < plan->n_members; i++) {
        if (strcmp(plan->members[i].name.ptr, row->field) == 0)
            member = &plan->members[i];
    }
    ck_assert_ptr_nonnull(member);
    cadre__arena_init(&arena, 1024);
    cadre__buf_init(&found);
    validation = (struct cadre_validation){.arena = &arena, .wall_ms = EVERY_NOW_MS};
    struct cadre__loc loc = {.name = member->key};
    validation.loc = &loc;
    memset(&room, 0, sizeof(room));
    int r = cadre__json_read(&validation, &member->type, cadre_str_from(row->json), NULL, &room);
    ck_assert_int_eq(cadre__issues_write(&validation.issues, &found), 0);
    if (row->value) {
        ck_assert_msg(r == 0, "%s %s: %d %s", row->field, row->json, r, cadre__buf_text(&found));
    } else {
        snprintf(wanted, sizeof(wanted), "{\"type\":\"%s\",\"loc\":[\"%s\"]", row->type,
                 row->field);
        ck_assert_msg(r == CADRE__INVALID && strstr(cadre__buf_text(&found), wanted),
                      "%s %s: %d %s", row->field, row->json, r, cadre__buf_text(&found));
    }
    cadre__buf_done(&found);
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(integers_of_all_widths_have_their_range)
{
    struct widths widths;

    ck_assert_int_eq(
        read_into(&widths_model,
                  "{\"i8\":-128,\"u8\":255,\"i16\":-32768,\"u16\":65535,\"i32\":"
                  "-2147483648,\"u32\":4294967295,\"i64\":-9223372036854775808,\"u64\":"
                  "18446744073709551615}",
                  &widths),
        0);
    ck_assert_int_eq(widths.i8, INT8_MIN);
    ck_assert_uint_eq(widths.u8, UINT8_MAX);
    ck_assert_int_eq(widths.i16, INT16_MIN);
    ck_assert_uint_eq(widths.u16, UINT16_MAX);
    ck_assert_int_eq(widths.i32, INT32_MIN);
    ck_assert_uint_eq(widths.u32, UINT32_MAX);
    ck_assert_int_eq(widths.i64, INT64_MIN);
    ck_assert_uint_eq(widths.u64, UINT64_MAX);
    ck_assert_int_eq(read_into(&widths_model,
                               "{\"i8\":128,\"u8\":256,\"i16\":32768,\"u16\":-1,\"i32\":"
                               "2147483648,\"u32\":4294967296,\"i64\":9223372036854775808,\"u64\":"
                               "18446744073709551616}",
                               &widths),
                     CADRE__INVALID);
    ck_assert_uint_eq(validation.issues.n, 8);
}
END_TEST

UNIT_MAIN("model/json_read", UNIT_CASE(an_order_goes_to_its_struct),
          UNIT_CASE(all_that_is_wrong_is_told_in_the_order_of_the_table),
          UNIT_CASE(syntax_comes_before_all_else), UNIT_CASE(a_document_that_is_cut_is_none),
          UNIT_LOOP(the_reader_agrees_with_the_converters, N_SCALAR_CASES),
          UNIT_CASE(integers_of_all_widths_have_their_range))
