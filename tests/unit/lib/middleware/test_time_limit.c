/* SPDX-License-Identifier: MIT */
/* A time until the response begins (lib/middleware/time_limit.c). */
#include "tests/unit/lib/middleware/layered.h"

#include <unistd.h>

static int hello(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "hello");
}

static int broken(struct cadre_request *req)
{
    (void)req;
    return -EIO;
}

static int sleeps(struct cadre_request *req)
{
    int r = cadre_sleep(5000);

    return r < 0 ? r : cadre_respond_text(req, 200, "slept");
}

/* Begins in time, and takes longer. */
static int begins(struct cadre_request *req)
{
    int r = cadre_start(req, 200);

    if (r == 0)
        r = cadre_sleep(5000);
    if (r == 0)
        r = cadre_write(req, "late", 4);
    return r < 0 ? r : cadre_end(req);
}

/* Takes its own time limit for what it is. */
static int fails_itself(struct cadre_request *req)
{
    (void)req;
    return -ETIMEDOUT;
}

static unsigned n_blocked;

/* On the loop, while the thread is at work. */
static int let_time_pass(void *arg)
{
    (void)arg;
    cadre_test_advance(1500);
    return 0;
}

/* Takes longer than it may, in a thread, where nothing ends it. */
static int blocks(struct cadre_request *req)
{
    int r = cadre_from_thread(let_time_pass, NULL);

    if (r < 0 && r != -ECANCELED)
        return r;
    while (!cadre_cancelled())
        usleep(1000);
    n_blocked++;
    return cadre_respond_text(req, 200, "too late");
}

static const struct cadre_route routes[] = {
    CADRE_GET("/", hello),
    CADRE_GET("/broken", broken),
    CADRE_GET("/sleeps", sleeps),
    CADRE_GET("/begins", begins),
    CADRE_GET("/fails", fails_itself),
    CADRE_GET("/blocks", blocks, .sync = true),
    CADRE_ROUTES_END,
};

static const struct {
    const char *path;
    int status;
    const char *body;
} limited[] = {
    {"/", 200, "hello"},
    {"/sleeps", 504, "Gateway Timeout"},
    {"/begins", 200, "late"},
    {"/fails", 500, "Internal Server Error"},
    {"/broken", 500, "Internal Server Error"},
};

static const struct cadre_time_limit_options second = {.ms = 1000};

START_TEST(a_response_begins_in_time)
{
    struct cadre_test_client *client = layered_open(routes, &cadre_time_limit, &second, NULL);
    const struct cadre_test_response *res = cadre_test_get(client, limited[_i].path);

    cadre_assert_status(res, limited[_i].status);
    cadre_assert_body(res, limited[_i].body);
    cadre_assert_status(cadre_test_get(client, "/"), 200);
    cadre_test_close(client);
    layered_refused(&cadre_time_limit, NULL, "ms: say how many milliseconds");
}
END_TEST

/* Its thread cannot be ended: it is told, its answer is dropped, and then the 504 comes. */
START_TEST(a_sync_handler_is_waited_for)
{
    struct cadre_test_client *client = layered_open(routes, &cadre_time_limit, &second, NULL);
    const struct cadre_test_response *res = cadre_test_get(client, "/blocks");

    ck_assert_uint_eq(n_blocked, 1);
    cadre_assert_status(res, 504);
    cadre_assert_body(res, "Gateway Timeout");
    cadre_assert_status(cadre_test_get(client, "/"), 200);
    cadre_test_close(client);
}
END_TEST

UNIT_MAIN("middleware/time_limit",
          UNIT_LOOP(a_response_begins_in_time, sizeof(limited) / sizeof(limited[0])),
          UNIT_CASE(a_sync_handler_is_waited_for))
