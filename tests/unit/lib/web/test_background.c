/* SPDX-License-Identifier: MIT */
/* Work behind a response (web/background.c): order, failures, and who frees what. */
#include "config.h"

#include "tests/unit/lib/base/log_sink.h"
#include "tests/unit/lib/web/one_handler.h"

/* What happened, in a line. */
static struct cadre__buf events;
static int n_begun, n_ended;
static int cancel_after_ms = -1;              /* -1: the end of the loop cancels what is left */
static const struct cadre_middleware *layers; /* around the handler */
static bool cancels_before;                   /* the server's cut comes before the response */

static void on_background(void *arg, bool begins)
{
    (void)arg;
    *(begins ? &n_begun : &n_ended) += 1;
}

static const struct cadre__app_hooks hooks = {.on_background = on_background};

static int call_and_wait(void *arg)
{
    struct one_call *call = arg;

    if (cancels_before)
        cadre__app_cancel_background(call->app);
    call->fake->result = cadre__app_call(call->app, &call->fake->scope, &call->fake->channel);
    cadre__buf_puts(&events, "answered ");
    if (cancel_after_ms >= 0) {
        if (cancel_after_ms > 0)
            ck_assert_int_eq(cadre_sleep((uint64_t)cancel_after_ms), 0);
        cadre__app_cancel_background(call->app);
        ck_assert_int_eq(cadre_sleep(10), 0);
        cadre__buf_puts(&events, "cancelled ");
    }
    return cadre_sleep(10000);
}

static void get(cadre_handler_fn handler, bool sync, struct fake *fake)
{
    const struct cadre_route routes[] = {CADRE_ROUTE("GET", "/x", handler, .sync = sync),
                                         CADRE_ROUTES_END};
    const struct cadre__mount_options mount = {
        .name = "one", .path = "/", .routes = routes, .middleware = layers};
    const struct cadre__app_options app_options = {.hooks = &hooks};
    struct cadre__test_clock clock;
    const struct cadre__loop_options options = {.test_clock = &clock, .threads = 2};
    struct one_call call = {.fake = fake};
    struct cadre__loop *loop;
    char why[500] = "";

    if (sink == 0) /* nobody reads it */
        cadre__log_set_level(CADRE_LOG_CRITICAL);
    cadre__buf_init(&events);
    fake_init(fake, "GET", "/x");
    ck_assert_int_eq(cadre__app_new(&app_options, &call.app), 0);
    ck_assert_msg(cadre__app_mount(call.app, &mount, why, sizeof(why), NULL) == 0, "%s", why);
    cadre__test_clock_init(&clock, 1);
    ck_assert_int_eq(cadre__loop_new(&options, &loop), 0);
    ck_assert_int_eq(cadre__loop_run_main(loop, call_and_wait, &call), 0);
    cadre__loop_free(loop);
    cadre__app_free(call.app);
}

static void done(struct fake *fake)
{
    cadre__buf_done(&events);
    fake_done(fake);
}

/* --- tasks: arg is a number, on the heap --- */

static int *number(int n)
{
    int *p = malloc(sizeof(*p));

    ck_assert_ptr_nonnull(p);
    *p = n;
    return p;
}

static void free_number(void *arg)
{
    cadre__buf_printf(&events, "free%d ", *(int *)arg);
    free(arg);
}

static int slow(void *arg)
{
    int r = cadre_sleep(100);

    cadre__buf_printf(&events, "slow%d ", *(int *)arg);
    return r;
}

static int quick(void *arg)
{
    cadre__buf_printf(&events, "quick%d ", *(int *)arg);
    return 7;
}

static int broken(void *arg)
{
    cadre__buf_printf(&events, "fail%d ", *(int *)arg);
    return -EIO;
}

static int in_thread(void *arg)
{
    ck_assert_int_eq(cadre_sleep(1), -EDEADLK);
    cadre__buf_printf(&events, "thread%d ", *(int *)arg);
    return 0;
}

static int two(struct cadre_request *req)
{
    int r = cadre_background_add(req, CADRE_BACKGROUND(slow, number(1), free_number));

    ck_assert_int_eq(r, 0);
    r = cadre_background_add(req, CADRE_BACKGROUND(quick, number(2), free_number));
    ck_assert_int_eq(r, 0);
    r = cadre_background_add(req,
                             CADRE_BACKGROUND(in_thread, number(3), free_number, .sync = true));
    ck_assert_int_eq(r, 0);
    return cadre_respond_text(req, 200, "ok");
}

START_TEST(tasks_run_behind_the_response_in_order)
{
    struct fake fake;

    get(two, _i == 1, &fake);
    ck_assert_int_eq(fake.response.status, 200);
    ck_assert_str_eq(cadre__buf_text(&events), "answered slow1 free1 quick2 free2 thread3 free3 ");
    ck_assert_int_eq(n_begun, 1);
    ck_assert_int_eq(n_ended, 1);
    done(&fake);
}
END_TEST

/* --- added on the loop, before a thread has the request --- */

static int add_before(struct cadre_request *req, void *self)
{
    int r = cadre_background_add(req, CADRE_BACKGROUND(quick, number(0), free_number));

    (void)self;
    return r < 0 ? r : cadre_next(req);
}

START_TEST(a_layer_adds_before_a_thread_does)
{
    static const struct cadre_middleware middleware[] = {CADRE_MIDDLEWARE(add_before),
                                                         CADRE_MIDDLEWARE_END};
    struct fake fake;

    layers = middleware;
    get(two, true, &fake);
    ck_assert_int_eq(fake.response.status, 200);
    fake_done(&fake); /* the request's memory goes */
    ck_assert_str_eq(cadre__buf_text(&events),
                     "answered quick0 free0 slow1 free1 quick2 free2 thread3 free3 ");
    ck_assert_int_eq(n_ended, 1);
    cadre__buf_done(&events);
}
END_TEST

static int failing(struct cadre_request *req)
{
    int r = cadre_background_add(req, CADRE_BACKGROUND(broken, number(1), free_number));

    ck_assert_int_eq(r, 0);
    r = cadre_background_add(req, CADRE_BACKGROUND(quick, number(2), free_number));
    ck_assert_int_eq(r, 0);
    r = cadre_background_add(req, CADRE_BACKGROUND(quick, number(3), free_number, .always = true));
    ck_assert_int_eq(r, 0);
    return cadre_respond_text(req, 200, "ok");
}

START_TEST(one_that_fails_stops_those_behind_it)
{
    struct fake fake;

    get(failing, false, &fake);
    ck_assert_int_eq(fake.response.status, 200);
    ck_assert_str_eq(cadre__buf_text(&events), "answered fail1 free1 free2 quick3 free3 ");
    done(&fake);
}
END_TEST

/* It cancels something of its own, and tells what came of that. */
static int own_cancel(void *arg)
{
    cadre__buf_printf(&events, "own%d ", *(int *)arg);
    return -ECANCELED;
}

static int cancelling_its_own(struct cadre_request *req)
{
    int r = cadre_background_add(req, CADRE_BACKGROUND(own_cancel, number(1), free_number));

    ck_assert_int_eq(r, 0);
    r = cadre_background_add(req, CADRE_BACKGROUND(quick, number(2), free_number));
    ck_assert_int_eq(r, 0);
    r = cadre_background_add(req, CADRE_BACKGROUND(quick, number(3), free_number, .always = true));
    ck_assert_int_eq(r, 0);
    return cadre_respond_text(req, 200, "ok");
}

START_TEST(one_that_says_it_was_cancelled_and_was_not_has_failed)
{
    struct fake fake;

    open_log(false, NULL);
    get(cancelling_its_own, false, &fake);
    ck_assert_str_eq(cadre__buf_text(&events), "answered own1 free1 free2 quick3 free3 ");
    assert_matches(written(), "background task \"own_cancel\" failed: ");
    done(&fake);
}
END_TEST

static int failed_handler(struct cadre_request *req)
{
    int r = cadre_background_add(req, CADRE_BACKGROUND(quick, number(1), free_number));

    ck_assert_int_eq(r, 0);
    return -EIO;
}

static int half_a_response(struct cadre_request *req)
{
    int r = cadre_background_add(req, CADRE_BACKGROUND(quick, number(1), free_number));

    ck_assert_int_eq(r, 0);
    r = cadre_start(req, 200);
    ck_assert_int_eq(r, 0);
    return -EIO;
}

START_TEST(without_a_response_none_runs)
{
    struct fake fake;

    get(_i == 0 ? failed_handler : half_a_response, false, &fake);
    fake_done(&fake); /* the request's memory goes */
    ck_assert_str_eq(cadre__buf_text(&events), "answered free1 ");
    ck_assert_int_eq(n_begun, 0);
    cadre__buf_done(&events);
}
END_TEST

static int endless(void *arg)
{
    int r = cadre_sleep(UINT64_C(1000000000));

    cadre__buf_printf(&events, "%s%d ", r == -ECANCELED ? "canceled" : "?", *(int *)arg);
    return r;
}

static int two_endless(struct cadre_request *req)
{
    int r = cadre_background_add(req, CADRE_BACKGROUND(endless, number(1), free_number));

    ck_assert_int_eq(r, 0);
    r = cadre_background_add(req, CADRE_BACKGROUND(quick, number(2), free_number, .always = true));
    ck_assert_int_eq(r, 0);
    return cadre_respond_empty(req, 204);
}

START_TEST(the_end_of_the_loop_cancels_them)
{
    struct fake fake;

    open_log(false, NULL);
    get(two_endless, false, &fake);
    ck_assert_str_eq(cadre__buf_text(&events), "answered canceled1 free1 free2 ");
    ck_assert_str_eq(written(), "");
    ck_assert_int_eq(n_ended, 1);
    done(&fake);
}
END_TEST

/* --- cancelled as one --- */

static int swallow(void *arg)
{
    int r = cadre_sleep(UINT64_C(1000000000));

    ck_assert_int_eq(r, -ECANCELED);
    cadre__buf_printf(&events, "swallow%d ", *(int *)arg);
    return 0;
}

static int swallowing(struct cadre_request *req)
{
    int r = cadre_background_add(req, CADRE_BACKGROUND(swallow, number(1), free_number));

    ck_assert_int_eq(r, 0);
    r = cadre_background_add(req, CADRE_BACKGROUND(quick, number(2), free_number, .always = true));
    ck_assert_int_eq(r, 0);
    return cadre_respond_empty(req, 204);
}

START_TEST(cancelled_ones_end_and_none_behind_them_runs)
{
    struct fake fake;

    cancel_after_ms = _i == 2 ? 0 : 50;
    get(_i == 0 ? two_endless : swallowing, false, &fake);
    ck_assert_str_eq(cadre__buf_text(&events),
                     _i == 0   ? "answered canceled1 free1 free2 cancelled "
                     : _i == 1 ? "answered swallow1 free1 free2 cancelled "
                               : "answered free1 free2 cancelled "); /* before its first step */
    ck_assert_int_eq(n_begun, 1);
    ck_assert_int_eq(n_ended, 1);
    done(&fake);
}
END_TEST

/* That of a request which has its answer when all others were cut. */
START_TEST(none_begins_behind_the_cut)
{
    struct fake fake;

    cancels_before = true;
    get(swallowing, false, &fake);
    ck_assert_str_eq(cadre__buf_text(&events), "answered free1 free2 ");
    ck_assert_int_eq(n_begun, 1);
    ck_assert_int_eq(n_ended, 1);
    done(&fake);
}
END_TEST

static int none(struct cadre_request *req)
{
    const struct cadre_background task = {.arg = number(1), .free_arg = free_number};

    ck_assert_int_eq(cadre_background_add(req, &task), -EINVAL);
    return cadre_respond_empty(req, 204);
}

START_TEST(a_task_without_a_function_is_refused)
{
    struct fake fake;

    get(none, false, &fake);
    ck_assert_str_eq(cadre__buf_text(&events), "free1 answered ");
    ck_assert_int_eq(n_begun, 0);
    done(&fake);
}
END_TEST

UNIT_MAIN("web/background", UNIT_LOOP(tasks_run_behind_the_response_in_order, 2),
          UNIT_CASE(a_layer_adds_before_a_thread_does),
          UNIT_CASE(one_that_fails_stops_those_behind_it),
          UNIT_CASE(one_that_says_it_was_cancelled_and_was_not_has_failed),
          UNIT_LOOP(without_a_response_none_runs, 2), UNIT_CASE(the_end_of_the_loop_cancels_them),
          UNIT_LOOP(cancelled_ones_end_and_none_behind_them_runs, 3),
          UNIT_CASE(none_begins_behind_the_cut), UNIT_CASE(a_task_without_a_function_is_refused))
