/* SPDX-License-Identifier: MIT */
/*
 * model/real: doubles to text, after Giulietti, "The Schubfach way to render doubles" (2020).
 *
 * All numbers nearer to a double than to its neighbours lie in an interval around it. The power of
 * ten below its length is chosen: the interval holds at least one multiple of that, at most one of
 * the next power, and the shortest is among these.
 */
#include "config.h"

#include <string.h>

#include "model/powers.h"
#include "model/real.h"

#define FRACTION_BITS 52
#define FRACTION_MASK ((UINT64_C(1) << FRACTION_BITS) - 1)

/* digits * 10^exponent. */
struct decimal {
    uint64_t digits;
    int exponent;
};

static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                            "25262728293031323334353637383940414243444546474849"
                            "50515253545556575859606162636465666768697071727374"
                            "75767778798081828384858687888990919293949596979899";

static unsigned count_digits(uint64_t number)
{
    unsigned n = 1;

    for (; number >= 10000; number /= 10000)
        n += 4;
    return n + (number >= 10) + (number >= 100) + (number >= 1000);
}

/* Writes the number into that many bytes, which it fills. */
static void put_digits(char *to, uint64_t number, unsigned n)
{
    for (; n >= 2; n -= 2, number /= 100)
        memcpy(to + n - 2, pairs + number % 100 * 2, 2);
    if (n > 0)
        to[0] = (char)('0' + number % 10);
}

size_t cadre__unsigned_format(uint64_t number, char buf[CADRE__REAL_TEXT_MAX])
{
    unsigned n = count_digits(number);

    put_digits(buf, number, n);
    return n;
}

/* The product with the power's 128 bits, cut off, with its last bit set where something was cut:
 * so comparisons with whole numbers stay right. */
static uint64_t multiply_to_odd(struct cadre__power power, uint64_t factor)
{
    uint64_t below = (uint64_t)((unsigned __int128)power.low * factor >> 64);
    unsigned __int128 product = (unsigned __int128)power.high * factor + below;

    return (uint64_t)(product >> 64) | ((uint64_t)product > 1);
}

/* The power rounded up; those of 0 to 55 are exact. */
static struct cadre__power power_above(int exponent)
{
    struct cadre__power power = *cadre__power_of(exponent);

    if ((exponent < 0 || exponent > 55) && ++power.low == 0)
        power.high++;
    return power;
}

/* The shortest decimal of fraction * 2^exponent. `is_uneven`: the double below is nearer than that
 * above. */
static struct decimal shortest(uint64_t fraction, int exponent, bool is_uneven)
{
    uint64_t is_odd = fraction & 1;
    int k = (exponent * 1262611 - (is_uneven ? 524031 : 0)) >> 22;
    int shift = exponent + ((-k * 1741647) >> 19) + 1;
    struct cadre__power power = power_above(-k);
    /* Four times the number and its bounds, in units of 10^k. */
    uint64_t lower = multiply_to_odd(power, (4 * fraction - 2 + is_uneven) << shift) + is_odd;
    uint64_t middle = multiply_to_odd(power, 4 * fraction << shift);
    uint64_t upper = multiply_to_odd(power, (4 * fraction + 2) << shift) - is_odd;
    uint64_t below = middle / 4;

    if (below >= 10) {
        uint64_t tens = below / 10;
        bool tens_in = lower <= 40 * tens, next_in = 40 * tens + 40 <= upper;
        if (tens_in != next_in)
            return (struct decimal){tens + next_in, k + 1};
    }
    bool below_in = lower <= 4 * below, above_in = 4 * below + 4 <= upper;
    if (below_in != above_in)
        return (struct decimal){below + above_in, k};
    uint64_t half = 4 * below + 2;
    bool up = middle > half || (middle == half && (below & 1));
    return (struct decimal){below + up, k};
}

static struct decimal to_decimal(uint64_t fraction, unsigned exponent)
{
    int binary = exponent ? (int)exponent - 1075 : -1074;
    struct decimal decimal;

    if (exponent)
        fraction |= UINT64_C(1) << FRACTION_BITS;
    if (binary <= 0 && binary > -53 && (fraction & ((UINT64_C(1) << -binary) - 1)) == 0)
        decimal = (struct decimal){fraction >> -binary, 0};
    else
        decimal =
            shortest(fraction, binary, exponent > 1 && fraction == UINT64_C(1) << FRACTION_BITS);
    while (decimal.digits % 10 == 0) {
        decimal.digits /= 10;
        decimal.exponent++;
    }
    return decimal;
}

/* Writes digits with a point behind the first `whole` of them. */
static char *put_pointed(char *to, uint64_t digits, unsigned n, unsigned whole)
{
    put_digits(to + 1, digits, n);
    memmove(to, to + 1, whole);
    to[whole] = '.';
    return to + n + 1;
}

/* Writes the sign and at least two digits of an exponent. */
static char *put_exponent(char *to, int exponent)
{
    unsigned number = (unsigned)(exponent < 0 ? -exponent : exponent);
    unsigned n = number >= 100 ? 3 : 2;

    *to++ = 'e';
    *to++ = exponent < 0 ? '-' : '+';
    put_digits(to, number, n);
    return to + n;
}

static char *put_decimal(char *to, struct decimal decimal)
{
    unsigned n = count_digits(decimal.digits);
    /* Where the point is: behind so many digits. */
    int point = (int)n + decimal.exponent;

    if (point < -3 || point > 16) {
        if (n == 1)
            *to++ = (char)('0' + decimal.digits);
        else
            to = put_pointed(to, decimal.digits, n, 1);
        return put_exponent(to, point - 1);
    }
    if (point <= 0) {
        memcpy(to, "0.0000", 6);
        to += 2 - point;
        put_digits(to, decimal.digits, n);
        return to + n;
    }
    if (point < (int)n)
        return put_pointed(to, decimal.digits, n, (unsigned)point);
    put_digits(to, decimal.digits, n);
    memset(to + n, '0', (unsigned)point - n);
    to += point;
    *to++ = '.';
    *to++ = '0';
    return to;
}

size_t cadre__real_format(double number, char buf[CADRE__REAL_TEXT_MAX])
{
    uint64_t bits;
    char *to = buf;

    memcpy(&bits, &number, sizeof(bits));
    uint64_t fraction = bits & FRACTION_MASK;
    unsigned exponent = bits >> FRACTION_BITS & 0x7ff;
    if (bits >> 63)
        *to++ = '-';
    if (fraction == 0 && exponent == 0) {
        memcpy(to, "0.0", 3);
        return (size_t)(to + 3 - buf);
    }
    return (size_t)(put_decimal(to, to_decimal(fraction, exponent)) - buf);
}
