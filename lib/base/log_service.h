/* SPDX-License-Identifier: MIT */
/*
 * base/log_service: log lines as datagrams to syslog (RFC 3164, as /dev/log takes it) or to
 * journald (its native protocol, systemd's JOURNAL_NATIVE_PROTOCOL): each line whole, with its
 * fields.
 *
 * The socket is connected by whoever opens it and handed to other processes as it is, so these need
 * no right to its path. When the service is started anew, the next line of any process connects
 * the socket again, for all. A service that does not read holds a line up for a tenth of a second,
 * and those after it not at all: they are lost, and counted by base/log. Any thread; never
 * suspends.
 */
#ifndef CADRE_BASE_LOG_SERVICE_H
#define CADRE_BASE_LOG_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <cadre/macros.h>

enum cadre__log_service {
    CADRE__LOG_NO_SERVICE, /* a file, a terminal, standard error */
    CADRE__LOG_SYSLOG,
    CADRE__LOG_JOURNAL,
};

/* Room for what stands before the text of a line. */
#define CADRE__LOG_SERVICE_HEAD 256

/* Who speaks, for the head of a line. */
struct cadre__log_speaker {
    const char *role;    /* "worker 2"; "": none */
    uint32_t generation; /* 0: none */
    unsigned facility;   /* of syslog(3), shifted as there: LOG_DAEMON */
};

/* Connects to a service; `path` NULL: where it is by default. The descriptor or a negative errno
 * (-ENOENT, -ECONNREFUSED: it does not run). */
CADRE_MUST_CHECK int cadre__log_service_open(enum cadre__log_service service, const char *path);

/* Notes where the peer of a socket is, so that it can be connected again. */
void cadre__log_service_adopt(int fd);

/*
 * Writes what stands before the text: syslog's "<30>Nov 21 09:52:10 cadre[12]: worker 2: ", or
 * journald's fields up to "MESSAGE=worker 2: ". `priority` is syslog's, 0 to 7. Returns its length.
 */
size_t cadre__log_service_head(enum cadre__log_service service, int priority,
                               const struct cadre__log_speaker *speaker,
                               char buf[static CADRE__LOG_SERVICE_HEAD]);

/* The same without time and process: async-signal-safe. */
size_t cadre__log_service_signal_head(enum cadre__log_service service, int priority,
                                      const struct cadre__log_speaker *speaker,
                                      char buf[static CADRE__LOG_SERVICE_HEAD]);

/* Writes the name of a field of ours for journald, "CADRE_REQUEST_ID", cut at 64. */
void cadre__log_service_key(const char *key, char buf[static 65]);

/* Sends one datagram. Async-signal-safe. 0, or a negative errno: it is lost. */
CADRE_MUST_CHECK int cadre__log_service_send(int fd, const struct iovec *parts, int n);

#endif
