/* SPDX-License-Identifier: MIT */
/*
 * What the access log is told of a request of HTTP/1.x: worker/http1.h has the contract.
 *
 * A server without an access log runs nothing of this file. With one its requests come by
 * http1_logged_app, which notes where they begin; what cannot come that way, because it is refused
 * before, begins where it is refused.
 */
#include "config.h"

#include "worker/http1.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "async/loop.h"
#include "base/clock.h"
#include "gateway/trace_context.h"
#include "worker/access_log.h"
#include "worker/server.h"

/* What nginx says of a client that left before it was answered. */
#define CLIENT_LEFT 499

/* --- the beginning --- */

/* Bytes that were made for the client since the last request began. */
static uint64_t made(const struct http1 *h)
{
    return h->sent + http1_unsent(h);
}

/* How long the request has waited in the kernel, as far as that is known. */
static uint64_t queue_time(const struct http1 *h)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof(info);

    if (!access_log_uses(h->server->access_log, CADRE__ACCESS_QUEUE_TIME) || h->conn->fd < 0 ||
        getsockopt(h->conn->fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
        return ACCESS_UNKNOWN;
    return info.tcpi_last_data_recv * CADRE__NSEC_PER_MSEC;
}

void http1_log_begin(struct http1 *h)
{
    struct http1_log *log = &h->log;

    if (log->begun)
        return;
    log->begun = true;
    log->before = made(h);
    log->queue_ns = queue_time(h);
    http1_log_first_byte(h);
    if (h->server->limits.keepalive_requests == 0)
        h->conn->n_requests++;
}

void http1_log_first_byte(struct http1 *h)
{
    if (h->log.begin_ns == 0)
        h->log.begin_ns = cadre__loop_now(h->server->loop);
}

int http1_logged_app(void *app, const struct cadre__scope *scope, struct cadre__channel *channel)
{
    struct http1 *h = CADRE__CONTAINER_OF(channel, struct http1, channel);

    http1_log_begin(h);
    return h->server->logged_app_fn(app, scope, channel);
}

/* --- fields of the response --- */

/* Calls fn for each field of a response that a line has. */
static void for_each_sent(struct http1 *h, struct cadre_str *values, const void *from,
                          struct cadre_str (*find)(struct http1 *h, const void *from,
                                                   struct cadre_str name))
{
    const struct cadre__access_format *format = &h->server->access_log->format;

    for (size_t i = 0; i < format->n_steps; i++) {
        const struct cadre__access_step *step = &format->steps[i];

        if (step->what == CADRE__ACCESS_SENT_HTTP)
            values[step->index] = find(h, from, step->text);
    }
    h->log.sent = values;
}

/* Room for all of them; NULL: they are left out. */
static struct cadre_str *take_values(struct http1 *h)
{
    size_t n = h->server->access_log->format.n_sent;

    return n > 0 ? cadre__arena_calloc(&h->arena, n * sizeof(struct cadre_str)) : NULL;
}

static struct cadre_str keep(struct http1 *h, struct cadre_str value)
{
    char *kept = cadre__arena_strndup(&h->arena, value.ptr, value.len);

    return (struct cadre_str){kept, kept ? value.len : 0};
}

static struct cadre_str find_given(struct http1 *h, const void *from, struct cadre_str name)
{
    const struct cadre__event *event = from;

    for (size_t i = 0; i < event->n_headers; i++) {
        if (cadre_str_eq(event->headers[i].name, name))
            return keep(h, event->headers[i].value);
    }
    return (struct cadre_str){NULL, 0};
}

void http1_log_response(struct http1 *h, const struct cadre__event *event)
{
    if (event->type != CADRE__EVENT_HTTP_RESPONSE &&
        event->type != CADRE__EVENT_HTTP_RESPONSE_START)
        return;

    struct cadre_str *values = h->log.sent ? NULL : take_values(h);
    if (values)
        for_each_sent(h, values, event, find_given);
}

/* In the head of a refusal, as it is sent. */
static struct cadre_str find_written(struct http1 *h, const void *from, struct cadre_str name)
{
    const struct cadre_str *head = from;
    const char *end = head->ptr + head->len;
    const char *line = memchr(head->ptr, '\n', head->len);

    (void)h;
    while (line && ++line < end) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        size_t len = (size_t)((next ? next : end) - line);

        if (len > name.len + 3 && memcmp(line, name.ptr, name.len) == 0 && line[name.len] == ':')
            return (struct cadre_str){line + name.len + 2, len - name.len - 3};
        line = next;
    }
    return (struct cadre_str){NULL, 0};
}

/* What HTTP/1.1 itself adds to a response of the application. */
static struct cadre_str own_field(struct http1 *h, struct cadre_str name)
{
    const struct http_date *date =
        http_date_get(&h->server->date, cadre__loop_now(h->server->loop));
    struct cadre_str none = {NULL, 0};

    if (cadre_str_eq(name, CADRE_STR("date")))
        return (struct cadre_str){date->lines + 6, HTTP_DATE_LEN};
    if (cadre_str_eq(name, CADRE_STR("server")))
        return h->server->limits.server_header ? CADRE_STR("cadre") : none;
    if (cadre_str_eq(name, CADRE_STR("transfer-encoding")))
        return h->framing == RESPONSE_CHUNKED ? CADRE_STR("chunked") : none;
    if (cadre_str_eq(name, CADRE_STR("connection")))
        return !h->keep                      ? CADRE_STR("close")
               : h->scope.http_version == 10 ? CADRE_STR("keep-alive")
                                             : none;
    if (cadre_str_eq(name, CADRE_STR("content-length")) && h->framing == RESPONSE_LENGTH)
        return cadre_str_from(cadre__arena_printf(&h->arena, "%" PRIu64, h->response.sent));
    return none;
}

/* Adds them to what the application gave. */
static void add_own_fields(struct http1 *h)
{
    const struct cadre__access_format *format = &h->server->access_log->format;

    for (size_t i = 0; i < format->n_steps && h->log.sent; i++) {
        const struct cadre__access_step *step = &format->steps[i];
        struct cadre_str *value = (struct cadre_str *)(uintptr_t)&h->log.sent[step->index];

        if (step->what == CADRE__ACCESS_SENT_HTTP && !value->ptr)
            *value = own_field(h, step->text);
    }
}

/* --- the entry --- */

/* The request line as far as it came, of a head that was not parsed to its end. */
static struct cadre_str raw_line(const struct http1 *h)
{
    const char *at = h->in.data + h->in.start;
    size_t left = buffer_len(&h->in);
    size_t len = 0;

    while (left > 0 && (*at == '\r' || *at == '\n')) {
        at++;
        left--;
    }
    while (len < left && at[len] != '\r' && at[len] != '\n')
        len++;
    return (struct cadre_str){at, len};
}

static void describe_unparsed(struct http1 *h, struct access_entry *entry)
{
    if (!h->in.data)
        return;
    entry->request_line = raw_line(h);
    entry->request_length = buffer_len(&h->in);
    entry->method =
        (struct cadre_str){h->in.data + h->in.start + h->parser.method_at, h->parser.method_len};
}

/* What a parsed head says: it is where its method is. */
static void describe_head(struct http1 *h, struct access_entry *entry)
{
    const struct http1_parser *p = &h->parser;
    const char *head = h->scope.method.ptr - p->method_at;

    entry->method = h->scope.method;
    entry->target = (struct cadre_str){head + p->target_at, p->target_len};
    entry->http_version = p->version;
    entry->request_length = http1_parser_head_len(p);
    if (h->log.no_scope)
        return;
    entry->scope = &h->scope;
    entry->request_length += h->body.total;
}

static void describe_client(struct http1 *h, struct access_entry *entry)
{
    bool known = entry->scope && h->scope.client.address.ptr;

    entry->remote_port = entry->scope ? h->scope.client.port : h->conn->peer.port;
    if (!access_log_uses(h->server->access_log, CADRE__ACCESS_REMOTE_ADDR))
        return;
    if (known)
        entry->remote_addr = h->scope.client.address;
    else if (h->conn->peer.family == AF_UNIX)
        entry->remote_addr = CADRE_STR("unix:");
    else
        entry->remote_addr =
            (struct cadre_str){h->peer, connection_peer_format(&h->conn->peer, h->peer)};
}

/* The ids, which are made here where nobody has asked for them before. */
static void describe_ids(struct http1 *h, struct access_entry *entry, struct cadre__trace *trace)
{
    const struct access_log *log = h->server->access_log;

    if (access_log_uses(log, CADRE__ACCESS_REQUEST_ID))
        entry->request_id = http1_request_id(h);
    if (!access_log_uses(log, CADRE__ACCESS_TRACE_ID) &&
        !access_log_uses(log, CADRE__ACCESS_SPAN_ID))
        return;
    cadre__trace_of(&h->scope, trace);
    entry->trace_id = cadre_str_from(trace->trace_id);
    entry->span_id = cadre_str_from(trace->span_id);
}

/* Adds the line of a request with that outcome, and forgets it. */
static void add(struct http1 *h, const struct access_entry *outcome)
{
    struct access_entry entry = *outcome;
    struct server *server = h->server;
    struct cadre__trace trace;

    if (h->log.unparsed)
        describe_unparsed(h, &entry);
    else
        describe_head(h, &entry);
    describe_client(h, &entry);
    describe_ids(h, &entry, &trace);
    entry.bytes_sent = made(h) - h->log.before;
    if (entry.body_bytes_sent > entry.bytes_sent) /* it was cut */
        entry.body_bytes_sent = entry.bytes_sent;
    entry.request_ns = cadre__loop_clock(server->loop) - h->log.begin_ns;
    entry.queue_ns = h->log.queue_ns;
    entry.sent = h->log.sent;
    entry.connection = h->conn->serial;
    entry.connection_requests = h->conn->n_requests;
    access_log_add(server->access_log, &entry);
    h->log = (struct http1_log){0};
}

/* --- the end --- */

void http1_log_end(struct http1 *h)
{
    bool complete = h->response.phase == CADRE__RESPONSE_COMPLETE && !h->cut;
    struct access_entry entry = {
        .status = h->head_sent ? h->response.status : CLIENT_LEFT,
        .complete = complete && !h->gone,
        .body_bytes_sent = cadre__response_is_bodiless(&h->response) ? 0 : h->response.sent,
        .module = h->channel.module,
        .route = h->channel.route,
    };

    if (!h->head_sent && !h->gone)
        return;
    add_own_fields(h);
    add(h, &entry);
}

void http1_log_refused(struct http1 *h, int status, size_t before)
{
    bool left =
        h->finished && http1_has_left(h) && (h->result == -EPIPE || h->result == -ECANCELED);
    struct access_entry entry = {
        .status = left ? CLIENT_LEFT : status,
        .complete = !h->gone && !left,
        .module = h->finished ? h->channel.module : NULL,
        .route = h->finished ? h->channel.route : NULL,
    };
    size_t n = buffer_len(&h->out) - before;

    if (!h->log.begun) {
        http1_log_begin(h);
        h->log.before -= n;
    }
    if (n > 0) {
        const char *answer = h->out.data + h->out.end - n;
        const char *end = memmem(answer, n, "\r\n\r\n", 4);
        struct cadre_str head = {answer, end ? (size_t)(end - answer) + 2 : n};
        struct cadre_str *values = take_values(h);

        entry.body_bytes_sent = end ? n - head.len - 2 : 0;
        if (values)
            for_each_sent(h, values, &head, find_written);
    }
    add(h, &entry);
}

void http1_log_left(struct http1 *h)
{
    struct access_entry entry = {.status = CLIENT_LEFT};

    h->log.unparsed = true;
    h->scope.number = ++h->server->last_number;
    h->scope.n_headers = 0; /* those of the request before */
    http1_log_begin(h);
    add(h, &entry);
}
