/* SPDX-License-Identifier: MIT */
/*
 * model/convert_choice: which choice of a union an input is, where no discriminator tells.
 *
 * As Pydantic's smart mode has it: all choices are tried. Of those that take the input the one is
 * best that has most fields of models given in it; among equals, and where there are no models, the
 * one whose type is that of the input (exact) before one that holds the same (strict) before one it
 * has to be converted to (lax); among equals of that the one that comes first. Where none takes it,
 * each tells why, with its tag in the place.
 *
 * While choices are tried issues are counted, not made (is_quiet); those of a union of which all
 * failed are made by another round. Nothing here suspends.
 */
#ifndef CADRE_MODEL_CONVERT_CHOICE_H
#define CADRE_MODEL_CONVERT_CHOICE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/issues.h"
#include "model/plan.h"

enum cadre__exactness {
    CADRE__LAX,    /* it had to be converted */
    CADRE__STRICT, /* nothing of it was: an integer for a double, an object for a model */
    CADRE__EXACT,
};

/* How well an input fits a choice: the least of what is in it, and the sum of its fields. */
struct cadre__match {
    enum cadre__exactness exactness;
    bool has_fields; /* there is a model in it */
    size_t fields;   /* that were given: twice those of the tables, once those that are extra */
};

/* Tries a choice: reads the input that `arg` knows into `place`, whose bytes are zero. Returns as a
 * converter; by any errno all ends. It is called once or twice for a choice. */
typedef int (*cadre__try_fn)(struct cadre_validation *validation,
                             const struct cadre__choice *choice, void *arg, void *place);

/* Which choice is known to be the best. */
#define CADRE__CHOICE_UNKNOWN (-1)
#define CADRE__CHOICE_NONE    (-2) /* all of them fail */

/* Writes the best choice and its tag into the union. *known spares the search where it is known,
 * and is set to what was found. 0; CADRE__INVALID with issues of all choices; or an errno. */
CADRE_MUST_CHECK int cadre__choose(struct cadre_validation *validation,
                                   const struct cadre__type *type, cadre__try_fn try, void *arg,
                                   int *known, void *value);

/* How well an input fits a scalar that took it. */
enum cadre__exactness cadre__exactness_of(const struct cadre__type *type,
                                          const struct cadre_input *input);

/* What was read fits no better than that. */
static inline void cadre__match_floor(const struct cadre_validation *validation,
                                      enum cadre__exactness exactness)
{
    struct cadre__match *match = validation->match;

    if (__builtin_expect(match != NULL, 0) && match->exactness > exactness)
        match->exactness = exactness;
}

/* A model was read, with so many fields as above. */
static inline void cadre__match_fields(const struct cadre_validation *validation, size_t fields)
{
    struct cadre__match *match = validation->match;

    if (!match)
        return;
    match->has_fields = true;
    match->fields += fields;
}

#endif
