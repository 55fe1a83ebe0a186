/* SPDX-License-Identifier: MIT */
/*
 * <cadre/future.h>: a result that somebody will have.
 *
 * A future is made pending and becomes finished, with a result and a value, or cancelled: once. For
 * callbacks that coroutines wait for. It is counted: its maker has one reference, and gives others
 * away with cadre_future_ref(). All calls come from the loop's thread.
 */
#ifndef CADRE_FUTURE_H
#define CADRE_FUTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

CADRE_BEGIN_DECLS

struct cadre_future;

/* Makes a pending one with one reference. NULL: memory is out, or there is no loop. */
CADRE_API CADRE_MUST_CHECK struct cadre_future *cadre_future_new(void);

/* Takes a reference. Returns `future`. */
CADRE_API struct cadre_future *cadre_future_ref(struct cadre_future *future);

/* Gives one back; with the last one the future goes. An error that nobody looked at is logged. NULL
 * is taken. */
CADRE_API void cadre_future_unref(struct cadre_future *future);

/*
 * Finishes it with `result` (negative: an error) and `value`, which is borrowed. Those who wait are
 * resumed with the loop's next jobs. Never suspends. Errors: -EINVAL (it is not pending).
 */
CADRE_API CADRE_MUST_CHECK int cadre_future_set_result(struct cadre_future *future, int result,
                                                       void *value);

/* Cancels it. Returns false where it is not pending. Never suspends. */
CADRE_API bool cadre_future_cancel(struct cadre_future *future);

/*
 * Waits until it is not pending. Returns its result, and `*ret_value`, where given, is its value;
 * -ECANCELED when it was cancelled. A caller that is cancelled cancels the future, and gets
 * -ECANCELED. May suspend.
 */
CADRE_API CADRE_MUST_CHECK int cadre_future_wait(struct cadre_future *future, void **ret_value);

/* The same, but a caller that is cancelled leaves the future alone. May suspend. */
CADRE_API CADRE_MUST_CHECK int cadre_future_wait_shielded(struct cadre_future *future,
                                                          void **ret_value);

/* Its result now: -EINPROGRESS while pending, -ECANCELED when cancelled. `ret_value` may be NULL.
 */
CADRE_API CADRE_MUST_CHECK int cadre_future_result(struct cadre_future *future, void **ret_value);

/* Is it finished or cancelled? */
CADRE_API bool cadre_future_is_done(const struct cadre_future *future);

/* Was it cancelled? */
CADRE_API bool cadre_future_cancelled(const struct cadre_future *future);

/*
 * Calls fn(future, arg) on the loop, off any coroutine, when it is not pending any more: never from
 * within this call or the one that finishes it, and in order of adding. The future stays until
 * then. Returns 0 or -ENOMEM.
 */
CADRE_API CADRE_MUST_CHECK int cadre_future_add_done_callback(
    struct cadre_future *future, void (*fn)(struct cadre_future *future, void *arg), void *arg);

/* Takes back the callbacks with this `fn` and `arg` that are not due yet. Returns how many. */
CADRE_API size_t cadre_future_remove_done_callback(struct cadre_future *future,
                                                   void (*fn)(struct cadre_future *future,
                                                              void *arg),
                                                   const void *arg);

CADRE_END_DECLS

#endif
