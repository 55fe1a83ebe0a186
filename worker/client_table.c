/* SPDX-License-Identifier: MIT */
/*
 * Chains of entries by hash; the table grows with the clients. worker/client_table.h has the
 * contract.
 */
#include "worker/client_table.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "worker/connection.h"

#define BUCKETS_MIN 64

struct client_entry {
    struct client_entry *next;
    uint64_t key;
    bool is_v6; /* the key is a network of IPv6 */
    int connections;
};

void client_table_init(struct client_table *table)
{
    *table = (struct client_table){0};
    /* Without the kernel's randomness yet, any other number is better than none. */
    if (getrandom(&table->seed, sizeof(table->seed), GRND_NONBLOCK) != sizeof(table->seed))
        table->seed = cadre__clock_wall_ms() ^ (uint64_t)(uintptr_t)table;
}

void client_table_done(struct client_table *table)
{
    for (uint32_t i = 0; table->buckets && i <= table->mask; i++) {
        struct client_entry *entry = table->buckets[i];

        while (entry) {
            struct client_entry *next = entry->next;

            free(entry);
            entry = next;
        }
    }
    free(table->buckets);
    *table = (struct client_table){.seed = table->seed};
}

/* What the client is known by; false: it is not counted. */
static bool find_key(const struct connection_peer *peer, uint64_t *ret_key, bool *ret_v6)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    uint32_t v4;

    *ret_v6 = false;
    if (peer->family == AF_INET) {
        memcpy(&v4, peer->address, sizeof(v4));
    } else if (peer->family == AF_INET6 && memcmp(peer->address, mapped, sizeof(mapped)) == 0) {
        memcpy(&v4, peer->address + sizeof(mapped), sizeof(v4));
    } else if (peer->family == AF_INET6) {
        memcpy(ret_key, peer->address, sizeof(*ret_key));
        *ret_v6 = true;
        return true;
    } else {
        return false;
    }
    *ret_key = v4;
    return true;
}

/* Mixes all bits into all bits (the finaliser of MurmurHash3), with a seed. */
static uint32_t hash(const struct client_table *table, uint64_t key, bool is_v6)
{
    uint64_t h = key ^ table->seed ^ (is_v6 ? UINT64_C(0x9e3779b97f4a7c15) : 0);

    h = (h ^ (h >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    h = (h ^ (h >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return (uint32_t)(h ^ (h >> 33));
}

static struct client_entry **find(struct client_table *table, uint64_t key, bool is_v6)
{
    struct client_entry **at = &table->buckets[hash(table, key, is_v6) & table->mask];

    while (*at && ((*at)->key != key || (*at)->is_v6 != is_v6))
        at = &(*at)->next;
    return at;
}

static int grow(struct client_table *table)
{
    uint32_t n_old = table->buckets ? table->mask + 1 : 0;
    uint32_t n_new = n_old > 0 ? 2 * n_old : BUCKETS_MIN;
    struct client_entry **old = table->buckets;

    struct client_entry **buckets = calloc(n_new, sizeof(struct client_entry *));
    if (!buckets)
        return -ENOMEM;
    table->buckets = buckets;
    table->mask = n_new - 1;
    for (uint32_t i = 0; i < n_old; i++) {
        struct client_entry *entry = old[i];

        while (entry) {
            struct client_entry *next = entry->next;
            uint32_t at = hash(table, entry->key, entry->is_v6) & table->mask;

            entry->next = table->buckets[at];
            table->buckets[at] = entry;
            entry = next;
        }
    }
    free(old);
    return 0;
}

int client_table_add(struct client_table *table, const struct connection_peer *peer)
{
    uint64_t key;
    bool is_v6;

    if (!find_key(peer, &key, &is_v6))
        return 0;
    /* A table that cannot grow serves on, as long as there is one. */
    if ((!table->buckets || table->n_clients > table->mask) && grow(table) < 0 && !table->buckets)
        return -ENOMEM;

    struct client_entry **at = find(table, key, is_v6);
    if (!*at) {
        struct client_entry *entry = malloc(sizeof(*entry));
        if (!entry)
            return -ENOMEM;
        *entry = (struct client_entry){.key = key, .is_v6 = is_v6};
        *at = entry;
        table->n_clients++;
    }
    return ++(*at)->connections;
}

void client_table_drop(struct client_table *table, const struct connection_peer *peer)
{
    uint64_t key;
    bool is_v6;

    if (!table->buckets || !find_key(peer, &key, &is_v6))
        return;

    struct client_entry **at = find(table, key, is_v6);
    if (!*at || --(*at)->connections > 0)
        return;

    struct client_entry *entry = *at;
    *at = entry->next;
    free(entry);
    table->n_clients--;
}
