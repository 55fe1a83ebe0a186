/* SPDX-License-Identifier: MIT */
/*
 * lib/async/signal_receiver.c: <cadre/signal.h>: signals for a coroutine that waits for them, and
 * callbacks. Runs on the loop; libevent's handler writes to a pipe of its own, which the loop
 * reads (signal.c).
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cadre/signal.h>

#include "async/coroutine.h"
#include "async/loop.h"
#include "async/signal.h"

enum { MAGIC = 0x5196a1ec };

struct cadre_signal_receiver {
    uint32_t magic;
    size_t n;                       /* signals */
    size_t n_pending;               /* that have come, and nobody has received */
    uint8_t pending[NSIG];          /* the oldest first, each once */
    struct cadre__coroutine *waits; /* or NULL */
    struct cadre__signal signals[];
};

static void on_arrival(int signo, void *arg)
{
    struct cadre_signal_receiver *receiver = arg;

    if (!memchr(receiver->pending, signo, receiver->n_pending))
        receiver->pending[receiver->n_pending++] = (uint8_t)signo;
    if (receiver->waits)
        (void)cadre__coroutine_wake(receiver->waits, 0);
}

int cadre_signal_receiver_open(const int *signals, size_t n, struct cadre_signal_receiver **ret)
{
    struct cadre_signal_receiver *receiver;
    struct cadre__loop *loop = cadre__loop_current();
    int r = 0;

    if (!loop)
        return -EDEADLK;
    if (n == 0 || n >= NSIG)
        return -EINVAL;
    receiver = calloc(1, sizeof(*receiver) + n * sizeof(receiver->signals[0]));
    if (!receiver)
        return -ENOMEM;
    receiver->magic = MAGIC;
    for (size_t i = 0; i < n && r == 0; i++) {
        cadre__signal_init(&receiver->signals[i], loop, signals[i], on_arrival, receiver);
        r = cadre__signal_start(&receiver->signals[i]);
        receiver->n += r == 0;
    }
    if (r < 0) {
        cadre_signal_receiver_free(receiver);
        return r;
    }
    *ret = receiver;
    return 0;
}

int cadre_signal_receive(struct cadre_signal_receiver *receiver)
{
    int signo;
    int r;

    assert(receiver->magic == MAGIC);
    if ((r = cadre__coroutine_check("cadre_signal_receive")) < 0)
        return r;
    if (receiver->waits)
        return -EBUSY;
    while (receiver->n_pending == 0) {
        receiver->waits = cadre__coroutine_current();
        r = cadre__coroutine_suspend("cadre_signal_receive");
        receiver->waits = NULL;
        if (r < 0)
            return r;
    }
    signo = receiver->pending[0];
    memmove(receiver->pending, receiver->pending + 1, --receiver->n_pending);
    return signo;
}

void cadre_signal_receiver_free(struct cadre_signal_receiver *receiver)
{
    if (!receiver)
        return;
    assert(receiver->magic == MAGIC && !receiver->waits);
    for (size_t i = 0; i < receiver->n; i++)
        cadre__signal_stop(&receiver->signals[i]);
    receiver->magic = 0;
    free(receiver);
}

struct handler {
    struct cadre__signal sig;
    void (*fn)(int signo, void *arg);
    void *arg;
};

static _Thread_local struct handler *handlers[NSIG];

static void on_signal(int signo, void *arg)
{
    const struct handler *handler = arg;

    handler->fn(signo, handler->arg);
}

static int add_handler(int signo, struct handler **ret)
{
    struct handler *handler = calloc(1, sizeof(*handler));
    int r;

    if (!handler)
        return -ENOMEM;
    cadre__signal_init(&handler->sig, cadre__loop_current(), signo, on_signal, handler);
    if ((r = cadre__signal_start(&handler->sig)) < 0) {
        free(handler);
        return r;
    }
    *ret = handler;
    return 0;
}

int cadre_signal_handle(int signo, void (*fn)(int signo, void *arg), void *arg)
{
    struct handler **slot;
    int r;

    if (!cadre__loop_current())
        return -EDEADLK;
    if (signo <= 0 || signo >= NSIG)
        return -EINVAL;
    slot = &handlers[signo];
    if (!fn) {
        if (*slot)
            cadre__signal_stop(&(*slot)->sig);
        free(*slot);
        *slot = NULL;
        return 0;
    }
    if (!*slot && (r = add_handler(signo, slot)) < 0)
        return r;
    (*slot)->fn = fn;
    (*slot)->arg = arg;
    return 0;
}
