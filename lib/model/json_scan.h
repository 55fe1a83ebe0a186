/* SPDX-License-Identifier: MIT */
/*
 * model/json_scan: the tokens of JSON (RFC 8259), from bytes that are known to be UTF-8.
 *
 * Whoever reads a document walks over it with a struct cadre__json: `at` is at the token that comes
 * next, and each function moves it behind what it took. Strings are decoded into memory of their
 * own, so that the document stays as it was sent, for those who want to quote it.
 *
 * The grammar is the RFC's to the letter: no NaN, no comments, no trailing commas, no control
 * characters in strings, no lone surrogates. What is wrong is said in the words of Python's json
 * module, at the same place, as users of FastAPI know them.
 *
 * Nothing here allocates, blocks, logs or suspends.
 */
#ifndef CADRE_MODEL_JSON_SCAN_H
#define CADRE_MODEL_JSON_SCAN_H

#include <cadre/macros.h>
#include <cadre/str.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* So much room beyond its end is written to in the memory of strings. */
#define CADRE__JSON_SLACK 64

/* Arrays and objects that are only passed over may be nested so deep. */
#define CADRE__JSON_SKIP_DEPTH 1024

struct cadre__json {
    const char *at;       /* the next byte */
    const char *end;      /* behind the last one */
    const char *begin;    /* of the document */
    char *strings;        /* where the next decoded string goes; as many bytes as the document has,
                             one, and CADRE__JSON_SLACK */
    bool has_nul;         /* a string had a NUL character since this was set to false */
    unsigned depth;       /* arrays and objects around us */
    unsigned max_depth;   /* the limit of `depth`, at most CADRE__JSON_SKIP_DEPTH */
    const char *error;    /* "Expecting value"; NULL: nothing is wrong with the syntax */
    const char *error_at; /* the place of it */
};

/* A number as it stands there. */
struct cadre__json_number {
    struct cadre_str text;
    bool is_negative;
    bool is_integer;  /* neither fraction nor exponent */
    bool is_exact;    /* the digits fit `digits` */
    uint64_t digits;  /* all digits, of the fraction too, as one number; with is_exact */
    int32_t exponent; /* the number is digits * 10^exponent; clamped far beyond all doubles */
};

/* Notes what is wrong and where. Returns -EBADMSG, as all below do then. */
int cadre__json_fail(struct cadre__json *json, const char *at, const char *what)
    __attribute__((__cold__));

/* How many characters are before the place of the error: Python counts them, not bytes. */
size_t cadre__json_error_offset(const struct cadre__json *json);

/* Whether all of it is UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above
 * U+10FFFF. */
bool cadre__json_is_utf8(const char *text, size_t len);

/* As cadre__json_string, for strings of any length and with escapes. */
CADRE_MUST_CHECK int cadre__json_string_any(struct cadre__json *json, struct cadre_str *ret);

/* Takes a number; `at` is at '-' or a digit. */
CADRE_MUST_CHECK int cadre__json_number(struct cadre__json *json, struct cadre__json_number *ret);

/* Takes `true`, `false` or `null`, of which `at` is at the first letter. */
CADRE_MUST_CHECK int cadre__json_literal(struct cadre__json *json);

/* Passes over a value of any type, which is checked all the same. `at` is where it should begin. */
CADRE_MUST_CHECK int cadre__json_skip(struct cadre__json *json);

/* Passes over the space before a token. */
static inline void cadre__json_space(struct cadre__json *json)
{
    const char *at = json->at;

    while (at < json->end && (unsigned char)*at <= ' ' &&
           (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    json->at = at;
}

/* The next byte; NUL at the end, where no token begins with one. */
static inline char cadre__json_peek(const struct cadre__json *json)
{
    return json->at < json->end ? *json->at : '\0';
}

#ifdef __SSE2__
/* A bit for each of the bytes at which a string ends, or has something special. */
static inline unsigned cadre__json_specials(__m128i bytes)
{
    __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    __m128i escape = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);

    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, escape), control));
}
#endif

/* Takes a string, `at` is at its quote: *ret is what it holds, decoded, and ends in NUL. */
CADRE_MUST_CHECK static inline int cadre__json_string(struct cadre__json *json,
                                                      struct cadre_str *ret)
{
#ifdef __SSE2__
    /* Most strings are short and have no escape. */
    const char *from = json->at + 1;

    if (__builtin_expect(json->end - from >= 16, 1)) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)from);
        unsigned specials = cadre__json_specials(bytes);
        _mm_storeu_si128((__m128i *)(void *)json->strings, bytes);
        if (specials) {
            unsigned len = (unsigned)__builtin_ctz(specials);
            if (__builtin_expect(from[len] == '"', 1)) {
                *ret = (struct cadre_str){json->strings, len};
                json->strings[len] = '\0';
                json->strings += len + 1;
                json->at = from + len + 1;
                return 0;
            }
        }
    }
#endif
    return cadre__json_string_any(json, ret);
}

/* The next of an array or object after a value: takes ',' and the space behind it. 1: there is
 * another one; 0: `closing` was taken; -EBADMSG. */
CADRE_MUST_CHECK static inline int cadre__json_next(struct cadre__json *json, char closing)
{
    if (json->at < json->end && (unsigned char)*json->at <= ' ')
        cadre__json_space(json);
    char c = cadre__json_peek(json);
    if (c != ',' && c != closing)
        return cadre__json_fail(json, json->at, "Expecting ',' delimiter");
    json->at++;
    if (c == closing)
        return 0;
    cadre__json_space(json);
    return 1;
}

/* Takes the ':' behind a key, with the space around. */
CADRE_MUST_CHECK static inline int cadre__json_colon(struct cadre__json *json)
{
    if (json->at < json->end && (unsigned char)*json->at <= ' ')
        cadre__json_space(json);
    if (cadre__json_peek(json) != ':')
        return cadre__json_fail(json, json->at, "Expecting ':' delimiter");
    json->at++;
    cadre__json_space(json);
    return 0;
}

/* Enters an array or object, of which `at` is at the bracket. 1: it has something in it, `at` is
 * there; 0: it is empty, and was taken; -EBADMSG. Whoever leaves it lowers `depth`. */
CADRE_MUST_CHECK static inline int cadre__json_enter(struct cadre__json *json, char closing)
{
    if (json->depth >= json->max_depth)
        return cadre__json_fail(json, json->at, "Nesting too deep");
    json->at++;
    cadre__json_space(json);
    if (cadre__json_peek(json) == closing) {
        json->at++;
        return 0;
    }
    json->depth++;
    return 1;
}

#endif
