/* SPDX-License-Identifier: MIT */
/*
 * What master/queues.h has to know of the rest, and what it asks for; see supervisor_state.h.
 */
#include "config.h"

#include "ipc/channel.h"
#include "master/estate.h"
#include "master/heir.h"
#include "master/supervisor_state.h"

static void pulse(void *arg, uint32_t slot, struct queues_pulse *ret)
{
    const struct supervisor *s = arg;

    crew_pulse(s->crew, slot, ret);
}

static bool serve(void *arg, uint32_t slot, uint32_t listener, uint32_t number, bool own, int fd)
{
    const struct supervisor *s = arg;
    const struct cadre__msg_queue queue = {.listener = listener, .number = number, .own = own};

    return crew_send_queue(s->crew, slot, &queue, fd);
}

static bool leave(void *arg, uint32_t slot, uint32_t listener, uint32_t number)
{
    const struct supervisor *s = arg;
    const struct cadre__msg_queue queue = {.listener = listener, .number = number};

    return crew_send_leave(s->crew, slot, &queue);
}

void supervisor_init_queues(struct supervisor *s)
{
    queues_init(&s->queues, &(struct queues_host){.base = s->base,
                                                  .timers = &s->timers,
                                                  .now = supervisor_now,
                                                  .pulse = pulse,
                                                  .serve = serve,
                                                  .leave = leave,
                                                  .arg = s});
}

static unsigned target(const struct machine *m)
{
    for (unsigned i = 0; i < MACHINE_GENERATIONS_MAX; i++)
        if (m->generations[i].state == GENERATION_CURRENT)
            return m->generations[i].target;
    return 0;
}

/* Whether there is anything to settle. */
static bool concerns_us(const struct supervisor *s)
{
    bool any = s->queues.any;

    for (size_t i = 0; !any && s->current != NULL && i < s->current->listeners.n; i++) {
        const struct listener_entry *entry = &s->current->listeners.entries[i];

        any = queues_has(entry) || entry->listener->group != NULL;
    }
    return any;
}

void supervisor_settle_queues(struct supervisor *s)
{
    struct queues_worker workers[MACHINE_SLOTS_MAX];
    struct queues_view view = {
        .set = s->current != NULL ? &s->current->listeners : NULL,
        .workers = workers,
        .target = target(s->machine),
        .frozen = s->machine->state == MACHINE_UPGRADING || s->machine->succeeded,
    };

    if (!concerns_us(s))
        return;
    for (uint32_t slot = 0; slot < s->machine->high_water; slot++)
        if (heir_is(s->machine, slot))
            workers[view.n_workers++] =
                (struct queues_worker){.slot = slot, .pid = crew_pid(s->crew, slot)};
    queues_settle(&s->queues, &view);
}

void supervisor_on_missed(void *arg, uint32_t slot, const struct cadre__msg_missed *missed)
{
    struct supervisor *s = arg;

    if (missed->type == CADRE__MSG_QUEUE)
        queues_missed(&s->queues, slot, missed->listener, missed->number);
    else if (missed->type == CADRE__MSG_TASKS)
        task_inquiries_missed(&s->tasks, slot, missed->id);
    else if (missed->type == CADRE__MSG_LOG || missed->type == CADRE__MSG_ACCESS_LOG)
        supervisor_log_missed(s, slot);
}
