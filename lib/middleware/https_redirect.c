/* SPDX-License-Identifier: MIT */
/* To the same place by TLS (<cadre/guards.h>). */
#include "web/request.h"
#include <cadre/guards.h>
#include <cadre/request.h>
#include <cadre/response.h>
#include <errno.h>
#include <string.h>

/* The length of a host without a port that is none, or the default of one of the schemes. */
static size_t host_len(const char *host)
{
    const char *bracket = strchr(host, ']');
    const char *colon = strchr(bracket != NULL ? bracket : host, ':');

    if (colon != NULL &&
        (strcmp(colon, ":80") == 0 || strcmp(colon, ":443") == 0 || strcmp(colon, ":") == 0))
        return (size_t)(colon - host);
    return strlen(host);
}

static int redirect_call(struct cadre_request *req, void *self)
{
    const char *scheme = cadre_scheme(req), *query = cadre_query(req);
    const char *secure = strcmp(scheme, "http") == 0 ? "https"
                         : strcmp(scheme, "ws") == 0 ? "wss"
                                                     : NULL;
    const char *host, *url;

    (void)self;
    if (secure == NULL)
        return cadre_next(req);
    host = cadre_host(req);
    url = host != NULL ? cadre_printf(req, "%s://%.*s%.*s%s%s%s", secure, (int)host_len(host), host,
                                      CADRE_STR_ARGS(req->scope->root_path), cadre_raw_path(req),
                                      query[0] != '\0' ? "?" : "", query)
                       : NULL;
    return url != NULL ? cadre_redirect(req, 307, url) : -ENOMEM;
}

const struct cadre_middleware_type cadre_https_redirect = {
    .name = "https_redirect",
    .call = redirect_call,
};
