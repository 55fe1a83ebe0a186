/* SPDX-License-Identifier: MIT */
/*
 * Tests of worker/buffer: blocks go round, bytes stay where they are.
 */
#include "config.h"

#include "worker/buffer.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "tests/unit/unit.h"

static struct buffer_pool pool;

static void put(struct buffer *b, const char *text)
{
    size_t len = strlen(text);

    ck_assert_int_eq(buffer_reserve(b, &pool, len), 0);
    memcpy(b->data + b->end, text, len);
    b->end += (uint32_t)len;
}

static void check(const struct buffer *b, const char *text)
{
    ck_assert_uint_eq(buffer_len(b), strlen(text));
    ck_assert_mem_eq(b->data + b->start, text, strlen(text));
}

START_TEST(a_block_that_was_given_back_is_the_next)
{
    struct buffer a = {0}, b = {0};
    char *first, *second;

    buffer_pool_init(&pool, 2, 1);
    ck_assert_int_eq(buffer_take(&a, &pool, 1), 0);
    ck_assert_int_eq(buffer_take(&b, &pool, BUFFER_SMALL), 0);
    ck_assert_uint_eq(a.size, BUFFER_SMALL);
    first = a.data;
    second = b.data;
    buffer_release(&a, &pool);
    buffer_release(&b, &pool);
    buffer_release(&b, &pool); /* an empty one has nothing to give */
    ck_assert_uint_eq(pool.small.n_free, 2);
    ck_assert_int_eq(buffer_take(&a, &pool, 1), 0);
    ck_assert_ptr_eq(a.data, second); /* the newest first */
    ck_assert_int_eq(buffer_take(&b, &pool, 1), 0);
    ck_assert_ptr_eq(b.data, first);
    buffer_release(&a, &pool);
    buffer_release(&b, &pool);
    buffer_pool_done(&pool);
}
END_TEST

START_TEST(no_more_blocks_are_kept_than_the_pool_may)
{
    struct buffer small[3] = {{0}}, large[3] = {{0}}, other = {0};

    buffer_pool_init(&pool, 2, 1);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(buffer_take(&small[i], &pool, 1), 0);
        ck_assert_int_eq(buffer_take(&large[i], &pool, BUFFER_LARGE), 0);
    }
    ck_assert_int_eq(buffer_take(&other, &pool, 3 * BUFFER_LARGE), 0);
    ck_assert_uint_eq(other.size, 3 * BUFFER_LARGE);
    for (int i = 0; i < 3; i++) {
        buffer_release(&small[i], &pool);
        buffer_release(&large[i], &pool);
    }
    buffer_release(&other, &pool); /* of no pool: to the heap */
    ck_assert_uint_eq(pool.small.n_free, 2);
    ck_assert_uint_eq(pool.large.n_free, 1);
    ck_assert_ptr_null(other.data);
    buffer_pool_done(&pool);
}
END_TEST

START_TEST(what_it_holds_moves_along_as_it_grows)
{
    static const uint32_t sizes[] = {BUFFER_LARGE, 2 * BUFFER_LARGE, 4 * BUFFER_LARGE};
    struct buffer b = {0};

    buffer_pool_init(&pool, 2, 1);
    put(&b, "xxhello");
    b.start = 2;
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(buffer_reserve(&b, &pool, buffer_room(&b) + 1), 0);
        ck_assert_uint_eq(b.size, sizes[i]);
        ck_assert_uint_eq(b.start, 2);
        check(&b, "hello");
    }
    ck_assert_int_eq(buffer_reserve(&b, &pool, buffer_room(&b)), 0); /* that there is */
    ck_assert_uint_eq(b.size, 4 * BUFFER_LARGE);
    ck_assert_uint_eq(pool.small.n_free, 1);
    ck_assert_uint_eq(pool.large.n_free, 1);
    buffer_release(&b, &pool);
    buffer_pool_done(&pool);
}
END_TEST

START_TEST(bytes_in_use_are_moved_down)
{
    struct buffer b = {0};

    buffer_pool_init(&pool, 2, 1);
    put(&b, "0123456789");
    b.start = 4;
    buffer_compact(&b, 1);
    ck_assert_uint_eq(b.start, 1);
    check(&b, "456789");
    buffer_compact(&b, 1);
    check(&b, "456789");
    buffer_release(&b, &pool);
    buffer_pool_done(&pool);
}
END_TEST

START_TEST(what_is_too_large_changes_nothing)
{
    struct buffer b = {0}, none = {0};

    buffer_pool_init(&pool, 2, 1);
    put(&b, "kept");
    ck_assert_int_eq(buffer_reserve(&b, &pool, SIZE_MAX / 2), -ENOMEM);
    ck_assert_int_eq(buffer_grow(&b, &pool, UINT32_MAX), -ENOMEM);
    check(&b, "kept");
    ck_assert_uint_eq(b.size, BUFFER_SMALL);
    ck_assert_int_eq(buffer_take(&none, &pool, SIZE_MAX), -ENOMEM);
    ck_assert_ptr_null(none.data);
    buffer_release(&b, &pool);
    buffer_pool_done(&pool);
}
END_TEST

START_TEST(in_a_crowd_blocks_are_tiny)
{
    struct buffer many[4] = {{0}};

    buffer_pool_init(&pool, 2, 1);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(buffer_take(&many[i], &pool, 100), 0);
        ck_assert_uint_eq(many[i].size, i < 2 ? BUFFER_SMALL : BUFFER_TINY);
    }
    /* who needs more gets it, and what was there stays */
    put(&many[2], "hello");
    ck_assert_int_eq(buffer_reserve(&many[2], &pool, BUFFER_TINY), 0);
    ck_assert_uint_eq(many[2].size, BUFFER_SMALL);
    check(&many[2], "hello");
    buffer_release(&many[3], &pool);
    ck_assert_int_eq(buffer_take(&many[3], &pool, BUFFER_TINY + 1), 0);
    ck_assert_uint_eq(many[3].size, BUFFER_SMALL);
    for (int i = 0; i < 4; i++)
        buffer_release(&many[i], &pool);
    ck_assert_uint_eq(pool.small.n_free, 2);
    /* when that is over they are small again */
    ck_assert_int_eq(buffer_take(&many[0], &pool, 100), 0);
    ck_assert_uint_eq(many[0].size, BUFFER_SMALL);
    buffer_release(&many[0], &pool);
    buffer_pool_done(&pool);
    ck_assert_uint_eq(pool.small.n_made, 0);
}
END_TEST

UNIT_MAIN("worker/buffer", UNIT_CASE(a_block_that_was_given_back_is_the_next),
          UNIT_CASE(no_more_blocks_are_kept_than_the_pool_may),
          UNIT_CASE(what_it_holds_moves_along_as_it_grows), UNIT_CASE(bytes_in_use_are_moved_down),
          UNIT_CASE(what_is_too_large_changes_nothing), UNIT_CASE(in_a_crowd_blocks_are_tiny))
