/* SPDX-License-Identifier: MIT */
/*
 * What a crash says for itself before the process dies of it.
 *
 * A fault (SIGSEGV, SIGBUS) in the guard below a coroutine's stack is a stack that was too small:
 * the last line of the log then is
 *
 *     stack overflow in handler read_item: its stack has 64 KiB, see coroutine_stack
 *
 * and the process dies of the same signal, of the same instruction, with a core as ever. All other
 * faults pass through without a word; who killed what is the master's line. The handler runs on a
 * stack of its own, of the thread that runs the loop; it allocates nothing and takes no lock.
 */
#ifndef WORKER_CRASH_H
#define WORKER_CRASH_H

#include <cadre/macros.h>

/* Installs it, for the calling thread's loop, for the rest of the process's life. A signal that a
 * module or a sanitizer handles already is left to that. 0, -ENOMEM. */
CADRE_MUST_CHECK int crash_watch(void);

#endif
