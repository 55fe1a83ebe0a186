/* SPDX-License-Identifier: MIT */
/* The OpenAPI document as it is served: where, to whom, and how often it is made. */
#include "config.h"

#include "tests/unit/lib/api/typed_test.h"

static int hello(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "hello");
}

static const struct cadre_route rows[] = {CADRE_GET("/hello", hello), CADRE_ROUTES_END};
static const struct cadre_route all_rows[] = {CADRE_GET("/hello", hello),
                                              CADRE_GET("/{rest:path}", hello), CADRE_ROUTES_END};
static const struct cadre_module shop = {.title = "Shop", .version = "2", .routes = rows};

#define PATHS                                                                                      \
    "\"paths\":{\"/hello\":{\"get\":{\"summary\":\"Hello\",\"operationId\":\"hello_hello_get\","   \
    "\"responses\":{\"200\":{\"description\":\"Successful Response\"}}}}}}"
#define DOCUMENT "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Shop\",\"version\":\"2\"}," PATHS
#define DOCUMENT_AT(root)                                                                           \
    "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Shop\",\"version\":\"2\"},\"servers\":[{\"url\":" \
    "\"" root "\"}]," PATHS

static struct cadre_test_client *open_at(const struct cadre_module *module, const char *mount,
                                         const char *root_path)
{
    const struct cadre_test_module one = {.module = module, .mount = mount};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1, .root_path = root_path};
    struct cadre_test_client *client = NULL;
    char why[2000] = "";

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_msg(cadre_test_open(&app, why, sizeof(why), &client) == 0, "%s", why);
    return client;
}

START_TEST(the_document_is_json)
{
    struct cadre_test_client *client = open_at(&shop, "/", NULL);

    for (int i = 0; i < 2; i++) { /* made, and kept */
        const struct cadre_test_response *res = cadre_test_get(client, "/openapi.json");

        cadre_assert_status(res, 200);
        cadre_assert_header(res, "content-type", "application/json");
        cadre_assert_body(res, DOCUMENT);
    }
    cadre_test_close(client);
}
END_TEST

START_TEST(the_servers_are_what_stands_before_its_paths)
{
    struct cadre_test_client *client = open_at(&shop, "/shop", NULL);

    cadre_assert_body(cadre_test_get(client, "/shop/openapi.json"), DOCUMENT_AT("/shop"));
    cadre_test_close(client);
    client = open_at(&shop, "/shop", "/behind");
    cadre_assert_body(cadre_test_get(client, "/shop/openapi.json"), DOCUMENT_AT("/behind/shop"));
    cadre_test_close(client);
}
END_TEST

START_TEST(who_has_it_is_not_sent_it_again)
{
    struct cadre_test_client *client = open_at(&shop, "/", NULL);
    const struct cadre_test_response *res = cadre_test_get(client, "/openapi.json");
    char tag[200];
    const char *const with_tag[] = {tag, NULL}, *const with_other[] = {"If-None-Match: \"another\"",
                                                                       NULL};
    struct cadre_test_request request = {.target = "/openapi.json", .headers = with_tag};

    ck_assert_ptr_nonnull(cadre_test_header(res, "etag"));
    snprintf(tag, sizeof(tag), "If-None-Match: %s", cadre_test_header(res, "etag"));
    res = cadre_test_send(client, &request);
    cadre_assert_status(res, 304);
    cadre_assert_body(res, "");
    request = (struct cadre_test_request){.target = "/openapi.json", .headers = with_other};
    res = cadre_test_send(client, &request);
    cadre_assert_status(res, 200);
    cadre_assert_body(res, DOCUMENT);
    request = (struct cadre_test_request){.target = "/openapi.json", .method = "HEAD"};
    res = cadre_test_send(client, &request);
    cadre_assert_status(res, 200);
    ck_assert_uint_eq(strtoul(cadre_test_header(res, "content-length"), NULL, 10),
                      strlen(DOCUMENT));
    cadre_test_close(client);
}
END_TEST

START_TEST(two_of_another_text_have_other_tags)
{
    struct cadre_test_client *one = open_at(&shop, "/", NULL);
    char tag[100];

    snprintf(tag, sizeof(tag), "%s",
             cadre_test_header(cadre_test_get(one, "/openapi.json"), "etag"));
    cadre_test_close(one);
    one = open_at(&shop, "/x", NULL);
    ck_assert_str_ne(tag, cadre_test_header(cadre_test_get(one, "/x/openapi.json"), "etag"));
    cadre_test_close(one);
}
END_TEST

static const struct {
    const char *url;
    const struct cadre_route *routes;
    const char *target, *begin; /* of the body */
    int status;
} places[] = {
    {NULL, rows, "/openapi.json", "{\"openapi\"", 200},
    {"", rows, "/openapi.json", "Not Found", 404},
    {"/api/v1.json", rows, "/api/v1.json", "{\"openapi\"", 200},
    {"/api/v1.json", rows, "/openapi.json", "Not Found", 404},
    /* a route of the module that takes the path goes before a place that nobody has named */
    {NULL, all_rows, "/openapi.json", "hello", 200},
    {"/openapi.json", all_rows, "/openapi.json", "{\"openapi\"", 200},
};

START_TEST(the_document_is_where_the_module_says)
{
    struct cadre_module module = shop;
    struct cadre_test_client *client;
    const struct cadre_test_response *res;

    module.openapi_url = places[_i].url;
    module.routes = places[_i].routes;
    client = open_at(&module, "/", NULL);
    res = cadre_test_get(client, places[_i].target);
    cadre_assert_status(res, places[_i].status);
    ck_assert_int_eq(strncmp(cadre_test_body(res).ptr, places[_i].begin, strlen(places[_i].begin)),
                     0);
    cadre_test_close(client);
}
END_TEST

UNIT_MAIN("api/openapi_serve", UNIT_CASE(the_document_is_json),
          UNIT_CASE(the_servers_are_what_stands_before_its_paths),
          UNIT_CASE(who_has_it_is_not_sent_it_again),
          UNIT_CASE(two_of_another_text_have_other_tags),
          UNIT_LOOP(the_document_is_where_the_module_says, TYPED_COUNT(places)))
