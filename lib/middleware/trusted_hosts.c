/* SPDX-License-Identifier: MIT */
/* Hosts that are served (<cadre/guards.h>). */
#include "config.h"

#include "base/str.h"
#include "web/request.h"
#include <cadre/guards.h>
#include <cadre/request.h>
#include <cadre/response.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool has_wildcard_elsewhere(const char *host)
{
    const char *star = strchr(host, '*');

    return star != NULL &&
           (star != host || (host[1] != '\0' && (host[1] != '.' || strchr(host + 1, '*') != NULL)));
}

/* Whether it is a host as matches() compares it: without scheme, port, path and blanks. */
static bool is_host(const char *host)
{
    const char *colon = strrchr(host, ':');

    for (const char *c = host; *c != '\0'; c++) {
        if ((unsigned char)*c <= ' ' || *c == '/' || *c == '@' || *c == 0x7f)
            return false;
    }
    return host[0] != '\0' && (colon == NULL || (host[0] == '[' && host[strlen(host) - 1] == ']'));
}

static int hosts_setup(const struct cadre_middleware_setup *setup, const void *options,
                       void **ret_self)
{
    const struct cadre_trusted_hosts_options *hosts = options;

    if (hosts == NULL || hosts->hosts.len == 0) {
        snprintf(setup->why, setup->why_size,
                 "hosts: there are none, so nobody would be served: name some, or \"*\"");
        return -EINVAL;
    }
    for (size_t i = 0; i < hosts->hosts.len; i++) {
        if (!is_host(hosts->hosts.items[i])) {
            snprintf(setup->why, setup->why_size,
                     "hosts: \"%s\" would match no request: write the name alone, without scheme, "
                     "port and path; an address of IPv6 in brackets",
                     hosts->hosts.items[i]);
            return -EINVAL;
        }
        if (!has_wildcard_elsewhere(hosts->hosts.items[i]))
            continue;
        snprintf(setup->why, setup->why_size,
                 "hosts: \"%s\": a wildcard stands at the beginning, \"*.example.org\"",
                 hosts->hosts.items[i]);
        return -EINVAL;
    }
    (void)ret_self;
    return 0;
}

/* A host without its port: "[::1]:80" is "[::1]". */
static struct cadre_str without_port(struct cadre_str host)
{
    const char *bracket = memchr(host.ptr, ']', host.len);
    size_t from = bracket != NULL ? (size_t)(bracket - host.ptr) : 0;
    const char *colon = memchr(host.ptr + from, ':', host.len - from);

    return colon != NULL ? (struct cadre_str){host.ptr, (size_t)(colon - host.ptr)} : host;
}

static bool matches(const char *pattern, struct cadre_str host)
{
    struct cadre_str wanted = cadre_str_from(pattern);

    if (pattern[0] != '*')
        return cadre_str_eq_nocase(wanted, host);
    wanted = (struct cadre_str){pattern + 1, wanted.len - 1};
    return host.len > wanted.len || wanted.len == 0
               ? cadre_str_eq_nocase(
                     wanted, (struct cadre_str){host.ptr + host.len - wanted.len, wanted.len})
               : false;
}

static bool is_trusted(const struct cadre_trusted_hosts_options *options, struct cadre_str host)
{
    for (size_t i = 0; i < options->hosts.len; i++) {
        if (matches(options->hosts.items[i], host))
            return true;
    }
    return false;
}

/* "www." before a host, where that is one of those by name. */
static int redirect_to_www(struct cadre_request *req, const char *host)
{
    const char *query = cadre_query(req);
    const char *url = cadre_printf(req, "%s://www.%s%.*s%s%s%s", cadre_scheme(req), host,
                                   CADRE_STR_ARGS(req->scope->root_path), cadre_raw_path(req),
                                   query[0] != '\0' ? "?" : "", query);

    return url != NULL ? cadre_redirect(req, 307, url) : -ENOMEM;
}

static int hosts_call(struct cadre_request *req, void *self)
{
    const struct cadre_trusted_hosts_options *options = self;
    const char *field = cadre_header(req, "host");
    struct cadre_str host = without_port(cadre_str_from(field != NULL ? field : ""));
    const char *www;

    if (is_trusted(options, host))
        return cadre_next(req);
    if (!options->no_www_redirect && host.len > 0) {
        www = cadre_printf(req, "www.%.*s", CADRE_STR_ARGS(host));
        if (www == NULL)
            return -ENOMEM;
        for (size_t i = 0; i < options->hosts.len; i++) {
            if (cadre_str_eq_nocase(cadre_str_from(options->hosts.items[i]), cadre_str_from(www)))
                return redirect_to_www(req, field);
        }
    }
    return cadre_respond_text(req, 400, "Invalid host header");
}

const struct cadre_middleware_type cadre_trusted_hosts = {
    .name = "trusted_hosts",
    .setup = hosts_setup,
    .call = hosts_call,
};
