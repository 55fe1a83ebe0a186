/* SPDX-License-Identifier: MIT */
/*
 * lib/async/test_clock.c: a loop for a test, whose time jumps. See <cadre/test_clock.h>.
 *
 * That time jumps is the loop's doing (loop.h). What is here besides: a loop that would wait, with
 * no deadline, no thread at work and no descriptor but its own, would wait for ever. The hook
 * before the wait finds that out, and a post wakes the loop to cancel all, again and again where
 * that does not end them; this is the one post that a hook may make, since the loop looks at what
 * threads have posted after it.
 */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include <event2/event.h>

#include <cadre/task_list.h>
#include <cadre/test_clock.h>

#include "async/coroutine_internal.h"
#include "async/loop.h"
#include "async/loop_internal.h"
#include "async/test_loop.h"
#include "base/clock.h"
#include "base/log.h"

/* Any moment but 0: a time of 0 is often taken for "never". */
#define BEGIN_NS (1000 * CADRE__NSEC_PER_SEC)

enum { OWN_DESCRIPTORS = 2 }; /* the loop's alarm and bell */
enum { GIVE_UP_MAX = 100 };   /* who goes on behind so many cancels goes on for ever */

struct cadre__test_loop {
    struct cadre__test_clock clock;
    struct cadre__loop *loop;
    struct cadre__job give_up;
    unsigned refs;
    bool is_shared; /* tasks stay when the function has ended */

    /* of the function that runs */
    int (*fn)(void *arg);
    void *arg;
    struct cadre__coroutine *co; /* its task */
    bool stuck;                  /* nothing could happen any more */
    bool is_giving_up;           /* the job is posted */
    unsigned gave_up;            /* so often all tasks were cancelled for it */
};

/* Cancels all tasks. Some may wait again behind it, to clean up, or since they do not look at what
 * they are told. */
static void cancel_all(struct cadre__test_loop *run)
{
    if (run->gave_up++ == GIVE_UP_MAX) {
        cadre__log(CADRE_LOG_CRITICAL,
                   "tasks go on though they were cancelled %d times: they have to return when what "
                   "they wait in returns an error",
                   GIVE_UP_MAX);
        cadre_tasks_log();
        abort();
    }
    cadre__coroutine_cancel_all(run->loop);
}

static void give_up(struct cadre__job *job)
{
    struct cadre__test_loop *run = CADRE__CONTAINER_OF(job, struct cadre__test_loop, give_up);

    run->is_giving_up = false;
    if (run->gave_up == 0) {
        cadre__log(CADRE_LOG_ERROR, "nothing can happen any more, all tasks wait:");
        cadre_tasks_log();
    }
    if (run->is_shared && !run->stuck && run->co)
        cadre__coroutine_cancel(run->co); /* it knows best what to end */
    else
        cancel_all(run);
    run->stuck = true;
}

static void before_wait(void *arg, uint64_t now_ns)
{
    struct cadre__test_loop *run = arg;
    struct cadre__loop *loop = run->loop;
    uint64_t next;

    (void)now_ns;
    if (run->is_giving_up || loop->holds > 0 || cadre__loop_next_jump(loop, &next) ||
        event_base_get_num_events(loop->base, EVENT_BASE_COUNT_ADDED) > OWN_DESCRIPTORS)
        return;
    run->is_giving_up = true;
    cadre__loop_post_from_thread(loop, &run->give_up);
}

static const struct cadre__loop_hooks test_hooks = {.waiting = before_wait};

static int make(const struct cadre_test_options *options, struct cadre__test_loop **ret)
{
    struct cadre__test_loop *run = calloc(1, sizeof(*run));
    struct cadre__loop_options loop_options = {0};
    int r;

    if (!run)
        return -ENOMEM;
    *run = (struct cadre__test_loop){.give_up.fn = give_up, .refs = 1};
    loop_options.test_clock = &run->clock;
    if (options) {
        loop_options.stack_bytes = options->stack_bytes;
        loop_options.coroutines_max = options->coroutines_max;
        loop_options.threads = options->threads;
    }
    cadre__test_clock_init(&run->clock, BEGIN_NS);
    if ((r = cadre__loop_new(&loop_options, &run->loop)) < 0) {
        free(run);
        return r;
    }
    cadre__loop_set_hooks(run->loop, &test_hooks, run);
    *ret = run;
    return 0;
}

int cadre__test_loop_ref(const struct cadre_test_options *options, struct cadre__test_loop **ret)
{
    struct cadre__loop *loop = cadre__loop_current();

    if (loop && loop->hooks == &test_hooks) {
        *ret = loop->hooks_arg;
        (*ret)->refs++;
        return 0;
    }
    int r = make(options, ret);
    if (r == 0)
        (*ret)->is_shared = true;
    return r;
}

void cadre__test_loop_unref(struct cadre__test_loop *run)
{
    if (!run || --run->refs > 0)
        return;
    cadre__loop_free(run->loop);
    free(run);
}

static int call(void *arg)
{
    struct cadre__test_loop *run = arg;
    int r;

    run->co = cadre__coroutine_current();
    r = run->fn(run->arg);
    run->co = NULL;
    return r;
}

int cadre__test_loop_run(struct cadre__test_loop *run, int (*fn)(void *arg), void *arg)
{
    int r;

    run->fn = fn;
    run->arg = arg;
    run->stuck = false;
    run->gave_up = 0;
    r = cadre__loop_run_main(run->loop, call, run);
    return run->stuck ? -EDEADLK : r;
}

struct cadre__loop *cadre__test_loop_loop(struct cadre__test_loop *run)
{
    return run->loop;
}

int cadre_test_run_with(const struct cadre_test_options *options, int (*fn)(void *arg), void *arg)
{
    struct cadre__test_loop *run;
    int r;

    if (cadre__loop_current())
        return -EBUSY;
    if ((r = make(options, &run)) < 0)
        return r;
    r = cadre__test_loop_run(run, fn, arg);
    cadre__loop_free(run->loop);
    if (run->stuck) /* perhaps only at its end */
        r = -EDEADLK;
    free(run);
    return r;
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
