/* SPDX-License-Identifier: MIT */
/*
 * model/model_check_union: whether the tables of a union can be meant: tags and their values, and
 * what each of them stands for.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "model/model_place.h"

/* --- by a discriminator --- */

static int check_variant(const struct cadre__place *place, const struct cadre_union *variants,
                         const struct cadre_variant *variant)
{
    struct cadre_field field;

    if (variant->whole_size != variants->size)
        return CADRE__WHY(place, "variant '%s' is one of another struct than %s", variant->tag,
                          variants->type);
    if (!variant->model)
        return CADRE__WHY(place, "variant '%s' has no model", variant->tag);
    if (!cadre__size_holds(variants->tag_size, variant->value))
        return CADRE__WHY(place, "the tag of %s does not hold the value of '%s'", variants->type,
                          variant->tag);
    for (size_t i = 0; cadre__model_row(variant->model, i, &field); i++) {
        if (strcmp(field.alias ? field.alias : field.name, variants->discriminator) == 0)
            return CADRE__WHY(place,
                              "variant '%s': %s has a field '%s', which is the discriminator",
                              variant->tag, variant->model->symbol, field.name);
    }
    for (const struct cadre_variant *other = variants->variants; other < variant; other++) {
        if (strcmp(other->tag, variant->tag) == 0)
            return CADRE__WHY(place, "%s has the tag '%s' twice", variants->type, variant->tag);
        if (other->value == variant->value)
            return CADRE__WHY(place, "the tags '%s' and '%s' of %s have the same value", other->tag,
                              variant->tag, variants->type);
    }
    return 0;
}

static int check_variants(const struct cadre__place *place, const struct cadre_union *variants)
{
    if (!variants->discriminator || !variants->discriminator[0])
        return CADRE__WHY(place, "its union has no discriminator");
    for (const struct cadre_variant *variant = variants->variants; variant->tag; variant++) {
        int r = check_variant(place, variants, variant);
        if (r < 0)
            return r;
    }
    return 0;
}

/* --- without a discriminator --- */

static bool overlaps(uint32_t a, uint32_t a_size, uint32_t b, uint32_t b_size)
{
    return a < b + b_size && b < a + a_size;
}

static int check_choice(const struct cadre__place *place, const struct cadre_union *variants,
                        const struct cadre_choice *choice, size_t field_size)
{
    char name[96];
    struct cadre__place inner = {place->model, name, place->why};
    struct cadre_field row;

    if (choice->whole_size != variants->size)
        return CADRE__WHY(place, "choice '%s' is one of another struct than %s", choice->tag,
                          variants->type);
    if (!cadre__size_holds(variants->tag_size, choice->value))
        return CADRE__WHY(place, "the tag of %s does not hold the value of '%s'", variants->type,
                          choice->tag);
    for (const struct cadre_choice *other = variants->choices; other < choice; other++) {
        if (strcmp(other->tag, choice->tag) == 0)
            return CADRE__WHY(place, "%s has the tag '%s' twice", variants->type, choice->tag);
        if (other->value == choice->value)
            return CADRE__WHY(place, "the tags '%s' and '%s' of %s have the same value", other->tag,
                              choice->tag, variants->type);
    }
    if (!choice->row || !choice->row->name)
        return CADRE__WHY(place, "choice '%s' has no row: nothing says what it is", choice->tag);
    cadre__model_choice(choice, field_size, &row);
    snprintf(name, sizeof(name), "%s, choice '%s'", place->field, choice->tag);
    if (row.given_offset || row.pointer)
        return CADRE__WHY(&inner, "a choice is the value itself: no cadre_opt_*, no pointer");
    if (cadre__row_has_presence(&row) || row.compute)
        return CADRE__WHY(&inner, "a choice has constraints alone: no default, alias or presence");
    if (row.source || row.kind == CADRE_KIND_FILE || row.kind == CADRE_KIND_OPAQUE)
        return CADRE__WHY(&inner, "a choice is no parameter of its own: take CADRE_FIELD");
    if (row.offset + (uint64_t)row.size > variants->size)
        return CADRE__WHY(&inner, "it lies outside of %s", variants->type);
    if (overlaps(row.offset, row.size, variants->tag_offset, variants->tag_size))
        return CADRE__WHY(&inner, "it lies where the tag of %s is", variants->type);
    return cadre__model_check_type(&inner, &row, field_size);
}

static int check_choices(const struct cadre__place *place, const struct cadre_union *variants,
                         size_t field_size)
{
    for (const struct cadre_choice *choice = variants->choices; choice->tag; choice++) {
        int r = check_choice(place, variants, choice, field_size);
        if (r < 0)
            return r;
    }
    return 0;
}

int cadre__model_check_union(const struct cadre__place *place, const struct cadre_field *row,
                             size_t field_size)
{
    const struct cadre_union *variants = row->variants;
    bool has_choices = variants && cadre__union_has_choices(variants);

    if (!variants || (has_choices ? !variants->choices || !variants->choices[0].tag
                                  : !variants->variants || !variants->variants[0].tag))
        return CADRE__WHY(place, "its union has no %s", has_choices ? "choices" : "variants");
    if (variants->tag_size != 1 && variants->tag_size != 2 && variants->tag_size != 4 &&
        variants->tag_size != 8)
        return CADRE__WHY(place, "the tag of %s is no integer", variants->type);
    return has_choices ? check_choices(place, variants, field_size)
                       : check_variants(place, variants);
}
