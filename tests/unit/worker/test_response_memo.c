/* SPDX-License-Identifier: MIT */
/*
 * Responses like one before: what is taken for the same and what is not, and that the bytes on the
 * wire are those of a response that was checked and written.
 */
#include "worker/response_memo.h"

#include "gateway/field.h"
#include "tests/unit/worker/harness.h"

/* --- the memo --- */

static struct response_memo memo;

static const struct cadre__header two[] = {{CADRE_STR("x-one"), CADRE_STR("a value")},
                                           {CADRE_STR("x-two"), CADRE_STR("")}};
static const char two_lines[] = "HTTP/1.1 200 OK\r\nx-one: a value\r\nx-two: \r\ndate: ...";
#define TWO_SIZE (sizeof("x-one: a value\r\nx-two: \r\n") - 1)

static struct response_lines *note_two(void)
{
    struct response_lines *lines = response_memo_place(&memo, 200, two, 2);

    memo = (struct response_memo){0};
    response_lines_note(lines, 200, two, 2, TWO_SIZE, two_lines);
    return lines;
}

/* Not for a compiler to look into: it warns of what no length leads to. */
static __attribute__((noinline)) bool are(const struct response_lines *lines, int status_asked,
                                          const struct cadre__header *headers, size_t n_headers)
{
    return response_lines_are(lines, status_asked, headers, n_headers);
}

START_TEST(nothing_is_like_an_empty_place)
{
    memo = (struct response_memo){0};
    ck_assert(!are(response_memo_place(&memo, 200, NULL, 0), 200, NULL, 0));
}
END_TEST

START_TEST(the_lines_are_what_was_written)
{
    const struct response_lines *lines = note_two();

    ck_assert_uint_eq(lines->len, strlen("HTTP/1.1 200 OK\r\n") + TWO_SIZE);
    ck_assert_mem_eq(lines->text, two_lines, lines->len);
}
END_TEST

START_TEST(the_same_bytes_elsewhere_are_the_same)
{
    const struct response_lines *lines = note_two();
    char name[] = "x-one", value[] = "a value";
    const struct cadre__header same[] = {{{name, 5}, {value, 7}}, two[1]};

    ck_assert(are(lines, 200, same, 2));
    value[6] = '\n';
    ck_assert(!are(lines, 200, same, 2));
    value[6] = 'e';
    name[4] = 'X';
    ck_assert(!are(lines, 200, same, 2));
}
END_TEST

/* The handler's memory may hold anything later. */
START_TEST(what_is_remembered_is_a_copy)
{
    char name[] = "x-one", value[] = "a value";
    const struct cadre__header own[] = {{{name, 5}, {value, 7}}, two[1]};
    struct response_lines *lines = response_memo_place(&memo, 200, own, 2);

    memo = (struct response_memo){0};
    response_lines_note(lines, 200, own, 2, TWO_SIZE, two_lines);
    memset(name, '\n', 5);
    memset(value, '\n', 7);
    ck_assert(are(lines, 200, two, 2));
    ck_assert(!are(lines, 200, own, 2));
}
END_TEST

START_TEST(any_difference_is_one)
{
    const struct response_lines *lines = note_two();
    const struct cadre__header turned[] = {two[1], two[0]};
    const struct cadre__header longer[] = {two[0], {two[1].name, CADRE_STR(" ")}};
    const struct cadre__header three[] = {two[0], two[1], two[1]};

    ck_assert(are(lines, 200, two, 2));
    ck_assert(!are(lines, 201, two, 2));
    ck_assert(!are(lines, 200, two, 1));
    ck_assert(!are(lines, 200, three, 3));
    ck_assert(!are(lines, 200, turned, 2));
    ck_assert(!are(lines, 200, longer, 2));
}
END_TEST

START_TEST(too_much_is_not_remembered)
{
    static const struct cadre__header many[RESPONSE_MEMO_FIELDS + 1];
    struct response_lines *lines = &memo.places[0];
    static char text[1024] = "HTTP/1.1 200 OK\r\n";

    memo = (struct response_memo){0};
    response_lines_note(lines, 200, many, RESPONSE_MEMO_FIELDS + 1, 28, text);
    ck_assert_int_eq(lines->status, 0);
    response_lines_note(lines, 200, two, 2, RESPONSE_MEMO_BYTES - strlen(text) + 1, text);
    ck_assert_int_eq(lines->status, 0);
    response_lines_note(lines, 200, NULL, 0, RESPONSE_MEMO_BYTES - strlen(text), text);
    ck_assert_int_eq(lines->status, 200);
}
END_TEST

START_TEST(a_place_has_patience)
{
    struct response_lines *lines = note_two();

    for (int i = 1; i < RESPONSE_MEMO_PATIENCE; i++)
        response_lines_note(lines, 404, NULL, 0, 0, "HTTP/1.1 404 Not Found\r\n");
    ck_assert(are(lines, 200, two, 2));
    response_lines_note(lines, 404, NULL, 0, 0, "HTTP/1.1 404 Not Found\r\n");
    ck_assert(are(lines, 404, NULL, 0));
    ck_assert(!are(lines, 200, two, 2));
}
END_TEST

/* --- on the wire --- */

static const struct cadre__header *fields;
static size_t n_fields;
static struct cadre_str body;
static int status, result;

static int app(void *arg, const struct cadre__scope *scope, struct cadre__channel *channel)
{
    const struct cadre__event event = {.type = CADRE__EVENT_HTTP_RESPONSE,
                                       .status = status,
                                       .headers = fields,
                                       .n_headers = n_fields,
                                       .body = body};

    (void)arg;
    (void)scope;
    result = cadre__channel_send_event(channel, &event);
    return result;
}

static void get(int fd, const char *request, struct answer *a)
{
    a->len = 0;
    a->closed = false;
    harness_send(fd, request, strlen(request));
    harness_drain(fd, a);
    answer_drop_dates(a);
}

/* Asks twice in a connection; the second answer is like the first. */
static void ask_twice(struct harness *h, const char *request, const char *expected)
{
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    get(fd, request, a);
    ck_assert_str_eq(a->bytes, expected);
    if (a->closed) {
        close(fd);
        fd = harness_connect(h);
    }
    get(fd, request, a);
    ck_assert_str_eq(a->bytes, expected);
    close(fd);
    harness_yield();
    free(a);
}

#define GET "GET / HTTP/1.1\r\nhost: a\r\n\r\n"

static void answer_with(int code, const struct cadre__header *headers, size_t n, const char *text)
{
    status = code;
    fields = headers;
    n_fields = n;
    body = cadre_str_from(text);
}

static void script_same(struct harness *h)
{
    const struct cadre__header type = {cadre__field_name(CADRE__FIELD_CONTENT_TYPE),
                                       CADRE_STR("text/plain")};
    const struct cadre__header length = {CADRE_STR("content-length"), CADRE_STR("2")};
    const struct cadre__header bye = {CADRE_STR("connection"), CADRE_STR("close")};

    answer_with(200, NULL, 0, "hi");
    ask_twice(h, GET, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi");
    answer_with(200, NULL, 0, "hello");
    ask_twice(h, GET, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
    ask_twice(h, "HEAD / HTTP/1.1\r\nhost: a\r\n\r\n",
              "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n");
    ask_twice(h, "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
              "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello");
    ask_twice(h, "GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n",
              "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: keep-alive\r\n\r\nhello");
    answer_with(200, &type, 1, "hi");
    ask_twice(h, GET, "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nhi");
    answer_with(200, two, 2, "");
    ask_twice(h, GET, "HTTP/1.1 200 OK\r\nx-one: a value\r\nx-two: \r\ncontent-length: 0\r\n\r\n");
    answer_with(204, NULL, 0, "");
    ask_twice(h, GET, "HTTP/1.1 204 No Content\r\n\r\n");
    answer_with(304, NULL, 0, "");
    ask_twice(h, GET, "HTTP/1.1 304 Not Modified\r\n\r\n");
    answer_with(200, &length, 1, "hi");
    ask_twice(h, GET, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi");
    answer_with(200, &bye, 1, "hi");
    ask_twice(h, GET, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi");
}

START_TEST(the_answer_to_the_second_request_is_that_to_the_first)
{
    harness_run(app, NULL, script_same);
}
END_TEST

static void script_bad(struct harness *h)
{
    const struct cadre__header good = {CADRE_STR("x-one"), CADRE_STR("12345678")};
    const struct cadre__header bad = {CADRE_STR("x-one"), CADRE_STR("1\r\nx: 78")};
    const struct cadre__header length = {CADRE_STR("content-length"), CADRE_STR("8")};

    answer_with(200, &good, 1, "hi");
    ask_twice(h, GET, "HTTP/1.1 200 OK\r\nx-one: 12345678\r\ncontent-length: 2\r\n\r\nhi");
    answer_with(200, &bad, 1, "hi");
    ask_twice(h, GET,
              "HTTP/1.1 500 Internal Server Error\r\ncontent-type: text/plain; "
              "charset=utf-8\r\ncontent-length: 21\r\nconnection: close\r\n\r\n"
              "Internal Server Error");
    ck_assert_int_eq(result, -EINVAL);
    answer_with(200, &length, 1, "hi");
    ask_twice(h, GET,
              "HTTP/1.1 500 Internal Server Error\r\ncontent-type: text/plain; "
              "charset=utf-8\r\ncontent-length: 21\r\nconnection: close\r\n\r\n"
              "Internal Server Error");
    ck_assert_int_eq(result, -EINVAL);
}

START_TEST(what_is_not_the_same_is_checked)
{
    harness_run(app, NULL, script_bad);
}
END_TEST

UNIT_MAIN("worker/response_memo", UNIT_CASE(nothing_is_like_an_empty_place),
          UNIT_CASE(the_lines_are_what_was_written),
          UNIT_CASE(the_same_bytes_elsewhere_are_the_same), UNIT_CASE(what_is_remembered_is_a_copy),
          UNIT_CASE(any_difference_is_one), UNIT_CASE(too_much_is_not_remembered),
          UNIT_CASE(a_place_has_patience),
          UNIT_CASE(the_answer_to_the_second_request_is_that_to_the_first),
          UNIT_CASE(what_is_not_the_same_is_checked))
