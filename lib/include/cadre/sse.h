/* SPDX-License-Identifier: MIT */
/*
 * <cadre/sse.h>: server-sent events (HTML Living Standard §9.2), for `new EventSource(url)`.
 *
 *     static int next_price(struct cadre_request *req, struct cadre_sse_event *ret, void *arg)
 *     {
 *         struct prices *prices = arg;
 *         int r = wait_for_price(prices, &prices->seen);    // suspends
 *
 *         if (r < 0)
 *             return r;
 *         snprintf(prices->id, sizeof(prices->id), "%llu", prices->seen);
 *         ret->id = prices->id;    // memory of the request would grow with the stream
 *         ret->data = prices->text;
 *         return 1;
 *     }
 *
 *     static int stream_prices(struct cadre_request *req)
 *     {
 *         struct prices prices = {.seen = number_of(cadre_sse_last_event_id(req))};
 *
 *         return cadre_sse(req, NULL, next_price, &prices);
 *     }
 *
 * The whole stream is one coroutine: a client that only waits costs no more than that. While
 * nothing comes a comment goes out every 15 seconds, so that proxies keep the connection and one
 * whose client has left is noticed. When the client leaves the handler is cancelled. When the
 * server drains (a reload, a stop) the stream ends in order: the browser comes back, says by
 * Last-Event-ID what it has seen, and is served by the new workers.
 */
#ifndef CADRE_SSE_H
#define CADRE_SSE_H

#include <cadre/macros.h>
#include <stdint.h>

CADRE_BEGIN_DECLS

struct cadre_model;
struct cadre_request;
struct json_t; /* jansson's, by <jansson.h> */

/* An event; what is left out is not sent. It may not be all empty. */
struct cadre_sse_event {
    const char *event CADRE_OPTIONAL;         /* its type, one line; "message" for a browser */
    const char *data CADRE_OPTIONAL;          /* lines, ended by any of \n, \r\n, \r */
    const struct json_t *json CADRE_OPTIONAL; /* in place of data: as compact JSON */
    const char *id CADRE_OPTIONAL;            /* one line: what Last-Event-ID will say */
    const char *comment CADRE_OPTIONAL;       /* lines that no script sees */
    uint64_t retry_ms CADRE_OPTIONAL;         /* how long to wait before coming back */
    /* in place of data: a struct with a model (<cadre/model.h>), as JSON; both or none of them */
    const struct cadre_model *model CADRE_OPTIONAL;
    const void *value CADRE_OPTIONAL;
};

/* How a stream is kept. What is left out is as said. */
struct cadre_sse_options {
    uint64_t ping_ms CADRE_OPTIONAL;  /* 15,000; CADRE_SSE_NO_PING: none */
    uint64_t retry_ms CADRE_OPTIONAL; /* told at the beginning; 0: as the browser thinks */
};

#define CADRE_SSE_NO_PING UINT64_MAX

/*
 * Makes the next event. May suspend, and is cancelled there when it is time for a ping: what it
 * waits in returns -ECANCELED, which it hands on, and it is called again. So it must lose nothing
 * by that; the calls of <cadre/queue.h> and <cadre/sync.h> do not. 1: there is one, whose strings
 * live until the next call; 0: the stream ends; a negative errno: it is cut.
 */
typedef int (*cadre_sse_next_fn)(struct cadre_request *req, struct cadre_sse_event *ret, void *arg);

/*
 * Answers a request by a stream of events: 200, text/event-stream; HEAD by the same fields, without
 * a call of `next`. Header fields may be set before. May suspend, for as long as the stream lasts.
 * To be returned by the handler, which must be async. 0: the stream has ended, or the server
 * drains; -ECANCELED, -EPIPE: the client has left; -EINVAL: an event that holds what it may not,
 * which is logged; what `next` returned; -EDEADLK: a sync handler; the errors of cadre_start.
 */
CADRE_API CADRE_MUST_CHECK int cadre_sse(struct cadre_request *req,
                                         const struct cadre_sse_options *options,
                                         cadre_sse_next_fn next, void *arg);

/* The id of the last event that the client has seen, or NULL: it comes for the first time. Never
 * suspends. */
CADRE_API const char *cadre_sse_last_event_id(const struct cadre_request *req);

CADRE_END_DECLS

#endif
