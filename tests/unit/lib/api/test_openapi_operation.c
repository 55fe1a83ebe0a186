/* SPDX-License-Identifier: MIT */
/*
 * One operation of a document (api/openapi_operation.c): its words, its tags and its responses, and
 * what of them it has of the mounts around it.
 */
#include "tests/unit/lib/api/openapi_test.h"

struct item {
    int id;
};
static const struct cadre_field item_fields[] = {
    CADRE_FIELD(struct item, id),
    CADRE_FIELDS_END,
};
CADRE_MODEL(item_model, struct item, item_fields);
CADRE_MODEL(problem_model, struct item, item_fields, .name = "problem");
CADRE_MODEL(own_problem_model, struct item, item_fields, .name = "own_problem");

static int read_item(struct cadre_request *req)
{
    return cadre_respond_empty(req, 204);
}

static const struct cadre_route innermost[] = {
    CADRE_GET("/plain", read_item),
    CADRE_GET("/own", read_item, .response = &item_model,
              .responses = CADRE_RESPONSES({409, "Its own"}, {404, NULL, &own_problem_model})),
    CADRE_POST("/created", read_item, .status = 201, .response = &item_model),
    CADRE_POST("/checked", read_item, .body = &item_model),
    CADRE_WEBSOCKET("/socket", read_item),
    CADRE_ROUTES_END,
};
static const struct cadre_route middle[] = {
    CADRE_MOUNT("/inner", innermost, .tags = CADRE_TAGS("inner"),
                .responses = CADRE_RESPONSES({404, "Not in there"}, {422, "Refused"})),
    CADRE_ROUTES_END,
};
static const struct cadre_route routes[] = {
    CADRE_MOUNT("/m", middle, .tags = CADRE_TAGS("m", "outer"),
                .responses = CADRE_RESPONSES({418, .type = "text/plain"},
                                             {404, NULL, &problem_model}, {201, "Made"})),
    CADRE_GET("/bare", read_item),
    CADRE_GET("/summary", read_item, .summary = "One", .description = "*An* item",
              .deprecated = true, .operation_id = "one"),
    CADRE_ROUTES_END,
};
static const struct cadre_module module = {.title = "Shop", .routes = routes};

#define SUCCESS "\"200\":{\"description\":\"Successful Response\""
#define JSON_OF(name)                                                                              \
    "\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/" name "\"}}}"
#define TEAPOT    "\"418\":{\"description\":\"I'm a Teapot\",\"content\":{\"text/plain\":{}}}"
#define NOT_THERE "\"404\":{\"description\":\"Not in there\"}"
#define REFUSED   "\"422\":{\"description\":\"Refused\"}"
#define MADE      "\"201\":{\"description\":\"Made\"}"

static const struct {
    const char *path, *method, *responses;
} rows[] = {
    {"/m/inner/plain", "get", "{" SUCCESS "}," TEAPOT "," NOT_THERE "," MADE "," REFUSED "}"},
    /* The row's own goes before those of mounts, an inner mount's before an outer one's. */
    {"/m/inner/own", "get",
     "{" SUCCESS "," JSON_OF("item") "}," TEAPOT ",\"404\":{\"description\":\"Not Found\"," JSON_OF(
         "own_problem") "}," MADE "," REFUSED ",\"409\":{\"description\":\"Its own\"}}"},
    {"/m/inner/created", "post",
     "{\"201\":{\"description\":\"Made\"," JSON_OF("item") "}," TEAPOT "," NOT_THERE "," REFUSED
                                                           "}"},
    /* What is checked is 422, as the mount says it. */
    {"/m/inner/checked", "post", "{" SUCCESS "}," TEAPOT "," NOT_THERE "," MADE "," REFUSED "}"},
    {"/bare", "get", "{" SUCCESS "}}"},
};

static json_t *operation(json_t *json, const char *path, const char *method)
{
    return json_object_get(json_object_get(json_object_get(json, "paths"), path), method);
}

START_TEST(responses_are_of_the_row_and_of_its_mounts)
{
    json_t *json = openapi_parsed(&module, "");
    const json_t *responses =
        json_object_get(operation(json, rows[_i].path, rows[_i].method), "responses");
    char *text = json_dumps(responses, JSON_PRESERVE_ORDER | JSON_COMPACT);

    ck_assert_str_eq(text, rows[_i].responses); /* in this order */
    free(text);
    json_decref(json);
}
END_TEST

START_TEST(only_what_is_referred_to_is_a_schema)
{
    json_t *json = openapi_parsed(&module, "");
    const json_t *schemas = json_object_get(json_object_get(json, "components"), "schemas");

    ck_assert_ptr_nonnull(json_object_get(schemas, "own_problem"));
    ck_assert_ptr_null(json_object_get(schemas, "problem")); /* an inner mount has its own 404 */
    json_decref(json);
}
END_TEST

START_TEST(words_are_the_rows_and_tags_come_from_outside)
{
    json_t *json = openapi_parsed(&module, "");
    const json_t *plain = operation(json, "/m/inner/plain", "get");
    const json_t *one = operation(json, "/summary", "get");

    openapi_check(json_object_get(plain, "tags"), "[\"m\",\"outer\",\"inner\"]");
    openapi_check(json_object_get(plain, "summary"), "\"Read Item\"");
    openapi_check(json_object_get(plain, "operationId"), "\"read_item_m_inner_plain_get\"");
    ck_assert_ptr_null(json_object_get(plain, "description"));
    ck_assert_ptr_null(json_object_get(plain, "deprecated"));
    openapi_check(json_object_get(one, "summary"), "\"One\"");
    openapi_check(json_object_get(one, "description"), "\"*An* item\"");
    openapi_check(json_object_get(one, "operationId"), "\"one\"");
    openapi_check(json_object_get(one, "deprecated"), "true");
    ck_assert_ptr_null(json_object_get(one, "tags"));
    json_decref(json);
}
END_TEST

UNIT_MAIN("api/openapi_operation",
          UNIT_LOOP(responses_are_of_the_row_and_of_its_mounts, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(only_what_is_referred_to_is_a_schema),
          UNIT_CASE(words_are_the_rows_and_tags_come_from_outside))
