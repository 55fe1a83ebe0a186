/* SPDX-License-Identifier: MIT */
/* Kinds of messages of WebSockets (web/websocket_messages.c). */
#include "tests/unit/lib/web/websocket_test.h"

#include <jansson.h>

static int last;

static int take_text(struct cadre_request *req)
{
    struct cadre_str text;
    int r = cadre_websocket_accept(req, NULL);

    while (r >= 0 && (r = cadre_websocket_receive_text(req, &text)) > 0)
        r = cadre_websocket_sendf(req, "text of %zu: %s", text.len, text.ptr);
    last = r;
    return r;
}

static int take_bytes(struct cadre_request *req)
{
    struct cadre_str bytes;
    int r = cadre_websocket_accept(req, NULL);

    while (r >= 0 && (r = cadre_websocket_receive_bytes(req, &bytes)) > 0)
        r = cadre_websocket_send_bytes(req, bytes.ptr, bytes.len);
    last = r;
    return r;
}

static int take_json(struct cadre_request *req)
{
    struct json_t *json;
    int r = cadre_websocket_accept(req, NULL);

    while (r >= 0 && (r = cadre_websocket_receive_json(req, &json)) > 0) {
        ck_assert_int_eq(json_object_set_new(json, "seen", json_true()), 0);
        r = cadre_websocket_send_json(req, json);
    }
    last = r;
    return r;
}

/* Goes on behind a message that it does not take. */
static int take_what_fits(struct cadre_request *req)
{
    struct cadre_str text;
    int r = cadre_websocket_accept(req, NULL);

    while (r >= 0 && (r = cadre_websocket_receive_text(req, &text)) != 0) {
        if (r > 0 || r == -EBADMSG)
            r = cadre_websocket_send_text(req, r > 0 ? text.ptr : "a text, please");
    }
    return r;
}

static int send_nonsense(struct cadre_request *req)
{
    int r = cadre_websocket_accept(req, NULL);

    ck_assert_int_eq(cadre_websocket_send_json(req, NULL), -EINVAL);
    return r;
}

static const struct cadre_route routes[] = {
    CADRE_WEBSOCKET("/text", take_text),         CADRE_WEBSOCKET("/bytes", take_bytes),
    CADRE_WEBSOCKET("/json", take_json),         CADRE_WEBSOCKET("/fits", take_what_fits),
    CADRE_WEBSOCKET("/nonsense", send_nonsense), CADRE_ROUTES_END,
};

START_TEST(messages_of_the_wanted_kind_are_taken)
{
    struct cadre_test_client *client = open_client(routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/text");
    struct cadre_websocket_message message;

    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "tea"), 0);
    cadre_assert_text(ws, "text of 3: tea");
    cadre_test_websocket_end(ws);
    ck_assert_int_eq(last, 0);

    ws = cadre_test_websocket(client, .target = "/bytes");
    ck_assert_int_eq(cadre_test_websocket_send_bytes(ws, "\0a", 2), 0);
    ck_assert_int_eq(cadre_test_websocket_receive(ws, &message), 1);
    ck_assert(!message.is_text && message.data.len == 2);
    cadre_test_websocket_end(ws);

    ws = cadre_test_websocket(client, .target = "/json");
    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "{\"a\": 1}"), 0);
    ck_assert_int_eq(cadre_test_websocket_send_bytes(ws, "{}", 2), 0);
    cadre_assert_text(ws, "{\"a\":1,\"seen\":true}");
    cadre_assert_message_json(ws, "{\"seen\": true}");
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

/* Nested deeper than the stack of a handler would take. */
#define OPEN16   "[[[[[[[[[[[[[[[["
#define OPEN128  OPEN16 OPEN16 OPEN16 OPEN16 OPEN16 OPEN16 OPEN16 OPEN16
#define OPEN1024 OPEN128 OPEN128 OPEN128 OPEN128 OPEN128 OPEN128 OPEN128 OPEN128

static const struct wrong_row {
    const char *target;
    bool is_text;
    const char *data, *reason;
} wrong_rows[] = {
    {"/text", false, "x", "a text is wanted, not bytes"},
    {"/bytes", true, "x", "bytes are wanted, not a text"},
    {"/json", true, "{", "a message is not JSON"},
    {"/json", true, "", "a message is not JSON"},
    {"/json", true, "{\"a\":1,\"a\":2}", "a message is not JSON"},
    {"/json", true, OPEN1024 OPEN1024, "a message is not JSON"},
};

START_TEST(others_close_by_1003)
{
    const struct wrong_row *row = &wrong_rows[_i];
    struct cadre_test_client *client = open_client(routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = row->target);
    const struct cadre_websocket_message message = {.is_text = row->is_text,
                                                    .data = cadre_str_from(row->data)};

    ck_assert_int_eq(cadre_test_websocket_send(ws, &message), 0);
    cadre_assert_closed(ws, 1003);
    ck_assert_str_eq(cadre_test_websocket_close_reason(ws), row->reason);
    ck_assert_int_eq(cadre_test_result(cadre_test_websocket_end(ws)), 0);
    ck_assert_int_eq(last, -EBADMSG);
    cadre_test_close(client);
}
END_TEST

START_TEST(a_handler_may_go_on_behind_a_message_of_another_kind)
{
    struct cadre_test_client *client = open_client(routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/fits");

    ck_assert_int_eq(cadre_test_websocket_send_bytes(ws, "x", 1), 0);
    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "y"), 0);
    cadre_assert_text(ws, "a text, please");
    cadre_assert_text(ws, "y");
    cadre_test_websocket_end(ws);
    ws = cadre_test_websocket(client, .target = "/nonsense");
    cadre_assert_closed(ws, 1000);
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

UNIT_MAIN("web/websocket_messages", UNIT_CASE(messages_of_the_wanted_kind_are_taken),
          UNIT_LOOP(others_close_by_1003, sizeof(wrong_rows) / sizeof(wrong_rows[0])),
          UNIT_CASE(a_handler_may_go_on_behind_a_message_of_another_kind))
