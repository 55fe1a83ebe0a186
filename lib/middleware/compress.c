/* SPDX-License-Identifier: MIT */
/*
 * Compressed responses (<cadre/compress.h>). The start is kept back until the first piece of the
 * body tells how much there is; then the fields are changed, or left, and all goes on. A body in
 * one piece stays one, with its new length.
 */
#include "config.h"

#include "base/str.h"
#include "middleware/codec.h"
#include "middleware/text.h"
#include "web/accept.h"
#include <cadre/compress.h>
#include <cadre/request.h>
#include <cadre/response.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many encoders of a kind are kept for later. */
#define SPARES_MAX 8

/* A coding at its level, and its encoders that are free. */
struct coding {
    const struct cadre__codec *codec;
    int level;
    struct cadre__encoder *spares[SPARES_MAX];
    size_t n_spares;
};

struct compress {
    size_t minimum_size;
    const struct cadre_strings *types; /* NULL: the usual ones */
    struct coding codings[CADRE__CODECS_MAX];
    size_t n_codings;
};

/* One response. */
struct compression {
    struct compress *compress;
    struct cadre_request *req;
    int status;            /* of the start that is kept back */
    bool is_held;          /* it is */
    bool is_head;          /* there is no body, but fields that say what it would be */
    struct coding *coding; /* NULL: what comes is passed on as it is */
    struct cadre__encoder *encoder;
    struct cadre__buf whole; /* a body in one piece, compressed; heap */
};

/* --- set-up --- */

static void compress_done(void *self)
{
    struct compress *compress = self;

    for (size_t i = 0; i < compress->n_codings; i++) {
        struct coding *coding = &compress->codings[i];

        while (coding->n_spares > 0)
            coding->codec->close(coding->spares[--coding->n_spares]);
    }
    free(compress);
}

static int add_codings(const struct cadre_middleware_setup *setup, struct compress *compress,
                       const struct cadre_compress_options *options)
{
    for (size_t i = 0; cadre__codecs[i] != NULL; i++) {
        const struct cadre__codec *codec = cadre__codecs[i];
        bool is_gzip = strcmp(codec->name, "gzip") == 0;
        int level = is_gzip ? options->gzip_level : options->brotli_level;

        if (level < -1 || level > codec->max_level) {
            snprintf(setup->why, setup->why_size,
                     "%s is %d: give 1 (fast) to %d (small), or -1 for none",
                     is_gzip ? "gzip_level" : "brotli_level", level, codec->max_level);
            return -EINVAL;
        }
        if (level != -1)
            compress->codings[compress->n_codings++] =
                (struct coding){.codec = codec, .level = level == 0 ? codec->default_level : level};
    }
    if (compress->n_codings > 0)
        return 0;
    snprintf(setup->why, setup->why_size,
             "neither gzip nor brotli is left: this Cadre was built %s zlib and %s brotli",
#ifdef HAVE_ZLIB
             "with",
#else
             "without",
#endif
#ifdef HAVE_BROTLI
             "with"
#else
             "without"
#endif
    );
    return -EINVAL;
}

static int compress_setup(const struct cadre_middleware_setup *setup, const void *options,
                          void **ret_self)
{
    static const struct cadre_compress_options initial;
    const struct cadre_compress_options *given = options != NULL ? options : &initial;
    struct compress *compress = calloc(1, sizeof(*compress));
    int r;

    if (compress == NULL)
        return -ENOMEM;
    compress->minimum_size = given->minimum_size > 0 ? given->minimum_size : 500;
    compress->types = given->types.len > 0 ? &given->types : NULL;
    r = add_codings(setup, compress, given);
    if (r < 0)
        compress_done(compress);
    else
        *ret_self = compress;
    return r;
}

/* --- what is compressed --- */

/* Whether a pattern, "text/" with a star behind or a whole type, is that type. */
static bool type_matches(const char *pattern, struct cadre_str type)
{
    size_t len = strlen(pattern);

    if (len >= 2 && strcmp(pattern + len - 2, "/*") == 0)
        return type.len >= len && cadre_str_eq_nocase((struct cadre_str){pattern, len - 1},
                                                      (struct cadre_str){type.ptr, len - 1});
    return cadre_str_eq_nocase((struct cadre_str){pattern, len}, type);
}

static bool ends_in(struct cadre_str text, struct cadre_str end)
{
    return text.len >= end.len &&
           cadre_str_eq_nocase((struct cadre_str){text.ptr + text.len - end.len, end.len}, end);
}

static bool is_compressible(const struct compress *compress, const char *value)
{
    static const char *const usual[] = {
        "text/*",
        "application/json",
        "application/javascript",
        "application/xml",
        "application/wasm",
        "application/manifest+json",
        "application/jsonl",
        "application/x-ndjson",
        "application/graphql",
        "application/vnd.ms-fontobject",
        "font/ttf",
        "font/otf",
        "image/svg+xml",
        "image/bmp",
    };
    struct cadre_str type = {value, strcspn(value, "; \t")};

    if (cadre_str_eq_nocase(type, CADRE_STR("text/event-stream")))
        return false;
    if (compress->types != NULL) {
        for (size_t i = 0; i < compress->types->len; i++) {
            if (type_matches(compress->types->items[i], type))
                return true;
        }
        return false;
    }
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
        if (type_matches(usual[i], type))
            return true;
    }
    return ends_in(type, CADRE_STR("+json")) || ends_in(type, CADRE_STR("+xml"));
}

/* Whether another client might get this document in another coding. */
static bool has_codings(const struct compression *c)
{
    const char *type = cadre_response_header(c->req, "content-type");
    const char *control = cadre_response_header(c->req, "cache-control");

    if (type == NULL || !is_compressible(c->compress, type))
        return false;
    if (control != NULL &&
        cadre__list_has_nocase(cadre_str_from(control), CADRE_STR("no-transform")))
        return false;
    return cadre_response_header(c->req, "content-encoding") == NULL;
}

/* Whether this response is all of such a document. */
static bool may_be_compressed(const struct compression *c)
{
    return c->status >= 200 && c->status != 204 && c->status != 206 && c->status != 304 &&
           has_codings(c) && cadre_response_header(c->req, "content-range") == NULL;
}

/* What the client accepts, of several fields as one (RFC 9110 §5.3). NULL: it does not say, or
 * ENOMEM. */
static const char *accepted(struct cadre_request *req)
{
    const char *first = cadre_header(req, "accept-encoding"), *more;
    size_t n = 1, size = first != NULL ? strlen(first) + 1 : 0;
    char *all, *end;

    for (; first != NULL && (more = cadre_header_nth(req, "accept-encoding", n)) != NULL; n++)
        size += strlen(more) + 1;
    if (first == NULL || n == 1)
        return first;
    all = end = cadre_alloc(req, size);
    for (size_t i = 0; all != NULL && i < n; i++) {
        if (i > 0)
            *end++ = ',';
        end = stpcpy(end, cadre_header_nth(req, "accept-encoding", i));
    }
    return all;
}

static struct coding *choose(struct compress *compress, struct cadre_request *req)
{
    const char *field = accepted(req);
    struct coding *best = NULL;
    unsigned most = 0;

    for (size_t i = 0; field != NULL && i < compress->n_codings; i++) {
        struct coding *coding = &compress->codings[i];
        unsigned weight = cadre__accept_encoding(cadre_str_from(field), coding->codec->name);

        if (weight > most) {
            most = weight;
            best = coding;
        }
    }
    /* one that likes the plain bytes more gets them (RFC 9110 §12.5.3) */
    if (best != NULL && cadre__accept_encoding(cadre_str_from(field), "identity") > most)
        return NULL;
    return best;
}

/* --- encoders --- */

static void give_back(void *arg)
{
    struct compression *c = arg;
    struct coding *coding = c->coding;

    cadre__buf_done(&c->whole);
    if (c->encoder == NULL)
        return;
    /* The coding is that of the encoder: it is chosen anew only behind this. */
    if (coding->n_spares < SPARES_MAX && coding->codec->reset != NULL &&
        coding->codec->reset(c->encoder))
        coding->spares[coding->n_spares++] = c->encoder;
    else
        coding->codec->close(c->encoder);
    c->encoder = NULL;
}

static int take_encoder(struct compression *c)
{
    struct coding *coding = c->coding;

    if (c->encoder != NULL)
        return 0;
    c->encoder = coding->n_spares > 0 ? coding->spares[--coding->n_spares]
                                      : coding->codec->open(coding->level);
    return c->encoder != NULL ? 0 : -ENOMEM;
}

/* --- the response --- */

/* A validator of the plain bytes says less about these (RFC 9110 §8.8.3.3). */
static int weaken_etag(struct cadre_request *req)
{
    const char *etag = cadre_response_header(req, "etag");

    if (etag == NULL || strncmp(etag, "W/", 2) == 0)
        return 0;
    etag = cadre_printf(req, "W/%s", etag);
    return etag != NULL ? cadre_header_set(req, "etag", etag) : -ENOMEM;
}

/* Whether the client has a response that was compressed here, by the ETag that it has. */
static bool has_weak(struct cadre_request *req, const char *weak)
{
    const char *known;

    for (size_t i = 0; (known = cadre_header_nth(req, "if-none-match", i)) != NULL; i++) {
        if (strstr(known, weak) != NULL)
            return true;
    }
    return false;
}

/*
 * 304 has the fields that 200 would have (RFC 9110 §15.4.5): a cache would not find by the ETag of
 * the plain bytes what it has to freshen (RFC 9111 §4.3.4).
 */
static int match_stored(struct cadre_request *req)
{
    const char *etag = cadre_response_header(req, "etag"), *weak;
    int r;

    if (etag == NULL || strncmp(etag, "W/", 2) == 0)
        return 0;
    weak = cadre_printf(req, "W/%s", etag);
    if (weak == NULL)
        return -ENOMEM;
    if (!has_weak(req, weak))
        return 0;
    r = cadre_header_set(req, "etag", weak);
    return r < 0 ? r : cadre_vary(req, "Accept-Encoding");
}

/* What goes out as it is, of a document that goes out compressed as a whole. */
static int say_there_are_codings(const struct compression *c)
{
    if (c->status == 304)
        return match_stored(c->req);
    return c->status == 206 && has_codings(c) ? cadre_vary(c->req, "Accept-Encoding") : 0;
}

static int change_fields(struct compression *c)
{
    int r = cadre_header_set(c->req, "content-encoding", c->coding->codec->name);

    if (r == 0)
        r = cadre_header_remove(c->req, "content-length");
    if (r == 0)
        r = cadre_header_remove(c->req, "accept-ranges");
    return r < 0 ? r : weaken_etag(c->req);
}

static int pass_start(struct compression *c)
{
    const struct cadre_message start = {.type = CADRE_HTTP_RESPONSE_START, .status = c->status};
    int r = c->coding == NULL ? cadre_pass_rest(c->req) : 0;

    c->is_held = false;
    return r < 0 ? r : cadre_pass(c->req, &start);
}

/* Whether a handler of HEAD says how long the body would be that it does not send. */
static bool is_head_of(const struct compression *c, const struct cadre_message *message)
{
    return !message->more_body && message->body.len == 0 &&
           strcmp(cadre_method(c->req), "HEAD") == 0 &&
           cadre_response_header(c->req, "content-length") != NULL;
}

/* How long the body is: all of it, or what is known of it. */
static size_t body_size(const struct compression *c, const struct cadre_message *first)
{
    if (first->more_body)
        return SIZE_MAX;
    if (!is_head_of(c, first))
        return first->body.len;
    return strtoul(cadre_response_header(c->req, "content-length"), NULL, 10);
}

/* The first piece is there: decides, and passes the start on. */
static int decide(struct compression *c, const struct cadre_message *first)
{
    int r;

    c->is_head = is_head_of(c, first);
    if (body_size(c, first) >= c->compress->minimum_size) {
        r = cadre_vary(c->req, "Accept-Encoding");
        if (r < 0)
            return r;
        c->coding = choose(c->compress, c->req);
    }
    if (c->coding == NULL)
        return pass_start(c);
    r = take_encoder(c);
    if (r == 0)
        r = change_fields(c);
    return r < 0 ? r : pass_start(c);
}

static int add_to_whole(void *arg, struct cadre_str piece)
{
    struct compression *c = arg;

    return cadre__buf_append(&c->whole, piece.ptr, piece.len);
}

static int pass_piece(void *arg, struct cadre_str piece)
{
    const struct compression *c = arg;
    const struct cadre_message message = {
        .type = CADRE_HTTP_RESPONSE_BODY, .body = piece, .more_body = true};

    return cadre_pass(c->req, &message);
}

static int pass_body(struct compression *c, const struct cadre_message *message, bool is_whole)
{
    struct cadre_message last = {.type = CADRE_HTTP_RESPONSE_BODY};
    int r;

    if (c->coding == NULL)
        return cadre_pass(c->req, message);
    if (message->more_body && message->body.len == 0)
        return 0;
    if (c->is_head) { /* in pieces, so that no length is made of it */
        r = pass_piece(c, CADRE_STR(""));
        return r < 0 ? r : cadre_pass(c->req, &last);
    }
    r = c->coding->codec->encode(c->encoder, message->body,
                                 message->more_body ? CADRE__CODEC_FLUSH : CADRE__CODEC_FINISH,
                                 is_whole ? add_to_whole : pass_piece, c);
    if (r < 0 || message->more_body)
        return r;
    if (is_whole)
        last.body = (struct cadre_str){cadre__buf_text(&c->whole), c->whole.len};
    return cadre_pass(c->req, &last);
}

static int on_send(struct cadre_request *req, const struct cadre_message *message, void *arg)
{
    struct compression *c = arg;
    bool is_first = c->is_held;
    int r = 0;

    (void)req;
    if (message->type == CADRE_HTTP_RESPONSE_START) {
        give_back(c); /* of an earlier answer, which this one replaces */
        c->status = message->status;
        c->coding = NULL;
        c->is_held = may_be_compressed(c);
        r = c->is_held ? 0 : say_there_are_codings(c);
        return c->is_held || r < 0 ? r : pass_start(c);
    }
    if (is_first)
        r = decide(c, message);
    return r < 0 ? r : pass_body(c, message, is_first && !message->more_body);
}

static int compress_call(struct cadre_request *req, void *self)
{
    struct compression *c = cadre_alloc(req, sizeof(*c));
    int r;

    if (c == NULL)
        return -ENOMEM;
    *c = (struct compression){.compress = self, .req = req};
    cadre__buf_init(&c->whole);
    r = cadre_defer(req, give_back, c);
    if (r == 0)
        r = cadre_on_send(req, on_send, c);
    return r < 0 ? r : cadre_next(req);
}

const struct cadre_middleware_type cadre_compress = {
    .name = "compress",
    .setup = compress_setup,
    .call = compress_call,
    .done = compress_done,
};
