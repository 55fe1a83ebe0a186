/* SPDX-License-Identifier: MIT */
/*
 * Connections that wait for their clients, and are closed when they have waited for too long.
 *
 * Those that wait for the same thing wait for the same time, so that the first to come is the first
 * to go: a list with one timer takes 16 bytes of a connection, where a timer of its own takes 48.
 * One that gets on stays where it is until it waits again or its turn comes, and is passed over
 * then: getting on costs nothing.
 *
 * Runs on the worker's loop; allocates nothing, never suspends. Everything is O(1).
 */
#ifndef WORKER_WAIT_LIST_H
#define WORKER_WAIT_LIST_H

#include <stdint.h>

#include "base/list.h"
#include "base/timer.h"

struct cadre__loop;
struct connection;

struct wait_list {
    struct cadre__loop *loop;   /* borrowed */
    struct cadre__list waiting; /* of struct connection.wait_link, the first to go first */
    struct cadre__timer timer;  /* armed where there is one, for its deadline or an earlier one */
    uint64_t wait_ns;           /* how long; may be made longer, or set while the list is empty */
};

void wait_list_init(struct wait_list *list, struct cadre__loop *loop, uint64_t wait_ns);

/* Stops the timer. No connection is in the list. */
void wait_list_done(struct wait_list *list);

/* Puts `c`, which may be in this list or another one, at its end. It is freed (connection_free)
 * after wait_ns from this turn of the loop on, if it is still FRESH, IDLE or LINGERING then, unless
 * it is put anywhere else or removed before. */
void wait_list_put(struct wait_list *list, struct connection *c);

/* Takes `c` out of whatever list it is in. */
void wait_list_remove(struct connection *c);

#endif
