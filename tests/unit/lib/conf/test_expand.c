/* SPDX-License-Identifier: MIT */
/* ${NAME} in strings. */
#include "conf/expand.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

static const struct {
    const char *text;
    const char *expanded; /* NULL: refused */
    const char *variable; /* or NULL; the reason where it is refused */
} rows[] = {
    {"plain", "plain", NULL},
    {"", "", NULL},
    {"$", "$", NULL},
    {"a$b $5 100$", "a$b $5 100$", NULL},
    {"${SET}", "value", "SET"},
    {"a${SET}b", "avalueb", "SET"},
    {"${SET}${OTHER}", "valueother", "SET"},
    {"${EMPTY}", "", "EMPTY"},
    {"${EMPTY:-x}", "x", NULL},
    {"${UNSET:-x y}", "x y", NULL},
    {"${UNSET:-}", "", NULL},
    {"${UNSET:-${SET}}", "${SET}", NULL}, /* the default is plain, up to the first brace */
    {"${SET:-x}", "value", "SET"},
    {"${UNSET:-x}${SET}", "xvalue", "SET"},
    {"$${SET}", "${SET}", NULL},
    {"$$${SET}", "$${SET}", NULL},
    {"${DOLLAR}", "${SET}", "DOLLAR"}, /* what a variable holds is not expanded again */
    {"${UNSET}", NULL,
     "the environment variable \"UNSET\" is not set; set it, or write ${UNSET:-default}"},
    {"x ${SET", NULL, "\"${SET\" has no closing \"}\"; write \"$${\" for a plain \"${\""},
    {"${}", NULL, "\"${}\" is no variable: write ${NAME} or ${NAME:-default}"},
    {"${1A}", NULL, "\"${1A}\" is no variable: write ${NAME} or ${NAME:-default}"},
    {"${A-B}", NULL, "\"${A-B}\" is no variable: write ${NAME} or ${NAME:-default}"},
    {"${A:=B}", NULL, "\"${A:=B}\" is no variable: write ${NAME} or ${NAME:-default}"},
    {"${A B}", NULL, "\"${A B}\" is no variable: write ${NAME} or ${NAME:-default}"},
};

START_TEST(variables_are_expanded_or_refused)
{
    struct cadre__arena arena;
    const char *expanded = NULL;
    const char *variable = NULL;
    char why[CADRE__EXPAND_WHY_SIZE] = "";
    int r;

    setenv("SET", "value", 1);
    setenv("OTHER", "other", 1);
    setenv("EMPTY", "", 1);
    setenv("DOLLAR", "${SET}", 1);
    unsetenv("UNSET");
    cadre__arena_init(&arena, 1024);
    r = cadre__expand(&arena, rows[_i].text, &expanded, &variable, why);
    if (rows[_i].expanded == NULL) {
        ck_assert_int_eq(r, -EINVAL);
        ck_assert_str_eq(why, rows[_i].variable);
    } else {
        ck_assert_msg(r == 0, "%s: %s", rows[_i].text, why);
        ck_assert_str_eq(expanded, rows[_i].expanded);
        ck_assert_pstr_eq(variable, rows[_i].variable);
    }
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(what_is_unexpanded_expands_to_itself)
{
    static const char *const texts[] = {"", "$", "${A}", "$${A}", "x${", "$$$", "${A}${B}"};
    struct cadre__arena arena;

    cadre__arena_init(&arena, 1024);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const char *plain = cadre__unexpand(&arena, texts[i]);
        const char *back = NULL;
        const char *variable = NULL;
        char why[CADRE__EXPAND_WHY_SIZE];

        ck_assert_ptr_nonnull(plain);
        ck_assert_int_eq(cadre__expand(&arena, plain, &back, &variable, why), 0);
        ck_assert_str_eq(back, texts[i]);
    }
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(a_long_name_is_cut_in_the_reason)
{
    struct cadre__arena arena;
    const char *expanded, *variable;
    char why[CADRE__EXPAND_WHY_SIZE];
    char text[1024] = "${";

    cadre__arena_init(&arena, 1024);
    memset(text + 2, 'A', 1000);
    text[1002] = '}';
    ck_assert_int_eq(cadre__expand(&arena, text, &expanded, &variable, why), -EINVAL);
    ck_assert_uint_lt(strlen(why), sizeof(why));
    cadre__arena_done(&arena);
}
END_TEST

UNIT_MAIN("conf/expand",
          UNIT_LOOP(variables_are_expanded_or_refused, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(what_is_unexpanded_expands_to_itself),
          UNIT_CASE(a_long_name_is_cut_in_the_reason))
