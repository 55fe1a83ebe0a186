/* SPDX-License-Identifier: MIT */
/*
 * model/convert_decimal: decimal numbers as digits and an exponent. Pure; any thread.
 */
#ifndef CADRE_MODEL_CONVERT_DECIMAL_H
#define CADRE_MODEL_CONVERT_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>

#include "model/number.h"

/* A number of a text: its digits without zeros at both ends, times ten to the exponent. */
struct cadre__decimal {
    const char *text;  /* borrowed; a '.' may stand between the digits */
    const char *first; /* the first digit that is not 0; NULL: the number is 0 */
    const char *last;  /* the last one that is not */
    size_t n_digits;   /* between them; 0: the number is 0 */
    size_t n_zeros;    /* behind the last one, as they stand in the text */
    size_t n_seen;     /* digits in the text */
    long exponent;
    bool negative;
};

/* Reads digits with a point and an exponent, and nothing around them. */
enum cadre__number_result cadre__decimal_scan(struct cadre_str text, struct cadre__decimal *ret);

/* Below 0, 0, above 0. */
int cadre__decimal_compare(const struct cadre__decimal *a, const struct cadre__decimal *b);

#endif
