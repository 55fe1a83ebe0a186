/* SPDX-License-Identifier: MIT */
/* Tests of base/arena_public: an arena of one's own by <cadre/arena.h>. */
#include "config.h"

#include <cadre/arena.h>

#include <stdint.h>
#include <string.h>

#include "tests/unit/unit.h"

START_TEST(what_it_gives_lives_until_it_is_freed)
{
    struct cadre_arena *arena = cadre_arena_new();
    char *blocks[200];

    ck_assert_ptr_nonnull(arena);
    for (size_t i = 0; i < 200; i++) {
        blocks[i] = cadre_arena_alloc(arena, 1 + i * 97);
        ck_assert_ptr_nonnull(blocks[i]);
        ck_assert_uint_eq((uintptr_t)blocks[i] % 16, 0);
        memset(blocks[i], (int)i, 1 + i * 97);
    }
    for (size_t i = 0; i < 200; i++) {
        ck_assert_int_eq((unsigned char)blocks[i][0], (int)i);
        ck_assert_int_eq((unsigned char)blocks[i][i * 97], (int)i);
    }
    cadre_arena_free(arena);
}
END_TEST

START_TEST(text_is_copied_and_formatted)
{
    struct cadre_arena *arena = cadre_arena_new();
    char text[] = "a text";
    char *copy, *formatted;

    ck_assert_ptr_nonnull(arena);
    copy = cadre_arena_strdup(arena, text);
    formatted = cadre_arena_printf(arena, "%s of %d, %*s", text, 7, 5000, "far");
    text[0] = 'x';
    ck_assert_str_eq(copy, "a text");
    ck_assert_str_eq(cadre_arena_strdup(arena, ""), "");
    ck_assert_uint_eq(strlen(formatted), strlen("a text of 7, ") + 5000);
    ck_assert_int_eq(strncmp(formatted, "a text of 7, ", 13), 0);
    cadre_arena_free(arena);
}
END_TEST

START_TEST(more_than_there_is_gives_none)
{
    struct cadre_arena *arena = cadre_arena_new();

    ck_assert_ptr_nonnull(arena);
    ck_assert_ptr_null(cadre_arena_alloc(arena, SIZE_MAX));
    ck_assert_ptr_null(cadre_arena_alloc(arena, SIZE_MAX - 64));
    ck_assert_ptr_nonnull(cadre_arena_alloc(arena, 1)); /* and goes on */
    cadre_arena_free(arena);
    cadre_arena_free(NULL);
}
END_TEST

UNIT_MAIN("base/arena_public", UNIT_CASE(what_it_gives_lives_until_it_is_freed),
          UNIT_CASE(text_is_copied_and_formatted), UNIT_CASE(more_than_there_is_gives_none))
