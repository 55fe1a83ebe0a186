/* SPDX-License-Identifier: MIT */
/*
 * Who serves a queue, and what the workers have been told of it; see queues.h and queues_inside.h.
 */
#include "config.h"

#include "master/listener.h"
#include "master/queue_group.h"
#include "master/queues.h"
#include "master/queues_inside.h"

/* --- Who has been told --- */

static bool has_bit(const uint8_t *bits, uint32_t slot)
{
    return (bits[slot / 8] >> (slot % 8) & 1) != 0;
}

static void set_bit(uint8_t *bits, uint32_t slot, bool set)
{
    uint8_t bit = (uint8_t)(1U << (slot % 8));

    bits[slot / 8] = (uint8_t)(set ? bits[slot / 8] | bit : bits[slot / 8] & ~bit);
}

static bool is_told(const struct queue *queue, uint32_t slot)
{
    return has_bit(queue->told, slot);
}

static void set_told(struct queue *queue, uint32_t slot, bool told)
{
    set_bit(queue->told, slot, told);
    set_bit(queue->doubted, slot, false);
    if (!told && queue->told_own == slot)
        queue->told_own = QUEUE_NOBODY;
}

bool queues_doubt(struct queues *q, uint32_t slot, uint32_t at, uint32_t number)
{
    const struct queue_group *group =
        q->set != NULL && at < q->set->n ? q->set->entries[at].listener->group : NULL;

    for (size_t i = 0; group != NULL && i < group->n; i++) {
        struct queue *queue = group->queues[i];

        if (queue->number != number || !is_told(queue, slot))
            continue;
        set_bit(queue->doubted, slot, true);
        return true;
    }
    return false;
}

void queues_forget(struct queues *q, uint32_t slot)
{
    FOR_EACH_GROUP(q, at)
    {
        const struct queue_group *group = q->set->entries[at].listener->group;

        for (size_t i = 0; i < group->n; i++) {
            set_told(group->queues[i], slot, false);
            if (group->queues[i]->owner == slot)
                group->queues[i]->owner = QUEUE_NOBODY;
        }
    }
}

struct queues_one *queues_find_worker(struct queues *q, uint32_t slot)
{
    for (size_t i = 0; i < q->n_workers; i++)
        if (q->workers[i].slot == slot)
            return &q->workers[i];
    return NULL;
}

struct queue *queues_owned_by(const struct queue_group *group, uint32_t slot)
{
    for (size_t i = 0; i < group->n; i++)
        if (group->queues[i]->owner == slot)
            return group->queues[i];
    return NULL;
}

static void tell_leave(struct queues *q, uint32_t at, struct queue *queue, uint32_t slot)
{
    if (q->host.leave(q->host.arg, slot, at, queue->number))
        set_told(queue, slot, false);
}

/* --- Who serves a queue --- */

static bool is_lent(struct queues *q, const struct queue *queue)
{
    const struct queues_one *owner =
        queue->owner != QUEUE_NOBODY ? queues_find_worker(q, queue->owner) : NULL;

    return queue->retiring || owner == NULL || owner->stuck;
}

/* Whether it is to be told now, though it has been: it has missed that. */
static bool is_doubted(struct queues *q, const struct queue *queue, uint32_t slot)
{
    return has_bit(queue->doubted, slot) && q->host.now() >= q->retell_ns;
}

static void distribute_queue(struct queues *q, uint32_t at, const struct queue_group *group,
                             struct queue *queue)
{
    bool lent = is_lent(q, queue);

    for (size_t i = 0; i < q->n_workers; i++) {
        const struct queues_one *w = &q->workers[i];
        bool own = queue->owner == w->slot;
        /* Who has none of its own helps with the first. */
        bool helps = queue->number == 0 && queues_owned_by(group, w->slot) == NULL;
        bool told = is_told(queue, w->slot);

        if (own || ((lent || helps) && !w->stuck)) {
            if (told && own == (queue->told_own == w->slot) && !is_doubted(q, queue, w->slot))
                continue;
            if (!q->host.serve(q->host.arg, w->slot, at, queue->number, own, queue->fd))
                continue;
            set_told(queue, w->slot, true);
            if (own)
                queue->told_own = w->slot;
            else if (queue->told_own == w->slot)
                queue->told_own = QUEUE_NOBODY;
        } else if (told && !w->stuck) {
            tell_leave(q, at, queue, w->slot);
        }
    }
}

void queues_distribute(struct queues *q)
{
    FOR_EACH_GROUP(q, at)
    {
        const struct listener_entry *entry = &q->set->entries[at];
        const struct queue_group *group = entry->listener->group;

        for (size_t i = queues_has(entry) ? 0 : 1; i < group->n; i++)
            distribute_queue(q, (uint32_t)at, group, group->queues[i]);
    }
}

void queues_tell_closed(struct queues *q, uint32_t at, struct queue *queue)
{
    for (size_t i = 0; i < q->n_workers; i++)
        if (is_told(queue, q->workers[i].slot))
            tell_leave(q, at, queue, q->workers[i].slot);
}
