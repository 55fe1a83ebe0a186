/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/unit.h: the frame of every unit test. A test file includes this, writes its cases
 * between START_TEST(name) and END_TEST, and ends with one UNIT_MAIN that lists them:
 *
 *     START_TEST(chunk_size_overflow_is_rejected)
 *     {
 *         ck_assert_int_eq(parse("fffffffffffffffff"), -ERANGE);
 *     }
 *     END_TEST
 *
 *     UNIT_MAIN("worker/http1", UNIT_CASE(chunk_size_overflow_is_rejected))
 *
 * Every case runs in a process of its own, so that a crash, a leak (under AddressSanitizer) or a
 * hang costs that case alone. The program speaks TAP on its standard output: print nothing else
 * there. CK_RUN_CASE=name runs one case; CK_FORK=no runs in this process, for a debugger.
 */
#ifndef CADRE_TESTS_UNIT_H
#define CADRE_TESTS_UNIT_H

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A case that takes longer has hung; CK_TIMEOUT_MULTIPLIER stretches it, for valgrind. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define UNIT_TIMEOUT_S 600
#else
#define UNIT_TIMEOUT_S 60
#endif

/* The process that runs the cases. */
static pid_t unit_runner;

/*
 * Check notes the place of each assertion that holds in a pipe to the runner. Two that write at
 * once would garble it, so only the case itself does, not its threads nor the processes it forks.
 */
static inline bool unit_notes_places(void)
{
    return getppid() == unit_runner && syscall(SYS_gettid) == getpid();
}

#define _mark_point(file, line) (unit_notes_places() ? _mark_point(file, line) : (void)0)

struct unit_case {
    const char *name;
    const TTest *test;
    int signal;     /* the case must die by this signal; 0: it must not */
    int exit_code;  /* the case must exit so */
    int begin, end; /* the case runs for each _i in [begin, end) */
};

/* A case that returns. */
#define UNIT_CASE(fn)                                                                              \
    {                                                                                              \
        .name = #fn, .test = fn, .end = 1                                                          \
    }
/* A case that runs COUNT times, with _i = 0, 1, ...: one row of a table each. */
#define UNIT_LOOP(fn, count)                                                                       \
    {                                                                                              \
        .name = #fn, .test = fn, .end = (int)(count)                                               \
    }
/* A case that must be ended by signal SIG, for asserts. */
#define UNIT_SIGNAL(fn, sig)                                                                       \
    {                                                                                              \
        .name = #fn, .test = fn, .signal = (sig), .end = 1                                         \
    }
/* A case that must call exit(CODE). */
#define UNIT_EXIT(fn, code)                                                                        \
    {                                                                                              \
        .name = #fn, .test = fn, .exit_code = (code), .end = 1                                     \
    }

/* Runs the cases and reports them as TAP. Returns what main() returns. */
static inline int unit_run(const char *name, const struct unit_case *cases, size_t n)
{
    Suite *suite = suite_create(name);
    SRunner *runner = srunner_create(suite);
    int failed;

    unit_runner = getpid();
    for (size_t i = 0; i < n; i++) {
        TCase *tcase = tcase_create(cases[i].name);

        tcase_set_timeout(tcase, UNIT_TIMEOUT_S);
        _tcase_add_test(tcase, cases[i].test, cases[i].signal, cases[i].exit_code, cases[i].begin,
                        cases[i].end);
        suite_add_tcase(suite, tcase);
    }
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* main() of the test of the source NAME ("base/arena"), with its cases. */
#define UNIT_MAIN(name, ...)                                                                       \
    int main(void)                                                                                 \
    {                                                                                              \
        const struct unit_case cases[] = {__VA_ARGS__};                                            \
                                                                                                   \
        return unit_run(name, cases, sizeof(cases) / sizeof(cases[0]));                            \
    }

#endif
