/* SPDX-License-Identifier: MIT */
/* What server lifespans publish: packed, mapped, and checked (web/server_state.c). */
#include "tests/unit/unit.h"

#include "base/shm.h"
#include "web/server_state.h"
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

static struct cadre__server_state *seal_and_map(const struct cadre__server_state_part *parts,
                                                size_t n)
{
    struct cadre__server_state *state = NULL;
    int fd = cadre__server_state_seal(parts, n);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(cadre__server_state_map(fd, &state), 0);
    close(fd);
    return state;
}

START_TEST(each_module_finds_its_bytes)
{
    struct cadre__server_state_part parts[] = {
        {"shop", "abc", 3},
        {"a-much-longer-name-of-a-module", "0123456789abcdef0", 17},
        {"e", "", 0}};
    struct cadre__server_state *state = seal_and_map(parts, 3);
    size_t len = 99;
    const void *ptr;

    ptr = cadre__server_state_find(state, "shop", &len);
    ck_assert_uint_eq(len, 3);
    ck_assert_mem_eq(ptr, "abc", 3);
    ck_assert_uint_eq((uintptr_t)ptr % 16, 0);
    ptr = cadre__server_state_find(state, "a-much-longer-name-of-a-module", &len);
    ck_assert_uint_eq(len, 17);
    ck_assert_mem_eq(ptr, "0123456789abcdef0", 17);
    ck_assert_uint_eq((uintptr_t)ptr % 16, 0);
    ptr = cadre__server_state_find(state, "e", &len);
    ck_assert_ptr_nonnull(ptr);
    ck_assert_uint_eq(len, 0);
    len = 99;
    ck_assert_ptr_null(cadre__server_state_find(state, "sho", &len));
    ck_assert_uint_eq(len, 0);
    cadre__server_state_free(state);
}
END_TEST

START_TEST(no_parts_are_a_block_too)
{
    struct cadre__server_state *state = seal_and_map(NULL, 0);
    size_t len;

    ck_assert_ptr_null(cadre__server_state_find(state, "shop", &len));
    cadre__server_state_free(state);
}
END_TEST

/* Maps those bytes; 0 or the error. */
static int map_bytes(const void *bytes, size_t len)
{
    struct cadre__server_state *state = NULL;
    int fd = cadre__memfd_sealed("test", bytes, len);
    int r;

    ck_assert_int_ge(fd, 0);
    r = cadre__server_state_map(fd, &state);
    close(fd);
    cadre__server_state_free(state);
    return r;
}

/* Every 8 bytes of a sound block are overwritten in turn by values that are wrong somewhere: either
 * it is refused, or all that it says lies within it (the sanitizers watch). */
START_TEST(broken_block_is_refused_or_harmless)
{
    static const uint64_t values[] = {UINT64_MAX, UINT64_MAX / 2, 1, 17, 4096, UINT64_C(1) << 32};
    struct cadre__server_state_part parts[] = {{"shop", "abc", 3}, {"blog", "defg", 4}};
    struct cadre__server_state *state;
    const void *data;
    size_t len, refused = 0;
    char *copy;
    int fd = cadre__server_state_seal(parts, 2);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(cadre__memfd_map(fd, &data, &len), 0);
    copy = malloc(len);
    for (size_t at = 0; at + 8 <= len; at += 8) {
        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
            memcpy(copy, data, len);
            memcpy(copy + at, &values[i], 8);
            refused += map_bytes(copy, len) == -EPROTO;
        }
    }
    ck_assert_uint_gt(refused, 20);
    for (size_t cut = 1; cut < len; cut++)
        ck_assert_int_eq(map_bytes(data, cut), -EPROTO);
    ck_assert_int_eq(cadre__server_state_map(fd, &state), 0);
    cadre__server_state_free(state);
    cadre__memfd_unmap(data, len);
    free(copy);
    close(fd);
}
END_TEST

START_TEST(other_files_are_refused)
{
    struct cadre__server_state *state = NULL;
    int fds[2];

    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_lt(cadre__server_state_map(fds[0], &state), 0);
    ck_assert_int_eq(map_bytes("", 0), -EPROTO);
    ck_assert_int_eq(map_bytes("not a block, but long enough to be one, if only it were one", 59),
                     -EPROTO);
}
END_TEST

UNIT_MAIN("web/server_state", UNIT_CASE(each_module_finds_its_bytes),
          UNIT_CASE(no_parts_are_a_block_too), UNIT_CASE(broken_block_is_refused_or_harmless),
          UNIT_CASE(other_files_are_refused))
