/* SPDX-License-Identifier: MIT */
/*
 * The request body of one operation in a document (api/openapi_body.c): which media type, which
 * schema, and whether it must be there.
 */
#include "tests/unit/lib/api/openapi_test.h"

static int run(struct cadre_request *req)
{
    return cadre_respond_empty(req, 204);
}

struct item {
    int price;
};
static const struct cadre_field item_fields[] = {
    CADRE_FIELD(struct item, price),
    CADRE_FIELDS_END,
};
CADRE_MODEL(item_model, struct item, item_fields);

struct whole {
    struct item item;
};
static const struct cadre_field whole_fields[] = {
    CADRE_BODY(struct whole, item, item_model, .description = "What it costs"),
    CADRE_FIELDS_END,
};
CADRE_MODEL(whole_model, struct whole, whole_fields);

struct optional {
    struct item *item;
};
static const struct cadre_field optional_fields[] = {
    CADRE_OPT_NESTED(struct optional, item, item_model, CADRE_FROM_BODY),
    CADRE_FIELDS_END,
};
CADRE_MODEL(optional_model, struct optional, optional_fields);

struct several {
    struct item item;
    int count;
};
static const struct cadre_field several_fields[] = {
    CADRE_BODY(struct several, item, item_model),
    CADRE_FIELD(struct several, count, CADRE_FROM_BODY, CADRE_DEFAULT(1)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(several_model, struct several, several_fields);

struct form {
    const char *user;
};
static const struct cadre_field form_fields[] = {
    CADRE_FORM(struct form, user, CADRE_DEFAULT("")),
    CADRE_FIELDS_END,
};
CADRE_MODEL(form_model, struct form, form_fields);

struct files {
    const char *user;
    const struct cadre_upload *picture;
};
static const struct cadre_field files_fields[] = {
    CADRE_FORM(struct files, user),
    CADRE_FILE(struct files, picture),
    CADRE_FIELDS_END,
};
CADRE_MODEL(files_model, struct files, files_fields);

static const struct cadre_route routes[] = {
    CADRE_POST("/row", run, .body = &item_model),
    CADRE_POST("/whole", run, .params = &whole_model),
    CADRE_POST("/optional", run, .params = &optional_model),
    CADRE_POST("/several", run, .params = &several_model),
    CADRE_POST("/form", run, .params = &form_model),
    CADRE_POST("/files", run, .params = &files_model),
    CADRE_POST("/none", run),
    CADRE_ROUTES_END,
};
static const struct cadre_module module = {.title = "Shop", .routes = routes};

#define REF(name)           "{\"$ref\":\"#/components/schemas/" name "\"}"
#define CONTENT(type, name) "\"content\":{\"" type "\":{\"schema\":" REF(name) "}}"
#define JSON                "application/json"
#define FORM                "application/x-www-form-urlencoded"

static const struct {
    const char *path, *body; /* NULL: there is none */
} rows[] = {
    {"/row", "{" CONTENT(JSON, "item") ",\"required\":true}"},
    {"/whole", "{\"description\":\"What it costs\",\"content\":{\"" JSON
               "\":{\"schema\":{\"$ref\":\"#/components/schemas/item\","
               "\"description\":\"What it costs\"}}},\"required\":true}"},
    {"/optional",
     "{\"content\":{\"" JSON "\":{\"schema\":{\"anyOf\":[" REF("item") ",{\"type\":\"null\"}]}}}}"},
    {"/several", "{" CONTENT(JSON, "Body_run_several_post") ",\"required\":true}"},
    {"/form", "{" CONTENT(FORM, "Body_run_form_post") "}"},
    {"/files", "{" CONTENT("multipart/form-data", "Body_run_files_post") ",\"required\":true}"},
    {"/none", NULL},
};

START_TEST(an_operation_has_its_body)
{
    json_t *json = openapi_parsed(&module, "");
    const json_t *path = json_object_get(json_object_get(json, "paths"), rows[_i].path);
    const json_t *body = json_object_get(json_object_get(path, "post"), "requestBody");

    ck_assert_ptr_nonnull(path);
    if (rows[_i].body != NULL)
        openapi_check(body, rows[_i].body);
    else
        ck_assert_ptr_null(body);
    json_decref(json);
}
END_TEST

START_TEST(what_is_made_of_several_is_a_schema)
{
    json_t *json = openapi_parsed(&module, "");
    const json_t *all = json_object_get(json_object_get(json, "components"), "schemas");

    openapi_check(
        json_object_get(all, "Body_run_several_post"),
        "{\"properties\":{\"item\":" REF(
            "item") ",\"count\":{\"type\":\"integer\","
                    "\"format\":\"int32\",\"default\":1,\"title\":\"Count\"}},\"type\":\"object\","
                    "\"required\":[\"item\"],\"title\":\"Body_run_several_post\"}");
    openapi_check(json_object_get(all, "Body_run_form_post"),
                  "{\"properties\":{\"user\":{\"type\":\"string\",\"default\":\"\",\"title\":"
                  "\"User\"}},\"type\":\"object\",\"title\":\"Body_run_form_post\"}");
    openapi_check(json_object_get(json_object_get(all, "Body_run_files_post"), "required"),
                  "[\"user\",\"picture\"]");
    json_decref(json);
}
END_TEST

UNIT_MAIN("api/openapi_body", UNIT_LOOP(an_operation_has_its_body, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(what_is_made_of_several_is_a_schema))
