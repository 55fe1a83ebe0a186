/* SPDX-License-Identifier: MIT */
/* Who may come, by address (<cadre/guards.h>). */
#include "config.h"

#include "base/network.h"
#include <arpa/inet.h>
#include <cadre/guards.h>
#include <cadre/request.h>
#include <cadre/response.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct networks {
    size_t n_deny; /* they come first */
    size_t n;
    bool has_allow;
    struct cadre__network list[];
};

static int parse(const struct cadre_middleware_setup *setup, const char *name,
                 const struct cadre_strings *strings, struct networks *networks)
{
    for (size_t i = 0; i < strings->len; i++) {
        if (cadre__network_parse(strings->items[i], &networks->list[networks->n++]) == 0)
            continue;
        snprintf(setup->why, setup->why_size,
                 "%s: \"%s\" is no network: write an address, \"10.0.0.0/8\" without bits behind "
                 "its prefix, \"unix\", or \"*\"",
                 name, strings->items[i]);
        return -EINVAL;
    }
    return 0;
}

static int networks_setup(const struct cadre_middleware_setup *setup, const void *options,
                          void **ret_self)
{
    const struct cadre_networks_options *lists = options;
    struct networks *networks;
    int r;

    if (lists == NULL || lists->allow.len + lists->deny.len == 0) {
        snprintf(setup->why, setup->why_size, "neither allow nor deny names a network");
        return -EINVAL;
    }
    networks = calloc(1, sizeof(*networks) +
                             (lists->allow.len + lists->deny.len) * sizeof(networks->list[0]));
    if (networks == NULL)
        return -ENOMEM;
    r = parse(setup, "deny", &lists->deny, networks);
    networks->n_deny = networks->n;
    networks->has_allow = lists->allow.len > 0;
    if (r == 0)
        r = parse(setup, "allow", &lists->allow, networks);
    if (r < 0)
        free(networks);
    else
        *ret_self = networks;
    return r;
}

/* The family of an address as text, and its bytes; AF_UNIX where it is none. */
static int family_of(const char *text, uint8_t address[16])
{
    if (inet_pton(AF_INET, text, address) == 1)
        return AF_INET;
    if (inet_pton(AF_INET6, text, address) == 1)
        return AF_INET6;
    return text[0] == '\0' || text[0] == '/' || strncmp(text, "unix", 4) == 0 ? AF_UNIX : AF_UNSPEC;
}

static bool allows(const struct networks *networks, const char *client)
{
    uint8_t address[16] = {0};
    int family = family_of(client, address);

    for (size_t i = 0; i < networks->n; i++) {
        if (cadre__network_has(&networks->list[i], family, address))
            return i >= networks->n_deny;
    }
    return !networks->has_allow;
}

static int networks_call(struct cadre_request *req, void *self)
{
    return allows(self, cadre_client_address(req)) ? cadre_next(req)
                                                   : cadre_respond_text(req, 403, "Forbidden");
}

const struct cadre_middleware_type cadre_networks = {
    .name = "networks",
    .setup = networks_setup,
    .call = networks_call,
    .done = free,
};
