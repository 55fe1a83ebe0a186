/* SPDX-License-Identifier: MIT */
/* Answers by a model (api/respond.c), and answers of a module's own to what does not fit
 * (api/invalid.c), by the test client. */
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

#define TEA "{\"Name\":\"tea\",\"price\":2.5,\"note\":null}"

static const struct cadre_route routes[] = {
    CADRE_GET("/plain", answer),
    CADRE_GET("/sync", answer, .response = &item_model, .sync = true),
    CADRE_GET("/checked", answer, .response = &item_model),
    CADRE_GET("/201", answer, .response = &item_model, .status = 201),
    CADRE_GET("/202", answer_202, .response = &item_model, .status = 201),
    CADRE_GET("/204", answer, .status = 204),
    CADRE_GET("/none", answer_none),
    CADRE_GET("/bad", answer_bad, .response = &item_model),
    CADRE_GET("/bad-unchecked", answer_bad),
    CADRE_GET("/kept", answer_kept, .response = &item_model),
    CADRE_GET("/exclude-none", answer, .respond_flags = CADRE_WRITE_EXCLUDE_NONE),
    CADRE_GET("/by-name", answer, .respond_flags = CADRE_WRITE_BY_NAME),
    CADRE_GET("/list", answer_list, .response = &item_model),
    CADRE_GET("/empty-list", answer_empty_list, .response = &item_model),
    CADRE_GET("/bad-list", answer_bad_list, .response = &item_model),
    CADRE_ROUTES_END,
};

static const struct typed_row rows[] = {
    {.target = "/plain", .status = 200, .answer = TEA},
    {.target = "/sync", .status = 200, .answer = TEA},
    {.target = "/checked", .status = 200, .answer = TEA},
    {.target = "/201", .status = 201, .answer = TEA},
    {.target = "/202", .status = 202, .answer = TEA},
    {.target = "/204", .status = 204, .answer = ""},
    {.target = "/none", .status = 200, .answer = "null"},
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
    {.target = "/bad-list", .status = 500, .answer = "Internal Server Error"},
};

START_TEST(an_answer_is_checked_filtered_and_written)
{
    typed_check(routes, &rows[_i]);
}
END_TEST

/* --- a module's own answer to what does not fit --- */

struct params {
    int a, b;
};
static const struct cadre_field params_fields[] = {
    CADRE_QUERY(struct params, a),
    CADRE_QUERY(struct params, b, CADRE_LE(10)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(params_model, struct params, params_fields);

static int on_invalid(struct cadre_request *req, const struct cadre_problem *problem)
{
    const char *text = cadre_printf(req, "%d %d:", problem->status, (int)strlen(problem->detail));
    struct cadre_issue issue;

    for (size_t i = 0; cadre_issue_at(req, i, &issue); i++)
        text = cadre_printf(req, "%s %s %s %s %s", text, issue.loc, issue.type, issue.input,
                            issue.ctx != NULL ? issue.ctx : "-");
    return cadre_respond_text(req, 400, text);
}

static const struct cadre_error_handler errors[][2] = {
    {CADRE_ON_ERROR(-CADRE_EVALIDATION, on_invalid), CADRE_ERRORS_END},
    {CADRE_ON_STATUS(422, on_invalid), CADRE_ERRORS_END},
};

static const struct cadre_route own[] = {
    CADRE_GET("/x", answer, .params = &params_model),
    CADRE_ROUTES_END,
};

START_TEST(a_module_answers_in_its_own_way)
{
    const struct cadre_module module = {.routes = own, .errors = errors[_i]};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    const struct cadre_test_response *res = cadre_test_get(client, "/x?b=11");

    cadre_assert_status(res, 400);
    cadre_assert_body_has(res, ": [\"query\",\"a\"] missing null - [\"query\",\"b\"] "
                               "less_than_equal \"11\" {\"le\":10}");
    cadre_assert_body_has(res, "422 ");
    cadre_test_close(client);
}
END_TEST

UNIT_MAIN("api/respond", UNIT_LOOP(an_answer_is_checked_filtered_and_written, TYPED_COUNT(rows)),
          UNIT_LOOP(a_module_answers_in_its_own_way, 2))
