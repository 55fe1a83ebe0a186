/* SPDX-License-Identifier: MIT */
/* gzip by zlib as a content coding (lib/middleware/codec_gzip.c). */
#include "tests/unit/lib/middleware/coded.h"

#define ZLIB_CONST /* the input is not changed */
#include <zlib.h>

#define CODEC cadre__codec_gzip

static char text[CODED_BYTES], decoded[CODED_BYTES + 1];

/* By zlib: one stream, and nothing behind it. */
static void assert_decodes(const struct cadre__buf *out, size_t len)
{
    z_stream z = {.next_in = (const unsigned char *)out->data,
                  .avail_in = (unsigned)out->len,
                  .next_out = (unsigned char *)decoded,
                  .avail_out = sizeof(decoded)};

    ck_assert_int_eq(inflateInit2(&z, MAX_WBITS + 16), Z_OK);
    ck_assert_int_eq(inflate(&z, Z_FINISH), Z_STREAM_END);
    ck_assert_uint_eq(z.avail_in, 0);
    ck_assert_uint_eq(sizeof(decoded) - z.avail_out, len);
    ck_assert_int_eq(memcmp(decoded, text, len), 0);
    inflateEnd(&z);
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

/* One that was used, and left in the midst of it, is as a new one. */
START_TEST(an_encoder_can_be_used_again)
{
    struct cadre__encoder *encoder = CODEC.open(CODEC.default_level);
    struct cadre__buf out;

    ck_assert_ptr_nonnull(encoder);
    for (unsigned i = 0; i < 3; i++) {
        cadre__buf_init(&out);
        coded_fill(text, i);
        ck_assert_int_eq(CODEC.encode(encoder, CADRE_STR("left in the midst"), CADRE__CODEC_FLUSH,
                                      coded_collect, &out),
                         0);
        ck_assert(CODEC.reset(encoder));
        out.len = 0;
        coded_pieces(&CODEC, encoder, (struct cadre_str){text, CODED_BYTES}, 50000, &out);
        assert_decodes(&out, CODED_BYTES);
        cadre__buf_done(&out);
        ck_assert(CODEC.reset(encoder));
    }
    CODEC.close(encoder);
}
END_TEST

UNIT_MAIN("middleware/codec_gzip",
          UNIT_LOOP(what_comes_out_is_what_went_in, sizeof(pieces) / sizeof(pieces[0])),
          UNIT_CASE(nothing_is_coded_too), UNIT_CASE(who_takes_it_may_fail),
          UNIT_CASE(an_encoder_can_be_used_again))
