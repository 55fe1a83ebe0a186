/* SPDX-License-Identifier: MIT */
/*
 * From addresses of code in this process to objects and addresses within them, as another process
 * can look them up (ipc/backtrace.h): for reports of crashes and of stalls.
 *
 * Needs no debug information and reads no file but the headers that are mapped anyway.
 */
#ifndef WORKER_LOCATE_H
#define WORKER_LOCATE_H

#include <cadre/macros.h>
#include <stdbool.h>
#include <stddef.h>

#include "ipc/backtrace.h"

/* Remembers where the program lies and loads the unwinder: before a signal handler needs either.
 * More than once is fine. */
void locate_init(void);

/*
 * Says where the object that `inside` lies in was loaded from, which the loader may not know: a
 * pinned file has another name to it than to people. Both are copied, and kept for as long as the
 * process lives. One thread at a time. 0; -ENOENT: nothing is there; -ENOMEM.
 */
CADRE_MUST_CHECK int locate_remember(const void *inside, const char *path,
                                     const struct cadre__file_id *file);

/*
 * Writes `n` addresses, the innermost first, into *ret, as many as there is room for. `exact`: the
 * first one is of the instruction at work, not of a return. Async-signal-safe with glibc 2.35 and
 * later, any thread; elsewhere it may wait for a thread that loads a library.
 */
void locate_frames(void *const *frames, size_t n, bool exact, struct cadre__backtrace *ret);

#endif
