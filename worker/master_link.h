/* SPDX-License-Identifier: MIT */
/*
 * A child's end of its channel to the master, on the loop.
 *
 * Incoming messages become calls. A log file that was reopened is taken over here, for all kinds of
 * children. A message that is malformed, or that this kind of child does not expect, means that
 * the master has lost its mind: the link counts as gone then, as when the master has died.
 */
#ifndef WORKER_MASTER_LINK_H
#define WORKER_MASTER_LINK_H

#include <cadre/macros.h>
#include <stdbool.h>
#include <stdint.h>

#include "async/io.h"
#include "ipc/channel.h"

struct cadre__loop;

/* All on the loop. NULL: such a message is not expected. */
struct master_link_callbacks {
    /* Go on with the lifespans. fd: what the steward published, the callee's now; -1: nothing. */
    void (*on_start)(void *arg, int fd);
    /* The sockets listen: accept. */
    void (*on_accept)(void *arg);
    /* Finish and exit; 0: no time-out. */
    void (*on_drain)(void *arg, enum cadre__drain_mode mode, uint64_t timeout_ns);
    /* A connection of a sibling, to be served here; fd: the callee's now. */
    void (*on_adopt)(void *arg, const struct cadre__msg_handover *note, int fd);
    /* What became of the oldest connection handed over that was not answered for. */
    void (*on_handed)(void *arg, bool taken);
    /* A queue of a listener with reuse_port is to be served from now on; fd: the callee's now.
     * Where no descriptor was free for it, the master says it again later. */
    void (*on_queue)(void *arg, const struct cadre__msg_queue *queue, int fd);
    /* Such a queue is others' from now on. */
    void (*on_leave)(void *arg, const struct cadre__msg_queue *queue);
    /* The access log was opened again; fd: the callee's now. */
    void (*on_access_log)(void *arg, int fd);
    /* The master asks what the coroutines wait for; fd: the callee's now. */
    void (*on_tasks)(void *arg, uint32_t id, int fd);
    /* The master has gone. Called once; nothing comes after it. */
    void (*on_gone)(void *arg);
};

struct master_link {
    int fd; /* owned; -1 once gone */
    struct cadre__io io;
    const struct master_link_callbacks *callbacks; /* borrowed */
    void *arg;
    bool told_no_fd; /* the log has a line about descriptors, and none has come since */
};

/* Takes `fd` and listens to the master. 0, or what epoll_ctl says; then fd is closed. */
CADRE_MUST_CHECK int master_link_open(struct master_link *link, struct cadre__loop *loop, int fd,
                                      const struct master_link_callbacks *callbacks, void *arg);
void master_link_close(struct master_link *link);

/* Tells the master. A master that is gone or does not listen is met by on_gone, not here. `fd` is
 * borrowed; -1: none. */
void master_link_tell(struct master_link *link, const struct cadre__msg *msg, int fd);
/* The same without waiting and without a line: what cadre__channel_send says; -EPIPE without a
 * master. */
CADRE_MUST_CHECK int master_link_try(struct master_link *link, const struct cadre__msg *msg,
                                     int fd);
/* Tells the master that `msg` came to nothing, for want of its descriptor. */
void master_link_tell_missed(struct master_link *link, const struct cadre__msg *msg);
void master_link_tell_plain(struct master_link *link, enum cadre__msg_type type);
void master_link_tell_loaded(struct master_link *link, uint32_t modules, bool wants_steward);
void master_link_tell_failed(struct master_link *link, enum cadre__child_phase phase,
                             const char *text);

#endif
