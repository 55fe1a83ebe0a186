/* SPDX-License-Identifier: MIT */
/*
 * lib/async/stream_write.c: the writing side of a stream. See stream_internal.h. Runs on the loop.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/event.h>

#include <cadre/socket.h>
#include <cadre/stream.h>

#include "async/fd_io.h"
#include "async/fd_wait.h"
#include "async/stream_internal.h"

struct waiter {
    struct cadre__list link; /* in stream->waiters */
    struct cadre__coroutine *co;
};

void cadre__stream_wake_writers(struct cadre_stream *stream)
{
    CADRE__LIST_FOREACH(link, &stream->waiters)
    (void)cadre__coroutine_wake(CADRE__CONTAINER_OF(link, struct waiter, link)->co, 0);
}

void cadre__stream_fail_writing(struct cadre_stream *stream, int error)
{
    if (stream->write_error == 0)
        stream->write_error = error;
    cadre__bytes_done(&stream->kept);
    stream->paused = false;
    cadre__io_stop(&stream->out);
    if (stream->closing)
        cadre__stream_finish_close(stream);
    else
        cadre__stream_wake_writers(stream);
}

/* Sends until the kernel takes no more. Returns how much went, or an error other than -EAGAIN. */
static ssize_t send_some(struct cadre_stream *stream, const char *data, size_t len)
{
    size_t sent = 0;

    while (sent < len) {
        struct iovec part = {.iov_base = (void *)(uintptr_t)(data + sent), .iov_len = len - sent};
        ssize_t n = cadre__fd_try_writev(stream->write_fd, &part, 1);

        if (n == -EAGAIN)
            break;
        if (n < 0)
            return n;
        sent += (size_t)n;
    }
    return (ssize_t)sent;
}

/* The end of what is written: sockets can say so and still be read, other ends are closed. */
static void half_close(struct cadre_stream *stream)
{
    if (stream->half_closed || stream->write_fd < 0)
        return;
    stream->half_closed = true;
    cadre__io_stop(&stream->out);
    if (shutdown(stream->write_fd, SHUT_WR) == 0 || errno != ENOTSOCK)
        return;
    if (stream->write_fd != stream->read_fd)
        cadre_fd_close(stream->write_fd);
    stream->write_fd = -1;
}

/* Nothing is kept any more. */
static void emptied(struct cadre_stream *stream)
{
    if (stream->kept.size > stream->low_water)
        cadre__bytes_done(&stream->kept);
    cadre__io_stop(&stream->out);
    if (stream->eof_asked)
        half_close(stream);
    if (stream->closing)
        cadre__stream_finish_close(stream);
}

void cadre__stream_on_out(int events, void *arg)
{
    struct cadre_stream *stream = arg;
    ssize_t n = send_some(stream, cadre__bytes_at(&stream->kept), stream->kept.len);

    (void)events;
    if (n < 0) {
        cadre__stream_fail_writing(stream, (int)n);
        return;
    }
    cadre__bytes_take(&stream->kept, (size_t)n);
    if (stream->kept.len <= stream->low_water)
        stream->paused = false;
    if (stream->kept.len == 0)
        emptied(stream);
    if (!stream->paused)
        cadre__stream_wake_writers(stream);
}

/* Why the stream takes no bytes, or 0. */
static int refusal(const struct cadre_stream *stream)
{
    if (stream->closing)
        return -EBADF;
    if (stream->write_error < 0)
        return stream->write_error;
    if (stream->eof_asked)
        return -EPIPE;
    return stream->write_fd < 0 ? -EBADF : 0;
}

static int keep(struct cadre_stream *stream, const char *data, size_t len)
{
    int r;

    if ((r = cadre__bytes_reserve(&stream->kept, len)) < 0)
        return r;
    memcpy(cadre__bytes_end(&stream->kept), data, len);
    cadre__bytes_added(&stream->kept, len);
    if (stream->kept.len > stream->high_water)
        stream->paused = true;
    return cadre__io_start(&stream->out, CADRE__IO_WRITE | EV_ET, true);
}

static int put(struct cadre_stream *stream, const char *data, size_t len)
{
    ssize_t sent = 0;
    int r;

    assert(stream->magic == CADRE__STREAM_MAGIC);
    if ((r = refusal(stream)) < 0)
        return r;
    if (stream->kept.len == 0)
        sent = send_some(stream, data, len);
    if (sent < 0)
        r = (int)sent;
    else if ((size_t)sent < len)
        r = keep(stream, data + sent, len - (size_t)sent);
    if (r < 0) /* a hole in what was sent cannot be mended */
        cadre__stream_fail_writing(stream, r);
    return r;
}

/* Suspends until the state of the writing side has changed. */
static int await_change(struct cadre_stream *stream, const char *call)
{
    struct waiter waiter = {.co = cadre__coroutine_current()};
    int r;

    cadre__list_push_back(&stream->waiters, &waiter.link);
    r = cadre__coroutine_suspend(call);
    cadre__list_remove(&waiter.link);
    return r;
}

static int drain(struct cadre_stream *stream, const char *call)
{
    int r = 0;

    while (stream->paused && r == 0)
        r = await_change(stream, call);
    return r < 0 ? r : stream->write_error;
}

int cadre_stream_write_nowait(struct cadre_stream *stream, const void *data, size_t len)
{
    return put(stream, data, len);
}

int cadre_stream_write(struct cadre_stream *stream, const void *data, size_t len)
{
    int r = cadre__fd_enter("cadre_stream_write");

    if (r < 0 || (r = put(stream, data, len)) < 0)
        return r;
    return drain(stream, "cadre_stream_write");
}

int cadre_stream_drain(struct cadre_stream *stream)
{
    int r = cadre__fd_enter("cadre_stream_drain");

    return r < 0 ? r : drain(stream, "cadre_stream_drain");
}

int cadre_stream_flush(struct cadre_stream *stream)
{
    int r = cadre__fd_enter("cadre_stream_flush");

    while (stream->kept.len > 0 && r == 0) {
        /* woken when the low-water mark is reached, and at each change below it */
        r = await_change(stream, "cadre_stream_flush");
    }
    return r < 0 ? r : stream->write_error;
}

size_t cadre_stream_pending(const struct cadre_stream *stream)
{
    return stream->kept.len;
}

int cadre_stream_write_eof(struct cadre_stream *stream)
{
    if (stream->eof_asked && !stream->closing)
        return stream->write_error;
    if (stream->closing || stream->write_fd < 0)
        return -EBADF;
    stream->eof_asked = true;
    if (stream->kept.len == 0)
        half_close(stream);
    return stream->write_error;
}

int cadre_stream_wait_closed(struct cadre_stream *stream)
{
    int r = cadre__fd_enter("cadre_stream_wait_closed");

    if (r < 0)
        return r;
    cadre_stream_close(stream);
    while (!stream->closed && r == 0)
        r = await_change(stream, "cadre_stream_wait_closed");
    return r < 0 ? r : stream->write_error;
}
