/* SPDX-License-Identifier: MIT */
/*
 * model/direct: values that the JSON reader stores at once.
 *
 * Most constraints are lengths of strings and bounds of numbers, and most values keep them. A look
 * at the value tells so; one that does not pass it, or that the look cannot judge, goes the way of
 * the converters, which say what is wrong. Made with the plan; constant from then on.
 */
#ifndef CADRE_MODEL_DIRECT_H
#define CADRE_MODEL_DIRECT_H

#include <cadre/str.h>

#include "model/plan.h"

/* Sets is_direct, least, most, low and high of a type whose other members are there. */
void cadre__direct_set(struct cadre__type *type);

/* Whether the characters of the text, which is UTF-8, are as many as the type wants. */
bool cadre__direct_has_length(const struct cadre__type *type, struct cadre_str text);

/* The same, for most texts by their bytes alone: a character has at most four. */
static inline bool cadre__direct_fits(const struct cadre__type *type, struct cadre_str text)
{
    if (__builtin_expect(text.len <= type->max_length && text.len / 4 >= type->min_length, 1))
        return true;
    return cadre__direct_has_length(type, text);
}

/* Whether a whole number is within the bounds; false also where that cannot be told here. */
static inline bool cadre__direct_is_within(const struct cadre__type *type, bool is_negative,
                                           uint64_t magnitude)
{
    int64_t number;

    if (magnitude > INT64_MAX)
        return false;
    number = is_negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return number >= type->least && number <= type->most;
}

#endif
