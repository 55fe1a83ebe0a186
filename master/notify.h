/* SPDX-License-Identifier: MIT */
/*
 * What systemd is told: the datagrams of sd_notify(3), ours, so that nothing is linked for them.
 *
 * Without $NOTIFY_SOCKET all calls do nothing. Messages are sent as they are made; a manager that
 * does not read loses them after a short wait. When each is told is master/service.h. Master only,
 * one thread; never suspends.
 */
#ifndef CADRE_MASTER_NOTIFY_H
#define CADRE_MASTER_NOTIFY_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include <cadre/macros.h>

struct notify {
    int fd;                  /* -1: nobody listens */
    struct sockaddr_un addr; /* the manager's socket, in the file system or abstract */
    socklen_t addr_len;
    char text[sizeof(((struct sockaddr_un *)NULL)->sun_path)]; /* as the variable said; "" */
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

/* EXTEND_TIMEOUT_USEC: what goes on may take `ns` more, from now on. */
void notify_extend(const struct notify *notify, uint64_t ns);

/* WATCHDOG=1: all is well. */
void notify_watchdog(const struct notify *notify);

/* MAINPID=pid: that process is the server from now on. */
void notify_main_pid(const struct notify *notify, pid_t pid);

/*
 * FDSTORE=1: keeps `fd` (borrowed) for the next start of the service under a name, FDNAME, of at
 * most 255 printable ASCII characters but ':'. 0, or a negative errno: it was not sent. -ENOTCONN:
 * nobody listens. Whether the manager has room for it, nobody tells.
 */
CADRE_MUST_CHECK int notify_store(const struct notify *notify, int fd, const char *name);

/* FDSTOREREMOVE=1: drops all that is kept under a name. */
void notify_unstore(const struct notify *notify, const char *name);

/*
 * BARRIER=1: waits until the manager has taken all that was sent before, at most `timeout_ms`. 0;
 * -ETIMEDOUT; -ENOTCONN: nobody listens; or another negative errno. Blocks.
 */
CADRE_MUST_CHECK int notify_barrier(const struct notify *notify, int timeout_ms);

/* STATUS=text: one line for `systemctl status`. */
void notify_status(const struct notify *notify, const char *text);

#endif
