/* SPDX-License-Identifier: MIT */
/*
 * The gateway: the one way between a protocol and an application, what ASGI is in Python.
 *
 * A protocol (HTTP/1.1 in the worker, the test client in process) makes a scope, which says what
 * is asked, and a channel, over which the body is received and the answer is sent. The
 * application is one function that takes both. It runs in a coroutine of the loop that owns the
 * channel; neither side knows the other's structures.
 *
 * Duties of a protocol:
 *  - Every string of a scope is followed by one NUL byte that its length does not count, and holds
 *    no NUL itself: a request with %00 in its path is answered 400 by the protocol.
 *  - All of the scope, and what it points to, lives until the application has returned.
 *  - A response to HEAD, and one of 204 or 304, has no body on the wire: the body events, those of
 *    files too, are taken all the same.
 *  - Interim responses (1xx) go to clients that know them, and are taken for nothing else
 *    (RFC 9110 §15.2: not to HTTP/1.0). 100 and 101 are the protocol's own.
 *  - Trailers of a response go to clients that ask for them (cadre__scope_accepts_trailers) where
 *    the framing has room for them, and are taken for nothing else.
 *  - It adds date, server, connection and transfer-encoding; it checks each event by
 *    cadre__response_check (gateway/response.h).
 *  - It does not touch the channel's arena while the application runs, but from within receive and
 *    send.
 *  - Of a websocket it checks what the application sends by cadre__websocket_check
 *    (gateway/websocket.h). Pings, fragments and masks are its own. A peer that leaves, by a close
 *    frame or without, is one that has left for is_disconnected and cancel_on_disconnect. A socket
 *    that is open when the application has returned it closes: 1000, or 1011 for an error.
 *  - An application that returns a negative errno before its response began: 500, for -ECANCELED
 *    503. After the response began and before its end: the connection is cut, so that the client
 *    sees that something is missing. The application has logged its error already.
 *
 * Next: gateway/response.h (order of events), gateway/status.h, web/app.h (the application).
 */
#ifndef CADRE_GATEWAY_GATEWAY_H
#define CADRE_GATEWAY_GATEWAY_H

#include <cadre/macros.h>
#include <cadre/str.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cadre__arena;
struct cadre__channel;
struct cadre__detaching;
struct cadre__ids;
struct cadre__prepared;

/* A header field, of a request or of a response. */
struct cadre__header {
    struct cadre_str name;  /* lower-case */
    struct cadre_str value; /* without white space at its ends */
};

enum cadre__scope_type {
    CADRE__SCOPE_HTTP,
    CADRE__SCOPE_WEBSOCKET,
    CADRE__SCOPE_LIFESPAN,
};

/* An end of a connection. */
struct cadre__endpoint {
    /* "127.0.0.1", "::1", the path of a UNIX socket; empty: unknown; of a client, absent: to be
     * asked of the channel (cadre__channel_client_address) */
    struct cadre_str address;
    uint16_t port; /* 0 for a UNIX socket */
};

/* What is asked: all that is known before the body. Immutable for the application. */
struct cadre__scope {
    enum cadre__scope_type type;
    int http_version;        /* 10, 11 or 20 */
    struct cadre_str method; /* as sent; methods are case-sensitive (RFC 9110 §9.1). Of a websocket
                              that of its handshake: "GET" (RFC 6455), "CONNECT" (RFC 8441) */
    struct cadre_str scheme; /* "http", "https"; of a websocket "ws", "wss" */

    struct cadre_str path;      /* percent-decoded; begins with '/', or is "*" (OPTIONS only) */
    struct cadre_str raw_path;  /* as sent, without the query */
    struct cadre_str query;     /* as sent, without the '?'; empty when there is none */
    struct cadre_str root_path; /* what a proxy cut off in front of path; empty without one */

    const struct cadre__header *headers; /* in the order in which they came, duplicates kept */
    size_t n_headers;

    struct cadre__endpoint client;
    struct cadre__endpoint server;

    uint64_t number; /* of this request; unique in the process */
    const struct cadre__ids
        *ids;        /* how it is named (gateway/request_id.h); NULL: by its number alone */
    bool is_trusted; /* the peer is one of trusted_proxies */
};

enum cadre__event_type {
    /* received */
    /* body, more_body; with more_body unset also headers, n_headers: the trailers (RFC 9110 §6.5)
     * but for those that may not be there, which live as long as the scope */
    CADRE__EVENT_HTTP_REQUEST,
    CADRE__EVENT_HTTP_DISCONNECT, /* the client left or the response is complete; repeats */
    /* sent */
    /* status, headers, n_headers, more_trailers; with that set a field `trailer` announces their
     * names */
    CADRE__EVENT_HTTP_RESPONSE_START,
    CADRE__EVENT_HTTP_RESPONSE_BODY, /* body, more_body */
    /* status, headers, n_headers, body: a start and the whole body at once. The protocol says the
     * length, so no content-length is among the headers where there is a body on the wire. */
    CADRE__EVENT_HTTP_RESPONSE,
    /* file, more_body: a piece of the body that is in a file (http.response.zerocopysend) */
    CADRE__EVENT_HTTP_RESPONSE_FILE,
    /* headers, n_headers: after the body, where the start said more_trailers; ends the response */
    CADRE__EVENT_HTTP_RESPONSE_TRAILERS,
    /* status (102..199), headers, n_headers: before the start, as often as wanted (RFC 8297) */
    CADRE__EVENT_HTTP_RESPONSE_INTERIM,

    /* Of a scope of type websocket (gateway/websocket.h); of protocols the test client makes one.
     * Received: */
    CADRE__EVENT_WEBSOCKET_CONNECT,    /* the first */
    CADRE__EVENT_WEBSOCKET_RECEIVE,    /* body: a whole message, which ends in NUL; is_text */
    CADRE__EVENT_WEBSOCKET_DISCONNECT, /* status: the close code, 1005 where none was said, 1006
                                          where the connection broke; body: the reason; repeats */
    /* sent: */
    CADRE__EVENT_WEBSOCKET_ACCEPT, /* headers, n_headers; body: the subprotocol, or empty */
    CADRE__EVENT_WEBSOCKET_SEND,   /* body: a whole message; is_text */
    CADRE__EVENT_WEBSOCKET_CLOSE,  /* status: the close code; body: the reason. It does not wait for
                                      the peer. Before the accept: the answer is 403, with headers,
                                      n_headers */
    /* In place of the accept also a response, by the events above: the handshake is answered by
     * that (websocket.http.response) */
};

/* A part of a file: bytes [offset, offset + len). */
struct cadre__file_part {
    int fd; /* of a regular file, or what pread(2) reads alike; its own position stays as it is */
    uint64_t offset;
    uint64_t len;
};

/* One step of a request or of its response. Fields that its type does not name are zero. */
struct cadre__event {
    enum cadre__event_type type;
    bool more_body;                      /* further body events follow */
    bool more_trailers;                  /* an event of trailers follows the body */
    bool is_text;                        /* of a websocket message: UTF-8, not bytes */
    int status;                          /* 200..599, of an interim response 102..199 */
    struct cadre_str body;               /* may be empty */
    const struct cadre__header *headers; /* sent: borrowed until send returns */
    size_t n_headers;
    const struct cadre__file_part *file; /* it and its descriptor: borrowed until send returns */
    /* of a start: made of its status and headers, which are there all the same; NULL: nothing was.
     * Borrowed until send returns (gateway/prepared.h) */
    const struct cadre__prepared *prepared;
};

/* What a protocol does for a channel. */
struct cadre__channel_ops {
    /*
     * Receives the next event. Its body stays valid until the next receive or until the
     * application returns. An empty request body gives one event too. May suspend.
     * 0; -ECANCELED; -EMSGSIZE: the body is above max_body_size; -ETIMEDOUT: the body came too
     * slowly; -EBADMSG: its framing is broken; -EPIPE: the client left in the middle of it.
     */
    int (*receive)(struct cadre__channel *, struct cadre__event *ret);
    /*
     * Sends one event. The data is taken when it returns (sent or copied); of a file, sent to its
     * last byte but for some that are copied. May suspend while the client reads too slowly. 0;
     * -ECANCELED; -EPIPE: the client left (not worth a log line), or an earlier piece of the body
     * was not taken whole; -ETIMEDOUT: send_timeout; -EINVAL: the event does not fit here (logged);
     * -ENOMEM; of a file also -EIO: it is shorter than said, and what pread(2) says. After an
     * error the response can not be completed any more: it ends cut.
     */
    int (*send)(struct cadre__channel *, const struct cadre__event *);
    /* True once the client is known to have left. Never suspends; any thread. */
    bool (*is_disconnected)(const struct cadre__channel *);
    /* Has the coroutine that calls, the application's, cancelled once the client is known to have
     * left: at once where it has. Never suspends. NULL: this protocol's clients do not leave. */
    void (*cancel_on_disconnect)(struct cadre__channel *);
    /* The client's address, where the scope leaves it absent, since few ask for it: formatted at
     * the first call, ends in NUL, lives as long as the scope. Never suspends; the thread that runs
     * the handler. NULL: this protocol has all in its scopes. */
    struct cadre_str (*client_address)(struct cadre__channel *);
    /*
     * Lets go of the application, whose response is complete: what the client sends next is served
     * meanwhile, what it is counted and cancelled by ends. Scope, channel and arena stay as they
     * are until the application has returned, and what that returns is not looked at; receive gives
     * the disconnect, send -EPIPE. May suspend: what was sent goes first. 0; -ECANCELED; -EINVAL:
     * the response is not complete; -ENOMEM; after an error all is as before. NULL: this protocol
     * waits for its applications.
     */
    int (*detach)(struct cadre__channel *);
    /*
     * The same for an application that is likely to return at once: it is let go of where it has
     * not by the loop's next turn, of which `detaching` is told. That is borrowed until then, or
     * until it is taken back by NULL, which it is before the application returns. The response is
     * complete. Never suspends. NULL: as above.
     */
    void (*detach_soon)(struct cadre__channel *, struct cadre__detaching *detaching);
};

/* Told, once, when a protocol has let go of the application. Embedded in the teller's own struct.
 */
struct cadre__detaching {
    void (*fn)(struct cadre__detaching *); /* off its coroutine, which waits; may not suspend */
};

/* The way to and from one client for one request. Embedded in the protocol's own struct. */
struct cadre__channel {
    const struct cadre__channel_ops *ops;
    struct cadre__arena *arena; /* the request's memory; the application allocates from it freely */
    /* Noted by the application, for the protocol's log; NULL until known. They outlive the request.
     */
    const char *module; /* that serves it, as the conf names it */
    const char *route;  /* the pattern that matched */
};

/*
 * An application. Runs in a coroutine and may suspend. 0 or positive: the response is complete.
 * Negative errno: see the duties of a protocol above.
 */
typedef int (*cadre__app_fn)(void *app, const struct cadre__scope *scope,
                             struct cadre__channel *channel);

/* Receives the next event: ops->receive. May suspend. */
CADRE_MUST_CHECK static inline int cadre__channel_receive_event(struct cadre__channel *ch,
                                                                struct cadre__event *ret)
{
    return ch->ops->receive(ch, ret);
}

/* Sends one event: ops->send. May suspend. */
CADRE_MUST_CHECK static inline int cadre__channel_send_event(struct cadre__channel *ch,
                                                             const struct cadre__event *event)
{
    return ch->ops->send(ch, event);
}

/* The client's address: of the scope, or asked for; "" where it is unknown. Never suspends. */
struct cadre_str cadre__channel_client_address(struct cadre__channel *ch,
                                               const struct cadre__scope *scope);

/* Whether the client reads trailers: it says so by TE (RFC 9110 §10.1.4). Never suspends. */
bool cadre__scope_accepts_trailers(const struct cadre__scope *scope);

/* The event's name as in ASGI, "http.response.start"; "unknown" for no event. Never suspends. */
const char *cadre__event_name(enum cadre__event_type type);

/* The value of its host field; "" without one. Borrowed from the scope. */
struct cadre_str cadre__scope_host(const struct cadre__scope *scope);

/* The first header field of that lower-case name, or NULL. Borrowed from the scope. */
const struct cadre__header *cadre__scope_header(const struct cadre__scope *scope,
                                                struct cadre_str name);

#endif
