/* SPDX-License-Identifier: MIT */
/*
 * The crew: the processes of all seats, what is said to them and heard from them.
 *
 * Starts them, watches their ends (pidfd, else SIGCHLD) and their channels, keeps their records
 * on the scoreboard, and turns all of it into events of the state machine. It decides nothing.
 * Master only, on the loop's thread; never blocks but for a fork, never suspends.
 */
#ifndef CADRE_MASTER_CREW_H
#define CADRE_MASTER_CREW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cadre/macros.h>

#include "ipc/channel.h"
#include "ipc/heritage.h"
#include "ipc/snapshot.h"
#include "ipc/totals.h"
#include "master/machine.h"

struct crash_report;
struct event_base;
struct cadre__shm;
struct estate;
struct queues_pulse;
struct crew;

/* What becomes of a connection that a worker hands over. */
enum crew_handover {
    CREW_REFUSED, /* it stays the worker's */
    CREW_TAKEN,   /* another has been sent it */
    CREW_PENDING, /* crew_answer_handover follows, in the order in which they came */
};

struct crew_options {
    struct event_base *base;                  /* borrowed */
    int worker_fd;                            /* cadre-worker, O_PATH; borrowed */
    const struct cadre__shm *quarantine_area; /* for workers and reporter; borrowed */
    int rates_fd;     /* what the master before has counted for rate limits; 0: none; borrowed for
                         crew_new */
    uint64_t boot_ns; /* when the server started */
    bool terminal;    /* children are told */

    /* What happened. The event's texts are borrowed for the call. `now_ns` and `random` are the
     * receiver's to fill in. */
    void (*on_event)(void *arg, struct machine_event *event);
    /* A steward has published; `fd` is taken. The event EVENT_SERVING follows. */
    void (*on_published)(void *arg, uint32_t generation, int fd);
    /* A worker of the generation has loaded a module; `pin->fd` is taken. */
    void (*on_module)(void *arg, uint32_t generation, const struct cadre__module_pin *pin);
    /* The worker in `slot` hands a connection over; both are borrowed for the call. With fd -1 and
     * no note it did, and the descriptor was lost: it is refused, in its turn. */
    enum crew_handover (*on_handover)(void *arg, uint32_t slot,
                                      const struct cadre__msg_handover *note, int fd);
    /* A child has died of a signal or with an error; `report`, allocated, is taken. EVENT_EXITED
     * follows. */
    void (*on_death)(void *arg, struct crash_report *report);
    /* The worker in `slot` says that its loop is held; borrowed for the call. */
    void (*on_stall)(void *arg, uint32_t slot, pid_t pid, const struct cadre__msg_stall *stall);
    /* The worker in `slot`, or of a log any child, had no descriptor free for what it was sent, or
     * could not use it. */
    void (*on_missed)(void *arg, uint32_t slot, const struct cadre__msg_missed *missed);
    /* The worker in `slot` has answered crew_ask_tasks() `id`. One that cannot says on_missed. */
    void (*on_tasks_told)(void *arg, uint32_t slot, uint32_t id);
    /* A process that is none of ours was reaped. */
    void (*on_stranger)(void *arg, pid_t pid);
    void *arg;
};

/* Who to start. */
struct crew_place {
    uint32_t slot;
    enum cadre__child_kind kind;
    uint32_t generation;
    uint32_t index;
};

/* Makes the shared areas. 0, or a negative errno with one line in `why`. */
CADRE_MUST_CHECK int crew_new(const struct crew_options *options, struct crew **ret, char *why,
                              size_t why_size);

/* Forgets all processes; those that run see their channel close and drain. NULL is allowed. */
void crew_free(struct crew *crew);

/*
 * Starts a process with what `estate` holds, which is borrowed for the call. Its pid, or a
 * negative errno with one line in `why`.
 */
CADRE_MUST_CHECK int crew_start(struct crew *crew, const struct crew_place *place,
                                const struct estate *estate, char *why, size_t why_size);

/* Messages. A child that does not take one is reported as EVENT_BROKEN. */
void crew_send_start(struct crew *crew, uint32_t slot, int state_fd);
void crew_send_accept(struct crew *crew, uint32_t slot);
void crew_send_drain(struct crew *crew, uint32_t slot, enum machine_drain drain,
                     uint64_t timeout_ns);
void crew_send_log(struct crew *crew, uint32_t slot, int log_fd);
void crew_send_access_log(struct crew *crew, uint32_t slot, int access_fd); /* workers only */

/* Sends a worker a connection; `fd` and `note` are borrowed. 0; a negative errno: it has not got
 * it, for now or for ever. */
CADRE_MUST_CHECK int crew_send_adopt(struct crew *crew, uint32_t slot,
                                     const struct cadre__msg_handover *note, int fd);

/* Asks a worker what its tasks wait for; `fd`, of an area (ipc/task_report.h), is borrowed. 0; a
 * negative errno: it has not got the question; -EAGAIN: it owes the answers to too many others. */
CADRE_MUST_CHECK int crew_ask_tasks(struct crew *crew, uint32_t slot, uint32_t id, int fd);

/*
 * Tells a worker to serve a queue of its listener at that place of its heritage (`fd` is borrowed),
 * or to leave it. False: it has not got it, for now or for ever.
 */
CADRE_MUST_CHECK bool crew_send_queue(struct crew *crew, uint32_t slot,
                                      const struct cadre__msg_queue *queue, int fd);
CADRE_MUST_CHECK bool crew_send_leave(struct crew *crew, uint32_t slot,
                                      const struct cadre__msg_queue *queue);

/* What became of the oldest connection of the worker in `slot` that was PENDING. Dropped when that
 * process, `pid`, has gone. */
void crew_answer_handover(struct crew *crew, uint32_t slot, pid_t pid, bool taken);

/* The process of a slot; 0: none. */
pid_t crew_pid(const struct crew *crew, uint32_t slot);

/* What the scoreboard says of the loop of a worker. */
void crew_pulse(const struct crew *crew, uint32_t slot, struct queues_pulse *ret);

/* Whether a worker is not at its limits and its loop has turned lately. */
bool crew_has_room(const struct crew *crew, uint32_t slot, uint64_t now_ns);

/* Whether workers accept, and the loop of none of them has turned for longer than `limit_ns`. */
bool crew_is_stuck(const struct crew *crew, uint64_t limit_ns, uint64_t now_ns);

/* Sends a signal to the process of a slot, by its pidfd where there is one. */
void crew_kill(struct crew *crew, uint32_t slot, int signo);

/* Stops watching the process of a slot; it stays as it is. */
void crew_forget(struct crew *crew, uint32_t slot);

/* The shared areas that tell how the server is; borrowed, for as long as the crew lives. */
struct cadre__snapshot_sources crew_sources(const struct crew *crew);

/* The area that the master writes its own state to. */
struct cadre__status_area *crew_status_area(struct crew *crew);

/* What the master before, of a binary upgrade, has counted so far is part of the totals. With
 * `may_add` counters that nobody has defined are: only before the first child starts. */
void crew_inherit(struct crew *crew, const struct cadre__totals *totals, bool may_add);

/* The area of rate limits, for the master of a binary upgrade; -1: there is none yet. Borrowed. */
int crew_rates_fd(const struct crew *crew);

/* Whether a slot has a process, and of which generation. */
bool crew_has(const struct crew *crew, uint32_t slot, uint32_t *ret_generation);

/* SIGCHLD came: reaps what is not watched by a pidfd, strangers too. */
void crew_reap(struct crew *crew);

/* Whether SIGCHLD is needed: we are init, or the kernel has no pidfd. */
bool crew_needs_sigchld(const struct crew *crew);

/*
 * Reports workers that accept and whose loop has not turned for longer than their conf's
 * worker_timeout. Returns how soon to look again, in ns; UINT64_MAX: nobody has such a limit.
 */
uint64_t crew_check_silence(struct crew *crew, uint64_t now_ns);

/*
 * Reports workers that hold more memory than their conf's max_rss as worn. Returns how soon to look
 * again, in ns; UINT64_MAX: nobody has such a limit.
 */
uint64_t crew_check_rss(struct crew *crew);

#endif
