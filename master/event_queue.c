/* SPDX-License-Identifier: MIT */
/*
 * A ring of events; see event_queue.h. Its pages are used only as far as it fills.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "master/event_queue.h"

#define QUEUE_SIZE (MACHINE_SLOTS_MAX + 64)

struct queued {
    struct machine_event event;
    struct machine_plan plan;
    char text[MACHINE_REASON_MAX];
};

struct event_queue {
    unsigned first;
    unsigned count;
    struct queued ring[QUEUE_SIZE];
};

struct event_queue *event_queue_new(void)
{
    return calloc(1, sizeof(struct event_queue));
}

void event_queue_free(struct event_queue *queue)
{
    free(queue);
}

bool event_queue_push(struct event_queue *queue, const struct machine_event *event)
{
    struct queued *q;

    if (queue->count == QUEUE_SIZE)
        return false;
    /* An empty ring begins at its start again, so that the same pages serve. */
    if (queue->count == 0)
        queue->first = 0;
    q = &queue->ring[(queue->first + queue->count++) % QUEUE_SIZE];
    q->event = *event;
    if (event->text != NULL) {
        snprintf(q->text, sizeof(q->text), "%s", event->text);
        q->event.text = q->text;
    }
    if (event->plan != NULL) {
        q->plan = *event->plan;
        q->event.plan = &q->plan;
    }
    return true;
}

bool event_queue_pop(struct event_queue *queue, struct machine_event *ret)
{
    if (queue->count == 0)
        return false;
    *ret = queue->ring[queue->first].event;
    queue->first = (queue->first + 1) % QUEUE_SIZE;
    queue->count--;
    return true;
}
