/* SPDX-License-Identifier: MIT */
/*
 * Incidents on their way to the log; see incidents.h.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cadre/error.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "base/units.h"
#include "conf/server_conf.h"
#include "master/crash_log.h"
#include "master/incidents.h"
#include "master/trace_text.h"

#define TRACE_SIZE 4096

struct incidents {
    struct symboliser *symboliser;
    struct crash_log *crashes;
};

struct crash {
    struct incidents *in;
    struct crash_report *report; /* owned */
};

struct stall {
    uint32_t index;
    pid_t pid;
    struct cadre__msg_stall msg;
};

/* --- Crashes --- */

static void keep(struct incidents *in, const struct crash_report *report,
                 const struct cadre__symbols_answer *answer)
{
    struct cadre__buf json;
    int r;

    cadre__buf_init(&json);
    crash_report_json(report, answer, &json);
    r = json.error < 0 ? json.error : crash_log_add(in->crashes, json.data, json.len);
    if (r < 0)
        cadre__log(CADRE_LOG_ERROR, "a crash report cannot be kept: %s", cadre_strerror(r));
    cadre__buf_done(&json);
}

/* Whether there is more to say than the line of the death itself says. */
static bool is_news(const struct crash_report *report)
{
    return report->has_record || report->oom_kills > 0;
}

static void on_crash_symbols(void *arg, const struct cadre__symbols_answer *answer)
{
    struct crash *crash = arg;

    if (is_news(crash->report))
        crash_report_log(crash->report, answer);
    keep(crash->in, crash->report, answer);
    free(crash->report);
    free(crash);
}

void incidents_crash(struct incidents *in, struct crash_report *report,
                     const struct symboliser_files *files)
{
    struct crash *crash = malloc(sizeof(*crash));

    if (crash == NULL) {
        crash_report_log(report, NULL);
        free(report);
        return;
    }
    *crash = (struct crash){.in = in, .report = report};
    if (report->record.trace.n_frames > 0)
        symboliser_ask(in->symboliser, &report->record.trace, files, on_crash_symbols, crash);
    else
        on_crash_symbols(crash, NULL);
}

/* --- Stalls --- */

static void log_stall(const struct stall *stall, const struct cadre__symbols_answer *answer)
{
    const struct cadre__msg_stall *msg = &stall->msg;
    char took[CADRE__UNITS_TEXT_SIZE], blame[512] = "", trace[TRACE_SIZE];

    /* Not to the nanosecond. */
    cadre__format_duration(msg->held_ns - msg->held_ns % CADRE__NSEC_PER_MSEC, took);
    if (msg->ended != 0) {
        cadre__log(CADRE_LOG_WARNING, "worker %u (pid %d): %s held the loop for %s",
                   stall->index + 1, (int)stall->pid, msg->who, took);
        return;
    }
    trace_blame(&msg->trace, answer, blame, sizeof(blame));
    trace_text(&msg->trace, answer, trace, sizeof(trace));
    cadre__log(CADRE_LOG_WARNING,
               "worker %u (pid %d): %s has held the loop for %s and goes on%s%s%s%s",
               stall->index + 1, (int)stall->pid, msg->who, took, blame[0] != '\0' ? ", in " : "",
               blame, trace[0] != '\0' ? "; stack: " : "", trace);
}

static void on_stall_symbols(void *arg, const struct cadre__symbols_answer *answer)
{
    log_stall(arg, answer);
    free(arg);
}

void incidents_stall(struct incidents *in, uint32_t index, pid_t pid,
                     const struct cadre__msg_stall *stall, const struct symboliser_files *files)
{
    struct stall *s = malloc(sizeof(*s));

    if (s == NULL)
        return;
    *s = (struct stall){.index = index, .pid = pid, .msg = *stall};
    cadre__text_check(s->msg.who, sizeof(s->msg.who));
    cadre__backtrace_check(&s->msg.trace);
    /* The end too, which has no frames: it must not overtake the beginning. */
    symboliser_ask(in->symboliser, &s->msg.trace, files, on_stall_symbols, s);
}

/* --- Life --- */

struct incidents *incidents_new(const struct symboliser_options *options)
{
    struct incidents *in = calloc(1, sizeof(*in));

    if (in == NULL)
        return NULL;
    in->symboliser = symboliser_new(options);
    in->crashes = crash_log_new();
    if (in->symboliser == NULL || in->crashes == NULL) {
        incidents_free(in);
        return NULL;
    }
    return in;
}

void incidents_free(struct incidents *in)
{
    if (in == NULL)
        return;
    symboliser_free(in->symboliser);
    crash_log_free(in->crashes);
    free(in);
}

/* systemd names several, separated by colons, where it was asked for several. */
static void set_folder(struct incidents *in, const char *state_dir)
{
    const char *folder = state_dir;
    char *first = NULL;

    if (strcmp(state_dir, "auto") == 0) {
        folder = getenv("STATE_DIRECTORY");
        first = folder != NULL ? strndup(folder, strcspn(folder, ":")) : NULL;
        folder = first;
    } else if (strcmp(state_dir, "memory") == 0) {
        folder = NULL;
    }
    crash_log_set_folder(in->crashes, folder);
    free(first);
}

void incidents_set_conf(struct incidents *in, const struct cadre__server_conf *conf)
{
    const struct symboliser_rights rights = {
        .change = conf->owner.have_uid,
        .uid = conf->owner.uid,
        .gid = conf->owner.gid,
    };

    symboliser_set_rights(in->symboliser, &rights);
    set_folder(in, conf->state_dir);
}

bool incidents_are_open(const struct incidents *in)
{
    return symboliser_is_asked(in->symboliser);
}

void incidents_reaped(struct incidents *in, pid_t pid)
{
    symboliser_reaped(in->symboliser, pid);
}

struct crash_log *incidents_crash_log(struct incidents *in)
{
    return in->crashes;
}
