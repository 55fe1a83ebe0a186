/* SPDX-License-Identifier: MIT */
/*
 * Who serves which queue of the listeners with reuse_port.
 *
 * Each worker that accepts has a queue of its own in every such listener. A queue whose worker is
 * missing, hangs or can take no more is lent to all others meanwhile; so is one that retires
 * because there are fewer workers now, or the conf wants no queues any more, until it is closed.
 *
 * The answer follows from who serves now, and is worked out afresh after each event of the master
 * (queues_settle): what has changed is told to the workers. That a worker hangs is seen by looking
 * at the scoreboard, 20 ms at a time and only while a queue holds something: on an idle server
 * nothing is looked at. A worker hangs when its loop is in one turn for longer, or when its queue
 * has something and it has not turned for as long (it is stopped: SIGSTOP, a debugger). One that
 * hangs or is full is looked at ever more rarely, the longer it does, once a second at last.
 *
 * A queue that retires is closed when the kernel has put nothing into it for QUEUE_LINGER_NS and it
 * is empty. Where the kernel cannot be told to pass it over it is served on, and never closed.
 *
 * Master only, on the loop's thread; never suspends. What cannot be had is logged once, and the
 * worker serves the queue of another then.
 */
#ifndef CADRE_MASTER_QUEUES_H
#define CADRE_MASTER_QUEUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cadre/macros.h>

#include "base/timer.h"
#include "master/machine.h"

struct event;
struct event_base;
struct listener_entry;
struct listener_set;
struct queue_group;

/* A worker that has not turned its loop for so long hangs. */
#define QUEUES_STUCK_NS (UINT64_C(20) * 1000000)
/* For so long after it was seen to turn again its queue stays lent. */
#define QUEUES_LENT_NS (UINT64_C(500) * 1000000)
/* What a worker has missed it is told again no sooner. */
#define QUEUES_RETELL_NS (UINT64_C(100) * 1000000)

/* What the scoreboard says of a worker. */
struct queues_pulse {
    uint64_t turn_ns; /* when its turn began; 0: it has had none */
    bool waiting;     /* its loop waits */
    bool full;        /* it accepts no more for now */
};

struct queues_host {
    struct event_base *base;      /* borrowed */
    struct cadre__timers *timers; /* borrowed */
    uint64_t (*now)(void);
    void (*pulse)(void *arg, uint32_t slot, struct queues_pulse *ret);
    /* Tells a worker to serve a queue (`fd` is borrowed), or to leave it. False: it could not be
     * told, for now or for ever; it is tried again. */
    bool (*serve)(void *arg, uint32_t slot, uint32_t listener, uint32_t number, bool own, int fd);
    bool (*leave)(void *arg, uint32_t slot, uint32_t listener, uint32_t number);
    void *arg;
};

/* A worker of the current generation that accepts. */
struct queues_worker {
    uint32_t slot;
    pid_t pid;
};

/* How things are. */
struct queues_view {
    const struct listener_set *set; /* what the current generation listens on; NULL: nothing. Lives
                                       until the next view. */
    const struct queues_worker *workers;
    size_t n_workers;
    unsigned target; /* how many workers there are to be; 0: what comes waits in the queues */
    bool frozen;     /* another master may have the sockets: none is made or closed */
};

struct queues {
    struct queues_host host;
    const struct listener_set *set;
    unsigned target;
    bool frozen;
    bool any;                  /* there is a listener with queues */
    int watch_fd;              /* an epoll of all queues; -1: none was needed yet */
    struct event *watch;       /* told when a queue holds something; off while one is known to */
    struct cadre__timer look;  /* the next look at who hangs */
    bool look_is_far;          /* that one is only at those that are stuck */
    struct cadre__timer close; /* the next queue that may be closed, or steering to try again */
    uint64_t tick;             /* counts looks */
    uint64_t retell_ns;        /* when somebody is to be told again; 0: nobody */
    size_t n_workers;
    struct queues_one *workers; /* room for MACHINE_SLOTS_MAX; NULL: none was needed yet */
};

/* Zeroes it and takes `host`. */
void queues_init(struct queues *queues, const struct queues_host *host);

/* The sets of the views have been closed before. */
void queues_done(struct queues *queues);

/* Brings the queues to what follows from `view`, and tells who has to know. */
void queues_settle(struct queues *queues, const struct queues_view *view);

/* A worker has missed that it is to serve a queue of the listener at that place of its heritage: it
 * is told again in a while, to serve it or, where others do meanwhile, to leave it. */
void queues_missed(struct queues *queues, uint32_t slot, uint32_t listener, uint32_t number);

/* Whether workers serve queues of this listener instead of its socket. */
bool queues_has(const struct listener_entry *entry);

#endif
