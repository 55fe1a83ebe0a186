/* SPDX-License-Identifier: MIT */
/* Tests of lib/model/verify.c: structs that go out. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "model/convert.h"
#include "tests/unit/unit.h"

enum color { RED, GREEN };
CADRE_ENUM_TYPE(colors, enum color, {"red", RED}, {"green", GREEN});

struct part {
    const char *name;
    int64_t weight;
};
static const struct cadre_field part_fields[] = {
    CADRE_FIELD(struct part, name, .min_length = 2),
    CADRE_FIELD(struct part, weight, CADRE_GT(0)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(part_model, struct part, part_fields);

enum kind { PART, WORD };
struct word {
    const char *text;
};
static const struct cadre_field word_fields[] = {CADRE_FIELD(struct word, text), CADRE_FIELDS_END};
CADRE_MODEL(word_model, struct word, word_fields);
struct either {
    enum kind kind;
    union {
        struct part part;
        struct word word;
    };
};
static const struct cadre_variant variants[] = {
    CADRE_VARIANT(struct either, "part", PART, part, part_model),
    CADRE_VARIANT(struct either, "word", WORD, word, word_model), CADRE_VARIANTS_END};
CADRE_UNION_TYPE(eithers, struct either, kind, "kind", variants);

static int no_13(struct cadre_validation *validation, void *value)
{
    int *n = value;

    if (*n == 13)
        return cadre_invalid(validation, "not %d", *n);
    *n = 0; /* a change is dropped */
    return 0;
}

static const struct cadre_choice choices[] = {
    CADRE_CHOICE_NESTED(struct either, "part", PART, part, part_model),
    CADRE_CHOICE_NESTED(struct either, "word", WORD, word, word_model), CADRE_CHOICES_END};
CADRE_UNTAGGED_UNION_TYPE(any_eithers, struct either, kind, choices);

struct whole {
    int n;
    uint8_t small;
    double ratio;
    const char *name, *nothing;
    struct cadre_opt_int maybe;
    enum color color;
    struct cadre_date day;
    struct cadre_uuid id;
    struct part part;
    struct part *more;
    CADRE_LIST_OF(struct part) parts;
    CADRE_LIST_OF(int) set;
    CADRE_MAP_OF(double) prices;
    struct either either, any;
    const char *password;
};
static const struct cadre_field whole_fields[] = {
    CADRE_FIELD(struct whole, n, .after = no_13),
    CADRE_FIELD(struct whole, small, CADRE_LE(200)),
    CADRE_FIELD(struct whole, ratio, CADRE_LE(1)),
    CADRE_FIELD(struct whole, name, .pattern = "^[a-z]+$", .strict = true),
    CADRE_FIELD(struct whole, nothing, .optional = true),
    CADRE_FIELD(struct whole, maybe, CADRE_GT(5)),
    CADRE_ENUM(struct whole, color, colors),
    CADRE_FIELD(struct whole, day),
    CADRE_FIELD(struct whole, id, .uuid_version = 4),
    CADRE_NESTED(struct whole, part, part_model),
    CADRE_OPT_NESTED(struct whole, more, part_model),
    CADRE_LIST_NESTED(struct whole, parts, part_model, .max_items = 2),
    CADRE_LIST(struct whole, set, .set = true),
    CADRE_MAP(struct whole, prices, CADRE_EACH(CADRE_GE(0))),
    CADRE_UNION(struct whole, either, eithers),
    CADRE_UNION(struct whole, any, any_eithers),
    CADRE_FIELD(struct whole, password, .write_only = true),
    CADRE_FIELDS_END,
};
CADRE_MODEL(whole_model, struct whole, whole_fields);

static struct part two[3] = {{"ab", 1}, {"cd", 2}, {"ef", 3}};
static struct {
    const char *key;
    double value;
} prices[2] = {{"a", 1.5}, {"b", 2}};
static int numbers[2] = {1, 2};

static struct whole right(void)
{
    struct whole whole = {
        .n = 7,
        .small = 200,
        .ratio = 0.5,
        .name = "abc",
        .day = {2026, 2, 28},
        .id = {{0, 0, 0, 0, 0, 0, 0x40}},
        .part = {"ab", 1},
        .either = {.kind = WORD, .word = {"x"}},
        .any = {.kind = WORD, .word = {"x"}},
    };
    whole.parts.items = two;
    whole.parts.len = 2;
    whole.set.items = numbers;
    whole.set.len = 2;
    memcpy(&whole.prices.items, &(void *){prices}, sizeof(void *));
    whole.prices.len = 2;
    return whole;
}

/* The place of the first issue, as "a.b.0"; "" without one. */
static void check(const struct whole *whole, const char *type, const char *wanted)
{
    struct cadre__arena arena;
    struct cadre_validation validation = {.arena = &arena};
    struct whole before = *whole;
    const char *why;
    char place[100] = "";

    cadre__arena_init(&arena, 1024);
    ck_assert_msg(cadre_model_prepare(&whole_model, &why) == 0, "%s", why);
    int r = cadre__verify(&validation, cadre__plan_of(&whole_model), whole);
    ck_assert_int_eq(r, type ? CADRE__INVALID : 0);
    ck_assert_uint_eq(validation.issues.n, type ? 1 : 0);
    if (type) {
        const struct cadre__issue *issue = validation.issues.first;
        for (uint32_t i = 0; i < issue->n_loc; i++) {
            size_t at = strlen(place);
            const char *dot = i ? "." : "";
            if (issue->loc[i].name.ptr)
                snprintf(place + at, sizeof(place) - at, "%s%s", dot, issue->loc[i].name.ptr);
            else
                snprintf(place + at, sizeof(place) - at, "%s%zu", dot, issue->loc[i].index);
        }
        ck_assert_str_eq(place, wanted);
        ck_assert_str_eq(issue->type, type);
        ck_assert_int_eq(issue->input.type, CADRE_INPUT_NULL);
    }
    ck_assert(memcmp(&before, whole, sizeof(before)) == 0);
    cadre__arena_done(&arena);
}

START_TEST(what_is_right_goes_out)
{
    struct whole whole = right();

    check(&whole, NULL, "");
    whole.more = &two[0];
    whole.maybe = (struct cadre_opt_int){6, CADRE_GIVEN};
    whole.either = (struct either){.kind = PART, .part = {"ab", 2}};
    check(&whole, NULL, "");
}
END_TEST

START_TEST(what_is_wrong_does_not)
{
    struct whole whole = right();
    struct part light = {"ab", 0};

#define WRONG(member_, value_, type_, place_)                                                      \
    whole = right();                                                                               \
    whole.member_ = value_;                                                                        \
    check(&whole, type_, place_)

    WRONG(n, 13, "value_error", "n");
    WRONG(small, 201, "less_than_equal", "small");
    WRONG(ratio, 1.5, "less_than_equal", "ratio");
    WRONG(name, "A", "string_pattern_mismatch", "name");
    WRONG(name, NULL, "string_type", "name");
    WRONG(maybe, ((struct cadre_opt_int){3, CADRE_GIVEN}), "greater_than", "maybe");
    WRONG(color, (enum color)7, "enum", "color");
    WRONG(day.month, 13, "date_from_datetime_parsing", "day");
    WRONG(id.bytes[6], 0x10, "uuid_version", "id");
    WRONG(part.weight, 0, "greater_than", "part.weight");
    WRONG(part.name, "a", "string_too_short", "part.name");
    WRONG(more, &light, "greater_than", "more.weight");
    WRONG(parts.len, 3, "too_long", "parts");
    WRONG(either.kind, (enum kind)5, "union_tag_not_found", "either");
    WRONG(either, ((struct either){.kind = PART, .part = {"a", 2}}), "string_too_short",
          "either.part.name");
    WRONG(any.kind, (enum kind)5, "value_error", "any");
    WRONG(any, ((struct either){.kind = PART, .part = {"a", 2}}), "string_too_short",
          "any.part.name");
}
END_TEST

START_TEST(items_are_looked_into)
{
    struct whole whole = right();

    two[1].weight = -1;
    check(&whole, "greater_than", "parts.1.weight");
    two[1].weight = 2;
    prices[1].value = -0.5;
    check(&whole, "greater_than_equal", "prices.b");
    prices[1].value = 2;
    numbers[1] = 1;
    check(&whole, "unique_items", "set");
}
END_TEST

UNIT_MAIN("model/verify", UNIT_CASE(what_is_right_goes_out), UNIT_CASE(what_is_wrong_does_not),
          UNIT_CASE(items_are_looked_into))
