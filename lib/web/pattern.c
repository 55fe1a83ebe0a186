/* SPDX-License-Identifier: MIT */
/*
 * Route patterns: web/pattern.h. The parser says what is wrong in the author's words, since its
 * messages are what `cadre -t` shows; the matcher is on the way of every request.
 */
#include "web/pattern.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct parser {
    struct cadre__pattern pattern;
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

    if (colon != NULL) {
        int type_len = (int)(inner.ptr + inner.len - colon - 1);

        if (type_len != 3 || memcmp(colon + 1, "str", 3) != 0)
            return refuse(p, "\"%.*s\" is not a known type of parameter: write {%.*s}", type_len,
                          colon + 1, (int)(colon - inner.ptr), inner.ptr);
        inner.len = (size_t)(colon - inner.ptr);
    }
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
        if (memchr(segment->suffix.ptr, '{', segment->suffix.len) != NULL)
            return refuse(p, "two parameters between the same slashes: put a '/' between them");
        r = check_literal(p, segment->suffix);
        return r < 0 ? r : check_literal(p, segment->prefix);
    }
    p->pattern.n_segments++;
    return check_literal(p, text);
}

static size_t count_segments(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++)
        n += *text == '/';
    return n;
}

int cadre__pattern_parse(const char *text, char *why, size_t why_size, struct cadre__pattern *ret)
{
    struct parser p = {.why = why, .why_size = why_size};
    int r = 0;

    if (text == NULL)
        return refuse(&p, "the route has no pattern");
    if (text[0] != '/')
        return refuse(&p, "it does not begin with '/'");
    p.pattern.segments = calloc(count_segments(text), sizeof(*p.pattern.segments));
    if (p.pattern.segments == NULL)
        return -ENOMEM;
    while (r == 0 && *text == '/') {
        size_t len = strcspn(text + 1, "/");

        r = parse_segment(&p, (struct cadre_str){text + 1, len});
        text += 1 + len;
    }
    if (r < 0) {
        cadre__pattern_done(&p.pattern);
        return r;
    }
    *ret = p.pattern;
    return 0;
}

void cadre__pattern_done(struct cadre__pattern *pattern)
{
    for (size_t i = 0; i < pattern->n_segments; i++)
        free(pattern->segments[i].name);
    free(pattern->segments);
    *pattern = (struct cadre__pattern){0};
}

static bool match_segment(const struct cadre__pattern_segment *segment, struct cadre_str part,
                          struct cadre_str *ret_param)
{
    size_t around = segment->prefix.len + segment->suffix.len;

    if (segment->name == NULL)
        return cadre_str_eq(segment->prefix, part);
    if (part.len <= around || !cadre_str_has_prefix(part, segment->prefix) ||
        memcmp(part.ptr + part.len - segment->suffix.len, segment->suffix.ptr,
               segment->suffix.len) != 0)
        return false;
    *ret_param = (struct cadre_str){part.ptr + segment->prefix.len, part.len - around};
    return true;
}

bool cadre__pattern_match(const struct cadre__pattern *pattern, struct cadre_str path,
                          struct cadre_str params[CADRE__PATTERN_PARAMS_MAX])
{
    const char *at = path.ptr;
    const char *end = path.ptr + path.len;
    size_t n_params = 0;

    for (size_t i = 0; i < pattern->n_segments; i++) {
        const struct cadre__pattern_segment *segment = &pattern->segments[i];
        struct cadre_str part;
        const char *slash;

        if (at == end || *at != '/')
            return false;
        at++;
        slash = memchr(at, '/', (size_t)(end - at));
        part = (struct cadre_str){at, (size_t)((slash != NULL ? slash : end) - at)};
        if (!match_segment(segment, part, &params[n_params]))
            return false;
        if (segment->name != NULL)
            n_params++;
        at += part.len;
    }
    return at == end;
}

const char *cadre__pattern_param_name(const struct cadre__pattern *pattern, size_t index)
{
    for (size_t i = 0; i < pattern->n_segments; i++) {
        if (pattern->segments[i].name != NULL && index-- == 0)
            return pattern->segments[i].name;
    }
    return NULL;
}

bool cadre__pattern_is_same(const struct cadre__pattern *a, const struct cadre__pattern *b)
{
    if (a->n_segments != b->n_segments)
        return false;
    for (size_t i = 0; i < a->n_segments; i++) {
        const struct cadre__pattern_segment *x = &a->segments[i];
        const struct cadre__pattern_segment *y = &b->segments[i];

        if ((x->name == NULL) != (y->name == NULL) || !cadre_str_eq(x->prefix, y->prefix) ||
            !cadre_str_eq(x->suffix, y->suffix))
            return false;
    }
    return true;
}
