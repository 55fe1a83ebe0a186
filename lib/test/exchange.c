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

static int detach(struct cadre__channel *channel)
{
    struct cadre__test_exchange *ex = exchange_of(channel);
    int r;

    if (ex->check.phase != CADRE__RESPONSE_COMPLETE)
        return -EINVAL;
    ex->cancel_on_disconnect = false;
    r = cadre__coroutine_yield("detach");
    if (r < 0 || ex->is_detached)
        return r;
    finish(ex, 0);
    ex->is_detached = true;
    ex->done = true;
    cadre__test_exchange_note(ex);
    return 0;
}

static const struct cadre__channel_ops exchange_ops = {
    .receive = receive,
    .send = send_event,
    .is_disconnected = cadre__test_exchange_is_disconnected,
    .cancel_on_disconnect = cadre__test_exchange_cancel_on_disconnect,
    .detach = detach,
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
    return cadre__coroutine_start_soon(loop, run, ex, "request", &ex->co);
}

/* --- from a struct cadre_test_request to a scope --- */

static int push(struct cadre__test_exchange *ex, size_t *size, const char *name, size_t name_len,
                const char *value)
{
    struct cadre__scope *scope = &ex->scope;
    struct cadre__header *list = (struct cadre__header *)(uintptr_t)scope->headers;
    char *lower = cadre__arena_strndup(&ex->arena, name, name_len);
    size_t len;

    value += strspn(value, " \t");
    len = strlen(value);
    while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
        len--;
    if (scope->n_headers == *size) {
        *size = *size * 2 + 8;
        list = cadre__arena_alloc(&ex->arena, *size * sizeof(*list));
        if (!list)
            return -ENOMEM;
        if (scope->n_headers > 0)
            memcpy(list, scope->headers, scope->n_headers * sizeof(*list));
        scope->headers = list;
    }
    value = cadre__arena_strndup(&ex->arena, value, len);
    if (!lower || !value)
        return -ENOMEM;
    for (char *c = lower; *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c + 'a' - 'A');
    }
    list[scope->n_headers++] = (struct cadre__header){{lower, name_len}, {value, len}};
    return 0;
}

/* Adds "name: value" lines. */
static int push_lines(struct cadre__test_exchange *ex, size_t *size, const char *const *lines,
                      bool without_credentials)
{
    int r = 0;

    for (size_t i = 0; r == 0 && lines && lines[i]; i++) {
        const char *colon = strchr(lines[i], ':');
        struct cadre_str name = {lines[i], colon ? (size_t)(colon - lines[i]) : 0};

        if (!colon || name.len == 0) {
            cadre__test_response_fail(ex->res, "the header \"%s\" is not \"name: value\"",
                                      lines[i]);
            return -EINVAL;
        }
        if (without_credentials && (cadre_str_eq_nocase(name, CADRE_STR("authorization")) ||
                                    cadre_str_eq_nocase(name, CADRE_STR("cookie"))))
            continue;
        r = push(ex, size, name.ptr, name.len, colon + 1);
    }
    return r;
}

static int push_missing(struct cadre__test_exchange *ex, size_t *size, const char *name,
                        const char *value)
{
    struct cadre_str wanted = cadre_str_from(name);

    if (!value || cadre__scope_header(&ex->scope, wanted))
        return 0;
    return push(ex, size, name, wanted.len, value);
}

/* Of a handshake (RFC 6455 §4.1), by the key of its example. */
static int push_handshake(struct cadre__test_exchange *ex, const struct cadre_test_request *request,
                          size_t *size)
{
    struct cadre__buf offered;
    int r;

    cadre__buf_init(&offered);
    for (const char *const *name = request->subprotocols; name && *name; name++)
        cadre__buf_printf(&offered, "%s%s", offered.len > 0 ? ", " : "", *name);
    r = offered.error;
    if (r == 0)
        r = push_missing(ex, size, "connection", "Upgrade");
    if (r == 0)
        r = push_missing(ex, size, "upgrade", "websocket");
    if (r == 0)
        r = push_missing(ex, size, "sec-websocket-version", "13");
    if (r == 0)
        r = push_missing(ex, size, "sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    if (r == 0 && offered.len > 0)
        r = push_missing(ex, size, "sec-websocket-protocol", cadre__buf_text(&offered));
    cadre__buf_done(&offered);
    return r;
}

static int make_headers(struct cadre__test_exchange *ex, const struct cadre_test_request *request,
                        const struct cadre__test_asked *asked)
{
    const char *authority = cadre__test_url_authority(&ex->arena, asked->url);
    bool has_body = !asked->without_body && (request->body || request->text);
    char length[24] = "";
    size_t size = 0;
    int r;

    if (!authority)
        return -ENOMEM;
    if (has_body)
        snprintf(length, sizeof(length), "%zu",
                 request->text ? strlen(request->text) : request->body_len);
    r = push_lines(ex, &size, request->headers, asked->other_host);
    if (r == 0)
        r = push_missing(ex, &size, "host", authority);
    if (r == 0)
        r = push_missing(ex, &size, "user-agent", "testclient");
    if (r == 0)
        r = push_missing(ex, &size, "accept", "*/*");
    if (r == 0)
        r = push_missing(ex, &size, "cookie", asked->cookies);
    if (r == 0 && !asked->without_body)
        r = push_missing(ex, &size, "content-type", request->type);
    if (r == 0 && has_body)
        r = push_missing(ex, &size, "content-length", length);
    if (r == 0 && asked->is_websocket)
        r = push_handshake(ex, request, &size);
    return r;
}

/* Trailers are made like headers, in their place, and set aside. */
static int make_trailers(struct cadre__test_exchange *ex, const struct cadre_test_request *request)
{
    size_t size = 0;
    int r;

    if (!request->trailers)
        return 0;
    r = push_lines(ex, &size, request->trailers, false);
    ex->trailers.list = (struct cadre__header *)(uintptr_t)ex->scope.headers;
    ex->trailers.n = ex->scope.n_headers;
    ex->scope.headers = NULL;
    ex->scope.n_headers = 0;
    return r;
}

static int copy(struct cadre__test_exchange *ex, const char *text, struct cadre_str *ret)
{
    size_t len = strlen(text);

    *ret = (struct cadre_str){cadre__arena_strndup(&ex->arena, text, len), len};
    return ret->ptr ? 0 : -ENOMEM;
}

static const char *scheme_of(const struct cadre__test_asked *asked)
{
    if (!asked->is_websocket)
        return asked->url->scheme.ptr;
    return cadre_str_eq(asked->url->scheme, CADRE_STR("https")) ? "wss" : "ws";
}

static int make_scope(struct cadre__test_exchange *ex, const struct cadre_test_request *request,
                      const struct cadre__test_asked *asked)
{
    const struct cadre__test_url *url = asked->url;
    struct cadre__scope *scope = &ex->scope;
    int r;

    *scope = (struct cadre__scope){
        .type = asked->is_websocket ? CADRE__SCOPE_WEBSOCKET : CADRE__SCOPE_HTTP,
        .http_version = request->http_version > 0 ? request->http_version : 11,
        .client.port = 50000,
        .server.port = url->port,
        .number = asked->number,
    };
    r = copy(ex, asked->method, &scope->method);
    if (r == 0)
        r = copy(ex, scheme_of(asked), &scope->scheme);
    if (r == 0)
        r = copy(ex, url->path.ptr, &scope->raw_path);
    if (r == 0)
        r = copy(ex, url->query.ptr, &scope->query);
    if (r == 0)
        r = copy(ex, asked->root_path, &scope->root_path);
    if (r == 0)
        r = copy(ex, asked->client_address, &scope->client.address);
    if (r == 0)
        r = copy(ex, url->host.ptr, &scope->server.address);
    if (r == 0)
        r = cadre__test_url_decode(&ex->arena, scope->raw_path, &scope->path);
    if (r == -EINVAL)
        cadre__test_response_fail(ex->res, "the path \"%s\" is not one: a server answers 400",
                                  url->path.ptr);
    if (r == 0)
        r = make_trailers(ex, request);
    return r < 0 ? r : make_headers(ex, request, asked);
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
    r = make_scope(ex, request, asked);
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
