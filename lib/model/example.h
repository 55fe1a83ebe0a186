/* SPDX-License-Identifier: MIT */
/*
 * model/example: examples of a table, which stand in its documentation as they are: each has to be
 * JSON, or the whole document is none. Whether a value would be taken is not asked: an example may
 * show what is refused.
 */
#ifndef CADRE_MODEL_EXAMPLE_H
#define CADRE_MODEL_EXAMPLE_H

#include "model/model_check.h"
#include "model/plan.h"

/* Checks a list (NULL: none) of a field, or of the model itself (field NULL). 0; -EINVAL, and why
 * tells; -ENOMEM. */
CADRE_MUST_CHECK int cadre__examples_check(const char *const *examples,
                                           const struct cadre_model *model, const char *field,
                                           char why[CADRE__MODEL_WHY_MAX]);

#endif
