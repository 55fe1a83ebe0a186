/* SPDX-License-Identifier: MIT */
/*
 * base/arena_public: <cadre/arena.h> over base/arena.
 *
 * A struct cadre_arena is a struct cadre__arena by its public name, so that a request's own arena
 * can be handed out as one.
 */
#include "config.h"

#include <cadre/arena.h>

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* Of an arena of its own: a model of some lists fits. */
#define CHUNK_BYTES 4096

static struct cadre__arena *inner(struct cadre_arena *arena)
{
    return (struct cadre__arena *)(void *)arena;
}

struct cadre_arena *cadre_arena_new(void)
{
    struct cadre__arena *arena = malloc(sizeof(*arena));

    if (arena)
        cadre__arena_init(arena, CHUNK_BYTES);
    return (struct cadre_arena *)(void *)arena;
}

void cadre_arena_free(struct cadre_arena *arena)
{
    if (!arena)
        return;
    cadre__arena_done(inner(arena));
    free(arena);
}

void *cadre_arena_alloc(struct cadre_arena *arena, size_t size)
{
    return cadre__arena_alloc(inner(arena), size);
}

char *cadre_arena_strdup(struct cadre_arena *arena, const char *text)
{
    return cadre__arena_strndup(inner(arena), text, strlen(text));
}

char *cadre_arena_printf(struct cadre_arena *arena, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = cadre__arena_vprintf(inner(arena), NULL, fmt, args);
    va_end(args);
    return text;
}
