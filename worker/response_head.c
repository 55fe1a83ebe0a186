/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a response's head. Room for each step is reserved in full before anything is
 * written, so that a step is done or not done. worker/response_head.h has the contract.
 */
#include "worker/response_head.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "gateway/field.h"
#include "gateway/gateway.h"
#include "gateway/status.h"
#include "worker/http_date.h"

/* Bytes that a status line takes at most, what the end of a head takes at most, and Date with
 * Server, which are copied as one. */
#define STATUS_LINE_MAX 64
#define REQUEST_ID_LINE (sizeof("x-request-id: \r\n") - 1)
#define END_MAX         128

/* For a length known where it is compiled. */
static inline char *put(char *at, const void *bytes, size_t len)
{
    memcpy(at, bytes, len);
    return at + len;
}

#define PUT(at, literal) put((at), (literal), sizeof(literal) - 1)

static char *put_other_status_line(char *at, int status)
{
    const char *reason = cadre__status_reason(status);
    at = PUT(at, "HTTP/1.1 ");
    *at++ = (char)('0' + status / 100);
    *at++ = (char)('0' + status / 10 % 10);
    *at++ = (char)('0' + status % 10);
    *at++ = ' ';
    at = put(at, reason, strlen(reason));
    return PUT(at, "\r\n");
}

static inline char *put_status_line(char *at, int status)
{
    return status == 200 ? PUT(at, "HTTP/1.1 200 OK\r\n") : put_other_status_line(at, status);
}

static char *put_large_number(char *at, uint64_t n)
{
    char digits[20];
    size_t len = 0;

    do {
        digits[sizeof(digits) - ++len] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    return put(at, digits + sizeof(digits) - len, len);
}

/* A multiplication and a shift is a division by 10 below 100. */
static inline char *put_number(char *at, uint64_t n)
{
    if (n >= 100)
        return put_large_number(at, n);

    uint32_t small = (uint32_t)n, tens = small * 205 >> 11;
    *at = (char)('0' + tens);
    at += tens > 0;
    *at = (char)('0' + small - tens * 10);
    return at + 1;
}

/* There is room for the text of a known name as a whole, and it is copied so. */
static inline char *put_field(char *at, enum cadre__field known, const struct cadre__header *h)
{
    if (known != CADRE__FIELD_NONE) {
        memcpy(at, cadre__fields[known].text, CADRE__FIELD_NAME_MAX);
        at += cadre__fields[known].len;
    } else {
        at = cadre__put_bytes(at, h->name.ptr, h->name.len);
    }
    at = PUT(at, ": ");
    at = cadre__put_bytes(at, h->value.ptr, h->value.len);
    return PUT(at, "\r\n");
}

/* Is it one of those, but for the Trailer that stays? */
static bool is_dropped(const struct response_start *start, struct cadre_str name, unsigned dropped)
{
    unsigned kinds = cadre__field_kinds[cadre__field_know(name)];

    return (kinds & dropped) != 0 && !(start->keep_trailer && kinds & CADRE__FIELD_IS_TRAILER);
}

static inline __attribute__((always_inline)) char *put_fields(char *at,
                                                              const struct response_start *start)
{
    unsigned dropped =
        CADRE__FIELD_IS_HOP_BY_HOP | (start->drop_length ? CADRE__FIELD_IS_LENGTH : 0u);

    for (size_t i = 0; i < start->n_headers; i++) {
        const struct cadre__header *h = &start->headers[i];
        enum cadre__field known = cadre__field_of(h->name);

        if (start->kinds & dropped && is_dropped(start, h->name, dropped))
            continue;
        at = put_field(at, known, h);
    }
    return at;
}

static inline char *put_own(char *at, const struct response_start *start)
{
    bool has_date = start->kinds & CADRE__FIELD_IS_DATE;
    bool has_server = start->kinds & CADRE__FIELD_IS_SERVER || !start->server_header;
    size_t from = has_date ? HTTP_DATE_LINE_LEN : 0;
    size_t to = has_server ? HTTP_DATE_LINE_LEN : HTTP_DATE_LINES_LEN;

    if (from == 0) {
        memcpy(at, start->date->lines, sizeof(start->date->lines));
        return at + to;
    }
    memcpy(at, start->date->lines + from, to - from);
    return at + (to - from);
}

static char *put_request_id(char *at, struct cadre_str id)
{
    at = PUT(at, "x-request-id: ");
    at = put(at, id.ptr, id.len);
    return PUT(at, "\r\n");
}

static inline __attribute__((always_inline)) char *put_start(char *at,
                                                             const struct response_start *start)
{
    at = put_status_line(at, start->status);
    at = put_fields(at, start);
    if (start->request_id.len > 0 && !(start->kinds & CADRE__FIELD_IS_REQUEST_ID))
        at = put_request_id(at, start->request_id);
    return put_own(at, start);
}

static inline __attribute__((always_inline)) char *put_end(char *at, enum response_framing framing,
                                                           uint64_t length,
                                                           enum response_connection connection)
{
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
    return PUT(at, "\r\n");
}

/* A name is copied with what is behind it, and so are the lines of our own. */
static inline size_t start_max(const struct response_start *start)
{
    return STATUS_LINE_MAX + start->fields_size + CADRE__FIELD_NAME_MAX + REQUEST_ID_LINE +
           start->request_id.len + sizeof(start->date->lines);
}

int response_head_start(struct buffer *out, struct buffer_pool *pool,
                        const struct response_start *start)
{
    int r = buffer_reserve(out, pool, start_max(start));
    if (r < 0)
        return r;
    out->end = (uint32_t)(put_start(out->data + out->end, start) - out->data);
    return 0;
}

int response_head_end(struct buffer *out, struct buffer_pool *pool, enum response_framing framing,
                      uint64_t length, enum response_connection connection)
{
    int r = buffer_reserve(out, pool, END_MAX);
    if (r < 0)
        return r;
    out->end = (uint32_t)(put_end(out->data + out->end, framing, length, connection) - out->data);
    return 0;
}

int response_head_whole(struct buffer *out, struct buffer_pool *pool,
                        const struct response_start *start, enum response_framing framing,
                        uint64_t length, enum response_connection connection, struct cadre_str body)
{
    int r = buffer_reserve(out, pool, start_max(start) + END_MAX + body.len);
    if (r < 0)
        return r;

    char *at = put_start(out->data + out->end, start);
    at = put_end(at, framing, length, connection);
    at = cadre__put_bytes(at, body.ptr, body.len);
    out->end = (uint32_t)(at - out->data);
    return 0;
}

static inline char *put_known(char *at, struct cadre_str lines, const struct http_date *date,
                              bool server_header)
{
    at = cadre__put_bytes(at, lines.ptr, lines.len);
    memcpy(at, date->lines, sizeof(date->lines));
    return at + (server_header ? HTTP_DATE_LINES_LEN : HTTP_DATE_LINE_LEN);
}

int response_head_known_start(struct buffer *out, struct buffer_pool *pool, struct cadre_str lines,
                              const struct http_date *date, bool server_header)
{
    int r = buffer_reserve(out, pool, lines.len + sizeof(date->lines));
    if (r < 0)
        return r;
    out->end = (uint32_t)(put_known(out->data + out->end, lines, date, server_header) - out->data);
    return 0;
}

int response_head_known(struct buffer *out, struct buffer_pool *pool, struct cadre_str lines,
                        const struct http_date *date, bool server_header, uint64_t length,
                        enum response_connection connection, struct cadre_str body)
{
    int r = buffer_reserve(out, pool, lines.len + sizeof(date->lines) + END_MAX + body.len);
    if (r < 0)
        return r;

    char *at = put_known(out->data + out->end, lines, date, server_header);
    at = put_end(at, RESPONSE_LENGTH, length, connection);
    at = cadre__put_bytes(at, body.ptr, body.len);
    out->end = (uint32_t)(at - out->data);
    return 0;
}

int response_head_interim(struct buffer *out, struct buffer_pool *pool,
                          const struct response_start *start)
{
    int r = buffer_reserve(out, pool, start_max(start) + END_MAX);
    if (r < 0)
        return r;

    char *at = put_status_line(out->data + out->end, start->status);
    at = put_fields(at, start);
    at = PUT(at, "\r\n");
    out->end = (uint32_t)(at - out->data);
    return 0;
}

int response_trailers(struct buffer *out, struct buffer_pool *pool,
                      const struct cadre__header *headers, size_t n_headers, size_t fields_size)
{
    int r = buffer_reserve(out, pool, fields_size + CADRE__FIELD_NAME_MAX + END_MAX);
    if (r < 0)
        return r;

    char *at = PUT(out->data + out->end, "0\r\n");
    for (size_t i = 0; i < n_headers; i++)
        at = put_field(at, cadre__field_of(headers[i].name), &headers[i]);
    at = PUT(at, "\r\n");
    out->end = (uint32_t)(at - out->data);
    return 0;
}

size_t response_chunk_line(char out[RESPONSE_CHUNK_LINE_MAX], uint64_t len)
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

int response_refuse(struct buffer *out, struct buffer_pool *pool,
                    const struct response_refusal *refusal, bool server_header,
                    const struct http_date *date)
{
    static const struct cadre__header headers[] = {
        {CADRE_STR_INIT("content-type"), CADRE_STR_INIT("text/plain; charset=utf-8")},
        {CADRE_STR_INIT("retry-after"), CADRE_STR_INIT("1")},
    };
    const char *reason = cadre__status_reason(refusal->status);
    const char *detail = refusal->detail;
    struct response_start start = {.status = refusal->status,
                                   .headers = headers,
                                   .n_headers = refusal->retry_after ? 2 : 1,
                                   .date = date,
                                   .request_id = refusal->request_id,
                                   .server_header = server_header};
    char body[256];

    if (refusal->status == 400) {
        reason = RESPONSE_BAD_REQUEST;
        detail = NULL;
    }
    int len = detail ? snprintf(body, sizeof(body), "%s: %s\n", reason, detail)
                     : snprintf(body, sizeof(body), "%s", reason);
    if (len >= (int)sizeof(body))
        len = sizeof(body) - 1;
    for (size_t i = 0; i < start.n_headers; i++)
        start.fields_size += headers[i].name.len + headers[i].value.len + 4;
    return response_head_whole(out, pool, &start, RESPONSE_LENGTH, (uint64_t)len,
                               RESPONSE_SAY_CLOSE,
                               (struct cadre_str){body, refusal->head_only ? 0 : (size_t)len});
}
