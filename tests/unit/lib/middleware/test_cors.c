/* SPDX-License-Identifier: MIT */
/* Who may use a module from other origins, by the test client (middleware/cors.c). */
#include "tests/unit/lib/middleware/layered.h"

#include "base/log.h"
#include <cadre.h>
#include <cadre/test.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int hello(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "hello");
}

static int broken(struct cadre_request *req)
{
    (void)req;
    return -EIO;
}

static const struct cadre_route routes[] = {CADRE_GET("/", hello), CADRE_PUT("/", hello),
                                            CADRE_GET("/broken", broken), CADRE_ROUTES_END};

static const struct cadre_cors_options some = {
    .allow_origins = CADRE_STRINGS("https://app.example.org", "http://localhost:3000"),
    .allow_methods = CADRE_STRINGS("GET", "PUT"),
    .allow_headers = CADRE_STRINGS("X-Token", "accept"),
    .expose_headers = CADRE_STRINGS("X-Total", "X-Page"),
    .max_age_s = 60,
};
static const struct cadre_cors_options all = {.allow_origins = CADRE_STRINGS("*"),
                                              .allow_methods = CADRE_STRINGS("*"),
                                              .allow_headers = CADRE_STRINGS("*"),
                                              .max_age_s = UINT32_MAX};
static const struct cadre_cors_options signed_in = {
    .allow_origins = CADRE_STRINGS("*"), .allow_credentials = true, .allow_private_network = true};
static const struct cadre_cors_options by_regex = {.allow_origin_regex =
                                                       "https://[a-z]+\\.example\\.org"};
static const struct cadre_cors_options none = {.max_age_s = 5};

static struct cadre_test_client *client_with(const struct cadre_cors_options *options)
{
    return layered_open(routes, &cadre_cors, options, NULL);
}

static const struct cadre_test_response *ask(struct cadre_test_client *client, const char *method,
                                             const char *target, const char *const *fields)
{
    const char *headers[8] = {NULL};

    for (size_t i = 0; i < 7 && fields[i] != NULL; i++)
        headers[i] = fields[i];
    return cadre_test_request(client, .method = method, .target = target, .headers = headers);
}

/* --- preflights --- */

#define METHOD(m)  "Access-Control-Request-Method: " m
#define HEADERS(h) "Access-Control-Request-Headers: " h

static const struct {
    const struct cadre_cors_options *options;
    const char *fields[5];
    int status;
    const char *body, *origin, *methods, *headers, *credentials, *vary;
} preflights[] = {
    {&some,
     {"Origin: https://app.example.org", METHOD("PUT"), HEADERS("x-token, Content-Type")},
     200,
     "OK",
     "https://app.example.org",
     "GET, PUT",
     "Accept, Accept-Language, Content-Language, Content-Type, X-Token",
     NULL,
     "Origin"},
    {&some,
     {"Origin: https://evil.example", METHOD("GET")},
     400,
     "Disallowed CORS origin",
     NULL,
     "GET, PUT",
     "Accept, Accept-Language, Content-Language, Content-Type, X-Token",
     NULL,
     "Origin"},
    {&some,
     {"Origin: https://evil.example", METHOD("DELETE"), HEADERS("X-Other")},
     400,
     "Disallowed CORS origin, method, headers",
     NULL,
     "GET, PUT",
     "Accept, Accept-Language, Content-Language, Content-Type, X-Token",
     NULL,
     "Origin"},
    {&some,
     {"Origin: http://localhost:3000", METHOD("GET"),
      "Access-Control-Request-Private-Network: true"},
     400,
     "Disallowed CORS private-network",
     "http://localhost:3000",
     "GET, PUT",
     "Accept, Accept-Language, Content-Language, Content-Type, X-Token",
     NULL,
     "Origin"},
    {&all,
     {"Origin: https://any.example", METHOD("DELETE"), HEADERS("X-One, X-Two")},
     200,
     "OK",
     "*",
     "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
     "X-One, X-Two",
     NULL,
     NULL},
    {&signed_in,
     {"Origin: https://any.example", METHOD("GET"), "Access-Control-Request-Private-Network: true"},
     200,
     "OK",
     "https://any.example",
     "GET",
     "Accept, Accept-Language, Content-Language, Content-Type",
     "true",
     "Origin"},
    {&by_regex,
     {"Origin: https://a.example.org", METHOD("GET")},
     200,
     "OK",
     "https://a.example.org",
     "GET",
     "Accept, Accept-Language, Content-Language, Content-Type",
     NULL,
     "Origin"},
    {&by_regex,
     {"Origin: https://a.example.org.evil", METHOD("GET")},
     400,
     "Disallowed CORS origin",
     NULL,
     "GET",
     "Accept, Accept-Language, Content-Language, Content-Type",
     NULL,
     "Origin"},
    {&none,
     {"Origin: https://a.example.org", METHOD("GET")},
     400,
     "Disallowed CORS origin",
     NULL,
     "GET",
     "Accept, Accept-Language, Content-Language, Content-Type",
     NULL,
     "Origin"},
};

START_TEST(preflights_are_answered_before_routing)
{
    struct cadre_test_client *client = client_with(preflights[_i].options);
    const struct cadre_test_response *res =
        ask(client, "OPTIONS", "/no/such/path", preflights[_i].fields);

    cadre_assert_status(res, preflights[_i].status);
    cadre_assert_body(res, preflights[_i].body);
    cadre_assert_header(res, "access-control-allow-origin", preflights[_i].origin);
    cadre_assert_header(res, "access-control-allow-methods", preflights[_i].methods);
    cadre_assert_header(res, "access-control-allow-headers", preflights[_i].headers);
    cadre_assert_header(res, "access-control-allow-credentials", preflights[_i].credentials);
    cadre_assert_header(res, "vary", preflights[_i].vary);
    cadre_assert_header(res, "access-control-max-age",
                        preflights[_i].options == &some   ? "60"
                        : preflights[_i].options == &all  ? "0"
                        : preflights[_i].options == &none ? "5"
                                                          : "600");
    cadre_assert_header(res, "access-control-allow-private-network",
                        preflights[_i].options == &signed_in ? "true" : NULL);
    cadre_test_close(client);
}
END_TEST

/* --- other requests --- */

static const struct {
    const struct cadre_cors_options *options;
    const char *method, *target, *field;
    int status;
    const char *origin, *credentials, *vary;
} simple[] = {
    {&some, "GET", "/", "Origin: https://app.example.org", 200, "https://app.example.org", NULL,
     "Origin"},
    {&some, "GET", "/", "Origin: https://evil.example", 200, NULL, NULL, "Origin"},
    {&some, "GET", "/", "X-No: origin", 200, NULL, NULL, "Origin"},
    {&all, "GET", "/", "X-No: origin", 200, NULL, NULL, NULL},
    {&some, "GET", "/broken", "Origin: https://app.example.org", 500, "https://app.example.org",
     NULL, "accept, Origin"},
    {&some, "GET", "/none", "Origin: https://app.example.org", 404, "https://app.example.org", NULL,
     "accept, Origin"},
    {&some, "DELETE", "/", "Origin: https://app.example.org", 405, "https://app.example.org", NULL,
     "accept, Origin"},
    {&some, "OPTIONS", "/", "Origin: https://app.example.org", 204, "https://app.example.org", NULL,
     "Origin"},
    {&all, "GET", "/", "Origin: https://evil.example", 200, "*", NULL, NULL},
    {&signed_in, "GET", "/", "Origin: https://any.example", 200, "https://any.example", "true",
     "Origin"},
};

START_TEST(responses_say_who_may_read_them)
{
    const char *const fields[] = {simple[_i].field, NULL};
    struct cadre_test_client *client = client_with(simple[_i].options);
    const struct cadre_test_response *res =
        ask(client, simple[_i].method, simple[_i].target, fields);
    bool is_told = simple[_i].options == &some && strncmp(simple[_i].field, "Origin", 6) == 0;

    cadre_assert_status(res, simple[_i].status);
    cadre_assert_header(res, "access-control-allow-origin", simple[_i].origin);
    cadre_assert_header(res, "access-control-allow-credentials", simple[_i].credentials);
    cadre_assert_header(res, "vary", simple[_i].vary);
    cadre_assert_header(res, "access-control-expose-headers", is_told ? "X-Total, X-Page" : NULL);
    cadre_test_close(client);
}
END_TEST

/* --- options --- */

static const struct cadre_cors_options with_path = {.allow_origins =
                                                        CADRE_STRINGS("https://app.example.org/")};
static const struct cadre_cors_options bare = {.allow_origins = CADRE_STRINGS("example.org")};
static const struct cadre_cors_options bad_regex = {.allow_origin_regex = "https://("};

static const struct cadre_cors_options split = {
    .allow_origins = CADRE_STRINGS("https://example.org\r\nset-cookie: a=b")};
static const struct cadre_cors_options spaced = {.allow_origins =
                                                     CADRE_STRINGS("https://a.org https://b.org")};
static const struct cadre_cors_options shouted = {.allow_origins =
                                                      CADRE_STRINGS("https://App.example.org")};
static const struct cadre_cors_options usual_port = {.allow_origins =
                                                         CADRE_STRINGS("https://example.org:443")};
static const struct cadre_cors_options split_header = {
    .allow_origins = CADRE_STRINGS("*"),
    .allow_headers = CADRE_STRINGS("*", "x-a\r\nset-cookie: a=b")};
static const struct cadre_cors_options joined_header = {
    .allow_origins = CADRE_STRINGS("*"), .expose_headers = CADRE_STRINGS("x-total, x-page")};
static const struct cadre_cors_options split_method = {.allow_origins = CADRE_STRINGS("*"),
                                                       .allow_methods = CADRE_STRINGS("GET\n")};

static const struct {
    const struct cadre_cors_options *options;
    const char *why;
} wrong[] = {
    {NULL, "it has no options"},
    {&with_path, "\"https://app.example.org/\" is not an origin"},
    {&bare, "\"example.org\" is not an origin"},
    {&bad_regex, "allow_origin_regex: at offset "},
    {&split, "allow_origins: \"https://example.org"},
    {&spaced, "\"https://a.org https://b.org\" is not an origin"},
    {&shouted, "\"https://App.example.org\": browsers write it in small letters"},
    {&usual_port, "\"https://example.org:443\": browsers leave the scheme's own port out"},
    {&split_header, "allow_headers: \"x-a"},
    {&joined_header, "expose_headers: \"x-total, x-page\" is not the name of a field"},
    {&split_method, "allow_methods: \"GET"},
};

START_TEST(wrong_options_are_refused)
{
    layered_refused(&cadre_cors, wrong[_i].options, wrong[_i].why);
}
END_TEST

UNIT_MAIN("middleware/cors",
          UNIT_LOOP(preflights_are_answered_before_routing,
                    sizeof(preflights) / sizeof(preflights[0])),
          UNIT_LOOP(responses_say_who_may_read_them, sizeof(simple) / sizeof(simple[0])),
          UNIT_LOOP(wrong_options_are_refused, sizeof(wrong) / sizeof(wrong[0])))
