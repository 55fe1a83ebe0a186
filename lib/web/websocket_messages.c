/* SPDX-License-Identifier: MIT */
/* Kinds of messages of a WebSocket (<cadre/websocket.h>), in terms of web/websocket.c. */
#include "config.h"

#include "web/websocket.h"

#include "gateway/websocket.h"
#include "web/json.h"
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

/* --- receiving --- */

/* The message is not what the handler takes. */
static int refuse(struct cadre_request *req, const char *why)
{
    return cadre__websocket_note(req, -EBADMSG, CADRE_WS_UNSUPPORTED_DATA, why);
}

int cadre_websocket_receive_text(struct cadre_request *req, struct cadre_str *ret)
{
    struct cadre_websocket_message message;
    int r = cadre_websocket_receive(req, &message);

    if (r > 0 && !message.is_text)
        return refuse(req, "a text is wanted, not bytes");
    if (r > 0)
        *ret = message.data;
    return r;
}

int cadre_websocket_receive_bytes(struct cadre_request *req, struct cadre_str *ret)
{
    struct cadre_websocket_message message;
    int r = cadre_websocket_receive(req, &message);

    if (r > 0 && message.is_text)
        return refuse(req, "bytes are wanted, not a text");
    if (r > 0)
        *ret = message.data;
    return r;
}

int cadre_websocket_receive_json(struct cadre_request *req, struct json_t **ret)
{
    struct cadre_websocket_message message;
    json_error_t error;
    json_t *json;
    int r = cadre_websocket_receive(req, &message);

    if (r <= 0)
        return r;
    json = cadre__json_load(message.data, &error);
    if (json == NULL)
        return json_error_code(&error) == json_error_out_of_memory
                   ? -ENOMEM
                   : refuse(req, "a message is not JSON");
    cadre__websocket_of(req)->json = json;
    *ret = json;
    return 1;
}

/* --- sending --- */

int cadre_websocket_send_text(struct cadre_request *req, const char *text)
{
    const struct cadre_websocket_message message = {.is_text = true, .data = cadre_str_from(text)};

    return cadre_websocket_send(req, &message);
}

int cadre_websocket_send_bytes(struct cadre_request *req, const void *ptr, size_t len)
{
    const struct cadre_websocket_message message = {.data = {ptr, len}};

    return cadre_websocket_send(req, &message);
}

/* On the heap: memory of the request would grow with each message. */
int cadre_websocket_sendf(struct cadre_request *req, const char *fmt, ...)
{
    struct cadre_websocket_message message = {.is_text = true};
    struct cadre__buf buf;
    va_list args;
    int r;

    cadre__buf_init(&buf);
    va_start(args, fmt);
    r = cadre__buf_vprintf(&buf, fmt, args);
    va_end(args);
    message.data = (struct cadre_str){cadre__buf_text(&buf), buf.len};
    if (r == 0)
        r = cadre_websocket_send(req, &message);
    cadre__buf_done(&buf);
    return r;
}

int cadre_websocket_send_json(struct cadre_request *req, const struct json_t *json)
{
    char *text = json != NULL ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    int r;

    if (text == NULL)
        return -EINVAL;
    r = cadre_websocket_send_text(req, text);
    free(text);
    return r;
}
