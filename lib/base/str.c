/* SPDX-License-Identifier: MIT */
/*
 * base/str: comparing, the growing buffer, and the nearest word.
 *
 * Case is that of ASCII and nothing else: what HTTP and the conf mean does not depend on a locale.
 */
#include "config.h"

#include "base/str.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char lower(char byte)
{
    unsigned char c = (unsigned char)byte;
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
}

static inline bool same_nocase(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (lower(a[i]) != lower(b[i]))
            return false;
    }
    return true;
}

bool cadre_str_eq_nocase(struct cadre_str a, struct cadre_str b)
{
    size_t i = 0;

    if (a.len != b.len)
        return false;
    /* Most are written alike: eight at a time are passed. */
    for (; i + 8 <= a.len; i += 8) {
        if (memcmp(a.ptr + i, b.ptr + i, 8) != 0 && !same_nocase(a.ptr + i, b.ptr + i, 8))
            return false;
    }
    return same_nocase(a.ptr + i, b.ptr + i, a.len - i);
}

bool cadre__str_copy(char *dst, size_t size, const char *text)
{
    size_t len = strlen(text);
    bool fits = len < size;
    if (!fits)
        len = size - 1;
    memcpy(dst, text, len);
    memset(dst + len, 0, size - len);
    return fits;
}

/* ---- buffer ---- */

void cadre__buf_init(struct cadre__buf *buf)
{
    *buf = (struct cadre__buf){0};
}

void cadre__buf_done(struct cadre__buf *buf)
{
    if (!buf)
        return;
    free(buf->data);
    *buf = (struct cadre__buf){0};
}

void cadre__buf_clear(struct cadre__buf *buf)
{
    buf->len = 0;
    buf->error = 0;
    if (buf->data)
        buf->data[0] = '\0';
}

int cadre__buf_reserve(struct cadre__buf *buf, size_t more)
{
    if (buf->error)
        return buf->error;
    if (more < buf->size - buf->len)
        return 0;
    if (more > SIZE_MAX / 4 - buf->len)
        return buf->error = -ENOMEM;
    size_t need = buf->len + more + 1;
    size_t size = buf->size ? buf->size : 64;
    while (size < need)
        size *= 2;
    char *data = realloc(buf->data, size);
    if (!data)
        return buf->error = -ENOMEM;
    if (!buf->data)
        data[0] = '\0';
    buf->data = data;
    buf->size = size;
    return 0;
}

int cadre__buf_append(struct cadre__buf *buf, const void *bytes, size_t len)
{
    int r = cadre__buf_reserve(buf, len);
    if (r < 0)
        return r;
    if (len)
        memcpy(buf->data + buf->len, bytes, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
    return 0;
}

int cadre__buf_puts(struct cadre__buf *buf, const char *text)
{
    return cadre__buf_append(buf, text, strlen(text));
}

int cadre__buf_putc(struct cadre__buf *buf, char byte)
{
    return cadre__buf_append(buf, &byte, 1);
}

int cadre__buf_printf(struct cadre__buf *buf, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int r = cadre__buf_vprintf(buf, fmt, args);
    va_end(args);
    return r;
}

int cadre__buf_vprintf(struct cadre__buf *buf, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int r = cadre__buf_reserve(buf, 1);
    if (r < 0)
        goto out;
    size_t room = buf->size - buf->len;
    int len = vsnprintf(buf->data + buf->len, room, fmt, args);
    if (len < 0) {
        buf->data[buf->len] = '\0';
        r = buf->error = -EINVAL;
        goto out;
    }
    if ((size_t)len >= room) {
        buf->data[buf->len] = '\0';
        r = cadre__buf_reserve(buf, (size_t)len);
        if (r < 0)
            goto out;
        vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, again);
    }
    buf->len += (size_t)len;
out:
    va_end(again);
    return r;
}

void cadre__buf_vline(struct cadre__buf *buf, const char *fmt, va_list args)
{
    size_t begin;

    if (buf->len > 0)
        cadre__buf_putc(buf, '\n');
    begin = buf->len;
    cadre__buf_vprintf(buf, fmt, args);
    for (size_t i = begin; i < buf->len; i++) {
        if ((unsigned char)buf->data[i] < 0x20)
            buf->data[i] = '?';
    }
}

void cadre__buf_line(struct cadre__buf *buf, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    cadre__buf_vline(buf, fmt, args);
    va_end(args);
}

char *cadre__buf_take(struct cadre__buf *buf)
{
    char *text = NULL;
    if (cadre__buf_reserve(buf, 0) == 0) {
        text = buf->data;
        buf->data = NULL;
    }
    cadre__buf_done(buf);
    return text;
}

/* ---- nearest word ---- */

#define NEAREST_MAX 64

/* The edit distance, neighbours swapped counting as one step. Both within NEAREST_MAX. */
static unsigned distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    unsigned char row[3][NEAREST_MAX + 1];
    unsigned char *two_back = row[0], *back = row[1], *now = row[2];
    for (size_t j = 0; j <= b_len; j++)
        back[j] = (unsigned char)j;
    for (size_t i = 1; i <= a_len; i++) {
        now[0] = (unsigned char)i;
        for (size_t j = 1; j <= b_len; j++) {
            unsigned char ca = lower(a[i - 1]), cb = lower(b[j - 1]);
            unsigned best = back[j - 1] + (ca != cb);
            if (back[j] + 1u < best)
                best = back[j] + 1u;
            if (now[j - 1] + 1u < best)
                best = now[j - 1] + 1u;
            if (i > 1 && j > 1 && ca == lower(b[j - 2]) && lower(a[i - 2]) == cb &&
                two_back[j - 2] + 1u < best)
                best = two_back[j - 2] + 1u;
            now[j] = (unsigned char)best;
        }
        unsigned char *oldest = two_back;
        two_back = back;
        back = now;
        now = oldest;
    }
    return back[b_len];
}

const char *cadre__str_nearest(const char *word, const char *const *names)
{
    size_t len = strlen(word);
    if (len == 0 || len > NEAREST_MAX)
        return NULL;
    unsigned limit = (unsigned)len / 3;
    const char *nearest = NULL;
    for (; *names; names++) {
        size_t name_len = strlen(*names);
        if (name_len > NEAREST_MAX)
            continue;
        unsigned d = distance(word, len, *names, name_len);
        if (d > limit)
            continue;
        if (d == 0)
            return *names;
        limit = d - 1; /* the next one has to be nearer */
        nearest = *names;
    }
    return nearest;
}

size_t cadre__utf8_sequence_len(struct cadre_str text)
{
    const unsigned char *p = (const unsigned char *)text.ptr;
    unsigned char low = 0x80, high = 0xbf;
    size_t len = p[0] < 0x80   ? 1
                 : p[0] < 0xc2 ? 0
                 : p[0] < 0xe0 ? 2
                 : p[0] < 0xf0 ? 3
                 : p[0] < 0xf5 ? 4
                               : 0;

    if (len <= 1 || len > text.len)
        return len == 1;
    if (p[0] == 0xe0)
        low = 0xa0;
    else if (p[0] == 0xed)
        high = 0x9f;
    else if (p[0] == 0xf0)
        low = 0x90;
    else if (p[0] == 0xf4)
        high = 0x8f;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++) {
        if (p[i] < 0x80 || p[i] > 0xbf)
            return 0;
    }
    return len;
}

bool cadre__utf8_is_valid(struct cadre_str text)
{
    const uint64_t beyond_ascii = UINT64_C(0x8080808080808080);

    while (text.len > 0) {
        uint64_t piece;
        size_t len = sizeof(piece);

        if (text.len >= len)
            memcpy(&piece, text.ptr, len);
        if (text.len < len || (piece & beyond_ascii) != 0)
            len = cadre__utf8_sequence_len(text);
        if (len == 0)
            return false;
        text = (struct cadre_str){text.ptr + len, text.len - len};
    }
    return true;
}
