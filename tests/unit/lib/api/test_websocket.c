/* SPDX-License-Identifier: MIT */
/* Typed parameters and dependencies of WebSockets, by the test client (api/call.c, invalid.c,
 * gate.c, plan.c). */
#include "tests/unit/lib/api/typed_test.h"

/* --- parameters --- */

struct room {
    int64_t room_id;
    int limit;
    const char *x_token;
    struct cadre_opt_str who;
};

static const struct cadre_field room_fields[] = {
    CADRE_PATH(struct room, room_id, CADRE_GE(1)),
    CADRE_QUERY(struct room, limit, CADRE_DEFAULT(10)),
    CADRE_HEADER(struct room, x_token),
    CADRE_COOKIE(struct room, who, .max_length = 5),
    CADRE_FIELDS_END,
};
CADRE_MODEL(room_params, struct room, room_fields);

static int show_room(struct cadre_request *req)
{
    const struct room *p = cadre_params(req);
    int r = cadre_websocket_accept(req, NULL);

    return r < 0 ? r
                 : cadre_websocket_sendf(req, "%lld %d %s %s", (long long)p->room_id, p->limit,
                                         p->x_token,
                                         p->who.given == CADRE_GIVEN ? p->who.value : "-");
}

/* --- dependencies --- */

static char trail[200];

static void note(const char *what)
{
    size_t len = strlen(trail);

    snprintf(trail + len, sizeof(trail) - len, "%s ", what);
}

static int open_store(struct cadre_request *req, const void *params, void **ret)
{
    static char store[] = "store";

    (void)req;
    (void)params;
    note("open");
    *ret = store;
    return 0;
}

static void close_store(struct cadre_request *req, void *value, int error)
{
    (void)value;
    note(cadre_printf(req, "closed(%d,%d)", error, cadre_websocket_close_code(req)));
}

static void close_early(struct cadre_request *req, void *value, int error)
{
    (void)value;
    note(cadre_printf(req, "early(%d,%d)", error, cadre_websocket_close_code(req)));
}

CADRE_DEPENDENCY(store, open_store, .release = close_store);
CADRE_DEPENDENCY(early_store, open_store, .release = close_early, .scope = CADRE_SCOPE_FUNCTION);

static int fill_store(struct cadre_request *req)
{
    struct cadre_str text;
    int r = cadre_websocket_accept(req, NULL);

    note("accepted");
    if (r == 0)
        r = cadre_websocket_receive_text(req, &text);
    if (r > 0)
        r = cadre_websocket_sendf(req, "%s in %s", text.ptr,
                                  (const char *)cadre_dependency_value(req, &store));
    note("sent");
    return r == 0 && strcmp(cadre_query(req), "fail") == 0 ? -EIO : r;
}

/* By its query: refuses in one of the ways that there are, or is somebody. */
static int find_user(struct cadre_request *req, const void *params, void **ret)
{
    const char *how = cadre_query(req);
    static char user[] = "ann";

    (void)params;
    if (strcmp(how, "close") == 0)
        return cadre_websocket_close(req, CADRE_WS_POLICY_VIOLATION, "who are you?");
    if (strcmp(how, "fail") == 0)
        return cadre_websocket_fail(req, 4401, "who are you?");
    if (strcmp(how, "http") == 0)
        return cadre_fail(req, 401, "who are you?");
    if (strcmp(how, "answer") == 0)
        return cadre_respond_text(req, 418, "a teapot");
    if (strcmp(how, "error") == 0)
        return -EIO;
    *ret = user;
    return 0;
}

CADRE_DEPENDENCY(current_user, find_user);

static int greet(struct cadre_request *req)
{
    int r = cadre_websocket_accept(req, NULL);

    return r < 0 ? r
                 : cadre_websocket_sendf(req, "hello %s",
                                         (const char *)cadre_dependency_value(req, &current_user));
}

static const struct cadre_route routes[] = {
    CADRE_WEBSOCKET("/rooms/{room_id}", show_room, .params = &room_params),
    CADRE_WEBSOCKET("/store", fill_store, .dependencies = CADRE_DEPENDENCIES(&store, &early_store)),
    CADRE_WEBSOCKET("/greet", greet, .dependencies = CADRE_DEPENDENCIES(&current_user)),
    CADRE_ROUTES_END,
};

/* --- cases --- */

START_TEST(parameters_are_there_as_structs)
{
    static const char *const headers[] = {"X-Token: t", "Cookie: who=ann", NULL};
    struct cadre_test_client *client = typed_open(routes);
    struct cadre_test_websocket *ws =
        cadre_test_websocket(client, .target = "/rooms/7?limit=3", .headers = headers);

    cadre_assert_text(ws, "7 3 t ann");
    cadre_assert_closed(ws, 1000);
    cadre_test_websocket_end(ws);
    ws = cadre_test_websocket(client, .target = "/rooms/7", .headers = headers + 1);
    cadre_assert_status(cadre_test_websocket_response(ws), 403);
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

START_TEST(what_does_not_fit_closes_by_1008_with_all_of_it)
{
    static const char *const headers[] = {"Cookie: who=nobody", NULL};
    struct cadre_test_client *client = typed_open(routes);
    struct cadre_test_websocket *ws =
        cadre_test_websocket(client, .target = "/rooms/x?limit=y", .headers = headers);

    cadre_assert_status(cadre_test_websocket_response(ws), 403);
    cadre_assert_body(cadre_test_websocket_response(ws), "");
    cadre_assert_closed(ws, 1008);
    ck_assert_str_eq(
        cadre_test_websocket_close_reason(ws),
        "[" NOT_INT("\"path\",\"room_id\"", "\"x\"") "," NOT_INT("\"query\",\"limit\"", "\"y\"") "," MISSING(
            "\"header\",\"x-token\"") "," ISSUE_CTX("string_too_long", "\"cookie\",\"who\"",
                                                    "String should have at most 5 characters",
                                                    "\"nobody\"", "{\"max_length\":5}") "]");
    ck_assert_int_eq(cadre_test_result(cadre_test_websocket_end(ws)), 0);
    cadre_test_close(client);
}
END_TEST

static const struct store_row {
    const char *target, *trail;
} store_rows[] = {
    {"/store", "open open accepted sent early(0,0) closed(0,1000) "},
    {"/store?fail", "open open accepted sent early(-5,0) closed(-5,1011) "},
};

START_TEST(dependencies_last_as_long_as_the_socket)
{
    struct cadre_test_client *client = typed_open(routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = store_rows[_i].target);

    ck_assert_str_eq(trail, "open open accepted ");
    ck_assert_int_eq(cadre_test_websocket_send_text(ws, "tea"), 0);
    cadre_assert_text(ws, "tea in store");
    cadre_test_websocket_end(ws);
    ck_assert_str_eq(trail, store_rows[_i].trail);
    cadre_test_close(client);
}
END_TEST

static const struct user_row {
    const char *target;
    int status, code;
    const char *body;
} user_rows[] = {
    {"/greet", 101, 1000, ""},
    {"/greet?close", 403, 1008, ""},
    {"/greet?fail", 403, 4401, ""},
    {"/greet?http", 401, 0, "{\"detail\":\"who are you?\"}"},
    {"/greet?answer", 418, 0, "a teapot"},
    {"/greet?error", 500, 0, "Internal Server Error"},
};

START_TEST(a_dependency_may_refuse)
{
    const struct user_row *row = &user_rows[_i];
    struct cadre_test_client *client = typed_open(routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = row->target);

    cadre_assert_status(cadre_test_websocket_response(ws), row->status);
    cadre_assert_body(cadre_test_websocket_response(ws), row->body);
    if (row->status == 101)
        cadre_assert_text(ws, "hello ann");
    cadre_assert_closed(ws, row->code);
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

/* --- rows that cannot be --- */

struct form {
    int a;
};

static const struct cadre_field form_fields[] = {CADRE_FORM(struct form, a), CADRE_FIELDS_END};
CADRE_MODEL(form_params, struct form, form_fields);
static const struct cadre_field body_fields[] = {CADRE_FIELD(struct form, a), CADRE_FIELDS_END};
CADRE_MODEL(body_model, struct form, body_fields);

static const struct bad_row {
    struct cadre_route row;
    const char *why;
} bad_rows[] = {
    {CADRE_WEBSOCKET("/x", greet, .sync = true), "the handler of a WebSocket is async"},
    {CADRE_WEBSOCKET("/x", greet, .params = &form_params), "has no body and no form"},
    {CADRE_WEBSOCKET("/x", greet, .body = &body_model), "has no body and no form"},
    {CADRE_WEBSOCKET("/x", greet, .response = &body_model), "has no `.response`"},
    {CADRE_WEBSOCKET("/x", greet, .status = 201), "has no `.response`"},
};

START_TEST(a_row_that_cannot_be_is_refused)
{
    const struct cadre_route table[] = {bad_rows[_i].row, CADRE_ROUTES_END};
    const struct cadre_module module = {.routes = table};
    const struct cadre_test_module one = {.module = &module};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1};
    struct cadre_test_client *client;
    char why[2000] = "";

    ck_assert_int_eq(cadre_test_open(&app, why, sizeof(why), &client), -EINVAL);
    ck_assert_msg(strstr(why, bad_rows[_i].why) != NULL, "%s", why);
    ck_assert_msg(strstr(why, "route \"WEBSOCKET /x\"") != NULL, "%s", why);
}
END_TEST

UNIT_MAIN("api/websocket", UNIT_CASE(parameters_are_there_as_structs),
          UNIT_CASE(what_does_not_fit_closes_by_1008_with_all_of_it),
          UNIT_LOOP(dependencies_last_as_long_as_the_socket,
                    sizeof(store_rows) / sizeof(store_rows[0])),
          UNIT_LOOP(a_dependency_may_refuse, sizeof(user_rows) / sizeof(user_rows[0])),
          UNIT_LOOP(a_row_that_cannot_be_is_refused, sizeof(bad_rows) / sizeof(bad_rows[0])))
