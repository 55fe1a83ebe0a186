/* SPDX-License-Identifier: MIT */
/* Values of JSON by their types: wrong ones, pointers, and what is in one another. */
#include "config.h"

#include "json_check.h"

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

static const struct {
    const struct cadre_model *model;
    const char *open;
} deep[] = {
    {&node_model, "{\"next\":"},
    {&stick_model, "{\"which\":\"stick\",\"twig\":"},
    {&stick_model, "{\"twig\":{\"which\":\"stick\",\"which\":"},
    {&atlas_model, "{\"maps\":{\"a\":{\"atlas\":"},
    {&knot_model, "{\"next\":["},
    {&chain_model, "{\"link\":"},
    {&cat_model, "{\"x\":["},
};

/* Far more than there may be, with nothing that ends them. */
START_TEST(what_is_nested_without_end_is_refused)
{
    char room[64];
    struct cadre__buf json;

    ck_assert_uint_le(deep[_i].model->struct_size, sizeof(room));
    cadre__buf_init(&json);
    put_times(&json, deep[_i].open, 128);
    ck_assert_int_eq(read_into(deep[_i].model, cadre__buf_text(&json), room), -EBADMSG);
    cadre__buf_clear(&json);
    put_times(&json, deep[_i].open, 100000);
    ck_assert_int_eq(read_into(deep[_i].model, cadre__buf_text(&json), room), -EBADMSG);
    ck_assert_uint_eq(validation.issues.n, 1);
    cadre__buf_done(&json);
}
END_TEST

UNIT_MAIN("model/json_read_value", UNIT_CASE(containers_of_the_wrong_type_are_told),
          UNIT_CASE(models_in_models_have_a_limit),
          UNIT_CASE(what_validators_change_has_the_same_limit),
          UNIT_CASE(what_pointers_take_has_a_limit),
          UNIT_LOOP(what_is_nested_without_end_is_refused, sizeof(deep) / sizeof(deep[0])))
