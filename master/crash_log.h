/* SPDX-License-Identifier: MIT */
/*
 * The last crash reports, for `cadre crashes`: each one JSON object (crash_report.h).
 *
 * They are kept in memory and, where there is a folder for the server's state, in the file
 * crashes.jsonl in it, one a line, so that they outlive the server. That file is written anew for
 * each report, and put in place by a rename: it is whole at any time. Where it cannot be written
 * the log says so once. Over a binary upgrade the new master inherits those of the old one, also
 * what its workers die of while they drain; the file is the new one's alone then. Master only;
 * blocks for a small file; never suspends.
 */
#ifndef CADRE_MASTER_CRASH_LOG_H
#define CADRE_MASTER_CRASH_LOG_H

#include <stddef.h>

#include <cadre/macros.h>

/* So many are kept. */
#define CRASH_LOG_MAX 20

struct cadre__buf;
struct crash_log;

/* Makes an empty one, in memory only. NULL: out of memory. */
struct crash_log *crash_log_new(void);
void crash_log_free(struct crash_log *log);

/* Keeps them in the file of that folder from now on, and takes up those that are there, as older
 * ones; NULL or "": in memory only. The same folder again changes nothing. */
void crash_log_set_folder(struct crash_log *log, const char *folder);

/* Adds a report, a whole JSON object without a line's end; the oldest goes. -ENOMEM. */
CADRE_MUST_CHECK int crash_log_add(struct crash_log *log, const char *json, size_t len);

/* Takes up a report of the old master, where it is in their order; one that is there already is
 * not taken twice. -ENOMEM. */
CADRE_MUST_CHECK int crash_log_inherit(struct crash_log *log, const char *json);

/* Calls `fn` for each, the oldest first; the text is borrowed for the call and ends in NUL. */
void crash_log_each(const struct crash_log *log,
                    void (*fn)(const char *json, size_t len, void *arg), void *arg);

/* Appends all as a JSON array, the newest first. */
void crash_log_json(const struct crash_log *log, struct cadre__buf *out);

/* How many there are. */
size_t crash_log_count(const struct crash_log *log);

#endif
