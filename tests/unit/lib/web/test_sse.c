/* SPDX-License-Identifier: MIT */
/* Server-sent events, by the test client (web/sse.c, draining.c). */
#include "tests/unit/unit.h"

#include "base/log.h"
#include <cadre.h>
#include <cadre/test.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* --- how events look --- */

static struct cadre_sse_event one;
static bool was_sent;

static int next_one(struct cadre_request *req, struct cadre_sse_event *ret, void *arg)
{
    (void)req;
    (void)arg;
    *ret = one;
    return was_sent ? 0 : (was_sent = true, 1);
}

static int send_one(struct cadre_request *req)
{
    return cadre_sse(req, NULL, next_one, NULL);
}

/* --- a counter that waits --- */

struct counter {
    int seen, last;
    uint64_t pause_ms;
    char text[32];
};

static int n_cancelled, n_ended;

static int next_number(struct cadre_request *req, struct cadre_sse_event *ret, void *arg)
{
    struct counter *counter = arg;
    int r;

    (void)req;
    if (counter->seen == counter->last)
        return 0;
    r = cadre_sleep(counter->pause_ms);
    if (r < 0) {
        n_cancelled++;
        counter->pause_ms = 1000; /* what it waited for comes soon */
        return r;
    }
    counter->seen++;
    snprintf(counter->text, sizeof(counter->text), "%d", counter->seen);
    *ret = (struct cadre_sse_event){.id = counter->text, .data = counter->text};
    return 1;
}

static int count(struct cadre_request *req)
{
    const char *last = cadre_sse_last_event_id(req), *pause = cadre_query_param(req, "pause");
    struct counter counter = {.last = 3,
                              .pause_ms = pause != NULL ? strtoul(pause, NULL, 10) : 1000};
    static const struct cadre_sse_options options = {.retry_ms = 500};
    int r;

    if (last != NULL)
        counter.seen = atoi(last);
    r = cadre_sse(req, pause != NULL ? NULL : &options, next_number, &counter);
    n_ended++;
    return r;
}

static int next_error(struct cadre_request *req, struct cadre_sse_event *ret, void *arg)
{
    (void)req;
    (void)ret;
    (void)arg;
    return -EIO;
}

static int fails(struct cadre_request *req)
{
    return cadre_sse(req, NULL, next_error, NULL);
}

static const struct cadre_route routes[] = {
    CADRE_GET("/one", send_one),
    CADRE_GET("/count", count),
    CADRE_GET("/fails", fails),
    CADRE_GET("/sync", send_one, .sync = true),
    CADRE_ROUTES_END,
};

static const struct cadre_module module = {.routes = routes};

static const struct {
    struct cadre_sse_event event;
    const char *text;
} rows[] = {
    {{.data = "hello"}, "data: hello\n\n"},
    {{.data = ""}, "data: \n\n"},
    {{.data = "a\nb\r\nc\rd\n"}, "data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n"},
    {{.retry_ms = 7, .id = "9", .data = "x", .event = "tick", .comment = "no\nte"},
     ": no\n: te\nevent: tick\ndata: x\nid: 9\nretry: 7\n\n"},
    {{.comment = "only"}, ": only\n\n"},
    {{.id = ""}, "id: \n\n"},
};

START_TEST(an_event_is_lines_and_an_empty_one)
{
    struct cadre_test_client *client = cadre_test_serve(.module = &module);

    one = rows[_i].event;
    const struct cadre_test_response *res = cadre_test_get(client, "/one");
    cadre_assert_status(res, 200);
    cadre_assert_header(res, "content-type", "text/event-stream; charset=utf-8");
    cadre_assert_header(res, "cache-control", "no-cache");
    cadre_assert_header(res, "x-accel-buffering", "no");
    cadre_assert_body(res, rows[_i].text);
    cadre_test_close(client);
}
END_TEST

START_TEST(an_event_may_be_json)
{
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    json_t *json = json_pack("{s:i,s:s}", "a", 1, "b", "x\ny");

    one = (struct cadre_sse_event){.json = json, .id = "1"};
    cadre_assert_body(cadre_test_get(client, "/one"), "data: {\"a\":1,\"b\":\"x\\ny\"}\nid: 1\n\n");
    json_decref(json);
    cadre_test_close(client);
}
END_TEST

struct price {
    const char *name;
    double euro;
    struct cadre_opt_str note;
};
static const struct cadre_field price_fields[] = {
    CADRE_FIELD(struct price, name),
    CADRE_FIELD(struct price, euro),
    CADRE_FIELD(struct price, note),
    CADRE_FIELDS_END,
};
CADRE_MODEL(price_model, struct price, price_fields);

START_TEST(an_event_may_be_a_struct_with_a_model)
{
    static const struct price price = {.name = "tea\nof\r mine", .euro = 4.5};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);

    one = (struct cadre_sse_event){
        .model = &price_model, .value = &price, .id = "1", .event = "price"};
    cadre_assert_body(cadre_test_get(client, "/one"),
                      "event: price\n"
                      "data: {\"name\":\"tea\\nof\\r mine\",\"euro\":4.5,\"note\":null}\n"
                      "id: 1\n\n");
    cadre_test_close(client);
}
END_TEST

static const struct cadre_sse_event wrong[] = {{.id = "a\nb", .data = "x"},
                                               {.event = "a\rb", .data = "x"},
                                               {.data = NULL},
                                               {.model = &price_model},
                                               {.value = &one}};

START_TEST(what_is_no_event_cuts_the_stream)
{
    struct cadre_test_client *client = cadre_test_serve(.module = &module);

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    one = wrong[_i];
    const struct cadre_test_response *res = cadre_test_get(client, "/one");
    ck_assert(cadre_test_is_cut(res));
    cadre_assert_body(res, "");
    ck_assert(cadre_test_is_cut(cadre_test_get(client, "/fails")));
    cadre_assert_status(cadre_test_get(client, "/sync"), 500);
    cadre_test_close(client);
}
END_TEST

#define EVENT(n) "data: " #n "\nid: " #n "\n\n"

START_TEST(a_client_goes_on_where_it_was)
{
    static const char *const headers[] = {"Last-Event-ID: 1", NULL};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);

    cadre_assert_body(cadre_test_get(client, "/count"),
                      "retry: 500\n\n" EVENT(1) EVENT(2) EVENT(3));
    cadre_assert_body(cadre_test_request(client, .target = "/count", .headers = headers),
                      "retry: 500\n\n" EVENT(2) EVENT(3));
    cadre_test_close(client);
}
END_TEST

START_TEST(while_nothing_comes_there_are_pings)
{
    struct cadre_test_client *client = cadre_test_serve(.module = &module);

    cadre_assert_body(cadre_test_get(client, "/count?pause=20000"),
                      ": ping\n\n" EVENT(1) EVENT(2) EVENT(3));
    ck_assert_int_eq(n_cancelled, 1);
    cadre_test_close(client);
}
END_TEST

START_TEST(head_has_the_fields_and_waits_for_no_event)
{
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    static const char *const targets[] = {"/count", "/count?pause=1000"};

    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        const struct cadre_test_response *res =
            cadre_test_request(client, .method = "HEAD", .target = targets[i]);

        cadre_assert_status(res, 200);
        cadre_assert_header(res, "content-type", "text/event-stream; charset=utf-8");
        cadre_assert_header(res, "content-length", NULL);
        cadre_assert_body(res, "");
    }
    ck_assert_uint_eq(cadre_test_elapsed_ms(), 0);
    ck_assert_int_eq(n_ended, 2);
    cadre_test_close(client);
}
END_TEST

START_TEST(the_producer_ends_when_the_client_leaves)
{
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    const struct cadre_test_request request = {.target = "/count"};
    struct cadre_test_stream *stream = cadre_test_stream_open(client, &request, false);
    char text[100];

    ck_assert_int_gt(cadre_test_stream_read(stream, text, sizeof(text)), 0);
    cadre_test_stream_leave(stream);
    cadre_test_stream_end(stream);
    ck_assert_int_eq(n_cancelled, 1);
    ck_assert_int_eq(n_ended, 1);
    cadre_test_close(client);
}
END_TEST

START_TEST(a_drain_ends_streams_in_order)
{
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    const struct cadre_test_request request = {.target = "/count"};
    struct cadre_test_stream *stream = cadre_test_stream_open(client, &request, false);
    char text[100];
    ssize_t n = cadre_test_stream_read(stream, text, sizeof(text));

    ck_assert_int_gt(n, 0);
    ck_assert(!cadre_worker_is_draining());
    cadre_test_drain(client);
    ck_assert(cadre_worker_is_draining());
    ck_assert_int_eq(cadre_test_stream_read(stream, text, sizeof(text)), 0);
    const struct cadre_test_response *res = cadre_test_stream_end(stream);
    ck_assert(!cadre_test_is_cut(res));
    ck_assert_int_eq(n_ended, 1);
    /* one that begins now has nothing to wait for */
    cadre_assert_body(cadre_test_get(client, "/count"), "retry: 500\n\n");
    cadre_test_close(client);
    client = cadre_test_serve(.module = &module);
    ck_assert(!cadre_worker_is_draining());
    cadre_test_close(client);
}
END_TEST

UNIT_MAIN("web/sse", UNIT_LOOP(an_event_is_lines_and_an_empty_one, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(an_event_may_be_json), UNIT_CASE(an_event_may_be_a_struct_with_a_model),
          UNIT_LOOP(what_is_no_event_cuts_the_stream, sizeof(wrong) / sizeof(wrong[0])),
          UNIT_CASE(a_client_goes_on_where_it_was), UNIT_CASE(while_nothing_comes_there_are_pings),
          UNIT_CASE(head_has_the_fields_and_waits_for_no_event),
          UNIT_CASE(the_producer_ends_when_the_client_leaves),
          UNIT_CASE(a_drain_ends_streams_in_order))
