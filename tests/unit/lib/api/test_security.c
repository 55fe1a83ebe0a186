/* SPDX-License-Identifier: MIT */
/* Security schemes, by the test client (api/security.c). */
#include "tests/unit/lib/api/typed_test.h"

#include "api/security.h"

/* --- schemes --- */

static CADRE_HTTP_BASIC(basic);
static CADRE_HTTP_BASIC(basic_realm, .realm = "staff only");
static CADRE_HTTP_BASIC(basic_or_none, .no_auto_error = true);
static CADRE_HTTP_BEARER(bearer, .bearer_format = "JWT");
static CADRE_HTTP_BEARER(bearer_or_none, .no_auto_error = true);
static CADRE_HTTP_DIGEST(digest);
static CADRE_HTTP_DIGEST(digest_realm, .realm = "staff only");
static CADRE_HTTP_DIGEST(digest_or_none, .no_auto_error = true);
static CADRE_API_KEY_HEADER(key_header, "X-Key");
static CADRE_API_KEY_QUERY(key_query, "key");
static CADRE_API_KEY_COOKIE(key_cookie, "key");
static CADRE_API_KEY_COOKIE(key_or_none, "key", .no_auto_error = true);
static CADRE_OAUTH2_PASSWORD(oauth2, "token",
                             .scopes = CADRE_SECURITY_SCOPES({"items", "Read items"},
                                                             {"me", "Who one is"}));
static CADRE_OAUTH2_CODE(code, "https://example.org/authorize", "https://example.org/token",
                         .refresh_url = "https://example.org/refresh");
static CADRE_OPENID_CONNECT(openid, "https://example.org/.well-known/openid-configuration",
                            .scheme_name = "Staff");

static int answer(struct cadre_request *req, const char *text)
{
    return cadre_respond_text(req, 200, text != NULL ? text : "(nobody)");
}

static int say_user(struct cadre_request *req, const struct cadre_dependency *scheme)
{
    const struct cadre_basic_credentials *sent = cadre_dependency_value(req, scheme);

    return answer(
        req, sent == NULL ? NULL : cadre_printf(req, "[%s][%s]", sent->username, sent->password));
}

#define SAYS_USER(name_)                                                                           \
    static int say_##name_(struct cadre_request *req)                                              \
    {                                                                                              \
        return say_user(req, &(name_));                                                            \
    }
#define SAYS_TEXT(name_)                                                                           \
    static int say_##name_(struct cadre_request *req)                                              \
    {                                                                                              \
        return answer(req, cadre_dependency_value(req, &(name_)));                                 \
    }
SAYS_USER(basic)
SAYS_USER(basic_realm)
SAYS_USER(basic_or_none)
SAYS_TEXT(bearer)
SAYS_TEXT(bearer_or_none)
SAYS_TEXT(digest)
SAYS_TEXT(digest_realm)
SAYS_TEXT(digest_or_none)
SAYS_TEXT(key_header)
SAYS_TEXT(key_query)
SAYS_TEXT(key_cookie)
SAYS_TEXT(key_or_none)
SAYS_TEXT(oauth2)
SAYS_TEXT(code)
SAYS_TEXT(openid)

#define ROUTE(name_)                                                                               \
    CADRE_GET("/" #name_, say_##name_, .dependencies = CADRE_DEPENDENCIES(&(name_)))

/* A scheme in a thread's handler, as a member of parameters. */
struct key_params {
    const char *key;
};
static const struct cadre_field key_fields[] = {
    CADRE_DEPENDS(struct key_params, key, key_header),
    CADRE_FIELDS_END,
};
CADRE_MODEL(key_params, struct key_params, key_fields);

static int say_param(struct cadre_request *req)
{
    return answer(req, ((const struct key_params *)cadre_params(req))->key);
}

static const struct cadre_route routes[] = {
    ROUTE(basic),          ROUTE(basic_realm),
    ROUTE(basic_or_none),  ROUTE(bearer),
    ROUTE(bearer_or_none), ROUTE(digest),
    ROUTE(digest_realm),   ROUTE(digest_or_none),
    ROUTE(key_header),     ROUTE(key_query),
    ROUTE(key_cookie),     ROUTE(key_or_none),
    ROUTE(oauth2),         ROUTE(code),
    ROUTE(openid),         CADRE_GET("/param", say_param, .params = &key_params, .sync = true),
    CADRE_ROUTES_END,
};

static const struct {
    const char *path, *header, *answer, *challenge; /* no answer: 401 */
} scheme_rows[] = {
    /* HTTP basic: RFC 7617 */
    {"/basic", "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "[Aladdin][open sesame]"},
    {"/basic", "Authorization: bAsIc QTo=", "[A][]"},
    {"/basic", "Authorization: Basic OmI=", "[][b]"},
    {"/basic", "Authorization: Basic YTpiOmM=", "[a][b:c]"},
    {"/basic", "Authorization: Basic dGVzdDoxMjPCow==", "[test][123\xc2\xa3]"},
    {"/basic", "Authorization: Basic   YTpi", "[a][b]"},
    {"/basic", NULL, NULL, "Basic"},
    {"/basic", "Authorization: Basic", NULL, "Basic"},
    {"/basic", "Authorization: Basic YWI=", NULL, "Basic"},  /* no colon */
    {"/basic", "Authorization: Basic YTpi=", NULL, "Basic"}, /* padding too much */
    {"/basic", "Authorization: Basic QTo", NULL, "Basic"},   /* and too little */
    {"/basic", "Authorization: Basic Q!o=", NULL, "Basic"},  /* a strange digit */
    {"/basic", "Authorization: Basic ====", NULL, "Basic"},  /* nothing else */
    {"/basic", "Authorization: Basic YToA", NULL, "Basic"},  /* a NUL */
    {"/basic", "Authorization: Basic YTr/", NULL, "Basic"},  /* not UTF-8 */
    {"/basic", "Authorization: Bearer YTpi", NULL, "Basic"}, /* another scheme */
    {"/basic", "Authorization: BasicYTpi", NULL, "Basic"},   /* */
    {"/basic_realm", NULL, NULL, "Basic realm=\"staff only\""},
    {"/basic_or_none", NULL, "(nobody)"},
    {"/basic_or_none", "Authorization: Bearer x", "(nobody)"},
    {"/basic_or_none", "Authorization: Basic x", NULL, "Basic"},
    /* tokens: RFC 6750 */
    {"/bearer", "Authorization: Bearer abc.def", "abc.def"},
    {"/bearer", "Authorization: bearer  x ", "x"},
    {"/bearer", NULL, NULL, "Bearer"},
    {"/bearer", "Authorization: Bearer", NULL, "Bearer"},
    {"/bearer", "Authorization: Bearer ", NULL, "Bearer"},
    {"/bearer", "Authorization: Token x", NULL, "Bearer"},
    {"/bearer", "Authorization: Bearerx y", NULL, "Bearer"},
    {"/bearer_or_none", "Authorization: Token x", "(nobody)"},
    {"/bearer_or_none", "Authorization: Bearer x", "x"},
    {"/oauth2", "Authorization: Bearer x", "x"},
    {"/oauth2", NULL, NULL, "Bearer"},
    {"/code", "Authorization: Bearer x", "x"},
    {"/code", "Authorization: Basic YTpi", NULL, "Bearer"},
    {"/openid", "Authorization: Bearer x", "x"},
    {"/openid", NULL, NULL, "Bearer"},
    /* digests: RFC 7616; what they say is for the module */
    {"/digest", "Authorization: Digest username=\"a\", uri=\"/\"", "username=\"a\", uri=\"/\""},
    {"/digest", "Authorization: dIGEST  x ", "x"},
    {"/digest", NULL, NULL, "Digest"},
    {"/digest", "Authorization: Digest", NULL, "Digest"},
    {"/digest", "Authorization: Digest ", NULL, "Digest"},
    {"/digest", "Authorization: Basic YTpi", NULL, "Digest"},
    {"/digest", "Authorization: Digests x", NULL, "Digest"},
    {"/digest_realm", NULL, NULL, "Digest realm=\"staff only\""},
    {"/digest_or_none", "Authorization: Bearer x", "(nobody)"},
    {"/digest_or_none", "Authorization: Digest x", "x"},
    /* keys */
    {"/key_header", "x-key: secret", "secret"},
    {"/key_header", "X-Key: ", NULL, "APIKey"},
    {"/key_header", "Authorization: secret", NULL, "APIKey"},
    {"/key_query?key=a%20b", NULL, "a b"},
    {"/key_query?key=a&key=b", NULL, "b"},
    {"/key_query?key=", NULL, NULL, "APIKey"},
    {"/key_query", NULL, NULL, "APIKey"},
    {"/key_cookie", "Cookie: a=b; key=secret", "secret"},
    {"/key_cookie", "Cookie: key=", NULL, "APIKey"},
    {"/key_cookie", NULL, NULL, "APIKey"},
    {"/key_or_none", NULL, "(nobody)"},
    {"/key_or_none", "Cookie: key=k", "k"},
    {"/param", "X-Key: secret", "secret"},
    {"/param", NULL, NULL, "APIKey"},
};

START_TEST(scheme_takes_its_credential)
{
    const char *headers[] = {scheme_rows[_i].header, NULL};
    const struct cadre_test_request request = {.target = scheme_rows[_i].path, .headers = headers};
    struct cadre_test_client *client = typed_open(routes);
    const struct cadre_test_response *res = cadre_test_send(client, &request);

    if (scheme_rows[_i].answer != NULL) {
        cadre_assert_status(res, 200);
        cadre_assert_body(res, scheme_rows[_i].answer);
        cadre_assert_header(res, "www-authenticate", NULL);
    } else {
        cadre_assert_status(res, 401);
        cadre_assert_body(res, "{\"detail\":\"Not authenticated\"}");
        cadre_assert_header(res, "content-type", "application/json");
        cadre_assert_header(res, "www-authenticate", scheme_rows[_i].challenge);
    }
    cadre_test_close(client);
}
END_TEST

START_TEST(scheme_is_named_after_its_kind)
{
    ck_assert_str_eq(cadre__security_scheme_name(basic.scheme), "HTTPBasic");
    ck_assert_str_eq(cadre__security_scheme_name(bearer.scheme), "HTTPBearer");
    ck_assert_str_eq(cadre__security_scheme_name(digest.scheme), "HTTPDigest");
    ck_assert_str_eq(cadre__security_scheme_name(key_header.scheme), "APIKeyHeader");
    ck_assert_str_eq(cadre__security_scheme_name(oauth2.scheme), "OAuth2PasswordBearer");
    ck_assert_str_eq(cadre__security_scheme_name(code.scheme), "OAuth2AuthorizationCodeBearer");
    ck_assert_str_eq(cadre__security_scheme_name(openid.scheme), "Staff");
}
END_TEST

/* --- what is no scheme --- */

static int make_nothing(struct cadre_request *req, const void *params, void **ret)
{
    (void)req;
    (void)params;
    (void)ret;
    return 0;
}

#define BAD(symbol_, ...)                                                                          \
    static const struct cadre_dependency symbol_ = {                                               \
        .size = sizeof(struct cadre_dependency), .name = #symbol_, __VA_ARGS__}
#define SCHEME(...)                                                                                \
    .scheme = &(const struct cadre_security_scheme)                                                \
    {                                                                                              \
        .size = sizeof(struct cadre_security_scheme), __VA_ARGS__                                  \
    }
BAD(no_type, SCHEME(.type = CADRE_SECURITY_NONE));
BAD(no_size, .scheme = &(const struct cadre_security_scheme){.type = CADRE_SECURITY_HTTP_BASIC});
BAD(no_key, SCHEME(.type = CADRE_SECURITY_API_KEY_QUERY));
BAD(strange_key, SCHEME(.type = CADRE_SECURITY_API_KEY_HEADER, .key_name = "X Key"));
BAD(no_token_url, SCHEME(.type = CADRE_SECURITY_OAUTH2_PASSWORD));
BAD(no_url, SCHEME(.type = CADRE_SECURITY_OAUTH2_CODE, .token_url = "/token"));
BAD(same_scopes, SCHEME(.type = CADRE_SECURITY_OAUTH2_PASSWORD, .token_url = "/token",
                        .scopes = CADRE_SECURITY_SCOPES({"a"}, {"b"}, {"a"})));
BAD(no_discovery, SCHEME(.type = CADRE_SECURITY_OPENID_CONNECT));
BAD(bad_realm, SCHEME(.type = CADRE_SECURITY_HTTP_BASIC, .realm = "a\"b"));
BAD(bad_digest_realm, SCHEME(.type = CADRE_SECURITY_HTTP_DIGEST, .realm = "a\nb"));
BAD(bad_scope, SCHEME(.type = CADRE_SECURITY_OAUTH2_PASSWORD, .token_url = "/token",
                      .scopes = CADRE_SECURITY_SCOPES({"items"}, {"an item"})));
BAD(with_function, SCHEME(.type = CADRE_SECURITY_HTTP_BASIC), .resolve = make_nothing);
static const struct cadre_dependency stands_for_itself = {
    .size = sizeof(struct cadre_dependency), .name = "stands_for_itself", .of = &stands_for_itself};

static const struct {
    const struct cadre_dependency *dependency;
    const char *why;
} bad_rows[] = {
    {&no_type, "dependency \"no_type\": its security scheme is of no type that there is"},
    {&no_size,
     "dependency \"no_size\": its scheme was not made by the macros of <cadre/security.h>, "
     "or with other headers: build it anew"},
    {&no_key,
     "dependency \"no_key\": its key has no name: say which header, parameter or cookie it "
     "is in"},
    {&strange_key, "dependency \"strange_key\": its key's name is no token (RFC 9110 §5.6.2)"},
    {&no_token_url, "dependency \"no_token_url\": it has no token URL"},
    {&no_url, "dependency \"no_url\": it has no authorization URL"},
    {&same_scopes, "dependency \"same_scopes\": it offers a scope twice"},
    {&no_discovery, "dependency \"no_discovery\": it has no URL of a discovery document"},
    {&bad_realm, "dependency \"bad_realm\": its realm holds '\"', '\\' or control characters"},
    {&bad_digest_realm,
     "dependency \"bad_digest_realm\": its realm holds '\"', '\\' or control characters"},
    {&bad_scope, "dependency \"bad_scope\": one of its scopes is none: visible ASCII but '\"' and "
                 "'\\', one byte at least (RFC 6749 §3.3)"},
    {&with_function, "dependency \"with_function\": it is a security scheme and nothing else: have "
                     "another dependency need it"},
    {&stands_for_itself,
     "dependency \"stands_for_itself\": it stands for others that stand for it: "
     "break the circle"},
};

START_TEST(bad_scheme_is_refused_at_load)
{
    const struct cadre_dependency *const needs[] = {bad_rows[_i].dependency, NULL};
    const struct cadre_route table[] = {CADRE_GET("/", say_bearer, .dependencies = needs),
                                        CADRE_ROUTES_END};
    const struct cadre_module module = {.routes = table};
    const struct cadre_test_module one = {.module = &module};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1};
    struct cadre_test_client *client = NULL;
    char why[2000] = "";

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_int_lt(cadre_test_open(&app, why, sizeof(why), &client), 0);
    ck_assert_msg(strstr(why, bad_rows[_i].why) != NULL, "%s", why);
}
END_TEST

/* --- for all of a module --- */

struct page_params {
    int page;
};
static const struct cadre_field page_fields[] = {
    CADRE_QUERY(struct page_params, page),
    CADRE_FIELDS_END,
};
CADRE_MODEL(page_params, struct page_params, page_fields);

static const struct cadre_route closed_routes[] = {
    CADRE_GET("/page", say_key_header, .params = &page_params),
    CADRE_ROUTES_END,
};

/* Who is not let in is not told what else is wrong. */
START_TEST(module_may_ask_for_a_key_everywhere)
{
    static const char *const with_key[] = {"X-Key: k", NULL};
    const struct cadre_module module = {.routes = closed_routes,
                                        .dependencies = CADRE_DEPENDENCIES(&key_header)};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    struct cadre_test_request request = {.target = "/page?page=x"};
    const struct cadre_test_response *res = cadre_test_send(client, &request);

    cadre_assert_status(res, 401);
    cadre_assert_header(res, "www-authenticate", "APIKey");
    request.headers = with_key;
    cadre_assert_status(cadre_test_send(client, &request), 422);
    request.target = "/page?page=1";
    cadre_assert_body(cadre_test_send(client, &request), "k");
    cadre_test_close(client);
}
END_TEST

/* --- WebSockets --- */

static int talk(struct cadre_request *req)
{
    return cadre_websocket_accept(req, NULL);
}

static const struct cadre_route websocket_routes[] = {
    CADRE_WEBSOCKET("/talk", talk, .dependencies = CADRE_DEPENDENCIES(&bearer)),
    CADRE_ROUTES_END,
};

/* The handshake is answered as a request would be. */
START_TEST(handshake_needs_its_token_too)
{
    static const char *const token[] = {"Authorization: Bearer t", NULL};
    struct cadre_test_client *client = typed_open(websocket_routes);
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/talk");
    const struct cadre_test_response *res = cadre_test_websocket_response(ws);

    cadre_assert_status(res, 401);
    cadre_assert_header(res, "www-authenticate", "Bearer");
    cadre_assert_body(res, "{\"detail\":\"Not authenticated\"}");
    cadre_test_websocket_end(ws);
    ws = cadre_test_websocket(client, .target = "/talk", .headers = token);
    cadre_assert_status(cadre_test_websocket_response(ws), 101);
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

/* --- helpers --- */

START_TEST(secrets_are_equal_only_when_all_of_them_is)
{
    ck_assert(cadre_secret_equal("secret", "secret"));
    ck_assert(cadre_secret_equal("", ""));
    ck_assert(!cadre_secret_equal("secret", "Secret"));
    ck_assert(!cadre_secret_equal("secre", "secret"));
    ck_assert(!cadre_secret_equal("secretsecret", "secret"));
    ck_assert(!cadre_secret_equal("", "secret"));
    ck_assert(!cadre_secret_equal("secret", ""));
    ck_assert(!cadre_secret_equal(NULL, "secret"));
    ck_assert(!cadre_secret_equal("secret", NULL));
    ck_assert(!cadre_secret_equal(NULL, NULL));
}
END_TEST

static int fail_strangely(struct cadre_request *req)
{
    ck_assert_int_eq(cadre_security_fail(req, 404, NULL, NULL), -EINVAL);
    return cadre_security_fail(req, 401, NULL, NULL);
}

START_TEST(failing_is_for_401_and_403)
{
    static const struct cadre_route table[] = {CADRE_GET("/", fail_strangely), CADRE_ROUTES_END};
    struct cadre_test_client *client = typed_open(table);
    const struct cadre_test_response *res = cadre_test_get(client, "/");

    cadre_assert_status(res, 401);
    cadre_assert_header(res, "www-authenticate", "Bearer");
    cadre_assert_body(res, "{\"detail\":\"Not authenticated\"}");
    cadre_test_close(client);
}
END_TEST

UNIT_MAIN("api/security", UNIT_LOOP(scheme_takes_its_credential, TYPED_COUNT(scheme_rows)),
          UNIT_CASE(scheme_is_named_after_its_kind),
          UNIT_LOOP(bad_scheme_is_refused_at_load, TYPED_COUNT(bad_rows)),
          UNIT_CASE(module_may_ask_for_a_key_everywhere), UNIT_CASE(handshake_needs_its_token_too),
          UNIT_CASE(secrets_are_equal_only_when_all_of_them_is),
          UNIT_CASE(failing_is_for_401_and_403))
