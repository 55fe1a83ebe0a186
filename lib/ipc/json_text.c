/* SPDX-License-Identifier: MIT */
/*
 * Texts as values of jansson; see json_text.h.
 */
#include "config.h"

#include "ipc/json_text.h"

#include <jansson.h>
#include <string.h>

#include "base/str.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

json_t *cadre__json_of_text(const char *text)
{
    struct cadre_str rest = {.ptr = text, .len = strlen(text)};
    json_t *string = json_stringn(rest.ptr, rest.len);
    struct cadre__buf buf = {.len = 0};

    if (string)
        return string;
    while (rest.len > 0) {
        size_t len = cadre__utf8_sequence_len(rest);

        if (len > 0)
            cadre__buf_append(&buf, rest.ptr, len);
        else
            cadre__buf_puts(&buf, REPLACEMENT);
        len += len == 0;
        rest.ptr += len;
        rest.len -= len;
    }
    if (buf.error == 0)
        string = json_stringn(buf.data, buf.len);
    cadre__buf_done(&buf);
    return string;
}

json_t *cadre__json_of_text_or_null(const char *text)
{
    return *text ? cadre__json_of_text(text) : json_null();
}
