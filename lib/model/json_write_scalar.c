/* SPDX-License-Identifier: MIT */
/*
 * model/json_write: values that are no containers.
 */
#include "config.h"

#include <errno.h>

#include "model/issues.h"
#include "model/json_scan.h"
#include "model/json_writer.h"
#include "model/number.h"
#include "model/real.h"
#include "model/value.h"

/* What is written of a secret. */
static const struct cadre_str secret = CADRE_STR_INIT("**********");

int cadre__writer_grow(struct cadre__writer *writer, size_t n)
{
    struct cadre__buf *out = writer->out;

    out->len = (size_t)(writer->at - out->data);
    int r = cadre__buf_reserve(out, n);
    if (r < 0)
        return r;
    writer->at = out->data + out->len;
    writer->end = out->data + out->size - 1;
    return 0;
}

int cadre__write_raw(struct cadre__writer *writer, struct cadre_str json)
{
    int r = cadre__writer_need(writer, json.len);

    if (r == 0 && json.len > 0)
        cadre__writer_put(writer, json.ptr, json.len);
    return r;
}

/* ---- strings ---- */

#ifdef __SSE2__
/* As copy_ordinary, of 16 bytes and more: the last block ends with the text. */
static size_t copy_blocks(const char *from, size_t len, char *to, unsigned *other)
{
    __m128i all = _mm_setzero_si128();
    unsigned specials = 0;
    size_t i = 0;

    for (;;) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(from + i));
        specials = cadre__json_specials(bytes);
        _mm_storeu_si128((__m128i *)(void *)(to + i), bytes);
        all = _mm_or_si128(all, bytes);
        if (specials || i == len - 16)
            break;
        i = i + 32 <= len ? i + 16 : len - 16;
    }
    *other |= (unsigned)_mm_movemask_epi8(all);
    return specials ? i + (unsigned)__builtin_ctz(specials) : len;
}

/* The same of `half` bytes up to twice as many: as two words, of which the second ends with the
 * text. `half`, a constant, is 8 or 4. */
static inline __attribute__((__always_inline__)) size_t copy_halves(const char *from, size_t len,
                                                                    char *to, unsigned *other,
                                                                    unsigned half)
{
    uint64_t first = 0, last = 0;

    memcpy(&first, from, half);
    memcpy(&last, from + len - half, half);
    memcpy(to, &first, half);
    memcpy(to + len - half, &last, half);
    __m128i bytes = _mm_set_epi64x((long long)last, (long long)first);
    unsigned specials = cadre__json_specials(bytes);
    *other |= (unsigned)_mm_movemask_epi8(bytes);
    if (half == 4) /* the upper halves of the words are no text */
        specials = (specials & 0xf) | (specials >> 4 & 0xf0);
    if (!specials)
        return len;
    unsigned at = (unsigned)__builtin_ctz(specials);
    return at < half ? at : len - half + (at - half);
}
#endif

/* The number of bytes, up to `len`, that a JSON string may have as they are; they are copied to
 * `to`, which has room for all. *other is not 0 where one is not ASCII. */
static size_t copy_ordinary(const char *from, size_t len, char *to, unsigned *other)
{
    size_t i = 0;

#ifdef __SSE2__
    if (len >= 16)
        return copy_blocks(from, len, to, other);
    if (len >= 8)
        return copy_halves(from, len, to, other, 8);
    if (len >= 4)
        return copy_halves(from, len, to, other, 4);
#endif
    for (; i < len; i++) {
        unsigned char c = (unsigned char)from[i];
        if (c < 0x20 || c == '"' || c == '\\')
            break;
        to[i] = (char)c;
        *other |= c & 0x80;
    }
    return i;
}

static char *put_escape(char *to, unsigned char c)
{
    static const char letters[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                   ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    static const char hex[] = "0123456789abcdef";

    *to++ = '\\';
    if (c < sizeof(letters) && letters[c]) {
        *to++ = letters[c];
        return to;
    }
    memcpy(to, "u00", 3);
    to[3] = hex[c >> 4];
    to[4] = hex[c & 15];
    return to + 5;
}

/* One that is not UTF-8: each wrong byte becomes U+FFFD. */
static int write_mended(struct cadre__writer *writer, struct cadre_str text)
{
    struct cadre__buf *out = writer->out;

    out->len = (size_t)(writer->at - out->data);
    cadre__json_write_string(out, text);
    if (out->error < 0)
        return out->error;
    writer->at = out->data + out->len;
    writer->end = out->data + out->size - 1;
    return 0;
}

int cadre__write_string(struct cadre__writer *writer, struct cadre_str text)
{
    unsigned other = 0;
    size_t done = 0, begin;
    int r = cadre__writer_need(writer, text.len + 32);

    if (r < 0)
        return r;
    begin = (size_t)(writer->at - writer->out->data);
    *writer->at++ = '"';
    while (done < text.len) {
        size_t n = copy_ordinary(text.ptr + done, text.len - done, writer->at, &other);
        done += n;
        writer->at += n;
        if (done == text.len)
            break;
        writer->at = put_escape(writer->at, (unsigned char)text.ptr[done++]);
        r = cadre__writer_need(writer, text.len - done + 32);
        if (r < 0)
            return r;
    }
    *writer->at++ = '"';
    if (__builtin_expect(other == 0, 1) || cadre__json_is_utf8(text.ptr, text.len))
        return 0;
    writer->at = writer->out->data + begin;
    return write_mended(writer, text);
}

/* A C string; NULL is null. */
static int write_text(struct cadre__writer *writer, const struct cadre__type *type,
                      struct cadre_str text)
{
    if (!text.ptr)
        return cadre__write_raw(writer, CADRE_STR("null"));
    if (__builtin_expect(type->rules->secret, 0) && text.len > 0)
        text = secret;
    return cadre__write_string(writer, text);
}

/* ---- numbers ---- */

static void put_integer(struct cadre__writer *writer, int64_t number)
{
    uint64_t magnitude = (uint64_t)number;

    if (number < 0) {
        *writer->at++ = '-';
        magnitude = 0 - magnitude;
    }
    writer->at += cadre__unsigned_format(magnitude, writer->at);
}

static void put_real(struct cadre__writer *writer, const void *value)
{
    double number;

    memcpy(&number, value, sizeof(number));
    if (number - number != 0)
        cadre__writer_put(writer, "null", 4);
    else
        writer->at += cadre__real_format(number, writer->at);
}

/* The row of an enum's value, which may be of either sign: the compiler chooses. NULL: none. */
static const struct cadre_enum_value *enum_row(const struct cadre__type *type, const void *value)
{
    uint64_t bits = cadre__unsigned_at(value, type->size),
             mask = UINT64_MAX >> (64 - 8 * type->size);
    const struct cadre_enum_value *row = type->enumeration->values;

    while (row->name && ((uint64_t)row->value & mask) != bits)
        row++;
    return row->name ? row : NULL;
}

static int write_enum(struct cadre__writer *writer, const struct cadre__type *type,
                      const void *value)
{
    const struct cadre_enum_value *row = enum_row(type, value);

    if (type->enumeration->numbers) {
        put_integer(writer, row ? row->value : cadre__signed_at(value, type->size));
        return 0;
    }
    return row ? cadre__write_string(writer, cadre_str_from(row->name)) : -EINVAL;
}

/* ---- all of them ---- */

/* Writes a value of a form of its own, in quotes. */
static int write_formatted(struct cadre__writer *writer, enum cadre_kind kind, const void *value)
{
    *writer->at++ = '"';
    writer->at += cadre__value_format(kind, value, writer->at);
    *writer->at++ = '"';
    return 0;
}

int cadre__write_scalar(struct cadre__writer *writer, const struct cadre__type *type,
                        const void *value)
{
    struct cadre_str text;
    const char *string;
    int r = cadre__writer_need(writer, CADRE_VALUE_TEXT_MAX + 2);

    if (r < 0)
        return r;
    switch (type->kind) {
    case CADRE_KIND_INT:
        put_integer(writer, cadre__signed_at(value, type->size));
        return 0;
    case CADRE_KIND_UINT:
        writer->at += cadre__unsigned_format(cadre__unsigned_at(value, type->size), writer->at);
        return 0;
    case CADRE_KIND_DOUBLE:
        put_real(writer, value);
        return 0;
    case CADRE_KIND_BOOL:
        cadre__writer_put(writer, *(const bool *)value ? "true" : "false",
                          *(const bool *)value ? 4 : 5);
        return 0;
    case CADRE_KIND_STRING:
    case CADRE_KIND_DECIMAL:
    case CADRE_KIND_EMAIL:
    case CADRE_KIND_URL:
        memcpy(&string, value, sizeof(string));
        return write_text(writer, type, cadre_str_from(string));
    case CADRE_KIND_TEXT:
    case CADRE_KIND_BYTES:
        memcpy(&text, value, sizeof(text));
        return write_text(writer, type, text);
    case CADRE_KIND_ANY:
        memcpy(&text, value, sizeof(text));
        return cadre__write_raw(writer, text.ptr ? text : CADRE_STR("null"));
    case CADRE_KIND_ENUM:
        return write_enum(writer, type, value);
    case CADRE_KIND_DATE:
    case CADRE_KIND_TIME:
    case CADRE_KIND_DATETIME:
    case CADRE_KIND_DURATION:
    case CADRE_KIND_UUID:
    case CADRE_KIND_IP:
        return write_formatted(writer, type->kind, value);
    default: /* what is no value: files, pointers */
        cadre__writer_put(writer, "null", 4);
        return 0;
    }
}
