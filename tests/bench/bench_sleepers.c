/* SPDX-License-Identifier: MIT */
/*
 * What a task costs that only waits: 100,000 sleeping tasks where the kernel has guard regions,
 * 30,000 where a stack is two mappings. Prints the resident memory of each and the processor time
 * that the process takes in two idle seconds, watchdog included; exits 1 beyond 8.5 KiB each, or
 * 0.1 ms.
 */
#include "config.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cadre/task.h>

#include "async/coroutine.h"
#include "async/loop.h"
#include "async/stack.h"
#include "async/watchdog.h"
#include "base/clock.h"

#define BYTES_MAX   (8.5 * 1024)
#define IDLE_MAX_NS (CADRE__NSEC_PER_MSEC / 10)

struct tally {
    size_t n;
    double bytes; /* resident, a task */
};

static struct cadre__loop *loop;

static uint64_t resident_bytes(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (!file || fscanf(file, "%*u %lu", &pages) != 1)
        exit(EXIT_FAILURE);
    (void)fclose(file);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t processor_ns(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (uint64_t)ts.tv_sec * CADRE__NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
}

static int sleep_long(void *arg)
{
    (void)arg;
    return cadre_sleep(3600000);
}

static void on_slow(const struct cadre__watchdog_report *report, void *arg)
{
    (void)report;
    (void)arg;
}

/* Looks on from a thread, so that nothing wakes the loop. */
static void *observe(void *arg)
{
    const struct tally *tally = arg;
    const struct timespec settle = {.tv_sec = 3}, idle = {.tv_sec = 2};
    uint64_t used;
    bool failed;

    (void)nanosleep(&settle, NULL); /* all sleep by then, the watchdog too */
    used = processor_ns();
    (void)nanosleep(&idle, NULL);
    used = processor_ns() - used;
    failed = tally->bytes > BYTES_MAX || used > IDLE_MAX_NS;
    printf("%zu sleeping tasks: %.0f bytes resident each (at most %.0f); idle for 2 s: %.3f ms of "
           "the processor (at most %.1f)%s\n",
           tally->n, tally->bytes, BYTES_MAX, (double)used / 1e6, (double)IDLE_MAX_NS / 1e6,
           failed ? ": FAILED" : "");
    (void)fflush(stdout);
    /* A process that ends so is gone at once; cancelling all of them is no part of this. */
    _exit(failed ? EXIT_FAILURE : EXIT_SUCCESS);
    return NULL;
}

static int run(void *arg)
{
    struct tally tally = {.n = *(size_t *)arg};
    uint64_t before = resident_bytes();
    pthread_t observer;

    for (size_t i = 0; i < tally.n; i++) {
        if (!cadre_spawn(sleep_long, NULL)) {
            (void)fprintf(stderr, "bench: no room for task %zu\n", i);
            exit(EXIT_FAILURE);
        }
    }
    if (cadre_sleep(1) < 0) /* all of them sleep */
        exit(EXIT_FAILURE);
    tally.bytes = (double)(resident_bytes() - before) / (double)tally.n;
    if (pthread_create(&observer, NULL, observe, &tally) != 0)
        exit(EXIT_FAILURE);
    return cadre_sleep(3600000);
}

int main(void)
{
    const struct cadre__loop_options options = {.coroutines_max = 110000};
    struct cadre__stack_pool_stats stats;
    struct cadre__watchdog *watchdog;
    size_t n;

    if (cadre__loop_new(&options, &loop) < 0)
        return EXIT_FAILURE;
    const struct cadre__watchdog_options watch = {
        .loop = loop, .slow_ns = 100 * CADRE__NSEC_PER_MSEC, .on_slow = on_slow};
    if (cadre__watchdog_start(&watch, &watchdog) < 0)
        return EXIT_FAILURE;
    cadre__stack_pool_stats(cadre__loop_stacks(loop), &stats);
    n = stats.guard_regions ? 100000 : 30000;
    printf("stacks of 64 KiB, %s\n", stats.guard_regions ? "guard regions" : "guard pages");
    return cadre__loop_run_main(loop, run, &n);
}
