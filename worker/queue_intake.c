/* SPDX-License-Identifier: MIT */
/*
 * Taking queues, and saying so when that fails. worker/queue_intake.h has the contract.
 */
#include "config.h"

#include "worker/queue_intake.h"

#include "base/log.h"
#include "worker/acceptor.h"
#include "worker/master_link.h"
#include <cadre/error.h>

static bool is_in_trouble(const struct queue_trouble *trouble, uint32_t number)
{
    return trouble->told && trouble->number == number;
}

static void missed(struct queue_intake *intake, const struct cadre__msg_queue *queue, int error)
{
    struct queue_trouble *trouble = &intake->trouble[queue->listener];

    if (!trouble->told)
        cadre__log(CADRE_LOG_ERROR,
                   "a queue of %s cannot be served for now: %s; it is tried again, and left to "
                   "other workers meanwhile",
                   intake->addresses[queue->listener], cadre_strerror(error));
    *trouble = (struct queue_trouble){.told = true, .number = queue->number};
    master_link_tell_missed(intake->link,
                            &(struct cadre__msg){.type = CADRE__MSG_QUEUE, .queue = *queue});
}

void queue_intake_take(struct queue_intake *intake, const struct cadre__msg_queue *queue, int fd)
{
    struct queue_trouble *trouble = &intake->trouble[queue->listener];
    int r =
        acceptor_add_queue(intake->acceptor, queue->listener, queue->number, queue->own != 0, fd);

    if (r < 0) {
        missed(intake, queue, r);
    } else if (is_in_trouble(trouble, queue->number)) {
        cadre__log(CADRE_LOG_NOTICE, "the queue of %s is served again",
                   intake->addresses[queue->listener]);
        trouble->told = false;
    }
}

void queue_intake_drop(struct queue_intake *intake, const struct cadre__msg_queue *queue)
{
    struct queue_trouble *trouble = &intake->trouble[queue->listener];

    acceptor_drop_queue(intake->acceptor, queue->listener, queue->number);
    if (!is_in_trouble(trouble, queue->number))
        return;
    cadre__log(CADRE_LOG_NOTICE, "the queue of %s is other workers' now",
               intake->addresses[queue->listener]);
    trouble->told = false;
}
