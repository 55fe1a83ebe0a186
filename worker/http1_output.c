/* SPDX-License-Identifier: MIT */
/*
 * What goes out: framing of responses, the gathered write, backpressure.
 *
 * Small pieces are collected in `out` and leave together, once a batch of requests or a turn of
 * the loop; large ones are written at once from the application's memory, together with what waits
 * in front of them. What the socket does not take stays in `out` up to HTTP1_OUT_HIGH bytes; beyond
 * that the sender suspends and lends its memory until the client has read enough. A client that
 * reads as fast as it is written to does not get the loop for itself: a sender lets others run
 * after each HTTP1_OUT_HIGH bytes.
 */
#include "worker/http1.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "async/coroutine.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "gateway/status.h"
#include "worker/http1_file.h"
#include "worker/response_memo.h"
#include "worker/server.h"
#include <cadre/task.h>

/* Writes in one go, before others have their turn. */
#define WRITES_MAX 16

/* --- writing --- */

static void stop_waiting(struct http1 *h)
{
    h->send_deadline_ns = CADRE__NEVER;
    if (!h->write_waits)
        return;
    pace_end(&h->send_pace, cadre__loop_now(h->server->loop));
    cadre__io_stop(&h->write_io);
    h->write_waits = false;
}

static void on_writable(int events, void *arg)
{
    (void)events;
    http1_run(arg);
}

static void wait_for_room(struct http1 *h)
{
    const struct server_limits *limits = &h->server->limits;

    h->send_deadline_ns = pace_begin(&h->send_pace, cadre__loop_now(h->server->loop), h->sent,
                                     limits->min_send_rate, limits->send_timeout_ns);
    if (h->write_waits)
        return;
    if (h->conn->watching)
        connection_pause(h->conn); /* the two cannot be on together */
    cadre__io_init(&h->write_io, h->server->loop, h->conn->fd, on_writable, h);
    if (cadre__io_start(&h->write_io, CADRE__IO_WRITE, true) < 0) {
        http1_set_gone(h);
        return;
    }
    h->write_waits = true;
}

/* Takes n written bytes off `out` and what is lent. */
static void written(struct http1 *h, size_t n)
{
    size_t from_out = n < buffer_len(&h->out) ? n : buffer_len(&h->out);

    h->sent += n;
    h->out.start += (uint32_t)from_out;
    if (n > from_out) {
        if (h->lent.ptr)
            h->lent.ptr += n - from_out;
        h->lent.len -= n - from_out;
    }
    if (buffer_len(&h->out) == 0)
        h->out.start = h->out.end = 0;
}

/* One gathered write of `out` and what is lent. */
static ssize_t write_once(struct http1 *h)
{
    if (h->lent.len == 0)
        return cadre__fd_send(h->conn->fd, h->out.data + h->out.start, buffer_len(&h->out),
                              MSG_NOSIGNAL);

    if (!h->lent.ptr)
        return http1_file_write(h);

    struct iovec iov[2];
    struct msghdr msg = {.msg_iov = iov};
    if (buffer_len(&h->out) > 0)
        iov[msg.msg_iovlen++] = (struct iovec){h->out.data + h->out.start, buffer_len(&h->out)};
    iov[msg.msg_iovlen++] = (struct iovec){(void *)(uintptr_t)h->lent.ptr, h->lent.len};
    return sendmsg(h->conn->fd, &msg, MSG_NOSIGNAL);
}

/* What mostly happens: all of it is small, and the socket takes it. */
static inline bool write_all(struct http1 *h)
{
    if (h->lent.len > 0 || h->write_waits || h->gone)
        return false;
    ssize_t n = write_once(h);
    if (n > 0)
        written(h, (size_t)n);
    return n > 0 && buffer_len(&h->out) == 0;
}

void http1_flush(struct http1 *h)
{
    if (write_all(h))
        return;
    for (int i = 0; !h->gone && http1_unsent(h) > 0; i++) {
        if (i == WRITES_MAX) {
            wait_for_room(h);
            return;
        }
        ssize_t n = write_once(h);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            wait_for_room(h);
            return;
        }
        if (n < 0) {
            http1_set_gone(h);
            return;
        }
        h->send_deadline_ns = CADRE__NEVER;
        written(h, (size_t)n);
    }
    stop_waiting(h);
}

static int append(struct http1 *h, const void *bytes, size_t len)
{
    /* What has been sent leaves room in front; no head is open, which would be found by offset. */
    if (buffer_room(&h->out) < len && buffer_len(&h->out) + len <= h->out.size)
        buffer_compact(&h->out, 0);

    int r = buffer_reserve(&h->out, &h->server->buffers, len);
    if (r < 0)
        return r;
    memcpy(h->out.data + h->out.end, bytes, len);
    h->out.end += (uint32_t)len;
    return 0;
}

/* Suspends until the client has read enough. 0; -EPIPE, -ECANCELED. */
int http1_wait_until_read(struct http1 *h)
{
    while (!http1_can_send(h)) {
        h->sending = true;
        http1_kick(h);
        int r = cadre__coroutine_suspend("send");
        h->sending = false;
        if (r < 0)
            return r;
    }
    return h->gone ? -EPIPE : 0;
}

/* Much has been sent without a wait: others have their turn. They have it anyway where it was the
 * last of the answer, and no other request of this client is there. */
int http1_let_others_run(struct http1 *h)
{
    int r = 0;

    if (h->response.phase != CADRE__RESPONSE_COMPLETE || buffer_len(&h->in) > 0)
        r = cadre_yield();
    return r < 0 ? r : h->gone ? -EPIPE : 0;
}

/* Sends a large piece from where it is; returns when it is written, or the rest is small. */
static int send_lent(struct http1 *h, struct cadre_str piece)
{
    h->lent = piece;
    http1_flush(h);

    int r = h->gone ? -EPIPE : 0;
    if (r == 0 && http1_unsent(h) > HTTP1_OUT_HIGH)
        r = http1_wait_until_read(h);
    else if (r == 0 && piece.len > HTTP1_OUT_HIGH)
        r = http1_let_others_run(h);

    struct cadre_str rest = h->lent;
    h->lent = (struct cadre_str){NULL, 0};
    if (r == 0 && rest.len > 0)
        r = append(h, rest.ptr, rest.len);
    return r;
}

/* More may wait to be sent than should: sends, and suspends where the client must read first. */
static int relieve(struct http1 *h)
{
    if (http1_unsent(h) <= HTTP1_OUT_HIGH)
        return 0;
    http1_flush(h);
    if (h->gone)
        return -EPIPE;
    return http1_unsent(h) <= HTTP1_OUT_HIGH ? http1_let_others_run(h) : http1_wait_until_read(h);
}

int http1_put_piece(struct http1 *h, struct cadre_str piece)
{
    if (piece.len > HTTP1_COPY_MAX)
        return send_lent(h, piece);

    int r = append(h, piece.ptr, piece.len);
    return r < 0 ? r : relieve(h);
}

/* --- framing --- */

/* Is more left of the request's body than we are ready to throw away? */
static bool too_much_left(const struct http1 *h)
{
    if (http1_body_is_done(&h->body))
        return false;
    return h->expects_continue || h->body.error < 0 || http1_body_left(&h->body) > HTTP1_SKIP_MAX;
}

static enum response_framing choose_framing(const struct http1 *h, bool whole)
{
    if (cadre__response_is_bodiless(&h->response)) {
        /* What a GET would say, where that is known (RFC 9110 §9.3.2). */
        return h->is_head && whole && !h->response.has_length && h->response.status != 204 &&
                       h->response.status != 304
                   ? RESPONSE_LENGTH
                   : RESPONSE_AS_GIVEN;
    }
    if (h->response.has_length)
        return RESPONSE_AS_GIVEN;
    if (whole && !h->sends_trailers)
        return RESPONSE_LENGTH;
    return h->scope.http_version >= 11 ? RESPONSE_CHUNKED : RESPONSE_UNTIL_CLOSE;
}

/* How a response is framed and what its Connection says. */
struct frame {
    enum response_framing framing;
    enum response_connection connection;
    bool keep;
};

static inline struct frame choose_frame(const struct http1 *h, bool whole)
{
    struct frame f = {.framing = choose_framing(h, whole)};

    f.keep = h->keep && !h->server->draining && !h->conn->last && !h->response.said_close &&
             f.framing != RESPONSE_UNTIL_CLOSE && !too_much_left(h);
    if (!f.keep)
        f.connection = RESPONSE_SAY_CLOSE;
    else if (h->scope.http_version == 10)
        f.connection = RESPONSE_SAY_KEEP_ALIVE;
    return f;
}

static inline void head_is_sent(struct http1 *h, struct frame f)
{
    h->keep = f.keep;
    h->framing = (uint8_t)f.framing;
    h->head_open = false;
    h->head_sent = true;
}

int http1_end_head(struct http1 *h, bool whole, size_t len)
{
    struct frame f = choose_frame(h, whole);
    int r = response_head_end(&h->out, &h->server->buffers, f.framing, len, f.connection);

    if (r == 0)
        head_is_sent(h, f);
    return r;
}

/* The next one like it need not be checked, and is copied. */
static void remember_lines(struct http1 *h, const struct response_start *start, const char *text)
{
    struct response_memo *memo = h->server->answers;

    if (memo && start->kinds == 0 && !cadre__response_is_bodiless(&h->response))
        response_lines_note(
            response_memo_place(memo, start->status, start->headers, start->n_headers),
            start->status, start->headers, start->n_headers, start->fields_size, text);
}

int http1_put_whole(struct http1 *h, const struct response_start *start, struct cadre_str body)
{
    struct frame f = choose_frame(h, true);
    bool bodiless = cadre__response_is_bodiless(&h->response);
    size_t mark = buffer_len(&h->out);
    int r = response_head_whole(&h->out, &h->server->buffers, start, f.framing, body.len,
                                f.connection, bodiless ? (struct cadre_str){NULL, 0} : body);
    if (r < 0)
        return r;
    remember_lines(h, start, h->out.data + h->out.start + mark);
    head_is_sent(h, f);
    return relieve(h);
}

int http1_put_known(struct http1 *h, struct cadre_str lines, struct cadre_str body)
{
    struct server *server = h->server;
    struct frame f = choose_frame(h, true);
    int r = response_head_known(&h->out, &server->buffers, lines,
                                http_date_get(&server->date, cadre__loop_now(server->loop)),
                                server->limits.server_header, body.len, f.connection, body);
    if (r < 0)
        return r;
    head_is_sent(h, f);
    return relieve(h);
}

/* What stands in front of a piece, and behind it. */
static int begin_piece(struct http1 *h, uint64_t len)
{
    char line[RESPONSE_CHUNK_LINE_MAX];

    if (h->framing != RESPONSE_CHUNKED)
        return 0;
    return append(h, line, response_chunk_line(line, len));
}

static int end_piece(struct http1 *h)
{
    return h->framing == RESPONSE_CHUNKED ? append(h, "\r\n", 2) : 0;
}

/* The last piece is there. With trailers the end is theirs. */
static int end_body(struct http1 *h)
{
    if (h->framing != RESPONSE_CHUNKED || h->response.more_trailers)
        return 0;
    return append(h, "0\r\n\r\n", 5);
}

int http1_put_body(struct http1 *h, struct cadre_str piece, bool more)
{
    int r = 0;

    if (cadre__response_is_bodiless(&h->response))
        return 0;
    if (piece.len > 0) {
        r = begin_piece(h, piece.len);
        if (r == 0)
            r = http1_put_piece(h, piece);
        if (r == 0)
            r = end_piece(h);
    }
    return r == 0 && !more ? end_body(h) : r;
}

int http1_put_file(struct http1 *h, const struct cadre__file_part *part, bool more)
{
    int r = 0;

    if (cadre__response_is_bodiless(&h->response))
        return 0;
    if (part->len > 0) {
        r = begin_piece(h, part->len);
        if (r == 0)
            r = http1_file_send(h, part);
        if (r == 0)
            r = end_piece(h);
    }
    return r == 0 && !more ? end_body(h) : r;
}

int http1_put_trailers(struct http1 *h, const struct cadre__header *headers, size_t n_headers)
{
    if (h->framing != RESPONSE_CHUNKED || cadre__response_is_bodiless(&h->response))
        return 0;
    if (!h->sends_trailers)
        return append(h, "0\r\n\r\n", 5);
    return response_trailers(&h->out, &h->server->buffers, headers, n_headers,
                             h->response.fields_size);
}

int http1_put_interim(struct http1 *h, const struct response_start *start)
{
    int r = response_head_interim(&h->out, &h->server->buffers, start);

    if (r < 0)
        return r;
    http1_flush(h);
    if (h->gone)
        return -EPIPE;
    return http1_unsent(h) <= HTTP1_OUT_HIGH ? 0 : http1_wait_until_read(h);
}

/* --- our own answers --- */

/* Anybody can send anything: only who debugs wants a line of each. */
static void log_refusal(struct http1 *h, const struct response_refusal *refusal)
{
    char from[CONNECTION_PEER_TEXT];

    if (!cadre__log_is_on(CADRE_LOG_DEBUG))
        return;
    connection_peer_format(&h->conn->peer, from);
    cadre__log(CADRE_LOG_DEBUG, "a request from %s is refused by %d: %s",
               from[0] ? from : "a UNIX socket", refusal->status,
               refusal->detail ? refusal->detail : cadre__status_reason(refusal->status));
}

static void refuse(struct http1 *h, struct response_refusal *refusal)
{
    struct server *server = h->server;
    size_t before = buffer_len(&h->out);

    if (server->limits.request_id_header)
        refusal->request_id = http1_request_id(h);
    log_refusal(h, refusal);

    h->keep = false;
    h->linger = true;
    h->state = HTTP1_CLOSING;
    h->wait_deadline_ns = CADRE__NEVER;
    if (response_refuse(&h->out, &server->buffers, refusal, server->limits.server_header,
                        http_date_get(&server->date, cadre__loop_now(server->loop))) < 0)
        http1_set_gone(h);
    if (server->access_log)
        http1_log_refused(h, refusal->status, before);
}

void http1_refuse(struct http1 *h, int status, const char *detail)
{
    refuse(h,
           &(struct response_refusal){.status = status, .detail = detail, .head_only = h->is_head});
}

void http1_refuse_for_now(struct http1 *h)
{
    refuse(h,
           &(struct response_refusal){.status = 503, .head_only = h->is_head, .retry_after = true});
}
