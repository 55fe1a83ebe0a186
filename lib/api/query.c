/* SPDX-License-Identifier: MIT */
/*
 * The query as pairs, and texts of a request as UTF-8 (api/call.h). Names are compared without
 * being decoded first where they hold nothing encoded, which is how most are sent.
 */
#include "api/call.h"

#include "web/urlencoded.h"
#include <errno.h>

static bool is_encoded(struct cadre_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '%' || text.ptr[i] == '+')
            return true;
    }
    return false;
}

int cadre__api_query(struct cadre__api_call *call)
{
    struct cadre_str rest = call->req->scope->query;
    struct cadre__api_pair *pairs;
    size_t n = 0;

    if (call->has_query)
        return 0;
    call->has_query = true;
    if (rest.len == 0)
        return 0;
    pairs = cadre__arena_alloc(call->req->arena, cadre__urlencoded_count(rest) * sizeof(*pairs));
    if (pairs == NULL)
        return -ENOMEM;
    for (;;) {
        const char *end = memchr(rest.ptr, '&', rest.len);
        size_t len = end != NULL ? (size_t)(end - rest.ptr) : rest.len;
        const char *equals = memchr(rest.ptr, '=', len);
        size_t name_len = equals != NULL ? (size_t)(equals - rest.ptr) : len;

        if (len > 0) { /* nothing between two '&' is no pair */
            pairs[n].name = (struct cadre_str){rest.ptr, name_len};
            pairs[n].value = (struct cadre_str){"", 0};
            if (equals != NULL)
                pairs[n].value = (struct cadre_str){equals + 1, len - name_len - 1};
            n++;
        }
        if (end == NULL)
            break;
        rest = (struct cadre_str){end + 1, rest.len - len - 1};
    }
    call->query = pairs;
    call->n_query = n;
    return 0;
}

bool cadre__api_pair_is(const struct cadre__api_pair *pair, struct cadre_str name)
{
    char decoded[3 * CADRE__API_NAME_MAX + 1];
    struct cadre_str sent = pair->name;

    if (cadre_str_eq(sent, name) && !is_encoded(sent))
        return true;
    /* '+' is one byte for one, "%41" three. */
    if (sent.len < name.len || sent.len > 3 * name.len || sent.len >= sizeof(decoded) ||
        !is_encoded(sent))
        return false;
    memcpy(decoded, sent.ptr, sent.len);
    return cadre_str_eq((struct cadre_str){decoded, cadre__urlencoded_decode(decoded, sent.len)},
                        name);
}

struct cadre_str cadre__api_decode(struct cadre__api_call *call, struct cadre_str text)
{
    char *copy = cadre__arena_strndup(call->req->arena, text.ptr, text.len);

    if (copy == NULL)
        return (struct cadre_str){NULL, 0};
    if (is_encoded(text))
        text.len = cadre__urlencoded_decode(copy, text.len);
    return cadre__api_utf8(call, (struct cadre_str){copy, text.len});
}

/* --- UTF-8 --- */

static bool is_ascii(struct cadre_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] >= 0x80)
            return false;
    }
    return true;
}

struct cadre_str cadre__api_utf8(struct cadre__api_call *call, struct cadre_str text)
{
    char *out, *at;

    if (is_ascii(text))
        return text;
    out = at = cadre__arena_alloc(call->req->arena, 3 * text.len + 1);
    if (out == NULL)
        return (struct cadre_str){NULL, 0};
    while (text.len > 0) {
        size_t len = cadre__utf8_sequence_len(text);

        if (len > 0)
            memcpy(at, text.ptr, len);
        else
            memcpy(at, "\xef\xbf\xbd", 3);
        at += len > 0 ? len : 3;
        text.ptr += len > 0 ? len : 1;
        text.len -= len > 0 ? len : 1;
    }
    *at = '\0';
    return (struct cadre_str){out, (size_t)(at - out)};
}

struct cadre_str cadre__api_latin1(struct cadre__api_call *call, struct cadre_str text)
{
    char *out, *at;

    if (is_ascii(text))
        return text;
    out = at = cadre__arena_alloc(call->req->arena, 2 * text.len + 1);
    if (out == NULL)
        return (struct cadre_str){NULL, 0};
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (c >= 0x80)
            *at++ = (char)(0xc0 | c >> 6);
        *at++ = (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c);
    }
    *at = '\0';
    return (struct cadre_str){out, (size_t)(at - out)};
}
