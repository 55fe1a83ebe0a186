/* SPDX-License-Identifier: MIT */
/* The WebSocket's protocol in memory (test/socket.c), seen by an application at the gateway. */
#include "tests/unit/unit.h"

#include "async/test_loop.h"
#include "base/log.h"
#include "test/socket.h"
#include <errno.h>

static const struct cadre__test_url url = {.scheme = {"http", 4},
                                           .host = {"testserver", 10},
                                           .port = 80,
                                           .path = {"/x", 2},
                                           .query = {"", 0}};

static struct cadre__test_exchange *ex;
static struct cadre_test_response *res;

static void set_up(size_t max_message, size_t max_queue)
{
    static const struct cadre_test_request request;
    const struct cadre__test_asked asked = {.url = &url,
                                            .method = "GET",
                                            .root_path = "",
                                            .client_address = "127.0.0.1",
                                            .without_body = true,
                                            .is_websocket = true,
                                            .max_message = max_message,
                                            .max_queue = max_queue};

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    res = cadre__test_response_new("WebSocket", "/x");
    ck_assert_ptr_nonnull(res);
    ck_assert_int_eq(cadre__test_exchange_new(&request, &asked, res, &ex), 0);
    ck_assert_int_eq(ex->scope.type, CADRE__SCOPE_WEBSOCKET);
    ck_assert_str_eq(ex->scope.scheme.ptr, "ws");
}

static void tear_down(void)
{
    cadre__test_exchange_free(ex);
    cadre__test_response_free(res);
}

static struct cadre__event receive(void)
{
    struct cadre__event event = {0};

    ck_assert_int_eq(cadre__channel_receive_event(&ex->channel, &event), 0);
    return event;
}

static int send(enum cadre__event_type type, int status, struct cadre_str body)
{
    const struct cadre__event event = {
        .type = type, .status = status, .is_text = true, .body = body};

    return cadre__channel_send_event(&ex->channel, &event);
}

static void accept_it(void)
{
    ck_assert_int_eq(receive().type, CADRE__EVENT_WEBSOCKET_CONNECT);
    ck_assert_int_eq(send(CADRE__EVENT_WEBSOCKET_ACCEPT, 0, CADRE_STR("")), 0);
    ck_assert_int_eq(res->status, 101);
    ck_assert(cadre__test_socket_is_open(ex));
}

START_TEST(the_handshake_has_its_fields)
{
    static const char *const names[] = {"connection", "upgrade", "sec-websocket-version",
                                        "sec-websocket-key"};

    set_up(0, 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        ck_assert_ptr_nonnull(cadre__scope_header(&ex->scope, cadre_str_from(names[i])));
    ck_assert_uint_eq(ex->socket->max_queue, 32);
    ck_assert_uint_eq(ex->socket->max_message, 16u * 1024 * 1024);
    tear_down();
}
END_TEST

START_TEST(what_was_sent_comes_before_the_close)
{
    struct cadre__event event;

    set_up(0, 0);
    accept_it();
    ck_assert_int_eq(cadre__test_socket_push(ex, true, "a", 1), 0);
    ck_assert_int_eq(cadre__test_socket_push(ex, false, "b", 1), 0);
    ck_assert_int_eq(cadre__test_socket_close(ex, 4005, "bye"), 0);
    ck_assert_int_eq(cadre__test_socket_push(ex, true, "c", 1), -EPIPE);
    ck_assert(ex->channel.ops->is_disconnected(&ex->channel));
    event = receive();
    ck_assert(event.type == CADRE__EVENT_WEBSOCKET_RECEIVE && event.is_text);
    ck_assert(event.body.ptr[event.body.len] == '\0');
    event = receive();
    ck_assert(event.type == CADRE__EVENT_WEBSOCKET_RECEIVE && !event.is_text);
    for (int i = 0; i < 2; i++) {
        event = receive();
        ck_assert_int_eq(event.type, CADRE__EVENT_WEBSOCKET_DISCONNECT);
        ck_assert_int_eq(event.status, 4005);
        ck_assert(cadre_str_eq(event.body, CADRE_STR("bye")));
    }
    ck_assert_int_eq(send(CADRE__EVENT_WEBSOCKET_SEND, 0, CADRE_STR("x")), -EPIPE);
    ck_assert_int_eq(send(CADRE__EVENT_WEBSOCKET_CLOSE, 1000, CADRE_STR("")), -EPIPE);
    tear_down();
}
END_TEST

START_TEST(a_client_that_left_before_is_told_in_place_of_connect)
{
    set_up(0, 0);
    ck_assert_int_eq(cadre__test_socket_close(ex, 1006, ""), 0);
    ck_assert_int_eq(receive().type, CADRE__EVENT_WEBSOCKET_DISCONNECT);
    ck_assert_int_eq(send(CADRE__EVENT_WEBSOCKET_ACCEPT, 0, CADRE_STR("")), -EPIPE);
    ck_assert(!cadre__test_socket_finish(ex, -EPIPE));
    tear_down();
}
END_TEST

START_TEST(limits_close_or_wait)
{
    struct cadre__event event;

    set_up(2, 1);
    accept_it();
    ck_assert_int_eq(cadre__test_socket_push(ex, true, "ab", 2), 0);
    ck_assert_int_eq(cadre__test_socket_push(ex, true, "c", 1), -EAGAIN);
    (void)receive();
    ck_assert_int_eq(cadre__test_socket_push(ex, true, "abc", 3), 0);
    event = receive();
    ck_assert_int_eq(event.type, CADRE__EVENT_WEBSOCKET_DISCONNECT);
    ck_assert_int_eq(event.status, 1009);
    ck_assert_int_eq(ex->socket->by_app.code, 1009);
    tear_down();
}
END_TEST

START_TEST(the_application_s_close_is_told_back)
{
    struct cadre__event event;

    set_up(0, 0);
    accept_it();
    ck_assert_int_eq(send(CADRE__EVENT_WEBSOCKET_SEND, 0, CADRE_STR("x")), 0);
    ck_assert_int_eq(send(CADRE__EVENT_WEBSOCKET_CLOSE, 1005, CADRE_STR("")), -EINVAL);
    ck_assert_int_eq(send(CADRE__EVENT_WEBSOCKET_CLOSE, 4001, CADRE_STR("so")), 0);
    ck_assert_int_eq(send(CADRE__EVENT_WEBSOCKET_SEND, 0, CADRE_STR("x")), -EALREADY);
    event = receive();
    ck_assert_int_eq(event.status, 4001);
    ck_assert_str_eq(cadre__test_socket_pop(ex)->data, "x");
    ck_assert_ptr_null(cadre__test_socket_pop(ex));
    ck_assert_str_eq(ex->socket->by_app.reason, "so");
    ck_assert(cadre__test_socket_finish(ex, 0));
    ck_assert_int_eq(ex->socket->by_app.code, 4001);
    tear_down();
}
END_TEST

static const struct finish_row {
    bool accepts;
    int result, code;
    bool is_answered;
} finish_rows[] = {{true, 0, 1000, true}, {true, -EIO, 1011, true}, {false, 0, 0, false}};

START_TEST(a_socket_that_is_left_open_is_closed)
{
    const struct finish_row *row = &finish_rows[_i];

    set_up(0, 0);
    if (row->accepts)
        accept_it();
    ck_assert(cadre__test_socket_finish(ex, row->result) == row->is_answered);
    ck_assert_int_eq(ex->socket->by_app.code, row->code);
    tear_down();
}
END_TEST

UNIT_MAIN("test/socket", UNIT_CASE(the_handshake_has_its_fields),
          UNIT_CASE(what_was_sent_comes_before_the_close),
          UNIT_CASE(a_client_that_left_before_is_told_in_place_of_connect),
          UNIT_CASE(limits_close_or_wait), UNIT_CASE(the_application_s_close_is_told_back),
          UNIT_LOOP(a_socket_that_is_left_open_is_closed,
                    sizeof(finish_rows) / sizeof(finish_rows[0])))
