/* SPDX-License-Identifier: MIT */
/* Route patterns: what is refused and why, and what matches (web/pattern.c). */
#include "tests/unit/unit.h"

#include "web/converter.h"
#include "web/pattern.h"
#include <errno.h>
#include <stdio.h>

/* A type of a module's own: an even number of letters. */
static bool is_even(const char *text, size_t len)
{
    (void)text;
    return len % 2 == 0;
}

static const struct cadre_converter own[] = {{.name = "even", .match = is_even}, {.name = NULL}};

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
    {"/{n:int}", "/007", "007"},
    {"/{n:int}", "/-5", NULL},
    {"/{n:int}", "/+5", NULL},
    {"/{n:int}", "/5.", NULL},
    {"/{n:int}", "/123456789012345678901234567890", "123456789012345678901234567890"},
    {"/{n:int}.txt", "/5.txt", "5"},
    {"/{n:int}.txt", "/a.txt", NULL},
    {"/{x:float}", "/5", "5"},
    {"/{x:float}", "/5.25", "5.25"},
    {"/{x:float}", "/5.", NULL},
    {"/{x:float}", "/.5", NULL},
    {"/{x:float}", "/1e3", NULL},
    {"/{x:float}", "/1.2.3", NULL},
    {"/{u:uuid}", "/123e4567-e89b-12d3-A456-426614174000", "123e4567-e89b-12d3-A456-426614174000"},
    {"/{u:uuid}", "/123e4567e89b12d3a456426614174000", "123e4567e89b12d3a456426614174000"},
    {"/{u:uuid}", "/123e4567-e89b12d3a456426614174000", "123e4567-e89b12d3a456426614174000"},
    {"/{u:uuid}", "/123e4567--e89b12d3a456426614174000", NULL},
    {"/{u:uuid}", "/123e4567e89b12d3a45642661417400", NULL},
    {"/{u:uuid}", "/123e4567e89b12d3a4564266141740000", NULL},
    {"/{u:uuid}", "/123e4567e89b12d3a45642661417400g", NULL},
    {"/{u:uuid}", "/123e4567e89b12d3a45642661417400-", NULL},
    {"/{p:path}", "/", ""},
    {"/{p:path}", "/a/b//", "a/b//"},
    {"/s/{p:path}", "/s/", ""},
    {"/s/{p:path}", "/s", NULL},
    {"/s/x{p:path}", "/s/x/y", "/y"},
    {"/s/{p:path}/edit", "/s/a/b/edit", "a/b"},
    {"/s/{p:path}/edit", "/s//edit", ""},
    {"/s/{p:path}/edit", "/s/edit", NULL},
    {"/{a}/{p:path}.js", "/x/y/z.js", "x|y/z"},
    {"/{e:even}", "/ab", "ab"},
    {"/{e:even}", "/abc", NULL},
};

START_TEST(pattern_matches_the_whole_path_and_nothing_else)
{
    struct cadre_str params[CADRE__PATTERN_PARAMS_MAX];
    struct cadre__pattern pattern;
    char why[300] = "", found[200] = "";
    bool is_match;

    ck_assert_int_eq(cadre__pattern_parse(matches[_i].pattern, own, why, sizeof(why), &pattern), 0);
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
    {"/items/{id:integer}", "\"integer\" is not a known type of parameter: it is one of str, int, "
                            "float, uuid, path, even, or one of .converters of the module"},
    {"/items/{id:}", "\"\" is not a known type"},
    {"/{p:path}/{x}", "no parameter can stand behind {p:path}"},
    {"/{p:path}{x}", "no parameter can stand behind {p:path}"},
    {"/{p:path}/a}", "has no '{' before it"},
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

    ck_assert_int_eq(cadre__pattern_parse(refusals[_i].pattern, own, why, sizeof(why), &pattern),
                     -EINVAL);
    ck_assert_msg(strstr(why, refusals[_i].why) != NULL, "%s: \"%s\"", refusals[_i].pattern, why);
}
END_TEST

/* host pattern, host, parameters */
static const struct {
    const char *pattern, *host, *params;
} hosts[] = {
    {"example.com", "example.com", ""},
    {"example.com", "Example.COM:8080", ""},
    {"example.com", "example.com.", ""},
    {"example.com", "www.example.com", NULL},
    {"example.com", "example.com.evil", NULL},
    {"example.com", "", NULL},
    {"{shop}.example.com", "Tea.example.com", "Tea"},
    {"{shop}.example.com", "example.com", NULL},
    {"{shop}.example.com", ".example.com", NULL},
    {"{shop}.example.com", "a.b.example.com", NULL},
    {"{a}.{b}.test", "x.y.test:1", "x|y"},
    {"v{n:int}.test", "v2.test", "2"},
    {"v{n:int}.test", "vx.test", NULL},
    {"{shop}.test", "../etc.test", NULL},
    {"{shop}.test", "a/b.test", NULL},
};

START_TEST(host_is_matched_without_case_and_port)
{
    struct cadre_str params[CADRE__PATTERN_PARAMS_MAX];
    struct cadre__pattern pattern;
    char why[300] = "", found[200] = "";
    bool is_match;

    ck_assert_int_eq(cadre__pattern_parse_host(hosts[_i].pattern, own, why, sizeof(why), &pattern),
                     0);
    is_match = cadre__pattern_match_host(&pattern, cadre_str_from(hosts[_i].host), params);
    for (size_t i = 0; is_match && i < pattern.n_params; i++)
        snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%.*s", i > 0 ? "|" : "",
                 CADRE_STR_ARGS(params[i]));
    if (hosts[_i].params == NULL)
        ck_assert_msg(!is_match, "%s matches %s", hosts[_i].pattern, hosts[_i].host);
    else
        ck_assert_msg(is_match && strcmp(found, hosts[_i].params) == 0, "%s on %s gives \"%s\"",
                      hosts[_i].pattern, hosts[_i].host, is_match ? found : "no match");
    cadre__pattern_done(&pattern);
}
END_TEST

START_TEST(bad_host_is_refused)
{
    static const struct {
        const char *pattern, *why;
    } rows[] = {
        {"", "is no host"},          {".com", "is no host"},
        {"Example.com", "'E' is"},   {"example.com:80", "':' is not of a host"},
        {"{p:path}.com", "slashes"}, {"{a}{b}.com", "between the same dots"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct cadre__pattern pattern;
        char why[300] = "";

        ck_assert_int_eq(
            cadre__pattern_parse_host(rows[i].pattern, own, why, sizeof(why), &pattern), -EINVAL);
        ck_assert_msg(strstr(why, rows[i].why) != NULL, "%s: \"%s\"", rows[i].pattern, why);
    }
}
END_TEST

START_TEST(values_are_parsed)
{
    int64_t whole;
    double real;
    uint8_t uuid[16];

    ck_assert_int_eq(cadre__converter_int.parse("9223372036854775807", &whole), 0);
    ck_assert(whole == INT64_MAX);
    ck_assert_int_eq(cadre__converter_int.parse("9223372036854775808", &whole), -ERANGE);
    ck_assert_int_eq(cadre__converter_float.parse("0.1", &real), 0);
    ck_assert(real == 0.1);
    ck_assert_int_eq(cadre__converter_float.parse("x", &real), -EINVAL);
    ck_assert_int_eq(cadre__converter_uuid.parse("123e4567-e89b-12d3-a456-426614174000", uuid), 0);
    ck_assert_mem_eq(uuid, "\x12\x3e\x45\x67\xe8\x9b\x12\xd3\xa4\x56\x42\x66\x14\x17\x40\x00", 16);
}
END_TEST

START_TEST(types_of_a_module_are_checked)
{
    static const struct cadre_converter bad[][2] = {
        {{.name = "int", .match = is_even}, {.name = NULL}},
        {{.name = "Date", .match = is_even}, {.name = NULL}},
        {{.name = "date"}, {.name = NULL}},
    };
    char why[200];

    ck_assert_int_eq(cadre__converters_check(own, why, sizeof(why)), 0);
    ck_assert_int_eq(cadre__converters_check(NULL, why, sizeof(why)), 0);
    for (size_t i = 0; i < COUNT(bad); i++)
        ck_assert_int_eq(cadre__converters_check(bad[i], why, sizeof(why)), -EINVAL);
    ck_assert_str_eq(why, "type of parameters \"date\": it has no match");
}
END_TEST

static bool is_same(const char *a, const char *b)
{
    struct cadre__pattern x, y;
    char why[300];
    bool same;

    ck_assert_int_eq(cadre__pattern_parse(a, own, why, sizeof(why), &x), 0);
    ck_assert_int_eq(cadre__pattern_parse(b, own, why, sizeof(why), &y), 0);
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
    ck_assert(!is_same("/{a:int}", "/{a}"));
    ck_assert(is_same("/{a:str}", "/{a}"));
}
END_TEST

START_TEST(parameters_are_named_in_order)
{
    struct cadre__pattern pattern;
    char why[300];

    ck_assert_int_eq(
        cadre__pattern_parse("/x/{first}/y/{second}", NULL, why, sizeof(why), &pattern), 0);
    ck_assert_uint_eq(pattern.n_params, 2);
    ck_assert_str_eq(cadre__pattern_param_name(&pattern, 0), "first");
    ck_assert_str_eq(cadre__pattern_param_name(&pattern, 1), "second");
    ck_assert_ptr_null(cadre__pattern_param_name(&pattern, 2));
    cadre__pattern_done(&pattern);
}
END_TEST

UNIT_MAIN("web/pattern", UNIT_LOOP(pattern_matches_the_whole_path_and_nothing_else, COUNT(matches)),
          UNIT_LOOP(bad_pattern_is_refused_with_the_reason, COUNT(refusals)),
          UNIT_LOOP(host_is_matched_without_case_and_port, COUNT(hosts)),
          UNIT_CASE(bad_host_is_refused), UNIT_CASE(values_are_parsed),
          UNIT_CASE(types_of_a_module_are_checked), UNIT_CASE(patterns_are_the_same_but_for_names),
          UNIT_CASE(parameters_are_named_in_order))
