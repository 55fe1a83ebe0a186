/* SPDX-License-Identifier: MIT */
/*
 * The states of a busy HTTP/1.1 connection, see the figure in worker/http1.h.
 *
 * One pass of http1_run(): steps as long as one of them gets on, a write of all that is ready,
 * then what follows from where it stands: which events and deadlines to wait for, or the end. The
 * application runs inside of a step, until it suspends or returns. No other function frees
 * anything.
 */
#include "worker/http1.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "async/coroutine.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "worker/access_log.h"
#include "worker/http1_memo.h"
#include "worker/protocol.h"
#include "worker/response_memo.h"
#include "worker/server.h"

/* Structs kept for the next busy connections. */
#define FREE_MAX 256
/* Of these, the ones that keep the blocks of their buffers. */
#define WARM_MAX 16
/* Room for the fields of most heads; those with more get it from the heap. */
#define FEW_FIELDS HTTP1_MEMO_FIELDS
/* Memos for what clients send again and again: one for each of so many parts of the connections. */
#define MEMOS 8

/* How long the rest of a body that nobody wants is waited for. */
#define SKIP_NS (5 * CADRE__NSEC_PER_SEC)

static void on_job(struct cadre__job *job);
static void on_timer(struct cadre__timer *timer);

/* --- memory --- */

/* What each request begins with. */
static inline void reset_request(struct http1 *h)
{
    cadre__zero(&h->co, offsetof(struct http1, peer) - offsetof(struct http1, co));
    http1_parser_reset(&h->parser);
}

/* What each connection begins with; also what one that has become idle has left behind. */
static void reset(struct http1 *h)
{
    h->posted = false;
    h->running = false;
    h->detaching = NULL;
    h->in = h->head = h->out = (struct buffer){0};
    h->lent = (struct cadre_str){NULL, 0};
    h->file = NULL;
    h->state = HTTP1_READING_HEAD;
    h->eof = false;
    h->gone = false;
    h->linger = false;
    h->cut = false;
    h->write_waits = false;
    atomic_store_explicit(&h->left, false, memory_order_relaxed);
    h->wait_deadline_ns = CADRE__NEVER;
    h->send_deadline_ns = CADRE__NEVER;
    h->deadline_ns = CADRE__NEVER;
    h->log = (struct http1_log){0};
    reset_request(h);
}

static void make_memos(struct server *server)
{
    if (!server->memos)
        server->memos = calloc(MEMOS, sizeof(*server->memos));
    if (!server->answers && !server->limits.request_id_header)
        server->answers = calloc(1, sizeof(*server->answers));
}

static struct http1 *make_struct(struct server *server)
{
    uint32_t max = server->limits.max_headers, room = max < FEW_FIELDS ? max : FEW_FIELDS;
    struct http1 *h = malloc(sizeof(*h) + room * sizeof(struct http1_field));
    if (!h)
        return NULL;
    const struct http1_limits limits = {.head_max = server->limits.max_head_size,
                                        .line_max = server->limits.max_line_size,
                                        .fields_max = server->limits.max_headers};
    h->server = server;
    h->job = (struct cadre__job){.fn = on_job};
    h->channel = (struct cadre__channel){.ops = &http1_channel_ops, .arena = &h->arena};
    if (server->access_log && access_log_uses(server->access_log, CADRE__ACCESS_SENT_HTTP))
        h->channel.ops = &http1_logged_ops;
    h->scope = (struct cadre__scope){
        .type = CADRE__SCOPE_HTTP,
        .scheme = CADRE_STR("http"),
        .root_path = server->root_path,
        .ids = &server->ids,
    };
    make_memos(server);
    http1_parser_init(&h->parser, &limits, h->fields);
    http1_parser_set_room(&h->parser, h->fields, room);
    h->more_fields = NULL;
    cadre__arena_init_pooled(&h->arena, &server->arenas);
    cadre__list_init(&h->free_link);
    cadre__timer_init(&h->timer, on_timer);
    reset(h);
    return h;
}

static void release_blocks(struct http1 *h)
{
    struct buffer_pool *pool = &h->server->buffers;

    buffer_release(&h->in, pool);
    buffer_release(&h->head, pool);
    buffer_release(&h->out, pool);
}

void http1_pool_done(struct server *server)
{
    struct cadre__list *link;

    while ((link = cadre__list_pop_front(&server->free_http1))) {
        struct http1 *h = CADRE__CONTAINER_OF(link, struct http1, free_link);

        release_blocks(h);
        cadre__loop_timer_stop(server->loop, &h->timer);
        free(h->more_fields);
        free(h);
    }
    server->n_free_http1 = 0;
    free(server->memos);
    server->memos = NULL;
    free(server->answers);
    server->answers = NULL;
}

struct http1 *http1_new(struct connection *c)
{
    struct server *server = c->server;
    struct cadre__list *link = cadre__list_pop_front(&server->free_http1);
    struct http1 *h;

    if (link) {
        server->n_free_http1--;
        h = CADRE__CONTAINER_OF(link, struct http1, free_link);
    } else if (!(h = make_struct(server))) {
        return NULL;
    }
    h->conn = c;
    h->parser.memo = server->memos ? &server->memos[(unsigned)c->fd % MEMOS] : NULL;
    c->busy = h;
    c->state = CONNECTION_BUSY;
    return h;
}

/* Keeps a struct that has been reset and has no arena for the next connection, or frees it. Some
 * keep their blocks: they are the next to be used. */
static inline void recycle(struct http1 *h)
{
    struct server *server = h->server;

    h->deadline_ns = CADRE__NEVER;
    if (server->n_free_http1 >= WARM_MAX || ((h->in.size | h->out.size) & ~BUFFER_SMALL) != 0)
        release_blocks(h);
    h->in.start = h->in.end = 0;
    h->out.start = h->out.end = 0;
    if (server->n_free_http1 >= FREE_MAX) {
        cadre__loop_timer_stop(server->loop, &h->timer);
        free(h->more_fields);
        free(h);
        return;
    }
    cadre__list_push_front(&server->free_http1, &h->free_link);
    server->n_free_http1++;
}

/* Gives all of it back, reset; the connection stays. */
static inline void give_struct(struct http1 *h)
{
    if (!cadre__arena_is_empty(&h->arena))
        cadre__arena_done(&h->arena);
    h->conn->busy = NULL;
    recycle(h);
}

/* The same in whatever state it is. */
static void http1_free(struct http1 *h)
{
    if (h->write_waits)
        cadre__io_stop(&h->write_io);
    release_blocks(h);
    reset(h);
    give_struct(h);
}

void http1_free_detached(struct http1 *h)
{
    cadre__arena_done(&h->arena);
    release_blocks(h);
    reset(h);
    recycle(h);
}

void http1_note_left(struct http1 *h)
{
    atomic_store_explicit(&h->left, true, memory_order_relaxed);
    if (!h->cancel_when_left || h->finished)
        return;
    h->cancel_when_left = false;
    cadre__coroutine_cancel(h->co);
}

void http1_set_gone(struct http1 *h)
{
    h->gone = true;
    http1_note_left(h);
}

/* --- one request --- */

/* The coroutine of a request. */
static void handle(void *arg)
{
    struct http1 *h = arg;
    struct server *server = h->server;

    h->result = server->app_fn(server->app, &h->scope, &h->channel);
    if (!h->conn) {
        http1_end_detached(h);
        return;
    }
    h->finished = true;
    http1_kick(h);
}

/*
 * Has it waited for longer than queue_timeout while the loop was held up? The kernel knows when its
 * last bytes came; it is asked where that can be so: some turn of the loop was that long, this one
 * or, since a request began last, one before.
 */
static bool came_too_late(const struct http1 *h)
{
    struct server *server = h->server;
    uint64_t limit_ns = server->limits.queue_timeout_ns;
    uint64_t now_ns = cadre__loop_now(server->loop);
    uint64_t held_ns = cadre__loop_clock(server->loop) - now_ns;
    struct tcp_info info = {0};
    socklen_t size = sizeof(info);

    if (now_ns != server->began_ns) {
        server->gap_ns = now_ns - server->began_ns;
        server->began_ns = now_ns;
    }
    if (held_ns <= limit_ns && server->gap_ns <= limit_ns)
        return false;
    if (getsockopt(h->conn->fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
        return held_ns > limit_ns; /* a UNIX socket: nobody knows more */
    return info.tcpi_last_data_recv * CADRE__NSEC_PER_MSEC > limit_ns;
}

static void begin_request(struct http1 *h)
{
    struct server *server = h->server;
    const char *reason;

    h->wait_deadline_ns = CADRE__NEVER;
    h->keep = h->parser.meaning.keep_alive && server->limits.keepalive_timeout_ns > 0;
    if (server->limits.keepalive_requests > 0 &&
        ++h->conn->n_requests >= server->limits.keepalive_requests)
        h->keep = false;
    h->expects_continue = h->parser.meaning.expect_continue;
    int status = http1_request_prepare(h, &reason);
    if (status != 0) {
        http1_refuse(h, status, reason);
        return;
    }
    if (http1_body_is_done(&h->body) || buffer_len(&h->in) > 0)
        h->expects_continue = false;
    h->response = (struct cadre__response){.is_head = h->is_head};
    h->channel.module = h->channel.route = NULL;

    if (server->limits.concurrency > 0 && server->n_in_flight >= server->limits.concurrency) {
        http1_refuse_for_now(h);
        return;
    }
    if (server->limits.queue_timeout_ns > 0 && came_too_late(h)) {
        http1_refuse_for_now(h);
        return;
    }
    h->state = HTTP1_HANDLING;
    h->began_ns = server_request_begins(server);
    struct cadre__coroutine *co = NULL;
    int r = cadre__coroutine_start(server->loop, handle, h, "request", &co);
    if (r < 0) {
        server_request_ended(server, h->began_ns, 503);
        http1_refuse(h, 503, NULL);
        return;
    }
    h->co = co;
}

/* Of an application that returned `result` and no whole response. */
static int status_of_failure(int result)
{
    switch (result) {
    case -EMSGSIZE:
        return 413;
    case -EBADMSG:
        return 400;
    case -ETIMEDOUT:
        return 408;
    case -ECANCELED:
    case -ENOMEM:
        return 503;
    default:
        return 500;
    }
}

/* The status of the answer, or of the one that end_failed() makes; 0: there is none. */
static unsigned status_of_end(const struct http1 *h)
{
    if (h->response.phase == CADRE__RESPONSE_COMPLETE || h->head_sent)
        return (unsigned)h->response.status;
    if (h->gone)
        return 0;
    return (unsigned)status_of_failure(h->result);
}

/* The application has returned without a whole response. */
static void end_failed(struct http1 *h)
{
    if (h->head_sent) {
        h->cut = true;
        h->state = HTTP1_CLOSING;
        return;
    }
    if (h->head_open)
        h->out.end = h->head_mark;
    h->head_open = false;
    h->cut = false;
    http1_refuse(h, status_of_failure(h->result), h->body.error < 0 ? h->body.reason : NULL);
}

static void next_request(struct http1 *h)
{
    if (!cadre__arena_is_empty(&h->arena))
        cadre__arena_reset(&h->arena);
    buffer_release(&h->head, &h->server->buffers);
    reset_request(h);
    h->wait_deadline_ns = CADRE__NEVER;
    h->state = HTTP1_READING_HEAD;
}

void http1_go_on(struct http1 *h)
{
    if (h->gone) {
        h->state = HTTP1_CLOSING;
    } else if (h->response.phase != CADRE__RESPONSE_COMPLETE || h->cut) {
        end_failed(h);
    } else if (!h->keep) {
        h->linger = !http1_body_is_done(&h->body) || buffer_len(&h->in) > 0;
        h->state = HTTP1_CLOSING;
    } else if (!http1_body_is_done(&h->body)) {
        h->wait_deadline_ns = cadre__deadline(cadre__loop_now(h->server->loop), SKIP_NS);
        h->state = HTTP1_SKIPPING;
    } else {
        next_request(h);
    }
}

static void end_request(struct http1 *h)
{
    if (h->server->access_log)
        http1_log_end(h);
    server_request_ended(h->server, h->began_ns, status_of_end(h));
    h->co = NULL;
    http1_drop_held(h);
    http1_go_on(h);
}

/* --- steps: each returns whether it got on --- */

/* The head is refused, however far it came: one of HEAD without a body (RFC 9110 §9.3.2). */
static void refuse_head(struct http1 *h, int status, const char *reason)
{
    const struct cadre_str method = {h->in.data + h->in.start + h->parser.method_at,
                                     h->parser.method_len};

    h->is_head = cadre__same_text(method, CADRE_STR("HEAD"));
    h->scope.number = ++h->server->last_number;
    h->scope.n_headers = 0;
    h->log.unparsed = true;
    http1_refuse(h, status, reason);
}

/* The client has gone, perhaps in the middle of a head. */
static void end_head(struct http1 *h)
{
    if (h->server->access_log && http1_parser_has_begun(&h->parser))
        http1_log_left(h);
    h->state = HTTP1_CLOSING;
}

/* Gives the parser all the room that it may need; without memory the client is let go. */
static void make_room_for_fields(struct http1 *h)
{
    uint32_t max = h->server->limits.max_headers;

    h->more_fields = malloc(max * sizeof(*h->more_fields));
    if (!h->more_fields) {
        http1_set_gone(h);
        return;
    }
    memcpy(h->more_fields, h->fields, h->parser.n_fields * sizeof(*h->fields));
    http1_parser_set_room(&h->parser, h->more_fields, max);
}

static bool step_head(struct http1 *h)
{
    if (h->gone) {
        end_head(h);
        return false;
    }
    if (buffer_len(&h->in) == 0 || http1_unsent(h) > HTTP1_OUT_HIGH)
        return false;
    switch (http1_parser_feed(&h->parser, h->in.data + h->in.start, buffer_len(&h->in))) {
    case HTTP1_HEAD:
        begin_request(h);
        return true;
    case HTTP1_BAD:
        refuse_head(h, h->parser.status, h->parser.reason);
        return false;
    case HTTP1_FULL:
        make_room_for_fields(h);
        return true;
    default:
        break;
    }
    if (h->server->access_log)
        http1_log_first_byte(h);
    if (h->eof)
        end_head(h);
    else if (h->wait_deadline_ns == CADRE__NEVER)
        h->wait_deadline_ns =
            cadre__deadline(cadre__loop_now(h->server->loop), h->server->limits.head_timeout_ns);
    return false;
}

static bool step_handling(struct http1 *h)
{
    if (h->finished) {
        end_request(h);
        return true;
    }
    if (h->receiving && http1_can_receive(h))
        return cadre__coroutine_resume(h->co, 0);
    if (h->sending && http1_can_send(h))
        return cadre__coroutine_resume(h->co, 0);
    return false;
}

static bool step_skipping(struct http1 *h)
{
    struct http1_body_piece piece;
    enum http1_body_step step = HTTP1_BODY_MORE;

    if (buffer_len(&h->in) > 0) {
        step = http1_body_decode(&h->body, h->in.data + h->in.start, buffer_len(&h->in), &piece);
        h->held = (uint32_t)piece.used;
        http1_drop_held(h);
    }
    if (step == HTTP1_BODY_END) {
        next_request(h);
        return true;
    }
    if (step == HTTP1_BODY_BAD || h->eof || h->gone || h->body.total > 2 * HTTP1_SKIP_MAX) {
        h->linger = true;
        h->state = HTTP1_CLOSING;
    }
    return false;
}

static inline bool step(struct http1 *h)
{
    if (h->state == HTTP1_READING_HEAD)
        return step_head(h);
    if (h->state == HTTP1_HANDLING)
        return step_handling(h);
    return h->state == HTTP1_SKIPPING && step_skipping(h);
}

/* Writes what is ready; true when that lets a step get on. */
static bool write_ready(struct http1 *h)
{
    /* The application has begun its answer and waits for something else: the client gets what
     * there is. */
    if (h->head_open && h->state == HTTP1_HANDLING && !h->finished &&
        http1_end_head(h, false, 0) < 0 && !h->gone) {
        http1_set_gone(h);
        return true;
    }

    size_t before = http1_unsent(h);
    bool was_gone = h->gone, could_send = http1_can_send(h);
    if (before == 0 && !h->write_waits)
        return false;
    http1_flush(h);
    if (h->gone)
        return !was_gone;
    /* A sender that could go on before, and did not, is on its way: it was cancelled. */
    if (h->sending && !could_send && http1_can_send(h))
        return true;
    return before > HTTP1_OUT_LOW && http1_unsent(h) <= HTTP1_OUT_LOW;
}

/* --- where it stands --- */

/* While the application runs and there is no room to read, the client's leaving must be seen behind
 * more pipelined bytes, or a longer body, than there is room for. */
static bool wants_to_see_end(const struct http1 *h)
{
    return h->state == HTTP1_HANDLING && !h->write_waits && !http1_has_left(h);
}

static bool wants_to_read(const struct http1 *h)
{
    if (h->eof || h->gone)
        return false;
    switch ((enum http1_state)h->state) {
    case HTTP1_READING_HEAD:
        return http1_unsent(h) <= HTTP1_OUT_HIGH;
    case HTTP1_HANDLING:
        return http1_in_room(h) > 0 || (h->held == 0 && h->in.start > h->floor);
    case HTTP1_SKIPPING:
        return true;
    default:
        return false;
    }
}

/* Nothing is left to do for now: the connection waits without us. */
static void become_idle(struct http1 *h)
{
    struct connection *c = h->conn;
    struct server *server = h->server;

    give_struct(h); /* as reset() leaves it: the last request has ended, and nothing has begun */
    if (server->stopping || connection_become_idle(c) < 0) {
        connection_free(c);
        return;
    }
    if (server->on_idle)
        server->on_idle(server->on_idle_arg, c);
}

/* All that could be sent is sent. */
static void end_connection(struct http1 *h)
{
    struct connection *c = h->conn;
    bool linger = h->linger && !h->cut && !h->gone && !h->eof;

    if (h->cut && h->framing == RESPONSE_UNTIL_CLOSE)
        connection_reset(c);
    http1_free(h);
    if (linger)
        connection_linger(c);
    else
        connection_free(c);
}

/* Has on_timer called at its deadline, or before. */
static inline void arm(struct http1 *h)
{
    if (h->deadline_ns == CADRE__NEVER)
        return;
    if (!cadre__timer_is_armed(&h->timer) || h->timer.deadline_ns > h->deadline_ns)
        cadre__timer_start(cadre__loop_timers(h->server->loop), &h->timer, h->deadline_ns);
}

/* Ends it, or waits for the right things. */
static void settle(struct http1 *h)
{
    struct connection *c = h->conn;

    if (h->gone) {
        connection_reset(c);
        if (h->state == HTTP1_CLOSING)
            end_connection(h);
        return;
    }
    if (http1_unsent(h) == 0) {
        bool is_idle = h->state == HTTP1_READING_HEAD && buffer_len(&h->in) == 0;

        if (h->state == HTTP1_CLOSING || (is_idle && h->eof)) {
            end_connection(h);
            return;
        }
        if (is_idle && !http1_parser_has_begun(&h->parser)) {
            become_idle(h);
            return;
        }
    }
    /* What waits for long holds no block for nothing. */
    if (buffer_len(&h->out) == 0)
        buffer_release(&h->out, &h->server->buffers);
    if (!wants_to_read(h)) {
        if (wants_to_see_end(h))
            connection_watch(c);
        else
            connection_pause(c);
    } else if (connection_resume(c) < 0) {
        http1_set_gone(h);
        http1_kick(h);
    }
    h->deadline_ns =
        h->wait_deadline_ns < h->send_deadline_ns ? h->wait_deadline_ns : h->send_deadline_ns;
    arm(h);
}

void http1_run(struct http1 *h)
{
    if (h->running || h->posted)
        return;
    h->running = true;
    do {
        while (step(h))
            ;
    } while (write_ready(h));
    h->running = false;
    settle(h);
}

void http1_kick(struct http1 *h)
{
    if (h->running || h->posted)
        return;
    h->posted = true;
    cadre__loop_post(h->server->loop, &h->job);
}

static void on_job(struct cadre__job *job)
{
    struct http1 *h = CADRE__CONTAINER_OF(job, struct http1, job);

    h->posted = false;
    if (h->detaching && http1_detach_now(h))
        return;
    http1_run(h);
}

/* --- events --- */

/* Makes room behind the bytes in `in`; false when there is none, for now or (out of memory) ever.
 */
static bool make_room(struct http1 *h)
{
    struct buffer_pool *pool = &h->server->buffers;

    if (http1_in_room(h) > 0)
        return true;
    if (!h->in.data) {
        if (buffer_take(&h->in, pool, BUFFER_TINY) < 0)
            http1_set_gone(h);
        return !h->gone;
    }
    if (h->held == 0 && h->in.start > h->floor) {
        buffer_compact(&h->in, h->floor);
        return true;
    }
    if (h->state != HTTP1_READING_HEAD)
        return false;
    if (buffer_grow(&h->in, pool,
                    h->in.size < BUFFER_SMALL
                        ? BUFFER_SMALL
                        : h->server->limits.max_head_size + HTTP1_PARSER_PAD) < 0)
        http1_set_gone(h);
    return http1_in_room(h) > 0;
}

/* One read, where there is room. */
static void fill(struct http1 *h)
{
    if (!make_room(h))
        return;

    ssize_t n = cadre__fd_read(h->conn->fd, h->in.data + h->in.end, http1_in_room(h));
    if (n > 0) {
        h->in.end += (uint32_t)n;
    } else if (n == 0) {
        h->eof = true;
        http1_note_left(h);
    } else if (errno != EAGAIN && errno != EINTR) {
        http1_set_gone(h);
    }
    http1_pad(h);
}

static bool on_fresh(struct connection *c)
{
    struct http1 *h = http1_new(c);
    if (!h)
        return false;

    fill(h);
    if (buffer_len(&h->in) == 0 && !h->eof && !h->gone) {
        give_struct(h);
        c->state = CONNECTION_FRESH;
        return false;
    }
    http1_run(h);
    return true;
}

static void on_readable(struct connection *c)
{
    struct http1 *h = c->busy;

    if (!h)
        h = http1_new(c);
    if (!h) {
        connection_free(c);
        return;
    }
    fill(h);
    http1_run(h);
}

static void on_left(struct connection *c, bool failed)
{
    struct http1 *h = c->busy;

    if (failed)
        http1_set_gone(h);
    else
        http1_note_left(h);
    http1_run(h);
}

/* One of its deadlines has passed. */
static void give_up(struct http1 *h, uint64_t now_ns)
{
    if (h->send_deadline_ns <= now_ns) {
        http1_set_gone(h);
    } else if (h->wait_deadline_ns <= now_ns) {
        h->wait_deadline_ns = CADRE__NEVER;
        if (!http1_parser_has_begun(&h->parser)) {
            h->state = HTTP1_CLOSING;
        } else if (h->state == HTTP1_READING_HEAD) {
            refuse_head(h, 408, "the request head did not come in time");
        } else if (h->state == HTTP1_HANDLING) {
            h->body.error = -ETIMEDOUT;
            h->body.reason = "the body did not come in time";
            h->keep = false;
        } else {
            h->linger = true;
            h->state = HTTP1_CLOSING;
        }
    }
    http1_run(h);
}

/* Of a struct that was given back since, the deadline is never. */
static void on_timer(struct cadre__timer *timer)
{
    struct http1 *h = CADRE__CONTAINER_OF(timer, struct http1, timer);
    uint64_t now_ns = cadre__loop_now(h->server->loop);

    if (h->deadline_ns <= now_ns)
        give_up(h, now_ns);
    else
        arm(h);
}

static void on_stop(struct connection *c, bool grace)
{
    char byte;

    if (c->state != CONNECTION_IDLE && c->state != CONNECTION_FRESH)
        return;

    /* What has come already is answered; behind a PROXY header, once that is read. */
    ssize_t n = recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (n > 0 && !c->wants_proxy)
        on_readable(c);
    else if (c->state == CONNECTION_IDLE || !grace || (n < 0 && errno != EAGAIN && errno != EINTR))
        connection_free(c);
    else
        wait_list_put(&c->server->graced, c);
}

static void cancel(struct connection *c)
{
    struct http1 *h = c->busy;

    if (!h) {
        connection_free(c);
    } else if (h->state == HTTP1_HANDLING) {
        if (!h->finished && h->co)
            cadre__coroutine_cancel(h->co);
    } else {
        h->state = HTTP1_CLOSING;
        http1_run(h);
    }
}

const struct protocol http1_protocol = {
    .name = "http/1.1",
    .on_fresh = on_fresh,
    .on_readable = on_readable,
    .on_left = on_left,
    .on_stop = on_stop,
    .cancel = cancel,
};
