/* SPDX-License-Identifier: MIT */
/* The OpenAPI document of a mount, operation by operation. */
#include "config.h"

#include "tests/unit/lib/api/openapi_test.h"

#include <stdio.h>

#include "base/clock.h"

static int run(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "ok");
}

#define read_item    run
#define create_item  run
#define upload_file  run
#define list_items   run
#define login        run
#define both         run
#define legacy_thing run
#define anything     run

struct item {
    const char *name;
    struct cadre_decimal price;
};
static const struct cadre_field item_fields[] = {
    CADRE_FIELD(struct item, name, .min_length = 1),
    CADRE_FIELD(struct item, price),
    CADRE_FIELDS_END,
};
CADRE_MODEL(item_model, struct item, item_fields);

struct problem {
    const char *why;
};
static const struct cadre_field problem_fields[] = {
    CADRE_FIELD(struct problem, why),
    CADRE_FIELDS_END,
};
CADRE_MODEL(problem_model, struct problem, problem_fields);

struct page {
    int limit;
    struct cadre_opt_str q;
};
static const struct cadre_field page_fields[] = {
    CADRE_QUERY(struct page, limit, CADRE_LE(100), CADRE_DEFAULT(10)),
    CADRE_QUERY(struct page, q),
    CADRE_FIELDS_END,
};
CADRE_MODEL(page_model, struct page, page_fields);

static int resolve(struct cadre_request *req, const void *params, void **ret)
{
    (void)req;
    (void)params;
    (void)ret;
    return 0;
}
static CADRE_DEPENDENCY(paging, resolve, .params = &page_model);

struct list_params {
    int64_t item_id;
    int limit;
    const char *x_token;
    struct cadre_opt_str session;
    const char *secret_thing;
    CADRE_LIST_OF(const char *) tags;
    void *page;
};
static const struct cadre_field list_fields[] = {
    CADRE_COOKIE(struct list_params, session, .deprecated = true),
    CADRE_HEADER(struct list_params, x_token, .description = "Who asks", CADRE_EXAMPLES("\"abc\"")),
    CADRE_QUERY(struct list_params, limit),
    CADRE_QUERY(struct list_params, secret_thing, .hidden = true, CADRE_DEFAULT("")),
    CADRE_LIST(struct list_params, tags, CADRE_FROM_QUERY, CADRE_DEFAULT_EMPTY),
    CADRE_PATH(struct list_params, item_id, CADRE_GE(1), .title = "The item"),
    CADRE_DEPENDS(struct list_params, page, paging),
    CADRE_FIELDS_END,
};
CADRE_MODEL(list_model, struct list_params, list_fields);

struct upload_params {
    const char *note;
    const struct cadre_upload *file;
};
static const struct cadre_field upload_fields[] = {
    CADRE_FORM(struct upload_params, note, .description = "What it is"),
    CADRE_FILE(struct upload_params, file),
    CADRE_FIELDS_END,
};
CADRE_MODEL(upload_model, struct upload_params, upload_fields);

struct login_params {
    const char *user;
};
static const struct cadre_field login_fields[] = {
    CADRE_FORM(struct login_params, user, CADRE_DEFAULT("me")),
    CADRE_FIELDS_END,
};
CADRE_MODEL(login_model, struct login_params, login_fields);

struct both_params {
    struct item item;
    int importance;
};
static const struct cadre_field both_fields[] = {
    CADRE_BODY(struct both_params, item, item_model),
    CADRE_FIELD(struct both_params, importance, CADRE_FROM_BODY, CADRE_DEFAULT(3)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(both_model, struct both_params, both_fields);

static const struct cadre_route org_routes[] = {
    CADRE_GET("", read_item, .name = "read_org", .tags = CADRE_TAGS("one")),
    CADRE_DELETE("/{id:int}/{rest:path}", legacy_thing, .name = "legacy_thing", .status = 204),
    CADRE_GET("/hidden", anything, .not_in_schema = true),
    CADRE_ROUTES_END,
};
static const struct cadre_route routes[] = {
    CADRE_GET("/items/{item_id}", list_items, .params = &list_model, .response = &item_model,
              .name = "list_items",
              .responses = CADRE_RESPONSES({404}, {409, "Taken", &problem_model},
                                           {418, .type = "text/plain"}),
              .description = "Some *items*"),
    CADRE_POST("/items/", create_item, .body = &item_model, .response = &item_model, .status = 201,
               .summary = "Add one", .operation_id = "addItem", .tags = CADRE_TAGS("items", "shop"),
               .responses = CADRE_RESPONSES({201, "It is there now"}, {422, "Refused"})),
    CADRE_GET("/items/", list_items, .name = "list_all", .response = &item_model,
              .response_list = true),
    CADRE_PATCH("/items/{id:int}", anything, .name = "change_item"),
    CADRE_PUT("/files", upload_file, .params = &upload_model, .name = "upload_file"),
    CADRE_POST("/login", login, .params = &login_model, .name = "login"),
    CADRE_POST("/both", both, .params = &both_model, .name = "both"),
    CADRE_GET("/both", both, .name = "both", .operation_id = "addItem"),
    CADRE_MOUNT("/orgs/{org}", org_routes, .tags = CADRE_TAGS("orgs"), .deprecated = true),
    CADRE_MOUNT("/away", org_routes, .not_in_schema = true),
    CADRE_WEBSOCKET("/socket", anything),
    CADRE_ANY("/any", anything, .name = "anything", .host = "{shop:str}.example.com"),
    CADRE_ROUTES_END,
};
static const struct cadre_module module = {
    .title = "Shop", .version = "2.1", .description = "All \"we\" have", .routes = routes};

START_TEST(a_document_tells_its_module)
{
    json_t *json = openapi_parsed(&module, "");

    openapi_check(json_object_get(json, "openapi"), "\"3.1.0\"");
    openapi_check(
        json_object_get(json, "info"),
        "{\"title\":\"Shop\",\"version\":\"2.1\",\"description\":\"All \\\"we\\\" have\"}");
    ck_assert_ptr_null(json_object_get(json, "servers"));
    json_decref(json);
    json = openapi_parsed(&module, "/shop");
    openapi_check(json_object_get(json, "servers"), "[{\"url\":\"/shop\"}]");
    json_decref(json);
}
END_TEST

START_TEST(a_module_without_anything_has_a_document)
{
    static const struct cadre_module bare = {.title = NULL};
    json_t *json = openapi_parsed(&bare, "");

    openapi_check(json,
                  "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"shop\",\"version\":\"0.1.0\"},"
                  "\"paths\":{}}");
    json_decref(json);
}
END_TEST

#define INVALID                                                                                    \
    "\"422\":{\"description\":\"Validation Error\",\"content\":{\"application/json\":{\"schema\":" \
    "{\"$ref\":\"#/components/schemas/HTTPValidationError\"}}}}"
#define SUCCESS       "\"200\":{\"description\":\"Successful Response\"}"
#define REF(name)     "{\"$ref\":\"#/components/schemas/" name "\"}"
#define JSON_OF(name) "\"content\":{\"application/json\":{\"schema\":" REF(name) "}}"

static const struct {
    const char *path, *method, *operation;
} operations[] = {
    {"/items/{item_id}", "get",
     "{\"summary\":\"List Items\",\"description\":\"Some *items*\","
     "\"operationId\":\"list_items_items__item_id__get\",\"parameters\":["
     "{\"name\":\"item_id\",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"integer\","
     "\"format\":\"int64\",\"minimum\":1,\"title\":\"The item\"}},"
     "{\"name\":\"limit\",\"in\":\"query\",\"required\":true,\"schema\":{\"type\":\"integer\","
     "\"format\":\"int32\",\"title\":\"Limit\"}},"
     "{\"name\":\"tags\",\"in\":\"query\",\"required\":false,\"schema\":{\"type\":\"array\","
     "\"items\":{\"type\":\"string\"},\"default\":[],\"title\":\"Tags\"}},"
     "{\"name\":\"q\",\"in\":\"query\",\"required\":false,\"schema\":{\"anyOf\":[{\"type\":"
     "\"string\"},{\"type\":\"null\"}],\"title\":\"Q\"}},"
     "{\"name\":\"x-token\",\"in\":\"header\",\"required\":true,\"schema\":{\"type\":\"string\","
     "\"title\":\"X-Token\"},\"description\":\"Who asks\",\"example\":\"abc\"},"
     "{\"name\":\"session\",\"in\":\"cookie\",\"required\":false,\"schema\":{\"anyOf\":[{\"type\":"
     "\"string\"},{\"type\":\"null\"}],\"title\":\"Session\"},\"deprecated\":true}],"
     "\"responses\":{\"200\":{\"description\":\"Successful Response\"," JSON_OF("item-Output") "},\"404\":{\"description\":\"Not Found\"},\"409\":{\"description\":\"Taken\"," JSON_OF(
         "problem") "},\"418\":{\"description\":\"I'm a Teapot\",\"content\":{\"text/plain\":{}}}," INVALID
                    "}}"},
    {"/items/", "post",
     "{\"tags\":[\"items\",\"shop\"],\"summary\":\"Add one\",\"operationId\":\"addItem\","
     "\"requestBody\":{\"required\":true," JSON_OF(
         "item-Input") "},\"responses\":{\"201\":{"
                       "\"description\":\"It is there now\"," JSON_OF(
                           "item-Output") "},"
                                          "\"422\":{\"description\":\"Refused\"}}}"},
    {"/items/{item_id}", "patch", /* one path, with the names of the first */
     "{\"summary\":\"Change Item\",\"operationId\":\"change_item_items__item_id__patch\","
     "\"parameters\":[{\"name\":\"item_id\",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":"
     "\"integer\",\"title\":\"Item Id\"}}],\"responses\":{" SUCCESS "}}"},
    {"/items/", "get",
     "{\"summary\":\"List All\",\"operationId\":\"list_all_items__get\",\"responses\":{\"200\":{"
     "\"description\":\"Successful Response\",\"content\":{\"application/json\":{\"schema\":{"
     "\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/item-Output\"},\"title\":"
     "\"Response List All Items  Get\"}}}}}}"},
    {"/files", "put",
     "{\"summary\":\"Upload File\",\"operationId\":\"upload_file_files_put\",\"requestBody\":{"
     "\"required\":true,\"content\":{\"multipart/form-data\":{\"schema\":" REF(
         "Body_upload_file_files_put") "}}},\"responses\":{" SUCCESS "," INVALID "}}"},
    {"/login", "post",
     "{\"summary\":\"Login\",\"operationId\":\"login_login_post\",\"requestBody\":{"
     "\"content\":{\"application/x-www-form-urlencoded\":{\"schema\":" REF(
         "Body_login_login_post") "}}},\"responses\":{" SUCCESS "," INVALID "}}"},
    {"/both", "post",
     "{\"summary\":\"Both\",\"operationId\":\"both_both_post\",\"requestBody\":{"
     "\"required\":true," JSON_OF("Body_both_both_post") "},\"responses\":{" SUCCESS "," INVALID
                                                         "}}"},
    {"/both", "get",
     "{\"summary\":\"Both\",\"operationId\":\"addItem_2\",\"responses\":{" SUCCESS "}}"},
    {"/orgs/{org}", "get",
     "{\"tags\":[\"orgs\",\"one\"],\"summary\":\"Read Org\",\"deprecated\":true,"
     "\"operationId\":\"read_org_orgs__org__get\",\"parameters\":[{\"name\":\"org\",\"in\":"
     "\"path\",\"required\":true,\"schema\":{\"type\":\"string\",\"title\":\"Org\"}}],"
     "\"responses\":{" SUCCESS "}}"},
    {"/orgs/{org}/{id}/{rest}", "delete",
     "{\"tags\":[\"orgs\"],\"summary\":\"Legacy Thing\",\"deprecated\":true,"
     "\"operationId\":\"legacy_thing_orgs__org___id___rest__delete\",\"parameters\":["
     "{\"name\":\"org\",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"string\","
     "\"title\":\"Org\"}},{\"name\":\"id\",\"in\":\"path\",\"required\":true,\"schema\":{"
     "\"type\":\"integer\",\"title\":\"Id\"}},{\"name\":\"rest\",\"in\":\"path\","
     "\"required\":true,\"schema\":{\"type\":\"string\",\"title\":\"Rest\"}}],"
     "\"responses\":{\"204\":{\"description\":\"Successful Response\"}}}"},
    {"/any", "patch",
     "{\"summary\":\"Anything\",\"operationId\":\"anything_any_patch\",\"responses\":{" SUCCESS
     "},\"servers\":[{\"url\":\"//{shop}.example.com\",\"variables\":{\"shop\":{\"default\":"
     "\"shop\"}}}]}"},
};

START_TEST(an_operation_is_what_its_route_says)
{
    json_t *json = openapi_parsed(&module, "");
    const json_t *path = json_object_get(json_object_get(json, "paths"), operations[_i].path);

    ck_assert_ptr_nonnull(path);
    openapi_check(json_object_get(path, operations[_i].method), operations[_i].operation);
    json_decref(json);
}
END_TEST

START_TEST(what_is_hidden_is_not_there)
{
    json_t *json = openapi_parsed(&module, "");
    const json_t *paths = json_object_get(json, "paths");

    ck_assert_uint_eq(json_object_size(paths), 8);
    ck_assert_uint_eq(json_object_size(json_object_get(paths, "/any")), 5);
    ck_assert_ptr_null(json_object_get(paths, "/away"));
    ck_assert_ptr_null(json_object_get(paths, "/socket"));
    ck_assert_ptr_null(json_object_get(paths, "/orgs/{org}/hidden"));
    json_decref(json);
}
END_TEST

static const struct {
    const char *name, *schema;
} schemas[] = {
    {"Body_upload_file_files_put",
     "{\"type\":\"object\",\"title\":\"Body_upload_file_files_put\",\"required\":[\"note\","
     "\"file\"],\"properties\":{\"note\":{\"type\":\"string\",\"title\":\"Note\","
     "\"description\":\"What it is\"},\"file\":{\"type\":\"string\",\"title\":\"File\","
     "\"contentMediaType\":\"application/octet-stream\"}}}"},
    {"Body_login_login_post",
     "{\"type\":\"object\",\"title\":\"Body_login_login_post\",\"properties\":{\"user\":{"
     "\"type\":\"string\",\"title\":\"User\",\"default\":\"me\"}}}"},
    {"Body_both_both_post",
     "{\"type\":\"object\",\"title\":\"Body_both_both_post\",\"required\":[\"item\"],"
     "\"properties\":{\"item\":" REF(
         "item-Input") ",\"importance\":{\"type\":\"integer\","
                       "\"format\":\"int32\",\"title\":\"Importance\",\"default\":3}}}"},
    {"HTTPValidationError",
     "{\"properties\":{\"detail\":{\"items\":" REF(
         "ValidationError") ",\"type\":\"array\","
                            "\"title\":\"Detail\"}},\"type\":\"object\",\"title\":\"HTTPValidationError\"}"},
    {"problem", "{\"properties\":{\"why\":{\"type\":\"string\",\"title\":\"Why\"}},"
                "\"type\":\"object\",\"required\":[\"why\"],\"title\":\"problem\"}"},
};

START_TEST(bodies_are_schemas_of_their_own)
{
    json_t *json = openapi_parsed(&module, "");
    const json_t *all = json_object_get(json_object_get(json, "components"), "schemas");

    ck_assert_uint_eq(json_object_size(all), 8);
    openapi_check(json_object_get(all, schemas[_i].name), schemas[_i].schema);
    json_decref(json);
}
END_TEST

/* --- what several sets of parameters say, and what they hide --- */

struct asked {
    const char *user;
    const char *scope;
};
static const struct cadre_field asked_fields[] = {
    CADRE_FORM(struct asked, user),
    CADRE_FORM(struct asked, scope, CADRE_DEFAULT("")),
    CADRE_FIELDS_END,
};
CADRE_MODEL(asked_model, struct asked, asked_fields);
static CADRE_DEPENDENCY(asking, resolve, .params = &asked_model);

struct partly {
    int shown, unseen;
};
static const struct cadre_field partly_fields[] = {
    CADRE_FIELD(struct partly, shown, CADRE_FROM_BODY, .embed = true),
    CADRE_FIELD(struct partly, unseen, CADRE_FROM_BODY, .hidden = true, CADRE_DEFAULT(1)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(partly_model, struct partly, partly_fields);

struct unseen {
    struct item item;
};
static const struct cadre_field unseen_fields[] = {
    CADRE_BODY(struct unseen, item, item_model, .hidden = true),
    CADRE_FIELDS_END,
};
CADRE_MODEL(unseen_model, struct unseen, unseen_fields);

struct unseen_form {
    int token, other;
};
static const struct cadre_field unseen_form_fields[] = {
    CADRE_FORM(struct unseen_form, token, .hidden = true, CADRE_DEFAULT(1)),
    CADRE_FORM(struct unseen_form, other, .hidden = true, CADRE_DEFAULT(1)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(unseen_form_model, struct unseen_form, unseen_form_fields);

static const struct cadre_route unseen_routes[] = {
    CADRE_POST("/json", login, .name = "json", .params = &unseen_model),
    CADRE_POST("/form", login, .name = "form", .params = &unseen_form_model),
    CADRE_ROUTES_END,
};

START_TEST(a_body_that_is_hidden_is_not_there)
{
    const struct cadre_module of = {.routes = unseen_routes};
    json_t *json = openapi_parsed(&of, "");
    const json_t *paths = json_object_get(json, "paths");

    openapi_check(json_object_get(json_object_get(paths, "/json"), "post"),
                  "{\"summary\":\"Json\",\"operationId\":\"json_json_post\","
                  "\"responses\":{" SUCCESS "," INVALID "}}");
    openapi_check(json_object_get(json_object_get(paths, "/form"), "post"),
                  "{\"summary\":\"Form\",\"operationId\":\"form_form_post\","
                  "\"responses\":{" SUCCESS "," INVALID "}}");
    ck_assert_uint_eq(
        json_object_size(json_object_get(json_object_get(json, "components"), "schemas")), 2);
    json_decref(json);
}
END_TEST

static const struct cadre_route body_routes[] = {
    CADRE_POST("/twice", login, .name = "twice", .params = &login_model,
               .dependencies = CADRE_DEPENDENCIES(&asking)),
    CADRE_POST("/partly", both, .name = "partly", .params = &partly_model),
    CADRE_ROUTES_END,
};

START_TEST(a_body_has_each_field_once_and_none_that_is_hidden)
{
    const struct cadre_module of = {.routes = body_routes};
    json_t *json = openapi_parsed(&of, "");
    const json_t *all = json_object_get(json_object_get(json, "components"), "schemas");

    openapi_check(json_object_get(all, "Body_twice_twice_post"),
                  "{\"type\":\"object\",\"title\":\"Body_twice_twice_post\","
                  "\"required\":[\"user\"],\"properties\":{\"user\":{\"type\":\"string\","
                  "\"title\":\"User\"},\"scope\":{\"type\":\"string\",\"title\":\"Scope\","
                  "\"default\":\"\"}}}");
    openapi_check(json_object_get(all, "Body_partly_partly_post"),
                  "{\"type\":\"object\",\"title\":\"Body_partly_partly_post\","
                  "\"required\":[\"shown\"],\"properties\":{\"shown\":{\"type\":\"integer\","
                  "\"format\":\"int32\",\"title\":\"Shown\"}}}");
    json_decref(json);
}
END_TEST

enum shade { DARK, LIGHT };
CADRE_ENUM_TYPE(shades, enum shade, {"dark", DARK}, {"light", LIGHT});
struct shaded {
    enum shade shade;
};
static const struct cadre_field shaded_fields[] = {
    CADRE_ENUM(struct shaded, shade, shades, CADRE_FROM_QUERY, .hidden = true, CADRE_DEFAULT(DARK)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(shaded_model, struct shaded, shaded_fields);
static const struct cadre_route shaded_routes[] = {
    CADRE_GET("/", list_items, .name = "shaded", .params = &shaded_model),
    CADRE_ROUTES_END,
};

START_TEST(a_hidden_parameter_brings_no_schema)
{
    const struct cadre_module of = {.routes = shaded_routes};
    json_t *json = openapi_parsed(&of, "");
    const json_t *all = json_object_get(json_object_get(json, "components"), "schemas");

    ck_assert_ptr_nonnull(json_object_get(all, "HTTPValidationError"));
    ck_assert_ptr_null(json_object_get(all, "shade"));
    json_decref(json);
}
END_TEST

static const struct cadre_route named_routes[] = {
    CADRE_POST("/a", login, .operation_id = "log/in now", .params = &login_model),
    CADRE_POST("/b", login, .operation_id = "log_in_now", .params = &upload_model),
    CADRE_ROUTES_END,
};

START_TEST(bodies_have_names_that_can_be_referred_to)
{
    static const char *const wanted[][3] = {
        {"/a", "application/x-www-form-urlencoded", REF("Body_log_in_now")},
        {"/b", "multipart/form-data", REF("Body_log_in_now_2")}};
    const struct cadre_module of = {.routes = named_routes};
    json_t *json = openapi_parsed(&of, "");

    for (size_t i = 0; i < 2; i++) {
        const json_t *at = json_object_get(json_object_get(json, "paths"), wanted[i][0]);

        at = json_object_get(json_object_get(at, "post"), "requestBody");
        at = json_object_get(json_object_get(at, "content"), wanted[i][1]);
        openapi_check(json_object_get(at, "schema"), wanted[i][2]);
    }
    ck_assert_ptr_nonnull(json_object_get(
        json_object_get(json_object_get(json, "components"), "schemas"), "Body_log_in_now_2"));
    json_decref(json);
}
END_TEST

START_TEST(a_route_of_a_host_is_behind_the_root)
{
    json_t *json = openapi_parsed(&module, "/behind \"/shop");
    const json_t *path = json_object_get(json_object_get(json, "paths"), "/any");

    openapi_check(json_object_get(json_object_get(path, "get"), "servers"),
                  "[{\"url\":\"//{shop}.example.com/behind \\\"/shop\",\"variables\":{"
                  "\"shop\":{\"default\":\"shop\"}}}]");
    openapi_check(json_object_get(json_object_get(path, "patch"), "servers"),
                  "[{\"url\":\"//{shop}.example.com/behind \\\"/shop\",\"variables\":{"
                  "\"shop\":{\"default\":\"shop\"}}}]");
    json_decref(json);
}
END_TEST

#define MANY 500

START_TEST(a_document_of_500_routes_is_quickly_made)
{
    static struct cadre_route many[MANY + 1];
    static char patterns[MANY][40];
    const struct cadre_module big = {.routes = many};
    struct cadre__openapi openapi;
    uint64_t begin;

    for (size_t i = 0; i < MANY; i++) {
        snprintf(patterns[i], sizeof(patterns[i]), "/things/%zu/{item_id}", i);
        many[i] = (struct cadre_route)CADRE_GET(NULL, list_items, .params = &list_model,
                                                .response = &item_model);
        many[i].pattern = patterns[i];
    }
    begin = cadre__clock_now(cadre__clock_system());
    openapi = openapi_of(&big);
    ck_assert_uint_lt(cadre__clock_now(cadre__clock_system()) - begin, 1 * CADRE__NSEC_PER_SEC);
    cadre__openapi_done(&openapi);
    openapi_close();
}
END_TEST

UNIT_MAIN("api/openapi", UNIT_CASE(a_document_tells_its_module),
          UNIT_CASE(a_module_without_anything_has_a_document),
          UNIT_LOOP(an_operation_is_what_its_route_says,
                    sizeof(operations) / sizeof(operations[0])),
          UNIT_CASE(what_is_hidden_is_not_there),
          UNIT_LOOP(bodies_are_schemas_of_their_own, sizeof(schemas) / sizeof(schemas[0])),
          UNIT_CASE(a_body_that_is_hidden_is_not_there),
          UNIT_CASE(a_body_has_each_field_once_and_none_that_is_hidden),
          UNIT_CASE(a_hidden_parameter_brings_no_schema),
          UNIT_CASE(bodies_have_names_that_can_be_referred_to),
          UNIT_CASE(a_route_of_a_host_is_behind_the_root),
          UNIT_CASE(a_document_of_500_routes_is_quickly_made))
