/* SPDX-License-Identifier: MIT */
/*
 * lib/async/stream_read.c: the reading side of a stream. See stream_internal.h. Runs on the loop.
 *
 * Nothing is taken out of the buffer before a call can succeed, so a cancelled one loses nothing.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cadre/stream.h>

#include "async/fd_io.h"
#include "async/fd_wait.h"
#include "async/stream_internal.h"

enum { SMALL_READ = 4096 }; /* below it we read ahead */

void cadre__stream_on_in(int events, void *arg)
{
    struct cadre_stream *stream = arg;

    (void)events;
    if (stream->reader)
        (void)cadre__coroutine_resume(stream->reader, 0);
}

/* One try to read: also what the end and an error mean for the stream. */
static ssize_t receive(struct cadre_stream *stream, void *buf, size_t size)
{
    struct iovec part = {.iov_base = buf, .iov_len = size};
    ssize_t n;

    if (stream->closing || stream->read_fd < 0)
        return -EBADF;
    if (stream->read_error < 0)
        return stream->read_error;
    if (stream->eof)
        return 0;
    n = cadre__fd_try_readv(stream->read_fd, &part, 1);
    if (n == 0)
        stream->eof = true;
    else if (n < 0 && n != -EAGAIN)
        stream->read_error = (int)n;
    return n;
}

ssize_t cadre__stream_fill(struct cadre_stream *stream, size_t size)
{
    ssize_t n;
    int r;

    if ((r = cadre__bytes_reserve(&stream->received, size)) < 0)
        return r;
    n = receive(stream, cadre__bytes_end(&stream->received), size);
    if (n > 0)
        cadre__bytes_added(&stream->received, (size_t)n);
    return n;
}

int cadre__stream_await(struct cadre_stream *stream)
{
    if (stream->reader)
        return -EBUSY;
    stream->reader = cadre__coroutine_current();
    return 0;
}

void cadre__stream_unawait(struct cadre_stream *stream)
{
    stream->reader = NULL;
}

/* The beginning of each call. */
static int enter(struct cadre_stream *stream, const char *call)
{
    int r;

    assert(stream->magic == CADRE__STREAM_MAGIC);
    if ((r = cadre__fd_enter(call)) < 0)
        return r;
    if (stream->closing || stream->read_fd < 0)
        return -EBADF;
    return stream->reader ? -EBUSY : 0;
}

static int await(struct cadre_stream *stream, const char *call)
{
    int r;

    if ((r = cadre__stream_await(stream)) < 0)
        return r;
    if (stream->received.len == 0) /* an idle stream holds no buffer */
        cadre__bytes_done(&stream->received);
    r = cadre__coroutine_suspend(call);
    cadre__stream_unawait(stream);
    return r;
}

/* Reads into the buffer, at most `size` bytes, waiting for them: as cadre__stream_fill(). */
static ssize_t fill(struct cadre_stream *stream, size_t size, const char *call)
{
    ssize_t n;
    int r;

    while ((n = cadre__stream_fill(stream, size)) == -EAGAIN)
        if ((r = await(stream, call)) < 0)
            return r;
    return n;
}

/* How much to read at a time towards `left` bytes: the buffer doubles as it fills. */
static size_t piece(const struct cadre_stream *stream, size_t left)
{
    size_t size = stream->received.len < SMALL_READ ? SMALL_READ : stream->received.len;

    return size < left ? size : left;
}

static size_t take(struct cadre_stream *stream, void *buf, size_t size)
{
    size_t len = stream->received.len < size ? stream->received.len : size;

    if (len > 0)
        memcpy(buf, cadre__bytes_at(&stream->received), len);
    cadre__bytes_take(&stream->received, len);
    return len;
}

ssize_t cadre_stream_read(struct cadre_stream *stream, void *buf, size_t size)
{
    static const char call[] = "cadre_stream_read";
    ssize_t n;
    int r;

    if ((r = enter(stream, call)) < 0)
        return r;
    if (stream->received.len > 0 || size == 0)
        return (ssize_t)take(stream, buf, size);
    if (size < SMALL_READ) {
        size_t ahead = stream->limit < SMALL_READ ? stream->limit : SMALL_READ;

        n = fill(stream, ahead > size ? ahead : size, call);
        return n > 0 ? (ssize_t)take(stream, buf, size) : n;
    }
    while ((n = receive(stream, buf, size)) == -EAGAIN)
        if ((r = await(stream, call)) < 0)
            return r;
    return n;
}

int cadre_stream_read_exact(struct cadre_stream *stream, void *buf, size_t len, size_t *ret_partial)
{
    static const char call[] = "cadre_stream_read_exact";
    int r;

    if ((r = enter(stream, call)) < 0)
        return r;
    while (stream->received.len < len) {
        ssize_t n = fill(stream, piece(stream, len - stream->received.len), call);

        if (n < 0)
            return (int)n;
        if (n == 0) {
            size_t partial = take(stream, buf, len);

            if (ret_partial)
                *ret_partial = partial;
            return -ENODATA;
        }
    }
    (void)take(stream, buf, len);
    return 0;
}

/* What cadre_stream_read_until() does. */
static int read_until(struct cadre_stream *stream, struct cadre_str separator,
                      struct cadre_str *ret, const char *call)
{
    size_t searched = 0; /* no separator begins before */

    for (;;) {
        const struct cadre__bytes *bytes = &stream->received;
        const char *found = NULL;
        ssize_t n;

        if (bytes->len >= separator.len)
            found = memmem(cadre__bytes_at(bytes) + searched, bytes->len - searched, separator.ptr,
                           separator.len);
        if (found) {
            size_t before = (size_t)(found - cadre__bytes_at(bytes));

            if (before > stream->limit)
                return -EMSGSIZE;
            *ret = (struct cadre_str){cadre__bytes_at(bytes), before + separator.len};
            cadre__bytes_take(&stream->received, ret->len);
            return 0;
        }
        if (bytes->len >= separator.len)
            searched = bytes->len + 1 - separator.len;
        if (searched > stream->limit)
            return -EMSGSIZE;
        n = fill(stream, piece(stream, stream->limit + separator.len - bytes->len), call);
        if (n < 0)
            return (int)n;
        if (n == 0) {
            *ret = (struct cadre_str){bytes->data ? cadre__bytes_at(bytes) : "", bytes->len};
            cadre__bytes_take(&stream->received, ret->len);
            return -ENODATA;
        }
    }
}

int cadre_stream_read_until(struct cadre_stream *stream, struct cadre_str separator,
                            struct cadre_str *ret)
{
    int r = enter(stream, "cadre_stream_read_until");

    if (r < 0)
        return r;
    if (separator.len == 0)
        return -EINVAL;
    return read_until(stream, separator, ret, "cadre_stream_read_until");
}

/* Drops a line that is too long, as far as it came. */
static void drop_line(struct cadre_stream *stream)
{
    const struct cadre__bytes *bytes = &stream->received;
    const char *end = memchr(cadre__bytes_at(bytes), '\n', bytes->len);

    cadre__bytes_take(&stream->received,
                      end ? (size_t)(end + 1 - cadre__bytes_at(bytes)) : bytes->len);
}

int cadre_stream_read_line(struct cadre_stream *stream, struct cadre_str *ret)
{
    int r = enter(stream, "cadre_stream_read_line");

    if (r < 0)
        return r;
    r = read_until(stream, CADRE_STR("\n"), ret, "cadre_stream_read_line");
    if (r == -EMSGSIZE)
        drop_line(stream);
    return r == -ENODATA ? 0 : r;
}

int cadre_stream_read_all(struct cadre_stream *stream, size_t max_bytes, char **ret,
                          size_t *ret_len)
{
    static const char call[] = "cadre_stream_read_all";
    size_t len;
    char *all;
    int r;

    if ((r = enter(stream, call)) < 0)
        return r;
    for (;;) {
        ssize_t n;

        if (stream->received.len > max_bytes)
            return -EMSGSIZE;
        /* one more, to see that it is too many */
        n = fill(stream, piece(stream, max_bytes - stream->received.len) + 1, call);
        if (n < 0)
            return (int)n;
        if (n == 0)
            break;
    }
    len = stream->received.len;
    all = malloc(len + 1);
    if (!all)
        return -ENOMEM;
    (void)take(stream, all, len);
    all[len] = '\0';
    *ret = all;
    *ret_len = len;
    return 0;
}

bool cadre_stream_at_eof(const struct cadre_stream *stream)
{
    return stream->eof && stream->received.len == 0;
}
