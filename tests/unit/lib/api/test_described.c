/* SPDX-License-Identifier: MIT */
/* Rows that are described and never called: what is refused when a module is loaded. */
#include "config.h"

#include "tests/unit/lib/api/typed_test.h"

#include "api/described.h"

static int run(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "ok");
}

struct event {
    const char *what;
};
static const struct cadre_field event_fields[] = {
    CADRE_FIELD(struct event, what, .pattern = "("),
    CADRE_FIELDS_END,
};
CADRE_MODEL(broken_model, struct event, event_fields);

struct part {
    int part;
};
static const struct cadre_field part_fields[] = {
    CADRE_PATH(struct part, part),
    CADRE_FIELDS_END,
};
CADRE_MODEL(part_params, struct part, part_fields);

#define ROW(...)                                                                                   \
    {                                                                                              \
        .file = "shop.c", .line = 7, __VA_ARGS__                                                   \
    }
static const struct cadre_route one[] = {ROW(.method = "GET", .pattern = "x", .name = "x"),
                                         CADRE_ROUTES_END};

static const struct {
    struct cadre_route row;
    const char *why;
} bad_rows[] = {
    {ROW(.method = "*", .pattern = "x", .name = "x"),
     "\"* x\": its method is none of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"},
    {ROW(.method = "WEBSOCKET", .pattern = "x", .name = "x"), "its method is none of"},
    {ROW(.method = "GET", .name = "x"), "\"GET \": it has neither name nor URL"},
    {ROW(.method = "GET", .pattern = "x\n\x1b", .host = "a", .name = "x"), "\"GET x??\": "},
    {ROW(.method = "GET", .pattern = "x"), "it is called nothing: write it by CADRE_WEBHOOK or"},
    {ROW(.method = "GET", .pattern = "x", .name = "x", .handler = run),
     "it is described and never called: remove its handler"},
    {ROW(.method = "GET", .pattern = "x", .name = "x", .sync = true), "never called"},
    {ROW(.method = "GET", .pattern = "x", .name = "x", .host = "a"),
     "`.host`, `.callbacks` and `.not_in_schema` mean nothing here: remove them"},
    {ROW(.method = "GET", .pattern = "x", .name = "x", .callbacks = one), "mean nothing here"},
    {ROW(.method = "*", .pattern = "/x", .routes = one), "has no mounts: write its rows here"},
    {ROW(.method = "GET", .pattern = "x", .name = "x", .body = &broken_model),
     "model broken_model, field what: pattern '(' at offset 1: missing closing"},
    {ROW(.method = "GET", .pattern = "{part}", .name = "x", .params = &part_params),
     "\"GET {part}\": parameter \"part\" is not in the route's path"},
    {ROW(.method = "GET", .pattern = "x", .name = "x", .openapi_extra = "{\"a\"}"),
     "\"GET x\": its openapi_extra cannot be merged into its operation: it is not JSON: Expecting "
     "':' delimiter, at character 5"},
    {ROW(.method = "GET", .pattern = "x", .name = "x", .openapi_extra = "[]"),
     "it is not a JSON object, {...}"},
};

/* Opens a module that shall be refused; false: it was not. */
static bool is_refused(const struct cadre_module *module, char *why, size_t why_size)
{
    const struct cadre_test_module of = {.module = module};
    const struct cadre_test_app app = {.modules = &of, .n_modules = 1};
    struct cadre_test_client *client = NULL;

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    if (cadre_test_open(&app, why, why_size, &client) < 0)
        return true;
    cadre_test_close(client);
    return false;
}

START_TEST(bad_webhook_is_refused_at_load)
{
    const struct cadre_route webhooks[] = {bad_rows[_i].row, CADRE_ROUTES_END};
    static const struct cadre_route routes[] = {CADRE_GET("/", run), CADRE_ROUTES_END};
    const struct cadre_module module = {.routes = routes, .webhooks = webhooks};
    char why[2000] = "";

    ck_assert(is_refused(&module, why, sizeof(why)));
    ck_assert_msg(strstr(why, bad_rows[_i].why) != NULL, "%s", why);
    ck_assert_msg(strstr(why, "shop.c:7: webhook \"") != NULL, "%s", why);
}
END_TEST

START_TEST(bad_callback_is_refused_at_load)
{
    const struct cadre_route callbacks[] = {bad_rows[_i].row, CADRE_ROUTES_END};
    const struct cadre_route routes[] = {CADRE_GET("/", run, .callbacks = callbacks),
                                         CADRE_ROUTES_END};
    const struct cadre_module module = {.routes = routes};
    char why[2000] = "";

    ck_assert(is_refused(&module, why, sizeof(why)));
    ck_assert_msg(strstr(why, bad_rows[_i].why) != NULL, "%s", why);
    ck_assert_msg(strstr(why, "route \"GET /\": shop.c:7: callback \"") != NULL, "%s", why);
}
END_TEST

START_TEST(extra_of_a_route_is_checked_at_load)
{
    static const struct cadre_route routes[] = {CADRE_GET("/", run, .openapi_extra = "{'a': 1}"),
                                                CADRE_ROUTES_END};
    const struct cadre_module module = {.routes = routes};
    char why[2000] = "";

    ck_assert(is_refused(&module, why, sizeof(why)));
    ck_assert_msg(strstr(why, "route \"GET /\": its openapi_extra cannot be merged") != NULL, "%s",
                  why);
}
END_TEST

START_TEST(what_is_there_twice_is_refused)
{
    static const struct cadre_route twice[] = {
        CADRE_WEBHOOK("POST", "x", x), CADRE_WEBHOOK("PUT", "x", x), CADRE_WEBHOOK("POST", "y", x),
        CADRE_WEBHOOK("POST", "x", x), CADRE_ROUTES_END};
    static const struct cadre_route routes[] = {CADRE_GET("/", run), CADRE_ROUTES_END};
    const struct cadre_module module = {.routes = routes, .webhooks = twice};
    char why[2000] = "";

    ck_assert(is_refused(&module, why, sizeof(why)));
    ck_assert_msg(strstr(why, "webhook \"POST x\": it is there already") != NULL, "%s", why);
    ck_assert_msg(strchr(why, '\n') == NULL, "%s", why);
}
END_TEST

/* A webhook stands under its name alone, a callback below what it is called. */
START_TEST(webhooks_of_one_name_differ_in_their_methods)
{
    static const struct cadre_route rows[] = {CADRE_WEBHOOK("POST", "x", one),
                                              CADRE_WEBHOOK("POST", "x", other), CADRE_ROUTES_END};
    static const struct cadre_route bare[] = {CADRE_GET("/", run), CADRE_ROUTES_END};
    static const struct cadre_route with[] = {CADRE_GET("/", run, .callbacks = rows),
                                              CADRE_ROUTES_END};
    const struct cadre_module modules[] = {{.routes = bare, .webhooks = rows}, {.routes = with}};
    char why[2000] = "";

    ck_assert(is_refused(&modules[0], why, sizeof(why)));
    ck_assert_msg(strstr(why, "webhook \"POST x\": it is there already") != NULL, "%s", why);
    ck_assert(!is_refused(&modules[1], why, sizeof(why)));
}
END_TEST

START_TEST(an_empty_table_is_none)
{
    static const struct cadre_route none[] = {CADRE_ROUTES_END};
    static const struct cadre_route hidden[] = {CADRE_GET("/", run, .not_in_schema = true),
                                                CADRE_ROUTES_END};
    const struct cadre_module module = {.routes = hidden, .webhooks = none};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);

    cadre_assert_status(cadre_test_get(client, "/openapi.json"), 404);
    cadre_test_close(client);
}
END_TEST

/* Nobody can call what is only described. */
START_TEST(webhooks_and_callbacks_are_no_routes)
{
    static const struct cadre_route described[] = {CADRE_WEBHOOK("GET", "/hook", hook),
                                                   CADRE_ROUTES_END};
    static const struct cadre_route routes[] = {CADRE_GET("/", run, .callbacks = described),
                                                CADRE_ROUTES_END};
    const struct cadre_module module = {.routes = routes, .webhooks = described};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);

    cadre_assert_status(cadre_test_get(client, "/"), 200);
    cadre_assert_status(cadre_test_get(client, "/hook"), 404);
    cadre_assert_status(cadre_test_get(client, "/openapi.json"), 200);
    cadre_test_close(client);
}
END_TEST

UNIT_MAIN("api/described", UNIT_LOOP(bad_webhook_is_refused_at_load, TYPED_COUNT(bad_rows)),
          UNIT_LOOP(bad_callback_is_refused_at_load, TYPED_COUNT(bad_rows)),
          UNIT_CASE(extra_of_a_route_is_checked_at_load), UNIT_CASE(what_is_there_twice_is_refused),
          UNIT_CASE(webhooks_of_one_name_differ_in_their_methods),
          UNIT_CASE(an_empty_table_is_none), UNIT_CASE(webhooks_and_callbacks_are_no_routes))
