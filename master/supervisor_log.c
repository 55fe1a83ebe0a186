/* SPDX-License-Identifier: MIT */
/*
 * The supervisor's log: which it is, and opening it again; see supervisor_state.h.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <cadre/error.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/log.h"
#include "base/timer.h"
#include "conf/errors.h"
#include "conf/server_conf.h"
#include "master/crew.h"
#include "master/estate.h"
#include "master/supervisor_state.h"

/* A child that had no descriptor free for a log that was opened again is sent it again so soon. */
#define LOG_AGAIN_NS (2 * CADRE__NSEC_PER_SEC)

/* Logs to what `estate` says; to standard error where that fails. */
void supervisor_use_log(const struct estate *estate)
{
    struct cadre__log_options options = {
        .fd = estate->log_fd,
        .journal_prefix = cadre__log_is_journal(estate->log_fd),
        .service = estate_log_service(estate),
        .facility = (unsigned)estate->conf->log_facility,
        .level = (enum cadre_log_level)estate->conf->log_level,
        .role = "master",
    };
    int r = cadre__log_open(&options);

    if (r < 0)
        cadre__log(CADRE_LOG_ERROR, "cannot change the log: %s", cadre_strerror(r));
}

/*
 * Logs all errors but the first one, which comes back in BUF for the line that says what they
 * led to. Returns BUF.
 */
const char *supervisor_log_errors(struct cadre__conf_errors *errs, char *buf, size_t size)
{
    size_t n = cadre__conf_errors_count(errs);
    char line[LINE_SIZE];
    int len;

    cadre__conf_errors_sort(errs);
    len = cadre__conf_errors_format(errs, 0, buf, size);
    for (size_t i = 0; n > 1 && i < n; i++) {
        cadre__conf_errors_format(errs, i, line, sizeof(line));
        cadre__log(CADRE_LOG_ERROR, "%s", line);
    }
    if (n > 1 && len >= 0 && (size_t)len < size)
        snprintf(buf + len, size - (size_t)len, " (and %zu more)", n - 1);
    return buf;
}

/* Calls fn for each child of a generation. */
static void for_each_child(struct supervisor *s, const struct estate *e,
                           void (*fn)(struct crew *crew, uint32_t slot, int fd), int fd)
{
    for (uint32_t slot = 0; slot < MACHINE_SLOTS_MAX; slot++) {
        uint32_t generation;

        if (crew_has(s->crew, slot, &generation) && generation == e->generation)
            fn(s->crew, slot, fd);
    }
}

static void reopen_log(struct supervisor *s, struct estate *e)
{
    int r = estate_reopen_log(e);

    if (r < 0) {
        cadre__log(CADRE_LOG_ERROR, "cannot open log_file \"%s\" again: %s", e->conf->log_file,
                   cadre_strerror(r));
        return;
    }
    if (!estate_has_log_file(e))
        return;
    if (e == s->current && (r = cadre__log_set_fd(e->log_fd)) < 0)
        cadre__log(CADRE_LOG_ERROR, "cannot change the log: %s", cadre_strerror(r));
    for_each_child(s, e, crew_send_log, e->log_fd);
}

static void reopen_access_log(struct supervisor *s, struct estate *e)
{
    int r = estate_reopen_access_log(e);

    if (r < 0)
        cadre__log(CADRE_LOG_ERROR, "cannot open access_log \"%s\" again: %s", e->conf->access_log,
                   cadre_strerror(r));
    else if (estate_has_access_file(e))
        for_each_child(s, e, crew_send_access_log, e->access_fd);
}

void supervisor_reopen_logs(struct supervisor *s)
{
    bool any = false;

    for (struct estate *e = s->estates; e != NULL; e = e->next) {
        reopen_log(s, e);
        reopen_access_log(s, e);
        any = any || estate_has_log_file(e) || estate_has_access_file(e);
    }
    cadre__log(CADRE_LOG_NOTICE, any ? "the log is opened again"
                                     : "the log is standard error: there is nothing to open again");
}

/* --- Who has missed it --- */

/* The logs of its generation, as they are now. */
static void send_logs(struct supervisor *s, uint32_t slot)
{
    const struct estate *e;
    uint32_t generation;

    if (!crew_has(s->crew, slot, &generation) || (e = supervisor_estate(s, generation)) == NULL)
        return;
    if (estate_has_log_file(e))
        crew_send_log(s->crew, slot, e->log_fd);
    if (estate_has_access_file(e))
        crew_send_access_log(s->crew, slot, e->access_fd);
}

void supervisor_on_log_timer(struct cadre__timer *timer)
{
    struct supervisor *s = CADRE__CONTAINER_OF(timer, struct supervisor, log_timer);

    for (uint32_t slot = 0; slot < MACHINE_SLOTS_MAX; slot++)
        if ((s->log_missed[slot / 8] >> (slot % 8) & 1) != 0)
            send_logs(s, slot);
    memset(s->log_missed, 0, sizeof(s->log_missed));
}

void supervisor_log_missed(struct supervisor *s, uint32_t slot)
{
    s->log_missed[slot / 8] |= (uint8_t)(1U << (slot % 8));
    if (!cadre__timer_is_armed(&s->log_timer))
        cadre__timer_start(&s->timers, &s->log_timer,
                           cadre__deadline(supervisor_now(), LOG_AGAIN_NS));
}
