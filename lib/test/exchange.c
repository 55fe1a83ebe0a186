/* SPDX-License-Identifier: MIT */
/* A protocol in memory: test/exchange.h. What it refuses it says in the response's failure. */
#include "config.h"

#include "test/exchange.h"

#include <cadre/error.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "async/coroutine.h"
#include "base/log.h"
#include "gateway/status.h"
#include "test/socket.h"
#include "web/app.h"

#define PIECE_BYTES (16 * 1024) /* of read_body */
#define FILE_BYTES  (64 * 1024) /* read from a file at a time */

static struct cadre__test_exchange *exchange_of(struct cadre__channel *channel)
{
    return CADRE__CONTAINER_OF(channel, struct cadre__test_exchange, channel);
}

void cadre__test_exchange_note(struct cadre__test_exchange *ex)
{
    cadre_event_set(&ex->changed);
}

int cadre__test_exchange_wait(struct cadre__test_exchange *ex)
{
    cadre_event_clear(&ex->changed);
    return cadre_event_wait(&ex->changed);
}

void cadre__test_exchange_leave(struct cadre__test_exchange *ex)
{
    ex->has_left = true;
    if (ex->cancel_on_disconnect && ex->co)
        cadre__coroutine_cancel(ex->co);
    cadre__test_exchange_note(ex);
}

/* --- receive --- */

static bool has_content(const struct cadre__test_exchange *ex)
{
    return ex->request && ex->request->read_body && !ex->is_ended;
}

/* Has read_body make the next piece. */
static int read_more(struct cadre__test_exchange *ex)
{
    size_t size = ex->request->piece_bytes > 0 ? ex->request->piece_bytes : PIECE_BYTES;
    ssize_t n;

    if (!ex->piece)
        ex->piece = cadre__arena_alloc(&ex->arena, size);
    if (!ex->piece)
        return -ENOMEM;
    n = ex->request->read_body(ex->request->arg, ex->piece, size);
    if (n < 0) {
        cadre__test_exchange_leave(ex);
        return -EPIPE;
    }
    ex->unsent = (struct cadre_str){ex->piece, (size_t)n};
    ex->is_ended = n == 0;
    return 0;
}

static void give_piece(struct cadre__test_exchange *ex, struct cadre__event *ret)
{
    size_t len = ex->unsent.len;

    if (ex->request && ex->request->piece_bytes > 0 && len > ex->request->piece_bytes)
        len = ex->request->piece_bytes;
    *ret = (struct cadre__event){.type = CADRE__EVENT_HTTP_REQUEST,
                                 .body = {len > 0 ? ex->unsent.ptr : "", len}};
    ex->unsent.ptr += len;
    ex->unsent.len -= len;
    ex->end_given = ex->is_ended && ex->unsent.len == 0;
    ret->more_body = !ex->end_given;
    if (ex->end_given) {
        ret->headers = ex->trailers.list;
        ret->n_headers = ex->trailers.n;
    }
    cadre__test_exchange_note(ex);
}

static int do_receive(struct cadre__test_exchange *ex, struct cadre__event *ret)
{
    int r;

    for (;;) {
        if (ex->is_detached || ex->end_given) {
            if (ex->is_detached || ex->has_left || ex->check.phase == CADRE__RESPONSE_COMPLETE) {
                *ret = (struct cadre__event){.type = CADRE__EVENT_HTTP_DISCONNECT};
                return 0;
            }
        } else if (ex->has_left) {
            return -EPIPE;
        } else if (ex->unsent.len > 0 || ex->is_ended) {
            give_piece(ex, ret);
            return 0;
        } else if (has_content(ex)) {
            r = read_more(ex);
            if (r < 0)
                return r;
            continue;
        }
        ex->wants = true;
        cadre__test_exchange_note(ex);
        r = cadre__test_exchange_wait(ex);
        ex->wants = false;
        if (r < 0)
            return r;
    }
}

static int receive(struct cadre__channel *channel, struct cadre__event *ret)
{
    return do_receive(exchange_of(channel), ret);
}

/* --- send --- */

static int refuse(struct cadre__test_exchange *ex, const struct cadre__event *event)
{
    cadre__log(CADRE_LOG_ERROR, "an event \"%s\" does not fit here: %s",
               cadre__event_name(event->type), ex->check.refusal);
    return -EINVAL;
}

static int take_interim(struct cadre__test_exchange *ex, const struct cadre__event *event)
{
    struct cadre_test_response *res = ex->res;
    struct cadre__test_interim *interim;
    int r;

    if (ex->scope.http_version < 11)
        return 0;
    interim = cadre__arena_calloc(&res->arena, sizeof(*interim));
    if (!interim)
        return -ENOMEM;
    r = cadre__test_fields_copy(&res->arena, event->headers, event->n_headers, &interim->fields);
    if (r < 0)
        return r;
    interim->status = event->status;
    *res->interims_end = interim;
    res->interims_end = &interim->next;
    return 0;
}

/* The start; the protocol says the length of a whole response. */
static int take_start(struct cadre__test_exchange *ex, const struct cadre__event *event)
{
    struct cadre_test_response *res = ex->res;
    bool says_length = event->type == CADRE__EVENT_HTTP_RESPONSE && !ex->check.has_length &&
                       event->status != 204 && event->status != 304;
    struct cadre__header *all =
        cadre__arena_alloc(&res->arena, (event->n_headers + 1) * sizeof(*all));
    size_t n = event->n_headers;
    char length[24];
    int r;

    if (!all)
        return -ENOMEM;
    if (n > 0)
        memcpy(all, event->headers, n * sizeof(*all));
    if (says_length) {
        snprintf(length, sizeof(length), "%zu", event->body.len);
        all[n++] = (struct cadre__header){CADRE_STR("content-length"), cadre_str_from(length)};
    }
    r = cadre__test_fields_copy(&res->arena, all, n, &res->header);
    if (r == 0)
        res->status = event->status;
    return r;
}

/* The client's window: waits while too much is unread. */
static int take_bytes(struct cadre__test_exchange *ex, const void *ptr, size_t len)
{
    if (cadre__response_is_bodiless(&ex->check) || len == 0)
        return 0;
    if (len > ex->max_body - ex->res->body.len) {
        cadre__test_response_fail(ex->res, "the body is longer than max_body_bytes, %zu",
                                  ex->max_body);
        cadre__test_exchange_leave(ex);
        return -EPIPE;
    }
    if (cadre__buf_append(&ex->res->body, ptr, len) < 0)
        return -ENOMEM;
    cadre__test_exchange_note(ex);
    while (ex->is_read && !ex->has_left && ex->res->body.len - ex->n_read > ex->window) {
        int r = cadre__test_exchange_wait(ex);

        if (r < 0)
            return r;
    }
    return ex->has_left ? -EPIPE : 0;
}

static int take_file(struct cadre__test_exchange *ex, const struct cadre__file_part *part)
{
    char *bytes = malloc(FILE_BYTES);
    uint64_t at = 0;
    int r = bytes ? 0 : -ENOMEM;

    while (r == 0 && at < part->len && !cadre__response_is_bodiless(&ex->check)) {
        size_t want = part->len - at < FILE_BYTES ? (size_t)(part->len - at) : FILE_BYTES;
        ssize_t n = pread(part->fd, bytes, want, (off_t)(part->offset + at));

        if (n <= 0)
            r = n < 0 ? -errno : -EIO;
        else
            r = take_bytes(ex, bytes, (size_t)n);
        at += n > 0 ? (size_t)n : 0;
    }
    free(bytes);
    return r;
}

static int take_trailers(struct cadre__test_exchange *ex, const struct cadre__event *event)
{
    if (!cadre__scope_accepts_trailers(&ex->scope) ||
        (ex->check.has_length && ex->scope.http_version < 20))
        return 0;
    return cadre__test_fields_copy(&ex->res->arena, event->headers, event->n_headers,
                                   &ex->res->trailers);
}

int cadre__test_exchange_take(struct cadre__test_exchange *ex, const struct cadre__event *event)
{
    int r = 0;

    switch (event->type) {
    case CADRE__EVENT_HTTP_RESPONSE_INTERIM:
        return take_interim(ex, event);
    case CADRE__EVENT_HTTP_RESPONSE_START:
        return take_start(ex, event);
    case CADRE__EVENT_HTTP_RESPONSE:
        r = take_start(ex, event);
        return r < 0 ? r : take_bytes(ex, event->body.ptr, event->body.len);
    case CADRE__EVENT_HTTP_RESPONSE_BODY:
        return take_bytes(ex, event->body.ptr, event->body.len);
    case CADRE__EVENT_HTTP_RESPONSE_FILE:
        return take_file(ex, event->file);
    case CADRE__EVENT_HTTP_RESPONSE_TRAILERS:
        return take_trailers(ex, event);
    default:
        return -EINVAL;
    }
}

static int send_event(struct cadre__channel *channel, const struct cadre__event *event)
{
    struct cadre__test_exchange *ex = exchange_of(channel);
    int r;

    if (ex->has_left || ex->is_detached)
        return -EPIPE;
    r = cadre__response_check(&ex->check, event);
    if (r == -EALREADY)
        return r;
    r = r < 0 ? refuse(ex, event) : cadre__test_exchange_take(ex, event);
    cadre__test_exchange_note(ex);
    return r;
}

bool cadre__test_exchange_is_disconnected(const struct cadre__channel *channel)
{
    const struct cadre__test_exchange *ex =
        CADRE__CONTAINER_OF(channel, const struct cadre__test_exchange, channel);

    return ex->has_left || ex->is_detached;
}

void cadre__test_exchange_cancel_on_disconnect(struct cadre__channel *channel)
{
    struct cadre__test_exchange *ex = exchange_of(channel);

    ex->cancel_on_disconnect = true;
    if (ex->has_left && ex->co)
        cadre__coroutine_cancel(ex->co);
}

/* --- the application --- */

/* What a protocol does with what the application has made of it. */
static void finish(struct cadre__test_exchange *ex, int result)
{
    struct cadre_test_response *res = ex->res;
    int status = result == -ECANCELED ? 503 : 500;

    if (ex->socket && cadre__test_socket_finish(ex, result))
        return;
    res->result = result < 0 ? result : 0;
    if (ex->check.phase == CADRE__RESPONSE_COMPLETE)
        return;
    if (result >= 0)
        res->result = -EPROTO;
    if (ex->check.phase != CADRE__RESPONSE_IDLE) {
        res->is_cut = true;
        cadre__test_response_fail(res, "the response was cut off: %s", cadre_strerror(res->result));
    } else if (ex->has_left) {
        cadre__test_response_fail(res, "the client has left before there was a response");
    } else {
        res->status = status;
        cadre__buf_puts(&res->body, cadre__status_reason(status));
    }
}

static void let_go(struct cadre__test_exchange *ex)
{
    finish(ex, 0);
    ex->is_detached = true;
    ex->done = true;
    cadre__test_exchange_note(ex);
}

static int detach(struct cadre__channel *channel)
{
    struct cadre__test_exchange *ex = exchange_of(channel);
    int r;

    if (ex->check.phase != CADRE__RESPONSE_COMPLETE)
        return -EINVAL;
    ex->cancel_on_disconnect = false;
    r = cadre__coroutine_yield("detach");
    if (r == 0 && !ex->is_detached)
        let_go(ex);
    return r;
}

static void on_job(struct cadre__job *job)
{
    struct cadre__test_exchange *ex = CADRE__CONTAINER_OF(job, struct cadre__test_exchange, job);
    struct cadre__detaching *detaching = ex->detaching;

    ex->detaching = NULL;
    let_go(ex);
    detaching->fn(detaching);
}

static void detach_soon(struct cadre__channel *channel, struct cadre__detaching *detaching)
{
    struct cadre__test_exchange *ex = exchange_of(channel);

    if (ex->is_detached)
        return;
    if (detaching) {
        ex->cancel_on_disconnect = false;
        ex->job.fn = on_job;
        cadre__loop_post(ex->loop, &ex->job);
    } else if (ex->detaching) {
        cadre__loop_unpost(ex->loop, &ex->job);
    }
    ex->detaching = detaching;
}

static const struct cadre__channel_ops exchange_ops = {
    .receive = receive,
    .send = send_event,
    .is_disconnected = cadre__test_exchange_is_disconnected,
    .cancel_on_disconnect = cadre__test_exchange_cancel_on_disconnect,
    .detach = detach,
    .detach_soon = detach_soon,
};

static void run(void *arg)
{
    struct cadre__test_exchange *ex = arg;

    int r = cadre__app_call(ex->app, &ex->scope, &ex->channel);
    cadre__coroutine_unwind();
    if (!ex->is_detached)
        finish(ex, r);
    cadre__arena_done(&ex->arena); /* what was deferred runs */
    ex->co = NULL;
    if (ex->is_freed) {
        free(ex);
        return;
    }
    ex->done = true;
    cadre__test_exchange_note(ex);
}

int cadre__test_exchange_start(struct cadre__test_exchange *ex, struct cadre__loop *loop,
                               struct cadre__app *app)
{
    ex->app = app;
    ex->loop = loop;
    return cadre__coroutine_start_soon(loop, run, ex, "request", &ex->co);
}

int cadre__test_exchange_new(const struct cadre_test_request *request,
                             const struct cadre__test_asked *asked, struct cadre_test_response *res,
                             struct cadre__test_exchange **ret)
{
    struct cadre__test_exchange *ex = calloc(1, sizeof(*ex));
    int r;

    if (!ex)
        return -ENOMEM;
    ex->channel.ops = &exchange_ops;
    ex->channel.arena = &ex->arena;
    cadre__list_init(&ex->link);
    cadre__arena_init(&ex->arena, 4096);
    cadre_event_init(&ex->changed);
    ex->request = request;
    ex->res = res;
    ex->is_ended = asked->without_body || !request->read_body;
    if (!asked->without_body && request->text)
        ex->unsent = cadre_str_from(request->text);
    else if (!asked->without_body && request->body)
        ex->unsent = (struct cadre_str){request->body, request->body_len};
    r = cadre__test_exchange_make_scope(ex, request, asked);
    if (r == 0 && asked->is_websocket)
        r = cadre__test_socket_new(ex, asked->max_message, asked->max_queue);
    if (r < 0) {
        cadre__test_exchange_free(ex);
        return r;
    }
    cadre__response_init(&ex->check, ex->scope.method);
    *ret = ex;
    return 0;
}

void cadre__test_exchange_free(struct cadre__test_exchange *ex)
{
    if (!ex)
        return;
    cadre__list_remove(&ex->link);
    cadre__test_socket_free(ex->socket);
    ex->socket = NULL;
    if (ex->is_detached && ex->co) {
        ex->is_freed = true;
        return;
    }
    cadre__arena_done(&ex->arena);
    free(ex);
}
