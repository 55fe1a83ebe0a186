/* SPDX-License-Identifier: MIT */
/*
 * model/moment: dates, times and durations from text, with the reason where they are none.
 *
 * Parsers return NULL and set *ret, or a constant text that says why not: "input is too short".
 * Pure; any thread.
 */
#ifndef CADRE_MODEL_MOMENT_H
#define CADRE_MODEL_MOMENT_H

#include <cadre/str.h>
#include <cadre/value.h>

/* YYYY-MM-DD (RFC 3339 §5.6) and nothing behind. */
const char *cadre__date_parse(struct cadre_str text, struct cadre_date *ret);

/* HH:MM, HH:MM:SS, with a fraction of which microseconds count, with 'Z' or +HH:MM; or seconds of
 * the day as a number. */
const char *cadre__time_parse(struct cadre_str text, struct cadre_time *ret);

/* A date, one of "Tt _" and a time; or a number, see cadre__datetime_from_number. */
const char *cadre__datetime_parse(struct cadre_str text, struct cadre_datetime *ret);

/* A JSON number, or a text that is one: seconds since 1970, or ms where it is beyond
 * 20,000,000,000; in UTC. */
const char *cadre__datetime_from_number(struct cadre_str number, struct cadre_datetime *ret);

/* Seconds of the day as a number. */
const char *cadre__time_from_number(struct cadre_str number, struct cadre_time *ret);

/* ISO 8601 "P1DT2H3.5S" with years of 365 and months of 30 days, "1 day, 02:00:00", "02:00:00";
 * each with a sign in front. */
const char *cadre__duration_parse(struct cadre_str text, struct cadre_duration *ret);

/* Seconds as a number. */
const char *cadre__duration_from_number(struct cadre_str number, struct cadre_duration *ret);

#endif
