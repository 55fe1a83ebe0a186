/* SPDX-License-Identifier: MIT */
/* The gateway's look-ups (gateway/gateway.c) and the table of statuses (gateway/status.c). */
#include "tests/unit/unit.h"

#include "gateway/gateway.h"
#include "gateway/status.h"

START_TEST(events_have_the_names_of_asgi)
{
    ck_assert_str_eq(cadre__event_name(CADRE__EVENT_HTTP_REQUEST), "http.request");
    ck_assert_str_eq(cadre__event_name(CADRE__EVENT_HTTP_DISCONNECT), "http.disconnect");
    ck_assert_str_eq(cadre__event_name(CADRE__EVENT_HTTP_RESPONSE_START), "http.response.start");
    ck_assert_str_eq(cadre__event_name(CADRE__EVENT_HTTP_RESPONSE_BODY), "http.response.body");
    ck_assert_str_eq(cadre__event_name(CADRE__EVENT_HTTP_RESPONSE_FILE),
                     "http.response.zerocopysend");
    ck_assert_str_eq(cadre__event_name(CADRE__EVENT_HTTP_RESPONSE_TRAILERS),
                     "http.response.trailers");
    ck_assert_str_eq(cadre__event_name(CADRE__EVENT_HTTP_RESPONSE_INTERIM),
                     "http.response.interim");
    ck_assert_str_eq(cadre__event_name(CADRE__EVENT_WEBSOCKET_CONNECT), "websocket.connect");
    ck_assert_str_eq(cadre__event_name(CADRE__EVENT_WEBSOCKET_CLOSE), "websocket.close");
    ck_assert_str_eq(cadre__event_name((enum cadre__event_type)99), "unknown");
}
END_TEST

START_TEST(header_look_up_gives_the_first_of_that_name)
{
    struct cadre__header headers[] = {{CADRE_STR("accept"), CADRE_STR("a")},
                                      {CADRE_STR("cookie"), CADRE_STR("1")},
                                      {CADRE_STR("cookie"), CADRE_STR("2")}};
    struct cadre__scope scope = {.headers = headers, .n_headers = 3};

    ck_assert_ptr_eq(cadre__scope_header(&scope, CADRE_STR("cookie")), &headers[1]);
    ck_assert_ptr_null(cadre__scope_header(&scope, CADRE_STR("cooki")));
    ck_assert_ptr_null(cadre__scope_header(&scope, CADRE_STR("cookies")));
}
END_TEST

static const struct {
    int version;
    const char *te;
    bool accepts;
} tes[] = {
    {11, "trailers", true},
    {11, "Trailers", true},
    {11, "gzip;q=0.5 , \ttrailers\t", true},
    {11, ",,trailers,deflate", true},
    {20, "trailers", true},
    {10, "trailers", false},
    {11, "", false},
    {11, ", ,", false},
    {11, "trailer", false},
    {11, "xtrailers", false},
    {11, "trailers;q=1", false}, /* no grammar of RFC 9110 §10.1.4 has it */
    {11, "gzip;x=trailers", false},
};

START_TEST(te_says_whether_trailers_are_read)
{
    const struct cadre__header headers[] = {{CADRE_STR("te"), CADRE_STR("gzip")},
                                            {CADRE_STR("te"), cadre_str_from(tes[_i].te)}};
    const struct cadre__scope scope = {
        .http_version = tes[_i].version, .headers = headers, .n_headers = 2};

    ck_assert_int_eq(cadre__scope_accepts_trailers(&scope), tes[_i].accepts);
}
END_TEST

START_TEST(every_status_has_a_reason)
{
    ck_assert_str_eq(cadre__status_reason(200), "OK");
    ck_assert_str_eq(cadre__status_reason(404), "Not Found");
    ck_assert_str_eq(cadre__status_reason(413), "Content Too Large");
    ck_assert_str_eq(cadre__status_reason(299), "Success");
    ck_assert_str_eq(cadre__status_reason(499), "Client Error");
    ck_assert_str_eq(cadre__status_reason(0), "Unknown");
    ck_assert_str_eq(cadre__status_reason(600), "Unknown");
    ck_assert_str_eq(cadre__status_reason(-1), "Unknown");
    for (int status = 100; status < 600; status++)
        ck_assert_int_gt((int)strlen(cadre__status_reason(status)), 1);
}
END_TEST

UNIT_MAIN("gateway/gateway", UNIT_CASE(events_have_the_names_of_asgi),
          UNIT_CASE(header_look_up_gives_the_first_of_that_name),
          UNIT_LOOP(te_says_whether_trailers_are_read, sizeof(tes) / sizeof(tes[0])),
          UNIT_CASE(every_status_has_a_reason))
