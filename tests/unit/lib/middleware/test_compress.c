/* SPDX-License-Identifier: MIT */
/* Compressed responses, by the test client (middleware/compress.c, codec_*.c). */
#define _GNU_SOURCE /* memfd_create */
#include "config.h"

#include "tests/unit/lib/middleware/layered.h"

#include "base/log.h"
#include <cadre.h>
#include <cadre/test.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#ifdef HAVE_ZLIB
#define ZLIB_CONST /* the input is not changed */
#include <zlib.h>
#endif
#ifdef HAVE_BROTLI
#include <brotli/decode.h>
#endif

#define LONG_BYTES 100000

static char long_text[LONG_BYTES + 1];

/* Text that compresses well, and not to nothing. */
static const char *text(void)
{
    for (size_t i = 0; i < LONG_BYTES; i++)
        long_text[i] = (char)('a' + (i * i / 7 + i / 100) % 26);
    return long_text;
}

/* --- handlers --- */

static int whole(struct cadre_request *req)
{
    const char *type = cadre_query_param(req, "type"), *size = cadre_query_param(req, "size");
    const char *name = cadre_query_param(req, "name"), *value = cadre_query_param(req, "value");
    const char *status = cadre_query_param(req, "status");
    int r = name != NULL ? cadre_header_set(req, name, value) : 0;

    if (r < 0)
        return r;
    return cadre_respond_bytes(req, status != NULL ? atoi(status) : 200,
                               type != NULL ? type : "text/plain", text(),
                               size != NULL ? strtoul(size, NULL, 10) : LONG_BYTES);
}

static int streamed(struct cadre_request *req)
{
    int r = cadre_header_set(req, "content-type", "application/json");

    if (r == 0)
        r = cadre_start(req, 200);
    for (size_t at = 0; r == 0 && at < LONG_BYTES; at += 10000) {
        r = cadre_write(req, text() + at, 10000);
        if (r == 0)
            r = cadre_sleep(100);
    }
    return r < 0 ? r : cadre_end(req);
}

static int file(struct cadre_request *req)
{
    int fd = memfd_create("text", MFD_CLOEXEC), r;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text(), LONG_BYTES), LONG_BYTES);
    r = cadre_respond_fd(req, 200, "text/css", fd, 0, LONG_BYTES);
    close(fd);
    return r;
}

/* HEAD alone: what a GET would say, and nothing of it. */
static int head(struct cadre_request *req)
{
    int r = cadre_header_set(req, "content-length", cadre_path_param(req, "n"));

    if (r == 0)
        r = cadre_header_set(req, "content-type", "text/plain");
    if (r == 0)
        r = cadre_start(req, 200);
    return r < 0 ? r : cadre_end(req);
}

static const struct cadre_route routes[] = {
    CADRE_HEAD("/head/{n}", head),
    CADRE_GET("/whole", whole),
    CADRE_GET("/sync", whole, .sync = true),
    CADRE_GET("/streamed", streamed),
    CADRE_GET("/file", file),
    CADRE_ROUTES_END,
};

static const struct cadre_middleware usual[] = {CADRE_MIDDLEWARE_OF(cadre_compress, NULL),
                                                CADRE_MIDDLEWARE_END};
static const struct cadre_module module = {.routes = routes, .middleware = usual};

/* --- what comes back --- */

static size_t inflate_all(struct cadre_str body, char *out, size_t size)
{
#ifdef HAVE_ZLIB
    z_stream z = {0};
    int r;

    ck_assert_int_eq(inflateInit2(&z, MAX_WBITS + 16), Z_OK);
    z.next_in = (const unsigned char *)body.ptr;
    z.avail_in = (unsigned)body.len;
    z.next_out = (unsigned char *)out;
    z.avail_out = (unsigned)size;
    r = inflate(&z, Z_FINISH);
    inflateEnd(&z);
    ck_assert_int_eq(r, Z_STREAM_END);
    ck_assert_uint_eq(z.avail_in, 0);
    return size - z.avail_out;
#else
    (void)body, (void)out, (void)size;
    return 0;
#endif
}

static size_t unbrotli(struct cadre_str body, char *out, size_t size)
{
#ifdef HAVE_BROTLI
    ck_assert_int_eq(
        BrotliDecoderDecompress(body.len, (const uint8_t *)body.ptr, &size, (uint8_t *)out),
        BROTLI_DECODER_RESULT_SUCCESS);
    return size;
#else
    (void)body, (void)out, (void)size;
    return 0;
#endif
}

/* Asserts that the body is the first bytes of the text in that coding; NULL: as it is. */
static void assert_coded(const struct cadre_test_response *res, const char *coding, size_t len)
{
    static char out[LONG_BYTES + 1];
    struct cadre_str body = cadre_test_body(res);
    size_t n = body.len;

    cadre_assert_header(res, "content-encoding", coding);
    if (coding == NULL)
        memcpy(out, body.ptr, n <= LONG_BYTES ? n : LONG_BYTES);
    else if (strcmp(coding, "gzip") == 0)
        n = inflate_all(body, out, sizeof(out));
    else
        n = unbrotli(body, out, sizeof(out));
    ck_assert_uint_eq(n, len);
    ck_assert_mem_eq(out, text(), len);
    if (coding != NULL)
        ck_assert_uint_lt(body.len, len);
}

static const struct cadre_test_response *ask(struct cadre_test_client *client, const char *target,
                                             const char *accepts)
{
    char field[200];
    const char *const headers[] = {field, NULL};

    snprintf(field, sizeof(field), "Accept-Encoding: %s", accepts);
    return cadre_test_request(client, .target = target, .headers = headers);
}

#if defined(HAVE_ZLIB) && defined(HAVE_BROTLI)

static const struct {
    const char *target, *accepts, *coding;
    size_t len;
    const char *vary;
} rows[] = {
    {"/whole", "gzip", "gzip", LONG_BYTES, "Accept-Encoding"},
    {"/whole", "gzip, br", "br", LONG_BYTES, "Accept-Encoding"},
    {"/whole", "gzip, br;q=0.5", "gzip", LONG_BYTES, "Accept-Encoding"},
    {"/whole", "GZIP;q=0.1", "gzip", LONG_BYTES, "Accept-Encoding"},
    {"/whole", "*", "br", LONG_BYTES, "Accept-Encoding"},
    {"/whole", "gzip;q=0", NULL, LONG_BYTES, "Accept-Encoding"},
    {"/whole", "identity", NULL, LONG_BYTES, "Accept-Encoding"},
    {"/whole", "identity, gzip;q=0.5", NULL, LONG_BYTES, "Accept-Encoding"},
    {"/whole", "identity;q=0.5, gzip;q=0.5", "gzip", LONG_BYTES, "Accept-Encoding"},
    {"/whole", "identity;q=0, gzip;q=0.5", "gzip", LONG_BYTES, "Accept-Encoding"},
    {"/whole", "gzip;q=0.5, *;q=0.1", "gzip", LONG_BYTES, "Accept-Encoding"},
    {"/whole", "xgzip", NULL, LONG_BYTES, "Accept-Encoding"},
    {"/sync", "gzip", "gzip", LONG_BYTES, "Accept-Encoding"},
    {"/file", "gzip", "gzip", LONG_BYTES, "Accept-Encoding"},
    {"/file", "br", "br", LONG_BYTES, "Accept-Encoding"},
    {"/streamed", "gzip", "gzip", LONG_BYTES, "Accept-Encoding"},
    {"/streamed", "br", "br", LONG_BYTES, "Accept-Encoding"},
    {"/streamed", "identity", NULL, LONG_BYTES, "Accept-Encoding"},
    {"/whole?size=500", "gzip", "gzip", 500, "Accept-Encoding"},
    {"/whole?size=499", "gzip", NULL, 499, NULL},
    {"/whole?type=image/png", "gzip", NULL, LONG_BYTES, NULL},
    {"/whole?type=image/svg%2bxml", "gzip", "gzip", LONG_BYTES, "Accept-Encoding"},
    {"/whole?type=application/problem%2bjson;%20x=y", "gzip", "gzip", LONG_BYTES,
     "Accept-Encoding"},
    {"/whole?type=text/event-stream", "gzip", NULL, LONG_BYTES, NULL},
    {"/whole?name=content-encoding&value=zstd", "gzip", "zstd", 0, NULL},
    {"/whole?name=cache-control&value=public,%20no-transform", "gzip", NULL, LONG_BYTES, NULL},
    {"/whole?name=vary&value=Cookie", "gzip", "gzip", LONG_BYTES, "Cookie, Accept-Encoding"},
    {"/whole?name=vary&value=accept-encoding", "gzip", "gzip", LONG_BYTES, "accept-encoding"},
    {"/whole?status=206&name=content-range&value=bytes%200-99999/100000", "gzip", NULL, LONG_BYTES,
     "Accept-Encoding"},
    {"/whole?status=404", "gzip", "gzip", LONG_BYTES, "Accept-Encoding"},
};

START_TEST(responses_are_compressed_as_the_client_prefers)
{
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    const struct cadre_test_response *res = ask(client, rows[_i].target, rows[_i].accepts);

    if (rows[_i].len > 0)
        assert_coded(res, rows[_i].coding, rows[_i].len);
    else
        cadre_assert_header(res, "content-encoding", rows[_i].coding);
    cadre_assert_header(res, "vary", rows[_i].vary);
    if (strncmp(rows[_i].target, "/whole", 6) == 0) {
        char len[32];

        snprintf(len, sizeof(len), "%zu", cadre_test_body(res).len);
        cadre_assert_header(res, "content-length", len);
    }
    /* once more, by an encoder that was used */
    if (rows[_i].len > 0)
        assert_coded(ask(client, rows[_i].target, rows[_i].accepts), rows[_i].coding, rows[_i].len);
    cadre_test_close(client);
}
END_TEST

START_TEST(fields_of_one_name_are_one_list)
{
    static const char *const headers[] = {"Accept-Encoding: identity", "Accept-Encoding: gzip",
                                          "Accept-Encoding: br;q=0.5", NULL};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);

    assert_coded(cadre_test_request(client, .target = "/whole", .headers = headers), "gzip",
                 LONG_BYTES);
    cadre_test_close(client);
}
END_TEST

START_TEST(fields_follow_the_coding)
{
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    const struct cadre_test_response *res = ask(client, "/whole?name=etag&value=%22abc%22", "gzip");

    cadre_assert_header(res, "etag", "W/\"abc\"");
    res = ask(client, "/whole?name=etag&value=%22abc%22", "identity");
    cadre_assert_header(res, "etag", "\"abc\"");
    res = ask(client, "/whole?name=etag&value=W/%22abc%22", "br");
    cadre_assert_header(res, "etag", "W/\"abc\"");
    res = ask(client, "/whole?name=accept-ranges&value=bytes", "br");
    cadre_assert_header(res, "accept-ranges", NULL);
    cadre_test_close(client);
}
END_TEST

/* What GET would be told; without a body. */
/* A part, or nothing, of what is compressed as a whole: with which fields, and the ETag. */
static const struct {
    const char *target, *known, *vary, *etag;
} parts[] = {
    {"/whole?status=206&size=9", NULL, "Accept-Encoding", NULL},
    {"/whole?status=206&size=9&type=image/png", NULL, NULL, NULL},
    {"/whole?status=206&size=9&name=cache-control&value=no-transform", NULL, NULL, NULL},
    {"/whole?status=304&size=0&name=etag&value=\"a\"", "if-none-match: \"b\", W/\"a\"",
     "Accept-Encoding", "W/\"a\""},
    {"/whole?status=304&size=0&name=etag&value=\"a\"", "if-none-match: \"a\"", NULL, "\"a\""},
    {"/whole?status=304&size=0&name=etag&value=\"a\"", "if-none-match: W/\"ab\"", NULL, "\"a\""},
    {"/whole?status=304&size=0&name=etag&value=W/\"a\"", "if-none-match: W/\"a\"", NULL, "W/\"a\""},
    {"/whole?status=304&size=0", "if-none-match: W/\"a\"", NULL, NULL},
};

START_TEST(parts_have_the_fields_of_the_whole)
{
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    const char *const headers[] = {"accept-encoding: gzip", parts[_i].known, NULL};
    const struct cadre_test_response *res =
        cadre_test_request(client, .target = parts[_i].target, .headers = headers);

    cadre_assert_header(res, "vary", parts[_i].vary);
    cadre_assert_header(res, "etag", parts[_i].etag);
    cadre_assert_header(res, "content-encoding", NULL);
    cadre_test_close(client);
}
END_TEST

START_TEST(head_has_the_fields_of_get)
{
    static const char *const gzip[] = {"Accept-Encoding: gzip", NULL};
    static const char *const plain[] = {"Accept-Encoding: identity", NULL};
    static const char *const paths[] = {"/whole?name=etag&value=%22a%22", "/streamed",
                                        "/whole?size=100"};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    static const char *const fields[] = {"content-encoding", "vary", "etag", "content-length"};

    for (size_t i = 0; i < 2 * sizeof(paths) / sizeof(paths[0]); i++) {
        const char *const *headers = i % 2 == 0 ? gzip : plain;
        const struct cadre_test_response *get, *head;

        get = cadre_test_request(client, .target = paths[i / 2], .headers = headers);
        head = cadre_test_request(client, .method = "HEAD", .target = paths[i / 2],
                                  .headers = headers);
        cadre_assert_body(head, "");
        for (size_t f = 0; f < sizeof(fields) / sizeof(fields[0]); f++)
            cadre_assert_header(head, fields[f], cadre_test_header(get, fields[f]));
    }
    cadre_test_close(client);
}
END_TEST

/* One that is answered by its own handler, without a body. */
START_TEST(head_of_its_own_is_told_no_plain_length)
{
    static const char *const gzip[] = {"Accept-Encoding: gzip", NULL};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    const struct cadre_test_response *res;

    res = cadre_test_request(client, .method = "HEAD", .target = "/head/100000", .headers = gzip);
    cadre_assert_header(res, "content-encoding", "gzip");
    cadre_assert_header(res, "content-length", NULL);
    cadre_assert_header(res, "vary", "Accept-Encoding");
    res = cadre_test_request(client, .method = "HEAD", .target = "/head/10", .headers = gzip);
    cadre_assert_header(res, "content-encoding", NULL);
    cadre_assert_header(res, "content-length", "10");
    cadre_assert_header(res, "vary", NULL);
    res = cadre_test_request(client, .method = "HEAD", .target = "/head/100000");
    cadre_assert_header(res, "content-length", "100000");
    cadre_assert_header(res, "vary", "Accept-Encoding");
    cadre_test_close(client);
}
END_TEST

START_TEST(a_slow_stream_goes_out_piece_by_piece)
{
    static const char *const headers[] = {"Accept-Encoding: gzip", NULL};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    const struct cadre_test_request ask_it = {.target = "/streamed", .headers = headers};
    struct cadre_test_stream *stream = cadre_test_stream_open(client, &ask_it, false);
    char out[LONG_BYTES], in[20000];
    ssize_t n = cadre_test_stream_read(stream, in, sizeof(in));
    z_stream z = {.next_in = (unsigned char *)in, .next_out = (unsigned char *)out};

    ck_assert_int_gt(n, 0);
    z.avail_in = (unsigned)n;
    z.avail_out = sizeof(out);
    ck_assert_int_eq(inflateInit2(&z, MAX_WBITS + 16), Z_OK);
    ck_assert_int_eq(inflate(&z, Z_SYNC_FLUSH), Z_OK);
    ck_assert_uint_ge(sizeof(out) - z.avail_out, 10000); /* the first piece is there */
    inflateEnd(&z);
    cadre_test_stream_leave(stream);
    cadre_test_stream_end(stream);
    cadre_test_close(client);
}
END_TEST

/* Outside of the coding: the first body does not get through. */
static int lose_first(struct cadre_request *req, const struct cadre_message *message, void *arg)
{
    bool *is_lost = arg;

    if (message->type != CADRE_HTTP_RESPONSE_BODY || *is_lost)
        return cadre_pass(req, message);
    *is_lost = true;
    return -EIO;
}

static int lossy(struct cadre_request *req, void *self)
{
    bool *is_lost = cadre_alloc(req, sizeof(*is_lost));
    int r;

    (void)self;
    if (is_lost == NULL)
        return -ENOMEM;
    *is_lost = strcmp(cadre_path(req), "/whole") != 0;
    r = cadre_on_send(req, lose_first, is_lost);
    return r < 0 ? r : cadre_next(req);
}

/* The answer to the error, in the length that is asked for. */
static int say_error(struct cadre_request *req, const struct cadre_problem *problem)
{
    return cadre_respond_bytes(req, problem->status, "text/plain", text(),
                               strtoul(cadre_query_param(req, "error"), NULL, 10));
}

static const struct {
    const char *target, *accepts, *coding;
    size_t len;
} replaced[] = {
    {"/whole?error=100", "gzip", NULL, 100},
    {"/whole?error=100", "br", NULL, 100},
    {"/whole?error=9000", "gzip", "gzip", 9000},
    {"/whole?error=9000", "br", "br", 9000},
};

START_TEST(an_answer_that_is_replaced_leaves_nothing_behind)
{
    static const struct cadre_middleware table[] = {
        CADRE_MIDDLEWARE(lossy), CADRE_MIDDLEWARE_OF(cadre_compress, NULL), CADRE_MIDDLEWARE_END};
    static const struct cadre_error_handler errors[] = {CADRE_ON_STATUS(500, say_error),
                                                        CADRE_ERRORS_END};
    static const struct cadre_module own = {
        .routes = routes, .middleware = table, .errors = errors};
    struct cadre_test_client *client = cadre_test_serve(.module = &own);
    const struct cadre_test_response *res;

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    res = ask(client, replaced[_i].target, replaced[_i].accepts);
    cadre_assert_status(res, 500);
    assert_coded(res, replaced[_i].coding, replaced[_i].len);
    assert_coded(ask(client, "/sync", "gzip"), "gzip", LONG_BYTES);
    cadre_test_close(client);
}
END_TEST

static const char *own_types[] = {"application/pdf", "font/*"};
static const struct cadre_compress_options only_gzip = {
    .brotli_level = -1, .gzip_level = 9, .minimum_size = 10, .types = {own_types, 2}};

START_TEST(options_say_what_and_how)
{
    static const struct cadre_middleware table[] = {CADRE_MIDDLEWARE_OF(cadre_compress, &only_gzip),
                                                    CADRE_MIDDLEWARE_END};
    static const struct cadre_module own = {.routes = routes, .middleware = table};
    struct cadre_test_client *client = cadre_test_serve(.module = &own);

    assert_coded(ask(client, "/whole?type=Application/PDF;a=b", "gzip, br"), "gzip", LONG_BYTES);
    assert_coded(ask(client, "/whole?type=font/woff&size=200", "gzip, br"), "gzip", 200);
    assert_coded(ask(client, "/whole?type=fontx/woff", "gzip, br"), NULL, LONG_BYTES);
    assert_coded(ask(client, "/whole?type=text/plain", "gzip, br"), NULL, LONG_BYTES);
    cadre_test_close(client);
}
END_TEST

#endif

static const struct {
    struct cadre_compress_options options;
    const char *why;
} wrong[] = {
    {{.gzip_level = -1, .brotli_level = -1}, "neither gzip nor brotli is left"},
#ifdef HAVE_ZLIB
    {{.gzip_level = 10}, "gzip_level is 10: give 1 (fast) to 9 (small), or -1"},
#endif
#ifdef HAVE_BROTLI
    {{.brotli_level = 12}, "brotli_level is 12: give 1 (fast) to 11 (small), or -1"},
#endif
};

START_TEST(wrong_levels_are_refused)
{
    layered_refused(&cadre_compress, &wrong[_i].options, wrong[_i].why);
}
END_TEST

UNIT_MAIN("middleware/compress",
#if defined(HAVE_ZLIB) && defined(HAVE_BROTLI)
          UNIT_LOOP(responses_are_compressed_as_the_client_prefers, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(fields_of_one_name_are_one_list), UNIT_CASE(fields_follow_the_coding),
          UNIT_LOOP(parts_have_the_fields_of_the_whole, sizeof(parts) / sizeof(parts[0])),
          UNIT_CASE(head_has_the_fields_of_get), UNIT_CASE(head_of_its_own_is_told_no_plain_length),
          UNIT_CASE(a_slow_stream_goes_out_piece_by_piece), UNIT_CASE(options_say_what_and_how),
          UNIT_LOOP(an_answer_that_is_replaced_leaves_nothing_behind,
                    sizeof(replaced) / sizeof(replaced[0])),
#endif
          UNIT_LOOP(wrong_levels_are_refused, sizeof(wrong) / sizeof(wrong[0])))
