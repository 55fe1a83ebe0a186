/* SPDX-License-Identifier: MIT */
/* What middleware of a conf stands around: a text that is worth compressing, a session, a
 * handler that takes its time. */
#include <cadre.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static int text(struct cadre_request *req)
{
    char line[2001];

    memset(line, 'a', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\0';
    return cadre_respond_text(req, 200, line);
}

static int broken(struct cadre_request *req)
{
    (void)req;
    return -EIO;
}

static int stamp_response(struct cadre_request *req, void *arg)
{
    return cadre_header_set(req, "x-own", arg);
}

/* The module's own layer, inside of those of the conf. */
static int stamp(struct cadre_request *req, void *self)
{
    int r = cadre_on_response(req, stamp_response, self);

    return r < 0 ? r : cadre_next(req);
}

static const struct cadre_middleware middleware[] = {
    CADRE_MIDDLEWARE(stamp, .self = (void *)"1"),
    CADRE_MIDDLEWARE_END,
};

static int visit(struct cadre_request *req)
{
    json_t *session = cadre_session(req);
    json_int_t n;

    if (session == NULL)
        return cadre_respond_text(req, 200, "no session");
    n = json_integer_value(json_object_get(session, "n")) + 1;
    if (json_object_set_new(session, "n", json_integer(n)) < 0)
        return -ENOMEM;
    return cadre_respondf(req, 200, "text/plain", "%d", (int)n);
}

static int leave(struct cadre_request *req)
{
    json_object_clear(cadre_session(req));
    return cadre_respond_text(req, 200, "bye");
}

static int sleeps(struct cadre_request *req)
{
    int r = cadre_sleep(30000);

    return r < 0 ? r : cadre_respond_text(req, 200, "slept");
}

static int id(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, cadre_request_id(req));
}

static const struct cadre_route routes[] = {
    CADRE_GET("/", text),       CADRE_POST("/", text),      CADRE_GET("/broken", broken),
    CADRE_GET("/visit", visit), CADRE_GET("/leave", leave), CADRE_GET("/sleeps", sleeps),
    CADRE_GET("/id", id),       CADRE_ROUTES_END,
};

CADRE_MODULE = {
    .title = "Layers",
    .version = "1",
    .routes = routes,
    .middleware = middleware,
};
