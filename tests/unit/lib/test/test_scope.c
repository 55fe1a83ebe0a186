/* SPDX-License-Identifier: MIT */
/* From a request of the test client to a scope (test/scope.c). */
#include "tests/unit/unit.h"

#include "test/exchange.h"
#include <errno.h>
#include <string.h>

static struct cadre__test_exchange *ex;
static struct cadre_test_response *res;

static int make(const struct cadre_test_request *request, const char *path, const char *scheme,
                bool is_websocket)
{
    const struct cadre__test_url url = {.scheme = cadre_str_from(scheme),
                                        .host = {"testserver", 10},
                                        .port = 8080,
                                        .path = cadre_str_from(path),
                                        .query = {"a=1", 3}};
    const struct cadre__test_asked asked = {.url = &url,
                                            .method = "PUT",
                                            .cookies = "k=v",
                                            .root_path = "/cut",
                                            .client_address = "10.0.0.7",
                                            .number = 3,
                                            .is_websocket = is_websocket};

    res = cadre__test_response_new("PUT", path);
    ck_assert_ptr_nonnull(res);
    return cadre__test_exchange_new(request, &asked, res, &ex);
}

static const char *field(const char *name)
{
    const struct cadre__header *header = cadre__scope_header(&ex->scope, cadre_str_from(name));

    return header != NULL ? header->value.ptr : NULL;
}

static void done(void)
{
    cadre__test_exchange_free(ex);
    cadre__test_response_free(res);
}

START_TEST(the_head_is_that_of_the_request)
{
    static const char *const headers[] = {"X-A:  b\t", "Accept: text/html", NULL};
    const struct cadre_test_request request = {
        .headers = headers, .text = "tea", .type = "text/plain"};

    ck_assert_int_eq(make(&request, "/a%20b", "https", false), 0);
    ck_assert_int_eq(ex->scope.type, CADRE__SCOPE_HTTP);
    ck_assert_str_eq(ex->scope.method.ptr, "PUT");
    ck_assert_str_eq(ex->scope.scheme.ptr, "https");
    ck_assert_str_eq(ex->scope.path.ptr, "/a b");
    ck_assert_str_eq(ex->scope.raw_path.ptr, "/a%20b");
    ck_assert_str_eq(ex->scope.query.ptr, "a=1");
    ck_assert_str_eq(ex->scope.root_path.ptr, "/cut");
    ck_assert_str_eq(ex->scope.client.address.ptr, "10.0.0.7");
    ck_assert_uint_eq(ex->scope.number, 3);
    ck_assert_str_eq(field("x-a"), "b");
    ck_assert_str_eq(field("accept"), "text/html");
    ck_assert_str_eq(field("host"), "testserver:8080");
    ck_assert_str_eq(field("user-agent"), "testclient");
    ck_assert_str_eq(field("cookie"), "k=v");
    ck_assert_str_eq(field("content-type"), "text/plain");
    ck_assert_str_eq(field("content-length"), "3");
    ck_assert_ptr_null(field("upgrade"));
    done();
}
END_TEST

START_TEST(a_handshake_has_its_fields_and_what_it_offers)
{
    static const char *const offers[] = {"a", "b", NULL};
    const struct cadre_test_request request = {.subprotocols = offers};

    ck_assert_int_eq(make(&request, "/", "https", true), 0);
    ck_assert_int_eq(ex->scope.type, CADRE__SCOPE_WEBSOCKET);
    ck_assert_str_eq(ex->scope.scheme.ptr, "wss");
    ck_assert_str_eq(field("upgrade"), "websocket");
    ck_assert_str_eq(field("sec-websocket-version"), "13");
    ck_assert_str_eq(field("sec-websocket-protocol"), "a, b");
    done();
}
END_TEST

START_TEST(trailers_are_set_aside)
{
    static const char *const trailers[] = {"X-Sum: 1", NULL};
    const struct cadre_test_request request = {.trailers = trailers, .text = "x"};

    ck_assert_int_eq(make(&request, "/", "http", false), 0);
    ck_assert_ptr_null(field("x-sum"));
    ck_assert_uint_eq(ex->trailers.n, 1);
    ck_assert_str_eq(ex->trailers.list[0].name.ptr, "x-sum");
    done();
}
END_TEST

static const char *const bad_headers[] = {"x: a\r\ny: b", "x: \x01", "x y: a", "x\n: a",
                                          "gr\xc3\xbc: a"};

START_TEST(a_field_that_no_wire_would_bring_is_refused)
{
    const char *const headers[] = {"x-good: \tgr\xc3\xbc", bad_headers[_i], NULL};
    const struct cadre_test_request request = {.headers = headers},
                                    trailing = {.trailers = headers};

    ck_assert_int_eq(make(&request, "/", "http", false), -EINVAL);
    ck_assert_ptr_nonnull(strstr(res->failure, "a server answers 400"));
    cadre__test_response_free(res);
    ck_assert_int_eq(make(&trailing, "/", "http", false), -EINVAL);
    cadre__test_response_free(res);
}
END_TEST

START_TEST(what_no_server_would_take_is_refused_with_a_reason)
{
    static const char *const headers[] = {"no colon", NULL};
    const struct cadre_test_request request = {.headers = headers}, plain = {0};

    ck_assert_int_eq(make(&request, "/", "http", false), -EINVAL);
    ck_assert_ptr_nonnull(strstr(res->failure, "is not \"name: value\""));
    cadre__test_response_free(res);
    ck_assert_int_eq(make(&plain, "/%00", "http", false), -EINVAL);
    ck_assert_ptr_nonnull(strstr(res->failure, "a server answers 400"));
    cadre__test_response_free(res);
}
END_TEST

UNIT_MAIN("test/scope", UNIT_CASE(the_head_is_that_of_the_request),
          UNIT_CASE(a_handshake_has_its_fields_and_what_it_offers),
          UNIT_CASE(trailers_are_set_aside),
          UNIT_LOOP(a_field_that_no_wire_would_bring_is_refused,
                    sizeof(bad_headers) / sizeof(bad_headers[0])),
          UNIT_CASE(what_no_server_would_take_is_refused_with_a_reason))
