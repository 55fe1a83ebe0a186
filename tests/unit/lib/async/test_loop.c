/* SPDX-License-Identifier: MIT */
/*
 * The loop: order of jobs, timers, posts of threads, hooks, and the test clock. What is about time
 * runs on the test clock; two cases take real milliseconds, and assert only that none was early.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cadre/task.h>

#include "async/coroutine.h"
#include "async/io.h"
#include "async/loop.h"

#define MS CADRE__NSEC_PER_MSEC

static struct cadre__loop *loop;
static struct cadre__test_clock clock_;
static char trace[256];

static void note(char c)
{
    size_t n = strlen(trace);

    ck_assert_uint_lt(n, sizeof(trace) - 1);
    trace[n] = c;
}

static void open_real(void)
{
    ck_assert_int_eq(cadre__loop_new(NULL, &loop), 0);
}

static void open_test(void)
{
    cadre__test_clock_init(&clock_, 1000 * MS);
    ck_assert_int_eq(cadre__loop_new(&(struct cadre__loop_options){.test_clock = &clock_}, &loop),
                     0);
}

static void run(void)
{
    ck_assert_int_eq(cadre__loop_run(loop), 0);
}

static void on_stop(struct cadre__job *job)
{
    (void)job;
    cadre__loop_stop(loop);
}

struct letter {
    struct cadre__job job;
    char c;
    struct letter *then; /* posted by this one */
    bool stops;
};

static void on_letter(struct cadre__job *job)
{
    struct letter *letter = (struct letter *)job;

    note(letter->c);
    if (letter->then)
        cadre__loop_post(loop, &letter->then->job);
    if (letter->stops)
        cadre__loop_stop(loop);
}

START_TEST(jobs_run_in_the_order_of_posting)
{
    struct letter l[5];

    open_real();
    for (int i = 0; i < 5; i++) {
        l[i] = (struct letter){{.fn = on_letter}, (char)('a' + i), NULL, i == 4};
        cadre__loop_post(loop, &l[i].job);
    }
    run();
    ck_assert_str_eq(trace, "abcde");
    cadre__loop_free(loop);
}
END_TEST

START_TEST(a_job_posted_by_a_job_runs_in_the_next_round)
{
    struct letter d = {{.fn = on_letter}, 'd', NULL, true};
    struct letter c = {{.fn = on_letter}, 'c', &d, false};
    struct letter a = {{.fn = on_letter}, 'a', &c, false};
    struct letter b = {{.fn = on_letter}, 'b', NULL, false};

    open_real();
    cadre__loop_post(loop, &a.job);
    cadre__loop_post(loop, &b.job);
    run();
    ck_assert_str_eq(trace, "abcd");
    cadre__loop_free(loop);
}
END_TEST

START_TEST(a_job_may_free_itself_and_be_posted_again)
{
    struct letter a = {{.fn = on_letter}, 'a', &a, false};
    struct cadre__job stop = {.fn = on_stop};

    open_real();
    cadre__loop_post(loop, &a.job);
    cadre__loop_post(loop, &stop);
    run();
    /* The turn in which stop was called ends; how many rounds it had is the loop's affair. */
    ck_assert_uint_ge(strlen(trace), 1);
    ck_assert_uint_le(strlen(trace), 64);
    cadre__loop_free(loop);
}
END_TEST

static void on_pipe(int events, void *arg)
{
    ck_assert_int_eq(events, CADRE__IO_READ);
    (void)arg;
    cadre__loop_stop(loop);
}

static void on_again(struct cadre__job *job)
{
    cadre__loop_post(loop, job);
}

START_TEST(jobs_that_post_jobs_do_not_starve_descriptors)
{
    struct cadre__job again = {.fn = on_again};
    struct cadre__io io;
    int fds[2];

    open_real();
    ck_assert_int_eq(pipe(fds), 0);
    cadre__io_init(&io, loop, fds[0], on_pipe, NULL);
    ck_assert_int_eq(cadre__io_start(&io, CADRE__IO_READ, true), 0);
    ck_assert_int_eq(write(fds[1], "x", 1), 1);
    cadre__loop_post(loop, &again);
    run();
    cadre__io_stop(&io);
    close(fds[0]);
    close(fds[1]);
    cadre__loop_free(loop);
}
END_TEST

static void on_stop_timer(struct cadre__timer *timer)
{
    (void)timer;
    cadre__loop_stop(loop);
}

START_TEST(jobs_that_post_jobs_do_not_starve_timers)
{
    struct cadre__job again = {.fn = on_again};
    struct cadre__timer timer;

    open_real();
    cadre__timer_init(&timer, on_stop_timer);
    cadre__loop_timer_start(loop, &timer, 2 * MS);
    cadre__loop_post(loop, &again);
    run();
    cadre__loop_free(loop);
}
END_TEST

static uint64_t system_now(void)
{
    return cadre__clock_now(cadre__clock_system());
}

START_TEST(a_timer_is_never_early)
{
    struct cadre__timer timer;

    open_real();
    cadre__timer_init(&timer, on_stop_timer);
    for (uint64_t ms = 0; ms < 6; ms++) {
        uint64_t begin = cadre__loop_now(loop);

        cadre__loop_timer_start(loop, &timer, ms * MS);
        run();
        ck_assert_uint_ge(system_now(), begin + ms * MS);
        ck_assert_uint_ge(cadre__loop_now(loop), begin + ms * MS);
    }
    cadre__loop_free(loop);
}
END_TEST

START_TEST(an_earlier_timer_moves_the_alarm_forward)
{
    struct cadre__timer far, near;
    uint64_t begin;

    open_real();
    cadre__timer_init(&far, on_stop_timer);
    cadre__timer_init(&near, on_stop_timer);
    cadre__loop_timer_start(loop, &far, 3600 * CADRE__NSEC_PER_SEC);
    cadre__loop_timer_start(loop, &near, 1 * MS);
    begin = cadre__loop_now(loop);
    run();
    ck_assert_uint_ge(cadre__loop_now(loop), begin + 1 * MS);
    ck_assert(cadre__timer_is_armed(&far));
    /* The alarm is spent; the far one sets a new one, a nearer one another. */
    cadre__loop_timer_start(loop, &near, 1 * MS);
    run();
    ck_assert(!cadre__timer_is_armed(&near));
    cadre__loop_timer_stop(loop, &far);
    cadre__loop_free(loop);
}
END_TEST

struct chime {
    struct cadre__timer timer;
    char c;
    bool stops;
};

static void on_chime(struct cadre__timer *timer)
{
    struct chime *chime = CADRE__CONTAINER_OF(timer, struct chime, timer);

    note(chime->c);
    if (chime->stops)
        cadre__loop_stop(loop);
}

static void arm(struct chime *chime, char c, uint64_t after_ns, bool stops)
{
    cadre__timer_init(&chime->timer, on_chime);
    chime->c = c;
    chime->stops = stops;
    cadre__loop_timer_start(loop, &chime->timer, after_ns);
}

START_TEST(the_test_clock_jumps_to_each_timer_in_turn)
{
    struct chime a, b, c, d;

    open_test();
    arm(&d, 'd', 86400 * CADRE__NSEC_PER_SEC, true);
    arm(&b, 'b', 500 * MS, false);
    arm(&a, 'a', 7 * MS, false);
    arm(&c, 'c', 500 * MS, false);
    run();
    ck_assert_str_eq(trace, "abcd");
    ck_assert_uint_eq(clock_.now_ns, 1000 * MS + 86400 * CADRE__NSEC_PER_SEC);
    ck_assert_uint_eq(cadre__loop_now(loop), clock_.now_ns);
    cadre__loop_free(loop);
}
END_TEST

static void on_byte(int events, void *arg)
{
    char byte;

    (void)events;
    ck_assert_int_eq(read(*(int *)arg, &byte, 1), 1);
    note(byte);
}

START_TEST(the_test_clock_stands_still_while_something_is_ready)
{
    struct chime late;
    struct cadre__io io;
    int fds[2];

    open_test();
    ck_assert_int_eq(pipe(fds), 0);
    cadre__io_init(&io, loop, fds[0], on_byte, &fds[0]);
    ck_assert_int_eq(cadre__io_start(&io, CADRE__IO_READ, true), 0);
    ck_assert_int_eq(write(fds[1], "xyz", 3), 3);
    arm(&late, 't', 1 * MS, true);
    run();
    ck_assert_str_eq(trace, "xyzt");
    cadre__io_stop(&io);
    close(fds[0]);
    close(fds[1]);
    cadre__loop_free(loop);
}
END_TEST

static void *post_later(void *arg)
{
    struct letter *letter = arg;

    (void)nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
    cadre__loop_post_from_thread(loop, &letter->job);
    return NULL;
}

static void on_release(struct cadre__job *job)
{
    on_letter(job);
    cadre__loop_release(loop);
}

START_TEST(the_test_clock_waits_for_what_holds_it)
{
    struct letter from_thread = {{.fn = on_release}, 'x', NULL, false};
    struct chime late;
    pthread_t thread;

    open_test();
    cadre__loop_hold(loop);
    ck_assert_int_eq(pthread_create(&thread, NULL, post_later, &from_thread), 0);
    arm(&late, 't', 1 * MS, true);
    run();
    ck_assert_str_eq(trace, "xt");
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    cadre__loop_free(loop);
}
END_TEST

START_TEST(a_thread_wakes_a_loop_that_waits)
{
    struct letter from_thread = {{.fn = on_letter}, 'x', NULL, true};
    pthread_t thread;

    open_real();
    ck_assert_int_eq(pthread_create(&thread, NULL, post_later, &from_thread), 0);
    run();
    ck_assert_str_eq(trace, "x");
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    cadre__loop_free(loop);
}
END_TEST

enum { POSTERS = 4, POSTS = 20000 };

struct post {
    struct cadre__job job;
    int poster, number;
};

static struct post posts[POSTERS][POSTS];
static int last_number[POSTERS];
static int arrived;

static void on_post(struct cadre__job *job)
{
    struct post *post = (struct post *)job;

    ck_assert_int_eq(post->number, last_number[post->poster] + 1);
    last_number[post->poster] = post->number;
    if (++arrived == POSTERS * POSTS)
        cadre__loop_stop(loop);
}

static void *post_many(void *arg)
{
    struct post *mine = arg;

    for (int i = 0; i < POSTS; i++)
        cadre__loop_post_from_thread(loop, &mine[i].job);
    return NULL;
}

START_TEST(posts_of_many_threads_all_arrive_in_the_order_of_each)
{
    pthread_t threads[POSTERS];

    open_real();
    for (int p = 0; p < POSTERS; p++)
        for (int i = 0; i < POSTS; i++)
            posts[p][i] = (struct post){{.fn = on_post}, p, i + 1};
    for (int p = 0; p < POSTERS; p++)
        ck_assert_int_eq(pthread_create(&threads[p], NULL, post_many, posts[p]), 0);
    run();
    for (int p = 0; p < POSTERS; p++) {
        ck_assert_int_eq(pthread_join(threads[p], NULL), 0);
        ck_assert_int_eq(last_number[p], POSTS);
    }
    cadre__loop_free(loop);
}
END_TEST

static void on_waking(void *arg, uint64_t now_ns)
{
    (void)arg;
    ck_assert_uint_eq(now_ns, cadre__loop_now(loop));
    note('<');
}

static void on_waiting(void *arg, uint64_t now_ns)
{
    (void)arg;
    (void)now_ns;
    note('>');
}

static void on_noted_byte(int events, void *arg)
{
    on_byte(events, arg);
    cadre__loop_stop(loop);
}

START_TEST(hooks_enclose_a_wait)
{
    static const struct cadre__loop_hooks hooks = {on_waking, on_waiting};
    struct cadre__io io;
    int fds[2];

    open_real();
    cadre__loop_set_hooks(loop, &hooks, NULL);
    ck_assert_int_eq(pipe(fds), 0);
    cadre__io_init(&io, loop, fds[0], on_noted_byte, &fds[0]);
    ck_assert_int_eq(cadre__io_start(&io, CADRE__IO_READ, true), 0);
    ck_assert_int_eq(write(fds[1], "x", 1), 1);
    run();
    /* Before the wait; before the first callback. */
    ck_assert_str_eq(trace, "><x");
    cadre__io_stop(&io);
    close(fds[0]);
    close(fds[1]);
    cadre__loop_free(loop);
}
END_TEST

START_TEST(there_is_one_loop_a_thread)
{
    struct cadre__loop *other = NULL;

    ck_assert_ptr_null(cadre__loop_current());
    open_real();
    ck_assert_ptr_eq(cadre__loop_current(), loop);
    ck_assert_int_eq(cadre__loop_new(NULL, &other), -EBUSY);
    ck_assert_ptr_null(other);
    cadre__loop_free(loop);
    ck_assert_ptr_null(cadre__loop_current());
    open_real();
    cadre__loop_free(loop);
    cadre__loop_free(NULL);
}
END_TEST

static int add_up(void *arg)
{
    int *n = arg;

    for (int i = 0; i < 5; i++) {
        int r = cadre_sleep(1000);

        if (r < 0)
            return r;
        *n += i;
    }
    return *n;
}

START_TEST(run_main_returns_what_main_returns)
{
    int n = 0;

    open_test();
    ck_assert_int_eq(cadre__loop_run_main(loop, add_up, &n), 10);
    ck_assert_uint_eq(clock_.now_ns, 6000 * MS);
    cadre__loop_free(loop);
}
END_TEST

UNIT_MAIN("async/loop", UNIT_CASE(jobs_run_in_the_order_of_posting),
          UNIT_CASE(a_job_posted_by_a_job_runs_in_the_next_round),
          UNIT_CASE(a_job_may_free_itself_and_be_posted_again),
          UNIT_CASE(jobs_that_post_jobs_do_not_starve_descriptors),
          UNIT_CASE(jobs_that_post_jobs_do_not_starve_timers), UNIT_CASE(a_timer_is_never_early),
          UNIT_CASE(an_earlier_timer_moves_the_alarm_forward),
          UNIT_CASE(the_test_clock_jumps_to_each_timer_in_turn),
          UNIT_CASE(the_test_clock_stands_still_while_something_is_ready),
          UNIT_CASE(the_test_clock_waits_for_what_holds_it),
          UNIT_CASE(a_thread_wakes_a_loop_that_waits),
          UNIT_CASE(posts_of_many_threads_all_arrive_in_the_order_of_each),
          UNIT_CASE(hooks_enclose_a_wait), UNIT_CASE(there_is_one_loop_a_thread),
          UNIT_CASE(run_main_returns_what_main_returns))
