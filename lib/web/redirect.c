/* SPDX-License-Identifier: MIT */
/*
 * Redirects of the runtime's own: to the path with a '/' more or less, where that has a route. The
 * location is a reference to a path (RFC 9110 §10.2.2), as it was sent: whatever a proxy has done
 * to scheme and host, it is right.
 */
#include "web/request.h"

#include <errno.h>

int cadre__request_redirect_slash(struct cadre_request *req)
{
    const struct cadre__scope *scope = req->scope;
    struct cadre_str path = scope->raw_path;
    const char *more = "/";
    char *location;
    int r;

    if (scope->path.len > 1 && scope->path.ptr[scope->path.len - 1] == '/') {
        if (path.ptr[path.len - 1] != '/') /* "%2F" is not to be taken away */
            return cadre__request_respond_status(req, 404);
        path.len--;
        more = "";
    }
    location = cadre__arena_printf(req->arena, "%.*s%.*s%s%s%.*s", CADRE_STR_ARGS(scope->root_path),
                                   CADRE_STR_ARGS(path), more, scope->query.len > 0 ? "?" : "",
                                   CADRE_STR_ARGS(scope->query));
    if (location == NULL)
        return -ENOMEM;
    if (location[0] != '/' || location[1] == '/' || location[1] == '\\') /* a host would follow */
        return cadre__request_respond_status(req, 404);
    r = cadre_header_set(req, "location", location);
    if (r == -EINVAL)
        return cadre__request_respond_status(req, 404);
    return r < 0 ? r : cadre_respond_empty(req, 307);
}
