/* SPDX-License-Identifier: MIT */
/* Structs to JSON: which fields, and how values are written. */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "every.h"
#include "json_models.h"
#include "model/json_read.h"
#include "model/json_write.h"

static struct cadre__arena arena;
static struct cadre__buf out;

static int write_object(const struct cadre_model *model, const void *object, unsigned flags)
{
    const char *why = "";
    int r = cadre_model_prepare(model, &why);

    ck_assert_msg(r == 0, "%s", why);
    if (!arena.chunk_bytes)
        cadre__arena_init(&arena, 4096);
    cadre__buf_clear(&out);
    return cadre__json_write(cadre__plan_of(model), object, flags, &arena, &out);
}

static void check_text(const struct cadre_model *model, const void *object, unsigned flags,
                       const char *wanted)
{
    ck_assert_int_eq(write_object(model, object, flags), 0);
    ck_assert_str_eq(cadre__buf_text(&out), wanted);
    ck_assert_uint_eq(out.len, strlen(wanted));
}

static void read_object(const struct cadre_model *model, const char *json, void *object)
{
    const char *why = "";
    static struct cadre_validation validation;

    ck_assert_msg(cadre_model_prepare(model, &why) == 0, "%s", why);
    if (!arena.chunk_bytes)
        cadre__arena_init(&arena, 4096);
    validation = (struct cadre_validation){.arena = &arena};
    memset(object, 0, model->struct_size);
    ck_assert_int_eq(cadre__json_read_model(&validation, cadre__plan_of(model),
                                            cadre_str_from(json), NULL, object),
                     0);
}

START_TEST(an_order_is_written)
{
    struct order order;

    read_object(&order_model, ORDER_JSON, &order);
    check_text(&order_model, &order, 0,
               "{\"id\":42,\"customer\":\"Zo\xc3\xab \\\"Z\\\" "
               "\xf0\x9f\x98\x80\",\"total\":99.5,\"color\":\"blue\",\"note\":null,\"discount\":"
               "null,\"lines\":[{\"product\":\"tea\",\"count\":2},{\"product\":\"a much longer "
               "name of a product\",\"count\":1}],\"tags\":[\"a\",\"b\",\"c\"],\"matrix\":[[1,-2],["
               "3]],\"prices\":{\"x\":1.0,\"y\":2.25},\"address\":{\"city\":\"K\xc3\xb6ln\","
               "\"street\":null},\"delivery\":{\"city\":\"Bonn\",\"street\":null},\"pet\":{\"pet_"
               "type\":\"dog\",\"barks\":3},\"extra\":{\"a\": [1, 2,null]}}");
}
END_TEST

START_TEST(fields_that_are_none_may_be_left_out)
{
    struct order order;

    read_object(&order_model, ORDER_JSON, &order);
    order.extra = (struct cadre_any){NULL, 0};
    order.matrix.items = NULL;
    order.matrix.len = 0;
    check_text(&order_model, &order, CADRE_WRITE_EXCLUDE_NONE,
               "{\"id\":42,\"customer\":\"Zo\xc3\xab \\\"Z\\\" "
               "\xf0\x9f\x98\x80\",\"total\":99.5,\"color\":\"blue\",\"lines\":[{\"product\":"
               "\"tea\",\"count\":2},{\"product\":\"a much longer name of a "
               "product\",\"count\":1}],\"tags\":[\"a\",\"b\",\"c\"],\"prices\":{\"x\":1.0,\"y\":2."
               "25},\"address\":{\"city\":\"K\xc3\xb6ln\"},\"delivery\":{\"city\":\"Bonn\"},"
               "\"pet\":{\"pet_type\":\"dog\",\"barks\":3}}");
}
END_TEST

START_TEST(fields_that_were_not_given_may_be_left_out)
{
    struct order order;
    struct options options;

    read_object(&order_model, ORDER_JSON, &order);
    ck_assert_int_eq(write_object(&order_model, &order, CADRE_WRITE_EXCLUDE_UNSET), 0);
    ck_assert_ptr_nonnull(strstr(cadre__buf_text(&out), "\"note\":null,\"lines\""));
    ck_assert_ptr_nonnull(strstr(cadre__buf_text(&out), "\"address\":{\"city\":\"K\xc3\xb6ln\"}"));
    ck_assert_ptr_nonnull(strstr(cadre__buf_text(&out), "\"Bonn\",\"street\":null"));
    read_object(&order_model,
                "{\"id\":1,\"customer\":\"a\",\"total\":1,\"lines\":[],\"tags\":[],\"prices\":{},"
                "\"address\":{\"city\":\"x\"},\"pet\":{\"pet_type\":\"cat\",\"lives\":1}}",
                &order);
    check_text(&order_model, &order, CADRE_WRITE_EXCLUDE_UNSET,
               "{\"id\":1,\"customer\":\"a\",\"total\":1.0,\"lines\":[],\"tags\":[],\"prices\":{},"
               "\"address\":{\"city\":\"x\"},\"pet\":{\"pet_type\":\"cat\",\"lives\":1}}");
    /* Of members that do not know it is not known. */
    read_object(&options_model, "{}", &options);
    check_text(&options_model, &options, CADRE_WRITE_EXCLUDE_UNSET,
               "{\"limit\":10,\"sort\":\"name\",\"made\":77,\"empty\":[],\"none\":null}");
}
END_TEST

START_TEST(fields_with_their_defaults_may_be_left_out)
{
    struct options options;

    read_object(&options_model, "{}", &options);
    check_text(&options_model, &options, 0,
               "{\"limit\":10,\"sort\":\"name\",\"made\":77,\"empty\":[],\"none\":null,\"text\":"
               "null}");
    check_text(&options_model, &options, CADRE_WRITE_EXCLUDE_DEFAULTS, "{\"made\":77}");
    read_object(&options_model,
                "{\"limit\":11,\"sort\":\"names\",\"made\":1,\"empty\":[1],\"none\":[],\"text\":"
                "\"\"}",
                &options);
    check_text(&options_model, &options, CADRE_WRITE_EXCLUDE_DEFAULTS,
               "{\"limit\":11,\"sort\":\"names\",\"made\":1,\"empty\":[1],\"none\":[],\"text\":"
               "\"\"}");
    read_object(&options_model, "{\"limit\":10,\"sort\":\"name\",\"empty\":[]}", &options);
    check_text(&options_model, &options, CADRE_WRITE_EXCLUDE_DEFAULTS, "{\"made\":77}");
    struct parcel parcel = {NULL};
    check_text(&parcel_model, &parcel, CADRE_WRITE_EXCLUDE_NONE, "{}");
    check_text(&parcel_model, &parcel, CADRE_WRITE_EXCLUDE_DEFAULTS, "{}");
    check_text(&parcel_model, &parcel, 0, "{\"to\":null}");
}
END_TEST

START_TEST(names_are_aliases_or_those_of_members)
{
    struct named named = {1, 2};

    check_text(&named_model, &named, 0, "{\"class\":1,\"other\":2}");
    check_text(&named_model, &named, CADRE_WRITE_BY_NAME, "{\"kind\":1,\"other\":2}");
}
END_TEST

/* ---- strings ---- */

struct text {
    struct cadre_str text;
};
static const struct cadre_field text_fields[] = {
    CADRE_FIELD(struct text, text),
    CADRE_FIELDS_END,
};
CADRE_MODEL(text_model, struct text, text_fields);

START_TEST(strings_are_escaped)
{
    struct text text = {CADRE_STR("\"\\/\b\f\n\r\t\x01\x1f\x7f\0z")};

    check_text(&text_model, &text, 0,
               "{\"text\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\\u0000z\"}");
    text.text = CADRE_STR("");
    check_text(&text_model, &text, 0, "{\"text\":\"\"}");
    text.text = (struct cadre_str){NULL, 0};
    check_text(&text_model, &text, 0, "{\"text\":null}");
}
END_TEST

START_TEST(strings_of_all_lengths_come_back)
{
    for (size_t len = 0; len < 200; len++) {
        for (unsigned kind = 0; kind < 5; kind++) {
            char bytes[200];
            for (size_t i = 0; i < len; i++)
                bytes[i] = kind == 0   ? 'x'
                           : kind == 1 ? '"'
                           : kind == 2 ? '\x02'
                           : kind == 3 ? (i % 17 == len % 17 ? '\\' : 'y')
                                       : (char)(i % 128);
            struct text text = {{bytes, len}}, back;
            ck_assert_int_eq(write_object(&text_model, &text, 0), 0);
            char *json = strdup(cadre__buf_text(&out));
            read_object(&text_model, json, &back);
            ck_assert_uint_eq(back.text.len, len);
            ck_assert_int_eq(memcmp(back.text.ptr, bytes, len), 0);
            free(json);
        }
    }
}
END_TEST

/* Of memory that ends with the string. */
START_TEST(an_escape_is_found_wherever_it_stands)
{
    for (size_t len = 1; len < 70; len++) {
        for (size_t at = 0; at < len; at++) {
            char *bytes = malloc(len), wanted[100];
            struct text text = {{bytes, len}};
            size_t n = (size_t)snprintf(wanted, sizeof(wanted), "{\"text\":\"");

            ck_assert_ptr_nonnull(bytes);
            for (size_t i = 0; i < len; i++) {
                bytes[i] = i == at ? '"' : (char)('a' + (int)(i % 26));
                if (i == at)
                    wanted[n++] = '\\';
                wanted[n++] = bytes[i];
            }
            snprintf(wanted + n, sizeof(wanted) - n, "\"}");
            check_text(&text_model, &text, 0, wanted);
            free(bytes);
        }
    }
}
END_TEST

START_TEST(what_is_no_utf8_is_mended)
{
    struct text text = {CADRE_STR("a\xff\xc3\xa9\x80\"0123456789abcdef")};

    check_text(&text_model, &text, 0,
               "{\"text\":\"a\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\\\"0123456789abcdef\"}");
    text.text = CADRE_STR("0123456789abcdef\xe2\x82");
    check_text(&text_model, &text, 0, "{\"text\":\"0123456789abcdef\xef\xbf\xbd\xef\xbf\xbd\"}");
    text.text = CADRE_STR("\xe2\x82\xac");
    check_text(&text_model, &text, 0, "{\"text\":\"\xe2\x82\xac\"}");
}
END_TEST

/* ---- other values ---- */

struct values {
    double real;
    bool yes;
    int64_t low;
    uint64_t high;
    struct cadre_bytes bytes;
    struct cadre_date date;
    struct cadre_time time;
    struct cadre_datetime datetime;
    struct cadre_duration duration;
    struct cadre_uuid uuid;
    struct cadre_decimal decimal;
    enum level level;
    const char *password, *token;
    const char *input;
    int output;
};
static int compute_sum(struct cadre_arena *own, const void *object, void *value)
{
    const struct values *values = object;
    const char *text = cadre_arena_printf(own, "sum %d", values->output + 1);

    if (!text)
        return -ENOMEM;
    memcpy(value, &text, sizeof(text));
    return 0;
}
static const struct cadre_field values_fields[] = {
    CADRE_FIELD(struct values, real),
    CADRE_FIELD(struct values, yes),
    CADRE_FIELD(struct values, low),
    CADRE_FIELD(struct values, high),
    CADRE_FIELD(struct values, bytes),
    CADRE_FIELD(struct values, date),
    CADRE_FIELD(struct values, time),
    CADRE_FIELD(struct values, datetime),
    CADRE_FIELD(struct values, duration),
    CADRE_FIELD(struct values, uuid),
    CADRE_FIELD(struct values, decimal),
    CADRE_ENUM(struct values, level, levels),
    CADRE_FIELD(struct values, password, .secret = true),
    CADRE_FIELD(struct values, token, .secret = true),
    CADRE_FIELD(struct values, input, .write_only = true),
    CADRE_FIELD(struct values, output, .read_only = true),
    CADRE_COMPUTED(sum, const char *, compute_sum),
    CADRE_FIELDS_END,
};
CADRE_MODEL(values_model, struct values, values_fields);

START_TEST(values_have_their_form)
{
    struct values values = {
        .real = 0.1,
        .yes = true,
        .low = INT64_MIN,
        .high = UINT64_MAX,
        .bytes = {(const uint8_t *)"ab", 2},
        .date = {2026, 2, 28},
        .time = {.hour = 13, .minute = 30, .has_offset = true},
        .datetime = {{2026, 2, 28}, {.hour = 1, .microsecond = 5000}},
        .duration = {3600, 0},
        .uuid = {{0x12, 0x3e, 0x45, 0x67}},
        .decimal = {"12.50"},
        .level = LOW,
        .password = "hunter2",
        .token = "",
        .input = "not seen",
        .output = 5,
    };
    check_text(
        &values_model, &values, 0,
        "{\"real\":0.1,\"yes\":true,\"low\":-9223372036854775808,\"high\":"
        "18446744073709551615,\"bytes\":\"ab\",\"date\":\"2026-02-28\",\"time\":\"13:30:00Z\","
        "\"datetime\":\"2026-02-28T01:00:00.005000\",\"duration\":\"PT1H\",\"uuid\":"
        "\"123e4567-0000-0000-0000-000000000000\",\"decimal\":\"12.50\",\"level\":-1,"
        "\"password\":\"**********\",\"token\":\"\",\"output\":5,\"sum\":\"sum 6\"}");
    values.real = (double)NAN;
    ck_assert_int_eq(write_object(&values_model, &values, 0), 0);
    ck_assert_ptr_nonnull(strstr(cadre__buf_text(&out), "{\"real\":null,"));
    values.real = (double)-INFINITY;
    ck_assert_int_eq(write_object(&values_model, &values, 0), 0);
    ck_assert_ptr_nonnull(strstr(cadre__buf_text(&out), "{\"real\":null,"));
}
END_TEST

/* Values that the type of the member holds as unsigned ones. */
CADRE_ENUM_TYPE(sides, uint8_t, {"near", 1}, {"far", 200});
CADRE_ENUM_NUMBERS(flags, unsigned, {"low", 1}, {"high", 0x80000000});
struct highs {
    uint8_t side;
    unsigned flag;
};
static const struct cadre_field highs_fields[] = {
    CADRE_ENUM(struct highs, side, sides),
    CADRE_ENUM(struct highs, flag, flags),
    CADRE_FIELDS_END,
};
CADRE_MODEL(highs_model, struct highs, highs_fields);

START_TEST(enums_with_their_highest_bit_are_written)
{
    struct highs highs;

    read_object(&highs_model, "{\"side\":\"far\",\"flag\":2147483648}", &highs);
    check_text(&highs_model, &highs, 0, "{\"side\":\"far\",\"flag\":2147483648}");
}
END_TEST

START_TEST(what_has_no_name_is_an_error)
{
    struct owner owner = {.pet = {.kind = (enum pet_kind)0}};
    struct order order;

    ck_assert_int_eq(write_object(&owner_model, &owner, 0), -EINVAL);
    read_object(&order_model, ORDER_JSON, &order);
    order.color = (enum color)99;
    ck_assert_int_eq(write_object(&order_model, &order, 0), -EINVAL);
}
END_TEST

START_TEST(what_holds_itself_is_an_error)
{
    struct node node = {.next = &node};

    ck_assert_int_eq(write_object(&node_model, &node, 0), -ELOOP);
}
END_TEST

START_TEST(an_empty_object_is_one)
{
    struct bag bag = {.items = {NULL, 0}};
    struct node node = {NULL};

    check_text(&bag_model, &bag, 0, "{\"items\":{}}");
    check_text(&node_model, &node, CADRE_WRITE_EXCLUDE_NONE, "{}");
}
END_TEST

UNIT_MAIN("model/json_write", UNIT_CASE(an_order_is_written),
          UNIT_CASE(fields_that_are_none_may_be_left_out),
          UNIT_CASE(fields_that_were_not_given_may_be_left_out),
          UNIT_CASE(fields_with_their_defaults_may_be_left_out),
          UNIT_CASE(names_are_aliases_or_those_of_members), UNIT_CASE(strings_are_escaped),
          UNIT_CASE(strings_of_all_lengths_come_back),
          UNIT_CASE(an_escape_is_found_wherever_it_stands), UNIT_CASE(what_is_no_utf8_is_mended),
          UNIT_CASE(values_have_their_form), UNIT_CASE(enums_with_their_highest_bit_are_written),
          UNIT_CASE(what_has_no_name_is_an_error), UNIT_CASE(what_holds_itself_is_an_error),
          UNIT_CASE(an_empty_object_is_one))
