/* SPDX-License-Identifier: MIT */
/*
 * HTTP/1.1 and the access log: one line for each request, however it comes and however it ends. The
 * rows of `exchanges` are sent whole and split at each boundary; their lines must be the same.
 */
#include "config.h"

#include "worker/http1.h"

#include "tests/unit/worker/harness.h"

/* --- the application --- */

static int send_event(struct cadre__channel *ch, const struct cadre__event *event)
{
    return cadre__channel_send_event(ch, event);
}

/* Reads the body to its end. Its length, or an error. */
static int read_body(struct cadre__channel *ch)
{
    struct cadre__event event;
    int len = 0;

    do {
        int r = cadre__channel_receive_event(ch, &event);

        if (r < 0)
            return r;
        if (event.type == CADRE__EVENT_HTTP_DISCONNECT)
            return -EPIPE;
        len += (int)event.body.len;
    } while (event.more_body);
    return len;
}

static int in_pieces(struct cadre__channel *ch)
{
    static const struct cadre__header headers[] = {{CADRE_STR_INIT("x-a"), CADRE_STR_INIT("1")}};
    const struct cadre__event start = {.type = CADRE__EVENT_HTTP_RESPONSE_START,
                                       .status = 206,
                                       .headers = headers,
                                       .n_headers = 1};
    struct cadre__event body = {
        .type = CADRE__EVENT_HTTP_RESPONSE_BODY, .body = CADRE_STR("12345"), .more_body = true};
    int r = send_event(ch, &start);

    if (r == 0)
        r = send_event(ch, &body);
    body.more_body = false;
    return r < 0 ? r : send_event(ch, &body);
}

static int app(void *arg, const struct cadre__scope *scope, struct cadre__channel *ch)
{
    static const struct cadre__header headers[] = {
        {CADRE_STR_INIT("content-type"), CADRE_STR_INIT("text/x")}};
    const struct cadre__event whole = {.type = CADRE__EVENT_HTTP_RESPONSE,
                                       .status = 200,
                                       .headers = headers,
                                       .n_headers = 1,
                                       .body = CADRE_STR("hello")};

    (void)arg;
    ch->module = "shop";
    ch->route = "/x";
    if (cadre_str_eq(scope->path, CADRE_STR("/pieces")))
        return in_pieces(ch);
    if (cadre_str_eq(scope->path, CADRE_STR("/fail")))
        return -EIO;
    if (cadre_str_eq(scope->path, CADRE_STR("/half"))) {
        const struct cadre__event start = {.type = CADRE__EVENT_HTTP_RESPONSE_START, .status = 200};
        const struct cadre__event body = {
            .type = CADRE__EVENT_HTTP_RESPONSE_BODY, .body = CADRE_STR("half"), .more_body = true};
        int r = send_event(ch, &start);

        r = r < 0 ? r : send_event(ch, &body);
        return r < 0 ? r : -EIO;
    }
    if (cadre_str_eq(scope->path, CADRE_STR("/sleep"))) {
        int r = cadre_sleep(60000);
        if (r < 0)
            return r;
    }
    if (cadre_str_eq(scope->method, CADRE_STR("POST"))) {
        int r = read_body(ch);
        if (r < 0)
            return r;
    }
    return send_event(ch, &whole);
}

/* --- lines --- */

static const char *lines(const struct harness *h)
{
    static char text[1 << 16];
    ssize_t n = pread(h->access_fd, text, sizeof(text) - 1, 0);

    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void forget_lines(const struct harness *h)
{
    ck_assert_int_eq(ftruncate(h->access_fd, 0), 0);
    ck_assert_int_eq(lseek(h->access_log->file.fd, 0, SEEK_SET), 0);
}

/* Lets the server do all that it can. */
static void settle(void)
{
    for (int i = 0; i < HARNESS_QUIET; i++)
        harness_yield();
}

#define HOST      "Host: a\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n" HOST "\r\n"

static const struct {
    const char *request; /* the connection is closed behind it */
    const char
        *lines; /* "$status $request|$body_bytes_sent|$connection_requests|$module|$completion" */
} exchanges[] = {
    {GET("/"), "200 GET / HTTP/1.1|5|1|shop|OK\n"},
    {GET("/?a?b") GET("/b") GET("/c%41?"),
     "200 GET /?a?b HTTP/1.1|5|1|shop|OK\n200 GET /b HTTP/1.1|5|2|shop|OK\n"
     "200 GET /c%41? HTTP/1.1|5|3|shop|OK\n"},
    {"HEAD / HTTP/1.1\r\n" HOST "\r\n", "200 HEAD / HTTP/1.1|0|1|shop|OK\n"},
    {"GET http://a/x?y HTTP/1.1\r\n" HOST "\r\n", "200 GET http://a/x?y HTTP/1.1|5|1|shop|OK\n"},
    {"OPTIONS * HTTP/1.1\r\n" HOST "\r\n", "200 OPTIONS * HTTP/1.1|5|1|shop|OK\n"},
    {"GET / HTTP/1.0\r\n\r\n", "200 GET / HTTP/1.0|5|1|shop|OK\n"},
    {GET("/pieces"), "206 GET /pieces HTTP/1.1|10|1|shop|OK\n"},
    {GET("/fail"), "500 GET /fail HTTP/1.1|21|1|shop|OK\n"},
    {GET("/half") GET("/b"), "200 GET /half HTTP/1.1|4|1|shop|-\n"},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc" GET("/b"),
     "200 POST / HTTP/1.1|5|1|shop|OK\n200 GET /b HTTP/1.1|5|2|shop|OK\n"},
    {"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
     "200 POST / HTTP/1.1|5|1|shop|OK\n"},
    {"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nx",
     "400 POST / HTTP/1.1|*|1|shop|OK\n"},
    {"POST /skip HTTP/1.1\r\n" HOST "Content-Length: 9999999\r\n\r\n",
     "413 POST /skip HTTP/1.1|*|1|-|OK\n"},
    {"GET / HTTP/1.1\r\n\r\n", "400 GET / HTTP/1.1|*|1|-|OK\n"},
    {GET("/a") "GET /b c HTTP/1.1\r\n\r\n" GET("/d"),
     "200 GET /a HTTP/1.1|5|1|shop|OK\n400 GET /b c*|*|2|-|OK\n"},
    {GET("/%0") GET("/b"), "400 GET /%0 HTTP/1.1|*|1|-|OK\n"},
    {"GET http://b/x?y HTTP/1.1\r\n" HOST "\r\n", "400 GET http://b/x?y HTTP/1.1|*|1|-|OK\n"},
    {"GET /left HTTP/1.1\r\nHo", "499 GET /left HTTP/1.1|0|1|-|-\n"},
    {GET("/a") "G", "200 GET /a HTTP/1.1|5|1|shop|OK\n499 G|0|2|-|-\n"},
    {"POST /left HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\nabc",
     "499 POST /left HTTP/1.1|*|1|shop|-\n"},
    {"\r\n\r\n", ""},
    {"", ""},
};

/* As strcmp, but a '*' of `pattern` stands for anything up to the next '|'. */
static bool is_like(const char *text, const char *pattern)
{
    for (; *pattern; pattern++) {
        if (*pattern == '*' && pattern[1] == '|') {
            text += strcspn(text, "|\n");
        } else if (*text++ != *pattern) {
            return false;
        }
    }
    return *text == '\0';
}

static void exchange(struct harness *h, const char *request, size_t split)
{
    int fd = harness_connect(h);
    struct answer *a = answer_new();

    harness_send(fd, request, split);
    if (split > 0)
        settle();
    harness_send(fd, request + split, strlen(request) - split);
    shutdown(fd, SHUT_WR);
    harness_drain(fd, a);
    close(fd);
    settle();
    free(a);
}

static void each_split(struct harness *h)
{
    const char *request = exchanges[*(int *)h->data].request;
    const char *expected = exchanges[*(int *)h->data].lines;

    for (size_t split = 0; split <= strlen(request); split++) {
        exchange(h, request, split);
        ck_assert_msg(is_like(lines(h), expected), "split at %zu: \"%s\" instead of \"%s\"", split,
                      lines(h), expected);
        forget_lines(h);
    }
}

START_TEST(each_request_has_one_line)
{
    harness_access_format =
        "$status $request|$body_bytes_sent|$connection_requests|$module|$request_completion";
    harness_run(app, &_i, each_split);
}
END_TEST

/* --- bytes --- */

static void count_bytes(struct harness *h)
{
    static const char request[] =
        GET("/") GET("/pieces") GET("/") "HEAD / HTTP/1.1\r\n" HOST "\r\n" GET("/%0");
    struct answer *a = answer_new();
    int fd = harness_connect(h);
    size_t sum = 0;
    int n = 0;

    harness_send(fd, request, sizeof(request) - 1);
    harness_drain(fd, a);
    close(fd);
    settle();
    for (const char *at = lines(h); *at; at = strchr(at, '\n') + 1, n++)
        sum += strtoul(at, NULL, 10);
    ck_assert_int_eq(n, 5);
    ck_assert_uint_eq(sum, a->len);
    free(a);
}

START_TEST(the_bytes_of_all_lines_are_those_of_the_wire)
{
    harness_access_format = "$bytes_sent";
    harness_run(app, NULL, count_bytes);
}
END_TEST

/* --- fields of answers --- */

static void read_fields(struct harness *h)
{
    static const char request[] = GET("/") GET("/pieces") GET("/%0");

    exchange(h, request, 0);
    ck_assert_str_eq(lines(h), "text/x - 5 - -\n- 1 - chunked -\n"
                               "text/plain; charset=utf-8 - 30 - close\n");
}

START_TEST(fields_of_answers_are_those_on_the_wire)
{
    harness_access_format = "$sent_http_content_type $sent_http_x_a $sent_http_content_length "
                            "$sent_http_transfer_encoding $sent_http_connection";
    harness_run(app, NULL, read_fields);
}
END_TEST

/* --- time, and clients that leave --- */

static void take_time(struct harness *h)
{
    int fd = harness_connect(h);
    struct answer *a = answer_new();

    ck_assert_int_eq(cadre_sleep(1000), 0); /* before its first byte: does not count */
    harness_send(fd, "GET /sleep HTT", 14);
    ck_assert_int_eq(cadre_sleep(2000), 0);
    harness_send(fd, "P/1.1\r\n" HOST "\r\n", 18);
    ck_assert_int_eq(cadre_sleep(61000), 0);
    harness_drain(fd, a);
    harness_send(fd, GET("/"), sizeof(GET("/")) - 1);
    harness_drain(fd, a);
    close(fd);
    settle();
    ck_assert_str_eq(lines(h), "200 62.000\n200 0.000\n");
    free(a);
}

START_TEST(time_runs_from_the_first_byte)
{
    harness_access_format = "$status $request_time";
    harness_run(app, NULL, take_time);
}
END_TEST

static void time_out(struct harness *h)
{
    int fd = harness_connect(h);
    struct answer *a = answer_new();

    harness_send(fd, "GET /slow HTTP/1.1\r\nHo", 22);
    ck_assert_int_eq(cadre_sleep(11000), 0);
    harness_drain(fd, a);
    close(fd);
    settle();
    ck_assert_str_eq(lines(h), "408 GET /slow HTTP/1.1 10.000\n");
    free(a);
}

START_TEST(a_head_that_takes_too_long_has_408)
{
    harness_access_format = "$status $request $request_time";
    harness_run(app, NULL, time_out);
}
END_TEST

static void leave_handler(struct harness *h)
{
    int fd = harness_connect(h);

    harness_send(fd, GET("/sleep"), sizeof(GET("/sleep")) - 1);
    settle();
    ck_assert_str_eq(lines(h), "");
    close(fd);
    ck_assert_int_eq(cadre_sleep(61000), 0);
    settle();
    /* its handler ran on and answered: nobody knows that the client has not read it */
    ck_assert_int_eq(strncmp(lines(h), "200 GET /sleep", 14), 0);
    ck_assert_ptr_eq(strchr(lines(h), '\n'), lines(h) + strlen(lines(h)) - 1);
}

START_TEST(a_handler_that_runs_on_has_its_line_at_its_end)
{
    harness_access_format = "$status $request";
    harness_run(app, NULL, leave_handler);
}
END_TEST

UNIT_MAIN("worker/http1_log",
          UNIT_LOOP(each_request_has_one_line, sizeof(exchanges) / sizeof(exchanges[0])),
          UNIT_CASE(the_bytes_of_all_lines_are_those_of_the_wire),
          UNIT_CASE(fields_of_answers_are_those_on_the_wire),
          UNIT_CASE(time_runs_from_the_first_byte), UNIT_CASE(a_head_that_takes_too_long_has_408),
          UNIT_CASE(a_handler_that_runs_on_has_its_line_at_its_end))
