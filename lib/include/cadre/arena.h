/* SPDX-License-Identifier: MIT */
/*
 * <cadre/arena.h>: memory that goes all at once.
 *
 * What a model is read into lives in an arena: its strings, lists and maps. A request has one of
 * its own; outside of a request make one:
 *
 *     struct cadre_arena *arena = cadre_arena_new();
 *     ...
 *     cadre_arena_free(arena);
 *
 * An arena belongs to one thread at a time. Nothing here suspends.
 */
#ifndef CADRE_ARENA_H
#define CADRE_ARENA_H

#include <cadre/macros.h>
#include <stddef.h>

CADRE_BEGIN_DECLS

struct cadre_arena;

/* An empty arena on the heap; NULL: ENOMEM. */
CADRE_API CADRE_MUST_CHECK struct cadre_arena *cadre_arena_new(void);

/* Frees it with all that came from it. NULL is allowed. */
CADRE_API void cadre_arena_free(struct cadre_arena *arena);

/* `size` bytes, aligned to 16, not cleared; they live as long as the arena. NULL: ENOMEM. */
CADRE_API CADRE_MUST_CHECK void *cadre_arena_alloc(struct cadre_arena *arena, size_t size);

/* A copy of the string, or a formatted one. NULL: ENOMEM. */
CADRE_API CADRE_MUST_CHECK char *cadre_arena_strdup(struct cadre_arena *arena, const char *text);
CADRE_API CADRE_MUST_CHECK CADRE_PRINTF(2, 3) char *cadre_arena_printf(struct cadre_arena *arena,
                                                                       const char *fmt, ...);

CADRE_END_DECLS

#endif
