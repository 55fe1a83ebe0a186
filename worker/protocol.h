/* SPDX-License-Identifier: MIT */
/*
 * What a protocol does for a connection: a strategy as a struct of functions.
 *
 * The connection (worker/connection.h) owns the descriptor, its read event and how long it waits
 * for its client; the protocol owns what is said, and the times of that. All is called on the loop,
 * outside of any coroutine. Each call may end the connection, so the caller does not touch it
 * afterwards.
 */
#ifndef WORKER_PROTOCOL_H
#define WORKER_PROTOCOL_H

#include <stdbool.h>

struct connection;

struct protocol {
    const char *name;
    /* Reads what a FRESH connection has sent already, before it is watched. False: nothing has
     * come, and all is as it was. */
    bool (*on_fresh)(struct connection *c);
    /* Bytes, the end or an error can be read. */
    void (*on_readable)(struct connection *c);
    /* connection_watch has seen the client end its side; `failed`: nothing can be sent either. */
    void (*on_left)(struct connection *c, bool failed);
    /* The server stops: an idle connection is closed unless a request has come already; so is a
     * fresh one, but with `grace` it may wait for its first request as long as server->graced says.
     * Busy ones are left alone: whatever is answered from now on says that the connection closes
     * (server->draining). */
    void (*on_stop)(struct connection *c, bool grace);
    /* No more time: what waits for the client is closed, a handler that runs is cancelled. */
    void (*cancel)(struct connection *c);
};

#endif
