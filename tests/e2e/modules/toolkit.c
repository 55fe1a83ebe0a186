/* SPDX-License-Identifier: MIT */
/*
 * A module with what shows on the wire alone: routes for hosts, raw handlers, answers to errors,
 * work behind responses that fails.
 */
#define _GNU_SOURCE /* memfd_create */
#include <cadre.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* --- hosts --- */

static int any_host(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "any");
}

static int api_host(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "api");
}

static int shop_host(struct cadre_request *req)
{
    return cadre_respondf(req, 200, "text/plain", "shop %s", cadre_path_param(req, "shop"));
}

/* --- methods --- */

static int item(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, cadre_method(req));
}

/* --- raw handlers --- */

/* Sends each piece back as it comes, then "|" and how the end looks like. */
static int echo(struct cadre_request *req)
{
    static const struct cadre_field_pair fields[] = {
        {"content-type", "text/x-raw"}, {"x-two", "a"}, {"x-two", "b"}};
    struct cadre_message in = {.more_body = true};
    struct cadre_message out = {
        .type = CADRE_HTTP_RESPONSE_START, .status = 203, .headers = fields, .n_headers = 3};
    int r = cadre_send(req, &out);

    while (r == 0 && in.more_body) {
        r = cadre_receive(req, &in);
        out = (struct cadre_message){
            .type = CADRE_HTTP_RESPONSE_BODY, .body = in.body, .more_body = true};
        if (r == 0 && in.body.len > 0)
            r = cadre_send(req, &out);
    }
    out = (struct cadre_message){.type = CADRE_HTTP_RESPONSE_BODY, .body = {"|", 1}};
    if (r == 0)
        r = cadre_send(req, &out);
    if (r == 0)
        r = cadre_receive(req, &in);
    cadre_log(CADRE_LOG_INFO, NULL, "toolkit: echo has seen %s",
              r == 0 && in.type == CADRE_HTTP_DISCONNECT ? "the end" : "no end");
    return r;
}

/* Waits for the client to leave. */
static int watch(struct cadre_request *req)
{
    struct cadre_message in = {.more_body = true};
    int r = 0;

    cadre_log(CADRE_LOG_INFO, NULL, "toolkit: watching");
    while (r == 0 && in.type == CADRE_HTTP_REQUEST)
        r = cadre_receive(req, &in);
    cadre_log(CADRE_LOG_INFO, NULL, "toolkit: the client has left (%d)", r);
    return cadre_respond_empty(req, 204);
}

/* Hints, bytes and a part of a file, trailers. */
static int all_sorts(struct cadre_request *req)
{
    static const struct cadre_field_pair link = {"link", "</a.css>; rel=preload"},
                                         names = {"trailer", "x-sum"}, sum = {"x-sum", "42"};
    int fd = memfd_create("piece", MFD_CLOEXEC);
    const struct cadre_file_piece piece = {.fd = fd, .offset = 2, .len = 5};
    const struct cadre_message messages[] = {
        {.type = CADRE_HTTP_RESPONSE_INTERIM, .status = 103, .headers = &link, .n_headers = 1},
        {.type = CADRE_HTTP_RESPONSE_START,
         .status = 200,
         .more_trailers = true,
         .headers = &names,
         .n_headers = 1},
        {.type = CADRE_HTTP_RESPONSE_BODY, .body = {"<", 1}, .more_body = true},
        {.type = CADRE_HTTP_RESPONSE_FILE, .file = &piece, .more_body = true},
        {.type = CADRE_HTTP_RESPONSE_BODY, .body = {">", 1}},
        {.type = CADRE_HTTP_RESPONSE_TRAILERS, .headers = &sum, .n_headers = 1},
    };
    int r = fd < 0 || write(fd, "0123456789", 10) != 10 ? -EIO : 0;

    for (size_t i = 0; r == 0 && i < sizeof(messages) / sizeof(messages[0]); i++)
        r = cadre_send(req, &messages[i]);
    close(fd);
    return r;
}

/* --- errors --- */

static int fails(struct cadre_request *req)
{
    (void)req;
    return -EIO;
}

static int fails_midway(struct cadre_request *req)
{
    int r = cadre_start(req, 200);

    if (r == 0)
        r = cadre_write(req, "half", 4);
    return r < 0 ? r : -EIO;
}

static int missing(struct cadre_request *req)
{
    return cadre_fail(req, 404, "no such item");
}

static int busy(struct cadre_request *req)
{
    (void)req;
    return -EAGAIN;
}

static int answer_busy(struct cadre_request *req, const struct cadre_problem *problem)
{
    int r = cadre_header_set(req, "retry-after", "3");

    (void)problem;
    return r < 0 ? r : cadre_respond_text(req, 503, "busy");
}

/* --- work behind responses --- */

static int fail_behind(void *arg)
{
    (void)arg;
    return -EIO;
}

static int log_behind(void *arg)
{
    cadre_log(CADRE_LOG_INFO, NULL, "toolkit: %s", (const char *)arg);
    return 0;
}

static int behind(struct cadre_request *req)
{
    int r = cadre_background_add(req, CADRE_BACKGROUND(fail_behind, NULL, NULL));

    if (r == 0)
        r = cadre_background_add(
            req, CADRE_BACKGROUND(log_behind, (void *)(uintptr_t) "depends on it", NULL));
    if (r == 0)
        r = cadre_background_add(
            req, CADRE_BACKGROUND(log_behind, (void *)(uintptr_t) "always", NULL, .always = true));
    return r < 0 ? r : cadre_respond_text(req, 200, "ok");
}

/* Work that waits for another request of the same client, and a value that is released behind it.
 */
static struct cadre_event let_go;

static int work_behind(void *arg)
{
    int r = cadre_event_wait(&let_go);

    cadre_log(CADRE_LOG_INFO, NULL, "toolkit: worked for %s: %s", (const char *)arg,
              r == -ECANCELED ? "cancelled" : "done");
    return r;
}

static int open_session(struct cadre_request *req, const void *params, void **ret)
{
    (void)params;
    *ret = cadre_strdup(req, cadre_header(req, "x-who"));
    return *ret == NULL ? -ENOMEM : 0;
}

static void close_session(struct cadre_request *req, void *value, int error)
{
    cadre_log(CADRE_LOG_INFO, NULL, "toolkit: released %s, who asked for %s as %s: %d",
              (const char *)value, cadre_path(req), cadre_header(req, "x-who"), error);
}
static CADRE_DEPENDENCY(session, open_session, .release = close_session);

/* The same, which takes as long as the work above. */
static void close_late(struct cadre_request *req, void *value, int error)
{
    int r = cadre_event_wait(&let_go);

    close_session(req, value, error < 0 ? error : r);
}
static CADRE_DEPENDENCY(late_session, open_session, .release = close_late);

static int held_late(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "held");
}

static int held(struct cadre_request *req)
{
    void *who = cadre_dependency_value(req, &session);
    char *copy = strdup(who);
    int r = cadre_background_add(req, CADRE_BACKGROUND(work_behind, copy, free));

    return r < 0 ? r : cadre_respond_text(req, 200, "held");
}

static int lets_go(struct cadre_request *req)
{
    cadre_event_set(&let_go);
    return cadre_respond_text(req, 200, "let go");
}

static const struct cadre_route api_routes[] = {CADRE_GET("/", api_host), CADRE_ROUTES_END};

static const struct cadre_route routes[] = {
    CADRE_MOUNT("", api_routes, .name = "api", .host = "api.example.org"),
    CADRE_GET("/", shop_host, .host = "{shop}.example.org"),
    CADRE_GET("/", any_host),
    CADRE_GET("/item", item),
    CADRE_PUT("/item", item, .name = "put_item"),
    CADRE_DELETE("/item", item, .name = "delete_item"),
    CADRE_ANY("/echo/{rest:path}", echo),
    CADRE_GET("/watch", watch),
    CADRE_GET("/all-sorts", all_sorts),
    CADRE_GET("/fails/{how}", fails),
    CADRE_GET("/midway", fails_midway),
    CADRE_GET("/missing", missing),
    CADRE_GET("/busy", busy),
    CADRE_POST("/behind", behind),
    CADRE_GET("/held", held, .dependencies = CADRE_DEPENDENCIES(&session)),
    CADRE_GET("/held-late", held_late, .dependencies = CADRE_DEPENDENCIES(&late_session)),
    CADRE_GET("/let-go", lets_go),
    CADRE_ROUTES_END,
};

static const struct cadre_error_handler errors[] = {
    CADRE_ON_ERROR(-EAGAIN, answer_busy),
    CADRE_ERRORS_END,
};

CADRE_MODULE = {.title = "Toolkit", .version = "1.0.0", .routes = routes, .errors = errors};
