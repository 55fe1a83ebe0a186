/* SPDX-License-Identifier: MIT */
/*
 * A table of routes and the paths that are looked up in it. The input is text: a pattern a line,
 * one that begins with '@' is of a host; behind an empty line a path a line, or '@' and a host.
 *
 * What must hold: a pattern is refused with one line of reason, or matches what the rule below,
 * written down a second time, says; the router finds what the patterns one by one find, the first
 * of them; a parameter lies within the path, and with the text around it makes the path again.
 */
#include <errno.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "web/converter.h"
#include "web/pattern.h"
#include "web/router.h"

#define PATTERNS_MAX 24

struct table {
    struct cadre__pattern patterns[PATTERNS_MAX];
    char *texts[PATTERNS_MAX];
    uint32_t n;
    struct cadre__router router;
};

static bool is_even(const char *text, size_t len)
{
    return (text[len - 1] - '0') % 2 == 0;
}

static const struct cadre_converter own[] = {{.name = "even", .match = is_even}, {.name = NULL}};

/* --- the rule, a second time --- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same(struct cadre_str a, const char *b, bool any_case)
{
    for (size_t i = 0; i < a.len; i++) {
        if (a.ptr[i] != (any_case ? lower(b[i]) : b[i]))
            return false;
    }
    return true;
}

/* Whether that part is the segment's. */
static bool part_fits(const struct cadre__pattern_segment *segment, struct cadre_str part,
                      bool any_case)
{
    size_t around = segment->prefix.len + segment->suffix.len;

    if (segment->name == NULL)
        return part.len == segment->prefix.len && same(segment->prefix, part.ptr, any_case);
    if (part.len < around || (part.len == around && segment->converter != &cadre__converter_path))
        return false;
    return same(segment->prefix, part.ptr, any_case) &&
           same(segment->suffix, part.ptr + part.len - segment->suffix.len, any_case) &&
           cadre__converter_takes(segment->converter, part.ptr + segment->prefix.len,
                                  part.len - around);
}

static bool fits(const struct cadre__pattern *pattern, struct cadre_str text)
{
    bool is_host = pattern->separator == '.';
    size_t at = is_host ? 0 : 1; /* behind the first slash */

    for (size_t i = 0; i < pattern->n_segments; i++) {
        const struct cadre__pattern_segment *segment = &pattern->segments[i];
        const char *end = memchr(text.ptr + at, pattern->separator, text.len - at);
        bool is_last = i + 1 == pattern->n_segments;

        if (segment->name != NULL && segment->converter == &cadre__converter_path)
            end = NULL; /* the rest of it */
        if ((end == NULL) != is_last)
            return false;
        if (!part_fits(
                segment,
                (struct cadre_str){text.ptr + at, (end ? (size_t)(end - text.ptr) : text.len) - at},
                is_host))
            return false;
        if (end != NULL)
            at = (size_t)(end - text.ptr) + 1;
    }
    return true;
}

/* --- what was matched --- */

/* The parameters and the text around them, one behind the other, are the text. */
static void check_params(const struct cadre__pattern *pattern, struct cadre_str text,
                         const struct cadre_str *params)
{
    bool is_host = pattern->separator == '.';
    size_t at = 0, n = 0;

    for (size_t i = 0; i < pattern->n_segments; i++) {
        const struct cadre__pattern_segment *segment = &pattern->segments[i];

        if (i > 0 || !is_host)
            FUZZ_CHECK(at < text.len && text.ptr[at++] == pattern->separator);
        FUZZ_CHECK(segment->prefix.len <= text.len - at &&
                   same(segment->prefix, text.ptr + at, is_host));
        at += segment->prefix.len;
        if (segment->name == NULL)
            continue;
        FUZZ_CHECK(cadre__pattern_param(pattern, n) == segment);
        FUZZ_CHECK(strcmp(cadre__pattern_param_name(pattern, n), segment->name) == 0);
        FUZZ_CHECK(params[n].ptr == text.ptr + at && params[n].len <= text.len - at);
        at += params[n++].len;
        FUZZ_CHECK(segment->suffix.len <= text.len - at &&
                   same(segment->suffix, text.ptr + at, is_host));
        at += segment->suffix.len;
    }
    FUZZ_CHECK(at == text.len && n == pattern->n_params);
    FUZZ_CHECK(cadre__pattern_param_name(pattern, n) == NULL);
}

static bool accept_all(void *arg, uint32_t number)
{
    (void)arg;
    (void)number;
    return true;
}

static bool count(void *arg, uint32_t number)
{
    (void)number;
    ++*(uint32_t *)arg;
    return false;
}

static void look_up(const struct table *table, struct cadre_str path)
{
    struct cadre_str params[CADRE__PATTERN_PARAMS_MAX], one[CADRE__PATTERN_PARAMS_MAX];
    bool matches[PATTERNS_MAX];
    uint32_t first = 0, n_match = 0, n_seen = 0, found;

    for (uint32_t i = 0; i < table->n; i++) {
        const struct cadre__pattern *pattern = &table->patterns[i];

        matches[i] = cadre__pattern_match(pattern, path, one);
        FUZZ_CHECK(matches[i] == fits(pattern, path));
        if (!matches[i])
            continue;
        check_params(pattern, path, one);
        n_match++;
        first = first > 0 ? first : i + 1;
        for (uint32_t k = 0; k < i; k++) {
            if (cadre__pattern_is_same(pattern, &table->patterns[k]))
                FUZZ_CHECK(matches[k]);
        }
    }
    found = cadre__router_find(&table->router, path, UINT32_MAX, accept_all, NULL, params);
    FUZZ_CHECK(found == first);
    if (found > 0)
        check_params(&table->patterns[found - 1], path, params);
    FUZZ_CHECK(cadre__router_find(&table->router, path, first > 0 ? first : UINT32_MAX, accept_all,
                                  NULL, params) == 0);
    FUZZ_CHECK(cadre__router_find(&table->router, path, UINT32_MAX, count, &n_seen, params) == 0);
    FUZZ_CHECK(n_seen == n_match);
}

/* What a Host field has beside the name: the port, and a dot at the end. */
static struct cadre_str bare_host(struct cadre_str host)
{
    const char *colon = memchr(host.ptr, ':', host.len);

    if (colon != NULL)
        host.len = (size_t)(colon - host.ptr);
    if (host.len > 0 && host.ptr[host.len - 1] == '.')
        host.len--;
    return host;
}

static void look_up_host(const struct cadre__pattern *pattern, struct cadre_str host)
{
    struct cadre_str params[CADRE__PATTERN_PARAMS_MAX];
    bool matches = cadre__pattern_match_host(pattern, host, params);

    if (memchr(host.ptr, '[', host.len) != NULL || memchr(host.ptr, ']', host.len) != NULL)
        return; /* an address */
    if (bare_host(host).len > CADRE__PATTERN_HOST_MAX)
        FUZZ_CHECK(!matches);
    else
        FUZZ_CHECK(matches == fits(pattern, bare_host(host)));
    if (matches)
        check_params(pattern, bare_host(host), params);
}

/* --- the input --- */

static void check_refusal(int r, const char *why)
{
    FUZZ_CHECK(r == -EINVAL);
    FUZZ_CHECK(why[0] != '\0' && strchr(why, '\n') == NULL);
}

static void add_pattern(struct table *table, struct cadre_str line)
{
    struct cadre__pattern *pattern = &table->patterns[table->n];
    char why[400] = "", *text = strndup(line.ptr, line.len);
    int r = cadre__pattern_parse(text, own, why, sizeof(why), pattern);

    if (r < 0 || table->n == PATTERNS_MAX - 1) {
        if (r < 0)
            check_refusal(r, why);
        else
            cadre__pattern_done(pattern);
        free(text);
        return;
    }
    FUZZ_CHECK(pattern->n_params <= CADRE__PATTERN_PARAMS_MAX);
    FUZZ_CHECK(cadre__pattern_is_same(pattern, pattern));
    table->texts[table->n++] = text;
    FUZZ_CHECK(cadre__router_add(&table->router, pattern, table->n) == 0);
}

static void set_host(struct cadre__pattern *host, bool *has_host, char **host_text,
                     struct cadre_str line)
{
    char why[400] = "", *text = strndup(line.ptr, line.len);
    int r = *has_host ? 1 : cadre__pattern_parse_host(text, own, why, sizeof(why), host);

    if (r == 0) {
        *has_host = true;
        *host_text = text;
        return;
    }
    if (r < 0)
        check_refusal(r, why);
    free(text);
}

/* The path in memory of its own, so that a byte too many is seen. */
static void ask(const struct table *table, const struct cadre__pattern *host, bool has_host,
                struct cadre_str line)
{
    bool is_host = line.ptr[0] == '@';
    struct cadre_str text = {line.ptr + is_host, line.len - is_host};
    char *copy = malloc(text.len + 1);

    FUZZ_CHECK(copy != NULL);
    memcpy(copy, text.ptr, text.len);
    text.ptr = copy;
    if (is_host && has_host)
        look_up_host(host, text);
    else if (!is_host && text.ptr[0] == '/')
        look_up(table, text);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct table table = {.n = 0};
    struct cadre__pattern host;
    struct cadre_str rest = {(const char *)data, size};
    bool has_host = false, asks = false;
    char *host_text = NULL;

    if (size > 4096)
        return 0;
    cadre__router_init(&table.router);
    while (rest.len > 0) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        struct cadre_str line = {rest.ptr, end ? (size_t)(end - rest.ptr) : rest.len};

        rest.ptr += line.len + (end != NULL);
        rest.len -= line.len + (end != NULL);
        if (line.len == 0)
            asks = true;
        else if (asks)
            ask(&table, &host, has_host, line);
        else if (line.ptr[0] == '@')
            set_host(&host, &has_host, &host_text, (struct cadre_str){line.ptr + 1, line.len - 1});
        else
            add_pattern(&table, line);
    }
    for (uint32_t i = 0; i < table.n; i++) {
        cadre__pattern_done(&table.patterns[i]);
        free(table.texts[i]);
    }
    if (has_host)
        cadre__pattern_done(&host);
    free(host_text);
    cadre__router_done(&table.router);
    return 0;
}
