/* SPDX-License-Identifier: MIT */
/*
 * lib/async/process_communicate.c: all of a child's input and output, in one call. Runs on the
 * loop.
 *
 * One coroutine waits for both outputs at a time; the input goes by itself, since a stream sends
 * what it keeps in the background. So a child that fills one pipe before it reads another cannot
 * block us, nor we it.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cadre/process.h>
#include <cadre/stream.h>

#include "async/coroutine.h"
#include "async/fd_wait.h"
#include "async/loop.h"
#include "async/process_internal.h"
#include "async/stream_internal.h"

enum { PIECE = 16 * 1024 };

/* Reads what is there of one output: 0 at its end, -EAGAIN: more is to come, or an error. */
static int collect(struct cadre_stream *stream, size_t max_bytes)
{
    ssize_t n;

    if (!stream)
        return 0;
    do {
        if (stream->received.len > max_bytes)
            return -EMSGSIZE;
        n = cadre__stream_fill(stream, PIECE);
    } while (n > 0);
    return (int)n;
}

/* Reads both outputs to their ends. */
static int collect_all(struct cadre_stream *out, struct cadre_stream *err, size_t max_bytes,
                       uint64_t deadline_ns, const char *call)
{
    for (;;) {
        int from_out = collect(out, max_bytes);
        int from_err = collect(err, max_bytes);
        int r;

        if (from_out == 0 && from_err == 0)
            return 0;
        if (from_out < 0 && from_out != -EAGAIN)
            return from_out;
        if (from_err < 0 && from_err != -EAGAIN)
            return from_err;
        r = out ? cadre__stream_await(out) : 0;
        if (r == 0 && err && (r = cadre__stream_await(err)) < 0 && out)
            cadre__stream_unawait(out);
        if (r < 0)
            return r;
        r = cadre__suspend_until(call, deadline_ns);
        if (out)
            cadre__stream_unawait(out);
        if (err)
            cadre__stream_unawait(err);
        if (r < 0)
            return r;
    }
}

/* Hands the input over; the stream sends it and then shows the child its end. */
static int feed(struct cadre_process *process, struct cadre_str input)
{
    struct cadre_stream *stream = process->streams[0];
    int r = 0;

    if (!stream)
        return input.len > 0 ? -EINVAL : 0;
    if (input.len > 0)
        r = cadre_stream_write_nowait(stream, input.ptr, input.len);
    cadre_stream_close(stream);
    return r == -EPIPE || r == -ECONNRESET ? 0 : r;
}

/* Moves what a stream has received into memory of the caller's. */
static int hand_over(struct cadre_stream *stream, char **ret, size_t *ret_len)
{
    struct cadre__bytes *bytes;
    int r;

    if (!stream)
        return 0;
    bytes = &stream->received;
    if ((r = cadre__bytes_reserve(bytes, 1)) < 0)
        return r;
    *cadre__bytes_end(bytes) = '\0';
    if (bytes->start > 0)
        memmove(bytes->data, cadre__bytes_at(bytes), bytes->len + 1);
    *ret = bytes->data;
    *ret_len = bytes->len;
    *bytes = (struct cadre__bytes){0};
    return 0;
}

static int communicate(struct cadre_process *process, struct cadre_str input, size_t max_bytes,
                       uint64_t deadline_ns, struct cadre_process_result *ret, const char *call)
{
    struct cadre_process_result result = {0};
    int r;

    if ((r = feed(process, input)) < 0)
        return r;
    r = collect_all(process->streams[1], process->streams[2], max_bytes, deadline_ns, call);
    if (r == 0)
        r = cadre__process_wait(process, deadline_ns, &result.code, call);
    if (r < 0 || (r = hand_over(process->streams[1], &result.out, &result.out_len)) < 0 ||
        (r = hand_over(process->streams[2], &result.err, &result.err_len)) < 0) {
        cadre_process_result_done(&result);
        return r;
    }
    *ret = result;
    return 0;
}

int cadre_process_communicate(struct cadre_process *process, struct cadre_str input,
                              size_t max_bytes, uint64_t timeout_ms,
                              struct cadre_process_result *ret)
{
    static const char call[] = "cadre_process_communicate";
    int r;

    assert(process->magic == CADRE__PROCESS_MAGIC);
    if ((r = cadre__fd_enter(call)) < 0)
        return r;
    return communicate(process, input, max_bytes, cadre__fd_deadline(timeout_ms), ret, call);
}

int cadre_process_run(const char *const *argv, const struct cadre_process_options *options,
                      struct cadre_str input, size_t max_bytes, uint64_t timeout_ms,
                      struct cadre_process_result *ret)
{
    static const char call[] = "cadre_process_run";
    struct cadre_process_options with_pipes = {0};
    struct cadre_process *process;
    int r;

    if ((r = cadre__fd_enter(call)) < 0)
        return r;
    if (options)
        with_pipes = *options;
    if (with_pipes.std_in == CADRE_PROCESS_NULL && input.len > 0)
        with_pipes.std_in = CADRE_PROCESS_PIPE;
    if (with_pipes.std_out == CADRE_PROCESS_NULL)
        with_pipes.std_out = CADRE_PROCESS_PIPE;
    if (with_pipes.std_err == CADRE_PROCESS_NULL)
        with_pipes.std_err = CADRE_PROCESS_PIPE;
    if ((r = cadre_process_spawn(argv, &with_pipes, &process)) < 0)
        return r;
    r = communicate(process, input, max_bytes, cadre__fd_deadline(timeout_ms), ret, call);
    if (r < 0) {
        cadre_process_kill(process);
        cadre__process_wait_shielded(process, call);
    }
    cadre_process_free(process);
    return r;
}

void cadre_process_result_done(struct cadre_process_result *result)
{
    free(result->out);
    free(result->err);
    *result = (struct cadre_process_result){0};
}
