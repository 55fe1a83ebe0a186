/* SPDX-License-Identifier: MIT */
/*
 * base/counter: the counters' area and what is done with it.
 *
 * Layout: the head, the rows of the registry, then blocks of values, each on cache lines of its
 * own, one a slot and one of what was inherited. A row is published by the count, stored after the
 * row is whole, so readers take no lock. Who adds a row holds a robust lock; a process that dies
 * with it leaves nothing but an unpublished row. Histograms, which take several rows, are
 * base/histogram.c.
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

#include "base/counter_area.h"
#include "base/histogram.h"
#include "base/str.h"

#define AREA_MAGIC  UINT32_C(0x43644374) /* "CdCt" */
#define AREA_LAYOUT UINT32_C(4)

/* Bytes of one block of values. */
static size_t stride(uint32_t capacity)
{
    return ((size_t)capacity * sizeof(uint64_t) + CADRE__COUNTER_LINE - 1) / CADRE__COUNTER_LINE *
           CADRE__COUNTER_LINE;
}

size_t cadre__counters_size(uint32_t slots, uint32_t capacity)
{
    return sizeof(struct cadre__counters_area) +
           (size_t)capacity * sizeof(struct cadre__counter_row) +
           ((size_t)slots + 1) * stride(capacity);
}

_Atomic uint64_t *cadre__counters_block(const struct cadre__counters *counters, uint32_t slot)
{
    char *values = (char *)counters->area + sizeof(struct cadre__counters_area) +
                   (size_t)counters->capacity * sizeof(struct cadre__counter_row);
    return (_Atomic uint64_t *)(void *)(values + (size_t)slot * stride(counters->capacity));
}

_Atomic uint64_t *cadre__counters_inherited(const struct cadre__counters *counters)
{
    return cadre__counters_block(counters, counters->slots);
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

bool cadre__counters_name_is_good(const char *name)
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

uint32_t cadre__counters_find(const struct cadre__counters *counters, const char *name)
{
    uint32_t i, count = cadre__counters_count(counters);
    for (i = 0; i < count; i++) {
        if (strncmp(counters->area->row[i].name, name, CADRE__COUNTER_NAME_SIZE) == 0)
            break;
    }
    return i;
}

/* Whether `name` is one of those that the samples of histogram `base` have. */
static bool is_sample_of(const char *name, const char *base)
{
    static const char *const suffixes[] = {"_bucket", "_sum", "_count"};
    size_t len = strnlen(base, CADRE__COUNTER_NAME_SIZE);

    if (strncmp(name, base, len) != 0)
        return false;
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
        if (strncmp(name + len, suffixes[i], CADRE__COUNTER_NAME_SIZE - len) == 0)
            return true;
    return false;
}

bool cadre__counters_clash(const struct cadre__counters *counters, const char *name,
                           bool is_histogram)
{
    uint32_t count = cadre__counters_count(counters);

    for (uint32_t i = 0; i < count; i++) {
        const struct cadre__counter_row *row = &counters->area->row[i];

        if (row->kind == CADRE__COUNTER_HISTOGRAM && is_sample_of(name, row->name))
            return true;
        if (is_histogram && row->kind != CADRE__COUNTER_PART && is_sample_of(row->name, name))
            return true;
    }
    return false;
}

void cadre__counters_note_use(struct cadre__counters *counters)
{
    if (counters->slot != CADRE__COUNTERS_NO_SLOT &&
        counters->slot >= atomic_load_explicit(&counters->area->used, memory_order_relaxed))
        atomic_store_explicit(&counters->area->used, counters->slot + 1, memory_order_release);
}

uint32_t cadre__counters_used(const struct cadre__counters *counters)
{
    uint32_t used = atomic_load_explicit(&counters->area->used, memory_order_acquire);

    return used > counters->slots ? counters->slots : used;
}

/* Under the lock. */
static int find_or_add(struct cadre__counters *counters, const char *name, const char *help,
                       enum cadre__counter_kind kind, uint32_t *ret)
{
    uint32_t i = cadre__counters_find(counters, name);
    if (i == counters->capacity)
        return -ENOSPC;
    struct cadre__counter_row *row = &counters->area->row[i];
    if (i < cadre__counters_count(counters)) {
        if (row->kind != (uint32_t)kind)
            return -EEXIST;
    } else {
        if (cadre__counters_clash(counters, name, false))
            return -EEXIST;
        cadre__str_copy(row->name, sizeof(row->name), name);
        cadre__str_copy(row->help, sizeof(row->help), help ? help : "");
        row->kind = kind;
        atomic_store_explicit(&counters->area->count, i + 1, memory_order_release);
    }
    cadre__counters_note_use(counters);
    *ret = i;
    return 0;
}

int cadre__counters_lock(struct cadre__counters *counters)
{
    int r = pthread_mutex_lock(&counters->area->lock);

    if (r == EOWNERDEAD)
        r = pthread_mutex_consistent(&counters->area->lock);
    return -r;
}

int cadre__counter_define(struct cadre__counters *counters, const char *name, const char *help,
                          enum cadre__counter_kind kind, struct cadre__counter *ret)
{
    if (!cadre__counters_name_is_good(name) ||
        (kind != CADRE__COUNTER_COUNTER && kind != CADRE__COUNTER_GAUGE))
        return -EINVAL;
    if (counters->slot == CADRE__COUNTERS_NO_SLOT)
        return -EACCES;
    int r = cadre__counters_lock(counters);
    if (r < 0)
        return r;
    uint32_t i = 0;
    r = find_or_add(counters, name, help, kind, &i);
    pthread_mutex_unlock(&counters->area->lock);
    if (r == 0)
        ret->value = &cadre__counters_block(counters, counters->slot)[i];
    return r;
}

int cadre__counters_info(const struct cadre__counters *counters, uint32_t i,
                         struct cadre__counter_info *ret)
{
    if (i >= cadre__counters_count(counters))
        return -ENOENT;
    if (counters->area->row[i].kind == CADRE__COUNTER_HISTOGRAM ||
        counters->area->row[i].kind == CADRE__COUNTER_PART)
        return -ENOENT;
    const struct cadre__counter_row *row = &counters->area->row[i];
    struct cadre__counter_info info;
    memcpy(info.name, row->name, sizeof(info.name));
    memcpy(info.help, row->help, sizeof(info.help));
    info.kind = (enum cadre__counter_kind)row->kind;
    info.help[sizeof(info.help) - 1] = '\0';
    if (memchr(info.name, '\0', sizeof(info.name)) == NULL ||
        !cadre__counters_name_is_good(info.name) ||
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
    uint64_t sum =
        atomic_load_explicit(&cadre__counters_inherited(counters)[i], memory_order_relaxed);
    /* No look at a slot that was never used: it would make the system allocate its pages. */
    uint32_t used = cadre__counters_used(counters);
    for (uint32_t slot = 0; slot < used; slot++)
        sum +=
            atomic_load_explicit(&cadre__counters_block(counters, slot)[i], memory_order_relaxed);
    return sum;
}

int cadre__counter_inherit(struct cadre__counters *counters, const struct cadre__counter_info *info,
                           uint64_t value, bool may_add)
{
    uint32_t i = cadre__counters_find(counters, info->name);
    int r;

    if (info->kind != CADRE__COUNTER_COUNTER || !cadre__counters_name_is_good(info->name))
        return -EINVAL;
    if (i == cadre__counters_count(counters)) {
        if (!may_add)
            return -ENOENT;
        r = cadre__counters_lock(counters);
        if (r < 0)
            return r;
        r = find_or_add(counters, info->name, info->help, info->kind, &i);
        pthread_mutex_unlock(&counters->area->lock);
        if (r < 0)
            return r;
    }
    if (counters->area->row[i].kind != CADRE__COUNTER_COUNTER)
        return -EEXIST;
    if (value > atomic_load_explicit(&cadre__counters_inherited(counters)[i], memory_order_relaxed))
        atomic_store_explicit(&cadre__counters_inherited(counters)[i], value, memory_order_relaxed);
    return 0;
}

void cadre__counters_put_help(FILE *out, const char *help)
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
        struct cadre__histogram_info histogram;
        struct cadre__counter_info info;

        if (cadre__histogram_read(counters, i, &histogram) == 0)
            cadre__histogram_format(&histogram, out);
        if (cadre__counters_info(counters, i, &info) < 0)
            continue;
        bool gauge = info.kind == CADRE__COUNTER_GAUGE;
        uint64_t sum = cadre__counters_sum(counters, i);

        fprintf(out, "# HELP %s ", info.name);
        cadre__counters_put_help(out, info.help);
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
        if (counters->area->row[i].kind == CADRE__COUNTER_GAUGE)
            atomic_store_explicit(&cadre__counters_block(counters, slot)[i], 0,
                                  memory_order_relaxed);
    }
}
