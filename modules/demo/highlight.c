/* SPDX-License-Identifier: MIT */
/* C sources in colours: comments, strings and keywords. A source that compiles is all it knows. */
#define _GNU_SOURCE /* memmem */
#include "page.h"

#include <string.h>

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_keyword(const char *word, size_t len)
{
    static const char *const words[] = {
        "bool",   "break", "case",     "char", "const",  "do",      "double",   "else",   "false",
        "for",    "if",    "int",      "long", "return", "size_t",  "ssize_t",  "static", "struct",
        "switch", "true",  "unsigned", "void", "while",  "int64_t", "uint32_t",
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i]) == len && memcmp(words[i], word, len) == 0)
            return true;
    }
    return false;
}

/* The length of what begins there: a comment, a string, a word, or one byte. */
static size_t piece_len(const char *at, const char *end)
{
    const char *p = at + 1;

    if (at + 1 < end && at[0] == '/' && at[1] == '*') {
        p = memmem(at + 2, (size_t)(end - at - 2), "*/", 2);
        return p != NULL ? (size_t)(p + 2 - at) : (size_t)(end - at);
    }
    if (*at == '"' || *at == '\'') {
        while (p < end && *p != *at)
            p += *p == '\\' ? 2 : 1;
        return p < end ? (size_t)(p + 1 - at) : (size_t)(end - at);
    }
    while (is_word(*at) && p < end && is_word(*p))
        p++;
    return (size_t)(p - at);
}

static void put_piece(struct page *page, const char *at, size_t len)
{
    const char *tag = *at == '/' && len > 1                 ? "i"
                      : *at == '"' || *at == '\''           ? "s"
                      : is_word(*at) && is_keyword(at, len) ? "b"
                                                            : NULL;

    if (tag != NULL) {
        put(page, "<");
        put(page, tag);
        put(page, ">");
    }
    put_escaped(page, at, len);
    if (tag != NULL) {
        put(page, "</");
        put(page, tag);
        put(page, ">");
    }
}

void put_source(struct page *page, struct cadre_str source)
{
    const char *at = source.ptr, *end = source.ptr + source.len;

    put(page, "<pre>");
    while (at < end) {
        size_t len = piece_len(at, end);

        put_piece(page, at, len);
        at += len;
    }
    put(page, "</pre>\n");
}
