/* SPDX-License-Identifier: MIT */
/*
 * Which workers hang, are stopped or full; see queues.h and queues_inside.h.
 *
 * An epoll of all queues says that there is something to look for: while it is silent nobody looks.
 */
#include "config.h"

#include <event2/event.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "base/list.h"
#include "master/queue_group.h"
#include "master/queues.h"
#include "master/queues_inside.h"

/* Queues that one look hears of; the others are heard of at the next. */
#define HEARD_MAX 256

void queues_watch(struct queues *q, struct queue_group *group)
{
    group->watch_fd = q->watch_fd;
    for (size_t i = 0; i < group->n; i++) {
        struct queue *queue = group->queues[i];
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = queue};

        if (!queue->watched && epoll_ctl(q->watch_fd, EPOLL_CTL_ADD, queue->fd, &event) == 0)
            queue->watched = true;
    }
}

static void find_stuck(struct queues *q, struct queues_one *w, uint64_t now)
{
    struct queues_pulse pulse = {0};

    q->host.pulse(q->host.arg, w->slot, &pulse);
    if (pulse.full || (!pulse.waiting && pulse.turn_ns != 0 && pulse.turn_ns < now &&
                       now - pulse.turn_ns > QUEUES_STUCK_NS)) {
        w->stuck = true;
        w->stuck_ns = now;
        w->stuck_turn = pulse.turn_ns;
    } else if (w->stuck && pulse.turn_ns != w->stuck_turn && now - w->stuck_ns >= QUEUES_LENT_NS) {
        w->stuck = false;
    }
}

/* One whose queue holds something and that has not turned since it was seen to. */
static void find_stopped(struct queues *q, struct queue *queue, uint64_t now)
{
    struct queues_one *w =
        queue->owner != QUEUE_NOBODY ? queues_find_worker(q, queue->owner) : NULL;
    struct queues_pulse pulse = {0};

    if (w == NULL || w->stuck)
        return;
    q->host.pulse(q->host.arg, w->slot, &pulse);
    if (queue->tick != q->tick - 1 || queue->turn_ns != pulse.turn_ns) {
        queue->since_ns = now;
        queue->turn_ns = pulse.turn_ns;
    } else if (now - queue->since_ns >= QUEUES_STUCK_NS) {
        w->stuck = true;
        w->stuck_ns = now;
        w->stuck_turn = pulse.turn_ns;
    }
    queue->tick = q->tick;
}

/* Looks at all workers, and at the queues that hold something. True: the next look is soon. */
static bool look_at_all(struct queues *q)
{
    struct epoll_event heard[HEARD_MAX];
    uint64_t now = q->host.now();
    bool soon;
    int n;

    q->tick++;
    n = epoll_wait(q->watch_fd, heard, HEARD_MAX, 0);
    soon = n > 0;
    for (size_t i = 0; i < q->n_workers; i++) {
        find_stuck(q, &q->workers[i], now);
        soon = soon || q->workers[i].stuck;
    }
    for (int i = 0; i < n; i++)
        find_stopped(q, heard[i].data.ptr, now);
    queues_distribute(q);
    return soon;
}

void queues_on_look(struct cadre__timer *timer)
{
    queues_look(CADRE__CONTAINER_OF(timer, struct queues, look));
}

void queues_look(struct queues *q)
{
    if (look_at_all(q))
        cadre__timer_start(q->host.timers, &q->look,
                           cadre__deadline(q->host.now(), QUEUES_STUCK_NS));
    else
        (void)event_add(q->watch, NULL);
}

void queues_on_watch(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    queues_look(arg);
}
