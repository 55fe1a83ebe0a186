/* SPDX-License-Identifier: MIT */
/* Tests of lib/model/regex.c. */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "model/regex.h"
#include "tests/unit/unit.h"

static int matches(const char *pattern, unsigned flags, struct cadre_str text)
{
    struct cadre__regex *regex;
    char why[100] = "";
    int r = cadre__regex_new(pattern, flags, why, sizeof(why), &regex);

    ck_assert_msg(r == 0, "%s: %s", pattern, why);
    r = cadre__regex_matches(regex, text);
    cadre__regex_free(regex);
    return r;
}

static const struct {
    const char *pattern;
    unsigned flags;
    const char *text;
    int matches;
} rows[] = {
    {"^[a-z]+$", 0, "abc", 1},
    {"^[a-z]+$", 0, "abc\n", 0},
    {"b", 0, "abc", 1},
    {"b", CADRE__REGEX_WHOLE, "abc", 0},
    {"a.c", CADRE__REGEX_WHOLE, "abc", 1},
    {"a|ab", CADRE__REGEX_WHOLE, "ab", 1},
    {"^.$", 0, "\xe2\x82\xac", 1},
    {"^\\w+$", 0, "\xc3\xa9t\xc3\xa9", 1},
    {"^.*$", 0, "\xff", 0},
    {"", 0, "", 1},
    {"(?i)^GET$", 0, "get", 1},
    {"(?<=\xe2\x82\xac)x", 0,
     "0123456789012345678901234567890123456789012345678901234567890123\xe2\x82\xac"
     "x",
     1},
    {"x", 0,
     "01234567890123456789012345678901234567890123456789012345678901\xe2\x82\xac"
     "x",
     1},
    {"5$", 0, "01234567890123456789012345678901234567890123456789012345678901234567890123456785",
     1},
    {"$", 0, "0123456789012345678901234567890123456789012345678901234567890123", 1},
};

START_TEST(a_pattern_is_found_or_not)
{
    ck_assert_int_eq(matches(rows[_i].pattern, rows[_i].flags, cadre_str_from(rows[_i].text)),
                     rows[_i].matches);
}
END_TEST

START_TEST(bytes_behind_a_nul_count)
{
    ck_assert_int_eq(matches("^a$", 0, (struct cadre_str){"a\0b", 3}), 0);
    ck_assert_int_eq(matches("b$", 0, (struct cadre_str){"a\0b", 3}), 1);
    ck_assert_int_eq(matches("^$", 0, (struct cadre_str){NULL, 0}), 1);
}
END_TEST

START_TEST(a_text_beyond_the_limit_matches_nothing)
{
    static char text[CADRE__REGEX_TEXT_MAX + 1];

    memset(text, 'a', sizeof(text));
    ck_assert_int_eq(matches("^a+$", 0, (struct cadre_str){text, sizeof(text) - 1}), 1);
    ck_assert_int_eq(matches("a", 0, (struct cadre_str){text, sizeof(text)}), 0);
}
END_TEST

START_TEST(a_wrong_pattern_is_refused_with_its_place)
{
    struct cadre__regex *regex = NULL;
    char why[100];

    ck_assert_int_eq(cadre__regex_new("ab(c", 0, why, sizeof(why), &regex), -EINVAL);
    ck_assert_str_eq(why, "at offset 4: missing closing parenthesis");
    ck_assert_int_eq(cadre__regex_new("\\C", 0, why, sizeof(why), &regex), -EINVAL);
    ck_assert_ptr_null(regex);
    cadre__regex_free(NULL);
}
END_TEST

/* Patterns that take time without end for such texts, where nothing limits them. */
static const char *const hostile[] = {
    "(?=(a+))a*b\\1",
    "(.*)(.*)(.*)(.*)(.*)(.*)x",
    "a+[bd]",
    "^.*?a+[bd]",
    "(?:.*?a+[bd]|.*?a+[ef])+$",
    "(?:a*a*a*a*)[bd]",
    "^(a+)+$",
    "^(a|aa)+$",
    "(a*)*b",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(x+x+)+y",
    "(?:a?){30}a{30}$",
};

START_TEST(a_hostile_text_costs_no_more_than_its_limit)
{
    static char text[CADRE__REGEX_TEXT_MAX];
    uint64_t began = cadre__clock_now(cadre__clock_system());

    memset(text, hostile[_i][1] == 'x' ? 'x' : 'a', sizeof(text));
    text[sizeof(text) - 1] = '!';
    ck_assert_int_ge(matches(hostile[_i], 0, (struct cadre_str){text, sizeof(text)}), 0);
    uint64_t took = cadre__clock_now(cadre__clock_system()) - began;
    ck_assert_uint_lt(took, 20 * CADRE__NSEC_PER_SEC);
}
END_TEST

static void *match_much(void *arg)
{
    for (int i = 0; i < 2000; i++) {
        if (cadre__regex_matches(arg, CADRE_STR("abc@example")) != 1)
            return arg;
    }
    return NULL;
}

START_TEST(threads_match_with_one_pattern)
{
    struct cadre__regex *regex;
    pthread_t threads[4];
    char why[100];

    ck_assert_int_eq(cadre__regex_new("^[a-z]+@[a-z]+$", 0, why, sizeof(why), &regex), 0);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, match_much, regex), 0);
    for (int i = 0; i < 4; i++) {
        void *failed = regex;
        ck_assert_int_eq(pthread_join(threads[i], &failed), 0);
        ck_assert_ptr_null(failed);
    }
    cadre__regex_free(regex);
}
END_TEST

UNIT_MAIN("model/regex", UNIT_LOOP(a_pattern_is_found_or_not, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(bytes_behind_a_nul_count), UNIT_CASE(a_text_beyond_the_limit_matches_nothing),
          UNIT_CASE(a_wrong_pattern_is_refused_with_its_place),
          UNIT_LOOP(a_hostile_text_costs_no_more_than_its_limit,
                    sizeof(hostile) / sizeof(hostile[0])),
          UNIT_CASE(threads_match_with_one_pattern))
