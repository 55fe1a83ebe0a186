/* SPDX-License-Identifier: MIT */
/* Answers by a model (api/respond.c), by the test client. */
#include "tests/unit/lib/api/typed_test.h"

struct item {
    const char *name;
    double price;
    struct cadre_opt_str note;
};
static const struct cadre_field item_fields[] = {
    CADRE_FIELD(struct item, name, .alias = "Name"),
    CADRE_FIELD(struct item, price, CADRE_GT(0)),
    CADRE_FIELD(struct item, note),
    CADRE_FIELDS_END,
};
CADRE_MODEL(item_model, struct item, item_fields);

/* What is kept: with a secret that goes nowhere. */
struct stored {
    const char *name, *password;
    double price;
};
static const struct cadre_field stored_fields[] = {
    CADRE_FIELD(struct stored, name, .alias = "Name"),
    CADRE_FIELD(struct stored, password),
    CADRE_FIELD(struct stored, price),
    CADRE_FIELDS_END,
};
CADRE_MODEL(stored_model, struct stored, stored_fields);

static const struct item good = {"tea", 2.5, {NULL, CADRE_ABSENT}};
static const struct item bad = {"tea", -1, {NULL, CADRE_ABSENT}};
static const struct stored kept = {"tea", "hunter2", 2.5};

static int answer(struct cadre_request *req)
{
    return cadre_respond(req, &item_model, &good);
}
static int answer_bad(struct cadre_request *req)
{
    return cadre_respond(req, &item_model, &bad);
}
static int answer_kept(struct cadre_request *req)
{
    return cadre_respond(req, &stored_model, &kept);
}
static int answer_202(struct cadre_request *req)
{
    return cadre_respond_as(req, 202, &item_model, &good);
}
static int answer_none(struct cadre_request *req)
{
    return cadre_respond(req, &item_model, NULL);
}
static int answer_list(struct cadre_request *req)
{
    const struct item items[] = {good, {"\"q\"", 1e300, {"x", CADRE_GIVEN}}};

    return cadre_respond_list(req, &item_model, items, 2);
}
static int answer_empty_list(struct cadre_request *req)
{
    return cadre_respond_list(req, &item_model, NULL, 0);
}
static int answer_bad_list(struct cadre_request *req)
{
    const struct item items[] = {good, bad};

    return cadre_respond_list(req, &item_model, items, 2);
}

/* Fields by name, and further statuses. */
struct shop {
    const char *city;
    struct item first;
    CADRE_LIST_OF(struct item) items;
};
static const struct cadre_field shop_fields[] = {
    CADRE_FIELD(struct shop, city),
    CADRE_NESTED(struct shop, first, item_model),
    CADRE_LIST_NESTED(struct shop, items, item_model),
    CADRE_FIELDS_END,
};
CADRE_MODEL(shop_model, struct shop, shop_fields);

struct trouble {
    const char *code;
    int attempts;
};
static const struct cadre_field trouble_fields[] = {
    CADRE_FIELD(struct trouble, code),
    CADRE_FIELD(struct trouble, attempts, CADRE_GT(0)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(trouble_model, struct trouble, trouble_fields);

struct code {
    const char *code;
};
static const struct cadre_field code_fields[] = {CADRE_FIELD(struct code, code), CADRE_FIELDS_END};
CADRE_MODEL(code_model, struct code, code_fields);

static int answer_shop(struct cadre_request *req)
{
    struct item items[] = {good, {"cup", 9, {"blue", CADRE_GIVEN}}};
    const struct shop shop = {"Bonn", good, {items, 2}};

    return cadre_respond(req, &shop_model, &shop);
}
/* JSON of a module's own making that is not UTF-8, and a model that lets it through. */
struct envelope {
    struct cadre_any content;
};
static const struct cadre_field envelope_fields[] = {
    CADRE_FIELD(struct envelope, content),
    CADRE_FIELDS_END,
};
CADRE_MODEL(envelope_model, struct envelope, envelope_fields);
CADRE_MODEL(letter_model, struct envelope, envelope_fields);

static int answer_garbled(struct cadre_request *req)
{
    const struct envelope envelope = {{"\"\xff\"", 3}};

    return cadre_respond(req, &envelope_model, &envelope);
}
static int answer_names(struct cadre_request *req)
{
    const struct cadre_respond_options options = {.include = CADRE_NAMES("name")};

    return cadre_respond_with(req, &options, &item_model, &good);
}
static int answer_names_of_many(struct cadre_request *req)
{
    const struct cadre_respond_options options = {.status = 206,
                                                  .flags = CADRE_WRITE_BY_NAME,
                                                  .exclude = CADRE_NAMES("note", "price"),
                                                  .is_list = true,
                                                  .n = 2};
    const struct item items[] = {good, good};

    return cadre_respond_with(req, &options, &item_model, items);
}
static int answer_unknown_name(struct cadre_request *req)
{
    const struct cadre_respond_options options = {.include = CADRE_NAMES("nmae")};
    int r = cadre_respond_with(req, &options, &item_model, &good);

    ck_assert_int_eq(r, -EINVAL);
    return r;
}
static int answer_trouble(struct cadre_request *req)
{
    const struct trouble trouble = {"gone", 3};

    return cadre_respond_as(req, 404, &trouble_model, &trouble);
}
static int answer_bad_trouble(struct cadre_request *req)
{
    const struct trouble trouble = {"gone", 0};

    return cadre_respond_as(req, 404, &trouble_model, &trouble);
}
static int answer_kept_404(struct cadre_request *req)
{
    return cadre_respond_as(req, 404, &stored_model, &kept);
}

#define TROUBLE .responses = CADRE_RESPONSES({404, "No such item", &trouble_model, NULL})
#define TEA     "{\"Name\":\"tea\",\"price\":2.5,\"note\":null}"
#define CUP     "{\"Name\":\"cup\",\"price\":9.0,\"note\":\"blue\"}"
#define GONE    "{\"code\":\"gone\",\"attempts\":3}"

static const struct cadre_route routes[] = {
    CADRE_GET("/plain", answer),
    CADRE_GET("/sync", answer, .response = &item_model, .sync = true),
    CADRE_GET("/checked", answer, .response = &item_model),
    CADRE_GET("/201", answer, .response = &item_model, .status = 201),
    CADRE_GET("/202", answer_202, .response = &item_model, .status = 201),
    CADRE_GET("/204", answer, .status = 204),
    CADRE_GET("/205", answer, .status = 205),
    CADRE_GET("/none/205", answer_none, .response = &item_model, .status = 205),
    CADRE_GET("/none", answer_none),
    CADRE_GET("/none/checked", answer_none, .response = &item_model),
    CADRE_GET("/none/filtered", answer_none, .response = &stored_model),
    CADRE_GET("/none/204", answer_none, .response = &item_model, .status = 204),
    CADRE_GET("/bad", answer_bad, .response = &item_model),
    CADRE_GET("/bad-unchecked", answer_bad),
    CADRE_GET("/kept", answer_kept, .response = &item_model),
    CADRE_GET("/exclude-none", answer, .respond_flags = CADRE_WRITE_EXCLUDE_NONE),
    CADRE_GET("/by-name", answer, .respond_flags = CADRE_WRITE_BY_NAME),
    CADRE_GET("/list", answer_list, .response = &item_model),
    CADRE_GET("/empty-list", answer_empty_list, .response = &item_model, .response_list = true),
    CADRE_GET("/no-list", answer_none, .response = &item_model, .response_list = true),
    CADRE_GET("/no-list/404", answer_trouble, .response = &trouble_model, .response_list = true,
              TROUBLE),
    CADRE_GET("/bad-list", answer_bad_list, .response = &item_model),
    CADRE_GET("/garbled", answer_garbled, .response = &letter_model),
    CADRE_GET("/shop/all", answer_shop, .response = &shop_model),
    CADRE_GET("/shop/cities", answer_shop, .response = &shop_model,
              .respond_include = CADRE_NAMES("city")),
    CADRE_GET("/shop/names", answer_shop, .response = &shop_model,
              .respond_include = CADRE_NAMES("items.name", "first"),
              .respond_exclude = CADRE_NAMES("first.note")),
    CADRE_GET("/shop/nothing", answer_shop, .response = &shop_model,
              .respond_exclude = CADRE_NAMES("city", "first", "items")),
    CADRE_GET("/kept/names", answer_kept, .response = &item_model,
              .respond_include = CADRE_NAMES("name")),
    CADRE_GET("/list/prices", answer_list, .response = &item_model,
              .respond_exclude = CADRE_NAMES("name", "note")),
    CADRE_GET("/named", answer_names, .response = &item_model,
              .respond_exclude = CADRE_NAMES("name")),
    CADRE_GET("/named/plain", answer_names),
    CADRE_GET("/named/many", answer_names_of_many),
    CADRE_GET("/named/unknown", answer_unknown_name),
    CADRE_GET("/404/checked", answer_trouble, .response = &item_model, TROUBLE),
    CADRE_GET("/404/alone", answer_trouble, TROUBLE),
    CADRE_GET("/404/bad", answer_bad_trouble, .response = &item_model, TROUBLE),
    CADRE_GET("/404/filtered", answer_trouble, .response = &item_model,
              .responses = CADRE_RESPONSES({404, NULL, &code_model, NULL})),
    CADRE_GET("/404/untyped", answer_bad_trouble, .response = &item_model,
              .responses = CADRE_RESPONSES({404, "No such item", NULL, NULL})),
    CADRE_GET("/404/unnamed", answer_bad_trouble, .response = &item_model),
    CADRE_GET("/404/own", answer_kept_404, .response = &item_model, .status = 404),
    CADRE_GET("/202/unnamed", answer_202, .response = &trouble_model),
    CADRE_ROUTES_END,
};

static const struct typed_row rows[] = {
    {.target = "/plain", .status = 200, .answer = TEA},
    {.target = "/sync", .status = 200, .answer = TEA},
    {.target = "/checked", .status = 200, .answer = TEA},
    {.target = "/201", .status = 201, .answer = TEA},
    {.target = "/202", .status = 202, .answer = TEA},
    {.target = "/204", .status = 204, .answer = ""},
    {.target = "/205", .status = 205, .answer = ""},
    {.target = "/none/205", .status = 205, .answer = ""},
    {.target = "/none", .status = 200, .answer = "null"},
    {.target = "/none/checked", .status = 500, .answer = "Internal Server Error"},
    {.target = "/none/filtered", .status = 500, .answer = "Internal Server Error"},
    {.target = "/none/204", .status = 204, .answer = ""},
    {.target = "/bad", .status = 500, .answer = "Internal Server Error"},
    {.target = "/bad-unchecked",
     .status = 200,
     .answer = "{\"Name\":\"tea\",\"price\":-1.0,\"note\":null}"},
    {.target = "/kept", .status = 200, .answer = TEA},
    {.target = "/exclude-none", .status = 200, .answer = "{\"Name\":\"tea\",\"price\":2.5}"},
    {.target = "/by-name",
     .status = 200,
     .answer = "{\"name\":\"tea\",\"price\":2.5,\"note\":null}"},
    {.target = "/list",
     .status = 200,
     .answer = "[" TEA ",{\"Name\":\"\\\"q\\\"\",\"price\":1e+300,\"note\":\"x\"}]"},
    {.target = "/empty-list", .status = 200, .answer = "[]"},
    {.target = "/no-list", .status = 500, .answer = "Internal Server Error"},
    {.target = "/no-list/404", .status = 404, .answer = GONE}, /* a row of its own says what */
    {.target = "/bad-list", .status = 500, .answer = "Internal Server Error"},
    {.target = "/garbled", .status = 500, .answer = "Internal Server Error"},
    {.target = "/shop/all",
     .status = 200,
     .answer = "{\"city\":\"Bonn\",\"first\":" TEA ",\"items\":[" TEA "," CUP "]}"},
    {.target = "/shop/cities", .status = 200, .answer = "{\"city\":\"Bonn\"}"},
    {.target = "/shop/names",
     .status = 200,
     .answer = "{\"first\":{\"Name\":\"tea\",\"price\":2.5},"
               "\"items\":[{\"Name\":\"tea\"},{\"Name\":\"cup\"}]}"},
    {.target = "/shop/nothing", .status = 200, .answer = "{}"},
    {.target = "/kept/names", .status = 200, .answer = "{\"Name\":\"tea\"}"},
    {.target = "/list/prices", .status = 200, .answer = "[{\"price\":2.5},{\"price\":1e+300}]"},
    {.target = "/named", .status = 200, .answer = "{\"Name\":\"tea\"}"},
    {.target = "/named/plain", .status = 200, .answer = "{\"Name\":\"tea\"}"},
    {.target = "/named/many", .status = 206, .answer = "[{\"name\":\"tea\"},{\"name\":\"tea\"}]"},
    {.target = "/named/unknown", .status = 500, .answer = "Internal Server Error"},
    {.target = "/404/checked", .status = 404, .answer = GONE},
    {.target = "/404/alone", .status = 404, .answer = GONE},
    {.target = "/404/bad", .status = 500, .answer = "Internal Server Error"},
    {.target = "/404/filtered", .status = 404, .answer = "{\"code\":\"gone\"}"},
    {.target = "/404/untyped", .status = 404, .answer = "{\"code\":\"gone\",\"attempts\":0}"},
    {.target = "/404/unnamed", .status = 404, .answer = "{\"code\":\"gone\",\"attempts\":0}"},
    {.target = "/404/own", .status = 404, .answer = TEA},
    {.target = "/202/unnamed", .status = 500, .answer = "Internal Server Error"},
};

START_TEST(an_answer_is_checked_filtered_and_written)
{
    typed_check(routes, &rows[_i]);
}
END_TEST

UNIT_MAIN("api/respond", UNIT_LOOP(an_answer_is_checked_filtered_and_written, TYPED_COUNT(rows)))
