/* SPDX-License-Identifier: MIT */
/*
 * <cadre/task_list.h>: who is alive on this loop, and what they wait for.
 *
 * For a page that shows what a worker is at, and for tests that look for what was left behind.
 * `cadre tasks` in gdb (lib/async/gdb/cadre-gdb.py) shows the same of a process that hangs or of a
 * core, with the stacks.
 */
#ifndef CADRE_TASK_LIST_H
#define CADRE_TASK_LIST_H

#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

CADRE_BEGIN_DECLS

/* One live task: a spawned one, a handler, a lifespan, or the main function. All strings are
 * borrowed and valid during the call that gets them. */
struct cadre_task_info {
    const char *name;    /* its name; for a handler, that of the handler */
    const char *where;   /* the call that it is suspended in, "cadre_sleep"; NULL: it runs */
    uint64_t since_ns;   /* when it suspended, on the loop's clock; 0 where it runs */
    uint64_t waiting_ns; /* how long ago that was; 0 where it runs */
    unsigned cancels;    /* how many times it was asked to end */
};

/*
 * Calls fn(info, arg) for each live task of the calling thread's loop, the newest first, the
 * caller's own included. `fn` starts, ends and wakes nothing and does not suspend. Returns how
 * many there are; 0 in a thread without a loop. `fn` may be NULL, for the number alone. Never
 * suspends.
 */
CADRE_API size_t cadre_tasks(void (*fn)(const struct cadre_task_info *info, void *arg), void *arg);

/* Logs the list, one line of level notice a task. Never suspends. */
CADRE_API void cadre_tasks_log(void);

CADRE_END_DECLS

#endif
