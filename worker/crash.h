/* SPDX-License-Identifier: MIT */
/*
 * What a crash says for itself before the process dies of it.
 *
 * The handler of SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP and SIGSYS fills this process's
 * crash record (ipc/crash_record.h): the signal, the registers, the backtrace as raw frames, the
 * module, handler and request that were at work, what the pool's threads ran. Then the signal takes
 * its default course, of the same instruction, with a core as ever; the master reads the record
 * when it has reaped the process, and makes the report of it.
 *
 * A fault in the guard below a coroutine's stack is a stack that was too small, and says so itself:
 *
 *     stack overflow in handler read_item: its stack has 64 KiB, see coroutine_stack
 *
 * The handler runs on a stack of its own; it allocates nothing and takes no lock. What crashes
 * while it runs ends the process at once, with as much of the record as was written.
 */
#ifndef WORKER_CRASH_H
#define WORKER_CRASH_H

#include <cadre/macros.h>

struct child;
struct cadre__loop;

/*
 * Installs it for the rest of the process's life: before modules are loaded, from the thread that
 * runs `loop`, which is borrowed until crash_forget_loop(). A signal that a sanitizer handles
 * already is left to that. Without an area to write to only stack overflows are told. 0, -ENOMEM;
 * what shm_attach says.
 */
CADRE_MUST_CHECK int crash_watch(const struct child *child, struct cadre__loop *loop);

/* The loop goes; later crashes say nothing of its threads. */
void crash_forget_loop(void);

#endif
