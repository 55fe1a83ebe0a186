/* SPDX-License-Identifier: MIT */
/*
 * What systemd is told: the datagrams of sd_notify(3), ours, so that nothing is linked for them.
 *
 * Without $NOTIFY_SOCKET all calls do nothing. Messages are sent as they are made; a manager that
 * does not read loses them after a short wait. Master only, one thread; never suspends.
 */
#ifndef CADRE_MASTER_NOTIFY_H
#define CADRE_MASTER_NOTIFY_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cadre/macros.h>

struct notify {
    int fd;                  /* -1: nobody listens */
    struct sockaddr_un addr; /* the manager's socket, in the file system or abstract */
    socklen_t addr_len;
};

/*
 * Takes $NOTIFY_SOCKET out of the environment, so that no child inherits it. 0 also when it is
 * not set. -EINVAL: it is no address of a socket; -EMFILE and the like. Then nothing is sent.
 */
CADRE_MUST_CHECK int notify_open(struct notify *notify);
void notify_close(struct notify *notify);

/* READY=1: the server is up, or a reload is over. */
void notify_ready(const struct notify *notify);

/* RELOADING=1, with the monotonic time that Type=notify-reload wants. */
void notify_reloading(const struct notify *notify, uint64_t now_ns);

/* STOPPING=1; it may take as long as `timeout_ns`. */
void notify_stopping(const struct notify *notify, uint64_t timeout_ns);

/* STATUS=text: one line for `systemctl status`. */
void notify_status(const struct notify *notify, const char *text);

#endif
