/* SPDX-License-Identifier: MIT */
/* The demo's typed API, by the test client (modules/demo/items.c, item.c). */
#include "tests/unit/modules/demo/demo_test.h"

START_TEST(item_is_created_read_changed_replaced_deleted)
{
    static const char *const key[] = {"x-api-key: secret", NULL};
    const struct cadre_test_request remove = {
        .method = "DELETE", .target = "/api/items/4", .headers = key};
    struct cadre_test_client *client = open_new();
    const struct cadre_test_response *res =
        ask(client, "POST", "/api/items",
            "{\"name\":\"  Kettle \",\"price\":39.5,\"description\":\"1.7 l\",\"id\":9}");

    cadre_assert_status(res, 201);
    cadre_assert_header(res, "location", "/api/items/4");
    cadre_assert_json_at(res, "/id", "4");
    cadre_assert_json_at(res, "/name", "\"Kettle\"");
    cadre_assert_json_at(res, "/category", "\"tool\"");
    cadre_assert_json_at(res, "/in_stock", "true");

    res = ask(client, "PATCH", "/api/items/4", "{\"price\":\"35\",\"in_stock\":false}");
    cadre_assert_status(res, 200);
    cadre_assert_json_at(res, "/price", "35.0");
    cadre_assert_json_at(res, "/description", "\"1.7 l\"");
    cadre_assert_json_at(res, "/in_stock", "false");
    res = ask(client, "PATCH", "/api/items/4", "{\"description\":null}");
    cadre_assert_json_at(res, "/description", "null");
    cadre_assert_json_at(res, "/name", "\"Kettle\"");

    res =
        ask(client, "PUT", "/api/items/4", "{\"name\":\"Pot\",\"price\":1,\"category\":\"food\"}");
    cadre_assert_status(res, 200);
    res = ask(client, "GET", "/api/items/4", NULL);
    cadre_assert_json_at(res, "/name", "\"Pot\"");
    cadre_assert_json_at(res, "/category", "\"food\"");
    cadre_assert_json_at(res, "/in_stock", "true");

    res = cadre_test_send(client, &remove);
    cadre_assert_status(res, 204);
    cadre_assert_body(res, "");
    cadre_assert_status(cadre_test_send(client, &remove), 404);
    close_and_remove(client);
}
END_TEST

START_TEST(what_is_not_there_is_404)
{
    static const struct {
        const char *method, *json;
    } rows[] = {{"GET", NULL}, {"PATCH", "{}"}, {"PUT", "{\"name\":\"a\",\"price\":1}"}};
    struct cadre_test_client *client = open_new();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct cadre_test_response *res =
            ask(client, rows[i].method, "/api/items/99", rows[i].json);

        cadre_assert_status(res, 404);
        cadre_assert_json(res, "{\"detail\":\"There is no such item\"}");
    }
    close_and_remove(client);
}
END_TEST

/* Ids of the list, in order; 1 to 3 are there from the start. */
static const struct {
    const char *query, *ids;
    int total;
} list_rows[] = {
    {"", "6 5 4 3 2 1", 6},
    {"?order=name", "2 6 1 3 5 4", 6}, /* bytes: small letters behind */
    {"?order=cheapest&limit=2", "4 5", 6},
    {"?order=dearest&offset=4", "5 4", 6},
    {"?q=TEA", "3 2 1", 3},
    {"?q=%25", "", 0},
    {"?category=food", "6 4 2", 3},
    {"?category=food&in_stock=true", "4 2", 2},
    {"?min_price=7&max_price=12", "3 2", 2},
    {"?in_stock=no", "6 3", 2},
    {"?offset=100", "", 6},
};

START_TEST(list_is_filtered_ordered_and_cut)
{
    static const char *const more[] = {
        "{\"name\":\"apple\",\"price\":0.5,\"category\":\"food\"}",
        "{\"name\":\"Toast fork\",\"price\":2}",
        "{\"name\":\"Jam\",\"price\":4,\"category\":\"food\",\"in_stock\":false}",
    };
    struct cadre_test_client *client = open_new();
    char target[100], ids[100] = "", place[40];
    const struct cadre_test_response *res;

    for (size_t i = 0; i < 3; i++)
        cadre_assert_status(ask(client, "POST", "/api/items", more[i]), 201);
    snprintf(target, sizeof(target), "/api/items%s", list_rows[_i].query);
    res = ask(client, "GET", target, NULL);
    cadre_assert_status(res, 200);
    for (int n = 0, id; n < 10; n++) {
        for (id = 1; id < 10; id++) {
            char text[4];

            snprintf(place, sizeof(place), "/items/%d/id", n);
            snprintf(text, sizeof(text), "%d", id);
            if (cadre_test_check_json_at(res, place, text) == NULL)
                break;
        }
        if (id < 10)
            snprintf(ids + strlen(ids), sizeof(ids) - strlen(ids), "%s%d", n > 0 ? " " : "", id);
    }
    ck_assert_str_eq(ids, list_rows[_i].ids);
    snprintf(place, sizeof(place), "%d", list_rows[_i].total);
    cadre_assert_json_at(res, "/total", place);
    close_and_remove(client);
}
END_TEST

static const struct typed_row bad_rows[] = {
    {.target = "/api/items?limit=0&order=any",
     .status = 422,
     .answer = ISSUE_CTX(
         "enum", "\"query\",\"order\"", "Input should be 'newest', 'name', 'cheapest' or 'dearest'",
         "\"any\"",
         "{\"expected\":\"'newest', 'name', 'cheapest' or 'dearest'\"}") "," ISSUE_CTX("greater_than_equal",
                                                                                       "\"query\",\"limit\"",
                                                                                       "Input should be greater than or equal to 1",
                                                                                       "\"0\"",
                                                                                       "{\"ge\":1}")},
    {.target = "/api/items/x", .status = 422, .answer = NOT_INT("\"path\",\"item_id\"", "\"x\"")},
    {.method = "PATCH",
     .target = "/api/items/1",
     .type = JSON,
     .body = "{\"name\":\"  \"}",
     .status = 422,
     .answer =
         ISSUE_CTX("string_too_short", "\"body\",\"name\"",
                   "String should have at least 1 character", "\"  \"", "{\"min_length\":1}")},
};

START_TEST(what_does_not_fit_is_told)
{
    const struct typed_row *row = &bad_rows[_i];
    struct cadre_test_client *client = open_new();
    const struct cadre_test_response *res = ask(client, row->method, row->target, row->body);
    char expected[1000];

    snprintf(expected, sizeof(expected), "{\"detail\":[%s]}", row->answer);
    cadre_assert_status(res, 422);
    cadre_assert_body(res, expected);
    close_and_remove(client);
}
END_TEST

START_TEST(prices_that_exclude_each_other_are_told)
{
    struct cadre_test_client *client = open_new();
    const struct cadre_test_response *res =
        ask(client, "GET", "/api/items?min_price=5&max_price=4", NULL);

    cadre_assert_status(res, 422);
    cadre_assert_json_at(res, "/detail/0/type", "\"value_error\"");
    cadre_assert_body_has(res, "min_price is above max_price");
    close_and_remove(client);
}
END_TEST

START_TEST(to_delete_takes_the_key)
{
    static const char *const wrong[] = {"x-api-key: Secret", NULL};
    const struct cadre_test_request request = {
        .method = "DELETE", .target = "/api/items/1", .headers = wrong};
    struct cadre_test_client *client = open_new();
    const struct cadre_test_response *res = ask(client, "DELETE", "/api/items/1", NULL);

    cadre_assert_status(res, 401);
    cadre_assert_header(res, "www-authenticate", "APIKey");
    cadre_assert_json(res, "{\"detail\":\"Not authenticated\"}");
    res = cadre_test_send(client, &request);
    cadre_assert_status(res, 403);
    cadre_assert_json(res, "{\"detail\":\"Wrong API key\"}");
    cadre_assert_status(ask(client, "GET", "/api/items/1", NULL), 200);
    close_and_remove(client);
}
END_TEST

UNIT_MAIN("modules/demo/items", UNIT_CASE(item_is_created_read_changed_replaced_deleted),
          UNIT_CASE(what_is_not_there_is_404),
          UNIT_LOOP(list_is_filtered_ordered_and_cut, TYPED_COUNT(list_rows)),
          UNIT_LOOP(what_does_not_fit_is_told, TYPED_COUNT(bad_rows)),
          UNIT_CASE(prices_that_exclude_each_other_are_told), UNIT_CASE(to_delete_takes_the_key))
