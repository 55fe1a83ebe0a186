/* SPDX-License-Identifier: MIT */
/*
 * What a generation has, brought and taken away: its conf, its estate, its sockets; see
 * supervisor_state.h.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/build.h"
#include "base/log.h"
#include "conf/load.h"
#include "conf/server_conf.h"
#include "master/control_point.h"
#include "master/estate.h"
#include "master/incidents.h"
#include "master/machine.h"
#include "master/notify.h"
#include "master/passed.h"
#include "master/predecessor.h"
#include "master/quarantine.h"
#include "master/service.h"
#include "master/supervisor.h"
#include "master/supervisor_state.h"

struct estate *supervisor_estate(struct supervisor *s, uint32_t generation)
{
    for (struct estate *e = s->estates; e != NULL; e = e->next)
        if (e->generation == generation)
            return e;
    return NULL;
}

/* --- Sockets --- */

static void say_listening(const struct listener_entry *entry, void *arg)
{
    (void)arg;
    cadre__log(CADRE_LOG_NOTICE, "listening on %s (%s)", entry->listener->address,
               entry->conf->name);
}

/* The reporter answers from its start on. */
void supervisor_listen_early(struct estate *estate)
{
    struct cadre__conf_errors errs;
    char text[LINE_SIZE];

    cadre__conf_errors_init(&errs);
    if (listener_set_listen_early(&estate->listeners, say_listening, NULL, &errs) < 0)
        cadre__log(CADRE_LOG_ERROR, "%s", supervisor_log_errors(&errs, text, sizeof(text)));
    cadre__conf_errors_done(&errs);
}

void supervisor_listen(struct supervisor *s, const struct machine_action *a)
{
    struct estate *estate = supervisor_estate(s, a->generation);
    struct machine_event event = {.type = EVENT_LISTENED};
    struct cadre__conf_errors errs;
    char text[LINE_SIZE];

    cadre__conf_errors_init(&errs);
    if (estate == NULL)
        event.text = "its generation is gone";
    else if (listener_set_listen(&estate->listeners, say_listening, NULL, &errs) < 0)
        event.text = supervisor_log_errors(&errs, text, sizeof(text));
    supervisor_answer(s, &event);
    cadre__conf_errors_done(&errs);
}

void supervisor_discard(struct supervisor *s, const struct machine_action *a)
{
    struct estate *estate = supervisor_estate(s, a->generation);

    if (estate != NULL)
        listener_set_close(&estate->listeners);
}

void supervisor_unlisten(struct supervisor *s)
{
    for (struct estate *e = s->estates; e != NULL; e = e->next) {
        if (s->machine->succeeded || service_keeps(&s->service))
            listener_set_keep_files(&e->listeners);
        listener_set_close(&e->listeners);
    }
}

/* --- Generations --- */

void supervisor_load_conf(struct supervisor *s, const struct machine_action *a)
{
    struct machine_event event = {.type = EVENT_CONF_BAD};
    struct cadre__conf_tree *tree = NULL;
    struct cadre__server_conf *conf = NULL;
    struct estate *estate = NULL;
    struct cadre__conf_errors errs;
    struct machine_plan plan;
    char text[LINE_SIZE] = "out of memory";
    int r;

    cadre__conf_errors_init(&errs);
    r = cadre__conf_read(s->options->conf_path, s->options->sets, &tree, &conf, &errs);
    if (r == 0)
        r = estate_new(a->generation, tree, conf, &errs, &estate);
    if (r == 0)
        r = estate_bind(estate, s->current, &s->passed, &errs);
    if (r == 0) {
        estate->next = s->estates;
        s->estates = estate;
        plan = estate_plan(estate);
        event = (struct machine_event){.type = EVENT_CONF_OK, .plan = &plan};
    } else {
        estate_free(estate);
        if (cadre__conf_errors_count(&errs) > 0)
            supervisor_log_errors(&errs, text, sizeof(text));
        event.text = text;
    }
    supervisor_answer(s, &event);
    cadre__conf_errors_done(&errs);
}

void supervisor_adopt(struct supervisor *s, const struct machine_action *a)
{
    struct estate *estate = supervisor_estate(s, a->generation);

    if (estate == NULL)
        return;
    s->current = estate;
    supervisor_use_log(estate);
    incidents_set_conf(s->incidents, estate->conf);
    if (s->predecessor->given) /* else the old master is asked */
        control_point_open(&s->control, estate->conf->runtime_dir);
    quarantine_adopt(s->quarantine, estate->generation);
    for (struct estate *e = s->estates; e != NULL; e = e->next)
        if (e != estate)
            listener_set_close(&e->listeners);
    service_keep(&s->service, &estate->listeners, &s->passed);
}

void supervisor_retire(struct supervisor *s, const struct machine_action *a)
{
    struct estate **at = &s->estates;
    struct estate *estate;

    while (*at != NULL && (*at)->generation != a->generation)
        at = &(*at)->next;
    estate = *at;
    if (estate == NULL)
        return;
    *at = estate->next;
    if (s->current == estate)
        s->current = NULL;
    estate_free(estate);
}

int supervisor_fail_start(const char *text)
{
    cadre__log(CADRE_LOG_ERROR, "startup failed: %s", text);
    return EXIT_STARTUP;
}

/* The first generation: its log, its sockets. 0 or the exit code, with its line logged. */
int supervisor_take_first_conf(struct supervisor *s, struct cadre__conf_tree *tree,
                               struct cadre__server_conf *conf)
{
    struct cadre__conf_errors errs;
    char text[LINE_SIZE], line[LINE_SIZE];
    int code = 0;

    cadre__conf_errors_init(&errs);
    if (estate_new(s->predecessor->generation + 1, tree, conf, &errs, &s->estates) == 0) {
        supervisor_use_log(s->estates);
        incidents_set_conf(s->incidents, s->estates->conf);
        cadre__log(CADRE_LOG_NOTICE, "cadre %s starts %d worker%s (%s) with %s", cadre__version(),
                   s->estates->conf->workers_resolved,
                   s->estates->conf->workers_resolved == 1 ? "" : "s",
                   s->estates->conf->workers_reason, s->options->conf_path);
        if (geteuid() == 0 && !s->estates->conf->owner.have_uid)
            cadre__log(CADRE_LOG_WARNING, "workers run as root: set user in the conf");
        if (estate_bind(s->estates, NULL, &s->passed, &errs) == 0) {
            passed_settle(&s->passed);
            if (s->predecessor->given)
                control_point_open(&s->control, s->estates->conf->runtime_dir);
            goto out;
        }
    }
    supervisor_log_errors(&errs, text, sizeof(text));
    snprintf(line, sizeof(line), "startup failed: %.900s", text);
    notify_status(&s->service.notify, line);
    predecessor_tell_failed(s->predecessor, text);
    code = supervisor_fail_start(text);
out:
    cadre__conf_errors_done(&errs);
    return code;
}
