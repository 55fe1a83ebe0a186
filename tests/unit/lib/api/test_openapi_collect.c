/* SPDX-License-Identifier: MIT */
/* Operations of a document besides those of its paths: webhooks and callbacks, and what a row adds
 * to its operation. */
#include "config.h"

#include "tests/unit/lib/api/openapi_test.h"

#define COUNT(table)  (sizeof(table) / sizeof((table)[0]))
#define REF(name)     "{\"$ref\":\"#/components/schemas/" name "\"}"
#define JSON_OF(name) "\"content\":{\"application/json\":{\"schema\":" REF(name) "}}"
#define BODY(name)    "\"requestBody\":{\"required\":true," JSON_OF(name) "}"
#define SUCCESS       "\"200\":{\"description\":\"Successful Response\"}"
#define INVALID       "\"422\":{\"description\":\"Validation Error\"," JSON_OF("HTTPValidationError") "}"

static int run(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "ok");
}

struct event {
    const char *what;
};
static const struct cadre_field event_fields[] = {
    CADRE_FIELD(struct event, what),
    CADRE_FIELDS_END,
};
CADRE_MODEL(event_model, struct event, event_fields);

struct receipt {
    bool ok;
};
static const struct cadre_field receipt_fields[] = {
    CADRE_FIELD(struct receipt, ok),
    CADRE_FIELDS_END,
};
CADRE_MODEL(receipt_model, struct receipt, receipt_fields);

static CADRE_HTTP_BEARER(bearer);

static const struct cadre_route callbacks[] = {
    CADRE_CALLBACK("POST", "{$request.body#/url}", on_paid, .body = &event_model,
                   .response = &receipt_model, .openapi_extra = "{\"x-deep\":[{\"a\":1}]}"),
    CADRE_CALLBACK("PUT", "{$request.body#/url}", on_paid),
    CADRE_CALLBACK("POST", "{$request.query.other}/x:y", on_paid, .summary = "Elsewhere"),
    CADRE_CALLBACK("POST", "{$request.body#/url}", on_lost, .name = "lost"),
    CADRE_ROUTES_END,
};
static const struct cadre_route empty[] = {CADRE_ROUTES_END};
static const struct cadre_route routes[] = {
    CADRE_POST("/pay", run, .name = "pay", .callbacks = callbacks),
    CADRE_POST("/pay-again", run, .name = "pay_again", .callbacks = callbacks,
               .openapi_extra = "{\"x-cost\":3,\"responses\":{\"200\":{\"x-also\":true}},"
                                "\"callbacks\":{\"lost\":null}}"),
    CADRE_GET("/empty", run, .name = "empty", .callbacks = empty, .tags = CADRE_TAGS("a"),
              .openapi_extra = "{\"tags\":[\"b\"],\"summary\":\"More\"}"),
    CADRE_GET("/host", run, .name = "host", .host = "a.example.com", .openapi_extra = "{\"x\":1}"),
    CADRE_GET("/hosts", run, .name = "hosts", .host = "a.example.com",
              .openapi_extra = "{\"servers\":[{\"url\":\"/b\"}]}"),
    CADRE_ROUTES_END,
};
static const struct cadre_route webhooks[] = {
    CADRE_WEBHOOK("POST", "new-item", new_item, .body = &event_model, .tags = CADRE_TAGS("hooks"),
                  .description = "It *came*", .deprecated = true,
                  .dependencies = CADRE_DEPENDENCIES(&bearer)),
    CADRE_WEBHOOK("DELETE", "new-item", item_gone),
    CADRE_WEBHOOK("GET", "{odd:int}", odd),
    CADRE_ROUTES_END,
};
static const struct cadre_module module = {.routes = routes, .webhooks = webhooks};

static const struct {
    const char *at[6], *is;
} parts[] = {
    {{"webhooks", "new-item", "post"},
     "{\"tags\":[\"hooks\"],\"summary\":\"New Item\",\"description\":\"It *came*\","
     "\"operationId\":\"new_itemnew_item_post\",\"deprecated\":true," BODY(
         "event") ",\"responses\":{" SUCCESS "," INVALID "},\"security\":[{\"HTTPBearer\":[]}]}"},
    {{"webhooks", "new-item", "delete"},
     "{\"summary\":\"Item Gone\",\"operationId\":\"item_gonenew_item_delete\","
     "\"responses\":{" SUCCESS "}}"},
    {{"webhooks", "{odd:int}", "get", "operationId"}, "\"odd_odd_int__get\""},
    {{"paths", "/pay", "post", "callbacks", "on_paid", "{$request.body#/url}"},
     "{\"post\":{\"summary\":\"On Paid\",\"operationId\":\"on_paid__request_body__url__post\"," BODY(
         "event") ",\"responses\":{\"200\":{\"description\":\"Successful Response\"," JSON_OF("receipt") "}," INVALID
                                                                                                         "},\"x-deep\":[{\"a\":1}]},"
                                                                                                         "\"put\":{\"summary\":\"On Paid\",\"operationId\":\"on_paid__request_body__url__put\","
                                                                                                         "\"responses\":{" SUCCESS
                                                                                                         "}}}"},
    {{"paths", "/pay", "post", "callbacks", "on_paid", "{$request.query.other}/x:y"},
     "{\"post\":{\"summary\":\"Elsewhere\",\"operationId\":"
     "\"on_paid__request_query_other__x_y_post\",\"responses\":{" SUCCESS "}}}"},
    {{"paths", "/pay", "post", "callbacks", "lost"},
     "{\"{$request.body#/url}\":{\"post\":{\"summary\":\"Lost\",\"operationId\":"
     "\"lost__request_body__url__post\",\"responses\":{" SUCCESS "}}}}"},
    {{"paths", "/pay-again", "post", "callbacks", "lost"}, "null"},
    {{"paths", "/pay-again", "post", "callbacks", "on_paid", "{$request.query.other}/x:y"},
     "{\"post\":{\"summary\":\"Elsewhere\",\"operationId\":"
     "\"on_paid__request_query_other__x_y_post_2\",\"responses\":{" SUCCESS "}}}"},
    {{"paths", "/pay-again", "post", "responses", "200"},
     "{\"description\":\"Successful Response\",\"x-also\":true}"},
    {{"paths", "/empty", "get"},
     "{\"tags\":[\"a\",\"b\"],\"summary\":\"More\",\"operationId\":\"empty_empty_get\","
     "\"responses\":{" SUCCESS "}}"},
    {{"paths", "/host", "get"},
     "{\"summary\":\"Host\",\"operationId\":\"host_host_get\",\"responses\":{" SUCCESS "},\"x\":1,"
     "\"servers\":[{\"url\":\"//a.example.com/root\"}]}"},
    {{"paths", "/hosts", "get", "servers"}, "[{\"url\":\"/b\"}]"},
};

START_TEST(what_is_only_described_stands_in_its_place)
{
    json_t *json = openapi_parsed(&module, "/root");
    const json_t *at = json;

    for (size_t i = 0; i < COUNT(parts[_i].at) && parts[_i].at[i] != NULL; i++)
        at = json_object_get(at, parts[_i].at[i]);
    openapi_check(at, parts[_i].is);
    json_decref(json);
}
END_TEST

START_TEST(its_models_and_schemes_are_there)
{
    json_t *json = openapi_parsed(&module, "");
    const json_t *components = json_object_get(json, "components");
    const json_t *all = json_object_get(components, "schemas");

    ck_assert_uint_eq(json_object_size(all), 4);
    ck_assert_ptr_nonnull(json_object_get(all, "event"));
    ck_assert_ptr_nonnull(json_object_get(all, "receipt"));
    ck_assert_ptr_nonnull(json_object_get(all, "HTTPValidationError"));
    ck_assert_ptr_nonnull(
        json_object_get(json_object_get(components, "securitySchemes"), "HTTPBearer"));
    json_decref(json);
}
END_TEST

START_TEST(a_module_may_have_webhooks_alone)
{
    static const struct cadre_module alone = {.webhooks = webhooks};
    json_t *json = openapi_parsed(&alone, "");

    ck_assert_uint_eq(json_object_size(json_object_get(json, "paths")), 0);
    ck_assert_uint_eq(json_object_size(json_object_get(json, "webhooks")), 2);
    json_decref(json);
}
END_TEST

UNIT_MAIN("api/openapi_collect",
          UNIT_LOOP(what_is_only_described_stands_in_its_place, COUNT(parts)),
          UNIT_CASE(its_models_and_schemes_are_there), UNIT_CASE(a_module_may_have_webhooks_alone))
