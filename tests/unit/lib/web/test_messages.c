/* SPDX-License-Identifier: MIT */
/* Messages of the gateway as a module sends and receives them, by the test client
 * (web/messages.c). */
#include "config.h"

#include "tests/unit/unit.h"

#include "base/log.h"
#include <cadre.h>
#include <cadre/test.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char story[400];

static void tell(const char *text)
{
    strncat(story, text, sizeof(story) - strlen(story) - 1);
}

/* Answers each piece as it comes, then waits for the end. */
static int raw(struct cadre_request *req)
{
    static const struct cadre_field_pair headers[] = {
        {"Content-Type", "text/x-raw"}, {"x-two", "a"}, {"x-two", "b"}};
    struct cadre_message in,
        out = {
            .type = CADRE_HTTP_RESPONSE_START, .status = 201, .headers = headers, .n_headers = 3};
    int r = cadre_send(req, &out);

    while (r == 0) {
        r = cadre_receive(req, &in);
        if (r < 0)
            break;
        out = (struct cadre_message){
            .type = CADRE_HTTP_RESPONSE_BODY, .body = in.body, .more_body = in.more_body};
        r = cadre_send(req, &out);
        if (r < 0 || !in.more_body)
            break;
    }
    for (int i = 0; r == 0 && i < 2; i++) {
        r = cadre_receive(req, &in);
        tell(r == 0 && in.type == CADRE_HTTP_DISCONNECT ? "[end]" : "[?]");
    }
    return r;
}

static int mixed(struct cadre_request *req)
{
    struct cadre_message in;
    struct cadre_str body;
    char buf[10];
    ssize_t n = cadre_read(req, buf, 2);
    int r = n < 0 ? (int)n : cadre_receive(req, &in);

    if (r < 0 || cadre_body(req, &body) != -EALREADY)
        return -EINVAL;
    return cadre_respondf(req, 200, "text/plain", "%.*s|%.*s|%d", (int)n, buf,
                          CADRE_STR_ARGS(in.body), in.more_body);
}

static int wrong(struct cadre_request *req)
{
    static const struct cadre_field_pair bad[] = {{"connection", "close"}};
    static const struct {
        struct cadre_message message;
        int r;
    } rows[] = {
        {{.type = CADRE_HTTP_REQUEST}, -EINVAL},
        {{.type = CADRE_HTTP_DISCONNECT}, -EINVAL},
        {{.type = CADRE_HTTP_RESPONSE_BODY}, -EINVAL},
        {{.type = CADRE_HTTP_RESPONSE_START, .status = 600}, -EINVAL},
        {{.type = CADRE_HTTP_RESPONSE_START, .status = 200, .headers = bad, .n_headers = 1},
         -EINVAL},
        {{.type = CADRE_HTTP_RESPONSE_INTERIM, .status = 100}, -EINVAL},
        {{.type = CADRE_HTTP_RESPONSE_INTERIM, .status = 102}, 0},
        {{.type = CADRE_HTTP_RESPONSE_START, .status = 200}, 0},
        {{.type = CADRE_HTTP_RESPONSE_START, .status = 200}, -EALREADY},
        {{.type = CADRE_HTTP_RESPONSE_INTERIM, .status = 102}, -EALREADY},
        {{.type = CADRE_HTTP_RESPONSE_BODY, .body = {"x", 1}}, 0},
        {{.type = CADRE_HTTP_RESPONSE_BODY, .body = {"x", 1}}, -EALREADY},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (cadre_send(req, &rows[i].message) != rows[i].r)
            tell("[wrong]");
    }
    return 0;
}

static int in_a_thread(struct cadre_request *req)
{
    struct cadre_message message = {.type = CADRE_HTTP_RESPONSE_START, .status = 200};

    if (cadre_receive(req, &message) != -EDEADLK || cadre_send(req, &message) != -EDEADLK)
        return -EINVAL;
    return cadre_respond_text(req, 200, "refused");
}

/* A body of bytes, a part of a file, and bytes; trailers behind it. */
static int file_and_trailers(struct cadre_request *req)
{
    static const struct cadre_field_pair announced[] = {{"Trailer", "X-Sum, x-time"}},
                                         sent[] = {{"x-sum", "42"}};
    int fd = memfd_create("piece", MFD_CLOEXEC);
    const struct cadre_file_piece piece = {.fd = fd, .offset = 2, .len = 5};
    const struct cadre_message messages[] = {
        {.type = CADRE_HTTP_RESPONSE_START,
         .status = 200,
         .more_trailers = true,
         .headers = announced,
         .n_headers = 1},
        {.type = CADRE_HTTP_RESPONSE_BODY, .body = {"<", 1}, .more_body = true},
        {.type = CADRE_HTTP_RESPONSE_FILE, .file = &piece, .more_body = true},
        {.type = CADRE_HTTP_RESPONSE_BODY, .body = {">", 1}},
        {.type = CADRE_HTTP_RESPONSE_TRAILERS, .headers = sent, .n_headers = 1},
    };
    size_t n = cadre_query_param(req, "forget") != NULL ? 4 : 5;
    int r = fd < 0 || write(fd, "0123456789", 10) != 10 ? -EIO : 0;

    for (size_t i = 0; r == 0 && i < n; i++)
        r = cadre_send(req, &messages[i]);
    if (r == 0 && n == 5 && cadre_send(req, &messages[4]) != -EALREADY)
        tell("[twice]");
    close(fd);
    return r;
}

/* A file alone, to its end. */
static int file(struct cadre_request *req)
{
    int fd = memfd_create("file", MFD_CLOEXEC);
    const struct cadre_file_piece piece = {.fd = fd, .offset = 3, .len = CADRE_TO_END};
    const struct cadre_message start = {.type = CADRE_HTTP_RESPONSE_START, .status = 200};
    const struct cadre_message message = {.type = CADRE_HTTP_RESPONSE_FILE, .file = &piece};
    int r = fd < 0 || write(fd, "0123456789", 10) != 10 ? -EIO : 0;

    if (r == 0)
        r = cadre_send(req, &start);
    if (r == 0)
        r = cadre_send(req, &message);
    if (r == 0 && cadre_send(req, &message) != -EALREADY)
        tell("[twice]");
    close(fd);
    return r;
}

static int wrong_trailers(struct cadre_request *req)
{
    static const struct cadre_field_pair named[] = {{"trailer", "x-sum"}}, bad[] = {{"x-y", "1"}},
                                         good[] = {{"x-sum", "1"}}, own[] = {{"trailer", "host"}};
    static const struct {
        struct cadre_message message;
        int r;
    } rows[] = {
        {{.type = CADRE_HTTP_RESPONSE_TRAILERS, .headers = good, .n_headers = 1}, -EINVAL},
        {{.type = CADRE_HTTP_RESPONSE_FILE}, -EINVAL},
        {{.type = CADRE_HTTP_RESPONSE_START, .status = 200, .more_trailers = true}, -EINVAL},
        {{.type = CADRE_HTTP_RESPONSE_START,
          .status = 200,
          .more_trailers = true,
          .headers = own,
          .n_headers = 1},
         -EINVAL},
        {{.type = CADRE_HTTP_RESPONSE_START,
          .status = 200,
          .more_trailers = true,
          .headers = named,
          .n_headers = 1},
         0},
        {{.type = CADRE_HTTP_RESPONSE_TRAILERS, .headers = good, .n_headers = 1}, -EINVAL},
        {{.type = CADRE_HTTP_RESPONSE_BODY, .body = {"x", 1}}, 0},
        {{.type = CADRE_HTTP_RESPONSE_BODY, .body = {"x", 1}}, -EALREADY},
        {{.type = CADRE_HTTP_RESPONSE_TRAILERS, .headers = bad, .n_headers = 1}, -EINVAL},
        {{.type = CADRE_HTTP_RESPONSE_TRAILERS, .headers = good, .n_headers = 1}, 0},
        {{.type = CADRE_HTTP_RESPONSE_TRAILERS, .headers = good, .n_headers = 1}, -EALREADY},
        {{.type = CADRE_HTTP_RESPONSE_BODY, .body = {"x", 1}}, -EALREADY},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (cadre_send(req, &rows[i].message) != rows[i].r)
            tell(cadre_printf(req, "[%zu]", i));
    }
    return 0;
}

static const struct cadre_route routes[] = {
    CADRE_GET("/file-and-trailers", file_and_trailers),
    CADRE_GET("/file", file),
    CADRE_GET("/wrong-trailers", wrong_trailers),
    CADRE_ANY("/raw/{rest:path}", raw),
    CADRE_POST("/mixed", mixed),
    CADRE_GET("/wrong", wrong),
    CADRE_GET("/thread", in_a_thread, .sync = true),
    CADRE_ROUTES_END,
};

static const struct cadre_module module = {.routes = routes};

static struct cadre_test_client *serve(void)
{
    story[0] = '\0';
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    return cadre_test_serve(.module = &module);
}

START_TEST(pieces_go_both_ways)
{
    struct cadre_test_client *client = serve();
    const struct cadre_test_response *res = cadre_test_request(
        client, .method = "BREW", .target = "/raw/a/b", .text = "some tea", .piece_bytes = 3);
    const char *name, *value;
    int twos = 0;

    cadre_assert_status(res, 201);
    cadre_assert_body(res, "some tea");
    cadre_assert_header(res, "content-type", "text/x-raw");
    for (size_t i = 0; cadre_test_header_at(res, i, &name, &value); i++)
        twos += strcmp(name, "x-two") == 0;
    ck_assert_int_eq(twos, 2);
    ck_assert_str_eq(story, "[end][end]");
    cadre_assert_body(cadre_test_get(client, "/raw/"), "");
    cadre_test_close(client);
}
END_TEST

START_TEST(a_client_that_leaves_is_seen)
{
    struct cadre_test_client *client = serve();
    const struct cadre_test_request request = {.method = "POST", .target = "/raw/"};
    struct cadre_test_stream *stream = cadre_test_stream_open(client, &request, true);

    cadre_assert_status(cadre_test_stream_head(stream), 201);
    ck_assert_int_eq(cadre_test_stream_write(stream, "x", 1), 0);
    cadre_test_stream_leave(stream);
    ck_assert_int_eq(cadre_test_result(cadre_test_stream_end(stream)), -EPIPE);
    cadre_test_close(client);
}
END_TEST

START_TEST(they_mix_with_other_calls)
{
    struct cadre_test_client *client = serve();

    cadre_assert_body(cadre_test_request(client, .method = "POST", .target = "/mixed",
                                         .text = "abcdef", .piece_bytes = 4),
                      "ab|cd|1");
    cadre_test_close(client);
}
END_TEST

START_TEST(what_does_not_fit_is_refused)
{
    struct cadre_test_client *client = serve();

    cadre_assert_body(cadre_test_get(client, "/wrong"), "x");
    ck_assert_str_eq(story, "");
    cadre_assert_body(cadre_test_get(client, "/thread"), "refused");
    cadre_test_close(client);
}
END_TEST

static const char *const te[] = {"TE: trailers", NULL};

START_TEST(files_and_trailers_are_sent)
{
    struct cadre_test_client *client = serve();
    const struct cadre_test_response *res =
        cadre_test_request(client, .target = "/file-and-trailers", .headers = te);

    cadre_assert_body(res, "<23456>");
    cadre_assert_header(res, "trailer", "x-sum, x-time");
    ck_assert_str_eq(cadre_test_trailer(res, "x-sum"), "42");
    ck_assert_ptr_null(cadre_test_trailer(res, "x-time"));
    res = cadre_test_get(client, "/file-and-trailers"); /* does not ask for them */
    cadre_assert_body(res, "<23456>");
    ck_assert_ptr_null(cadre_test_trailer(res, "x-sum"));
    res = cadre_test_request(client, .target = "/file-and-trailers?forget", .headers = te);
    cadre_assert_body(res, "<23456>"); /* whole, without */
    ck_assert(!cadre_test_is_cut(res));
    cadre_assert_body(cadre_test_get(client, "/file"), "3456789");
    ck_assert_str_eq(story, "");
    cadre_test_close(client);
}
END_TEST

START_TEST(trailers_that_do_not_fit_are_refused)
{
    struct cadre_test_client *client = serve();
    const struct cadre_test_response *res =
        cadre_test_request(client, .target = "/wrong-trailers", .headers = te);

    ck_assert_str_eq(story, "");
    cadre_assert_body(res, "x");
    ck_assert_str_eq(cadre_test_trailer(res, "x-sum"), "1");
    cadre_test_close(client);
}
END_TEST

UNIT_MAIN("web/messages", UNIT_CASE(pieces_go_both_ways), UNIT_CASE(a_client_that_leaves_is_seen),
          UNIT_CASE(they_mix_with_other_calls), UNIT_CASE(files_and_trailers_are_sent),
          UNIT_CASE(trailers_that_do_not_fit_are_refused), UNIT_CASE(what_does_not_fit_is_refused))
