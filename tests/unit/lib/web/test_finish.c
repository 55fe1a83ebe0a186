/* SPDX-License-Identifier: MIT */
/*
 * The end of a request behind its response (web/finish.c): work first, then releases, while the
 * client goes on; by the test client, and over a channel that cannot go on without the request.
 */
#include "config.h"

#include "tests/unit/lib/web/one_handler.h"

#include "api/api.h"
#include <cadre.h>
#include <cadre/test.h>

static char trace[512]; /* what happened, in order */

static void note(const char *text)
{
    size_t len = strlen(trace);

    snprintf(trace + len, sizeof(trace) - len, "%s ", text);
}

/* --- dependencies --- */

struct session {
    struct cadre_request *req;
    const char *name; /* in the request's memory */
};

static int open_session(struct cadre_request *req, const void *params, void **ret)
{
    struct session *session = cadre_alloc(req, sizeof(*session));

    (void)params;
    ck_assert_ptr_nonnull(session);
    *session = (struct session){req, cadre_strdup(req, "session")};
    *ret = session;
    note(session->name);
    return 0;
}

/* The request is all there, behind its response too. */
static void close_session(struct cadre_request *req, void *value, int error)
{
    const struct session *session = value;
    char text[40];

    ck_assert_ptr_eq(session->req, req);
    ck_assert_str_eq(session->name, "session");
    ck_assert_str_eq(cadre_query_param(req, "q"), "a b");
    ck_assert_str_eq(cadre_header(req, "x-who"), "me");
    ck_assert_str_eq(cadre_request_get(req, "note"), "kept");
    ck_assert_int_eq(cadre_response_status(req), 200);
    snprintf(text, sizeof(text), error != 0 ? "-session%d" : "-session", error);
    note(text);
}

static int close_slowly_result;

static void close_slowly(struct cadre_request *req, void *value, int error)
{
    close_slowly_result = cadre_sleep(100);
    close_session(req, value, error);
}

static void close_in_thread(struct cadre_request *req, void *value, int error)
{
    ck_assert_int_eq(cadre_sleep(1), -EDEADLK);
    close_session(req, value, error);
}

static void close_and_spawn(struct cadre_request *req, void *value, int error);

static CADRE_DEPENDENCY(session, open_session, .release = close_session);
static CADRE_DEPENDENCY(spawning_session, open_session, .release = close_and_spawn);
static CADRE_DEPENDENCY(slow_session, open_session, .release = close_slowly);
static CADRE_DEPENDENCY(thread_session, open_session, .release = close_in_thread, .sync = true);
static CADRE_DEPENDENCY(brief, open_session, .scope = CADRE_SCOPE_FUNCTION);
static CADRE_DEPENDENCY(plain, open_session);

static int add_task(struct cadre_request *req, const void *params, void **ret);
static CADRE_DEPENDENCY(tasked, add_task);

/* --- work: the argument is what it notes --- */

static char slow[] = "slow", thread[] = "thread", breaks[] = "fail", always[] = "always",
            spawns[] = "spawned", layers[] = "layers", kept[] = "kept";

static int work(void *arg)
{
    int r = cadre_sleep(1000);

    note(r < 0 ? "cut" : arg);
    return r;
}

static int work_in_thread(void *arg)
{
    ck_assert_int_eq(cadre_sleep(1), -EDEADLK);
    note(arg);
    return 0;
}

static int broken(void *arg)
{
    int r = cadre_sleep(1000);

    note(arg);
    return r < 0 ? r : -EIO;
}

static int spawned(void *arg)
{
    int r = cadre_sleep(3600 * 1000);

    note(r == -ECANCELED ? arg : "left");
    return r;
}

static int spawn(void *arg)
{
    ck_assert_ptr_nonnull(cadre_spawn(spawned, arg));
    return cadre_sleep(1);
}

static void close_and_spawn(struct cadre_request *req, void *value, int error)
{
    ck_assert_int_eq(spawn(spawns), 0);
    close_session(req, value, error);
}

static void gone(void *arg)
{
    (void)arg;
    note("free");
}

static int add_task(struct cadre_request *req, const void *params, void **ret)
{
    (void)params;
    (void)ret;
    return cadre_background_add(req, CADRE_BACKGROUND(work, layers, NULL));
}

/* What the path asks for, a letter each. */
static int add_work(struct cadre_request *req)
{
    int r = cadre_request_set(req, "note", kept);

    for (const char *c = cadre_path_param(req, "work"); r == 0 && *c != '\0'; c++) {
        if (*c == 's')
            r = cadre_background_add(req, CADRE_BACKGROUND(work, slow, gone));
        else if (*c == 't')
            r = cadre_background_add(req,
                                     CADRE_BACKGROUND(work_in_thread, thread, gone, .sync = true));
        else if (*c == 'f')
            r = cadre_background_add(req, CADRE_BACKGROUND(broken, breaks, NULL));
        else if (*c == 'a')
            r = cadre_background_add(req, CADRE_BACKGROUND(work, always, NULL, .always = true));
        else if (*c == 'p')
            r = cadre_background_add(req, CADRE_BACKGROUND(spawn, spawns, NULL));
    }
    return r;
}

static int answer(struct cadre_request *req)
{
    int r = add_work(req);

    note("handler");
    return r < 0 ? r : cadre_respond_text(req, 200, "ok");
}

static int streams(struct cadre_request *req)
{
    int r = add_work(req);

    if (r == 0)
        r = cadre_start(req, 200);
    note("handler");
    return r < 0 ? r : cadre_write(req, "ok", 2);
}

static int answers_and_fails(struct cadre_request *req)
{
    int r = answer(req);

    return r < 0 ? r : -EIO;
}

static int quick(struct cadre_request *req)
{
    note("next");
    return cadre_respond_text(req, 200, "next");
}

#define DEPENDS(...) .dependencies = CADRE_DEPENDENCIES(__VA_ARGS__)

static const struct cadre_route routes[] = {
    CADRE_GET("/one/{work}", answer, DEPENDS(&session)),
    CADRE_GET("/sync/{work}", answer, DEPENDS(&session), .sync = true),
    CADRE_GET("/stream/{work}", streams, DEPENDS(&session)),
    CADRE_GET("/two/{work}", answer, DEPENDS(&session, &thread_session)),
    CADRE_GET("/slow/{work}", answer, DEPENDS(&slow_session)),
    CADRE_GET("/slow-and-brief/{work}", answer, DEPENDS(&slow_session, &brief)),
    CADRE_GET("/thread/{work}", answer, DEPENDS(&session, &thread_session)),
    CADRE_GET("/leaving-slowly/{work}", answer, DEPENDS(&slow_session),
              .cancel_on_disconnect = true),
    CADRE_GET("/spawning/{work}", answer, DEPENDS(&session, &spawning_session)),
    CADRE_GET("/both/{work}", answer, DEPENDS(&session, &brief)),
    CADRE_GET("/plain/{work}", answer, DEPENDS(&plain)),
    CADRE_GET("/tasked/{work}", answer, DEPENDS(&session, &tasked)),
    CADRE_GET("/tasked-sync/{work}", answer, DEPENDS(&session, &tasked), .sync = true),
    CADRE_GET("/fails/{work}", answers_and_fails, DEPENDS(&session)),
    CADRE_GET("/leaving/{work}", answer, DEPENDS(&session), .cancel_on_disconnect = true),
    CADRE_GET("/next", quick),
    CADRE_ROUTES_END,
};

static struct cadre_test_client *open_client(const struct cadre_middleware *middleware)
{
    const struct cadre_module module = {.routes = routes, .middleware = middleware};
    const struct cadre_test_module one = {.module = &module};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1};
    struct cadre_test_client *client = NULL;
    char why[500] = "";

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_msg(cadre_test_open(&app, why, sizeof(why), &client) == 0, "%s", why);
    return client;
}

#define ASK(path_)                                                                                 \
    (&(const struct cadre_test_request){.target = path_ "?q=a+b",                                  \
                                        .headers = (const char *const[]){"X-Who: me", NULL}})

static void ask(struct cadre_test_client *client, const struct cadre_test_request *request)
{
    const struct cadre_test_response *res = cadre_test_send(client, request);

    cadre_assert_status(res, 200);
    cadre_assert_body(res, "ok");
}

static const struct {
    const struct cadre_test_request *request;
    const char *answered; /* what has happened when the client has its answer */
    const char *ended;    /* and what has in the end */
} rows[] = {
    {ASK("/one/-"), "session handler -session ", ""},
    {ASK("/one/s"), "session handler ", "slow free -session "},
    {ASK("/one/st"), "session handler ", "slow free thread free -session "},
    {ASK("/one/p"), "session handler ", "spawned -session "},
    {ASK("/sync/s"), "session handler ", "slow free -session "},
    {ASK("/stream/s"), "session handler ", "slow free -session "},
    {ASK("/two/s"), "session session handler ", "slow free -session -session "},
    {ASK("/slow/s"), "session handler ", "slow free -session "},
    {ASK("/spawning/-"), "session session handler ", "-session spawned -session "},
    /* Nothing waits for a release that suspends; one that does not is done before the answer goes.
     */
    {ASK("/slow/-"), "session handler ", "-session "},
    {ASK("/slow-and-brief/-"), "session session handler ", "-session "},
    {ASK("/spawning/s"), "session session handler ", "slow free -session spawned -session "},
    {ASK("/both/s"), "session session handler ", "slow free -session "},
    {ASK("/plain/s"), "session handler ", "slow free "},
    {ASK("/tasked/s"), "session handler ", "layers slow free -session "},
    {ASK("/leaving/s"), "session handler ", "slow free -session "},
    /* The first one is added on the loop, the other by a thread, which has memory of its own. */
    {ASK("/tasked-sync/s"), "session handler ", "layers slow free -session "},
    /* The first error is what the request has failed with. */
    {ASK("/one/fs"), "session handler ", "fail free -session-5 "},
    {ASK("/one/fsa"), "session handler ", "fail free always -session-5 "},
    /* One that has failed itself has no work. */
    {ASK("/fails/s"), "session handler -session-5 free ", ""},
};

START_TEST(values_are_released_behind_the_work)
{
    struct cadre_test_client *client = open_client(NULL);

    ask(client, rows[_i].request);
    ck_assert_str_eq(trace, rows[_i].answered);
    trace[0] = '\0';
    ck_assert_int_eq(cadre_test_join_background(client), 0);
    ck_assert_str_eq(trace, rows[_i].ended);
    cadre_test_close(client);
}
END_TEST

START_TEST(the_client_goes_on_meanwhile)
{
    struct cadre_test_client *client = open_client(NULL);

    ask(client, ASK("/one/s"));
    cadre_assert_status(cadre_test_get(client, "/next"), 200);
    ask(client, ASK("/one/t"));
    ck_assert_int_eq(cadre_test_join_background(client), 0);
    ck_assert_str_eq(trace, "session handler next session handler "
                            "thread free -session slow free -session ");
    cadre_test_close(client);
}
END_TEST

START_TEST(the_client_goes_on_while_values_are_released)
{
    struct cadre_test_client *client = open_client(NULL);

    ask(client, ASK("/slow/-"));
    cadre_assert_status(cadre_test_get(client, "/next"), 200);
    ck_assert_str_eq(trace, "session handler next ");
    ck_assert_int_eq(cadre_test_join_background(client), 0);
    ck_assert_str_eq(trace, "session handler next -session ");
    ask(client, ASK("/thread/-"));
    ck_assert_int_eq(cadre_test_join_background(client), 0);
    ck_assert_str_eq(trace, "session handler next -session "
                            "session session handler -session -session ");
    cadre_test_close(client);
}
END_TEST

START_TEST(a_client_that_leaves_with_its_answer_cuts_no_release)
{
    struct cadre_test_client *client = open_client(NULL);
    struct cadre_test_stream *stream =
        cadre_test_stream_open(client, ASK("/leaving-slowly/-"), false);

    close_slowly_result = 1;
    cadre_assert_status(cadre_test_stream_head(stream), 200);
    cadre_test_stream_leave(stream);
    (void)cadre_test_stream_end(stream);
    ck_assert_int_eq(cadre_test_join_background(client), 0);
    ck_assert_str_eq(trace, "session handler -session ");
    ck_assert_int_eq(close_slowly_result, 0);
    cadre_test_close(client);
}
END_TEST

START_TEST(a_client_that_leaves_with_its_answer_cuts_nothing)
{
    struct cadre_test_client *client = open_client(NULL);
    struct cadre_test_stream *stream = cadre_test_stream_open(client, ASK("/leaving/s"), false);

    cadre_assert_status(cadre_test_stream_head(stream), 200);
    cadre_test_stream_leave(stream);
    (void)cadre_test_stream_end(stream);
    ck_assert_int_eq(cadre_test_join_background(client), 0);
    ck_assert_str_eq(trace, "session handler slow free -session ");
    cadre_test_close(client);
}
END_TEST

/* The end of the application, as of a server that stops at once. */
START_TEST(what_is_cut_releases_all_the_same)
{
    struct cadre_test_client *client = open_client(NULL);

    ask(client, ASK("/slow/ss"));
    cadre_test_close(client);
    ck_assert_str_eq(trace, "session handler cut free -session-125 free ");
    ck_assert_int_eq(close_slowly_result, 0);
}
END_TEST

START_TEST(a_release_is_cut_as_work_is)
{
    struct cadre_test_client *client = open_client(NULL);

    ask(client, ASK("/slow/-"));
    ck_assert_str_eq(trace, "session handler ");
    cadre_test_close(client);
    ck_assert_str_eq(trace, "session handler -session ");
    ck_assert_int_eq(close_slowly_result, -ECANCELED);
}
END_TEST

/* --- with middleware --- */

static int add_behind(struct cadre_request *req, void *self)
{
    int r = cadre_next(req);

    (void)self;
    ck_assert_ptr_nonnull(cadre_dependency_value(req, &session));
    note("layer");
    if (r == 0)
        r = cadre_background_add(req, CADRE_BACKGROUND(work, layers, NULL));
    return r;
}

START_TEST(middleware_sees_the_values_and_may_add_work)
{
    static const struct cadre_middleware middleware[] = {CADRE_MIDDLEWARE(add_behind),
                                                         CADRE_MIDDLEWARE_END};
    struct cadre_test_client *client = open_client(middleware);

    ask(client, ASK("/one/-"));
    ck_assert_int_eq(cadre_test_join_background(client), 0);
    ck_assert_str_eq(trace, "session handler layer layers -session ");
    cadre_test_close(client);
}
END_TEST

/* --- a protocol whose connections can not go on without their requests --- */

static void release_only(struct cadre_request *req, void *value, int error)
{
    ck_assert_ptr_eq(((struct session *)value)->req, req);
    note(error != 0 ? "error" : "-session");
}
static CADRE_DEPENDENCY(simple, open_session, .release = release_only);

static void release_slowly(struct cadre_request *req, void *value, int error)
{
    ck_assert_int_eq(cadre_sleep(100), 0);
    release_only(req, value, error);
}
static CADRE_DEPENDENCY(slow_simple, open_session, .release = release_slowly);

static int answer_simply(struct cadre_request *req)
{
    ck_assert_int_eq(cadre_background_add(req, CADRE_BACKGROUND(work, slow, gone)), 0);
    return cadre_respond_text(req, 200, "ok");
}

static int only_answer(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "ok");
}

static int call_and_note(void *arg)
{
    int r = one_main(arg);

    note("returned");
    return r;
}

START_TEST(such_a_protocol_waits)
{
    const struct cadre_route tables[][2] = {
        {CADRE_GET("/x", answer_simply, DEPENDS(&simple)), CADRE_ROUTES_END},
        {CADRE_GET("/x", only_answer, DEPENDS(&slow_simple)), CADRE_ROUTES_END}};
    const struct cadre__mount_options mount = {
        .name = "one", .path = "/", .routes = tables[_i], .typed = &cadre__api_ops};
    struct cadre__test_clock clock;
    const struct cadre__loop_options options = {.test_clock = &clock};
    struct fake fake;
    struct one_call call = {.fake = &fake};
    struct cadre__loop *loop;
    char why[500] = "";

    fake_init(&fake, "GET", "/x");
    ck_assert_ptr_null(fake.channel.ops->detach);
    ck_assert_int_eq(cadre__app_new(NULL, &call.app), 0);
    ck_assert_msg(cadre__app_mount(call.app, &mount, why, sizeof(why), NULL) == 0, "%s", why);
    cadre__test_clock_init(&clock, 1);
    ck_assert_int_eq(cadre__loop_new(&options, &loop), 0);
    ck_assert_int_eq(cadre__loop_run_main(loop, call_and_note, &call), 0);
    ck_assert_str_eq(trace, _i == 0 ? "session slow free -session returned "
                                    : "session -session returned ");
    cadre__loop_free(loop);
    cadre__app_free(call.app);
    fake_done(&fake);
}
END_TEST

UNIT_MAIN("web/finish",
          UNIT_LOOP(values_are_released_behind_the_work, (int)(sizeof(rows) / sizeof(rows[0]))),
          UNIT_CASE(the_client_goes_on_meanwhile),
          UNIT_CASE(a_client_that_leaves_with_its_answer_cuts_nothing),
          UNIT_CASE(the_client_goes_on_while_values_are_released),
          UNIT_CASE(a_client_that_leaves_with_its_answer_cuts_no_release),
          UNIT_CASE(what_is_cut_releases_all_the_same), UNIT_CASE(a_release_is_cut_as_work_is),
          UNIT_CASE(middleware_sees_the_values_and_may_add_work),
          UNIT_LOOP(such_a_protocol_waits, 2))
