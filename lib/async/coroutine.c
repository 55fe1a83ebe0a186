/* SPDX-License-Identifier: MIT */
/*
 * lib/async/coroutine.c: starting, suspending, resuming and cancelling. See coroutine.h for the
 * states and the rules.
 *
 * Resuming nests: whoever resumes a coroutine goes on when that one suspends or ends. So control
 * always returns to the loop by the way it came, and every switch is between a coroutine and the
 * one that resumed it. What a coroutine was is given back by its resumer, as nobody can free the
 * stack that he stands on.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "async/context.h"
#include "async/coroutine.h"
#include "async/coroutine_internal.h"
#include "async/local.h"
#include "async/loop_internal.h"
#include "async/sanitizer.h"
#include "async/scope.h"
#include "async/stack.h"
#include "base/bytes.h"
#include "base/log.h"

#define LIMIT_LOG_EVERY_NS (60 * CADRE__NSEC_PER_SEC)

/*
 * All stacks begin at like offsets in their pages, and what is at the top of all of them would
 * compete for the same few lines of the cache. So each is shifted by some lines.
 */
enum { COLOURS = 8, COLOUR_BYTES = 128 };

/* The members that a coroutine begins with at 0: those that stand together for it. */
enum {
    CLEARED_FROM = offsetof(struct cadre__coroutine, result),
    CLEARED_TO = offsetof(struct cadre__coroutine, loop),
};

/* Calls that fail for a cancelled scope, between two at which others may run. */
enum { FAILURES_A_TURN = 64 };

static void switch_to(struct cadre__coroutine *from, struct cadre__coroutine *to)
{
    from->loop->running = to;
    cadre__loop_step(from->loop);
    cadre__sanitizer_leave(&from->sanitizer, &to->sanitizer, from->ended);
    cadre__context_switch(&from->context, &to->context);
}

/* The end of what a coroutine has of its own; mostly it has nothing. */
static inline void unwind(struct cadre__coroutine *co)
{
    if (co->scopes_open != co->own.scopes_open || !cadre__owner_is_empty(&co->own) || co->scope ||
        co->locals || co->has_arena)
        cadre__coroutine_unwind();
}

/*
 * All coroutines that ever run on a stack, one after another: a context at rest is as good for the
 * next one as a new one, and is there already.
 */
static void begin(void *arg)
{
    struct cadre__coroutine *co = arg;

    for (;;) {
        cadre__sanitizer_arrive(&co->sanitizer, &co->resumer->sanitizer);
        co->fn(co->arg);
        unwind(co);
        co->ended = true;
        switch_to(co, co->resumer);
    }
}

/* Runs `co` until it suspends or ends; in the latter case, which it returns, `co` is gone. */
static inline __attribute__((always_inline)) bool run(struct cadre__coroutine *co)
{
    struct cadre__coroutine *self = co->loop->running;

    assert(!co->ended);
    co->resumer = self;
    co->state = CADRE__COROUTINE_RUNNING;
    co->where = NULL;
    switch_to(self, co);
    cadre__sanitizer_arrive(&self->sanitizer, NULL);
    if (!co->ended)
        return false;
    cadre__sanitizer_done(&co->sanitizer);
    co->stack->left = CADRE__SANITIZER_IS_TOLD ? NULL : co;
    cadre__stack_put(co->loop->stacks, co->stack);
    return true;
}

static void on_wake(struct cadre__job *job)
{
    run(CADRE__CONTAINER_OF(job, struct cadre__coroutine, wake));
}

void cadre__coroutine_init_root(struct cadre__coroutine *root, struct cadre__loop *loop)
{
    *root = (struct cadre__coroutine){.loop = loop, .name = "loop"};
    cadre__sanitizer_init_thread(&root->sanitizer);
    loop->running = root;
}

static void log_limit(struct cadre__loop *loop, const char *name, int error)
{
    struct cadre__stack_pool_stats stats;

    if (loop->limit_logged_ns && loop->now_ns - loop->limit_logged_ns < LIMIT_LOG_EVERY_NS)
        return;
    loop->limit_logged_ns = loop->now_ns;
    cadre__stack_pool_stats(loop->stacks, &stats);
    if (error == -EAGAIN)
        cadre__log(CADRE_LOG_WARNING,
                   "no coroutine for \"%s\": %zu of at most %zu are live, raise %s", name,
                   stats.used, stats.stacks_max,
                   stats.bound_by_maps ? "vm.max_map_count (sysctl)" : "coroutines_max");
    else
        cadre__log(CADRE_LOG_WARNING,
                   "no stack for \"%s\": the system refuses memory, %zu are live", name,
                   stats.used);
}

/* What every coroutine begins with, but for what its starter gives it and what a switch sets. */
static inline void init(struct cadre__coroutine *co, struct cadre__loop *loop)
{
    cadre__zero((char *)co + CLEARED_FROM, CLEARED_TO - CLEARED_FROM);
    co->loop = loop;
    co->born_ns = loop->now_ns;
    co->wake.fn = on_wake;
    cadre__list_init(&co->scope_link);
    cadre__owner_init(&co->own, co);
    co->owner = &co->own;
}

/* A coroutine on a stack that has none left on it. */
static struct cadre__coroutine *make_anew(struct cadre__stack *stack, const char *name)
{
    char *top = stack->base + stack->size - (stack->index % COLOURS) * COLOUR_BYTES;
    size_t room = (sizeof(struct cadre__coroutine) + 63) / 64 * 64;
    struct cadre__coroutine *co = (struct cadre__coroutine *)(void *)(top - room);

    co->stack = stack;
    cadre__sanitizer_init(&co->sanitizer, stack->base, stack->size, name);
    cadre__context_make(&co->context, stack->base, (size_t)((char *)co - stack->base), begin, co);
    return co;
}

static inline __attribute__((always_inline)) int make(struct cadre__loop *loop,
                                                      void (*fn)(void *arg), void *arg,
                                                      const char *name,
                                                      struct cadre__coroutine **ret)
{
    struct cadre__stack *stack;
    struct cadre__coroutine *co;
    int r;

    if ((r = cadre__stack_get(loop->stacks, &stack)) < 0) {
        log_limit(loop, name, r);
        return r;
    }
    co = stack->left;
    if (!co || !cadre__context_renew(&co->context))
        co = make_anew(stack, name);
    init(co, loop);
    co->fn = fn;
    co->arg = arg;
    co->name = name;
    stack->user = co;
    *ret = co;
    return 0;
}

int cadre__coroutine_start(struct cadre__loop *loop, void (*fn)(void *arg), void *arg,
                           const char *name, struct cadre__coroutine **ret)
{
    struct cadre__coroutine *co;
    int r = make(loop, fn, arg, name, &co);

    if (r < 0)
        return r;
    if (run(co))
        co = NULL;
    if (ret)
        *ret = co;
    return 0;
}

int cadre__coroutine_start_soon(struct cadre__loop *loop, void (*fn)(void *arg), void *arg,
                                const char *name, struct cadre__coroutine **ret)
{
    int r = make(loop, fn, arg, name, ret);

    if (r < 0)
        return r;
    (*ret)->state = CADRE__COROUTINE_WAKING;
    cadre__loop_post(loop, &(*ret)->wake);
    return 0;
}

/* Of a stack among those in use; NULL: it is not. */
static struct cadre__coroutine *user_of(struct cadre__list *link)
{
    return CADRE__CONTAINER_OF(link, struct cadre__stack, link)->user;
}

static void drop_own(struct cadre__coroutine *co)
{
    if (co->locals)
        cadre__locals_unref(co->locals);
    co->locals = NULL;
    if (co->has_arena)
        cadre__arena_done(&co->arena);
    co->has_arena = false;
}

void cadre__coroutine_unwind(void)
{
    struct cadre__coroutine *co = cadre__coroutine_here();

    cadre__owner_check_scopes(&co->own);
    if (!cadre__owner_is_empty(&co->own))
        cadre__owner_end_tasks(&co->own);
    cadre__scope_leave_all(co);
    drop_own(co);
}

void cadre__coroutine_abandon_all(struct cadre__loop *loop)
{
    CADRE__LIST_FOREACH(link, cadre__stack_pool_used(loop->stacks))
    {
        struct cadre__coroutine *co = user_of(link);

        if (co)
            drop_own(co);
    }
}

struct cadre__coroutine *cadre__coroutine_current(void)
{
    return cadre__coroutine_here();
}

bool cadre__coroutine_take_cancel(struct cadre__coroutine *co)
{
    if (co->cancel_pending && co->shields == 0) {
        co->cancel_pending = false;
        co->by_request = true;
        return true;
    }
    if (!co->in_cancelled_scope && !co->doomed)
        return false;
    co->scope_reported = true;
    co->by_request = false;
    return true;
}

static int check(struct cadre__coroutine *co, const char *call)
{
    if (!co) {
        cadre__log(CADRE_LOG_ERROR, "%s() was called outside any coroutine, where nothing can wait",
                   call);
        return -EDEADLK;
    }
    return cadre__coroutine_take_cancel(co) ? -ECANCELED : 0;
}

/* Gives the processor back to the resumer, until somebody resumes `co`. */
static int leave(struct cadre__coroutine *co, const char *call, enum cadre__coroutine_state state)
{
    co->where = call;
    co->since_ns = co->loop->now_ns;
    co->state = (uint8_t)state;
    switch_to(co, co->resumer);
    cadre__sanitizer_arrive(&co->sanitizer, &co->resumer->sanitizer);
    return co->result;
}

/* Lets all others run, whatever `co` was asked. */
static int step_aside(struct cadre__coroutine *co, const char *call)
{
    co->result = 0;
    cadre__loop_post(co->loop, &co->wake);
    cadre__loop_poll_soon(co->loop);
    return leave(co, call, CADRE__COROUTINE_WAKING);
}

int cadre__coroutine_check(const char *call)
{
    struct cadre__coroutine *co = cadre__coroutine_here();
    int r = check(co, call);

    if (r == -ECANCELED && !co->by_request && ++co->failures % FAILURES_A_TURN == 0)
        (void)step_aside(co, call);
    return r;
}

int cadre__coroutine_suspend(const char *call)
{
    struct cadre__coroutine *co = cadre__coroutine_here();
    int r = check(co, call);

    return r < 0 ? r : leave(co, call, CADRE__COROUTINE_SUSPENDED);
}

int cadre__coroutine_suspend_shielded(const char *call)
{
    struct cadre__coroutine *co = cadre__coroutine_here();
    int r;

    if (!co)
        return check(co, call);
    co->shielded = true;
    r = leave(co, call, CADRE__COROUTINE_SUSPENDED);
    co->shielded = false;
    return r;
}

struct alarm {
    struct cadre__timer timer;
    struct cadre__coroutine *co;
};

static void on_alarm(struct cadre__timer *timer)
{
    (void)cadre__coroutine_resume(CADRE__CONTAINER_OF(timer, struct alarm, timer)->co, -ETIMEDOUT);
}

int cadre__coroutine_suspend_for(const char *call, uint64_t timeout_ns)
{
    struct alarm alarm = {.co = cadre__coroutine_here()};
    struct cadre__loop *loop;
    int r;

    if (timeout_ns == CADRE__NEVER || !alarm.co)
        return cadre__coroutine_suspend(call);
    loop = alarm.co->loop;
    cadre__timer_init(&alarm.timer, on_alarm);
    cadre__timer_start(&loop->timers, &alarm.timer,
                       cadre__deadline(cadre__loop_clock(loop), timeout_ns));
    r = cadre__coroutine_suspend(call);
    cadre__timer_stop(&loop->timers, &alarm.timer);
    return r;
}

int cadre__coroutine_yield(const char *call)
{
    struct cadre__coroutine *co = cadre__coroutine_here();
    int r = cadre__coroutine_check(call);

    if (r < 0)
        return r;
    r = step_aside(co, call);
    return cadre__coroutine_take_cancel(co) ? -ECANCELED : r;
}

bool cadre__coroutine_resume(struct cadre__coroutine *co, int result)
{
    assert(co->loop == cadre__loop_here);
    if (co->state != CADRE__COROUTINE_SUSPENDED)
        return false;
    co->result = result;
    run(co);
    return true;
}

bool cadre__coroutine_wake(struct cadre__coroutine *co, int result)
{
    if (co->state != CADRE__COROUTINE_SUSPENDED)
        return false;
    co->result = result;
    co->state = CADRE__COROUTINE_WAKING;
    cadre__loop_post(co->loop, &co->wake);
    return true;
}

void cadre__coroutine_cancel(struct cadre__coroutine *co)
{
    co->cancels++;
    if (co->shielded || co->shields > 0 || !cadre__coroutine_wake(co, -ECANCELED))
        co->cancel_pending = true;
    else
        co->by_request = true;
}

void cadre__coroutine_interrupt(struct cadre__coroutine *co)
{
    if (co->shielded || !cadre__coroutine_wake(co, -ECANCELED))
        return;
    co->scope_reported = true;
    co->by_request = false;
}

void cadre__coroutine_lower_shield(struct cadre__coroutine *co)
{
    if (--co->shields > 0 || !co->cancel_pending || co->shielded ||
        !cadre__coroutine_wake(co, -ECANCELED))
        return;
    co->cancel_pending = false;
    co->by_request = true;
}

void cadre__coroutine_doom(struct cadre__coroutine *co)
{
    co->doomed = true;
    cadre__coroutine_interrupt(co);
}

void cadre__coroutine_cancel_all(struct cadre__loop *loop)
{
    CADRE__LIST_FOREACH(link, cadre__stack_pool_used(loop->stacks))
    {
        struct cadre__coroutine *co = user_of(link);

        if (co)
            cadre__coroutine_cancel(co);
    }
}

unsigned cadre__coroutine_cancels(const struct cadre__coroutine *co)
{
    return co->cancels;
}

void cadre__coroutine_uncancel(struct cadre__coroutine *co)
{
    if (co->cancels > 0 && --co->cancels == 0)
        co->cancel_pending = false;
}

bool cadre__coroutine_is_cancelled(const struct cadre__coroutine *co)
{
    return (co->cancel_pending && co->shields == 0) || co->in_cancelled_scope || co->doomed;
}

bool cadre__coroutine_is_in_cancelled_scope(const struct cadre__coroutine *co)
{
    return co->in_cancelled_scope || co->doomed;
}

void cadre__coroutine_put_back_cancel(struct cadre__coroutine *co)
{
    if (co->by_request && co->cancels > 0)
        co->cancel_pending = true;
}

const char *cadre__coroutine_name(const struct cadre__coroutine *co)
{
    return co->name;
}

void cadre__coroutine_set_name(struct cadre__coroutine *co, const char *name)
{
    co->name = name;
}

const char *cadre__coroutine_handler(const struct cadre__coroutine *co)
{
    return co->handler;
}

void cadre__coroutine_set_handler(struct cadre__coroutine *co, const char *handler)
{
    co->handler = handler;
}

void *cadre__coroutine_data(const struct cadre__coroutine *co)
{
    return co->data;
}

void cadre__coroutine_set_data(struct cadre__coroutine *co, void *data)
{
    co->data = data;
}

void cadre__coroutine_trim_stack(void)
{
    const struct cadre__coroutine *co = cadre__coroutine_current();

    if (co != NULL && co->stack != NULL)
        cadre__stack_give_back(co->stack, __builtin_frame_address(0));
}

struct cadre__loop *cadre__coroutine_loop(const struct cadre__coroutine *co)
{
    return co->loop;
}

static struct cadre__coroutine_info describe(const struct cadre__coroutine *co)
{
    return (struct cadre__coroutine_info){
        .name = co->name,
        .state = co->state,
        .where = co->where,
        .since_ns = co->since_ns,
        .born_ns = co->born_ns,
        .cancels = co->cancels,
        .handler = co->handler,
        .data = co->data,
    };
}

void cadre__coroutine_each(const struct cadre__loop *loop,
                           void (*fn)(const struct cadre__coroutine_info *info, void *arg),
                           void *arg)
{
    CADRE__LIST_FOREACH(link, cadre__stack_pool_used(loop->stacks))
    {
        const struct cadre__coroutine *co = user_of(link);
        struct cadre__coroutine_info info;

        if (!co)
            continue;
        info = describe(co);
        fn(&info, arg);
    }
}

void cadre__coroutine_oldest(const struct cadre__loop *loop,
                             bool (*fn)(const struct cadre__coroutine_info *info, void *arg),
                             void *arg)
{
    CADRE__LIST_FOREACH_BACK(link, cadre__stack_pool_used(loop->stacks))
    {
        const struct cadre__coroutine *co = user_of(link);
        struct cadre__coroutine_info info;

        if (!co)
            continue;
        info = describe(co);
        if (!fn(&info, arg))
            break;
    }
}

size_t cadre__coroutine_count(const struct cadre__loop *loop)
{
    struct cadre__stack_pool_stats stats;

    cadre__stack_pool_stats(loop->stacks, &stats);
    return stats.used;
}

bool cadre__stack_owner(const void *addr, struct cadre__stack_owner *ret)
{
    const struct cadre__loop *loop = cadre__loop_here;
    const struct cadre__stack *stack;
    const struct cadre__coroutine *co;
    bool in_guard = false;

    if (!loop || !loop->stacks)
        return false;
    stack = cadre__stack_find(loop->stacks, addr, &in_guard);
    if (!stack)
        return false;
    co = stack->user;
    *ret = (struct cadre__stack_owner){
        .name = co ? co->name : NULL,
        .handler = co ? co->handler : NULL,
        .data = co ? co->data : NULL,
        .base = stack->base,
        .size = stack->size,
        .overflow = in_guard,
    };
    return true;
}
