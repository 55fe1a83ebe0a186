/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/lib/async/suspending_calls.h: every public call that may suspend, in one table.
 *
 * test_suspending_calls.c puts each row through the same mill: woken; cancelled while it waits,
 * before it waits, and after it was woken; in a scope that is cancelled or has a deadline; off any
 * coroutine. A call that is new gets a row here.
 *
 * A row's functions share one struct world, which setup() fills. All but call() run in the driver,
 * main; call() runs in a task of its own, and is such that it would wait for ever without wake().
 */
#ifndef CADRE_TESTS_SUSPENDING_CALLS_H
#define CADRE_TESTS_SUSPENDING_CALLS_H

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cadre/future.h>
#include <cadre/gather.h>
#include <cadre/group.h>
#include <cadre/loop.h>
#include <cadre/memory_stream.h>
#include <cadre/queue.h>
#include <cadre/scope.h>
#include <cadre/sync.h>
#include <cadre/task.h>
#include <cadre/thread.h>

struct world {
    struct cadre_event event;
    struct cadre_lock lock;
    struct cadre_semaphore semaphore;
    struct cadre_condition condition;
    struct cadre_barrier barrier;
    struct cadre_limiter *limiter;
    struct cadre_queue *queue;
    struct cadre_memory_send_stream *send;
    struct cadre_memory_receive_stream *receive;
    struct cadre_future *future;
    struct cadre_task *task;
    sem_t sem;           /* what a thread waits for */
    atomic_bool started; /* the thread is at it */
    int pipe[2];
};

enum {
    WAITS = 1, /* a cancel does not cut it short: it returns -ECANCELED when it would have ended */
    PASSES_ON = 2,  /* a cancel goes to what it waits for, which is spent then */
    NEVER = 4,      /* a cancel does nothing to it, and stays for the next call */
    BY_ITSELF = 8,  /* needs no wake: time does it */
    BY_KERNEL = 16, /* woken with the next look at the descriptors, not at once */
    NEEDS_TASK = 32 /* cannot be tried off a coroutine */
};

struct suspending_call {
    const char *name;
    void (*setup)(struct world *w); /* or NULL */
    int (*call)(struct world *w);
    void (*wake)(struct world *w);     /* has it return; or NULL */
    void (*teardown)(struct world *w); /* or NULL */
    int woken;                         /* what it returns then */
    unsigned flags;
};

/* ---- time ---- */

static int call_sleep(struct world *w)
{
    (void)w;
    return cadre_sleep(1000);
}

static int call_yield(struct world *w)
{
    (void)w;
    return cadre_yield();
}

/* ---- tasks ---- */

static int wait_for_event(void *arg)
{
    struct world *w = arg;

    return cadre_event_wait(&w->event);
}

static void setup_task(struct world *w)
{
    w->task = cadre_spawn(wait_for_event, w);
    ck_assert_ptr_nonnull(w->task);
}

static void set_event(struct world *w)
{
    cadre_event_set(&w->event);
}

static int call_join(struct world *w)
{
    return cadre_task_join(w->task);
}

static int call_shield(struct world *w)
{
    return cadre_shield(w->task);
}

static int call_join_timeout(struct world *w)
{
    return cadre_join_timeout(w->task, CADRE_FOREVER);
}

static int call_gather(struct world *w)
{
    return cadre_gather(w->task, w->task);
}

static int call_gather_all(struct world *w)
{
    return cadre_gather_n(&w->task, 1, CADRE_GATHER_ALL, NULL);
}

static int call_wait(struct world *w)
{
    return cadre_wait(&w->task, 1, CADRE_FIRST_COMPLETED, CADRE_FOREVER);
}

static int call_as_completed(struct world *w)
{
    struct cadre_as_completed each;
    struct cadre_task *task;
    int r = cadre_as_completed_begin(&each, &w->task, 1, CADRE_FOREVER);

    if (r == 0)
        r = cadre_as_completed_next(&each, &task);
    cadre_as_completed_end(&each);
    return r;
}

static int call_group_join(struct world *w)
{
    struct cadre_group group;
    int r;

    cadre_group_begin(&group);
    r = cadre_group_spawn(&group, wait_for_event, w);
    return cadre_group_join(&group, r);
}

static int start_late(void *arg)
{
    int r = wait_for_event(arg);

    return r < 0 ? r : cadre_group_started(NULL);
}

static int call_group_start(struct world *w)
{
    struct cadre_group group;
    int r;

    cadre_group_begin(&group);
    r = cadre_group_start(&group, start_late, w, NULL);
    return cadre_group_join(&group, r);
}

static int call_timeout_call(struct world *w)
{
    return cadre_timeout_call(CADRE_FOREVER, wait_for_event, w);
}

/* ---- futures ---- */

static void setup_future(struct world *w)
{
    w->future = cadre_future_new();
    ck_assert_ptr_nonnull(w->future);
}

static int call_future(struct world *w)
{
    return cadre_future_wait(w->future, NULL);
}

static int call_future_shielded(struct world *w)
{
    return cadre_future_wait_shielded(w->future, NULL);
}

static void wake_future(struct world *w)
{
    ck_assert_int_eq(cadre_future_set_result(w->future, 5, NULL), 0);
}

static void teardown_future(struct world *w)
{
    cadre_future_unref(w->future);
}

/* ---- primitives ---- */

static int call_event(struct world *w)
{
    return cadre_event_wait(&w->event);
}

static void setup_lock(struct world *w)
{
    cadre_lock_init(&w->lock);
    ck_assert_int_eq(cadre_lock_acquire_nowait(&w->lock), 0);
}

static int call_lock(struct world *w)
{
    int r = cadre_lock_acquire(&w->lock);

    if (r == 0)
        ck_assert_int_eq(cadre_lock_release(&w->lock), 0);
    return r;
}

static void wake_lock(struct world *w)
{
    ck_assert_int_eq(cadre_lock_release(&w->lock), 0);
}

static void setup_semaphore(struct world *w)
{
    ck_assert_int_eq(cadre_semaphore_init_bounded(&w->semaphore, 0, 1), 0);
}

static int call_semaphore(struct world *w)
{
    return cadre_semaphore_acquire(&w->semaphore);
}

static void wake_semaphore(struct world *w)
{
    ck_assert_int_eq(cadre_semaphore_release(&w->semaphore), 0);
}

static void setup_condition(struct world *w)
{
    cadre_lock_init(&w->lock);
    cadre_condition_init(&w->condition, &w->lock);
}

static int call_condition(struct world *w)
{
    int r = cadre_lock_acquire(&w->lock);

    if (r < 0)
        return r;
    r = cadre_condition_wait(&w->condition);
    /* It holds the lock, whatever came of it. */
    ck_assert_int_eq(cadre_lock_release(&w->lock), 0);
    return r;
}

static bool event_is_set(void *arg)
{
    const struct world *w = arg;

    return cadre_event_is_set(&w->event);
}

static int call_condition_for(struct world *w)
{
    int r = cadre_lock_acquire(&w->lock);

    if (r < 0)
        return r;
    r = cadre_condition_wait_for(&w->condition, event_is_set, w);
    ck_assert_int_eq(cadre_lock_release(&w->lock), 0);
    return r;
}

static void wake_condition(struct world *w)
{
    ck_assert_int_eq(cadre_lock_acquire_nowait(&w->lock), 0);
    cadre_event_set(&w->event);
    ck_assert_int_eq(cadre_condition_notify(&w->condition, 1), 0);
    ck_assert_int_eq(cadre_lock_release(&w->lock), 0);
}

static void setup_barrier(struct world *w)
{
    ck_assert_int_eq(cadre_barrier_init(&w->barrier, 2), 0);
}

static int call_barrier(struct world *w)
{
    return cadre_barrier_wait(&w->barrier);
}

static void wake_barrier(struct world *w)
{
    ck_assert_int_eq(cadre_barrier_wait(&w->barrier), 1);
}

static void setup_limiter(struct world *w)
{
    ck_assert_int_eq(cadre_limiter_new(1, &w->limiter), 0);
    ck_assert_int_eq(cadre_limiter_acquire_nowait_for(w->limiter, w), 0);
}

static int call_limiter(struct world *w)
{
    int r = cadre_limiter_acquire(w->limiter);

    if (r == 0)
        ck_assert_int_eq(cadre_limiter_release(w->limiter), 0);
    return r;
}

static int call_limiter_for(struct world *w)
{
    int r = cadre_limiter_acquire_for(w->limiter, &w->limiter);

    if (r == 0)
        ck_assert_int_eq(cadre_limiter_release_for(w->limiter, &w->limiter), 0);
    return r;
}

static void wake_limiter(struct world *w)
{
    ck_assert_int_eq(cadre_limiter_release_for(w->limiter, w), 0);
}

static void teardown_limiter(struct world *w)
{
    cadre_limiter_free(w->limiter);
}

/* ---- queues and streams in memory ---- */

static void setup_queue(struct world *w)
{
    w->queue = cadre_queue_new(sizeof(int), 1);
    ck_assert_ptr_nonnull(w->queue);
}

static void setup_full_queue(struct world *w)
{
    setup_queue(w);
    ck_assert_int_eq(cadre_queue_put_nowait(w->queue, &(int){1}), 0);
}

static int call_queue_put(struct world *w)
{
    return cadre_queue_put(w->queue, &(int){2});
}

static void wake_queue_put(struct world *w)
{
    int item;

    ck_assert_int_eq(cadre_queue_get_nowait(w->queue, &item), 0);
    ck_assert_int_eq(item, 1);
}

static int call_queue_get(struct world *w)
{
    int item = 0, r = cadre_queue_get(w->queue, &item);

    return r < 0 ? r : item;
}

static void wake_queue_get(struct world *w)
{
    ck_assert_int_eq(cadre_queue_put_nowait(w->queue, &(int){7}), 0);
}

static int call_queue_join(struct world *w)
{
    return cadre_queue_join(w->queue);
}

static void wake_queue_join(struct world *w)
{
    wake_queue_put(w);
    ck_assert_int_eq(cadre_queue_task_done(w->queue), 0);
}

static void teardown_queue(struct world *w)
{
    cadre_queue_free(w->queue);
}

static void setup_memory(struct world *w)
{
    ck_assert_int_eq(cadre_memory_stream_new(sizeof(int), 0, &w->send, &w->receive), 0);
}

static int call_memory_send(struct world *w)
{
    return cadre_memory_send(w->send, &(int){3});
}

static void wake_memory_send(struct world *w)
{
    int item;

    ck_assert_int_eq(cadre_memory_receive_nowait(w->receive, &item), 1);
    ck_assert_int_eq(item, 3);
}

static int call_memory_receive(struct world *w)
{
    int item = 0, r = cadre_memory_receive(w->receive, &item);

    return r < 0 ? r : item;
}

static void wake_memory_receive(struct world *w)
{
    ck_assert_int_eq(cadre_memory_send_nowait(w->send, &(int){9}), 0);
}

static void teardown_memory(struct world *w)
{
    cadre_memory_send_stream_free(w->send);
    cadre_memory_receive_stream_free(w->receive);
}

/* ---- threads ---- */

static void setup_thread(struct world *w)
{
    ck_assert_int_eq(sem_init(&w->sem, 0, 0), 0);
    atomic_store(&w->started, false);
}

static int block_thread(void *arg)
{
    struct world *w = arg;

    atomic_store(&w->started, true);
    while (sem_wait(&w->sem) < 0)
        ;
    return 11;
}

static int call_to_thread(struct world *w)
{
    return cadre_to_thread(block_thread, w);
}

static int call_to_thread_cleanup(struct world *w)
{
    return cadre_to_thread_cleanup(block_thread, w);
}

static void setup_thread_limited(struct world *w)
{
    setup_thread(w);
    ck_assert_int_eq(cadre_limiter_new(1, &w->limiter), 0);
}

static int call_to_thread_limited(struct world *w)
{
    return cadre_to_thread_limited(w->limiter, block_thread, w);
}

static void wake_thread(struct world *w)
{
    while (!atomic_load(&w->started))
        ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_int_eq(sem_post(&w->sem), 0);
}

/* ---- descriptors ---- */

static void setup_pipe(struct world *w)
{
    ck_assert_int_eq(pipe2(w->pipe, O_NONBLOCK | O_CLOEXEC), 0);
}

static int call_wait_fd(struct world *w)
{
    return cadre_wait_fd(w->pipe[0], CADRE_FD_READ, CADRE_FOREVER);
}

static void wake_pipe(struct world *w)
{
    ck_assert_int_eq(write(w->pipe[1], "x", 1), 1);
}

static void teardown_pipe(struct world *w)
{
    (void)close(w->pipe[0]);
    (void)close(w->pipe[1]);
}

static const struct suspending_call suspending_calls[] = {
    {.name = "cadre_sleep", .call = call_sleep, .flags = BY_ITSELF},
    {.name = "cadre_yield", .call = call_yield, .flags = BY_ITSELF},
    {.name = "cadre_task_join",
     .setup = setup_task,
     .call = call_join,
     .wake = set_event,
     .flags = PASSES_ON},
    {.name = "cadre_shield", .setup = setup_task, .call = call_shield, .wake = set_event},
    {.name = "cadre_join_timeout",
     .setup = setup_task,
     .call = call_join_timeout,
     .wake = set_event,
     .flags = PASSES_ON},
    {.name = "cadre_gather",
     .setup = setup_task,
     .call = call_gather,
     .wake = set_event,
     .flags = PASSES_ON},
    {.name = "cadre_gather_n",
     .setup = setup_task,
     .call = call_gather_all,
     .wake = set_event,
     .flags = PASSES_ON},
    {.name = "cadre_wait", .setup = setup_task, .call = call_wait, .wake = set_event, .woken = 1},
    {.name = "cadre_as_completed_next",
     .setup = setup_task,
     .call = call_as_completed,
     .wake = set_event,
     .woken = 1},
    {.name = "cadre_group_join", .call = call_group_join, .wake = set_event, .flags = NEEDS_TASK},
    {.name = "cadre_group_start", .call = call_group_start, .wake = set_event, .flags = NEEDS_TASK},
    {.name = "cadre_timeout_call", .call = call_timeout_call, .wake = set_event},
    {.name = "cadre_future_wait",
     .setup = setup_future,
     .call = call_future,
     .wake = wake_future,
     .teardown = teardown_future,
     .woken = 5,
     .flags = PASSES_ON},
    {.name = "cadre_future_wait_shielded",
     .setup = setup_future,
     .call = call_future_shielded,
     .wake = wake_future,
     .teardown = teardown_future,
     .woken = 5},
    {.name = "cadre_event_wait", .call = call_event, .wake = set_event},
    {.name = "cadre_lock_acquire", .setup = setup_lock, .call = call_lock, .wake = wake_lock},
    {.name = "cadre_semaphore_acquire",
     .setup = setup_semaphore,
     .call = call_semaphore,
     .wake = wake_semaphore},
    {.name = "cadre_condition_wait",
     .setup = setup_condition,
     .call = call_condition,
     .wake = wake_condition},
    {.name = "cadre_condition_wait_for",
     .setup = setup_condition,
     .call = call_condition_for,
     .wake = wake_condition},
    {.name = "cadre_barrier_wait",
     .setup = setup_barrier,
     .call = call_barrier,
     .wake = wake_barrier},
    {.name = "cadre_limiter_acquire",
     .setup = setup_limiter,
     .call = call_limiter,
     .wake = wake_limiter,
     .teardown = teardown_limiter},
    {.name = "cadre_limiter_acquire_for",
     .setup = setup_limiter,
     .call = call_limiter_for,
     .wake = wake_limiter,
     .teardown = teardown_limiter},
    {.name = "cadre_queue_put",
     .setup = setup_full_queue,
     .call = call_queue_put,
     .wake = wake_queue_put,
     .teardown = teardown_queue},
    {.name = "cadre_queue_get",
     .setup = setup_queue,
     .call = call_queue_get,
     .wake = wake_queue_get,
     .teardown = teardown_queue,
     .woken = 7},
    {.name = "cadre_queue_join",
     .setup = setup_full_queue,
     .call = call_queue_join,
     .wake = wake_queue_join,
     .teardown = teardown_queue},
    {.name = "cadre_memory_send",
     .setup = setup_memory,
     .call = call_memory_send,
     .wake = wake_memory_send,
     .teardown = teardown_memory},
    {.name = "cadre_memory_receive",
     .setup = setup_memory,
     .call = call_memory_receive,
     .wake = wake_memory_receive,
     .teardown = teardown_memory,
     .woken = 9},
    {.name = "cadre_to_thread",
     .setup = setup_thread,
     .call = call_to_thread,
     .wake = wake_thread,
     .woken = 11,
     .flags = WAITS},
    {.name = "cadre_to_thread_limited",
     .setup = setup_thread_limited,
     .call = call_to_thread_limited,
     .wake = wake_thread,
     .teardown = teardown_limiter,
     .woken = 11,
     .flags = WAITS},
    {.name = "cadre_to_thread_cleanup",
     .setup = setup_thread,
     .call = call_to_thread_cleanup,
     .wake = wake_thread,
     .woken = 11,
     .flags = NEVER},
    {.name = "cadre_wait_fd",
     .setup = setup_pipe,
     .call = call_wait_fd,
     .wake = wake_pipe,
     .teardown = teardown_pipe,
     .woken = CADRE_FD_READ,
     .flags = BY_KERNEL},
};

enum { SUSPENDING_CALLS = sizeof(suspending_calls) / sizeof(suspending_calls[0]) };

#endif
