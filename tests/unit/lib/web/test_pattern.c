/* SPDX-License-Identifier: MIT */
/* Route patterns: what is refused and why, and what matches (web/pattern.c). */
#include "tests/unit/unit.h"

#include "web/pattern.h"
#include <errno.h>
#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* pattern, path, what the parameters are, "a|b"; NULL: no match */
static const struct {
    const char *pattern, *path, *params;
} matches[] = {
    {"/", "/", ""},
    {"/", "", NULL},
    {"/", "//", NULL},
    {"/", "/x", NULL},
    {"/items", "/items", ""},
    {"/items", "/items/", NULL},
    {"/items", "/item", NULL},
    {"/items", "/itemsx", NULL},
    {"/items", "/ITEMS", NULL},
    {"/items/", "/items/", ""},
    {"/items/", "/items", NULL},
    {"/items/{id}", "/items/7", "7"},
    {"/items/{id}", "/items/", NULL},
    {"/items/{id}", "/items", NULL},
    {"/items/{id}", "/items/7/", NULL},
    {"/items/{id}", "/items/7/8", NULL},
    {"/items/{id:str}", "/items/a b", "a b"},
    {"/{a}/{b}", "/x/y", "x|y"},
    {"/{a}/{b}", "/x//", NULL},
    {"/{a}/x/{b}", "/1/x/2", "1|2"},
    {"/{a}", "/", NULL},
    {"/files/{name}.txt", "/files/a.txt", "a"},
    {"/files/{name}.txt", "/files/a.txt.txt", "a.txt"},
    {"/files/{name}.txt", "/files/.txt", NULL},
    {"/files/{name}.txt", "/files/txt", NULL},
    {"/files/{name}.txt", "/files/a.tx", NULL},
    {"/v{version}/x", "/v2/x", "2"},
    {"/v{version}/x", "/v/x", NULL},
    {"/a{x}a", "/aa", NULL},
    {"/a{x}a", "/aaa", "a"},
    {"/ab{x}ba", "/aba", NULL},
    {"/\xc3\xa4/{x}", "/\xc3\xa4/\xc3\xb6", "\xc3\xb6"},
};

START_TEST(pattern_matches_the_whole_path_and_nothing_else)
{
    struct cadre_str params[CADRE__PATTERN_PARAMS_MAX];
    struct cadre__pattern pattern;
    char why[300] = "", found[200] = "";
    bool is_match;

    ck_assert_int_eq(cadre__pattern_parse(matches[_i].pattern, why, sizeof(why), &pattern), 0);
    is_match = cadre__pattern_match(&pattern, cadre_str_from(matches[_i].path), params);
    for (size_t i = 0; is_match && i < pattern.n_params; i++)
        snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%.*s", i > 0 ? "|" : "",
                 CADRE_STR_ARGS(params[i]));
    if (matches[_i].params == NULL)
        ck_assert_msg(!is_match, "%s matches %s", matches[_i].pattern, matches[_i].path);
    else
        ck_assert_msg(is_match && strcmp(found, matches[_i].params) == 0, "%s on %s gives \"%s\"",
                      matches[_i].pattern, matches[_i].path, is_match ? found : "no match");
    cadre__pattern_done(&pattern);
}
END_TEST

/* pattern and a part of the reason */
static const struct {
    const char *pattern, *why;
} refusals[] = {
    {NULL, "has no pattern"},
    {"", "does not begin with '/'"},
    {"items", "does not begin with '/'"},
    {"/items/{id", "has no '}' behind it"},
    {"/items/{id/x}", "has no '}' behind it"},
    {"/items/id}", "has no '{' before it"},
    {"/items/{}", "has no name"},
    {"/items/{:str}", "has no name"},
    {"/items/{1st}", "not a parameter's name"},
    {"/items/{item-id}", "not a parameter's name"},
    {"/items/{item id}", "not a parameter's name"},
    {"/items/{{id}}", "not a parameter's name"},
    {"/{id}/x/{id}", "{id} is there twice"},
    {"/items/{id:int}", "\"int\" is not a known type of parameter: write {id}"},
    {"/items/{id:}", "\"\" is not a known type"},
    {"/{a}{b}", "two parameters between the same slashes"},
    {"/{a}-{b}", "two parameters between the same slashes"},
    {"/a?b=c", "has no '?'"},
    {"/a#b", "has no '#'"},
    {"/a%20b", "decoded path"},
    {"/a\nb", "control byte"},
    {"/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}/{j}/{k}/{l}/{m}/{n}/{o}/{p}/{q}", "more than 16"},
};

START_TEST(bad_pattern_is_refused_with_the_reason)
{
    struct cadre__pattern pattern = {0};
    char why[300] = "";

    ck_assert_int_eq(cadre__pattern_parse(refusals[_i].pattern, why, sizeof(why), &pattern),
                     -EINVAL);
    ck_assert_msg(strstr(why, refusals[_i].why) != NULL, "%s: \"%s\"", refusals[_i].pattern, why);
}
END_TEST

static bool is_same(const char *a, const char *b)
{
    struct cadre__pattern x, y;
    char why[300];
    bool same;

    ck_assert_int_eq(cadre__pattern_parse(a, why, sizeof(why), &x), 0);
    ck_assert_int_eq(cadre__pattern_parse(b, why, sizeof(why), &y), 0);
    same = cadre__pattern_is_same(&x, &y);
    ck_assert(same == cadre__pattern_is_same(&y, &x));
    cadre__pattern_done(&x);
    cadre__pattern_done(&y);
    return same;
}

START_TEST(patterns_are_the_same_but_for_names)
{
    ck_assert(is_same("/a/{b}", "/a/{c}"));
    ck_assert(is_same("/", "/"));
    ck_assert(!is_same("/a/{b}", "/a/b"));
    ck_assert(!is_same("/a/{b}", "/a/{b}/"));
    ck_assert(!is_same("/a/{b}.x", "/a/{b}.y"));
    ck_assert(!is_same("/a", "/b"));
}
END_TEST

START_TEST(parameters_are_named_in_order)
{
    struct cadre__pattern pattern;
    char why[300];

    ck_assert_int_eq(cadre__pattern_parse("/x/{first}/y/{second}", why, sizeof(why), &pattern), 0);
    ck_assert_uint_eq(pattern.n_params, 2);
    ck_assert_str_eq(cadre__pattern_param_name(&pattern, 0), "first");
    ck_assert_str_eq(cadre__pattern_param_name(&pattern, 1), "second");
    ck_assert_ptr_null(cadre__pattern_param_name(&pattern, 2));
    cadre__pattern_done(&pattern);
}
END_TEST

UNIT_MAIN("web/pattern", UNIT_LOOP(pattern_matches_the_whole_path_and_nothing_else, COUNT(matches)),
          UNIT_LOOP(bad_pattern_is_refused_with_the_reason, COUNT(refusals)),
          UNIT_CASE(patterns_are_the_same_but_for_names), UNIT_CASE(parameters_are_named_in_order))
