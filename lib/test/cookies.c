/* SPDX-License-Identifier: MIT */
/* The test client's cookies: test/cookies.h. */
#include "config.h"

#include "test/cookies.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "test/url.h"

struct cadre__test_cookie {
    struct cadre__test_cookie *next;
    char *name, *value, *domain, *path; /* heap */
    bool host_only;                     /* no Domain was said: for this very host */
    bool secure;
    uint64_t ends_ns; /* on the loop's clock; CADRE__NEVER: with the client */
};

/* What a Set-Cookie field says, borrowed from it. */
struct parsed {
    struct cadre_str name, value, domain, path;
    bool secure;
    uint64_t ends_ns;
};

static struct cadre_str trim(const char *ptr, size_t len)
{
    while (len > 0 && (*ptr == ' ' || *ptr == '\t')) {
        ptr++;
        len--;
    }
    while (len > 0 && (ptr[len - 1] == ' ' || ptr[len - 1] == '\t'))
        len--;
    return (struct cadre_str){ptr, len};
}

static uint64_t ends_in(uint64_t now_ns, uint64_t seconds)
{
    return seconds < UINT64_MAX / CADRE__NSEC_PER_SEC
               ? cadre__deadline(now_ns, seconds * CADRE__NSEC_PER_SEC)
               : CADRE__NEVER;
}

/* RFC 6265 §5.2.2. Whether it counts: what is no number does not. */
static bool parse_max_age(struct cadre_str value, uint64_t now_ns, struct parsed *ret)
{
    bool is_negative = value.len > 0 && value.ptr[0] == '-';
    uint64_t seconds = 0;

    if (value.len == 0)
        return false;
    for (size_t i = is_negative; i < value.len; i++) {
        if (value.ptr[i] < '0' || value.ptr[i] > '9')
            return false;
        if (seconds < UINT64_MAX / 100)
            seconds = seconds * 10 + (uint64_t)(value.ptr[i] - '0');
    }
    ret->ends_ns = is_negative || seconds == 0 ? now_ns : ends_in(now_ns, seconds);
    return true;
}

static void parse_expires(struct cadre_str value, uint64_t now_ns, struct parsed *ret)
{
    char text[64] = "";
    struct tm tm = {0};
    time_t now = time(NULL), when;

    if (value.len >= sizeof(text))
        return;
    memcpy(text, value.ptr, value.len);
    if (!strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm))
        return;
    when = timegm(&tm);
    ret->ends_ns = when > now ? ends_in(now_ns, (uint64_t)(when - now)) : now_ns;
}

static void parse_attribute(struct cadre_str name, struct cadre_str value, uint64_t now_ns,
                            bool *had_max_age, struct parsed *ret)
{
    if (cadre_str_eq_nocase(name, CADRE_STR("secure"))) {
        ret->secure = true;
    } else if (cadre_str_eq_nocase(name, CADRE_STR("domain"))) {
        ret->domain = value;
        if (value.len > 0 && value.ptr[0] == '.')
            ret->domain = (struct cadre_str){value.ptr + 1, value.len - 1};
    } else if (cadre_str_eq_nocase(name, CADRE_STR("path"))) {
        if (value.len > 0 && value.ptr[0] == '/')
            ret->path = value;
    } else if (cadre_str_eq_nocase(name, CADRE_STR("max-age"))) {
        *had_max_age = parse_max_age(value, now_ns, ret) || *had_max_age;
    } else if (cadre_str_eq_nocase(name, CADRE_STR("expires")) && !*had_max_age) {
        parse_expires(value, now_ns, ret);
    }
}

/* RFC 6265 §5.2. Whether it is a cookie. */
static bool parse(const char *field, uint64_t now_ns, struct parsed *ret)
{
    size_t len = strcspn(field, ";");
    const char *equals = memchr(field, '=', len);
    bool had_max_age = false;

    *ret = (struct parsed){.name = CADRE_STR(""),
                           .value = CADRE_STR(""),
                           .domain = CADRE_STR(""),
                           .path = CADRE_STR(""),
                           .ends_ns = CADRE__NEVER};
    if (!equals)
        return false;
    ret->name = trim(field, (size_t)(equals - field));
    ret->value = trim(equals + 1, len - (size_t)(equals - field) - 1);
    for (field += len; *field == ';'; field += len) {
        field++;
        len = strcspn(field, ";");
        equals = memchr(field, '=', len);
        parse_attribute(trim(field, equals ? (size_t)(equals - field) : len),
                        equals ? trim(equals + 1, len - (size_t)(equals - field) - 1)
                               : CADRE_STR(""),
                        now_ns, &had_max_age, ret);
    }
    return ret->name.len > 0;
}

/* RFC 6265 §5.1.3. */
static bool domain_matches(struct cadre_str host, struct cadre_str domain)
{
    struct cadre_str tail;

    if (host.len < domain.len)
        return false;
    tail = (struct cadre_str){host.ptr + host.len - domain.len, domain.len};
    return cadre_str_eq_nocase(tail, domain) &&
           (host.len == domain.len || host.ptr[host.len - domain.len - 1] == '.');
}

/* RFC 6265 §5.1.4. */
static bool path_matches(struct cadre_str path, const char *prefix)
{
    size_t len = strlen(prefix);

    return path.len >= len && memcmp(path.ptr, prefix, len) == 0 &&
           (path.len == len || prefix[len - 1] == '/' || path.ptr[len] == '/');
}

/* Up to the last '/' of the path that has set it. */
static struct cadre_str default_path(struct cadre_str path)
{
    size_t len = 0;

    for (size_t i = 0; i < path.len; i++) {
        if (path.ptr[i] == '/')
            len = i;
    }
    return len > 0 ? (struct cadre_str){path.ptr, len} : CADRE_STR("/");
}

static void free_cookie(struct cadre__test_cookie *cookie)
{
    if (!cookie)
        return;
    free(cookie->name);
    free(cookie->value);
    free(cookie->domain);
    free(cookie->path);
    free(cookie);
}

static struct cadre__test_cookie *make_cookie(const struct parsed *from)
{
    struct cadre__test_cookie *cookie = calloc(1, sizeof(*cookie));

    if (!cookie)
        return NULL;
    cookie->name = strndup(from->name.ptr, from->name.len);
    cookie->value = strndup(from->value.ptr, from->value.len);
    cookie->domain = strndup(from->domain.ptr, from->domain.len);
    cookie->path = strndup(from->path.ptr, from->path.len);
    cookie->secure = from->secure;
    cookie->ends_ns = from->ends_ns;
    if (cookie->name && cookie->value && cookie->domain && cookie->path)
        return cookie;
    free_cookie(cookie);
    return NULL;
}

static bool is_same(const struct cadre__test_cookie *a, const struct cadre__test_cookie *b)
{
    return strcmp(a->name, b->name) == 0 && strcasecmp(a->domain, b->domain) == 0 &&
           strcmp(a->path, b->path) == 0;
}

/* In the place of the one that it replaces, else behind all whose path is as long. */
static void insert(struct cadre__test_cookies *jar, struct cadre__test_cookie *cookie)
{
    struct cadre__test_cookie **at = &jar->first, *old;

    while (*at && !is_same(*at, cookie))
        at = &(*at)->next;
    old = *at;
    if (old) {
        *at = old->next;
        free_cookie(old);
    } else {
        at = &jar->first;
        while (*at && strlen((*at)->path) >= strlen(cookie->path))
            at = &(*at)->next;
    }
    cookie->next = *at;
    *at = cookie;
}

static void remove_ended(struct cadre__test_cookies *jar, uint64_t now_ns)
{
    struct cadre__test_cookie **at = &jar->first;

    while (*at) {
        struct cadre__test_cookie *cookie = *at;

        if (cookie->ends_ns > now_ns) {
            at = &cookie->next;
            continue;
        }
        *at = cookie->next;
        free_cookie(cookie);
    }
}

int cadre__test_cookies_take(struct cadre__test_cookies *jar, const struct cadre__test_url *url,
                             const char *field, uint64_t now_ns)
{
    struct cadre__test_cookie *cookie;
    struct parsed parsed;
    bool host_only;

    if (!parse(field, now_ns, &parsed))
        return 0;
    host_only = parsed.domain.len == 0;
    if (host_only)
        parsed.domain = url->host;
    else if (!domain_matches(url->host, parsed.domain))
        return 0;
    if (parsed.path.len == 0)
        parsed.path = default_path(url->path);
    cookie = make_cookie(&parsed);
    if (!cookie)
        return -ENOMEM;
    cookie->host_only = host_only;
    insert(jar, cookie);
    remove_ended(jar, now_ns);
    return 0;
}

int cadre__test_cookies_set(struct cadre__test_cookies *jar, const struct cadre__test_url *url,
                            const char *name, const char *value)
{
    const struct parsed parsed = {
        .name = cadre_str_from(name),
        .value = cadre_str_from(value ? value : ""),
        .domain = url->host,
        .path = CADRE_STR("/"),
        .ends_ns = value ? CADRE__NEVER : 0,
    };
    struct cadre__test_cookie *cookie = make_cookie(&parsed);

    if (!cookie)
        return -ENOMEM;
    cookie->host_only = true;
    insert(jar, cookie);
    if (!value)
        remove_ended(jar, 0);
    return 0;
}

static bool goes_to(const struct cadre__test_cookie *cookie, const struct cadre__test_url *url)
{
    struct cadre_str domain = cadre_str_from(cookie->domain);

    if (cookie->secure && !cadre_str_eq(url->scheme, CADRE_STR("https")))
        return false;
    return (cookie->host_only ? cadre_str_eq_nocase(url->host, domain)
                              : domain_matches(url->host, domain)) &&
           path_matches(url->path, cookie->path);
}

const char *cadre__test_cookies_get(struct cadre__test_cookies *jar,
                                    const struct cadre__test_url *url, const char *name,
                                    uint64_t now_ns)
{
    remove_ended(jar, now_ns);
    for (const struct cadre__test_cookie *cookie = jar->first; cookie; cookie = cookie->next) {
        if (strcmp(cookie->name, name) == 0 && goes_to(cookie, url))
            return cookie->value;
    }
    return NULL;
}

int cadre__test_cookies_field(struct cadre__test_cookies *jar, const struct cadre__test_url *url,
                              struct cadre__arena *arena, uint64_t now_ns, const char **ret)
{
    const char *text = NULL;

    remove_ended(jar, now_ns);
    for (const struct cadre__test_cookie *cookie = jar->first; cookie; cookie = cookie->next) {
        if (!goes_to(cookie, url))
            continue;
        text = cadre__arena_printf(arena, "%s%s%s=%s", text ? text : "", text ? "; " : "",
                                   cookie->name, cookie->value);
        if (!text)
            return -ENOMEM;
    }
    *ret = text;
    return 0;
}

void cadre__test_cookies_clear(struct cadre__test_cookies *jar)
{
    while (jar->first) {
        struct cadre__test_cookie *cookie = jar->first;

        jar->first = cookie->next;
        free_cookie(cookie);
    }
}
