/* SPDX-License-Identifier: MIT */
/*
 * The order of a response's events: gateway/response.h. Pure: no I/O, no memory, no log.
 */
#include "gateway/response.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "gateway/field.h"

/* Bytes of a lower-case token (RFC 9110 §5.6.2). */
static const bool name_bytes[256] = {
    ['a' ... 'z'] = true, ['0' ... '9'] = true, ['!'] = true, ['#' ... '\''] = true, ['*'] = true,
    ['+'] = true,         ['-'] = true,         ['.'] = true, ['^'] = true,          ['_'] = true,
    ['`'] = true,         ['|'] = true,         ['~'] = true,
};

bool cadre__header_name_is_valid(struct cadre_str name)
{
    bool is_valid = name.len > 0;

    for (size_t i = 0; i < name.len; i++)
        is_valid &= name_bytes[(unsigned char)name.ptr[i]];
    return is_valid;
}

#ifdef __SSE2__
/* Which of sixteen bytes are control bytes, HTAB among them. */
static inline int control_mask(const char *at)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v);

    return _mm_movemask_epi8(_mm_or_si128(low, _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f))));
}
#endif

#define EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

/* The highest bit of each of 8 bytes that is a control byte, HTAB among them; also of some others
 * that stand behind one. */
static inline uint64_t control_bits(const char *at)
{
    uint64_t bytes, del;

    memcpy(&bytes, at, sizeof(bytes));
    del = bytes ^ EACH_BYTE(0x7f);
    return (((bytes - EACH_BYTE(0x20)) & ~bytes) | ((del - EACH_BYTE(1)) & ~del)) & EACH_BYTE(0x80);
}

static bool is_valid_bytewise(struct cadre_str value)
{
    bool is_valid = true;

    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];

        is_valid &= (c >= ' ' && c != 0x7f) || c == '\t';
    }
    return is_valid;
}

bool cadre__header_value_is_valid(struct cadre_str value)
{
    uint64_t bits = 0;

    if (value.len < 8)
        return is_valid_bytewise(value);
#ifdef __SSE2__
    if (value.len >= 16) {
        int mask = control_mask(value.ptr + value.len - 16);

        for (size_t i = 0; i + 16 < value.len; i += 16)
            mask |= control_mask(value.ptr + i);
        return mask == 0 || is_valid_bytewise(value);
    }
#endif
    for (size_t i = 0; i + 8 <= value.len; i += 8)
        bits |= control_bits(value.ptr + i);
    bits |= control_bits(value.ptr + value.len - 8);
    return bits == 0 || is_valid_bytewise(value);
}

bool cadre__header_is_hop_by_hop(struct cadre_str name)
{
    return cadre__field_is_hop_by_hop(cadre__field_know(name));
}

bool cadre__header_name_is_trailer(struct cadre_str name)
{
    enum cadre__field field = cadre__field_know(name);

    return field != CADRE__FIELD_NONE ? !cadre__fields_not_in_trailers[field]
                                      : cadre__header_name_is_valid(name);
}

static int refuse(struct cadre__response *response, const char *why)
{
    response->refusal = why;
    return -EINVAL;
}

/* Digits only, no sign, no list (RFC 9110 §8.6). */
static bool parse_length(struct cadre_str text, uint64_t *ret)
{
    uint64_t length = 0;

    if (text.len == 0 || text.len > 18)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        length = length * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    *ret = length;
    return true;
}

/* Whether a Connection field lists close (RFC 9110 §7.6.1). */
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

static int note_kinds(struct cadre__response *response, const struct cadre__header *header,
                      unsigned kinds)
{
    if (kinds & CADRE__FIELD_IS_LENGTH) {
        if (response->has_length || !parse_length(header->value, &response->length))
            return refuse(response, "content-length is not one number");
        response->has_length = true;
    }
    if (kinds & CADRE__FIELD_IS_CONNECTION)
        response->said_close = response->said_close || lists_close(header->value);
    response->kinds = (uint8_t)(response->kinds | kinds);
    return 0;
}

static inline __attribute__((always_inline)) int check_fields(struct cadre__response *response,
                                                              const struct cadre__event *event)
{
    size_t size = 0;

    for (size_t i = 0; i < event->n_headers; i++) {
        const struct cadre__header *header = &event->headers[i];
        enum cadre__field field = cadre__field_know(header->name);

        if (field == CADRE__FIELD_NONE && !cadre__header_name_is_valid(header->name))
            return refuse(response, "a header name is not a lower-case token");
        if (cadre__field_kinds[field] != 0 &&
            note_kinds(response, header, cadre__field_kinds[field]) < 0)
            return -EINVAL;
        if (!cadre__header_value_is_valid(header->value))
            return refuse(response, "a header value holds control bytes");
        size += header->name.len + header->value.len + 4;
    }
    response->fields_size = size;
    return 0;
}

static inline int check_start(struct cadre__response *response, const struct cadre__event *event)
{
    if (response->phase != CADRE__RESPONSE_IDLE)
        return refuse(response, "the response has begun already");
    if (event->status < 200 || event->status > 599)
        return refuse(response, "the status is not within 200..599");
    response->has_length = response->said_close = false;
    response->kinds = 0;
    int r = check_fields(response, event);
    if (r < 0)
        return r;
    response->phase = CADRE__RESPONSE_STARTED;
    response->status = event->status;
    response->more_trailers = event->more_trailers;
    return 0;
}

/* Both at once. What is wrong with the body leaves no start behind. */
static inline int check_whole(struct cadre__response *response, const struct cadre__event *event)
{
    int r = check_start(response, event);
    if (r < 0)
        return r;
    if (response->has_length && !cadre__response_is_bodiless(response) &&
        response->length != event->body.len) {
        response->phase = CADRE__RESPONSE_IDLE;
        return refuse(response, "the body is not as long as its content-length");
    }
    response->sent = event->body.len;
    response->phase = CADRE__RESPONSE_COMPLETE;
    return 0;
}

/* A piece of the body: `len` bytes. */
static int check_body(struct cadre__response *response, uint64_t len, bool more)
{
    if (response->phase == CADRE__RESPONSE_IDLE)
        return refuse(response, "the body comes before the start of the response");
    if (response->phase == CADRE__RESPONSE_TRAILERS)
        return refuse(response, "the body has ended already, trailers must follow");
    if (len > UINT64_MAX - response->sent)
        return refuse(response, "the body is longer than anything");

    uint64_t sent = response->sent + len;
    if (response->has_length && !cadre__response_is_bodiless(response)) {
        if (sent > response->length)
            return refuse(response, "the body is longer than its content-length");
        if (!more && sent < response->length)
            return refuse(response, "the body is shorter than its content-length");
    }
    response->sent = sent;
    if (!more)
        response->phase =
            response->more_trailers ? CADRE__RESPONSE_TRAILERS : CADRE__RESPONSE_COMPLETE;
    return 0;
}

static int check_file(struct cadre__response *response, const struct cadre__event *event)
{
    const struct cadre__file_part *file = event->file;

    if (!file || file->fd < 0)
        return refuse(response, "a piece of a file has no file");
    if (file->offset > INT64_MAX || file->len > INT64_MAX - file->offset)
        return refuse(response, "a piece of a file lies beyond the end of any file");
    return check_body(response, file->len, event->more_body);
}

static int check_trailers(struct cadre__response *response, const struct cadre__event *event)
{
    size_t size = 0;

    if (response->phase != CADRE__RESPONSE_TRAILERS)
        return refuse(response, "trailers come before the end of the body, or were not announced");
    for (size_t i = 0; i < event->n_headers; i++) {
        const struct cadre__header *header = &event->headers[i];

        if (!cadre__header_name_is_trailer(header->name))
            return refuse(response, "a trailer's name is no lower-case token, or one of a field "
                                    "that only a header can have");
        if (!cadre__header_value_is_valid(header->value))
            return refuse(response, "a trailer's value holds control bytes");
        size += header->name.len + header->value.len + 4;
    }
    response->fields_size = size;
    response->phase = CADRE__RESPONSE_COMPLETE;
    return 0;
}

/* It leaves no trace: the start that follows notes its own fields. */
static int check_interim(struct cadre__response *response, const struct cadre__event *event)
{
    if (response->phase != CADRE__RESPONSE_IDLE)
        return refuse(response, "an interim response comes after the start of the response");
    if (event->status < 102 || event->status > 199)
        return refuse(response, "the status of an interim response is not within 102..199");
    response->kinds = 0;
    response->has_length = false;
    return check_fields(response, event);
}

int cadre__response_check(struct cadre__response *response, const struct cadre__event *event)
{
    response->refusal = NULL;
    if (response->phase == CADRE__RESPONSE_COMPLETE)
        return -EALREADY;
    switch (event->type) {
    case CADRE__EVENT_HTTP_RESPONSE_START:
        return check_start(response, event);
    case CADRE__EVENT_HTTP_RESPONSE_BODY:
        return check_body(response, event->body.len, event->more_body);
    case CADRE__EVENT_HTTP_RESPONSE:
        return check_whole(response, event);
    case CADRE__EVENT_HTTP_RESPONSE_FILE:
        return check_file(response, event);
    case CADRE__EVENT_HTTP_RESPONSE_TRAILERS:
        return check_trailers(response, event);
    case CADRE__EVENT_HTTP_RESPONSE_INTERIM:
        return check_interim(response, event);
    case CADRE__EVENT_HTTP_REQUEST:
    case CADRE__EVENT_HTTP_DISCONNECT:
    case CADRE__EVENT_WEBSOCKET_CONNECT:
    case CADRE__EVENT_WEBSOCKET_RECEIVE:
    case CADRE__EVENT_WEBSOCKET_DISCONNECT:
    case CADRE__EVENT_WEBSOCKET_ACCEPT:
    case CADRE__EVENT_WEBSOCKET_SEND:
    case CADRE__EVENT_WEBSOCKET_CLOSE:
        break;
    }
    return refuse(response, "an event of this type is not sent");
}
