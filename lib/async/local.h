/* SPDX-License-Identifier: MIT */
/*
 * lib/async/local.h: the inside of <cadre/local.h>: how task-local values pass from a coroutine to
 * what it spawns, and to a thread that works for it.
 *
 * The values of a coroutine are a list that never changes once it is shared: setting one puts it in
 * front. So inheriting is taking a reference.
 */
#ifndef CADRE_ASYNC_LOCAL_H
#define CADRE_ASYNC_LOCAL_H

#include <cadre/macros.h>

struct cadre__coroutine;
struct cadre__local_value;

/* Takes a reference; `values` may be NULL, as everywhere here. The loop's thread. */
struct cadre__local_value *cadre__locals_ref(struct cadre__local_value *values);

/* Gives one back. The loop's thread. */
void cadre__locals_unref(struct cadre__local_value *values);

/* Copies those that can be detached, for a task that outlives the others. Errors: -ENOMEM. */
CADRE_MUST_CHECK int cadre__locals_detach(const struct cadre__local_value *values,
                                          struct cadre__local_value **ret);

/* The values of `co`, borrowed; they stay as they are while it is suspended. */
const struct cadre__local_value *cadre__coroutine_locals(const struct cadre__coroutine *co);

/*
 * What cadre_local_get() finds in the calling thread, off any coroutine: for a function that runs
 * in a thread while a coroutine waits for it. Borrowed until called with NULL. Any thread.
 */
void cadre__locals_enter(const struct cadre__local_value *values);

#endif
