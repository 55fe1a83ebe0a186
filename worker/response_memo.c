/* SPDX-License-Identifier: MIT */
/*
 * Remembering the lines of a response. worker/response_memo.h has the contract.
 */
#include "worker/response_memo.h"

#include <string.h>

#include "gateway/field.h"

/* The fields' own texts are in `text` now, but for names that are known. */
static void keep_headers(struct response_lines *lines, const struct cadre__header *headers,
                         size_t n_headers, size_t at)
{
    for (size_t i = 0; i < n_headers; i++) {
        struct cadre_str name = headers[i].name;
        size_t value_at = at + name.len + 2;

        if (cadre__field_of(name) == CADRE__FIELD_NONE)
            name.ptr = lines->text + at;
        lines->headers[i].name = name;
        lines->headers[i].value = (struct cadre_str){lines->text + value_at, headers[i].value.len};
        at = value_at + headers[i].value.len + 2;
    }
}

void response_lines_note(struct response_lines *lines, int status,
                         const struct cadre__header *headers, size_t n_headers, size_t fields_size,
                         const char *text)
{
    if (lines->status != 0 && ++lines->misses < RESPONSE_MEMO_PATIENCE)
        return;

    const char *end = strchr(text, '\n');
    size_t first = (size_t)(end + 1 - text);
    if (n_headers > RESPONSE_MEMO_FIELDS || fields_size > RESPONSE_MEMO_BYTES - first)
        return;
    lines->status = (uint16_t)status;
    lines->len = (uint16_t)(first + fields_size);
    lines->n_headers = (uint16_t)n_headers;
    lines->misses = 0;
    memcpy(lines->text, text, lines->len);
    keep_headers(lines, headers, n_headers, first);
}
