/* SPDX-License-Identifier: MIT */
/* Tests of base/unique: the first name that is free. */
#include "config.h"

#include "base/unique.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/unit.h"

/* `arg` is a list that NULL ends. */
static bool is_listed(const void *arg, const char *name)
{
    for (const char *const *one = arg; *one != NULL; one++) {
        if (strcmp(*one, name) == 0)
            return true;
    }
    return false;
}

static const struct {
    const char *wanted, *taken[12], *is;
} names[] = {
    {"item", {NULL}, "item"},
    {"item", {"items", "item_2"}, "item"},
    {"item", {"item"}, "item_2"},
    {"item", {"item_3", "item", "item_2"}, "item_4"},
    {"item_2", {"item", "item_2"}, "item_2_2"},
    {"", {""}, "_2"},
    {"x", {"x", "x_2", "x_3", "x_4", "x_5", "x_6", "x_7", "x_8", "x_9", "x_10", "x_11"}, "x_12"},
};

START_TEST(a_name_is_the_first_that_is_free)
{
    struct cadre__buf name;

    cadre__buf_init(&name);
    cadre__buf_puts(&name, names[_i].wanted);
    cadre__unique_name(&name, is_listed, names[_i].taken);
    ck_assert_int_eq(name.error, 0);
    ck_assert_str_eq(cadre__buf_text(&name), names[_i].is);
    cadre__buf_done(&name);
}
END_TEST

static bool is_taken(const void *arg, const char *name)
{
    (void)arg;
    (void)name;
    return true;
}

START_TEST(without_memory_nobody_is_asked)
{
    struct cadre__buf name = {.error = -ENOMEM};

    cadre__unique_name(&name, is_taken, NULL);
    ck_assert_int_eq(name.error, -ENOMEM);
}
END_TEST

UNIT_MAIN("base/unique",
          UNIT_LOOP(a_name_is_the_first_that_is_free, sizeof(names) / sizeof(names[0])),
          UNIT_CASE(without_memory_nobody_is_asked))
