/* SPDX-License-Identifier: MIT */
/* What the row of a table in a table may say (web/mount_row.c). */
#include "tests/unit/unit.h"

#include "base/log.h"
#include <cadre.h>
#include <cadre/test.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int answer(struct cadre_request *req)
{
    return cadre_respond_empty(req, 204);
}

static const struct cadre_field item_fields[] = {CADRE_FIELDS_END};
struct item {
    int id;
};
CADRE_MODEL(item_model, struct item, item_fields);

static const struct cadre_route inner[] = {CADRE_GET("/x", answer), CADRE_ROUTES_END};

/* Opens an application of a module with this row; 0, or -EINVAL and why. */
static int open_with(struct cadre_route row, char *why, size_t size)
{
    const struct cadre_route table[] = {row, CADRE_ROUTES_END};
    const struct cadre_module module = {.routes = table};
    const struct cadre_test_module one = {.module = &module};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1};
    struct cadre_test_client *client;
    int r;

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    r = cadre_test_open(&app, why, size, &client);
    if (r == 0)
        cadre_test_close(client);
    return r;
}

static const struct {
    struct cadre_route row;
    const char *names;
} refused[] = {
    {CADRE_MOUNT("/m", inner, .handler = answer), "`.handler`"},
    {CADRE_MOUNT("/m", inner, .sync = true), "`.sync`"},
    {CADRE_MOUNT("/m", inner, .cancel_on_disconnect = true), "`.cancel_on_disconnect`"},
    {CADRE_MOUNT("/m", inner, .params = &item_model), "`.params`"},
    {CADRE_MOUNT("/m", inner, .body = &item_model), "`.body`"},
    {CADRE_MOUNT("/m", inner, .response = &item_model), "`.response`"},
    {CADRE_MOUNT("/m", inner, .response_list = true), "`.response_list`"},
    {CADRE_MOUNT("/m", inner, .status = 201), "`.status`"},
    {CADRE_MOUNT("/m", inner, .respond_flags = CADRE_WRITE_EXCLUDE_NONE), "`.respond_flags`"},
    {CADRE_MOUNT("/m", inner, .summary = "Items"), "`.summary`"},
    {CADRE_MOUNT("/m", inner, .description = "All of them"), "`.description`"},
    {CADRE_MOUNT("/m", inner, .operation_id = "items"), "`.operation_id`"},
    {CADRE_MOUNT("/m", inner, .respond_include = CADRE_NAMES("id")), "`.respond_include`"},
    {CADRE_MOUNT("/m", inner, .respond_exclude = CADRE_NAMES("id")), "`.respond_exclude`"},
    {CADRE_MOUNT("/m", inner, .openapi_extra = "{}"), "`.openapi_extra`"},
    {CADRE_MOUNT("/m", inner, .callbacks = inner), "`.callbacks`"},
};

START_TEST(what_is_about_one_route_is_refused_by_name)
{
    const struct cadre_route *row = &refused[_i].row;
    char why[1000], expected[1000];

    ck_assert_int_eq(open_with(*row, why, sizeof(why)), -EINVAL);
    snprintf(expected, sizeof(expected),
             "%s:%u: route \"* /m\": %s of a mount would mean nothing: remove it, or give it to "
             "the rows of its table",
             row->file, row->line, refused[_i].names);
    ck_assert_str_eq(why, expected);
}
END_TEST

START_TEST(all_of_them_are_named_at_once)
{
    const struct cadre_route row = CADRE_MOUNT("/m", inner, .summary = "Items", .sync = true);
    char why[1000];

    ck_assert_int_eq(open_with(row, why, sizeof(why)), -EINVAL);
    ck_assert_ptr_nonnull(strstr(why, "`.sync`, `.summary` of a mount would mean nothing: remove "
                                      "them, or give them to the rows"));
}
END_TEST

static int resolve(struct cadre_request *req, const void *params, void **ret)
{
    (void)req;
    (void)params;
    *ret = NULL;
    return 0;
}
static CADRE_DEPENDENCY(depended, resolve);

START_TEST(what_is_of_all_its_routes_is_taken)
{
    const struct cadre_route row =
        CADRE_MOUNT("/m", inner, .name = "m", .host = "example.org", .tags = CADRE_TAGS("m"),
                    .dependencies = CADRE_DEPENDENCIES(&depended), .deprecated = true,
                    .not_in_schema = true, .responses = CADRE_RESPONSES({404}));
    char why[1000];

    ck_assert_msg(open_with(row, why, sizeof(why)) == 0, "%s", why);
}
END_TEST

UNIT_MAIN("web/mount_row",
          UNIT_LOOP(what_is_about_one_route_is_refused_by_name,
                    sizeof(refused) / sizeof(refused[0])),
          UNIT_CASE(all_of_them_are_named_at_once), UNIT_CASE(what_is_of_all_its_routes_is_taken))
