/* SPDX-License-Identifier: MIT */
/*
 * The request's body: whole (cadre_body) or in pieces (cadre_read). The only code of lib/web that
 * receives, but for the end of a request in web/messages.c. A body that came in one event is copied
 * into the arena once; a longer one grows on the heap as it arrives, within the protocol's
 * max_body_size, and is freed with the request.
 */
#include "web/request.h"
#include "web/taps.h"

#include <errno.h>
#include <stdlib.h>

int cadre__request_receive(struct cadre_request *req)
{
    struct cadre__event event = {0};
    int r = cadre__channel_receive_event(req->channel, &event);

    if (r >= 0 && event.type != CADRE__EVENT_HTTP_REQUEST)
        r = -EPIPE;
    if (r == -ECANCELED)
        return r; /* the request is asked to end; the body is as good as before */
    if (r < 0) {
        req->body_phase = CADRE__BODY_FAILED;
        req->body_error = r;
        return r;
    }
    req->body = event.body;
    req->has_more_body = event.more_body;
    r = cadre__request_has_taps(req) ? cadre__taps_receive(req) : 0;
    if (r == 0 && event.n_headers > 0)
        r = cadre__request_keep_trailers(req, event.headers, event.n_headers);
    if (r < 0) {
        req->body_phase = CADRE__BODY_FAILED;
        req->body_error = r;
    }
    return r;
}

/* The body is complete after one event. */
static int take_single(struct cadre_request *req)
{
    char *copy =
        cadre__arena_strndup(req->arena, req->body.len > 0 ? req->body.ptr : "", req->body.len);

    if (copy == NULL)
        return -ENOMEM;
    req->body.ptr = copy;
    req->body_phase = CADRE__BODY_WHOLE;
    return 0;
}

/* Gathers this event and all that follow. */
static int take_many(struct cadre_request *req)
{
    struct cadre__buf buf;
    size_t len;
    char *text;
    int r;

    cadre__buf_init(&buf);
    do {
        cadre__buf_append(&buf, req->body.ptr, req->body.len);
        r = buf.error;
        if (r < 0 || !req->has_more_body)
            break;
        r = cadre__request_receive(req);
    } while (r == 0);
    if (r == 0) {
        len = buf.len;
        text = cadre__buf_take(&buf);
        r = text == NULL ? -ENOMEM : cadre__arena_defer(req->arena, free, text);
        if (r < 0) {
            free(text);
        } else {
            req->body = (struct cadre_str){text, len};
            req->body_phase = CADRE__BODY_WHOLE;
        }
    }
    if (r < 0 && req->body_phase != CADRE__BODY_FAILED) {
        req->body_phase = CADRE__BODY_FAILED; /* a part of it is lost */
        req->body_error = r;
    }
    cadre__buf_done(&buf);
    return r;
}

int cadre_body(struct cadre_request *req, struct cadre_str *ret)
{
    int r = 0;

    cadre__request_check(req);
    if (req->body_phase == CADRE__BODY_FAILED)
        return req->body_error;
    if (req->body_phase == CADRE__BODY_STREAMED)
        return -EALREADY;
    if (req->body_phase == CADRE__BODY_UNREAD) {
        r = cadre__request_receive(req);
        if (r == 0)
            r = req->has_more_body ? take_many(req) : take_single(req);
    }
    if (r < 0)
        return r;
    *ret = req->body;
    return 0;
}

static size_t take(struct cadre_request *req, void *buf, size_t size)
{
    size_t left = req->body.len - req->body_taken;
    size_t n = left < size ? left : size;

    memcpy(buf, req->body.ptr + req->body_taken, n);
    req->body_taken += n;
    return n;
}

/* Has at least a byte in req->body: 1; 0: the body has ended; or an error. */
static int fill(struct cadre_request *req)
{
    if (req->body_phase == CADRE__BODY_FAILED)
        return req->body_error;
    while (req->body_taken == req->body.len) {
        int r;

        if (req->body_phase == CADRE__BODY_WHOLE || !req->has_more_body)
            return 0;
        r = cadre__request_receive(req);
        if (r < 0)
            return r;
        req->body_phase = CADRE__BODY_STREAMED;
        req->body_taken = 0;
    }
    return 1;
}

ssize_t cadre_read(struct cadre_request *req, void *buf, size_t size)
{
    int r;

    cadre__request_check(req);
    if (size == 0)
        return -EINVAL;
    r = fill(req);
    return r <= 0 ? r : (ssize_t)take(req, buf, size);
}

int cadre__request_next_piece(struct cadre_request *req, struct cadre_str *ret)
{
    int r = fill(req);

    if (r <= 0)
        return r;
    *ret = (struct cadre_str){req->body.ptr + req->body_taken, req->body.len - req->body_taken};
    req->body_taken = req->body.len;
    return 1;
}
