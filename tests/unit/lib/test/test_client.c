/* SPDX-License-Identifier: MIT */
/*
 * The test client by a module that shows all of its sides (test/client.c, stream.c, exchange.c,
 * served.c, check.c), and by the demo as it is built.
 */
#include "config.h"

#include "tests/unit/modules/demo/database_file.h"
#include "tests/unit/unit.h"

#include "base/log.h"
#include <cadre.h>
#include <cadre/test.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

/* --- a module --- */

static char story[1000];

static void tell(const char *text)
{
    strncat(story, text, sizeof(story) - strlen(story) - 1);
}

struct facts {
    char word[8];
};

static int server_lifespan(struct cadre_lifespan *ls)
{
    struct facts facts = {"once"};

    tell("[server up]");
    int r = cadre_serving_with(ls, &facts, sizeof(facts));
    tell("[server down]");
    return r;
}

static int lifespan(struct cadre_lifespan *ls)
{
    const struct cadre_conf *settings = cadre_lifespan_settings(ls);
    const struct cadre_conf *shop = cadre_conf_get(settings, "shop");
    const char *word;
    int64_t n;
    bool fail;

    if (cadre_conf_string(settings, "word", "none", &word) < 0 ||
        cadre_conf_int(shop, "n", 0, &n) < 0 || cadre_conf_bool(settings, "fail", false, &fail) < 0)
        return -EINVAL;
    if (fail)
        return cadre_lifespan_fail(ls, "it was told to fail with %s and %d", word, (int)n);
    tell("[up]");
    int r = cadre_sleep(10 * 1000);
    if (r == 0)
        r = cadre_serving(ls, (void *)(uintptr_t)word);
    tell("[down]");
    return r;
}

static int state(struct cadre_request *req)
{
    size_t len;
    const struct facts *facts = cadre_server_state(req, &len);

    return cadre_respondf(req, 200, "text/plain", "%s %s", (const char *)cadre_state(req),
                          facts ? facts->word : "-");
}

/* All that is known of the request. */
static int mirror(struct cadre_request *req)
{
    const char *name, *value;
    struct cadre_str body;
    char text[2000];
    size_t len;
    int r = cadre_body(req, &body);

    if (r < 0)
        return r;
    len = (size_t)snprintf(text, sizeof(text), "%s %s?%s root=%s client=%s\n", cadre_method(req),
                           cadre_path(req), cadre_query(req), cadre_root_path(req),
                           cadre_client_address(req));
    for (size_t i = 0; cadre_header_at(req, i, &name, &value); i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s: %s\n", name, value);
    snprintf(text + len, sizeof(text) - len, "\n%.*s%s%s", CADRE_STR_ARGS(body),
             cadre_trailer(req, "x-sum") ? "|" : "",
             cadre_trailer(req, "x-sum") ? cadre_trailer(req, "x-sum") : "");
    return cadre_respond_text(req, 200, text);
}

static int to(struct cadre_request *req)
{
    const char *status = cadre_query_param(req, "status");
    const char *where = cadre_query_param(req, "where");
    int r = where ? cadre_header_set(req, "location", where) : -EINVAL;

    return r < 0 ? r : cadre_respond_empty(req, atoi(status));
}

static int login(struct cadre_request *req)
{
    int r = cadre_header_add(req, "set-cookie", "sid=7; Path=/; Max-Age=3600");

    if (r == 0)
        r = cadre_header_add(req, "set-cookie", "old=; Path=/; Max-Age=0");
    if (r == 0)
        r = cadre_header_set(req, "location", "mirror");
    return r < 0 ? r : cadre_respond_empty(req, 303);
}

static int sleeps(struct cadre_request *req)
{
    int r = cadre_sleep(3600 * 1000);

    return r < 0 ? r : cadre_respond_text(req, 200, "slept");
}

static int sleeps_in_a_thread(struct cadre_request *req)
{
    struct timespec pause = {.tv_nsec = 1000 * 1000};

    nanosleep(&pause, NULL);
    return cadre_respond_text(req, 200, "slept");
}

static int fails(struct cadre_request *req)
{
    (void)req;
    return -EIO;
}

static int breaks(struct cadre_request *req)
{
    int r = cadre_start(req, 200);

    if (r == 0)
        r = cadre_write(req, "half", 4);
    return r < 0 ? r : -EIO;
}

static struct cadre_event never;

static int hangs(struct cadre_request *req)
{
    (void)req;
    return cadre_event_wait(&never);
}

static int hints(struct cadre_request *req)
{
    int r = cadre_early_hints(req, "</a.css>; rel=preload");

    if (r == 0)
        r = cadre_trailer_declare(req, "x-sum");
    if (r == 0)
        r = cadre_start(req, 200);
    if (r == 0)
        r = cadre_write(req, "body", 4);
    if (r == 0)
        r = cadre_trailer_set(req, "x-sum", "42");
    return r < 0 ? r : cadre_end(req);
}

static size_t n_written;

/* Ever more, until the client has left. */
static int pours(struct cadre_request *req)
{
    static const char block[1000];
    int r = cadre_start(req, 200);

    for (n_written = 0; r == 0; n_written += sizeof(block))
        r = cadre_write(req, block, sizeof(block));
    tell(r == -EPIPE ? "[left]" : "[?]");
    return r;
}

static int waits(struct cadre_request *req)
{
    int r = cadre_sleep(1000 * 1000);

    (void)req;
    tell(r == -ECANCELED ? "[cancelled]" : "[?]");
    return r;
}

/* Answers each piece as it comes. */
static int echoes(struct cadre_request *req)
{
    char buf[100];
    ssize_t n;
    int r = cadre_start(req, 200);

    while (r == 0 && (n = cadre_read(req, buf, sizeof(buf))) != 0)
        r = n < 0 ? (int)n : cadre_write(req, buf, (size_t)n);
    return r < 0 ? r : cadre_end(req);
}

static int file(struct cadre_request *req)
{
    int fd = memfd_create("file", MFD_CLOEXEC);
    int r = fd < 0 || write(fd, "0123456789", 10) != 10 ? -EIO : 0;

    if (r == 0)
        r = cadre_respond_fd(req, 206, "text/plain", fd, 2, 5);
    close(fd);
    return r;
}

static const char *const settings[] = {"word", "shop", "fail", NULL};

static const struct cadre_route routes[] = {
    CADRE_GET("/state", state),
    CADRE_GET("/mirror", mirror),
    CADRE_POST("/mirror", mirror),
    CADRE_PUT("/mirror", mirror),
    CADRE_GET("/to", to),
    CADRE_POST("/to", to),
    CADRE_GET("/login", login),
    CADRE_GET("/sleeps", sleeps),
    CADRE_GET("/thread", sleeps_in_a_thread, .sync = true),
    CADRE_GET("/fails", fails),
    CADRE_GET("/breaks", breaks),
    CADRE_GET("/hangs", hangs),
    CADRE_GET("/hints", hints),
    CADRE_GET("/pours", pours),
    CADRE_GET("/waits", waits, .cancel_on_disconnect = true),
    CADRE_POST("/echoes", echoes),
    CADRE_GET("/file", file),
    CADRE_ROUTES_END,
};

static const struct cadre_module module = {
    .title = "Sides",
    .setting_names = settings,
    .lifespan = lifespan,
    .server_lifespan = server_lifespan,
    .routes = routes,
};

static struct cadre_test_client *serve(void)
{
    story[0] = '\0';
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    return cadre_test_serve(.module = &module);
}

/* --- the application --- */

START_TEST(lifespans_run_around_it)
{
    static const char *const with[] = {"word=tea", "shop.n=3", NULL};

    story[0] = '\0';
    struct cadre_test_client *client =
        cadre_test_serve(.module = &module, .settings = with, .mount = "/shop");
    ck_assert_str_eq(story, "[server up][up]");
    ck_assert_uint_eq(cadre_test_elapsed_ms(), 10 * 1000);

    const struct cadre_test_response *res = cadre_test_get(client, "/shop/state");
    cadre_assert_status(res, 200);
    cadre_assert_body(res, "tea once");
    ck_assert_int_eq(cadre_test_close(client), 0);
    ck_assert_str_eq(story, "[server up][up][down][server down]");
}
END_TEST

START_TEST(what_is_wrong_is_said)
{
    static const char *const fail[] = {"fail=true", "word=this", "shop.n=3", NULL};
    static const char *const unknown[] = {"wort=x", NULL};
    static const char *const no_value[] = {"word", NULL};
    static const struct {
        struct cadre_test_module module;
        int error;
        const char *why;
    } rows[] = {
        {{.module = &module, .settings = fail},
         -CADRE_ESTARTUP,
         "module \"test\": lifespan startup failed: it was told to fail with this and 3"},
        {{.module = &module, .settings = unknown},
         -EINVAL,
         "module \"test\": unknown setting \"wort\": did you mean \"word\"?"},
        {{.module = &module, .settings = no_value},
         -EINVAL,
         "the setting \"word\" is not \"name=value\""},
        {{.module = &module, .mount = "shop"},
         -EINVAL,
         "mount \"shop\" is not a path: it does not begin with '/'; write \"/\" or \"/name\""},
        {{.name = "none"},
         -EINVAL,
         "module \"none\": neither file, descriptor nor module is given"},
        {{.file = "/nowhere/x.so"}, -ENOENT, "/nowhere/x.so: No such file or directory"},
    };

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct cadre_test_app app = {.modules = &rows[i].module, .n_modules = 1};
        struct cadre_test_client *client = NULL;
        char why[300];

        ck_assert_int_eq(cadre_test_open(&app, why, sizeof(why), &client), rows[i].error);
        ck_assert_str_eq(why, rows[i].why);
        ck_assert_ptr_null(client);
    }
}
END_TEST

START_TEST(the_demo_is_loaded)
{
    char database[sizeof(database_path) + 10];
    const char *const with[] = {"greeting=Moin", database, NULL};
    struct cadre_test_client *client;
    const struct cadre_test_response *res;

    database_file_make();
    snprintf(database, sizeof(database), "database=%s", database_path);
    client = cadre_test_serve(.file = DEMO, .settings = with);
    res = cadre_test_get(client, "/hello/W%C3%B6rld");
    cadre_assert_status(res, 200);
    cadre_assert_header(res, "content-type", "application/json");
    cadre_assert_body(res, "{\"message\":\"Moin, W\xc3\xb6rld!\"}\n");
    cadre_assert_status(cadre_test_get(client, "/slow?ms=10000"), 200);
    cadre_assert_status(cadre_test_get(client, "/nothing"), 404);
    cadre_test_close(client);
    database_file_remove();
}
END_TEST

START_TEST(two_clients_share_the_clock)
{
    struct cadre_test_client *one = serve(), *two = serve();

    cadre_assert_body(cadre_test_get(one, "/sleeps"), "slept");
    cadre_assert_body(cadre_test_get(two, "/sleeps"), "slept");
    ck_assert_uint_eq(cadre_test_elapsed_ms(), (10 + 10 + 3600 + 3600) * 1000);
    cadre_test_close(one);
    cadre_assert_body(cadre_test_get(two, "/sleeps"), "slept");
    cadre_test_close(two);
}
END_TEST

static int both_at_a_time(void *arg)
{
    struct cadre_test_client *client;
    const struct cadre_test_module one = {.module = &module};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1};
    struct cadre_test_stream *streams[2];
    char why[300];

    (void)arg;
    ck_assert_int_eq(cadre_test_open(&app, why, sizeof(why), &client), 0);
    for (int i = 0; i < 2; i++)
        streams[i] = cadre_test_stream_open(
            client, &(const struct cadre_test_request){.target = "/sleeps"}, false);
    for (int i = 0; i < 2; i++)
        cadre_assert_body(cadre_test_stream_end(streams[i]), "slept");
    ck_assert_uint_eq(cadre_test_elapsed_ms(), (10 + 3600) * 1000);
    return cadre_test_close(client);
}

START_TEST(requests_run_at_a_time_in_a_coroutine)
{
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_int_eq(cadre_test_run(both_at_a_time, NULL), 0);
}
END_TEST

/* --- requests --- */

START_TEST(a_request_is_what_was_asked_for)
{
    static const char *const headers[] = {"X-Two: a ", "x-two:b", "User-Agent: me", NULL};
    static const char *const trailers[] = {"x-sum: 42", NULL};
    struct cadre_test_client *client = serve();

    cadre_assert_body(cadre_test_get(client, "/mirror?a=1&b=%20"),
                      "GET /mirror?a=1&b=%20 root= client=127.0.0.1\n"
                      "host: testserver\nuser-agent: testclient\naccept: */*\n\n");
    cadre_assert_body(cadre_test_request(client, .method = "PUT",
                                         .target = "http://other:81/mirror", .headers = headers,
                                         .type = "text/plain", .text = "tea", .trailers = trailers),
                      "PUT /mirror? root= client=127.0.0.1\n"
                      "x-two: a\nx-two: b\nuser-agent: me\nhost: other:81\naccept: */*\n"
                      "content-type: text/plain\ncontent-length: 3\n\ntea|42");
    cadre_assert_body_has(cadre_test_request(client, .method = "PUT", .target = "/mirror",
                                             .body = "a long body", .body_len = 6,
                                             .piece_bytes = 2),
                          "\n\na long");
    cadre_test_close(client);
}
END_TEST

static ssize_t counts_down(void *arg, void *buf, size_t size)
{
    int *left = arg;

    ck_assert_uint_ge(size, 10);
    if (*left == 0)
        return 0;
    if (*left < 0)
        return -EIO;
    return snprintf(buf, size, "%d ", (*left)--);
}

START_TEST(a_body_is_made_piece_by_piece)
{
    struct cadre_test_client *client = serve();
    int left = 5;
    const struct cadre_test_response *res = cadre_test_request(
        client, .method = "POST", .target = "/mirror", .read_body = counts_down, .arg = &left);

    cadre_assert_body_has(res, "\n\n5 4 3 2 1 ");
    left = -1;
    res = cadre_test_request(client, .method = "POST", .target = "/mirror",
                             .read_body = counts_down, .arg = &left);
    ck_assert_int_eq(cadre_test_status(res), 0);
    ck_assert_int_eq(cadre_test_result(res), -EPIPE);
    cadre_test_close(client);
}
END_TEST

START_TEST(redirects_are_followed)
{
    static const struct {
        const char *method, *query, *end, *url;
    } rows[] = {
        {"POST", "status=303&where=mirror", "GET /mirror", "http://testserver/mirror"},
        {"POST", "status=302&where=/mirror", "GET /mirror", "http://testserver/mirror"},
        {"POST", "status=307&where=/mirror%3Fa", "POST /mirror?a", "http://testserver/mirror?a"},
        {"POST", "status=308&where=//other/mirror", "POST /mirror", "http://other/mirror"},
        {"GET", "status=301&where=http://other/mirror", "GET /mirror", "http://other/mirror"},
    };
    struct cadre_test_client *client = serve();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char target[200];

        snprintf(target, sizeof(target), "/to?%s", rows[i].query);
        const struct cadre_test_response *res = cadre_test_request(
            client, .method = rows[i].method, .target = target, .text = "the body");
        cadre_assert_status(res, 200);
        cadre_assert_body_has(res, rows[i].end);
        ck_assert_uint_eq(cadre_test_redirects(res), 1);
        ck_assert_str_eq(cadre_test_url(res), rows[i].url);
        bool has_body = strstr(cadre_test_text(res), "\n\nthe body") != NULL;
        ck_assert_int_eq(has_body, strstr(rows[i].query, "=30") != NULL && i > 1);
    }
    const struct cadre_test_response *res =
        cadre_test_request(client, .target = "/to?status=302&where=/x", .keep_redirects = true);
    cadre_assert_status(res, 302);
    res = cadre_test_get(client, "/to?status=307&where=/to%3Fstatus=307%26where=/to");
    ck_assert_int_eq(cadre_test_status(res), 500); /* the last one lacks its query */
    cadre_test_close(client);
}
END_TEST

START_TEST(an_endless_redirect_ends)
{
    struct cadre_test_client *client = serve();
    const struct cadre_test_response *res =
        cadre_test_get(client, "/to?status=307&where=?status=307%26where=");

    cadre_assert_status(res, 307);
    ck_assert_str_eq(cadre_test_failure(res), "more than 20 redirects");
    cadre_test_close(client);
}
END_TEST

START_TEST(credentials_stay_with_their_host)
{
    static const char *const headers[] = {"Authorization: secret", "Cookie: a=1", "X-Mine: 1",
                                          NULL};
    struct cadre_test_client *client = serve();
    const struct cadre_test_response *res = cadre_test_request(
        client, .target = "/to?status=302&where=//other/mirror", .headers = headers);

    cadre_assert_body_has(res, "x-mine: 1");
    ck_assert_ptr_null(strstr(cadre_test_text(res), "authorization"));
    ck_assert_ptr_null(strstr(cadre_test_text(res), "cookie"));
    cadre_test_close(client);
}
END_TEST

START_TEST(cookies_are_kept)
{
    struct cadre_test_client *client = serve();

    ck_assert_int_eq(cadre_test_set_cookie(client, "old", "1"), 0);
    const struct cadre_test_response *res = cadre_test_get(client, "/login");
    cadre_assert_body_has(res, "cookie: sid=7\n");
    ck_assert_str_eq(cadre_test_cookie(client, "sid"), "7");
    ck_assert_ptr_null(cadre_test_cookie(client, "old"));
    cadre_test_get(client, "/sleeps"); /* an hour */
    ck_assert_ptr_null(cadre_test_cookie(client, "sid"));
    cadre_test_get(client, "/login");
    cadre_test_clear_cookies(client);
    ck_assert_ptr_null(strstr(cadre_test_text(cadre_test_get(client, "/mirror")), "cookie"));
    cadre_test_close(client);
}
END_TEST

/* --- responses --- */

START_TEST(failures_are_told_apart)
{
    struct cadre_test_client *client = serve();
    const struct cadre_test_response *res = cadre_test_get(client, "/fails");

    cadre_assert_status(res, 500);
    ck_assert_int_eq(cadre_test_result(res), 0); /* the application has answered it */
    res = cadre_test_get(client, "/breaks");
    cadre_assert_status(res, 200);
    cadre_assert_body(res, "half");
    ck_assert(cadre_test_is_cut(res));
    ck_assert_int_eq(cadre_test_result(res), -EIO);
    ck_assert_str_eq(cadre_test_failure(res), "the response was cut off: Input/output error");
    res = cadre_test_get(client, "/%00");
    ck_assert_int_eq(cadre_test_status(res), 0);
    ck_assert_str_eq(cadre_test_failure(res), "the path \"/%00\" is not one: a server answers 400");
    res = cadre_test_request(client, .headers = (const char *const[]){"none", NULL});
    ck_assert_str_eq(cadre_test_failure(res), "the header \"none\" is not \"name: value\"");
    res = cadre_test_request(client, .method = "G T");
    ck_assert_str_eq(cadre_test_failure(res),
                     "the method \"G T\" is no token: a server answers 400");
    res = cadre_test_get(client, "ftp://x/");
    ck_assert_str_eq(cadre_test_failure(res), "the target \"ftp://x/\" is no URL");
    cadre_test_close(client);
}
END_TEST

START_TEST(a_handler_that_hangs_is_an_error)
{
    struct cadre_test_client *client = serve();

    ck_assert_msg(
        strstr(cadre_test_failure(cadre_test_get(client, "/hangs")), "nothing can happen"), "%s",
        cadre_test_failure(cadre_test_get(client, "/hangs")));
    cadre_test_close(client);
}
END_TEST

START_TEST(interim_responses_and_trailers_are_there)
{
    static const char *const te[] = {"TE: trailers", NULL};
    struct cadre_test_client *client = serve();
    const struct cadre_test_response *res =
        cadre_test_request(client, .target = "/hints", .headers = te);

    cadre_assert_body(res, "body");
    ck_assert_int_eq(cadre_test_interim_status(res, 0), 103);
    ck_assert_str_eq(cadre_test_interim_header(res, 0, "Link"), "</a.css>; rel=preload");
    ck_assert_int_eq(cadre_test_interim_status(res, 1), 0);
    ck_assert_str_eq(cadre_test_trailer(res, "x-sum"), "42");
    res = cadre_test_request(client, .target = "/hints", .headers = te, .http_version = 10);
    ck_assert_int_eq(cadre_test_interim_status(res, 0), 0);
    ck_assert_ptr_null(cadre_test_trailer(res, "x-sum"));
    cadre_assert_body(res, "body");
    cadre_test_close(client);
}
END_TEST

START_TEST(files_head_and_threads_work)
{
    struct cadre_test_client *client = serve();
    const struct cadre_test_response *res = cadre_test_get(client, "/file");

    cadre_assert_status(res, 206);
    cadre_assert_body(res, "23456");
    res = cadre_test_request(client, .method = "HEAD", .target = "/thread");
    cadre_assert_status(res, 200);
    cadre_assert_header(res, "content-length", "5");
    cadre_assert_body(res, "");
    cadre_assert_body(cadre_test_get(client, "/thread"), "slept");
    cadre_test_close(client);
}
END_TEST

/* --- streams --- */

START_TEST(a_stream_holds_its_writer_back)
{
    struct cadre_test_client *client = serve();
    struct cadre_test_stream *stream = cadre_test_stream_open(
        client, &(const struct cadre_test_request){.target = "/pours"}, false);
    char buf[30000];
    ssize_t n;

    cadre_assert_status(cadre_test_stream_head(stream), 200);
    for (size_t read = 0; read < 200000; read += (size_t)n) {
        n = cadre_test_stream_read(stream, buf, sizeof(buf));
        ck_assert_int_gt(n, 0);
        ck_assert_uint_le(n_written, read + (size_t)n + 68 * 1024);
    }
    cadre_test_stream_leave(stream);
    cadre_test_stream_end(stream);
    ck_assert_ptr_nonnull(strstr(story, "[left]"));
    cadre_test_close(client);
}
END_TEST

START_TEST(a_client_that_leaves_cancels)
{
    struct cadre_test_client *client = serve();
    struct cadre_test_stream *stream = cadre_test_stream_open(
        client, &(const struct cadre_test_request){.target = "/waits"}, false);

    cadre_assert_body(cadre_test_get(client, "/thread"), "slept"); /* it waits meanwhile */
    cadre_test_stream_leave(stream);
    const struct cadre_test_response *res = cadre_test_stream_end(stream);
    ck_assert_int_eq(cadre_test_status(res), 0);
    ck_assert_ptr_nonnull(strstr(story, "[cancelled]"));
    cadre_test_close(client);
}
END_TEST

START_TEST(both_directions_at_a_time)
{
    struct cadre_test_client *client = serve();
    const struct cadre_test_request request = {.method = "POST", .target = "/echoes"};
    struct cadre_test_stream *stream = cadre_test_stream_open(client, &request, true);
    char buf[100];

    cadre_assert_status(cadre_test_stream_head(stream), 200);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(cadre_test_stream_write(stream, "ping", 4), 0);
        ck_assert_int_eq(cadre_test_stream_read(stream, buf, sizeof(buf)), 4);
    }
    cadre_test_stream_write_end(stream);
    ck_assert_int_eq(cadre_test_stream_read(stream, buf, sizeof(buf)), 0);
    ck_assert_int_eq(cadre_test_stream_write(stream, "x", 1), -EINVAL);
    cadre_assert_body(cadre_test_stream_end(stream), "pingpingping");
    cadre_test_close(client);
}
END_TEST

START_TEST(closing_ends_what_runs)
{
    struct cadre_test_client *client = serve();
    struct cadre_test_stream *stream = cadre_test_stream_open(
        client, &(const struct cadre_test_request){.target = "/pours"}, false);

    cadre_assert_status(cadre_test_stream_head(stream), 200);
    cadre_test_forget(client); /* not what is under way */
    cadre_assert_status(cadre_test_stream_head(stream), 200);
    cadre_test_stream_leave(stream);
    cadre_assert_status(cadre_test_stream_end(stream), 200);
    cadre_test_forget(client);
    stream = cadre_test_stream_open(client, &(const struct cadre_test_request){.target = "/hangs"},
                                    false);
    cadre_assert_body(cadre_test_get(client, "/thread"), "slept");
    (void)cadre_test_stream_end(stream);
    ck_assert_int_eq(cadre_test_close(client), 0);
}
END_TEST

UNIT_MAIN("test/client", UNIT_CASE(lifespans_run_around_it), UNIT_CASE(what_is_wrong_is_said),
          UNIT_CASE(the_demo_is_loaded), UNIT_CASE(two_clients_share_the_clock),
          UNIT_CASE(requests_run_at_a_time_in_a_coroutine),
          UNIT_CASE(a_request_is_what_was_asked_for), UNIT_CASE(a_body_is_made_piece_by_piece),
          UNIT_CASE(redirects_are_followed), UNIT_CASE(an_endless_redirect_ends),
          UNIT_CASE(credentials_stay_with_their_host), UNIT_CASE(cookies_are_kept),
          UNIT_CASE(failures_are_told_apart), UNIT_CASE(a_handler_that_hangs_is_an_error),
          UNIT_CASE(interim_responses_and_trailers_are_there),
          UNIT_CASE(files_head_and_threads_work), UNIT_CASE(a_stream_holds_its_writer_back),
          UNIT_CASE(a_client_that_leaves_cancels), UNIT_CASE(both_directions_at_a_time),
          UNIT_CASE(closing_ends_what_runs))
