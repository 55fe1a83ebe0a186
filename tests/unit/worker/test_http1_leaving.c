/* SPDX-License-Identifier: MIT */
/*
 * Clients that leave while a handler runs: that it is seen, whatever else they have sent, and that
 * a handler that wants it is cancelled. Over socket pairs, and over TCP where a reset counts.
 */
#include "config.h"

#include "worker/http1.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/arena.h"
#include "tests/unit/worker/harness.h"

#define H      "Host: h\r\n"
#define SECOND 1000

/* --- the application --- */

static struct {
    int begun;    /* handlers that began */
    int ended;    /* handlers that returned */
    int saw;      /* of these, the ones that saw the client leave */
    int result;   /* of the last call of one of them that suspended */
    int results;  /* calls that failed */
    int answered; /* by 200 */
} seen;

static int reply(struct cadre__channel *ch, const char *text)
{
    const struct cadre__event event = {
        .type = CADRE__EVENT_HTTP_RESPONSE, .status = 200, .body = cadre_str_from(text)};
    int r = cadre__channel_send_event(ch, &event);

    if (r == 0)
        seen.answered++;
    return r;
}

/* For ten seconds, asks now and then; then answers. */
static int poll_client(struct cadre__channel *ch)
{
    bool left = false;

    for (int i = 0; i < 100 && !left; i++) {
        seen.result = cadre_sleep(SECOND / 10);
        if (seen.result < 0)
            return seen.result;
        left = ch->ops->is_disconnected(ch);
    }
    if (left)
        seen.saw++;
    return reply(ch, "polled");
}

static int work(struct cadre__channel *ch)
{
    ch->ops->cancel_on_disconnect(ch);
    seen.result = cadre_sleep(10 * SECOND);
    if (seen.result < 0) {
        seen.results++;
        return seen.result;
    }
    return reply(ch, "worked");
}

static int flood(struct cadre__channel *ch)
{
    static const char bytes[1 << 16];
    const struct cadre__event start = {.type = CADRE__EVENT_HTTP_RESPONSE_START, .status = 200};
    const struct cadre__event body = {
        .type = CADRE__EVENT_HTTP_RESPONSE_BODY, .body = {bytes, sizeof(bytes)}, .more_body = true};
    int r;

    ch->ops->cancel_on_disconnect(ch);
    r = cadre__channel_send_event(ch, &start);
    while (r == 0)
        r = cadre__channel_send_event(ch, &body);
    seen.results++;
    seen.result = r;
    return r;
}

static int wait_for_end(struct cadre__channel *ch)
{
    struct cadre__event event = {.more_body = true};
    int r = 0;

    while (r == 0 && event.type != CADRE__EVENT_HTTP_DISCONNECT)
        r = cadre__channel_receive_event(ch, &event);
    if (r == 0)
        seen.saw++;
    return r < 0 ? r : reply(ch, "waited");
}

static int app(void *arg, const struct cadre__scope *scope, struct cadre__channel *ch)
{
    const char *path = scope->path.ptr;
    int r;

    (void)arg;
    seen.begun++;
    if (strcmp(path, "/poll") == 0)
        r = poll_client(ch);
    else if (strcmp(path, "/work") == 0)
        r = work(ch);
    else if (strcmp(path, "/flood") == 0)
        r = flood(ch);
    else if (strcmp(path, "/wait") == 0)
        r = wait_for_end(ch);
    else
        r = reply(ch, "hi");
    seen.ended++;
    return r;
}

/* --- clients --- */

static void turn(void)
{
    for (int i = 0; i < HARNESS_QUIET; i++)
        harness_yield();
}

static void ask(int fd, const char *path)
{
    char request[128];
    int len = snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n" H "\r\n", path);

    harness_send(fd, request, (size_t)len);
    turn();
}

/* `first`, and so much behind it that the server has no room for: returns how many requests. */
static int ask_much(int fd, const char *first)
{
    static const char more[] = "GET / HTTP/1.1\r\n" H "\r\n";
    static char all[48 * 1024];
    size_t len = 0;
    int n = 0;

    for (; len + sizeof(more) < sizeof(all); n++, len += sizeof(more) - 1)
        memcpy(all + len, more, sizeof(more) - 1);
    ask(fd, first);
    harness_send(fd, all, len);
    turn();
    return n + 1;
}

/* A connection over TCP; the client's end. */
static int connect_tcp(struct harness *h)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    struct connection *c;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int ours = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int theirs;

    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, size), 0);
    ck_assert_int_eq(listen(listener, 1), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    ck_assert_int_eq(connect(ours, (struct sockaddr *)&address, size), 0);
    theirs = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    ck_assert_int_ge(theirs, 0);
    ck_assert_int_eq(connection_open(h->server, theirs, (struct sockaddr *)&address, 0, &c), 0);
    close(listener);
    return ours;
}

static void reset(int fd)
{
    const struct linger hard = {.l_onoff = 1};

    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard)), 0);
    close(fd);
}

/* What is sent over the loopback interface comes at once, but for a moment. */
static void wait_for(const int *what, int wanted)
{
    for (int i = 0; i < 100 * 1000 && *what < wanted; i++) {
        usleep(100);
        harness_yield();
    }
    ck_assert_int_eq(*what, wanted);
}

static size_t count(const struct answer *a, const char *text)
{
    size_t n = 0;

    for (const char *at = a->bytes; (at = strstr(at, text)) != NULL; at++)
        n++;
    return n;
}

/* --- it is seen --- */

static void script_closes_behind_much(struct harness *h)
{
    int fd = harness_connect(h);

    ask_much(fd, "/poll");
    ck_assert_int_eq(cadre_sleep(SECOND), 0);
    ck_assert_int_eq(seen.ended, 0);
    close(fd);
    turn();
    ck_assert_int_eq(cadre_sleep(SECOND), 0);
    ck_assert_int_eq(seen.saw, 1);
    ck_assert_int_eq(seen.begun, 1); /* nobody is there to be answered */
}

START_TEST(a_close_is_seen_behind_more_than_fits)
{
    harness_run(app, NULL, script_closes_behind_much);
}
END_TEST

static void script_ends_its_side(struct harness *h)
{
    struct answer *a = answer_new();
    int fd = harness_connect(h);
    int n = ask_much(fd, "/poll");

    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    turn();
    ck_assert_int_eq(cadre_sleep(SECOND), 0);
    ck_assert_int_eq(seen.saw, 1);
    harness_drain(fd, a);
    ck_assert_int_eq(seen.answered, n);
    ck_assert_uint_eq(count(a, "HTTP/1.1 200 OK"), (size_t)n);
    ck_assert(a->closed);
    close(fd);
    free(a);
}

START_TEST(one_that_ends_its_side_gets_all_its_answers)
{
    harness_run(app, NULL, script_ends_its_side);
}
END_TEST

static void script_waits(struct harness *h)
{
    struct answer *a = answer_new();
    int fd = harness_connect(h);
    int n = ask_much(fd, "/wait");

    ck_assert_int_eq(seen.saw, 0);
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    turn();
    ck_assert_int_eq(seen.saw, 1);
    harness_drain(fd, a);
    ck_assert_uint_eq(count(a, "HTTP/1.1 200 OK"), (size_t)n);
    close(fd);
    free(a);
}

START_TEST(a_handler_that_receives_sees_it_and_no_request_is_lost)
{
    harness_run(app, NULL, script_waits);
}
END_TEST

static void script_unread_body(struct harness *h)
{
    static const char head[] = "POST /poll HTTP/1.1\r\n" H "Content-Length: 1000000\r\n\r\n";
    static const char part[40 * 1024];
    int fd = harness_connect(h);

    harness_send(fd, head, sizeof(head) - 1);
    harness_send(fd, part, sizeof(part));
    turn();
    close(fd);
    turn();
    ck_assert_int_eq(cadre_sleep(SECOND), 0);
    ck_assert_int_eq(seen.saw, 1);
}

START_TEST(a_close_is_seen_behind_a_body_that_nobody_reads)
{
    harness_run(app, NULL, script_unread_body);
}
END_TEST

static void script_resets(struct harness *h)
{
    int fd = connect_tcp(h);

    ask_much(fd, "/work");
    wait_for(&seen.begun, 1);
    usleep(10000);
    turn();
    ck_assert_int_eq(seen.ended, 0);
    reset(fd);
    wait_for(&seen.ended, 1);
    ck_assert_int_eq(seen.result, -ECANCELED);
    ck_assert_int_eq(seen.begun, 1);
}

START_TEST(a_reset_is_seen_behind_more_than_fits)
{
    harness_run(app, NULL, script_resets);
}
END_TEST

static void script_tcp_closes(struct harness *h)
{
    int fd = connect_tcp(h);

    ask_much(fd, "/work");
    wait_for(&seen.begun, 1);
    usleep(10000);
    turn();
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    wait_for(&seen.ended, 1);
    ck_assert_int_eq(seen.result, -ECANCELED);
    close(fd);
    turn();
}

START_TEST(an_end_by_tcp_is_seen_behind_more_than_fits)
{
    harness_run(app, NULL, script_tcp_closes);
}
END_TEST

/* --- it cancels --- */

static void script_cancelled(struct harness *h)
{
    int fd = harness_connect(h);

    ask(fd, "/work");
    ck_assert_int_eq(seen.ended, 0);
    close(fd);
    turn();
    ck_assert_int_eq(seen.ended, 1);
    ck_assert_int_eq(seen.result, -ECANCELED);
    ck_assert_int_eq(seen.results, 1);
}

START_TEST(a_handler_that_wants_it_is_cancelled)
{
    harness_run(app, NULL, script_cancelled);
}
END_TEST

static void script_half_closed(struct harness *h)
{
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    ask(fd, "/work");
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    turn();
    ck_assert_int_eq(seen.result, -ECANCELED);
    harness_drain(fd, a);
    ck_assert_uint_eq(count(a, "HTTP/1.1 503 Service Unavailable"), 1);
    ck_assert(a->closed);
    close(fd);
    free(a);
}

START_TEST(a_client_that_ended_its_side_is_told_so)
{
    harness_run(app, NULL, script_half_closed);
}
END_TEST

static void script_has_left(struct harness *h)
{
    static const char two[] = "GET /poll HTTP/1.1\r\n" H "\r\nGET /work HTTP/1.1\r\n" H "\r\n";
    int fd = harness_connect(h);

    harness_send(fd, two, sizeof(two) - 1);
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    turn();
    ck_assert_int_eq(cadre_sleep(SECOND), 0);
    ck_assert_int_eq(seen.begun, 2);
    ck_assert_int_eq(seen.result, -ECANCELED);
    close(fd);
    turn();
}

START_TEST(one_whose_client_has_left_is_cancelled_at_once)
{
    harness_run(app, NULL, script_has_left);
}
END_TEST

static void script_stays(struct harness *h)
{
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    ask(fd, "/work");
    ck_assert_int_eq(cadre_sleep(11 * SECOND), 0);
    ask(fd, "/poll"); /* has not asked for it */
    harness_drain(fd, a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "worked"));
    close(fd);
    turn();
    ck_assert_int_eq(seen.ended, 1);
    ck_assert_int_eq(cadre_sleep(SECOND), 0);
    ck_assert_int_eq(seen.saw, 1);
    ck_assert_int_eq(seen.results, 0);
    free(a);
}

START_TEST(the_next_request_is_not_cancelled_for_the_one_before)
{
    harness_run(app, NULL, script_stays);
}
END_TEST

static void script_floods(struct harness *h)
{
    int fd = harness_connect(h);

    ask(fd, "/flood");
    ck_assert_int_eq(seen.results, 0);
    close(fd);
    turn();
    ck_assert_int_eq(seen.ended, 1);
    ck_assert_int_eq(seen.result, -ECANCELED);
}

START_TEST(a_sender_ends_too)
{
    harness_run(app, NULL, script_floods);
}
END_TEST

static void script_write_waits(struct harness *h)
{
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    ask_much(fd, "/flood"); /* no room to read, none to write */
    ck_assert_int_eq(cadre_sleep(SECOND), 0);
    for (int i = 0; i < 20; i++) {
        harness_read(fd, a); /* it goes on, and waits anew */
        a->len = 0;
        turn();
    }
    ck_assert_int_eq(seen.results, 0);
    close(fd);
    turn();
    ck_assert_int_eq(seen.ended, 1);
    ck_assert_int_eq(seen.result, -ECANCELED);
    free(a);
}

START_TEST(a_sender_behind_more_than_fits_ends_too)
{
    harness_run(app, NULL, script_write_waits);
}
END_TEST

UNIT_MAIN("worker/http1, leaving", UNIT_CASE(a_close_is_seen_behind_more_than_fits),
          UNIT_CASE(one_that_ends_its_side_gets_all_its_answers),
          UNIT_CASE(a_handler_that_receives_sees_it_and_no_request_is_lost),
          UNIT_CASE(a_close_is_seen_behind_a_body_that_nobody_reads),
          UNIT_CASE(a_reset_is_seen_behind_more_than_fits),
          UNIT_CASE(an_end_by_tcp_is_seen_behind_more_than_fits),
          UNIT_CASE(a_handler_that_wants_it_is_cancelled),
          UNIT_CASE(a_client_that_ended_its_side_is_told_so),
          UNIT_CASE(one_whose_client_has_left_is_cancelled_at_once),
          UNIT_CASE(the_next_request_is_not_cancelled_for_the_one_before),
          UNIT_CASE(a_sender_ends_too), UNIT_CASE(a_sender_behind_more_than_fits_ends_too))
