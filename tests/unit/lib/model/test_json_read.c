/* SPDX-License-Identifier: MIT */
/* JSON into structs: what is stored, and what is said of what is wrong. */
#include "config.h"

#include "tests/unit/unit.h"

#include <cadre/model_json.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "every.h"
#include "json_models.h"
#include "model/convert.h"
#include "model/json_read.h"
#include "model/json_write.h"
#include "scalar_cases.h"

static struct cadre__arena arena;
static struct cadre_validation validation;

/* Reads an object into the struct, which is zeroed. */
static int read_into(const struct cadre_model *model, const char *json, void *object)
{
    const char *why = "";
    int r = cadre_model_prepare(model, &why);

    ck_assert_msg(r == 0, "%s", why);
    cadre__arena_done(&arena);
    cadre__arena_init(&arena, 1024);
    validation = (struct cadre_validation){.arena = &arena, .wall_ms = EVERY_NOW_MS};
    memset(object, 0, model->struct_size);
    return cadre__json_read_model(&validation, cadre__plan_of(model), cadre_str_from(json), NULL,
                                  object);
}

/* Its issues are those: what is in "detail" without the brackets. */
static void check_issues(const char *json, const char *wanted)
{
    struct cadre__buf found;
    char whole[4096];

    cadre__buf_init(&found);
    ck_assert_int_eq(cadre__issues_write(&validation.issues, &found), 0);
    snprintf(whole, sizeof(whole), "{\"detail\":[%s]}", wanted);
    ck_assert_msg(strcmp(cadre__buf_text(&found), whole) == 0, "%s\nfound  %s\nwanted %s", json,
                  cadre__buf_text(&found), whole);
    cadre__buf_done(&found);
}

static void check_wrong(const struct cadre_model *model, const char *json, const char *wanted)
{
    union {
        struct order order;
        char bytes[1024];
    } room;
    int r = read_into(model, json, &room);

    ck_assert_msg(r == CADRE__INVALID, "%s: %d", json, r);
    check_issues(json, wanted);
}

/* Reads it, writes it: that is the text. */
static void check_same(const struct cadre_model *model, const char *json, const char *wanted)
{
    union {
        struct order order;
        char bytes[1024];
    } room;
    struct cadre__buf out;
    int r = read_into(model, json, &room);

    if (r == CADRE__INVALID)
        check_issues(json, "");
    ck_assert_msg(r == 0, "%s: %d", json, r);
    cadre__buf_init(&out);
    ck_assert_int_eq(cadre__json_write(cadre__plan_of(model), &room, 0, &arena, &out), 0);
    ck_assert_str_eq(cadre__buf_text(&out), wanted ? wanted : json);
    cadre__buf_done(&out);
}

/* ---- values ---- */

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
               "{\"items\":{\"b\":2,\"a\":3}}");
    check_same(&parcel_model, "{\"to\":{\"city\":1},\"to\":null}", "{\"to\":null}");
    check_same(&parcel_model, "{\"to\":{\"city\":\"a\",\"street\":\"b\"},\"to\":{\"city\":\"c\"}}",
               "{\"to\":{\"city\":\"c\",\"street\":null}}");
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

/* ---- what is wrong ---- */

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

START_TEST(containers_of_the_wrong_type_are_told)
{
    static const char *const wrong[] = {"1", "\"x\"", "true", "null", "1.5"};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char json[64], wanted[512];
        snprintf(json, sizeof(json), "{\"list\":%s}", wrong[i]);
        snprintf(wanted, sizeof(wanted),
                 "{\"type\":\"list_type\",\"loc\":[\"list\"],\"msg\":\"Input should be a valid "
                 "list\",\"input\":%s}",
                 wrong[i]);
        check_wrong(&numbers_model, json, wanted);
        snprintf(json, sizeof(json), "{\"items\":%s}", wrong[i]);
        snprintf(wanted, sizeof(wanted),
                 "{\"type\":\"dict_type\",\"loc\":[\"items\"],\"msg\":\"Input should be a valid "
                 "dictionary\",\"input\":%s}",
                 wrong[i]);
        check_wrong(&bag_model, json, wanted);
        snprintf(wanted, sizeof(wanted),
                 "{\"type\":\"model_attributes_type\",\"loc\":[],\"msg\":\"Input should be a valid "
                 "dictionary or object to extract fields from\",\"input\":%s}",
                 wrong[i]);
        check_wrong(&bag_model, wrong[i], wanted);
    }
    check_wrong(&bag_model, "{\"items\":[1]}",
                "{\"type\":\"dict_type\",\"loc\":[\"items\"],\"msg\":\"Input should be a valid "
                "dictionary\",\"input\":[1]}");
    check_wrong(&numbers_model, "{\"list\":{\"a\":1}}",
                "{\"type\":\"list_type\",\"loc\":[\"list\"],\"msg\":\"Input should be a valid "
                "list\",\"input\":{\"a\":1}}");
}
END_TEST

START_TEST(a_list_may_be_too_long)
{
    check_wrong(&pair_model, "{\"pair\":[1,2,\"x\",[]]}",
                "{\"type\":\"too_long\",\"loc\":[\"pair\"],\"msg\":\"List should have at most 2 "
                "items after validation, not 4\",\"input\":[1,2,\"x\",[]],\"ctx\":{\"field_type\":"
                "\"List\",\"max_length\":2,\"actual_length\":4}}");
    check_wrong(&pair_model, "{\"pair\":[]}",
                "{\"type\":\"too_short\",\"loc\":[\"pair\"],\"msg\":\"List should have at least 1 "
                "item after validation, not 0\",\"input\":[],\"ctx\":{\"field_type\":\"List\","
                "\"min_length\":1,\"actual_length\":0}}");
    check_same(&pair_model, "{\"pair\":[1,2]}", NULL);
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

/* ---- fields that the model does not have ---- */

START_TEST(unknown_fields_are_skipped_forbidden_or_kept)
{
    check_same(&line_model, "{\"x\":[1,{\"product\":2}],\"product\":\"p\",\"y\":\"\",\"count\":1}",
               "{\"product\":\"p\",\"count\":1}");
    check_wrong(&closed_model, "{\"b\":[1, 2],\"a\":1,\"c\":\"x\\n\",\"b\":5}",
                "{\"type\":\"extra_forbidden\",\"loc\":[\"c\"],\"msg\":\"Extra inputs are not "
                "permitted\",\"input\":\"x\\n\"},"
                "{\"type\":\"extra_forbidden\",\"loc\":[\"b\"],\"msg\":\"Extra inputs are not "
                "permitted\",\"input\":5}");
    check_wrong(&closed_model, "{\"z\":1}",
                "{\"type\":\"missing\",\"loc\":[\"a\"],\"msg\":\"Field required\",\"input\":{\"z\":"
                "1}},"
                "{\"type\":\"extra_forbidden\",\"loc\":[\"z\"],\"msg\":\"Extra inputs are not "
                "permitted\",\"input\":1}");
    check_same(&open_model, "{\"x\":[1,  2],\"a\":1,\"y\":{\"z\":null}}",
               "{\"a\":1,\"x\":[1,  2],\"y\":{\"z\":null}}");
    check_same(&open_model, "{\"x\":1,\"a\":1,\"x\":2}", "{\"a\":1,\"x\":2}");
    check_same(&open_model, "{\"a\":1}", NULL);
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

/* ---- unions ---- */

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

/* ---- validators ---- */

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

/* ---- nesting ---- */

START_TEST(models_in_models_have_a_limit)
{
    struct node node;
    char json[2048] = "";

    for (int i = 0; i < 47; i++)
        strcat(json, "{\"next\":");
    strcat(json, "{}");
    for (int i = 0; i < 47; i++)
        strcat(json, "}");
    ck_assert_int_eq(read_into(&node_model, json, &node), 0);
    unsigned n = 0;
    for (const struct node *at = &node; at; at = at->next)
        n++;
    ck_assert_uint_eq(n, 48);
    json[0] = '\0';
    for (int i = 0; i < 49; i++)
        strcat(json, "{\"next\":");
    ck_assert_int_eq(read_into(&node_model, json, &node), -EBADMSG);
    ck_assert_ptr_nonnull(strstr(validation.issues.first->ctx, "Nesting too deep"));
}
END_TEST

/* A chain whose links a validator changes: "link" is what is called "next" in the struct. */
struct chain {
    struct chain *next;
};
static int chain_before(struct cadre_validation *v, struct cadre_input *input)
{
    static const struct cadre_str link = CADRE_STR_INIT("{\"link\":");

    if (!cadre_str_has_prefix(input->text, link))
        return 0;
    char *text = cadre_arena_printf(cadre_validation_arena(v), "{\"next\":%.*s",
                                    (int)(input->text.len - link.len), input->text.ptr + link.len);
    if (!text)
        return -ENOMEM;
    input->text = cadre_str_from(text);
    return 0;
}
CADRE_MODEL_DECLARE(chain_model, struct chain);
static const struct cadre_field chain_fields[] = {
    CADRE_OPT_NESTED(struct chain, next, chain_model),
    CADRE_FIELDS_END,
};
CADRE_MODEL(chain_model, struct chain, chain_fields, .before = chain_before);

/* Links, and a last one. */
static void put_chain(char *json, unsigned n)
{
    json[0] = '\0';
    for (unsigned i = 0; i < n; i++)
        strcat(json, "{\"link\":");
    strcat(json, "{}");
    for (unsigned i = 0; i < n; i++)
        strcat(json, "}");
}

START_TEST(what_validators_change_has_the_same_limit)
{
    struct chain chain;
    char json[4096];
    unsigned n = 0;

    put_chain(json, 23);
    ck_assert_int_eq(read_into(&chain_model, json, &chain), 0);
    for (const struct chain *at = &chain; at; at = at->next)
        n++;
    ck_assert_uint_eq(n, 24);
    put_chain(json, 24);
    ck_assert_int_eq(read_into(&chain_model, json, &chain), -EBADMSG);
    ck_assert_uint_eq(validation.issues.n, 1);
    ck_assert_ptr_nonnull(strstr(validation.issues.first->ctx, "Nesting too deep"));
    put_chain(json, 200);
    ck_assert_int_eq(read_into(&chain_model, json, &chain), -EBADMSG);
}
END_TEST

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

START_TEST(what_pointers_take_has_a_limit)
{
    struct cadre__json_limits limits = {.max_memory = sizeof(struct address)};
    struct parcel parcel;

    ck_assert_int_eq(read_into(&parcel_model, "{}", &parcel), 0);
    ck_assert_int_eq(cadre__json_read_model(&validation, cadre__plan_of(&parcel_model),
                                            CADRE_STR("{\"to\":{\"city\":\"a\"}}"), &limits,
                                            &parcel),
                     0);
    ck_assert_int_eq(
        cadre__json_read_model(&validation, cadre__plan_of(&parcel_model),
                               CADRE_STR("{\"to\":{\"city\":\"a\"},\"to\":{\"city\":\"b\"}}"),
                               &limits, &parcel),
        -EMSGSIZE);
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

START_TEST(authors_have_it_in_one_call)
{
    struct cadre_arena *own = cadre_arena_new();
    struct line line = {.count = 99};
    const char *problems = NULL;
    struct cadre_str json;

    ck_assert_int_eq(cadre_model_from_json(&line_model,
                                           CADRE_STR("{\"product\":\"tea\",\"count\":2}"), own,
                                           &line, &problems),
                     0);
    ck_assert_ptr_null(problems);
    ck_assert_int_eq(cadre_model_to_json(&line_model, &line, 0, own, &json), 0);
    ck_assert_str_eq(json.ptr, "{\"product\":\"tea\",\"count\":2}");
    ck_assert_uint_eq(json.len, strlen(json.ptr));
    ck_assert_int_eq(
        cadre_model_from_json(&line_model, CADRE_STR("{\"count\":2}"), own, &line, &problems),
        -EINVAL);
    ck_assert_str_eq(problems, "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"product\"],\"msg\":"
                               "\"Field required\",\"input\":{\"count\":2}}]}");
    ck_assert_int_eq(cadre_model_from_json(&line_model, CADRE_STR("{"), own, &line, NULL), -EINVAL);
    ck_assert_int_eq(cadre_model_from_json(&line_model, CADRE_STR("\"\xff\""), own, &line, NULL),
                     -EILSEQ);
    cadre_arena_free(own);
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

static int silent_before(struct cadre_validation *v, struct cadre_input *input)
{
    (void)v;
    if (input->text.len == 2)
        return -EINVAL;
    input->text = CADRE_STR("{no JSON");
    return 0;
}
CADRE_MODEL(silent_model, struct closed, closed_fields, .before = silent_before);

START_TEST(there_are_problems_whenever_it_is_wrong)
{
    struct cadre_arena *own = cadre_arena_new();
    struct closed closed;
    const char *problems = NULL;

    ck_assert_int_eq(cadre_model_from_json(&silent_model, CADRE_STR("{}"), own, &closed, &problems),
                     -EINVAL);
    ck_assert_ptr_nonnull(problems);
    ck_assert_str_eq(problems, "{\"detail\":[]}");
    problems = NULL;
    ck_assert_int_eq(
        cadre_model_from_json(&silent_model, CADRE_STR("{\"a\":1}"), own, &closed, &problems),
        -EINVAL);
    ck_assert_ptr_nonnull(problems);
    ck_assert_ptr_nonnull(strstr(problems, "\"json_invalid\""));
    cadre_arena_free(own);
}
END_TEST

UNIT_MAIN(
    "model/json_read", UNIT_CASE(an_order_goes_to_its_struct),
    UNIT_CASE(the_order_of_fields_is_free), UNIT_CASE(of_fields_with_one_name_the_last_counts),
    UNIT_CASE(of_many_keys_the_last_of_each_counts),
    UNIT_CASE(what_is_absent_has_its_default_or_is_none), UNIT_CASE(long_lists_grow),
    UNIT_CASE(all_that_is_wrong_is_told_in_the_order_of_the_table),
    UNIT_CASE(containers_of_the_wrong_type_are_told), UNIT_CASE(a_list_may_be_too_long),
    UNIT_CASE(syntax_comes_before_all_else), UNIT_CASE(a_document_that_is_cut_is_none),
    UNIT_CASE(a_string_with_a_nul_is_no_c_string),
    UNIT_CASE(unknown_fields_are_skipped_forbidden_or_kept), UNIT_CASE(aliases_are_the_names),
    UNIT_CASE(a_tag_tells_what_is_in_a_union), UNIT_CASE(validators_see_objects_before_and_after),
    UNIT_CASE(models_in_models_have_a_limit), UNIT_CASE(what_validators_change_has_the_same_limit),
    UNIT_CASE(what_lists_take_has_a_limit), UNIT_CASE(what_pointers_take_has_a_limit),
    UNIT_CASE(authors_have_it_in_one_call), UNIT_CASE(there_are_problems_whenever_it_is_wrong),
    UNIT_CASE(a_set_tells_apart_what_differs), UNIT_CASE(names_with_escapes_are_read_as_such),
    UNIT_CASE(of_many_wrong_values_the_last_counts),
    UNIT_CASE(integers_of_all_widths_have_their_range),
    UNIT_LOOP(the_reader_agrees_with_the_converters, N_SCALAR_CASES))
