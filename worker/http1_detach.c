/* SPDX-License-Identifier: MIT */
/*
 * A connection that goes on without its request: see the contract of `detach` in
 * gateway/gateway.h, and worker/http1.h.
 *
 * The request's strings lie in the blocks that were read, its headers in the struct: all of that
 * stays where it is, and the connection moves. Little goes with it: mostly nothing is unread, and
 * what waits to be sent is a block that changes hands.
 */
#include "worker/http1.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "async/coroutine.h"
#include "base/clock.h"
#include "worker/server.h"

/* Bytes that no request has taken yet are copied: those of the next requests, or the rest of a body
 * that nobody has read. A struct that was used before may have a block for them. */
static int move_unread(struct http1 *from, struct http1 *to)
{
    size_t len = buffer_len(&from->in);
    int r;

    if (len == 0)
        return 0;
    r = buffer_reserve(&to->in, &from->server->buffers, len + HTTP1_PARSER_PAD);
    if (r < 0)
        return r;
    memcpy(to->in.data, from->in.data + from->in.start, len);
    to->in.end = (uint32_t)len;
    http1_pad(to);
    return 0;
}

static void move_output(struct http1 *from, struct http1 *to)
{
    assert(from->lent.len == 0 && !from->file); /* its senders have returned */
    if (from->write_waits)
        cadre__io_stop(&from->write_io);
    from->write_waits = false;
    buffer_release(&to->out, &from->server->buffers);
    to->out = from->out;
    from->out = (struct buffer){0};
    to->sent = from->sent;
    to->send_pace = from->send_pace;
    to->send_deadline_ns = from->send_deadline_ns;
}

/* How the connection stands, and what decides on what follows the response. */
static void move_state(struct http1 *from, struct http1 *to)
{
    to->state = HTTP1_HANDLING;
    to->eof = from->eof;
    to->gone = from->gone;
    to->linger = from->linger;
    atomic_store_explicit(&to->left, http1_has_left(from), memory_order_relaxed);
    to->body = from->body;
    to->response = from->response;
    to->keep = from->keep;
    to->is_head = from->is_head;
    to->head_sent = from->head_sent;
    to->framing = from->framing;
}

/* What the channel says from now on: the client has gone. */
static void leave_behind(struct http1 *h)
{
    (void)connection_peer_format(&h->conn->peer, h->peer);
    if (h->posted)
        cadre__loop_unpost(h->server->loop, &h->job);
    h->posted = false;
    h->conn = NULL;
    h->deadline_ns = h->wait_deadline_ns = h->send_deadline_ns = CADRE__NEVER;
    h->eof = h->gone = h->end_given = true;
    h->body.error = 0;
    atomic_store_explicit(&h->left, true, memory_order_relaxed);
}

int http1_detach(struct http1 *h)
{
    struct connection *c = h->conn;
    uint8_t state = c->state; /* it may be closed */
    struct http1 *next;
    int r;

    assert(!h->running && h->state == HTTP1_HANDLING);
    next = http1_new(c);
    if (!next)
        return -ENOMEM;
    c->state = state;
    http1_drop_held(h);
    r = move_unread(h, next);
    if (r < 0) {
        next->conn = NULL;
        http1_free_detached(next);
        c->busy = h;
        return r;
    }
    if (h->server->access_log)
        http1_log_end(h);
    server_request_ended(h->server, h->began_ns, (unsigned)h->response.status);
    move_state(h, next);
    move_output(h, next);
    leave_behind(h);
    h->server->n_detached++;
    http1_go_on(next);
    http1_kick(next);
    return 0;
}

void http1_detach_soon(struct http1 *h, struct cadre__detaching *detaching)
{
    if (!h->conn)
        return;
    h->detaching = detaching;
    if (detaching) {
        h->cancel_when_left = false;
        if (!h->posted)
            cadre__loop_post(h->server->loop, &h->job);
        h->posted = true;
    } else if (h->running && h->posted) {
        /* Within http1_run() no other has posted it. */
        cadre__loop_unpost(h->server->loop, &h->job);
        h->posted = false;
    }
}

bool http1_detach_now(struct http1 *h)
{
    struct cadre__detaching *detaching = h->detaching;

    if (h->finished || http1_detach(h) < 0)
        return false;
    h->detaching = NULL;
    detaching->fn(detaching);
    return true;
}

void http1_end_detached(struct http1 *h)
{
    struct server *server = h->server;

    cadre__coroutine_unwind();
    http1_free_detached(h);
    server->n_detached--;
    if (server->on_connection_closed)
        server->on_connection_closed(server->arg);
}
