/* SPDX-License-Identifier: MIT */
/*
 * Every wait in a primitive, a queue, a stream or for a token of a limiter, cancelled at every
 * moment: one table of the waits, and for each row all the cases. Two wait, `first` and `second`;
 * `give` gives something to one of them, or, where a row says so, to both. (Not here: the barrier,
 * whose waits are for each other; see test_barrier.c.)
 */
#include "config.h"

#include "tests/unit/lib/async/beside.h"

#include <errno.h>

#include <cadre/memory_stream.h>
#include <cadre/queue.h>
#include <cadre/sync.h>
#include <cadre/thread.h>

static struct cadre_event event;
static struct cadre_lock lock;
static struct cadre_semaphore semaphore;
static struct cadre_condition condition;
static struct cadre_limiter *limiter;
static struct cadre_queue *queue;
static struct cadre_memory_send_stream *out;
static struct cadre_memory_receive_stream *in;
static const char ours; /* a borrower */
static bool predicate_holds;
static int runs; /* of a function in a thread */

/* Fails if the call before succeeded in spite of a cancel, and the request was lost. */
static int next_call(int r)
{
    return r < 0 ? r : cadre_yield();
}

static int wait_event(const void *arg)
{
    (void)arg;
    return next_call(cadre_event_wait(&event));
}

static void setup_event(void)
{
    cadre_event_init(&event);
}

static void give_event(void)
{
    cadre_event_set(&event);
}

static int wait_lock(const void *arg)
{
    int r = cadre_lock_acquire(&lock);

    (void)arg;
    if (r < 0)
        return r;
    ck_assert_int_eq(cadre_lock_release(&lock), 0);
    return next_call(r);
}

static void setup_lock(void)
{
    cadre_lock_init(&lock);
    ck_assert_int_eq(cadre_lock_acquire(&lock), 0);
}

static void give_lock(void)
{
    ck_assert_int_eq(cadre_lock_release(&lock), 0);
}

static int wait_semaphore(const void *arg)
{
    (void)arg;
    return next_call(cadre_semaphore_acquire(&semaphore));
}

static void setup_semaphore(void)
{
    ck_assert_int_eq(cadre_semaphore_init(&semaphore, 0), 0);
}

static void give_semaphore(void)
{
    ck_assert_int_eq(cadre_semaphore_release(&semaphore), 0);
}

static int wait_condition(const void *arg)
{
    int r = cadre_lock_acquire(&lock);

    (void)arg;
    if (r < 0)
        return r;
    r = cadre_condition_wait(&condition);
    ck_assert_int_eq(cadre_lock_release(&lock), 0);
    return next_call(r);
}

static bool predicate(void *arg)
{
    return *(const bool *)arg;
}

static int wait_condition_for(const void *arg)
{
    int r = cadre_lock_acquire(&lock);

    (void)arg;
    if (r < 0)
        return r;
    r = cadre_condition_wait_for(&condition, predicate, &predicate_holds);
    ck_assert_int_eq(cadre_lock_release(&lock), 0);
    return next_call(r);
}

static void setup_condition(void)
{
    cadre_lock_init(&lock);
    cadre_condition_init(&condition, &lock);
    predicate_holds = false;
}

static void give_condition(void)
{
    predicate_holds = true;
    ck_assert_int_eq(cadre_lock_acquire_nowait(&lock), 0);
    ck_assert_int_eq(cadre_condition_notify(&condition, 1), 0);
    ck_assert_int_eq(cadre_lock_release(&lock), 0);
}

static int wait_limiter(const void *arg)
{
    return next_call(cadre_limiter_acquire_for(limiter, arg));
}

static int count_run(void *arg)
{
    (void)arg;
    runs++;
    return 0;
}

static int wait_to_thread(const void *arg)
{
    (void)arg;
    return next_call(cadre_to_thread_limited(limiter, count_run, NULL));
}

static int wait_to_thread_abandon(const void *arg)
{
    (void)arg;
    return next_call(cadre_to_thread_abandon(limiter, count_run, NULL, NULL));
}

static void setup_limiter(void)
{
    ck_assert_int_eq(cadre_limiter_new(1, &limiter), 0);
    ck_assert_int_eq(cadre_limiter_acquire_nowait_for(limiter, &ours), 0);
}

static void give_limiter(void)
{
    struct cadre_limiter_statistics s;

    cadre_limiter_get_statistics(limiter, &s);
    ck_assert_int_eq(cadre_limiter_set_total_tokens(limiter, s.total_tokens + 1), 0);
}

static void done_limiter(void)
{
    cadre_limiter_free(limiter);
}

static int wait_put(const void *arg)
{
    int item = 1;

    (void)arg;
    return next_call(cadre_queue_put(queue, &item));
}

static void setup_full_queue(void)
{
    int item = 0;

    queue = cadre_queue_new(sizeof(int), 1);
    ck_assert_int_eq(cadre_queue_put_nowait(queue, &item), 0);
}

static void give_room(void)
{
    int item;

    ck_assert_int_eq(cadre_queue_get_nowait(queue, &item), 0);
}

static int wait_get(const void *arg)
{
    int item = 0;
    int r = cadre_queue_get(queue, &item);

    (void)arg;
    if (r == 0)
        ck_assert_int_eq(item, 5);
    return next_call(r);
}

static void setup_empty_queue(void)
{
    queue = cadre_queue_new(sizeof(int), 0);
}

static void give_item(void)
{
    int item = 5;

    ck_assert_int_eq(cadre_queue_put_nowait(queue, &item), 0);
}

static void done_queue(void)
{
    cadre_queue_free(queue);
}

static int wait_join(const void *arg)
{
    (void)arg;
    return next_call(cadre_queue_join(queue));
}

static void give_task_done(void)
{
    ck_assert_int_eq(cadre_queue_task_done(queue), 0);
}

static int wait_send(const void *arg)
{
    int item = 6;

    (void)arg;
    return next_call(cadre_memory_send(out, &item));
}

static void setup_stream(void)
{
    ck_assert_int_eq(cadre_memory_stream_new(sizeof(int), 0, &out, &in), 0);
}

static void give_receiver(void)
{
    int item;

    ck_assert_int_eq(cadre_memory_receive_nowait(in, &item), 1);
    ck_assert_int_eq(item, 6);
}

static int wait_receive(const void *arg)
{
    int item = 0;
    int r = cadre_memory_receive(in, &item);

    (void)arg;
    if (r > 0)
        ck_assert_int_eq(item, 7);
    return next_call(r);
}

static void give_sender(void)
{
    int item = 7;

    ck_assert_int_eq(cadre_memory_send_nowait(out, &item), 0);
}

static void done_stream(void)
{
    cadre_memory_send_stream_free(out);
    cadre_memory_receive_stream_free(in);
}

static const struct row {
    const char *call; /* where it waits, as the list of tasks shows it */
    void (*setup)(void);
    int (*wait)(const void *arg);
    void (*give)(void);
    void (*done)(void);
    bool to_all;  /* what is given goes to both, or on from one to the other */
    bool threads; /* who was given something goes on in a thread */
} rows[] = {
    {"cadre_event_wait", setup_event, wait_event, give_event, NULL, true, false},
    {"cadre_lock_acquire", setup_lock, wait_lock, give_lock, NULL, true, false},
    {"cadre_semaphore_acquire", setup_semaphore, wait_semaphore, give_semaphore, NULL, false,
     false},
    {"cadre_condition_wait", setup_condition, wait_condition, give_condition, NULL, false, false},
    {"cadre_condition_wait_for", setup_condition, wait_condition_for, give_condition, NULL, false,
     false},
    {"cadre_limiter_acquire_for", setup_limiter, wait_limiter, give_limiter, done_limiter, false,
     false},
    {"cadre_queue_put", setup_full_queue, wait_put, give_room, done_queue, false, false},
    {"cadre_queue_get", setup_empty_queue, wait_get, give_item, done_queue, false, false},
    {"cadre_queue_join", setup_full_queue, wait_join, give_task_done, done_queue, true, false},
    {"cadre_memory_send", setup_stream, wait_send, give_receiver, done_stream, false, false},
    {"cadre_memory_receive", setup_stream, wait_receive, give_sender, done_stream, false, false},
    {"cadre_to_thread_limited", setup_limiter, wait_to_thread, give_limiter, done_limiter, true,
     true},
    {"cadre_to_thread_abandon", setup_limiter, wait_to_thread_abandon, give_limiter, done_limiter,
     true, true},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static const struct row *row;
static struct beside first, second;
static const char borrowers[2];

static const char *found;

static void find_first(const struct cadre__coroutine_info *info, void *arg)
{
    (void)arg;
    if (strcmp(info->name, "beside") == 0)
        found = info->where;
}

static void begin(void)
{
    row->setup();
    beside_start(&first, row->wait, &borrowers[0]);
    beside_start(&second, row->wait, &borrowers[1]);
    beside_waits(&first);
    beside_waits(&second);
    cadre__coroutine_each(loop, find_first, NULL);
    ck_assert_str_eq(found, row->call);
}

static void await_thread(const struct beside *beside)
{
    while (row->threads && !beside->ended)
        settle();
}

/* The one that was given something succeeds, and the other one waits on. */
static void one_ends(const struct beside *beside, const struct beside *other)
{
    await_thread(beside);
    beside_ends(beside, 0);
    if (!other)
        return;
    if (!row->to_all) {
        beside_waits(other);
        return;
    }
    await_thread(other);
    beside_ends(other, 0);
}

static void end(void)
{
    if (!second.ended) {
        row->give();
        one_ends(&second, NULL);
    }
    if (row->done)
        row->done();
}

/* Nothing cancelled: in order. */
static int give_to_both(void *arg)
{
    (void)arg;
    begin();
    row->give();
    one_ends(&first, &second);
    end();
    return 0;
}

/* Cancelled, and nothing given before it has left. */
static int cancel_first(void *arg)
{
    (void)arg;
    begin();
    beside_cancel(&first);
    beside_ends(&first, -ECANCELED);
    beside_waits(&second);
    row->give();
    one_ends(&second, NULL);
    end();
    return 0;
}

/* Cancelled, and given to before it has run: the other one gets it. */
static int cancel_and_give(void *arg)
{
    (void)arg;
    begin();
    beside_cancel(&first);
    row->give();
    beside_ends(&first, -ECANCELED);
    one_ends(&second, NULL);
    end();
    return 0;
}

/* Given to, and cancelled before it has run: it has it, and its next call fails. */
static int give_and_cancel(void *arg)
{
    (void)arg;
    begin();
    row->give();
    beside_cancel(&first);
    await_thread(&first);
    beside_ends(&first, -ECANCELED);
    if (!row->to_all)
        beside_waits(&second);
    end();
    return 0;
}

/* Both cancelled: what is given next is there for a newcomer. */
static int cancel_both(void *arg)
{
    (void)arg;
    begin();
    beside_cancel(&second);
    beside_cancel(&first);
    beside_ends(&first, -ECANCELED);
    beside_ends(&second, -ECANCELED);
    beside_start(&second, row->wait, &borrowers[1]);
    beside_waits(&second);
    end();
    return 0;
}

static int call_cancelled(const void *arg)
{
    cadre__coroutine_cancel(cadre__coroutine_current());
    return row->wait(arg);
}

/* Cancelled before it calls: it does not wait, and takes nothing that is there. */
static int cancel_before(void *arg)
{
    (void)arg;
    begin();
    beside_cancel(&first);
    beside_ends(&first, -ECANCELED);
    beside_start(&first, call_cancelled, &borrowers[0]);
    beside_ends(&first, -ECANCELED);
    beside_waits(&second);
    end();
    return 0;
}

#define EACH_ROW(name, fn)                                                                         \
    START_TEST(name)                                                                               \
    {                                                                                              \
        row = &rows[_i];                                                                           \
        run_in_loop(fn);                                                                           \
    }                                                                                              \
    END_TEST

EACH_ROW(what_is_given_goes_to_those_who_wait_in_order, give_to_both)
EACH_ROW(a_cancelled_wait_ends_and_takes_nothing, cancel_first)
EACH_ROW(what_is_given_passes_one_that_is_cancelled_at_that_moment, cancel_and_give)
EACH_ROW(one_cancelled_after_it_was_given_something_has_it, give_and_cancel)
EACH_ROW(two_cancelled_waits_leave_no_trace, cancel_both)
EACH_ROW(one_cancelled_before_does_not_wait, cancel_before)

UNIT_MAIN("async/waiters", UNIT_LOOP(what_is_given_goes_to_those_who_wait_in_order, ROWS),
          UNIT_LOOP(a_cancelled_wait_ends_and_takes_nothing, ROWS),
          UNIT_LOOP(what_is_given_passes_one_that_is_cancelled_at_that_moment, ROWS),
          UNIT_LOOP(one_cancelled_after_it_was_given_something_has_it, ROWS),
          UNIT_LOOP(two_cancelled_waits_leave_no_trace, ROWS),
          UNIT_LOOP(one_cancelled_before_does_not_wait, ROWS))
