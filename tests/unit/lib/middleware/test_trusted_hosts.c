/* SPDX-License-Identifier: MIT */
/* Hosts that are served (lib/middleware/trusted_hosts.c). */
#include "tests/unit/lib/middleware/layered.h"

#include <stdio.h>

static int hello(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "hello");
}

static const struct cadre_route routes[] = {
    CADRE_GET("/", hello),
    CADRE_ROUTES_END,
};

static struct cadre_test_client *client_with(const void *options, const char *base_url)
{
    const struct cadre_test_app app = {.base_url = base_url, .keep_redirects = true};

    return layered_open(routes, &cadre_trusted_hosts, options, &app);
}

static const struct {
    const char *host;
    int status;
    const char *location;
} hosts[] = {
    {"example.org", 200, NULL},
    {"example.org:8080", 200, NULL},
    {"EXAMPLE.org", 200, NULL},
    {"a.example.net", 200, NULL},
    {"a.b.example.net:1", 200, NULL},
    {"example.net", 400, NULL},
    {"xexample.net", 400, NULL},
    {"example.org.evil", 400, NULL},
    {"evil", 400, NULL},
    {"[::1]:8080", 200, NULL},
    {"[::2]", 400, NULL},
    {"shop.org:81", 307, "http://www.shop.org:81/?q=%20x"},
    {"www.shop.org", 200, NULL},
};

static const struct cadre_trusted_hosts_options some_hosts = {
    .hosts = CADRE_STRINGS("example.org", "*.example.net", "[::1]", "www.shop.org")};

START_TEST(hosts_are_those_that_are_named)
{
    struct cadre_test_client *client = client_with(&some_hosts, NULL);
    char field[64];
    const char *const headers[] = {field, NULL};

    snprintf(field, sizeof(field), "Host: %s", hosts[_i].host);
    const struct cadre_test_response *res =
        cadre_test_request(client, .target = "/?q=%20x", .headers = headers);
    cadre_assert_status(res, hosts[_i].status);
    cadre_assert_header(res, "location", hosts[_i].location);
    if (hosts[_i].status == 400)
        cadre_assert_body(res, "Invalid host header");
    cadre_test_close(client);
}
END_TEST

static const struct cadre_trusted_hosts_options any_host = {.hosts = CADRE_STRINGS("*")};
static const struct cadre_trusted_hosts_options www_host = {
    .hosts = CADRE_STRINGS("www_host.testserver"), .no_www_redirect = true};

START_TEST(any_host_may_be_trusted_and_www_left_out)
{
    struct cadre_test_client *client = client_with(&any_host, NULL);

    cadre_assert_status(cadre_test_get(client, "/"), 200);
    cadre_test_close(client);
    client = client_with(&www_host, NULL);
    cadre_assert_status(cadre_test_get(client, "/"), 400);
    cadre_test_close(client);
}
END_TEST

static const struct cadre_trusted_hosts_options no_host,
    odd_host = {.hosts = CADRE_STRINGS("a.*.org")};

static const struct cadre_trusted_hosts_options no_names[] = {
    {.hosts = CADRE_STRINGS("shop.org:8080")},
    {.hosts = CADRE_STRINGS("http://shop.org")},
    {.hosts = CADRE_STRINGS("shop.org/")},
    {.hosts = CADRE_STRINGS("shop.org ")},
    {.hosts = CADRE_STRINGS("")},
    {.hosts = CADRE_STRINGS("::1")},
    {.hosts = CADRE_STRINGS("[::1]:80")}};

START_TEST(hosts_that_nobody_asks_for_are_refused)
{
    layered_refused(&cadre_trusted_hosts, &no_names[_i], "would match no request");
}
END_TEST

START_TEST(hosts_that_make_no_sense_are_refused)
{
    layered_refused(&cadre_trusted_hosts, NULL, "nobody would be served");
    layered_refused(&cadre_trusted_hosts, &no_host, "nobody would be served");
    layered_refused(&cadre_trusted_hosts, &odd_host,
                    "hosts: \"a.*.org\": a wildcard stands at the beginning");
}
END_TEST

static const struct cadre_trusted_hosts_options www = {.hosts = CADRE_STRINGS("www.shop.org")};

/* Behind a proxy that has cut a prefix off. */
START_TEST(what_a_proxy_has_cut_off_is_kept)
{
    layered_redirects_below_api(routes, &cadre_trusted_hosts, &www,
                                "http://www.shop.org/api/a%20b?c=d");
}
END_TEST

UNIT_MAIN("middleware/trusted_hosts",
          UNIT_LOOP(hosts_are_those_that_are_named, sizeof(hosts) / sizeof(hosts[0])),
          UNIT_CASE(any_host_may_be_trusted_and_www_left_out),
          UNIT_LOOP(hosts_that_nobody_asks_for_are_refused, sizeof(no_names) / sizeof(no_names[0])),
          UNIT_CASE(hosts_that_make_no_sense_are_refused),
          UNIT_CASE(what_a_proxy_has_cut_off_is_kept))
