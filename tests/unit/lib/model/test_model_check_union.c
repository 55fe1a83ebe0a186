/* SPDX-License-Identifier: MIT */
/* Tables of unions that nobody can mean (model/model_check_union.c); those with a discriminator are
 * among the tables of test_model_check.c. */
#include "config.h"

#include <cadre/model.h>
#include <cadre/params.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

struct cat {
    int lives;
};
static const struct cadre_field cat_fields[] = {CADRE_FIELD(struct cat, lives), CADRE_FIELDS_END};
CADRE_MODEL(cat_model, struct cat, cat_fields);

enum kind { CAT, INT, STR };
struct any {
    uint8_t kind;
    union {
        struct cat cat;
        int i;
        const char *s;
        struct cadre_opt_int maybe;
        struct cat *pointer;
        CADRE_LIST_OF(int) list;
    };
};
struct larger {
    uint8_t kind;
    char room[100];
    int i;
};
struct holder {
    struct any any;
    CADRE_LIST_OF(struct any) list;
};

static int make(struct cadre_arena *arena, void *value)
{
    (void)arena, (void)value;
    return 0;
}

#define CHOICE(...) CADRE_CHOICE(struct any, "int", INT, __VA_ARGS__)
#define UNION(name_, ...)                                                                          \
    static const struct cadre_choice name_##_choices[] = {__VA_ARGS__};                            \
    CADRE_UNTAGGED_UNION_TYPE(name_##_union, struct any, kind, name_##_choices);                   \
    static const struct cadre_field name_##_fields[] = {                                           \
        CADRE_UNION(struct holder, any, name_##_union), CADRE_FIELDS_END};                         \
    CADRE_MODEL(name_, struct holder, name_##_fields)

UNION(empty, CADRE_CHOICES_END);
UNION(no_row, {.tag = "int", .whole_size = sizeof(struct any)}, CADRE_CHOICES_END);
UNION(of_other, CADRE_CHOICE(struct larger, "int", INT, i), CADRE_CHOICES_END);
UNION(far_out,
      {.tag = "int",
       .whole_size = sizeof(struct any),
       .row = &(const struct cadre_field)CADRE_FIELD(struct larger, i)},
      CADRE_CHOICES_END);
UNION(on_the_tag, CADRE_CHOICE(struct any, "int", INT, kind), CADRE_CHOICES_END);
UNION(same_tag, CHOICE(i), CADRE_CHOICE(struct any, "int", STR, s), CADRE_CHOICES_END);
UNION(same_value, CHOICE(i), CADRE_CHOICE(struct any, "str", INT, s), CADRE_CHOICES_END);
UNION(too_large, CADRE_CHOICE(struct any, "int", 256, i), CADRE_CHOICES_END);
UNION(maybe, CHOICE(maybe), CADRE_CHOICES_END);
UNION(pointer,
      CADRE_CHOICE_ROW(struct any, "cat", CAT, CADRE_OPT_NESTED(struct any, pointer, cat_model)),
      CADRE_CHOICES_END);
UNION(optional, CADRE_CHOICE(struct any, "str", STR, s, .optional = true), CADRE_CHOICES_END);
UNION(with_default, CHOICE(i, CADRE_DEFAULT(5)), CADRE_CHOICES_END);
UNION(with_maker, CHOICE(i, .default_fn = make), CADRE_CHOICES_END);
UNION(with_alias, CHOICE(i, .alias = "I"), CADRE_CHOICES_END);
UNION(with_source, CADRE_CHOICE_ROW(struct any, "int", INT, CADRE_QUERY(struct any, i)),
      CADRE_CHOICES_END);
UNION(crossed, CHOICE(i, CADRE_GT(5), CADRE_LT(3)), CADRE_CHOICES_END);
UNION(length_of_int, CHOICE(i, .max_length = 3), CADRE_CHOICES_END);
UNION(bad_list,
      CADRE_CHOICE_ROW(struct any, "list", INT,
                       CADRE_LIST(struct any, list, CADRE_EACH(.max_length = 3))),
      CADRE_CHOICES_END);
UNION(right, CHOICE(i), CADRE_CHOICE(struct any, "str", STR, s),
      CADRE_CHOICE_NESTED(struct any, "cat", CAT, cat, cat_model), CADRE_CHOICES_END);

static const struct {
    const struct cadre_model *model;
    const char *says;
} all[] = {
    {&empty, ", field any: its union has no choices"},
    {&no_row, ", field any: choice 'int' has no row"},
    {&of_other, ", field any: choice 'int' is one of another struct than struct any"},
    {&far_out, ", field any, choice 'int': it lies outside of struct any"},
    {&on_the_tag, ", field any, choice 'int': it lies where the tag of struct any is"},
    {&same_tag, ", field any: struct any has the tag 'int' twice"},
    {&same_value, ", field any: the tags 'int' and 'str' of struct any have the same value"},
    {&too_large, ", field any: the tag of struct any does not hold the value of 'int'"},
    {&maybe, ", field any, choice 'int': a choice is the value itself: no cadre_opt_*"},
    {&pointer, ", field any, choice 'cat': a choice is the value itself: no cadre_opt_*"},
    {&optional, ", field any, choice 'str': a choice has constraints alone: no default"},
    {&with_default, ", field any, choice 'int': a choice has constraints alone: no default"},
    {&with_maker, ", field any, choice 'int': a choice has constraints alone: no default"},
    {&with_alias, ", field any, choice 'int': a choice has constraints alone: no default"},
    {&with_source, ", field any, choice 'int': a choice is no parameter of its own"},
    {&crossed, ", field any, choice 'int': no value lies between gt and lt"},
    {&length_of_int, ", field any, choice 'int': max_length does not go with an integer"},
    {&bad_list, ", field any, choice 'list'[]: max_length does not go with an integer"},
};

START_TEST(a_table_that_nobody_means_is_refused_by_name_and_rule)
{
    const char *why = "";
    char wanted[256];

    ck_assert_int_eq(cadre_model_prepare(all[_i].model, &why), -EINVAL);
    snprintf(wanted, sizeof(wanted), ": model %s%s", all[_i].model->symbol, all[_i].says);
    ck_assert_msg(strstr(why, wanted) != NULL, "\nsays   %s\nwanted %s", why, wanted);
}
END_TEST

/* Words of the whole are those of a union. */
static const struct cadre_field worded_fields[] = {
    CADRE_UNION(struct holder, any, right_union, CADRE_GT(5)), CADRE_FIELDS_END};
CADRE_MODEL(worded, struct holder, worded_fields);

static const struct cadre_field lists_fields[] = {
    CADRE_UNION(struct holder, any, right_union, CADRE_DEFAULT_JSON("\"x\"")),
    CADRE_LIST_UNION(struct holder, list, right_union, .max_items = 3), CADRE_FIELDS_END};
CADRE_MODEL(lists, struct holder, lists_fields);

static const struct cadre_field bad_default_fields[] = {
    CADRE_UNION(struct holder, any, right_union, CADRE_DEFAULT_JSON("[]")), CADRE_FIELDS_END};
CADRE_MODEL(bad_default, struct holder, bad_default_fields);

START_TEST(a_table_that_can_be_meant_is_taken)
{
    const char *why = "";

    ck_assert_msg(cadre_model_prepare(&right, &why) == 0, "%s", why);
    ck_assert_msg(cadre_model_prepare(&lists, &why) == 0, "%s", why);
    ck_assert_int_eq(cadre_model_prepare(&worded, &why), -EINVAL);
    ck_assert_msg(strstr(why, "field any: gt does not go with a union") != NULL, "%s", why);
    ck_assert_int_eq(cadre_model_prepare(&bad_default, &why), -EINVAL);
    ck_assert_msg(strstr(why, "field any: its default is wrong: ") != NULL, "%s", why);
}
END_TEST

UNIT_MAIN("model/model_check_union",
          UNIT_LOOP(a_table_that_nobody_means_is_refused_by_name_and_rule,
                    sizeof(all) / sizeof(all[0])),
          UNIT_CASE(a_table_that_can_be_meant_is_taken))
