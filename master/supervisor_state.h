/* SPDX-License-Identifier: MIT */
/*
 * The inside of the supervisor: its state, and what its files (supervisor*.c) are to each other.
 *
 * Every event goes through supervisor_feed(): one step of the machine, then its actions in order,
 * then the answers that these gave, each as an event of its own. Nothing here decides; what fails
 * is fed back as an event. While the server runs no failure ends the master.
 *
 *   supervisor.c              its life: made, run, taken down; the feed
 *   supervisor_actions.c      which function carries out which action
 *   supervisor_crew.c         children: started, watched, what they did
 *   supervisor_generations.c  confs and sockets: taken, adopted, given up
 *   supervisor_log.c          its log
 *   supervisor_queues.c       who serves which queue of a listener with reuse_port
 *   supervisor_signals.c      the signals that it takes
 *   supervisor_totals.c       what was counted goes over with a binary upgrade
 *   supervisor_upgrade.c      a binary upgrade, and the relay of connections
 *
 * For these files only; supervisor.h is for all others.
 */
#ifndef CADRE_MASTER_SUPERVISOR_STATE_H
#define CADRE_MASTER_SUPERVISOR_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cadre/macros.h>

#include "base/clock.h"
#include "base/timer.h"
#include "master/control_point.h"
#include "master/crew.h"
#include "master/machine.h"
#include "master/passed.h"
#include "master/queues.h"
#include "master/service.h"
#include "master/status_writer.h"
#include "master/task_inquiry.h"

#define SIGNALS_MAX  16
#define EXIT_STARTUP 3
#define LINE_SIZE    1024

struct cadre__conf_errors;
struct cadre__conf_tree;
struct cadre__server_conf;
struct estate;
struct event;
struct event_base;
struct event_queue;
struct incidents;
struct predecessor;
struct quarantine;
struct successor;
struct supervisor_options;

struct supervisor {
    const struct supervisor_options *options;
    struct event_base *base;
    struct event *wake; /* the next deadline; the only time-out that libevent knows */
    struct event *signals[SIGNALS_MAX];
    struct cadre__timers timers;
    struct cadre__timer machine_timer;
    struct cadre__timer silence_timer;
    struct cadre__timer rss_timer;
    struct cadre__timer log_timer;             /* somebody is sent the logs again */
    uint8_t log_missed[MACHINE_SLOTS_MAX / 8]; /* a bit a slot: who */
    struct cadre__timer totals_timer;          /* armed once the new master's reporter may answer */
    struct machine *machine;
    struct machine_actions *actions;
    struct event_queue *answers;
    struct crew *crew;
    struct incidents *incidents;
    struct quarantine *quarantine;
    struct estate *estates; /* newest first */
    struct estate *current; /* the one that was adopted last; NULL while the first starts */
    struct queues queues;   /* of listeners with reuse_port */
    struct passed passed;   /* sockets that we were started with */
    struct predecessor *predecessor; /* borrowed */
    struct successor *successor;     /* the new master of an upgrade; NULL: none */
    struct service service;          /* what systemd knows of us */
    struct status_writer status;
    struct control_point control;
    struct task_inquiries tasks;
    uint64_t random; /* state of the generator for jitter */
    bool terminal;
    int terminal_fd; /* it; asked for at the start, since a terminal that has gone is none */
    bool feeding;    /* in feed(): what comes now waits */
    bool gave;       /* another master is the server */
    bool done;
    int exit_code;
    char exit_text[LINE_SIZE]; /* the log's last line; "": stopped as told */
};

static inline uint64_t supervisor_now(void)
{
    return cadre__clock_now(cadre__clock_system());
}

/* --- supervisor.c --- */

/* Feeds one event and all answers that it leads to; while that is done, it waits its turn. */
void supervisor_feed(struct supervisor *s, struct machine_event *event);

/* What came of an action: an event that is fed when all actions of this step are carried out. Its
 * text is copied. */
void supervisor_answer(struct supervisor *s, const struct machine_event *event);

/* --- supervisor_actions.c --- */

void supervisor_carry_out(struct supervisor *s, const struct machine_action *a);

/* --- supervisor_crew.c --- */

/* Fills in who hears of the crew, and makes the timers that look at it. */
void supervisor_init_crew(struct supervisor *s, struct crew_options *options);

void supervisor_spawn(struct supervisor *s, const struct machine_action *a);
void supervisor_start(struct supervisor *s, const struct machine_action *a);

/* Whether some worker's loop turns (service_watch). `arg` is the supervisor. */
bool supervisor_is_well(void *arg, uint64_t limit_ns);

/* --- supervisor_generations.c --- */

/* What a generation holds; NULL: it is gone. */
struct estate *supervisor_estate(struct supervisor *s, uint32_t generation);

/* Makes the status listener listen: the reporter answers from its start on. */
void supervisor_listen_early(struct estate *estate);

/* The first generation: its log, its sockets. Takes both. 0 or the exit code, with its line
 * logged. */
CADRE_MUST_CHECK int supervisor_take_first_conf(struct supervisor *s, struct cadre__conf_tree *tree,
                                                struct cadre__server_conf *conf);

/* Logs why the server cannot start. Returns the exit code. */
int supervisor_fail_start(const char *text);

void supervisor_listen(struct supervisor *s, const struct machine_action *a);
void supervisor_adopt(struct supervisor *s, const struct machine_action *a);
void supervisor_discard(struct supervisor *s, const struct machine_action *a);
void supervisor_unlisten(struct supervisor *s);
void supervisor_retire(struct supervisor *s, const struct machine_action *a);
void supervisor_load_conf(struct supervisor *s, const struct machine_action *a);

/* --- supervisor_log.c --- */

/* Logs to what `estate` says; to standard error where that fails. */
void supervisor_use_log(const struct estate *estate);

/*
 * Logs all errors but the first one, which comes back in BUF for the line that says what they
 * led to. Returns BUF.
 */
const char *supervisor_log_errors(struct cadre__conf_errors *errs, char *buf, size_t size);

void supervisor_reopen_logs(struct supervisor *s);

/* The child in `slot` had no descriptor free for a log: it is sent both again in a while. */
void supervisor_log_missed(struct supervisor *s, uint32_t slot);
void supervisor_on_log_timer(struct cadre__timer *timer);

/* --- supervisor_queues.c --- */

void supervisor_init_queues(struct supervisor *s);

/* crew_options.on_missed */
void supervisor_on_missed(void *arg, uint32_t slot, const struct cadre__msg_missed *missed);

/* Has the queues follow from what the machine has come to. */
void supervisor_settle_queues(struct supervisor *s);

/* --- supervisor_signals.c --- */

/* 0, or -ENOMEM; what was made is the supervisor's to free in any case. */
CADRE_MUST_CHECK int supervisor_catch_signals(struct supervisor *s);

/* --- supervisor_totals.c --- */

/* The old master: tells the new one, if there is one, what was counted here so far. */
void supervisor_tell_totals(struct supervisor *s);

/* The same: when its reporter has gone, and from then on each second. After each event. */
void supervisor_settle_totals(struct supervisor *s);
void supervisor_on_totals_timer(struct cadre__timer *timer);

/* The new master; `arg` is the supervisor: see predecessor.h. */
void supervisor_on_totals(void *arg, int fd);
void supervisor_on_reports(void *arg);

/* --- supervisor_upgrade.c --- */

void supervisor_upgrade(struct supervisor *s, const struct machine_action *a);

/* The new master is the server: this one says nothing to the service manager any more. */
void supervisor_give(struct supervisor *s);

/* The old master gave the service away: its manager hears of this one from now on. `arg` is the
 * supervisor, as below. */
void supervisor_on_given(void *arg);

/* Relays a connection to the next heir in turn, to one that has room where there is one. */
bool supervisor_relay(void *arg, const struct cadre__msg_handover *note, int fd);

/* crew_options.on_handover */
enum crew_handover supervisor_on_handover(void *arg, uint32_t slot,
                                          const struct cadre__msg_handover *note, int fd);

#endif
