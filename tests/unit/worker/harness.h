/* SPDX-License-Identifier: MIT */
/*
 * A server without a process: loop with the test clock, an app of the test, and connections that
 * are the ends of socket pairs. The test's client runs as the loop's main coroutine, so it may
 * sleep (the clock jumps) and yield (everything that is ready runs).
 */
#ifndef CADRE_TESTS_UNIT_WORKER_HARNESS_H
#define CADRE_TESTS_UNIT_WORKER_HARNESS_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "async/loop.h"
#include "base/clock.h"
#include "base/log.h"
#include "gateway/gateway.h"
#include "ipc/scoreboard.h"
#include "tests/unit/unit.h"
#include "worker/access_log.h"
#include "worker/connection.h"
#include "worker/meter.h"
#include "worker/server.h"
#include <cadre/task.h>

/* An assertion in the client's steps; a test that watches the heap has one that allocates nothing.
 */
#ifndef HARNESS_CHECK
#define HARNESS_CHECK(what) ck_assert(what)
#endif

/* How many turns nothing may come before the client holds that nothing will. */
#define HARNESS_QUIET 20

struct harness {
    struct cadre__test_clock clock;
    struct cadre__loop *loop;
    struct server *server;
    struct cadre__score score;
    struct cadre__traffic_counts counts;
    struct meter meter;
    struct server_limits limits;
    unsigned n_closed;
    void (*script)(struct harness *h);
    void *data;                    /* the test's */
    struct access_log *access_log; /* made where the test sets harness_access_format */
    int access_fd;                 /* what its lines are in */
};

/* Set before a run: the server has an access log of this pattern. */
static __attribute__((unused)) const char *harness_access_format;

/* What the client got. */
struct answer {
    char bytes[1 << 20];
    size_t len;
    bool closed; /* the server ended it */
    bool reset;  /* by RST */
};

static inline void harness_on_closed(void *arg)
{
    struct harness *h = arg;

    h->n_closed++;
}

static inline struct server_limits harness_limits(void)
{
    return (struct server_limits){
        .keepalive_timeout_ns = 5 * CADRE__NSEC_PER_SEC,
        .head_timeout_ns = 10 * CADRE__NSEC_PER_SEC,
        .body_timeout_ns = 30 * CADRE__NSEC_PER_SEC,
        .send_timeout_ns = 30 * CADRE__NSEC_PER_SEC,
        .max_body_size = 1 << 20,
        .max_head_size = 16384,
        .max_line_size = 16384,
        .max_extensions_size = 8192,
        .max_trailers_size = 8192,
        .max_headers = 100,
        .max_connections = 1000,
        .server_header = false,
    };
}

static inline int harness_main(void *arg)
{
    struct harness *h = arg;

    h->script(h);
    return 0;
}

static inline void harness_open_access_log(struct harness *h)
{
    char path[] = "/tmp/cadre-access-XXXXXX";

    if (!harness_access_format)
        return;
    h->access_fd = mkstemp(path);
    ck_assert_int_ge(h->access_fd, 0);
    unlink(path);
    const struct access_log_options options = {
        .loop = h->loop, .fd = dup(h->access_fd), .format = harness_access_format, .worker = 1};
    ck_assert_int_eq(access_log_new(&options, &h->access_log), 0);
}

static inline void harness_close_access_log(struct harness *h)
{
    access_log_free(h->access_log);
    if (h->access_log)
        close(h->access_fd);
}

/* Runs a script against a server with that app and those limits; all must be over at its end. */
static inline void harness_run_with(struct server_limits limits, cadre__app_fn app, void *data,
                                    void (*script)(struct harness *h))
{
    struct harness h = {.limits = limits, .script = script, .data = data};

    /* What a module does wrong is logged; here it is the test's own doing. */
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    cadre__test_clock_init(&h.clock, CADRE__NSEC_PER_SEC);
    const struct cadre__loop_options loop_options = {.test_clock = &h.clock};
    ck_assert_int_eq(cadre__loop_new(&loop_options, &h.loop), 0);
    harness_open_access_log(&h);
    const struct server_options options = {
        .access_log = h.access_log,
        .loop = h.loop,
        .limits = &h.limits,
        .app_fn = app,
        .app = &h,
        .score = &h.score,
        .meter = &h.meter,
        .on_connection_closed = harness_on_closed,
        .arg = &h,
    };
    meter_init(&h.meter, &h.counts, &h.score);
    ck_assert_int_eq(server_new(&options, &h.server), 0);
    ck_assert_int_eq(cadre__loop_run_main(h.loop, harness_main, &h), 0);
    ck_assert_msg(server_is_empty(h.server), "a connection or a handler is left");
    ck_assert_uint_eq(h.server->n_in_flight, 0);
    server_free(h.server);
    harness_close_access_log(&h);
    cadre__loop_free(h.loop);
}

static inline void harness_run(cadre__app_fn app, void *data, void (*script)(struct harness *h))
{
    harness_run_with(harness_limits(), app, data, script);
}

/* A new connection; the client's end. */
static inline int harness_connect(struct harness *h)
{
    int ends[2];
    struct connection *c;

    HARNESS_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    HARNESS_CHECK(connection_open(h->server, ends[1], NULL, 0, &c) == 0);
    return ends[0];
}

static inline void harness_yield(void)
{
    HARNESS_CHECK(cadre_yield() == 0);
}

/* Sends all; lets the server read in between. */
static inline void harness_send(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EPIPE)
            return;
        HARNESS_CHECK(n > 0 || errno == EAGAIN);
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
        harness_yield();
    }
}

/* One read; true when something came. */
static inline bool harness_read(int fd, struct answer *a)
{
    ssize_t n = recv(fd, a->bytes + a->len, sizeof(a->bytes) - 1 - a->len, 0);

    if (n > 0)
        a->len += (size_t)n;
    else if (n == 0)
        a->closed = true;
    else if (errno == ECONNRESET)
        a->closed = a->reset = true;
    a->bytes[a->len] = '\0';
    return n > 0;
}

/* Reads until the server closes, or nothing comes for a while. */
static inline void harness_drain(int fd, struct answer *a)
{
    for (int quiet = 0; quiet < HARNESS_QUIET && !a->closed;) {
        if (harness_read(fd, a))
            quiet = 0;
        else
            quiet++;
        harness_yield();
    }
}

static inline struct answer *answer_new(void)
{
    struct answer *a = calloc(1, sizeof(*a));

    ck_assert_ptr_nonnull(a);
    return a;
}

/* Takes the Date fields out, so that answers can be compared. */
static inline void answer_drop_dates(struct answer *a)
{
    char *at;

    while ((at = strstr(a->bytes, "date: "))) {
        char *end = strstr(at, "\r\n");
        ck_assert_ptr_nonnull(end);
        memmove(at, end + 2, strlen(end + 2) + 1);
    }
    a->len = strlen(a->bytes);
}

#endif
