/* SPDX-License-Identifier: MIT */
/*
 * lib/async/lock.h: what a condition needs of a lock beyond <cadre/sync.h>.
 */
#ifndef CADRE_ASYNC_LOCK_H
#define CADRE_ASYNC_LOCK_H

#include <stdbool.h>

#include <cadre/sync.h>

/* Does the calling coroutine hold it? False off any. */
bool cadre__lock_is_mine(const struct cadre_lock *lock);

/* Takes it, when those that came before have had it, whatever asks the caller to end meanwhile:
 * that stays for the next call. `call` is the public call on whose behalf. May suspend. */
void cadre__lock_acquire_shielded(struct cadre_lock *lock, const char *call);

#endif
