/* SPDX-License-Identifier: MIT */
/*
 * A process with parked coroutines, for gdb.sh to look at: two in cadre_sleep, one of them five
 * calls deep, and main, which stops here() while it runs.
 */
#include "config.h"

#include <stdlib.h>

#include <cadre/task.h>

#include "async/coroutine.h"
#include "async/loop.h"

static struct cadre__loop *loop;
static volatile int result; /* assigned to, so that no call is a tail call */

__attribute__((noinline)) void here(void);

void here(void)
{
    __asm__ volatile("" ::: "memory"); /* a call that does something is not left out */
}

static __attribute__((noinline)) int deep(int left)
{
    int r = left > 0 ? deep(left - 1) : cadre_sleep(3600000);

    __asm__ volatile("" ::: "memory");
    return r < 0 ? r : r + 1;
}

static void fetch(void *arg)
{
    (void)arg;
    result = deep(3);
}

static void nap(void *arg)
{
    (void)arg;
    result = deep(0);
}

/* With an argument it aborts where it stops else. */
static int run(void *arg)
{
    if (cadre__coroutine_start(loop, fetch, NULL, "fetch_user", NULL) < 0 ||
        cadre__coroutine_start(loop, nap, NULL, "nap", NULL) < 0 || cadre_yield() < 0)
        abort();
    here();
    if (*(const int *)arg > 1)
        abort();
    return 0;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (cadre__loop_new(NULL, &loop) < 0)
        return EXIT_FAILURE;
    int r = cadre__loop_run_main(loop, run, &argc);
    cadre__loop_free(loop);
    return r;
}
