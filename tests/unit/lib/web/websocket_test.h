/* SPDX-License-Identifier: MIT */
/* What the tests of WebSockets share: a client of a table of routes, an echo, and time that goes
 * by.
 */
#ifndef CADRE_TESTS_UNIT_WEB_WEBSOCKET_TEST_H
#define CADRE_TESTS_UNIT_WEB_WEBSOCKET_TEST_H

#include "tests/unit/unit.h"

#include "base/log.h"
#include <cadre.h>
#include <cadre/test.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A reason of 124 bytes: one too many. */
#define LONG_REASON                                                                                \
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"  \
    "123456789012345678901234567890123"

static inline struct cadre_test_client *open_module(const struct cadre_module *module)
{
    const struct cadre_test_module one = {.module = module};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1};
    struct cadre_test_client *client = NULL;
    char why[2000] = "";

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_msg(cadre_test_open(&app, why, sizeof(why), &client) == 0, "%s", why);
    return client;
}

static inline struct cadre_test_client *open_client(const struct cadre_route *routes)
{
    const struct cadre_module module = {.routes = routes};

    return open_module(&module);
}

/* A handler that sends back what it receives. */
static inline int echo_messages(struct cadre_request *req)
{
    struct cadre_websocket_message message;
    int r = cadre_websocket_accept(req, NULL);

    while (r >= 0 && (r = cadre_websocket_receive(req, &message)) > 0)
        r = cadre_websocket_send(req, &message);
    return r;
}

/* A handler of "/pause/{ms}": lets the clock of the test go on, and others run meanwhile. */
static inline int pause_for(struct cadre_request *req)
{
    int64_t ms;
    int r = cadre_path_int(req, "ms", &ms);

    if (r == 0)
        r = cadre_sleep((uint64_t)ms);
    return r < 0 ? r : cadre_respond_empty(req, 204);
}

#define PAUSE_ROUTE CADRE_GET("/pause/{ms:int}", pause_for)

#endif
