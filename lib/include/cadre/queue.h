/* SPDX-License-Identifier: MIT */
/*
 * <cadre/queue.h>: a queue of items between coroutines: first in first out, last in first out, or
 * by priority; with a bound or without.
 *
 * Items have one size, given when the queue is made, and are copied in and out: pointers or small
 * structs. A queue belongs to one loop and is used on its thread alone. Those who wait are served
 * in the order they came; a cancelled wait has taken and put nothing, and what it was given before
 * that is its own (see <cadre/sync.h>).
 *
 *     struct cadre_queue *queue = cadre_queue_new(sizeof(struct order *), 100);
 *     ...
 *     r = cadre_queue_put(queue, &order);        (one coroutine; waits while 100 are in it)
 *     r = cadre_queue_get(queue, &order);        (another; waits while none is)
 *
 * Errors common to the calls that may suspend: -ECANCELED, and -EDEADLK off any coroutine, both as
 * in <cadre/task.h>. What says "never suspends" may be called on the loop, coroutine or not.
 */
#ifndef CADRE_QUEUE_H
#define CADRE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include <cadre/macros.h>

CADRE_BEGIN_DECLS

struct cadre_queue;

/*
 * Makes a queue of items of `item_bytes` each (0: they are only counted), which holds at most
 * `maxsize` of them, 0: any number. First in, first out. It is the caller's, who frees it. Memory
 * grows with the items in it. NULL where there is no memory. Never suspends.
 */
CADRE_API struct cadre_queue *cadre_queue_new(size_t item_bytes, size_t maxsize);

/* The same, last in, first out. */
CADRE_API struct cadre_queue *cadre_queue_new_lifo(size_t item_bytes, size_t maxsize);

/*
 * The same by priority: the item that compares lowest comes out first, of equals the one that was
 * put first. compare(a, b) is negative, 0 or positive as `a` comes before `b`, is its equal, comes
 * after it; it never suspends. NULL where there is no memory or no `compare`.
 */
CADRE_API struct cadre_queue *cadre_queue_new_priority(size_t item_bytes, size_t maxsize,
                                                       int (*compare)(const void *a,
                                                                      const void *b));

/*
 * Sets what is called for each item that the queue throws away (cadre_queue_free(), an immediate
 * cadre_queue_shutdown()), with the item's place, which is then no longer valid. It does not use
 * the queue and never suspends. NULL: nothing.
 */
CADRE_API void cadre_queue_set_drop(struct cadre_queue *queue, void (*drop)(void *item));

/* Frees it and throws away the items in it. Nobody waits in it. NULL is taken. Never suspends. */
CADRE_API void cadre_queue_free(struct cadre_queue *queue);

/*
 * Puts a copy of *item in; waits while the queue is full. May suspend; `item` is borrowed for the
 * call. Returns 0; -ESHUTDOWN where the queue was shut down, or is meanwhile; -ENOMEM.
 */
CADRE_API CADRE_MUST_CHECK int cadre_queue_put(struct cadre_queue *queue, const void *item);

/* Puts it in if there is room. Never suspends. Returns 0; -EAGAIN (full), -ESHUTDOWN, -ENOMEM. */
CADRE_API CADRE_MUST_CHECK int cadre_queue_put_nowait(struct cadre_queue *queue, const void *item);

/*
 * Takes the next item out, into *ret_item; waits while there is none. May suspend. Returns 0;
 * -ESHUTDOWN where the queue was shut down and is empty.
 */
CADRE_API CADRE_MUST_CHECK int cadre_queue_get(struct cadre_queue *queue, void *ret_item);

/* Takes it out if there is one. Never suspends. Returns 0; -EAGAIN (empty), -ESHUTDOWN. */
CADRE_API CADRE_MUST_CHECK int cadre_queue_get_nowait(struct cadre_queue *queue, void *ret_item);

/*
 * Says that the work on one item, which was taken out before, is done. Never suspends. Returns 0;
 * -EINVAL where it was said for every item already.
 */
CADRE_API int cadre_queue_task_done(struct cadre_queue *queue);

/* Waits until cadre_queue_task_done() was said for every item that was put in. May suspend.
 * Returns 0. */
CADRE_API CADRE_MUST_CHECK int cadre_queue_join(struct cadre_queue *queue);

/*
 * Shuts it down: nothing goes in any more, and those who wait to put get -ESHUTDOWN. What is in it
 * can still be taken out, and then -ESHUTDOWN comes; with `immediate` it is thrown away, counts as
 * done, and all who wait to get go on with -ESHUTDOWN at once. A second call may make it immediate.
 * Never suspends.
 */
CADRE_API void cadre_queue_shutdown(struct cadre_queue *queue, bool immediate);

/* How many items are in it? Never suspends. */
CADRE_API size_t cadre_queue_size(const struct cadre_queue *queue);

/* Is nothing in it? Never suspends. */
CADRE_API bool cadre_queue_is_empty(const struct cadre_queue *queue);

/* Are as many in it as may be? Never suspends. */
CADRE_API bool cadre_queue_is_full(const struct cadre_queue *queue);

CADRE_END_DECLS

#endif
