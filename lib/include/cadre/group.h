/* SPDX-License-Identifier: MIT */
/*
 * <cadre/group.h>: task groups: tasks that stand and fall together.
 *
 *     struct cadre_group group;
 *     int r = 0;
 *
 *     cadre_group_begin(&group);
 *     for (size_t i = 0; i < n && r == 0; i++)
 *         r = cadre_group_spawn(&group, fetch, &urls[i]);
 *     r = cadre_group_join(&group, r);
 *
 * A group is a cancel scope (<cadre/scope.h>) around the code between begin and join, its body, and
 * around its tasks. The first of them that fails, or a body that does, cancels the rest; every call
 * inside that may suspend then returns -ECANCELED. The join waits for all, whatever happens, and
 * returns the first error. A task that ends with -ECANCELED is no failure.
 *
 * Tasks may spawn into the group they are in, or any group they know that was not joined. The
 * group is the caller's memory, its members are private. The coroutine that began it joins it, on
 * every way out of the function, as with a scope; it may not be copied or moved.
 *
 * All calls come from the loop's thread.
 */
#ifndef CADRE_GROUP_H
#define CADRE_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>
#include <cadre/scope.h>

CADRE_BEGIN_DECLS

struct cadre_group {
    uint64_t private_[48]; /* ours; set by cadre_group_begin() */
};

/* One failure in a group. */
struct cadre_group_error {
    char name[48]; /* of the task; "" for the body */
    int error;     /* negative */
};

/* Begins a group. Outside any coroutine that does nothing but say so in the log; spawning into it
 * then fails. Never suspends. */
CADRE_API void cadre_group_begin(struct cadre_group *group);

/*
 * Has up to `max` failures written to `errors`, in the order in which they happened; the array is
 * borrowed until the join has returned. Failures beyond it, or all but the first where no array was
 * given, go to the log, so that none is lost. Before any task is spawned.
 */
CADRE_API void cadre_group_collect(struct cadre_group *group, struct cadre_group_error *errors,
                                   size_t max);

/*
 * Spawns a task that runs fn(arg) in the group, under the name of `fn`; it begins when the caller
 * next suspends. `arg` is borrowed until the join has returned. The task inherits the caller's
 * task-local values. Never suspends. Errors: -EAGAIN, -ENOMEM (no room for it; in the log), -EINVAL
 * (the group was joined or never begun), -ECANCELED (the group is cancelled: nothing would run).
 */
#define cadre_group_spawn(group, fn, arg) cadre_group_spawn_named(group, fn, arg, #fn)
CADRE_API CADRE_MUST_CHECK int cadre_group_spawn_named(struct cadre_group *group,
                                                       int (*fn)(void *arg), void *arg,
                                                       const char *name);

/*
 * The same, and waits until the task says cadre_group_started(value): `*ret_value`, where given, is
 * that value. May suspend. Returns 0, an error of cadre_group_spawn(), or -ECANCELED (the task is
 * cancelled then, and has ended). A task that ends without having said so: its error, or -ENODATA
 * where it returned none; that error is this call's and does not fail the group.
 */
#define cadre_group_start(group, fn, arg, ret_value)                                               \
    cadre_group_start_named(group, fn, arg, #fn, ret_value)
CADRE_API CADRE_MUST_CHECK int cadre_group_start_named(struct cadre_group *group,
                                                       int (*fn)(void *arg), void *arg,
                                                       const char *name, void **ret_value);

/* Says, in a task that cadre_group_start() runs, that it is ready. Never suspends. Errors: -EINVAL
 * (the caller is no such task, or has said so before). */
CADRE_API CADRE_MUST_CHECK int cadre_group_started(void *value);

/*
 * Ends the body, whose result is `result`, and waits until all tasks have ended, those too that are
 * spawned meanwhile. A negative `result` cancels them. A caller that is cancelled while it waits
 * passes that on and waits on. May suspend. Returns the first error of tasks and body; -ECANCELED
 * where the caller was cancelled from outside; else `result` (0 where it is -ECANCELED since the
 * group was cancelled by cadre_group_cancel()).
 */
CADRE_API CADRE_MUST_CHECK int cadre_group_join(struct cadre_group *group, int result);

/* Cancels the body and all tasks; the join then returns 0 unless something failed. */
CADRE_API void cadre_group_cancel(struct cadre_group *group);

/* How many failures there were so far. */
CADRE_API size_t cadre_group_failures(const struct cadre_group *group);

/* How many of its tasks have not ended. */
CADRE_API size_t cadre_group_running(const struct cadre_group *group);

/* The scope of the group, for a deadline or a shield; it is the group's to end. */
CADRE_API struct cadre_scope *cadre_group_scope(struct cadre_group *group);

CADRE_END_DECLS

#endif
