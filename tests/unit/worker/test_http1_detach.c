/* SPDX-License-Identifier: MIT */
/*
 * Connections that go on without their request (worker/http1_detach.c): the client is served
 * meanwhile, and what is the request's stays for the application.
 */
#include "config.h"

#include "worker/http1.h"

#include "async/coroutine.h"
#include "base/arena.h"
#include "tests/unit/worker/harness.h"

#define H      "Host: h\r\n"
#define SECOND 1000

static struct {
    int begun, behind, ended; /* applications that began, were let go of, have returned */
    int result;               /* of the last detach */
    int deferred;             /* calls at the end of a request's memory */
} seen;

static int send_whole(struct cadre__channel *ch, const char *text, size_t len)
{
    const struct cadre__event event = {
        .type = CADRE__EVENT_HTTP_RESPONSE, .status = 200, .body = {text, len}};

    return cadre__channel_send_event(ch, &event);
}

static void count_deferred(void *arg)
{
    (void)arg;
    seen.deferred++;
}

/* What the request was is there as before; the client is not. */
static void look(const struct cadre__scope *scope, struct cadre__channel *ch, const char *path)
{
    struct cadre__event event;

    ck_assert_str_eq(scope->path.ptr, path);
    ck_assert_str_eq(scope->query.ptr, "q=1");
    ck_assert_str_eq(cadre__scope_header(scope, CADRE_STR("x-who"))->value.ptr, "me");
    ck_assert_ptr_nonnull(cadre__arena_alloc(ch->arena, 100));
    ck_assert_str_eq(cadre__channel_client_address(ch, scope).ptr, "");
    ck_assert(ch->ops->is_disconnected(ch));
    ck_assert_int_eq(cadre__channel_receive_event(ch, &event), 0);
    ck_assert_int_eq(event.type, CADRE__EVENT_HTTP_DISCONNECT);
    ck_assert_int_eq(send_whole(ch, "more", 4), -EPIPE);
    ck_assert_int_eq(ch->ops->detach(ch), 0); /* again: nothing */
}

/* Whether applications are let go of by detach_soon. */
static bool soon;

struct told {
    struct cadre__detaching detaching;
    int n;
};

static void on_detached(struct cadre__detaching *detaching)
{
    CADRE__CONTAINER_OF(detaching, struct told, detaching)->n++;
}

static int be_let_go(struct cadre__channel *ch)
{
    struct told told = {.detaching = {on_detached}};

    if (!soon)
        return ch->ops->detach(ch);
    ch->ops->detach_soon(ch, &told.detaching);
    for (int i = 0; i < HARNESS_QUIET && told.n == 0; i++)
        ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_int_eq(told.n, 1);
    return 0;
}

/* It was to be let go of, and returns before. */
static void stay(struct cadre__channel *ch)
{
    struct told told = {.detaching = {on_detached}};

    ch->ops->detach_soon(ch, &told.detaching);
    ch->ops->detach_soon(ch, NULL);
    ck_assert_int_eq(told.n, 0);
}

static int go_on(const struct cadre__scope *scope, struct cadre__channel *ch, const char *path)
{
    ck_assert_int_eq(cadre__arena_defer(ch->arena, count_deferred, NULL), 0);
    if (strcmp(path, "/late") != 0)
        ch->ops->cancel_on_disconnect(ch);
    seen.result = be_let_go(ch);
    if (seen.result < 0)
        return seen.result;
    seen.behind++;
    look(scope, ch, path);
    ck_assert_int_eq(cadre_sleep(10 * SECOND), 0);
    look(scope, ch, path);
    return 0;
}

static const char large[256 * 1024];

static int app(void *arg, const struct cadre__scope *scope, struct cadre__channel *ch)
{
    char path[32];
    int r;

    (void)arg;
    snprintf(path, sizeof(path), "%s", scope->path.ptr);
    seen.begun++;
    if (strcmp(path, "/early") == 0) {
        seen.result = ch->ops->detach(ch);
        r = send_whole(ch, "early", 5);
    } else if (strcmp(path, "/large") == 0) {
        r = send_whole(ch, large, sizeof(large));
    } else {
        r = send_whole(ch, path, strlen(path));
    }
    ck_assert_int_eq(r, 0);
    if (strcmp(path, "/late") == 0 || strcmp(path, "/stays-late") == 0)
        ck_assert_int_eq(cadre_sleep(SECOND), 0);
    if (strncmp(path, "/stays", 6) == 0)
        stay(ch);
    if (strcmp(path, "/late") == 0 || strcmp(path, "/on") == 0 || strcmp(path, "/large") == 0)
        r = go_on(scope, ch, path);
    seen.ended++;
    return r;
}

/* --- clients --- */

static void say(int fd, const char *text)
{
    harness_send(fd, text, strlen(text));
}

#define GET(path_) "GET " path_ "?q=1 HTTP/1.1\r\n" H "X-Who: me\r\n\r\n"

static void expect(int fd, const char *text)
{
    struct answer *a = answer_new();

    harness_drain(fd, a);
    ck_assert_msg(strstr(a->bytes, text) != NULL, "\"%s\" is not in: %s", text, a->bytes);
    free(a);
}

static void finish(struct harness *h, int n)
{
    ck_assert_int_eq(seen.ended, seen.begun - n);
    ck_assert_uint_eq(h->server->n_in_flight, 0);
    ck_assert_int_eq(cadre_sleep(11 * SECOND), 0);
    ck_assert_int_eq(seen.ended, seen.begun);
    ck_assert_int_eq(seen.deferred, seen.behind);
}

static void script_goes_on(struct harness *h)
{
    int fd = harness_connect(h);

    say(fd, GET("/on"));
    expect(fd, "\r\n\r\n/on");
    ck_assert_int_eq(seen.behind, 1);
    ck_assert_uint_eq(h->server->n_in_flight, 0);
    ck_assert_uint_eq(h->server->n_requests, 1);
    say(fd, GET("/next"));
    expect(fd, "\r\n\r\n/next");
    say(fd, GET("/on"));
    expect(fd, "\r\n\r\n/on");
    finish(h, 2);
    close(fd);
}

START_TEST(the_next_requests_are_served_meanwhile)
{
    soon = _i == 1;
    harness_run(app, NULL, script_goes_on);
}
END_TEST

/* Those that came with it, in the same bytes. */
static void script_pipelined(struct harness *h)
{
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    say(fd, GET("/on") GET("/a") GET("/on") GET("/b"));
    harness_drain(fd, a);
    answer_drop_dates(a);
    ck_assert_str_eq(a->bytes, "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n/on"
                               "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n/a"
                               "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n/on"
                               "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n/b");
    finish(h, 2);
    close(fd);
    free(a);
}

START_TEST(pipelined_requests_are_answered_in_order)
{
    soon = _i == 1;
    harness_run(app, NULL, script_pipelined);
}
END_TEST

/* More than the client reads at once: what is left of it goes out behind the request. */
static void script_large(struct harness *h)
{
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    say(fd, GET("/large") GET("/a"));
    harness_drain(fd, a);
    ck_assert_int_eq(seen.behind, 1);
    ck_assert_uint_gt(a->len, sizeof(large));
    ck_assert_mem_eq(a->bytes + a->len - 2, "/a", 2);
    finish(h, 1);
    close(fd);
    free(a);
}

START_TEST(a_large_answer_comes_whole)
{
    soon = _i == 1;
    harness_run(app, NULL, script_large);
}
END_TEST

/* A body that nobody has read: it is skipped, and the next request is found behind it. */
static void script_body(struct harness *h)
{
    int fd = harness_connect(h);

    say(fd, "POST /on?q=1 HTTP/1.1\r\n" H "X-Who: me\r\nContent-Length: 10\r\n\r\n01234");
    expect(fd, "\r\n\r\n/on");
    ck_assert_int_eq(seen.behind, 1);
    say(fd, "56789" GET("/a"));
    expect(fd, "\r\n\r\n/a");
    finish(h, 1);
    close(fd);
}

START_TEST(the_rest_of_a_body_is_skipped)
{
    soon = _i == 1;
    harness_run(app, NULL, script_body);
}
END_TEST

/* It asks for the end of its connection, or leaves: the application goes on. */
static void script_closes(struct harness *h)
{
    int fd = harness_connect(h);
    struct answer *a = answer_new();

    say(fd, "GET /on?q=1 HTTP/1.1\r\n" H "X-Who: me\r\nConnection: close\r\n\r\n");
    harness_drain(fd, a);
    ck_assert(a->closed);
    close(fd);
    free(a);
    fd = harness_connect(h);
    say(fd, GET("/on"));
    expect(fd, "\r\n\r\n/on");
    close(fd);
    for (int i = 0; i < HARNESS_QUIET; i++)
        harness_yield();
    ck_assert_uint_eq(h->server->n_connections, 0);
    ck_assert(!server_is_empty(h->server));
    finish(h, 2);
    ck_assert(server_is_empty(h->server));
    ck_assert_int_eq(seen.result, 0);
}

START_TEST(the_clients_end_is_not_the_applications)
{
    soon = _i == 1;
    harness_run(app, NULL, script_closes);
}
END_TEST

/* It has left, and its connection is closed, when the application lets go of it. */
static void script_late(struct harness *h)
{
    int fd = harness_connect(h);

    say(fd, GET("/late"));
    for (int i = 0; i < HARNESS_QUIET; i++)
        harness_yield();
    close(fd); /* it has not read its answer: that is a reset */
    for (int i = 0; i < HARNESS_QUIET; i++)
        harness_yield();
    ck_assert_int_eq(seen.behind, 0);
    ck_assert_int_eq(cadre_sleep(2 * SECOND), 0);
    ck_assert_int_eq(seen.behind, 1);
    ck_assert_uint_eq(h->server->n_connections, 0);
    finish(h, 1);
    ck_assert(server_is_empty(h->server));
}

START_TEST(a_connection_that_is_closed_stays_so)
{
    soon = _i == 1;
    harness_run(app, NULL, script_late);
}
END_TEST

static void script_early(struct harness *h)
{
    int fd = harness_connect(h);

    say(fd, GET("/early"));
    expect(fd, "\r\n\r\nearly");
    ck_assert_int_eq(seen.result, -EINVAL);
    finish(h, 0);
    close(fd);
}

START_TEST(an_answer_that_is_not_whole_keeps_its_connection)
{
    harness_run(app, NULL, script_early);
}
END_TEST

/* The struct that takes the connection over has served others, and has blocks of its own. */
static void script_blocks(struct harness *h)
{
    unsigned n_made = 0;
    int fd = harness_connect(h);

    for (int i = 0; i < 10; i++) {
        say(fd, GET("/on") GET("/a"));
        expect(fd, "\r\n\r\n/a");
        finish(h, 1);
        if (i == 2)
            n_made = h->server->buffers.small.n_made;
    }
    ck_assert_uint_gt(n_made, 0);
    ck_assert_uint_eq(h->server->buffers.small.n_made, n_made);
    close(fd);
    for (int i = 0; i < HARNESS_QUIET; i++)
        harness_yield();
}

START_TEST(blocks_are_used_again)
{
    struct server_limits limits = harness_limits();

    soon = _i == 1;
    limits.keepalive_timeout_ns = 60 * CADRE__NSEC_PER_SEC;
    harness_run_with(limits, app, NULL, script_blocks);
}
END_TEST

/* The server cancels what is in flight: that is not. */
static void script_cancels(struct harness *h)
{
    int fd = harness_connect(h);

    say(fd, GET("/on"));
    expect(fd, "\r\n\r\n/on");
    server_cancel(h->server);
    finish(h, 1);
    close(fd);
}

START_TEST(what_goes_on_is_not_in_flight)
{
    soon = _i == 1;
    harness_run(app, NULL, script_cancels);
}
END_TEST

/* Those that return at once are not let go of, nor those that do so later. */
static void script_stays(struct harness *h)
{
    int fd = harness_connect(h);

    say(fd, GET("/stays") GET("/stays") GET("/a"));
    expect(fd, "\r\n\r\n/a");
    ck_assert_int_eq(seen.ended, 3);
    say(fd, GET("/stays-late"));
    expect(fd, "\r\n\r\n/stays-late");
    ck_assert_int_eq(cadre_sleep(2 * SECOND), 0);
    say(fd, GET("/stays"));
    expect(fd, "\r\n\r\n/stays");
    ck_assert_uint_eq(h->server->n_requests, 5);
    finish(h, 0);
    close(fd);
}

START_TEST(what_returns_at_once_is_not_let_go_of)
{
    harness_run(app, NULL, script_stays);
}
END_TEST

/* --- the access log --- */

static void script_logged(struct harness *h)
{
    char lines[1000] = "";
    int fd = harness_connect(h);

    say(fd, GET("/on") GET("/a"));
    expect(fd, "\r\n\r\n/a");
    finish(h, 1);
    ck_assert_int_gt(pread(h->access_fd, lines, sizeof(lines) - 1, 0), 0);
    ck_assert_str_eq(lines, "/on 200 3 0.000 3\n/a 200 2 0.000 2\n");
    close(fd);
}

START_TEST(it_is_logged_when_it_is_answered)
{
    soon = _i == 1;
    harness_access_format = "$uri $status $body_bytes_sent $request_time $sent_http_content_length";
    harness_run(app, NULL, script_logged);
}
END_TEST

UNIT_MAIN("worker/http1_detach", UNIT_LOOP(the_next_requests_are_served_meanwhile, 2),
          UNIT_LOOP(pipelined_requests_are_answered_in_order, 2),
          UNIT_LOOP(a_large_answer_comes_whole, 2), UNIT_LOOP(the_rest_of_a_body_is_skipped, 2),
          UNIT_LOOP(the_clients_end_is_not_the_applications, 2),
          UNIT_LOOP(a_connection_that_is_closed_stays_so, 2),
          UNIT_CASE(what_returns_at_once_is_not_let_go_of),
          UNIT_CASE(an_answer_that_is_not_whole_keeps_its_connection),
          UNIT_LOOP(blocks_are_used_again, 2), UNIT_LOOP(what_goes_on_is_not_in_flight, 2),
          UNIT_LOOP(it_is_logged_when_it_is_answered, 2))
