/* SPDX-License-Identifier: MIT */
/*
 * Accepts connections from the listening sockets, which all workers share.
 *
 * At most a batch in a turn of the loop, with the evening gate (worker/gate.h) asked before each.
 * It stops while the worker is at its limit of connections, and when descriptors or memory run
 * out: then it says so once, sheds some of the queue where no sibling can take it, and tries again
 * after a while, or as soon as a connection has ended. It never exits and never spins.
 *
 * Runs on the worker's loop, never suspends. The sockets are the worker's; they stay open.
 */
#ifndef WORKER_ACCEPTOR_H
#define WORKER_ACCEPTOR_H

#include <cadre/macros.h>
#include <stddef.h>
#include <stdint.h>

struct acceptor;
struct cadre__scoreboard;
struct server;

struct acceptor_options {
    struct server *server;                 /* gets the connections */
    const int *fds;                        /* listening sockets; borrowed */
    size_t n_fds;                          /* their number is that of the server's listeners */
    const struct cadre__scoreboard *board; /* NULL: no gate */
    uint32_t own_slot;                     /* in it */
};

/* Makes one that does not accept yet. 0; -ENOMEM. */
CADRE_MUST_CHECK int acceptor_new(const struct acceptor_options *options, struct acceptor **ret);
/* NULL is taken. */
void acceptor_free(struct acceptor *acceptor);

/* Begins, for good. 0, or what epoll_ctl says. */
CADRE_MUST_CHECK int acceptor_start(struct acceptor *acceptor);

/* Ends, for good. What is in the queues stays there for siblings. */
void acceptor_stop(struct acceptor *acceptor);

/* Takes what the queues hold now, without the gate, within the limit of connections. */
void acceptor_take_rest(struct acceptor *acceptor);

/* A connection has ended: goes on where it had stopped for want of room. */
void acceptor_on_connection_closed(struct acceptor *acceptor);

#endif
