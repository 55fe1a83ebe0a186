/* SPDX-License-Identifier: MIT */
/*
 * Entries of the quarantine; see quarantine.h.
 *
 * A worker that has gone mad can clear or take entries: at worst a handler that kills workers runs
 * again, which the master sees.
 */
#include "config.h"

#include "ipc/quarantine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ipc/backtrace.h"

int cadre__quarantine_create(struct cadre__shm *shm, struct cadre__quarantine **ret)
{
    struct cadre__quarantine *q;
    int r = cadre__shm_create(shm, CADRE__QUARANTINE_AREA, sizeof(*q));

    if (r < 0)
        return r;
    q = shm->addr;
    q->entry_size = sizeof(q->entries[0]);
    q->magic = CADRE__QUARANTINE_MAGIC;
    *ret = q;
    return 0;
}

int cadre__quarantine_open(const struct cadre__shm *shm, struct cadre__quarantine **ret)
{
    struct cadre__quarantine *q = shm->addr;

    if (shm->size < sizeof(*q) || q->magic != CADRE__QUARANTINE_MAGIC ||
        q->entry_size != sizeof(q->entries[0]))
        return -EPROTO;
    *ret = q;
    return 0;
}

#define STATE_MASK      UINT32_C(0xff)
#define PROBED_BY(slot) (CADRE__QUARANTINE_PROBED + ((slot) << 8))

static uint32_t state_of(const struct cadre__quarantine_entry *entry)
{
    return atomic_load_explicit(&entry->state, memory_order_acquire) & STATE_MASK;
}

bool cadre__quarantine_is_probed(const struct cadre__quarantine_entry *entry)
{
    return state_of(entry) == CADRE__QUARANTINE_PROBED;
}

static bool names(const struct cadre__quarantine_entry *entry, uint32_t generation,
                  const char *module, const char *handler)
{
    return entry->generation == generation &&
           strncmp(entry->module, module, CADRE__QUARANTINE_NAME - 1) == 0 &&
           strncmp(entry->handler, handler, CADRE__QUARANTINE_NAME - 1) == 0;
}

static uint32_t count(const struct cadre__quarantine *q)
{
    uint32_t n = atomic_load_explicit(&q->n, memory_order_acquire);

    return n > CADRE__QUARANTINE_MAX ? CADRE__QUARANTINE_MAX : n;
}

struct cadre__quarantine_entry *cadre__quarantine_find(struct cadre__quarantine *q,
                                                       uint32_t generation, const char *module,
                                                       const char *handler)
{
    for (uint32_t i = 0; i < count(q); i++) {
        struct cadre__quarantine_entry *entry = &q->entries[i];

        if (state_of(entry) != CADRE__QUARANTINE_FREE && names(entry, generation, module, handler))
            return entry;
    }
    return NULL;
}

uint32_t cadre__quarantine_list(const struct cadre__quarantine *q,
                                struct cadre__quarantine_view *ret, uint32_t max)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < count(q) && n < max; i++) {
        const struct cadre__quarantine_entry *entry = &q->entries[i];
        struct cadre__quarantine_view *view = &ret[n];
        uint32_t state = state_of(entry);

        if (state == CADRE__QUARANTINE_FREE)
            continue;
        memcpy(view->module, entry->module, sizeof(view->module));
        memcpy(view->handler, entry->handler, sizeof(view->handler));
        cadre__text_check(view->module, sizeof(view->module));
        cadre__text_check(view->handler, sizeof(view->handler));
        view->generation = entry->generation;
        view->probed = state == CADRE__QUARANTINE_PROBED;
        view->retry_ns = atomic_load_explicit(&entry->retry_ns, memory_order_relaxed);
        view->refused = atomic_load_explicit(&entry->refused, memory_order_relaxed);
        n++;
    }
    return n;
}

/* --- the master --- */

static struct cadre__quarantine_entry *find_free(struct cadre__quarantine *q)
{
    for (uint32_t i = 0; i < CADRE__QUARANTINE_MAX; i++) {
        if (state_of(&q->entries[i]) != CADRE__QUARANTINE_FREE)
            continue;
        if (i >= count(q))
            atomic_store_explicit(&q->n, i + 1, memory_order_release);
        return &q->entries[i];
    }
    return NULL;
}

/* Entries at the end that are free cost the workers nothing any more. */
static void shrink(struct cadre__quarantine *q)
{
    uint32_t n = count(q);

    while (n > 0 && state_of(&q->entries[n - 1]) == CADRE__QUARANTINE_FREE)
        n--;
    atomic_store_explicit(&q->n, n, memory_order_release);
}

static void bar(struct cadre__quarantine_entry *entry, uint64_t retry_ns)
{
    atomic_store_explicit(&entry->retry_ns, retry_ns, memory_order_relaxed);
    atomic_store_explicit(&entry->state, CADRE__QUARANTINE_BARRED, memory_order_release);
}

struct cadre__quarantine_entry *cadre__quarantine_bar(struct cadre__quarantine *q,
                                                      uint32_t generation, const char *module,
                                                      const char *handler, uint64_t retry_ns)
{
    struct cadre__quarantine_entry *entry = cadre__quarantine_find(q, generation, module, handler);

    shrink(q);
    if (entry == NULL) {
        entry = find_free(q);
        if (entry == NULL)
            return NULL;
        snprintf(entry->module, sizeof(entry->module), "%s", module);
        snprintf(entry->handler, sizeof(entry->handler), "%s", handler);
        entry->generation = generation;
        atomic_store_explicit(&entry->refused, 0, memory_order_relaxed);
    }
    bar(entry, retry_ns);
    return entry;
}

void cadre__quarantine_release(struct cadre__quarantine *q, uint32_t slot, uint64_t retry_ns)
{
    for (uint32_t i = 0; i < count(q); i++) {
        struct cadre__quarantine_entry *entry = &q->entries[i];

        if (atomic_load_explicit(&entry->state, memory_order_acquire) == PROBED_BY(slot))
            bar(entry, retry_ns);
    }
}

void cadre__quarantine_keep(struct cadre__quarantine *q, uint32_t generation)
{
    for (uint32_t i = 0; i < count(q); i++)
        if (q->entries[i].generation != generation)
            atomic_store_explicit(&q->entries[i].state, CADRE__QUARANTINE_FREE,
                                  memory_order_release);
    shrink(q);
}

/* --- a worker --- */

enum cadre__quarantine_ticket cadre__quarantine_ask(struct cadre__quarantine *q,
                                                    uint32_t generation, uint32_t slot,
                                                    const char *module, const char *handler,
                                                    uint64_t now_ns, uint64_t *ret_wait_ns)
{
    uint32_t barred = CADRE__QUARANTINE_BARRED;
    struct cadre__quarantine_entry *entry;
    uint64_t retry_ns;

    if (count(q) == 0)
        return CADRE__QUARANTINE_PASS;
    entry = cadre__quarantine_find(q, generation, module, handler);
    if (entry == NULL)
        return CADRE__QUARANTINE_PASS;
    retry_ns = atomic_load_explicit(&entry->retry_ns, memory_order_relaxed);
    if (now_ns >= retry_ns &&
        atomic_compare_exchange_strong(&entry->state, &barred, PROBED_BY(slot)))
        return CADRE__QUARANTINE_PROBE;
    atomic_fetch_add_explicit(&entry->refused, 1, memory_order_relaxed);
    *ret_wait_ns = now_ns < retry_ns ? retry_ns - now_ns : 0;
    return CADRE__QUARANTINE_REFUSE;
}

void cadre__quarantine_probed(struct cadre__quarantine *q, uint32_t generation, uint32_t slot,
                              const char *module, const char *handler)
{
    struct cadre__quarantine_entry *entry = cadre__quarantine_find(q, generation, module, handler);
    uint32_t probed = PROBED_BY(slot);

    if (entry != NULL)
        (void)atomic_compare_exchange_strong(&entry->state, &probed,
                                             (uint32_t)CADRE__QUARANTINE_FREE);
}
