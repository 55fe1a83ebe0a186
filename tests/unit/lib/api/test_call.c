/* SPDX-License-Identifier: MIT */
/* The course of a call (api/call.c): parameters of dependencies and routes together, whose issues
 * come first, what still runs. By the test client. */
#include "tests/unit/lib/api/typed_test.h"

static int n_ran; /* dependencies that ran */

struct page {
    int skip, limit;
};
static const struct cadre_field page_fields[] = {
    CADRE_QUERY(struct page, skip, CADRE_DEFAULT(0)),
    CADRE_QUERY(struct page, limit, CADRE_DEFAULT(100), CADRE_LE(1000)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(page_params, struct page, page_fields);

static int make_page(struct cadre_request *req, const void *params, void **ret)
{
    n_ran++;
    *ret = cadre_alloc(req, sizeof(struct page));
    if (*ret == NULL)
        return -ENOMEM;
    memcpy(*ret, params, sizeof(struct page));
    return 0;
}
static CADRE_DEPENDENCY(page, make_page, .params = &page_params);

struct token {
    const char *x_token;
    const struct page *page;
};
static const struct cadre_field token_fields[] = {
    CADRE_HEADER(struct token, x_token, .min_length = 3),
    CADRE_DEPENDS(struct token, page, page),
    CADRE_FIELDS_END,
};
CADRE_MODEL(token_params, struct token, token_fields);

static int make_user(struct cadre_request *req, const void *params, void **ret)
{
    const struct token *token = params;

    n_ran++;
    if (strcmp(token->x_token, "wrong") == 0)
        return cadre_fail(req, 403, "No");
    *ret = cadre_printf(req, "%s@%d", token->x_token, token->page->skip);
    return 0;
}
static CADRE_DEPENDENCY(user, make_user, .params = &token_params);

static int make_other(struct cadre_request *req, const void *params, void **ret)
{
    (void)req;
    (void)params;
    (void)ret;
    n_ran++;
    return 0;
}
static CADRE_DEPENDENCY(other, make_other);

struct own {
    int id;
    const char *user;
    const struct page *page;
};
static const struct cadre_field own_fields[] = {
    CADRE_DEPENDS(struct own, user, user),
    CADRE_PATH(struct own, id),
    CADRE_DEPENDS(struct own, page, page),
    CADRE_FIELDS_END,
};
CADRE_MODEL(own_params, struct own, own_fields);

static int show(struct cadre_request *req)
{
    const struct own *p = cadre_params(req);

    ck_assert_ptr_eq(p->page, cadre_dependency_value(req, &page));
    return cadre_respondf(req, 200, "text/plain", "%d %s %d..%d", p->id, p->user, p->page->skip,
                          p->page->limit);
}

static const struct cadre_route routes[] = {
    CADRE_GET("/x/{id}", show, .params = &own_params, .dependencies = CADRE_DEPENDENCIES(&other)),
    CADRE_GET("/sync/{id}", show, .params = &own_params, .sync = true),
    CADRE_ROUTES_END,
};

static const struct {
    struct typed_row row;
    int n_ran;
} rows[] = {
    {{.target = "/x/1?skip=5",
      .headers = {"x-token: abc"},
      .status = 200,
      .answer = "1 abc@5 5..100"},
     3},
    {{.target = "/sync/1?limit=7",
      .headers = {"x-token: abc"},
      .status = 200,
      .answer = "1 abc@0 0..7"},
     2},
    /* one that fails ends it, though the route's own are wrong */
    {{.target = "/x/q",
      .headers = {"x-token: wrong"},
      .status = 403,
      .answer = "{\"detail\":\"No\"}"},
     3},
    /* what is wrong in one that is needed keeps only those from running that need it */
    {{.target = "/x/q?skip=a&limit=1001",
      .headers = {"x-token: wrong"},
      .status = 422,
      .answer = NOT_INT("\"query\",\"skip\"", "\"a\"") "," ISSUE_CTX(
          "less_than_equal", "\"query\",\"limit\"", "Input should be less than or equal to 1000",
          "\"1001\"", "{\"le\":1000}") "," NOT_INT("\"path\",\"id\"", "\"q\"")},
     1},
    /* those of dependencies come first, of what they need before their own */
    {{.target = "/x/q?skip=a",
      .headers = {"x-token: ab"},
      .status = 422,
      .answer = NOT_INT("\"query\",\"skip\"", "\"a\"") "," ISSUE_CTX(
          "string_too_short", "\"header\",\"x-token\"", "String should have at least 3 characters",
          "\"ab\"", "{\"min_length\":3}") "," NOT_INT("\"path\",\"id\"", "\"q\"")},
     1},
    {{.target = "/x/1", .status = 422, .answer = MISSING("\"header\",\"x-token\"")}, 2},
};

START_TEST(issues_of_dependencies_and_route_are_told_together)
{
    typed_check(routes, &rows[_i].row);
    ck_assert_int_eq(n_ran, rows[_i].n_ran);
}
END_TEST

UNIT_MAIN("api/call",
          UNIT_LOOP(issues_of_dependencies_and_route_are_told_together, TYPED_COUNT(rows)))
