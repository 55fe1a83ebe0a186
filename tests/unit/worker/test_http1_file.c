/* SPDX-License-Identifier: MIT */
/*
 * Parts of files, trailers and interim responses over a connection: what an application sends as
 * events, and what comes out. Files go by sendfile(2) and, where a case asks for it, without: the
 * call is wrapped here.
 */
#include "config.h"

#include "worker/http1_file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>

#include "tests/unit/worker/harness.h"
#include "worker/http1.h"

#define H "Host: h\r\n"

/* Enough for many writes; the answer holds it. */
#define FILE_LEN 900000

/* --- the system call --- */

static struct {
    bool refused; /* it fails by EINVAL, as for files that it does not know */
    int calls;    /* of it */
} kernel;

/* In place of the C library's. */
ssize_t sendfile(int to, int from, off_t *offset, size_t len)
{
    kernel.calls++;
    if (kernel.refused) {
        errno = EINVAL;
        return -1;
    }
    return (ssize_t)syscall(SYS_sendfile, to, from, offset, len);
}

/* --- the application --- */

static struct {
    int sent;  /* what the event that a case is about gave */
    int after; /* what the next one gave */
    bool done; /* the handler has returned */
} seen;

static char *contents;

static int make_file(void)
{
    int fd = memfd_create("file", MFD_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    if (!contents) {
        contents = malloc(FILE_LEN);
        ck_assert_ptr_nonnull(contents);
        for (size_t i = 0; i < FILE_LEN; i++)
            contents[i] = (char)('a' + i * 7 % 26);
    }
    ck_assert_int_eq(write(fd, contents, FILE_LEN), FILE_LEN);
    return fd;
}

static int start(struct cadre__channel *ch, int status, const struct cadre__header *headers,
                 size_t n, bool trailers)
{
    const struct cadre__event event = {.type = CADRE__EVENT_HTTP_RESPONSE_START,
                                       .status = status,
                                       .headers = headers,
                                       .n_headers = n,
                                       .more_trailers = trailers};
    return cadre__channel_send_event(ch, &event);
}

static int body(struct cadre__channel *ch, const char *text, bool more)
{
    const struct cadre__event event = {
        .type = CADRE__EVENT_HTTP_RESPONSE_BODY, .body = cadre_str_from(text), .more_body = more};

    return cadre__channel_send_event(ch, &event);
}

static int file(struct cadre__channel *ch, int fd, uint64_t offset, uint64_t len, bool more)
{
    const struct cadre__file_part part = {.fd = fd, .offset = offset, .len = len};
    const struct cadre__event event = {
        .type = CADRE__EVENT_HTTP_RESPONSE_FILE, .file = &part, .more_body = more};

    return cadre__channel_send_event(ch, &event);
}

static int trailers(struct cadre__channel *ch, const struct cadre__header *fields, size_t n)
{
    const struct cadre__event event = {
        .type = CADRE__EVENT_HTTP_RESPONSE_TRAILERS, .headers = fields, .n_headers = n};

    return cadre__channel_send_event(ch, &event);
}

static int interim(struct cadre__channel *ch, int status, const struct cadre__header *fields,
                   size_t n)
{
    const struct cadre__event event = {.type = CADRE__EVENT_HTTP_RESPONSE_INTERIM,
                                       .status = status,
                                       .headers = fields,
                                       .n_headers = n};
    return cadre__channel_send_event(ch, &event);
}

static int do_part(struct cadre__channel *ch, uint64_t offset, uint64_t len)
{
    int fd = make_file();
    int r = start(ch, 200, NULL, 0, false);

    if (r == 0)
        seen.sent = r = file(ch, fd, offset, len, false);
    close(fd);
    return r;
}

static int do_between(struct cadre__channel *ch)
{
    int fd = make_file();
    int r = start(ch, 200, NULL, 0, false);

    if (r == 0)
        r = body(ch, "before ", true);
    if (r == 0)
        r = file(ch, fd, 0, 10, true);
    if (r == 0)
        r = file(ch, fd, 10, 0, true);
    if (r == 0)
        r = file(ch, fd, 26, 3, true);
    close(fd);
    return r < 0 ? r : body(ch, " after", false);
}

static int do_declared(struct cadre__channel *ch)
{
    const struct cadre__header length = {CADRE_STR("content-length"), CADRE_STR("5")};
    int fd = make_file();
    int r = start(ch, 200, &length, 1, false);

    if (r == 0)
        seen.sent = file(ch, fd, 0, 6, false);
    if (r == 0)
        r = file(ch, fd, 0, 5, false);
    close(fd);
    return r;
}

/* Ends before it should; what is sent then could pass for the rest. */
static int do_short(struct cadre__channel *ch)
{
    int fd = make_file();
    int r = start(ch, 200, NULL, 0, false);

    if (r == 0)
        seen.sent = file(ch, fd, FILE_LEN - 4, 10, true);
    seen.after = body(ch, "forged", false);
    close(fd);
    return r;
}

static int do_pipe(struct cadre__channel *ch)
{
    int ends[2];
    int r = start(ch, 200, NULL, 0, false);

    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    if (r == 0)
        seen.sent = r = file(ch, ends[0], 0, 4, false);
    close(ends[0]);
    close(ends[1]);
    return r;
}

static int do_trailers(struct cadre__channel *ch, bool whole)
{
    const struct cadre__header names = {CADRE_STR("trailer"), CADRE_STR("x-sum, etag")};
    const struct cadre__header fields[] = {{CADRE_STR("x-sum"), CADRE_STR("42")},
                                           {CADRE_STR("etag"), CADRE_STR("\"e\"")}};
    int r = start(ch, 200, &names, 1, true);

    if (r == 0 && !whole)
        r = body(ch, "one", true);
    if (r == 0)
        r = body(ch, "two", false);
    return r < 0 ? r : trailers(ch, fields, 2);
}

static int do_hints(struct cadre__channel *ch)
{
    const struct cadre__header fields[] = {
        {CADRE_STR("link"), CADRE_STR("</a.css>; rel=preload")},
        {CADRE_STR("content-length"), CADRE_STR("7")},
        {CADRE_STR("connection"), CADRE_STR("close")},
    };
    const struct cadre__header own = {CADRE_STR("x-own"), CADRE_STR("1")};
    int r = interim(ch, 103, fields, 3);

    if (r == 0)
        r = interim(ch, 102, NULL, 0);
    if (r == 0)
        r = cadre_sleep(1000);
    if (r == 0)
        r = start(ch, 200, &own, 1, false);
    return r < 0 ? r : body(ch, "hi", false);
}

/* Says what the trailers of the request are. */
static int do_say(struct cadre__channel *ch)
{
    struct cadre__event event = {0};
    char text[512] = "";
    size_t len = 0;

    do {
        int r = cadre__channel_receive_event(ch, &event);
        if (r < 0)
            return r;
    } while (event.more_body);
    for (size_t i = 0; i < event.n_headers; i++) {
        const struct cadre__header *f = &event.headers[i];
        ck_assert_uint_eq(f->name.len, strlen(f->name.ptr));
        ck_assert_uint_eq(f->value.len, strlen(f->value.ptr));
        len +=
            (size_t)snprintf(text + len, sizeof(text) - len, "%s=%s;", f->name.ptr, f->value.ptr);
    }
    int r = start(ch, 200, NULL, 0, false);
    return r < 0 ? r : body(ch, text, false);
}

static int app(void *arg, const struct cadre__scope *scope, struct cadre__channel *ch)
{
    const char *path = scope->path.ptr;
    int r = -ENOENT;

    (void)arg;
    if (strcmp(path, "/all") == 0)
        r = do_part(ch, 0, FILE_LEN);
    else if (strcmp(path, "/range") == 0)
        r = do_part(ch, 26, 5);
    else if (strcmp(path, "/empty") == 0)
        r = do_part(ch, 0, 0);
    else if (strcmp(path, "/between") == 0)
        r = do_between(ch);
    else if (strcmp(path, "/declared") == 0)
        r = do_declared(ch);
    else if (strcmp(path, "/short") == 0)
        r = do_short(ch);
    else if (strcmp(path, "/pipe") == 0)
        r = do_pipe(ch);
    else if (strcmp(path, "/trailers") == 0)
        r = do_trailers(ch, false);
    else if (strcmp(path, "/trailers-whole") == 0)
        r = do_trailers(ch, true);
    else if (strcmp(path, "/promise") == 0)
        r = start(ch, 200, NULL, 0, true) < 0 ? -EIO : body(ch, "x", false);
    else if (strcmp(path, "/hints") == 0)
        r = do_hints(ch);
    else if (strcmp(path, "/say") == 0)
        r = do_say(ch);
    seen.done = true;
    return r;
}

/* --- exchanges --- */

#define OK              "HTTP/1.1 200 OK\r\n"
#define CHUNK           "transfer-encoding: chunked\r\n"
#define GET(path, more) "GET " path " HTTP/1.1\r\n" H more "\r\n"

static const struct exchange {
    const char *what;
    const char *request;
    const char *answer;
    bool closes;
} exchanges[] = {
    {"a part of a file has a length and keeps the connection", GET("/range", "") GET("/range", ""),
     OK "content-length: 5\r\n\r\nahovc" OK "content-length: 5\r\n\r\nahovc", false},
    {"nothing of a file", GET("/empty", ""), OK "content-length: 0\r\n\r\n", false},
    {"HEAD has the length of the file", "HEAD /range HTTP/1.1\r\n" H "\r\n",
     OK "content-length: 5\r\n\r\n", false},
    {"between bytes, in chunks", GET("/between", ""),
     OK CHUNK "\r\n7\r\nbefore \r\na\r\nahovcjqxel\r\n3\r\naho\r\n6\r\n after\r\n0\r\n\r\n", false},
    {"to HTTP/1.0 it ends with the connection", "GET /between HTTP/1.0\r\n\r\n",
     OK "connection: close\r\n\r\nbefore ahovcjqxelaho after", true},
    {"as long as declared", GET("/declared", ""), OK "content-length: 5\r\n\r\nahovc", false},
    {"a file that ends early cuts the answer", GET("/short", ""), OK CHUNK "\r\na\r\nqxel", true},
    {"what is no file cuts it too", GET("/pipe", ""), OK "content-length: 4\r\n\r\n", true},
    {"trailers to whom asks for them", GET("/trailers", "TE: deflate;q=0.5, Trailers\r\n"),
     OK "trailer: x-sum, etag\r\n" CHUNK
        "\r\n3\r\none\r\n3\r\ntwo\r\n0\r\nx-sum: 42\r\netag: \"e\"\r\n\r\n",
     false},
    {"they need chunks, also where the length is known", GET("/trailers-whole", "TE: trailers\r\n"),
     OK "trailer: x-sum, etag\r\n" CHUNK "\r\n3\r\ntwo\r\n0\r\nx-sum: 42\r\netag: \"e\"\r\n\r\n",
     false},
    {"no trailers to whom does not ask", GET("/trailers", ""),
     OK CHUNK "\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n", false},
    {"and no chunks for them", GET("/trailers-whole", "TE: trailersx\r\n"),
     OK "content-length: 3\r\n\r\ntwo", false},
    {"none to HTTP/1.0", "GET /trailers HTTP/1.0\r\nTE: trailers\r\n\r\n",
     OK "connection: close\r\n\r\nonetwo", true},
    {"none to HEAD", "HEAD /trailers HTTP/1.1\r\n" H "TE: trailers\r\n\r\n", OK "\r\n", false},
    {"a promise of trailers that is not kept cuts the answer", GET("/promise", "TE: trailers\r\n"),
     OK CHUNK "\r\n1\r\nx\r\n", true},
    {"hints come first", GET("/hints", ""),
     "HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n"
     "HTTP/1.1 102 Processing\r\n\r\n" OK "x-own: 1\r\ncontent-length: 2\r\n\r\nhi",
     false},
    {"no hints to HTTP/1.0", "GET /hints HTTP/1.0\r\n\r\n",
     OK "x-own: 1\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi", true},
    {"trailers of a request",
     "POST /say HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n"
     "X-Sum:\t 42 \r\nETag: e\r\nx-empty:\r\nX-Sum: 43\r\n\r\n" GET("/range", ""),
     OK "content-length: 34\r\n\r\nx-sum=42;etag=e;x-empty=;x-sum=43;" OK
        "content-length: 5\r\n\r\nahovc",
     false},
    {"those that frame or route are left out",
     "POST /say HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n"
     "Host: evil\r\nx-a: 1\r\nAuthorization: x\r\n\r\n",
     OK "content-length: 6\r\n\r\nx-a=1;", false},
    {"no trailers", "POST /say HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     OK "content-length: 0\r\n\r\n", false},
};

struct run {
    const struct exchange *x;
    size_t split; /* 0: whole */
};

/* Reads until so much is there, or the end. The disk's threads take real time. */
static void drain_to(int fd, struct answer *a, size_t len)
{
    for (int quiet = 0; quiet < 5000 && !a->closed && a->len < len; quiet++) {
        if (harness_read(fd, a))
            quiet = 0;
        else
            usleep(1000);
        harness_yield();
    }
    harness_drain(fd, a);
}

/* Of these answers, with their Date fields. */
static size_t len_of(const char *answers)
{
    size_t len = strlen(answers);

    for (const char *at = answers; (at = strstr(at, "HTTP/1.1 200")) != NULL; at++)
        len += sizeof("date: Fri, 20 Nov 2026 23:11:30 GMT\r\n") - 1;
    return len;
}

static void check_answer(const struct exchange *x, struct answer *a)
{
    answer_drop_dates(a);
    ck_assert_msg(strcmp(a->bytes, x->answer) == 0, "%s:\ngot\n%s\nexpected\n%s", x->what, a->bytes,
                  x->answer);
    ck_assert_msg(a->closed == x->closes, "%s: %s", x->what, a->closed ? "was closed" : "was kept");
}

static void run_exchange(struct harness *h)
{
    const struct run *run = h->data;
    const struct exchange *x = run->x;
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    memset(&seen, 0, sizeof(seen));
    harness_send(fd, x->request, run->split);
    harness_yield();
    harness_send(fd, x->request + run->split, strlen(x->request) - run->split);
    harness_drain(fd, a);
    if (strstr(x->request, "/hints")) {
        ck_assert_int_eq(cadre_sleep(1100), 0);
        harness_drain(fd, a);
    }
    drain_to(fd, a, x->closes ? SIZE_MAX : len_of(x->answer));
    check_answer(x, a);
    close(fd);
    for (int i = 0; i < HARNESS_QUIET; i++)
        harness_yield();
    free(a);
}

START_TEST(exchanges_with_the_kernel)
{
    const struct exchange *x = &exchanges[_i];

    for (size_t at = 0; at < strlen(x->request); at++) {
        struct run run = {.x = x, .split = at};

        harness_run(app, &run, run_exchange);
    }
}
END_TEST

START_TEST(exchanges_without_it)
{
    struct run run = {.x = &exchanges[_i]};

    kernel.refused = true;
    harness_run(app, &run, run_exchange);
}
END_TEST

/* --- large files, slow clients --- */

static void ask(int fd, const char *path)
{
    char request[128];
    int len = snprintf(request, sizeof(request), GET("%s", ""), path);

    harness_send(fd, request, (size_t)len);
    for (int i = 0; i < HARNESS_QUIET; i++)
        harness_yield();
}

static void script_large(struct harness *h)
{
    struct answer *a = answer_new();
    int fd = harness_connect(h), other = harness_connect(h);

    ask(fd, "/all");
    /* It does not read: its neighbour is served meanwhile. */
    ask(other, "/range");
    drain_to(other, a, len_of(OK "content-length: 5\r\n\r\nahovc"));
    ck_assert_ptr_nonnull(strstr(a->bytes, "\r\n\r\nahovc"));
    ck_assert(!seen.done || seen.sent == 0);
    *a = (struct answer){0};
    drain_to(fd, a, FILE_LEN + len_of(OK "content-length: 900000\r\n\r\n"));
    const char *got = strstr(a->bytes, "\r\n\r\n");
    ck_assert_ptr_nonnull(got);
    ck_assert_uint_eq(a->len - (size_t)(got + 4 - a->bytes), FILE_LEN);
    ck_assert_mem_eq(got + 4, contents, FILE_LEN);
    ck_assert(!a->closed);
    close(fd);
    close(other);
    harness_drain(fd, a);
    free(a);
}

START_TEST(a_large_file_waits_for_its_reader)
{
    kernel.refused = _i == 1;
    harness_run(app, NULL, script_large);
    ck_assert_int_ge(kernel.calls, _i == 1 ? 1 : 3);
}
END_TEST

static void script_leaves(struct harness *h)
{
    int fd = harness_connect(h);

    /* As a worker does. */
    (void)signal(SIGPIPE, SIG_IGN);
    seen.done = false;
    ask(fd, "/all");
    ck_assert(!seen.done);
    close(fd);
    for (int i = 0; i < 20000 && !seen.done; i++)
        harness_yield();
    ck_assert(seen.done);
    ck_assert_int_eq(seen.sent, -EPIPE);
}

START_TEST(a_client_that_leaves_ends_it)
{
    harness_run(app, NULL, script_leaves);
}
END_TEST

static void script_stalls(struct harness *h)
{
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    seen.done = false;
    ask(fd, "/all");
    ck_assert_int_eq(cadre_sleep(29 * 1000), 0);
    ck_assert(!seen.done);
    ck_assert_int_eq(cadre_sleep(2 * 1000), 0);
    ck_assert(seen.done);
    ck_assert_int_eq(seen.sent, -EPIPE);
    drain_to(fd, a, SIZE_MAX);
    ck_assert(a->closed);
    ck_assert_uint_lt(a->len, FILE_LEN);
    close(fd);
    free(a);
}

START_TEST(a_client_that_does_not_read_is_given_up)
{
    harness_run(app, NULL, script_stalls);
}
END_TEST

static void script_cancel(struct harness *h)
{
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    seen.done = false;
    ask(fd, "/all");
    server_cancel(h->server);
    for (int i = 0; i < HARNESS_QUIET && !seen.done; i++)
        harness_yield();
    ck_assert_int_eq(seen.sent, -ECANCELED);
    drain_to(fd, a, SIZE_MAX);
    ck_assert(a->closed);
    ck_assert_uint_lt(a->len, FILE_LEN);
    close(fd);
    free(a);
}

START_TEST(a_cancel_ends_it_where_it_is)
{
    harness_run(app, NULL, script_cancel);
}
END_TEST

START_TEST(nothing_passes_for_the_rest_of_a_file)
{
    struct run run = {.x = &exchanges[6]};

    harness_run(app, &run, run_exchange);
    ck_assert_int_eq(seen.sent, -EIO);
    ck_assert_int_eq(seen.after, -EPIPE);
}
END_TEST

START_TEST(what_is_no_file_is_told_so)
{
    struct run run = {.x = &exchanges[7]};

    harness_run(app, &run, run_exchange);
    ck_assert_int_eq(seen.sent, -ESPIPE);
}
END_TEST

#define N_EXCHANGES (sizeof(exchanges) / sizeof(exchanges[0]))

UNIT_MAIN("worker/http1_file", UNIT_LOOP(exchanges_with_the_kernel, N_EXCHANGES),
          UNIT_LOOP(exchanges_without_it, N_EXCHANGES),
          UNIT_LOOP(a_large_file_waits_for_its_reader, 2), UNIT_CASE(a_client_that_leaves_ends_it),
          UNIT_CASE(a_client_that_does_not_read_is_given_up),
          UNIT_CASE(a_cancel_ends_it_where_it_is), UNIT_CASE(nothing_passes_for_the_rest_of_a_file),
          UNIT_CASE(what_is_no_file_is_told_so))
