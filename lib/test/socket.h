/* SPDX-License-Identifier: MIT */
/*
 * A WebSocket through the gateway, with no wire: what test/exchange.h is for a request. It keeps
 * the two queues of messages and how either side has closed, and does what gateway/gateway.h asks
 * of a protocol, frames apart.
 *
 * The exchange is that of the handshake: its coroutine runs the application, its response is 101,
 * 403, or what the application has answered in place of the accept.
 */
#ifndef CADRE_LIB_TEST_SOCKET_H
#define CADRE_LIB_TEST_SOCKET_H

#include "base/list.h"
#include "gateway/websocket.h"
#include "test/exchange.h"

/* On the heap; its bytes end in NUL. */
struct cadre__test_message {
    struct cadre__list link;
    bool is_text;
    size_t len;
    char data[];
};

/* Messages on their way in one direction. */
struct cadre__test_queue {
    struct cadre__list list;
    size_t n;
    struct cadre__test_message *taken; /* the last one, which its receiver looks at; NULL: none */
};

/* How it was closed, by one side. */
struct cadre__test_close {
    int code;           /* 0: it was not */
    const char *reason; /* arena of the response */
};

/* On the heap: it outlives the application, since what that has sent can be received later. */
struct cadre__test_socket {
    struct cadre__websocket_order order;
    struct cadre__test_queue to_app, to_client;
    size_t max_message, max_queue;
    bool connect_given;
    struct cadre__test_close by_app;    /* or by the protocol in its stead */
    struct cadre__test_close by_client; /* 1006 where it has just left */
};

/* Has an exchange that is not started be a WebSocket's. 0 means the default. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__test_socket_new(struct cadre__test_exchange *ex, size_t max_message,
                                            size_t max_queue);

/* NULL is taken. */
void cadre__test_socket_free(struct cadre__test_socket *socket);

/* The application has returned: what a protocol does then. False: the handshake was not answered,
 * or by half a response, which is as of any request. */
bool cadre__test_socket_finish(struct cadre__test_exchange *ex, int result);

/* Whether the client may send: it was accepted, and neither side has closed. */
bool cadre__test_socket_is_open(const struct cadre__test_exchange *ex);

/*
 * A message of the client's. 0, also where the protocol has closed over it (1007, 1009); -EAGAIN:
 * the queue is full; -EPIPE: it is not open; -ENOMEM.
 */
CADRE_MUST_CHECK int cadre__test_socket_push(struct cadre__test_exchange *ex, bool is_text,
                                             const void *ptr, size_t len);

/* The next message for the client, valid until the next call; NULL: none is there. */
const struct cadre__test_message *cadre__test_socket_pop(struct cadre__test_exchange *ex);

/* The client closes, or leaves: then with 1006. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__test_socket_close(struct cadre__test_exchange *ex, int code,
                                              const char *reason);

#endif
