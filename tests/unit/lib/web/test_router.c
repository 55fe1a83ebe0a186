/* SPDX-License-Identifier: MIT */
/*
 * The router (web/router.c) against the plain way: every pattern in order of declaration, on tables
 * and paths made at random of few pieces, so that they collide.
 */
#include "tests/unit/unit.h"

#include "web/router.h"
#include <cadre/route.h>
#include <stdio.h>

#define PATTERNS_MAX 40

static uint32_t seed;

static uint32_t random_below(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

static const char *pick(const char *const *list, uint32_t n)
{
    return list[random_below(n)];
}

static void make_pattern(char *text, size_t size)
{
    static const char *const parts[] = {"a",   "ab",      "abc",    "",          "b",    "x{1}",
                                        "{1}", "{1:int}", "{1}.js", "{1:float}", "{1}b", "a{1}"};
    static const char *const tails[] = {"", "{t:path}", "a{t:path}", "{t:path}/a", "{t:path}b"};
    uint32_t n = 1 + random_below(4);
    size_t len = 0;

    for (uint32_t i = 0; i < n; i++) {
        char part[20];

        snprintf(part, sizeof(part), "%s", pick(parts, 12));
        for (char *c = part; *c != '\0'; c++)
            *c = (char)(*c == '1' ? 'p' + (int)i : *c);
        len += (size_t)snprintf(text + len, size - len, "/%s", part);
    }
    if (random_below(4) == 0)
        snprintf(text + len, size - len, "/%s", pick(tails, 5));
}

static void make_path(char *text, size_t size)
{
    static const char *const parts[] = {"a", "ab", "abc", "", "b", "xa", "1", "1.5", "a.js", "2b"};
    uint32_t n = 1 + random_below(5);
    size_t len = 0;

    for (uint32_t i = 0; i < n; i++)
        len += (size_t)snprintf(text + len, size - len, "/%s", pick(parts, 10));
}

static bool accept_all(void *arg, uint32_t number)
{
    (void)arg;
    (void)number;
    return true;
}

/* Every third is not wanted. */
static bool accept_some(void *arg, uint32_t number)
{
    (void)arg;
    return number % 3 != 0;
}

static bool count_it(void *arg, uint32_t number)
{
    (void)number;
    ++*(uint32_t *)arg;
    return false;
}

struct table {
    struct cadre__pattern patterns[PATTERNS_MAX];
    char texts[PATTERNS_MAX][100];
    uint32_t n;
    struct cadre__router router;
};

static void make_table(struct table *table)
{
    uint32_t n = 1 + random_below(PATTERNS_MAX);
    char why[300];

    cadre__router_init(&table->router);
    for (table->n = 0; table->n < n; table->n++) {
        char *text = table->texts[table->n];
        struct cadre__pattern *pattern = &table->patterns[table->n];

        make_pattern(text, sizeof(table->texts[0]));
        ck_assert_msg(cadre__pattern_parse(text, NULL, why, sizeof(why), pattern) == 0, "%s: %s",
                      text, why);
        ck_assert_int_eq(cadre__router_add(&table->router, pattern, table->n + 1), 0);
    }
}

static void check_path(const struct table *table, struct cadre_str path)
{
    struct cadre_str expected[CADRE__PATTERN_PARAMS_MAX], params[CADRE__PATTERN_PARAMS_MAX];
    uint32_t all = 0, first = 0, some = 0, counted = 0;

    for (uint32_t i = table->n; i > 0; i--) {
        if (!cadre__pattern_match(&table->patterns[i - 1], path, expected))
            continue;
        all++;
        first = i;
        some = i % 3 != 0 ? i : some;
    }
    ck_assert_msg(cadre__router_find(&table->router, path, UINT32_MAX, accept_all, NULL, params) ==
                      first,
                  "%s", path.ptr);
    if (first > 0) {
        const struct cadre__pattern *pattern = &table->patterns[first - 1];

        ck_assert(cadre__pattern_match(pattern, path, expected));
        for (size_t i = 0; i < pattern->n_params; i++)
            ck_assert_msg(params[i].ptr == expected[i].ptr && params[i].len == expected[i].len,
                          "%s on %s", table->texts[first - 1], path.ptr);
        ck_assert_uint_eq(cadre__router_find(&table->router, path, first, accept_all, NULL, params),
                          0);
    }
    ck_assert_uint_eq(
        cadre__router_find(&table->router, path, UINT32_MAX, accept_some, NULL, params), some);
    ck_assert_uint_eq(
        cadre__router_find(&table->router, path, UINT32_MAX, count_it, &counted, params), 0);
    ck_assert_uint_eq(counted, all);
}

START_TEST(the_first_that_matches_is_found)
{
    static struct table table;

    seed = (uint32_t)_i * 7919 + 1;
    make_table(&table);
    for (int i = 0; i < 500; i++) {
        char path[100];

        make_path(path, sizeof(path));
        check_path(&table, cadre_str_from(path));
    }
    for (uint32_t i = 0; i < table.n; i++)
        cadre__pattern_done(&table.patterns[i]);
    cadre__router_done(&table.router);
}
END_TEST

START_TEST(an_empty_router_finds_nothing)
{
    struct cadre_str params[CADRE__PATTERN_PARAMS_MAX];
    struct cadre__router router;

    cadre__router_init(&router);
    ck_assert_uint_eq(
        cadre__router_find(&router, CADRE_STR("/"), UINT32_MAX, accept_all, NULL, params), 0);
    cadre__router_done(&router);
}
END_TEST

/* Nodes within nodes, as many as there are letters: a search of them needs no deep stack. */
START_TEST(long_chains_of_prefixes_are_a_loop)
{
    enum { DEPTH = 2000 };
    static struct cadre__pattern patterns[DEPTH];
    static char texts[DEPTH][DEPTH + 20], path[DEPTH + 2] = "/";
    struct cadre_str params[CADRE__PATTERN_PARAMS_MAX];
    struct cadre__router router;
    char why[100];

    cadre__router_init(&router);
    for (int i = 0; i < DEPTH; i++) {
        texts[i][0] = '/';
        memset(texts[i] + 1, 'a', (size_t)i);
        snprintf(texts[i] + 1 + i, 20, "{x:int}");
        ck_assert_int_eq(cadre__pattern_parse(texts[i], NULL, why, sizeof(why), &patterns[i]), 0);
        ck_assert_int_eq(cadre__router_add(&router, &patterns[i], (uint32_t)i + 1), 0);
    }
    memset(path + 1, 'a', DEPTH - 1);
    path[DEPTH] = '7';
    ck_assert_uint_eq(
        cadre__router_find(&router, cadre_str_from(path), UINT32_MAX, accept_all, NULL, params),
        DEPTH);
    path[DEPTH] = 'a';
    ck_assert_uint_eq(
        cadre__router_find(&router, cadre_str_from(path), UINT32_MAX, accept_all, NULL, params), 0);
    for (int i = 0; i < DEPTH; i++)
        cadre__pattern_done(&patterns[i]);
    cadre__router_done(&router);
}
END_TEST

UNIT_MAIN("web/router", UNIT_LOOP(the_first_that_matches_is_found, 60),
          UNIT_CASE(an_empty_router_finds_nothing), UNIT_CASE(long_chains_of_prefixes_are_a_loop))
