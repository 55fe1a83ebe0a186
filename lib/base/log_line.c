/* SPDX-License-Identifier: MIT */
/*
 * base/log_line: pieces of a line, and what of them is better not shown raw. See log_line.h.
 */
#include "config.h"

#include "base/log_line.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

void cadre__log_line_put(struct cadre__log_line *line, const char *bytes, size_t n)
{
    if (line->cut || n > line->max - CADRE__LOG_LINE_TAIL - line->len) {
        line->cut = true;
        return;
    }
    memcpy(line->data + line->len, bytes, n);
    line->len += n;
}

void cadre__log_line_puts(struct cadre__log_line *line, const char *text)
{
    cadre__log_line_put(line, text, strlen(text));
}

/* The length of the character at `s`, or 0 where it is no UTF-8 or is better not shown raw. */
static size_t safe_char(const unsigned char *s, size_t left)
{
    if (s[0] < 0x80)
        return s[0] >= 0x20 && s[0] != 0x7f;
    size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4 || n > left)
        return 0;
    uint32_t code = s[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3fu);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 0;
    bool shady =
        code < 0xa0 || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    return shady ? 0 : n;
}

void cadre__log_line_put_escaped(struct cadre__log_line *line, const char *text, size_t len,
                                 bool quoted)
{
    const unsigned char *s = (const unsigned char *)text, *end = s + len;
    while (s < end && !line->cut) {
        size_t n = safe_char(s, (size_t)(end - s));
        char escape[8] = "";
        if (n == 1 && quoted && (*s == '"' || *s == '\\'))
            snprintf(escape, sizeof(escape), "\\%c", *s);
        else if (n > 0)
            cadre__log_line_put(line, (const char *)s, n);
        else if (*s == '\n' || *s == '\r' || *s == '\t')
            snprintf(escape, sizeof(escape), "\\%c", *s == '\n' ? 'n' : *s == '\r' ? 'r' : 't');
        else
            snprintf(escape, sizeof(escape), "\\x%02x", *s);
        if (escape[0])
            cadre__log_line_puts(line, escape);
        s += n ? n : 1;
    }
}

static bool needs_quotes(struct cadre_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (c <= ' ' || c > '~' || c == '=' || c == '"' || c == '\\')
            return true;
    }
    return value.len == 0;
}

static void put_value(struct cadre__log_line *line, struct cadre_str value)
{
    bool quoted = needs_quotes(value);
    if (quoted)
        cadre__log_line_put(line, "\"", 1);
    cadre__log_line_put_escaped(line, value.ptr, value.len, quoted);
    if (quoted)
        cadre__log_line_put(line, "\"", 1);
}

static void put_key(struct cadre__log_line *line, const char *key)
{
    cadre__log_line_put(line, " ", 1);
    for (; *key; key++) {
        bool ok = (*key >= 'a' && *key <= 'z') || (*key >= 'A' && *key <= 'Z') ||
                  (*key >= '0' && *key <= '9') || *key == '_' || *key == '.' || *key == '-';
        cadre__log_line_put(line, ok ? key : "_", 1);
    }
    cadre__log_line_put(line, "=", 1);
}

void cadre__log_line_put_field(struct cadre__log_line *line, const struct cadre_log_field *field)
{
    char number[40] = "";
    if (!field->key || (field->type == CADRE_LOG_TYPE_STR && !field->value.str.ptr))
        return;
    put_key(line, field->key);
    switch (field->type) {
    case CADRE_LOG_TYPE_STR:
        put_value(line, field->value.str);
        return;
    case CADRE_LOG_TYPE_INT:
        snprintf(number, sizeof(number), "%lld", (long long)field->value.i);
        break;
    case CADRE_LOG_TYPE_UINT:
        snprintf(number, sizeof(number), "%llu", (unsigned long long)field->value.u);
        break;
    case CADRE_LOG_TYPE_DOUBLE:
        snprintf(number, sizeof(number), "%.6g", field->value.d);
        break;
    case CADRE_LOG_TYPE_BOOL:
        snprintf(number, sizeof(number), "%s", field->value.u ? "true" : "false");
        break;
    }
    cadre__log_line_puts(line, number);
}
