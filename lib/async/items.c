/* SPDX-License-Identifier: MIT */
/*
 * lib/async/items.c: a ring and a binary heap over one array. See items.h.
 *
 * A slot of the heap is a sequence number and the item; the number decides between equals. The heap
 * moves a hole instead of swapping: the item on its way lies in the spare slot behind the last.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "async/items.h"

enum { ROOM_MIN = 8, ALIGNMENT = _Alignof(max_align_t) };

#define HEAP_HEAD ((size_t)ALIGNMENT) /* the sequence number, and what aligns the item */

void cadre__items_init(struct cadre__items *items, size_t item_bytes, size_t max,
                       cadre__items_compare_fn compare)
{
    *items = (struct cadre__items){
        .item_bytes = item_bytes,
        .stride = item_bytes,
        .max = max,
        .compare = compare,
    };
    if (!compare)
        return;
    if (__builtin_add_overflow(item_bytes, HEAP_HEAD + ALIGNMENT - 1, &items->stride))
        items->stride = SIZE_MAX; /* no memory for that, ever */
    else
        items->stride = items->stride / ALIGNMENT * ALIGNMENT;
}

static char *slot_at(const struct cadre__items *items, size_t i)
{
    return items->slots + i * items->stride;
}

static char *heap_at(const struct cadre__items *items, size_t i)
{
    return slot_at(items, i) + HEAP_HEAD;
}

static void drop_all(struct cadre__items *items)
{
    if (items->drop)
        for (size_t i = 0; i < items->count; i++)
            items->drop(items->compare ? heap_at(items, i) : cadre__items_ring_at(items, i));
    items->first = 0;
    items->count = 0;
}

size_t cadre__items_clear(struct cadre__items *items)
{
    size_t n = items->count;

    drop_all(items);
    return n;
}

void cadre__items_done(struct cadre__items *items)
{
    drop_all(items);
    free(items->slots);
    items->slots = NULL;
    items->room = 0;
}

/* Makes room for more, the items in order from the first slot. */
static int grow(struct cadre__items *items)
{
    size_t room = items->room < ROOM_MIN ? ROOM_MIN : items->room;
    size_t bytes;
    char *slots;

    if (items->room >= ROOM_MIN && __builtin_mul_overflow(room, 2, &room))
        return -ENOMEM;
    if (room > items->max)
        room = items->max;
    if (__builtin_mul_overflow(room + 1, items->stride, &bytes))
        return -ENOMEM;
    slots = malloc(bytes ? bytes : 1);
    if (!slots)
        return -ENOMEM;
    if (items->count > 0 && items->stride > 0) {
        size_t head = items->room - items->first;

        if (head > items->count)
            head = items->count;
        memcpy(slots, slot_at(items, items->first), head * items->stride);
        memcpy(slots + head * items->stride, items->slots, (items->count - head) * items->stride);
    }
    free(items->slots);
    items->slots = slots;
    items->room = room;
    items->first = 0;
    return 0;
}

static uint64_t sequence_of(const char *slot)
{
    uint64_t sequence;

    memcpy(&sequence, slot, sizeof(sequence));
    return sequence;
}

static bool is_before(const struct cadre__items *items, const char *a, const char *b)
{
    int r = items->compare(a + HEAP_HEAD, b + HEAP_HEAD);

    return r < 0 || (r == 0 && sequence_of(a) < sequence_of(b));
}

/* Fills the hole at `i` with the spare slot's item, or a parent of it on the way up. */
static void sift_up(struct cadre__items *items, size_t i, const char *spare)
{
    while (i > 0 && is_before(items, spare, slot_at(items, (i - 1) / 2))) {
        memcpy(slot_at(items, i), slot_at(items, (i - 1) / 2), items->stride);
        i = (i - 1) / 2;
    }
    memcpy(slot_at(items, i), spare, items->stride);
}

/* Fills the hole at the top with the spare slot's item, or the lesser child on the way down. */
static void sift_down(struct cadre__items *items, const char *spare)
{
    size_t i = 0;

    for (;;) {
        size_t child = 2 * i + 1;

        if (child >= items->count)
            break;
        if (child + 1 < items->count &&
            is_before(items, slot_at(items, child + 1), slot_at(items, child)))
            child++;
        if (!is_before(items, slot_at(items, child), spare))
            break;
        memcpy(slot_at(items, i), slot_at(items, child), items->stride);
        i = child;
    }
    memcpy(slot_at(items, i), spare, items->stride);
}

int cadre__items_put_slowly(struct cadre__items *items, const void *item)
{
    char *spare;

    if (items->count == items->room) {
        int r = grow(items);

        if (r < 0)
            return r;
    }
    if (!items->compare) {
        cadre__items_copy(items, cadre__items_ring_at(items, items->count++), item);
        return 0;
    }
    spare = slot_at(items, items->room);
    memcpy(spare, &items->sequence, sizeof(items->sequence));
    items->sequence++;
    cadre__items_copy(items, spare + HEAP_HEAD, item);
    sift_up(items, items->count++, spare);
    return 0;
}

void cadre__items_take_least(struct cadre__items *items, void *ret_item)
{
    char *spare = slot_at(items, items->room);

    cadre__items_copy(items, ret_item, heap_at(items, 0));
    memcpy(spare, slot_at(items, --items->count), items->stride);
    if (items->count > 0)
        sift_down(items, spare);
}
