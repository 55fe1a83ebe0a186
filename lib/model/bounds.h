/* SPDX-License-Identifier: MIT */
/*
 * model/bounds: gt, ge, lt, le of numbers of any kind, and the issues that tell of them.
 */
#ifndef CADRE_MODEL_BOUNDS_H
#define CADRE_MODEL_BOUNDS_H

#include <cadre/model.h>
#include <stdbool.h>

#include "model/issues.h"

/* The order of a number and a constant: below 0, 0, above 0; CADRE__UNORDERED: it is none, and
 * within no bound. */
typedef int (*cadre__order_fn)(const void *number, const struct cadre_constant *bound);
#define CADRE__UNORDERED 2

/* Checks a number against the bounds of a row; the first that does not hold is an issue. In its ctx
 * the bound of a double (`as_real`) has a point. 0; CADRE__INVALID; -ENOMEM. */
CADRE_MUST_CHECK int cadre__bounds_check(struct cadre_validation *validation,
                                         const struct cadre_field *rules,
                                         const struct cadre_input *input, cadre__order_fn order,
                                         const void *number, bool as_real);

/* The issue of one bound: "Input should be " words " " bound, {key: bound}. CADRE__INVALID;
 * -ENOMEM. */
int cadre__bound_issue(struct cadre_validation *validation, const struct cadre_input *input,
                       const char *type, const char *key, const char *words,
                       const struct cadre_constant *bound, bool as_real);

#endif
