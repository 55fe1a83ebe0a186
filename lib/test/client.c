/* SPDX-License-Identifier: MIT */
/*
 * The test client: opening and closing, requests with cookies and redirects. See <cadre/test.h>.
 * Streams are in test/stream.c, the protocol in test/exchange.c, the application in test/served.c.
 */
#include "config.h"

#include "test/client.h"

#include <cadre/error.h>
#include <cadre/scope.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "async/coroutine.h"
#include "async/loop.h"
#include "async/test_loop.h"
#include "base/clock.h"
#include "test/body.h"
#include "test/served.h"
#include "test/wait.h"
#include "web/draining.h"

#define REDIRECTS_MAX      20
#define STARTUP_TIMEOUT_MS 30000
#define CALL_TIMEOUT_NS    (24 * 3600 * CADRE__NSEC_PER_SEC)
#define WINDOW_BYTES       (64 * 1024)
#define BODY_BYTES_MAX     (256u * 1024 * 1024)

int cadre__test_client_drive(struct cadre_test_client *client, int (*fn)(void *arg), void *arg)
{
    if (!client->own_loop || cadre__coroutine_current())
        return fn(arg);
    return cadre__test_loop_run(client->own_loop, fn, arg);
}

/* --- opening --- */

struct opening {
    struct cadre_test_client *client;
    const struct cadre_test_app *app;
    char *why;
    size_t why_size;
};

static int start(void *arg)
{
    const struct opening *opening = arg;
    uint64_t timeout = opening->app->startup_timeout_ms;

    return cadre__served_start(opening->client->served, timeout > 0 ? timeout : STARTUP_TIMEOUT_MS,
                               opening->why, opening->why_size);
}

static const char *keep(struct cadre_test_client *client, const char *text, const char *fallback)
{
    if (!text)
        text = fallback;
    return cadre__arena_strndup(&client->arena, text, strlen(text));
}

static int find_loop(struct cadre_test_client *client, const struct cadre_test_app *app)
{
    int r;

    if (cadre__coroutine_current()) {
        client->loop = cadre__loop_current();
        return 0;
    }
    r = cadre__test_loop_ref(&app->runtime, &client->own_loop);
    if (r == 0)
        client->loop = cadre__test_loop_loop(client->own_loop);
    return r;
}

static int set_up(struct cadre_test_client *client, const struct cadre_test_app *app, char *why,
                  size_t why_size)
{
    const char *url = app->base_url ? app->base_url : "http://testserver";
    int r;

    client->timeout_ns = app->call_timeout_ms > UINT64_MAX / CADRE__NSEC_PER_MSEC
                             ? CADRE_NO_DEADLINE
                             : app->call_timeout_ms * CADRE__NSEC_PER_MSEC;
    if (client->timeout_ns == 0)
        client->timeout_ns = CALL_TIMEOUT_NS;
    client->max_body = app->max_body_bytes > 0 ? app->max_body_bytes : BODY_BYTES_MAX;
    client->window = app->window_bytes > 0 ? app->window_bytes : WINDOW_BYTES;
    client->keep_redirects = app->keep_redirects;
    client->max_message = app->websocket_max_message;
    client->max_queue = app->websocket_max_queue;
    client->root_path = keep(client, app->root_path, "");
    client->client_address = keep(client, app->client_address, "127.0.0.1");
    if (!client->root_path || !client->client_address)
        return -ENOMEM;
    r = cadre__test_url_resolve(&client->arena, NULL, url, &client->base);
    if (r < 0) {
        snprintf(why, why_size, "the base URL \"%s\" is none: write \"http://testserver\"", url);
        return r;
    }
    r = find_loop(client, app);
    return r < 0 ? r : cadre__served_new(app, client->loop, why, why_size, &client->served);
}

int cadre_test_open(const struct cadre_test_app *app, char *why, size_t why_size,
                    struct cadre_test_client **ret)
{
    struct cadre_test_client *client = calloc(1, sizeof(*client));
    struct opening opening = {client, app, why, why_size};
    int r;

    why[0] = '\0';
    if (!client)
        return -ENOMEM;
    cadre__draining_set(false);
    cadre__arena_init(&client->arena, 1024);
    cadre__list_init(&client->exchanges);
    cadre__list_init(&client->responses);
    r = set_up(client, app, why, why_size);
    if (r == 0)
        r = cadre__test_client_drive(client, start, &opening);
    if (r < 0) {
        if (why[0] == '\0')
            snprintf(why, why_size, "the application cannot be set up: %s", cadre_strerror(r));
        cadre_test_close(client);
        return r;
    }
    *ret = client;
    return 0;
}

/* --- closing --- */

static void forget(struct cadre_test_client *client, bool all)
{
    CADRE__LIST_FOREACH_SAFE(link, &client->responses)
    {
        struct cadre_test_response *res =
            CADRE__CONTAINER_OF(link, struct cadre_test_response, link);

        if (all || res->is_done)
            cadre__test_response_free(res);
    }
}

static int stop(void *arg)
{
    struct cadre_test_client *client = arg;
    struct cadre_scope scope;
    int r;

    cadre_scope_begin(&scope);
    cadre_scope_set_shield(&scope, true); /* it is awaited, also where the test was cancelled */
    CADRE__LIST_FOREACH(link, &client->exchanges)
    {
        struct cadre__test_exchange *ex =
            CADRE__CONTAINER_OF(link, struct cadre__test_exchange, link);

        if (ex->co)
            cadre__coroutine_cancel(ex->co);
    }
    CADRE__LIST_FOREACH_SAFE(link, &client->exchanges)
    {
        struct cadre__test_exchange *ex =
            CADRE__CONTAINER_OF(link, struct cadre__test_exchange, link);

        cadre__test_wait_cancelled(ex);
        cadre__test_exchange_free(ex);
    }
    r = client->served ? cadre__served_stop(client->served) : 0;
    return cadre_scope_end(&scope, r);
}

static int join_background(void *arg)
{
    struct cadre_test_client *client = arg;

    return cadre__served_join_background(client->served) < 0 ? -EDEADLK : 0;
}

int cadre_test_join_background(struct cadre_test_client *client)
{
    return cadre__test_client_drive(client, join_background, client);
}

static int drain(void *arg)
{
    (void)arg;
    cadre__draining_set(true);
    return 0;
}

void cadre_test_drain(struct cadre_test_client *client)
{
    (void)!cadre__test_client_drive(client, drain, NULL);
}

int cadre_test_close(struct cadre_test_client *client)
{
    int r = 0;

    if (!client)
        return 0;
    if (client->loop)
        r = cadre__test_client_drive(client, stop, client);
    forget(client, true);
    cadre__test_cookies_clear(&client->cookies);
    cadre__served_free(client->served);
    cadre__test_loop_unref(client->own_loop);
    cadre__arena_done(&client->arena);
    free(client);
    return r;
}

/* --- responses --- */

struct cadre_test_response *cadre__test_client_response(struct cadre_test_client *client,
                                                        const char *method, const char *url)
{
    struct cadre_test_response *res = cadre__test_response_new(method, url);

    if (!res)
        abort();
    cadre__list_push_back(&client->responses, &res->link);
    return res;
}

void cadre_test_forget(struct cadre_test_client *client)
{
    forget(client, false);
}

void cadre__test_client_keep_cookies(struct cadre_test_client *client,
                                     const struct cadre__test_url *url,
                                     const struct cadre_test_response *res)
{
    for (size_t i = 0; i < res->header.n; i++) {
        const struct cadre__header *field = &res->header.list[i];

        if (cadre_str_eq(field->name, CADRE_STR("set-cookie")) &&
            cadre__test_cookies_take(&client->cookies, url, field->value.ptr,
                                     cadre__loop_clock(client->loop)) < 0)
            abort();
    }
}

/* --- a request --- */

int cadre__test_client_begin(struct cadre_test_client *client,
                             const struct cadre_test_request *request,
                             struct cadre__test_asked *asked, struct cadre_test_response *res,
                             struct cadre__test_exchange **ret)
{
    struct cadre__test_exchange *ex;
    int r = cadre__test_cookies_field(&client->cookies, asked->url, &res->arena,
                                      cadre__loop_clock(client->loop), &asked->cookies);

    asked->root_path = client->root_path;
    asked->client_address = client->client_address;
    asked->number = ++client->n_requests;
    if (r == 0)
        r = cadre__test_exchange_new(request, asked, res, &ex);
    if (r == 0) {
        ex->timeout_ns = client->timeout_ns;
        ex->window = client->window;
        ex->max_body = client->max_body;
        r = cadre__test_exchange_start(ex, client->loop, cadre__served_app(client->served));
        if (r < 0)
            cadre__test_exchange_free(ex);
    }
    if (r == 0) {
        cadre__list_push_back(&client->exchanges, &ex->link);
        *ret = ex;
    } else {
        cadre__test_response_fail(res, "the request cannot be sent: %s", cadre_strerror(r));
    }
    return r;
}

/* Where one request and what it is redirected to have got. */
struct sending {
    struct cadre_test_client *client;
    const struct cadre_test_request *request;
    struct cadre__arena arena;
    struct cadre__test_url url;
    struct cadre__test_asked asked;
    struct cadre_test_response *res;
    unsigned redirects;
};

/* One request. 0; a negative errno, said in the response. */
static int send_once(struct sending *s)
{
    struct cadre__test_exchange *ex;
    const char *url = cadre__test_url_format(&s->arena, &s->url);
    int r;

    if (!url)
        abort();
    s->res = cadre__test_client_response(s->client, s->asked.method, url);
    s->res->redirects = s->redirects;
    r = cadre__test_client_begin(s->client, s->request, &s->asked, s->res, &ex);
    if (r != 0)
        return r;
    r = cadre__test_wait_end(ex);
    cadre__test_exchange_free(ex);
    if (s->res->status > 0)
        cadre__test_client_keep_cookies(s->client, &s->url, s->res);
    return r;
}

/* The status redirects, and how: the Fetch standard's rules (HTTP-redirect fetch). */
static bool redirects(struct sending *s)
{
    int status = s->res->status;
    bool is_post = strcmp(s->asked.method, "POST") == 0;

    if (s->client->keep_redirects || s->request->keep_redirects)
        return false;
    if (status == 303 || ((status == 301 || status == 302) && is_post)) {
        if (strcmp(s->asked.method, "HEAD") != 0)
            s->asked.method = "GET";
        s->asked.without_body = true;
        return true;
    }
    return status == 301 || status == 302 || status == 307 || status == 308;
}

/* Whether there is another request to send. */
static bool follow(struct sending *s)
{
    const char *location = cadre__test_fields_find(&s->res->header, "location");
    struct cadre__test_url next;

    if (!location || !redirects(s))
        return false;
    if (!s->asked.without_body && s->request->read_body) {
        cadre__test_response_fail(s->res, "a body that read_body has made cannot be sent again");
        return false;
    }
    if (++s->redirects > REDIRECTS_MAX) {
        cadre__test_response_fail(s->res, "more than %d redirects", REDIRECTS_MAX);
        return false;
    }
    if (cadre__test_url_resolve(&s->arena, &s->url, location, &next) < 0) {
        cadre__test_response_fail(s->res, "the location \"%s\" is no URL", location);
        return false;
    }
    if (!cadre_str_eq_nocase(next.host, s->url.host) || next.port != s->url.port)
        s->asked.other_host = true;
    s->url = next;
    return true;
}

static int send_all(void *arg)
{
    struct sending *s = arg;

    while (send_once(s) == 0 && follow(s))
        s->res->is_done = true;
    return 0;
}

const struct cadre_test_response *cadre_test_send(struct cadre_test_client *client,
                                                  const struct cadre_test_request *request)
{
    const char *target = request->target ? request->target : "/";
    struct cadre_test_request whole;
    struct sending s = {.client = client, .request = &whole};
    const char *why = "memory is out";

    cadre__arena_init(&s.arena, 1024);
    s.asked.url = &s.url;
    s.asked.method = request->method ? request->method : "GET";
    if (cadre__test_body_make(&s.arena, request, &whole, &why) < 0) {
        s.res = cadre__test_client_response(client, s.asked.method, target);
        cadre__test_response_fail(s.res, "the request is wrong: %s", why);
    } else if (cadre__test_url_resolve(&s.arena, &client->base, target, &s.url) < 0) {
        s.res = cadre__test_client_response(client, s.asked.method, target);
        cadre__test_response_fail(s.res, "the target \"%s\" is no URL", target);
    } else {
        int r = cadre__test_client_drive(client, send_all, &s);

        if (r < 0 && s.res)
            cadre__test_response_fail(s.res, "%s", cadre_strerror(r));
    }
    cadre__arena_done(&s.arena);
    if (!s.res) {
        s.res = cadre__test_client_response(client, s.asked.method, target);
        cadre__test_response_fail(s.res, "the loop has no room for another task");
    }
    s.res->is_done = true;
    return s.res;
}

const struct cadre_test_response *cadre_test_get(struct cadre_test_client *client,
                                                 const char *target)
{
    const struct cadre_test_request request = {.target = target};

    return cadre_test_send(client, &request);
}

const struct cadre_test_response *cadre_test_post(struct cadre_test_client *client,
                                                  const char *target, const char *type,
                                                  const char *body)
{
    const struct cadre_test_request request = {
        .method = "POST", .target = target, .type = type, .text = body};

    return cadre_test_send(client, &request);
}

/* --- cookies --- */

const char *cadre_test_cookie(struct cadre_test_client *client, const char *name)
{
    return cadre__test_cookies_get(&client->cookies, &client->base, name,
                                   cadre__loop_clock(client->loop));
}

int cadre_test_set_cookie(struct cadre_test_client *client, const char *name, const char *value)
{
    return cadre__test_cookies_set(&client->cookies, &client->base, name, value);
}

void cadre_test_clear_cookies(struct cadre_test_client *client)
{
    cadre__test_cookies_clear(&client->cookies);
}
