/* SPDX-License-Identifier: MIT */
/*
 * Content codings that a response may be compressed by: one const struct each, over a library. An
 * encoder is kept for the next response that wants one of its kind and level: it has a quarter of a
 * megabyte to be cleared. On the loop; never suspends.
 */
#ifndef CADRE_MIDDLEWARE_CODEC_H
#define CADRE_MIDDLEWARE_CODEC_H

#include <cadre/macros.h>
#include <cadre/str.h>
#include <stdbool.h>

struct cadre__encoder;

/* Takes what was compressed: 0, or an error that ends it. May suspend: the encoder waits. */
typedef int (*cadre__encoded_fn)(void *arg, struct cadre_str piece);

/* What is to follow a piece. */
enum cadre__codec_end {
    CADRE__CODEC_FLUSH, /* more, later: all so far goes out */
    CADRE__CODEC_FINISH,
};

struct cadre__codec {
    const char *name;  /* "gzip", as in Content-Encoding */
    int default_level; /* 1.. */
    int max_level;
    /* A new encoder. NULL: ENOMEM. */
    struct cadre__encoder *(*open)(int level);
    /* Makes it as new. False: it cannot be used again. NULL: it never can. */
    bool (*reset)(struct cadre__encoder *encoder);
    /* 0; -ENOMEM; what `fn` returned. */
    int (*encode)(struct cadre__encoder *encoder, struct cadre_str piece, enum cadre__codec_end end,
                  cadre__encoded_fn fn, void *arg);
    void (*close)(struct cadre__encoder *encoder);
};

/* Those that were built in, the best first; ended by NULL. */
extern const struct cadre__codec *const cadre__codecs[];
enum { CADRE__CODECS_MAX = 2 };

extern const struct cadre__codec cadre__codec_gzip;
extern const struct cadre__codec cadre__codec_brotli;

#endif
