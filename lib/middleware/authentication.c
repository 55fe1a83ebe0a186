/* SPDX-License-Identifier: MIT */
/* Who asks, and what they may (<cadre/authentication.h>). */
#include "middleware/text.h"
#include "web/request.h"
#include <cadre/authentication.h>
#include <cadre/errors.h>
#include <cadre/path.h>
#include <cadre/request.h>
#include <cadre/response.h>
#include <cadre/websocket.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Where a request keeps it; the addresses are the names', too. */
static const char credentials_name[] = "cadre.credentials";
static const char why_name[] = "cadre.authentication.why";

/* --- credentials --- */

const struct cadre_credentials *cadre_credentials_get(const struct cadre_request *req)
{
    return cadre_request_get(req, credentials_name);
}

int cadre_credentials_set(struct cadre_request *req, const struct cadre_credentials *credentials)
{
    struct cadre_credentials *copy = NULL;

    if (credentials != NULL) {
        copy = cadre_alloc(req, sizeof(*copy));
        if (copy == NULL)
            return -ENOMEM;
        *copy = *credentials;
    }
    return cadre_request_set(req, credentials_name, copy);
}

bool cadre_has_scopes(const struct cadre_request *req, const struct cadre_strings *scopes)
{
    const struct cadre_credentials *credentials = cadre_credentials_get(req);
    size_t n = scopes != NULL ? scopes->len : 0;

    for (size_t i = 0; credentials != NULL && i < n; i++) {
        if (!cadre__strings_have(&credentials->scopes, cadre_str_from(scopes->items[i])))
            return false;
    }
    return credentials != NULL;
}

/* --- requirements --- */

static bool is_unreserved(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && strchr("-._~/", c) != NULL);
}

/* What the client has asked for, as the value of a query parameter (RFC 3986 §3.4). One that begins
 * with two slashes would be another host to who is sent there: it gets a dot before them, which
 * changes nothing of the path. NULL: ENOMEM. */
static const char *quote_target(struct cadre_request *req)
{
    const char *query = cadre_query(req), *path = cadre_raw_path(req);
    struct cadre_str root = req->scope->root_path;
    bool is_host = root.len == 0 && path[0] == '/' && (path[1] == '/' || path[1] == '\\');
    const char *target =
        cadre_printf(req, "%s%.*s%s%s%s", is_host ? "/." : "", CADRE_STR_ARGS(root), path,
                     query[0] != '\0' ? "?" : "", query);
    char *quoted = target != NULL ? cadre_alloc(req, 3 * strlen(target) + 1) : NULL;
    char *at = quoted;

    if (quoted == NULL)
        return NULL;
    for (const char *from = target; *from != '\0'; from++) {
        if (is_unreserved(*from))
            *at++ = *from;
        else
            at += sprintf(at, "%%%02X", (unsigned)(unsigned char)*from);
    }
    *at = '\0';
    return quoted;
}

/* Sends the client to that route. -EINVAL: there is none, which is logged. */
static int redirect_to(struct cadre_request *req, const char *name)
{
    const char *path = cadre_url_path_for(req, name, (char *)NULL);
    const char *target, *url;
    int r;

    if (path == NULL && errno == ENOMEM)
        return -ENOMEM;
    if (path == NULL) {
        cadre_log(CADRE_LOG_ERROR, req,
                  "who may not be here cannot be sent to \"%s\": the module has no such route, or "
                  "it has parameters",
                  name);
        return -EINVAL;
    }
    target = quote_target(req);
    url = target != NULL ? cadre_printf(req, "%s?next=%s", path, target) : NULL;
    if (url == NULL)
        return -ENOMEM;
    r = cadre_redirect(req, 303, url);
    return r < 0 ? r : 1;
}

int cadre_require(struct cadre_request *req, const struct cadre_requirement *requirement)
{
    if (cadre_has_scopes(req, &requirement->scopes))
        return 0;
    if (requirement->redirect != NULL && !cadre_is_websocket(req))
        return redirect_to(req, requirement->redirect);
    return cadre_fail(req, requirement->status != 0 ? requirement->status : 403, NULL);
}

/* --- the layer --- */

int cadre_authentication_fail(struct cadre_request *req, const char *why)
{
    char *copy = cadre_strdup(req, why);

    if (copy == NULL || cadre_request_set(req, why_name, copy) < 0)
        return -ENOMEM;
    return -EACCES;
}

static int authentication_setup(const struct cadre_middleware_setup *setup, const void *options,
                                void **ret_self)
{
    const struct cadre_authentication_options *own = options;

    (void)ret_self;
    if (own != NULL && own->backend != NULL)
        return 0;
    snprintf(setup->why, setup->why_size,
             "backend: there is none: name the function that finds out who asks");
    return -EINVAL;
}

static int refuse(struct cadre_request *req, const struct cadre_authentication_options *options,
                  const char *why)
{
    if (options->on_error != NULL)
        return options->on_error(req, why);
    if (cadre_is_websocket(req))
        return cadre_websocket_close(req, CADRE_WS_NORMAL, NULL);
    return cadre_respond_text(req, 400, why);
}

static int authentication_call(struct cadre_request *req, void *self)
{
    const struct cadre_authentication_options *options = self;
    struct cadre_credentials found = {.user = NULL};
    int r = options->backend(req, options->arg, &found);
    const char *why = r == -EACCES ? cadre_request_get(req, why_name) : NULL;

    if (why != NULL)
        return refuse(req, options, why);
    if (r > 0)
        r = cadre_credentials_set(req, &found);
    return r < 0 ? r : cadre_next(req);
}

const struct cadre_middleware_type cadre_authentication = {
    .name = "authentication",
    .setup = authentication_setup,
    .call = authentication_call,
};
