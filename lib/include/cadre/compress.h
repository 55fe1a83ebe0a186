/* SPDX-License-Identifier: MIT */
/*
 * <cadre/compress.h>: middleware that compresses responses (RFC 9110 §8.4), by brotli or gzip,
 * whichever the client prefers; brotli where both are alike to it.
 *
 *     static const struct cadre_compress_options options = {.minimum_size = 1000};
 *     ...
 *         CADRE_MIDDLEWARE_OF(cadre_compress, &options),
 *
 * As Starlette's GZipMiddleware: bodies below the minimum stay as they are, streams are compressed
 * piece by piece (each is sent at once, so that a slow stream stays alive), content-length is
 * adapted, Vary names Accept-Encoding wherever the answer depends on it. Other than there weights
 * count ("gzip;q=0" is no), an ETag becomes a weak one, and ranges are no longer offered.
 *
 * HEAD is told what GET would be. Where its handler sends no body and a content-length of the plain
 * one, the compressed one's is left out.
 *
 * Never compressed: what has a content-encoding already, text/event-stream, types that are not
 * text, 204, 206 and 304, and what says Cache-Control: no-transform. Where all of a document would
 * be compressed 206 has the same Vary, and 304 the ETag that the client has. A secret in a page
 * that also shows what the client has sent can be guessed by the length of compressed answers
 * (BREACH): leave this middleware off for such pages.
 */
#ifndef CADRE_COMPRESS_H
#define CADRE_COMPRESS_H

#include <cadre/macros.h>
#include <cadre/middleware.h>
#include <cadre/str.h>
#include <stddef.h>

CADRE_BEGIN_DECLS

/* What is left out is as said. */
struct cadre_compress_options {
    size_t minimum_size CADRE_OPTIONAL; /* bytes of a body; 500. Of streams it is not known */
    int gzip_level CADRE_OPTIONAL;      /* 1 fast .. 9 small; 6. -1: no gzip */
    int brotli_level CADRE_OPTIONAL;    /* 1 fast .. 11 small; 4. -1: no brotli */
    /* media types, "application/pdf", or all of a kind, "font/" and a star, in place of the usual
     * ones: all of text/, and those of application/ and image/ that are text (JSON, JavaScript,
     * XML, SVG, WebAssembly, manifests) */
    struct cadre_strings types CADRE_OPTIONAL;
};

/* Its options may be NULL. */
extern CADRE_API const struct cadre_middleware_type cadre_compress;

CADRE_END_DECLS

#endif
