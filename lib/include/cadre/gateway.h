/* SPDX-License-Identifier: MIT */
/*
 * <cadre/gateway.h>: a request at the level of the gateway: messages that are received and sent, as
 * ASGI has them (docs/gateway.md).
 *
 *     CADRE_ANY("/raw/{rest:path}", raw),
 *
 *     static int raw(struct cadre_request *req)
 *     {
 *         struct cadre_message message;
 *         int r;
 *
 *         do {
 *             r = cadre_receive(req, &message);
 *             ...
 *         } while (r == 0 && message.type == CADRE_HTTP_REQUEST && message.more_body);
 *         ...
 *     }
 *
 * For handlers that speak to another application, or want each piece as it comes. What the scope is
 * in ASGI are the questions of <cadre/request.h>. Messages may be mixed with the calls of
 * <cadre/request.h> and <cadre/response.h>, which are made of them; a body of which cadre_receive
 * took a part is read on by cadre_read. Not for sync handlers. Of a WebSocket (<cadre/websocket.h>)
 * a response in place of its accept may be sent so; it receives nothing here (-EALREADY).
 */
#ifndef CADRE_GATEWAY_H
#define CADRE_GATEWAY_H

#include <cadre/macros.h>
#include <cadre/str.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

CADRE_BEGIN_DECLS

struct cadre_request;

enum cadre_message_type {
    /* received */
    CADRE_HTTP_REQUEST,    /* body, more_body */
    CADRE_HTTP_DISCONNECT, /* the client has left, or the response is complete; repeats */
    /* sent */
    CADRE_HTTP_RESPONSE_START,   /* status, headers, n_headers; behind those of cadre_header_set */
    CADRE_HTTP_RESPONSE_BODY,    /* body, more_body */
    CADRE_HTTP_RESPONSE_INTERIM, /* status 102..199, headers, n_headers: before the start */
    /* since ABI 0.3 */
    CADRE_HTTP_RESPONSE_FILE, /* file, more_body: a piece of the body that is in a file */
    /* headers, n_headers: behind the body, where the start said more_trailers; its field `trailer`
     * has named them ("x-sum, x-time") */
    CADRE_HTTP_RESPONSE_TRAILERS,
};

/* A header field. */
struct cadre_field_pair {
    const char *name;
    const char *value;
};

/* A part of a file: `len` bytes from `offset` on, CADRE_TO_END for all. */
struct cadre_file_piece {
    int fd; /* the sender's, free as soon as cadre_send has returned; its position stays */
    uint64_t offset;
    uint64_t len;
};

/* A message. Members that its type does not name are not looked at, and are zero when received. */
struct cadre_message {
    enum cadre_message_type type;
    int status;
    bool more_body;        /* further pieces of the body follow */
    bool more_trailers;    /* CADRE_HTTP_RESPONSE_TRAILERS follows the body; since ABI 0.3 */
    struct cadre_str body; /* received: valid until the next call that reads */
    __extension__ union {
        const struct cadre_field_pair *headers;
        const struct cadre_file_piece *file; /* since ABI 0.3 */
    };
    size_t n_headers;
};

/*
 * Receives the next message. An empty body gives one, too; behind its end the call waits until the
 * client leaves or the response is complete. May suspend. 0; -EALREADY: cadre_body has the body;
 * the errors of cadre_read; -EDEADLK: in a sync handler.
 */
CADRE_API CADRE_MUST_CHECK int cadre_receive(struct cadre_request *req, struct cadre_message *ret);

/*
 * Sends a message; its data is taken when this returns. May suspend. 0; -EINVAL: a type that is not
 * sent, a status out of range, a field that is none or the server's own, a body before the start or
 * beyond its content-length, an interim response of several fields, trailers that the start has not
 * announced or before the body's end; -EALREADY: the response has begun, its body is over, or it is
 * complete; the errors of cadre_write, and of cadre_write_fd; -EDEADLK: in a sync handler.
 *
 * Trailers are sent to who asks for them (<cadre/response.h>), and dropped else.
 */
CADRE_API CADRE_MUST_CHECK int cadre_send(struct cadre_request *req,
                                          const struct cadre_message *message);

CADRE_END_DECLS

#endif
