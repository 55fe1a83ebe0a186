/* SPDX-License-Identifier: MIT */
/*
 * <cadre/queue.h>: orders, bounds, waiting on both sides, join, shutdown, memory that runs out.
 */
#include "config.h"

#include "tests/unit/lib/async/beside.h"

#include <errno.h>
#include <stdint.h>

#include <cadre/queue.h>

static struct cadre_queue *queue;
static int dropped;

static int put(const void *arg)
{
    return cadre_queue_put(queue, arg);
}

/* The item that comes, or a negative error. */
static int get(const void *arg)
{
    int item = -1;
    int r = cadre_queue_get(queue, &item);

    (void)arg;
    return r < 0 ? r : item;
}

static int put_now(int item)
{
    return cadre_queue_put_nowait(queue, &item);
}

static int get_now(void)
{
    int item = -1;
    int r = cadre_queue_get_nowait(queue, &item);

    return r < 0 ? r : item;
}

static int compare_ints(const void *a, const void *b)
{
    int x = *(const int *)a / 10, y = *(const int *)b / 10;

    return (x > y) - (x < y);
}

static void drop(void *item)
{
    dropped += *(int *)item;
}

START_TEST(first_in_first_out)
{
    queue = cadre_queue_new(sizeof(int), 0);
    /* In and out by turns, so that it wraps and grows at each place. */
    for (int round = 0, in = 0, out = 0; round < 50; round++) {
        for (int i = 0; i < 7; i++)
            ck_assert_int_eq(put_now(in++), 0);
        for (int i = 0; i < 5; i++)
            ck_assert_int_eq(get_now(), out++);
        ck_assert_uint_eq(cadre_queue_size(queue), (size_t)(in - out));
    }
    for (int i = 250; i < 350; i++)
        ck_assert_int_eq(get_now(), i);
    ck_assert_int_eq(get_now(), -EAGAIN);
    cadre_queue_free(queue);
}
END_TEST

START_TEST(last_in_first_out)
{
    queue = cadre_queue_new_lifo(sizeof(int), 0);
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(put_now(i), 0);
    ck_assert_int_eq(get_now(), 19);
    ck_assert_int_eq(put_now(20), 0);
    ck_assert_int_eq(get_now(), 20);
    for (int i = 18; i >= 0; i--)
        ck_assert_int_eq(get_now(), i);
    cadre_queue_free(queue);
}
END_TEST

START_TEST(the_least_first_and_equals_in_order)
{
    /* Tens are the priority; units tell equals apart. */
    static const int in[] = {50, 30, 51, 10, 31, 70, 52, 11, 12, 0, 53, 32};
    static const int out[] = {0, 10, 11, 12, 30, 31, 32, 50, 51, 52, 53, 70};

    queue = cadre_queue_new_priority(sizeof(int), 0, compare_ints);
    for (size_t i = 0; i < 12; i++)
        ck_assert_int_eq(put_now(in[i]), 0);
    for (size_t i = 0; i < 12; i++)
        ck_assert_int_eq(get_now(), out[i]);
    ck_assert_int_eq(get_now(), -EAGAIN);
    cadre_queue_free(queue);
    ck_assert_ptr_null(cadre_queue_new_priority(sizeof(int), 0, NULL));
}
END_TEST

START_TEST(priorities_hold_for_many)
{
    uint64_t random = 7;
    int counts[100] = {0}, in_it = 0;

    queue = cadre_queue_new_priority(sizeof(int), 0, compare_ints);
    for (int step = 0; step < 20000; step++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        if (in_it == 0 || (random >> 40) % 5 < 3) {
            int priority = (int)((random >> 33) % 100);

            ck_assert_int_eq(put_now(priority * 10), 0);
            counts[priority]++;
            in_it++;
        } else {
            int priority = get_now() / 10;

            for (int i = 0; i < priority; i++)
                ck_assert_int_eq(counts[i], 0);
            counts[priority]--;
            in_it--;
        }
    }
    ck_assert_uint_eq(cadre_queue_size(queue), (size_t)in_it);
    cadre_queue_free(queue);
}
END_TEST

START_TEST(items_of_any_size_come_out_as_they_went_in)
{
    static const size_t sizes[] = {0, 1, 3, 8, 16, 100};
    char in[100], out[100];

    for (size_t s = 0; s < 6; s++) {
        queue = cadre_queue_new(sizes[s], 40);
        for (int i = 0; i < 40; i++) {
            memset(in, i, sizeof(in));
            ck_assert_int_eq(cadre_queue_put_nowait(queue, in), 0);
        }
        ck_assert_int_eq(cadre_queue_put_nowait(queue, in), -EAGAIN);
        for (int i = 0; i < 40; i++) {
            memset(in, i, sizeof(in));
            memset(out, 0x55, sizeof(out));
            ck_assert_int_eq(cadre_queue_get_nowait(queue, out), 0);
            ck_assert_mem_eq(in, out, sizes[s]);
            if (sizes[s] < sizeof(out))
                ck_assert_int_eq(out[sizes[s]], 0x55);
        }
        cadre_queue_free(queue);
    }
}
END_TEST

START_TEST(memory_that_cannot_be_had_costs_one_item)
{
    static const char item;

    queue = cadre_queue_new(SIZE_MAX / 4, 0);
    ck_assert_int_eq(cadre_queue_put_nowait(queue, &item), -ENOMEM);
    ck_assert(cadre_queue_is_empty(queue));
    cadre_queue_free(queue);
    queue = cadre_queue_new_priority(SIZE_MAX, 0, compare_ints);
    ck_assert_int_eq(cadre_queue_put_nowait(queue, &item), -ENOMEM);
    ck_assert(cadre_queue_is_empty(queue));
    cadre_queue_free(queue);
}
END_TEST

ON_LOOP(who_gets_waits_and_is_served_in_order)
{
    struct beside getters[3];

    queue = cadre_queue_new(sizeof(int), 0);
    for (int i = 0; i < 3; i++)
        beside_start(&getters[i], get, NULL);
    beside_waits(&getters[0]);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(put_now(10 + i), 0);
    /* They are on their way to those who wait. */
    ck_assert(cadre_queue_is_empty(queue));
    ck_assert_int_eq(get_now(), -EAGAIN);
    for (int i = 0; i < 3; i++)
        beside_ends(&getters[i], 10 + i);
    cadre_queue_free(queue);
    return 0;
}

ON_LOOP(who_puts_into_a_full_one_waits_and_is_served_in_order)
{
    static const int items[] = {1, 2, 3, 4, 5};
    struct beside putters[5];

    queue = cadre_queue_new(sizeof(int), 2);
    for (int i = 0; i < 5; i++)
        beside_start(&putters[i], put, &items[i]);
    beside_ends(&putters[1], 0);
    beside_waits(&putters[2]);
    ck_assert(cadre_queue_is_full(queue));
    ck_assert_int_eq(put_now(9), -EAGAIN);
    ck_assert_int_eq(get_now(), 1);
    /* Whoever waits was first: there is no room for another. */
    ck_assert_int_eq(put_now(9), -EAGAIN);
    beside_ends(&putters[2], 0);
    beside_waits(&putters[3]);
    for (int i = 2; i <= 5; i++)
        ck_assert_int_eq(get_now(), i);
    beside_ends(&putters[4], 0);
    cadre_queue_free(queue);
    return 0;
}

ON_LOOP(a_cancelled_put_has_put_nothing)
{
    static const int items[] = {1, 2, 3};
    struct beside putters[3];

    queue = cadre_queue_new(sizeof(int), 1);
    for (int i = 0; i < 3; i++)
        beside_start(&putters[i], put, &items[i]);
    beside_cancel(&putters[1]);
    ck_assert_int_eq(get_now(), 1);
    ck_assert_int_eq(get_now(), 3);
    ck_assert_int_eq(get_now(), -EAGAIN);
    beside_ends(&putters[1], -ECANCELED);
    beside_ends(&putters[2], 0);
    cadre_queue_free(queue);
    return 0;
}

static int join(const void *arg)
{
    (void)arg;
    return cadre_queue_join(queue);
}

ON_LOOP(join_waits_until_all_are_done)
{
    struct beside joins[2], getter;

    queue = cadre_queue_new(sizeof(int), 0);
    ck_assert_int_eq(cadre_queue_join(queue), 0);
    ck_assert_int_eq(cadre_queue_task_done(queue), -EINVAL);
    beside_start(&getter, get, NULL);
    ck_assert_int_eq(put_now(1), 0);
    ck_assert_int_eq(put_now(2), 0);
    beside_start(&joins[0], join, NULL);
    beside_start(&joins[1], join, NULL);
    ck_assert_int_eq(get_now(), 2);
    beside_ends(&getter, 1);
    beside_waits(&joins[0]);
    ck_assert_int_eq(cadre_queue_task_done(queue), 0);
    beside_waits(&joins[0]);
    ck_assert_int_eq(cadre_queue_task_done(queue), 0);
    beside_ends(&joins[0], 0);
    beside_ends(&joins[1], 0);
    ck_assert_int_eq(cadre_queue_task_done(queue), -EINVAL);
    cadre_queue_free(queue);
    return 0;
}

ON_LOOP(shut_down_it_gives_out_what_is_left)
{
    static const int item = 3;
    struct beside putter, getter;

    queue = cadre_queue_new(sizeof(int), 2);
    ck_assert_int_eq(put_now(1), 0);
    ck_assert_int_eq(put_now(2), 0);
    beside_start(&putter, put, &item);
    cadre_queue_shutdown(queue, false);
    beside_ends(&putter, -ESHUTDOWN);
    ck_assert_int_eq(put_now(4), -ESHUTDOWN);
    ck_assert_int_eq(cadre_queue_put(queue, &item), -ESHUTDOWN);
    ck_assert_int_eq(get_now(), 1);
    beside_start(&getter, get, NULL);
    beside_ends(&getter, 2);
    ck_assert_int_eq(get_now(), -ESHUTDOWN);
    beside_start(&getter, get, NULL);
    beside_ends(&getter, -ESHUTDOWN);
    cadre_queue_free(queue);
    return 0;
}

ON_LOOP(shut_down_it_lets_those_go_who_wait_to_get)
{
    struct beside getters[2];

    queue = cadre_queue_new(sizeof(int), 0);
    beside_start(&getters[0], get, NULL);
    beside_start(&getters[1], get, NULL);
    cadre_queue_shutdown(queue, false);
    beside_ends(&getters[0], -ESHUTDOWN);
    beside_ends(&getters[1], -ESHUTDOWN);
    cadre_queue_free(queue);
    return 0;
}

ON_LOOP(shut_down_at_once_it_throws_away_what_is_left)
{
    struct beside joins;

    queue = cadre_queue_new(sizeof(int), 0);
    cadre_queue_set_drop(queue, drop);
    for (int i = 1; i <= 4; i++)
        ck_assert_int_eq(put_now(i), 0);
    ck_assert_int_eq(get_now(), 1);
    beside_start(&joins, join, NULL);
    cadre_queue_shutdown(queue, false);
    beside_waits(&joins);
    cadre_queue_shutdown(queue, true);
    ck_assert_int_eq(dropped, 2 + 3 + 4);
    ck_assert_int_eq(get_now(), -ESHUTDOWN);
    /* The one that was taken out is not done. */
    beside_waits(&joins);
    ck_assert_int_eq(cadre_queue_task_done(queue), 0);
    beside_ends(&joins, 0);
    cadre_queue_free(queue);
    ck_assert_int_eq(dropped, 2 + 3 + 4);
    return 0;
}

START_TEST(freed_it_throws_away_what_is_left)
{
    queue = cadre_queue_new_priority(sizeof(int), 0, compare_ints);
    cadre_queue_set_drop(queue, drop);
    ck_assert_int_eq(put_now(5), 0);
    ck_assert_int_eq(put_now(6), 0);
    cadre_queue_free(queue);
    ck_assert_int_eq(dropped, 11);
    cadre_queue_free(NULL);
}
END_TEST

UNIT_MAIN("async/queue", UNIT_CASE(first_in_first_out), UNIT_CASE(last_in_first_out),
          UNIT_CASE(the_least_first_and_equals_in_order), UNIT_CASE(priorities_hold_for_many),
          UNIT_CASE(items_of_any_size_come_out_as_they_went_in),
          UNIT_CASE(memory_that_cannot_be_had_costs_one_item),
          UNIT_CASE(who_gets_waits_and_is_served_in_order),
          UNIT_CASE(who_puts_into_a_full_one_waits_and_is_served_in_order),
          UNIT_CASE(a_cancelled_put_has_put_nothing), UNIT_CASE(join_waits_until_all_are_done),
          UNIT_CASE(shut_down_it_gives_out_what_is_left),
          UNIT_CASE(shut_down_it_lets_those_go_who_wait_to_get),
          UNIT_CASE(shut_down_at_once_it_throws_away_what_is_left),
          UNIT_CASE(freed_it_throws_away_what_is_left))
