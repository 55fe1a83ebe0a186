/* SPDX-License-Identifier: MIT */
/*
 * worker/slow.h has the contract.
 */
#include "config.h"

#include "worker/slow.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "async/watchdog.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/units.h"
#include "conf/server_conf.h"
#include "ipc/channel.h"
#include "worker/child.h"
#include "worker/locate.h"

enum { WHO_SIZE = sizeof(((struct cadre__msg_stall *)0)->who) };

_Static_assert(WHO_SIZE >= 2 * CADRE__WATCHDOG_NAME_SIZE + CADRE__SCORE_TEXT_SIZE + 32,
               "every name has room");

/* Names the step: the scoreboard has the handler with its module, "shop:blocks", while that is the
 * one, and what the server is at before it serves. */
static void tell_who(const struct child *child, const struct cadre__watchdog_report *report,
                     char who[static WHO_SIZE])
{
    const char *name = report->name, *of = report->handler;
    char handler[CADRE__SCORE_TEXT_SIZE], phase[CADRE__SCORE_TEXT_SIZE];
    char *colon;

    (void)cadre__score_get_text(&child->score->handler, handler);
    (void)cadre__score_get_text(&child->score->phase, phase);
    colon = strrchr(handler, ':');
    if (colon && name[0] && strcmp(colon + 1, name) == 0)
        (void)snprintf(who, WHO_SIZE, "module \"%.*s\": handler %s", (int)(colon - handler),
                       handler, name);
    else if (phase[0])
        (void)snprintf(who, WHO_SIZE, "%s", phase);
    else if (of[0] && strcmp(of, name) == 0)
        (void)snprintf(who, WHO_SIZE, "handler %s", of);
    else if (of[0])
        (void)snprintf(who, WHO_SIZE, "task %s of handler %s", name, of);
    else if (name[0])
        (void)snprintf(who, WHO_SIZE, "task %s", name);
    else
        (void)snprintf(who, WHO_SIZE, "a callback");
}

/* Whether the master has been told. The copy of the channel is this thread's alone. */
static bool tell_master(const struct slow_watch *watch, const struct cadre__watchdog_report *report,
                        const char *who)
{
    struct cadre__msg msg = {.type = CADRE__MSG_STALL};

    if (watch->fd < 0)
        return false;
    msg.stall.held_ns = report->held_ns;
    msg.stall.ended = report->ended;
    (void)snprintf(msg.stall.who, sizeof(msg.stall.who), "%s", who);
    if (!report->ended)
        locate_frames(report->frames, report->n_frames, true, &msg.stall.trace);
    return cadre__channel_send(watch->fd, &msg, -1) == 0;
}

static void on_slow(const struct cadre__watchdog_report *report, void *arg)
{
    const struct slow_watch *watch = arg;
    static char who[WHO_SIZE]; /* of the step that is reported; the watchdog has one thread */
    char took[CADRE__UNITS_TEXT_SIZE], frames[1024];

    if (!report->ended)
        tell_who(watch->child, report, who);
    if (tell_master(watch, report, who))
        return;
    /* Not to the nanosecond. */
    (void)cadre__format_duration(report->held_ns - report->held_ns % CADRE__NSEC_PER_MSEC, took);
    if (report->ended) {
        cadre__log(CADRE_LOG_WARNING, "%s held the loop for %s", who, took);
        return;
    }
    (void)cadre__frames_format(report->frames, report->n_frames, frames, sizeof(frames));
    cadre__log(CADRE_LOG_WARNING, "%s has held the loop for %s and goes on%s%s", who, took,
               frames[0] ? ", in " : "", frames);
}

int slow_watch(struct slow_watch *watch, const struct child *child, struct cadre__loop *loop,
               int channel_fd)
{
    const struct cadre__watchdog_options options = {
        .loop = loop,
        .slow_ns = child->conf->slow_callback_ns,
        .on_slow = on_slow,
        .arg = watch,
    };
    int r;

    *watch = (struct slow_watch){.child = child, .fd = -1};
    if (options.slow_ns == 0)
        return 0;
    locate_init();
    /* Without a copy the lines are the worker's own. */
    if (channel_fd >= 0)
        watch->fd = cadre__fd_dup(channel_fd);
    r = cadre__watchdog_start(&options, &watch->watchdog);
    if (r < 0)
        slow_unwatch(watch);
    return r;
}

void slow_unwatch(struct slow_watch *watch)
{
    cadre__watchdog_stop(watch->watchdog);
    watch->watchdog = NULL;
    cadre__fd_close(&watch->fd);
}
