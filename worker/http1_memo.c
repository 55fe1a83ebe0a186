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

bool http1_memo_take(struct http1_memo *memo, struct http1_parser *p, char *at, size_t len)
{
    uint32_t n = memo->n_fields, from = p->pos;
    struct http1_field *fields = p->fields;

    if (memo->len == 0 || memo->len > len || !is_same(memo->bytes, at, memo->len))
        return false;
    memo->misses = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct http1_field f = memo->fields[i];

        f.name_at += from;
        f.value_at += from;
        fields[i] = f;
        if (memo->has_upper && f.known == CADRE__FIELD_NONE)
            make_lower(at + memo->fields[i].name_at, f.name_len);
    }
    p->meaning = memo->meaning;
    p->n_fields = n;
    p->pos = from + memo->len;
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
            memcmp(memo->bytes + f->name_at - from, head + f->name_at, f->name_len) != 0)
            memo->has_upper = true;
        f->name_at -= from;
        f->value_at -= from;
    }
}
