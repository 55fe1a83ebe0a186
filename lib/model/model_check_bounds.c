/* SPDX-License-Identifier: MIT */
/*
 * model/model_check_bounds: whether gt, ge, lt, le and multiple_of of a row can be meant together,
 * and with what the member can hold.
 */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>

#include "model/model_place.h"
#include "model/number.h"

/* The order of two constants that are numbers. */
static int compare(const struct cadre_constant *a, const struct cadre_constant *b)
{
    if (a->type == CADRE_CONSTANT_DOUBLE)
        return cadre__real_compare(a->real, b);
    bool negative = a->type == CADRE_CONSTANT_INT && (int64_t)a->integer < 0;
    return cadre__integer_compare(
        (struct cadre__integer){negative, negative ? 0 - a->integer : a->integer}, b);
}

static int check_numbers(const struct cadre__place *place, const struct cadre_field *row)
{
    const struct {
        const char *name;
        const struct cadre_constant *constant;
    } all[] = {{"gt", &row->gt},
               {"ge", &row->ge},
               {"lt", &row->lt},
               {"le", &row->le},
               {"multiple_of", &row->multiple_of}};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i].constant->type == CADRE_CONSTANT_TEXT)
            return CADRE__WHY(place, "%s must be a number, not a text", all[i].name);
        if (all[i].constant->type == CADRE_CONSTANT_DOUBLE && isnan(all[i].constant->real))
            return CADRE__WHY(place, "%s is not a number", all[i].name);
        /* It would be no JSON in a 422. */
        if (all[i].constant->type == CADRE_CONSTANT_DOUBLE && isinf(all[i].constant->real))
            return CADRE__WHY(place, "%s is infinite: leave it out, or ask for .finite = true",
                              all[i].name);
    }
    struct cadre_constant zero = {.type = CADRE_CONSTANT_INT};
    if (row->multiple_of.type != CADRE_CONSTANT_NONE && compare(&row->multiple_of, &zero) <= 0)
        return CADRE__WHY(place, "multiple_of must be above 0");
    return 0;
}

/* What the type of the member itself allows. */
static void range_of(const struct cadre_field *row, struct cadre_constant *low,
                     struct cadre_constant *high)
{
    unsigned bits = row->size * 8;

    *low = *high = (struct cadre_constant){.type = CADRE_CONSTANT_NONE};
    if (row->kind == CADRE_KIND_INT) {
        *low = (struct cadre_constant){.type = CADRE_CONSTANT_INT,
                                       .integer = 0 - (UINT64_C(1) << (bits - 1))};
        *high = (struct cadre_constant){.type = CADRE_CONSTANT_INT,
                                        .integer = (UINT64_C(1) << (bits - 1)) - 1};
    } else if (row->kind == CADRE_KIND_UINT) {
        *low = (struct cadre_constant){.type = CADRE_CONSTANT_INT};
        *high =
            (struct cadre_constant){.type = CADRE_CONSTANT_UINT,
                                    .integer = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1};
    }
}

/* Whether no whole number lies between, ends excluded as said. */
static bool is_empty_of_integers(const struct cadre_constant *low, bool low_open,
                                 const struct cadre_constant *high, bool high_open)
{
    if (low->type == CADRE_CONSTANT_DOUBLE || high->type == CADRE_CONSTANT_DOUBLE) {
        double first = low_open ? floor(low->real) + 1 : ceil(low->real);
        double last = high_open ? ceil(high->real) - 1 : floor(high->real);
        return first > last;
    }
    if (!low_open || !high_open)
        return false;
    /* Both open and low below high: they are neighbours. */
    return high->integer - low->integer == 1;
}

int cadre__model_check_bounds(const struct cadre__place *place, const struct cadre_field *row)
{
    const struct cadre_constant *low = row->gt.type ? &row->gt : row->ge.type ? &row->ge : NULL;
    const struct cadre_constant *high = row->lt.type ? &row->lt : row->le.type ? &row->le : NULL;
    struct cadre_constant lowest, highest;
    int r = check_numbers(place, row);

    if (r < 0)
        return r;
    if (row->gt.type && row->ge.type)
        return CADRE__WHY(place, "gt and ge are both given: one of them says all");
    if (row->lt.type && row->le.type)
        return CADRE__WHY(place, "lt and le are both given: one of them says all");
    bool low_open = row->gt.type != CADRE_CONSTANT_NONE;
    bool high_open = row->lt.type != CADRE_CONSTANT_NONE;
    range_of(row, &lowest, &highest);
    bool is_integer = lowest.type != CADRE_CONSTANT_NONE;
    if (is_integer && low &&
        (compare(low, &highest) > 0 || (low_open && compare(low, &highest) == 0)))
        return CADRE__WHY(place, "%s is above all that the member can hold",
                          low_open ? "gt" : "ge");
    if (is_integer && high &&
        (compare(high, &lowest) < 0 || (high_open && compare(high, &lowest) == 0)))
        return CADRE__WHY(place, "%s is below all that the member can hold",
                          high_open ? "lt" : "le");
    if (!low || !high)
        return 0;
    int order = compare(low, high);
    if (order > 0 || (order == 0 && (low_open || high_open)) ||
        (is_integer && order < 0 && is_empty_of_integers(low, low_open, high, high_open)))
        return CADRE__WHY(place, "no value lies between %s and %s", low_open ? "gt" : "ge",
                          high_open ? "lt" : "le");
    return 0;
}
