/* SPDX-License-Identifier: MIT */
/* Values with parameters: web/parameters.h. */
#include "web/parameters.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static struct cadre_str trim(struct cadre_str s)
{
    while (s.len > 0 && is_space(s.ptr[0]))
        s = (struct cadre_str){s.ptr + 1, s.len - 1};
    while (s.len > 0 && is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

static struct cadre_str skip(struct cadre_str s, size_t n)
{
    return (struct cadre_str){s.ptr + n, s.len - n};
}

/* The bytes before the first of two. */
static size_t span(struct cadre_str s, char one, char other)
{
    size_t n = 0;

    while (n < s.len && s.ptr[n] != one && s.ptr[n] != other)
        n++;
    return n;
}

struct cadre_str cadre__parameters_value(struct cadre_str field)
{
    return trim((struct cadre_str){field.ptr, span(field, ';', ';')});
}

/* Takes the value that the text begins with, up to ';'; out may be NULL. */
static size_t take_value(struct cadre_str *text, char *out)
{
    struct cadre_str s = *text;
    size_t len = 0, n;

    while (s.len > 0 && is_space(s.ptr[0]))
        s = skip(s, 1);
    if (s.len > 0 && s.ptr[0] == '"') {
        for (s = skip(s, 1); s.len > 0 && s.ptr[0] != '"'; s = skip(s, 1)) {
            if (s.ptr[0] == '\\' && s.len > 1 && (s.ptr[1] == '"' || s.ptr[1] == '\\'))
                s = skip(s, 1);
            if (out != NULL)
                out[len] = s.ptr[0];
            len++;
        }
        n = span(s, ';', ';');
    } else {
        n = span(s, ';', ';');
        len = trim((struct cadre_str){s.ptr, n}).len;
        if (out != NULL)
            memcpy(out, s.ptr, len);
    }
    *text = skip(s, n);
    if (out != NULL)
        out[len] = '\0';
    return len;
}

bool cadre__parameters_find(struct cadre_str field, const char *name, char *out, size_t *ret_len)
{
    const struct cadre_str wanted = cadre_str_from(name);

    field = skip(field, span(field, ';', ';'));
    while (field.len > 0) {
        struct cadre_str found;
        size_t n, len;
        bool is_it;

        field = skip(field, 1); /* the ';' */
        n = span(field, '=', ';');
        found = trim((struct cadre_str){field.ptr, n});
        field = skip(field, n);
        if (field.len == 0 || field.ptr[0] == ';')
            continue; /* a name alone */
        field = skip(field, 1);
        is_it = cadre_str_eq_nocase(found, wanted);
        len = take_value(&field, is_it ? out : NULL);
        if (is_it) {
            *ret_len = len;
            return true;
        }
    }
    return false;
}
