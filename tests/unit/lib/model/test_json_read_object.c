/* SPDX-License-Identifier: MIT */
/* Objects of JSON into structs: names, what is absent, what is too much, validators. */
#include "config.h"

#include "json_check.h"

START_TEST(the_order_of_fields_is_free)
{
    check_same(&line_model, "{\"count\":3,\"product\":\"x\"}", "{\"product\":\"x\",\"count\":3}");
    check_same(&line_model, " { \"product\"\n:\"x\" ,\t\"count\" : 3 } ",
               "{\"product\":\"x\",\"count\":3}");
    check_same(&line_model, "{\"c\\u006funt\":3,\"\\u0070roduct\":\"x\"}",
               "{\"product\":\"x\",\"count\":3}");
}
END_TEST

START_TEST(of_fields_with_one_name_the_last_counts)
{
    check_same(&line_model, "{\"count\":\"x\",\"product\":\"a\",\"count\":{},\"count\":7}",
               "{\"product\":\"a\",\"count\":7}");
    check_wrong(&line_model, "{\"product\":\"a\",\"count\":7,\"count\":\"x\"}",
                "{\"type\":\"int_parsing\",\"loc\":[\"count\"],\"msg\":\"Input should be a valid "
                "integer, unable to parse string as an integer\",\"input\":\"x\"}");
    check_same(&bag_model, "{\"items\":{\"a\":\"x\",\"b\":2,\"a\":3}}",
               "{\"items\":{\"a\":3,\"b\":2}}");
    check_same(&parcel_model, "{\"to\":{\"city\":1},\"to\":null}", "{\"to\":null}");
    check_same(&parcel_model, "{\"to\":{\"city\":\"a\",\"street\":\"b\"},\"to\":{\"city\":\"c\"}}",
               "{\"to\":{\"city\":\"c\",\"street\":null}}");
}
END_TEST

START_TEST(what_is_absent_has_its_default_or_is_none)
{
    struct options options;

    ck_assert_int_eq(read_into(&options_model, "{}", &options), 0);
    ck_assert_int_eq(options.limit, 10);
    ck_assert_str_eq(options.sort, "name");
    ck_assert_int_eq(options.made, 77);
    ck_assert_ptr_nonnull(options.empty.items);
    ck_assert_uint_eq(options.empty.len, 0);
    ck_assert_ptr_null(options.none.items);
    ck_assert_int_eq(options.text.given, CADRE_ABSENT);
    ck_assert_int_eq(read_into(&options_model, "{\"text\":null,\"none\":[]}", &options), 0);
    ck_assert_int_eq(options.text.given, CADRE_NULL);
    ck_assert_ptr_nonnull(options.none.items);
    ck_assert_int_eq(read_into(&options_model, "{\"text\":\"\",\"none\":null}", &options), 0);
    ck_assert_int_eq(options.text.given, CADRE_GIVEN);
    ck_assert_str_eq(options.text.value, "");
    ck_assert_ptr_null(options.none.items);
}
END_TEST

START_TEST(unknown_fields_are_skipped_forbidden_or_kept)
{
    check_same(&line_model, "{\"x\":[1,{\"product\":2}],\"product\":\"p\",\"y\":\"\",\"count\":1}",
               "{\"product\":\"p\",\"count\":1}");
    check_wrong(&closed_model, "{\"b\":[1, 2],\"a\":1,\"c\":\"x\\n\",\"b\":5}",
                "{\"type\":\"extra_forbidden\",\"loc\":[\"b\"],\"msg\":\"Extra inputs are not "
                "permitted\",\"input\":5},"
                "{\"type\":\"extra_forbidden\",\"loc\":[\"c\"],\"msg\":\"Extra inputs are not "
                "permitted\",\"input\":\"x\\n\"}");
    check_wrong(&closed_model, "{\"z\":1}",
                "{\"type\":\"missing\",\"loc\":[\"a\"],\"msg\":\"Field required\",\"input\":{\"z\":"
                "1}},"
                "{\"type\":\"extra_forbidden\",\"loc\":[\"z\"],\"msg\":\"Extra inputs are not "
                "permitted\",\"input\":1}");
    check_same(&open_model, "{\"x\":[1,  2],\"a\":1,\"y\":{\"z\":null}}",
               "{\"a\":1,\"x\":[1,  2],\"y\":{\"z\":null}}");
    check_same(&open_model, "{\"x\":1,\"a\":1,\"x\":2}", "{\"a\":1,\"x\":2}");
    check_same(&open_model, "{\"x\":1,\"a\":1,\"y\":3,\"x\":{\"z\":2}}",
               "{\"a\":1,\"x\":{\"z\":2},\"y\":3}");
    check_same(&open_model, "{\"a\":1}", NULL);
}
END_TEST

START_TEST(names_with_a_nul_are_not_cut_there)
{
    check_wrong(&closed_model, "{\"a\":1,\"b\\u0000c\":1,\"b\\u0000d\":2,\"b\":3,\"b\\u0000c\":4}",
                "{\"type\":\"extra_forbidden\",\"loc\":[\"b\\u0000c\"],\"msg\":\"Extra inputs are "
                "not permitted\",\"input\":4},"
                "{\"type\":\"extra_forbidden\",\"loc\":[\"b\\u0000d\"],\"msg\":\"Extra inputs are "
                "not permitted\",\"input\":2},"
                "{\"type\":\"extra_forbidden\",\"loc\":[\"b\"],\"msg\":\"Extra inputs are "
                "not permitted\",\"input\":3}");
    check_wrong(&open_model, "{\"a\":1,\"b\\u0000\":1}",
                "{\"type\":\"value_error\",\"loc\":[\"b\\u0000\",\"[key]\"],\"msg\":\"Value error, "
                "NUL characters are not allowed\",\"input\":\"b\\u0000\",\"ctx\":{\"error\":{}}}");
}
END_TEST

START_TEST(aliases_are_the_names)
{
    check_same(&named_model, "{\"class\":1,\"other\":2}", NULL);
    check_same(&named_model, "{\"kind\":1,\"other\":2}", "{\"class\":1,\"other\":2}");
    check_wrong(&named_model, "{\"other\":2}",
                "{\"type\":\"missing\",\"loc\":[\"class\"],\"msg\":\"Field "
                "required\",\"input\":{\"other\":2}}");
}
END_TEST

struct quoted {
    int quote, slash;
};
static const struct cadre_field quoted_fields[] = {
    CADRE_FIELD(struct quoted, quote, .alias = "a\"b"),
    CADRE_FIELD(struct quoted, slash, .alias = "a\\b"),
    CADRE_FIELDS_END,
};
CADRE_MODEL(quoted_model, struct quoted, quoted_fields);

START_TEST(names_with_escapes_are_read_as_such)
{
    struct quoted quoted;

    check_same(&quoted_model, "{\"a\\\"b\":1,\"a\\\\b\":2}", NULL);
    ck_assert_int_eq(read_into(&quoted_model, "{\"a\"b\":1,\"a\\\\b\":2,\"other\":3}", &quoted),
                     -EBADMSG);
    ck_assert_int_eq(read_into(&quoted_model, "{\"a\\\"b\":1,\"a\\b\":2,\"other\":3}", &quoted),
                     CADRE__INVALID);
}
END_TEST

START_TEST(of_many_wrong_values_the_last_counts)
{
    struct line line;
    struct cadre__buf json;

    cadre__buf_init(&json);
    cadre__buf_puts(&json, "{\"product\":\"tea\"");
    for (int i = 0; i < 5000; i++)
        cadre__buf_puts(&json, ",\"count\":\"x\"");
    cadre__buf_puts(&json, ",\"count\":2}");
    ck_assert_int_eq(read_into(&line_model, cadre__buf_text(&json), &line), 0);
    ck_assert_int_eq(line.count, 2);
    cadre__buf_done(&json);
}
END_TEST

struct listed {
    CADRE_LIST_OF(int) list;
    int n;
};
static const struct cadre_field listed_fields[] = {
    CADRE_LIST(struct listed, list),
    CADRE_FIELD(struct listed, n),
    CADRE_FIELDS_END,
};
CADRE_MODEL(listed_model, struct listed, listed_fields);

/* More than are kept: a list of so many wrong items, and what follows it. */
static int read_listed(const char *behind, struct listed *listed)
{
    struct cadre__buf json;

    cadre__buf_init(&json);
    cadre__buf_puts(&json, "{\"list\":[0");
    put_times(&json, ",\"x\"", 3 * CADRE__ISSUES_MAX);
    cadre__buf_puts(&json, behind);
    int r = read_into(&listed_model, cadre__buf_text(&json), listed);
    cadre__buf_done(&json);
    return r;
}

START_TEST(of_more_wrong_values_than_are_listed_the_last_counts)
{
    struct listed listed;

    ck_assert_int_eq(read_listed("],\"n\":1,\"list\":[7]}", &listed), 0);
    ck_assert_uint_eq(listed.list.len, 1);
    ck_assert_int_eq(listed.list.items[0], 7);
    ck_assert_int_eq(read_listed("],\"list\":[],\"n\":\"y\"}", &listed), CADRE__INVALID);
    check_issues("", "{\"type\":\"int_parsing\",\"loc\":[\"n\"],\"msg\":\"Input should be a valid "
                     "integer, unable to parse string as an integer\",\"input\":\"y\"}");
    /* It was above the limit when it came. */
    ck_assert_int_eq(read_listed("],\"n\":\"y\",\"list\":[]}", &listed), CADRE__INVALID);
    check_issues("", "{\"type\":\"value_error\",\"loc\":[],\"msg\":\"Value error, 1 value is wrong "
                     "that is not listed\",\"input\":null,\"ctx\":{\"error\":{}}}");
}
END_TEST

/* What is made for issues that are taken out again has a limit, and the time for it grows with the
 * text alone. */
START_TEST(values_may_be_replaced_a_hundred_thousand_times)
{
    struct line line;
    struct cadre__buf json;

    cadre__buf_init(&json);
    cadre__buf_puts(&json, "{\"product\":\"tea\"");
    put_times(&json, ",\"count\":\"x\"", 100000);
    cadre__buf_puts(&json, ",\"count\":2}");
    ck_assert_int_eq(read_into(&line_model, cadre__buf_text(&json), &line), 0);
    ck_assert_int_eq(line.count, 2);
    ck_assert_uint_le(validation.issues.made, CADRE__ISSUES_MADE_FACTOR * CADRE__ISSUES_MAX);
    /* Where the syntax is wrong in the end, that is told all the same. */
    json.data[json.len - 1] = ']';
    ck_assert_int_eq(read_into(&line_model, cadre__buf_text(&json), &line), -EBADMSG);
    ck_assert_uint_eq(validation.issues.n, 1);
    ck_assert_str_eq(validation.issues.first->type, "json_invalid");
    cadre__buf_done(&json);
}
END_TEST

/* A hundred thousand names that the model does not have. */
static int read_unknown(const struct cadre_model *model, void *object)
{
    struct cadre__buf json;

    cadre__buf_init(&json);
    cadre__buf_puts(&json, "{\"a\":1");
    for (unsigned i = 0; i < 100000; i++)
        cadre__buf_printf(&json, ",\"%x\":%u", i + 16, i);
    cadre__buf_puts(&json, "}");
    int r = read_into(model, cadre__buf_text(&json), object);
    cadre__buf_done(&json);
    return r;
}

START_TEST(a_hundred_thousand_unknown_names_are_read)
{
    struct closed closed;
    struct open open;
    struct cat cat;

    ck_assert_int_eq(read_unknown(&cat_model, &cat), CADRE__INVALID);
    ck_assert_uint_eq(validation.issues.n, 1);
    ck_assert_int_eq(read_unknown(&closed_model, &closed), CADRE__INVALID);
    ck_assert_uint_eq(validation.issues.n, CADRE__ISSUES_MAX);
    ck_assert_uint_eq(validation.issues.dropped, 100000 - CADRE__ISSUES_MAX);
    ck_assert_int_eq(read_unknown(&open_model, &open), 0);
    ck_assert_uint_eq(open.extra.len, 100000);
    ck_assert_str_eq(open.extra.items[99999].key, "186af");
    ck_assert_str_eq(open.extra.items[99999].value.text, "99999");
}
END_TEST

START_TEST(validators_see_objects_before_and_after)
{
    check_same(&checked_model, "{\"low\":1,\"high\":2}", NULL);
    check_wrong(&checked_model, "{\"low\":3,\"high\":2}",
                "{\"type\":\"value_error\",\"loc\":[],\"msg\":\"Value error, low is above "
                "high\",\"input\":{\"low\":3,\"high\":2},\"ctx\":{\"error\":{}}}");
    /* The one of before makes an object of a pair of numbers in a string. */
    check_same(&checked_model, "{\"both\":\"5 7\"}", "{\"low\":5,\"high\":7}");
    check_wrong(&checked_model, "{\"both\":\"7 5\"}",
                "{\"type\":\"value_error\",\"loc\":[],\"msg\":\"Value error, low is above "
                "high\",\"input\":{\"low\":7,\"high\":5},\"ctx\":{\"error\":{}}}");
    check_wrong(&checked_model, "{\"both\":\"no\"}",
                "{\"type\":\"value_error\",\"loc\":[],\"msg\":\"Value error, both are two "
                "numbers\",\"input\":{\"both\":\"no\"},\"ctx\":{\"error\":{}}}");
    /* Not called where a field is wrong. */
    check_wrong(&checked_model, "{\"low\":3,\"high\":[]}",
                "{\"type\":\"int_type\",\"loc\":[\"high\"],\"msg\":\"Input should be a valid "
                "integer\",\"input\":[]}");
}
END_TEST

UNIT_MAIN("model/json_read_object", UNIT_CASE(the_order_of_fields_is_free),
          UNIT_CASE(of_fields_with_one_name_the_last_counts),
          UNIT_CASE(what_is_absent_has_its_default_or_is_none),
          UNIT_CASE(unknown_fields_are_skipped_forbidden_or_kept), UNIT_CASE(aliases_are_the_names),
          UNIT_CASE(names_with_escapes_are_read_as_such),
          UNIT_CASE(of_many_wrong_values_the_last_counts),
          UNIT_CASE(names_with_a_nul_are_not_cut_there),
          UNIT_CASE(of_more_wrong_values_than_are_listed_the_last_counts),
          UNIT_CASE(values_may_be_replaced_a_hundred_thousand_times),
          UNIT_CASE(a_hundred_thousand_unknown_names_are_read),
          UNIT_CASE(validators_see_objects_before_and_after))
