/* SPDX-License-Identifier: MIT */
/*
 * model/json_write: structs to JSON, by plans.
 *
 * What is written and how: <cadre/model_json.h>. Whether values are right is not looked at:
 * cadre__verify() (model/convert.h) does. Nothing here suspends or logs; functions of computed
 * fields are called.
 */
#ifndef CADRE_MODEL_JSON_WRITE_H
#define CADRE_MODEL_JSON_WRITE_H

#include <cadre/model_json.h>

#include "base/arena.h"
#include "base/str.h"
#include "model/plan.h"

/* So deep may models be in models. */
#define CADRE__JSON_WRITE_DEPTH 48

/*
 * Appends the struct as a JSON object. Computed fields have their memory from the arena. `flags`:
 * enum cadre_write_flags. 0, or as cadre_model_to_json; the buffer then has a part of it.
 */
CADRE_MUST_CHECK int cadre__json_write(const struct cadre__plan *plan, const void *object,
                                       unsigned flags, struct cadre__arena *arena,
                                       struct cadre__buf *out);

/* The same with the fields of a selection of that model; NULL: all. */
struct cadre__selection;
CADRE_MUST_CHECK int cadre__json_write_selected(const struct cadre__plan *plan, const void *object,
                                                unsigned flags,
                                                const struct cadre__selection *selection,
                                                struct cadre__arena *arena, struct cadre__buf *out);

/* The same for a value at its place. */
CADRE_MUST_CHECK int cadre__json_write_value(const struct cadre__type *type, const void *value,
                                             unsigned flags, struct cadre__arena *arena,
                                             struct cadre__buf *out);

#endif
