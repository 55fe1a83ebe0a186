/* SPDX-License-Identifier: MIT */
/*
 * The protocol in memory (lib/test/exchange.c) against what gateway/gateway.h asks of one, by a
 * raw handler that notes each event.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include "base/log.h"
#include <cadre.h>
#include <cadre/test.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static char story[1000];

static void tell(const char *text)
{
    strncat(story, text, sizeof(story) - strlen(story) - 1);
}

/* Notes "body" or "body+" (more follows), and "end". */
static int receive(struct cadre_request *req, bool *ret_more)
{
    struct cadre_message in;
    int r = cadre_receive(req, &in);

    *ret_more = r == 0 && in.more_body;
    if (r < 0)
        tell(r == -EPIPE ? "<left>" : "<error>");
    else if (in.type == CADRE_HTTP_DISCONNECT)
        tell("<end>");
    else {
        strncat(story, in.body.ptr, in.body.len);
        tell(in.more_body ? "+" : "|");
    }
    return r;
}

static int receive_all(struct cadre_request *req)
{
    bool more;
    int r;

    do
        r = receive(req, &more);
    while (r == 0 && more);
    return r;
}

static int answer(struct cadre_request *req, int status)
{
    const struct cadre_message start = {.type = CADRE_HTTP_RESPONSE_START, .status = status};
    const struct cadre_message body = {.type = CADRE_HTTP_RESPONSE_BODY, .body = {"answer", 6}};
    int r = cadre_send(req, &start);

    return r < 0 ? r : cadre_send(req, &body);
}

static int reads(struct cadre_request *req)
{
    bool more;
    int r = receive_all(req);

    if (r == 0)
        r = answer(req, 200);
    for (int i = 0; r == 0 && i < 2; i++)
        r = receive(req, &more);
    return r;
}

static int status(struct cadre_request *req)
{
    int64_t number;
    int r = cadre_path_int(req, "status", &number);

    return r < 0 ? r : answer(req, (int)number);
}

/* The end comes before the response: when the client leaves. */
static int waits(struct cadre_request *req)
{
    bool more;
    int r = receive_all(req);

    if (r == 0)
        r = receive(req, &more);
    tell(cadre_is_disconnected(req) ? "[is gone]" : "[is there]");
    if (answer(req, 200) == -EPIPE)
        tell("[nobody takes it]");
    return 0;
}

static int returns(struct cadre_request *req)
{
    const struct cadre_message start = {.type = CADRE_HTTP_RESPONSE_START, .status = 200};

    return strcmp(cadre_path_param(req, "how"), "midway") == 0 ? cadre_send(req, &start) : -EIO;
}

static const struct cadre_route routes[] = {
    CADRE_ANY("/reads", reads),
    CADRE_GET("/status/{status:int}", status),
    CADRE_POST("/waits", waits),
    CADRE_GET("/returns/{how}", returns),
    CADRE_ROUTES_END,
};

static const struct cadre_module module = {.routes = routes};

static struct cadre_test_client *serve(void)
{
    story[0] = '\0';
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    return cadre_test_serve(.module = &module);
}

/* --- receiving --- */

static const struct {
    const char *text;
    size_t piece_bytes;
    const char *story;
} bodies[] = {
    {NULL, 0, "|<end><end>"},       {"", 0, "|<end><end>"},          {"abc", 0, "abc|<end><end>"},
    {"abc", 1, "a+b+c|<end><end>"}, {"abcd", 3, "abc+d|<end><end>"}, {"abc", 3, "abc|<end><end>"},
};

START_TEST(a_body_comes_in_its_pieces_then_the_end)
{
    struct cadre_test_client *client = serve();
    const struct cadre_test_response *res =
        cadre_test_request(client, .method = "PUT", .target = "/reads", .text = bodies[_i].text,
                           .piece_bytes = bodies[_i].piece_bytes);

    cadre_assert_body(res, "answer");
    ck_assert_int_eq(cadre_test_result(res), 0);
    ck_assert_str_eq(story, bodies[_i].story);
    cadre_test_close(client);
}
END_TEST

START_TEST(a_client_that_leaves_ends_both_sides)
{
    const struct cadre_test_request request = {
        .method = "POST", .target = "/waits", .text = _i == 0 ? "abc" : NULL};
    struct cadre_test_client *client = serve();
    struct cadre_test_stream *stream = cadre_test_stream_open(client, &request, _i == 1);

    if (_i == 0) /* meanwhile the body is received */
        cadre_assert_status(cadre_test_get(client, "/status/200"), 200);
    else
        ck_assert_int_eq(cadre_test_stream_write(stream, "abc", 3), 0);
    cadre_test_stream_leave(stream);
    (void)cadre_test_stream_end(stream);
    ck_assert_str_eq(story, _i == 0 ? "abc|<end>[is gone][nobody takes it]"
                                    : "abc+<left>[is gone][nobody takes it]");
    cadre_test_close(client);
}
END_TEST

/* --- sending --- */

static const struct {
    int status;
    const char *method, *body;
} answers[] = {
    {200, "GET", "answer"}, {200, "HEAD", ""}, {404, "GET", "answer"},
    {204, "GET", ""},       {304, "GET", ""},
};

START_TEST(some_responses_have_no_body)
{
    struct cadre_test_client *client = serve();
    char target[30];

    snprintf(target, sizeof(target), "/status/%d", answers[_i].status);
    const struct cadre_test_response *res =
        cadre_test_request(client, .method = answers[_i].method, .target = target);
    cadre_assert_status(res, answers[_i].status);
    cadre_assert_body(res, answers[_i].body);
    ck_assert_int_eq(cadre_test_result(res), 0);
    cadre_test_close(client);
}
END_TEST

START_TEST(what_a_handler_leaves_open_is_closed_as_on_a_wire)
{
    struct cadre_test_client *client = serve();
    const struct cadre_test_response *res = cadre_test_get(client, "/returns/midway");

    cadre_assert_status(res, 200); /* the toolkit has ended the body */
    ck_assert(!cadre_test_is_cut(res));
    res = cadre_test_get(client, "/returns/an-error");
    cadre_assert_status(res, 500);
    ck_assert_int_eq(cadre_test_result(res), 0); /* it was answered */
    cadre_test_close(client);
}
END_TEST

UNIT_MAIN("test/exchange",
          UNIT_LOOP(a_body_comes_in_its_pieces_then_the_end, sizeof(bodies) / sizeof(bodies[0])),
          UNIT_LOOP(a_client_that_leaves_ends_both_sides, 2),
          UNIT_LOOP(some_responses_have_no_body, sizeof(answers) / sizeof(answers[0])),
          UNIT_CASE(what_a_handler_leaves_open_is_closed_as_on_a_wire))
