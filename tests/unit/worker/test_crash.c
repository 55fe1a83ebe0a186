/* SPDX-License-Identifier: MIT */
/*
 * Tests of worker/crash: a child of the test dies in many ways, and its record says how.
 */
#include "config.h"

#include "worker/crash.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "async/coroutine.h"
#include "async/loop.h"
#include "ipc/crash_record.h"
#include "tests/unit/unit.h"
#include "worker/child.h"
#include <cadre/task.h>
#include <cadre/thread.h>

static struct cadre__shm shm;
static struct cadre__crashes *crashes;
static struct child child;
static struct cadre__crash_record record;

static void make(void)
{
    ck_assert_int_eq(cadre__crashes_create(&shm, &crashes), 0);
    cadre__heritage_init(&child.heritage);
    child.heritage.slot = 5;
    ck_assert_int_eq(cadre__heritage_add_shm(&child.heritage, &shm), 0);
}

/* In the child: a loop whose main coroutine runs fn. */
static _Noreturn void live(int (*fn)(void *))
{
    const struct rlimit none = {.rlim_cur = 0};
    struct cadre__loop *loop;

    (void)setrlimit(RLIMIT_CORE, &none);
    if (cadre__loop_new(NULL, &loop) < 0 || crash_watch(&child, loop) < 0)
        _exit(100);
    _exit(cadre__loop_run_main(loop, fn, NULL) == 0 ? 0 : 101);
}

/* Has a process run fn; returns its wait status, with what it wrote in `record`. */
static int die(int (*fn)(void *))
{
    int status;
    pid_t pid;

    make();
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        live(fn);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    if (!cadre__crash_take(crashes, 5, &record))
        memset(&record, 0, sizeof(record));
    return status;
}

static int touch(void *arg)
{
    volatile int *nothing = arg;

    cadre__coroutine_set_handler(cadre__coroutine_current(), "buy");
    cadre__coroutine_set_name(cadre__coroutine_current(), "buy");
    return *nothing;
}

START_TEST(a_fault_is_recorded_and_kills_as_ever)
{
    ck_assert_int_eq(WTERMSIG(die(touch)), SIGSEGV);
    ck_assert_uint_eq(record.stage, CADRE__CRASH_WHOLE);
    ck_assert_int_eq(record.signo, SIGSEGV);
    ck_assert_int_eq(record.code, SEGV_MAPERR);
    ck_assert_uint_eq(record.address, 0);
    ck_assert_str_eq(record.thread, "loop");
    ck_assert_str_eq(record.subject.handler, "buy");
    ck_assert_str_eq(record.subject.task, "");
    ck_assert_str_eq(record.subject.request, "");
    ck_assert_uint_gt(record.trace.n_frames, 1);
    ck_assert_uint_eq(record.trace.frames[0].flags, CADRE__FRAME_EXACT);
    ck_assert_ptr_nonnull(strstr(record.trace.objects[0].path, "test_crash"));
    ck_assert_uint_gt(record.n_registers, 0);
    ck_assert_uint_eq(record.n_threads, 0);
}
END_TEST

static int give_up(void *arg)
{
    (void)arg;
    abort();
}

START_TEST(an_abort_names_its_own_process)
{
    ck_assert_int_eq(WTERMSIG(die(give_up)), SIGABRT);
    ck_assert_int_eq(record.signo, SIGABRT);
    ck_assert_int_gt(record.sender, 0);
    ck_assert_uint_eq(record.stage, CADRE__CRASH_WHOLE);
}
END_TEST

static int trap(void *arg)
{
    (void)arg;
#if defined(__x86_64__)
    __asm__ volatile("int3");
#else
    (void)raise(SIGTRAP);
#endif
    return 0;
}

/* Coming back from the handler would go on behind the trap. */
START_TEST(a_trap_kills)
{
    int status = die(trap);

    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), SIGTRAP);
    ck_assert_int_eq(record.signo, SIGTRAP);
}
END_TEST

static int jump(void *arg)
{
    int (*volatile nowhere)(void) = (int (*)(void))(uintptr_t)arg;

    return nowhere() + 1;
}

START_TEST(a_jump_to_nowhere_has_its_caller)
{
    ck_assert_int_eq(WTERMSIG(die(jump)), SIGSEGV);
    ck_assert_uint_eq(record.pc, 0);
    ck_assert_uint_ge(record.trace.n_frames, 2);
    ck_assert_uint_eq(record.trace.frames[0].object, CADRE__BACKTRACE_NO_OBJECT);
    ck_assert_ptr_nonnull(
        strstr(record.trace.objects[record.trace.frames[1].object].path, "test_crash"));
}
END_TEST

static volatile int depth = 1 << 20; /* KiB: deeper than any stack */

static __attribute__((noinline)) int dig(volatile const char *above, int left)
{
    volatile char here[1024];

    here[0] = above[0];
    return left == 0 ? 0 : dig(here, left - 1) + here[0];
}

static int dig_deep(void *arg)
{
    (void)arg;
    cadre__coroutine_set_handler(cadre__coroutine_current(), "dig");
    return dig("", depth);
}

START_TEST(a_stack_overflow_is_named_with_its_size)
{
    ck_assert_int_eq(WTERMSIG(die(dig_deep)), SIGSEGV);
    ck_assert_uint_gt(record.stack_size, 0);
    ck_assert_str_eq(record.subject.handler, "dig");
    ck_assert_uint_ge(record.stage, CADRE__CRASH_SUBJECT);
}
END_TEST

static int touch_in_thread(void *arg)
{
    return *(volatile int *)arg;
}

static int call_thread(void *arg)
{
    cadre__coroutine_set_handler(cadre__coroutine_current(), "report");
    cadre__coroutine_set_name(cadre__coroutine_current(), "report");
    return cadre_to_thread(touch_in_thread, arg);
}

START_TEST(a_thread_of_the_pool_is_named_with_its_handler)
{
    ck_assert_int_eq(WTERMSIG(die(call_thread)), SIGSEGV);
    ck_assert_str_eq(record.thread, "pool thread 1");
    ck_assert_str_eq(record.subject.handler, "report");
    ck_assert_uint_eq(record.n_threads, 1);
    ck_assert_str_eq(record.threads[0].name, "pool thread 1");
    ck_assert_str_eq(record.threads[0].handler, "report");
}
END_TEST

static __attribute__((noinline)) int dig_thread(void *arg)
{
    (void)arg;
    return dig("", depth);
}

static int overflow_thread(void *arg)
{
    cadre__coroutine_set_handler(cadre__coroutine_current(), "report");
    return cadre_to_thread(dig_thread, arg);
}

START_TEST(an_overflow_of_a_thread_is_recorded_too)
{
    ck_assert_int_eq(WTERMSIG(die(overflow_thread)), SIGSEGV);
    ck_assert_str_eq(record.thread, "pool thread 1");
    ck_assert_str_eq(record.subject.handler, "report");
    ck_assert_uint_gt(record.trace.n_frames, 10);
}
END_TEST

static int end_well(void *arg)
{
    (void)arg;
    return 0;
}

START_TEST(a_process_that_ends_well_writes_nothing)
{
    ck_assert_int_eq(die(end_well), 0);
    ck_assert_uint_eq(record.stage, CADRE__CRASH_NONE);
}
END_TEST

static void mind(int signo)
{
    (void)signo;
    _exit(42);
}

static int touch_minded(void *arg)
{
    struct cadre__loop *loop = cadre__loop_current();
    struct sigaction action = {.sa_handler = mind};

    (void)sigaction(SIGSEGV, &action, NULL);
    return crash_watch(&child, loop) < 0 ? 1 : touch(arg);
}

START_TEST(a_signal_that_another_handles_is_left_to_that)
{
    int status = die(touch_minded);

    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 42);
    ck_assert_uint_eq(record.stage, CADRE__CRASH_NONE);
}
END_TEST

/* A sanitizer takes the faults, and is told of none of these. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FAULT(fn) UNIT_LOOP(fn, 0)
#else
#define FAULT(fn) UNIT_CASE(fn)
#endif

UNIT_MAIN("worker/crash", FAULT(a_fault_is_recorded_and_kills_as_ever),
          FAULT(an_abort_names_its_own_process), FAULT(a_trap_kills),
          FAULT(a_jump_to_nowhere_has_its_caller), FAULT(a_stack_overflow_is_named_with_its_size),
          FAULT(a_thread_of_the_pool_is_named_with_its_handler),
          FAULT(an_overflow_of_a_thread_is_recorded_too),
          UNIT_CASE(a_process_that_ends_well_writes_nothing),
          FAULT(a_signal_that_another_handles_is_left_to_that))
