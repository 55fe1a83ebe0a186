/* SPDX-License-Identifier: MIT */
/*
 * Tests of base/timer: the rules one by one, then the wheel against a plain model (an array that
 * is searched) under random histories. CADRE_TEST_SEED=n runs one history again; a failure names
 * its seed.
 */
#include "config.h"

#include "base/timer.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define MS CADRE__NSEC_PER_MSEC

/* ---- single rules ---- */

/* A timer that writes its letter when it fires. */
struct probe {
    struct cadre__timer timer;
    char letter;
    unsigned fired;
};

static char history[256];
static struct cadre__timers wheel;

static void on_probe(struct cadre__timer *timer)
{
    struct probe *probe = CADRE__CONTAINER_OF(timer, struct probe, timer);
    ck_assert(!cadre__timer_is_armed(timer));
    history[strlen(history)] = probe->letter;
    probe->fired++;
}

static void probe_start(struct probe *probe, char letter, uint64_t deadline_ns)
{
    probe->letter = letter;
    probe->fired = 0;
    cadre__timer_init(&probe->timer, on_probe);
    cadre__timer_start(&wheel, &probe->timer, deadline_ns);
}

START_TEST(an_empty_wheel_has_no_next_and_fires_nothing)
{
    uint64_t next = 7;
    cadre__timers_init(&wheel, 123456789);
    ck_assert(!cadre__timers_next(&wheel, &next));
    ck_assert_uint_eq(next, 7);
    ck_assert_uint_eq(cadre__timers_advance(&wheel, UINT64_MAX), 0);
    ck_assert_uint_eq(cadre__timers_count(&wheel), 0);
}
END_TEST

START_TEST(a_timer_never_fires_before_its_deadline)
{
    static const uint64_t starts[] = {0, 1, 999999, 1000000, 1000001, 5 * MS, 63 * MS + 5};
    static const uint64_t afters[] = {
        1,       999999,      MS,        MS + 1,        63 * MS,
        64 * MS, 65 * MS - 1, 4096 * MS, 4097 * MS + 1, 86400000 * MS};
    for (size_t s = 0; s < sizeof(starts) / sizeof(starts[0]); s++) {
        for (size_t a = 0; a < sizeof(afters) / sizeof(afters[0]); a++) {
            struct probe probe;
            uint64_t deadline = starts[s] + afters[a];
            uint64_t tick = (deadline + MS - 1) / MS * MS;
            cadre__timers_init(&wheel, starts[s]);
            probe_start(&probe, 'a', deadline);
            ck_assert_uint_eq(cadre__timers_advance(&wheel, deadline - 1), 0);
            ck_assert_uint_eq(cadre__timers_advance(&wheel, tick - 1), 0);
            ck_assert_uint_eq(cadre__timers_advance(&wheel, tick), 1);
            ck_assert_uint_eq(probe.fired, 1);
        }
    }
}
END_TEST

START_TEST(a_deadline_that_is_past_fires_at_the_next_tick)
{
    struct probe a, b;
    cadre__timers_init(&wheel, 100 * MS);
    probe_start(&a, 'a', 0);
    probe_start(&b, 'b', 100 * MS);
    uint64_t next;
    ck_assert(cadre__timers_next(&wheel, &next));
    ck_assert_uint_eq(next, 101 * MS);
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 100 * MS), 0);
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 101 * MS), 2);
    ck_assert_str_eq(history, "ab");
}
END_TEST

START_TEST(timers_of_one_tick_fire_in_the_order_of_starting)
{
    /* All for tick 5000, from far and from near, on both sides of each move to a lower level. */
    struct probe p[6];
    cadre__timers_init(&wheel, 0);
    probe_start(&p[0], 'a', 5000 * MS);
    probe_start(&p[1], 'b', 5000 * MS - 1);
    cadre__timers_advance(&wheel, 4095 * MS);
    probe_start(&p[2], 'c', 5000 * MS);
    cadre__timers_advance(&wheel, 4096 * MS);
    probe_start(&p[3], 'd', 5000 * MS);
    cadre__timers_advance(&wheel, 4992 * MS);
    probe_start(&p[4], 'e', 5000 * MS - 999999);
    cadre__timers_advance(&wheel, 4999 * MS);
    probe_start(&p[5], 'f', 5000 * MS);
    ck_assert_str_eq(history, "");
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 5000 * MS), 6);
    ck_assert_str_eq(history, "abcdef");
}
END_TEST

START_TEST(ticks_fire_in_order_however_far_the_jump)
{
    struct probe p[5];
    cadre__timers_init(&wheel, 17 * MS);
    probe_start(&p[0], 'e', 900000000 * MS);
    probe_start(&p[1], 'c', 4100 * MS);
    probe_start(&p[2], 'a', 18 * MS);
    probe_start(&p[3], 'd', 300000 * MS);
    probe_start(&p[4], 'b', 64 * MS);
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 1000000000 * MS), 5);
    ck_assert_str_eq(history, "abcde");
}
END_TEST

START_TEST(restarting_moves_a_timer_behind_its_new_tick)
{
    struct probe a, b, c;
    cadre__timers_init(&wheel, 0);
    probe_start(&a, 'a', 10 * MS);
    probe_start(&b, 'b', 10 * MS);
    probe_start(&c, 'c', 5 * MS);
    cadre__timer_start(&wheel, &a.timer, 10 * MS);
    cadre__timer_start(&wheel, &c.timer, 20 * MS);
    ck_assert_uint_eq(cadre__timers_count(&wheel), 3);
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 10 * MS), 2);
    ck_assert_str_eq(history, "ba");
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 20 * MS), 1);
}
END_TEST

START_TEST(a_stopped_timer_does_not_fire_and_stopping_twice_is_fine)
{
    struct probe a, b;
    uint64_t next;
    cadre__timers_init(&wheel, 0);
    probe_start(&a, 'a', 70 * MS);
    probe_start(&b, 'b', 70 * MS);
    cadre__timer_stop(&wheel, &a.timer);
    cadre__timer_stop(&wheel, &a.timer);
    ck_assert(!cadre__timer_is_armed(&a.timer));
    ck_assert(cadre__timer_is_armed(&b.timer));
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 70 * MS), 1);
    ck_assert_str_eq(history, "b");
    probe_start(&a, 'a', 1000 * MS);
    cadre__timer_stop(&wheel, &a.timer);
    ck_assert(!cadre__timers_next(&wheel, &next));
}
END_TEST

START_TEST(time_that_goes_back_does_nothing)
{
    struct probe a;
    cadre__timers_init(&wheel, 1000 * MS);
    probe_start(&a, 'a', 1010 * MS);
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 5 * MS), 0);
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 1009 * MS), 0);
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 1010 * MS), 1);
}
END_TEST

START_TEST(never_is_armed_and_never_fires)
{
    struct probe a, b;
    uint64_t next = 7;
    cadre__timers_init(&wheel, 0);
    probe_start(&a, 'a', CADRE__NEVER);
    ck_assert(cadre__timer_is_armed(&a.timer));
    ck_assert(!cadre__timers_next(&wheel, &next));
    probe_start(&b, 'b', CADRE__NEVER);
    ck_assert_uint_eq(cadre__timers_advance(&wheel, UINT64_MAX), 0);
    ck_assert(!cadre__timers_next(&wheel, &next));
    cadre__timer_stop(&wheel, &a.timer);
    cadre__timer_stop(&wheel, &b.timer);
    ck_assert_uint_eq(cadre__timers_count(&wheel), 0);
}
END_TEST

START_TEST(following_next_reaches_a_far_deadline_in_few_steps)
{
    static const uint64_t afters[] = {1,
                                      MS,
                                      64 * MS,
                                      4096 * MS,
                                      30000 * MS,
                                      86400000 * MS,
                                      1000000007 * MS,
                                      1u << 31,
                                      365 * UINT64_C(86400000) * MS};
    for (size_t i = 0; i < sizeof(afters) / sizeof(afters[0]); i++) {
        struct probe p[2];
        uint64_t now = 987654321, deadline = now + afters[i], next;
        cadre__timers_init(&wheel, now);
        /* Two in one slot: the wheel does not look for the nearer one. */
        probe_start(&p[0], 'a', deadline);
        probe_start(&p[1], 'b', deadline);
        unsigned steps = 0;
        while (p[1].fired == 0) {
            ck_assert(cadre__timers_next(&wheel, &next));
            ck_assert_uint_gt(next, now);
            ck_assert_uint_le(next, (deadline + MS - 1) / MS * MS);
            now = next;
            cadre__timers_advance(&wheel, now);
            ck_assert_uint_le(++steps, CADRE__TIMER_LEVELS);
        }
        ck_assert_uint_eq(now, (deadline + MS - 1) / MS * MS);
        /* Alone, the first answer is the right one. */
        cadre__timers_init(&wheel, now);
        probe_start(&p[0], 'a', now + afters[i]);
        ck_assert(cadre__timers_next(&wheel, &next));
        ck_assert_uint_eq(next, (now + afters[i] + MS - 1) / MS * MS);
    }
}
END_TEST

START_TEST(timers_stopped_in_time_are_never_moved)
{
    struct probe a, b;
    uint64_t next;
    cadre__timers_init(&wheel, 0);
    probe_start(&a, 'a', 5000 * MS);
    uint16_t slot = a.timer.slot;
    cadre__timers_advance(&wheel, 4999 * MS);
    ck_assert_uint_eq(a.timer.slot, slot);
    /* The same tick, while the wheel stands behind: still in the order of starting. */
    probe_start(&b, 'b', 5000 * MS);
    ck_assert_uint_eq(b.timer.slot, slot);
    cadre__timer_start(&wheel, &a.timer, 5000 * MS);
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 5000 * MS), 2);
    ck_assert_str_eq(history, "ba");
    /* The first of two is stopped: the bound stays, is reached once, and then is right again. */
    probe_start(&a, 'a', 5010 * MS);
    probe_start(&b, 'b', 9999 * MS);
    cadre__timer_stop(&wheel, &a.timer);
    ck_assert(cadre__timers_next(&wheel, &next));
    ck_assert_uint_eq(next, 5010 * MS);
    ck_assert_uint_eq(cadre__timers_advance(&wheel, next), 0);
    ck_assert(cadre__timers_next(&wheel, &next));
    ck_assert_uint_eq(next, 9999 * MS);
}
END_TEST

static void on_look_ahead(struct cadre__timer *timer)
{
    uint64_t next;
    on_probe(timer);
    ck_assert(cadre__timers_next(&wheel, &next)); /* another one is armed for later */
    ck_assert_uint_gt(next, 70 * MS);
    ck_assert_uint_le(next, 500 * MS);
}

START_TEST(next_asked_from_a_callback_is_ahead_too)
{
    struct probe a, b;
    cadre__timers_init(&wheel, 0);
    probe_start(&a, 'a', 70 * MS);
    a.timer.fn = on_look_ahead;
    probe_start(&b, 'b', 500 * MS);
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 90 * MS), 1);
}
END_TEST

/* ---- what a callback may do ---- */

static struct probe other, third;

static void on_stop_others(struct cadre__timer *timer)
{
    on_probe(timer);
    cadre__timer_stop(&wheel, &other.timer);
    cadre__timer_stop(&wheel, timer);
}

START_TEST(a_callback_may_stop_one_that_is_due_in_the_same_tick)
{
    struct probe a;
    cadre__timers_init(&wheel, 0);
    probe_start(&a, 'a', 70 * MS);
    a.timer.fn = on_stop_others;
    probe_start(&other, 'b', 70 * MS);
    probe_start(&third, 'c', 70 * MS);
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 80 * MS), 2);
    ck_assert_str_eq(history, "ac");
    ck_assert(!cadre__timer_is_armed(&other.timer));
    ck_assert_uint_eq(cadre__timers_count(&wheel), 0);
}
END_TEST

static void on_postpone_other(struct cadre__timer *timer)
{
    on_probe(timer);
    cadre__timer_start(&wheel, &other.timer, 75 * MS);
    uint64_t next;
    ck_assert(cadre__timers_next(&wheel, &next)); /* the third is still due in this tick */
    ck_assert_uint_eq(next, 71 * MS);
}

START_TEST(a_callback_may_postpone_one_that_is_due_in_the_same_tick)
{
    struct probe a;
    cadre__timers_init(&wheel, 0);
    probe_start(&a, 'a', 70 * MS);
    a.timer.fn = on_postpone_other;
    probe_start(&other, 'b', 70 * MS);
    probe_start(&third, 'c', 70 * MS);
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 74 * MS), 2);
    ck_assert_str_eq(history, "ac");
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 75 * MS), 1);
    ck_assert_str_eq(history, "acb");
}
END_TEST

static void on_restart_itself(struct cadre__timer *timer)
{
    on_probe(timer);
    cadre__timer_start(&wheel, timer, timer->deadline_ns + 10 * MS);
}

START_TEST(a_periodic_timer_catches_up_in_order)
{
    struct probe a, b;
    cadre__timers_init(&wheel, 0);
    probe_start(&a, 'a', 10 * MS);
    a.timer.fn = on_restart_itself;
    probe_start(&b, 'b', 35 * MS);
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 50 * MS), 6);
    ck_assert_str_eq(history, "aaabaa");
    ck_assert_uint_eq(a.timer.deadline_ns, 60 * MS);
}
END_TEST

/* A period of a day: how long, and how often it has come. */
struct period {
    struct cadre__timer timer;
    uint64_t ms;
    uint64_t fired;
    uint64_t late; /* how often not at its time; an assertion for each would take minutes */
};

static void on_period(struct cadre__timer *timer)
{
    struct period *period = CADRE__CONTAINER_OF(timer, struct period, timer);

    period->fired++;
    period->late += timer->deadline_ns != period->fired * period->ms * MS;
    cadre__timer_start(&wheel, timer, timer->deadline_ns + period->ms * MS);
}

START_TEST(in_a_day_each_period_comes_the_exact_number_of_times)
{
    static const uint64_t day_ms = 86400000;
    static struct period periods[] = {
        {.ms = 25},    {.ms = 64},     {.ms = 100},     {.ms = 333},      {.ms = 1000},
        {.ms = 4096},  {.ms = 15000},  {.ms = 30000},   {.ms = 60000},    {.ms = 262144},
        {.ms = 86399}, {.ms = 900000}, {.ms = 3600000}, {.ms = 16777216}, {.ms = 86400000}};
    const size_t n = sizeof(periods) / sizeof(periods[0]);
    uint64_t next;

    cadre__timers_init(&wheel, 0);
    for (size_t i = 0; i < n; i++) {
        cadre__timer_init(&periods[i].timer, on_period);
        cadre__timer_start(&wheel, &periods[i].timer, periods[i].ms * MS);
    }
    while (cadre__timers_next(&wheel, &next) && next <= day_ms * MS)
        cadre__timers_advance(&wheel, next);
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(periods[i].late == 0 && periods[i].fired == day_ms / periods[i].ms,
                      "%llu ms: %llu times", (unsigned long long)periods[i].ms,
                      (unsigned long long)periods[i].fired);
    ck_assert_uint_eq(cadre__timers_count(&wheel), n);
}
END_TEST

static void on_restart_at_once(struct cadre__timer *timer)
{
    on_probe(timer);
    cadre__timer_start(&wheel, timer, 0);
}

START_TEST(a_timer_that_restarts_itself_at_once_does_not_hold_the_tick)
{
    struct probe a;
    cadre__timers_init(&wheel, 0);
    probe_start(&a, 'a', 1 * MS);
    a.timer.fn = on_restart_at_once;
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 1 * MS), 1);
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 1 * MS), 0);
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 2 * MS), 1);
}
END_TEST

static void on_free_owner(struct cadre__timer *timer)
{
    on_probe(timer);
    struct probe *probe = CADRE__CONTAINER_OF(timer, struct probe, timer);
    memset(probe, 0xdb, sizeof(*probe));
    free(probe);
}

START_TEST(a_callback_may_free_its_owner)
{
    cadre__timers_init(&wheel, 0);
    for (int i = 0; i < 10; i++) {
        struct probe *probe = malloc(sizeof(*probe));
        ck_assert_ptr_nonnull(probe);
        probe_start(probe, (char)('a' + i), (uint64_t)(60 + i / 3) * MS);
        probe->timer.fn = on_free_owner;
    }
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 100 * MS), 10);
    ck_assert_str_eq(history, "abcdefghij");
}
END_TEST

static struct probe *heap_other;

static void on_stop_and_free_other(struct cadre__timer *timer)
{
    on_probe(timer);
    cadre__timer_stop(&wheel, &heap_other->timer);
    free(heap_other);
}

START_TEST(a_callback_may_stop_and_free_a_neighbour_in_its_tick)
{
    struct probe a, b;
    cadre__timers_init(&wheel, 0);
    heap_other = malloc(sizeof(*heap_other));
    ck_assert_ptr_nonnull(heap_other);
    probe_start(&a, 'a', 9 * MS);
    a.timer.fn = on_stop_and_free_other;
    probe_start(heap_other, 'x', 9 * MS);
    probe_start(&b, 'b', 9 * MS);
    ck_assert_uint_eq(cadre__timers_advance(&wheel, 9 * MS), 2);
    ck_assert_str_eq(history, "ab");
}
END_TEST

static void on_advance(struct cadre__timer *timer)
{
    (void)timer;
    cadre__timers_advance(&wheel, 100 * MS);
}

START_TEST(advancing_from_a_callback_is_a_mistake_that_is_caught)
{
    struct probe a;
    cadre__timers_init(&wheel, 0);
    probe_start(&a, 'a', 9 * MS);
    a.timer.fn = on_advance;
    cadre__timers_advance(&wheel, 9 * MS);
}
END_TEST

/* ---- against a model ---- */

#define N_TIMERS 40
#define N_STEPS  20000

static uint64_t rng_state;

static uint64_t rng(void)
{
    uint64_t z = (rng_state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* What both sides do when timer `id` fires for the `nth` time: the same for both by construction.
 */
struct reaction {
    int start, stop;         /* ids; -1: none */
    uint64_t start_after_ns; /* from the deadline of the one that fired */
};

static struct reaction reaction_of(uint64_t seed, int id, unsigned nth)
{
    uint64_t saved = rng_state;
    rng_state = seed ^ ((uint64_t)id << 32) ^ nth;
    struct reaction r = {-1, -1, 0};
    if (rng() % 3 == 0)
        r.start = (int)(rng() % N_TIMERS);
    if (rng() % 3 == 0)
        r.stop = (int)(rng() % N_TIMERS);
    /* Mostly soon, so that it fires in the same advance; from a tick on, so that it ends. */
    r.start_after_ns = MS + rng() % (rng() % 2 ? 5 * MS : 5000 * MS);
    rng_state = saved;
    return r;
}

struct model_timer {
    bool armed;
    uint64_t tick, deadline_ns, seq;
    unsigned fired;
};

static struct {
    struct cadre__timer timer[N_TIMERS];
    unsigned fired[N_TIMERS];
    struct model_timer model[N_TIMERS];
    uint64_t model_tick, model_seq, seed;
    int log[200000], model_log[200000];
    size_t n_log, n_model_log;
} run;

static void real_fn(struct cadre__timer *timer)
{
    int id = (int)(timer - run.timer);
    if (run.n_log == sizeof(run.log) / sizeof(run.log[0]))
        ck_abort_msg("too many fired, CADRE_TEST_SEED=%llu", (unsigned long long)run.seed);
    run.log[run.n_log++] = id;
    uint64_t deadline = timer->deadline_ns;
    struct reaction r = reaction_of(run.seed, id, run.fired[id]++);
    if (r.stop >= 0)
        cadre__timer_stop(&wheel, &run.timer[r.stop]);
    if (r.start >= 0)
        cadre__timer_start(&wheel, &run.timer[r.start], deadline + r.start_after_ns);
}

static void model_start(int id, uint64_t deadline_ns)
{
    struct model_timer *m = &run.model[id];
    m->armed = true;
    m->deadline_ns = deadline_ns;
    m->tick = deadline_ns / MS + (deadline_ns % MS != 0);
    if (m->tick <= run.model_tick)
        m->tick = run.model_tick + 1;
    m->seq = run.model_seq++;
}

static struct model_timer *model_first(void)
{
    struct model_timer *first = NULL;
    for (int i = 0; i < N_TIMERS; i++) {
        struct model_timer *m = &run.model[i];
        if (!m->armed)
            continue;
        if (!first || m->tick < first->tick || (m->tick == first->tick && m->seq < first->seq))
            first = m;
    }
    return first;
}

static void model_advance(uint64_t now_ns)
{
    struct model_timer *m;
    while ((m = model_first()) && m->tick <= now_ns / MS) {
        int id = (int)(m - run.model);
        m->armed = false;
        run.model_tick = m->tick;
        run.model_log[run.n_model_log++] = id;
        struct reaction r = reaction_of(run.seed, id, m->fired++);
        uint64_t deadline = m->deadline_ns;
        if (r.stop >= 0)
            run.model[r.stop].armed = false;
        if (r.start >= 0)
            model_start(r.start, deadline + r.start_after_ns);
    }
    if (now_ns / MS > run.model_tick)
        run.model_tick = now_ns / MS;
}

/* ck_assert notes each success in a file: too slow for millions. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            ck_abort_msg("%s; step %u, run again with CADRE_TEST_SEED=%llu", #condition, step,     \
                         (unsigned long long)run.seed);                                            \
    } while (0)

/* A span of any size from nothing to years, small ones oftener. */
static uint64_t random_span(void)
{
    return rng() >> (18 + rng() % 46);
}

static void compare(unsigned step, uint64_t now)
{
    uint64_t next = 0;
    struct model_timer *first = model_first();
    unsigned armed = 0;
    CHECK(run.n_log == run.n_model_log);
    CHECK(memcmp(run.log, run.model_log, run.n_log * sizeof(run.log[0])) == 0);
    for (int i = 0; i < N_TIMERS; i++) {
        CHECK(cadre__timer_is_armed(&run.timer[i]) == run.model[i].armed);
        armed += run.model[i].armed;
    }
    CHECK(cadre__timers_count(&wheel) == armed);
    bool has_next = cadre__timers_next(&wheel, &next);
    CHECK(has_next == (first != NULL));
    if (has_next) {
        CHECK(next > now);
        CHECK(next <= first->tick * MS);
    }
}

static void random_history(uint64_t seed)
{
    memset(&run, 0, sizeof(run));
    run.seed = rng_state = seed;
    uint64_t now = random_span() % (1000 * CADRE__NSEC_PER_SEC);
    cadre__timers_init(&wheel, now);
    run.model_tick = now / MS;
    for (int i = 0; i < N_TIMERS; i++)
        cadre__timer_init(&run.timer[i], real_fn);
    for (unsigned step = 0; step < N_STEPS; step++) {
        int id = (int)(rng() % N_TIMERS);
        uint64_t kind = rng() % 10, next;
        if (kind < 5) {
            uint64_t deadline = rng() % 8 ? now + random_span() : now - random_span() % (now + 1);
            cadre__timer_start(&wheel, &run.timer[id], deadline);
            model_start(id, deadline);
        } else if (kind < 6) {
            cadre__timer_stop(&wheel, &run.timer[id]);
            run.model[id].armed = false;
        } else {
            /* Reactions go on from old deadlines: no jump so long that they never end. */
            uint64_t to = now + random_span() % (20 * CADRE__NSEC_PER_SEC);
            if (kind == 6 && cadre__timers_next(&wheel, &next))
                to = next;
            now = to;
            run.n_log = run.n_model_log = 0;
            unsigned fired = cadre__timers_advance(&wheel, now);
            model_advance(now);
            CHECK(fired == run.n_log);
        }
        compare(step, now);
    }
}

START_TEST(random_histories_match_the_model)
{
    const char *given = getenv("CADRE_TEST_SEED");
    uint64_t seed = (uint64_t)time(NULL) << 20 ^ (uint64_t)getpid() << 8 ^ (uint64_t)_i;
    random_history(given ? strtoull(given, NULL, 10) : seed);
}
END_TEST

/* The same seeds each time, so that a change of the wheel is compared with what held before. */
START_TEST(known_histories_match_the_model)
{
    random_history((uint64_t)_i);
}
END_TEST

UNIT_MAIN("base/timer", UNIT_CASE(an_empty_wheel_has_no_next_and_fires_nothing),
          UNIT_CASE(a_timer_never_fires_before_its_deadline),
          UNIT_CASE(a_deadline_that_is_past_fires_at_the_next_tick),
          UNIT_CASE(timers_of_one_tick_fire_in_the_order_of_starting),
          UNIT_CASE(ticks_fire_in_order_however_far_the_jump),
          UNIT_CASE(restarting_moves_a_timer_behind_its_new_tick),
          UNIT_CASE(a_stopped_timer_does_not_fire_and_stopping_twice_is_fine),
          UNIT_CASE(time_that_goes_back_does_nothing), UNIT_CASE(never_is_armed_and_never_fires),
          UNIT_CASE(following_next_reaches_a_far_deadline_in_few_steps),
          UNIT_CASE(timers_stopped_in_time_are_never_moved),
          UNIT_CASE(next_asked_from_a_callback_is_ahead_too),
          UNIT_CASE(a_callback_may_stop_one_that_is_due_in_the_same_tick),
          UNIT_CASE(a_callback_may_postpone_one_that_is_due_in_the_same_tick),
          UNIT_CASE(a_periodic_timer_catches_up_in_order),
          UNIT_CASE(in_a_day_each_period_comes_the_exact_number_of_times),
          UNIT_CASE(a_timer_that_restarts_itself_at_once_does_not_hold_the_tick),
          UNIT_CASE(a_callback_may_free_its_owner),
          UNIT_CASE(a_callback_may_stop_and_free_a_neighbour_in_its_tick),
          UNIT_SIGNAL(advancing_from_a_callback_is_a_mistake_that_is_caught, SIGABRT),
          UNIT_LOOP(random_histories_match_the_model, 10),
          UNIT_LOOP(known_histories_match_the_model, 20))
