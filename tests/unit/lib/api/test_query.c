/* SPDX-License-Identifier: MIT */
/* The query as pairs, its names, and texts as UTF-8 (api/query.c). */
#include "tests/unit/lib/api/typed_test.h"

#include "api/call.h"

/* A call without a request around it but for what this file looks at. */
struct bench {
    struct cadre__arena arena;
    struct cadre__scope scope;
    struct cadre_request req;
    struct cadre__api_call call;
};

static void begin(struct bench *bench, const char *query)
{
    *bench = (struct bench){.scope.query = cadre_str_from(query)};
    cadre__arena_init(&bench->arena, 1024);
    bench->req.arena = &bench->arena;
    bench->req.scope = &bench->scope;
    bench->call.req = &bench->req;
}

/* --- pairs --- */

static const struct {
    const char *query;
    const char *pairs; /* "name>value" each, a space between */
} queries[] = {
    {"", ""},
    {"a=1", "a>1"},
    {"a=1&b=2", "a>1 b>2"},
    {"a", "a>"},
    {"a=", "a>"},
    {"=1", ">1"},
    {"=", ">"},
    {"&", ""},
    {"&&a=1&&b=2&&", "a>1 b>2"},
    {"a=b=c", "a>b=c"},
    {"a==", "a>="},
    {"a=1;b=2", "a>1;b=2"}, /* a semicolon is no separator */
    {"a=%26&b=%3d", "a>%26 b>%3d"},
};

START_TEST(a_query_is_cut_into_pairs)
{
    char text[200] = "";
    struct bench bench;
    size_t len = 0;

    begin(&bench, queries[_i].query);
    ck_assert_int_eq(cadre__api_query(&bench.call), 0);
    for (size_t i = 0; i < bench.call.n_query; i++) {
        const struct cadre__api_pair *pair = &bench.call.query[i];

        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%.*s>%.*s", i > 0 ? " " : "",
                                CADRE_STR_ARGS(pair->name), CADRE_STR_ARGS(pair->value));
    }
    ck_assert_str_eq(text, queries[_i].pairs);
    cadre__arena_done(&bench.arena);
}
END_TEST

START_TEST(it_is_cut_once)
{
    const struct cadre__api_pair *pairs;
    struct bench bench;

    begin(&bench, "a=1");
    ck_assert_int_eq(cadre__api_query(&bench.call), 0);
    pairs = bench.call.query;
    ck_assert_int_eq(cadre__api_query(&bench.call), 0);
    ck_assert_ptr_eq(bench.call.query, pairs);
    cadre__arena_done(&bench.arena);
}
END_TEST

/* --- names --- */

static const struct {
    const char *sent, *name;
    bool is;
} names[] = {
    {"limit", "limit", true},
    {"Limit", "limit", false},
    {"limi", "limit", false},
    {"limits", "limit", false},
    {"li%6dit", "limit", true},
    {"li%6Dit", "limit", true},
    {"%6c%69%6d%69%74", "limit", true},
    {"%256c", "l", false},
    {"a+b", "a b", true},
    {"a%20b", "a b", true},
    {"a%2bb", "a+b", true},
    {"a+b", "a+b", false},
    {"li%6it", "li%6it", true},
    {"li%zzit", "limit", false},
    {"limit%00", "limit", false},
    {"", "limit", false},
    {"%", "limit", false},
    {"caf%c3%a9", "caf\xc3\xa9", true},
};

START_TEST(a_name_is_compared_decoded)
{
    const struct cadre__api_pair pair = {cadre_str_from(names[_i].sent), CADRE_STR("")};

    ck_assert_int_eq(cadre__api_pair_is(&pair, cadre_str_from(names[_i].name)), names[_i].is);
}
END_TEST

START_TEST(the_longest_name_may_be_encoded_all_over)
{
    char name[CADRE__API_NAME_MAX + 1], sent[3 * CADRE__API_NAME_MAX + 4];
    struct cadre__api_pair pair;

    for (size_t i = 0; i < CADRE__API_NAME_MAX; i++) {
        name[i] = 'a';
        memcpy(sent + 3 * i, "%61", 3);
    }
    name[CADRE__API_NAME_MAX] = '\0';
    strcpy(sent + 3 * CADRE__API_NAME_MAX, "%61");
    pair.name = (struct cadre_str){sent, 3 * CADRE__API_NAME_MAX};
    ck_assert(cadre__api_pair_is(&pair, cadre_str_from(name)));
    pair.name.len += 3;
    ck_assert(!cadre__api_pair_is(&pair, cadre_str_from(name)));
}
END_TEST

/* --- texts --- */

static const struct {
    const char *sent;
    const char *decoded, *latin1;
} texts[] = {
    {"", "", ""},
    {"tea", "tea", "tea"},
    {"a+b%20c", "a b c", "a+b%20c"},
    {"100%", "100%", "100%"},
    {"%zz%4", "%zz%4", "%zz%4"},
    {"%c3%a9", "\xc3\xa9", "%c3%a9"},
    {"\xc3\xa9", "\xc3\xa9", "\xc3\x83\xc2\xa9"},
    {"\xe9", "\xef\xbf\xbd", "\xc3\xa9"},
    {"a\xff\xfe", "a\xef\xbf\xbd\xef\xbf\xbd", "a\xc3\xbf\xc3\xbe"},
    {"%ed%a0%80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "%ed%a0%80"}, /* a surrogate */
    {"%f0%9f%8d", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "%f0%9f%8d"},
    {"%f0%9f%8d%b5!", "\xf0\x9f\x8d\xb5!", "%f0%9f%8d%b5!"},
};

START_TEST(texts_become_utf8)
{
    struct bench bench;
    struct cadre_str text;

    begin(&bench, "");
    text = cadre__api_decode(&bench.call, cadre_str_from(texts[_i].sent));
    ck_assert_str_eq(text.ptr, texts[_i].decoded);
    ck_assert_uint_eq(text.len, strlen(texts[_i].decoded));
    text = cadre__api_latin1(&bench.call, cadre_str_from(texts[_i].sent));
    ck_assert_str_eq(text.ptr, texts[_i].latin1);
    ck_assert_uint_eq(text.len, strlen(texts[_i].latin1));
    cadre__arena_done(&bench.arena);
}
END_TEST

UNIT_MAIN("api/query", UNIT_LOOP(a_query_is_cut_into_pairs, TYPED_COUNT(queries)),
          UNIT_CASE(it_is_cut_once), UNIT_LOOP(a_name_is_compared_decoded, TYPED_COUNT(names)),
          UNIT_CASE(the_longest_name_may_be_encoded_all_over),
          UNIT_LOOP(texts_become_utf8, TYPED_COUNT(texts)))
