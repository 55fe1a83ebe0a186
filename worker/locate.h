/* SPDX-License-Identifier: MIT */
/*
 * From addresses of code in this process to objects and addresses within them, as another process
 * can look them up (ipc/backtrace.h): for reports of crashes and of stalls.
 *
 * Needs no debug information and reads no file but the headers that are mapped anyway.
 */
#ifndef WORKER_LOCATE_H
#define WORKER_LOCATE_H

#include <stdbool.h>
#include <stddef.h>

#include "ipc/backtrace.h"

/* Remembers where the program lies and loads the unwinder: before a signal handler needs either.
 * More than once is fine. */
void locate_init(void);

/*
 * Writes `n` addresses, the innermost first, into *ret, as many as there is room for. `exact`: the
 * first one is of the instruction at work, not of a return. Async-signal-safe with glibc 2.35 and
 * later, any thread; elsewhere it may wait for a thread that loads a library.
 */
void locate_frames(void *const *frames, size_t n, bool exact, struct cadre__backtrace *ret);

#endif
