/* SPDX-License-Identifier: MIT */
#include "worker/http1_memo.h"

#include <string.h>

#include "base/bytes.h"
#include "gateway/field.h"
#include "worker/http1_chars.h"

/* In a row; after the first one the next head is tried, after so many one in 64. */
#define MISSES_MAX 7

/* All bytes are looked at, the last sixteen by a step of their own: `len` is at least that. */
static inline bool is_same(const char *a, const char *b, size_t len)
{
    typedef uint64_t sixteen __attribute__((vector_size(16), aligned(1), may_alias));
    sixteen differ = *(const sixteen *)(const void *)(a + len - 16) ^
                     *(const sixteen *)(const void *)(b + len - 16);

    for (size_t i = 0; i + 16 < len; i += 16)
        differ |= *(const sixteen *)(const void *)(a + i) ^ *(const sixteen *)(const void *)(b + i);
    return (differ[0] | differ[1]) == 0;
}

static void make_lower(char *name, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        if (http1_char_is(name[i], HTTP1_CHAR_UPPER))
            name[i] = (char)(name[i] | 0x20);
    }
}

static void make_names_lower(const struct http1_memo *memo, char *at)
{
    for (uint32_t i = 0; i < memo->n_fields; i++) {
        const struct http1_field *f = &memo->fields[i];

        if (f->known == CADRE__FIELD_NONE)
            make_lower(at + f->name_at, f->name_len);
    }
}

_Static_assert(offsetof(struct http1_field, name_at) == 0 &&
                   offsetof(struct http1_field, value_at) == 8 && sizeof(struct http1_field) == 32,
               "the offsets of a field are added to at once");

/* Copies fields that begin `by` bytes further on. */
static inline void copy_fields(struct http1_field *to, const struct http1_field *from, uint32_t n,
                               uint32_t by)
{
    typedef uint32_t four __attribute__((vector_size(16), aligned(1), may_alias));
    const four shift = {by, 0, by, 0};

    for (uint32_t i = 0; i < n; i++) {
        const four *f = (const four *)(const void *)&from[i];
        four *t = (four *)(void *)&to[i];

        t[0] = f[0] + shift;
        t[1] = f[1];
    }
}

bool http1_memo_take(struct http1_memo *memo, struct http1_parser *p, char *at, size_t len)
{
    if (memo->len == 0 || memo->len > len || !is_same(memo->bytes, at, memo->len))
        return false;
    memo->misses = 0;
    copy_fields(p->fields, memo->fields, memo->n_fields, p->pos);
    if (memo->has_upper)
        make_names_lower(memo, at);
    p->meaning = memo->meaning;
    p->n_fields = memo->n_fields;
    p->pos += memo->len;
    return true;
}

void http1_memo_note(struct http1_memo *memo, const char *at, size_t len)
{
    memo->len = 0;
    if (memo->misses < MISSES_MAX)
        memo->misses++;
    memo->rest = (1U << (memo->misses - 1)) - 1;
    memcpy(memo->bytes, at, len < sizeof(memo->bytes) ? len : sizeof(memo->bytes));
}

void http1_memo_keep(struct http1_memo *memo, const struct http1_parser *p, const char *head,
                     uint32_t from)
{
    uint32_t len = p->pos - from;

    if (len < 16 || len > sizeof(memo->bytes) || p->n_fields > HTTP1_MEMO_FIELDS)
        return;
    memo->len = len;
    memo->meaning = p->meaning;
    memo->n_fields = p->n_fields;
    memo->has_upper = false;
    for (uint32_t i = 0; i < p->n_fields; i++) {
        struct http1_field *f = &memo->fields[i];

        *f = p->fields[i];
        if (f->known == CADRE__FIELD_NONE &&
            memcmp(memo->bytes + (f->name_at - from), head + f->name_at, f->name_len) != 0)
            memo->has_upper = true;
        f->name_at -= from;
        f->value_at -= from;
    }
}
