/* SPDX-License-Identifier: MIT */
/*
 * Models with all that may be in one another, for the tests of the JSON reader and writer. It wants
 * the enum of every.h.
 */
#ifndef CADRE_TESTS_JSON_MODELS_H
#define CADRE_TESTS_JSON_MODELS_H

#include <cadre/model.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "every.h"

struct line {
    const char *product;
    int count;
};
static const struct cadre_field line_fields[] = {
    CADRE_FIELD(struct line, product),
    CADRE_FIELD(struct line, count, CADRE_GT(0)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(line_model, struct line, line_fields);

struct address {
    const char *city;
    struct cadre_opt_str street;
};
static const struct cadre_field address_fields[] = {
    CADRE_FIELD(struct address, city),
    CADRE_FIELD(struct address, street),
    CADRE_FIELDS_END,
};
CADRE_MODEL(address_model, struct address, address_fields);

struct parcel {
    struct address *to;
};
static const struct cadre_field parcel_fields[] = {
    CADRE_OPT_NESTED(struct parcel, to, address_model),
    CADRE_FIELDS_END,
};
CADRE_MODEL(parcel_model, struct parcel, parcel_fields);

struct cat {
    int lives;
};
static const struct cadre_field cat_fields[] = {
    CADRE_FIELD(struct cat, lives),
    CADRE_FIELDS_END,
};
CADRE_MODEL(cat_model, struct cat, cat_fields);

struct dog {
    int barks;
};
static const struct cadre_field dog_fields[] = {
    CADRE_FIELD(struct dog, barks),
    CADRE_FIELDS_END,
};
CADRE_MODEL(dog_model, struct dog, dog_fields);

enum pet_kind { PET_CAT = 1, PET_DOG };
struct pet {
    enum pet_kind kind;
    union {
        struct cat cat;
        struct dog dog;
    };
};
static const struct cadre_variant pet_variants[] = {
    CADRE_VARIANT(struct pet, "cat", PET_CAT, cat, cat_model),
    CADRE_VARIANT(struct pet, "dog", PET_DOG, dog, dog_model),
    CADRE_VARIANTS_END,
};
CADRE_UNION_TYPE(pets, struct pet, kind, "pet_type", pet_variants);

struct owner {
    struct pet pet;
};
static const struct cadre_field owner_fields[] = {
    CADRE_UNION(struct owner, pet, pets),
    CADRE_FIELDS_END,
};
CADRE_MODEL(owner_model, struct owner, owner_fields);

struct order {
    int64_t id;
    const char *customer;
    double total;
    enum color color;
    struct cadre_opt_str note;
    struct cadre_opt_double discount;
    CADRE_LIST_OF(struct line) lines;
    CADRE_LIST_OF(const char *) tags;
    CADRE_LIST_OF(CADRE_LIST_OF(int)) matrix;
    CADRE_MAP_OF(double) prices;
    struct address address;
    struct address *delivery;
    struct pet pet;
    struct cadre_any extra;
    struct cadre_fields_set set;
};
static const struct cadre_field order_fields[] = {
    CADRE_FIELD(struct order, id),
    CADRE_FIELD(struct order, customer, .min_length = 1),
    CADRE_FIELD(struct order, total),
    CADRE_ENUM(struct order, color, colors, CADRE_DEFAULT(GREEN)),
    CADRE_FIELD(struct order, note),
    CADRE_FIELD(struct order, discount),
    CADRE_LIST_NESTED(struct order, lines, line_model),
    CADRE_LIST(struct order, tags),
    CADRE_LIST_LIST(struct order, matrix, .optional = true),
    CADRE_MAP(struct order, prices),
    CADRE_NESTED(struct order, address, address_model),
    CADRE_OPT_NESTED(struct order, delivery, address_model),
    CADRE_UNION(struct order, pet, pets),
    CADRE_FIELD(struct order, extra, .optional = true),
    CADRE_FIELDS_END,
};
CADRE_MODEL(order_model, struct order, order_fields, CADRE_SET_INTO(struct order, set));

#define ORDER_JSON                                                                                 \
    "{\"id\": 42, \"customer\": \"Zo\\u00eb \\\"Z\\\" \xf0\x9f\x98\x80\", \"total\": 99.5, "       \
    "\"color\": \"blue\", \"note\": null, \"lines\": [{\"product\": \"tea\", \"count\": 2}, "      \
    "{\"count\": 1, \"product\": \"a much longer name of a product\"}], "                          \
    "\"tags\": [\"a\", \"b\", \"c\"], \"matrix\": [[1, -2], [3]], "                                \
    "\"prices\": {\"x\": 1, \"y\": 2.25}, \"address\": {\"city\": \"K\xc3\xb6ln\"}, "              \
    "\"delivery\": {\"city\": \"Bonn\", \"street\": null}, "                                       \
    "\"pet\": {\"pet_type\": \"dog\", \"barks\": 3}, \"extra\": {\"a\": [1, 2,null]}}"

struct bag {
    CADRE_MAP_OF(int) items;
};
static const struct cadre_field bag_fields[] = {
    CADRE_MAP(struct bag, items),
    CADRE_FIELDS_END,
};
CADRE_MODEL(bag_model, struct bag, bag_fields);

struct numbers {
    CADRE_LIST_OF(int) list;
};
static const struct cadre_field numbers_fields[] = {
    CADRE_LIST(struct numbers, list),
    CADRE_FIELDS_END,
};
CADRE_MODEL(numbers_model, struct numbers, numbers_fields);

struct pair {
    CADRE_LIST_OF(int) pair;
};
static const struct cadre_field pair_fields[] = {
    CADRE_LIST(struct pair, pair, .min_items = 1, .max_items = 2),
    CADRE_FIELDS_END,
};
CADRE_MODEL(pair_model, struct pair, pair_fields);

static int make_77(struct cadre_arena *arena, void *value)
{
    (void)arena;
    *(int *)value = 77;
    return 0;
}

struct options {
    int limit;
    const char *sort;
    int made;
    CADRE_LIST_OF(int) empty;
    CADRE_LIST_OF(int) none;
    struct cadre_opt_str text;
};
static const struct cadre_field options_fields[] = {
    CADRE_FIELD(struct options, limit, CADRE_DEFAULT(10)),
    CADRE_FIELD(struct options, sort, CADRE_DEFAULT("name")),
    CADRE_FIELD(struct options, made, .default_fn = make_77),
    CADRE_LIST(struct options, empty, CADRE_DEFAULT_EMPTY),
    CADRE_LIST(struct options, none, .optional = true),
    CADRE_FIELD(struct options, text),
    CADRE_FIELDS_END,
};
CADRE_MODEL(options_model, struct options, options_fields);

struct closed {
    int a;
};
static const struct cadre_field closed_fields[] = {
    CADRE_FIELD(struct closed, a),
    CADRE_FIELDS_END,
};
CADRE_MODEL(closed_model, struct closed, closed_fields, .extra = CADRE_EXTRA_FORBID);

struct open {
    int a;
    struct cadre_extra extra;
};
static const struct cadre_field open_fields[] = {
    CADRE_FIELD(struct open, a),
    CADRE_FIELDS_END,
};
CADRE_MODEL(open_model, struct open, open_fields, CADRE_EXTRA_INTO(struct open, extra));

struct named {
    int kind, other;
};
static const struct cadre_field named_fields[] = {
    CADRE_FIELD(struct named, kind, .alias = "class"),
    CADRE_FIELD(struct named, other),
    CADRE_FIELDS_END,
};
CADRE_MODEL(named_model, struct named, named_fields, .by_name = true);

struct checked {
    int low, high;
};
static int checked_before(struct cadre_validation *v, struct cadre_input *input)
{
    int low, high;
    const char *both = memmem(input->text.ptr, input->text.len, "\"both\":\"", 8);

    if (!both)
        return 0;
    if (sscanf(both + 8, "%d %d", &low, &high) != 2)
        return cadre_invalid(v, "both are two numbers");
    char *text =
        cadre_arena_printf(cadre_validation_arena(v), "{\"low\":%d,\"high\":%d}", low, high);
    if (!text)
        return -ENOMEM;
    input->text = cadre_str_from(text);
    return 0;
}
static int checked_after(struct cadre_validation *v, void *value)
{
    const struct checked *checked = value;

    return checked->low > checked->high ? cadre_invalid(v, "low is above high") : 0;
}
static const struct cadre_field checked_fields[] = {
    CADRE_FIELD(struct checked, low),
    CADRE_FIELD(struct checked, high),
    CADRE_FIELDS_END,
};
CADRE_MODEL(checked_model, struct checked, checked_fields, .before = checked_before,
            .after = checked_after);

struct node {
    struct node *next;
};
CADRE_MODEL_DECLARE(node_model, struct node);
static const struct cadre_field node_fields[] = {
    CADRE_OPT_NESTED(struct node, next, node_model),
    CADRE_FIELDS_END,
};
CADRE_MODEL(node_model, struct node, node_fields);

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

/* A union in a union. */
enum which { WHICH_STICK = 1 };
struct twig;
struct stick {
    struct twig *twig;
};
CADRE_MODEL_DECLARE(stick_model, struct stick);
struct twig {
    enum which which;
    struct stick stick;
};
static const struct cadre_variant twig_variants[] = {
    CADRE_VARIANT(struct twig, "stick", WHICH_STICK, stick, stick_model),
    CADRE_VARIANTS_END,
};
CADRE_UNION_TYPE(twigs, struct twig, which, "which", twig_variants);
static const struct cadre_field stick_fields[] = {
    CADRE_OPT_UNION(struct stick, twig, twigs),
    CADRE_FIELDS_END,
};
static unsigned n_sticks; /* that were read */
static inline int stick_after(struct cadre_validation *v, void *value)
{
    (void)v, (void)value;
    n_sticks++;
    return 0;
}
CADRE_MODEL(stick_model, struct stick, stick_fields, .after = stick_after);

/* A map of maps. */
struct atlas;
struct page {
    struct atlas *atlas;
};
CADRE_MODEL_DECLARE(page_model, struct page);
struct atlas {
    CADRE_MAP_OF(struct page) maps;
};
CADRE_MODEL_DECLARE(atlas_model, struct atlas);
static const struct cadre_field page_fields[] = {
    CADRE_OPT_NESTED(struct page, atlas, atlas_model),
    CADRE_FIELDS_END,
};
CADRE_MODEL(page_model, struct page, page_fields);
static const struct cadre_field atlas_fields[] = {
    CADRE_MAP_NESTED(struct atlas, maps, page_model, .optional = true),
    CADRE_FIELDS_END,
};
CADRE_MODEL(atlas_model, struct atlas, atlas_fields);

/* A tuple in a tuple. */
struct knot {
    struct knot *next;
};
CADRE_MODEL_DECLARE(knot_model, struct knot);
static const struct cadre_field knot_fields[] = {
    CADRE_OPT_TUPLE(struct knot, next, knot_model),
    CADRE_FIELDS_END,
};
CADRE_MODEL(knot_model, struct knot, knot_fields);

struct widths {
    int8_t i8;
    uint8_t u8;
    int16_t i16;
    uint16_t u16;
    int32_t i32;
    uint32_t u32;
    int64_t i64;
    uint64_t u64;
};
static const struct cadre_field widths_fields[] = {
    CADRE_FIELD(struct widths, i8),
    CADRE_FIELD(struct widths, u8),
    CADRE_FIELD(struct widths, i16),
    CADRE_FIELD(struct widths, u16),
    CADRE_FIELD(struct widths, i32),
    CADRE_FIELD(struct widths, u32),
    CADRE_FIELD(struct widths, i64),
    CADRE_FIELD(struct widths, u64),
    CADRE_FIELDS_END,
};
CADRE_MODEL(widths_model, struct widths, widths_fields);

#endif
