/* SPDX-License-Identifier: MIT */
/*
 * Buffers of busy connections, from blocks that are recycled.
 *
 * A connection holds a buffer only while it has bytes to keep: it takes a block when something
 * comes, and gives it back when nothing is left. Blocks of two sizes come from a pool of the
 * server, newest first, so that a server in its stride allocates nothing; other sizes come from
 * the heap. In a crowd, when as many small blocks as the pool keeps are in use, tiny ones stand in
 * for them: so many at a time belong to clients that wait. One thread; nothing here does I/O, logs
 * or suspends.
 */
#ifndef WORKER_BUFFER_H
#define WORKER_BUFFER_H

#include <cadre/macros.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BUFFER_TINY  1024
#define BUFFER_SMALL 4096
#define BUFFER_LARGE 65536

/* Free blocks of one size, each a link to the next. */
struct block_list {
    void *free;        /* newest first */
    unsigned n_free;   /* in it */
    unsigned n_made;   /* there are, in use or not */
    unsigned max_free; /* beyond, a block goes back to the heap */
};

struct buffer_pool {
    struct block_list small; /* of BUFFER_SMALL bytes */
    struct block_list large; /* of BUFFER_LARGE bytes */
};

/* Bytes [start, end) of data[0..size). Without a block all is 0; zeroed is a valid empty one. */
struct buffer {
    char *data; /* owned; NULL when it has no block */
    uint32_t size;
    uint32_t start;
    uint32_t end;
};

void buffer_pool_init(struct buffer_pool *pool, unsigned max_small, unsigned max_large);
/* Frees the unused blocks; all buffers must have been released. */
void buffer_pool_done(struct buffer_pool *pool);

/* The two below where a small block from the pool does not do. */
CADRE_MUST_CHECK int buffer_take_slow(struct buffer *b, struct buffer_pool *pool, size_t size);
void buffer_release_slow(struct buffer *b, struct buffer_pool *pool);

/* Gives an empty buffer a block of at least `size` bytes. 0; -ENOMEM. Of up to BUFFER_TINY it is
 * one of BUFFER_SMALL but in a crowd. */
CADRE_MUST_CHECK static inline int buffer_take(struct buffer *b, struct buffer_pool *pool,
                                               size_t size)
{
    struct block_list *small = &pool->small;

    if (size > BUFFER_SMALL || !small->free)
        return buffer_take_slow(b, pool, size);
    *b = (struct buffer){.data = small->free, .size = BUFFER_SMALL};
    memcpy(&small->free, b->data, sizeof(small->free));
    small->n_free--;
    return 0;
}

/* Gives the block back; the buffer is empty then. */
static inline void buffer_release(struct buffer *b, struct buffer_pool *pool)
{
    struct block_list *small = &pool->small;

    if (!b->data)
        return;
    if (b->size != BUFFER_SMALL || small->n_free >= small->max_free) {
        buffer_release_slow(b, pool);
        return;
    }
    memcpy(b->data, &small->free, sizeof(small->free));
    small->free = b->data;
    small->n_free++;
    *b = (struct buffer){0};
}

/* Moves to a block of at least `size` bytes; bytes and offsets stay. 0; -ENOMEM, and then nothing
 * has changed. */
CADRE_MUST_CHECK int buffer_grow(struct buffer *b, struct buffer_pool *pool, size_t size);

/* Moves the bytes in use down to offset `floor`. */
void buffer_compact(struct buffer *b, uint32_t floor);

static inline size_t buffer_len(const struct buffer *b)
{
    return b->end - b->start;
}

static inline size_t buffer_room(const struct buffer *b)
{
    return b->size - b->end;
}

CADRE_MUST_CHECK int buffer_reserve_slow(struct buffer *b, struct buffer_pool *pool, size_t n);

/* Makes room for n bytes at the end: takes a block, or grows, from a small block to a large one and
 * from there to twice the size or more. 0; -ENOMEM. */
CADRE_MUST_CHECK static inline int buffer_reserve(struct buffer *b, struct buffer_pool *pool,
                                                  size_t n)
{
    return buffer_room(b) >= n ? 0 : buffer_reserve_slow(b, pool, n);
}

#endif
