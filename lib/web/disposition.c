/* SPDX-License-Identifier: MIT */
/* Content-Disposition of a response: web/disposition.h. */
#include "web/disposition.h"

/* The length of the UTF-8 character that the text begins with; 0: it is none (RFC 3629 §4). */
static size_t utf8_length(const char *text)
{
    const unsigned char *u = (const unsigned char *)text;
    size_t n = u[0] < 0x80 ? 1 : u[0] < 0xc2 ? 0 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;

    if (u[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    }
    if ((u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xed && u[1] > 0x9f) ||
        (u[0] == 0xf0 && u[1] < 0x90) || (u[0] == 0xf4 && u[1] > 0x8f))
        return 0;
    return n;
}

/* attr-char of RFC 8187 §3.2.1 */
static bool is_attribute_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && strchr("!#$&+-.^_`|~", c) != NULL);
}

static bool is_plain(char c)
{
    return c >= ' ' && c < 0x7f && strchr("/\\", c) == NULL;
}

static void put_extended(struct cadre__buf *buf, const char *name)
{
    while (*name != '\0') {
        size_t n = utf8_length(name);

        if (n == 0 || (n == 1 && !is_plain(*name))) {
            cadre__buf_putc(buf, '_');
            name++;
            continue;
        }
        for (; n > 0; n--, name++) {
            if (is_attribute_char(*name))
                cadre__buf_putc(buf, *name);
            else
                cadre__buf_printf(buf, "%%%02X", (unsigned char)*name);
        }
    }
}

int cadre__disposition_format(struct cadre__buf *buf, const char *filename, bool is_inline)
{
    bool is_ascii = true;

    cadre__buf_puts(buf, is_inline ? "inline; filename=\"" : "attachment; filename=\"");
    for (const char *c = filename; *c != '\0';) {
        size_t n = utf8_length(c);

        if (*c == '"')
            cadre__buf_puts(buf, "\\\"");
        else
            cadre__buf_putc(buf, is_plain(*c) ? *c : '_');
        /* '%' in filename is decoded by some clients: let all take the other one. */
        is_ascii &= n == 1 && *c != '%';
        c += n > 0 ? n : 1;
    }
    cadre__buf_putc(buf, '"');
    if (!is_ascii) {
        cadre__buf_puts(buf, "; filename*=UTF-8''");
        put_extended(buf, filename);
    }
    return buf->error;
}
