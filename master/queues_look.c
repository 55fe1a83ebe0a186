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
/* One that is stuck is looked at again after such a part of the time for which it has been, ... */
#define STUCK_PART 8
/* ... and at least so often. */
#define STUCK_LOOK_MAX_NS CADRE__NSEC_PER_SEC

/* What comes next. */
struct outlook {
    uint64_t next_ns; /* the next look; UINT64_MAX: when something comes */
    bool far;         /* only at those that are stuck, or to tell again: another may come sooner */
    bool silent;      /* no queue holds anything: the epoll tells of the next */
};

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

/* It hangs or is full: its queues are lent. */
static void set_stuck(struct queues_one *w, const struct queues_pulse *pulse, uint64_t now)
{
    if (!w->stuck)
        w->since_ns = now;
    w->stuck = true;
    w->free_ns = 0;
    w->stuck_turn = pulse->full ? 0 : pulse->turn_ns;
}

static void find_stuck(struct queues *q, struct queues_one *w, uint64_t now)
{
    struct queues_pulse pulse = {0};

    q->host.pulse(q->host.arg, w->slot, &pulse);
    if (pulse.full || (!pulse.waiting && pulse.turn_ns != 0 && pulse.turn_ns < now &&
                       now - pulse.turn_ns > QUEUES_STUCK_NS)) {
        set_stuck(w, &pulse, now);
    } else if (w->stuck && pulse.turn_ns != w->stuck_turn) {
        if (w->free_ns == 0)
            w->free_ns = now;
        w->stuck = now - w->free_ns < QUEUES_LENT_NS;
    }
}

/* When one that is stuck is looked at again. */
static uint64_t next_look_at(const struct queues_one *w, uint64_t now)
{
    uint64_t wait_ns = (now - w->since_ns) / STUCK_PART;

    if (w->free_ns != 0)
        return cadre__deadline(w->free_ns, QUEUES_LENT_NS);
    if (wait_ns < QUEUES_STUCK_NS)
        wait_ns = QUEUES_STUCK_NS;
    return cadre__deadline(now, wait_ns < STUCK_LOOK_MAX_NS ? wait_ns : STUCK_LOOK_MAX_NS);
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
        set_stuck(w, &pulse, now);
    }
    queue->tick = q->tick;
}

/* Looks at all workers, and at the queues that hold something; tells what follows. */
static void look_at_all(struct queues *q, struct outlook *ret)
{
    struct epoll_event heard[HEARD_MAX];
    uint64_t now = q->host.now();
    bool all_stuck = true;
    int n;

    q->tick++;
    n = epoll_wait(q->watch_fd, heard, HEARD_MAX, 0);
    *ret = (struct outlook){.next_ns = UINT64_MAX, .far = true, .silent = n <= 0};
    for (size_t i = 0; i < q->n_workers; i++) {
        struct queues_one *w = &q->workers[i];

        find_stuck(q, w, now);
        all_stuck = all_stuck && w->stuck;
        if (w->stuck && next_look_at(w, now) < ret->next_ns)
            ret->next_ns = next_look_at(w, now);
    }
    for (int i = 0; i < n; i++)
        find_stopped(q, heard[i].data.ptr, now);
    queues_distribute(q);
    if (now >= q->retell_ns)
        q->retell_ns = 0;
    else if (q->retell_ns < ret->next_ns)
        ret->next_ns = q->retell_ns;
    if (n > 0 && !all_stuck) { /* else nobody is left to be found */
        ret->next_ns = cadre__deadline(now, QUEUES_STUCK_NS);
        ret->far = false;
    }
}

void queues_on_look(struct cadre__timer *timer)
{
    queues_look(CADRE__CONTAINER_OF(timer, struct queues, look));
}

void queues_look(struct queues *q)
{
    struct outlook outlook;

    look_at_all(q, &outlook);
    q->look_is_far = outlook.far;
    if (outlook.next_ns != UINT64_MAX)
        cadre__timer_start(q->host.timers, &q->look, outlook.next_ns);
    else
        cadre__timer_stop(q->host.timers, &q->look);
    if (outlook.silent)
        (void)event_add(q->watch, NULL);
    else /* it would be told of the same again and again */
        (void)event_del(q->watch);
}

void queues_on_watch(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    queues_look(arg);
}
