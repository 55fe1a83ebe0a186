/* SPDX-License-Identifier: MIT */
/*
 * model/number: numbers from text and back.
 *
 * Text is read by a small grammar of our own, values are made and written by model/real.
 * Comparisons are made in integers: a double does not hold every 64-bit integer, and a long double
 * is no more than one on some machines, and in valgrind.
 */
#include "config.h"

#include "model/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/real.h"

_Static_assert(CADRE__REAL_TEXT_MAX <= 32, "a double fits the buffers of messages");

/* As many characters as Python reads of a whole number. */
#define INTEGER_TEXT_MAX 4300

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct cadre_str cadre__text_trim(struct cadre_str text)
{
    while (text.len > 0 && is_space(text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && is_space(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* ---- whole numbers ---- */

/* Digits with single underscores between them, from at on; *ret_end is what is behind. */
static enum cadre__number_result take_digits(const char *at, const char *end, uint64_t *ret,
                                             const char **ret_end)
{
    enum cadre__number_result result = CADRE__NUMBER_OK;
    uint64_t number = 0;

    if (at == end || !is_digit(*at))
        return CADRE__NUMBER_BAD;
    for (; at < end; at++) {
        if (*at == '_' && at + 1 < end && is_digit(at[1]))
            at++;
        if (!is_digit(*at))
            break;
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(*at - '0'), &number))
            result = CADRE__NUMBER_TOO_BIG;
    }
    *ret = number;
    *ret_end = at;
    return result;
}

enum cadre__number_result cadre__integer_from_text(struct cadre_str text,
                                                   struct cadre__integer *ret)
{
    struct cadre__integer number = {false, 0};

    if (text.len > INTEGER_TEXT_MAX)
        return CADRE__NUMBER_TOO_BIG;
    text = cadre__text_trim(text);
    const char *at = text.ptr, *end = at + text.len;
    if (at < end && (*at == '+' || *at == '-'))
        number.negative = *at++ == '-';
    enum cadre__number_result result = take_digits(at, end, &number.magnitude, &at);
    if (result == CADRE__NUMBER_BAD)
        return result;
    if (at < end && *at == '.') {
        for (at++; at < end && *at == '0';)
            at++;
    }
    if (at < end)
        return CADRE__NUMBER_BAD;
    if (result == CADRE__NUMBER_OK)
        *ret = number;
    return result;
}

enum cadre__number_result cadre__integer_from_real(double number, struct cadre__integer *ret)
{
    if (isnan(number) || isinf(number))
        return CADRE__NUMBER_INFINITE;
    if (number != trunc(number))
        return CADRE__NUMBER_FRACTION;
    if (fabs(number) >= 18446744073709551616.0)
        return CADRE__NUMBER_TOO_BIG;
    ret->negative = number < 0;
    ret->magnitude = (uint64_t)fabs(number);
    return CADRE__NUMBER_OK;
}

enum cadre__number_result cadre__integer_from_json(struct cadre_str token,
                                                   struct cadre__integer *ret)
{
    for (size_t i = 0; i < token.len; i++) {
        if (token.ptr[i] == '.' || token.ptr[i] == 'e' || token.ptr[i] == 'E')
            return cadre__integer_from_real(cadre__real_from_json(token), ret);
    }
    return cadre__integer_from_text(token, ret);
}

/* ---- doubles ---- */

/* A number of more digits than 64 bits hold: copied without underscores. False as below. */
static bool many_digits(struct cadre_str text, struct cadre__json_number *number, double *ret)
{
    char small[128], *copy = text.len < sizeof(small) ? small : malloc(text.len);
    size_t n = 0;

    if (!copy)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '_')
            copy[n++] = text.ptr[i];
    }
    number->text = (struct cadre_str){copy, n};
    bool is_finite = cadre__real_from_number(number, ret);
    if (copy != small)
        free(copy);
    return is_finite;
}

/* Exponents, and digits behind a point, are counted up to here: one may undo the other, and no text
 * is that long. */
#define EXPONENT_MAX 100000000

/* The exponent behind an 'e', which may be far beyond all doubles. */
static int32_t exponent_of(const char *at, const char *end)
{
    bool negative = at < end && *at == '-';
    int32_t exponent = 0;

    for (; at < end; at++) {
        if (is_digit(*at) && exponent < EXPONENT_MAX)
            exponent = exponent * 10 + (*at - '0');
    }
    return negative ? -exponent : exponent;
}

/* The double that a text of our grammar is. What is beyond all doubles is infinite. */
static double real_of(struct cadre_str text)
{
    struct cadre__json_number number = {.text = text};
    const char *at = text.ptr, *end = at + text.len;
    bool in_fraction = false;
    unsigned n = 0;
    double real;

    number.is_negative = at < end && *at == '-';
    for (; at < end && *at != 'e' && *at != 'E'; at++) {
        in_fraction = in_fraction || *at == '.';
        if (!is_digit(*at))
            continue;
        if (n > 0 || *at != '0')
            n++;
        if (n <= 19)
            number.digits = number.digits * 10 + (uint64_t)(*at - '0');
        if (in_fraction && number.exponent > -EXPONENT_MAX)
            number.exponent--;
    }
    if (at < end)
        number.exponent += exponent_of(at + 1, end);
    number.is_exact = n <= 19;
    if (number.is_exact ? cadre__real_from_number(&number, &real)
                        : many_digits(text, &number, &real))
        return real;
    return number.is_negative ? -HUGE_VAL : HUGE_VAL;
}

/* Skips digits with single underscores between them. */
static const char *skip_digits(const char *at, const char *end)
{
    uint64_t unused;
    const char *behind = at;
    (void)take_digits(at, end, &unused, &behind);
    return behind;
}

/* Whether the text is one of the names of numbers that are not finite. */
static bool is_name(const char *at, const char *end, double *ret)
{
    static const struct {
        struct cadre_str name;
        double number;
    } names[] = {
        {CADRE_STR_INIT("nan"), (double)NAN},
        {CADRE_STR_INIT("inf"), (double)INFINITY},
        {CADRE_STR_INIT("infinity"), (double)INFINITY},
    };
    struct cadre_str text = {at, (size_t)(end - at)};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (cadre_str_eq_nocase(text, names[i].name)) {
            *ret = names[i].number;
            return true;
        }
    }
    return false;
}

enum cadre__number_result cadre__real_from_text(struct cadre_str text, double *ret)
{
    text = cadre__text_trim(text);
    const char *begin = text.ptr, *end = begin + text.len, *at = begin;
    bool negative = false;

    if (at < end && (*at == '+' || *at == '-'))
        negative = *at++ == '-';
    if (is_name(at, end, ret)) {
        *ret = negative ? -*ret : *ret;
        return CADRE__NUMBER_OK;
    }
    const char *whole = at;
    at = skip_digits(at, end);
    size_t n_digits = (size_t)(at - whole);
    if (at < end && *at == '.') {
        const char *fraction = ++at;
        at = skip_digits(at, end);
        n_digits += (size_t)(at - fraction);
    }
    if (n_digits == 0)
        return CADRE__NUMBER_BAD;
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-'))
            at++;
        if (at == end || !is_digit(*at))
            return CADRE__NUMBER_BAD;
        at = skip_digits(at, end);
    }
    if (at < end)
        return CADRE__NUMBER_BAD;
    *ret = real_of(text);
    return CADRE__NUMBER_OK;
}

double cadre__real_from_json(struct cadre_str token)
{
    return real_of(token);
}

/* ---- as text ---- */

const char *cadre__real_to_text(double number, bool with_point, char buf[32])
{
    if (isnan(number) || isinf(number)) {
        snprintf(buf, 32, "%s", isnan(number) ? "nan" : number < 0 ? "-inf" : "inf");
        return buf;
    }
    size_t len = cadre__real_format(number, buf);
    buf[len] = '\0';
    if (!with_point && len > 2 && strcmp(buf + len - 2, ".0") == 0)
        buf[len - 2] = '\0';
    return buf;
}

const char *cadre__constant_to_text(const struct cadre_constant *constant, bool as_real,
                                    char buf[32])
{
    if (as_real || constant->type == CADRE_CONSTANT_DOUBLE)
        return cadre__real_to_text(constant->real, as_real, buf);
    if (constant->type == CADRE_CONSTANT_UINT)
        snprintf(buf, 32, "%" PRIu64, constant->integer);
    else
        snprintf(buf, 32, "%" PRId64, (int64_t)constant->integer);
    return buf;
}

/* ---- comparing ---- */

static int compare_magnitudes(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_integers(struct cadre__integer a, struct cadre__integer b)
{
    bool negative_a = a.negative && a.magnitude > 0, negative_b = b.negative && b.magnitude > 0;

    if (negative_a != negative_b)
        return negative_a ? -1 : 1;
    return negative_a ? compare_magnitudes(b.magnitude, a.magnitude)
                      : compare_magnitudes(a.magnitude, b.magnitude);
}

/* As whole numbers where they are; what is behind the point of the double tells the rest. */
static int compare_real_with_integer(double real, struct cadre__integer integer)
{
    if (isnan(real))
        return 1;
    if (fabs(real) >= 18446744073709551616.0)
        return real < 0 ? -1 : 1;
    double whole = trunc(real);
    struct cadre__integer part = {whole < 0, (uint64_t)fabs(whole)};
    int order = compare_integers(part, integer);
    return order != 0 ? order : (real > whole) - (real < whole);
}

/* The whole number that a constant is, which is no DOUBLE. */
static struct cadre__integer constant_integer(const struct cadre_constant *constant)
{
    bool negative = constant->type == CADRE_CONSTANT_INT && (int64_t)constant->integer < 0;

    return (struct cadre__integer){negative, negative ? 0 - constant->integer : constant->integer};
}

int cadre__integer_compare(struct cadre__integer number, const struct cadre_constant *constant)
{
    if (constant->type == CADRE_CONSTANT_DOUBLE)
        return -compare_real_with_integer(constant->real, number);
    return compare_integers(number, constant_integer(constant));
}

int cadre__real_compare(double number, const struct cadre_constant *constant)
{
    if (constant->type != CADRE_CONSTANT_DOUBLE)
        return compare_real_with_integer(number, constant_integer(constant));
    return number < constant->real ? -1 : number == constant->real ? 0 : 1;
}
