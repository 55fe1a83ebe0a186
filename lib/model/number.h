/* SPDX-License-Identifier: MIT */
/*
 * model/number: numbers from text, as Pydantic reads them, and numbers as text for messages.
 *
 * Pure but for memory that numbers of very many digits take for a moment; the locale has no say.
 * Any thread.
 */
#ifndef CADRE_MODEL_NUMBER_H
#define CADRE_MODEL_NUMBER_H

#include <cadre/model.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/converters.h"

/* What came of reading one. */
enum cadre__number_result {
    CADRE__NUMBER_OK,
    CADRE__NUMBER_BAD,      /* it is none */
    CADRE__NUMBER_TOO_BIG,  /* beyond 64 bits, or 4300 characters */
    CADRE__NUMBER_FRACTION, /* not whole */
    CADRE__NUMBER_INFINITE, /* nor this */
};

/* An integer of 1, 2, 4 or 8 bytes, as it stands in a struct. */
static inline int64_t cadre__signed_at(const void *value, uint32_t size)
{
    switch (size) {
    case 1:
        return *(const int8_t *)value;
    case 2:
        return *(const int16_t *)value;
    case 4:
        return *(const int32_t *)value;
    default:
        return *(const int64_t *)value;
    }
}

static inline uint64_t cadre__unsigned_at(const void *value, uint32_t size)
{
    switch (size) {
    case 1:
        return *(const uint8_t *)value;
    case 2:
        return *(const uint16_t *)value;
    case 4:
        return *(const uint32_t *)value;
    default:
        return *(const uint64_t *)value;
    }
}

/* The text without ASCII white space at both ends. */
struct cadre_str cadre__text_trim(struct cadre_str text);

/* A whole number, with white space around it, a sign, single underscores between digits, zeros
 * behind a point: "+1_000.0". */
enum cadre__number_result cadre__integer_from_text(struct cadre_str text,
                                                   struct cadre__integer *ret);

/* A double that is a whole number. */
enum cadre__number_result cadre__integer_from_real(double number, struct cadre__integer *ret);

/* A JSON number, which it is known to be: whole by its text, or by its value (1e3). */
enum cadre__number_result cadre__integer_from_json(struct cadre_str token,
                                                   struct cadre__integer *ret);

/* A double: digits with an optional point and exponent, single underscores between digits, "nan",
 * "inf", "infinity" in any case; white space around it and a sign. */
enum cadre__number_result cadre__real_from_text(struct cadre_str text, double *ret);

/* A JSON number, which it is known to be. What is beyond a double is infinite. */
double cadre__real_from_json(struct cadre_str token);

/* The shortest text that is that number, into buf of 32 bytes: "0.1", "1e+30"; a whole one below
 * 1e16 without a point, or with ".0". Returns buf. */
const char *cadre__real_to_text(double number, bool with_point, char buf[32]);

/* A constant of a table as a number of messages, and of ctx for a DOUBLE (`as_real`: "0.0"), into
 * buf of 32 bytes. Returns buf. */
const char *cadre__constant_to_text(const struct cadre_constant *constant, bool as_real,
                                    char buf[32]);

/* Compare a number with a constant that is one, exactly: below 0, 0, above 0. NaN is above all. */
int cadre__integer_compare(struct cadre__integer number, const struct cadre_constant *constant);
int cadre__real_compare(double number, const struct cadre_constant *constant);

#endif
