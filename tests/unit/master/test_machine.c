/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/machine, with child and generation: boot, reload, deaths, stops; signals are
 * test_signals.c. What must hold at every step is checked by the rig.
 */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "master/child.h"
#include "tests/unit/unit.h"

#include "tests/unit/master/rig.h"

#define KILLED_BY(signo)    (signo)
#define EXITED_WITH(status) ((status) << 8)

static void boot(struct rig *rig)
{
    rig_feed(rig, (struct machine_event){.type = EVENT_BOOT, .plan = &rig->plan});
}

/* Brings the pilot, in slot 0, as far as LOADED. */
static void boot_pilot(struct rig *rig)
{
    boot(rig);
    rig_tell(rig, EVENT_SPAWNED, 0);
    rig_tell(rig, EVENT_LOADED, 0);
}

static void answer_listen(struct rig *rig, const char *error)
{
    ck_assert(rig->listen_asked);
    rig->listen_asked = false;
    rig->listening = error == NULL;
    rig_feed(rig, (struct machine_event){.type = EVENT_LISTENED, .text = error});
}

/* --- Boot --- */

START_TEST(the_pilot_starts_alone)
{
    struct rig *rig = rig_new(4, false);

    boot(rig);
    ck_assert_uint_eq(rig_count(rig, ACTION_SPAWN), 1);
    rig_tell(rig, EVENT_SPAWNED, 0);
    rig_tell(rig, EVENT_LOADED, 0);
    ck_assert_uint_eq(rig_count(rig, ACTION_START), 1);
    ck_assert_uint_eq(rig_alive(rig), 1);
    rig_free(rig);
}
END_TEST

START_TEST(the_sockets_listen_once_the_pilot_is_ready)
{
    struct rig *rig = rig_new(4, false);

    boot_pilot(rig);
    ck_assert(!rig->listen_asked);
    rig_tell(rig, EVENT_READY, 0);
    ck_assert(rig->listen_asked);
    ck_assert_uint_eq(rig_count(rig, ACTION_ACCEPT), 0);
    ck_assert_uint_eq(rig_alive(rig), 1);
    answer_listen(rig, NULL);
    ck_assert_uint_eq(rig_count(rig, ACTION_ACCEPT), 1);
    ck_assert_uint_eq(rig_count(rig, ACTION_SPAWN), 3);
    rig_free(rig);
}
END_TEST

START_TEST(ready_is_told_when_all_workers_serve)
{
    struct rig *rig = rig_new(4, false);

    boot_pilot(rig);
    rig_tell(rig, EVENT_READY, 0);
    answer_listen(rig, NULL);
    ck_assert_uint_eq(rig->ready_count, 0);
    rig_settle(rig);
    ck_assert_uint_eq(rig->ready_count, 1);
    ck_assert_int_eq(rig->m->state, MACHINE_SERVING);
    ck_assert_uint_eq(rig_serving(rig), 4);
    ck_assert(rig_said(rig, "ready: 4 workers, generation 1"));
    rig_free(rig);
}
END_TEST

START_TEST(no_more_than_reload_surge_workers_start_at_a_time)
{
    struct rig *rig = rig_new(9, false);

    rig->plan.surge = 2;
    boot_pilot(rig);
    rig_tell(rig, EVENT_READY, 0);
    answer_listen(rig, NULL);
    ck_assert_uint_eq(rig_count(rig, ACTION_SPAWN), 2);
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 9);
    rig_signal(rig, SIGHUP);
    rig_settle(rig); /* the rig checks the surge of the new generation */
    ck_assert_uint_eq(rig_serving(rig), 9);
    rig_free(rig);
}
END_TEST

START_TEST(the_steward_publishes_before_the_pilot_starts_up)
{
    struct rig *rig = rig_new(2, false);
    uint32_t steward;

    rig->wants_steward = true;
    boot_pilot(rig);
    ck_assert_uint_eq(rig_count(rig, ACTION_START), 0);
    ck_assert_uint_eq(rig_count(rig, ACTION_SPAWN), 1);
    steward = rig_steward(rig, 1);
    ck_assert_uint_ne(steward, NO_SLOT);
    rig_tell(rig, EVENT_SPAWNED, steward);
    rig_tell(rig, EVENT_LOADED, steward);
    ck_assert(rig->children[steward].started);
    ck_assert(!rig->children[0].started);
    rig_tell(rig, EVENT_SERVING, steward);
    ck_assert(rig->children[0].started);
    rig_settle(rig);
    ck_assert_int_eq(rig->m->state, MACHINE_SERVING);
    rig_free(rig);
}
END_TEST

START_TEST(a_pilot_that_fails_ends_the_boot_with_its_reason)
{
    struct rig *rig = rig_new(4, false);

    boot_pilot(rig);
    rig_fail(rig, 0, "module \"shop\": no database");
    rig_exit(rig, 0, EXITED_WITH(1));
    ck_assert(rig->exited);
    ck_assert_int_eq(rig->exit_code, 3);
    ck_assert_str_eq(rig->exit_text, "startup failed: module \"shop\": no database");
    rig_free(rig);
}
END_TEST

START_TEST(a_pilot_that_crashes_ends_the_boot_with_the_signal)
{
    struct rig *rig = rig_new(4, false);

    boot_pilot(rig);
    rig_exit(rig, 0, KILLED_BY(SIGSEGV));
    ck_assert(rig->exited);
    ck_assert_int_eq(rig->exit_code, 3);
    ck_assert_ptr_nonnull(strstr(rig->exit_text, "worker 1 (pid 1001) was killed by signal 11 "
                                                 "(SIGSEGV)"));
    rig_free(rig);
}
END_TEST

START_TEST(a_steward_that_fails_ends_the_boot_when_the_pilot_has_left)
{
    struct rig *rig = rig_new(4, false);
    uint32_t steward;

    rig->wants_steward = true;
    boot_pilot(rig);
    steward = rig_steward(rig, 1);
    rig_tell(rig, EVENT_SPAWNED, steward);
    rig_tell(rig, EVENT_LOADED, steward);
    rig_fail(rig, steward, "module \"shop\": no database");
    rig_exit(rig, steward, EXITED_WITH(1));
    ck_assert(!rig->exited);
    ck_assert(rig->children[0].draining);
    rig_settle(rig);
    ck_assert(rig->exited);
    ck_assert_int_eq(rig->exit_code, 3);
    ck_assert_str_eq(rig->exit_text, "startup failed: module \"shop\": no database");
    rig_free(rig);
}
END_TEST

START_TEST(a_later_worker_that_fails_ends_the_boot_too)
{
    struct rig *rig = rig_new(2, false);

    boot_pilot(rig);
    rig_tell(rig, EVENT_READY, 0);
    answer_listen(rig, NULL);
    rig_tell(rig, EVENT_SPAWNED, 1);
    rig_fail(rig, 1, "no");
    rig_exit(rig, 1, EXITED_WITH(1));
    ck_assert(rig->stopping);
    ck_assert_int_eq(rig->children[0].drain, DRAIN_STOP);
    rig_settle(rig);
    ck_assert_int_eq(rig->exit_code, 3);
    rig_free(rig);
}
END_TEST

START_TEST(a_worker_killed_while_the_others_boot_is_replaced)
{
    struct rig *rig = rig_new(2, false);

    boot_pilot(rig);
    rig_tell(rig, EVENT_READY, 0);
    answer_listen(rig, NULL);
    rig_exit(rig, 1, KILLED_BY(SIGKILL));
    ck_assert_uint_eq(rig_count(rig, ACTION_SPAWN), 1);
    rig_settle(rig);
    ck_assert_int_eq(rig->m->state, MACHINE_SERVING);
    rig_free(rig);
}
END_TEST

START_TEST(sockets_that_cannot_listen_end_the_boot)
{
    struct rig *rig = rig_new(2, false);

    boot_pilot(rig);
    rig_tell(rig, EVENT_READY, 0);
    answer_listen(rig, "address in use");
    rig_settle(rig);
    ck_assert_int_eq(rig->exit_code, 3);
    ck_assert_str_eq(rig->exit_text, "startup failed: address in use");
    rig_free(rig);
}
END_TEST

START_TEST(a_process_that_cannot_be_started_ends_the_boot)
{
    struct rig *rig = rig_new(2, false);

    boot(rig);
    rig_tell(rig, EVENT_SPAWN_FAILED, 0);
    ck_assert_int_eq(rig->exit_code, 3);
    ck_assert_ptr_nonnull(strstr(rig->exit_text, "Resource temporarily unavailable"));
    rig_free(rig);
}
END_TEST

START_TEST(a_start_that_hangs_is_killed_after_its_limit)
{
    struct rig *rig = rig_new(2, false);

    boot_pilot(rig);
    rig_advance(rig, 60 * RIG_SEC);
    ck_assert_int_eq(rig->children[0].signo, 0);
    rig_advance(rig, MACHINE_MARGIN_NS);
    ck_assert_int_eq(rig->children[0].signo, SIGKILL);
    rig_exit(rig, 0, KILLED_BY(SIGKILL));
    ck_assert_int_eq(rig->exit_code, 3);
    ck_assert_ptr_nonnull(strstr(rig->exit_text, "startup_timeout"));
    rig_free(rig);
}
END_TEST

START_TEST(no_limit_for_a_start_means_none)
{
    struct rig *rig = rig_new(2, false);

    rig->plan.startup_ns = 0;
    boot_pilot(rig);
    ck_assert_uint_eq(machine_deadline(rig->m), CADRE__NEVER);
    rig_free(rig);
}
END_TEST

/* --- Deaths --- */

START_TEST(a_killed_worker_starts_again_at_once)
{
    struct rig *rig = rig_new(4, false);

    rig_serve(rig);
    rig_advance(rig, 12 * RIG_SEC);
    rig->children[2].alive = false;
    rig_feed(rig, (struct machine_event){.type = EVENT_EXITED,
                                         .slot = 2,
                                         .wait_status = KILLED_BY(SIGSEGV),
                                         .requests = 345,
                                         .text = "shop:buy"});
    ck_assert_uint_eq(rig_count(rig, ACTION_SPAWN), 1);
    ck_assert_uint_eq(rig_action(rig, ACTION_SPAWN)->slot, 2);
    ck_assert(rig_said(rig, "worker 3 (pid 1003) was killed by signal 11 (SIGSEGV) after 12s, 345 "
                            "requests, in shop:buy; starts again at once"));
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 4);
    ck_assert(!rig->exited);
    rig_free(rig);
}
END_TEST

START_TEST(a_kill_for_memory_is_named)
{
    struct rig *rig = rig_new(1, false);

    rig_serve(rig);
    rig->children[0].alive = false;
    rig_feed(rig, (struct machine_event){.type = EVENT_EXITED,
                                         .slot = 0,
                                         .wait_status = KILLED_BY(SIGKILL),
                                         .out_of_memory = true});
    ck_assert(rig_said(rig, "memory limit"));
    rig_free(rig);
}
END_TEST

/* Lets worker 0 die at its start; returns how long it waits for the next one. */
static uint64_t die_at_start(struct rig *rig)
{
    uint64_t deadline;

    ck_assert(rig->children[0].alive);
    rig_tell(rig, EVENT_SPAWNED, 0);
    rig_exit(rig, 0, KILLED_BY(SIGSEGV));
    deadline = machine_deadline(rig->m);
    ck_assert_uint_ne(deadline, CADRE__NEVER);
    return deadline - rig->now_ns;
}

START_TEST(a_worker_that_dies_at_every_start_waits_longer_and_longer)
{
    struct rig *rig = rig_new(2, false);
    uint64_t last = 0, wait;
    unsigned starts = 0, in_trouble = 0;
    struct child_trouble trouble;

    rig_serve(rig);
    rig_exit(rig, 0, KILLED_BY(SIGSEGV));
    for (int i = 0; i < 20; i++) {
        rig->random = (uint32_t)i * UINT32_C(2654435761);
        wait = die_at_start(rig);
        ck_assert_msg(wait > last || wait >= 24 * RIG_SEC, "wait %d is no longer", i);
        ck_assert_uint_le(wait, 30 * RIG_SEC);
        if (i >= MACHINE_CRASH_LOOP)
            ck_assert(rig_said(rig, "crash loop"));
        last = wait;
        rig_advance(rig, wait);
        starts += rig_count(rig, ACTION_SPAWN);
    }
    ck_assert_uint_eq(starts, 20);
    ck_assert_uint_eq(rig_serving(rig), 1); /* the other one has served all the while */
    ck_assert(strstr(rig->m->status, "1 in a crash loop") != NULL);
    for (uint32_t i = 0; i < rig->used; i++) {
        if (!child_trouble(rig->m, i, &trouble))
            continue;
        in_trouble++;
        ck_assert(trouble.crash_loop);
        ck_assert_uint_ge(trouble.failures, 20);
        ck_assert_ptr_nonnull(strstr(trouble.text, "SIGSEGV"));
    }
    ck_assert_uint_eq(in_trouble, 1);
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 2);
    ck_assert_ptr_null(strstr(rig->m->status, "crash loop"));
    rig_free(rig);
}
END_TEST

START_TEST(a_worker_that_served_long_is_forgiven)
{
    struct rig *rig = rig_new(2, false);

    rig_serve(rig);
    for (int i = 0; i < 50; i++) {
        rig_advance(rig, MACHINE_STABLE_NS);
        rig_exit(rig, 0, KILLED_BY(SIGKILL));
        ck_assert_uint_eq(rig_count(rig, ACTION_SPAWN), 1);
        rig_settle(rig);
    }
    rig_free(rig);
}
END_TEST

START_TEST(the_only_worker_that_serves_now_and_then_waits_a_second_at_most)
{
    struct rig *rig = rig_new(1, false);

    rig_serve(rig);
    for (int i = 0; i < 30; i++) {
        uint64_t deadline;

        rig_exit(rig, 0, KILLED_BY(SIGSEGV));
        deadline = machine_deadline(rig->m);
        if (!rig->children[0].alive) {
            ck_assert_uint_le(deadline - rig->now_ns, MACHINE_ALONE_NS);
            rig_advance(rig, MACHINE_ALONE_NS);
        }
        rig_settle(rig);
        ck_assert_uint_eq(rig_serving(rig), 1);
    }
    rig_free(rig);
}
END_TEST

START_TEST(it_gives_up_at_the_restart_limit)
{
    struct rig *rig = rig_new(1, false);

    rig->plan.restart_limit = 5;
    rig_serve(rig);
    rig_exit(rig, 0, KILLED_BY(SIGSEGV));
    for (int i = 0; i < 4; i++) {
        uint64_t wait = die_at_start(rig);

        rig_advance(rig, wait);
    }
    ck_assert(!rig->exited);
    rig_tell(rig, EVENT_SPAWNED, 0);
    rig_exit(rig, 0, KILLED_BY(SIGSEGV));
    rig_settle(rig);
    ck_assert(rig->exited);
    ck_assert_int_eq(rig->exit_code, 4);
    ck_assert_ptr_nonnull(strstr(rig->exit_text, "gave up after 5 failed starts"));
    rig_free(rig);
}
END_TEST

START_TEST(it_never_gives_up_while_a_worker_serves)
{
    struct rig *rig = rig_new(2, false);

    rig->plan.restart_limit = 1;
    rig_serve(rig);
    rig_exit(rig, 0, KILLED_BY(SIGSEGV));
    for (int i = 0; i < 20; i++)
        rig_advance(rig, die_at_start(rig));
    ck_assert(!rig->stopping);
    rig_free(rig);
}
END_TEST

START_TEST(a_process_that_cannot_be_started_is_tried_again_later)
{
    struct rig *rig = rig_new(1, false);

    rig_serve(rig);
    rig_exit(rig, 0, KILLED_BY(SIGKILL));
    rig_tell(rig, EVENT_SPAWN_FAILED, 0);
    ck_assert(!rig->children[0].alive);
    ck_assert(rig_said(rig, "could not be started"));
    rig_advance(rig, 100 * RIG_MSEC);
    ck_assert(rig->children[0].alive);
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 1);
    rig_free(rig);
}
END_TEST

START_TEST(a_worker_that_exits_by_itself_is_replaced)
{
    struct rig *rig = rig_new(1, false);

    rig_serve(rig);
    rig_exit(rig, 0, 0);
    ck_assert_uint_eq(rig_count(rig, ACTION_SPAWN), 1);
    ck_assert(rig_said(rig, "exited with status 0"));
    rig_free(rig);
}
END_TEST

START_TEST(a_silent_worker_is_aborted_then_killed_then_replaced)
{
    struct rig *rig = rig_new(2, false);

    rig_serve(rig);
    rig_feed(rig,
             (struct machine_event){
                 .type = EVENT_SILENT, .slot = 1, .silent_ns = 31 * RIG_SEC, .text = "shop:x"});
    ck_assert_int_eq(rig->children[1].signo, SIGABRT);
    ck_assert(rig_said(rig, "has not turned for 31s (worker_timeout), in shop:x"));
    rig_feed(rig,
             (struct machine_event){
                 .type = EVENT_SILENT, .slot = 1, .silent_ns = 32 * RIG_SEC, .text = "shop:x"});
    ck_assert_uint_eq(rig->out->count, 0);
    rig_advance(rig, MACHINE_ABORT_NS);
    ck_assert_int_eq(rig->children[1].signo, SIGKILL);
    rig_exit(rig, 1, KILLED_BY(SIGKILL));
    ck_assert_uint_eq(rig_count(rig, ACTION_SPAWN), 1);
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 2);
    rig_free(rig);
}
END_TEST

START_TEST(a_child_that_breaks_the_protocol_is_killed_and_replaced)
{
    struct rig *rig = rig_new(2, false);

    rig_serve(rig);
    rig_feed(rig, (struct machine_event){.type = EVENT_BROKEN, .slot = 1, .text = "it lies"});
    ck_assert_int_eq(rig->children[1].signo, SIGKILL);
    ck_assert(rig_said(rig, "worker 2 (pid 1002) is killed: it lies"));
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 2);
    rig_free(rig);
}
END_TEST

START_TEST(a_dead_steward_is_replaced_while_workers_serve_on)
{
    struct rig *rig = rig_new(2, false);
    uint32_t steward;

    rig->wants_steward = true;
    rig_serve(rig);
    steward = rig_steward(rig, 1);
    rig_exit(rig, steward, KILLED_BY(SIGKILL));
    ck_assert_uint_eq(rig_serving(rig), 2);
    ck_assert_uint_eq(rig_count(rig, ACTION_SPAWN), 1);
    /* A worker that is replaced meanwhile has what was published before. */
    rig_exit(rig, 0, KILLED_BY(SIGKILL));
    rig_tell(rig, EVENT_SPAWNED, 0);
    rig_tell(rig, EVENT_LOADED, 0);
    ck_assert(rig->children[0].started);
    rig_settle(rig);
    ck_assert_uint_ne(rig_steward(rig, 1), NO_SLOT);
    ck_assert(rig->children[rig_steward(rig, 1)].ready);
    rig_free(rig);
}
END_TEST

START_TEST(a_replaced_worker_starts_no_second_steward)
{
    struct rig *rig = rig_new(2, false);

    rig->wants_steward = true;
    rig_serve(rig);
    rig_exit(rig, 0, KILLED_BY(SIGKILL));
    rig_settle(rig);
    ck_assert_uint_eq(rig_alive(rig), 3);
    rig_free(rig);
}
END_TEST

/* --- Reload --- */

START_TEST(a_reload_replaces_the_generation)
{
    struct rig *rig = rig_new(3, false);

    rig->wants_steward = true;
    rig_serve(rig);
    rig_signal(rig, SIGHUP);
    ck_assert_uint_eq(rig_count(rig, ACTION_RELOADING), 1);
    ck_assert_uint_eq(rig_count(rig, ACTION_LOAD_CONF), 1);
    rig_settle(rig);
    ck_assert_uint_eq(rig->adopted, 2);
    ck_assert_uint_eq(rig->ready_count, 2);
    ck_assert_uint_eq(rig_serving(rig), 3);
    ck_assert_uint_eq(rig_alive(rig), 4);
    ck_assert_uint_eq(rig_worker(rig, 1, 0), NO_SLOT);
    ck_assert_uint_eq(rig_steward(rig, 1), NO_SLOT);
    ck_assert_uint_ne(rig_steward(rig, 2), NO_SLOT);
    rig_free(rig);
}
END_TEST

START_TEST(the_old_generation_serves_until_all_of_the_new_one_is_ready)
{
    struct rig *rig = rig_new(2, false);
    uint32_t first, second;

    rig_serve(rig);
    rig_signal(rig, SIGHUP);
    rig->load_asked = false;
    rig_feed(rig, (struct machine_event){.type = EVENT_CONF_OK, .plan = &rig->plan});
    first = rig_worker(rig, 2, 0);
    rig_tell(rig, EVENT_SPAWNED, first);
    rig_tell(rig, EVENT_LOADED, first);
    rig_tell(rig, EVENT_READY, first);
    ck_assert(!rig->listen_asked);
    ck_assert_uint_eq(rig_serving(rig), 2);
    second = rig_worker(rig, 2, 1);
    rig_tell(rig, EVENT_SPAWNED, second);
    rig_tell(rig, EVENT_LOADED, second);
    ck_assert_uint_eq(rig_serving(rig), 2);
    rig_tell(rig, EVENT_READY, second);
    answer_listen(rig, NULL);
    ck_assert_uint_eq(rig_count(rig, ACTION_ACCEPT), 2);
    ck_assert_uint_eq(rig_count(rig, ACTION_DRAIN), 2);
    ck_assert_int_eq(rig_action(rig, ACTION_DRAIN)->drain, DRAIN_RELOAD);
    ck_assert_uint_eq(rig_action(rig, ACTION_DRAIN)->timeout_ns, 30 * RIG_SEC);
    rig_free(rig);
}
END_TEST

/* Begins a reload and answers with the conf; returns the slot of the new pilot. */
static uint32_t begin_reload(struct rig *rig)
{
    rig_signal(rig, SIGHUP);
    rig->load_asked = false;
    rig_feed(rig, (struct machine_event){.type = EVENT_CONF_OK, .plan = &rig->plan});
    return rig_worker(rig, rig->m->last_generation, 0);
}

START_TEST(a_bad_conf_changes_nothing)
{
    struct rig *rig = rig_new(2, false);

    rig_serve(rig);
    rig_signal(rig, SIGHUP);
    rig->load_asked = false;
    rig_feed(rig, (struct machine_event){.type = EVENT_CONF_BAD, .text = "cadre.conf:2: no"});
    ck_assert_str_eq(rig->last_error, "reload failed: cadre.conf:2: no; generation 1 goes on");
    ck_assert_uint_eq(rig->ready_count, 2); /* systemd wants it after RELOADING=1 */
    ck_assert(strstr(rig->m->status, "reload failed: cadre.conf:2: no") != NULL);
    ck_assert_int_eq(rig->m->state, MACHINE_SERVING);
    ck_assert_uint_eq(rig_alive(rig), 2);
    rig_signal(rig, SIGHUP);
    rig_settle(rig);
    ck_assert_uint_eq(rig->adopted, 2);
    ck_assert_ptr_null(strstr(rig->m->status, "failed"));
    rig_free(rig);
}
END_TEST

START_TEST(a_new_generation_that_fails_leaves_the_old_one)
{
    struct rig *rig = rig_new(2, false);
    uint32_t pilot;

    rig_serve(rig);
    pilot = begin_reload(rig);
    rig_tell(rig, EVENT_SPAWNED, pilot);
    rig_fail(rig, pilot, "module \"shop\": no database");
    rig_exit(rig, pilot, EXITED_WITH(1));
    ck_assert_str_eq(rig->last_error,
                     "reload failed: module \"shop\": no database; generation 1 goes on");
    ck_assert_uint_eq(rig_count(rig, ACTION_DISCARD), 1);
    rig_settle(rig);
    ck_assert_uint_eq(rig_alive(rig), 2);
    ck_assert_uint_eq(rig_serving(rig), 2);
    ck_assert_uint_ne(rig_worker(rig, 1, 0), NO_SLOT);
    rig_free(rig);
}
END_TEST

START_TEST(a_ready_worker_that_dies_before_the_take_over_fails_the_reload)
{
    struct rig *rig = rig_new(2, false);
    uint32_t pilot;

    rig_serve(rig);
    pilot = begin_reload(rig);
    rig_tell(rig, EVENT_SPAWNED, pilot);
    rig_tell(rig, EVENT_LOADED, pilot);
    rig_tell(rig, EVENT_READY, pilot);
    rig_exit(rig, pilot, KILLED_BY(SIGKILL));
    ck_assert_int_eq(rig->m->state, MACHINE_SERVING);
    rig_settle(rig);
    ck_assert_uint_eq(rig->adopted, 1);
    ck_assert_uint_eq(rig_serving(rig), 2);
    rig_free(rig);
}
END_TEST

START_TEST(new_sockets_that_cannot_listen_fail_the_reload)
{
    struct rig *rig = rig_new(1, false);
    uint32_t pilot;

    rig_serve(rig);
    pilot = begin_reload(rig);
    rig_tell(rig, EVENT_SPAWNED, pilot);
    rig_tell(rig, EVENT_LOADED, pilot);
    rig_tell(rig, EVENT_READY, pilot);
    ck_assert(rig->listen_asked);
    rig->listen_asked = false;
    rig_feed(rig, (struct machine_event){.type = EVENT_LISTENED, .text = "address in use"});
    ck_assert(strstr(rig->last_error, "reload failed: address in use") != NULL);
    rig_settle(rig);
    ck_assert_uint_eq(rig->adopted, 1);
    ck_assert_uint_eq(rig_serving(rig), 1);
    rig_free(rig);
}
END_TEST

START_TEST(a_second_reload_follows_the_first)
{
    struct rig *rig = rig_new(1, false);

    rig_serve(rig);
    begin_reload(rig);
    rig_signal(rig, SIGHUP);
    rig_signal(rig, SIGHUP);
    rig_settle(rig);
    ck_assert_uint_eq(rig->adopted, 3);
    ck_assert_uint_eq(rig_alive(rig), 1);
    rig_free(rig);
}
END_TEST

START_TEST(a_reload_during_the_boot_follows_it)
{
    struct rig *rig = rig_new(1, false);

    boot_pilot(rig);
    rig_signal(rig, SIGHUP);
    ck_assert(!rig->load_asked);
    rig_settle(rig);
    ck_assert_uint_eq(rig->adopted, 2);
    rig_free(rig);
}
END_TEST

START_TEST(the_dead_of_the_current_generation_are_replaced_during_a_reload)
{
    struct rig *rig = rig_new(2, false);

    rig_serve(rig);
    begin_reload(rig);
    rig_exit(rig, 1, KILLED_BY(SIGKILL));
    ck_assert_int_eq(rig->m->state, MACHINE_RELOADING);
    ck_assert_uint_eq(rig_count(rig, ACTION_SPAWN), 1);
    rig_settle(rig);
    ck_assert_uint_eq(rig->adopted, 2);
    rig_free(rig);
}
END_TEST

START_TEST(a_reload_may_change_the_number_of_workers)
{
    static const unsigned counts[] = {5, 1, 3};
    struct rig *rig = rig_new(2, false);

    rig_serve(rig);
    for (size_t i = 0; i < 3; i++) {
        rig->plan.workers = counts[i];
        rig_signal(rig, SIGHUP);
        rig_settle(rig);
        ck_assert_uint_eq(rig_serving(rig), counts[i]);
        ck_assert_uint_eq(rig_alive(rig), counts[i]);
    }
    rig_free(rig);
}
END_TEST

/* Reloads; those who drain keep at it. */
static void reload_beside_the_draining(struct rig *rig)
{
    uint32_t generation = rig->m->last_generation + 1;

    begin_reload(rig);
    while (rig->adopted != generation) {
        for (uint32_t i = 0; i < rig->plan.workers; i++) {
            uint32_t slot = rig_worker(rig, generation, i);

            if (slot == NO_SLOT)
                continue;
            if (!rig->children[slot].answered)
                rig_tell(rig, EVENT_SPAWNED, slot);
            else if (!rig->children[slot].loaded)
                rig_tell(rig, EVENT_LOADED, slot);
            else if (!rig->children[slot].ready)
                rig_tell(rig, EVENT_READY, slot);
        }
        if (rig->listen_asked)
            answer_listen(rig, NULL);
    }
}

START_TEST(the_oldest_generation_is_ended_beyond_max_generations)
{
    struct rig *rig = rig_new(1, false);

    rig->plan.max_generations = 3;
    rig_serve(rig);
    reload_beside_the_draining(rig);
    reload_beside_the_draining(rig);
    ck_assert_int_eq(rig->children[rig_worker(rig, 1, 0)].drain, DRAIN_RELOAD);
    reload_beside_the_draining(rig);
    ck_assert(rig_said(rig, "generation 1 is ended early"));
    ck_assert_int_eq(rig->children[rig_worker(rig, 1, 0)].drain, DRAIN_FAST);
    ck_assert_int_eq(rig->children[rig_worker(rig, 2, 0)].drain, DRAIN_RELOAD);
    reload_beside_the_draining(rig);
    ck_assert_int_eq(rig->children[rig_worker(rig, 2, 0)].drain, DRAIN_FAST);
    rig_free(rig);
}
END_TEST

START_TEST(a_reload_without_room_for_its_workers_fails)
{
    struct rig *rig = rig_new(400, false);

    rig->plan.surge = 400;
    rig_serve(rig);
    reload_beside_the_draining(rig);
    rig_signal(rig, SIGHUP);
    rig->load_asked = false;
    rig_feed(rig, (struct machine_event){.type = EVENT_CONF_OK, .plan = &rig->plan});
    ck_assert(strstr(rig->last_error, "reload failed: too many workers") != NULL);
    ck_assert_uint_eq(rig_count(rig, ACTION_RETIRE), 1);
    ck_assert_int_eq(rig->m->state, MACHINE_SERVING);
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 400);
    rig_free(rig);
}
END_TEST

START_TEST(one_that_drains_too_long_is_killed)
{
    struct rig *rig = rig_new(1, false);

    rig_serve(rig);
    reload_beside_the_draining(rig);
    rig_advance(rig, 40 * RIG_SEC);
    ck_assert_int_eq(rig->children[0].signo, 0);
    rig_advance(rig, MACHINE_MARGIN_NS);
    ck_assert_int_eq(rig->children[0].signo, SIGKILL);
    rig_exit(rig, 0, KILLED_BY(SIGKILL));
    ck_assert_uint_eq(rig_count(rig, ACTION_SPAWN), 0);
    ck_assert_uint_eq(rig_count(rig, ACTION_RETIRE), 1);
    rig_free(rig);
}
END_TEST

START_TEST(a_shutdown_that_hangs_is_killed_after_its_own_limit)
{
    struct rig *rig = rig_new(1, false);

    rig_serve(rig);
    rig_signal(rig, SIGTERM);
    rig_tell(rig, EVENT_DRAINED, 0);
    rig_advance(rig, 10 * RIG_SEC);
    ck_assert_int_eq(rig->children[0].signo, 0);
    rig_advance(rig, MACHINE_MARGIN_NS);
    ck_assert_int_eq(rig->children[0].signo, SIGKILL);
    ck_assert(strstr(rig->last_error, "shutdown_timeout") != NULL);
    rig_free(rig);
}
END_TEST

START_TEST(a_draining_worker_that_dies_is_not_replaced)
{
    struct rig *rig = rig_new(2, false);

    rig_serve(rig);
    reload_beside_the_draining(rig);
    rig_exit(rig, 0, KILLED_BY(SIGSEGV));
    ck_assert_uint_eq(rig_count(rig, ACTION_SPAWN), 0);
    ck_assert(rig_said(rig, "did not leave in order"));
    rig_free(rig);
}
END_TEST

/* --- Stop --- */

START_TEST(term_drains_the_workers_then_the_steward_then_exits_with_0)
{
    struct rig *rig = rig_new(2, false);
    uint32_t steward;

    rig->wants_steward = true;
    rig_serve(rig);
    steward = rig_steward(rig, 1);
    rig_signal(rig, SIGTERM);
    ck_assert_uint_eq(rig_count(rig, ACTION_UNLISTEN), 1);
    ck_assert_uint_eq(rig_count(rig, ACTION_DRAIN), 2);
    ck_assert_int_eq(rig_action(rig, ACTION_DRAIN)->drain, DRAIN_STOP);
    ck_assert(!rig->children[steward].draining);
    rig_tell(rig, EVENT_DRAINED, 0);
    rig_exit(rig, 0, 0);
    ck_assert(!rig->children[steward].draining);
    rig_exit(rig, rig_worker(rig, 1, 1), 0);
    ck_assert(rig->children[steward].draining);
    ck_assert(!rig->exited);
    rig_exit(rig, steward, 0);
    ck_assert(rig->exited);
    ck_assert_int_eq(rig->exit_code, 0);
    ck_assert_str_eq(rig->exit_text, "");
    rig_free(rig);
}
END_TEST

START_TEST(a_second_signal_kills_whoever_is_left)
{
    static const int signals[] = {SIGTERM, SIGQUIT, SIGINT};

    for (size_t i = 0; i < 9; i++) {
        struct rig *rig = rig_new(3, false);

        rig_serve(rig);
        rig_signal(rig, signals[i / 3]);
        rig_signal(rig, signals[i % 3]);
        ck_assert_uint_eq(rig_count(rig, ACTION_KILL), 3);
        ck_assert_int_eq(rig_action(rig, ACTION_KILL)->signo, SIGKILL);
        rig_settle(rig);
        ck_assert_int_eq(rig->exit_code, 0);
        rig_free(rig);
    }
}
END_TEST

START_TEST(int_is_fast_but_graceful_on_a_terminal)
{
    struct rig *rig = rig_new(1, false);

    rig_serve(rig);
    rig_signal(rig, SIGINT);
    ck_assert_int_eq(rig->children[0].drain, DRAIN_FAST);
    ck_assert_uint_eq(rig->children[0].drain_timeout_ns, 0);
    rig_free(rig);
    rig = rig_new(1, true);
    rig_serve(rig);
    rig_signal(rig, SIGINT);
    ck_assert_int_eq(rig->children[0].drain, DRAIN_STOP);
    rig_free(rig);
}
END_TEST

START_TEST(a_stop_hurries_those_who_drain_for_a_reload)
{
    struct rig *rig = rig_new(1, false);

    rig_serve(rig);
    reload_beside_the_draining(rig);
    rig_advance(rig, 20 * RIG_SEC);
    rig_signal(rig, SIGTERM);
    ck_assert_int_eq(rig->children[0].drain, DRAIN_STOP);
    /* Its old deadline still counts: it has had its time. */
    rig_advance(rig, 25 * RIG_SEC);
    ck_assert_int_eq(rig->children[0].signo, SIGKILL);
    rig_free(rig);
}
END_TEST

START_TEST(a_stop_cancels_a_reload)
{
    struct rig *rig = rig_new(2, false);
    uint32_t pilot;

    rig_serve(rig);
    pilot = begin_reload(rig);
    rig_signal(rig, SIGHUP);
    rig_signal(rig, SIGTERM);
    ck_assert_int_eq(rig->children[pilot].drain, DRAIN_FAST);
    rig_settle(rig);
    ck_assert(rig->exited);
    ck_assert_int_eq(rig->exit_code, 0);
    rig_free(rig);
}
END_TEST

START_TEST(a_stop_during_a_wait_for_the_next_start_ends_at_once)
{
    struct rig *rig = rig_new(1, false);

    rig_serve(rig);
    rig_exit(rig, 0, KILLED_BY(SIGKILL));
    die_at_start(rig);
    rig_signal(rig, SIGTERM);
    ck_assert(rig->exited);
    rig_free(rig);
}
END_TEST

START_TEST(a_process_that_cannot_be_killed_is_left_behind)
{
    struct rig *rig = rig_new(1, false);

    rig_serve(rig);
    rig_signal(rig, SIGTERM);
    rig_advance(rig, 45 * RIG_SEC);
    ck_assert_int_eq(rig->children[0].signo, SIGKILL);
    rig_advance(rig, MACHINE_KILL_NS);
    ck_assert(rig->exited);
    ck_assert(rig->children[0].forgotten);
    rig_free(rig);
}
END_TEST

START_TEST(a_shutdown_that_fails_is_told)
{
    struct rig *rig = rig_new(1, false);

    rig_serve(rig);
    rig_signal(rig, SIGTERM);
    rig_tell(rig, EVENT_DRAINED, 0);
    rig_fail(rig, 0, "module \"shop\": cannot save");
    ck_assert_str_eq(rig->last_error,
                     "worker 1 (pid 1001) failed while leaving: module \"shop\": cannot save");
    rig_free(rig);
}
END_TEST

START_TEST(events_of_nobody_are_dropped)
{
    struct rig *rig = rig_new(1, false);

    rig_serve(rig);
    for (int type = 0; type < EVENT_TYPES; type++) {
        if (type == EVENT_SIGNAL || type == EVENT_SPAWNED || type == EVENT_SCALE)
            continue;
        rig_feed(rig, (struct machine_event){.type = (enum machine_event_type)type, .slot = 7});
        ck_assert_uint_eq(rig->out->count, 0);
        rig_feed(rig,
                 (struct machine_event){.type = (enum machine_event_type)type, .slot = UINT32_MAX});
        ck_assert_uint_eq(rig->out->count, 0);
    }
    rig_feed(rig, (struct machine_event){.type = EVENT_TYPES});
    rig_feed(rig, (struct machine_event){.type = EVENT_SIGNAL, .signo = SIGCONT});
    ck_assert_uint_eq(rig->out->count, 0);
    rig_free(rig);
}
END_TEST

START_TEST(who_is_killed_now_and_then_starts_again_at_once)
{
    struct rig *rig = rig_new(2, false);

    rig_serve(rig);
    for (int i = 0; i < 20; i++) {
        rig_advance(rig, MACHINE_SERVED_NS);
        rig_exit(rig, rig_worker(rig, 1, 0), KILLED_BY(SIGKILL));
        ck_assert_uint_eq(rig_count(rig, ACTION_SPAWN), 1);
        ck_assert(i < MACHINE_CRASH_LOOP || rig_said(rig, "crash loop"));
        rig_settle(rig);
    }
    rig_exit(rig, rig_worker(rig, 1, 0), KILLED_BY(SIGKILL)); /* and who does not serve waits */
    ck_assert_uint_eq(rig_count(rig, ACTION_SPAWN), 0);
    rig_free(rig);
}
END_TEST

/* --- Every event in every state of a child --- */

/* Brings the worker of slot 1 to a state; the other one serves. */
static struct rig *bring_child_to(enum child_state state)
{
    struct rig *rig = rig_new(2, false);

    rig->wants_steward = state == CHILD_LOADED;
    rig_serve(rig);
    if (state == CHILD_LOADED) { /* needs a steward that has not published: a reload's pilot */
        uint32_t pilot = begin_reload(rig);

        rig_tell(rig, EVENT_SPAWNED, pilot);
        rig_tell(rig, EVENT_LOADED, pilot);
        return rig;
    }
    if (state == CHILD_READY) {
        uint32_t pilot = begin_reload(rig);

        rig_tell(rig, EVENT_SPAWNED, pilot);
        rig_tell(rig, EVENT_LOADED, pilot);
        rig_tell(rig, EVENT_READY, pilot);
        return rig;
    }
    if (state == CHILD_WAITING || state == CHILD_LOADING || state == CHILD_STARTING)
        rig_exit(rig, 1, KILLED_BY(SIGKILL));
    if (state == CHILD_WAITING)
        rig_exit(rig, 1, KILLED_BY(SIGKILL));
    if (state == CHILD_STARTING)
        rig_tell(rig, EVENT_LOADED, 1);
    if (state == CHILD_DRAINING || state == CHILD_ENDING)
        rig_signal(rig, SIGTERM);
    if (state == CHILD_ENDING)
        rig_tell(rig, EVENT_DRAINED, 1);
    if (state == CHILD_DYING)
        rig_feed(rig, (struct machine_event){.type = EVENT_BROKEN, .slot = 1});
    return rig;
}

START_TEST(every_event_in_every_state_of_a_child)
{
    enum child_state state = (enum child_state)(_i / EVENT_TYPES);
    enum machine_event_type type = (enum machine_event_type)(_i % EVENT_TYPES);
    struct rig *rig;
    uint32_t slot;

    if (state == CHILD_NONE || type == EVENT_SIGNAL)
        return;
    rig = bring_child_to(state);
    for (slot = 0; slot < rig->m->high_water; slot++)
        if (rig->m->children[slot].state == state && (slot != 0 || state == CHILD_SERVING))
            break;
    ck_assert_uint_lt(slot, rig->m->high_water);
    if (type == EVENT_EXITED || type == EVENT_SPAWN_FAILED)
        rig->children[slot].alive = false;
    rig->children[slot].loaded |= type == EVENT_LOADED;
    rig->children[slot].ready |= type == EVENT_READY;
    rig_feed(rig, (struct machine_event){.type = type,
                                         .slot = slot,
                                         .text = "some text",
                                         .plan = &rig->plan,
                                         .wait_status = KILLED_BY(SIGSEGV)});
    /* Whatever that was, the server can be stopped, and ends. */
    rig_settle(rig);
    if (!rig->stopping)
        rig_signal(rig, SIGTERM);
    rig_settle(rig);
    rig_advance(rig, 120 * RIG_SEC);
    ck_assert(rig->exited);
    rig_free(rig);
}
END_TEST

UNIT_MAIN("master/machine", UNIT_CASE(the_pilot_starts_alone),
          UNIT_CASE(the_sockets_listen_once_the_pilot_is_ready),
          UNIT_CASE(ready_is_told_when_all_workers_serve),
          UNIT_CASE(no_more_than_reload_surge_workers_start_at_a_time),
          UNIT_CASE(the_steward_publishes_before_the_pilot_starts_up),
          UNIT_CASE(a_pilot_that_fails_ends_the_boot_with_its_reason),
          UNIT_CASE(a_pilot_that_crashes_ends_the_boot_with_the_signal),
          UNIT_CASE(a_steward_that_fails_ends_the_boot_when_the_pilot_has_left),
          UNIT_CASE(a_later_worker_that_fails_ends_the_boot_too),
          UNIT_CASE(a_worker_killed_while_the_others_boot_is_replaced),
          UNIT_CASE(sockets_that_cannot_listen_end_the_boot),
          UNIT_CASE(a_process_that_cannot_be_started_ends_the_boot),
          UNIT_CASE(a_start_that_hangs_is_killed_after_its_limit),
          UNIT_CASE(no_limit_for_a_start_means_none),
          UNIT_CASE(a_killed_worker_starts_again_at_once), UNIT_CASE(a_kill_for_memory_is_named),
          UNIT_CASE(a_worker_that_dies_at_every_start_waits_longer_and_longer),
          UNIT_CASE(a_worker_that_served_long_is_forgiven),
          UNIT_CASE(the_only_worker_that_serves_now_and_then_waits_a_second_at_most),
          UNIT_CASE(it_gives_up_at_the_restart_limit),
          UNIT_CASE(it_never_gives_up_while_a_worker_serves),
          UNIT_CASE(a_process_that_cannot_be_started_is_tried_again_later),
          UNIT_CASE(a_worker_that_exits_by_itself_is_replaced),
          UNIT_CASE(a_silent_worker_is_aborted_then_killed_then_replaced),
          UNIT_CASE(a_child_that_breaks_the_protocol_is_killed_and_replaced),
          UNIT_CASE(a_dead_steward_is_replaced_while_workers_serve_on),
          UNIT_CASE(a_replaced_worker_starts_no_second_steward),
          UNIT_CASE(a_reload_replaces_the_generation),
          UNIT_CASE(the_old_generation_serves_until_all_of_the_new_one_is_ready),
          UNIT_CASE(a_bad_conf_changes_nothing),
          UNIT_CASE(a_new_generation_that_fails_leaves_the_old_one),
          UNIT_CASE(a_ready_worker_that_dies_before_the_take_over_fails_the_reload),
          UNIT_CASE(new_sockets_that_cannot_listen_fail_the_reload),
          UNIT_CASE(a_second_reload_follows_the_first),
          UNIT_CASE(a_reload_during_the_boot_follows_it),
          UNIT_CASE(the_dead_of_the_current_generation_are_replaced_during_a_reload),
          UNIT_CASE(a_reload_may_change_the_number_of_workers),
          UNIT_CASE(the_oldest_generation_is_ended_beyond_max_generations),
          UNIT_CASE(a_reload_without_room_for_its_workers_fails),
          UNIT_CASE(one_that_drains_too_long_is_killed),
          UNIT_CASE(a_shutdown_that_hangs_is_killed_after_its_own_limit),
          UNIT_CASE(a_draining_worker_that_dies_is_not_replaced),
          UNIT_CASE(term_drains_the_workers_then_the_steward_then_exits_with_0),
          UNIT_CASE(a_second_signal_kills_whoever_is_left),
          UNIT_CASE(int_is_fast_but_graceful_on_a_terminal),
          UNIT_CASE(a_stop_hurries_those_who_drain_for_a_reload),
          UNIT_CASE(a_stop_cancels_a_reload),
          UNIT_CASE(a_stop_during_a_wait_for_the_next_start_ends_at_once),
          UNIT_CASE(a_process_that_cannot_be_killed_is_left_behind),
          UNIT_CASE(a_shutdown_that_fails_is_told), UNIT_CASE(events_of_nobody_are_dropped),
          UNIT_CASE(who_is_killed_now_and_then_starts_again_at_once),
          UNIT_LOOP(every_event_in_every_state_of_a_child, CHILD_STATES *EVENT_TYPES))
