/* SPDX-License-Identifier: MIT */
/* How the calls of the test client wait for applications that do not answer, do not end, or go on
 * without end (test/wait.c). */
#include "tests/unit/unit.h"

#include "base/log.h"
#include <cadre.h>
#include <cadre/test.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

/* --- handlers --- */

static struct cadre_event never;

static int wait_for_ever(struct cadre_request *req)
{
    (void)req;
    return cadre_event_wait(&never);
}

/* Takes so many cancels before it ends. */
static int be_stubborn(struct cadre_request *req)
{
    int64_t n;
    int r = cadre_path_int(req, "n", &n);

    while (r == 0 && n-- > 0)
        (void)!cadre_event_wait(&never);
    return r < 0 ? r : cadre_respond_text(req, 200, "at last");
}

static int sleep_for_ever(struct cadre_request *req)
{
    int r = 0;

    (void)req;
    while (r == 0)
        r = cadre_sleep(100);
    return r;
}

/* Does not look at what it is told. */
static int sleep_and_sleep(struct cadre_request *req)
{
    while (cadre_method(req) != NULL)
        (void)!cadre_sleep(100);
    return 0;
}

static int tick(struct cadre_request *req)
{
    int r = cadre_start(req, 200);

    while (r == 0) {
        r = cadre_write(req, "tick ", 5);
        if (r == 0)
            r = cadre_sleep(950);
    }
    return r;
}

static int pour(struct cadre_request *req)
{
    int r = cadre_start(req, 200);

    while (r == 0)
        r = cadre_write(req, "0123456789", 10);
    return r;
}

static int nap(struct cadre_request *req)
{
    int r = cadre_sleep(5000);

    return r < 0 ? r : cadre_respond_text(req, 200, "awake");
}

static int say_nothing(struct cadre_request *req)
{
    int r = cadre_websocket_accept(req, NULL);

    return r < 0 ? r : sleep_for_ever(req);
}

static int work_for_ever(void *arg)
{
    while (arg == NULL)
        (void)!cadre_event_wait(&never);
    return 0;
}

static int leave_work(struct cadre_request *req)
{
    int r = cadre_background_add(req, CADRE_BACKGROUND(work_for_ever, NULL, NULL));

    return r < 0 ? r : cadre_respond_text(req, 202, "later");
}

static const struct cadre_route routes[] = {
    CADRE_GET("/never", wait_for_ever),
    CADRE_GET("/stubborn/{n:int}", be_stubborn),
    CADRE_GET("/sleeps", sleep_for_ever),
    CADRE_GET("/sleeps/deaf", sleep_and_sleep),
    CADRE_GET("/ticks", tick),
    CADRE_GET("/pours", pour),
    CADRE_GET("/nap", nap),
    CADRE_GET("/work", leave_work),
    CADRE_WEBSOCKET("/silent", say_nothing),
    CADRE_ROUTES_END,
};

static const struct cadre_module module = {.routes = routes};

#define NOTHING "nothing can happen any more: the handler waits for what cannot come"
#define TOO_LONG                                                                                   \
    "it takes longer than call_timeout_ms, on the test clock: what never ends is read by "         \
    "cadre_test_stream_read and left by cadre_test_stream_leave"

/* A client with limits of its own: 10 s, 100 bytes. */
static struct cadre_test_client *serve(void)
{
    const struct cadre_test_module one = {.module = &module};
    const struct cadre_test_app app = {
        .modules = &one, .n_modules = 1, .call_timeout_ms = 10000, .max_body_bytes = 100};
    struct cadre_test_client *client = NULL;
    char why[500] = "";

    cadre__log_set_level(CADRE_LOG_CRITICAL + 1);
    cadre_event_init(&never);
    ck_assert_msg(cadre_test_open(&app, why, sizeof(why), &client) == 0, "%s", why);
    return client;
}

static struct cadre_test_stream *open_stream(struct cadre_test_client *client, const char *target)
{
    return cadre_test_stream_open(client, &(const struct cadre_test_request){.target = target},
                                  false);
}

/* --- cases --- */

static const struct row {
    const char *target, *failure;
    int status;
    uint64_t elapsed_ms;
    size_t body_len;
} rows[] = {
    {"/never", NOTHING, 503, 0, 19},
    {"/stubborn/1", NOTHING, 200, 0, 7},
    {"/stubborn/3", NOTHING, 200, 120000, 7},
    {"/sleeps", TOO_LONG, 503, 10000, 19},
    {"/ticks", TOO_LONG, 200, 10000, 55},
    {"/pours", "the body is longer than max_body_bytes, 100", 200, 0, 100},
    {"/nap", "", 200, 5000, 5},
};

START_TEST(a_request_ends_whatever_its_handler_does)
{
    const struct row *row = &rows[_i];
    struct cadre_test_client *client = serve();
    const struct cadre_test_response *res = cadre_test_get(client, row->target);

    cadre_assert_status(res, row->status);
    ck_assert_str_eq(cadre_test_failure(res), row->failure);
    ck_assert_uint_eq(cadre_test_elapsed_ms(), row->elapsed_ms);
    ck_assert_uint_eq(cadre_test_body(res).len, row->body_len);
    cadre_assert_body(cadre_test_get(client, "/nap"), "awake"); /* the client is as before */
    ck_assert_int_eq(cadre_test_close(client), 0);
}
END_TEST

START_TEST(one_that_never_ends_ends_the_process)
{
    (void)cadre_test_get(serve(), _i == 0 ? "/stubborn/1000" : "/sleeps/deaf");
}
END_TEST

START_TEST(calls_of_a_stream_end)
{
    struct cadre_test_client *client = serve();
    struct cadre_test_stream *stream = open_stream(client, "/sleeps");
    char buf[10];

    ck_assert_int_eq(cadre_test_stream_read(stream, buf, sizeof(buf)), -ETIMEDOUT);
    ck_assert_uint_eq(cadre_test_elapsed_ms(), 10000);
    ck_assert_int_eq(cadre_test_status(cadre_test_stream_head(stream)), 0);
    ck_assert_str_eq(cadre_test_failure(cadre_test_stream_end(stream)),
                     "there is no response: " TOO_LONG);
    stream = open_stream(client, "/never");
    ck_assert_int_eq(cadre_test_stream_read(stream, buf, sizeof(buf)), -EDEADLK);
    cadre_test_stream_end(stream);
    stream = open_stream(client, "/ticks"); /* each call has its time anew */
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(cadre_test_stream_read(stream, buf, sizeof(buf)), 5);
    cadre_test_stream_leave(stream);
    cadre_test_stream_end(stream);
    ck_assert_int_eq(cadre_test_close(client), 0);
}
END_TEST

START_TEST(calls_of_a_websocket_end)
{
    struct cadre_test_client *client = serve();
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/silent");
    struct cadre_websocket_message message;
    const struct cadre_test_response *res = cadre_test_websocket_response(ws);
    int r = 0;

    ck_assert_int_eq(cadre_test_websocket_receive(ws, &message), -ETIMEDOUT);
    for (int i = 0; r == 0 && i < 100; i++)
        r = cadre_test_websocket_send_text(ws, "x");
    ck_assert_int_eq(r, -ETIMEDOUT);
    ck_assert_uint_eq(cadre_test_elapsed_ms(), 20000);
    ck_assert_ptr_eq(cadre_test_websocket_end(ws), res);
    ck_assert_str_eq(cadre_test_failure(res), TOO_LONG);
    ck_assert_int_eq(cadre_test_close(client), 0);
}
END_TEST

START_TEST(work_that_never_ends_ends_the_process)
{
    struct cadre_test_client *client = serve();

    cadre_assert_status(cadre_test_get(client, "/work"), 202);
    cadre_assert_status(cadre_test_get(client, "/nap"), 200); /* it has begun meanwhile */
    cadre_test_close(client);
}
END_TEST

/* In a coroutine, within a time of the test's own. */
static int ask_in_scopes(void *arg)
{
    struct cadre_test_client *client = serve();
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/silent");
    const struct cadre_test_response *res;
    struct cadre_websocket_message message;
    struct cadre_scope scope;
    int r;

    cadre_fail_after(&scope, 1000);
    res = cadre_test_get(client, "/nap");
    ck_assert_int_eq(cadre_scope_end(&scope, 0), 0);
    ck_assert_str_eq(cadre_test_failure(res), "the test has cancelled it");
    ck_assert_uint_eq(cadre_test_elapsed_ms(), 1000);

    cadre_fail_after(&scope, 1000);
    r = cadre_test_websocket_receive(ws, &message);
    ck_assert_int_eq(r, -ECANCELED);
    ck_assert_int_eq(cadre_scope_end(&scope, r), -ETIMEDOUT); /* no message in a second */
    ck_assert_uint_eq(cadre_test_elapsed_ms(), 2000);

    cadre_fail_after(&scope, 1000);
    cadre_test_websocket_leave(ws);
    res = cadre_test_websocket_end(ws);
    ck_assert_int_eq(cadre_scope_end(&scope, 0), 0);
    ck_assert_str_eq(cadre_test_failure(res), "the test has cancelled it");
    ck_assert_uint_eq(cadre_test_elapsed_ms(), 3000);

    cadre_fail_after(&scope, 0);
    ck_assert_int_eq(cadre_test_close(client), 0);
    ck_assert_int_eq(cadre_scope_end(&scope, 0), 0);
    return *(int *)arg = 7;
}

START_TEST(a_scope_of_the_test_cuts_a_call_short)
{
    int done = 0;

    ck_assert_int_eq(cadre_test_run(ask_in_scopes, &done), 7);
    ck_assert_int_eq(done, 7);
}
END_TEST

UNIT_MAIN("test/wait",
          UNIT_LOOP(a_request_ends_whatever_its_handler_does, sizeof(rows) / sizeof(rows[0])),
          {.name = "one_that_never_ends_ends_the_process",
           .test = one_that_never_ends_ends_the_process,
           .signal = SIGABRT,
           .end = 2},
          UNIT_SIGNAL(work_that_never_ends_ends_the_process, SIGABRT),
          UNIT_CASE(calls_of_a_stream_end), UNIT_CASE(calls_of_a_websocket_end),
          UNIT_CASE(a_scope_of_the_test_cuts_a_call_short))
