/* SPDX-License-Identifier: MIT */
/*
 * The application from the gateway's side: mounts, routes, requests, responses, sync handlers,
 * errors (web/app.c, mount.c, request.c, body.c, query.c, respond.c, json_quote.c), in process
 * through a channel in memory.
 */
#include "tests/unit/unit.h"

#include "base/log.h"
#include "tests/unit/lib/web/fake_channel.h"
#include "web/app.h"
#include <cadre.h>
#include <pthread.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- the frame: an app, a loop, one call --- */

static struct cadre__app *app_with(const char *path, const struct cadre_route *routes)
{
    struct cadre__mount_options options = {.name = "shop", .path = path, .routes = routes};
    struct cadre__app *app;
    char why[500] = "";

    ck_assert_int_eq(cadre__app_new(NULL, &app), 0);
    ck_assert_msg(cadre__app_mount(app, &options, why, sizeof(why), NULL) == 0, "%s", why);
    return app;
}

struct call {
    struct cadre__app *app;
    struct fake *fake;
    struct cadre__loop *loop;
};

static int call_main(void *arg)
{
    struct call *call = arg;

    call->fake->result = cadre__app_call(call->app, &call->fake->scope, &call->fake->channel);
    return 0;
}

/* Calls the app in a coroutine of a loop with a test clock. */
static void run(struct cadre__app *app, struct fake *fake)
{
    struct cadre__test_clock clock;
    struct cadre__loop_options options = {.test_clock = &clock, .threads = 2};
    struct call call = {.app = app, .fake = fake};

    cadre__test_clock_init(&clock, 1);
    ck_assert_int_eq(cadre__loop_new(&options, &call.loop), 0);
    ck_assert_int_eq(cadre__loop_run_main(call.loop, call_main, &call), 0);
    cadre__loop_free(call.loop);
}

/* Asks and checks what comes. */
static void ask(struct cadre__app *app, const char *method, const char *target, int status,
                const char *body)
{
    struct fake fake;

    fake_init(&fake, method, target);
    run(app, &fake);
    ck_assert_int_eq(fake.result, 0);
    ck_assert_int_eq(fake.response.phase, CADRE__RESPONSE_COMPLETE);
    ck_assert_int_eq(fake.response.status, status);
    ck_assert_str_eq(cadre__buf_text(&fake.body), body);
    fake_done(&fake);
}

/* Runs one handler at /x by that method and gives what came. */
static struct fake *ask_handler(cadre_handler_fn handler, struct fake *fake)
{
    struct cadre_route routes[] = {CADRE_ROUTE("GET", "/x", handler),
                                   CADRE_ROUTE("POST", "/x", handler), CADRE_ROUTES_END};
    struct cadre__app *app = app_with("/", routes);

    run(app, fake);
    cadre__app_free(app);
    return fake;
}

/* The log of this process, captured. */
static int log_pipe[2];

static void capture_log(void)
{
    struct cadre__log_options options = {.level = CADRE_LOG_DEBUG};

    ck_assert_int_eq(pipe(log_pipe), 0);
    options.fd = log_pipe[1];
    ck_assert_int_eq(cadre__log_open(&options), 0);
}

static const char *captured_log(void)
{
    static char text[8192];
    ssize_t n;

    close(log_pipe[1]);
    dup2(STDERR_FILENO, log_pipe[1]);
    ck_assert_int_eq(cadre__log_set_fd(STDERR_FILENO), 0);
    close(log_pipe[1]);
    n = read(log_pipe[0], text, sizeof(text) - 1);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

/* --- routing --- */

static int say_get(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "get");
}

static int say_post(struct cadre_request *req)
{
    return cadre_respond_text(req, 201, "post");
}

static int say_head(struct cadre_request *req)
{
    return cadre_respond_empty(req, 299);
}

static int say_options(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "options");
}

static int say_id(struct cadre_request *req)
{
    return cadre_respondf(req, 200, "text/plain", "id %s of %s", cadre_path_param(req, "id"),
                          cadre_module_name(req));
}

static int say_me(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "me");
}

static const struct cadre_route shop_routes[] = {
    CADRE_GET("/", say_get),
    CADRE_GET("/items", say_get),
    CADRE_POST("/items", say_post),
    CADRE_GET("/users/me", say_me),
    CADRE_GET("/users/{id}", say_id),
    CADRE_DELETE("/users/{id}", say_id),
    CADRE_POST("/only-post", say_post),
    CADRE_GET("/h", say_get),
    CADRE_HEAD("/h", say_head),
    CADRE_OPTIONS("/o", say_options),
    CADRE_ROUTES_END,
};

START_TEST(first_matching_route_answers)
{
    struct cadre__app *app = app_with("/", shop_routes);

    ask(app, "GET", "/", 200, "get");
    ask(app, "GET", "/items", 200, "get");
    ask(app, "POST", "/items", 201, "post");
    ask(app, "GET", "/users/me", 200, "me");
    ask(app, "GET", "/users/7", 200, "id 7 of shop");
    ask(app, "DELETE", "/users/me", 200, "id me of shop");
    cadre__app_free(app);
}
END_TEST

START_TEST(unknown_path_is_404_in_plain_text)
{
    struct cadre__app *app = app_with("/", shop_routes);
    struct fake fake;

    fake_init(&fake, "GET", "/nothing");
    run(app, &fake);
    ck_assert_int_eq(fake.response.status, 404);
    ck_assert_str_eq(cadre__buf_text(&fake.body), "Not Found");
    ck_assert(fake_has_line(&fake, "content-type: text/plain; charset=utf-8"));
    ck_assert(fake_has_line(&fake, "content-length: 9"));
    fake_done(&fake);
    ask(app, "GET", "/items//", 404, "Not Found");
    ask(app, "GET", "*", 404, "Not Found");
    cadre__app_free(app);
}
END_TEST

/* method, path, status, Allow */
static const struct {
    const char *method, *path;
    int status;
    const char *allow;
} allows[] = {
    {"PUT", "/items", 405, "allow: GET, HEAD, POST, OPTIONS"},
    {"BREW", "/items", 405, "allow: GET, HEAD, POST, OPTIONS"},
    {"get", "/items", 405, "allow: GET, HEAD, POST, OPTIONS"},
    {"POST", "/users/me", 405, "allow: GET, HEAD, DELETE, OPTIONS"},
    {"GET", "/only-post", 405, "allow: POST, OPTIONS"},
    {"HEAD", "/only-post", 405, "allow: POST, OPTIONS"},
    {"OPTIONS", "/users/me", 204, "allow: GET, HEAD, DELETE, OPTIONS"},
    {"OPTIONS", "/only-post", 204, "allow: POST, OPTIONS"},
};

START_TEST(allow_is_the_union_of_all_routes_of_the_path)
{
    struct cadre__app *app = app_with("/", shop_routes);
    struct fake fake;

    fake_init(&fake, allows[_i].method, allows[_i].path);
    run(app, &fake);
    ck_assert_int_eq(fake.response.status, allows[_i].status);
    ck_assert_msg(fake_has_line(&fake, allows[_i].allow), "%s", cadre__buf_text(&fake.header));
    fake_done(&fake);
    cadre__app_free(app);
}
END_TEST

START_TEST(head_is_answered_by_get_without_a_body)
{
    struct cadre__app *app = app_with("/", shop_routes);
    struct fake fake;

    fake_init(&fake, "HEAD", "/items");
    run(app, &fake);
    ck_assert_int_eq(fake.response.status, 200);
    ck_assert_str_eq(cadre__buf_text(&fake.body), "");
    ck_assert(fake_has_line(&fake, "content-length: 3"));
    fake_done(&fake);
    ask(app, "HEAD", "/h", 299, "");
    ask(app, "OPTIONS", "/o", 200, "options");
    ask(app, "OPTIONS", "*", 204, "");
    ask(app, "OPTIONS", "/nothing", 404, "Not Found");
    cadre__app_free(app);
}
END_TEST

/* --- mounts --- */

static int say_where(struct cadre_request *req)
{
    return cadre_respondf(req, 200, "text/plain", "%s %s %s", cadre_module_name(req),
                          cadre_root_path(req), cadre_path(req));
}

static const struct cadre_route where_routes[] = {
    CADRE_GET("/", say_where), CADRE_GET("/x", say_where), CADRE_GET("/deep/x", say_where),
    CADRE_ROUTES_END};

static void mount(struct cadre__app *app, const char *name, const char *path)
{
    struct cadre__mount_options options = {.name = name, .path = path, .routes = where_routes};
    char why[500] = "";

    ck_assert_msg(cadre__app_mount(app, &options, why, sizeof(why), NULL) == 0, "%s", why);
}

START_TEST(longest_mount_wins_at_a_segment_border)
{
    struct cadre__app *app;

    ck_assert_int_eq(cadre__app_new(NULL, &app), 0);
    mount(app, "shop", "/shop");
    mount(app, "root", "/");
    mount(app, "deep", "/shop/deep/");
    ask(app, "GET", "/", 200, "root  /");
    ask(app, "GET", "/x", 200, "root  /x");
    ask(app, "GET", "/shop/", 200, "shop /shop /shop/");
    ask(app, "GET", "/shop/x", 200, "shop /shop /shop/x");
    ask(app, "GET", "/shop/deep/x", 200, "deep /shop/deep /shop/deep/x");
    ask(app, "GET", "/shop/deeper/x", 404, "Not Found");
    ask(app, "GET", "/shopx", 404, "Not Found");
    ck_assert_ptr_nonnull(cadre__app_find_mount(app, "deep"));
    ck_assert_ptr_null(cadre__app_find_mount(app, "nothing"));
    cadre__app_free(app);
}
END_TEST

START_TEST(bare_mount_redirects_and_keeps_the_query)
{
    struct cadre__app *app = app_with("/shop", where_routes);
    struct fake fake;

    fake_init(&fake, "GET", "/shop?a=b&c");
    run(app, &fake);
    ck_assert_int_eq(fake.response.status, 307);
    ck_assert(fake_has_line(&fake, "location: /shop/?a=b&c"));
    fake_done(&fake);
    fake_init(&fake, "POST", "/shop");
    fake.scope.root_path = CADRE_STR("/behind");
    run(app, &fake);
    ck_assert_int_eq(fake.response.status, 307);
    ck_assert(fake_has_line(&fake, "location: /behind/shop/"));
    fake_done(&fake);
    cadre__app_free(app);
}
END_TEST

START_TEST(root_path_of_a_proxy_is_extended)
{
    struct cadre__app *app = app_with("/shop", where_routes);
    struct fake fake;

    fake_init(&fake, "GET", "/shop/x");
    fake.scope.root_path = CADRE_STR("/behind");
    run(app, &fake);
    ck_assert_str_eq(cadre__buf_text(&fake.body), "shop /behind/shop /shop/x");
    fake_done(&fake);
    cadre__app_free(app);
}
END_TEST

START_TEST(two_modules_on_one_mount_are_refused)
{
    struct cadre__mount_options options = {.name = "blog", .path = "/shop/"};
    struct cadre__app *app = app_with("/shop", where_routes);
    char why[500] = "";

    ck_assert_int_eq(cadre__app_mount(app, &options, why, sizeof(why), NULL), -EEXIST);
    ck_assert_str_eq(why, "mount \"/shop/\" is taken by the module \"shop\": give one of them "
                          "another mount");
    cadre__app_free(app);
}
END_TEST

static const char *const bad_mounts[] = {"",     "shop", "/a//b", "/a/../b", "/a/.", "/a b",
                                         "/{a}", "/a?b", "/a#b",  "/a%20",   "/a\n"};

START_TEST(bad_mount_is_refused)
{
    struct cadre__mount_options options = {.name = "blog", .path = bad_mounts[_i]};
    struct cadre__app *app = app_with("/", where_routes);
    char why[500] = "";

    ck_assert_int_eq(cadre__app_mount(app, &options, why, sizeof(why), NULL), -EINVAL);
    ck_assert_msg(strstr(why, "is not a path") != NULL, "%s", why);
    ck_assert_int_eq(cadre__mount_path_check(bad_mounts[_i], why, sizeof(why)), -EINVAL);
    cadre__app_free(app);
}
END_TEST

START_TEST(all_bad_routes_are_named_with_their_places)
{
    static const struct cadre_route bad_routes[] = {
        {.method = "GTE", .pattern = "/a", .handler = say_get, .file = "shop.c", .line = 10},
        {.method = "GET", .pattern = "/b/{id", .handler = say_get, .file = "shop.c", .line = 11},
        {.method = "GET", .pattern = "/c", .file = "shop.c", .line = 12},
        {.method = "GET", .pattern = "/d/{x}", .handler = say_get, .file = "shop.c", .line = 13},
        {.method = "GET", .pattern = "/d/{y}", .handler = say_get, .file = "shop.c", .line = 14},
        {.method = "TRACE", .handler = say_get},
        {.method = "GET", .pattern = "/e\nf", .handler = say_get, .file = "shop.c", .line = 16},
        CADRE_ROUTES_END,
    };
    struct cadre__mount_options options = {.name = "shop", .path = "/", .routes = bad_routes};
    struct cadre__app *app;
    char why[2000] = "";

    ck_assert_int_eq(cadre__app_new(NULL, &app), 0);
    ck_assert_int_eq(cadre__app_mount(app, &options, why, sizeof(why), NULL), -EINVAL);
    ck_assert_str_eq(
        why,
        "shop.c:10: route \"GTE /a\": \"GTE\" is not a method: did you mean \"GET\"?\n"
        "shop.c:11: route \"GET /b/{id\": a '{' has no '}' behind it in its part of the path\n"
        "shop.c:12: route \"GET /c\": it has no handler\n"
        "shop.c:14: route \"GET /d/{y}\": it is there already, at shop.c:13: it would never be "
        "reached; remove one\n"
        "row 6 of the routes: route \"TRACE \": \"TRACE\" is not a method: it is one of GET, "
        "HEAD, POST, PUT, PATCH, DELETE, OPTIONS\n"
        "row 6 of the routes: route \"TRACE \": the route has no pattern\n"
        "shop.c:16: route \"GET /e?f\": it holds a control byte");
    cadre__app_free(app);
}
END_TEST

START_TEST(module_without_routes_answers_404)
{
    struct cadre__app *app = app_with("/", NULL);

    ask(app, "GET", "/", 404, "Not Found");
    cadre__app_free(app);
    ck_assert_int_eq(cadre__app_new(NULL, &app), 0);
    ask(app, "GET", "/", 404, "Not Found");
    cadre__app_free(app);
}
END_TEST

/* --- what a handler asks --- */

static int check_head(struct cadre_request *req)
{
    const char *name, *value;
    size_t n = 0;

    ck_assert_str_eq(cadre_method(req), "GET");
    ck_assert_str_eq(cadre_path(req), "/x");
    ck_assert_str_eq(cadre_raw_path(req), "/x");
    ck_assert_str_eq(cadre_query(req), "a=1");
    ck_assert_str_eq(cadre_scheme(req), "http");
    ck_assert_str_eq(cadre_client_address(req), "127.0.0.1");
    ck_assert_uint_eq(cadre_client_port(req), 4711);
    ck_assert_uint_eq(strlen(cadre_request_id(req)), 32);
    ck_assert_str_eq(cadre_header(req, "Accept"), "text/html");
    ck_assert_str_eq(cadre_header(req, "cookie"), "first");
    ck_assert_ptr_null(cadre_header(req, "accep"));
    while (cadre_header_at(req, n, &name, &value))
        n++;
    ck_assert_uint_eq(n, 3);
    ck_assert(cadre_header_at(req, 2, &name, &value));
    ck_assert_str_eq(value, "second");
    ck_assert_ptr_null(cadre_path_param(req, "id"));
    ck_assert(!cadre_is_disconnected(req));
    return cadre_respond_empty(req, 200);
}

START_TEST(head_of_the_request_is_told)
{
    struct fake fake;

    fake_init(&fake, "GET", "/x?a=1");
    fake_add_header(&fake, "accept", "text/html");
    fake_add_header(&fake, "cookie", "first");
    fake_add_header(&fake, "cookie", "second");
    ask_handler(check_head, &fake);
    ck_assert_int_eq(fake.response.status, 200);
    fake_done(&fake);
}
END_TEST

static int list_query(struct cadre_request *req)
{
    const char *name, *value, *all = "";

    for (size_t i = 0; cadre_query_param_at(req, i, &name, &value); i++)
        all = cadre_printf(req, "%s[%s=%s]", all, name, value);
    return cadre_respond_text(req, 200, all);
}

static const struct {
    const char *query, *expected;
} queries[] = {
    {"", ""},
    {"a=1", "[a=1]"},
    {"a=1&b=2", "[a=1][b=2]"},
    {"a", "[a=]"},
    {"a=", "[a=]"},
    {"=b", "[=b]"},
    {"&&a=1&", "[a=1]"},
    {"a=b=c", "[a=b=c]"},
    {"a+b=c+d", "[a b=c d]"},
    {"%61=%2B%26%3D", "[a=+&=]"},
    {"a=%c3%A4", "[a=\xc3\xa4]"},
    {"a=%", "[a=%]"},
    {"a=%4", "[a=%4]"},
    {"a=%zz%41", "[a=%zzA]"},
    {"a=x%00y", "[a=x%00y]"},
    {"a=%2541", "[a=%41]"},
};

START_TEST(query_is_decoded_as_a_form)
{
    char target[200];
    struct fake fake;

    snprintf(target, sizeof(target), "/x?%s", queries[_i].query);
    fake_init(&fake, "GET", target);
    ask_handler(list_query, &fake);
    ck_assert_str_eq(cadre__buf_text(&fake.body), queries[_i].expected);
    fake_done(&fake);
}
END_TEST

static int last_query(struct cadre_request *req)
{
    ck_assert_ptr_null(cadre_query_param(req, "b"));
    return cadre_respond_text(req, 200, cadre_query_param(req, "a"));
}

START_TEST(last_of_several_query_parameters_counts)
{
    struct fake fake;

    fake_init(&fake, "GET", "/x?a=1&a=2&a=3");
    ask_handler(last_query, &fake);
    ck_assert_str_eq(cadre__buf_text(&fake.body), "3");
    fake_done(&fake);
}
END_TEST

static const struct {
    const char *text, *json;
} quotes[] = {
    {"", "\"\""},
    {"plain", "\"plain\""},
    {"a\"b\\c/", "\"a\\\"b\\\\c/\""},
    {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
    {"\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\""},
    {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\""},
    {"a\xff"
     "b",
     "\"a\xef\xbf\xbd"
     "b\""},
    {"\xc3", "\"\xef\xbf\xbd\""},
    {"\xc0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
    {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
    {"\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
    {"\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
};

static int quote_index;

static int say_quoted(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, cadre_json_quote(req, quotes[quote_index].text));
}

START_TEST(json_string_is_quoted_and_well_formed)
{
    struct fake fake;

    quote_index = _i;
    fake_init(&fake, "GET", "/x");
    ask_handler(say_quoted, &fake);
    ck_assert_str_eq(cadre__buf_text(&fake.body), quotes[_i].json);
    fake_done(&fake);
}
END_TEST

/* --- bodies --- */

static int echo_body(struct cadre_request *req)
{
    struct cadre_str body, again;
    int r = cadre_body(req, &body);

    if (r < 0)
        return r;
    ck_assert_int_eq(cadre_body(req, &again), 0);
    ck_assert_ptr_eq(body.ptr, again.ptr);
    ck_assert_int_eq(body.ptr[body.len], '\0');
    return cadre_respond_bytes(req, 200, "text/plain", body.ptr, body.len);
}

static const struct {
    const char *chunks[5];
    const char *body;
} bodies[] = {
    {{NULL}, ""},
    {{"", NULL}, ""},
    {{"one", NULL}, "one"},
    {{"one", "two", "three", NULL}, "onetwothree"},
    {{"", "one", "", NULL}, "one"},
};

START_TEST(whole_body_comes_in_one_piece)
{
    struct fake fake;

    fake_init(&fake, "POST", "/x");
    fake.chunks = bodies[_i].chunks;
    ask_handler(echo_body, &fake);
    ck_assert_int_eq(fake.response.status, 200);
    ck_assert_str_eq(cadre__buf_text(&fake.body), bodies[_i].body);
    fake_done(&fake);
}
END_TEST

static int read_two_by_two(struct cadre_request *req)
{
    const char *all = "";
    struct cadre_str body;
    char buf[2];
    ssize_t n;

    ck_assert_int_eq(cadre_read(req, buf, 0), -EINVAL);
    while ((n = cadre_read(req, buf, sizeof(buf))) > 0)
        all = cadre_printf(req, "%s[%.*s]", all, (int)n, buf);
    if (n < 0)
        return (int)n;
    ck_assert_int_eq(cadre_read(req, buf, sizeof(buf)), 0);
    ck_assert_int_eq(cadre_body(req, &body), -EALREADY);
    return cadre_respond_text(req, 200, all);
}

START_TEST(streamed_body_gives_what_is_there)
{
    static const char *const chunks[] = {"abc", "", "d", "ef", NULL};
    struct fake fake;

    fake_init(&fake, "POST", "/x");
    fake.chunks = chunks;
    ask_handler(read_two_by_two, &fake);
    ck_assert_str_eq(cadre__buf_text(&fake.body), "[ab][c][d][ef]");
    fake_done(&fake);
}
END_TEST

static int read_after_body(struct cadre_request *req)
{
    struct cadre_str body;
    char buf[100];

    ck_assert_int_eq(cadre_body(req, &body), 0);
    ck_assert_int_eq(cadre_read(req, buf, sizeof(buf)), 6);
    ck_assert_int_eq(cadre_read(req, buf, sizeof(buf)), 0);
    return cadre_respond_text(req, 200, "ok");
}

START_TEST(reading_works_after_the_whole_body)
{
    static const char *const chunks[] = {"abc", "def", NULL};
    struct fake fake;

    fake_init(&fake, "POST", "/x");
    fake.chunks = chunks;
    ask_handler(read_after_body, &fake);
    ck_assert_str_eq(cadre__buf_text(&fake.body), "ok");
    fake_done(&fake);
}
END_TEST

static const struct {
    int error, status;
    const char *body;
} body_errors[] = {{-EMSGSIZE, 413, "Content Too Large"},
                   {-ETIMEDOUT, 408, "Request Timeout"},
                   {-EBADMSG, 400, "Bad Request"}};

START_TEST(error_of_the_body_becomes_its_status)
{
    static const char *const chunks[] = {"abc", NULL};
    struct fake fake;

    capture_log();
    fake_init(&fake, "POST", "/x");
    fake.chunks = chunks;
    fake.receive_error = body_errors[_i].error;
    ask_handler(_i % 2 == 0 ? echo_body : read_two_by_two, &fake);
    ck_assert_int_eq(fake.response.status, body_errors[_i].status);
    ck_assert_str_eq(cadre__buf_text(&fake.body), body_errors[_i].body);
    ck_assert_int_eq(fake.result, 0);
    ck_assert_str_eq(captured_log(), "");
    fake_done(&fake);
}
END_TEST

static int ignore_errors(struct cadre_request *req)
{
    if (cadre_start(req, 200) < 0 || cadre_write(req, "x", 1) < 0)
        return 0;
    return 0;
}

START_TEST(handler_that_ignores_a_lost_client_is_not_logged)
{
    struct fake fake;

    capture_log();
    for (size_t at = 1; at <= 2; at++) {
        fake_init(&fake, "GET", "/x");
        fake.fail_at = at;
        fake.send_error = -EPIPE;
        ask_handler(ignore_errors, &fake);
        ck_assert_int_eq(fake.result, -EPIPE);
        ck_assert_uint_eq(fake.n_sends, at);
        fake_done(&fake);
    }
    ck_assert_str_eq(captured_log(), "");
}
END_TEST

START_TEST(client_that_leaves_is_not_logged)
{
    struct fake fake;

    capture_log();
    fake_init(&fake, "POST", "/x");
    fake.receive_error = -EPIPE;
    ask_handler(echo_body, &fake);
    ck_assert_int_eq(fake.result, -EPIPE);
    fake_done(&fake);
    fake_init(&fake, "GET", "/x");
    fake.fail_at = 1;
    fake.send_error = -EPIPE;
    ask_handler(say_get, &fake);
    ck_assert_int_eq(fake.result, -EPIPE);
    ck_assert_str_eq(captured_log(), "");
    fake_done(&fake);
}
END_TEST

/* --- responses --- */

static int set_headers(struct cadre_request *req)
{
    ck_assert_int_eq(cadre_header_set(req, "X-A", " 1 "), 0);
    ck_assert_int_eq(cadre_header_set(req, "x-a", "2"), 0);
    ck_assert_int_eq(cadre_header_add(req, "Set-Cookie", "a=b"), 0);
    ck_assert_int_eq(cadre_header_add(req, "Set-Cookie", "c=d"), 0);
    ck_assert_int_eq(cadre_header_set(req, "", "x"), -EINVAL);
    ck_assert_int_eq(cadre_header_set(req, "a b", "x"), -EINVAL);
    ck_assert_int_eq(cadre_header_set(req, "x", "a\r\nb: c"), -EINVAL);
    ck_assert_int_eq(cadre_header_set(req, "Connection", "close"), -EINVAL);
    ck_assert_int_eq(cadre_header_set(req, "Transfer-Encoding", "chunked"), -EINVAL);
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(cadre_header_add(req, cadre_printf(req, "x-%d", i), "y"), 0);
    ck_assert_int_eq(cadre_respond_text(req, 200, "x"), 0);
    ck_assert_int_eq(cadre_header_set(req, "x-late", "x"), -EALREADY);
    ck_assert_int_eq(cadre_respond_text(req, 200, "again"), -EALREADY);
    ck_assert_int_eq(cadre_start(req, 200), -EALREADY);
    ck_assert_int_eq(cadre_write(req, "x", 1), -EALREADY);
    ck_assert_int_eq(cadre_end(req), -EALREADY);
    return 0;
}

START_TEST(header_fields_are_set_added_and_checked)
{
    struct fake fake;

    fake_init(&fake, "GET", "/x");
    ask_handler(set_headers, &fake);
    ck_assert(fake_has_line(&fake, "x-a: 2"));
    ck_assert(!fake_has_line(&fake, "x-a: 1"));
    ck_assert(fake_has_line(&fake, "set-cookie: a=b"));
    ck_assert(fake_has_line(&fake, "set-cookie: c=d"));
    ck_assert(fake_has_line(&fake, "x-19: y"));
    ck_assert_str_eq(cadre__buf_text(&fake.body), "x");
    fake_done(&fake);
}
END_TEST

static int respond_kinds(struct cadre_request *req)
{
    switch (atoi(cadre_query(req))) {
    case 0:
        return cadre_respondf(req, 201, "application/json", "{\"n\":%d}", 7);
    case 1:
        return cadre_error(req, 404, "no \"item\"");
    case 2:
        return cadre_respond_bytes(req, 200, "text/html; charset=latin1", "x", 1);
    case 3:
        return cadre_respond_bytes(req, 200, "text/html", "x", 1);
    case 4:
        return cadre_respond_empty(req, 204);
    default:
        ck_assert_int_eq(cadre_header_set(req, "content-type", "image/png"), 0);
        return cadre_respond_bytes(req, 200, NULL, "x", 1);
    }
}

static const struct {
    int status;
    const char *body, *type;
} kinds[] = {
    {201, "{\"n\":7}", "content-type: application/json"},
    {404, "{\"detail\":\"no \\\"item\\\"\"}", "content-type: application/json"},
    {200, "x", "content-type: text/html; charset=latin1"},
    {200, "x", "content-type: text/html; charset=utf-8"},
    {204, "", NULL},
    {200, "x", "content-type: image/png"},
};

START_TEST(whole_responses_have_type_and_length)
{
    char target[20], length[40];
    struct fake fake;

    snprintf(target, sizeof(target), "/x?%d", _i);
    snprintf(length, sizeof(length), "content-length: %zu", strlen(kinds[_i].body));
    fake_init(&fake, "GET", target);
    ask_handler(respond_kinds, &fake);
    ck_assert_int_eq(fake.response.status, kinds[_i].status);
    ck_assert_str_eq(cadre__buf_text(&fake.body), kinds[_i].body);
    if (kinds[_i].type != NULL)
        ck_assert(fake_has_line(&fake, kinds[_i].type));
    ck_assert(fake_has_line(&fake, length) == (kinds[_i].status != 204));
    fake_done(&fake);
}
END_TEST

static int stream_pieces(struct cadre_request *req)
{
    ck_assert_int_eq(cadre_write(req, "x", 1), -EINVAL);
    ck_assert_int_eq(cadre_end(req), -EINVAL);
    ck_assert_int_eq(cadre_start(req, 200), 0);
    ck_assert_int_eq(cadre_write(req, "one", 3), 0);
    ck_assert_int_eq(cadre_write(req, "", 0), 0);
    ck_assert_int_eq(cadre_sleep(50), 0);
    ck_assert_int_eq(cadre_write(req, "two", 3), 0);
    return cadre_query(req)[0] == 'e' ? cadre_end(req) : 0;
}

START_TEST(stream_is_ended_by_its_handler_or_for_it)
{
    struct fake fake;

    fake_init(&fake, "GET", _i == 0 ? "/x?e" : "/x");
    ask_handler(stream_pieces, &fake);
    ck_assert_int_eq(fake.result, 0);
    ck_assert_int_eq(fake.response.phase, CADRE__RESPONSE_COMPLETE);
    ck_assert_str_eq(cadre__buf_text(&fake.body), "onetwo");
    ck_assert(strstr(cadre__buf_text(&fake.header), "content-length") == NULL);
    fake_done(&fake);
}
END_TEST

/* --- errors
 * ----------------------------------------------------------------------------------------------------
 */

static int fail_early(struct cadre_request *req)
{
    ck_assert_int_eq(cadre_header_set(req, "x-gone", "1"), 0);
    return -EIO;
}

static int fail_late(struct cadre_request *req)
{
    ck_assert_int_eq(cadre_start(req, 200), 0);
    return -EIO;
}

static int forget(struct cadre_request *req)
{
    (void)req;
    return 0;
}

static int bad_status(struct cadre_request *req)
{
    return cadre_respond_text(req, 99, "x");
}

START_TEST(handler_that_fails_is_500_and_logged)
{
    struct fake fake;
    const char *log;

    capture_log();
    fake_init(&fake, "GET", "/x");
    ask_handler(fail_early, &fake);
    ck_assert_int_eq(fake.result, 0);
    ck_assert_int_eq(fake.response.status, 500);
    ck_assert_str_eq(cadre__buf_text(&fake.body), "Internal Server Error");
    ck_assert(!fake_has_line(&fake, "x-gone: 1"));
    log = captured_log();
    ck_assert_msg(strstr(log, "module \"shop\": handler \"handler\" failed: Input/output error") !=
                      NULL,
                  "%s", log);
    ck_assert_msg(strstr(log, "request=\"GET /x\" request_id=") != NULL, "%s", log);
    fake_done(&fake);
}
END_TEST

START_TEST(handler_that_fails_after_the_start_is_cut)
{
    struct fake fake;

    capture_log();
    fake_init(&fake, "GET", "/x");
    ask_handler(fail_late, &fake);
    ck_assert_int_eq(fake.result, -EIO);
    ck_assert_int_eq(fake.response.phase, CADRE__RESPONSE_STARTED);
    ck_assert_ptr_nonnull(strstr(captured_log(), "Input/output error"));
    fake_done(&fake);
}
END_TEST

START_TEST(handler_without_a_response_is_500_and_told_what_to_do)
{
    struct fake fake;

    capture_log();
    fake_init(&fake, "GET", "/x");
    ask_handler(forget, &fake);
    ck_assert_int_eq(fake.response.status, 500);
    ck_assert_ptr_nonnull(
        strstr(captured_log(), "returned without a response: call cadre_respond"));
    fake_done(&fake);
}
END_TEST

START_TEST(status_that_is_none_is_500)
{
    struct fake fake;

    capture_log();
    fake_init(&fake, "GET", "/x");
    ask_handler(bad_status, &fake);
    ck_assert_int_eq(fake.response.status, 500);
    ck_assert_ptr_nonnull(strstr(captured_log(), "Invalid argument"));
    fake_done(&fake);
}
END_TEST

/* --- cancelling
 * ---------------------------------------------------------------------------------------------------
 */

static int sleep_long(struct cadre_request *req)
{
    int r = cadre_sleep(3600 * 1000);

    return r < 0 ? r : cadre_respond_text(req, 200, "slept");
}

struct cancel {
    struct cadre__timer timer;
    struct cadre__coroutine *co;
};

static void cancel_now(struct cadre__timer *timer)
{
    cadre__coroutine_cancel(((struct cancel *)timer)->co);
}

static int cancelled_main(void *arg)
{
    struct call *call = arg;
    struct cancel cancel = {.co = cadre__coroutine_current()};

    cadre__timer_init(&cancel.timer, cancel_now);
    cadre__loop_timer_start(call->loop, &cancel.timer, 1000000000);
    return call_main(arg);
}

START_TEST(cancelled_handler_hands_the_cancel_on_silently)
{
    struct cadre_route routes[] = {CADRE_GET("/x", sleep_long), CADRE_ROUTES_END};
    struct cadre__test_clock clock;
    struct cadre__loop_options options = {.test_clock = &clock};
    struct fake fake;
    struct call call = {.app = app_with("/", routes), .fake = &fake};

    capture_log();
    fake_init(&fake, "GET", "/x");
    cadre__test_clock_init(&clock, 1);
    ck_assert_int_eq(cadre__loop_new(&options, &call.loop), 0);
    ck_assert_int_eq(cadre__loop_run_main(call.loop, cancelled_main, &call), 0);
    cadre__loop_free(call.loop);
    ck_assert_int_eq(fake.result, -ECANCELED);
    ck_assert_int_eq(fake.response.phase, CADRE__RESPONSE_IDLE);
    ck_assert_str_eq(captured_log(), "");
    cadre__app_free(call.app);
    fake_done(&fake);
}
END_TEST

/* --- tasks of a request
 * ------------------------------------------------------------------------------------------
 */

static int n_ended;

/* Uses memory of the request until it ends. */
static int outstay(void *arg)
{
    char *text = arg;
    int r = cadre_sleep(3600 * 1000);

    ck_assert_int_eq(r, -ECANCELED);
    ck_assert_int_eq(cadre_sleep(1000), 0); /* whoever cleans up may wait */
    ck_assert_str_eq(text, "of the request");
    n_ended++;
    return r;
}

static void note_end(void *arg)
{
    (void)arg;
    ck_assert_int_eq(n_ended, 1);
    n_ended = 2;
}

static int leave_a_task(struct cadre_request *req)
{
    char *text = cadre_strdup(req, "of the request");

    ck_assert_int_eq(cadre_defer(req, note_end, NULL), 0);
    ck_assert_ptr_nonnull(cadre_spawn(outstay, text));
    ck_assert_int_eq(cadre_yield(), 0);
    return cadre_respond_text(req, 200, "done");
}

static int leave_a_task_and_fail(struct cadre_request *req)
{
    int r = leave_a_task(req);

    return r < 0 ? r : -EIO;
}

START_TEST(tasks_of_a_request_end_before_its_memory_goes)
{
    static const cadre_handler_fn handlers[] = {leave_a_task, leave_a_task_and_fail};
    struct fake fake;

    capture_log();
    fake_init(&fake, "GET", "/x");
    ask_handler(handlers[_i], &fake);
    ck_assert_str_eq(cadre__buf_text(&fake.body), "done");
    ck_assert_int_eq(n_ended, 1);
    fake_done(&fake);
    ck_assert_int_eq(n_ended, 2);
}
END_TEST

static int spawn_on_the_loop(void *arg)
{
    ck_assert_ptr_nonnull(cadre_spawn(outstay, arg));
    return cadre_yield();
}

static int leave_a_task_from_a_thread(struct cadre_request *req)
{
    char *text = cadre_strdup(req, "of the request");
    int r = cadre_from_thread(spawn_on_the_loop, text);

    ck_assert_int_eq(n_ended, 1);
    return r < 0 ? r : cadre_respond_text(req, 200, "done");
}

START_TEST(tasks_that_a_sync_handler_spawns_end_with_the_call_that_spawned)
{
    struct cadre_route routes[] = {CADRE_GET("/x", leave_a_task_from_a_thread, .sync = true),
                                   CADRE_ROUTES_END};
    struct cadre__app *app = app_with("/", routes);

    ask(app, "GET", "/x", 200, "done");
    ck_assert_int_eq(n_ended, 1);
    cadre__app_free(app);
}
END_TEST

/* --- sync handlers
 * ----------------------------------------------------------------------------------------------------
 */

static pthread_t loop_thread;
static int n_deferred;

static void count_deferred(void *arg)
{
    ck_assert(pthread_equal(pthread_self(), loop_thread));
    n_deferred += *(int *)arg;
}

static int answer_from_thread(struct cadre_request *req)
{
    static int one = 1;
    struct cadre_str body;
    char buf[4];

    ck_assert(!pthread_equal(pthread_self(), loop_thread));
    ck_assert_int_eq(cadre_body(req, &body), 0);
    ck_assert_int_eq(cadre_read(req, buf, 4), 4);
    ck_assert_int_eq(cadre_defer(req, count_deferred, &one), 0);
    ck_assert_int_eq(cadre_sleep(1), -EDEADLK);
    ck_assert_int_eq(cadre_header_set(req, "x-thread", cadre_printf(req, "%d", 1)), 0);
    ck_assert_int_eq(cadre_start(req, 202), 0);
    ck_assert_int_eq(cadre_write(req, "a ", 2), 0);
    ck_assert_int_eq(cadre_write(req, body.ptr, body.len), 0);
    return 0;
}

static int fail_in_thread(struct cadre_request *req)
{
    ck_assert_int_eq(cadre_start(req, 200), 0);
    ck_assert_int_eq(cadre_write(req, "half", 4), 0);
    return -EIO;
}

static int whole_from_thread(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "whole");
}

static const struct cadre_route sync_routes[] = {
    CADRE_POST("/x", answer_from_thread, .sync = true),
    CADRE_GET("/fail", fail_in_thread, .sync = true),
    CADRE_GET("/whole", whole_from_thread, .sync = true),
    CADRE_GET("/forget", forget, .sync = true),
    CADRE_ROUTES_END,
};

START_TEST(sync_handler_has_the_body_and_a_buffered_response)
{
    static const char *const chunks[] = {"body", " of request", NULL};
    struct cadre__app *app = app_with("/", sync_routes);
    struct fake fake;

    capture_log(); /* of cadre_sleep, which names itself */
    loop_thread = pthread_self();
    fake_init(&fake, "POST", "/x");
    fake.chunks = chunks;
    run(app, &fake);
    ck_assert_int_eq(fake.result, 0);
    ck_assert_int_eq(fake.response.status, 202);
    ck_assert_str_eq(cadre__buf_text(&fake.body), "a body of request");
    ck_assert(fake_has_line(&fake, "x-thread: 1"));
    ck_assert_int_eq(n_deferred, 1);
    fake_done(&fake);
    cadre__app_free(app);
}
END_TEST

START_TEST(sync_handler_that_fails_is_500_even_in_the_midst)
{
    struct cadre__app *app = app_with("/", sync_routes);

    capture_log();
    ask(app, "GET", "/fail", 500, "Internal Server Error");
    ask(app, "GET", "/whole", 200, "whole");
    ask(app, "HEAD", "/whole", 200, "");
    ask(app, "GET", "/forget", 500, "Internal Server Error");
    ck_assert_ptr_nonnull(strstr(captured_log(), "\"fail_in_thread\" failed: Input/output error"));
    cadre__app_free(app);
}
END_TEST

START_TEST(too_large_body_never_reaches_a_sync_handler)
{
    struct cadre__app *app = app_with("/", sync_routes);
    struct fake fake;

    fake_init(&fake, "POST", "/x");
    fake.receive_error = -EMSGSIZE;
    run(app, &fake);
    ck_assert_int_eq(fake.response.status, 413);
    fake_done(&fake);
    cadre__app_free(app);
}
END_TEST

/* --- state, hooks, memory --- */

static int say_state(struct cadre_request *req)
{
    size_t len;
    const char *server = cadre_server_state(req, &len);

    return cadre_respondf(req, 200, "text/plain", "%s %.*s", (char *)cadre_state(req), (int)len,
                          server);
}

START_TEST(handlers_reach_both_states)
{
    struct cadre_route routes[] = {CADRE_GET("/", say_state), CADRE_ROUTES_END};
    struct cadre__app *app = app_with("/", routes);
    struct cadre__mount *shop = cadre__app_find_mount(app, "shop");
    char state[] = "worker";

    cadre__mount_set_state(shop, state);
    cadre__mount_set_server_state(shop, "server", 6);
    ask(app, "GET", "/", 200, "worker server");
    cadre__app_free(app);
}
END_TEST

static char hook_text[200];

static void note_handler(void *arg, const char *module, const char *handler)
{
    size_t len = strlen(hook_text);

    ck_assert_ptr_eq(arg, hook_text);
    snprintf(hook_text + len, sizeof(hook_text) - len, "<%s %s>", module != NULL ? module : "",
             handler != NULL ? handler : "");
}

static int say_coroutine(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, cadre__coroutine_name(cadre__coroutine_current()));
}

START_TEST(handler_is_told_to_the_process_and_names_its_coroutine)
{
    static const struct cadre__app_hooks hooks = {.on_handler = note_handler};
    struct cadre_route routes[] = {CADRE_GET("/", say_coroutine), CADRE_ROUTES_END};
    struct cadre__app_options options = {.hooks = &hooks, .hooks_arg = hook_text};
    struct cadre__mount_options mount_options = {.name = "shop", .path = "/", .routes = routes};
    struct cadre__app *app;
    char why[200];

    ck_assert_int_eq(cadre__app_new(&options, &app), 0);
    ck_assert_int_eq(cadre__app_mount(app, &mount_options, why, sizeof(why), NULL), 0);
    ask(app, "GET", "/", 200, "say_coroutine");
    ck_assert_str_eq(hook_text, "<shop say_coroutine>< >");
    ask(app, "GET", "/nothing", 404, "Not Found");
    ck_assert_str_eq(hook_text, "<shop say_coroutine>< >");
    cadre__app_free(app);
}
END_TEST

START_TEST(hello_needs_no_more_than_one_chunk)
{
    struct cadre_route routes[] = {CADRE_GET("/hello/{id}", say_id), CADRE_ROUTES_END};
    struct cadre__app *app = app_with("/", routes);
    struct fake fake;

    fake_init(&fake, "GET", "/hello/world");
    run(app, &fake);
    ck_assert_str_eq(cadre__buf_text(&fake.body), "id world of shop");
    ck_assert_uint_le(fake.arena.held_bytes, 4096);
    fake_done(&fake);
    cadre__app_free(app);
}
END_TEST

START_TEST(other_scopes_are_not_taken)
{
    struct cadre__app *app = app_with("/", shop_routes);
    struct fake fake;

    fake_init(&fake, "GET", "/");
    fake.scope.type = CADRE__SCOPE_LIFESPAN;
    run(app, &fake);
    ck_assert_int_eq(fake.result, -ENOSYS);
    fake_done(&fake);
    cadre__app_free(app);
}
END_TEST

static int answer(struct cadre_request *req)
{
    return cadre_respond_empty(req, 204);
}

START_TEST(only_a_route_that_says_so_is_cancelled_on_disconnect)
{
    const struct cadre_route routes[] = {
        CADRE_GET("/a", answer), CADRE_GET("/b", answer, .cancel_on_disconnect = true),
        CADRE_GET("/c", answer, .sync = true),
        CADRE_GET("/d", answer, .sync = true, .cancel_on_disconnect = true), CADRE_ROUTES_END};
    struct cadre__app *app = app_with("/", routes);

    for (char c = 'a'; c <= 'e'; c++) {
        const char path[] = {'/', c, '\0'};
        struct fake fake;

        fake_init(&fake, "GET", path);
        run(app, &fake);
        ck_assert_int_eq(fake.n_cancel_on_disconnect, c == 'b' || c == 'd');
        fake_done(&fake);
    }
    cadre__app_free(app);
}
END_TEST

UNIT_MAIN("web/app", UNIT_CASE(first_matching_route_answers),
          UNIT_CASE(only_a_route_that_says_so_is_cancelled_on_disconnect),
          UNIT_CASE(unknown_path_is_404_in_plain_text),
          UNIT_LOOP(allow_is_the_union_of_all_routes_of_the_path, COUNT(allows)),
          UNIT_CASE(head_is_answered_by_get_without_a_body),
          UNIT_CASE(longest_mount_wins_at_a_segment_border),
          UNIT_CASE(bare_mount_redirects_and_keeps_the_query),
          UNIT_CASE(root_path_of_a_proxy_is_extended),
          UNIT_CASE(two_modules_on_one_mount_are_refused),
          UNIT_LOOP(bad_mount_is_refused, COUNT(bad_mounts)),
          UNIT_CASE(all_bad_routes_are_named_with_their_places),
          UNIT_CASE(module_without_routes_answers_404), UNIT_CASE(head_of_the_request_is_told),
          UNIT_LOOP(query_is_decoded_as_a_form, COUNT(queries)),
          UNIT_CASE(last_of_several_query_parameters_counts),
          UNIT_LOOP(json_string_is_quoted_and_well_formed, COUNT(quotes)),
          UNIT_LOOP(whole_body_comes_in_one_piece, COUNT(bodies)),
          UNIT_CASE(streamed_body_gives_what_is_there),
          UNIT_CASE(reading_works_after_the_whole_body),
          UNIT_LOOP(error_of_the_body_becomes_its_status, COUNT(body_errors)),
          UNIT_CASE(client_that_leaves_is_not_logged),
          UNIT_CASE(handler_that_ignores_a_lost_client_is_not_logged),
          UNIT_CASE(header_fields_are_set_added_and_checked),
          UNIT_LOOP(whole_responses_have_type_and_length, COUNT(kinds)),
          UNIT_LOOP(stream_is_ended_by_its_handler_or_for_it, 2),
          UNIT_CASE(handler_that_fails_is_500_and_logged),
          UNIT_CASE(handler_that_fails_after_the_start_is_cut),
          UNIT_CASE(handler_without_a_response_is_500_and_told_what_to_do),
          UNIT_CASE(status_that_is_none_is_500),
          UNIT_CASE(cancelled_handler_hands_the_cancel_on_silently),
          UNIT_LOOP(tasks_of_a_request_end_before_its_memory_goes, 2),
          UNIT_CASE(tasks_that_a_sync_handler_spawns_end_with_the_call_that_spawned),
          UNIT_CASE(sync_handler_has_the_body_and_a_buffered_response),
          UNIT_CASE(sync_handler_that_fails_is_500_even_in_the_midst),
          UNIT_CASE(too_large_body_never_reaches_a_sync_handler),
          UNIT_CASE(handlers_reach_both_states),
          UNIT_CASE(handler_is_told_to_the_process_and_names_its_coroutine),
          UNIT_CASE(hello_needs_no_more_than_one_chunk), UNIT_CASE(other_scopes_are_not_taken))
