/* SPDX-License-Identifier: MIT */
/*
 * A WebSocket as the web layer sees it: a request of a scope of type websocket, and how far its
 * socket is (<cadre/websocket.h>). To the rest of lib/web it is a request without a body, whose
 * response begins with the accept (phase STARTED, status 101) and is complete when the socket is
 * closed; what is answered before the accept is a response as any other.
 *
 * web/websocket.c is the handshake, receiving, sending and closing; web/websocket_messages.c kinds
 * of messages; web/websocket_call.c finds the handler and ends the socket behind it. On the loop.
 */
#ifndef CADRE_WEB_WEBSOCKET_H
#define CADRE_WEB_WEBSOCKET_H

#include "gateway/websocket.h"
#include "web/outcome.h"
#include "web/request.h"
#include <cadre/sync.h>
#include <cadre/websocket.h>

enum cadre__websocket_state {
    CADRE__WEBSOCKET_HANDSHAKE, /* not accepted; perhaps answered by a response */
    CADRE__WEBSOCKET_ACCEPTED,
    CADRE__WEBSOCKET_OVER, /* refused or closed by the handler */
};

/* Of a request that is a WebSocket; in its arena. */
struct cadre__websocket {
    enum cadre__websocket_state state;
    bool has_connect;  /* websocket.connect was received */
    bool is_receiving; /* a coroutine does */
    bool has_left;     /* the client, as receiving or sending has told */
    bool end_told;     /* cadre_websocket_receive has returned 0 */
    int code;          /* how it came to its end; 0: not yet */
    const char *reason;
    struct cadre_lock sending; /* a message at a time */
    struct json_t *json;       /* of the last message; NULL: none */

    /* the subprotocols that were asked for by their index: where they are, how many have been
     * passed, the last of them (arena; NULL: none) */
    struct cadre__websocket_offers offers;
    size_t n_offers;
    const char *offer;

    /* how it is to be closed where the handler returns that error; 0: nothing was noted */
    struct cadre__websocket_failure {
        int error, code;
        const char *reason;
    } failure;
};

/* NULL: the request is none. */
static inline struct cadre__websocket *cadre__websocket_of(const struct cadre_request *req)
{
    return req->extras != NULL ? req->extras->websocket : NULL;
}

/* Has a request that begins be one. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__websocket_begin(struct cadre_request *req);

/*
 * Finds the route in the request's mount, which may be NULL. 1: it is noted; 0: there is none, and
 * the handshake was refused; a negative errno of that. May suspend.
 */
CADRE_MUST_CHECK int cadre__websocket_route(struct cadre_request *req);

/* Notes how it is to be closed where the handler returns `error`, which is returned. The reason is
 * borrowed for the request's life; before the accept it may have any length. */
int cadre__websocket_note(struct cadre_request *req, int error, int code, const char *reason);

/* Closes, or refuses the handshake; nobody else sends. Errors as of cadre_websocket_close. May
 * suspend, but not where the handshake was accepted. */
CADRE_MUST_CHECK int cadre__websocket_end(struct cadre_request *req, int code, const char *reason);

/*
 * Whether what comes of that result is the socket's affair: it was accepted, or is to be refused.
 * Else it is answered as any request's.
 */
bool cadre__websocket_has_outcome(const struct cadre_request *req, int result);

/* Closes what is open behind a culprit that returned `result`, and logs what went wrong: as
 * cadre__outcome. */
CADRE_MUST_CHECK int cadre__websocket_outcome(struct cadre_request *req,
                                              struct cadre__culprit culprit, int result);

/* Whether a request, for which there is no route, is a handshake over a connection that cannot
 * become a WebSocket, of a route that is one. */
bool cadre__websocket_is_missed(const struct cadre_request *req, const struct cadre__mount *mount);

#endif
