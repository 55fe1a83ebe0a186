/* SPDX-License-Identifier: MIT */
/*
 * <cadre/stream.h>: a connection or a pipe with buffers, as asyncio's StreamReader and
 * StreamWriter.
 *
 * A stream owns its descriptor (or two: one to read, one to write). Reading takes from the kernel
 * only what somebody asks for, `limit` bytes ahead at most, so a peer that sends faster than we
 * read is held up by the kernel. Writing sends at once what the kernel takes; the rest is kept and
 * sent while the caller does something else. Above the high-water mark cadre_stream_write()
 * suspends until the kept bytes are down to the low one.
 *
 * A stream belongs to the loop it was made on, and to its thread. One coroutine may read while
 * others write; two that read at a time is an error of the second, -EBUSY. An error of the
 * connection that shows while writing (-EPIPE, -ECONNRESET) drops what is kept; every later write
 * returns it. What was received before stays readable.
 *
 * Every call marked "may suspend" can also return -ECANCELED and -EDEADLK. A cancelled read has
 * lost nothing: what came stays in the buffer for the next one. A read returns -EBADF when
 * another coroutine closes the stream meanwhile, and after the close.
 */
#ifndef CADRE_STREAM_H
#define CADRE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cadre/macros.h>
#include <cadre/str.h>

CADRE_BEGIN_DECLS

struct cadre_stream;

struct cadre_stream_options {
    size_t limit;      /* longest line, in bytes, and read-ahead; 0: 64 KiB */
    size_t high_water; /* kept bytes above which a write suspends; 0: 64 KiB */
    size_t low_water;  /* where it goes on; 0: a quarter of high_water */
};

/* --- making; never suspends but for _connect --- */

/*
 * Makes a stream of a socket, a pipe's end or a terminal. Takes the descriptor and makes it
 * non-blocking; on an error it is closed. `options` may be NULL. Errors: -ENOMEM; -EBADF; -EPERM
 * (a file, which <cadre/file.h> is for).
 */
CADRE_API CADRE_MUST_CHECK int cadre_stream_open(int fd, const struct cadre_stream_options *options,
                                                 struct cadre_stream **ret);

/* The same of two descriptors, one to read and one to write; either may be -1: none. */
CADRE_API CADRE_MUST_CHECK int cadre_stream_open_pair(int read_fd, int write_fd,
                                                      const struct cadre_stream_options *options,
                                                      struct cadre_stream **ret);

/* Connects as cadre_socket_connect() does and makes a stream of it. May suspend. */
CADRE_API CADRE_MUST_CHECK int cadre_stream_connect(const char *host, uint16_t port,
                                                    uint64_t timeout_ms, struct cadre_stream **ret);

/*
 * Accepts connections on `listen_fd` and calls fn(stream, arg) for each, in a coroutine of its
 * own, until another coroutine closes listen_fd (cadre_fd_close) or this one is cancelled. The
 * stream is freed when fn has returned, what is kept sent before. A close only stops accepting:
 * then it waits until the connections have ended and returns 0. Cancelled, it cancels those too,
 * waits for them and returns -ECANCELED. Where descriptors or memory run out it waits a second and
 * goes on. May suspend. Errors: -ENOTSOCK, -EINVAL (does not listen), -EBADF (not open at all).
 */
CADRE_API CADRE_MUST_CHECK int cadre_stream_serve(
    int listen_fd, void (*fn)(struct cadre_stream *stream, void *arg), void *arg,
    const struct cadre_stream_options *options);

/* --- reading; may suspend --- */

/* Reads at least 1 and at most `size` bytes; 0 at the end, or for `size` 0. */
CADRE_API CADRE_MUST_CHECK ssize_t cadre_stream_read(struct cadre_stream *stream, void *buf,
                                                     size_t size);

/*
 * Reads exactly `len` bytes and returns 0. -ENODATA: the stream ended before; what came is in
 * `buf`, and *ret_partial, unless NULL, says how much (it is set in this case alone).
 */
CADRE_API CADRE_MUST_CHECK int cadre_stream_read_exact(struct cadre_stream *stream, void *buf,
                                                       size_t len, size_t *ret_partial);

/*
 * Reads up to and with the first `separator` (not empty) and returns 0; *ret is in the stream's
 * buffer, valid until its next read. -ENODATA: the stream ended before; *ret is what came, and is
 * taken. -EMSGSIZE: `limit` bytes came without one; they stay in the buffer.
 */
CADRE_API CADRE_MUST_CHECK int cadre_stream_read_until(struct cadre_stream *stream,
                                                       struct cadre_str separator,
                                                       struct cadre_str *ret);

/*
 * Reads a line with its "\n" and returns 0. At the end of the stream *ret is what is left, without
 * one, and empty (len 0) when nothing is left. -EMSGSIZE: the line is above `limit`; what came of
 * it is dropped.
 */
CADRE_API CADRE_MUST_CHECK int cadre_stream_read_line(struct cadre_stream *stream,
                                                      struct cadre_str *ret);

/*
 * Reads to the end. *ret is allocated by malloc() and the caller's to free(); a NUL follows it.
 * -EMSGSIZE: more than `max_bytes` came; what came stays in the buffer.
 */
CADRE_API CADRE_MUST_CHECK int cadre_stream_read_all(struct cadre_stream *stream, size_t max_bytes,
                                                     char **ret, size_t *ret_len);

/* Is the end reached and the buffer empty? Never suspends. */
CADRE_API bool cadre_stream_at_eof(const struct cadre_stream *stream);

/* --- writing --- */

/*
 * Writes all of it: sends, keeps the rest, and suspends while that is above the high-water mark.
 * The data is the caller's again when it returns. Returns 0. May suspend. Errors: -EPIPE (the peer
 * reads no more, or after cadre_stream_write_eof()), -ECONNRESET, -EBADF (closed), -ENOMEM,
 * -ECANCELED: before anything was taken, or while waiting, and then all of it was.
 */
CADRE_API CADRE_MUST_CHECK int cadre_stream_write(struct cadre_stream *stream, const void *data,
                                                  size_t len);

/* The same, never suspending, whatever is kept; follow it by cadre_stream_drain(). */
CADRE_API CADRE_MUST_CHECK int cadre_stream_write_nowait(struct cadre_stream *stream,
                                                         const void *data, size_t len);

/*
 * Returns at once unless more than the high-water mark is kept, else when it is down to the low
 * one. May suspend. Returns 0 or the error of the connection.
 */
CADRE_API CADRE_MUST_CHECK int cadre_stream_drain(struct cadre_stream *stream);

/* Waits until the kernel has taken all that is kept. May suspend. Errors as of _drain. */
CADRE_API CADRE_MUST_CHECK int cadre_stream_flush(struct cadre_stream *stream);

/* How many bytes are kept. Never suspends. */
CADRE_API size_t cadre_stream_pending(const struct cadre_stream *stream);

/*
 * Half-closes: when all that is kept has gone, the peer sees the end; reading goes on. Later
 * writes are -EPIPE. Never suspends. Errors: -EBADF, the error of the connection.
 */
CADRE_API CADRE_MUST_CHECK int cadre_stream_write_eof(struct cadre_stream *stream);

/* --- ending --- */

/*
 * Closes: no more reads and writes (-EBADF); what is kept is still sent, then the descriptor is
 * closed. Never suspends; a second call does nothing.
 */
CADRE_API void cadre_stream_close(struct cadre_stream *stream);

/*
 * Waits until a closed stream has sent what it kept and has closed its descriptor; closes it
 * where that was not done. May suspend. Returns 0, or the error because of which kept bytes were
 * lost.
 */
CADRE_API CADRE_MUST_CHECK int cadre_stream_wait_closed(struct cadre_stream *stream);

/* Closes at once; kept bytes are lost. A read that waits returns -EBADF, a write -ECONNABORTED.
 * Never suspends. */
CADRE_API void cadre_stream_abort(struct cadre_stream *stream);

/*
 * Aborts where it is not closed yet, and frees the stream; no coroutine may be in a call on it.
 * Never suspends. NULL is taken. To lose nothing, cadre_stream_wait_closed() before.
 */
CADRE_API void cadre_stream_free(struct cadre_stream *stream);

/* The descriptor it reads from, or writes to where it does not read; -1 when closed. Borrowed. */
CADRE_API int cadre_stream_fd(const struct cadre_stream *stream);

CADRE_END_DECLS

#endif
