/* SPDX-License-Identifier: MIT */
/*
 * model/model_place: where a message about a table belongs; shared by the files of model_check.
 */
#ifndef CADRE_MODEL_MODEL_PLACE_H
#define CADRE_MODEL_MODEL_PLACE_H

#include <cadre/model.h>

#include "model/model_check.h"

/* One row, and where a message about it goes. */
struct cadre__place {
    const struct cadre_model *model;
    const char *field; /* "tags", or "tags[]" for an item */
    char *why;         /* CADRE__MODEL_WHY_MAX bytes */
};

/* Writes the message; is -EINVAL. */
#define CADRE__WHY(place_, ...)                                                                    \
    cadre__model_why((place_)->why, (place_)->model, (place_)->field, __VA_ARGS__)

/* model/model_check_bounds.c: whether a value lies between the bounds of a row. 0, -EINVAL. */
CADRE_MUST_CHECK int cadre__model_check_bounds(const struct cadre__place *place,
                                               const struct cadre_field *row);

/* model/model_check_union.c: the table of a row that is a union. 0, -EINVAL, -ENOMEM. */
CADRE_MUST_CHECK int cadre__model_check_union(const struct cadre__place *place,
                                              const struct cadre_field *row, size_t field_size);

/* model/model_check.c: what a member, an item and a choice have in common: their type and its
 * constraints. As above. */
CADRE_MUST_CHECK int cadre__model_check_type(const struct cadre__place *place,
                                             const struct cadre_field *row, size_t field_size);

/* Whether an enum or an integer of so many bytes holds the value. The compiler chooses the sign of
 * an enum: either will do. */
static inline bool cadre__size_holds(uint32_t size, int64_t value)
{
    unsigned bits = size * 8;

    return bits >= 64 || (value >= -(INT64_C(1) << (bits - 1)) && value < (INT64_C(1) << bits));
}

#endif
