/* SPDX-License-Identifier: MIT */
/*
 * Tests of lib/model/model_check.c and of what plan.c finds besides: tables that compile and that
 * nobody can mean, each refused when it is loaded, with the names of model and field and the rule.
 * Those that do not compile are in tests/checks/tables.sh.
 */
#include "config.h"

#include <cadre/model.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

enum color { RED, GREEN };
CADRE_ENUM_TYPE(colors, enum color, {"red", RED}, {"green", GREEN});
CADRE_ENUM_TYPE(no_colors, enum color, {NULL, 0});
CADRE_ENUM_TYPE(twice_red, enum color, {"red", RED}, {"red", GREEN});
CADRE_ENUM_TYPE(red_and_red, enum color, {"red", RED}, {"rouge", RED});
CADRE_ENUM_TYPE(tiny, int8_t, {"big", 300});

struct cat {
    int lives;
};
struct dog {
    const char *kind;
};
enum pet_kind { CAT, DOG };
struct pet {
    enum pet_kind kind;
    union {
        struct cat cat;
        struct dog dog;
    };
};
struct other_pet {
    enum pet_kind kind;
    struct cat cat;
    long more[4];
};

static const struct cadre_field cat_fields[] = {CADRE_FIELD(struct cat, lives), CADRE_FIELDS_END};
CADRE_MODEL(cat_model, struct cat, cat_fields);
static const struct cadre_field dog_fields[] = {CADRE_FIELD(struct dog, kind), CADRE_FIELDS_END};
CADRE_MODEL(dog_model, struct dog, dog_fields);

static const struct cadre_variant none[] = {CADRE_VARIANTS_END};
static const struct cadre_variant same_tag[] = {
    CADRE_VARIANT(struct pet, "cat", CAT, cat, cat_model),
    CADRE_VARIANT(struct pet, "cat", DOG, dog, dog_model), CADRE_VARIANTS_END};
static const struct cadre_variant same_value[] = {
    CADRE_VARIANT(struct pet, "cat", CAT, cat, cat_model),
    CADRE_VARIANT(struct pet, "dog", CAT, dog, dog_model), CADRE_VARIANTS_END};
static const struct cadre_variant of_other[] = {
    CADRE_VARIANT(struct other_pet, "cat", CAT, cat, cat_model), CADRE_VARIANTS_END};
static const struct cadre_variant right[] = {CADRE_VARIANT(struct pet, "cat", CAT, cat, cat_model),
                                             CADRE_VARIANT(struct pet, "dog", DOG, dog, dog_model),
                                             CADRE_VARIANTS_END};
CADRE_UNION_TYPE(no_pets, struct pet, kind, "type", none);
CADRE_UNION_TYPE(same_tags, struct pet, kind, "type", same_tag);
CADRE_UNION_TYPE(same_values, struct pet, kind, "type", same_value);
CADRE_UNION_TYPE(others, struct pet, kind, "type", of_other);
CADRE_UNION_TYPE(nameless, struct pet, kind, "", right);
CADRE_UNION_TYPE(right_pets, struct pet, kind, "type", right);
CADRE_UNION_TYPE(shadowed, struct pet, kind, "kind", right);

struct thing {
    int n;
    int8_t i8;
    uint8_t u8;
    int64_t i64;
    double d;
    bool b;
    const char *s, *t;
    struct cadre_opt_str note;
    enum color color;
    int8_t tiny;
    struct cat cat;
    struct cat *other;
    struct pet pet;
    struct cadre_date date;
    struct cadre_ip ip;
    struct cadre_uuid uuid;
    struct cadre_decimal dec;
    struct cadre_uri url;
    struct cadre_any any;
    CADRE_LIST_OF(int) list;
    CADRE_LIST_OF(const char *) names;
    CADRE_LIST_OF(struct cadre_opt_int) maybes;
    CADRE_MAP_OF(double) map;
    const struct cadre_upload *file;
    struct cadre_extra extra;
    struct cadre_fields_set set;
};

static int compute(struct cadre_arena *arena, const void *object, void *value)
{
    (void)arena, (void)object, (void)value;
    return 0;
}

static int make(struct cadre_arena *arena, void *value)
{
    (void)arena, (void)value;
    return 0;
}

/* A model of one row, or more, in tables of their own. */
#define ROW(name_, ...)                                                                            \
    static const struct cadre_field name_##_fields[] = {__VA_ARGS__, CADRE_FIELDS_END};            \
    CADRE_MODEL(name_, struct thing, name_##_fields)

#define FIELD(...) CADRE_FIELD(struct thing, __VA_ARGS__)

ROW(gt_above_lt, FIELD(n, CADRE_GT(5), CADRE_LT(3)));
ROW(gt_next_to_lt, FIELD(n, CADRE_GT(5), CADRE_LT(6)));
ROW(between_halves, FIELD(n, CADRE_GE(0.2), CADRE_LE(0.8)));
ROW(gt_is_le, FIELD(d, CADRE_GT(1.5), CADRE_LE(1.5)));
ROW(gt_and_ge, FIELD(n, CADRE_GT(5), CADRE_GE(6)));
ROW(lt_and_le, FIELD(n, CADRE_LT(5), CADRE_LE(6)));
ROW(beyond_u8, FIELD(u8, CADRE_GE(256)));
ROW(below_u8, FIELD(u8, CADRE_LT(0)));
ROW(below_i8, FIELD(i8, CADRE_LE(-129)));
ROW(beyond_i64, FIELD(i64, CADRE_GT(INT64_MAX)));
ROW(text_bound, FIELD(n, CADRE_GT("5")));
ROW(nan_bound, FIELD(d, CADRE_GT(__builtin_nan(""))));
ROW(infinite_bound, FIELD(d, CADRE_LT(__builtin_inf())));
ROW(multiple_of_0, FIELD(n, CADRE_MULTIPLE_OF(0)));
ROW(multiple_of_less, FIELD(n, CADRE_MULTIPLE_OF(-3)));
ROW(bound_of_string, FIELD(s, CADRE_GT(0)));
ROW(length_of_int, FIELD(n, .max_length = 3));
ROW(pattern_of_int, FIELD(n, .pattern = "^a$"));
ROW(items_of_string, FIELD(s, .max_items = 3));
ROW(digits_of_double, FIELD(d, .max_digits = 3));
ROW(past_of_string, FIELD(s, .past = true));
ROW(zone_of_date, FIELD(date, .zone = CADRE_ZONE_AWARE));
ROW(schemes_of_string, FIELD(s, CADRE_HTTP_ONLY));
ROW(unique_map, CADRE_MAP(struct thing, map, .unique = true));
ROW(literal_string, FIELD(s, .literal = true));
ROW(secret_int, FIELD(n, .secret = true));
ROW(min_above_max, FIELD(s, .min_length = 5, .max_length = 3));
ROW(min_of_nothing, FIELD(s, .min_length = 1, .max_length = CADRE_NOTHING));
ROW(items_crossed, CADRE_LIST(struct thing, list, .min_items = 5, .max_items = 3));
ROW(bad_pattern, FIELD(s, .pattern = "^(a$"));
ROW(lower_upper, FIELD(s, .lower = true, .upper = true));
ROW(past_future, FIELD(date, .past = true, .future = true));
ROW(unique_set, CADRE_LIST(struct thing, list, .unique = true, .set = true));
ROW(uuid_9, FIELD(uuid, .uuid_version = 9));
ROW(ip_5, FIELD(ip, .ip_version = 5));
ROW(ip_of_url, FIELD(url, .ip_version = 4));
ROW(json_of_int, FIELD(n, .json = true));
ROW(no_schemes, FIELD(url, .schemes = (const char *const[]){NULL}));
ROW(places_above, FIELD(dec, .max_digits = 2, .max_places = 3));
ROW(each_of_int, FIELD(n, CADRE_EACH(CADRE_GT(0))));
ROW(bad_each, CADRE_LIST(struct thing, list, CADRE_EACH(CADRE_GT(5), CADRE_LT(3))));
ROW(length_each, CADRE_LIST(struct thing, list, CADRE_EACH(.max_length = 3)));
ROW(default_each, CADRE_LIST(struct thing, list, CADRE_EACH(CADRE_DEFAULT(3))));
ROW(optional_each, CADRE_LIST(struct thing, maybes));
ROW(pattern_each, CADRE_LIST(struct thing, names, CADRE_EACH(.pattern = "[")));
ROW(required_default, FIELD(n, .required = true, CADRE_DEFAULT(3)));
ROW(two_defaults, FIELD(n, CADRE_DEFAULT(3), .default_fn = make));
ROW(optional_int, FIELD(n, .optional = true));
ROW(never_null, FIELD(s, .not_null = true));
ROW(required_not_null, FIELD(note, .required = true, .not_null = true));
ROW(read_write, FIELD(n, .read_only = true, .write_only = true));
ROW(read_required, FIELD(note, .read_only = true, .required = true));
ROW(default_of_text, FIELD(n, CADRE_DEFAULT("three")));
ROW(default_of_half, FIELD(n, CADRE_DEFAULT(1.5)));
ROW(default_too_big, FIELD(u8, CADRE_DEFAULT(300)));
ROW(default_of_number, FIELD(s, CADRE_DEFAULT(5)));
ROW(default_no_date, FIELD(date, CADRE_DEFAULT("2026-02-30")));
ROW(default_no_color, CADRE_ENUM(struct thing, color, colors, CADRE_DEFAULT(7)));
ROW(default_bad_name, CADRE_ENUM(struct thing, color, colors, CADRE_DEFAULT("blue")));
ROW(default_of_list, CADRE_LIST(struct thing, list, CADRE_DEFAULT(3)));
ROW(json_of_words, CADRE_LIST(struct thing, list, CADRE_DEFAULT_JSON("[1, two]")));
ROW(json_of_strings, CADRE_LIST(struct thing, list, CADRE_DEFAULT_JSON("[1, \"two\"]")));
ROW(json_too_long, CADRE_LIST(struct thing, list, CADRE_DEFAULT_JSON("[1, 2]"), .max_items = 1));
ROW(empty_of_int, FIELD(n, CADRE_DEFAULT_EMPTY));
ROW(empty_of_required, CADRE_NESTED(struct thing, cat, cat_model, CADRE_DEFAULT_EMPTY));
ROW(enum_of_none, CADRE_ENUM(struct thing, color, no_colors));
ROW(enum_twice, CADRE_ENUM(struct thing, color, twice_red));
ROW(enum_same, CADRE_ENUM(struct thing, color, red_and_red));
ROW(enum_too_big, CADRE_ENUM(struct thing, tiny, tiny));
ROW(union_of_none, CADRE_UNION(struct thing, pet, no_pets));
ROW(union_same_tag, CADRE_UNION(struct thing, pet, same_tags));
ROW(union_same_value, CADRE_UNION(struct thing, pet, same_values));
ROW(union_of_other, CADRE_UNION(struct thing, pet, others));
ROW(union_nameless, CADRE_UNION(struct thing, pet, nameless));
ROW(union_shadowed, CADRE_UNION(struct thing, pet, shadowed));
ROW(same_name, FIELD(n), FIELD(i8, .alias = "n"));
ROW(same_row, FIELD(n), FIELD(n));
ROW(no_alias, FIELD(n, .alias = ""));
ROW(computed_default, CADRE_COMPUTED(total, double, compute, CADRE_DEFAULT(3)));
ROW(computed_bound, CADRE_COMPUTED(total, double, compute, CADRE_GT(0)));
ROW(file_field, FIELD(file));
ROW(embedded_field, FIELD(n, .embed = true));
ROW(below, CADRE_NESTED(struct thing, cat, cat_model), CADRE_LIST(struct thing, list),
    FIELD(s, .min_length = 2, .max_length = 1));

static const struct cadre_field plain_fields[] = {FIELD(n), CADRE_FIELDS_END};
static const struct cadre_field alias_fields[] = {FIELD(n, .alias = "i8"), FIELD(i8),
                                                  CADRE_FIELDS_END};
CADRE_MODEL(no_table, struct thing, NULL);
CADRE_MODEL(no_place, struct thing, plain_fields, .extra = CADRE_EXTRA_ALLOW);
CADRE_MODEL(place_only, struct thing, plain_fields, .extra_at = 1);
CADRE_MODEL(two_ways, struct thing, alias_fields, .by_name = true);

struct nest {
    struct thing thing;
};
static const struct cadre_field nest_fields[] = {CADRE_NESTED(struct nest, thing, gt_above_lt),
                                                 CADRE_FIELDS_END};
CADRE_MODEL(nest, struct nest, nest_fields);

static const struct bad {
    const struct cadre_model *model;
    const char *says; /* behind "model NAME" */
} all[] = {
    {&gt_above_lt, ", field n: no value lies between gt and lt"},
    {&gt_next_to_lt, ", field n: no value lies between gt and lt"},
    {&between_halves, ", field n: no value lies between ge and le"},
    {&gt_is_le, ", field d: no value lies between gt and le"},
    {&gt_and_ge, ", field n: gt and ge are both given"},
    {&lt_and_le, ", field n: lt and le are both given"},
    {&beyond_u8, ", field u8: ge is above all that the member can hold"},
    {&below_u8, ", field u8: lt is below all that the member can hold"},
    {&below_i8, ", field i8: le is below all that the member can hold"},
    {&beyond_i64, ", field i64: gt is above all that the member can hold"},
    {&text_bound, ", field n: gt must be a number"},
    {&nan_bound, ", field d: gt is not a number"},
    {&infinite_bound, ", field d: lt is infinite: leave it out, or ask for .finite = true"},
    {&multiple_of_0, ", field n: multiple_of must be above 0"},
    {&multiple_of_less, ", field n: multiple_of must be above 0"},
    {&bound_of_string, ", field s: gt does not go with a string"},
    {&length_of_int, ", field n: max_length does not go with an integer"},
    {&pattern_of_int, ", field n: pattern does not go with an integer"},
    {&items_of_string, ", field s: max_items does not go with a string"},
    {&digits_of_double, ", field d: max_digits does not go with a double"},
    {&past_of_string, ", field s: past does not go with a string"},
    {&zone_of_date, ", field date: zone does not go with a date"},
    {&schemes_of_string, ", field s: schemes does not go with a string"},
    {&unique_map, ", field map: unique does not go with a map"},
    {&literal_string, ", field s: literal does not go with a string"},
    {&secret_int, ", field n: secret does not go with an integer"},
    {&min_above_max, ", field s: min_length 5 is above max_length"},
    {&min_of_nothing, ", field s: min_length 1 is above max_length"},
    {&items_crossed, ", field list: min_items 5 is above max_items"},
    {&bad_pattern, ", field s: pattern '^(a$' at offset 4: missing closing parenthesis"},
    {&lower_upper, ", field s: lower and upper are both given"},
    {&past_future, ", field date: past and future are both given"},
    {&unique_set, ", field list: unique and set are both given"},
    {&uuid_9, ", field uuid: uuid_version 9"},
    {&ip_5, ", field ip: ip_version 5: there are 4 and 6"},
    {&ip_of_url, ", field url: ip_version does not go with a url"},
    {&json_of_int, ", field n: json does not go with an integer"},
    {&no_schemes, ", field url: schemes is empty"},
    {&places_above, ", field dec: max_places 3 is above max_digits 2"},
    {&each_of_int, ", field n: CADRE_EACH does not go with an integer"},
    {&bad_each, ", field list[]: no value lies between gt and lt"},
    {&length_each, ", field list[]: max_length does not go with an integer"},
    {&default_each, ", field list[]: an item has constraints alone"},
    {&optional_each, ", field maybes[]: an item is there or is not"},
    {&pattern_each, ", field names[]: pattern '['"},
    {&required_default, ", field n: required, it cannot have a default"},
    {&two_defaults, ", field n: it has more than one default"},
    {&optional_int, ", field n: an integer cannot be none: use a cadre_opt_*"},
    {&never_null, ", field s: not_null says nothing"},
    {&required_not_null, ", field note: required and not_null"},
    {&read_write, ", field n: read_only and write_only"},
    {&read_required, ", field note: read_only, it is never given"},
    {&default_of_text, ", field n: its default is wrong: Input should be a valid integer"},
    {&default_of_half, ", field n: its default is wrong: Input should be a valid integer"},
    {&default_too_big, ", field u8: its default is wrong: Input should be less than or equal to"},
    {&default_of_number, ", field s: its default is wrong: Input should be a valid string"},
    {&default_no_date, ", field date: its default is wrong: Input should be a valid date"},
    {&default_no_color, ", field color: its default is wrong: no name has that value"},
    {&default_bad_name, ", field color: its default is wrong: Input should be 'red' or 'green'"},
    {&default_of_list, ", field list: CADRE_DEFAULT does not go with a list"},
    {&json_of_words, ", field list: its default is wrong: {\"error\":\"Expecting value\"}"},
    {&json_of_strings, ", field list: its default is wrong: Input should be a valid integer"},
    {&json_too_long, ", field list: its default is wrong: List should have at most 1 item"},
    {&empty_of_int, ", field n: CADRE_DEFAULT_EMPTY does not go with an integer"},
    {&empty_of_required, ", field cat: CADRE_DEFAULT_EMPTY: field lives of cat_model is required"},
    {&enum_of_none, ", field color: its enum has no values"},
    {&enum_twice, ", field color: enum color has 'red' twice"},
    {&enum_same, ", field color: 'red' and 'rouge' of enum color have the same value"},
    {&enum_too_big, ", field tiny: int8_t does not hold the value of 'big'"},
    {&union_of_none, ", field pet: its union has no variants"},
    {&union_same_tag, ", field pet: struct pet has the tag 'cat' twice"},
    {&union_same_value, ", field pet: the tags 'cat' and 'dog' of struct pet have the same value"},
    {&union_of_other, ", field pet: variant 'cat' is one of another struct than struct pet"},
    {&union_nameless, ", field pet: its union has no discriminator"},
    {&union_shadowed, ", field pet: variant 'dog': dog_model has a field 'kind', which is the "},
    {&same_name, ", field i8: field n has the same name 'n'"},
    {&same_row, ", field n: field n has the same name 'n'"},
    {&no_alias, ", field n: its alias is empty"},
    {&computed_default, ", field total: computed, it is never read"},
    {&computed_bound, ", field total: computed, it is never checked: no gt"},
    {&file_field, ", field file: a file can only be a parameter of a route"},
    {&embedded_field, ", field n: it is no parameter of a route"},
    {&below, ", field s: min_length 2 is above max_length"},
    {&no_table, ": it has no table of fields"},
    {&no_place, ": extra fields are allowed, but there is no place for them"},
    {&place_only, ": it has a place for extra fields, but does not allow them"},
    {&two_ways, ", field i8: "},
};

#define N_ALL (sizeof(all) / sizeof(all[0]))

START_TEST(a_table_that_nobody_means_is_refused_by_name_and_rule)
{
    const struct cadre_model *model = all[_i].model;
    const char *why;
    char wanted[256];

    ck_assert_int_eq(cadre_model_prepare(model, &why), -EINVAL);
    snprintf(wanted, sizeof(wanted), ": model %s%s", model->symbol, all[_i].says);
    ck_assert_msg(strstr(why, wanted) != NULL, "\nsays   %s\nwanted %s", why, wanted);
    ck_assert_msg(strstr(why, "test_model_check.c:") != NULL, "%s", why);
    /* It stays refused. */
    ck_assert_int_eq(cadre_model_prepare(model, &why), -EINVAL);
}
END_TEST

START_TEST(what_is_below_is_checked_with_what_is_above)
{
    const char *why;

    ck_assert_int_eq(cadre_model_prepare(&nest, &why), -EINVAL);
    ck_assert_msg(strstr(why, "model gt_above_lt, field n") != NULL, "%s", why);
    ck_assert_ptr_null(*nest.plan);
    ck_assert_ptr_null(*gt_above_lt.plan);
}
END_TEST

ROW(bounds_of_zero, FIELD(n, CADRE_GT(0)), FIELD(i8, CADRE_GE(0)), FIELD(u8, CADRE_LE(255)),
    FIELD(d, CADRE_GT(0), CADRE_LT(1e-300)), FIELD(i64, CADRE_GE(INT64_MIN), CADRE_LE(INT64_MAX)),
    FIELD(s, CADRE_DEFAULT("x"), .min_length = 2), FIELD(t, .max_length = CADRE_NOTHING),
    FIELD(b, CADRE_DEFAULT(true)), FIELD(date, CADRE_DEFAULT("2026-01-01")),
    CADRE_ENUM(struct thing, color, colors, CADRE_DEFAULT(GREEN)),
    CADRE_OPT_NESTED(struct thing, other, cat_model), CADRE_UNION(struct thing, pet, right_pets));

START_TEST(a_table_that_can_be_meant_is_taken)
{
    const char *why;

    ck_assert_msg(cadre_model_prepare(&bounds_of_zero, &why) == 0, "%s", why);
    ck_assert_msg(cadre_model_prepare(&bounds_of_zero, &why) == 0, "%s", why);
    ck_assert_ptr_nonnull(*bounds_of_zero.plan);
    ck_assert_ptr_nonnull(*cat_model.plan);
}
END_TEST

UNIT_MAIN("model/model_check",
          UNIT_LOOP(a_table_that_nobody_means_is_refused_by_name_and_rule, N_ALL),
          UNIT_CASE(what_is_below_is_checked_with_what_is_above),
          UNIT_CASE(a_table_that_can_be_meant_is_taken))
