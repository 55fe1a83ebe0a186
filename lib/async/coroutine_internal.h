/* SPDX-License-Identifier: MIT */
/*
 * lib/async/coroutine_internal.h: the inside of a coroutine, for the files of lib/async alone.
 * The struct lies at the top of the coroutine's own stack; the loop has one more, its root, for
 * the stack of the thread.
 */
#ifndef CADRE_ASYNC_COROUTINE_INTERNAL_H
#define CADRE_ASYNC_COROUTINE_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "async/context.h"
#include "async/coroutine.h"
#include "async/loop.h"
#include "async/sanitizer.h"
#include "async/stack.h"

struct cadre__coroutine {
    /* each switch */
    struct cadre__context context;    /* where it goes on; not while it has the processor */
    struct cadre__coroutine *resumer; /* who goes on when it suspends or ends */
    struct cadre__loop *loop;         /* its loop */
    int result;                       /* what its suspend returns */
    uint8_t state;                    /* enum cadre__coroutine_state */
    bool ended;                       /* its function has returned */
    bool shielded;                    /* suspended, and a cancel does not wake it */
    bool cancel_pending;              /* a request to end that no call has reported */
    unsigned cancels;                 /* requests to end */
    const char *where;                /* the call it is suspended in, or NULL */
    uint64_t since_ns;                /* the loop's time when it suspended */

    /* when woken */
    struct cadre__job wake;

    /* set once, but for the name and the data */
    void (*fn)(void *arg);
    void *arg;
    const char *name;
    void *data;
    struct cadre__stack *stack;

    struct cadre__sanitizer sanitizer;
};

/* Makes the root of a loop: the flow of control that its thread began with. */
void cadre__coroutine_init_root(struct cadre__coroutine *root, struct cadre__loop *loop);

/* Cancels all live coroutines of the loop. */
void cadre__coroutine_cancel_all(struct cadre__loop *loop);

#endif
