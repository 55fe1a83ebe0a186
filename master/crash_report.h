/* SPDX-License-Identifier: MIT */
/*
 * A death as a report: what the master knows of a process that was killed by a signal or left
 * with an error, and what the process wrote about itself (ipc/crash_record.h).
 *
 * As a line of the log for people, and as one JSON object for `cadre crashes`. Master only; the
 * buffer of the JSON text is all it allocates; never suspends.
 */
#ifndef CADRE_MASTER_CRASH_REPORT_H
#define CADRE_MASTER_CRASH_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/str.h"
#include "ipc/crash_record.h"
#include "ipc/heritage.h"
#include "ipc/symbols.h"

struct crash_report {
    /* who */
    enum cadre__child_kind kind;
    uint32_t slot;
    uint32_t generation;
    uint32_t index; /* a worker's number, from 0 */
    pid_t pid;

    /* what the master saw */
    uint64_t when_ns;                   /* of the real-time clock */
    uint64_t uptime_ns;                 /* since its start */
    uint64_t requests;                  /* answered */
    uint64_t rss_kib;                   /* its peak; 0: unknown */
    uint64_t oom_kills;                 /* that its cgroup has counted since the last death */
    int wait_status;                    /* as waitpid(2) gives it */
    char place[CADRE__SCORE_TEXT_SIZE]; /* the phase or handler on the scoreboard; "" */
    char reason[256];                   /* why the master killed it; "" */

    /* what it wrote itself */
    bool has_record;
    struct cadre__crash_record record; /* zero without has_record */
};

/* Whether it is one: killed by a signal, or left with an error. */
bool crash_report_is_one(int wait_status);

/* "SIGSEGV (no memory at that address) at 0x10", "exit status 7". Returns BUF. */
const char *crash_report_cause(const struct crash_report *report, char *buf, size_t size);

/* Logs it: the headline, the backtrace, and the threads of the pool, a line each where there is
 * something to say. `answer`: NULL where there is none. */
void crash_report_log(const struct crash_report *report,
                      const struct cadre__symbols_answer *answer);

/* Appends it as one JSON object, without a line's end. */
void crash_report_json(const struct crash_report *report,
                       const struct cadre__symbols_answer *answer, struct cadre__buf *out);

#endif
