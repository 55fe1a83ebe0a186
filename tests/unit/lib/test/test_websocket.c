/* SPDX-License-Identifier: MIT */
/* WebSockets of the test client (test/websocket.c, socket.c): its own end of them. */
#include "tests/unit/lib/web/websocket_test.h"

static int send_three(struct cadre_request *req)
{
    int r = cadre_header_add(req, "set-cookie", "seen=1");

    if (r == 0)
        r = cadre_websocket_accept(req, NULL);
    if (r == 0)
        r = cadre_websocket_send_text(req, "one");
    if (r == 0)
        r = cadre_websocket_send_bytes(req, "two", 3);
    if (r == 0)
        r = cadre_websocket_send_text(req, "{\"three\": 3}");
    return r < 0 ? r : cadre_websocket_close(req, 4000, "done");
}

static int wait_for_ever(struct cadre_request *req)
{
    struct cadre_event event = CADRE_EVENT_INIT;
    int r = strcmp(cadre_query(req), "early") == 0 ? 0 : cadre_websocket_accept(req, NULL);

    return r < 0 ? r : cadre_event_wait(&event);
}

static int accept_late(struct cadre_request *req)
{
    int r = cadre_sleep(1000);

    return r < 0 ? r : cadre_websocket_accept(req, NULL);
}

static int deny_slowly(struct cadre_request *req)
{
    int r = cadre_start(req, 403);

    for (int i = 0; r == 0 && i < 3; i++) {
        r = cadre_write(req, "no ", 3);
        if (r == 0)
            r = cadre_sleep(1000);
    }
    return r == 0 && strcmp(cadre_query(req), "cut") == 0 ? -EIO : r;
}

static const struct cadre_route routes[] = {
    CADRE_WEBSOCKET("/echo", echo_messages), CADRE_WEBSOCKET("/three", send_three),
    CADRE_WEBSOCKET("/ever", wait_for_ever), CADRE_WEBSOCKET("/late", accept_late),
    CADRE_WEBSOCKET("/deny", deny_slowly),   CADRE_ROUTES_END,
};
static const struct cadre_module module = {.routes = routes};

/* --- cases --- */

START_TEST(messages_are_there_behind_the_handler_s_end)
{
    struct cadre_test_client *client = open_module(&module);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/three");
    struct cadre_websocket_message message;

    cadre_assert_text(ws, "one");
    ck_assert_int_eq(cadre_test_websocket_receive(ws, &message), 1);
    ck_assert(!message.is_text && cadre_str_eq(message.data, CADRE_STR("two")));
    cadre_assert_message_json(ws, "{\"three\":3.0}");
    cadre_assert_closed(ws, 4000);
    cadre_assert_closed(ws, 4000);
    ck_assert_str_eq(cadre_test_websocket_close_reason(ws), "done");
    cadre_test_websocket_close(ws, 1000, NULL); /* the client's half of the close */
    cadre_test_websocket_end(ws);
    ck_assert_str_eq(cadre_test_cookie(client, "seen"), "1");
    cadre_test_close(client);
}
END_TEST

START_TEST(assertions_say_what_there_is)
{
    struct cadre_test_client *client = open_module(&module);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/three");

    ck_assert_ptr_nonnull(strstr(cadre_test_check_text(ws, "two"), "got:      one"));
    ck_assert_ptr_nonnull(strstr(cadre_test_check_text(ws, "two"), "which is bytes"));
    ck_assert_ptr_nonnull(strstr(cadre_test_check_message_json(ws, "{\"three\":4}"), "/three"));
    ck_assert_ptr_nonnull(strstr(cadre_test_check_closed(ws, 1000), "closed by 4000 \"done\""));
    ck_assert_ptr_nonnull(strstr(cadre_test_check_text(ws, "x"), "closed by 4000"));
    ck_assert_ptr_nonnull(strstr(cadre_test_check_message_json(ws, "1"), "closed by 4000"));
    ck_assert_ptr_nonnull(strstr(cadre_test_check_message_json(ws, "1"), "/three: the next"));
    cadre_test_websocket_end(ws);

    ws = cadre_test_websocket(client, .target = "/echo");
    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "tea"), 0);
    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "tea"), 0);
    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "tea"), 0);
    ck_assert_ptr_nonnull(strstr(cadre_test_check_closed(ws, 1000), "got:      tea"));
    ck_assert_ptr_nonnull(strstr(cadre_test_check_message_json(ws, "{"), "the test is wrong"));
    ck_assert_ptr_nonnull(strstr(cadre_test_check_message_json(ws, "{}"), "is no JSON"));
    ck_assert_ptr_nonnull(strstr(cadre_test_check_text(ws, "x"), "nothing can happen"));
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

START_TEST(a_handler_that_cannot_go_on_does_not_hang_the_test)
{
    struct cadre_test_client *client = open_module(&module);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/ever?early");
    const struct cadre_test_response *res = cadre_test_websocket_response(ws);
    struct cadre_websocket_message message;

    cadre_assert_status(res, 0);
    ck_assert_ptr_nonnull(strstr(cadre_test_failure(res), "is not answered"));
    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "x"), -EPIPE);
    cadre_test_websocket_end(ws);

    ws = cadre_test_websocket(client, .target = "/ever");
    ck_assert_int_eq(cadre_test_websocket_receive(ws, &message), -EDEADLK);
    for (int i = 0; i < 32; i++)
        ck_assert_int_eq(cadre_test_websocket_send_text(ws, "x"), 0);
    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "x"), -EDEADLK);
    res = cadre_test_websocket_end(ws);
    ck_assert_ptr_nonnull(strstr(cadre_test_failure(res), "nothing can happen any more"));
    cadre_test_close(client);
}
END_TEST

START_TEST(a_client_closes_with_sockets_open)
{
    struct cadre_test_client *client = open_module(&module);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/echo");

    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "x"), 0);
    cadre_assert_text(ws, "x");
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

START_TEST(a_target_that_is_no_url_is_said)
{
    struct cadre_test_client *client = open_module(&module);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "ftp://x/");
    struct cadre_websocket_message message;

    cadre_assert_status(cadre_test_websocket_response(ws), 0);
    ck_assert_str_eq(cadre_test_failure(cadre_test_websocket_response(ws)),
                     "the target \"ftp://x/\" is no URL");
    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "x"), -EPIPE);
    ck_assert_int_eq(cadre_test_websocket_receive(ws, &message), 0);
    ck_assert_int_eq(cadre_test_websocket_close_code(ws), 0);
    ck_assert_str_eq(cadre_test_websocket_close_reason(ws), "");
    cadre_test_websocket_leave(ws);
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

START_TEST(denials_are_waited_for_to_their_end)
{
    struct cadre_test_client *client = open_module(&module);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/deny");

    cadre_assert_status(cadre_test_websocket_response(ws), 403);
    cadre_assert_body(cadre_test_websocket_response(ws), "no no no ");
    cadre_test_websocket_end(ws);
    ws = cadre_test_websocket(client, .target = "/deny?cut");
    ck_assert(cadre_test_is_cut(cadre_test_websocket_response(ws)));
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

/* --- several at a time --- */

static struct cadre_test_client *shared;

static int talk(void *arg)
{
    struct cadre_test_websocket *ws = cadre_test_websocket(shared, .target = "/late");

    cadre_assert_closed(ws, 1000);
    cadre_test_websocket_end(ws);
    ws = cadre_test_websocket(shared, .target = "/echo");
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(cadre_test_websocket_send_text(ws, arg), 0);
        cadre_assert_text(ws, arg);
    }
    cadre_test_websocket_end(ws);
    return 0;
}

static int talk_at_once(void *arg)
{
    static char first[] = "one", second[] = "other";
    struct cadre_task *one, *other;

    (void)arg;
    shared = open_module(&module);
    one = cadre_spawn(talk, first);
    other = cadre_spawn(talk, second);
    ck_assert_int_eq(cadre_gather(one, other), 0);
    ck_assert_uint_eq(cadre_test_elapsed_ms(), 1000);
    return cadre_test_close(shared);
}

START_TEST(several_are_open_at_a_time)
{
    ck_assert_int_eq(cadre_test_run(talk_at_once, NULL), 0);
}
END_TEST

UNIT_MAIN("test/websocket", UNIT_CASE(messages_are_there_behind_the_handler_s_end),
          UNIT_CASE(assertions_say_what_there_is),
          UNIT_CASE(a_handler_that_cannot_go_on_does_not_hang_the_test),
          UNIT_CASE(a_client_closes_with_sockets_open), UNIT_CASE(a_target_that_is_no_url_is_said),
          UNIT_CASE(denials_are_waited_for_to_their_end), UNIT_CASE(several_are_open_at_a_time))
