/* SPDX-License-Identifier: MIT */
/* A test client of a module with one layer, and why options of a layer are refused. */
#ifndef CADRE_TESTS_LAYERED_H
#define CADRE_TESTS_LAYERED_H

#include "tests/unit/unit.h"

#include "base/log.h"
#include <cadre.h>
#include <cadre/test.h>
#include <errno.h>
#include <string.h>

/* Opens it; `like` may say more of the application, and is not of it. At most one at a time. */
static inline struct cadre_test_client *layered_open(const struct cadre_route *routes,
                                                     const struct cadre_middleware_type *type,
                                                     const void *options,
                                                     const struct cadre_test_app *like)
{
    static struct cadre_middleware table[2];
    static struct cadre_module module;
    static struct cadre_test_module one;
    struct cadre_test_app app = like != NULL ? *like : (struct cadre_test_app){.modules = NULL};
    struct cadre_test_client *client;
    char why[300] = "";

    table[0] = (struct cadre_middleware){.name = type->name, .type = type, .options = options};
    module = (struct cadre_module){.routes = routes, .middleware = table};
    one = (struct cadre_test_module){.module = &module};
    app.modules = &one;
    app.n_modules = 1;
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_msg(cadre_test_open(&app, why, sizeof(why), &client) == 0, "%s", why);
    return client;
}

/* Options are refused, and the line says `what`. */
static inline void layered_refused(const struct cadre_middleware_type *type, const void *options,
                                   const char *what)
{
    static const struct cadre_route routes[] = {CADRE_ROUTES_END};
    const struct cadre_middleware table[] = {{.name = type->name, .type = type, .options = options},
                                             CADRE_MIDDLEWARE_END};
    const struct cadre_module module = {.routes = routes, .middleware = table};
    const struct cadre_test_module one = {.module = &module};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1};
    struct cadre_test_client *client;
    char why[300] = "";

    ck_assert_int_eq(cadre_test_open(&app, why, sizeof(why), &client), -EINVAL);
    ck_assert_msg(strstr(why, what) != NULL, "%s", why);
}

/* Redirects from "/a%20b?c=d" of http://shop.org to `location`, behind a proxy that has cut "/api"
 * off. */
static inline void layered_redirects_below_api(const struct cadre_route *routes,
                                               const struct cadre_middleware_type *type,
                                               const void *options, const char *location)
{
    static const struct cadre_test_app app = {
        .base_url = "http://shop.org", .root_path = "/api", .keep_redirects = true};
    struct cadre_test_client *client = layered_open(routes, type, options, &app);

    cadre_assert_header(cadre_test_get(client, "/a%20b?c=d"), "location", location);
    cadre_test_close(client);
}

/* A row of a table of such options. */
struct layered_refusal {
    const void *options;
    const char *what;
};

#endif
