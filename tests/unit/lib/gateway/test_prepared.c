/* SPDX-License-Identifier: MIT */
/* Heads that are made once (gateway/prepared.h): their lines, and what is refused. */
#include "gateway/prepared.h"

#include "gateway/field.h"
#include "tests/unit/unit.h"
#include <errno.h>

START_TEST(the_lines_are_those_of_a_head)
{
    char name[] = "x-own", value[] = "a value";
    const struct cadre__header headers[] = {{CADRE_STR("etag"), CADRE_STR("\"1\"")},
                                            {{name, 5}, {value, 7}},
                                            {CADRE_STR("vary"), CADRE_STR("")}};
    struct cadre__prepared p;

    ck_assert_int_eq(cadre__prepared_make(&p, 200, headers, 3), 0);
    memset(name, '\n', 5); /* all is copied */
    memset(value, '\n', 7);
    ck_assert_int_eq(p.status, 200);
    ck_assert_msg(cadre_str_eq(p.lines, CADRE_STR("HTTP/1.1 200 OK\r\netag: \"1\"\r\n"
                                                  "x-own: a value\r\nvary: \r\n")),
                  "%.*s", CADRE_STR_ARGS(p.lines));
    ck_assert_uint_eq(p.n_headers, 3);
    ck_assert_int_eq(cadre__field_of(p.headers[0].name), CADRE__FIELD_ETAG);
    ck_assert_str_eq(p.headers[0].value.ptr, "\"1\"");
    ck_assert_str_eq(p.headers[1].name.ptr, "x-own");
    ck_assert_uint_eq(p.headers[1].name.len, 5);
    ck_assert_str_eq(p.headers[1].value.ptr, "a value");
    ck_assert_uint_eq(p.headers[1].value.len, 7);
    ck_assert_str_eq(p.headers[2].value.ptr, "");
    ck_assert_uint_eq(p.headers[2].value.len, 0);
    cadre__prepared_done(&p);
    ck_assert_ptr_null(p.headers);
    cadre__prepared_done(&p); /* again */
}
END_TEST

START_TEST(a_head_may_be_without_fields)
{
    struct cadre__prepared p;

    ck_assert_int_eq(cadre__prepared_make(&p, 404, NULL, 0), 0);
    ck_assert(cadre_str_eq(p.lines, CADRE_STR("HTTP/1.1 404 Not Found\r\n")));
    cadre__prepared_done(&p);
}
END_TEST

static const struct {
    int status;
    const char *name, *value;
} refused[] = {
    {200, "x-a", "1\r\nx-b: 2"},
    {200, "X-A", "1"},
    {200, "", "1"},
    {200, "x a", "1"},
    {200, "content-length", "1"},
    {200, "date", "x"},
    {200, "server", "x"},
    {200, "connection", "close"},
    {200, "transfer-encoding", "chunked"},
    {200, "x-request-id", "1"},
    {200, "trailer", "x-a"},
    {103, "x-a", "1"},
    {204, "x-a", "1"},
    {304, "x-a", "1"},
    {600, "x-a", "1"},
};

START_TEST(what_wants_a_look_is_refused)
{
    const struct cadre__header header = {cadre_str_from(refused[_i].name),
                                         cadre_str_from(refused[_i].value)};
    struct cadre__prepared p = {.status = 1};

    ck_assert_int_eq(cadre__prepared_make(&p, refused[_i].status, &header, 1), -EINVAL);
    ck_assert_int_eq(p.status, 1); /* nothing was written */
}
END_TEST

UNIT_MAIN("gateway/prepared", UNIT_CASE(the_lines_are_those_of_a_head),
          UNIT_CASE(a_head_may_be_without_fields),
          UNIT_LOOP(what_wants_a_look_is_refused, sizeof(refused) / sizeof(refused[0])))
