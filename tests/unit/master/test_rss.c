/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/rss.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "master/rss.h"

#define MANY ((size_t)32 << 20)

START_TEST(memory_that_is_used_is_counted)
{
    uint64_t before, after;
    char *memory;

    ck_assert_int_eq(rss_read(getpid(), &before), 0);
    ck_assert_uint_gt(before, 0);
    memory = malloc(MANY);
    ck_assert_ptr_nonnull(memory);
    memset(memory, 1, MANY);
    ck_assert_int_eq(rss_read(getpid(), &after), 0);
    ck_assert_uint_ge(after, before + MANY / 2);
    ck_assert_int_eq(memory[MANY - 1], 1);
    free(memory);
}
END_TEST

START_TEST(a_process_that_there_is_not_has_none)
{
    uint64_t bytes = 7;

    ck_assert_int_eq(rss_read(0, &bytes), -ENOENT);
    ck_assert_uint_eq(bytes, 7);
}
END_TEST

UNIT_MAIN("master/rss", UNIT_CASE(memory_that_is_used_is_counted),
          UNIT_CASE(a_process_that_there_is_not_has_none))
