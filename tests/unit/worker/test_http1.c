/* SPDX-License-Identifier: MIT */
/*
 * HTTP/1.1 on a connection: whole exchanges over a socket pair with an application of the test.
 * The rows of `exchanges` are sent whole, byte by byte, and split at each boundary; the answers
 * must be the same.
 */
#include "worker/http1.h"

#include "base/arena.h"
#include "conf/server_conf.h"
#include "tests/unit/worker/harness.h"

/* --- the application --- */

static struct {
    int received;      /* result of the last receive that failed */
    bool disconnected; /* the handler of /wait saw it */
    int sent;          /* result of the last send that failed */
    int deferred;      /* deferred calls that ran */
    bool done;         /* the handler returned */
} seen;

static int start_with(struct cadre__channel *ch, int status, const struct cadre__header *headers,
                      size_t n)
{
    const struct cadre__event event = {.type = CADRE__EVENT_HTTP_RESPONSE_START,
                                       .status = status,
                                       .headers = headers,
                                       .n_headers = n};
    return cadre__channel_send_event(ch, &event);
}

static int start(struct cadre__channel *ch, int status)
{
    return start_with(ch, status, NULL, 0);
}

static int body(struct cadre__channel *ch, const char *bytes, size_t len, bool more)
{
    const struct cadre__event event = {
        .type = CADRE__EVENT_HTTP_RESPONSE_BODY, .body = {bytes, len}, .more_body = more};
    return cadre__channel_send_event(ch, &event);
}

static int reply(struct cadre__channel *ch, int status, const char *text)
{
    int r = start(ch, status);

    return r < 0 ? r : body(ch, text, strlen(text), false);
}

/* Reads the whole body into the arena. */
static int read_body(struct cadre__channel *ch, char **ret, size_t *ret_len)
{
    char *bytes = cadre__arena_alloc(ch->arena, 1 << 20);
    size_t len = 0;
    struct cadre__event event;

    ck_assert_ptr_nonnull(bytes);
    do {
        int r = cadre__channel_receive_event(ch, &event);
        if (r < 0) {
            seen.received = r;
            return r;
        }
        ck_assert_int_eq(event.type, CADRE__EVENT_HTTP_REQUEST);
        ck_assert_uint_le(len + event.body.len, 1 << 20);
        if (event.body.len > 0)
            memcpy(bytes + len, event.body.ptr, event.body.len);
        len += event.body.len;
    } while (event.more_body);
    *ret = bytes;
    *ret_len = len;
    return 0;
}

static int do_echo(struct cadre__channel *ch)
{
    char *bytes;
    size_t len;
    int r = read_body(ch, &bytes, &len);

    if (r == 0)
        r = start(ch, 200);
    return r < 0 ? r : body(ch, bytes, len, false);
}

static int do_stream(struct cadre__channel *ch)
{
    int r = start(ch, 200);

    if (r == 0)
        r = body(ch, "one", 3, true);
    if (r == 0)
        r = body(ch, "", 0, true);
    if (r == 0)
        r = body(ch, "seventeen letters", 17, true);
    return r < 0 ? r : body(ch, NULL, 0, false);
}

/* Says what the scope says. */
static int do_scope(const struct cadre__scope *s, struct cadre__channel *ch)
{
    char *text = cadre__arena_printf(ch->arena, "%s|%s|%s|%s|%d|", s->method.ptr, s->path.ptr,
                                     s->raw_path.ptr, s->query.ptr, s->http_version);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(s->method.len, strlen(s->method.ptr));
    ck_assert_uint_eq(s->path.len, strlen(s->path.ptr));
    ck_assert_uint_eq(s->raw_path.len, strlen(s->raw_path.ptr));
    ck_assert_uint_eq(s->query.len, strlen(s->query.ptr));
    for (size_t i = 0; i < s->n_headers; i++) {
        const struct cadre__header *f = &s->headers[i];
        ck_assert_uint_eq(f->name.len, strlen(f->name.ptr));
        ck_assert_uint_eq(f->value.len, strlen(f->value.ptr));
        text = cadre__arena_printf(ch->arena, "%s%s=%s;", text, f->name.ptr, f->value.ptr);
        ck_assert_ptr_nonnull(text);
    }
    return reply(ch, 200, text);
}

static int do_big(struct cadre__channel *ch, size_t len)
{
    char *bytes = cadre__arena_alloc(ch->arena, len);

    ck_assert_ptr_nonnull(bytes);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)('a' + i % 26);
    int r = start(ch, 200);
    if (r == 0)
        r = body(ch, bytes, len, false);
    if (r < 0)
        seen.sent = r;
    return r;
}

/* Sends small pieces until that fails. */
static int do_flood(struct cadre__channel *ch)
{
    static const char piece[1000];
    int r = start(ch, 200);

    while (r == 0)
        r = body(ch, piece, sizeof(piece), true);
    seen.sent = r;
    return r;
}

static int do_wait(struct cadre__channel *ch)
{
    struct cadre__event event = {.more_body = true};
    int r = 0;

    while (r == 0 && event.type != CADRE__EVENT_HTTP_DISCONNECT)
        r = cadre__channel_receive_event(ch, &event);
    seen.disconnected = r == 0 && ch->ops->is_disconnected(ch);
    seen.received = r;
    return r < 0 ? r : reply(ch, 200, "late");
}

static int do_length(struct cadre__channel *ch, const char *said, const char *text)
{
    const struct cadre__header headers[] = {{CADRE_STR("content-length"), cadre_str_from(said)}};
    int r = start_with(ch, 200, headers, 1);

    return r < 0 ? r : body(ch, text, strlen(text), false);
}

static int do_header(struct cadre__channel *ch, const char *name, const char *value)
{
    const struct cadre__header headers[] = {{cadre_str_from(name), cadre_str_from(value)}};
    int r = start_with(ch, 200, headers, 1);

    if (r < 0)
        seen.sent = r;
    return r < 0 ? r : body(ch, "x", 1, false);
}

static void count_deferred(void *arg)
{
    (void)arg;
    seen.deferred++;
}

static int app(void *arg, const struct cadre__scope *scope, struct cadre__channel *ch)
{
    const char *path = scope->path.ptr;
    int r;

    (void)arg;
    ck_assert_int_eq(cadre__arena_defer(ch->arena, count_deferred, NULL), 0);
    if (strcmp(path, "/hello") == 0)
        return reply(ch, 200, "hi");
    if (strcmp(path, "/echo") == 0)
        return do_echo(ch);
    if (strcmp(path, "/stream") == 0)
        return do_stream(ch);
    if (strncmp(path, "/scope", 6) == 0 || strcmp(path, "*") == 0)
        return do_scope(scope, ch);
    if (strcmp(path, "/big") == 0)
        return do_big(ch, 900 * 1000);
    if (strcmp(path, "/flood") == 0)
        return do_flood(ch);
    if (strcmp(path, "/wait") == 0)
        return do_wait(ch);
    if (strcmp(path, "/fail") == 0)
        return -EIO;
    if (strcmp(path, "/nothing") == 0)
        return 0;
    if (strcmp(path, "/start-fail") == 0) {
        r = start(ch, 200);
        return r < 0 ? r : -EIO;
    }
    if (strcmp(path, "/cut") == 0) {
        r = start(ch, 200);
        if (r == 0)
            r = body(ch, "part", 4, true);
        return r < 0 ? r : -EIO;
    }
    if (strcmp(path, "/short") == 0)
        return do_length(ch, "5", "abc");
    if (strcmp(path, "/long") == 0)
        return do_length(ch, "2", "abc");
    if (strcmp(path, "/exact") == 0)
        return do_length(ch, "3", "abc");
    if (strcmp(path, "/split") == 0)
        return do_header(ch, "x-a", "b\r\nx-evil: 1");
    if (strcmp(path, "/close") == 0)
        return do_header(ch, "connection", "close");
    if (strcmp(path, "/hop") == 0)
        return do_header(ch, "transfer-encoding", "gzip");
    if (strcmp(path, "/204") == 0)
        return reply(ch, 204, "");
    if (strcmp(path, "/304") == 0)
        return reply(ch, 304, "");
    if (strcmp(path, "/sleep") == 0) {
        r = cadre_sleep(1000);
        seen.done = true;
        return r < 0 ? r : reply(ch, 200, "slept");
    }
    if (strcmp(path, "/started") == 0) {
        r = start(ch, 200);
        if (r == 0)
            r = cadre_sleep(1000);
        return r < 0 ? r : body(ch, "late", 4, false);
    }
    return reply(ch, 404, "no");
}

/* --- exchanges --- */

#define OK_HI       "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"
#define OK_HI_CLOSE "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi"
/* The length is counted. */
#define ERROR(line, text)                                                                          \
    "HTTP/1.1 " line "\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ?\r\n"        \
    "connection: close\r\n\r\n" text
#define H "Host: h\r\n"

static const struct exchange {
    const char *what;
    const char *request;
    const char *answer;
    bool closes;
} exchanges[] = {
    {"a GET is answered and kept", "GET /hello HTTP/1.1\r\n" H "\r\n", OK_HI, false},
    {"two requests, one after another",
     "GET /hello HTTP/1.1\r\n" H "\r\nGET /hello HTTP/1.1\r\n" H "\r\n", OK_HI OK_HI, false},
    {"answers come in order though the first one sleeps",
     "GET /sleep HTTP/1.1\r\n" H "\r\nGET /hello HTTP/1.1\r\n" H "\r\n",
     "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nslept" OK_HI, false},
    {"empty lines before a request", "\r\n\r\nGET /hello HTTP/1.1\r\n" H "\r\n", OK_HI, false},
    {"Connection: close", "GET /hello HTTP/1.1\r\n" H "Connection: close\r\n\r\n", OK_HI_CLOSE,
     true},
    {"the application closes", "GET /close HTTP/1.1\r\n" H "\r\n",
     "HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx", true},
    {"hop-by-hop fields of the application are left out", "GET /hop HTTP/1.1\r\n" H "\r\n",
     "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx", false},
    {"HTTP/1.0 closes", "GET /hello HTTP/1.0\r\n\r\n", OK_HI_CLOSE, true},
    {"HTTP/1.0 with keep-alive", "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
     "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\nhi", false},
    {"a stream to HTTP/1.0 ends with the connection",
     "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
     "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\noneseventeen letters", true},
    {"a stream is chunked", "GET /stream HTTP/1.1\r\n" H "\r\n",
     "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n11\r\nseventeen "
     "letters\r\n0\r\n\r\n",
     false},
    {"HEAD has the length and no body", "HEAD /hello HTTP/1.1\r\n" H "\r\n",
     "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", false},
    {"HEAD of a stream has no framing", "HEAD /stream HTTP/1.1\r\n" H "\r\n",
     "HTTP/1.1 200 OK\r\n\r\n", false},
    {"204 has no body and no length", "GET /204 HTTP/1.1\r\n" H "\r\n",
     "HTTP/1.1 204 No Content\r\n\r\n", false},
    {"304 has no body and no length", "GET /304 HTTP/1.1\r\n" H "\r\n",
     "HTTP/1.1 304 Not Modified\r\n\r\n", false},
    {"a declared length is kept", "GET /exact HTTP/1.1\r\n" H "\r\n",
     "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc", false},
    {"a body by length", "POST /echo HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello",
     "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", false},
    {"a body of length 0", "POST /echo HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n",
     "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", false},
    {"a chunked body, then another request",
     "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
     "4\r\nWiki\r\n6;x=1\r\npedia \r\nE\r\nin \r\n\r\nchunks.\r\n0\r\nX-T: 1\r\n\r\n"
     "GET /hello HTTP/1.1\r\n" H "\r\n",
     "HTTP/1.1 200 OK\r\ncontent-length: 24\r\n\r\nWikipedia in \r\n\r\nchunks." OK_HI, false},
    {"an unread body is passed over",
     "POST /hello HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhelloGET /hello HTTP/1.1\r\n" H "\r\n",
     OK_HI OK_HI, false},
    {"an unread chunked body too",
     "POST /hello HTTP/1.1\r\n" H
     "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nGET /hello HTTP/1.1\r\n" H "\r\n",
     OK_HI OK_HI, false},
    {"the scope says what was asked",
     "GET /scope/a%20b/%C3%BC?x=%20&y HTTP/1.1\r\n" H "X-One:  a b \t\r\nX-Empty:\r\n\r\n",
     "HTTP/1.1 200 OK\r\ncontent-length: ?\r\n\r\nGET|/scope/a b/\xc3\xbc|/scope/a%20b/%C3%BC|"
     "x=%20&y|11|host=h;x-one=a b;x-empty=;",
     false},
    {"the absolute form", "GET http://H/scope?q HTTP/1.1\r\n" H "\r\n",
     "HTTP/1.1 200 OK\r\ncontent-length: ?\r\n\r\nGET|/scope|/scope|q|11|host=h;", false},
    {"the asterisk form", "OPTIONS * HTTP/1.1\r\n" H "\r\n",
     "HTTP/1.1 200 OK\r\ncontent-length: ?\r\n\r\nOPTIONS|*|*||11|host=h;", false},
    {"an error before the start is 500", "GET /fail HTTP/1.1\r\n" H "\r\n",
     ERROR("500 Internal Server Error", "Internal Server Error"), true},
    {"no answer is 500", "GET /nothing HTTP/1.1\r\n" H "\r\n",
     ERROR("500 Internal Server Error", "Internal Server Error"), true},
    {"an error while the head is still here is 500", "GET /start-fail HTTP/1.1\r\n" H "\r\n",
     ERROR("500 Internal Server Error", "Internal Server Error"), true},
    {"a field with CR LF is never sent", "GET /split HTTP/1.1\r\n" H "\r\n",
     ERROR("500 Internal Server Error", "Internal Server Error"), true},
    {"an error after the start cuts the chunks", "GET /cut HTTP/1.1\r\n" H "\r\n",
     "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\npart\r\n", true},
    {"a body shorter than declared is cut", "GET /short HTTP/1.1\r\n" H "\r\n",
     ERROR("500 Internal Server Error", "Internal Server Error"), true},
    {"a body longer than declared is not begun", "GET /long HTTP/1.1\r\n" H "\r\n",
     ERROR("500 Internal Server Error", "Internal Server Error"), true},
    {"a bad request is told so", "GET /hello HTTP/1.1\r\nHost : h\r\n\r\n",
     ERROR("400 Bad Request", "Invalid HTTP request received."), true},
    {"bytes after a bad request are no request",
     "GET /hello HTTP/1.1\r\n\r\nGET /hello HTTP/1.1\r\n" H "\r\n",
     ERROR("400 Bad Request", "Invalid HTTP request received."), true},
    {"an unknown version", "GET /hello HTTP/2.0\r\n" H "\r\n",
     ERROR("505 HTTP Version Not Supported",
           "HTTP Version Not Supported: only HTTP/1.0 and HTTP/1.1 are spoken here\n"),
     true},
    {"an encoded NUL in the path", "GET /a%00b HTTP/1.1\r\n" H "\r\n",
     ERROR("400 Bad Request", "Invalid HTTP request received."), true},
    {"a declared body that is too large",
     "POST /echo HTTP/1.1\r\n" H "Content-Length: 1048577\r\n\r\n",
     ERROR("413 Content Too Large",
           "Content Too Large: the body is larger than max_body_size allows\n"),
     true},
    {"a broken chunk", "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
     ERROR("400 Bad Request", "Invalid HTTP request received."), true},
};

enum way { WHOLE, BYTES, SPLIT };

struct run {
    const struct exchange *x;
    enum way way;
    size_t at;
};

static void send_pieces(int fd, const struct run *run)
{
    const char *request = run->x->request;
    size_t len = strlen(request);

    switch (run->way) {
    case WHOLE:
        harness_send(fd, request, len);
        break;
    case BYTES:
        for (size_t i = 0; i < len; i++)
            harness_send(fd, request + i, 1);
        break;
    case SPLIT:
        harness_send(fd, request, run->at);
        harness_yield();
        harness_send(fd, request + run->at, len - run->at);
        break;
    }
}

/* Puts the length of the body where the expected answer has a '?'. */
static void count_length(const char *answer, char *out, size_t size)
{
    static const char field[] = "content-length: ?";
    const char *at = strstr(answer, field), *text = strstr(answer, "\r\n\r\n");

    if (!at)
        snprintf(out, size, "%s", answer);
    else
        snprintf(out, size, "%.*scontent-length: %zu%s", (int)(at - answer), answer,
                 strlen(text + 4), at + sizeof(field) - 1);
}

static void check_answer(const struct exchange *x, struct answer *a)
{
    char expected[4096];

    count_length(x->answer, expected, sizeof(expected));
    answer_drop_dates(a);
    ck_assert_msg(strcmp(a->bytes, expected) == 0, "%s:\ngot\n%s\nexpected\n%s", x->what, a->bytes,
                  expected);
    ck_assert_msg(a->closed == x->closes, "%s: %s", x->what,
                  a->closed ? "was closed" : "was not closed");
}

static void run_exchange(struct harness *h)
{
    const struct run *run = h->data;
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    send_pieces(fd, run);
    harness_drain(fd, a);
    if (strstr(run->x->request, "/sleep")) {
        ck_assert_int_eq(cadre_sleep(1100), 0);
        harness_drain(fd, a);
    }
    check_answer(run->x, a);
    close(fd);
    for (int i = 0; i < HARNESS_QUIET; i++)
        harness_yield();
    free(a);
}

START_TEST(exchanges_sent_whole)
{
    struct run run = {.x = &exchanges[_i], .way = WHOLE};

    harness_run(app, &run, run_exchange);
}
END_TEST

START_TEST(exchanges_sent_byte_by_byte)
{
    struct run run = {.x = &exchanges[_i], .way = BYTES};

    harness_run(app, &run, run_exchange);
}
END_TEST

START_TEST(exchanges_split_at_each_boundary)
{
    const struct exchange *x = &exchanges[_i];

    for (size_t at = 1; at < strlen(x->request); at++) {
        struct run run = {.x = x, .way = SPLIT, .at = at};

        harness_run(app, &run, run_exchange);
    }
}
END_TEST

/* --- single matters --- */

static void hello_on(int fd, struct answer *a)
{
    static const char request[] = "GET /hello HTTP/1.1\r\n" H "\r\n";

    harness_send(fd, request, sizeof(request) - 1);
    harness_drain(fd, a);
}

static void script_idle(struct harness *h)
{
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    hello_on(fd, a);
    struct connection *c =
        CADRE__CONTAINER_OF(cadre__list_first(&h->server->connections), struct connection, link);
    ck_assert_int_eq(c->state, CONNECTION_IDLE);
    ck_assert_ptr_null(c->busy);
    ck_assert_int_eq(cadre_sleep(4900), 0);
    harness_drain(fd, a);
    ck_assert(!a->closed);
    hello_on(fd, a);
    ck_assert_int_eq(cadre_sleep(4900), 0);
    harness_drain(fd, a);
    ck_assert(!a->closed);
    ck_assert_int_eq(cadre_sleep(200), 0);
    harness_drain(fd, a);
    ck_assert(a->closed && !a->reset);
    close(fd);
    free(a);
}

START_TEST(an_idle_connection_holds_nothing_and_ends_at_its_timeout)
{
    harness_run(app, NULL, script_idle);
}
END_TEST

static void script_no_head(struct harness *h)
{
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    ck_assert_int_eq(cadre_sleep(9900), 0);
    harness_drain(fd, a);
    ck_assert(!a->closed);
    ck_assert_int_eq(cadre_sleep(200), 0);
    harness_drain(fd, a);
    ck_assert(a->closed);
    ck_assert_uint_eq(a->len, 0);
    close(fd);
    free(a);
}

START_TEST(a_connection_that_never_says_a_word_is_closed)
{
    harness_run(app, NULL, script_no_head);
}
END_TEST

static void script_slow_head(struct harness *h)
{
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    harness_send(fd, "GET /he", 7);
    for (int i = 0; i < 9; i++) {
        ck_assert_int_eq(cadre_sleep(1000), 0);
        harness_send(fd, "l", 1);
    }
    harness_drain(fd, a);
    ck_assert_uint_eq(a->len, 0);
    ck_assert_int_eq(cadre_sleep(1200), 0);
    harness_drain(fd, a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "HTTP/1.1 408 Request Timeout\r\n"));
    ck_assert(a->closed);
    close(fd);
    harness_yield();
    free(a);
}

START_TEST(a_head_that_takes_too_long_gets_408)
{
    harness_run(app, NULL, script_slow_head);
}
END_TEST

static void script_slow_body(struct harness *h)
{
    static const char head[] = "POST /echo HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhe";
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    harness_send(fd, head, sizeof(head) - 1);
    ck_assert_int_eq(cadre_sleep(29000), 0);
    harness_send(fd, "l", 1);
    ck_assert_int_eq(cadre_sleep(29000), 0);
    harness_drain(fd, a);
    ck_assert_uint_eq(a->len, 0);
    ck_assert_int_eq(cadre_sleep(2000), 0);
    harness_drain(fd, a);
    ck_assert_int_eq(seen.received, -ETIMEDOUT);
    ck_assert_ptr_nonnull(strstr(a->bytes, "HTTP/1.1 408 Request Timeout\r\n"));
    ck_assert(a->closed);
    close(fd);
    harness_yield();
    free(a);
}

START_TEST(a_body_that_stops_gets_408)
{
    harness_run(app, NULL, script_slow_body);
}
END_TEST

static void script_continue(struct harness *h)
{
    static const char head[] =
        "POST /echo HTTP/1.1\r\n" H "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n";
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    harness_send(fd, head, sizeof(head) - 1);
    harness_drain(fd, a);
    ck_assert_str_eq(a->bytes, "HTTP/1.1 100 Continue\r\n\r\n");
    harness_send(fd, "hello", 5);
    harness_drain(fd, a);
    answer_drop_dates(a);
    ck_assert_str_eq(a->bytes, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: "
                               "5\r\n\r\nhello");
    ck_assert(!a->closed);
    close(fd);
    harness_drain(fd, a);
    free(a);
}

START_TEST(continue_is_sent_when_the_handler_first_reads)
{
    harness_run(app, NULL, script_continue);
}
END_TEST

static void script_no_continue(struct harness *h)
{
    static const char head[] =
        "POST /hello HTTP/1.1\r\n" H "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n";
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    harness_send(fd, head, sizeof(head) - 1);
    harness_drain(fd, a);
    answer_drop_dates(a);
    ck_assert_str_eq(a->bytes, OK_HI_CLOSE);
    ck_assert(a->closed);
    close(fd);
    harness_yield();
    free(a);
}

START_TEST(without_a_read_no_continue_is_sent_and_the_connection_ends)
{
    harness_run(app, NULL, script_no_continue);
}
END_TEST

static void script_upload(struct harness *h)
{
    size_t len = 1 << 20;
    char head[128], *bytes = malloc(len);
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    ck_assert_ptr_nonnull(bytes);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)('A' + i % 23);
    int n = snprintf(head, sizeof(head), "POST /echo HTTP/1.1\r\n" H "Content-Length: %zu\r\n\r\n",
                     len - 1000);
    harness_send(fd, head, (size_t)n);
    harness_send(fd, bytes, len - 1000);
    harness_drain(fd, a);
    char *got = strstr(a->bytes, "\r\n\r\n");
    ck_assert_ptr_nonnull(got);
    ck_assert_uint_eq(a->len - (size_t)(got + 4 - a->bytes), len - 1000);
    ck_assert_mem_eq(got + 4, bytes, len - 1000);
    close(fd);
    harness_yield();
    free(a);
    free(bytes);
}

START_TEST(a_large_body_comes_back_as_it_went)
{
    harness_run(app, NULL, script_upload);
}
END_TEST

static void script_chunked_upload(struct harness *h)
{
    static const char head[] = "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n";
    struct answer *a = answer_new();
    int fd = harness_connect(h);
    char chunk[1200];
    size_t total = 0;

    harness_send(fd, head, sizeof(head) - 1);
    for (int i = 1; i <= 600; i++) {
        int n = snprintf(chunk, sizeof(chunk), "%x\r\n", i);
        memset(chunk + n, 'a' + i % 26, (size_t)i);
        memcpy(chunk + n + i, "\r\n", 2);
        harness_send(fd, chunk, (size_t)n + (size_t)i + 2);
        total += (size_t)i;
    }
    harness_send(fd, "0\r\n\r\n", 5);
    harness_drain(fd, a);
    const char *got = strstr(a->bytes, "\r\n\r\n");
    ck_assert_ptr_nonnull(got);
    got += 4;
    ck_assert_uint_eq(a->len - (size_t)(got - a->bytes), total);
    for (int i = 1; i <= 600; i++) {
        for (int n = 0; n < i; n++)
            ck_assert_int_eq(*got++, 'a' + i % 26);
    }
    close(fd);
    harness_yield();
    free(a);
}

START_TEST(many_chunks_come_back_as_one_body)
{
    harness_run(app, NULL, script_chunked_upload);
}
END_TEST

static void script_chunked_too_large(struct harness *h)
{
    static const char head[] = "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n";
    struct answer *a = answer_new();
    int fd = harness_connect(h);
    static char chunk[0x8000 + 16];

    harness_send(fd, head, sizeof(head) - 1);
    for (int i = 0; i < 33 && !a->closed; i++) {
        int n = snprintf(chunk, sizeof(chunk), "8000\r\n");
        memset(chunk + n, 'x', 0x8000);
        memcpy(chunk + n + 0x8000, "\r\n", 2);
        harness_send(fd, chunk, (size_t)n + 0x8000 + 2);
        harness_read(fd, a);
    }
    harness_drain(fd, a);
    ck_assert_int_eq(seen.received, -EMSGSIZE);
    ck_assert_ptr_nonnull(strstr(a->bytes, "HTTP/1.1 413 "));
    ck_assert(a->closed);
    close(fd);
    harness_yield();
    free(a);
}

START_TEST(a_chunked_body_above_its_limit_gets_413)
{
    harness_run(app, NULL, script_chunked_too_large);
}
END_TEST

static void script_big(struct harness *h)
{
    static const char request[] = "GET /big HTTP/1.1\r\n" H "\r\n";
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    harness_send(fd, request, sizeof(request) - 1);
    for (int i = 0; i < 100; i++)
        harness_yield();
    ck_assert_uint_eq(h->server->n_in_flight, 1); /* suspended: the client reads nothing */
    harness_drain(fd, a);
    ck_assert_uint_eq(h->server->n_in_flight, 0);
    const char *got = strstr(a->bytes, "\r\n\r\n");
    ck_assert_ptr_nonnull(got);
    got += 4;
    ck_assert_uint_eq(a->len - (size_t)(got - a->bytes), 900 * 1000);
    for (size_t i = 0; i < 900 * 1000; i++)
        ck_assert(got[i] == (char)('a' + i % 26));
    hello_on(fd, a);
    ck_assert_ptr_nonnull(strstr(got + 900 * 1000, "hi"));
    close(fd);
    harness_yield();
    free(a);
}

START_TEST(a_large_answer_waits_for_its_reader)
{
    harness_run(app, NULL, script_big);
}
END_TEST

static void script_flood(struct harness *h)
{
    static const char request[] = "GET /flood HTTP/1.1\r\n" H "\r\n";
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    seen.sent = 0;
    harness_send(fd, request, sizeof(request) - 1);
    for (int i = 0; i < 100; i++)
        harness_yield();
    ck_assert_int_eq(seen.sent, 0);
    for (int i = 0; i < 5; i++)
        harness_read(fd, a);
    close(fd);
    for (int i = 0; i < 100 && seen.sent == 0; i++)
        harness_yield();
    ck_assert_int_eq(seen.sent, -EPIPE);
    free(a);
}

START_TEST(a_sender_suspends_and_gets_epipe_when_the_client_leaves)
{
    harness_run(app, NULL, script_flood);
}
END_TEST

static void script_send_timeout(struct harness *h)
{
    static const char request[] = "GET /big HTTP/1.1\r\n" H "\r\n";
    int fd = harness_connect(h);

    seen.sent = 0;
    harness_send(fd, request, sizeof(request) - 1);
    ck_assert_int_eq(cadre_sleep(29000), 0);
    ck_assert_int_eq(seen.sent, 0);
    ck_assert_int_eq(cadre_sleep(2000), 0);
    ck_assert_int_lt(seen.sent, 0);
    ck_assert_uint_eq(h->server->n_connections, 0);
    close(fd);
}

START_TEST(a_client_that_does_not_read_is_given_up)
{
    harness_run(app, NULL, script_send_timeout);
}
END_TEST

static void script_neighbour(struct harness *h)
{
    static const char request[] = "GET /flood HTTP/1.1\r\n" H "\r\n";
    struct answer *a = answer_new();
    int flood = harness_connect(h), fd = harness_connect(h);
    static char sink[1 << 20];
    size_t got = 0;

    /* The flood is read as fast as it comes; its neighbour is served all the same. */
    harness_send(flood, request, sizeof(request) - 1);
    harness_send(fd, "GET /hello HTTP/1.1\r\n" H "\r\n", 32);
    for (int i = 0; i < 100 && a->len == 0; i++) {
        for (ssize_t n = 1; n > 0;) {
            n = recv(flood, sink, sizeof(sink), 0);
            got += n > 0 ? (size_t)n : 0;
        }
        harness_read(fd, a);
        harness_yield();
    }
    ck_assert_ptr_nonnull(strstr(a->bytes, "hi"));
    ck_assert_uint_gt(got, HTTP1_OUT_HIGH);
    close(flood);
    close(fd);
    for (int i = 0; i < HARNESS_QUIET; i++)
        harness_yield();
    free(a);
}

START_TEST(a_flood_lets_its_neighbours_run)
{
    harness_run(app, NULL, script_neighbour);
}
END_TEST

static void script_leaves(struct harness *h)
{
    static const char request[] = "GET /wait HTTP/1.1\r\n" H "\r\n";
    int fd = harness_connect(h);

    seen.disconnected = false;
    harness_send(fd, request, sizeof(request) - 1);
    harness_yield();
    ck_assert(!seen.disconnected);
    ck_assert_uint_eq(h->server->n_in_flight, 1);
    close(fd);
    for (int i = 0; i < HARNESS_QUIET; i++)
        harness_yield();
    ck_assert(seen.disconnected);
}

START_TEST(a_client_that_leaves_is_seen_by_receive)
{
    harness_run(app, NULL, script_leaves);
}
END_TEST

static void script_leaves_in_body(struct harness *h)
{
    static const char head[] = "POST /echo HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhe";
    int fd = harness_connect(h);

    seen.received = 0;
    harness_send(fd, head, sizeof(head) - 1);
    close(fd);
    for (int i = 0; i < HARNESS_QUIET; i++)
        harness_yield();
    ck_assert_int_eq(seen.received, -EPIPE);
}

START_TEST(a_client_that_leaves_in_its_body_is_an_error)
{
    harness_run(app, NULL, script_leaves_in_body);
}
END_TEST

static void script_runs_on(struct harness *h)
{
    static const char request[] = "GET /sleep HTTP/1.1\r\n" H "\r\n";
    int fd = harness_connect(h);

    seen.done = false;
    seen.deferred = 0;
    harness_send(fd, request, sizeof(request) - 1);
    close(fd);
    harness_yield();
    ck_assert(!seen.done);
    ck_assert_int_eq(cadre_sleep(1500), 0);
    ck_assert(seen.done);
    ck_assert_int_eq(seen.deferred, 1);
}

START_TEST(a_handler_runs_on_when_its_client_leaves)
{
    harness_run(app, NULL, script_runs_on);
}
END_TEST

static void script_half_close(struct harness *h)
{
    static const char request[] =
        "GET /sleep HTTP/1.1\r\n" H "\r\nGET /hello HTTP/1.1\r\n" H "\r\n";
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    harness_send(fd, request, sizeof(request) - 1);
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    harness_yield();
    ck_assert_int_eq(cadre_sleep(1500), 0);
    harness_drain(fd, a);
    answer_drop_dates(a);
    ck_assert_str_eq(a->bytes, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nslept" OK_HI);
    ck_assert(a->closed);
    close(fd);
    free(a);
}

START_TEST(a_client_that_half_closes_gets_all_its_answers)
{
    harness_run(app, NULL, script_half_close);
}
END_TEST

static void script_started(struct harness *h)
{
    static const char request[] = "GET /started HTTP/1.1\r\n" H "\r\n";
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    harness_send(fd, request, sizeof(request) - 1);
    harness_drain(fd, a);
    answer_drop_dates(a);
    ck_assert_str_eq(a->bytes, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    ck_assert_int_eq(cadre_sleep(1100), 0);
    harness_drain(fd, a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "4\r\nlate\r\n0\r\n\r\n"));
    close(fd);
    harness_yield();
    free(a);
}

START_TEST(a_head_leaves_when_the_handler_waits_after_its_start)
{
    harness_run(app, NULL, script_started);
}
END_TEST

/* --- drain --- */

static void script_stop(struct harness *h)
{
    static const char slow[] = "GET /sleep HTTP/1.1\r\n" H "\r\n";
    struct answer *idle = answer_new(), *busy = answer_new(), *fresh = answer_new(),
                  *late = answer_new();
    int idle_fd = harness_connect(h), busy_fd = harness_connect(h), fresh_fd = harness_connect(h),
        silent_fd = harness_connect(h), late_fd = harness_connect(h);

    hello_on(idle_fd, idle);
    hello_on(late_fd, late);
    harness_send(busy_fd, slow, sizeof(slow) - 1);
    harness_yield();
    /* Bytes that came before the stop and were not read yet. */
    ck_assert_int_eq(send(late_fd, "GET /hello HTTP/1.1\r\n" H "\r\n", 30 + 2, MSG_NOSIGNAL), 32);
    server_stop(h->server, CADRE__NSEC_PER_SEC);
    harness_drain(idle_fd, idle);
    ck_assert(idle->closed);
    harness_drain(late_fd, late);
    ck_assert_ptr_nonnull(strstr(late->bytes, "connection: close"));
    hello_on(fresh_fd, fresh);
    answer_drop_dates(fresh);
    ck_assert_str_eq(fresh->bytes, OK_HI_CLOSE);
    ck_assert_int_eq(cadre_sleep(1200), 0);
    harness_drain(busy_fd, busy);
    answer_drop_dates(busy);
    ck_assert_str_eq(busy->bytes,
                     "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nslept");
    ck_assert(busy->closed);
    ck_assert(server_is_empty(h->server));
    close(idle_fd);
    close(busy_fd);
    close(fresh_fd);
    close(silent_fd);
    close(late_fd);
    free(idle);
    free(busy);
    free(fresh);
    free(late);
}

START_TEST(a_stop_closes_idle_ones_and_answers_what_came)
{
    harness_run(app, NULL, script_stop);
}
END_TEST

static void script_drain(struct harness *h)
{
    struct answer *a = answer_new();
    int fd = harness_connect(h), silent_fd = harness_connect(h);

    hello_on(fd, a);
    server_drain(h->server);
    harness_drain(fd, a);
    ck_assert(!a->closed);
    hello_on(fd, a);
    answer_drop_dates(a);
    ck_assert_str_eq(a->bytes, OK_HI OK_HI_CLOSE);
    ck_assert(a->closed);
    close(fd);
    close(silent_fd);
    harness_yield();
    harness_yield();
    free(a);
}

START_TEST(a_drain_lets_an_idle_one_have_its_next_answer)
{
    harness_run(app, NULL, script_drain);
}
END_TEST

static void script_cancel(struct harness *h)
{
    static const char slow[] = "GET /sleep HTTP/1.1\r\n" H "\r\n";
    static const char started[] = "GET /started HTTP/1.1\r\n" H "\r\n";
    struct answer *a = answer_new(), *b = answer_new();
    int slow_fd = harness_connect(h), started_fd = harness_connect(h), half_fd = harness_connect(h);

    harness_send(slow_fd, slow, sizeof(slow) - 1);
    harness_send(started_fd, started, sizeof(started) - 1);
    harness_send(half_fd, "GET /", 5);
    harness_yield();
    server_cancel(h->server);
    harness_drain(slow_fd, a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "HTTP/1.1 503 Service Unavailable\r\n"));
    ck_assert(a->closed);
    harness_drain(started_fd, b);
    answer_drop_dates(b);
    ck_assert_str_eq(b->bytes, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    ck_assert(b->closed);
    close(slow_fd);
    close(started_fd);
    close(half_fd);
    harness_yield();
    harness_yield();
    ck_assert(server_is_empty(h->server));
    free(a);
    free(b);
}

START_TEST(a_cancel_gives_503_or_cuts)
{
    harness_run(app, NULL, script_cancel);
}
END_TEST

/* --- limits --- */

static void script_long_line(struct harness *h)
{
    struct answer *a = answer_new();
    int fd = harness_connect(h);
    static char line[20000];

    memset(line, 'a', sizeof(line));
    memcpy(line, "GET /", 5);
    harness_send(fd, line, sizeof(line));
    harness_drain(fd, a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "HTTP/1.1 414 "));
    ck_assert(a->closed);
    close(fd);
    harness_yield();
    free(a);
}

START_TEST(a_line_above_the_limit_gets_414)
{
    harness_run(app, NULL, script_long_line);
}
END_TEST

static void script_long_head(struct harness *h)
{
    struct answer *a = answer_new();
    int fd = harness_connect(h);
    static char head[20000];

    int n = snprintf(head, sizeof(head), "GET /hello HTTP/1.1\r\n" H "X: ");
    memset(head + n, 'a', sizeof(head) - (size_t)n);
    harness_send(fd, head, sizeof(head));
    harness_drain(fd, a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "HTTP/1.1 431 "));
    ck_assert(a->closed);
    close(fd);
    harness_yield();
    free(a);
}

START_TEST(a_head_above_the_limit_gets_431)
{
    harness_run(app, NULL, script_long_head);
}
END_TEST

static void script_large_head(struct harness *h)
{
    struct answer *a = answer_new();
    int fd = harness_connect(h);
    static char head[16384];

    /* Exactly the limit, in front of which a small request stands in the same buffer. */
    int n = snprintf(head, sizeof(head), "GET /hello HTTP/1.1\r\n" H "X: ");
    memset(head + n, 'a', sizeof(head) - (size_t)n);
    memcpy(head + sizeof(head) - 4, "\r\n\r\n", 4);
    hello_on(fd, a);
    harness_send(fd, "GET /hello HTTP/1.1\r\n" H "\r\n", 32);
    harness_send(fd, head, sizeof(head));
    harness_drain(fd, a);
    answer_drop_dates(a);
    ck_assert_str_eq(a->bytes, OK_HI OK_HI OK_HI);
    close(fd);
    harness_yield();
    free(a);
}

START_TEST(a_head_of_just_the_limit_is_served)
{
    harness_run(app, NULL, script_large_head);
}
END_TEST

static void script_pipeline(struct harness *h)
{
    bool stuck = false;
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    /* Far more than a buffer holds, and nobody reads the answers meanwhile. */
    for (int i = 0; i < 5000;) {
        ssize_t n = send(fd, "GET /hello HTTP/1.1\r\n" H "\r\n", 32, MSG_NOSIGNAL);
        if (n < 0) {
            ck_assert_int_eq(errno, EAGAIN);
            stuck = true;
            harness_read(fd, a);
            harness_yield();
            continue;
        }
        ck_assert_int_eq(n, 32);
        if (++i % 100 == 0)
            harness_yield();
    }
    harness_drain(fd, a);
    ck_assert_msg(stuck, "the server never stopped reading");
    answer_drop_dates(a);
    ck_assert_uint_eq(a->len, 5000 * strlen(OK_HI));
    close(fd);
    harness_yield();
    free(a);
}

START_TEST(thousands_of_pipelined_requests_are_answered)
{
    harness_run(app, NULL, script_pipeline);
}
END_TEST

static void stop_before_a_proxy_header(struct harness *h)
{
    static const char request[] = "PROXY UNKNOWN\r\nGET /hello HTTP/1.1\r\n" H "\r\n";
    static const char *anybody[] = {"*", NULL};
    static const bool wants_proxy[] = {true};
    const struct cadre__conf_strings trusted = {.list = anybody, .n = 1}, none = {.list = NULL};
    struct answer *a = answer_new();

    ck_assert_int_eq(forwarded_init(&h->server->forwarded, &trusted, &none), 0);
    h->server->proxy_protocol = wants_proxy;
    int fd = harness_connect(h);
    ck_assert_int_eq(send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL), sizeof(request) - 1);
    server_stop(h->server, CADRE__NSEC_PER_SEC);
    harness_drain(fd, a);
    answer_drop_dates(a);
    ck_assert_str_eq(a->bytes, OK_HI_CLOSE);
    close(fd);
    free(a);
}

START_TEST(a_proxy_header_that_came_before_the_stop_is_read)
{
    harness_run(app, NULL, stop_before_a_proxy_header);
}
END_TEST

UNIT_MAIN("worker/http1", UNIT_LOOP(exchanges_sent_whole, sizeof(exchanges) / sizeof(exchanges[0])),
          UNIT_LOOP(exchanges_sent_byte_by_byte, sizeof(exchanges) / sizeof(exchanges[0])),
          UNIT_LOOP(exchanges_split_at_each_boundary, sizeof(exchanges) / sizeof(exchanges[0])),
          UNIT_CASE(a_proxy_header_that_came_before_the_stop_is_read),
          UNIT_CASE(an_idle_connection_holds_nothing_and_ends_at_its_timeout),
          UNIT_CASE(a_connection_that_never_says_a_word_is_closed),
          UNIT_CASE(a_head_that_takes_too_long_gets_408), UNIT_CASE(a_body_that_stops_gets_408),
          UNIT_CASE(continue_is_sent_when_the_handler_first_reads),
          UNIT_CASE(without_a_read_no_continue_is_sent_and_the_connection_ends),
          UNIT_CASE(a_large_body_comes_back_as_it_went),
          UNIT_CASE(many_chunks_come_back_as_one_body),
          UNIT_CASE(a_chunked_body_above_its_limit_gets_413),
          UNIT_CASE(a_large_answer_waits_for_its_reader),
          UNIT_CASE(a_sender_suspends_and_gets_epipe_when_the_client_leaves),
          UNIT_CASE(a_client_that_does_not_read_is_given_up),
          UNIT_CASE(a_flood_lets_its_neighbours_run),
          UNIT_CASE(a_client_that_leaves_is_seen_by_receive),
          UNIT_CASE(a_client_that_leaves_in_its_body_is_an_error),
          UNIT_CASE(a_handler_runs_on_when_its_client_leaves),
          UNIT_CASE(a_client_that_half_closes_gets_all_its_answers),
          UNIT_CASE(a_head_leaves_when_the_handler_waits_after_its_start),
          UNIT_CASE(a_stop_closes_idle_ones_and_answers_what_came),
          UNIT_CASE(a_drain_lets_an_idle_one_have_its_next_answer),
          UNIT_CASE(a_cancel_gives_503_or_cuts), UNIT_CASE(a_line_above_the_limit_gets_414),
          UNIT_CASE(a_head_above_the_limit_gets_431), UNIT_CASE(a_head_of_just_the_limit_is_served),
          UNIT_CASE(thousands_of_pipelined_requests_are_answered))
