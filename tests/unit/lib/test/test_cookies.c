/* SPDX-License-Identifier: MIT */
/* The test client's cookies (test/cookies.c): which are taken, and which go where. */
#include "tests/unit/unit.h"

#include "base/arena.h"
#include "base/clock.h"
#include "test/cookies.h"
#include "test/url.h"

static struct cadre__arena arena;
static struct cadre__test_cookies jar;

static struct cadre__test_url parse(const char *text)
{
    struct cadre__test_url url;

    ck_assert_msg(cadre__test_url_resolve(&arena, NULL, text, &url) == 0, "%s", text);
    return url;
}

static void take(const char *url, const char *field)
{
    struct cadre__test_url from = parse(url);

    ck_assert_int_eq(cadre__test_cookies_take(&jar, &from, field, 1), 0);
}

/* What goes to the URL at that second; "" for nothing. */
static const char *sent(const char *url, unsigned second)
{
    struct cadre__test_url to = parse(url);
    const char *text;

    ck_assert_int_eq(
        cadre__test_cookies_field(&jar, &to, &arena, 1 + second * CADRE__NSEC_PER_SEC, &text), 0);
    return text ? text : "";
}

static void begin(void)
{
    cadre__arena_init(&arena, 1024);
}

static void end(void)
{
    cadre__test_cookies_clear(&jar);
    cadre__arena_done(&arena);
}

START_TEST(cookies_go_where_they_belong)
{
    begin();
    take("http://shop.test/cart/add", "a=1");
    take("http://shop.test/cart/add", "b=2; Path=/; HttpOnly; SameSite=Lax");
    take("http://shop.test/", "c=3; Secure");
    take("http://shop.test/", "d=4; Domain=.shop.test");
    take("http://shop.test/", "e=5; Domain=other.test");
    ck_assert_str_eq(sent("http://shop.test/", 0), "b=2; d=4");
    ck_assert_str_eq(sent("http://shop.test/cart", 0), "a=1; b=2; d=4");
    ck_assert_str_eq(sent("http://shop.test/cart/x", 0), "a=1; b=2; d=4");
    ck_assert_str_eq(sent("http://shop.test/cartoon", 0), "b=2; d=4");
    ck_assert_str_eq(sent("https://shop.test/", 0), "b=2; c=3; d=4");
    ck_assert_str_eq(sent("http://www.shop.test/", 0), "d=4");
    ck_assert_str_eq(sent("http://ashop.test/", 0), "");
    end();
}
END_TEST

START_TEST(cookies_are_replaced_and_end)
{
    begin();
    take("http://a/", "x=1; Path=/");
    take("http://a/", "y=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    take("http://a/", " x = 2 ; Path=/");
    ck_assert_str_eq(sent("http://a/", 59), "x=2; y=1");
    ck_assert_str_eq(sent("http://a/", 61), "x=2");
    take("http://a/", "x=; Path=/; Max-Age=0");
    ck_assert_str_eq(sent("http://a/", 0), "");
    take("http://a/", "z=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    ck_assert_str_eq(sent("http://a/", 0), "");
    take("http://a/", "no cookie");
    take("http://a/", "=1");
    take("http://a/", "");
    ck_assert_str_eq(sent("http://a/", 0), "");
    end();
}
END_TEST

static const struct age_row {
    const char *field;
    bool stays; /* for a year */
} age_rows[] = {
    {"x=1; Max-Age=99999999999999999999999999", true},
    {"x=1; Max-Age=20000000000", true},
    {"x=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT", true},
    {"x=1; Max-Age=", true},
    {"x=1; Max-Age=soon", true},
    {"x=1; Max-Age=6 0", true},
    {"x=1; Max-Age=soon; Expires=Thu, 01 Jan 1970 00:00:00 GMT", false},
    {"x=1; Max-Age=60; Max-Age=soon; Expires=Fri, 31 Dec 9999 23:59:59 GMT", false},
    {"x=1; Max-Age=-1", false},
    {"x=1; Max-Age=-99999999999999999999999999", false},
    {"x=1; Max-Age=00", false},
};

START_TEST(an_age_is_a_number_of_any_size)
{
    begin();
    take("http://a/", age_rows[_i].field);
    ck_assert_str_eq(sent("http://a/", 365 * 86400), age_rows[_i].stays ? "x=1" : "");
    end();
}
END_TEST

START_TEST(one_is_set_by_hand)
{
    begin();
    struct cadre__test_url url = parse("http://a/");

    ck_assert_int_eq(cadre__test_cookies_set(&jar, &url, "x", "1"), 0);
    ck_assert_str_eq(sent("http://a/b/c", 0), "x=1");
    ck_assert_str_eq(cadre__test_cookies_get(&jar, &url, "x", 1), "1");
    ck_assert_int_eq(cadre__test_cookies_set(&jar, &url, "x", NULL), 0);
    ck_assert_ptr_null(cadre__test_cookies_get(&jar, &url, "x", 1));
    end();
}
END_TEST

UNIT_MAIN("test/cookies", UNIT_CASE(cookies_go_where_they_belong),
          UNIT_CASE(cookies_are_replaced_and_end),
          UNIT_LOOP(an_age_is_a_number_of_any_size, sizeof(age_rows) / sizeof(age_rows[0])),
          UNIT_CASE(one_is_set_by_hand))
