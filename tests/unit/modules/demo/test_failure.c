/* SPDX-License-Identifier: MIT */
/* What a client is told of what the store could not do (modules/demo/failure.c). */
#include "tests/unit/modules/demo/demo_test.h"
#include "tests/unit/modules/demo/other_program.h"

#define NEW_ITEM "{\"name\":\"a\",\"price\":1}"

static const struct cadre_test_request add_by_form = {
    .method = "POST", .target = "/shelf", .type = FORM, .text = "name=a&price=1"};

static const struct cadre_test_response *remove_item(struct cadre_test_client *client,
                                                     const char *target)
{
    static const char *const key[] = {"x-api-key: secret", NULL};
    const struct cadre_test_request request = {
        .method = "DELETE", .target = target, .headers = key};

    return cadre_test_send(client, &request);
}

START_TEST(items_above_the_limit_are_507)
{
    static const char told[] = "{\"detail\":\"There are 4 items, as many as there may be "
                               "(`max_items` of the module's settings): delete some first\"}";
    const struct cadre_test_response *res;
    struct cadre_test_client *client;

    database_file_make();
    client = open_demo_with("max_items=4");
    cadre_assert_status(ask(client, "POST", "/api/items", NEW_ITEM), 201);
    res = ask(client, "POST", "/api/items", NEW_ITEM);
    cadre_assert_status(res, 507);
    cadre_assert_json(res, told);
    res = cadre_test_send(client, &add_by_form);
    cadre_assert_status(res, 507);
    cadre_assert_json(res, told);
    cadre_assert_json_at(ask(client, "GET", "/api/items", NULL), "/total", "4");

    cadre_assert_status(ask(client, "PUT", "/api/items/4", NEW_ITEM), 200);
    cadre_assert_status(remove_item(client, "/api/items/4"), 204);
    cadre_assert_status(cadre_test_send(client, &add_by_form), 303);
    close_and_remove(client);
}
END_TEST

/* Fewer than there are: what is there stays, and nothing is added. */
START_TEST(limit_below_what_is_there_takes_nothing_away)
{
    struct cadre_test_client *client;

    database_file_make();
    client = open_demo_with("max_items=1");
    cadre_assert_status(ask(client, "POST", "/api/items", NEW_ITEM), 507);
    cadre_assert_json_at(ask(client, "GET", "/api/items", NULL), "/total", "3");
    close_and_remove(client);
}
END_TEST

START_TEST(lock_of_another_program_is_503)
{
    struct cadre_test_client *client = open_new();
    sqlite3 *other = other_program(database_path, "BEGIN IMMEDIATE");
    const struct cadre_test_response *res = cadre_test_send(client, &add_by_form);

    cadre_assert_status(res, 503);
    cadre_assert_header(res, "retry-after", "1");
    cadre_assert_json(res, "{\"detail\":\"Others write for too long: try again\"}");
    cadre_assert_status(ask(client, "GET", "/", NULL), 200); /* readers do not wait */
    ck_assert_int_eq(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    cadre_assert_status(cadre_test_send(client, &add_by_form), 303);
    ck_assert_int_eq(sqlite3_close(other), SQLITE_OK);
    close_and_remove(client);
}
END_TEST

UNIT_MAIN("modules/demo/failure", UNIT_CASE(items_above_the_limit_are_507),
          UNIT_CASE(limit_below_what_is_there_takes_nothing_away),
          UNIT_CASE(lock_of_another_program_is_503))
