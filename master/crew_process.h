/* SPDX-License-Identifier: MIT */
/*
 * The inside of the crew: a process in its slot. For the files of the crew (crew*.c) only; what
 * others may know is in crew.h, and so are the rules.
 */
#ifndef CADRE_MASTER_CREW_PROCESS_H
#define CADRE_MASTER_CREW_PROCESS_H

#include <event2/event_struct.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <cadre/macros.h>

#include "base/counter.h"
#include "base/shm.h"
#include "ipc/heritage.h"
#include "ipc/scoreboard.h"
#include "master/crew.h"
#include "master/machine.h"
#include "master/oom.h"

struct cadre__crashes;

struct process {
    struct crew *crew;
    uint32_t slot;
    uint32_t generation;
    enum cadre__child_kind kind;
    pid_t pid; /* 0: none */
    int pid_fd;
    int channel_fd;   /* -1: closed */
    uint64_t born_ns; /* when it was started */
    bool ready;
    bool told_no_fd;            /* the log has a line about it */
    unsigned tasks_asked;       /* questions that it has not answered yet */
    uint64_t worker_timeout_ns; /* 0: none */
    uint64_t max_rss;           /* bytes; 0: none */
    struct event exit_event;    /* while pid_fd >= 0 */
    struct event channel_event; /* while channel_fd >= 0 */
};

struct cadre__server_conf;

struct crew {
    struct crew_options options;
    struct cadre__shm score_area;
    struct cadre__shm counter_area;
    struct cadre__shm crash_area;
    struct cadre__shm traffic_area;
    struct cadre__shm status_area;
    struct cadre__shm rates_area; /* made for the first child, or taken over; crew_rates.c */
    int rates_keys;               /* as many as it was made for; 0: none was started yet */
    int rates_wanted;             /* by the newest conf; the log has a line where that differs */
    uint32_t rates_generation;    /* whose conf that is */
    struct cadre__scoreboard *board;
    struct cadre__crashes *crashes;
    struct cadre__counters counters;
    struct cadre__traffic_area *traffic;
    struct cadre__status_area *status;
    struct cadre__quarantine *quarantine; /* in options.quarantine_area */
    struct oom oom;
    bool no_pid_fd; /* the kernel has none */
    uint32_t high_water;
    struct process processes[MACHINE_SLOTS_MAX];
};

/* Takes the area of rate limits of the master before over, by a copy of `fd`; or says in the log
 * why it is of no use. */
void crew_take_rates(struct crew *crew, int fd);

/* There is an area for the first child, of the conf's size; later ones get the same, and the log
 * says where the conf of a new generation wants another size. 0 or a negative errno. */
CADRE_MUST_CHECK int crew_make_rates(struct crew *crew, uint32_t generation,
                                     const struct cadre__server_conf *conf);

/* The process in a slot; NULL: none, or no slot. */
struct process *crew_find(struct crew *crew, uint32_t slot);

/* Reports an event of the process: fills its slot in. */
void process_report(struct process *p, struct machine_event *event);
void process_report_type(struct process *p, enum machine_event_type type);

/* It cannot be talked to any more: closes its channel, reports EVENT_BROKEN. */
void process_report_broken(struct process *p, const char *text);

/* Its state on the scoreboard. */
void process_set_state(struct process *p, enum cadre__score_state state);

void process_close_channel(struct process *p);

/* Stops watching it; it stays as it is. Its slot is free then. */
void process_forget(struct process *p);

/* Reads what is left of it when it has ended. */
void process_hear_last(struct process *p);

/* Where it is, or was at its end: what it started or shut down, or the handler that has the loop;
 * "": nowhere that has a name. Returns BUF. */
const char *process_place(const struct process *p, char buf[static CADRE__SCORE_TEXT_SIZE]);

/* libevent's callbacks; `arg` is the process. */
void process_on_channel(evutil_socket_t fd, short what, void *arg);
void process_on_exit(evutil_socket_t fd, short what, void *arg);

#endif
