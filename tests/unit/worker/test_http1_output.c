/* SPDX-License-Identifier: MIT */
/*
 * Answers that wait for their client to read: who may go on, and when. Over socket pairs.
 */
#include "worker/http1.h"

#include <sys/ioctl.h>

#include "tests/unit/worker/harness.h"

#define H "Host: h\r\n"

/* How much a socket pair holds, and what is tried around a multiple of it. */
#define AROUND (HTTP1_OUT_LOW * 2)
#define STEP   (HTTP1_OUT_LOW / 2)

static struct {
    size_t len; /* of the answer */
    int result; /* of its send */
    int ended;  /* handlers that returned */
} seen;

static int app(void *arg, const struct cadre__scope *scope, struct cadre__channel *ch)
{
    static const char bytes[1 << 20];
    const struct cadre__event event = {
        .type = CADRE__EVENT_HTTP_RESPONSE, .status = 200, .body = {bytes, seen.len}};

    (void)arg;
    (void)scope;
    seen.result = cadre__channel_send_event(ch, &event);
    seen.ended++;
    return seen.result;
}

/* Asks, and lets the server write until nothing goes any more; returns how many bytes wait here. */
static size_t ask(struct harness *h, int *ret_fd)
{
    static const char request[] = "GET / HTTP/1.1\r\n" H "\r\n";
    int waiting = 0;

    *ret_fd = harness_connect(h);
    harness_send(*ret_fd, request, sizeof(request) - 1);
    for (int i = 0; i < HARNESS_QUIET; i++)
        harness_yield();
    ck_assert_int_eq(ioctl(*ret_fd, FIONREAD, &waiting), 0);
    return (size_t)waiting;
}

/* All that has come, without a turn of the loop. */
static void read_at_once(int fd, struct answer *a)
{
    while (harness_read(fd, a))
        continue;
}

/* The client reads, which makes room for almost all of the rest, and before the server has seen it
 * the handler is cancelled. */
static void cancel_with_room(struct harness *h)
{
    struct answer *a = answer_new();
    int fd;

    ask(h, &fd);
    ck_assert_int_eq(seen.ended, 0);
    read_at_once(fd, a);
    server_cancel(h->server);
    harness_drain(fd, a);
    ck_assert_int_eq(seen.ended, 1);
    ck_assert(a->closed);
    close(fd);
    harness_yield();
    harness_yield();
    free(a);
}

static void measure(struct harness *h)
{
    struct answer *a = answer_new();
    int fd;

    *(size_t *)h->data = ask(h, &fd);
    harness_drain(fd, a);
    ck_assert_uint_ge(a->len, seen.len);
    close(fd);
    harness_yield();
    harness_yield();
    free(a);
}

START_TEST(a_cancelled_sender_ends_however_much_is_left)
{
    size_t room = 0;

    seen.len = 1000 * 1000;
    harness_run(app, &room, measure);
    ck_assert_uint_gt(room, AROUND);
    ck_assert_uint_lt(2 * room + AROUND, 1 << 20);
    for (seen.len = 2 * room - AROUND; seen.len <= 2 * room + AROUND; seen.len += STEP) {
        seen.ended = 0;
        harness_run(app, NULL, cancel_with_room);
    }
}
END_TEST

UNIT_MAIN("worker/http1_output", UNIT_CASE(a_cancelled_sender_ends_however_much_is_left))
