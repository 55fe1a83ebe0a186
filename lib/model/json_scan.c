/* SPDX-License-Identifier: MIT */
/*
 * model/json_scan: strings, numbers, and values that nobody wants.
 *
 * Where the machine has SSE2 16 bytes of a string are looked at at once, else 8 in a word.
 */
#include "config.h"

#include "model/json_scan.h"

#include <string.h>

int cadre__json_fail(struct cadre__json *json, const char *at, const char *what)
{
    json->error = what;
    json->error_at = at;
    return -EBADMSG;
}

size_t cadre__json_error_offset(const struct cadre__json *json)
{
    size_t n = 0;

    for (const char *at = json->begin; at < json->error_at; at++)
        n += ((unsigned char)*at & 0xc0) != 0x80;
    return n;
}

static bool is_digit(const struct cadre__json *json, const char *at)
{
    return at < json->end && *at >= '0' && *at <= '9';
}

/* ---- strings ---- */

/* The number of bytes from `at` on, up to `end`, that a string may hold as they are; they are
 * copied to `to`, which has CADRE__JSON_SLACK more room than they need. */
static size_t copy_ordinary(const char *at, const char *end, char *to)
{
    const char *begin = at;

#ifdef __SSE2__
    for (; end - at >= 16; at += 16, to += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        unsigned specials = cadre__json_specials(bytes);
        _mm_storeu_si128((__m128i *)(void *)to, bytes);
        if (specials)
            return (size_t)(at - begin) + (unsigned)__builtin_ctz(specials);
    }
#else
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    for (; end - at >= 8; at += 8, to += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        memcpy(to, &word, 8);
        /* A high bit for each byte that is below 0x20, '"' or '\\' (false for one above 0x7f); one
         * may be set too much, behind another. */
        uint64_t quote = word ^ ones * '"', escape = word ^ ones * '\\';
        if ((((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) |
             ((escape - ones) & ~escape)) &
            highs)
            break;
    }
#endif
    for (; at < end && (unsigned char)*at >= 0x20 && *at != '"' && *at != '\\'; at++)
        *to++ = *at;
    return (size_t)(at - begin);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits at `at`; -1: they are not four. */
static int hex_four(const struct cadre__json *json, const char *at)
{
    int number = 0;

    if (json->end - at < 4)
        return -1;
    for (unsigned i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);
        if (digit < 0)
            return -1;
        number = number << 4 | digit;
    }
    return number;
}

/* Writes the character in UTF-8; returns what is behind it. */
static char *put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *to++ = (char)(0xe0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
        *to++ = (char)(0x80 | (c & 0x3f));
    } else {
        *to++ = (char)(0xf0 | c >> 18);
        *to++ = (char)(0x80 | (c >> 12 & 0x3f));
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
        *to++ = (char)(0x80 | (c & 0x3f));
    }
    return to;
}

/* Decodes \uXXXX, and the second half of a pair; `at` is at the 'u'. Sets *ret to the character.
 * Returns what is behind it, NULL where it is wrong. */
static const char *decode_unicode(struct cadre__json *json, const char *at, uint32_t *ret)
{
    /* One that ends with the text is no escape either, as Python sees it. */
    int high = json->end - at > 5 ? hex_four(json, at + 1) : -1, low;

    if (high < 0) {
        (void)cadre__json_fail(json, at, "Invalid \\uXXXX escape");
        return NULL;
    }
    *ret = (uint32_t)high;
    if (high < 0xd800 || high > 0xdfff)
        return at + 5;
    low = high < 0xdc00 && json->end - at >= 7 && at[5] == '\\' && at[6] == 'u'
              ? hex_four(json, at + 7)
              : -1;
    if (low < 0xdc00 || low > 0xdfff) {
        (void)cadre__json_fail(json, at, "Unpaired surrogate in \\uXXXX escape");
        return NULL;
    }
    *ret = 0x10000 + (((uint32_t)high - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
    return at + 11;
}

/* Decodes an escape; *at is at its backslash, *to where it is written. Both are moved. */
static int decode_escape(struct cadre__json *json, const char **at, char **to)
{
    static const char plain[128] = {['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
                                    ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t'};
    const char *from = *at + 1;
    uint32_t character;

    if (*from == 'u') {
        from = decode_unicode(json, from, &character);
        if (!from)
            return -EBADMSG;
        if (character == 0)
            json->has_nul = true;
        *to = put_utf8(*to, character);
    } else {
        unsigned char c = (unsigned char)*from;
        if (c >= sizeof(plain) || !plain[c])
            return cadre__json_fail(json, *at, "Invalid \\escape");
        *(*to)++ = plain[c];
        from++;
    }
    *at = from;
    return 0;
}

int cadre__json_string_any(struct cadre__json *json, struct cadre_str *ret)
{
    const char *begin = json->at, *at = begin + 1;
    char *to = json->strings;

    for (;;) {
        size_t n = copy_ordinary(at, json->end, to);
        at += n;
        to += n;
        if (at >= json->end)
            return cadre__json_fail(json, begin, "Unterminated string starting at");
        if (*at == '"')
            break;
        if (*at != '\\')
            return cadre__json_fail(json, at, "Invalid control character at");
        if (at + 1 >= json->end)
            return cadre__json_fail(json, begin, "Unterminated string starting at");
        int r = decode_escape(json, &at, &to);
        if (r < 0)
            return r;
    }
    *ret = (struct cadre_str){json->strings, (size_t)(to - json->strings)};
    *to = '\0';
    json->strings = to + 1;
    json->at = at + 1;
    return 0;
}

/* ---- numbers ---- */

/* Takes digits at `at` into *digits. The count of those that make it larger goes to *n. Returns
 * what is behind them. */
static const char *take_digits(const struct cadre__json *json, const char *at, uint64_t *digits,
                               unsigned *n)
{
    uint64_t number = *digits;
    unsigned count = *n;

    for (; at < json->end; at++) {
        unsigned digit = (unsigned)(unsigned char)*at - '0';
        if (digit > 9)
            break;
        number = number * 10 + digit;
        count += count > 0 || digit > 0;
    }
    *digits = number;
    *n = count;
    return at;
}

/* Takes an exponent, where there is a whole one at `at`. */
static const char *take_exponent(const struct cadre__json *json, const char *at, int32_t *ret)
{
    const char *from = at + 1;
    int32_t exponent = 0;
    bool is_negative = false;

    if (from < json->end && (*from == '+' || *from == '-'))
        is_negative = *from++ == '-';
    if (!is_digit(json, from))
        return at;
    for (; is_digit(json, from); from++) {
        if (exponent < 100000000)
            exponent = exponent * 10 + (*from - '0');
    }
    *ret = is_negative ? -exponent : exponent;
    return from;
}

int cadre__json_number(struct cadre__json *json, struct cadre__json_number *ret)
{
    const char *begin = json->at, *at = begin;
    struct cadre__json_number number = {.is_integer = true};
    unsigned n = 0;

    if (*at == '-') {
        number.is_negative = true;
        at++;
    }
    if (!is_digit(json, at))
        return cadre__json_fail(json, begin, "Expecting value");
    at = *at == '0' ? at + 1 : take_digits(json, at, &number.digits, &n);
    if (at < json->end && *at == '.' && is_digit(json, at + 1)) {
        const char *fraction = at + 1;
        at = take_digits(json, fraction, &number.digits, &n);
        number.is_integer = false;
        /* A document is smaller than that. */
        number.exponent = at - fraction > 100000000 ? -100000000 : -(int32_t)(at - fraction);
    }
    if (at < json->end && (*at == 'e' || *at == 'E')) {
        int32_t exponent = 0;
        const char *behind = take_exponent(json, at, &exponent);
        number.is_integer &= behind == at;
        number.exponent += exponent;
        at = behind;
    }
    number.is_exact = n <= 19;
    number.text = (struct cadre_str){begin, (size_t)(at - begin)};
    json->at = at;
    *ret = number;
    return 0;
}

/* ---- the rest ---- */

int cadre__json_literal(struct cadre__json *json)
{
    static const struct cadre_str words[] = {CADRE_STR_INIT("true"), CADRE_STR_INIT("false"),
                                             CADRE_STR_INIT("null")};
    const struct cadre_str *word = *json->at == 't'   ? &words[0]
                                   : *json->at == 'f' ? &words[1]
                                                      : &words[2];

    if ((size_t)(json->end - json->at) < word->len || memcmp(json->at, word->ptr, word->len) != 0)
        return cadre__json_fail(json, json->at, "Expecting value");
    json->at += word->len;
    return 0;
}

/* Passes over a string, which is not kept. */
static int skip_string(struct cadre__json *json)
{
    const char *begin = json->at, *at = begin + 1;

    for (;;) {
#ifdef __SSE2__
        unsigned specials = 0;
        for (; json->end - at >= 16; at += 16) {
            specials = cadre__json_specials(_mm_loadu_si128((const __m128i *)(const void *)at));
            if (specials)
                break;
        }
        if (specials)
            at += __builtin_ctz(specials);
#endif
        while (at < json->end && (unsigned char)*at >= 0x20 && *at != '"' && *at != '\\')
            at++;
        if (at >= json->end || (*at == '\\' && at + 1 >= json->end))
            return cadre__json_fail(json, begin, "Unterminated string starting at");
        if (*at == '"')
            break;
        if (*at != '\\')
            return cadre__json_fail(json, at, "Invalid control character at");
        char character[8], *to = character;
        int r = decode_escape(json, &at, &to);
        if (r < 0)
            return r;
    }
    json->at = at + 1;
    return 0;
}

/* Passes over what is no array and no object. */
static int skip_scalar(struct cadre__json *json)
{
    struct cadre__json_number number;

    switch (cadre__json_peek(json)) {
    case '"':
        return skip_string(json);
    case 't':
    case 'f':
    case 'n':
        return cadre__json_literal(json);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return cadre__json_number(json, &number);
    default:
        return cadre__json_fail(json, json->at, "Expecting value");
    }
}

/* Takes the key and the colon before a value. */
static int skip_key(struct cadre__json *json)
{
    if (cadre__json_peek(json) != '"')
        return cadre__json_fail(json, json->at,
                                "Expecting property name enclosed in double quotes");
    int r = skip_string(json);
    return r < 0 ? r : cadre__json_colon(json);
}

int cadre__json_skip(struct cadre__json *json)
{
    /* A bit for each array or object around us, set for an object. */
    uint64_t objects[CADRE__JSON_SKIP_DEPTH / 64] = {0};
    unsigned outer = json->depth;
    int r;

    for (;;) {
        char c = cadre__json_peek(json);
        if (c == '{' || c == '[') {
            r = cadre__json_enter(json, c == '{' ? '}' : ']');
            if (r > 0) {
                unsigned level = json->depth - 1;
                uint64_t bit = UINT64_C(1) << (level % 64);
                objects[level / 64] =
                    c == '{' ? objects[level / 64] | bit : objects[level / 64] & ~bit;
                r = c == '{' ? skip_key(json) : 0;
                if (r < 0)
                    return r;
                continue;
            }
        } else {
            r = skip_scalar(json);
        }
        /* Behind a value: out of all that ends here. */
        while (r == 0 && json->depth > outer) {
            unsigned level = json->depth - 1;
            bool is_object = objects[level / 64] >> (level % 64) & 1;
            r = cadre__json_next(json, is_object ? '}' : ']');
            if (r == 0)
                json->depth--;
            else if (r > 0 && is_object)
                r = skip_key(json) < 0 ? -EBADMSG : 1;
        }
        if (r <= 0)
            return r;
    }
}

/* ---- UTF-8 ---- */

/* The number of bytes from `at` on that are ASCII, in whole blocks. */
static size_t count_ascii(const char *at, const char *end)
{
    const char *begin = at;

#ifdef __SSE2__
    for (; end - at >= 32; at += 32) {
        __m128i a = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i b = _mm_loadu_si128((const __m128i *)(const void *)(at + 16));
        if (_mm_movemask_epi8(_mm_or_si128(a, b)))
            break;
    }
#endif
    for (; end - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    return (size_t)(at - begin);
}

/* The length of the character at `at`, which is not ASCII; 0: it is none. */
static size_t character_length(const unsigned char *at, size_t len)
{
    unsigned char first = at[0], low = 0x80, high = 0xbf;
    size_t n = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

    if (first < 0xc2 || first > 0xf4 || n > len)
        return 0;
    if (first == 0xe0)
        low = 0xa0;
    else if (first == 0xed)
        high = 0x9f;
    else if (first == 0xf0)
        low = 0x90;
    else if (first == 0xf4)
        high = 0x8f;
    if (at[1] < low || at[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    }
    return n;
}

bool cadre__json_is_utf8(const char *text, size_t len)
{
    const char *at = text, *end = text + len;

    while (at < end) {
        if ((unsigned char)*at < 0x80) {
            size_t n = count_ascii(at, end);
            at += n > 0 ? n : 1;
            continue;
        }
        size_t n = character_length((const unsigned char *)at, (size_t)(end - at));
        if (n == 0)
            return false;
        at += n;
    }
    return true;
}
