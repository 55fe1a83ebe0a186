/* SPDX-License-Identifier: MIT */
/*
 * tests/bench/bench.h: the frame of a benchmark. Each row times one operation of ours beside
 * references that do the same by other means, on this machine, in this run, turn about: several
 * rounds of each, of which the median counts.
 *
 * A limit says how many times the reference's cost is allowed, or how much more in ns; a row beyond
 * it makes the program exit 1. BENCH_SCALE=0.1 makes all shorter.
 */
#ifndef CADRE_TESTS_BENCH_H
#define CADRE_TESTS_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BENCH_ROUNDS 9

/* What only computes is timed by CLOCK_PROCESS_CPUTIME_ID, so that it does not matter who else
 * computes here: define it before the include. */
#ifndef BENCH_CLOCK
#define BENCH_CLOCK CLOCK_MONOTONIC
#endif

struct bench_row {
    const char *name;           /* of our operation */
    const char *reference;      /* what it is compared with, or NULL */
    uint64_t times;             /* operations a round */
    void (*ours)(uint64_t n);   /* does the operation n times; NULL: this system lacks it */
    void (*theirs)(uint64_t n); /* the reference's; NULL without one */
    double limit;               /* ours / theirs at most; 0: no limit */
    double limit_ns;            /* ours - theirs at most, in ns; 0: no limit */
    double theirs_ns;           /* the reference's cost, where something else has measured it */
};

static inline double bench_now_ns(void)
{
    struct timespec ts;

    (void)clock_gettime(BENCH_CLOCK, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static inline double bench_once(void (*fn)(uint64_t n), uint64_t n)
{
    double begin = bench_now_ns();

    fn(n);
    return (bench_now_ns() - begin) / (double)n;
}

static inline int bench_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static inline double bench_median(double *values)
{
    qsort(values, BENCH_ROUNDS, sizeof(values[0]), bench_compare);
    return values[BENCH_ROUNDS / 2];
}

/* Prints the rest of a row. Returns whether it is beyond its limit. */
static inline bool bench_judge(const struct bench_row *row, double ours, double theirs)
{
    bool beyond = (row->limit > 0 && ours > row->limit * theirs) ||
                  (row->limit_ns > 0 && ours - theirs > row->limit_ns);

    printf("   %-32s %10.1f %7.2f", row->reference, theirs, ours / theirs);
    if (row->limit > 0)
        printf("  (at most %.2f%s)", row->limit, beyond ? ": FAILED" : "");
    if (row->limit_ns > 0)
        printf("  (%.0f ns above, at most %.0f%s)", ours - theirs, row->limit_ns,
               beyond ? ": FAILED" : "");
    return beyond;
}

/* Runs the rows and prints a table. Returns what main() returns. */
static inline int bench_run(const struct bench_row *rows, size_t n_rows)
{
    const char *text = getenv("BENCH_SCALE");
    double scale = text ? strtod(text, NULL) : 1;
    int failed = 0;

    printf("%-38s %10s   %-32s %10s %7s\n", "operation", "ns", "beside", "ns", "ratio");
    for (size_t i = 0; i < n_rows; i++) {
        const struct bench_row *row = &rows[i];
        uint64_t times = (uint64_t)((double)row->times * scale) + 1;
        double ours[BENCH_ROUNDS], theirs[BENCH_ROUNDS] = {0}, our_median;

        if (!row->ours)
            continue;
        for (int round = 0; round < BENCH_ROUNDS; round++) {
            ours[round] = bench_once(row->ours, times);
            if (row->theirs)
                theirs[round] = bench_once(row->theirs, times);
        }
        our_median = bench_median(ours);
        printf("%-38s %10.1f", row->name, our_median);
        if (row->theirs || row->theirs_ns > 0)
            failed +=
                bench_judge(row, our_median, row->theirs ? bench_median(theirs) : row->theirs_ns);
        printf("\n");
        (void)fflush(stdout);
    }
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
