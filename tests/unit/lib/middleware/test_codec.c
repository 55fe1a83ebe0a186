/* SPDX-License-Identifier: MIT */
/* The content codings that were built in (lib/middleware/codec.c). */
#include "config.h"

#include "tests/unit/unit.h"

#include "middleware/codec.h"

START_TEST(they_are_those_of_this_build_the_best_first)
{
    size_t n = 0;

#ifdef HAVE_BROTLI
    ck_assert_ptr_eq(cadre__codecs[n++], &cadre__codec_brotli);
#endif
#ifdef HAVE_ZLIB
    ck_assert_ptr_eq(cadre__codecs[n++], &cadre__codec_gzip);
#endif
    ck_assert_ptr_null(cadre__codecs[n]);
    ck_assert_uint_le(n, CADRE__CODECS_MAX);
}
END_TEST

START_TEST(each_is_whole)
{
    for (size_t i = 0; cadre__codecs[i] != NULL; i++) {
        const struct cadre__codec *codec = cadre__codecs[i];

        ck_assert(codec->default_level >= 1 && codec->default_level <= codec->max_level);
        ck_assert(codec->open != NULL && codec->encode != NULL && codec->close != NULL);
    }
}
END_TEST

UNIT_MAIN("middleware/codec", UNIT_CASE(they_are_those_of_this_build_the_best_first),
          UNIT_CASE(each_is_whole))
