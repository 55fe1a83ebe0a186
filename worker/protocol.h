/* SPDX-License-Identifier: MIT */
/*
 * What a protocol does for a connection: a strategy as a struct of functions.
 *
 * The connection (worker/connection.h) owns the descriptor, its read event and its one deadline;
 * the protocol owns what is said. All is called on the loop, outside of any coroutine. Each call
 * may end the connection, so the caller does not touch it afterwards.
 */
#ifndef WORKER_PROTOCOL_H
#define WORKER_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

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
    /* The deadline set by connection_set_deadline has passed. */
    void (*on_deadline)(struct connection *c);
    /* The server stops: an idle connection is closed unless a request has come already, a fresh
     * one gets until grace_deadline for its first request. Busy ones are left alone: whatever is
     * answered from now on says that the connection closes (server->draining). */
    void (*on_stop)(struct connection *c, uint64_t grace_deadline_ns);
    /* No more time: what waits for the client is closed, a handler that runs is cancelled. */
    void (*cancel)(struct connection *c);
};

#endif
