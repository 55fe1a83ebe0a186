/* SPDX-License-Identifier: MIT */
/* What a handler asks of its request's head and of a JSON body: web/url.c, cookies.c, json.c,
 * query.c, refusal.c. */
#include "config.h"

#include "tests/unit/lib/web/one_handler.h"

#include <jansson.h>

/* A handler writes down what it is told; the body of the response is compared. */
static int tell_urls(struct cadre_request *req)
{
    return cadre_respondf(req, 200, "text/plain", "%s %s %s", cadre_host(req), cadre_url(req),
                          cadre_base_url(req));
}

START_TEST(urls_are_those_that_the_client_sees)
{
    static const struct {
        const char *host, *root, *target, *wanted;
    } rows[] = {
        {"example.org", "", "/x", "example.org http://example.org/x http://example.org/"},
        {"example.org:81", "", "/x?a=%20",
         "example.org:81 http://example.org:81/x?a=%20 http://example.org:81/"},
        {"[::1]:8080", "/app", "/x", "[::1]:8080 http://[::1]:8080/app/x http://[::1]:8080/app/"},
        {NULL, "", "/x", "127.0.0.1:8080 http://127.0.0.1:8080/x http://127.0.0.1:8080/"},
        {"evil/host", "", "/x", "127.0.0.1:8080 http://127.0.0.1:8080/x http://127.0.0.1:8080/"},
        {"a b", "", "/x", "127.0.0.1:8080 http://127.0.0.1:8080/x http://127.0.0.1:8080/"},
        {"a@b", "", "/x", "127.0.0.1:8080 http://127.0.0.1:8080/x http://127.0.0.1:8080/"},
        {"a:b", "", "/x", "127.0.0.1:8080 http://127.0.0.1:8080/x http://127.0.0.1:8080/"},
        {"[]", "", "/x", "127.0.0.1:8080 http://127.0.0.1:8080/x http://127.0.0.1:8080/"},
        {"[::1", "", "/x", "127.0.0.1:8080 http://127.0.0.1:8080/x http://127.0.0.1:8080/"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fake fake;

        fake_init(&fake, "GET", rows[i].target);
        fake.scope.root_path = cadre_str_from(rows[i].root);
        if (rows[i].host != NULL)
            fake_add_header(&fake, "host", rows[i].host);
        one_handler(tell_urls, false, &fake);
        ck_assert_str_eq(cadre__buf_text(&fake.body), rows[i].wanted);
        fake_done(&fake);
    }
}
END_TEST

START_TEST(a_server_without_a_port_is_localhost)
{
    struct fake fake;

    fake_init(&fake, "GET", "/x");
    fake.scope.server.address = CADRE_STR("/run/cadre.sock");
    fake.scope.server.port = 0;
    one_handler(tell_urls, false, &fake);
    ck_assert_str_eq(cadre__buf_text(&fake.body), "localhost http://localhost/x http://localhost/");
    fake_done(&fake);
    fake_init(&fake, "GET", "/x");
    fake.scope.server.address = CADRE_STR("::1");
    one_handler(tell_urls, false, &fake);
    ck_assert(strncmp(cadre__buf_text(&fake.body), "[::1]:8080 ", 11) == 0);
    fake_done(&fake);
}
END_TEST

static const char *or_none(const char *text)
{
    return text != NULL ? text : "-";
}

static int tell_several(struct cadre_request *req)
{
    return cadre_respondf(
        req, 200, "text/plain", "%s %s %s|%s %s %s", or_none(cadre_header_nth(req, "X-A", 0)),
        or_none(cadre_header_nth(req, "x-a", 1)), or_none(cadre_header_nth(req, "x-a", 2)),
        or_none(cadre_query_param_nth(req, "q", 0)), or_none(cadre_query_param_nth(req, "q", 1)),
        or_none(cadre_query_param_nth(req, "q", 2)));
}

START_TEST(fields_and_parameters_may_come_several_times)
{
    struct fake fake;

    fake_init(&fake, "GET", "/x?q=1&p=2&q=a%20b+c");
    fake_add_header(&fake, "x-a", "one");
    fake_add_header(&fake, "x-b", "other");
    fake_add_header(&fake, "x-a", "two");
    one_handler(tell_several, false, &fake);
    ck_assert_str_eq(cadre__buf_text(&fake.body), "one two -|1 a b c -");
    fake_done(&fake);
}
END_TEST

/* --- cookies --- */

static int tell_cookies(struct cadre_request *req)
{
    const char *name, *value, *text = "";

    for (size_t i = 0; cadre_cookie_at(req, i, &name, &value); i++)
        text = cadre_printf(req, "%s[%s=%s]", text, name, value);
    return cadre_respondf(req, 200, "text/plain", "%s a=%s %s", text,
                          or_none(cadre_cookie(req, "a")), or_none(cadre_cookie(req, "none")));
}

START_TEST(cookies_are_cut_and_taken_out_of_their_quotes)
{
    static const struct {
        const char *field, *wanted;
    } rows[] = {
        {"a=1", "[a=1] a=1 -"},
        {"a=1; b=2; a=3", "[a=1][b=2][a=3] a=3 -"},
        {" a = 1 ;b=2;", "[a=1][b=2] a=1 -"},
        {"a=\"x y\"", "[a=x y] a=x y -"},
        {"a=\"x\\\"y\\\\z\\054\\303\\244\"", "[a=x\"y\\z,\303\244] a=x\"y\\z,\303\244 -"},
        {"a=\"\\000\"", "[a=000] a=000 -"},
        {"a=\"", "[a=\"] a=\" -"},
        {"a=\"\"", "[a=] a= -"},
        {"a=b=c", "[a=b=c] a=b=c -"},
        {"nameless", "[=nameless] a=- -"},
        {"=x;;; ;a", "[=x][=a] a=- -"},
        {"", " a=- -"},
        {"A=1", "[A=1] a=- -"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fake fake;

        fake_init(&fake, "GET", "/x");
        fake_add_header(&fake, "cookie", rows[i].field);
        one_handler(tell_cookies, false, &fake);
        ck_assert_msg(strcmp(cadre__buf_text(&fake.body), rows[i].wanted) == 0, "%s: %s",
                      rows[i].field, cadre__buf_text(&fake.body));
        fake_done(&fake);
    }
}
END_TEST

START_TEST(several_cookie_fields_are_one)
{
    struct fake fake;

    fake_init(&fake, "GET", "/x");
    fake_add_header(&fake, "cookie", "a=1; b=2");
    fake_add_header(&fake, "cookie", "c=3");
    one_handler(tell_cookies, true, &fake);
    ck_assert_str_eq(cadre__buf_text(&fake.body), "[a=1][b=2][c=3] a=1 -");
    fake_done(&fake);
}
END_TEST

/* --- JSON --- */

static int answer_json(struct cadre_request *req)
{
    json_t *json, *again;
    int r = cadre_json(req, &json);

    if (r < 0)
        return r;
    ck_assert_int_eq(cadre_json(req, &again), 0);
    ck_assert(json_equal(json, again));
    return cadre_respond_json(req, 201, json);
}

static void post_json(const char *body, bool sync, struct fake *fake)
{
    const char *const chunks[] = {body, NULL};

    fake_init(fake, "POST", "/x");
    fake->chunks = chunks;
    one_handler(answer_json, sync, fake);
}

START_TEST(json_comes_and_goes)
{
    static const char *const rows[][2] = {
        {"{\"b\": 1, \"a\" : [true, null, 1.5, \"\\u00e4\"]}",
         "{\"b\":1,\"a\":[true,null,1.5,\"\303\244\"]}"},
        {"\"text\"", "\"text\""},
        {" 7 ", "7"},
    };

    for (size_t i = 0; i < 6; i++) {
        struct fake fake;

        post_json(rows[i / 2][0], i % 2 == 1, &fake);
        ck_assert_str_eq(cadre__buf_text(&fake.body), rows[i / 2][1]);
        ck_assert_int_eq(fake.response.status, 201);
        ck_assert(fake_has_line(&fake, "content-type: application/json"));
        fake_done(&fake);
    }
}
END_TEST

START_TEST(what_is_no_json_is_400)
{
    static const char *const rows[] = {
        "", "{", "{\"a\": 1, \"a\": 2}", "[1,]", "{'a': 1}", "[NaN]", "\"\xff\"", "1 2"};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fake fake;

        post_json(rows[i], false, &fake);
        ck_assert_int_eq(fake.result, 0);
        ck_assert_int_eq(fake.response.status, 400);
        ck_assert_msg(
            strncmp(cadre__buf_text(&fake.body), "The body is not JSON: line 1, column", 36) == 0,
            "%s: %s", rows[i], cadre__buf_text(&fake.body));
        fake_done(&fake);
    }
}
END_TEST

/* A coroutine has a small stack, of which jansson takes some for each level. */
START_TEST(a_document_that_is_nested_too_deep_is_400)
{
    static const struct {
        int opened, closed, status;
    } rows[] = {{100, 100, 201}, {101, 101, 400}, {2048, 2048, 400}, {100000, 0, 400}};
    static char text[100001];
    struct fake fake;

    memset(text, '[', (size_t)rows[_i].opened);
    memset(text + rows[_i].opened, ']', (size_t)rows[_i].closed);
    post_json(text, false, &fake);
    ck_assert_int_eq(fake.response.status, rows[_i].status);
    ck_assert_str_eq(cadre__buf_text(&fake.body),
                     rows[_i].status == 201
                         ? text
                         : "The body is not JSON: line 1, column 101: nested more than 100 deep");
    fake_done(&fake);
}
END_TEST

/* Brackets in strings, closed ones, and other lines. */
START_TEST(depth_is_of_what_is_open)
{
    static char text[2000] = "[\"\\\\\", \"\\\"";
    struct fake fake;

    memset(text + strlen(text), '[', 200);
    strcat(text, "\"");
    for (int i = 0; i < 200; i++)
        strcat(text, ",[],{}");
    strcat(text, "]");
    post_json(text, false, &fake);
    ck_assert_int_eq(fake.response.status, 201);
    fake_done(&fake);

    strcpy(text, "[\n \n  ");
    memset(text + strlen(text), '[', 200);
    post_json(text, false, &fake);
    ck_assert_int_eq(fake.response.status, 400);
    ck_assert_ptr_nonnull(strstr(cadre__buf_text(&fake.body), "line 3, column 102: nested"));
    fake_done(&fake);
}
END_TEST

static int judge_itself(struct cadre_request *req)
{
    json_t *json;

    ck_assert_str_eq(cadre_refusal(req), "");
    ck_assert_int_eq(cadre_json(req, &json), -EBADMSG);
    ck_assert_ptr_nonnull(strstr(cadre_refusal(req), "not JSON"));
    return cadre_error(req, 422, "no");
}

static int another_error(struct cadre_request *req)
{
    json_t *json;

    ck_assert_int_eq(cadre_json(req, &json), -EBADMSG);
    return -EIO;
}

START_TEST(a_handler_may_answer_in_place_of_the_refusal)
{
    struct fake fake;

    one_get(judge_itself, false, &fake);
    ck_assert_int_eq(fake.response.status, 422);
    fake_done(&fake);
    one_get(another_error, false, &fake);
    ck_assert_int_eq(fake.response.status, 500);
    fake_done(&fake);
}
END_TEST

static int no_json(struct cadre_request *req)
{
    ck_assert_int_eq(cadre_respond_json(req, 200, json_real(__builtin_nan(""))), -EINVAL);
    return cadre_respond_empty(req, 204);
}

START_TEST(what_jansson_refuses_is_no_answer)
{
    struct fake fake;

    one_get(no_json, false, &fake);
    ck_assert_int_eq(fake.response.status, 204);
    fake_done(&fake);
}
END_TEST

UNIT_MAIN("web/request", UNIT_CASE(urls_are_those_that_the_client_sees),
          UNIT_CASE(a_server_without_a_port_is_localhost),
          UNIT_CASE(fields_and_parameters_may_come_several_times),
          UNIT_CASE(cookies_are_cut_and_taken_out_of_their_quotes),
          UNIT_CASE(several_cookie_fields_are_one), UNIT_CASE(json_comes_and_goes),
          UNIT_CASE(what_is_no_json_is_400),
          UNIT_LOOP(a_document_that_is_nested_too_deep_is_400, 4),
          UNIT_CASE(depth_is_of_what_is_open),
          UNIT_CASE(a_handler_may_answer_in_place_of_the_refusal),
          UNIT_CASE(what_jansson_refuses_is_no_answer))
