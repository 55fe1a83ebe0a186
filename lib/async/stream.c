/* SPDX-License-Identifier: MIT */
/*
 * lib/async/stream.c: making, closing and freeing a stream. stream_read.c and stream_write.c do
 * the rest. Runs on the loop.
 *
 * Closing has two steps: after the first nobody may use the stream, and what is kept is still
 * sent; when that has gone, or cannot go, the second closes the descriptors.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include <event2/event.h>

#include <cadre/socket.h>
#include <cadre/stream.h>

#include "async/loop.h"
#include "async/stream_internal.h"
#include "base/fd.h"

enum { LIMIT = 64 * 1024, HIGH_WATER = 64 * 1024 };

static int prepare(int fd, struct cadre__io *io, int events)
{
    int r;

    if (fd < 0)
        return 0;
    if ((r = cadre__fd_nonblock(fd, true)) < 0)
        return r;
    return events ? cadre__io_start(io, events | EV_ET, true) : 0;
}

static struct cadre_stream *make(int read_fd, int write_fd,
                                 const struct cadre_stream_options *options)
{
    static const struct cadre_stream_options defaults;
    struct cadre_stream *stream = calloc(1, sizeof(*stream));

    if (!stream)
        return NULL;
    if (!options)
        options = &defaults;
    stream->magic = CADRE__STREAM_MAGIC;
    stream->loop = cadre__loop_current();
    stream->read_fd = read_fd;
    stream->write_fd = write_fd;
    stream->limit = options->limit ? options->limit : LIMIT;
    stream->high_water = options->high_water ? options->high_water : HIGH_WATER;
    stream->low_water = options->low_water ? options->low_water : stream->high_water / 4;
    cadre__list_init(&stream->waiters);
    cadre__io_init(&stream->in, stream->loop, read_fd, cadre__stream_on_in, stream);
    cadre__io_init(&stream->out, stream->loop, write_fd, cadre__stream_on_out, stream);
    return stream;
}

int cadre_stream_open_pair(int read_fd, int write_fd, const struct cadre_stream_options *options,
                           struct cadre_stream **ret)
{
    struct cadre_stream *stream = NULL;
    int r = -EBADF;

    if (!cadre__loop_current())
        r = -EDEADLK;
    else if (read_fd >= 0 || write_fd >= 0)
        r = (stream = make(read_fd, write_fd, options)) ? 0 : -ENOMEM;
    if (r < 0) {
        cadre__fd_close(&read_fd);
        if (write_fd != read_fd)
            cadre__fd_close(&write_fd);
        return r;
    }
    if ((r = prepare(read_fd, &stream->in, CADRE__IO_READ)) < 0 ||
        (write_fd != read_fd && (r = prepare(write_fd, &stream->out, 0)) < 0)) {
        cadre_stream_free(stream);
        return r;
    }
    *ret = stream;
    return 0;
}

int cadre_stream_open(int fd, const struct cadre_stream_options *options, struct cadre_stream **ret)
{
    int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);
    int access = flags < 0 ? O_RDWR : flags & O_ACCMODE;

    return cadre_stream_open_pair(access == O_WRONLY ? -1 : fd, access == O_RDONLY ? -1 : fd,
                                  options, ret);
}

int cadre_stream_connect(const char *host, uint16_t port, uint64_t timeout_ms,
                         struct cadre_stream **ret)
{
    int fd = cadre_socket_connect(host, port, timeout_ms);

    return fd < 0 ? fd : cadre_stream_open(fd, NULL, ret);
}

/* Stops watching one descriptor and closes it, unless the other direction has it too. */
static void close_end(struct cadre__io *io, int *fd, const int *other)
{
    cadre__io_stop(io);
    if (*fd != *other)
        cadre_fd_close(*fd);
    *fd = -1;
}

void cadre__stream_finish_close(struct cadre_stream *stream)
{
    if (stream->closed)
        return;
    stream->closed = true;
    close_end(&stream->in, &stream->read_fd, &stream->write_fd);
    close_end(&stream->out, &stream->write_fd, &stream->read_fd);
    cadre__stream_wake_writers(stream);
}

void cadre_stream_close(struct cadre_stream *stream)
{
    assert(stream->magic == CADRE__STREAM_MAGIC);
    if (stream->closing)
        return;
    stream->closing = true;
    if (stream->reader)
        (void)cadre__coroutine_wake(stream->reader, -EBADF);
    cadre__bytes_done(&stream->received);
    if (stream->kept.len == 0)
        cadre__stream_finish_close(stream);
    else
        close_end(&stream->in, &stream->read_fd, &stream->write_fd);
}

void cadre_stream_abort(struct cadre_stream *stream)
{
    cadre_stream_close(stream);
    if (!stream->closed)
        cadre__stream_fail_writing(stream, -ECONNABORTED);
}

void cadre_stream_free(struct cadre_stream *stream)
{
    if (!stream)
        return;
    cadre_stream_abort(stream);
    assert(!stream->reader && cadre__list_is_empty(&stream->waiters));
    cadre__bytes_done(&stream->received);
    cadre__bytes_done(&stream->kept);
    stream->magic = 0;
    free(stream);
}

int cadre_stream_fd(const struct cadre_stream *stream)
{
    return stream->read_fd >= 0 ? stream->read_fd : stream->write_fd;
}
