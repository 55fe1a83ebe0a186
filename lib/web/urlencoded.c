/* SPDX-License-Identifier: MIT */
/* application/x-www-form-urlencoded: web/urlencoded.h. */
#include "web/urlencoded.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

size_t cadre__urlencoded_decode(char *text, size_t len)
{
    char *out = text;

    for (size_t i = 0; i < len; i++) {
        int high = text[i] == '%' && len - i > 2 ? hex_digit(text[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(text[i + 2]) : -1;

        if (low >= 0 && (high | low) != 0) {
            *out++ = (char)(high << 4 | low);
            i += 2;
        } else {
            *out++ = text[i];
            if (text[i] == '+')
                out[-1] = ' ';
        }
    }
    *out = '\0';
    return (size_t)(out - text);
}

size_t cadre__urlencoded_count(struct cadre_str text)
{
    size_t n = 1;

    for (size_t i = 0; i < text.len; i++)
        n += text.ptr[i] == '&';
    return n;
}

size_t cadre__urlencoded_split(char *text, struct cadre__query_param *pairs)
{
    size_t n = 0;

    while (text != NULL) {
        char *next = strchr(text, '&');
        char *value;

        if (next != NULL)
            *next++ = '\0';
        value = strchr(text, '=');
        if (value != NULL)
            *value++ = '\0';
        if (*text != '\0' || value != NULL) {
            cadre__urlencoded_decode(text, strlen(text));
            if (value != NULL)
                cadre__urlencoded_decode(value, strlen(value));
            pairs[n].name = text;
            pairs[n].value = value != NULL ? value : "";
            n++;
        }
        text = next;
    }
    return n;
}
