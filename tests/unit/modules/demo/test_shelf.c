/* SPDX-License-Identifier: MIT */
/* The items on the demo's first page (modules/demo/shelf.c). */
#include "tests/unit/modules/demo/demo_test.h"

START_TEST(first_page_shows_items_and_adds_one)
{
    struct cadre_test_client *client = open_new();
    const struct cadre_test_request form = {
        .method = "POST", .target = "/shelf", .type = FORM, .text = "name=%3Cb%3E+%26+c&price=2.5"};
    const struct cadre_test_response *res = cadre_test_send(client, &form);

    cadre_assert_status(res, 303);
    cadre_assert_header(res, "location", "/");
    res = cadre_test_get(client, "/");
    cadre_assert_body_has(res, "It holds 4 items");
    cadre_assert_body_has(res, "<tr><td>&lt;b> &amp; c<td class=\"number\">2.50<td>in stock");
    cadre_assert_body_has(res, "<tr><td>The Book of Tea<td class=\"number\">12.00<td>sold out");
    close_and_remove(client);
}
END_TEST

START_TEST(form_is_checked)
{
    struct cadre_test_client *client = open_new();
    const struct cadre_test_request form = {
        .method = "POST", .target = "/shelf", .type = FORM, .text = "name=+&price=0"};
    const struct cadre_test_response *res = cadre_test_send(client, &form);

    cadre_assert_status(res, 422);
    cadre_assert_json_at(res, "/detail/0/loc", "[\"body\",\"name\"]");
    cadre_assert_json_at(res, "/detail/1/loc", "[\"body\",\"price\"]");
    cadre_assert_body_has(cadre_test_get(client, "/"), "It holds 3 items");
    close_and_remove(client);
}
END_TEST

UNIT_MAIN("modules/demo/shelf", UNIT_CASE(first_page_shows_items_and_adds_one),
          UNIT_CASE(form_is_checked))
