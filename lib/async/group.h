/* SPDX-License-Identifier: MIT */
/*
 * lib/async/group.h: the inside of a task group, for the files of lib/async. See <cadre/group.h>
 * for what it promises. A group owns its tasks until they have ended, and has a scope around them
 * and the body.
 */
#ifndef CADRE_ASYNC_GROUP_H
#define CADRE_ASYNC_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "async/scope.h"
#include "base/list.h"
#include <cadre/scope.h>

struct cadre__coroutine;
struct cadre_group_error;
struct cadre_task;

struct cadre__group {
    union {
        struct cadre_scope public; /* what cadre_group_scope() gives away */
        struct cadre__scope scope; /* around body and tasks */
    };
    uint32_t magic;
    bool joining;                     /* the body has ended */
    bool waiting;                     /* its coroutine waits for the last task */
    struct cadre__coroutine *co;      /* who began it; NULL: joined, or begun off any coroutine */
    struct cadre__list tasks;         /* that have not ended; struct cadre_task.link */
    size_t running;                   /* how many these are */
    size_t n_errors;                  /* failures so far */
    int first_error;                  /* of these */
    struct cadre_group_error *errors; /* the caller's room for them, or NULL */
    size_t errors_max;
} __attribute__((__may_alias__));

/* Who waits in cadre_group_start(). */
struct cadre__group_starter {
    struct cadre__coroutine *co;
    bool started; /* the task has said so */
    bool ended;   /* the task has ended */
    int result;   /* with this */
    void *value;  /* of cadre_group_started() */
};

/* A task of a group has ended, with task->result. */
void cadre__group_note_end(struct cadre_task *task);

#endif
