/* SPDX-License-Identifier: MIT */
/*
 * Blocks and the buffers made of them. worker/buffer.h has the contract.
 */
#include "worker/buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_MAX (UINT32_MAX / 4)

static struct block_list *list_of(struct buffer_pool *pool, size_t size)
{
    if (size == BUFFER_SMALL)
        return &pool->small;
    return size == BUFFER_LARGE ? &pool->large : NULL;
}

static char *block_get(struct buffer_pool *pool, size_t size)
{
    struct block_list *list = list_of(pool, size);

    if (!list)
        return malloc(size);

    void *block = list->free;
    if (!block) {
        block = malloc(size);
        list->n_made += block != NULL;
        return block;
    }
    memcpy(&list->free, block, sizeof(list->free));
    list->n_free--;
    return block;
}

static void block_put(struct buffer_pool *pool, char *block, size_t size)
{
    struct block_list *list = list_of(pool, size);

    if (!list || list->n_free >= list->max_free) {
        free(block);
        if (list)
            list->n_made--;
        return;
    }
    memcpy(block, &list->free, sizeof(list->free));
    list->free = block;
    list->n_free++;
}

void buffer_pool_init(struct buffer_pool *pool, unsigned max_small, unsigned max_large)
{
    pool->small = (struct block_list){.max_free = max_small};
    pool->large = (struct block_list){.max_free = max_large};
}

static void list_done(struct block_list *list)
{
    while (list->free) {
        void *block = list->free;
        memcpy(&list->free, block, sizeof(list->free));
        free(block);
    }
    list->n_made -= list->n_free;
    list->n_free = 0;
}

void buffer_pool_done(struct buffer_pool *pool)
{
    list_done(&pool->small);
    list_done(&pool->large);
}

/* The size of the block for that many bytes. */
static size_t block_size(const struct buffer_pool *pool, size_t size)
{
    if (size <= BUFFER_TINY && !pool->small.free && pool->small.n_made >= pool->small.max_free)
        return BUFFER_TINY;
    if (size <= BUFFER_SMALL)
        return BUFFER_SMALL;
    if (size > BUFFER_LARGE / 2 && size <= BUFFER_LARGE)
        return BUFFER_LARGE;
    return size;
}

int buffer_take_slow(struct buffer *b, struct buffer_pool *pool, size_t size)
{
    size = block_size(pool, size);
    if (size > BUFFER_MAX)
        return -ENOMEM;

    char *data = block_get(pool, size);
    if (!data)
        return -ENOMEM;
    *b = (struct buffer){.data = data, .size = (uint32_t)size};
    return 0;
}

void buffer_release_slow(struct buffer *b, struct buffer_pool *pool)
{
    block_put(pool, b->data, b->size);
    *b = (struct buffer){0};
}

int buffer_grow(struct buffer *b, struct buffer_pool *pool, size_t size)
{
    struct buffer bigger;
    int r = buffer_take(&bigger, pool, size);
    if (r < 0)
        return r;

    if (b->data)
        memcpy(bigger.data, b->data, b->end);
    bigger.start = b->start;
    bigger.end = b->end;
    buffer_release(b, pool);
    *b = bigger;
    return 0;
}

int buffer_reserve_slow(struct buffer *b, struct buffer_pool *pool, size_t n)
{
    if (!b->data)
        return buffer_take(b, pool, n);
    if (n > BUFFER_MAX)
        return -ENOMEM;

    size_t wanted = b->end + n;
    if (wanted <= BUFFER_SMALL)
        wanted = BUFFER_SMALL;
    else if (wanted <= BUFFER_LARGE)
        wanted = BUFFER_LARGE;
    else if (wanted < 2 * (size_t)b->size)
        wanted = 2 * (size_t)b->size;
    return buffer_grow(b, pool, wanted);
}

void buffer_compact(struct buffer *b, uint32_t floor)
{
    if (b->start == floor)
        return;
    memmove(b->data + floor, b->data + b->start, buffer_len(b));
    b->end = floor + (uint32_t)buffer_len(b);
    b->start = floor;
}
