/* SPDX-License-Identifier: MIT */
/*
 * The supervisor; see supervisor.h. Feeds the state machine and carries out its actions.
 *
 * Every event goes through feed(): one step of the machine, then its actions in order, then the
 * answers that these gave, each as an event of its own. Nothing here decides; what fails is fed
 * back as an event. While the server runs no failure ends the master.
 */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cadre/error.h>

#include "base/build.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/timer.h"
#include "conf/count_within.h"
#include "conf/load.h"
#include "conf/server_conf.h"
#include "master/control_point.h"
#include "master/crew.h"
#include "master/estate.h"
#include "master/event_queue.h"
#include "master/heir.h"
#include "master/incidents.h"
#include "master/machine.h"
#include "master/notify.h"
#include "master/passed.h"
#include "master/predecessor.h"
#include "master/quarantine.h"
#include "master/service.h"
#include "master/signals.h"
#include "master/status_writer.h"
#include "master/successor.h"
#include "master/supervisor.h"

#define SIGNALS_MAX 16
/* A signal to the whole group ends children too: it is taken before their ends are. */
#define PRIORITY_SIGNALS 0
#define PRIORITIES       2
#define EXIT_STARTUP     3
#define LINE_SIZE        1024
/* So long the end waits for crash reports. */
#define LAST_WORDS_NS (2 * CADRE__NSEC_PER_SEC)

struct supervisor {
    const struct supervisor_options *options;
    struct event_base *base;
    struct event *wake; /* the next deadline; the only time-out that libevent knows */
    struct event *signals[SIGNALS_MAX];
    struct cadre__timers timers;
    struct cadre__timer machine_timer;
    struct cadre__timer silence_timer;
    struct cadre__timer rss_timer;
    struct machine *machine;
    struct machine_actions *actions;
    struct event_queue *answers;
    struct crew *crew;
    struct incidents *incidents;
    struct quarantine *quarantine;
    struct estate *estates; /* newest first */
    struct estate *current; /* the one that was adopted last; NULL while the first starts */
    struct passed passed;   /* sockets that we were started with */
    struct predecessor *predecessor; /* borrowed */
    struct successor *successor;     /* the new master of an upgrade; NULL: none */
    struct service service;          /* what systemd knows of us */
    struct status_writer status;
    struct control_point control;
    uint64_t random; /* state of the generator for jitter */
    bool terminal;
    int terminal_fd; /* it; asked for at the start, since a terminal that has gone is none */
    bool feeding;    /* in feed(): what comes now waits */
    bool done;
    int exit_code;
    char exit_text[LINE_SIZE]; /* the log's last line; "": stopped as told */
};

static uint64_t now(void)
{
    return cadre__clock_now(cadre__clock_system());
}

/* Jitter need not be secret, only spread: xorshift64*. */
static uint32_t draw(struct supervisor *s)
{
    s->random ^= s->random >> 12;
    s->random ^= s->random << 25;
    s->random ^= s->random >> 27;
    return (uint32_t)((s->random * UINT64_C(0x2545F4914F6CDD1D)) >> 32);
}

static struct estate *find_estate(struct supervisor *s, uint32_t generation)
{
    for (struct estate *e = s->estates; e != NULL; e = e->next)
        if (e->generation == generation)
            return e;
    return NULL;
}

static void answer(struct supervisor *s, const struct machine_event *event)
{
    if (!event_queue_push(s->answers, event))
        cadre__log(CADRE_LOG_CRITICAL, "an answer to the state machine is lost");
}

/* --- The log --- */

/* Logs to what `estate` says; to standard error where that fails. */
static void use_log(const struct estate *estate)
{
    struct cadre__log_options options = {
        .fd = estate->log_fd,
        .journal_prefix = cadre__log_is_journal(estate->log_fd),
        .service = estate_log_service(estate),
        .facility = (unsigned)estate->conf->log_facility,
        .level = (enum cadre_log_level)estate->conf->log_level,
        .role = "master",
    };
    int r = cadre__log_open(&options);

    if (r < 0)
        cadre__log(CADRE_LOG_ERROR, "cannot change the log: %s", cadre_strerror(r));
}

/*
 * Logs all errors but the first one, which comes back in BUF for the line that says what they
 * led to. Returns BUF.
 */
static const char *log_errors(struct cadre__conf_errors *errs, char *buf, size_t size)
{
    size_t n = cadre__conf_errors_count(errs);
    char line[LINE_SIZE];
    int len;

    cadre__conf_errors_sort(errs);
    len = cadre__conf_errors_format(errs, 0, buf, size);
    for (size_t i = 0; n > 1 && i < n; i++) {
        cadre__conf_errors_format(errs, i, line, sizeof(line));
        cadre__log(CADRE_LOG_ERROR, "%s", line);
    }
    if (n > 1 && len >= 0 && (size_t)len < size)
        snprintf(buf + len, size - (size_t)len, " (and %zu more)", n - 1);
    return buf;
}

/* Calls fn for each child of a generation. */
static void for_each_child(struct supervisor *s, const struct estate *e,
                           void (*fn)(struct crew *crew, uint32_t slot, int fd), int fd)
{
    for (uint32_t slot = 0; slot < MACHINE_SLOTS_MAX; slot++) {
        uint32_t generation;

        if (crew_has(s->crew, slot, &generation) && generation == e->generation)
            fn(s->crew, slot, fd);
    }
}

static void reopen_log(struct supervisor *s, struct estate *e)
{
    int r = estate_reopen_log(e);

    if (r < 0) {
        cadre__log(CADRE_LOG_ERROR, "cannot open log_file \"%s\" again: %s", e->conf->log_file,
                   cadre_strerror(r));
        return;
    }
    if (!estate_has_log_file(e))
        return;
    if (e == s->current && (r = cadre__log_set_fd(e->log_fd)) < 0)
        cadre__log(CADRE_LOG_ERROR, "cannot change the log: %s", cadre_strerror(r));
    for_each_child(s, e, crew_send_log, e->log_fd);
}

static void reopen_access_log(struct supervisor *s, struct estate *e)
{
    int r = estate_reopen_access_log(e);

    if (r < 0)
        cadre__log(CADRE_LOG_ERROR, "cannot open access_log \"%s\" again: %s", e->conf->access_log,
                   cadre_strerror(r));
    else if (estate_has_access_file(e))
        for_each_child(s, e, crew_send_access_log, e->access_fd);
}

static void reopen_logs(struct supervisor *s)
{
    bool any = false;

    for (struct estate *e = s->estates; e != NULL; e = e->next) {
        reopen_log(s, e);
        reopen_access_log(s, e);
        any = any || estate_has_log_file(e) || estate_has_access_file(e);
    }
    cadre__log(CADRE_LOG_NOTICE, any ? "the log is opened again"
                                     : "the log is standard error: there is nothing to open again");
}

/* --- Actions --- */

/* A worker with such a limit may have started: looks for silence, if nobody does yet. */
static void watch_silence(struct supervisor *s)
{
    if (!cadre__timer_is_armed(&s->silence_timer))
        cadre__timer_start(&s->timers, &s->silence_timer,
                           cadre__deadline(now(), CADRE__NSEC_PER_SEC));
}

/* The same for memory. */
static void watch_rss(struct supervisor *s)
{
    if (!cadre__timer_is_armed(&s->rss_timer))
        cadre__timer_start(&s->timers, &s->rss_timer, cadre__deadline(now(), CADRE__NSEC_PER_SEC));
}

static void say_listening(const struct listener_entry *entry, void *arg)
{
    (void)arg;
    cadre__log(CADRE_LOG_NOTICE, "listening on %s (%s)", entry->listener->address,
               entry->conf->name);
}

/* The reporter answers from its start on. */
static void listen_early(struct estate *estate)
{
    struct cadre__conf_errors errs;
    char text[LINE_SIZE];

    cadre__conf_errors_init(&errs);
    if (listener_set_listen_early(&estate->listeners, say_listening, NULL, &errs) < 0)
        cadre__log(CADRE_LOG_ERROR, "%s", log_errors(&errs, text, sizeof(text)));
    cadre__conf_errors_done(&errs);
}

static void do_spawn(struct supervisor *s, const struct machine_action *a)
{
    const struct machine_child *c = &s->machine->children[a->slot];
    struct estate *estate = find_estate(s, a->generation);
    const struct crew_place place = {
        .slot = a->slot, .kind = c->kind, .generation = c->generation, .index = c->index};
    struct machine_event event = {.type = EVENT_SPAWNED, .slot = a->slot};
    char why[LINE_SIZE] = "its generation is gone";
    int r;

    if (estate != NULL && c->kind == CADRE__CHILD_REPORTER)
        listen_early(estate);
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
    answer(s, &event);
}

static void do_listen(struct supervisor *s, const struct machine_action *a)
{
    struct estate *estate = find_estate(s, a->generation);
    struct machine_event event = {.type = EVENT_LISTENED};
    struct cadre__conf_errors errs;
    char text[LINE_SIZE];

    cadre__conf_errors_init(&errs);
    if (estate == NULL)
        event.text = "its generation is gone";
    else if (listener_set_listen(&estate->listeners, say_listening, NULL, &errs) < 0)
        event.text = log_errors(&errs, text, sizeof(text));
    answer(s, &event);
    cadre__conf_errors_done(&errs);
}

static void do_adopt(struct supervisor *s, const struct machine_action *a)
{
    struct estate *estate = find_estate(s, a->generation);

    if (estate == NULL)
        return;
    s->current = estate;
    use_log(estate);
    incidents_set_conf(s->incidents, estate->conf);
    if (s->predecessor->given) /* else the old master is asked */
        control_point_open(&s->control, estate->conf->runtime_dir);
    quarantine_adopt(s->quarantine, estate->generation);
    for (struct estate *e = s->estates; e != NULL; e = e->next)
        if (e != estate)
            listener_set_close(&e->listeners);
    service_keep(&s->service, &estate->listeners, &s->passed);
}

static void do_discard(struct supervisor *s, const struct machine_action *a)
{
    struct estate *estate = find_estate(s, a->generation);

    if (estate != NULL)
        listener_set_close(&estate->listeners);
}

static void do_unlisten(struct supervisor *s)
{
    for (struct estate *e = s->estates; e != NULL; e = e->next) {
        if (s->machine->succeeded || service_keeps(&s->service))
            listener_set_keep_files(&e->listeners);
        listener_set_close(&e->listeners);
    }
}

static void do_retire(struct supervisor *s, const struct machine_action *a)
{
    struct estate **at = &s->estates;
    struct estate *estate;

    while (*at != NULL && (*at)->generation != a->generation)
        at = &(*at)->next;
    estate = *at;
    if (estate == NULL)
        return;
    *at = estate->next;
    if (s->current == estate)
        s->current = NULL;
    estate_free(estate);
}

static void do_load_conf(struct supervisor *s, const struct machine_action *a)
{
    struct machine_event event = {.type = EVENT_CONF_BAD};
    struct cadre__conf_tree *tree = NULL;
    struct cadre__server_conf *conf = NULL;
    struct estate *estate = NULL;
    struct cadre__conf_errors errs;
    struct machine_plan plan;
    char text[LINE_SIZE] = "out of memory";
    int r;

    cadre__conf_errors_init(&errs);
    r = cadre__conf_read(s->options->conf_path, s->options->sets, &tree, &conf, &errs);
    if (r == 0)
        r = estate_new(a->generation, tree, conf, &errs, &estate);
    if (r == 0)
        r = estate_bind(estate, s->current, &s->passed, &errs);
    if (r == 0) {
        estate->next = s->estates;
        s->estates = estate;
        plan = estate_plan(estate);
        event = (struct machine_event){.type = EVENT_CONF_OK, .plan = &plan};
    } else {
        estate_free(estate);
        if (cadre__conf_errors_count(&errs) > 0)
            log_errors(&errs, text, sizeof(text));
        event.text = text;
    }
    answer(s, &event);
    cadre__conf_errors_done(&errs);
}

static void do_start(struct supervisor *s, const struct machine_action *a)
{
    const struct estate *estate = find_estate(s, a->generation);

    crew_send_start(s->crew, a->slot, estate != NULL ? estate->state_fd : -1);
}

static void feed(struct supervisor *s, struct machine_event *event);

static void on_successor_ready(void *arg, pid_t pid)
{
    struct machine_event event = {.type = EVENT_UPGRADE_READY, .pid = pid};

    feed(arg, &event);
}

static void on_successor_failed(void *arg, const char *why)
{
    struct machine_event event = {.type = EVENT_UPGRADE_FAILED, .text = why};

    feed(arg, &event);
}

static void on_successor_answer(void *arg, uint32_t slot, pid_t pid, bool taken)
{
    struct supervisor *s = arg;

    crew_answer_handover(s->crew, slot, pid, taken);
}

static void do_upgrade(struct supervisor *s, const struct machine_action *a)
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
        answer(s, &event);
}

/* The new master is the server: this one says nothing to the service manager any more. */
static void do_give(struct supervisor *s)
{
    control_point_settle(&s->control);
    control_point_close(&s->control);
    notify_main_pid(&s->service.notify, successor_pid(s->successor));
    service_close(&s->service);
    if (!successor_give(s->successor))
        cadre__log(CADRE_LOG_CRITICAL, "the new master has gone as it took over");
}

static void do_exit(struct supervisor *s, const struct machine_action *a)
{
    if (*a->text != '\0') {
        notify_status(&s->service.notify, a->text);
        predecessor_tell_failed(s->predecessor, a->text);
    }
    snprintf(s->exit_text, sizeof(s->exit_text), "%s", a->text);
    s->exit_code = a->code;
    s->done = true;
}

static void carry_out(struct supervisor *s, const struct machine_action *a)
{
    switch (a->type) {
    case ACTION_SPAWN:
        do_spawn(s, a);
        break;
    case ACTION_START:
        do_start(s, a);
        break;
    case ACTION_ACCEPT:
        crew_send_accept(s->crew, a->slot);
        break;
    case ACTION_DRAIN:
        crew_send_drain(s->crew, a->slot, a->drain, a->timeout_ns);
        break;
    case ACTION_KILL:
        crew_kill(s->crew, a->slot, a->signo);
        break;
    case ACTION_FORGET:
        crew_forget(s->crew, a->slot);
        break;
    case ACTION_LISTEN:
        do_listen(s, a);
        break;
    case ACTION_ADOPT:
        do_adopt(s, a);
        break;
    case ACTION_DISCARD:
        do_discard(s, a);
        break;
    case ACTION_UNLISTEN:
        do_unlisten(s);
        break;
    case ACTION_RETIRE:
        do_retire(s, a);
        break;
    case ACTION_LOAD_CONF:
        do_load_conf(s, a);
        break;
    case ACTION_RELOAD_ENDED: /* whoever asked by a signal has the log */
        break;
    case ACTION_REOPEN_LOGS:
        reopen_logs(s);
        break;
    case ACTION_LOG:
        cadre__log(a->level, "%s", a->text);
        break;
    case ACTION_UPGRADE:
        do_upgrade(s, a);
        break;
    case ACTION_UPGRADE_ABORT:
        successor_free(s->successor);
        s->successor = NULL;
        break;
    case ACTION_UPGRADE_ENDED:
        if (*a->text != '\0')
            control_point_upgrade_failed(&s->control, a->text);
        break;
    case ACTION_GIVE:
        do_give(s);
        break;
    case ACTION_READY:
        notify_ready(&s->service.notify);
        predecessor_tell_ready(s->predecessor);
        break;
    case ACTION_RELOADING:
        notify_reloading(&s->service.notify, now());
        break;
    case ACTION_STOPPING:
        notify_stopping(&s->service.notify, a->timeout_ns);
        break;
    case ACTION_STATUS:
        notify_status(&s->service.notify, a->text);
        break;
    case ACTION_EXIT:
        do_exit(s, a);
        break;
    case ACTION_TYPES:
        break;
    }
}

/* --- Events --- */

static void step(struct supervisor *s, struct machine_event *event)
{
    event->now_ns = now();
    event->random = draw(s);
    machine_actions_clear(s->actions);
    status_writer_note(&s->status, s->machine, event);
    machine_step(s->machine, event, s->actions);
    for (size_t i = 0; i < s->actions->count; i++)
        carry_out(s, &s->actions->list[i]);
    if (s->actions->lost > 0)
        cadre__log(CADRE_LOG_CRITICAL, "%zu actions of the state machine are lost",
                   s->actions->lost);
}

static void rearm(struct supervisor *s)
{
    uint64_t deadline = machine_deadline(s->machine);

    if (deadline == CADRE__NEVER)
        cadre__timer_stop(&s->timers, &s->machine_timer);
    else
        cadre__timer_start(&s->timers, &s->machine_timer, deadline);
    service_wait(&s->service,
                 s->machine->state == MACHINE_BOOTING || s->machine->state == MACHINE_RELOADING ||
                     s->machine->state == MACHINE_UPGRADING,
                 deadline, now());
}

/* Feeds one event and all answers that it leads to. */
static void feed(struct supervisor *s, struct machine_event *event)
{
    struct machine_event next;

    if (s->done) /* it only waits for its last words */
        return;
    if (s->feeding) { /* an action went wrong at once: a child that cannot be talked to */
        answer(s, event);
        return;
    }
    s->feeding = true;
    step(s, event);
    while (event_queue_pop(s->answers, &next))
        step(s, &next);
    s->feeding = false;
    rearm(s);
    status_writer_update(&s->status, s->machine, now());
    control_point_settle(&s->control);
    if (s->done)
        event_base_loopbreak(s->base);
}

static void on_crew_event(void *arg, struct machine_event *event)
{
    struct supervisor *s = arg;

    if (event->type == EVENT_EXITED)
        quarantine_gone(s->quarantine, event->slot, now());
    feed(s, event);
}

/* A handler that the worker died of counts towards its quarantine; a signal that somebody sent is
 * not the handler's doing. */
static void note_culprit(struct supervisor *s, const struct crash_report *report)
{
    const struct estate *estate = find_estate(s, report->generation);
    const struct cadre__crash_record *record = &report->record;
    const struct quarantine_death death = {
        .generation = report->generation,
        .slot = report->slot,
        .module = record->subject.module,
        .handler = record->subject.handler,
        .now_ns = now(),
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

/* What was told to leave and was killed for taking too long is no accident; what failed has said
 * why. */
static void on_death(void *arg, struct crash_report *report)
{
    struct supervisor *s = arg;
    const struct machine_child *c = &s->machine->children[report->slot];

    note_culprit(s, report);
    if (!report->has_record && (c->failed || c->leaving)) {
        free(report);
        return;
    }
    snprintf(report->reason, sizeof(report->reason), "%.255s",
             c->state == CHILD_DYING ? c->reason : "");
    incidents_crash(s->incidents, report);
}

static void on_stall(void *arg, uint32_t slot, pid_t pid, const struct cadre__msg_stall *stall)
{
    struct supervisor *s = arg;

    incidents_stall(s->incidents, s->machine->children[slot].index, pid, stall);
}

static void on_stranger(void *arg, pid_t pid)
{
    struct supervisor *s = arg;

    incidents_reaped(s->incidents, pid);
}

static void on_published(void *arg, uint32_t generation, int fd)
{
    struct supervisor *s = arg;
    struct estate *estate = find_estate(s, generation);

    if (estate == NULL) {
        cadre__fd_close(&fd);
        return;
    }
    cadre__fd_close(&estate->state_fd);
    estate->state_fd = fd;
}

static bool has_listener(const struct estate *estate, const char *address)
{
    for (size_t i = 0; estate != NULL && i < estate->listeners.n; i++)
        if (strcmp(estate->listeners.entries[i].listener->address, address) == 0)
            return true;
    return false;
}

/* Relays a connection to the next heir in turn, to one that has room where there is one. */
static bool relay_to_heir(void *arg, const struct cadre__msg_handover *note, int fd)
{
    struct supervisor *s = arg;
    uint64_t time = now();
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

static enum crew_handover on_handover(void *arg, uint32_t slot,
                                      const struct cadre__msg_handover *note, int fd)
{
    struct supervisor *s = arg;

    heir_leaves(s->machine, slot);
    if (s->machine->succeeded && s->successor != NULL)
        return successor_adopt(s->successor, slot, crew_pid(s->crew, slot), note, fd)
                   ? CREW_PENDING
                   : CREW_REFUSED;
    return note != NULL && relay_to_heir(s, note, fd) ? CREW_TAKEN : CREW_REFUSED;
}

static bool is_well(void *arg, uint64_t limit_ns)
{
    const struct supervisor *s = arg;

    return !crew_is_stuck(s->crew, limit_ns, now());
}

/* The old master gave the service away: its manager hears of this one from now on. */
static void on_given(void *arg)
{
    struct supervisor *s = arg;

    service_open(&s->service);
    service_watch(&s->service, &s->timers, is_well, s);
    if (s->current != NULL) {
        service_keep(&s->service, &s->current->listeners, &s->passed);
        control_point_open(&s->control, s->current->conf->runtime_dir);
    }
    if (s->machine->state == MACHINE_SERVING)
        notify_ready(&s->service.notify);
    notify_status(&s->service.notify, s->machine->status);
}

static void on_machine_timer(struct cadre__timer *timer)
{
    struct supervisor *s = CADRE__CONTAINER_OF(timer, struct supervisor, machine_timer);
    struct machine_event event = {.type = EVENT_TIMER};

    feed(s, &event);
}

/*
 * One coarse timer looks for silence. When it comes late, this process itself has been stopped or
 * starved, and the workers with it perhaps: then they get another round.
 */
static void on_silence_timer(struct cadre__timer *timer)
{
    struct supervisor *s = CADRE__CONTAINER_OF(timer, struct supervisor, silence_timer);
    uint64_t time = now(), late = time - timer->deadline_ns;
    uint64_t next = CADRE__NSEC_PER_SEC;

    if (late < CADRE__NSEC_PER_SEC / 2)
        next = crew_check_silence(s->crew, time);
    if (next != UINT64_MAX)
        cadre__timer_start(&s->timers, timer, cadre__deadline(now(), next));
}

static void on_rss_timer(struct cadre__timer *timer)
{
    struct supervisor *s = CADRE__CONTAINER_OF(timer, struct supervisor, rss_timer);
    uint64_t next = crew_check_rss(s->crew);

    if (next != UINT64_MAX)
        cadre__timer_start(&s->timers, timer, cadre__deadline(now(), next));
}

/* The terminal that we ran on has gone: that is no wish for a reload. */
static bool terminal_is_gone(const struct supervisor *s)
{
    struct pollfd fd = {.fd = s->terminal_fd, .events = POLLIN};

    if (!s->terminal)
        return false;
    return poll(&fd, 1, 0) == 1 && (fd.revents & (POLLHUP | POLLERR)) != 0;
}

static void on_signal(evutil_socket_t signo, short what, void *arg)
{
    struct supervisor *s = arg;
    struct machine_event event = {.type = EVENT_SIGNAL, .signo = (int)signo};

    (void)what;
    if (signo == SIGHUP && terminal_is_gone(s))
        event.signo = SIGTERM;
    feed(s, &event);
}

static void on_sigchld(evutil_socket_t signo, short what, void *arg)
{
    struct supervisor *s = arg;

    (void)signo;
    (void)what;
    crew_reap(s->crew);
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
    /* The timers run after each turn, in run(). */
    (void)fd;
    (void)what;
    (void)arg;
}

/* --- Control --- */

static void feed_command(void *arg, struct machine_event *event)
{
    feed(arg, event);
}

static int take_snapshot(void *arg, struct cadre__snapshot *ret)
{
    const struct supervisor *s = arg;
    const struct cadre__snapshot_sources sources = crew_sources(s->crew);

    return cadre__snapshot_take(&sources, now(), ret);
}

/* --- Life --- */

static int catch_signals(struct supervisor *s)
{
    unsigned n = 0;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* of a log: lines are lost then */
    for (const struct signal_row *row = signal_rows; row->signo != 0 && n < SIGNALS_MAX - 1;
         row++) {
        if (row->job_control && s->terminal) {
            signal(row->signo, SIG_IGN);
            continue;
        }
        s->signals[n] = evsignal_new(s->base, row->signo, on_signal, s);
        if (s->signals[n] == NULL || event_priority_set(s->signals[n], PRIORITY_SIGNALS) < 0 ||
            event_add(s->signals[n], NULL) < 0)
            return -ENOMEM;
        n++;
    }
    if (!crew_needs_sigchld(s->crew))
        return 0;
    s->signals[n] = evsignal_new(s->base, SIGCHLD, on_sigchld, s);
    return s->signals[n] != NULL && event_add(s->signals[n], NULL) == 0 ? 0 : -ENOMEM;
}

/* Two descriptors for each child: as many as we may have. */
static void raise_own_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)!setrlimit(RLIMIT_NOFILE, &limit);
}

static struct event_base *make_base(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;

    if (config == NULL)
        return NULL;
    if (event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK) == 0)
        base = event_base_new_with_config(config);
    event_config_free(config);
    if (base != NULL && event_base_priority_init(base, PRIORITIES) < 0) {
        event_base_free(base);
        return NULL;
    }
    return base;
}

static int fail_start(const char *text)
{
    cadre__log(CADRE_LOG_ERROR, "startup failed: %s", text);
    return EXIT_STARTUP;
}

/* Makes all that is there before a conf. 0 or the exit code, with its line logged. */
static int set_up(struct supervisor *s)
{
    char why[LINE_SIZE] = "out of memory";
    struct crew_options crew = {
        .worker_fd = s->options->worker_fd,
        .boot_ns = now(),
        .terminal = s->terminal,
        .on_event = on_crew_event,
        .on_published = on_published,
        .on_handover = on_handover,
        .on_death = on_death,
        .on_stall = on_stall,
        .on_stranger = on_stranger,
        .arg = s,
    };
    struct symboliser_options symboliser = {.timers = &s->timers,
                                            .program_fd = s->options->symboliser_fd};
    int r;

    cadre__timers_init(&s->timers, now());
    cadre__timer_init(&s->machine_timer, on_machine_timer);
    cadre__timer_init(&s->silence_timer, on_silence_timer);
    cadre__timer_init(&s->rss_timer, on_rss_timer);
    if (getrandom(&s->random, sizeof(s->random), GRND_NONBLOCK) != sizeof(s->random))
        s->random = now();
    s->random |= 1;
    s->machine = machine_new(s->terminal);
    s->actions = machine_actions_new(MACHINE_SLOTS_MAX);
    s->answers = event_queue_new();
    s->base = make_base();
    crew.base = s->base;
    symboliser.base = s->base;
    r = quarantine_new(&s->quarantine);
    if (r < 0) {
        snprintf(why, sizeof(why), "cannot make the shared areas: %s", cadre_strerror(r));
        return fail_start(why);
    }
    crew.quarantine_area = quarantine_area(s->quarantine);
    s->incidents = s->base != NULL ? incidents_new(&symboliser) : NULL;
    if (s->machine == NULL || s->actions == NULL || s->answers == NULL || s->incidents == NULL ||
        crew_new(&crew, &s->crew, why, sizeof(why)) < 0)
        return fail_start(why);
    status_writer_init(&s->status, crew_status_area(s->crew), crew_sources(s->crew).board,
                       s->options->conf_path, crew.boot_ns);
    control_point_init(&s->control, s->base, &s->timers,
                       &(struct control_host){.machine = s->machine,
                                              .crashes = incidents_crash_log(s->incidents),
                                              .quarantine = s->quarantine,
                                              .feed = feed_command,
                                              .snapshot = take_snapshot,
                                              .now = now,
                                              .arg = s});
    s->wake = evtimer_new(s->base, on_wake, s);
    if (s->wake == NULL || catch_signals(s) < 0 || passed_init(&s->passed) < 0)
        return fail_start("out of memory");
    if (predecessor_watch(s->predecessor, s->base) < 0)
        return fail_start("out of memory");
    if (s->predecessor->given)
        service_watch(&s->service, &s->timers, is_well, s);
    return 0;
}

/* The first generation: its log, its sockets. 0 or the exit code, with its line logged. */
static int take_first_conf(struct supervisor *s, struct cadre__conf_tree *tree,
                           struct cadre__server_conf *conf)
{
    struct cadre__conf_errors errs;
    char text[LINE_SIZE], line[LINE_SIZE];
    int code = 0;

    cadre__conf_errors_init(&errs);
    if (estate_new(s->predecessor->generation + 1, tree, conf, &errs, &s->estates) == 0) {
        use_log(s->estates);
        incidents_set_conf(s->incidents, s->estates->conf);
        cadre__log(CADRE_LOG_NOTICE, "cadre %s starts %d worker%s (%s) with %s", cadre__version(),
                   s->estates->conf->workers_resolved,
                   s->estates->conf->workers_resolved == 1 ? "" : "s",
                   s->estates->conf->workers_reason, s->options->conf_path);
        if (geteuid() == 0 && !s->estates->conf->owner.have_uid)
            cadre__log(CADRE_LOG_WARNING, "workers run as root: set user in the conf");
        if (estate_bind(s->estates, NULL, &s->passed, &errs) == 0) {
            passed_settle(&s->passed);
            if (s->predecessor->given)
                control_point_open(&s->control, s->estates->conf->runtime_dir);
            goto out;
        }
    }
    log_errors(&errs, text, sizeof(text));
    snprintf(line, sizeof(line), "startup failed: %.900s", text);
    notify_status(&s->service.notify, line);
    predecessor_tell_failed(s->predecessor, text);
    code = fail_start(text);
out:
    cadre__conf_errors_done(&errs);
    return code;
}

static void tear_down(struct supervisor *s)
{
    control_point_close(&s->control);
    successor_free(s->successor); /* answers the crew's workers */
    crew_free(s->crew);
    incidents_free(s->incidents);
    predecessor_close(s->predecessor);
    quarantine_free(s->quarantine);
    while (s->estates != NULL) {
        struct estate *next = s->estates->next;

        estate_free(s->estates);
        s->estates = next;
    }
    for (unsigned i = 0; i < SIGNALS_MAX; i++)
        if (s->signals[i] != NULL)
            event_free(s->signals[i]);
    if (s->wake != NULL)
        event_free(s->wake);
    if (s->base != NULL)
        event_base_free(s->base);
    event_queue_free(s->answers);
    machine_actions_free(s->actions);
    machine_free(s->machine);
    passed_done(&s->passed);
    service_close(&s->service);
}

/* Tells libevent when to wake us. */
static void set_wake(struct supervisor *s)
{
    uint64_t deadline, time = now(), wait_us;
    struct timeval wait;

    if (!cadre__timers_next(&s->timers, &deadline)) {
        evtimer_del(s->wake);
        return;
    }
    wait_us = deadline > time ? (deadline - time) / CADRE__NSEC_PER_USEC + 1 : 1;
    wait.tv_sec = (time_t)(wait_us / 1000000);
    wait.tv_usec = (suseconds_t)(wait_us % 1000000);
    evtimer_add(s->wake, &wait);
}

static void on_last_words(struct cadre__timer *timer)
{
    (void)timer; /* it has woken us, that is all */
}

/* What a child died of is looked up while all others end. The log's last line says why the server
 * has ended, so it waits for that, for a while. */
static void say_last_words(struct supervisor *s)
{
    uint64_t deadline = cadre__deadline(now(), LAST_WORDS_NS);
    struct cadre__timer timer;

    cadre__timer_init(&timer, on_last_words);
    cadre__timer_start(&s->timers, &timer, deadline);
    while (incidents_are_open(s->incidents) && cadre__timer_is_armed(&timer)) {
        set_wake(s);
        if (event_base_loop(s->base, EVLOOP_ONCE) < 0)
            break;
        cadre__timers_advance(&s->timers, now());
    }
    cadre__timer_stop(&s->timers, &timer);
    if (s->exit_text[0] != '\0')
        cadre__log(CADRE_LOG_ERROR, "%s", s->exit_text);
    else
        cadre__log(CADRE_LOG_NOTICE, "stopped");
}

static void run(struct supervisor *s)
{
    const struct machine_plan plan = estate_plan(s->estates);
    struct machine_event boot = {
        .type = EVENT_BOOT, .plan = &plan, .after = s->predecessor->generation};

    feed(s, &boot);
    while (!s->done) {
        set_wake(s);
        if (event_base_loop(s->base, EVLOOP_ONCE) < 0)
            cadre__log(CADRE_LOG_CRITICAL, "the event loop failed: %s", cadre_strerror(errno));
        if (!s->done)
            cadre__timers_advance(&s->timers, now());
    }
    say_last_words(s);
}

int supervisor_run(struct supervisor_options *options)
{
    struct supervisor s = {.options = options, .service.notify.fd = -1};
    int code;

    s.terminal_fd = isatty(STDIN_FILENO) ? STDIN_FILENO : STDERR_FILENO;
    s.terminal = isatty(s.terminal_fd);
    raise_own_limit();
    s.predecessor = options->predecessor;
    s.predecessor->on_given = on_given;
    s.predecessor->on_adopt = relay_to_heir;
    s.predecessor->arg = &s;
    if (s.predecessor->given)
        service_open(&s.service);
    code = set_up(&s);
    if (code != 0) {
        cadre__server_conf_free(options->conf);
        cadre__conf_tree_free(options->tree);
    } else {
        code = take_first_conf(&s, options->tree, options->conf);
    }
    options->conf = NULL;
    options->tree = NULL;
    if (code == 0) {
        run(&s);
        code = s.exit_code;
    }
    tear_down(&s);
    return code;
}
