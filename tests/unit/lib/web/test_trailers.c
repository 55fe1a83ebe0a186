/* SPDX-License-Identifier: MIT */
/* Trailers of requests and responses (web/trailers.c). */
#include "tests/unit/lib/web/one_handler.h"

static int got[12];
static int n_got;

static void note(int r)
{
    ck_assert_int_lt(n_got, 12);
    got[n_got++] = r;
}

/* --- of requests --- */

static int say_trailers(struct cadre_request *req)
{
    const char *name, *value, *before = cadre_trailer(req, "x-sum");
    struct cadre_str body;
    char text[256] = "";
    int r = cadre_body(req, &body);

    for (size_t i = 0; cadre_trailer_at(req, i, &name, &value); i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s=%s;", name, value);
    if (r < 0)
        return r;
    return cadre_respondf(req, 200, "text/plain", "%s|%s|%s|%s", before ? before : "none", text,
                          cadre_trailer(req, "X-Sum"),
                          cadre_header(req, "x-sum") ? "merged" : "apart");
}

START_TEST(those_of_a_request_come_with_the_end_of_its_body)
{
    static const char *const chunks[] = {"one", "two", NULL};
    struct fake fake;

    fake_init(&fake, "POST", "/x");
    fake.chunks = chunks;
    fake.request_trailers[0] = (struct cadre__header){CADRE_STR("x-sum"), CADRE_STR("42")};
    fake.request_trailers[1] = (struct cadre__header){CADRE_STR("x-sum"), CADRE_STR("43")};
    fake.n_request_trailers = 2;
    one_handler(say_trailers, _i == 1, &fake);
    ck_assert_str_eq(cadre__buf_text(&fake.body), _i == 1 ? "42|x-sum=42;x-sum=43;|42|apart"
                                                          : "none|x-sum=42;x-sum=43;|42|apart");
    fake_done(&fake);
}
END_TEST

static int say_none(struct cadre_request *req)
{
    const char *name, *value;
    struct cadre_str body;
    int r = cadre_body(req, &body);

    ck_assert_ptr_null(cadre_trailer(req, "x"));
    ck_assert(!cadre_trailer_at(req, 0, &name, &value));
    return r < 0 ? r : cadre_respond_text(req, 200, cadre_accepts_trailers(req) ? "te" : "none");
}

START_TEST(most_requests_have_none)
{
    struct fake fake;

    fake_init(&fake, "GET", "/x");
    if (_i == 1)
        fake_add_header(&fake, "te", "trailers");
    one_handler(say_none, false, &fake);
    ck_assert_str_eq(cadre__buf_text(&fake.body), _i == 1 ? "te" : "none");
    fake_done(&fake);
}
END_TEST

/* --- of responses --- */

static int streams(struct cadre_request *req)
{
    int r = cadre_trailer_declare(req, "X-Sum");

    if (r == 0)
        r = cadre_trailer_declare(req, "x-never");
    if (r == 0)
        r = cadre_trailer_set(req, "ETag", "first");
    if (r == 0)
        r = cadre_start(req, 200);
    note(cadre_trailer_declare(req, "x-late"));
    note(cadre_trailer_set(req, "x-late", "1"));
    if (r == 0)
        r = cadre_write(req, "body", 4);
    if (r == 0)
        r = cadre_trailer_set(req, "x-sum", " 42\t");
    if (r == 0)
        r = cadre_trailer_set(req, "etag", "second");
    if (r == 0)
        r = cadre_end(req);
    note(cadre_trailer_set(req, "x-sum", "43"));
    return r;
}

START_TEST(those_of_a_response_are_announced_and_sent_behind_it)
{
    struct fake fake;

    one_get(streams, _i == 1, &fake);
    ck_assert_int_eq(fake.result, 0);
    ck_assert_int_eq(fake.response.phase, CADRE__RESPONSE_COMPLETE);
    ck_assert(fake_has_line(&fake, "trailer: x-sum, x-never, etag"));
    ck_assert_str_eq(cadre__buf_text(&fake.body), "body");
    ck_assert_str_eq(cadre__buf_text(&fake.trailers), "x-sum: 42\netag: second\n");
    ck_assert_int_eq(got[0], -EALREADY);
    ck_assert_int_eq(got[1], -EINVAL);
    ck_assert_int_eq(got[2], -EALREADY);
    fake_done(&fake);
}
END_TEST

static int whole(struct cadre_request *req)
{
    int r = cadre_trailer_set(req, "x-sum", "42");

    return r < 0 ? r : cadre_respond_text(req, 200, "body");
}

START_TEST(a_whole_response_has_them_too)
{
    struct fake fake;

    one_get(whole, _i == 1, &fake);
    ck_assert_int_eq(fake.result, 0);
    ck_assert(fake_has_line(&fake, "trailer: x-sum"));
    ck_assert_str_eq(cadre__buf_text(&fake.body), "body");
    ck_assert_str_eq(cadre__buf_text(&fake.trailers), "x-sum: 42\n");
    fake_done(&fake);
}
END_TEST

static int wrong_ones(struct cadre_request *req)
{
    note(cadre_trailer_set(req, "content-length", "4"));
    note(cadre_trailer_declare(req, "Transfer-Encoding"));
    note(cadre_trailer_declare(req, "set-cookie"));
    note(cadre_trailer_declare(req, "no token"));
    note(cadre_trailer_declare(req, ""));
    note(cadre_trailer_set(req, "x-a", "1\r\nx-b: 2"));
    note(cadre_header_set(req, "trailer", "x-a"));
    return cadre_respond_text(req, 200, "none");
}

START_TEST(wrong_ones_are_refused)
{
    struct fake fake;

    one_get(wrong_ones, false, &fake);
    for (int i = 0; i < 7; i++)
        ck_assert_msg(got[i] == -EINVAL, "call %d gave %d", i, got[i]);
    ck_assert_ptr_null(strstr(cadre__buf_text(&fake.header), "trailer"));
    ck_assert_str_eq(cadre__buf_text(&fake.trailers), "");
    fake_done(&fake);
}
END_TEST

static int declares_many(struct cadre_request *req)
{
    char name[16];
    int r = 0;

    for (int i = 0; r == 0 && i < 50; i++) {
        snprintf(name, sizeof(name), "x-%d", i);
        r = cadre_trailer_set(req, name, name);
    }
    return r < 0 ? r : cadre_respond_text(req, 200, "");
}

START_TEST(there_may_be_many)
{
    struct fake fake;
    const char *at;
    int n = 0;

    one_get(declares_many, false, &fake);
    for (at = cadre__buf_text(&fake.trailers); (at = strchr(at, '\n')) != NULL; at++)
        n++;
    ck_assert_int_eq(n, 50);
    ck_assert_ptr_nonnull(strstr(cadre__buf_text(&fake.header), "x-0, x-1, x-2,"));
    ck_assert_ptr_nonnull(strstr(cadre__buf_text(&fake.header), ", x-49\n"));
    fake_done(&fake);
}
END_TEST

static int fails(struct cadre_request *req)
{
    int r = cadre_trailer_set(req, "x-sum", "42");

    return r < 0 ? r : -EIO;
}

START_TEST(an_error_in_place_of_the_response_has_none)
{
    struct fake fake;

    one_get(fails, _i == 1, &fake);
    ck_assert_int_eq(fake.response.status, 500);
    ck_assert_ptr_null(strstr(cadre__buf_text(&fake.header), "trailer"));
    ck_assert_str_eq(cadre__buf_text(&fake.trailers), "");
    fake_done(&fake);
}
END_TEST

UNIT_MAIN("web/trailers", UNIT_LOOP(those_of_a_request_come_with_the_end_of_its_body, 2),
          UNIT_LOOP(most_requests_have_none, 2),
          UNIT_LOOP(those_of_a_response_are_announced_and_sent_behind_it, 2),
          UNIT_LOOP(a_whole_response_has_them_too, 2), UNIT_CASE(wrong_ones_are_refused),
          UNIT_CASE(there_may_be_many), UNIT_LOOP(an_error_in_place_of_the_response_has_none, 2))
