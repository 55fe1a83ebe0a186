/* SPDX-License-Identifier: MIT */
/*
 * model/same: which items of a list are the same, for `unique` and `set`.
 *
 * Values are the same that would be written the same: structs by their members, doubles by their
 * bits, any JSON by its text. Takes time in proportion to the list, whatever is in it. Pure but for
 * memory; any thread.
 */
#ifndef CADRE_MODEL_SAME_H
#define CADRE_MODEL_SAME_H

#include <stddef.h>

#include "base/arena.h"
#include "model/plan.h"

/* Moves the items that are not the same as one before them to the front, in their order. Returns
 * how many these are; SIZE_MAX: ENOMEM. */
size_t cadre__same_drop(struct cadre__arena *arena, const struct cadre__type *type, char *items,
                        size_t n, size_t stride);

/* How many different ones there are; SIZE_MAX: ENOMEM. */
size_t cadre__same_count(struct cadre__arena *arena, const struct cadre__type *type,
                         const char *items, size_t n, size_t stride);

/* Whether two values are the same: 1, 0, or -ENOMEM. */
CADRE_MUST_CHECK int cadre__same(const struct cadre__type *type, const void *a, const void *b);

#endif
