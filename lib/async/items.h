/* SPDX-License-Identifier: MIT */
/*
 * lib/async/items.h: the items in a queue or a stream: a ring, or a heap ordered by a comparison.
 *
 * Items have one size and are copied in and out. Memory grows by doubling up to the bound, and is
 * kept. Knows nothing of coroutines, never suspends; not for several threads.
 */
#ifndef CADRE_ASYNC_ITEMS_H
#define CADRE_ASYNC_ITEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cadre/macros.h>

typedef int (*cadre__items_compare_fn)(const void *a, const void *b);
typedef void (*cadre__items_drop_fn)(void *item);

struct cadre__items {
    /* set once */
    size_t item_bytes;
    size_t stride;                   /* bytes from one slot to the next */
    size_t max;                      /* items at most; SIZE_MAX: any number */
    cadre__items_compare_fn compare; /* NULL: a ring; else a heap */
    cadre__items_drop_fn drop;       /* called for what is thrown away, or NULL */

    /* changing */
    char *slots;
    size_t room;       /* slots there are; of a heap, one more for its own use */
    size_t first;      /* the oldest one's slot; 0 in a heap */
    size_t count;      /* items */
    uint64_t sequence; /* of a heap: puts so far, so that equals keep their order */
};

/* Makes an empty one, without any memory yet. */
void cadre__items_init(struct cadre__items *items, size_t item_bytes, size_t max,
                       cadre__items_compare_fn compare);

/* Throws the items away and frees the memory. */
void cadre__items_done(struct cadre__items *items);

/* Throws the items away, the first first; keeps the memory. Returns how many. */
size_t cadre__items_clear(struct cadre__items *items);

static inline bool cadre__items_is_full(const struct cadre__items *items)
{
    return items->count >= items->max;
}

/* Copies an item; pointers, the common case, in one move. */
static inline void cadre__items_copy(const struct cadre__items *items, void *to, const void *from)
{
    if (items->item_bytes == sizeof(void *))
        memcpy(to, from, sizeof(void *));
    else if (items->item_bytes > 0)
        memcpy(to, from, items->item_bytes);
}

/* The place of the i-th item of a ring. */
static inline char *cadre__items_ring_at(const struct cadre__items *items, size_t i)
{
    size_t at = items->first + i;

    return items->slots + (at < items->room ? at : at - items->room) * items->stride;
}

/* For what follows: puts into a heap, or where memory must grow; takes the least out of a heap. */
CADRE_MUST_CHECK int cadre__items_put_slowly(struct cadre__items *items, const void *item);
void cadre__items_take_least(struct cadre__items *items, void *ret_item);

/*
 * Puts a copy in. There is room under the bound: the caller asks cadre__items_is_full(). Returns 0
 * or -ENOMEM, which does not come where as many items have been in it before.
 */
CADRE_MUST_CHECK static inline int cadre__items_put(struct cadre__items *items, const void *item)
{
    if (items->count == items->room || items->compare)
        return cadre__items_put_slowly(items, item);
    cadre__items_copy(items, cadre__items_ring_at(items, items->count++), item);
    return 0;
}

/* Takes the first (of a heap: the least) out into *ret_item. There is one. */
static inline void cadre__items_take_first(struct cadre__items *items, void *ret_item)
{
    if (items->compare) {
        cadre__items_take_least(items, ret_item);
        return;
    }
    cadre__items_copy(items, ret_item, cadre__items_ring_at(items, 0));
    items->count--;
    if (++items->first == items->room)
        items->first = 0;
}

/* Takes the last one out of a ring, into *ret_item. There is one. */
static inline void cadre__items_take_last(struct cadre__items *items, void *ret_item)
{
    cadre__items_copy(items, ret_item, cadre__items_ring_at(items, --items->count));
}

#endif
