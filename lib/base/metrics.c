/* SPDX-License-Identifier: MIT */
/*
 * base/metrics: counters, gauges and histograms of modules. A handle is the address of its value in
 * this process's slot of the registry (base/counter.h); that of a histogram, which has bounds too,
 * is a struct of its own. These stay for the life of the process, since handlers hold them.
 */
#include <cadre/metrics.h>

#include "base/metrics.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/counter.h"
#include "base/histogram.h"

enum { OWN_CAPACITY = 256 };

/* What Cadre itself tells: a family that is told twice makes Prometheus refuse all of a scrape. */
#define CADRES_OWN "cadre_"

struct cadre_histogram {
    struct cadre_histogram *next;
    struct cadre__histogram values;
    size_t n_bounds;
    double bounds[];
};

/* Those that were made, so that who asks again gets the same one. */
static struct {
    pthread_mutex_t lock;
    struct cadre_histogram *first;
} histograms = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* What Prometheus's own clients have by default. */
static const double seconds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

static struct cadre__counters *shared; /* the server's; NULL: none */

/* For a process without a server: made at the first need. */
static struct {
    pthread_mutex_t lock;
    struct cadre__shm shm;
    struct cadre__counters counters;
    bool made;
} own = {.lock = PTHREAD_MUTEX_INITIALIZER};

void cadre__metrics_use(struct cadre__counters *counters)
{
    shared = counters;
}

static int make_own(void)
{
    int r =
        cadre__shm_create(&own.shm, CADRE__COUNTERS_AREA, cadre__counters_size(1, OWN_CAPACITY));
    if (r == 0)
        r = cadre__counters_create(&own.counters, &own.shm, 1, OWN_CAPACITY);
    if (r == 0)
        r = cadre__counters_attach(&own.counters, &own.shm, 0);
    own.made = r == 0;
    return r;
}

static int find_counters(struct cadre__counters **ret)
{
    int r = 0;

    *ret = shared ? shared : &own.counters;
    if (shared)
        return 0;
    pthread_mutex_lock(&own.lock);
    if (!own.made)
        r = make_own();
    pthread_mutex_unlock(&own.lock);
    return r;
}

static bool is_cadres_own(const char *name)
{
    return strncmp(name, CADRES_OWN, strlen(CADRES_OWN)) == 0;
}

static int define(const char *name, const char *help, enum cadre__counter_kind kind,
                  _Atomic uint64_t **ret)
{
    struct cadre__counters *counters;
    struct cadre__counter counter;
    int r = is_cadres_own(name) ? -EINVAL : find_counters(&counters);

    if (r == 0)
        r = cadre__counter_define(counters, name, help, kind, &counter);
    if (r == 0)
        *ret = counter.value;
    return r;
}

int cadre_counter_new(const char *name, const char *help, struct cadre_counter **ret)
{
    _Atomic uint64_t *value;
    int r = define(name, help, CADRE__COUNTER_COUNTER, &value);

    if (r == 0)
        *ret = (struct cadre_counter *)(uintptr_t)value;
    return r;
}

void cadre_counter_add(struct cadre_counter *counter, uint64_t n)
{
    cadre__counter_add((struct cadre__counter){(_Atomic uint64_t *)(void *)counter}, n);
}

uint64_t cadre_counter_value(const struct cadre_counter *counter)
{
    const _Atomic uint64_t *value = (const _Atomic uint64_t *)(const void *)counter;

    return value ? atomic_load_explicit(value, memory_order_relaxed) : 0;
}

int cadre_gauge_new(const char *name, const char *help, struct cadre_gauge **ret)
{
    _Atomic uint64_t *value;
    int r = define(name, help, CADRE__COUNTER_GAUGE, &value);

    if (r == 0)
        *ret = (struct cadre_gauge *)(uintptr_t)value;
    return r;
}

void cadre_gauge_add(struct cadre_gauge *gauge, int64_t n)
{
    cadre__gauge_add((struct cadre__counter){(_Atomic uint64_t *)(void *)gauge}, n);
}

void cadre_gauge_set(struct cadre_gauge *gauge, int64_t n)
{
    cadre__gauge_set((struct cadre__counter){(_Atomic uint64_t *)(void *)gauge}, n);
}

int64_t cadre_gauge_value(const struct cadre_gauge *gauge)
{
    const _Atomic uint64_t *value = (const _Atomic uint64_t *)(const void *)gauge;

    return value ? (int64_t)atomic_load_explicit(value, memory_order_relaxed) : 0;
}

/* Under the lock. NULL: no memory. */
static struct cadre_histogram *find_or_make(struct cadre__histogram values, const double *bounds,
                                            size_t n)
{
    struct cadre_histogram *h;

    for (h = histograms.first; h != NULL; h = h->next)
        if (h->values.values == values.values)
            return h;
    h = malloc(sizeof(*h) + n * sizeof(h->bounds[0]));
    if (!h)
        return NULL;
    h->values = values;
    h->n_bounds = n;
    if (n > 0)
        memcpy(h->bounds, bounds, n * sizeof(h->bounds[0]));
    h->next = histograms.first;
    histograms.first = h;
    return h;
}

int cadre_histogram_new(const char *name, const char *help, const double *bounds, size_t n,
                        struct cadre_histogram **ret)
{
    struct cadre__counters *counters;
    struct cadre__histogram values = {.values = NULL};
    struct cadre_histogram *h;
    int r = is_cadres_own(name) ? -EINVAL : find_counters(&counters);

    if (!bounds) {
        bounds = seconds;
        n = sizeof(seconds) / sizeof(seconds[0]);
    }
    if (r == 0)
        r = cadre__histogram_define(counters, name, help, bounds, n, &values);
    if (r < 0)
        return r;
    pthread_mutex_lock(&histograms.lock);
    h = find_or_make(values, bounds, n);
    pthread_mutex_unlock(&histograms.lock);
    if (!h)
        return -ENOMEM;
    *ret = h;
    return 0;
}

void cadre_histogram_add(struct cadre_histogram *histogram, double value)
{
    if (histogram)
        cadre__histogram_add(histogram->values, histogram->bounds, histogram->n_bounds, value);
}

uint64_t cadre_histogram_count(const struct cadre_histogram *histogram)
{
    return histogram ? cadre__histogram_count(histogram->values, histogram->n_bounds) : 0;
}

double cadre_histogram_sum(const struct cadre_histogram *histogram)
{
    return histogram ? cadre__histogram_sum(histogram->values) : 0;
}
