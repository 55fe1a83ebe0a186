/* SPDX-License-Identifier: MIT */
/*
 * The new master of a binary upgrade, as its old one sees it: started, heard, given the service.
 *
 * It is the program that is on disk now, by fork and exec with the arguments of this one. It gets
 * the listening sockets by the protocol of socket activation (master/passed.h), and a channel
 * (ipc/channel.h), so that it may be of another build:
 *
 *   new to old   FAILED (why), READY (its workers accept), TAKEN (answer to ADOPT, in order)
 *   old to new   ACCEPT (it is the server from now on), ADOPT (a connection for one of its
 * workers), TOTALS (what was counted: before all else, then now and then; the first one after
 *                ACCEPT says that no reporter of the old master answers any more)
 *
 * Connections of workers that drain here are relayed in order, a few at a time; each is answered
 * for when the new master has said what became of it. Master only, on the loop's thread; never
 * suspends; blocks for a fork.
 */
#ifndef CADRE_MASTER_SUCCESSOR_H
#define CADRE_MASTER_SUCCESSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cadre/macros.h>

#include "ipc/channel.h"

struct event_base;
struct listener_set;
struct passed;
struct successor;

struct successor_options {
    struct event_base *base;              /* borrowed, while it lives */
    const char *program;                  /* absolute path; borrowed for the call */
    char *const *argv;                    /* of this process; the same */
    const struct listener_set *listeners; /* the same */
    const struct passed *passed;          /* sockets of the service manager's go along; the same */
    const char *notify_socket;            /* "": nobody listens; the same */
    uint64_t watchdog_ns;                 /* that the service manager wants; 0: none */
    uint32_t generation;                  /* the last one of this master */
    int rates_fd;                         /* the area of rate limits; -1: there is none; the same */

    /* It serves, or it cannot: one of both is called, once. Not from within successor_start. */
    void (*on_ready)(void *arg, pid_t pid);
    void (*on_failed)(void *arg, const char *why);
    /* What became of a connection that was relayed for the process `pid` in `slot`. */
    void (*on_answer)(void *arg, uint32_t slot, pid_t pid, bool taken);
    void *arg;
};

/* Starts it. 0; a negative errno with one line in `why`: nothing was started. */
CADRE_MUST_CHECK int successor_start(const struct successor_options *options,
                                     struct successor **ret, char *why, size_t why_size);

/* Ends it, if it has not been given the service, and forgets it. NULL is allowed. */
void successor_free(struct successor *s);

pid_t successor_pid(const struct successor *s);

/* Tells it what was counted here so far; `fd` (ipc/totals.h) is borrowed. False: it has gone, or
 * does not listen now. */
bool successor_tell_totals(struct successor *s, int fd);

/* It is the server from now on. False: it cannot be told, it has gone. */
bool successor_give(struct successor *s);

/*
 * Relays a connection for the process `pid` in `slot`: `fd` and `note` are borrowed. With fd -1 one
 * that was lost on the way is refused in its turn. False: it is refused at once; nothing of that
 * slot is pending then.
 */
bool successor_adopt(struct successor *s, uint32_t slot, pid_t pid,
                     const struct cadre__msg_handover *note, int fd);

#endif
