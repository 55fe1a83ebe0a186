/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/routes: what `cadre routes` prints of what the checker told.
 */
#include "config.h"

#include "master/routes.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/channel.h"
#include "tests/unit/unit.h"

static void add(struct route_list *list, const char *text, uint32_t line, uint32_t flags)
{
    struct cadre__msg_route route = {.line = line, .flags = flags};

    (void)snprintf(route.text, sizeof(route.text), "%s", text);
    route_list_add(list, &route);
}

/* What is printed; heap. */
static char *print(const struct route_list *list, bool json)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    ck_assert_ptr_nonnull(out);
    ck_assert_int_eq(route_list_print(list, json, out), 0);
    (void)fclose(out);
    return text;
}

static const char *member(const json_t *all, size_t i, const char *name)
{
    return json_string_value(json_object_get(json_array_get(all, i), name));
}

START_TEST(columns_are_as_wide_as_they_have_to_be)
{
    struct route_list *list = route_list_new();
    char *text;

    add(list, "shop\tGET\t\t/items\tlist_items\t\tshop.c", 12, 0);
    add(list, "shop\tDELETE\tadmin.example\t/\twipe\t\t", 0,
        CADRE__ROUTE_SYNC | CADRE__ROUTE_DEPRECATED);
    text = print(list, false);
    ck_assert_str_eq(text, "METHOD  PATH              MODULE  HANDLER                   SOURCE\n"
                           "GET     /items            shop    list_items                shop.c:12\n"
                           "DELETE  //admin.example/  shop    wipe (sync) (deprecated)  \n");
    free(text);
    route_list_free(list);
}
END_TEST

/* A handler's name, a path or a file's is whatever somebody's compiler took. */
START_TEST(bytes_that_are_not_utf8_are_replaced_in_json)
{
    struct route_list *list = route_list_new();
    char *text;
    json_t *all;

    add(list, "caf\xe9\tGET\t\t/caf\xe9/{id}\tr\xc3\xb6st\t\t/srv/ren\xe9/shop.c", 7, 0);
    text = print(list, true);
    all = json_loads(text, 0, NULL);
    ck_assert_ptr_nonnull(all);
    ck_assert_uint_eq(json_array_size(all), 1);
    ck_assert_str_eq(member(all, 0, "module"), "caf\xef\xbf\xbd");
    ck_assert_str_eq(member(all, 0, "path"), "/caf\xef\xbf\xbd/{id}");
    ck_assert_str_eq(member(all, 0, "handler"), "r\xc3\xb6st");
    ck_assert_str_eq(member(all, 0, "file"), "/srv/ren\xef\xbf\xbd/shop.c");
    ck_assert_ptr_null(member(all, 0, "host"));
    json_decref(all);
    free(text);
    route_list_free(list);
}
END_TEST

START_TEST(no_route_is_a_list_too)
{
    struct route_list *list = route_list_new();
    char *text = print(list, true);

    ck_assert_str_eq(text, "[]\n");
    free(text);
    text = print(list, false);
    ck_assert_str_eq(text, "METHOD  PATH  MODULE  HANDLER  SOURCE\n");
    free(text);
    route_list_free(list);
    route_list_free(NULL);
}
END_TEST

START_TEST(what_cannot_be_written_is_told)
{
    struct route_list *list = route_list_new();
    FILE *full = fopen("/dev/full", "w");

    ck_assert_ptr_nonnull(full);
    add(list, "shop\tGET\t\t/items\tlist_items\t\tshop.c", 12, 0);
    ck_assert_int_eq(route_list_print(list, false, full), -EIO);
    ck_assert_int_eq(route_list_print(list, true, full), -EIO);
    (void)fclose(full);
    route_list_free(list);
}
END_TEST

UNIT_MAIN("master/routes", UNIT_CASE(columns_are_as_wide_as_they_have_to_be),
          UNIT_CASE(bytes_that_are_not_utf8_are_replaced_in_json),
          UNIT_CASE(no_route_is_a_list_too), UNIT_CASE(what_cannot_be_written_is_told))
