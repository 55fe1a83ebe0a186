/* SPDX-License-Identifier: MIT */
/*
 * The access log of a worker: a line for each request, by the pattern of the conf.
 *
 * It puts together the pattern (conf/access_format.h), the line (worker/access_line.h) and the file
 * (worker/access_file.h), and writes what has waited for access_log_flush. A server without one has
 * a NULL pointer (struct server); the protocol fills an entry where a request ends
 * (worker/http1_log.c). On the loop's thread; never suspends.
 */
#ifndef WORKER_ACCESS_LOG_H
#define WORKER_ACCESS_LOG_H

#include <cadre/macros.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/counter.h"
#include "base/timer.h"
#include "conf/access_format.h"
#include "worker/access_file.h"
#include "worker/access_line.h"

struct cadre__loop;

/* Its counter among those that all processes share. */
#define ACCESS_LOG_LOST "cadre_access_log_lost_lines_total"

struct access_log_options {
    struct cadre__loop *loop;
    int fd;                           /* taken, in any case */
    const char *format;               /* a name or a pattern; was checked with the conf */
    bool json;                        /* access_log_escape */
    size_t buffer;                    /* bytes gathered; 0: each line is written at once */
    uint64_t flush_ns;                /* how long a line may wait in it */
    unsigned worker;                  /* its number, from 1 */
    struct cadre__counters *counters; /* borrowed for the call; NULL: lost lines are not counted */
};

struct access_log {
    struct cadre__loop *loop;
    struct cadre__access_format format;
    struct access_line_context context;
    struct access_file file;
    struct cadre__timer flush; /* armed while lines wait */
    uint64_t flush_ns;
};

/* 0; -ENOMEM, -EINVAL (the format), -EBADF. */
CADRE_MUST_CHECK int access_log_new(const struct access_log_options *options,
                                    struct access_log **ret);

/* Writes what waits; what cannot be written is lost. NULL is taken. */
void access_log_free(struct access_log *log);

/* Adds the line of a request that is over. */
void access_log_add(struct access_log *log, const struct access_entry *entry);

/* Goes on in `fd`, which is taken; what waits goes to the old file. 0; -EBADF: the old one stays.
 */
CADRE_MUST_CHECK int access_log_reopen(struct access_log *log, int fd);

/* Whether its lines have that variable. */
static inline bool access_log_uses(const struct access_log *log, enum cadre__access_what what)
{
    return cadre__access_format_uses(&log->format, what);
}

#endif
