/* SPDX-License-Identifier: MIT */
/* Dependencies, by the test client: order, values, failures, releases (api/resolve.c, gate.c). */
#include "tests/unit/lib/api/typed_test.h"

static char trace[512]; /* what ran, in order */
static int made;        /* of those that count */

static void note(const char *text)
{
    size_t len = strlen(trace);

    snprintf(trace + len, sizeof(trace) - len, "%s ", text);
}

/* --- dependencies that note what they do --- */

static int make(const char *name, void **ret)
{
    note(name);
    *ret = (void *)(uintptr_t)name;
    return 0;
}

static void unmake(void *value, int error)
{
    char text[40];

    snprintf(text, sizeof(text), error != 0 ? "-%s%d" : "-%s", (const char *)value, error);
    note(text);
}

static void release(struct cadre_request *req, void *value, int error)
{
    ck_assert_ptr_nonnull(cadre_method(req));
    unmake(value, error);
}

#define MAKER(name_)                                                                               \
    static int make_##name_(struct cadre_request *req, const void *params, void **ret)             \
    {                                                                                              \
        (void)req;                                                                                 \
        ck_assert_ptr_null(params);                                                                \
        return make(#name_, ret);                                                                  \
    }
MAKER(base)
MAKER(left)
MAKER(right)
MAKER(global)
MAKER(router)
MAKER(inner)

static CADRE_DEPENDENCY(base, make_base, .release = release);
static CADRE_DEPENDENCY(left, make_left, .release = release,
                        .dependencies = CADRE_DEPENDENCIES(&base));
static CADRE_DEPENDENCY(right, make_right, .release = release,
                        .dependencies = CADRE_DEPENDENCIES(&base));
static CADRE_DEPENDENCY(global, make_global, .release = release);
static CADRE_DEPENDENCY(router, make_router, .release = release);
static CADRE_DEPENDENCY(inner, make_inner, .release = release);

static int make_in_thread(struct cadre_request *req, const void *params, void **ret)
{
    (void)params;
    ck_assert_int_eq(cadre_sleep(1), -EDEADLK); /* no coroutine */
    *ret = cadre_strdup(req, "thread");
    note("thread");
    return *ret == NULL ? -ENOMEM : 0;
}

static void release_in_thread(struct cadre_request *req, void *value, int error)
{
    ck_assert_int_eq(cadre_sleep(1), -EDEADLK);
    release(req, value, error);
}
static CADRE_DEPENDENCY(thread, make_in_thread, .release = release_in_thread, .sync = true);

static int make_numbered(struct cadre_request *req, const void *params, void **ret)
{
    (void)params;
    *ret = cadre_printf(req, "n%d", ++made);
    note(*ret);
    return 0;
}
static CADRE_DEPENDENCY(fresh, make_numbered, .no_cache = true);
static CADRE_DEPENDENCY(needs_fresh, make_left, .dependencies = CADRE_DEPENDENCIES(&fresh));

static int make_failing(struct cadre_request *req, const void *params, void **ret)
{
    (void)params;
    (void)ret;
    note("failing");
    return cadre_fail(req, 401, "Not authenticated");
}
static CADRE_DEPENDENCY(failing, make_failing, .release = release);

static int make_broken(struct cadre_request *req, const void *params, void **ret)
{
    (void)req;
    (void)params;
    (void)ret;
    return -EIO;
}
static CADRE_DEPENDENCY(broken, make_broken, .release = release);
static CADRE_DEPENDENCY(broken_in_thread, make_broken, .sync = true);

static int make_answer(struct cadre_request *req, const void *params, void **ret)
{
    int r = cadre_header_set(req, "www-authenticate", "Basic");

    (void)params;
    *ret = (void *)(uintptr_t) "answer";
    note("answer");
    return r < 0 ? r : cadre_error(req, 401, "Who are you?");
}
static CADRE_DEPENDENCY(answer, make_answer, .release = release);
static CADRE_DEPENDENCY(answer_in_thread, make_answer, .release = release, .sync = true);

static int make_header(struct cadre_request *req, const void *params, void **ret)
{
    (void)params;
    (void)ret;
    return cadre_header_set(req, "x-by", "dependency");
}
static CADRE_DEPENDENCY(header, make_header);
static CADRE_DEPENDENCY(brief, make_right, .release = release, .scope = CADRE_SCOPE_FUNCTION);

/* --- handlers --- */

static int hello(struct cadre_request *req)
{
    const char *value = cadre_dependency_value(req, &base);

    note("handler");
    return cadre_respond_text(req, 200, value != NULL ? value : "none");
}

static int fails(struct cadre_request *req)
{
    note("handler");
    return cadre_fail(req, 409, "No");
}

/* In a thread: the answer has not gone out yet. */
static int answers_and_fails(struct cadre_request *req)
{
    int r = cadre_respond_text(req, 200, "done");

    note("handler");
    return r < 0 ? r : -EIO;
}

static int streams(struct cadre_request *req)
{
    int r = cadre_start(req, 200);

    note("started");
    ck_assert_ptr_null(cadre_dependency_value(req, &brief));
    return r < 0 ? r : cadre_write(req, "x", 1);
}

static int tells_thread(struct cadre_request *req)
{
    note("handler");
    return cadre_respond_text(req, 200, cadre_dependency_value(req, &thread));
}

#define DEPENDS(...) .dependencies = CADRE_DEPENDENCIES(__VA_ARGS__)

static const struct cadre_route below[] = {
    CADRE_GET("/hello", hello, DEPENDS(&inner, &base)),
    CADRE_ROUTES_END,
};

static const struct cadre_route routes[] = {
    CADRE_GET("/cached", hello, DEPENDS(&left, &right)),
    CADRE_GET("/sync", hello, DEPENDS(&left, &right), .sync = true),
    CADRE_GET("/fails", fails, DEPENDS(&left, &right)),
    CADRE_GET("/thread", tells_thread, DEPENDS(&thread, &base)),
    CADRE_GET("/threads", tells_thread, DEPENDS(&thread, &base), .sync = true),
    CADRE_GET("/fresh", hello, DEPENDS(&fresh, &needs_fresh, &fresh)),
    CADRE_GET("/401", hello, DEPENDS(&base, &failing, &right)),
    CADRE_GET("/500", hello, DEPENDS(&base, &broken, &right)),
    CADRE_GET("/500s", hello, DEPENDS(&base, &broken_in_thread, &right)),
    CADRE_GET("/answer", hello, DEPENDS(&base, &answer, &right)),
    CADRE_GET("/answers", hello, DEPENDS(&base, &answer_in_thread, &right)),
    CADRE_GET("/header", hello, DEPENDS(&header)),
    CADRE_GET("/brief", hello, DEPENDS(&brief)),
    CADRE_GET("/briefs", hello, DEPENDS(&brief), .sync = true),
    CADRE_GET("/stream", streams, DEPENDS(&brief)),
    CADRE_GET("/brief-fails", fails, DEPENDS(&brief)),
    CADRE_GET("/brief-401", hello, DEPENDS(&brief, &failing)),
    CADRE_GET("/brief-late", answers_and_fails, DEPENDS(&brief), .sync = true),
    CADRE_MOUNT("/in", below, DEPENDS(&router)),
    CADRE_ROUTES_END,
};

static const struct cadre_module plain = {.routes = routes};
static const struct cadre_module whole = {.routes = routes, DEPENDS(&global)};

static const struct {
    const char *path;
    int status;
    const char *body;
    const char *trace;
} rows[] = {
    {"/cached", 200, "base", "base left right handler -right -left -base "},
    {"/sync", 200, "base", "base left right handler -right -left -base "},
    {"/fails", 409, "{\"detail\":\"No\"}",
     "base left right handler -right-4097 -left-4097 -base-4097 "},
    {"/thread", 200, "thread", "thread base handler -base -thread "},
    {"/threads", 200, "thread", "thread base handler -base -thread "},
    {"/fresh", 200, "none", "n1 n2 left n3 handler "},
    {"/401", 401, "{\"detail\":\"Not authenticated\"}", "base failing -base-4097 "},
    {"/500", 500, "Internal Server Error", "base -base-5 "},
    {"/500s", 500, "Internal Server Error", "base -base-5 "},
    {"/answer", 401, "{\"detail\":\"Who are you?\"}", "base answer -answer -base "},
    {"/answers", 401, "{\"detail\":\"Who are you?\"}", "base answer -answer -base "},
    {"/header", 200, "none", "handler "},
    {"/brief", 200, "none", "right handler -right "},
    {"/briefs", 200, "none", "right handler -right "},
    {"/stream", 200, "x", "right -right started "},
    {"/brief-fails", 409, "{\"detail\":\"No\"}", "right handler -right-4097 "},
    {"/brief-401", 401, "{\"detail\":\"Not authenticated\"}", "right failing -right-4097 "},
    {"/brief-late", 500, "Internal Server Error", "right handler -right-5 "},
    {"/in/hello", 200, "base", "router inner base handler -base -inner -router "},
};

static struct cadre_test_client *open_client(const struct cadre_module *module,
                                             const struct cadre_dependency_override *overrides)
{
    const struct cadre_test_module one = {.module = module};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1, .overrides = overrides};
    struct cadre_test_client *client = NULL;
    char why[500] = "";

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_msg(cadre_test_open(&app, why, sizeof(why), &client) == 0, "%s", why);
    return client;
}

START_TEST(dependencies_are_resolved_in_order_and_released_in_reverse)
{
    struct cadre_test_client *client = open_client(&plain, NULL);
    const struct cadre_test_response *res = cadre_test_get(client, rows[_i].path);

    cadre_assert_status(res, rows[_i].status);
    cadre_assert_body(res, rows[_i].body);
    ck_assert_int_eq(cadre_test_join_background(client), 0); /* of those that suspend */
    ck_assert_str_eq(trace, rows[_i].trace);
    if (strcmp(rows[_i].path, "/header") == 0)
        cadre_assert_header(res, "x-by", "dependency");
    if (strncmp(rows[_i].path, "/answer", 7) == 0)
        cadre_assert_header(res, "www-authenticate", "Basic");
    cadre_test_close(client);
}
END_TEST

START_TEST(those_of_the_module_come_first)
{
    struct cadre_test_client *client = open_client(&whole, NULL);

    cadre_assert_status(cadre_test_get(client, "/in/hello"), 200);
    ck_assert_str_eq(trace, "global router inner base handler -base -inner -router -global ");
    trace[0] = '\0';
    cadre_assert_status(cadre_test_get(client, "/nothing"), 404);
    ck_assert_str_eq(trace, "");
    cadre_test_close(client);
}
END_TEST

/* --- tests put others in their place --- */

MAKER(fake)
static CADRE_DEPENDENCY(fake, make_fake, .release = release);

static const struct cadre_dependency_override by_address[] = {{.of = &base, .by = &fake}, {0}};
static const struct cadre_dependency_override by_name[] = {{.name = "base", .by = &fake}, {0}};

START_TEST(a_test_overrides_also_what_others_need)
{
    struct cadre_test_client *client = open_client(&plain, _i == 0 ? by_address : by_name);

    cadre_assert_body(cadre_test_get(client, "/cached"), "fake");
    ck_assert_str_eq(trace, "fake left right handler -right -left -fake ");
    cadre_test_close(client);
}
END_TEST

/* --- at once --- */

static int make_slowly(struct cadre_request *req, const void *params, void **ret)
{
    int r = cadre_sleep(1000);

    (void)req;
    (void)params;
    *ret = (void *)(uintptr_t) "slow";
    return r;
}
static CADRE_DEPENDENCY(slow_a, make_slowly, .concurrent = true, .release = release);
static CADRE_DEPENDENCY(slow_b, make_slowly, .concurrent = true, .release = release);
static CADRE_DEPENDENCY(needs_slow, make_slowly, .concurrent = true, .release = release,
                        .dependencies = CADRE_DEPENDENCIES(&slow_a));
static CADRE_DEPENDENCY(slow_and_failing, make_failing, .concurrent = true);
static CADRE_DEPENDENCY(slow_answer, make_answer, .concurrent = true);

static const struct cadre_route at_once[] = {
    CADRE_GET("/two", hello, DEPENDS(&slow_a, &slow_b)),
    CADRE_GET("/chain", hello, DEPENDS(&slow_a, &needs_slow, &slow_b)),
    CADRE_GET("/then", hello, DEPENDS(&slow_a, &slow_b, &right)),
    CADRE_GET("/thread", hello, DEPENDS(&slow_a, &thread, &slow_b)),
    CADRE_GET("/fails", hello, DEPENDS(&slow_a, &slow_and_failing)),
    CADRE_GET("/answer", hello, DEPENDS(&slow_a, &slow_answer)),
    CADRE_GET("/broken", hello, DEPENDS(&slow_a, &slow_b, &broken)),
    CADRE_ROUTES_END,
};
static const struct cadre_module concurrent = {.routes = at_once};

static const struct {
    const char *path;
    int status;
    uint64_t elapsed_ms;
    const char *trace;
} concurrent_rows[] = {
    {"/two", 200, 1000, "handler -slow -slow "},
    {"/chain", 200, 2000, "handler -slow -slow -slow "},
    {"/then", 200, 1000, "base right handler -slow -slow -right -base "},
    {"/thread", 200, 2000, "thread handler -slow -thread -slow "},
    {"/fails", 401, 0, "failing "},
    {"/answer", 401, 0, "answer "},
    {"/broken", 500, 0, ""},
};

START_TEST(independent_ones_run_at_once_if_asked)
{
    struct cadre_test_client *client = open_client(&concurrent, NULL);
    uint64_t begin = cadre_test_elapsed_ms();

    cadre_assert_status(cadre_test_get(client, concurrent_rows[_i].path),
                        concurrent_rows[_i].status);
    ck_assert_uint_eq(cadre_test_elapsed_ms() - begin, concurrent_rows[_i].elapsed_ms);
    ck_assert_int_eq(cadre_test_join_background(client), 0);
    ck_assert_str_eq(trace, concurrent_rows[_i].trace);
    cadre_test_close(client);
}
END_TEST

/* --- a client that leaves --- */

static int waits(struct cadre_request *req)
{
    (void)req;
    return cadre_sleep(3600 * 1000);
}

static int sleeps(struct cadre_request *req)
{
    int r = cadre_sleep(strcmp(cadre_path_param(req, "what"), "half") == 0 ? 500 : 5000);

    return r < 0 ? r : cadre_respond_text(req, 200, "");
}

static const struct cadre_route waiting[] = {
    CADRE_GET("/sleep/{what}", sleeps),
    CADRE_GET("/wait", waits, DEPENDS(&base, &slow_a), .cancel_on_disconnect = true),
    CADRE_ROUTES_END,
};

START_TEST(a_cancelled_request_releases_too)
{
    static const struct cadre_module module = {.routes = waiting};
    struct cadre_test_client *client = open_client(&module, NULL);
    const struct cadre_test_request request = {.target = "/wait"};
    struct cadre_test_stream *stream = cadre_test_stream_open(client, &request, false);

    /* While one is resolved; or in the handler. */
    cadre_assert_status(cadre_test_get(client, _i == 0 ? "/sleep/half" : "/sleep/long"), 200);
    cadre_test_stream_leave(stream);
    (void)cadre_test_stream_end(stream);
    ck_assert_str_eq(trace, _i == 0 ? "base -base-125 " : "base -slow-125 -base-125 ");
    cadre_test_close(client);
}
END_TEST

/* --- one that is cancelled while a thread has it --- */

static struct cadre_scope *around; /* the handler, dependencies and all */

static int cancel_around(void *arg)
{
    (void)arg;
    cadre_scope_cancel(around);
    return 0;
}

static int run_scoped(struct cadre_request *req, void *self)
{
    struct cadre_scope scope;
    int r;

    (void)self;
    cadre_scope_begin(&scope);
    around = &scope;
    r = cadre_scope_end(&scope, cadre_next(req));
    return cadre_response_status(req) == 0 ? cadre_respond_text(req, 504, "cut") : r;
}

static int make_cancelling(struct cadre_request *req, const void *params, void **ret)
{
    (void)params;
    if (strcmp(cadre_path(req), "/making") == 0)
        ck_assert_int_eq(cadre_from_thread(cancel_around, NULL), 0);
    return make("thread", ret);
}

static void release_cancelling(struct cadre_request *req, void *value, int error)
{
    if (strcmp(cadre_path(req), "/releasing") == 0)
        ck_assert_int_eq(cadre_from_thread(cancel_around, NULL), 0);
    release_in_thread(req, value, error);
}
static CADRE_DEPENDENCY(cancelling, make_cancelling, .release = release_cancelling, .sync = true);
static CADRE_DEPENDENCY(cancelling_soon, make_cancelling, .release = release_cancelling,
                        .scope = CADRE_SCOPE_FUNCTION, .sync = true);

static const struct cadre_route cancelled[] = {
    CADRE_GET("/making", hello, DEPENDS(&base, &cancelling)),
    CADRE_GET("/releasing", hello, DEPENDS(&base, &cancelling_soon)),
    CADRE_ROUTES_END,
};

static const struct {
    const char *path;
    int status;
    const char *trace;
} cancelled_rows[] = {
    {"/making", 504, "base thread -thread-125 -base-125 "},
    {"/releasing", 200, "base thread handler -thread -base "},
};

START_TEST(what_a_thread_has_made_is_released_once)
{
    static const struct cadre_middleware middleware[] = {CADRE_MIDDLEWARE(run_scoped),
                                                         CADRE_MIDDLEWARE_END};
    static const struct cadre_module module = {.routes = cancelled, .middleware = middleware};
    struct cadre_test_client *client = open_client(&module, NULL);

    cadre_assert_status(cadre_test_get(client, cancelled_rows[_i].path), cancelled_rows[_i].status);
    ck_assert_str_eq(trace, cancelled_rows[_i].trace);
    cadre_test_close(client);
}
END_TEST

/* --- wrong ones --- */

static const struct cadre_dependency by_hand = {.name = "by_hand", .resolve = make_base};
static CADRE_DEPENDENCY(nothing, NULL);
static CADRE_DEPENDENCY(both, make_base, .sync = true, .concurrent = true);
extern const struct cadre_dependency circle_b;
static CADRE_DEPENDENCY(circle_a, make_base, DEPENDS(&circle_b));
CADRE_DEPENDENCY(circle_b, make_base, DEPENDS(&circle_a));

static const struct {
    const struct cadre_dependency *dependency;
    const char *why;
} wrong[] = {
    {&by_hand, "dependency \"by_hand\": it was not made by CADRE_DEPENDENCY, or with other "
               "headers: build it anew"},
    {&nothing, "dependency \"nothing\": it has no function"},
    {&both, "dependency \"both\": it is both sync and concurrent: a thread has the request for "
            "itself; take one"},
    {&circle_a, "dependency \"circle_a\": it needs itself, by what it needs: break the circle"},
};

START_TEST(a_wrong_dependency_is_refused_with_the_place)
{
    const struct cadre_dependency *list[] = {wrong[_i].dependency, NULL};
    const struct cadre_route row = CADRE_GET("/x", hello, .dependencies = list);

    typed_refused(row, wrong[_i].why);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

UNIT_MAIN("api/resolve",
          UNIT_LOOP(dependencies_are_resolved_in_order_and_released_in_reverse, COUNT(rows)),
          UNIT_CASE(those_of_the_module_come_first),
          UNIT_LOOP(a_test_overrides_also_what_others_need, 2),
          UNIT_LOOP(independent_ones_run_at_once_if_asked, COUNT(concurrent_rows)),
          UNIT_LOOP(a_cancelled_request_releases_too, 2),
          UNIT_LOOP(what_a_thread_has_made_is_released_once, COUNT(cancelled_rows)),
          UNIT_LOOP(a_wrong_dependency_is_refused_with_the_place, COUNT(wrong)))
