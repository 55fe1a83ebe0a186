/* SPDX-License-Identifier: MIT */
/* Middleware around WebSockets: what it sees of them, and what it says and refuses. */
#include "tests/unit/lib/web/websocket_test.h"

#include "tests/unit/lib/web/count_fields.h"

#include <jansson.h>

static int n_back;

static int leave_open(struct cadre_request *req)
{
    int r = cadre_websocket_accept(req, NULL);

    return r < 0 ? r : cadre_websocket_send_text(req, "hello");
}

static int fail_early(struct cadre_request *req)
{
    return cadre_fail(req, 404, "no such room");
}

static int be_late(struct cadre_request *req)
{
    int r = cadre_sleep(5000);

    return r < 0 ? r : cadre_websocket_accept(req, NULL);
}

static int be_long(struct cadre_request *req)
{
    int r = cadre_websocket_accept(req, NULL);

    if (r == 0)
        r = cadre_sleep(5000);
    return r < 0 ? r : cadre_websocket_send_text(req, "still here");
}

/* Counts in the session, which goes out with the accept. */
static int count(struct cadre_request *req)
{
    struct json_t *session = cadre_session(req);
    json_int_t n = json_integer_value(json_object_get(session, "n")) + 1;
    int r;

    ck_assert_int_eq(json_object_set_new(session, "n", json_integer(n)), 0);
    r = cadre_websocket_accept(req, NULL);
    return r < 0 ? r : cadre_websocket_sendf(req, "%d", (int)n);
}

static const struct cadre_route routes[] = {
    CADRE_WEBSOCKET("/open", leave_open), CADRE_WEBSOCKET("/fail", fail_early),
    CADRE_WEBSOCKET("/late", be_late),    CADRE_WEBSOCKET("/long", be_long),
    CADRE_WEBSOCKET("/count", count),     CADRE_ROUTES_END,
};

static struct cadre_test_client *open_behind(const struct cadre_middleware *middleware)
{
    const struct cadre_module module = {.routes = routes, .middleware = middleware};

    return open_module(&module);
}

/* --- own ones --- */

static int stamp_answer(struct cadre_request *req, void *arg)
{
    char status[16];

    (void)arg;
    snprintf(status, sizeof(status), "%d", cadre_response_status(req));
    return cadre_header_set(req, "x-status", status);
}

static int stamp(struct cadre_request *req, void *self)
{
    int r = cadre_on_response(req, stamp_answer, self);

    r = r < 0 ? r : cadre_next(req);
    n_back++;
    return r;
}

static int guard(struct cadre_request *req, void *self)
{
    const char *query = cadre_query(req);

    (void)self;
    if (strcmp(query, "deny") == 0)
        return cadre_respond_text(req, 401, "no");
    if (strcmp(query, "close") == 0)
        return cadre_websocket_close(req, 1000, NULL);
    if (strcmp(query, "fail") == 0)
        return cadre_websocket_fail(req, 4003, "no");
    if (strcmp(query, "error") == 0)
        return -EIO;
    return cadre_next(req);
}

static const struct cadre_middleware own[] = {CADRE_MIDDLEWARE(stamp), CADRE_MIDDLEWARE(guard),
                                              CADRE_MIDDLEWARE_END};

static const struct own_row {
    const char *target;
    int status, code;
} own_rows[] = {
    {"/open", 101, 1000},      {"/open?deny", 401, 0},  {"/open?close", 403, 1000},
    {"/open?fail", 403, 4003}, {"/open?error", 500, 0}, {"/fail", 404, 0},
    {"/none", 403, 1000},
};

START_TEST(layers_say_something_in_every_answer)
{
    const struct own_row *row = &own_rows[_i];
    struct cadre_test_client *client = open_behind(own);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = row->target);
    const struct cadre_test_response *res = cadre_test_websocket_response(ws);
    struct cadre_websocket_message message;
    char status[16];

    snprintf(status, sizeof(status), "%d", row->status);
    cadre_assert_status(res, row->status);
    cadre_assert_header(res, "x-status", status);
    while (cadre_test_websocket_receive(ws, &message) > 0)
        ck_assert_str_eq(message.data.ptr, "hello");
    ck_assert_int_eq(cadre_test_websocket_close_code(ws), row->code);
    cadre_test_websocket_end(ws);
    ck_assert_int_eq(n_back, 1);
    cadre_test_close(client);
}
END_TEST

static int say_seen(struct cadre_request *req, void *arg)
{
    (void)arg;
    return cadre_header_add(req, "x-seen", "1");
}

static int saying_seen(struct cadre_request *req, void *self)
{
    int r = cadre_on_response(req, say_seen, self);

    return r < 0 ? r : cadre_next(req);
}

/* What the first accept cannot say is taken back; where the query asks for it, all is refused. */
static int accept_again(struct cadre_request *req)
{
    ck_assert_int_eq(cadre_header_set(req, "content-length", "0"), 0);
    ck_assert_int_eq(cadre_websocket_accept(req, NULL), -EINVAL);
    ck_assert_int_eq(cadre_response_status(req), 0);
    ck_assert_ptr_null(cadre_response_header(req, "x-seen"));
    ck_assert_int_eq(cadre_websocket_close(req, CADRE_WS_NORMAL, NULL), -EINVAL);
    ck_assert_int_eq(cadre_response_status(req), 0);
    ck_assert_int_eq(cadre_header_remove(req, "content-length"), 0);
    if (*cadre_query(req) != '\0')
        return cadre_websocket_close(req, CADRE_WS_NORMAL, NULL);
    return cadre_websocket_accept(req, NULL);
}

static const struct again_row {
    const char *target;
    int status;
} again_rows[] = {{"/", 101}, {"/?refuse", 403}};

START_TEST(an_accept_that_is_tried_again_says_all_once)
{
    static const struct cadre_route again[] = {CADRE_WEBSOCKET("/", accept_again),
                                               CADRE_ROUTES_END};
    static const struct cadre_middleware layers[] = {CADRE_MIDDLEWARE(saying_seen),
                                                     CADRE_MIDDLEWARE_END};
    static const struct cadre_module module = {.routes = again, .middleware = layers};
    struct cadre_test_client *client = open_module(&module);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = again_rows[_i].target);
    const struct cadre_test_response *res = cadre_test_websocket_response(ws);

    cadre_assert_status(res, again_rows[_i].status);
    ck_assert_uint_eq(count_fields(res, "x-seen"), 1);
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

/* --- bundled ones --- */

static const struct cadre_trusted_hosts_options hosts = {.hosts = CADRE_STRINGS("example.org")};

START_TEST(hosts_are_looked_at)
{
    static const struct cadre_middleware layers[] = {
        CADRE_MIDDLEWARE_OF(cadre_trusted_hosts, &hosts), CADRE_MIDDLEWARE_END};
    struct cadre_test_client *client = open_behind(layers);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/open");

    cadre_assert_status(cadre_test_websocket_response(ws), 400);
    cadre_assert_body(cadre_test_websocket_response(ws), "Invalid host header");
    cadre_test_websocket_end(ws);
    ws = cadre_test_websocket(client, .target = "ws://example.org/open");
    cadre_assert_status(cadre_test_websocket_response(ws), 101);
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

START_TEST(ws_is_redirected_to_wss)
{
    static const struct cadre_middleware layers[] = {
        CADRE_MIDDLEWARE_OF(cadre_https_redirect, NULL), CADRE_MIDDLEWARE_END};
    struct cadre_test_client *client = open_behind(layers);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/open?x=1");

    cadre_assert_status(cadre_test_websocket_response(ws), 307);
    cadre_assert_header(cadre_test_websocket_response(ws), "location", "wss://testserver/open?x=1");
    cadre_test_websocket_end(ws);
    ws = cadre_test_websocket(client, .target = "wss://testserver/open");
    cadre_assert_status(cadre_test_websocket_response(ws), 101);
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

static const struct cadre_session_options sessions = {.keys =
                                                          CADRE_STRINGS("0123456789abcdef0123")};

START_TEST(a_session_goes_out_with_the_accept)
{
    static const struct cadre_middleware layers[] = {CADRE_MIDDLEWARE_OF(cadre_sessions, &sessions),
                                                     CADRE_MIDDLEWARE_END};
    struct cadre_test_client *client = open_behind(layers);

    for (int i = 1; i <= 3; i++) {
        struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/count");
        char text[8];

        snprintf(text, sizeof(text), "%d", i);
        cadre_assert_text(ws, text);
        cadre_test_websocket_end(ws);
    }
    cadre_test_close(client);
}
END_TEST

static const struct cadre_time_limit_options limit = {.ms = 1000};

START_TEST(a_time_limit_is_for_the_handshake)
{
    static const struct cadre_middleware layers[] = {CADRE_MIDDLEWARE_OF(cadre_time_limit, &limit),
                                                     CADRE_MIDDLEWARE_END};
    struct cadre_test_client *client = open_behind(layers);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/late");

    cadre_assert_status(cadre_test_websocket_response(ws), 504);
    cadre_test_websocket_end(ws);
    ws = cadre_test_websocket(client, .target = "/long");
    cadre_assert_text(ws, "still here");
    cadre_assert_closed(ws, 1000);
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

START_TEST(those_that_look_at_bodies_leave_messages_alone)
{
    static const struct cadre_middleware layers[] = {
        CADRE_MIDDLEWARE_OF(cadre_compress, NULL), CADRE_MIDDLEWARE_OF(cadre_request_ids, NULL),
        CADRE_MIDDLEWARE_OF(cadre_security_headers, NULL), CADRE_MIDDLEWARE_END};
    static const char *const headers[] = {"Accept-Encoding: gzip", NULL};
    struct cadre_test_client *client = open_behind(layers);
    struct cadre_test_websocket *ws =
        cadre_test_websocket(client, .target = "/open", .headers = headers);
    const struct cadre_test_response *res = cadre_test_websocket_response(ws);

    cadre_assert_status(res, 101);
    cadre_assert_header(res, "content-encoding", NULL);
    ck_assert_ptr_nonnull(cadre_test_header(res, "x-request-id"));
    cadre_assert_text(ws, "hello");
    cadre_assert_closed(ws, 1000);
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

UNIT_MAIN("web/websocket_layers",
          UNIT_LOOP(layers_say_something_in_every_answer, sizeof(own_rows) / sizeof(own_rows[0])),
          UNIT_LOOP(an_accept_that_is_tried_again_says_all_once,
                    sizeof(again_rows) / sizeof(again_rows[0])),
          UNIT_CASE(hosts_are_looked_at), UNIT_CASE(ws_is_redirected_to_wss),
          UNIT_CASE(a_session_goes_out_with_the_accept),
          UNIT_CASE(a_time_limit_is_for_the_handshake),
          UNIT_CASE(those_that_look_at_bodies_leave_messages_alone))
