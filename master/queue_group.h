/* SPDX-License-Identifier: MIT */
/*
 * The queues of a listener with reuse_port: sockets that are bound to one address with
 * SO_REUSEPORT, among which the kernel spreads new connections (socket(7)).
 *
 * The first is the listener's own socket, the primary. It is bound without SO_REUSEPORT, so that
 * another server on the address fails, and so does a second one beside us; the option is set once
 * it listens, which lets others of this user join. It is never closed here, and with it alone the
 * group is an ordinary listener again.
 *
 * Which queue gets a connection is drawn by a small program in the kernel
 * (SO_ATTACH_REUSEPORT_CBPF), which passes over those that retire. It names queues by their place
 * in the kernel's list: they are in it in the order in which they began to listen, and when one is
 * closed the last one takes its place. The group keeps its list in the same order.
 *
 * A queue that is closed loses what it holds and the handshakes that are under way in it: it is
 * retired first, for QUEUE_LINGER_NS, and closed empty. Nobody accepts here; who serves which is
 * decided in master/queues.h. Master only, one thread; never suspends, never logs.
 */
#ifndef CADRE_MASTER_QUEUE_GROUP_H
#define CADRE_MASTER_QUEUE_GROUP_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

#include "master/machine.h"

/* The most queues of a listener: all are in the program, which has two steps a queue. */
#define QUEUE_GROUP_MAX 1024
/* The steps of a program of so many queues. */
#define QUEUE_GROUP_STEPS(n) (3 + 2 * (n))
/* For so long a handshake may go on in a queue that gets no new ones: the client's last packet may
 * be lost, and the kernel asks for it again after 1 s and 3 s. */
#define QUEUE_LINGER_NS (UINT64_C(5) * 1000000000)
/* No slot. */
#define QUEUE_NOBODY UINT32_MAX

struct queue {
    uint32_t number; /* its own in the group, never used again; 0: the primary */
    int fd;
    bool retiring;       /* gets no new connections */
    bool watched;        /* it is in the epoll of queues.h */
    uint64_t retired_ns; /* since when; valid while retiring */

    /* of queues.h */
    uint32_t owner;    /* the slot whose queue it is; QUEUE_NOBODY */
    uint32_t told_own; /* the slot that has been told that it is its own; QUEUE_NOBODY */
    uint64_t tick;     /* the last look at which it was not empty */
    uint64_t since_ns; /* since when it has not been empty, with its owner in the same turn */
    uint64_t turn_ns;  /* that turn */
    uint8_t told[MACHINE_SLOTS_MAX / 8];    /* a bit a slot: has been told to serve it */
    uint8_t doubted[MACHINE_SLOTS_MAX / 8]; /* of those: has missed it; may serve it all the same */
};

struct queue_group {
    struct queue **queues; /* in the kernel's order; [0] is the primary */
    size_t n;
    uint32_t next_number;
    int backlog;
    int watch_fd;  /* the epoll of queues.h, borrowed; -1: none yet */
    bool steered;  /* the kernel has the program of the list as it is */
    bool foreign;  /* another master has it now: the sockets are only closed */
    bool told_few; /* the log has a line about a queue that could not be made */

    /* of queues.h */
    bool told_astray;   /* the log has a line about steering */
    uint64_t astray_ns; /* when a queue that retires may have got a connection last; 0: never */
};

/* Makes the group of a socket that listens with a queue of `backlog`; `primary_fd` is borrowed for
 * as long as the group lives. NULL: ENOMEM. */
struct queue_group *queue_group_new(int primary_fd, int backlog);

/* Closes all but the primary, which gets all connections from now on; with `foreign` set nothing
 * else is changed. NULL is allowed. */
void queue_group_free(struct queue_group *group);

/* Adds a socket that listens on the address already: the next in the kernel's order. Takes it in
 * any case. 0; -ENOMEM; -ENOSPC. */
CADRE_MUST_CHECK int queue_group_take(struct queue_group *group, int fd);

/* Makes a queue more, which listens at once. 0, or what the system says; -ENOSPC beyond
 * QUEUE_GROUP_MAX. */
CADRE_MUST_CHECK int queue_group_grow(struct queue_group *group);

/* Has the kernel put all into the primary until it is steered again: for while places change, when
 * what is drawn by place would be another queue. 0 or what setsockopt says. */
CADRE_MUST_CHECK int queue_group_gather(struct queue_group *group);

/* Closes the queue at a place that is not 0; the last one takes that place. */
void queue_group_close(struct queue_group *group, size_t at);

/* Has the kernel spread over the queues that do not retire. Nothing where it does already. 0 or
 * what setsockopt says: then connections go to any queue, and the next call tries again. */
CADRE_MUST_CHECK int queue_group_steer(struct queue_group *group);

/* Changes the length of all queues. */
void queue_group_set_backlog(struct queue_group *group, int backlog);

/* How many do not retire. */
size_t queue_group_active(const struct queue_group *group);

/* Whether it holds no connection. */
bool queue_is_empty(const struct queue *queue);

/* The program: draws one of the `n` places for which retiring[] is false; at least one is. Returns
 * how many steps it wrote, at most QUEUE_GROUP_STEPS(n). */
size_t queue_group_program(const bool *retiring, size_t n, struct sock_filter *ret_steps);

#endif
