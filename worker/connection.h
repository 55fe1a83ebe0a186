/* SPDX-License-Identifier: MIT */
/*
 * One connection: its descriptor, its read event, its state, and how long it waits for its client.
 *
 * It lives as long as the descriptor is open, and beyond that while a handler runs for it. It is
 * small: what only a busy connection needs is in the protocol's own struct (worker/http1.h), which
 * hangs here while there is something to do. An idle kept connection holds no buffer and no
 * coroutine.
 *
 * States: FRESH (accepted, no byte yet) → BUSY (bytes of a request, a handler, an answer) → IDLE
 * (kept, nothing to do) → BUSY → ... → LINGERING (answered for the last time; what still comes is
 * thrown away, so that the client can read the answer) → gone. From each of them straight to
 * gone, but from BUSY with a handler by way of CLOSED: the descriptor is closed, the handler goes
 * on.
 *
 * While FRESH, IDLE or LINGERING it is in a list of those that wait for the same thing
 * (worker/wait_list.h). The times of a BUSY one are the protocol's.
 */
#ifndef WORKER_CONNECTION_H
#define WORKER_CONNECTION_H

#include <cadre/macros.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "async/io.h"
#include "base/list.h"

struct http1;
struct server;

enum connection_state {
    CONNECTION_FRESH,
    CONNECTION_BUSY,
    CONNECTION_IDLE,
    CONNECTION_LINGERING,
    CONNECTION_CLOSED,
};

/* The client's address, small. */
struct connection_peer {
    uint8_t address[16]; /* IPv4: the first four */
    uint16_t port;       /* in the machine's order */
    uint8_t family;      /* AF_INET, AF_INET6, AF_UNIX; 0: unknown */
};

/* What another worker knows of a connection that comes here. */
struct connection_past {
    struct connection_peer peer;
    uint32_t n_requests; /* as in struct connection */
    uint16_t listener;
    bool fresh;       /* no byte of it has been read: it waits for its first request */
    bool wants_proxy; /* its PROXY header has yet to come */
};

struct connection {
    struct cadre__io io;          /* reading; persistent */
    struct cadre__list link;      /* in server->connections, or among the free */
    struct cadre__list wait_link; /* the wait list's */
    uint64_t deadline_ns;         /* the wait list's */
    struct server *server;
    struct http1 *busy;   /* the protocol's, while BUSY or CLOSED */
    int fd;               /* -1 once closed */
    uint32_t n_requests;  /* that it made; counted where keepalive_requests is set */
    uint32_t serial;      /* its number among those that came to this worker, from 1 */
    uint16_t listener;    /* number of the listener that it came by */
    uint8_t state;        /* enum connection_state */
    bool reading : 1;     /* the read event is on */
    bool watching : 1;    /* it is on only to see the client leave */
    bool counted : 1;     /* in server->clients */
    bool wants_proxy : 1; /* a header of the PROXY protocol is to come first */
    bool trusted : 1;     /* its peer is one of trusted_proxies */
    bool last : 1;        /* its next answer says that it closes, whatever the server does */
    struct connection_peer peer;
};

/* Many are open and few are busy. */
_Static_assert(sizeof(struct connection) <= sizeof(struct event) + 120,
               "an idle connection takes at most 120 bytes beside libevent's event");

/* Room for any text of connection_peer_format. */
#define CONNECTION_PEER_TEXT 48

/* Takes `fd` (non-blocking, accepted) on success and waits for its first bytes. `from` is the
 * client's address, NULL where unknown. 0; -EUSERS: the client has max_connections_per_client;
 * -ENOMEM, or what epoll_ctl says. */
CADRE_MUST_CHECK int connection_open(struct server *server, int fd, const struct sockaddr *from,
                                     unsigned listener, struct connection **ret);

/* The same, but what the client has sent already is read at once, which `ret_spoken` tells: on a
 * busy machine a request has come before its connection is accepted. Then nothing waits for it, and
 * where it is the only one nothing is ever watched. Runs handlers; the connection may be over when
 * this returns. */
CADRE_MUST_CHECK int connection_serve(struct server *server, int fd, const struct sockaddr *from,
                                      unsigned listener, bool *ret_spoken);

/* As connection_open for one that another worker has had, `fd` as accepted there. Its time to wait
 * begins anew. It comes in spite of the limits of connections; beyond max_connections its next
 * answer is its last. */
CADRE_MUST_CHECK int connection_adopt(struct server *server, int fd,
                                      const struct connection_past *past, struct connection **ret);

/* Takes a FRESH or IDLE connection out of service: nothing is read, nothing waits, and it is in no
 * list of the server, so `link` is the caller's; the descriptor stays open and counts. */
void connection_lend(struct connection *c);

/* Puts it back as it was, its next answer the last. 0, or what epoll_ctl says: then it is for
 * connection_free. */
CADRE_MUST_CHECK int connection_take_back(struct connection *c);

/* A BUSY one has nothing left to do: waits for the next request, for keepalive_timeout. 0, or what
 * epoll_ctl says: then it is for connection_free. */
CADRE_MUST_CHECK int connection_become_idle(struct connection *c);

/* Reading: off while the protocol has no room. -ENOMEM or what epoll_ctl says. */
void connection_pause(struct connection *c);
CADRE_MUST_CHECK int connection_resume(struct connection *c);

/*
 * Off as well, but the protocol's on_left is called when the client ends its side or the connection
 * fails, behind whatever bytes wait to be read. Told once; then it is paused. Not while a write
 * waits for room: a failure shows there. Where epoll_ctl fails it is paused.
 */
void connection_watch(struct connection *c);

/* Closes the descriptor; the struct stays for a handler that still runs. A second call does
 * nothing. */
void connection_hang_up(struct connection *c);

/* The same, so that the client sees an error and no clean end (RST). */
void connection_reset(struct connection *c);

/* Closes the descriptor and frees the struct. `busy` must be gone. */
void connection_free(struct connection *c);

/* Ends our side, throws away what comes, and closes when the client has closed or after some time.
 * Takes the connection; `busy` must be gone. */
void connection_linger(struct connection *c);

/* Frees the recycled structs. */
void connection_pool_done(struct server *server);

/* Formats the client's address; returns its length. A UNIX socket's and an unknown one are "". */
size_t connection_peer_format(const struct connection_peer *peer, char out[CONNECTION_PEER_TEXT]);

#endif
