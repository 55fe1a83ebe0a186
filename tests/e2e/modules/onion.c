/* SPDX-License-Identifier: MIT */
/*
 * Layers of a module's own, each asked for by a header field: x-stop answers, x-fail fails, x-look
 * reads the body before the handler does, x-shout makes all that is sent large letters, x-whisper
 * all that is received small ones. What each has seen is in x-seen of the response.
 */
#define _GNU_SOURCE /* memfd_create */
#include <cadre.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int note(struct cadre_request *req, void *name)
{
    const char *seen = cadre_response_header(req, "x-seen");

    return cadre_header_set(req, "x-seen",
                            cadre_printf(req, "%s%s", seen != NULL ? seen : "", (char *)name));
}

static int stop(struct cadre_request *req, void *self)
{
    int r = cadre_on_response(req, note, self);

    if (r < 0 || cadre_header(req, "x-stop") == NULL)
        return r < 0 ? r : cadre_next(req);
    return cadre_respond_text(req, 403, "stopped");
}

static int fail(struct cadre_request *req, void *self)
{
    int r = cadre_on_response(req, note, self);

    return r < 0 ? r : cadre_header(req, "x-fail") != NULL ? -EIO : cadre_next(req);
}

static int look(struct cadre_request *req, void *self)
{
    struct cadre_str body;
    char length[24];
    int r = cadre_on_response(req, note, self);

    if (r < 0 || cadre_header(req, "x-look") == NULL)
        return r < 0 ? r : cadre_next(req);
    r = cadre_body(req, &body);
    if (r < 0)
        return r;
    snprintf(length, sizeof(length), "%zu", body.len);
    r = cadre_header_set(req, "x-length", length);
    return r < 0 ? r : cadre_next(req);
}

static int shout_message(struct cadre_request *req, const struct cadre_message *message, void *arg)
{
    struct cadre_message loud = *message;
    char *copy;

    (void)arg;
    if (message->type != CADRE_HTTP_RESPONSE_BODY || message->body.len == 0)
        return cadre_pass(req, message);
    copy = cadre_alloc(req, message->body.len);
    if (copy == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < message->body.len; i++)
        copy[i] = (char)toupper((unsigned char)message->body.ptr[i]);
    loud.body.ptr = copy;
    return cadre_pass(req, &loud);
}

static int shout(struct cadre_request *req, void *self)
{
    int r = cadre_header(req, "x-shout") != NULL ? cadre_on_send(req, shout_message, self) : 0;

    return r < 0 ? r : cadre_next(req);
}

static int whisper_message(struct cadre_request *req, struct cadre_message *message, void *arg)
{
    char *copy = cadre_alloc(req, message->body.len + 1);

    (void)arg;
    if (copy == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < message->body.len; i++)
        copy[i] = (char)tolower((unsigned char)message->body.ptr[i]);
    message->body.ptr = copy;
    return 0;
}

static int whisper(struct cadre_request *req, void *self)
{
    int r =
        cadre_header(req, "x-whisper") != NULL ? cadre_on_receive(req, whisper_message, self) : 0;

    return r < 0 ? r : cadre_next(req);
}

static const struct cadre_middleware middleware[] = {
    CADRE_MIDDLEWARE(stop, .self = (void *)"s"),
    CADRE_MIDDLEWARE(fail, .self = (void *)"f"),
    CADRE_MIDDLEWARE(shout),
    CADRE_MIDDLEWARE(whisper),
    CADRE_MIDDLEWARE(look, .self = (void *)"l"),
    CADRE_MIDDLEWARE_END,
};

static int echo(struct cadre_request *req)
{
    struct cadre_str body;
    int r = cadre_body(req, &body);

    return r < 0 ? r : cadre_respond_bytes(req, 200, "text/plain", body.ptr, body.len);
}

static int pieces(struct cadre_request *req)
{
    int r = cadre_start(req, 200);

    for (int i = 0; r == 0 && i < 3; i++) {
        r = cadre_write(req, "piece ", 6);
        if (r == 0)
            r = cadre_sleep(1);
    }
    return r < 0 ? r : cadre_end(req);
}

/* Larger than what is read of it at once. */
static int file(struct cadre_request *req)
{
    static char line[1000];
    int fd = memfd_create("file", MFD_CLOEXEC), r = fd < 0 ? -errno : 0;

    memset(line, 'x', sizeof(line));
    for (int i = 0; r == 0 && i < 200; i++)
        r = write(fd, line, sizeof(line)) == sizeof(line) ? 0 : -EIO;
    if (r == 0)
        r = cadre_respond_fd(req, 200, "text/plain", fd, 0, CADRE_TO_END);
    if (fd >= 0)
        close(fd);
    return r;
}

static const struct cadre_route routes[] = {
    CADRE_POST("/echo", echo),
    CADRE_POST("/sync", echo, .sync = true),
    CADRE_GET("/pieces", pieces),
    CADRE_GET("/file", file),
    CADRE_ROUTES_END,
};

CADRE_MODULE = {
    .title = "Onion",
    .version = "1",
    .routes = routes,
    .middleware = middleware,
};
