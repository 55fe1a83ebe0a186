/* SPDX-License-Identifier: MIT */
/*
 * The URL of a request, as the client sees it. A Host field that is none is not repeated to
 * anybody: then the server's own address stands for it. Never suspends.
 */
#include "web/request.h"

#include "gateway/field.h"

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* ":80", or nothing. */
static bool is_port(struct cadre_str text)
{
    if (text.len == 0)
        return true;
    if (text.ptr[0] != ':' || text.len > 6)
        return false;
    for (size_t i = 1; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    }
    return true;
}

/* A name or an address, with or without a port (RFC 3986 §3.2.2, but for what no host has). */
static bool is_host(struct cadre_str text)
{
    size_t i = 0;

    if (text.len > 0 && text.ptr[0] == '[') {
        for (i = 1; i < text.len && text.ptr[i] != ']'; i++) {
            if (!is_alnum(text.ptr[i]) && text.ptr[i] != ':' && text.ptr[i] != '.')
                return false;
        }
        if (i < 3 || i++ == text.len)
            return false;
    } else {
        while (i < text.len && (is_alnum(text.ptr[i]) || strchr(".-_", text.ptr[i]) != NULL))
            i++;
        if (i == 0)
            return false;
    }
    return is_port((struct cadre_str){text.ptr + i, text.len - i});
}

const char *cadre_host(struct cadre_request *req)
{
    const struct cadre__endpoint *server = &req->scope->server;
    const struct cadre__header *host;

    cadre__request_check(req);
    host = cadre__scope_header(req->scope, cadre__field_name(CADRE__FIELD_HOST));
    if (host != NULL && is_host(host->value))
        return host->value.ptr;
    if (server->port == 0 || server->address.len == 0)
        return "localhost"; /* a UNIX socket has no better name */
    if (memchr(server->address.ptr, ':', server->address.len) != NULL)
        return cadre__arena_printf(req->arena, "[%.*s]:%u", CADRE_STR_ARGS(server->address),
                                   server->port);
    return cadre__arena_printf(req->arena, "%.*s:%u", CADRE_STR_ARGS(server->address),
                               server->port);
}

const char *cadre_url(struct cadre_request *req)
{
    const struct cadre__scope *scope = req->scope;
    const char *host = cadre_host(req);

    if (host == NULL)
        return NULL;
    return cadre__arena_printf(req->arena, "%.*s://%s%.*s%.*s%s%.*s", CADRE_STR_ARGS(scope->scheme),
                               host, CADRE_STR_ARGS(scope->root_path),
                               CADRE_STR_ARGS(scope->raw_path), scope->query.len > 0 ? "?" : "",
                               CADRE_STR_ARGS(scope->query));
}

const char *cadre_base_url(struct cadre_request *req)
{
    const char *host = cadre_host(req);

    if (host == NULL)
        return NULL;
    return cadre__arena_printf(req->arena, "%.*s://%s%s/", CADRE_STR_ARGS(req->scope->scheme), host,
                               req->root_path);
}
