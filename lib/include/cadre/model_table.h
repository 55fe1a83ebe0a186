/* SPDX-License-Identifier: MIT */
/*
 * <cadre/model_table.h>: the rows of the tables of <cadre/model.h>, and what they are made of.
 *
 * A row names the struct and its member, from which it takes type, size and place; what follows
 * these and, where one is asked for, the model, enum or union, are further members of struct
 * cadre_field. Where member and row do not fit, an assertion says so with the names of both. For C
 * alone.
 */
#ifndef CADRE_MODEL_TABLE_H
#define CADRE_MODEL_TABLE_H

#include <cadre/model.h>

#ifndef __cplusplus

/* --- tables; all that follows names takes further members of struct cadre_field --- */

/* Declares a model before its table, for a header or for a model that holds itself. */
#define CADRE_MODEL_DECLARE(symbol_, type_)                                                        \
    typedef __typeof__(type_) cadre__struct_of_##symbol_;                                          \
    extern __attribute__((visibility("hidden"))) const struct cadre_model symbol_

/* Defines a model; further members of struct cadre_model may follow. */
#define CADRE_MODEL(symbol_, type_, ...) CADRE__MODEL(symbol_, type_, __VA_ARGS__, )
#define CADRE__MODEL(symbol_, type_, fields_, ...)                                                 \
    CADRE_MODEL_DECLARE(symbol_, type_);                                                           \
    static const struct cadre__plan *cadre__plan_of_##symbol_;                                     \
    const struct cadre_model symbol_ = {.size = sizeof(struct cadre_model),                        \
                                        .field_size = sizeof(struct cadre_field),                  \
                                        .type = #type_,                                            \
                                        .symbol = #symbol_,                                        \
                                        .file = __FILE__,                                          \
                                        .line = __LINE__,                                          \
                                        .struct_size = sizeof(type_),                              \
                                        .fields = (fields_),                                       \
                                        .plan = &cadre__plan_of_##symbol_,                         \
                                        __VA_ARGS__}

/* Members of a model's struct for what was unknown, and for what was given. */
#define CADRE_EXTRA_INTO(type_, member_)                                                           \
    .extra = CADRE_EXTRA_ALLOW,                                                                    \
    .extra_at = 1 + CADRE__OFFSET(type_, member_, struct cadre_extra,                              \
                                  "must be a struct cadre_extra to keep unknown fields")
#define CADRE_SET_INTO(type_, member_)                                                             \
    .set_at = 1 + CADRE__OFFSET(type_, member_, struct cadre_fields_set,                           \
                                "must be a struct cadre_fields_set to tell what was given")

/* The last row. */
#define CADRE_FIELDS_END                                                                           \
    {                                                                                              \
        .name = NULL                                                                               \
    }

/* A member whose type says all. */
#define CADRE_FIELD(type_, ...) CADRE__ROW_FIELD(type_, __VA_ARGS__, )
#define CADRE__ROW_FIELD(type_, member_, ...)                                                      \
    {                                                                                              \
        CADRE__SCALAR(type_, member_, CADRE__MEMBER(type_, member_)), __VA_ARGS__                  \
    }

/* A CADRE_OPT_OF(...) of what CADRE_FIELD takes. */
#define CADRE_OPT(type_, ...) CADRE__ROW_OPT(type_, __VA_ARGS__, )
#define CADRE__ROW_OPT(type_, member_, ...)                                                        \
    {                                                                                              \
        CADRE__BASE(type_, member_), CADRE__GIVEN_AT(type_, member_),                              \
            .kind = CADRE__KIND_FOR(type_, member_, CADRE__MEMBER(type_, member_).value),          \
            .size = sizeof(CADRE__MEMBER(type_, member_).value), __VA_ARGS__                       \
    }

/* An enum with its names, and a CADRE_OPT_OF(enum ...). */
#define CADRE_ENUM(type_, member_, ...) CADRE__ROW_ENUM(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_ENUM(type_, member_, enum_, ...)                                                \
    {                                                                                              \
        CADRE__BASE(type_, member_),                                                               \
            CADRE__ENUM(type_, member_, CADRE__MEMBER(type_, member_), enum_), __VA_ARGS__         \
    }
#define CADRE_OPT_ENUM(type_, member_, ...) CADRE__ROW_OPT_ENUM(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_OPT_ENUM(type_, member_, enum_, ...)                                            \
    {                                                                                              \
        CADRE__BASE(type_, member_), CADRE__GIVEN_AT(type_, member_),                              \
            CADRE__ENUM(type_, member_, CADRE__MEMBER(type_, member_).value, enum_), __VA_ARGS__   \
    }

/* A struct with a model; and a pointer to one, which is NULL where nothing or null was given. */
#define CADRE_NESTED(type_, member_, ...) CADRE__ROW_NESTED(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_NESTED(type_, member_, model_, ...)                                             \
    {                                                                                              \
        CADRE__BASE(type_, member_),                                                               \
            CADRE__NESTED(type_, member_, CADRE__MEMBER(type_, member_), model_), __VA_ARGS__      \
    }
#define CADRE_OPT_NESTED(type_, member_, ...) CADRE__ROW_OPT_NESTED(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_OPT_NESTED(type_, member_, model_, ...)                                         \
    {                                                                                              \
        CADRE__BASE(type_, member_),                                                               \
            .pointer = true, .optional = true,                                                     \
            CADRE__NESTED(type_, member_, *CADRE__MEMBER(type_, member_), model_), __VA_ARGS__     \
    }

/* The same, in JSON as an array that holds the fields by their places: [52.5, 13.4]. Fields at its
 * end may be left out where they need not be given. */
#define CADRE_TUPLE(type_, member_, ...) CADRE__ROW_TUPLE(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_TUPLE(type_, member_, model_, ...)                                              \
    {                                                                                              \
        CADRE__BASE(type_, member_),                                                               \
            CADRE__TUPLE(type_, member_, CADRE__MEMBER(type_, member_), model_), __VA_ARGS__       \
    }
#define CADRE_OPT_TUPLE(type_, member_, ...) CADRE__ROW_OPT_TUPLE(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_OPT_TUPLE(type_, member_, model_, ...)                                          \
    {                                                                                              \
        CADRE__BASE(type_, member_),                                                               \
            .pointer = true, .optional = true,                                                     \
            CADRE__TUPLE(type_, member_, *CADRE__MEMBER(type_, member_), model_), __VA_ARGS__      \
    }

/* A struct of a tag and a union, by CADRE_UNION_TYPE or CADRE_UNTAGGED_UNION_TYPE; and a pointer to
 * one. */
#define CADRE_UNION(type_, member_, ...) CADRE__ROW_UNION(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_UNION(type_, member_, union_, ...)                                              \
    {                                                                                              \
        CADRE__BASE(type_, member_),                                                               \
            CADRE__UNION(type_, member_, CADRE__MEMBER(type_, member_), union_), __VA_ARGS__       \
    }
#define CADRE_OPT_UNION(type_, member_, ...) CADRE__ROW_OPT_UNION(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_OPT_UNION(type_, member_, union_, ...)                                          \
    {                                                                                              \
        CADRE__BASE(type_, member_),                                                               \
            .pointer = true, .optional = true,                                                     \
            CADRE__UNION(type_, member_, *CADRE__MEMBER(type_, member_), union_), __VA_ARGS__      \
    }

/* CADRE_LIST_OF: what CADRE_FIELD takes, enums, models, tuples, unions, lists of what CADRE_FIELD
 * takes. */
#define CADRE_LIST(type_, ...) CADRE__ROW_LIST(type_, __VA_ARGS__, )
#define CADRE__ROW_LIST(type_, member_, ...)                                                       \
    {                                                                                              \
        CADRE__LIST_HEAD(type_, member_),                                                          \
            .items = &(const struct cadre_field){CADRE__SCALAR_ITEM(                               \
                type_, member_, *CADRE__MEMBER(type_, member_).items)},                            \
            __VA_ARGS__                                                                            \
    }
#define CADRE_LIST_ENUM(type_, member_, ...) CADRE__ROW_LIST_ENUM(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_LIST_ENUM(type_, member_, enum_, ...)                                           \
    {                                                                                              \
        CADRE__LIST_HEAD(type_, member_),                                                          \
            .items = &(const struct cadre_field){CADRE__ENUM(                                      \
                type_, member_, *CADRE__MEMBER(type_, member_).items, enum_)},                     \
            __VA_ARGS__                                                                            \
    }
#define CADRE_LIST_NESTED(type_, member_, ...) CADRE__ROW_LIST_NESTED(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_LIST_NESTED(type_, member_, model_, ...)                                        \
    {                                                                                              \
        CADRE__LIST_HEAD(type_, member_),                                                          \
            .items = &(const struct cadre_field){CADRE__NESTED(                                    \
                type_, member_, *CADRE__MEMBER(type_, member_).items, model_)},                    \
            __VA_ARGS__                                                                            \
    }
#define CADRE_LIST_TUPLE(type_, member_, ...) CADRE__ROW_LIST_TUPLE(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_LIST_TUPLE(type_, member_, model_, ...)                                         \
    {                                                                                              \
        CADRE__LIST_HEAD(type_, member_),                                                          \
            .items = &(const struct cadre_field){CADRE__TUPLE(                                     \
                type_, member_, *CADRE__MEMBER(type_, member_).items, model_)},                    \
            __VA_ARGS__                                                                            \
    }
#define CADRE_LIST_UNION(type_, member_, ...) CADRE__ROW_LIST_UNION(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_LIST_UNION(type_, member_, union_, ...)                                         \
    {                                                                                              \
        CADRE__LIST_HEAD(type_, member_),                                                          \
            .items = &(const struct cadre_field){CADRE__UNION(                                     \
                type_, member_, *CADRE__MEMBER(type_, member_).items, union_)},                    \
            __VA_ARGS__                                                                            \
    }
#define CADRE_LIST_LIST(type_, ...) CADRE__ROW_LIST_LIST(type_, __VA_ARGS__, )
#define CADRE__ROW_LIST_LIST(type_, member_, ...)                                                  \
    {                                                                                              \
        CADRE__LIST_HEAD(type_, member_),                                                          \
            .items =                                                                               \
                &(const struct cadre_field){                                                       \
                    CADRE__LIST(type_, member_, *CADRE__MEMBER(type_, member_).items),             \
                    .items = &(const struct cadre_field){CADRE__SCALAR_ITEM(                       \
                        type_, member_, *CADRE__MEMBER(type_, member_).items->items)}},            \
            __VA_ARGS__                                                                            \
    }

/* CADRE_MAP_OF, of the same. */
#define CADRE_MAP(type_, ...) CADRE__ROW_MAP(type_, __VA_ARGS__, )
#define CADRE__ROW_MAP(type_, member_, ...)                                                        \
    {                                                                                              \
        CADRE__MAP_HEAD(type_, member_),                                                           \
            .items = &(const struct cadre_field){CADRE__SCALAR_ITEM(                               \
                type_, member_, CADRE__MEMBER(type_, member_).items->value)},                      \
            __VA_ARGS__                                                                            \
    }
#define CADRE_MAP_ENUM(type_, member_, ...) CADRE__ROW_MAP_ENUM(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_MAP_ENUM(type_, member_, enum_, ...)                                            \
    {                                                                                              \
        CADRE__MAP_HEAD(type_, member_),                                                           \
            .items = &(const struct cadre_field){CADRE__ENUM(                                      \
                type_, member_, CADRE__MEMBER(type_, member_).items->value, enum_)},               \
            __VA_ARGS__                                                                            \
    }
#define CADRE_MAP_NESTED(type_, member_, ...) CADRE__ROW_MAP_NESTED(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_MAP_NESTED(type_, member_, model_, ...)                                         \
    {                                                                                              \
        CADRE__MAP_HEAD(type_, member_),                                                           \
            .items = &(const struct cadre_field){CADRE__NESTED(                                    \
                type_, member_, CADRE__MEMBER(type_, member_).items->value, model_)},              \
            __VA_ARGS__                                                                            \
    }
#define CADRE_MAP_TUPLE(type_, member_, ...) CADRE__ROW_MAP_TUPLE(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_MAP_TUPLE(type_, member_, model_, ...)                                          \
    {                                                                                              \
        CADRE__MAP_HEAD(type_, member_),                                                           \
            .items = &(const struct cadre_field){CADRE__TUPLE(                                     \
                type_, member_, CADRE__MEMBER(type_, member_).items->value, model_)},              \
            __VA_ARGS__                                                                            \
    }
#define CADRE_MAP_UNION(type_, member_, ...) CADRE__ROW_MAP_UNION(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_MAP_UNION(type_, member_, union_, ...)                                          \
    {                                                                                              \
        CADRE__MAP_HEAD(type_, member_),                                                           \
            .items = &(const struct cadre_field){CADRE__UNION(                                     \
                type_, member_, CADRE__MEMBER(type_, member_).items->value, union_)},              \
            __VA_ARGS__                                                                            \
    }
#define CADRE_MAP_LIST(type_, ...) CADRE__ROW_MAP_LIST(type_, __VA_ARGS__, )
#define CADRE__ROW_MAP_LIST(type_, member_, ...)                                                   \
    {                                                                                              \
        CADRE__MAP_HEAD(type_, member_),                                                           \
            .items =                                                                               \
                &(const struct cadre_field){                                                       \
                    CADRE__LIST(type_, member_, CADRE__MEMBER(type_, member_).items->value),       \
                    .items = &(const struct cadre_field){CADRE__SCALAR_ITEM(                       \
                        type_, member_, *CADRE__MEMBER(type_, member_).items->value.items)}},      \
            __VA_ARGS__                                                                            \
    }

/* Constraints of the items of a list or map: CADRE_EACH(.max_length = 20); for lists of lists
 * CADRE_EACH(.max_items = 3, CADRE_EACH(CADRE_GE(0))). */
#define CADRE_EACH(...)                                                                            \
    .each = &(const struct cadre_field)                                                            \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

/* A field of the output alone, of a type that CADRE_FIELD takes; fn is a cadre_compute_fn. */
#define CADRE_COMPUTED(name_, type_, ...) CADRE__ROW_COMPUTED(name_, type_, __VA_ARGS__, )
#define CADRE__ROW_COMPUTED(name_, type_, fn_, ...)                                                \
    {                                                                                              \
        .name = #name_, .kind = CADRE__KIND(*(__typeof__(type_) *)0),                              \
        .size = CADRE__SIZE(*(__typeof__(type_) *)0),                                              \
        .given_offset = CADRE__GIVEN(*(__typeof__(type_) *)0),                                     \
        .offset =                                                                                  \
            CADRE__CHECK(CADRE__KIND(*(__typeof__(type_) *)0) != CADRE_KIND_NONE,                  \
                         "computed field " #name_ ": its type is not among those of CADRE_FIELD"), \
        .compute = (fn_), __VA_ARGS__                                                              \
    }

/* The names of an enum, for CADRE_ENUM: rows of {"name", VALUE}. By _NUMBERS JSON has the values
 * themselves, and the names are for the documentation. */
#define CADRE_ENUM_TYPE(symbol_, type_, ...)    CADRE__ENUM_TYPE(symbol_, type_, false, __VA_ARGS__)
#define CADRE_ENUM_NUMBERS(symbol_, type_, ...) CADRE__ENUM_TYPE(symbol_, type_, true, __VA_ARGS__)
#define CADRE__ENUM_TYPE(symbol_, type_, numbers_, ...)                                            \
    typedef __typeof__(type_) cadre__type_of_##symbol_;                                            \
    static const struct cadre_enum symbol_                                                         \
        __attribute__((unused)) = {#type_, sizeof(type_), numbers_,                                \
                                   (const struct cadre_enum_value[]){__VA_ARGS__, {NULL, 0}}}

/*
 * A union that a tag tells apart:
 *
 *     struct pet { enum pet_kind kind; union { struct cat cat; struct dog dog; }; };
 *     static const struct cadre_variant pet_variants[] = {
 *         CADRE_VARIANT(struct pet, "cat", PET_CAT, cat, cat_model),
 *         CADRE_VARIANT(struct pet, "dog", PET_DOG, dog, dog_model),
 *         CADRE_VARIANTS_END
 *     };
 *     CADRE_UNION_TYPE(pets, struct pet, kind, "pet_type", pet_variants);
 *
 * In JSON {"pet_type": "cat", ...}: the models of the variants do not have that field themselves.
 */
#define CADRE_VARIANT(type_, tag_, value_, member_, model_)                                        \
    {                                                                                              \
        .tag = (tag_), .value = (value_),                                                          \
        .offset = CADRE__OFFSET(type_, member_, cadre__struct_of_##model_,                         \
                                "is not the struct of " #model_),                                  \
        .whole_size = sizeof(type_), .model = &(model_)                                            \
    }
#define CADRE_VARIANTS_END                                                                         \
    {                                                                                              \
        .tag = NULL                                                                                \
    }
#define CADRE_UNION_TYPE(symbol_, type_, tag_, discriminator_, variants_)                          \
    typedef __typeof__(type_) cadre__type_of_##symbol_;                                            \
    static const struct cadre_union symbol_                                                        \
        __attribute__((unused)) = {#type_,                                                         \
                                   (discriminator_),                                               \
                                   sizeof(type_),                                                  \
                                   offsetof(type_, tag_),                                          \
                                   sizeof(CADRE__MEMBER(type_, tag_)),                             \
                                   (variants_),                                                    \
                                   NULL}

/*
 * A union that nothing but what is sent tells apart: it is the choice that fits best, as Pydantic's
 * smart mode has it (docs/models.md, "Unions").
 *
 *     struct id { enum id_kind kind; union { int64_t number; const char *name; struct item item; };
 * }; static const struct cadre_choice id_choices[] = { CADRE_CHOICE(struct id, "int", ID_NUMBER,
 * number, CADRE_GT(0)), CADRE_CHOICE(struct id, "str", ID_NAME, name, .max_length = 40),
 *         CADRE_CHOICE_NESTED(struct id, "item", ID_ITEM, item, item_model),
 *         CADRE_CHOICES_END
 *     };
 *     CADRE_UNTAGGED_UNION_TYPE(ids, struct id, kind, id_choices);
 *
 * Members of a model are then CADRE_UNION and its kin. The tag stands in places of errors:
 * ["body", "id", "int"]. Validators of a choice may be called for inputs that end up as another
 * one, and more than once.
 */
#define CADRE_CHOICE(type_, tag_, value_, ...)                                                     \
    CADRE_CHOICE_ROW(type_, tag_, value_, CADRE_FIELD(type_, __VA_ARGS__))
#define CADRE_CHOICE_ENUM(type_, tag_, value_, ...)                                                \
    CADRE_CHOICE_ROW(type_, tag_, value_, CADRE_ENUM(type_, __VA_ARGS__))
#define CADRE_CHOICE_NESTED(type_, tag_, value_, ...)                                              \
    CADRE_CHOICE_ROW(type_, tag_, value_, CADRE_NESTED(type_, __VA_ARGS__))
/* By any row: CADRE_CHOICE_ROW(struct id, "list", ID_LIST, CADRE_LIST(struct id, numbers)). */
#define CADRE_CHOICE_ROW(type_, tag_, value_, ...)                                                 \
    {                                                                                              \
        .tag = (tag_), .value = (value_), .whole_size = sizeof(type_),                             \
        .row = &(const struct cadre_field)__VA_ARGS__                                              \
    }
#define CADRE_CHOICES_END                                                                          \
    {                                                                                              \
        .tag = NULL                                                                                \
    }
#define CADRE_UNTAGGED_UNION_TYPE(symbol_, type_, tag_, choices_)                                  \
    typedef __typeof__(type_) cadre__type_of_##symbol_;                                            \
    static const struct cadre_union symbol_                                                        \
        __attribute__((unused)) = {#type_,                                                         \
                                   NULL,                                                           \
                                   sizeof(type_),                                                  \
                                   offsetof(type_, tag_),                                          \
                                   sizeof(CADRE__MEMBER(type_, tag_)),                             \
                                   NULL,                                                           \
                                   (choices_)}

/* --- constraints and defaults, as members of a row --- */

#define CADRE_GT(x)          .gt = CADRE__CONSTANT(x)
#define CADRE_GE(x)          .ge = CADRE__CONSTANT(x)
#define CADRE_LT(x)          .lt = CADRE__CONSTANT(x)
#define CADRE_LE(x)          .le = CADRE__CONSTANT(x)
#define CADRE_MULTIPLE_OF(x) .multiple_of = CADRE__CONSTANT(x)

/* A number, a truth value, an enum's value; or a text: of a string, or "2026-02-28" of a date. It
 * is checked when the module is loaded. */
#define CADRE_DEFAULT(x) .initial = CADRE__CONSTANT(x)
/* What {} or [] would give. */
#define CADRE_DEFAULT_EMPTY .default_empty = true
/* What this JSON gives. */
#define CADRE_DEFAULT_JSON(text) .default_json = (text)

/* JSON texts: CADRE_EXAMPLES("\"small\"", "3"). */
#define CADRE_EXAMPLES(...)                                                                        \
    .examples = (const char *const[])                                                              \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
/* URLs of the web alone. */
#define CADRE_HTTP_ONLY                                                                            \
    .schemes = (const char *const[])                                                               \
    {                                                                                              \
        "http", "https", NULL                                                                      \
    }

/* --- what the above is made of --- */

#define CADRE__MEMBER(type_, member_) (((__typeof__(type_) *)0)->member_)

/* 0, or an error of the compiler with the text. */
#define CADRE__CHECK(holds_, text_)                                                                \
    (0 * (int)sizeof(struct {                                                                      \
         _Static_assert(holds_, text_);                                                            \
         char cadre__unused;                                                                       \
     }))
#define CADRE__SAME(a_, b_) __builtin_types_compatible_p(__typeof__(a_), __typeof__(b_))

#define CADRE__OFFSET(type_, member_, wanted_, text_)                                              \
    (offsetof(type_, member_) + CADRE__CHECK(CADRE__SAME(CADRE__MEMBER(type_, member_), wanted_),  \
                                             #type_ "." #member_ " " text_))

#define CADRE__BASE(type_, member_) .name = #member_, .offset = (uint32_t)offsetof(type_, member_)
#define CADRE__GIVEN_AT(type_, member_)                                                            \
    .given_offset =                                                                                \
        (uint32_t)(offsetof(__typeof__(CADRE__MEMBER(type_, member_)), given) +                    \
                   CADRE__CHECK(                                                                   \
                       offsetof(__typeof__(CADRE__MEMBER(type_, member_)), value) == 0 &&          \
                           CADRE__SAME(CADRE__MEMBER(type_, member_).given, enum cadre_given),     \
                       #type_ "." #member_ " must be a CADRE_OPT_OF(...)"))

#define CADRE__KIND_FOR(type_, member_, lvalue_)                                                   \
    (enum cadre_kind)(CADRE__KIND(lvalue_) +                                                       \
                      CADRE__CHECK(CADRE__KIND(lvalue_) != CADRE_KIND_NONE,                        \
                                   #type_ "." #member_                                             \
                                          ": its type is not among those of CADRE_FIELD; see "     \
                                          "CADRE_ENUM, CADRE_NESTED, CADRE_LIST, CADRE_MAP, "      \
                                          "CADRE_UNION"))
#define CADRE__SCALAR(type_, member_, lvalue_)                                                     \
    CADRE__BASE(type_, member_), CADRE__SCALAR_ITEM(type_, member_, lvalue_)
#define CADRE__SCALAR_ITEM(type_, member_, lvalue_)                                                \
    .kind = CADRE__KIND_FOR(type_, member_, lvalue_), .size = CADRE__SIZE(lvalue_),                \
    .given_offset = CADRE__GIVEN(lvalue_)

#define CADRE__ENUM(type_, member_, lvalue_, enum_)                                                \
    .kind = (enum cadre_kind)(CADRE_KIND_ENUM +                                                    \
                              CADRE__CHECK(CADRE__SAME(lvalue_, cadre__type_of_##enum_),           \
                                           #type_ "." #member_ " is not of the type of " #enum_)), \
    .size = sizeof(lvalue_), .enumeration = &(enum_)
#define CADRE__NESTED(type_, member_, lvalue_, model_)                                             \
    CADRE__STRUCT(CADRE_KIND_MODEL, type_, member_, lvalue_, model_)
#define CADRE__TUPLE(type_, member_, lvalue_, model_)                                              \
    CADRE__STRUCT(CADRE_KIND_TUPLE, type_, member_, lvalue_, model_)
#define CADRE__STRUCT(kind_, type_, member_, lvalue_, model_)                                      \
    .kind = (enum cadre_kind)(kind_ +                                                              \
                              CADRE__CHECK(CADRE__SAME(lvalue_, cadre__struct_of_##model_), #type_ \
                                           "." #member_ " is not of the struct of " #model_)),     \
    .size = sizeof(lvalue_), .model = &(model_)
#define CADRE__UNION(type_, member_, lvalue_, union_)                                              \
    .kind = (enum cadre_kind)(CADRE_KIND_UNION +                                                   \
                              CADRE__CHECK(CADRE__SAME(lvalue_, cadre__type_of_##union_), #type_   \
                                           "." #member_ " is not of the struct of " #union_)),     \
    .size = sizeof(lvalue_), .variants = &(union_)

#define CADRE__LIST(type_, member_, lvalue_)                                                       \
    .kind = (enum cadre_kind)(                                                                     \
        CADRE_KIND_LIST + CADRE__CHECK(offsetof(__typeof__(lvalue_), items) == 0 &&                \
                                           offsetof(__typeof__(lvalue_), len) == sizeof(void *) && \
                                           sizeof(lvalue_) == 2 * sizeof(void *) &&                \
                                           CADRE__SAME((lvalue_).len, size_t),                     \
                                       #type_ "." #member_ " must be a CADRE_LIST_OF(...)")),      \
    .size = sizeof(lvalue_), .stride = sizeof(*(lvalue_).items)
#define CADRE__LIST_HEAD(type_, member_)                                                           \
    CADRE__BASE(type_, member_), CADRE__LIST(type_, member_, CADRE__MEMBER(type_, member_))

#define CADRE__MAP(type_, member_, lvalue_)                                                        \
    .kind = (enum cadre_kind)(                                                                     \
        CADRE_KIND_MAP + CADRE__CHECK(offsetof(__typeof__(lvalue_), items) == 0 &&                 \
                                          offsetof(__typeof__(lvalue_), len) == sizeof(void *) &&  \
                                          sizeof(lvalue_) == 2 * sizeof(void *) &&                 \
                                          CADRE__SAME((lvalue_).len, size_t) &&                    \
                                          CADRE__SAME((lvalue_).items->key, const char *) &&       \
                                          offsetof(__typeof__(*(lvalue_).items), key) == 0,        \
                                      #type_ "." #member_ " must be a CADRE_MAP_OF(...)")),        \
    .size = sizeof(lvalue_), .stride = sizeof(*(lvalue_).items),                                   \
    .item_offset = offsetof(__typeof__(*(lvalue_).items), value)
#define CADRE__MAP_HEAD(type_, member_)                                                            \
    CADRE__BASE(type_, member_), CADRE__MAP(type_, member_, CADRE__MEMBER(type_, member_))

#define CADRE__CONSTANT(x)                                                                           \
    {                                                                                                \
        .type = _Generic((x), char *                                                               \
                         : CADRE_CONSTANT_TEXT, const char *                                       \
                         : CADRE_CONSTANT_TEXT, float                                              \
                         : CADRE_CONSTANT_DOUBLE, double                                           \
                         : CADRE_CONSTANT_DOUBLE, unsigned long                                    \
                         : CADRE_CONSTANT_UINT, unsigned long long                                 \
                         : CADRE_CONSTANT_UINT, default                                            \
                         : CADRE_CONSTANT_INT),                                                    \
        .integer = (uint64_t)_Generic((x), char * : 0, const char * : 0, float : 0, double : 0,    \
                                      default : (x)),                                              \
        .real = (double)_Generic((x), char * : 0, const char * : 0, default : (x)),                \
        .text = _Generic((x), char * : (x), const char * : (x), default : (const char *)0) \
    }

#define CADRE__OPT_TYPES(X)                                                                        \
    X(bool, BOOL)                                                                                  \
    X(int, INT)                                                                                    \
    X(uint, UINT)                                                                                  \
    X(int64, INT)                                                                                  \
    X(uint64, UINT)                                                                                \
    X(double, DOUBLE)                                                                              \
    X(str, STRING)                                                                                 \
    X(bytes, BYTES)                                                                                \
    X(date, DATE)                                                                                  \
    X(time, TIME)                                                                                  \
    X(datetime, DATETIME)                                                                          \
    X(duration, DURATION)                                                                          \
    X(uuid, UUID)                                                                                  \
    X(ip, IP)                                                                                      \
    X(decimal, DECIMAL)                                                                            \
    X(email, EMAIL)                                                                                \
    X(uri, URL)                                                                                    \
    X(any, ANY)

#define CADRE__OPT_KIND(name_, kind_) struct cadre_opt_##name_ * : CADRE_KIND_##kind_,
#define CADRE__OPT_SIZE(name_, kind_)                                                              \
    struct cadre_opt_##name_ * : sizeof(((struct cadre_opt_##name_ *)0)->value),
#define CADRE__OPT_GIVEN(name_, kind_)                                                             \
    struct cadre_opt_##name_ * : offsetof(struct cadre_opt_##name_, given),

/* By the address, so that an array is not taken for a pointer. */
/* clang-format off */
#define CADRE__KIND(lvalue_)                                                                       \
    _Generic(&(lvalue_),                                                                           \
        signed char *: CADRE_KIND_INT, short *: CADRE_KIND_INT, int *: CADRE_KIND_INT,             \
        long *: CADRE_KIND_INT, long long *: CADRE_KIND_INT, unsigned char *: CADRE_KIND_UINT,     \
        unsigned short *: CADRE_KIND_UINT, unsigned *: CADRE_KIND_UINT,                            \
        unsigned long *: CADRE_KIND_UINT, unsigned long long *: CADRE_KIND_UINT,                   \
        double *: CADRE_KIND_DOUBLE, bool *: CADRE_KIND_BOOL, const char **: CADRE_KIND_STRING,    \
        struct cadre_str *: CADRE_KIND_TEXT, struct cadre_bytes *: CADRE_KIND_BYTES,               \
        struct cadre_date *: CADRE_KIND_DATE, struct cadre_time *: CADRE_KIND_TIME,                \
        struct cadre_datetime *: CADRE_KIND_DATETIME,                                              \
        struct cadre_duration *: CADRE_KIND_DURATION, struct cadre_uuid *: CADRE_KIND_UUID,        \
        struct cadre_decimal *: CADRE_KIND_DECIMAL, struct cadre_email *: CADRE_KIND_EMAIL,        \
        struct cadre_uri *: CADRE_KIND_URL, struct cadre_any *: CADRE_KIND_ANY,                    \
        struct cadre_ip *: CADRE_KIND_IP,                                                          \
        const struct cadre_upload **: CADRE_KIND_FILE,                                             \
        CADRE__OPT_TYPES(CADRE__OPT_KIND)                                                          \
        default: CADRE_KIND_NONE)
#define CADRE__SIZE(lvalue_)                                                                       \
    _Generic(&(lvalue_), CADRE__OPT_TYPES(CADRE__OPT_SIZE) default: sizeof(lvalue_))
#define CADRE__GIVEN(lvalue_)                                                                      \
    _Generic(&(lvalue_), CADRE__OPT_TYPES(CADRE__OPT_GIVEN) default: 0)
/* clang-format on */

#endif /* __cplusplus */

#endif
