/* SPDX-License-Identifier: MIT */
/* gzip by zlib as a content coding (lib/middleware/codec_gzip.c). */
#include "tests/unit/lib/middleware/coded.h"

#define ZLIB_CONST /* the input is not changed */
#include <zlib.h>

/* One stream, and nothing behind it. */
static size_t decode(const struct cadre__buf *coded, char *out, size_t size)
{
    z_stream z = {.next_in = (const unsigned char *)coded->data,
                  .avail_in = (unsigned)coded->len,
                  .next_out = (unsigned char *)out,
                  .avail_out = (unsigned)size};

    ck_assert_int_eq(inflateInit2(&z, MAX_WBITS + 16), Z_OK);
    ck_assert_int_eq(inflate(&z, Z_FINISH), Z_STREAM_END);
    ck_assert_uint_eq(z.avail_in, 0);
    inflateEnd(&z);
    return size - z.avail_out;
}

START_TEST(what_comes_out_is_what_went_in)
{
    coded_round_trip(&cadre__codec_gzip, decode, coded_sizes[_i]);
}
END_TEST

START_TEST(nothing_is_coded_and_who_takes_it_may_fail)
{
    coded_nothing(&cadre__codec_gzip, decode);
    coded_failure(&cadre__codec_gzip);
}
END_TEST

/* One that was left in the midst of it is as a new one. */
START_TEST(an_encoder_can_be_used_again)
{
    const struct cadre__codec *codec = &cadre__codec_gzip;
    struct cadre__encoder *encoder = codec->open(codec->default_level);
    struct cadre__buf out;

    ck_assert_ptr_nonnull(encoder);
    for (unsigned i = 0; i < 3; i++) {
        cadre__buf_init(&out);
        coded_fill(coded_text, i);
        ck_assert_int_eq(codec->encode(encoder, CADRE_STR("left in the midst"), CADRE__CODEC_FLUSH,
                                       coded_collect, &out),
                         0);
        ck_assert(codec->reset(encoder));
        out.len = 0;
        coded_pieces(codec, encoder, (struct cadre_str){coded_text, CODED_BYTES}, 50000, &out);
        coded_assert(&out, decode, CODED_BYTES);
        cadre__buf_done(&out);
        ck_assert(codec->reset(encoder));
    }
    codec->close(encoder);
}
END_TEST

UNIT_MAIN("middleware/codec_gzip", UNIT_LOOP(what_comes_out_is_what_went_in, CODED_SIZES),
          UNIT_CASE(nothing_is_coded_and_who_takes_it_may_fail),
          UNIT_CASE(an_encoder_can_be_used_again))
