/* SPDX-License-Identifier: MIT */
/* What counts as the same value: as Python's == does. */
#include "config.h"

#include "json_check.h"
#include "model/same.h"

struct twins {
    CADRE_LIST_OF(struct cadre_decimal) decimals;
    CADRE_LIST_OF(struct cadre_datetime) datetimes;
    CADRE_LIST_OF(struct cadre_time) times;
    CADRE_LIST_OF(struct cadre_duration) durations;
    CADRE_LIST_OF(struct cadre_ip) ips;
    CADRE_LIST_OF(double) reals;
    CADRE_LIST_OF(const char *) strings;
    CADRE_LIST_OF(struct cadre_str) texts;
    CADRE_LIST_OF(struct cadre_any) anys;
    CADRE_LIST_OF(struct bag) bags;
    CADRE_LIST_OF(struct pet) pets;
    CADRE_LIST_OF(struct address) addresses;
    CADRE_LIST_OF(CADRE_LIST_OF(int)) lists;
};
static const struct cadre_field twins_fields[] = {
    CADRE_LIST(struct twins, decimals, .set = true, .optional = true),
    CADRE_LIST(struct twins, datetimes, .set = true, .optional = true),
    CADRE_LIST(struct twins, times, .set = true, .optional = true),
    CADRE_LIST(struct twins, durations, .set = true, .optional = true),
    CADRE_LIST(struct twins, ips, .set = true, .optional = true),
    CADRE_LIST(struct twins, reals, .set = true, .optional = true),
    CADRE_LIST(struct twins, strings, .set = true, .optional = true),
    CADRE_LIST(struct twins, texts, .set = true, .optional = true),
    CADRE_LIST(struct twins, anys, .set = true, .optional = true),
    CADRE_LIST_NESTED(struct twins, bags, bag_model, .set = true, .optional = true),
    CADRE_LIST_UNION(struct twins, pets, pets, .set = true, .optional = true),
    CADRE_LIST_NESTED(struct twins, addresses, address_model, .set = true, .optional = true),
    CADRE_LIST_LIST(struct twins, lists, .set = true, .optional = true),
    CADRE_FIELDS_END,
};
CADRE_MODEL(twins_model, struct twins, twins_fields);

/* Lists, and what is left of them as sets. */
static const struct {
    const char *json, *set;
} rows[] = {
    {"{\"decimals\":[\"1.0\",\"1.00\",\"1\",\"10e-1\",\"0.1e1\",\"1.01\",\"-1\"]}",
     "{\"decimals\":[\"1.0\",\"1.01\",\"-1\"]}"},
    {"{\"decimals\":[\"0\",\"-0\",\"0.00\",\"0e5\",\"1e2\",\"100\",\"1e-2\",\"0.010\"]}",
     "{\"decimals\":[\"0\",\"1e2\",\"1e-2\"]}"},
    {"{\"decimals\":[\"12.5\",\"1.25\",\"125\",\"1.25e1\"]}",
     "{\"decimals\":[\"12.5\",\"1.25\",\"125\"]}"},
    {"{\"datetimes\":[\"2026-01-01T00:00:00Z\",\"2026-01-01T01:00:00+01:00\",\"2025-12-31T19:00:00-"
     "05:00\",\"2026-01-01T00:00:00\",\"2026-01-01T00:00:00.000001Z\"]}",
     "{\"datetimes\":[\"2026-01-01T00:00:00Z\",\"2026-01-01T00:00:00\",\"2026-01-01T00:00:00."
     "000001Z\"]}"},
    {"{\"datetimes\":[\"2026-01-01T00:00:00\",\"2026-01-01 00:00\",\"2026-01-01T00:00:00Z\"]}",
     "{\"datetimes\":[\"2026-01-01T00:00:00\",\"2026-01-01T00:00:00Z\"]}"},
    {"{\"datetimes\":[\"0001-01-01T00:00:00+14:00\",\"0001-01-01T00:00:00+14:00\"]}",
     "{\"datetimes\":[\"0001-01-01T00:00:00+14:00\"]}"},
    {"{\"times\":[\"12:00Z\",\"13:00+01:00\",\"12:00\",\"12:00:00.5Z\",\"00:30+01:00\",\"23:30Z\"]}",
     "{\"times\":[\"12:00:00Z\",\"12:00:00\",\"12:00:00.500000Z\",\"00:30:00+01:00\",\"23:30:00Z\"]}"},
    {"{\"durations\":[\"PT60S\",\"PT1M\",60,\"-PT0.5S\",-0.5]}",
     "{\"durations\":[\"PT1M\",\"-PT0.5S\"]}"},
    {"{\"ips\":[\"::1\",\"0:0:0:0:0:0:0:1\",\"1.2.3.4\",\"::ffff:1.2.3.4\"]}",
     "{\"ips\":[\"::1\",\"1.2.3.4\",\"::ffff:1.2.3.4\"]}"},
    {"{\"reals\":[1,1.0,1e0,-0.0,0,\"1\"]}", "{\"reals\":[1.0,-0.0]}"},
    {"{\"strings\":[\"a\",\"\\u0061\",\"A\",\"\",\"\"]}", "{\"strings\":[\"a\",\"A\",\"\"]}"},
    {"{\"texts\":[\"a\",\"a\\u0000\",\"a\\u0000b\",\"a\\u0000\"]}",
     "{\"texts\":[\"a\",\"a\\u0000\",\"a\\u0000b\"]}"},
    {"{\"anys\":[{\"a\": [1]},{\"a\":[1]},\"a b\",\"ab\",null,null,[],{}]}",
     "{\"anys\":[{\"a\": [1]},\"a b\",\"ab\",null,[],{}]}"},
    {"{\"bags\":[{\"items\":{\"a\":1,\"b\":2}},{\"items\":{\"b\":2,\"a\":1}},{\"items\":{\"a\":2,"
     "\"b\":1}},{\"items\":{}},{\"items\":{\"a\":1}}]}",
     "{\"bags\":[{\"items\":{\"a\":1,\"b\":2}},{\"items\":{\"a\":2,\"b\":1}},{\"items\":{}},{"
     "\"items\":{\"a\":1}}]}"},
    {"{\"pets\":[{\"pet_type\":\"cat\",\"lives\":1},{\"lives\":1,\"pet_type\":\"cat\"},{\"pet_type\":"
     "\"dog\",\"barks\":1}]}",
     "{\"pets\":[{\"pet_type\":\"cat\",\"lives\":1},{\"pet_type\":\"dog\",\"barks\":1}]}"},
    {"{\"addresses\":[{\"city\":\"a\"},{\"city\":\"a\",\"street\":null},{\"city\":\"a\",\"street\":"
     "\"\"},{\"city\":\"a\",\"street\":\"\"}]}",
     "{\"addresses\":[{\"city\":\"a\",\"street\":null},{\"city\":\"a\",\"street\":\"\"}]}"},
    {"{\"lists\":[[],[1],[1,2],[2,1],[1,2],[]]}", "{\"lists\":[[],[1],[1,2],[2,1]]}"},
};

START_TEST(equal_values_are_the_same_to_a_set)
{
    struct twins twins;
    struct cadre__buf out;

    ck_assert_int_eq(read_into(&twins_model, rows[_i].json, &twins), 0);
    cadre__buf_init(&out);
    ck_assert_int_eq(cadre__json_write(cadre__plan_of(&twins_model), &twins,
                                       CADRE_WRITE_EXCLUDE_NONE, &arena, &out),
                     0);
    /* What is none within the items is left out, too, so it is read again. */
    struct cadre__buf wanted;
    cadre__buf_init(&wanted);
    ck_assert_int_eq(read_into(&twins_model, rows[_i].set, &twins), 0);
    ck_assert_int_eq(cadre__json_write(cadre__plan_of(&twins_model), &twins,
                                       CADRE_WRITE_EXCLUDE_NONE, &arena, &wanted),
                     0);
    ck_assert_str_eq(cadre__buf_text(&out), cadre__buf_text(&wanted));
    cadre__buf_done(&out);
    cadre__buf_done(&wanted);
}
END_TEST

START_TEST(a_long_list_has_as_many_different_ones_as_it_has)
{
    struct numbers numbers;
    struct cadre__buf json;

    cadre__buf_init(&json);
    cadre__buf_puts(&json, "{\"list\":[0");
    for (unsigned i = 1; i < 50000; i++)
        cadre__buf_printf(&json, ",%u", i % 12345);
    cadre__buf_puts(&json, "]}");
    ck_assert_int_eq(read_into(&numbers_model, cadre__buf_text(&json), &numbers), 0);
    const struct cadre__type *type = &cadre__plan_of(&numbers_model)->members[0].type;
    ck_assert_uint_eq(
        cadre__same_count(&arena, type->items, (char *)numbers.list.items, 50000, type->stride),
        12345);
    ck_assert_uint_eq(
        cadre__same_drop(&arena, type->items, (char *)numbers.list.items, 50000, type->stride),
        12345);
    for (int i = 0; i < 12345; i++)
        ck_assert_int_eq(numbers.list.items[i], i);
    cadre__buf_done(&json);
}
END_TEST

START_TEST(two_values_are_the_same_or_not)
{
    const char *why;
    struct cadre_decimal a = {"1.50"}, b = {"15e-1"}, c = {"1.51"}, none = {NULL};

    ck_assert_int_eq(cadre_model_prepare(&twins_model, &why), 0);
    const struct cadre__type *type = cadre__plan_of(&twins_model)->members[0].type.items;
    ck_assert_int_eq(cadre__same(type, &a, &b), 1);
    ck_assert_int_eq(cadre__same(type, &a, &c), 0);
    ck_assert_int_eq(cadre__same(type, &a, &none), 0);
    ck_assert_int_eq(cadre__same(type, &none, &none), 1);
}
END_TEST

UNIT_MAIN("model/same",
          UNIT_LOOP(equal_values_are_the_same_to_a_set, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(a_long_list_has_as_many_different_ones_as_it_has),
          UNIT_CASE(two_values_are_the_same_or_not))
