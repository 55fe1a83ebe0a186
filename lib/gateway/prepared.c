/* SPDX-License-Identifier: MIT */
/* Heads that are made once: gateway/prepared.h. */
#include "gateway/prepared.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/field.h"
#include "gateway/response.h"
#include "gateway/status.h"

/* "HTTP/1.1 200 OK" CR LF, of any status. */
#define STATUS_LINE_SIZE 64

static int check(int status, const struct cadre__header *headers, size_t n_headers,
                 struct cadre__response *response)
{
    const struct cadre__event event = {.type = CADRE__EVENT_HTTP_RESPONSE_START,
                                       .status = status,
                                       .headers = headers,
                                       .n_headers = n_headers};
    int r;

    cadre__response_init(response, CADRE_STR("GET"));
    r = cadre__response_check(response, &event);
    if (r < 0)
        return r;
    return cadre__response_is_bodiless(response) || response->kinds != 0 ? -EINVAL : 0;
}

static char *put(char *at, struct cadre_str text)
{
    if (text.len > 0)
        memcpy(at, text.ptr, text.len);
    return at + text.len;
}

/* Copies a text to *at, with a NUL behind it. */
static struct cadre_str keep(char **at, struct cadre_str text)
{
    struct cadre_str copy = {*at, text.len};

    *at = put(*at, text);
    *(*at)++ = '\0';
    return copy;
}

/* A name that is known needs no copy. */
static struct cadre__header keep_field(char **at, const struct cadre__header *field)
{
    enum cadre__field known = cadre__field_know(field->name);
    struct cadre_str name =
        known != CADRE__FIELD_NONE ? cadre__field_name(known) : keep(at, field->name);

    return (struct cadre__header){name, keep(at, field->value)};
}

static char *put_line(char *at, const struct cadre__header *field)
{
    at = put(put(at, field->name), CADRE_STR(": "));
    return put(put(at, field->value), CADRE_STR("\r\n"));
}

int cadre__prepared_make(struct cadre__prepared *ret, int status,
                         const struct cadre__header *headers, size_t n_headers)
{
    size_t table = n_headers * sizeof(*headers);
    struct cadre__prepared p = {.status = status, .n_headers = n_headers};
    struct cadre__response response;
    int r = check(status, headers, n_headers, &response);
    char *block, *at;

    if (r < 0)
        return r;
    /* A line's four bytes are more than two NULs. */
    block = malloc(table + STATUS_LINE_SIZE + 2 * response.fields_size);
    if (block == NULL)
        return -ENOMEM;
    p.headers = (struct cadre__header *)(void *)block;
    at = block + table;
    for (size_t i = 0; i < n_headers; i++)
        p.headers[i] = keep_field(&at, &headers[i]);
    p.lines.ptr = at;
    at +=
        snprintf(at, STATUS_LINE_SIZE, "HTTP/1.1 %d %s\r\n", status, cadre__status_reason(status));
    for (size_t i = 0; i < n_headers; i++)
        at = put_line(at, &p.headers[i]);
    p.lines.len = (size_t)(at - p.lines.ptr);
    *ret = p;
    return 0;
}

void cadre__prepared_done(struct cadre__prepared *prepared)
{
    free(prepared->headers);
    *prepared = (struct cadre__prepared){0};
}
