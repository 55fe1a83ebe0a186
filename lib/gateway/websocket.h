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
#include <stdbool.h>

/* Close codes (RFC 6455 §7.4.1) that Cadre says itself. */
enum cadre__websocket_code {
    CADRE__WEBSOCKET_NORMAL = 1000,
    CADRE__WEBSOCKET_GOING_AWAY = 1001,
    CADRE__WEBSOCKET_UNSUPPORTED = 1003, /* a message of a kind that is not taken */
    CADRE__WEBSOCKET_NO_CODE = 1005,     /* never on the wire: the peer has said none */
    CADRE__WEBSOCKET_ABNORMAL = 1006,    /* never on the wire: the connection broke */
    CADRE__WEBSOCKET_INVALID = 1007,     /* a text that is not UTF-8 */
    CADRE__WEBSOCKET_POLICY = 1008,
    CADRE__WEBSOCKET_TOO_BIG = 1009,
    CADRE__WEBSOCKET_ERROR = 1011,
    CADRE__WEBSOCKET_RESTART = 1012, /* come back: the server restarts */
};

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

/* Whether a close frame may hold that code: 1000 to 1003, 1007 to 1014, and those of libraries and
 * applications, 3000 to 4999 (RFC 6455 §7.4, the registry of IANA). */
bool cadre__websocket_code_is_valid(int code);

/*
 * The subprotocol at that index, from 0, among those that the client offers, of all its
 * sec-websocket-protocol fields in their order (RFC 6455 §4.1). False behind the last one. Borrowed
 * from the scope; does not end in NUL.
 */
bool cadre__websocket_offered(const struct cadre__scope *scope, size_t index,
                              struct cadre_str *ret);

/* Whether that one is among them; case counts. One pass over the fields, however many there are. */
bool cadre__websocket_offers(const struct cadre__scope *scope, struct cadre_str name);

/* Whether the request, of type http, asks to become a WebSocket: its upgrade field lists
 * "websocket" (RFC 6455 §4.2.1). */
bool cadre__websocket_is_asked_for(const struct cadre__scope *scope);

#endif
