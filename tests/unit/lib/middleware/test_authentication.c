/* SPDX-License-Identifier: MIT */
/* Who asks, and what they may, by the test client (middleware/authentication.c). */
#include "tests/unit/lib/middleware/layered.h"

#include <cadre.h>
#include <cadre/test.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* --- a backend that believes the field x-user: "ada member admin" --- */

static int find_user(struct cadre_request *req, void *arg, struct cadre_credentials *ret)
{
    const char *field = cadre_header(req, "x-user");
    const char **scopes = cadre_alloc(req, 4 * sizeof(*scopes));
    char *text = field != NULL ? cadre_strdup(req, field) : NULL;

    ck_assert_ptr_null(ret->user_name);
    if (field == NULL)
        return 0;
    if (strcmp(field, "?") == 0)
        return cadre_authentication_fail(req, "x-user is no user");
    if (strcmp(field, "!") == 0)
        return cadre_fail(req, 503, "the directory is away");
    if (strcmp(field, "x") == 0)
        return -EACCES; /* a file of its own that it may not read */
    if (cadre_sleep(1) < 0)
        return -ECANCELED;
    ret->user_name = strsep(&text, " ");
    ret->scopes.items = scopes;
    while (text != NULL)
        scopes[ret->scopes.len++] = strsep(&text, " ");
    ret->user = arg;
    return 1;
}

static int own_error(struct cadre_request *req, const char *why)
{
    return cadre_respondf(req, 401, "text/plain", "own: %s", why);
}

static char database[] = "database";
static const struct cadre_authentication_options usual = {.backend = find_user, .arg = database};
static const struct cadre_authentication_options own = {.backend = find_user,
                                                        .on_error = own_error};

/* --- routes --- */

CADRE_REQUIRES(known, .scopes = {0});
CADRE_REQUIRES(members, .scopes = CADRE_STRINGS("member"));
CADRE_REQUIRES(admins, .scopes = CADRE_STRINGS("member", "admin"), .status = 404);
CADRE_REQUIRES(to_sign_in, .redirect = "sign_in");
CADRE_REQUIRES(to_nowhere, .redirect = "nowhere");

static int who(struct cadre_request *req)
{
    const struct cadre_credentials *credentials = cadre_credentials_get(req);

    if (credentials == NULL)
        return cadre_respond_text(req, 200, "nobody");
    ck_assert(credentials->user == NULL || credentials->user == database);
    return cadre_respondf(req, 200, "text/plain", "%s of %zu scopes", credentials->user_name,
                          credentials->scopes.len);
}

static int sign_in(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, cadre_query_param(req, "next"));
}

/* By hand, in the handler. */
static int by_hand(struct cadre_request *req)
{
    static const char *const names[] = {"member"};
    const struct cadre_requirement requirement = {.scopes = {(const char **)(size_t)names, 1},
                                                  .redirect = "sign_in"};
    int r = cadre_require(req, &requirement);

    return r != 0 ? r : cadre_respond_text(req, 200, "hand");
}

static int switch_user(struct cadre_request *req)
{
    const struct cadre_credentials other = {.user_name = "root"};
    int r = cadre_credentials_set(req, &other);

    ck_assert_int_eq(r, 0);
    ck_assert_str_eq(cadre_credentials_get(req)->user_name, "root");
    ck_assert(!cadre_has_scopes(req, &members_requirement.scopes));
    ck_assert(cadre_has_scopes(req, NULL));
    ck_assert_int_eq(cadre_credentials_set(req, NULL), 0);
    ck_assert(!cadre_has_scopes(req, NULL));
    return who(req);
}

/* The value of the dependency. */
struct named {
    const struct cadre_credentials *who;
};
static const struct cadre_field named_fields[] = {CADRE_DEPENDS(struct named, who, members),
                                                  CADRE_FIELDS_END};
CADRE_MODEL(named_params, struct named, named_fields);

static int named(struct cadre_request *req)
{
    const struct named *params = cadre_params(req);

    return cadre_respond_text(req, 200, params->who->user_name);
}

static int greet(struct cadre_request *req)
{
    const struct cadre_credentials *credentials = cadre_credentials_get(req);
    int r = cadre_websocket_accept(req, NULL);

    return r < 0 ? r
                 : cadre_websocket_send_text(req, credentials != NULL ? credentials->user_name
                                                                      : "nobody");
}

static const struct cadre_route below[] = {CADRE_GET("/who", who), CADRE_ROUTES_END};

static const struct cadre_route routes[] = {
    CADRE_GET("/who", who),
    CADRE_GET("/sync", who, .sync = true),
    CADRE_GET("/known", who, .dependencies = CADRE_DEPENDENCIES(&known)),
    CADRE_GET("/members", who, .dependencies = CADRE_DEPENDENCIES(&members)),
    CADRE_MOUNT("/admin", below, .dependencies = CADRE_DEPENDENCIES(&admins)),
    CADRE_GET("/diary/{day}", who, .dependencies = CADRE_DEPENDENCIES(&to_sign_in)),
    CADRE_GET("//{host}/{day}", who, .dependencies = CADRE_DEPENDENCIES(&to_sign_in)),
    CADRE_GET("/lost", who, .dependencies = CADRE_DEPENDENCIES(&to_nowhere)),
    CADRE_GET("/sign-in", sign_in),
    CADRE_GET("/hand", by_hand),
    CADRE_GET("/switch", switch_user),
    CADRE_GET("/named", named, .params = &named_params),
    CADRE_WEBSOCKET("/greet", greet),
    CADRE_WEBSOCKET("/greet-members", greet, .dependencies = CADRE_DEPENDENCIES(&members)),
    CADRE_WEBSOCKET("/greet-or-sign-in", greet, .dependencies = CADRE_DEPENDENCIES(&to_sign_in)),
    CADRE_ROUTES_END,
};

static struct cadre_test_client *open_usual(void)
{
    return layered_open(routes, &cadre_authentication, &usual, NULL);
}

/* Asks as that user; redirects are not followed. */
static const struct cadre_test_response *ask(struct cadre_test_client *client, const char *target,
                                             const char *user)
{
    char field[100];
    const char *const headers[] = {user != NULL ? field : NULL, NULL};

    snprintf(field, sizeof(field), "x-user: %s", user != NULL ? user : "");
    return cadre_test_request(client, .target = target, .headers = headers, .keep_redirects = true);
}

START_TEST(handlers_know_who_asks)
{
    struct cadre_test_client *client = open_usual();

    cadre_assert_body(ask(client, "/who", NULL), "nobody");
    cadre_assert_body(ask(client, "/who", "ada member admin"), "ada of 2 scopes");
    cadre_assert_body(ask(client, "/sync", "ada"), "ada of 0 scopes");
    cadre_assert_body(ask(client, "/switch", "ada member"), "nobody");
    cadre_assert_body(ask(client, "/named", "bob member"), "bob");
    cadre_test_close(client);
}
END_TEST

START_TEST(wrong_credentials_are_400_or_as_one_likes)
{
    struct cadre_test_client *client = open_usual();
    const struct cadre_test_response *res = ask(client, "/who", "?");

    cadre_assert_status(res, 400);
    cadre_assert_header(res, "content-type", "text/plain; charset=utf-8");
    cadre_assert_body(res, "x-user is no user");
    cadre_assert_status(ask(client, "/nowhere", "?"), 400);
    cadre_test_close(client);
    client = layered_open(routes, &cadre_authentication, &own, NULL);
    res = ask(client, "/who", "?");
    cadre_assert_status(res, 401);
    cadre_assert_body(res, "own: x-user is no user");
    cadre_test_close(client);
}
END_TEST

START_TEST(a_backend_that_fails_is_no_wrong_credential)
{
    struct cadre_test_client *client = open_usual();

    cadre_assert_status(ask(client, "/who", "!"), 503);
    cadre_assert_status(ask(client, "/who", "x"), 500);
    cadre_test_close(client);
}
END_TEST

START_TEST(routes_are_for_those_who_may)
{
    struct cadre_test_client *client = open_usual();
    const struct cadre_test_response *res = ask(client, "/members", NULL);

    cadre_assert_status(res, 403);
    cadre_assert_json(res, "{\"detail\":\"Forbidden\"}");
    cadre_assert_status(ask(client, "/members", "ada admin"), 403);
    cadre_assert_status(ask(client, "/members", "ada admin member"), 200);
    cadre_assert_status(ask(client, "/known", NULL), 403);
    cadre_assert_status(ask(client, "/known", "ada"), 200);
    cadre_assert_status(ask(client, "/admin/who", "ada member"), 404);
    cadre_assert_status(ask(client, "/admin/who", "ada member admin"), 200);
    cadre_test_close(client);
}
END_TEST

START_TEST(others_are_sent_to_a_route_and_from_there_back)
{
    struct cadre_test_client *client = open_usual();
    const struct cadre_test_response *res = ask(client, "/diary/may%201?a=b%26c&d", NULL);

    cadre_assert_status(res, 303);
    cadre_assert_header(res, "location", "/sign-in?next=/diary/may%25201%3Fa%3Db%2526c%26d");
    cadre_assert_header(ask(client, "http://testserver//evil.example/1", NULL), "location",
                        "/sign-in?next=/.//evil.example/1");
    res = cadre_test_get(client, "/diary/may%201?a=b%26c&d");
    cadre_assert_body(res, "/diary/may%201?a=b%26c&d");
    cadre_assert_status(ask(client, "/diary/1", "ada"), 200);
    cadre_assert_status(ask(client, "/hand", "ada"), 303);
    cadre_assert_body(ask(client, "/hand", "ada member"), "hand");
    cadre_assert_status(ask(client, "/lost", NULL), 500);
    cadre_test_close(client);
}
END_TEST

START_TEST(a_proxy_that_cuts_the_path_is_thought_of)
{
    static const struct cadre_test_app app = {.root_path = "/front"};
    struct cadre_test_client *client = layered_open(routes, &cadre_authentication, &usual, &app);

    cadre_assert_header(ask(client, "/diary/1", NULL), "location",
                        "/front/sign-in?next=/front/diary/1");
    cadre_test_close(client);
}
END_TEST

static struct cadre_test_websocket *shake_hands(struct cadre_test_client *client,
                                                const char *target, const char *field)
{
    const char *const headers[] = {field, NULL};

    return cadre_test_websocket(client, .target = target, .headers = headers);
}

START_TEST(websockets_are_asked_who_they_are)
{
    struct cadre_test_client *client = open_usual();
    struct cadre_test_websocket *ws = shake_hands(client, "/greet", "x-user: ada member");

    cadre_assert_text(ws, "ada");
    cadre_test_websocket_end(ws);
    ws = shake_hands(client, "/greet", "x-user: ?");
    cadre_assert_status(cadre_test_websocket_response(ws), 403);
    ck_assert_int_eq(cadre_test_websocket_close_code(ws), 1000);
    cadre_test_websocket_end(ws);
    ws = shake_hands(client, "/greet-members", NULL);
    cadre_assert_status(cadre_test_websocket_response(ws), 403);
    cadre_test_websocket_end(ws);
    ws = shake_hands(client, "/greet-members", "x-user: ada member");
    cadre_assert_text(ws, "ada");
    cadre_test_websocket_end(ws);
    ws = shake_hands(client, "/greet-or-sign-in", NULL);
    cadre_assert_status(cadre_test_websocket_response(ws), 403);
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

START_TEST(without_a_backend_nothing_starts)
{
    static const struct cadre_authentication_options none = {.backend = NULL};

    layered_refused(&cadre_authentication, &none, "backend: there is none");
    layered_refused(&cadre_authentication, NULL, "backend: there is none");
}
END_TEST

UNIT_MAIN("middleware/authentication", UNIT_CASE(handlers_know_who_asks),
          UNIT_CASE(wrong_credentials_are_400_or_as_one_likes),
          UNIT_CASE(a_backend_that_fails_is_no_wrong_credential),
          UNIT_CASE(routes_are_for_those_who_may),
          UNIT_CASE(others_are_sent_to_a_route_and_from_there_back),
          UNIT_CASE(a_proxy_that_cuts_the_path_is_thought_of),
          UNIT_CASE(websockets_are_asked_who_they_are), UNIT_CASE(without_a_backend_nothing_starts))
