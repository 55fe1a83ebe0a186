/* SPDX-License-Identifier: MIT */
/*
 * Route patterns: web/pattern.h. The parser says what is wrong in the author's words, since its
 * messages are what `cadre -t` shows; the matcher is on the way of every request.
 */
#include "web/pattern.h"

#include "web/converter.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

struct parser {
    struct cadre__pattern pattern;
    const struct cadre_converter *own;
    char *why;
    size_t why_size;
};

static CADRE_PRINTF(2, 3) int refuse(struct parser *p, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(p->why, p->why_size, fmt, args);
    va_end(args);
    return -EINVAL;
}

static bool is_name_byte(char c, bool is_first)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
        return true;
    return !is_first && c >= '0' && c <= '9';
}

/* Checks what stands between the braces and takes note of its name. */
static int parse_name(struct parser *p, struct cadre__pattern_segment *segment,
                      struct cadre_str inner)
{
    const char *colon = memchr(inner.ptr, ':', inner.len);
    struct cadre_str type = CADRE_STR("str");
    char known[200];

    if (colon != NULL) {
        type = (struct cadre_str){colon + 1, (size_t)(inner.ptr + inner.len - colon - 1)};
        inner.len = (size_t)(colon - inner.ptr);
    }
    segment->converter = cadre__converter_find(p->own, type.ptr, type.len);
    if (segment->converter == NULL)
        return refuse(p,
                      "\"%.*s\" is not a known type of parameter: it is one of %s, or one of "
                      ".converters of the module",
                      CADRE_STR_ARGS(type), cadre__converter_names(p->own, known, sizeof(known)));
    if (inner.len == 0)
        return refuse(p, "a parameter has no name: write {name}");
    for (size_t i = 0; i < inner.len; i++) {
        if (!is_name_byte(inner.ptr[i], i == 0))
            return refuse(p,
                          "\"%.*s\" is not a parameter's name: it is made of letters, digits and "
                          "'_', and begins with no digit",
                          CADRE_STR_ARGS(inner));
    }
    for (size_t i = 0; i < p->pattern.n_segments; i++) {
        const char *other = p->pattern.segments[i].name;

        if (other != NULL && cadre_str_eq(cadre_str_from(other), inner))
            return refuse(p, "the parameter {%s} is there twice: give one another name", other);
    }
    if (p->pattern.n_params == CADRE__PATTERN_PARAMS_MAX)
        return refuse(p, "it has more than %d parameters", CADRE__PATTERN_PARAMS_MAX);
    segment->name = strndup(inner.ptr, inner.len);
    if (segment->name == NULL)
        return -ENOMEM;
    p->pattern.n_params++;
    return 0;
}

static int check_literal(struct parser *p, struct cadre_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (c == '}')
            return refuse(p, "a '}' has no '{' before it");
        if (c == '?' || c == '#')
            return refuse(p, "a path has no '%c': queries are read by cadre_query_param", c);
        if (c < 0x20 || c == 0x7f)
            return refuse(p, "it holds a control byte");
        if (c == '%')
            return refuse(p, "it is matched against the decoded path: write the character that "
                             "'%%' stands for");
    }
    return 0;
}

/* What is behind a {name:path}: literal to the pattern's end. */
static int parse_tail(struct parser *p, struct cadre__pattern_segment *segment)
{
    int r;

    if (p->pattern.separator == '.')
        return refuse(p, "a host has no slashes: a parameter of it cannot be of the type path");
    segment->suffix.len = strlen(segment->suffix.ptr);
    if (memchr(segment->suffix.ptr, '{', segment->suffix.len) != NULL)
        return refuse(p, "no parameter can stand behind {%s:path}, which takes all of the path",
                      segment->name);
    r = check_literal(p, segment->suffix);
    return r < 0 ? r : check_literal(p, segment->prefix);
}

static int parse_segment(struct parser *p, struct cadre_str text)
{
    struct cadre__pattern_segment *segment = &p->pattern.segments[p->pattern.n_segments];
    const char *open = memchr(text.ptr, '{', text.len);
    const char *close;
    int r;

    *segment = (struct cadre__pattern_segment){.prefix = text};
    if (open != NULL) {
        const char *end = text.ptr + text.len;

        close = memchr(open, '}', (size_t)(end - open));
        if (close == NULL)
            return refuse(p, "a '{' has no '}' behind it in its part of the path");
        r = parse_name(p, segment, (struct cadre_str){open + 1, (size_t)(close - open - 1)});
        if (r < 0)
            return r;
        segment->prefix.len = (size_t)(open - text.ptr);
        segment->suffix = (struct cadre_str){close + 1, (size_t)(end - close - 1)};
        p->pattern.n_segments++; /* it owns a name now */
        if (segment->converter == &cadre__converter_path)
            return parse_tail(p, segment);
        if (memchr(segment->suffix.ptr, '{', segment->suffix.len) != NULL)
            return refuse(p, p->pattern.separator == '.'
                                 ? "two parameters between the same dots: put a '.' between them"
                                 : "two parameters between the same slashes: put a '/' between "
                                   "them");
        r = check_literal(p, segment->suffix);
        return r < 0 ? r : check_literal(p, segment->prefix);
    }
    p->pattern.n_segments++;
    return check_literal(p, text);
}

static size_t count_segments(const char *text, char separator)
{
    size_t n = 1;

    for (; *text != '\0'; text++)
        n += *text == separator;
    return n;
}

/* Parses what is behind the first separator; a host has none in front. */
static int parse(struct parser *p, const char *text, struct cadre__pattern *ret)
{
    const char separators[] = {p->pattern.separator, '\0'};
    const struct cadre__pattern_segment *last;
    int r = 0;

    p->pattern.segments =
        calloc(count_segments(text, p->pattern.separator), sizeof(*p->pattern.segments));
    if (p->pattern.segments == NULL)
        return -ENOMEM;
    for (;;) {
        size_t len = strcspn(text, separators);

        r = parse_segment(p, (struct cadre_str){text, len});
        if (r < 0)
            break;
        last = &p->pattern.segments[p->pattern.n_segments - 1];
        if (text[len] == '\0' || last->converter == &cadre__converter_path)
            break;
        text += len + 1;
    }
    if (r < 0) {
        cadre__pattern_done(&p->pattern);
        return r;
    }
    *ret = p->pattern;
    return 0;
}

int cadre__pattern_parse(const char *text, const struct cadre_converter *own, char *why,
                         size_t why_size, struct cadre__pattern *ret)
{
    struct parser p = {.why = why, .why_size = why_size, .own = own, .pattern.separator = '/'};

    if (text == NULL)
        return refuse(&p, "the route has no pattern");
    if (text[0] != '/')
        return refuse(&p, "it does not begin with '/'");
    return parse(&p, text + 1, ret);
}

/* A host's letters, digits, dashes and dots; what is in braces is looked at by the parser. */
static int check_host(struct parser *p, const char *text)
{
    bool in_braces = false;

    for (; *text != '\0'; text++) {
        in_braces = *text == '{' || (in_braces && *text != '}');
        if (in_braces || *text == '}' || *text == '.' || *text == '-' ||
            (is_name_byte(*text, false) && !(*text >= 'A' && *text <= 'Z')))
            continue;
        return refuse(p,
                      "'%c' is not of a host: it has lower-case letters, digits, '-' and '.', "
                      "and no port",
                      *text);
    }
    return 0;
}

int cadre__pattern_parse_host(const char *text, const struct cadre_converter *own, char *why,
                              size_t why_size, struct cadre__pattern *ret)
{
    struct parser p = {.why = why, .why_size = why_size, .own = own, .pattern.separator = '.'};
    int r;

    if (text[0] == '\0' || text[0] == '.')
        return refuse(&p, "it is no host: write \"example.com\" or \"{name}.example.com\"");
    r = check_host(&p, text);
    return r < 0 ? r : parse(&p, text, ret);
}

void cadre__pattern_done(struct cadre__pattern *pattern)
{
    for (size_t i = 0; i < pattern->n_segments; i++)
        free(pattern->segments[i].name);
    free(pattern->segments);
    *pattern = (struct cadre__pattern){0};
}

static bool has_suffix(struct cadre_str text, struct cadre_str suffix)
{
    return text.len >= suffix.len && (suffix.len == 0 || memcmp(text.ptr + text.len - suffix.len,
                                                                suffix.ptr, suffix.len) == 0);
}

bool cadre__segment_match(const struct cadre__pattern_segment *segment, struct cadre_str part,
                          struct cadre_str *ret_param)
{
    size_t around = segment->prefix.len + segment->suffix.len;
    struct cadre_str value;

    if (segment->name == NULL)
        return cadre_str_eq(segment->prefix, part);
    if (part.len <= around || !cadre_str_has_prefix(part, segment->prefix) ||
        !has_suffix(part, segment->suffix))
        return false;
    value = (struct cadre_str){part.ptr + segment->prefix.len, part.len - around};
    if (segment->converter->match != NULL && !segment->converter->match(value.ptr, value.len))
        return false;
    *ret_param = value;
    return true;
}

/* All that is left of a path, by a segment of the type path. */
static bool match_rest(const struct cadre__pattern_segment *segment, struct cadre_str rest,
                       struct cadre_str *ret_param)
{
    size_t around = segment->prefix.len + segment->suffix.len;

    if (rest.len < around || !cadre_str_has_prefix(rest, segment->prefix) ||
        !has_suffix(rest, segment->suffix))
        return false;
    *ret_param = (struct cadre_str){rest.ptr + segment->prefix.len, rest.len - around};
    return true;
}

/* `at` is behind the first separator. */
static bool match(const struct cadre__pattern *pattern, const char *at, const char *end,
                  struct cadre_str *params)
{
    size_t n_params = 0;

    for (size_t i = 0; i < pattern->n_segments; i++) {
        const struct cadre__pattern_segment *segment = &pattern->segments[i];
        struct cadre_str part = {at, (size_t)(end - at)};
        const char *next = part.len > 0 ? memchr(at, pattern->separator, part.len) : NULL;

        if (segment->converter == &cadre__converter_path)
            return match_rest(segment, part, &params[n_params]);
        if (next != NULL)
            part.len = (size_t)(next - at);
        if (!cadre__segment_match(segment, part, &params[n_params]))
            return false;
        if (segment->name != NULL)
            n_params++;
        if (i + 1 == pattern->n_segments)
            return next == NULL;
        if (next == NULL)
            return false;
        at = next + 1;
    }
    return false;
}

bool cadre__pattern_match(const struct cadre__pattern *pattern, struct cadre_str path,
                          struct cadre_str params[CADRE__PATTERN_PARAMS_MAX])
{
    if (path.len == 0 || path.ptr[0] != '/')
        return false;
    return match(pattern, path.ptr + 1, path.ptr + path.len, params);
}

/* Host is compared by a lower-case copy, and what parameters matched is told in the original. */
bool cadre__pattern_match_host(const struct cadre__pattern *pattern, struct cadre_str host,
                               struct cadre_str params[CADRE__PATTERN_PARAMS_MAX])
{
    const char *port = host.len > 0 ? memchr(host.ptr, ':', host.len) : NULL;
    char lower[CADRE__PATTERN_HOST_MAX];

    if (port != NULL)
        host.len = (size_t)(port - host.ptr);
    if (host.len > 0 && host.ptr[host.len - 1] == '.')
        host.len--;
    if (host.len == 0 || host.len > sizeof(lower))
        return false;
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];

        if (c == '/') /* in no host, nor in a parameter */
            return false;
        lower[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    if (!match(pattern, lower, lower + host.len, params))
        return false;
    for (size_t i = 0; i < pattern->n_params; i++)
        params[i].ptr = host.ptr + (params[i].ptr - lower);
    return true;
}

const struct cadre__pattern_segment *cadre__pattern_param(const struct cadre__pattern *pattern,
                                                          size_t index)
{
    for (size_t i = 0; i < pattern->n_segments; i++) {
        if (pattern->segments[i].name != NULL && index-- == 0)
            return &pattern->segments[i];
    }
    return NULL;
}

const char *cadre__pattern_param_name(const struct cadre__pattern *pattern, size_t index)
{
    const struct cadre__pattern_segment *segment = cadre__pattern_param(pattern, index);

    return segment != NULL ? segment->name : NULL;
}

bool cadre__pattern_is_same(const struct cadre__pattern *a, const struct cadre__pattern *b)
{
    if (a->n_segments != b->n_segments || a->separator != b->separator)
        return false;
    for (size_t i = 0; i < a->n_segments; i++) {
        const struct cadre__pattern_segment *x = &a->segments[i];
        const struct cadre__pattern_segment *y = &b->segments[i];

        if ((x->name == NULL) != (y->name == NULL) || x->converter != y->converter ||
            !cadre_str_eq(x->prefix, y->prefix) || !cadre_str_eq(x->suffix, y->suffix))
            return false;
    }
    return true;
}
