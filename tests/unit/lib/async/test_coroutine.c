/* SPDX-License-Identifier: MIT */
/*
 * Coroutines: when they run, what suspend returns, what cancelling does, and that a stack is never
 * overrun silently. The tests drive the loop turn by turn through a posted job or a timer, on the
 * test clock where time matters.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <fenv.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cadre/task.h>

#include "async/coroutine.h"
#include "async/loop.h"
#include "async/stack.h"
#include "base/log.h"

static struct cadre__loop *loop;

static void open_loop(size_t coroutines_max)
{
    const struct cadre__loop_options options = {.coroutines_max = coroutines_max};

    ck_assert_int_eq(cadre__loop_new(&options, &loop), 0);
}

static void close_loop(void)
{
    ck_assert_uint_eq(cadre__coroutine_count(loop), 0);
    cadre__loop_free(loop);
    loop = NULL;
}

static void on_stop(struct cadre__job *job)
{
    (void)job;
    cadre__loop_stop(loop);
}

/* Runs what is posted so far, and what that posts at once. */
static void run_posted(void)
{
    struct cadre__job stop = {.fn = on_stop};

    cadre__loop_post(loop, &stop);
    ck_assert_int_eq(cadre__loop_run(loop), 0);
}

/* Sends the log to a file that the test can read. */
static int log_fd = -1;

static void capture_log(void)
{
    log_fd = memfd_create("log", MFD_CLOEXEC);
    ck_assert_int_ge(log_fd, 0);
    ck_assert_int_eq(cadre__log_open(&(struct cadre__log_options){.fd = log_fd}), 0);
}

static unsigned count_in_log(const char *text)
{
    static char buf[16384];
    ssize_t n = pread(log_fd, buf, sizeof(buf) - 1, 0);
    unsigned count = 0;

    ck_assert_int_ge(n, 0);
    buf[n] = '\0';
    for (const char *at = buf; (at = strstr(at, text)); at++)
        count++;
    return count;
}

/* A coroutine that suspends `times` times and remembers what that returned. */
struct waiter {
    struct cadre__coroutine *co;
    int times;
    int done;
    int results[8];
    bool ended;
};

static void wait_times(void *arg)
{
    struct waiter *w = arg;

    while (w->done < w->times) {
        int r = cadre__coroutine_suspend("test");

        w->results[w->done++] = r;
    }
    w->ended = true;
}

START_TEST(it_runs_at_once_until_its_first_suspension)
{
    struct waiter w = {.times = 1};

    open_loop(0);
    ck_assert_int_eq(cadre__coroutine_start(loop, wait_times, &w, "w", &w.co), 0);
    ck_assert_ptr_nonnull(w.co);
    ck_assert_int_eq(w.done, 0);
    ck_assert_uint_eq(cadre__coroutine_count(loop), 1);
    ck_assert(cadre__coroutine_resume(w.co, 7));
    ck_assert(w.ended);
    ck_assert_int_eq(w.results[0], 7);
    close_loop();
}
END_TEST

START_TEST(one_that_never_suspends_has_ended_when_start_returns)
{
    struct waiter w = {.times = 0};
    struct cadre__coroutine *co = (struct cadre__coroutine *)&w;

    open_loop(0);
    ck_assert_int_eq(cadre__coroutine_start(loop, wait_times, &w, "w", &co), 0);
    ck_assert_ptr_null(co);
    ck_assert(w.ended);
    close_loop();
}
END_TEST

START_TEST(the_current_one_is_known_inside_only)
{
    struct waiter w = {.times = 1};

    ck_assert_ptr_null(cadre__coroutine_current());
    open_loop(0);
    ck_assert_ptr_null(cadre__coroutine_current());
    ck_assert_int_eq(cadre__coroutine_start(loop, wait_times, &w, "w", &w.co), 0);
    ck_assert_ptr_null(cadre__coroutine_current());
    ck_assert(cadre__coroutine_resume(w.co, 0));
    close_loop();
}
END_TEST

struct nest {
    struct cadre__coroutine *inner;
    char trace[16];
};

static void trace(struct nest *nest, char c)
{
    nest->trace[strlen(nest->trace)] = c;
}

static void run_inner(void *arg)
{
    struct nest *nest = arg;

    trace(nest, 'b');
    ck_assert_int_eq(cadre__coroutine_suspend("test"), 1);
    trace(nest, 'd');
    ck_assert_int_eq(cadre__coroutine_suspend("test"), 2);
    trace(nest, 'f');
}

static void run_outer(void *arg)
{
    struct nest *nest = arg;
    struct cadre__coroutine *self = cadre__coroutine_current();

    trace(nest, 'a');
    ck_assert_int_eq(cadre__coroutine_start(loop, run_inner, nest, "inner", &nest->inner), 0);
    ck_assert_ptr_eq(cadre__coroutine_current(), self);
    trace(nest, 'c');
    ck_assert(cadre__coroutine_resume(nest->inner, 1));
    ck_assert_ptr_eq(cadre__coroutine_current(), self);
    trace(nest, 'e');
}

START_TEST(a_coroutine_that_resumes_another_goes_on_when_that_suspends)
{
    struct nest nest = {0};

    open_loop(0);
    ck_assert_int_eq(cadre__coroutine_start(loop, run_outer, &nest, "outer", NULL), 0);
    ck_assert_str_eq(nest.trace, "abcde");
    /* The one that resumed it has gone; now another does. */
    ck_assert(cadre__coroutine_resume(nest.inner, 2));
    ck_assert_str_eq(nest.trace, "abcdef");
    close_loop();
}
END_TEST

START_TEST(woken_ones_run_with_the_next_jobs_in_order)
{
    struct waiter w[3] = {{.times = 1}, {.times = 1}, {.times = 1}};

    open_loop(0);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(cadre__coroutine_start(loop, wait_times, &w[i], "w", &w[i].co), 0);
    ck_assert(cadre__coroutine_wake(w[2].co, 3));
    ck_assert(cadre__coroutine_wake(w[0].co, 1));
    ck_assert_int_eq(w[2].done, 0);
    run_posted();
    ck_assert_int_eq(w[2].results[0], 3);
    ck_assert_int_eq(w[0].results[0], 1);
    ck_assert(!w[1].ended);
    ck_assert(cadre__coroutine_resume(w[1].co, 0));
    close_loop();
}
END_TEST

START_TEST(only_the_first_wake_up_counts)
{
    struct waiter w = {.times = 2};

    open_loop(0);
    ck_assert_int_eq(cadre__coroutine_start(loop, wait_times, &w, "w", &w.co), 0);
    ck_assert(cadre__coroutine_wake(w.co, 1));
    ck_assert(!cadre__coroutine_wake(w.co, 2));
    ck_assert(!cadre__coroutine_resume(w.co, 3));
    ck_assert_int_eq(w.done, 0);
    run_posted();
    ck_assert_int_eq(w.done, 1);
    ck_assert_int_eq(w.results[0], 1);
    ck_assert(cadre__coroutine_resume(w.co, 4));
    ck_assert_int_eq(w.results[1], 4);
    close_loop();
}
END_TEST

START_TEST(cancelling_fails_the_current_call_and_no_other)
{
    struct waiter w = {.times = 2};

    open_loop(0);
    ck_assert_int_eq(cadre__coroutine_start(loop, wait_times, &w, "w", &w.co), 0);
    cadre__coroutine_cancel(w.co);
    ck_assert_int_eq(w.done, 0);
    ck_assert_uint_eq(cadre__coroutine_cancels(w.co), 1);
    run_posted();
    ck_assert_int_eq(w.done, 1);
    ck_assert_int_eq(w.results[0], -ECANCELED);
    ck_assert(cadre__coroutine_resume(w.co, 5));
    ck_assert_int_eq(w.results[1], 5);
    close_loop();
}
END_TEST

static void cancel_self(void *arg)
{
    struct waiter *w = arg;

    ck_assert(!cadre_cancelled());
    cadre__coroutine_cancel(cadre__coroutine_current());
    cadre__coroutine_cancel(cadre__coroutine_current());
    ck_assert(cadre_cancelled());
    w->times = 1;
    wait_times(w);
    ck_assert(!cadre_cancelled());
}

START_TEST(a_running_one_fails_in_its_next_call_once)
{
    struct waiter w = {0};

    open_loop(0);
    ck_assert_int_eq(cadre__coroutine_start(loop, cancel_self, &w, "w", NULL), 0);
    ck_assert(w.ended);
    ck_assert_int_eq(w.results[0], -ECANCELED);
    close_loop();
}
END_TEST

START_TEST(a_wake_up_that_was_first_is_not_lost_to_a_cancel)
{
    struct waiter w = {.times = 2};

    open_loop(0);
    ck_assert_int_eq(cadre__coroutine_start(loop, wait_times, &w, "w", &w.co), 0);
    ck_assert(cadre__coroutine_wake(w.co, 1));
    cadre__coroutine_cancel(w.co);
    run_posted();
    ck_assert(w.ended);
    ck_assert_int_eq(w.results[0], 1);
    ck_assert_int_eq(w.results[1], -ECANCELED);
    close_loop();
}
END_TEST

START_TEST(a_cancel_that_was_first_leaves_the_wake_up_to_others)
{
    struct waiter w = {.times = 1};

    open_loop(0);
    ck_assert_int_eq(cadre__coroutine_start(loop, wait_times, &w, "w", &w.co), 0);
    cadre__coroutine_cancel(w.co);
    ck_assert(!cadre__coroutine_wake(w.co, 1));
    run_posted();
    ck_assert_int_eq(w.results[0], -ECANCELED);
    close_loop();
}
END_TEST

START_TEST(a_request_to_end_can_be_taken_back)
{
    struct waiter w = {.times = 2};

    open_loop(0);
    ck_assert_int_eq(cadre__coroutine_start(loop, wait_times, &w, "w", &w.co), 0);
    ck_assert(cadre__coroutine_wake(w.co, 1));
    cadre__coroutine_cancel(w.co);
    ck_assert(cadre__coroutine_is_cancelled(w.co));
    cadre__coroutine_uncancel(w.co);
    ck_assert(!cadre__coroutine_is_cancelled(w.co));
    ck_assert_uint_eq(cadre__coroutine_cancels(w.co), 0);
    run_posted();
    ck_assert_int_eq(w.done, 1);
    ck_assert(cadre__coroutine_resume(w.co, 2));
    ck_assert_int_eq(w.results[1], 2);
    close_loop();
}
END_TEST

static void wait_shielded(void *arg)
{
    struct waiter *w = arg;

    w->results[0] = cadre__coroutine_suspend_shielded("test");
    w->done++;
    w->results[1] = cadre__coroutine_suspend("test");
    w->done++;
}

START_TEST(a_shielded_call_outlasts_a_cancel)
{
    struct waiter w = {0};

    open_loop(0);
    ck_assert_int_eq(cadre__coroutine_start(loop, wait_shielded, &w, "w", &w.co), 0);
    cadre__coroutine_cancel(w.co);
    run_posted();
    ck_assert_int_eq(w.done, 0);
    ck_assert(cadre__coroutine_resume(w.co, 9));
    ck_assert_int_eq(w.done, 2);
    ck_assert_int_eq(w.results[0], 9);
    ck_assert_int_eq(w.results[1], -ECANCELED);
    close_loop();
}
END_TEST

START_TEST(off_any_coroutine_a_call_names_itself_in_the_log)
{
    capture_log();
    ck_assert_int_eq(cadre_sleep(1), -EDEADLK);
    open_loop(0);
    ck_assert_int_eq(cadre_yield(), -EDEADLK);
    ck_assert_int_eq(cadre__coroutine_suspend("cadre_frobnicate"), -EDEADLK);
    ck_assert_uint_eq(count_in_log("cadre_sleep()"), 1);
    ck_assert_uint_eq(count_in_log("cadre_yield()"), 1);
    ck_assert_uint_eq(count_in_log("cadre_frobnicate()"), 1);
    ck_assert_uint_eq(count_in_log("\n"), 3);
    close_loop();
}
END_TEST

START_TEST(beyond_coroutines_max_start_fails_and_says_so_once)
{
    struct waiter w[3] = {{.times = 1}, {.times = 1}, {.times = 1}};

    capture_log();
    open_loop(2);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(cadre__coroutine_start(loop, wait_times, &w[i], "w", &w[i].co), 0);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(cadre__coroutine_start(loop, wait_times, &w[2], "greedy", &w[2].co),
                         -EAGAIN);
    ck_assert_uint_eq(count_in_log("greedy"), 1);
    ck_assert_uint_eq(count_in_log("coroutines_max"), 1);
    ck_assert(cadre__coroutine_resume(w[0].co, 0));
    ck_assert_int_eq(cadre__coroutine_start(loop, wait_times, &w[2], "w", &w[2].co), 0);
    ck_assert(cadre__coroutine_resume(w[1].co, 0));
    ck_assert(cadre__coroutine_resume(w[2].co, 0));
    close_loop();
}
END_TEST

struct seen {
    unsigned n;
    struct cadre__coroutine_info info[4];
};

static void see(const struct cadre__coroutine_info *info, void *arg)
{
    struct seen *seen = arg;

    seen->info[seen->n++] = *info;
}

START_TEST(live_ones_are_listed_with_where_they_wait)
{
    struct waiter a = {.times = 1}, b = {.times = 1};
    struct seen seen = {0};

    open_loop(0);
    ck_assert_int_eq(cadre__coroutine_start(loop, wait_times, &a, "a", &a.co), 0);
    ck_assert_int_eq(cadre__coroutine_start(loop, wait_times, &b, "b", &b.co), 0);
    cadre__coroutine_set_data(a.co, &a);
    cadre__coroutine_set_name(b.co, "bee");
    ck_assert(cadre__coroutine_wake(b.co, 0));
    cadre__coroutine_each(loop, see, &seen);
    ck_assert_uint_eq(seen.n, 2);
    ck_assert_str_eq(seen.info[0].name, "bee");
    ck_assert_int_eq(seen.info[0].state, CADRE__COROUTINE_WAKING);
    ck_assert_str_eq(seen.info[1].name, "a");
    ck_assert_str_eq(seen.info[1].where, "test");
    ck_assert_int_eq(seen.info[1].state, CADRE__COROUTINE_SUSPENDED);
    ck_assert_ptr_eq(seen.info[1].data, &a);
    ck_assert_uint_eq(seen.info[1].since_ns, cadre__loop_now(loop));
    ck_assert_uint_eq(seen.info[1].born_ns, cadre__loop_now(loop));
    ck_assert(cadre__coroutine_resume(a.co, 0));
    run_posted();
    close_loop();
}
END_TEST

static bool see_two(const struct cadre__coroutine_info *info, void *arg)
{
    struct seen *seen = arg;

    see(info, arg);
    return seen->n < 2;
}

START_TEST(the_oldest_are_listed_first_and_no_more_than_wanted)
{
    struct waiter waiter[3] = {{.times = 1}, {.times = 1}, {.times = 1}};
    static const char *const names[] = {"first", "second", "third"};
    struct seen seen = {0};

    open_loop(0);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(
            cadre__coroutine_start(loop, wait_times, &waiter[i], names[i], &waiter[i].co), 0);
        cadre__coroutine_set_handler(waiter[i].co, names[i]);
    }
    cadre__coroutine_oldest(loop, see_two, &seen);
    ck_assert_uint_eq(seen.n, 2);
    ck_assert_str_eq(seen.info[0].name, "first");
    ck_assert_str_eq(seen.info[0].handler, "first");
    ck_assert_str_eq(seen.info[1].name, "second");
    for (int i = 0; i < 3; i++)
        ck_assert(cadre__coroutine_resume(waiter[i].co, 0));
    close_loop();
}
END_TEST

/* Keeps values in all preserved registers and on the stack across suspensions. */
struct keeper {
    struct cadre__coroutine *co;
    uint64_t seed, sum, expected;
};

static uint64_t mix(uint64_t x)
{
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    x ^= x >> 33;
    return x;
}

static void keep(void *arg)
{
    struct keeper *k = arg;
    uint64_t v[24];
    double d = (double)(k->seed % 1000) / 7;
    double d0 = d;

    for (int i = 0; i < 24; i++)
        v[i] = mix(k->seed + (uint64_t)i);
    for (int round = 0; round < 10; round++) {
        ck_assert_int_eq(cadre__coroutine_suspend("test"), round);
        for (int i = 0; i < 24; i++)
            k->sum += v[i] ^ (uint64_t)round;
        ck_assert(d == d0);
    }
    for (int round = 0; round < 10; round++)
        for (int i = 0; i < 24; i++)
            k->expected += mix(k->seed + (uint64_t)i) ^ (uint64_t)round;
}

START_TEST(a_thousand_keep_what_they_had)
{
    static struct keeper k[1000];

    open_loop(0);
    for (unsigned i = 0; i < 1000; i++) {
        k[i].seed = i;
        ck_assert_int_eq(cadre__coroutine_start(loop, keep, &k[i], "keeper", &k[i].co), 0);
    }
    for (int round = 0; round < 10; round++)
        for (unsigned i = 0; i < 1000; i++)
            ck_assert(cadre__coroutine_resume(k[i].co, round));
    for (unsigned i = 0; i < 1000; i++)
        ck_assert_uint_eq(k[i].sum, k[i].expected);
    close_loop();
}
END_TEST

static void round_up(void *arg)
{
    struct waiter *w = arg;

    ck_assert_int_eq(fegetround(), FE_TONEAREST);
    ck_assert_int_eq(fesetround(FE_UPWARD), 0);
    ck_assert_int_eq(cadre__coroutine_suspend("test"), 0);
    ck_assert_int_eq(fegetround(), FE_UPWARD);
    w->ended = true;
}

START_TEST(rounding_is_each_ones_own)
{
    struct waiter w = {0};

    open_loop(0);
    ck_assert_int_eq(cadre__coroutine_start(loop, round_up, &w, "w", &w.co), 0);
    ck_assert_int_eq(fegetround(), FE_TONEAREST);
    ck_assert(cadre__coroutine_resume(w.co, 0));
    ck_assert_int_eq(fegetround(), FE_TONEAREST);
    ck_assert(w.ended);
    close_loop();
}
END_TEST

/* Leaves as much behind as an ending coroutine can. */
static void leave_traces(void *arg)
{
    struct cadre__coroutine *co = cadre__coroutine_current();

    ck_assert_int_eq(fegetround(), FE_TONEAREST);
    ck_assert_int_eq(fesetround(FE_UPWARD), 0);
    ck_assert_uint_eq(cadre__coroutine_cancels(co), 0);
    ck_assert(!cadre__coroutine_is_cancelled(co));
    ck_assert_ptr_null(cadre__coroutine_data(co));
    ck_assert_ptr_null(cadre__coroutine_handler(co));
    cadre__coroutine_set_data(co, arg);
    cadre__coroutine_set_handler(co, "handler");
    cadre__coroutine_cancel(co);
    ++*(int *)arg;
}

START_TEST(the_next_one_on_a_stack_begins_anew)
{
    int runs = 0;

    open_loop(0);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(cadre__coroutine_start(loop, leave_traces, &runs, "traces", NULL), 0);
        ck_assert_int_eq(fegetround(), FE_TONEAREST);
        cadre__stack_pool_trim(cadre__loop_stacks(loop));
    }
    ck_assert_int_eq(runs, 3);
    close_loop();
}
END_TEST

static void check_alignment(void *arg)
{
    _Alignas(16) volatile char aligned[16] = {0};
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);

    (void)arg;
    ck_assert_uint_eq((uintptr_t)aligned % 16, 0);
    ck_assert_uint_eq(frame % 16, 0);
}

START_TEST(its_stack_is_aligned)
{
    open_loop(0);
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(cadre__coroutine_start(loop, check_alignment, NULL, "w", NULL), 0);
    close_loop();
}
END_TEST

/* Overflow: on a stack of its own the handler asks whose stack it was. */
static void on_fault(int signo, siginfo_t *info, void *context)
{
    struct cadre__stack_owner owner;

    (void)signo;
    (void)context;
    if (!cadre__stack_owner(info->si_addr, &owner))
        _exit(1);
    if (!owner.overflow || !owner.name || strcmp(owner.name, "GET /deep") != 0)
        _exit(2);
    if (owner.data != (void *)&log_fd)
        _exit(3);
    _exit(42);
}

__attribute__((noinline, no_sanitize("address", "undefined"))) static int deep(volatile int n)
{
    volatile char here[512];

    here[0] = (char)n;
    return n == 0 ? here[0] : deep(n - 1) + here[0];
}

static void overflow(void *arg)
{
    (void)arg;
    cadre__coroutine_set_data(cadre__coroutine_current(), &log_fd);
    deep(1000000);
}

START_TEST(an_overflow_is_a_fault_that_can_be_named)
{
    static char handler_stack[64 * 1024];
    const stack_t alternative = {.ss_sp = handler_stack, .ss_size = sizeof(handler_stack)};
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};

    ck_assert_int_eq(sigaltstack(&alternative, NULL), 0);
    ck_assert_int_eq(sigaction(SIGSEGV, &action, NULL), 0);
    open_loop(0);
    (void)!cadre__coroutine_start(loop, overflow, NULL, "GET /deep", NULL);
}
END_TEST

static struct cadre__stack_owner found;

static void find_self(void *arg)
{
    char here = 0;

    (void)arg;
    ck_assert(cadre__stack_owner(__builtin_frame_address(0), &found));
    (void)here;
}

START_TEST(an_address_on_a_stack_tells_its_owner)
{
    int here = 0;
    struct cadre__stack_owner owner;

    ck_assert(!cadre__stack_owner(&here, &owner));
    open_loop(0);
    ck_assert_int_eq(cadre__coroutine_start(loop, find_self, NULL, "me", NULL), 0);
    ck_assert_str_eq(found.name, "me");
    ck_assert(!found.overflow);
    ck_assert_uint_eq(found.size, 64 * 1024);
    ck_assert(!cadre__stack_owner(&loop, &owner));
    /* It has ended: nobody's. */
    ck_assert(cadre__stack_owner(found.base, &owner));
    ck_assert_ptr_null(owner.name);
    ck_assert(cadre__stack_owner(found.base - 1, &owner));
    ck_assert(owner.overflow);
    close_loop();
}
END_TEST

static void obey(void *arg)
{
    struct waiter *w = arg;

    w->results[0] = cadre__coroutine_suspend("test");
    /* Whoever cleans up may still wait. */
    w->results[1] = cadre_sleep(1);
    w->ended = true;
}

START_TEST(the_end_of_the_loop_cancels_and_awaits)
{
    struct waiter w = {.results = {1, 1}};

    open_loop(0);
    ck_assert_int_eq(cadre__coroutine_start(loop, obey, &w, "w", NULL), 0);
    cadre__loop_free(loop);
    ck_assert(w.ended);
    ck_assert_int_eq(w.results[0], -ECANCELED);
    ck_assert_int_eq(w.results[1], 0);
}
END_TEST

static void ignore_cancel(void *arg)
{
    (void)arg;
    for (;;)
        if (cadre_sleep(100) == -EDEADLK)
            break;
}

START_TEST(one_that_swallows_its_cancel_is_named_and_abandoned)
{
    struct cadre__test_clock clock;

    capture_log();
    cadre__test_clock_init(&clock, CADRE__NSEC_PER_SEC);
    ck_assert_int_eq(cadre__loop_new(&(struct cadre__loop_options){.test_clock = &clock}, &loop),
                     0);
    ck_assert_int_eq(cadre__coroutine_start(loop, ignore_cancel, NULL, "stubborn", NULL), 0);
    cadre__loop_free(loop);
    ck_assert_uint_eq(clock.now_ns, 6 * CADRE__NSEC_PER_SEC);
    ck_assert_uint_eq(count_in_log("\"stubborn\""), 1);
    ck_assert_uint_eq(count_in_log("cadre_sleep"), 1);
}
END_TEST

UNIT_MAIN("async/coroutine", UNIT_CASE(it_runs_at_once_until_its_first_suspension),
          UNIT_CASE(one_that_never_suspends_has_ended_when_start_returns),
          UNIT_CASE(the_current_one_is_known_inside_only),
          UNIT_CASE(a_coroutine_that_resumes_another_goes_on_when_that_suspends),
          UNIT_CASE(woken_ones_run_with_the_next_jobs_in_order),
          UNIT_CASE(only_the_first_wake_up_counts),
          UNIT_CASE(cancelling_fails_the_current_call_and_no_other),
          UNIT_CASE(a_running_one_fails_in_its_next_call_once),
          UNIT_CASE(a_wake_up_that_was_first_is_not_lost_to_a_cancel),
          UNIT_CASE(a_cancel_that_was_first_leaves_the_wake_up_to_others),
          UNIT_CASE(a_request_to_end_can_be_taken_back),
          UNIT_CASE(a_shielded_call_outlasts_a_cancel),
          UNIT_CASE(off_any_coroutine_a_call_names_itself_in_the_log),
          UNIT_CASE(beyond_coroutines_max_start_fails_and_says_so_once),
          UNIT_CASE(the_oldest_are_listed_first_and_no_more_than_wanted),
          UNIT_CASE(live_ones_are_listed_with_where_they_wait),
          UNIT_CASE(a_thousand_keep_what_they_had), UNIT_CASE(rounding_is_each_ones_own),
          UNIT_CASE(the_next_one_on_a_stack_begins_anew), UNIT_CASE(its_stack_is_aligned),
          UNIT_EXIT(an_overflow_is_a_fault_that_can_be_named, 42),
          UNIT_CASE(an_address_on_a_stack_tells_its_owner),
          UNIT_CASE(the_end_of_the_loop_cancels_and_awaits),
          UNIT_CASE(one_that_swallows_its_cancel_is_named_and_abandoned))
