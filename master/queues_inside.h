/* SPDX-License-Identifier: MIT */
/*
 * The inside of queues.h, for its files only:
 *
 *   queues.c       whose a queue is; which are made, and which are closed
 *   queues_tell.c  who serves which, and who has been told
 *   queues_look.c  which workers hang
 */
#ifndef CADRE_MASTER_QUEUES_INSIDE_H
#define CADRE_MASTER_QUEUES_INSIDE_H

#include <event2/util.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "master/listener.h"
#include "master/queues.h"

struct queue;
struct queue_group;

/* A worker, as of the last view. */
struct queues_one {
    uint32_t slot;
    pid_t pid;
    bool stuck; /* its queues are lent */
    /* while it is */
    uint64_t since_ns;   /* when it was seen so first */
    uint64_t free_ns;    /* since when it is seen otherwise; 0: it is not */
    uint64_t stuck_turn; /* the turn that it hung in; 0: it was full */
};

/* Walks the places of the entries that have a group; it is their place in a worker's heritage, too,
 * since the status listener, which is in none, comes last. */
#define FOR_EACH_GROUP(q, at)                                                                      \
    for (size_t at = 0; (q)->set != NULL && at < (q)->set->n; at++)                                \
        if ((q)->set->entries[at].listener->group != NULL)

/* --- queues_tell.c --- */

/* NULL: it does not serve. */
struct queues_one *queues_find_worker(struct queues *q, uint32_t slot);

/* The worker's own queue; NULL: it has none. */
struct queue *queues_owned_by(const struct queue_group *group, uint32_t slot);

/* What a worker knows of a queue that it has been told to serve is not known: it is told again.
 * False: it has not been told so, or the queue is no more. */
bool queues_doubt(struct queues *q, uint32_t slot, uint32_t at, uint32_t number);

/* The worker of a slot has gone: nothing of it is left. */
void queues_forget(struct queues *q, uint32_t slot);

/* Tells all workers what has changed. */
void queues_distribute(struct queues *q);

/* Tells all who serve a queue, of the listener at that place, that it ends. */
void queues_tell_closed(struct queues *q, uint32_t at, struct queue *queue);

/* --- queues_look.c --- */

/* Has the epoll hear of all queues of a group. */
void queues_watch(struct queues *q, struct queue_group *group);

/* Looks now; again in 20 ms while a queue holds something, else when something comes, and from time
 * to time at those that were stuck. */
void queues_look(struct queues *q);

/* The timer's and the event's; `arg` is the struct queues. */
void queues_on_look(struct cadre__timer *timer);
void queues_on_watch(evutil_socket_t fd, short what, void *arg);

#endif
