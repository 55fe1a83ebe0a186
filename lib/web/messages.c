/* SPDX-License-Identifier: MIT */
/* A request at the level of the gateway: <cadre/gateway.h>. */
#include "config.h"

#include "web/request.h"

#include "gateway/field.h"
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

/* Declares the trailers that a list names. */
static int declare_trailers(struct cadre_request *req, const char *list)
{
    int r = 0;

    for (list += strspn(list, ", \t"); r == 0 && *list != '\0'; list += strspn(list, ", \t")) {
        size_t len = strcspn(list, ", \t");
        char *name = cadre__arena_strndup(req->arena, list, len);

        r = name != NULL ? cadre_trailer_declare(req, name) : -ENOMEM;
        list += len;
    }
    return r;
}

static int add_field(struct cadre_request *req, const struct cadre_message *message, size_t index)
{
    const struct cadre_field_pair *field = &message->headers[index];

    if (message->more_trailers &&
        cadre_str_eq_nocase(cadre_str_from(field->name), cadre__field_name(CADRE__FIELD_TRAILER)))
        return declare_trailers(req, field->value);
    return cadre_header_add(req, field->name, field->value);
}

static int send_start(struct cadre_request *req, const struct cadre_message *message)
{
    int r = message->status < 200 || message->status > 599 ? -EINVAL : 0;

    for (size_t i = 0; r == 0 && i < message->n_headers; i++)
        r = add_field(req, message, i);
    if (r == 0 && message->more_trailers) {
        if (!cadre__request_has_trailers(req))
            return -EINVAL;
        req->extras->sends_trailers = true;
    }
    return r < 0 ? r : cadre_start(req, message->status);
}

static bool sends_trailers(const struct cadre_request *req)
{
    return req->extras != NULL && req->extras->sends_trailers;
}

/* Whether a piece of the body fits here: 0, or the error. */
static int check_body(const struct cadre_request *req)
{
    if (req->phase == CADRE__REQUEST_OPEN)
        return -EINVAL;
    if (req->phase == CADRE__REQUEST_COMPLETE)
        return -EALREADY;
    return sends_trailers(req) && req->extras->body_is_over ? -EALREADY : 0;
}

static int send_body(struct cadre_request *req, const struct cadre_message *message)
{
    bool ends = !message->more_body && !sends_trailers(req);
    int r = check_body(req);

    if (r == 0 && (ends || message->body.len > 0))
        r = cadre__request_send_body(req, message->body.ptr != NULL ? message->body.ptr : "",
                                     message->body.len, !ends);
    if (r == 0 && !message->more_body && !ends)
        req->extras->body_is_over = true;
    return r;
}

static int send_file(struct cadre_request *req, const struct cadre_message *message)
{
    const struct cadre_file_piece *file = message->file;
    const struct cadre_message end = {.type = CADRE_HTTP_RESPONSE_BODY};
    int r = file == NULL ? -EINVAL : check_body(req);

    if (r == 0)
        r = cadre_write_fd(req, file->fd, file->offset, file->len);
    return r < 0 || message->more_body ? r : send_body(req, &end);
}

static int send_trailers(struct cadre_request *req, const struct cadre_message *message)
{
    int r = req->phase == CADRE__REQUEST_COMPLETE ? -EALREADY : 0;

    if (r == 0 && (!sends_trailers(req) || !req->extras->body_is_over))
        r = -EINVAL;
    for (size_t i = 0; r == 0 && i < message->n_headers; i++)
        r = cadre_trailer_set(req, message->headers[i].name, message->headers[i].value);
    return r < 0 ? r : cadre_end(req);
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
    case CADRE_HTTP_RESPONSE_FILE:
        return send_file(req, message);
    case CADRE_HTTP_RESPONSE_TRAILERS:
        return send_trailers(req, message);
    case CADRE_HTTP_REQUEST:
    case CADRE_HTTP_DISCONNECT:
        break;
    }
    return -EINVAL;
}
