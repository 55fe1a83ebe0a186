/* SPDX-License-Identifier: MIT */
/* brotli (RFC 7932) by libbrotlienc: middleware/codec.h. */
#include "middleware/codec.h"

#include <brotli/encode.h>
#include <errno.h>

static struct cadre__encoder *brotli_open(int level)
{
    BrotliEncoderState *state = BrotliEncoderCreateInstance(NULL, NULL, NULL);

    if (state != NULL) {
        BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, (uint32_t)level);
        BrotliEncoderSetParameter(state, BROTLI_PARAM_LGWIN, 19); /* 512 KiB back */
    }
    return (struct cadre__encoder *)state;
}

static void brotli_close(struct cadre__encoder *encoder)
{
    BrotliEncoderDestroyInstance((BrotliEncoderState *)encoder);
}

static int brotli_encode(struct cadre__encoder *encoder, struct cadre_str piece,
                         enum cadre__codec_end end, cadre__encoded_fn fn, void *arg)
{
    BrotliEncoderState *state = (BrotliEncoderState *)encoder;
    BrotliEncoderOperation operation =
        end == CADRE__CODEC_FINISH ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_FLUSH;
    const uint8_t *next_in = (const uint8_t *)piece.ptr;
    size_t avail_in = piece.len;
    int r = 0;

    do {
        size_t avail_out = 0, len = 0;
        const uint8_t *out;

        if (!BrotliEncoderCompressStream(state, operation, &avail_in, &next_in, &avail_out, NULL,
                                         NULL))
            return -ENOMEM;
        out = BrotliEncoderTakeOutput(state, &len);
        if (len > 0)
            r = fn(arg, (struct cadre_str){(const char *)out, len});
    } while (r >= 0 && (avail_in > 0 || BrotliEncoderHasMoreOutput(state)));
    return r < 0 ? r : 0;
}

const struct cadre__codec cadre__codec_brotli = {
    .name = "br",
    .default_level = 4,
    .max_level = 11,
    .open = brotli_open,
    .encode = brotli_encode,
    .close = brotli_close,
};
