/* SPDX-License-Identifier: MIT */
/* base/json_out: JSON, piece by piece. */
#include "base/json_out.h"

#include <inttypes.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"

static void begin(struct cadre__json_out *out)
{
    if (out->wants_comma)
        cadre__buf_putc(out->buf, ',');
    out->wants_comma = true;
}

void cadre__json_open(struct cadre__json_out *out, char bracket)
{
    begin(out);
    cadre__buf_putc(out->buf, bracket);
    out->wants_comma = false;
}

void cadre__json_close(struct cadre__json_out *out, char bracket)
{
    cadre__buf_putc(out->buf, bracket);
    out->wants_comma = true;
}

/* --- strings --- */

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* Writes what stands for the byte or sequence at the beginning; its length in the source. */
static size_t put_special(struct cadre__buf *buf, struct cadre_str rest)
{
    static const char letters[] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    unsigned char c = (unsigned char)rest.ptr[0];
    size_t len;

    if (c == '"' || c == '\\' || (c < sizeof(letters) && letters[c] != 0)) {
        cadre__buf_putc(buf, '\\');
        cadre__buf_putc(buf, c == '"' || c == '\\' ? (char)c : letters[c]);
        return 1;
    }
    if (c < 0x80) {
        cadre__buf_printf(buf, "\\u%04x", c);
        return 1;
    }
    len = cadre__utf8_sequence_len(rest);
    if (len == 0) {
        cadre__buf_puts(buf, REPLACEMENT);
        return 1;
    }
    cadre__buf_append(buf, rest.ptr, len);
    return len;
}

static void put_string(struct cadre__buf *buf, struct cadre_str text)
{
    cadre__buf_putc(buf, '"');
    while (text.len > 0) {
        size_t n = 0;

        while (n < text.len && is_plain((unsigned char)text.ptr[n]))
            n++;
        cadre__buf_append(buf, text.ptr, n);
        text = (struct cadre_str){text.ptr + n, text.len - n};
        if (text.len == 0)
            break;
        n = put_special(buf, text);
        text = (struct cadre_str){text.ptr + n, text.len - n};
    }
    cadre__buf_putc(buf, '"');
}

/* --- values --- */

void cadre__json_str(struct cadre__json_out *out, struct cadre_str text)
{
    begin(out);
    put_string(out->buf, text);
}

void cadre__json_text(struct cadre__json_out *out, const char *text)
{
    cadre__json_str(out, cadre_str_from(text));
}

void cadre__json_key(struct cadre__json_out *out, const char *name)
{
    cadre__json_text(out, name);
    cadre__buf_putc(out->buf, ':');
    out->wants_comma = false;
}

void cadre__json_raw(struct cadre__json_out *out, struct cadre_str json)
{
    begin(out);
    cadre__buf_append(out->buf, json.ptr, json.len);
}

void cadre__json_bool(struct cadre__json_out *out, bool value)
{
    cadre__json_raw(out, value ? CADRE_STR("true") : CADRE_STR("false"));
}

void cadre__json_int(struct cadre__json_out *out, int64_t value)
{
    begin(out);
    cadre__buf_printf(out->buf, "%" PRId64, value);
}

void cadre__json_uint(struct cadre__json_out *out, uint64_t value)
{
    begin(out);
    cadre__buf_printf(out->buf, "%" PRIu64, value);
}

/* --- keys with their values --- */

void cadre__json_put_text(struct cadre__json_out *out, const char *name, const char *text)
{
    if (text == NULL)
        return;
    cadre__json_key(out, name);
    cadre__json_text(out, text);
}

void cadre__json_put_true(struct cadre__json_out *out, const char *name, bool value)
{
    if (!value)
        return;
    cadre__json_key(out, name);
    cadre__json_bool(out, true);
}

void cadre__json_put_uint(struct cadre__json_out *out, const char *name, uint64_t value)
{
    cadre__json_key(out, name);
    cadre__json_uint(out, value);
}

void cadre__json_put_buf(struct cadre__json_out *out, const char *name, struct cadre__buf *text)
{
    cadre__json_key(out, name);
    cadre__json_str(out, cadre__buf_str(text));
    if (text->error < 0 && out->buf->error == 0)
        out->buf->error = text->error;
    cadre__buf_done(text);
}
