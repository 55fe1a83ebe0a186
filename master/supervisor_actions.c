/* SPDX-License-Identifier: MIT */
/*
 * What the state machine has decided, carried out; see supervisor_state.h.
 */
#include "config.h"

#include <stdio.h>

#include "base/log.h"
#include "master/actions.h"
#include "master/control_point.h"
#include "master/crew.h"
#include "master/machine.h"
#include "master/notify.h"
#include "master/predecessor.h"
#include "master/service.h"
#include "master/successor.h"
#include "master/supervisor_state.h"

static void do_exit(struct supervisor *s, const struct machine_action *a)
{
    if (s->gave)
        supervisor_tell_totals(s);
    if (*a->text != '\0') {
        notify_status(&s->service.notify, a->text);
        predecessor_tell_failed(s->predecessor, a->text);
    }
    snprintf(s->exit_text, sizeof(s->exit_text), "%s", a->text);
    s->exit_code = a->code;
    s->done = true;
}

void supervisor_carry_out(struct supervisor *s, const struct machine_action *a)
{
    switch (a->type) {
    case ACTION_SPAWN:
        supervisor_spawn(s, a);
        break;
    case ACTION_START:
        supervisor_start(s, a);
        break;
    case ACTION_ACCEPT:
        crew_send_accept(s->crew, a->slot);
        break;
    case ACTION_DRAIN:
        crew_send_drain(s->crew, a->slot, a->drain, a->timeout_ns);
        break;
    case ACTION_KILL:
        crew_kill(s->crew, a->slot, a->signo);
        break;
    case ACTION_FORGET:
        crew_forget(s->crew, a->slot);
        break;
    case ACTION_LISTEN:
        supervisor_listen(s, a);
        break;
    case ACTION_ADOPT:
        supervisor_adopt(s, a);
        break;
    case ACTION_DISCARD:
        supervisor_discard(s, a);
        break;
    case ACTION_UNLISTEN:
        supervisor_unlisten(s);
        break;
    case ACTION_RETIRE:
        supervisor_retire(s, a);
        break;
    case ACTION_LOAD_CONF:
        supervisor_load_conf(s, a);
        break;
    case ACTION_RELOAD_ENDED: /* whoever asked by a signal has the log */
        break;
    case ACTION_REOPEN_LOGS:
        supervisor_reopen_logs(s);
        break;
    case ACTION_LOG:
        cadre__log(a->level, "%s", a->text);
        break;
    case ACTION_UPGRADE:
        supervisor_upgrade(s, a);
        break;
    case ACTION_UPGRADE_ABORT:
        successor_free(s->successor);
        s->successor = NULL;
        break;
    case ACTION_UPGRADE_ENDED:
        if (*a->text != '\0')
            control_point_upgrade_failed(&s->control, a->text);
        break;
    case ACTION_GIVE:
        supervisor_give(s);
        break;
    case ACTION_READY:
        notify_ready(&s->service.notify);
        predecessor_tell_ready(s->predecessor);
        break;
    case ACTION_RELOADING:
        notify_reloading(&s->service.notify, supervisor_now());
        break;
    case ACTION_STOPPING:
        notify_stopping(&s->service.notify, a->timeout_ns);
        break;
    case ACTION_STATUS:
        notify_status(&s->service.notify, a->text);
        break;
    case ACTION_EXIT:
        do_exit(s, a);
        break;
    case ACTION_TYPES:
        break;
    }
}
