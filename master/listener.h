/* SPDX-License-Identifier: MIT */
/*
 * The listening sockets of the server.
 *
 * A listener is one socket, bound once and kept open for as long as a conf names its address, over
 * reloads too: what its queue holds is never lost. A set is what one generation listens on: each
 * entry points at a listener that sets may share. Binding and listening are two steps: all
 * addresses are bound before anything starts, and nothing is queued before somebody can serve it.
 *
 * A socket that was passed in (master/passed.h) is taken instead of one of our own where the conf
 * names it or its address. One that is the service manager's is only borrowed: it is never closed,
 * its backlog and its file stay as they are.
 *
 * A listener with reuse_port has a queue a worker: its own socket is the first of them, the others
 * are made as workers come (master/queues.h).
 *
 * UNIX sockets: the file is made with the mode and owner of the conf; a stale one, which nobody
 * listens on, is replaced; at the end it is removed, if it is still ours.
 *
 * Master only, one thread. Never suspends, never logs: what is wrong goes to a list of errors
 * with the place in the conf.
 */
#ifndef CADRE_MASTER_LISTENER_H
#define CADRE_MASTER_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <cadre/macros.h>

#include "conf/server_conf.h"

struct passed;
struct passed_socket;
struct queue_group;

#define LISTENER_ADDRESS_SIZE 128

struct listener {
    unsigned refs; /* sets that hold it */
    int fd;
    struct passed_socket *passed; /* it is the service manager's; NULL: our own */
    struct queue_group *group;    /* of queues, where it has more than its own; NULL: it has not */
    bool listening;
    int backlog;                      /* as told last; valid while listening */
    struct sockaddr_storage sockaddr; /* as the conf says: port 0 stays 0 */
    socklen_t sockaddr_len;
    bool ipv6_only;
    char address[LISTENER_ADDRESS_SIZE]; /* as bound: "127.0.0.1:43211", "unix:/run/x.sock" */
    char path[LISTENER_ADDRESS_SIZE];    /* of a UNIX socket's file; "" for others */
    dev_t dev;                           /* of that file, to know it again */
    ino_t ino;
};

struct listener_entry {
    const struct cadre__listen_conf *conf; /* borrowed: the set goes before the conf */
    struct listener *listener;             /* a reference */
};

struct listener_set {
    struct listener_entry *entries; /* in the order of the conf */
    size_t n;
};

/*
 * Binds all that `conf` listens on into `set`. An address that `old` (or NULL) has is shared with
 * it: by name and address first, else by address; then what `passed` (or NULL) has is taken, which
 * must outlive the set. Each failure goes to `errs`, with its place, who
 * holds the address where that can be seen, and how to mend it. 0; -EINVAL with errs filled, and
 * -ENOMEM: the set is then empty and what was bound for it is gone again.
 */
CADRE_MUST_CHECK int listener_set_bind(struct listener_set *set,
                                       const struct cadre__server_conf *conf,
                                       const struct listener_set *old, struct passed *passed,
                                       struct cadre__conf_errors *errs);

/*
 * Listens on all of the set with the backlogs of its conf, and gives the files of UNIX sockets
 * the mode and owner of its conf; for those that listen already, what has changed.
 * `on_listening` is called for each that began to. 0, or -EINVAL with errs filled: those that
 * had begun listen until the set is closed.
 */
CADRE_MUST_CHECK int listener_set_listen(struct listener_set *set,
                                         void (*on_listening)(const struct listener_entry *entry,
                                                              void *arg),
                                         void *arg, struct cadre__conf_errors *errs);

/* The same for the status listener alone, which listens before anybody serves. */
CADRE_MUST_CHECK int listener_set_listen_early(
    struct listener_set *set, void (*on_listening)(const struct listener_entry *entry, void *arg),
    void *arg, struct cadre__conf_errors *errs);

/* Gives up the set. Listeners that no set holds are closed, and their files removed. */
void listener_set_close(struct listener_set *set);

/* From now on the files of UNIX sockets stay when the set is closed: the sockets live on, kept by
 * the service manager for the next start. */
void listener_set_keep_files(struct listener_set *set);

/* Writes an address as people write it. Returns BUF. */
const char *listener_format(const struct sockaddr *sockaddr, socklen_t len,
                            char buf[static LISTENER_ADDRESS_SIZE]);

#endif
