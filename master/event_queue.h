/* SPDX-License-Identifier: MIT */
/*
 * Answers to actions that wait until the state machine can take them: a first-in-first-out list
 * of events with their texts.
 *
 * Room is fixed: no seat has more than one answer open, so it cannot overflow; made at start, so
 * no answer is lost for memory. Master only.
 */
#ifndef CADRE_MASTER_EVENT_QUEUE_H
#define CADRE_MASTER_EVENT_QUEUE_H

#include <stdbool.h>

#include "master/machine.h"

struct event_queue;

/* NULL: out of memory. */
struct event_queue *event_queue_new(void);
void event_queue_free(struct event_queue *queue);

/* Copies an event, its text (cut at MACHINE_REASON_MAX) and its plan. False: no room. */
bool event_queue_push(struct event_queue *queue, const struct machine_event *event);

/* Takes out the oldest one; its text and plan live until the next push. False: empty. */
bool event_queue_pop(struct event_queue *queue, struct machine_event *ret);

#endif
