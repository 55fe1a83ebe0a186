/* SPDX-License-Identifier: MIT */
/*
 * lib/async/task.h: the inside of a task, for the files of lib/async. See <cadre/task.h> for what
 * it promises.
 *
 * A task is the handle, on the heap, of a coroutine; it outlives that one, until its owner or its
 * last callback lets it go. The loop keeps some free ones for the next spawns.
 */
#ifndef CADRE_ASYNC_TASK_H
#define CADRE_ASYNC_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include "async/completion.h"
#include "base/list.h"
#include <cadre/macros.h>
#include <cadre/task.h>

enum { CADRE__TASK_NAME_SIZE = 48 };

struct cadre__coroutine;
struct cadre__loop;
struct cadre__owner;
struct cadre__scope;
struct cadre__group;
struct cadre__group_starter;

struct cadre_task {
    uint32_t magic;
    bool seen : 1;     /* somebody has looked at its result */
    bool detached : 1; /* nobody's; frees itself */
    bool released : 1; /* the owner has dropped the handle; frees itself */
    int result;        /* what fn returned, once done */
    unsigned refs;     /* the owner's or its own, and one for each callback */
    struct cadre__completion completion;
    struct cadre__coroutine *co; /* until it has ended */
    struct cadre__loop *loop;

    int (*fn)(void *arg);
    void *arg;
    void (*free_arg)(void *arg); /* or NULL */

    struct cadre__owner *owner;           /* whose it is; or NULL */
    struct cadre__group *group;           /* whose it is; or NULL */
    struct cadre__group_starter *starter; /* who waits for its cadre_group_started(), or NULL */
    struct cadre__list link;              /* in the owner's or the group's list */
    struct cadre__list all_link;          /* in the loop's list of all */
    struct cadre_task *next_free;         /* in the loop's list of free ones */
    char name[CADRE__TASK_NAME_SIZE];
};

/* What a task is made with. */
struct cadre__task_spec {
    int (*fn)(void *arg);
    void *arg;
    const char *name;
    void *data;                        /* of its coroutine: the request it is part of */
    struct cadre__scope *scope;        /* it is inside this, or NULL */
    struct cadre__local_value *locals; /* taken over, on failure too */
};

/*
 * Makes a task that begins with the loop's next jobs; it has one reference and is nobody's: the
 * caller sets owner or group, and links it. Errors: -EAGAIN, -ENOMEM; logged.
 */
CADRE_MUST_CHECK int cadre__task_new(struct cadre__loop *loop, const struct cadre__task_spec *spec,
                                     struct cadre_task **ret);

/* Waits for the task's end on behalf of `call`; a caller that is cancelled passes that on. The
 * task's result. May suspend. */
CADRE_MUST_CHECK int cadre__task_join(struct cadre_task *task, const char *call);

/* Takes the handle away from its owner: it goes at once, or with its last callback. A failure that
 * nobody has seen is reported. */
void cadre__task_free(struct cadre_task *task);

/* Frees all handles of a loop that ends. */
void cadre__tasks_free(struct cadre__loop *loop);

#endif
