/* SPDX-License-Identifier: MIT */
/*
 * The channel of a request: receive and send, as the application calls them in its coroutine.
 *
 * These two suspend. They note what they wait for; http1_run() resumes them when
 * http1_can_receive() or http1_can_send() says so. They change `h` but never free it: that is done
 * by http1_run() after the application has returned.
 */
#include "worker/http1.h"

#include <errno.h>

#include "async/coroutine.h"
#include "base/clock.h"
#include "base/log.h"
#include "gateway/prepared.h"
#include "worker/http1_trailers.h"
#include "worker/response_memo.h"
#include "worker/server.h"

static struct http1 *http1_of(struct cadre__channel *channel)
{
    return CADRE__CONTAINER_OF(channel, struct http1, channel);
}

/* --- receive --- */

void http1_drop_held(struct http1 *h)
{
    h->in.start += h->held;
    h->held = 0;
    if (h->in.start == h->in.end)
        h->in.start = h->in.end = h->floor;
}

bool http1_can_receive(const struct http1 *h)
{
    if (h->body.error < 0 || h->eof || h->gone)
        return true;
    if (http1_body_is_done(&h->body))
        return h->response.phase == CADRE__RESPONSE_COMPLETE || http1_has_left(h);
    return buffer_len(&h->in) > 0;
}

static void give_piece(struct http1 *h, struct cadre__event *ret, struct cadre_str piece, bool last)
{
    *ret =
        (struct cadre__event){.type = CADRE__EVENT_HTTP_REQUEST, .body = piece, .more_body = !last};
    h->end_given = last;
}

/* What cannot be kept of a body ends it: a part is lost. */
static int fail_body(struct http1 *h, int error)
{
    h->body.error = error;
    h->body.reason = NULL;
    h->keep = false;
    return error;
}

/* The last piece was given: its trailers go with it. */
static int give_trailers(struct http1 *h, struct cadre__event *ret)
{
    int r = http1_trailers_finish(h->trailers, &h->arena, &ret->headers, &ret->n_headers);

    return r < 0 ? fail_body(h, r) : 1;
}

/* Decodes what is there. 1: *ret is set; 0: more is needed; or the body's error. */
static int take_piece(struct http1 *h, struct cadre__event *ret)
{
    struct http1_body_piece piece;
    enum http1_body_step step =
        http1_body_decode(&h->body, h->in.data + h->in.start, buffer_len(&h->in), &piece);

    h->held = (uint32_t)piece.used;
    if (step == HTTP1_BODY_BAD) {
        h->keep = false;
        return h->body.error;
    }
    if (piece.trailers_len > 0) {
        int r = http1_trailers_add(&h->trailers, &h->arena, piece.trailers, piece.trailers_len);
        if (r < 0)
            return fail_body(h, r);
    }
    if (piece.len == 0 && step == HTTP1_BODY_MORE) {
        http1_drop_held(h);
        return 0;
    }
    give_piece(h, ret, (struct cadre_str){piece.data, piece.len}, step == HTTP1_BODY_END);
    return step == HTTP1_BODY_END && h->trailers ? give_trailers(h, ret) : 1;
}

/* What can be received without waiting: 1 and *ret; 0: nothing; or a negative errno. */
static int receive_now(struct http1 *h, struct cadre__event *ret)
{
    if (h->body.error < 0)
        return h->body.error;
    if (h->end_given) {
        if (!http1_has_left(h) && h->response.phase != CADRE__RESPONSE_COMPLETE)
            return 0;
        *ret = (struct cadre__event){.type = CADRE__EVENT_HTTP_DISCONNECT};
        return 1;
    }
    if (http1_body_is_done(&h->body)) {
        give_piece(h, ret, CADRE_STR(""), true);
        return 1;
    }
    if (buffer_len(&h->in) > 0) {
        int r = take_piece(h, ret);
        if (r != 0)
            return r;
    }
    if (!h->eof && !h->gone)
        return 0;
    h->keep = false;
    return -EPIPE;
}

/* The client may be waiting for this before it sends the body (RFC 9110 §10.1.1). */
static int send_continue(struct http1 *h)
{
    static const char line[] = "HTTP/1.1 100 Continue\r\n\r\n";

    h->expects_continue = false;
    if (h->response.phase != CADRE__RESPONSE_IDLE)
        return 0;
    int r = buffer_reserve(&h->out, &h->server->buffers, sizeof(line) - 1);
    if (r < 0)
        return r;
    memcpy(h->out.data + h->out.end, line, sizeof(line) - 1);
    h->out.end += sizeof(line) - 1;
    return 0;
}

static int wait_for_bytes(struct http1 *h)
{
    if (!http1_body_is_done(&h->body)) {
        if (h->expects_continue) {
            int r = send_continue(h);
            if (r < 0)
                return r;
        }
        /* Where no larger block can be had, the small one serves as well. */
        int ignored = http1_request_make_room(h);
        (void)ignored;
        const struct server_limits *limits = &h->server->limits;

        h->wait_deadline_ns =
            pace_begin(&h->body_pace, cadre__loop_now(h->server->loop), h->body.total,
                       limits->min_body_rate, limits->body_timeout_ns);
    }
    h->receiving = true;
    http1_kick(h);
    int r = cadre__coroutine_suspend("receive");
    h->receiving = false;
    pace_end(&h->body_pace, cadre__loop_now(h->server->loop));
    h->wait_deadline_ns = CADRE__NEVER;
    return r;
}

static int channel_receive(struct cadre__channel *channel, struct cadre__event *ret)
{
    struct http1 *h = http1_of(channel);

    if (h->held > 0)
        http1_drop_held(h);
    for (;;) {
        int r = receive_now(h, ret);
        if (r != 0)
            return r < 0 ? r : 0;
        r = wait_for_bytes(h);
        if (r < 0)
            return r;
    }
}

/* --- send --- */

bool http1_can_send(const struct http1 *h)
{
    /* A file is sent to its end. */
    return h->gone || http1_unsent(h) == 0 || (!h->file && http1_unsent(h) <= HTTP1_OUT_LOW);
}

static inline struct response_start start_of(struct http1 *h, const struct cadre__event *event)
{
    struct server *server = h->server;

    return (struct response_start){
        .status = event->status,
        .headers = event->headers,
        .n_headers = event->n_headers,
        .fields_size = h->response.fields_size,
        .kinds = h->response.kinds,
        .date = http_date_get(&server->date, cadre__loop_now(server->loop)),
        .request_id =
            server->limits.request_id_header ? http1_request_id(h) : (struct cadre_str){NULL, 0},
        .server_header = server->limits.server_header,
        .drop_length = event->status == 204,
        .keep_trailer = h->sends_trailers,
    };
}

/* Trailers need chunks, and a client that reads them. */
static bool will_send_trailers(const struct http1 *h)
{
    return !h->response.has_length && !cadre__response_is_bodiless(&h->response) &&
           cadre__scope_accepts_trailers(&h->scope);
}

static void head_has_begun(struct http1 *h, uint32_t mark)
{
    h->head_mark = mark;
    h->head_open = true;
}

static int send_start(struct http1 *h, const struct cadre__event *event)
{
    if (event->more_trailers)
        h->sends_trailers = will_send_trailers(h);

    const struct response_start start = start_of(h, event);
    uint32_t mark = h->out.end;

    int r = response_head_start(&h->out, &h->server->buffers, &start);
    if (r < 0)
        return r;
    head_has_begun(h, mark);
    return 0;
}

static int send_body(struct http1 *h, const struct cadre__event *event)
{
    if (h->head_open) {
        int r = http1_end_head(h, !event->more_body, event->body.len);
        if (r < 0)
            return r;
    }
    return http1_put_body(h, event->body, event->more_body);
}

static int send_whole(struct http1 *h, const struct cadre__event *event)
{
    if (event->body.len > HTTP1_COPY_MAX) {
        int r = send_start(h, event);
        return r < 0 ? r : send_body(h, event);
    }

    const struct response_start start = start_of(h, event);

    return http1_put_whole(h, &start, event->body);
}

static int send_file(struct http1 *h, const struct cadre__event *event)
{
    if (h->head_open) {
        int r = http1_end_head(h, !event->more_body, event->file->len);
        if (r < 0)
            return r;
    }
    return http1_put_file(h, event->file, event->more_body);
}

static int send_trailers(struct http1 *h, const struct cadre__event *event)
{
    return http1_put_trailers(h, event->headers, event->n_headers);
}

/* Nothing of the response is touched by it. */
static int send_interim(struct http1 *h, const struct cadre__event *event)
{
    struct response_start start = start_of(h, event);

    if (h->scope.http_version < 11)
        return 0; /* RFC 9110 §15.2 */
    start.drop_length = true;
    return http1_put_interim(h, &start);
}

static int send_checked(struct http1 *h, const struct cadre__event *event)
{
    switch (event->type) {
    case CADRE__EVENT_HTTP_RESPONSE_START:
        return send_start(h, event);
    case CADRE__EVENT_HTTP_RESPONSE_FILE:
        return send_file(h, event);
    case CADRE__EVENT_HTTP_RESPONSE_TRAILERS:
        return send_trailers(h, event);
    default:
        return send_body(h, event);
    }
}

static int refuse_event(struct http1 *h)
{
    const struct cadre_log_field id = cadre_log_str("request_id", http1_request_id(h));

    cadre_log_fields(CADRE_LOG_ERROR, NULL, &id, 1, "response to %.*s %.*s: %s",
                     CADRE_STR_ARGS(h->scope.method), CADRE_STR_ARGS(h->scope.path),
                     h->response.refusal);
    return -EINVAL;
}

/* The lines of this response, where they were made before, or one like it was checked and put;
 * absent: all is to be done. */
static inline struct cadre_str known_lines(const struct http1 *h, const struct cadre__event *event)
{
    struct response_memo *memo = h->server->answers;
    const struct response_lines *lines;

    if (event->type != CADRE__EVENT_HTTP_RESPONSE || !memo || h->is_head ||
        h->response.phase != CADRE__RESPONSE_IDLE || event->body.len > HTTP1_COPY_MAX)
        return (struct cadre_str){NULL, 0};
    if (event->prepared)
        return event->prepared->lines;
    lines = response_memo_place(memo, event->status, event->headers, event->n_headers);
    if (response_lines_are(lines, event->status, event->headers, event->n_headers))
        return (struct cadre_str){lines->text, lines->len};
    return (struct cadre_str){NULL, 0};
}

/* What the check would have noted of it. */
static inline int send_known(struct http1 *h, const struct cadre__event *event,
                             struct cadre_str lines)
{
    h->response = (struct cadre__response){
        .phase = CADRE__RESPONSE_COMPLETE, .status = event->status, .sent = event->body.len};
    return http1_put_known(h, lines, event->body);
}

/* Whether it is the start of a response whose head was made before, and nothing is to be said that
 * this does not say. */
static inline bool is_prepared_start(const struct http1 *h, const struct cadre__event *event)
{
    return event->prepared && event->type == CADRE__EVENT_HTTP_RESPONSE_START &&
           !event->more_trailers && !h->is_head && h->response.phase == CADRE__RESPONSE_IDLE &&
           !h->server->limits.request_id_header;
}

static int send_prepared_start(struct http1 *h, const struct cadre__event *event)
{
    struct server *server = h->server;
    uint32_t mark = h->out.end;

    h->response =
        (struct cadre__response){.phase = CADRE__RESPONSE_STARTED, .status = event->status};

    int r = response_head_known_start(&h->out, &server->buffers, event->prepared->lines,
                                      http_date_get(&server->date, cadre__loop_now(server->loop)),
                                      server->limits.server_header);
    if (r == 0)
        head_has_begun(h, mark);
    return r;
}

static int channel_send(struct cadre__channel *channel, const struct cadre__event *event)
{
    struct http1 *h = http1_of(channel);
    struct cadre_str lines;
    int r;

    if (h->gone || h->cut)
        return -EPIPE;
    if ((lines = known_lines(h, event)).ptr != NULL)
        r = send_known(h, event, lines);
    else if (is_prepared_start(h, event))
        r = send_prepared_start(h, event);
    else if ((r = cadre__response_check(&h->response, event)) < 0)
        return r == -EALREADY ? 0 : refuse_event(h);
    else if (event->type == CADRE__EVENT_HTTP_RESPONSE)
        r = send_whole(h, event);
    else if (event->type == CADRE__EVENT_HTTP_RESPONSE_INTERIM)
        return send_interim(h, event);
    else
        r = send_checked(h, event);
    if (r < 0)
        h->cut = true;
    http1_kick(h);
    return r;
}

static bool channel_is_disconnected(const struct cadre__channel *channel)
{
    const struct http1 *h = (const struct http1 *)(const void *)((const char *)channel -
                                                                 offsetof(struct http1, channel));

    return http1_has_left(h);
}

static void channel_cancel_on_disconnect(struct cadre__channel *channel)
{
    struct http1 *h = http1_of(channel);

    h->co = cadre__coroutine_current();
    h->cancel_when_left = true;
    if (http1_has_left(h))
        http1_note_left(h);
}

static struct cadre_str channel_client_address(struct cadre__channel *channel)
{
    struct http1 *h = http1_of(channel);
    size_t len = h->conn ? connection_peer_format(&h->conn->peer, h->peer) : strlen(h->peer);

    return (struct cadre_str){h->peer, len};
}

static int channel_detach(struct cadre__channel *channel)
{
    struct http1 *h = http1_of(channel);
    int r;

    if (h->response.phase != CADRE__RESPONSE_COMPLETE || h->cut)
        return -EINVAL;
    if (!h->conn)
        return 0;
    h->cancel_when_left = false;
    /* http1_run() may be on the stack below: it writes what was sent. */
    r = cadre__coroutine_yield("detach");
    return r < 0 ? r : http1_detach(h);
}

static void channel_detach_soon(struct cadre__channel *channel, struct cadre__detaching *detaching)
{
    http1_detach_soon(http1_of(channel), detaching);
}

/* What both tables have. */
#define COMMON_OPS                                                                                 \
    .receive = channel_receive, .is_disconnected = channel_is_disconnected,                        \
    .cancel_on_disconnect = channel_cancel_on_disconnect,                                          \
    .client_address = channel_client_address, .detach = channel_detach,                            \
    .detach_soon = channel_detach_soon

const struct cadre__channel_ops http1_channel_ops = {COMMON_OPS, .send = channel_send};

static int channel_send_logged(struct cadre__channel *channel, const struct cadre__event *event)
{
    http1_log_response(http1_of(channel), event);
    return channel_send(channel, event);
}

const struct cadre__channel_ops http1_logged_ops = {COMMON_OPS, .send = channel_send_logged};
