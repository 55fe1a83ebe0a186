/* SPDX-License-Identifier: MIT */
/*
 * lib/async/queue.c: <cadre/queue.h>. While somebody waits to get, nothing is in the queue, and
 * what is put goes straight to him; while somebody waits to put, the queue is full, and who takes
 * an item out puts that one's in for him. Who waits has his item, or its place, in his own frame.
 * Runs on the loop.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include <cadre/queue.h>

#include "async/coroutine.h"
#include "async/items.h"
#include "async/waiters.h"

struct cadre_queue {
    struct cadre__items items;
    struct cadre_waiters getters; /* data: where the item goes */
    struct cadre_waiters putters; /* data: the item */
    struct cadre_waiters joiners;
    size_t unfinished; /* items put and not done */
    bool lifo;         /* the last one comes out first */
    bool shut_down;
};

static struct cadre_queue *new_queue(size_t item_bytes, size_t maxsize, bool lifo,
                                     cadre__items_compare_fn compare)
{
    struct cadre_queue *queue = calloc(1, sizeof(*queue));

    if (!queue)
        return NULL;
    cadre__items_init(&queue->items, item_bytes, maxsize ? maxsize : SIZE_MAX, compare);
    queue->lifo = lifo;
    return queue;
}

struct cadre_queue *cadre_queue_new(size_t item_bytes, size_t maxsize)
{
    return new_queue(item_bytes, maxsize, false, NULL);
}

struct cadre_queue *cadre_queue_new_lifo(size_t item_bytes, size_t maxsize)
{
    return new_queue(item_bytes, maxsize, true, NULL);
}

struct cadre_queue *cadre_queue_new_priority(size_t item_bytes, size_t maxsize,
                                             int (*compare)(const void *a, const void *b))
{
    return compare ? new_queue(item_bytes, maxsize, false, compare) : NULL;
}

void cadre_queue_set_drop(struct cadre_queue *queue, void (*drop)(void *item))
{
    queue->items.drop = drop;
}

void cadre_queue_free(struct cadre_queue *queue)
{
    if (!queue)
        return;
    cadre__items_done(&queue->items);
    free(queue);
}

static int put_now(struct cadre_queue *queue, const void *item)
{
    struct cadre__waiter *getter;
    int r;

    if (queue->shut_down)
        return -ESHUTDOWN;
    if ((getter = cadre__waiters_give(&queue->getters, 0))) {
        cadre__items_copy(&queue->items, getter->data, item);
    } else {
        if (cadre__items_is_full(&queue->items))
            return -EAGAIN;
        if ((r = cadre__items_put(&queue->items, item)) < 0)
            return r;
    }
    queue->unfinished++;
    return 0;
}

int cadre_queue_put(struct cadre_queue *queue, const void *item)
{
    int r = cadre__coroutine_check("cadre_queue_put");

    if (r < 0 || (r = put_now(queue, item)) != -EAGAIN)
        return r;
    return cadre__waiters_wait(&queue->putters, NULL, (void *)(uintptr_t)item, "cadre_queue_put");
}

int cadre_queue_put_nowait(struct cadre_queue *queue, const void *item)
{
    return put_now(queue, item);
}

/* Puts in what the first putter waits with; there is room, and memory, for one has just gone. */
static void let_one_in(struct cadre_queue *queue)
{
    const struct cadre__waiter *putter = cadre__waiters_give(&queue->putters, 0);

    if (!putter)
        return;
    (void)!cadre__items_put(&queue->items, putter->data);
    queue->unfinished++;
}

static int get_now(struct cadre_queue *queue, void *ret_item)
{
    if (queue->items.count == 0)
        return queue->shut_down ? -ESHUTDOWN : -EAGAIN;
    if (queue->lifo)
        cadre__items_take_last(&queue->items, ret_item);
    else
        cadre__items_take_first(&queue->items, ret_item);
    let_one_in(queue);
    return 0;
}

int cadre_queue_get(struct cadre_queue *queue, void *ret_item)
{
    int r = cadre__coroutine_check("cadre_queue_get");

    if (r < 0 || (r = get_now(queue, ret_item)) != -EAGAIN)
        return r;
    return cadre__waiters_wait(&queue->getters, NULL, ret_item, "cadre_queue_get");
}

int cadre_queue_get_nowait(struct cadre_queue *queue, void *ret_item)
{
    return get_now(queue, ret_item);
}

static void finish(struct cadre_queue *queue, size_t n)
{
    queue->unfinished -= n < queue->unfinished ? n : queue->unfinished;
    if (queue->unfinished == 0)
        (void)cadre__waiters_wake_all(&queue->joiners, 0);
}

int cadre_queue_task_done(struct cadre_queue *queue)
{
    if (queue->unfinished == 0)
        return -EINVAL;
    finish(queue, 1);
    return 0;
}

int cadre_queue_join(struct cadre_queue *queue)
{
    int r = cadre__coroutine_check("cadre_queue_join");

    if (r < 0 || queue->unfinished == 0)
        return r;
    return cadre__waiters_wait(&queue->joiners, NULL, NULL, "cadre_queue_join");
}

void cadre_queue_shutdown(struct cadre_queue *queue, bool immediate)
{
    queue->shut_down = true;
    if (immediate)
        finish(queue, cadre__items_clear(&queue->items));
    (void)cadre__waiters_wake_all(&queue->putters, -ESHUTDOWN);
    (void)cadre__waiters_wake_all(&queue->getters, -ESHUTDOWN);
}

size_t cadre_queue_size(const struct cadre_queue *queue)
{
    return queue->items.count;
}

bool cadre_queue_is_empty(const struct cadre_queue *queue)
{
    return queue->items.count == 0;
}

bool cadre_queue_is_full(const struct cadre_queue *queue)
{
    return cadre__items_is_full(&queue->items);
}
