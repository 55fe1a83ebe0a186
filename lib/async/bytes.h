/* SPDX-License-Identifier: MIT */
/*
 * lib/async/bytes.h: a queue of bytes: put in at the end, taken out at the beginning.
 *
 * The buffer of a stream. It holds no memory when it was never used or was released. Not for
 * several threads.
 */
#ifndef CADRE_ASYNC_BYTES_H
#define CADRE_ASYNC_BYTES_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cadre/macros.h>

struct cadre__bytes {
    char *data;   /* owned; NULL: none */
    size_t start; /* where the bytes begin */
    size_t len;   /* how many there are */
    size_t size;  /* of data */
};

/* The first byte; valid until the next change. */
static inline char *cadre__bytes_at(const struct cadre__bytes *bytes)
{
    return bytes->data + bytes->start;
}

/* Frees the memory, and forgets what it held. */
static inline void cadre__bytes_done(struct cadre__bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct cadre__bytes){0};
}

/* Makes room for `more` bytes behind the last one. Returns 0 or -ENOMEM. */
CADRE_MUST_CHECK static inline int cadre__bytes_reserve(struct cadre__bytes *bytes, size_t more)
{
    size_t size = bytes->size < 4096 ? 4096 : bytes->size;
    char *data;

    if (more <= bytes->size - bytes->start - bytes->len)
        return 0;
    if (more > PTRDIFF_MAX - bytes->len)
        return -ENOMEM;
    if (more <= bytes->size - bytes->len && bytes->start >= bytes->len) {
        memmove(bytes->data, cadre__bytes_at(bytes), bytes->len);
        bytes->start = 0;
        return 0;
    }
    while (size < bytes->len + more)
        size = size > PTRDIFF_MAX / 2 ? bytes->len + more : size * 2;
    data = malloc(size);
    if (!data)
        return -ENOMEM;
    if (bytes->len > 0)
        memcpy(data, cadre__bytes_at(bytes), bytes->len);
    free(bytes->data);
    bytes->data = data;
    bytes->start = 0;
    bytes->size = size;
    return 0;
}

/* Where the next bytes go, after a reserve; cadre__bytes_added() then says how many went. */
static inline char *cadre__bytes_end(const struct cadre__bytes *bytes)
{
    return bytes->data + bytes->start + bytes->len;
}

static inline void cadre__bytes_added(struct cadre__bytes *bytes, size_t len)
{
    bytes->len += len;
}

/* Takes the first `len` out. They stay where they are until the next reserve or done. */
static inline void cadre__bytes_take(struct cadre__bytes *bytes, size_t len)
{
    bytes->start += len;
    bytes->len -= len;
    if (bytes->len == 0)
        bytes->start = 0;
}

#endif
