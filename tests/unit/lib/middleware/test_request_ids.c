/* SPDX-License-Identifier: MIT */
/* The id of the request, told to the client (lib/middleware/request_ids.c). */
#include "tests/unit/lib/middleware/layered.h"

static int name(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, cadre_request_id(req));
}

static const struct cadre_route routes[] = {
    CADRE_GET("/", name),
    CADRE_ROUTES_END,
};

START_TEST(the_request_is_named)
{
    static const struct cadre_request_id_options own = {.header = "x-trace"};
    struct cadre_test_client *client =
        layered_open(routes, &cadre_request_ids, _i == 0 ? NULL : &own, NULL);
    const struct cadre_test_response *res = cadre_test_get(client, "/");

    cadre_assert_header(res, _i == 0 ? "x-request-id" : "x-trace", cadre_test_text(res));
    ck_assert_uint_eq(strlen(cadre_test_text(res)), 32);
    cadre_test_close(client);
}
END_TEST

static const struct layered_refusal wrong[] = {
    {&(const struct cadre_request_id_options){.header = "a b"},
     "header: \"a b\" is not the name of a field"},
    {&(const struct cadre_request_id_options){.header = ""}, "header: \"\""},
    {&(const struct cadre_request_id_options){.header = "X-Trace"}, "header: \"X-Trace\""},
    {&(const struct cadre_request_id_options){.header = "content-length"}, "no other meaning"},
    {&(const struct cadre_request_id_options){.header = "connection"}, "no other meaning"},
    {&(const struct cadre_request_id_options){.header = "set-cookie"}, "no other meaning"},
};

START_TEST(a_field_of_another_meaning_is_refused)
{
    layered_refused(&cadre_request_ids, wrong[_i].options, wrong[_i].what);
}
END_TEST

UNIT_MAIN("middleware/request_ids", UNIT_LOOP(the_request_is_named, 2),
          UNIT_LOOP(a_field_of_another_meaning_is_refused, sizeof(wrong) / sizeof(wrong[0])))
