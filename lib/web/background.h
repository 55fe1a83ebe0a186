/* SPDX-License-Identifier: MIT */
/* Work behind a response: what web/finish.c does with it. <cadre/background.h>. */
#ifndef CADRE_WEB_BACKGROUND_H
#define CADRE_WEB_BACKGROUND_H

#include "base/list.h"
#include <cadre/macros.h>
#include <stdbool.h>

struct cadre__app_hooks;
struct cadre__background;
struct cadre__coroutine;
struct cadre_request;

/* Whose tasks they are: one of an application. */
struct cadre__background_set {
    struct cadre__list running;           /* struct cadre__behind */
    bool cancelled;                       /* what begins from now on is too */
    const struct cadre__app_hooks *hooks; /* told when one begins and when it has ended; or NULL */
    void *hooks_arg;
};

/* What goes on behind the response of one request. */
struct cadre__behind {
    struct cadre__list link; /* in set->running */
    struct cadre__background_set *set;
    struct cadre__coroutine *runner; /* NULL before its first step, and when it has ended */
    bool cancelled;
};

void cadre__background_set_init(struct cadre__background_set *set,
                                const struct cadre__app_hooks *hooks, void *hooks_arg);

/*
 * Starts the tasks of a request whose response is complete: in a task of nobody's, so that the
 * request can go. The set and its hooks live as long as the loop. Never suspends.
 */
void cadre__background_start(struct cadre_request *req, struct cadre__background_set *set);

/*
 * The same in the coroutine that calls, in three steps; what it does between the last two is part
 * of the work: the hooks are told that it goes on, and a cancel reaches it. Only run may suspend.
 * r: 0, or what has kept the caller from here, -ECANCELED: then no task runs. Returns the error of
 * the first task that failed; -ECANCELED: they were cancelled.
 */
struct cadre__background *cadre__background_begin(struct cadre_request *req,
                                                  struct cadre__background_set *set);
CADRE_MUST_CHECK int cadre__background_run(struct cadre__background *list, int r);
void cadre__background_end(struct cadre__background *list);

/* Something goes on behind a response, in that coroutine (may be NULL), until _end: a cancel of the
 * set reaches it, the hooks are told of both. Never suspend. */
void cadre__behind_begin(struct cadre__behind *behind, struct cadre__background_set *set,
                         struct cadre__coroutine *runner);
void cadre__behind_end(struct cadre__behind *behind);

/* Cancels what runs, what would run behind it, and what is still to begin, for good. It ends a
 * little later, which the hooks are told; a function in a thread of the pool first comes to its own
 * end. Never suspends. */
void cadre__background_cancel(struct cadre__background_set *set);

#endif
