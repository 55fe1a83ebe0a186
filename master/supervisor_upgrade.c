/* SPDX-License-Identifier: MIT */
/*
 * A binary upgrade and the relay of connections, on both sides; see supervisor_state.h.
 *
 * successor.h is the old master's side, predecessor.h the new one's.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "conf/server_conf.h"
#include "master/control_point.h"
#include "master/crash_log.h"
#include "master/crew.h"
#include "master/estate.h"
#include "master/heir.h"
#include "master/incidents.h"
#include "master/machine.h"
#include "master/notify.h"
#include "master/service.h"
#include "master/successor.h"
#include "master/supervisor.h"
#include "master/supervisor_state.h"

/* --- The old master --- */

static void on_successor_ready(void *arg, pid_t pid)
{
    struct machine_event event = {.type = EVENT_UPGRADE_READY, .pid = pid};

    supervisor_feed(arg, &event);
}

static void on_successor_failed(void *arg, const char *why)
{
    struct machine_event event = {.type = EVENT_UPGRADE_FAILED, .text = why};

    supervisor_feed(arg, &event);
}

static void on_successor_answer(void *arg, uint32_t slot, pid_t pid, bool taken)
{
    struct supervisor *s = arg;

    crew_answer_handover(s->crew, slot, pid, taken);
}

void supervisor_upgrade(struct supervisor *s, const struct machine_action *a)
{
    struct machine_event event = {.type = EVENT_UPGRADE_FAILED};
    char why[LINE_SIZE];
    const struct successor_options options = {
        .base = s->base,
        .program = s->options->program,
        .argv = s->options->argv,
        .listeners = &s->current->listeners,
        .passed = &s->passed,
        .notify_socket = s->service.notify.fd >= 0 ? s->service.notify.text : "",
        .watchdog_ns = 2 * s->service.watchdog_ns,
        .generation = a->generation,
        .rates_fd = crew_rates_fd(s->crew),
        .on_ready = on_successor_ready,
        .on_failed = on_successor_failed,
        .on_answer = on_successor_answer,
        .arg = s,
    };

    successor_free(s->successor);
    s->successor = NULL;
    if (getpid() == 1)
        event.text = "process 1 of a container cannot leave its place to another; start a new "
                     "container";
    else if (successor_start(&options, &s->successor, why, sizeof(why)) < 0)
        event.text = why;
    if (event.text != NULL)
        supervisor_answer(s, &event);
    else
        supervisor_tell_totals(s);
}

/* The new master is the server: this one says nothing to the service manager any more. */
void supervisor_give(struct supervisor *s)
{
    control_point_settle(&s->control);
    control_point_close(&s->control);
    notify_main_pid(&s->service.notify, successor_pid(s->successor));
    service_close(&s->service);
    s->gave = true;
    supervisor_tell_totals(s);
    if (successor_give(s->successor))
        crash_log_set_folder(incidents_crash_log(s->incidents), NULL); /* its file now */
    else
        cadre__log(CADRE_LOG_CRITICAL, "the new master has gone as it took over");
}

/* --- The new master --- */

/* The old master gave the service away: its manager hears of this one from now on. */
void supervisor_on_given(void *arg)
{
    struct supervisor *s = arg;

    service_open(&s->service);
    service_watch(&s->service, &s->timers, supervisor_is_well, s);
    if (s->current != NULL) {
        service_keep(&s->service, &s->current->listeners, &s->passed);
        control_point_open(&s->control, s->current->conf->runtime_dir);
    }
    if (s->machine->state == MACHINE_SERVING)
        notify_ready(&s->service.notify);
    notify_status(&s->service.notify, s->machine->status);
}

/* --- Connections --- */

static bool has_listener(const struct estate *estate, const char *address)
{
    for (size_t i = 0; estate != NULL && i < estate->listeners.n; i++)
        if (strcmp(estate->listeners.entries[i].listener->address, address) == 0)
            return true;
    return false;
}

/* Relays a connection to the next heir in turn, to one that has room where there is one. */
bool supervisor_relay(void *arg, const struct cadre__msg_handover *note, int fd)
{
    struct supervisor *s = arg;
    uint64_t time = supervisor_now();
    unsigned heirs;

    if (!has_listener(s->current, note->listener))
        return false;
    heirs = heir_count(s->machine);
    for (unsigned i = 0; i < 2 * heirs; i++) {
        uint32_t heir = heir_next(s->machine);

        if (i < heirs && !crew_has_room(s->crew, heir, time))
            continue;
        if (crew_send_adopt(s->crew, heir, note, fd) == 0)
            return true;
    }
    return false;
}

enum crew_handover supervisor_on_handover(void *arg, uint32_t slot,
                                          const struct cadre__msg_handover *note, int fd)
{
    struct supervisor *s = arg;

    heir_leaves(s->machine, slot);
    if (s->machine->succeeded && s->successor != NULL)
        return successor_adopt(s->successor, slot, crew_pid(s->crew, slot), note, fd)
                   ? CREW_PENDING
                   : CREW_REFUSED;
    return note != NULL && supervisor_relay(s, note, fd) ? CREW_TAKEN : CREW_REFUSED;
}
