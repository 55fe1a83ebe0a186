/* SPDX-License-Identifier: MIT */
/*
 * model/convert_decimal: decimal numbers of any length, kept as text.
 *
 * The text is scanned into sign, digits and exponent; digits and places are counted as Python does
 * of a normalised Decimal, and bounds are compared digit by digit, so that nothing is rounded.
 */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/bounds.h"
#include "model/convert_decimal.h"
#include "model/converters.h"
#include "model/number.h"

/* Exponents beyond it are refused: nobody means them, and texts of that length could follow. */
#define EXPONENT_MAX 999999

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

enum cadre__number_result cadre__decimal_scan(struct cadre_str text, struct cadre__decimal *ret)
{
    const char *at = text.ptr, *end = at + text.len;
    long exponent = 0, places = 0;
    bool has_point = false, negative_exponent = false;

    *ret = (struct cadre__decimal){.text = at};
    if (at < end && (*at == '+' || *at == '-'))
        ret->negative = *at++ == '-';
    for (; at < end && (is_digit(*at) || (*at == '.' && !has_point)); at++) {
        if (*at == '.') {
            has_point = true;
            continue;
        }
        ret->n_seen++;
        places += has_point;
        if (*at == '0' && ret->n_digits == 0)
            continue; /* in front */
        if (!ret->first)
            ret->first = at;
        ret->n_digits++;
        if (*at != '0') {
            ret->last = at;
            ret->n_zeros = 0;
        } else {
            ret->n_zeros++;
        }
    }
    if (ret->n_seen == 0)
        return CADRE__NUMBER_BAD;
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-'))
            negative_exponent = *at++ == '-';
        if (at == end)
            return CADRE__NUMBER_BAD;
        for (; at < end && is_digit(*at); at++) {
            if (exponent <= EXPONENT_MAX)
                exponent = exponent * 10 + (*at - '0');
        }
    }
    if (at < end)
        return CADRE__NUMBER_BAD;
    if (exponent > EXPONENT_MAX)
        return CADRE__NUMBER_TOO_BIG;
    /* Zeros at the end go into the exponent. */
    ret->n_digits -= ret->n_zeros;
    ret->exponent = (negative_exponent ? -exponent : exponent) - places + (long)ret->n_zeros;
    if (ret->n_digits == 0)
        ret->exponent = 0;
    return CADRE__NUMBER_OK;
}

/* The digit at that index of the number's digits. */
static char digit_after(const char **at)
{
    while (**at == '.')
        ++*at;
    return *(*at)++;
}

/* The order of the magnitudes. */
static int compare_magnitudes(const struct cadre__decimal *a, const struct cadre__decimal *b)
{
    long top_a = (long)a->n_digits + a->exponent, top_b = (long)b->n_digits + b->exponent;
    const char *at_a = a->first, *at_b = b->first;

    if (a->n_digits == 0 || b->n_digits == 0)
        return (a->n_digits != 0) - (b->n_digits != 0);
    if (top_a != top_b)
        return top_a < top_b ? -1 : 1;
    for (size_t i = 0; i < a->n_digits && i < b->n_digits; i++) {
        char digit_a = digit_after(&at_a), digit_b = digit_after(&at_b);
        if (digit_a != digit_b)
            return digit_a < digit_b ? -1 : 1;
    }
    return (a->n_digits > b->n_digits) - (a->n_digits < b->n_digits);
}

int cadre__decimal_compare(const struct cadre__decimal *a, const struct cadre__decimal *b)
{
    bool negative_a = a->negative && a->n_digits > 0, negative_b = b->negative && b->n_digits > 0;

    if (negative_a != negative_b)
        return negative_a ? -1 : 1;
    int order = compare_magnitudes(a, b);
    return negative_a ? -order : order;
}

/* ---- constraints ---- */

static int check_digits(struct cadre_validation *validation, const struct cadre_field *rules,
                        const struct cadre_input *input, const struct cadre__decimal *number)
{
    uint64_t places = number->exponent < 0 ? (uint64_t)-number->exponent : 0;
    uint64_t digits = number->n_digits + (number->exponent > 0 ? (uint64_t)number->exponent : 0);
    bool has_places = rules->max_places != 0;
    unsigned max_places = rules->max_places == CADRE_NO_PLACES ? 0 : rules->max_places;
    unsigned max = rules->max_digits;

    if (digits < places)
        digits = places;
    if (max && digits > max)
        return cadre__issue_number(validation, "decimal_max_digits", input, "max_digits", max,
                                   "Decimal input should have no more than %u digit%s in total",
                                   max, cadre__plural(max));
    if (has_places && places > max_places)
        return cadre__issue_number(validation, "decimal_max_places", input, "decimal_places",
                                   max_places,
                                   "Decimal input should have no more than %u decimal place%s",
                                   max_places, cadre__plural(max_places));
    if (max && has_places && digits - places > max - max_places)
        return cadre__issue_number(
            validation, "decimal_whole_digits", input, "whole_digits", max - max_places,
            "Decimal input should have no more than %u digit%s before the decimal point",
            max - max_places, cadre__plural(max - max_places));
    return 0;
}

static int order_of(const void *number, const struct cadre_constant *constant)
{
    struct cadre__decimal bound;
    char text[32];

    cadre__constant_to_text(constant, false, text);
    if (cadre__decimal_scan(cadre_str_from(text), &bound) != CADRE__NUMBER_OK)
        return constant->real < 0 ? 1 : -1; /* an infinite one */
    return cadre__decimal_compare(number, &bound);
}

/* A copy without white space around it, '+' and single underscores between digits. */
static char *clean(struct cadre__arena *arena, struct cadre_str text, size_t *ret_len)
{
    text = cadre__text_trim(text);
    if (text.len > 0 && text.ptr[0] == '+') {
        text.ptr++;
        text.len--;
        /* A second sign stays to be refused. */
        if (text.len > 0 && (text.ptr[0] == '+' || text.ptr[0] == '-'))
            text.len = 0;
    }
    char *copy = cadre__arena_strndup(arena, text.ptr, text.len);
    if (!copy)
        return NULL;
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool between =
            i > 0 && i + 1 < text.len && is_digit(text.ptr[i - 1]) && is_digit(text.ptr[i + 1]);
        if (text.ptr[i] != '_' || !between)
            copy[n++] = text.ptr[i];
    }
    copy[n] = '\0';
    *ret_len = n;
    return copy;
}

int cadre__convert_decimal(struct cadre_validation *validation, const struct cadre__type *type,
                           const struct cadre_input *input, void *value)
{
    struct cadre__decimal number;
    double real;
    size_t len;

    if (input->type != CADRE_INPUT_STRING && input->type != CADRE_INPUT_NUMBER)
        return cadre__issue_text(
            validation, "decimal_type", input, NULL,
            "Decimal input should be an integer, float, string or Decimal object");
    char *text = clean(validation->arena, input->text, &len);
    if (!text)
        return -ENOMEM;
    if (cadre__decimal_scan((struct cadre_str){text, len}, &number) != CADRE__NUMBER_OK) {
        if (cadre__real_from_text((struct cadre_str){text, len}, &real) == CADRE__NUMBER_OK &&
            !is_digit(text[strcspn(text, "0123456789")]))
            return cadre__issue_text(validation, "finite_number", input, NULL,
                                     "Input should be a finite number");
        return cadre__issue_text(validation, "decimal_parsing", input, NULL,
                                 "Input should be a valid decimal");
    }
    int r = check_digits(validation, type->rules, input, &number);
    if (r == 0)
        r = cadre__bounds_check(validation, type->rules, input, order_of, &number, false);
    if (r != 0)
        return r;
    struct cadre_decimal decimal = {text};
    memcpy(value, &decimal, sizeof(decimal));
    return 0;
}
