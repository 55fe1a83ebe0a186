/* SPDX-License-Identifier: MIT */
/*
 * <cadre/memory_stream.h>: rendezvous and buffer, ends and their clones, what is lost and what not.
 */
#include "config.h"

#include "tests/unit/lib/async/beside.h"

#include <errno.h>

#include <cadre/memory_stream.h>

static struct cadre_memory_send_stream *out;
static struct cadre_memory_receive_stream *in;
static int dropped;

static void make(size_t buffer)
{
    ck_assert_int_eq(cadre_memory_stream_new(sizeof(int), buffer, &out, &in), 0);
}

static void unmake(void)
{
    cadre_memory_send_stream_free(out);
    cadre_memory_receive_stream_free(in);
}

static int send_it(const void *arg)
{
    return cadre_memory_send(out, arg);
}

/* The item that comes, 0 at the end, or a negative error. */
static int receive_it(const void *arg)
{
    int item = -1;
    int r;

    (void)arg;
    r = cadre_memory_receive(in, &item);
    return r > 0 ? item : r;
}

static int send_now(int item)
{
    return cadre_memory_send_nowait(out, &item);
}

static int receive_now(void)
{
    int item = -1;
    int r = cadre_memory_receive_nowait(in, &item);

    return r > 0 ? item : r;
}

static struct cadre_memory_stream_statistics statistics(void)
{
    struct cadre_memory_stream_statistics s, other;

    cadre_memory_send_stream_statistics(out, &s);
    cadre_memory_receive_stream_statistics(in, &other);
    ck_assert_mem_eq(&s, &other, sizeof(s));
    return s;
}

static void drop(void *item)
{
    dropped += *(int *)item;
}

ON_LOOP(without_a_buffer_sender_and_receiver_meet)
{
    static const int items[] = {1, 2};
    struct beside senders[2], receiver;

    make(0);
    ck_assert_int_eq(send_now(9), -EAGAIN);
    ck_assert_int_eq(receive_now(), -EAGAIN);
    beside_start(&senders[0], send_it, &items[0]);
    beside_start(&senders[1], send_it, &items[1]);
    beside_waits(&senders[0]);
    ck_assert_uint_eq(statistics().tasks_waiting_send, 2);
    ck_assert_int_eq(receive_now(), 1);
    beside_ends(&senders[0], 0);
    beside_waits(&senders[1]);
    ck_assert_int_eq(receive_now(), 2);
    beside_ends(&senders[1], 0);
    beside_start(&receiver, receive_it, NULL);
    ck_assert_uint_eq(statistics().tasks_waiting_receive, 1);
    ck_assert_int_eq(send_now(3), 0);
    ck_assert_int_eq(send_now(4), -EAGAIN);
    beside_ends(&receiver, 3);
    unmake();
    return 0;
}

ON_LOOP(a_buffer_holds_as_much_as_it_may)
{
    static const int item = 3;
    struct beside sender;

    make(2);
    ck_assert_int_eq(send_now(1), 0);
    ck_assert_int_eq(send_now(2), 0);
    ck_assert_int_eq(send_now(9), -EAGAIN);
    beside_start(&sender, send_it, &item);
    beside_waits(&sender);
    ck_assert_uint_eq(statistics().current_buffer_used, 2);
    ck_assert_uint_eq(statistics().max_buffer_size, 2);
    for (int i = 1; i <= 3; i++)
        ck_assert_int_eq(receive_now(), i);
    beside_ends(&sender, 0);
    ck_assert_int_eq(receive_now(), -EAGAIN);
    unmake();
    return 0;
}

START_TEST(one_without_a_bound_never_fills)
{
    make(CADRE_MEMORY_STREAM_INFINITE);
    for (int i = 1; i <= 1000; i++)
        ck_assert_int_eq(send_now(i), 0);
    for (int i = 1; i <= 1000; i++)
        ck_assert_int_eq(receive_now(), i);
    unmake();
}
END_TEST

ON_LOOP(after_the_last_sender_comes_what_is_left_and_then_the_end)
{
    struct cadre_memory_send_stream *clone;
    struct beside receiver;

    make(5);
    ck_assert_int_eq(cadre_memory_send_stream_clone(out, &clone), 0);
    ck_assert_uint_eq(statistics().open_send_streams, 2);
    ck_assert_int_eq(send_now(1), 0);
    ck_assert_int_eq(send_now(2), 0);
    cadre_memory_send_stream_close(out);
    ck_assert_int_eq(receive_now(), 1);
    ck_assert_int_eq(receive_now(), 2);
    /* The clone may still send. */
    ck_assert_int_eq(receive_now(), -EAGAIN);
    beside_start(&receiver, receive_it, NULL);
    beside_waits(&receiver);
    cadre_memory_send_stream_free(clone);
    beside_ends(&receiver, 0);
    ck_assert_int_eq(receive_now(), 0);
    ck_assert_uint_eq(statistics().open_send_streams, 0);
    unmake();
    return 0;
}

ON_LOOP(after_the_last_receiver_nothing_can_be_sent)
{
    static const int item = 3;
    struct cadre_memory_receive_stream *clone;
    struct beside sender;

    make(2);
    cadre_memory_stream_set_drop(out, drop);
    ck_assert_int_eq(cadre_memory_receive_stream_clone(in, &clone), 0);
    ck_assert_int_eq(send_now(1), 0);
    ck_assert_int_eq(send_now(2), 0);
    beside_start(&sender, send_it, &item);
    cadre_memory_receive_stream_close(in);
    beside_waits(&sender);
    ck_assert_int_eq(dropped, 0);
    cadre_memory_receive_stream_free(clone);
    beside_ends(&sender, -EPIPE);
    ck_assert_int_eq(send_now(4), -EPIPE);
    ck_assert_int_eq(cadre_memory_send(out, &item), -EPIPE);
    /* What was in the buffer was thrown away; what was not sent is its sender's. */
    ck_assert_int_eq(dropped, 1 + 2);
    unmake();
    return 0;
}

ON_LOOP(a_closed_end_is_of_no_use)
{
    struct cadre_memory_send_stream *send_clone;
    struct cadre_memory_receive_stream *receive_clone;
    int item = 1;

    make(1);
    cadre_memory_send_stream_close(out);
    cadre_memory_send_stream_close(out);
    ck_assert_int_eq(cadre_memory_send(out, &item), -EBADF);
    ck_assert_int_eq(send_now(1), -EBADF);
    ck_assert_int_eq(cadre_memory_send_stream_clone(out, &send_clone), -EBADF);
    cadre_memory_receive_stream_close(in);
    cadre_memory_receive_stream_close(in);
    ck_assert_int_eq(cadre_memory_receive(in, &item), -EBADF);
    ck_assert_int_eq(receive_now(), -EBADF);
    ck_assert_int_eq(cadre_memory_receive_stream_clone(in, &receive_clone), -EBADF);
    ck_assert_uint_eq(statistics().open_send_streams, 0);
    ck_assert_uint_eq(statistics().open_receive_streams, 0);
    unmake();
    return 0;
}

ON_LOOP(closing_an_end_ends_the_waits_in_it_alone)
{
    static const int item = 1;
    struct cadre_memory_send_stream *send_clone;
    struct cadre_memory_receive_stream *receive_clone, *first = NULL;
    struct beside waits[2];

    make(0);
    ck_assert_int_eq(cadre_memory_receive_stream_clone(in, &receive_clone), 0);
    beside_start(&waits[0], receive_it, NULL);
    first = in;
    in = receive_clone;
    beside_start(&waits[1], receive_it, NULL);
    cadre_memory_receive_stream_free(first);
    beside_ends(&waits[0], -EBADF);
    beside_waits(&waits[1]);
    ck_assert_int_eq(send_now(5), 0);
    beside_ends(&waits[1], 5);

    ck_assert_int_eq(cadre_memory_send_stream_clone(out, &send_clone), 0);
    beside_start(&waits[0], send_it, &item);
    cadre_memory_send_stream_free(out);
    out = send_clone;
    beside_ends(&waits[0], -EBADF);
    ck_assert_int_eq(receive_now(), -EAGAIN);
    unmake();
    return 0;
}

ON_LOOP(an_item_is_not_lost_on_a_cancelled_receiver)
{
    struct beside receivers[2];

    make(0);
    beside_start(&receivers[0], receive_it, NULL);
    beside_start(&receivers[1], receive_it, NULL);
    beside_cancel(&receivers[0]);
    ck_assert_int_eq(send_now(7), 0);
    beside_ends(&receivers[0], -ECANCELED);
    beside_ends(&receivers[1], 7);
    /* Nor when there is nobody else: then it is not sent. */
    beside_start(&receivers[0], receive_it, NULL);
    beside_cancel(&receivers[0]);
    ck_assert_int_eq(send_now(8), -EAGAIN);
    beside_ends(&receivers[0], -ECANCELED);
    /* One that had it before has it. */
    beside_start(&receivers[0], receive_it, NULL);
    ck_assert_int_eq(send_now(9), 0);
    beside_cancel(&receivers[0]);
    beside_ends(&receivers[0], 9);
    unmake();
    return 0;
}

ON_LOOP(an_end_may_be_freed_while_a_cancelled_wait_in_it_has_yet_to_leave)
{
    struct beside receiver;

    make(0);
    beside_start(&receiver, receive_it, NULL);
    beside_cancel(&receiver);
    unmake();
    beside_ends(&receiver, -ECANCELED);
    return 0;
}

enum { ITEMS = 500, SENDERS = 3, RECEIVERS = 4 };

static int received[RECEIVERS], sum;

static int send_many(const void *arg)
{
    struct cadre_memory_send_stream *end;
    int r = cadre_memory_send_stream_clone(out, &end);

    (void)arg;
    for (int i = 1; i <= ITEMS && r == 0; i++)
        r = cadre_memory_send(end, &i);
    cadre_memory_send_stream_free(end);
    return r;
}

static int receive_all(const void *arg)
{
    int *n = &received[(const int *)arg - received];
    int item;
    int r;

    while ((r = cadre_memory_receive(in, &item)) > 0) {
        sum += item;
        ++*n;
    }
    return r;
}

ON_LOOP(each_of_many_items_goes_to_one_of_many_receivers)
{
    struct beside senders[SENDERS], receivers[RECEIVERS];
    int n = 0;

    make(2);
    for (int i = 0; i < RECEIVERS; i++)
        beside_start(&receivers[i], receive_all, &received[i]);
    for (int i = 0; i < SENDERS; i++)
        beside_start(&senders[i], send_many, NULL);
    cadre_memory_send_stream_close(out);
    for (int i = 0; i < RECEIVERS; i++)
        while (!receivers[i].ended)
            settle();
    for (int i = 0; i < RECEIVERS; i++) {
        beside_ends(&receivers[i], 0);
        ck_assert_int_gt(received[i], 0);
        n += received[i];
    }
    for (int i = 0; i < SENDERS; i++)
        beside_ends(&senders[i], 0);
    ck_assert_int_eq(n, SENDERS * ITEMS);
    ck_assert_int_eq(sum, SENDERS * ITEMS * (ITEMS + 1) / 2);
    unmake();
    return 0;
}

UNIT_MAIN("async/memory_stream", UNIT_CASE(without_a_buffer_sender_and_receiver_meet),
          UNIT_CASE(a_buffer_holds_as_much_as_it_may), UNIT_CASE(one_without_a_bound_never_fills),
          UNIT_CASE(after_the_last_sender_comes_what_is_left_and_then_the_end),
          UNIT_CASE(after_the_last_receiver_nothing_can_be_sent),
          UNIT_CASE(a_closed_end_is_of_no_use),
          UNIT_CASE(closing_an_end_ends_the_waits_in_it_alone),
          UNIT_CASE(an_item_is_not_lost_on_a_cancelled_receiver),
          UNIT_CASE(an_end_may_be_freed_while_a_cancelled_wait_in_it_has_yet_to_leave),
          UNIT_CASE(each_of_many_items_goes_to_one_of_many_receivers))
