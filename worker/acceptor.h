/* SPDX-License-Identifier: MIT */
/*
 * Accepts connections from the listening sockets, which all workers share.
 *
 * A listener with reuse_port has a queue a worker instead, and the master says which to serve: the
 * worker's own, which the gate does not guard, as nobody else serves it; and for some time those of
 * siblings that are gone or hang.
 *
 * At most a batch in a turn of the loop, with the evening gate (worker/gate.h) asked before each.
 * It stops while the worker is at its limit of connections, and when descriptors or memory run
 * out: then it says so once, sheds some of the queue where no sibling can take it, and tries again
 * after a while, or as soon as a connection has ended. It never exits and never spins.
 *
 * Runs on the worker's loop, never suspends. The listeners' sockets are the worker's and stay open;
 * those of queues are its own.
 */
#ifndef WORKER_ACCEPTOR_H
#define WORKER_ACCEPTOR_H

#include <cadre/macros.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct acceptor;
struct cadre__scoreboard;
struct server;

struct acceptor_options {
    struct server *server;                 /* gets the connections */
    const int *fds;                        /* listening sockets; borrowed */
    const bool *queued;                    /* which of them have queues instead; NULL: none */
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

/* Ends, for good. What is in the queues stays there for siblings; queues' sockets are closed. */
void acceptor_stop(struct acceptor *acceptor);

/* Takes what the queues hold now, without the gate, within the limit of connections. One that was
 * never started takes nothing: the queues are others'. */
void acceptor_take_rest(struct acceptor *acceptor);

/*
 * Serves a queue more: `number` of the listener, its socket taken in any case. One that is served
 * already changes to what `own` says. One that cannot be watched is tried again, as listeners are.
 * Not before acceptor_start. 0; -ENOMEM.
 */
CADRE_MUST_CHECK int acceptor_add_queue(struct acceptor *acceptor, unsigned listener,
                                        uint32_t number, bool own, int fd);

/* Serves such a queue no more; nothing where it did not. */
void acceptor_drop_queue(struct acceptor *acceptor, unsigned listener, uint32_t number);

/* A connection has ended: goes on where it had stopped for want of room. */
void acceptor_on_connection_closed(struct acceptor *acceptor);

#endif
