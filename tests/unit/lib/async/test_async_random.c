/* SPDX-License-Identifier: MIT */
/*
 * Random lives of tasks, against a simple model. Each seed is a world on the test clock: tasks that
 * sleep, wait for locks, semaphores, events, conditions, queues and streams, spawn, join, gather
 * and group others, cancel one another, and do all that within scopes with deadlines and shields.
 *
 * The model knows little: who holds what, who came first, which items are under way, who was asked
 * to end and which scopes are cancelled. From that follows what a call must have returned, and what
 * it must not. All waits are within deadlines, so that a world which hangs has lost a wake-up.
 *
 * The seed is in every message. CADRE_SEED=n runs that world alone, CADRE_SEEDS=n as many.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cadre/gather.h>
#include <cadre/group.h>
#include <cadre/memory_stream.h>
#include <cadre/queue.h>
#include <cadre/scope.h>
#include <cadre/sync.h>
#include <cadre/task.h>
#include <cadre/task_list.h>
#include <cadre/test.h>

#include "async/sanitizer.h"

enum {
    BATCHES = 20,
    ACTORS = 160,  /* a world */
    SCOPES = 4096, /* a world, in all */
    DEPTH = 4,     /* of spawning */
    NESTED = 4,    /* scopes within scopes */
    TOKENS = 2,
    ITEMS = 1024, /* into the queue */
};

/* A scope of the model; it stays to the world's end, for tasks that outlive it. */
struct scope {
    const struct scope *outer; /* around it: of the same task, or of whoever spawned it */
    struct cadre_scope real;
    uint64_t deadline_ms; /* of the test clock; UINT64_MAX: none */
    bool cancelled;       /* by a call */
    bool shield;
    bool ended;
};

struct actor {
    struct actor *owner;
    struct cadre_task *task;
    const struct scope *scope; /* the innermost one */
    unsigned depth, nested;
    unsigned requests; /* to end, by others */
    unsigned due;      /* of so many calls, the present one included, one must fail; 0: none */
    bool started, finished;
    bool cancelled_early; /* before its first step: it must not take one */
    uint64_t ticket;      /* its place in the row for the lock; 0: none */
    bool grouped;
};

static struct world {
    uint64_t seed, random;
    struct actor actors[ACTORS];
    size_t n_actors;
    struct scope scopes[SCOPES];
    size_t n_scopes;
    uint64_t tickets;
    uint64_t trace; /* a hash of all that happened */

    struct cadre_lock lock;
    const struct actor *holder;
    struct cadre_semaphore semaphore;
    int taken;
    struct cadre_event event;
    uint64_t event_sets;
    struct cadre_lock cond_lock;
    struct cadre_condition condition;
    struct cadre_queue *queue;
    uint32_t queue_put, queue_got;
    bool seen[ITEMS];
    struct cadre_memory_send_stream *send;
    struct cadre_memory_receive_stream *receive;
    uint32_t sent, received;
} w;

#define that(condition, ...)                                                                       \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "seed %" PRIu64 ": " #condition ": ", w.seed);                   \
            (void)fprintf(stderr, __VA_ARGS__);                                                    \
            (void)fprintf(stderr, "\n");                                                           \
            ck_abort_msg("seed %" PRIu64 ": " #condition, w.seed);                                 \
        }                                                                                          \
    } while (0)

/* splitmix64 */
static uint64_t next_random(void)
{
    uint64_t z = w.random += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static unsigned below(unsigned n)
{
    return (unsigned)(next_random() % n);
}

static void note(const struct actor *actor, int what, int result)
{
    uint64_t word = (uint64_t)(actor - w.actors) << 40 | (uint64_t)what << 32 | (uint32_t)result;

    w.trace = (w.trace ^ word) * UINT64_C(0x100000001b3) + cadre_test_elapsed_ns();
}

/* ---- what the model says of being cancelled ---- */

/* Is there a reason for a call of this actor to be cancelled? */
static bool may_be_cancelled(const struct actor *actor)
{
    if (actor->requests > 0)
        return true;
    for (const struct actor *it = actor->owner; it; it = it->owner)
        if (it->finished)
            return true; /* whoever it belongs to has returned */
    for (const struct scope *it = actor->scope; it; it = it->outer)
        if (it->cancelled || cadre_test_elapsed_ms() >= it->deadline_ms)
            return true;
    return false;
}

/* Must its next call be? A scope of its own that was cancelled, with no shield within. */
static bool must_be_cancelled(const struct actor *actor)
{
    for (const struct scope *it = actor->scope; it && !it->ended; it = it->outer) {
        if (it->cancelled)
            return true;
        if (it->shield)
            return false;
    }
    return false;
}

/* Is a request of others kept out now? */
static bool is_shielded(const struct actor *actor)
{
    for (const struct scope *it = actor->scope; it; it = it->outer)
        if (it->shield)
            return true;
    return false;
}

/* Of the call that was under way when it was cancelled and the next one, one has failed. */
static void expect_failure(struct actor *actor, int what, int r)
{
    if (r == -ECANCELED)
        actor->due = 0;
    else if (actor->due > 0 && !is_shielded(actor))
        that(--actor->due > 0, "actor %td: call %d returned %d after a cancel", actor - w.actors,
             what, r);
}

/* Looks at what a call returned that was made with `must` as must_be_cancelled() said then. */
static int judge(struct actor *actor, int what, bool must, int r)
{
    note(actor, what, r);
    expect_failure(actor, what, r);
    if (r == -ECANCELED)
        that(may_be_cancelled(actor), "actor %td call %d, at %" PRIu64 " ms", actor - w.actors,
             what, cadre_test_elapsed_ms());
    else
        that(!must, "actor %td call %d returned %d", actor - w.actors, what, r);
    that(r != -EDEADLK && r != -EPERM && r != -EINVAL, "call %d returned %d", what, r);
    return r;
}

/* ---- scopes ---- */

static struct scope *enter(struct actor *actor, uint64_t ms, bool fails, bool shield)
{
    struct scope *scope;

    if (w.n_scopes == SCOPES)
        return NULL;
    scope = &w.scopes[w.n_scopes++];
    scope->outer = actor->scope;
    scope->deadline_ms = ms == CADRE_FOREVER ? UINT64_MAX : cadre_test_elapsed_ms() + ms;
    if (fails)
        cadre_fail_after(&scope->real, ms);
    else
        cadre_move_on_after(&scope->real, ms);
    if (shield)
        cadre_scope_set_shield(&scope->real, true);
    scope->shield = shield;
    if (ms == 0)
        scope->cancelled = true;
    actor->scope = scope;
    return scope;
}

static int leave(struct actor *actor, struct scope *scope, bool fails, int r)
{
    bool called = cadre_scope_cancel_called(&scope->real);
    int end = cadre_scope_end(&scope->real, r);

    actor->scope = scope->outer;
    scope->ended = true;
    that(!called || scope->cancelled || cadre_test_elapsed_ms() >= scope->deadline_ms,
         "a scope was cancelled by nobody");
    that(!scope->cancelled || called, "a cancel was lost");
    if (cadre_scope_expired(&scope->real))
        that(cadre_test_elapsed_ms() >= scope->deadline_ms, "a deadline was early");
    if (r != -ECANCELED)
        that(end == r, "the scope made %d of %d", end, r);
    else if (!called)
        that(end == -ECANCELED, "a cancel from outside became %d", end);
    else
        that(end == -ECANCELED ||
                 end == (fails && cadre_scope_expired(&scope->real) ? -ETIMEDOUT : 0),
             "the scope's end returned %d", end);
    if (end == -ECANCELED)
        that(may_be_cancelled(actor), "nobody cancelled what is outside of the scope");
    note(actor, 50, end);
    return end;
}

/* ---- waits; each is in a deadline of the caller's ---- */

/* Nobody who came before it still waits for the lock, unless it was cancelled. */
static void served(struct actor *actor, int r)
{
    uint64_t mine = actor->ticket;

    actor->ticket = 0;
    for (size_t i = 0; r == 0 && i < w.n_actors; i++)
        if (w.actors[i].ticket && w.actors[i].ticket < mine)
            that(may_be_cancelled(&w.actors[i]), "%zu was overtaken by %td", i, actor - w.actors);
}

static int act_lock(struct actor *actor)
{
    bool must = must_be_cancelled(actor);
    int r;

    actor->ticket = ++w.tickets;
    r = judge(actor, 1, must, cadre_lock_acquire(&w.lock));
    served(actor, r);
    if (r < 0)
        return r;
    that(!w.holder, "two hold the lock");
    w.holder = actor;
    must = must_be_cancelled(actor);
    r = below(2) ? judge(actor, 2, must, cadre_sleep(below(5))) : 0;
    that(w.holder == actor, "the lock was taken away");
    w.holder = NULL;
    that(cadre_lock_release(&w.lock) == 0, "it held the lock");
    return r;
}

static int act_semaphore(struct actor *actor)
{
    bool must = must_be_cancelled(actor);
    int r = judge(actor, 3, must, cadre_semaphore_acquire(&w.semaphore));

    if (r < 0)
        return r;
    that(++w.taken <= TOKENS, "too many tokens");
    must = must_be_cancelled(actor);
    r = judge(actor, 4, must, cadre_sleep(below(5)));
    w.taken--;
    that(cadre_semaphore_release(&w.semaphore) == 0, "a token too many");
    return r;
}

static int act_event(struct actor *actor)
{
    uint64_t sets = w.event_sets;
    bool was_set = cadre_event_is_set(&w.event), must = must_be_cancelled(actor);
    int r;

    switch (below(4)) {
    case 0:
        w.event_sets++;
        cadre_event_set(&w.event);
        return 0;
    case 1:
        cadre_event_clear(&w.event);
        return 0;
    default:
        r = judge(actor, 5, must, cadre_event_wait(&w.event));
        if (r == 0)
            that(was_set || w.event_sets > sets, "nobody set the event");
        return r;
    }
}

static int act_condition(struct actor *actor)
{
    bool must = must_be_cancelled(actor);
    int r = judge(actor, 6, must, cadre_lock_acquire(&w.cond_lock));

    if (r < 0)
        return r;
    must = must_be_cancelled(actor);
    if (below(2))
        that(cadre_condition_notify(&w.condition, 1 + below(2)) == 0, "it holds the lock");
    else
        r = judge(actor, 7, must, cadre_condition_wait(&w.condition));
    that(cadre_lock_release(&w.cond_lock) == 0, "a wait came back without the lock: %d", r);
    return r;
}

/* Each item comes out once. (Not in order: one may have been given an earlier item, and run later.)
 */
static void take_item(uint32_t item)
{
    that(item < w.queue_put, "item %u was never put in", item);
    that(!w.seen[item], "item %u came twice", item);
    w.seen[item] = true;
    w.queue_got++;
}

static int act_queue(struct actor *actor)
{
    bool must = must_be_cancelled(actor);
    uint32_t item;
    int r;

    if (below(2) && w.queue_put < ITEMS) {
        item = w.queue_put;
        /* Numbers are given when there is room, so that their order is that of the items. */
        r = cadre_queue_put_nowait(w.queue, &item);
        if (r == 0)
            w.queue_put++;
        return r == -EAGAIN ? 0 : r;
    }
    r = judge(actor, 8, must, cadre_queue_get(w.queue, &item));
    if (r == 0)
        take_item(item);
    return r;
}

static int act_stream(struct actor *actor)
{
    bool must = must_be_cancelled(actor);
    uint32_t item = 1;
    int r;

    if (below(2)) {
        r = judge(actor, 9, must, cadre_memory_send(w.send, &item));
        if (r == 0)
            w.sent++;
        return r;
    }
    r = judge(actor, 10, must, cadre_memory_receive(w.receive, &item));
    if (r == 1)
        w.received++;
    return r > 0 ? 0 : r;
}

/* ---- others ---- */

static int live(void *arg);

static struct actor *new_actor(struct actor *owner)
{
    struct actor *actor;

    if (w.n_actors == ACTORS || owner->depth == DEPTH)
        return NULL;
    actor = &w.actors[w.n_actors++];
    actor->owner = owner;
    actor->scope = owner->scope;
    actor->depth = owner->depth + 1;
    return actor;
}

static struct actor *spawn(struct actor *owner)
{
    struct actor *actor = new_actor(owner);

    if (actor) {
        actor->task = cadre_spawn(live, actor);
        that(actor->task != NULL, "no room for a task");
    }
    return actor;
}

static int act_join(struct actor *actor)
{
    struct actor *child = spawn(actor);
    int r, way = (int)below(4);

    if (!child)
        return 0;
    if (way == 3)
        return 0;                        /* its owner's end takes care of it */
    child->requests += way == 1 ? 0 : 1; /* this wait may pass a cancel on, or run out of time */
    r = way == 0   ? cadre_task_join(child->task)
        : way == 1 ? cadre_shield(child->task)
                   : cadre_join_timeout(child->task, below(20));
    note(actor, 20 + way, r);
    actor->due = 0; /* it may have gone to the child */
    if (way != 1)
        that(cadre_task_is_done(child->task), "joined, and it runs: %d", r);
    if (r == -ETIMEDOUT)
        return 0;
    return r == -ECANCELED && !may_be_cancelled(actor) ? 0 : r;
}

static int act_gather(struct actor *actor)
{
    struct actor *children[3] = {spawn(actor), spawn(actor), spawn(actor)};
    struct cadre_task *tasks[3] = {NULL};
    unsigned flags = below(2) ? CADRE_GATHER_ALL : 0;
    int results[3] = {0}, r, failed = 0;

    for (int i = 0; i < 3; i++) {
        if (children[i]) {
            children[i]->requests++; /* by a sibling's failure, or the caller's cancel */
            tasks[i] = children[i]->task;
        }
    }
    r = cadre_gather_n(tasks, 3, flags, results);
    note(actor, 30, r);
    actor->due = 0;
    for (int i = 0; i < 3; i++) {
        that(cadre_task_is_done(tasks[i]), "a sibling outlived its gather");
        that(results[i] == cadre_task_result(tasks[i]), "result %d is not its own", i);
        failed += results[i] < 0;
    }
    if (flags && r >= 0)
        that(r == failed, "%d of %d failed", r, failed);
    if (!flags && r == 0)
        that(failed == 0, "%d failed, and nobody was told", failed);
    return may_be_cancelled(actor) && r == -ECANCELED ? r : 0;
}

static int act_group(struct actor *actor)
{
    struct scope *scope;
    struct cadre_group group;
    unsigned n = 1 + below(3);
    int r = 0;

    if (w.n_scopes == SCOPES)
        return 0;
    scope = &w.scopes[w.n_scopes++]; /* the group's own; it is cancelled by a failure */
    *scope = (struct scope){.outer = actor->scope, .deadline_ms = 0};
    actor->scope = scope;
    cadre_group_begin(&group);
    for (unsigned i = 0; i < n && r == 0; i++) {
        struct actor *child = new_actor(actor);

        if (!child)
            break;
        child->grouped = true;
        r = cadre_group_spawn(&group, live, child);
        that(r == 0 || r == -ECANCELED, "no room in the group: %d", r);
        if (r < 0)
            child->finished = true;
    }
    if (r == 0 && below(2))
        r = cadre_sleep(below(10));
    if (below(4) == 0)
        cadre_group_cancel(&group);
    r = cadre_group_join(&group, r);
    that(cadre_group_running(&group) == 0, "a task outlived its group");
    actor->scope = scope->outer;
    scope->ended = true;
    note(actor, 40, r);
    actor->due = 0;
    return r == -ECANCELED && may_be_cancelled(actor) ? r : 0;
}

static int act_cancel(struct actor *actor)
{
    struct actor *victim = &w.actors[below((unsigned)w.n_actors)];

    if (victim == actor || !victim->task || victim->finished || victim->owner->finished)
        return 0;
    if (cadre_task_cancel(victim->task)) {
        victim->requests++;
        victim->due = 2;
        if (!victim->started)
            victim->cancelled_early = true;
    }
    return 0;
}

/* ---- lives ---- */

static int act(struct actor *actor);

static int act_scope(struct actor *actor)
{
    bool fails = below(2), shield = below(4) == 0;
    struct scope *scope;
    int r = 0;

    if (actor->nested == NESTED || !(scope = enter(actor, below(4) ? below(30) : 0, fails, shield)))
        return 0;
    actor->nested++;
    for (unsigned n = 1 + below(3); n > 0 && r >= 0; n--) {
        r = act(actor);
        if (below(8) == 0) {
            cadre_scope_cancel(&scope->real);
            scope->cancelled = true;
        }
    }
    actor->nested--;
    r = leave(actor, scope, fails, r);
    return r == -ETIMEDOUT ? 0 : r;
}

/* One wait with a deadline of its own, so that no world hangs. */
static int wait_at_most(struct actor *actor, int (*wait)(struct actor *actor))
{
    struct scope *scope = enter(actor, 1 + below(40), false, false);

    return scope ? leave(actor, scope, false, wait(actor)) : 0;
}

static int act(struct actor *actor)
{
    bool must = must_be_cancelled(actor);

    switch (below(16)) {
    case 0:
    case 1:
        return judge(actor, 11, must, cadre_sleep(below(20)));
    case 2:
        return judge(actor, 12, must, cadre_yield());
    case 3:
    case 4:
        return wait_at_most(actor, act_lock);
    case 5:
        return wait_at_most(actor, act_semaphore);
    case 6:
        return wait_at_most(actor, act_event);
    case 7:
        return wait_at_most(actor, act_condition);
    case 8:
    case 9:
        return wait_at_most(actor, act_queue);
    case 10:
        return wait_at_most(actor, act_stream);
    case 11:
        return act_join(actor);
    case 12:
        return below(2) ? act_gather(actor) : act_group(actor);
    case 13:
        return act_cancel(actor);
    default:
        return act_scope(actor);
    }
}

static int live(void *arg)
{
    struct actor *actor = arg;
    int r = 0;

    that(!actor->cancelled_early, "it was cancelled before its first step");
    actor->started = true;
    for (unsigned n = 1 + below(6); n > 0 && r != -ECANCELED; n--) {
        r = act(actor);
        if (r == -ECANCELED && below(10) == 0)
            r = 0; /* it swallows it */
    }
    actor->finished = true;
    return r == -ECANCELED ? r : below(10) ? 0 : -EIO;
}

static void count_alive(const struct cadre_task_info *info, void *arg)
{
    (void)info;
    ++*(size_t *)arg;
}

static int run_world(void *arg)
{
    struct actor *root = &w.actors[w.n_actors++];
    size_t alive = 0;
    uint32_t item;

    (void)arg;
    that(cadre_semaphore_init_bounded(&w.semaphore, TOKENS, TOKENS) == 0, "init");
    cadre_condition_init(&w.condition, &w.cond_lock);
    w.queue = cadre_queue_new(sizeof(uint32_t), 3);
    that(cadre_memory_stream_new(sizeof(uint32_t), below(2), &w.send, &w.receive) == 0, "init");
    root->started = true;
    for (int i = 0; i < 6; i++)
        (void)spawn(root);
    for (size_t i = 1; i <= 6; i++)
        that(cadre_shield(w.actors[i].task) != -EDEADLK, "main is a coroutine");
    /* Nobody but main is left, and all was given back. */
    (void)cadre_tasks(count_alive, &alive);
    that(alive == 1, "%zu live", alive);
    that(!w.holder && !cadre_lock_is_held(&w.lock), "the lock is held");
    that(!cadre_lock_is_held(&w.cond_lock), "the condition's lock is held");
    that(w.taken == 0 && cadre_semaphore_value(&w.semaphore) == TOKENS, "a token was lost");
    while (cadre_queue_get_nowait(w.queue, &item) == 0)
        take_item(item);
    that(w.queue_got == w.queue_put, "%u of %u items", w.queue_got, w.queue_put);
    while (cadre_memory_receive_nowait(w.receive, &item) == 1)
        w.received++;
    that(w.sent == w.received, "%u sent, %u received", w.sent, w.received);
    cadre_queue_free(w.queue);
    cadre_memory_send_stream_free(w.send);
    cadre_memory_receive_stream_free(w.receive);
    return 0;
}

static uint64_t run_seed(uint64_t seed)
{
    memset(&w, 0, sizeof(w));
    w.seed = w.random = seed;
    that(cadre_test_run(run_world, NULL) == 0, "the world hung");
    return w.trace;
}

START_TEST(random_lives_do_as_the_model_says)
{
    const char *one = getenv("CADRE_SEED"), *many = getenv("CADRE_SEEDS");
#if defined(CADRE__ASAN) || defined(CADRE__TSAN)
    uint64_t n = many ? strtoull(many, NULL, 10) : 600;
#else
    uint64_t n = many ? strtoull(many, NULL, 10) : 4000;
#endif

    if (one) {
        (void)run_seed(strtoull(one, NULL, 10));
        return;
    }
    for (uint64_t i = (uint64_t)_i; i < n; i += BATCHES)
        (void)run_seed(i + 1);
}
END_TEST

START_TEST(a_world_is_the_same_each_time)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t first = run_seed(seed);

        ck_assert_uint_eq(run_seed(seed), first);
    }
}
END_TEST

UNIT_MAIN("async/random", UNIT_LOOP(random_lives_do_as_the_model_says, BATCHES),
          UNIT_CASE(a_world_is_the_same_each_time))
