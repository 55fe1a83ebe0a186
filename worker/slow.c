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
#include "base/log.h"
#include "base/units.h"
#include "conf/server_conf.h"
#include "worker/child.h"

enum { WHO_SIZE = 2 * CADRE__WATCHDOG_NAME_SIZE + CADRE__SCORE_TEXT_SIZE + 32 };

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

static void on_slow(const struct cadre__watchdog_report *report, void *arg)
{
    const struct child *child = arg;
    static char who[WHO_SIZE]; /* of the step that is reported; the watchdog has one thread */
    char took[CADRE__UNITS_TEXT_SIZE], frames[1024];

    /* Not to the nanosecond. */
    (void)cadre__format_duration(report->held_ns - report->held_ns % CADRE__NSEC_PER_MSEC, took);
    if (report->ended) {
        cadre__log(CADRE_LOG_WARNING, "%s held the loop for %s", who, took);
        return;
    }
    tell_who(child, report, who);
    (void)cadre__frames_format(report->frames, report->n_frames, frames, sizeof(frames));
    cadre__log(CADRE_LOG_WARNING, "%s has held the loop for %s and goes on%s%s", who, took,
               frames[0] ? ", in " : "", frames);
}

int slow_watch(const struct child *child, struct cadre__loop *loop, struct cadre__watchdog **ret)
{
    const struct cadre__watchdog_options options = {
        .loop = loop,
        .slow_ns = child->conf->slow_callback_ns,
        .on_slow = on_slow,
        .arg = (void *)(uintptr_t)child,
    };

    *ret = NULL;
    return options.slow_ns > 0 ? cadre__watchdog_start(&options, ret) : 0;
}
