/* SPDX-License-Identifier: MIT */
/*
 * ipc/traffic: lays out the area and adds it up.
 */
#include "config.h"

#include "ipc/traffic.h"

#include <assert.h>
#include <errno.h>

int cadre__traffic_create(struct cadre__shm *shm, struct cadre__traffic_area **ret)
{
    int r = cadre__shm_create(shm, CADRE__TRAFFIC_AREA, sizeof(struct cadre__traffic_area));
    if (r < 0)
        return r;
    struct cadre__traffic_area *area = shm->addr;
    area->record_size = sizeof(struct cadre__traffic);
    area->magic = CADRE__TRAFFIC_MAGIC;
    *ret = area;
    return 0;
}

int cadre__traffic_open(const struct cadre__shm *shm, struct cadre__traffic_area **ret)
{
    struct cadre__traffic_area *area = shm->addr;
    if (shm->size < sizeof(*area) || area->magic != CADRE__TRAFFIC_MAGIC ||
        area->record_size != sizeof(struct cadre__traffic))
        return -EPROTO;
    *ret = area;
    return 0;
}

static uint64_t load(const _Atomic uint64_t *count)
{
    return atomic_load_explicit(count, memory_order_relaxed);
}

void cadre__traffic_claim(struct cadre__traffic_area *area, uint32_t slot)
{
    assert(slot < CADRE__SLOTS_MAX);
    const _Atomic uint64_t *from = (const _Atomic uint64_t *)&area->slot[slot].now;
    _Atomic uint64_t *to = (_Atomic uint64_t *)&area->slot[slot].before;

    _Static_assert(sizeof(struct cadre__traffic_counts) % sizeof(uint64_t) == 0, "all are words");
    for (size_t i = 0; i < sizeof(struct cadre__traffic_counts) / sizeof(uint64_t); i++)
        atomic_store_explicit(&to[i], load(&from[i]), memory_order_relaxed);
}

/* What was counted since `before`, or since ever. A count is read after what was there before it,
 * so it is never less. */
static void add(const struct cadre__traffic_counts *now, const struct cadre__traffic_counts *before,
                struct cadre__traffic_sum *sum)
{
#define SINCE(field) (before ? load(&now->field) - load(&before->field) : load(&now->field))
    for (unsigned i = 0; i < 6; i++) {
        uint64_t n = SINCE(responses[i]);
        sum->responses[i] += n;
        sum->requests += n;
    }
    sum->lost += SINCE(lost);
    sum->accepted += SINCE(accepted);
    sum->time_ns += SINCE(time_ns);
    for (unsigned i = 0; i < CADRE__LATENCY_BUCKETS; i++)
        sum->latency[i] += SINCE(latency[i]);
#undef SINCE
}

void cadre__traffic_add(const struct cadre__traffic_area *area, uint32_t slot,
                        struct cadre__traffic_sum *sum)
{
    if (slot < CADRE__SLOTS_MAX)
        add(&area->slot[slot].now, NULL, sum);
}

static void raise_to(_Atomic uint64_t *count, uint64_t value)
{
    if (value > load(count))
        atomic_store_explicit(count, value, memory_order_relaxed);
}

void cadre__traffic_inherit(struct cadre__traffic_area *area, const struct cadre__traffic_sum *sum)
{
    struct cadre__traffic_counts *to = &area->inherited;

    for (unsigned i = 0; i < 6; i++)
        raise_to(&to->responses[i], sum->responses[i]);
    raise_to(&to->lost, sum->lost);
    raise_to(&to->accepted, sum->accepted);
    raise_to(&to->time_ns, sum->time_ns);
    for (unsigned i = 0; i < CADRE__LATENCY_BUCKETS; i++)
        raise_to(&to->latency[i], sum->latency[i]);
}

void cadre__traffic_add_inherited(const struct cadre__traffic_area *area,
                                  struct cadre__traffic_sum *sum)
{
    add(&area->inherited, NULL, sum);
}

void cadre__traffic_add_own(const struct cadre__traffic_area *area, uint32_t slot,
                            struct cadre__traffic_sum *sum)
{
    if (slot < CADRE__SLOTS_MAX)
        add(&area->slot[slot].now, &area->slot[slot].before, sum);
}
