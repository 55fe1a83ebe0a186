/* SPDX-License-Identifier: MIT */
/*
 * model/same: each item is folded into bytes, and the bytes are looked up in a hash table.
 *
 * Bytes of equal values are equal and those of others are not: every part of variable length has
 * its length in front. Equal are what Python's == says is: 1.0 and 1.00 as decimals, one moment in
 * two zones, maps whose keys came in another order. The hash is keyed, so that no client can choose
 * items that collide.
 */
#include "config.h"

#include "model/same.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"
#include "base/str.h"
#include "model/convert.h"
#include "model/convert_decimal.h"
#include "model/issues.h"
#include "model/value.h"

static void fold(struct cadre__buf *out, const struct cadre__type *type, const void *value);

static void fold_text(struct cadre__buf *out, const char *text, size_t len)
{
    cadre__buf_append(out, &len, sizeof(len));
    if (len > 0)
        cadre__buf_append(out, text, len);
}

static void fold_string(struct cadre__buf *out, const void *value)
{
    const char *text;

    memcpy(&text, value, sizeof(text));
    cadre__buf_putc(out, text != NULL);
    if (text)
        fold_text(out, text, strlen(text));
}

/* A pointer and a length: struct cadre_str, cadre_bytes, cadre_any. */
static void fold_bytes(struct cadre__buf *out, const void *value)
{
    struct cadre_str text;

    memcpy(&text, value, sizeof(text));
    cadre__buf_putc(out, text.ptr != NULL);
    fold_text(out, text.ptr, text.len);
}

static void fold_extra(struct cadre__buf *out, const void *value)
{
    struct cadre_extra extra;

    memcpy(&extra, value, sizeof(extra));
    cadre__buf_append(out, &extra.len, sizeof(extra.len));
    for (size_t i = 0; i < extra.len; i++) {
        fold_string(out, &extra.items[i].key);
        fold_bytes(out, &extra.items[i].value);
    }
}

static void fold_object(struct cadre__buf *out, const struct cadre__plan *plan, const char *object)
{
    for (uint32_t i = 0; i < plan->n_members; i++) {
        const struct cadre__member *member = &plan->members[i];
        if (member->is_computed)
            continue;
        if (member->given_offset) {
            enum cadre_given given;
            memcpy(&given, object + member->given_offset, sizeof(given));
            bool none = given == CADRE_NULL || (given == CADRE_ABSENT && !member->has_default);
            cadre__buf_putc(out, none);
            if (none)
                continue;
        }
        fold(out, &member->type, object + member->offset);
    }
    if (plan->extra == CADRE_EXTRA_ALLOW)
        fold_extra(out, object + plan->extra_offset);
}

/* All CADRE_LIST_OF and CADRE_MAP_OF look like this. */
struct many {
    const char *items;
    size_t len;
};

static void fold_list(struct cadre__buf *out, const struct cadre__type *type, const void *value)
{
    struct many many;

    memcpy(&many, value, sizeof(many));
    cadre__buf_append(out, &many.len, sizeof(many.len));
    for (size_t i = 0; i < many.len; i++)
        fold(out, type->items, many.items + i * type->stride);
}

/* Items of a map begin with their keys. */
static int compare_keys(const void *a, const void *b)
{
    const char *const *one = *(const char *const *const *)a;
    const char *const *other = *(const char *const *const *)b;

    return strcmp(*one ? *one : "", *other ? *other : "");
}

/* By the order of keys: the order in which they came does not count. */
static void fold_map(struct cadre__buf *out, const struct cadre__type *type, const void *value)
{
    struct many many;

    memcpy(&many, value, sizeof(many));
    cadre__buf_append(out, &many.len, sizeof(many.len));
    if (many.len == 0)
        return;
    const char **sorted = malloc(many.len * sizeof(*sorted));
    if (!sorted) {
        out->error = -ENOMEM;
        return;
    }
    for (size_t i = 0; i < many.len; i++)
        sorted[i] = many.items + i * type->stride;
    qsort(sorted, many.len, sizeof(*sorted), compare_keys);
    for (size_t i = 0; i < many.len; i++) {
        fold_string(out, sorted[i]);
        fold(out, type->items, sorted[i] + type->item_offset);
    }
    free(sorted);
}

/* Digits and exponent of what is not zero: 1.0 is 1. */
static void fold_decimal(struct cadre__buf *out, const void *value)
{
    struct cadre__decimal number;
    const char *text;

    memcpy(&text, value, sizeof(text));
    if (!text || cadre__decimal_scan(cadre_str_from(text), &number) != CADRE__NUMBER_OK) {
        fold_string(out, value);
        return;
    }
    cadre__buf_putc(out, 2 + number.negative * (number.n_digits > 0));
    cadre__buf_append(out, &number.n_digits, sizeof(number.n_digits));
    if (number.n_digits == 0)
        return;
    cadre__buf_append(out, &number.exponent, sizeof(number.exponent));
    for (const char *at = number.first; at <= number.last; at++) {
        if (*at != '.')
            cadre__buf_putc(out, *at);
    }
}

/* The moment, where the offset is known; the day is not a part of a time. */
static void fold_moment(struct cadre__buf *out, int64_t days, const struct cadre_time *time)
{
    int64_t second = days * 86400 + time->hour * 3600 + time->minute * 60 + time->second;

    second -= time->offset_s;
    cadre__buf_putc(out, time->has_offset);
    cadre__buf_append(out, &second, sizeof(second));
    cadre__buf_append(out, &time->microsecond, sizeof(time->microsecond));
}

static void fold_datetime(struct cadre__buf *out, const void *value)
{
    struct cadre_datetime datetime;

    memcpy(&datetime, value, sizeof(datetime));
    fold_moment(out, cadre__date_to_days(&datetime.date), &datetime.time);
}

static void fold_time(struct cadre__buf *out, const void *value)
{
    struct cadre_time time;

    memcpy(&time, value, sizeof(time));
    fold_moment(out, 0, &time);
}

/* JSON without the space around its tokens. */
static void fold_json(struct cadre__buf *out, const void *value)
{
    struct cadre_input input = {CADRE_INPUT_ARRAY, {NULL, 0}};

    memcpy(&input.text, value, sizeof(input.text));
    cadre__buf_putc(out, input.text.ptr != NULL);
    if (!input.text.ptr)
        return;
    size_t begin = out->len, len = 0;
    cadre__buf_append(out, &len, sizeof(len));
    cadre__json_write_input(out, &input);
    if (out->error == 0) {
        len = out->len - begin;
        memcpy(out->data + begin, &len, sizeof(len));
    }
}

static void fold_union(struct cadre__buf *out, const struct cadre__type *type, const char *value)
{
    const struct cadre__variant_plan *variant = cadre__variant_of(type, value);
    const struct cadre__choice *choice = cadre__choice_of(type, value);

    cadre__buf_append(out, value + type->variants->tag_offset, type->variants->tag_size);
    if (variant)
        fold_object(out, variant->plan, value + variant->offset);
    if (choice)
        fold(out, &choice->type, value + choice->offset);
}

static void fold(struct cadre__buf *out, const struct cadre__type *type, const void *value)
{
    struct cadre_duration duration;
    double real;

    if (type->pointer) {
        const void *target;
        memcpy(&target, value, sizeof(target));
        cadre__buf_putc(out, target != NULL);
        if (!target)
            return;
        value = target;
    }
    switch (type->kind) {
    case CADRE_KIND_DECIMAL:
        fold_decimal(out, value);
        break;
    case CADRE_KIND_DATETIME:
        fold_datetime(out, value);
        break;
    case CADRE_KIND_TIME:
        fold_time(out, value);
        break;
    case CADRE_KIND_ANY:
        fold_json(out, value);
        break;
    case CADRE_KIND_STRING:
    case CADRE_KIND_EMAIL:
    case CADRE_KIND_URL:
        fold_string(out, value);
        break;
    case CADRE_KIND_TEXT:
    case CADRE_KIND_BYTES:
        fold_bytes(out, value);
        break;
    case CADRE_KIND_DOUBLE:
        memcpy(&real, value, sizeof(real));
        real += 0.0; /* -0 is 0 */
        cadre__buf_append(out, &real, sizeof(real));
        break;
    case CADRE_KIND_DURATION:
        memcpy(&duration, value, sizeof(duration));
        cadre__buf_append(out, &duration.seconds, sizeof(duration.seconds));
        cadre__buf_append(out, &duration.microseconds, sizeof(duration.microseconds));
        break;
    case CADRE_KIND_MODEL:
    case CADRE_KIND_TUPLE:
        fold_object(out, type->model, value);
        break;
    case CADRE_KIND_LIST:
        fold_list(out, type, value);
        break;
    case CADRE_KIND_MAP:
        fold_map(out, type, value);
        break;
    case CADRE_KIND_UNION:
        fold_union(out, type, value);
        break;
    default:
        /* Structs without padding, numbers, pointers that nothing here looks at. */
        cadre__buf_append(out, value, type->size);
        break;
    }
}

_Static_assert(sizeof(struct cadre_date) == 4, "dates have no padding");
_Static_assert(sizeof(struct cadre_ip) == 17, "addresses have no padding");
_Static_assert(sizeof(struct cadre_str) == sizeof(struct cadre_bytes) &&
                   sizeof(struct cadre_str) == sizeof(struct cadre_any),
               "they look alike");

int cadre__same(const struct cadre__type *type, const void *a, const void *b)
{
    struct cadre__buf one, other;
    int same = -ENOMEM;

    cadre__buf_init(&one);
    cadre__buf_init(&other);
    fold(&one, type, a);
    fold(&other, type, b);
    if (one.error == 0 && other.error == 0)
        same = cadre_str_eq(cadre__buf_str(&one), cadre__buf_str(&other));
    cadre__buf_done(&one);
    cadre__buf_done(&other);
    return same;
}

/* The bytes of an item, in the buffer of all. */
struct folded {
    size_t offset, len;
};

static bool is_new(const struct cadre__buf *bytes, const struct folded *all, size_t at,
                   size_t *slots, size_t n_slots, const struct cadre__siphash_key *key)
{
    const struct folded *own = &all[at];
    size_t slot = cadre__siphash(key, bytes->data + own->offset, own->len) & (n_slots - 1);

    for (; slots[slot]; slot = (slot + 1) & (n_slots - 1)) {
        const struct folded *other = &all[slots[slot] - 1];
        if (other->len == own->len &&
            memcmp(bytes->data + other->offset, bytes->data + own->offset, own->len) == 0)
            return false;
    }
    slots[slot] = at + 1;
    return true;
}

/* Sets fresh[i] for each item that is not the same as one before it. How many; SIZE_MAX: ENOMEM. */
static size_t find(struct cadre__arena *arena, const struct cadre__type *type, const char *items,
                   size_t n, size_t stride, bool *fresh)
{
    struct cadre__siphash_key key;
    struct cadre__buf bytes;
    size_t n_slots = 16, n_fresh = 0;

    while (n_slots < n * 2)
        n_slots *= 2;
    struct folded *all = cadre__arena_alloc(arena, n * sizeof(*all));
    size_t *slots = cadre__arena_calloc(arena, n_slots * sizeof(*slots));
    if (!all || !slots)
        return SIZE_MAX;
    cadre__siphash_key_make(&key);
    cadre__buf_init(&bytes);
    cadre__buf_reserve(&bytes, n * 8);
    for (size_t i = 0; i < n && bytes.error == 0; i++) {
        all[i].offset = bytes.len;
        fold(&bytes, type, items + i * stride);
        all[i].len = bytes.len - all[i].offset;
    }
    for (size_t i = 0; i < n && bytes.error == 0; i++) {
        fresh[i] = is_new(&bytes, all, i, slots, n_slots, &key);
        n_fresh += fresh[i];
    }
    int error = bytes.error;
    cadre__buf_done(&bytes);
    return error == 0 ? n_fresh : SIZE_MAX;
}

size_t cadre__same_count(struct cadre__arena *arena, const struct cadre__type *type,
                         const char *items, size_t n, size_t stride)
{
    bool *fresh = cadre__arena_alloc(arena, n);

    return fresh ? find(arena, type, items, n, stride, fresh) : SIZE_MAX;
}

size_t cadre__same_drop(struct cadre__arena *arena, const struct cadre__type *type, char *items,
                        size_t n, size_t stride)
{
    bool *fresh = cadre__arena_alloc(arena, n);
    size_t n_fresh = fresh ? find(arena, type, items, n, stride, fresh) : SIZE_MAX, to = 0;

    if (n_fresh == SIZE_MAX || n_fresh == n)
        return n_fresh;
    for (size_t i = 0; i < n; i++) {
        if (!fresh[i])
            continue;
        if (to != i)
            memcpy(items + to * stride, items + i * stride, stride);
        to++;
    }
    return n_fresh;
}
