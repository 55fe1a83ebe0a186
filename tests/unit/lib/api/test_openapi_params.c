/* SPDX-License-Identifier: MIT */
/*
 * The parameters of one operation in a document (api/openapi_params.c): their order, their places,
 * and what several tables say of one of them.
 */
#include "tests/unit/lib/api/openapi_test.h"

static int run(struct cadre_request *req)
{
    return cadre_respond_empty(req, 204);
}

static int resolve(struct cadre_request *req, const void *params, void **ret)
{
    (void)req;
    (void)params;
    *ret = NULL;
    return 0;
}

struct all {
    const char *session, *x_trace, *q;
    int page, item_id;
    bool verbose;
};
static const struct cadre_field all_fields[] = {
    CADRE_COOKIE(struct all, session),
    CADRE_HEADER(struct all, x_trace, CADRE_DEFAULT("none")),
    CADRE_QUERY(struct all, q, .alias = "search", .description = "What for",
                CADRE_EXAMPLES("\"tea\"")),
    CADRE_QUERY(struct all, page, CADRE_DEFAULT(1), .deprecated = true, CADRE_EXAMPLES("1", "2")),
    CADRE_QUERY(struct all, verbose, CADRE_DEFAULT(false), .hidden = true),
    CADRE_PATH(struct all, item_id, CADRE_GE(1)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(all_model, struct all, all_fields);

/* The same parameter, which the one need not have, and the other must. */
struct paged {
    int page;
};
static const struct cadre_field paged_fields[] = {
    CADRE_QUERY(struct paged, page, CADRE_LE(100)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(paged_model, struct paged, paged_fields);
static CADRE_DEPENDENCY(paged, resolve, .params = &paged_model);

static const struct cadre_route routes[] = {
    CADRE_GET("/items/{item_id}", run, .params = &all_model),
    CADRE_GET("/bare/{n:int}/{x:float}/{id:uuid}/{name}/{rest:path}", run),
    CADRE_GET("/shared/{item_id}", run, .params = &all_model,
              .dependencies = CADRE_DEPENDENCIES(&paged)),
    CADRE_GET("/none", run),
    CADRE_ROUTES_END,
};
static const struct cadre_module module = {.title = "Shop", .routes = routes};

#define PARAM(name, in, required, schema, more)                                                    \
    "{\"name\":\"" name "\",\"in\":\"" in "\",\"required\":" required ",\"schema\":{" schema       \
    "}" more "}"
#define INT32(title) "\"type\":\"integer\",\"format\":\"int32\",\"title\":\"" title "\""
#define ITEM_ID      PARAM("item_id", "path", "true", INT32("Item Id") ",\"minimum\":1", "")
#define SEARCH                                                                                     \
    PARAM("search", "query", "true", "\"type\":\"string\",\"title\":\"Search\"",                   \
          ",\"description\":\"What for\",\"example\":\"tea\"")
#define TRACE                                                                                      \
    PARAM("x-trace", "header", "false",                                                            \
          "\"type\":\"string\",\"default\":\"none\",\"title\":\"X-Trace\"", "")
#define SESSION PARAM("session", "cookie", "true", "\"type\":\"string\",\"title\":\"Session\"", "")

static const struct {
    const char *path, *params; /* NULL: there are none */
} rows[] = {
    /* By their places, whatever the order of the table; headers with hyphens. */
    {"/items/{item_id}",
     "[" ITEM_ID "," SEARCH "," PARAM(
         "page", "query", "false", INT32("Page") ",\"default\":1",
         ",\"deprecated\":true,\"examples\":{\"1\":{\"value\":1},\"2\":{\"value\":2}}") "," TRACE
                                                                                        "," SESSION
                                                                                        "]"},
    {"/bare/{n}/{x}/{id}/{name}/{rest}",
     "[" PARAM("n", "path", "true", "\"type\":\"integer\",\"title\":\"N\"", "") "," PARAM(
         "x", "path", "true", "\"type\":\"number\",\"title\":\"X\"",
         "") "," PARAM("id", "path", "true",
                       "\"type\":\"string\",\"format\":\"uuid\",\"title\":\"Id\"",
                       "") "," PARAM("name", "path", "true",
                                     "\"type\":\"string\",\"title\":\"Name\"",
                                     "") "," PARAM("rest", "path", "true",
                                                   "\"type\":\"string\",\"title\":\"Rest\"",
                                                   "") "]"},
    /* Once, and as the one that must be given. */
    {"/shared/{item_id}",
     "[" ITEM_ID "," SEARCH "," PARAM("page", "query", "true", INT32("Page") ",\"maximum\":100",
                                      "") "," TRACE "," SESSION "]"},
    {"/none", NULL},
};

START_TEST(an_operation_has_its_parameters)
{
    json_t *json = openapi_parsed(&module, "");
    const json_t *path = json_object_get(json_object_get(json, "paths"), rows[_i].path);
    const json_t *params = json_object_get(json_object_get(path, "get"), "parameters");

    ck_assert_ptr_nonnull(path);
    if (rows[_i].params != NULL)
        openapi_check(params, rows[_i].params);
    else
        ck_assert_ptr_null(params);
    json_decref(json);
}
END_TEST

UNIT_MAIN("api/openapi_params",
          UNIT_LOOP(an_operation_has_its_parameters, sizeof(rows) / sizeof(rows[0])))
