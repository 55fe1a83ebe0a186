/* SPDX-License-Identifier: MIT */
/*
 * base/log: the log of this process. <cadre/log.h> is the part that modules see.
 *
 * One log per process, in a descriptor of its own: a file, a terminal, standard error on its way
 * to journald, or a socket of syslog or journald (base/log_service). A line is made on the stack
 * and goes out in one write. What cannot be written is lost and counted; as soon as a line comes
 * through again another one says how many did not. Before cadre__log_open, lines go to standard
 * error.
 *
 *     2026-11-20T23:01:02.123Z info worker 1: text key=value generation=2     (file, terminal)
 *     <6>worker 1: text key=value generation=2                                (journal_prefix)
 *
 * Lines of a pipe are cut at PIPE_BUF, so that those of several processes stay whole.
 *
 * Library code logs nothing above debug; whoever gives up logs, once. Any thread; never suspends;
 * can block as long as a write to the descriptor blocks. Not for signal handlers.
 */
#ifndef CADRE_BASE_LOG_H
#define CADRE_BASE_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/log.h>
#include <cadre/macros.h>

#include "base/log_service.h"

/* The longest line, its end included. */
#define CADRE__LOG_LINE_MAX 8192

struct cadre__log_options {
    int fd;                          /* borrowed: the log makes its own copy */
    bool journal_prefix;             /* "<6>" instead of time and level */
    enum cadre_log_level level;      /* lines below are dropped */
    const char *role;                /* copied: "master", "worker 2"; NULL: none */
    uint32_t generation;             /* of the process, the last field of its lines; 0: none */
    enum cadre__log_service service; /* whose socket `fd` is */
    unsigned facility;               /* for syslog, as syslog(3) has it: LOG_DAEMON */
};

/* Opens the log, or changes all of its settings. 0 or a negative errno (-EBADF, -EMFILE); the log
 * is then as before. */
int cadre__log_open(const struct cadre__log_options *options) CADRE_MUST_CHECK;

/* Goes on in `fd` (borrowed), as when a log file was reopened; no line of any thread is lost or
 * misdirected. 0 or a negative errno, then the old one stays. */
int cadre__log_set_fd(int fd) CADRE_MUST_CHECK;

/* Drops lines below `level` from now on. */
void cadre__log_set_level(enum cadre_log_level level);

/* Copies `role` (cut at 63 bytes); NULL: none. */
void cadre__log_set_role(const char *role);

/* Whether a line of this level is written; to spare work whose only use is the line. */
bool cadre__log_is_on(enum cadre_log_level level);

/* Logs one line. */
void cadre__log(enum cadre_log_level level, const char *fmt, ...) CADRE_PRINTF(2, 3);
void cadre__vlog(enum cadre_log_level level, const char *fmt, va_list args) CADRE_PRINTF(2, 0);

/*
 * Logs one line from a signal handler, one that reports a crash: takes no lock, allocates nothing,
 * needs 2 KiB of stack; the text is cut at 512 bytes. Control characters and what is not ASCII come
 * out as '?'.
 */
void cadre__log_in_signal(enum cadre_log_level level, const char *text);

/* Logs one line with fields, see cadre_log_fields. */
void cadre__vlog_fields(enum cadre_log_level level, const struct cadre_request *req,
                        const struct cadre_log_field *fields, size_t n, const char *fmt,
                        va_list args) CADRE_PRINTF(5, 0);

/* Fields that a line names a request by, at most, and the room for their texts. */
#define CADRE__LOG_DESCRIBE_FIELDS 4
#define CADRE__LOG_DESCRIBE_SIZE   512

/* How a line names a request, without knowing lib/web: fills in fields, whose values may be in
 * `buf`, and returns how many. Any thread. */
typedef size_t (*cadre__log_describe_fn)(const struct cadre_request *req,
                                         struct cadre_log_field fields[CADRE__LOG_DESCRIBE_FIELDS],
                                         char buf[CADRE__LOG_DESCRIBE_SIZE]);
void cadre__log_set_request_describer(cadre__log_describe_fn fn);

/* Lines that were not written, or not whole, since the process started. */
uint64_t cadre__log_lost(void);

/* The level of "debug", "info", "notice", "warning", "error", "critical"; -EINVAL for others. */
int cadre__log_level_parse(const char *name, enum cadre_log_level *ret) CADRE_MUST_CHECK;

/* The other way round; never NULL. */
const char *cadre__log_level_name(enum cadre_log_level level);

/* The names in order, ended by NULL; for tables and messages. */
extern const char *const cadre__log_level_names[];

/* Whether standard error goes to journald: $JOURNAL_STREAM names its device and inode. */
bool cadre__log_is_journal(int fd);

#endif
