/* SPDX-License-Identifier: MIT */
/*
 * What the runtime's smallest operations cost, beside what they replace: a switch of coroutines
 * and swapcontext() (and Boost.Context, where its library is installed), a deadline and libevent's
 * time-outs, work in a thread and a bare round trip by pthread conditions; and all of them beside
 * Python's asyncio, where $BENCH_ASYNCIO names asyncio_reference.py. See bench.h.
 */
#include "config.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <ucontext.h>

#include <event2/event.h>

#include <cadre/gather.h>
#include <cadre/memory_stream.h>
#include <cadre/queue.h>
#include <cadre/scope.h>
#include <cadre/sync.h>
#include <cadre/task.h>
#include <cadre/thread.h>

#include "async/context.h"
#include "async/coroutine.h"
#include "async/loop.h"
#include "tests/bench/bench.h"

static struct cadre__loop *loop;

static void check(int r)
{
    if (r >= 0)
        return;
    (void)fprintf(stderr, "bench: %s\n", strerror(-r));
    exit(EXIT_FAILURE);
}

/* The bare switch, there and back. */
static struct cadre__context main_context, other_context;
static _Alignas(64) char other_stack[64 * 1024];

static void switch_back(void *arg)
{
    (void)arg;
    for (;;)
        cadre__context_switch(&other_context, &main_context);
}

static void bench_context(uint64_t n)
{
    cadre__context_make(&other_context, other_stack, sizeof(other_stack), switch_back, NULL);
    for (uint64_t i = 0; i < n; i++)
        cadre__context_switch(&main_context, &other_context);
}

static ucontext_t main_uc, other_uc;

static void swap_back(void)
{
    for (;;)
        (void)swapcontext(&other_uc, &main_uc);
}

static void bench_swapcontext(uint64_t n)
{
    (void)getcontext(&other_uc);
    other_uc.uc_stack.ss_sp = other_stack;
    other_uc.uc_stack.ss_size = sizeof(other_stack);
    other_uc.uc_link = NULL;
    makecontext(&other_uc, swap_back, 0);
    for (uint64_t i = 0; i < n; i++)
        (void)swapcontext(&main_uc, &other_uc);
}

/* Boost.Context's, as its library exports it. */
struct boost_transfer {
    void *context;
    void *data;
};

static struct boost_transfer (*jump_fcontext)(void *to, void *data);
static void *(*make_fcontext)(void *sp, size_t size, void (*fn)(struct boost_transfer from));

static bool find_boost(void)
{
    static const char *const names[] = {"libboost_context.so",        "libboost_context.so.1.74.0",
                                        "libboost_context.so.1.81.0", "libboost_context.so.1.83.0",
                                        "libboost_context.so.1.88.0", "libboost_context.so.1.90.0"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !make_fcontext; i++) {
        void *library = dlopen(names[i], RTLD_NOW);

        if (!library)
            continue;
        *(void **)&jump_fcontext = dlsym(library, "jump_fcontext");
        *(void **)&make_fcontext = dlsym(library, "make_fcontext");
    }
    return jump_fcontext && make_fcontext;
}

static void boost_back(struct boost_transfer from)
{
    for (;;)
        from = jump_fcontext(from.context, NULL);
}

static void bench_boost(uint64_t n)
{
    void *context =
        make_fcontext(other_stack + sizeof(other_stack), sizeof(other_stack), boost_back);

    for (uint64_t i = 0; i < n; i++)
        context = jump_fcontext(context, NULL).context;
}

/* What a spawn and join switches: the caller to the loop and back, the task from it and to it. */
static void bench_two_contexts(uint64_t n)
{
    bench_context(2 * n);
}

/* Resume and suspend, with all that the runtime does about it. */
static bool enough;

static void suspend_always(void *arg)
{
    (void)arg;
    while (!enough)
        check(cadre__coroutine_suspend("bench"));
}

static void bench_resume(uint64_t n)
{
    struct cadre__coroutine *co;

    enough = false;
    check(cadre__coroutine_start(loop, suspend_always, NULL, "bench", &co));
    for (uint64_t i = 1; i < n; i++)
        (void)cadre__coroutine_resume(co, 0);
    enough = true;
    (void)cadre__coroutine_resume(co, 0);
}

/* A coroutine that does nothing, from start to end. */
static void do_nothing(void *arg)
{
    (void)arg;
}

static void bench_start(uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        check(cadre__coroutine_start(loop, do_nothing, NULL, "bench", NULL));
}

static void *do_nothing_thread(void *arg)
{
    return arg;
}

static void bench_pthread(uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        pthread_t id;

        check(-pthread_create(&id, NULL, do_nothing_thread, NULL));
        check(-pthread_join(id, NULL));
    }
}

/* Has fn(n) called in a coroutine, by way of a pointer to the number. */
static void in_coroutine(int (*fn)(void *arg), uint64_t n)
{
    check(cadre__loop_run_main(loop, fn, &n));
}

/* An empty task, spawned and joined. */
static int empty(void *arg)
{
    (void)arg;
    return 0;
}

static int spawn_many(void *arg)
{
    for (uint64_t n = *(uint64_t *)arg; n > 0; n--) {
        struct cadre_task *task = cadre_spawn(empty, NULL);

        check(cadre_task_join(task));
        cadre_task_release(task);
    }
    return 0;
}

static void bench_spawn(uint64_t n)
{
    in_coroutine(spawn_many, n);
}

static int gather_three(void *arg)
{
    (void)arg;
    return cadre_gather(cadre_spawn(empty, NULL), cadre_spawn(empty, NULL),
                        cadre_spawn(empty, NULL));
}

static int gather_many(void *arg)
{
    /* In tasks, so that the handles go. */
    for (uint64_t n = *(uint64_t *)arg; n > 0; n--) {
        struct cadre_task *task = cadre_spawn(gather_three, NULL);

        check(cadre_task_join(task));
        cadre_task_release(task);
    }
    return 0;
}

static void bench_gather(uint64_t n)
{
    in_coroutine(gather_many, n);
}

/* Primitives that nobody else wants, and a lock that two hand to one another. */
static int lock_many(void *arg)
{
    struct cadre_lock it = CADRE_LOCK_INIT;

    for (uint64_t n = *(uint64_t *)arg; n > 0; n--) {
        check(cadre_lock_acquire(&it));
        check(cadre_lock_release(&it));
    }
    return 0;
}

static void bench_lock(uint64_t n)
{
    in_coroutine(lock_many, n);
}

static void bench_mutex(uint64_t n)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

    for (uint64_t i = 0; i < n; i++) {
        (void)pthread_mutex_lock(&mutex);
        (void)pthread_mutex_unlock(&mutex);
    }
}

struct handover {
    struct cadre_lock lock;
    uint64_t n;
};

static int take_turns(void *arg)
{
    struct handover *it = arg;

    for (uint64_t n = it->n; n > 0; n--) {
        check(cadre_lock_acquire(&it->lock));
        check(cadre_yield());
        check(cadre_lock_release(&it->lock));
    }
    return 0;
}

static int hand_over(void *arg)
{
    struct handover it = {.n = *(uint64_t *)arg / 2};

    return cadre_gather(cadre_spawn(take_turns, &it), cadre_spawn(take_turns, &it));
}

static void bench_handover(uint64_t n)
{
    in_coroutine(hand_over, n);
}

static int queue_many(void *arg)
{
    struct cadre_queue *queue = cadre_queue_new(sizeof(void *), 0);

    for (uint64_t n = *(uint64_t *)arg; n > 0; n--) {
        check(cadre_queue_put(queue, &arg));
        check(cadre_queue_get(queue, &arg));
    }
    cadre_queue_free(queue);
    return 0;
}

static void bench_queue(uint64_t n)
{
    in_coroutine(queue_many, n);
}

/* A deadline around code that needs no time. */
static int deadline_many(void *arg)
{
    for (uint64_t n = *(uint64_t *)arg; n > 0; n--) {
        struct cadre_scope scope;

        cadre_fail_after(&scope, 1000 + n % 64000);
        check(cadre_scope_end(&scope, 0));
    }
    return 0;
}

static void bench_deadline(uint64_t n)
{
    in_coroutine(deadline_many, n);
}

/* A turn of the loop, with a look at the descriptors. */
static int yield_many(void *arg)
{
    for (uint64_t n = *(uint64_t *)arg; n > 0; n--)
        check(cadre_yield());
    return 0;
}

static void bench_yield(uint64_t n)
{
    in_coroutine(yield_many, n);
}

static struct event_base *base;

static void bench_look(uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        (void)event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

/* A deadline that is armed and taken back, among a thousand others. */
enum { OTHERS = 1000 };

static struct cadre__timer other_timers[OTHERS];
static struct event *other_events[OTHERS];

static void on_timer(struct cadre__timer *timer)
{
    (void)timer;
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)arg;
}

static void bench_timer(uint64_t n)
{
    struct cadre__timer timer;

    cadre__timer_init(&timer, on_timer);
    for (uint64_t i = 0; i < n; i++) {
        cadre__loop_timer_start(loop, &timer, (1000 + i % 64000) * CADRE__NSEC_PER_MSEC);
        cadre__loop_timer_stop(loop, &timer);
    }
}

static void bench_event_add(uint64_t n)
{
    struct event *ev = event_new(base, -1, 0, on_event, NULL);

    for (uint64_t i = 0; i < n; i++) {
        const struct timeval tv = {(time_t)(1 + i % 64), 0};

        (void)event_add(ev, &tv);
        (void)event_del(ev);
    }
    event_free(ev);
}

static void add_others(void)
{
    for (int i = 0; i < OTHERS; i++) {
        const struct timeval tv = {1000 + i, 0};

        cadre__timer_init(&other_timers[i], on_timer);
        cadre__loop_timer_start(loop, &other_timers[i], (uint64_t)(1000 + i) * CADRE__NSEC_PER_SEC);
        other_events[i] = event_new(base, -1, 0, on_event, NULL);
        (void)event_add(other_events[i], &tv);
    }
}

static void remove_others(void)
{
    for (int i = 0; i < OTHERS; i++) {
        cadre__loop_timer_stop(loop, &other_timers[i]);
        event_free(other_events[i]);
    }
}

/* Work in a thread and back. */
static int make_trips(void *arg)
{
    for (uint64_t n = *(uint64_t *)arg; n > 0; n--)
        check(cadre_to_thread(empty, NULL));
    return 0;
}

static void bench_to_thread(uint64_t n)
{
    in_coroutine(make_trips, n);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t to_them = PTHREAD_COND_INITIALIZER, to_us = PTHREAD_COND_INITIALIZER;
static uint64_t asked, answered;

static void *answer(void *arg)
{
    uint64_t n = *(uint64_t *)arg;

    (void)pthread_mutex_lock(&lock);
    while (answered < n) {
        while (asked == answered)
            (void)pthread_cond_wait(&to_them, &lock);
        answered++;
        (void)pthread_cond_signal(&to_us);
    }
    (void)pthread_mutex_unlock(&lock);
    return NULL;
}

static void bench_conditions(uint64_t n)
{
    pthread_t id;

    asked = answered = 0;
    check(-pthread_create(&id, NULL, answer, &n));
    (void)pthread_mutex_lock(&lock);
    for (uint64_t i = 0; i < n; i++) {
        asked++;
        (void)pthread_cond_signal(&to_them);
        while (answered < asked)
            (void)pthread_cond_wait(&to_us, &lock);
    }
    (void)pthread_mutex_unlock(&lock);
    check(-pthread_join(id, NULL));
}

/* Posts of a thread to a loop that is awake, one after the other. */
static struct cadre__job *jobs;
static uint64_t n_jobs, jobs_run;

static void on_job(struct cadre__job *job)
{
    (void)job;
    if (++jobs_run == n_jobs)
        cadre__loop_stop(loop);
}

static void *post_all(void *arg)
{
    (void)arg;
    for (uint64_t i = 0; i < n_jobs; i++)
        cadre__loop_post_from_thread(loop, &jobs[i]);
    return NULL;
}

static void bench_post(uint64_t n)
{
    pthread_t id;

    jobs = calloc(n, sizeof(*jobs));
    if (!jobs)
        exit(EXIT_FAILURE);
    for (uint64_t i = 0; i < n; i++)
        jobs[i].fn = on_job;
    n_jobs = n;
    jobs_run = 0;
    check(-pthread_create(&id, NULL, post_all, NULL));
    check(cadre__loop_run(loop));
    check(-pthread_join(id, NULL));
    free(jobs);
}

/* What asyncio_reference.py measured. */
static struct {
    const char *name;
    double ns;
} asyncio[] = {{"spawn_join", 0}, {"one_yield", 0},     {"lock", 0},     {"queue", 0},
               {"to_thread", 0},  {"lock_handover", 0}, {"deadline", 0}, {"gather3", 0},
               {"post", 0},       {"call_later", 0}};

static void measure_asyncio(void)
{
    const char *script = getenv("BENCH_ASYNCIO");
    char command[4096], name[64];
    double ns;
    FILE *lines;

    if (!script)
        return;
    (void)snprintf(command, sizeof(command), "python3 '%s'", script);
    lines = popen(command, "r"); /* NOLINT(cert-env33-c) */
    if (!lines)
        return;
    while (fscanf(lines, "%63s %lf", name, &ns) == 2)
        for (size_t i = 0; i < sizeof(asyncio) / sizeof(asyncio[0]); i++)
            if (strcmp(name, asyncio[i].name) == 0)
                asyncio[i].ns = ns;
    (void)pclose(lines);
}

static double asyncio_ns(const char *name)
{
    for (size_t i = 0; i < sizeof(asyncio) / sizeof(asyncio[0]); i++)
        if (strcmp(name, asyncio[i].name) == 0)
            return asyncio[i].ns;
    return 0;
}

static int run_rows(bool boost)
{
    const struct bench_row rows[] = {
        {.name = "switch there and back",
         .reference = "swapcontext, twice",
         .times = 2000000,
         .ours = bench_context,
         .theirs = bench_swapcontext,
         .limit = 0.1},
        {.name = "switch there and back",
         .reference = "Boost.Context, twice",
         .times = 5000000,
         .ours = boost ? bench_context : NULL,
         .theirs = bench_boost,
         .limit = 1},
        {.name = "resume and suspend",
         .reference = "swapcontext, twice",
         .times = 2000000,
         .ours = bench_resume,
         .theirs = bench_swapcontext},
        {.name = "start and end of a coroutine",
         .reference = "pthread_create and _join",
         .times = 20000,
         .ours = bench_start,
         .theirs = bench_pthread},
        {.name = "spawn and join of an empty task",
         .reference = "its four switches alone",
         .times = 500000,
         .ours = bench_spawn,
         .theirs = bench_two_contexts,
         .limit_ns = 150},
        {.name = "spawn and join of an empty task",
         .reference = "asyncio.create_task, await",
         .times = 500000,
         .ours = bench_spawn,
         .theirs_ns = asyncio_ns("spawn_join")},
        {.name = "gather of three, in a task",
         .reference = "asyncio.gather of three",
         .times = 100000,
         .ours = bench_gather,
         .theirs_ns = asyncio_ns("gather3")},
        {.name = "yield: a turn of the loop",
         .reference = "event_base_loop, to look",
         .times = 300000,
         .ours = bench_yield,
         .theirs = bench_look},
        {.name = "yield: a turn of the loop",
         .reference = "asyncio.sleep(0)",
         .times = 300000,
         .ours = bench_yield,
         .theirs_ns = asyncio_ns("one_yield")},
        {.name = "lock, acquired and released",
         .reference = "pthread mutex, one thread",
         .times = 2000000,
         .ours = bench_lock,
         .theirs = bench_mutex},
        {.name = "lock, acquired and released",
         .reference = "asyncio.Lock",
         .times = 2000000,
         .ours = bench_lock,
         .theirs_ns = asyncio_ns("lock")},
        {.name = "lock, handed over",
         .reference = "asyncio.Lock",
         .times = 200000,
         .ours = bench_handover,
         .theirs_ns = asyncio_ns("lock_handover")},
        {.name = "queue, put and get",
         .reference = "asyncio.Queue",
         .times = 1000000,
         .ours = bench_queue,
         .theirs_ns = asyncio_ns("queue")},
        {.name = "timer armed and stopped",
         .reference = "event_add and event_del",
         .times = 1000000,
         .ours = bench_timer,
         .theirs = bench_event_add,
         .limit = 0.5},
        {.name = "deadline begun and ended",
         .reference = "event_add and event_del",
         .times = 1000000,
         .ours = bench_deadline,
         .theirs = bench_event_add,
         .limit = 0.5},
        {.name = "deadline begun and ended",
         .reference = "asyncio.timeout",
         .times = 1000000,
         .ours = bench_deadline,
         .theirs_ns = asyncio_ns("deadline")},
        {.name = "to_thread there and back",
         .reference = "pthread conditions",
         .times = 20000,
         .ours = bench_to_thread,
         .theirs = bench_conditions,
         .limit = 1.3},
        {.name = "to_thread there and back",
         .reference = "asyncio, run_in_executor",
         .times = 20000,
         .ours = bench_to_thread,
         .theirs_ns = asyncio_ns("to_thread")},
        {.name = "post from a thread",
         .reference = "asyncio, call_soon_threadsafe",
         .times = 300000,
         .ours = bench_post,
         .theirs_ns = asyncio_ns("post")},
    };

    return bench_run(rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
    struct event_config *config = event_config_new();
    int r;

    (void)event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
    base = event_base_new_with_config(config);
    event_config_free(config);
    measure_asyncio();
    check(cadre__loop_new(NULL, &loop));
    add_others();
    r = run_rows(find_boost());
    remove_others();
    cadre__loop_free(loop);
    event_base_free(base);
    return r;
}
