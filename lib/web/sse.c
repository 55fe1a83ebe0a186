/* SPDX-License-Identifier: MIT */
/*
 * Server-sent events (<cadre/sse.h>): the handler's coroutine asks for one event after the other,
 * in a scope that ends when it is time for a ping, or when the process drains. Between events
 * nothing is kept but its stack.
 */
#include "web/request.h"

#include "async/coroutine.h"
#include "base/clock.h"
#include "base/str.h"
#include "web/draining.h"
#include "web/typed.h"
#include <cadre/loop.h>
#include <cadre/scope.h>
#include <cadre/sse.h>
#include <cadre/task.h>
#include <cadre/worker.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#define DEFAULT_PING_MS 15000

/* A stream that is no busier than this gives back what it does not need while it waits. */
#define QUIET_NS (CADRE__NSEC_PER_SEC / 2)

/* --- text --- */

static bool is_one_line(const char *text)
{
    return strpbrk(text, "\r\n") == NULL;
}

static void put(struct cadre__buf *buf, const char *text)
{
    cadre__buf_append(buf, text, strlen(text));
}

/* "name: " before each line of the text. */
static void put_lines(struct cadre__buf *buf, const char *name, const char *text)
{
    for (;;) {
        size_t len = strcspn(text, "\r\n");

        put(buf, name);
        cadre__buf_append(buf, text, len);
        put(buf, "\n");
        text += len;
        if (*text == '\0')
            return;
        text += text[0] == '\r' && text[1] == '\n' ? 2 : 1;
    }
}

static int put_json(struct cadre__buf *buf, const struct json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);

    if (text == NULL)
        return -EINVAL;
    put_lines(buf, "data: ", text);
    free(text);
    return 0;
}

static int put_value(struct cadre__buf *buf, const struct cadre_request *req,
                     const struct cadre_sse_event *event)
{
    const struct cadre__typed_ops *typed = req->mount->typed;
    int r;

    if (typed == NULL)
        return -EINVAL;
    put(buf, "data: ");
    r = typed->write(event->model, event->value, 0, buf);
    put(buf, "\n");
    return r;
}

/* In the order of Starlette's and FastAPI's: comment, event, data, id, retry. */
static int put_event(struct cadre__buf *buf, const struct cadre_request *req,
                     const struct cadre_sse_event *event)
{
    int r = 0;

    if ((event->event != NULL && !is_one_line(event->event)) ||
        (event->id != NULL && !is_one_line(event->id)))
        return -EINVAL;
    if (event->comment != NULL)
        put_lines(buf, ": ", event->comment);
    if (event->event != NULL)
        put_lines(buf, "event: ", event->event);
    if (event->model != NULL)
        r = put_value(buf, req, event);
    else if (event->json != NULL)
        r = put_json(buf, event->json);
    else if (event->data != NULL)
        put_lines(buf, "data: ", event->data);
    if (event->id != NULL)
        put_lines(buf, "id: ", event->id);
    if (event->retry_ms > 0)
        cadre__buf_printf(buf, "retry: %llu\n", (unsigned long long)event->retry_ms);
    if (r == 0 && buf->len == 0)
        r = -EINVAL;
    put(buf, "\n");
    return r < 0 ? r : buf->error;
}

static int send_event(struct cadre_request *req, const struct cadre_sse_event *event)
{
    struct cadre__buf buf;
    int r;

    cadre__buf_init(&buf);
    r = put_event(&buf, req, event);
    if (r == -EINVAL)
        cadre_log(CADRE_LOG_ERROR, req,
                  "an event cannot be sent: event and id are one line each, JSON and model fit, "
                  "a model has its value, and something is in it");
    if (r == 0)
        r = cadre_write(req, cadre__buf_text(&buf), buf.len);
    cadre__buf_done(&buf);
    return r;
}

/* --- the stream --- */

/*
 * What was touched of the stack to find the route and to send: a page or more, of which a stream
 * that waits has no use. `waited_ns` is when it waited before.
 */
static void trim_stack(uint64_t *waited_ns)
{
    uint64_t now_ns = cadre_time_ns();

    if (now_ns - *waited_ns >= QUIET_NS)
        cadre__coroutine_trim_stack();
    *waited_ns = now_ns;
}

/* 1: there is an event; 0: the stream ends; -ETIME: nothing came in that time; errors of next. */
static int wait_for_event(struct cadre_request *req, uint64_t ping_ms, cadre_sse_next_fn next,
                          void *arg, struct cadre_sse_event *ret)
{
    struct cadre__drain_scope scope;
    bool is_over;
    int r;

    *ret = (struct cadre_sse_event){0};
    cadre__drain_scope_begin(&scope, ping_ms);
    r = next(req, ret, arg);
    r = cadre__drain_scope_end(&scope, r, &is_over);
    if (!is_over)
        return r;
    return cadre_worker_is_draining() ? 0 : -ETIME;
}

static int begin(struct cadre_request *req, const struct cadre_sse_options *options)
{
    int r = cadre_header_set(req, "content-type", "text/event-stream; charset=utf-8");

    if (r == 0)
        r = cadre_header_set(req, "cache-control", "no-cache");
    if (r == 0)
        r = cadre_header_set(req, "x-accel-buffering", "no"); /* nginx's: pass it on at once */
    if (r == 0)
        r = cadre_start(req, 200);
    if (r == 0 && options->retry_ms > 0)
        r = send_event(req, &(struct cadre_sse_event){.retry_ms = options->retry_ms});
    return r;
}

int cadre_sse(struct cadre_request *req, const struct cadre_sse_options *options,
              cadre_sse_next_fn next, void *arg)
{
    static const struct cadre_sse_options usual;
    static const struct cadre_sse_event ping = {.comment = "ping"};
    struct cadre_sse_event event;
    uint64_t ping_ms, waited_ns = 0;
    int r;

    cadre__request_check(req);
    if (req->is_sync)
        return -EDEADLK;
    if (options == NULL)
        options = &usual;
    ping_ms = options->ping_ms == 0                   ? DEFAULT_PING_MS
              : options->ping_ms == CADRE_SSE_NO_PING ? CADRE_FOREVER
                                                      : options->ping_ms;
    r = begin(req, options);
    if (r == 0 && cadre_str_eq(req->scope->method, CADRE_STR("HEAD"))) {
        r = send_event(req, &ping); /* which nobody sees: a stream's length is not known */
        return r < 0 ? r : cadre_end(req);
    }
    if (r == 0 && req->channel->ops->cancel_on_disconnect != NULL)
        req->channel->ops->cancel_on_disconnect(req->channel);
    while (r >= 0) {
        trim_stack(&waited_ns);
        r = cadre_worker_is_draining() ? 0 : wait_for_event(req, ping_ms, next, arg, &event);
        if (r == 0)
            return cadre_end(req);
        if (r > 0)
            r = send_event(req, &event);
        else if (r == -ETIME)
            r = send_event(req, &ping);
    }
    return r;
}

const char *cadre_sse_last_event_id(const struct cadre_request *req)
{
    return cadre_header(req, "last-event-id");
}
