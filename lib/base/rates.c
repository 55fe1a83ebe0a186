/* SPDX-License-Identifier: MIT */
/*
 * Token buckets in shared memory: a hash table of sets, see base/rates.h.
 *
 * An entry is looked for in its set alone. Taking one over is three compare-and-swaps: of its key
 * to none, of the moment that it had to now, where that is still to come, and of no key to the new
 * one. Two processes that bring the same key in at once could take two entries: the later one in
 * the set yields.
 */
#include "base/rates.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>

#define MAGIC  UINT32_C(0x43645274) /* "CdRt" */
#define LAYOUT 1

/* Two lines of the cache, which processors fetch together. */
#define WAYS 8

/* How often an entry is looked for: each time in vain is one in which others were quicker. */
#define ROUNDS_MAX 16

struct entry {
    _Atomic uint64_t key;     /* 0: free */
    _Atomic uint64_t full_at; /* when the bucket is full */
};

struct cadre__rates_set {
    struct entry entries[WAYS];
};
_Static_assert(sizeof(struct cadre__rates_set) == 128, "a set is two lines of the cache");

/* In front of the sets. */
struct head {
    uint32_t magic, layout;
    uint64_t n_sets;
    struct cadre__siphash_key secret;
    unsigned char zero[96];
};
_Static_assert(sizeof(struct head) == 128, "sets begin at a line of the cache");

/* --- the area --- */

static uint64_t sets_for(uint32_t keys)
{
    uint64_t n = 1;

    while (n * WAYS < keys)
        n *= 2;
    return n;
}

size_t cadre__rates_size(uint32_t keys)
{
    return sizeof(struct head) + (size_t)sets_for(keys) * sizeof(struct cadre__rates_set);
}

static bool is_size(size_t size, uint64_t n_sets)
{
    return n_sets > 0 && (n_sets & (n_sets - 1)) == 0 && n_sets <= CADRE__RATES_MAX / WAYS &&
           size >= sizeof(struct head) + n_sets * sizeof(struct cadre__rates_set);
}

int cadre__rates_create(void *addr, size_t size)
{
    struct head *head = addr;
    uint64_t n_sets =
        size < sizeof(*head) ? 0 : (size - sizeof(*head)) / sizeof(struct cadre__rates_set);

    if (!is_size(size, n_sets))
        return -EINVAL;
    head->layout = LAYOUT;
    head->n_sets = n_sets;
    cadre__siphash_key_make(&head->secret);
    head->magic = MAGIC;
    return 0;
}

int cadre__rates_open(struct cadre__rates *rates, void *addr, size_t size)
{
    const struct head *head = addr;

    if (size < sizeof(*head) || head->magic != MAGIC || head->layout != LAYOUT)
        return -EPROTO;
    /* Copied: what others scribble later has no say. */
    rates->n_sets = head->n_sets;
    rates->secret = head->secret;
    rates->sets = (struct cadre__rates_set *)((char *)addr + sizeof(*head));
    return is_size(size, rates->n_sets) ? 0 : -EPROTO;
}

/* --- entries --- */

static uint64_t hash_of(const struct cadre__rates *rates, uint64_t id, struct cadre_str key)
{
    const struct cadre__siphash_key own = {{rates->secret.k[0] ^ id, rates->secret.k[1]}};
    uint64_t hash = cadre__siphash(&own, key.ptr, key.len);

    return hash != 0 ? hash : 1;
}

uint64_t cadre__rates_id(const struct cadre__rates *rates, struct cadre_str text)
{
    return hash_of(rates, 0, text);
}

static struct entry *find(struct cadre__rates_set *set, uint64_t key)
{
    for (unsigned i = 0; i < WAYS; i++) {
        if (atomic_load_explicit(&set->entries[i].key, memory_order_acquire) == key)
            return &set->entries[i];
    }
    return NULL;
}

/* False: it is another key's by now. */
static bool move_key(struct entry *entry, uint64_t from, uint64_t to)
{
    return from == to || atomic_compare_exchange_strong_explicit(
                             &entry->key, &from, to, memory_order_acq_rel, memory_order_relaxed);
}

/* The free entry, or else the one whose bucket is fullest. */
static struct entry *least(struct cadre__rates_set *set)
{
    struct entry *found = NULL;
    uint64_t earliest = UINT64_MAX;

    for (unsigned i = 0; i < WAYS; i++) {
        struct entry *entry = &set->entries[i];
        uint64_t full_at = atomic_load_explicit(&entry->full_at, memory_order_relaxed);

        if (atomic_load_explicit(&entry->key, memory_order_relaxed) == 0)
            return entry;
        if (found == NULL || full_at < earliest) {
            earliest = full_at;
            found = entry;
        }
    }
    return found;
}

/*
 * Takes an entry over for a key that has none. Its bucket is filled while it has no key, so that
 * only who has found the key before it went can still count there. NULL: somebody else was there.
 */
static struct entry *claim(struct cadre__rates_set *set, uint64_t key, uint64_t now_ns)
{
    struct entry *entry = least(set), *first;
    uint64_t old_key = atomic_load_explicit(&entry->key, memory_order_relaxed), full_at;

    if (!move_key(entry, old_key, 0))
        return NULL;
    /* In this order: where another has claimed it since, and counts, the moment changes. */
    full_at = atomic_load_explicit(&entry->full_at, memory_order_acquire);
    if (atomic_load_explicit(&entry->key, memory_order_acquire) != 0)
        return NULL;
    if (full_at > now_ns &&
        !atomic_compare_exchange_strong_explicit(&entry->full_at, &full_at, now_ns,
                                                 memory_order_acq_rel, memory_order_relaxed))
        return NULL;
    if (!move_key(entry, 0, key))
        return NULL;
    first = find(set, key);
    if (first != NULL && first != entry) {
        (void)!move_key(entry, key, 0);
        return first;
    }
    return entry;
}

/* --- buckets --- */

/* How full the bucket is that is so far from it. */
static void fill_answer(const struct cadre__rate *rate, uint64_t debt_ns,
                        struct cadre__rate_answer *ret)
{
    uint64_t capacity_ns = rate->interval_ns * rate->burst;

    ret->full_ns = debt_ns;
    ret->left = (capacity_ns - debt_ns) / rate->interval_ns;
    ret->wait_ns = ret->left > 0 ? 0 : debt_ns - (capacity_ns - rate->interval_ns);
}

static void take_from(struct entry *entry, const struct cadre__rate *rate, uint64_t now_ns,
                      struct cadre__rate_answer *ret)
{
    uint64_t capacity_ns = rate->interval_ns * rate->burst, debt_ns, after_ns;
    uint64_t seen = atomic_load_explicit(&entry->full_at, memory_order_relaxed);

    do {
        debt_ns = seen > now_ns ? seen - now_ns : 0;
        ret->granted = debt_ns <= capacity_ns - rate->interval_ns;
        /* More than the bucket holds it is where the limit was wider before a reload. */
        after_ns = ret->granted             ? debt_ns + rate->interval_ns
                   : debt_ns <= capacity_ns ? debt_ns
                                            : capacity_ns;
        if (after_ns == debt_ns)
            break;
    } while (!atomic_compare_exchange_weak_explicit(&entry->full_at, &seen, now_ns + after_ns,
                                                    memory_order_relaxed, memory_order_relaxed));
    fill_answer(rate, after_ns, ret);
}

void cadre__rates_take(const struct cadre__rates *rates, const struct cadre__rate *rate,
                       struct cadre_str key, uint64_t now_ns, struct cadre__rate_answer *ret)
{
    uint64_t hash = hash_of(rates, rate->id, key);
    /* The low bits choose the set, and all of them are the key. */
    struct cadre__rates_set *set = &rates->sets[hash & (rates->n_sets - 1)];

    assert(rate->interval_ns > 0 && rate->burst > 0);
    for (unsigned round = 0; round < ROUNDS_MAX; round++) {
        struct entry *entry = find(set, hash);

        if (entry == NULL)
            entry = claim(set, hash, now_ns);
        if (entry == NULL)
            continue;
        take_from(entry, rate, now_ns, ret);
        /* Nobody is refused for what another key owes, which came between. */
        if (ret->granted || atomic_load_explicit(&entry->key, memory_order_acquire) == hash)
            return;
    }
    ret->granted = true; /* others bring keys in all the time: so it is forgotten at once */
    fill_answer(rate, rate->interval_ns, ret);
}
