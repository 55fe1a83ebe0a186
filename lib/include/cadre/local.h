/* SPDX-License-Identifier: MIT */
/*
 * <cadre/local.h>: values that go with a task: who is logged in, a trace id.
 *
 *     static const struct cadre_local user = {.name = "user"};
 *
 *     cadre_local_set(&user, account);
 *     ... = cadre_local_get(&user);  // anywhere below, in spawned tasks too
 *
 * A task begins with the values of whoever spawned it; what it sets is its own and its tasks', and
 * never its creator's. A function in a thread (cadre_to_thread()) sees the values of whoever waits
 * for it. Values are borrowed: they live as long as the coroutine that set them. None suspends.
 */
#ifndef CADRE_LOCAL_H
#define CADRE_LOCAL_H

#include <cadre/macros.h>

CADRE_BEGIN_DECLS

/* A key; its address is what counts. Static, and never changed. */
struct cadre_local {
    const char *name; /* for people */

    /*
     * Copies a value for a detached task, which may outlive the original; NULL when memory is out.
     * Without this a detached task begins without the value.
     */
    void *(*detach)(void *value)CADRE_OPTIONAL;

    /* Frees such a copy when that task has ended; may be NULL. */
    void (*free)(void *value) CADRE_OPTIONAL;
};

/* The value for the caller; NULL where none is set, and off any coroutine. Any thread. */
CADRE_API void *cadre_local_get(const struct cadre_local *key);

/* Sets it for the calling coroutine and the tasks it will spawn; NULL: none. Errors: -ENOMEM,
 * -EDEADLK (off any coroutine). */
CADRE_API CADRE_MUST_CHECK int cadre_local_set(const struct cadre_local *key, void *value);

CADRE_END_DECLS

#endif
