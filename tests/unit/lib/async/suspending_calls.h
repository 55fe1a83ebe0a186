/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/lib/async/suspending_calls.h: every public call that may suspend, in one table.
 *
 * test_suspending_calls.c puts each row through the same mill: woken; cancelled while it waits,
 * before it waits, and after it was woken; in a scope that is cancelled or has a deadline; off any
 * coroutine. A call that is new gets a row here. (Not here: cadre_to_thread_abandon(), which leaves
 * a thread behind on purpose, see test_thread.c; cadre_resolve(), which needs a name server, see
 * test_dns.c; the calls of <cadre/file.h> that go the way of those two which are here.)
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cadre/file.h>
#include <cadre/future.h>
#include <cadre/gather.h>
#include <cadre/group.h>
#include <cadre/loop.h>
#include <cadre/memory_stream.h>
#include <cadre/process.h>
#include <cadre/queue.h>
#include <cadre/scope.h>
#include <cadre/signal.h>
#include <cadre/socket.h>
#include <cadre/stream.h>
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
    sem_t sem;   /* what a thread waits for */
    int pipe[2]; /* read from the first, write to the second */
    int fd;
    int fillers[4]; /* connections that take all places */
    struct cadre_address address;
    struct cadre_stream *stream;
    struct cadre_process *process;
    struct cadre_signal_receiver *signals;
    char path[64];
};

enum {
    WAITS = 1, /* a cancel does not cut it short: it returns -ECANCELED when it would have ended */
    PASSES_ON = 2,   /* a cancel goes to what it waits for, which is spent then */
    NEVER = 4,       /* a cancel does nothing to it, and stays for the next call */
    BY_ITSELF = 8,   /* needs no wake: time does it */
    BY_KERNEL = 16,  /* woken with the next look at the descriptors, not at once */
    NEEDS_TASK = 32, /* cannot be tried off a coroutine */
    NO_WAKE = 64,    /* nothing here can have it return */
    PIDFD = 128,     /* needs pidfd_open(), which valgrind 3.19 has not */
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
}

static int block_thread(void *arg)
{
    struct world *w = arg;

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

/* Fills the pipe. */
static void setup_full_pipe(struct world *w)
{
    static const char block[4096];

    setup_pipe(w);
    while (write(w->pipe[1], block, sizeof(block)) > 0)
        ;
    ck_assert_int_eq(errno, EAGAIN);
}

static int call_fd_read(struct world *w)
{
    char byte;

    return (int)cadre_fd_read(w->pipe[0], &byte, 1);
}

static int call_fd_readv(struct world *w)
{
    char byte;
    const struct iovec part = {&byte, 1};

    return (int)cadre_fd_readv(w->pipe[0], &part, 1);
}

static int call_fd_write(struct world *w)
{
    return (int)cadre_fd_write(w->pipe[1], "abc", 3);
}

static int call_fd_writev(struct world *w)
{
    struct iovec part = {(char[]){"abc"}, 3};

    return (int)cadre_fd_writev(w->pipe[1], &part, 1);
}

static int call_fd_write_all(struct world *w)
{
    return cadre_fd_write_all(w->pipe[1], "abc", 3, NULL);
}

/* Takes all out of the pipe, and what comes after it. */
static void drain_pipe(struct world *w)
{
    char block[4096];

    for (int i = 0; i < 200; i++) {
        while (read(w->pipe[0], block, sizeof(block)) > 0)
            ;
        ck_assert_int_eq(cadre_yield(), 0);
    }
}

/* ---- connections ---- */

static void setup_listener(struct world *w)
{
    w->fd = cadre_socket_listen("127.0.0.1", 0, 0);
    ck_assert_int_ge(w->fd, 0);
    ck_assert_int_eq(cadre_socket_address(w->fd, &w->address), 0);
    for (int i = 0; i < 4; i++)
        w->fillers[i] = -1;
}

static void connect_raw(struct world *w, int *fd)
{
    *fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(*fd, 0);
    ck_assert(connect(*fd, &w->address.u.any, w->address.len) == 0 || errno == EINPROGRESS);
}

static int call_accept(struct world *w)
{
    int fd = cadre_socket_accept(w->fd, NULL);

    if (fd < 0)
        return fd;
    cadre_fd_close(fd);
    return 1;
}

static void wake_accept(struct world *w)
{
    connect_raw(w, &w->fillers[0]);
}

static void teardown_listener(struct world *w)
{
    for (int i = 0; i < 4; i++)
        cadre_fd_close(w->fillers[i]);
    cadre_fd_close(w->fd);
}

/* One that listens without accepting, and all places in its queue are taken. */
static void setup_full_listener(struct world *w)
{
    setup_listener(w);
    ck_assert_int_eq(listen(w->fd, 0), 0);
    for (int i = 0; i < 4; i++)
        connect_raw(w, &w->fillers[i]);
}

static int call_connect_address(struct world *w)
{
    return cadre_socket_connect_address(&w->address, CADRE_FOREVER);
}

static int call_connect(struct world *w)
{
    return cadre_socket_connect("127.0.0.1", cadre_address_port(&w->address), CADRE_FOREVER);
}

static int call_stream_connect(struct world *w)
{
    struct cadre_stream *stream;

    return cadre_stream_connect("127.0.0.1", cadre_address_port(&w->address), CADRE_FOREVER,
                                &stream);
}

static void serve_nobody(struct cadre_stream *stream, void *arg)
{
    (void)stream;
    (void)arg;
}

static int call_serve(struct world *w)
{
    return cadre_stream_serve(w->fd, serve_nobody, NULL, NULL);
}

static void wake_serve(struct world *w)
{
    cadre_fd_close(w->fd);
    w->fd = -1;
}

/* ---- streams ---- */

static void setup_stream(struct world *w)
{
    setup_pipe(w);
    ck_assert_int_eq(cadre_stream_open(w->pipe[0], NULL, &w->stream), 0);
}

static void teardown_stream(struct world *w)
{
    cadre_stream_free(w->stream);
    cadre_fd_close(w->pipe[1]);
}

static int call_stream_read(struct world *w)
{
    char byte;

    return (int)cadre_stream_read(w->stream, &byte, 1);
}

static int call_stream_read_exact(struct world *w)
{
    char byte;

    return cadre_stream_read_exact(w->stream, &byte, 1, NULL);
}

static int call_stream_read_until(struct world *w)
{
    struct cadre_str text;

    return cadre_stream_read_until(w->stream, cadre_str_from("x"), &text);
}

static int call_stream_read_line(struct world *w)
{
    struct cadre_str text;

    return cadre_stream_read_line(w->stream, &text);
}

static void wake_line(struct world *w)
{
    ck_assert_int_eq(write(w->pipe[1], "one\n", 4), 4);
}

static int call_stream_read_all(struct world *w)
{
    char *text;
    size_t len;
    int r = cadre_stream_read_all(w->stream, 1000, &text, &len);

    if (r == 0)
        free(text);
    return r;
}

static void wake_end(struct world *w)
{
    cadre_fd_close(w->pipe[1]);
    w->pipe[1] = -1;
}

/* The stream writes. */
static void setup_writer(struct world *w)
{
    setup_full_pipe(w);
    ck_assert_int_eq(cadre_stream_open_pair(-1, w->pipe[1], NULL, &w->stream), 0);
}

static void setup_kept(struct world *w)
{
    static const char much[128 * 1024];

    setup_writer(w);
    ck_assert_int_eq(cadre_stream_write_nowait(w->stream, much, sizeof(much)), 0);
}

static void setup_closing(struct world *w)
{
    setup_kept(w);
    cadre_stream_close(w->stream);
}

static int call_stream_write(struct world *w)
{
    static const char much[128 * 1024];

    return cadre_stream_write(w->stream, much, sizeof(much));
}

static int call_stream_drain(struct world *w)
{
    return cadre_stream_drain(w->stream);
}

static int call_stream_flush(struct world *w)
{
    return cadre_stream_flush(w->stream);
}

static int call_stream_wait_closed(struct world *w)
{
    return cadre_stream_wait_closed(w->stream);
}

static void teardown_writer(struct world *w)
{
    cadre_stream_free(w->stream);
    cadre_fd_close(w->pipe[0]);
}

/* ---- files ---- */

static void setup_fifo(struct world *w)
{
    (void)snprintf(w->path, sizeof(w->path), "/tmp/cadre-fifo-%d", (int)getpid());
    (void)unlink(w->path);
    ck_assert_int_eq(mkfifo(w->path, 0600), 0);
}

/* Waits for somebody who writes. */
static int call_file_open(struct world *w)
{
    int fd = cadre_file_open(w->path, O_RDONLY, 0);

    if (fd < 0)
        return fd;
    (void)close(fd);
    return 1;
}

static void wake_file_open(struct world *w)
{
    int fd;

    while ((fd = open(w->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) < 0)
        ck_assert_int_eq(errno, ENXIO); /* nobody reads yet */
    (void)close(fd);
}

static void teardown_fifo(struct world *w)
{
    (void)unlink(w->path);
}

static void setup_blocking_pipe(struct world *w)
{
    ck_assert_int_eq(pipe2(w->pipe, O_CLOEXEC), 0);
}

static int call_file_read(struct world *w)
{
    char byte;

    return (int)cadre_file_read(w->pipe[0], &byte, 1);
}

/* ---- processes and signals ---- */

static const char *const sleeping[] = {"sleep", "1000", NULL};

static void setup_process(struct world *w)
{
    ck_assert_int_eq(cadre_process_spawn(sleeping, NULL, &w->process), 0);
}

static int call_process_wait(struct world *w)
{
    int code, r = cadre_process_wait(w->process, CADRE_FOREVER, &code);

    return r < 0 ? r : code;
}

static int call_communicate(struct world *w)
{
    struct cadre_process_result result;
    int r = cadre_process_communicate(w->process, (struct cadre_str){"", 0}, 1000, CADRE_FOREVER,
                                      &result);

    if (r < 0)
        return r;
    r = result.code;
    cadre_process_result_done(&result);
    return r;
}

static int call_process_run(struct world *w)
{
    struct cadre_process_result result;

    (void)w;
    return cadre_process_run(sleeping, NULL, (struct cadre_str){"", 0}, 1000, CADRE_FOREVER,
                             &result);
}

static void wake_process(struct world *w)
{
    cadre_process_kill(w->process);
}

static void teardown_process(struct world *w)
{
    cadre_process_free(w->process);
}

static void setup_signals(struct world *w)
{
    static const int usr1 = SIGUSR1;

    ck_assert_int_eq(cadre_signal_receiver_open(&usr1, 1, &w->signals), 0);
}

static int call_signal(struct world *w)
{
    return cadre_signal_receive(w->signals);
}

static void wake_signal(struct world *w)
{
    (void)w;
    ck_assert_int_eq(raise(SIGUSR1), 0);
}

static void teardown_signals(struct world *w)
{
    cadre_signal_receiver_free(w->signals);
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
    {.name = "cadre_fd_read",
     .setup = setup_pipe,
     .call = call_fd_read,
     .wake = wake_pipe,
     .teardown = teardown_pipe,
     .woken = 1,
     .flags = BY_KERNEL},
    {.name = "cadre_fd_readv",
     .setup = setup_pipe,
     .call = call_fd_readv,
     .wake = wake_pipe,
     .teardown = teardown_pipe,
     .woken = 1,
     .flags = BY_KERNEL},
    {.name = "cadre_fd_write",
     .setup = setup_full_pipe,
     .call = call_fd_write,
     .wake = drain_pipe,
     .teardown = teardown_pipe,
     .woken = 3,
     .flags = BY_KERNEL},
    {.name = "cadre_fd_writev",
     .setup = setup_full_pipe,
     .call = call_fd_writev,
     .wake = drain_pipe,
     .teardown = teardown_pipe,
     .woken = 3,
     .flags = BY_KERNEL},
    {.name = "cadre_fd_write_all",
     .setup = setup_full_pipe,
     .call = call_fd_write_all,
     .wake = drain_pipe,
     .teardown = teardown_pipe,
     .flags = BY_KERNEL},
    {.name = "cadre_socket_accept",
     .setup = setup_listener,
     .call = call_accept,
     .wake = wake_accept,
     .teardown = teardown_listener,
     .woken = 1,
     .flags = BY_KERNEL},
    {.name = "cadre_socket_connect",
     .setup = setup_full_listener,
     .call = call_connect,
     .teardown = teardown_listener,
     .flags = BY_KERNEL | NO_WAKE},
    {.name = "cadre_socket_connect_address",
     .setup = setup_full_listener,
     .call = call_connect_address,
     .teardown = teardown_listener,
     .flags = BY_KERNEL | NO_WAKE},
    {.name = "cadre_stream_connect",
     .setup = setup_full_listener,
     .call = call_stream_connect,
     .teardown = teardown_listener,
     .flags = BY_KERNEL | NO_WAKE},
    {.name = "cadre_stream_serve",
     .setup = setup_listener,
     .call = call_serve,
     .wake = wake_serve,
     .teardown = teardown_listener,
     .flags = BY_KERNEL},
    {.name = "cadre_stream_read",
     .setup = setup_stream,
     .call = call_stream_read,
     .wake = wake_pipe,
     .teardown = teardown_stream,
     .woken = 1,
     .flags = BY_KERNEL},
    {.name = "cadre_stream_read_exact",
     .setup = setup_stream,
     .call = call_stream_read_exact,
     .wake = wake_pipe,
     .teardown = teardown_stream,
     .flags = BY_KERNEL},
    {.name = "cadre_stream_read_until",
     .setup = setup_stream,
     .call = call_stream_read_until,
     .wake = wake_pipe,
     .teardown = teardown_stream,
     .flags = BY_KERNEL},
    {.name = "cadre_stream_read_line",
     .setup = setup_stream,
     .call = call_stream_read_line,
     .wake = wake_line,
     .teardown = teardown_stream,
     .flags = BY_KERNEL},
    {.name = "cadre_stream_read_all",
     .setup = setup_stream,
     .call = call_stream_read_all,
     .wake = wake_end,
     .teardown = teardown_stream,
     .flags = BY_KERNEL},
    {.name = "cadre_stream_write",
     .setup = setup_writer,
     .call = call_stream_write,
     .wake = drain_pipe,
     .teardown = teardown_writer,
     .flags = BY_KERNEL},
    {.name = "cadre_stream_drain",
     .setup = setup_kept,
     .call = call_stream_drain,
     .wake = drain_pipe,
     .teardown = teardown_writer,
     .flags = BY_KERNEL},
    {.name = "cadre_stream_flush",
     .setup = setup_kept,
     .call = call_stream_flush,
     .wake = drain_pipe,
     .teardown = teardown_writer,
     .flags = BY_KERNEL},
    {.name = "cadre_stream_wait_closed",
     .setup = setup_closing,
     .call = call_stream_wait_closed,
     .wake = drain_pipe,
     .teardown = teardown_writer,
     .flags = BY_KERNEL},
    {.name = "cadre_file_open",
     .setup = setup_fifo,
     .call = call_file_open,
     .wake = wake_file_open,
     .teardown = teardown_fifo,
     .woken = 1,
     .flags = WAITS},
    {.name = "cadre_file_read",
     .setup = setup_blocking_pipe,
     .call = call_file_read,
     .wake = wake_pipe,
     .teardown = teardown_pipe,
     .woken = 1,
     .flags = WAITS},
    {.name = "cadre_process_wait",
     .setup = setup_process,
     .call = call_process_wait,
     .wake = wake_process,
     .teardown = teardown_process,
     .woken = -SIGKILL,
     .flags = BY_KERNEL | PIDFD},
    {.name = "cadre_process_communicate",
     .setup = setup_process,
     .call = call_communicate,
     .wake = wake_process,
     .teardown = teardown_process,
     .woken = -SIGKILL,
     .flags = BY_KERNEL | PIDFD},
    {.name = "cadre_process_run", .call = call_process_run, .flags = BY_KERNEL | PIDFD | NO_WAKE},
    {.name = "cadre_signal_receive",
     .setup = setup_signals,
     .call = call_signal,
     .wake = wake_signal,
     .teardown = teardown_signals,
     .woken = SIGUSR1,
     .flags = BY_KERNEL},
};

enum { SUSPENDING_CALLS = sizeof(suspending_calls) / sizeof(suspending_calls[0]) };

#endif
