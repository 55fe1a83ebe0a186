/* SPDX-License-Identifier: MIT */
/*
 * model/real: doubles and the text of JSON, exact in both ways.
 *
 * What is read is the double nearest to the text, of two equally near ones the even one. What is
 * written is the shortest text that gives the same double when it is read, and of these the
 * nearest. The locale has no say. Nothing here suspends or logs; any thread.
 */
#ifndef CADRE_MODEL_REAL_H
#define CADRE_MODEL_REAL_H

#include <stdbool.h>
#include <stddef.h>

#include "model/json_scan.h"

/* Enough for any double. */
#define CADRE__REAL_TEXT_MAX 32

/* The double of a number as the scanner gives it. False: it is beyond all doubles, or memory for
 * one of very many digits is out; *ret is not set. */
bool cadre__real_from_number(const struct cadre__json_number *number, double *ret);

/* Writes a finite double as JSON, as Python does: "1.5", "-0.0", "3.0", "1e-05", "1e+16"; below
 * 1e-4 and from 1e16 on with an exponent. There is no NUL behind. Returns the length. */
size_t cadre__real_format(double number, char buf[CADRE__REAL_TEXT_MAX]);

/* Writes a whole number; there is no NUL behind. Returns the length. */
size_t cadre__unsigned_format(uint64_t number, char buf[CADRE__REAL_TEXT_MAX]);

#endif
