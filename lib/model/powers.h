/* SPDX-License-Identifier: MIT */
/*
 * model/powers: powers of ten for the conversion of doubles (model/real). Constant; any thread.
 */
#ifndef CADRE_MODEL_POWERS_H
#define CADRE_MODEL_POWERS_H

#include <stdint.h>

#define CADRE__POWER_MIN (-342)
#define CADRE__POWER_MAX 324

/* The first 128 bits of a power, of which the first one is set; what is behind them is cut off. */
struct cadre__power {
    uint64_t high, low;
};

extern const struct cadre__power cadre__powers[CADRE__POWER_MAX - CADRE__POWER_MIN + 1];

/* That of 10^q, CADRE__POWER_MIN <= q <= CADRE__POWER_MAX. */
static inline const struct cadre__power *cadre__power_of(int q)
{
    return &cadre__powers[q - CADRE__POWER_MIN];
}

#endif
