/* SPDX-License-Identifier: MIT */
/* brotli by libbrotlienc as a content coding (lib/middleware/codec_brotli.c). */
#include "tests/unit/lib/middleware/coded.h"

#include <brotli/decode.h>

#define CODEC cadre__codec_brotli

static char text[CODED_BYTES], decoded[CODED_BYTES + 1];

/* By libbrotlidec. */
static void assert_decodes(const struct cadre__buf *out, size_t len)
{
    size_t size = sizeof(decoded);

    ck_assert_int_eq(
        BrotliDecoderDecompress(out->len, (const uint8_t *)out->data, &size, (uint8_t *)decoded),
        BROTLI_DECODER_RESULT_SUCCESS);
    ck_assert_uint_eq(size, len);
    ck_assert_int_eq(memcmp(decoded, text, len), 0);
}

static const size_t pieces[] = {1, 1000, 65536, CODED_BYTES};

START_TEST(what_comes_out_is_what_went_in)
{
    for (int level = 1; level <= CODEC.max_level; level += 4) {
        struct cadre__encoder *encoder = CODEC.open(level);
        size_t len = pieces[_i] == 1 ? 3000 : CODED_BYTES;
        struct cadre__buf out;

        ck_assert_ptr_nonnull(encoder);
        cadre__buf_init(&out);
        coded_fill(text, 0);
        coded_pieces(&CODEC, encoder, (struct cadre_str){text, len}, pieces[_i], &out);
        assert_decodes(&out, len);
        ck_assert(pieces[_i] < 65536 || out.len < len / 2);
        cadre__buf_done(&out);
        CODEC.close(encoder);
    }
}
END_TEST

START_TEST(nothing_is_coded_too)
{
    struct cadre__encoder *encoder = CODEC.open(CODEC.default_level);
    struct cadre__buf out;

    cadre__buf_init(&out);
    coded_pieces(&CODEC, encoder, CADRE_STR(""), 1, &out);
    assert_decodes(&out, 0);
    cadre__buf_done(&out);
    CODEC.close(encoder);
}
END_TEST

START_TEST(who_takes_it_may_fail)
{
    struct cadre__encoder *encoder = CODEC.open(CODEC.default_level);

    coded_fill(text, 0);
    ck_assert_int_eq(CODEC.encode(encoder, (struct cadre_str){text, CODED_BYTES},
                                  CADRE__CODEC_FINISH, coded_fail, NULL),
                     -EPIPE);
    CODEC.close(encoder);
    CODEC.close(NULL);
}
END_TEST

UNIT_MAIN("middleware/codec_brotli",
          UNIT_LOOP(what_comes_out_is_what_went_in, sizeof(pieces) / sizeof(pieces[0])),
          UNIT_CASE(nothing_is_coded_too), UNIT_CASE(who_takes_it_may_fail))
