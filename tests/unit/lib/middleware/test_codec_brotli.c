/* SPDX-License-Identifier: MIT */
/* brotli by libbrotlienc as a content coding (lib/middleware/codec_brotli.c). */
#include "tests/unit/lib/middleware/coded.h"

#include <brotli/decode.h>

static size_t decode(const struct cadre__buf *coded, char *out, size_t size)
{
    ck_assert_int_eq(
        BrotliDecoderDecompress(coded->len, (const uint8_t *)coded->data, &size, (uint8_t *)out),
        BROTLI_DECODER_RESULT_SUCCESS);
    return size;
}

START_TEST(what_comes_out_is_what_went_in)
{
    coded_round_trip(&cadre__codec_brotli, decode, coded_sizes[_i]);
}
END_TEST

START_TEST(nothing_is_coded_and_who_takes_it_may_fail)
{
    coded_nothing(&cadre__codec_brotli, decode);
    coded_failure(&cadre__codec_brotli);
}
END_TEST

UNIT_MAIN("middleware/codec_brotli", UNIT_LOOP(what_comes_out_is_what_went_in, CODED_SIZES),
          UNIT_CASE(nothing_is_coded_and_who_takes_it_may_fail))
