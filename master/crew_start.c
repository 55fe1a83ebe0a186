/* SPDX-License-Identifier: MIT */
/*
 * How children are started: their heritage, the fork, the watch over them; see crew.h.
 */
#include "config.h"

#include <event2/event.h>
#include <stdio.h>
#include <unistd.h>

#include <cadre/error.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/shm.h"
#include "conf/server_conf.h"
#include "ipc/crash_record.h"
#include "ipc/heritage.h"
#include "ipc/scoreboard.h"
#include "master/crew.h"
#include "master/crew_process.h"
#include "master/estate.h"
#include "master/kinds.h"
#include "master/queues.h"
#include "master/spawn.h"

/* The status listener is the reporter's, the others are the workers'. */
static int add_listeners(struct cadre__heritage *heritage, const struct listener_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        const struct listener_entry *entry = &set->entries[i];
        int r;

        if (entry->conf->is_status != (heritage->kind == CADRE__CHILD_REPORTER))
            continue;
        r = cadre__heritage_add_listener(heritage, entry->conf->name, entry->listener->fd,
                                         entry->listener->address, queues_has(entry));

        if (r < 0)
            return r;
    }
    return 0;
}

static int fill_heritage(struct crew *crew, const struct crew_place *place,
                         const struct estate *estate, struct cadre__heritage *heritage)
{
    const struct kind *kind = kind_find(place->kind);
    int r = 0;

    cadre__heritage_init(heritage);
    heritage->kind = place->kind;
    heritage->slot = place->slot;
    heritage->index = place->index;
    heritage->generation = place->generation;
    heritage->master_pid = getpid();
    heritage->boot_ns = crew->options.boot_ns;
    heritage->conf_fd = estate->conf_fd;
    heritage->log_fd = estate->log_fd;
    if (place->kind == CADRE__CHILD_WORKER)
        heritage->access_fd = estate->access_fd;
    heritage->log_service = estate_log_service(estate);
    heritage->log_facility = (uint32_t)estate->conf->log_facility;
    if (cadre__log_is_journal(estate->log_fd))
        heritage->flags |= CADRE__HERITAGE_JOURNAL;
    if (crew->options.terminal)
        heritage->flags |= CADRE__HERITAGE_TERMINAL;
    if (kind->areas)
        r = cadre__heritage_add_shm(heritage, &crew->score_area);
    if (r == 0 && kind->areas)
        r = cadre__heritage_add_shm(heritage, &crew->counter_area);
    if (r == 0 && kind->areas)
        r = cadre__heritage_add_shm(heritage, &crew->crash_area);
    if (r == 0 && kind->areas)
        r = cadre__heritage_add_shm(heritage, &crew->traffic_area);
    if (r == 0 && (place->kind == CADRE__CHILD_WORKER || kind->status))
        r = cadre__heritage_add_shm(heritage, crew->options.quarantine_area);
    if (r == 0 && kind->status)
        r = cadre__heritage_add_shm(heritage, &crew->status_area);
    if (r == 0 && place->kind == CADRE__CHILD_WORKER)
        r = crew_make_rates(crew, place->generation, estate->conf);
    if (r == 0 && place->kind == CADRE__CHILD_WORKER)
        r = cadre__heritage_add_shm(heritage, &crew->rates_area);
    if (r == 0 && kind->listeners)
        r = add_listeners(heritage, &estate->listeners);
    for (unsigned i = 0; r == 0 && kind->modules && i < estate->n_pins; i++)
        r = cadre__heritage_add_pin(heritage, &estate->pins[i]);
    return r;
}

static void watch(struct process *p, const struct spawned *spawned)
{
    struct crew *crew = p->crew;

    p->pid = spawned->pid;
    p->pid_fd = spawned->pid_fd;
    p->channel_fd = spawned->channel_fd;
    event_assign(&p->channel_event, crew->options.base, p->channel_fd, EV_READ | EV_PERSIST,
                 process_on_channel, p);
    event_add(&p->channel_event, NULL);
    if (p->pid_fd >= 0) {
        event_assign(&p->exit_event, crew->options.base, p->pid_fd, EV_READ | EV_PERSIST,
                     process_on_exit, p);
        event_add(&p->exit_event, NULL);
    }
    if (p->slot >= crew->high_water)
        crew->high_water = p->slot + 1;
}

int crew_start(struct crew *crew, const struct crew_place *place, const struct estate *estate,
               char *why, size_t why_size)
{
    struct process *p = &crew->processes[place->slot];
    struct cadre__heritage heritage;
    struct cadre__score *score;
    struct spawned spawned;
    struct spawn_request request = {
        .heritage = &heritage,
        .worker_fd = crew->options.worker_fd,
        .conf = estate->conf,
        .environment = estate->environment,
    };
    int r = fill_heritage(crew, place, estate, &heritage);

    if (r < 0) {
        snprintf(why, why_size, "cannot make a heritage: %s", cadre_strerror(r));
        return r;
    }
    score = cadre__scoreboard_claim(crew->board, place->slot, place->kind, place->generation,
                                    place->index, cadre__clock_now(cadre__clock_system()));
    cadre__crash_clear(crew->crashes, place->slot);
    cadre__traffic_claim(crew->traffic, place->slot);
    r = spawn_child(&request, &spawned, why, why_size);
    if (r < 0) {
        cadre__scoreboard_release(crew->board, place->slot);
        return r;
    }
    atomic_store_explicit(&score->pid, (uint32_t)spawned.pid, memory_order_relaxed);
    *p = (struct process){
        .crew = crew,
        .slot = place->slot,
        .generation = place->generation,
        .kind = place->kind,
        .born_ns = cadre__clock_now(cadre__clock_system()),
        .worker_timeout_ns =
            place->kind == CADRE__CHILD_WORKER ? estate->conf->worker_timeout_ns : 0,
        .max_rss = place->kind == CADRE__CHILD_WORKER ? estate->conf->max_rss : 0};
    watch(p, &spawned);
    return spawned.pid;
}
