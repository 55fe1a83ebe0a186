/* SPDX-License-Identifier: MIT */
/* WebSockets of the test client: see <cadre/test.h>. The protocol is in test/socket.c. */
#include "config.h"

#include <cadre/error.h>
#include <cadre/websocket.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "async/coroutine.h"
#include "test/check.h"
#include "test/client.h"
#include "test/socket.h"
#include "test/wait.h"

struct cadre_test_websocket {
    struct cadre_test_client *client;
    struct cadre__test_exchange *ex; /* NULL: it could not begin */
    struct cadre_test_response *res;
    struct cadre__arena arena;
    struct cadre__test_url url;
    struct cadre_test_request request; /* borrowed until it was answered */

    /* of the call at hand */
    const struct cadre_websocket_message *message;
    const struct cadre__test_message *received;
};

/* --- opening --- */

/* "ws://" is "http://" to what takes URLs apart. */
static const char *as_http(struct cadre__arena *arena, const char *target)
{
    if (strncasecmp(target, "ws://", 5) != 0 && strncasecmp(target, "wss://", 6) != 0)
        return target;
    return cadre__arena_printf(arena, "http%s", target + 2);
}

static int wait_for_answer(void *arg)
{
    struct cadre_test_websocket *ws = arg;
    uint64_t until_ns = cadre__test_wait_until(ws->ex);
    int r = 0;

    while (r == 0 && !ws->ex->done &&
           (ws->res->status == 0 || ws->ex->socket->order.phase == CADRE__WEBSOCKET_DENYING))
        r = cadre__test_wait(ws->ex, until_ns);
    return r;
}

static int begin(struct cadre_test_websocket *ws, const char *target)
{
    struct cadre_test_client *client = ws->client;
    struct cadre__test_asked asked = {
        .method = "GET",
        .url = &ws->url,
        .without_body = true,
        .is_websocket = true,
        .max_message = client->max_message,
        .max_queue = client->max_queue,
    };
    const char *url = as_http(&ws->arena, target);

    if (!url)
        abort();
    if (cadre__test_url_resolve(&ws->arena, &client->base, url, &ws->url) < 0) {
        cadre__test_response_fail(ws->res, "the target \"%s\" is no URL", target);
        return -EINVAL;
    }
    return cadre__test_client_begin(client, &ws->request, &asked, ws->res, &ws->ex);
}

struct cadre_test_websocket *cadre_test_websocket_open(struct cadre_test_client *client,
                                                       const struct cadre_test_request *request)
{
    struct cadre_test_websocket *ws = calloc(1, sizeof(*ws));
    const char *target = request->target ? request->target : "/";
    int r;

    if (!ws)
        abort();
    ws->client = client;
    ws->request = *request;
    cadre__arena_init(&ws->arena, 512);
    ws->res = cadre__test_client_response(client, "WebSocket", target);
    if (begin(ws, target) < 0)
        return ws;
    ws->ex->is_read = true;
    r = cadre__test_client_drive(client, wait_for_answer, ws);
    if (r < 0)
        cadre__test_response_fail(ws->res, "the handshake is not answered: %s",
                                  cadre__test_wait_text(r));
    if (ws->res->status > 0)
        cadre__test_client_keep_cookies(client, &ws->url, ws->res);
    return ws;
}

const struct cadre_test_response *cadre_test_websocket_response(
    const struct cadre_test_websocket *ws)
{
    return ws->res;
}

/* --- messages --- */

static int do_send(void *arg)
{
    struct cadre_test_websocket *ws = arg;
    const struct cadre_websocket_message *message = ws->message;
    uint64_t until_ns = cadre__test_wait_until(ws->ex);
    int r;

    while ((r = cadre__test_socket_push(ws->ex, message->is_text, message->data.ptr,
                                        message->data.len)) == -EAGAIN) {
        r = cadre__test_wait(ws->ex, until_ns);
        if (r < 0)
            return r;
    }
    return r;
}

int cadre_test_websocket_send(struct cadre_test_websocket *ws,
                              const struct cadre_websocket_message *message)
{
    if (!ws->ex)
        return -EPIPE;
    ws->message = message;
    return cadre__test_client_drive(ws->client, do_send, ws);
}

int cadre_test_websocket_send_text(struct cadre_test_websocket *ws, const char *text)
{
    const struct cadre_websocket_message message = {.is_text = true, .data = cadre_str_from(text)};

    return cadre_test_websocket_send(ws, &message);
}

int cadre_test_websocket_send_bytes(struct cadre_test_websocket *ws, const void *ptr, size_t len)
{
    const struct cadre_websocket_message message = {.data = {ptr, len}};

    return cadre_test_websocket_send(ws, &message);
}

/* Whether the application sends no more. */
static bool is_over(const struct cadre_test_websocket *ws)
{
    return ws->ex->done || ws->ex->has_left || ws->ex->socket->order.phase != CADRE__WEBSOCKET_OPEN;
}

static int do_receive(void *arg)
{
    struct cadre_test_websocket *ws = arg;
    uint64_t until_ns = cadre__test_wait_until(ws->ex);

    while (!(ws->received = cadre__test_socket_pop(ws->ex))) {
        int r;

        if (is_over(ws))
            return 0;
        r = cadre__test_wait(ws->ex, until_ns);
        if (r < 0)
            return r;
    }
    return 1;
}

int cadre_test_websocket_receive(struct cadre_test_websocket *ws,
                                 struct cadre_websocket_message *ret)
{
    int r = ws->ex ? cadre__test_client_drive(ws->client, do_receive, ws) : 0;

    if (r > 0)
        *ret = (struct cadre_websocket_message){
            .is_text = ws->received->is_text,
            .data = {ws->received->data, ws->received->len},
        };
    return r;
}

/* --- the end --- */

void cadre_test_websocket_close(struct cadre_test_websocket *ws, int code, const char *reason)
{
    if (ws->ex && !ws->ex->has_left &&
        cadre__test_socket_close(ws->ex, code, reason ? reason : "") < 0)
        abort();
}

void cadre_test_websocket_leave(struct cadre_test_websocket *ws)
{
    cadre_test_websocket_close(ws, CADRE_WS_ABNORMAL, NULL);
}

int cadre_test_websocket_close_code(const struct cadre_test_websocket *ws)
{
    return ws->ex ? ws->ex->socket->by_app.code : 0;
}

const char *cadre_test_websocket_close_reason(const struct cadre_test_websocket *ws)
{
    return ws->ex && ws->ex->socket->by_app.reason ? ws->ex->socket->by_app.reason : "";
}

static int do_end(void *arg)
{
    struct cadre_test_websocket *ws = arg;

    ws->ex->is_read = false;
    if (cadre__test_socket_is_open(ws->ex))
        cadre_test_websocket_close(ws, CADRE_WS_NORMAL, NULL);
    cadre__test_exchange_note(ws->ex);
    (void)cadre__test_wait_end(ws->ex); /* what it says is in the response */
    return 0;
}

const struct cadre_test_response *cadre_test_websocket_end(struct cadre_test_websocket *ws)
{
    struct cadre_test_response *res = ws->res;

    if (ws->ex) {
        int r = cadre__test_client_drive(ws->client, do_end, ws);

        if (r < 0)
            cadre__test_response_fail(res, "%s", cadre_strerror(r));
        if (ws->ex->done)
            cadre__test_exchange_free(ws->ex);
    }
    cadre__arena_done(&ws->arena);
    free(ws);
    res->is_done = true;
    return res;
}

/* --- assertions --- */

/* What came in place of a message, for people. */
static const char *absence_of(const struct cadre_test_websocket *ws, int r, char *buf, size_t size)
{
    if (r < 0)
        snprintf(buf, size, "nothing: %s", cadre__test_wait_text(r));
    else if (cadre_test_websocket_close_code(ws) != 0)
        snprintf(buf, size, "it was closed by %d \"%s\"", cadre_test_websocket_close_code(ws),
                 cadre_test_websocket_close_reason(ws));
    else
        snprintf(buf, size, "it is not open");
    return buf;
}

const char *cadre_test_check_text(struct cadre_test_websocket *ws, const char *text)
{
    struct cadre_websocket_message message;
    char buf[300];
    int r = cadre_test_websocket_receive(ws, &message);

    if (r <= 0)
        return cadre__test_differ(ws->res, text, absence_of(ws, r, buf, sizeof(buf)),
                                  "the next message");
    if (message.is_text && cadre_str_eq(message.data, cadre_str_from(text)))
        return NULL;
    return cadre__test_differ(ws->res, text, message.data.ptr, "the next message%s",
                              message.is_text ? "" : ", which is bytes");
}

const char *cadre_test_check_message_json(struct cadre_test_websocket *ws, const char *json)
{
    struct cadre_websocket_message message;
    char buf[300];
    int r = cadre_test_websocket_receive(ws, &message);

    if (r <= 0)
        return cadre__test_differ(ws->res, json, absence_of(ws, r, buf, sizeof(buf)),
                                  "the next message");
    return cadre__test_differ_json(ws->res, json, message.data);
}

const char *cadre_test_check_closed(struct cadre_test_websocket *ws, int code)
{
    struct cadre_websocket_message message;
    char expected[100], buf[300];
    int r = cadre_test_websocket_receive(ws, &message);

    snprintf(expected, sizeof(expected), "it is closed by %d", code);
    if (r > 0)
        return cadre__test_differ(ws->res, expected, message.data.ptr, "the close");
    if (r == 0 && cadre_test_websocket_close_code(ws) == code)
        return NULL;
    return cadre__test_differ(ws->res, expected, absence_of(ws, r, buf, sizeof(buf)), "the close");
}
