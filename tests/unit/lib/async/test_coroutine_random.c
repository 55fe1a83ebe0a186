/* SPDX-License-Identifier: MIT */
/*
 * Coroutines against a model: random wake-ups, resumes and cancels, from the loop and from other
 * coroutines, for many seeds. The model is three words a coroutine; what each call returns, and
 * what each suspension returns, must be what it says. A failure names the seed:
 * CADRE_TEST_SEED=n runs that one alone.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cadre/task.h>

#include "async/coroutine.h"
#include "async/loop.h"

enum { ACTORS = 12, STEPS = 60, SEEDS = 1500, DEPTH_MAX = 5 };

enum state { GONE, RUNNING, SUSPENDED, SHIELDED, WAKING };

struct actor {
    struct cadre__coroutine *co;
    enum state state;
    int expected; /* what its suspension is to return */
    bool pending; /* a request to end that no call has reported */
};

static struct cadre__loop *loop;
static struct actor actors[ACTORS];
static uint64_t seed, random_state;
static unsigned depth; /* coroutines that have resumed others */
static bool finishing;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            ck_abort_msg("seed %lu: %s", (unsigned long)seed, #condition);                         \
    } while (0)

static unsigned pick(unsigned n)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(random_state >> 33) % n;
}

static void act(void);

static void cancel(struct actor *actor)
{
    if (actor->state == SUSPENDED) {
        actor->state = WAKING;
        actor->expected = -ECANCELED;
    } else {
        actor->pending = true;
    }
    cadre__coroutine_cancel(actor->co);
    CHECK(cadre__coroutine_is_cancelled(actor->co) == actor->pending);
}

static void suspend(struct actor *actor)
{
    bool shielded = pick(4) == 0;
    int r;

    if (actor->pending && !shielded) {
        actor->pending = false;
        CHECK(cadre__coroutine_suspend("test") == -ECANCELED);
        return;
    }
    actor->state = shielded ? SHIELDED : SUSPENDED;
    if (shielded)
        r = cadre__coroutine_suspend_shielded("test");
    else
        r = cadre__coroutine_suspend("test");
    CHECK(actor->state == WAKING);
    CHECK(r == actor->expected);
    actor->state = RUNNING;
}

static void yield(struct actor *actor)
{
    int r;

    if (actor->pending) {
        actor->pending = false;
        CHECK(cadre_yield() == -ECANCELED);
        return;
    }
    actor->state = WAKING;
    r = cadre_yield();
    CHECK(r == (actor->pending ? -ECANCELED : 0));
    actor->pending = false;
    actor->state = RUNNING;
}

static void live(void *arg)
{
    struct actor *actor = arg;

    actor->co = cadre__coroutine_current();
    actor->state = RUNNING;
    actor->pending = false;
    while (!finishing) {
        switch (pick(8)) {
        case 0:
            yield(actor);
            break;
        case 1:
            if (depth < DEPTH_MAX) {
                depth++;
                act();
                depth--;
            }
            break;
        case 2:
            if (pick(6) == 0)
                actor->state = GONE;
            break;
        default:
            suspend(actor);
        }
        if (actor->state == GONE)
            return;
    }
    actor->state = GONE;
}

/* Does something to somebody. */
static void act(void)
{
    struct actor *actor = &actors[pick(ACTORS)];
    bool ready = actor->state == SUSPENDED || actor->state == SHIELDED;
    int value = (int)pick(1000);

    if (actor->state == GONE) {
        if (!finishing)
            CHECK(cadre__coroutine_start(loop, live, actor, "actor", NULL) == 0);
        return;
    }
    switch (pick(3)) {
    case 0:
        if (ready) {
            actor->state = WAKING;
            actor->expected = value;
        }
        CHECK(cadre__coroutine_wake(actor->co, value) == ready);
        break;
    case 1:
        if (ready) {
            actor->state = WAKING;
            actor->expected = value;
        }
        CHECK(cadre__coroutine_resume(actor->co, value) == ready);
        break;
    default:
        cancel(actor);
    }
}

static int play(void *arg)
{
    (void)arg;
    for (int step = 0; step < STEPS; step++) {
        unsigned acts = pick(6);

        for (unsigned i = 0; i < acts; i++)
            act();
        CHECK(cadre_yield() == 0);
    }
    finishing = true;
    for (int i = 0; i < ACTORS; i++)
        while (actors[i].state != GONE) {
            bool ready = actors[i].state == SUSPENDED || actors[i].state == SHIELDED;

            if (ready) {
                actors[i].state = WAKING;
                actors[i].expected = 0;
            }
            CHECK(cadre__coroutine_wake(actors[i].co, 0) == ready);
            CHECK(cadre_yield() == 0);
        }
    return 0;
}

START_TEST(every_seed_does_what_the_model_says)
{
    const char *only = getenv("CADRE_TEST_SEED");

    ck_assert_int_eq(cadre__loop_new(NULL, &loop), 0);
    for (seed = only ? strtoul(only, NULL, 10) : 1; seed <= SEEDS || only; seed++) {
        memset(actors, 0, sizeof(actors));
        random_state = seed * UINT64_C(0x9e3779b97f4a7c15);
        depth = 0;
        finishing = false;
        ck_assert_int_eq(cadre__loop_run_main(loop, play, NULL), 0);
        CHECK(cadre__coroutine_count(loop) == 0);
        if (only)
            break;
    }
    cadre__loop_free(loop);
}
END_TEST

UNIT_MAIN("async/coroutine_random", UNIT_CASE(every_seed_does_what_the_model_says))
