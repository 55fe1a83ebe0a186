/* SPDX-License-Identifier: MIT */
/* WebSockets, by the test client (web/websocket.c): the handshake, messages, the close. */
#include "tests/unit/lib/web/websocket_test.h"

/* --- handlers --- */

static int choose(struct cadre_request *req)
{
    static const char *const known[] = {"chat.v2", "chat.v1"};
    const char *chosen = NULL;
    int r;

    for (size_t i = 0; i < 2 && chosen == NULL; i++)
        chosen = cadre_websocket_offers(req, known[i]) ? known[i] : NULL;
    ck_assert_int_eq(cadre_header_set(req, "x-room", "7"), 0);
    r = cadre_websocket_accept(req, chosen);
    ck_assert_int_eq(cadre_header_set(req, "x-late", "1"), -EALREADY);
    ck_assert_int_eq(cadre_response_status(req), 101);
    return r;
}

static int list_offers(struct cadre_request *req)
{
    const char *name;
    int r = cadre_websocket_accept(req, NULL);

    for (size_t i = 0; r == 0 && (name = cadre_websocket_offered(req, i)) != NULL; i++)
        r = cadre_websocket_send_text(req, name);
    return r;
}

/* In any order, again, and beyond the end. */
static int pick_offers(struct cadre_request *req)
{
    static const size_t picks[] = {1, 1, 0, 2, 1, 9, 2, SIZE_MAX, 0, 9, 1};
    char text[sizeof(picks) / sizeof(picks[0]) + 1] = "";
    int r = cadre_websocket_accept(req, NULL);

    for (size_t i = 0; i < sizeof(picks) / sizeof(picks[0]); i++) {
        const char *name = cadre_websocket_offered(req, picks[i]);

        strcat(text, name != NULL ? name : "-");
        ck_assert(name != NULL || errno == 0);
    }
    return r < 0 ? r : cadre_websocket_send_text(req, text);
}

/* How many there are, each asked for twice, as `offered(i) != NULL && use(offered(i))` does. */
static int count_offers(struct cadre_request *req)
{
    size_t n = 0;
    int r = cadre_websocket_accept(req, NULL);

    while (cadre_websocket_offered(req, n) != NULL && *cadre_websocket_offered(req, n) == 'a')
        n++;
    return r < 0 ? r : cadre_websocket_sendf(req, "%zu", n);
}

/* The subprotocol of the query, offered or not. */
static int choose_blindly(struct cadre_request *req)
{
    int r = cadre_websocket_accept(req, "other");

    ck_assert_int_eq(r, -EINVAL);
    return cadre_websocket_close(req, CADRE_WS_PROTOCOL_ERROR, "no subprotocol");
}

static int tell_head(struct cadre_request *req)
{
    int r;

    ck_assert(cadre_is_websocket(req));
    r = cadre_websocket_accept(req, NULL);
    if (r == 0)
        r = cadre_websocket_sendf(req, "%s %s %s?%s %s %s", cadre_method(req), cadre_scheme(req),
                                  cadre_path(req), cadre_query(req), cadre_path_param(req, "room"),
                                  cadre_cookie(req, "who"));
    return r < 0 ? r : cadre_websocket_send_text(req, cadre_url(req));
}

/* Does in order what may not be done, or not in that order. */
static int misbehave(struct cadre_request *req)
{
    struct cadre_websocket_message message;

    ck_assert_int_eq(cadre_websocket_receive(req, &message), -ENOTCONN);
    ck_assert_int_eq(cadre_websocket_send_text(req, "early"), -ENOTCONN);
    ck_assert_int_eq(cadre_websocket_close_code(req), 0);
    ck_assert_int_eq(cadre_websocket_accept(req, NULL), 0);
    ck_assert_int_eq(cadre_websocket_accept(req, NULL), -EALREADY);
    ck_assert_int_eq(cadre_respond_text(req, 200, "late"), -EALREADY);
    ck_assert_int_eq(cadre_write(req, "late", 4), -EINVAL);
    ck_assert_int_eq(cadre_websocket_close(req, 1005, NULL), -EINVAL);
    ck_assert_int_eq(cadre_websocket_close(req, 1000, LONG_REASON), -EINVAL);
    ck_assert_int_eq(cadre_websocket_fail(req, 999, NULL), -EINVAL);
    ck_assert_int_eq(cadre_websocket_fail(req, 1000, LONG_REASON), -EINVAL);
    ck_assert_int_eq(cadre_websocket_send_text(req, "\xff"), -EINVAL);
    ck_assert_int_eq(cadre_websocket_send_json(req, NULL), -EINVAL);
    ck_assert_int_eq(cadre_websocket_send_text(req, "still open"), 0);
    ck_assert_int_eq(cadre_websocket_close(req, 4001, "enough"), 0);
    ck_assert_int_eq(cadre_websocket_close(req, 4001, "enough"), -EALREADY);
    ck_assert_int_eq(cadre_websocket_send_text(req, "late"), -EALREADY);
    ck_assert_int_eq(cadre_websocket_receive(req, &message), 0);
    ck_assert_int_eq(cadre_websocket_receive(req, &message), -EALREADY);
    ck_assert_int_eq(cadre_websocket_close_code(req), 4001);
    ck_assert_str_eq(cadre_websocket_close_reason(req), "enough");
    return 0;
}

static int to_code;
static char to_reason[200];

/* Notes how the client has closed. */
static int take_leave(struct cadre_request *req)
{
    struct cadre_websocket_message message;
    int r = cadre_websocket_accept(req, NULL);

    while (r >= 0 && (r = cadre_websocket_receive(req, &message)) > 0)
        ;
    ck_assert_int_eq(r, 0);
    to_code = cadre_websocket_close_code(req);
    snprintf(to_reason, sizeof(to_reason), "%s", cadre_websocket_close_reason(req));
    ck_assert(cadre_is_disconnected(req));
    ck_assert_int_eq(cadre_websocket_send_text(req, "gone"), -EPIPE);
    ck_assert_int_eq(cadre_websocket_close(req, 1000, NULL), -EPIPE);
    ck_assert_int_eq(cadre_websocket_receive(req, &message), -EALREADY);
    return -EPIPE;
}

static int say_hello(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "hello");
}

static int ask_like_a_socket(struct cadre_request *req)
{
    struct cadre_websocket_message message;

    ck_assert(!cadre_is_websocket(req));
    ck_assert_int_eq(cadre_websocket_accept(req, NULL), -EINVAL);
    ck_assert_int_eq(cadre_websocket_receive(req, &message), -EINVAL);
    ck_assert_int_eq(cadre_websocket_send_text(req, ""), -EINVAL);
    ck_assert_int_eq(cadre_websocket_close(req, 1000, NULL), -EINVAL);
    ck_assert_int_eq(cadre_websocket_fail(req, 1000, NULL), -EINVAL);
    ck_assert_int_eq(cadre_websocket_close_code(req), 0);
    ck_assert_str_eq(cadre_websocket_close_reason(req), "");
    ck_assert(!cadre_websocket_offers(req, "chat"));
    return cadre_respond_empty(req, 204);
}

/* Receives within a time, again and again; nothing is lost. */
static int be_impatient(struct cadre_request *req)
{
    struct cadre_websocket_message message;
    int r = cadre_websocket_accept(req, NULL), n_late = 0;

    while (r >= 0) {
        struct cadre_scope scope;

        cadre_fail_after(&scope, 1000);
        r = cadre_websocket_receive(req, &message);
        r = cadre_scope_end(&scope, r);
        if (r == 0)
            break;
        if (r == -ETIMEDOUT)
            r = ++n_late;
        else if (r > 0)
            r = cadre_websocket_sendf(req, "%s after %d", message.data.ptr, n_late);
    }
    return r;
}

/* A link to a WebSocket, and from it back to a page. */
static int link_to(struct cadre_request *req)
{
    const char *socket = cadre_url_for(req, "echo", (char *)NULL);
    const char *page = cadre_url_for(req, "say_hello", (char *)NULL);
    int r;

    ck_assert(socket != NULL && page != NULL);
    if (!cadre_is_websocket(req))
        return cadre_respondf(req, 200, "text/plain", "%s %s", socket, page);
    r = cadre_websocket_accept(req, NULL);
    return r < 0 ? r : cadre_websocket_sendf(req, "%s %s", socket, page);
}

static int tell_room(struct cadre_request *req)
{
    int r = cadre_websocket_accept(req, NULL);

    return r < 0 ? r
                 : cadre_websocket_sendf(req, "%s of %s", cadre_path_param(req, "room"),
                                         cadre_path_param(req, "org"));
}

static int ask_sync(struct cadre_request *req, const void *params, void **ret)
{
    (void)params;
    (void)ret;
    ck_assert_int_eq(cadre_websocket_accept(req, NULL), -EDEADLK);
    return 0;
}

CADRE_DEPENDENCY(in_a_thread, ask_sync, .sync = true);

static const struct cadre_route org_routes[] = {
    CADRE_WEBSOCKET("/{room}", tell_room, .host = "{org}.example.org"),
    CADRE_WEBSOCKET("/{room}/of/{org}", tell_room),
    CADRE_ROUTES_END,
};

static const struct cadre_route routes[] = {
    CADRE_GET("/links", link_to),
    CADRE_WEBSOCKET("/links", link_to),
    CADRE_MOUNT("/orgs", org_routes),
    CADRE_WEBSOCKET("/echo", echo_messages, .name = "echo"),
    CADRE_WEBSOCKET("/choose", choose),
    CADRE_WEBSOCKET("/offers", list_offers),
    CADRE_WEBSOCKET("/picks", pick_offers),
    CADRE_WEBSOCKET("/count", count_offers),
    CADRE_WEBSOCKET("/blind", choose_blindly),
    CADRE_WEBSOCKET("/rooms/{room}", tell_head),
    CADRE_WEBSOCKET("/misbehave", misbehave),
    CADRE_WEBSOCKET("/leave", take_leave),
    CADRE_WEBSOCKET("/impatient", be_impatient),
    CADRE_WEBSOCKET("/thread", echo_messages, .dependencies = CADRE_DEPENDENCIES(&in_a_thread)),
    PAUSE_ROUTE,
    CADRE_GET("/both", say_hello),
    CADRE_WEBSOCKET("/both", echo_messages),
    CADRE_ANY("/any", say_hello),
    CADRE_GET("/like", ask_like_a_socket),
    CADRE_ROUTES_END,
};

/* --- cases --- */

START_TEST(messages_come_back_as_they_were)
{
    static const char bytes[] = "\0\xff\x80z";
    struct cadre_test_client *client = open_client(routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/echo");
    const struct cadre_test_response *res = cadre_test_websocket_response(ws);
    struct cadre_websocket_message message;

    cadre_assert_status(res, 101);
    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "gr\xc3\xbc\xc3\x9f"), 0);
    ck_assert_int_eq(cadre_test_websocket_send_bytes(ws, bytes, 4), 0);
    ck_assert_int_eq(cadre_test_websocket_send_text(ws, ""), 0);
    cadre_assert_text(ws, "gr\xc3\xbc\xc3\x9f");
    ck_assert_int_eq(cadre_test_websocket_receive(ws, &message), 1);
    ck_assert(!message.is_text);
    ck_assert_uint_eq(message.data.len, 4);
    ck_assert_mem_eq(message.data.ptr, bytes, 5); /* and NUL */
    cadre_assert_text(ws, "");
    cadre_test_websocket_close(ws, 1000, NULL);
    ck_assert_int_eq(cadre_test_websocket_receive(ws, &message), 0);
    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "late"), -EPIPE);
    ck_assert_ptr_eq(cadre_test_websocket_end(ws), res);
    ck_assert_int_eq(cadre_test_result(res), 0);
    cadre_test_close(client);
}
END_TEST

START_TEST(accepting_chooses_what_is_offered_and_says_fields)
{
    static const char *const offers[] = {"soap", "chat.v1", NULL};
    struct cadre_test_client *client = open_client(routes);
    struct cadre_test_websocket *ws =
        cadre_test_websocket(client, .target = "/choose", .subprotocols = offers);
    const struct cadre_test_response *res = cadre_test_websocket_response(ws);

    cadre_assert_status(res, 101);
    cadre_assert_header(res, "sec-websocket-protocol", "chat.v1");
    cadre_assert_header(res, "x-room", "7");
    cadre_assert_header(res, "x-late", NULL);
    cadre_assert_closed(ws, 1000);
    cadre_test_websocket_end(ws);
    ws = cadre_test_websocket(client, .target = "/choose");
    cadre_assert_header(cadre_test_websocket_response(ws), "sec-websocket-protocol", NULL);
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

START_TEST(offers_are_listed_over_several_fields)
{
    static const char *const headers[] = {"Sec-WebSocket-Protocol: a ,, b",
                                          "Sec-WebSocket-Protocol: c", NULL};
    struct cadre_test_client *client = open_client(routes);
    struct cadre_test_websocket *ws =
        cadre_test_websocket(client, .target = "/offers", .headers = headers);

    cadre_assert_text(ws, "a");
    cadre_assert_text(ws, "b");
    cadre_assert_text(ws, "c");
    cadre_assert_closed(ws, 1000);
    cadre_test_websocket_end(ws);
    ws = cadre_test_websocket(client, .target = "/picks", .headers = headers);
    cadre_assert_text(ws, "bbacb-c-a-b");
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

/* From its beginning for each of them it would take minutes. */
START_TEST(a_long_list_of_offers_is_walked_once)
{
    static char field[600000] = "Sec-WebSocket-Protocol: ";
    static const char *const headers[] = {field, NULL};
    struct cadre_test_client *client = open_client(routes);
    struct cadre_test_websocket *ws;
    size_t begin = strlen(field);

    for (size_t i = begin; i + 2 < sizeof(field); i += 2)
        memcpy(field + i, "a,", 2);
    ws = cadre_test_websocket(client, .target = "/count", .headers = headers);
    cadre_assert_text(ws, "299987");
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

START_TEST(a_subprotocol_that_is_not_offered_is_refused)
{
    struct cadre_test_client *client = open_client(routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/blind");

    cadre_assert_status(cadre_test_websocket_response(ws), 403);
    ck_assert_int_eq(cadre_test_websocket_close_code(ws), 1002);
    ck_assert_str_eq(cadre_test_websocket_close_reason(ws), "no subprotocol");
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

START_TEST(the_handshake_is_asked_as_a_request_is)
{
    static const char *const headers[] = {"Cookie: who=ann", NULL};
    struct cadre_test_client *client = open_client(routes);
    struct cadre_test_websocket *ws =
        cadre_test_websocket(client, .target = "/rooms/7?x=1", .headers = headers);

    cadre_assert_text(ws, "GET ws /rooms/7?x=1 7 ann");
    cadre_assert_text(ws, "ws://testserver/rooms/7?x=1");
    cadre_test_websocket_end(ws);
    ws = cadre_test_websocket(client, .target = "wss://other/rooms/8", .headers = headers);
    cadre_assert_text(ws, "GET wss /rooms/8? 8 ann");
    cadre_assert_text(ws, "wss://other/rooms/8");
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

START_TEST(what_is_out_of_order_is_an_error)
{
    struct cadre_test_client *client = open_client(routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/misbehave");

    cadre_assert_text(ws, "still open");
    cadre_assert_closed(ws, 4001);
    ck_assert_str_eq(cadre_test_websocket_close_reason(ws), "enough");
    ck_assert_int_eq(cadre_test_result(cadre_test_websocket_end(ws)), 0);
    cadre_test_close(client);
}
END_TEST

static const struct leave_row {
    int code, told;
    const char *reason;
} leave_rows[] = {
    {1000, 1000, ""}, {1001, 1001, "tab closed"}, {4005, 4005, "bye"}, {1005, 1005, ""},
    {0, 1006, ""},
};

START_TEST(a_client_that_closes_says_why)
{
    const struct leave_row *row = &leave_rows[_i];
    struct cadre_test_client *client = open_client(routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/leave");

    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "before"), 0);
    if (row->code != 0)
        cadre_test_websocket_close(ws, row->code, row->reason);
    else
        cadre_test_websocket_leave(ws);
    ck_assert_int_eq(cadre_test_result(cadre_test_websocket_end(ws)), -EPIPE);
    ck_assert_int_eq(to_code, row->told);
    ck_assert_str_eq(to_reason, row->reason);
    cadre_test_close(client);
}
END_TEST

START_TEST(requests_and_handshakes_are_kept_apart)
{
    static const char *const upgrade[] = {"Upgrade: h2c, WebSocket", NULL};
    static const char *const other[] = {"Upgrade: h2c", NULL};
    struct cadre_test_client *client = open_client(routes);
    struct cadre_test_websocket *ws;

    cadre_assert_status(cadre_test_get(client, "/echo"), 404);
    cadre_assert_status(cadre_test_request(client, .method = "WEBSOCKET", .target = "/echo"), 404);
    cadre_assert_status(cadre_test_request(client, .method = "OPTIONS", .target = "/rooms/1"), 404);
    cadre_assert_status(cadre_test_get(client, "/echo/"), 404);
    cadre_assert_body(cadre_test_get(client, "/both"), "hello");
    cadre_assert_header(cadre_test_request(client, .method = "PUT", .target = "/both"), "allow",
                        "GET, HEAD, OPTIONS");
    /* A protocol that cannot upgrade hands the handshake over as the request that it is. */
    cadre_assert_status(cadre_test_request(client, .target = "/echo", .headers = upgrade), 501);
    cadre_assert_status(cadre_test_request(client, .target = "/echo", .headers = other), 404);
    cadre_assert_status(cadre_test_request(client, .target = "/both", .headers = upgrade), 200);
    cadre_assert_status(cadre_test_request(client, .target = "/none", .headers = upgrade), 404);

    ws = cadre_test_websocket(client, .target = "/both");
    cadre_assert_status(cadre_test_websocket_response(ws), 101);
    cadre_test_websocket_end(ws);
    for (size_t i = 0; i < 4; i++) {
        static const char *const without[] = {"/any", "/like", "/none", "/echo/"};

        ws = cadre_test_websocket(client, .target = without[i]);
        cadre_assert_status(cadre_test_websocket_response(ws), 403);
        cadre_assert_body(cadre_test_websocket_response(ws), "");
        cadre_assert_closed(ws, 1000);
        cadre_test_websocket_end(ws);
    }
    cadre_assert_status(cadre_test_get(client, "/like"), 204);
    cadre_test_close(client);
}
END_TEST

START_TEST(a_wait_that_is_cut_short_loses_no_message)
{
    struct cadre_test_client *client = open_client(routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/impatient");

    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "a"), 0);
    cadre_assert_text(ws, "a after 0");
    cadre_assert_status(cadre_test_get(client, "/pause/2500"), 204);
    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "b"), 0);
    cadre_assert_text(ws, "b after 2");
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

START_TEST(links_have_the_scheme_of_what_they_lead_to)
{
    struct cadre_test_client *client = open_client(routes);
    struct cadre_test_websocket *ws;

    cadre_assert_body(cadre_test_get(client, "/links"),
                      "ws://testserver/echo http://testserver/both");
    cadre_assert_body(cadre_test_get(client, "https://testserver/links"),
                      "wss://testserver/echo https://testserver/both");
    ws = cadre_test_websocket(client, .target = "wss://testserver/links");
    cadre_assert_text(ws, "wss://testserver/echo https://testserver/both");
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

START_TEST(mounts_and_hosts_hold_for_handshakes)
{
    struct cadre_test_client *client = open_client(routes);
    struct cadre_test_websocket *ws =
        cadre_test_websocket(client, .target = "ws://acme.example.org/orgs/tea");

    cadre_assert_text(ws, "tea of acme");
    cadre_test_websocket_end(ws);
    ws = cadre_test_websocket(client, .target = "/orgs/tea/of/acme");
    cadre_assert_text(ws, "tea of acme");
    cadre_test_websocket_end(ws);
    ws = cadre_test_websocket(client, .target = "/orgs/tea");
    cadre_assert_status(cadre_test_websocket_response(ws), 403);
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

START_TEST(a_sync_dependency_does_not_speak)
{
    struct cadre_test_client *client = open_client(routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/thread");

    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "a"), 0);
    cadre_assert_text(ws, "a");
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

START_TEST(what_the_server_does_not_take_closes)
{
    const struct cadre_module module = {.routes = routes};
    const struct cadre_test_module one = {.module = &module};
    const struct cadre_test_app app = {
        .modules = &one, .n_modules = 1, .websocket_max_message = 10};
    struct cadre_test_client *client;
    struct cadre_test_websocket *ws;
    char why[500];

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_int_eq(cadre_test_open(&app, why, sizeof(why), &client), 0);
    ws = cadre_test_websocket(client, .target = "/leave");
    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "0123456789"), 0);
    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "0123456789a"), 0);
    cadre_assert_closed(ws, 1009);
    cadre_test_websocket_end(ws);
    ck_assert_int_eq(to_code, 1009);

    ws = cadre_test_websocket(client, .target = "/leave");
    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "\xc3("), 0);
    cadre_assert_closed(ws, 1007);
    cadre_test_websocket_end(ws);
    ck_assert_int_eq(to_code, 1007);
    cadre_test_close(client);
}
END_TEST

UNIT_MAIN("web/websocket", UNIT_CASE(messages_come_back_as_they_were),
          UNIT_CASE(accepting_chooses_what_is_offered_and_says_fields),
          UNIT_CASE(offers_are_listed_over_several_fields),
          UNIT_CASE(a_long_list_of_offers_is_walked_once),
          UNIT_CASE(a_subprotocol_that_is_not_offered_is_refused),
          UNIT_CASE(the_handshake_is_asked_as_a_request_is),
          UNIT_CASE(what_is_out_of_order_is_an_error),
          UNIT_LOOP(a_client_that_closes_says_why, sizeof(leave_rows) / sizeof(leave_rows[0])),
          UNIT_CASE(requests_and_handshakes_are_kept_apart),
          UNIT_CASE(a_wait_that_is_cut_short_loses_no_message),
          UNIT_CASE(links_have_the_scheme_of_what_they_lead_to),
          UNIT_CASE(mounts_and_hosts_hold_for_handshakes),
          UNIT_CASE(a_sync_dependency_does_not_speak),
          UNIT_CASE(what_the_server_does_not_take_closes))
