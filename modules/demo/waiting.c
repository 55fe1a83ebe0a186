/* SPDX-License-Identifier: MIT */
/* Waiting in the demo: on the loop while others are served, in pieces, and in a thread. */
#include "demo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

SHOWS_SOURCE(waiting);

/* The longest that a caller may ask for. */
#define WAIT_MAX_MS 10000

/* The query's ms, 1000 without one; -1 when it is no such number. */
static long wait_ms(struct cadre_request *req)
{
    const char *text = cadre_query_param(req, "ms");
    char *end;
    long ms;

    if (text == NULL)
        return 1000;
    ms = strtol(text, &end, 10);
    return end != text && *end == '\0' && ms >= 0 && ms <= WAIT_MAX_MS ? ms : -1;
}

static int bad_wait(struct cadre_request *req)
{
    return cadre_error(req, 422, "ms is not a whole number from 0 to 10000");
}

/* Awaits: the worker serves others meanwhile. */
static int slow(struct cadre_request *req)
{
    long ms = wait_ms(req);
    int r;

    demo_of(req);
    if (ms < 0)
        return bad_wait(req);
    r = cadre_sleep((uint64_t)ms);
    if (r < 0)
        return r;
    return cadre_respondf(req, 200, "application/json", "{\"slept_ms\":%ld}\n", ms);
}

/* An answer in pieces; each write returns when the client has room for it. */
static int stream(struct cadre_request *req)
{
    int r;

    demo_of(req);
    r = cadre_header_set(req, "content-type", "text/plain; charset=utf-8");
    if (r == 0)
        r = cadre_start(req, 200);
    for (int i = 1; r == 0 && i <= 10; i++) {
        const char *line = cadre_printf(req, "piece %d of 10\n", i);

        if (line == NULL)
            return -ENOMEM;
        r = cadre_write(req, line, strlen(line));
        if (r == 0 && i < 10)
            r = cadre_sleep(300);
    }
    return r < 0 ? r : cadre_end(req);
}

/* Runs in a thread: it may block. The state belongs to the loop, so it is not touched here. */
static int sync_example(struct cadre_request *req)
{
    struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};

    nanosleep(&pause, NULL);
    return cadre_respond_text(req, 200, "a thread of the pool has slept for 100 ms\n");
}

/* What a handler must not do: it blocks without suspending, and with it the whole worker. */
static int blocks(struct cadre_request *req)
{
    const struct demo *demo = demo_of(req);
    long ms = wait_ms(req);
    struct timespec pause;

    if (!demo->settings->allow_blocks)
        return cadre_error(req, 403,
                           "not allowed: set allow_blocks = true in the module's settings, on a "
                           "machine of your own");
    if (ms < 0)
        return bad_wait(req);
    pause = (struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
    return cadre_respondf(req, 200, "application/json", "{\"blocked_ms\":%ld}\n", ms);
}

const struct cadre_route waiting_routes[] = {
    CADRE_GET("/slow", slow),
    CADRE_GET("/stream", stream),
    CADRE_GET("/sync", sync_example, .sync = true),
    CADRE_GET("/blocks", blocks),
    CADRE_ROUTES_END,
};
