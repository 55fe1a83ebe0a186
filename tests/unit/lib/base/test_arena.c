/* SPDX-License-Identifier: MIT */
/*
 * Tests of base/arena. The source is compiled in, with a heap that counts what is out and fails on
 * demand.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static unsigned n_mallocs, n_frees;
static bool heap_fails;

static void *counted_malloc(size_t n)
{
    if (heap_fails)
        return NULL;
    n_mallocs++;
    return malloc(n);
}

static void counted_free(void *p)
{
    n_frees += p != NULL;
    free(p);
}

#include "base/arena.h"

#define malloc(n) counted_malloc(n)
#define free(p)   counted_free(p)
#include "base/arena.c"
#undef malloc
#undef free

#if defined(__SANITIZE_ADDRESS__)
#define IS_POISONED(p) (__asan_address_is_poisoned(p) != 0)
#endif

static struct cadre__arena arena;
static char order[64];

static void note(void *arg)
{
    strcat(order, arg);
}

static char a[] = "a", b[] = "b", c[] = "c";

START_TEST(pieces_are_aligned_apart_and_writable)
{
    char *piece[200];
    cadre__arena_init(&arena, 1024);
    for (size_t i = 0; i < 200; i++) {
        piece[i] = cadre__arena_alloc(&arena, i);
        ck_assert_ptr_nonnull(piece[i]);
        ck_assert_uint_eq((uintptr_t)piece[i] % CADRE__ARENA_ALIGN, 0);
        memset(piece[i], (int)i, i);
    }
    for (size_t i = 0; i < 200; i++) {
        for (size_t j = 0; j < i; j++) {
            if (piece[i][j] != (char)i)
                ck_abort_msg("piece %zu was overwritten", i);
        }
        if (i > 0)
            ck_assert_ptr_ne(piece[i], piece[i - 1]);
    }
    cadre__arena_done(&arena);
    ck_assert_uint_eq(n_mallocs, n_frees);
}
END_TEST

START_TEST(an_arena_takes_no_memory_before_the_first_piece)
{
    cadre__arena_init(&arena, 4096);
    ck_assert_uint_eq(n_mallocs, 0);
    cadre__arena_reset(&arena);
    cadre__arena_done(&arena);
    cadre__arena_done(NULL);
    ck_assert_uint_eq(n_mallocs, 0);
}
END_TEST

START_TEST(empty_pieces_have_addresses_of_their_own)
{
    cadre__arena_init(&arena, 1024);
    char *one = cadre__arena_alloc(&arena, 0), *two = cadre__arena_alloc(&arena, 0);
    ck_assert_ptr_nonnull(one);
    ck_assert_ptr_nonnull(two);
    ck_assert_ptr_ne(one, two);
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(zeroed_pieces_are_zero_on_recycled_memory_too)
{
    cadre__arena_init(&arena, 1024);
    for (int round = 0; round < 2; round++) {
        char *piece = cadre__arena_calloc(&arena, 500);
        for (size_t i = 0; i < 500; i++) {
            if (piece[i] != 0)
                ck_abort_msg("byte %zu is %d", i, piece[i]);
        }
        memset(piece, 0x55, 500);
        cadre__arena_reset(&arena);
    }
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(sizes_beyond_reason_are_refused)
{
    cadre__arena_init(&arena, 1024);
    volatile size_t huge[] = {SIZE_MAX, SIZE_MAX - 15, SIZE_MAX - 64, SIZE_MAX / 2 + 1};
    for (size_t i = 0; i < sizeof(huge) / sizeof(huge[0]); i++)
        ck_assert_ptr_null(cadre__arena_alloc(&arena, huge[i]));
    ck_assert_ptr_null(cadre__arena_strndup(&arena, "x", huge[0]));
    ck_assert_uint_eq(n_mallocs, 0);
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(a_large_piece_leaves_the_rest_of_the_chunk_in_use)
{
    cadre__arena_init(&arena, 1024);
    char *small = cadre__arena_alloc(&arena, 16);
    char *large = cadre__arena_alloc(&arena, 100000);
    char *next = cadre__arena_alloc(&arena, 16);
    ck_assert_ptr_nonnull(large);
    memset(large, 1, 100000);
    ck_assert_int_lt(next - small, 64);
    ck_assert_uint_eq(n_mallocs, 2);
    ck_assert_uint_gt(arena.held_bytes, 101024);
    cadre__arena_reset(&arena);
    ck_assert_uint_eq(n_frees, 1);
    ck_assert_uint_eq(arena.held_bytes, 1024);
    /* A large one first of all. */
    cadre__arena_done(&arena);
    ck_assert_ptr_nonnull(cadre__arena_alloc(&arena, 5000));
    ck_assert_ptr_nonnull(cadre__arena_alloc(&arena, 8));
    cadre__arena_reset(&arena);
    ck_assert_uint_eq(arena.held_bytes, 1024);
    cadre__arena_done(&arena);
    ck_assert_uint_eq(n_mallocs, n_frees);
}
END_TEST

START_TEST(reset_keeps_one_chunk_and_uses_it_again)
{
    cadre__arena_init(&arena, 1024);
    for (int i = 0; i < 50; i++)
        ck_assert_ptr_nonnull(cadre__arena_alloc(&arena, 100));
    ck_assert_uint_gt(n_mallocs, 3);
    cadre__arena_reset(&arena);
    ck_assert_uint_eq(n_mallocs - n_frees, 1);
    unsigned before = n_mallocs;
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < 5; i++)
            ck_assert_ptr_nonnull(cadre__arena_alloc(&arena, 100));
        cadre__arena_reset(&arena);
    }
    ck_assert_uint_eq(n_mallocs, before);
    cadre__arena_done(&arena);
    ck_assert_uint_eq(n_mallocs, n_frees);
}
END_TEST

START_TEST(done_leaves_an_arena_that_can_be_used_again)
{
    cadre__arena_init(&arena, 1024);
    ck_assert_ptr_nonnull(cadre__arena_alloc(&arena, 1));
    cadre__arena_done(&arena);
    ck_assert_uint_eq(arena.held_bytes, 0);
    ck_assert_ptr_nonnull(cadre__arena_alloc(&arena, 1));
    cadre__arena_done(&arena);
    ck_assert_uint_eq(n_mallocs, n_frees);
}
END_TEST

START_TEST(deferred_calls_run_last_first_at_reset_and_at_done)
{
    cadre__arena_init(&arena, 256);
    ck_assert_int_eq(cadre__arena_defer(&arena, note, a), 0);
    ck_assert_int_eq(cadre__arena_defer(&arena, note, b), 0);
    ck_assert_int_eq(cadre__arena_defer(&arena, note, c), 0);
    ck_assert_str_eq(order, "");
    cadre__arena_reset(&arena);
    ck_assert_str_eq(order, "cba");
    cadre__arena_reset(&arena);
    ck_assert_str_eq(order, "cba");
    ck_assert_int_eq(cadre__arena_defer(&arena, note, a), 0);
    cadre__arena_done(&arena);
    ck_assert_str_eq(order, "cbaa");
}
END_TEST

static void defer_more(void *arg)
{
    char *text = cadre__arena_strndup(&arena, arg, 1);
    ck_assert_int_eq(cadre__arena_defer(&arena, note, text), 0);
}

START_TEST(a_deferred_call_may_allocate_and_defer)
{
    cadre__arena_init(&arena, 256);
    ck_assert_int_eq(cadre__arena_defer(&arena, note, a), 0);
    ck_assert_int_eq(cadre__arena_defer(&arena, defer_more, b), 0);
    cadre__arena_done(&arena);
    ck_assert_str_eq(order, "ba");
    ck_assert_uint_eq(n_mallocs, n_frees);
}
END_TEST

START_TEST(a_deferred_call_can_be_taken_back)
{
    cadre__arena_init(&arena, 1024);
    ck_assert_int_eq(cadre__arena_defer(&arena, note, a), 0);
    ck_assert_int_eq(cadre__arena_defer(&arena, note, b), 0);
    ck_assert_int_eq(cadre__arena_defer(&arena, note, a), 0);
    ck_assert(cadre__arena_undefer(&arena, note, a));
    ck_assert(!cadre__arena_undefer(&arena, note, c));
    ck_assert(!cadre__arena_undefer(&arena, defer_more, b));
    cadre__arena_done(&arena);
    ck_assert_str_eq(order, "ba");
}
END_TEST

START_TEST(copies_and_formatted_text_end_in_nul)
{
    cadre__arena_init(&arena, 256);
    char *copy = cadre__arena_strndup(&arena, "hello", 3);
    ck_assert_str_eq(copy, "hel");
    ck_assert_str_eq(cadre__arena_strndup(&arena, NULL, 0), "");
    ck_assert_str_eq(cadre__arena_printf(&arena, "%d-%s", 42, "x"), "42-x");
    char *longer = cadre__arena_printf(&arena, "%0900d", 7);
    ck_assert_uint_eq(strlen(longer), 900);
    ck_assert_str_eq(longer + 890, "0000000007");
    /* Around the size of the first try. */
    for (int width = 250; width < 260; width++)
        ck_assert_uint_eq(strlen(cadre__arena_printf(&arena, "%*d", width, 1)), (size_t)width);
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(out_of_memory_is_null_and_the_arena_goes_on)
{
    cadre__arena_init(&arena, 256);
    heap_fails = true;
    ck_assert_ptr_null(cadre__arena_alloc(&arena, 10));
    ck_assert_ptr_null(cadre__arena_calloc(&arena, 10));
    ck_assert_ptr_null(cadre__arena_alloc(&arena, 10000));
    ck_assert_ptr_null(cadre__arena_strndup(&arena, "x", 1));
    ck_assert_ptr_null(cadre__arena_printf(&arena, "%d", 1));
    ck_assert_int_eq(cadre__arena_defer(&arena, note, a), -ENOMEM);
    heap_fails = false;
    ck_assert_ptr_nonnull(cadre__arena_alloc(&arena, 10));
    heap_fails = true;
    ck_assert_ptr_nonnull(cadre__arena_alloc(&arena, 10)); /* what is left of the chunk */
    heap_fails = false;
    cadre__arena_done(&arena);
    ck_assert_str_eq(order, "");
    ck_assert_uint_eq(n_mallocs, n_frees);
}
END_TEST

START_TEST(a_pool_recycles_chunks_up_to_its_limit)
{
    struct cadre__arena_pool pool;
    struct cadre__arena many[5];
    cadre__arena_pool_init(&pool, 1024, 3);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 5; i++) {
            cadre__arena_init_pooled(&many[i], &pool);
            ck_assert_ptr_nonnull(cadre__arena_alloc(&many[i], 100));
        }
        for (int i = 0; i < 5; i++)
            cadre__arena_done(&many[i]);
        ck_assert_uint_eq(pool.n_free, 3);
    }
    ck_assert_uint_eq(n_mallocs, 5 + 2 + 2);
    cadre__arena_pool_trim(&pool, 1);
    ck_assert_uint_eq(pool.n_free, 1);
    cadre__arena_pool_done(&pool);
    cadre__arena_pool_done(NULL);
    ck_assert_uint_eq(n_mallocs, n_frees);
}
END_TEST

START_TEST(in_a_crowd_arenas_get_small_chunks)
{
    struct cadre__arena_pool pool;
    struct cadre__arena many[4];

    cadre__arena_pool_init(&pool, 4096, 2);
    for (int i = 0; i < 4; i++) {
        cadre__arena_init_pooled(&many[i], &pool);
        ck_assert_ptr_nonnull(cadre__arena_alloc(&many[i], 100));
        ck_assert_uint_eq(many[i].held_bytes, i < 2 ? 4096 : 1024);
    }
    /* one that needs more gets it, in the place of the small one when that is used up */
    for (int i = 0; i < 20; i++)
        memset(cadre__arena_alloc(&many[3], 100), 'x', 100);
    ck_assert_ptr_nonnull(cadre__arena_alloc(&many[3], 2000));
    for (int i = 0; i < 4; i++)
        cadre__arena_done(&many[i]);
    ck_assert_uint_eq(pool.n_free, 2);
    /* when that is over they are large again */
    cadre__arena_init_pooled(&many[0], &pool);
    ck_assert_ptr_nonnull(cadre__arena_alloc(&many[0], 100));
    ck_assert_uint_eq(many[0].held_bytes, 4096);
    cadre__arena_done(&many[0]);
    cadre__arena_pool_trim(&pool, 0);
    ck_assert_uint_eq(pool.n_made, 0);
    cadre__arena_pool_done(&pool);
    ck_assert_uint_eq(n_mallocs, n_frees);
}
END_TEST

START_TEST(a_warm_pool_serves_requests_without_the_heap)
{
    struct cadre__arena_pool pool;
    cadre__arena_pool_init(&pool, 1024, 8);
    cadre__arena_init_pooled(&arena, &pool);
    unsigned warm = 0;
    for (int request = 0; request < 100; request++) {
        for (int i = 0; i < 30; i++)
            ck_assert_ptr_nonnull(cadre__arena_alloc(&arena, 80));
        cadre__arena_done(&arena);
        if (request == 0)
            warm = n_mallocs;
    }
    ck_assert_uint_eq(n_mallocs, warm);
    /* A piece of its own size is not recycled. */
    ck_assert_ptr_nonnull(cadre__arena_alloc(&arena, 5000));
    unsigned free_before = pool.n_free;
    cadre__arena_done(&arena);
    ck_assert_uint_eq(pool.n_free, free_before);
    cadre__arena_pool_done(&pool);
    ck_assert_uint_eq(n_mallocs, n_frees);
}
END_TEST

#ifdef IS_POISONED
START_TEST(what_is_not_handed_out_is_poisoned)
{
    cadre__arena_init(&arena, 1024);
    char *piece = cadre__arena_alloc(&arena, 16);
    ck_assert(!IS_POISONED(piece + 15));
    ck_assert(IS_POISONED(piece + 16));
    cadre__arena_reset(&arena);
    ck_assert(IS_POISONED(piece));
    cadre__arena_done(&arena);
}
END_TEST
#define ASAN_CASES , UNIT_CASE(what_is_not_handed_out_is_poisoned)
#else
#define ASAN_CASES
#endif

UNIT_MAIN("base/arena", UNIT_CASE(pieces_are_aligned_apart_and_writable),
          UNIT_CASE(an_arena_takes_no_memory_before_the_first_piece),
          UNIT_CASE(empty_pieces_have_addresses_of_their_own),
          UNIT_CASE(zeroed_pieces_are_zero_on_recycled_memory_too),
          UNIT_CASE(sizes_beyond_reason_are_refused),
          UNIT_CASE(a_large_piece_leaves_the_rest_of_the_chunk_in_use),
          UNIT_CASE(reset_keeps_one_chunk_and_uses_it_again),
          UNIT_CASE(done_leaves_an_arena_that_can_be_used_again),
          UNIT_CASE(deferred_calls_run_last_first_at_reset_and_at_done),
          UNIT_CASE(a_deferred_call_may_allocate_and_defer),
          UNIT_CASE(a_deferred_call_can_be_taken_back),
          UNIT_CASE(copies_and_formatted_text_end_in_nul),
          UNIT_CASE(out_of_memory_is_null_and_the_arena_goes_on),
          UNIT_CASE(a_pool_recycles_chunks_up_to_its_limit),
          UNIT_CASE(in_a_crowd_arenas_get_small_chunks),
          UNIT_CASE(a_warm_pool_serves_requests_without_the_heap) ASAN_CASES)
