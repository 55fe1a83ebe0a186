/* SPDX-License-Identifier: MIT */
/*
 * <cadre/sync.h>: coroutines that wait for each other: event, lock, semaphore, condition, barrier,
 * capacity limiter.
 *
 * All belong to one loop and are used on its thread alone; a function in a thread of the pool
 * reaches them by cadre_from_thread(). They order coroutines, not threads: between two calls that
 * may suspend nobody else runs on the loop, so data that is not held across such a call needs no
 * lock at all.
 *
 * Common to all:
 *   fair        Who waits first is served first. What is given back goes straight to the first
 *               waiter; a newcomer never overtakes.
 *   cancel      A wait that was asked to end returns -ECANCELED and has taken nothing. What was
 *               given to it before that is its own: then the call succeeds, and the next one fails.
 *               So no wake-up and no token is ever lost.
 *   no detour   A call that need not wait returns without letting others run; it is a point of
 *               cancellation all the same. A loop of such calls yields now and then (cadre_yield).
 *   no memory   But for the limiter they allocate nothing and need no end: the memory is the
 *               caller's (in a state, a request's arena, a stack) and outlives every wait in it.
 *               Their fields are the runtime's.
 *   time        A wait has no limit of its own: put it in a scope with a deadline
 * (<cadre/scope.h>).
 *
 * Errors common to the calls that may suspend: -ECANCELED, and -EDEADLK off any coroutine, both as
 * in <cadre/task.h>. What says "never suspends" may be called on the loop, coroutine or not.
 */
#ifndef CADRE_SYNC_H
#define CADRE_SYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

CADRE_BEGIN_DECLS

struct cadre__coroutine;
struct cadre__waiter;

/* Coroutines that wait, the first come first; part of what follows. All zeros is empty. */
struct cadre_waiters {
    struct cadre__waiter *first_; /* the runtime's */
    struct cadre__waiter *last_;  /* the runtime's */
};

#define CADRE_WAITERS_INIT                                                                         \
    {                                                                                              \
        NULL, NULL                                                                                 \
    }

/*
 * An event: something that has happened, or not yet. Coroutines wait until it is set.
 */
struct cadre_event {
    struct cadre_waiters waiters_; /* the runtime's */
    bool set_;                     /* the runtime's */
};

/* A static one, not set. All zeros is the same. */
#define CADRE_EVENT_INIT                                                                           \
    {                                                                                              \
        CADRE_WAITERS_INIT, false                                                                  \
    }

/* Makes an event that is not set. Never suspends. */
CADRE_API void cadre_event_init(struct cadre_event *event);

/*
 * Sets it: all who wait go on, and who comes later does not wait, until it is cleared. Setting it
 * again changes nothing. Those who waited go on even if it is cleared right after. Never suspends.
 */
CADRE_API void cadre_event_set(struct cadre_event *event);

/* Has it not set again: who comes now waits. Never suspends. */
CADRE_API void cadre_event_clear(struct cadre_event *event);

/* Is it set? Never suspends. */
CADRE_API bool cadre_event_is_set(const struct cadre_event *event);

/* Waits until it is set; not at all when it is. May suspend. Returns 0. */
CADRE_API CADRE_MUST_CHECK int cadre_event_wait(struct cadre_event *event);

/*
 * A lock: one coroutine at a time holds it, across calls that suspend. It is not re-entrant.
 */
struct cadre_lock {
    struct cadre_waiters waiters_;   /* the runtime's */
    struct cadre__coroutine *owner_; /* the runtime's */
};

/* A static one, free. All zeros is the same. */
#define CADRE_LOCK_INIT                                                                            \
    {                                                                                              \
        CADRE_WAITERS_INIT, NULL                                                                   \
    }

/* Makes a lock that is free. Never suspends. */
CADRE_API void cadre_lock_init(struct cadre_lock *lock);

/*
 * Takes it, when those that came before have had it. May suspend. Returns 0; -EDEADLK where the
 * caller holds it already.
 */
CADRE_API CADRE_MUST_CHECK int cadre_lock_acquire(struct cadre_lock *lock);

/* Takes it if it is free. Never suspends. Returns 0; -EAGAIN where another coroutine holds it;
 * -EDEADLK where the caller does, or is no coroutine. */
CADRE_API CADRE_MUST_CHECK int cadre_lock_acquire_nowait(struct cadre_lock *lock);

/*
 * Gives it to the first who waits, or back. Never suspends. Returns 0; -EPERM where the calling
 * coroutine does not hold it.
 */
CADRE_API int cadre_lock_release(struct cadre_lock *lock);

/* Does any coroutine hold it? Never suspends. */
CADRE_API bool cadre_lock_is_held(const struct cadre_lock *lock);

/*
 * A semaphore: a number of tokens. Anybody may give one back, or in, who has taken none; a bounded
 * one refuses more than its bound.
 */
struct cadre_semaphore {
    struct cadre_waiters waiters_; /* the runtime's */
    int value_;                    /* the runtime's */
    int max_;                      /* the runtime's */
};

/* A static one of VALUE tokens, 0 or more, without a bound. */
#define CADRE_SEMAPHORE_INIT(value)                                                                \
    {                                                                                              \
        CADRE_WAITERS_INIT, (value), INT32_MAX                                                     \
    }

/* A static one of VALUE tokens that never holds more than MAX. */
#define CADRE_SEMAPHORE_INIT_BOUNDED(value, max)                                                   \
    {                                                                                              \
        CADRE_WAITERS_INIT, (value), (max)                                                         \
    }

/* Makes a semaphore of `value` tokens. Never suspends. Returns 0; -EINVAL where it is negative. */
CADRE_API CADRE_MUST_CHECK int cadre_semaphore_init(struct cadre_semaphore *semaphore, int value);

/*
 * Makes one that never holds more than `max` tokens, so that one given back twice is found out.
 * Never suspends. Returns 0; -EINVAL where `value` is negative or above `max`.
 */
CADRE_API CADRE_MUST_CHECK int cadre_semaphore_init_bounded(struct cadre_semaphore *semaphore,
                                                            int value, int max);

/* Takes a token, when those that came before have had theirs. May suspend. Returns 0. */
CADRE_API CADRE_MUST_CHECK int cadre_semaphore_acquire(struct cadre_semaphore *semaphore);

/* Takes a token if there is one. Never suspends. Returns 0, or -EAGAIN. */
CADRE_API CADRE_MUST_CHECK int cadre_semaphore_acquire_nowait(struct cadre_semaphore *semaphore);

/* Gives a token to the first who waits, or in. Never suspends. Returns 0; -EOVERFLOW where there
 * would be more than the bound; then nothing has changed. */
CADRE_API int cadre_semaphore_release(struct cadre_semaphore *semaphore);

/* How many tokens are there? Never suspends. */
CADRE_API int cadre_semaphore_value(const struct cadre_semaphore *semaphore);

/*
 * A condition: coroutines that hold a lock wait until another says that what the lock guards has
 * changed.
 */
struct cadre_condition {
    struct cadre_waiters waiters_; /* the runtime's */
    struct cadre_lock *lock_;      /* the runtime's */
};

/* A static one with the lock at LOCK. */
#define CADRE_CONDITION_INIT(lock)                                                                 \
    {                                                                                              \
        CADRE_WAITERS_INIT, (lock)                                                                 \
    }

/* Makes a condition with a lock, which is borrowed and may have several. Never suspends. */
CADRE_API void cadre_condition_init(struct cadre_condition *condition, struct cadre_lock *lock);

/*
 * Gives the lock back, waits to be notified, takes the lock again; the caller holds it whatever
 * comes back, -ECANCELED too (that last step cannot be cancelled, only the waiting). May suspend.
 * Returns 0; -EPERM where the caller does not hold the lock.
 */
CADRE_API CADRE_MUST_CHECK int cadre_condition_wait(struct cadre_condition *condition);

/*
 * Waits like that until predicate(arg) holds, which it looks at with the lock held: not at all
 * when it holds already. The predicate never suspends. May suspend. Returns 0; -EPERM where the
 * caller does not hold the lock.
 */
CADRE_API CADRE_MUST_CHECK int cadre_condition_wait_for(struct cadre_condition *condition,
                                                        bool (*predicate)(void *arg), void *arg);

/* Has the first `n` who wait go on, each when it gets the lock. Never suspends. Returns 0; -EPERM
 * where the caller does not hold the lock. */
CADRE_API int cadre_condition_notify(struct cadre_condition *condition, size_t n);

/* The same for all who wait. */
CADRE_API int cadre_condition_notify_all(struct cadre_condition *condition);

/*
 * A barrier: so many coroutines wait until all of them are there, again and again.
 */
struct cadre_barrier {
    struct cadre_waiters waiters_; /* the runtime's */
    unsigned parties_;             /* the runtime's */
    bool broken_;                  /* the runtime's */
};

/* Makes a barrier for `parties` coroutines. Never suspends. Returns 0; -EINVAL where that is 0 or
 * above INT32_MAX. */
CADRE_API CADRE_MUST_CHECK int cadre_barrier_init(struct cadre_barrier *barrier, unsigned parties);

/*
 * Waits until as many are there as it is for; then all go on, and it is ready for the next round.
 * Who is cancelled while waiting has not come. May suspend. Returns a number of its own to each of
 * a round, 0 to the first that came; -EPIPE where the barrier is broken, or breaks meanwhile.
 */
CADRE_API CADRE_MUST_CHECK int cadre_barrier_wait(struct cadre_barrier *barrier);

/* Breaks it: all who wait, and who comes until it is reset, get -EPIPE. Never suspends. */
CADRE_API void cadre_barrier_abort(struct cadre_barrier *barrier);

/* Makes it whole and empty: those who wait get -EPIPE. Never suspends. */
CADRE_API void cadre_barrier_reset(struct cadre_barrier *barrier);

/* How many wait? Never suspends. */
CADRE_API unsigned cadre_barrier_waiting(const struct cadre_barrier *barrier);

/* Is it broken? Never suspends. */
CADRE_API bool cadre_barrier_is_broken(const struct cadre_barrier *barrier);

/*
 * A capacity limiter: so many tokens, each lent to a borrower that it knows, whose number may be
 * changed at any time. cadre_to_thread_limited() bounds blocking work by it.
 */
struct cadre_limiter;

/* As many tokens as there are borrowers. */
#define CADRE_LIMITER_INFINITE INT64_MAX

struct cadre_limiter_statistics {
    int64_t total_tokens;    /* it may lend */
    int64_t borrowed_tokens; /* it has lent; above the total for a while after that was lowered */
    size_t tasks_waiting;    /* borrowers in the queue */
    uint64_t lent;           /* tokens ever lent */
};

/*
 * Makes a limiter of `total_tokens`, at least 0; 0 lends nothing until that is raised. It is the
 * caller's, who frees it. Never suspends. Errors: -EINVAL (a negative number), -ENOMEM.
 */
CADRE_API CADRE_MUST_CHECK int cadre_limiter_new(int64_t total_tokens, struct cadre_limiter **ret);

/*
 * Gives up the caller's part in it. Nobody waits in it or uses it after that; what threads have
 * still borrowed for abandoned work comes back by itself, and then its memory goes. NULL is taken.
 * Never suspends.
 */
CADRE_API void cadre_limiter_free(struct cadre_limiter *limiter);

/*
 * Borrows a token for the calling coroutine, when those that came before have had theirs. May
 * suspend. Returns 0; -EALREADY where it has borrowed one, -ENOMEM.
 */
CADRE_API CADRE_MUST_CHECK int cadre_limiter_acquire(struct cadre_limiter *limiter);

/* The same for a borrower of the caller's choice: any address but NULL (-EINVAL), never looked
 * into. It may have one token, or one place in the queue; else -EALREADY. May suspend. */
CADRE_API CADRE_MUST_CHECK int cadre_limiter_acquire_for(struct cadre_limiter *limiter,
                                                         const void *borrower);

/* Borrows a token for the calling coroutine if one is free. Never suspends. Returns 0; -EAGAIN,
 * -EALREADY, -ENOMEM; -EDEADLK off any coroutine. */
CADRE_API CADRE_MUST_CHECK int cadre_limiter_acquire_nowait(struct cadre_limiter *limiter);

/* The same for a borrower of the caller's choice. */
CADRE_API CADRE_MUST_CHECK int cadre_limiter_acquire_nowait_for(struct cadre_limiter *limiter,
                                                                const void *borrower);

/* Gives the calling coroutine's token back, or to the first who waits. Never suspends. Returns 0;
 * -EPERM where it has borrowed none. */
CADRE_API int cadre_limiter_release(struct cadre_limiter *limiter);

/* The same for a borrower of the caller's choice. */
CADRE_API int cadre_limiter_release_for(struct cadre_limiter *limiter, const void *borrower);

/*
 * Changes how many there are. More: those who wait are served at once. Fewer: none is taken away;
 * what comes back is not lent again until it fits. Never suspends. Returns 0; -EINVAL where
 * negative.
 */
CADRE_API CADRE_MUST_CHECK int cadre_limiter_set_total_tokens(struct cadre_limiter *limiter,
                                                              int64_t total_tokens);

/* Tells what it has lent, and to how many it will. Never suspends. */
CADRE_API void cadre_limiter_get_statistics(const struct cadre_limiter *limiter,
                                            struct cadre_limiter_statistics *ret);

/* Has this borrower a token? Never suspends. */
CADRE_API bool cadre_limiter_has_lent(const struct cadre_limiter *limiter, const void *borrower);

CADRE_END_DECLS

#endif
