/* SPDX-License-Identifier: MIT */
/* Which schemas a document has, and their names (model/schema_set.c). What is in them is the
 * subject of test_schema.c. */
#include "config.h"

#include "model/schema_set.h"

#include "tests/unit/unit.h"

#include "every.h"
#include "json_models.h"

static const struct cadre__plan *prepared(const struct cadre_model *model)
{
    const char *why = "";

    ck_assert_msg(cadre_model_prepare(model, &why) == 0, "%s", why);
    return cadre__plan_of(model);
}

static struct cadre__schemas *new_set(void)
{
    struct cadre__schemas *set = NULL;

    ck_assert_int_eq(cadre__schemas_new("#/", &set), 0);
    ck_assert(!cadre__schemas_has_any(set));
    return set;
}

static void add(struct cadre__schemas *set, const struct cadre_model *model,
                enum cadre__schema_form form)
{
    ck_assert_int_eq(cadre__schemas_add_model(set, prepared(model), form), 0);
    ck_assert(cadre__schemas_has_any(set));
}

START_TEST(nothing_is_added_twice)
{
    struct cadre__schemas *set = new_set();

    add(set, &order_model, CADRE__SCHEMA_INPUT);
    size_t n = set->n;
    ck_assert_uint_eq(n, 6); /* order, color, line, address, cat, dog */
    add(set, &order_model, CADRE__SCHEMA_INPUT);
    add(set, &order_model, CADRE__SCHEMA_OUTPUT);
    add(set, &line_model, CADRE__SCHEMA_INPUT);
    ck_assert_uint_eq(set->n, n);
    ck_assert_ptr_nonnull(cadre__schema_of_enum(set, &colors));
    ck_assert_ptr_null(cadre__schema_of_enum(set, &levels));
    cadre__schemas_free(set);
}
END_TEST

START_TEST(a_variant_is_not_the_model_itself)
{
    struct cadre__schemas *set = new_set();

    add(set, &owner_model, CADRE__SCHEMA_INPUT);
    const struct cadre__plan *cat = prepared(&cat_model);
    ck_assert_ptr_null(cadre__schema_of_model(set, cat, NULL, CADRE_STR("")));
    ck_assert_ptr_null(cadre__schema_of_model(set, cat, "pet_type", CADRE_STR("dog")));
    ck_assert_ptr_nonnull(cadre__schema_of_model(set, cat, "pet_type", CADRE_STR("cat")));
    ck_assert_ptr_null(cadre__schema_of_tuple(set, cat));
    add(set, &cat_model, CADRE__SCHEMA_INPUT);
    ck_assert_int_eq(cadre__schemas_settle(set), 0);
    /* The model has its own name, whichever came first. */
    ck_assert_str_eq(cadre__schema_name(cadre__schema_of_model(set, cat, NULL, CADRE_STR("")),
                                        CADRE__SCHEMA_INPUT),
                     "cat");
    ck_assert_str_eq(
        cadre__schema_name(cadre__schema_of_model(set, cat, "pet_type", CADRE_STR("cat")),
                           CADRE__SCHEMA_INPUT),
        "cat_cat");
    cadre__schemas_free(set);
}
END_TEST

struct leaf {
    struct cadre_decimal price;
};
static const struct cadre_field leaf_fields[] = {CADRE_FIELD(struct leaf, price), CADRE_FIELDS_END};
CADRE_MODEL(leaf_model, struct leaf, leaf_fields);
struct tree {
    CADRE_LIST_OF(struct leaf) leaves;
    struct tree *next;
    struct cat cat;
};
CADRE_MODEL_DECLARE(tree_model, struct tree);
static const struct cadre_field tree_fields[] = {
    CADRE_LIST_NESTED(struct tree, leaves, leaf_model),
    CADRE_OPT_NESTED(struct tree, next, tree_model),
    CADRE_NESTED(struct tree, cat, cat_model),
    CADRE_FIELDS_END,
};
CADRE_MODEL(tree_model, struct tree, tree_fields);

START_TEST(what_differs_makes_all_around_it_differ)
{
    struct cadre__schemas *set = new_set();

    add(set, &tree_model, CADRE__SCHEMA_INPUT);
    add(set, &tree_model, CADRE__SCHEMA_OUTPUT);
    ck_assert_int_eq(cadre__schemas_settle(set), 0);
    ck_assert(cadre__schemas_has(set, "tree-Input") && cadre__schemas_has(set, "tree-Output"));
    ck_assert(cadre__schemas_has(set, "leaf-Input") && cadre__schemas_has(set, "leaf-Output"));
    ck_assert(cadre__schemas_has(set, "cat") && !cadre__schemas_has(set, "cat-Input"));
    ck_assert(!cadre__schemas_has(set, "tree"));
    cadre__schemas_free(set);
}
END_TEST

START_TEST(of_one_form_nothing_differs)
{
    struct cadre__schemas *set = new_set();

    add(set, &tree_model, CADRE__SCHEMA_OUTPUT);
    ck_assert_int_eq(cadre__schemas_settle(set), 0);
    ck_assert(cadre__schemas_has(set, "tree") && cadre__schemas_has(set, "leaf"));
    cadre__schemas_free(set);
}
END_TEST

START_TEST(a_text_has_its_name_where_that_is_free)
{
    struct cadre__schemas *set = new_set();
    struct cadre__buf buf;
    struct cadre__json_out out = {.buf = &buf};

    add(set, &cat_model, CADRE__SCHEMA_INPUT);
    ck_assert_int_eq(cadre__schemas_settle(set), 0);
    ck_assert_int_eq(cadre__schemas_add_text(set, "Error", CADRE_STR("{\"type\":\"string\"}")), 0);
    ck_assert_int_eq(cadre__schemas_add_text(set, "Error", CADRE_STR("{}")), 0);
    ck_assert_int_eq(cadre__schemas_add_text(set, "cat", CADRE_STR("{}")), 0);
    ck_assert_uint_eq(set->n, 2);
    cadre__buf_init(&buf);
    cadre__json_open(&out, '{');
    cadre__schemas_put_all(set, &out);
    cadre__json_close(&out, '}');
    ck_assert_str_eq(cadre__buf_text(&buf),
                     "{\"Error\":{\"type\":\"string\"},\"cat\":{\"properties\":{\"lives\":{"
                     "\"type\":\"integer\",\"format\":\"int32\",\"title\":\"Lives\"}},\"type\":"
                     "\"object\",\"required\":[\"lives\"],\"title\":\"cat\"}}");
    cadre__buf_done(&buf);
    cadre__schemas_free(set);
    cadre__schemas_free(NULL);
}
END_TEST

UNIT_MAIN("model/schema_set", UNIT_CASE(nothing_is_added_twice),
          UNIT_CASE(a_variant_is_not_the_model_itself),
          UNIT_CASE(what_differs_makes_all_around_it_differ),
          UNIT_CASE(of_one_form_nothing_differs), UNIT_CASE(a_text_has_its_name_where_that_is_free))
