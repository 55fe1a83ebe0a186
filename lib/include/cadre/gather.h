/* SPDX-License-Identifier: MIT */
/*
 * <cadre/gather.h>: waiting for several tasks.
 *
 *     struct cadre_task *user = cadre_spawn(fetch_user, request);
 *     struct cadre_task *orders = cadre_spawn(fetch_orders, request);
 *     int r = cadre_gather(user, orders);  // as long as the longer one takes
 *
 * In all calls a NULL in the list is a task that could not be spawned: one that has failed with
 * -EAGAIN. The same task may be in a list more than once. The tasks stay their owner's; waiting for
 * them counts as seeing their errors. All calls come from the loop's thread.
 */
#ifndef CADRE_GATHER_H
#define CADRE_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>
#include <cadre/task.h>

CADRE_BEGIN_DECLS

enum cadre_gather_flag {
    CADRE_GATHER_ALL = 1, /* errors are results: wait for all, cancel none */
};

/*
 * Waits for all `n` tasks. With the first one that fails (or was cancelled) the others are
 * cancelled; this returns when they too have ended. `results`, where given, gets what each
 * returned, in the order of the list. A caller that is cancelled cancels all tasks and waits for
 * their end. None of them runs when this returns. May suspend; not where all have ended.
 *
 * Returns 0 when all succeeded, else the error that was first; with CADRE_GATHER_ALL the number of
 * tasks that failed. -ECANCELED also when the caller was cancelled.
 */
CADRE_API CADRE_MUST_CHECK int cadre_gather_n(struct cadre_task *const *tasks, size_t n,
                                              unsigned flags, int *results);

enum cadre_wait_until {
    CADRE_FIRST_COMPLETED, /* one has ended */
    CADRE_FIRST_EXCEPTION, /* one has failed, or all have ended */
    CADRE_ALL_COMPLETED,   /* all have ended */
};

/*
 * Waits until that is so, or `timeout_ms` are over, which is no error. Cancels no task, whatever
 * happens; ask each with cadre_task_is_done(). May suspend; not where it is so already. Returns how
 * many have ended. Errors: -EINVAL (no tasks), -ECANCELED.
 */
CADRE_API CADRE_MUST_CHECK int cadre_wait(struct cadre_task *const *tasks, size_t n,
                                          enum cadre_wait_until until, uint64_t timeout_ms);

/*
 * An iteration over tasks as they end:
 *
 *     struct cadre_as_completed each;
 *     struct cadre_task *task;
 *     int r = cadre_as_completed_begin(&each, tasks, n, CADRE_FOREVER);
 *
 *     while (r >= 0 && (r = cadre_as_completed_next(&each, &task)) > 0)
 *         use(cadre_task_result(task));
 *     cadre_as_completed_end(&each);
 */
struct cadre_as_completed {
    void *private_[2]; /* ours */
};

/* Begins one with a limit for the whole of it. `tasks` is copied. Never suspends. Errors: -ENOMEM;
 * the end may be called then too. */
CADRE_API CADRE_MUST_CHECK int cadre_as_completed_begin(struct cadre_as_completed *each,
                                                        struct cadre_task *const *tasks, size_t n,
                                                        uint64_t timeout_ms);

/*
 * Waits for the next one to end: 1 and `*ret` (NULL where it could not be spawned), in the order in
 * which they ended; 0 when there are no more. May suspend. Errors: -ETIMEDOUT, -ECANCELED; no task
 * is cancelled.
 */
CADRE_API CADRE_MUST_CHECK int cadre_as_completed_next(struct cadre_as_completed *each,
                                                       struct cadre_task **ret);

/* Ends it, at any point, before the tasks' owner does. Never suspends. */
CADRE_API void cadre_as_completed_end(struct cadre_as_completed *each);

CADRE_END_DECLS

/* cadre_gather(task, ...): waits for all of the tasks named; see cadre_gather_n(). */
#ifdef __cplusplus
template <typename... Tasks> CADRE_MUST_CHECK inline int cadre_gather(Tasks... tasks)
{
    struct cadre_task *list[] = {tasks...};

    return cadre_gather_n(list, sizeof...(tasks), 0, nullptr);
}
#else
#define cadre_gather(...)                                                                          \
    cadre_gather_n(                                                                                \
        (struct cadre_task *const[]){__VA_ARGS__},                                                 \
        sizeof((struct cadre_task *const[]){__VA_ARGS__}) / sizeof(struct cadre_task *), 0, NULL)
#endif

#endif
