/* SPDX-License-Identifier: MIT */
/* Whole responses of some kinds, Vary and cookies (web/respond_more.c, web/cookie.c). */
#include "config.h"

#include "tests/unit/lib/web/one_handler.h"

static int html(struct cadre_request *req)
{
    return cadre_respond_html(req, 200, "<p>\303\244</p>");
}

START_TEST(html_is_html)
{
    struct fake fake;

    one_get(html, _i == 1, &fake);
    ck_assert_str_eq(cadre__buf_text(&fake.header),
                     "content-type: text/html; charset=utf-8\ncontent-length: 9\n");
    ck_assert_str_eq(cadre__buf_text(&fake.body), "<p>\303\244</p>");
    fake_done(&fake);
}
END_TEST

static int redirect(struct cadre_request *req)
{
    ck_assert_int_eq(cadre_redirect(req, 200, "/"), -EINVAL);
    ck_assert_int_eq(cadre_redirect(req, 304, "/"), -EINVAL);
    ck_assert_int_eq(cadre_redirect(req, 306, "/"), -EINVAL);
    ck_assert_int_eq(cadre_redirect(req, 307, "/\r\nset-cookie: a=b"), -EINVAL);
    return cadre_redirect(req, 303, "/a b/\303\244?x=\"1\"&y=%20#<top>");
}

START_TEST(a_redirect_leads_to_a_url)
{
    struct fake fake;

    one_get(redirect, _i == 1, &fake);
    ck_assert_int_eq(fake.response.status, 303);
    ck_assert(fake_has_line(&fake, "location: /a%20b/%C3%A4?x=%221%22&y=%20#%3Ctop%3E"));
    ck_assert(fake_has_line(&fake, "content-length: 0"));
    fake_done(&fake);
}
END_TEST

static int vary(struct cadre_request *req)
{
    ck_assert_int_eq(cadre_vary(req, "accept-encoding"), 0);
    ck_assert_int_eq(cadre_vary(req, "Cookie"), 0);
    ck_assert_int_eq(cadre_vary(req, "Accept-Encoding"), 0);
    ck_assert_int_eq(cadre_vary(req, "cookie"), 0);
    ck_assert_int_eq(cadre_vary(req, "cook"), 0);
    ck_assert_int_eq(cadre_vary(req, "\n"), -EINVAL);
    return cadre_respond_empty(req, 200);
}

static int vary_of_several(struct cadre_request *req)
{
    ck_assert_int_eq(cadre_header_add(req, "vary", "a"), 0);
    ck_assert_int_eq(cadre_header_add(req, "vary", "b"), 0);
    ck_assert_int_eq(cadre_vary(req, "B"), 0);
    ck_assert_int_eq(cadre_vary(req, "c"), 0);
    return cadre_respond_empty(req, 200);
}

static int vary_all(struct cadre_request *req)
{
    ck_assert_int_eq(cadre_header_set(req, "vary", "*"), 0);
    ck_assert_int_eq(cadre_vary(req, "cookie"), 0);
    return cadre_respond_empty(req, 200);
}

START_TEST(vary_grows_without_doubles)
{
    struct fake fake;

    one_get(vary, false, &fake);
    ck_assert(fake_has_line(&fake, "vary: accept-encoding, Cookie, cook"));
    fake_done(&fake);
    one_get(vary_of_several, false, &fake);
    ck_assert(fake_has_line(&fake, "vary: a, b, c"));
    fake_done(&fake);
    one_get(vary_all, false, &fake);
    ck_assert(fake_has_line(&fake, "vary: *"));
    fake_done(&fake);
}
END_TEST

/* --- cookies --- */

static struct cadre_set_cookie wanted;
static bool is_to_go;
static int result;

static int set_cookie(struct cadre_request *req)
{
    result = is_to_go ? cadre_cookie_delete(req, &wanted) : cadre_cookie_set(req, &wanted);
    return cadre_respond_empty(req, 200);
}

START_TEST(cookies_have_every_attribute)
{
    static const struct {
        struct cadre_set_cookie cookie;
        const char *line;
    } rows[] = {
        {{"k", "v"}, "k=v; Path=/; SameSite=lax"},
        {{"k", ""}, "k=; Path=/; SameSite=lax"},
        {{"k", NULL}, "k=; Path=/; SameSite=lax"},
        {{"k", "v", .path = "", .same_site = CADRE_SAME_SITE_UNSET}, "k=v"},
        {{"k", "v", .path = "/a", .domain = "example.org", .max_age_s = 60, .expires_s = 784111777,
          .same_site = CADRE_SAME_SITE_STRICT, .secure = true, .http_only = true,
          .partitioned = true},
         "k=v; Path=/a; Domain=example.org; Max-Age=60; Expires=Sun, 06 Nov 1994 08:49:37 GMT; "
         "SameSite=strict; Secure; HttpOnly; Partitioned"},
        {{"k", "v", .same_site = CADRE_SAME_SITE_NONE, .secure = true},
         "k=v; Path=/; SameSite=none; Secure"},
        {{"__Host-k", "v", .secure = true}, "__Host-k=v; Path=/; SameSite=lax; Secure"},
        {{"k", "a b"}, "k=\"a b\"; Path=/; SameSite=lax"},
        {{"k", "a,\";\\\303\244\n"},
         "k=\"a\\054\\\"\\073\\\\\\303\\244\\012\"; Path=/; SameSite=lax"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char line[300];
        struct fake fake;

        wanted = rows[i].cookie;
        one_get(set_cookie, i % 2 == 1, &fake);
        ck_assert_int_eq(result, 0);
        snprintf(line, sizeof(line), "set-cookie: %s", rows[i].line);
        ck_assert_msg(fake_has_line(&fake, line), "%s\n%s", line, cadre__buf_text(&fake.header));
        fake_done(&fake);
    }
}
END_TEST

START_TEST(cookies_that_browsers_refuse_are_refused)
{
    static const struct cadre_set_cookie rows[] = {
        {NULL, "v"},
        {"", "v"},
        {"a b", "v"},
        {"a=b", "v"},
        {"a\n", "v"},
        {"\303\244", "v"},
        {"k", "v", .path = "a"},
        {"k", "v", .path = "/;Secure"},
        {"k", "v", .path = "/\r\nx: y"},
        {"k", "v", .domain = "a;b"},
        {"k", "v", .same_site = CADRE_SAME_SITE_NONE},
        {"k", "v", .partitioned = true},
        {"__Secure-k", "v"},
        {"__host-k", "v"},
        {"__Host-k", "v", .secure = true, .path = "/a"},
        {"__Host-k", "v", .secure = true, .domain = "example.org"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fake fake;

        wanted = rows[i];
        one_get(set_cookie, false, &fake);
        ck_assert_int_eq(result, -EINVAL);
        ck_assert_ptr_null(strstr(cadre__buf_text(&fake.header), "set-cookie"));
        fake_done(&fake);
    }
}
END_TEST

START_TEST(a_cookie_is_forgotten)
{
    struct fake fake;

    wanted = (struct cadre_set_cookie){"k", "v", .path = "/a", .max_age_s = 9};
    is_to_go = true;
    one_get(set_cookie, false, &fake);
    ck_assert(fake_has_line(&fake, "set-cookie: k=; Path=/a; Max-Age=0; Expires=Thu, 01 Jan 1970 "
                                   "00:00:00 GMT; SameSite=lax"));
    fake_done(&fake);
}
END_TEST

UNIT_MAIN("web/respond_more", UNIT_LOOP(html_is_html, 2), UNIT_LOOP(a_redirect_leads_to_a_url, 2),
          UNIT_CASE(vary_grows_without_doubles), UNIT_CASE(cookies_have_every_attribute),
          UNIT_CASE(cookies_that_browsers_refuse_are_refused), UNIT_CASE(a_cookie_is_forgotten))
