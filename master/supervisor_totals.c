/* SPDX-License-Identifier: MIT */
/*
 * What the server has counted and kept, over a binary upgrade; see supervisor_state.h and
 * ipc/totals.h.
 *
 * The old master tells its sums at the start of the new one (so that this knows the counters before
 * a child of its own defines any), as it gives the service away, when its reporter has gone, and
 * then each second until it ends: what its workers still answer is counted, and no total that
 * somebody has seen is ever more than the next one. Its reports of crashes go along.
 */
#include "config.h"

#include <cadre/error.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/timer.h"
#include "ipc/totals.h"
#include "master/crash_log.h"
#include "master/crew.h"
#include "master/incidents.h"
#include "master/machine.h"
#include "master/status_writer.h"
#include "master/successor.h"
#include "master/supervisor_state.h"

#define EACH_NS CADRE__NSEC_PER_SEC

/* --- The old master --- */

static void add_crash(const char *json, size_t len, void *arg)
{
    struct cadre__totals *totals = arg;

    (void)len;
    (void)!cadre__totals_add_crash(totals, json); /* out of memory: then the next time */
}

void supervisor_tell_totals(struct supervisor *s)
{
    const struct cadre__snapshot_sources sources = crew_sources(s->crew);
    struct cadre__totals totals;
    int fd;

    if (s->successor == NULL)
        return;
    fd = cadre__totals_take(&sources, &totals);
    if (fd == 0) {
        crash_log_each(incidents_crash_log(s->incidents), add_crash, &totals);
        fd = cadre__totals_seal(&totals);
        cadre__totals_done(&totals);
    }
    if (fd < 0) {
        cadre__log(CADRE_LOG_WARNING, "the new master cannot be told what was counted: %s",
                   cadre_strerror(fd));
        return;
    }
    /* A channel that is full is one of a new master that is busy: it hears of it the next time. */
    (void)successor_tell_totals(s->successor, fd);
    cadre__fd_close(&fd);
}

void supervisor_on_totals_timer(struct cadre__timer *timer)
{
    struct supervisor *s = CADRE__CONTAINER_OF(timer, struct supervisor, totals_timer);

    supervisor_tell_totals(s);
    cadre__timer_start(&s->timers, timer, cadre__deadline(supervisor_now(), EACH_NS));
}

static bool has_reporter(const struct machine *m)
{
    for (uint32_t slot = 0; slot < m->high_water; slot++)
        if (m->children[slot].kind == CADRE__CHILD_REPORTER &&
            m->children[slot].state != CHILD_NONE)
            return true;
    return false;
}

void supervisor_settle_totals(struct supervisor *s)
{
    if (s->gave && !cadre__timer_is_armed(&s->totals_timer) && !has_reporter(s->machine))
        supervisor_on_totals_timer(&s->totals_timer);
}

/* --- The new master --- */

void supervisor_on_totals(void *arg, int fd)
{
    struct supervisor *s = arg;
    struct cadre__totals totals;
    int r = cadre__totals_read(fd, &totals);

    if (r < 0) {
        cadre__log(CADRE_LOG_WARNING, "what the old master has counted cannot be read: %s",
                   cadre_strerror(r));
        return;
    }
    crew_inherit(s->crew, &totals, s->machine->state == MACHINE_NEW);
    status_writer_inherit(&s->status, &totals);
    for (size_t i = 0; i < totals.n_crashes; i++)
        if (crash_log_inherit(incidents_crash_log(s->incidents), totals.crashes[i]) < 0)
            break; /* out of memory; they come again */
    cadre__totals_done(&totals);
}

void supervisor_on_reports(void *arg)
{
    struct machine_event event = {.type = EVENT_REPORTS};

    supervisor_feed(arg, &event);
}
