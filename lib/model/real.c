/* SPDX-License-Identifier: MIT */
/*
 * model/real: doubles from text.
 *
 * A number of few digits is a quotient or a product of two exact doubles, and so is rounded once
 * (Clinger, "How to Read Floating Point Numbers Accurately", 1990). One of up to 19 digits is those
 * times the first 128 bits of a power of ten, which are enough (Lemire, "Number Parsing at a
 * Gigabyte per Second", 2021; Mushtak and Lemire, "Fast Number Parsing Without Fallback", 2022).
 * Numbers of more digits are libc's.
 */
#include "config.h"

#include "model/real.h"

#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "model/powers.h"

/* Doubles hold their fraction in so many bits; its first one is not stored. */
#define FRACTION_BITS 52
#define EXPONENT_BIAS 1023
#define EXPONENT_MAX  0x7ff

/* Longer texts of numbers are copied to the heap. */
#define SMALL 128

static double from_bits(bool is_negative, uint64_t exponent, uint64_t fraction)
{
    uint64_t bits = (uint64_t)is_negative << 63 | exponent << FRACTION_BITS | fraction;
    double number;

    memcpy(&number, &bits, sizeof(number));
    return number;
}

/* digits * 10^exponent, where both are exact doubles. */
static bool from_few(uint64_t digits, int exponent, double *ret)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

    if (digits > UINT64_C(1) << (FRACTION_BITS + 1) || exponent < -22 || exponent > 22)
        return false;
    *ret = exponent < 0 ? (double)digits / powers[-exponent] : (double)digits * powers[exponent];
    return true;
}

/* The first 128 bits of `factor` times the power; only as many of them as decide are right. */
static unsigned __int128 multiply(uint64_t factor, int exponent)
{
    struct cadre__power power = *cadre__power_of(exponent);

    /* Reciprocals of small powers are rounded up: their products may be exact. */
    if (exponent < 0 && exponent >= -27 && ++power.low == 0)
        power.high++;
    unsigned __int128 product = (unsigned __int128)factor * power.high;
    if (((uint64_t)(product >> 64) & 0x1ff) == 0x1ff)
        product += (uint64_t)((unsigned __int128)factor * power.low >> 64);
    return product;
}

/* digits * 10^exponent, for digits above 0. False: it is beyond all doubles. */
static bool from_many(uint64_t digits, int exponent, bool is_negative, double *ret)
{
    if (exponent < CADRE__POWER_MIN) {
        *ret = is_negative ? -0.0 : 0.0;
        return true;
    }
    if (exponent > 308)
        return false;
    unsigned n_zeros = (unsigned)__builtin_clzll(digits);
    unsigned __int128 product = multiply(digits << n_zeros, exponent);
    uint64_t high = (uint64_t)(product >> 64), low = (uint64_t)product;
    unsigned first = (unsigned)(high >> 63);
    unsigned shift = first + 64 - FRACTION_BITS - 3;
    /* The fraction with its first bit, and one more bit, by which it is rounded. */
    uint64_t fraction = high >> shift;
    int binary = ((217706 * exponent) >> 16) + 63 + (int)first - (int)n_zeros + EXPONENT_BIAS;

    if (binary <= 0) {
        if (binary <= -63) {
            *ret = is_negative ? -0.0 : 0.0;
            return true;
        }
        fraction >>= 1 - binary;
        fraction = (fraction + (fraction & 1)) >> 1;
        *ret = from_bits(is_negative, 0, fraction); /* one that is rounded up to 2^52 is normal */
        return true;
    }
    /* Half way between two doubles: to the even one. */
    if (low <= 1 && exponent >= -4 && exponent <= 23 && (fraction & 3) == 1 &&
        fraction << shift == high)
        fraction &= ~UINT64_C(1);
    fraction = (fraction + (fraction & 1)) >> 1;
    if (fraction >= UINT64_C(2) << FRACTION_BITS) {
        fraction = UINT64_C(1) << FRACTION_BITS;
        binary++;
    }
    if (binary >= EXPONENT_MAX)
        return false;
    *ret = from_bits(is_negative, (uint64_t)binary, fraction & ~(UINT64_C(1) << FRACTION_BITS));
    return true;
}

static locale_t c_locale;

static void make_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* By libc: of more digits than 64 bits hold. */
static bool from_text(struct cadre_str text, double *ret)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    char small[SMALL], *copy = text.len < sizeof(small) ? small : malloc(text.len + 1);

    (void)pthread_once(&once, make_locale);
    if (!copy)
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    *ret = c_locale ? strtod_l(copy, NULL, c_locale) : strtod(copy, NULL);
    if (copy != small)
        free(copy);
    return *ret - *ret == 0.0;
}

bool cadre__real_from_number(const struct cadre__json_number *number, double *ret)
{
    double real;

    if (!number->is_exact) {
        if (!from_text(number->text, &real))
            return false;
        *ret = real;
        return true;
    }
    if (number->digits == 0) {
        *ret = number->is_negative ? -0.0 : 0.0;
        return true;
    }
    if (from_few(number->digits, number->exponent, &real)) {
        *ret = number->is_negative ? -real : real;
        return true;
    }
    return from_many(number->digits, number->exponent, number->is_negative, ret);
}
