/* SPDX-License-Identifier: MIT */
/* What a request that does not fit is answered with, and a module's own way to do that
 * (api/invalid.c). */
#include "tests/unit/lib/api/typed_test.h"

static int no_answer(struct cadre_request *req)
{
    (void)req;
    ck_abort_msg("the handler runs");
}

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
    CADRE_GET("/x", no_answer, .params = &params_model),
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

/* --- all that there is to one issue --- */

struct deep {
    CADRE_LIST_OF(CADRE_LIST_OF(int)) rows;
    CADRE_MAP_OF(int) by_name;
};
static const struct cadre_field deep_fields[] = {
    CADRE_LIST_LIST(struct deep, rows),
    CADRE_MAP(struct deep, by_name),
    CADRE_FIELDS_END,
};
CADRE_MODEL(deep_model, struct deep, deep_fields);

static const struct cadre_route deep_routes[] = {
    CADRE_POST("/deep", no_answer, .body = &deep_model),
    CADRE_ROUTES_END,
};

static const struct {
    const char *body, *answer;
} deep_rows[] = {
    {"{\"rows\":[[1],[2,\"x\"]],\"by_name\":{}}", ": [\"body\",\"rows\",1,1] int_parsing \"x\" -"},
    {"{\"rows\":[],\"by_name\":{\"a \\\"b\\\"\":{ \"c\" : [ ] }}}",
     ": [\"body\",\"by_name\",\"a \\\"b\\\"\"] int_type {\"c\":[]} -"},
    {"{\"rows\":[]} x", ": [\"body\",12] json_invalid {} {\"error\":\"Extra data\"}"},
    {"", ": [\"body\"] missing null -"},
    {"[]", ": [\"body\"] model_attributes_type [] -"},
};

START_TEST(an_issue_tells_all_of_itself)
{
    const struct cadre_module module = {.routes = deep_routes, .errors = errors[0]};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    const struct cadre_test_response *res =
        cadre_test_post(client, "/deep", JSON, deep_rows[_i].body);
    char expected[500];

    /* The length of the whole is not what is looked at here. */
    snprintf(expected, sizeof(expected), "%s", strchr(deep_rows[_i].answer, ':'));
    cadre_assert_status(res, 400);
    cadre_assert_body_has(res, expected);
    cadre_test_close(client);
}
END_TEST

/* --- where there are none --- */

static int look_for_issues(struct cadre_request *req)
{
    struct cadre_issue issue = {.type = "untouched"};

    ck_assert(!cadre_issue_at(req, 0, &issue));
    ck_assert_str_eq(issue.type, "untouched");
    return cadre_respond_text(req, 200, "none");
}

static const struct cadre_route calm[] = {
    CADRE_GET("/plain", look_for_issues),
    CADRE_GET("/typed", look_for_issues, .params = &params_model),
    CADRE_ROUTES_END,
};

START_TEST(a_request_that_fits_has_no_issues)
{
    const struct cadre_module module = {.routes = calm};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);

    cadre_assert_status(cadre_test_get(client, "/plain"), 200);
    cadre_assert_status(cadre_test_get(client, "/typed?a=1&b=2"), 200);
    cadre_test_close(client);
}
END_TEST

UNIT_MAIN("api/invalid", UNIT_LOOP(a_module_answers_in_its_own_way, 2),
          UNIT_LOOP(an_issue_tells_all_of_itself, TYPED_COUNT(deep_rows)),
          UNIT_CASE(a_request_that_fits_has_no_issues))
