/* SPDX-License-Identifier: MIT */
/* Pointers kept with a request, by the test client (web/request_values.c). */
#include "tests/unit/unit.h"

#include <cadre.h>
#include <cadre/test.h>
#include <string.h>

static char user[] = "ada";

static int sign_in(struct cadre_request *req, void *self)
{
    int r = cadre_request_set(req, "user", self);

    return r < 0 ? r : cadre_next(req);
}

static int who(struct cadre_request *req)
{
    static char other[] = "grace";
    char name[] = "user"; /* another pointer, the same name */
    const char *before = cadre_request_get(req, name);
    int r;

    ck_assert_ptr_null(cadre_request_get(req, "group"));
    r = cadre_request_set(req, "user", other);
    if (r == 0)
        r = cadre_request_set(req, "group", user);
    ck_assert_ptr_eq(cadre_request_get(req, "group"), user);
    return r < 0 ? r
                 : cadre_respondf(req, 200, "text/plain", "%s %s", before,
                                  (const char *)cadre_request_get(req, name));
}

START_TEST(middleware_hands_values_to_handlers)
{
    static const struct cadre_middleware middleware[] = {CADRE_MIDDLEWARE(sign_in, .self = user),
                                                         CADRE_MIDDLEWARE_END};
    static const struct cadre_route routes[] = {
        CADRE_GET("/who", who), CADRE_GET("/sync", who, .sync = true), CADRE_ROUTES_END};
    static const struct cadre_module module = {.routes = routes, .middleware = middleware};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);

    cadre_assert_body(cadre_test_get(client, "/who"), "ada grace");
    cadre_assert_body(cadre_test_get(client, "/sync"), "ada grace");
    cadre_assert_body(cadre_test_get(client, "/who"), "ada grace"); /* of each request its own */
    cadre_test_close(client);
}
END_TEST

UNIT_MAIN("web/request_values", UNIT_CASE(middleware_hands_values_to_handlers))
