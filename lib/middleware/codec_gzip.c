/* SPDX-License-Identifier: MIT */
/* gzip (RFC 1952) by zlib: middleware/codec.h. */
#define ZLIB_CONST /* the input is not changed */

#include "middleware/codec.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#define OUT_BYTES 16384

struct cadre__encoder {
    z_stream stream;
    unsigned char out[OUT_BYTES];
};

static struct cadre__encoder *gzip_open(int level)
{
    struct cadre__encoder *encoder = calloc(1, sizeof(*encoder));

    /* a window of 32 KiB, 16 more: with gzip's head */
    if (encoder != NULL && deflateInit2(&encoder->stream, level, Z_DEFLATED, MAX_WBITS + 16, 8,
                                        Z_DEFAULT_STRATEGY) != Z_OK) {
        free(encoder);
        return NULL;
    }
    return encoder;
}

static bool gzip_reset(struct cadre__encoder *encoder)
{
    return deflateReset(&encoder->stream) == Z_OK;
}

static void gzip_close(struct cadre__encoder *encoder)
{
    if (encoder == NULL)
        return;
    deflateEnd(&encoder->stream);
    free(encoder);
}

static int gzip_encode(struct cadre__encoder *encoder, struct cadre_str piece,
                       enum cadre__codec_end end, cadre__encoded_fn fn, void *arg)
{
    z_stream *z = &encoder->stream;
    int flush = end == CADRE__CODEC_FINISH ? Z_FINISH : Z_SYNC_FLUSH, r = 0;

    z->next_in = (const unsigned char *)piece.ptr;
    do {
        size_t left = piece.len - (size_t)(z->next_in - (const unsigned char *)piece.ptr);
        size_t len;

        z->avail_in = left > UINT_MAX ? UINT_MAX : (unsigned)left;
        z->next_out = encoder->out;
        z->avail_out = OUT_BYTES;
        if (deflate(z, left > UINT_MAX ? Z_NO_FLUSH : flush) == Z_STREAM_ERROR)
            return -EINVAL;
        len = OUT_BYTES - z->avail_out;
        if (len > 0)
            r = fn(arg, (struct cadre_str){(const char *)encoder->out, len});
    } while (r >= 0 &&
             (z->avail_out == 0 || z->next_in < (const unsigned char *)piece.ptr + piece.len));
    return r < 0 ? r : 0;
}

const struct cadre__codec cadre__codec_gzip = {
    .name = "gzip",
    .default_level = 6,
    .max_level = 9,
    .open = gzip_open,
    .reset = gzip_reset,
    .encode = gzip_encode,
    .close = gzip_close,
};
