/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/scale: more and fewer workers, recycling, spares. That nobody is drained before
 * as many as are to serve are there is checked by the rig at every step.
 */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "tests/unit/unit.h"

#include "master/scale.h"
#include "tests/unit/master/rig.h"

static void scale(struct rig *rig, unsigned workers)
{
    rig_feed(rig, (struct machine_event){.type = EVENT_SCALE, .workers = workers});
}

static void wear(struct rig *rig, uint32_t slot)
{
    rig_feed(rig, (struct machine_event){
                      .type = EVENT_WORN, .slot = slot, .text = "it has answered 500 requests"});
}

static const struct machine_child *seat(const struct rig *rig, uint32_t slot)
{
    return &rig->m->children[slot];
}

/* The slot of the one seat with a role that does not leave; NO_SLOT: none. */
static uint32_t find_role(const struct rig *rig, enum child_role role)
{
    uint32_t found = NO_SLOT;

    for (uint32_t slot = 0; slot < rig->m->high_water; slot++) {
        const struct machine_child *c = seat(rig, slot);

        if (c->state == CHILD_NONE || c->leaving || c->role != role)
            continue;
        ck_assert_uint_eq(found, NO_SLOT);
        found = slot;
    }
    return found;
}

static struct rig *serve(unsigned workers, unsigned spares)
{
    struct rig *rig = rig_new(workers, false);

    rig->plan.spares = spares;
    rig_serve(rig);
    rig_settle(rig);
    return rig;
}

/* --- Scaling --- */

START_TEST(more_workers_start_within_the_surge)
{
    struct rig *rig = serve(2, 0);

    scale(rig, 8);
    ck_assert_uint_eq(rig_count(rig, ACTION_SPAWN), rig->plan.surge);
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 8);
    for (uint32_t index = 0; index < 8; index++)
        ck_assert_uint_ne(rig_worker(rig, 1, index), NO_SLOT);
    rig_free(rig);
}
END_TEST

START_TEST(fewer_workers_drain_those_of_the_highest_numbers)
{
    struct rig *rig = serve(4, 0);
    uint32_t last = rig_worker(rig, 1, 3), third = rig_worker(rig, 1, 2);

    scale(rig, 2);
    ck_assert_uint_eq(rig_count(rig, ACTION_DRAIN), 2);
    ck_assert_int_eq(rig->children[last].drain, DRAIN_RELOAD);
    ck_assert_int_eq(rig->children[third].drain, DRAIN_RELOAD);
    ck_assert_uint_eq(rig->children[last].drain_timeout_ns, rig->plan.graceful_ns);
    rig_settle(rig);
    ck_assert_uint_eq(rig_alive(rig), 2);
    ck_assert_int_eq(rig->m->state, MACHINE_SERVING);
    rig_free(rig);
}
END_TEST

START_TEST(a_dead_worker_is_given_up_before_one_that_serves)
{
    struct rig *rig = serve(3, 0);
    uint32_t dead = rig_worker(rig, 1, 0);

    rig_exit(rig, dead, SIGKILL);
    scale(rig, 2);
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 2);
    ck_assert_uint_eq(rig_worker(rig, 1, 0), NO_SLOT);
    scale(rig, 3);
    ck_assert_uint_ne(rig_worker(rig, 1, 0), NO_SLOT);
    rig_free(rig);
}
END_TEST

START_TEST(the_number_of_one_that_still_drains_is_free)
{
    struct rig *rig = serve(2, 0);

    scale(rig, 1);
    scale(rig, 2);
    ck_assert_uint_eq(rig_count(rig, ACTION_SPAWN), 1);
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 2);
    rig_free(rig);
}
END_TEST

START_TEST(no_worker_at_all_and_one_again)
{
    struct rig *rig = serve(2, 1);

    rig_signal(rig, SIGWINCH);
    rig_settle(rig);
    ck_assert_uint_eq(rig_alive(rig), 0);
    ck_assert_int_eq(rig->m->state, MACHINE_SERVING);
    rig_signal(rig, SIGTTIN);
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 1);
    ck_assert_uint_eq(rig_alive(rig), 2);
    rig_free(rig);
}
END_TEST

START_TEST(the_last_worker_stays_when_fewer_are_asked_for)
{
    struct rig *rig = serve(1, 0);

    rig_signal(rig, SIGTTOU);
    ck_assert(rig_said(rig, "SIGTTOU is ignored: the last worker stays"));
    ck_assert_uint_eq(rig_serving(rig), 1);
    rig_free(rig);
}
END_TEST

START_TEST(a_reload_takes_the_number_of_the_conf_again)
{
    struct rig *rig = serve(2, 0);

    scale(rig, 5);
    rig_settle(rig);
    rig_signal(rig, SIGHUP);
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 2);
    ck_assert_uint_eq(rig_alive(rig), 2);
    rig_free(rig);
}
END_TEST

START_TEST(what_cannot_be_is_refused_with_the_reason)
{
    struct rig *rig = rig_new(2, false);

    ck_assert_str_eq(scale_refusal(rig->m, 1), "the server starts");
    rig_serve(rig);
    ck_assert_ptr_null(scale_refusal(rig->m, 0));
    ck_assert_ptr_null(scale_refusal(rig->m, SCALE_WORKERS_MAX));
    ck_assert_ptr_nonnull(scale_refusal(rig->m, SCALE_WORKERS_MAX + 1));
    scale(rig, SCALE_WORKERS_MAX + 1);
    ck_assert(rig_said(rig, "is ignored"));
    ck_assert_uint_eq(rig_alive(rig), 2);
    rig_signal(rig, SIGTERM);
    ck_assert_str_eq(scale_refusal(rig->m, 1), "the server stops");
    rig_free(rig);
}
END_TEST

/* --- Recycling --- */

START_TEST(a_worn_worker_drains_when_its_relief_is_ready)
{
    struct rig *rig = serve(2, 0);
    uint32_t worn = rig_worker(rig, 1, 1), relief;

    wear(rig, worn);
    ck_assert(rig_said(rig, "is recycled: it has answered 500 requests"));
    ck_assert_uint_eq(rig_count(rig, ACTION_SPAWN), 1);
    relief = find_role(rig, ROLE_RELIEF);
    ck_assert_uint_eq(rig->children[relief].index, 1);
    rig_tell(rig, EVENT_SPAWNED, relief);
    rig_tell(rig, EVENT_LOADED, relief);
    ck_assert(!rig->children[worn].draining);
    rig_tell(rig, EVENT_READY, relief);
    ck_assert(rig->children[relief].accepted);
    ck_assert_int_eq(rig->children[worn].drain, DRAIN_RELOAD);
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 2);
    ck_assert_uint_eq(rig_alive(rig), 2);
    rig_free(rig);
}
END_TEST

START_TEST(all_that_are_worn_at_once_are_relieved_one_after_the_other)
{
    struct rig *rig = serve(4, 0);
    uint32_t slots[4];

    for (uint32_t i = 0; i < 4; i++)
        slots[i] = rig_worker(rig, 1, i);
    for (uint32_t i = 0; i < 4; i++) {
        wear(rig, slots[3 - i]); /* the longest worn first */
        rig->now_ns += RIG_MSEC;
    }
    ck_assert_uint_eq(rig_alive(rig), 5);
    ck_assert_uint_eq(rig->children[find_role(rig, ROLE_RELIEF)].index, 3);
    for (int i = 0; i < 200 && find_role(rig, ROLE_RELIEF) != NO_SLOT; i++) {
        uint32_t relief = find_role(rig, ROLE_RELIEF);

        rig_tell(rig, EVENT_SPAWNED, relief);
        rig_tell(rig, EVENT_LOADED, relief);
        rig_tell(rig, EVENT_READY, relief);
    }
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 4);
    ck_assert_uint_eq(rig_alive(rig), 4);
    for (uint32_t i = 0; i < 4; i++)
        ck_assert_uint_ne(rig_worker(rig, 1, i), slots[i]);
    rig_free(rig);
}
END_TEST

START_TEST(a_relief_that_fails_to_start_waits_and_the_worn_one_serves_on)
{
    struct rig *rig = serve(2, 0);
    uint32_t worn = rig_worker(rig, 1, 0), relief;

    wear(rig, worn);
    for (unsigned failures = 1; failures <= 3; failures++) {
        relief = find_role(rig, ROLE_RELIEF);
        ck_assert_uint_eq(seat(rig, relief)->failures, failures - 1);
        rig_fail(rig, relief, "no database");
        rig_exit(rig, relief, 1 << 8);
        ck_assert_uint_eq(rig_serving(rig), 2);
        rig_advance(rig, 30 * RIG_SEC);
    }
    rig_settle(rig);
    ck_assert(!rig->children[worn].alive);
    ck_assert_uint_eq(rig_serving(rig), 2);
    rig_free(rig);
}
END_TEST

START_TEST(a_worn_worker_that_dies_leaves_one_of_its_number)
{
    struct rig *rig = serve(2, 0);
    uint32_t worn = rig_worker(rig, 1, 0);

    wear(rig, worn);
    rig_exit(rig, worn, SIGSEGV);
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 2);
    ck_assert_uint_eq(rig_alive(rig), 2);
    ck_assert_uint_eq(find_role(rig, ROLE_RELIEF), NO_SLOT);
    rig_free(rig);
}
END_TEST

START_TEST(a_relief_goes_with_the_worker_that_it_was_for)
{
    struct rig *rig = serve(2, 0);

    wear(rig, rig_worker(rig, 1, 1));
    ck_assert_uint_eq(rig_alive(rig), 3);
    scale(rig, 1);
    ck_assert_uint_eq(rig_count(rig, ACTION_DRAIN), 2);
    rig_settle(rig);
    ck_assert_uint_eq(rig_alive(rig), 1);
    rig_free(rig);
}
END_TEST

START_TEST(an_old_worker_is_recycled_at_its_age)
{
    struct rig *rig = rig_new(2, false);

    rig->plan.max_age_ns = 3600 * RIG_SEC;
    rig_serve(rig);
    rig_advance(rig, 3599 * RIG_SEC);
    ck_assert_uint_eq(rig_alive(rig), 2);
    rig_advance(rig, 2 * RIG_SEC);
    ck_assert_uint_eq(rig_alive(rig), 3);
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 2);
    rig_free(rig);
}
END_TEST

START_TEST(nobody_is_recycled_while_a_reload_replaces_all)
{
    struct rig *rig = serve(2, 0);

    rig_signal(rig, SIGHUP);
    wear(rig, rig_worker(rig, 1, 0));
    ck_assert_uint_eq(find_role(rig, ROLE_RELIEF), NO_SLOT);
    rig_settle(rig);
    ck_assert_uint_eq(rig_alive(rig), 2);
    ck_assert_uint_eq(rig->m->last_generation, 2);
    rig_free(rig);
}
END_TEST

START_TEST(a_day_of_ages_recycles_each_worker_once_an_hour)
{
    struct rig *rig = rig_new(3, false);
    unsigned reliefs = 0;

    rig->plan.max_age_ns = 3600 * RIG_SEC;
    rig_serve(rig);
    for (unsigned minute = 0; minute < 24 * 60 + 30; minute++) {
        rig_advance(rig, 60 * RIG_SEC);
        for (unsigned i = 0; i < 3; i++) { /* one after the other */
            reliefs += find_role(rig, ROLE_RELIEF) != NO_SLOT;
            rig_settle(rig);
        }
    }
    ck_assert_uint_eq(rig_serving(rig), 3);
    ck_assert_uint_ge((unsigned)(rig->last_pid - 1000), 3 + 3 * 23);
    ck_assert_uint_le((unsigned)(rig->last_pid - 1000), 3 + 3 * 24);
    ck_assert_uint_gt(reliefs, 0);
    rig_free(rig);
}
END_TEST

/* --- Spares --- */

START_TEST(a_spare_starts_when_all_serve_and_stands_by)
{
    struct rig *rig = serve(2, 1);
    uint32_t spare = find_role(rig, ROLE_SPARE);

    ck_assert_uint_eq(rig_alive(rig), 3);
    ck_assert(rig->children[spare].ready);
    ck_assert(!rig->children[spare].accepted);
    ck_assert_uint_eq(rig->children[spare].index, 2);
    ck_assert_uint_eq(rig_serving(rig), 2);
    rig_free(rig);
}
END_TEST

START_TEST(a_spare_takes_the_place_of_a_dead_worker_at_once)
{
    struct rig *rig = serve(2, 1);
    uint32_t spare = find_role(rig, ROLE_SPARE), dead = rig_worker(rig, 1, 0);

    rig_exit(rig, dead, SIGKILL);
    ck_assert(rig->children[spare].accepted);
    ck_assert_uint_eq(rig_serving(rig), 2);
    ck_assert_uint_eq(find_role(rig, ROLE_SPARE), dead);
    rig_settle(rig);
    ck_assert_uint_eq(rig_alive(rig), 3);
    ck_assert(rig->children[dead].ready && !rig->children[dead].accepted);
    rig_free(rig);
}
END_TEST

START_TEST(a_spare_does_not_wait_for_the_end_of_one_whose_channel_has_closed)
{
    struct rig *rig = serve(2, 1);
    uint32_t spare = find_role(rig, ROLE_SPARE), dead = rig_worker(rig, 1, 0);

    rig_feed(rig, (struct machine_event){.type = EVENT_LOST, .slot = dead});
    ck_assert(rig->children[spare].accepted);
    ck_assert_uint_eq(rig_count(rig, ACTION_SPAWN), 0);
    rig_exit(rig, dead, SIGKILL);
    ck_assert_uint_eq(rig_count(rig, ACTION_ACCEPT), 0);
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 2);
    ck_assert_uint_eq(rig_alive(rig), 3);
    rig_free(rig);
}
END_TEST

START_TEST(a_spare_takes_the_place_of_one_that_is_killed_for_silence)
{
    struct rig *rig = serve(1, 1);
    uint32_t spare = find_role(rig, ROLE_SPARE);

    rig_feed(rig, (struct machine_event){
                      .type = EVENT_SILENT, .slot = rig_worker(rig, 1, 0), .silent_ns = RIG_SEC});
    ck_assert(rig->children[spare].accepted);
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 1);
    ck_assert_uint_eq(rig_alive(rig), 2);
    rig_free(rig);
}
END_TEST

START_TEST(a_spare_that_is_not_ready_serves_as_soon_as_it_is)
{
    struct rig *rig = rig_new(1, false);
    uint32_t spare;

    rig->plan.spares = 1;
    rig_serve(rig);
    spare = find_role(rig, ROLE_SPARE);
    rig_exit(rig, rig_worker(rig, 1, 0), SIGKILL);
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 1);
    ck_assert(rig->children[spare].ready);
    ck_assert_uint_eq(rig_alive(rig), 2);
    rig_free(rig);
}
END_TEST

START_TEST(a_dead_spare_is_started_again)
{
    struct rig *rig = serve(2, 2);

    for (uint32_t slot = 0; slot < rig->used; slot++)
        if (seat(rig, slot)->role == ROLE_SPARE)
            rig_exit(rig, slot, SIGKILL);
    rig_settle(rig);
    ck_assert_uint_eq(rig_alive(rig), 4);
    ck_assert_uint_eq(rig_serving(rig), 2);
    rig_free(rig);
}
END_TEST

START_TEST(a_reload_leaves_no_spare_of_the_old_generation)
{
    struct rig *rig = serve(2, 2);

    rig_signal(rig, SIGHUP);
    rig_settle(rig);
    ck_assert_uint_eq(rig_alive(rig), 4);
    for (uint32_t slot = 0; slot < rig->used; slot++)
        ck_assert(!rig->children[slot].alive || rig->children[slot].generation == 2);
    rig_free(rig);
}
END_TEST

START_TEST(a_stop_ends_the_spares_too)
{
    struct rig *rig = serve(2, 2);

    rig_signal(rig, SIGTERM);
    rig_settle(rig);
    ck_assert(rig->exited);
    ck_assert_int_eq(rig->exit_code, 0);
    rig_free(rig);
}
END_TEST

UNIT_MAIN("master/scale", UNIT_CASE(more_workers_start_within_the_surge),
          UNIT_CASE(fewer_workers_drain_those_of_the_highest_numbers),
          UNIT_CASE(a_dead_worker_is_given_up_before_one_that_serves),
          UNIT_CASE(the_number_of_one_that_still_drains_is_free),
          UNIT_CASE(no_worker_at_all_and_one_again),
          UNIT_CASE(the_last_worker_stays_when_fewer_are_asked_for),
          UNIT_CASE(a_reload_takes_the_number_of_the_conf_again),
          UNIT_CASE(what_cannot_be_is_refused_with_the_reason),
          UNIT_CASE(a_worn_worker_drains_when_its_relief_is_ready),
          UNIT_CASE(all_that_are_worn_at_once_are_relieved_one_after_the_other),
          UNIT_CASE(a_relief_that_fails_to_start_waits_and_the_worn_one_serves_on),
          UNIT_CASE(a_worn_worker_that_dies_leaves_one_of_its_number),
          UNIT_CASE(a_relief_goes_with_the_worker_that_it_was_for),
          UNIT_CASE(an_old_worker_is_recycled_at_its_age),
          UNIT_CASE(nobody_is_recycled_while_a_reload_replaces_all),
          UNIT_CASE(a_day_of_ages_recycles_each_worker_once_an_hour),
          UNIT_CASE(a_spare_starts_when_all_serve_and_stands_by),
          UNIT_CASE(a_spare_takes_the_place_of_a_dead_worker_at_once),
          UNIT_CASE(a_spare_does_not_wait_for_the_end_of_one_whose_channel_has_closed),
          UNIT_CASE(a_spare_takes_the_place_of_one_that_is_killed_for_silence),
          UNIT_CASE(a_spare_that_is_not_ready_serves_as_soon_as_it_is),
          UNIT_CASE(a_dead_spare_is_started_again),
          UNIT_CASE(a_reload_leaves_no_spare_of_the_old_generation),
          UNIT_CASE(a_stop_ends_the_spares_too))
