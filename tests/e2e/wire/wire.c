/* SPDX-License-Identifier: MIT */
/*
 * The module that the wire cases are served by: most of its routes answer with what they were
 * told, so that a case can say what its bytes mean.
 */
#include <cadre.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What is written as the answer: fields first, then the body. */
struct text {
    struct cadre_request *req;
    char *ptr;
    size_t len, size;
};

static int add(struct text *text, const char *bytes, size_t len)
{
    if (text->size - text->len < len) {
        size_t size = (text->size + len) * 2;
        char *grown = cadre_alloc(text->req, size);

        if (grown == NULL)
            return -ENOMEM;
        if (text->len > 0)
            memcpy(grown, text->ptr, text->len);
        text->ptr = grown;
        text->size = size;
    }
    if (len > 0)
        memcpy(text->ptr + text->len, bytes, len);
    text->len += len;
    return 0;
}

static int add_all(struct text *text, const char *const parts[], size_t n)
{
    int r = 0;

    for (size_t i = 0; i < n && r == 0; i++)
        r = add(text, parts[i], strlen(parts[i]));
    return r;
}

static int add_head(struct text *text)
{
    struct cadre_request *req = text->req;
    const char *const line[] = {cadre_method(req),   "|", cadre_path(req),  "|",
                                cadre_raw_path(req), "|", cadre_query(req), "\n"};
    const char *name, *value;
    int r = add_all(text, line, sizeof(line) / sizeof(line[0]));

    for (size_t i = 0; r == 0 && cadre_header_at(req, i, &name, &value); i++) {
        const char *const field[] = {name, ": ", value, "\n"};

        r = add_all(text, field, sizeof(field) / sizeof(field[0]));
    }
    return r == 0 ? add(text, "\n", 1) : r;
}

static int reflect(struct cadre_request *req)
{
    struct text text = {.req = req};
    struct cadre_str body;
    int r = cadre_body(req, &body);

    if (r == 0)
        r = add_head(&text);
    if (r == 0)
        r = add(&text, body.ptr, body.len);
    if (r < 0)
        return r;
    return cadre_respond_bytes(req, 200, "application/octet-stream", text.ptr, text.len);
}

/* Answers without a look at the body. */
static int hello(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "hi");
}

/* The body as it comes, in pieces of at most 7 bytes. */
static int trickle(struct cadre_request *req)
{
    struct text text = {.req = req};
    char piece[7];
    ssize_t n;
    int r = 0;

    while (r == 0 && (n = cadre_read(req, piece, sizeof(piece))) != 0)
        r = n < 0 ? (int)n : add(&text, piece, (size_t)n);
    return r < 0 ? r
                 : cadre_respond_bytes(req, 200, "application/octet-stream", text.ptr, text.len);
}

static int stream(struct cadre_request *req)
{
    int r = cadre_start(req, 200);

    if (r >= 0)
        r = cadre_write(req, "one", 3);
    if (r >= 0)
        r = cadre_write(req, "", 0);
    if (r >= 0)
        r = cadre_write(req, "seventeen letters", 17);
    return r < 0 ? r : cadre_end(req);
}

/* Echoes while it reads. */
static int duplex(struct cadre_request *req)
{
    char piece[64];
    ssize_t n = 0;
    int r = cadre_start(req, 200);

    while (r >= 0 && (n = cadre_read(req, piece, sizeof(piece))) > 0)
        r = cadre_write(req, piece, (size_t)n);
    if (r < 0 || n < 0)
        return r < 0 ? r : (int)n;
    return cadre_end(req);
}

static int declared(struct cadre_request *req)
{
    const char *length = cadre_path_param(req, "n");
    int r = cadre_header_set(req, "content-length", length);

    if (r >= 0)
        r = cadre_start(req, 200);
    if (r >= 0)
        r = cadre_write(req, "five!", 5);
    return r < 0 ? r : cadre_end(req);
}

static int status(struct cadre_request *req)
{
    int code = atoi(cadre_path_param(req, "n"));

    return code == 204 || code == 304 ? cadre_respond_empty(req, code)
                                      : cadre_respond_text(req, code, "text");
}

/* A status that allows no body, and a body. */
static int status_with_body(struct cadre_request *req)
{
    return cadre_respond_text(req, atoi(cadre_path_param(req, "n")), "text");
}

/* Sets a field; what cadre_header_set says of it is the answer where it is refused. */
static int set_field(struct cadre_request *req)
{
    int r = cadre_header_set(req, cadre_query_param(req, "name"), cadre_query_param(req, "value"));

    return cadre_respond_text(req, 200, r == 0 ? "set" : cadre_strerror(r));
}

static int fail(struct cadre_request *req)
{
    (void)req;
    return -EIO;
}

static int half(struct cadre_request *req)
{
    int r = cadre_start(req, 200);

    if (r >= 0)
        r = cadre_write(req, "half", 4);
    return r < 0 ? r : -EIO;
}

static const struct cadre_route routes[] = {
    CADRE_GET("/hello", hello),
    CADRE_POST("/hello", hello),
    CADRE_POST("/trickle", trickle),
    CADRE_GET("/stream", stream),
    CADRE_POST("/duplex", duplex),
    CADRE_POST("/sync", reflect, .sync = true),
    CADRE_GET("/declared/{n}", declared),
    CADRE_GET("/status/{n}", status),
    CADRE_GET("/status-with-body/{n}", status_with_body),
    CADRE_GET("/set", set_field),
    CADRE_GET("/fail", fail),
    CADRE_GET("/half", half),
    CADRE_GET("/", reflect),
    CADRE_GET("/{a}", reflect),
    CADRE_GET("/{a}/{b}", reflect),
    CADRE_GET("/{a}/{b}/{c}", reflect),
    CADRE_POST("/{a}", reflect),
    CADRE_PUT("/{a}", reflect),
    CADRE_PATCH("/{a}", reflect),
    CADRE_DELETE("/{a}", reflect),
    CADRE_OPTIONS("/{a}", reflect),
    CADRE_ROUTES_END,
};

CADRE_MODULE = {
    .title = "Wire",
    .version = "1",
    .routes = routes,
};
