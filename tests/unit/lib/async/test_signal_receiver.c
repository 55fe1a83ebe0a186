/* SPDX-License-Identifier: MIT */
/*
 * Signals that coroutines wait for, and callbacks for them.
 */
#include "config.h"

#include "tests/unit/lib/async/io_test.h"

#include <signal.h>

#include <cadre/signal.h>

static const int both[] = {SIGUSR1, SIGUSR2};

struct receives {
    struct cadre_signal_receiver *receiver;
    int result;
    bool ended;
};

static void receive(void *arg)
{
    struct receives *it = arg;

    it->result = cadre_signal_receive(it->receiver);
    it->ended = true;
}

static int waits(void *arg)
{
    struct receives it = {0};

    (void)arg;
    ck_assert_int_eq(cadre_signal_receiver_open(both, 2, &it.receiver), 0);
    io_go(receive, &it);
    io_settle();
    ck_assert(!it.ended);
    ck_assert_int_eq(cadre_signal_receive(it.receiver), -EBUSY);
    ck_assert_int_eq(raise(SIGUSR2), 0);
    io_settle();
    ck_assert(it.ended);
    ck_assert_int_eq(it.result, SIGUSR2);
    cadre_signal_receiver_free(it.receiver);
    return 0;
}

START_TEST(a_signal_is_waited_for)
{
    io_run(waits, NULL);
}
END_TEST

static int in_order(void *arg)
{
    struct cadre_signal_receiver *receiver, *other;

    (void)arg;
    ck_assert_int_eq(cadre_signal_receiver_open(both, 2, &receiver), 0);
    ck_assert_int_eq(cadre_signal_receiver_open(both, 1, &other), 0);
    ck_assert_int_eq(raise(SIGUSR2), 0);
    io_settle();
    ck_assert_int_eq(raise(SIGUSR1), 0);
    io_settle();
    ck_assert_int_eq(raise(SIGUSR2), 0); /* nobody has received the first yet */
    io_settle();
    ck_assert_int_eq(cadre_signal_receive(receiver), SIGUSR2);
    ck_assert_int_eq(cadre_signal_receive(receiver), SIGUSR1);
    ck_assert_int_eq(cadre_signal_receive(other), SIGUSR1);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(cadre_signal_receive(receiver), SIGUSR1);
    cadre_signal_receiver_free(receiver);
    ck_assert_int_eq(raise(SIGUSR1), 0); /* the other still catches it */
    ck_assert_int_eq(cadre_signal_receive(other), SIGUSR1);
    cadre_signal_receiver_free(other);
    return 0;
}

START_TEST(signals_are_kept_once_each_in_order_of_arrival)
{
    io_run(in_order, NULL);
}
END_TEST

static int cancelled(void *arg)
{
    struct receives it = {0};
    struct cadre__coroutine *co;

    (void)arg;
    ck_assert_int_eq(cadre_signal_receiver_open(both, 2, &it.receiver), 0);
    co = io_go(receive, &it);
    cadre__coroutine_cancel(co);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    io_settle();
    ck_assert_int_eq(it.result, -ECANCELED);
    ck_assert_int_eq(cadre_signal_receive(it.receiver), SIGUSR1);
    cadre_signal_receiver_free(it.receiver);
    return 0;
}

START_TEST(a_cancelled_wait_loses_no_signal)
{
    io_run(cancelled, NULL);
}
END_TEST

static int restored(void *arg)
{
    struct cadre_signal_receiver *receiver;
    struct sigaction action;

    (void)arg;
    ck_assert_ptr_ne(signal(SIGUSR1, SIG_IGN), SIG_ERR);
    ck_assert_int_eq(cadre_signal_receiver_open(both, 1, &receiver), 0);
    cadre_signal_receiver_free(receiver);
    ck_assert_int_eq(sigaction(SIGUSR1, NULL, &action), 0);
    ck_assert_ptr_eq(action.sa_handler, SIG_IGN);
    return 0;
}

START_TEST(the_signal_does_again_what_it_did)
{
    io_run(restored, NULL);
}
END_TEST

static int no_signals(void *arg)
{
    static const int wrong[][2] = {
        {SIGUSR1, SIGKILL}, {SIGSTOP, SIGUSR1}, {0, SIGUSR1}, {SIGUSR1, 1000}};
    struct cadre_signal_receiver *receiver;
    struct sigaction action;

    (void)arg;
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(cadre_signal_receiver_open(wrong[i], 2, &receiver), -EINVAL);
    ck_assert_int_eq(cadre_signal_receiver_open(both, 0, &receiver), -EINVAL);
    ck_assert_int_eq(sigaction(SIGUSR1, NULL, &action), 0);
    ck_assert_ptr_eq(action.sa_handler, SIG_DFL); /* what had begun was taken back */
    ck_assert_int_eq(cadre_signal_handle(SIGKILL, (void (*)(int, void *))abort, NULL), -EINVAL);
    ck_assert_int_eq(cadre_signal_handle(0, NULL, NULL), -EINVAL);
    ck_assert_int_eq(cadre_signal_handle(SIGUSR1, NULL, NULL), 0);
    cadre_signal_receiver_free(NULL);
    return 0;
}

START_TEST(what_is_no_signal_is_an_error)
{
    io_run(no_signals, NULL);
}
END_TEST

START_TEST(without_a_loop_there_are_no_signals)
{
    struct cadre_signal_receiver *receiver;

    ck_assert_int_eq(cadre_signal_receiver_open(both, 2, &receiver), -EDEADLK);
    ck_assert_int_eq(cadre_signal_handle(SIGUSR1, NULL, NULL), -EDEADLK);
}
END_TEST

static int first_calls, second_calls;

static void count_first(int signo, void *arg)
{
    ck_assert_int_eq(signo, SIGUSR1);
    ck_assert_ptr_eq(arg, &first_calls);
    ck_assert_ptr_null(cadre__coroutine_current());
    first_calls++;
}

static void count_second(int signo, void *arg)
{
    (void)arg;
    second_calls++;
    ck_assert_int_eq(cadre_signal_handle(signo, NULL, NULL), 0); /* from within itself */
}

static int handlers(void *arg)
{
    struct sigaction action;

    (void)arg;
    ck_assert_int_eq(cadre_signal_handle(SIGUSR1, count_first, &first_calls), 0);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(first_calls, 0);
    io_settle();
    ck_assert_int_eq(first_calls, 1);
    ck_assert_int_eq(cadre_signal_handle(SIGUSR1, count_second, NULL), 0);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    io_settle();
    ck_assert_int_eq(first_calls, 1);
    ck_assert_int_eq(second_calls, 1);
    ck_assert_int_eq(sigaction(SIGUSR1, NULL, &action), 0);
    ck_assert_ptr_eq(action.sa_handler, SIG_DFL);
    return 0;
}

START_TEST(a_handler_runs_on_the_loop_and_can_be_replaced)
{
    io_run(handlers, NULL);
}
END_TEST

UNIT_MAIN("async/signal_receiver", UNIT_CASE(a_signal_is_waited_for),
          UNIT_CASE(signals_are_kept_once_each_in_order_of_arrival),
          UNIT_CASE(a_cancelled_wait_loses_no_signal), UNIT_CASE(the_signal_does_again_what_it_did),
          UNIT_CASE(what_is_no_signal_is_an_error), UNIT_CASE(without_a_loop_there_are_no_signals),
          UNIT_CASE(a_handler_runs_on_the_loop_and_can_be_replaced))
