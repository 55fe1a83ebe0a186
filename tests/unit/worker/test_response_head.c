/* SPDX-License-Identifier: MIT */
/*
 * Heads of responses, byte by byte as they go out; and the buffers that they go into.
 */
#include "worker/response_head.h"

#include <stdio.h>
#include <string.h>

#include "gateway/gateway.h"
#include "gateway/response.h"
#include "tests/unit/unit.h"
#include "worker/http_date.h"

#define DATE "Fri, 20 Nov 2026 23:11:30 GMT"

static const struct http_date date = {.lines = "date: " DATE "\r\nserver: cadre\r\n"};

struct out {
    struct buffer_pool pool;
    struct buffer buffer;
};

static void out_init(struct out *o)
{
    buffer_pool_init(&o->pool, 4, 4);
    o->buffer = (struct buffer){0};
}

static void out_check(struct out *o, const char *expected)
{
    ck_assert_msg(buffer_len(&o->buffer) == strlen(expected) &&
                      memcmp(o->buffer.data + o->buffer.start, expected, strlen(expected)) == 0,
                  "got\n%.*s\nexpected\n%s", (int)buffer_len(&o->buffer), o->buffer.data, expected);
    buffer_release(&o->buffer, &o->pool);
    buffer_pool_done(&o->pool);
}

/* Starts a response as a protocol does: its fields are checked first. */
static void start(struct out *o, const struct response_start *s)
{
    const struct cadre__event event = {.type = CADRE__EVENT_HTTP_RESPONSE_START,
                                       .status = s->status,
                                       .headers = s->headers,
                                       .n_headers = s->n_headers};
    struct response_start checked = *s;
    struct cadre__response response;

    cadre__response_init(&response, CADRE_STR("GET"));
    ck_assert_int_eq(cadre__response_check(&response, &event), 0);
    checked.fields_size = response.fields_size;
    checked.kinds = response.kinds;
    checked.date = &date;
    ck_assert_int_eq(response_head_start(&o->buffer, &o->pool, &checked), 0);
}

static void end(struct out *o, enum response_framing framing, uint64_t length,
                enum response_connection connection)
{
    ck_assert_int_eq(response_head_end(&o->buffer, &o->pool, framing, length, connection), 0);
}

START_TEST(date_and_server_are_added)
{
    struct out o;

    out_init(&o);
    start(&o, &(struct response_start){.status = 200, .server_header = true});
    end(&o, RESPONSE_LENGTH, 12345678901, RESPONSE_SAY_NOTHING);
    out_check(&o, "HTTP/1.1 200 OK\r\ndate: " DATE
                  "\r\nserver: cadre\r\ncontent-length: 12345678901\r\n\r\n");
}
END_TEST

START_TEST(the_application_may_give_its_own)
{
    const struct cadre__header headers[] = {
        {CADRE_STR("date"), CADRE_STR("today")},
        {CADRE_STR("server"), CADRE_STR("mine")},
        {CADRE_STR("set-cookie"), CADRE_STR("a")},
        {CADRE_STR("set-cookie"), CADRE_STR("b")},
    };
    struct out o;

    out_init(&o);
    start(&o, &(struct response_start){
                  .status = 404, .server_header = true, .headers = headers, .n_headers = 4});
    end(&o, RESPONSE_LENGTH, 0, RESPONSE_SAY_CLOSE);
    out_check(&o, "HTTP/1.1 404 Not Found\r\ndate: today\r\nserver: mine\r\nset-cookie: "
                  "a\r\nset-cookie: b\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
}
END_TEST

START_TEST(the_id_of_the_request_is_added_where_the_application_has_none)
{
    const struct cadre__header headers[] = {{CADRE_STR("x-request-id"), CADRE_STR("mine")}};
    char longest[129];
    char expected[512];
    struct out o;

    memset(longest, 'i', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    snprintf(expected, sizeof(expected),
             "HTTP/1.1 200 OK\r\nx-request-id: %s\r\ndate: " DATE "\r\n\r\n", longest);
    out_init(&o);
    start(&o, &(struct response_start){.status = 200, .request_id = cadre_str_from(longest)});
    end(&o, RESPONSE_AS_GIVEN, 0, RESPONSE_SAY_NOTHING);
    out_check(&o, expected);
    out_init(&o);
    start(&o,
          &(struct response_start){
              .status = 200, .request_id = CADRE_STR("ours"), .headers = headers, .n_headers = 1});
    end(&o, RESPONSE_AS_GIVEN, 0, RESPONSE_SAY_NOTHING);
    out_check(&o, "HTTP/1.1 200 OK\r\nx-request-id: mine\r\ndate: " DATE "\r\n\r\n");
}
END_TEST

START_TEST(hop_by_hop_fields_stay_here)
{
    const struct cadre__header headers[] = {
        {CADRE_STR("connection"), CADRE_STR("x, Close")},
        {CADRE_STR("transfer-encoding"), CADRE_STR("gzip")},
        {CADRE_STR("keep-alive"), CADRE_STR("timeout=5")},
        {CADRE_STR("x-a"), CADRE_STR("")},
    };
    struct out o;

    out_init(&o);
    start(&o, &(struct response_start){.status = 200, .headers = headers, .n_headers = 4});
    end(&o, RESPONSE_CHUNKED, 0, RESPONSE_SAY_KEEP_ALIVE);
    out_check(&o, "HTTP/1.1 200 OK\r\nx-a: \r\ndate: " DATE
                  "\r\ntransfer-encoding: chunked\r\nconnection: keep-alive\r\n\r\n");
}
END_TEST

START_TEST(a_whole_response_is_one_piece)
{
    const struct cadre__header header = {CADRE_STR("x-a"), CADRE_STR("b")};
    struct response_start s = {
        .status = 200, .headers = &header, .n_headers = 1, .fields_size = 8, .date = &date};
    char large[3000];
    struct out o;

    out_init(&o);
    ck_assert_int_eq(response_head_whole(&o.buffer, &o.pool, &s, RESPONSE_LENGTH, 2,
                                         RESPONSE_SAY_NOTHING, CADRE_STR("hi")),
                     0);
    out_check(&o, "HTTP/1.1 200 OK\r\nx-a: b\r\ndate: " DATE "\r\ncontent-length: 2\r\n\r\nhi");
    memset(large, 'l', sizeof(large));
    out_init(&o);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(response_head_whole(&o.buffer, &o.pool, &s, RESPONSE_LENGTH, sizeof(large),
                                             RESPONSE_SAY_CLOSE,
                                             (struct cadre_str){large, sizeof(large)}),
                         0);
    ck_assert_uint_gt(buffer_len(&o.buffer), 3 * sizeof(large));
    ck_assert_mem_eq(o.buffer.data + o.buffer.end - sizeof(large), large, sizeof(large));
    buffer_release(&o.buffer, &o.pool);
    buffer_pool_done(&o.pool);
}
END_TEST

START_TEST(a_204_never_has_a_length)
{
    const struct cadre__header header = {CADRE_STR("content-length"), CADRE_STR("0")};
    struct out o;

    out_init(&o);
    start(&o, &(struct response_start){
                  .status = 204, .headers = &header, .n_headers = 1, .drop_length = true});
    end(&o, RESPONSE_AS_GIVEN, 0, RESPONSE_SAY_NOTHING);
    out_check(&o, "HTTP/1.1 204 No Content\r\ndate: " DATE "\r\n\r\n");
}
END_TEST

START_TEST(a_status_without_a_name_has_its_class)
{
    struct out o;

    out_init(&o);
    start(&o, &(struct response_start){.status = 599});
    end(&o, RESPONSE_UNTIL_CLOSE, 0, RESPONSE_SAY_CLOSE);
    ck_assert_mem_eq(o.buffer.data, "HTTP/1.1 599 ", 13);
    buffer_release(&o.buffer, &o.pool);
    buffer_pool_done(&o.pool);
}
END_TEST

START_TEST(large_fields_make_the_buffer_grow)
{
    static char value[100000];
    const struct cadre__header header = {CADRE_STR("x"), {value, sizeof(value)}};
    struct out o;

    memset(value, 'v', sizeof(value));
    out_init(&o);
    for (int i = 0; i < 3; i++)
        start(&o, &(struct response_start){.status = 200, .headers = &header, .n_headers = 1});
    ck_assert_uint_gt(buffer_len(&o.buffer), 3 * sizeof(value));
    ck_assert_mem_eq(o.buffer.data + 17 + 3, value, sizeof(value));
    buffer_release(&o.buffer, &o.pool);
    buffer_pool_done(&o.pool);
}
END_TEST

START_TEST(chunk_lines_are_hexadecimal)
{
    char line[RESPONSE_CHUNK_LINE_MAX];

    ck_assert_uint_eq(response_chunk_line(line, 1), 3);
    ck_assert_mem_eq(line, "1\r\n", 3);
    ck_assert_uint_eq(response_chunk_line(line, 0xabc0), 6);
    ck_assert_mem_eq(line, "abc0\r\n", 6);
    ck_assert_uint_eq(response_chunk_line(line, SIZE_MAX), 18);
    ck_assert_mem_eq(line, "ffffffffffffffff\r\n", 18);
}
END_TEST

START_TEST(errors_are_small_and_close)
{
    struct out o;

    out_init(&o);
    struct response_refusal refusal = {.status = 400, .detail = "why"};
    ck_assert_int_eq(response_refuse(&o.buffer, &o.pool, &refusal, true, &date), 0);
    out_check(&o,
              "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\ndate: " DATE
              "\r\nserver: cadre\r\ncontent-length: 30\r\nconnection: close\r\n\r\n"
              "Invalid HTTP request received.");
    out_init(&o);
    refusal = (struct response_refusal){.status = 431, .detail = "why"};
    ck_assert_int_eq(response_refuse(&o.buffer, &o.pool, &refusal, false, &date), 0);
    out_check(&o, "HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain; "
                  "charset=utf-8\r\ndate: " DATE "\r\ncontent-length: 37\r\nconnection: "
                  "close\r\n\r\nRequest Header Fields Too Large: why\n");
    out_init(&o);
    refusal = (struct response_refusal){.status = 503, .head_only = true, .retry_after = true};
    ck_assert_int_eq(response_refuse(&o.buffer, &o.pool, &refusal, false, &date), 0);
    out_check(&o, "HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\n"
                  "retry-after: 1\r\ndate: " DATE
                  "\r\ncontent-length: 19\r\nconnection: close\r\n\r\n");
}
END_TEST

START_TEST(blocks_are_recycled)
{
    struct buffer_pool pool;
    struct buffer a = {0}, b = {0};

    buffer_pool_init(&pool, 1, 1);
    ck_assert_int_eq(buffer_take(&a, &pool, 1), 0);
    ck_assert_uint_eq(a.size, BUFFER_SMALL);
    const char *first = a.data;
    ck_assert_int_eq(buffer_take(&b, &pool, BUFFER_SMALL), 0);
    buffer_release(&a, &pool);
    buffer_release(&b, &pool); /* one too many: to the heap */
    ck_assert_uint_eq(pool.small.n_free, 1);
    ck_assert_int_eq(buffer_take(&a, &pool, 100), 0);
    ck_assert_ptr_eq(a.data, first);
    ck_assert_int_eq(buffer_take(&b, &pool, 40000), 0);
    ck_assert_uint_eq(b.size, BUFFER_LARGE);
    buffer_release(&a, &pool);
    buffer_release(&b, &pool);
    ck_assert_uint_eq(pool.large.n_free, 1);
    buffer_pool_done(&pool);
}
END_TEST

START_TEST(a_buffer_grows_and_keeps_its_bytes)
{
    struct buffer_pool pool;
    struct buffer b = {0};

    buffer_pool_init(&pool, 4, 4);
    ck_assert_int_eq(buffer_reserve(&b, &pool, 10), 0);
    memcpy(b.data, "0123456789", 10);
    b.end = 10;
    b.start = 4;
    ck_assert_int_eq(buffer_reserve(&b, &pool, 10000), 0);
    ck_assert_uint_ge(buffer_room(&b), 10000);
    ck_assert_mem_eq(b.data + b.start, "456789", 6);
    buffer_compact(&b, 1);
    ck_assert_mem_eq(b.data + 1, "456789", 6);
    ck_assert_uint_eq(b.end, 7);
    ck_assert_int_lt(buffer_reserve(&b, &pool, SIZE_MAX / 2), 0);
    ck_assert_mem_eq(b.data + 1, "456789", 6);
    buffer_release(&b, &pool);
    buffer_pool_done(&pool);
}
END_TEST

START_TEST(an_interim_response_has_nothing_of_ours)
{
    const struct cadre__header headers[] = {
        {CADRE_STR("link"), CADRE_STR("</a>; rel=preload")},
        {CADRE_STR("content-length"), CADRE_STR("4")},
        {CADRE_STR("trailer"), CADRE_STR("x")},
        {CADRE_STR("x-b"), CADRE_STR("")},
    };
    const struct cadre__event event = {.type = CADRE__EVENT_HTTP_RESPONSE_INTERIM,
                                       .status = 103,
                                       .headers = headers,
                                       .n_headers = 4};
    struct cadre__response response;
    struct out o;

    out_init(&o);
    cadre__response_init(&response, CADRE_STR("GET"));
    ck_assert_int_eq(cadre__response_check(&response, &event), 0);
    ck_assert_int_eq(
        response_head_interim(&o.buffer, &o.pool,
                              &(struct response_start){.status = 103,
                                                       .headers = headers,
                                                       .n_headers = 4,
                                                       .fields_size = response.fields_size,
                                                       .kinds = response.kinds,
                                                       .server_header = true,
                                                       .drop_length = true}),
        0);
    out_check(&o, "HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\nx-b: \r\n\r\n");
}
END_TEST

START_TEST(trailers_stand_behind_the_last_chunk)
{
    const struct cadre__header headers[] = {
        {CADRE_STR("etag"), CADRE_STR("\"1\"")},
        {CADRE_STR("x-sum"), CADRE_STR("42")},
    };
    struct out o;

    out_init(&o);
    ck_assert_int_eq(response_trailers(&o.buffer, &o.pool, headers, 2,
                                       sizeof("etag: \"1\"\r\nx-sum: 42\r\n") - 1),
                     0);
    ck_assert_int_eq(response_trailers(&o.buffer, &o.pool, NULL, 0, 0), 0);
    out_check(&o, "0\r\netag: \"1\"\r\nx-sum: 42\r\n\r\n0\r\n\r\n");
}
END_TEST

UNIT_MAIN("worker/response_head", UNIT_CASE(date_and_server_are_added),
          UNIT_CASE(the_application_may_give_its_own),
          UNIT_CASE(the_id_of_the_request_is_added_where_the_application_has_none),
          UNIT_CASE(hop_by_hop_fields_stay_here), UNIT_CASE(a_whole_response_is_one_piece),
          UNIT_CASE(a_204_never_has_a_length), UNIT_CASE(a_status_without_a_name_has_its_class),
          UNIT_CASE(an_interim_response_has_nothing_of_ours),
          UNIT_CASE(trailers_stand_behind_the_last_chunk),
          UNIT_CASE(large_fields_make_the_buffer_grow), UNIT_CASE(chunk_lines_are_hexadecimal),
          UNIT_CASE(errors_are_small_and_close), UNIT_CASE(blocks_are_recycled),
          UNIT_CASE(a_buffer_grows_and_keeps_its_bytes))
