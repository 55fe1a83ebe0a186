/* SPDX-License-Identifier: MIT */
/*
 * base/counter: the counters' area and what is done with it.
 *
 * Layout: the head, the rows of the registry, then blocks of values, each on cache lines of its
 * own, one a slot and one of what was inherited. A row is published by the count, stored after the
 * row is whole, so readers take no lock. Who adds a row holds a robust lock; a process that dies
 * with it leaves nothing but an unpublished row.
 *
 * A counter stays in its slot when the slot's process goes, and the next process there goes on
 * adding to it: nothing is ever moved, so no reader can see it half moved.
 */
#include "config.h"

#include "base/counter.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <string.h>

#include "base/str.h"

#define AREA_MAGIC  UINT32_C(0x43644374) /* "CdCt" */
#define AREA_LAYOUT UINT32_C(3)
#define LINE        64 /* bytes of a cache line */

struct row {
    _Alignas(LINE) char name[CADRE__COUNTER_NAME_SIZE];
    char help[CADRE__COUNTER_HELP_SIZE];
    uint32_t kind;
};

struct cadre__counters_area {
    uint32_t magic, layout;
    uint32_t slots, capacity;
    _Atomic uint32_t count;              /* published rows */
    _Atomic uint32_t used;               /* one above the highest slot that ever counted */
    _Alignas(LINE) pthread_mutex_t lock; /* robust, shared; guards adding rows */
    struct row row[];
};

/* Bytes of one block of values. */
static size_t stride(uint32_t capacity)
{
    return ((size_t)capacity * sizeof(uint64_t) + LINE - 1) / LINE * LINE;
}

size_t cadre__counters_size(uint32_t slots, uint32_t capacity)
{
    return sizeof(struct cadre__counters_area) + (size_t)capacity * sizeof(struct row) +
           ((size_t)slots + 1) * stride(capacity);
}

/* The values of a slot. */
static _Atomic uint64_t *block(const struct cadre__counters *counters, uint32_t slot)
{
    char *values = (char *)counters->area + sizeof(struct cadre__counters_area) +
                   (size_t)counters->capacity * sizeof(struct row);
    return (_Atomic uint64_t *)(void *)(values + (size_t)slot * stride(counters->capacity));
}

/* What an earlier server had counted: the block behind those of the slots. */
static _Atomic uint64_t *inherited(const struct cadre__counters *counters)
{
    return block(counters, counters->slots);
}

static bool sizes_are_sane(uint32_t slots, uint32_t capacity)
{
    return slots > 0 && slots <= 1u << 16 && capacity > 0 && capacity <= 1u << 16;
}

int cadre__counters_create(struct cadre__counters *counters, const struct cadre__shm *shm,
                           uint32_t slots, uint32_t capacity)
{
    if (!sizes_are_sane(slots, capacity) || !shm->writable ||
        shm->size < cadre__counters_size(slots, capacity))
        return -EINVAL;
    struct cadre__counters_area *area = shm->addr;
    pthread_mutexattr_t attr;
    int r = pthread_mutexattr_init(&attr);
    if (r != 0)
        return -r;
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    r = pthread_mutex_init(&area->lock, &attr);
    pthread_mutexattr_destroy(&attr);
    if (r != 0)
        return -r;
    area->slots = slots;
    area->capacity = capacity;
    area->layout = AREA_LAYOUT;
    area->magic = AREA_MAGIC;
    *counters = (struct cadre__counters){
        .area = area, .slots = slots, .capacity = capacity, .slot = CADRE__COUNTERS_NO_SLOT};
    return 0;
}

int cadre__counters_attach(struct cadre__counters *counters, const struct cadre__shm *shm,
                           uint32_t slot)
{
    struct cadre__counters_area *area = shm->addr;
    if (shm->size < sizeof(*area) || area->magic != AREA_MAGIC || area->layout != AREA_LAYOUT)
        return -EPROTO;
    uint32_t slots = area->slots, capacity = area->capacity;
    if (!sizes_are_sane(slots, capacity) || shm->size < cadre__counters_size(slots, capacity))
        return -EPROTO;
    if (slot != CADRE__COUNTERS_NO_SLOT) {
        if (slot >= slots)
            return -EINVAL;
        if (!shm->writable)
            return -EACCES;
    }
    *counters =
        (struct cadre__counters){.area = area, .slots = slots, .capacity = capacity, .slot = slot};
    return 0;
}

uint32_t cadre__counters_count(const struct cadre__counters *counters)
{
    uint32_t count = atomic_load_explicit(&counters->area->count, memory_order_acquire);
    return count > counters->capacity ? counters->capacity : count;
}

/* ---- registry ---- */

static bool name_is_good(const char *name)
{
    size_t len = 0;
    for (; name[len]; len++) {
        char c = name[len];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
        if (!letter && (len == 0 || c < '0' || c > '9'))
            return false;
    }
    return len > 0 && len < CADRE__COUNTER_NAME_SIZE;
}

/* The index of the row `name`, or the count where there is none. */
static uint32_t find_row(const struct cadre__counters *counters, const char *name)
{
    uint32_t i, count = cadre__counters_count(counters);
    for (i = 0; i < count; i++) {
        if (strncmp(counters->area->row[i].name, name, CADRE__COUNTER_NAME_SIZE) == 0)
            break;
    }
    return i;
}

/* Under the lock. */
static int find_or_add(struct cadre__counters *counters, const char *name, const char *help,
                       enum cadre__counter_kind kind, uint32_t *ret)
{
    uint32_t i = find_row(counters, name);
    if (i == counters->capacity)
        return -ENOSPC;
    struct row *row = &counters->area->row[i];
    if (i < cadre__counters_count(counters)) {
        if (row->kind != (uint32_t)kind)
            return -EEXIST;
    } else {
        cadre__str_copy(row->name, sizeof(row->name), name);
        cadre__str_copy(row->help, sizeof(row->help), help ? help : "");
        row->kind = kind;
        atomic_store_explicit(&counters->area->count, i + 1, memory_order_release);
    }
    if (counters->slot != CADRE__COUNTERS_NO_SLOT &&
        counters->slot >= atomic_load_explicit(&counters->area->used, memory_order_relaxed))
        atomic_store_explicit(&counters->area->used, counters->slot + 1, memory_order_release);
    *ret = i;
    return 0;
}

static int lock(struct cadre__counters *counters)
{
    int r = pthread_mutex_lock(&counters->area->lock);

    if (r == EOWNERDEAD)
        r = pthread_mutex_consistent(&counters->area->lock);
    return -r;
}

int cadre__counter_define(struct cadre__counters *counters, const char *name, const char *help,
                          enum cadre__counter_kind kind, struct cadre__counter *ret)
{
    if (!name_is_good(name) || (kind != CADRE__COUNTER_COUNTER && kind != CADRE__COUNTER_GAUGE))
        return -EINVAL;
    if (counters->slot == CADRE__COUNTERS_NO_SLOT)
        return -EACCES;
    int r = lock(counters);
    if (r < 0)
        return r;
    uint32_t i = 0;
    r = find_or_add(counters, name, help, kind, &i);
    pthread_mutex_unlock(&counters->area->lock);
    if (r == 0)
        ret->value = &block(counters, counters->slot)[i];
    return r;
}

int cadre__counters_info(const struct cadre__counters *counters, uint32_t i,
                         struct cadre__counter_info *ret)
{
    if (i >= cadre__counters_count(counters))
        return -ENOENT;
    const struct row *row = &counters->area->row[i];
    struct cadre__counter_info info;
    memcpy(info.name, row->name, sizeof(info.name));
    memcpy(info.help, row->help, sizeof(info.help));
    info.kind = (enum cadre__counter_kind)row->kind;
    info.help[sizeof(info.help) - 1] = '\0';
    if (memchr(info.name, '\0', sizeof(info.name)) == NULL || !name_is_good(info.name) ||
        (info.kind != CADRE__COUNTER_COUNTER && info.kind != CADRE__COUNTER_GAUGE))
        return -EPROTO;
    *ret = info;
    return 0;
}

/* ---- values ---- */

uint64_t cadre__counters_sum(const struct cadre__counters *counters, uint32_t i)
{
    if (i >= cadre__counters_count(counters))
        return 0;
    uint64_t sum = atomic_load_explicit(&inherited(counters)[i], memory_order_relaxed);
    /* No look at a slot that was never used: it would make the system allocate its pages. */
    uint32_t used = atomic_load_explicit(&counters->area->used, memory_order_acquire);
    if (used > counters->slots)
        used = counters->slots;
    for (uint32_t slot = 0; slot < used; slot++)
        sum += atomic_load_explicit(&block(counters, slot)[i], memory_order_relaxed);
    return sum;
}

int cadre__counter_inherit(struct cadre__counters *counters, const struct cadre__counter_info *info,
                           uint64_t value, bool may_add)
{
    uint32_t i = find_row(counters, info->name);
    int r;

    if (info->kind != CADRE__COUNTER_COUNTER || !name_is_good(info->name))
        return -EINVAL;
    if (i == cadre__counters_count(counters)) {
        if (!may_add)
            return -ENOENT;
        r = lock(counters);
        if (r < 0)
            return r;
        r = find_or_add(counters, info->name, info->help, info->kind, &i);
        pthread_mutex_unlock(&counters->area->lock);
        if (r < 0)
            return r;
    }
    if (counters->area->row[i].kind != CADRE__COUNTER_COUNTER)
        return -EEXIST;
    if (value > atomic_load_explicit(&inherited(counters)[i], memory_order_relaxed))
        atomic_store_explicit(&inherited(counters)[i], value, memory_order_relaxed);
    return 0;
}

/* A help text: backslash and line feed are escaped. */
static void put_help(FILE *out, const char *help)
{
    for (const char *c = help; *c; c++) {
        if (*c == '\\')
            fputs("\\\\", out);
        else if (*c == '\n')
            fputs("\\n", out);
        else
            fputc(*c, out);
    }
}

void cadre__counters_format(const struct cadre__counters *counters, FILE *out)
{
    uint32_t count = cadre__counters_count(counters);

    for (uint32_t i = 0; i < count; i++) {
        struct cadre__counter_info info;

        if (cadre__counters_info(counters, i, &info) < 0)
            continue;
        bool gauge = info.kind == CADRE__COUNTER_GAUGE;
        uint64_t sum = cadre__counters_sum(counters, i);

        fprintf(out, "# HELP %s ", info.name);
        put_help(out, info.help);
        fprintf(out, "\n# TYPE %s %s\n", info.name, gauge ? "gauge" : "counter");
        if (gauge)
            fprintf(out, "%s %" PRId64 "\n", info.name, (int64_t)sum);
        else
            fprintf(out, "%s %" PRIu64 "\n", info.name, sum);
    }
}

void cadre__counters_forget_gauges(struct cadre__counters *counters, uint32_t slot)
{
    if (slot >= counters->slots)
        return;
    uint32_t count = cadre__counters_count(counters);
    for (uint32_t i = 0; i < count; i++) {
        if (counters->area->row[i].kind != CADRE__COUNTER_COUNTER)
            atomic_store_explicit(&block(counters, slot)[i], 0, memory_order_relaxed);
    }
}
