/* SPDX-License-Identifier: MIT */
/*
 * Text into memory of a fixed size: what does not fit is cut off, and it always ends in NUL.
 *
 * Async-signal-safe, for reports of crashes; reads no locale, allocates nothing, never suspends.
 */
#ifndef WORKER_SHORT_TEXT_H
#define WORKER_SHORT_TEXT_H

#include <stddef.h>

#include <cadre/str.h>

struct short_text {
    char *data;  /* the caller's */
    size_t size; /* of data, at least 1 */
    size_t len;  /* so far, without the NUL */
};

/* Appends what is before a NUL, at most `max` bytes. */
static inline void short_text_put(struct short_text *text, const char *s, size_t max)
{
    for (; max > 0 && *s && text->len + 1 < text->size; s++, max--)
        text->data[text->len++] = *s;
    text->data[text->len] = '\0';
}

/* Appends a string, up to a NUL in it; one without memory is empty. */
static inline void short_text_put_str(struct short_text *text, struct cadre_str s)
{
    if (s.ptr != NULL)
        short_text_put(text, s.ptr, s.len);
}

/* Appends a number. */
static inline void short_text_put_number(struct short_text *text, size_t number)
{
    char digits[24];
    size_t at = sizeof(digits) - 1;

    digits[at] = '\0';
    do
        digits[--at] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    short_text_put(text, digits + at, sizeof(digits));
}

/* Copies a C string into `size` bytes (> 0); NULL is "". */
static inline void short_text_copy(char *dst, size_t size, const char *src)
{
    struct short_text text = {.data = dst, .size = size};

    short_text_put(&text, src != NULL ? src : "", size);
}

#endif
