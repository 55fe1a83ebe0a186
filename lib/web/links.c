/* SPDX-License-Identifier: MIT */
/*
 * Parameters of a route as values, and links back to routes: <cadre/path.h>. A link is searched by
 * its name among all routes: what is made once for a page need not be quick.
 */
#include "web/request.h"

#include "web/app.h"
#include "web/converter.h"
#include <cadre/path.h>
#include <errno.h>
#include <stdarg.h>

/* --- values --- */

static int value_of(const struct cadre_request *req, const char *name,
                    const struct cadre_converter *wanted, void *ret)
{
    const struct cadre__pattern_segment *param;
    const char *text;

    cadre__request_check(req);
    param = cadre__request_param(req, name, &text);
    if (param == NULL)
        return -ENOENT;
    if ((wanted != NULL && param->converter != wanted) || param->converter->parse == NULL)
        return -EINVAL;
    return param->converter->parse(text, ret);
}

int cadre_path_int(const struct cadre_request *req, const char *name, int64_t *ret)
{
    return value_of(req, name, &cadre__converter_int, ret);
}

int cadre_path_double(const struct cadre_request *req, const char *name, double *ret)
{
    return value_of(req, name, &cadre__converter_float, ret);
}

int cadre_path_uuid(const struct cadre_request *req, const char *name, uint8_t ret[16])
{
    return value_of(req, name, &cadre__converter_uuid, ret);
}

int cadre_path_value(const struct cadre_request *req, const char *name, void *ret)
{
    return value_of(req, name, NULL, ret);
}

/* --- links --- */

/* One that was given. */
struct given {
    const char *name, *value;
};

struct link {
    struct cadre_request *req;
    const char *name; /* of the route, for the log */
    struct given given[CADRE__PATTERN_PARAMS_MAX];
    size_t n_given;
};

static const char *refuse(const struct link *link, const char *why, const char *what)
{
    cadre_log(CADRE_LOG_DEBUG, link->req, "no link to \"%s\": %s \"%s\"", link->name, why, what);
    errno = EINVAL;
    return NULL;
}

static const char *no_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

static const struct cadre__mount_route *find_in(const struct cadre__mount *mount, const char *name)
{
    for (size_t i = 0; i < mount->n_routes; i++) {
        if (strcmp(mount->routes[i].name, name) == 0)
            return &mount->routes[i];
    }
    return NULL;
}

/* In the request's own module, or in the one whose name is in front. */
static const struct cadre__mount_route *find_route(const struct cadre_request *req,
                                                   const char *name,
                                                   const struct cadre__mount **ret_mount)
{
    const struct cadre__mount_route *route;
    const char *colon = strchr(name, ':');
    char module[200];

    *ret_mount = req->mount;
    route = req->mount != NULL ? find_in(req->mount, name) : NULL;
    if (route != NULL || colon == NULL || (size_t)(colon - name) >= sizeof(module) ||
        req->mount == NULL)
        return route;
    memcpy(module, name, (size_t)(colon - name));
    module[colon - name] = '\0';
    *ret_mount = cadre__app_find_mount(req->mount->app, module);
    return *ret_mount != NULL ? find_in(*ret_mount, colon + 1) : NULL;
}

/* What may stand in a path as it is (RFC 3986 §3.3). */
static bool is_pchar(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~!$&'()*+,;=:@/", c) != NULL);
}

static void put_encoded(struct cadre__buf *buf, struct cadre_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (is_pchar(c))
            cadre__buf_putc(buf, (char)c);
        else
            cadre__buf_printf(buf, "%%%02X", c);
    }
}

static const char *given_value(const struct link *link, const char *name)
{
    for (size_t i = 0; i < link->n_given; i++) {
        if (strcmp(link->given[i].name, name) == 0)
            return link->given[i].value;
    }
    return NULL;
}

static bool has_param(const struct cadre__pattern *pattern, const char *name)
{
    for (size_t i = 0; i < pattern->n_params; i++) {
        if (strcmp(cadre__pattern_param_name(pattern, i), name) == 0)
            return true;
    }
    return false;
}

/* The first that was given and is none of the route's; NULL: there is none. */
static const char *find_stranger(const struct link *link, const struct cadre__mount_route *route)
{
    for (size_t i = 0; i < link->n_given; i++) {
        const char *name = link->given[i].name;

        if (!has_param(&route->pattern, name) && !has_param(&route->host, name))
            return name;
    }
    return NULL;
}

/* Writes what the pattern is with the parameters. NULL where it went well, or why it did not. */
static const char *put_pattern(const struct link *link, const struct cadre__pattern *pattern,
                               struct cadre__buf *buf, const char **ret_what)
{
    for (size_t i = 0; i < pattern->n_segments; i++) {
        const struct cadre__pattern_segment *segment = &pattern->segments[i];
        const char *value;

        if (i > 0 || pattern->separator == '/')
            cadre__buf_putc(buf, pattern->separator);
        put_encoded(buf, segment->prefix);
        if (segment->name == NULL)
            continue;
        *ret_what = segment->name;
        value = given_value(link, segment->name);
        if (value == NULL)
            return "it needs the parameter";
        if (!cadre__converter_takes(segment->converter, value, strlen(value)) ||
            (pattern->separator == '.' && strchr(value, '.') != NULL))
            return "the text is not of the type of its parameter";
        put_encoded(buf, cadre_str_from(value));
        put_encoded(buf, segment->suffix);
    }
    return NULL;
}

/* Of a WebSocket from a page of https "wss", and so on: with TLS where the request has it. */
static const char *scheme_of(const struct cadre_request *req,
                             const struct cadre__mount_route *route)
{
    const char *scheme = cadre_scheme(req);
    bool is_secure = strcmp(scheme, "https") == 0 || strcmp(scheme, "wss") == 0;

    if (route->is_websocket)
        return is_secure ? "wss" : "ws";
    return is_secure ? "https" : "http";
}

/* Scheme and host. NULL, or why not. */
static const char *put_origin(const struct link *link, const struct cadre__mount_route *route,
                              struct cadre__buf *buf, const char **ret_what)
{
    const char *host;

    cadre__buf_printf(buf, "%s://", scheme_of(link->req, route));
    if (route->has_host)
        return put_pattern(link, &route->host, buf, ret_what);
    host = cadre_host(link->req);
    if (host != NULL)
        cadre__buf_puts(buf, host);
    else
        buf->error = -ENOMEM;
    return NULL;
}

static const char *write_link(const struct link *link, bool absolute, struct cadre__buf *buf)
{
    struct cadre_str root = link->req->scope->root_path;
    const struct cadre__mount *mount;
    const struct cadre__mount_route *route = find_route(link->req, link->name, &mount);
    const char *what = "", *why = NULL;
    size_t begin;

    if (route == NULL) {
        (void)refuse(link, "no route has that name in the module", cadre_module_name(link->req));
        errno = ENOENT;
        return NULL;
    }
    what = find_stranger(link, route);
    if (what != NULL)
        return refuse(link, "it has no parameter", what);
    if (absolute)
        why = put_origin(link, route, buf, &what);
    if (root.len > 0)
        cadre__buf_append(buf, root.ptr, root.len);
    begin = buf->len;
    put_encoded(buf, cadre_str_from(mount->path));
    if (why == NULL)
        why = put_pattern(link, &route->pattern, buf, &what);
    if (why != NULL)
        return refuse(link, why, what);
    if (buf->error < 0)
        return no_memory();
    if (!absolute && begin == 0 && strncmp(cadre__buf_text(buf), "//", 2) == 0)
        return cadre__arena_printf(link->req->arena, "/%%2F%s", cadre__buf_text(buf) + 2);
    return cadre__arena_strndup(link->req->arena, cadre__buf_text(buf), buf->len);
}

static const char *make_link(struct cadre_request *req, const char *name, bool absolute,
                             va_list args)
{
    struct link link = {.req = req, .name = name};
    struct cadre__buf buf;
    const char *param, *text;
    int error;

    cadre__request_check(req);
    while ((param = va_arg(args, const char *)) != NULL) {
        if (link.n_given == CADRE__PATTERN_PARAMS_MAX)
            return refuse(&link, "too many parameters, as", param);
        link.given[link.n_given++] = (struct given){param, va_arg(args, const char *)};
        if (link.given[link.n_given - 1].value == NULL)
            return refuse(&link, "there is no text for the parameter", param);
    }
    cadre__buf_init(&buf);
    text = write_link(&link, absolute, &buf);
    error = errno;
    cadre__buf_done(&buf);
    errno = error;
    return text;
}

const char *cadre_url_path_for(struct cadre_request *req, const char *name, ...)
{
    const char *text;
    va_list args;

    va_start(args, name);
    text = make_link(req, name, false, args);
    va_end(args);
    return text;
}

const char *cadre_url_for(struct cadre_request *req, const char *name, ...)
{
    const char *text;
    va_list args;

    va_start(args, name);
    text = make_link(req, name, true, args);
    va_end(args);
    return text;
}
