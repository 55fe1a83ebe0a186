/* SPDX-License-Identifier: MIT */
/*
 * lib/async/test_clock.c: a loop for a test, whose time jumps. See <cadre/test.h>.
 *
 * That time jumps is the loop's doing (loop.h). What is here besides: a loop that would wait, with
 * no deadline, no thread at work and no descriptor but its own, would wait for ever. The hook
 * before the wait finds that out, and a post wakes the loop to cancel all; this is the one post
 * that a hook may make, since the loop looks at what threads have posted after it.
 */
#include "config.h"

#include <errno.h>
#include <stdbool.h>

#include <event2/event.h>

#include <cadre/task_list.h>
#include <cadre/test.h>

#include "async/coroutine_internal.h"
#include "async/loop.h"
#include "async/loop_internal.h"
#include "base/clock.h"
#include "base/log.h"

/* Any moment but 0: a time of 0 is often taken for "never". */
#define BEGIN_NS (1000 * CADRE__NSEC_PER_SEC)

enum { OWN_DESCRIPTORS = 2 }; /* the loop's alarm and bell */

struct test_run {
    struct cadre__test_clock clock;
    struct cadre__loop *loop;
    struct cadre__job give_up;
    bool stuck;
};

static void give_up(struct cadre__job *job)
{
    struct test_run *run = CADRE__CONTAINER_OF(job, struct test_run, give_up);

    cadre__log(CADRE_LOG_ERROR, "nothing can happen any more, all tasks wait:");
    cadre_tasks_log();
    cadre__coroutine_cancel_all(run->loop);
}

static void before_wait(void *arg, uint64_t now_ns)
{
    struct test_run *run = arg;
    struct cadre__loop *loop = run->loop;
    uint64_t next;

    (void)now_ns;
    if (run->stuck || loop->holds > 0 || cadre__timers_next(&loop->timers, &next) ||
        event_base_get_num_events(loop->base, EVENT_BASE_COUNT_ADDED) > OWN_DESCRIPTORS)
        return;
    run->stuck = true;
    cadre__loop_post_from_thread(loop, &run->give_up);
}

int cadre_test_run_with(const struct cadre_test_options *options, int (*fn)(void *arg), void *arg)
{
    static const struct cadre__loop_hooks hooks = {.waiting = before_wait};
    struct test_run run = {.give_up.fn = give_up};
    struct cadre__loop_options loop_options = {.test_clock = &run.clock};
    int r;

    if (options) {
        loop_options.stack_bytes = options->stack_bytes;
        loop_options.coroutines_max = options->coroutines_max;
        loop_options.threads = options->threads;
    }
    cadre__test_clock_init(&run.clock, BEGIN_NS);
    if ((r = cadre__loop_new(&loop_options, &run.loop)) < 0)
        return r;
    cadre__loop_set_hooks(run.loop, &hooks, &run);
    r = cadre__loop_run_main(run.loop, fn, arg);
    cadre__loop_free(run.loop);
    return run.stuck ? -EDEADLK : r;
}

int cadre_test_run(int (*fn)(void *arg), void *arg)
{
    return cadre_test_run_with(NULL, fn, arg);
}

static struct cadre__test_clock *current_clock(void)
{
    const struct cadre__loop *loop = cadre__loop_current();

    return loop ? loop->test_clock : NULL;
}

uint64_t cadre_test_elapsed_ns(void)
{
    const struct cadre__test_clock *clock = current_clock();

    return clock && clock->now_ns > BEGIN_NS ? clock->now_ns - BEGIN_NS : 0;
}

uint64_t cadre_test_elapsed_ms(void)
{
    return cadre_test_elapsed_ns() / CADRE__NSEC_PER_MSEC;
}

void cadre_test_advance(uint64_t ms)
{
    struct cadre__test_clock *clock = current_clock();

    if (clock)
        cadre__test_clock_advance(clock, ms * CADRE__NSEC_PER_MSEC);
}
