/* SPDX-License-Identifier: MIT */
/* The demo's first steps: text, JSON, parameters, a body, and what lifespans have left. */
#include "demo.h"

#include <errno.h>
#include <unistd.h>

SHOWS_SOURCE(basics);

/* The least that a handler can do: what a benchmark asks for (tests/bench/run). */
static int plaintext(struct cadre_request *req)
{
    demo_of(req);
    return cadre_respond_text(req, 200, "Hello, World!");
}

/* A parameter from the path, in JSON. */
static int hello(struct cadre_request *req)
{
    const struct demo *demo = demo_of(req);
    const char *text =
        cadre_printf(req, "%s, %s!", demo->settings->greeting, cadre_path_param(req, "name"));
    const char *quoted = text != NULL ? cadre_json_quote(req, text) : NULL;

    if (quoted == NULL)
        return -ENOMEM;
    return cadre_respondf(req, 200, "application/json", "{\"message\":%s}\n", quoted);
}

/* Which process answers, and what its lifespans have left for it. */
static int whoami(struct cadre_request *req)
{
    const struct demo *demo = demo_of(req);
    size_t len;
    const struct server_facts *facts = cadre_server_state(req, &len);

    if (facts == NULL || len < sizeof(*facts))
        return cadre_error(req, 503, "the server lifespan has published nothing");
    return cadre_respondf(req, 200, "application/json",
                          "{\"worker\":%d,\"pid\":%ld,\"generation\":%u,\"requests\":%llu,"
                          "\"server\":{\"started_at\":%lld,\"pid\":%lld}}\n",
                          cadre_worker_index() + 1, (long)getpid(),
                          (unsigned)cadre_worker_generation(), demo->requests,
                          (long long)facts->started_at, (long long)facts->pid);
}

/* The whole body, sent back as it came. */
static int echo(struct cadre_request *req)
{
    const char *type = cadre_header(req, "content-type");
    struct cadre_str body;
    int r;

    demo_of(req);
    r = cadre_body(req, &body);
    if (r < 0)
        return r;
    return cadre_respond_bytes(req, 200, type != NULL ? type : "application/octet-stream", body.ptr,
                               body.len);
}

const struct cadre_route basics_routes[] = {
    CADRE_GET("/plaintext", plaintext),
    CADRE_GET("/hello/{name}", hello),
    CADRE_GET("/whoami", whoami),
    CADRE_POST("/echo", echo),
    CADRE_ROUTES_END,
};
