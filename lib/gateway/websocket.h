/* SPDX-License-Identifier: MIT */
/*
 * The order of events of a WebSocket, as an application sends them. A protocol (the test client,
 * and whoever speaks frames) hands each event to cadre__websocket_check before it acts on it: what
 * comes out of order or breaks RFC 6455 is refused there, in one place for all protocols.
 *
 *     CONNECTING ──websocket.accept──> OPEN ──websocket.close──> CLOSED
 *         ├──websocket.close──> CLOSED: the handshake is answered 403
 *         └──http.response...──> DENYING ──its end──> CLOSED: answered by that response
 *
 * What the peer does is the protocol's to know: behind its leave every event is -EPIPE. Pure code:
 * no I/O, allocates nothing, does not log, never suspends.
 */
#ifndef CADRE_GATEWAY_WEBSOCKET_H
#define CADRE_GATEWAY_WEBSOCKET_H

#include "gateway/gateway.h"
#include "gateway/response.h"
#include <cadre/websocket_code.h>
#include <stdbool.h>

/* A close frame is a control frame of 125 bytes, of which two are the code (RFC 6455 §5.5). */
#define CADRE__WEBSOCKET_REASON_MAX 123

/* What a protocol takes from a peer, where nobody says otherwise. */
#define CADRE__WEBSOCKET_MESSAGE_MAX (16u * 1024 * 1024) /* bytes; more: it closes with 1009 */
#define CADRE__WEBSOCKET_QUEUE_MAX   32 /* messages each way, before who sends has to wait */

enum cadre__websocket_phase {
    CADRE__WEBSOCKET_CONNECTING, /* neither accepted nor refused */
    CADRE__WEBSOCKET_DENYING,    /* a response has begun in place of the accept */
    CADRE__WEBSOCKET_OPEN,
    CADRE__WEBSOCKET_CLOSED, /* refused, or closed by the application */
};

/* Caller's memory. */
struct cadre__websocket_order {
    enum cadre__websocket_phase phase;
    const struct cadre__scope *scope; /* borrowed; of the handshake */
    struct cadre__response denial;
    const char *refusal; /* why the last check failed: static text for the log, or NULL */
};

void cadre__websocket_order_init(struct cadre__websocket_order *order,
                                 const struct cadre__scope *scope);

/*
 * Checks one event and takes note of it. 0: act on it. -EINVAL: it does not fit here, or is not
 * valid: order->refusal says why and nothing was noted. -EALREADY: the application has closed, or
 * its response is complete; the event is to be ignored.
 */
CADRE_MUST_CHECK int cadre__websocket_check(struct cadre__websocket_order *order,
                                            const struct cadre__event *event);

/* Whether a close frame may hold that code (<cadre/websocket_code.h>). */
bool cadre__websocket_code_is_valid(int code);

/* A place among the subprotocols that the client offers: those of all its sec-websocket-protocol
 * fields in their order (RFC 6455 §4.1). It begins as {.scope = scope}. */
struct cadre__websocket_offers {
    const struct cadre__scope *scope; /* borrowed */
    size_t n_seen;                    /* fields of any name that are behind it */
    struct cadre_str list;            /* what is left of the last of them */
};

/* The next offer; "" behind the last one. Borrowed from the scope; does not end in NUL. To walk all
 * takes one pass over the fields. */
struct cadre_str cadre__websocket_next_offer(struct cadre__websocket_offers *offers);

/* Whether that one is among them; case counts. One pass over the fields, however many there are. */
bool cadre__websocket_offers(const struct cadre__scope *scope, struct cadre_str name);

/* Whether the request, of type http, asks to become a WebSocket: its upgrade field lists
 * "websocket" (RFC 6455 §4.2.1). */
bool cadre__websocket_is_asked_for(const struct cadre__scope *scope);

#endif
