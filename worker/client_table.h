/* SPDX-License-Identifier: MIT */
/*
 * How many connections each client has, for max_connections_per_client.
 *
 * A client is an IPv4 address, or the /64 network of an IPv6 address, which is what one customer
 * gets. Clients without an address (UNIX sockets) are not counted. The hash is seeded at random, so
 * that nobody chooses addresses that collide. Allocates one entry for each client that is there; no
 * I/O, no suspension; one thread.
 */
#ifndef WORKER_CLIENT_TABLE_H
#define WORKER_CLIENT_TABLE_H

#include <cadre/macros.h>
#include <stdint.h>

struct client_entry;
struct connection_peer;

struct client_table {
    struct client_entry **buckets; /* heap; NULL before the first client */
    uint32_t mask;                 /* their number, a power of two, less 1 */
    uint32_t n_clients;
    uint64_t seed;
};

/* Makes an empty one, which holds no memory. */
void client_table_init(struct client_table *table);
/* Frees its memory, clients that are still counted too. */
void client_table_done(struct client_table *table);

/* One more connection of that client: how many it has now; 0 where it is not counted; -ENOMEM. */
CADRE_MUST_CHECK int client_table_add(struct client_table *table,
                                      const struct connection_peer *peer);
/* One less; it was added. */
void client_table_drop(struct client_table *table, const struct connection_peer *peer);

#endif
