/* SPDX-License-Identifier: MIT */
/* JSON bodies, by the test client (api/body.c): one, several, embedded, scalar; content types. */
#include "tests/unit/lib/api/typed_test.h"

struct item {
    const char *name;
    double price;
    struct cadre_opt_str note;
};
static const struct cadre_field item_fields[] = {
    CADRE_FIELD(struct item, name, .min_length = 1),
    CADRE_FIELD(struct item, price, CADRE_GT(0)),
    CADRE_FIELD(struct item, note),
    CADRE_FIELDS_END,
};
CADRE_MODEL(item_model, struct item, item_fields);

struct user {
    int id;
};
static const struct cadre_field user_fields[] = {CADRE_FIELD(struct user, id), CADRE_FIELDS_END};
CADRE_MODEL(user_model, struct user, user_fields);

static int put_item(struct cadre_request *req, const struct item *item)
{
    return cadre_respondf(req, 200, "text/plain", "%s %g %s", item->name, item->price,
                          item->note.given == CADRE_GIVEN ? item->note.value : "-");
}

static int show_body(struct cadre_request *req)
{
    return put_item(req, cadre_body_value(req));
}

/* --- one, as a parameter --- */

struct whole {
    int id;
    struct item item;
};
static const struct cadre_field whole_fields[] = {
    CADRE_BODY(struct whole, item, item_model),
    CADRE_PATH(struct whole, id),
    CADRE_FIELDS_END,
};
CADRE_MODEL(whole_params, struct whole, whole_fields);
static const struct cadre_field embedded_fields[] = {
    CADRE_BODY(struct whole, item, item_model, .embed = true),
    CADRE_PATH(struct whole, id),
    CADRE_FIELDS_END,
};
CADRE_MODEL(embedded_params, struct whole, embedded_fields);

static int show_whole(struct cadre_request *req)
{
    const struct whole *p = cadre_params(req);

    return put_item(req, &p->item);
}

/* --- one that need not be there --- */

struct maybe {
    struct item *item;
};
static const struct cadre_field maybe_fields[] = {
    CADRE_OPT_NESTED(struct maybe, item, item_model, CADRE_FROM_BODY),
    CADRE_FIELDS_END,
};
CADRE_MODEL(maybe_params, struct maybe, maybe_fields);

static int show_maybe(struct cadre_request *req)
{
    const struct maybe *p = cadre_params(req);

    return p->item == NULL ? cadre_respond_text(req, 200, "none") : put_item(req, p->item);
}

/* --- several --- */

struct several {
    struct item item;
    struct user user;
    int importance;
};
static const struct cadre_field several_fields[] = {
    CADRE_BODY(struct several, item, item_model),
    CADRE_BODY(struct several, user, user_model, .alias = "the user"),
    CADRE_FIELD(struct several, importance, CADRE_FROM_BODY, CADRE_DEFAULT(5), CADRE_GT(0)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(several_params, struct several, several_fields);

static int show_several(struct cadre_request *req)
{
    const struct several *p = cadre_params(req);

    return cadre_respondf(req, 200, "text/plain", "%s %d %d", p->item.name, p->user.id,
                          p->importance);
}

/* --- scalars and lists --- */

struct number {
    int n;
};
static const struct cadre_field number_fields[] = {
    CADRE_FIELD(struct number, n, CADRE_FROM_BODY),
    CADRE_FIELDS_END,
};
CADRE_MODEL(number_params, struct number, number_fields);

static int show_number(struct cadre_request *req)
{
    const struct number *p = cadre_params(req);

    return cadre_respondf(req, 200, "text/plain", "%d", p->n);
}

struct list {
    CADRE_LIST_OF(struct user) users;
};
static const struct cadre_field list_fields[] = {
    CADRE_LIST_NESTED(struct list, users, user_model, CADRE_FROM_BODY, .max_items = 3),
    CADRE_FIELDS_END,
};
CADRE_MODEL(list_params, struct list, list_fields);

static int show_list(struct cadre_request *req)
{
    const struct list *p = cadre_params(req);
    int sum = 0;

    for (size_t i = 0; i < p->users.len; i++)
        sum += p->users.items[i].id;
    return cadre_respondf(req, 200, "text/plain", "%zu %d", p->users.len, sum);
}

/* --- in a dependency too: then both are embedded --- */

static int find_user(struct cadre_request *req, const void *params, void **ret)
{
    const struct several *p = params;

    *ret = cadre_printf(req, "%d", p->user.id);
    return 0;
}
static const struct cadre_field only_user_fields[] = {
    CADRE_BODY(struct several, user, user_model),
    CADRE_FIELDS_END,
};
CADRE_MODEL(only_user_params, struct several, only_user_fields);
static CADRE_DEPENDENCY(user_of_body, find_user, .params = &only_user_params);

static int show_both(struct cadre_request *req)
{
    const struct whole *p = cadre_params(req);
    const char *user = cadre_dependency_value(req, &user_of_body);

    return cadre_respondf(req, 200, "text/plain", "%s %s", p->item.name, user);
}

static const struct cadre_route routes[] = {
    CADRE_POST("/body", show_body, .body = &item_model),
    CADRE_POST("/sync", show_body, .body = &item_model, .sync = true),
    CADRE_POST("/whole/{id}", show_whole, .params = &whole_params),
    CADRE_POST("/embedded/{id}", show_whole, .params = &embedded_params),
    CADRE_POST("/maybe", show_maybe, .params = &maybe_params),
    CADRE_POST("/several", show_several, .params = &several_params),
    CADRE_POST("/number", show_number, .params = &number_params),
    CADRE_POST("/list", show_list, .params = &list_params),
    CADRE_POST("/both/{id}", show_both, .params = &whole_params,
               .dependencies = CADRE_DEPENDENCIES(&user_of_body)),
    CADRE_ROUTES_END,
};

#define NOT_OBJECT(loc_, input_)                                                                   \
    ISSUE("model_attributes_type", loc_,                                                           \
          "Input should be a valid dictionary or object to extract fields from", input_)
#define NOT_JSON(at_, error_)                                                                      \
    ISSUE_CTX("json_invalid", "\"body\"," at_, "JSON decode error", "{}",                          \
              "{\"error\":\"" error_ "\"}")
#define GOOD "{\"name\":\"tea\",\"price\":2.5}"

static const struct typed_row rows[] = {
    {.target = "/body", .type = JSON, .body = GOOD, .status = 200, .answer = "tea 2.5 -"},
    {.target = "/sync", .type = JSON, .body = GOOD, .status = 200, .answer = "tea 2.5 -"},
    {.target = "/whole/1",
     .type = JSON,
     .body = " " GOOD "\n",
     .status = 200,
     .answer = "tea 2.5 -"},
    {.target = "/body",
     .type = "application/vnd.api+json",
     .body = GOOD,
     .status = 200,
     .answer = "tea 2.5 -"},
    {.target = "/body",
     .type = "Application/JSON; charset=utf-8",
     .body = GOOD,
     .status = 200,
     .answer = "tea 2.5 -"},
    /* wrong fields: all of them, in order */
    {.target = "/body",
     .type = JSON,
     .body = "{\"price\":\"x\",\"note\":5,\"other\":1}",
     .status = 422,
     .answer =
         MISSING_IN("\"body\",\"name\"", "{\"price\":\"x\",\"note\":5,\"other\":1}") "," ISSUE(
             "float_parsing", "\"body\",\"price\"",
             "Input should be a valid number, unable to parse string as a number",
             "\"x\"") "," ISSUE("string_type", "\"body\",\"note\"",
                                "Input should be a valid string", "5")},
    {.target = "/whole/x",
     .type = JSON,
     .body = "{\"name\":\"\",\"price\":0}",
     .status = 422,
     .answer = NOT_INT("\"path\",\"id\"", "\"x\"") "," ISSUE_CTX(
         "string_too_short", "\"body\",\"name\"", "String should have at least 1 character", "\"\"",
         "{\"min_length\":1}") "," ISSUE_CTX("greater_than", "\"body\",\"price\"",
                                             "Input should be greater than 0", "0",
                                             "{\"gt\":0.0}")},
    /* no object */
    {.target = "/body",
     .type = JSON,
     .body = "[1]",
     .status = 422,
     .answer = NOT_OBJECT("\"body\"", "[1]")},
    {.target = "/body",
     .type = JSON,
     .body = "\"tea\"",
     .status = 422,
     .answer = NOT_OBJECT("\"body\"", "\"tea\"")},
    /* nothing, or null */
    {.method = "POST", .target = "/body", .status = 422, .answer = MISSING("\"body\"")},
    {.target = "/body", .type = JSON, .body = "", .status = 422, .answer = MISSING("\"body\"")},
    {.target = "/body",
     .type = JSON,
     .body = " null ",
     .status = 422,
     .answer = MISSING("\"body\"")},
    {.target = "/whole/1",
     .type = JSON,
     .body = "null",
     .status = 422,
     .answer = MISSING("\"body\"")},
    {.method = "POST", .target = "/maybe", .status = 200, .answer = "none"},
    {.target = "/maybe", .type = JSON, .body = "null", .status = 200, .answer = "none"},
    {.target = "/maybe", .type = JSON, .body = GOOD, .status = 200, .answer = "tea 2.5 -"},
    {.target = "/maybe",
     .type = JSON,
     .body = "{}",
     .status = 422,
     .answer = MISSING_IN("\"body\",\"name\"", "{}") "," MISSING_IN("\"body\",\"price\"", "{}")},
    /* another type of content */
    {.target = "/body",
     .type = "text/plain",
     .body = GOOD,
     .status = 422,
     .answer = NOT_OBJECT("\"body\"", "\"{\\\"name\\\":\\\"tea\\\",\\\"price\\\":2.5}\"")},
    {.target = "/whole/1",
     .type = "application/jsonx",
     .body = "x",
     .status = 422,
     .answer = NOT_OBJECT("\"body\"", "\"x\"")},
    {.target = "/body",
     .type = FORM,
     .body = "name=tea",
     .status = 422,
     .answer = NOT_OBJECT("\"body\"", "\"name=tea\"")},
    /* no JSON: that alone is said */
    {.target = "/body",
     .type = JSON,
     .body = "{\"name\":\"tea\",}",
     .status = 422,
     .answer = NOT_JSON("14", "Expecting property name enclosed in double quotes")},
    {.target = "/whole/x",
     .type = JSON,
     .body = "{\"name\" \"tea\"}",
     .status = 422,
     .answer = NOT_JSON("8", "Expecting ':' delimiter")},
    {.target = "/several",
     .type = JSON,
     .body = "[1,2",
     .status = 422,
     .answer = NOT_JSON("4", "Expecting ',' delimiter")},
    {.target = "/number",
     .type = JSON,
     .body = "nul",
     .status = 422,
     .answer = NOT_JSON("0", "Expecting value")},
    {.target = "/number",
     .type = JSON,
     .body = "1 2",
     .status = 422,
     .answer = NOT_JSON("2", "Extra data")},
    {.target = "/body",
     .type = JSON,
     .body = "{\"name\":\"\xff\",\"price\":1}",
     .status = 400,
     .answer = "{\"detail\":\"There was an error parsing the body\"}"},
    /* embedded */
    {.target = "/embedded/1",
     .type = JSON,
     .body = "{\"item\":" GOOD "}",
     .status = 200,
     .answer = "tea 2.5 -"},
    {.target = "/embedded/1",
     .type = JSON,
     .body = GOOD,
     .status = 422,
     .answer = MISSING("\"body\",\"item\"")},
    {.target = "/embedded/1",
     .type = JSON,
     .body = "{\"item\":{\"name\":\"a\"}}",
     .status = 422,
     .answer = MISSING_IN("\"body\",\"item\",\"price\"", "{\"name\":\"a\"}")},
    {.target = "/embedded/1",
     .type = JSON,
     .body = "[1]",
     .status = 422,
     .answer = MISSING("\"body\",\"item\"")},
    /* several */
    {.target = "/several",
     .type = JSON,
     .body = "{\"item\":" GOOD ",\"the user\":{\"id\":\"7\"},\"importance\":3}",
     .status = 200,
     .answer = "tea 7 3"},
    {.target = "/several",
     .type = JSON,
     .body = "{\"the user\":{\"id\":7},\"item\":" GOOD "}",
     .status = 200,
     .answer = "tea 7 5"},
    {.target = "/several",
     .type = JSON,
     .body = "{\"importance\":0,\"item\":5}",
     .status = 422,
     .answer =
         NOT_OBJECT("\"body\",\"item\"", "5") "," MISSING("\"body\",\"the user\"") "," ISSUE_CTX(
             "greater_than", "\"body\",\"importance\"", "Input should be greater than 0", "0",
             "{\"gt\":0}")},
    {.target = "/several",
     .type = JSON,
     .body = "5",
     .status = 422,
     .answer = MISSING("\"body\",\"item\"") "," MISSING("\"body\",\"the user\"")},
    {.method = "POST",
     .target = "/several",
     .status = 422,
     .answer = MISSING("\"body\",\"item\"") "," MISSING("\"body\",\"the user\"")},
    {.target = "/several",
     .type = "text/plain",
     .body = "x",
     .status = 422,
     .answer = MISSING("\"body\",\"item\"") "," MISSING("\"body\",\"the user\"")},
    /* scalars and lists */
    {.target = "/number", .type = JSON, .body = "42", .status = 200, .answer = "42"},
    {.target = "/number", .type = JSON, .body = "\"42\"", .status = 200, .answer = "42"},
    {.target = "/number", .type = "text/plain", .body = "42", .status = 200, .answer = "42"},
    {.target = "/number",
     .type = JSON,
     .body = "\"x\"",
     .status = 422,
     .answer = NOT_INT("\"body\"", "\"x\"")},
    {.target = "/list",
     .type = JSON,
     .body = "[{\"id\":1},{\"id\":2}]",
     .status = 200,
     .answer = "2 3"},
    {.target = "/list",
     .type = JSON,
     .body = "[{\"id\":1},{\"id\":\"x\"},5]",
     .status = 422,
     .answer = NOT_INT("\"body\",1,\"id\"", "\"x\"") "," NOT_OBJECT("\"body\",2", "5")},
    {.target = "/list",
     .type = JSON,
     .body = "{}",
     .status = 422,
     .answer = ISSUE("list_type", "\"body\"", "Input should be a valid list", "{}")},
    /* one of them in a dependency */
    {.target = "/both/1",
     .type = JSON,
     .body = "{\"item\":" GOOD ",\"user\":{\"id\":9}}",
     .status = 200,
     .answer = "tea 9"},
    {.target = "/both/x",
     .type = JSON,
     .body = "{}",
     .status = 422,
     .answer = MISSING("\"body\",\"user\"") "," NOT_INT("\"path\",\"id\"",
                                                        "\"x\"") "," MISSING("\"body\",\"item\"")},
};

START_TEST(a_body_becomes_structs)
{
    typed_check(routes, &rows[_i]);
}
END_TEST

START_TEST(a_body_beside_parameters_of_the_body_is_refused)
{
    static const struct cadre_route wrong[] = {
        CADRE_POST("/both/{id}", show_both, .params = &whole_params, .body = &item_model),
        CADRE_ROUTES_END,
    };
    const struct cadre_module module = {.routes = wrong};
    const struct cadre_test_module one = {.module = &module};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1};
    struct cadre_test_client *client;
    char why[500];

    ck_assert_int_eq(cadre_test_open(&app, why, sizeof(why), &client), -EINVAL);
    ck_assert_ptr_nonnull(strstr(why, "make it one of the parameters, by CADRE_BODY"));
}
END_TEST

UNIT_MAIN("api/body", UNIT_LOOP(a_body_becomes_structs, TYPED_COUNT(rows)),
          UNIT_CASE(a_body_beside_parameters_of_the_body_is_refused))
