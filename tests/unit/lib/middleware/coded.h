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

#endif
