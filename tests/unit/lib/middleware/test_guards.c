/* SPDX-License-Identifier: MIT */
/* Middleware that lets requests in or not, by the test client (lib/middleware). */
#include "tests/unit/unit.h"

#include "base/log.h"
#include <cadre.h>
#include <cadre/test.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int hello(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "hello");
}

static int framed(struct cadre_request *req)
{
    int r = cadre_header_set(req, "X-Frame-Options", "SAMEORIGIN");

    return r < 0 ? r : cadre_respond_text(req, 200, cadre_request_id(req));
}

static int broken(struct cadre_request *req)
{
    (void)req;
    return -EIO;
}

static int sleeps(struct cadre_request *req)
{
    int r = cadre_sleep(5000);

    return r < 0 ? r : cadre_respond_text(req, 200, "slept");
}

/* Begins in time, and takes longer. */
static int begins(struct cadre_request *req)
{
    int r = cadre_start(req, 200);

    if (r == 0)
        r = cadre_sleep(5000);
    if (r == 0)
        r = cadre_write(req, "late", 4);
    return r < 0 ? r : cadre_end(req);
}

/* Takes its own time limit for what it is. */
static int fails_itself(struct cadre_request *req)
{
    (void)req;
    return -ETIMEDOUT;
}

static const struct cadre_route routes[] = {
    CADRE_GET("/", hello),
    CADRE_GET("/framed", framed),
    CADRE_GET("/broken", broken),
    CADRE_GET("/sleeps", sleeps),
    CADRE_GET("/begins", begins),
    CADRE_GET("/fails", fails_itself),
    CADRE_ROUTES_END,
};

static const char *cut_off; /* of paths, by a proxy */

static struct cadre_test_client *client_with(const struct cadre_middleware_type *type,
                                             const void *options, const char *base_url,
                                             const char *address)
{
    static struct cadre_middleware table[2];
    static struct cadre_module module = {.routes = routes, .middleware = table};
    const struct cadre_test_module one = {.module = &module};
    const struct cadre_test_app app = {.modules = &one,
                                       .n_modules = 1,
                                       .base_url = base_url,
                                       .client_address = address,
                                       .root_path = cut_off,
                                       .keep_redirects = true};
    struct cadre_test_client *client;
    char why[300] = "";

    table[0] = (struct cadre_middleware){.name = type->name, .type = type, .options = options};
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_msg(cadre_test_open(&app, why, sizeof(why), &client) == 0, "%s", why);
    return client;
}

/* Why options are refused. */
static void refused(const struct cadre_middleware_type *type, const void *options, const char *what)
{
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

/* --- trusted_hosts --- */

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
    struct cadre_test_client *client = client_with(&cadre_trusted_hosts, &some_hosts, NULL, NULL);
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
    struct cadre_test_client *client = client_with(&cadre_trusted_hosts, &any_host, NULL, NULL);

    cadre_assert_status(cadre_test_get(client, "/"), 200);
    cadre_test_close(client);
    client = client_with(&cadre_trusted_hosts, &www_host, NULL, NULL);
    cadre_assert_status(cadre_test_get(client, "/"), 400);
    cadre_test_close(client);
}
END_TEST

static const struct cadre_trusted_hosts_options no_host,
    odd_host = {.hosts = CADRE_STRINGS("a.*.org")};

START_TEST(hosts_that_make_no_sense_are_refused)
{
    refused(&cadre_trusted_hosts, NULL, "nobody would be served");
    refused(&cadre_trusted_hosts, &no_host, "nobody would be served");
    refused(&cadre_trusted_hosts, &odd_host,
            "hosts: \"a.*.org\": a wildcard stands at the beginning");
}
END_TEST

/* --- https_redirect --- */

static const struct {
    const char *base, *host;
    int status;
    const char *location;
} schemes[] = {
    {"http://shop.org", NULL, 307, "https://shop.org/a%20b?c=d"},
    {"http://shop.org", "shop.org:80", 307, "https://shop.org/a%20b?c=d"},
    {"http://shop.org", "shop.org:8080", 307, "https://shop.org:8080/a%20b?c=d"},
    {"http://shop.org", "[::1]:443", 307, "https://[::1]/a%20b?c=d"},
    {"https://shop.org", NULL, 404, NULL},
};

START_TEST(http_goes_to_https)
{
    struct cadre_test_client *client =
        client_with(&cadre_https_redirect, NULL, schemes[_i].base, NULL);
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

static const struct cadre_trusted_hosts_options www = {.hosts = CADRE_STRINGS("www.shop.org")};

START_TEST(redirects_keep_what_a_proxy_has_cut_off)
{
    const struct cadre_middleware_type *type =
        _i == 0 ? &cadre_https_redirect : &cadre_trusted_hosts;
    struct cadre_test_client *client;

    cut_off = "/api";
    client = client_with(type, _i == 0 ? NULL : &www, "http://shop.org", NULL);
    cadre_assert_header(cadre_test_get(client, "/a%20b?c=d"), "location",
                        _i == 0 ? "https://shop.org/api/a%20b?c=d"
                                : "http://www.shop.org/api/a%20b?c=d");
    cadre_test_close(client);
}
END_TEST

/* --- networks --- */

static const struct cadre_networks_options inside = {
    .allow = CADRE_STRINGS("10.0.0.0/8", "2001:db8::/32", "unix"),
    .deny = CADRE_STRINGS("10.1.0.0/16")};
static const struct cadre_networks_options without = {.deny = CADRE_STRINGS("192.0.2.7")};

static const struct {
    const struct cadre_networks_options *options;
    const char *address;
    int status;
} clients[] = {
    {&inside, "10.2.3.4", 200},    {&inside, "10.1.3.4", 403},    {&inside, "192.0.2.7", 403},
    {&inside, "2001:db8::1", 200}, {&inside, "2001:db9::1", 403}, {&inside, "::ffff:10.2.3.4", 200},
    {&without, "192.0.2.7", 403},  {&without, "192.0.2.8", 200},  {&without, "::1", 200},
};

START_TEST(clients_are_known_by_their_networks)
{
    struct cadre_test_client *client =
        client_with(&cadre_networks, clients[_i].options, NULL, clients[_i].address);

    cadre_assert_status(cadre_test_get(client, "/"), clients[_i].status);
    cadre_test_close(client);
}
END_TEST

static const struct cadre_networks_options no_network,
    odd_network = {.deny = CADRE_STRINGS("10.0.0.1/8")};

START_TEST(networks_that_are_none_are_refused)
{
    refused(&cadre_networks, NULL, "neither allow nor deny");
    refused(&cadre_networks, &no_network, "neither allow nor deny");
    refused(&cadre_networks, &odd_network, "deny: \"10.0.0.1/8\" is no network");
}
END_TEST

/* --- security_headers, request_ids --- */

START_TEST(browsers_are_told_to_be_careful)
{
    static const struct cadre_security_headers_options own = {
        .content_security_policy = "default-src 'self'", .referrer_policy = CADRE_NO_HEADER};
    const struct cadre_security_headers_options *options = _i == 0 ? NULL : &own;
    struct cadre_test_client *client = client_with(
        &cadre_security_headers, options, _i == 0 ? "http://shop.org" : "https://shop.org", NULL);
    const struct cadre_test_response *res = cadre_test_get(client, "/");

    cadre_assert_header(res, "x-content-type-options", "nosniff");
    cadre_assert_header(res, "x-frame-options", "DENY");
    cadre_assert_header(res, "cross-origin-opener-policy", "same-origin");
    cadre_assert_header(res, "permissions-policy", NULL);
    cadre_assert_header(res, "strict-transport-security", _i == 0 ? NULL : "max-age=31536000");
    cadre_assert_header(res, "content-security-policy", _i == 0 ? NULL : "default-src 'self'");
    cadre_assert_header(res, "referrer-policy", _i == 0 ? "strict-origin-when-cross-origin" : NULL);
    cadre_assert_header(cadre_test_get(client, "/framed"), "x-frame-options", "SAMEORIGIN");
    cadre_assert_header(cadre_test_get(client, "/broken"), "x-frame-options", "DENY");
    cadre_test_close(client);
}
END_TEST

START_TEST(the_request_is_named)
{
    static const struct cadre_request_id_options own = {.header = "x-trace"},
                                                 odd = {.header = "a b"};
    struct cadre_test_client *client =
        client_with(&cadre_request_ids, _i == 0 ? NULL : &own, NULL, NULL);
    const struct cadre_test_response *res = cadre_test_get(client, "/framed");

    cadre_assert_header(res, _i == 0 ? "x-request-id" : "x-trace", cadre_test_text(res));
    ck_assert_uint_eq(strlen(cadre_test_text(res)), 32);
    cadre_test_close(client);
    refused(&cadre_request_ids, &odd, "header: \"a b\" is not the name of a field");
}
END_TEST

/* --- time_limit --- */

static const struct {
    const char *path;
    int status;
    const char *body;
} limited[] = {
    {"/", 200, "hello"},
    {"/sleeps", 504, "Gateway Timeout"},
    {"/begins", 200, "late"},
    {"/fails", 500, "Internal Server Error"},
    {"/broken", 500, "Internal Server Error"},
};

START_TEST(a_response_begins_in_time)
{
    static const struct cadre_time_limit_options options = {.ms = 1000};
    struct cadre_test_client *client = client_with(&cadre_time_limit, &options, NULL, NULL);
    const struct cadre_test_response *res = cadre_test_get(client, limited[_i].path);

    cadre_assert_status(res, limited[_i].status);
    cadre_assert_body(res, limited[_i].body);
    cadre_assert_status(cadre_test_get(client, "/"), 200);
    cadre_test_close(client);
    refused(&cadre_time_limit, NULL, "ms: say how many milliseconds");
}
END_TEST

UNIT_MAIN("middleware/guards",
          UNIT_LOOP(hosts_are_those_that_are_named, sizeof(hosts) / sizeof(hosts[0])),
          UNIT_CASE(any_host_may_be_trusted_and_www_left_out),
          UNIT_CASE(hosts_that_make_no_sense_are_refused),
          UNIT_LOOP(http_goes_to_https, sizeof(schemes) / sizeof(schemes[0])),
          UNIT_LOOP(redirects_keep_what_a_proxy_has_cut_off, 2),
          UNIT_LOOP(clients_are_known_by_their_networks, sizeof(clients) / sizeof(clients[0])),
          UNIT_CASE(networks_that_are_none_are_refused),
          UNIT_LOOP(browsers_are_told_to_be_careful, 2), UNIT_LOOP(the_request_is_named, 2),
          UNIT_LOOP(a_response_begins_in_time, sizeof(limited) / sizeof(limited[0])))
