/* SPDX-License-Identifier: MIT */
/*
 * Sockets that this process was started with: by socket activation, or because an earlier run of
 * the service had them kept (sd_listen_fds(3), sd_notify(3) FDSTORE).
 *
 * Those of a .socket unit are the service manager's: they are never closed, unlinked or bound
 * again, and their backlog stays what the unit says. Those that we had kept are ours again, as if
 * we had bound them: which is which is told by the name.
 *
 * The protocol: $LISTEN_PID is the process that is meant, $LISTEN_FDS the number of descriptors
 * from 3 on, $LISTEN_FDNAMES their names, separated by colons. Whoever starts a new master with
 * them (a binary upgrade) sets the same variables. Master only, one thread; never suspends.
 */
#ifndef CADRE_MASTER_PASSED_H
#define CADRE_MASTER_PASSED_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <cadre/macros.h>

#include "conf/server_conf.h"

/* The longest name that systemd takes, with its NUL. */
#define PASSED_NAME_SIZE 256
/* Descriptors taken at most; what is beyond stays as it is, unused. */
#define PASSED_MAX 1024

struct passed_socket {
    int fd;     /* -1: one of ours that is of no use any more */
    bool ours;  /* bound by an earlier run of us */
    bool taken; /* a listener has it; with `ours` it has the descriptor too */
    bool ipv6_only;
    char name[PASSED_NAME_SIZE]; /* of a .socket unit: FileDescriptorName=; ours: the listener's */
    ino_t ino;                   /* which socket it is */
    struct sockaddr_storage sockaddr; /* where it is bound */
    socklen_t sockaddr_len;
};

struct passed {
    struct passed_socket *list;
    size_t n;
};

/*
 * Takes what the environment names, and the variables out of it; nothing is a good answer.
 * Descriptors become CLOEXEC and NONBLOCK. What is no listening stream socket is named in the log
 * and left alone. 0; -ENOMEM, then nothing is taken.
 */
CADRE_MUST_CHECK int passed_init(struct passed *passed);

/* All listeners of the first conf have what they want: closes what of ours was not taken, and names
 * in the log what of the service manager's was not. */
void passed_settle(struct passed *passed);

/* Closes what is ours and was not taken, frees the list. */
void passed_done(struct passed *passed);

/*
 * The socket for a listener of the conf that no listener has yet: for "systemd:NAME" the first of
 * that name, for any other address one that is bound there (for port 0, one of ours that the
 * listener of the same name had). NULL: none. NULL for `passed` is allowed.
 */
struct passed_socket *passed_find(struct passed *passed, const struct cadre__listen_conf *conf);

/* What one can do about a "systemd:NAME" that is not there. Returns BUF. */
const char *passed_hint(const struct passed *passed, char *buf, size_t size);

/* The name under which a listener of ours is kept or handed on: no name of a .socket unit. */
void passed_store_name(const char *listener, char buf[static PASSED_NAME_SIZE]);

#endif
