/* SPDX-License-Identifier: MIT */
/*
 * lib/async/limiter.c: cadre_limiter of <cadre/sync.h>: tokens, who has them, who waits for them.
 *
 * Borrowers and those who wait are in one hash table by address, with linear probing: nobody is in
 * it twice. A place in it is taken before the wait, so that a token can be handed over at a moment
 * when there is no memory. There are free tokens only while nobody waits. Runs on the loop.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include <cadre/sync.h>

#include "async/coroutine.h"
#include "async/limiter.h"
#include "async/waiters.h"

enum { ROOM_MIN = 16 };

struct entry {
    const void *borrower; /* NULL: a free place */
    bool has_token;       /* else it waits */
};

struct cadre_limiter {
    unsigned refs;
    int64_t total;
    int64_t borrowed;
    uint64_t lent;
    struct cadre_waiters waiters; /* key: the borrower */
    struct entry *entries;
    size_t room;  /* entries there are, a power of 2, or 0 */
    size_t count; /* of these, in use; at most half */
};

int cadre_limiter_new(int64_t total_tokens, struct cadre_limiter **ret)
{
    struct cadre_limiter *limiter;

    if (total_tokens < 0)
        return -EINVAL;
    limiter = calloc(1, sizeof(*limiter));
    if (!limiter)
        return -ENOMEM;
    limiter->refs = 1;
    limiter->total = total_tokens;
    *ret = limiter;
    return 0;
}

void cadre__limiter_ref(struct cadre_limiter *limiter)
{
    limiter->refs++;
}

void cadre_limiter_free(struct cadre_limiter *limiter)
{
    if (!limiter || --limiter->refs > 0)
        return;
    free(limiter->entries);
    free(limiter);
}

/* Where its entry would be if nothing were in the way. */
static size_t home_of(const struct cadre_limiter *limiter, const void *borrower)
{
    uint64_t hash = (uint64_t)(uintptr_t)borrower * UINT64_C(0x9e3779b97f4a7c15);

    return (size_t)(hash >> 32) & (limiter->room - 1);
}

/* Its entry, or the free place for one; there is some room. */
static struct entry *place_of(const struct cadre_limiter *limiter, const void *borrower)
{
    size_t i = home_of(limiter, borrower);

    while (limiter->entries[i].borrower && limiter->entries[i].borrower != borrower)
        i = (i + 1) & (limiter->room - 1);
    return &limiter->entries[i];
}

static struct entry *find(const struct cadre_limiter *limiter, const void *borrower)
{
    struct entry *entry = limiter->room > 0 ? place_of(limiter, borrower) : NULL;

    return entry && entry->borrower ? entry : NULL;
}

static int make_room(struct cadre_limiter *limiter)
{
    size_t old_room = limiter->room;
    struct entry *old = limiter->entries;
    struct entry *entries;

    if (limiter->count < old_room / 2)
        return 0;
    entries = calloc(old_room ? 2 * old_room : ROOM_MIN, sizeof(*entries));
    if (!entries)
        return -ENOMEM;
    limiter->entries = entries;
    limiter->room = old_room ? 2 * old_room : ROOM_MIN;
    for (size_t i = 0; i < old_room; i++)
        if (old[i].borrower)
            *place_of(limiter, old[i].borrower) = old[i];
    free(old);
    return 0;
}

/* Enters a borrower that is to have a token, or to wait for one. */
static int enter(struct cadre_limiter *limiter, const void *borrower, bool has_token)
{
    int r = make_room(limiter);

    if (r < 0)
        return r;
    *place_of(limiter, borrower) = (struct entry){borrower, has_token};
    limiter->count++;
    return 0;
}

/* Takes an entry out; those behind it that it was in the way of move up. */
static void strike(struct cadre_limiter *limiter, struct entry *entry)
{
    size_t mask = limiter->room - 1;
    size_t hole = (size_t)(entry - limiter->entries);

    for (size_t i = (hole + 1) & mask; limiter->entries[i].borrower; i = (i + 1) & mask) {
        size_t home = home_of(limiter, limiter->entries[i].borrower);

        if (((i - home) & mask) < ((i - hole) & mask))
            continue;
        limiter->entries[hole] = limiter->entries[i];
        hole = i;
    }
    limiter->entries[hole] = (struct entry){0};
    limiter->count--;
}

static int borrow_now(struct cadre_limiter *limiter, const void *borrower)
{
    int r;

    if (!borrower)
        return -EINVAL;
    if (find(limiter, borrower))
        return -EALREADY;
    if (limiter->borrowed >= limiter->total)
        return -EAGAIN;
    if ((r = enter(limiter, borrower, true)) < 0)
        return r;
    limiter->borrowed++;
    limiter->lent++;
    return 0;
}

/* Lends what is free to those who wait. */
static void serve(struct cadre_limiter *limiter)
{
    const struct cadre__waiter *waiter;

    while (limiter->borrowed < limiter->total &&
           (waiter = cadre__waiters_give(&limiter->waiters, 0))) {
        find(limiter, waiter->key)->has_token = true;
        limiter->borrowed++;
        limiter->lent++;
    }
}

int cadre__limiter_acquire(struct cadre_limiter *limiter, const void *borrower, const char *call)
{
    int r = cadre__coroutine_check(call);

    if (r < 0 || (r = borrow_now(limiter, borrower)) != -EAGAIN)
        return r;
    if ((r = enter(limiter, borrower, false)) < 0)
        return r;
    r = cadre__waiters_wait(&limiter->waiters, borrower, NULL, call);
    if (r < 0)
        strike(limiter, find(limiter, borrower));
    return r;
}

int cadre_limiter_acquire_for(struct cadre_limiter *limiter, const void *borrower)
{
    return cadre__limiter_acquire(limiter, borrower, "cadre_limiter_acquire_for");
}

int cadre_limiter_acquire(struct cadre_limiter *limiter)
{
    return cadre__limiter_acquire(limiter, cadre__coroutine_current(), "cadre_limiter_acquire");
}

int cadre_limiter_acquire_nowait_for(struct cadre_limiter *limiter, const void *borrower)
{
    return borrow_now(limiter, borrower);
}

int cadre_limiter_acquire_nowait(struct cadre_limiter *limiter)
{
    const struct cadre__coroutine *self = cadre__coroutine_current();

    return self ? borrow_now(limiter, self) : -EDEADLK;
}

int cadre_limiter_release_for(struct cadre_limiter *limiter, const void *borrower)
{
    struct entry *entry = borrower ? find(limiter, borrower) : NULL;

    if (!entry || !entry->has_token)
        return -EPERM;
    strike(limiter, entry);
    limiter->borrowed--;
    serve(limiter);
    return 0;
}

int cadre_limiter_release(struct cadre_limiter *limiter)
{
    return cadre_limiter_release_for(limiter, cadre__coroutine_current());
}

int cadre_limiter_set_total_tokens(struct cadre_limiter *limiter, int64_t total_tokens)
{
    if (total_tokens < 0)
        return -EINVAL;
    limiter->total = total_tokens;
    serve(limiter);
    return 0;
}

void cadre_limiter_get_statistics(const struct cadre_limiter *limiter,
                                  struct cadre_limiter_statistics *ret)
{
    *ret = (struct cadre_limiter_statistics){
        .total_tokens = limiter->total,
        .borrowed_tokens = limiter->borrowed,
        .tasks_waiting = cadre__waiters_count(&limiter->waiters),
        .lent = limiter->lent,
    };
}

bool cadre_limiter_has_lent(const struct cadre_limiter *limiter, const void *borrower)
{
    const struct entry *entry = borrower ? find(limiter, borrower) : NULL;

    return entry && entry->has_token;
}
