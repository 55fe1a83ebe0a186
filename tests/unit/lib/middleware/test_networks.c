/* SPDX-License-Identifier: MIT */
/* Who may come, by address (lib/middleware/networks.c). */
#include "tests/unit/lib/middleware/layered.h"

static int hello(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "hello");
}

static const struct cadre_route routes[] = {
    CADRE_GET("/", hello),
    CADRE_ROUTES_END,
};

static struct cadre_test_client *client_with(const void *options, const char *address)
{
    const struct cadre_test_app app = {.client_address = address, .keep_redirects = true};

    return layered_open(routes, &cadre_networks, options, &app);
}

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
    struct cadre_test_client *client = client_with(clients[_i].options, clients[_i].address);

    cadre_assert_status(cadre_test_get(client, "/"), clients[_i].status);
    cadre_test_close(client);
}
END_TEST

static const struct cadre_networks_options no_network,
    odd_network = {.deny = CADRE_STRINGS("10.0.0.1/8")};

START_TEST(networks_that_are_none_are_refused)
{
    layered_refused(&cadre_networks, NULL, "neither allow nor deny");
    layered_refused(&cadre_networks, &no_network, "neither allow nor deny");
    layered_refused(&cadre_networks, &odd_network, "deny: \"10.0.0.1/8\" is no network");
}
END_TEST

UNIT_MAIN("middleware/networks",
          UNIT_LOOP(clients_are_known_by_their_networks, sizeof(clients) / sizeof(clients[0])),
          UNIT_CASE(networks_that_are_none_are_refused))
