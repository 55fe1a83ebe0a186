/* SPDX-License-Identifier: MIT */
/* From http to https (lib/middleware/https_redirect.c). */
#include "tests/unit/lib/middleware/layered.h"

#include <stdio.h>

static const struct cadre_route routes[] = {CADRE_ROUTES_END};

static struct cadre_test_client *client_with(const void *options, const char *base_url)
{
    const struct cadre_test_app app = {.base_url = base_url, .keep_redirects = true};

    return layered_open(routes, &cadre_https_redirect, options, &app);
}

static const struct {
    const char *base, *host;
    int status;
    const char *location;
} schemes[] = {
    {"http://shop.org", NULL, 307, "https://shop.org/a%20b?c=d"},
    {"http://shop.org", "shop.org:80", 307, "https://shop.org/a%20b?c=d"},
    {"http://shop.org", "shop.org:8080", 307, "https://shop.org:8080/a%20b?c=d"},
    {"http://shop.org", "[::1]:443", 307, "https://[::1]/a%20b?c=d"},
    {"http://shop.org", "shop.org:", 307, "https://shop.org/a%20b?c=d"},
    {"https://shop.org", NULL, 404, NULL},
};

START_TEST(http_goes_to_https)
{
    struct cadre_test_client *client = client_with(NULL, schemes[_i].base);
    char field[64];
    const char *const headers[] = {field, NULL};

    snprintf(field, sizeof(field), "Host: %s", schemes[_i].host ? schemes[_i].host : "shop.org");
    const struct cadre_test_response *res =
        cadre_test_request(client, .target = "/a%20b?c=d", .headers = headers);
    cadre_assert_status(res, schemes[_i].status);
    cadre_assert_header(res, "location", schemes[_i].location);
    cadre_test_close(client);
}
END_TEST

START_TEST(a_websocket_goes_to_wss)
{
    struct cadre_test_client *client = client_with(NULL, "http://shop.org");
    struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/chat?a=b");

    cadre_assert_status(cadre_test_websocket_response(ws), 307);
    cadre_assert_header(cadre_test_websocket_response(ws), "location", "wss://shop.org/chat?a=b");
    cadre_test_websocket_end(ws);
    cadre_test_close(client);
}
END_TEST

/* Behind a proxy that has cut a prefix off. */
START_TEST(what_a_proxy_has_cut_off_is_kept)
{
    layered_redirects_below_api(routes, &cadre_https_redirect, NULL,
                                "https://shop.org/api/a%20b?c=d");
}
END_TEST

UNIT_MAIN("middleware/https_redirect",
          UNIT_LOOP(http_goes_to_https, sizeof(schemes) / sizeof(schemes[0])),
          UNIT_CASE(a_websocket_goes_to_wss), UNIT_CASE(what_a_proxy_has_cut_off_is_kept))
