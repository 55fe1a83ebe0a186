/* SPDX-License-Identifier: MIT */
/* Names of an object: each has the number at which it first came. */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/json_names.h"

static struct cadre__arena arena;
static struct cadre_validation validation = {.arena = &arena};
static struct cadre__reader reader = {.validation = &validation};

static void setup(size_t memory)
{
    cadre__arena_init(&arena, 4096);
    reader.memory = memory;
}

static void check_add(struct cadre__names *names, struct cadre_str text, int wanted, uint32_t index)
{
    uint32_t found;

    ck_assert_int_eq(cadre__names_add(names, &reader, text, &found), wanted);
    ck_assert_uint_eq(found, index);
}

START_TEST(a_name_is_new_once)
{
    setup(4096);
    struct cadre__names *names = cadre__names_new(&reader);

    check_add(names, CADRE_STR("a"), 1, 0);
    check_add(names, CADRE_STR("b"), 1, 1);
    check_add(names, CADRE_STR("a"), 0, 0);
    check_add(names, CADRE_STR(""), 1, 2);
    check_add(names, CADRE_STR("a\0"), 1, 3);
    check_add(names, CADRE_STR("a\0b"), 1, 4);
    check_add(names, CADRE_STR("a\0"), 0, 3);
    check_add(names, CADRE_STR("b"), 0, 1);
    check_add(names, CADRE_STR(""), 0, 2);
    ck_assert_uint_eq(names->n, 5);
    cadre__arena_done(&arena);
}
END_TEST

/* Few are searched one by one; at each size the next way begins. */
START_TEST(many_names_are_found)
{
    char text[16];

    setup(1 << 20);
    struct cadre__names *names = cadre__names_new(&reader);
    for (uint32_t n = 0; n < 1000; n++) {
        snprintf(text, sizeof(text), "%u", n);
        char *copy = cadre__arena_strndup(&arena, text, strlen(text));
        check_add(names, cadre_str_from(copy), 1, n);
        for (uint32_t i = 0; i <= n; i++) {
            snprintf(text, sizeof(text), "%u", i);
            check_add(names, cadre_str_from(text), 0, i);
        }
    }
    ck_assert_uint_eq(names->n, 1000);
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(their_memory_counts)
{
    uint32_t index;
    int r = 1;

    setup(1000);
    struct cadre__names *names = cadre__names_new(&reader);
    for (char c = 'a'; c <= 'z' && r == 1; c++)
        r = cadre__names_add(names, &reader,
                             (struct cadre_str){cadre__arena_strndup(&arena, &c, 1), 1}, &index);
    ck_assert_int_eq(r, -EMSGSIZE);
    cadre__arena_done(&arena);
}
END_TEST

UNIT_MAIN("model/json_names", UNIT_CASE(a_name_is_new_once), UNIT_CASE(many_names_are_found),
          UNIT_CASE(their_memory_counts))
