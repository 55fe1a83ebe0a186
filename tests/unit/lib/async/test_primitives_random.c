/* SPDX-License-Identifier: MIT */
/*
 * Lock, semaphore, limiter, event, queues and stream against a model: random calls, cancels and
 * gifts from without, for many seeds. The model is lists of who waits and arrays of items; what
 * each call returns, at once or when woken, and which item it gets, must be what the model says. A
 * failure names the seed: CADRE_TEST_SEED=n runs that one alone.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cadre/memory_stream.h>
#include <cadre/queue.h>
#include <cadre/sync.h>
#include <cadre/task.h>

#include "async/coroutine.h"
#include "async/loop.h"

enum { ACTORS = 10, STEPS = 150, SEEDS = 1500, ITEMS_MAX = 4096, ANY = 1 };

/* What there is to wait for, each with its list. */
enum place { LOCK, SEMAPHORE, LIMITER, EVENT, GET, PUT, RECEIVE, SEND, PLACES };

enum state { GONE, RUNNING, WAITING, WOKEN };

struct actor {
    struct cadre__coroutine *co;
    enum state state;
    enum place place; /* where it waits */
    int expected;     /* what its call is to return */
    int item;         /* what it puts or sends, or is to get */
    bool pending;     /* a request to end that no call has reported */
    bool has_token;   /* of the limiter */
};

static struct cadre__loop *loop;
static uint64_t seed, random_state;
static struct actor actors[ACTORS];
static bool finishing;

static struct cadre_lock lock;
static struct cadre_semaphore semaphore;
static struct cadre_limiter *limiter;
static struct cadre_event event;
static struct cadre_queue *queue;
static struct cadre_memory_send_stream *out;
static struct cadre_memory_receive_stream *in;

/* The model. */
static struct {
    int waiting[PLACES][ACTORS]; /* actors, the first first */
    int n_waiting[PLACES];
    int owner; /* of the lock, -1: nobody */
    int tokens, tokens_max;
    int total, borrowed; /* of the limiter */
    bool set;
    int items[ITEMS_MAX], n_items, items_max;
    enum { FIFO, LIFO, PRIORITY } order;
    int sent[ITEMS_MAX], n_sent, sent_max;
    int next_item;
} model;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            ck_abort_msg("seed %lu: %s", (unsigned long)seed, #condition);                         \
    } while (0)

static int pick(int n)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((random_state >> 33) % (unsigned)n);
}

static void leave_list(enum place place, int who)
{
    int *list = model.waiting[place];
    int i = 0;

    while (list[i] != who)
        i++;
    model.n_waiting[place]--;
    memmove(&list[i], &list[i + 1], (size_t)(model.n_waiting[place] - i) * sizeof(*list));
}

/* The first one that waits there is woken with this result; NULL: nobody waits. */
static struct actor *wake(enum place place, int result)
{
    struct actor *actor;

    if (model.n_waiting[place] == 0)
        return NULL;
    actor = &actors[model.waiting[place][0]];
    leave_list(place, model.waiting[place][0]);
    actor->state = WOKEN;
    actor->expected = result;
    return actor;
}

/* Takes the i-th number out of an array. */
static int take_out(int *array, int *n, int i)
{
    int value = array[i];

    --*n;
    memmove(&array[i], &array[i + 1], (size_t)(*n - i) * sizeof(*array));
    return value;
}

static int next_in_queue(void)
{
    int best = model.order == LIFO ? model.n_items - 1 : 0;

    for (int i = 0; model.order == PRIORITY && i < model.n_items; i++)
        if (model.items[i] / 1000 < model.items[best] / 1000)
            best = i;
    return take_out(model.items, &model.n_items, best);
}

static int compare(const void *a, const void *b)
{
    int x = *(const int *)a / 1000, y = *(const int *)b / 1000;

    return (x > y) - (x < y);
}

/* A new item: a number of its own, behind a priority. */
static int new_item(void)
{
    model.next_item = (model.next_item + 1) % 1000;
    return pick(5) * 1000 + model.next_item;
}

/* What the model says of each call that need not wait: ANY: it would have to. */
static int model_lock(int who)
{
    if (model.owner == who)
        return -EDEADLK;
    if (model.owner >= 0)
        return ANY;
    model.owner = who;
    return 0;
}

static int model_unlock(int who)
{
    const struct actor *next;

    if (model.owner != who)
        return -EPERM;
    next = wake(LOCK, 0);
    model.owner = next ? (int)(next - actors) : -1;
    return 0;
}

static int model_take(void)
{
    if (model.tokens == 0)
        return ANY;
    model.tokens--;
    return 0;
}

static int model_give(void)
{
    if (model.tokens == model.tokens_max)
        return -EOVERFLOW;
    if (!wake(SEMAPHORE, 0))
        model.tokens++;
    return 0;
}

static void model_lend(void)
{
    while (model.borrowed < model.total) {
        struct actor *next = wake(LIMITER, 0);

        if (!next)
            return;
        next->has_token = true;
        model.borrowed++;
    }
}

static int model_borrow(int who)
{
    if (actors[who].has_token)
        return -EALREADY;
    if (model.borrowed >= model.total)
        return ANY;
    actors[who].has_token = true;
    model.borrowed++;
    return 0;
}

static int model_return(int who)
{
    if (!actors[who].has_token)
        return -EPERM;
    actors[who].has_token = false;
    model.borrowed--;
    model_lend();
    return 0;
}

static int model_put(int item)
{
    struct actor *getter = wake(GET, 0);

    if (getter) {
        getter->item = item;
        return 0;
    }
    if (model.n_items == model.items_max)
        return ANY;
    model.items[model.n_items++] = item;
    return 0;
}

static int model_get(int *ret_item)
{
    const struct actor *putter;

    if (model.n_items == 0)
        return ANY;
    *ret_item = next_in_queue();
    if ((putter = wake(PUT, 0)))
        model.items[model.n_items++] = putter->item;
    return 0;
}

static int model_send(int item)
{
    struct actor *receiver = wake(RECEIVE, 1);

    if (receiver) {
        receiver->item = item;
        return 0;
    }
    if (model.n_sent == model.sent_max)
        return ANY;
    model.sent[model.n_sent++] = item;
    return 0;
}

static int model_receive(int *ret_item)
{
    const struct actor *sender;
    bool buffered = model.n_sent > 0;

    if (buffered)
        *ret_item = take_out(model.sent, &model.n_sent, 0);
    if ((sender = wake(SEND, 0))) {
        if (buffered)
            model.sent[model.n_sent++] = sender->item;
        else
            *ret_item = sender->item;
        buffered = true;
    }
    return buffered ? 2 : ANY;
}

/* The real call, which the model says waits or returns `expected`. */
static int call(struct actor *self, enum place place, int *ret_item)
{
    switch (place) {
    case LOCK:
        return cadre_lock_acquire(&lock);
    case SEMAPHORE:
        return cadre_semaphore_acquire(&semaphore);
    case LIMITER:
        return cadre_limiter_acquire_for(limiter, self);
    case EVENT:
        return cadre_event_wait(&event);
    case GET:
        return cadre_queue_get(queue, ret_item);
    case PUT:
        return cadre_queue_put(queue, &self->item);
    case RECEIVE:
        return cadre_memory_receive(in, ret_item);
    case SEND:
        return cadre_memory_send(out, &self->item);
    case PLACES:
        break;
    }
    return -EINVAL;
}

static int ask_model(struct actor *self, enum place place)
{
    int who = (int)(self - actors);

    switch (place) {
    case LOCK:
        return model_lock(who);
    case SEMAPHORE:
        return model_take();
    case LIMITER:
        return model_borrow(who);
    case EVENT:
        return model.set ? 0 : ANY;
    case GET:
        return model_get(&self->item);
    case PUT:
        return model_put(self->item);
    case RECEIVE:
        return model_receive(&self->item);
    case SEND:
        return model_send(self->item);
    case PLACES:
        break;
    }
    return -EINVAL;
}

static void wait_somewhere(struct actor *self)
{
    enum place place = (enum place)pick(PLACES);
    bool brings = place == PUT || place == SEND, fetches = place == GET || place == RECEIVE;
    int item = -1;
    int r;

    if (brings)
        self->item = new_item();
    if (self->pending) {
        self->pending = false;
        CHECK(call(self, place, &item) == -ECANCELED);
        return;
    }
    r = ask_model(self, place);
    if (r == ANY) {
        self->state = WAITING;
        self->place = place;
        model.waiting[place][model.n_waiting[place]++] = (int)(self - actors);
        r = call(self, place, &item);
        CHECK(self->state == WOKEN);
        self->state = RUNNING;
        CHECK(r == self->expected);
    } else {
        CHECK(call(self, place, &item) == (place == RECEIVE ? 1 : r));
    }
    if (fetches && r >= 0)
        CHECK(item == self->item);
}

/* What anybody may do without waiting; `who` is -1 off the actors. */
static void give_something(int who)
{
    int item = new_item(), got = -1;
    int r;

    switch (pick(9)) {
    case 0:
        if (who >= 0)
            CHECK(cadre_lock_release(&lock) == model_unlock(who));
        break;
    case 1:
        CHECK(cadre_semaphore_release(&semaphore) == model_give());
        CHECK(cadre_semaphore_value(&semaphore) == model.tokens);
        break;
    case 2:
        if (who >= 0)
            CHECK(cadre_limiter_release_for(limiter, &actors[who]) == model_return(who));
        break;
    case 3:
        model.total = pick(4);
        CHECK(cadre_limiter_set_total_tokens(limiter, model.total) == 0);
        model_lend();
        break;
    case 4:
        model.set = true;
        while (wake(EVENT, 0))
            ;
        cadre_event_set(&event);
        break;
    case 5:
        model.set = false;
        cadre_event_clear(&event);
        break;
    case 6:
        r = model_put(item);
        CHECK(cadre_queue_put_nowait(queue, &item) == (r == ANY ? -EAGAIN : 0));
        CHECK(cadre_queue_size(queue) == (size_t)model.n_items);
        break;
    case 7:
        r = model_get(&item);
        CHECK(cadre_queue_get_nowait(queue, &got) == (r == ANY ? -EAGAIN : 0));
        CHECK(r == ANY || got == item);
        break;
    default:
        if (pick(2) == 0) {
            r = model_send(item);
            CHECK(cadre_memory_send_nowait(out, &item) == (r == ANY ? -EAGAIN : 0));
        } else {
            r = model_receive(&item);
            CHECK(cadre_memory_receive_nowait(in, &got) == (r == ANY ? -EAGAIN : 1));
            CHECK(r == ANY || got == item);
        }
        break;
    }
}

static void cancel(struct actor *actor)
{
    if (actor->state == GONE)
        return;
    if (actor->state == WAITING) {
        leave_list(actor->place, (int)(actor - actors));
        actor->state = WOKEN;
        actor->expected = -ECANCELED;
    } else {
        actor->pending = true;
    }
    cadre__coroutine_cancel(actor->co);
}

static void step_aside(struct actor *self)
{
    int r;

    if (self->pending) {
        self->pending = false;
        CHECK(cadre_yield() == -ECANCELED);
        return;
    }
    r = cadre_yield();
    CHECK(r == (self->pending ? -ECANCELED : 0));
    self->pending = false;
}

static void live(void *arg)
{
    struct actor *self = arg;
    int who = (int)(self - actors);

    self->co = cadre__coroutine_current();
    self->state = RUNNING;
    while (!finishing) {
        switch (pick(6)) {
        case 0:
        case 1:
            give_something(who);
            break;
        case 2:
            cancel(&actors[pick(ACTORS)]);
            break;
        case 3:
            step_aside(self);
            break;
        default:
            wait_somewhere(self);
            break;
        }
    }
    if (model.owner == who)
        CHECK(cadre_lock_release(&lock) == model_unlock(who));
    if (self->has_token)
        CHECK(cadre_limiter_release_for(limiter, self) == model_return(who));
    self->state = GONE;
    self->co = NULL;
}

static void make_all(void)
{
    memset(&model, 0, sizeof(model));
    memset(actors, 0, sizeof(actors));
    model.owner = -1;
    model.tokens = pick(3);
    model.tokens_max = 2 + pick(3);
    model.total = pick(4);
    model.items_max = 1 + pick(4);
    model.order = pick(3);
    model.sent_max = pick(3);
    cadre_lock_init(&lock);
    cadre_event_init(&event);
    CHECK(cadre_semaphore_init_bounded(&semaphore, model.tokens, model.tokens_max) == 0);
    CHECK(cadre_limiter_new(model.total, &limiter) == 0);
    if (model.order == FIFO)
        queue = cadre_queue_new(sizeof(int), (size_t)model.items_max);
    else if (model.order == LIFO)
        queue = cadre_queue_new_lifo(sizeof(int), (size_t)model.items_max);
    else
        queue = cadre_queue_new_priority(sizeof(int), (size_t)model.items_max, compare);
    CHECK(queue != NULL);
    CHECK(cadre_memory_stream_new(sizeof(int), (size_t)model.sent_max, &out, &in) == 0);
}

static void check_counts(void)
{
    struct cadre_memory_stream_statistics stream;
    struct cadre_limiter_statistics tokens;

    cadre_memory_send_stream_statistics(out, &stream);
    CHECK(stream.tasks_waiting_send == (size_t)model.n_waiting[SEND]);
    CHECK(stream.tasks_waiting_receive == (size_t)model.n_waiting[RECEIVE]);
    CHECK(stream.current_buffer_used == (size_t)model.n_sent);
    cadre_limiter_get_statistics(limiter, &tokens);
    CHECK(tokens.borrowed_tokens == model.borrowed);
    CHECK(tokens.tasks_waiting == (size_t)model.n_waiting[LIMITER]);
    CHECK(cadre_lock_is_held(&lock) == (model.owner >= 0));
    CHECK(cadre_event_is_set(&event) == model.set);
}

static int drive(void *arg)
{
    (void)arg;
    make_all();
    finishing = false;
    for (int i = 0; i < ACTORS; i++)
        CHECK(cadre__coroutine_start(loop, live, &actors[i], "actor", NULL) == 0);
    for (int step = 0; step < STEPS; step++) {
        give_something(-1);
        if (pick(4) == 0)
            cancel(&actors[pick(ACTORS)]);
        check_counts();
        if (pick(2) == 0)
            CHECK(cadre_yield() == 0);
    }
    finishing = true;
    for (int i = 0; i < ACTORS; i++)
        cancel(&actors[i]);
    for (int i = 0; i < ACTORS; i++)
        while (actors[i].state != GONE)
            CHECK(cadre_yield() == 0);
    for (int i = 0; i < PLACES; i++)
        CHECK(model.n_waiting[i] == 0);
    check_counts();
    cadre_limiter_free(limiter);
    cadre_queue_free(queue);
    cadre_memory_send_stream_free(out);
    cadre_memory_receive_stream_free(in);
    return 0;
}

static void run_seed(uint64_t n)
{
    seed = n;
    random_state = n * UINT64_C(0x9e3779b97f4a7c15) + 1;
    CHECK(cadre__loop_run_main(loop, drive, NULL) == 0);
}

START_TEST(all_calls_do_what_the_model_says)
{
    const char *text = getenv("CADRE_TEST_SEED");

    ck_assert_int_eq(cadre__loop_new(NULL, &loop), 0);
    if (text)
        run_seed(strtoull(text, NULL, 10));
    else
        for (uint64_t n = 1; n <= SEEDS; n++)
            run_seed(n);
    cadre__loop_free(loop);
}
END_TEST

UNIT_MAIN("async/primitives, random", UNIT_CASE(all_calls_do_what_the_model_says))
