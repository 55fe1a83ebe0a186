/* SPDX-License-Identifier: MIT */
/*
 * model/default: defaults of a table, made ready when its plan is made (model/plan.c). What they
 * become in a struct is cadre__member_default of model/plan.h.
 *
 * A wrong default is told in `why`, with the names of model and field. 0, -EINVAL, -ENOMEM.
 */
#ifndef CADRE_MODEL_DEFAULT_H
#define CADRE_MODEL_DEFAULT_H

#include "model/model_check.h"
#include "model/plan.h"

/* Converts CADRE_DEFAULT into member->initial. The type of the member is filled. Constraints do not
 * hold for it: what is out of bounds can mean "none". */
CADRE_MUST_CHECK int cadre__default_constant(struct cadre__member *member,
                                             const struct cadre_model *model,
                                             struct cadre__arena *arena,
                                             char why[CADRE__MODEL_WHY_MAX]);

/* Reads CADRE_DEFAULT_JSON into it, with all constraints; nothing where there is none. The plans of
 * all models below are complete, keys too. */
CADRE_MUST_CHECK int cadre__default_json(struct cadre__member *member,
                                         const struct cadre_model *model,
                                         struct cadre__arena *arena,
                                         char why[CADRE__MODEL_WHY_MAX]);

#endif
