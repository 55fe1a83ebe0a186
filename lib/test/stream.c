/* SPDX-License-Identifier: MIT */
/* Requests of the test client that are under way while the test goes on. See <cadre/test.h>. */
#include "config.h"

#include <cadre/error.h>
#include <errno.h>
#include <stdlib.h>

#include "async/coroutine.h"
#include "test/body.h"
#include "test/client.h"
#include "test/wait.h"

struct cadre_test_stream {
    struct cadre_test_client *client;
    struct cadre__test_exchange *ex; /* NULL: it could not begin, or is over */
    struct cadre_test_response *res;
    struct cadre__arena arena;
    struct cadre__test_url url;
    struct cadre_test_request request; /* with its body */
    bool has_cookies;                  /* those of the response are kept */

    /* of the call at hand */
    const void *ptr;
    void *buf;
    size_t len;
    ssize_t result;
};

struct cadre_test_stream *cadre_test_stream_open(struct cadre_test_client *client,
                                                 const struct cadre_test_request *request,
                                                 bool writes)
{
    struct cadre_test_stream *stream = calloc(1, sizeof(*stream));
    const char *why = "memory is out";
    const char *target = request->target ? request->target : "/";
    struct cadre__test_asked asked = {.method = request->method ? request->method : "GET"};

    if (!stream)
        abort();
    stream->client = client;
    cadre__arena_init(&stream->arena, 512);
    stream->res = cadre__test_client_response(client, asked.method, target);
    if (cadre__test_body_make(&stream->arena, request, &stream->request, &why) < 0) {
        cadre__test_response_fail(stream->res, "the request is wrong: %s", why);
        return stream;
    }
    if (cadre__test_url_resolve(&stream->arena, &client->base, target, &stream->url) < 0) {
        cadre__test_response_fail(stream->res, "the target \"%s\" is no URL", target);
        return stream;
    }
    asked.url = &stream->url;
    if (cadre__test_client_begin(client, &stream->request, &asked, stream->res, &stream->ex) == 0) {
        stream->ex->is_written = writes;
        stream->ex->is_ended = stream->ex->is_ended && !writes;
        stream->ex->is_read = true;
    }
    return stream;
}

static int wait_for_head(void *arg)
{
    struct cadre_test_stream *stream = arg;
    uint64_t until_ns = cadre__test_wait_until(stream->ex);
    int r = 0;

    while (r == 0 && !stream->ex->done && stream->res->status == 0)
        r = cadre__test_wait(stream->ex, until_ns);
    return r;
}

static void keep_cookies(struct cadre_test_stream *stream)
{
    if (stream->has_cookies || stream->res->status == 0)
        return;
    stream->has_cookies = true;
    cadre__test_client_keep_cookies(stream->client, &stream->url, stream->res);
}

const struct cadre_test_response *cadre_test_stream_head(struct cadre_test_stream *stream)
{
    int r = stream->ex ? cadre__test_client_drive(stream->client, wait_for_head, stream) : 0;

    if (r < 0)
        cadre__test_response_fail(stream->res, "there is no response: %s",
                                  cadre__test_wait_text(r));
    keep_cookies(stream);
    return stream->res;
}

static bool is_over(const struct cadre_test_stream *stream)
{
    return stream->ex->done || stream->ex->check.phase == CADRE__RESPONSE_COMPLETE;
}

static int do_read(void *arg)
{
    struct cadre_test_stream *stream = arg;
    struct cadre__test_exchange *ex = stream->ex;
    uint64_t until_ns = cadre__test_wait_until(ex);
    size_t len;

    while (stream->res->body.len == ex->n_read) {
        int r;

        if (is_over(stream))
            return stream->res->is_cut ? -EPIPE : 0;
        r = cadre__test_wait(ex, until_ns);
        if (r < 0)
            return r;
    }
    len = stream->res->body.len - ex->n_read;
    if (len > stream->len)
        len = stream->len;
    memcpy(stream->buf, stream->res->body.data + ex->n_read, len);
    ex->n_read += len;
    stream->result = (ssize_t)len;
    cadre__test_exchange_note(ex);
    return 0;
}

ssize_t cadre_test_stream_read(struct cadre_test_stream *stream, void *buf, size_t size)
{
    int r;

    if (!stream->ex)
        return -EPIPE;
    stream->buf = buf;
    stream->len = size;
    stream->result = 0;
    r = cadre__test_client_drive(stream->client, do_read, stream);
    return r < 0 ? r : stream->result;
}

static int do_write(void *arg)
{
    struct cadre_test_stream *stream = arg;
    struct cadre__test_exchange *ex = stream->ex;
    uint64_t until_ns = cadre__test_wait_until(ex);
    int r = 0;

    ex->unsent = (struct cadre_str){stream->ptr, stream->len};
    cadre__test_exchange_note(ex);
    while (r == 0 && !ex->done && !ex->has_left && (ex->unsent.len > 0 || !ex->wants))
        r = cadre__test_wait(ex, until_ns);
    if (r == 0 && ex->unsent.len > 0)
        r = -EPIPE;
    ex->unsent.len = 0;
    return r;
}

int cadre_test_stream_write(struct cadre_test_stream *stream, const void *ptr, size_t len)
{
    if (!stream->ex)
        return -EPIPE;
    if (!stream->ex->is_written || stream->ex->is_ended)
        return -EINVAL;
    if (len == 0)
        return 0;
    stream->ptr = ptr;
    stream->len = len;
    return cadre__test_client_drive(stream->client, do_write, stream);
}

void cadre_test_stream_write_end(struct cadre_test_stream *stream)
{
    if (!stream->ex)
        return;
    stream->ex->is_ended = true;
    cadre__test_exchange_note(stream->ex);
}

void cadre_test_stream_leave(struct cadre_test_stream *stream)
{
    if (stream->ex)
        cadre__test_exchange_leave(stream->ex);
}

static int do_end(void *arg)
{
    struct cadre_test_stream *stream = arg;
    struct cadre__test_exchange *ex = stream->ex;

    ex->is_read = false;
    if (ex->is_written)
        ex->is_ended = true;
    cadre__test_exchange_note(ex);
    (void)cadre__test_wait_end(ex); /* what it says is in the response */
    return 0;
}

const struct cadre_test_response *cadre_test_stream_end(struct cadre_test_stream *stream)
{
    struct cadre_test_response *res = stream->res;

    if (stream->ex) {
        int r = cadre__test_client_drive(stream->client, do_end, stream);

        if (r < 0)
            cadre__test_response_fail(res, "%s", cadre_strerror(r));
        keep_cookies(stream);
        if (stream->ex->done)
            cadre__test_exchange_free(stream->ex);
    }
    cadre__arena_done(&stream->arena);
    free(stream);
    res->is_done = true;
    return res;
}
