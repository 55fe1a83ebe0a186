/* SPDX-License-Identifier: MIT */
/*
 * The queues of listeners with reuse_port that the master has this worker serve: taken as they
 * come, given to the acceptor.
 *
 * One that cannot be taken for want of memory is said to be missed, and the master sends it again
 * and again (master/queues.h). The log has one line when that begins and one when it ends, for each
 * listener.
 *
 * Runs on the worker's loop, never suspends.
 */
#ifndef WORKER_QUEUE_INTAKE_H
#define WORKER_QUEUE_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/channel.h"
#include "ipc/heritage.h"

struct acceptor;
struct master_link;

struct queue_intake {
    struct acceptor *acceptor;                        /* borrowed */
    struct master_link *link;                         /* borrowed */
    const char (*addresses)[CADRE__MSG_ADDRESS_SIZE]; /* of the listeners, by number; borrowed */
    struct queue_trouble {
        bool told;       /* the log has a line about it */
        uint32_t number; /* of the queue that could not be served last; valid while told */
    } trouble[CADRE__LISTEN_MAX];
};

/* Serves a queue of one of the listeners; `fd` is taken in any case. */
void queue_intake_take(struct queue_intake *intake, const struct cadre__msg_queue *queue, int fd);

/* Serves it no more. */
void queue_intake_drop(struct queue_intake *intake, const struct cadre__msg_queue *queue);

#endif
