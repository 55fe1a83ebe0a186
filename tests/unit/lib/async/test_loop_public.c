/* SPDX-License-Identifier: MIT */
/*
 * <cadre/loop.h>: running a loop, callbacks in their order, time, descriptors, errors of nobody.
 */
#include "config.h"

#include "tests/unit/lib/async/tasks.h"

#include <fcntl.h>
#include <pthread.h>

#include <cadre/loop.h>
#include <cadre/scope.h>

#include "async/coroutine.h"

static int return_arg(void *arg)
{
    return *(int *)arg;
}

static int run_inside(void *arg)
{
    ck_assert_ptr_nonnull(cadre_loop_current());
    ck_assert_int_eq(cadre_run(return_arg, arg), -EBUSY);
    return *(int *)arg;
}

START_TEST(run_returns_what_main_did)
{
    int result = 9;

    ck_assert_ptr_null(cadre_loop_current());
    ck_assert_int_eq(cadre_run(return_arg, &result), 9);
    result = -EIO;
    ck_assert_int_eq(cadre_run(run_inside, &result), -EIO);
    ck_assert_ptr_null(cadre_loop_current());
}
END_TEST

static int leave_detached(void *arg)
{
    int r = cadre_spawn_detached(nap, arg, NULL);

    return r < 0 ? r : cadre_yield();
}

START_TEST(run_cancels_and_awaits_what_is_left)
{
    struct nap n = {.ms = 100000, .c = 'n', .cleans = 1};

    ck_assert_int_eq(cadre_run(leave_detached, &n), 0);
    ck_assert_str_eq(trace, "N");
    ck_assert(n.ended);
}
END_TEST

/* --- callbacks --- */

static int note_letter(void *arg)
{
    ck_assert_ptr_null(cadre__coroutine_current());
    note(*(const char *)arg);
    return 0;
}

static struct cadre_call calls[6];

static int add_another(void *arg)
{
    note(*(const char *)arg);
    return cadre_call_soon(&calls[5], note_letter, letter('z'));
}

ON_LOOP(calls_are_made_in_order_and_never_within_one)
{
    ck_assert_int_eq(cadre_call_soon(&calls[0], add_another, letter('a')), 0);
    for (int i = 1; i < 4; i++)
        ck_assert_int_eq(cadre_call_soon(&calls[i], note_letter, letter((char)('a' + i))), 0);
    ck_assert_int_eq(cadre_call_soon(&calls[1], note_letter, letter('x')), -EBUSY);
    ck_assert_str_eq(trace, "");
    ck_assert_int_eq(cadre_sleep(1), 0);
    ck_assert_str_eq(trace, "abcdz");
    /* It may be used again. */
    ck_assert_int_eq(cadre_call_soon(&calls[1], note_letter, letter('y')), 0);
    ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_str_eq(trace, "abcdzy");
    return 0;
}

static int plain(void *arg)
{
    return *(int *)arg + 1;
}

ON_LOOP(only_a_suspension_lets_others_run)
{
    struct cadre_task *task;
    int one = 1;

    task = cadre_spawn(plain, &one);
    ck_assert_int_eq(cadre_task_join(task), 2);
    ck_assert_int_eq(cadre_call_soon(&calls[0], note_letter, letter('a')), 0);
    /* Neither an ordinary call nor one whose matter is done. */
    ck_assert_int_eq(plain(&one), 2);
    ck_assert_int_eq(cadre_task_join(task), 2);
    ck_assert_str_eq(trace, "");
    ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_str_eq(trace, "a");
    return 0;
}

static int cancel_two(void *arg)
{
    (void)arg;
    note('!');
    ck_assert(cadre_call_cancel(&calls[1]));
    ck_assert(cadre_call_cancel(&calls[4]));
    ck_assert(!cadre_call_cancel(&calls[0])); /* the one that runs */
    return 0;
}

ON_LOOP(a_cancelled_call_is_not_made)
{
    struct cadre_call late = {0};

    ck_assert(!cadre_call_cancel(&late));
    ck_assert_int_eq(cadre_call_soon(&calls[0], cancel_two, NULL), 0);
    for (int i = 1; i < 5; i++)
        ck_assert_int_eq(cadre_call_soon(&calls[i], note_letter, letter((char)('a' + i))), 0);
    ck_assert(cadre_call_cancel(&calls[2]));
    ck_assert(!cadre_call_cancel(&calls[2]));
    ck_assert_int_eq(cadre_call_soon(&calls[5], note_letter, letter('f')), 0);
    ck_assert_int_eq(cadre_call_later(&late, 10, note_letter, letter('l')), 0);
    ck_assert(cadre_call_cancel(&late));
    ck_assert_int_eq(cadre_sleep(20), 0);
    ck_assert_str_eq(trace, "!df");
    return 0;
}

ON_LOOP(the_last_call_of_a_round_can_be_cancelled_and_others_follow)
{
    ck_assert_int_eq(cadre_call_soon(&calls[0], note_letter, letter('a')), 0);
    ck_assert_int_eq(cadre_call_soon(&calls[1], note_letter, letter('b')), 0);
    ck_assert(cadre_call_cancel(&calls[1]));
    ck_assert_int_eq(cadre_call_soon(&calls[2], note_letter, letter('c')), 0);
    ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_str_eq(trace, "ac");
    return 0;
}

ON_LOOP(later_is_never_early_and_in_order)
{
    static const uint64_t ms[] = {20, 10, 10, 30, 0};

    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(cadre_call_later(&calls[i], ms[i], note_letter, letter((char)('a' + i))),
                         0);
    ck_assert_int_eq(cadre_call_soon(&calls[5], note_letter, letter('s')), 0);
    ck_assert_int_eq(cadre_sleep(9), 0);
    ck_assert_str_eq(trace, "se");
    ck_assert_int_eq(cadre_sleep(1), 0);
    ck_assert_str_eq(trace, "sebc");
    ck_assert_int_eq(cadre_sleep(20), 0);
    ck_assert_str_eq(trace, "sebcad");
    return 0;
}

ON_LOOP(at_counts_on_the_loops_time)
{
    uint64_t now = cadre_time_ns();

    ck_assert_uint_eq(now, test_clock.now_ns);
    ck_assert_int_eq(
        cadre_call_at(&calls[0], now + 5 * CADRE__NSEC_PER_MSEC, note_letter, letter('a')), 0);
    ck_assert_int_eq(cadre_call_at(&calls[1], 0, note_letter, letter('p')), 0);
    ck_assert_int_eq(cadre_call_later(&calls[2], CADRE_FOREVER, note_letter, letter('x')), 0);
    ck_assert_int_eq(cadre_sleep(4), 0);
    ck_assert_str_eq(trace, "p");
    ck_assert_int_eq(cadre_sleep(2), 0);
    ck_assert_str_eq(trace, "pa");
    ck_assert(cadre_call_cancel(&calls[2]));
    return 0;
}

static struct cadre_loop *the_loop;

static void *post_from_thread(void *arg)
{
    (void)arg;
    for (int i = 0; i < 3; i++)
        cadre_call_soon_threadsafe(the_loop, &calls[i], note_letter, letter((char)('a' + i)));
    return NULL;
}

static int poll_trace(void *arg)
{
    pthread_t thread;

    (void)arg;
    the_loop = cadre_loop_current();
    (void)letter('a'), (void)letter('b'), (void)letter('c');
    ck_assert_int_eq(pthread_create(&thread, NULL, post_from_thread, NULL), 0);
    /* Long: what wakes the loop is the thread. */
    for (int i = 0; i < 600 && strlen(trace) < 3; i++)
        ck_assert_int_eq(cadre_sleep(100), 0);
    ck_assert_str_eq(trace, "abc");
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    return 0;
}

START_TEST(a_thread_can_have_calls_made)
{
    ck_assert_int_eq(cadre_run(poll_trace, NULL), 0);
}
END_TEST

ON_LOOP(a_call_from_elsewhere_can_be_cancelled_before_it_is_taken)
{
    cadre_call_soon_threadsafe(cadre_loop_current(), &calls[0], note_letter, letter('a'));
    cadre_call_soon_threadsafe(cadre_loop_current(), &calls[1], note_letter, letter('b'));
    ck_assert(cadre_call_cancel(&calls[0]));
    ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_str_eq(trace, "b");
    return 0;
}

START_TEST(off_the_loops_thread_a_call_is_refused)
{
    capture_log();
    ck_assert_int_eq(cadre_call_soon(&calls[0], note_letter, NULL), -EPERM);
    ck_assert_int_eq(cadre_call_later(&calls[0], 1, note_letter, NULL), -EPERM);
    ck_assert_uint_eq(count_in_log("cadre_call_soon_threadsafe"), 2);
    ck_assert_uint_gt(cadre_time_ns(), 0);
}
END_TEST

/* --- descriptors --- */

static int write_later(void *arg)
{
    int r = cadre_sleep(10);

    if (r < 0)
        return r;
    return write(*(int *)arg, "x", 1) == 1 ? 0 : -EIO;
}

ON_LOOP(a_descriptor_is_waited_for)
{
    int fds[2];

    ck_assert_int_eq(pipe2(fds, O_NONBLOCK | O_CLOEXEC), 0);
    ck_assert_int_eq(cadre_wait_fd(fds[1], CADRE_FD_WRITE, CADRE_FOREVER), CADRE_FD_WRITE);
    ck_assert_int_eq(cadre_wait_fd(fds[0], CADRE_FD_READ, 30), -ETIMEDOUT);
    ck_assert_uint_eq(elapsed_ms(), 30);
    ck_assert_ptr_nonnull(cadre_spawn(write_later, &fds[1]));
    ck_assert_int_eq(cadre_wait_fd(fds[0], CADRE_FD_READ, CADRE_FOREVER), CADRE_FD_READ);
    /* Level-triggered: it is ready still. */
    ck_assert_int_eq(cadre_wait_fd(fds[0], CADRE_FD_READ, CADRE_FOREVER), CADRE_FD_READ);
    ck_assert_int_eq(close(fds[1]), 0);
    ck_assert_int_eq(close(fds[0]), 0);
    return 0;
}

static int wait_for_input(void *arg)
{
    return cadre_wait_fd(*(int *)arg, CADRE_FD_READ, CADRE_FOREVER);
}

ON_LOOP(a_wait_for_a_descriptor_can_be_cancelled)
{
    struct cadre_scope scope;
    struct cadre_task *task;
    int fds[2];

    ck_assert_int_eq(pipe2(fds, O_NONBLOCK | O_CLOEXEC), 0);
    task = cadre_spawn(wait_for_input, &fds[0]);
    ck_assert_int_eq(cadre_sleep(1), 0);
    (void)cadre_task_cancel(task);
    ck_assert_int_eq(cadre_task_join(task), -ECANCELED);
    cadre_fail_after(&scope, 5);
    ck_assert_int_eq(cadre_scope_end(&scope, wait_for_input(&fds[0])), -ETIMEDOUT);
    ck_assert_int_eq(close(fds[1]), 0);
    ck_assert_int_eq(close(fds[0]), 0);
    return 0;
}

ON_LOOP(what_cannot_be_waited_for_is_an_error)
{
    int fd = memfd_create("regular", MFD_CLOEXEC);

    ck_assert_int_eq(cadre_wait_fd(fd, 0, 1), -EINVAL);
    ck_assert_int_eq(cadre_wait_fd(fd, CADRE_FD_READ, 1), -EPERM);
    ck_assert_int_eq(close(fd), 0);
    ck_assert_int_eq(cadre_wait_fd(fd, CADRE_FD_READ, 1), -EBADF);
    ck_assert_int_eq(cadre_wait_fd(-1, CADRE_FD_READ, 1), -EBADF);
    return 0;
}

/* --- errors of nobody --- */

static int fail_with(void *arg)
{
    note('f');
    return *(int *)arg;
}

ON_LOOP(a_callback_that_fails_is_logged_and_the_loop_goes_on)
{
    int error = -EPERM;

    capture_log();
    ck_assert_int_eq(cadre_call_soon(&calls[0], fail_with, &error), 0);
    ck_assert_int_eq(cadre_call_later(&calls[1], 1, fail_with, &error), 0);
    ck_assert_int_eq(cadre_sleep(2), 0);
    ck_assert_str_eq(trace, "ff");
    ck_assert_uint_eq(count_in_log("callback failed"), 2);
    return 0;
}

static void on_error(const struct cadre_error_context *context, void *arg)
{
    ck_assert_ptr_eq(arg, letter('h'));
    ck_assert_int_eq(context->error, -EPERM);
    note(context->name[0] ? 't' : 'c');
}

static int fail_detached(void *arg)
{
    return *(int *)arg;
}

ON_LOOP(a_hook_gets_them_in_place_of_the_log)
{
    static int error = -EPERM;

    capture_log();
    cadre_set_error_hook(on_error, letter('h'));
    ck_assert_int_eq(cadre_call_soon(&calls[0], return_arg, &error), 0);
    ck_assert_int_eq(cadre_spawn_detached(fail_detached, &error, NULL), 0);
    ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_str_eq(trace, "ct");
    ck_assert_uint_eq(count_in_log("\n"), 0);
    cadre_set_error_hook(NULL, NULL);
    ck_assert_int_eq(cadre_call_soon(&calls[0], return_arg, &error), 0);
    ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_uint_eq(count_in_log("\n"), 1);
    return 0;
}

UNIT_MAIN("async/loop_public", UNIT_CASE(run_returns_what_main_did),
          UNIT_CASE(run_cancels_and_awaits_what_is_left),
          UNIT_CASE(calls_are_made_in_order_and_never_within_one),
          UNIT_CASE(only_a_suspension_lets_others_run), UNIT_CASE(a_cancelled_call_is_not_made),
          UNIT_CASE(the_last_call_of_a_round_can_be_cancelled_and_others_follow),
          UNIT_CASE(later_is_never_early_and_in_order), UNIT_CASE(at_counts_on_the_loops_time),
          UNIT_CASE(a_thread_can_have_calls_made),
          UNIT_CASE(a_call_from_elsewhere_can_be_cancelled_before_it_is_taken),
          UNIT_CASE(off_the_loops_thread_a_call_is_refused), UNIT_CASE(a_descriptor_is_waited_for),
          UNIT_CASE(a_wait_for_a_descriptor_can_be_cancelled),
          UNIT_CASE(what_cannot_be_waited_for_is_an_error),
          UNIT_CASE(a_callback_that_fails_is_logged_and_the_loop_goes_on),
          UNIT_CASE(a_hook_gets_them_in_place_of_the_log))
