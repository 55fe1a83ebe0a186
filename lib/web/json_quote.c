/* SPDX-License-Identifier: MIT */
/*
 * cadre_json_quote: a text as a JSON string (RFC 8259 §7). UTF-8 goes through as it is; a byte that
 * does not begin a well-formed sequence (Unicode 15, table 3-7) becomes U+FFFD. Two passes, the
 * first one measures.
 */
#include "base/str.h"
#include "web/request.h"

#include <stdio.h>

#define REPLACEMENT "\xef\xbf\xbd"

/* Writes what stands for the character at p (at most 6 bytes and a NUL) and how long that is in the
 * source. */
static size_t quote_one(const unsigned char *p, char out[8], size_t *ret_source_len)
{
    static const char escapes[] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r', ['"'] = '"'};
    size_t len;

    *ret_source_len = 1;
    if (*p == '\\' || (*p < sizeof(escapes) && escapes[*p] != 0)) {
        out[0] = '\\';
        out[1] = *p == '\\' ? '\\' : escapes[*p];
        return 2;
    }
    if (*p < 0x20 || *p == 0x7f)
        return (size_t)snprintf(out, 8, "\\u%04x", *p);
    if (*p < 0x80) {
        out[0] = (char)*p;
        return 1;
    }
    len =
        cadre__utf8_sequence_len((struct cadre_str){(const char *)p, strnlen((const char *)p, 4)});
    if (len == 0) {
        memcpy(out, REPLACEMENT, 3);
        return 3;
    }
    memcpy(out, p, len);
    *ret_source_len = len;
    return len;
}

/* Bytes that stand for themselves: visible ASCII and the space, but '"' and '\\'. */
static bool is_plain(char c)
{
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

static size_t quoted_len(const char *text)
{
    size_t source_len;
    char piece[8];
    size_t len = 2;

    for (const char *p = text; *p != '\0'; p += source_len) {
        source_len = 1;
        len += is_plain(*p) ? 1 : quote_one((const unsigned char *)p, piece, &source_len);
    }
    return len;
}

const char *cadre_json_quote(struct cadre_request *req, const char *text)
{
    size_t source_len;
    char piece[8];
    char *quoted;
    char *out;

    cadre__request_check(req);
    quoted = cadre__arena_alloc(req->arena, quoted_len(text) + 1);
    if (quoted == NULL)
        return NULL;
    out = quoted;
    *out++ = '"';
    for (const char *p = text; *p != '\0'; p += source_len) {
        size_t n;

        source_len = 1;
        if (is_plain(*p)) {
            *out++ = *p;
            continue;
        }
        n = quote_one((const unsigned char *)p, piece, &source_len);
        memcpy(out, piece, n);
        out += n;
    }
    *out++ = '"';
    *out = '\0';
    return quoted;
}
