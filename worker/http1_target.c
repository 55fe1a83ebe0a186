/* SPDX-License-Identifier: MIT */
/*
 * Forms of a request target: origin ("/a?b"), absolute ("http://h/a?b"), asterisk ("*", OPTIONS
 * only) and authority ("h:443", CONNECT only, which we do not offer).
 *
 * Pure: no I/O, no allocation, no suspension. worker/http1_target.h has the contract.
 */
#include "worker/http1_target.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "worker/http1_chars.h"
#include "worker/http1_parser.h"

static bool is(struct cadre_str s, const char *word)
{
    return s.len == strlen(word) && memcmp(s.ptr, word, s.len) == 0;
}

static bool starts_nocase(struct cadre_str s, const char *word)
{
    size_t len = strlen(word);

    return s.len >= len && strncasecmp(s.ptr, word, len) == 0;
}

static void split_query(struct cadre_str rest, struct http1_target *ret)
{
    const char *mark = memchr(rest.ptr, '?', rest.len);

    ret->path = rest;
    ret->query = (struct cadre_str){rest.ptr + rest.len, 0};
    if (mark) {
        ret->path.len = (size_t)(mark - rest.ptr);
        ret->query = (struct cadre_str){mark + 1, rest.len - ret->path.len - 1};
    }
    ret->path_is_encoded = memchr(ret->path.ptr, '%', ret->path.len) != NULL;
}

static int refuse(const char *reason, const char **ret_reason)
{
    *ret_reason = reason;
    return 400;
}

/* "http://host[:port][/path][?query]", also with https: a proxy may have ended TLS before us. */
static int parse_absolute(struct cadre_str target, struct http1_target *ret,
                          const char **ret_reason)
{
    size_t scheme = starts_nocase(target, "http://")    ? 7
                    : starts_nocase(target, "https://") ? 8
                                                        : 0;
    if (scheme == 0)
        return refuse("the request target is neither a path nor an http URL", ret_reason);

    struct cadre_str rest = {target.ptr + scheme, target.len - scheme};
    size_t len = 0;
    while (len < rest.len && rest.ptr[len] != '/' && rest.ptr[len] != '?')
        len++;
    if (len == 0 || !http1_is_host(rest.ptr, len))
        return refuse("malformed authority in the request target", ret_reason);

    ret->authority = (struct cadre_str){rest.ptr, len};
    split_query((struct cadre_str){rest.ptr + len, rest.len - len}, ret);
    if (ret->path.len == 0)
        ret->path = CADRE_STR("/");
    return 0;
}

int http1_target_parse(struct cadre_str method, struct cadre_str target, struct http1_target *ret,
                       const char **ret_reason)
{
    *ret = (struct http1_target){.authority = {target.ptr, 0}};
    if (is(method, "CONNECT")) {
        *ret_reason = "CONNECT is for proxies; this is none";
        return 501;
    }
    if (target.ptr[0] == '/') {
        split_query(target, ret);
        return 0;
    }
    if (is(target, "*")) {
        if (!is(method, "OPTIONS"))
            return refuse("the target * is for OPTIONS only", ret_reason);
        ret->path = target;
        ret->query = (struct cadre_str){target.ptr + 1, 0};
        return 0;
    }
    return parse_absolute(target, ret, ret_reason);
}

int http1_path_decode(struct cadre_str path, char *out)
{
    size_t len = 0;

    for (size_t i = 0; i < path.len; i++) {
        if (path.ptr[i] != '%') {
            out[len++] = path.ptr[i];
            continue;
        }
        if (path.len - i < 3)
            return -EINVAL;
        int high = http1_hex(path.ptr[i + 1]), low = http1_hex(path.ptr[i + 2]);
        if (high < 0 || low < 0 || (high == 0 && low == 0))
            return -EINVAL;
        out[len++] = (char)(high * 16 + low);
        i += 2;
    }
    return (int)len;
}

bool http1_authority_is_host(struct cadre_str authority, struct cadre_str host)
{
    return authority.len == host.len && strncasecmp(authority.ptr, host.ptr, host.len) == 0;
}
