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
#include "async/owner.h"
#include "async/sanitizer.h"
#include "async/stack.h"
#include "base/arena.h"
#include "base/list.h"

struct cadre__local_value;
struct cadre__scope;
struct cadre_task;

struct cadre__coroutine {
    /* each switch */
    struct cadre__context context;    /* where it goes on; not while it has the processor */
    struct cadre__coroutine *resumer; /* who goes on when it suspends or ends */

    /* all 0 when it begins: one piece, from here to `loop` */
    int result;                        /* what its suspend returns */
    uint8_t state;                     /* enum cadre__coroutine_state */
    bool ended;                        /* its function has returned */
    bool shielded;                     /* suspended, and a cancel does not wake it */
    bool cancel_pending;               /* a request to end that no call has reported */
    bool in_cancelled_scope;           /* every call that may suspend fails */
    bool scope_reported;               /* ... and one has, since that is so */
    bool by_request;                   /* the last -ECANCELED was for a request, not for a scope */
    bool doomed;                       /* it had its time to end in: every call fails */
    bool has_arena;                    /* `arena` is in use */
    unsigned cancels;                  /* requests to end */
    unsigned shields;                  /* shielded scopes of its own that are open */
    unsigned failures;                 /* calls that failed for a scope, to let others run */
    unsigned scopes_open;              /* begun by it, and not ended */
    const char *where;                 /* the call it is suspended in, or NULL */
    uint64_t since_ns;                 /* the loop's time when it suspended */
    struct cadre__job wake;            /* when woken */
    struct cadre__scope *scope;        /* the innermost it is in, or NULL; scope.c */
    struct cadre_task *task;           /* NULL where it was not spawned; task.c */
    struct cadre__local_value *locals; /* task-local values; local.c */
    const char *handler;               /* that it runs or was spawned for; NULL: none */
    void *data;

    /* what it is in, and what is its own */
    struct cadre__loop *loop;      /* its loop */
    uint64_t born_ns;              /* the loop's time when it was started */
    struct cadre__list scope_link; /* in that scope's list */
    struct cadre__owner *owner;    /* of what it spawns now; owner.c */
    struct cadre__owner own;       /* the outermost of these */
    struct cadre__arena arena;     /* of cadre_task_alloc(), in use where has_arena */

    /* set once, but for the name */
    void (*fn)(void *arg);
    void *arg;
    const char *name;
    struct cadre__stack *stack;

    struct cadre__sanitizer sanitizer;
};

/* Makes the root of a loop: the flow of control that its thread began with. */
void cadre__coroutine_init_root(struct cadre__coroutine *root, struct cadre__loop *loop);

/* Cancels all live coroutines of the loop. */
void cadre__coroutine_cancel_all(struct cadre__loop *loop);

/* Frees what the live coroutines of a loop have of their own, before their stacks go. */
void cadre__coroutine_abandon_all(struct cadre__loop *loop);

/*
 * Has the current call of `co` fail since a scope around it was cancelled; every later one does by
 * `in_cancelled_scope`. A call that was woken already, or that is shielded, is left alone.
 */
void cadre__coroutine_interrupt(struct cadre__coroutine *co);

/* Its shields are one fewer: where none is left a request that waited fails its current call. */
void cadre__coroutine_lower_shield(struct cadre__coroutine *co);

/*
 * From now on every call of `co` that may suspend fails, shields or not: for one that had its time
 * to end in.
 */
void cadre__coroutine_doom(struct cadre__coroutine *co);

#endif
