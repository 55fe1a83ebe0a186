/* SPDX-License-Identifier: MIT */
/* What middleware sees and changes of a request's traffic, by the test client (web/taps.c). */
#define _GNU_SOURCE /* memfd_create */
#include "tests/unit/unit.h"

#include "base/log.h"
#include "tests/unit/lib/web/count_fields.h"
#include <cadre.h>
#include <cadre/test.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* --- handlers --- */

static int whole(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "one piece");
}

static int streamed(struct cadre_request *req)
{
    int r = cadre_header_set(req, "content-length", "7");

    if (r == 0)
        r = cadre_start(req, 201);
    if (r == 0)
        r = cadre_write(req, "abc", 3);
    if (r == 0)
        r = cadre_write(req, "defg", 4);
    return r < 0 ? r : cadre_end(req);
}

static int file(struct cadre_request *req)
{
    static const char text[] = "from a file";
    int fd = memfd_create("part", MFD_CLOEXEC), r;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
    r = cadre_respond_fd(req, 200, "text/plain", fd, 5, CADRE_TO_END);
    close(fd);
    return r;
}

static int none(struct cadre_request *req)
{
    return cadre_respond_empty(req, 204);
}

static int broken(struct cadre_request *req)
{
    (void)req;
    return -EIO;
}

static int trailed(struct cadre_request *req)
{
    int r = cadre_trailer_set(req, "x-sum", "7");

    return r < 0 ? r : cadre_respond_text(req, 200, "trailed");
}

static int echo(struct cadre_request *req)
{
    struct cadre_str body;
    int r = cadre_body(req, &body);

    return r < 0 ? r : cadre_respond_bytes(req, 200, "text/plain", body.ptr, body.len);
}

static const struct cadre_route routes[] = {
    CADRE_GET("/whole", whole),
    CADRE_GET("/sync", whole, .sync = true),
    CADRE_GET("/streamed", streamed),
    CADRE_GET("/file", file),
    CADRE_GET("/file/sync", file, .sync = true),
    CADRE_GET("/none", none),
    CADRE_GET("/broken", broken),
    CADRE_GET("/trailed", trailed),
    CADRE_POST("/echo", echo),
    CADRE_POST("/echo/sync", echo, .sync = true),
    CADRE_ROUTES_END,
};

/* --- what is sent --- */

/* Wraps each body in a pair of marks: more bytes than the handler knows of. */
static int wrap_message(struct cadre_request *req, const struct cadre_message *message, void *arg)
{
    struct cadre_message mark = {
        .type = CADRE_HTTP_RESPONSE_BODY, .body = {arg, 1}, .more_body = true};
    struct cadre_message piece = *message;
    int r;

    if (message->type == CADRE_HTTP_RESPONSE_START) {
        r = cadre_header_remove(req, "Content-Length");
        if (r == 0 && cadre_response_header(req, "X-Wrapped") == NULL)
            r = cadre_header_set(req, "x-wrapped", "yes");
        if (r == 0)
            r = cadre_pass(req, message);
        return r < 0 ? r : cadre_pass(req, &mark);
    }
    piece.more_body = true;
    r = cadre_pass(req, &piece);
    mark.more_body = false;
    return r < 0 || message->more_body ? r : cadre_pass(req, &mark);
}

static int wrap(struct cadre_request *req, void *self)
{
    int r = cadre_on_send(req, wrap_message, self);

    return r < 0 ? r : cadre_next(req);
}

static char outer_mark[] = "(", inner_mark[] = "|";

static const struct cadre_middleware wraps[] = {
    CADRE_MIDDLEWARE(wrap, .self = outer_mark),
    CADRE_MIDDLEWARE(wrap, .self = inner_mark),
    CADRE_MIDDLEWARE_END,
};

static const struct cadre_module wrapped = {.routes = routes, .middleware = wraps};

static const struct {
    const char *path;
    int status;
    const char *body;
} rows[] = {
    {"/whole", 200, "(|one piece|("},
    {"/sync", 200, "(|one piece|("},
    {"/streamed", 201, "(|abcdefg|("},
    {"/file", 200, "(|a file|("},
    {"/file/sync", 200, "(|a file|("},
    {"/none", 204, ""},
    {"/broken", 500, "(|Internal Server Error|("},
    {"/nothing", 404, "(|Not Found|("},
    {"/trailed", 200, "(|trailed|("},
};

START_TEST(inner_layers_see_what_is_sent_before_outer_ones)
{
    static const char *const te[] = {"TE: trailers", NULL};
    struct cadre_test_client *client = cadre_test_serve(.module = &wrapped);

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    const struct cadre_test_response *res =
        cadre_test_request(client, .target = rows[_i].path, .headers = te);
    cadre_assert_status(res, rows[_i].status);
    cadre_assert_body(res, rows[_i].body);
    cadre_assert_header(res, "x-wrapped", "yes");
    ck_assert(!cadre_test_is_cut(res));
    if (strcmp(rows[_i].path, "/trailed") == 0)
        ck_assert_str_eq(cadre_test_trailer(res, "x-sum"), "7");
    cadre_test_close(client);
}
END_TEST

/* Keeps the start back until it has seen the body's first piece, and drops the rest. */
static int late_message(struct cadre_request *req, const struct cadre_message *message, void *arg)
{
    const struct cadre_message start = {.type = CADRE_HTTP_RESPONSE_START, .status = 203};
    struct cadre_message last = *message;
    bool *has_passed = arg;
    int r;

    if (message->type == CADRE_HTTP_RESPONSE_START || *has_passed)
        return 0;
    *has_passed = true;
    last.more_body = false;
    r = cadre_header_set(req, "content-length", "");
    ck_assert_int_eq(r, 0);
    r = cadre_header_remove(req, "content-length");
    if (r == 0)
        r = cadre_pass(req, &start);
    ck_assert_int_eq(cadre_pass(req, &start), -EALREADY);
    return r < 0 ? r : cadre_pass(req, &last);
}

static int keep_back(struct cadre_request *req, void *self)
{
    bool *has_passed = self;
    int r = cadre_on_send(req, late_message, self);

    *has_passed = false;
    return r < 0 ? r : cadre_next(req);
}

static bool passed;

static const struct cadre_middleware keepers[] = {
    CADRE_MIDDLEWARE(keep_back, .self = &passed),
    CADRE_MIDDLEWARE_END,
};

START_TEST(a_start_may_be_kept_back)
{
    static const struct cadre_module module = {.routes = routes, .middleware = keepers};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    const struct cadre_test_response *res = cadre_test_get(client, "/whole");

    cadre_assert_status(res, 203);
    cadre_assert_body(res, "one piece");
    cadre_assert_header(res, "content-length", "9");
    res = cadre_test_get(client, "/streamed");
    cadre_assert_status(res, 203);
    cadre_assert_body(res, "abc");
    cadre_test_close(client);
}
END_TEST

/* Parts of a file, one after another. */
static int parts(struct cadre_request *req)
{
    int fd = memfd_create("parts", MFD_CLOEXEC), r;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "abcdef", 6), 6);
    r = cadre_start(req, 200);
    for (uint64_t at = 0; r == 0 && at < 6; at += 2)
        r = cadre_write_fd(req, fd, at, 2);
    close(fd);
    return r < 0 ? r : cadre_end(req);
}

static const char *room; /* where the last part was */

static int look_where(struct cadre_request *req, const struct cadre_message *message, void *arg)
{
    (void)arg;
    if (message->type == CADRE_HTTP_RESPONSE_BODY && message->body.len > 0) {
        ck_assert(room == NULL || room == message->body.ptr);
        room = message->body.ptr;
    }
    return cadre_pass(req, message);
}

static int watch(struct cadre_request *req, void *self)
{
    int r = cadre_on_send(req, look_where, self);

    return r < 0 ? r : cadre_next(req);
}

/* --- enough of it --- */

/* What a layer has seen, and when it wants no more: behind so many messages. */
struct onlooker {
    unsigned enough;
    unsigned n_seen;
    size_t bytes;
};

static int look_a_while(struct cadre_request *req, const struct cadre_message *message, void *arg)
{
    struct onlooker *onlooker = arg;

    onlooker->n_seen++;
    onlooker->bytes += message->body.len;
    if (onlooker->n_seen == onlooker->enough)
        ck_assert_int_eq(cadre_pass_rest(req), 0);
    return cadre_pass(req, message);
}

static int look_on(struct cadre_request *req, void *self)
{
    int r = cadre_on_send(req, look_a_while, self);

    ck_assert_int_eq(cadre_pass_rest(req), -EINVAL);
    return r < 0 ? r : cadre_next(req);
}

#define LARGE_BYTES 300000

static int large(struct cadre_request *req)
{
    int fd = memfd_create("large", MFD_CLOEXEC), r;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, LARGE_BYTES), 0);
    ck_assert_int_eq(pwrite(fd, "end", 3, LARGE_BYTES - 3), 3);
    r = cadre_respond_fd(req, 200, "text/plain", fd, 0, CADRE_TO_END);
    close(fd);
    return r;
}

static struct onlooker outer_one, inner_one;

/* The file has 300,000 bytes, the stream two pieces. */
static const struct {
    const char *path;
    unsigned outer_enough, inner_enough; /* 0: never */
    size_t outer_bytes, inner_bytes;     /* that they see */
} looks[] = {
    {"/large", 0, 0, LARGE_BYTES, LARGE_BYTES},
    {"/large", 0, 1, LARGE_BYTES, 0},
    {"/large", 1, 0, 0, LARGE_BYTES},
    {"/large", 1, 1, 0, 0},
    {"/large", 2, 2, 65536, 65536}, /* the first piece */
    {"/large", 1, 3, 0, 131072},
    {"/streamed", 1, 2, 0, 3},
    {"/streamed", 1, 1, 0, 0},
    {"/whole", 1, 0, 0, 9},
    {"/whole", 1, 1, 0, 0},
};

START_TEST(a_layer_that_wants_no_more_is_passed_by)
{
    static const struct cadre_route table[] = {CADRE_GET("/large", large),
                                               CADRE_GET("/whole", whole),
                                               CADRE_GET("/streamed", streamed), CADRE_ROUTES_END};
    static const struct cadre_middleware onlookers[] = {
        CADRE_MIDDLEWARE(look_on, .self = &outer_one),
        CADRE_MIDDLEWARE(look_on, .self = &inner_one), CADRE_MIDDLEWARE_END};
    static const struct cadre_module module = {.routes = table, .middleware = onlookers};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    const struct cadre_test_response *res;

    outer_one = (struct onlooker){.enough = looks[_i].outer_enough};
    inner_one = (struct onlooker){.enough = looks[_i].inner_enough};
    res = cadre_test_get(client, looks[_i].path);
    ck_assert(!cadre_test_is_cut(res));
    ck_assert_uint_eq(outer_one.bytes, looks[_i].outer_bytes);
    ck_assert_uint_eq(inner_one.bytes, looks[_i].inner_bytes);
    if (strcmp(looks[_i].path, "/large") != 0) {
        cadre_assert_body(res, _i < 8 ? "abcdefg" : "one piece");
    } else {
        ck_assert_uint_eq(cadre_test_body(res).len, LARGE_BYTES);
        ck_assert_str_eq(cadre_test_body(res).ptr + LARGE_BYTES - 3, "end");
    }
    cadre_test_close(client);
}
END_TEST

START_TEST(parts_of_files_take_no_memory_each)
{
    static const struct cadre_route table[] = {CADRE_GET("/", parts), CADRE_ROUTES_END};
    static const struct cadre_middleware watchers[] = {CADRE_MIDDLEWARE(watch),
                                                       CADRE_MIDDLEWARE_END};
    static const struct cadre_module module = {.routes = table, .middleware = watchers};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);

    cadre_assert_body(cadre_test_get(client, "/"), "abcdef");
    ck_assert_ptr_nonnull(room);
    cadre_test_close(client);
}
END_TEST

/* --- what may be called when --- */

static int too_late(struct cadre_request *req, void *self)
{
    const struct cadre_message start = {.type = CADRE_HTTP_RESPONSE_START, .status = 200};
    int r;

    (void)self;
    ck_assert_int_eq(cadre_response_status(req), 0);
    ck_assert_int_eq(cadre_pass(req, &start), -EINVAL);
    r = cadre_next(req);
    ck_assert_int_eq(cadre_response_status(req), 200);
    ck_assert_str_eq(cadre_response_header(req, "CONTENT-TYPE"), "text/plain; charset=utf-8");
    ck_assert_ptr_null(cadre_response_header(req, "x-none"));
    ck_assert_int_eq(cadre_on_response(req, NULL, NULL), -EALREADY);
    ck_assert_int_eq(cadre_on_send(req, NULL, NULL), -EALREADY);
    ck_assert_int_eq(cadre_header_remove(req, "content-type"), -EALREADY);
    ck_assert_int_eq(cadre_header_set(req, "x-late", "1"), -EALREADY);
    ck_assert_int_eq(cadre_pass(req, &start), -EINVAL);
    return r;
}

START_TEST(behind_the_response_nothing_can_be_asked_for)
{
    static const struct cadre_middleware table[] = {CADRE_MIDDLEWARE(too_late),
                                                    CADRE_MIDDLEWARE_END};
    static const struct cadre_module module = {.routes = routes, .middleware = table};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);

    cadre_assert_body(cadre_test_get(client, "/whole"), "one piece");
    cadre_test_close(client);
}
END_TEST

static int refuses(struct cadre_request *req, void *arg)
{
    (void)req;
    (void)arg;
    return -EXDEV;
}

static int refuse_once(struct cadre_request *req, void *self)
{
    int r = cadre_on_response(req, refuses, NULL);

    (void)self;
    return r < 0 ? r : cadre_next(req);
}

START_TEST(an_error_before_the_response_ends_it)
{
    static const struct cadre_middleware table[] = {CADRE_MIDDLEWARE(refuse_once),
                                                    CADRE_MIDDLEWARE_END};
    static const struct cadre_module module = {.routes = routes, .middleware = table};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_int_eq(cadre_test_result(cadre_test_get(client, "/whole")), -EXDEV);
    cadre_test_close(client);
}
END_TEST

static int say_seen(struct cadre_request *req, void *arg)
{
    int *n_calls = arg;
    int r = cadre_header_add(req, "x-seen", "1");

    ck_assert_int_eq(cadre_response_status(req), 200);
    if (r == 0)
        r = cadre_header_remove(req, "x-own");
    return ++*n_calls == 1 && r == 0 ? -EXDEV : r;
}

static int saying_seen(struct cadre_request *req, void *self)
{
    int r = cadre_on_response(req, say_seen, self);

    return r < 0 ? r : cadre_next(req);
}

/* Once a layer does not want it, once it does not fit, then it goes out. */
static int answer_again(struct cadre_request *req)
{
    ck_assert_int_eq(cadre_header_set(req, "x-own", "1"), 0);
    ck_assert_int_eq(cadre_trailer_declare(req, "x-sum"), 0);
    ck_assert_int_eq(cadre_start(req, 200), -EXDEV);
    ck_assert_int_eq(cadre_response_status(req), 0);
    ck_assert_str_eq(cadre_response_header(req, "x-own"), "1");
    ck_assert_ptr_null(cadre_response_header(req, "x-seen"));
    ck_assert_int_eq(cadre_header_set(req, "content-length", "none"), 0);
    ck_assert_int_eq(cadre_start(req, 200), -EINVAL);
    ck_assert_int_eq(cadre_response_status(req), 0);
    ck_assert_str_eq(cadre_response_header(req, "x-own"), "1");
    ck_assert_ptr_null(cadre_response_header(req, "x-seen"));
    ck_assert_int_eq(cadre_header_remove(req, "content-length"), 0);
    ck_assert_int_eq(cadre_start(req, 200), 0);
    return cadre_trailer_set(req, "x-sum", "7");
}

START_TEST(an_answer_that_is_tried_again_says_all_once)
{
    static const char *const headers[] = {"TE: trailers", NULL};
    static const struct cadre_route table[] = {CADRE_GET("/", answer_again), CADRE_ROUTES_END};
    int n_calls = 0;
    const struct cadre_middleware layers[] = {CADRE_MIDDLEWARE(saying_seen, .self = &n_calls),
                                              CADRE_MIDDLEWARE_END};
    const struct cadre_module module = {.routes = table, .middleware = layers};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    const struct cadre_test_response *res;

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    res = cadre_test_request(client, .target = "/", .headers = headers);
    cadre_assert_status(res, 200);
    ck_assert_uint_eq(count_fields(res, "x-seen"), 1);
    ck_assert_uint_eq(count_fields(res, "trailer"), 1);
    cadre_assert_header(res, "x-own", NULL);
    ck_assert_str_eq(cadre_test_trailer(res, "x-sum"), "7");
    ck_assert_int_eq(n_calls, 3);
    cadre_test_close(client);
}
END_TEST

/* --- what is received --- */

static int shout(struct cadre_request *req, struct cadre_message *message, void *arg)
{
    char *copy = cadre_alloc(req, message->body.len + 2);

    ck_assert_int_eq(message->type, CADRE_HTTP_REQUEST);
    if (copy == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < message->body.len; i++)
        copy[i] = (char)toupper((unsigned char)message->body.ptr[i]);
    copy[message->body.len] = *(const char *)arg;
    copy[message->body.len + 1] = '\0';
    message->body = (struct cadre_str){copy, message->body.len + 1};
    return 0;
}

static int shouting(struct cadre_request *req, void *self)
{
    int r = cadre_on_receive(req, shout, self);

    return r < 0 ? r : cadre_next(req);
}

static int too_much(struct cadre_request *req, struct cadre_message *message, void *arg)
{
    (void)req;
    (void)arg;
    return message->body.len > 6 ? -EMSGSIZE : 0;
}

static int limiting(struct cadre_request *req, void *self)
{
    int r = cadre_on_receive(req, too_much, self);

    return r < 0 ? r : cadre_next(req);
}

static char first_mark[] = "1", second_mark[] = "2";

START_TEST(outer_layers_see_what_is_received_before_inner_ones)
{
    static const struct cadre_middleware table[] = {
        CADRE_MIDDLEWARE(shouting, .self = first_mark),
        CADRE_MIDDLEWARE(shouting, .self = second_mark),
        CADRE_MIDDLEWARE(limiting),
        CADRE_MIDDLEWARE_END,
    };
    static const struct cadre_module module = {.routes = routes, .middleware = table};
    struct cadre_test_client *client = cadre_test_serve(.module = &module);

    for (int i = 0; i < 2; i++) {
        const char *target = i == 0 ? "/echo" : "/echo/sync";
        const struct cadre_test_response *res =
            cadre_test_request(client, .method = "POST", .target = target, .text = "abc");

        cadre_assert_body(res, "ABC12");
        res = cadre_test_request(client, .method = "POST", .target = target, .text = "abcdef",
                                 .piece_bytes = 2);
        cadre_assert_body(res, "AB12CD12EF12");
        res = cadre_test_request(client, .method = "POST", .target = target, .text = "abcdef");
        cadre_assert_status(res, 413);
    }
    cadre_test_close(client);
}
END_TEST

UNIT_MAIN("web/taps",
          UNIT_LOOP(inner_layers_see_what_is_sent_before_outer_ones,
                    sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(a_start_may_be_kept_back),
          UNIT_LOOP(a_layer_that_wants_no_more_is_passed_by, sizeof(looks) / sizeof(looks[0])),
          UNIT_CASE(parts_of_files_take_no_memory_each),
          UNIT_CASE(behind_the_response_nothing_can_be_asked_for),
          UNIT_CASE(an_error_before_the_response_ends_it),
          UNIT_CASE(an_answer_that_is_tried_again_says_all_once),
          UNIT_CASE(outer_layers_see_what_is_received_before_inner_ones))
