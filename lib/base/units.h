/* SPDX-License-Identifier: MIT */
/*
 * base/units: sizes, durations and numbers as text, both ways.
 *
 * The conf, the command line and log lines write "64k" and "1m30s"; the code holds bytes and
 * nanoseconds. Parsing is strict: the whole text must be understood, no sign but a number's '-', no
 * blanks, no overflow. Never allocates, blocks or suspends; any thread.
 */
#ifndef CADRE_BASE_UNITS_H
#define CADRE_BASE_UNITS_H

#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

/* Room enough for any text that the formats below make, NUL included. */
#define CADRE__UNITS_TEXT_SIZE 48

/* Bytes from a whole number and an optional unit: k, m, g, t (powers of 1024, either case), with
 * an optional b or ib behind ("64k", "64kb", "64KiB", "10b"). -EINVAL, -ERANGE beyond 2^63-1. */
int cadre__parse_size(const char *text, uint64_t *ret_bytes) CADRE_MUST_CHECK;

/* Nanoseconds from one or more numbers with units, largest first: d, h, m, s, ms, us, ns ("500ms",
 * "1m30s"). A number may have a fraction ("1.5s"). A single bare number is seconds. -EINVAL, or
 * -ERANGE beyond 2^63-1. */
int cadre__parse_duration(const char *text, uint64_t *ret_ns) CADRE_MUST_CHECK;

/* A decimal number with an optional '-'. -EINVAL or -ERANGE. */
int cadre__parse_int64(const char *text, int64_t *ret) CADRE_MUST_CHECK;

/* A decimal number without a sign. -EINVAL or -ERANGE. */
int cadre__parse_uint64(const char *text, uint64_t *ret) CADRE_MUST_CHECK;

/* The shortest text that parses to exactly `bytes`: "64k", "1m", "1500". Returns `buf`. */
const char *cadre__format_size(uint64_t bytes, char buf[static CADRE__UNITS_TEXT_SIZE]);

/* The text that parses to exactly `ns`: "0s", "30s", "1m30s", "500ms". Returns `buf`. */
const char *cadre__format_duration(uint64_t ns, char buf[static CADRE__UNITS_TEXT_SIZE]);

#endif
