/* SPDX-License-Identifier: MIT */
/* URLs for the test client: test/url.h. */
#include "config.h"

#include "test/url.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"

static int copy(struct cadre__arena *arena, const char *text, size_t len, struct cadre_str *ret)
{
    char *bytes = cadre__arena_strndup(arena, text, len);

    if (!bytes)
        return -ENOMEM;
    *ret = (struct cadre_str){bytes, len};
    return 0;
}

/* The same of a part of a target: what may not stand there is percent-encoded, as browsers do. */
static int copy_encoded(struct cadre__arena *arena, const char *text, size_t len,
                        struct cadre_str *ret)
{
    char *bytes = cadre__arena_alloc(arena, len * 3 + 1);
    size_t n = 0;

    if (!bytes)
        return -ENOMEM;
    for (size_t i = 0; i < len; i++) {
        if (text[i] > ' ' && text[i] < 0x7f)
            bytes[n++] = text[i];
        else
            n += (size_t)sprintf(bytes + n, "%%%02X", (unsigned char)text[i]);
    }
    bytes[n] = '\0';
    *ret = (struct cadre_str){bytes, n};
    return 0;
}

static uint16_t port_of(struct cadre_str scheme)
{
    return cadre_str_eq(scheme, CADRE_STR("https")) ? 443 : 80;
}

static int parse_port(const char *text, size_t len, uint16_t *ret)
{
    unsigned port = 0;

    if (len == 0 || len > 5)
        return -EINVAL;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -EINVAL;
        port = port * 10 + (unsigned)(text[i] - '0');
    }
    if (port > UINT16_MAX)
        return -EINVAL;
    *ret = (uint16_t)port;
    return 0;
}

/* "host", "host:80", "[::1]:80". */
static int parse_authority(struct cadre__arena *arena, const char *text, size_t len,
                           struct cadre__test_url *ret)
{
    const char *bracket = len > 0 && text[0] == '[' ? memchr(text, ']', len) : NULL;
    size_t host_len = bracket ? (size_t)(bracket - text) + 1 : strcspn(text, ":");
    int r;

    if (host_len > len)
        host_len = len;
    if (host_len == 0 || memchr(text, '@', len))
        return -EINVAL;
    ret->port = port_of(ret->scheme);
    if (host_len < len) {
        if (text[host_len] != ':')
            return -EINVAL;
        r = parse_port(text + host_len + 1, len - host_len - 1, &ret->port);
        if (r < 0)
            return r;
    }
    return copy(arena, text, host_len, &ret->host);
}

/* "/a/./b/../c" is "/a/c" (RFC 3986 §5.2.4). In place. */
static size_t remove_dots(char *path, size_t len)
{
    size_t out = 0, at = 0;

    while (at < len) {
        size_t part = 1;

        while (at + part < len && path[at + part] != '/')
            part++;
        bool is_last = at + part == len;
        bool is_one = part == 2 && path[at + 1] == '.';
        bool is_two = part == 3 && path[at + 1] == '.' && path[at + 2] == '.';

        if (is_two) {
            while (out > 0 && path[--out] != '/')
                ;
        }
        if (is_one || is_two) {
            if (is_last)
                path[out++] = '/';
        } else {
            memmove(path + out, path + at, part);
            out += part;
        }
        at += part;
    }
    return out;
}

/* A path that begins with '/' is taken as it is: tests of a server want odd ones. */
static int resolve_path(struct cadre__arena *arena, const struct cadre__test_url *base,
                        const char *text, size_t len, struct cadre__test_url *ret)
{
    struct cadre_str rest;
    size_t kept = 0;
    char *path;
    int r;

    if (len > 0 && (text[0] == '/' || (len == 1 && text[0] == '*')))
        return copy_encoded(arena, text, len, &ret->path);
    if (len == 0 && base) {
        ret->path = base->path;
        return 0;
    }
    for (size_t i = 0; base && i < base->path.len; i++) {
        if (base->path.ptr[i] == '/')
            kept = i + 1;
    }
    r = copy_encoded(arena, text, len, &rest);
    path = r == 0 ? cadre__arena_alloc(arena, kept + rest.len + 2) : NULL;
    if (!path)
        return -ENOMEM;
    if (kept > 0)
        memcpy(path, base->path.ptr, kept);
    else
        path[kept++] = '/';
    memcpy(path + kept, rest.ptr, rest.len);
    ret->path.len = remove_dots(path, kept + rest.len);
    path[ret->path.len] = '\0';
    ret->path.ptr = path;
    return 0;
}

static int resolve_rest(struct cadre__arena *arena, const struct cadre__test_url *base,
                        const char *text, struct cadre__test_url *ret)
{
    size_t len = strcspn(text, "?#");
    int r = resolve_path(arena, base, text, len, ret);

    if (r < 0)
        return r;
    if (text[len] != '?') {
        ret->has_query = len == 0 && base && base->has_query;
        ret->query = ret->has_query ? base->query : CADRE_STR("");
        return 0;
    }
    text += len + 1;
    ret->has_query = true;
    return copy_encoded(arena, text, strcspn(text, "#"), &ret->query);
}

int cadre__test_url_resolve(struct cadre__arena *arena, const struct cadre__test_url *base,
                            const char *text, struct cadre__test_url *ret)
{
    struct cadre__test_url url = {.scheme = CADRE_STR("http")};
    bool has_authority = true;
    int r;

    if (strncasecmp(text, "http://", 7) == 0) {
        text += 7;
    } else if (strncasecmp(text, "https://", 8) == 0) {
        url.scheme = CADRE_STR("https");
        text += 8;
    } else if (!base || strstr(text, "://") == text + strspn(text, "abcdefghijklmnopqrstuvwxyz")) {
        return -EINVAL;
    } else {
        url.scheme = base->scheme;
        has_authority = strncmp(text, "//", 2) == 0;
        text += has_authority ? 2 : 0;
    }
    if (has_authority) {
        size_t len = strcspn(text, "/?#");

        r = parse_authority(arena, text, len, &url);
        if (r < 0)
            return r;
        text += len;
        base = NULL;
    } else {
        url.host = base->host;
        url.port = base->port;
    }
    r = resolve_rest(arena, base, text, &url);
    if (r == 0)
        *ret = url;
    return r;
}

char *cadre__test_url_authority(struct cadre__arena *arena, const struct cadre__test_url *url)
{
    if (url->port == port_of(url->scheme))
        return cadre__arena_strndup(arena, url->host.ptr, url->host.len);
    return cadre__arena_printf(arena, "%.*s:%u", CADRE_STR_ARGS(url->host), url->port);
}

char *cadre__test_url_format(struct cadre__arena *arena, const struct cadre__test_url *url)
{
    const char *authority = cadre__test_url_authority(arena, url);

    if (!authority)
        return NULL;
    return cadre__arena_printf(arena, "%.*s://%s%.*s%s%.*s", CADRE_STR_ARGS(url->scheme), authority,
                               CADRE_STR_ARGS(url->path), url->has_query ? "?" : "",
                               CADRE_STR_ARGS(url->query));
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int cadre__test_url_decode(struct cadre__arena *arena, struct cadre_str path, struct cadre_str *ret)
{
    char *out = cadre__arena_alloc(arena, path.len + 1);
    size_t len = 0;

    if (!out)
        return -ENOMEM;
    for (size_t i = 0; i < path.len; i++) {
        char c = path.ptr[i];

        if (c == '%') {
            int high = i + 2 < path.len ? hex(path.ptr[i + 1]) : -1;
            int low = i + 2 < path.len ? hex(path.ptr[i + 2]) : -1;

            if (high < 0 || low < 0 || high + low == 0)
                return -EINVAL;
            c = (char)(high * 16 + low);
            i += 2;
        }
        out[len++] = c;
    }
    out[len] = '\0';
    *ret = (struct cadre_str){out, len};
    return 0;
}
