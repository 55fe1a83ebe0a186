/* SPDX-License-Identifier: MIT */
/*
 * model/value: the calendar below <cadre/value.h>. Pure; any thread.
 */
#ifndef CADRE_MODEL_VALUE_H
#define CADRE_MODEL_VALUE_H

#include <cadre/macros.h>
#include <cadre/model.h>
#include <cadre/value.h>
#include <stdbool.h>
#include <stdint.h>

/* Writes a value of a kind that has a form of its own in text (dates, times, durations, UUIDs, IP
 * addresses), and a NUL. The length; 0: it is of another kind. */
size_t cadre__value_format(enum cadre_kind kind, const void *value, char buf[CADRE_VALUE_TEXT_MAX]);

/* 0001-01-01 and 9999-12-31, in days from 1970-01-01. */
#define CADRE__DAYS_MIN INT64_C(-719162)
#define CADRE__DAYS_MAX INT64_C(2932896)

bool cadre__is_leap_year(unsigned year);

/* Of a month from 1 to 12. */
unsigned cadre__days_in_month(unsigned year, unsigned month);

/* Days from 1970-01-01 to that date, and back: 0, or -ERANGE beyond the years 1..9999. */
int64_t cadre__date_to_days(const struct cadre_date *date);
CADRE_MUST_CHECK int cadre__date_from_days(int64_t days, struct cadre_date *ret);

#endif
