/* SPDX-License-Identifier: MIT */
/* Tags of unions (model/convert_union.c): of every size, to what they stand for and back. */
#include "config.h"

#include "tests/unit/unit.h"

#include "json_models.h"
#include "model/convert.h"

#define TAGGED(name_, tag_type_, first_, second_)                                                  \
    struct name_ {                                                                                 \
        char before;                                                                               \
        tag_type_ tag;                                                                             \
        char behind;                                                                               \
        union {                                                                                    \
            struct cat cat;                                                                        \
            struct dog dog;                                                                        \
            int i;                                                                                 \
        };                                                                                         \
    };                                                                                             \
    static const struct cadre_variant name_##_variants[] = {                                       \
        CADRE_VARIANT(struct name_, "cat", first_, cat, cat_model),                                \
        CADRE_VARIANT(struct name_, "dog", second_, dog, dog_model), CADRE_VARIANTS_END};          \
    CADRE_UNION_TYPE(name_##_tagged, struct name_, tag, "t", name_##_variants);                    \
    static const struct cadre_choice name_##_choices[] = {                                         \
        CADRE_CHOICE_NESTED(struct name_, "cat", first_, cat, cat_model),                          \
        CADRE_CHOICE(struct name_, "int", second_, i), CADRE_CHOICES_END};                         \
    CADRE_UNTAGGED_UNION_TYPE(name_##_untagged, struct name_, tag, name_##_choices);               \
    struct name_##_both {                                                                          \
        struct name_ tagged, untagged;                                                             \
    };                                                                                             \
    static const struct cadre_field name_##_fields[] = {                                           \
        CADRE_UNION(struct name_##_both, tagged, name_##_tagged),                                  \
        CADRE_UNION(struct name_##_both, untagged, name_##_untagged), CADRE_FIELDS_END};           \
    CADRE_MODEL(name_##_model, struct name_##_both, name_##_fields)

TAGGED(of_8, int8_t, -1, 127);
TAGGED(of_16, uint16_t, 0, 65535);
TAGGED(of_32, int, -70000, 70000);
TAGGED(of_64, int64_t, INT64_MIN, INT64_MAX);

static const struct cadre_model *const models[] = {&of_8_model, &of_16_model, &of_32_model,
                                                   &of_64_model};

START_TEST(a_tag_of_any_size_tells_what_there_is)
{
    const char *why = "";
    char value[64];

    ck_assert_msg(cadre_model_prepare(models[_i], &why) == 0, "%s", why);
    const struct cadre__type *tagged = &cadre__plan_of(models[_i])->members[0].type;
    const struct cadre__type *untagged = &cadre__plan_of(models[_i])->members[1].type;
    ck_assert_uint_eq(tagged->n_choices, 0);
    ck_assert_uint_eq(untagged->n_variants, 0);
    for (size_t i = 0; i < 2; i++) {
        memset(value, 0x55, sizeof(value));
        ck_assert_ptr_null(cadre__variant_of(tagged, value));
        ck_assert_ptr_null(cadre__choice_of(untagged, value));
        cadre__variant_set(tagged, &tagged->variant[i], value);
        ck_assert_ptr_eq(cadre__variant_of(tagged, value), &tagged->variant[i]);
        ck_assert_ptr_eq(cadre__choice_of(untagged, value), &untagged->choice[i]);
        ck_assert_ptr_null(cadre__choice_of(tagged, value));
        memset(value, 0x55, sizeof(value));
        cadre__choice_set(untagged, &untagged->choice[i], value);
        ck_assert_ptr_eq(cadre__choice_of(untagged, value), &untagged->choice[i]);
        /* Nothing beside it is written. */
        size_t end = untagged->variants->tag_offset + untagged->variants->tag_size;
        ck_assert_int_eq(value[0], 0x55);
        ck_assert_int_eq(value[end], 0x55);
    }
}
END_TEST

START_TEST(a_variant_is_found_by_its_tag)
{
    const char *why = "";

    ck_assert_msg(cadre_model_prepare(&of_8_model, &why) == 0, "%s", why);
    const struct cadre__type *type = &cadre__plan_of(&of_8_model)->members[0].type;
    ck_assert_ptr_eq(cadre__variant_find(type, CADRE_STR("dog")), &type->variant[1]);
    ck_assert_ptr_null(cadre__variant_find(type, CADRE_STR("do")));
    ck_assert_ptr_null(cadre__variant_find(type, CADRE_STR("")));
}
END_TEST

UNIT_MAIN("model/convert_union",
          UNIT_LOOP(a_tag_of_any_size_tells_what_there_is, sizeof(models) / sizeof(models[0])),
          UNIT_CASE(a_variant_is_found_by_its_tag))
