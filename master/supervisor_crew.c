/* SPDX-License-Identifier: MIT */
/*
 * The supervisor and its crew: starting children, and what comes from them; see supervisor_state.h.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/timer.h"
#include "conf/count_within.h"
#include "conf/server_conf.h"
#include "master/crash_report.h"
#include "master/crew.h"
#include "master/estate.h"
#include "master/incidents.h"
#include "master/machine.h"
#include "master/quarantine.h"
#include "master/supervisor_state.h"

/* --- Silence and memory --- */

/* A worker with such a limit may have started: looks for silence, if nobody does yet. */
static void watch_silence(struct supervisor *s)
{
    if (!cadre__timer_is_armed(&s->silence_timer))
        cadre__timer_start(&s->timers, &s->silence_timer,
                           cadre__deadline(supervisor_now(), CADRE__NSEC_PER_SEC));
}

/* The same for memory. */
static void watch_rss(struct supervisor *s)
{
    if (!cadre__timer_is_armed(&s->rss_timer))
        cadre__timer_start(&s->timers, &s->rss_timer,
                           cadre__deadline(supervisor_now(), CADRE__NSEC_PER_SEC));
}

/*
 * One coarse timer looks for silence. When it comes late, this process itself has been stopped or
 * starved, and the workers with it perhaps: then they get another round.
 */
static void on_silence_timer(struct cadre__timer *timer)
{
    struct supervisor *s = CADRE__CONTAINER_OF(timer, struct supervisor, silence_timer);
    uint64_t time = supervisor_now(), late = time - timer->deadline_ns;
    uint64_t next = CADRE__NSEC_PER_SEC;

    if (late < CADRE__NSEC_PER_SEC / 2)
        next = crew_check_silence(s->crew, time);
    if (next != UINT64_MAX)
        cadre__timer_start(&s->timers, timer, cadre__deadline(supervisor_now(), next));
}

static void on_rss_timer(struct cadre__timer *timer)
{
    struct supervisor *s = CADRE__CONTAINER_OF(timer, struct supervisor, rss_timer);
    uint64_t next = crew_check_rss(s->crew);

    if (next != UINT64_MAX)
        cadre__timer_start(&s->timers, timer, cadre__deadline(supervisor_now(), next));
}

bool supervisor_is_well(void *arg, uint64_t limit_ns)
{
    const struct supervisor *s = arg;

    return !crew_is_stuck(s->crew, limit_ns, supervisor_now());
}

/* --- Starts --- */

void supervisor_spawn(struct supervisor *s, const struct machine_action *a)
{
    const struct machine_child *c = &s->machine->children[a->slot];
    struct estate *estate = supervisor_estate(s, a->generation);
    const struct crew_place place = {
        .slot = a->slot, .kind = c->kind, .generation = c->generation, .index = c->index};
    struct machine_event event = {.type = EVENT_SPAWNED, .slot = a->slot};
    char why[LINE_SIZE] = "its generation is gone";
    int r;

    if (estate != NULL && c->kind == CADRE__CHILD_REPORTER)
        supervisor_listen_early(estate);
    r = estate != NULL ? crew_start(s->crew, &place, estate, why, sizeof(why)) : -ENOENT;

    if (r < 0) {
        event.type = EVENT_SPAWN_FAILED;
        event.text = why;
    } else {
        event.pid = r;
        if (c->kind == CADRE__CHILD_WORKER && estate->conf->worker_timeout_ns != 0)
            watch_silence(s);
        if (c->kind == CADRE__CHILD_WORKER && estate->conf->max_rss != 0)
            watch_rss(s);
    }
    supervisor_answer(s, &event);
}

void supervisor_start(struct supervisor *s, const struct machine_action *a)
{
    const struct estate *estate = supervisor_estate(s, a->generation);

    crew_send_start(s->crew, a->slot, estate != NULL ? estate->state_fd : -1);
}

/* --- What children did --- */

static void on_crew_event(void *arg, struct machine_event *event)
{
    struct supervisor *s = arg;

    if (event->type == EVENT_EXITED)
        quarantine_gone(s->quarantine, event->slot, supervisor_now());
    supervisor_feed(s, event);
    if (event->type == EVENT_EXITED)
        task_inquiries_gone(&s->tasks, event->slot);
}

/* A handler that the worker died of counts towards its quarantine; a signal that somebody sent is
 * not the handler's doing. */
static void note_culprit(struct supervisor *s, const struct crash_report *report)
{
    const struct estate *estate = supervisor_estate(s, report->generation);
    const struct cadre__crash_record *record = &report->record;
    const struct quarantine_death death = {
        .generation = report->generation,
        .slot = report->slot,
        .module = record->subject.module,
        .handler = record->subject.handler,
        .now_ns = supervisor_now(),
    };
    struct cadre__count_within conf;
    struct quarantine_rule rule;

    if (!report->has_record || estate == NULL ||
        (record->sender != 0 && record->sender != report->pid && record->sender != getpid()) ||
        cadre__count_within_parse(estate->conf->quarantine, &conf) < 0)
        return;
    rule = (struct quarantine_rule){.deaths = conf.count, .window_ns = conf.window_ns};
    quarantine_note(s->quarantine, &rule, &death);
}

/* The modules of a generation, as they were loaded. */
static struct symboliser_files files_of(struct supervisor *s, uint32_t generation)
{
    const struct estate *estate = supervisor_estate(s, generation);

    return estate != NULL ? (struct symboliser_files){.pins = estate->pins, .n = estate->n_pins}
                          : (struct symboliser_files){.n = 0};
}

/* What was told to leave and was killed for taking too long is no accident; what failed has said
 * why. */
static void on_death(void *arg, struct crash_report *report)
{
    struct supervisor *s = arg;
    const struct machine_child *c = &s->machine->children[report->slot];
    const struct symboliser_files files = files_of(s, report->generation);

    note_culprit(s, report);
    if (!report->has_record && (c->failed || c->leaving)) {
        free(report);
        return;
    }
    snprintf(report->reason, sizeof(report->reason), "%.255s",
             c->state == CHILD_DYING ? c->reason : "");
    incidents_crash(s->incidents, report, &files);
}

static void on_stall(void *arg, uint32_t slot, pid_t pid, const struct cadre__msg_stall *stall)
{
    struct supervisor *s = arg;
    const struct machine_child *c = &s->machine->children[slot];
    const struct symboliser_files files = files_of(s, c->generation);

    incidents_stall(s->incidents, c->index, pid, stall, &files);
}

static void on_stranger(void *arg, pid_t pid)
{
    struct supervisor *s = arg;

    incidents_reaped(s->incidents, pid);
}

static void on_tasks_told(void *arg, uint32_t slot, uint32_t id)
{
    struct supervisor *s = arg;

    task_inquiries_told(&s->tasks, slot, id);
}

static void on_module(void *arg, uint32_t generation, const struct cadre__module_pin *pin)
{
    struct estate *estate = supervisor_estate(arg, generation);
    int fd = pin->fd;

    if (estate != NULL)
        estate_pin(estate, pin);
    else
        cadre__fd_close(&fd);
}

static void on_published(void *arg, uint32_t generation, int fd)
{
    struct supervisor *s = arg;
    struct estate *estate = supervisor_estate(s, generation);

    if (estate == NULL) {
        cadre__fd_close(&fd);
        return;
    }
    cadre__fd_close(&estate->state_fd);
    estate->state_fd = fd;
}

void supervisor_init_crew(struct supervisor *s, struct crew_options *options)
{
    options->on_event = on_crew_event;
    options->on_published = on_published;
    options->on_module = on_module;
    options->on_handover = supervisor_on_handover;
    options->on_death = on_death;
    options->on_stall = on_stall;
    options->on_missed = supervisor_on_missed;
    options->on_stranger = on_stranger;
    options->on_tasks_told = on_tasks_told;
    options->arg = s;
    cadre__timer_init(&s->silence_timer, on_silence_timer);
    cadre__timer_init(&s->rss_timer, on_rss_timer);
}
