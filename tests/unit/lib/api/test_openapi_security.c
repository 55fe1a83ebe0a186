/* SPDX-License-Identifier: MIT */
/* Who may call an operation, as the OpenAPI document says it. */
#include "config.h"

#include <stdio.h>

#include "tests/unit/lib/api/openapi_test.h"

static int run(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "ok");
}

static int resolve(struct cadre_request *req, const void *params, void **ret)
{
    (void)req;
    (void)params;
    (void)ret;
    return 0;
}

static CADRE_HTTP_BASIC(basic, .realm = "shop");
static CADRE_HTTP_BEARER(bearer, .bearer_format = "JWT", .description = "Ask *us*");
static CADRE_HTTP_DIGEST(digest, .realm = "shop", .bearer_format = "of another kind");
static CADRE_API_KEY_HEADER(key, "X-Key");
static CADRE_API_KEY_COOKIE(cookie, "sid", .no_auto_error = true);
static CADRE_API_KEY_QUERY(other_key, "key", .scheme_name = "APIKeyHeader", .no_auto_error = true);
static CADRE_OAUTH2_PASSWORD(password, "token",
                             .scopes = CADRE_SECURITY_SCOPES({"items", "Read"}, {"admin"}));
static CADRE_OAUTH2_CODE(code, "https://a.example/auth", "https://a.example/token",
                         .refresh_url = "https://a.example/again");
static CADRE_OPENID_CONNECT(openid, "/.well-known/openid-configuration");
static CADRE_OAUTH2_PASSWORD(staff, "token", .scheme_name = "staff/log in",
                             .authorization_url = "https://a.example/of-another-kind");
static CADRE_DEPENDENCY(user, resolve,
                        .dependencies = CADRE_DEPENDENCIES(&CADRE_WITH_SCOPES(password, "items")));

static const struct cadre_route closed_routes[] = {
    CADRE_GET("/all", run, .dependencies = CADRE_DEPENDENCIES(&basic, &bearer, &key)),
    CADRE_GET("/digest", run, .dependencies = CADRE_DEPENDENCIES(&digest)),
    CADRE_GET("/one-of", run, .dependencies = CADRE_DEPENDENCIES(&cookie, &other_key)),
    CADRE_GET("/key-and-cookie", run, .dependencies = CADRE_DEPENDENCIES(&key, &cookie)),
    CADRE_GET("/scopes", run,
              .dependencies = CADRE_DEPENDENCIES(&CADRE_WITH_SCOPES(user, "admin"), &user, &code)),
    CADRE_GET("/openid", run, .dependencies = CADRE_DEPENDENCIES(&openid)),
    CADRE_GET("/staff", run, .dependencies = CADRE_DEPENDENCIES(&staff)),
    CADRE_ROUTES_END,
};
static const struct cadre_module closed = {.routes = closed_routes};

static const struct {
    const char *path, *security;
} ways[] = {
    {"/all", "[{\"HTTPBasic\":[],\"HTTPBearer\":[],\"APIKeyHeader\":[]}]"},
    {"/digest", "[{\"HTTPDigest\":[]}]"},
    {"/one-of", "[{\"APIKeyCookie\":[]},{\"APIKeyHeader_2\":[]},{}]"},
    {"/key-and-cookie", "[{\"APIKeyHeader\":[],\"APIKeyCookie\":[]},{\"APIKeyHeader\":[]}]"},
    {"/scopes", "[{\"OAuth2PasswordBearer\":[\"admin\",\"items\"],"
                "\"OAuth2AuthorizationCodeBearer\":[]}]"},
    {"/openid", "[{\"OpenIdConnect\":[]}]"},
    {"/staff", "[{\"staff_log_in\":[]}]"},
};

START_TEST(an_operation_says_who_may_call_it)
{
    json_t *json = openapi_parsed(&closed, "");
    const json_t *path = json_object_get(json_object_get(json, "paths"), ways[_i].path);

    openapi_check(json_object_get(json_object_get(path, "get"), "security"), ways[_i].security);
    json_decref(json);
}
END_TEST

/* Two dependencies that ask for so many each are within the limit of one. */
enum { MANY = 40 };

START_TEST(all_scopes_are_told_each_once)
{
    static char names[2 * MANY][8];
    const char *asked[2 * MANY];
    const struct cadre_dependency first = {.size = sizeof(struct cadre_dependency),
                                           .name = "first",
                                           .of = &password,
                                           .scopes = {asked, MANY}};
    const struct cadre_dependency second = {.size = sizeof(struct cadre_dependency),
                                            .name = "second",
                                            .of = &password,
                                            .scopes = {asked + MANY - 1, MANY + 1}};
    const struct cadre_dependency *const needs[] = {&first, &second, NULL};
    const struct cadre_route table[] = {CADRE_GET("/", run, .dependencies = needs),
                                        CADRE_ROUTES_END};
    const struct cadre_module module = {.routes = table};
    json_t *json;
    const json_t *get, *scopes;

    for (int i = 0; i < 2 * MANY; i++) {
        snprintf(names[i], sizeof(names[i]), "s%d", i);
        asked[i] = names[i];
    }
    json = openapi_parsed(&module, "");
    get = json_object_get(json_object_get(json_object_get(json, "paths"), "/"), "get");
    scopes = json_object_get(json_array_get(json_object_get(get, "security"), 0),
                             "OAuth2PasswordBearer");
    ck_assert_uint_eq(json_array_size(scopes), 2 * MANY);
    for (size_t i = 0; i < 2 * MANY; i++)
        ck_assert_str_eq(json_string_value(json_array_get(scopes, i)), names[i]);
    json_decref(json);
}
END_TEST

START_TEST(schemes_are_described)
{
    json_t *json = openapi_parsed(&closed, "");

    openapi_check(
        json_object_get(json, "components"),
        "{\"securitySchemes\":{\"HTTPBasic\":{\"type\":\"http\",\"scheme\":\"basic\"},"
        "\"HTTPBearer\":{\"type\":\"http\",\"scheme\":\"bearer\",\"bearerFormat\":\"JWT\","
        "\"description\":\"Ask *us*\"},"
        "\"APIKeyHeader\":{\"type\":\"apiKey\",\"in\":\"header\",\"name\":\"X-Key\"},"
        "\"HTTPDigest\":{\"type\":\"http\",\"scheme\":\"digest\"},"
        "\"APIKeyCookie\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"sid\"},"
        "\"APIKeyHeader_2\":{\"type\":\"apiKey\",\"in\":\"query\",\"name\":\"key\"},"
        "\"OAuth2PasswordBearer\":{\"type\":\"oauth2\",\"flows\":{\"password\":{"
        "\"tokenUrl\":\"token\",\"scopes\":{\"items\":\"Read\",\"admin\":\"\"}}}},"
        "\"OAuth2AuthorizationCodeBearer\":{\"type\":\"oauth2\",\"flows\":{"
        "\"authorizationCode\":{\"authorizationUrl\":\"https://a.example/auth\","
        "\"tokenUrl\":\"https://a.example/token\",\"refreshUrl\":"
        "\"https://a.example/again\",\"scopes\":{}}}},"
        "\"OpenIdConnect\":{\"type\":\"openIdConnect\",\"openIdConnectUrl\":"
        "\"/.well-known/openid-configuration\"},"
        "\"staff_log_in\":{\"type\":\"oauth2\",\"flows\":{\"password\":{"
        "\"tokenUrl\":\"token\",\"scopes\":{}}}}}}");
    json_decref(json);
}
END_TEST

UNIT_MAIN("api/openapi_security",
          UNIT_LOOP(an_operation_says_who_may_call_it, sizeof(ways) / sizeof(ways[0])),
          UNIT_CASE(all_scopes_are_told_each_once), UNIT_CASE(schemes_are_described))
