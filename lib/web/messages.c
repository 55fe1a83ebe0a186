/* SPDX-License-Identifier: MIT */
/* A request at the level of the gateway: <cadre/gateway.h>. */
#include "config.h"

#include "web/request.h"

#include <cadre/gateway.h>
#include <errno.h>

/* Behind the body's end: the client leaves, or the response is complete. */
static int receive_end(struct cadre_request *req, struct cadre_message *ret)
{
    struct cadre__event event = {0};
    int r = cadre__channel_receive_event(req->channel, &event);

    if (r == 0)
        *ret = (struct cadre_message){.type = CADRE_HTTP_DISCONNECT};
    return r;
}

int cadre_receive(struct cadre_request *req, struct cadre_message *ret)
{
    int r = 0;

    cadre__request_check(req);
    if (req->is_sync)
        return -EDEADLK;
    if (req->body_phase == CADRE__BODY_WHOLE)
        return -EALREADY;
    if (req->body_phase == CADRE__BODY_FAILED)
        return req->body_error;
    if (req->body_taken == req->body.len) {
        if (req->body_phase == CADRE__BODY_STREAMED && !req->has_more_body)
            return receive_end(req, ret);
        r = cadre__request_receive(req);
        if (r < 0)
            return r;
        req->body_phase = CADRE__BODY_STREAMED;
        req->body_taken = 0;
    }
    *ret = (struct cadre_message){
        .type = CADRE_HTTP_REQUEST,
        .body = {req->body.ptr + req->body_taken, req->body.len - req->body_taken},
        .more_body = req->has_more_body,
    };
    req->body_taken = req->body.len;
    return 0;
}

static int send_start(struct cadre_request *req, const struct cadre_message *message)
{
    int r = message->status < 200 || message->status > 599 ? -EINVAL : 0;

    for (size_t i = 0; r == 0 && i < message->n_headers; i++)
        r = cadre_header_add(req, message->headers[i].name, message->headers[i].value);
    return r < 0 ? r : cadre_start(req, message->status);
}

static int send_body(struct cadre_request *req, const struct cadre_message *message)
{
    if (req->phase == CADRE__REQUEST_OPEN)
        return -EINVAL;
    if (req->phase == CADRE__REQUEST_COMPLETE)
        return -EALREADY;
    return cadre__request_send_body(req, message->body.ptr != NULL ? message->body.ptr : "",
                                    message->body.len, message->more_body);
}

static int send_interim(struct cadre_request *req, const struct cadre_message *message)
{
    if (message->n_headers > 1)
        return -EINVAL;
    return cadre_interim(req, message->status,
                         message->n_headers > 0 ? message->headers[0].name : NULL,
                         message->n_headers > 0 ? message->headers[0].value : NULL);
}

int cadre_send(struct cadre_request *req, const struct cadre_message *message)
{
    cadre__request_check(req);
    if (req->is_sync)
        return -EDEADLK;
    switch (message->type) {
    case CADRE_HTTP_RESPONSE_START:
        return send_start(req, message);
    case CADRE_HTTP_RESPONSE_BODY:
        return send_body(req, message);
    case CADRE_HTTP_RESPONSE_INTERIM:
        return send_interim(req, message);
    case CADRE_HTTP_REQUEST:
    case CADRE_HTTP_DISCONNECT:
        break;
    }
    return -EINVAL;
}
