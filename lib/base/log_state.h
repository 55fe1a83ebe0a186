/* SPDX-License-Identifier: MIT */
/*
 * base/log_state: the one log of the process, for the files of base/log alone.
 */
#ifndef CADRE_BASE_LOG_STATE_H
#define CADRE_BASE_LOG_STATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/log.h"

#define CADRE__LOG_ROLE_SIZE 64

struct cadre__log_state {
    _Atomic int fd; /* our copy; before the first open standard error */
    _Atomic int level;
    atomic_bool journal;       /* lines begin with "<6>" */
    atomic_bool can_pipe;      /* a write may raise SIGPIPE */
    atomic_bool torn;          /* the last line was written in part: its end is missing */
    _Atomic int service;       /* enum cadre__log_service */
    _Atomic unsigned facility; /* for syslog */
    _Atomic uint32_t generation;
    _Atomic uint32_t line_max; /* bytes of a line, its end included */
    _Atomic uint64_t lost;
    _Atomic uint64_t untold; /* of these, those that no line has told of yet */
    _Atomic(cadre__log_describe_fn) describe;
    pthread_mutex_t lock;            /* guards the role, and changes of fd */
    char role[CADRE__LOG_ROLE_SIZE]; /* "": none */
};

extern struct cadre__log_state cadre__the_log;

/* Whose socket the descriptor is. */
enum cadre__log_service cadre__log_the_service(void);

/* Who we are, for a service; `role`, borrowed, is a copy or, in a signal handler, the log's own. */
struct cadre__log_speaker cadre__log_the_speaker(const char *role);

/* syslog's priority of a level, 2 to 7; of one that there is not that of the highest. */
int cadre__log_priority(enum cadre_log_level level);

/* write(2), over EINTR. Async-signal-safe, as all above. */
ssize_t cadre__log_write_once(int fd, const char *bytes, size_t len);

#endif
