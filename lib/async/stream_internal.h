/* SPDX-License-Identifier: MIT */
/*
 * lib/async/stream_internal.h: the inside of a stream, for the files of lib/async alone: stream.c
 * makes, closes and frees it, stream_read.c and stream_write.c are its two directions.
 *
 * The two watches on descriptors are edge-triggered and stay: a wait costs no system call. So each
 * direction tries until the kernel says -EAGAIN before it waits.
 */
#ifndef CADRE_ASYNC_STREAM_INTERNAL_H
#define CADRE_ASYNC_STREAM_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "async/bytes.h"
#include "async/coroutine.h"
#include "async/io.h"
#include "base/list.h"
#include <cadre/stream.h>

enum { CADRE__STREAM_MAGIC = 0x57e3a305 };

struct cadre_stream {
    uint32_t magic;
    bool eof;         /* the peer sends no more */
    bool paused;      /* kept bytes rose above high_water, and are not down to low_water yet */
    bool eof_asked;   /* half-close when all is sent */
    bool half_closed; /* that was done */
    bool closing;     /* close when all is sent */
    bool closed;      /* the descriptors are gone */
    int read_fd;      /* -1: none, or closed; may equal write_fd */
    int write_fd;
    int read_error;  /* negative errno that ended reading, or 0 */
    int write_error; /* the same for writing */

    /* set once */
    struct cadre__loop *loop;
    size_t limit, high_water, low_water;

    struct cadre__coroutine *reader; /* who waits for bytes, or NULL */
    struct cadre__io in;             /* watches read_fd from the first wait on */
    struct cadre__bytes received;

    struct cadre__list waiters; /* who waits for the writing side (struct waiter) */
    struct cadre__io out;       /* watches write_fd while something is kept */
    struct cadre__bytes kept;
};

/*
 * Reads once into the buffer, at most `size` bytes: how many, 0 at the end, -EAGAIN, or the error,
 * which stays. Never suspends.
 */
CADRE_MUST_CHECK ssize_t cadre__stream_fill(struct cadre_stream *stream, size_t size);

/* Marks the caller as who waits for bytes; whatever comes resumes it. -EBUSY: another does. */
CADRE_MUST_CHECK int cadre__stream_await(struct cadre_stream *stream);
void cadre__stream_unawait(struct cadre_stream *stream);

/* Wakes who waits for the writing side, to look again. */
void cadre__stream_wake_writers(struct cadre_stream *stream);

/* Ends writing: drops what is kept. A stream that is closing is closed thereby. */
void cadre__stream_fail_writing(struct cadre_stream *stream, int error);

/* Closes the descriptors. */
void cadre__stream_finish_close(struct cadre_stream *stream);

/* The callbacks of the two watches. */
void cadre__stream_on_in(int events, void *arg);
void cadre__stream_on_out(int events, void *arg);

#endif
