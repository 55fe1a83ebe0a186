/* SPDX-License-Identifier: MIT */
/*
 * base/units: sizes, durations and numbers.
 *
 * One row a unit serves parsing and formatting. Arithmetic is exact: integers only, each step
 * checked.
 */
#include "config.h"

#include "base/units.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

struct unit {
    const char *name;
    uint64_t factor;
};

/* Largest first. */
static const struct unit size_units[] = {
    {"t", UINT64_C(1) << 40},
    {"g", UINT64_C(1) << 30},
    {"m", UINT64_C(1) << 20},
    {"k", UINT64_C(1) << 10},
    {"", 1},
};

static const struct unit time_units[] = {
    {"d", 86400 * CADRE__NSEC_PER_SEC},
    {"h", 3600 * CADRE__NSEC_PER_SEC},
    {"m", 60 * CADRE__NSEC_PER_SEC},
    {"s", CADRE__NSEC_PER_SEC},
    {"ms", CADRE__NSEC_PER_MSEC},
    {"us", CADRE__NSEC_PER_USEC},
    {"ns", 1},
};

#define N_UNITS(table) (sizeof(table) / sizeof((table)[0]))

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    c |= 0x20;
    return c >= 'a' && c <= 'z';
}

/* Reads digits at *at, one at least, and moves on. 0, -EINVAL, -ERANGE (then all are skipped). */
static int take_number(const char **at, uint64_t *ret)
{
    uint64_t number = 0;
    int r = 0;
    if (!is_digit(**at))
        return -EINVAL;
    for (; is_digit(**at); ++*at) {
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(**at - '0'), &number))
            r = -ERANGE;
    }
    *ret = number;
    return r;
}

int cadre__parse_uint64(const char *text, uint64_t *ret)
{
    uint64_t number;
    int r = take_number(&text, &number);
    if (*text != '\0')
        return -EINVAL;
    if (r == 0)
        *ret = number;
    return r;
}

int cadre__parse_int64(const char *text, int64_t *ret)
{
    bool negative = *text == '-';
    uint64_t number = 0, limit = (uint64_t)INT64_MAX + negative;
    int r = cadre__parse_uint64(text + negative, &number);
    if (r < 0)
        return r;
    if (number > limit)
        return -ERANGE;
    *ret = negative ? (int64_t)(0 - number) : (int64_t)number;
    return 0;
}

/* ---- sizes ---- */

/* The factor of "k", "kb", "KiB", "b" or nothing; 0 for others. */
static uint64_t size_factor(const char *unit)
{
    char low[4] = "";
    size_t len = strlen(unit);
    if (len > 3)
        return 0;
    for (size_t i = 0; i < len; i++) {
        if (!is_letter(unit[i]))
            return 0;
        low[i] = (char)(unit[i] | 0x20);
    }
    if (strcmp(low, "b") == 0)
        return 1;
    if (len > 1 && strcmp(low + 1, "b") != 0 && strcmp(low + 1, "ib") != 0)
        return 0;
    for (size_t i = 0; i < N_UNITS(size_units); i++) {
        if (low[0] == size_units[i].name[0])
            return size_units[i].factor;
    }
    return 0;
}

int cadre__parse_size(const char *text, uint64_t *ret_bytes)
{
    uint64_t number, bytes;
    int r = take_number(&text, &number);
    if (r == -EINVAL)
        return r;
    uint64_t factor = size_factor(text);
    if (factor == 0)
        return -EINVAL;
    if (r < 0 || __builtin_mul_overflow(number, factor, &bytes) || bytes > INT64_MAX)
        return -ERANGE;
    *ret_bytes = bytes;
    return 0;
}

const char *cadre__format_size(uint64_t bytes, char buf[static CADRE__UNITS_TEXT_SIZE])
{
    size_t i = 0;
    while (i + 1 < N_UNITS(size_units) && (bytes == 0 || bytes % size_units[i].factor != 0))
        i++;
    snprintf(buf, CADRE__UNITS_TEXT_SIZE, "%llu%s",
             (unsigned long long)(bytes / size_units[i].factor), size_units[i].name);
    return buf;
}

/* ---- durations ---- */

/* Reads a unit at *at and moves on; its row, or -EINVAL. */
static int take_time_unit(const char **at, size_t *ret_row)
{
    size_t len = 0;
    while (is_letter((*at)[len]))
        len++;
    for (size_t i = 0; i < N_UNITS(time_units); i++) {
        if (strlen(time_units[i].name) == len && memcmp(time_units[i].name, *at, len) == 0) {
            *at += len;
            *ret_row = i;
            return 0;
        }
    }
    return -EINVAL;
}

/* One number of a duration, with its fraction: "1.5" is 1 and 5 * 10^8 of 10^9. */
struct amount {
    uint64_t whole;
    uint64_t billionths;
};

static int take_amount(const char **at, struct amount *ret)
{
    int r = take_number(at, &ret->whole);
    ret->billionths = 0;
    if (r == -EINVAL || **at != '.')
        return r;
    ++*at;
    if (!is_digit(**at))
        return -EINVAL;
    uint64_t place = 100000000;
    for (; is_digit(**at); ++*at, place /= 10)
        ret->billionths += place * (uint64_t)(**at - '0'); /* beyond the ninth: nothing */
    return r;
}

/* Adds an amount of a unit to *sum. -ERANGE where it does not fit. */
static int add_amount(uint64_t *sum, const struct amount *amount, uint64_t factor)
{
    uint64_t ns;
    if (__builtin_mul_overflow(amount->whole, factor, &ns))
        return -ERANGE;
    /* 10^9 divides the factors from a second on; below, 10^9 * 10^9 fits. */
    uint64_t part = factor >= CADRE__NSEC_PER_SEC
                        ? amount->billionths * (factor / CADRE__NSEC_PER_SEC)
                        : amount->billionths * factor / CADRE__NSEC_PER_SEC;
    if (__builtin_add_overflow(ns, part, &ns) || __builtin_add_overflow(*sum, ns, sum) ||
        *sum > INT64_MAX)
        return -ERANGE;
    return 0;
}

int cadre__parse_duration(const char *text, uint64_t *ret_ns)
{
    uint64_t sum = 0;
    int r = 0;
    size_t next_row = 0; /* the first unit that may still come */
    const char *at = text;
    do {
        struct amount amount;
        size_t row = 3; /* seconds */
        int n = take_amount(&at, &amount);
        if (n == -EINVAL)
            return n;
        bool bare = *at == '\0';
        if (bare ? next_row > 0 : take_time_unit(&at, &row) < 0)
            return -EINVAL;
        if (row < next_row)
            return -EINVAL;
        next_row = row + 1;
        if (n < 0 || add_amount(&sum, &amount, time_units[row].factor) < 0)
            r = -ERANGE;
    } while (*at != '\0');
    if (r == 0)
        *ret_ns = sum;
    return r;
}

const char *cadre__format_duration(uint64_t ns, char buf[static CADRE__UNITS_TEXT_SIZE])
{
    if (ns == 0)
        return memcpy(buf, "0s", sizeof("0s"));
    size_t len = 0;
    for (size_t i = 0; i < N_UNITS(time_units) && ns > 0; i++) {
        uint64_t count = ns / time_units[i].factor;
        if (count == 0)
            continue;
        ns %= time_units[i].factor;
        len += (size_t)snprintf(buf + len, CADRE__UNITS_TEXT_SIZE - len, "%llu%s",
                                (unsigned long long)count, time_units[i].name);
    }
    return buf;
}
