/* SPDX-License-Identifier: MIT */
/*
 * model/direct: what a look at a value is compared with.
 */
#include "config.h"

#include "model/direct.h"

#include <math.h>

#include "model/number.h"

/* Whole numbers up to this are doubles exactly. */
#define EXACT_MAX (INT64_C(1) << 53)

/* A bound of whole numbers; false: it is another number. */
static bool to_integer(const struct cadre_constant *bound, int64_t *ret)
{
    if (bound->type == CADRE_CONSTANT_UINT && bound->integer > INT64_MAX)
        return false;
    *ret = (int64_t)bound->integer;
    return bound->type == CADRE_CONSTANT_INT || bound->type == CADRE_CONSTANT_UINT;
}

static bool set_integers(struct cadre__type *type)
{
    const struct cadre_field *rules = type->rules;
    int64_t bound;

    type->least = INT64_MIN;
    type->most = INT64_MAX;
    if (rules->ge.type) {
        if (!to_integer(&rules->ge, &type->least))
            return false;
    }
    if (rules->le.type) {
        if (!to_integer(&rules->le, &type->most))
            return false;
    }
    if (rules->gt.type) {
        if (!to_integer(&rules->gt, &bound) || bound == INT64_MAX)
            return false;
        type->least = bound + 1 > type->least ? bound + 1 : type->least;
    }
    if (rules->lt.type) {
        if (!to_integer(&rules->lt, &bound) || bound == INT64_MIN)
            return false;
        type->most = bound - 1 < type->most ? bound - 1 : type->most;
    }
    return true;
}

/* A bound of doubles; false: it is none exactly, or not finite. */
static bool to_real(const struct cadre_constant *bound, double *ret)
{
    int64_t integer;

    if (bound->type == CADRE_CONSTANT_DOUBLE) {
        *ret = bound->real;
        return isfinite(bound->real);
    }
    if (!to_integer(bound, &integer) || integer > EXACT_MAX || integer < -EXACT_MAX)
        return false;
    *ret = (double)integer;
    return true;
}

static bool set_reals(struct cadre__type *type)
{
    const struct cadre_field *rules = type->rules;
    double bound;

    type->low = -INFINITY;
    type->high = INFINITY;
    if (rules->ge.type) {
        if (!to_real(&rules->ge, &type->low))
            return false;
    }
    if (rules->le.type) {
        if (!to_real(&rules->le, &type->high))
            return false;
    }
    if (rules->gt.type) {
        if (!to_real(&rules->gt, &bound))
            return false;
        type->low = fmax(type->low, nextafter(bound, INFINITY));
    }
    if (rules->lt.type) {
        if (!to_real(&rules->lt, &bound))
            return false;
        type->high = fmin(type->high, nextafter(bound, -INFINITY));
    }
    return true;
}

/* What is looked at here apart, nothing of the row may ask for more than the type. */
static bool asks_for_more(const struct cadre_field *row)
{
    struct cadre_field rest = *row;

    rest.gt = rest.ge = rest.lt = rest.le = (struct cadre_constant){.type = CADRE_CONSTANT_NONE};
    rest.min_length = rest.max_length = 0;
    return cadre__plan_has_constraint(&rest);
}

void cadre__direct_set(struct cadre__type *type)
{
    type->is_direct = false;
    if (asks_for_more(type->rules))
        return;
    switch (type->kind) {
    case CADRE_KIND_STRING:
    case CADRE_KIND_TEXT:
    case CADRE_KIND_BOOL:
        type->is_direct = true;
        break;
    case CADRE_KIND_INT:
    case CADRE_KIND_UINT:
        type->is_direct = set_integers(type);
        break;
    case CADRE_KIND_DOUBLE:
        type->is_direct = set_reals(type);
        break;
    default:
        break;
    }
}

bool cadre__direct_has_length(const struct cadre__type *type, struct cadre_str text)
{
    size_t n = 0;

    /* Bytes that continue no character. */
    for (size_t i = 0; i < text.len; i++)
        n += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    return n >= type->min_length && n <= type->max_length;
}
