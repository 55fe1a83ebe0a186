/* SPDX-License-Identifier: MIT */
/*
 * Connections of a server, by a script: the input says what the clients send and read, when they
 * end, how the time goes, and when the server drains or stops; the paths of the requests say what
 * the application does. Socket pairs, the test clock, one loop.
 *
 * What must hold: whatever comes out is a row of HTTP/1.1 answers, no more than there were
 * requests; when the clients have gone and time has passed, nothing is left; no memory is.
 *
 * The script: a byte for the limits, a byte for the size of the socket's buffers, then steps, each
 * a byte of enum step and a byte of argument, SEND followed by as many bytes as that says.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "async/loop.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "gateway/gateway.h"
#include "gateway/request_id.h"
#include "gateway/trace_context.h"
#include "ipc/scoreboard.h"
#include "tests/fuzz/fuzz.h"
#include "worker/connection.h"
#include "worker/meter.h"
#include "worker/server.h"
#include <cadre/task.h>

#define CLIENTS_MAX 3
#define TURNS_MAX   20000 /* of the loop, for one input */

enum step {
    SEND,     /* so many bytes, which follow */
    REQUEST,  /* one of `requests` */
    READ,     /* up to so many times 16 bytes */
    TURN,     /* the loop turns so often, at most 16 times */
    SLEEP,    /* so many times 100 ms pass */
    SHUT,     /* the client ends its side */
    CLOSE,    /* the client is gone */
    CLIENT,   /* what follows is done by that client, which connects if it has not */
    DRAIN,    /* each answer is the last one */
    STOP,     /* what is idle goes, so many times 100 ms is the grace */
    CANCEL,   /* no more time */
    STEP_END, /* how many there are */
};

/* So that a script needs not spell them. */
static const char *const requests[] = {
    "GET /w HTTP/1.1\r\nHost: h\r\n\r\n",
    "GET /sbbe HTTP/1.1\r\nHost: h\r\n\r\n",
    "GET /sBBBBBBBBe HTTP/1.1\r\nHost: h\r\n\r\n",
    "GET /W HTTP/1.1\r\nHost: h\r\n\r\n",
    "HEAD /sbe HTTP/1.1\r\nHost: h\r\n\r\n",
    "POST /Rw HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n",
    "POST /srbrbRe HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
    "POST /Rw HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n",
    "a\r\n0123456789\r\n",
    "0123456789",
    "0\r\nT: 1\r\n\r\n",
    "GET /zw HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "GET /sbe HTTP/1.0\r\n\r\n",
    "GET /dw HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    "GET /f HTTP/1.1\r\nHost: h\r\n\r\n",
    "GET /sbf HTTP/1.1\r\nHost: h\r\n\r\n",
};

struct client {
    int fd;       /* -1: not open */
    bool was;     /* it has been */
    bool read_up; /* the server has ended it */
    char *out;    /* what came */
    size_t out_len;
};

struct fuzz {
    const uint8_t *script;
    size_t len, at;
    int buffers; /* of the sockets, bytes; 0: the system's */
    struct cadre__test_clock clock;
    struct cadre__loop *loop;
    struct server *server;
    struct cadre__score score;
    struct cadre__traffic_counts counts;
    struct meter meter;
    struct client clients[CLIENTS_MAX], *client;
    size_t n_calls; /* of the application */
    size_t turns;
};

/* --- the application ----------------------------------------------------------------------------
 */

static int send_start(struct cadre__channel *ch, const struct cadre__scope *scope, int status,
                      const char *name, const char *value)
{
    const struct cadre__header headers[] = {
        {cadre_str_from(name), cadre_str_from(value)},
        {CADRE_STR_INIT("x-head"), CADRE_STR_INIT("1")},
    };
    const struct cadre__event event = {
        .type = CADRE__EVENT_HTTP_RESPONSE_START,
        .status = status,
        .headers = headers,
        .n_headers = cadre_str_eq(scope->method, CADRE_STR("HEAD")) ? 2 : 1,
    };

    return cadre__channel_send_event(ch, &event);
}

static int send_body(struct cadre__channel *ch, size_t len, bool more)
{
    static const char bytes[120000];
    const struct cadre__event event = {
        .type = CADRE__EVENT_HTTP_RESPONSE_BODY, .body = {bytes, len}, .more_body = more};

    return cadre__channel_send_event(ch, &event);
}

static int send_whole(struct cadre__channel *ch, const struct cadre__scope *scope, size_t len)
{
    static const char bytes[120000];
    const struct cadre__header head = {CADRE_STR_INIT("x-head"), CADRE_STR_INIT("1")};
    const struct cadre__event event = {
        .type = CADRE__EVENT_HTTP_RESPONSE,
        .status = 200,
        .headers = &head,
        .n_headers = cadre_str_eq(scope->method, CADRE_STR("HEAD")) ? 1 : 0,
        .body = {bytes, len},
    };

    return cadre__channel_send_event(ch, &event);
}

/* Receives once, or to the end of the body. */
static int receive(struct cadre__channel *ch, bool all)
{
    struct cadre__event event;
    int r;

    do {
        r = cadre__channel_receive_event(ch, &event);
        if (r < 0)
            return r;
        /* Every byte is there. */
        volatile char sum = 0;
        for (size_t i = 0; event.type == CADRE__EVENT_HTTP_REQUEST && i < event.body.len; i++)
            sum = (char)(sum + event.body.ptr[i]);
    } while (all && event.type == CADRE__EVENT_HTTP_REQUEST && event.more_body);
    return 0;
}

static int wait_for_disconnect(struct cadre__channel *ch)
{
    struct cadre__event event = {.type = CADRE__EVENT_HTTP_REQUEST};
    int r = 0;

    while (r == 0 && event.type != CADRE__EVENT_HTTP_DISCONNECT)
        r = cadre__channel_receive_event(ch, &event);
    return r;
}

/* By what it is known to others: whatever the client says, the texts are safe. */
static int tell_names(const struct cadre__scope *scope, struct cadre__channel *ch)
{
    char own[CADRE__REQUEST_ID_SIZE], traceparent[CADRE__TRACEPARENT_SIZE];
    struct cadre_str id = cadre__request_id(scope, own), state;
    struct cadre__trace trace, again;

    FUZZ_CHECK(cadre__request_id_is_valid(id) && id.ptr[id.len] == '\0');
    cadre__trace_of(scope, &trace);
    cadre__traceparent_format(&trace, traceparent);
    FUZZ_CHECK(cadre__traceparent_parse(cadre_str_from(traceparent), &again));
    FUZZ_CHECK(strcmp(again.trace_id, trace.trace_id) == 0 &&
               strcmp(again.parent_id, trace.span_id) == 0 && again.is_sampled == trace.is_sampled);
    int r = cadre__tracestate_of(scope, ch->arena, &state);
    FUZZ_CHECK(r < 0 || !state.ptr || cadre__tracestate_is_valid(state));
    return r;
}

/* One letter of the path. */
static int act(char letter, const struct cadre__scope *scope, struct cadre__channel *ch)
{
    switch (letter) {
    case 'r':
        return receive(ch, false);
    case 'R':
        return receive(ch, true);
    case 's':
        return send_start(ch, scope, 200, "x-a", "b");
    case 'n':
        return send_start(ch, scope, 204, "x-a", "b");
    case 'm':
        return send_start(ch, scope, 304, "content-length", "7");
    case 'l':
        return send_start(ch, scope, 200, "content-length", "20");
    case 'c':
        return send_start(ch, scope, 404, "connection", "close");
    case 'x':
        return send_start(ch, scope, 200, "x-a", "b\r\nc: d");
    case 'b':
        return send_body(ch, 10, true);
    case 'B':
        return send_body(ch, 20000, true);
    case 'L':
        return send_body(ch, 120000, true);
    case 'e':
        return send_body(ch, 0, false);
    case 'E':
        return send_body(ch, 10, false);
    case 'w':
        return send_whole(ch, scope, 3);
    case 'W':
        return send_whole(ch, scope, 120000);
    case 'y':
        return cadre_yield();
    case 'z':
        return cadre_sleep(1000);
    case 'd':
        return wait_for_disconnect(ch);
    case 'k':
        ch->ops->cancel_on_disconnect(ch);
        return 0;
    case 'g': {
        int r = ch->ops->detach(ch);

        FUZZ_CHECK(r == 0 || r == -EINVAL || r == -ECANCELED);
        return r == -EINVAL ? 0 : r;
    }
    case 'i':
        return tell_names(scope, ch);
    case 'f':
        return -EIO;
    default:
        return 0;
    }
}

static int app(void *arg, const struct cadre__scope *scope, struct cadre__channel *ch)
{
    struct fuzz *f = arg;

    f->n_calls++;
    FUZZ_CHECK(scope->path.len > 0 && scope->path.ptr[scope->path.len] == '\0');
    FUZZ_CHECK(strlen(scope->path.ptr) == scope->path.len);
    FUZZ_CHECK(strlen(scope->query.ptr) == scope->query.len);
    for (size_t i = 0; i < scope->n_headers; i++) {
        FUZZ_CHECK(strlen(scope->headers[i].name.ptr) == scope->headers[i].name.len);
        FUZZ_CHECK(strlen(scope->headers[i].value.ptr) == scope->headers[i].value.len);
    }
    for (size_t i = 0; i < scope->path.len && i < 40; i++) {
        int r = act(scope->path.ptr[i], scope, ch);
        if (r < 0)
            return r;
    }
    return 0;
}

/* --- clients ------------------------------------------------------------------------------------
 */

static void turn(struct fuzz *f)
{
    FUZZ_CHECK(f->turns++ < TURNS_MAX);
    FUZZ_CHECK(cadre_yield() == 0);
}

static void connect_client(struct fuzz *f)
{
    struct client *c = f->client;
    struct connection *connection;
    int ends[2];

    c->was = true;
    FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    if (f->buffers > 0)
        (void)setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &f->buffers, sizeof(f->buffers));
    FUZZ_CHECK(connection_open(f->server, ends[1], NULL, 0, &connection) == 0);
    c->fd = ends[0];
}

static void send_all(struct fuzz *f, const void *bytes, size_t len)
{
    const char *at = bytes;

    for (int tries = 0; f->client->fd >= 0 && len > 0 && tries < 8; tries++) {
        ssize_t n = send(f->client->fd, at, len, MSG_NOSIGNAL);

        if (n < 0 && errno != EAGAIN)
            return;
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        }
        if (len > 0)
            turn(f);
    }
}

static void read_some(struct client *c, size_t max)
{
    char *grown;

    if (c->fd < 0 || c->read_up || max == 0)
        return;
    grown = realloc(c->out, c->out_len + max);
    if (!grown)
        FUZZ_FAIL("out of memory");
    c->out = grown;

    ssize_t n = recv(c->fd, c->out + c->out_len, max, 0);
    if (n > 0)
        c->out_len += (size_t)n;
    else if (n == 0 || errno != EAGAIN)
        c->read_up = true;
}

static void close_client(struct client *c)
{
    if (c->fd >= 0)
        (void)close(c->fd);
    c->fd = -1;
}

/* --- what came out ------------------------------------------------------------------------------
 */

/* Where an answer is. */
struct reader {
    const char *at, *end;
};

static size_t left(const struct reader *r)
{
    return (size_t)(r->end - r->at);
}

/* The next line without its CRLF; false: it is not whole. */
static bool read_line(struct reader *r, const char **ret, size_t *ret_len)
{
    const char *end = memchr(r->at, '\n', left(r));

    if (!end)
        return false;
    FUZZ_CHECK(end > r->at && end[-1] == '\r');
    *ret = r->at;
    *ret_len = (size_t)(end - 1 - r->at);
    for (const char *c = *ret; c < end - 1; c++)
        FUZZ_CHECK((unsigned char)*c >= 0x20 && *c != 0x7f);
    r->at = end + 1;
    return true;
}

static bool is_field(const char *line, size_t len, const char *name, const char **ret_value)
{
    size_t n = strlen(name);

    if (len < n + 2 || memcmp(line, name, n) != 0 || memcmp(line + n, ": ", 2) != 0)
        return false;
    *ret_value = line + n + 2;
    return true;
}

/* What the head of an answer says. */
struct head {
    int status;
    bool chunked, has_length, is_bodiless;
    uint64_t length;
};

static void read_status(struct head *h, const char *line, size_t len)
{
    FUZZ_CHECK(len >= 13 && memcmp(line, "HTTP/1.1 ", 9) == 0 && line[12] == ' ');
    *h = (struct head){.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + line[11] - '0'};
    FUZZ_CHECK(h->status >= 100 && h->status < 600);
    h->is_bodiless = h->status < 200 || h->status == 204 || h->status == 304;
}

static void read_field(struct head *h, const char *line, size_t len)
{
    const char *value, *colon = memchr(line, ':', len);

    FUZZ_CHECK(colon && colon > line && colon[1] == ' ');
    FUZZ_CHECK(!is_field(line, len, "c", &value)); /* of a field that was refused */
    if (is_field(line, len, "x-head", &value)) {
        h->is_bodiless = true;
    } else if (is_field(line, len, "transfer-encoding", &value)) {
        FUZZ_CHECK(!h->chunked);
        h->chunked = true;
    } else if (is_field(line, len, "content-length", &value)) {
        FUZZ_CHECK(!h->has_length);
        h->has_length = true;
        for (; value < line + len; value++) {
            FUZZ_CHECK(*value >= '0' && *value <= '9');
            h->length = h->length * 10 + (uint64_t)(*value - '0');
        }
    }
}

/* False: it is not whole. */
static bool read_head(struct reader *r, struct head *h)
{
    const char *line;
    size_t len;

    if (!read_line(r, &line, &len))
        return false;
    read_status(h, line, len);
    while (read_line(r, &line, &len)) {
        if (len == 0)
            return true;
        read_field(h, line, len);
    }
    return false;
}

static bool skip(struct reader *r, uint64_t n)
{
    if (left(r) < n) {
        r->at = r->end;
        return false;
    }
    r->at += n;
    return true;
}

/* A chunk; *ret_last where it was the last one. False: it is not whole. */
static bool read_chunk(struct reader *r, bool *ret_last)
{
    const char *line;
    size_t len;
    uint64_t size = 0;

    if (!read_line(r, &line, &len))
        return false;
    FUZZ_CHECK(len > 0 && len <= 16);
    for (size_t i = 0; i < len; i++) {
        const char *digit = strchr("0123456789abcdef", line[i]);
        FUZZ_CHECK(digit && line[i] != '\0');
        size = size * 16 + (uint64_t)(digit - "0123456789abcdef");
    }
    *ret_last = size == 0;
    if (!skip(r, size) || left(r) < 2)
        return false;
    FUZZ_CHECK(r->at[0] == '\r' && r->at[1] == '\n');
    r->at += 2;
    return true;
}

/* False: it is not whole, and nothing can follow. */
static bool read_answer(struct reader *r, struct head *h)
{
    bool is_last = false;

    if (!read_head(r, h))
        return false;
    FUZZ_CHECK(!(h->chunked && h->has_length));
    if (h->is_bodiless)
        return true;
    if (h->has_length)
        return skip(r, h->length);
    while (h->chunked && !is_last) {
        if (!read_chunk(r, &is_last))
            return false;
    }
    return h->chunked;
}

static size_t count_answers(const struct client *c)
{
    struct reader r = {c->out, c->out ? c->out + c->out_len : NULL};
    struct head h;
    size_t n = 0;

    while (left(&r) > 0) {
        bool whole = read_answer(&r, &h);

        n += whole && h.status >= 200;
        if (!whole)
            break;
    }
    return n;
}

/* --- the script ---------------------------------------------------------------------------------
 */

static uint8_t next_byte(struct fuzz *f)
{
    return f->at < f->len ? f->script[f->at++] : 0;
}

static void send_script(struct fuzz *f, size_t n)
{
    if (n > f->len - f->at)
        n = f->len - f->at;
    f->at += n;
    send_all(f, f->script + f->at - n, n);
}

static void do_step(struct fuzz *f)
{
    enum step step = (enum step)(next_byte(f) % STEP_END);
    uint8_t arg = next_byte(f);

    switch (step) {
    case SEND:
        send_script(f, arg);
        break;
    case REQUEST: {
        const char *request = requests[arg % (sizeof(requests) / sizeof(requests[0]))];
        send_all(f, request, strlen(request));
        break;
    }
    case READ:
        read_some(f->client, (size_t)arg * 16);
        break;
    case TURN:
        for (int i = 0; i <= arg % 16; i++)
            turn(f);
        break;
    case SLEEP:
        FUZZ_CHECK(cadre_sleep(arg * 100U) == 0);
        break;
    case SHUT:
        if (f->client->fd >= 0)
            (void)shutdown(f->client->fd, SHUT_WR);
        break;
    case CLOSE:
        close_client(f->client);
        break;
    case CLIENT:
        f->client = &f->clients[arg % CLIENTS_MAX];
        if (!f->client->was)
            connect_client(f);
        break;
    case DRAIN:
        server_drain(f->server);
        break;
    case STOP:
        server_stop(f->server, arg * (CADRE__NSEC_PER_SEC / 10));
        break;
    case CANCEL:
        server_cancel(f->server);
        break;
    case STEP_END:
        break;
    }
}

/* Clients read up and go; time passes: then nothing may be left. */
static void finish(struct fuzz *f)
{
    for (int i = 0; i < 30; i++) {
        for (size_t j = 0; j < CLIENTS_MAX; j++)
            read_some(&f->clients[j], 8192);
        turn(f);
    }
    for (size_t i = 0; i < CLIENTS_MAX; i++)
        close_client(&f->clients[i]);
    for (int i = 0; i < 100 && !server_is_empty(f->server); i++)
        FUZZ_CHECK(cadre_sleep(10000) == 0);
    FUZZ_CHECK(server_is_empty(f->server));
    FUZZ_CHECK(f->server->n_in_flight == 0);
}

static int run_script(void *arg)
{
    struct fuzz *f = arg;

    f->client = &f->clients[0];
    connect_client(f);
    while (f->at < f->len)
        do_step(f);
    finish(f);
    return 0;
}

static void run(struct fuzz *f)
{
    uint8_t limits_byte = next_byte(f), buffers_byte = next_byte(f);
    const struct server_limits limits = {
        .keepalive_timeout_ns = limits_byte & 1 ? 0 : 5 * CADRE__NSEC_PER_SEC,
        .head_timeout_ns = 10 * CADRE__NSEC_PER_SEC,
        .body_timeout_ns = 30 * CADRE__NSEC_PER_SEC,
        .send_timeout_ns = 30 * CADRE__NSEC_PER_SEC,
        .max_body_size = limits_byte & 2 ? 20 : 1 << 20,
        .max_head_size = limits_byte & 4 ? 128 : 16384,
        .max_line_size = limits_byte & 4 ? 64 : 8192,
        .max_extensions_size = limits_byte & 2 ? 8 : 8192,
        .max_trailers_size = limits_byte & 2 ? 8 : 8192,
        .min_body_rate = limits_byte & 32 ? 4 : 0,
        .min_send_rate = limits_byte & 32 ? 400 : 0,
        .keepalive_requests = limits_byte & 64 ? 2 : 0,
        .concurrency = limits_byte & 128 ? 1 : 0,
        .queue_timeout_ns = limits_byte & 128 ? CADRE__NSEC_PER_SEC : 0,
        .max_headers = limits_byte & 8 ? 2 : 100,
        .max_connections = 1000,
        .server_header = (limits_byte & 16) != 0,
        .request_id_header = (limits_byte & 16) != 0,
    };
    const struct cadre__loop_options loop_options = {.test_clock = &f->clock};
    const struct server_options options = {
        .limits = &limits,
        .app_fn = app,
        .app = f,
        .score = &f->score,
        .meter = &f->meter,
        .request_id = CADRE__IDS_FROM_ANYBODY,
        .trace_context = CADRE__IDS_FROM_ANYBODY,
    };
    struct server_options with_loop = options;

    f->buffers = buffers_byte & 1 ? 4096 : 0;
    cadre__test_clock_init(&f->clock, CADRE__NSEC_PER_SEC);
    FUZZ_CHECK(cadre__loop_new(&loop_options, &f->loop) == 0);
    with_loop.loop = f->loop;
    meter_init(&f->meter, &f->counts, &f->score);
    FUZZ_CHECK(server_new(&with_loop, &f->server) == 0);
    FUZZ_CHECK(cadre__loop_run_main(f->loop, run_script, f) == 0);
    server_free(f->server);
    cadre__loop_free(f->loop);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f = {.script = data, .len = size};
    size_t n_answers = 0, n_clients = 0;

    if (size > 4096)
        return 0;
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    for (size_t i = 0; i < CLIENTS_MAX; i++)
        f.clients[i].fd = -1;
    run(&f);
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        n_answers += count_answers(&f.clients[i]);
        n_clients += f.clients[i].was;
        free(f.clients[i].out);
    }
    /* One for each call of the application, and one that refuses what is no request. */
    FUZZ_CHECK(n_answers <= f.n_calls + n_clients);
    return 0;
}
