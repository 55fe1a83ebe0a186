/* SPDX-License-Identifier: MIT */
/*
 * Connections that outlive their worker: given to a sibling, and taken from one.
 *
 * A worker that leaves while others go on hands each connection that waits for its next request
 * (or for its first) to a ready worker: the descriptor and a note of what is known of it
 * (struct cadre__msg_handover), relayed by the master. Nothing of it is read any more, so what the
 * client sends meanwhile waits in the kernel for the new worker. A busy one follows when it has
 * been answered. A connection with bytes read and not yet served is busy.
 *
 * The master answers each, in order. Until then this worker keeps its own descriptor open, so
 * nothing is lost where nobody takes it: it comes back into service, and its next answer says that
 * it closes. At most a window of them is on the way; the others wait in service. A worker that
 * dies before it has adopted what was sent to it takes that along, as it takes its own.
 *
 * Runs on the worker's loop; nothing here suspends or allocates, but for an adopted connection.
 */
#ifndef WORKER_HANDOVER_H
#define WORKER_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "ipc/channel.h"

struct connection;
struct master_link;
struct server;

struct handover {
    struct server *server;                            /* borrowed */
    struct master_link *link;                         /* borrowed */
    const char (*listeners)[CADRE__MSG_ADDRESS_SIZE]; /* by number; borrowed */
    bool giving;                                      /* connections are handed over */
    struct cadre__list lent; /* of struct connection, by its link: asked, in order */
    unsigned n_lent;
    uint32_t n_given; /* so far, for the log */
    uint32_t n_kept;  /* nobody took them; the same */
};

/* `listeners`: their addresses as bound, by the server's numbers, each ended by NUL. All is
 * borrowed and outlives it. */
void handover_init(struct handover *h, struct server *server, struct master_link *link,
                   const char (*listeners)[CADRE__MSG_ADDRESS_SIZE]);

/* From now on connections are given away: those that are idle or fresh at once, others as they
 * become so. The server must not drain. False: there is no master to ask. */
bool handover_begin(struct handover *h);

/* No more are given away; what is on the way is still answered for. */
void handover_end(struct handover *h);

/* The master's answer to the oldest one that is on the way. */
void handover_answered(struct handover *h, bool taken);

/* Nobody will answer any more, so nobody knows who has them: those on the way are let go. */
void handover_lost(struct handover *h);

/* Takes a connection of a sibling into the server; `fd` is taken. Beyond the limit of connections
 * its next answer says that it closes; for want of memory, or of its listener, it is closed. A
 * server that gives its own away passes it on. */
void handover_adopt(struct handover *h, const struct cadre__msg_handover *note, int fd);

/* Sends on what came too late: this worker serves no more. `fd` is taken. */
void handover_pass_on(struct master_link *link, const struct cadre__msg_handover *note, int fd);

#endif
