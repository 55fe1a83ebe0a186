/* SPDX-License-Identifier: MIT */
/*
 * The crew: its processes and shared areas; see crew.h.
 *
 * Who starts is crew_start.c, what they say crew_hear.c, what they are told crew_send.c, how they
 * end crew_end.c, what is looked at meanwhile crew_watch.c.
 */
#include "config.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cadre/error.h>

#include "base/counter.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/shm.h"
#include "ipc/crash_record.h"
#include "ipc/scoreboard.h"
#include "master/crew.h"
#include "master/crew_process.h"
#include "master/oom.h"

#define COUNTERS_CAPACITY 1000

_Static_assert(MACHINE_SLOTS_MAX == CADRE__SLOTS_MAX, "a slot is a record of the scoreboard");

struct process *crew_find(struct crew *crew, uint32_t slot)
{
    if (slot >= MACHINE_SLOTS_MAX || crew->processes[slot].pid == 0)
        return NULL;
    return &crew->processes[slot];
}

void process_report(struct process *p, struct machine_event *event)
{
    event->slot = p->slot;
    p->crew->options.on_event(p->crew->options.arg, event);
}

void process_report_type(struct process *p, enum machine_event_type type)
{
    struct machine_event event = {.type = type};

    process_report(p, &event);
}

void process_set_state(struct process *p, enum cadre__score_state state)
{
    atomic_store_explicit(&p->crew->board->slot[p->slot].state, state, memory_order_relaxed);
}

void process_close_channel(struct process *p)
{
    if (p->channel_fd < 0)
        return;
    event_del(&p->channel_event);
    cadre__fd_close(&p->channel_fd);
}

void process_report_broken(struct process *p, const char *text)
{
    struct machine_event event = {.type = EVENT_BROKEN, .text = text};

    process_close_channel(p);
    process_report(p, &event);
}

/* --- Look-ups --- */

pid_t crew_pid(const struct crew *crew, uint32_t slot)
{
    return slot < MACHINE_SLOTS_MAX ? crew->processes[slot].pid : 0;
}

bool crew_has(const struct crew *crew, uint32_t slot, uint32_t *ret_generation)
{
    if (slot >= MACHINE_SLOTS_MAX || crew->processes[slot].pid == 0)
        return false;
    *ret_generation = crew->processes[slot].generation;
    return true;
}

void crew_forget(struct crew *crew, uint32_t slot)
{
    struct process *p = crew_find(crew, slot);

    if (p != NULL)
        process_forget(p);
}

struct cadre__snapshot_sources crew_sources(const struct crew *crew)
{
    return (struct cadre__snapshot_sources){
        .board = crew->board,
        .traffic = crew->traffic,
        .status = crew->status,
        .counters = &crew->counters,
        .quarantine = crew->quarantine,
    };
}

struct cadre__status_area *crew_status_area(struct crew *crew)
{
    return crew->status;
}

void crew_inherit(struct crew *crew, const struct cadre__totals *totals, bool may_add)
{
    cadre__traffic_inherit(crew->traffic, &totals->traffic);
    for (size_t i = 0; i < totals->n_counters; i++) {
        const struct cadre__totals_counter *c = &totals->counters[i];
        int r = cadre__counter_inherit(&crew->counters, &c->info, c->value, may_add);

        if (r < 0 && may_add)
            cadre__log(CADRE_LOG_WARNING, "the counter %s does not go on: %s", c->info.name,
                       cadre_strerror(r));
    }
    for (size_t i = 0; i < totals->n_histograms; i++) {
        const struct cadre__histogram_info *h = &totals->histograms[i];
        int r = cadre__histogram_inherit(&crew->counters, h, may_add);

        if (r < 0 && may_add)
            cadre__log(CADRE_LOG_WARNING, "the histogram %s does not go on: %s", h->name,
                       cadre_strerror(r));
    }
}

/* --- Life --- */

static bool have_pid_fd(void)
{
    int fd = (int)syscall(SYS_pidfd_open, getpid(), 0U);
    bool have = fd >= 0;

    cadre__fd_close(&fd);
    return have;
}

static int make_areas(struct crew *crew)
{
    int r = cadre__scoreboard_create(&crew->score_area, &crew->board);

    if (r == 0)
        r = cadre__crashes_create(&crew->crash_area, &crew->crashes);
    if (r < 0)
        return r;
    r = cadre__shm_create(&crew->counter_area, CADRE__COUNTERS_AREA,
                          cadre__counters_size(CADRE__SLOTS_MAX, COUNTERS_CAPACITY));
    if (r < 0)
        return r;
    r = cadre__counters_create(&crew->counters, &crew->counter_area, CADRE__SLOTS_MAX,
                               COUNTERS_CAPACITY);
    if (r == 0)
        r = cadre__traffic_create(&crew->traffic_area, &crew->traffic);
    if (r == 0)
        r = cadre__status_create(&crew->status_area, &crew->status);
    return r == 0 ? cadre__quarantine_open(crew->options.quarantine_area, &crew->quarantine) : r;
}

int crew_new(const struct crew_options *options, struct crew **ret, char *why, size_t why_size)
{
    struct crew *crew = calloc(1, sizeof(*crew));
    int r = -ENOMEM;

    if (crew != NULL) {
        crew->options = *options;
        crew->score_area.fd = -1;
        crew->counter_area.fd = -1;
        crew->crash_area.fd = -1;
        crew->traffic_area.fd = -1;
        crew->status_area.fd = -1;
        crew->rates_area.fd = -1;
        oom_init(&crew->oom);
        crew->no_pid_fd = !have_pid_fd();
        r = make_areas(crew);
        if (r == 0 && options->rates_fd > 0)
            crew_take_rates(crew, options->rates_fd);
    }
    if (r < 0) {
        snprintf(why, why_size, "cannot make the shared areas: %s", cadre_strerror(r));
        crew_free(crew);
        return r;
    }
    *ret = crew;
    return 0;
}

void crew_free(struct crew *crew)
{
    if (crew == NULL)
        return;
    for (uint32_t slot = 0; slot < MACHINE_SLOTS_MAX; slot++)
        if (crew->processes[slot].pid != 0)
            process_forget(&crew->processes[slot]);
    cadre__shm_done(&crew->crash_area);
    cadre__shm_done(&crew->status_area);
    cadre__shm_done(&crew->rates_area);
    cadre__shm_done(&crew->traffic_area);
    cadre__shm_done(&crew->counter_area);
    cadre__shm_done(&crew->score_area);
    free(crew);
}
