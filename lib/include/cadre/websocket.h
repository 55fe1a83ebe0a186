/* SPDX-License-Identifier: MIT */
/*
 * <cadre/websocket.h>: WebSockets (RFC 6455) at the level of messages.
 *
 *     static int echo(struct cadre_request *req)
 *     {
 *         struct cadre_websocket_message message;
 *         int r = cadre_websocket_accept(req, NULL);
 *
 *         if (r < 0)
 *             return r;
 *         while ((r = cadre_websocket_receive(req, &message)) > 0) {
 *             r = cadre_websocket_send(req, &message);
 *             if (r < 0)
 *                 break;
 *         }
 *         return r;
 *     }
 *
 *     static const struct cadre_route routes[] = {
 *         CADRE_WEBSOCKET("/echo", echo),
 *         CADRE_ROUTES_END
 *     };
 *
 * A row of CADRE_WEBSOCKET is found by handshakes alone, and rows of methods by requests alone.
 * Its handler is async and runs for as long as the socket lasts. It is given the handshake as its
 * request: path, query, header fields, cookies, state and session are asked as of any other, typed
 * parameters and dependencies are there when it starts (<cadre/typed.h>; what does not fit closes
 * with 1008, and the list of what is wrong as the reason), and middleware stands around it.
 *
 * Before the accept a handler may refuse: by cadre_websocket_close() or _fail(), which the client
 * sees as 403; or by a whole response, as any handler answers (cadre_respond_text(), cadre_fail()
 * ...), which it sees in place of the 101. Header fields of the 101 are set by cadre_header_set()
 * before the accept; so what middleware adds to responses is in there too. Its status is 101.
 *
 * When the handler returns with the socket open, that is closed: by 1000, where it returned 0 or
 * more; as cadre_websocket_fail() has said; else by 1011, and the error is logged. -EPIPE and
 * -ECANCELED, as calls return them, are handed on without a log line.
 *
 * When the worker drains (a reload, a stop), receiving comes to its end with the code 1012, whether
 * or not more has arrived. The handler may still send, and the socket is closed by 1012 when it
 * returns: the client is to come back. A handler that does not receive looks at
 * cadre_worker_is_draining(). One that has not returned at the end of graceful_timeout is
 * cancelled.
 *
 * A client that leaves ends the receiving, with its code and reason; 1006 where the connection
 * broke. A handler that waits for something else learns it from the next call that sends; with
 * `.cancel_on_disconnect = true` it is cancelled (<cadre/route.h>), and what was not received yet
 * is dropped.
 *
 * One coroutine at a time receives. Several may send: tasks of the handler, which end with it; a
 * message goes out whole, and a sender waits while the client takes too little. Nothing of this is
 * for sync handlers (-EDEADLK). On a request that is no WebSocket all of it is -EINVAL.
 */
#ifndef CADRE_WEBSOCKET_H
#define CADRE_WEBSOCKET_H

#include <cadre/macros.h>
#include <cadre/str.h>
#include <cadre/websocket_code.h>
#include <stdbool.h>
#include <stddef.h>

CADRE_BEGIN_DECLS

struct cadre_request;
struct json_t; /* jansson's, by <jansson.h> */

/* A whole message. */
struct cadre_websocket_message {
    bool is_text;          /* UTF-8; else bytes */
    struct cadre_str data; /* received: valid until the next call that receives; ends in NUL */
};

/* --- the handshake --- */

/* Whether the request is a WebSocket's: for what serves both, as middleware does. Never suspends.
 */
CADRE_API bool cadre_is_websocket(const struct cadre_request *req);

/* The subprotocol that the client offers at that index, from 0, in its order of preference; NULL
 * behind the last one (errno 0), or ENOMEM. Never suspends. */
CADRE_API const char *cadre_websocket_offered(struct cadre_request *req, size_t index);

/* Whether the client offers that subprotocol; case counts. Never suspends. */
CADRE_API bool cadre_websocket_offers(const struct cadre_request *req, const char *subprotocol);

/*
 * Accepts the handshake, with one of the subprotocols that the client offers, or NULL. May suspend.
 * 0; -EINVAL: it does not offer that one, or a header field is set that the handshake cannot have
 * (logged); -EALREADY: it was answered; -EPIPE: the client has left; what a function of
 * cadre_on_response returned.
 */
CADRE_API CADRE_MUST_CHECK int cadre_websocket_accept(struct cadre_request *req,
                                                      const char *subprotocol);

/* --- messages --- */

/*
 * Receives the next message. May suspend; one that is cancelled, by a deadline for example, loses
 * none. 1; 0: there are no more: the client or the handler has closed, the client has left, or the
 * worker drains (cadre_websocket_close_code() tells); -EALREADY: that was told before; -ENOTCONN:
 * the handshake is not accepted (both logged); -EBUSY: another coroutine receives.
 */
CADRE_API CADRE_MUST_CHECK int cadre_websocket_receive(struct cadre_request *req,
                                                       struct cadre_websocket_message *ret);

/*
 * The same where all messages are to be of one kind. -EBADMSG: this one is not; a handler that
 * returns it has the socket closed by 1003, and nothing is logged. It may go on as well. Of JSON
 * either kind of message is taken, by the rules of cadre_json(); the document is the socket's,
 * valid until the next call that receives (json_incref keeps it).
 */
CADRE_API CADRE_MUST_CHECK int cadre_websocket_receive_text(struct cadre_request *req,
                                                            struct cadre_str *ret);
CADRE_API CADRE_MUST_CHECK int cadre_websocket_receive_bytes(struct cadre_request *req,
                                                             struct cadre_str *ret);
CADRE_API CADRE_MUST_CHECK int cadre_websocket_receive_json(struct cadre_request *req,
                                                            struct json_t **ret);

/*
 * Sends a message; its data is taken when this returns. May suspend, while the client takes too
 * little or another coroutine sends. 0; -EPIPE: the client has closed or left; -EALREADY: the
 * handler has closed; -ENOTCONN: the handshake is not accepted (logged); -EINVAL: a text is not
 * UTF-8 (logged); -ETIMEDOUT: the client takes nothing; -ENOMEM.
 */
CADRE_API CADRE_MUST_CHECK int cadre_websocket_send(struct cadre_request *req,
                                                    const struct cadre_websocket_message *message);
CADRE_API CADRE_MUST_CHECK int cadre_websocket_send_text(struct cadre_request *req,
                                                         const char *text);
CADRE_API CADRE_MUST_CHECK int cadre_websocket_send_bytes(struct cadre_request *req,
                                                          const void *ptr, size_t len);

/* A text that is formatted. */
CADRE_API CADRE_MUST_CHECK int cadre_websocket_sendf(struct cadre_request *req, const char *fmt,
                                                     ...) CADRE_PRINTF(2, 3);

/* JSON without spaces, as a text. Also -EINVAL: it is no document. */
CADRE_API CADRE_MUST_CHECK int cadre_websocket_send_json(struct cadre_request *req,
                                                         const struct json_t *json);

/* --- the end --- */

/*
 * Closes, by a code of 1000 to 1003, 1007 to 1014 or 3000 to 4999, and a reason of at most 123
 * bytes of UTF-8, or NULL; before the accept the client sees 403, and the reason may be longer. The
 * client's answer is not waited for. May suspend. 0; -EINVAL: no such code or reason (logged);
 * -EALREADY: it was closed, or the handshake answered otherwise; -EPIPE: the client has closed or
 * left.
 */
CADRE_API CADRE_MUST_CHECK int cadre_websocket_close(struct cadre_request *req, int code,
                                                     const char *reason);

/*
 * Fails: `return cadre_websocket_fail(req, CADRE_WS_POLICY_VIOLATION, "no such room")` has the
 * socket closed so when the handler returns it, from however deep; a dependency may return it too.
 * The reason is copied; NULL: none. Returns -CADRE_EWEBSOCKET; -EINVAL: no such code or reason;
 * -ENOMEM. Never suspends.
 */
CADRE_API CADRE_MUST_CHECK int cadre_websocket_fail(struct cadre_request *req, int code,
                                                    const char *reason);

/* How it came to its end: 0 and "" until it is known, else the client's code and reason (1005: it
 * said none; 1006: the connection broke), the handler's own, or 1012. Never suspends. */
CADRE_API int cadre_websocket_close_code(const struct cadre_request *req);
CADRE_API const char *cadre_websocket_close_reason(const struct cadre_request *req);

CADRE_END_DECLS

#endif
