/* SPDX-License-Identifier: MIT */
/*
 * model/convert: from what was sent to a value, by the rules of its type.
 *
 * One way in for all sources: a JSON token, a parameter, a field of a form, a setting are each a
 * struct cadre_input; parameters and strings of JSON are the same. What comes out is the value in
 * its member, or issues at the place where the validation is.
 *
 * Text of an input (STRING) ends in NUL and lives as long as the arena of the validation: values
 * point into it. Nothing here suspends, logs or blocks.
 */
#ifndef CADRE_MODEL_CONVERT_H
#define CADRE_MODEL_CONVERT_H

#include <cadre/model.h>
#include <stddef.h>
#include <stdint.h>

#include "model/issues.h"
#include "model/plan.h"

/*
 * Converts a value that is no model, list, map, union or file, and checks it: validators of before,
 * conversion, constraints, validators of after. `value` is the place of the value (of a cadre_opt_*
 * its `value`), of type->size bytes; it is written only on success. An input of null is none of its
 * business: the caller looks at is_nullable, and hands a null on only where that is false.
 * For lists, maps, models and unions it adds the issue that the input is of the wrong type
 * (list_type ...) and returns CADRE__INVALID.
 *
 * 0; CADRE__INVALID: issues were added; -ENOMEM, or what a validator returned.
 */
CADRE_MUST_CHECK int cadre__convert(struct cadre_validation *validation,
                                    const struct cadre__type *type, const struct cadre_input *input,
                                    void *value);

/*
 * The same for an integer that the reader has already: a JSON number without fraction and exponent
 * that fits. Checks range, bounds and validators. For kinds INT, UINT and DOUBLE whose rules have
 * neither `before` nor `convert`.
 */
CADRE_MUST_CHECK int cadre__convert_integer(struct cadre_validation *validation,
                                            const struct cadre__type *type,
                                            const struct cadre_input *input, int64_t number,
                                            void *value);

/* The same for a JSON number as a double; for DOUBLE. */
CADRE_MUST_CHECK int cadre__convert_double(struct cadre_validation *validation,
                                           const struct cadre__type *type,
                                           const struct cadre_input *input, double number,
                                           void *value);

/*
 * What is left to do for a list, map, model or union that was read whole and right: number of
 * items, unique, set (which shortens the list), validators of after (a model's own is called by
 * cadre__convert_object). `value` is the struct itself, also where the type is a pointer. Returns
 * as above.
 */
CADRE_MUST_CHECK int cadre__convert_done(struct cadre_validation *validation,
                                         const struct cadre__type *type,
                                         const struct cadre_input *input, void *value);

/* The same for a set of which items were wrong, with issues since the mark; the value has the
 * others. Where these are too many that alone is told, and CADRE__INVALID returned; else 0.
 * -ENOMEM. */
CADRE_MUST_CHECK int cadre__convert_wrong_set(struct cadre_validation *validation,
                                              const struct cadre__type *type,
                                              const struct cadre_input *input,
                                              const struct cadre__issue_mark *mark,
                                              const void *value);

/* A model's validator of after, when all of its fields were right. As above. */
CADRE_MUST_CHECK int cadre__convert_object(struct cadre_validation *validation,
                                           const struct cadre__plan *plan,
                                           const struct cadre_input *input, void *object);

/* Runs rules->before, which may change *input. 0 also where there is none. As above. */
CADRE_MUST_CHECK int cadre__convert_before(struct cadre_validation *validation,
                                           cadre_before_fn before, struct cadre_input *input);

/* Makes room for a list of n items: sets items (zeroed) and len of the list. 0, -ENOMEM. */
CADRE_MUST_CHECK int cadre__list_alloc(struct cadre__arena *arena, const struct cadre__type *list,
                                       size_t n, void *value);

/*
 * Checks a struct that goes out, as if it had just been read: bounds, lengths, patterns, values of
 * enums, what is in lists and maps, validators of after (on copies of the values: what they change
 * is dropped). Inputs of the issues are null. 0, CADRE__INVALID with issues, or an errno.
 */
CADRE_MUST_CHECK int cadre__verify(struct cadre_validation *validation,
                                   const struct cadre__plan *plan, const void *object);

/* The issue that an input is of the wrong type for a list (list_type), map (dict_type), model or
 * union (model_attributes_type). Returns CADRE__INVALID or -ENOMEM. */
int cadre__issue_wrong_type(struct cadre_validation *validation, const struct cadre__type *type,
                            const struct cadre_input *input);

/* The issues of unions: the discriminator is not there, or is none of the tags. `object` is the
 * object that should have it. */
int cadre__issue_no_tag(struct cadre_validation *validation, const struct cadre__type *type,
                        const struct cadre_input *object);
int cadre__issue_wrong_tag(struct cadre_validation *validation, const struct cadre__type *type,
                           const struct cadre_input *object, const struct cadre_input *tag);

/* The variant of that tag; NULL: there is none. */
const struct cadre__variant_plan *cadre__variant_find(const struct cadre__type *type,
                                                      struct cadre_str tag);

/* The same of a union without a discriminator. */
void cadre__choice_set(const struct cadre__type *type, const struct cadre__choice *choice,
                       void *value);
const struct cadre__choice *cadre__choice_of(const struct cadre__type *type, const void *value);

/* Writes a variant's tag into a union; which variant its tag says (NULL: none). */
void cadre__variant_set(const struct cadre__type *type, const struct cadre__variant_plan *variant,
                        void *value);
const struct cadre__variant_plan *cadre__variant_of(const struct cadre__type *type,
                                                    const void *value);

#endif
