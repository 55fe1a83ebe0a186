/* SPDX-License-Identifier: MIT */
/*
 * <cadre/memory_stream.h>: a stream of items from coroutines that send to coroutines that receive,
 * with an end on each side that knows when the other one has gone.
 *
 * Unlike a queue it ends by itself: when the last sending end is closed, receivers get what is
 * left and then the end of the stream; when the last receiving end is closed, senders get -EPIPE.
 * Ends are cloned: one each for as many coroutines as send, or receive. An item goes to one
 * receiver. Items have one size and are copied in and out. Those who wait are served in the order
 * they came; a cancelled wait has sent and received nothing, and what it was given before that is
 * its own (see <cadre/sync.h>). A stream belongs to one loop and is used on its thread alone.
 *
 *     r = cadre_memory_stream_new(sizeof(struct line), 0, &send, &receive);
 *     ...
 *     while ((r = cadre_memory_receive(receive, &line)) > 0)
 *         ...
 *
 * Errors common to the calls that may suspend: -ECANCELED, and -EDEADLK off any coroutine, both as
 * in <cadre/task.h>. What says "never suspends" may be called on the loop, coroutine or not.
 */
#ifndef CADRE_MEMORY_STREAM_H
#define CADRE_MEMORY_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

CADRE_BEGIN_DECLS

/* An end of a stream. Each has one owner, who closes and frees it. */
struct cadre_memory_send_stream;
struct cadre_memory_receive_stream;

/* A buffer without a bound. */
#define CADRE_MEMORY_STREAM_INFINITE SIZE_MAX

struct cadre_memory_stream_statistics {
    size_t current_buffer_used;   /* items in the buffer */
    size_t max_buffer_size;       /* its bound */
    size_t open_send_streams;     /* ends that can send */
    size_t open_receive_streams;  /* ends that can receive */
    size_t tasks_waiting_send;    /* coroutines that wait to send */
    size_t tasks_waiting_receive; /* coroutines that wait for an item */
};

/*
 * Makes a stream of items of `item_bytes` each, and its two ends. Up to `max_buffer_size` items
 * wait in it for a receiver; with 0 each send waits until a receiver takes its item. Never
 * suspends. Returns 0 or -ENOMEM.
 */
CADRE_API CADRE_MUST_CHECK int cadre_memory_stream_new(
    size_t item_bytes, size_t max_buffer_size, struct cadre_memory_send_stream **ret_send,
    struct cadre_memory_receive_stream **ret_receive);

/*
 * Sets what is called for each item that was sent and that nobody can receive any more, because
 * the last receiving end was closed; with the item's place, which is then no longer valid. It does
 * not use the stream and never suspends. NULL: nothing.
 */
CADRE_API void cadre_memory_stream_set_drop(struct cadre_memory_send_stream *send,
                                            void (*drop)(void *item));

/*
 * Sends a copy of *item; waits while the buffer is full and nobody receives. May suspend; `item` is
 * borrowed for the call. Returns 0: the item is in the buffer or a receiver has it. Errors: -EPIPE
 * (no receiving end is open, or none is any more), -EBADF (this end is closed, or was meanwhile),
 * -ENOMEM; then it was not sent.
 */
CADRE_API CADRE_MUST_CHECK int cadre_memory_send(struct cadre_memory_send_stream *send,
                                                 const void *item);

/* The same without waiting: -EAGAIN instead. Never suspends. */
CADRE_API CADRE_MUST_CHECK int cadre_memory_send_nowait(struct cadre_memory_send_stream *send,
                                                        const void *item);

/*
 * Receives the next item into *ret_item; waits while there is none. May suspend. Returns 1; 0 at
 * the end of the stream (all sending ends are closed, and nothing is left). Errors: -EBADF (this
 * end is closed, or was meanwhile).
 */
CADRE_API CADRE_MUST_CHECK int cadre_memory_receive(struct cadre_memory_receive_stream *receive,
                                                    void *ret_item);

/* The same without waiting: -EAGAIN instead. Never suspends. */
CADRE_API CADRE_MUST_CHECK int cadre_memory_receive_nowait(
    struct cadre_memory_receive_stream *receive, void *ret_item);

/* Opens another end of the same stream, the caller's. Never suspends. Errors: -EBADF (this end is
 * closed), -ENOMEM. */
CADRE_API CADRE_MUST_CHECK int cadre_memory_send_stream_clone(
    const struct cadre_memory_send_stream *send, struct cadre_memory_send_stream **ret);
CADRE_API CADRE_MUST_CHECK int cadre_memory_receive_stream_clone(
    const struct cadre_memory_receive_stream *receive, struct cadre_memory_receive_stream **ret);

/*
 * Closes this end; the others go on. Who waits in this very end gets -EBADF; when it was the last
 * of its side, those who wait on the other one go on as told above. Closing again does nothing.
 * Never suspends.
 */
CADRE_API void cadre_memory_send_stream_close(struct cadre_memory_send_stream *send);
CADRE_API void cadre_memory_receive_stream_close(struct cadre_memory_receive_stream *receive);

/* Closes this end if it is open, and frees it; nobody waits in it. The stream's memory goes with
 * the last end of both sides. NULL is taken. Never suspends. */
CADRE_API void cadre_memory_send_stream_free(struct cadre_memory_send_stream *send);
CADRE_API void cadre_memory_receive_stream_free(struct cadre_memory_receive_stream *receive);

/* Tells about the stream of this end. Never suspends. */
CADRE_API void cadre_memory_send_stream_statistics(const struct cadre_memory_send_stream *send,
                                                   struct cadre_memory_stream_statistics *ret);
CADRE_API void cadre_memory_receive_stream_statistics(
    const struct cadre_memory_receive_stream *receive, struct cadre_memory_stream_statistics *ret);

CADRE_END_DECLS

#endif
