/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a response's head. Room for each step is reserved in full before anything is
 * written, so that a step is done or not done. worker/response_head.h has the contract.
 */
#include "worker/response_head.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "gateway/field.h"
#include "gateway/gateway.h"
#include "gateway/status.h"
#include "worker/http_date.h"

#define SERVER_LINE "server: cadre\r\n"

/* For a length known where it is compiled. */
static inline char *put(char *at, const void *bytes, size_t len)
{
    memcpy(at, bytes, len);
    return at + len;
}

#define PUT(at, literal) put((at), (literal), sizeof(literal) - 1)

/* For texts that are mostly short: two copies that overlap instead of a call. */
static inline char *put_text(char *at, const char *text, size_t len)
{
    if (len > 32) {
        memcpy(at, text, len);
    } else if (len >= 16) {
        memcpy(at, text, 16);
        memcpy(at + len - 16, text + len - 16, 16);
    } else if (len >= 8) {
        memcpy(at, text, 8);
        memcpy(at + len - 8, text + len - 8, 8);
    } else {
        for (size_t i = 0; i < len; i++)
            at[i] = text[i];
    }
    return at + len;
}

static char *put_status_line(char *at, int status)
{
    const char *reason;

    if (status == 200)
        return PUT(at, "HTTP/1.1 200 OK\r\n");
    reason = cadre__status_reason(status);
    at = PUT(at, "HTTP/1.1 ");
    *at++ = (char)('0' + status / 100);
    *at++ = (char)('0' + status / 10 % 10);
    *at++ = (char)('0' + status % 10);
    *at++ = ' ';
    at = put(at, reason, strlen(reason));
    return PUT(at, "\r\n");
}

static char *put_number(char *at, uint64_t n)
{
    char digits[20];
    size_t len = 0;

    do {
        digits[sizeof(digits) - ++len] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    return put(at, digits + sizeof(digits) - len, len);
}

/* There is room for the text of a known name as a whole, and it is copied so. */
static inline char *put_field(char *at, enum cadre__field known, const struct cadre__header *h)
{
    if (known != CADRE__FIELD_NONE) {
        memcpy(at, cadre__fields[known].text, CADRE__FIELD_NAME_MAX);
        at += cadre__fields[known].len;
    } else {
        at = put_text(at, h->name.ptr, h->name.len);
    }
    at = PUT(at, ": ");
    at = put_text(at, h->value.ptr, h->value.len);
    return PUT(at, "\r\n");
}

static bool lists_close(struct cadre_str value)
{
    for (size_t i = 0; i + 5 <= value.len; i++) {
        bool begins = i == 0 || value.ptr[i - 1] == ',' || value.ptr[i - 1] == ' ';
        bool ends = i + 5 == value.len || value.ptr[i + 5] == ',' || value.ptr[i + 5] == ' ';
        if (begins && ends && strncasecmp(value.ptr + i, "close", 5) == 0)
            return true;
    }
    return false;
}

static size_t fields_size(const struct response_start *start)
{
    size_t size = 0;

    for (size_t i = 0; i < start->n_headers; i++)
        size += start->headers[i].name.len + start->headers[i].value.len + 4;
    return size;
}

int response_head_start(struct buffer *out, struct buffer_pool *pool,
                        const struct response_start *start, struct response_notes *ret)
{
    bool has_date = false, has_server = !start->server_header;
    /* The status line is below 64 bytes; Date and Server are below 64 together; and a name is
     * copied with what is behind it. */
    int r = buffer_reserve(out, pool, 128 + CADRE__FIELD_NAME_MAX + fields_size(start));
    if (r < 0)
        return r;

    ret->said_close = false;
    char *at = put_status_line(out->data + out->end, start->status);
    for (size_t i = 0; i < start->n_headers; i++) {
        const struct cadre__header *h = &start->headers[i];
        enum cadre__field known = cadre__field_know(h->name);

        if (known == CADRE__FIELD_CONNECTION)
            ret->said_close = ret->said_close || lists_close(h->value);
        if (cadre__field_is_hop_by_hop(known) ||
            (start->drop_length && known == CADRE__FIELD_CONTENT_LENGTH))
            continue;
        has_date = has_date || known == CADRE__FIELD_DATE;
        has_server = has_server || known == CADRE__FIELD_SERVER;
        at = put_field(at, known, h);
    }
    if (!has_date) {
        at = PUT(at, "date: ");
        at = put(at, start->date, HTTP_DATE_LEN);
        at = PUT(at, "\r\n");
    }
    if (!has_server)
        at = PUT(at, SERVER_LINE);
    out->end = (uint32_t)(at - out->data);
    return 0;
}

int response_head_end(struct buffer *out, struct buffer_pool *pool, enum response_framing framing,
                      uint64_t length, enum response_connection connection)
{
    int r = buffer_reserve(out, pool, 128);
    if (r < 0)
        return r;

    char *at = out->data + out->end;
    if (framing == RESPONSE_LENGTH) {
        at = PUT(at, "content-length: ");
        at = put_number(at, length);
        at = PUT(at, "\r\n");
    } else if (framing == RESPONSE_CHUNKED) {
        at = PUT(at, "transfer-encoding: chunked\r\n");
    }
    if (connection == RESPONSE_SAY_CLOSE)
        at = PUT(at, "connection: close\r\n");
    else if (connection == RESPONSE_SAY_KEEP_ALIVE)
        at = PUT(at, "connection: keep-alive\r\n");
    at = PUT(at, "\r\n");
    out->end = (uint32_t)(at - out->data);
    return 0;
}

size_t response_chunk_line(char out[RESPONSE_CHUNK_LINE_MAX], size_t len)
{
    static const char hex[] = "0123456789abcdef";
    char digits[16];
    size_t n = 0;

    do {
        digits[sizeof(digits) - ++n] = hex[len & 15];
        len >>= 4;
    } while (len > 0);
    memcpy(out, digits + sizeof(digits) - n, n);
    memcpy(out + n, "\r\n", 2);
    return n + 2;
}

int response_error(struct buffer *out, struct buffer_pool *pool, int status, const char *detail,
                   bool head_only, bool server_header, const char *date)
{
    static const struct cadre__header type = {CADRE_STR_INIT("content-type"),
                                              CADRE_STR_INIT("text/plain; charset=utf-8")};
    const struct response_start start = {.status = status,
                                         .headers = &type,
                                         .n_headers = 1,
                                         .date = date,
                                         .server_header = server_header};
    struct response_notes notes;
    uint32_t before = out->end;
    char body[256];

    int len = detail
                  ? snprintf(body, sizeof(body), "%s: %s\n", cadre__status_reason(status), detail)
                  : snprintf(body, sizeof(body), "%s\n", cadre__status_reason(status));
    if (len >= (int)sizeof(body))
        len = sizeof(body) - 1;

    int r = response_head_start(out, pool, &start, &notes);
    if (r == 0)
        r = response_head_end(out, pool, RESPONSE_LENGTH, (uint64_t)len, RESPONSE_SAY_CLOSE);
    if (r == 0 && !head_only)
        r = buffer_reserve(out, pool, (size_t)len);
    if (r < 0) {
        out->end = before;
        return r;
    }
    if (!head_only) {
        memcpy(out->data + out->end, body, (size_t)len);
        out->end += (uint32_t)len;
    }
    return 0;
}
