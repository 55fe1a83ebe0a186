/* SPDX-License-Identifier: MIT */
/* What tests of codecs share: a text in pieces through an encoder, and what comes out. */
#ifndef CADRE_TESTS_CODED_H
#define CADRE_TESTS_CODED_H

#include "tests/unit/unit.h"

#include "base/str.h"
#include "middleware/codec.h"
#include <errno.h>
#include <string.h>

#define CODED_BYTES 300000

/* Text that compresses, and not to nothing; as it is for `seed`. */
static inline void coded_fill(char text[CODED_BYTES], unsigned seed)
{
    for (size_t i = 0; i < CODED_BYTES; i++)
        text[i] = (char)('a' + (i * i / 7 + i / (100 + seed)) % 26);
}

/* A cadre__encoded_fn that collects; arg is a struct cadre__buf. */
static inline int coded_collect(void *arg, struct cadre_str piece)
{
    return cadre__buf_append(arg, piece.ptr, piece.len);
}

/* A cadre__encoded_fn that has failed. */
static inline int coded_fail(void *arg, struct cadre_str piece)
{
    (void)arg, (void)piece;
    return -EPIPE;
}

/* Encodes a text in pieces of that size, each flushed, into `out`. */
static inline void coded_pieces(const struct cadre__codec *codec, struct cadre__encoder *encoder,
                                struct cadre_str text, size_t piece, struct cadre__buf *out)
{
    do {
        struct cadre_str part = {text.ptr, text.len < piece ? text.len : piece};
        size_t before = out->len;

        text = (struct cadre_str){text.ptr + part.len, text.len - part.len};
        ck_assert_int_eq(codec->encode(encoder, part,
                                       text.len > 0 ? CADRE__CODEC_FLUSH : CADRE__CODEC_FINISH,
                                       coded_collect, out),
                         0);
        ck_assert_uint_gt(out->len, before);
    } while (text.len > 0);
}

/* Decodes all of it by the library's own decoder: how many bytes it was. */
typedef size_t (*coded_decode_fn)(const struct cadre__buf *coded, char *out, size_t size);

static char coded_text[CODED_BYTES];

static inline void coded_assert(const struct cadre__buf *out, coded_decode_fn decode, size_t len)
{
    static char decoded[CODED_BYTES + 1];

    ck_assert_uint_eq(decode(out, decoded, sizeof(decoded)), len);
    ck_assert_int_eq(memcmp(decoded, coded_text, len), 0);
}

/* --- cases --- */

static const size_t coded_sizes[] = {1, 1000, 65536, CODED_BYTES};
#define CODED_SIZES (sizeof(coded_sizes) / sizeof(coded_sizes[0]))

/* At some levels, in pieces of that size. */
static inline void coded_round_trip(const struct cadre__codec *codec, coded_decode_fn decode,
                                    size_t piece)
{
    for (int level = 1; level <= codec->max_level; level += 4) {
        struct cadre__encoder *encoder = codec->open(level);
        size_t len = piece == 1 ? 3000 : CODED_BYTES;
        struct cadre__buf out;

        ck_assert_ptr_nonnull(encoder);
        cadre__buf_init(&out);
        coded_fill(coded_text, 0);
        coded_pieces(codec, encoder, (struct cadre_str){coded_text, len}, piece, &out);
        coded_assert(&out, decode, len);
        ck_assert(piece < 65536 || out.len < len / 2);
        cadre__buf_done(&out);
        codec->close(encoder);
    }
}

static inline void coded_nothing(const struct cadre__codec *codec, coded_decode_fn decode)
{
    struct cadre__encoder *encoder = codec->open(codec->default_level);
    struct cadre__buf out;

    cadre__buf_init(&out);
    coded_pieces(codec, encoder, CADRE_STR(""), 1, &out);
    coded_assert(&out, decode, 0);
    cadre__buf_done(&out);
    codec->close(encoder);
}

/* Who takes it fails, and so does the call. */
static inline void coded_failure(const struct cadre__codec *codec)
{
    struct cadre__encoder *encoder = codec->open(codec->default_level);

    coded_fill(coded_text, 0);
    ck_assert_int_eq(codec->encode(encoder, (struct cadre_str){coded_text, CODED_BYTES},
                                   CADRE__CODEC_FINISH, coded_fail, NULL),
                     -EPIPE);
    codec->close(encoder);
    codec->close(NULL);
}

#endif
