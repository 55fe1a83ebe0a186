/* SPDX-License-Identifier: MIT */
/* What comes of a WebSocket's handler (web/websocket_call.c): refusals, the close behind it, the
 * drain, a client that goes, work behind it. */
#include "tests/unit/lib/web/websocket_test.h"

#include "async/coroutine.h"

/* --- handlers, by how they end --- */

static int refuse(struct cadre_request *req)
{
    return cadre_websocket_close(req, CADRE_WS_POLICY_VIOLATION, "not you");
}

static int fail_early(struct cadre_request *req)
{
    return cadre_websocket_fail(req, 4003, "not yet");
}

static int deny(struct cadre_request *req)
{
    int r = cadre_header_set(req, "www-authenticate", "Basic");

    if (r == 0)
        r = cadre_respond_text(req, 401, "who are you?\n");
    ck_assert_int_eq(cadre_websocket_accept(req, NULL), -EALREADY);
    ck_assert_int_eq(cadre_websocket_close(req, 1000, NULL), -EALREADY);
    ck_assert_int_eq(cadre_websocket_send_text(req, "hello"), -EALREADY);
    return r;
}

static int deny_in_pieces(struct cadre_request *req)
{
    int r = cadre_start(req, 429);

    ck_assert_int_eq(cadre_websocket_close(req, 1000, NULL), -EALREADY);
    if (r == 0)
        r = cadre_write(req, "slow ", 5);
    return r < 0 ? r : cadre_write(req, "down", 4);
}

/* At the level of the gateway, as ASGI's websocket.http.response. */
static int deny_by_messages(struct cadre_request *req)
{
    static const struct cadre_field_pair fields[] = {{"x-why", "because"}};
    const struct cadre_message start = {
        .type = CADRE_HTTP_RESPONSE_START, .status = 402, .headers = fields, .n_headers = 1};
    const struct cadre_message end = {.type = CADRE_HTTP_RESPONSE_BODY, .body = CADRE_STR("pay")};
    struct cadre_message message;
    int r;

    ck_assert_int_eq(cadre_receive(req, &message), -EALREADY);
    r = cadre_send(req, &start);
    return r < 0 ? r : cadre_send(req, &end);
}

static int fail_http(struct cadre_request *req)
{
    return cadre_fail(req, 404, "no such room");
}

static int fail_unexpectedly(struct cadre_request *req)
{
    (void)req;
    return -EIO;
}

static int return_at_once(struct cadre_request *req)
{
    (void)req;
    return 0;
}

static int leave_open(struct cadre_request *req)
{
    int r = cadre_websocket_accept(req, NULL);

    return r < 0 ? r : cadre_websocket_send_text(req, "bye");
}

static int fail_late(struct cadre_request *req)
{
    int r = cadre_websocket_accept(req, NULL);

    return r < 0 ? r : cadre_websocket_fail(req, CADRE_WS_TRY_LATER, "busy");
}

static int break_late(struct cadre_request *req)
{
    int r = cadre_websocket_accept(req, NULL);

    return r < 0 ? r : -EIO;
}

static int fail_http_late(struct cadre_request *req)
{
    int r = cadre_websocket_accept(req, NULL);

    return r < 0 ? r : cadre_fail(req, 404, "no such room");
}

static const struct cadre_route end_routes[] = {
    CADRE_WEBSOCKET("/refuse", refuse),
    CADRE_WEBSOCKET("/fail_early", fail_early),
    CADRE_WEBSOCKET("/deny", deny),
    CADRE_WEBSOCKET("/deny_in_pieces", deny_in_pieces),
    CADRE_WEBSOCKET("/deny_by_messages", deny_by_messages),
    CADRE_WEBSOCKET("/fail_http", fail_http),
    CADRE_WEBSOCKET("/fail_unexpectedly", fail_unexpectedly),
    CADRE_WEBSOCKET("/return_at_once", return_at_once),
    CADRE_WEBSOCKET("/leave_open", leave_open),
    CADRE_WEBSOCKET("/fail_late", fail_late),
    CADRE_WEBSOCKET("/break_late", break_late),
    CADRE_WEBSOCKET("/fail_http_late", fail_http_late),
    CADRE_ROUTES_END,
};

static const struct end_row {
    const char *target;
    int status, code;
    const char *reason, *body;
    int result;
} end_rows[] = {
    {"/refuse", 403, 1008, "not you", "", 0},
    {"/fail_early", 403, 4003, "not yet", "", 0},
    {"/deny", 401, 0, "", "who are you?\n", 0},
    {"/deny_in_pieces", 429, 0, "", "slow down", 0},
    {"/deny_by_messages", 402, 0, "", "pay", 0},
    {"/fail_http", 404, 0, "", "{\"detail\":\"no such room\"}", 0},
    {"/fail_unexpectedly", 500, 0, "", "Internal Server Error", 0},
    {"/return_at_once", 500, 0, "", "Internal Server Error", 0},
    {"/leave_open", 101, 1000, "", "", 0},
    {"/fail_late", 101, 1013, "busy", "", 0},
    {"/break_late", 101, 1011, "", "", -EIO},
    {"/fail_http_late", 101, 1011, "", "", -CADRE_EHTTP},
    {"/none", 403, 1000, "", "", 0},
};

START_TEST(a_handler_that_ends_ends_its_socket)
{
    const struct end_row *row = &end_rows[_i];
    struct cadre_test_client *client = open_client(end_routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = row->target);
    const struct cadre_test_response *res = cadre_test_websocket_response(ws);
    struct cadre_websocket_message message;

    cadre_assert_status(res, row->status);
    cadre_assert_body(res, row->body);
    while (cadre_test_websocket_receive(ws, &message) > 0)
        ck_assert_str_eq(message.data.ptr, "bye");
    ck_assert_int_eq(cadre_test_websocket_close_code(ws), row->code);
    ck_assert_str_eq(cadre_test_websocket_close_reason(ws), row->reason);
    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "late"), -EPIPE);
    cadre_test_websocket_end(ws);
    ck_assert_int_eq(cadre_test_result(res), row->result);
    cadre_test_close(client);
}
END_TEST

START_TEST(denials_say_what_the_handler_set)
{
    struct cadre_test_client *client = open_client(end_routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/deny");

    cadre_assert_header(cadre_test_websocket_response(ws), "www-authenticate", "Basic");
    cadre_assert_header(cadre_test_websocket_response(ws), "content-length", "13");
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

/* --- the module's own answers --- */

static int answer_teapot(struct cadre_request *req, const struct cadre_problem *problem)
{
    return cadre_respond_text(req, 418, problem->detail);
}

START_TEST(a_module_answers_failed_handshakes_itself)
{
    static const struct cadre_error_handler errors[] = {
        CADRE_ON_STATUS(404, answer_teapot), CADRE_ON_ERROR(-EIO, answer_teapot), CADRE_ERRORS_END};
    const struct cadre_module module = {.routes = end_routes, .errors = errors};
    struct cadre_test_client *client = open_module(&module);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/fail_http");

    cadre_assert_status(cadre_test_websocket_response(ws), 418);
    cadre_assert_body(cadre_test_websocket_response(ws), "no such room");
    cadre_test_websocket_end(ws);
    ws = cadre_test_websocket(client, .target = "/fail_unexpectedly");
    cadre_assert_status(cadre_test_websocket_response(ws), 418);
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

/* --- a client that goes, a worker that drains --- */

static int n_cancelled, n_ended, n_late;

static int wait_for_nothing(struct cadre_request *req)
{
    int r = cadre_websocket_accept(req, NULL);

    if (r == 0)
        r = cadre_sleep(3600 * 1000);
    n_cancelled += r == -ECANCELED;
    n_ended++;
    return r;
}

static int cancel_itself(struct cadre_request *req)
{
    int r = strcmp(cadre_query(req), "early") == 0 ? 0 : cadre_websocket_accept(req, NULL);

    if (r == 0)
        r = cadre_sleep(1000);
    cadre__coroutine_cancel(cadre__coroutine_current());
    return r < 0 ? r : cadre_sleep(1000);
}

static int tick(struct cadre_request *req)
{
    int r = cadre_websocket_accept(req, NULL);

    while (r == 0 && !cadre_worker_is_draining()) {
        r = cadre_websocket_send_text(req, "tick");
        if (r == 0)
            r = cadre_sleep(1000);
    }
    n_ended++;
    return r;
}

static int say_goodbye(struct cadre_request *req)
{
    struct cadre_websocket_message message;
    int r = cadre_websocket_accept(req, NULL);

    while (r >= 0 && (r = cadre_websocket_receive(req, &message)) > 0)
        r = cadre_websocket_send(req, &message);
    if (r == 0 && cadre_websocket_close_code(req) == CADRE_WS_RESTART)
        r = cadre_websocket_send_text(req, "goodbye");
    return r;
}

static int work_behind(void *arg)
{
    ++*(int *)arg;
    return 0;
}

static int leave_work(struct cadre_request *req)
{
    const char *how = cadre_query(req);
    int r = cadre_background_add(req, CADRE_BACKGROUND(work_behind, &n_late, NULL));

    if (r == 0)
        r = cadre_websocket_accept(req, NULL);
    if (r == 0 && strcmp(how, "wait") == 0)
        r = cadre_websocket_receive(req, &(struct cadre_websocket_message){0});
    if (r == 0 && strcmp(how, "fail") == 0)
        r = cadre_websocket_fail(req, 4000, NULL);
    return r == 0 && strcmp(how, "error") == 0 ? -EIO : r;
}

/* A task that sends, beside the handler, which receives. */
static int send_ticks(void *req)
{
    int r = 0;

    for (int i = 0; r == 0; i++) {
        r = cadre_websocket_sendf(req, "tick %d", i);
        if (r == 0)
            r = cadre_sleep(1000);
    }
    n_cancelled += r == -ECANCELED;
    return r;
}

static int two_ways(struct cadre_request *req)
{
    struct cadre_websocket_message message;
    int r = cadre_websocket_accept(req, NULL);

    if (r == 0 && cadre_spawn(send_ticks, req) == NULL)
        r = -ENOMEM;
    while (r >= 0 && (r = cadre_websocket_receive(req, &message)) > 0)
        r = cadre_websocket_sendf(req, "you said %s", message.data.ptr);
    return r;
}

static int receive_too(void *req)
{
    struct cadre_websocket_message message;

    return cadre_websocket_receive(req, &message);
}

static int receive_twice(struct cadre_request *req)
{
    struct cadre_websocket_message message;
    struct cadre_task *task;
    int r = cadre_websocket_accept(req, NULL);

    if (r < 0)
        return r;
    task = cadre_spawn(receive_too, req);
    r = cadre_yield();
    ck_assert_int_eq(r, 0);
    ck_assert_int_eq(cadre_websocket_receive(req, &message), -EBUSY);
    r = cadre_task_join(task);
    ck_assert_int_eq(r, 1);
    return cadre_websocket_send_text(req, "one at a time");
}

/* Finds the client gone by sending, and then looks what it has said before. */
static int look_back(struct cadre_request *req)
{
    struct cadre_websocket_message message;
    int r = cadre_websocket_accept(req, NULL);

    if (r == 0)
        r = cadre_sleep(1000);
    ck_assert_int_eq(r, 0);
    ck_assert_int_eq(cadre_websocket_send_text(req, "hello"), -EPIPE);
    ck_assert_int_eq(cadre_websocket_close_code(req), 1006);
    ck_assert_int_eq(cadre_websocket_receive(req, &message), 1);
    ck_assert_str_eq(message.data.ptr, "my last word");
    ck_assert_int_eq(cadre_websocket_receive(req, &message), 0);
    ck_assert_int_eq(cadre_websocket_close_code(req), 4005);
    ck_assert_str_eq(cadre_websocket_close_reason(req), "bye");
    n_ended++;
    return 0;
}

/* As much as the client takes ahead of its reading. */
static int pour(struct cadre_request *req)
{
    int r = cadre_websocket_accept(req, NULL);

    for (int i = 0; r == 0 && i < 100; i++) {
        r = cadre_websocket_sendf(req, "%d", i);
        n_ended = i + 1;
    }
    return r;
}

static int be_slow(struct cadre_request *req)
{
    struct cadre_websocket_message message;
    int r = cadre_websocket_accept(req, NULL);

    if (r == 0)
        r = cadre_sleep(5000);
    while (r >= 0 && (r = cadre_websocket_receive(req, &message)) > 0)
        r = cadre_websocket_send(req, &message);
    return r;
}

static const struct cadre_route life_routes[] = {
    CADRE_WEBSOCKET("/cancelled", wait_for_nothing, .cancel_on_disconnect = true),
    CADRE_WEBSOCKET("/itself", cancel_itself),
    CADRE_WEBSOCKET("/tick", tick),
    CADRE_WEBSOCKET("/goodbye", say_goodbye),
    CADRE_WEBSOCKET("/work", leave_work),
    CADRE_WEBSOCKET("/two", two_ways),
    CADRE_WEBSOCKET("/twice", receive_twice),
    CADRE_WEBSOCKET("/back", look_back),
    CADRE_WEBSOCKET("/pour", pour),
    CADRE_WEBSOCKET("/slow", be_slow),
    PAUSE_ROUTE,
    CADRE_ROUTES_END,
};

START_TEST(a_handler_is_cancelled_when_its_client_goes_if_it_likes)
{
    struct cadre_test_client *client = open_client(life_routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/cancelled");
    const struct cadre_test_response *res;

    cadre_test_websocket_leave(ws);
    res = cadre_test_websocket_end(ws);
    ck_assert_int_eq(cadre_test_result(res), -ECANCELED);
    ck_assert_int_eq(n_cancelled, 1);
    ck_assert_uint_eq(cadre_test_elapsed_ms(), 0);
    cadre_test_close(client);
}
END_TEST

START_TEST(a_handler_that_only_sends_learns_it_there)
{
    struct cadre_test_client *client = open_client(life_routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/tick");

    cadre_assert_text(ws, "tick");
    cadre_assert_text(ws, "tick");
    ck_assert_uint_eq(cadre_test_elapsed_ms(), 1000);
    cadre_test_websocket_leave(ws);
    ck_assert_int_eq(cadre_test_result(cadre_test_websocket_end(ws)), -EPIPE);
    ck_assert_int_eq(n_ended, 1);
    cadre_test_close(client);
}
END_TEST

START_TEST(a_drain_is_told_and_closes_behind_the_handler)
{
    struct cadre_test_client *client = open_client(life_routes);
    struct cadre_test_websocket *waits = cadre_test_websocket(client, .target = "/goodbye");
    struct cadre_test_websocket *ticks = cadre_test_websocket(client, .target = "/tick"), *late;

    ck_assert_int_eq(cadre_test_websocket_send_text(waits, "hello"), 0);
    cadre_assert_text(waits, "hello");
    cadre_assert_text(ticks, "tick");
    cadre_test_drain(client);
    cadre_assert_text(waits, "goodbye");
    cadre_assert_closed(waits, 1012);
    cadre_assert_closed(ticks, 1012);
    ck_assert_int_eq(cadre_test_result(cadre_test_websocket_end(waits)), 0);
    ck_assert_int_eq(cadre_test_result(cadre_test_websocket_end(ticks)), 0);

    late = cadre_test_websocket(client, .target = "/goodbye"); /* it came with the drain */
    cadre_assert_text(late, "goodbye");
    cadre_assert_closed(late, 1012);
    cadre_test_websocket_end(late);
    cadre_test_close(client);
}
END_TEST

/* As graceful_timeout does behind a drain, or a fast stop without one. */
START_TEST(a_handler_that_is_cancelled_leaves_a_code)
{
    struct cadre_test_client *client = open_client(life_routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/itself");

    if (_i == 1)
        cadre_test_drain(client);
    cadre_assert_closed(ws, _i == 1 ? 1012 : 1001);
    ck_assert_int_eq(cadre_test_result(cadre_test_websocket_end(ws)), -ECANCELED);
    ws = cadre_test_websocket(client, .target = "/itself?early");
    cadre_assert_status(cadre_test_websocket_response(ws), 503);
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

static const struct work_row {
    const char *how;
    int code, n_late;
} work_rows[] = {{"", 1000, 1}, {"wait", 0, 1}, {"fail", 4000, 0}, {"error", 1011, 0}};

START_TEST(work_behind_runs_where_the_handler_did_not_fail)
{
    const struct work_row *row = &work_rows[_i];
    struct cadre_test_client *client = open_client(life_routes);
    struct cadre_test_websocket *ws;
    char target[40];

    snprintf(target, sizeof(target), "/work?%s", row->how);
    ws = cadre_test_websocket(client, .target = target);
    if (row->code != 0)
        cadre_assert_closed(ws, row->code);
    else
        cadre_test_websocket_leave(ws);
    cadre_test_websocket_end(ws);
    ck_assert_int_eq(cadre_test_join_background(client), 0);
    ck_assert_int_eq(n_late, row->n_late);
    cadre_test_close(client);
}
END_TEST

START_TEST(tasks_send_beside_the_handler_and_end_with_it)
{
    struct cadre_test_client *client = open_client(life_routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/two");

    cadre_assert_text(ws, "tick 0");
    cadre_assert_text(ws, "tick 1");
    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "hello"), 0);
    cadre_assert_text(ws, "you said hello");
    cadre_assert_text(ws, "tick 2");
    cadre_test_websocket_close(ws, 1000, NULL);
    ck_assert_int_eq(cadre_test_result(cadre_test_websocket_end(ws)), 0);
    ck_assert_int_eq(n_cancelled, 1);
    cadre_test_close(client);
}
END_TEST

START_TEST(one_coroutine_receives_at_a_time)
{
    struct cadre_test_client *client = open_client(life_routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/twice");

    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "x"), 0);
    cadre_assert_text(ws, "one at a time");
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

START_TEST(what_a_client_said_before_it_left_is_received)
{
    struct cadre_test_client *client = open_client(life_routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/back");

    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "my last word"), 0);
    cadre_test_websocket_close(ws, 4005, "bye");
    ck_assert_int_eq(cadre_test_result(cadre_test_websocket_end(ws)), 0);
    ck_assert_int_eq(n_ended, 1);
    cadre_test_close(client);
}
END_TEST

START_TEST(who_sends_waits_for_who_receives)
{
    struct cadre_test_client *client = open_client(life_routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/pour");
    char text[8];
    int r = 0;

    cadre_assert_status(cadre_test_get(client, "/pause/100"), 204);
    ck_assert_int_eq(n_ended, 32); /* the next one waits for room */
    for (int i = 0; i < 100; i++) {
        snprintf(text, sizeof(text), "%d", i);
        cadre_assert_text(ws, text);
    }
    cadre_assert_closed(ws, 1000);
    cadre_test_websocket_end(ws);

    ws = cadre_test_websocket(client, .target = "/slow");
    for (int i = 0; r == 0 && i < 40; i++)
        r = cadre_test_websocket_send_text(ws, "x");
    ck_assert_int_eq(r, 0);
    ck_assert_uint_eq(cadre_test_elapsed_ms(), 5100); /* 32 fit until it woke up */
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

UNIT_MAIN("web/websocket_call",
          UNIT_LOOP(a_handler_that_ends_ends_its_socket, sizeof(end_rows) / sizeof(end_rows[0])),
          UNIT_CASE(denials_say_what_the_handler_set),
          UNIT_CASE(a_module_answers_failed_handshakes_itself),
          UNIT_CASE(a_handler_is_cancelled_when_its_client_goes_if_it_likes),
          UNIT_CASE(a_handler_that_only_sends_learns_it_there),
          UNIT_CASE(a_drain_is_told_and_closes_behind_the_handler),
          UNIT_LOOP(a_handler_that_is_cancelled_leaves_a_code, 2),
          UNIT_LOOP(work_behind_runs_where_the_handler_did_not_fail,
                    sizeof(work_rows) / sizeof(work_rows[0])),
          UNIT_CASE(tasks_send_beside_the_handler_and_end_with_it),
          UNIT_CASE(one_coroutine_receives_at_a_time),
          UNIT_CASE(what_a_client_said_before_it_left_is_received),
          UNIT_CASE(who_sends_waits_for_who_receives))
