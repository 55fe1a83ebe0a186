/* SPDX-License-Identifier: MIT */
/* The table of powers of ten, against numbers of two thousand bits. */
#include "config.h"

#include "tests/unit/unit.h"

#include <string.h>

#include "model/powers.h"

#define WORDS 64

/* A large number, its lowest 32 bits first. */
struct large {
    uint32_t words[WORDS];
};

static void times_ten(struct large *number)
{
    uint64_t carry = 0;

    for (unsigned i = 0; i < WORDS; i++) {
        carry += (uint64_t)number->words[i] * 10;
        number->words[i] = (uint32_t)carry;
        carry >>= 32;
    }
    ck_assert_uint_eq(carry, 0);
}

/* Rounded down, as often as one likes. */
static void by_ten(struct large *number)
{
    uint64_t rest = 0;

    for (unsigned i = WORDS; i-- > 0;) {
        rest = rest << 32 | number->words[i];
        number->words[i] = (uint32_t)(rest / 10);
        rest %= 10;
    }
}

static unsigned bit(const struct large *number, int i)
{
    return i < 0 ? 0 : number->words[i / 32] >> (i % 32) & 1;
}

/* The first 128 bits are the table's. */
static void check_power(const struct large *number, int q)
{
    const struct cadre__power *power = cadre__power_of(q);
    struct cadre__power wanted = {0, 0};
    int top = WORDS * 32 - 1;

    while (!bit(number, top))
        top--;
    for (int i = 0; i < 64; i++) {
        wanted.high = wanted.high << 1 | bit(number, top - i);
        wanted.low = wanted.low << 1 | bit(number, top - 64 - i);
    }
    if (power->high != wanted.high || power->low != wanted.low)
        ck_abort_msg("10^%d", q);
}

START_TEST(powers_above_one_are_exact)
{
    struct large number = {{1}};

    for (int q = 0; q <= CADRE__POWER_MAX; q++) {
        check_power(&number, q);
        times_ten(&number);
    }
}
END_TEST

START_TEST(powers_below_one_are_cut_off)
{
    struct large number = {{0}};

    number.words[WORDS - 1] = 1;
    for (int q = 0; q >= CADRE__POWER_MIN; q--) {
        check_power(&number, q);
        by_ten(&number);
    }
}
END_TEST

UNIT_MAIN("model/powers", UNIT_CASE(powers_above_one_are_exact),
          UNIT_CASE(powers_below_one_are_cut_off))
