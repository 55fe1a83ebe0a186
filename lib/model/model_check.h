/* SPDX-License-Identifier: MIT */
/*
 * model/model_check: whether a table can be meant: what contradicts itself, goes with no value, or
 * stands where it has no say is told by the names of model and field. Runs once a model, when it is
 * loaded; never suspends.
 */
#ifndef CADRE_MODEL_MODEL_CHECK_H
#define CADRE_MODEL_MODEL_CHECK_H

#include <cadre/model.h>
#include <stdbool.h>
#include <stddef.h>

/* How long a message may be. */
#define CADRE__MODEL_WHY_MAX 400

/* The row number i of a model's table, as these headers know it; false: it is the end. Rows of
 * older headers are shorter: what they lack is zero. */
bool cadre__model_row(const struct cadre_model *model, size_t i, struct cadre_field *ret);

/* An item's row: the type of `items` with what `each` says. */
void cadre__model_item(const struct cadre_field *row, size_t field_size, struct cadre_field *ret);

/* The row of a choice of an untagged union, with `offset` in the struct of the union. */
void cadre__model_choice(const struct cadre_choice *choice, size_t field_size,
                         struct cadre_field *ret);

/* Whether a union has choices that no discriminator tells apart. Only then is `choices` there:
 * older headers do not have it. */
static inline bool cadre__union_has_choices(const struct cadre_union *variants)
{
    return !variants->discriminator && !variants->variants;
}

/* Whether the row says what only a member can be: none, absent, called otherwise, one way alone. */
bool cadre__row_has_presence(const struct cadre_field *row);

/* Whether the member may be none: a cadre_opt_*, or `optional`. */
bool cadre__row_may_be_none(const struct cadre_field *row);

/* Whether the row has a default of any form. */
bool cadre__row_has_default(const struct cadre_field *row);

/* Checks one model; those that it refers to are not looked into, but for the fields of a union's
 * variants. 0; -EINVAL, and why tells: "shop.c:14: model item_model, field price: ...". */
CADRE_MUST_CHECK int cadre__model_check(const struct cadre_model *model,
                                        char why[CADRE__MODEL_WHY_MAX]);

/* Begins a message with place, model and field (NULL: none), and ends it by the format. Returns
 * -EINVAL. */
int cadre__model_why(char why[CADRE__MODEL_WHY_MAX], const struct cadre_model *model,
                     const char *field, const char *fmt, ...) CADRE_PRINTF(4, 5);

#endif
