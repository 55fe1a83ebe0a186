/* SPDX-License-Identifier: MIT */
/*
 * <cadre/str.h>: a piece of text with a length.
 *
 * A struct cadre_str borrows its bytes: it never owns them, and they live as long as the function
 * that hands it out says (mostly: as long as the request). The bytes need not end in NUL and may
 * hold any byte, NUL too. An absent string has ptr NULL and len 0; an empty one has len 0 and a
 * ptr that is not NULL.
 *
 * All of this may be called from any thread and never suspends.
 */
#ifndef CADRE_STR_H
#define CADRE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cadre/macros.h>

CADRE_BEGIN_DECLS

struct cadre_str {
    const char *ptr; /* borrowed; NULL when absent */
    size_t len;      /* in bytes */
};

/* An initialiser from a string literal: static const struct cadre_str x = CADRE_STR_INIT("x"). */
#define CADRE_STR_INIT(literal)                                                                    \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }

/* A value from a string literal. */
#ifdef __cplusplus
#define CADRE_STR(literal)                                                                         \
    cadre_str                                                                                      \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }
#else
#define CADRE_STR(literal) ((struct cadre_str)CADRE_STR_INIT(literal))
#endif

/* The two arguments of a "%.*s". */
#define CADRE_STR_ARGS(s) ((int)(s).len), ((s).ptr ? (s).ptr : "")

/* Some strings, each ending in NUL; borrowed. */
struct cadre_strings {
    const char **items;
    size_t len;
};

#ifndef __cplusplus
/* An initialiser of them: .methods = CADRE_STRINGS("GET", "PUT"); of what is static at file scope
 * only. In C alone. */
#define CADRE_STRINGS(...)                                                                         \
    {                                                                                              \
        (const char *[]){__VA_ARGS__},                                                             \
            sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)                           \
    }
#endif

/* Borrows the bytes of a C string; NULL gives the absent string. */
static inline struct cadre_str cadre_str_from(const char *text)
{
    struct cadre_str s = {text, text ? strlen(text) : 0};
    return s;
}

/* Whether both hold the same bytes. An absent string equals an empty one. */
static inline bool cadre_str_eq(struct cadre_str a, struct cadre_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Whether both are equal but for the case of the ASCII letters; the locale has no say. */
CADRE_API bool cadre_str_eq_nocase(struct cadre_str a, struct cadre_str b);

/* Whether `s` begins with `prefix`, byte by byte. */
static inline bool cadre_str_has_prefix(struct cadre_str s, struct cadre_str prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

CADRE_END_DECLS

#endif
