/* SPDX-License-Identifier: MIT */
/* One handler at "/x", async or sync, called through the app as the gateway does. */
#ifndef TESTS_UNIT_WEB_ONE_HANDLER_H
#define TESTS_UNIT_WEB_ONE_HANDLER_H

#include "tests/unit/unit.h"

#include "base/log.h"
#include "tests/unit/lib/web/fake_channel.h"
#include "web/app.h"
#include <cadre.h>

struct one_call {
    struct cadre__app *app;
    struct fake *fake;
};

static inline int one_main(void *arg)
{
    struct one_call *call = arg;

    call->fake->result = cadre__app_call(call->app, &call->fake->scope, &call->fake->channel);
    return 0;
}

/* Calls the handler by that request; what a handler does wrong is not logged. */
static inline void one_handler(cadre_handler_fn handler, bool sync, struct fake *fake)
{
    const struct cadre_route routes[] = {
        CADRE_ROUTE("GET", "/x", handler, .sync = sync),
        CADRE_ROUTE("POST", "/x", handler, .sync = sync),
        CADRE_ROUTES_END,
    };
    const struct cadre__mount_options mount = {.name = "one", .path = "/", .routes = routes};
    struct cadre__test_clock clock;
    const struct cadre__loop_options options = {.test_clock = &clock, .threads = 2};
    struct one_call call = {.fake = fake};
    struct cadre__loop *loop;
    char why[500] = "";

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_int_eq(cadre__app_new(NULL, &call.app), 0);
    ck_assert_msg(cadre__app_mount(call.app, &mount, why, sizeof(why), NULL) == 0, "%s", why);
    cadre__test_clock_init(&clock, 1);
    ck_assert_int_eq(cadre__loop_new(&options, &loop), 0);
    ck_assert_int_eq(cadre__loop_run_main(loop, one_main, &call), 0);
    cadre__loop_free(loop);
    cadre__app_free(call.app);
}

/* The same with a new request; for fake_done() afterwards. */
static inline void one_get(cadre_handler_fn handler, bool sync, struct fake *fake)
{
    fake_init(fake, "GET", "/x");
    one_handler(handler, sync, fake);
}

#endif
