/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/upgrade, and of master/predecessor's variable: the old master's side as it
 * decides, and how the new one boots.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "ipc/channel.h"
#include "master/predecessor.h"
#include "tests/unit/master/rig.h"

#define NEW_PID 4711

static struct rig *upgrading(void)
{
    struct rig *rig = rig_new(2, false);

    rig_serve(rig);
    rig_signal(rig, SIGUSR2);
    ck_assert_int_eq(rig->m->state, MACHINE_UPGRADING);
    return rig;
}

static void new_one_serves(struct rig *rig)
{
    rig->upgrade_asked = false;
    rig_feed(rig, (struct machine_event){.type = EVENT_UPGRADE_READY, .pid = NEW_PID});
}

/* --- The old one --- */

START_TEST(the_old_one_serves_on_until_the_new_one_does)
{
    struct rig *rig = upgrading();

    ck_assert(rig->upgrade_asked);
    ck_assert_uint_eq(rig_serving(rig), 2);
    rig_exit(rig, rig_worker(rig, 1, 0), SIGSEGV);
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 2);
    new_one_serves(rig);
    ck_assert(rig->given);
    ck_assert(rig_said(rig, "upgrade: process 4711 serves"));
    ck_assert_uint_eq(rig->upgrades_ended, 1);
    for (uint32_t slot = 0; slot < rig->used; slot++)
        ck_assert(!rig->children[slot].alive || rig->children[slot].drain == DRAIN_RELOAD);
    rig_settle(rig);
    ck_assert(rig->exited);
    ck_assert_int_eq(rig->exit_code, 0);
    ck_assert_str_eq(rig->exit_text, "");
    rig_free(rig);
}
END_TEST

START_TEST(systemd_is_told_nothing_once_the_service_is_given_away)
{
    struct rig *rig = upgrading();

    new_one_serves(rig);
    ck_assert_uint_eq(rig_count(rig, ACTION_STOPPING), 0);
    ck_assert_uint_eq(rig_count(rig, ACTION_GIVE), 1);
    rig_free(rig);
}
END_TEST

START_TEST(a_new_one_that_fails_leaves_the_old_as_it_was)
{
    struct rig *rig = upgrading();
    uint32_t slot = rig_worker(rig, 1, 0);

    rig_feed(rig, (struct machine_event){.type = EVENT_UPGRADE_FAILED, .text = "no database"});
    ck_assert_int_eq(rig->m->state, MACHINE_SERVING);
    ck_assert(rig_said(rig, "upgrade failed: no database; generation 1 goes on"));
    ck_assert_uint_eq(rig_count(rig, ACTION_UPGRADE_ABORT), 1);
    ck_assert_uint_eq(rig_count(rig, ACTION_READY), 1);
    ck_assert_str_eq(rig_action(rig, ACTION_UPGRADE_ENDED)->text, "no database");
    ck_assert(!rig->children[slot].draining);
    rig_signal(rig, SIGHUP);
    rig_settle(rig);
    ck_assert_uint_eq(rig->m->last_generation, 2);
    rig_free(rig);
}
END_TEST

START_TEST(a_new_one_that_hangs_is_ended)
{
    struct rig *rig = upgrading();

    rig_advance(rig, 60 * RIG_SEC);
    ck_assert_int_eq(rig->m->state, MACHINE_UPGRADING);
    rig_advance(rig, 600 * RIG_SEC);
    ck_assert_int_eq(rig->m->state, MACHINE_SERVING);
    ck_assert_uint_eq(rig->upgrades_ended, 1);
    ck_assert(!rig->upgrade_asked);
    ck_assert_ptr_nonnull(strstr(rig->last_error, "was not ready in time"));
    rig_free(rig);
}
END_TEST

START_TEST(an_upgrade_waits_for_the_reload_before_it_and_the_reload_for_the_upgrade)
{
    struct rig *rig = rig_new(2, false);

    rig_serve(rig);
    rig_signal(rig, SIGHUP);
    rig_signal(rig, SIGUSR2);
    ck_assert(!rig->upgrade_asked);
    rig_settle(rig);
    ck_assert(rig->upgrade_asked);
    rig_signal(rig, SIGHUP);
    ck_assert(!rig->load_asked);
    rig->upgrade_asked = false;
    rig_feed(rig, (struct machine_event){.type = EVENT_UPGRADE_FAILED, .text = "bad"});
    ck_assert(rig->load_asked);
    rig_settle(rig);
    ck_assert_uint_eq(rig->m->last_generation, 3);
    rig_free(rig);
}
END_TEST

START_TEST(a_stop_calls_the_upgrade_off)
{
    struct rig *rig = upgrading();

    rig_signal(rig, SIGTERM);
    ck_assert_uint_eq(rig_count(rig, ACTION_UPGRADE_ABORT), 1);
    ck_assert_str_eq(rig_action(rig, ACTION_UPGRADE_ENDED)->text, "the server stops");
    new_one_serves(rig); /* too late */
    ck_assert(!rig->given);
    rig_settle(rig);
    ck_assert(rig->exited);
    rig_free(rig);
}
END_TEST

START_TEST(the_first_signal_hurries_an_old_one_and_the_second_forces_it)
{
    struct rig *rig = upgrading();
    uint32_t slot = rig_worker(rig, 1, 0);

    new_one_serves(rig);
    rig_signal(rig, SIGTERM);
    ck_assert_int_eq(rig->children[slot].drain, DRAIN_STOP);
    ck_assert_int_eq(rig->children[slot].signo, 0);
    rig_signal(rig, SIGTERM);
    ck_assert_int_eq(rig->children[slot].signo, SIGKILL);
    rig_settle(rig);
    ck_assert(rig->exited);
    ck_assert_int_eq(rig->exit_code, 0);
    rig_free(rig);
}
END_TEST

/* --- The new one --- */

static struct rig *succeed(unsigned workers)
{
    struct rig *rig = rig_new(workers, false);

    rig_feed(rig, (struct machine_event){.type = EVENT_BOOT, .plan = &rig->plan, .after = 7});
    return rig;
}

START_TEST(a_new_one_accepts_when_all_of_it_is_ready)
{
    struct rig *rig = succeed(3);

    ck_assert_uint_eq(rig_alive(rig), 1);
    ck_assert_uint_eq(rig->children[0].generation, 8);
    rig_tell(rig, EVENT_SPAWNED, 0);
    rig_tell(rig, EVENT_LOADED, 0);
    rig_tell(rig, EVENT_READY, 0);
    ck_assert(!rig->listen_asked);
    ck_assert_uint_eq(rig_alive(rig), 3);
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 3);
    ck_assert_uint_eq(rig->ready_count, 1);
    ck_assert_int_eq(rig->m->state, MACHINE_SERVING);
    rig_free(rig);
}
END_TEST

START_TEST(a_new_one_ends_when_one_of_it_cannot_start)
{
    struct rig *rig = succeed(3);

    rig_tell(rig, EVENT_SPAWNED, 0);
    rig_tell(rig, EVENT_LOADED, 0);
    rig_tell(rig, EVENT_READY, 0);
    rig_tell(rig, EVENT_SPAWNED, 1);
    rig_exit(rig, 1, SIGSEGV);
    rig_settle(rig);
    ck_assert(rig->exited);
    ck_assert_int_eq(rig->exit_code, 3);
    rig_free(rig);
}
END_TEST

static struct rig *with_reporter(uint32_t after, uint32_t *ret_slot)
{
    struct rig *rig = rig_new(2, false);

    rig->plan.reporter = true;
    rig_feed(rig, (struct machine_event){.type = EVENT_BOOT, .plan = &rig->plan, .after = after});
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 2);
    *ret_slot = rig_reporter(rig, after + 1);
    ck_assert(rig->children[*ret_slot].ready);
    ck_assert_int_eq(rig->m->state, MACHINE_SERVING);
    return rig;
}

START_TEST(the_reporter_of_a_new_one_waits_for_the_end_of_the_other)
{
    uint32_t slot;
    struct rig *rig = with_reporter(7, &slot);

    ck_assert(!rig->children[slot].accepted);
    rig_signal(rig, SIGHUP); /* and so does that of its next generation */
    rig_settle(rig);
    slot = rig_reporter(rig, 9);
    ck_assert(!rig->children[slot].accepted);
    rig_feed(rig, (struct machine_event){.type = EVENT_REPORTS});
    ck_assert(rig->children[slot].accepted);
    rig_exit(rig, slot, SIGKILL);
    rig_advance(rig, RIG_SEC);
    rig_settle(rig);
    ck_assert(rig->children[rig_reporter(rig, 9)].accepted);
    rig_free(rig);
}
END_TEST

START_TEST(the_reporter_of_an_old_one_leaves_before_its_workers)
{
    uint32_t slot;
    struct rig *rig = with_reporter(0, &slot);

    rig_signal(rig, SIGUSR2);
    ck_assert(!rig->children[slot].draining);
    new_one_serves(rig);
    ck_assert(rig->children[slot].draining);
    rig_exit(rig, slot, 0);
    ck_assert(!rig->exited);
    ck_assert_uint_eq(rig_reporter(rig, 1), NO_SLOT);
    rig_settle(rig);
    ck_assert(rig->exited);
    rig_free(rig);
}
END_TEST

/* --- The variable --- */

START_TEST(the_variable_is_taken_out_of_the_environment)
{
    struct predecessor p;
    int pair[2];
    char text[64];

    ck_assert_int_eq(cadre__channel_pair(pair), 0);
    predecessor_format(text, sizeof(text), pair[1], 9);
    setenv(PREDECESSOR_VARIABLE, text, 1);
    predecessor_open(&p);
    ck_assert_int_eq(p.fd, pair[1]);
    ck_assert_uint_eq(p.generation, 9);
    ck_assert(!p.given);
    ck_assert_ptr_null(getenv(PREDECESSOR_VARIABLE));
    predecessor_close(&p);
    close(pair[0]);
}
END_TEST

static const char *const no_masters[] = {"",
                                         ":",
                                         "5",
                                         "5:",
                                         ":5",
                                         "5:0",
                                         "2:7",
                                         "x:7",
                                         "-5:7",
                                         "5:7x",
                                         "5:99999999999",
                                         "99999999999999:7",
                                         "4000:7"};

START_TEST(a_variable_that_names_no_channel_is_none)
{
    struct predecessor p;

    (void)!freopen("/dev/null", "w", stderr); /* a line says so */
    setenv(PREDECESSOR_VARIABLE, no_masters[_i], 1);
    predecessor_open(&p);
    ck_assert_int_eq(p.fd, -1);
    ck_assert_uint_eq(p.generation, 0);
    ck_assert(p.given);
    predecessor_close(&p);
}
END_TEST

UNIT_MAIN("master/upgrade", UNIT_CASE(the_old_one_serves_on_until_the_new_one_does),
          UNIT_CASE(systemd_is_told_nothing_once_the_service_is_given_away),
          UNIT_CASE(a_new_one_that_fails_leaves_the_old_as_it_was),
          UNIT_CASE(a_new_one_that_hangs_is_ended),
          UNIT_CASE(an_upgrade_waits_for_the_reload_before_it_and_the_reload_for_the_upgrade),
          UNIT_CASE(a_stop_calls_the_upgrade_off),
          UNIT_CASE(the_first_signal_hurries_an_old_one_and_the_second_forces_it),
          UNIT_CASE(a_new_one_accepts_when_all_of_it_is_ready),
          UNIT_CASE(a_new_one_ends_when_one_of_it_cannot_start),
          UNIT_CASE(the_reporter_of_a_new_one_waits_for_the_end_of_the_other),
          UNIT_CASE(the_reporter_of_an_old_one_leaves_before_its_workers),
          UNIT_CASE(the_variable_is_taken_out_of_the_environment),
          UNIT_LOOP(a_variable_that_names_no_channel_is_none,
                    sizeof(no_masters) / sizeof(no_masters[0])))
