/* SPDX-License-Identifier: MIT */
/*
 * A worker that cannot be what its siblings are, because a file was overwritten on disk: its seat
 * waits, without a crash loop, and nobody else is touched.
 */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "tests/unit/master/rig.h"
#include "tests/unit/unit.h"

/* Its process dies, and the next one finds that the file was overwritten. */
static void overwrite(struct rig *rig, uint32_t slot)
{
    rig_advance(rig, 20 * RIG_SEC);
    if (rig->children[slot].alive)
        rig_exit(rig, slot, SIGKILL);
    ck_assert(rig->children[slot].alive); /* it starts again at once */
    rig_tell(rig, EVENT_SPAWNED, slot);
    rig_feed(rig,
             (struct machine_event){
                 .type = EVENT_FAILED, .slot = slot, .stale = true, .text = "shop.so changed"});
    rig_exit(rig, slot, 3 << 8);
}

static struct rig *serving(unsigned workers)
{
    struct rig *rig = rig_new(workers, false);

    rig_serve(rig);
    return rig;
}

START_TEST(its_seat_waits_and_one_line_says_why)
{
    struct rig *rig = serving(3);
    uint32_t a = rig_worker(rig, 1, 0), b = rig_worker(rig, 1, 1);

    overwrite(rig, a);
    ck_assert(rig_said(rig, "cannot be replaced: shop.so changed"));
    ck_assert_ptr_nonnull(strstr(rig->last_error, "cannot be replaced"));
    ck_assert_uint_eq(rig_count(rig, ACTION_SPAWN), 0);
    ck_assert_uint_eq(rig_serving(rig), 2);
    rig->last_error[0] = '\0';
    overwrite(rig, b);
    ck_assert_ptr_null(strstr(rig->last_error, "cannot be replaced"));
    ck_assert_uint_eq(rig_serving(rig), 1);
    ck_assert_int_eq(rig->m->state, MACHINE_SERVING);
    ck_assert(!rig->load_asked);
    rig_free(rig);
}
END_TEST

START_TEST(it_is_tried_again_and_a_file_that_is_back_serves)
{
    struct rig *rig = serving(2);
    uint32_t slot = rig_worker(rig, 1, 0);

    overwrite(rig, slot);
    for (int i = 0; i < 20; i++) {
        rig_advance(rig, rig->plan.restart_delay_max_ns);
        ck_assert(rig->children[slot].alive);
        rig_tell(rig, EVENT_SPAWNED, slot);
        rig_feed(rig, (struct machine_event){
                          .type = EVENT_FAILED, .slot = slot, .stale = true, .text = "changed"});
        rig_exit(rig, slot, 3 << 8);
        ck_assert(!rig_said(rig, "crash loop"));
    }
    rig_advance(rig, rig->plan.restart_delay_max_ns);
    rig_settle(rig);
    ck_assert_uint_eq(rig_serving(rig), 2);
    rig_free(rig);
}
END_TEST

START_TEST(with_nobody_left_the_server_reloads)
{
    struct rig *rig = serving(1);

    overwrite(rig, rig_worker(rig, 1, 0));
    ck_assert(rig->load_asked);
    rig_settle(rig);
    ck_assert_uint_eq(rig->m->last_generation, 2);
    ck_assert_uint_eq(rig_serving(rig), 1);
    ck_assert(!rig->exited);
    rig_free(rig);
}
END_TEST

START_TEST(a_reload_ends_the_wait)
{
    struct rig *rig = serving(2);

    overwrite(rig, rig_worker(rig, 1, 0));
    rig_signal(rig, SIGHUP);
    rig_settle(rig);
    ck_assert_uint_eq(rig->m->last_generation, 2);
    ck_assert_uint_eq(rig_serving(rig), 2);
    rig_free(rig);
}
END_TEST

START_TEST(in_a_boot_or_a_reload_it_is_a_start_that_failed)
{
    struct rig *rig = rig_new(1, false);

    rig_feed(rig, (struct machine_event){.type = EVENT_BOOT, .plan = &rig->plan});
    rig_tell(rig, EVENT_SPAWNED, 0);
    rig_feed(rig, (struct machine_event){
                      .type = EVENT_FAILED, .slot = 0, .stale = true, .text = "shop.so changed"});
    rig_exit(rig, 0, 3 << 8);
    rig_settle(rig);
    ck_assert(rig->exited);
    ck_assert_int_eq(rig->exit_code, 3);
    rig_free(rig);
}
END_TEST

UNIT_MAIN("master/child: stale", UNIT_CASE(its_seat_waits_and_one_line_says_why),
          UNIT_CASE(it_is_tried_again_and_a_file_that_is_back_serves),
          UNIT_CASE(with_nobody_left_the_server_reloads), UNIT_CASE(a_reload_ends_the_wait),
          UNIT_CASE(in_a_boot_or_a_reload_it_is_a_start_that_failed))
