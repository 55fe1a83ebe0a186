/* SPDX-License-Identifier: MIT */
/*
 * lib/async/scope.c: cancel scopes. See <cadre/scope.h> for the promises, scope.h for the tree.
 *
 * Two kinds of cancel meet here. A scope's is a level: `cancelled` of the scope, and of each
 * coroutine inside `in_cancelled_scope`, holds until the scope is left. A request to a task is an
 * edge: it is counted, and pending until one call has reported it (coroutine.c). A scope that ends
 * with -ECANCELED takes it away only where it was cancelled itself, nothing around it is, and the
 * count of requests has not grown since it began.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include <cadre/loop.h>
#include <cadre/scope.h>

#include "async/coroutine_internal.h"
#include "async/loop_internal.h"
#include "async/scope.h"
#include "base/log.h"

#define MAGIC 0x5c09e5c0

_Static_assert(sizeof(struct cadre__scope) <= sizeof(struct cadre_scope), "a scope fits");
_Static_assert(_Alignof(struct cadre__scope) <= _Alignof(struct cadre_scope), "and lies right");

static struct cadre__scope *inner(struct cadre_scope *scope)
{
    struct cadre__scope *s = (struct cadre__scope *)(void *)scope;

    assert(s->magic == MAGIC);
    return s;
}

static const struct cadre__scope *inner_const(const struct cadre_scope *scope)
{
    const struct cadre__scope *s = (const struct cadre__scope *)(const void *)scope;

    assert(s->magic == MAGIC);
    return s;
}

/* --- the tree --- */

static void set_cancelled(struct cadre__coroutine *co, bool cancelled)
{
    if (cancelled && !co->in_cancelled_scope)
        co->scope_reported = false;
    co->in_cancelled_scope = cancelled;
}

/* Looks at one scope anew; returns whether those inside are to be looked at too. */
static bool refresh(struct cadre__scope *scope)
{
    bool outer = scope->parent && scope->parent->cancelled;
    bool cancelled = scope->cancel_called || (outer && !scope->shield);

    if (cancelled == scope->cancelled)
        return false;
    scope->cancelled = cancelled;
    CADRE__LIST_FOREACH(link, &scope->members)
    {
        struct cadre__coroutine *co =
            CADRE__CONTAINER_OF(link, struct cadre__coroutine, scope_link);

        set_cancelled(co, cancelled);
        if (cancelled)
            cadre__coroutine_interrupt(co);
    }
    return true;
}

/* The scope behind `scope` in a walk over all inside `top`, not counting what is inside `scope`. */
static struct cadre__scope *next_outside(const struct cadre__scope *scope,
                                         const struct cadre__scope *top)
{
    while (scope != top) {
        if (scope->link.next != &scope->parent->scopes)
            return CADRE__CONTAINER_OF(scope->link.next, struct cadre__scope, link);
        scope = scope->parent;
    }
    return NULL;
}

/* Looks at `top` and all inside it anew. No recursion: the tree may be deep, this stack is not. */
static void refresh_all(struct cadre__scope *top)
{
    struct cadre__scope *scope = top;

    while (scope) {
        struct cadre__list *first = refresh(scope) ? cadre__list_first(&scope->scopes) : NULL;

        scope = first ? CADRE__CONTAINER_OF(first, struct cadre__scope, link)
                      : next_outside(scope, top);
    }
}

static void put_into(struct cadre__coroutine *co, struct cadre__scope *scope)
{
    cadre__list_remove(&co->scope_link);
    co->scope = scope;
    set_cancelled(co, scope && scope->cancelled);
    if (scope)
        cadre__list_push_back(&scope->members, &co->scope_link);
}

void cadre__scope_join(struct cadre__scope *scope, struct cadre__coroutine *co)
{
    put_into(co, scope);
}

void cadre__scope_leave_all(struct cadre__coroutine *co)
{
    if (co->scope)
        put_into(co, NULL);
}

/* Makes a request to the task of the cancel of a scope that it has outlived; whether a call has
 * failed for it already counts. */
static void cancel_instead(struct cadre__coroutine *co)
{
    if (co->scope_reported)
        co->cancels++;
    else
        cadre__coroutine_cancel(co);
}

/* What outlives the scope goes to the one around it, and does not escape its cancel. */
static void hand_over(struct cadre__scope *scope)
{
    struct cadre__scope *parent = scope->parent;

    while (!cadre__list_is_empty(&scope->members)) {
        struct cadre__coroutine *co = CADRE__CONTAINER_OF(cadre__list_first(&scope->members),
                                                          struct cadre__coroutine, scope_link);

        put_into(co, parent);
        if (scope->cancelled && !co->in_cancelled_scope)
            cancel_instead(co);
        else if (co->in_cancelled_scope && !scope->cancelled)
            cadre__coroutine_interrupt(co);
    }
    while (!cadre__list_is_empty(&scope->scopes)) {
        struct cadre__scope *child =
            CADRE__CONTAINER_OF(cadre__list_first(&scope->scopes), struct cadre__scope, link);
        bool was_cancelled = child->cancelled;

        cadre__list_remove(&child->link);
        child->parent = parent;
        if (parent)
            cadre__list_push_back(&parent->scopes, &child->link);
        refresh_all(child);
        if (was_cancelled && !child->cancelled)
            cancel_instead(child->co);
    }
}

/* --- its life --- */

static void on_deadline(struct cadre__timer *timer)
{
    struct cadre__scope *scope = CADRE__CONTAINER_OF(timer, struct cadre__scope, timer);

    scope->expired = true;
    cadre__scope_cancel(scope);
}

void cadre__scope_begin(struct cadre__scope *scope, struct cadre__coroutine *co)
{
    scope->magic = MAGIC;
    scope->fails = false;
    scope->cancel_called = false;
    scope->expired = false;
    scope->caught = false;
    scope->shield = false;
    scope->cancelled = false;
    scope->cancels = 0;
    scope->co = co;
    scope->parent = NULL;
    cadre__list_init(&scope->link);
    cadre__list_init(&scope->scopes);
    cadre__list_init(&scope->members);
    cadre__timer_init(&scope->timer, on_deadline);
    scope->deadline_ns = CADRE__NEVER;
    if (!co)
        return;
    scope->parent = co->scope;
    /* A request that no call has reported is one from outside, whenever it came. */
    scope->cancels = co->cancels - (co->cancel_pending && co->cancels > 0);
    if (scope->parent) {
        cadre__list_push_back(&scope->parent->scopes, &scope->link);
        scope->cancelled = scope->parent->cancelled;
    }
    put_into(co, scope);
    co->scopes_open++;
}

static void set_deadline(struct cadre__scope *scope, uint64_t deadline_ns)
{
    struct cadre__loop *loop;

    scope->deadline_ns = deadline_ns;
    if (!scope->co || scope->cancel_called)
        return;
    loop = scope->co->loop;
    if (deadline_ns == CADRE__NEVER) {
        cadre__timer_stop(&loop->timers, &scope->timer);
    } else if (deadline_ns <= loop->now_ns) {
        cadre__timer_stop(&loop->timers, &scope->timer);
        scope->expired = true;
        cadre__scope_cancel(scope);
    } else {
        cadre__timer_start(&loop->timers, &scope->timer, deadline_ns);
    }
}

static uint64_t after(const struct cadre__scope *scope, uint64_t ms)
{
    uint64_t now;

    if (ms == CADRE_FOREVER || !scope->co)
        return CADRE__NEVER;
    if (ms == 0)
        return 0;
    now = cadre__loop_clock_about(scope->co->loop);
    return ms > UINT64_MAX / CADRE__NSEC_PER_MSEC ? CADRE__NEVER
                                                  : cadre__deadline(now, ms * CADRE__NSEC_PER_MSEC);
}

static struct cadre__scope *begin(struct cadre_scope *scope, const char *call)
{
    struct cadre__scope *s = (struct cadre__scope *)(void *)scope;
    struct cadre__coroutine *co = cadre__coroutine_here();

    if (!co)
        cadre__log(CADRE_LOG_ERROR, "%s() was called outside any coroutine, where it does nothing",
                   call);
    cadre__scope_begin(s, co);
    return s;
}

void cadre__scope_cancel(struct cadre__scope *scope)
{
    if (!scope->co || scope->cancel_called)
        return;
    scope->cancel_called = true;
    cadre__timer_stop(&scope->co->loop->timers, &scope->timer);
    refresh_all(scope);
}

bool cadre__scope_is_cancelled_from_outside(const struct cadre__scope *scope)
{
    const struct cadre__coroutine *co = scope->co;

    if (co->doomed)
        return true;
    /* A request that came while a shield is up waits for its end. */
    if (co->shields == 0 && co->cancels > scope->cancels)
        return true;
    return !scope->shield && scope->parent && scope->parent->cancelled;
}

/* Leaves a scope that is its coroutine's innermost. */
static void leave(struct cadre__scope *scope)
{
    struct cadre__coroutine *co = scope->co;

    if (cadre__timer_is_armed(&scope->timer))
        cadre__timer_stop(&co->loop->timers, &scope->timer);
    put_into(co, scope->parent);
    if (!cadre__list_is_empty(&scope->members) || !cadre__list_is_empty(&scope->scopes))
        hand_over(scope);
    cadre__list_remove(&scope->link);
    if (scope->shield)
        cadre__coroutine_lower_shield(co);
    co->scopes_open--;
    scope->co = NULL;
}

int cadre__scope_end(struct cadre__scope *scope, int result)
{
    struct cadre__coroutine *co = scope->co;
    bool from_outside;

    if (!co)
        return result;
    if (co != cadre__coroutine_here() || co->scope != scope) {
        cadre__log(
            CADRE_LOG_CRITICAL,
            "\"%s\" ends a cancel scope that is not its innermost: each is ended by who began "
            "it, before the one around it",
            co->name);
        abort();
    }
    from_outside = cadre__scope_is_cancelled_from_outside(scope);
    leave(scope);
    if (result != -ECANCELED || !scope->cancel_called)
        return result;
    if (from_outside) {
        /* The request is reported by this. */
        (void)cadre__coroutine_take_cancel(co);
        return result;
    }
    scope->caught = true;
    return scope->expired && scope->fails ? -ETIMEDOUT : 0;
}

/* --- the public calls --- */

void cadre_scope_begin(struct cadre_scope *scope)
{
    (void)begin(scope, "cadre_scope_begin");
}

void cadre_fail_after(struct cadre_scope *scope, uint64_t ms)
{
    struct cadre__scope *s = begin(scope, "cadre_fail_after");

    s->fails = true;
    set_deadline(s, after(s, ms));
}

void cadre_fail_at(struct cadre_scope *scope, uint64_t deadline_ns)
{
    struct cadre__scope *s = begin(scope, "cadre_fail_at");

    s->fails = true;
    set_deadline(s, deadline_ns);
}

void cadre_move_on_after(struct cadre_scope *scope, uint64_t ms)
{
    struct cadre__scope *s = begin(scope, "cadre_move_on_after");

    set_deadline(s, after(s, ms));
}

void cadre_move_on_at(struct cadre_scope *scope, uint64_t deadline_ns)
{
    set_deadline(begin(scope, "cadre_move_on_at"), deadline_ns);
}

int cadre_scope_end(struct cadre_scope *scope, int result)
{
    return cadre__scope_end(inner(scope), result);
}

void cadre_scope_cancel(struct cadre_scope *scope)
{
    cadre__scope_cancel(inner(scope));
}

void cadre_scope_set_shield(struct cadre_scope *scope, bool shield)
{
    struct cadre__scope *s = inner(scope);

    if (!s->co || s->shield == shield)
        return;
    s->shield = shield;
    if (shield)
        s->co->shields++;
    else
        cadre__coroutine_lower_shield(s->co);
    refresh_all(s);
}

bool cadre_scope_shield(const struct cadre_scope *scope)
{
    return inner_const(scope)->shield;
}

void cadre_scope_reschedule(struct cadre_scope *scope, uint64_t ms)
{
    struct cadre__scope *s = inner(scope);

    set_deadline(s, after(s, ms));
}

void cadre_scope_set_deadline(struct cadre_scope *scope, uint64_t deadline_ns)
{
    set_deadline(inner(scope), deadline_ns);
}

uint64_t cadre_scope_deadline(const struct cadre_scope *scope)
{
    return inner_const(scope)->deadline_ns;
}

bool cadre_scope_cancel_called(const struct cadre_scope *scope)
{
    return inner_const(scope)->cancel_called;
}

bool cadre_scope_cancelled_caught(const struct cadre_scope *scope)
{
    return inner_const(scope)->caught;
}

bool cadre_scope_expired(const struct cadre_scope *scope)
{
    return inner_const(scope)->expired;
}

uint64_t cadre_current_deadline(void)
{
    const struct cadre__coroutine *co = cadre__coroutine_here();
    uint64_t nearest = CADRE_NO_DEADLINE;

    for (const struct cadre__scope *s = co ? co->scope : NULL; s; s = s->parent) {
        if (s->cancel_called)
            return 0;
        if (s->deadline_ns < nearest)
            nearest = s->deadline_ns;
        if (s->shield)
            break;
    }
    return nearest;
}

int cadre_timeout_call(uint64_t ms, int (*fn)(void *arg), void *arg)
{
    struct cadre_scope scope;

    cadre_fail_after(&scope, ms);
    return cadre_scope_end(&scope, fn(arg));
}
