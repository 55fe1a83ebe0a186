/* SPDX-License-Identifier: MIT */
/*
 * tests/bench/bench.h: the frame of a benchmark. Each row times one operation of ours beside a
 * reference that does the same by other means, on this machine, in this run, turn about: several
 * rounds of each, of which the fastest counts, since noise only ever adds.
 *
 * A limit says how many times the reference's cost is allowed; a row beyond it makes the program
 * exit 1. BENCH_SCALE=0.1 makes all shorter.
 */
#ifndef CADRE_TESTS_BENCH_H
#define CADRE_TESTS_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BENCH_ROUNDS 7

struct bench_row {
    const char *name;           /* of our operation */
    const char *reference;      /* what it is compared with, or NULL */
    uint64_t times;             /* operations a round */
    void (*ours)(uint64_t n);   /* does the operation n times */
    void (*theirs)(uint64_t n); /* the reference's; NULL without one */
    double limit;               /* ours / theirs at most; 0: no limit */
};

static inline double bench_now_ns(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static inline double bench_once(void (*fn)(uint64_t n), uint64_t n)
{
    double begin = bench_now_ns();

    fn(n);
    return (bench_now_ns() - begin) / (double)n;
}

/* Runs the rows and prints a table. Returns what main() returns. */
static inline int bench_run(const struct bench_row *rows, size_t n_rows)
{
    const char *text = getenv("BENCH_SCALE");
    double scale = text ? strtod(text, NULL) : 1;
    int failed = 0;

    printf("%-36s %10s   %-30s %10s %7s\n", "operation", "ns", "beside", "ns", "ratio");
    for (size_t i = 0; i < n_rows; i++) {
        const struct bench_row *row = &rows[i];
        uint64_t times = (uint64_t)((double)row->times * scale) + 1;
        double ours = 1e18, theirs = 1e18;

        for (int round = 0; round < BENCH_ROUNDS; round++) {
            double ns = bench_once(row->ours, times);

            ours = ns < ours ? ns : ours;
            if (row->theirs) {
                ns = bench_once(row->theirs, times);
                theirs = ns < theirs ? ns : theirs;
            }
        }
        printf("%-36s %10.1f", row->name, ours);
        if (row->theirs) {
            bool beyond = row->limit > 0 && ours > row->limit * theirs;

            printf("   %-30s %10.1f %7.2f", row->reference, theirs, ours / theirs);
            if (row->limit > 0)
                printf("  (at most %.2f%s)", row->limit, beyond ? ": FAILED" : "");
            failed += beyond;
        }
        printf("\n");
        (void)fflush(stdout);
    }
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
