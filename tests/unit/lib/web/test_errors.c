/* SPDX-License-Identifier: MIT */
/* What failed requests are answered, by the test client (web/errors.c, debug_page.c, app.c). */
#include "tests/unit/unit.h"

#include "base/log.h"
#include <cadre.h>
#include <cadre/test.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int missing(struct cadre_request *req)
{
    int r = cadre_header_set(req, "x-left", "over");

    return r < 0 ? r : cadre_fail(req, 404, "no such \"item\"");
}

static int teapot(struct cadre_request *req)
{
    return cadre_fail(req, 418, NULL);
}

static int told_when(struct cadre_request *req)
{
    int r = cadre_fail_header(req, "Retry-After", "1");

    if (r == 0)
        r = cadre_fail_header(req, "X-Who", "somebody");
    if (r == 0)
        r = cadre_fail_header(req, "retry-after", " 30 ");
    ck_assert_int_eq(cadre_fail_header(req, "bad name", "x"), -EINVAL);
    ck_assert_int_eq(cadre_fail_header(req, "x", "a\nb"), -EINVAL);
    ck_assert_int_eq(cadre_fail_header(req, "connection", "close"), -EINVAL);
    return r < 0 ? r : cadre_fail(req, cadre_query_param(req, "teapot") != NULL ? 418 : 503, NULL);
}

static int told_for_nothing(struct cadre_request *req)
{
    int r = cadre_fail_header(req, "retry-after", "1");

    return r < 0                                     ? r
           : cadre_query_param(req, "fails") != NULL ? -EIO
                                                     : cadre_respond_text(req, 200, "");
}

static int wrong_status(struct cadre_request *req)
{
    return cadre_fail(req, 200, "fine");
}

static int again(struct cadre_request *req)
{
    (void)req;
    return -EAGAIN;
}

static int broken(struct cadre_request *req)
{
    (void)req;
    return -EIO;
}

static int late(struct cadre_request *req)
{
    int r = cadre_start(req, 200);

    return r < 0 ? r : -EIO;
}

static int silent(struct cadre_request *req)
{
    (void)req;
    return 0;
}

static const struct cadre_route routes[] = {
    CADRE_GET("/missing", missing),
    CADRE_GET("/missing/sync", missing, .sync = true),
    CADRE_GET("/teapot", teapot),
    CADRE_GET("/when", told_when),
    CADRE_GET("/when/sync", told_when, .sync = true),
    CADRE_GET("/nothing-failed", told_for_nothing),
    CADRE_GET("/wrong", wrong_status),
    CADRE_GET("/again", again),
    CADRE_GET("/broken/{x}", broken),
    CADRE_GET("/late", late),
    CADRE_GET("/silent", silent),
    CADRE_ROUTES_END,
};

static const struct cadre_module plain = {.routes = routes};

static int own_404(struct cadre_request *req, const struct cadre_problem *problem)
{
    return cadre_respondf(req, 404, "text/html", "<h1>%s</h1> %d %s", problem->detail,
                          problem->error != 0, cadre_module_name(req));
}

static int own_405(struct cadre_request *req, const struct cadre_problem *problem)
{
    return cadre_respond_text(req, problem->status, "not so");
}

static int busy(struct cadre_request *req, const struct cadre_problem *problem)
{
    int r = cadre_sleep(1000);

    if (r == 0)
        r = cadre_header_set(req, "retry-after", "7");
    return r < 0 || problem->error != -EAGAIN ? -EINVAL : cadre_respond_text(req, 503, "later");
}

static int fails_too(struct cadre_request *req, const struct cadre_problem *problem)
{
    (void)req;
    (void)problem;
    return -ENOENT;
}

static int rest(struct cadre_request *req, const struct cadre_problem *problem)
{
    return cadre_respondf(req, problem->status, "text/plain", "all: %s", problem->detail);
}

static const struct cadre_error_handler errors[] = {
    CADRE_ON_STATUS(0, rest),
    CADRE_ON_STATUS(404, own_404),
    CADRE_ON_STATUS(405, own_405),
    CADRE_ON_ERROR(-EAGAIN, busy),
    CADRE_ON_STATUS(418, fails_too),
    CADRE_ON_STATUS(404, rest),
    CADRE_ERRORS_END,
};

static const struct cadre_module own = {.routes = routes, .errors = errors};

static const struct {
    const char *method, *path;
    int status;
    const char *plain, *own; /* bodies */
} rows[] = {
    {"GET", "/missing", 404, "{\"detail\":\"no such \\\"item\\\"\"}",
     "<h1>no such \"item\"</h1> 1 test"},
    {"GET", "/missing/sync", 404, "{\"detail\":\"no such \\\"item\\\"\"}",
     "<h1>no such \"item\"</h1> 1 test"},
    {"GET", "/nothing", 404, "Not Found", "<h1>Not Found</h1> 0 test"},
    {"POST", "/again", 405, "Method Not Allowed", "not so"},
    {"GET", "/teapot", 418, "{\"detail\":\"I'm a teapot\"}", "{\"detail\":\"I'm a teapot\"}"},
    {"GET", "/wrong", 500, "Internal Server Error", "all: Internal Server Error"},
    {"GET", "/broken/1", 500, "Internal Server Error", "all: Internal Server Error"},
    {"GET", "/silent", 500, "Internal Server Error", "all: Internal Server Error"},
};

START_TEST(failures_are_answered)
{
    struct cadre_test_client *client;

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    for (int i = 0; i < 2; i++) {
        client = cadre_test_serve(.module = i == 0 ? &plain : &own);
        const struct cadre_test_response *res =
            cadre_test_request(client, .method = rows[_i].method, .target = rows[_i].path);
        cadre_assert_status(res, rows[_i].status);
        if (strstr(rows[_i].plain, "I'm") == NULL)
            cadre_assert_body(res, i == 0 ? rows[_i].plain : rows[_i].own);
        cadre_assert_header(res, "x-left", NULL);
        if (rows[_i].status == 405)
            cadre_assert_header(res, "allow", "GET, HEAD, OPTIONS");
        cadre_test_close(client);
    }
}
END_TEST

START_TEST(who_asks_for_json_gets_it)
{
    static const char *const json[] = {"Accept: application/json", NULL},
                             *const page[] = {"Accept: text/html, */*;q=0.8", NULL};
    static const struct {
        const char *target;
        int status;
        const char *reason;
    } wanted[] = {
        {"/silent", 500, "Internal Server Error"},
        {"/nowhere", 404, "Not Found"},
    };
    struct cadre_test_client *client = cadre_test_serve(.module = &plain);
    char body[100];

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        const struct cadre_test_response *res =
            cadre_test_request(client, .target = wanted[i].target, .headers = json);

        snprintf(body, sizeof(body), "{\"detail\": \"%s\"}", wanted[i].reason);
        cadre_assert_status(res, wanted[i].status);
        cadre_assert_json(res, body);
        cadre_assert_header(res, "vary", "accept");
        res = cadre_test_request(client, .target = wanted[i].target, .headers = page);
        cadre_assert_body(res, wanted[i].reason);
        cadre_assert_header(res, "vary", "accept");
        cadre_assert_body(cadre_test_get(client, wanted[i].target), wanted[i].reason);
    }
    cadre_test_close(client);
}
END_TEST

START_TEST(a_row_of_the_error_comes_first)
{
    struct cadre_test_client *client = cadre_test_serve(.module = &own);
    const struct cadre_test_response *res = cadre_test_get(client, "/again");

    cadre_assert_status(res, 503);
    cadre_assert_header(res, "retry-after", "7");
    cadre_assert_body(res, "later");
    cadre_test_close(client);
}
END_TEST

/* Whoever answers: the runtime, a row of the module's, or the runtime behind a row that failed. */
START_TEST(the_answer_has_the_fields_that_the_failure_said)
{
    static const struct cadre_module *const modules[] = {&plain, &own};
    static const char *const paths[] = {"/when", "/when/sync", "/when?teapot"};
    struct cadre_test_client *client;
    const struct cadre_test_response *res;

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    client = cadre_test_serve(.module = modules[_i % 2]);
    res = cadre_test_get(client, paths[_i / 2]);
    cadre_assert_status(res, _i / 2 == 2 ? 418 : 503);
    cadre_assert_header(res, "retry-after", "30");
    cadre_assert_header(res, "x-who", "somebody");
    cadre_assert_header(cadre_test_get(client, "/nothing-failed"), "retry-after", NULL);
    cadre_assert_header(cadre_test_get(client, "/nothing-failed?fails"), "retry-after", NULL);
    cadre_test_close(client);
}
END_TEST

START_TEST(what_has_begun_is_cut)
{
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    struct cadre_test_client *client = cadre_test_serve(.module = &own);
    const struct cadre_test_response *res = cadre_test_get(client, "/late");

    cadre_assert_status(res, 200);
    ck_assert(cadre_test_is_cut(res));
    ck_assert_int_eq(cadre_test_result(res), -EIO);
    cadre_test_close(client);
}
END_TEST

START_TEST(the_debug_page_shows_and_escapes)
{
    static const char *const html[] = {"Accept: text/html,*/*", "X-Bad: <script>&", NULL};
    const struct cadre_test_module one = {.module = &plain};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1, .debug = true};
    struct cadre_test_client *client;
    char why[200];

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_int_eq(cadre_test_open(&app, why, sizeof(why), &client), 0);
    const struct cadre_test_response *res =
        cadre_test_request(client, .target = "/broken/%3Cb%3E?q=1", .headers = html);
    cadre_assert_status(res, 500);
    cadre_assert_header(res, "content-type", "text/html; charset=utf-8");
    cadre_assert_body_has(res, "Input/output error");
    cadre_assert_body_has(res, "<td>broken\n");
    cadre_assert_body_has(res, "test_errors.c");
    cadre_assert_body_has(res, "<th>x-bad<td>&lt;script&gt;&amp;\n");
    cadre_assert_body_has(res, "<th>x<td>&lt;b&gt;\n");
    res = cadre_test_get(client, "/broken/1");
    cadre_assert_header(res, "content-type", "text/plain; charset=utf-8");
    cadre_assert_body_has(res, "  handler: broken\n");
    cadre_assert_status(cadre_test_get(client, "/missing"), 404);
    cadre_assert_body(cadre_test_get(client, "/nothing"), "Not Found");
    cadre_test_close(client);
}
END_TEST

START_TEST(bad_tables_are_refused)
{
    static const struct cadre_error_handler bad[][2] = {
        {CADRE_ON_STATUS(200, rest), CADRE_ERRORS_END},
        {CADRE_ON_ERROR(EIO, rest), CADRE_ERRORS_END},
    };

    for (int i = 0; i < 2; i++) {
        const struct cadre_module module = {.errors = bad[i]};
        const struct cadre_test_module one = {.module = &module};
        const struct cadre_test_app app = {.modules = &one, .n_modules = 1};
        struct cadre_test_client *client;
        char why[200];

        ck_assert_int_eq(cadre_test_open(&app, why, sizeof(why), &client), -EINVAL);
        ck_assert_str_eq(why, i == 0 ? "error handler \"rest\": its status is not within 400..599"
                                     : "error handler \"rest\": its error is not negative: write "
                                       "-EIO");
    }
}
END_TEST

UNIT_MAIN("web/errors", UNIT_LOOP(failures_are_answered, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(who_asks_for_json_gets_it), UNIT_CASE(a_row_of_the_error_comes_first),
          UNIT_LOOP(the_answer_has_the_fields_that_the_failure_said, 6),
          UNIT_CASE(what_has_begun_is_cut), UNIT_CASE(the_debug_page_shows_and_escapes),
          UNIT_CASE(bad_tables_are_refused))
