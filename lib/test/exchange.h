/* SPDX-License-Identifier: MIT */
/*
 * One request through the gateway, with no wire: a protocol in memory. It does what
 * gateway/gateway.h asks of a protocol, by the rules of HTTP/1.1 where they show, so that an
 * application can not tell it from a worker's.
 *
 * The application runs in a coroutine of its own; the client's waits for `changed`. All on the
 * loop's thread.
 */
#ifndef CADRE_LIB_TEST_EXCHANGE_H
#define CADRE_LIB_TEST_EXCHANGE_H

#include "async/loop.h"
#include "base/arena.h"
#include "base/list.h"
#include "gateway/gateway.h"
#include "gateway/response.h"
#include "test/response.h"
#include "test/url.h"
#include <cadre/sync.h>

struct cadre__app;
struct cadre__coroutine;
struct cadre__loop;
struct cadre__test_socket;

struct cadre__test_exchange {
    struct cadre__channel channel;
    struct cadre__list link; /* in the client's */
    struct cadre__arena arena;
    struct cadre__scope scope;
    struct cadre__app *app;
    struct cadre__coroutine *co; /* that runs the application; NULL: it has ended */
    struct cadre__loop *loop;    /* that it runs on; NULL: not started */
    struct cadre_event changed;  /* set by whatever happens on either side */
    uint64_t timeout_ns;         /* of a call that waits for it (test/wait.h) */
    size_t window;               /* bytes of the response that are sent ahead of the reader */
    size_t max_body;             /* bytes of the response */

    /* the request's body */
    const struct cadre_test_request *request; /* borrowed; its head is in the scope */
    struct cadre_str unsent;                  /* of the body, or of what a stream writes */
    bool is_written;                          /* by cadre_test_stream_write */
    bool is_ended;                            /* nothing follows `unsent` */
    bool end_given;                           /* the last piece was received */
    bool wants;                               /* the application waits for more */
    char *piece;                              /* of read_body; arena */
    struct cadre__test_fields trailers;       /* arena */

    /* the response */
    struct cadre__response check;
    struct cadre_test_response *res;
    size_t n_read; /* of its body, by the stream's reader */
    bool is_read;  /* somebody reads: `window` holds */

    struct cadre__test_socket *socket; /* heap; of a WebSocket (test/socket.h); NULL: it is none */

    bool has_left;             /* the client */
    bool cancel_on_disconnect; /* the application wants to be cancelled then */
    bool done;                 /* the application has returned, or lets the client go on */
    bool is_detached;          /* the latter: nothing of the client's is touched any more */
    struct cadre__detaching *detaching; /* the application lets go by `job`; NULL: it does not */
    struct cadre__job job;              /* posted while that is so */
    bool is_freed; /* and the client has done with it: it goes with the application */
};

/* What a request is beside its struct. */
struct cadre__test_asked {
    const struct cadre__test_url *url;
    const char *method;
    const char *cookies; /* a Cookie field's value; NULL: none */
    const char *root_path;
    const char *client_address;
    uint64_t number;
    bool without_body;             /* after a redirect that drops it */
    bool other_host;               /* after a redirect to another one: without credentials */
    bool is_websocket;             /* a handshake */
    size_t max_message, max_queue; /* of a WebSocket; 0: the default */
};

/*
 * Makes one. `request` is borrowed until the body was sent, `res` (taken by nobody) until it is
 * freed. 0; -EINVAL: `res` says what is wrong with the request; -ENOMEM.
 */
CADRE_MUST_CHECK int cadre__test_exchange_new(const struct cadre_test_request *request,
                                              const struct cadre__test_asked *asked,
                                              struct cadre_test_response *res,
                                              struct cadre__test_exchange **ret);

/* test/scope.c: makes ex->scope, and ex->trailers, of a request. Errors as of
 * cadre__test_exchange_new. */
CADRE_MUST_CHECK int cadre__test_exchange_make_scope(struct cadre__test_exchange *ex,
                                                     const struct cadre_test_request *request,
                                                     const struct cadre__test_asked *asked);

/* It must be done, or not started. An application that still runs, behind its response, keeps its
 * part of it. */
void cadre__test_exchange_free(struct cadre__test_exchange *ex);

/* Starts the application on it. 0; errors of cadre__coroutine_start. */
CADRE_MUST_CHECK int cadre__test_exchange_start(struct cadre__test_exchange *ex,
                                                struct cadre__loop *loop, struct cadre__app *app);

/* Waits until something has happened. May suspend. 0; -ECANCELED. */
CADRE_MUST_CHECK int cadre__test_exchange_wait(struct cadre__test_exchange *ex);

/* Something has happened: both sides look again. */
void cadre__test_exchange_note(struct cadre__test_exchange *ex);

/* The client leaves. */
void cadre__test_exchange_leave(struct cadre__test_exchange *ex);

/* --- for test/socket.c --- */

/* Takes an event of a response that was checked (ex->check). May suspend. Errors as of a channel.
 */
CADRE_MUST_CHECK int cadre__test_exchange_take(struct cadre__test_exchange *ex,
                                               const struct cadre__event *event);

/* Two of the channel's functions. */
bool cadre__test_exchange_is_disconnected(const struct cadre__channel *channel);
void cadre__test_exchange_cancel_on_disconnect(struct cadre__channel *channel);

#endif
