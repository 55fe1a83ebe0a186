/* SPDX-License-Identifier: MIT */
/*
 * base/histogram: histograms as rows of the registry. See histogram.h.
 *
 * The rows of one follow each other and are published together, so who finds the first finds all.
 */
#include "config.h"

#include "base/histogram.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/counter_area.h"
#include "base/str.h"

static double as_double(uint64_t bits)
{
    double value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

static uint64_t as_bits(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

/* --- Defining --- */

static bool bounds_are_good(const double *bounds, size_t n)
{
    if (n > CADRE__HISTOGRAM_BOUNDS_MAX)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(bounds[i]) || (i > 0 && bounds[i] <= bounds[i - 1]))
            return false;
    return true;
}

/* Whether the row is a histogram with these bounds. */
static bool has_bounds(const struct cadre__counters *counters, uint32_t i, const double *bounds,
                       size_t n)
{
    const struct cadre__counter_row *row = &counters->area->row[i];

    if (row->kind != CADRE__COUNTER_HISTOGRAM || row->parts != n + 1 ||
        row->parts > counters->capacity - i - 1)
        return false;
    for (size_t k = 0; k < n; k++)
        if (row[1 + k].bound < bounds[k] || row[1 + k].bound > bounds[k])
            return false;
    return true;
}

/* Under the lock. */
static int find_or_add(struct cadre__counters *counters, const char *name, const char *help,
                       const double *bounds, size_t n, uint32_t *ret)
{
    uint32_t i = cadre__counters_find(counters, name);
    uint32_t count = cadre__counters_count(counters);
    struct cadre__counter_row *row = &counters->area->row[i];

    if (i < count) {
        if (!has_bounds(counters, i, bounds, n))
            return -EEXIST;
    } else {
        if (cadre__counters_clash(counters, name, true))
            return -EEXIST;
        if (n + 2 > counters->capacity - count)
            return -ENOSPC;
        memset(row, 0, (n + 2) * sizeof(*row)); /* one that died here may have begun */
        cadre__str_copy(row->name, sizeof(row->name), name);
        cadre__str_copy(row->help, sizeof(row->help), help ? help : "");
        row->kind = CADRE__COUNTER_HISTOGRAM;
        row->parts = (uint32_t)n + 1;
        for (size_t k = 0; k <= n; k++) {
            row[1 + k].kind = CADRE__COUNTER_PART;
            row[1 + k].bound = k < n ? bounds[k] : 0;
        }
        atomic_store_explicit(&counters->area->count, i + (uint32_t)n + 2, memory_order_release);
    }
    cadre__counters_note_use(counters);
    *ret = i;
    return 0;
}

static int define(struct cadre__counters *counters, const char *name, const char *help,
                  const double *bounds, size_t n, uint32_t *ret)
{
    int r;

    if (!cadre__counters_name_is_good(name) || !bounds_are_good(bounds, n))
        return -EINVAL;
    r = cadre__counters_lock(counters);
    if (r < 0)
        return r;
    r = find_or_add(counters, name, help, bounds, n, ret);
    pthread_mutex_unlock(&counters->area->lock);
    return r;
}

int cadre__histogram_define(struct cadre__counters *counters, const char *name, const char *help,
                            const double *bounds, size_t n, struct cadre__histogram *ret)
{
    uint32_t i = 0;
    int r;

    if (counters->slot == CADRE__COUNTERS_NO_SLOT)
        return -EACCES;
    r = define(counters, name, help, bounds, n, &i);
    if (r == 0)
        ret->values = &cadre__counters_block(counters, counters->slot)[i];
    return r;
}

/* --- Counting --- */

void cadre__histogram_add(struct cadre__histogram histogram, const double *bounds, size_t n,
                          double value)
{
    uint64_t before, after;
    size_t i = 0;

    if (!histogram.values || !isfinite(value))
        return;
    while (i < n && value > bounds[i])
        i++;
    atomic_fetch_add_explicit(&histogram.values[1 + i], 1, memory_order_relaxed);
    before = atomic_load_explicit(&histogram.values[0], memory_order_relaxed);
    do
        after = as_bits(as_double(before) + value);
    while (!atomic_compare_exchange_weak_explicit(&histogram.values[0], &before, after,
                                                  memory_order_relaxed, memory_order_relaxed));
}

uint64_t cadre__histogram_count(struct cadre__histogram histogram, size_t n)
{
    uint64_t count = 0;

    for (size_t i = 0; histogram.values && i <= n; i++)
        count += atomic_load_explicit(&histogram.values[1 + i], memory_order_relaxed);
    return count;
}

double cadre__histogram_sum(struct cadre__histogram histogram)
{
    return histogram.values
               ? as_double(atomic_load_explicit(&histogram.values[0], memory_order_relaxed))
               : 0;
}

/* --- Reading --- */

static double sum_of(const struct cadre__counters *counters, uint32_t i)
{
    uint32_t used = cadre__counters_used(counters);
    double sum = as_double(
        atomic_load_explicit(&cadre__counters_inherited(counters)[i], memory_order_relaxed));

    for (uint32_t slot = 0; slot < used; slot++)
        sum += as_double(
            atomic_load_explicit(&cadre__counters_block(counters, slot)[i], memory_order_relaxed));
    return sum;
}

int cadre__histogram_read(const struct cadre__counters *counters, uint32_t i,
                          struct cadre__histogram_info *ret)
{
    uint32_t count = cadre__counters_count(counters);
    struct cadre__histogram_info info = {.n_bounds = 0};
    const struct cadre__counter_row *row;
    uint32_t parts;

    if (i >= count || counters->area->row[i].kind != CADRE__COUNTER_HISTOGRAM)
        return -ENOENT;
    row = &counters->area->row[i];
    parts = row->parts;
    if (parts == 0 || parts > CADRE__HISTOGRAM_BOUNDS_MAX + 1 || parts > count - i - 1)
        return -EPROTO;
    memcpy(info.name, row->name, sizeof(info.name));
    memcpy(info.help, row->help, sizeof(info.help));
    info.help[sizeof(info.help) - 1] = '\0';
    info.n_bounds = parts - 1;
    for (uint32_t k = 0; k < parts; k++) {
        if (k < info.n_bounds)
            info.bounds[k] = row[1 + k].bound;
        info.counts[k] = cadre__counters_sum(counters, i + 1 + k);
    }
    info.sum = sum_of(counters, i);
    if (memchr(info.name, '\0', sizeof(info.name)) == NULL ||
        !cadre__counters_name_is_good(info.name) || !bounds_are_good(info.bounds, info.n_bounds))
        return -EPROTO;
    *ret = info;
    return 0;
}

/* --- Inheriting --- */

int cadre__histogram_inherit(struct cadre__counters *counters,
                             const struct cadre__histogram_info *info, bool may_add)
{
    _Atomic uint64_t *had = cadre__counters_inherited(counters);
    uint32_t i = cadre__counters_find(counters, info->name);
    bool is_older = false;
    int r = 0;

    if (!cadre__counters_name_is_good(info->name) ||
        !bounds_are_good(info->bounds, info->n_bounds) || !isfinite(info->sum))
        return -EINVAL;
    if (i == cadre__counters_count(counters))
        r = may_add ? define(counters, info->name, info->help, info->bounds, info->n_bounds, &i)
                    : -ENOENT;
    else if (!has_bounds(counters, i, info->bounds, info->n_bounds))
        r = -EEXIST;
    if (r < 0)
        return r;
    for (uint32_t k = 0; k <= info->n_bounds; k++) {
        if (info->counts[k] < atomic_load_explicit(&had[i + 1 + k], memory_order_relaxed))
            is_older = true;
        else
            atomic_store_explicit(&had[i + 1 + k], info->counts[k], memory_order_relaxed);
    }
    /* Values are counted before they are added up: the sum may change where no count does. */
    if (!is_older)
        atomic_store_explicit(&had[i], as_bits(info->sum), memory_order_relaxed);
    return 0;
}

/* --- Text --- */

/* The shortest decimal that reads back as the same. */
static const char *number(double value, char buf[static 32])
{
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(buf, 32, "%.*g", digits, value);
        if (as_bits(strtod(buf, NULL)) == as_bits(value))
            break;
    }
    return buf;
}

void cadre__histogram_format(const struct cadre__histogram_info *info, FILE *out)
{
    uint64_t below = 0;
    char text[32];

    fprintf(out, "# HELP %s ", info->name);
    cadre__counters_put_help(out, info->help);
    fprintf(out, "\n# TYPE %s histogram\n", info->name);
    for (uint32_t i = 0; i < info->n_bounds; i++) {
        below += info->counts[i];
        fprintf(out, "%s_bucket{le=\"%s\"} %" PRIu64 "\n", info->name,
                number(info->bounds[i], text), below);
    }
    below += info->counts[info->n_bounds];
    fprintf(out, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum %s\n%s_count %" PRIu64 "\n",
            info->name, below, info->name, number(info->sum, text), info->name, below);
}
