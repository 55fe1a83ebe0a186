/* SPDX-License-Identifier: MIT */
/*
 * The module ABI: which descriptors are taken, and the copy of smaller structs of an older minor
 * version (web/module_abi.c). The ABI of these tests is invented: 3.2, with structs that grew.
 */
#include "tests/unit/unit.h"

#include "web/module_abi.h"
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What the structs were in an older version: without what was added at the end since. */
struct old_module {
    const char *title;
    const char *version;
    const char *description;
    const char *const *settings;
    cadre_lifespan_fn lifespan;
    cadre_lifespan_fn server_lifespan;
    const struct cadre_route *routes;
};

struct old_route {
    const char *method;
    const char *pattern;
    cadre_handler_fn handler;
};

static const struct cadre__module_abi_minor abi_sizes[] = {
    {.module_size = sizeof(struct old_module), .route_size = sizeof(struct old_route)},
    {.module_size = sizeof(struct cadre_module), .route_size = sizeof(struct cadre_route)},
};
static const struct cadre__module_abi abi = {
    .major = 3, .first_minor = 1, .minor = 2, .sizes = abi_sizes};

static const struct cadre_module body = {.title = "T"};

static struct cadre_module_descriptor descriptor_of(uint16_t major, uint16_t minor)
{
    size_t i = minor == 1 ? 0 : 1;

    return (struct cadre_module_descriptor){
        .abi_major = major,
        .abi_minor = minor,
        .size = sizeof(struct cadre_module_descriptor),
        .module_size = abi_sizes[i].module_size,
        .route_size = abi_sizes[i].route_size,
        .built_with = "gcc 0.1",
        .module = &body,
    };
}

START_TEST(own_and_older_minor_versions_are_taken)
{
    struct cadre_module_descriptor descriptor = descriptor_of(3, 2);
    char why[400];

    ck_assert_int_eq(cadre__module_abi_check(&descriptor, &abi, why, sizeof(why)), 0);
    descriptor = descriptor_of(3, 1);
    ck_assert_int_eq(cadre__module_abi_check(&descriptor, &abi, why, sizeof(why)), 0);
}
END_TEST

static const struct {
    uint16_t major, minor;
    const char *why;
} versions[] = {
    {2, 2, "it has module ABI 2.2, this server"},
    {4, 0, "has 3.2: rebuild it against this server's headers"},
    {3, 3, "has 3.2: upgrade the server, or rebuild it"},
    {3, 0, "it has module ABI 3.0"},
    {0, 0, "it has module ABI 0.0"},
    {65535, 65535, "it has module ABI 65535.65535"},
};

START_TEST(other_versions_are_refused_with_both_named)
{
    struct cadre_module_descriptor descriptor =
        descriptor_of(versions[_i].major, versions[_i].minor);
    char why[400] = "";

    ck_assert_int_eq(cadre__module_abi_check(&descriptor, &abi, why, sizeof(why)), -EPROTO);
    ck_assert_msg(strstr(why, versions[_i].why) != NULL, "%s", why);
    ck_assert_msg(strstr(why, "Cadre 0.") != NULL && strstr(why, "3.2") != NULL, "%s", why);
}
END_TEST

static const struct {
    size_t offset;
    const char *what;
} sizes_of_descriptor[] = {
    {offsetof(struct cadre_module_descriptor, size), "its descriptor has "},
    {offsetof(struct cadre_module_descriptor, module_size), "its struct cadre_module has "},
    {offsetof(struct cadre_module_descriptor, route_size), "its struct cadre_route has "},
};

START_TEST(wrong_size_is_refused_for_each_struct)
{
    struct cadre_module_descriptor descriptor = descriptor_of(3, 1);
    uint32_t *size = (uint32_t *)(void *)((char *)&descriptor + sizes_of_descriptor[_i].offset);
    uint32_t right = *size;
    char why[400] = "";

    for (*size = right - 8; *size <= right + 8; *size += 16) {
        ck_assert_int_eq(cadre__module_abi_check(&descriptor, &abi, why, sizeof(why)), -EPROTO);
        ck_assert_msg(strstr(why, sizes_of_descriptor[_i].what) != NULL, "%s", why);
    }
    *size = right;
    ck_assert_int_eq(cadre__module_abi_check(&descriptor, &abi, why, sizeof(why)), 0);
}
END_TEST

START_TEST(descriptor_without_a_module_is_refused)
{
    struct cadre_module_descriptor descriptor = descriptor_of(3, 2);
    char why[400] = "";

    descriptor.module = NULL;
    ck_assert_int_eq(cadre__module_abi_check(&descriptor, &abi, why, sizeof(why)), -EPROTO);
    ck_assert_ptr_nonnull(strstr(why, "points nowhere"));
}
END_TEST

START_TEST(our_own_abi_takes_what_the_macro_makes)
{
    struct cadre_module_descriptor descriptor = {
        CADRE_ABI_MAJOR,
        CADRE_ABI_MINOR,
        sizeof(descriptor),
        sizeof(struct cadre_module),
        sizeof(struct cadre_route),
        "gcc",
        &body,
    };
    char why[400] = "";

    ck_assert_int_eq(
        cadre__module_abi_check(&descriptor, &cadre__module_abi_ours, why, sizeof(why)), 0);
}
END_TEST

static int handler(struct cadre_request *req)
{
    (void)req;
    return 0;
}

START_TEST(smaller_structs_are_copied_with_zero_fill)
{
    struct old_route old_routes[] = {
        {"GET", "/a", handler}, {"POST", "/b", handler}, {NULL, NULL, NULL}};
    struct old_module old = {.title = "Old",
                             .routes = (const struct cadre_route *)(const void *)old_routes};
    struct cadre_module_descriptor descriptor = descriptor_of(3, 1);
    struct cadre_module module;
    struct cadre_route *routes;
    size_t n;

    descriptor.module = (const struct cadre_module *)(const void *)&old;
    ck_assert_int_eq(cadre__module_abi_copy(&descriptor, &module, &routes, &n), 0);
    ck_assert_str_eq(module.title, "Old");
    ck_assert_uint_eq(n, 2);
    ck_assert_ptr_eq(module.routes, routes);
    ck_assert_str_eq(routes[1].method, "POST");
    ck_assert_str_eq(routes[1].pattern, "/b");
    ck_assert(routes[1].handler == handler);
    ck_assert_ptr_null(routes[1].handler_name);
    ck_assert_uint_eq(routes[1].line, 0);
    ck_assert(!routes[1].sync);
    ck_assert_ptr_null(routes[2].method);
    free(routes);
}
END_TEST

START_TEST(tables_in_the_module_and_in_rows_are_copied_too)
{
    static const struct cadre_route callbacks[] = {{.method = "POST", .pattern = "c"}, {0}};
    static const struct cadre_route inner[] = {
        {.method = "GET", .pattern = "/i", .callbacks = callbacks}, {0}};
    static const struct cadre_route outer[] = {
        {.method = "*", .pattern = "/m", .routes = inner},
        {.method = "GET", .pattern = "/o", .handler = handler},
        {0}};
    static const struct cadre_route webhooks[] = {{.method = "PUT", .pattern = "w"}, {0}};
    static const struct cadre_module full = {.routes = outer, .webhooks = webhooks};
    struct cadre_module_descriptor descriptor = descriptor_of(3, 2);
    struct cadre_module module;
    struct cadre_route *routes;
    const struct cadre_route *below;
    size_t n;

    descriptor.module = &full;
    ck_assert_int_eq(cadre__module_abi_copy(&descriptor, &module, &routes, &n), 0);
    ck_assert_uint_eq(n, 2);
    ck_assert_str_eq(routes[1].pattern, "/o");
    ck_assert_ptr_null(routes[1].callbacks);
    below = routes[0].routes;
    ck_assert(below != inner && below[0].callbacks != callbacks && module.webhooks != webhooks);
    ck_assert_str_eq(below[0].pattern, "/i");
    ck_assert_ptr_null(below[1].method);
    ck_assert_str_eq(below[0].callbacks[0].pattern, "c");
    ck_assert_ptr_null(below[0].callbacks[1].method);
    ck_assert_str_eq(module.webhooks[0].pattern, "w");
    ck_assert_ptr_null(module.webhooks[1].method);
    free(routes);
}
END_TEST

/* It is refused later (web/mount.c, api/described.c). */
START_TEST(a_table_that_holds_itself_is_copied_to_some_depth)
{
    struct cadre_route endless[] = {{.method = "*", .pattern = "/m"}, {0}};
    const struct cadre_module full = {.routes = endless, .webhooks = endless};
    struct cadre_module_descriptor descriptor = descriptor_of(3, 2);
    struct cadre_module module;
    struct cadre_route *routes;
    size_t n;

    endless[0].routes = endless[0].callbacks = endless;
    descriptor.module = &full;
    ck_assert_int_eq(cadre__module_abi_copy(&descriptor, &module, &routes, &n), 0);
    ck_assert_uint_eq(n, 1);
    ck_assert_ptr_nonnull(routes[0].routes);
    free(routes);
}
END_TEST

START_TEST(module_without_routes_gets_an_empty_table)
{
    struct cadre_module_descriptor descriptor = descriptor_of(3, 2);
    struct cadre_module module;
    struct cadre_route *routes;
    size_t n = 9;

    ck_assert_int_eq(cadre__module_abi_copy(&descriptor, &module, &routes, &n), 0);
    ck_assert_uint_eq(n, 0);
    ck_assert_ptr_null(routes[0].method);
    free(routes);
}
END_TEST

UNIT_MAIN("web/module_abi", UNIT_CASE(own_and_older_minor_versions_are_taken),
          UNIT_LOOP(other_versions_are_refused_with_both_named, COUNT(versions)),
          UNIT_LOOP(wrong_size_is_refused_for_each_struct, COUNT(sizes_of_descriptor)),
          UNIT_CASE(descriptor_without_a_module_is_refused),
          UNIT_CASE(our_own_abi_takes_what_the_macro_makes),
          UNIT_CASE(smaller_structs_are_copied_with_zero_fill),
          UNIT_CASE(tables_in_the_module_and_in_rows_are_copied_too),
          UNIT_CASE(a_table_that_holds_itself_is_copied_to_some_depth),
          UNIT_CASE(module_without_routes_gets_an_empty_table))
