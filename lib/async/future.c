/* SPDX-License-Identifier: MIT */
/*
 * lib/async/future.c: futures. See <cadre/future.h>. The same completion as a task's tells those
 * who wait (completion.h).
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include <cadre/future.h>

#include "async/completion.h"
#include "async/coroutine_internal.h"
#include "async/loop_internal.h"

#define MAGIC 0xf070f070

struct cadre_future {
    uint32_t magic;
    bool seen; /* somebody has looked at its result */
    int result;
    void *value;
    unsigned refs;
    struct cadre__loop *loop;
    struct cadre__completion completion;
};

static void check(const struct cadre_future *future)
{
    assert(future->magic == MAGIC);
}

struct cadre_future *cadre_future_new(void)
{
    struct cadre__loop *loop = cadre__loop_here;
    struct cadre_future *future = loop ? malloc(sizeof(*future)) : NULL;

    if (!future)
        return NULL;
    *future =
        (struct cadre_future){.magic = MAGIC, .result = -EINPROGRESS, .refs = 1, .loop = loop};
    cadre__completion_init(&future->completion);
    return future;
}

struct cadre_future *cadre_future_ref(struct cadre_future *future)
{
    check(future);
    future->refs++;
    return future;
}

void cadre_future_unref(struct cadre_future *future)
{
    if (!future)
        return;
    check(future);
    if (--future->refs > 0)
        return;
    if (future->completion.done && future->result < 0 && future->result != -ECANCELED &&
        !future->seen)
        cadre__loop_report(future->loop, "future failed and nobody looked at it", "",
                           future->result);
    future->magic = 0;
    free(future);
}

static int finish(struct cadre_future *future, int result, void *value)
{
    check(future);
    if (future->completion.done)
        return -EINVAL;
    future->result = result;
    future->value = value;
    cadre__completion_finish(&future->completion, future->loop);
    return 0;
}

int cadre_future_set_result(struct cadre_future *future, int result, void *value)
{
    return finish(future, result, value);
}

bool cadre_future_cancel(struct cadre_future *future)
{
    return finish(future, -ECANCELED, NULL) == 0;
}

static int see(struct cadre_future *future, void **ret_value)
{
    future->seen = true;
    if (ret_value && future->result >= 0)
        *ret_value = future->value;
    return future->result;
}

static int await(struct cadre_future *future, void **ret_value, const char *call, bool shielded)
{
    struct cadre__waiter waiter;
    int r;

    check(future);
    if (future->completion.done)
        return see(future, ret_value);
    r = cadre__coroutine_check(call);
    if (r == -EDEADLK)
        return r;
    cadre_future_ref(future);
    if (r == 0) {
        cadre__completion_wait(&future->completion, &waiter);
        r = cadre__coroutine_suspend(call);
        cadre__completion_unwatch(&waiter.watcher);
    }
    if (r == 0)
        r = see(future, ret_value);
    else if (!shielded)
        (void)cadre_future_cancel(future);
    cadre_future_unref(future);
    return r;
}

int cadre_future_wait(struct cadre_future *future, void **ret_value)
{
    return await(future, ret_value, "cadre_future_wait", false);
}

int cadre_future_wait_shielded(struct cadre_future *future, void **ret_value)
{
    return await(future, ret_value, "cadre_future_wait_shielded", true);
}

int cadre_future_result(struct cadre_future *future, void **ret_value)
{
    check(future);
    return future->completion.done ? see(future, ret_value) : -EINPROGRESS;
}

bool cadre_future_is_done(const struct cadre_future *future)
{
    check(future);
    return future->completion.done;
}

bool cadre_future_cancelled(const struct cadre_future *future)
{
    check(future);
    return future->completion.done && future->result == -ECANCELED;
}

static void call_callback(void *subject, void (*fn)(void), void *arg)
{
    ((void (*)(struct cadre_future *, void *))fn)(subject, arg);
}

static void ref(void *subject)
{
    (void)cadre_future_ref(subject);
}

static void unref(void *subject)
{
    cadre_future_unref(subject);
}

static const struct cadre__completion_kind future_kind = {
    .call = call_callback,
    .ref = ref,
    .unref = unref,
};

int cadre_future_add_done_callback(struct cadre_future *future,
                                   void (*fn)(struct cadre_future *future, void *arg), void *arg)
{
    check(future);
    return cadre__completion_add_callback(&future->completion, future->loop, &future_kind, future,
                                          (void (*)(void))fn, arg);
}

size_t cadre_future_remove_done_callback(struct cadre_future *future,
                                         void (*fn)(struct cadre_future *future, void *arg),
                                         const void *arg)
{
    check(future);
    return cadre__completion_remove_callback(&future->completion, (void (*)(void))fn, arg);
}
