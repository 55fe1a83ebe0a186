/* SPDX-License-Identifier: MIT */
/*
 * Whose a queue is, which are made and which are closed; see queues.h, and queues_inside.h for the
 * other files of it. The sockets are those of queue_group.h.
 */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cadre/error.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/list.h"
#include "base/log.h"
#include "master/listener.h"
#include "master/queue_group.h"
#include "master/queues.h"
#include "master/queues_inside.h"

/* How long until what failed is tried again, and a queue that is to be closed is looked at again.
 */
#define AGAIN_NS CADRE__NSEC_PER_SEC

bool queues_has(const struct listener_entry *entry)
{
    return entry->conf->reuse_port && entry->listener->passed == NULL;
}

void queues_init(struct queues *q, const struct queues_host *host)
{
    *q = (struct queues){.host = *host, .watch_fd = -1};
}

void queues_done(struct queues *q)
{
    if (q->watch != NULL)
        event_free(q->watch);
    cadre__fd_close(&q->watch_fd);
    free(q->workers);
}

static bool is_in(const struct queues_one *one, const struct queues_view *view)
{
    for (size_t i = 0; i < view->n_workers; i++)
        if (view->workers[i].slot == one->slot && view->workers[i].pid == one->pid)
            return true;
    return false;
}

static void take_workers(struct queues *q, const struct queues_view *view)
{
    size_t kept = 0;

    for (size_t i = 0; i < q->n_workers; i++) {
        if (is_in(&q->workers[i], view))
            q->workers[kept++] = q->workers[i];
        else
            queues_forget(q, q->workers[i].slot);
    }
    q->n_workers = kept;
    for (size_t i = 0; i < view->n_workers; i++) {
        const struct queues_worker *w = &view->workers[i];

        if (queues_find_worker(q, w->slot) == NULL)
            q->workers[q->n_workers++] = (struct queues_one){.slot = w->slot, .pid = w->pid};
    }
}

/* --- Whose a queue is --- */

/* One that is nobody's: the oldest of those that do not retire, or of those that do. */
static struct queue *find_free(const struct queue_group *group, bool retiring)
{
    struct queue *found = NULL;

    for (size_t i = 0; i < group->n; i++) {
        struct queue *queue = group->queues[i];

        if (queue->owner == QUEUE_NOBODY && queue->retiring == retiring &&
            (found == NULL || queue->number < found->number))
            found = queue;
    }
    return found;
}

static void set_retiring(struct queues *q, struct queue_group *group, struct queue *queue,
                         bool retiring)
{
    queue->retiring = retiring;
    queue->retired_ns = q->host.now();
    group->steered = false;
}

/* A queue for a worker that has none. NULL: it serves another's. */
static struct queue *find_or_make(struct queues *q, const struct listener_entry *entry)
{
    struct queue_group *group = entry->listener->group;
    struct queue *queue = find_free(group, false);
    int r;

    if (queue != NULL || q->frozen)
        return queue;
    queue = find_free(group, true);
    if (queue != NULL) {
        set_retiring(q, group, queue, false);
        return queue;
    }
    r = queue_group_grow(group);
    if (r == 0)
        return group->queues[group->n - 1];
    if (!group->told_few)
        cadre__log(CADRE_LOG_WARNING,
                   "listen \"%s\": no queue can be made for each worker: %s; some share one",
                   entry->conf->name, cadre_strerror(r));
    group->told_few = true;
    return NULL;
}

static void give_each_one(struct queues *q, const struct listener_entry *entry)
{
    for (size_t i = 0; i < q->n_workers; i++) {
        struct queue *queue;

        if (queues_owned_by(entry->listener->group, q->workers[i].slot) != NULL)
            continue;
        queue = find_or_make(q, entry);
        if (queue != NULL)
            queue->owner = q->workers[i].slot;
    }
}

/* The newest but the primary that does not retire: nobody's, or with `owned` somebody's. */
static struct queue *find_last(const struct queue_group *group, bool owned)
{
    struct queue *found = NULL;

    for (size_t i = 1; i < group->n; i++) {
        struct queue *queue = group->queues[i];

        if (!queue->retiring && (queue->owner != QUEUE_NOBODY) == owned &&
            (found == NULL || queue->number > found->number))
            found = queue;
    }
    return found;
}

/* Retires what is nobody's beyond the first `want`. The primary stays: who has the last one gets it
 * instead. */
static void retire_surplus(struct queues *q, struct queue_group *group, size_t want)
{
    for (size_t n = queue_group_active(group); n > want; n--) {
        struct queue *last = find_last(group, false);

        if (last == NULL && group->queues[0]->owner == QUEUE_NOBODY) {
            last = find_last(group, true);
            if (last == NULL)
                return;
            group->queues[0]->owner = last->owner;
            last->owner = QUEUE_NOBODY;
        }
        if (last == NULL)
            return;
        set_retiring(q, group, last, true);
    }
}

/* --- Closing --- */

/* When a queue that retires may be closed, once it is empty. */
static uint64_t closing_is_due(const struct queue_group *group, const struct queue *queue)
{
    uint64_t since_ns = queue->retired_ns > group->astray_ns ? queue->retired_ns : group->astray_ns;

    return cadre__deadline(since_ns, QUEUE_LINGER_NS);
}

/* Closes what has retired for long enough and is empty. When to look again; UINT64_MAX: never, or
 * when steering is tried again. */
static uint64_t close_retired(struct queues *q, uint32_t at, struct queue_group *group)
{
    uint64_t now = q->host.now(), next = UINT64_MAX;

    if (!group->steered)
        return next;
    for (size_t i = group->n; i-- > 1;) {
        const struct queue *queue = group->queues[i];
        uint64_t due = closing_is_due(group, queue);

        if (!queue->retiring)
            continue;
        if (due <= now && queue_is_empty(queue) && queue_group_gather(group) == 0) {
            queues_tell_closed(q, at, group->queues[i]);
            queue_group_close(group, i);
            continue;
        }
        if (due <= now)
            due = cadre__deadline(now, AGAIN_NS);
        if (due < next)
            next = due;
    }
    return next;
}

/* --- All of it --- */

static bool set_up(struct queues *q)
{
    if (q->workers == NULL)
        q->workers = calloc(MACHINE_SLOTS_MAX, sizeof(*q->workers));
    if (q->watch_fd < 0)
        q->watch_fd = epoll_create1(EPOLL_CLOEXEC);
    if (q->watch == NULL && q->watch_fd >= 0)
        q->watch = event_new(q->host.base, q->watch_fd, EV_READ, queues_on_watch, q);
    return q->workers != NULL && q->watch != NULL;
}

/* Makes the groups that are wanted. True: there is one. */
static bool make_groups(struct queues *q)
{
    bool any = false;

    for (size_t i = 0; q->set != NULL && i < q->set->n; i++) {
        const struct listener_entry *entry = &q->set->entries[i];
        struct listener *l = entry->listener;

        if (l->group == NULL && queues_has(entry) && l->listening && set_up(q))
            l->group = queue_group_new(l->fd, entry->conf->backlog);
        any = any || l->group != NULL;
    }
    return any && set_up(q);
}

static void end_group(struct listener *l)
{
    (void)!queue_group_steer(l->group);
    queue_group_free(l->group);
    l->group = NULL;
}

/* When to try again; UINT64_MAX: it is done. */
static uint64_t steer(struct queues *q, const struct listener_entry *entry)
{
    struct queue_group *group = entry->listener->group;
    int r = queue_group_steer(group);

    if (r == 0) {
        group->told_astray = false;
        return UINT64_MAX;
    }
    if (!group->told_astray)
        cadre__log(CADRE_LOG_WARNING,
                   "listen \"%s\": new connections cannot be steered to queues: %s; those of "
                   "workers that have left are served by the others",
                   entry->conf->name, cadre_strerror(r));
    group->told_astray = true;
    group->astray_ns = q->host.now();
    return cadre__deadline(group->astray_ns, AGAIN_NS);
}

static void sooner(uint64_t *next, uint64_t due)
{
    if (due < *next)
        *next = due;
}

static void settle_group(struct queues *q, const struct listener_entry *entry, uint32_t at,
                         uint64_t *next)
{
    struct queue_group *group = entry->listener->group;

    queue_group_set_backlog(group, entry->conf->backlog);
    if (queues_has(entry)) {
        give_each_one(q, entry);
        if (q->target > 0 && !q->frozen)
            retire_surplus(q, group, q->target);
    } else if (!q->frozen) {
        for (size_t i = 0; i < group->n; i++)
            group->queues[i]->owner = QUEUE_NOBODY;
        retire_surplus(q, group, 1);
    }
    group->foreign = q->frozen;
    if (q->frozen) {
        group->steered = false; /* the other master may have steered */
    } else {
        sooner(next, steer(q, entry));
        sooner(next, close_retired(q, at, group)); /* then the list is another one */
        sooner(next, steer(q, entry));
    }
    queues_watch(q, group);
}

/* What the groups are to be; and when again, where something is only to be later. */
static void settle_groups(struct queues *q)
{
    uint64_t next = UINT64_MAX;

    FOR_EACH_GROUP(q, at)
    {
        const struct listener_entry *entry = &q->set->entries[at];

        settle_group(q, entry, (uint32_t)at, &next);
        if (!queues_has(entry) && entry->listener->group->n == 1 && !q->frozen)
            end_group(entry->listener);
    }
    if (next == UINT64_MAX)
        cadre__timer_stop(q->host.timers, &q->close);
    else
        cadre__timer_start(q->host.timers, &q->close, next);
}

static void on_close(struct cadre__timer *timer)
{
    settle_groups(CADRE__CONTAINER_OF(timer, struct queues, close));
}

void queues_settle(struct queues *q, const struct queues_view *view)
{
    /* Groups of a set that is gone are gone, too. */
    q->set = view->set;
    q->target = view->target;
    q->frozen = view->frozen;
    if (!make_groups(q)) {
        if (!q->any)
            return;
        q->any = false;
        q->n_workers = 0;
        cadre__timer_stop(q->host.timers, &q->look);
        cadre__timer_stop(q->host.timers, &q->close);
        event_del(q->watch);
        return;
    }
    if (!q->any) {
        q->any = true;
        cadre__timer_init(&q->look, queues_on_look);
        cadre__timer_init(&q->close, on_close);
    }
    take_workers(q, view);
    settle_groups(q);
    queues_distribute(q);
    if (!cadre__timer_is_armed(&q->look) || q->look_is_far)
        queues_look(q);
}

void queues_missed(struct queues *q, uint32_t slot, uint32_t listener, uint32_t number)
{
    if (!q->any || queues_find_worker(q, slot) == NULL || !queues_doubt(q, slot, listener, number))
        return;
    q->retell_ns = cadre__deadline(q->host.now(), QUEUES_RETELL_NS);
    if (!cadre__timer_is_armed(&q->look) || q->look_is_far)
        queues_look(q);
}
