/* SPDX-License-Identifier: MIT */
/* The field Range: web/byte_range.h. */
#include "web/byte_range.h"

#include <stdlib.h>

static void skip(struct cadre_str *s, size_t n)
{
    s->ptr += n;
    s->len -= n;
}

static void skip_space(struct cadre_str *s)
{
    while (s->len > 0 && (s->ptr[0] == ' ' || s->ptr[0] == '\t'))
        skip(s, 1);
}

/* Takes a number off; one that is too large is the largest. False: there is none. */
static bool take_number(struct cadre_str *s, uint64_t *ret)
{
    uint64_t n = 0;
    size_t digits = 0;

    for (; s->len > 0 && s->ptr[0] >= '0' && s->ptr[0] <= '9'; digits++, skip(s, 1)) {
        uint64_t digit = (uint64_t)(s->ptr[0] - '0');

        n = n > (UINT64_MAX - digit) / 10 ? UINT64_MAX : n * 10 + digit;
    }
    *ret = n;
    return digits > 0;
}

/* Takes "0-499", "500-" or "-500" off, as what of it is in `size` bytes; len 0: nothing. */
static bool take_range(struct cadre_str *s, uint64_t size, struct cadre__byte_range *ret)
{
    uint64_t first, last;
    bool has_first = take_number(s, &first), has_last;

    if (s->len == 0 || s->ptr[0] != '-')
        return false;
    skip(s, 1);
    has_last = take_number(s, &last);
    if (!has_first && !has_last)
        return false;
    if (has_first && has_last && first > last)
        return false;
    *ret = (struct cadre__byte_range){0, 0};
    if (!has_first) {
        ret->len = last < size ? last : size;
        ret->offset = size - ret->len;
    } else if (first < size) {
        ret->offset = first;
        ret->len = has_last && last < size ? last - first + 1 : size - first;
    }
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct cadre__byte_range *one = a, *other = b;

    return one->offset < other->offset ? -1 : one->offset > other->offset;
}

/* Merges sorted ranges that overlap or touch. How many are left. */
static size_t merge(struct cadre__byte_range *ranges, size_t n)
{
    size_t kept = 0;

    for (size_t i = 1; i < n; i++) {
        struct cadre__byte_range *last = &ranges[kept];
        uint64_t end = ranges[i].offset + ranges[i].len;

        if (ranges[i].offset > last->offset + last->len)
            ranges[++kept] = ranges[i];
        else if (end > last->offset + last->len)
            last->len = end - last->offset;
    }
    return kept + 1;
}

/* As they are where none meet. */
static size_t tidy(struct cadre__byte_range *ranges, size_t n)
{
    struct cadre__byte_range sorted[CADRE__BYTE_RANGES_MAX];
    size_t left;

    memcpy(sorted, ranges, n * sizeof(*ranges));
    qsort(sorted, n, sizeof(*sorted), compare);
    left = merge(sorted, n);
    if (left < n)
        memcpy(ranges, sorted, left * sizeof(*ranges));
    return left;
}

enum cadre__byte_ranges cadre__byte_ranges_parse(
    struct cadre_str field, uint64_t size, struct cadre__byte_range ranges[CADRE__BYTE_RANGES_MAX],
    size_t *ret_n)
{
    struct cadre__byte_range range;
    size_t n = 0, asked = 0;

    if (field.len < 6 ||
        !cadre_str_eq_nocase((struct cadre_str){field.ptr, 6}, CADRE_STR("bytes=")))
        return CADRE__RANGES_IGNORED;
    skip(&field, 6);
    for (;;) {
        skip_space(&field);
        if (field.len > 0 && field.ptr[0] != ',') {
            if (!take_range(&field, size, &range) || ++asked > CADRE__BYTE_RANGES_MAX)
                return CADRE__RANGES_IGNORED;
            if (range.len > 0)
                ranges[n++] = range;
            skip_space(&field);
        }
        if (field.len == 0)
            break;
        if (field.ptr[0] != ',')
            return CADRE__RANGES_IGNORED;
        skip(&field, 1);
    }
    if (asked == 0)
        return CADRE__RANGES_IGNORED;
    if (n == 0)
        return CADRE__RANGES_UNSATISFIABLE;
    *ret_n = n > 1 ? tidy(ranges, n) : n;
    return CADRE__RANGES_FOUND;
}
