/* SPDX-License-Identifier: MIT */
/* Sessions, by the test client (middleware/session.c). */
#include "config.h"

#include "tests/unit/lib/middleware/layered.h"

#include "base/log.h"
#include <cadre.h>
#include <cadre/test.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#ifdef HAVE_OPENSSL

/* --- handlers --- */

static int set(struct cadre_request *req)
{
    json_t *session = cadre_session(req);

    if (session == NULL || json_object_set_new(session, cadre_path_param(req, "name"),
                                               json_string(cadre_path_param(req, "value"))) < 0)
        return -ENOMEM;
    return cadre_respond_text(req, 200, "set");
}

static int get(struct cadre_request *req)
{
    const json_t *session = cadre_session(req);

    return session != NULL ? cadre_respond_json(req, 200, session) : -errno;
}

static int clear(struct cadre_request *req)
{
    json_object_clear(cadre_session(req));
    return cadre_respond_text(req, 200, "cleared");
}

static int ignore(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "nothing");
}

static int large(struct cadre_request *req)
{
    char text[4000];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    if (json_object_set_new(cadre_session(req), "text", json_string(text)) < 0)
        return -ENOMEM;
    return cadre_respond_text(req, 200, "large");
}

static const struct cadre_route routes[] = {
    CADRE_GET("/set/{name}/{value}", set),
    CADRE_GET("/sync/{name}/{value}", set, .sync = true),
    CADRE_GET("/get", get),
    CADRE_GET("/clear", clear),
    CADRE_GET("/ignore", ignore),
    CADRE_GET("/large", large),
    CADRE_ROUTES_END,
};

static const struct cadre_session_options usual = {
    .keys = CADRE_STRINGS("0123456789abcdef0123456789abcdef")};
static const struct cadre_session_options rotated = {
    .keys = CADRE_STRINGS("a new key, that is 32 bytes long", "0123456789abcdef0123456789abcdef")};
static const struct cadre_session_options changed = {
    .keys = CADRE_STRINGS("a new key, that is 32 bytes long")};

static struct cadre_test_client *client_with(const struct cadre_session_options *options)
{
    return layered_open(routes, &cadre_sessions, options, NULL);
}

START_TEST(a_session_is_kept_with_the_client)
{
    struct cadre_test_client *client = client_with(&usual);
    const struct cadre_test_response *res = cadre_test_get(client, "/get");

    cadre_assert_body(res, "{}");
    cadre_assert_header(res, "set-cookie", NULL);
    cadre_assert_header(res, "vary", "Cookie");
    res = cadre_test_get(client, "/set/user/ada");
    cadre_assert_status(res, 200);
    ck_assert_ptr_nonnull(strstr(cadre_test_header(res, "set-cookie"), "; Path=/"));
    ck_assert_ptr_nonnull(strstr(cadre_test_header(res, "set-cookie"), "; Max-Age=1209600"));
    ck_assert_ptr_nonnull(strstr(cadre_test_header(res, "set-cookie"), "; HttpOnly"));
    ck_assert_ptr_nonnull(strcasestr(cadre_test_header(res, "set-cookie"), "; SameSite=lax"));
    cadre_assert_body(cadre_test_get(client, "/get"), "{\"user\":\"ada\"}");
    cadre_assert_header(cadre_test_get(client, "/get"), "set-cookie", NULL);
    cadre_assert_header(cadre_test_get(client, "/set/user/ada"), "set-cookie", NULL);
    cadre_assert_status(cadre_test_get(client, "/sync/b/c"), 200);
    cadre_assert_body(cadre_test_get(client, "/get"), "{\"b\":\"c\",\"user\":\"ada\"}");
    res = cadre_test_get(client, "/ignore");
    cadre_assert_header(res, "vary", NULL);
    cadre_assert_header(res, "set-cookie", NULL);
    cadre_test_close(client);
}
END_TEST

START_TEST(one_that_is_emptied_goes)
{
    struct cadre_test_client *client = client_with(&usual);

    cadre_assert_header(cadre_test_get(client, "/clear"), "set-cookie", NULL);
    cadre_assert_status(cadre_test_get(client, "/set/user/ada"), 200);
    ck_assert_ptr_nonnull(cadre_test_cookie(client, "session"));
    cadre_assert_status(cadre_test_get(client, "/clear"), 200);
    ck_assert_ptr_null(cadre_test_cookie(client, "session"));
    cadre_assert_body(cadre_test_get(client, "/get"), "{}");
    cadre_test_close(client);
}
END_TEST

/* What another server makes of the cookie of the usual one. */
static const struct {
    const struct cadre_session_options *options;
    int cut; /* bytes of the cookie that are left out, from its end */
    const char *body;
} replays[] = {
    {&usual, 0, "{\"user\":\"ada\"}"},
    {&rotated, 0, "{\"user\":\"ada\"}"},
    {&changed, 0, "{}"},
    {&usual, 1, "{}"},
    {&usual, 44, "{}"},
};

START_TEST(keys_change_and_forgeries_do_not_count)
{
    struct cadre_test_client *client = client_with(&usual);
    char cookie[300], field[400];

    cadre_assert_status(cadre_test_get(client, "/set/user/ada"), 200);
    snprintf(cookie, sizeof(cookie), "%s", cadre_test_cookie(client, "session"));
    cadre_test_close(client);
    snprintf(field, sizeof(field), "%.*s", (int)strlen(cookie) - replays[_i].cut, cookie);
    client = client_with(replays[_i].options);
    ck_assert_int_eq(cadre_test_set_cookie(client, "session", field), 0);
    cadre_assert_body(cadre_test_get(client, "/get"), replays[_i].body);
    if (replays[_i].options == &rotated) {
        cadre_assert_status(cadre_test_get(client, "/set/b/c"), 200); /* by the new key */
        snprintf(field, sizeof(field), "%s", cadre_test_cookie(client, "session"));
        cadre_test_close(client);
        client = client_with(&changed);
        ck_assert_int_eq(cadre_test_set_cookie(client, "session", field), 0);
        cadre_assert_body(cadre_test_get(client, "/get"), "{\"b\":\"c\",\"user\":\"ada\"}");
    }
    cadre_test_close(client);
}
END_TEST

START_TEST(one_that_is_too_large_is_not_sent)
{
    struct cadre_test_client *client = client_with(&usual);
    const struct cadre_test_response *res = cadre_test_get(client, "/large");

    cadre_assert_status(res, 200);
    cadre_assert_header(res, "set-cookie", NULL);
    cadre_test_close(client);
}
END_TEST

static const struct cadre_session_options by_env = {.keys_env = "UNIT_SESSION_KEYS",
                                                    .cookie = "s",
                                                    .max_age_s = -1,
                                                    .secure = true,
                                                    .path = "/get"};

START_TEST(keys_come_from_the_environment)
{
    struct cadre_test_client *client;
    const struct cadre_test_response *res;

    ck_assert_int_eq(setenv("UNIT_SESSION_KEYS", "0123456789abcdefx, 0123456789abcdefy", 1), 0);
    client = client_with(&by_env);
    res = cadre_test_get(client, "/set/user/ada");
    ck_assert_ptr_nonnull(strstr(cadre_test_header(res, "set-cookie"), "s="));
    ck_assert_ptr_nonnull(strstr(cadre_test_header(res, "set-cookie"), "; Secure"));
    ck_assert_ptr_nonnull(strstr(cadre_test_header(res, "set-cookie"), "; Path=/get"));
    ck_assert_ptr_null(strstr(cadre_test_header(res, "set-cookie"), "Max-Age"));
    cadre_test_close(client);
}
END_TEST

static const struct cadre_session_options no_key = {.max_age_s = 5};
static const struct cadre_session_options short_key = {
    .keys = CADRE_STRINGS("0123456789abcdef0123456789abcdef", "short")};
static const struct cadre_session_options no_env = {.keys_env = "UNIT_NO_SUCH_VARIABLE"};

static const struct cadre_session_options insecure = {.keys = CADRE_STRINGS("0123456789abcdef"),
                                                      .same_site = CADRE_SAME_SITE_NONE};
static const struct cadre_session_options no_token = {.keys = CADRE_STRINGS("0123456789abcdef"),
                                                      .cookie = "my session"};
static const struct cadre_session_options no_path = {.keys = CADRE_STRINGS("0123456789abcdef"),
                                                     .path = "shop"};

static const struct {
    const struct cadre_session_options *options;
    const char *why;
} wrong[] = {
    {NULL, "it has no options: say at least keys or keys_env"},
    {&no_key, "there is no key: set keys to one"},
    {&no_env, "there is no key: set UNIT_NO_SUCH_VARIABLE to one"},
    {&short_key, "key number 2 has 5 bytes, which can be guessed"},
    {&insecure, "a cookie with SameSite=None has to be secure"},
    {&no_token, "the name of a cookie is not a token"},
    {&no_path, "the path of a cookie does not begin with '/'"},
};

START_TEST(wrong_options_are_refused)
{
    layered_refused(&cadre_sessions, wrong[_i].options, wrong[_i].why);
}
END_TEST

START_TEST(without_middleware_there_is_none)
{
    static const struct cadre_module plain = {.routes = routes};
    struct cadre_test_client *client = cadre_test_serve(.module = &plain);

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    cadre_assert_status(cadre_test_get(client, "/get"), 500);
    cadre_test_close(client);
}
END_TEST

UNIT_MAIN("middleware/session", UNIT_CASE(a_session_is_kept_with_the_client),
          UNIT_CASE(one_that_is_emptied_goes),
          UNIT_LOOP(keys_change_and_forgeries_do_not_count, sizeof(replays) / sizeof(replays[0])),
          UNIT_CASE(one_that_is_too_large_is_not_sent), UNIT_CASE(keys_come_from_the_environment),
          UNIT_LOOP(wrong_options_are_refused, sizeof(wrong) / sizeof(wrong[0])),
          UNIT_CASE(without_middleware_there_is_none))

#else

START_TEST(nothing_is_signed)
{
}
END_TEST

UNIT_MAIN("middleware/session", UNIT_CASE(nothing_is_signed))

#endif
