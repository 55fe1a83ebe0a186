/* SPDX-License-Identifier: MIT */
/* Unions without a discriminator, for the tests of what becomes of them. Each model has one member,
 * "v", which is one of those that its name says. It wants the enum of every.h. */
#ifndef CADRE_TESTS_CHOICE_MODELS_H
#define CADRE_TESTS_CHOICE_MODELS_H

#include <cadre/model.h>

#include "every.h"

struct kitten {
    const char *name;
    int lives;
};
static const struct cadre_field kitten_fields[] = {
    CADRE_FIELD(struct kitten, name),
    CADRE_FIELD(struct kitten, lives, CADRE_DEFAULT(9)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(kitten_model, struct kitten, kitten_fields);

struct puppy {
    const char *name;
    bool barks;
};
static const struct cadre_field puppy_fields[] = {
    CADRE_FIELD(struct puppy, name),
    CADRE_FIELD(struct puppy, barks, CADRE_DEFAULT(false)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(puppy_model, struct puppy, puppy_fields);

/* A model that keeps what it does not know. */
struct beast {
    const char *name;
    struct cadre_extra extra;
};
static const struct cadre_field beast_fields[] = {
    CADRE_FIELD(struct beast, name),
    CADRE_FIELDS_END,
};
CADRE_MODEL(beast_model, struct beast, beast_fields, CADRE_EXTRA_INTO(struct beast, extra));

struct spot {
    int x, y;
};
static const struct cadre_field spot_fields[] = {
    CADRE_FIELD(struct spot, x),
    CADRE_FIELD(struct spot, y),
    CADRE_FIELDS_END,
};
CADRE_MODEL(spot_model, struct spot, spot_fields);

enum pick_kind { NOTHING, AN_INT, A_FLOAT, A_BOOL, A_STR, A_DATE, A_DATETIME, A_UUID, A_DECIMAL };
enum pick_other { A_COLOR = 20, A_LITERAL, ANYTHING, A_KITTEN, A_PUPPY, A_BEAST, A_SPOT };
enum pick_many { INTS = 40, FLOATS, STRS, A_SET, KITTENS, PUPPIES, NUMBERS, WORDS };

struct pick {
    uint8_t kind;
    union {
        int64_t i;
        double d;
        bool b;
        const char *s;
        struct cadre_date date;
        struct cadre_datetime dt;
        struct cadre_uuid uuid;
        struct cadre_decimal dec;
        enum color color;
        struct cadre_any any;
        struct kitten kitten;
        struct puppy puppy;
        struct beast beast;
        struct spot spot;
        CADRE_LIST_OF(int) ints;
        CADRE_LIST_OF(double) floats;
        CADRE_LIST_OF(const char *) strs;
        CADRE_LIST_OF(struct kitten) kittens;
        CADRE_LIST_OF(struct puppy) puppies;
        CADRE_MAP_OF(int) numbers;
        CADRE_MAP_OF(const char *) words;
    };
};

#define PICK(tag_, value_, ...) CADRE_CHOICE(struct pick, tag_, value_, __VA_ARGS__)
#define PICK_INT                PICK("int", AN_INT, i)
#define PICK_FLOAT              PICK("float", A_FLOAT, d)
#define PICK_BOOL               PICK("bool", A_BOOL, b)
#define PICK_STR                PICK("str", A_STR, s)
#define PICK_DATE               PICK("date", A_DATE, date)
#define PICK_DATETIME           PICK("datetime", A_DATETIME, dt)
#define PICK_UUID               PICK("uuid", A_UUID, uuid)
#define PICK_DECIMAL            PICK("decimal", A_DECIMAL, dec)
#define PICK_ANY                PICK("any", ANYTHING, any)
#define PICK_COLOR              CADRE_CHOICE_ENUM(struct pick, "color", A_COLOR, color, colors)
#define PICK_LITERAL                                                                               \
    CADRE_CHOICE_ENUM(struct pick, "literal", A_LITERAL, color, colors, .literal = true)
#define PICK_KITTEN CADRE_CHOICE_NESTED(struct pick, "kitten", A_KITTEN, kitten, kitten_model)
#define PICK_PUPPY  CADRE_CHOICE_NESTED(struct pick, "puppy", A_PUPPY, puppy, puppy_model)
#define PICK_BEAST  CADRE_CHOICE_NESTED(struct pick, "beast", A_BEAST, beast, beast_model)
#define PICK_ROW(tag_, value_, macro_, ...)                                                        \
    CADRE_CHOICE_ROW(struct pick, tag_, value_, macro_(struct pick, __VA_ARGS__))
#define PICK_SPOT    PICK_ROW("spot", A_SPOT, CADRE_TUPLE, spot, spot_model)
#define PICK_INTS    PICK_ROW("ints", INTS, CADRE_LIST, ints)
#define PICK_FLOATS  PICK_ROW("floats", FLOATS, CADRE_LIST, floats)
#define PICK_STRS    PICK_ROW("strs", STRS, CADRE_LIST, strs)
#define PICK_SET     PICK_ROW("set", A_SET, CADRE_LIST, ints, .set = true)
#define PICK_KITTENS PICK_ROW("kittens", KITTENS, CADRE_LIST_NESTED, kittens, kitten_model)
#define PICK_PUPPIES PICK_ROW("puppies", PUPPIES, CADRE_LIST_NESTED, puppies, puppy_model)
#define PICK_NUMBERS PICK_ROW("numbers", NUMBERS, CADRE_MAP, numbers)
#define PICK_WORDS   PICK_ROW("words", WORDS, CADRE_MAP, words)

/* A model of one member with those choices, strict or not. */
#define PICK_MODEL(name_, strict_, ...)                                                            \
    static const struct cadre_choice name_##_choices[] = {__VA_ARGS__, CADRE_CHOICES_END};         \
    CADRE_UNTAGGED_UNION_TYPE(name_##_union, struct pick, kind, name_##_choices);                  \
    static const struct cadre_field name_##_fields[] = {                                           \
        CADRE_UNION(struct picked, v, name_##_union, .strict = strict_), CADRE_FIELDS_END};        \
    CADRE_MODEL(name_, struct picked, name_##_fields)

struct picked {
    struct pick v;
};

PICK_MODEL(int_str, false, PICK_INT, PICK_STR);
PICK_MODEL(str_int, false, PICK_STR, PICK_INT);
PICK_MODEL(int_float, false, PICK_INT, PICK_FLOAT);
PICK_MODEL(float_int, false, PICK_FLOAT, PICK_INT);
PICK_MODEL(bool_int, false, PICK_BOOL, PICK_INT);
PICK_MODEL(int_bool, false, PICK_INT, PICK_BOOL);
PICK_MODEL(date_str, false, PICK_DATE, PICK_STR);
PICK_MODEL(date_datetime, false, PICK_DATE, PICK_DATETIME);
PICK_MODEL(datetime_date, false, PICK_DATETIME, PICK_DATE);
PICK_MODEL(uuid_int, false, PICK_UUID, PICK_INT);
PICK_MODEL(decimal_float, false, PICK_DECIMAL, PICK_FLOAT);
PICK_MODEL(color_str, false, PICK_COLOR, PICK_STR);
PICK_MODEL(color_int, false, PICK_COLOR, PICK_INT);
PICK_MODEL(literal_str, false, PICK_LITERAL, PICK_STR);
PICK_MODEL(int_any, false, PICK_INT, PICK_ANY);
PICK_MODEL(int_ints, false, PICK_INT, PICK_INTS);
PICK_MODEL(strs_ints, false, PICK_STRS, PICK_INTS);
PICK_MODEL(ints_floats, false, PICK_INTS, PICK_FLOATS);
PICK_MODEL(set_ints, false, PICK_SET, PICK_INTS);
PICK_MODEL(spot_ints, false, PICK_SPOT, PICK_INTS);
PICK_MODEL(numbers_words, false, PICK_NUMBERS, PICK_WORDS);
PICK_MODEL(kitten_puppy, false, PICK_KITTEN, PICK_PUPPY);
PICK_MODEL(kitten_beast, false, PICK_KITTEN, PICK_BEAST);
PICK_MODEL(puppy_numbers, false, PICK_PUPPY, PICK_NUMBERS);
PICK_MODEL(kitten_any, false, PICK_KITTEN, PICK_ANY);
PICK_MODEL(kittens_puppies, false, PICK_KITTENS, PICK_PUPPIES);
PICK_MODEL(strict_int_bool, true, PICK_INT, PICK_BOOL);
PICK_MODEL(bounded, false, PICK("int", AN_INT, i, CADRE_GT(5)),
           PICK("str", A_STR, s, .max_length = 2), PICK_KITTEN);

/* Unions in unions: each of two models holds the next value, which is of any of them. */
struct knob;
struct left {
    struct knob *next;
    int n;
};
struct right {
    struct knob *next;
    double n;
    struct cadre_opt_int m;
};
CADRE_MODEL_DECLARE(left_model, struct left);
CADRE_MODEL_DECLARE(right_model, struct right);
enum knob_kind { LEFT = 1, RIGHT, END };
struct knob {
    enum knob_kind kind;
    union {
        struct left left;
        struct right right;
        bool end;
    };
};
static const struct cadre_choice knob_choices[] = {
    CADRE_CHOICE_NESTED(struct knob, "left", LEFT, left, left_model),
    CADRE_CHOICE_NESTED(struct knob, "right", RIGHT, right, right_model),
    CADRE_CHOICE(struct knob, "end", END, end, .strict = true),
    CADRE_CHOICES_END,
};
CADRE_UNTAGGED_UNION_TYPE(knobs, struct knob, kind, knob_choices);
static const struct cadre_field left_fields[] = {
    CADRE_OPT_UNION(struct left, next, knobs),
    CADRE_FIELD(struct left, n, CADRE_DEFAULT(0)),
    CADRE_FIELDS_END,
};
static const struct cadre_field right_fields[] = {
    CADRE_OPT_UNION(struct right, next, knobs),
    CADRE_FIELD(struct right, n, CADRE_DEFAULT(0)),
    CADRE_FIELD(struct right, m),
    CADRE_FIELDS_END,
};
static unsigned n_knobs; /* models that were read and right */
static inline int knob_after(struct cadre_validation *v, void *value)
{
    (void)v, (void)value;
    n_knobs++;
    return 0;
}
CADRE_MODEL(left_model, struct left, left_fields, .after = knob_after);
CADRE_MODEL(right_model, struct right, right_fields, .after = knob_after);

#endif
