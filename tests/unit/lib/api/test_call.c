/* SPDX-License-Identifier: MIT */
/* The course of a call (api/call.c): parameters of dependencies and routes together, whose issues
 * come first, what still runs. By the test client. */
#include "tests/unit/lib/api/typed_test.h"

#include <pthread.h>

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

/* --- the order of all that there is to a request --- */

static char trace[300];

static void note(const char *text)
{
    size_t len = strlen(trace);

    snprintf(trace + len, sizeof(trace) - len, "%s ", text);
}

static int check_order(struct cadre_validation *validation, void *value)
{
    (void)validation;
    note(*(const char **)value);
    return 0;
}

struct text {
    const char *text;
};
static const struct cadre_field text_fields[] = {
    CADRE_FIELD(struct text, text),
    CADRE_FIELDS_END,
};
CADRE_MODEL(body_model, struct text, text_fields, .after = check_order);
CADRE_MODEL(response_model, struct text, text_fields, .after = check_order);
static const struct cadre_field query_fields[] = {
    CADRE_QUERY(struct text, text),
    CADRE_FIELDS_END,
};
CADRE_MODEL(query_model, struct text, query_fields, .after = check_order);

static int make_noted(struct cadre_request *req, const void *params, void **ret)
{
    (void)req;
    *ret = (void *)(uintptr_t)(params != NULL ? ((const struct text *)params)->text : "brief");
    note("resolve");
    return 0;
}
static void release_noted(struct cadre_request *req, void *value, int error)
{
    (void)req;
    ck_assert_int_eq(error, 0);
    note(strcmp(value, "brief") == 0 ? "release-brief" : "release");
}
static CADRE_DEPENDENCY(long_one, make_noted, .release = release_noted, .params = &query_model);
static CADRE_DEPENDENCY(brief_one, make_noted, .release = release_noted,
                        .scope = CADRE_SCOPE_FUNCTION);

static int work_noted(void *arg)
{
    (void)arg;
    note("work");
    return 0;
}

static int handle_noted(struct cadre_request *req)
{
    const struct text text = {"response"};
    int r = cadre_background_add(req, CADRE_BACKGROUND(work_noted, NULL, NULL));

    note("handler");
    return r < 0 ? r : cadre_respond(req, &response_model, &text);
}

static int note_response(struct cadre_request *req, void *self)
{
    (void)req;
    (void)self;
    note("response-begins");
    return 0;
}

static int layer(struct cadre_request *req, void *self)
{
    int r;

    (void)self;
    note("middleware");
    r = cadre_on_response(req, note_response, NULL);
    if (r == 0)
        r = cadre_next(req);
    note("middleware");
    return r;
}

static const struct cadre_route order_routes[] = {
    CADRE_POST("/x", handle_noted, .params = &query_model, .body = &body_model,
               .response = &response_model,
               .dependencies = CADRE_DEPENDENCIES(&long_one, &brief_one)),
    CADRE_ROUTES_END,
};

START_TEST(all_of_a_request_has_its_order)
{
    static const struct cadre_middleware middleware[] = {CADRE_MIDDLEWARE(layer),
                                                         CADRE_MIDDLEWARE_END};
    const struct cadre_module module = {.routes = order_routes, .middleware = middleware};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);

    cadre_assert_status(cadre_test_post(client, "/x?text=params", JSON, "{\"text\":\"body\"}"),
                        200);
    ck_assert_int_eq(cadre_test_join_background(client), 0);
    ck_assert_str_eq(trace, "middleware body params resolve resolve params handler response "
                            "response-begins release-brief middleware work release ");
    cadre_test_close(client);
}
END_TEST

/* --- more sync handlers than the pool has threads --- */

enum { POOL_THREADS = 40, N_REQUESTS = 60 };

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_changed = PTHREAD_COND_INITIALIZER;
static bool gate_is_open;
static int n_inside, n_most, n_released;

static int make_in_pool(struct cadre_request *req, const void *params, void **ret)
{
    (void)req;
    (void)params;
    *ret = &gate;
    return 0;
}
static void release_in_pool(struct cadre_request *req, void *value, int error)
{
    (void)req;
    (void)value;
    ck_assert_int_eq(error, 0);
    (void)pthread_mutex_lock(&gate);
    n_released++;
    (void)pthread_mutex_unlock(&gate);
}
static CADRE_DEPENDENCY(in_pool, make_in_pool, .release = release_in_pool, .sync = true);

static struct cadre_event full;

static int tell_full(void *arg)
{
    (void)arg;
    cadre_event_set(&full);
    return 0;
}

static int wait_at_gate(struct cadre_request *req)
{
    bool is_last;

    (void)pthread_mutex_lock(&gate);
    n_inside++;
    n_most = n_inside > n_most ? n_inside : n_most;
    is_last = n_inside == POOL_THREADS;
    (void)pthread_mutex_unlock(&gate);
    if (is_last)
        ck_assert_int_eq(cadre_from_thread(tell_full, NULL), 0);
    (void)pthread_mutex_lock(&gate);
    while (!gate_is_open)
        (void)pthread_cond_wait(&gate_changed, &gate);
    n_inside--;
    (void)pthread_mutex_unlock(&gate);
    return cadre_respond_text(req, 200, "through");
}

/* Opens the gate when the pool is full. */
static int open_gate(struct cadre_request *req)
{
    int r = cadre_event_wait(&full);

    (void)pthread_mutex_lock(&gate);
    gate_is_open = true;
    (void)pthread_cond_broadcast(&gate_changed);
    (void)pthread_mutex_unlock(&gate);
    return r < 0 ? r : cadre_respond_text(req, 200, "open");
}

static const struct cadre_route pool_routes[] = {
    CADRE_GET("/gate", wait_at_gate, .sync = true, .dependencies = CADRE_DEPENDENCIES(&in_pool)),
    CADRE_GET("/open", open_gate),
    CADRE_ROUTES_END,
};

START_TEST(a_full_pool_keeps_neither_async_handlers_nor_releases)
{
    const struct cadre_module module = {.routes = pool_routes};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    const struct cadre_test_request request = {.target = "/gate"};
    struct cadre_test_stream *streams[N_REQUESTS];

    for (int i = 0; i < N_REQUESTS; i++)
        streams[i] = cadre_test_stream_open(client, &request, false);
    cadre_assert_status(cadre_test_get(client, "/open"), 200);
    for (int i = 0; i < N_REQUESTS; i++)
        cadre_assert_status(cadre_test_stream_end(streams[i]), 200);
    ck_assert_int_eq(cadre_test_join_background(client), 0);
    ck_assert_int_eq(n_released, N_REQUESTS);
    ck_assert_int_eq(n_most, POOL_THREADS);
    cadre_test_close(client);
}
END_TEST

UNIT_MAIN("api/call", UNIT_CASE(a_full_pool_keeps_neither_async_handlers_nor_releases),
          UNIT_LOOP(issues_of_dependencies_and_route_are_told_together, TYPED_COUNT(rows)),
          UNIT_CASE(all_of_a_request_has_its_order))
