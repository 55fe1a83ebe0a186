/* SPDX-License-Identifier: MIT */
/*
 * lib/async/memory_stream.c: <cadre/memory_stream.h>: one stream, and the ends that refer to it.
 * Who waits has his item, or its place, in his own frame, and his end as the waiter's key; while
 * somebody waits to receive nothing is in the buffer, and while somebody waits to send it is full.
 * The stream goes with its last end. Runs on the loop.
 */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cadre/memory_stream.h>

#include "async/coroutine.h"
#include "async/items.h"
#include "async/waiters.h"

struct stream {
    struct cadre__items items;
    struct cadre_waiters senders;   /* data: the item */
    struct cadre_waiters receivers; /* data: where the item goes */
    size_t send_open;               /* ends that can send */
    size_t receive_open;            /* ends that can receive */
    size_t ends;                    /* of both sides, closed ones too */
};

struct cadre_memory_send_stream {
    struct stream *stream;
    bool closed;
};

struct cadre_memory_receive_stream {
    struct stream *stream;
    bool closed;
};

static struct cadre_memory_send_stream *new_send_end(struct stream *stream)
{
    struct cadre_memory_send_stream *send = calloc(1, sizeof(*send));

    if (!send)
        return NULL;
    send->stream = stream;
    stream->send_open++;
    stream->ends++;
    return send;
}

static struct cadre_memory_receive_stream *new_receive_end(struct stream *stream)
{
    struct cadre_memory_receive_stream *receive = calloc(1, sizeof(*receive));

    if (!receive)
        return NULL;
    receive->stream = stream;
    stream->receive_open++;
    stream->ends++;
    return receive;
}

int cadre_memory_stream_new(size_t item_bytes, size_t max_buffer_size,
                            struct cadre_memory_send_stream **ret_send,
                            struct cadre_memory_receive_stream **ret_receive)
{
    struct stream *stream = calloc(1, sizeof(*stream));
    struct cadre_memory_send_stream *send;
    struct cadre_memory_receive_stream *receive;

    if (!stream)
        return -ENOMEM;
    cadre__items_init(&stream->items, item_bytes, max_buffer_size, NULL);
    send = new_send_end(stream);
    receive = new_receive_end(stream);
    if (!send || !receive) {
        free(receive);
        free(send);
        free(stream);
        return -ENOMEM;
    }
    *ret_send = send;
    *ret_receive = receive;
    return 0;
}

void cadre_memory_stream_set_drop(struct cadre_memory_send_stream *send, void (*drop)(void *item))
{
    send->stream->items.drop = drop;
}

static int send_now(const struct cadre_memory_send_stream *send, const void *item)
{
    struct stream *stream = send->stream;
    const struct cadre__waiter *receiver;

    if (send->closed)
        return -EBADF;
    if (stream->receive_open == 0)
        return -EPIPE;
    if ((receiver = cadre__waiters_give(&stream->receivers, 1))) {
        cadre__items_copy(&stream->items, receiver->data, item);
        return 0;
    }
    return cadre__items_is_full(&stream->items) ? -EAGAIN : cadre__items_put(&stream->items, item);
}

int cadre_memory_send(struct cadre_memory_send_stream *send, const void *item)
{
    int r = cadre__coroutine_check("cadre_memory_send");

    if (r < 0 || (r = send_now(send, item)) != -EAGAIN)
        return r;
    return cadre__waiters_wait(&send->stream->senders, send, (void *)(uintptr_t)item,
                               "cadre_memory_send");
}

int cadre_memory_send_nowait(struct cadre_memory_send_stream *send, const void *item)
{
    return send_now(send, item);
}

static int receive_now(const struct cadre_memory_receive_stream *receive, void *ret_item)
{
    struct stream *stream = receive->stream;
    const struct cadre__waiter *sender;

    if (receive->closed)
        return -EBADF;
    if (stream->items.count > 0) {
        cadre__items_take_first(&stream->items, ret_item);
        /* There is room now, and memory: one has just gone. */
        if ((sender = cadre__waiters_give(&stream->senders, 0)))
            (void)!cadre__items_put(&stream->items, sender->data);
        return 1;
    }
    if ((sender = cadre__waiters_give(&stream->senders, 0))) {
        cadre__items_copy(&stream->items, ret_item, sender->data);
        return 1;
    }
    return stream->send_open == 0 ? 0 : -EAGAIN;
}

int cadre_memory_receive(struct cadre_memory_receive_stream *receive, void *ret_item)
{
    int r = cadre__coroutine_check("cadre_memory_receive");

    if (r < 0 || (r = receive_now(receive, ret_item)) != -EAGAIN)
        return r;
    return cadre__waiters_wait(&receive->stream->receivers, receive, ret_item,
                               "cadre_memory_receive");
}

int cadre_memory_receive_nowait(struct cadre_memory_receive_stream *receive, void *ret_item)
{
    return receive_now(receive, ret_item);
}

int cadre_memory_send_stream_clone(const struct cadre_memory_send_stream *send,
                                   struct cadre_memory_send_stream **ret)
{
    struct cadre_memory_send_stream *clone;

    if (send->closed)
        return -EBADF;
    if (!(clone = new_send_end(send->stream)))
        return -ENOMEM;
    *ret = clone;
    return 0;
}

int cadre_memory_receive_stream_clone(const struct cadre_memory_receive_stream *receive,
                                      struct cadre_memory_receive_stream **ret)
{
    struct cadre_memory_receive_stream *clone;

    if (receive->closed)
        return -EBADF;
    if (!(clone = new_receive_end(receive->stream)))
        return -ENOMEM;
    *ret = clone;
    return 0;
}

void cadre_memory_send_stream_close(struct cadre_memory_send_stream *send)
{
    struct stream *stream = send->stream;

    if (send->closed)
        return;
    send->closed = true;
    (void)cadre__waiters_wake_key(&stream->senders, send, -EBADF);
    if (--stream->send_open == 0)
        (void)cadre__waiters_wake_all(&stream->receivers, 0);
}

void cadre_memory_receive_stream_close(struct cadre_memory_receive_stream *receive)
{
    struct stream *stream = receive->stream;

    if (receive->closed)
        return;
    receive->closed = true;
    (void)cadre__waiters_wake_key(&stream->receivers, receive, -EBADF);
    if (--stream->receive_open > 0)
        return;
    (void)cadre__waiters_wake_all(&stream->senders, -EPIPE);
    (void)cadre__items_clear(&stream->items);
}

static void leave(struct stream *stream)
{
    if (--stream->ends > 0)
        return;
    cadre__items_done(&stream->items);
    free(stream);
}

void cadre_memory_send_stream_free(struct cadre_memory_send_stream *send)
{
    if (!send)
        return;
    cadre_memory_send_stream_close(send);
    leave(send->stream);
    free(send);
}

void cadre_memory_receive_stream_free(struct cadre_memory_receive_stream *receive)
{
    if (!receive)
        return;
    cadre_memory_receive_stream_close(receive);
    leave(receive->stream);
    free(receive);
}

static void get_statistics(const struct stream *stream, struct cadre_memory_stream_statistics *ret)
{
    *ret = (struct cadre_memory_stream_statistics){
        .current_buffer_used = stream->items.count,
        .max_buffer_size = stream->items.max,
        .open_send_streams = stream->send_open,
        .open_receive_streams = stream->receive_open,
        .tasks_waiting_send = cadre__waiters_count(&stream->senders),
        .tasks_waiting_receive = cadre__waiters_count(&stream->receivers),
    };
}

void cadre_memory_send_stream_statistics(const struct cadre_memory_send_stream *send,
                                         struct cadre_memory_stream_statistics *ret)
{
    get_statistics(send->stream, ret);
}

void cadre_memory_receive_stream_statistics(const struct cadre_memory_receive_stream *receive,
                                            struct cadre_memory_stream_statistics *ret)
{
    get_statistics(receive->stream, ret);
}
