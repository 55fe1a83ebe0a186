/* SPDX-License-Identifier: MIT */
/*
 * lib/async/scope.h: the inside of a cancel scope, for the files of lib/async. See
 * <cadre/scope.h> for what it promises.
 *
 * Scopes form a tree over all coroutines of a loop: the parent of a scope is the innermost one
 * around its beginning, and that of a spawned task's first scope is the innermost one around the
 * spawn. Each scope knows the coroutines that it is the innermost one of. So a cancel walks down
 * the tree and tells each coroutine inside; whether a call may suspend is then one flag of its own.
 */
#ifndef CADRE_ASYNC_SCOPE_H
#define CADRE_ASYNC_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/timer.h"

struct cadre__coroutine;
struct cadre_scope;

struct cadre__scope {
    uint32_t magic;
    bool fails : 1;              /* its deadline makes its end return -ETIMEDOUT */
    bool cancel_called : 1;      /* by a call or by the deadline */
    bool expired : 1;            /* by the deadline */
    bool caught : 1;             /* the end took the -ECANCELED away */
    bool shield : 1;             /* keeps cancels from outside out */
    bool cancelled : 1;          /* calls inside fail: its own cancel, or one from outside */
    unsigned cancels;            /* reported requests to end of the coroutine, when it began */
    struct cadre__coroutine *co; /* who began it; NULL: ended, or begun off any coroutine */
    struct cadre__scope *parent; /* the one around it, or NULL */
    struct cadre__list link;     /* in parent->scopes, where there is a parent */
    struct cadre__list scopes;   /* those right inside it */
    struct cadre__list members;  /* coroutines whose innermost scope it is */
    struct cadre__timer timer;   /* its deadline */
    uint64_t deadline_ns;        /* CADRE__NEVER: none */
} __attribute__((__may_alias__));

/* As the public calls, on the inner struct. */
void cadre__scope_begin(struct cadre__scope *scope, struct cadre__coroutine *co);
int cadre__scope_end(struct cadre__scope *scope, int result);
void cadre__scope_cancel(struct cadre__scope *scope);

/* Puts a coroutine that has no scope yet into `scope`, which may be NULL. */
void cadre__scope_join(struct cadre__scope *scope, struct cadre__coroutine *co);

/* Takes a coroutine that ends out of whatever it was put into. */
void cadre__scope_leave_all(struct cadre__coroutine *co);

/* Was `co` asked to end from outside of `scope`, its innermost: by a request, or a scope around? */
bool cadre__scope_is_cancelled_from_outside(const struct cadre__scope *scope);

#endif
