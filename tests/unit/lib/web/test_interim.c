/* SPDX-License-Identifier: MIT */
/* Interim responses (web/interim.c). */
#include "tests/unit/lib/web/one_handler.h"

static int got[12];
static int n_got;

static void note(int r)
{
    ck_assert_int_lt(n_got, 12);
    got[n_got++] = r;
}

static int hints(struct cadre_request *req)
{
    int r;

    note(cadre_early_hints(req, " </a.css>; rel=preload "));
    note(cadre_interim(req, 102, NULL, NULL));
    note(cadre_interim(req, 103, "X-Own", "1"));
    r = cadre_respond_text(req, 200, "body");
    note(cadre_early_hints(req, "</late>"));
    return r;
}

START_TEST(hints_come_before_the_response)
{
    struct fake fake;

    one_get(hints, _i == 1, &fake);
    ck_assert_int_eq(fake.result, 0);
    /* From its thread a sync handler reaches nobody. */
    ck_assert_str_eq(cadre__buf_text(&fake.interim),
                     _i == 1 ? "" : "103 link: </a.css>; rel=preload\n102 \n103 x-own: 1\n");
    ck_assert_ptr_null(strstr(cadre__buf_text(&fake.header), "link"));
    ck_assert_str_eq(cadre__buf_text(&fake.body), "body");
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(got[i], 0);
    ck_assert_int_eq(got[3], -EALREADY);
    fake_done(&fake);
}
END_TEST

static int wrong_ones(struct cadre_request *req)
{
    note(cadre_interim(req, 100, NULL, NULL));
    note(cadre_interim(req, 101, NULL, NULL));
    note(cadre_interim(req, 200, NULL, NULL));
    note(cadre_interim(req, 103, "connection", "close"));
    note(cadre_interim(req, 103, "no token", "1"));
    note(cadre_early_hints(req, "</a>\r\nset-cookie: evil"));
    return cadre_respond_text(req, 200, "");
}

START_TEST(wrong_ones_are_refused)
{
    struct fake fake;

    one_get(wrong_ones, _i == 1, &fake);
    for (int i = 0; i < 6; i++)
        ck_assert_msg(got[i] == -EINVAL, "call %d gave %d", i, got[i]);
    ck_assert_str_eq(cadre__buf_text(&fake.interim), "");
    ck_assert_int_eq(fake.response.status, 200);
    fake_done(&fake);
}
END_TEST

static int hint_only(struct cadre_request *req)
{
    int r = cadre_early_hints(req, "</a>");

    return r < 0 ? r : cadre_respond_text(req, 200, "");
}

START_TEST(a_client_that_left_is_told)
{
    struct fake fake;

    fake_init(&fake, "GET", "/x");
    fake.fail_at = 1;
    fake.send_error = -EPIPE;
    one_handler(hint_only, false, &fake);
    ck_assert_int_eq(fake.result, -EPIPE);
    fake_done(&fake);
}
END_TEST

UNIT_MAIN("web/interim", UNIT_LOOP(hints_come_before_the_response, 2),
          UNIT_LOOP(wrong_ones_are_refused, 2), UNIT_CASE(a_client_that_left_is_told))
