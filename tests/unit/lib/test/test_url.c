/* SPDX-License-Identifier: MIT */
/* URLs of the test client (test/url.c): the examples of RFC 3986 §5.4 that it can meet, and its
 * own. */
#include "tests/unit/unit.h"

#include "base/arena.h"
#include "test/url.h"
#include <errno.h>

static struct cadre__arena arena;

static struct cadre__test_url parse(const char *text)
{
    struct cadre__test_url url;

    ck_assert_msg(cadre__test_url_resolve(&arena, NULL, text, &url) == 0, "%s", text);
    return url;
}

static void begin(void)
{
    cadre__arena_init(&arena, 1024);
}

static void end(void)
{
    cadre__arena_done(&arena);
}

START_TEST(references_are_resolved)
{
    static const struct {
        const char *reference, *expected;
    } rows[] = {
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g/"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q"},
        {"g?y#s", "http://a/b/c/g?y"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../../g", "http://a/g"},
        {"https://other:8443/x?", "https://other:8443/x?"},
        {"http://a:80/", "http://a/"},
        {"http://[::1]:81/", "http://[::1]:81/"},
        {"/a b?c d", "http://a/a%20b?c%20d"},
        {"gr\xc3\xbc", "http://a/b/c/gr%C3%BC"},
        {"/\r\n\x7f?\t", "http://a/%0D%0A%7F?%09"},
        {"/a/../b", "http://a/a/../b"}, /* as it is: a server is to be asked just so */
    };

    begin();
    struct cadre__test_url base = parse("http://a/b/c/d;p?q");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cadre__test_url url;

        ck_assert_int_eq(cadre__test_url_resolve(&arena, &base, rows[i].reference, &url), 0);
        ck_assert_str_eq(cadre__test_url_format(&arena, &url), rows[i].expected);
    }
    end();
}
END_TEST

START_TEST(what_is_no_url_is_refused)
{
    static const char *const rows[] = {
        "/x",          "testserver",      "ftp://a/",       "http://",        "http://:80/",
        "http://a:x/", "http://a:99999/", "http://user@a/", "http://[::1]x/", "https://a:/"};

    begin();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cadre__test_url url;

        ck_assert_msg(cadre__test_url_resolve(&arena, NULL, rows[i], &url) == -EINVAL, "%s",
                      rows[i]);
    }
    end();
}
END_TEST

START_TEST(paths_are_decoded)
{
    struct cadre_str out;

    begin();
    ck_assert_int_eq(cadre__test_url_decode(&arena, CADRE_STR("/a%2Fb%c3%A4"), &out), 0);
    ck_assert_str_eq(out.ptr, "/a/b\xc3\xa4");
    ck_assert_int_eq(cadre__test_url_decode(&arena, CADRE_STR("/%00"), &out), -EINVAL);
    ck_assert_int_eq(cadre__test_url_decode(&arena, CADRE_STR("/%4"), &out), -EINVAL);
    ck_assert_int_eq(cadre__test_url_decode(&arena, CADRE_STR("/%zz"), &out), -EINVAL);
    end();
}
END_TEST

UNIT_MAIN("test/url", UNIT_CASE(references_are_resolved), UNIT_CASE(what_is_no_url_is_refused),
          UNIT_CASE(paths_are_decoded))
