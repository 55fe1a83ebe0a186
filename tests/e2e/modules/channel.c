/* SPDX-License-Identifier: MIT */
/*
 * The module of 40_http_channel.py: files, interim responses and trailers, from async handlers and
 * from sync ones (under /sync).
 *
 * Query parameters of /file, /stream and their kin: path, offset (0), len (to the end).
 */
#include <cadre.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool released; /* what /hints waits for */

static uint64_t number(struct cadre_request *req, const char *name, uint64_t otherwise)
{
    const char *text = cadre_query_param(req, name);

    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

/* --- files --- */

static int open_file(struct cadre_request *req)
{
    const char *path = cadre_query_param(req, "path");

    if (path == NULL)
        return -EINVAL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int no_file(struct cadre_request *req, int error)
{
    return error == -ENOENT ? cadre_respond_text(req, 404, "no such file") : error;
}

static int file(struct cadre_request *req)
{
    int fd = open_file(req), r;

    if (fd < 0)
        return no_file(req, fd);
    r = cadre_respond_fd(req, 200, "application/octet-stream", fd, number(req, "offset", 0),
                         number(req, "len", CADRE_TO_END));
    close(fd);
    if (r == -ENODATA || r == -EISDIR)
        return cadre_respond_text(req, 416, cadre_strerror(r));
    cadre_log(CADRE_LOG_INFO, req, "channel: file: %s", r < 0 ? cadre_strerror(r) : "sent");
    return r;
}

/* Between bytes, twice. */
static int stream(struct cadre_request *req)
{
    uint64_t offset = number(req, "offset", 0), len = number(req, "len", CADRE_TO_END);
    int fd = open_file(req), r;

    if (fd < 0)
        return no_file(req, fd);
    r = cadre_start(req, 200);
    if (r == 0)
        r = cadre_write(req, "[", 1);
    if (r == 0)
        r = cadre_write_fd(req, fd, offset, len);
    if (r == 0)
        r = cadre_write(req, "][", 2);
    if (r == 0)
        r = cadre_write_fd(req, fd, offset, len);
    close(fd);
    if (r == 0)
        r = cadre_write(req, "]", 1);
    return r < 0 ? r : cadre_end(req);
}

/* --- interim responses --- */

static int hints(struct cadre_request *req)
{
    int r = cadre_early_hints(req, "</style.css>; rel=preload; as=style");

    if (r == 0)
        r = cadre_interim(req, 103, "link", "</script.js>; rel=preload; as=script");
    while (r == 0 && !released)
        r = cadre_sleep(10);
    released = false;
    return r < 0 ? r : cadre_respond_text(req, 200, "page");
}

static int release(struct cadre_request *req)
{
    released = true;
    return cadre_respond_text(req, 200, "released");
}

/* Hints and a body that the client holds back. */
static int hinted_echo(struct cadre_request *req)
{
    struct cadre_str body;
    int r = cadre_early_hints(req, "</style.css>");

    if (r == 0)
        r = cadre_body(req, &body);
    return r < 0 ? r : cadre_respond_bytes(req, 200, "text/plain", body.ptr, body.len);
}

static int many_hints(struct cadre_request *req)
{
    uint64_t n = number(req, "n", 1);
    char link[1001];
    int r = 0;

    memset(link, 'l', sizeof(link));
    link[sizeof(link) - 1] = '\0';
    for (uint64_t i = 0; r == 0 && i < n; i++)
        r = cadre_early_hints(req, link);
    cadre_log(CADRE_LOG_INFO, req, "channel: hints: %s", r < 0 ? cadre_strerror(r) : "sent");
    return r < 0 ? r : cadre_respond_text(req, 200, "page");
}

/* --- trailers --- */

static unsigned sum_of(const char *bytes, size_t len)
{
    unsigned sum = 0;

    for (size_t i = 0; i < len; i++)
        sum = sum * 31 + (unsigned char)bytes[i];
    return sum;
}

/* Says whether the body is what its trailer says, and sends it back with one. */
static int checked_echo(struct cadre_request *req)
{
    struct cadre_str body;
    const char *told;
    char sum[16];
    int r = cadre_body(req, &body);

    if (r < 0)
        return r;
    told = cadre_trailer(req, "X-Sum");
    snprintf(sum, sizeof(sum), "%u", sum_of(body.ptr, body.len));
    if (told == NULL || strcmp(told, sum) != 0)
        return cadre_respondf(req, 400, "text/plain", "the sum is %s, not %s", sum,
                              told != NULL ? told : "told");
    r = cadre_trailer_declare(req, "x-sum");
    if (r == 0)
        r = cadre_start(req, 200);
    if (r == 0)
        r = cadre_write(req, body.ptr, body.len);
    if (r == 0)
        r = cadre_trailer_set(req, "x-sum", sum);
    return r < 0 ? r : cadre_end(req);
}

static const struct cadre_route routes[] = {
    CADRE_GET("/file", file),
    CADRE_GET("/stream", stream),
    CADRE_GET("/sync/file", file, .sync = true),
    CADRE_GET("/sync/stream", stream, .sync = true),
    CADRE_GET("/hints", hints),
    CADRE_GET("/release", release),
    CADRE_POST("/hints", hinted_echo),
    CADRE_GET("/many-hints", many_hints),
    CADRE_POST("/checked", checked_echo),
    CADRE_POST("/sync/checked", checked_echo, .sync = true),
    CADRE_ROUTES_END,
};

CADRE_MODULE = {
    .title = "Channel",
    .version = "1",
    .routes = routes,
};
