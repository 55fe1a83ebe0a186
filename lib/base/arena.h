/* SPDX-License-Identifier: MIT */
/*
 * base/arena: memory that is freed all at once.
 *
 * A bump allocator over chunks, with deferred calls for what is not memory. A request has one: all
 * that it needs comes from there and goes at once when it ends. Chunks of the usual size are
 * recycled through a pool, so that a server in its stride allocates nothing. Under
 * AddressSanitizer all that was not handed out is poisoned.
 *
 * Nothing here blocks, logs or suspends (a deferred call may not suspend either). An arena and
 * its pool belong to one thread at a time.
 */
#ifndef CADRE_BASE_ARENA_H
#define CADRE_BASE_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cadre/macros.h>

struct cadre__arena_chunk;
struct cadre__arena_defer;

/* All addresses that an arena hands out are multiples of this. */
#define CADRE__ARENA_ALIGN 16

/*
 * A list of free chunks of one size, shared by the arenas of one thread. In a crowd, when as many
 * chunks as it keeps are in use, arenas get small ones from the heap: many at a time are requests
 * that wait, and most of these need little.
 */
struct cadre__arena_pool {
    struct cadre__arena_chunk *free; /* newest first */
    size_t chunk_bytes;              /* of each chunk, head included */
    unsigned n_free;                 /* in `free` */
    unsigned n_made;                 /* there are, in use or not */
    unsigned max_free;               /* beyond it a chunk goes back to the heap */
};

struct cadre__arena {
    char *at;                          /* the next free byte of the current chunk */
    char *end;                         /* its end */
    struct cadre__arena_chunk *chunks; /* newest first; the oldest is the one that reset keeps */
    struct cadre__arena_defer *defers; /* newest first */
    struct cadre__arena_pool *pool;    /* borrowed; NULL: the heap */
    size_t chunk_bytes;                /* of an ordinary chunk, head included */
    size_t held_bytes;                 /* in all chunks */
};

/* Makes a pool of chunks of `chunk_bytes` (at least 256) that keeps at most `max_free` unused. */
void cadre__arena_pool_init(struct cadre__arena_pool *pool, size_t chunk_bytes, unsigned max_free);

/* Frees the unused chunks above `keep`. */
void cadre__arena_pool_trim(struct cadre__arena_pool *pool, unsigned keep);

/* Frees all unused chunks. The arenas on it must be done before. */
void cadre__arena_pool_done(struct cadre__arena_pool *pool);

/* Makes an empty arena with chunks of `chunk_bytes` (at least 256) from the heap. Takes no memory
 * before the first allocation. */
void cadre__arena_init(struct cadre__arena *arena, size_t chunk_bytes);

/* The same with chunks from `pool` (borrowed, must outlive it). */
void cadre__arena_init_pooled(struct cadre__arena *arena, struct cadre__arena_pool *pool);

/* `n` bytes (0 too: a pointer of its own), not zeroed, aligned to CADRE__ARENA_ALIGN, alive until
 * reset or done. NULL, with errno ENOMEM, when memory is out or n is beyond reason; so do all
 * functions below. A piece larger than a chunk gets one of its own. */
void *cadre__arena_alloc(struct cadre__arena *arena, size_t n)
    __attribute__((__malloc__, __alloc_size__(2))) CADRE_MUST_CHECK;

/* The same, zeroed. */
void *cadre__arena_calloc(struct cadre__arena *arena, size_t n)
    __attribute__((__malloc__, __alloc_size__(2))) CADRE_MUST_CHECK;

/* A copy of `len` bytes with a NUL behind; NULL when memory is out. */
char *cadre__arena_strndup(struct cadre__arena *arena, const char *bytes,
                           size_t len) CADRE_MUST_CHECK;

/* Formatted text; NULL when memory is out. `ret_len` may be NULL. */
char *cadre__arena_printf(struct cadre__arena *arena, const char *fmt, ...)
    CADRE_PRINTF(2, 3) CADRE_MUST_CHECK;
char *cadre__arena_vprintf(struct cadre__arena *arena, size_t *ret_len, const char *fmt,
                           va_list args) CADRE_PRINTF(3, 0) CADRE_MUST_CHECK;

/* Calls fn(arg) at reset or done, last deferred first, before any memory goes. A deferred call may
 * allocate and defer in turn. 0 or -ENOMEM, and then fn is not called. */
int cadre__arena_defer(struct cadre__arena *arena, void (*fn)(void *arg),
                       void *arg) CADRE_MUST_CHECK;

/* Takes back the newest deferred call with this fn and arg. Whether there was one. */
bool cadre__arena_undefer(struct cadre__arena *arena, void (*fn)(void *arg), const void *arg);

/* Whether it holds no memory and no deferred call: reset and done would do nothing. */
static inline bool cadre__arena_is_empty(const struct cadre__arena *arena)
{
    return arena->chunks == NULL && arena->defers == NULL;
}

/* Runs the deferred calls and forgets all that was handed out; keeps one ordinary chunk. */
void cadre__arena_reset(struct cadre__arena *arena);

/* Runs the deferred calls and gives all memory back. The arena is then as after its init, so an
 * idle owner holds nothing, and may use it again. */
void cadre__arena_done(struct cadre__arena *arena);

#endif
