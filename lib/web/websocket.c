/* SPDX-License-Identifier: MIT */
/*
 * The handshake of a WebSocket, its messages and its close (<cadre/websocket.h>). What the peer may
 * be sent in which order the channel checks (gateway/websocket.h); what is here is what a handler
 * may do next.
 */
#include "config.h"

#include "web/websocket.h"

#include "web/draining.h"
#include "web/taps.h"
#include <cadre/error.h>
#include <cadre/task.h>
#include <cadre/worker.h>
#include <errno.h>
#include <jansson.h>

/* --- life --- */

static void forget_json(void *ws_)
{
    struct cadre__websocket *ws = ws_;

    json_decref(ws->json);
    ws->json = NULL;
}

int cadre__websocket_begin(struct cadre_request *req)
{
    struct cadre__request_extras *extras = cadre__request_extras(req);
    struct cadre__websocket *ws = cadre__arena_calloc(req->arena, sizeof(*ws));

    if (extras == NULL || ws == NULL || cadre__arena_defer(req->arena, forget_json, ws) < 0)
        return -ENOMEM;
    ws->reason = "";
    ws->offers.scope = req->scope;
    cadre_lock_init(&ws->sending);
    extras->websocket = ws;
    req->body_phase = CADRE__BODY_WHOLE; /* a handshake has none */
    req->has_more_body = false;
    return 0;
}

bool cadre_is_websocket(const struct cadre_request *req)
{
    cadre__request_check(req);
    return cadre__websocket_of(req) != NULL;
}

/* The socket, for a call that may suspend. 0; -EINVAL: it is none; -EDEADLK. */
static int find(struct cadre_request *req, struct cadre__websocket **ret)
{
    cadre__request_check(req);
    *ret = cadre__websocket_of(req);
    if (*ret == NULL)
        return -EINVAL;
    return req->is_sync ? -EDEADLK : 0;
}

/* --- the handshake --- */

/* Goes on from the last one that was asked for: who asks for one after another walks once. */
const char *cadre_websocket_offered(struct cadre_request *req, size_t index)
{
    struct cadre__websocket *ws;
    struct cadre_str name = CADRE_STR("");

    cadre__request_check(req);
    ws = cadre__websocket_of(req);
    errno = 0;
    if (ws == NULL)
        return NULL;
    if (index + 1 == ws->n_offers && ws->offer != NULL)
        return ws->offer;
    ws->offer = NULL;
    if (index < ws->n_offers) {
        ws->offers = (struct cadre__websocket_offers){.scope = req->scope};
        ws->n_offers = 0;
    }
    while (ws->n_offers <= index) {
        name = cadre__websocket_next_offer(&ws->offers);
        if (name.len == 0)
            return NULL;
        ws->n_offers++;
    }
    ws->offer = cadre__arena_strndup(req->arena, name.ptr, name.len);
    if (ws->offer == NULL)
        errno = ENOMEM;
    return ws->offer;
}

bool cadre_websocket_offers(const struct cadre_request *req, const char *subprotocol)
{
    cadre__request_check(req);
    return cadre__websocket_offers(req->scope, cadre_str_from(subprotocol));
}

/* How it ended. What a failed send says of the peer, that it is gone, gives way to its own word. */
static void note_end(struct cadre__websocket *ws, int code, const char *reason)
{
    if (ws->code != 0 && ws->code != CADRE_WS_ABNORMAL)
        return;
    ws->code = code;
    ws->reason = reason;
}

/* The peer has closed, or has gone. */
static int note_disconnect(struct cadre_request *req, struct cadre__websocket *ws,
                           const struct cadre__event *event)
{
    const char *reason = event->body.len > 0
                             ? cadre__arena_strndup(req->arena, event->body.ptr, event->body.len)
                             : "";

    ws->has_left = true;
    note_end(ws, event->status, reason != NULL ? reason : "");
    return reason != NULL ? 0 : -ENOMEM;
}

static int receive_connect(struct cadre_request *req, struct cadre__websocket *ws)
{
    struct cadre__event event = {0};
    int r = ws->has_connect ? 0 : cadre__channel_receive_event(req->channel, &event);

    if (ws->has_connect || r < 0)
        return r;
    if (event.type != CADRE__EVENT_WEBSOCKET_CONNECT) {
        r = note_disconnect(req, ws, &event);
        req->send_error = -EPIPE;
        return r < 0 ? r : -EPIPE;
    }
    ws->has_connect = true;
    return 0;
}

static int send_event(struct cadre_request *req, const struct cadre__event *event)
{
    struct cadre__websocket *ws = cadre__websocket_of(req);
    int r = cadre__channel_send_event(req->channel, event);

    if (r == -EPIPE || r == -ETIMEDOUT) {
        req->send_error = r;
        ws->has_left = true;
        note_end(ws, CADRE_WS_ABNORMAL, "");
    }
    return r;
}

/* Sends the answer to the handshake, when middleware has said what it wants to in it. What fails
 * leaves nothing behind: another may be tried. */
static int send_answer(struct cadre_request *req, struct cadre__event *event, int status)
{
    bool has_taps = cadre__request_has_taps(req);
    int r;

    req->status = status;
    r = has_taps ? cadre__taps_begin(req) : 0;
    if (r == 0) {
        event->headers = req->headers;
        event->n_headers = req->n_headers;
        r = send_event(req, event);
        if (r < 0 && has_taps)
            cadre__taps_undo(req);
    }
    if (r < 0)
        req->status = 0;
    return r;
}

int cadre_websocket_accept(struct cadre_request *req, const char *subprotocol)
{
    struct cadre__event event = {.type = CADRE__EVENT_WEBSOCKET_ACCEPT};
    struct cadre__websocket *ws;
    int r = find(req, &ws);

    if (r < 0)
        return r;
    if (req->phase != CADRE__REQUEST_OPEN)
        return -EALREADY;
    if (subprotocol != NULL && !cadre_websocket_offers(req, subprotocol)) {
        cadre_log(CADRE_LOG_ERROR, req,
                  "the subprotocol \"%s\" is accepted, which the client does not offer: ask "
                  "cadre_websocket_offers",
                  subprotocol);
        return -EINVAL;
    }
    if (subprotocol != NULL)
        event.body = cadre_str_from(subprotocol);
    r = receive_connect(req, ws);
    if (r == 0)
        r = send_answer(req, &event, 101);
    if (r < 0)
        return r;
    ws->state = CADRE__WEBSOCKET_ACCEPTED;
    req->phase = CADRE__REQUEST_STARTED;
    return 0;
}

/* --- receiving --- */

/* Whether a handler may speak; what it did wrong is logged, since an errno says little of it. */
static int check_open(const struct cadre_request *req, const struct cadre__websocket *ws,
                      const char *call)
{
    if (ws->state != CADRE__WEBSOCKET_HANDSHAKE)
        return 0;
    if (req->phase != CADRE__REQUEST_OPEN)
        return -EALREADY;
    cadre_log(CADRE_LOG_ERROR, req,
              "%s is called before the handshake was accepted: call cadre_websocket_accept first",
              call);
    return -ENOTCONN;
}

/* The next event, but for the drain, which ends the wait: then *ret_drains is set. */
static int wait_for_event(struct cadre_request *req, struct cadre__event *ret, bool *ret_drains)
{
    struct cadre__drain_scope scope;
    int r;

    cadre__drain_scope_begin(&scope, CADRE_FOREVER);
    r = cadre__channel_receive_event(req->channel, ret);
    return cadre__drain_scope_end(&scope, r, ret_drains);
}

static int receive_next(struct cadre_request *req, struct cadre__websocket *ws,
                        struct cadre_websocket_message *ret)
{
    struct cadre__event event = {0};
    bool drains = cadre_worker_is_draining();
    int r = drains ? 0 : wait_for_event(req, &event, &drains);

    if (r < 0)
        return r;
    if (drains) {
        note_end(ws, CADRE_WS_RESTART, "");
        return 0;
    }
    if (event.type != CADRE__EVENT_WEBSOCKET_RECEIVE)
        return note_disconnect(req, ws, &event);
    *ret = (struct cadre_websocket_message){.is_text = event.is_text, .data = event.body};
    return 1;
}

int cadre_websocket_receive(struct cadre_request *req, struct cadre_websocket_message *ret)
{
    struct cadre__websocket *ws;
    int r = find(req, &ws);

    if (r == 0)
        r = check_open(req, ws, "cadre_websocket_receive");
    if (r < 0)
        return r;
    if (ws->end_told) {
        cadre_log(CADRE_LOG_ERROR, req,
                  "cadre_websocket_receive is called again behind its end: leave the loop when it "
                  "returns 0");
        return -EALREADY;
    }
    if (ws->is_receiving)
        return -EBUSY;
    forget_json(ws);
    ws->is_receiving = true;
    r = ws->state == CADRE__WEBSOCKET_OVER ? 0 : receive_next(req, ws, ret);
    ws->is_receiving = false;
    ws->end_told = r == 0;
    return r;
}

/* --- sending --- */

static int send_in_turn(struct cadre_request *req, struct cadre__websocket *ws,
                        const struct cadre_websocket_message *message)
{
    const struct cadre__event event = {
        .type = CADRE__EVENT_WEBSOCKET_SEND,
        .is_text = message->is_text,
        .body = message->data,
    };

    if (ws->state == CADRE__WEBSOCKET_OVER)
        return -EALREADY;
    if (ws->has_left) {
        req->send_error = -EPIPE;
        return -EPIPE;
    }
    return send_event(req, &event);
}

int cadre_websocket_send(struct cadre_request *req, const struct cadre_websocket_message *message)
{
    struct cadre__websocket *ws;
    int r = find(req, &ws);

    if (r == 0)
        r = check_open(req, ws, "cadre_websocket_send");
    if (r == 0)
        r = cadre_lock_acquire(&ws->sending);
    if (r < 0)
        return r;
    r = send_in_turn(req, ws, message);
    cadre_lock_release(&ws->sending);
    return r;
}

/* --- the end --- */

int cadre__websocket_end(struct cadre_request *req, int code, const char *reason)
{
    struct cadre__websocket *ws = cadre__websocket_of(req);
    struct cadre__event event = {.type = CADRE__EVENT_WEBSOCKET_CLOSE, .status = code};
    int r;

    if (reason != NULL)
        event.body = cadre_str_from(reason);
    r = ws->state == CADRE__WEBSOCKET_HANDSHAKE ? send_answer(req, &event, 403)
                                                : send_event(req, &event);
    if (r < 0)
        return r;
    reason = reason != NULL ? cadre__arena_strndup(req->arena, reason, event.body.len) : "";
    note_end(ws, code, reason != NULL ? reason : "");
    ws->state = CADRE__WEBSOCKET_OVER;
    req->phase = CADRE__REQUEST_COMPLETE;
    return 0;
}

int cadre_websocket_close(struct cadre_request *req, int code, const char *reason)
{
    struct cadre__websocket *ws;
    int r = find(req, &ws);

    if (r == 0)
        r = cadre_lock_acquire(&ws->sending);
    if (r < 0)
        return r;
    if (ws->state == CADRE__WEBSOCKET_OVER ||
        (ws->state == CADRE__WEBSOCKET_HANDSHAKE && req->phase != CADRE__REQUEST_OPEN))
        r = -EALREADY;
    else
        r = ws->has_left ? -EPIPE : cadre__websocket_end(req, code, reason);
    cadre_lock_release(&ws->sending);
    return r;
}

int cadre__websocket_note(struct cadre_request *req, int error, int code, const char *reason)
{
    cadre__websocket_of(req)->failure =
        (struct cadre__websocket_failure){.error = error, .code = code, .reason = reason};
    return error;
}

int cadre_websocket_fail(struct cadre_request *req, int code, const char *reason)
{
    struct cadre_str text = reason != NULL ? cadre_str_from(reason) : CADRE_STR("");
    char *copy;

    cadre__request_check(req);
    if (cadre__websocket_of(req) == NULL || !cadre__websocket_code_is_valid(code) ||
        text.len > CADRE__WEBSOCKET_REASON_MAX || !cadre__utf8_is_valid(text))
        return -EINVAL;
    copy = cadre__arena_strndup(req->arena, text.ptr, text.len);
    return copy == NULL ? -ENOMEM : cadre__websocket_note(req, -CADRE_EWEBSOCKET, code, copy);
}

int cadre_websocket_close_code(const struct cadre_request *req)
{
    const struct cadre__websocket *ws;

    cadre__request_check(req);
    ws = cadre__websocket_of(req);
    return ws != NULL ? ws->code : 0;
}

const char *cadre_websocket_close_reason(const struct cadre_request *req)
{
    const struct cadre__websocket *ws;

    cadre__request_check(req);
    ws = cadre__websocket_of(req);
    return ws != NULL ? ws->reason : "";
}
