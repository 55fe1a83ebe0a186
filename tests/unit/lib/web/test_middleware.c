/* SPDX-License-Identifier: MIT */
/* The layers around a module's routes, by the test client (web/middleware.c, outcome.c). */
#include "tests/unit/unit.h"

#include "base/log.h"
#include <cadre.h>
#include <cadre/test.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static char trace[256]; /* what ran, in order */

static void note(const char *text)
{
    snprintf(trace + strlen(trace), sizeof(trace) - strlen(trace), "%s ", text);
}

/* --- handlers --- */

static int hello(struct cadre_request *req)
{
    note("handler");
    return cadre_respond_text(req, 200, cadre_path_param(req, "name"));
}

static int broken(struct cadre_request *req)
{
    (void)req;
    return -EIO;
}

static int late(struct cadre_request *req)
{
    int r = cadre_start(req, 200);

    return r < 0 ? r : -EIO;
}

static int goes_on(struct cadre_request *req)
{
    int r = cadre_next(req);

    return r == -EDEADLK ? cadre_respond_text(req, 200, "refused") : r;
}

static const struct cadre_route routes[] = {
    CADRE_GET("/hello/{name}", hello), CADRE_GET("/sync/{name}", hello, .sync = true),
    CADRE_GET("/broken", broken),      CADRE_GET("/late", late),
    CADRE_GET("/goes_on", goes_on),    CADRE_ROUTES_END,
};

/* --- layers --- */

static int told(struct cadre_request *req, void *arg)
{
    char text[32];

    snprintf(text, sizeof(text), "%s:%d", (const char *)arg, cadre_response_status(req));
    note(text);
    return cadre_header_add(req, "x-layer", arg);
}

static int layer(struct cadre_request *req, void *self)
{
    char text[32];
    int r = cadre_on_response(req, told, self);

    ck_assert_ptr_null(cadre_path_param(req, "name"));
    ck_assert_str_eq(cadre_module_name(req), "test");
    note(self);
    if (r == 0)
        r = cadre_next(req);
    snprintf(text, sizeof(text), "%s=%d", (const char *)self, r);
    note(text);
    return r;
}

static char outer_name[] = "a", inner_name[] = "b";

static const struct cadre_middleware two[] = {
    CADRE_MIDDLEWARE(layer, .self = outer_name),
    CADRE_MIDDLEWARE(layer, .self = inner_name),
    CADRE_MIDDLEWARE_END,
};

static const struct cadre_module onion = {.routes = routes, .middleware = two};

static const struct {
    const char *path;
    int status;
    const char *trace;
} rows[] = {
    {"/hello/you", 200, "a b handler b:200 a:200 b=0 a=0 "},
    {"/sync/you", 200, "a b handler b:200 a:200 b=0 a=0 "},
    {"/nothing", 404, "a b b:404 a:404 b=0 a=0 "},
    {"/broken", 500, "a b b:500 a:500 b=-5 a=-5 "},
    {"/late", 200, "a b b:200 a:200 b=-5 a=-5 "},
    {"/hello/you/", 307, "a b b:307 a:307 b=0 a=0 "},
};

START_TEST(layers_run_inwards_and_responses_go_outwards)
{
    static const struct cadre_test_module one = {.module = &onion};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1, .keep_redirects = true};
    struct cadre_test_client *client;
    char why[200];

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_int_eq(cadre_test_open(&app, why, sizeof(why), &client), 0);
    const struct cadre_test_response *res = cadre_test_get(client, rows[_i].path);
    cadre_assert_status(res, rows[_i].status);
    ck_assert_str_eq(trace, rows[_i].trace);
    cadre_assert_header(res, "x-layer", "b");
    ck_assert_int_eq(cadre_test_is_cut(res), strcmp(rows[_i].path, "/late") == 0);
    cadre_test_close(client);
}
END_TEST

/* --- layers that do otherwise --- */

static int answers(struct cadre_request *req, void *self)
{
    return cadre_respond_text(req, 403, self);
}

static int fails(struct cadre_request *req, void *self)
{
    (void)req;
    (void)self;
    return -EPERM;
}

static int is_silent(struct cadre_request *req, void *self)
{
    (void)req;
    (void)self;
    return 0;
}

static int goes_twice(struct cadre_request *req, void *self)
{
    int r = cadre_next(req);

    (void)self;
    return r < 0 ? r : cadre_next(req);
}

static int changes_error(struct cadre_request *req, void *self)
{
    int r = cadre_next(req);

    (void)self;
    return r < 0 ? -EXDEV : r;
}

static int swallows(struct cadre_request *req, void *self)
{
    int r = cadre_next(req);

    (void)self;
    (void)r;
    return 0;
}

static int begins(struct cadre_request *req, void *self)
{
    int r = cadre_start(req, 200);

    (void)self;
    return r < 0 ? r : cadre_write(req, "half", 4) < 0 ? -EPIPE : 0;
}

static char no[] = "no";

static const struct {
    struct cadre_middleware row;
    const char *path;
    int status;
    const char *body;
    const char *log; /* "" for no line */
} others[] = {
    {CADRE_MIDDLEWARE(answers, .self = no), "/hello/you", 403, "no", ""},
    {CADRE_MIDDLEWARE(fails), "/hello/you", 500, "Internal Server Error",
     "module \"test\": middleware \"fails\" failed: Operation not permitted"},
    {CADRE_MIDDLEWARE(is_silent), "/hello/you", 500, "Internal Server Error",
     "module \"test\": middleware \"is_silent\" returned without a response"},
    {CADRE_MIDDLEWARE(goes_twice), "/hello/you", 200, "you",
     "module \"test\": middleware \"goes_twice\" failed: "},
    {CADRE_MIDDLEWARE(changes_error), "/broken", 500, "Internal Server Error",
     "module \"test\": middleware \"changes_error\" failed: Invalid cross-device link"},
    {CADRE_MIDDLEWARE(swallows), "/broken", 500, "Internal Server Error",
     "module \"test\": handler \"broken\" failed: Input/output error"},
    {CADRE_MIDDLEWARE(begins), "/hello/you", 200, "half", ""},
    {CADRE_MIDDLEWARE(swallows), "/goes_on", 200, "refused", ""},
};

/* The log of this process, captured. */
static int log_pipe[2];

static void capture_log(void)
{
    struct cadre__log_options options = {.level = CADRE_LOG_INFO};

    ck_assert_int_eq(pipe(log_pipe), 0);
    options.fd = log_pipe[1];
    ck_assert_int_eq(cadre__log_open(&options), 0);
}

static const char *captured_log(void)
{
    static char text[2048];
    ssize_t n;

    close(log_pipe[1]);
    ck_assert_int_eq(dup2(STDERR_FILENO, log_pipe[1]), log_pipe[1]);
    ck_assert_int_eq(cadre__log_set_fd(STDERR_FILENO), 0);
    close(log_pipe[1]);
    n = read(log_pipe[0], text, sizeof(text) - 1);
    ck_assert_int_ge(n, 0);
    text[n] = '\0';
    close(log_pipe[0]);
    return text;
}

START_TEST(a_layer_may_do_otherwise)
{
    const struct cadre_middleware table[] = {others[_i].row, CADRE_MIDDLEWARE_END};
    const struct cadre_module module = {.routes = routes, .middleware = table};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);

    capture_log();
    const struct cadre_test_response *res = cadre_test_get(client, others[_i].path);
    const char *logged = captured_log();

    cadre_assert_status(res, others[_i].status);
    cadre_assert_body(res, others[_i].body);
    if (others[_i].log[0] == '\0')
        ck_assert_str_eq(logged, "");
    else
        ck_assert_msg(strstr(logged, others[_i].log) != NULL, "%s", logged);
    cadre_test_close(client);
}
END_TEST

/* --- types --- */

struct limit {
    int max;
};

static int n_done;

static int limit_setup(const struct cadre_middleware_setup *setup, const void *options,
                       void **ret_self)
{
    const struct limit *limit = options;
    int *copy;

    if (limit->max < 0) {
        snprintf(setup->why, setup->why_size, "max is %d, for %s at \"%s\": give 0 or more",
                 limit->max, setup->module, setup->mount);
        return -EINVAL;
    }
    copy = malloc(sizeof(*copy));
    ck_assert_ptr_nonnull(copy);
    *copy = limit->max;
    *ret_self = copy;
    return 0;
}

static void limit_done(void *self)
{
    free(self);
    n_done++;
}

static int limit_call(struct cadre_request *req, void *self)
{
    int *left = self;

    return (*left)-- > 0 ? cadre_next(req) : cadre_respond_text(req, 429, "enough");
}

static const struct cadre_middleware_type limiter = {
    .name = "limiter", .setup = limit_setup, .call = limit_call, .done = limit_done};

START_TEST(a_type_makes_its_layers_out_of_options)
{
    static const struct limit one = {1}, many = {100};
    static const struct cadre_middleware table[] = {
        CADRE_MIDDLEWARE_OF(limiter, &many),
        CADRE_MIDDLEWARE_OF(limiter, &one),
        CADRE_MIDDLEWARE_END,
    };
    static const struct cadre_module module = {.routes = routes, .middleware = table};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);

    cadre_assert_status(cadre_test_get(client, "/hello/a"), 200);
    cadre_assert_status(cadre_test_get(client, "/hello/b"), 429);
    cadre_test_close(client);
    ck_assert_int_eq(n_done, 2);
}
END_TEST

START_TEST(wrong_options_are_refused_with_the_place)
{
    static const struct limit wrong = {-1}, right = {1};
    static const struct cadre_middleware tables[][3] = {
        {CADRE_MIDDLEWARE_OF(limiter, &right), CADRE_MIDDLEWARE_OF(limiter, &wrong)},
        {{.name = "none", .file = "shop.c", .line = 7}},
    };
    const struct cadre_module module = {.routes = routes, .middleware = tables[_i]};
    const struct cadre_test_module one = {.module = &module, .mount = "/shop"};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1};
    struct cadre_test_client *client;
    char why[300];

    ck_assert_int_eq(cadre_test_open(&app, why, sizeof(why), &client), -EINVAL);
    ck_assert_msg(strstr(why, _i == 0 ? "middleware \"limiter\": max is -1, for test at \"/shop\": "
                                        "give 0 or more"
                                      : "shop.c:7: middleware \"none\": it has neither a function "
                                        "nor a type") != NULL,
                  "%s", why);
    ck_assert_int_eq(n_done, _i == 0 ? 1 : 0);
}
END_TEST

UNIT_MAIN("web/middleware",
          UNIT_LOOP(layers_run_inwards_and_responses_go_outwards, sizeof(rows) / sizeof(rows[0])),
          UNIT_LOOP(a_layer_may_do_otherwise, sizeof(others) / sizeof(others[0])),
          UNIT_CASE(a_type_makes_its_layers_out_of_options),
          UNIT_LOOP(wrong_options_are_refused_with_the_place, 2))
