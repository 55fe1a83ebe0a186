/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/signals: what each signal does in each situation of a server, as a table. What
 * commands do there is test_control_commands.c.
 */
#include "config.h"

#include "master/signals.h"

#include <signal.h>
#include <string.h>

#include "tests/unit/unit.h"

#include "tests/unit/master/rig.h"

static const struct row {
    enum rig_situation situation;
    int signo;
    enum machine_state then;         /* right after the signal */
    enum machine_action_type action; /* must be among the actions */
    const char *said;                /* NULL: nothing in particular */
} rows[] = {
    {RIG_STARTING, SIGTERM, MACHINE_STOPPING, ACTION_STOPPING, "SIGTERM: stopping"},
    {RIG_STARTING, SIGQUIT, MACHINE_STOPPING, ACTION_STOPPING, "SIGQUIT: stopping"},
    {RIG_STARTING, SIGINT, MACHINE_STOPPING, ACTION_STOPPING, "SIGINT: stopping"},
    {RIG_STARTING, SIGHUP, MACHINE_BOOTING, ACTION_LOG, "when the start is over"},
    {RIG_STARTING, SIGUSR1, MACHINE_BOOTING, ACTION_REOPEN_LOGS, NULL},
    {RIG_STARTING, SIGUSR2, MACHINE_BOOTING, ACTION_LOG, "when the start is over"},
    {RIG_STARTING, SIGTTIN, MACHINE_BOOTING, ACTION_LOG, "SIGTTIN is ignored"},
    {RIG_STARTING, SIGTTOU, MACHINE_BOOTING, ACTION_LOG, "SIGTTOU is ignored"},
    {RIG_STARTING, SIGWINCH, MACHINE_BOOTING, ACTION_LOG, "SIGWINCH is ignored"},
    {RIG_SERVING, SIGTERM, MACHINE_STOPPING, ACTION_UNLISTEN, "SIGTERM: stopping"},
    {RIG_SERVING, SIGQUIT, MACHINE_STOPPING, ACTION_UNLISTEN, "SIGQUIT: stopping"},
    {RIG_SERVING, SIGINT, MACHINE_STOPPING, ACTION_UNLISTEN, "in flight is cancelled"},
    {RIG_SERVING, SIGHUP, MACHINE_RELOADING, ACTION_LOAD_CONF, "generation 2 is prepared"},
    {RIG_SERVING, SIGUSR1, MACHINE_SERVING, ACTION_REOPEN_LOGS, NULL},
    {RIG_SERVING, SIGUSR2, MACHINE_UPGRADING, ACTION_UPGRADE, "a new master is started"},
    {RIG_SERVING, SIGTTIN, MACHINE_SERVING, ACTION_SPAWN, "3 workers instead of 2"},
    {RIG_SERVING, SIGTTOU, MACHINE_SERVING, ACTION_DRAIN, "1 worker instead of 2"},
    {RIG_SERVING, SIGWINCH, MACHINE_SERVING, ACTION_DRAIN, "0 workers instead of 2"},
    {RIG_RELOADING, SIGTERM, MACHINE_STOPPING, ACTION_DRAIN, "SIGTERM: stopping"},
    {RIG_RELOADING, SIGQUIT, MACHINE_STOPPING, ACTION_DRAIN, "SIGQUIT: stopping"},
    {RIG_RELOADING, SIGINT, MACHINE_STOPPING, ACTION_DRAIN, "SIGINT: stopping"},
    {RIG_RELOADING, SIGHUP, MACHINE_RELOADING, ACTION_LOG, "when this one is over"},
    {RIG_RELOADING, SIGUSR1, MACHINE_RELOADING, ACTION_REOPEN_LOGS, NULL},
    {RIG_RELOADING, SIGUSR2, MACHINE_RELOADING, ACTION_LOG, "when the reload is over"},
    {RIG_RELOADING, SIGTTIN, MACHINE_RELOADING, ACTION_SPAWN, "3 workers instead of 2"},
    {RIG_RELOADING, SIGTTOU, MACHINE_RELOADING, ACTION_DRAIN, "1 worker instead of 2"},
    {RIG_RELOADING, SIGWINCH, MACHINE_RELOADING, ACTION_DRAIN, "0 workers instead of 2"},
    {RIG_DRAINING, SIGTERM, MACHINE_STOPPING, ACTION_UNLISTEN, "SIGTERM: stopping"},
    {RIG_DRAINING, SIGQUIT, MACHINE_STOPPING, ACTION_UNLISTEN, "SIGQUIT: stopping"},
    {RIG_DRAINING, SIGINT, MACHINE_STOPPING, ACTION_UNLISTEN, "in flight is cancelled"},
    {RIG_DRAINING, SIGHUP, MACHINE_RELOADING, ACTION_LOAD_CONF, "generation 3 is prepared"},
    {RIG_DRAINING, SIGUSR1, MACHINE_SERVING, ACTION_REOPEN_LOGS, NULL},
    {RIG_DRAINING, SIGUSR2, MACHINE_UPGRADING, ACTION_UPGRADE, "a new master is started"},
    {RIG_DRAINING, SIGTTIN, MACHINE_SERVING, ACTION_SPAWN, "3 workers instead of 2"},
    {RIG_DRAINING, SIGTTOU, MACHINE_SERVING, ACTION_DRAIN, "1 worker instead of 2"},
    {RIG_DRAINING, SIGWINCH, MACHINE_SERVING, ACTION_DRAIN, "0 workers instead of 2"},
    {RIG_UPGRADING, SIGTERM, MACHINE_STOPPING, ACTION_UPGRADE_ABORT, "SIGTERM: stopping"},
    {RIG_UPGRADING, SIGQUIT, MACHINE_STOPPING, ACTION_UPGRADE_ABORT, "SIGQUIT: stopping"},
    {RIG_UPGRADING, SIGINT, MACHINE_STOPPING, ACTION_UPGRADE_ABORT, "SIGINT: stopping"},
    {RIG_UPGRADING, SIGHUP, MACHINE_UPGRADING, ACTION_LOG, "when the upgrade is over"},
    {RIG_UPGRADING, SIGUSR1, MACHINE_UPGRADING, ACTION_REOPEN_LOGS, NULL},
    {RIG_UPGRADING, SIGUSR2, MACHINE_UPGRADING, ACTION_LOG, "SIGUSR2 is ignored"},
    {RIG_UPGRADING, SIGTTIN, MACHINE_UPGRADING, ACTION_LOG, "SIGTTIN is ignored"},
    {RIG_UPGRADING, SIGTTOU, MACHINE_UPGRADING, ACTION_LOG, "SIGTTOU is ignored"},
    {RIG_UPGRADING, SIGWINCH, MACHINE_UPGRADING, ACTION_LOG, "SIGWINCH is ignored"},
    {RIG_STOPPING, SIGTERM, MACHINE_STOPPING, ACTION_KILL, "SIGTERM again"},
    {RIG_STOPPING, SIGQUIT, MACHINE_STOPPING, ACTION_KILL, "SIGQUIT again"},
    {RIG_STOPPING, SIGINT, MACHINE_STOPPING, ACTION_KILL, "SIGINT again"},
    {RIG_STOPPING, SIGHUP, MACHINE_STOPPING, ACTION_LOG, "the server stops"},
    {RIG_STOPPING, SIGUSR1, MACHINE_STOPPING, ACTION_REOPEN_LOGS, NULL},
    {RIG_STOPPING, SIGUSR2, MACHINE_STOPPING, ACTION_LOG, "SIGUSR2 is ignored"},
    {RIG_STOPPING, SIGTTIN, MACHINE_STOPPING, ACTION_LOG, "SIGTTIN is ignored"},
    {RIG_STOPPING, SIGTTOU, MACHINE_STOPPING, ACTION_LOG, "SIGTTOU is ignored"},
    {RIG_STOPPING, SIGWINCH, MACHINE_STOPPING, ACTION_LOG, "SIGWINCH is ignored"},
    {RIG_TAKEN_OVER, SIGTERM, MACHINE_STOPPING, ACTION_DRAIN,
     "leaving without waiting for idle connections"},
    {RIG_TAKEN_OVER, SIGQUIT, MACHINE_STOPPING, ACTION_DRAIN,
     "leaving without waiting for idle connections"},
    {RIG_TAKEN_OVER, SIGINT, MACHINE_STOPPING, ACTION_DRAIN,
     "leaving without waiting for idle connections"},
    {RIG_TAKEN_OVER, SIGHUP, MACHINE_STOPPING, ACTION_LOG, "the server stops"},
    {RIG_TAKEN_OVER, SIGUSR1, MACHINE_STOPPING, ACTION_REOPEN_LOGS, NULL},
    {RIG_TAKEN_OVER, SIGUSR2, MACHINE_STOPPING, ACTION_LOG, "SIGUSR2 is ignored"},
    {RIG_TAKEN_OVER, SIGTTIN, MACHINE_STOPPING, ACTION_LOG, "SIGTTIN is ignored"},
    {RIG_TAKEN_OVER, SIGTTOU, MACHINE_STOPPING, ACTION_LOG, "SIGTTOU is ignored"},
    {RIG_TAKEN_OVER, SIGWINCH, MACHINE_STOPPING, ACTION_LOG, "SIGWINCH is ignored"},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

START_TEST(every_signal_in_every_situation)
{
    const struct row *c = &rows[_i];
    struct rig *rig = rig_new(2, false);

    rig_bring(rig, c->situation);
    rig_signal(rig, c->signo);
    ck_assert_msg(rig->m->state == c->then, "%s", machine_state_name(rig->m->state));
    ck_assert_msg(rig_count(rig, c->action) > 0, "no %s", machine_action_name(c->action));
    if (c->said != NULL)
        ck_assert_msg(rig_said(rig, c->said), "nobody said: %s", c->said);
    /* Whatever it was, the server still stops in order. */
    if (rig->m->state != MACHINE_STOPPING) {
        rig_settle(rig);
        rig_signal(rig, SIGTERM);
    }
    rig_settle(rig);
    ck_assert(rig->exited);
    ck_assert_int_eq(rig->exit_code, 0);
    rig_free(rig);
}
END_TEST

START_TEST(the_table_has_each_signal_in_each_situation)
{
    for (const struct signal_row *signal = signal_rows; signal->signo != 0; signal++) {
        for (unsigned situation = 0; situation < RIG_SITUATIONS; situation++) {
            unsigned n = 0;

            for (size_t i = 0; i < N_ROWS; i++)
                n += rows[i].signo == signal->signo && rows[i].situation == situation;
            ck_assert_msg(n == 1, "%s while %s: %u rows", signal->name,
                          rig_situation_name((enum rig_situation)situation), n);
        }
    }
}
END_TEST

START_TEST(others_do_nothing)
{
    struct rig *rig = rig_new(2, false);

    rig_serve(rig);
    rig_signal(rig, SIGALRM);
    ck_assert_int_eq(rig->m->state, MACHINE_SERVING);
    ck_assert_uint_eq(rig_count(rig, ACTION_LOG), 0);
    ck_assert_ptr_null(signal_find(SIGALRM));
    rig_free(rig);
}
END_TEST

START_TEST(names_are_those_of_the_system)
{
    char name[32];

    ck_assert_str_eq(signal_name(SIGTERM, name, sizeof(name)), "SIGTERM");
    ck_assert_str_eq(signal_name(SIGKILL, name, sizeof(name)), "SIGKILL");
    ck_assert_str_eq(signal_name(999, name, sizeof(name)), "signal 999");
    for (const struct signal_row *row = signal_rows; row->signo != 0; row++)
        ck_assert_str_eq(signal_name(row->signo, name, sizeof(name)), row->name);
}
END_TEST

UNIT_MAIN("master/signals", UNIT_LOOP(every_signal_in_every_situation, N_ROWS),
          UNIT_CASE(the_table_has_each_signal_in_each_situation), UNIT_CASE(others_do_nothing),
          UNIT_CASE(names_are_those_of_the_system))
