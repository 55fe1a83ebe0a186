/* SPDX-License-Identifier: MIT */
/* The content codings that were built in: middleware/codec.h. */
#include "config.h"

#include "middleware/codec.h"

#include <stddef.h>

const struct cadre__codec *const cadre__codecs[] = {
#ifdef HAVE_BROTLI
    &cadre__codec_brotli,
#endif
#ifdef HAVE_ZLIB
    &cadre__codec_gzip,
#endif
    NULL,
};
