/* SPDX-License-Identifier: MIT */
/*
 * base/arena: chunks in a list, newest first; the allocation pointer runs through the newest
 * ordinary one.
 *
 * A piece that does not fit into an ordinary chunk gets a chunk of its own, which is put behind
 * the newest, so that what is left of that one stays in use. Chunk heads carry a magic number;
 * deferred calls live in the arena itself. Under AddressSanitizer the bytes that were not handed
 * out are poisoned, each piece has at least one such byte behind it, and a chunk in the pool is
 * poisoned as a whole but for its head.
 */
#include "config.h"

#include "base/arena.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cadre/macros.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(addr, size)   ASAN_POISON_MEMORY_REGION(addr, size)
#define UNPOISON(addr, size) ASAN_UNPOISON_MEMORY_REGION(addr, size)
#define RED_ZONE             1 /* byte, before rounding up */
#else
#define POISON(addr, size)   ((void)(addr), (void)(size))
#define UNPOISON(addr, size) ((void)(addr), (void)(size))
#define RED_ZONE             0
#endif

#define CHUNK_MAGIC UINT32_C(0x43644172) /* "CdAr" */
#define CHUNK_MIN   256
#define CROWD_BYTES 1024 /* of a chunk in a crowd */

struct cadre__arena_chunk {
    struct cadre__arena_chunk *next; /* older; in the pool: the next free one */
    size_t bytes;                    /* of the chunk, this head included */
    uint32_t magic;                  /* CHUNK_MAGIC */
    uint32_t ordinary;               /* of the arena's usual size */
    uint64_t pad;
};

struct cadre__arena_defer {
    struct cadre__arena_defer *next; /* older */
    void (*fn)(void *arg);
    void *arg;
};

_Static_assert(sizeof(struct cadre__arena_chunk) % CADRE__ARENA_ALIGN == 0,
               "the bytes behind a chunk's head are aligned");
_Static_assert(_Alignof(max_align_t) <= CADRE__ARENA_ALIGN, "malloc gives this alignment");

static size_t round_up(size_t n)
{
    return (n + CADRE__ARENA_ALIGN - 1) & ~(size_t)(CADRE__ARENA_ALIGN - 1);
}

static char *chunk_begin(struct cadre__arena_chunk *chunk)
{
    return (char *)(chunk + 1);
}

static char *chunk_end(struct cadre__arena_chunk *chunk)
{
    return (char *)chunk + chunk->bytes;
}

static struct cadre__arena_chunk *chunk_new(size_t bytes, bool ordinary)
{
    struct cadre__arena_chunk *chunk = malloc(bytes);
    if (!chunk)
        return NULL;
    *chunk =
        (struct cadre__arena_chunk){.bytes = bytes, .magic = CHUNK_MAGIC, .ordinary = ordinary};
    POISON(chunk + 1, bytes - sizeof(*chunk));
    return chunk;
}

static void chunk_free(struct cadre__arena_chunk *chunk)
{
    assert(chunk->magic == CHUNK_MAGIC);
    chunk->magic = 0;
    UNPOISON(chunk + 1, chunk->bytes - sizeof(*chunk));
    free(chunk);
}

/* ---- pool ---- */

void cadre__arena_pool_init(struct cadre__arena_pool *pool, size_t chunk_bytes, unsigned max_free)
{
    *pool = (struct cadre__arena_pool){
        .chunk_bytes = round_up(chunk_bytes < CHUNK_MIN ? CHUNK_MIN : chunk_bytes),
        .max_free = max_free,
    };
}

static struct cadre__arena_chunk *pool_get(struct cadre__arena_pool *pool)
{
    struct cadre__arena_chunk *chunk = pool->free;
    if (!chunk) {
        chunk = chunk_new(pool->chunk_bytes, true);
        pool->n_made += chunk != NULL;
        return chunk;
    }
    assert(chunk->magic == CHUNK_MAGIC);
    pool->free = chunk->next;
    pool->n_free--;
    return chunk;
}

static void pool_put(struct cadre__arena_pool *pool, struct cadre__arena_chunk *chunk)
{
    if (pool->n_free >= pool->max_free) {
        chunk_free(chunk);
        pool->n_made--;
        return;
    }
    POISON(chunk + 1, chunk->bytes - sizeof(*chunk));
    chunk->next = pool->free;
    pool->free = chunk;
    pool->n_free++;
}

void cadre__arena_pool_trim(struct cadre__arena_pool *pool, unsigned keep)
{
    while (pool->n_free > keep) {
        struct cadre__arena_chunk *chunk = pool->free;
        pool->free = chunk->next;
        pool->n_free--;
        pool->n_made--;
        chunk_free(chunk);
    }
}

void cadre__arena_pool_done(struct cadre__arena_pool *pool)
{
    if (pool)
        cadre__arena_pool_trim(pool, 0);
}

/* ---- arena ---- */

void cadre__arena_init(struct cadre__arena *arena, size_t chunk_bytes)
{
    *arena = (struct cadre__arena){
        .chunk_bytes = round_up(chunk_bytes < CHUNK_MIN ? CHUNK_MIN : chunk_bytes),
    };
}

void cadre__arena_init_pooled(struct cadre__arena *arena, struct cadre__arena_pool *pool)
{
    *arena = (struct cadre__arena){.pool = pool, .chunk_bytes = pool->chunk_bytes};
}

static void release_chunk(struct cadre__arena *arena, struct cadre__arena_chunk *chunk)
{
    assert(chunk->magic == CHUNK_MAGIC);
    if (arena->pool && chunk->ordinary)
        pool_put(arena->pool, chunk);
    else
        chunk_free(chunk);
}

/* A piece that is larger than an ordinary chunk: `bytes` is rounded up. */
static void *alloc_large(struct cadre__arena *arena, size_t bytes, size_t n)
{
    struct cadre__arena_chunk *chunk = chunk_new(sizeof(*chunk) + bytes, false);
    if (!chunk)
        return NULL;
    arena->held_bytes += chunk->bytes;
    if (arena->chunks) {
        chunk->next = arena->chunks->next;
        arena->chunks->next = chunk;
    } else {
        arena->chunks = chunk;
    }
    UNPOISON(chunk_begin(chunk), n);
    return chunk_begin(chunk);
}

/* The next chunk; a piece of `bytes` fits into an ordinary one. */
static struct cadre__arena_chunk *chunk_for(struct cadre__arena *arena, size_t bytes)
{
    struct cadre__arena_pool *pool = arena->pool;

    if (!pool)
        return chunk_new(arena->chunk_bytes, true);
    if (!pool->free && pool->n_made >= pool->max_free && bytes <= CROWD_BYTES / 2 &&
        CROWD_BYTES < pool->chunk_bytes)
        return chunk_new(CROWD_BYTES, false);
    return pool_get(pool);
}

static bool add_chunk(struct cadre__arena *arena, size_t bytes)
{
    struct cadre__arena_chunk *chunk = chunk_for(arena, bytes);
    if (!chunk)
        return false;
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    arena->held_bytes += chunk->bytes;
    arena->at = chunk_begin(chunk);
    arena->end = chunk_end(chunk);
    return true;
}

void *cadre__arena_alloc(struct cadre__arena *arena, size_t n)
{
    if (n > SIZE_MAX / 2) {
        errno = ENOMEM;
        return NULL;
    }
    size_t bytes = round_up(n + RED_ZONE + (n == 0));
    if (bytes > (size_t)(arena->end - arena->at)) {
        if (bytes > arena->chunk_bytes - sizeof(struct cadre__arena_chunk))
            return alloc_large(arena, bytes, n);
        if (!add_chunk(arena, bytes))
            return NULL;
    }
    char *piece = arena->at;
    arena->at += bytes;
    UNPOISON(piece, n);
    return piece;
}

void *cadre__arena_calloc(struct cadre__arena *arena, size_t n)
{
    void *piece = cadre__arena_alloc(arena, n);
    if (piece)
        memset(piece, 0, n);
    return piece;
}

char *cadre__arena_strndup(struct cadre__arena *arena, const char *bytes, size_t len)
{
    if (len == SIZE_MAX) {
        errno = ENOMEM;
        return NULL;
    }
    char *copy = cadre__arena_alloc(arena, len + 1);
    if (!copy)
        return NULL;
    if (len)
        memcpy(copy, bytes, len);
    copy[len] = '\0';
    return copy;
}

char *cadre__arena_printf(struct cadre__arena *arena, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = cadre__arena_vprintf(arena, NULL, fmt, args);
    va_end(args);
    return text;
}

char *cadre__arena_vprintf(struct cadre__arena *arena, size_t *ret_len, const char *fmt,
                           va_list args)
{
    char small[256];
    va_list again;
    va_copy(again, args);
    char *text = NULL;
    int len = vsnprintf(small, sizeof(small), fmt, args);
    if (len < 0)
        goto out;
    text = cadre__arena_alloc(arena, (size_t)len + 1);
    if (!text)
        goto out;
    if ((size_t)len < sizeof(small))
        memcpy(text, small, (size_t)len + 1);
    else
        vsnprintf(text, (size_t)len + 1, fmt, again);
    if (ret_len)
        *ret_len = (size_t)len;
out:
    va_end(again);
    return text;
}

int cadre__arena_defer(struct cadre__arena *arena, void (*fn)(void *arg), void *arg)
{
    struct cadre__arena_defer *defer = cadre__arena_alloc(arena, sizeof(*defer));
    if (!defer)
        return -ENOMEM;
    *defer = (struct cadre__arena_defer){.next = arena->defers, .fn = fn, .arg = arg};
    arena->defers = defer;
    return 0;
}

bool cadre__arena_undefer(struct cadre__arena *arena, void (*fn)(void *arg), const void *arg)
{
    for (struct cadre__arena_defer **at = &arena->defers; *at; at = &(*at)->next) {
        if ((*at)->fn == fn && (*at)->arg == arg) {
            *at = (*at)->next;
            return true;
        }
    }
    return false;
}

static void run_defers(struct cadre__arena *arena)
{
    while (arena->defers) {
        struct cadre__arena_defer *defer = arena->defers;
        arena->defers = defer->next;
        defer->fn(defer->arg);
    }
}

void cadre__arena_reset(struct cadre__arena *arena)
{
    run_defers(arena);
    struct cadre__arena_chunk *kept = NULL, *next;
    for (struct cadre__arena_chunk *chunk = arena->chunks; chunk; chunk = next) {
        next = chunk->next;
        if (chunk->ordinary && !kept)
            kept = chunk;
        else
            release_chunk(arena, chunk);
    }
    arena->chunks = kept;
    arena->held_bytes = 0;
    arena->at = arena->end = NULL;
    if (!kept)
        return;
    kept->next = NULL;
    arena->held_bytes = kept->bytes;
    arena->at = chunk_begin(kept);
    arena->end = chunk_end(kept);
    POISON(arena->at, (size_t)(arena->end - arena->at));
}

void cadre__arena_done(struct cadre__arena *arena)
{
    if (!arena)
        return;
    run_defers(arena);
    struct cadre__arena_chunk *next;
    for (struct cadre__arena_chunk *chunk = arena->chunks; chunk; chunk = next) {
        next = chunk->next;
        release_chunk(arena, chunk);
    }
    arena->chunks = NULL;
    arena->at = arena->end = NULL;
    arena->held_bytes = 0;
}
