/* SPDX-License-Identifier: MIT */
/*
 * Buffered streams: the rows of asyncio's StreamReader and StreamWriter, and what happens when
 * connections break, are closed meanwhile, or calls are cancelled.
 */
#include "config.h"

#include "tests/unit/lib/async/io_test.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cadre/socket.h>
#include <cadre/stream.h>

#include "async/stream_internal.h"

/* A stream and the bare descriptor at its other end. */
struct ends {
    struct cadre_stream *stream;
    int peer;
};

static void open_with(struct ends *ends, const struct cadre_stream_options *options)
{
    int fds[2];

    ck_assert_int_eq(cadre_socket_pair(fds), 0);
    ck_assert_int_eq(cadre_stream_open(fds[0], options, &ends->stream), 0);
    ends->peer = fds[1];
}

static void open_ends(struct ends *ends)
{
    open_with(ends, NULL);
}

static void close_ends(struct ends *ends)
{
    cadre_stream_free(ends->stream);
    cadre_fd_close(ends->peer);
}

static void peer_sends(const struct ends *ends, const char *text)
{
    ck_assert_int_eq(write(ends->peer, text, strlen(text)), (ssize_t)strlen(text));
}

static void peer_ends(struct ends *ends)
{
    cadre_fd_close(ends->peer);
    ends->peer = -1;
}

static void assert_str(struct cadre_str is, const char *should)
{
    ck_assert_uint_eq(is.len, strlen(should));
    ck_assert_int_eq(memcmp(is.ptr, should, is.len), 0);
}

/* --- reading --- */

static int read_some(void *arg)
{
    struct ends ends;
    char buf[8192];

    (void)arg;
    open_ends(&ends);
    peer_sends(&ends, "hello world");
    ck_assert_int_eq(cadre_stream_read(ends.stream, buf, 5), 5);
    ck_assert_int_eq(memcmp(buf, "hello", 5), 0);
    ck_assert_int_eq(cadre_stream_read(ends.stream, buf, sizeof(buf)), 6);
    ck_assert_int_eq(cadre_stream_read(ends.stream, buf, 0), 0);
    ck_assert(!cadre_stream_at_eof(ends.stream));
    peer_sends(&ends, "last");
    peer_ends(&ends);
    ck_assert_int_eq(cadre_stream_read(ends.stream, buf, sizeof(buf)), 4);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(cadre_stream_read(ends.stream, buf, i ? 8 : sizeof(buf)), 0);
    ck_assert(cadre_stream_at_eof(ends.stream));
    close_ends(&ends);
    return 0;
}

START_TEST(read_gives_what_is_there_and_nothing_at_the_end)
{
    io_run(read_some, NULL);
}
END_TEST

static int exactly(void *arg)
{
    struct ends ends;
    char buf[16];
    size_t partial = 99;

    (void)arg;
    open_ends(&ends);
    peer_sends(&ends, "abcdefgh");
    ck_assert_int_eq(cadre_stream_read_exact(ends.stream, buf, 5, &partial), 0);
    ck_assert_int_eq(memcmp(buf, "abcde", 5), 0);
    ck_assert_int_eq(cadre_stream_read_exact(ends.stream, buf, 0, &partial), 0);
    ck_assert_uint_eq(partial, 99);
    peer_ends(&ends);
    ck_assert_int_eq(cadre_stream_read_exact(ends.stream, buf, 5, &partial), -ENODATA);
    ck_assert_uint_eq(partial, 3);
    ck_assert_int_eq(memcmp(buf, "fgh", 3), 0);
    ck_assert_int_eq(cadre_stream_read_exact(ends.stream, buf, 5, NULL), -ENODATA);
    close_ends(&ends);
    return 0;
}

START_TEST(a_short_end_gives_the_partial_bytes)
{
    io_run(exactly, NULL);
}
END_TEST

static char big[300 * 1024];

static void send_big(void *arg)
{
    int fd = *(int *)arg;
    size_t done;

    ck_assert_int_eq(cadre_fd_write_all(fd, big, sizeof(big), &done), 0);
}

static int exactly_much(void *arg)
{
    static char buf[sizeof(big)];
    struct ends ends;

    (void)arg;
    for (size_t i = 0; i < sizeof(big); i++)
        big[i] = (char)(i * 7 + i / 251);
    open_ends(&ends);
    io_go(send_big, &ends.peer);
    ck_assert_int_eq(cadre_stream_read_exact(ends.stream, buf, sizeof(buf), NULL), 0);
    ck_assert_int_eq(memcmp(buf, big, sizeof(big)), 0);
    close_ends(&ends);
    return 0;
}

START_TEST(more_than_the_limit_can_be_read_exactly)
{
    io_run(exactly_much, NULL);
}
END_TEST

static int separators(void *arg)
{
    struct ends ends;
    struct cadre_str got;
    char rest[4];

    (void)arg;
    open_ends(&ends);
    peer_sends(&ends, "one\r\ntwo\r\n\r\nthr");
    ck_assert_int_eq(cadre_stream_read_until(ends.stream, CADRE_STR("\r\n"), &got), 0);
    assert_str(got, "one\r\n");
    ck_assert_int_eq(cadre_stream_read_until(ends.stream, CADRE_STR("\r\n\r\n"), &got), 0);
    assert_str(got, "two\r\n\r\n");
    ck_assert_int_eq(cadre_stream_read_until(ends.stream, CADRE_STR(""), &got), -EINVAL);
    ck_assert_int_eq(cadre_stream_read(ends.stream, rest, 1), 1);
    peer_sends(&ends, "ee");
    peer_ends(&ends);
    ck_assert_int_eq(cadre_stream_read_until(ends.stream, CADRE_STR(";"), &got), -ENODATA);
    assert_str(got, "hree");
    ck_assert_int_eq(cadre_stream_read_until(ends.stream, CADRE_STR(";"), &got), -ENODATA);
    assert_str(got, "");
    close_ends(&ends);
    return 0;
}

START_TEST(reading_until_a_separator_takes_it_too)
{
    io_run(separators, NULL);
}
END_TEST

struct line_reader {
    struct cadre_stream *stream;
    struct cadre_str separator;
    struct cadre_str got;
    int result;
    bool ended;
};

static void read_until(void *arg)
{
    struct line_reader *it = arg;

    it->result = cadre_stream_read_until(it->stream, it->separator, &it->got);
    it->ended = true;
}

static int in_pieces(void *arg)
{
    static const char text[] = "header--boundar--boundary";
    struct ends ends;
    struct line_reader reader = {.separator = CADRE_STR("--boundary")};
    char piece[2] = "";

    (void)arg;
    open_ends(&ends);
    reader.stream = ends.stream;
    io_go(read_until, &reader);
    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        ck_assert(!reader.ended);
        piece[0] = text[i];
        peer_sends(&ends, piece);
        io_settle();
    }
    ck_assert(reader.ended);
    ck_assert_int_eq(reader.result, 0);
    assert_str(reader.got, text);
    close_ends(&ends);
    return 0;
}

START_TEST(a_separator_may_come_in_pieces)
{
    io_run(in_pieces, NULL);
}
END_TEST

static int lines(void *arg)
{
    struct ends ends;
    struct cadre_str got;

    (void)arg;
    open_ends(&ends);
    peer_sends(&ends, "a\n\nlast");
    peer_ends(&ends);
    ck_assert_int_eq(cadre_stream_read_line(ends.stream, &got), 0);
    assert_str(got, "a\n");
    ck_assert_int_eq(cadre_stream_read_line(ends.stream, &got), 0);
    assert_str(got, "\n");
    ck_assert_int_eq(cadre_stream_read_line(ends.stream, &got), 0);
    assert_str(got, "last");
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(cadre_stream_read_line(ends.stream, &got), 0);
        ck_assert_uint_eq(got.len, 0);
    }
    close_ends(&ends);
    return 0;
}

START_TEST(the_last_line_needs_no_newline)
{
    io_run(lines, NULL);
}
END_TEST

static int limits(void *arg)
{
    static const struct cadre_stream_options options = {.limit = 8};
    struct ends ends;
    struct cadre_str got;
    char buf[32];

    (void)arg;
    open_with(&ends, &options);
    peer_sends(&ends, "12345678\n");
    ck_assert_int_eq(cadre_stream_read_line(ends.stream, &got), 0);
    assert_str(got, "12345678\n");
    peer_sends(&ends, "123456789\nok\n");
    ck_assert_int_eq(cadre_stream_read_until(ends.stream, CADRE_STR("\n"), &got), -EMSGSIZE);
    ck_assert_int_eq(cadre_stream_read_until(ends.stream, CADRE_STR("\n"), &got), -EMSGSIZE);
    ck_assert_int_eq(cadre_stream_read(ends.stream, buf, 10), 9); /* nothing was lost */
    ck_assert_int_eq(cadre_stream_read(ends.stream, buf, 1), 1);
    ck_assert_int_eq(cadre_stream_read_line(ends.stream, &got), 0);
    assert_str(got, "ok\n");
    peer_sends(&ends, "123456789012345678901\nok\n");
    ck_assert_int_eq(cadre_stream_read_line(ends.stream, &got), -EMSGSIZE);
    ck_assert_int_eq(cadre_stream_read_line(ends.stream, &got), -EMSGSIZE);
    ck_assert_int_eq(cadre_stream_read_line(ends.stream, &got), 0); /* 18 dropped, 3 left */
    assert_str(got, "901\n");
    ck_assert_int_eq(cadre_stream_read_line(ends.stream, &got), 0);
    assert_str(got, "ok\n");
    close_ends(&ends);
    return 0;
}

START_TEST(a_line_above_the_limit_is_an_error)
{
    io_run(limits, NULL);
}
END_TEST

static void send_in_vain(void *arg)
{
    int fd = *(int *)arg;
    size_t done;

    ck_assert_int_lt(cadre_fd_write_all(fd, big, sizeof(big), &done), 0);
    cadre_fd_close(fd);
}

static int flood(void *arg)
{
    struct ends ends;
    struct cadre_str got;

    (void)arg;
    memset(big, 'x', sizeof(big));
    open_ends(&ends);
    io_go(send_in_vain, &ends.peer);
    ck_assert_int_eq(cadre_stream_read_until(ends.stream, CADRE_STR("\n"), &got), -EMSGSIZE);
    ck_assert_uint_le(ends.stream->received.len, 64 * 1024 + 1);
    ck_assert_uint_le(ends.stream->received.size, 128 * 1024);
    cadre_stream_free(ends.stream);
    io_settle();
    return 0;
}

START_TEST(a_peer_that_floods_is_held_up_at_the_limit)
{
    io_run(flood, NULL);
}
END_TEST

static int to_the_end(void *arg)
{
    struct ends ends;
    char *all;
    size_t len;

    (void)arg;
    open_ends(&ends);
    peer_sends(&ends, "all of it");
    peer_ends(&ends);
    ck_assert_int_eq(cadre_stream_read_all(ends.stream, 8, &all, &len), -EMSGSIZE);
    ck_assert_int_eq(cadre_stream_read_all(ends.stream, 9, &all, &len), 0);
    ck_assert_uint_eq(len, 9);
    ck_assert_str_eq(all, "all of it");
    free(all);
    ck_assert_int_eq(cadre_stream_read_all(ends.stream, 0, &all, &len), 0);
    ck_assert_uint_eq(len, 0);
    ck_assert_str_eq(all, "");
    free(all);
    close_ends(&ends);
    return 0;
}

START_TEST(all_is_read_up_to_a_bound)
{
    io_run(to_the_end, NULL);
}
END_TEST

struct exact_reader {
    struct cadre_stream *stream;
    char buf[16];
    int result;
    bool ended;
};

static void read_ten(void *arg)
{
    struct exact_reader *it = arg;

    it->result = cadre_stream_read_exact(it->stream, it->buf, 10, NULL);
    it->ended = true;
}

static int second_reader(void *arg)
{
    struct ends ends;
    struct exact_reader first = {0};
    char buf[8];
    struct cadre_str got;

    (void)arg;
    open_ends(&ends);
    first.stream = ends.stream;
    io_go(read_ten, &first);
    ck_assert_int_eq(cadre_stream_read(ends.stream, buf, 8), -EBUSY);
    ck_assert_int_eq(cadre_stream_read_line(ends.stream, &got), -EBUSY);
    peer_sends(&ends, "0123456789");
    io_settle();
    ck_assert(first.ended);
    ck_assert_int_eq(first.result, 0);
    close_ends(&ends);
    return 0;
}

START_TEST(a_second_reader_is_refused)
{
    io_run(second_reader, NULL);
}
END_TEST

static int cancelled_read(void *arg)
{
    struct ends ends;
    struct exact_reader reader = {0};
    struct cadre__coroutine *co;
    char buf[16];

    (void)arg;
    open_ends(&ends);
    reader.stream = ends.stream;
    co = io_go(read_ten, &reader);
    peer_sends(&ends, "012345");
    io_settle();
    ck_assert(!reader.ended);
    cadre__coroutine_cancel(co);
    io_settle();
    ck_assert_int_eq(reader.result, -ECANCELED);
    peer_sends(&ends, "6789");
    ck_assert_int_eq(cadre_stream_read_exact(ends.stream, buf, 10, NULL), 0);
    ck_assert_int_eq(memcmp(buf, "0123456789", 10), 0);
    close_ends(&ends);
    return 0;
}

START_TEST(a_cancelled_read_has_lost_nothing)
{
    io_run(cancelled_read, NULL);
}
END_TEST

static int closed_meanwhile(void *arg)
{
    struct ends ends;
    struct exact_reader reader = {0};
    char buf[4];

    open_ends(&ends);
    reader.stream = ends.stream;
    io_go(read_ten, &reader);
    if (arg)
        cadre_stream_abort(ends.stream);
    else
        cadre_stream_close(ends.stream);
    io_settle();
    ck_assert_int_eq(reader.result, -EBADF);
    ck_assert_int_eq(cadre_stream_read(ends.stream, buf, 4), -EBADF);
    ck_assert_int_eq(cadre_stream_write(ends.stream, buf, 4), -EBADF);
    ck_assert_int_eq(cadre_stream_fd(ends.stream), -1);
    close_ends(&ends);
    return 0;
}

START_TEST(a_close_ends_a_read_of_another)
{
    io_run(closed_meanwhile, _i == 0 ? NULL : &io_clock);
}
END_TEST

static int reset(void *arg)
{
    static const struct linger at_once = {.l_onoff = 1};
    struct cadre_address address;
    struct cadre_stream *stream;
    int listener = cadre_socket_listen("127.0.0.1", 0, 0);
    int peer;
    char buf[8];

    (void)arg;
    ck_assert_int_eq(cadre_socket_address(listener, &address), 0);
    ck_assert_int_eq(cadre_stream_connect("127.0.0.1", cadre_address_port(&address), 1000, &stream),
                     0);
    peer = cadre_socket_accept(listener, NULL);
    ck_assert_int_eq(setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
    cadre_fd_close(peer);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(cadre_stream_read(stream, buf, 8), -ECONNRESET);
    ck_assert(!cadre_stream_at_eof(stream));
    cadre_stream_free(stream);
    cadre_fd_close(listener);
    return 0;
}

START_TEST(a_reset_is_told_to_every_read)
{
    io_run(reset, NULL);
}
END_TEST

static int idle(void *arg)
{
    struct ends ends;
    struct line_reader reader = {.separator = CADRE_STR("\n")};

    (void)arg;
    open_ends(&ends);
    reader.stream = ends.stream;
    io_go(read_until, &reader);
    ck_assert_ptr_null(ends.stream->received.data);
    ck_assert_ptr_null(ends.stream->kept.data);
    peer_ends(&ends);
    io_settle();
    ck_assert_int_eq(reader.result, -ENODATA);
    close_ends(&ends);
    return 0;
}

START_TEST(an_idle_stream_holds_no_buffer)
{
    io_run(idle, NULL);
}
END_TEST

/* --- writing --- */

/* Takes `len` bytes out of the peer's end. */
static void peer_takes(const struct ends *ends, size_t len)
{
    static char buf[4096];

    while (len > 0) {
        ssize_t n = read(ends->peer, buf, len < sizeof(buf) ? len : sizeof(buf));

        if (n < 0 && errno == EAGAIN) {
            io_settle();
            continue;
        }
        ck_assert_int_gt(n, 0);
        len -= (size_t)n;
    }
}

struct writer {
    struct cadre_stream *stream;
    int (*call)(struct cadre_stream *stream);
    int result;
    bool ended;
};

static void make_call(void *arg)
{
    struct writer *it = arg;

    it->result = it->call(it->stream);
    it->ended = true;
}

static int call_write(struct cadre_stream *stream)
{
    return cadre_stream_write(stream, "x", 1);
}

/* Writes until the kernel takes no more, and 1,000 bytes more than the high-water mark are kept. */
static void press(const struct ends *ends)
{
    static char block[1000];

    while (cadre_stream_pending(ends->stream) <= 64 * 1024)
        ck_assert_int_eq(cadre_stream_write_nowait(ends->stream, block, sizeof(block)), 0);
}

static int pressure(void *arg)
{
    struct ends ends;
    struct writer writers[] = {{.call = call_write}, {.call = cadre_stream_drain}};

    (void)arg;
    open_ends(&ends);
    ck_assert_int_eq(cadre_stream_drain(ends.stream), 0);
    press(&ends);
    for (int i = 0; i < 2; i++) {
        writers[i].stream = ends.stream;
        io_go(make_call, &writers[i]);
    }
    /* Below the high mark is not enough. */
    while (cadre_stream_pending(ends.stream) > 16 * 1024) {
        ck_assert(!writers[0].ended && !writers[1].ended);
        peer_takes(&ends, 1000);
        io_settle();
    }
    io_settle();
    ck_assert(writers[0].ended && writers[1].ended);
    ck_assert_int_eq(writers[0].result, 0);
    ck_assert_int_eq(writers[1].result, 0);
    close_ends(&ends);
    return 0;
}

START_TEST(a_write_above_the_high_mark_waits_for_the_low_one)
{
    io_run(pressure, NULL);
}
END_TEST

static int marks(void *arg)
{
    static const struct cadre_stream_options options = {.high_water = 10, .low_water = 1};
    static char block[11];
    struct ends ends;
    struct writer writer = {.call = cadre_stream_drain};

    (void)arg;
    open_with(&ends, &options);
    while (cadre_stream_pending(ends.stream) == 0)
        ck_assert_int_eq(cadre_stream_write_nowait(ends.stream, block, 1), 0);
    ck_assert_int_eq(cadre_stream_write_nowait(ends.stream, block, 9), 0);
    ck_assert_uint_eq(cadre_stream_pending(ends.stream), 10);
    ck_assert_int_eq(cadre_stream_drain(ends.stream), 0); /* at the mark, and not above it */
    ck_assert_int_eq(cadre_stream_write_nowait(ends.stream, block, 1), 0);
    writer.stream = ends.stream;
    io_go(make_call, &writer);
    io_settle();
    ck_assert(!writer.ended);
    peer_ends(&ends);
    io_settle();
    ck_assert(writer.ended);
    ck_assert_int_lt(writer.result, 0);
    close_ends(&ends);
    return 0;
}

START_TEST(the_marks_can_be_chosen)
{
    io_run(marks, NULL);
}
END_TEST

static int peer_leaves(void *arg)
{
    struct ends ends;
    struct writer writer = {.call = call_write};
    char buf[8];

    (void)arg;
    open_ends(&ends);
    peer_sends(&ends, "before");
    press(&ends);
    writer.stream = ends.stream;
    io_go(make_call, &writer);
    io_settle();
    peer_ends(&ends);
    io_settle();
    ck_assert(writer.ended);
    ck_assert(writer.result == -EPIPE || writer.result == -ECONNRESET);
    ck_assert_uint_eq(cadre_stream_pending(ends.stream), 0);
    ck_assert_int_eq(cadre_stream_write(ends.stream, "x", 1), writer.result);
    ck_assert_int_eq(cadre_stream_drain(ends.stream), writer.result);
    ck_assert_int_eq(cadre_stream_flush(ends.stream), writer.result);
    ck_assert_int_eq(cadre_stream_read(ends.stream, buf, 8), 6);
    ck_assert_int_eq(cadre_stream_wait_closed(ends.stream), writer.result);
    close_ends(&ends);
    return 0;
}

START_TEST(a_peer_that_leaves_ends_writing_and_leaves_what_was_received)
{
    io_run(peer_leaves, NULL);
}
END_TEST

static int eof(void *arg)
{
    struct ends ends;
    char buf[8];

    (void)arg;
    open_ends(&ends);
    ck_assert_int_eq(cadre_stream_write(ends.stream, "bye", 3), 0);
    ck_assert_int_eq(cadre_stream_write_eof(ends.stream), 0);
    ck_assert_int_eq(cadre_stream_write_eof(ends.stream), 0);
    ck_assert_int_eq(cadre_stream_write(ends.stream, "x", 1), -EPIPE);
    ck_assert_int_eq(cadre_fd_read(ends.peer, buf, 8), 3);
    ck_assert_int_eq(cadre_fd_read(ends.peer, buf, 8), 0);
    peer_sends(&ends, "answer");
    ck_assert_int_eq(cadre_stream_read(ends.stream, buf, 8), 6);
    close_ends(&ends);
    return 0;
}

START_TEST(a_half_close_leaves_reading)
{
    io_run(eof, NULL);
}
END_TEST

static int late_eof(void *arg)
{
    struct ends ends;
    size_t sent, taken = 0;
    static char buf[4096];

    (void)arg;
    open_ends(&ends);
    press(&ends);
    ck_assert_int_eq(cadre_stream_write_eof(ends.stream), 0);
    sent = cadre_stream_pending(ends.stream);
    for (;;) {
        ssize_t n = cadre_fd_read(ends.peer, buf, sizeof(buf));

        ck_assert_int_ge(n, 0);
        if (n == 0)
            break;
        taken += (size_t)n;
    }
    ck_assert_uint_gt(taken, sent);
    ck_assert_uint_eq(cadre_stream_pending(ends.stream), 0);
    close_ends(&ends);
    return 0;
}

START_TEST(a_half_close_waits_for_what_is_kept)
{
    io_run(late_eof, NULL);
}
END_TEST

static int close_flushes(void *arg)
{
    struct ends ends;
    struct writer closer = {.call = cadre_stream_wait_closed};

    (void)arg;
    open_ends(&ends);
    press(&ends);
    cadre_stream_close(ends.stream);
    cadre_stream_close(ends.stream);
    closer.stream = ends.stream;
    io_go(make_call, &closer);
    io_settle();
    ck_assert(!closer.ended);
    while (!closer.ended) {
        peer_takes(&ends, 1000);
        io_settle();
    }
    ck_assert_int_eq(closer.result, 0);
    ck_assert_int_eq(cadre_stream_wait_closed(ends.stream), 0);
    ck_assert_int_eq(cadre_stream_fd(ends.stream), -1);
    close_ends(&ends);
    return 0;
}

START_TEST(a_close_sends_what_is_kept)
{
    io_run(close_flushes, NULL);
}
END_TEST

static int aborted(void *arg)
{
    struct ends ends;
    struct writer writers[] = {
        {.call = call_write}, {.call = cadre_stream_flush}, {.call = cadre_stream_wait_closed}};

    (void)arg;
    open_ends(&ends);
    press(&ends);
    for (int i = 0; i < 3; i++) {
        writers[i].stream = ends.stream;
        io_go(make_call, &writers[i]);
    }
    cadre_stream_abort(ends.stream);
    ck_assert_int_eq(cadre_stream_fd(ends.stream), -1);
    io_settle();
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(writers[i].result, -ECONNABORTED);
    close_ends(&ends);
    return 0;
}

START_TEST(an_abort_ends_all_writes)
{
    io_run(aborted, NULL);
}
END_TEST

static int cancelled_writes(void *arg)
{
    struct ends ends;
    struct writer writers[] = {{.call = call_write},
                               {.call = cadre_stream_drain},
                               {.call = cadre_stream_flush},
                               {.call = cadre_stream_wait_closed}};
    struct cadre__coroutine *co[4];

    (void)arg;
    open_ends(&ends);
    press(&ends);
    for (int i = 0; i < 4; i++) {
        writers[i].stream = ends.stream;
        co[i] = io_go(make_call, &writers[i]);
    }
    io_settle();
    for (int i = 0; i < 4; i++) {
        ck_assert(!writers[i].ended);
        cadre__coroutine_cancel(co[i]);
    }
    io_settle();
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(writers[i].result, -ECANCELED);
    close_ends(&ends);
    return 0;
}

START_TEST(waits_of_writers_can_be_cancelled)
{
    io_run(cancelled_writes, NULL);
}
END_TEST

static int order(void *arg)
{
    static char sent[400 * 1024], got[400 * 1024];
    struct ends ends;
    struct cadre_stream *other;
    size_t at = 0;

    (void)arg;
    for (size_t i = 0; i < sizeof(sent); i++)
        sent[i] = (char)(i * 31 + i / 509);
    open_ends(&ends);
    ck_assert_int_eq(cadre_stream_open(ends.peer, NULL, &other), 0);
    for (size_t len = 1; at < sizeof(sent); len = len * 3 % 7001 + 1) {
        if (len > sizeof(sent) - at)
            len = sizeof(sent) - at;
        ck_assert_int_eq(cadre_stream_write_nowait(ends.stream, sent + at, len), 0);
        at += len;
    }
    ck_assert_int_eq(cadre_stream_write_eof(ends.stream), 0);
    ck_assert_int_eq(cadre_stream_read_exact(other, got, sizeof(got), NULL), 0);
    ck_assert_int_eq(memcmp(sent, got, sizeof(sent)), 0);
    ck_assert_int_eq(cadre_stream_flush(ends.stream), 0);
    ck_assert_int_eq(cadre_stream_read(other, got, 1), 0);
    cadre_stream_free(other);
    cadre_stream_free(ends.stream);
    return 0;
}

START_TEST(bytes_keep_their_order)
{
    io_run(order, NULL);
}
END_TEST

static int pipes(void *arg)
{
    struct cadre_stream *in, *out;
    struct cadre_str line;
    char byte;
    int fds[2];

    (void)arg;
    ck_assert_int_eq(cadre_pipe(fds), 0);
    ck_assert_int_eq(cadre_stream_open(fds[0], NULL, &in), 0);
    ck_assert_int_eq(cadre_stream_open(fds[1], NULL, &out), 0);
    ck_assert_int_eq(cadre_stream_write(out, "line\n", 5), 0);
    ck_assert_int_eq(cadre_stream_read_line(in, &line), 0);
    assert_str(line, "line\n");
    ck_assert_int_eq(cadre_stream_read(out, &byte, 1), -EBADF);
    ck_assert_int_eq(cadre_stream_write(in, "x", 1), -EBADF);
    ck_assert_int_eq(cadre_stream_write_eof(out), 0);
    ck_assert_int_eq(cadre_stream_read(in, &byte, 1), 0);
    ck_assert_int_eq(cadre_stream_wait_closed(out), 0);
    cadre_stream_free(in);
    cadre_stream_free(out);
    return 0;
}

START_TEST(a_pipe_is_two_streams)
{
    io_run(pipes, NULL);
}
END_TEST

static int pipe_pair(void *arg)
{
    struct cadre_stream *stream;
    int there[2], back[2];
    char buf[4];

    (void)arg;
    ck_assert_int_eq(cadre_pipe(there), 0);
    ck_assert_int_eq(cadre_pipe(back), 0);
    ck_assert_int_eq(cadre_stream_open_pair(back[0], there[1], NULL, &stream), 0);
    ck_assert_int_eq(cadre_stream_write(stream, "abc", 3), 0);
    ck_assert_int_eq(cadre_fd_read(there[0], buf, 4), 3);
    ck_assert_int_eq(cadre_fd_write(back[1], "de", 2), 2);
    ck_assert_int_eq(cadre_stream_read(stream, buf, 4), 2);
    cadre_stream_free(stream);
    cadre_fd_close(there[0]);
    cadre_fd_close(back[1]);
    return 0;
}

START_TEST(two_descriptors_make_one_stream)
{
    io_run(pipe_pair, NULL);
}
END_TEST

static int no_streams(void *arg)
{
    char name[] = "/tmp/cadre-file-XXXXXX";
    struct cadre_stream *stream;
    int fd = mkostemp(name, O_CLOEXEC);

    (void)arg;
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(unlink(name), 0);
    ck_assert_int_eq(cadre_stream_open(fd, NULL, &stream), -EPERM);
    ck_assert_int_eq(fcntl(fd, F_GETFD), -1); /* it was taken */
    ck_assert_int_eq(cadre_stream_open(-1, NULL, &stream), -EBADF);
    ck_assert_int_eq(cadre_stream_open_pair(-1, -1, NULL, &stream), -EBADF);
    ck_assert_int_eq(cadre_stream_connect("", 1, 0, &stream), -EINVAL);
    cadre_stream_free(NULL);
    return 0;
}

START_TEST(what_cannot_be_a_stream_is_an_error)
{
    io_run(no_streams, NULL);
}
END_TEST

UNIT_MAIN("async/stream", UNIT_CASE(read_gives_what_is_there_and_nothing_at_the_end),
          UNIT_CASE(a_short_end_gives_the_partial_bytes),
          UNIT_CASE(more_than_the_limit_can_be_read_exactly),
          UNIT_CASE(reading_until_a_separator_takes_it_too),
          UNIT_CASE(a_separator_may_come_in_pieces), UNIT_CASE(the_last_line_needs_no_newline),
          UNIT_CASE(a_line_above_the_limit_is_an_error),
          UNIT_CASE(a_peer_that_floods_is_held_up_at_the_limit),
          UNIT_CASE(all_is_read_up_to_a_bound), UNIT_CASE(a_second_reader_is_refused),
          UNIT_CASE(a_cancelled_read_has_lost_nothing),
          UNIT_LOOP(a_close_ends_a_read_of_another, 2), UNIT_CASE(a_reset_is_told_to_every_read),
          UNIT_CASE(an_idle_stream_holds_no_buffer),
          UNIT_CASE(a_write_above_the_high_mark_waits_for_the_low_one),
          UNIT_CASE(the_marks_can_be_chosen),
          UNIT_CASE(a_peer_that_leaves_ends_writing_and_leaves_what_was_received),
          UNIT_CASE(a_half_close_leaves_reading), UNIT_CASE(a_half_close_waits_for_what_is_kept),
          UNIT_CASE(a_close_sends_what_is_kept), UNIT_CASE(an_abort_ends_all_writes),
          UNIT_CASE(waits_of_writers_can_be_cancelled), UNIT_CASE(bytes_keep_their_order),
          UNIT_CASE(a_pipe_is_two_streams), UNIT_CASE(two_descriptors_make_one_stream),
          UNIT_CASE(what_cannot_be_a_stream_is_an_error))
