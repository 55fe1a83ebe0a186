/* SPDX-License-Identifier: MIT */
/*
 * model/convert_choice: the search for the best choice, and the choices of texts.
 */
#include "config.h"

#include "model/convert_choice.h"

#include <errno.h>
#include <string.h>

#include "model/convert.h"
#include "model/converters.h"

/* ---- how well a scalar fits ---- */

static bool is_whole(struct cadre_str number)
{
    for (size_t i = 0; i < number.len; i++) {
        if (number.ptr[i] == '.' || number.ptr[i] == 'e' || number.ptr[i] == 'E')
            return false;
    }
    return true;
}

enum cadre__exactness cadre__exactness_of(const struct cadre__type *type,
                                          const struct cadre_input *input)
{
    bool is_number = input->type == CADRE_INPUT_NUMBER;

    switch (type->kind) {
    case CADRE_KIND_INT:
    case CADRE_KIND_UINT:
        return is_number && is_whole(input->text) ? CADRE__EXACT : CADRE__LAX;
    case CADRE_KIND_DOUBLE:
        return !is_number ? CADRE__LAX : is_whole(input->text) ? CADRE__STRICT : CADRE__EXACT;
    case CADRE_KIND_BOOL:
        return input->type == CADRE_INPUT_BOOL ? CADRE__EXACT : CADRE__LAX;
    case CADRE_KIND_ENUM:
        return type->rules->literal ? CADRE__EXACT : CADRE__LAX;
    case CADRE_KIND_STRING:
    case CADRE_KIND_TEXT:
    case CADRE_KIND_EMAIL:
    case CADRE_KIND_IP:
    case CADRE_KIND_UNION: /* its choice has said it */
        return CADRE__EXACT;
    case CADRE_KIND_ANY:
        return CADRE__STRICT; /* better than to convert it */
    default:
        return CADRE__LAX;
    }
}

/* ---- the search ---- */

static bool is_better(const struct cadre__match *match, const struct cadre__match *than)
{
    if (match->has_fields && than->has_fields && match->fields != than->fields)
        return match->fields > than->fields;
    return match->exactness > than->exactness;
}

static const struct cadre__match perfect = {.exactness = CADRE__EXACT};

/* Tries one choice at its place in a union whose bytes are zero. */
static int attempt(struct cadre_validation *validation, const struct cadre__type *type, size_t i,
                   cadre__try_fn try, void *arg, struct cadre__match *ret, void *value)
{
    const struct cadre__choice *choice = &type->choice[i];
    struct cadre__loc loc = {.up = validation->loc, .name = choice->tag, .rank = (uint32_t)i};
    struct cadre__match *outer = validation->match;

    *ret = perfect;
    validation->match = ret;
    validation->loc = &loc;
    int r = try(validation, choice, arg, (char *)value + choice->offset);
    validation->loc = loc.up;
    validation->match = outer;
    if (r == 0)
        cadre__choice_set(type, choice, value);
    return r;
}

/* Finds the best one. Of what fails nothing stays. */
static int find(struct cadre_validation *validation, const struct cadre__type *type,
                cadre__try_fn try, void *arg, struct cadre__match *ret, int *ret_choice,
                void *value)
{
    struct cadre__issue_mark mark = cadre__issues_mark(&validation->issues);
    void *spare = NULL, *place = value;

    *ret_choice = CADRE__CHOICE_NONE;
    for (size_t i = 0; i < type->n_choices; i++) {
        struct cadre__match match;
        memset(place, 0, type->size);
        int r = attempt(validation, type, i, try, arg, &match, place);
        cadre__issues_rewind(&validation->issues, &mark);
        if (r < 0)
            return r;
        if (r > 0 || (*ret_choice >= 0 && !is_better(&match, ret)))
            continue;
        if (place != value)
            memcpy(value, place, type->size);
        *ret = match;
        *ret_choice = (int)i;
        if ((match.exactness == CADRE__EXACT && !match.has_fields) || i + 1 == type->n_choices)
            break;
        if (!spare)
            spare = cadre__arena_alloc(validation->arena, type->size);
        if (!spare)
            return -ENOMEM;
        place = spare;
    }
    return 0;
}

/* Each choice tells why it does not take the input. */
static int tell(struct cadre_validation *validation, const struct cadre__type *type,
                cadre__try_fn try, void *arg, void *value)
{
    struct cadre__issue_mark mark = cadre__issues_mark(&validation->issues);

    for (size_t i = 0; i < type->n_choices; i++) {
        struct cadre__match match;
        if (cadre__issues_are_full(validation)) {
            validation->issues.dropped++;
            break;
        }
        memset(value, 0, type->size);
        int r = attempt(validation, type, i, try, arg, &match, value);
        if (r == 0) /* a validator has thought better of it */
            cadre__issues_rewind(&validation->issues, &mark);
        if (r <= 0)
            return r;
    }
    return CADRE__INVALID;
}

int cadre__choose(struct cadre_validation *validation, const struct cadre__type *type,
                  cadre__try_fn try, void *arg, int *known, void *value)
{
    bool was_quiet = validation->is_quiet;
    struct cadre__match match = perfect;
    int r = 0;

    if (*known >= 0) {
        r = attempt(validation, type, (size_t)*known, try, arg, &match, value);
    } else if (*known == CADRE__CHOICE_UNKNOWN) {
        validation->is_quiet = true;
        r = find(validation, type, try, arg, &match, known, value);
        validation->is_quiet = was_quiet;
    }
    if (r == 0 && *known == CADRE__CHOICE_NONE)
        return tell(validation, type, try, arg, value);
    if (r != 0)
        return r;
    cadre__match_floor(validation, match.exactness);
    if (match.has_fields)
        cadre__match_fields(validation, match.fields);
    return 0;
}

/* ---- texts ---- */

static int try_text(struct cadre_validation *validation, const struct cadre__choice *choice,
                    void *arg, void *place)
{
    const struct cadre_input *input = arg;
    int r = cadre__convert(validation, &choice->type, input, place);

    if (r == 0)
        cadre__match_floor(validation, cadre__exactness_of(&choice->type, input));
    return r;
}

int cadre__convert_union(struct cadre_validation *validation, const struct cadre__type *type,
                         const struct cadre_input *input, void *value)
{
    struct cadre_input copy = *input;
    int known = CADRE__CHOICE_UNKNOWN;
    void *place = value;

    if (type->n_choices == 0)
        return cadre__issue_wrong_type(validation, type, input);
    if (type->pointer)
        place = cadre__arena_calloc(validation->arena, type->size);
    if (!place)
        return -ENOMEM;
    int r = cadre__choose(validation, type, try_text, &copy, &known, place);
    if (r == 0 && type->pointer)
        memcpy(value, &place, sizeof(place));
    return r;
}
