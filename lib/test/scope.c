/* SPDX-License-Identifier: MIT */
/* From a struct cadre_test_request to a scope: its head, and its trailers (test/exchange.h). */
#include "config.h"

#include "test/exchange.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What no wire would bring is not handed over. */
static int check_field(const struct cadre__test_exchange *ex, const struct cadre__header *field)
{
    const char *wrong = !cadre__header_name_is_valid(field->name)     ? "name is no token"
                        : !cadre__header_value_is_valid(field->value) ? "value holds control bytes"
                                                                      : NULL;

    if (wrong == NULL)
        return 0;
    cadre__test_response_fail(ex->res,
                              "the header \"%s: %s\" is refused, its %s: a server answers "
                              "400",
                              field->name.ptr, field->value.ptr, wrong);
    return -EINVAL;
}

static int check_method(const struct cadre__test_exchange *ex, const char *method)
{
    bool is_token = *method != '\0';

    for (const char *c = method; *c != '\0'; c++)
        is_token = is_token && (isalnum((unsigned char)*c) || strchr("!#$%&'*+-.^_`|~", *c));
    if (!is_token)
        cadre__test_response_fail(ex->res, "the method \"%s\" is no token: a server answers 400",
                                  method);
    return is_token ? 0 : -EINVAL;
}

static int push(struct cadre__test_exchange *ex, size_t *size, const char *name, size_t name_len,
                const char *value)
{
    struct cadre__scope *scope = &ex->scope;
    struct cadre__header *list = (struct cadre__header *)(uintptr_t)scope->headers;
    char *lower = cadre__arena_strndup(&ex->arena, name, name_len);
    size_t len;

    value += strspn(value, " \t");
    len = strlen(value);
    while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
        len--;
    if (scope->n_headers == *size) {
        *size = *size * 2 + 8;
        list = cadre__arena_alloc(&ex->arena, *size * sizeof(*list));
        if (!list)
            return -ENOMEM;
        if (scope->n_headers > 0)
            memcpy(list, scope->headers, scope->n_headers * sizeof(*list));
        scope->headers = list;
    }
    value = cadre__arena_strndup(&ex->arena, value, len);
    if (!lower || !value)
        return -ENOMEM;
    for (char *c = lower; *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c + 'a' - 'A');
    }
    list[scope->n_headers] = (struct cadre__header){{lower, name_len}, {value, len}};
    return check_field(ex, &list[scope->n_headers++]);
}

/* Adds "name: value" lines. */
static int push_lines(struct cadre__test_exchange *ex, size_t *size, const char *const *lines,
                      bool without_credentials)
{
    int r = 0;

    for (size_t i = 0; r == 0 && lines && lines[i]; i++) {
        const char *colon = strchr(lines[i], ':');
        struct cadre_str name = {lines[i], colon ? (size_t)(colon - lines[i]) : 0};

        if (!colon || name.len == 0) {
            cadre__test_response_fail(ex->res, "the header \"%s\" is not \"name: value\"",
                                      lines[i]);
            return -EINVAL;
        }
        if (without_credentials && (cadre_str_eq_nocase(name, CADRE_STR("authorization")) ||
                                    cadre_str_eq_nocase(name, CADRE_STR("cookie"))))
            continue;
        r = push(ex, size, name.ptr, name.len, colon + 1);
    }
    return r;
}

static int push_missing(struct cadre__test_exchange *ex, size_t *size, const char *name,
                        const char *value)
{
    struct cadre_str wanted = cadre_str_from(name);

    if (!value || cadre__scope_header(&ex->scope, wanted))
        return 0;
    return push(ex, size, name, wanted.len, value);
}

/* Of a handshake (RFC 6455 §4.1), by the key of its example. */
static int push_handshake(struct cadre__test_exchange *ex, const struct cadre_test_request *request,
                          size_t *size)
{
    struct cadre__buf offered;
    int r;

    cadre__buf_init(&offered);
    for (const char *const *name = request->subprotocols; name && *name; name++)
        cadre__buf_printf(&offered, "%s%s", offered.len > 0 ? ", " : "", *name);
    r = offered.error;
    if (r == 0)
        r = push_missing(ex, size, "connection", "Upgrade");
    if (r == 0)
        r = push_missing(ex, size, "upgrade", "websocket");
    if (r == 0)
        r = push_missing(ex, size, "sec-websocket-version", "13");
    if (r == 0)
        r = push_missing(ex, size, "sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    if (r == 0 && offered.len > 0)
        r = push_missing(ex, size, "sec-websocket-protocol", cadre__buf_text(&offered));
    cadre__buf_done(&offered);
    return r;
}

static int make_headers(struct cadre__test_exchange *ex, const struct cadre_test_request *request,
                        const struct cadre__test_asked *asked)
{
    const char *authority = cadre__test_url_authority(&ex->arena, asked->url);
    bool has_body = !asked->without_body && (request->body || request->text);
    char length[24] = "";
    size_t size = 0;
    int r;

    if (!authority)
        return -ENOMEM;
    if (has_body)
        snprintf(length, sizeof(length), "%zu",
                 request->text ? strlen(request->text) : request->body_len);
    r = push_lines(ex, &size, request->headers, asked->other_host);
    if (r == 0)
        r = push_missing(ex, &size, "host", authority);
    if (r == 0)
        r = push_missing(ex, &size, "user-agent", "testclient");
    if (r == 0)
        r = push_missing(ex, &size, "accept", "*/*");
    if (r == 0)
        r = push_missing(ex, &size, "cookie", asked->cookies);
    if (r == 0 && !asked->without_body)
        r = push_missing(ex, &size, "content-type", request->type);
    if (r == 0 && has_body)
        r = push_missing(ex, &size, "content-length", length);
    if (r == 0 && asked->is_websocket)
        r = push_handshake(ex, request, &size);
    return r;
}

/* Trailers are made like headers, in their place, and set aside. */
static int make_trailers(struct cadre__test_exchange *ex, const struct cadre_test_request *request)
{
    size_t size = 0;
    int r;

    if (!request->trailers)
        return 0;
    r = push_lines(ex, &size, request->trailers, false);
    ex->trailers.list = (struct cadre__header *)(uintptr_t)ex->scope.headers;
    ex->trailers.n = ex->scope.n_headers;
    ex->scope.headers = NULL;
    ex->scope.n_headers = 0;
    return r;
}

static int copy(struct cadre__test_exchange *ex, const char *text, struct cadre_str *ret)
{
    size_t len = strlen(text);

    *ret = (struct cadre_str){cadre__arena_strndup(&ex->arena, text, len), len};
    return ret->ptr ? 0 : -ENOMEM;
}

static const char *scheme_of(const struct cadre__test_asked *asked)
{
    if (!asked->is_websocket)
        return asked->url->scheme.ptr;
    return cadre_str_eq(asked->url->scheme, CADRE_STR("https")) ? "wss" : "ws";
}

int cadre__test_exchange_make_scope(struct cadre__test_exchange *ex,
                                    const struct cadre_test_request *request,
                                    const struct cadre__test_asked *asked)
{
    const struct cadre__test_url *url = asked->url;
    struct cadre__scope *scope = &ex->scope;
    int r;

    *scope = (struct cadre__scope){
        .type = asked->is_websocket ? CADRE__SCOPE_WEBSOCKET : CADRE__SCOPE_HTTP,
        .http_version = request->http_version > 0 ? request->http_version : 11,
        .client.port = 50000,
        .server.port = url->port,
        .number = asked->number,
    };
    r = check_method(ex, asked->method);
    if (r == 0)
        r = copy(ex, asked->method, &scope->method);
    if (r == 0)
        r = copy(ex, scheme_of(asked), &scope->scheme);
    if (r == 0)
        r = copy(ex, url->path.ptr, &scope->raw_path);
    if (r == 0)
        r = copy(ex, url->query.ptr, &scope->query);
    if (r == 0)
        r = copy(ex, asked->root_path, &scope->root_path);
    if (r == 0)
        r = copy(ex, asked->client_address, &scope->client.address);
    if (r == 0)
        r = copy(ex, url->host.ptr, &scope->server.address);
    if (r == 0)
        r = cadre__test_url_decode(&ex->arena, scope->raw_path, &scope->path);
    if (r == -EINVAL)
        cadre__test_response_fail(ex->res, "the path \"%s\" is not one: a server answers 400",
                                  url->path.ptr);
    if (r == 0)
        r = make_trailers(ex, request);
    return r < 0 ? r : make_headers(ex, request, asked);
}
